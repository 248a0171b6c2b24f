#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""cmake --install: what is put where, that programs build against it also after it was moved, that
nothing of somebody else's is overwritten, and that the target uninstall leaves nothing. It is built
here twice, in two places, without what only tests need and with flags of the one who builds."""
import glob
import json
import os
import re
import shlex
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import links
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

FINDS_PACKAGE = """
cmake_minimum_required(VERSION 3.16)
project(client LANGUAGES C)
find_package(pmapx ${WANTED} REQUIRED ${PARTS})
add_executable(shared client.c)
target_link_libraries(shared PRIVATE pmapx::pmapx)
if(TARGET pmapx::pmapx_static)
  add_executable(static client.c)
  target_link_libraries(static PRIVATE pmapx::pmapx_static)
endif()
"""

# With tests, build type and rules of its own; what pmapx would do to them shows.
HAS_WITHIN = """
cmake_minimum_required(VERSION 3.25)
project(parent LANGUAGES C)
enable_testing()
add_subdirectory("${PMAPX}" pmapx)
add_executable(client client.c)
target_link_libraries(client PRIVATE pmapx::pmapx_static)
install(TARGETS client)
file(WRITE "${CMAKE_BINARY_DIR}/type" "<${CMAKE_BUILD_TYPE}> <${CMAKE_C_FLAGS}>")
"""

# All of them contradict what the project would choose by itself.
CFLAGS = "-O0 -g1 -Wno-shadow -fno-stack-protector -U_FORTIFY_SOURCE -std=gnu17"
CPPFLAGS = "-DPX_GIVEN_BY_CPPFLAGS=1"
LDFLAGS = "-Wl,-z,lazy"

# Packages of CMake that only tests need, and what a search for each leaves in the cache, found or not.
FIND_FOR_TESTS = {"Python3": "_Python3_EXECUTABLE", "PkgConfig": "PKG_CONFIG_EXECUTABLE", "cmocka": "cmocka_DIR"}
# Programs that only tests need.
FOR_TESTS = re.compile(r"(\S*-)?([gc]\+\+|clang\+\+|python|pkg-?conf)\S*")


def cached(name, build=px.BUILD):
    """A variable of a build's cache."""
    try:
        with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as cache:
            found = re.search(r"^%s:[^=]*=(.*)$" % re.escape(name), cache.read(), re.MULTILINE)
    except OSError:
        return ""
    return found.group(1) if found else ""


def command(*words, **kwargs):
    """Run a tool of the build with the environment of the tests and these variables besides."""
    env = px.environment(**kwargs.pop("variables", {}))
    return px.run([str(word) for word in words], env=env, timeout=1000, **kwargs)


def need(got):
    """Fail with what a command printed, unless it succeeded."""
    if got.status != 0:
        raise AssertionError((got.stdout + got.stderr).decode(errors="replace"))
    return got


def save(folder, **files):
    """Write files, whose names have _ for the dot."""
    os.makedirs(folder, exist_ok=True)
    for name, text in files.items():
        with open(os.path.join(folder, name.replace("_", ".")), "w", encoding="utf-8") as file:
            file.write(text)


def put(path):
    """A file of somebody else's; its path."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write("theirs")
    return path


def listing(folder):
    """{name: (kind and mode, what it holds or leads to)} of all that is below a folder."""
    found = {}
    for where, folders, names in os.walk(folder):
        for name in folders + names:
            path = os.path.join(where, name)
            kind, holds = "%o" % os.lstat(path).st_mode, None
            if os.path.islink(path):
                holds = os.readlink(path)
            elif os.path.isfile(path):
                with open(path, "rb") as file:
                    holds = file.read()
            found[os.path.relpath(path, folder)] = kind, holds
    return found


def files(folder):
    """The names in a listing without folders, links as "NAME -> TARGET"."""
    return sorted(name + (" -> " + holds if isinstance(holds, str) else "")
                  for name, (_, holds) in listing(folder).items() if holds is not None)


def search_path(folder):
    """A PATH with all programs but those that only tests need."""
    os.mkdir(folder)
    for place in os.environ.get("PATH", "/usr/bin:/bin").split(":"):
        for name in os.listdir(place) if os.path.isdir(place) else ():
            if not FOR_TESTS.fullmatch(name) and not os.path.lexists(os.path.join(folder, name)):
                os.symlink(os.path.join(place, name), os.path.join(folder, name))
    return folder


class Build:
    """A build of its own, and what is done with it."""

    def __init__(self, source, build, variables, *options, **popen):
        self.folder, self.variables, self.popen = build, variables, popen
        self.configure("-DBUILD_TESTING=OFF", "-DPMAPX_LTO=ON", "-DPMAPX_INSTALL_AS_PMAP=ON",
            "-DCMAKE_INSTALL_PREFIX=/opt/px", *options, *like_this_build(), "-S", source, "-B")

    def configure(self, *options):
        """Anew, with other options."""
        need(command("cmake", *options, self.folder, variables=self.variables, **self.popen))

    def make(self, jobs):
        need(command("cmake", "--build", self.folder, "--parallel", jobs,
                     variables=self.variables, **self.popen))

    def install(self, destination=None, *options):
        return command("cmake", "--install", self.folder, *options,
                       variables=dict(self.variables, DESTDIR=destination), **self.popen)

    def uninstall(self, destination=None):
        return command("cmake", "--build", self.folder, "--target", "uninstall",
                       variables=dict(self.variables, DESTDIR=destination))

    def forget(self):
        """Nothing is installed."""
        for path in glob.glob(os.path.join(self.folder, "install_*.txt")):
            os.remove(path)


def like_this_build():
    """Options for the compiler and the tools that the build under test has."""
    for name in ("CMAKE_GENERATOR", "CMAKE_C_COMPILER", "CMAKE_MAKE_PROGRAM"):
        if cached(name):
            yield "-D%s=%s" % (name, cached(name)) if name != "CMAKE_GENERATOR" else \
                "-G" + cached(name)


def copy_source(copy):
    """What a build needs of the source, in another place."""
    os.makedirs(copy)
    for name in ("CMakeLists.txt", "README.md", "COPYING", "src", "include", "doc", "completions"):
        need(command("cp", "-R", os.path.join(px.SOURCE, name), copy))
    need(command("chmod", "-R", "u+w", copy))
    return copy


def setUpModule():
    """one and other, the two builds, made in different places and by different hands; others_tree
    is what the latter installs."""
    global folder, one, other, others_tree
    if not shutil.which("cmake"):
        raise unittest.SkipTest("cmake is not installed")
    folder = tempfile.mkdtemp(prefix="pmapx-install-")
    unittest.addModuleCleanup(shutil.rmtree, folder, True)
    given = {"CFLAGS": CFLAGS, "CPPFLAGS": CPPFLAGS, "LDFLAGS": LDFLAGS,
             "PATH": search_path(os.path.join(folder, "path"))}
    one = Build(px.SOURCE, os.path.join(folder, "one"), given, umask=0o022)
    one.make(2)
    copy = copy_source(os.path.join(folder, "elsewhere", "a copy"))
    other = Build(copy, os.path.join(copy, "build", "other"),
                  dict(given, LC_ALL="C", TZ="Asia/Tokyo", HOME="/"), *(
                      "-DCMAKE_DISABLE_FIND_PACKAGE_%s=ON" % name for name in FIND_FOR_TESTS), umask=0o077)
    other.make(1)
    destination = os.path.join(folder, "other destination")
    need(other.install(destination))
    others_tree = listing(destination)


class Installed(px.TestCase):
    """What is installed, below DESTDIR, by the build that others have not changed."""

    @classmethod
    def setUpClass(cls):
        cls.destination = os.path.join(folder, "destination")
        need(one.install(cls.destination))
        cls.addClassCleanup(shutil.rmtree, cls.destination, True)
        cls.prefix = cls.destination + "/opt/px"

    def test_files(self):
        """Exactly these, and nothing outside of the prefix."""
        version = px.pmapx("-V").stdout.split()[1].decode()
        doc = os.listdir(os.path.join(px.SOURCE, "doc"))
        expected = {
            "bin/pmapx", "bin/pmap -> pmapx", "include/pmapx.h", "lib/libpmapx.a",
            "lib/libpmapx.so -> libpmapx.so.1", "lib/libpmapx.so.1 -> libpmapx.so." + version,
            "lib/libpmapx.so." + version, "lib/pkgconfig/pmapx.pc", "share/man/man1/pmap.1 -> pmapx.1",
            "share/bash-completion/completions/pmapx",
            "share/bash-completion/completions/pmap -> pmapx",
            "share/fish/vendor_completions.d/pmapx.fish",
            "share/fish/vendor_completions.d/pmap.fish -> pmapx.fish",
            "share/zsh/site-functions/_pmapx", "share/zsh/site-functions/_pmap"}
        expected |= {"lib/cmake/pmapx/pmapx%s.cmake" % name for name in (
            "Config", "ConfigVersion", "Targets", "Targets-relwithdebinfo", "StaticTargets",
            "StaticTargets-relwithdebinfo")}
        expected |= {"include/pmapx/" + name for name in
                     os.listdir(os.path.join(px.SOURCE, "include", "pmapx"))}
        expected |= {"share/man/man%s/%s" % (name[-1], name) for name in doc if name[-2:] in (".1", ".3")}
        expected |= {"share/doc/pmapx/" + name for name in (
            "COPYING", "include/COPYING.LIB", "README.md",
            *("doc/" + name for name in doc if name.endswith((".md", ".svg"))),
            *("doc/example/" + name for name in os.listdir(os.path.join(px.SOURCE, "doc", "example"))))}
        # Each name that a page of the library has leads to it.
        for page in glob.glob(os.path.join(px.SOURCE, "doc", "*.3")):
            with open(page, encoding="ascii") as text:
                expected |= {"share/man/man3/%s.3" % name
                             for name in re.findall(r"^\.Nm (\w+)", text.read(), re.MULTILINE)}
        self.assertEqual(files(self.prefix), sorted(expected))
        self.assertIn("share/man/man1/pmapx.1", expected)
        self.assertEqual(len(files(self.destination)), len(expected))

    def test_documents(self):
        """What they refer to is there, too."""
        found = links.followed(self.prefix + "/share/doc/pmapx")
        self.assertIn(("doc/terminal.svg", True), found["README.md"])
        for name, followed in found.items():
            self.assertEqual([target for target, is_there in followed if not is_there], [], name)

    def test_modes(self):
        """Everybody can read all of it and run the program, whatever the umask is."""
        kinds = {"40755", "100644", "120777"}
        for name, (kind, _) in (*listing(self.destination).items(), *others_tree.items()):
            self.assertIn(kind, {"100755"} if name.endswith("bin/pmapx") else kinds, name)

    def test_modes_asked_for(self):
        """Of folders that are made for what is put into them, those that cmake was told."""
        destination = os.path.join(folder, "modes")
        self.addCleanup(shutil.rmtree, destination, True)
        need(one.install(destination, "--component", "program", "--default-directory-permissions",
                         "u=rwx,g=rx,o="))
        found = listing(destination)
        for name in ("opt", "opt/px", "opt/px/bin", "opt/px/share/man/man1"):
            self.assertEqual(found[name], ("40750", None))

    def test_twice_the_same(self):
        """Two builds are the same to the byte, and what they install."""
        mine = listing(self.destination)
        self.assertEqual(sorted(mine), sorted(others_tree))
        self.assertEqual([name for name in mine if mine[name] != others_tree[name]], [])

    def test_program(self):
        version = px.pmapx("-V").stdout.split()[1]
        with px.sample() as root:
            self.result(px.run([self.prefix + "/bin/pmapx", "--root", root.path, "100"]),
                        px.sample_out("default"))
            self.result(px.run([self.prefix + "/bin/pmap", "-V"]),
                        b"pmap from procps-ng 4.0.7 (pmapx %b)\n" % version)
            self.result(root.mounted([self.prefix + "/bin/pmap", "-x", "100"]), px.sample_out("x"))

    def test_components(self):
        """Each can be installed by itself, and nothing is in two of them, or in none."""
        found = []
        for name in ("program", "library", "development", "as_pmap"):
            destination = os.path.join(folder, name)
            need(one.install(destination, "--component", name))
            found += files(destination)
            shutil.rmtree(destination)
        self.assertEqual(sorted(found), files(self.destination))


class Clients(px.TestCase):
    """Programs that use the library, built where it was moved to. There is no program beside it."""

    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.mkdtemp(dir=folder, prefix="clients")
        before, cls.prefix = cls.work + "/before", cls.work + "/moved here"
        for name in ("library", "development"):
            need(one.install(None, "--prefix", before, "--component", name))
        shutil.move(before, cls.prefix)
        save(cls.work + "/source", client_c=CLIENT, CMakeLists_txt=FINDS_PACKAGE)

    def runs(self, program, needs_library=False):
        """It is our library that answers."""
        self.assertEqual(b"libpmapx.so.1" in px.run(["readelf", "-d", program]).stdout, needs_library)
        got = px.run([program], env=px.environment(LD_LIBRARY_PATH=self.prefix + "/lib"))
        self.assertEqual((got.status, got.stderr), (0, b""))
        version, count = got.stdout.split()
        self.assertEqual(version, px.pmapx("-V").stdout.split()[1])
        self.assertGreater(int(count), 10)

    def compile(self, flags, name):
        program = os.path.join(self.work, name)
        need(command(cached("CMAKE_C_COMPILER", one.folder), "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra",
                     "-Werror", self.work + "/source/client.c", "-o", program, *flags))
        return program

    def flags(self, *options):
        """What pkg-config says."""
        if not shutil.which("pkg-config"):
            self.skipTest("pkg-config is not installed")
        got = need(command("pkg-config", *options, "pmapx", variables={
            "PKG_CONFIG_LIBDIR": self.prefix + "/lib/pkgconfig"}))
        self.assertEqual(got.stderr, b"")
        return shlex.split(got.stdout.decode())

    def test_pkg_config(self):
        self.runs(self.compile(self.flags("--cflags", "--libs"), "by_pkg_config"), True)

    def test_pkg_config_static(self):
        """Linked in, so that nothing of it is needed to run."""
        flags = self.flags("--static", "--cflags", "--libs")
        self.assertIn("-ldl", flags)
        at = flags.index("-lpmapx")
        flags[at:at + 1] = ["-Wl,-Bstatic", "-lpmapx", "-Wl,-Bdynamic"]
        self.runs(self.compile(flags, "by_pkg_config_static"))

    def test_pkg_config_file(self):
        self.flags("--validate")
        version = px.pmapx("-V").stdout.split()[1].decode()
        self.assertEqual(self.flags("--modversion"), [version])

    def find_package(self, build, *options):
        got = command("cmake", "-S", self.work + "/source", "-B", build,
                      "-DCMAKE_PREFIX_PATH=" + self.prefix, *like_this_build(), *options)
        if got.status == 0:
            need(command("cmake", "--build", build))
        return got

    def test_find_package(self):
        build = self.work + "/by_cmake"
        need(self.find_package(build))
        self.runs(build + "/shared", True)
        self.runs(build + "/static")
        for path in glob.glob(self.prefix + "/lib/cmake/pmapx/*"):
            with open(path, encoding="utf-8") as file:
                self.assertNotIn(folder, file.read(), path)

    def test_find_package_with_one_library(self):
        """Who has deleted one library can still use the other."""
        build, lib = self.work + "/by_cmake_alone", self.prefix + "/lib/"
        kept = {name: lib + "kept-" + name for name in ("libpmapx.a", os.path.basename(
            os.path.realpath(lib + "libpmapx.so")))}
        archive, shared = kept
        for gone, part, other_part in ((archive, "shared", "static"), (shared, "static", "shared")):
            os.rename(lib + gone, kept[gone])
            try:
                need(self.find_package(build, "-DPARTS=COMPONENTS;" + part))
                self.runs(build + "/shared", gone == archive)
                got = self.find_package(build, "-DPARTS=COMPONENTS;" + other_part)
                self.assertNotEqual(got.status, 0)
                self.assertIn(b"pmapx_FOUND to FALSE", b" ".join(got.stderr.split()))
            finally:
                os.rename(kept[gone], lib + gone)

    def test_version(self):
        """Later ones than asked for will do, up to the next that breaks programs."""
        version = px.pmapx("-V").stdout.split()[1].decode()
        for wanted, found in ((version, True), ("1.0", True), ("1.99", False), ("0.9", False), ("2", False)):
            got = self.find_package(self.work + "/by_version", "-DWANTED=" + wanted)
            self.assertEqual(got.status == 0, found, wanted)

    def test_add_subdirectory(self):
        """A project that has it within gets the library and nothing else, and needs none of what
        may be loaded late."""
        source, build = self.work + "/parent", self.work + "/parent build"
        save(source, client_c=CLIENT, CMakeLists_txt=HAS_WITHIN)
        need(command("cmake", "-S", source, "-B", build, "-DPMAPX=" + px.SOURCE, "-DBUILD_TESTING=ON",
                     "-DPMAPX_LTO=ON", "-DCMAKE_INSTALL_PREFIX=/opt/parent", *like_this_build(),
                     *("-DCMAKE_FIND_ROOT_PATH_MODE_%s=ONLY" % kind for kind in ("INCLUDE", "LIBRARY")),
                     "-DCMAKE_FIND_ROOT_PATH=" + self.work + "/nothing", variables={"CFLAGS": "-O0"}))
        self.assertEqual({cached("PMAPX_WITH_" + name, build) for name in ("LIBZ", "LIBELF", "SQLITE")}, {"OFF"})
        said = need(command("cmake", "--build", build, "--parallel", "2", "--verbose")).stdout.decode()
        self.runs(build + "/client")
        # Linked as it would be without.
        link, = re.findall(r"client\.c\.o (-o client [^&\n]*)", said)
        self.assertEqual(link.split(), ["-o", "client", "pmapx/libpmapx.a", "-ldl"])
        self.assertNotRegex(said, r" -(flto|Wl,-z|ffile-prefix-map)[^\n]* -o client ")
        self.assertFalse(os.path.lexists(build + "/pmapx/pmapx"))
        self.assertFalse(os.path.lexists(build + "/pmapx/tests"))
        self.assertIn(b"Total Tests: 0\n", need(command("ctest", "--test-dir", build, "-N")).stdout)
        with open(build + "/type", encoding="utf-8") as file:
            self.assertEqual(file.read(), "<> <-O0>")
        need(command("cmake", "--install", build, variables={"DESTDIR": self.work + "/parent tree"}))
        self.assertEqual(files(self.work + "/parent tree"), ["opt/parent/bin/client"])
        # Nor does it get targets of ours where it installs the rest as well.
        need(command("cmake", "-DPMAPX_INSTALL=ON", "-DPMAPX_INSTALL_AS_PMAP=ON",
                     "-DPMAPX_DOXYGEN=" + shutil.which("cmake"), build))
        targets = need(command("cmake", "--build", build, "--target", "help")).stdout.decode()
        self.assertRegex(targets, r"\bpmapx_static\b")
        self.assertNotRegex(targets, r"\b(doc-html|uninstall|dist|check-all)\b")
        # Nor lists for such a target; this component needs nothing that is built.
        need(command("cmake", "--install", build, "--component", "as_pmap",
                     variables={"DESTDIR": self.work + "/parent tree"}))
        self.assertIn("opt/parent/bin/pmap -> pmapx", files(self.work + "/parent tree"))
        self.assertEqual(glob.glob(build + "/**/install_f*.txt", recursive=True), [])


class Folders(px.TestCase):
    """CMAKE_INSTALL_*DIR, of a build that is configured anew for each."""

    def install(self, *options):
        other.configure(*options)
        tree = tempfile.mkdtemp(dir=folder)
        self.addCleanup(shutil.rmtree, tree)
        need(other.install(tree))
        return tree

    def pc(self, path):
        """{variable: value} of pmapx.pc."""
        with open(path, encoding="utf-8") as file:
            return dict(re.findall(r"^(\w+)=(.*)$", file.read(), re.MULTILINE))

    def test_debian(self):
        """In /usr, with a folder for each architecture, and zsh's completions elsewhere."""
        tree = self.install("-DCMAKE_INSTALL_PREFIX=/usr", "-DPMAPX_INSTALL_AS_PMAP=OFF",
                            "-DCMAKE_INSTALL_LIBDIR=lib/x86_64-linux-gnu", "-DCMAKE_INSTALL_DATADIR=lib/share",
                            "-DPMAPX_ZSH_COMPLETIONS_DIR=share/zsh/vendor-completions")
        found = files(tree)
        lib = "usr/lib/x86_64-linux-gnu/"
        for name in ("usr/bin/pmapx", lib + "libpmapx.a", lib + "libpmapx.so -> libpmapx.so.1",
                     lib + "cmake/pmapx/pmapxConfig.cmake", "usr/share/zsh/vendor-completions/_pmapx",
                     # They are where data is, also if that is elsewhere than it was when they were first
                     # configured.
                     "usr/lib/share/fish/vendor_completions.d/pmapx.fish",
                     "usr/lib/share/bash-completion/completions/pmapx"):
            self.assertIn(name, found)
        self.assertEqual([name for name in found if re.search(r"/_?pmap\b", name) or "zsh/site" in name], [])
        # Not from where the file is: -isystem /usr/lib/../include would come before that of C++.
        self.assertEqual(self.pc(os.path.join(tree, lib, "pkgconfig", "pmapx.pc")), {
            "prefix": "/usr", "libdir": "${prefix}/lib/x86_64-linux-gnu",
            "includedir": "${prefix}/include"})
        moved = os.path.join(tree, "moved")
        need(other.install(None, "--prefix", moved))
        self.assertEqual(self.pc(os.path.join(moved, lib[4:], "pkgconfig", "pmapx.pc"))["prefix"],
                         "${pcfiledir}/../../..")

    def test_full_names(self):
        """As NixOS gives them: folders that have nothing to do with the prefix."""
        tree = self.install("-DCMAKE_INSTALL_PREFIX=/nix/out", "-DPMAPX_INSTALL_AS_PMAP=ON",
            *("-DCMAKE_INSTALL_%s=%s" % place for place in (
                ("LIBDIR", "/nix/lib/lib"), ("INCLUDEDIR", "/nix/dev/include"), ("BINDIR", "/nix/bin/bin"),
                ("MANDIR", "/nix/man/share/man"), ("DOCDIR", "/nix/doc/share/doc/pmapx"))),
            *("-DPMAPX_%s_COMPLETIONS_DIR=/nix/out/%s" % (shell, shell.lower())
              for shell in ("BASH", "ZSH", "FISH")))
        self.assertEqual(sorted({re.sub(r"/[^/]*$", "", name.split(" ->")[0]) for name in files(tree)}), [
            "nix/bin/bin", "nix/dev/include", "nix/dev/include/pmapx", "nix/doc/share/doc/pmapx",
            "nix/doc/share/doc/pmapx/doc", "nix/doc/share/doc/pmapx/doc/example",
            "nix/doc/share/doc/pmapx/include", "nix/lib/lib", "nix/lib/lib/cmake/pmapx", "nix/lib/lib/pkgconfig",
            "nix/man/share/man/man1",
            *(["nix/man/share/man/man3"] if glob.glob(os.path.join(px.SOURCE, "doc", "*.3")) else []),
            "nix/out/bash", "nix/out/fish", "nix/out/zsh"])
        self.assertEqual(self.pc(tree + "/nix/lib/lib/pkgconfig/pmapx.pc"), {
            "prefix": "/nix/out", "libdir": "/nix/lib/lib", "includedir": "/nix/dev/include"})
        # CMake takes a file for the same that is of the same second.
        os.remove(tree + "/nix/lib/lib/pkgconfig/pmapx.pc")
        need(other.install(tree, "--prefix", "/other", "--component", "development"))
        self.assertEqual(self.pc(tree + "/nix/lib/lib/pkgconfig/pmapx.pc")["prefix"], "/other")
        self.assertEqual(os.readlink(tree + "/nix/bin/bin/pmap"), "pmapx")
        # What is in the way is looked for there, too.
        os.remove(tree + "/nix/bin/bin/pmap")
        save(tree + "/nix/bin/bin", pmap="theirs")
        self.assertNotEqual(other.install(tree).status, 0)

    def test_names_that_lists_cannot_hold(self):
        """Of a folder anywhere."""
        other.configure("-DCMAKE_INSTALL_PREFIX=/usr", "-DCMAKE_INSTALL_BINDIR=/opt/b[i]n")
        tree = tempfile.mkdtemp(dir=folder)
        self.addCleanup(shutil.rmtree, tree)
        got = other.install(tree)
        self.assertNotEqual(got.status, 0)
        self.assertIn(b"cannot hold such a name:\n\n    /opt/b[i]n\n", got.stderr)
        self.assertEqual(os.listdir(tree), [])


class AsPmap(px.TestCase):
    """A pmap, its manual and its completions, that we did not install."""

    PLACES = ("bin/pmap", "share/man/man1/pmap.1", "share/man/man1/pmap.1.gz", "share/man/man1/pmap.1.zst",
              "share/bash-completion/completions/pmap", "share/fish/vendor_completions.d/pmap.fish",
              "share/zsh/site-functions/_pmap")

    def setUp(self):
        self.tree = tempfile.mkdtemp(dir=folder)
        self.addCleanup(shutil.rmtree, self.tree)

    def put(self, place):
        return put(os.path.join(self.tree, "opt/px", place))

    def refused(self, path, *options, destination=None):
        """Nothing at all happens, and the file is named."""
        before = listing(self.tree)
        got = one.install(destination, *options)
        self.assertNotEqual(got.status, 0)
        self.assertIn(("\n    %s\n" % path).encode(), got.stderr)
        self.assertEqual(listing(self.tree), before)

    def test_foreign(self):
        for place in self.PLACES:
            with self.subTest(place=place):
                path = self.put(place)
                self.refused(path, destination=self.tree)
                self.refused(path, "--component", "as_pmap", destination=self.tree)
                os.remove(path)

    def test_foreign_in_another_prefix(self):
        self.refused(self.put("bin/pmap"), "--prefix", self.tree + "/opt/px")

    def test_foreign_link(self):
        path = self.put("bin/pmap")
        for target in ("busybox", "/usr/bin/pmapx", "../bin/pmapx", "nowhere"):
            os.remove(path)
            os.symlink(target, path)
            self.refused(path, destination=self.tree)

    def test_other_components(self):
        """They are not in the way of a pmap."""
        path = self.put("bin/pmap")
        for name in ("program", "library", "development"):
            need(one.install(self.tree, "--component", name))
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), "theirs")

    def test_again(self):
        """Over links of our own, also that of a manual that was packed since then."""
        need(one.install(self.tree))
        man = os.path.join(self.tree, "opt/px/share/man/man1/")
        os.symlink("pmapx.1.gz", man + "pmap.1.gz")
        need(one.install(self.tree))
        self.assertEqual(os.readlink(man + "pmap.1"), "pmapx.1")


class Uninstall(px.TestCase):
    def setUp(self):
        one.forget()
        self.tree = tempfile.mkdtemp(dir=folder)
        self.addCleanup(shutil.rmtree, self.tree, True)

    def check(self, got, missing=(), foreign=()):
        text = need(got).stdout.decode()
        self.assertEqual(re.findall(r"^-- Missing: (.*)$", text, re.MULTILINE), list(missing))
        self.assertEqual(sorted(re.findall(r"^-- Not ours any more: (.*)$", text, re.MULTILINE)), sorted(foreign))

    def test_leaves_nothing(self):
        prefix = self.tree + "/a prefix"
        need(one.install(None, "--prefix", prefix))
        self.assertTrue(os.path.exists(prefix + "/bin/pmapx"))
        self.check(one.uninstall())
        self.assertEqual(os.listdir(self.tree), [])

    def test_leaves_what_others_have(self):
        """Also folders that were there before and are empty."""
        for name in ("opt/px/bin", "opt/px/share/man/man1", "opt/px/share/zsh/site-functions"):
            os.makedirs(os.path.join(self.tree, name))
        save(self.tree + "/opt/px/share/man/man1", other_1="theirs")
        before = listing(self.tree)
        for _ in range(2):
            for part in ("library", "development", "program", "as_pmap"):
                need(one.install(self.tree, "--component", part))
            # A folder that we made, and that somebody else uses since then.
            save(self.tree + "/opt/px/share/fish/vendor_completions.d", other_fish="theirs")
            self.check(one.uninstall(self.tree + "/"))
            left = listing(self.tree)
            for name in list(left):
                if name.startswith("opt/px/share/fish"):
                    del left[name]
            self.assertEqual(left, before)

    def test_leaves_a_prefix_called_pmapx(self):
        """That was there before, and is empty again."""
        prefix = self.tree + "/pmapx"
        os.makedirs(prefix + "/share/doc/pmapx")
        before = listing(self.tree)
        need(one.install(None, "--prefix", prefix))
        self.check(one.uninstall())
        self.assertEqual(listing(self.tree), before)

    def test_missing_and_foreign(self):
        need(one.install(self.tree))
        gone = self.tree + "/opt/px/bin/pmapx"
        os.remove(gone)
        replaced = sorted("opt/px/" + place for place in AsPmap.PLACES if not place.endswith((".gz", ".zst")))
        for place in replaced:
            os.remove(os.path.join(self.tree, place))
            put(os.path.join(self.tree, place))
        self.check(one.uninstall(self.tree), [gone], [os.path.join(self.tree, place) for place in replaced])
        self.assertEqual(files(self.tree), replaced)

    def test_foreign_links(self):
        """Also those that lead nowhere."""
        need(one.install(self.tree))
        places = [os.path.join(self.tree, "opt/px", place) for place in ("bin/pmap", "share/zsh/site-functions/_pmap")]
        for path, target in zip(places, ("/usr/bin/pmapx", "nowhere")):
            os.remove(path)
            os.symlink(target, path)
        self.check(one.uninstall(self.tree), foreign=places)

    def test_only_below_destdir(self):
        need(one.install(self.tree + "/first"))
        need(one.install(self.tree + "/second"))
        self.check(one.uninstall(self.tree + "/first"))
        self.assertEqual(os.listdir(self.tree), ["second"])
        self.check(one.uninstall(self.tree + "/second"))
        self.assertEqual(os.listdir(self.tree), [])
        got = one.uninstall("first")
        self.assertNotEqual(got.status, 0)

    def test_all_that_was_installed(self):
        """Not only what the last installation has: another prefix, and a name that is no more."""
        for name in ("first", "second"):
            need(one.install(None, "--prefix", os.path.join(self.tree, name)))
        older = os.path.join(self.tree, "first/lib/libpmapx.so.0.9")
        save(os.path.dirname(older), libpmapx_so_0_9="older")
        with open(one.folder + "/install_files.txt", "a", encoding="utf-8") as record:
            record.write("/" + older + "\n")
        self.check(one.uninstall())
        self.assertEqual(os.listdir(self.tree), [])

    def test_names_that_lists_cannot_hold(self):
        """Nothing is installed there, as it could not be removed without harm to others."""
        for name in ("a[b", "a]b", "a[]b", "a;b", "a\nb", "a\\b"):
            with self.subTest(name=name):
                place = os.path.join(self.tree, name)
                for destination, options in ((place, ()), (None, ("--prefix", place))):
                    got = one.install(destination, *options)
                    self.assertNotEqual(got.status, 0)
                    self.assertIn(b"lists of CMake cannot hold such a name:", got.stderr)
        self.assertEqual(os.listdir(self.tree), [])
        self.assertEqual(glob.glob(one.folder + "/install_*"), [])

    def test_again(self):
        """The lists of what is to be removed do not grow with each installation."""
        lists = []
        for parts in ((), (), ("as_pmap", "program"), ("no such part",)):
            for options in [("--component", part) for part in parts] or [()]:
                need(one.install(self.tree, *options))
            lists.append([])
            for name in ("files", "folders"):
                with open("%s/install_%s.txt" % (one.folder, name), encoding="utf-8") as file:
                    lists[-1] += file.read().splitlines()
        self.assertIn(self.tree + "//opt/px/bin/pmapx", lists[0])
        self.assertIn(self.tree + "/opt/px/bin", lists[0])
        self.assertEqual(len(set(lists[0])), len(lists[0]))
        self.assertEqual(lists, lists[:1] * len(lists))
        self.check(one.uninstall(self.tree))
        self.assertEqual(os.listdir(self.tree), [])

    def test_nothing_installed(self):
        """Or not any more: what is there now is another build's, and no list names it."""
        prefix = self.tree + "/prefix"
        for _ in range(2):
            before = listing(self.tree)
            got = one.uninstall()
            self.assertNotEqual(got.status, 0)
            self.assertIn(b"nothing was installed", b" ".join((got.stdout + got.stderr).split()))
            self.assertEqual(listing(self.tree), before)
            if not before:
                need(one.install(None, "--prefix", prefix))
                shutil.copytree(prefix, self.tree + "/theirs", symlinks=True)
                self.check(one.uninstall())
                self.assertEqual(glob.glob(one.folder + "/install_*"), [])
                os.rename(self.tree + "/theirs", prefix)


def compile_commands(build):
    """{file below src: words} of a build."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        return {entry["file"].rpartition("/src/")[2]: shlex.split(entry["command"])
                for entry in json.load(file)}


class Flags(px.TestCase):
    """Those of whoever builds, against what the project has by itself."""

    def last(self, words, pattern):
        return ([word for word in words if re.fullmatch(pattern, word)] or [None])[-1]

    def test_contradicted(self):
        """The last word of each subject is that of the environment."""
        commands = compile_commands(one.folder)
        self.assertIn("core/scan.c", commands)
        for name, words in commands.items():
            with self.subTest(file=name):
                for pattern, expected in (("-O.*", "-O0"), ("-g.*", "-g1"), ("-W(no-)?shadow", "-Wno-shadow"),
                                          ("-std=.*", "-std=gnu17"),
                                          ("-f(no-)?stack-protector.*", "-fno-stack-protector"),
                                          ("-[DU]_FORTIFY_SOURCE.*", "-U_FORTIFY_SOURCE"),
                                          ("-DPX_GIVEN.*", CPPFLAGS)):
                    self.assertEqual(self.last(words, pattern), expected)
                self.assertIn("-Wextra", words)

    def test_linker(self):
        """-z lazy was asked for."""
        library = os.path.join(one.folder, "libpmapx.so")
        self.assertNotRegex(px.run(["readelf", "-dW", library]).stdout, rb"BIND_NOW|\bNOW\b")

    def configure(self, variables, *options):
        build = tempfile.mkdtemp(dir=folder)
        self.addCleanup(shutil.rmtree, build)
        need(command("cmake", "-S", px.SOURCE, "-B", build, "-DBUILD_TESTING=OFF", *like_this_build(),
                     *options, variables=variables))
        self.rules = ""
        for name in ("build.ninja", "src/CMakeFiles/pmapx_static.dir/build.make"):
            if os.path.exists(os.path.join(build, name)):
                with open(os.path.join(build, name), encoding="utf-8") as file:
                    self.rules += file.read()
        return compile_commands(build)

    def test_debian(self):
        """dpkg-buildflags, with all hardening, as debhelper passes it on: it is there to the letter,
        and ours says nothing of the same."""
        given = ("-g -O2 -ffile-prefix-map=/build/x=. -fstack-protector-strong -Wformat -fno-lto"
                 " -Werror=format-security -Wdate-time -D_FORTIFY_SOURCE=2")
        for name, words in self.configure({"CFLAGS": given, "CPPFLAGS": "-Wdate-time -D_FORTIFY_SOURCE=2"},
                                          "-DCMAKE_BUILD_TYPE=None", "-DPMAPX_LTO=ON").items():
            with self.subTest(file=name):
                at = words.index("-g")
                self.assertEqual(words[at:at + len(given.split())], given.split())
                rest = words[:at] + words[at + len(given.split()):]
                for pattern in ("-[gO].*", ".*prefix-map.*", "-fstack-protector.*", ".*_FORTIFY_SOURCE.*",
                                "-m.*", "-f(no-)?lto.*"):
                    self.assertIsNone(self.last(rest, pattern), pattern)

    def test_others(self):
        """-std= that is not the compiler's own choice; CPPFLAGS that CFLAGS only begin with, and that
        we have as well."""
        given = {"CFLAGS": "-O2 -std=c17 -I/opt/include/a -UNDEBUG -fvisibility=protected",
                 "CPPFLAGS": " -I/opt/include -D_GNU_SOURCE "}
        for name, words in self.configure(given).items():
            with self.subTest(file=name):
                for pattern, expected in (("-std=.*", "-std=c17"), ("-[DU]NDEBUG", "-UNDEBUG"),
                                          ("-fvisibility=.*", "-fvisibility=protected")):
                    self.assertEqual(self.last(words, pattern), expected)
                self.assertEqual([word for word in words if word.startswith("-I/opt")],
                                 ["-I/opt/include", "-I/opt/include/a"])
                # Another value would be a warning.
                self.assertEqual({word for word in words if "_GNU_SOURCE" in word}, {"-D_GNU_SOURCE"})

    def test_optimised_across_files(self):
        """Asked for by flags, it leaves as little of where it was built as asked for by the switch."""
        if b"Free Software Foundation" not in px.run([cached("CMAKE_C_COMPILER", one.folder), "--version"]).stdout:
            self.skipTest("the compiler is not gcc")
        for given, is_fat in (("-flto=auto", True), ("-flto -fno-fat-lto-objects", False)):
            with self.subTest(given=given):
                commands = self.configure({"CFLAGS": "-O2 -g " + given}, "-DPMAPX_LTO=ON")
                for words in commands.values():
                    self.assertEqual("-ffat-lto-objects" in words, is_fat)
                    self.assertEqual(any(word.startswith("-Wa,--debug-prefix-map=") for word in words), is_fat)
                    self.assertEqual([word for word in words if re.match("-f(no-)?lto", word)], given.split()[:1])
                self.assertEqual(".gnu.lto_" in self.rules, is_fat)

    def test_without_what_tests_need(self):
        """Nothing of it is looked for: what is not found leaves a line in the cache as well."""
        self.assertEqual(cached("BUILD_TESTING", one.folder), "OFF")
        self.assertEqual(cached("CMAKE_CXX_COMPILER", one.folder), "")
        for name in FIND_FOR_TESTS.values():
            self.assertEqual(cached(name, one.folder), "", name)
            self.assertNotEqual(cached(name), "", name + " of the build under test")


if __name__ == "__main__":
    px.main()
