#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run costs, where it can be counted: system calls, readings, files opened, peak memory.

Measured against tests/bench: px_empty does nothing, px_read reads a file in large pieces and throws
it away. Instructions are counted in instructions.py, threads in cases/pmapx/jobs.py. Time is never
tested."""
import collections
import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import px
import tars
import trace
from made import make_process

# Each view and the file that it reads.
VIEWS = {(): "maps", ("-d",): "maps", ("-x",): "smaps", ("-X",): "smaps", ("-XX",): "smaps"}

# System calls more than those of an empty program, up to SMALL_READS readings of the file.
MOST_CALLS = {(): 20, ("-d",): 20, ("-x",): 27, ("-X",): 27}
SMALL_READS = 10

# KiB at MAPPINGS mappings.
MAPPINGS = 300000
MOST_MEMORY = {(): 4096, ("-d",): 4096, ("-x",): 4096, ("-X",): 49152, ("-XX",): 49152}
# What rank, --by and diff may use of two processes that differ by OTHERS mappings. --by address of diff keeps
# them all, so many bytes of each.
LARGEST, OTHERS = 324000, 1000
MOST_OF_SUMS = 4096
MOST_OF_ADDRESSES = 512
# And the system calls of diff beside those that it takes to read the files, of which it may need one in fifty
# more, as what is left of a buffer is kept.
MOST_DIFF_CALLS = 120
# Loading a capture of so many processes of so many mappings each; all are of a PostgreSQL server, so that their rows
# wait for the end.
LOADED, EACH = 1500, 333
MOST_OF_LOADS = 65536
# What the workers may hold back together, above that, while the first process is being shown.
MOST_BACKLOG = 8192


def program(name):
    """The path of a program of tests/bench."""
    path = os.path.join(px.BUILD, "tests", name)
    if not os.path.exists(path):
        raise unittest.SkipTest("no " + path)
    return path


def floor_reads(path):
    """How many read() calls it takes to read a file, the one that finds its end included."""
    got = px.run([program("px_read"), "-c", path])
    if got.status != 0:
        raise AssertionError(got.stderr)
    return int(got.stdout.split()[0])


class Calls(px.TestCase):
    def setUp(self):
        trace.need()

    def traced(self, *argv, options=(), **env):
        got = trace.run(argv, options, env=px.environment(**env))
        self.assertEqual((got.status, got.stderr), (0, b""), argv)
        self.assertTrue(got.calls)
        return got.calls

    def test_small_process(self):
        """System calls from start to exit."""
        empty = self.traced(program("px_empty"))
        with px.sleeper() as pid:
            for words, most in MOST_CALLS.items():
                with self.subTest(words=words):
                    reads = floor_reads("/proc/%d/%s" % (pid, VIEWS[words]))
                    calls = self.traced(px.PMAPX, *words, str(pid))
                    more = len(calls) - len(empty)
                    counts = collections.Counter(call.name for call in calls)
                    counts.subtract(call.name for call in empty)
                    self.assertLessEqual(more, most + max(0, reads - SMALL_READS),
                                         "%d more than an empty program: %s" % (
                                             more, +counts))

    def same_reads(self, target):
        for words, name in VIEWS.items():
            with self.subTest(words=words):
                path = "/proc/%d/%s" % (target.pid, name)
                floor = floor_reads(path)
                calls = self.traced(px.PMAPX, *words, str(target.pid),
                                    options=trace.only(*trace.READS))
                # One more, at the end, tells that the process is still there: of maps, as
                # that costs nothing. What stands last in it on x86-64 tells that as well.
                more = not px.process_file(target.pid, "maps").endswith(b"[vsyscall]\n")
                self.assertEqual(trace.reads(calls, path), floor + (more and name == "maps"))
                if name == "smaps":
                    maps = "/proc/%d/maps" % target.pid
                    self.assertEqual(trace.reads(calls, maps), 1)
        return floor

    def test_reads(self):
        """As many read() calls as it takes to read the file, and one of maps."""
        with px.Target("many", "3000", "touched") as target:
            self.assertGreater(self.same_reads(target), 100)

    def test_reads_of_long_lines(self):
        """The kernel makes room for a path that is longer than what it hands out at a time."""
        for length in ("900", "4000"):
            with px.Target("path", length) as target:
                self.same_reads(target)


class Files(px.TestCase):
    """Which files are opened."""

    def setUp(self):
        trace.need()

    def opened(self, *argv, **env):
        got = trace.run(argv, trace.only(*trace.OPENS), env=px.environment(**env))
        self.assertEqual((got.status, got.stderr), (0, b""), argv)
        return trace.opened(got.calls)

    def of_locales(self, locale, *argv):
        """What is opened outside /proc that an empty program does not open."""
        found = self.opened(px.PMAPX, *argv, LC_ALL=locale)
        self.assertTrue([path for path in found if path.startswith("/proc/")])
        empty = set(self.opened(program("px_empty"), LC_ALL=locale))
        return [path for path in found if path != "/proc" and not path.startswith("/proc/")
                and path not in empty]

    def locales(self):
        for name in ("C", "C.UTF-8", "en_US.UTF-8"):
            with contextlib.suppress(unittest.SkipTest):
                px.need_locale(name)
                yield name

    def test_one_process(self):
        """The file of the view, once, and never smaps for maps; who the process is. status is
        for threads: stat tells that this is the first."""
        with px.sleeper() as pid:
            own = "/proc/%d/" % pid
            for words, name in VIEWS.items():
                with self.subTest(words=words):
                    found = self.opened(px.PMAPX, *words, str(pid))
                    inside = [path[len(own):] for path in found if path.startswith(own)]
                    # maps is asked at the end whether the process is still there.
                    self.assertEqual(sorted(inside), sorted({"cmdline", "maps", name, "stat"}))
                    others = {path for path in found
                              if re.match("/proc(/|$)", path) and not path.startswith(own)}
                    self.assertLessEqual(others, {"/proc", own[:-1]})

    def test_range(self):
        """-A changes nothing about that."""
        with px.sleeper() as pid:
            one = px.mappings(px.process_file(pid, "maps"))[2]
            for words, name in VIEWS.items():
                for value in ("%x" % one.start, "%x,%x" % (one.start, 2 ** 64 - 1)):
                    with self.subTest(words=words, value=value):
                        found = self.opened(px.PMAPX, *words, "-A", value, str(pid))
                        self.assertEqual([os.path.basename(path) for path in found
                                          if path.endswith("maps")],
                                         ["maps"] + ["smaps"] * (name == "smaps"))

    def test_no_locale(self):
        """Output of ASCII needs no locale."""
        with px.sleeper() as pid:
            for locale in self.locales():
                for words in VIEWS:
                    with self.subTest(locale=locale, words=words):
                        self.assertEqual(self.of_locales(locale, *words, str(pid)), [])

    def test_locale(self):
        """Only the locale tells what other bytes are: so the test above can fail."""
        px.need_locale("en_US.UTF-8")
        with px.Target("names", "utf8") as target:
            for words in VIEWS:
                with self.subTest(words=words):
                    found = self.of_locales("en_US.UTF-8", *words, str(target.pid))
                    self.assertTrue([path for path in found if "locale" in path], found)


def peak_kb(root, *words, status=0):
    """KiB of the program at most; what it costs is written down in the root."""
    results = os.path.join(root.path, "results")
    got = px.run([program("px_spawn"), results, px.PMAPX, *words], stdout=subprocess.DEVNULL)
    if (got.status, got.stderr) != (status, b""):
        raise AssertionError("%r: status %d: %r" % (words, got.status, got.stderr[:100]))
    with open(results) as lines:
        found = int(lines.read().split()[-2])
    os.remove(results)
    return found


class Memory(px.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if px.is_sanitized(px.PMAPX):
            raise unittest.SkipTest("a sanitizer has memory of its own")
        program("px_spawn")
        cls.root = px.Root()
        cls.addClassCleanup(cls.root.__exit__)
        make_process(cls.root, 100, MAPPINGS)
        make_process(cls.root, 101, 3000)

    def peak(self, *words):
        return peak_kb(self.root, "--root", self.root.path, *words)

    def test_the_made_process(self):
        """It is as large and as varied as it is meant to be."""
        rows = self.root.pmapx("-q", "100").stdout.splitlines()
        self.assertEqual(len(rows), 1 + MAPPINGS)
        path = os.path.join(self.root.path, "100", "smaps")
        self.assertGreater(os.path.getsize(path), 180e6)
        rss = [int(row.split()[2]) for row in self.root.pmapx("-xq", "100").stdout.splitlines()[1:]]
        self.assertEqual(len(rss), MAPPINGS)
        self.assertGreater(sum(1 for one in rss if one), MAPPINGS * 0.4)
        self.assertEqual({len(str(one)) for one in rss}, {1, 2, 3, 4, 5, 6})

    def test_one_process(self):
        for words, most in MOST_MEMORY.items():
            with self.subTest(words=words):
                self.assertLessEqual(self.peak(*words, "100"), most)

    def test_backlog(self):
        """What other workers make while a large process is being shown waits in bounds."""
        many = ["101"] * 200
        for words in ((), ("-x",)):
            with self.subTest(words=words):
                self.assertLessEqual(self.peak("--jobs", "2", *words, "100", *many),
                                     MOST_MEMORY[words] + MOST_BACKLOG)


class Sums(px.TestCase):
    """Groups, ranks and comparisons of as many mappings keep sums, not mappings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if px.is_sanitized(px.PMAPX):
            raise unittest.SkipTest("a sanitizer has memory of its own")
        cls.old, cls.new = (cls.enterClassContext(px.Root()) for _ in range(2))
        make_process(cls.old, 100, LARGEST - OTHERS)
        make_process(cls.new, 100, LARGEST)

    def test_memory(self):
        for words in (("--by", "name"), ("--by", "kind,path"), ("rank", "--fields=pid,own,own_swap")):
            with self.subTest(words=words):
                self.assertLessEqual(peak_kb(self.new, *words, "--root", self.new.path, "100"), MOST_OF_SUMS)
        for words in ((), ("--by=path,kind,perm",), ("--by=pid",), (self.new.path, "--by=class")):
            with self.subTest(diff=words):
                # Of three looks of which two are the same, nothing has grown each time.
                self.assertLessEqual(peak_kb(self.new, "diff", self.old.path, self.new.path, *words,
                                             status=int(self.new.path not in words)), MOST_OF_SUMS)

    def test_addresses(self):
        """These are kept, each."""
        most = MOST_OF_SUMS + LARGEST * MOST_OF_ADDRESSES // 1024
        self.assertLessEqual(peak_kb(self.new, "diff", "--by=address", "-q", self.old.path, self.new.path, status=1),
                             most)

    def test_compared(self):
        """All of them were, and differ as they were made."""
        got = px.pmapx("diff", "--by=pid", "--fields=count_old,count_new,count", "--format=tsv", self.old.path,
                       self.new.path)
        self.result(got, "count_old\tcount_new\tcount\n%d\t%d\t%d\n" % (LARGEST - OTHERS, LARGEST, OTHERS), status=1)
        got = px.pmapx("diff", "--by=address", "--fields=state", "--format=tsv", self.old.path, self.new.path)
        self.result(got, "state\n" + OTHERS * "appeared\n", status=1)

    def test_calls(self):
        """Each look is read once, in large pieces, and maps not at all."""
        trace.need()
        looks = self.old.path, self.new.path
        got = trace.run([px.PMAPX, "diff", *looks])
        self.assertEqual((got.status, got.stderr), (1, b""))
        reads = sum(floor_reads(os.path.join(look, "100", "smaps")) for look in looks)
        self.assertLessEqual(len(got.calls), MOST_DIFF_CALLS + reads + reads // 50)
        for look in looks:
            self.assertNotIn(os.path.join(look, "100", "maps"), trace.opened(got.calls))


class Loads(px.TestCase):
    """Loading keeps no mappings, and of processes little; what SQLite keeps counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if px.is_sanitized(px.PMAPX):
            raise unittest.SkipTest("a sanitizer has memory of its own")
        if not shutil.which("zstd"):
            raise unittest.SkipTest("zstd is not installed")
        cls.root = cls.enterClassContext(px.Root())
        cls.capture, cls.db = (os.path.join(cls.root.path, name) for name in ("case.tar.zst", "db"))
        make_process(cls.root, 100, EACH)
        smaps = cls.root.read("100/smaps")
        with open(cls.capture, "wb") as out, subprocess.Popen(["zstd", "-q", "-1", "-c"], stdin=subprocess.PIPE,
                                                              stdout=out) as packer:
            for part in cls.parts(smaps):
                packer.stdin.write(part)

    @staticmethod
    def parts(smaps):
        """Entries of the capture."""
        manifest = '{"pmapx_capture": 1, "complete": %s, "order": "pid", "label": "A", "host": "h"}'
        yield tars.entry("pmapx.json", manifest % "false")
        rest = tars.entry("", smaps)[tars.BLOCK:]
        for pid in range(100, 100 + LOADED):
            name = "proc/%d/" % pid
            yield tars.entry(name + "stat", px.stat_line(pid, "postgres", ppid=100 if pid > 100 else 1))
            title = b"postgres: user%d database [local] idle" % pid if pid > 100 else b"/usr/lib/postgresql/15/bin/postgres"
            yield tars.entry(name + "cmdline", title + bytes(200))
            yield tars.entry(name + "exe", "/usr/lib/postgresql/15/bin/postgres\n")
            yield tars.header(name + "smaps", len(smaps)) + rest
        yield tars.entry("pmapx.json", manifest % "true") + tars.END

    def test_sqlite(self):
        self.assertLessEqual(peak_kb(self.root, "load", self.db, self.capture), MOST_OF_LOADS)
        with contextlib.closing(sqlite3.connect(self.db)) as db:
            self.assertEqual(db.execute("SELECT COUNT(*) FROM mapping WHERE rss >= 0").fetchone(), (LOADED * EACH,))
            self.assertEqual(db.execute("SELECT COUNT(*) FROM process WHERE pg_instance = 100").fetchone(), (LOADED,))

    def test_psql(self):
        self.assertLessEqual(peak_kb(self.root, "load", "--psql", self.capture), MOST_OF_LOADS)


if __name__ == "__main__":
    px.main()
