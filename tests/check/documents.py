#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What documents say of the tree is there: links, and the files and names of those that are about it; and the version
is in one place, from which all else has it."""
import ctypes
import datetime
import fnmatch
import functools
import glob
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import links
import px

# Where the version may stand: its one place, and what is told of it.
HAVE_VERSION = {"CMakeLists.txt", "doc/CHANGES.md"}
# What was recorded or found, and has numbers of all kinds.
RECORDED = ("doc/example/", "tests/fuzz/corpus/", "tests/fuzz/regressions/", "tests/roots/")

# About the tree, and how many files and names each has at least.
NAMING = {"doc/HACKING.md": (60, 60), "doc/ARCHITECTURE.md": (100, 40), "doc/PACKAGING.md": (8, 25)}
# In these: what stands for any name.
ANY = re.compile(r"NAME|VERB|LABEL|PID|VERSION|…")
# Words of a recipe that no file has, as they are to be made.
MADE = {"Unreleased"}
# A function, a table, a struct, an enumerator, a variable.
NAME = re.compile(r"(?:struct |enum )?([A-Za-z_]\w+)(?:\(\)|\[\]|\(VERSION\))?")
# What is no file of the tree: of the system, of a build or made by one, installed, of a capture.
ELSEWHERE = re.compile(r"/|build/|share/|with_|libpmapx\.so|postgres/settings\.csv$")
MOST_LINES = 10


def read(name):
    with open(os.path.join(px.SOURCE, name), encoding="utf-8") as file:
        return file.read()


@functools.lru_cache(maxsize=None)
def tree():
    """All files that are the project's: as git has them, or else all but builds."""
    got = subprocess.run(["git", "-C", px.SOURCE, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if got.returncode == 0 and got.stdout:
        found = os.fsdecode(got.stdout).rstrip("\0").split("\0")
    else:
        found = [os.path.relpath(os.path.join(where, name), px.SOURCE) for where, _, names in os.walk(px.SOURCE)
                 for name in names]
    return sorted(name for name in found if not re.match(r"build|\.git/|.*__pycache__/", name)
                  and os.path.isfile(os.path.join(px.SOURCE, name)))


@functools.lru_cache(maxsize=None)
def words():
    """All words of sources and tests."""
    found = set()
    for name in tree():
        if name.startswith(("src/", "include/", "tests/", "completions/", "CMake", ".ci/")) \
                and not name.startswith(RECORDED) and name != "tests/check/documents.py":
            with open(os.path.join(px.SOURCE, name), encoding="utf-8", errors="replace") as file:
                found.update(re.findall(r"\w+", file.read()))
    # Switches are made by a function.
    found.update("PMAPX_WITH_" + name for name in re.findall(
        r"^px_lazy_library\((\w+)", read("src/lazy/libraries.cmake"), re.MULTILINE))
    return found


def documents():
    return [name for name in tree() if name.endswith(".md")]


class Tree(px.TestCase):
    def test_no_leftovers(self):
        """What patch and editors leave behind is not the project's."""
        self.assertGreater(len(tree()), 500)
        self.assertEqual([name for name in tree() if re.search(r"\.(rej|orig|bak)$|~$", name)], [])


class Links(px.TestCase):
    def test_links(self):
        """What a document refers to is a file of the tree, and has that heading."""
        seen = 0
        for name in documents():
            for target in links.targets(read(name)):
                path, _, anchor = target.partition("#")
                path = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
                self.assertTrue(os.path.exists(os.path.join(px.SOURCE, path)), "%s: %s" % (name, target))
                if anchor:
                    headings = [re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-")
                                for line in read(path).splitlines() if line.startswith("#")]
                    self.assertIn(anchor, headings, name)
                seen += 1
        self.assertGreater(seen, 20)


class Names(px.TestCase):
    """HACKING.md and others name what there is."""

    def spans(self, name):
        """Code within the prose: (what, the line)."""
        prose = re.sub(r"^```.*?^```$", lambda block: re.sub(r"[^\n]", "", block.group()), read(name),
                       flags=re.MULTILINE | re.DOTALL)
        for number, line in enumerate(prose.splitlines(), 1):
            for span in re.findall(r"`([^`]+)`", line):
                yield span, "%s:%d: %s" % (name, number, span)

    def is_there(self, pattern):
        """A file, by its path or a part of that."""
        return any(glob.glob(os.path.join(px.SOURCE, top, pattern)) for top in ("", "src", "tests", "tests/check")) or \
            glob.glob(os.path.join(px.SOURCE, pattern + ".c")) or \
            "/" not in pattern and any(fnmatch.fnmatch(os.path.basename(name), pattern) for name in tree())

    def test_files(self):
        for document, (fewest, _) in NAMING.items():
            seen = 0
            for span, where in self.spans(document):
                pattern = ANY.sub("*", re.sub(r"\[\w+\]", "*", span))
                if re.fullmatch(r"[\w.*/-]+\.(c|h|inc|md|py|sql|sym|txt|cmake|lintian|toml|[13])|[\w.*-]+/[\w./*-]*",
                                pattern) is None or ELSEWHERE.match(span):
                    continue
                self.assertTrue(self.is_there(pattern), where)
                seen += 1
            self.assertGreater(seen, fewest, document)

    def test_names(self):
        """Functions, tables, structs, enumerators, CMake's targets and variables, tests."""
        for document, (_, fewest) in NAMING.items():
            seen = 0
            for span, where in self.spans(document):
                found = NAME.fullmatch(span)
                check = re.fullmatch(r"check\.(\w+)", span)
                if check:
                    self.assertRegex(read("tests/CMakeLists.txt"), r"\b(check\.)?%s\b" % check.group(1), where)
                elif found and not ANY.search(found.group(1)) and found.group(1) not in MADE:
                    self.assertTrue(found.group(1) in words(), where)
                    seen += 1
            self.assertGreater(seen, fewest, document)

    def test_names_in_files(self):
        """What is said to be in a file, or of it, is in that one."""
        seen = 0
        for document in NAMING:
            prose = " ".join(re.sub(r"^```.*?^```$", "", read(document), flags=re.MULTILINE | re.DOTALL).split())
            for said, file in re.findall(r"((?:`[^`]+`(?:,? and |, | or )?)+),? (?:in|of) (?:the )?`([^`]+)`", prose):
                names = [one.group(1) for one in map(NAME.fullmatch, re.findall(r"`([^`]+)`", said))
                         if one and not ANY.search(one.group(1)) and one.group(1) not in MADE]
                texts = [read(path) for path in self.meant(file)]
                if not texts or ANY.search(file):
                    continue
                for name in names:
                    self.assertTrue(any(re.search(r"\b%s\b" % name, text) for text in texts),
                                    "%s: `%s` in `%s`" % (document, name, file))
                    seen += 1
        self.assertGreater(seen, 20)

    def meant(self, file):
        """The files that a document calls so: by the whole path, or by its end, then not those of tests."""
        if file in tree():
            return [file]
        found = [name for name in tree() if name.endswith("/" + file)]
        return [name for name in found if not name.startswith("tests/")] or found

    def test_switches(self):
        """PACKAGING.md says of each library what is not there without it."""
        wanted = re.findall(r"^px_lazy_library\((\w+)", read("src/lazy/libraries.cmake"), re.MULTILINE)
        self.assertGreater(len(wanted), 7)
        rows = "".join(re.findall(r"^\| `PMAPX_WITH_.*?\|", read("doc/PACKAGING.md"), re.MULTILINE))
        self.assertEqual(sorted(re.findall(r"`PMAPX_WITH_(\w+)`", rows)), sorted(wanted))

    def test_lengths(self):
        """Each list of what to do is short."""
        text = read("doc/HACKING.md")
        lists = re.split(r"^### ", text[text.index("## Where things go"):text.index("## Contributing")],
                         flags=re.MULTILINE)[1:]
        self.assertGreater(len(lists), 9)
        for one in lists:
            lines = [line for line in re.split(r"^## ", one, flags=re.MULTILINE)[0].splitlines()[1:] if line]
            self.assertLessEqual(len(lines), MOST_LINES, one.splitlines()[0])


class Tests(px.TestCase):
    """HACKING.md says which tests there are, and where."""

    def part(self):
        return read("doc/HACKING.md").partition("\n| label |")[2].partition("\n## ")[0]

    def test_labels(self):
        labels = set()
        for name in tree():
            if re.match(r"tests/.*CMakeLists\.txt$", name):
                labels.update(re.findall(r"(?m)\bLABELS (\w+)|^ *px_script\(\S+ \S+ (\w+)", read(name)))
        labels = {one or other for one, other in labels}
        self.assertGreater(len(labels), 6)
        self.assertEqual(set(re.findall(r"^\| `(\w+)` \|", self.part(), re.MULTILINE)), labels)

    def test_folders(self):
        folders = {"/".join(name.split("/")[:2]) for name in tree() if re.match(r"tests/\w+/", name)}
        self.assertEqual({one for one in folders if not re.search(r"`%s[`/]" % one, read("doc/HACKING.md"))}, set())

    def test_checks(self):
        checks = {os.path.basename(name)[:-3] for name in tree() if re.match(r"tests/check/\w+\.py$", name)}
        told = re.search(r"^Of the label `check`,.*?\n\n", self.part(), re.MULTILINE | re.DOTALL).group()
        # That one is of the label long.
        self.assertEqual(checks - {"builds", "ordinary"}, set(re.findall(r"`(\w+)`", told)) - {"check"})


class Version(px.TestCase):
    def test_one_place(self):
        """What would have to be changed with it is nowhere."""
        version = re.compile(r"(?<![\w.])%s(?![\w.]*\d)" % re.escape(px.version()))
        for name in tree():
            if name in HAVE_VERSION or name.startswith(RECORDED):
                continue
            with open(os.path.join(px.SOURCE, name), encoding="utf-8", errors="replace") as file:
                for number, line in enumerate(file, 1):
                    self.assertIsNone(version.search(line), "%s:%d: %s" % (name, number, line.strip()))

    def test_program(self):
        self.result(px.pmapx("-V"), "pmapx %s (pmap of procps-ng %s)\n" % (
            px.version(), ".".join(map(str, px.REFERENCE))))

    def test_library(self):
        path = os.path.join(px.BUILD, "libpmapx.so")
        self.assertEqual(os.path.basename(os.path.realpath(path)), "libpmapx.so." + px.version())
        if px.is_sanitized(px.PMAPX):
            self.skipTest("a library with AddressSanitizer is not loaded by Python")
        library = ctypes.CDLL(path)
        library.pmapx_version.restype = ctypes.c_char_p
        self.assertEqual(library.pmapx_version().decode(), px.version())

    def test_built_files(self):
        """Those that are made for others: of pkg-config and of CMake."""
        for name, line in (("pmapx.pc.in", "Version: %s"),
                           ("pmapxConfigVersion.cmake", 'set(PACKAGE_VERSION "%s")')):
            with open(os.path.join(px.BUILD, name), encoding="utf-8") as file:
                self.assertIn(line % px.version(), file.read().splitlines(), name)

    def test_manual(self):
        """Pages have a date of their own, and no version that would have to be changed."""
        pages = [name for name in tree() if re.fullmatch(r"doc/[\w-]+\.[1-8]", name)]
        self.assertGreater(len(pages), 8)
        for name in pages:
            lines = read(name).splitlines()
            date = [line[4:] for line in lines if line.startswith(".Dd ")]
            self.assertEqual(len(date), 1, name)
            datetime.datetime.strptime(date[0], "%B %d, %Y")
            self.assertIn(".Os", lines, name)


class Changes(px.TestCase):
    """CHANGES.md has the form that packages take versions and dates from."""

    def test_form(self):
        text = read("doc/CHANGES.md")
        headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
        if headings[0] == "Unreleased":
            headings.pop(0)
        found = [re.fullmatch(r"(\d+\.\d+\.\d+) \((\d{4}-\d\d-\d\d)\)", heading) for heading in headings]
        self.assertNotIn(None, found, headings)
        versions = [tuple(map(int, one.group(1).split("."))) for one in found]
        dates = [datetime.date.fromisoformat(one.group(2)) for one in found]
        self.assertEqual(found[0].group(1), px.version())
        self.assertEqual(versions, sorted(set(versions), reverse=True))
        self.assertEqual(dates, sorted(dates, reverse=True))
        for heading in re.findall(r"^### (.*)$", text, re.MULTILINE):
            self.assertIn(heading, ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"))

    def test_each_says_something(self):
        parts = re.split(r"^## .*$", read("doc/CHANGES.md"), flags=re.MULTILINE)[1:]
        for part in parts:
            self.assertRegex(part, r"(?m)^- \S")


if __name__ == "__main__":
    px.main()
