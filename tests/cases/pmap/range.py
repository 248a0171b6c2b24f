#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmap -A: which numbers are accepted and which mappings they select."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

# name -> row of the default view; sizes 4, 8, 16, 32, 64
ROWS = {
    "a": b"0000000000400000      4K r---- a\n",
    "b": b"0000000000402000      8K r---- b\n",
    "c": b"0000000000404000     16K r---- c\n",
    "d": b"0000000000408000     32K r---- d\n",
    "z": b"ffffffffffff0000     63K r---- z\n",
}
SIZES = {"a": 4, "b": 8, "c": 16, "d": 32, "z": 63}
MAPS = b"".join(px.map_line(span, name="/" + name) for name, span in (
    ("a", "00400000-00401000"), ("b", "00402000-00404000"), ("c", "00404000-00408000"),
    ("d", "00408000-00410000"), ("z", "ffffffffffff0000-ffffffffffffffff")))


def expected(names):
    # z has 65535 bytes; the total is floored from bytes, so its 1023 odd bytes never show
    return b"100:   A\n" + b"".join(ROWS[name] for name in names) \
        + b" total %16dK\n" % sum(SIZES[name] for name in names)


class Range(px.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = px.Root().process(100, maps=MAPS)

    @classmethod
    def tearDownClass(cls):
        cls.root.__exit__()

    def test_values(self):
        for value, names in (
                ("404000", "c"), ("0x404000", "c"), ("0X404000", "c"), ("404001", "c"),
                ("407fff", "c"), ("407FFF", "c"), ("408000", "d"), ("401000", ""), ("0", ""),
                ("400fff", "a"), ("402000,407fff", "bc"), ("402000,404000", "bc"),
                ("402000,403fff", "b"), ("0x402000,0x407fff", "bc"), ("402000,", "bcdz"),
                ("402001,", "bcdz"), ("404000,", "cdz"), (",402000", "ab"), (",401fff", "a"),
                (",", "abcdz"), ("", "abcdz"), ("404000,401000", ""), ("0,0", ""),
                ("0,ffffffffffffffff", "abcdz"), ("-1", ""), ("-0x1", ""),
                ("ffffffffffffffffffffff", ""), ("0,ffffffffffffffffffffff", "abcdz"),
                ("0,-1", "abcdz"), ("+404000", "c"), (" 404000", "c"), ("\t\n404000", "c"),
                (" 404000, 408000", "cd"), ("+402000,+404000", "bc"), (",+402000", "ab"),
                ("0000000000000000000404000", "c"), ("410000,ffffffffffff0000", "z"),
                ("fffffffffffffffe", "z"), ("401000,401fff", "")):
            with self.subTest(value=value):
                self.result(self.root.pmap("-A", value, "100"), expected(names))

    def test_refused(self):
        for value in ("zz", "0x", "404000 ", " ", "1,2,3", "1,zz", "404000,,", "g", "404000,x",
                      "x,404000", "4040g0", "0x,1", "1,0x", ",0x", "1, ", " ,1", "--1", "+-1", "-",
                      "+", "1.0", "404000-408000", "0x 1", ",,", "é", "1 2"):
            with self.subTest(value=value):
                message = ("pmap: failed to parse argument: '%s'\n" % value).encode()
                self.result(self.root.pmap("-A", value, "100"), b"", message, 1)
                self.result(self.root.pmap("-A", value), b"", message, 1)

    def test_a_later_one_overrides_the_bounds_it_names(self):
        for values, names in ((["402000,", ",404000"], "bc"), ([",404000", "402000,"], "bc"),
                              (["404000", ","], "c"), (["404000", ""], "c"),
                              (["404000", "0,"], "abc"), (["404000", ",ffffffff"], "cd"),
                              (["402000,404000", "408000"], "d")):
            with self.subTest(values=values):
                words = [word for value in values for word in ("-A", value)]
                self.result(self.root.pmap(*words, "100"), expected(names))

    def test_each_process_anew(self):
        self.result(self.root.pmap("-A", "404000", "100", "100"), expected("c") * 2)

    def test_device_view(self):
        self.result(self.root.pmap("-d", "-A", "402000,404000", "100"), px.listing("""\
100:   A
Address           Kbytes Mode  Offset           Device    Mapping
0000000000402000       8 r---- 0000000000000000 000:00000 b
0000000000404000      16 r---- 0000000000000000 000:00000 c
mapped: 24K    writeable/private: 0K    shared: 0K
"""))


class Smaps(px.TestCase):
    """-A in -X came with 4.0.7."""

    def test_narrow_columns(self):
        """Fixed columns and VmFlags are as wide as in all mappings, with -q fields are not."""
        self.holds_for((4, 0, 7))
        keys = ("Size", "Rss")
        smaps = px.smaps_entry(px.map_line("00400000-00401000", "r--p", "/f", "fe:00", 123456),
                               keys, "rd wr mr", Rss=4) \
            + px.smaps_entry(px.map_line("00500000-10500000", "r--p", "/g", "fe:00", 7, 0x1234567890),
                             keys, "rd wr mr mw", Rss=262144)
        with px.Root().process(100, smaps=smaps) as root:
            self.result(root.pmap("-XXq", "-A", "400000", "100"), px.listing("""\
100:   A
00400000 r--p   00000000 fe:00 123456 4 4    rd wr mr f
"""))
            self.result(root.pmap("-XXq", "100"), px.listing("""\
100:   A
00400000 r--p   00000000 fe:00 123456      4      4    rd wr mr f
00500000 r--p 1234567890 fe:00      7 262144 262144 rd wr mr mw g
"""))
            self.result(root.pmap("-X", "-A", "400000", "100"), px.listing("""\
100:   A
 Address Perm     Offset Device  Inode Size Rss Mapping
00400000 r--p   00000000  fe:00 123456    4   4 f
                                       ==== ===␠
                                          4   4 KB␠
"""))
            self.result(root.pmap("-X", "-A", "0", "100"), px.listing("""\
100:   A
 Address Perm     Offset Device  Inode Size Rss Mapping
                                       ==== ===␠
                                          0   0 KB␠
"""))
            self.result(root.pmap("-Xq", "-A", "0", "100"), b"100:   A\n")


if __name__ == "__main__":
    px.main()
