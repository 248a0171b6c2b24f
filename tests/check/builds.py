# SPDX-License-Identifier: GPL-2.0-or-later
"""Other compilers and word sizes: the program builds without warnings and prints the same.

Takes minutes, so it is part of the target check-all only.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
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


class Builds(px.TestCase):
    """Each test builds into a folder of its own and runs cases there."""

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

    def test_32_bit(self):
        """D38: a 32-bit build shows 64-bit processes right, with the 8 digits of its own
        live system where they are enough, and the 16 of all others elsewhere."""
        if not has_compiler(["gcc", "-m32"]):
            self.skipTest("gcc cannot build 32-bit programs here (package gcc-12-multilib)")
        self.build("-DCMAKE_C_COMPILER=gcc", "-DCMAKE_C_FLAGS=-m32", "-DBUILD_TESTING=OFF")
        self.cases("pmapx/golden.py", "pmapx/roots.py", only=("-k", "test_root"))
        with px.Root() as root:
            root.process(100, maps="56628000-56629000 r--p 00000000 fe:00 1          /t/s32\n"
                         "ff88d000-ff8ae000 rw-p 00000000 00:00 0 \n"
                         "7ffd00000000-7ffd00010000 rw-p 00000000 00:00 0 [stack]\n",
                         start_stack=0xff88e000)
            got = root.mounted([os.path.join(self.folder, "pmapx"), "100"])
        self.result(got, "100:   A\n"
                    "56628000      4K r---- s32\n"
                    "ff88d000    132K rw---   [ stack ]\n"
                    "7ffd00000000     64K rw---   [ anon ]\n"
                    " total      200K\n")

    def test_unit_and_pmap_cases_with_clang_sanitizers(self):
        if not has_compiler(["clang", "-fsanitize=address,undefined"]):
            self.skipTest("clang has no sanitizers here (package libclang-rt-14-dev)")
        self.build("-DCMAKE_C_COMPILER=clang", "-DPMAPX_SANITIZE=ON")
        self.cases("pmap/fields.py", "pmap/names.py", "pmapx/odd_fields.py")


if __name__ == "__main__":
    px.main()
