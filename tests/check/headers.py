#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each public header compiles alone, as C11 and as C++17, and explains all that it declares."""
import glob
import os
import re
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import px

INCLUDE = os.path.join(px.SOURCE, "include")
HEADERS = sorted(os.path.relpath(path, INCLUDE) for path in
                 glob.glob(os.path.join(INCLUDE, "*.h")) +
                 glob.glob(os.path.join(INCLUDE, "pmapx", "*.h")))
STRICT = ["-pedantic", "-Wall", "-Wextra", "-Wundef", "-Werror", "-fsyntax-only",
          "-I", INCLUDE]


def text_of(name):
    with open(os.path.join(INCLUDE, name), encoding="utf-8") as header:
        return header.read()


class Compile(px.TestCase):
    def compile(self, compilers, options, ending):
        found = [name for name in compilers if shutil.which(name)]
        if not found:
            self.skipTest("none of %s is installed" % ", ".join(compilers))
        with tempfile.TemporaryDirectory() as folder:
            for number, header in enumerate(HEADERS):
                path = os.path.join(folder, "only%d%s" % (number, ending))
                with open(path, "w", encoding="utf-8") as source:
                    # Twice, for the guard.
                    source.write("#include <%s>\n#include <%s>\nint only;\n" % (header, header))
                for compiler in found:
                    with self.subTest(header=header, compiler=compiler):
                        got = px.run([compiler, *options, *STRICT, path])
                        self.assertEqual(got.status, 0, got.stderr.decode(errors="replace"))

    def test_c(self):
        self.compile(["gcc", "clang"], ["-std=c11"], ".c")

    def test_later_c(self):
        self.compile(["gcc", "clang"], ["-std=c2x"], ".c")

    def test_comments(self):
        """clang reads the comments, too."""
        self.compile(["clang"], ["-std=c11", "-Wdocumentation", "-Wdocumentation-pedantic"], ".c")

    def test_cpp(self):
        self.compile(["g++", "clang++"], ["-std=c++17"], ".cc")


class Comments(px.TestCase):
    def test_there_are_headers(self):
        self.assertIn("pmapx.h", HEADERS)
        self.assertGreater(len(HEADERS), 3)

    def test_pmapx_h_has_all(self):
        included = re.findall(r"#include <(pmapx/\w+\.h)>", text_of("pmapx.h"))
        self.assertEqual(sorted(included), [name for name in HEADERS if name != "pmapx.h"])

    def test_files(self):
        for name in HEADERS:
            self.assertRegex(text_of(name), r"\A/\*[^\n]*\*/\n/\*\*\n \* @file %s\n \* \w" %
                             re.escape(os.path.basename(name)), name)

    def test_declarations(self):
        """A comment ends on the line above each function, type and inline function."""
        declared = 0
        for name in HEADERS:
            lines = text_of(name).splitlines()
            for number, line in enumerate(lines):
                if re.match(r"PMAPX_API|struct \w+( \{|;)$|enum \w+ \{$|static inline|typedef|"
                            r"#define PMAPX_(?!(\w+_)?H$|API\b)", line):
                    declared += 1
                    self.assertTrue(lines[number - 1].endswith("*/"),
                                    "include/%s:%d: %s" % (name, number + 1, line))
        self.assertGreater(declared, 30)

    def test_parameters(self):
        """A comment names each parameter, and those in its list are in their order."""
        functions = 0
        for name in HEADERS:
            for comment, declaration in re.findall(
                    r"/\*\*((?:(?!\*/).)*)\*/\n(?:PMAPX_API|static inline)([^;{]*)[;{]",
                    text_of(name), re.DOTALL):
                functions += 1
                parameters = re.findall(r"(\w+)(?=[,)])", declaration)
                parameters = [] if parameters == ["void"] else parameters
                listed = re.findall(r"@param\s+(\w+)", comment)
                self.assertEqual(listed, [one for one in parameters if one in listed], declaration)
                self.assertEqual(set(parameters) - set(listed) -
                                 set(re.findall(r"@p\s+(\w+)", comment)), set(), declaration)
        self.assertGreater(functions, 30)

    def test_members(self):
        """Each member of a struct has a comment above or behind it."""
        members = 0
        for name in HEADERS:
            for tag, body in re.findall(r"^struct (\w+) \{\n(.*?)^\};", text_of(name),
                                        re.DOTALL | re.MULTILINE):
                lines = body.splitlines()
                for number, line in enumerate(lines):
                    if not re.match(r"\t[\w ]+[\s*]\w+(\[\w+\])?;", line):
                        continue
                    members += 1
                    above = lines[number - 1].strip() if number else ""
                    self.assertTrue("/**<" in line or above == "*/" or (
                        above.startswith("/**") and above.endswith("*/") and "/**<" not in above),
                        "struct %s of include/%s: %s" % (tag, name, line.strip()))
        self.assertGreater(members, 50)


class Doxygen(px.TestCase):
    def test_no_warnings(self):
        """doc/Doxyfile makes all of them errors."""
        if not shutil.which("doxygen"):
            self.skipTest("doxygen is not installed")
        version = px.run(["doxygen", "--version"]).stdout.split(b".")
        if (int(version[0]), int(version[1])) < (1, 9):
            self.skipTest("doxygen before 1.9 goes on after warnings")
        with tempfile.TemporaryDirectory() as folder:
            got = px.run(["doxygen", "doc/Doxyfile"], cwd=px.SOURCE,
                         env=px.environment(PMAPX_PAGES=folder, PMAPX_VERSION="0"))
            self.result(got)
            with open(os.path.join(folder, "html", "reader_8h.html"), encoding="utf-8") as page:
                self.assertIn("pmapx_reader_next", page.read())


if __name__ == "__main__":
    px.main()
