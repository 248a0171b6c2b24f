#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What memory without a file is called: stack, bracketed labels with slashes, inodes without
paths."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

ANON = "  [ anon ]"
KEYS = ("Size", "Rss", "Private_Dirty", "Swap")
# what pmap makes a hash of: name -> (plain and -p, -k and -kp)
TABLE = {
    "[anon:with/slash]": (ANON, "[anon:with/slash]"),
    "[anon:end/]": (ANON, "[anon:end/]"),
    "[anon:/lead]": (ANON, "[anon:/lead]"),
    "[anon:a/b/c d]": (ANON, "[anon:a/b/c d]"),
    "[anon_shmem:x/y]": (ANON, "[anon_shmem:x/y]"),
    "[anon:simple]": (ANON, "[anon:simple]"),
    "[heap]": (ANON, "[heap]"),
    "[stack:123]": (ANON, "[stack:123]"),
    "anon_inode:[perf_event]": (ANON, "anon_inode:[perf_event]"),
    "anon_inode:bpf-map": (ANON, "anon_inode:bpf-map"),
    "anon_inode:[io_uring]": (ANON, "anon_inode:[io_uring]"),
    "socket:[276236]": (ANON, "socket:[276236]"),
    "": (ANON, ANON),
}


class Labels(px.TestCase):
    def test_table(self):
        smaps = b"".join(px.smaps_entry(px.map_line("000%02x000-000%02x000" % (n, n + 1), "rw-p",
                                                    name), KEYS, None)
                         for n, name in enumerate(TABLE, 1))
        with px.Root().process(100, smaps=smaps) as root:
            for index, options in ((0, ""), (0, "p"), (1, "k"), (1, "kp")):
                names = [texts[index] for texts in TABLE.values()]
                self.everywhere(root, ["-q" + options, "100"], b"100:   A\n" + b"".join(
                    b"%016x      4K rw--- %s\n" % (n * 4096, name.encode())
                    for n, name in enumerate(names, 1)))
                self.everywhere(root, ["-xq" + options, "100"], b"100:   A\n" + b"".join(
                    b"%016x       4       0       0 rw--- %s\n" % (n * 4096, name.encode())
                    for n, name in enumerate(names, 1)))
                self.everywhere(root, ["-dq" + options, "100"], b"100:   A\n" + b"".join(
                    b"%016x       4 rw--- 0000000000000000 000:00000 %s\n"
                    % (n * 4096, name.encode()) for n, name in enumerate(names, 1)))
            for options in ("", "p", "k", "kp"):
                self.everywhere(root, ["-Xq" + options, "100"], b"100:   A\n" + b"".join(
                    b"%08x rw-p 00000000 00:00 0 4 0 0 %s\n" % (n * 4096, name.encode())
                    for n, name in enumerate(TABLE, 1)))

    def test_files_in_brackets(self):
        """A path is a path, whatever its last part looks like."""
        maps = px.map_line("00001000-00002000", "r--p", "/t/[anon:x]", "fe:00", 5)
        with px.Root().process(100, maps=maps) as root:
            for options, shown in (("", b"[anon:x]"), ("p", b"/t/[anon:x]"), ("k", b"[anon:x]"),
                                   ("kp", b"/t/[anon:x]")):
                self.everywhere(root, ["-q" + options, "100"],
                                b"100:   A\n0000000000001000      4K r---- " + shown + b"\n")


class Stack(px.TestCase):
    """The end of a mapping is not part of it."""

    MAPS = b"".join(px.map_line("0040%d000-0040%d000" % (n, n + 1), "rw-p") for n in (1, 2, 3))

    def test_boundaries(self):
        for start_stack, labels in ((0x401000, "sAA"), (0x401fff, "sAA"), (0x402000, "AsA"),
                                    (0x402010, "AsA"), (0x403000, "AAs"), (0x403fff, "AAs"),
                                    (0x404000, "AAA"), (0x400fff, "AAA"), (0, "AAA")):
            with px.Root().process(100, maps=self.MAPS, start_stack=start_stack) as root:
                with self.subTest(start_stack="%x" % start_stack):
                    self.everywhere(root, ["-q", "100"], b"100:   A\n" + b"".join(
                        b"%016x      4K rw---   [ %s ]\n" % (
                            0x401000 + index * 0x1000, b"stack" if label == "s" else b"anon")
                        for index, label in enumerate(labels)))


if __name__ == "__main__":
    px.main()
