#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""-A limits every row and every total in every view (pmap: not in -x's, nor at all in old -X)."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

KEYS = ("Size", "Rss", "Shared_Dirty", "Private_Dirty", "Swap")
SMAPS = b"".join(px.smaps_entry(px.map_line(span, "rw-p", name), KEYS, "rd", Rss=rss,
                                Private_Dirty=dirty)
                 for span, name, rss, dirty in (
                     ("00400000-00401000", "/a", 4, 1), ("00402000-00404000", "/b", 8, 2),
                     ("00404000-00408000", "/c", 16, 4), ("00408000-00410000", "/d", 32, 8)))
HEADING = "100:   A\nAddress           Kbytes     RSS   Dirty Mode  Mapping\n"
DASHES = "---------------- ------- ------- -------␠\n"


class Range(px.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = px.Root().process(100, smaps=SMAPS)

    @classmethod
    def tearDownClass(cls):
        cls.root.__exit__()

    def test_extended(self):
        for value, rows, totals in (
                ("404000", "0000000000404000      16      16       4 rw--- c\n", (16, 16, 4)),
                ("402000,", "0000000000402000       8       8       2 rw--- b\n"
                 "0000000000404000      16      16       4 rw--- c\n"
                 "0000000000408000      32      32       8 rw--- d\n", (56, 56, 14)),
                (",402000", "0000000000400000       4       4       1 rw--- a\n"
                 "0000000000402000       8       8       2 rw--- b\n", (12, 12, 3)),
                ("500000", "", (0, 0, 0)), ("1,2", "", (0, 0, 0)), ("401000", "", (0, 0, 0)),
                ("404000,401000", "", (0, 0, 0))):
            self.everywhere(self.root, ["-x", "-A", value, "100"], px.listing(
                HEADING + rows + DASHES + "total kB         %7d %7d %7d\n" % totals))
            self.everywhere(self.root, ["-xq", "-A", value, "100"], px.listing("100:   A\n" + rows))

    def test_smaps_view(self):
        self.everywhere(self.root, ["-X", "-A", "402000,407fff", "100"], px.listing("""\
100:   A
 Address Perm   Offset Device Inode Size Rss Swap Mapping
00402000 rw-p 00000000  00:00     0    8   8    0 b
00404000 rw-p 00000000  00:00     0   16  16    0 c
                                    ==== === ====␠
                                      24  24    0 KB␠
"""))

    def test_nothing_matches(self):
        self.everywhere(self.root, ["-X", "-A", "1", "100"], px.listing("""\
100:   A
 Address Perm   Offset Device Inode Size Rss Swap Mapping
                                    ==== === ====␠
                                       0   0    0 KB␠
"""))
        self.everywhere(self.root, ["-A", "1", "100"], b"100:   A\n total                0K\n")
        self.everywhere(self.root, ["-d", "-A", "1", "100"], px.listing("""\
100:   A
Address           Kbytes Mode  Offset           Device    Mapping
mapped: 0K    writeable/private: 0K    shared: 0K
"""))
        self.everywhere(self.root, ["-Xq", "-A", "1", "100"], b"100:   A\n")

    def test_selected_columns(self):
        rc = os.path.join(self.root.path, "rc")
        self.root.file("rc", "[Fields Display]\nRss\nMapping\n")
        got = self.root.pmapx("-C", rc, "-A", "404000", "100")
        self.result(got, px.listing("""\
100:   A
 Address Rss Mapping
00404000  16 c
         ===␠
          16 KB␠
"""))

    def test_each_process_anew(self):
        once = HEADING + "0000000000404000      16      16       4 rw--- c\n" + DASHES \
            + "total kB              16      16       4\n"
        self.everywhere(self.root, ["-x", "-A", "404000", "100", "100"], px.listing(once * 2))


if __name__ == "__main__":
    px.main()
