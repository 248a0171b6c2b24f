#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmap's rc files: -c, -C, -n, -N, the grammar, the warnings, the template."""
import os
import stat
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

TEMPLATE = b"""# pmap's Config File

# All the entries are case sensitive.
# Unsupported entries are ignored!

[Fields Display]

# To enable a field uncomment its entry

#Perm
#Offset
#Device
#Inode
#Size
#Rss
#Pss
#Shared_Clean
#Shared_Dirty
#Private_Clean
#Private_Dirty
#Referenced
#Anonymous
#AnonHugePages
#Swap
#KernelPageSize
#MMUPageSize
#Locked
#VmFlags
#Mapping


[Mapping]

# to show paths in the mapping column uncomment the following line
#ShowPath

"""
CREATED = b"pmap: ~/.pmaprc file successfully created, feel free to edit the content\n"
CREATED_AT = b"pmap: rc file successfully created, feel free to edit the content\n"
EXISTS = b"pmap: the file already exists - delete or rename it first\n"

KEYS = ("Size", "KernelPageSize", "Rss", "Swap")
SMAPS = px.smaps_entry(px.map_line("00400000-00401000", "r--p", "/a/b", "fe:00", 77), KEYS, "rd",
                       Rss=4) \
    + px.smaps_entry(px.map_line("00401000-00402000", "rw-p"), KEYS, "rd wr mr mw me ac", Rss=123)

# what the columns show, with -q; the address is always there
ADDRESSES = ("00400000", "00401000")
COLUMNS = {
    "Perm": ("r--p", "rw-p"), "Offset": ("00000000", "00000000"), "Device": ("fe:00", "00:00"),
    "Inode": ("77", " 0"), "Size": ("4", "4"), "KernelPageSize": ("4", "4"),
    "Rss": ("  4", "123"), "Swap": ("0", "0"), "VmFlags": ("               rd", "rd wr mr mw me ac"),
    "Mapping": ("b", ""), "paths": ("/a/b", ""),
}


def rows(*columns):
    """The quiet view of these columns."""
    return b"100:   A\n" + b"".join(
        " ".join((ADDRESSES[row],) + tuple(COLUMNS[name][row] for name in columns)).encode() + b"\n"
        for row in (0, 1))


def warning(kind, line):
    return b"pmap: %s - line %d\n" % ({
        "syntax": b"syntax error found in the config",
        "section": b"unsupported section found in the config",
        "long": b"config line too long"}[kind], line)


class Base(px.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.home = self.folder.name
        self.rc = os.path.join(self.home, "rc")
        self.env = px.environment(HOME=self.home)
        self.root = px.Root().process(100, smaps=SMAPS)

    def tearDown(self):
        self.folder.cleanup()
        self.root.__exit__()

    def path(self, name):
        return os.path.join(self.home, name)

    def write(self, text, name="rc"):
        with open(self.path(name), "wb") as out:
            out.write(px.as_bytes(text))

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def pmap(self, *words, **kwargs):
        kwargs.setdefault("env", self.env)
        return self.root.pmap(*words, **kwargs)

    def check(self, text, stdout, stderr=b"", *more):
        """The quiet view that this rc file selects."""
        self.write(text)
        self.result(self.pmap("-q", "-C", self.rc, *more, "100"), stdout, stderr, 0, repr(text))


class Views(Base):
    """With a heading and totals."""

    def test_listings(self):
        for text, listing in (
                ("[Fields Display]\nRss\nSize\nMapping\n", """\
100:   A
 Address Size Rss Mapping
00400000    4   4 b
00401000    4 123␠
         ==== ===␠
            8 127 KB␠
"""),
                ("", """\
100:   A
 Address␠
00400000
00401000
"""),
                ("[Fields Display]\nVmFlags\nPerm\n", """\
100:   A
 Address Perm           VmFlags␠
00400000 r--p                rd
00401000 rw-p rd wr mr mw me ac
"""),
                ("[Fields Display]\nPerm\nOffset\nDevice\nInode\nRss\nMapping\n[Mapping]\nShowPath\n",
                 """\
100:   A
 Address Perm   Offset Device Inode Rss Mapping
00400000 r--p 00000000  fe:00    77   4 /a/b
00401000 rw-p 00000000  00:00     0 123␠
                                    ===␠
                                    127 KB␠
"""),
                ("[Fields Display]\nDevice\nSwap\n", """\
100:   A
 Address Device Swap␠
00400000  fe:00    0
00401000  00:00    0
                ====␠
                   0 KB␠
"""),
                ("[Fields Display]\nMapping\n", """\
100:   A
 Address Mapping
00400000 b
00401000␠
""")):
            with self.subTest(text=text):
                self.write(text)
                self.result(self.pmap("-C", self.rc, "100"), px.listing(listing))

    def test_the_default_file(self):
        self.write("[Fields Display]\nRss\n", ".pmaprc")
        for words in (["-c"], ["--read-rc"], ["--read-rc", "-p"]):
            self.result(self.pmap("-q", *words, "100"), rows("Rss"))
        self.result(self.pmap("-q", "100"),
                    b"100:   A\n0000000000400000      4K r---- b\n"
                    b"0000000000401000      4K rw---   [ anon ]\n")

    def test_spellings_of_C(self):
        self.write("[Fields Display]\nRss\n")
        for words in (["-C", self.rc], ["-C" + self.rc], ["--read-rc-from", self.rc],
                      ["--read-rc-from=" + self.rc], ["--read-rc-f=" + self.rc],
                      ["-C", "/nonexistent", "-C", self.rc]):
            with self.subTest(words=words):
                self.result(self.pmap("-q", *words, "100"), rows("Rss"))

    def test_several_processes(self):
        self.holds_for((4, 0, 4))
        self.write("[Fields Display]\nRss\n")
        block = px.listing("""\
100:   A
 Address Rss␠
00400000   4
00401000 123
         ===␠
         127 KB␠
""")
        self.result(self.pmap("-C", self.rc, "100", "100"), block * 2)


class Grammar(Base):
    def test_columns(self):
        for name in ("Perm", "Offset", "Device", "Inode", "Size", "KernelPageSize", "Rss", "Swap",
                     "VmFlags", "Mapping"):
            self.check("[Fields Display]\n%s\n" % name, rows(name))
        self.check("[Fields Display]\nMapping\nSwap\nVmFlags\nPerm\nInode\nSize\n",
                   rows("Perm", "Inode", "Size", "Swap", "VmFlags", "Mapping"))

    def test_names_are_exact(self):
        for name in ("rss", "RSS", "Rss:", "Rs", "Rss#x", "Address", "Kbytes", "Unknown", "\"Rss\"",
                     "Rss,Size"):
            self.check("[Fields Display]\n%s\n" % name, rows())

    def test_duplicates(self):
        self.check("[Fields Display]\nRss\nRss\nPerm\nPerm\n", rows("Perm", "Rss"))

    def test_blanks_and_comments(self):
        self.check("# c\n\n  # c\n\t\n[Fields Display]\n \t Rss \t \n#Size\n  #Perm\nSwap # why\n"
                   "Inode\t#\n", rows("Inode", "Rss", "Swap"))
        self.check("  [Fields Display]  # c\n\tRss\n", rows("Rss"))
        self.check("[Fields Display]\t\nRss", rows("Rss"))
        self.check("[Fields Display]#c\nRss", rows("Rss"))

    def test_second_word(self):
        self.check("[Fields Display]\nRss Size\nSwap x # y\n", rows("Rss", "Swap"),
                   warning("syntax", 2) + warning("syntax", 3))

    def test_text_after_the_bracket(self):
        """A warning, and then content."""
        self.check("[Fields Display] Rss\nSize\n", rows("Size", "Rss"), warning("syntax", 1))
        self.check("[Fields Display]Rss\n", rows("Rss"), warning("syntax", 1))

    def test_before_any_section(self):
        self.check("Rss\n\n#\nSize\n[Fields Display]\nSwap\n", rows("Swap"),
                   warning("syntax", 1) + warning("syntax", 4))

    def test_unsupported_sections(self):
        self.check("[Other]\nRss Rss\nx y z\n[Fields Display]\nSwap\n", rows("Swap"),
                   warning("section", 1))
        for name in ("[fields display]", "[Fields  Display]", "[ Fields Display]",
                     "[Fields Display ]", "[]", "[mapping]"):
            self.check(name + "\nRss\n", rows(), warning("section", 1))
        self.check("[Other] Rss\n[Fields Display]\nSwap\n", rows("Swap"),
                   warning("section", 1) + warning("syntax", 1))

    def test_bracket_left_open(self):
        """The section stays what it was."""
        self.check("[Fields Display]\n[Mapping\nRss\n", rows("Rss"), warning("syntax", 2))
        self.check("[\nRss\n", rows(), warning("syntax", 1) + warning("syntax", 2))

    def test_show_path(self):
        self.check("[Fields Display]\nMapping\n[Mapping]\nShowPath\n", rows("paths"))
        self.check("[Mapping]\nShowPath # yes\n[Fields Display]\nMapping\n", rows("paths"))
        self.check("[Fields Display]\nMapping\n", rows("paths"), b"", "-p")
        for text in ("showpath", "ShowPaths", "Other", "Rss"):
            self.check("[Fields Display]\nMapping\n[Mapping]\n%s\n" % text, rows("Mapping"))
        self.check("[Fields Display]\nMapping\n[Mapping]\nShowPath x\nother words\n", rows("paths"),
                   warning("syntax", 4) + warning("syntax", 5))
        self.check("[Fields Display]\nMapping\nShowPath\n", rows("Mapping"))

    def test_sections_again(self):
        self.check("[Fields Display]\nRss\n[Mapping]\nSize\n[Fields Display]\nSwap\n",
                   rows("Rss", "Swap"))

    def test_long_lines(self):
        """1024 bytes of a line count."""
        self.check("[Fields Display]\n#" + "x" * 1022 + "\nRss\n", rows("Rss"))
        self.check("[Fields Display]\n#" + "x" * 1023 + "\nRss\n", rows("Rss"), warning("long", 2))
        self.check("[Fields Display]\n#" + "x" * 5000 + "\nRss\n", rows("Rss"), warning("long", 2))
        self.check("[Fields Display]\n" + " " * 1020 + "Rss\nSize\n", rows("Size", "Rss"))
        self.check("[Fields Display]\nRss" + " " * 1021 + "Swap\nSize\n", rows("Size", "Rss"),
                   warning("long", 2))
        self.check("[Fields Display]\n" + "y" * 1100 + "\nRss\n", rows("Rss"), warning("long", 2))
        self.check("[Other" + "x" * 2000 + "]\nRss\n", rows(),
                   warning("long", 1) + warning("syntax", 1) + warning("syntax", 2))
        self.check("[x]" + " y" * 600 + "\n", rows(),
                   warning("long", 1) + warning("section", 1) + warning("syntax", 1))

    def test_carriage_returns(self):
        self.check("[Fields Display]\r\nRss\r\nSize\n", rows("Size"), warning("syntax", 1))

    def test_not_a_text(self):
        self.check(b"\xff\xfe\x01\n[Fields Display]\n\xc3\xa9\nRss\n", rows("Rss"),
                   warning("syntax", 1))

    def test_empty_sources(self):
        for source in (self.home, "/dev/null"):
            self.result(self.pmap("-q", "-C", source, "100"), rows())

    def test_warnings_precede_the_usage(self):
        self.write("Rss\n")
        self.result(self.pmap("-C", self.rc, "nope"), b"", warning("syntax", 1) + px.usage(), 1)
        self.result(self.pmap("-C", self.rc), b"", b"pmap: argument missing\n", 1)
        self.result(self.pmap("-q", "-C", self.rc, "3"), b"", warning("syntax", 1), 42)


class Unreadable(Base):
    def test_read(self):
        self.result(self.pmap("-c", "100"), b"", b"pmap: couldn't read ~/.pmaprc\n", 1)
        self.result(self.pmap("-C", self.path("none"), "100"), b"",
                    b"pmap: couldn't read the rc file\n", 1)
        self.result(self.pmap("-C", "", "100"), b"", b"pmap: couldn't read the rc file\n", 1)
        self.result(self.pmap("-C", self.path("none"), "nope"), b"",
                    b"pmap: couldn't read the rc file\n", 1)

    def test_home(self):
        env = px.environment(HOME=None)
        for words in (["-c", "100"], ["-n"]):
            self.result(self.pmap(*words, env=env), b"", b"pmap: HOME variable undefined\n", 1)
        if not os.path.exists("/.pmaprc"):
            self.result(self.pmap("-c", "100", env=px.environment(HOME="")), b"",
                        b"pmap: couldn't read ~/.pmaprc\n", 1)
        self.write("[Fields Display]\nRss\n")
        self.result(self.pmap("-q", "-C", self.rc, "100", env=env), rows("Rss"))
        self.result(self.pmap("-N", self.path("new"), env=env), b"", CREATED_AT)

    def test_name(self):
        """The default file follows the name of the program."""
        link = self.path("pmap")
        os.symlink(os.path.realpath(px.UNDER_TEST), link)
        self.write("[Fields Display]\nRss\n", ".pmaprc")
        self.result(self.root.mounted(
            ["sh", "-c", 'shift; exec "$@"', "sh", px.UNDER_TEST, link, "-qc", "100"],
            env=self.env), rows("Rss"))


class Create(Base):
    def test_template_size(self):
        self.assertEqual(len(TEMPLATE), 448)

    def test_default(self):
        for words in (["-n"], ["--create-rc"], ["-nn"], ["-n", "-A", "0"], ["-n", "--"]):
            with self.subTest(words=words):
                self.result(self.pmap(*words), b"", CREATED)
                self.same(self.read(".pmaprc"), TEMPLATE)
                os.unlink(self.path(".pmaprc"))

    def test_file(self):
        for words in (["-N", self.path("f")], ["-N" + self.path("f")],
                      ["--create-rc-to", self.path("f")], ["--create-rc-to=" + self.path("f")],
                      ["-N", "/nonexistent/f", "-N", self.path("f")]):
            with self.subTest(words=words):
                self.result(self.pmap(*words), b"", CREATED_AT)
                self.same(self.read("f"), TEMPLATE)
                os.unlink(self.path("f"))

    def test_solaris_r(self):
        self.result(self.pmap("-nr"), b"",
                    b"pmap: option -r is ignored as SunOS compatibility\n" + CREATED)

    def test_mode(self):
        for mask in (0o022, 0o077, 0o000):
            previous = os.umask(mask)
            try:
                self.result(self.pmap("-n"), b"", CREATED)
            finally:
                os.umask(previous)
            self.assertEqual(stat.S_IMODE(os.stat(self.path(".pmaprc")).st_mode), 0o666 & ~mask)
            os.unlink(self.path(".pmaprc"))

    def test_exists(self):
        self.write("mine\n", ".pmaprc")
        self.result(self.pmap("-n"), b"", EXISTS + b"pmap: couldn't create ~/.pmaprc\n", 1)
        self.result(self.pmap("-N", self.path(".pmaprc")), b"",
                    EXISTS + b"pmap: couldn't create the rc file\n", 1)
        self.same(self.read(".pmaprc"), b"mine\n")
        for target in (self.home, "/dev/null"):
            self.result(self.pmap("-N", target), b"",
                        EXISTS + b"pmap: couldn't create the rc file\n", 1)
        os.symlink(".pmaprc", self.path("link"))
        self.result(self.pmap("-N", self.path("link")), b"",
                    EXISTS + b"pmap: couldn't create the rc file\n", 1)

    def test_no_such_folder(self):
        self.result(self.pmap("-N", self.path("no/f")), b"", b"pmap: couldn't create the rc file\n",
                    1)
        self.result(self.pmap("-N", ""), b"", b"pmap: couldn't create the rc file\n", 1)
        self.result(self.pmap("-n", env=px.environment(HOME=self.path("no"))), b"",
                    b"pmap: couldn't create ~/.pmaprc\n", 1)

    def test_read_back(self):
        """The template selects nothing; each of its names can be enabled."""
        self.pmap("-n")
        self.result(self.pmap("-qc", "100"), rows())
        self.write(TEMPLATE.replace(b"\n#Rss", b"\nRss").replace(b"\n#Mapping", b"\nMapping")
                   .replace(b"\n#ShowPath", b"\nShowPath"), ".pmaprc")
        self.result(self.pmap("-qc", "100"), rows("Rss", "paths"))


if __name__ == "__main__":
    px.main()
