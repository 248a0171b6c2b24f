#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmap's operands: which words are process ids, which are skipped, which end the run."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px


def block(pid):
    return b"%d:   p%d\n0000000000001000      4K r---- f\n" % (pid, pid)


class Operands(px.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = px.Root()
        for pid in (1, 2, 8, 16, 100, 2147483647):
            cls.root.process(pid, maps=px.map_line("00001000-00002000", name="/f"),
                             cmdline=b"p%d\0" % pid)

    @classmethod
    def tearDownClass(cls):
        cls.root.__exit__()

    def test_accepted(self):
        for word, pid in (("2", 2), ("02", 2), ("002", 2), ("0x2", 2), ("0X2", 2), ("010", 8),
                          ("0x10", 16), ("0x64", 100), ("0144", 100), ("0x0000000064", 100),
                          ("/proc/2", 2), ("/proc/0x2", 2), ("/proc/02", 2), ("/proc/010", 8),
                          ("00000000000000000000000000000002", 2), ("1", 1),
                          ("2147483647", 2147483647), ("0x7fffffff", 2147483647)):
            with self.subTest(word=word):
                self.result(self.root.pmap("-q", word), block(pid))

    def test_usage(self):
        for word in ("08", "0x", "0X", "0xg", "1x", "2.", "2,3", "2/", "2/maps", "/proc/1/",
                     "/proc/2/maps", "//proc/2", "proc/1", "+1", " 1", "1 ", "\t1", "1\n", "", "0",
                     "00", "0x0", "/proc/0", "2147483648", "4294967298", "0x80000000",
                     "99999999999999999999999", "18446744073709551617", "-", "self", "a", "2 100",
                     "/proc", "/PROC/2", "/proc/2147483648", "２"):
            with self.subTest(word=word):
                self.result(self.root.pmap("-q", word), b"", px.usage(), 1)

    def test_negative(self):
        self.result(self.root.pmap("-1"), b"",
                    (px.UNDER_TEST + ": invalid option -- '1'\n").encode() + px.usage(), 1)
        self.result(self.root.pmap("--", "-1"), b"", px.usage(), 1)

    def test_one_bad_word_spoils_all(self):
        for words in (["2", "x"], ["x", "2"], ["2", "100", "0"], ["/proc/self", "x"],
                      ["2", "--", "-q"]):
            with self.subTest(words=words):
                self.result(self.root.pmap(*words), b"", px.usage(), 1)

    def test_names_below_proc_are_skipped(self):
        for word in ("/proc/self", "/proc/", "/proc/meminfo", "/proc//2", "/proc/-1", "/proc/+2",
                     "/proc/ 2", "/proc/self/maps"):
            with self.subTest(word=word):
                self.result(self.root.pmap("-q", word), b"",
                            b"pmap: library failed pids statistics\n", 1)
                self.result(self.root.pmap("-q", word, "2"), block(2))
                self.result(self.root.pmap("-q", "2", word, "100"), block(2) + block(100))
        self.result(self.root.pmap("/proc/self", "/proc/meminfo"), b"",
                    b"pmap: library failed pids statistics\n", 1)

    def test_order_and_repetition(self):
        self.result(self.root.pmap("-q", "100", "2", "/proc/2", "0x64", "1"),
                    block(100) + block(2) + block(2) + block(100) + block(1))

    def test_missing(self):
        for words, expected in ((["3"], b""), (["3", "4"], b""), (["2", "3"], block(2)),
                                (["3", "2"], block(2)), (["2", "3", "100"], block(2) + block(100)),
                                (["/proc/3", "/proc/self"], b""), (["2147483646"], b"")):
            with self.subTest(words=words):
                self.result(self.root.pmap("-q", *words), expected, b"", 42)


if __name__ == "__main__":
    px.main()
