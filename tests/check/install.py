#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""cmake --install: what is put where, that a program builds against it, and that a pmap which is
not ours stays."""
import os
import re
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import px

CLIENT = r"""
#include <pmapx.h>
#include <stdio.h>
#include <unistd.h>
int main(void)
{
	struct pmapx_source *source;
	struct pmapx_process *process;
	struct pmapx_reader *reader;
	const struct pmapx_mapping *mapping;
	int r, count = 0;

	if (pmapx_source_open_live(NULL, &source) < 0 ||
		pmapx_process_open(source, getpid(), &process, NULL) < 0 ||
		pmapx_reader_open(process, PMAPX_FILE_SMAPS, NULL, &reader) < 0)
		return 1;
	while ((r = pmapx_reader_next(reader, &mapping, NULL)) == 1)
		count += pmapx_smaps_has(mapping->smaps, PMAPX_FIELD_RSS);
	pmapx_reader_close(reader);
	pmapx_process_close(process);
	pmapx_source_close(source);
	printf("%s %d\n", pmapx_version(), r == 0 ? count : -1);
	return 0;
}
"""

ENVIRONMENT = dict(os.environ, LC_ALL="C.UTF-8")
ENVIRONMENT.pop("DESTDIR", None)


def command(*words, **kwargs):
    """Run a tool of the build with the environment of the build."""
    env = dict(ENVIRONMENT, **kwargs.pop("variables", {}))
    return px.run(list(words), env=env, timeout=1000, umask=0o022, **kwargs)


def cached(name):
    """A variable of the build's cache."""
    with open(os.path.join(px.BUILD, "CMakeCache.txt"), encoding="utf-8") as cache:
        found = re.search(r"^%s:[^=]*=(.*)$" % re.escape(name), cache.read(), re.MULTILINE)
    return found.group(1) if found else ""


def need(ok, why):
    if not ok:
        raise unittest.SkipTest(why)


def install(build, destination):
    return command("cmake", "--install", build, variables={"DESTDIR": destination})


def listing(folder):
    """All that is below a folder, links as "NAME -> TARGET"."""
    found = set()
    for where, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(where, name)
            relative = os.path.relpath(path, folder)
            if os.path.islink(path):
                relative += " -> " + os.readlink(path)
            found.add(relative)
    return found


class Installed(px.TestCase):
    @classmethod
    def setUpClass(cls):
        need(shutil.which("cmake"), "cmake is not installed")
        # cmake --install writes down there what it installed.
        need(os.access(px.BUILD, os.W_OK), px.BUILD + " is not ours to write to")
        cls.destination = tempfile.mkdtemp(prefix="pmapx-install-")
        cls.prefix = cls.destination + (cached("CMAKE_INSTALL_PREFIX") or "/usr/local")
        cls.lib = os.path.join(cls.prefix, cached("CMAKE_INSTALL_LIBDIR") or "lib")
        got = install(px.BUILD, cls.destination)
        if got.status != 0:
            raise AssertionError(got.stderr.decode(errors="replace"))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.destination, ignore_errors=True)

    def test_files(self):
        """Exactly these, and nothing outside of the prefix."""
        version = px.pmapx("-V").stdout.split()[1].decode()
        lib = os.path.relpath(self.lib, self.prefix)
        expected = {
            "bin/pmapx", "include/pmapx.h", lib + "/libpmapx.a",
            lib + "/libpmapx.so -> libpmapx.so.1",
            lib + "/libpmapx.so.1 -> libpmapx.so." + version, lib + "/libpmapx.so." + version,
            lib + "/pkgconfig/pmapx.pc", "share/man/man1/pmapx.1",
            "share/man/man1/pmapx-capture.1", "share/man/man1/pmapx-check.1",
            "share/man/man1/pmapx-diff.1", "share/man/man1/pmapx-load.1", "share/man/man1/pmapx-rank.1", "share/man/man1/pmapx-report.1", "share/man/man1/pmapx-sql.1", "share/man/man1/pmapx-watch.1",
            "share/bash-completion/completions/pmapx", "share/zsh/site-functions/_pmapx",
            "share/fish/vendor_completions.d/pmapx.fish"}
        expected |= {"include/pmapx/" + name for name in
                     os.listdir(os.path.join(px.SOURCE, "include", "pmapx"))}
        found = {path for path in listing(self.prefix)
                 if not re.match(r"share/doc/pmapx/[^/]+$|share/man/man[357]/\w+\.\d$|"
                                 r"(bin/pmap -> pmapx|share/.*completion.*/pmap -> \w+)$", path)}
        self.assertEqual(sorted(found), sorted(expected))
        self.assertEqual(len(listing(self.destination)), len(listing(self.prefix)))
        documents = os.listdir(os.path.join(self.prefix, "share", "doc", "pmapx"))
        self.assertLessEqual({"COPYING", "COPYING.LIB", "README.md", "COMPAT.md"}, set(documents))

    def test_modes(self):
        """Everybody can read all of it and run the program."""
        for where, folders, names in os.walk(self.prefix):
            for name in folders + names:
                mode = os.stat(os.path.join(where, name)).st_mode
                self.assertEqual(mode & 0o444, 0o444, name)
                self.assertEqual(mode & 0o6022, 0, name)
        self.assertEqual(os.stat(os.path.join(self.prefix, "bin", "pmapx")).st_mode & 0o111, 0o111)

    def test_program_runs(self):
        with px.sample() as root:
            self.result(px.run([os.path.join(self.prefix, "bin", "pmapx"), "--root", root.path,
                                "100"]), px.sample_out("default"))

    def flags(self, *options):
        """What pkg-config says, or its like where it is not installed."""
        if not shutil.which("pkg-config"):
            return ["-I" + os.path.join(self.prefix, "include"), "-L" + self.lib, "-lpmapx"]
        got = command("pkg-config", *options, "--cflags", "--libs", "pmapx", variables={
            "PKG_CONFIG_LIBDIR": os.path.join(self.lib, "pkgconfig"),
            "PKG_CONFIG_SYSROOT_DIR": self.destination})
        self.assertEqual(got.status, 0, got.stderr)
        return got.stdout.decode().split()

    def client(self, flags, **variables):
        """Build the client with these flags and run it on itself."""
        compiler = cached("CMAKE_C_COMPILER") or "cc"
        need(shutil.which(compiler), "no C compiler")
        if px.is_sanitized(px.PMAPX):
            flags = flags + ["-fsanitize=address,undefined"]
        with tempfile.TemporaryDirectory() as folder:
            source, program = os.path.join(folder, "client.c"), os.path.join(folder, "client")
            with open(source, "w", encoding="utf-8") as file:
                file.write(CLIENT)
            got = command(compiler, "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror",
                          source, "-o", program, *flags)
            self.assertEqual(got.status, 0, got.stderr.decode(errors="replace"))
            got = px.run([program], env=px.environment(**variables))
            self.assertEqual((got.status, got.stderr), (0, b""))
            version, count = got.stdout.split()
            self.assertEqual(version, px.pmapx("-V").stdout.split()[1])
            self.assertGreater(int(count), 10)

    def test_shared_library(self):
        self.client(self.flags(), LD_LIBRARY_PATH=self.lib)

    def test_static_library(self):
        """Linked in, so that nothing of it is needed to run."""
        flags = self.flags("--static")
        position = flags.index("-lpmapx")
        flags[position:position + 1] = ["-Wl,-Bstatic", "-lpmapx", "-Wl,-Bdynamic"]
        self.client(flags)

    def test_pkg_config(self):
        need(shutil.which("pkg-config"), "pkg-config is not installed")
        with open(os.path.join(self.lib, "pkgconfig", "pmapx.pc"), encoding="utf-8") as file:
            text = file.read()
        self.assertNotIn("@", text)
        self.assertIn("Version: %s\n" % px.pmapx("-V").stdout.split()[1].decode(), text)
        self.assertNotIn(px.BUILD, text)
        got = command("pkg-config", "--validate", os.path.join(self.lib, "pkgconfig", "pmapx.pc"))
        self.assertEqual((got.status, got.stderr), (0, b""))


class AsPmap(px.TestCase):
    """-DPMAPX_INSTALL_AS_PMAP=ON, in a build of its own."""

    @classmethod
    def setUpClass(cls):
        need(shutil.which("cmake"), "cmake is not installed")
        cls.folder = tempfile.mkdtemp(prefix="pmapx-as-pmap-")
        cls.build = os.path.join(cls.folder, "build")
        compiler = cached("CMAKE_C_COMPILER")
        steps = (["cmake", "-S", px.SOURCE, "-B", cls.build, "-DPMAPX_INSTALL_AS_PMAP=ON",
                  "-DBUILD_TESTING=OFF", "-DCMAKE_BUILD_TYPE=Debug",
                  "-DCMAKE_INSTALL_PREFIX=/opt/px",
                  *(["-G", cached("CMAKE_GENERATOR")] if cached("CMAKE_GENERATOR") else []),
                  *(["-DCMAKE_C_COMPILER=" + compiler] if compiler else [])],
                 ["cmake", "--build", cls.build, "--parallel", "2"])
        for words in steps:
            got = command(*words)
            if got.status != 0:
                raise AssertionError("%r\n%s%s" % (words, got.stdout.decode(errors="replace"),
                                                   got.stderr.decode(errors="replace")))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder, ignore_errors=True)

    def setUp(self):
        self.destination = tempfile.mkdtemp(dir=self.folder)
        self.bin = os.path.join(self.destination, "opt", "px", "bin")
        self.pmap = os.path.join(self.bin, "pmap")

    def test_link(self):
        got = install(self.build, self.destination)
        self.assertEqual(got.status, 0, got.stderr)
        self.assertEqual(os.readlink(self.pmap), "pmapx")
        version = px.pmapx("-V").stdout.split()[1]
        self.result(px.run([self.pmap, "-V"]),
                    b"pmap from procps-ng 4.0.7 (pmapx %b)\n" % version)
        with px.sample() as root:
            self.result(root.mounted([self.pmap, "-x", "100"]), px.sample_out("x"))

    def test_again(self):
        """Over a link of our own."""
        for _ in range(2):
            got = install(self.build, self.destination)
            self.assertEqual(got.status, 0, got.stderr)
        self.assertEqual(os.readlink(self.pmap), "pmapx")

    def foreign(self, make):
        """Install where there is a pmap already."""
        os.makedirs(self.bin)
        make()
        before = os.lstat(self.pmap)
        got = install(self.build, self.destination)
        self.assertNotEqual(got.status, 0)
        self.assertIn(self.pmap.encode(), got.stderr)
        after = os.lstat(self.pmap)
        self.assertEqual((before.st_ino, before.st_mtime_ns, before.st_size),
                         (after.st_ino, after.st_mtime_ns, after.st_size))

    def test_foreign_program(self):
        def make():
            with open(self.pmap, "wb") as file:
                file.write(b"#!/bin/sh\necho pmap\n")
        self.foreign(make)
        with open(self.pmap, "rb") as file:
            self.assertEqual(file.read(), b"#!/bin/sh\necho pmap\n")

    def test_foreign_link(self):
        self.foreign(lambda: os.symlink("busybox", self.pmap))
        self.assertEqual(os.readlink(self.pmap), "busybox")

    def test_without_it(self):
        """The default installs no pmap."""
        if cached("PMAPX_INSTALL_AS_PMAP") not in ("", "OFF"):
            self.skipTest("this build was configured to install it")
        need(os.access(px.BUILD, os.W_OK), px.BUILD + " is not ours to write to")
        self.assertEqual(install(px.BUILD, self.destination).status, 0)
        self.assertEqual([path for path in listing(self.destination) if "bin/pmap " in path], [])


if __name__ == "__main__":
    px.main()
