#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""One rule for all text from outside, in the header and the rows of all views: what the locale
cannot print, and what would steer a terminal, is a question mark for each byte."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

VIEWS = {
    "-q": b"0000000000001000      4K r---- %s\n",
    "-xq": b"0000000000001000       4       ?       ? r---- %s\n",
    "-dq": b"0000000000001000       4 r---- 0000000000000000 000:00000 %s\n",
    "-Xq": b"00001000 r--p 00000000 00:00 0 4 0 %s\n",
    "-XXq": b"00001000 r--p 00000000 00:00 0 4 0 rd %s\n",
}
KEYS = ("Size", "Swap")

UTF8 = [(text.encode(), text.encode()) for text in (
    "plain ~!", "é€😀", "\u00a0\u00ad\u0378\u0301\u200b\u200d\u200e\u200f\ufeff\ufffd",
    "\ue000\uf8ff\U000f0000\U0010fffd", "\u2027\u202f\u2065\u206a", "\ufffe\U0001ffff\U0010ffff",
    "日本語 العربية עברית")]
UTF8 += [(text.encode(), b"a" + b"?" * (len(text.encode()) - 2) + b"b") for text in (
    *("a%cb" % code for code in (*range(1, 10), *range(11, 32), 127)),
    *("a%cb" % code for code in range(0x80, 0xa0)),
    *("a%cb" % code for code in (0x2028, 0x2029, *range(0x202a, 0x202f), *range(0x2066, 0x206a))))]
UTF8 += [
    (b"esc\x1b[31mred\x1b[0m", b"esc?[31mred?[0m"),
    (b"a\xc2\x9b31mb", b"a??31mb"),
    (b"a\xc3\x1b[31m", b"a??[31m"),
    (b"bad-\xff\xfe\xc3(", b"bad-???("),
    (b"a\xc0\xafb", b"a??b"), (b"a\xc1\xbfb", b"a??b"), (b"a\xe0\x80\xafb", b"a???b"),
    (b"a\xf0\x80\x80\xafb", b"a????b"),
    (b"a\xed\xa0\x80b", b"a???b"), (b"a\xf4\x90\x80\x80b", b"a????b"),
    (b"a\xf8\x88\x80\x80\x80b", b"a?????b"), (b"a\xe2(\xa1b", b"a?(?b"),
    (b"a\xe2\x82", b"a??"), (b"a\xf0\x9f\x98", b"a???"), (b"\x80", b"?"),
    (b"\xc3\xa9\xff\xc3\xa9\x01\x7f", b"\xc3\xa9?\xc3\xa9??"),
    (b"\xe2\x80\xe2\x80\xae", b"?????"), (b"\xef\xbb\xbfx", b"\xef\xbb\xbfx"),
]
ASCII = [(b"plain ~!", b"plain ~!"), ("é€".encode(), b"?????"), (b"a\x1b[31m\t\x7f", b"a?[31m??"),
         (b"\x80\x9b\xa0\xff", b"????")]
LATIN1 = [(b"caf\xe9 \xa3\xfe\xff", b"caf\xe9 \xa3\xfe\xff"), (b"\x80\x9b31m\x9f", b"??31m?"),
          (b"a\x1b\x7f\tb", b"a???b"), ("é".encode(), b"\xc3\xa9")]


class Text(px.TestCase):
    def check(self, table, **changes):
        """Every text as the command line and as the name of a file; one process for each."""
        env = px.environment(**changes)
        with px.Root() as root:
            for index, (raw, _) in enumerate(table):
                line = px.map_line("00001000-00002000", name=b"/t/" + raw)
                root.process(1000 + index, smaps=px.smaps_entry(line, KEYS), cmdline=raw + b"\0")
            pids = [str(1000 + index) for index in range(len(table))]
            for options, row in VIEWS.items():
                self.everywhere(root, [options, *pids], b"".join(
                    b"%d:   %s\n" % (1000 + index, shown) + row % shown
                    for index, (_, shown) in enumerate(table)), env=env)
            self.everywhere(root, ["-qp", *pids], b"".join(
                b"%d:   %s\n" % (1000 + index, shown) + VIEWS["-q"] % (b"/t/" + shown)
                for index, (_, shown) in enumerate(table)), env=env)
            self.everywhere(root, ["-Xqp", *pids], b"".join(
                b"%d:   %s\n" % (1000 + index, shown) + VIEWS["-Xq"] % (b"/t/" + shown)
                for index, (_, shown) in enumerate(table)), env=env)

    def test_utf8(self):
        self.check(UTF8, LC_ALL="C.UTF-8")

    def test_utf8_of_a_language(self):
        px.need_locale("en_US.UTF-8")
        self.check(UTF8, LC_ALL="en_US.UTF-8")

    def test_c(self):
        self.check(ASCII, LC_ALL="C")
        self.check(ASCII, LC_ALL=None)

    def test_latin1(self):
        px.need_locale("fr_FR.ISO-8859-1")
        self.check(LATIN1, LC_ALL=None, LC_CTYPE="fr_FR")

    def test_comm(self):
        for raw, shown in ((b"a\x1b[31m", b"a?[31m"), ("\u202e".encode(), b"???"),
                           ("é\ue000".encode(), "é\ue000".encode())):
            with px.Root().process(100, maps=b"", cmdline=b"", comm=raw,
                                   status="Tgid:\t100\n") as root:
                self.everywhere(root, ["-q", "100"], b"100:   [" + shown + b"]\n")

    def test_labels(self):
        with px.Root().process(100, maps=px.map_line("00001000-00002000", "r--p",
                                                     b"[anon:a\x1b[31m\xc3\xa9]")) as root:
            self.everywhere(root, ["-qk", "100"], b"100:   A\n"
                            b"0000000000001000      4K r---- [anon:a?[31m\xc3\xa9]\n")

    def test_the_columns_of_smaps(self):
        """Nothing of a hostile smaps reaches the terminal raw: keys, values, units, flags."""
        line = px.map_line("00001000-00002000", "r--p", "/f")
        for text in (b"Size: 4 kB\nEvil\x1b[31m: 5 kB\nSwap: 0 kB\n",
                     b"Size: \x1b[31m4 kB\nSwap: 0 kB\n", b"Size: 4 \x1b[31mkB\nSwap: 0 kB\n",
                     b"Size: 4 kB\nSwap: 0 kB\nVmFlags: rd \x1b[31m wr\n",
                     b"Size: 4 kB\nSwap: 0 kB\nVmFlags: \xc2\x9b31m\n",
                     b"Size: 4 kB\n\x1b[31m\nSwap: 0 kB\n",
                     b"Size: 4 kB\nE\xe2\x80\xae: 5 kB\nSwap: 0 kB\n"):
            with px.Root().process(100, smaps=line + text) as root:
                for view in ("-x", "-X", "-XX", "-Xq", "-XXq"):
                    for name, got in root.ways(view, "100"):
                        with self.subTest(text=text, view=view, run=name):
                            for data in (got.stdout, got.stderr):
                                self.assertFalse(set(data) & set(b"\x1b\x9b\xae"), data)


if __name__ == "__main__":
    px.main()
