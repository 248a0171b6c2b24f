#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Wide headings of other languages: addresses and offsets keep 16 digits and are padded with
blanks; -q keeps the widths."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px


def rows_of(listing):
    """The rows of a -x or -d view: what -q leaves."""
    lines = listing.splitlines(keepends=True)
    return "".join([lines[0]] + lines[2:7])


GEORGIAN_X = """\
100:   A
მისამართი კბაიტი     RSS ბინძური რეჟიმი მიბმა
           0000000000400000                  4       4                     1              r-x-- b
           0000000000402000                  8       8                     2              rw--- b
           0000000000404000                 16      16                     4              rw-s- zero (deleted)
           0000000000408000                 32      32                     8              rw---   [ anon ]
           00007ffd00000000                 64      64                    16              rw---   [ stack ]
----------------                       ------- -------               -------␠
სულ კბ                           124     124                    31
"""
GEORGIAN_D = """\
100:   A
მისამართი კბაიტი რეჟიმი გადაწევა მოწყობილობა მიბმა
           0000000000400000                  4              r-x--         0000000000000000                         0fe:00000 b
           0000000000402000                  8              rw---         0000000000000000                         0fe:00000 b
           0000000000404000                 16              rw-s-         0000000000000000                         000:00001 zero (deleted)
           0000000000408000                 32              rw---         0000000000000000                         000:00000   [ anon ]
           00007ffd00000000                 64              rw---         0000000000000000                         000:00000   [ stack ]
mapped: 124K    writeable/private: 104K    shared: 16K
"""
FRENCH_XQ = """\
100:   A
0000000000400000           4       4        1 r-x-- b
0000000000402000           8       8        2 rw--- b
0000000000404000          16      16        4 rw-s- zero (deleted)
0000000000408000          32      32        8 rw---   [ anon ]
00007ffd00000000          64      64       16 rw---   [ pile  ]
"""
FRENCH_DQ = """\
100:   A
0000000000400000           4 r-x-- 0000000000000000      0fe:00000 b
0000000000402000           8 rw--- 0000000000000000      0fe:00000 b
0000000000404000          16 rw-s- 0000000000000000      000:00001 zero (deleted)
0000000000408000          32 rw--- 0000000000000000      000:00000   [ anon ]
00007ffd00000000          64 rw--- 0000000000000000      000:00000   [ pile  ]
"""
UKRAINIAN_XQ = """\
100:   A
0000000000400000              4       4            1      r-x-- b
0000000000402000              8       8            2      rw--- b
0000000000404000             16      16            4      rw-s- zero (deleted)
0000000000408000             32      32            8      rw---   [ анон ]
00007ffd00000000             64      64           16      rw---   [ стек  ]
"""


class Padding(px.TestCase):
    def check(self, language, locale, cases):
        px.need_locale(locale)
        if not os.path.exists("/usr/share/locale/%s/LC_MESSAGES/procps-ng.mo" % language):
            self.skipTest("no catalogue of procps-ng for " + language)
        with px.sample() as root:
            for options, listing in cases:
                self.everywhere(root, [options, "100"], px.listing(listing),
                                env=px.environment(LC_ALL=locale))

    def test_georgian(self):
        self.check("ka", "ka_GE.UTF-8", (
            ("-x", GEORGIAN_X), ("-d", GEORGIAN_D), ("-xq", rows_of(GEORGIAN_X)),
            ("-dq", rows_of(GEORGIAN_D))))

    def test_french(self):
        self.check("fr", "fr_FR.UTF-8", (("-xq", FRENCH_XQ), ("-dq", FRENCH_DQ)))

    def test_ukrainian(self):
        self.check("uk", "uk_UA.UTF-8", (("-xq", UKRAINIAN_XQ),))

    def test_untranslated(self):
        with px.sample() as root:
            for name in ("xq", "dq"):
                self.everywhere(root, ["-" + name, "100"], px.sample_out(name))


if __name__ == "__main__":
    px.main()
