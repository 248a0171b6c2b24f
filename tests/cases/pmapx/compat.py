#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx --compat=3.2: the layouts of pmap 3.2.8 as Enterprise Linux 6 had it."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

DEFAULT = """\
100:   A
0000000000400000      4K r-x--  /a/b
0000000000402000      8K rw---  /a/b
0000000000404000     16K rw-s-  /dev/zero (deleted)
0000000000408000     32K rw---    [ anon ]
00007ffd00000000     64K rw---    [ stack ]
 total              124K
"""
EXTENDED = """\
100:   A
Address           Kbytes     RSS   Dirty Mode   Mapping
0000000000400000       4       4       1 r-x--  b
0000000000402000       8       8       2 rw---  b
0000000000404000      16      16       4 rw-s-  zero (deleted)
0000000000408000      32      32       8 rw---    [ anon ]
00007ffd00000000      64      64      16 rw---    [ stack ]
----------------  ------  ------  ------
total kB             124     124      31
"""
DEVICE = """\
100:   A
Address           Kbytes Mode  Offset           Device    Mapping
0000000000400000       4 r-x-- 0000000000000000 0fe:00000 b
0000000000402000       8 rw--- 0000000000000000 0fe:00000 b
0000000000404000      16 rw-s- 0000000000000000 000:00001 zero (deleted)
0000000000408000      32 rw--- 0000000000000000 000:00000   [ anon ]
00007ffd00000000      64 rw--- 0000000000000000 000:00000   [ stack ]
mapped: 124K    writeable/private: 104K    shared: 16K
"""


def quiet(listing):
    """Without heading and footer."""
    return "".join(line for line in listing.splitlines(keepends=True)
                   if line[:1] not in ("A", "-", "t", " ", "m"))


class Compat(px.SampleCase):
    def test_layouts(self):
        for options, listing in (([], DEFAULT), (["-x"], EXTENDED), (["-d"], DEVICE),
                                 (["-q"], quiet(DEFAULT)), (["-xq"], quiet(EXTENDED)),
                                 (["-dq"], quiet(DEVICE))):
            for words in (["--compat=3.2", *options, "100"], [*options, "100", "--compat", "3.2"]):
                with self.subTest(words=words):
                    self.result(self.root.pmapx(*words), px.listing(listing))
                    self.result(self.root.mounted([px.PMAPX, *words]), px.listing(listing))

    def test_published_format(self):
        """Wide totals, a shared segment, an empty process."""
        with px.Root().process(2, maps=b"", smaps=b"", cmdline=b"", comm="k") as root:
            root.process(100, maps=px.map_line("00001000-00002000", "rw-s", "/SYSV00000000 (deleted)",
                                               "00:01", 0x188005))
            root.file("self/maps", px.map_line("7e0000000000-7ffffffff000", "rw-s",
                                               "/SYSV00000000 (deleted)", "00:01", 9))
            self.result(root.pmapx("--compat=3.2", "-q", "100"),
                        b"100:   A\n0000000000001000      4K rw-s-    [ shmid=0x188005 ]\n")
            self.result(root.pmapx("--compat=3.2", "2"), b"2:   [k]\n total                0K\n")
            self.result(root.pmapx("--compat=3.2", "-x", "2"), px.listing("""\
2:   [k]
Address           Kbytes     RSS   Dirty Mode   Mapping
----------------  ------  ------  ------
total kB               0       0       0
"""))

    def test_refused(self):
        for words in (["-X"], ["-XX"], ["-c"], ["-C", "/dev/null"]):
            for order in (["--compat=3.2", *words, "100"], [*words, "--compat=3.2", "100"]):
                with self.subTest(words=order):
                    got = self.root.pmapx(*order)
                    self.assertEqual((got.stdout, got.status), (b"", 1))
                    self.assertRegex(got.stderr, rb"\Apmapx: [^\n]*compat[^\n]*\n")

    def test_other_versions(self):
        for value in ("3", "3.3", "4", "3.2.8", "", "x", " 3.2", "3.20"):
            with self.subTest(value=value):
                got = self.root.pmapx("--compat=" + value, "100")
                self.assertEqual((got.stdout, got.status), (b"", 1))
                self.assertTrue(got.stderr)

    def test_spelled_in_full_only(self):
        for word in ("--compa=3.2", "--co=3.2", "--comp=3.2"):
            got = self.root.pmapx(word, "100")
            self.assertEqual((got.stdout, got.status), (b"", 1))
            self.assertTrue(got.stderr.startswith(
                (px.PMAPX + ": unrecognized option '" + word + "'\n").encode()), got.stderr)


if __name__ == "__main__":
    px.main()
