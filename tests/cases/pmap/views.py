#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmap's views byte for byte: the sample, modes, totals, wide values, odd keys in -x."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

line, entry = px.map_line, px.smaps_entry


class Sample(px.TestCase):
    def test_every_case(self):
        """tests/roots/section31, but for what pmapx does better (-x -A) and older ones cannot."""
        version = px.pmap_version(px.UNDER_TEST)
        folder = os.path.join(px.SOURCE, "tests", "roots", "section31")
        with px.sample() as root:
            for name, options, status, stdout, pid in px.recorded_cases(folder):
                letters = "".join(word for word in options if word.startswith("-"))
                if ("k" in letters and version < (4, 0, 6)) or name in ("xA0", "xA1") \
                        or ("X" in letters and "A" in letters and version < (4, 0, 7)):
                    continue
                with self.subTest(options=options):
                    self.result(root.pmap(*options, pid), stdout, b"", status)

    def test_maps_alone_suffice_for_the_short_views(self):
        with px.Root().process(100, maps=px.SAMPLE_MAPS, start_stack=px.SAMPLE_STACK) as root:
            self.result(root.pmap("100"), px.sample_out("default"))
            self.result(root.pmap("-d", "100"), px.sample_out("d"))

    def test_smaps_alone_suffice_for_the_long_views(self):
        with px.sample() as root:
            os.unlink(os.path.join(root.path, "100", "maps"))
            self.result(root.pmap("-x", "100"), px.sample_out("x"))
            self.result(root.pmap("-X", "100"), px.sample_out("X"))


class Rows(px.TestCase):
    def test_modes(self):
        """The kernel's p is not shown, a fifth character always is."""
        modes = {"rwxp": "rwx--", "rw-s": "rw-s-", "---p": "-----", "-w-p": "-w---",
                 "---s": "---s-", "r-xs": "r-xs-", "--xp": "--x--", "r--p": "r----"}
        maps, expected = b"", b"100:   A\n"
        for index, (kernel, shown) in enumerate(modes.items()):
            start = 0x10000 + index * 0x1000
            maps += line("%08x-%08x" % (start, start + 0x1000), kernel, "/m")
            expected += b"%016x      4K %s m\n" % (start, shown.encode())
        with px.Root().process(100, maps=maps) as root:
            self.result(root.pmap("-q", "100"), expected)

    def test_totals(self):
        """Shared is what has s; writeable/private what has w and p; the footer has all."""
        maps = b"".join((
            line("00010000-00011000", "r--p", "/a"), line("00020000-00022000", "rw-p", "/a"),
            line("00030000-00034000", "-w-p", "/a"), line("00040000-00048000", "r--s", "/a"),
            line("00050000-00060000", "---s", "/a"), line("00070000-00090000", "-wxs", "/a"),
            line("00100000-00140000", "---p"),
            line("ffffffffff600000-ffffffffff601000", "--xp", "[vsyscall]")))
        with px.Root().process(100, maps=maps) as root:
            self.assertEqual(root.pmap("100").stdout.splitlines()[-1], b" total              512K")
            self.assertEqual(root.pmap("-d", "100").stdout.splitlines()[-1],
                             b"mapped: 512K    writeable/private: 24K    shared: 224K")
            got = root.pmap("-d", "-A", "30000,4ffff", "100")
            self.result(got, px.listing("""\
100:   A
Address           Kbytes Mode  Offset           Device    Mapping
0000000000030000      16 -w--- 0000000000000000 000:00000 a
0000000000040000      32 r--s- 0000000000000000 000:00000 a
mapped: 48K    writeable/private: 16K    shared: 32K
"""))

    def test_sizes_are_kept_in_bytes(self):
        """A row and each total round down by themselves."""
        maps = line("00010000-00010600", "rw-p", "/a") + line("00020000-00020600", "rw-p", "/a") \
            + line("00030000-00030001", "r--s", "/a")
        with px.Root().process(100, maps=maps) as root:
            self.result(root.pmap("-d", "100"), px.listing("""\
100:   A
Address           Kbytes Mode  Offset           Device    Mapping
0000000000010000       1 rw--- 0000000000000000 000:00000 a
0000000000020000       1 rw--- 0000000000000000 000:00000 a
0000000000030000       0 r--s- 0000000000000000 000:00000 a
mapped: 3K    writeable/private: 3K    shared: 0K
"""))
            self.result(root.pmap("100"), px.listing("""\
100:   A
0000000000010000      1K rw--- a
0000000000020000      1K rw--- a
0000000000030000      0K r--s- a
 total                3K
"""))

    def test_wide_values_push_the_rest(self):
        smaps = entry(line("10000000000-20000000000", "rw-p"), Rss=123456789,
                      Private_Dirty=99999999)
        with px.Root().process(100, smaps=smaps) as root:
            self.result(root.pmap("-x", "100"), px.listing("""\
100:   A
Address           Kbytes     RSS   Dirty Mode  Mapping
0000010000000000 1073741824 123456789 99999999 rw---   [ anon ]
---------------- ------- ------- -------␠
total kB         1073741824 123456789 99999999
"""))
            self.result(root.pmap("100"), px.listing("""\
100:   A
0000010000000000 1073741824K rw---   [ anon ]
 total       1073741824K
"""))
            self.result(root.pmap("-d", "100"), px.listing("""\
100:   A
Address           Kbytes Mode  Offset           Device    Mapping
0000010000000000 1073741824 rw--- 0000000000000000 000:00000   [ anon ]
mapped: 1073741824K    writeable/private: 1073741824K    shared: 0K
"""))
            self.result(root.pmap("-X", "100"), px.listing("""\
100:   A
    Address Perm   Offset Device Inode       Size       Rss Pss Pss_Dirty Referenced Anonymous KSM LazyFree ShmemPmdMapped FilePmdMapped Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked THPeligible Mapping
10000000000 rw-p 00000000  00:00     0 1073741824 123456789   0         0          0         0   0        0              0             0              0               0    0       0      0           0␠
                                       ========== ========= === ========= ========== ========= === ======== ============== ============= ============== =============== ==== ======= ====== ===========␠
                                       1073741824 123456789   0         0          0         0   0        0              0             0              0               0    0       0      0           0 KB␠
"""))

    def test_extreme_numbers(self):
        smaps = entry(line("00010000-00011000", "r--p", "/big/file", "103:fffff",
                           18446744073709551615, 0x123456789000), keys=("Size", "Rss", "Swap"),
                      flags=None) \
            + entry(line("ffffffffff600000-ffffffffff601000", "--xp", "[vsyscall]"),
                    keys=("Size", "Rss", "Swap"), flags=None) \
            + entry(line("fffffffffffff000-ffffffffffffffff", "r--p", "/top", "fe:00", 7,
                         0xfffffffffffff000), keys=("Size", "Rss", "Swap"), flags=None)
        with px.Root().process(100, smaps=smaps) as root:
            self.result(root.pmap("-d", "100"), px.listing("""\
100:   A
Address           Kbytes Mode  Offset           Device    Mapping
0000000000010000       4 r---- 0000123456789000 103:fffff file
ffffffffff600000       4 --x-- 0000000000000000 000:00000   [ anon ]
fffffffffffff000       3 r---- fffffffffffff000 0fe:00000 top
mapped: 11K    writeable/private: 0K    shared: 0K
"""))
            self.result(root.pmap("100"), px.listing("""\
100:   A
0000000000010000      4K r---- file
ffffffffff600000      4K --x--   [ anon ]
fffffffffffff000      3K r---- top
 total               11K
"""))
            self.result(root.pmap("-X", "100"), px.listing("""\
100:   A
         Address Perm           Offset    Device                Inode Size Rss Swap Mapping
        00010000 r--p     123456789000 103:fffff 18446744073709551615    4   0    0 file
ffffffffff600000 --xp         00000000     00:00                    0    4   0    0 [vsyscall]
fffffffffffff000 r--p fffffffffffff000     fe:00                    7    3   0    0 top
                                                                      ==== === ====␠
                                                                        11   0    0 KB␠
"""))


class ExtendedKeys(px.TestCase):
    """-x takes Rss and the two Dirty keys, and nothing else."""

    def test_other_keys_do_not_count(self):
        text = px.map_line("00010000-00012000", "rw-p", "/f") + (
            b"Size:                999 kB\nRss:                   8 kB\n"
            b"Pss:                   7 kB\nShared_Clean:          6 kB\n"
            b"Shared_Dirty:          1 kB\nPrivate_Clean:         6 kB\n"
            b"Private_Dirty:         4 kB\nPrivate_Hugetlb:     512 kB\n"
            b"RssX:                 50 kB\nNewKey:               60 kB\n"
            b"Swap:                  3 kB\nSwapPss:               3 kB\n"
            b"THPeligible:    1\nProtectionKey:         5\nVmFlags: rd wr mr \n")
        with px.Root().process(100, smaps=text) as root:
            self.result(root.pmap("-x", "100"), px.listing("""\
100:   A
Address           Kbytes     RSS   Dirty Mode  Mapping
0000000000010000       8       8       5 rw--- f
---------------- ------- ------- -------␠
total kB               8       8       5
"""))

    def test_unknown_lines_do_no_harm(self):
        text = b"".join(px.map_line("000%d0000-000%d1000" % (n, n), "r--p", "/f%d" % n) +
                        b"Name:           [anon:libc_malloc]\nSize:                  4 kB\n"
                        b"Rss:                   %d kB\nShared_Dirty:          0 kB\n"
                        b"Private_Dirty:         1 kB\nOdd: x\n"
                        b"Swap:                  0 kB\nVmFlags: ?? rd\n" % n for n in (1, 2, 3))
        with px.Root().process(100, smaps=text) as root:
            self.result(root.pmap("-xq", "100"), px.listing("""\
100:   A
0000000000010000       4       1       1 r---- f1
0000000000020000       4       2       1 r---- f2
0000000000030000       4       3       1 r---- f3
"""))

    def test_values_do_not_leak_into_the_next_row(self):
        text = entry(line("00010000-00011000", "r--p", "/f"), Rss=4, Private_Dirty=4) \
            + entry(line("00020000-00021000", "r--p", "/g"))
        with px.Root().process(100, smaps=text) as root:
            self.result(root.pmap("-xq", "100"), px.listing("""\
100:   A
0000000000010000       4       4       4 r---- f
0000000000020000       4       0       0 r---- g
"""))


if __name__ == "__main__":
    px.main()
