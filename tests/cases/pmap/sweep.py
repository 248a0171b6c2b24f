#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every process of the running system looks the same to the system's pmap and the one under test.

Nothing is signalled or stopped: beside_pmap() of px finds out what holds still. -X and -XX look
at copies of a process's files, as the numbers of the files themselves depend on who else maps a
library, the reader included.
"""
import collections
import os
import re
import sys
import time
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

LIVE_VIEWS = ("", "-x", "-d", "-q", "-xq", "-dq", "-p", "-xp", "-dp")
COPY_VIEWS = ("-X", "-XX", "-Xq", "-XXq")

# At most so many processes, and so many seconds for each of the two sweeps. What is left out is a
# matter of the numbers of the processes only, so that the next run sees the same ones.
MOST = 250
SECONDS = 30

SYSTEM = px.pmap_version(px.SYSTEM_PMAP)


def processes():
    """The process ids of the system, in an order without meaning; a sample if there are many."""
    pids = sorted((int(name) for name in os.listdir("/proc") if name.isdigit()),
                  key=lambda pid: zlib.crc32(b"%d" % pid))
    if len(pids) > MOST:
        print("a sample: %d of %d processes" % (MOST, len(pids)))
    return pids[:MOST]


def header_defects(folder):
    """Which rows of the table of defects change the line "PID: command" of a process."""
    def content(name):
        try:
            with open(os.path.join(folder, name), "rb") as file:
                return file.read()
        except OSError:
            return b""

    cmdline = content("cmdline")
    if b"Tgid:" in content("status").split(b"\n", 1)[0]:
        yield "D10"
    if re.search(rb"[\x80-\xff]", cmdline + content("stat")):
        yield "D4"
    if re.fullmatch(rb"\0+|[ \n]\0*", cmdline):
        yield "the '?' of an empty command line, '-' from 4.0.6 on"


def row_defects(folder, view):
    """Which rows of the table of defects change what stands below that line."""
    try:
        with open(os.path.join(folder, "maps"), "rb") as file:
            lines = [line for line in file.read().split(b"\n") if line]
        with open(os.path.join(folder, "stat"), "rb") as file:
            stack = int(file.read().rpartition(b")")[2].split()[25])
    except (OSError, ValueError, IndexError):
        return
    found = px.mappings(b"\n".join(lines))
    names = [mapping.name for mapping in found]
    if view.startswith("-X"):
        if any(re.search(rb"[\x00-\x1f\x7f-\xff]", name) for name in names):
            yield "D3"
        if any(len(name) > 127 for name in names):
            yield "D9"
    else:
        if any(re.search(rb"[\x00-\x1f\x7f-\xff]", name) for name in names):
            yield "D5" if SYSTEM < (4, 0, 5) else "D3"
        if any(re.search(rb".+/SYSV|/SYSV(?![0-9a-f]{8})", name) for name in names):
            yield "D11"
        if any(mapping.end == stack for mapping in found):
            yield "D27"
    if any(len(line) > 1000 for line in lines):
        yield "D6"
    if any(re.match(rb"\[.*/|(anon_inode|socket):.*/", name) for name in names):
        yield "D28"


class Tally:
    """What was compared and what came of it."""

    def __init__(self):
        self.processes = self.views = self.moving = self.gone = self.left_out = 0
        self.excused = collections.Counter()
        self.end = time.monotonic() + SECONDS

    def late(self):
        """Whether the time is over: what remains is counted, not compared."""
        if time.monotonic() < self.end:
            return False
        self.left_out += 1
        return True

    def say(self, what):
        print("%s: compared %d processes, %d views; %d views were moving, in %d the process was gone"
              % (what, self.processes, self.views, self.moving, self.gone))
        for name, count in sorted(self.excused.items()):
            print("  %d views differ by design: %s" % (count, name))
        if self.left_out:
            print("  %d processes left out: %d seconds are over" % (self.left_out, SECONDS))


class Sweep(px.TestCase):
    def setUp(self):
        px.need_system_pmap()
        self.tally = Tally()

    def check(self, folder, view, pmap, tested):
        """The two results agree, but for what a defect of pmap explains, by its name."""
        if tested == pmap:
            missing = pmap == px.Result(b"", b"", 42)
            self.tally.gone += missing
            self.tally.views += not missing
            return
        self.tally.views += 1
        header = set(header_defects(folder))
        ours, theirs = tested.stdout.split(b"\n", 1), pmap.stdout.split(b"\n", 1)
        if "D10" in header:
            excuses = {"D10"}  # The whole map is another process's.
        elif (tested.stderr, tested.status) != (pmap.stderr, pmap.status):
            excuses = {None}
        else:
            excuses = set()
            if ours[0] != theirs[0]:
                excuses.add(min(header, default=None))
            if ours[1:] != theirs[1:]:
                excuses.add(next(row_defects(folder, view), None))
        if None in excuses:
            self.result(tested, *pmap, "pmap %s %s" % (view, os.path.basename(folder)))
        self.tally.excused.update(excuses)

    def finish(self, what):
        self.tally.say(what)
        self.assertGreater(self.tally.processes, 0)
        self.assertGreater(self.tally.views, 0)

    def test_running(self):
        for pid in processes():
            if self.tally.late():
                continue
            before = self.tally.views
            for view in LIVE_VIEWS:
                seen = px.beside_pmap(*([view] if view else []), str(pid))
                if seen is None:
                    self.tally.moving += 1
                    continue
                with self.subTest(pid=pid, view=view):
                    self.check("/proc/%d" % pid, view, *seen)
            self.tally.processes += self.tally.views > before
        self.finish("running")

    def test_copies(self):
        px.unshare_command()
        with px.Root() as root:
            for pid in processes():
                if self.tally.late():
                    continue
                root.copy(pid)
                folder = os.path.join(root.path, str(pid))
                before = self.tally.views
                for view in COPY_VIEWS:
                    pmap = root.mounted([px.SYSTEM_PMAP, view, str(pid)])
                    with self.subTest(pid=pid, view=view):
                        self.check(folder, view, pmap, root.pmap(view, str(pid)))
                self.tally.processes += self.tally.views > before
        self.finish("copies")


if __name__ == "__main__":
    px.main()
