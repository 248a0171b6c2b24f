#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""clang-tidy, cppcheck and gcc's analyser have nothing to say about src and include.

Each is asked in the version in which its list of checks was chosen: others find other things, not
all of them true. What is left out is in .clang-tidy and cppcheck.txt, with reasons.

clang's own analyser follows paths through the code, as gcc's does, and takes five times as long as
all else that clang-tidy does: it is asked only where PMAPX_LONG is set, as in the target check-all."""
import concurrent.futures
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
import px

# For clang-tidy, behind what .clang-tidy has.
LEFT_OUT = "" if os.environ.get("PMAPX_LONG") else "-clang-analyzer-*"
SUPPRESSIONS = os.path.join(px.SOURCE, "tests", "check", "cppcheck.txt")

# What gcc 12 takes for a fault and is none: (file, option): why.
NO_FAULTS = {
    ("src/pmap/heritage.c", "-Wanalyzer-malloc-leak"):
        "forgets an array that it does not know the size of when one of its elements is set",
    ("src/source/collection.c", "-Wanalyzer-malloc-leak"):
        "the same, of the folders of a collection, and of the levels that are open",
    ("src/report/look.c", "-Wanalyzer-malloc-leak"):
        "the same, of who a process is",
    ("src/report/ranking.c", "-Wanalyzer-malloc-leak"):
        "the same, of the texts of a row",
    ("src/pmap/view_records.c", "-Wanalyzer-use-of-uninitialized-value"):
        "does not see that a struct which is returned has all of its members",
    ("src/source/who.c", "-Wanalyzer-malloc-leak"):
        "does not know that a tree keeps what is put into it",
    ("src/load/inserts.c", "-Wanalyzer-malloc-leak"):
        "the same",
    ("src/pmap/sorter.c", "-Wanalyzer-malloc-leak"):
        "takes the list that grows for another one than that which waits",
    ("src/source/host_file.c", "-Wanalyzer-malloc-leak"):
        "does not see that an element of an array keeps what is put into it",
    ("src/store/psql.c", "-Wanalyzer-malloc-leak"):
        "does not see that what is handed out is the first member of what was allocated",
}


def tool(version, *names):
    """The path of the first of these programs that is there and of that version."""
    said = []
    for path in filter(None, map(shutil.which, names)):
        text = px.run([path, "--version"]).stdout.decode(errors="replace")
        if re.search(version, text):
            return path
        said.append("%s is %s" % (path, text.strip().splitlines()[0].strip()))
    raise unittest.SkipTest("; ".join(said) or "%s is not installed" % names[-1])


def commands():
    """How the files of src are compiled, as compile_commands.json has it."""
    try:
        with open(os.path.join(px.BUILD, "compile_commands.json"), encoding="utf-8") as file:
            entries = json.load(file)
    except OSError:
        raise unittest.SkipTest("no compile_commands.json in " + px.BUILD)
    top = os.path.join(px.SOURCE, "src") + os.sep
    for entry in entries:
        # A test program may be made of some of them, too.
        if entry["file"].startswith(top) and " -o src/" in entry["command"]:
            # Link-time optimisation has gcc put off its work, and is unknown to others.
            words = [word for word in shlex.split(entry["command"])
                     if not re.match(r"-f(lto|fat-lto)", word)]
            yield dict(entry, command=shlex.join(words))


def of_others(entries):
    """How the files would be compiled that stand for a library where it is left out: as others of their folder."""
    known = {entry["file"]: entry for entry in entries}
    for path in glob.glob(os.path.join(px.SOURCE, "src", "*", "no_*.c")):
        if path not in known:
            other = next(file for file in known if os.path.dirname(file) == os.path.dirname(path))
            words = [path if word == other else word for word in shlex.split(known[other]["command"])]
            yield dict(known[other], file=path, command=shlex.join(words))


def side_by_side(function, items):
    """All results in order, from as many at a time as there are processors."""
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        return list(pool.map(function, items))


class Analysers(px.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.commands = list(commands())
        cls.commands += of_others(cls.commands)
        cls.folder = tempfile.mkdtemp(prefix="pmapx-analysers-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        cls.project = os.path.join(cls.folder, "compile_commands.json")
        with open(cls.project, "w", encoding="utf-8") as out:
            json.dump(cls.commands, out)

    def test_all_files(self):
        """There is a command for each, and only one."""
        there = [os.path.join(where, name)
                 for where, _, names in os.walk(os.path.join(px.SOURCE, "src"))
                 for name in names if name.endswith(".c")]
        self.assertEqual(sorted(entry["file"] for entry in self.commands), sorted(there))

    def test_clang_tidy(self):
        path = tool(r"version 14\.", "clang-tidy-14", "clang-tidy")
        shown = px.run([path, "--list-checks"], cwd=px.SOURCE).stdout
        self.assertIn(b"\n    bugprone-", shown, ".clang-tidy is not read")

        def check(entry):
            return px.run([path, "-p", self.folder, "--quiet", "--checks=" + LEFT_OUT, entry["file"]],
                          timeout=300)
        for entry, got in zip(self.commands, side_by_side(check, self.commands)):
            with self.subTest(file=entry["file"]):
                self.assertEqual((got.status, got.stdout.decode()), (0, ""))

    def test_cppcheck(self):
        path = tool(r"^Cppcheck 2\.10$", "cppcheck")
        got = px.run([path, "--project=" + self.project, "--std=c11", "--quiet",
                      "--enable=warning,performance,portability,style", "--inline-suppr",
                      "--suppressions-list=" + SUPPRESSIONS, "--error-exitcode=1",
                      "--template={file}:{line}: {id}: {message}"], cwd=px.SOURCE, timeout=300)
        self.assertEqual((got.status, got.stdout + got.stderr), (0, b""))

    def test_gcc(self):
        path = tool(r"^\S+ \(.*\) 12\.", "gcc-12", "gcc")

        def check(entry):
            words = shlex.split(entry["command"])
            words[words.index("-o") + 1] = os.devnull
            words = [word for word in words if word != "-Werror"]
            return px.run([path, *words[1:], "-fanalyzer", "-fdiagnostics-plain-output"],
                          cwd=entry["directory"], timeout=300)
        found = set()
        for entry, got in zip(self.commands, side_by_side(check, self.commands)):
            text = got.stderr.decode(errors="replace")
            name = os.path.relpath(entry["file"], px.SOURCE)
            with self.subTest(file=name):
                self.assertEqual(got.status, 0, text)
                options = set(re.findall(r"warning: .*\[(-W[-\w=]+)\]$", text, re.MULTILINE))
                known = {option for option in options if (name, option) in NO_FAULTS}
                self.assertEqual(options - known, set(), text)
                found |= {(name, option) for option in known}
        self.assertEqual(found, set(NO_FAULTS), "what is excused is not found any more")


if __name__ == "__main__":
    px.main()
