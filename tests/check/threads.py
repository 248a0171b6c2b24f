#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""ThreadSanitizer sees no race between workers: a build of its own, and the cases of --jobs. Nor does it
between threads that use the library, each by handles of its own."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import building
import cores
import px
import saving


class Races(px.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder, got = building.in_folder(cls, "pmapx-threads-", ["pmapx", "pmapx_static"],
                                             "-DPMAPX_SANITIZE=thread", "-DBUILD_TESTING=OFF")
        if b"tsan" in got.stdout and got.status != 0:
            raise unittest.SkipTest("the compiler has no ThreadSanitizer")
        building.need(got)
        building.link_target(cls.folder)

    def setUp(self):
        with px.Root() as root:
            root.process(100, maps=px.map_line("1000-2000", "r--p", b"/f", "fe:00", 1))
            got = px.run([os.path.join(self.folder, "pmapx"), "--root", root.path, "100"])
        if b"unexpected memory mapping" in got.stderr:
            self.skipTest("ThreadSanitizer does not run on this kernel (vm.mmap_rnd_bits)")
        self.assertEqual((got.status, got.stderr), (0, b""))

    def cases(self, *words):
        env = dict(os.environ, PMAPX_BUILD=self.folder,
                   TSAN_OPTIONS="exitcode=66 halt_on_error=1")
        env.pop("PMAPX_UNDER_TEST", None)
        got = subprocess.run([sys.executable, "-B", *words], env=env, timeout=1000,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(got.returncode, 0, got.stdout.decode(errors="replace"))
        self.assertRegex(got.stdout, rb"\nRan [1-9]")

    def test_jobs(self):
        self.cases(os.path.join(px.SOURCE, "tests", "cases", "pmapx", "jobs.py"), "-k", "Output")

    def test_check(self):
        self.cases(os.path.join(px.SOURCE, "tests", "cases", "pmapx", "check.py"), "-k", "Prepared")

    def test_rank(self):
        self.cases(os.path.join(px.SOURCE, "tests", "cases", "pmapx", "rank.py"), "-k", "Ranked")

    def test_diff(self):
        self.cases(os.path.join(px.SOURCE, "tests", "cases", "pmapx", "diff_live.py"), "-k", "many")

    def test_capture(self):
        self.cases(os.path.join(px.SOURCE, "tests", "cases", "pmapx", "capture.py"), "-k", "Jobs")

    def test_locales(self):
        """What is not ASCII has each worker look up the character set. Without translations:
        the locks in the C library's gettext() are none that ThreadSanitizer knows."""
        px.need_locale("en_US.UTF-8")
        with px.Root() as root:
            maps = b"".join(px.map_line("%x-%x" % (at, at + 0x1000), "r--p",
                                       b"/t/\xc3\xa9\xff%d" % at, "fe:00", 1)
                           for at in range(0x10000, 0x20000, 0x1000))
            for pid in range(100, 160):
                root.process(pid, maps=maps)
            pids = [str(pid) for pid in range(100, 160)]
            for locale in ("en_US.UTF-8", "fr_FR.ISO-8859-1"):
                got = px.run([os.path.join(self.folder, "pmapx"), "--root", root.path,
                              "--jobs", "2", *pids], env=px.environment(LC_ALL=None, LC_CTYPE=locale,
                                                 LC_MESSAGES="C"))
                self.assertEqual((got.status, got.stderr), (0, b""), locale)

    # What reads an archive with this ending.
    LIBRARIES = {".tar.gz": "LIBZ", ".tar.bz2": "LIBBZ2", ".tar.xz": "LIBLZMA", ".tar.zst": "LIBZSTD"}

    def library(self):
        """tests/library/px_threads.c with the library of this build."""
        with open(os.path.join(self.folder, "CMakeCache.txt"), encoding="utf-8") as cache:
            compiler = re.search(r"^CMAKE_C_COMPILER:\w+=(.*)$", cache.read(), re.MULTILINE)[1]
        program = os.path.join(self.folder, "px_threads")
        building.need(px.run([
            compiler, "-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fsanitize=thread",
            "-I", os.path.join(px.SOURCE, "include"),
            os.path.join(px.SOURCE, "tests", "library", "px_threads.c"), "-o", program,
            os.path.join(self.folder, "libpmapx.a"), "-ldl", "-lpthread"]))
        return program

    def test_library(self):
        """Live, below a root, saved in each way, a core, and text, all at the same moment.
        What is loaded late is by all threads at once."""
        px_threads = self.library()
        recorded = os.path.join(px.SOURCE, "tests", "roots", "linux-6.18", "proc")
        with open(os.path.join(recorded, "100", "maps"), "rb") as file:
            count = file.read().count(b"\n")
        jobs, expected, built_with = [], [], building.switches(self.folder)

        def add(how, what, mappings=3 * count, failures=0):
            jobs.extend((how, what))
            expected.append("%s: %d processes, %d mappings, %d failures\n" % (
                how, how != "text", mappings, failures))

        with tempfile.TemporaryDirectory() as folder, px.Target("anon") as target:
            for ending, compression in saving.COMPRESSIONS.items():
                program = saving.PROGRAMS.get(compression, "tar")
                if built_with["LIBARCHIVE"] and built_with.get(self.LIBRARIES.get(ending), True) and \
                        shutil.which(program):
                    add("saved", saving.tar(os.path.join(folder, "a"), recorded, "100", ending=ending))
            if built_with["LIBELF"]:
                core = os.path.join(folder, "core")
                with open(core, "wb") as file:
                    file.write(cores.Core().process(1100).segment(0x400000, 0x1000, "r-x").bytes())
                # It has no smaps.
                add("saved", core, mappings=1, failures=2)
            add("saved", recorded)
            add("root", recorded)
            add("text", os.path.join(recorded, "100", "smaps"), mappings=count)
            add("live", str(target.pid), 3 * px.process_file(target.pid, "maps").count(b"\n"))
            got = px.run([px_threads, "4", *jobs],
                         env=px.environment(TSAN_OPTIONS="exitcode=66 halt_on_error=1"))
        self.result(got, "".join(expected))


if __name__ == "__main__":
    px.main()
