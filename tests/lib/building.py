# SPDX-License-Identifier: GPL-2.0-or-later
"""A build of a test's own, with other options than the one that is being tested."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import px


def switches(folder=px.BUILD):
    """{library: whether it is built with it} of those that are loaded late, in capitals."""
    try:
        with open(os.path.join(folder, "CMakeCache.txt"), encoding="utf-8") as cache:
            found = re.findall(r"^PMAPX_WITH_(\w+):BOOL=(.*)$", cache.read(), re.MULTILINE)
    except OSError:
        return {}
    return {name: value.upper() in ("1", "ON", "TRUE", "YES", "Y") for name, value in found}


# Headers of the libraries that are loaded late, as they are below /usr/include or its folder for
# one architecture; they are the same for all.
LIBRARY_HEADERS = ("archive.h", "archive_entry.h", "bzlib.h", "gelf.h", "libelf.h", "libproc2", "lzma", "lzma.h",
                   "sqlite3.h", "zconf.h", "zlib.h", "zstd.h", "zstd_errors.h")


def links(folder, names):
    """A folder of links to headers of this machine, for a compiler that has a folder of its own."""
    os.mkdir(folder)
    multiarch = subprocess.run(["gcc", "-print-multiarch"], stdout=subprocess.PIPE, check=False, text=True).stdout
    for name in names:
        for path in (os.path.join("/usr/include", name), os.path.join("/usr/include", multiarch.strip(), name)):
            if os.path.exists(path):
                os.symlink(path, os.path.join(folder, name))
                break
    return folder


def kernel_headers(folder):
    """A folder below this one with the kernel's headers only."""
    return links(os.path.join(folder, "kernel"), ("asm", "asm-generic", "linux"))


def library_headers(folder):
    """Options of cmake, by which a build for another platform finds what is loaded late: headers are in a
    folder below this one; the library is ours, of which only its soname is looked at."""
    include = links(os.path.join(folder, "include"), LIBRARY_HEADERS)
    with open(os.path.join(px.BUILD, "CMakeCache.txt"), encoding="utf-8") as cache:
        files = re.findall(r"^PX_(\w+)_FILE:\w+=(.+)$", cache.read(), re.MULTILINE)
    return [option for name, path in files
            for option in ("-DPX_%s_INCLUDE=%s" % (name, include), "-DPX_%s_FILE=%s" % (name, path))]


def cannot_load(library, folder=px.BUILD):
    """What is said of a library that cannot be loaded, from its soname on. Which package has it is
    up to the system; there, check.packages and check.switches look whether it is the right one."""
    with open(os.path.join(folder, "src", "lazy", "with_%s.h" % library), encoding="utf-8") as header:
        return re.search(r' needs? (\S+, which cannot be loaded.*)"', header.read())[1]


def in_folder(case, prefix, targets, *options):
    """Configure the project with options and build targets in a folder that goes with the class of
    tests; returns it and what the build printed. Skips if there is no cmake or ninja. What the
    build that is being tested does without may not be here: it does without that, too."""
    for tool in ("cmake", "ninja"):
        if shutil.which(tool) is None:
            raise unittest.SkipTest("no " + tool)
    folder = tempfile.mkdtemp(prefix=prefix)
    case.addClassCleanup(shutil.rmtree, folder, True)
    got = px.run(["cmake", "-S", px.SOURCE, "-B", folder, "-G", "Ninja",
                  "-DCMAKE_BUILD_TYPE=RelWithDebInfo", *(
                      "-DPMAPX_WITH_%s=%s" % (name, "ON" if is_on else "OFF")
                      for name, is_on in switches().items()), *options],
                 env=px.environment(), timeout=600)
    if got.status != 0:
        raise AssertionError((got.stdout + got.stderr).decode())
    return folder, px.run(["cmake", "--build", folder, "--target", *targets],
                          env=px.environment(), timeout=1000)


def need(got):
    """Fail with what a build printed, unless it succeeded."""
    if got.status != 0:
        raise AssertionError((got.stdout + got.stderr).decode(errors="replace"))


def link_target(folder):
    """Let a build without tests have the processes to look at of the one that is being tested."""
    os.makedirs(os.path.join(folder, "tests"), exist_ok=True)
    os.symlink(px.TARGET, os.path.join(folder, "tests", "px_target"))
