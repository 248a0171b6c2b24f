#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each text that acts on a terminal, by each way in which a real process can put it into a view: as
the name of a file, deleted or not, of a memfd, of a command, as an argument, as the whole of what
/proc/PID/cmdline has (D3, D4, D45)."""
import os
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
from rows import ALL_VIEWS, HOSTILE, ROW, ROW_D, ROW_SMAPS, ROW_X, Base, acts, each_locale, \
    name_at, shown

# Those of them that pmap 4.0.2 lets through in a command line.
LETS_THROUGH = tuple(text for text in HOSTILE if text[:3] in (b"utf", b"lea") or b"\xe2\x80" in text
                     or b"\xe2\x81" in text or b"\xc2\x85" in text)

# What localedef can make locales of: its name of the character set, a source, Python's name.
CHARACTER_SETS = (("KOI8-U", "uk_UA", "koi8-u"), ("CP1251", "uk_UA", "cp1251"),
                  ("ISO-8859-5", "uk_UA", "iso8859-5"), ("EUC-JP", "ja_JP", "euc-jp"))

# A sanitized program takes its time: it is asked less.
IS_SLOW = px.is_sanitized(px.PMAPX)
VIEWS = ("", "-xp", "-d", "-Xp", "-XXq") if IS_SLOW else ALL_VIEWS
SOME = HOSTILE[::4] if IS_SLOW else HOSTILE


class Carriers(Base):
    def check_names(self, target, shown_as):
        """The names of all mappings of the target in all views and locales."""
        pid = str(target.pid)
        for env, codeset, locale in each_locale():
            for view in VIEWS:
                out = self.pmapx(*[view] * bool(view), pid, env=env)
                self.clean(out, codeset, "%s in %s" % (view, locale))
                rows = ROW_SMAPS if "X" in view else ROW_X if "x" in view else \
                    ROW_D if "d" in view else ROW
                for _, address, name in self.files(target):
                    want = shown(shown_as(name, "p" in view), codeset)
                    found = name_at(out, address, rows)
                    self.assertEqual(len(found), 1, name)
                    self.assertTrue((b" " + found[0]).endswith(b" " + want),
                                    "%r in %s %s: %r" % (name, view, locale, found[0][-60:]))

    def fooled_by_names(self, target):
        """pmap passes each on in -X, and since 4.0.5 in the other views, too."""
        if not self.pmap_is():
            return
        out = self.pmap("-X", str(target.pid))
        for _, _, name in self.files(target):
            self.contains(name, out, "pmap is fooled")
        if self.pmap_is(first=(4, 0, 5)):
            self.assertTrue(acts(self.pmap(str(target.pid))))

    def test_file_names(self):
        with px.Target("file", *HOSTILE) as target:
            folder = os.path.realpath(target.directory).encode() + b"/"
            self.check_names(target, lambda name, path: folder * path + name)
            self.fooled_by_names(target)

    def test_deleted_files(self):
        for text in (b"\x1b]0;title\x07", b"utf\xc2\x9b31m", "u\u202ea".encode()):
            with px.Target("deleted", text) as target:
                folder = os.path.realpath(target.directory).encode() + b"/"
                self.check_names(target,
                                 lambda name, path: folder * path + name + b" (deleted)")
                self.fooled_by_names(target)

    def test_folders(self):
        """-p shows what is above the file, too."""
        with tempfile.TemporaryDirectory() as top:
            folder = os.path.join(os.fsencode(os.path.realpath(top)), *HOSTILE)
            os.makedirs(folder)
            with px.Target("file", "f", cwd=folder) as target:
                self.check_names(target, lambda name, path: (folder + b"/") * path + name)
                if self.pmap_is():
                    self.contains(b"/" + HOSTILE[0] + b"/", self.pmap("-Xp", str(target.pid)),
                                  "pmap is fooled")

    def test_memfds(self):
        with px.Target("memfd", *HOSTILE) as target:
            self.check_names(target, lambda name, path:
                             b"/" * path + b"memfd:" + name + b" (deleted)")
            self.fooled_by_names(target)

    def test_named_memory(self):
        """The kernel takes printable names only, if any."""
        for text in (b"x\x1b[31m", b"x\xc2\x9b", b"x\x7f"):
            with self.subTest(text=text), px.Target("named-anon", text) as target:
                for view in ("-k", "-X"):
                    self.clean(self.pmapx(view, str(target.pid)), "utf-8", view)

    def check_header(self, pid, text, views=("", "-x", "-X", "-q")):
        for env, codeset, locale in each_locale():
            for view in views:
                out = px.pmapx(*[view] * bool(view), str(pid), env=env).stdout
                self.clean(out, codeset, "%s in %s" % (view, locale))
                self.same(out.splitlines()[0], b"%d:   " % pid + shown(text, codeset),
                          "%r in %s %s" % (text, view, locale))

    def test_arguments(self):
        """All of them in one command line, and one command line of each that pmap lets through."""
        with px.Target("title", "odd", "zero", *HOSTILE) as target:
            self.check_header(target.pid, b" ".join((b"zero", *HOSTILE)))
        for text in set(SOME) & set(LETS_THROUGH):
            with px.Target("title", "odd", text) as target:
                self.check_header(target.pid, text, ("-q",))
                if self.pmap_is(last=(4, 0, 3)):
                    self.assertTrue(acts(self.pmap("-q", str(target.pid))),
                                    "pmap is fooled: %r" % text)

    def test_overwritten_arguments(self):
        """As setproctitle() does it: no NUL at the end, or many."""
        for text in (b"postgres: \x1b]0;x\x07 idle", b"nginx: \xc2\x9b31m\0\0\0", b"\x1b[31m ",
                     b"a\0\x1b[2J\0b\0"):
            with px.Target("title-raw", "raw", text.hex()) as target:
                line = text.rstrip(b"\0").replace(b"\0", b" ")
                self.check_header(target.pid, line[:-1] if text.endswith(b" ") else line)

    def test_command_names(self):
        """Without a command line it stands in brackets."""
        for text in SOME:
            with px.Target("zombie", text) as target:
                zombie = int(target.truth["zombie"])
                self.check_header(zombie, b"[" + text + b"] <defunct>", ("-q",))
                if self.pmap_is(last=(4, 0, 3)) and text in LETS_THROUGH:
                    self.assertTrue(acts(self.pmap("-q", str(zombie))), "pmap is fooled: %r" % text)

    def test_newlines(self):
        """Nothing begins a line but what is to: an argument, a name of a command or of a file."""
        row = "\n00007fff00000000 1048576K rwx--   [ anon ]\n total 5K\n1:   init"
        with px.Target("title", "a\n1:   b", "a" + row, row, "\n") as target:
            # The newline that ends the last argument is one blank, as in pmap.
            line = ("a" + row + " " + row + "  ").replace("\n", " ").encode()
            self.check_header(target.pid, line, ("",))
            self.honest(target.pid)
        with px.Target("zombie", "a\n1:   b") as target:
            zombie = int(target.truth["zombie"])
            self.check_header(zombie, b"[a?1:   b] <defunct>", ("-q",))
        for shape in ("file", "deleted", "memfd"):
            with px.Target(shape, row) as target:
                self.honest(target.pid)
                self.assertIn(row.replace("\n", "\\012").encode(), self.pmapx(str(target.pid)))


class CharacterSets(Base):
    """Other locales than those that are installed."""

    def locales(self):
        """(environment, Python's name) of each that can be made. The C library does not give back
        what it makes of LOCPATH."""
        if shutil.which("localedef") is None:
            self.skipTest("no localedef")
        folder = tempfile.mkdtemp(prefix="pmapx-locale-")
        self.addCleanup(shutil.rmtree, folder)
        for charmap, source, codec in CHARACTER_SETS:
            name = "%s.%s" % (source, charmap)
            px.run(["localedef", "-c", "-f", charmap, "-i", source, os.path.join(folder, name)])
            if os.path.exists(os.path.join(folder, name, "LC_CTYPE")):
                yield px.environment(LC_ALL=name, LOCPATH=folder,
                                     ASAN_OPTIONS="detect_leaks=0"), codec

    def test_each(self):
        found = 0
        with px.Target("file", *HOSTILE) as target, \
                px.Target("title", "odd", "0", *HOSTILE) as title:
            for env, codec in self.locales():
                found += 1
                for view in ("-", "-x", "-d", "-p", "-X", "-XXp"):
                    for pid in (target.pid, title.pid):
                        out = self.pmapx(*[view] * (view != "-"), str(pid), env=env)
                        self.clean(out, codec, "%s in %s" % (view, codec))
                if codec in ("koi8-u", "cp1251"):
                    name = "ПРИ".encode(codec)
                    with px.Target("file", name) as other:
                        self.contains(b" " + name + b"\n", self.pmapx(str(other.pid), env=env),
                                      "what this locale can print")
        if not found:
            self.skipTest("localedef makes nothing here")


class Judge(unittest.TestCase):
    def test_hostile(self):
        """Each of them is, in at least one locale, and none is too long for a command's name."""
        for text in HOSTILE:
            self.assertTrue(acts(text) or acts(text, "latin-1"), text)
            self.assertLessEqual(len(text), 15)
            self.assertNotIn(b"/", text)
        self.assertEqual(len(set(HOSTILE)), len(HOSTILE))
        self.assertFalse(acts("a\né\u200b".encode()))


if __name__ == "__main__":
    px.main()
