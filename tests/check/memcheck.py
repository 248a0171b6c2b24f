#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""valgrind sees the program read nothing that it has not set, and give back all memory and every
descriptor: as distributions build it, in each view, live and of a root, and when things go wrong."""
import os
import re
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import px

VIEWS = ((), ("-x",), ("-d",), ("-X",), ("-XX",), ("-c",), ("-p", "-k"), ("-q", "-A", "0,7fffffffffff"),
         ("--compat=3.2", "-x"))

# What memcheck reports is no exit status of ours.
FOUND = 99
VALGRIND = ["valgrind", "--error-exitcode=%d" % FOUND, "--leak-check=full",
            "--show-leak-kinds=all", "--errors-for-leak-kinds=all", "--track-fds=yes"]


class Memcheck(px.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if px.is_sanitized(px.PMAPX):
            raise unittest.SkipTest("the sanitizers look at the same things")
        if shutil.which("valgrind") is None:
            raise unittest.SkipTest("valgrind is not installed")
        cls.home = tempfile.mkdtemp(prefix="pmapx-memcheck-")
        cls.addClassCleanup(shutil.rmtree, cls.home, True)
        for name in (".pmapxrc", ".pmaprc"):
            with open(os.path.join(cls.home, name), "w", encoding="utf-8") as out:
                out.write("[Fields Display]\nRss\nUnknown\nPerm\nVmFlags\n[Mapping]\nShowPath\n")

    def clean(self, *words, status=0, program=px.PMAPX, home=None, **popen):
        """Run the program under memcheck; gives what it printed."""
        log = os.path.join(self.home, "log")
        with self.subTest(words=words[:12], program=program):
            got = px.run([*VALGRIND, "--log-file=" + log, program, *words],
                         env=px.environment(HOME=home or self.home), **popen)
            with open(log, encoding="utf-8", errors="replace") as file:
                text = file.read()
            self.assertEqual(got.status, status, text + repr(got.stderr[:1000]))
            self.assertIn("ERROR SUMMARY: 0 errors", text)
            # Only those that it was started with: the streams, and valgrind's own.
            self.assertIn("FILE DESCRIPTORS: ", text)
            left = re.findall(r"Open \w+ .*\n==\d+== +(.*)", text)
            self.assertEqual(set(left), {"<inherited from parent>"}, text)
            return got

    def test_live(self):
        with px.Target("sysv") as target:
            pid = str(target.pid)
            for words in VIEWS:
                self.assertIn(b"\n", self.clean(*words, pid).stdout)
                if "--compat=3.2" not in words:
                    self.clean(*words, pid, program=px.PMAP)
            start = px.mappings(px.process_file(pid, "maps"))[3].start
            self.clean("-A", "%x" % start, pid)

    def test_root(self):
        """The recorded process, one with damaged lines, one without files, one that is not there."""
        recorded = os.path.join(px.SOURCE, "tests", "roots", "linux-6.18", "proc", "100")
        with px.Root() as root:
            shutil.copytree(recorded, os.path.join(root.path, "100"))
            root.process(101, smaps=px.SAMPLE.replace(b"Rss:", b"Rss") + b"7000-zzzz",
                         cmdline=b"a\xff\x1b[2J\xc3\xa9\0b")
            root.process(102)
            root.process(103, smaps=px.SAMPLE, tgid=104)
            for words in VIEWS:
                self.clean("--root", root.path, *words, "100")
                self.clean("--root", root.path, *words, "100", "101", "102", "103", "4711", status=43)

    def test_workers(self):
        with px.Root() as root:
            pids = [str(pid) for pid in range(100, 140)]
            for pid in pids:
                root.process(int(pid), smaps=px.SAMPLE * 40)
            for words in VIEWS[:4]:
                one = self.clean("--root", root.path, "--jobs", "1", *words, *pids)
                two = self.clean("--root", root.path, "--jobs", "2", *words, *pids)
                self.same(two.stdout, one.stdout)

    def test_rc_files(self):
        with px.Target("anon") as target:
            pid = str(target.pid)
            made = os.path.join(self.home, "made")
            self.clean("-N", made)
            self.clean("-N", made, status=1)
            self.clean("-C", made, pid)
            self.clean("-C", "/nonexistent", pid, status=1)
            self.clean("-C", self.home, pid, status=1)
            self.clean("-n", status=1)
            self.clean("-c", pid, home="/nonexistent", status=1)

    def test_errors(self):
        own = str(os.getpid())
        self.clean(status=1)
        self.clean("--nonsense", status=1)
        self.clean("x", status=1)
        self.clean("-A", "zz", own, status=1)
        self.clean("--root", "/nonexistent", own, status=1)
        self.clean("-h")
        self.clean("-V")
        self.clean("0", status=1)
        self.clean("2147483647", status=42)
        if os.path.exists("/dev/full"):
            with open("/dev/full", "wb") as full:
                self.clean(own, status=1, stdout=full)


if __name__ == "__main__":
    px.main()
