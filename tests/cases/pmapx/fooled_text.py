#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Text of others on its way to the terminal: names of files, memory, commands, and arguments of
real processes (D3, D4, D5).

Numbers like D7, here and in the other fooled_*.py, are those of the list of pmap's defects in the
project's description of its behaviour. Where the system has a pmap of a version that is fooled, the
same test shows that it is: so each case is known to be one."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
from rows import ALL_VIEWS, ROW, ROW_D, ROW_SMAPS, ROW_X, Base, each_locale, name_at, shown


class Text(Base):
    """One rule for all text from outside, in rows and header, in every view (D3, D4, D5)."""

    # Argument 0, in escaped form for the reader's terminal.
    TITLES = (
        b"a\x1b[31m\x01\x7f\t\rx",
        b"\xc3\xa9\xff\xc3\xa9\x01\x7f",
        b"a\xc3\x1b[31m",
        b"a\xf0\x1b[2Jx",
        b"a\xc2\x9bb",
        b"a\xed\xa0\x80b",
        b"a\xee\x80\x80b\xf3\xb0\x80\x80c\xf4\x80\x80\x80",
        b"a\xe2\x28\xa1b",
        b"a\xc0\xafb\xe0\x80\xafc",
        b"a\xf4\x90\x80\x80b\xf8\x88\x80\x80\x80c",
        b"cut\xe2\x82",
        b"cut\xf0\x9f\x98",
        "a\u2028b\u2029c".encode(),
        "\u202aa\u202bb\u202cc\u202dd\u202ee".encode(),
        "\u2066a\u2067b\u2068c\u2069d".encode(),
        "\u2027\u202f\u2065\u206a".encode(),
        "日本語 Ελληνικά 😀".encode(),
    )

    def test_file_names(self):
        with px.Target("names") as target:
            folder = os.path.realpath(target.directory).encode() + b"/"
            for env, codeset, locale in each_locale():
                for view in ALL_VIEWS:
                    out = self.pmapx(*[view] * bool(view), str(target.pid), env=env)
                    self.clean(out, codeset, "%s %s" % (view, locale))
                    for label, address, name in self.files(target):
                        name = name.replace(b"\n", b"\\012")
                        want = shown(folder * ("p" in view) + name, codeset)
                        what = "%s of %s in %s" % (label, view, locale)
                        if "X" in view:
                            found = [row for start, row in ROW_SMAPS.findall(out)
                                     if int(start, 16) == address]
                            self.assertEqual(len(found), 1, what)
                            self.same(found[0][-len(want) - 1:], b" " + want, what)
                        else:
                            rows = ROW_X if "x" in view else ROW_D if "d" in view else ROW
                            self.assertEqual(name_at(out, address, rows), [want], what)

    def test_file_names_in_a_chosen_view(self):
        with px.Target("names") as target, tempfile.NamedTemporaryFile() as rc:
            rc.write(b"[Fields Display]\nRss\nMapping\n")
            rc.flush()
            out = self.pmapx("-C", rc.name, str(target.pid))
            self.clean(out, "utf-8", "-C")
            for label, _, name in self.files(target):
                name = name.replace(b"\n", b"\\012")
                self.contains(b" " + shown(name) + b"\n", out, label)

    def test_pmap_is_fooled_by_file_names(self):
        with px.Target("names", "escape", "utf8") as target:
            if self.pmap_is():
                self.contains(b"\x1b[31m", self.pmap("-X", str(target.pid)))
            if self.pmap_is(last=(4, 0, 4)):
                self.contains(b" utf8-?????????\n", self.pmap(str(target.pid)))
            if self.pmap_is(first=(4, 0, 5)):
                self.contains(b"\x1b[31m", self.pmap(str(target.pid)))

    def test_command_line(self):
        for title in self.TITLES:
            with px.Target("title", "odd", title, "second\nline") as target:
                line = title + b" second line"
                for env, codeset, locale in each_locale():
                    for view in ("", "-x", "-d", "-X", "-XX", "-q"):
                        out = self.pmapx(*[view] * bool(view), str(target.pid), env=env)
                        self.same(out.splitlines()[0],
                                  b"%d:   %s" % (target.pid, shown(line, codeset)),
                                  "%r in %s %s" % (title, locale, view))

    def test_pmap_is_fooled_by_command_lines(self):
        if not self.pmap_is(last=(4, 0, 3)):
            self.skipTest("this pmap is not")
        for title, gets_through in ((b"a\xc3\x1b[31m", b"\x1b[31m"), (b"a\xc2\x9bb", b"\xc2\x9b")):
            with px.Target("title", "odd", title) as target:
                self.assertIn(gets_through, self.pmap("-q", str(target.pid)))

    def test_command_name(self):
        for comm in (b"zo\x1bm (b) \xc3\xa9", b"\xc2\x9b31m\xff\xe2\x80\xae", b"a) Z 1 (\n b"):
            with px.Target("zombie", comm) as target:
                zombie = int(target.truth["zombie"])
                for env, codeset, locale in each_locale():
                    got = px.pmapx("-q", str(zombie), env=env).stdout
                    self.same(got, b"%d:   [%s] <defunct>\n" % (zombie, shown(comm, codeset)),
                              "%r in %s" % (comm, locale))

    def test_memfd(self):
        name = b"m\x1b]0;title\x07\xc2\x9b\xe2\x80\xae\xff\xc3\xa9"
        with px.Target("memfd", name) as target:
            address = self.file(target)[0]
            for view in ("-p", "-xp", "-dp", "-Xp"):
                out = self.pmapx(view, str(target.pid))
                self.clean(out, "utf-8", view)
                self.contains(b" /memfd:" + shown(name) + b" (deleted)\n", out)
            self.assertEqual(name_at(self.pmapx(str(target.pid)), address),
                             [shown(b"memfd:" + name) + b" (deleted)"])


class Rule(unittest.TestCase):
    """The judge itself."""

    def test_shown(self):
        for text, want in (
                (b"plain", b"plain"),
                ("é€😀".encode(), "é€😀".encode()),
                (b"a\xc2\x9bb", b"a??b"),
                (b"a\xee\x80\x80b", b"a\xee\x80\x80b"),
                (b"a\xed\xa0\x80b", b"a???b"),
                (b"a\xe2\x28\xa1b", b"a?(?b"),
                (b"a\xc3\x1b[", b"a??["),
                ("a\u202eb\u2028".encode(), b"a???b???"),
                (b"cut\xe2\x82", b"cut??")):
            self.assertEqual(shown(text), want)
        self.assertEqual(shown(b"\xe9\x9b\x1b", "latin-1"), b"\xe9??")
        self.assertEqual(shown("é\t".encode(), "ascii"), b"???")


if __name__ == "__main__":
    px.main()
