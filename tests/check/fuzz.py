#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each fuzz target, with clang's fuzzer and sanitizers, for a few seconds from its corpus on. The
beginning of what is tried hardly differs between two runs, so that luck has little say in whether a
change passes. Who looks for more runs a target for longer (doc/HACKING.md)."""
import os
import re
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import building
import px

HERE = os.path.join(px.SOURCE, "tests", "fuzz")
TARGETS = sorted(os.listdir(os.path.join(HERE, "corpus")))
SECONDS = 1


def has_fuzzer():
    """Whether clang links a fuzzer."""
    if shutil.which("clang") is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "empty.c")
        with open(source, "w", encoding="ascii") as file:
            file.write("int LLVMFuzzerTestOneInput(const unsigned char *data, unsigned long size);\n"
                       "int LLVMFuzzerTestOneInput(const unsigned char *data, unsigned long size)\n"
                       "{ return data == 0 && size > 0; }\n")
        return px.run(["clang", "-fsanitize=fuzzer", "-o", os.path.join(folder, "empty"),
                       source]).status == 0


class Fuzz(px.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not has_fuzzer():
            raise unittest.SkipTest("no clang with a fuzzer (Debian: clang, libclang-rt-14-dev)")
        cls.folder, got = building.in_folder(
            cls, "pmapx-fuzz-", ["fuzz_" + target for target in TARGETS],
            "-DCMAKE_C_COMPILER=clang", "-DCMAKE_C_FLAGS=-fsanitize=fuzzer-no-link",
            "-DPMAPX_FUZZ=ON", "-DPMAPX_SANITIZE=ON")
        building.need(got)

    def fuzz(self, target):
        """Run it; returns how many inputs it tried."""
        found = os.path.join(self.folder, "found-")
        with tempfile.TemporaryDirectory() as corpus:
            given = [os.path.join(HERE, kind, target) for kind in ("corpus", "regressions")]
            got = px.run([os.path.join(self.folder, "tests", "fuzz", "fuzz_" + target),
                          "-seed=1", "-max_total_time=%d" % SECONDS, "-max_len=3000",
                          "-artifact_prefix=" + found, corpus, *filter(os.path.isdir, given)],
                         timeout=120)
        if got.status != 0:
            print(got.stderr.decode(errors="replace"), file=sys.stderr)
        self.assertEqual(got.status, 0, target)
        return int(re.search(rb"^Done (\d+) runs", got.stderr, re.MULTILINE).group(1))

    def test_each(self):
        for target in TARGETS:
            with self.subTest(target=target):
                count = self.fuzz(target)
                self.assertGreater(count, len(os.listdir(os.path.join(HERE, "corpus", target))))
                print("%s: %d inputs" % (target, count), file=sys.stderr)


class Corpora(px.TestCase):
    """That what is replayed is there, and is small."""

    def test_each_target_has_inputs(self):
        self.assertGreater(len(TARGETS), 5)
        for target in TARGETS:
            folder = os.path.join(HERE, "corpus", target)
            names = os.listdir(folder)
            self.assertGreater(len(names), 10, target)
            self.assertLess(sum(os.path.getsize(os.path.join(folder, name)) for name in names),
                            1 << 20, target)
            self.assertTrue(os.path.exists(os.path.join(HERE, target + ".c")), target)


if __name__ == "__main__":
    px.main()
