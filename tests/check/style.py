#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""C files are formatted as .clang-format says."""
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import px

VERSION = 14  # Others lay out a few things differently.


def c_files():
    for top in ("src", "include", "tests"):
        for where, _, names in os.walk(os.path.join(px.SOURCE, top)):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    yield os.path.relpath(os.path.join(where, name), px.SOURCE)


class Style(px.TestCase):
    def test_format(self):
        program = shutil.which("clang-format-%d" % VERSION) or shutil.which("clang-format")
        if not program:
            self.skipTest("clang-format is not installed")
        said = px.run([program, "--version"]).stdout.decode()
        if not re.search(r"version %d\." % VERSION, said):
            self.skipTest("the style is checked with clang-format %d, this is %s" % (
                VERSION, said.strip()))
        files = list(c_files())
        self.assertGreater(len(files), 50)
        got = px.run([program, "--dry-run", "-Werror", "--ferror-limit=3", *files], cwd=px.SOURCE, timeout=600)
        self.assertEqual(got.status, 0, got.stderr.decode(errors="replace"))


if __name__ == "__main__":
    px.main()
