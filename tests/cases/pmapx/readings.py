# SPDX-License-Identifier: GPL-2.0-or-later
"""One reading of each file, in large pieces: what strace counts (D15, D16)."""
import os
import re
import shutil
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import px


class Readings(px.TestCase):

    @classmethod
    def setUpClass(cls):
        if shutil.which("strace") is None:
            raise unittest.SkipTest("no strace")
        if px.is_sanitized(px.PMAPX):
            raise unittest.SkipTest("a sanitized build reads /proc for itself")
        if px.run(["strace", "-o", "/dev/null", "true"]).status != 0:
            raise unittest.SkipTest("tracing is not permitted here")
        cls.target = px.Target("many", "3000", "touched")
        cls.addClassCleanup(cls.target.close)

    def trace(self, *words):
        """The system calls of a run: how often each file was opened, and the sizes read."""
        log = os.path.join(self.target.directory, "trace")
        got = px.run(["strace", "-qq", "-e", "trace=openat,read,close", "-o", log, px.PMAPX,
                      *words, str(self.target.pid)])
        self.assertEqual(got.status, 0, got.stderr)
        opened, reads, names = [], {}, {}
        with open(log) as lines:
            for line in lines:
                call = re.match(r'openat\([^"]*"([^"]*)".*= (\d+)$', line)
                if call:
                    opened.append(call[1])
                    names[call[2]] = call[1]
                call = re.match(r"read\((\d+),.* (\d+)\) += (\d+)$", line)
                if call:
                    reads.setdefault(names.get(call[1]), []).append((int(call[2]), int(call[3])))
        return opened, reads

    def test_one_reading(self):
        for words, file, other in (((), "maps", "smaps"), (("-d",), "maps", "smaps"),
                                   (("-x",), "smaps", "maps"), (("-X",), "smaps", "maps"),
                                   (("-XX",), "smaps", "maps")):
            with self.subTest(words=words):
                opened, reads = self.trace(*words)
                self.assertEqual(opened.count(file), 1, "opened once")
                # Asking maps whether the process is still there is no reading.
                self.assertNotIn(other, reads)
                self.assertEqual(opened.count(other), other == "maps")
                ends = [got for _, got in reads[file] if got == 0]
                self.assertEqual(len(ends), 1, "read to its end once")

    def test_large_pieces(self):
        """The kernel is offered more than the page that it fills at a time."""
        page = os.sysconf("SC_PAGE_SIZE")
        for words, file in (((), "maps"), (("-X",), "smaps")):
            with self.subTest(words=words):
                _, reads = self.trace(*words)
                self.assertGreaterEqual(min(room for room, _ in reads[file]), 4 * page)


if __name__ == "__main__":
    px.main()
