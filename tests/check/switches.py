#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each library that is loaded late has a switch: what is built without some of them has no
warnings, does the rest, and says of each that is missing what to install.

One folder is configured again for each combination, so that only what differs is compiled.
python3 tests/check/switches.py All goes through all 256, which takes long.
"""
import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import building
import cores
import px
import tars

# Switch: what its note is called, the library, and the package that it is built with.
SWITCHES = {
    "LIBARCHIVE": ("archive", "libarchive", "libarchive-dev"),
    "LIBBZ2": ("bzip2", "libbz2", "libbz2-dev"),
    "LIBELF": ("elf", "libelf", "libelf-dev"),
    "LIBLZMA": ("xz", "liblzma", "liblzma-dev"),
    "LIBPROC2": ("select", "libproc2", "libproc2-dev"),
    "LIBZ": ("gzip", "libz", "zlib1g-dev"),
    "LIBZSTD": ("zstd", "libzstd", "libzstd-dev"),
    "SQLITE": ("sqlite", "libsqlite3", "libsqlite3-dev"),
}
ALL = frozenset(SWITCHES)

# What a switch has compiled anew, at most: what there is of it, or what is there instead.
MOST_FILES = 13

PACKINGS = {".tar.gz": ("LIBZ", "gz"), ".tar.bz2": ("LIBBZ2", "bz2"), ".tar.xz": ("LIBLZMA", "xz"),
            ".tar.zst": ("LIBZSTD", "zst")}


def missing(switch):
    """The end of what is said of a library that was left out."""
    return " %s, which pmapx was built without (package %s, -DPMAPX_WITH_%s=ON)\n" % (
        SWITCHES[switch][1], SWITCHES[switch][2], switch)


def cached(name):
    """What the build that is tested has of a variable of cmake."""
    with open(os.path.join(px.BUILD, "CMakeCache.txt"), encoding="utf-8") as file:
        found = re.search(r"^%s:\w+=(.*)$" % name, file.read(), re.MULTILINE)
    return found[1] if found else ""


def skipped_tests(said):
    """The tests that were skipped, or their class, by names that unittest takes."""
    found = []
    for name, where in re.findall(r"^(\w+) \(__main__\.([\w.]+)\)(?:\n.*)? \.\.\. skipped ", said, re.MULTILINE):
        in_class = where.partition(".")[0]
        found.append(in_class if name == "setUpClass" else in_class + "." + name)
    return found


def need_all():
    for tool in ("cmake", "ninja"):
        if shutil.which(tool) is None:
            raise unittest.SkipTest("no " + tool)
    px.need_library(*(feature for feature, _, _ in SWITCHES.values()))


class Base(px.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        need_all()
        cls.folder = tempfile.mkdtemp(prefix="pmapx-switches-")
        # Some cases have others run what is built in there.
        os.chmod(cls.folder, 0o755)
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        cls.build = os.path.join(cls.folder, "build")
        cls.on = None

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def configure(self, build, on, *options):
        return px.run(["cmake", "-S", px.SOURCE, "-B", build, *options] + [
            "-DPMAPX_WITH_%s=%s" % (name, "ON" if name in on else "OFF") for name in SWITCHES],
            env=px.environment(), timeout=600)

    def fresh(self):
        """Options of a folder that is configured for the first time: quickly built."""
        return ["-G", "Ninja", "-DCMAKE_C_COMPILER=" + cached("CMAKE_C_COMPILER"),
                "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_C_FLAGS_DEBUG=-O0", "-DBUILD_TESTING=OFF",
                "-DCMAKE_COMPILE_WARNING_AS_ERROR=ON"]


class Configured(Base):
    """What a configuration looks for, and says."""

    def without_files(self, on):
        """Configure where there are no headers and no libraries to be found."""
        nowhere = [word % kind for kind in ("INCLUDE", "LIBRARY")
                   for word in ("-DCMAKE_FIND_ROOT_PATH_MODE_%s=ONLY",)]
        return self.configure(self.path("none"), on, *self.fresh(), *nowhere,
                              "-DCMAKE_FIND_ROOT_PATH=" + self.path("nothing"))

    def test_missing(self):
        """What is on must be there, and all that is not is named; what is off is not looked for."""
        got = self.without_files(ALL)
        self.assertNotEqual(got.status, 0)
        said = " ".join(got.stderr.decode().split())
        for name, (_, library, package) in SWITCHES.items():
            self.assertRegex(said, r"\b%s is missing: install %s, or do without it: -DPMAPX_WITH_%s=OFF( |$)" % (
                library, package, name))
        got = self.without_files(frozenset())
        self.assertEqual((got.status, got.stderr), (0, b""), got.stderr.decode())
        # At the end all switches are listed, and nothing else.
        listed = got.stdout.decode().partition("-- Switches:\n")[2].partition("-- Configuring done")[0].splitlines()
        self.assertEqual({tuple(re.fullmatch(r"--   PMAPX_(\w+) +(\w+)  \w.*", line).groups()) for line in listed},
                         {("WITH_" + name, "OFF") for name in SWITCHES} | {
                             ("INSTALL", "ON"), ("INSTALL_AS_PMAP", "OFF"), ("LTO", "OFF"), ("SANITIZE", "OFF")})

    KNOWS = """#!/bin/sh
for place; do
	case $place in
	*/libarchive.so.*) echo "libarchive13t64:amd64: $place" ;;
	/usr/*) ;;  # It knows this by the shorter name, if it is there.
	*/libz.so.*) echo "zlib-ng: $place" ;;
	*/liblzma.so.*) echo "diversion by liblzma-other from: $place" ;;
	esac
done
exit 1
"""
    OWNS = """#!/bin/sh
case $4 in
*/libarchive.so.*) echo libarchive ;;
*/libbz2.so.*) echo bzip2-libs && echo bzip2-libs ;;
*) echo "file $4 is not owned by any package" && exit 1 ;;
esac
"""

    def test_packages(self):
        """What users are told to install is what dpkg says, or else rpm; who builds it knows better;
        and where nobody knows nothing is said."""
        folder = self.path("path")
        os.mkdir(folder)
        for name, script in (("dpkg-query", self.KNOWS), ("rpm", self.OWNS)):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(script)
            os.chmod(file.name, 0o755)
        build = self.path("packages")
        got = px.run(["cmake", "-S", px.SOURCE, "-B", build, *self.fresh(), "-DPMAPX_PACKAGE_OF_LIBELF=elfutils"],
                     env=px.environment(PATH=folder + ":" + os.environ["PATH"]))
        self.assertEqual((got.status, got.stderr), (0, b""))
        for library, package in (("libarchive", " (package libarchive13t64)"), ("libz", " (package zlib-ng)"),
                                 ("libbz2", " (package bzip2-libs)"), ("libelf", " (package elfutils)"),
                                 ("liblzma", ""), ("libsqlite3", "")):
            self.assertRegex(building.cannot_load(library, build), r"^%s\.so\.[\d.]+, which cannot be loaded%s$" % (
                library, re.escape(package)))


class Combinations(Base):
    """Builds, and what they do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        saved = os.path.join(cls.folder, "saved")
        smaps = b"".join(px.smaps_entry(line, Rss=4) for line in (
            tars.ONE_LINE, px.map_line("7ffd00000000-7ffd00010000", "rw-p", "[stack]")))
        for pid in ("7", "8"):
            os.makedirs(os.path.join(saved, pid))
            for name, text in (("smaps", smaps), ("cmdline", b"A\0"), ("comm", b"A\n"),
                               ("stat", px.stat_line(int(pid))), ("status", b"Name:\tA\nUid:\t0\t0\t0\t0\n")):
                with open(os.path.join(saved, pid, name), "wb") as file:
                    file.write(text)
        cls.saved = saved
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            tar.add(saved, "saved")
        for ending in (".tar", *PACKINGS):
            tars.write(cls.folder, "case" + ending, tars.COMPRESSIONS[ending](packed.getvalue()))
        tars.write(cls.folder, "core", cores.Core(bits=64).process(7, "prog", "prog").segment(
            0x10000, 0x2000).bytes())
        tars.write(cls.folder, "map", smaps)
        tars.write(cls.folder, "text", b"It is nothing of the kind.\n")

    def build_with(self, on):
        """Build it, anew or as it differs from the last; how many files were compiled."""
        is_new = self.on is None
        got = self.configure(self.build, on, *(self.fresh() if is_new else ()))
        self.assertEqual(got.status, 0, got.stderr.decode())
        got = px.run(["cmake", "--build", self.build, "--target", "src/all"], env=px.environment(), timeout=900)
        self.assertEqual(got.status, 0, got.stdout.decode())
        if not is_new:
            compiled = got.stdout.count(b"Building C object")
            self.assertLessEqual(compiled, MOST_FILES * len(on ^ self.on), got.stdout.decode())
        type(self).on = on

    def pmapx(self, *words):
        return px.run([os.path.join(self.build, "pmapx"), *words], needs_all=False, cwd=self.folder)

    def uses(self):
        """What runs: (the switches that it needs, as they are looked at, with what is said first; the words)."""
        archive = ("LIBARCHIVE", "case%s: archives need")
        yield [], ["--from", "saved"]
        yield [], ["-x", "--from", "map"]
        yield [], ["--from", "text"]
        yield [], ["--root", self.saved, "-x", "--all"]
        yield [], ["rank", "--root", self.saved]
        yield [], ["diff", "saved", "saved"]
        yield [], ["check", "--root", self.saved]
        yield [], ["report", "--list"]
        yield [], ["load", "--psql", "--label", "a", "saved"]
        yield [(archive[0], archive[1] % ".tar")], ["-x", "--from", "case.tar"]
        for ending, (switch, name) in PACKINGS.items():
            yield [(archive[0], archive[1] % ending),
                   (switch, "case%s: archives in .%s need" % (ending, name))], ["-x", "--from", "case" + ending]
            yield [(switch, "load: case%s: archives in .%s need" % (ending, name))], \
                ["load", "--psql", "--activity", "case" + ending, "saved"]
        yield [("LIBELF", "core: core files need")], ["--from", "core"]
        yield [("SQLITE", "report: databases need")], ["report", "users", "saved"]
        yield [("SQLITE", "report: base: databases need")], ["report", "mappings", "base"]
        yield [("SQLITE", "sql: base: databases need")], ["sql", "base", "SELECT COUNT(*), SUM(rss) FROM mapping"]

    def look(self):
        """What each use gives now; a status of 2 is what all verbs have for trouble, and 1 the views."""
        return {tuple(words): self.pmapx(*words) for _, words in self.uses()}

    def check_uses(self):
        """All that needs none of what is missing gives what it gives with all; the rest says what it is."""
        for needs, words in self.uses():
            lacks = [(switch, said) for switch, said in needs if switch not in self.on]
            with self.subTest(on=sorted(self.on), words=words):
                got = self.pmapx(*words)
                if not lacks:
                    self.result(got, *self.whole[tuple(words)])
                else:
                    self.result(got, b"", "pmapx: " + lacks[0][1] + missing(lacks[0][0]),
                                1 if words[0].startswith("-") else 2)

    def check_writing(self):
        """What makes a file: it is there, and can be read, or it is not."""
        for switch, path, words, said in (
                ("LIBARCHIVE", "new.tar.zst", ["capture", "-o", "new.tar.zst", str(os.getpid())], "archives need"),
                ("SQLITE", "new", ["load", "new", "saved"], "load: new: databases need"),
                (None, "folder", ["capture", "-o", "folder/", str(os.getpid())], None)):
            with self.subTest(on=sorted(self.on), words=words):
                got = self.pmapx(*words)
                if switch is None or switch in self.on:
                    self.assertEqual(got.status, 0, got.stderr)
                    self.assertTrue(os.path.exists(self.path(path)))
                else:
                    self.result(got, b"", "pmapx: " + said + missing(switch), 2)
                    self.assertFalse(os.path.exists(self.path(path)))
            shutil.rmtree(self.path(path), True)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path(path))

    def check_live(self):
        """Selecting on the running system lacks nothing without libproc2."""
        with px.sleeper() as pid:
            expected = self.pmapx(str(pid))
            self.assertEqual(expected.status, 0)
            for words in (["--tree", str(pid)], ["--name", "^sleep$", "--tree", str(os.getpid()), "--user",
                                                 str(os.geteuid())]):
                self.result(self.pmapx(*words), expected.stdout)

    def check_notes(self):
        """Packagers are told of what was built in, and nothing else."""
        expected = {SWITCHES[name][0] for name in self.on}
        self.assertEqual(set(px.libraries(os.path.join(self.build, "pmapx"))), expected)
        self.assertEqual(set(px.libraries(os.path.join(self.build, "libpmapx.so"))), expected - {"sqlite"})

    def check(self):
        self.check_notes()
        self.check_uses()
        self.check_writing()
        self.check_live()

    def go_through(self, combinations):
        """The first is with all."""
        for on in combinations:
            self.build_with(on)
            if on == ALL and not os.path.exists(self.path("base")):
                self.assertEqual(self.pmapx("load", "base", "saved").status, 0)
                type(self).whole = self.look()
                for words, got in self.whole.items():
                    self.assertTrue(got.stdout or words[0] in ("load", "check") or "text" in words, words)
            self.check()


class Few(Combinations):
    """All, each alone left out, none, each alone: 18."""

    def test_each(self):
        self.go_through([ALL] + [ALL - {name} for name in SWITCHES])
        self.go_through([frozenset({name}) for name in SWITCHES] + [frozenset()])
        self.check_cases()

    def check_cases(self):
        """pmap lacks nothing without any."""
        os.symlink(os.path.dirname(px.TARGET), os.path.join(self.build, "tests"))
        folder = os.path.join(px.SOURCE, "tests", "cases")
        files = [os.path.join(folder, "pmap", name) for name in sorted(os.listdir(os.path.join(folder, "pmap")))
                 if name.endswith(".py")] + [os.path.join(folder, "pmapx", "golden.py")]
        self.assertGreater(len(files), 12)
        for path in files:
            with self.subTest(path=path):
                status, said = self.run_cases(self.build, path)
                self.assertIn(status, (0, 77), said)
                self.assertNotIn("built without", said)
                skipped = skipped_tests(said)
                if skipped:
                    # Only what cannot be done here with all libraries either.
                    self.assertEqual(self.run_cases(px.BUILD, path, *skipped)[0], 77, said)

    @staticmethod
    def run_cases(build, *words):
        """(status, what was said) of a test file on a build."""
        env = dict(os.environ, PMAPX_BUILD=build)
        env.pop("PMAPX_UNDER_TEST", None)
        # Not px.run(): what a test says of others is no report of this one.
        got = subprocess.run([sys.executable, "-B", *words], env=env, timeout=600,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return got.returncode, got.stderr.decode(errors="replace")


class All(Combinations):
    """All 256, each of which differs from the one before in one library."""

    def test_all(self):
        names = list(SWITCHES)
        codes = [number ^ number >> 1 for number in range(1 << len(names))]
        self.assertEqual(len(set(codes)), 256)
        self.go_through(ALL - {name for bit, name in enumerate(names) if code >> bit & 1} for code in codes)


def load_tests(loader, _tests, _pattern):
    """Without names: what does not take long."""
    return unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in (Configured, Few))


if __name__ == "__main__":
    px.main()
