#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What no process here can be made to look like, laid out as /proc and mounted there: the installed
pmap is fooled by it, pmapx is not (D7, D10, D11, D13, D14, D20, D28, D33).

The same roots are looked at more closely elsewhere (odd_fields.py, extended.py, labels.py,
spoofing.py, long_lines.py); this shows that each is a case."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
from rows import ROW_SMAPS, Base

FIRST = px.map_line("00010000-00011000", "r--p", "/f")
SECOND = px.map_line("00020000-00022000", "r--p", "/g")
GOOD = px.smaps_entry(px.map_line("00009000-0000a000", "r--p", "/good"), ("Size", "Rss", "Swap"))


class Prepared(Base):
    def setUp(self):
        px.unshare_command()
        self.root = px.Root()
        self.addCleanup(self.root.__exit__)

    def fooled(self, *words, **kwargs):
        """What the installed pmap makes of the root, or None where there is none."""
        if not self.pmap_is():
            return None
        return self.root.mounted([px.SYSTEM_PMAP, *words], **kwargs)

    def test_a_line_without_end(self):
        """-X runs until it is stopped (D13)."""
        self.root.process(101, smaps=GOOD, cmdline=b"B\0")
        for smaps in (FIRST[:-1], px.map_line("00010000-00011000", "r--p", "/" + "x" * 1200)[:-1]):
            self.root.process(100, smaps=smaps)
            for name, got in self.root.ways("-X", "100", "101", timeout=10):
                self.assertEqual(got.status, 1, name)
                self.assertIn(b"101:   B\n", got.stdout)
            if self.pmap_is():
                with self.assertRaisesRegex(AssertionError, "timed out"):
                    self.fooled("-X", "100", timeout=0.5)

    def test_a_key_that_is_missing(self):
        """The value of the mapping above is shown again (D14)."""
        self.root.process(100, smaps=FIRST + b"Size: 4 kB\nRss: 3 kB\nSwap: 77 kB\n" +
                          SECOND + b"Size: 8 kB\nRss: 1 kB\n")
        for name, got in self.root.ways("-Xq", "100"):
            self.assertEqual([row.split()[-2] for _, row in ROW_SMAPS.findall(got.stdout)],
                             [b"77", b"-"], name)
        got = self.fooled("-Xq", "100")
        if got:
            self.assertEqual([row.split()[-2] for _, row in ROW_SMAPS.findall(got.stdout)],
                             [b"77", b"77"], "pmap is fooled")

    def test_a_line_that_is_nothing(self):
        """The processes behind it are dropped (D20), also for the Name: of Android's kernels."""
        for line in (b"nonsense\n", b"Name:           [anon:x]\n", b"Rss: many kB\n"):
            self.root.process(100, smaps=FIRST + b"Size: 4 kB\n" + line + b"Swap: 0 kB\n")
            self.root.process(101, smaps=GOOD, cmdline=b"B\0")
            for name, got in self.root.ways("-X", "100", "101"):
                self.assertIn(b"101:   B\n", got.stdout, name)
                self.assertEqual(got.status, 0 if line.startswith(b"Name") else got.status)
            got = self.fooled("-X", "100", "101")
            if got:
                self.assertNotIn(b"101:   B\n", got.stdout, "pmap is fooled")
                self.assertEqual(got.status, 1)

    def test_labels(self):
        """A name given to memory is taken for a path (D28)."""
        self.root.process(100, maps=px.map_line("00010000-00011000", "rw-p",
                                                "[anon:/usr/bin/login]"))
        want = {("-q",): b"  [ anon ]", ("-qp",): b"  [ anon ]"}
        for words, name in want.items():
            for _, got in self.root.ways(*words, "100"):
                self.same(got.stdout, b"100:   A\n0000000000010000      4K rw--- " + name + b"\n")
            got = self.fooled(*words, "100")
            if got:
                self.assertIn(b"login]\n", got.stdout, "pmap is fooled")

    def test_no_row(self):
        """-x has none for a mapping without Swap:, and its numbers are in the next row (D33)."""
        self.root.process(100, smaps=FIRST + b"Size: 4 kB\nRss: 3 kB\nPrivate_Dirty: 2 kB\n" +
                          SECOND + b"Size: 8 kB\nSwap: 0 kB\n")
        for name, got in self.root.ways("-xq", "100"):
            self.same(got.stdout, b"100:   A\n"
                      b"0000000000010000       4       3       2 r---- f\n"
                      b"0000000000020000       8       ?       ? r---- g\n", name)
        got = self.fooled("-xq", "100")
        if got:
            self.assertNotIn(b" f\n", got.stdout, "pmap is fooled")
            self.assertIn(b"       8       3       2 r---- g\n", got.stdout)

    def test_other_roads(self):
        """What real processes do in the other fooled_*.py fools pmap on a prepared root, too: the
        roots are what they are meant to be."""
        forged = b"00007fff00000000-00007fff40000000 rwxp 00000000 00:00 0"
        name = b"/" + b"d" * (1023 - 73 - 2) + b"/" + forged
        self.root.process(100, maps=px.map_line("00010000-00011000", "rw-p", name))
        self.root.process(101, maps=FIRST, cmdline=b"own\0", status="Name:\tTgid:102\nTgid:\t101\n")
        self.root.process(102, maps=SECOND, cmdline=b"other\0")
        for way, got in self.root.ways("-q", "100", "101"):
            self.same(got.stdout, b"100:   A\n0000000000010000      4K rw--- " + forged +
                      b"\n101:   own\n0000000000010000      4K r---- f\n", way)
        got = self.fooled("-q", "100", "101")
        if got:
            self.assertIn(b"\n00007fff00000000 1048576K rwx--", got.stdout, "pmap is fooled")
            self.assertIn(b"\n102:   own\n0000000000020000      8K r---- g\n", got.stdout)


if __name__ == "__main__":
    px.main()
