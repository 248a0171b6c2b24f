#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables of our own stay straight with names that a terminal shows wider, or narrower, than they
have characters."""
import os
import sys
import unicodedata

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
import terminal

NAMES = ("plain", "漢字", "かなカナ", "한국", "e\u0301e\u0301", "😀x", "\u200bz", "Ａ", "ｱ", "é", "\ue000",
         "й\u0306")


def columns(text):
    """How wide a terminal shows it, by the tables of Python."""
    return sum(0 if unicodedata.combining(one) or unicodedata.category(one) == "Cf"
               else 2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def root_of(names):
    root = px.Root()
    root.process(100, smaps=b"".join(px.smaps_entry(px.map_line(
        "%08x-%08x" % (i << 16, (i << 16) + 4096 * 10 ** (i % 4)), "r--p", b"/srv/" + px.as_bytes(name),
        "fe:00", i), Rss=4 * i) for i, name in enumerate(names, 1)))
    return root


class WideText(px.TestCase):
    def test_columns_are_straight(self):
        """What is right-aligned behind a name ends where the heading does."""
        with root_of(NAMES) as root:
            for words in (["--fields=Mapping,Kbytes"], ["--fields=Mapping,Rss", "--sort=-Rss"],
                          ["--fields=Name,Perm"]):
                got = root.pmapx(*words, "100")
                self.assertEqual((got.status, got.stderr), (0, b""))
                lines = got.stdout.decode().splitlines()[1:]
                self.assertEqual({columns(line) for line in lines}, {columns(lines[0])}, words)
                self.assertEqual(terminal.run([px.PMAPX, "--root", root.path, *words, "100"], 80), got.stdout)

    def test_to_the_byte(self):
        with root_of(("ab", "漢字", "e\u0301", "\udcff漢".encode(errors="surrogateescape"))) as root:
            self.result(root.pmapx("--fields=Mapping,Rss,Perm", "100"), """\
100:   A
Mapping Rss Perm
ab        4 r--p
漢字      8 r--p
e\u0301        12 r--p
?漢      16 r--p
        ===
         40
""".encode())
            # where the locale has no such characters, each byte is one
            self.result(root.pmapx("--fields=Mapping,Rss,Perm", "100", env=px.environment(LC_ALL="C")), """\
100:   A
Mapping Rss Perm
ab        4 r--p
??????    8 r--p
e??      12 r--p
????     16 r--p
        ===
         40
""")

    def test_names_are_cut(self):
        """At the width of the terminal, never within a character, and with what combines."""
        names = ("ab" * 10, "漢字" * 10, "x" + "漢字" * 10, "e\u0301" * 20, "ab漢字漢字漢")
        with root_of(names) as root:
            words = [px.PMAPX, "--root", root.path, "--fields=Rss,Mapping", "100"]
            self.same(terminal.run(words, 17), """\
100:   A
Rss Mapping
  4 abababababab+
  8 漢字漢字漢字+
 12 x漢字漢字漢+
 16 {}+
 20 ab漢字漢字漢
===
 60
""".format("e\u0301" * 12).encode())
            # and what is behind is where it belongs
            words = [px.PMAPX, "--root", root.path, "--fields=Mapping,Rss", "100"]
            self.same(terminal.run(words, 16), """\
100:   A
Mapping      Rss
abababababa+   4
漢字漢字漢+    8
x漢字漢字漢+  12
{}+  16
ab漢字漢字漢  20
             ===
              60
""".format("e\u0301" * 11).encode())

    def test_sums_and_ranks(self):
        """Other tables are laid out alike."""
        with root_of(NAMES) as root:
            got = root.pmapx("--by", "name,perm", "100")
            lines = got.stdout.decode().splitlines()
            place = columns(lines[0][:lines[0].index("perm")])
            for line in lines[1:1 + len(NAMES)]:
                self.assertEqual(columns(line[:line.index("r--p")]), place, line)

    def test_layouts_of_pmap(self):
        """In those of pmap's, names are last and nothing is behind."""
        with root_of(("漢字", "ab")) as root:
            for words in ([], ["-x"], ["-d"], ["-X"]):
                wide = terminal.run([px.PMAPX, "--root", root.path, *words, "100"], 200)
                self.same(wide, root.pmapx(*words, "100").stdout)


if __name__ == "__main__":
    px.main()
