#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Another compiler, another libc, other processors: what is built there has no warnings, and where it
can be run, natively or by qemu-user, it does the same.

python3 tests/check/elsewhere.py -v S390x takes one of the platforms. With PMAPX_LONG, what is run
there is everything that can be, and optimised as it is distributed; else unit tests are where
processors differ only.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import building
import px

IS_LONG = bool(os.environ.get("PMAPX_LONG"))

# They need the libraries of the platform, of which we have headers only.
LACK_LIBRARIES = r"unpack_\w+|corefile"
# They take most of the time where instructions are translated.
TAKE_LONG = r"shapes|parser|parser_limits|contexts|text|layout|collisions|sorter|cells|index|torn|quick|jobs|clean|proctable"

# Black-box tests of saved maps, and of roots that look like /proc.
CASES = ("pmapx/golden.py", "pmapx/roots.py", "pmap/views.py")


class Platform(px.TestCase):
    """A build for a platform."""

    compiler = ()   # the words of its name
    package = None  # of Debian: what has the compiler
    lacks = LACK_LIBRARIES
    emulator = None
    processor = None  # as CMake calls it, where it is not ours

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.mkdtemp(prefix="pmapx-elsewhere-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        if not cls.compiles():
            raise unittest.SkipTest("%s makes no programs here (package %s)" % (" ".join(cls.compiler), cls.package))
        if cls.emulator and shutil.which(cls.emulator) is None:
            raise unittest.SkipTest("no %s (package qemu-user)" % cls.emulator)
        cls.build, got = building.in_folder(cls, "pmapx-elsewhere-", ["src/all"], *cls.options())
        building.need(got)

    @classmethod
    def compiles(cls):
        source = os.path.join(cls.folder, "a.c")
        with open(source, "w", encoding="ascii") as file:
            file.write("#include <stdio.h>\nint main(void) { return puts(\"x\") < 0; }\n")
        try:
            return px.run([*cls.compiler, source, "-o", os.path.join(cls.folder, "a")]).status == 0
        except OSError:
            return False

    @classmethod
    def flags(cls):
        """What must be said to the compiler."""
        return list(cls.compiler[1:])

    @classmethod
    def options(cls):
        """How it is configured."""
        optimised = "-O2" if IS_LONG else "-O1"
        options = ["-DCMAKE_C_COMPILER=" + cls.compiler[0], "-DCMAKE_COMPILE_WARNING_AS_ERROR=ON",
                   "-DCMAKE_BUILD_TYPE=None", "-DCMAKE_C_FLAGS=" + " ".join([optimised, *cls.flags()]),
                   "-Dcmocka_DIR=" + os.path.join(px.SOURCE, "tests", "unit", "elsewhere")]
        if cls.processor:
            options += ["-DCMAKE_SYSTEM_NAME=Linux", "-DCMAKE_SYSTEM_PROCESSOR=" + cls.processor]
        if cls.emulator:
            options.append("-DCMAKE_CROSSCOMPILING_EMULATOR=" + ";".join(cls.words()))
        return options

    @classmethod
    def words(cls):
        """What stands before a program that is to be run."""
        return []

    def unit_tests(self):
        """Build them, and run them."""
        listed = json.loads(px.run(["ctest", "--test-dir", self.build, "--show-only=json-v1"]).stdout)
        programs = {test["name"]: "unit_" + test["name"][5:] for test in listed["tests"]
                    if test["name"].startswith("unit.")}
        left_out = "|".join(filter(None, (self.lacks, None if IS_LONG else TAKE_LONG)))
        names = [name for name in programs if not re.fullmatch(r"unit\.(%s)" % left_out, name)]
        self.assertGreater(len(names), 45)
        building.need(px.run(["cmake", "--build", self.build, "--target", *(programs[name] for name in names)],
                             env=px.environment(), timeout=1000))
        building.need(px.run(["ctest", "--test-dir", self.build, "-j", "2", "--output-on-failure", "-R",
                              "^(%s)$" % "|".join(names)], env=px.environment(TMPDIR=self.folder), timeout=1000))

    def cases(self):
        """Black-box tests, of what stands in for the programs: PMAPX_BUILD of the tests."""
        place = os.path.join(self.folder, "run")
        os.makedirs(os.path.join(place, "tests"))
        os.symlink(px.TARGET, os.path.join(place, "tests", "px_target"))
        for name in ("pmapx", "pmap"):
            path = os.path.join(place, name)
            if not self.emulator:
                os.symlink(os.path.join(self.build, name), path)
                continue
            with open(path, "w", encoding="utf-8") as file:
                file.write('#!/bin/sh\nexec %s -0 "$0" %s/pmapx "$@"\n' % (" ".join(self.words()), self.build))
            os.chmod(path, 0o755)
        for name in CASES:
            with self.subTest(case=name):
                status, said = self.ran(name, place)
                # Skipped as a whole is only what is skipped here, too: what it looks at is not there.
                self.assertEqual(status, 77 if status == 77 and self.ran(name, px.BUILD)[0] == 77 else 0, said)

    def ran(self, case, build):
        """The status of a file of tests, and what it says."""
        env = dict(os.environ, PMAPX_BUILD=build)
        env.pop("PMAPX_UNDER_TEST", None)
        # Not px.run(): what a test says of others is no report of this one.
        got = subprocess.run([sys.executable, "-B", os.path.join(px.SOURCE, "tests", "cases", case)],
                             env=env, timeout=600, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        return got.returncode, got.stderr.decode(errors="replace")

    def is_for(self, bits, order, machine):
        """What was made is a program for this: 32 or 64, "little" or "big", number in the ELF header."""
        with open(os.path.join(self.build, "pmapx"), "rb") as file:
            head = file.read(20)
        self.assertEqual((head[:4], head[4] * 32, head[5], int.from_bytes(head[18:20], order)),
                         (b"\x7fELF", bits, 1 if order == "little" else 2, machine))


class Clang(Platform):
    compiler = ("clang",)
    package = "clang"
    lacks = None

    def test(self):
        with open(os.path.join(self.build, "CMakeCache.txt"), encoding="utf-8") as cache:
            self.assertRegex(cache.read(), r"\nCMAKE_C_COMPILER:\w+=.*clang\n")
        self.cases()
        if IS_LONG:
            self.unit_tests()


class Musl(Platform):
    """Headers of the kernel and of the libraries that are loaded late are those of the machine."""

    compiler = ("musl-gcc",)
    package = "musl-tools"

    @classmethod
    def flags(cls):
        return ["-isystem", building.kernel_headers(cls.folder)]

    @classmethod
    def options(cls):
        return super().options() + building.library_headers(cls.folder)

    def test(self):
        notes = px.run(["readelf", "-lW", os.path.join(self.build, "pmapx")]).stdout
        self.assertIn(b"/ld-musl-", notes)
        self.cases()
        if IS_LONG:
            self.unit_tests()


class Bits32(Platform):
    compiler = ("gcc", "-m32")
    package = "gcc-12-multilib"

    @classmethod
    def flags(cls):
        return ["-m32", "-idirafter", building.kernel_headers(cls.folder)]

    @classmethod
    def options(cls):
        return super().options() + building.library_headers(cls.folder)

    def test(self):
        self.is_for(32, "little", 3)
        if IS_LONG:
            self.unit_tests()


class Cross(Platform):
    """Debian's cross compilers, with the libc of the platform."""

    triplet = None

    @classmethod
    def setUpClass(cls):
        cls.compiler = (cls.triplet + "-gcc-12",)
        cls.processor = cls.triplet.partition("-")[0]
        cls.package = "gcc-12-%s libc6-dev-%s-cross" % (cls.triplet, cls.debian)
        super().setUpClass()

    @classmethod
    def words(cls):
        return [cls.emulator, "-L", "/usr/" + cls.triplet]

    @classmethod
    def options(cls):
        return super().options() + building.library_headers(cls.folder)


class Arm64(Cross):
    triplet, debian, emulator = "aarch64-linux-gnu", "arm64", "qemu-aarch64"

    def test(self):
        self.is_for(64, "little", 183)
        self.cases()
        self.unit_tests()


class S390x(Cross):
    """Its bytes are in the other order."""

    triplet, debian, emulator = "s390x-linux-gnu", "s390x", "qemu-s390x"

    def test(self):
        self.is_for(64, "big", 22)
        self.cases()
        self.unit_tests()


class Ppc64el(Cross):
    """Its pages may have 64 KiB."""

    triplet, debian = "powerpc64le-linux-gnu", "ppc64el"

    def test(self):
        self.is_for(64, "little", 21)


class Riscv64(Cross):
    triplet, debian = "riscv64-linux-gnu", "riscv64"

    def test(self):
        self.is_for(64, "little", 243)


def load_tests(loader, _tests, _pattern):
    """Not what is only the beginning of others."""
    return unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in (
        Clang, Musl, Bits32, Arm64, S390x, Ppc64el, Riscv64))


if __name__ == "__main__":
    px.main()
