#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The manual pages are clean for mandoc and for man, and fit a terminal of 80 columns."""
import glob
import os
import re
import shutil
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import px

SECTIONS = """NAME SYNOPSIS DESCRIPTION OPERANDS OUTPUT KINDS_OF_MAPPINGS SAVED_DATA RC_FILES ENVIRONMENT
    FILES EXIT_STATUS EXAMPLES
    DIAGNOSTICS COMPATIBILITY SEE_ALSO CAVEATS SECURITY_CONSIDERATIONS""".split()


def need_mandoc():
    if not shutil.which("mandoc"):
        raise unittest.SkipTest("mandoc is not installed")


def need_man_db():
    """Skip unless man is man-db's: others have no --warnings."""
    if not shutil.which("man"):
        raise unittest.SkipTest("man is not installed")
    if not re.match(rb"man 2\.", px.run(["man", "--version"]).stdout):
        raise unittest.SkipTest("man is not man-db's")
    if not shutil.which("groff"):
        raise unittest.SkipTest("man is here, but groff is not")


def plain(text):
    """Rendered text without overstriking and escape sequences."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", text.decode("utf-8"))
    return re.sub(r".\x08", "", text)


class Page:
    """What holds of each; the classes below say which page, and which sections it has."""

    licence = b"GPL-2.0-or-later"
    shortest = 100

    def fits(self, text):
        lines = plain(text).splitlines()
        self.assertGreater(len(lines), self.shortest)
        for line in lines:
            self.assertLessEqual(len(line), 80, line)

    def sections(self, text):
        found = [line.replace(" ", "_") for line in plain(text).splitlines()[1:]
                 if re.fullmatch(r"[A-Z][A-Z ]+", line)]
        self.assertEqual(found, self.sections_wanted)

    def test_mandoc_lint(self):
        need_mandoc()
        got = px.run(["mandoc", "-Tlint", "-W", "style", self.page])
        # Which other pages are installed is the system's matter, and mandoc's database too.
        def about_us(text):
            return b"".join(line for line in text.splitlines(keepends=True)
                            if b"mandoc.db" not in line
                            and b"referenced manual not found" not in line)
        self.same(about_us(got.stdout), b"", "lint")
        self.same(about_us(got.stderr), b"", "stderr")

    def test_mandoc_80_columns(self):
        need_mandoc()
        for device in ("ascii", "utf8"):
            with self.subTest(device=device):
                got = px.run(["mandoc", "-T", device, "-O", "width=80", self.page])
                self.assertEqual(got.status, 0, got.stderr)
                self.fits(got.stdout)
                self.sections(got.stdout)

    def test_man(self):
        need_man_db()
        got = px.run(["man", "--warnings", "-l", self.page],
                     env=px.environment(MANWIDTH="80", MAN_KEEP_FORMATTING=None))
        self.same(got.stderr, b"", "warnings")
        self.assertEqual(got.status, 0)
        self.fits(got.stdout)
        self.sections(got.stdout)

    def test_source(self):
        with open(self.page, "rb") as file:
            text = file.read()
        self.assertTrue(text.isascii(), "not ASCII")
        self.assertEqual(text.splitlines()[0], b'.\\" SPDX-License-Identifier: ' + self.licence)
        for number, line in enumerate(text.splitlines(), 1):
            self.assertEqual(line, line.rstrip(), "blanks at the end of line %d" % number)

    def test_quoted(self):
        """What mdoc takes for a delimiter ends what a macro quotes, unless it is in quotation marks."""
        with open(self.page, encoding="ascii") as file:
            for number, line in enumerate(file, 1):
                if line.startswith((".Ql ", ".Dq ", ".Sq ", ".Li ")):
                    words = re.sub(r'"[^"]*"', "", line).split()
                    self.assertFalse({"(", "[", "|", "]"}.intersection(words), "line %d: %s" % (number, line))


class Pmapx(Page, px.TestCase):
    page = os.path.join(px.SOURCE, "doc", "pmapx.1")
    sections_wanted = SECTIONS


class Help(Page, px.TestCase):
    page = os.path.join(px.SOURCE, "doc", "pmapx-help.1")
    sections_wanted = "NAME SYNOPSIS DESCRIPTION EXIT_STATUS EXAMPLES SEE_ALSO".split()
    shortest = 40


class Load(Page, px.TestCase):
    page = os.path.join(px.SOURCE, "doc", "pmapx-load.1")
    sections_wanted = "NAME SYNOPSIS DESCRIPTION ENVIRONMENT EXIT_STATUS EXAMPLES SEE_ALSO".split()


class Sql(Page, px.TestCase):
    page = os.path.join(px.SOURCE, "doc", "pmapx-sql.1")
    sections_wanted = "NAME SYNOPSIS DESCRIPTION EXIT_STATUS EXAMPLES SEE_ALSO".split()
    shortest = 80


class Report(Page, px.TestCase):
    page = os.path.join(px.SOURCE, "doc", "pmapx-report.1")
    sections_wanted = "NAME SYNOPSIS DESCRIPTION ENVIRONMENT EXIT_STATUS EXAMPLES SEE_ALSO".split()


class Capture(Page, px.TestCase):
    page = os.path.join(px.SOURCE, "doc", "pmapx-capture.1")
    sections_wanted = """NAME SYNOPSIS DESCRIPTION ENVIRONMENT EXIT_STATUS EXAMPLES SEE_ALSO CAVEATS
        SECURITY_CONSIDERATIONS""".split()


class Diff(Page, px.TestCase):
    page = os.path.join(px.SOURCE, "doc", "pmapx-diff.1")
    sections_wanted = """NAME SYNOPSIS DESCRIPTION COLUMNS FORMATS ENVIRONMENT EXIT_STATUS EXAMPLES SEE_ALSO
        CAVEATS""".split()


class Check(Page, px.TestCase):
    page = os.path.join(px.SOURCE, "doc", "pmapx-check.1")
    sections_wanted = """NAME SYNOPSIS DESCRIPTION CHECKS FORMATS ENVIRONMENT EXIT_STATUS EXAMPLES
        SEE_ALSO CAVEATS""".split()


class Rank(Page, px.TestCase):
    page = os.path.join(px.SOURCE, "doc", "pmapx-rank.1")
    sections_wanted = """NAME SYNOPSIS DESCRIPTION COLUMNS TOTALS FORMATS ENVIRONMENT EXIT_STATUS
        EXAMPLES SEE_ALSO CAVEATS""".split()


class Watch(Page, px.TestCase):
    page = os.path.join(px.SOURCE, "doc", "pmapx-watch.1")
    sections_wanted = """NAME SYNOPSIS DESCRIPTION ENVIRONMENT EXIT_STATUS EXAMPLES SEE_ALSO CAVEATS""".split()


class All(px.TestCase):
    def test_each_page_has_a_class(self):
        self.assertEqual(sorted(one.page for one in Page.__subclasses__() if issubclass(one, px.TestCase)),
                         sorted(glob.glob(os.path.join(px.SOURCE, "doc", "*.1"))))


class OfLibrary(Page):
    """Pages of functions, which have some sections, in this order."""

    licence = b"LGPL-2.1-or-later"
    shortest = 60
    known = """NAME LIBRARY SYNOPSIS DESCRIPTION RETURN_VALUES EXAMPLES COMPATIBILITY ERRORS SEE_ALSO CAVEATS
        SECURITY_CONSIDERATIONS""".split()

    def sections(self, text):
        found = [line.replace(" ", "_") for line in plain(text).splitlines()[1:]
                 if re.fullmatch(r"[A-Z][A-Z ]+", line)]
        self.assertEqual(found, [one for one in self.known if one in found])
        self.assertLessEqual(set("NAME LIBRARY SYNOPSIS DESCRIPTION EXAMPLES SEE_ALSO".split()), set(found))


for path in glob.glob(os.path.join(px.SOURCE, "doc", "*.3")):
    title = os.path.basename(path)[:-2]
    globals()["Of_" + title] = type("Of_" + title, (OfLibrary, px.TestCase), {"page": path})


if __name__ == "__main__":
    px.main()
