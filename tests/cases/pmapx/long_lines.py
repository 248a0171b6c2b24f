#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines of any length are one line: names are never cut, forged, or read as keys."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

KEYS = ("Size", "Rss", "Shared_Dirty", "Private_Dirty", "Swap")
# where readers of fixed size would cut a line
CUTS = (128, 512, 1023, 2047, 4096, 8192, 9599, 16384, 65536, 131072)


def smaps(name, perms="rw-p"):
    """A mapping with that name between two others."""
    return b"".join(px.smaps_entry(px.map_line(span, mode, text), KEYS, "rd", Rss=4,
                                   Private_Dirty=dirty)
                    for span, mode, text, dirty in (
                        ("00001000-00002000", "r--p", "/first", 0),
                        ("00010000-00012000", perms, name, 2),
                        ("00020000-00021000", "r--p", "/last", 1)))


class LongLines(px.TestCase):
    def views(self, name, perms="rw-p", ways=False):
        """Every view of a mapping with that name (which begins with a slash)."""
        def check(root, words, stdout):
            if ways:
                self.everywhere(root, words, stdout)
            else:
                self.result(root.pmapx(*words), stdout)
        last = name.rsplit(b"/", 1)[1]
        mode = perms[:3].encode() + (b"s-" if perms[3] == "s" else b"--")
        private, shared = (0, 8) if perms[3] == "s" else (8, 0)
        with px.Root().process(100, smaps=smaps(name, perms)) as root:
            for option, shown in (("", last), ("p", name)):
                first, end = ((b"first", b"last"), (b"/first", b"/last"))[option == "p"]
                check(root, ["-" + option, "100"] if option else ["100"], b"".join((
                    b"100:   A\n0000000000001000      4K r---- ", first,
                    b"\n0000000000010000      8K ", mode, b" ", shown,
                    b"\n0000000000020000      4K r---- ", end, b"\n total               16K\n")))
                check(root, ["-x" + option, "100"], b"".join((
                    b"100:   A\nAddress           Kbytes     RSS   Dirty Mode  Mapping\n"
                    b"0000000000001000       4       4       0 r---- ", first,
                    b"\n0000000000010000       8       4       2 ", mode, b" ", shown,
                    b"\n0000000000020000       4       4       1 r---- ", end,
                    b"\n---------------- ------- ------- ------- \n"
                    b"total kB              16      12       3\n")))
                check(root, ["-d" + option, "100"], b"".join((
                    b"100:   A\n"
                    b"Address           Kbytes Mode  Offset           Device    Mapping\n"
                    b"0000000000001000       4 r---- 0000000000000000 000:00000 ", first,
                    b"\n0000000000010000       8 ", mode, b" 0000000000000000 000:00000 ", shown,
                    b"\n0000000000020000       4 r---- 0000000000000000 000:00000 ", end,
                    b"\nmapped: 16K    writeable/private: %dK    shared: %dK\n"
                    % (private, shared))))
                check(root, ["-X" + option, "100"], b"".join((
                    b"100:   A\n Address Perm   Offset Device Inode Size Rss Swap Mapping\n"
                    b"00001000 r--p 00000000  00:00     0    4   4    0 ", first,
                    b"\n00010000 ", perms.encode(), b" 00000000  00:00     0    8   4    0 ", shown,
                    b"\n00020000 r--p 00000000  00:00     0    4   4    0 ", end, b"\n",
                    b" " * 36 + b"==== === ==== \n", b" " * 36 + b"  16  12    0 KB \n")))

    def test_long_components(self):
        """A path of many parts, near and above every likely limit."""
        for length in (127, 128, 140, 949, 950, 951, 1022, 1023, 1100, 2500, 4096, 9600, 70000):
            for perms in ("rw-p", "rw-s"):
                name = b"/" + b"/".join([b"d" * 49] * (length // 50))
                name = name[:length - 6] + b"/x.so"
                with self.subTest(length=length, perms=perms):
                    self.views(name, perms, length in (140, 951, 1100))

    def test_one_long_component(self):
        for length in (126, 127, 128, 255, 1000, 5000, 1 << 20):
            with self.subTest(length=length):
                self.views(b"/" + b"n" * length)

    def test_lines_that_end_where_a_reader_would(self):
        for cut in CUTS:
            for total in (cut - 1, cut, cut + 1):
                with self.subTest(total=total):
                    self.views(b"/" + b"n" * (total - 73 - 1) if total > 80 else b"/n")

    def test_forgery(self):
        """A name cannot become a row, a key or a header at any of the cuts."""
        for cut in (1022, 1023, 1024, 4096, 8192):
            for forged in (b"00007fff00000000-00007fff40000000 rwxs 00000000 00:00 0",
                           b"7fff00000000-7fff40000000 rwxp 00000000 00:00 0 ",
                           b"Rss:             99999999 kB", b"Swap:                  0 kB",
                           b"Private_Dirty: 77 kB", b"VmFlags: rd", b"Name: x", b"4711:   init"):
                for gap in (b"/", b" "):
                    name = (b"/" + b"d" * (cut - 73 - 2) + gap + forged)
                    with self.subTest(cut=cut, forged=forged):
                        self.views(name)

    def test_multibyte_names_are_not_cut(self):
        for length in range(120, 132):
            self.views(b"/" + b"n" * length + "é€😀é".encode())
        self.views(b"/" + "é".encode() * 600)

    def test_key_lines(self):
        """Long keys, long values and long flags are one line too."""
        text = px.map_line("00001000-00002000", "r--p", "/f") + b"Size: 4 kB\nRss: 4 kB\n" \
            + b"Swap:" + b" " * 5000 + b"0 kB\n"
        with px.Root().process(100, smaps=text) as root:
            self.everywhere(root, ["-xq", "100"],
                            b"100:   A\n0000000000001000       4       4       ? r---- f\n")
            self.everywhere(root, ["-Xq", "100"],
                            b"100:   A\n00001000 r--p 00000000 00:00 0 4 4 0 f\n")


if __name__ == "__main__":
    px.main()
