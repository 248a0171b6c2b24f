#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx --from CORE, of core files that the kernel and gdb write of processes that the test
starts: the rows are those of the process, but for what doc/COMPAT.md says core files lack."""
import glob
import os
import re
import resource
import shutil
import signal
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

SHAPES = [["anon"], ["shared-anon"], ["adjacent"], ["guard"], ["file"], ["file-modes"],
          ["file-offset"], ["deleted"], ["memfd"], ["names"], ["sysv"], ["threads", "3"],
          ["many", "500"], ["path", "1000"], ["named-anon"]]
EVERYTHING = 0x7f  # Of coredump_filter: all memory but that of devices.

# Of NT_PRPSINFO: so many bytes of the command line, and a NUL.
ARGUMENTS = 79


class Mapping:
    """What a row says, and what the core file can tell of it."""

    def __init__(self, row, line):
        self.address, self.size, self.mode, self.name = re.fullmatch(
            rb"([0-9a-f]+) +(\d+)K (.{5}) (.*)", row).groups()
        words = line.split(None, 5)
        self.offset = words[2]
        self.path = words[5] if len(words) > 5 else b""
        self.is_file = not re.match(rb"(\[|$)", self.path)
        segment = re.fullmatch(rb"/(SYSV[0-9a-f]{8}(?: \(deleted\))?)", self.path)
        if segment:
            self.name = segment.group(1)
        elif self.path != b"/dev/zero (deleted)":
            self.mode = self.mode[:3] + b"-" + self.mode[4:]

    def row(self):
        return b"%s %6sK %s %s" % (self.address, self.size, self.mode, self.name)


class Case(px.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if px.is_sanitized(px.TARGET):
            raise unittest.SkipTest("AddressSanitizer maps terabytes, which debuggers dump")

    def look(self, pid):
        """The header of a process, and its mappings."""
        with open("/proc/%d/maps" % pid, "rb") as file:
            lines = file.read().split(b"\n")[:-1]
        header, *rows = px.pmapx("-q", str(pid)).stdout.split(b"\n")[:-1]
        self.assertEqual(len(rows), len(lines))
        return header, [Mapping(*both) for both in zip(rows, lines)]

    def check_rows(self, core, expected, unknown=()):
        """The rows of a core file, without their marks, and the total."""
        got = px.pmapx("--from", core)
        self.assertEqual((got.stderr, got.status), (b"", 0))
        header, *rows, total = got.stdout.split(b"\n")[:-1]
        plain = [re.sub(rb"^(\S+ +\d+K .{5})\*", rb"\1", row) for row in rows]
        self.same(b"\n".join(plain), b"\n".join(mapping.row() for mapping in expected))
        self.assertEqual(total.split()[1], b"%dK" % sum(int(one.size) for one in expected))
        return header, [row for row in rows if re.match(rb"\S+ +\d+K .{5}\* ", row)]


class Kernel(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open("/proc/sys/kernel/core_pattern", encoding="ascii", errors="replace") as file:
            pattern = file.read().strip()
        if "/" in pattern or pattern.startswith("|"):
            raise unittest.SkipTest("core files are written to " + pattern)

    def dump(self, target, dumped=None):
        """Have the target dump core; gives the file."""
        try:
            resource.prlimit(target.pid, resource.RLIMIT_CORE,
                             (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        except PermissionError:
            raise unittest.SkipTest("core files are not permitted")
        if dumped is not None:
            with open("/proc/%d/coredump_filter" % target.pid, "w", encoding="ascii") as file:
                file.write("%#x" % dumped)
        folder = os.readlink("/proc/%d/cwd" % target.pid)
        os.kill(target.pid, signal.SIGQUIT)
        target.process.wait(timeout=30)
        found = glob.glob(os.path.join(folder, "core*"))
        if not found:
            raise unittest.SkipTest("no core file was written")
        return found[0]

    def test_shapes(self):
        for shape in SHAPES:
            with self.subTest(shape=shape):
                try:
                    with px.Target(*shape) as target:
                        header, expected = self.look(target.pid)
                        told, _ = self.check_rows(self.dump(target), expected)
                        begin = b"%d:   " % target.pid
                        self.same(told, begin + header[len(begin):][:ARGUMENTS])
                except unittest.SkipTest as reason:
                    print(shape, reason, file=sys.stderr)

    def test_devices(self):
        """In -d, too."""
        with px.Target("file-offset") as target:
            _, expected = self.look(target.pid)
            core = self.dump(target)
            got = px.pmapx("-dq", "--from", core)
            rows = [row.replace(b"* ", b"  ").split(None, 5) for row in got.stdout.splitlines()[1:]]
            self.assertEqual(
                [(row[0], row[2], row[3], row[4]) for row in rows],
                [(one.address, one.mode, b"%016x" % (int(one.offset, 16) if one.is_file else 0),
                  b"000:00000") for one in expected])

    def test_marks(self):
        """What has a mark was not dumped: with everything dumped, only what cannot be read."""
        with px.Target("anon") as target:
            _, expected = self.look(target.pid)
            _, marked = self.check_rows(self.dump(target), expected)
            text = [one for one in expected if one.is_file and one.mode.startswith(b"r-x")]
            self.assertGreater(len(text), 2)
            for one in text:
                self.assertIn(b"%s %6sK r-x--* %s" % (one.address, one.size, one.name), marked)
            self.assertFalse([row for row in marked if b"[" in row], marked)
        with px.Target("anon") as target:
            _, expected = self.look(target.pid)
            _, marked = self.check_rows(self.dump(target, EVERYTHING), expected)
            self.assertEqual(marked, [])

    def test_cut(self):
        """By the limit of the process: all mappings, and it is said."""
        with px.Target("anon", "64", "64") as target:
            _, expected = self.look(target.pid)
            core = self.dump(target)
            os.truncate(core, os.path.getsize(core) - 1)
            got = px.pmapx("--from", core)
            self.assertEqual(got.status, 1)
            self.assertEqual(len(got.stdout.splitlines()), len(expected) + 2)


class Gdb(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if shutil.which("gdb") is None:
            raise unittest.SkipTest("no gdb (Debian: gdb)")

    def dump(self, target, *commands):
        """Have gdb write a core file; gives it."""
        core = os.path.join(target.directory, "core.gdb")
        words = [word for command in (*commands, "generate-core-file " + core, "detach")
                 for word in ("-ex", command)]
        got = px.run(["gdb", "-nx", "-batch", "-iex", "set auto-load off", "-p", str(target.pid),
                      *words], env=px.environment(HOME=target.directory, DEBUGINFOD_URLS=None),
                     timeout=120)
        if not os.path.exists(core):
            raise unittest.SkipTest("gdb cannot: %s" % got.stderr.decode(errors="replace")[-200:])
        return core

    @staticmethod
    def told_by_gdb(mappings, all_dumped):
        """What gdb writes: no memory of the kernel's that cannot be dumped, and all else as
        readable (elf_fake_sections() of BFD)."""
        for one in mappings:
            if one.path.startswith(b"[vvar"):
                continue
            if not one.is_file or all_dumped:
                one.mode = b"r" + one.mode[1:]
            yield one

    def test_everything(self):
        """Of a process whose files are to be dumped as well, each mapping is a segment."""
        for shape in SHAPES:
            with self.subTest(shape=shape):
                try:
                    with px.Target(*shape) as target:
                        with open("/proc/%d/coredump_filter" % target.pid, "w") as file:
                            file.write("%#x" % EVERYTHING)
                        _, expected = self.look(target.pid)
                        core = self.dump(target)
                        self.check_rows(core, list(self.told_by_gdb(expected, True)))
                except unittest.SkipTest as reason:
                    print(shape, reason, file=sys.stderr)

    def test_as_it_comes(self):
        """Without that, program text is in no segment: its mode is that which the file asks for."""
        for shape in (["anon"], ["shared-anon"], ["adjacent"], ["guard"], ["threads", "3"],
                      ["many", "500"]):
            with self.subTest(shape=shape), px.Target(*shape) as target:
                _, expected = self.look(target.pid)
                header, marked = self.check_rows(
                    self.dump(target), list(self.told_by_gdb(expected, False)))
                self.assertTrue(header.startswith(b"%d:   " % target.pid))
                # But gdb writes a breakpoint into one, which then is dumped.
                self.assertGreater(sum(b" r-x--* " in row for row in marked), 1)

    def test_unknown_modes(self):
        """Files that are not programs, and not dumped."""
        with px.Target("file-modes") as target:
            _, expected = self.look(target.pid)
            for one in expected:
                # Those that were written to are dumped.
                if re.search(rb"/[ps]-[rwx-]+$", one.path) and not (
                        one.path.endswith((b"/p-rw", b"/p-rwx"))):
                    one.mode = b"???" + one.mode[3:]
            _, marked = self.check_rows(
                self.dump(target), list(self.told_by_gdb(expected, False)))
            self.assertEqual(sum(b" ???--* " in row for row in marked), 14)


if __name__ == "__main__":
    px.main()
