#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Which lines and branches of src the tests have reached.

    cmake --workflow --preset coverage          # runs them, and counts
    python3 tests/coverage.py [--missing]       # a row for each file; with it, lines not reached

Counts add up from run to run, until the next build. What was compiled into several programs, such
as a function in a header, is reached if it was in one."""
import argparse
import collections
import json
import os
import subprocess
import sys

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("PMAPX_BUILD", os.path.join(SOURCE, "build", "coverage"))


class File:
    """What is known of one file."""

    def __init__(self):
        self.lines = collections.Counter()     # how often each was reached
        self.branches = collections.Counter()  # the same for (line, number)

    def add(self, lines):
        for line in lines:
            number = line["line_number"]
            self.lines[number] += line["count"]
            for i, branch in enumerate(line["branches"]):
                self.branches[number, i] += branch["count"]

    def missing(self):
        return sorted(line for line, count in self.lines.items() if not count)


def notes():
    """What the compiler wrote about each object of ours."""
    for top in ("src", "tests"):
        for where, _, names in os.walk(os.path.join(BUILD, top)):
            for name in names:
                if name.endswith(".gcno"):
                    yield os.path.join(where, name)


def data_of(note):
    """Where the program counts for that object."""
    return note[:-len("gcno")] + "gcda"


def begin():
    """Forget what was counted; whoever runs the program may count."""
    for note in notes():
        open(data_of(note), "w", encoding="ascii").close()
        os.chmod(data_of(note), 0o666)


def count():
    """{path below src: File}"""
    files = collections.defaultdict(File)
    for note in sorted(notes()):
        data = data_of(note)
        if os.path.exists(data) and os.path.getsize(data) == 0:
            os.remove(data)  # gcov wants a whole file or none
        got = subprocess.run(["gcov", "--json-format", "--branch-probabilities", "--stdout", note],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=BUILD, check=True)
        for text in got.stdout.splitlines():
            for one in json.loads(text)["files"]:
                path = os.path.normpath(os.path.join(BUILD, one["file"]))
                if path.startswith(os.path.join(SOURCE, "src") + os.sep):
                    files[os.path.relpath(path, SOURCE)].add(one["lines"])
    return files


def row(name, *counters):
    """name | lines | of them reached | branches | of them reached"""
    cells = []
    for counter in counters:
        reached = sum(1 for number in counter.values() if number)
        share = "%.1f %%" % (100 * reached / len(counter)) if counter else "-"
        cells += ["%d" % len(counter), share]
    print("| %-24s | %5s | %8s | %8s | %8s |" % (name, *cells))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--missing", action="store_true", help="list lines that were not reached")
    parser.add_argument("--begin", action="store_true", help="forget what was counted so far")
    wanted = parser.parse_args()
    if wanted.begin:
        begin()
        return
    files = count()
    if not files:
        sys.exit("nothing was counted in %s: cmake --workflow --preset coverage" % BUILD)
    total = File()
    row_names = "| %-24s | %5s | %8s | %8s | %8s |" % ("", "lines", "reached", "branches", "reached")
    print(row_names, "|---|---:|---:|---:|---:|", sep="\n")
    for path, file in sorted(files.items()):
        row(path, file.lines, file.branches)
        total.lines.update({(path, line): n for line, n in file.lines.items()})
        total.branches.update({(path, branch): n for branch, n in file.branches.items()})
    row("all", total.lines, total.branches)
    if wanted.missing:
        print()
        for path, file in sorted(files.items()):
            with open(os.path.join(SOURCE, path), encoding="utf-8") as source:
                text = source.read().splitlines()
            for line in file.missing():
                print("%s:%d: %s" % (path, line, text[line - 1].strip()))


if __name__ == "__main__":
    main()
