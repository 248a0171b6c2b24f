# SPDX-License-Identifier: GPL-2.0-or-later
"""The packages that cpack makes of what a tarball has, in a folder of the build.

They are made once in a process, and the folder is empty when it begins. With PMAPX_PACKAGES=made in the
environment, what another process has made there is taken: tests/CMakeLists.txt says which has to be before."""
import functools
import glob
import os
import re
import shutil
import tempfile
import unittest

import px

TARBALL = "pmapx-"
# Whether time does not matter.
IS_LONG = bool(os.environ.get("PMAPX_LONG"))
FOLDER = os.path.join(px.BUILD, "tests", "packages_long" if IS_LONG else "packages")
# Who the packages of tests are by.
CONTACT, HOMEPAGE = "Tests of pmapx <tests@example.org>", "https://example.org/pmapx"

# The home of tests is nowhere, but rpm and rpmlint want one, for a database and a dictionary.
HOME = px.environment(HOME=FOLDER)


def done(*words, umask=0o022, **kwargs):
    """Run a command that has to succeed; what it printed."""
    kwargs.setdefault("env", HOME)
    got = px.run(list(words), timeout=1000, umask=umask, **kwargs)
    if got.status != 0:
        raise AssertionError("%r: %d\n%s" % (words, got.status, (got.stdout + got.stderr).decode(
            errors="replace")))
    return got.stdout.decode()


def need(*tools):
    for tool in tools:
        if shutil.which(tool) is None:
            raise unittest.SkipTest("%s is not installed" % tool)


def version():
    return px.pmapx("-V").stdout.split()[1].decode()


def git(folder, *words):
    """What git says, or None where there is no git or the folder is no clone of the project."""
    try:
        got = px.run(["git", "-C", folder, *words])
    except OSError:
        return None
    return got.stdout.decode().strip() if got.status == 0 else None


def is_clone():
    return git(px.SOURCE, "rev-parse", "--show-toplevel") == os.path.realpath(px.SOURCE)


def dist(source, folder, command="git"):
    """Make the tarball as the target dist does; the result of the run, and the path of it."""
    name = TARBALL + version()
    got = px.run(["cmake", "-D", "GIT=" + command, "-D", "SOURCE=" + source, "-D", "NAME=" + name,
                  "-D", "FOLDER=" + folder, "-P",
                  os.path.join(px.SOURCE, "src", "package", "dist.cmake")], env=px.environment())
    return got, os.path.join(folder, name + ".tar.gz")


@functools.lru_cache(maxsize=None)
def folder():
    """For all that tests of packages leave behind, which is there until the next run."""
    if not is_made("build"):
        shutil.rmtree(FOLDER, ignore_errors=True)
        try:
            os.makedirs(FOLDER)
        except OSError as problem:
            raise unittest.SkipTest("%s cannot be made anew: %s" % (FOLDER, problem.strerror))
    return FOLDER


def stamp(what):
    return os.path.join(FOLDER, what + ".made")


def is_made(what):
    """Has another process made this, to be used by this one?"""
    return os.environ.get("PMAPX_PACKAGES") == "made" and os.path.exists(stamp(what)) and os.access(FOLDER, os.W_OK)


def is_now_made(what):
    """It is complete."""
    with open(stamp(what), "w", encoding="ascii"):
        pass


@functools.lru_cache(maxsize=None)
def tree():
    """The source as a tarball has it: that of the commit, where all is committed, else a copy."""
    name = os.path.join(folder(), TARBALL + version())
    if is_made("build"):
        return name
    if is_clone() and git(px.SOURCE, "status", "--porcelain") == "":
        got, path = dist(px.SOURCE, folder())
        if got.status != 0:
            raise AssertionError(got.stderr.decode())
        done("tar", "-C", folder(), "-xf", path)
    else:
        copy_source(name)
    return name


def copy_source(to):
    """The source as it is now, without what was built of it, and without what git keeps of it."""
    def ignored(where, names):
        return {one for one in names if one == "__pycache__" or os.path.join(where, one) == px.BUILD
                or (where == px.SOURCE and re.fullmatch(r"build.*|\.git", one))}
    shutil.copytree(px.SOURCE, to, symlinks=True, ignore=ignored)


def built(source, *options, umask=0o022):
    """The build folder that the preset makes in a tree."""
    need("cmake", "ninja")
    done("cmake", "--preset", "package", "-DCPACK_PACKAGE_CONTACT=" + CONTACT,
         "-DCPACK_PACKAGE_HOMEPAGE_URL=" + HOMEPAGE, *options, cwd=source, umask=umask)
    done("cmake", "--build", "--preset", "package", "--parallel", "2", cwd=source, umask=umask)
    return os.path.join(source, "build", "package")


@functools.lru_cache(maxsize=None)
def build():
    """That of this file's tests; link-time optimisation, which the preset has, would take as long again."""
    if is_made("build"):
        return os.path.join(tree(), "build", "package")
    made = built(tree(), *([] if IS_LONG else ["-DPMAPX_LTO=OFF"]))
    is_now_made("build")
    return made


@functools.lru_cache(maxsize=None)
def debs():
    """{name of package: path of its .deb}"""
    need("dpkg-deb", "dpkg-shlibdeps", "gzip")
    if not os.path.exists("/etc/debian_version"):
        raise unittest.SkipTest("this is no Debian")
    build()
    if not is_made("debs"):
        done("cpack", "--preset", "package", cwd=tree())
        is_now_made("debs")
    return {os.path.basename(path).partition("_")[0]: path
            for path in glob.glob(os.path.join(build(), "*.deb"))}


def rpm_architecture(program):
    """The run that prints what our packages say of the architecture of a program."""
    script = os.path.join(tempfile.mkdtemp(dir=folder()), "script")
    with open(script, "w", encoding="utf-8") as file:
        file.write("cmake_policy(VERSION 3.25)\n"
                   "include(%s/src/package/rpm_architecture.cmake)\n"
                   "px_rpm_architecture(${FILE} name)\n"
                   "execute_process(COMMAND echo ${name})\n" % px.SOURCE)
    return px.run(["cmake", "-D", "FILE=" + program, "-P", script])


def make_rpms(other):
    shutil.rmtree(other, ignore_errors=True)
    libdir = re.search(r"^CMAKE_INSTALL_LIBDIR:PATH=(.*)$", read(os.path.join(
        build(), "CMakeCache.txt")).decode(), re.MULTILINE)[1]
    try:
        done("cmake", "-DCMAKE_INSTALL_LIBDIR=lib64", build())
        done("cpack", "--config", os.path.join(build(), "CPackConfig.cmake"), "-G", "RPM", "-B", other)
    finally:
        done("cmake", "-DCMAKE_INSTALL_LIBDIR=" + libdir, build())


@functools.lru_cache(maxsize=None)
def rpms():
    """{name of package: path of its .rpm}, of the same build with the folders of Fedora."""
    need("rpm", "rpmbuild")
    said = rpm_architecture(os.path.join(build(), "pmapx")).stderr
    # CMake breaks lines where it likes.
    if b"is not known here" in b" ".join(said.split()):
        raise unittest.SkipTest("rpm_architecture.cmake does not know the architecture of this build")
    other = os.path.join(folder(), "rpm")
    if not is_made("rpms"):
        make_rpms(other)
        is_now_made("rpms")
    return {re.sub(r"-[\d.]+-1\..*", "", os.path.basename(path)): path
            for path in glob.glob(os.path.join(other, "*.rpm"))}


def read(path):
    with open(path, "rb") as file:
        return file.read()


def notes(path):
    """What a program says it loads late: {soname: priority}."""
    section = os.path.join(folder(), "section")
    done("objcopy", "-O", "binary", "--only-section=.note.dlopen", path, section)
    found = {}
    for text in re.findall(rb"\[\{[^\0]*\}\]", read(section)):
        soname, = re.findall(rb'"soname":\["([^"]*)"\]', text)
        found[soname.decode()] = re.search(rb'"priority":"(\w+)"', text)[1].decode()
    return found
