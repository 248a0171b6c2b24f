#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory-context dumps and malloc's accounts in real logs (PMAPX_SHARED/postgres), read by
src/postgres as px_contexts prints it, compared with a reader of a few lines of Python."""
import csv
import glob
import io
import json
import os
import re
import sys
import tarfile
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

PROGRAM = os.path.join(px.BUILD, "tests", "px_contexts")

STATS = (rb"(\d+) total in (\d+) blocks(?: \((\d+) chunks\))?(?:; (\d+) empty blocks)?"
         rb"; (\d+) free(?: \((\d+) chunks\))?; (\d+) used")
ROW = re.compile(rb"((?:(?!: \d+ total in ).)*?): " + STATS + rb"(?:: (.*))?", re.S)
MORE = re.compile(rb"(\d+) more child contexts containing " + STATS)
GRAND = re.compile(rb"Grand total: (\d+) bytes in (\d+) blocks; (\d+) free \((\d+) chunks\); (\d+) used")


def found(log, *argv):
    """What px_contexts prints: a list of dumps and accounts, [words, rows of words]."""
    result = px.run([PROGRAM, *map(str, argv)], stdin=log)
    if result.status != 0 or result.stderr:
        raise AssertionError(result)
    items = []
    for line in result.stdout.splitlines():
        words = line.split(b"\t")
        if words[0] == b"context":
            items[-1][1].append(words[1:])
        else:
            items.append([words, []])
    return items


def read(data, *argv):
    """The same of bytes."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        return found(file, *argv)


def messages(name, data):
    """(pid, message) of each line of a log, the simple way."""
    if name.endswith(".json"):
        for line in data.splitlines():
            record = json.loads(line)
            yield record["pid"], record["message"].encode()
    elif name.endswith(".csv"):
        for record in csv.reader(io.StringIO(data.decode())):
            yield int(record[3]), record[13].encode()
    else:
        pid = 0
        for line in data.split(b"\n"):
            bracket = re.search(rb"\[(\d+)\]", line[:60])
            header = re.search(rb"PID:? *(\d+)", line)
            if bracket or header:
                pid = int((bracket or header).group(1))
            message = re.search(rb"(?:^|:  (?:00000: )?)((?:level: |Grand total: ).*)$", line)
            yield pid, message.group(1) if message else line


def row(depth, text):
    """The words of a context, but for its parent; None if it is none."""
    more, one = MORE.fullmatch(text), ROW.fullmatch(text)
    if more:
        count, name, ident, numbers = more.group(1), b"", None, more.groups()[1:]
    elif one:
        count, name, ident, numbers = b"1", one.group(1), one.group(9), one.groups()[1:8]
    else:
        return None
    total, blocks, chunks, empty, free, free_chunks, used = (
        number if number is not None else b"-" for number in numbers)
    return [b"%d" % depth, count, total, blocks, free, free_chunks, used, chunks, empty,
            b"=" + name if not more else b"-", b"-" if ident is None else b"=" + ident]


def expected(name, data):
    """[pid, Grand total, rows] of each dump, in the order in which they end."""
    dumps, open_dumps = [], {}
    for pid, message in messages(name, data):
        level = re.match(rb"level: (\d+); (.*)$", message, re.S)
        if level:
            number, text = int(level.group(1)), level.group(2)
        else:
            text = message.lstrip(b" ")
            number = (len(message) - len(text)) // 2
        grand = GRAND.fullmatch(message)
        if grand:
            dumps.append([pid, list(grand.groups()), open_dumps.pop(pid)[1]])
        elif text.startswith(b"TopMemoryContext: "):
            open_dumps[pid] = number, [row(1, text)]
        elif pid in open_dumps:
            first, rows = open_dumps[pid]
            depth = number - first + 1
            if level and MORE.fullmatch(text):
                depth += 1
            one = row(depth, text)
            if one:
                rows.append(one)
    return dumps


def without_parent(rows):
    return [words[:1] + words[2:12] for words in rows]


class Dumps(px.TestCase):
    def check(self, name, data):
        """Every dump of a log is complete, and all in it is as read by Python."""
        want = expected(name, data)
        got = [item for item in read(data) if item[0][0] == b"dump"]
        self.assertEqual([[int(words[2]), words[9:]] for words, _ in got],
                         [[pid, grand] for pid, grand, _ in want], name)
        for (words, rows), (_, grand, wanted) in zip(got, want):
            self.assertEqual(words[8], b"nothing", name)
            self.assertEqual(int(words[7]), len(rows))
            self.assertEqual(without_parent(rows), wanted, name)
            for position, at in enumerate((3, 4, 5, 6, 7)):
                total = sum(int(values[at]) for values in rows if values[at] != b"-")
                self.assertEqual(total, int(grand[position]), name)
            self.check_tree(rows)
        return len(got), sum(len(rows) for _, rows in got)

    def check_tree(self, rows):
        """The parent of each is the last one above it that is a level higher."""
        last = {}
        for index, words in enumerate(rows):
            depth = int(words[0])
            parent = b"-" if depth == 1 else b"%d" % last[depth - 1]
            self.assertEqual(words[1], parent)
            last[depth] = index

    def samples(self):
        for path in sorted(glob.glob(os.path.join(px.shared("postgres", "contexts"), "*.log")) +
                           glob.glob(os.path.join(px.shared("postgres", "prefixes"), "*"))):
            with open(path, "rb") as file:
                yield os.path.basename(path), file.read()

    def test_samples(self):
        counts = {}
        for name, data in self.samples():
            counts[name] = self.check(name, data)
            self.assertGreater(counts[name][0], 0, name)
        self.assertEqual(counts["pg15-log-62backends.log"][0], 62)
        self.assertEqual(counts["verbose.log"], (1, 110))
        self.assertEqual(len(counts), 25)

    def test_captures(self):
        found_dumps = 0
        with tarfile.open(px.shared("postgres", "captures-AB.tar.xz")) as archive:
            for member in archive:
                if member.name.endswith("contexts.log"):
                    found_dumps += self.check(member.name, archive.extractfile(member).read())[0]
        self.assertEqual(found_dumps, 123)

    def test_chunks(self):
        """Any chunking gives the same."""
        for name, data in self.samples():
            if len(data) < 300000:
                whole = read(data, max(len(data), 1))
                self.assertEqual(read(data, 1), whole, name)
                self.assertEqual(read(data, 7), whole, name)

    def test_carriage_returns(self):
        for name, data in self.samples():
            if len(data) < 100000:
                self.assertEqual(read(data.replace(b"\n", b"\r\n")), read(data), name)

    def test_several_prefixes_in_one_file(self):
        data = b"".join(data for name, data in self.samples()
                        if name in ("debian.log", "default.log", "empty.log", "verbose.log"))
        dumps = read(data)
        self.assertEqual([words[8] for words, _ in dumps], [b"nothing"] * 4)
        self.assertEqual([words[2] for words, _ in dumps], [b"1760"] * 4)
        self.assertEqual(len({repr(rows) for _, rows in dumps}), 1)

    def test_a_line_that_is_missing(self):
        """Whichever it is, the dump is not complete."""
        for name in ("default.log", "csvlog.csv", "jsonlog.json", "gdb-through-collector.log"):
            with open(px.shared("postgres", "prefixes", name), "rb") as file:
                lines = file.read().splitlines(keepends=True)
            for missing in (1, 2, 3, 50, len(lines) - 2, len(lines) - 1):
                dumps = read(b"".join(lines[:missing] + lines[missing + 1:]))
                self.assertEqual(len(dumps), 1)
                self.assertNotEqual(dumps[0][0][8], b"nothing", (name, missing))

    def test_cuts(self):
        """Cut at any byte, a log has no dump that counts before the last byte of its Grand total."""
        for name, first in (("prefixes/debian.log", 0), ("prefixes/csvlog.csv", 0), ("prefixes/jsonlog.json", -3000),
                            ("prefixes/gdb-through-collector.log", 0), ("contexts/pg17-log.log", 0),
                            ("contexts/pg15-log-62backends.log", 0)):
            with open(px.shared("postgres", *name.split("/")), "rb") as file:
                data = file.read()
            if len(data) > 100000:
                # Interleaved: those whose last lines come first, with all of what is before.
                ends = [found.end() for found in re.finditer(GRAND, data)]
                lines, last = data.splitlines(True), {}
                for line in lines:
                    last.setdefault(re.search(rb"\[(\d+)\]", line).group(1), []).append(line)
                data = b"".join(line for pair in zip(*[last[pid] for pid in sorted(last)[:2]]) for line in pair)
                self.assertGreater(len(ends), 60)
            ends = [found.end() for found in re.finditer(GRAND, data)]
            with tempfile.TemporaryFile() as file:
                file.write(data)
                file.seek(0)
                got = px.run([PROGRAM, "cuts", str(len(data) + first if first < 0 else 0)], stdin=file)
            cuts = [tuple(map(int, line.split())) for line in got.stdout.splitlines()]
            self.assertEqual([count for _, count in cuts], list(range(1, len(ends) + 1)), name)
            for (cut, _), end in zip(cuts, ends):
                # A record of CSV or JSON goes on behind it.
                self.assertTrue(end <= cut <= data.index(b"\n", end) + 1, (name, cut, end))

    def test_cut_views(self):
        """They have no total: what is cut within a row does not count, what is cut between two cannot be told."""
        for name in "pg14-view.csv", "pg18-view.csv":
            with open(px.shared("postgres", "contexts", name), "rb") as file:
                data = b"".join(file.readlines()[:40])
            with tempfile.TemporaryFile() as file:
                file.write(data)
                file.seek(0)
                got = px.run([PROGRAM, "cuts"], stdin=file)
            ends = [found.end() for found in re.finditer(rb"\n", data)][1:]
            whole = [int(line.split()[0]) for line in got.stdout.splitlines() if line.endswith(b"\t1")]
            self.assertLessEqual(set(whole), set(ends) | {end - 1 for end in ends})
            self.assertGreater(len(whole), 30)

    def test_without_dump(self):
        with open(px.shared("postgres", "contexts", "pg15-gdb-verbatim-fails.out"), "rb") as file:
            self.assertEqual(found(file), [])


class Views(px.TestCase):
    def test_samples(self):
        for name, first, rows_wanted in (("pg14-view.csv", 0, 582), ("pg18-view.csv", 1, 596)):
            with open(px.shared("postgres", "contexts", name), "rb") as file:
                data = file.read()
            (words, rows), = read(data)
            self.assertEqual(words[3:5] + words[8:], [b"view", b"%d" % first, b"nothing"])
            self.assertEqual(len(rows), rows_wanted)
            wanted = list(csv.DictReader(io.StringIO(data.decode())))
            self.assertEqual(len(wanted), len(rows))
            for number, (one, want) in enumerate(zip(rows, wanted)):
                self.assertEqual(int(one[0]), int(want["level"]) - first + 1)
                self.assertEqual([int(word) for word in one[3:8]], [int(want[key]) for key in (
                    "total_bytes", "total_nblocks", "free_bytes", "free_chunks", "used_bytes")])
                self.assertEqual(one[10], b"=" + want["name"].encode())
                self.assertEqual(one[12], b"=" + want["type"].encode() if "type" in want else b"-")
                if one[1] == b"-":
                    self.assertEqual(number, 0)
                elif "path" in want:
                    self.assertEqual(wanted[int(one[1])]["path"][:-1],
                                     want["path"].rpartition(",")[0])
                else:
                    self.assertEqual(wanted[int(one[1])]["name"], want["parent"])


class Accounts(px.TestCase):
    def test_malloc_info(self):
        seen = 0
        for path in glob.glob(os.path.join(px.shared("postgres", "malloc"), "*.xml")):
            with open(path, "rb") as file:
                data = file.read()
            totals = dict((kind, (int(count), int(size))) for kind, count, size in re.findall(
                rb'<total type="(\w+)" count="(\d+)" size="(\d+)"/>', data.rpartition(b"</heap>")[2]))
            system = re.findall(rb'<system type="current" size="(\d+)"', data)[-1]
            pid = re.search(rb"My PID: (\d+)", data).group(1)
            want = [b"malloc", b"2", pid, b"malloc_info", b"complete", b"%d" % data.count(b"<heap "),
                    system, b"%d" % (totals[b"fast"][1] + totals[b"rest"][1]),
                    b"%d" % totals[b"mmap"][1], b"%d" % totals[b"mmap"][0]]
            self.assertEqual(read(data), [[want, []]], path)
            seen += 1
        self.assertEqual(seen, 4)

    def test_malloc_stats(self):
        with open(px.shared("postgres", "malloc", "malloc_stats.txt"), "rb") as file:
            data = file.read()
        want = []
        for part in data.split(b"## ")[1:]:
            system, in_use, everything, _ = map(int, re.findall(rb"bytes     = +(\d+)", part))
            want.append([b"malloc_stats", b"complete", b"1", b"%d" % system,
                         b"%d" % (system - in_use), b"%d" % (everything - system), b"-"])
        self.assertEqual(len(want), 13)
        self.assertEqual([words[3:] for words, _ in read(data)], want)

    def test_beside_the_dump(self):
        """gdb's call has both printed, into a log that others write to, too."""
        data = b""
        for name in ("plans", "dealloc"):
            with open(px.shared("postgres", "contexts", "pg15-gdb-%s.log" % name), "rb") as file:
                data += file.read() + b"2026-11-21 20:03:20.414 UTC [1] LOG:  checkpoint starting\n"
            with open(px.shared("postgres", "malloc", "malloc_info-%s.xml" % name), "rb") as file:
                data += file.read().partition(b"\n")[2]
        self.assertEqual([(words[0], words[2]) for words, _ in read(data)], [
            (b"dump", b"23615"), (b"malloc", b"23615"), (b"dump", b"23617"), (b"malloc", b"23617")])


if __name__ == "__main__":
    px.main()
