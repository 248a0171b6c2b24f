#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmap's header line: number, command text, and what is done to its bytes."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

ROW = px.map_line("00001000-00002000", name="/f")
SHOWN = b"0000000000001000      4K r---- f\n"


class Base(px.TestCase):
    def header(self, expected, cmdline, env=None, what="", **process):
        """The header of process 100 with this cmdline is expected, and its row follows."""
        process.setdefault("maps", ROW)
        with px.Root().process(100, cmdline=cmdline, **process) as root:
            self.result(root.pmap("-q", "100", env=env), b"100:   " + expected + b"\n" + SHOWN,
                        what=what)


class Command(Base):
    def test_arguments(self):
        for cmdline, text in (
                (b"/bin/cat\0file\0", b"/bin/cat file"),
                (b"a\0", b"a"),
                (b"a\0 \0", b"a  "),
                (b"b \0", b"b "),
                (b"x\n\0", b"x "),
                (b"a\nb\0c\0", b"a b c"),
                (b"a\0\0b\0\0\0", b"a  b"),
                (b"\0a\0", b" a"),
                (b"\0\0a\0", b"  a"),
                (b"foo  ", b"foo "),
                (b"foo\n", b"foo"),
                (b"foo ", b"foo"),
                (b"foo", b"foo"),
                (b"foo bar", b"foo bar"),
                (b"foo\0bar", b"foo bar"),
                (b"foo\n\n", b"foo "),
                (b" foo\0", b" foo"),
                (b"with \"quotes\" 'and' \\back\\slash $\0", b"with \"quotes\" 'and' \\back\\slash $")):
            with self.subTest(cmdline=cmdline):
                self.header(text, cmdline)

    def test_length(self):
        """131071 bytes are kept, whether a byte is then cut or not."""
        for length in (511, 512, 4095, 4096, 65536, 131070):
            with self.subTest(length=length):
                self.header(b"a" * length, b"a" * length + b"\0")
        self.header(b"a" * 131071, b"a" * 131071)
        self.header(b"a" * 131071, b"a" * 131072)
        self.header(b"a" * 131071, b"a" * 131073)
        self.header(b"a" * 131071, b"a" * 200000 + b"\0")
        self.header(b"a" * 131070, b"a" * 131070 + b" " + b"b" * 100)
        self.header(b"a" * 131000 + b" " + b"b" * 70, b"a" * 131000 + b"\0" + b"b" * 1000)

    def test_no_command_line(self):
        for comm, state, text in (
                ("kthreadd", "S", b"[kthreadd]"),
                ("kworker/0:0H-events_highpri", "I", b"[kworker/0:0H-events_highpri]"),
                ("a) S 1 (b", "S", b"[a) S 1 (b]"),
                ("((", "S", b"[((]"), ("))", "S", b"[))]"), ("", "S", b"[]"),
                (" ", "S", b"[ ]"), ("two words", "R", b"[two words]"),
                ("gone", "Z", b"[gone] <defunct>"), ("dead", "X", b"[dead]")):
            with self.subTest(comm=comm, state=state):
                self.header(text, b"", comm=comm, state=state)
                self.header(text, None, comm=comm, state=state)

    def test_comm_is_escaped(self):
        self.header(b"[zo?m (b) \xc3\xa9] <defunct>", b"", comm=b"zo\x01m (b) \xc3\xa9", state="Z",
                    status="Tgid:\t100\n")
        self.header(b"[a?b]", b"", comm=b"a\nb", status="Tgid:\t100\n")

    def test_empty_command(self):
        """Only NULs, or one blank: - from 4.0.6, ? before."""
        mark = b"-" if px.pmap_version(px.UNDER_TEST) >= (4, 0, 6) else b"?"
        for cmdline in (b"\0", b"\0\0\0", b" ", b"\n"):
            with self.subTest(cmdline=cmdline):
                self.header(mark, cmdline)
        self.header(b" ", b"  ")
        self.header(b" ", b" \0")

    def test_in_every_view(self):
        with px.Root().process(100, smaps=px.SAMPLE, cmdline=b"A\0B C\0") as root:
            for words in ([], ["-x"], ["-d"], ["-X"], ["-XX"], ["-q"], ["-xq"], ["-Xq"], ["-p"]):
                with self.subTest(words=words):
                    got = root.pmap(*words, "100")
                    self.assertEqual(got.stdout.split(b"\n")[0], b"100:   A B C")


class Number(Base):
    """The number is the thread group's, and so is the map; the command is the operand's."""

    def test_thread_id(self):
        with px.Root() as root:
            root.process(100, maps=ROW, smaps=px.SAMPLE, cmdline=b"leader\0", start_stack=0x1800)
            root.process(101, maps=px.map_line("00009000-0000a000", name="/other"),
                         cmdline=b"thread\0", tgid=100)
            self.result(root.pmap("-q", "101"), b"100:   thread\n" + SHOWN)
            self.result(root.pmap("-q", "101", "100"), b"100:   thread\n" + SHOWN +
                        b"100:   leader\n" + SHOWN)
            self.assertTrue(root.pmap("-xq", "101").stdout.startswith(
                b"100:   thread\n0000000000400000       4       4       1 r-x-- b\n"))

    def test_stack_of_the_operand(self):
        anon = px.map_line("00001000-00002000", "rw-p") + px.map_line("00003000-00004000", "rw-p")
        with px.Root() as root:
            root.process(100, maps=anon, start_stack=0x1800)
            root.process(101, maps=None, tgid=100, start_stack=0x3800)
            self.result(root.pmap("-q", "101"), px.listing("""\
100:   A
0000000000001000      4K rw---   [ anon ]
0000000000003000      4K rw---   [ stack ]
"""))

    def test_status_missing(self):
        self.header(b"A", b"A\0", status=False)
        self.header(b"A", b"A\0", status="")
        self.header(b"A", b"A\0", status="Name:\tx\nPid:\t7\n")

    def test_unpadded(self):
        with px.Root().process(4194303, maps=ROW).process(7, maps=ROW) as root:
            self.result(root.pmap("-q", "4194303", "7"),
                        b"4194303:   A\n" + SHOWN + b"7:   A\n" + SHOWN)


# argument -> (4.0.2's text, 4.0.5's and later), where both agree one text, in a UTF-8 locale
UTF8 = [
    (b"a\x1b[31m\x01\x7f\t\r", b"a?[31m????"),
    ("é€😀".encode(), "é€😀".encode()),
    ("\u0301\u200b\ufeff\ufffd".encode(), "\u0301\u200b\ufeff\ufffd".encode()),
    ("\ufffe\ufdd0\U0001ffff\U000e0001\u0378".encode(),) * 2,
    ("\u00a0\u00ad\u07ff\u0800\ud7ff\uf900\U00010000\U0010ffff".encode(),) * 2,
    (b"\x01\x02\x08\x0b\x1f", b"?????"),
    (b"a\xc0\xafb", b"a??b"),
    (b"\xff", b"?"),
    (b"a\x80b", b"a?b"),
    (b"a\xc3", b"a?"),
    (b"a\xe2\x82", b"a??"),
    (b"a\xf0\x9f\x98", b"a???"),
    (b"\xc3\xa9\xff\xc3\xa9\x01\x7f", b"\xc3\xa9???..", b"\xc3\xa9?\xc3\xa9??"),
    (b"a\xc3\x1b[31m", b"a\xc3\x1b[31m", b"a??[31m"),
    (b"a\xc2\x9bb", b"a\xc2\x9bb", b"a??b"),
    (b"a\xc2\x80b", b"a\xc2\x80b", b"a??b"),
    (b"a\xed\xa0\x80b", b"a\xed\xa0\x80b", b"a???b"),
    (b"a\xe2(\xa1b", b"a\xe2(\xa1b", b"a?(?b"),
    (b"a\xe0\x80\xafb", b"a\xe0\x80\xafb", b"a???b"),
    (b"a\xf4\x90\x80\x80b", b"a\xf4\x90\x80\x80b", b"a????b"),
    (b"a\xf8\x88\x80\x80\x80b", b"a?????b"),
    (b"a\xf0(((b", b"a\xf0(((b", b"a?(((b"),
]
# the same in the C locale
ASCII = [
    (b"plain ~!", b"plain ~!"),
    (b"a\x1b[31m\x01\x7f\t\r", b"a.[31m....", b"a?[31m????"),
    ("é€".encode(), b"?????"),
    (b"\x80\xa0\xff", b"???"),
]
# and in ISO-8859-1
LATIN1 = [
    (b"plain ~!", b"plain ~!"),
    (b"a\x1b\x7f", b"a..", b"a??"),
    (b"caf\xe9 \xa3\xfe", b"caf? ??", b"caf\xe9 \xa3\xfe"),
    (b"\x80\x9f", b"??"),
    (b"\x9b31m", b"?31m"),
]


class Bytes(Base):
    def check(self, table, env):
        old = px.pmap_version(px.UNDER_TEST) < (4, 0, 4)
        for argument, *texts in table:
            with self.subTest(argument=argument):
                self.header(texts[0] if old else texts[-1], argument + b"\0", env)

    def test_utf8(self):
        self.check(UTF8, px.environment(LC_ALL="C.UTF-8"))

    def test_utf8_of_a_language(self):
        px.need_locale("en_US.UTF-8")
        self.check(UTF8, px.environment(LC_ALL="en_US.UTF-8"))

    def test_c(self):
        self.check(ASCII, px.environment(LC_ALL="C"))
        self.check(ASCII, px.environment(LC_ALL="POSIX"))
        self.check(ASCII, px.environment(LC_ALL=None))
        self.check(ASCII, px.environment(LC_ALL="none_SUCH.UTF-8"))

    def test_latin1(self):
        px.need_locale("fr_FR.ISO-8859-1")
        self.check(LATIN1, px.environment(LC_ALL="fr_FR"))

    def test_category(self):
        """LC_CTYPE decides."""
        self.header("é".encode(), "é\0".encode(),
                    px.environment(LC_ALL=None, LC_CTYPE="C.UTF-8", LANG="C"))
        self.header(b"??", "é\0".encode(),
                    px.environment(LC_ALL=None, LC_CTYPE="C", LANG="C.UTF-8"))
        self.header("é".encode(), "é\0".encode(), px.environment(LC_ALL=None, LANG="C.UTF-8"))
        self.header(b"??", "é\0".encode(), px.environment(LC_ALL="C", LC_CTYPE="C.UTF-8"))


class Hidden(Base):
    """LIBPROC_HIDE_KERNEL: kernel threads count as missing."""

    def test_hidden(self):
        with px.Root() as root:
            root.process(2, maps=b"", cmdline=b"", comm="kthreadd", ppid=0)
            root.process(3, maps=b"", cmdline=b"", comm="kworker", ppid=2)
            root.process(100, maps=ROW)
            for value in ("", "1"):
                env = px.environment(LIBPROC_HIDE_KERNEL=value)
                self.result(root.pmap("2", env=env), b"", b"", 42)
                self.result(root.pmap("3", env=env), b"", b"", 42)
                self.result(root.pmap("-q", "2", "100", "3", env=env), b"100:   A\n" + SHOWN, b"",
                            42)
            self.result(root.pmap("-q", "2", "3"), b"2:   [kthreadd]\n3:   [kworker]\n")


if __name__ == "__main__":
    px.main()
