# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs of px_faulty, which is pmapx whose calls fail in turn (tests/fault/faults.c), and what may
become of its output."""
import os
import re
import socket
import subprocess
import sys
import threading
import unittest
from collections import Counter, namedtuple

import px

PROGRAM = os.path.join(px.BUILD, "tests", "px_faulty")

Call = namedtuple("Call", "family file")

# result: px.Result. calls: what it called, in order. left: descriptors and allocations that were
# not given back. stops: how often it waited for the test. The last three are None after a signal.
Run = namedtuple("Run", "result calls left stops")


def need():
    if not os.path.exists(PROGRAM):
        raise unittest.SkipTest("no " + PROGRAM)


class Listener(threading.Thread):
    """Hears what the program says, and answers its stops."""

    def __init__(self, end, at_stop):
        super().__init__(daemon=True)
        self.end = end
        self.at_stop = at_stop
        self.calls, self.left, self.stops, self.problem = [], None, 0, None

    def run(self):
        with self.end.makefile("rwb", buffering=0) as stream:
            for line in iter(stream.readline, b""):
                words = line.decode(errors="replace").split()
                if words[0] == "stop":
                    self.stops += 1
                    try:
                        if self.at_stop:
                            self.at_stop()
                    except BaseException as problem:  # for the test, which runs in another thread
                        self.problem = problem
                    stream.write(b"!")
                elif words[0] == "call":
                    self.calls.append(Call(words[1], " ".join(words[2:])))
                elif words[0] == "left":
                    self.left = tuple(map(int, words[1:]))
                elif words[0] == "end":
                    return


def run(words, fault=None, name="pmapx", at_stop=None, prefix=(), env=None, **popen):
    """Run it under a name with the fault "FAMILY:NUMBER[+]:EFFECT". at_stop is called, in a thread,
    at each stop. prefix are words to put before the program, such as setpriv's."""
    need()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        listener = Listener(ours, at_stop)
        listener.start()
        env = dict(env or px.environment(), PX_FAULT_SOCKET=str(theirs.fileno()))
        if fault:
            env["PX_FAULT"] = fault
        try:
            if prefix:
                result = px.run([*prefix, PROGRAM, *words], env=env, pass_fds=[theirs.fileno()],
                                **popen)
            else:
                result = px.run([name, *words], executable=PROGRAM, env=env,
                                pass_fds=[theirs.fileno()], **popen)
        finally:
            theirs.close()
            listener.join(60)
    if listener.problem:
        raise listener.problem
    if result.status == 99:
        raise AssertionError(result.stderr)
    return Run(result, listener.calls, listener.left, listener.stops)


def points(calls):
    """Each call but allocations, with its number in its family: (family, number, file)."""
    counts = Counter()
    for call in calls:
        counts[call.family] += 1
        if call.family != "memory":
            yield call.family, counts[call.family], call.file


def file_of(calls, family, number):
    """What the call of a family with that number is of; None if there were fewer."""
    files = [call.file for call in calls if call.family == family]
    return files[number - 1] if number <= len(files) else None


# An address and a size; in -X, which puts blanks before addresses that are shorter, one and a mode.
ROW = re.compile(rb"(?:[0-9a-f]{16}|[0-9a-f]{8}) +\d+K? | *[0-9a-f]{8,16} [r-][w-][x-][ps] ")


class Block:
    """What is shown of one process: header, titles, rows, and what comes below them."""

    def __init__(self, text):
        if not text.endswith(b"\n"):
            raise AssertionError("a line is not whole: %r" % text[-200:])
        self.header, *lines = text.splitlines()
        inside = [i for i, line in enumerate(lines) if ROW.match(line)]
        if inside and inside != list(range(inside[0], inside[-1] + 1)):
            raise AssertionError("rows are torn apart: %r" % text)
        self.rows = [lines[i] for i in inside]
        self.titles = lines[:inside[0]] if inside else []
        self.footer = lines[inside[-1] + 1:] if inside else lines

    def fields(self):
        """The words of each row."""
        return [row.split() for row in self.rows]


def blocks(text):
    """The blocks of several processes."""
    starts = [found.start() for found in re.finditer(rb"^\d+:   ", text, re.MULTILINE)]
    if text and starts[:1] != [0]:
        raise AssertionError("no header: %r" % text[:200])
    return [Block(text[start:end]) for start, end in zip(starts, starts[1:] + [len(text)])]


def number(text):
    """A number in a row, with its unit if it has one; what is not known counts as nothing."""
    found = re.fullmatch(rb"(\d+)K?", text)
    return int(found.group(1)) if found else 0


def sums(rows, first, count):
    return [sum(number(row[first + i]) for row in rows) for i in range(count)]


def check_totals(case, block):
    """The footer sums up the rows that are shown."""
    rows, footer = block.fields(), block.footer
    last = footer[-1].split() if footer else []
    # without a row there may be titles alone, and what sums there are of nothing
    if not rows:
        case.assertEqual([word for word in last if number(word)], [])
        return
    if not footer:
        return
    if last[0] == b"mapped:":  # -d
        sizes = [(number(row[1]), row[2]) for row in rows]
        case.assertEqual([number(last[i]) for i in (1, 3, 5)], [
            sum(size for size, _ in sizes),
            sum(size for size, mode in sizes if mode[1:2] == b"w" and mode[3:4] == b"-"),
            sum(size for size, mode in sizes if mode[3:4] == b"s")], footer)
    elif last[:2] == [b"total", b"kB"]:  # -x
        case.assertEqual([number(word) for word in last[2:]], sums(rows, 1, len(last) - 2), footer)
    elif last[0] == b"total":  # the view without options
        case.assertEqual(number(last[1]), sums(rows, 1, 1)[0], footer)
    else:  # -X and its kin
        case.assertEqual(last[-1], b"KB")
        titles = block.titles[-1].split()
        first = 1 + len([word for word in titles
                         if word in (b"Perm", b"Offset", b"Device", b"Inode")])
        case.assertEqual([number(word) for word in last[:-1]],
                         sums(rows, first, len(last) - 1), footer)


def check_part(case, got, whole, comm=None):
    """One block is what another shows, or as many of its first rows as were read; either header.
    Returns how many rows there are."""
    case.assertIn(got.header, (whole.header, comm))
    fields = got.fields()
    case.assertEqual(fields, whole.fields()[:len(fields)], "rows")
    check_totals(case, got)
    return len(fields)


def check_parts(case, got, whole, told):
    """Blocks of several processes in their order, each whole or one that standard error, told, names;
    those of which there is nothing are named, too. A command line that may not be read, or not any
    more, is a name in brackets without a word."""
    remaining = list(blocks(whole))
    for block in blocks(got):
        pid = block.header.partition(b":")[0]
        while remaining and remaining[0].header.partition(b":")[0] != pid:
            case.assertRegex(told, rb": %s: " % remaining.pop(0).header.partition(b":")[0])
        case.assertTrue(remaining, "a block too many: %r" % block.header)
        expected = remaining.pop(0)
        count = check_part(case, block, expected, block.header)
        case.assertTrue(block.header == expected.header or b":   [" in block.header, block.header)
        if count < len(expected.rows):
            case.assertRegex(told, rb": %s: " % pid)
    for block in remaining:
        case.assertRegex(told, rb": %s: " % block.header.partition(b":")[0])


def processes(count=3):
    """A root whose processes 100, 101 ... have maps of several readings. There is a segment of shared
    memory among them, the device of which is told by self/maps."""
    root = px.Root()
    lines = [px.map_line("%x-%x" % (0x10000000 + i * 0x3000, 0x10000000 + i * 0x3000 + 0x2000),
                         "rw-p" if i % 3 else "r--s", "/x/y/file%d" % (i // 2) if i % 4 else b"",
                         "fe:00" if i % 4 else "00:00", i if i % 4 else 0)
             for i in range(600)]
    lines[20] = px.map_line("%x-%x" % (0x10000000 + 20 * 0x3000, 0x10000000 + 20 * 0x3000 + 0x2000),
                            "rw-s", "/SYSV00000000 (deleted)", "00:01", 7)
    smaps = b"".join(px.smaps_entry(line, Rss=i % 9, Private_Dirty=i % 5, Pss=i % 9)
                     for i, line in enumerate(lines[:60]))
    for i in range(count):
        root.process(100 + i, maps=b"".join(lines), smaps=smaps, cmdline=b"A\0-b\0")
    root.file("self/maps", px.map_line("7f0000000000-7f0000001000", "rw-s", "/dev/zero (deleted)",
                                       "00:01", 3))
    return root



def inside(case, file):
    """Whether this is a PID namespace of the test's own, with its own /proc. If not, the test is run
    again in one; skips where that is not permitted."""
    # Whatever the environment says: only there can the test be one of the first.
    if os.environ.get("PMAPX_INSIDE") and os.getpid() < 100:
        return True
    words = ["unshare", "--pid", "--fork", "--mount-proc"]
    try:
        permitted = os.geteuid() == 0 and px.run([*words, "true"]).status == 0
    except OSError:
        permitted = False
    if not permitted:
        case.skipTest("PID namespaces are not permitted here")
    # Not px.run(): what a test says of sanitizers is no report of one.
    got = subprocess.run([*words, sys.executable, "-B", file, case.id().partition(".")[2]],
                         env=dict(os.environ, PMAPX_INSIDE="1"), timeout=1000,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = got.stdout.decode(errors="replace")
    if got.returncode == 77:
        case.skipTest(said[-500:])
    case.assertEqual(got.returncode, 0, said)
    return False
