#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs that pmap does not get through, or ends without a word (D18, D21, D22, D23)."""
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
from rows import Base

AS_PMAP = os.path.join(px.BUILD, "pmap")
NO_PROCESS = 2147483647


class ManyOperands(Base):
    """There is no limit on processes (D22, D23)."""

    def test_256_and_more(self):
        with px.Target("anon") as target:
            once = self.pmapx(str(target.pid))
            for count in (255, 256, 1100):
                self.same(self.pmapx(*[str(target.pid)] * count), once * count, str(count))
            if self.pmap_is(last=(4, 0, 5)):
                got = px.run([px.SYSTEM_PMAP, *[str(target.pid)] * 256])
                self.assertEqual((got.stdout, got.status), (b"", 1), "pmap is fooled")

    def test_many_processes(self):
        with px.Target("many-processes", "300") as target:
            pids = [value for key, value in target.lines if key == "child"]
            out = self.pmapx("-q", *pids)
            self.assertEqual(re.findall(rb"^(\d+): ", out, re.MULTILINE),
                             [pid.encode() for pid in pids])

    def test_few_descriptors(self):
        with px.Target("anon") as target:
            got = px.run(["sh", "-c", "ulimit -n 32 && exec \"$@\"", "sh", px.PMAPX,
                          *[str(target.pid)] * 100])
            self.assertEqual((got.status, got.stderr), (0, b""))


class Complaints(Base):
    """What is missing is named on standard error, but never by pmap (D18, D21)."""

    def unreadable(self):
        """(target, words to put before the command): a map that we may not read."""
        words = ["setpriv", "--reuid", "65534", "--clear-groups"]
        if os.geteuid() != 0:
            target, words = px.Target("unreadable"), []
        elif not shutil.which("setpriv") or px.run([*words, "test", "-x", px.PMAPX]).status != 0:
            self.skipTest("no other user may run pmapx")
        else:
            target = px.Target("anon")
        self.addCleanup(target.close)
        if px.run([*words, "cat", "/proc/%d/maps" % target.pid]).status == 0:
            self.skipTest("everybody may read this map")
        return target, words

    def complaint(self, line, *parts):
        self.assertTrue(line.startswith(b"pmapx: "), line)
        for part in parts:
            self.assertIn(part, line)

    def test_missing(self):
        for view in ([], ["-x"], ["-X"], ["-q"]):
            got = px.pmapx(*view, str(NO_PROCESS), str(NO_PROCESS - 1))
            self.assertEqual((got.stdout, got.status), (b"", 42))
            lines = got.stderr.splitlines()
            self.assertEqual(len(lines), 2, got.stderr)
            self.complaint(lines[0], b"%d" % NO_PROCESS)
            self.complaint(lines[1], b"%d" % (NO_PROCESS - 1))
            self.result(px.run([AS_PMAP, *view, str(NO_PROCESS)]), status=42)

    def test_unreadable(self):
        target, words = self.unreadable()
        pid = str(target.pid)
        title = px.process_file(pid, "cmdline").rstrip(b"\0").replace(b"\0", b" ")
        header = b"%d:   %s\n" % (target.pid, title)
        for view, file in ((["-p"], b"maps"), (["-d"], b"maps"), (["-x"], b"smaps"),
                           (["-X"], b"smaps"), (["-XX"], b"smaps")):
            got = px.run([*words, px.PMAPX, *view, pid])
            self.assertEqual((got.stdout, got.status), (header, 1))
            self.assertEqual(len(got.stderr.splitlines()), 1, got.stderr)
            self.complaint(got.stderr, b"%d" % target.pid, file, b"Permission denied")
            self.result(px.run([*words, AS_PMAP, *view, pid]), header, status=1)

    def test_both(self):
        target, words = self.unreadable()
        pids = [str(target.pid), str(NO_PROCESS)]
        got = px.run([*words, px.PMAPX, *pids])
        self.assertEqual(got.status, 43)
        self.assertEqual(len(got.stderr.splitlines()), 2, got.stderr)
        got = px.run([*words, AS_PMAP, *pids])
        self.assertEqual((got.status, got.stderr), (43, b""))


if __name__ == "__main__":
    px.main()
