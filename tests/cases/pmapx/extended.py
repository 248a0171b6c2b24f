#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""-x: a row for every mapping, whatever keys it has; a number that is not known is ?."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

HEADING = "100:   A\nAddress           Kbytes     RSS   Dirty Mode  Mapping\n"
DASHES = "---------------- ------- ------- -------␠\n"


class Extended(px.TestCase):
    def view(self, mappings, rows, totals):
        """mappings: the key lines of each."""
        smaps = b"".join(px.map_line("000%d0000-000%d1000" % (n, n), "rw-p", "/f%d" % n) +
                         text.encode() for n, text in enumerate(mappings, 1))
        listing = "".join("00000000000%d0000       4 %7s %7s rw--- f%d\n" % (n, rss, dirty, n)
                          for n, (rss, dirty) in enumerate(rows, 1))
        with px.Root().process(100, smaps=smaps) as root:
            self.everywhere(root, ["-x", "100"], px.listing(
                HEADING + listing + DASHES + "total kB         %7d %7d %7d\n" % totals))

    def test_no_swap(self):
        full = "Rss: %d kB\nShared_Dirty: 1 kB\nPrivate_Dirty: 2 kB\n"
        self.view([full % 4, full % 8 + "Swap: 0 kB\n", full % 16], [(4, 3), (8, 3), (16, 3)],
                  (12, 28, 9))

    def test_keys_after_swap(self):
        self.view(["Swap: 0 kB\nRss: 4 kB\nPrivate_Dirty: 2 kB\n",
                   "Rss: 8 kB\nSwap: 0 kB\nPrivate_Dirty: 1 kB\n"], [(4, 2), (8, 1)], (8, 12, 3))

    def test_unknown_numbers(self):
        self.view(["Rss: 4 kB\n", "Private_Dirty: 2 kB\nSwap: 0 kB\n", "", "Shared_Dirty: 1 kB\n",
                   "Rss: some kB\nShared_Dirty: x kB\nPrivate_Dirty: - kB\nSwap: 0 kB\n",
                   "Rss: 1 kB\nShared_Dirty: 5 kB\nPrivate_Dirty: none\nSwap: 0 kB\n"],
                  [(4, "?"), ("?", 2), ("?", "?"), ("?", 1), ("?", "?"), (1, 5)], (24, 5, 8))

    def test_values_belong_to_their_mapping(self):
        self.view(["Rss: 4 kB\nPrivate_Dirty: 4 kB\n", "Swap: 0 kB\n",
                   "Rss: 0 kB\nPrivate_Dirty: 0 kB\nSwap: 0 kB\n"], [(4, 4), ("?", "?"), (0, 0)],
                  (12, 4, 4))

    def test_similar_keys(self):
        self.view(["RssX: 9 kB\nrss: 9 kB\nRss_: 9 kB\nXRss: 9 kB\nRss: 1 kB\n"
                   "Pss_Dirty: 9 kB\nDirty: 9 kB\nPrivate_Dirty: 1 kB\nSwapPss: 3 kB\n"], [(1, 1)],
                  (4, 1, 1))


if __name__ == "__main__":
    px.main()
