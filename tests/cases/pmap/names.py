#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmap's name column in the default, -x and -d views: files, labels, stack, shared segments.

What pmapx shows better than pmap (labels and names that hold a slash, odd bytes, long lines) is
tested among pmapx's own cases."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

ANON = "  [ anon ]"
KEYS = ("Size", "Rss", "Private_Dirty", "Swap")

# name in the map -> (plain, with -p, with -k, with -kp)
TABLE = {
    "/usr/lib/libc.so.6": ("libc.so.6", "/usr/lib/libc.so.6"),
    "/init": ("init", "/init"),
    "/": ("/", "/"),
    "/t/with space  two": ("with space  two", "/t/with space  two"),
    "/t/ leading": (" leading", "/t/ leading"),
    "/t/trailing ": ("trailing ", "/t/trailing "),
    "/t/new\\012line": ("new\\012line", "/t/new\\012line"),
    "/t/lit\\012x": ("lit\\012x", "/t/lit\\012x"),
    "/t/gone (deleted)": ("gone (deleted)", "/t/gone (deleted)"),
    "/t/fake (deleted) (deleted)": ("fake (deleted) (deleted)", "/t/fake (deleted) (deleted)"),
    "/t/[x]": ("[x]", "/t/[x]"),
    "/t/a]": ("a]", "/t/a]"),
    "/t/SYSV00000000": ("SYSV00000000", "/t/SYSV00000000"),
    "/memfd:name (deleted)": ("memfd:name (deleted)", "/memfd:name (deleted)"),
    "/memfd:with/slash (deleted)": ("slash (deleted)", "/memfd:with/slash (deleted)"),
    "/memfd:end/ (deleted)": (" (deleted)", "/memfd:end/ (deleted)"),
    "/dev/zero (deleted)": ("zero (deleted)", "/dev/zero (deleted)"),
    "/dev/zero": ("zero", "/dev/zero"),
    "/t/dir/": ("/", "/t/dir/"),
    "//two//slashes": ("slashes", "//two//slashes"),
    "/anon_hugepage (deleted)": ("anon_hugepage (deleted)", "/anon_hugepage (deleted)"),
    "/i915 (deleted)": ("i915 (deleted)", "/i915 (deleted)"),
    "/t/%s %n %d": ("%s %n %d", "/t/%s %n %d"),
    "": (ANON, ANON),
    "[heap]": (ANON, ANON, "[heap]"),
    "[vdso]": (ANON, ANON, "[vdso]"),
    "[vvar]": (ANON, ANON, "[vvar]"),
    "[vvar_vclock]": (ANON, ANON, "[vvar_vclock]"),
    "[vsyscall]": (ANON, ANON, "[vsyscall]"),
    "[uprobes]": (ANON, ANON, "[uprobes]"),
    "[stack]": (ANON, ANON, "[stack]"),
    "[stack:123]": (ANON, ANON, "[stack:123]"),
    "[anon:simple]": (ANON, ANON, "[anon:simple]"),
    "[anon:sp ace]": (ANON, ANON, "[anon:sp ace]"),
    "[anon_shmem:foo]": (ANON, ANON, "[anon_shmem:foo]"),
    "anon_inode:bpf-map": (ANON, ANON),
    "anon_inode:[perf_event]": (ANON, ANON),
    "socket:[276236]": (ANON, ANON),
    "pipe": (ANON, ANON),
}
# shown whole by pmapx with -k, not by pmap
NOT_WITH_K = ("anon_inode:bpf-map", "anon_inode:[perf_event]", "socket:[276236]")


class Names(px.TestCase):
    def table(self, option, pick, rows=TABLE):
        """All rows in one process, in the three views; pick chooses what to expect."""
        smaps = b""
        shown = []
        for index, (name, texts) in enumerate(rows.items()):
            start = 0x10000 + index * 0x1000
            smaps += px.smaps_entry(px.map_line("%08x-%08x" % (start, start + 0x1000), "rw-p",
                                                name, "fe:00" if "/" in name else "00:00"), KEYS)
            shown.append((start, pick(texts), b"0fe:00000" if "/" in name else b"000:00000"))
        with px.Root().process(100, smaps=smaps) as root:
            self.result(root.pmap("-q" + option, "100"), b"100:   A\n" + b"".join(
                b"%016x      4K rw--- %s\n" % (start, name.encode()) for start, name, _ in shown))
            self.result(root.pmap("-xq" + option, "100"), b"100:   A\n" + b"".join(
                b"%016x       4       0       0 rw--- %s\n" % (start, name.encode())
                for start, name, _ in shown))
            self.result(root.pmap("-dq" + option, "100"), b"100:   A\n" + b"".join(
                b"%016x       4 rw--- 0000000000000000 %s %s\n" % (start, device, name.encode())
                for start, name, device in shown))

    def test_plain(self):
        self.table("", lambda texts: texts[0])

    def test_path(self):
        self.table("p", lambda texts: texts[1])

    def test_kernel(self):
        self.holds_for((4, 0, 6))
        rows = {name: texts for name, texts in TABLE.items() if name not in NOT_WITH_K}
        self.table("k", lambda texts: texts[2] if len(texts) > 2 else texts[0], rows)

    def test_kernel_and_path(self):
        self.holds_for((4, 0, 6))
        rows = {name: texts for name, texts in TABLE.items() if name not in NOT_WITH_K}
        self.table("kp", lambda texts: texts[2] if len(texts) > 2 else texts[1], rows)

    def test_smaps_view(self):
        """-X: the kernel's words; the last component of a path, and nothing for a bare slash."""
        keys = ("Size",)
        smaps, rows, paths = b"", b"", b""
        for index, (name, texts) in enumerate(TABLE.items()):
            start = 0x10000 + index * 0x1000
            smaps += px.smaps_entry(px.map_line("%08x-%08x" % (start, start + 0x1000), "rw-p",
                                                name), keys)
            fixed = b"%08x rw-p 00000000 00:00 0 4 " % start
            last = name.rsplit("/", 1)[-1]
            rows += fixed + last.encode() + b"\n"
            paths += fixed + name.encode() + b"\n"
        with px.Root().process(100, smaps=smaps) as root:
            self.result(root.pmap("-Xq", "100"), b"100:   A\n" + rows)
            self.result(root.pmap("-Xqp", "100"), b"100:   A\n" + paths)
            if px.pmap_version(px.UNDER_TEST) >= (4, 0, 6):
                self.result(root.pmap("-Xqk", "100"), b"100:   A\n" + rows)


class Stack(px.TestCase):
    """The stack is where the process began it, not what the kernel calls so."""

    MAPS = b"".join((px.map_line("00401000-00402000", "rw-p"),
                     px.map_line("00402000-00403000", "rw-p"),
                     px.map_line("00403000-00404000", "rw-p", "[stack]"),
                     px.map_line("00404000-00405000", "rw-p", "/file")))

    def labels(self, start_stack, *names):
        with px.Root().process(100, maps=self.MAPS, start_stack=start_stack) as root:
            self.result(root.pmap("-q", "100"), b"100:   A\n" + b"".join(
                b"%016x      4K rw--- %s\n" % (0x401000 + index * 0x1000, name.encode())
                for index, name in enumerate(names)), what="%x" % start_stack)

    def test_inside(self):
        stack = "  [ stack ]"
        self.labels(0x401000, stack, ANON, ANON, "file")
        self.labels(0x401fff, stack, ANON, ANON, "file")
        self.labels(0x402010, ANON, stack, ANON, "file")
        self.labels(0x403800, ANON, ANON, stack, "file")
        self.labels(0x404010, ANON, ANON, ANON, "file")
        self.labels(0x405001, ANON, ANON, ANON, "file")
        self.labels(0, ANON, ANON, ANON, "file")

    def test_no_stat_field(self):
        """A stat line that ends early has no stack."""
        with px.Root().process(100, maps=self.MAPS, stat=b"100 (c) S 1 0 0\n") as root:
            self.assertNotIn(b"stack", root.pmap("100").stdout)

    def test_a_command_name_does_not_shift_the_fields(self):
        for comm in ("a b c", ") 1 2 3", "((", "x) S 1 ("):
            with self.subTest(comm=comm):
                with px.Root().process(100, maps=self.MAPS, comm=comm, start_stack=0x402010) as root:
                    self.assertIn(b"0000000000402000      4K rw---   [ stack ]\n",
                                  root.pmap("100").stdout)


class SharedSegments(px.TestCase):
    """A System V segment is shown by its id, the inode number."""

    # any address pmap attaches its own segment at is in here
    SELF = px.map_line("7e0000000000-7ffffffff000", "rw-s", "/SYSV00000000 (deleted)", "00:01", 9)
    MAPS = b"".join((
        px.map_line("00001000-00002000", "rw-s", "/SYSV00000000 (deleted)", "00:01", 1605637),
        px.map_line("00002000-00003000", "r--s", "/SYSV6c0a12ff (deleted)", "00:01", 0),
        px.map_line("00003000-00004000", "rw-s", "/SYSVdeadbeef", "00:01", 4294967295),
        px.map_line("00004000-00005000", "rw-s", "/SYSV00000000 (deleted)", "00:0e", 5),
        px.map_line("00005000-00006000", "rw-s", "/SYSV00000000 (deleted)", "08:01", 6),
        px.map_line("00006000-00007000", "rw-s", "/dev/zero (deleted)", "00:01", 7),
        px.map_line("00007000-00008000", "rw-s", "/memfd:x (deleted)", "00:01", 8),
        px.map_line("00008000-00009000", "rw-p", "[heap]", "00:01", 9)))

    def rows(self, *names):
        return b"100:   A\n" + b"".join(
            b"%016x      4K %s %s\n" % (0x1000 * (index + 1), mode, name.encode())
            for index, (mode, name) in enumerate(zip(
                (b"rw-s-", b"r--s-", b"rw-s-", b"rw-s-", b"rw-s-", b"rw-s-", b"rw-s-", b"rw---"),
                names)))

    def test_known(self):
        with px.Root().process(100, maps=self.MAPS) as root:
            root.file("self/maps", self.SELF)
            ids = ["  [ shmid=0x188005 ]", "  [ shmid=0x0 ]", "  [ shmid=0xffffffff ]"]
            plain = ["SYSV00000000 (deleted)"] * 2 + ["zero (deleted)", "memfd:x (deleted)", ANON]
            self.result(root.pmap("-q", "100"), self.rows(*ids, *plain))
            paths = ["/SYSV00000000 (deleted)"] * 2 + ["/dev/zero (deleted)", "/memfd:x (deleted)",
                                                       ANON]
            self.result(root.pmap("-qp", "100"), self.rows(*ids, *paths))
            self.assertIn(b"rw-s- 0000000000000000 000:00001   [ shmid=0x188005 ]\n",
                          root.pmap("-d", "100").stdout)

    def test_in_extended_and_smaps_views(self):
        smaps = px.smaps_entry(px.map_line("00001000-00002000", "rw-s", "/SYSV00000000 (deleted)",
                                           "00:01", 1605637), KEYS, Rss=4)
        with px.Root().process(100, smaps=smaps) as root:
            root.file("self/maps", self.SELF)
            self.result(root.pmap("-xq", "100"),
                        b"100:   A\n0000000000001000       4       4       0 rw-s-"
                        b"   [ shmid=0x188005 ]\n")
            self.result(root.pmap("-Xq", "100"),
                        b"100:   A\n00001000 rw-s 00000000 00:01 1605637 4 4 0"
                        b" SYSV00000000 (deleted)\n")

    def test_other_minor(self):
        with px.Root().process(100, maps=self.MAPS) as root:
            root.file("self/maps", self.SELF.replace(b" 00:01 ", b" 00:0e "))
            self.assertEqual(root.pmap("-q", "100").stdout.split(b"\n")[3:6], [
                b"0000000000003000      4K rw-s- SYSVdeadbeef",
                b"0000000000004000      4K rw-s-   [ shmid=0x5 ]",
                b"0000000000005000      4K rw-s- SYSV00000000 (deleted)"])

    def test_unknown(self):
        with px.Root().process(100, maps=self.MAPS) as root:
            names = ["SYSV00000000 (deleted)", "SYSV6c0a12ff (deleted)", "SYSVdeadbeef",
                     "SYSV00000000 (deleted)", "SYSV00000000 (deleted)", "zero (deleted)",
                     "memfd:x (deleted)", ANON]
            self.result(root.pmap("-q", "100"), self.rows(*names))
            root.file("self/maps", "")
            self.result(root.pmap("-q", "100"), self.rows(*names))
            # neither a private mapping nor one of a real device tells the minor
            root.file("self/maps", self.SELF.replace(b"rw-s", b"rw-p") +
                      self.SELF.replace(b" 00:01 ", b" 08:01 "))
            self.result(root.pmap("-q", "100"), self.rows(*names))


if __name__ == "__main__":
    px.main()
