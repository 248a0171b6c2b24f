# SPDX-License-Identifier: GPL-2.0-or-later
"""Other compilers and word sizes: the program builds without warnings and prints the same.

Takes minutes, so it is part of the target check-all only.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import building
import px


def has_compiler(words):
    """Whether this compiler can make a program that runs."""
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "a.c")
        with open(source, "w") as out:
            out.write("#include <stdio.h>\nint main(void) { return puts(\"x\") < 0; }\n")
        program = os.path.join(folder, "a")
        try:
            return px.run(words + [source, "-o", program]).status == 0 and \
                px.run([program]).status == 0
        except OSError:
            return False


class Base(px.TestCase):
    """A build in a folder of its own, to run cases there."""

    def setUp(self):
        if shutil.which("cmake") is None or shutil.which("ninja") is None:
            self.skipTest("no cmake or no ninja")
        self.folder = tempfile.mkdtemp(prefix="pmapx-build-")
        self.addCleanup(shutil.rmtree, self.folder, True)

    def build(self, *settings):
        env = px.environment()
        got = px.run(["cmake", "-S", px.SOURCE, "-B", self.folder, "-G", "Ninja",
                      "-DCMAKE_COMPILE_WARNING_AS_ERROR=ON", *settings], env=env, timeout=300)
        self.assertEqual(got.status, 0, got.stderr.decode())
        got = px.run(["cmake", "--build", self.folder], env=env, timeout=600)
        self.assertEqual(got.status, 0, got.stdout.decode())

    def cases(self, *files, only=()):
        """Run test files, or only some tests of them, against the new build."""
        targets = os.path.join(self.folder, "tests")
        if not os.path.exists(os.path.join(targets, "px_target")):
            os.makedirs(targets, exist_ok=True)
            os.symlink(px.TARGET, os.path.join(targets, "px_target"))
        env = dict(os.environ, PMAPX_BUILD=self.folder)
        env.pop("PMAPX_UNDER_TEST", None)
        for name in files:
            # Not px.run(): what a test says of sanitizers is no report of one.
            got = subprocess.run(
                [sys.executable, "-B", os.path.join(px.SOURCE, "tests", "cases", name), *only],
                env=env, timeout=300, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertIn(got.returncode, (0, 77), got.stderr.decode(errors="replace"))


class Workflow(px.TestCase):
    def test_first_command(self):
        """What the README has a newcomer run, but for packages, in a clone: it has what is committed."""
        for tool in ("cmake", "git", "ninja"):
            if shutil.which(tool) is None:
                self.skipTest("no " + tool)
        with open(os.path.join(px.SOURCE, "README.md"), encoding="utf-8") as readme:
            block = re.search(r"^```sh\n(.*?)^```$", readme.read(), re.DOTALL | re.MULTILINE).group(1)
        need, _, command = block.partition("&&")
        self.assertTrue(need.startswith(".ci/need "), need)
        with tempfile.TemporaryDirectory(prefix="pmapx-clone-") as folder:
            clone = os.path.join(folder, "pmapx")
            if px.run(["git", "clone", "-q", px.SOURCE, clone]).status != 0:
                self.skipTest("%s is no clone of the repository" % px.SOURCE)
            got = px.run(["sh", "-c", command], cwd=clone, timeout=900)
            self.assertEqual((got.status, got.stderr), (0, b""), got.stdout.decode(errors="replace"))
            self.assertRegex(got.stdout, rb"\n\d+:   sh -c .*\n(?s:.*)\ntotal kB +\d+ +\d+ +\d+\n\Z")
            self.assertFalse(os.path.exists(os.path.join(clone, "build", "release", "tests", "px_target")))
            self.result(px.run(["git", "-C", clone, "status", "--porcelain"]))


class Builds(Base):
    def test_clang(self):
        if not has_compiler(["clang"]):
            self.skipTest("no clang")
        self.build("-DCMAKE_C_COMPILER=clang", "-DCMAKE_BUILD_TYPE=Release")
        self.cases("pmapx/golden.py", "pmapx/roots.py", "pmap/fields.py")

    def test_gcc_most_optimised(self):
        if not has_compiler(["gcc"]):
            self.skipTest("no gcc")
        self.build("-DCMAKE_C_COMPILER=gcc", "-DCMAKE_C_FLAGS=-O3 -D_FORTIFY_SOURCE=2",
                   "-DPMAPX_LTO=ON")
        self.cases("pmapx/golden.py", "pmapx/roots.py")

    def test_unit_and_pmap_cases_with_clang_sanitizers(self):
        if not has_compiler(["clang", "-fsanitize=address,undefined"]):
            self.skipTest("clang has no sanitizers here (package libclang-rt-14-dev)")
        self.build("-DCMAKE_C_COMPILER=clang", "-DPMAPX_SANITIZE=ON")
        self.cases("pmap/fields.py", "pmap/names.py", "pmapx/odd_fields.py")


# Arguments of px_target, and what is odd for 32 bits: large totals, many mappings, long lines,
# threads, segments, descriptors that the kernel is asked about.
LIVE_SHAPES = (("anon", "300", "100"), ("anon", "1048576", "3"), ("many", "3000", "touched"),
               ("shared-anon",), ("sysv",), ("hugetlb",), ("file-modes",), ("file-offset",),
               ("names",), ("memfd",), ("deleted",), ("forge",),
               ("path", "4096", "f.so", "rw", "s"),
               ("title", "a) S 1 (b", "x", "", "y"), ("title", "large", *["a" * 100000] * 3),
               ("zombie",), ("threads", "3"), ("leader-exited",), ("stack-border",), ("perf",),
               ("socket",), ("aio",))
PLAIN_VIEWS = ((), ("-x",), ("-d",), ("-q",), ("-xq",), ("-dq",), ("-p",), ("-dp",), ("-k",),
               ("-xk",))
# Columns of -X that depend on who else has a page mapped.
SHARED_BY_OTHERS = ("Pss", "Pss_Dirty", "Shared_Clean", "Shared_Dirty", "Private_Clean",
                    "Private_Dirty", "SwapPss")


def addresses_alike(out, digits=16):
    """An output of a build of 32 bits as one of 64 would lay it out: addresses of 16 digits, and of
    the headings and totals that are as wide as these."""
    lines = []
    for line in out.splitlines(keepends=True):
        row = re.match(rb"([0-9a-f]{8,16}) (?=[ \d]+K? (\d+ +\d+ )?[rwxsR-]{5} )", line)
        if row:
            line = row[1].rjust(digits, b"0") + line[row.end() - 1:]
        line = re.sub(rb"^ total +(\d+)K$", lambda total: b" total %16sK" % total[1], line)
        line = re.sub(rb"^Address +(?=Kbytes)", b"Address ", line)
        line = re.sub(rb"^-{8} -", b"-" * 16 + b" -", line)
        line = re.sub(rb"^total kB +(?=\d+ +\d+ +\d+$)", b"total kB ", line)
        lines.append(line)
    return b"".join(lines)


def without_shared(out):
    """A -X view without the columns of pages that others may have, as words."""
    lines = [line.split() for line in out.splitlines()]
    heading = [word.decode() for word in lines[1]]
    kept = [i for i, word in enumerate(heading) if word not in SHARED_BY_OTHERS]
    return [lines[0]] + [[line[i] for i in kept if i < len(line)] if len(line) >= len(heading) - 1
                         else line[:1] for line in lines[1:]]


class Bits32(Base):
    """D38: a 32-bit build shows 64-bit processes right, with the 8 digits of its own live system
    where they are enough, and the 16 of all others elsewhere."""

    def setUp(self):
        super().setUp()
        if not has_compiler(["gcc", "-m32"]):
            self.skipTest("gcc cannot build 32-bit programs here (package gcc-12-multilib)")
        headers = self.enterContext(tempfile.TemporaryDirectory(prefix="pmapx-headers-"))
        self.build("-DCMAKE_C_COMPILER=gcc", "-DBUILD_TESTING=OFF",
                   "-DCMAKE_C_FLAGS=-m32 -idirafter " + building.kernel_headers(headers),
                   *building.library_headers(headers))
        self.program = os.path.join(self.folder, "pmapx")
        with open(self.program, "rb") as file:
            self.assertEqual(file.read(5)[4], 1, "a program of 32 bits")

    def test_32_bit(self):
        self.cases("pmapx/golden.py", "pmapx/roots.py", only=("-k", "test_root"))
        with px.Root() as root:
            root.process(100, maps="56628000-56629000 r--p 00000000 fe:00 1          /t/s32\n"
                         "ff88d000-ff8ae000 rw-p 00000000 00:00 0 \n"
                         "7ffd00000000-7ffd00010000 rw-p 00000000 00:00 0 [stack]\n",
                         start_stack=0xff88e000)
            got = root.mounted([self.program, "100"])
        self.result(got, "100:   A\n"
                    "56628000      4K r---- s32\n"
                    "ff88d000    132K rw---   [ stack ]\n"
                    "7ffd00000000     64K rw---   [ anon ]\n"
                    " total      200K\n")

    def test_cases(self):
        """Those that are not about the layout of addresses."""
        self.cases("pmapx/fooled_text.py", "pmapx/fooled_messages.py", "pmapx/limits_large.py",
                   only=("-k", "Text", "-k", "Messages", "-k", "Prepared", "-k", "CommandLines"))

    def both(self, *words):
        """(pmapx of 64 bits, that of 32)"""
        found = [px.run([program, *words]) for program in (px.PMAPX, self.program)]
        self.assertEqual(found[0][1:], found[1][1:], words)
        return found

    def test_running_processes(self):
        """Those of 64 bits, with addresses above 4 GiB, in every view."""
        above = 0
        for shape in LIVE_SHAPES:
            with self.subTest(shape=[word[:20] for word in shape]), px.Target(*shape) as target:
                operands = [str(target.pid)] + [value for key, value in target.lines
                                                if key in ("tid", "zombie")]
                for operand in operands:
                    maps = px.mappings(px.process_file(operand, "maps"))
                    above += sum(1 for one in maps if one.start >= 1 << 32)
                    self.compare(operand, maps)
        self.assertGreater(above, 200)

    def compare(self, operand, maps):
        for view in PLAIN_VIEWS:
            wide, narrow = self.both(*view, operand)
            self.assertNotIn(b"\nffffffff ", narrow.stdout)
            self.same(addresses_alike(narrow.stdout), addresses_alike(wide.stdout), view)
            rows = re.findall(rb"^([0-9a-f]{8,16}) +\d+K? ", narrow.stdout, re.MULTILINE)
            self.assertEqual([int(row, 16) for row in rows], [one.start for one in maps], view)
            # Another root has the layout of 64 bits.
            wide, narrow = self.both("--root", "/proc", *view, operand)
            self.same(narrow.stdout, wide.stdout, view)
        for view in ("-X", "-XX", "-Xp"):
            for more in ([], ["--root", "/proc"]):
                wide, narrow = self.both(*more, view, operand)
                if maps:
                    self.assertEqual(without_shared(narrow.stdout), without_shared(wide.stdout))
                else:
                    self.same(narrow.stdout, wide.stdout)
        self.compare_ranges(operand, maps)

    def compare_ranges(self, operand, maps):
        """Bounds above 4 GiB, which the kernel is asked about or read for."""
        if not maps:
            return
        first, last = maps[0], maps[-2]
        for value in ("%x" % first.start, "%x" % last.start, "%x,%x" % (maps[len(maps) // 2].start,
                      last.end - 1), "100000000,", ",ffffffff", "ffff0000,7fffffffffff",
                      "ffffffffff600000", "ffffffffffffffff", "1%016x" % first.start):
            for view in ((), ("-d",), ("-x",), ("-X",)):
                for more in ([], ["--root", "/proc"]):
                    wide, narrow = self.both(*more, *view, "-A", value, operand)
                    if view == ("-X",) and wide.stdout.count(b"\n") > 1:
                        self.assertEqual(without_shared(narrow.stdout), without_shared(wide.stdout))
                    else:
                        self.same(addresses_alike(narrow.stdout), addresses_alike(wide.stdout),
                                  (view, value))

    def test_numbers_of_64_bits(self):
        """Sizes, offsets, inodes, sums of which a word of 32 bits has no idea."""
        keys = ("Size", "Rss", "Private_Dirty", "Swap")
        lines = (px.map_line("00001000-ffffffffff000000", "rw-p", "/a", "fe:00", 2 ** 64 - 1,
                             0xffffffff00000000),
                 px.map_line("ffffffffff000000-ffffffffff001000", "rw-s", "/b", "fffff:fffff",
                             2 ** 32, 0x100000000),
                 px.map_line("ffffffffffff0000-ffffffffffffffff", "r--p"))
        with px.Root() as root:
            root.process(100, start_stack=0xffffffffffff0010, smaps=b"".join(
                px.smaps_entry(line, keys, Rss=2 ** 40 + 1, Private_Dirty=2 ** 33, Swap=2 ** 63)
                for line in lines))
            for view in (*PLAIN_VIEWS, ("-X",), ("-XX",), ("-A", "100000000,fffffffffffffffe")):
                wide, narrow = self.both("--root", root.path, *view, "100")
                self.same(narrow.stdout, wide.stdout, view)
                self.assertGreater(narrow.stdout.count(b"\n"), 2)

    def test_processes_of_32_bits(self):
        """As the kernel shows them to all, in 8 digits and with a stack below 4 GiB."""
        source = os.path.join(self.folder, "a.c")
        with open(source, "w") as out:
            out.write("#include <unistd.h>\n"
                      "int main(void) { char c; return (int)read(0, &c, 1); }\n")
        program = os.path.join(self.folder, "a32")
        self.assertEqual(px.run(["gcc", "-m32", source, "-o", program]).status, 0)
        with subprocess.Popen([program], stdin=subprocess.PIPE, env=px.environment()) as process:
            px.settle(process.pid, b"a32")
            maps = px.mappings(px.process_file(process.pid, "maps"))
            self.compare(str(process.pid), maps)
            got = px.run([self.program, str(process.pid)])
            self.assertEqual([len(line.split()[0]) for line in got.stdout.splitlines()[1:-1]],
                             [max(8, len("%x" % one.start)) for one in maps])
            self.assertEqual(got.stdout.count(b"  [ stack ]\n"), 1)
            process.stdin.close()


if __name__ == "__main__":
    px.main()
