#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Standard error is as harmless as standard output: whatever is in an operand, in an option, in the
path of a root or of an rc file, in such a file, and in the program's own name."""
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
from rows import HOSTILE, Base, acts, each_locale, shown

NO_PROCESS = 2147483647

# A few of them, where each costs a run or more: ESC, OSC, C1 in both spellings, bidi, DEL.
SOME = (b"red\x1b[31m", b"\x1b]0;title\x07", b"raw\x9b31m", b"utf\xc2\x9b31m", "u\u202ea".encode(),
        b"del\x7f\x7f\x7fx")

# A sanitized program takes its time: it is asked less.
IS_SLOW = px.is_sanitized(px.PMAPX)
ALL = tuple(dict.fromkeys((*SOME, *HOSTILE[::4]))) if IS_SLOW else HOSTILE


class Messages(Base):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="pmapx-hostile-").encode()
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def harmless(self, argv, status=1, what=None, more=None, **kwargs):
        """A run fails with a message, which shows what is told, made harmless, in every locale."""
        for env, codeset, locale in each_locale()[:1 if IS_SLOW else None]:
            got = px.run(argv, env=dict(env, **more or {}), **kwargs)
            self.assertEqual(got.status, status, argv)
            for text in (got.stdout, got.stderr):
                self.clean(text, codeset, "%r in %s" % (argv, locale))
            if what is not None:
                self.assertIn(shown(what, codeset), got.stderr)

    def both(self, *words, what=None, fooled=True, more=None):
        """The same of pmapx under both names; the installed pmap prints it as it is."""
        self.harmless([px.PMAPX, *words], 1, what, more)
        self.harmless([px.PMAP, *words], 1, None, more)
        if fooled and self.pmap_is():
            got = px.run([px.SYSTEM_PMAP, *words])
            self.assertTrue(acts(got.stderr), "pmap is fooled")

    def test_operands(self):
        for text in ALL:
            for operand in (text, b"1" + text, b"/proc/1" + text):
                self.harmless([px.PMAPX, operand], what=operand)
        for text in SOME:
            self.harmless([px.PMAP, text])
            self.harmless([px.PMAPX, b"/proc/" + text])

    def test_options(self):
        """getopt() would print them as they are."""
        for text in SOME:
            self.both(b"--" + text, what=b"unrecognized option '--" + text + b"'")
            self.both("-d", "1", b"--ext" + text + b"=1", "-q", what=b"'--ext" + text + b"=1'")
            self.both(b"-q" + text, fooled=False)
            self.both(b"--extended=" + text, fooled=False)
            self.both(text, "-C", text, "--root", text, "--", b"--" + text, fooled=False)
        for code in (0x1b, 0x7f, 0x08, 0x9b, 0x85):
            self.both(bytes((0x2d, code)), fooled=code < 0x80,
                      what=b"invalid option -- '?'")

    def test_ordinary_options(self):
        """Those are still told in getopt()'s words, once, also behind ours and behind operands."""
        for words, told in ((["--rea=\u00e9"], "option '--rea=\u00e9' is ambiguous"),
                            (["-\u00e9"], "invalid option -- '?'"),
                            (["--\u00e9"], "unrecognized option '--\u00e9'"),
                            (["1", "--root", "/", "-Z", "x"], "invalid option -- 'Z'"),
                            (["--root=/", "1", "--quiet=3"], "option '--quiet' doesn't allow"),
                            (["-q", "-A"], "option requires an argument -- 'A'"),
                            (["--jobs=1", "--root"], "option '--root' requires an argument")):
            got = px.pmapx(*words)
            first = got.stderr.splitlines()[0]
            self.assertTrue(first.startswith(("%s: %s" % (px.PMAPX, told)).encode()), first)
            self.assertEqual(got.stderr.count(px.PMAPX.encode() + b": "), 1)

    def test_arguments(self):
        for text in SOME:
            self.both("-A", text, what=b"'" + text + b"'")
            for option in (b"--jobs=", b"--compat="):
                self.harmless([px.PMAPX, option + text, "1"], what=option + text)

    def test_roots(self):
        """Its path is in every message about a process."""
        with px.Root() as root:
            root.process(100, smaps=b"nonsense\n" + px.smaps_entry(px.map_line("1000-2000")))
            root.process(101)
            os.mkfifo(os.path.join(root.path, "101", "maps"))
            root.process(102, maps=b"")
            os.unlink(os.path.join(root.path, "102", "stat"))
            for text in ALL:
                path = self.path(text)
                os.symlink(root.path, path)
                self.harmless([px.PMAPX, "--root", path, "99", "101", "102"], 43, path + b"/99: ")
            for text in SOME:
                path = self.path(text)
                self.harmless([px.PMAPX, "--root", path, "-X", "100"], 1, path + b"/100/smaps: ")
                self.harmless([px.PMAPX, "--root", path + b"/none", "100"], 1, path + b"/none: ")
                self.harmless([px.PMAPX, "--root", os.path.join(path, b"100", b"stat"), "1"], 1,
                              path + b"/100/stat: ")

    def test_rc_files(self):
        for text in ALL:
            path = self.path(text, b"rc")
            self.harmless([px.PMAPX, "-C", path, "1"], what=path)
            self.harmless([px.PMAPX, "-N", path], what=path)
        for text in SOME:
            path = self.path(text)
            self.both("-C", path, "1", fooled=False)
            with open(path, "wb"):
                pass
            self.both("-N", path, fooled=False)
            for words in (["-c", "1"], ["-n"]):
                self.both(*words, fooled=False, more={"HOME": self.path(text)})

    def test_what_is_in_rc_files(self):
        """Lines are warned about by number; names of columns are compared, never printed."""
        with px.sample() as root:
            for text in SOME:
                rc = self.path(b"rc")
                with open(rc, "wb") as file:
                    file.write(b"x\n[" + text + b"]\n" + text + b"\n[Fields Display]\n" + text
                               + b" " + text + b"\nRss\n" + text * 200 + b"\n")
                for program in ([px.PMAPX], [px.PMAP]):
                    for words in (["-C", rc, "100"], ["-q", "-C", rc, "100"]):
                        for env, codeset, _ in each_locale():
                            got = root.mounted([*program, *words], env=env)
                            self.assertEqual(got.status, 0)
                            self.clean(got.stdout + got.stderr, codeset, text)
                            self.assertGreater(got.stderr.count(b" - line "), 2)

    def test_own_name(self):
        """The link by which it is called."""
        for text in SOME:
            name = b"pm" + text[:14]
            for words, status in (([], 1), (["-h"], 0), (["-V"], 0), (["-Z"], 1),
                                  (["1", "-x", "-d"], 1), (["x"], 1), ([str(NO_PROCESS)], 42),
                                  (["-n"], 1), (["-c", "1"], 1)):
                self.harmless([b"/x/" + name, *words], status, executable=px.PMAPX)
                if self.pmap_is() and words in (["-Z"], ["1", "-x", "-d"]):
                    got = px.run([b"/x/" + name, *words], executable=px.SYSTEM_PMAP)
                    self.assertTrue(acts(got.stderr), "pmap is fooled")

    def test_own_name_is_still_that_of_the_file(self):
        """What is shown is harmless, what is read is what was meant."""
        for text in SOME:
            name = b"pm" + text
            with open(self.path(b"." + name + b"rc"), "wb") as file:
                file.write(b"[Fields Display]\nRss\n")
            with px.sample() as root:
                got = px.run([name, "--root", root.path, "-qc", "100"], executable=px.PMAPX,
                             env=px.environment(HOME=os.fsdecode(self.folder)))
            self.assertEqual((got.stderr, got.status), (b"", 0))
            self.assertEqual(got.stdout.splitlines()[1].split(), [b"00400000", b"4"])
            self.harmless([name, "-n"], 1, b"~/." + name + b"rc", executable=px.PMAPX,
                          more={"HOME": os.fsdecode(self.folder)})


if __name__ == "__main__":
    px.main()
