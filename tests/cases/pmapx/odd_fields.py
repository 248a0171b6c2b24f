#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""smaps that no current kernel writes: missing, shuffled, unknown and unreadable fields, lines
that are nothing, files cut short. What can be shown is shown; every process has its turn."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

line = px.map_line
# one line on standard error that names process, file, line and a reason
TOLD = rb"pmapx: [^\n]*100[^\n]*smaps[^\n]*\b%d\b[^\n]*\n"
GOOD = b"101:   B\n00009000 r--p 00000000 00:00 0 4 0 g\n"


def good(root):
    """Process 101, which must be shown whatever 100 is like."""
    return root.process(101, smaps=line("00009000-0000a000", "r--p", "/g") +
                        b"Size: 4 kB\nSwap: 0 kB\n", cmdline=b"B\0")


class Fields(px.TestCase):
    def view(self, smaps, options, expected, told=b"", status=0):
        with px.Root().process(100, smaps=smaps) as root:
            self.everywhere(root, [*options, "100"], b"100:   A\n" + px.listing(expected), told,
                            status)

    def test_shuffled_and_missing(self):
        """Columns go by name, in order of first appearance; what a mapping lacks is -."""
        smaps = line("00010000-00011000", "r--p", "/f") \
            + b"Size: 4 kB\nRss: 1 kB\nSwap: 10 kB\nVmFlags: rd mr\n" \
            + line("00020000-00022000", "r--p", "/g") + b"Rss: 2 kB\nNew_One: 5 kB\nSize: 8 kB\n" \
            + line("00030000-00031000", "r--p", "/h") \
            + line("00040000-00041000", "r--p", "/i") + b"VmFlags: rd\nSwap: 7 kB\nSize: 4 kB\n"
        self.view(smaps, ["-X"], """\
 Address Perm   Offset Device Inode Size Rss Swap New_One Mapping
00010000 r--p 00000000  00:00     0    4   1   10       - f
00020000 r--p 00000000  00:00     0    8   2    -       5 g
00030000 r--p 00000000  00:00     0    -   -    -       - h
00040000 r--p 00000000  00:00     0    4   -    7       - i
                                    ==== === ==== =======␠
                                      16   3   17       5 KB␠
""")
        self.view(smaps, ["-Xq"], """\
00010000 r--p 00000000 00:00 0 4 1 10 - f
00020000 r--p 00000000 00:00 0 8 2  - 5 g
00030000 r--p 00000000 00:00 0 - -  - - h
00040000 r--p 00000000 00:00 0 4 -  7 - i
""")
        self.view(smaps, ["-XX"], """\
 Address Perm   Offset Device Inode Size Rss Swap New_One VmFlags Mapping
00010000 r--p 00000000  00:00     0    4   1   10       -   rd mr f
00020000 r--p 00000000  00:00     0    8   2    -       5       - g
00030000 r--p 00000000  00:00     0    -   -    -       -       - h
00040000 r--p 00000000  00:00     0    4   -    7       -      rd i
                                    ==== === ==== =======␠
                                      16   3   17       5 KB␠
""")

    def test_no_number(self):
        smaps = line("00010000-00011000", "r--p", "/f") \
            + b"Size: 4 kB\nRss: lots kB\nPss: -1 kB\nSwap: 1 kB\n" \
            + line("00020000-00021000", "r--p", "/g") \
            + b"Size: 4 kB\nRss: 3 kB\nPss: 2 kB\nSwap: 2 kB\n"
        self.view(smaps, ["-X"], """\
 Address Perm   Offset Device Inode Size Rss Pss Swap Mapping
00010000 r--p 00000000  00:00     0    4   ?   ?    1 f
00020000 r--p 00000000  00:00     0    4   3   2    2 g
                                    ==== === === ====␠
                                       8   3   2    3 KB␠
""")

    def test_names_of_anonymous_memory(self):
        """Name: of Android names what has no name; it is neither a column nor an error."""
        smaps = line("00010000-00011000", "rw-p") \
            + b"Name:           [anon:libc_malloc]\nSize: 4 kB\nRss: 4 kB\nSwap: 0 kB\n" \
            + line("00020000-00021000", "rw-p", "/f") + b"Size: 4 kB\nRss: 4 kB\nSwap: 0 kB\n" \
            + line("00030000-00031000", "rw-p") \
            + b"Size: 4 kB\nRss: 4 kB\nSwap: 0 kB\nName:           [anon:a/b: c]\n" \
            + line("00040000-00041000", "rw-p", "/g") \
            + b"Name:           [anon:other]\nSize: 4 kB\nRss: 4 kB\nSwap: 0 kB\n" \
            + line("00050000-00051000", "rw-p") + b"Size: 4 kB\nRss: 4 kB\nSwap: 0 kB\n"
        for options in (["-XXq"], ["-Xqp"]):
            self.view(smaps, options, """\
00010000 rw-p 00000000 00:00 0 4 4 0 [anon:libc_malloc]
00020000 rw-p 00000000 00:00 0 4 4 0 %sf
00030000 rw-p 00000000 00:00 0 4 4 0 [anon:a/b: c]
00040000 rw-p 00000000 00:00 0 4 4 0 %sg
00050000 rw-p 00000000 00:00 0 4 4 0␠
""" % (("/", "/") if options == ["-Xqp"] else ("", "")))
        for option, names in (("-xq", ("  [ anon ]",) * 2),
                              ("-xqk", ("[anon:libc_malloc]", "[anon:a/b: c]"))):
            self.view(smaps, [option], """\
0000000000010000       4       4       ? rw--- %s
0000000000020000       4       4       ? rw--- f
0000000000030000       4       4       ? rw--- %s
0000000000040000       4       4       ? rw--- g
0000000000050000       4       4       ? rw---   [ anon ]
""" % names)

    def test_spellings(self):
        """Tabs, values without a unit, keys after the flags: silent."""
        smaps = line("00010000-00011000", "rw-p", "/f") \
            + b"Size:\t4 kB\nRss:\t\t 4\nVmFlags: rd wr \nSwap:           0 kB\nSwapPss: 3\n"
        self.view(smaps, ["-XXq"], "00010000 rw-p 00000000 00:00 0 4 4 0 3 rd wr f\n")
        self.view(smaps, ["-xq"], "0000000000010000       4       4       ? rw--- f\n")

    def test_odd_flags(self):
        for flags in (b"VmFlags:\n", b"VmFlags: \n", b"VmFlags: ?? rd\n", b"VmFlags: rd ?? mr \n",
                      b"VmFlags: RD WR\n", b"VmFlags:rd\n"):
            smaps = line("00010000-00011000", "rw-p", "/f") + b"Size: 4 kB\nSwap: 0 kB\n" + flags \
                + line("00020000-00021000", "rw-p", "/g") + b"Size: 4 kB\nSwap: 0 kB\nVmFlags: rd\n"
            self.view(smaps, ["-Xq"], """\
00010000 rw-p 00000000 00:00 0 4 0 f
00020000 rw-p 00000000 00:00 0 4 0 g
""")
            with px.Root().process(100, smaps=smaps) as root:
                got = root.pmapx("-XX", "100")
                self.assertEqual((got.status, got.stderr), (0, b""), flags)
        self.view(line("00010000-00011000", "rw-p", "/f") + b"Size: 4 kB\nVmFlags:\n"
                  + line("00020000-00021000", "rw-p", "/g") + b"Size: 4 kB\nVmFlags: rd mr \n",
                  ["-XXq"], """\
00010000 rw-p 00000000 00:00 0 4     - f
00020000 rw-p 00000000 00:00 0 4 rd mr g
""")

    def test_selected_columns(self):
        smaps = line("00010000-00011000", "r--p", "/f") + b"Size: 4 kB\n" \
            + line("00020000-00021000", "r--p", "/g") + b"Rss: 2 kB\nSize: 4 kB\n"
        with px.Root().process(100, smaps=smaps) as root:
            root.file("rc", "[Fields Display]\nRss\nMapping\n")
            got = root.pmapx("-C", os.path.join(root.path, "rc"), "100")
            self.result(got, px.listing("""\
100:   A
 Address Rss Mapping
00010000   - f
00020000   2 g
         ===␠
           2 KB␠
"""))


def colliding(count):
    """That many names of 16 bytes with the same hash in src/pmap/cells.c: the first eight are mixed
    with the length, the last eight undo it. tests/unit/collisions.c checks that they collide."""
    odd, mask = 0x9e3779b97f4a7c15, 2 ** 64 - 1
    names, number = [], 0
    while len(names) < count:
        first = b"%08d" % number
        state = (16 ^ int.from_bytes(first, sys.byteorder)) * odd & mask
        last = (state ^ state >> 32 ^ 0x2a).to_bytes(8, sys.byteorder)
        if not set(last) & set(b"\0\n/"):
            names.append(first + last)
        number += 1
    return names


class BadLines(px.TestCase):
    def test_bad_line_does_not_stop_the_run(self):
        """The line counts as an error of that process; everything else is shown."""
        for number, bad in ((2, b"this is nothing\n"), (2, b"\n"), (2, b"-1000-2000 r--p 0 0:0 0\n"), (4, b"00020000 r--p 00000000 00:00 0\n")):
            body = [line("00010000-00011000", "r--p", "/f"), b"Size: 4 kB\n", b"Swap: 0 kB\n"]
            body.insert(number - 1, bad)
            smaps = b"".join(body) + line("00020000-00022000", "r--p", "/h") \
                + b"Size: 8 kB\nSwap: 1 kB\n"
            with good(px.Root().process(100, smaps=smaps)) as root:
                with self.subTest(bad=bad):
                    self.everywhere(root, ["-Xq", "100", "101"], b"100:   A\n"
                                    b"00010000 r--p 00000000 00:00 0 4 0 f\n"
                                    b"00020000 r--p 00000000 00:00 0 8 1 h\n" + GOOD,
                                    TOLD % number, 1)

    def test_damaged_mapping_line(self):
        """The keys below what may have been a mapping are not those of the mapping above."""
        for bad in (b"0001zz000 r--p\n", b"7FFD00000000-7FFD00010000 rw-p 00000000 00:00 0\n",
                    b"00018000-00019 000 r--p 00000000 00:00 0\n", b"0001900000000000000000-1\n"):
            smaps = line("00010000-00011000", "r--p", "/f") + b"Rss: 4 kB\n" + bad \
                + b"Rss: 64 kB\nPrivate_Dirty: 16 kB\n" \
                + line("00020000-00022000", "r--p", "/h") + b"Rss: 8 kB\n"
            with good(px.Root().process(100, smaps=smaps)) as root:
                with self.subTest(bad=bad):
                    self.everywhere(root, ["-x", "100"], px.listing("""\
100:   A
Address           Kbytes     RSS   Dirty Mode  Mapping
0000000000010000       4       4       ? r---- f
0000000000020000       8       8       ? r---- h
---------------- ------- ------- -------␠
total kB              12      12       ?
"""), TOLD % 3, 1)

    def test_keys_like_addresses(self):
        """What ends in a colon is a key, whatever it begins like."""
        smaps = line("00010000-00011000", "r--p", "/f") \
            + b"a-b: 1\nabc-def: 2\n3G: 3\n_x: 4\nSize: 4 kB\n"
        with px.Root().process(100, smaps=smaps) as root:
            self.everywhere(root, ["-Xq", "100"], b"100:   A\n"
                            b"00010000 r--p 00000000 00:00 0 1 2 3 4 4 f\n")

    def test_key_met_only_out_of_range(self):
        """It has a column, in which the rows that are shown have nothing."""
        smaps = b"1000-2000 r--p 0 0:0 0 /a\nRss: 4 kB\nPss: 123 kB\n" \
            b"3000-4000 r--p 0 0:0 0 /b\nRss: 4 kB\nPss: 123 kB\nZork: 3 kB\n"
        with px.Root() as root:
            for pid in (1, 2):
                root.process(pid, smaps=smaps)
            self.everywhere(root, ["-X", "-q", "-A", "1000", "1"],
                            b"1:   A\n1000 r--p 0 0:0 0 4 123 - a\n")
            block = "Address Perm Offset Device Inode Rss Pss Zork Mapping\n" \
                "   1000 r--p      0    0:0     0   4 123    - a\n" \
                "                                 === === ==== \n" \
                "                                   4 123    ? KB \n"
            self.everywhere(root, ["-X", "-A", "1000", "1", "2"],
                            px.listing("1:   A\n" + block + "2:   A\n" + block))

    def test_wide_row_in_another_order(self):
        """Columns keep the order of the process before, also where a row is not in the buffer."""
        wide = b"0" * 70000 + b"1"
        with px.Root() as root:
            root.process(1, smaps=b"1000-2000 r--p 0 0:0 0 /a\nBbb: 1 kB\nAaa: 2 kB\n")
            root.process(2, smaps=b"1000-2000 r--p " + wide + b" 0:0 0 /a\nAaa: 3 kB\nBbb: x\n")
            got = root.pmapx("-X", "-q", "1", "2", timeout=10)
        self.result(got, b"1:   A\n1000 r--p 0 0:0 0 1 2 a\n"
                    b"2:   A\n1000 r--p " + wide + b" 0:0 0 ? 3 a\n")

    def test_many_keys(self):
        """What one file invents takes no column from the next; the search stays short."""
        many = line("00010000-00011000", "r--p", "/f") + b"Size: 4 kB\n" \
            + b"".join(b"Key%d: 1 kB\n" % number for number in range(100000))
        with good(px.Root().process(100, smaps=many)) as root:
            got = root.pmapx("-X", "100", "101", timeout=20)
            self.assertEqual(got.status, 1)
            self.assertTrue(got.stdout.endswith(
                px.pmapx("--root", root.path, "-X", "101").stdout))
            self.same(got.stderr, b"pmapx: 100: %s/100/smaps: more than 256 keys that no kernel "
                      b"prints\n" % root.path.encode())

    def test_names_made_to_collide(self):
        """60,000 names of one hash take no longer than others."""
        with px.Root() as root:
            root.process(100, smaps=b"".join(
                line("%08x-%08x" % (number << 13, (number << 13) + 4096), "r--p", b"/" + name)
                + b"Size: 4 kB\n" for number, name in enumerate(colliding(60000), 1)))
            got = root.pmapx("-X", "100", timeout=10)
            self.assertEqual((got.status, got.stdout.count(b"\n")), (0, 60004))

    def test_bad_line_in_maps(self):
        maps = line("00010000-00011000", "r--p", "/f") + b"nonsense\n" \
            + line("00020000-00022000", "r--p", "/h")
        with px.Root().process(100, maps=maps) as root:
            root.process(101, maps=line("00009000-0000a000", "r--p", "/g"), cmdline=b"B\0")
            self.everywhere(root, ["100", "101"], b"100:   A\n"
                            b"0000000000010000      4K r---- f\n"
                            b"0000000000020000      8K r---- h\n"
                            b" total               12K\n"
                            b"101:   B\n0000000000009000      4K r---- g\n"
                            b" total                4K\n",
                            rb"pmapx: [^\n]*100[^\n]*maps[^\n]*\b2\b[^\n]*\n", 1)

    def test_cut_mapping_line(self):
        """The file ends inside a line: what came before is shown, and the run ends."""
        whole = line("00010000-00011000", "r--p", "/f") + b"Size: 4 kB\nSwap: 0 kB\n"
        for cut in (b"00020000-00021000 r--p 0000", b"0002", b"00020000-00021000 r--p 00000000 00:"):
            with good(px.Root().process(100, smaps=whole + cut)) as root:
                with self.subTest(cut=cut):
                    self.everywhere(root, ["-Xq", "100", "101"], b"100:   A\n"
                                    b"00010000 r--p 00000000 00:00 0 4 0 f\n" + GOOD,
                                    TOLD % 4, 1)
                    self.everywhere(root, ["-xq", "100"], b"100:   A\n"
                                    b"0000000000010000       4       ?       ? r---- f\n",
                                    TOLD % 4, 1)

    def test_nothing_but_a_cut_line(self):
        with good(px.Root().process(100, smaps=b"00020000-0002")) as root:
            for view in ("-X", "-XX", "-x", "-xq", "-Xq"):
                for name, got in root.ways(view, "100", "101"):
                    with self.subTest(run=name, view=view):
                        self.assertEqual(got.status, 1)
                        self.assertTrue(got.stdout.startswith(b"100:   A\n"))
                        self.assertIn(b"101:   B\n", got.stdout)


if __name__ == "__main__":
    px.main()
