#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Packages made by cpack out of a tarball: what is in them, what they want, and that pmap comes
and goes with one of them in a Debian that has procps."""
import calendar
import contextlib
import fnmatch
import functools
import glob
import gzip
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import links
import px
import shown
from chroot import Chroot
from packaging import CONTACT, HOMEPAGE, IS_LONG, build, built, debs, dist, done, folder, git, is_clone, \
    need, notes, read, rpm_architecture, rpms, tree, version

DATA = os.path.join(px.SOURCE, "src", "package")
PACKAGES = ["libpmapx-dev", "libpmapx1", "libpmapx1-dbgsym", "pmapx", "pmapx-as-pmap", "pmapx-dbgsym"]
PMAP, PAGE = "/usr/bin/pmap", "/usr/share/man/man1/pmap.1.gz"
DIVERTED, DIVERTED_PAGE = "/usr/bin/pmap.procps", "/usr/share/man/man1/pmap.procps.1.gz"
# procps of Debian has the first; nobody has the other.
GERMAN, MORE = "/usr/share/man/de/man1/pmap.1.gz", "/usr/share/man/eo/man1/pmap.1.gz"


def fields(path):
    """{field of the control file: its value}"""
    text = done("dpkg-deb", "-f", path)
    return dict(re.findall(r"^([\w-]+): (.*(?:\n .*)*)", text, re.MULTILINE))


def contents(path):
    """{path in the package: (mode, owner, target of the link)}, without folders."""
    found = {}
    for line in done("dpkg-deb", "-c", path).splitlines():
        mode, owner, _, _, _, name = line.split(None, 5)
        name, _, target = name.partition(" -> ")
        if not mode.startswith("d"):
            found[name[1:]] = (mode, owner, target)
    return found


def extracted(package):
    """A folder with the files of a package."""
    where = os.path.join(folder(), package)
    if not os.path.exists(where):
        done("dpkg-deb", "-x", debs()[package], where)
    return where


def control(package, name):
    return done("dpkg-deb", "-I", debs()[package], name)


def multiarch():
    return done("dpkg-architecture", "-q", "DEB_HOST_MULTIARCH").strip()


def pages(section):
    return {"/usr/share/man/man%s/%s.gz" % (section, name)
            for name in os.listdir(os.path.join(px.SOURCE, "doc")) if name.endswith("." + section)}


def is_link_of_manual(name):
    """A page that leads to another one: which there are is check.library_manual's."""
    return re.match(r"/usr/share/man/man3/\w+\.3\.gz$", name) and name not in pages("3")


def documents():
    """What the program's package has in its folder for them."""
    doc = os.path.join(px.SOURCE, "doc")
    return {"README.md", "COPYING", "include/COPYING.LIB"} | {
        "doc/" + name for name in os.listdir(doc) if name.endswith((".md", ".svg"))} | {
        "doc/example/" + name for name in os.listdir(os.path.join(doc, "example"))}


def words():
    """Those that a program can have from its sources."""
    return {word for where, _, names in os.walk(os.path.join(px.SOURCE, "src")) for name in names
            if name.endswith((".c", ".h", ".inc", ".sql"))
            for word in re.findall(r"\w+", read(os.path.join(where, name)).decode())}


@functools.lru_cache(maxsize=None)
def packages_of(sonames):
    """{soname: which package of this system has it}, as dpkg knows it."""
    said = done("dpkg-query", "-S", *("*/%s/%s" % (multiarch(), name) for name in sonames))
    return {name: package for package, name in re.findall(r"^([^:]+).*/(\S+)$", said, re.MULTILINE)}


class Case(px.TestCase):
    def all_lead(self, where):
        """No link of the documents there leads to nothing."""
        found = links.followed(where)
        for target in ("COPYING", "include/COPYING.LIB", "doc/terminal.svg", "doc/TOUR.md"):
            self.assertIn((target, True), found["README.md"])
        for name, followed in found.items():
            self.assertEqual([target for target, is_there in followed if not is_there], [], name)


class Debs(Case):
    @classmethod
    def setUpClass(cls):
        debs()

    def test_packages(self):
        self.assertEqual(sorted(debs()), PACKAGES)
        for name, path in debs().items():
            with self.subTest(package=name):
                got = fields(path)
                everywhere = name == "pmapx-as-pmap"
                self.assertEqual(got["Architecture"], "all" if everywhere else done(
                    "dpkg", "--print-architecture").strip())
                self.assertEqual(os.path.basename(path), "%s_%s_%s.deb" % (
                    name, version(), got["Architecture"]))
                self.assertEqual((got["Package"], got["Version"], got["Source"], got["Priority"]),
                                 (name, version(), "pmapx", "optional"))
                self.assertEqual((got["Maintainer"], got["Homepage"]), (CONTACT, HOMEPAGE))
                self.assertEqual(got.get("Section"), {
                    "libpmapx-dev": "libdevel", "libpmapx1": "libs"}.get(
                        name, "debug" if name.endswith("-dbgsym") else "utils"))
                self.assertEqual(got.get("Multi-Arch"), {
                    "pmapx": "foreign", "pmapx-as-pmap": "foreign", "pmapx-dbgsym": None}.get(
                        name, "same"))
                if not name.endswith("-dbgsym"):
                    self.assertGreater(got["Description"].count("\n "), 2)

    def test_dependencies(self):
        got = {name: fields(path) for name, path in debs().items()}
        self.assertRegex(got["pmapx"]["Depends"], r"^libc6 \(>= [\d.]+\)$")
        self.assertRegex(got["libpmapx1"]["Depends"], r"^libc6 \(>= [\d.]+\)$")
        self.assertEqual(got["libpmapx-dev"]["Depends"], "libpmapx1 (= %s)" % version())
        self.assertEqual(got["pmapx-as-pmap"]["Depends"], "pmapx (>= %s)" % version())
        for name in ("pmapx", "libpmapx1"):
            self.assertEqual(got[name + "-dbgsym"]["Depends"], "%s (= %s)" % (name, version()))

    def test_what_is_loaded_late(self):
        """It is recommended, or suggested where the note says so, by the package that loads it."""
        library = "usr/lib/%s/libpmapx.so.%s" % (multiarch(), version())
        for name, path in (("pmapx", "usr/bin/pmapx"), ("libpmapx1", library)):
            with self.subTest(package=name):
                told = notes(os.path.join(extracted(name), path))
                self.assertGreater(len(told), 0)
                got = fields(debs()[name])
                suggested = {"postgresql-client"} if name == "pmapx" else set()
                known = packages_of(tuple(sorted(told)))
                for priority, field, more in (("required", "Depends", None),
                                              ("recommended", "Recommends", set()),
                                              ("suggested", "Suggests", suggested)):
                    wanted = {known[one] for one in told if told[one] == priority}
                    if priority != "required":
                        self.assertEqual(set(filter(None, got.get(field, "").split(", "))),
                                         wanted | more)
                    else:
                        self.assertLessEqual(wanted, set(got[field].split(", ")))
                texts = read(os.path.join(extracted(name), path))
                # What it tells users to install is what has these.
                self.assertEqual(set(re.findall(rb"cannot be loaded \(package ([\w.+-]+)\)", texts)),
                                 {known[one].encode() for one in told})
        self.assertNotIn("sqlite", fields(debs()["libpmapx1"])["Recommends"])

    def test_files(self):
        lib = "/usr/lib/%s/" % multiarch()
        doc = "/usr/share/doc/"

        def policy(package):
            return {doc + package + "/copyright", doc + package + "/changelog.gz"}
        completions = "/usr/share/bash-completion/completions/"
        fish = "/usr/share/fish/vendor_completions.d/"
        expected = {
            "pmapx": {"/usr/bin/pmapx", completions + "pmapx", fish + "pmapx.fish",
                      "/usr/share/zsh/vendor-completions/_pmapx",
                      "/usr/share/lintian/overrides/pmapx"} | pages("1") |
                     {doc + "pmapx/" + name for name in documents()},
            "libpmapx1": {lib + "libpmapx.so.1", lib + "libpmapx.so." + version()},
            "libpmapx-dev": {lib + "libpmapx.a", lib + "libpmapx.so", lib + "pkgconfig/pmapx.pc",
                             "/usr/include/pmapx.h"} | pages("3") |
                            {"/usr/include/pmapx/" + name for name in os.listdir(
                                os.path.join(px.SOURCE, "include", "pmapx"))},
            "pmapx-as-pmap": {PMAP, PAGE, completions + "pmap", fish + "pmap.fish",
                              "/usr/share/zsh/vendor-completions/_pmap"},
        }
        for package, names in expected.items():
            with self.subTest(package=package):
                found = {name for name in contents(debs()[package])
                         if not name.startswith(lib + "cmake/pmapx/") and not is_link_of_manual(name)}
                self.assertEqual(sorted(found), sorted(names | policy(package)))
        self.assertEqual(contents(debs()["pmapx-as-pmap"])[PMAP][2], "pmapx")
        self.assertEqual(contents(debs()["pmapx-as-pmap"])[PAGE][2], "pmapx.1.gz")
        self.assertEqual(contents(debs()["libpmapx-dev"])[lib + "libpmapx.so"][2], "libpmapx.so.1")

    def test_documents(self):
        """What they refer to is there, in the package or in one that each system has."""
        where = os.path.join(folder(), "documents")
        done("dpkg-deb", "-x", debs()["pmapx"], where)
        os.symlink("/usr/share/common-licenses", os.path.join(where, "usr/share/common-licenses"))
        self.all_lead(os.path.join(where, "usr/share/doc/pmapx"))

    def test_modes_and_owners(self):
        for package, path in debs().items():
            for name, (mode, owner, target) in contents(path).items():
                with self.subTest(package=package, name=name):
                    self.assertEqual(owner, "root/root")
                    self.assertEqual(mode, "lrwxrwxrwx" if target else "-rwxr-xr-x"
                                     if name == "/usr/bin/pmapx" else "-rw-r--r--")
        for script in ("preinst", "postrm"):
            text = control("pmapx-as-pmap", script)
            self.assertTrue(text.startswith("#!/bin/sh\n"))
            done("sh", "-n", stdin=self.file(text))

    def test_sums(self):
        for package, path in debs().items():
            where = extracted(package)
            listed = dict(reversed(line.split("  ")) for line in control(
                package, "md5sums").splitlines())
            self.assertEqual(sorted("/" + name for name in listed), sorted(
                name for name, (_, _, target) in contents(path).items() if not target))
            done("md5sum", "--check", "--quiet", "-", cwd=where, stdin=self.file(
                control(package, "md5sums")))

    def file(self, text):
        """An open file that has this text."""
        file = tempfile.TemporaryFile()
        self.addCleanup(file.close)
        file.write(text.encode())
        file.seek(0)
        return file

    def test_library_control(self):
        """What packages need that are built with it; the symbols are those that it exports."""
        self.assertEqual(control("libpmapx1", "shlibs"),
                         "libpmapx 1 libpmapx1 (>= %s)\n" % version())
        self.assertEqual(control("libpmapx1", "triggers"), "activate-noawait ldconfig\n")
        head, hint, *symbols = control("libpmapx1", "symbols").splitlines()
        self.assertEqual((head, hint), ("libpmapx.so.1 libpmapx1 #MINVER#",
                                        "* Build-Depends-Package: libpmapx-dev"))
        library = os.path.join(extracted("libpmapx1"), "usr/lib", multiarch(), "libpmapx.so.1")
        exported = re.findall(r" [A-Z] (\w+)@+(PMAPX_([\d.]+))$", done("nm", "-D", library),
                              re.MULTILINE)
        self.assertGreater(len(exported), 30)
        self.assertEqual(sorted(set(symbols)), sorted(
            {" %s@%s %s" % one for one in exported} | {" %s@%s %s" % (one[1], one[1], one[2])
                                                       for one in exported}))

    def test_stripped(self):
        """What debuggers want is in packages of its own, and found by what the linker has put in."""
        for package, name in (("pmapx", "usr/bin/pmapx"),
                              ("libpmapx1", "usr/lib/%s/libpmapx.so.%s" % (multiarch(), version()))):
            with self.subTest(package=package):
                path = os.path.join(extracted(package), name)
                sections = done("readelf", "-SW", path)
                self.assertNotIn(".debug_info", sections)
                self.assertNotIn(".symtab", sections)
                number = re.search(r"Build ID: ([0-9a-f]+)", px.run(
                    ["readelf", "-n", path]).stdout.decode())[1]
                self.assertEqual(fields(debs()[package + "-dbgsym"])["Build-Ids"], number)
                symbols = os.path.join(extracted(package + "-dbgsym"), "usr/lib/debug/.build-id",
                                       number[:2], number[2:] + ".debug")
                self.assertIn(".debug_info", done("readelf", "-SW", symbols))
        archive = os.path.join(extracted("libpmapx-dev"), "usr/lib", multiarch(), "libpmapx.a")
        self.assertNotRegex(done("readelf", "-SW", archive), r"\.debug_|\.gnu\.lto_")

    def test_built_as_debian_builds(self):
        text = read(os.path.join(build(), "compile_commands.json")).decode()
        commands = re.findall(r'"command": "(.*)"', text)
        self.assertGreater(len(commands), 100)
        for command in commands:
            self.assertIn(" -Werror=format-security ", command)
            self.assertEqual(command.count(" -fstack-protector-strong "), 1)
            self.assertIn(" -D_FORTIFY_SOURCE=", command)
            self.assertNotIn(" -march=", command)
        program = read(os.path.join(extracted("pmapx"), "usr/bin/pmapx"))
        self.assertNotIn(folder().encode(), program)

    def test_changelog(self):
        for package in ("pmapx", "libpmapx1", "libpmapx-dev", "pmapx-as-pmap"):
            path = os.path.join(extracted(package), "usr/share/doc", package, "changelog.gz")
            text = gzip.decompress(read(path))
            got = done("dpkg-parsechangelog", "-l-", "--all", stdin=self.file(text.decode()))
            self.assertIn("Source: pmapx\nVersion: %s\n" % version(), got)
            self.assertIn("Maintainer: " + fields(debs()[package])["Maintainer"], got)
            self.assertEqual(text.count(b"\npmapx (") + 1, text.count(b"\n -- "))

    def test_same_bytes(self):
        """Of the same build, another time and with another umask."""
        before = {name: read(path) for name, path in debs().items()}
        where = os.path.join(folder(), "again")
        got = px.run(["cpack", "--config", os.path.join(build(), "CPackConfig.cmake"), "-B", where], umask=0o077)
        self.assertEqual((got.status, got.stderr), (0, b""), got.stdout)
        for name, path in debs().items():
            self.assertEqual(read(os.path.join(where, os.path.basename(path))), before[name], name)

    def test_uninstall(self):
        """What was put into packages is nothing to uninstall: who has them has dpkg for that."""
        self.assertFalse(os.path.exists(os.path.join(build(), "install_files.txt")))
        got = px.run(["cmake", "--build", build(), "--target", "uninstall"])
        self.assertNotEqual(got.status, 0)
        self.assertIn(b"nothing was installed", b" ".join((got.stdout + got.stderr).split()))

    def test_client(self):
        """With the files of the packages, a program is built and runs."""
        need("pkg-config", "cc")
        top = os.path.join(folder(), "system")
        for package in ("libpmapx1", "libpmapx-dev"):
            done("dpkg-deb", "-x", debs()[package], top)
        lib = os.path.join(top, "usr/lib", multiarch())
        # Compilers know the folders of a system, but these are another one's.
        flags = done("pkg-config", "--cflags", "--libs", "pmapx", env=px.environment(
            PKG_CONFIG_LIBDIR=os.path.join(lib, "pkgconfig"), PKG_CONFIG_SYSROOT_DIR=top,
            PKG_CONFIG_ALLOW_SYSTEM_CFLAGS="1", PKG_CONFIG_ALLOW_SYSTEM_LIBS="1")).split()
        program = os.path.join(folder(), "client")
        done("cc", "-x", "c", "-", "-o", program, *flags, stdin=self.file(
            "#include <pmapx.h>\n#include <stdio.h>\nint main(void) { puts(pmapx_version()); }\n"))
        self.result(px.run([program], env=px.environment(LD_LIBRARY_PATH=lib)), version() + "\n")


class Lintian(px.TestCase):
    def test_clean(self):
        need("lintian")
        # Which numbers in the code look like words is up to the compiler, see program.lintian; real
        # words are in the sources.  In packages of the preset nothing is to be found.
        lenient = [] if IS_LONG else ["--suppress-tags=unused-override,mismatched-override"]
        got = px.run(["lintian", "--pedantic", "--display-info", "--allow-root", "--tag-display-limit=0", *lenient,
                      *(debs()[name] for name in PACKAGES if not name.endswith("-dbgsym"))], timeout=300)
        said = [line for line in got.stdout.decode().splitlines() if not line.startswith("N: ") and not (
            lenient and " spelling-error-in-binary " in line and line.split()[3] not in words())]
        self.assertEqual((said, got.status), ([], 0), got.stderr.decode())


class Preset(px.TestCase):
    """Packages of the preset as it is; for the target check-all, as that takes long."""

    @unittest.skipUnless(IS_LONG, "takes long")
    def test_same_bytes(self):
        """Of another build, in another folder and by somebody whose files are his own."""
        other = os.path.join(folder(), "another place", "source")
        shutil.copytree(tree(), other, symlinks=True, ignore=shutil.ignore_patterns("build"))
        done("chmod", "-R", "go-rwx", other)
        build_there = built(other, umask=0o077)
        done("cpack", "--preset", "package", cwd=other, umask=0o077)
        for name, path in debs().items():
            self.assertEqual(read(os.path.join(build_there, os.path.basename(path))), read(path), name)


class Licences(px.TestCase):
    def test_copyright(self):
        """What each file says of its licence is what the packages say of it."""
        short = {"GPL-2.0-or-later": "GPL-2+", "LGPL-2.1-or-later": "LGPL-2.1+"}
        for which in ("program", "library"):
            text = read(os.path.join(DATA, "copyright." + which)).decode()
            known = []
            for stanza in text.split("\n\n"):
                found = re.match(r"Files: ((?:.|\n )+)\nCopyright: .*\nLicense: (\S+)$", stanza)
                if found:
                    known += [(pattern, found[2]) for pattern in found[1].split()]
            self.assertGreater(len(known), 5)
            seen = 0
            for top in ("src", "include", "doc", "completions"):
                for where, _, names in os.walk(os.path.join(px.SOURCE, top)):
                    for name in names:
                        path = os.path.join(where, name)
                        said = re.search(r"SPDX-License-Identifier: ([\w.+-]+)", read(path).decode(
                            errors="replace"))
                        path = os.path.relpath(path, px.SOURCE)
                        last = [licence for pattern, licence in known
                                if fnmatch.fnmatchcase(path, pattern)][-1:]
                        if said and (last or which == "program"):
                            seen += 1
                            with self.subTest(copyright=which, path=path):
                                self.assertEqual([short[said[1]]], last)
            self.assertGreater(seen, 100)


CHANGES = """# Changes

Said of all.

## 1.1.0 (2024-02-29)

The **first** paragraph; with 50 % of [a link](SOME.md),
and [no link].

### Added

- Words enough that they do not fit into the width that all the tools for changelogs have agreed on
  and more.
  - below it
## 0.9.0 (2023-12-31)
- one
"""
DEBIAN = """pmapx (1.1.0) unstable; urgency=medium

  * The first paragraph; with 50 % of a link, and [no link].

  [ Added ]
  * Words enough that they do not fit into the width that all the tools for
    changelogs have agreed on and more.
    - below it

 -- A B <a@b>  Thu, 29 Feb 2024 00:00:00 +0000

pmapx (0.9.0) unstable; urgency=medium

  * one

 -- A B <a@b>  Sun, 31 Dec 2023 00:00:00 +0000
"""
RPM = """* Thu Feb 29 2024 A B <a@b> - 1.1.0-1
- The first paragraph; with 50 %% of a link, and [no link].
- Added:
- Words enough that they do not fit into the width that all the tools for
  changelogs have agreed on and more.
  - below it

* Sun Dec 31 2023 A B <a@b> - 0.9.0-1
- one
"""


class Changelog(px.TestCase):
    def made(self, form, text, number="1.1.0", awk=("awk",)):
        path = os.path.join(folder(), "CHANGES.md")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return px.run([*awk, "-v", "form=" + form, "-v", "package=pmapx", "-v", "version=" + number,
                       "-v", "maintainer=A B <a@b>", "-v", "today=2024-03-01",
                       "-f", os.path.join(DATA, "changelog.awk"), path])

    def test_forms(self):
        """With each awk that is here: what POSIX does not have, one of them refuses."""
        for awk in (["awk"], ["gawk", "--posix"], ["mawk"], ["original-awk"], ["busybox", "awk"]):
            if shutil.which(awk[0]):
                with self.subTest(awk=awk):
                    self.result(self.made("debian", CHANGES, awk=awk), DEBIAN)
                    self.result(self.made("rpm", CHANGES, awk=awk), RPM)

    def test_not_released(self):
        """What has no date is of today and for no distribution, and what has no number of this version."""
        debian = DEBIAN.replace("Thu, 29 Feb", "Fri, 01 Mar").replace("unstable", "UNRELEASED", 1)
        for heading in ("## 1.1.0 (unreleased)", "## Unreleased", "## [Unreleased]"):
            text = CHANGES.replace("## 1.1.0 (2024-02-29)", heading)
            self.result(self.made("debian", text), debian)
            self.result(self.made("rpm", text), RPM.replace("Thu Feb 29", "Fri Mar 01"))

    def date(self, text, **env):
        """SOURCE_DATE_EPOCH, as cpack sets it for a CHANGES.md."""
        top = tempfile.mkdtemp(dir=folder())
        os.mkdir(os.path.join(top, "doc"))
        script = os.path.join(top, "script")
        with open(os.path.join(top, "doc", "CHANGES.md"), "w", encoding="utf-8") as file:
            file.write(text)
        with open(script, "w", encoding="utf-8") as file:
            file.write("set(CPACK_PMAPX_SOURCE_DIR %s)\ninclude(%s/generator.cmake)\npx_set_date()\n"
                       "execute_process(COMMAND printenv SOURCE_DATE_EPOCH)\n" % (top, DATA))
        return done("cmake", "-P", script, env=px.environment(**env)).strip()

    def test_date(self):
        """It is that of the newest release, whatever has come since."""
        need("cmake")
        released = str(calendar.timegm((2024, 2, 29, 0, 0, 0)))
        for more in ("", "## Unreleased\n\n- Later.\n\n", "## [Unreleased]\n\n- Later.\n\n"):
            text = CHANGES.replace("## 1.1.0", more + "## 1.1.0")
            self.assertEqual(self.date(text), released)
            self.assertEqual(self.date(text, SOURCE_DATE_EPOCH="1"), "1")
        before = int(time.time())
        self.assertLessEqual(before, int(self.date("# Changes\n\n## Unreleased\n\n- First.\n")))

    def test_other_version(self):
        self.result(self.made("debian", CHANGES, "1.2.0"), status=1,
                    stderr="doc/CHANGES.md begins with 1.1.0, and this is 1.2.0\n")
        self.result(self.made("rpm", "# Changes\n"), status=1,
                    stderr="doc/CHANGES.md has no entries\n")


def again(package, changed, **files):
    """Another version of a .deb, its path: fields of control are changed, files are added."""
    where = tempfile.mkdtemp(dir=folder())
    done("dpkg-deb", "-R", package, where)
    control_file = os.path.join(where, "DEBIAN", "control")
    text = read(control_file).decode()
    for field, value in changed.items():
        text = re.sub(r"(?m)^%s: .*$" % field, "%s: %s" % (field, value), text)
    with open(control_file, "w", encoding="utf-8") as file:
        file.write(text)
    for name, data in files.items():
        path = os.path.join(where, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.lexists(path):
            os.remove(path)
        with open(path, "wb") as file:
            file.write(data)
        os.chmod(path, 0o755)
    done("dpkg-deb", "--root-owner-group", "-Znone", "-b", where, where + ".deb")
    return where + ".deb"


@contextlib.contextmanager
def sleeper():
    """The process id of a sleep of the user as whom things are run in the chroot."""
    with subprocess.Popen(["sleep", "3600"], env=px.environment(LC_ALL="C"), user=Chroot.NOBODY,
                          group=Chroot.NOBODY, extra_groups=[], cwd="/",
                          stdin=subprocess.DEVNULL) as process:
        try:
            px.settle(process.pid, b"sleep")
            yield str(process.pid)
        finally:
            process.kill()


class InChroot(px.TestCase):
    """In a Debian with procps: each test begins in a fresh one."""

    @classmethod
    def setUpClass(cls):
        debs()
        cls.begin()

    @classmethod
    def begin(cls):
        chroot = Chroot()
        cls.addClassCleanup(chroot.close)
        cls.before = chroot.files()
        cls.procps = read(chroot.path("usr/bin/pmap"))
        cls.procps_deb, = ["/var/cache/apt/archives/" + name for name in os.listdir(
            chroot.path("var/cache/apt/archives")) if name.startswith("procps_")]
        cls.chroot = chroot

    def setUp(self):
        """What ended with all as it was has left it to this test."""
        if self.chroot.is_closed():
            self.begin()
        self.is_clean = False

    def tearDown(self):
        if not self.is_clean:
            self.chroot.close()

    def done(self, *words, status=0, **kwargs):
        """Run it in there."""
        got = self.chroot.run(*words, **kwargs)
        self.assertEqual(got.status, status, "%r\n%s" % (words, (got.stdout + got.stderr).decode()))
        return (got.stdout + got.stderr).decode()

    def put(self, *paths):
        """Copy packages into it."""
        for path in paths:
            shutil.copy(path, self.chroot.path("root"))
        return ["/root/" + os.path.basename(path) for path in paths]

    def install(self, *names, status=0):
        return self.done("dpkg", "--force-unsafe-io", "-i", *self.put(*(
            debs().get(name, name) for name in names)), status=status)

    def dpkg(self, *words, status=0):
        return self.done("dpkg", "--force-unsafe-io", *words, status=status)

    def page(self, name=PAGE):
        """The manual page of that name, which man would show."""
        path = self.chroot.path(name[1:])
        if os.path.islink(path):
            path = os.path.join(os.path.dirname(path), os.readlink(path))
        return gzip.decompress(read(path))

    def translated(self, name):
        """{language: the page of this name in it}, which man would prefer to ours."""
        return {path.split("/")[-3]: read(path)
                for path in glob.glob(self.chroot.path("usr/share/man/*/man1/%s.1*" % name))}

    def is_ours(self):
        self.assertEqual(self.done("pmap", "-V", user=True),
                         "pmap from procps-ng 4.0.7 (pmapx %s)\n" % version())
        self.assertIn(b"pmapx", self.page())
        self.assertEqual(self.translated("pmap"), {})

    def is_procps(self):
        self.assertEqual(read(self.chroot.path("usr/bin/pmap")), self.procps)
        self.assertNotIn(b"pmapx", self.page())
        self.assertFalse(os.path.lexists(self.chroot.path(DIVERTED[1:])))
        self.assertFalse(os.path.lexists(self.chroot.path(DIVERTED_PAGE[1:])))
        self.assertIn("de", self.translated("pmap"))
        self.assertEqual(self.translated("pmap.procps"), {})

    def is_as(self, before):
        """The files, what dpkg knows, and what is diverted."""
        after = self.chroot.files()
        self.assertEqual({name: (before.get(name), after.get(name))
                          for name in set(before) | set(after)
                          if before.get(name) != after.get(name)}, {})
        self.is_clean = before is self.before

    def test_life(self):
        """Installed, used, procps installed again and in a newer version, removed."""
        with sleeper() as pid:
            first = self.done("pmap", "-x", pid, user=True)
            self.assertIn("ld-linux", first)
            translated = self.translated("pmap")
            self.assertIn("pmapx-as-pmap", self.install(*PACKAGES))
            self.is_ours()
            self.assertEqual(self.translated("pmap.procps"), translated)
            self.assertEqual(self.done("pmap.procps", "-x", pid, user=True), first)
            for command in (["pmap"], ["pmapx"]):
                self.assertEqual(self.done(*command, "-x", pid, user=True), first)
        self.assertEqual(self.dpkg("--audit"), "")
        self.done("apt-get", "check")
        for name in PACKAGES:
            self.assertEqual(self.dpkg("--verify", name), "")
        self.assertIn("libpmapx.so.1 ", self.done("ldconfig", "-p"))
        self.assertIn(b"procps", self.page(DIVERTED_PAGE))

        self.dpkg("-i", self.procps_deb)
        self.is_ours()
        self.assertEqual(read(self.chroot.path(DIVERTED[1:])), self.procps)
        newer = again(self.chroot.path(self.procps_deb[1:]), {"Version": "2:99"},
                      **{"usr/bin/pmap": b"#!/bin/sh\necho newer\n"})
        self.install(newer)
        self.is_ours()
        self.assertEqual(self.done("pmap.procps", user=True), "newer\n")
        self.dpkg("-r", "pmapx-as-pmap")
        self.assertEqual(self.done("pmap", user=True), "newer\n")
        self.dpkg("-i", self.procps_deb)
        self.is_procps()
        self.assertEqual(self.done("pmapx", "-V", user=True).split()[1], version())

        self.dpkg("--purge", *PACKAGES)
        self.is_as(self.before)

    def test_readme(self):
        """apt takes them as the README has it, where they lie; and gives pmap back."""
        commands = [step.command for block in shown.of_markdown(read(os.path.join(
            px.SOURCE, "README.md")).decode()) for step in shown.steps(block)
                    if step.prompt == "#" and step.command.startswith("apt install ")]
        self.assertEqual(len(commands), 2)
        top = self.chroot.path("root/build/package")
        os.makedirs(top)
        for path in debs().values():
            shutil.copy(path, top)
        self.done("sh", "-c", "cd /root && " + commands[0])
        self.assertEqual(self.done("pmapx", "-V", user=True).split()[1], version())
        self.is_procps()
        self.done("sh", "-c", "cd /root && " + commands[1])
        self.is_ours()
        self.done("apt-get", "-y", "purge", "pmapx-as-pmap")
        self.is_procps()
        self.done("apt-get", "-y", "purge", "pmapx")
        self.is_as(self.before)

    def test_upgrade(self):
        """Upgraded, installed again, and with upgrades that fail before and after files have been
        put in place."""
        self.install("pmapx", "pmapx-as-pmap")
        newer = again(debs()["pmapx-as-pmap"], {"Version": version() + "+1"})
        for path in (newer, newer, debs()["pmapx-as-pmap"]):
            self.install(path)
            self.is_ours()
        broken = {"Version": version() + "+2"}
        for path in (again(newer, broken, **{"DEBIAN/preinst": b"#!/bin/sh\nexit 1\n"}),
                     # A file that another package has.
                     again(newer, broken, **{"usr/bin/free": b"#!/bin/sh\n"})):
            self.install(path, status=1)
            self.is_ours()
            self.assertEqual(self.dpkg("--audit"), "")
        self.dpkg("--purge", "pmapx-as-pmap", "pmapx")
        self.is_as(self.before)

    def test_upgrade_to_more(self):
        """A version that diverts one page more: what it leaves behind is undone by one without."""
        self.install("pmapx", "pmapx-as-pmap")
        for number, failure in (("+1", {}), ("+2", {"usr/bin/free": b"#!/bin/sh\n"})):
            preinst = control("pmapx-as-pmap", "preinst")
            more = preinst.replace(PAGE, PAGE + " " + MORE)
            self.assertNotEqual(more, preinst)
            self.install(again(debs()["pmapx-as-pmap"], {"Version": version() + number},
                               **{"DEBIAN/preinst": more.encode()}, **failure), status=1 if failure else 0)
            self.assertEqual(self.done("dpkg-divert", "--listpackage", MORE), "pmapx-as-pmap\n")
            self.install("pmapx-as-pmap")
            self.is_ours()
            self.dpkg("--purge", "pmapx-as-pmap")
            self.is_procps()
            self.assertEqual(self.done("dpkg-divert", "--listpackage", MORE), "")
            self.install("pmapx-as-pmap")
        self.dpkg("--purge", "pmapx-as-pmap", "pmapx")
        self.is_as(self.before)

    def test_failed_install(self):
        """What was moved is moved back when the first installation fails."""
        self.install("pmapx")
        with_pmapx = self.chroot.files()
        self.install(again(debs()["pmapx-as-pmap"], {}, **{"usr/bin/free": b"#!/bin/sh\n"}), status=1)
        self.is_procps()
        self.is_as(with_pmapx)
        self.dpkg("--purge", "pmapx", "pmapx-as-pmap")
        self.is_as(self.before)

    def test_diverted_already(self):
        """By somebody else, to whom it is left: pmap, or one page, before which others were moved."""
        self.install("pmapx")
        for name, elsewhere in ((PMAP, "/usr/bin/pmap.other"), (GERMAN, GERMAN + ".other")):
            divert = ("dpkg-divert", "--package", "other", "--rename")
            self.done(*divert, "--divert", elsewhere, "--add", name)
            before = self.chroot.files()
            self.assertIn("clashes with", self.install("pmapx-as-pmap", status=1))
            self.is_as(before)
            self.assertEqual(self.done("dpkg-divert", "--listpackage", name), "other\n")
            self.done(*divert, "--remove", name)
        self.dpkg("--purge", "pmapx")
        self.is_as(self.before)

    def test_procps_goes(self):
        """While its pmap is diverted; and comes again."""
        self.install("pmapx", "pmapx-as-pmap")
        self.dpkg("--purge", "procps")
        self.is_ours()
        self.assertFalse(os.path.lexists(self.chroot.path(DIVERTED[1:])))
        self.dpkg("-i", self.procps_deb)
        self.assertEqual(read(self.chroot.path(DIVERTED[1:])), self.procps)
        self.is_ours()
        self.dpkg("--purge", "pmapx-as-pmap", "pmapx")
        self.is_procps()
        self.is_as(self.before)

    def test_no_procps(self):
        """With a pmap of the administrator's own, and without any."""
        self.dpkg("--purge", "procps")
        own = self.chroot.path("usr/bin/pmap")
        for is_there in (True, False):
            if is_there:
                with open(own, "wb") as file:
                    file.write(b"#!/bin/sh\necho own\n")
                os.chmod(own, 0o755)
            before = self.chroot.files()
            self.install("pmapx", "pmapx-as-pmap")
            self.is_ours()
            self.dpkg("--purge", "pmapx-as-pmap", "pmapx")
            self.is_as(before)
            if is_there:
                os.remove(own)
        self.dpkg("-i", self.procps_deb)
        self.is_as(self.before)

    def test_nothing_recommended(self):
        """The program does what it can without, and names Debian's packages for the rest."""
        self.install("pmapx")
        with sleeper() as pid:
            self.assertIn("ld-linux", self.done("pmapx", "-x", pid, user=True))
            missing = set()
            with tempfile.NamedTemporaryFile(dir=self.chroot.path("tmp"), suffix=".tar.gz") as file:
                file.write(gzip.compress(bytes(10240)))
                file.flush()
                os.chmod(file.name, 0o644)
                archive = "/tmp/" + os.path.basename(file.name)
                for words in (["load", "/tmp/x.db", "/proc"], ["-x", "--from", archive],
                              ["capture", "-o", "/tmp/x.tar.gz", pid], ["--name", "sleep"]):
                    got = self.chroot.run("pmapx", *words, user=True)
                    missing |= set(re.findall(r"cannot be loaded \(package ([\w.+-]+)\)",
                                              got.stderr.decode()))
        installed = set(self.done("dpkg-query", "-W", "-f", "${Package}\n").split())
        self.assertGreater(len(missing), 1)
        self.assertEqual(missing & installed, set())
        self.assertLessEqual(missing, set(fields(debs()["pmapx"])["Recommends"].split(", ")))
        self.dpkg("--purge", "pmapx")
        self.is_as(self.before)


class Rpms(Case):
    @classmethod
    def setUpClass(cls):
        rpms()

    def query(self, name, *options):
        return done("rpm", "-qp", *options, rpms()[name])

    def test_packages(self):
        self.assertEqual(sorted(rpms()), ["pmapx", "pmapx-devel", "pmapx-libs"])
        both = "GPL-2.0-or-later AND LGPL-2.1-or-later"
        for name in rpms():
            self.assertEqual(self.query(name, "--qf", "%{NAME} %{VERSION} %{RELEASE} %{LICENSE}"),
                             "%s %s 1 %s" % (name, version(), both if name == "pmapx" else
                                             "LGPL-2.1-or-later"))
            self.assertIn(" - %s-1\n- " % version(), self.query(name, "--changelog"))
            self.assertEqual(self.query(name, "--scripts"), "")
            self.assertEqual(self.query(name, "--qf", "%{URL}"), HOMEPAGE)
            # Not that of the machine: i686 is i386 to rpm, and what is built can be for another one.
            self.assertEqual(self.query(name, "--qf", "%{ARCH}\n"),
                             rpm_architecture(os.path.join(build(), "pmapx")).stdout.decode())

    def test_dependencies(self):
        self.assertRegex(self.query("pmapx-devel", "--requires"),
                         r"(?m)^pmapx-libs\(\S+\) = %s-1$" % re.escape(version()))
        self.assertNotIn("pmapx", self.query("pmapx", "--requires"))
        self.assertIn("libpmapx.so.1(PMAPX_1.0)", self.query("pmapx-libs", "--provides"))
        self.assertIn("pkgconfig(pmapx) = " + version(), self.query("pmapx-devel", "--provides"))
        for name, path in (("pmapx", "pmapx"), ("pmapx-libs", "libpmapx.so")):
            told = notes(os.path.join(build(), path))
            for priority, option in (("recommended", "--recommends"), ("suggested", "--suggests")):
                wanted = {one for one in told if told[one] == priority}
                got = set(self.query(name, option).split()) - {"postgresql"}
                self.assertEqual({re.sub(r"\(\)\(64bit\)$", "", one) for one in got}, wanted)
                if sys.maxsize > 1 << 32:
                    self.assertTrue(all(one.endswith("()(64bit)") for one in got))

    def test_files(self):
        doc = "/usr/share/doc/pmapx/"
        expected = {
            "pmapx": {"/usr/bin/pmapx", "/usr/share/bash-completion/completions/pmapx",
                      "/usr/share/fish/vendor_completions.d/pmapx.fish",
                      "/usr/share/zsh/site-functions/_pmapx", "/usr/share/licenses/pmapx",
                      "/usr/share/licenses/pmapx/COPYING", "/usr/share/licenses/pmapx/COPYING.LIB",
                      doc[:-1], doc + "doc", doc + "doc/example", doc + "include"} | pages("1") |
                     {doc + name for name in documents()},
            "pmapx-libs": {"/usr/lib64/libpmapx.so.1", "/usr/lib64/libpmapx.so." + version(),
                           "/usr/share/licenses/pmapx-libs",
                           "/usr/share/licenses/pmapx-libs/COPYING.LIB"},
            "pmapx-devel": {"/usr/lib64/libpmapx.a", "/usr/lib64/libpmapx.so",
                            "/usr/lib64/pkgconfig/pmapx.pc", "/usr/include/pmapx.h",
                            "/usr/include/pmapx"} | pages("3") |
                           {"/usr/include/pmapx/" + name for name in os.listdir(
                               os.path.join(px.SOURCE, "include", "pmapx"))}}
        for name, names in expected.items():
            with self.subTest(package=name):
                # Where debuggers find programs by number.
                found = {path for path in self.query(name, "-l").split()
                         if not path.startswith(("/usr/lib/.build-id", "/usr/lib64/cmake/pmapx"))
                         and not is_link_of_manual(path)}
                self.assertEqual(sorted(found), sorted(names))
        self.assertEqual(self.query("pmapx", "-L"), "/usr/share/licenses/pmapx/COPYING\n"
                                                    "/usr/share/licenses/pmapx/COPYING.LIB\n")
        self.assertEqual(self.query("pmapx-libs", "-L"),
                         "/usr/share/licenses/pmapx-libs/COPYING.LIB\n")
        self.assertIn(doc + "README.md\n", self.query("pmapx", "-d"))

    def test_installed(self):
        """Into a system of its own, and removed from it."""
        if os.geteuid() != 0:
            self.skipTest("rpm changes into the folder, which needs root")
        top = tempfile.mkdtemp(dir=folder())
        rpm = ["rpm", "--root", top]
        # The C library is not known to rpm there.
        done(*rpm, "--nodeps", "-i", *rpms().values())
        done(*rpm, "-V", "--nodeps", *rpms())
        self.result(px.run([os.path.join(top, "usr/bin/pmapx"), "-V"]),
                    px.pmapx("-V").stdout)
        self.all_lead(os.path.join(top, "usr/share/doc/pmapx"))
        done(*rpm, "-e", *rpms())
        left = [os.path.join(where, name) for where, folders, names in os.walk(os.path.join(
            top, "usr")) for name in names if "/lib/sysimage" not in where]
        self.assertEqual(left, [])


class Rpmlint(px.TestCase):
    def test_clean(self):
        need("rpmlint")
        got = px.run(["rpmlint", "-c", os.path.join(DATA, "rpmlint.toml"), *rpms().values()])
        said = re.findall(rb"^\S+: [EWI]: .*$", got.stdout, re.MULTILINE)
        self.assertEqual((said, got.status), ([], 0), got.stdout.decode())


class RpmArchitecture(px.TestCase):
    """What rpm is told of a program goes by the program, not by the machine that it is built on."""

    def told(self, bits, order, machine):
        header = os.path.join(tempfile.mkdtemp(dir=folder()), "header")
        with open(header, "wb") as file:
            file.write(b"\x7fELF" + bytes([bits // 32, " <>".index(order), 1]) + bytes(9) +
                       struct.pack(order + "HHI", 3, machine, 1))
        return rpm_architecture(header)

    def test_known(self):
        need("cmake")
        for name, kind in {"x86_64": (64, "<", 62), "i686": (32, "<", 3), "aarch64": (64, "<", 183),
                           "ppc64le": (64, "<", 21), "ppc64": (64, ">", 21), "s390x": (64, ">", 22),
                           "riscv64": (64, "<", 243), "loongarch64": (64, "<", 258)}.items():
            self.result(self.told(*kind), name + "\n")

    def test_not_known(self):
        """Of which there are several, or none: it has to be said."""
        need("cmake")
        for kind in ((32, "<", 40), (32, "<", 62), (32, ">", 22)):
            got = self.told(*kind)
            self.assertNotEqual(got.status, 0)
            self.assertIn(b"-DCPACK_RPM_PACKAGE_ARCHITECTURE=NAME", got.stderr)


class Tarball(px.TestCase):
    def setUp(self):
        need("git", "cmake")
        if not is_clone():
            self.skipTest("%s is no clone of the repository" % px.SOURCE)
        self.folder = tempfile.mkdtemp(dir=folder())
        self.clone = os.path.join(self.folder, "clone")
        done("git", "clone", "-q", px.SOURCE, self.clone)

    def test_tarball(self):
        """It is what git archive makes of the commit, and the same bytes for whoever makes it."""
        got, path = dist(self.clone, self.folder)
        self.assertEqual(got.status, 0, got.stderr)
        self.assertEqual(got.stderr.split()[1:], [path.encode()])
        data = read(path)
        name = "pmapx-" + version()
        archive = os.path.join(self.folder, "archive.tar")
        done("git", "-C", self.clone, "-c", "tar.umask=0022", "archive", "--prefix=%s/" % name,
             "-o", archive, "HEAD")
        self.assertEqual(gzip.decompress(data), read(archive))
        for name, value in (("tar.umask", "0077"), ("core.autocrlf", "true"), ("core.eol", "crlf")):
            done("git", "-C", self.clone, "config", name, value)
        got, path = dist(self.clone, self.folder)
        self.assertEqual(read(path), data)
        names = {line.partition("/")[2] for line in done("tar", "-tf", path).splitlines()}
        listed = set(done("git", "-C", self.clone, "ls-files").splitlines())
        self.assertEqual({one for one in names if one and not one.endswith("/")},
                         listed - {".gitignore", ".gitattributes"})

    def test_what_is_not_committed(self):
        """It is not in it, and that is said."""
        with open(os.path.join(self.clone, "README.md"), "a", encoding="utf-8") as file:
            file.write("not committed\n")
        got, path = dist(self.clone, self.folder)
        self.assertEqual(got.status, 0)
        self.assertIn(b" M README.md", got.stderr)
        self.assertNotIn("not committed", done("tar", "-xOf", path, "pmapx-%s/README.md" % version()))

    def test_no_repository(self):
        """Without git, in a tree that came out of a tarball, and inside another repository."""
        got, path = dist(self.clone, self.folder, command="PX_GIT-NOTFOUND")
        self.assertNotEqual(got.status, 0)
        self.assertIn(b"git is not installed", got.stderr)
        shutil.rmtree(os.path.join(self.clone, ".git"))
        for _ in range(2):
            got, path = dist(self.clone, self.folder)
            self.assertNotEqual(got.status, 0)
            self.assertIn(b"is no clone of the repository", b" ".join(got.stderr.split()))
            self.assertFalse(os.path.exists(path))
            done("git", "init", "-q", self.folder)

    def test_target(self):
        """As one calls it; a tree out of a tarball has it, too."""
        got = px.run(["cmake", "--build", build(), "--target", "dist"])
        self.assertNotEqual(got.status, 0)
        self.assertIn(b"is no clone of the repository", b" ".join((got.stdout + got.stderr).split()))

    def test_package_source(self):
        """cpack has no tarball of its own, with all that lies around."""
        self.assertFalse(os.path.exists(os.path.join(build(), "CPackSourceConfig.cmake")))


class Refused(px.TestCase):
    def test_other_prefix(self):
        """What is laid out for /usr/local does not become a package of the system."""
        path = os.path.join(px.BUILD, "CPackConfig.cmake")
        config = read(path).decode()
        if "/usr/local" not in config:
            self.skipTest("this build is not for /usr/local")
        for form in ("DEB", "RPM"):
            got = px.run(["cpack", "--config", path, "-G", form, "-B", os.path.join(folder(), "no")])
            self.assertNotEqual(got.status, 0)
            said = re.sub(rb"\s+", b" ", got.stdout + got.stderr)
            self.assertIn(b"use cmake --workflow --preset package", said)
            if 'set(CPACK_PACKAGE_CONTACT "pmapx developers' in config:
                self.assertIn(b"nobody can be reached as pmapx developers <", said)


if __name__ == "__main__":
    px.main()
