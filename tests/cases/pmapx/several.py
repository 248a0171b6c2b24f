#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""-X with several processes: totals are each one's own, a process without mappings has no footer,
and field columns never become narrower."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

ONE = px.smaps_entry(px.map_line("00010000-00011000", "r--p", "/f"), ("Size", "Rss"), "rd", Rss=4)
BIG = px.smaps_entry(px.map_line("7f0000000000-7f0010000000", "rw-p", "/g", "103:00001", 12345678),
                     ("Size", "Rss"), "rd wr mr", Rss=262144)
SMALL_BLOCK = """\
%d:   A
 Address Perm   Offset Device Inode Size Rss Mapping
00010000 r--p 00000000  00:00     0    4   4 f
                                    ==== ===␠
                                       4   4 KB␠
"""


class Several(px.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = px.Root()
        cls.root.process(100, smaps=ONE).process(101, smaps=BIG).process(102, smaps=ONE)
        cls.root.process(2, smaps=b"", cmdline=b"", comm="kthreadd")

    @classmethod
    def tearDownClass(cls):
        cls.root.__exit__()

    def test_totals(self):
        self.everywhere(self.root, ["-X", "100", "102", "100"],
                        px.listing(SMALL_BLOCK % 100 + SMALL_BLOCK % 102 + SMALL_BLOCK % 100))

    def test_no_orphan_footer(self):
        self.everywhere(self.root, ["-X", "2"], b"2:   [kthreadd]\n")
        self.everywhere(self.root, ["-X", "100", "2", "102", "2"], px.listing(
            SMALL_BLOCK % 100 + "2:   [kthreadd]\n" + SMALL_BLOCK % 102 + "2:   [kthreadd]\n"))

    def test_widths(self):
        self.everywhere(self.root, ["-X", "101", "2", "102"], px.listing("""\
101:   A
     Address Perm   Offset    Device    Inode   Size    Rss Mapping
7f0000000000 rw-p 00000000 103:00001 12345678 262144 262144 g
                                              ====== ======␠
                                              262144 262144 KB␠
2:   [kthreadd]
102:   A
 Address Perm   Offset Device Inode   Size    Rss Mapping
00010000 r--p 00000000  00:00     0      4      4 f
                                    ====== ======␠
                                         4      4 KB␠
"""))

    def test_other_keys(self):
        """Each process has the columns of its own keys, as wide as they were before."""
        with px.Root() as root:
            root.process(100, smaps=px.map_line("00010000-00011000", name="/f") +
                         b"Size: 4 kB\nOld: 2000 kB\n")
            root.process(101, smaps=px.map_line("00010000-00011000", name="/g") +
                         b"New: 3 kB\nSize: 4 kB\n")
            root.process(102, smaps=px.map_line("00010000-00011000", name="/h") +
                         b"Size: 4 kB\nOld: 2 kB\n")
            self.everywhere(root, ["-X", "100", "101", "102"], px.listing("""\
100:   A
 Address Perm   Offset Device Inode Size  Old Mapping
00010000 r--p 00000000  00:00     0    4 2000 f
                                    ==== ====␠
                                       4 2000 KB␠
101:   A
 Address Perm   Offset Device Inode Size New Mapping
00010000 r--p 00000000  00:00     0    4   3 g
                                    ==== ===␠
                                       4   3 KB␠
102:   A
 Address Perm   Offset Device Inode Size  Old Mapping
00010000 r--p 00000000  00:00     0    4    2 h
                                    ==== ====␠
                                       4    2 KB␠
"""))


if __name__ == "__main__":
    px.main()
