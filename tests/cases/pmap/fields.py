#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmap -X and -XX: columns, widths, totals, flags, the description."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

line, entry = px.map_line, px.smaps_entry


class Base(px.TestCase):
    def view(self, smaps, options, expected, stderr=b"", status=0):
        with px.Root().process(100, smaps=smaps) as root:
            self.result(root.pmap(*options, "100"), b"100:   A\n" + px.listing(expected), stderr,
                        status)


class Columns(Base):
    def test_what_X_leaves_out(self):
        keys = ("Size", "KernelPageSize", "MMUPageSize", "Rss", "Shared_Clean", "Shared_Dirty",
                "Private_Clean", "Private_Dirty", "AnonHugePages", "Swap", "Locked")
        smaps = entry(line("00010000-00011000", "r--p", "/f", "fe:00", 1), keys)
        self.view(smaps, ["-X"], """\
 Address Perm   Offset Device Inode Size Rss Swap Locked Mapping
00010000 r--p 00000000  fe:00     1    4   0    0      0 f
                                    ==== === ==== ======␠
                                       4   0    0      0 KB␠
""")
        self.view(smaps, ["-XX"], """\
 Address Perm   Offset Device Inode Size KernelPageSize MMUPageSize Rss Shared_Clean Shared_Dirty Private_Clean Private_Dirty AnonHugePages Swap Locked VmFlags Mapping
00010000 r--p 00000000  fe:00     1    4              4           4   0            0            0             0             0             0    0      0      rd f
                                    ==== ============== =========== === ============ ============ ============= ============= ============= ==== ======␠
                                       4              4           4   0            0            0             0             0             0    0      0 KB␠
""")

    def test_the_order_is_the_files(self):
        smaps = entry(line("00010000-00011000", "r--p", "/f"), ("Swap", "Rss", "Odd_Key", "Size"),
                      None, Odd_Key=7)
        self.view(smaps, ["-X"], """\
 Address Perm   Offset Device Inode Swap Rss Odd_Key Size Mapping
00010000 r--p 00000000  00:00     0    0   0       7    4 f
                                    ==== === ======= ====␠
                                       0   0       7    4 KB␠
""")

    def test_no_field_at_all(self):
        """Neither fields nor flags: no footer."""
        smaps = line("00010000-00011000", "r--p", "/f") + line("00011000-00012000", "rw-p")
        for options in (["-X"], ["-XX"]):
            self.view(smaps, options, """\
 Address Perm   Offset Device Inode Mapping
00010000 r--p 00000000  00:00     0 f
00011000 rw-p 00000000  00:00     0␠
""")

    def test_flags_without_fields(self):
        self.view(entry(line("00010000-00011000", "r--p", "/f"), (), "rd mr mw"), ["-XX"], """\
 Address Perm   Offset Device Inode  VmFlags Mapping
00010000 r--p 00000000  00:00     0 rd mr mw f
""")
        self.view(entry(line("00010000-00011000", "r--p", "/f"), (), "rd mr mw"), ["-X"], """\
 Address Perm   Offset Device Inode Mapping
00010000 r--p 00000000  00:00     0 f
""")

    def test_keys_without_a_unit_are_summed_too(self):
        smaps = b"".join(entry(line("000%d0000-000%d1000" % (n, n), "r--p", "/f"),
                               ("Size", "THPeligible", "ProtectionKey"), None, THPeligible=1,
                               ProtectionKey=n) for n in (1, 2, 3))
        self.view(smaps, ["-X"], """\
 Address Perm   Offset Device Inode Size THPeligible ProtectionKey Mapping
00010000 r--p 00000000  00:00     0    4           1             1 f
00020000 r--p 00000000  00:00     0    4           1             2 f
00030000 r--p 00000000  00:00     0    4           1             3 f
                                    ==== =========== =============␠
                                      12           3             6 KB␠
""")
        self.view(smaps, ["-Xq"], """\
00010000 r--p 00000000 00:00 0 4 1 1 f
00020000 r--p 00000000 00:00 0 4 1 2 f
00030000 r--p 00000000 00:00 0 4 1 3 f
""")

    def test_units(self):
        """A number may stand alone or with a unit that is not kB."""
        smaps = line("00010000-00011000", "r--p", "/f") + \
            b"Size:                  4 kB\nCount:   12\nLocked:  3 MB\nPages: 5 pages\n"
        self.view(smaps, ["-Xq"], "00010000 r--p 00000000 00:00 0 4 12 3 5 f\n")

    def test_more_keys_in_a_later_process(self):
        """Keys that come late are columns from then on."""
        with px.Root() as root:
            root.process(100, smaps=entry(line("00010000-00011000", "r--p", "/f"),
                                          ("Size", "Rss"), None))
            root.process(101, smaps=entry(line("00010000-00011000", "r--p", "/f"),
                                          ("Size", "Rss", "Late"), None, Late=8))
            self.result(root.pmap("-Xq", "100", "101"), px.listing("""\
100:   A
00010000 r--p 00000000 00:00 0 4 0 f
101:   A
00010000 r--p 00000000 00:00 0 4 0 8 f
"""))


class Widths(Base):
    SMAPS = entry(line("00010000-00011000", "r--p", "/f", "fe:00", 1), ("Size", "Rss"), "rd",
                  Rss=12345) \
        + entry(line("7f0000000000-7f0000100000", "rwxs", "/long/name", "103:00001", 123456789,
                     0x123456789000), ("Size", "Rss"), "rd wr mr mw me ac", Rss=98765)

    def test_headed(self):
        """A column is as wide as its heading, its longest value, its total."""
        self.view(self.SMAPS, ["-XX"], """\
     Address Perm       Offset    Device     Inode Size    Rss           VmFlags Mapping
    00010000 r--p     00000000     fe:00         1    4  12345                rd f
7f0000000000 rwxs 123456789000 103:00001 123456789 1024  98765 rd wr mr mw me ac name
                                                   ==== ======␠
                                                   1028 111110 KB␠
""")

    def test_quiet(self):
        """Without heading and totals a column is as wide as its longest value."""
        self.view(self.SMAPS, ["-XXq"], """\
    00010000 r--p     00000000     fe:00         1    4 12345                rd f
7f0000000000 rwxs 123456789000 103:00001 123456789 1024 98765 rd wr mr mw me ac name
""")

    def test_total_wider_than_every_value(self):
        smaps = b"".join(entry(line("000%d0000-000%d1000" % (n, n), "r--p", "/f"), ("Rss",), None,
                               Rss=900) for n in (1, 2))
        self.view(smaps, ["-X"], """\
 Address Perm   Offset Device Inode  Rss Mapping
00010000 r--p 00000000  00:00     0  900 f
00020000 r--p 00000000  00:00     0  900 f
                                    ====␠
                                    1800 KB␠
""")

    def test_short_addresses(self):
        """A 32-bit kernel's lines: eight digits, the name nearer."""
        smaps = b"56628000-56629000 r--p 00000000 08:01 1234       /usr/bin/s32\n" \
            b"Size:                  4 kB\n" \
            b"ff88d000-ff8ae000 rw-p 00000000 00:00 0          [stack]\n" \
            b"Size:                132 kB\n"
        self.view(smaps, ["-X"], """\
 Address Perm   Offset Device Inode Size Mapping
56628000 r--p 00000000  08:01  1234    4 s32
ff88d000 rw-p 00000000  00:00     0  132 [stack]
                                    ====␠
                                     136 KB␠
""")

    def test_short_addresses_elsewhere(self):
        maps = b"56628000-56629000 r--p 00000000 08:01 1234       /usr/bin/s32\n" \
            b"ff88d000-ff8ae000 rw-p 00000000 00:00 0 \n"
        with px.Root().process(100, maps=maps, start_stack=0xff8ad000) as root:
            self.result(root.pmap("-dq", "100"), px.listing("""\
100:   A
0000000056628000       4 r---- 0000000000000000 008:00001 s32
00000000ff88d000     132 rw--- 0000000000000000 000:00000   [ stack ]
"""))


class Description(Base):
    def test_names_up_to_127_bytes(self):
        for length in (64, 126, 127):
            name = "/" + "d" * (length - 9) + "/file.so"
            with self.subTest(length=length):
                self.assertEqual(len(name), length)
                smaps = entry(line("00010000-00011000", "r--p", name), ("Size",), None)
                self.view(smaps, ["-Xq"], "00010000 r--p 00000000 00:00 0 4 file.so\n")
                self.view(smaps, ["-Xqp"], "00010000 r--p 00000000 00:00 0 4 %s\n" % name)

    def test_utf8_passes(self):
        smaps = entry(line("00010000-00011000", "r--p", "/t/é€😀"), ("Size",), None)
        self.view(smaps, ["-Xq"], "00010000 r--p 00000000 00:00 0 4 é€😀\n")

    def test_stack_and_segments_are_not_renamed(self):
        smaps = b"".join(entry(mapping, ("Size",), None) for mapping in (
            line("00010000-00011000", "rw-s", "/SYSV00000000 (deleted)", "00:01", 5),
            line("00020000-00021000", "rw-p")))
        with px.Root().process(100, smaps=smaps, start_stack=0x20800) as root:
            root.file("self/maps", line("7e0000000000-7ffffffff000", "rw-s",
                                        "/SYSV00000000 (deleted)", "00:01", 9))
            self.result(root.pmap("-Xq", "100"), px.listing("""\
100:   A
00010000 rw-s 00000000 00:01 5 4 SYSV00000000 (deleted)
00020000 rw-p 00000000 00:00 0 4␠
"""))


class Flags(Base):
    def flags(self, written, shown):
        smaps = entry(line("00010000-00011000", "r--p", "/f"), ("Size",), None) \
            + b"VmFlags:" + written + b"\n"
        self.view(smaps, ["-XXq"], "00010000 r--p 00000000 00:00 0 4 %s f\n" % shown)

    def test_spellings(self):
        self.flags(b" rd ", "rd")
        self.flags(b" rd wr mr mw me ac sd ", "rd wr mr mw me ac sd")
        self.flags(b" rd", "rd")
        self.flags(b" rd wr mr mw me dw lo ?? ".replace(b"?? ", b""), "rd wr mr mw me dw lo")


class Several(px.TestCase):
    """More than one process in a run."""

    ONE = entry(line("00010000-00011000", "r--p", "/f"), ("Size", "Rss"), "rd", Rss=4)
    BIG = entry(line("7f0000000000-7f0010000000", "rw-p", "/g", "103:00001", 12345678),
                ("Size", "Rss"), "rd wr mr", Rss=262144)

    @classmethod
    def setUpClass(cls):
        cls.root = px.Root()
        cls.root.process(100, smaps=cls.ONE).process(101, smaps=cls.BIG).process(102, smaps=cls.ONE)
        cls.root.process(2, smaps=b"", cmdline=b"", comm="kthreadd")

    @classmethod
    def tearDownClass(cls):
        cls.root.__exit__()

    def test_totals_are_each_ones_own(self):
        self.holds_for((4, 0, 4))
        block = """\
%d:   A
 Address Perm   Offset Device Inode Size Rss Mapping
00010000 r--p 00000000  00:00     0    4   4 f
                                    ==== ===␠
                                       4   4 KB␠
"""
        self.result(self.root.pmap("-X", "100", "102", "100"),
                    px.listing(block % 100 + block % 102 + block % 100))

    def test_totals_run_on(self):
        self.holds_for(last=(4, 0, 3))
        block = """\
%d:   A
 Address Perm   Offset Device Inode Size Rss Mapping
00010000 r--p 00000000  00:00     0    4   4 f
                                    ==== ===␠
                                    %4d %3d KB␠
"""
        self.result(self.root.pmap("-X", "100", "102", "100"), px.listing(
            block % (100, 4, 4) + block % (102, 8, 8) + block % (100, 12, 12)))

    def test_field_widths_stay(self):
        """Fields are never narrower than before; fixed columns are each process's own."""
        self.holds_for((4, 0, 4))
        self.result(self.root.pmap("-XX", "100", "101", "102"), px.listing("""\
100:   A
 Address Perm   Offset Device Inode Size Rss VmFlags Mapping
00010000 r--p 00000000  00:00     0    4   4      rd f
                                    ==== ===␠
                                       4   4 KB␠
101:   A
     Address Perm   Offset    Device    Inode   Size    Rss  VmFlags Mapping
7f0000000000 rw-p 00000000 103:00001 12345678 262144 262144 rd wr mr g
                                              ====== ======␠
                                              262144 262144 KB␠
102:   A
 Address Perm   Offset Device Inode   Size    Rss VmFlags Mapping
00010000 r--p 00000000  00:00     0      4      4      rd f
                                    ====== ======␠
                                         4      4 KB␠
"""))

    def test_field_widths_stay_when_quiet(self):
        self.result(self.root.pmap("-XXq", "101", "102"), px.listing("""\
101:   A
7f0000000000 rw-p 00000000 103:00001 12345678 262144 262144 rd wr mr g
102:   A
00010000 r--p 00000000 00:00 0      4      4 rd f
"""))

    def test_empty_first(self):
        self.result(self.root.pmap("-X", "2", "100"), px.listing("""\
2:   [kthreadd]
100:   A
 Address Perm   Offset Device Inode Size Rss Mapping
00010000 r--p 00000000  00:00     0    4   4 f
                                    ==== ===␠
                                       4   4 KB␠
"""))
        self.result(self.root.pmap("-Xq", "100", "2", "102"), px.listing("""\
100:   A
00010000 r--p 00000000 00:00 0 4 4 f
2:   [kthreadd]
102:   A
00010000 r--p 00000000 00:00 0 4 4 f
"""))


if __name__ == "__main__":
    px.main()
