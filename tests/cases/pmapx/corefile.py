#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx --from CORE: core files made by hand, of all machines, whole, cut, damaged, and large."""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import building
import cores
import px

MACHINES = [dict(bits=64), dict(bits=64, order=">", machine=22), dict(bits=32, order=">", machine=20),
            dict(bits=32, machine=3, short_ids=True)]

PLAIN = px.listing("""\
1100:   prog -x y
0000000000010000      8K r---- prog
0000000000012000     12K r-x--* prog
0000000000015000      4K ???--* prog
0000000000016000      4K rw---* prog
0000000000020000      4K ???--* a\\012b
0000000000030000      4K rw---   [ anon ]
0000000000031000      8K -----*   [ anon ]
0000000000040000      8K rw-s- zero (deleted)
0000000000042000      4K rw-s- SYSV00000000 (deleted)
0000000000050000      8K rwx--* data
00000000a0000000      4K r-x--   [ anon ]
00000000bf000000     16K rw---   [ stack ]
 total               84K
""")

DEVICE = px.listing("""\
1100:   prog -x y
Address           Kbytes Mode   Offset           Device    Mapping
0000000000010000       8 r----  0000000000000000 000:00000 prog
0000000000012000      12 r-x--* 0000000000002000 000:00000 prog
0000000000015000       4 ???--* 0000000000009000 000:00000 prog
0000000000016000       4 rw---* 0000000000004000 000:00000 prog
0000000000020000       4 ???--* 0000000000007000 000:00000 a\\012b
0000000000030000       4 rw---  0000000000000000 000:00000   [ anon ]
0000000000031000       8 -----* 0000000000000000 000:00000   [ anon ]
0000000000040000       8 rw-s-  0000000000000000 000:00000 zero (deleted)
0000000000042000       4 rw-s-  0000000000000000 000:00000 SYSV00000000 (deleted)
0000000000050000       8 rwx--* 0000000000001000 000:00000 data
00000000a0000000       4 r-x--  0000000000000000 000:00000   [ anon ]
00000000bf000000      16 rw---  0000000000000000 000:00000   [ stack ]
mapped: 84K    writeable/private: 32K    shared: 12K
""")


def sample(**machine):
    """A core file with all that there is in one."""
    order, bits = machine.get("order", "<"), machine["bits"]
    core = cores.Core(**machine).thread(1101).process(1100, "prog", "prog -x y ").thread(1102)
    core.note(1, b"of somebody else's", b"GNU\0")
    core.vector(AT_EXECFN=0xbf003ff0, AT_RANDOM=0xbf003f00, AT_SYSINFO_EHDR=0xa0000000)
    core.file(0x10000, 0x12000, "/bin/prog").file(0x12000, 0x15000, "/bin/prog", 2)
    # No segment of the program would be there.
    core.file(0x15000, 0x16000, "/bin/prog", 9)
    # The end of the text and the beginning of the data are in one page of the file.
    core.file(0x16000, 0x17000, "/bin/prog", 4).file(0x20000, 0x21000, "/tmp/a\nb", 7)
    core.file(0x40000, 0x42000, "/dev/zero (deleted)")
    core.file(0x42000, 0x43000, "/SYSV00000000 (deleted)").file(0x50000, 0x52000, "/srv/data", 1)
    core.segment(0x10000, 0x2000, "r--", contents=cores.program(
        (0, 0x400000, 0x2000, "r"), (0x2000, 0x402000, 0x2e00, "rx"),
        (0x4e00, 0x406e00, 0x200, "rw"), bits=bits, order=order))
    core.segment(0x30000, 0x1000).segment(0x31000, 0x2000, "---", dumped=0)
    core.segment(0x40000, 0x2000).segment(0x42000, 0x1000)
    core.segment(0x50000, 0x2000, "rwx", dumped=0x1000)
    core.segment(0xa0000000, 0x1000, "r-x").segment(0xbf000000, 0x4000)
    return core


class Case(px.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="pmapx-core-")
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "core.1100")

    def show(self, core, *words, **kwargs):
        """What is shown of a core file, or of these bytes."""
        with open(self.path, "wb") as file:
            file.write(core if isinstance(core, bytes) else core.bytes())
        return px.pmapx(*words, "--from", self.path, **kwargs)

    def message(self, text):
        return "pmapx: %s: %s\n" % (self.path, text)


class Machines(Case):
    def test_views(self):
        for machine in MACHINES:
            for elsewhere in (False, True):
                core = sample(**machine)
                core.counted_elsewhere = elsewhere
                with self.subTest(machine=machine, elsewhere=elsewhere):
                    self.result(self.show(core), PLAIN)
                    self.result(self.show(core, "-d"), DEVICE)

    def test_other_options(self):
        core = sample(bits=64)
        rows = PLAIN.splitlines(keepends=True)
        self.result(self.show(core, "-q"), b"".join(rows[:-1]))
        self.result(self.show(core, "-A", "0x12000,0x20fff"), b"".join(rows[:1] + rows[2:6]) +
                    b" total               24K\n")
        self.result(self.show(core, "-p"), PLAIN.replace(b" prog\n", b" /bin/prog\n")
                    .replace(b" a\\", b" /tmp/a\\").replace(b" zero", b" /dev/zero")
                    .replace(b" SYSV", b" /SYSV").replace(b" data", b" /srv/data"))
        self.result(self.show(core, "-k"), PLAIN.replace(b"  [ stack ]", b"[stack]")
                    .replace(b"r-x--   [ anon ]", b"r-x-- [vdso]"))

    def test_address_0(self):
        """Nothing tells the stack, and nothing is where nothing is."""
        got = self.show(cores.Core().process(7).segment(0, 0x1000, "r--"), "-kq")
        self.result(got, "7:   comm\n0000000000000000      4K r----   [ anon ]\n")

    def test_page_of_old_system_calls(self):
        for machine, name in ((62, b" [vsyscall]\n"), (183, b"   [ anon ]\n")):
            core = cores.Core(machine=machine).process(1100)
            core.segment(0xffffffffff600000, 0x1000, "--x")
            self.result(self.show(core, "-kq"),
                        b"1100:   comm\nffffffffff600000      4K --x--" + name)

    def test_no_residency(self):
        for words, option in ((["-x"], "-x"), (["-X"], "-X"), (["-XX"], "-XX"), (["-xq"], "-x")):
            with self.subTest(words=words):
                self.result(self.show(sample(bits=64), *words), "1100:   prog -x y\n", self.message(
                    "1100: a core file does not hold what is resident, %s needs it" % option), 1)

    def test_which_process(self):
        self.result(self.show(sample(bits=64), "1100"), PLAIN)
        got = self.show(sample(bits=64), "1101")
        self.assertEqual((got.stdout, got.status), (b"", 42))

    def test_only_with_from(self):
        self.show(sample(bits=64))
        got = px.pmapx(self.path)
        self.assertEqual((got.stdout, got.status), (b"", 1))
        self.assertIn(b": not a process id:", got.stderr)


class Notes(Case):
    def header(self, core):
        got = self.show(core.segment(0x1000, 0x1000))
        self.assertEqual((got.stderr, got.status), (b"", 0))
        header, *rest = got.stdout.splitlines(keepends=True)
        self.same(b"".join(rest), b"0000000000001000      4K rw---   [ anon ]\n"
                                  b" total                4K\n")
        return header

    def test_who_it_is(self):
        core = cores.Core
        self.same(self.header(core()), b"-:   core.1100\n")
        self.same(self.header(core().process(7, "name", "")), b"7:   [name]\n")
        self.same(self.header(core().process(7, "name" * 4, "a" * 100)), b"7:   " + b"a" * 79 + b"\n")
        self.same(self.header(core().process(7, "name", "a  b  ")), b"7:   a  b \n")
        # The first thread, if nothing tells the process.
        self.same(self.header(core().thread(8).thread(9)), b"8:   -\n")
        self.same(self.header(core().thread(8).process(7)), b"7:   comm\n")
        for size in (100, 124, 128, 132, 135, 137):
            self.same(self.header(core().note(cores.NT_PRPSINFO, b"x" * size)),
                      b"-:   core.1100\n")

    def test_stack(self):
        """Where the kernel has put the arguments, as far as it says so."""
        for words, name in (({}, b"  [ anon ]"), ({"AT_EXECFN": 0x1fff}, b"  [ stack ]"),
                            ({"AT_RANDOM": 0x1000}, b"  [ stack ]"),
                            ({"AT_EXECFN": 0x2000}, b"  [ anon ]")):
            core = cores.Core().process(7).vector(**words).segment(0x1000, 0x1000)
            self.result(self.show(core, "-q"), b"7:   comm\n0000000000001000      4K rw--- " +
                        name + b"\n", what=str(words))

    def test_harmless(self):
        core = cores.Core().process(7, "x", "\x1b[31m\n\t\x7f")
        core.file(0x1000, 0x2000, b"/tmp/\x1b]0;x\x07\r\n\xff")
        self.result(self.show(core.segment(0x1000, 0x1000)), px.listing("""\
7:   ?[31m ??
0000000000001000      4K rw--- ?]0;x??\\012?
 total                4K
"""))

    def test_long_names(self):
        """Longer than a path can be: so much of it, and the next one is right."""
        core = cores.Core().process(7).file(0x1000, 0x2000, "/" + "n" * 5000)
        core.file(0x2000, 0x3000, "/next").segment(0x1000, 0x1000).segment(0x2000, 0x1000)
        self.result(self.show(core, "-q"), "7:   comm\n"
                    "0000000000001000      4K rw--- " + "n" * 4095 + "\n"
                    "0000000000002000      4K rw--- next\n")

    def test_pieces(self):
        """Segments and files that begin and end anywhere."""
        core = cores.Core().process(7).file(0x2000, 0x6000, "/a", 1).file(0x7000, 0x9000, "/b")
        core.segment(0x1000, 0x2000).segment(0x4000, 0x1000, "r--").segment(0x8000, 0x3000, "r-x")
        self.result(self.show(core, "-dq"), px.listing("""\
7:   comm
0000000000001000       4 rw---  0000000000000000 000:00000   [ anon ]
0000000000002000       4 rw---  0000000000001000 000:00000 a
0000000000003000       4 ???--* 0000000000002000 000:00000 a
0000000000004000       4 r----  0000000000003000 000:00000 a
0000000000005000       4 ???--* 0000000000004000 000:00000 a
0000000000007000       4 ???--* 0000000000000000 000:00000 b
0000000000008000       4 r-x--  0000000000001000 000:00000 b
0000000000009000       8 r-x--  0000000000000000 000:00000   [ anon ]
"""))


class Selected(Case):
    def test_unknown_modes(self):
        """They are no reason to leave a mapping out, nor to call it a gap; names tell as ever."""
        core = cores.Core().process(7).file(0x2000, 0x6000, "/a", 1).file(0x7000, 0x9000, "/dev/shm/b")
        core.segment(0x1000, 0x2000).segment(0x4000, 0x1000, "r--").segment(0x8000, 0x3000, "r-x")
        everything = [row.split()[0] for row in self.show(core, "-dq").stdout.decode().splitlines()[1:]]
        unknown = ["0000000000003000", "0000000000005000", "0000000000007000"]
        for words, wanted, told in (
                (["--perm", "w"], ["0000000000001000", "0000000000002000", *unknown], ""),
                (["--perm", "rwxp"], unknown, ""), (["--perm", "s"], [], ""),
                (["--kind", "gap"], [], ""), (["--kind", "posix_shm"], everything[5:7], ""),
                (["--kind", "private-file"], unknown[:2], "guessed: 2 private-file"),
                (["--kind", "file"], everything[1:5], "")):
            with self.subTest(words=words):
                got = self.show(core, "-dq", *words)
                self.assertEqual([row.split()[0] for row in got.stdout.decode().splitlines()[1:]], wanted)
                self.result(got, got.stdout, self.message("7: maps: " + told) if told else b"", 0)


class Damage(Case):
    CUT = "the core file is cut short"

    def test_cut(self):
        """At any place: the first of its mappings, and it is said."""
        core = sample(bits=64)
        whole = core.bytes()
        addresses = [row.split()[0] for row in PLAIN.splitlines()[1:-1]]
        for size in [*range(4, 2048, 37), *range(2048, len(whole), 2048), len(whole) - 1]:
            with self.subTest(size=size):
                got = self.show(whole[:size])
                self.same(got.stderr, self.message(self.CUT).encode())
                self.assertEqual(got.status, 1)
                found = [row.split()[0] for row in got.stdout.splitlines()[1:-1]]
                self.assertEqual(found, [one for one in addresses if one in found])
                if size > 4096:
                    self.assertEqual(found, addresses)

    def test_cut_mark(self):
        """What has been cut off was not dumped."""
        whole = sample(bits=64).bytes()
        stack = PLAIN.splitlines(keepends=True)[-2]
        self.result(self.show(whole[:-1]), PLAIN.replace(
            stack, stack.replace(b"rw---", b"rw---*")), self.message(self.CUT), 1)

    def test_cut_count(self):
        """Too many mappings for the header, and what has their number is cut off."""
        core = sample(bits=64)
        core.counted_elsewhere = True
        self.result(self.show(core.bytes()[:-64]), PLAIN)

    def test_disorder(self):
        core = cores.Core().process(7).segment(0x5000, 0x2000).segment(0x1000, 0x1000)
        core.segment(0x6000, 0x2000, "r--").segment(0x8000, 0x1000)
        self.result(self.show(core), px.listing("""\
7:   comm
0000000000005000      8K rw---   [ anon ]
0000000000001000      4K rw---   [ anon ]
0000000000006000      8K r----   [ anon ]
0000000000008000      4K rw---   [ anon ]
 total               24K
"""), self.message("the core file is damaged"), 1)

    def test_none(self):
        for what, reason in ((b"\x7fELF", self.CUT), (b"\x7fELF" + bytes(60), "not a core file"),
                             (cores.program(), "not a core file")):
            got = self.show(what)
            self.assertEqual((got.stdout, got.status), (b"", 1))
            self.assertTrue(got.stderr.endswith(reason.encode() + b"\n"), got.stderr)
        got = px.pmapx("--from", px.PMAPX)
        self.assertEqual((got.stdout, got.status), (b"", 1))
        self.assertTrue(got.stderr.endswith(b": an ELF file, but not a core file\n"), got.stderr)

    def test_input(self):
        """On standard input, it must be a file: it is not read from the front to the back."""
        whole = sample(bits=64).bytes()
        self.show(whole)
        with open(self.path, "rb") as file:
            self.result(px.pmapx("--from", "-", stdin=file), PLAIN)
        with subprocess.Popen(["cat", self.path], stdout=subprocess.PIPE) as cat:
            self.result(px.pmapx("--from", "-", stdin=cat.stdout), b"",
                        "pmapx: -: a core file cannot be read from a pipe\n", 1)


class Large(Case):
    MOST = 64 * 1024  # KiB

    def costs(self, *words):
        """KiB at most, and the number of rows; what a sanitizer takes is not counted."""
        costs, out = (os.path.join(self.folder.name, name) for name in ("costs", "out"))
        with open(out, "wb") as file:
            got = px.run([os.path.join(px.BUILD, "tests", "px_spawn"), costs, px.PMAPX, *words,
                          "--from", self.path], stdout=file)
        self.assertEqual((got.stderr, got.status), (b"", 0))
        with open(costs, encoding="ascii") as lines:
            most = int(lines.read().split()[-2])
        if not px.is_sanitized(px.PMAPX):
            self.assertLess(most, self.MOST)
        with open(out, "rb") as file:
            return sum(1 for _ in file)

    def test_many(self):
        """A million mappings, every other one a file."""
        count = 100000 if px.is_sanitized(px.PMAPX) else 1000000
        core = cores.Core().process(7)
        for i in range(0, count, 2):
            start = 0x10000000 + i * 0x1000
            core.file(start, start + 0x1000, "/f%d" % i)
            core.segment(start, 0x1000, "r--", dumped=0).segment(start + 0x1000, 0x1000, dumped=0)
        with open(self.path, "wb") as file:
            file.write(core.bytes())
        self.assertEqual(self.costs("-q"), 1 + count)

    def test_repeated(self):
        """A long name in each of many mappings ends somewhere."""
        core = cores.Core().process(7).file(0, 1 << 40, "/" + "n" * 4094)
        for i in range(60000):
            core.segment(i << 20, 1, dumped=0)
        with open(self.path, "wb") as file:
            file.write(core.bytes())
        self.result(px.pmapx("--from", self.path), b"",
                    self.message("the core file has too many mappings"), 1)

    def test_far(self):
        """100 GiB of memory, as a hole."""
        core = cores.Core().process(7)
        size = 100 << 30
        core.segment(0x10000, size, dumped=0)
        text = bytearray(core.bytes())
        # The size of what is dumped, in the second program header.
        text[64 + 56 + 32:64 + 56 + 40] = size.to_bytes(8, "little")
        with open(self.path, "wb") as file:
            file.write(text)
            file.truncate(len(text) + size)
        self.assertEqual(self.costs(), 3)
        self.result(px.pmapx("--from", self.path), px.listing("""\
7:   comm
0000000000010000 104857600K rw---   [ anon ]
 total        104857600K
"""))


class Library(Case):
    def test_missing(self):
        """Without libelf, its package is named."""
        self.show(sample(bits=64))
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "libelf.so.1"), "wb") as file:
                file.write(b"not a library")
            got = px.pmapx("--from", self.path, env=px.environment(LD_LIBRARY_PATH=folder))
        self.assertEqual((got.stdout, got.status), (b"", 1))
        self.assertTrue(re.fullmatch(
            re.escape(b"pmapx: " + self.path.encode() + b": core files need " +
                      building.cannot_load("libelf").encode()) + rb"\n", got.stderr), got.stderr)


if __name__ == "__main__":
    px.main()
