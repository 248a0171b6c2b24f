#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes that are as large as they can be: 65,530 and a million mappings, paths of 4 KiB and
more, command lines of 2 MiB."""
import itertools
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
from rows import ROW, ROW_D, ROW_SMAPS, ROW_X, Base, name_at

# Above all addresses of 32 bits, and all of them have as many digits.
START = 1 << 32

IS_SANITIZED = px.is_sanitized(px.PMAPX)
# What Linux permits unless told otherwise (vm.max_map_count).
ORDINARY = 65530
MILLION = 1000000
# A sanitized program takes its time.
PREPARED = 100000 if IS_SANITIZED else MILLION
# So many of them are different, and a quarter of them each.
STEP = 2000

# KiB at most, of any number of mappings in the first, and of 300,000 in the second.
MOST_MEMORY = {"": 4096, "-x": 4096, "-d": 4096}
MOST_MEMORY_OF_300000 = {"-X": 49152, "-XX": 49152}

PLAIN = (("", ROW), ("-x", ROW_X), ("-d", ROW_D))
CUT = 131071  # What pmap shows of a command line.


def peak_kb(*words):
    """The memory of a run of pmapx, and its output's number of lines."""
    spawn = os.path.join(px.BUILD, "tests", "px_spawn")
    if not os.path.exists(spawn):
        raise unittest.SkipTest("no " + spawn)
    with tempfile.NamedTemporaryFile() as results:
        with subprocess.Popen([spawn, results.name, px.PMAPX, *words], stdout=subprocess.PIPE,
                              env=px.environment()) as process:
            lines = sum(block.count(b"\n") for block in
                        iter(lambda: process.stdout.read(1 << 20), b""))
        if process.returncode != 0:
            raise AssertionError("%r: status %d" % (words, process.returncode))
        return int(results.read().split()[-2]), lines


class Memory(Base):
    """Shared by those who have many mappings."""

    def check_memory(self, count, *words, views=(*MOST_MEMORY, *MOST_MEMORY_OF_300000)):
        """None of it grows with the number of mappings, but in -X, which must know all widths."""
        if IS_SANITIZED:
            return
        for view in views:
            most = MOST_MEMORY.get(view) or \
                max(4096, MOST_MEMORY_OF_300000[view] * count // 300000)
            with self.subTest(view=view):
                peak, lines = peak_kb(*[view] * bool(view), *words)
                self.assertGreaterEqual(lines, count)
                self.assertLessEqual(peak, most)


class Live(Memory):
    def largest(self, total):
        """A target of so many mappings in all."""
        with open("/proc/sys/vm/max_map_count", encoding="ascii") as file:
            permitted = int(file.read())
        if permitted < total:
            self.skipTest("needs vm.max_map_count=%d, it is %d" % (total, permitted))
        with px.Target("many", "2") as small:
            own = len(self.maps(small.pid)) - 2
        # Where neighbours happen to be, two of its own may be one.
        for _ in range(8):
            target = px.Target("many", str(total - own))
            self.addCleanup(target.close)
            more = len(self.maps(target.pid)) - total
            if more == 0:
                return target
            target.close()
            own += more
        self.fail("the number of other mappings never stays the same")

    def test_65530(self):
        """Each view, as the installed pmap has it."""
        target = self.largest(ORDINARY)
        pid = str(target.pid)
        starts = [b"%016x" % one.start for one in self.maps(target.pid)]
        for view, _ in PLAIN:
            for more in ((), ("-qp",)):
                words = [*([view] if view else []), *more, pid]
                out = self.pmapx(*words)
                self.assertEqual([line[:16] for line in out.splitlines()
                                  if re.match(rb"[0-9a-f]{16} ", line)], starts, words)
                if self.pmap_is() and not more:
                    self.assertTrue(out == self.pmap(*words), "pmap differs: %r" % words)
        middle = int(target.truth["addr"], 16) + 30000 * 4096
        for value in ("%x" % middle, "%x,%x" % (middle, middle + 200 * 4096),
                      "%x,%x" % (middle, middle + 9 * 4096)):
            words = ["-A", value, pid]
            out = self.pmapx(*words)
            self.assertIn(b"\n%016x " % middle, out)
            if self.pmap_is():
                self.same(out, self.pmap(*words), value)
        for view in ("-X", "-XX"):
            rows = ROW_SMAPS.findall(self.pmapx(view, pid))
            self.assertEqual([start.rjust(16, b"0") for start, _ in rows], starts)
        self.check_memory(ORDINARY, pid, views=("", "-X"))
        self.copied(target.pid)

    def copied(self, pid):
        """What -X shows depends on who else has a page; not so in a copy."""
        if not self.pmap_is() or IS_SANITIZED:
            return
        with px.Root() as root:
            root.copy(pid)
            for view in ("-X", "-XX"):
                got = root.pmapx(view, str(pid))
                pmap = root.mounted([px.SYSTEM_PMAP, view, str(pid)])
                self.assertEqual((got.status, pmap.status), (0, 0))
                self.assertTrue(got.stdout == pmap.stdout, "pmap differs: " + view)

    def test_million(self):
        """Where the kernel permits it."""
        target = self.largest(MILLION)
        starts = [b"%016x" % one.start for one in self.maps(target.pid)]
        for view, _ in PLAIN:
            out = self.pmapx(*[view] * bool(view), "-q", str(target.pid))
            self.assertEqual([line[:16] for line in out.splitlines()[1:]], starts)
        self.check_memory(MILLION, str(target.pid))


class Prepared(Memory):
    """A million mappings of a root."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory(
            prefix="pmapx-large-", dir=cls.roomy()))
        cls.write(PREPARED)

    @staticmethod
    def roomy():
        """Where 200 MB are no burden."""
        for folder in ("/dev/shm", tempfile.gettempdir()):
            try:
                status = os.statvfs(folder)
            except OSError:
                continue
            if status.f_bavail * status.f_frsize > 1 << 30 and os.access(folder, os.W_OK):
                return folder
        raise unittest.SkipTest("no room for a million mappings")

    @classmethod
    def write(cls, count):
        """maps, and smaps of three keys; half of the mappings are of a thousand files, whose folders
        have their numbers. Numbers are joined two thousand mappings at a time."""
        folder = os.path.join(cls.folder, "100")
        os.mkdir(folder)
        lines = ("%08x-%08x rw-p 00000000 00:00 0 \n", "%08x-%08x r--s 00001000 fe:00 77 /t#/file\n",
                 "%08x-%08x r-xp 00000000 fe:00 9 /usr/lib/#/library.so\n",
                 "%08x-%08x rw-p 00000000 00:00 0 \n")
        values = "Size: %d kB\nRss: %d kB\nSwap: 0 kB\n"
        step = STEP
        maps = "".join(lines[i % 4].replace("#", str(i)) for i in range(step))
        smaps = "".join(lines[i % 4].replace("#", str(i)) + values % (4, i % 5)
                        for i in range(step))
        with open(os.path.join(folder, "maps"), "w") as maps_out, \
                open(os.path.join(folder, "smaps"), "w") as smaps_out:
            for first in range(1, count + 1, step):
                ends = tuple(itertools.chain.from_iterable(
                    (START + (number << 13), START + (number << 13) + 4096)
                    for number in range(first, first + step)))
                maps_out.write(maps % ends)
                smaps_out.write(smaps % ends)
        for name, text in (("cmdline", b"A\0"), ("stat", px.stat_line(100)),
                           ("status", b"Tgid:\t100\n")):
            with open(os.path.join(folder, name), "wb") as out:
                out.write(text)

    def expected(self, rows, first, last):
        """An output: rows is a format of an address for each of four mappings."""
        step = STEP
        rows = [rows[i % 4].replace("#", str(i)) for i in range(step)]
        text = "".join(row % (i % 5) if "%d" in row else row for i, row in enumerate(rows))
        return "".join((first, *(text % tuple(START + (number << 13)
                                              for number in range(at, at + step))
                                 for at in range(1, PREPARED + 1, step)), last)).encode()

    def run_all(self, *words):
        got = px.pmapx("--root", self.folder, *words, "100", timeout=120)
        self.assertEqual((got.status, got.stderr), (0, b""))
        return got.stdout

    def check(self, words, rows, first, last):
        self.assertTrue(self.run_all(*words) == self.expected(rows, first, last), words)

    def test_default(self):
        self.check((), ("%016x      4K rw---   [ anon ]\n", "%016x      4K r--s- file\n",
                        "%016x      4K r-x-- library.so\n", "%016x      4K rw---   [ anon ]\n"),
                   "100:   A\n", " total %16dK\n" % (4 * PREPARED))

    def test_device(self):
        self.check(("-dp",), ("%016x       4 rw--- 0000000000000000 000:00000   [ anon ]\n",
                              "%016x       4 r--s- 0000000000001000 0fe:00000 /t#/file\n",
                              "%016x       4 r-x-- 0000000000000000 0fe:00000 "
                              "/usr/lib/#/library.so\n",
                              "%016x       4 rw--- 0000000000000000 000:00000   [ anon ]\n"),
                   "100:   A\nAddress           Kbytes Mode  Offset           Device    Mapping\n",
                   "mapped: %dK    writeable/private: %dK    shared: %dK\n" % (
                       4 * PREPARED, 2 * PREPARED, PREPARED))

    def test_extended(self):
        self.check(("-x",), ("%%016x       4       %d       ? rw---   [ anon ]\n",
                             "%%016x       4       %d       ? r--s- file\n",
                             "%%016x       4       %d       ? r-x-- library.so\n",
                             "%%016x       4       %d       ? rw---   [ anon ]\n"),
                   "100:   A\nAddress           Kbytes     RSS   Dirty Mode  Mapping\n",
                   "---------------- ------- ------- ------- \ntotal kB         %7d %7d       ?\n"
                   % (4 * PREPARED, 2 * PREPARED))

    def test_fields(self):
        self.check(("-Xq",), ("%%09x rw-p 00000000 00:00  0 4 %d 0 \n",
                              "%%09x r--s 00001000 fe:00 77 4 %d 0 file\n",
                              "%%09x r-xp 00000000 fe:00  9 4 %d 0 library.so\n",
                              "%%09x rw-p 00000000 00:00  0 4 %d 0 \n"), "100:   A\n", "")
        last = self.run_all("-X").splitlines()[-1].split()
        self.assertEqual(last, [b"%d" % (4 * PREPARED), b"%d" % (2 * PREPARED), b"0", b"KB"])

    def test_memory(self):
        self.check_memory(PREPARED, "--root", self.folder, "100")

    def test_groups(self):
        """A thousand files, and what is none; memory goes with the groups, not with mappings."""
        rows = self.run_all("-q", "--by", "path").splitlines()
        self.assertEqual(len(rows), STEP // 2 + 1)
        each = PREPARED // STEP
        self.assertEqual(rows[0].split()[:2], [b"%d" % (PREPARED // 2), b"%d" % (2 * PREPARED)])
        for row in rows[1:]:
            self.assertEqual(row.split()[:2], [b"%d" % each, b"%d" % (4 * each)])
        if not IS_SANITIZED:
            peak, _ = peak_kb("--root", self.folder, "--by", "path", "100")
            self.assertLessEqual(peak, 32768)


class Paths(Base):
    """PATH_MAX is a limit of calls, not of paths: /proc shows what is deeper, too."""

    LENGTHS = (4095, 4096, 4097, 8192, 12345)

    def test_every_view(self):
        for length, sharing in zip(self.LENGTHS[IS_SANITIZED * 2:], "spspp"):
            with px.Target("path", str(length), "libbar.so", "rw", sharing) as target:
                self.check(target, length)

    def check(self, target, length):
        address, pid = self.file(target)[0], str(target.pid)
        path = next(one.name for one in self.maps(target.pid) if one.start == address)
        self.assertEqual(len(path), length)
        self.honest(target.pid)
        for view, rows in PLAIN:
            for more in ((), ("-A", "%x" % address), ("-A", "%x,%x" % (address, address + 4096))):
                view_words = [*([view] if view else []), *more, pid]
                self.assertEqual(name_at(self.pmapx(*view_words), address, rows), [b"libbar.so"])
                self.assertEqual(name_at(self.pmapx("-p", *view_words), address, rows), [path])
                for words in (view_words, ["-p", *view_words]):
                    # Text is read there, never asked for.
                    self.same(self.pmapx(*words), self.pmapx("--root", "/proc", *words))
            if self.pmap_is():
                found = name_at(self.pmap(*[view] * bool(view), "-p", pid), address, rows)
                self.assertNotIn(path, found, "pmap is fooled")
        for view in ("-X", "-XX"):
            self.contains(b" libbar.so\n", self.pmapx(view, pid))
            self.contains(b" " + path + b"\n", self.pmapx(view + "p", pid))
            if self.pmap_is():
                self.assertNotIn(b"libbar.so", self.pmap(view, pid).partition(b"\n")[2])


class CommandLines(Base):
    """The kernel takes 128 KiB for one argument, and a quarter of the stack for all of them."""

    def target(self, arguments):
        """A target with so many of them as there may be: 2 MiB, where stacks are of 8."""
        while arguments:
            try:
                return px.Target("title", "large", *arguments)
            except OSError:
                arguments = arguments[:-max(1, len(arguments) // 50)]
        self.skipTest("no long command lines here")

    def check(self, target, views=("", "-x", "-d", "-q", "-X")):
        """In every view it is that of pmap, cut where pmap cuts it."""
        cmdline = px.process_file(target.pid, "cmdline")
        line = cmdline[:CUT].rstrip(b"\0").replace(b"\0", b" ").replace(b"\n", b" ")
        if len(line) == CUT and line.endswith(b" "):
            line = line[:-1]
        header = b"%d:   " % target.pid + line
        for view in views:
            words = [*[view] * bool(view), str(target.pid)]
            out = self.pmapx(*words)
            self.assertTrue(out.partition(b"\n")[0] == header, (view, len(header)))
            if self.pmap_is():
                self.assertTrue(self.pmap(*words).partition(b"\n")[0] == header, "pmap " + view)
        return cmdline

    def test_two_mebibytes(self):
        """Few arguments that are as long as may be, and many."""
        for arguments in (["a" * 131000 + "%03d" % number for number in range(16)],
                          ["argument %07d" % number for number in range(85000)]):
            with self.target(arguments) as target:
                self.assertGreater(len(self.check(target)), 1200000)

    def test_at_the_cut(self):
        """What is cut is a separator, a newline, a blank, or one byte too few."""
        for length in range(CUT - 4, CUT):
            for last in ("x", "\n", " "):
                with self.target(["a" * (length - 1) + last, "bcdefg"]) as target:
                    self.check(target, ("-q",))

    def test_a_character_is_cut(self):
        """Its bytes are no character; pmap passes them on since it knows only their number."""
        for fill in range(3):
            with self.target(["x" * fill + "€" * 43600, "€" * 10000]) as target:
                cmdline = px.process_file(target.pid, "cmdline")[:CUT]
                whole = cmdline.replace(b"\0", b" ").decode(errors="ignore")
                left = CUT - len(whole.encode())
                out = self.pmapx("-q", str(target.pid)).partition(b"\n")[0]
                self.assertTrue(out == b"%d:   %s" % (target.pid, whole.encode()) + b"?" * left)

    def test_nothing_but_separators(self):
        """Empty arguments alone: a dash, a question mark before 4.0.6."""
        with self.target([""] * 150000) as target:
            self.assertGreater(len(px.process_file(target.pid, "cmdline")), CUT)
            self.same(self.pmapx("-q", str(target.pid)).partition(b"\n")[0],
                      b"%d:   -" % target.pid)
            if self.pmap_is():
                self.same(self.pmap("-q", str(target.pid)).partition(b"\n")[0], b"%d:   %s" % (
                    target.pid, b"?" if self.pmap_is(last=(4, 0, 5)) else b"-"))

    def test_a_word_behind_separators(self):
        with self.target([""] * 131000 + ["word" * 100]) as target:
            self.check(target, ("-q",))


if __name__ == "__main__":
    px.main()
