#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs with hardly any memory, stack, file size or threads: each ends well, or with a message and a
status; none ends with a signal, hangs, or leaves something out without a word."""
import functools
import os
import re
import shutil
import signal
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024
VIEWS = ([], ["-x"], ["-d"], ["-X"], ["-XX"])
OTHER_USER = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]


def limited(option, words, **kwargs):
    """Run words with a limit of prlimit."""
    return px.run(["prlimit", option, *words], timeout=20, **kwargs)


class Base(px.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if shutil.which("prlimit") is None:
            raise unittest.SkipTest("no prlimit")
        if px.is_sanitized(px.PMAPX):
            raise unittest.SkipTest("a sanitizer needs terabytes of addresses")
        cls.target = px.Target("many-processes", "6", "800")
        cls.addClassCleanup(cls.target.close)
        cls.pids = [value for key, value in cls.target.lines if key == "child"]
        for pid in cls.pids:
            px.settle(int(pid))

    def wanted(self, words):
        got = px.run(words)
        self.assertEqual((got.status, got.stderr), (0, b""), words)
        return got.stdout


def without_sharing(out, words):
    """An output less what depends on who else has a page: in -X, all from Pss on."""
    if not any(word.startswith("-X") for word in words):
        return out
    return [line.split()[:7] if re.match(rb" *[0-9a-f]+ [rwxsp-]{4} ", line) else line.split()[:2]
            for line in out.splitlines()]


class Memory(Base):
    """ulimit -v"""

    def starts(self, limit_kb):
        """Does the program begin to run, as far as -V?"""
        got = limited("--as=%d" % (limit_kb * 1024), [px.PMAPX, "-V"])
        return got.status == 0 and got.stdout.startswith(b"pmapx ")

    def least(self):
        """The smallest number of KiB with which it starts."""
        low, high = 0, 64 * 1024
        self.assertTrue(self.starts(high))
        while high - low > PAGE_KB:
            middle = (low + high) // 2 // PAGE_KB * PAGE_KB
            if self.starts(middle):
                high = middle
            else:
                low = middle
        return high

    @functools.cached_property
    def least_kb(self):
        return self.least()

    def check(self, got, words, whole, limit_kb):
        """True if all went well; else the failure must have been told."""
        what = "%s with %d kB: %r" % (words[-12:], limit_kb, got.stderr)
        self.assertIn(got.status, (0, 1), what)
        if got.status == 0:
            self.assertEqual(got.stderr, b"", what)
            self.assertTrue(without_sharing(got.stdout, words) == whole, what)
            return True
        lines = got.stderr.splitlines()
        self.assertGreater(len(lines), 0, what)
        for line in lines:
            self.assertRegex(line, rb"\Apmapx: ((\d+: /proc/[^:]*: )?(Cannot allocate memory|"
                             rb"out of memory)|memory allocation failed|"
                             rb"/proc: Cannot allocate memory|couldn't .*)\Z", what)
        return False

    def sweep(self, words):
        """From the least on to where it works, and somewhat beyond."""
        whole = without_sharing(self.wanted(words), words)
        step, limit_kb, well, failures = PAGE_KB, self.least_kb, 0, 0
        while well < 4:
            got = limited("--as=%d" % (limit_kb * 1024), words)
            if self.check(got, words, whole, limit_kb):
                well += 1
            else:
                well = 0
                failures += 1
            limit_kb += step
            # What the next view needs is found in steps that grow.
            step = min(step + PAGE_KB // 2, 1024)
            self.assertLess(limit_kb, 256 * 1024, "it never works")
        return failures

    def test_one_process(self):
        failures = [self.sweep([px.PMAPX, *view, self.pids[0]]) for view in VIEWS]
        self.assertGreater(max(failures), 0, "some runs have too little")

    def test_several_workers(self):
        """With too little for all of them, few do the work."""
        for view in ([], ["-x"], ["-X"]):
            self.sweep([px.PMAPX, "--jobs", "4", *view, *self.pids])

    def test_other_runs(self):
        for words in (["-h"], ["-V"], ["-X", "-A", "10000000,10005000", self.pids[0]],
                      ["-A", "10000000", self.pids[0]], ["--root", "/proc", self.pids[0]]):
            self.sweep([px.PMAPX, *words])

    def test_rc_files(self):
        """None is written by halves."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "rc")
            least = self.least_kb
            for limit_kb in range(least, least + 512, 4 * PAGE_KB):
                got = limited("--as=%d" % (limit_kb * 1024), [px.PMAPX, "-N", path])
                self.assertIn(got.status, (0, 1))
                self.assertEqual(got.stderr.count(b"\n"), 1)
                self.assertEqual(os.path.exists(path), got.status == 0, got.stderr)
                if os.path.exists(path):
                    self.assertEqual(os.stat(path).st_size, 448)
                    os.unlink(path)

    def test_as_pmap(self):
        """As quiet as pmap, with the same statuses, and whole rows."""
        words = [px.PMAP, "-X", *self.pids]
        whole = without_sharing(self.wanted(words), words)
        least = self.least_kb
        for limit_kb in range(least, least + 2048, 128):
            got = limited("--as=%d" % (limit_kb * 1024), words)
            self.assertIn(got.status, (0, 1), limit_kb)
            if got.status == 0:
                self.assertEqual(without_sharing(got.stdout, words), whole, limit_kb)


class Stack(Base):
    """ulimit -s"""

    def test_views(self):
        """Those of workers are of that size, too."""
        folder = os.path.join(self.target.directory)
        for size_kb in (16, 64, 1024):
            for words in (["-X"], ["-x"], [], ["-d", "-A", "0,7fffffffffff"], ["--jobs", "1"],
                          ["--jobs", "4", "-XX"], ["--jobs", "4", "-A", "10000000"]):
                words = [px.PMAPX, *words, *self.pids]
                whole = without_sharing(self.wanted(words), words)
                got = limited("--stack=%d" % (size_kb * 1024), words, cwd=folder)
                if got.status == -signal.SIGKILL and size_kb < 128:
                    continue  # The kernel could not put the arguments there.
                self.assertEqual((got.status, got.stderr), (0, b""), (words[:4], size_kb))
                self.assertEqual(without_sharing(got.stdout, words), whole)


class FileSize(Base):
    """ulimit -f"""

    def test_rc_files(self):
        """A file that may not be written is not there; the signal is not what tells."""
        for program in (px.PMAPX, px.PMAP):
            for size in (0, 1, 447):
                with tempfile.TemporaryDirectory() as folder:
                    got = limited("--fsize=%d" % size, [program, "-N", os.path.join(folder, "rc")])
                    self.assertEqual(got.status, 1, got.stderr)
                    self.assertRegex(got.stderr, rb"\A\w+: couldn't create the rc file"
                                     rb"(: [^\n]*: File too large)?\n\Z")
                    self.assertEqual(os.listdir(folder), [])
        with tempfile.TemporaryDirectory() as folder:
            got = limited("--fsize=448", [px.PMAPX, "-N", os.path.join(folder, "rc")])
            self.assertEqual((got.status, os.listdir(folder)), (0, ["rc"]))

    def test_output(self):
        """What is printed into a file is cut with the signal, as that of any program."""
        with tempfile.TemporaryFile() as out:
            got = limited("--fsize=4096", [px.PMAPX, *self.pids], stdout=out)
            self.assertEqual((got.status, got.stderr), (-signal.SIGXFSZ, b""))
            self.assertLessEqual(os.fstat(out.fileno()).st_size, 4096)
        with tempfile.TemporaryFile() as out:
            got = px.run(["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh", "prlimit", "--fsize=4096",
                          px.PMAPX, *self.pids], stdout=out)
            self.assertEqual(got.status, 1)
            self.assertEqual(got.stderr, b"pmapx: write error: File too large\n")


class Threads(Base):
    """ulimit -u"""

    def test_none_allowed(self):
        """One worker does it all, without a word."""
        words = []
        if os.geteuid() == 0:
            if not shutil.which("setpriv") or \
                    px.run([*OTHER_USER, "test", "-x", px.PMAPX]).status != 0:
                self.skipTest("root has no such limit, and no other user may run pmapx")
            words = OTHER_USER
        pids = [pid for pid in os.listdir("/proc") if pid.isdigit()][:20] + self.pids
        for view in ([], ["-q"], ["-d"]):
            command = [*words, px.PMAPX, "--jobs", "4", *view, *self.pids]
            free = px.run(command)
            got = px.run(["prlimit", "--nproc=1", *command], timeout=20)
            self.assertEqual(got.status, free.status)
            self.same(got.stdout, free.stdout)
            self.same(got.stderr, free.stderr)


class Descriptors(Base):
    """ulimit -n"""

    def test_many_processes(self):
        """3,000 operands with 16 descriptors, by one worker and by two."""
        pids = self.pids * 500
        for program in (px.PMAPX, px.PMAP):
            for view in (["-q", "-A", "10000000,10003000"], ["-dq", "-A", "10000000,10003000"]):
                block = {pid: px.run([program, *view, pid]).stdout for pid in self.pids}
                self.assertGreater(min(map(len, block.values())), 200)
                for jobs in ([["--jobs", "1"], ["--jobs", "2"], []]
                             if program == px.PMAPX else [[]]):
                    got = px.run(["sh", "-c", 'ulimit -n 16; exec "$@"', "sh", program, *jobs,
                                  *view, *pids])
                    self.assertEqual((got.status, got.stderr), (0, b""), (jobs, view))
                    self.same(got.stdout, b"".join(block[pid] for pid in pids))

    def test_as_few_as_there_may_be(self):
        """From none on: all is shown, or what lacks is told. Where there are enough for one worker,
        four do not fail."""
        whole = self.wanted([px.PMAPX, *self.pids])
        least = None
        for jobs in ("1", "4"):
            seen = set()
            for count in range(3, 16):
                got = limited("--nofile=%d" % count, [px.PMAPX, "--jobs", jobs, *self.pids])
                if got.status == 127:
                    continue  # Libraries could not be opened.
                seen.add(got.status)
                if got.status == 0:
                    self.same(got.stdout, whole)
                    self.assertEqual(got.stderr, b"")
                    least = least or count
                else:
                    self.assertTrue(least is None or count < least, (jobs, count))
                    self.assertIn(got.status, (1, 42, 43))
                    self.assertRegex(got.stderr, rb"\A(pmapx: [^\n]*Too many open files\n)+\Z")
            self.assertIn(0, seen)


if __name__ == "__main__":
    px.main()
