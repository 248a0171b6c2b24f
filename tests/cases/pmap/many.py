#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmap with many processes in a run, and with many mappings in a process."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px


def maps(count):
    return b"".join(px.map_line("%08x-%08x" % (0x2000 * n, 0x2000 * n + 0x1000), "rw-p")
                    for n in range(1, count + 1))


class Processes(px.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = px.Root()
        for pid in range(1001, 1001 + 300):
            cls.root.process(pid, maps=px.map_line("00001000-00002000", name="/f"),
                             smaps=px.smaps_entry(px.map_line("00001000-00002000", name="/f"),
                                                  ("Size", "Rss", "Private_Dirty", "Swap"), None,
                                                  Rss=pid % 5),
                             cmdline=b"p%d\0" % pid)

    @classmethod
    def tearDownClass(cls):
        cls.root.__exit__()

    def blocks(self, pids):
        return b"".join(b"%d:   p%d\n0000000000001000      4K r---- f\n total                4K\n"
                        % (pid, pid) for pid in pids)

    def test_up_to_255(self):
        for count in (2, 100, 255):
            pids = range(1001, 1001 + count)
            self.result(self.root.pmap(*map(str, pids)), self.blocks(pids))

    def test_300(self):
        self.holds_for((4, 0, 6))
        pids = range(1001, 1301)
        self.result(self.root.pmap(*map(str, pids)), self.blocks(pids))
        self.result(self.root.pmap("7", *map(str, pids), "8"), self.blocks(pids), b"", 42)
        got = self.root.pmap("-xq", *map(str, pids))
        self.result(got, b"".join(
            b"%d:   p%d\n0000000000001000       4       %d       0 r---- f\n" % (pid, pid, pid % 5)
            for pid in pids))

    def test_one_3000_times(self):
        """With few descriptors."""
        self.holds_for((4, 0, 7))
        got = self.root.mounted(["sh", "-c", 'ulimit -n 64; exec "$0" "$@"', px.UNDER_TEST,
                                 *["1001"] * 3000])
        self.result(got, self.blocks([1001] * 3000))

    def test_limit_of_the_older(self):
        self.holds_for((4, 0, 0), (4, 0, 5))
        self.result(self.root.pmap(*["1001"] * 256), b"",
                    b"pmap: library failed pids statistics\n", 1)

    def test_skipped_and_missing_do_not_count(self):
        got = self.root.pmap(*["/proc/self"] * 300, "1001")
        self.result(got, self.blocks([1001]))


class Mappings(px.TestCase):
    def test_30000(self):
        count = 30000
        with px.Root().process(100, maps=maps(count)) as root:
            self.result(root.pmap("100"), b"100:   A\n" + b"".join(
                b"%016x      4K rw---   [ anon ]\n" % (0x2000 * n) for n in range(1, count + 1)) +
                b" total           120000K\n")
            self.result(root.pmap("-dq", "100"), b"100:   A\n" + b"".join(
                b"%016x       4 rw--- 0000000000000000 000:00000   [ anon ]\n" % (0x2000 * n)
                for n in range(1, count + 1)))

    def test_3000_with_fields(self):
        count = 3000
        smaps = b"".join(px.smaps_entry(line + b"\n", ("Size", "Rss", "Private_Dirty", "Swap"),
                                        "rd wr", Rss=3, Private_Dirty=1)
                         for line in maps(count).splitlines())
        with px.Root().process(100, smaps=smaps) as root:
            self.result(root.pmap("-x", "100"), px.listing(
                "100:   A\nAddress           Kbytes     RSS   Dirty Mode  Mapping\n" + "".join(
                    "%016x       4       3       1 rw---   [ anon ]\n" % (0x2000 * n)
                    for n in range(1, count + 1)) +
                "---------------- ------- ------- -------␠\n"
                "total kB           12000    9000    3000\n"))
            self.result(root.pmap("-X", "100"), px.listing(
                "100:   A\n Address Perm   Offset Device Inode  Size  Rss Swap Mapping\n" + "".join(
                    "%08x rw-p 00000000  00:00     0     4    3    0␠\n" % (0x2000 * n)
                    for n in range(1, count + 1)) +
                " " * 36 + "===== ==== ====␠\n" + " " * 36 + "12000 9000    0 KB␠\n"))


if __name__ == "__main__":
    px.main()
