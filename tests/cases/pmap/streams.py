#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmap with streams that are full, closed or broken."""
import os
import signal
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

FULL = b"pmap: write error: No space left on device\n"
CLOSED = b"pmap: write error: Bad file descriptor\n"


class Base(px.SampleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root.process(3, cmdline=b"locked\0")
        many = b"".join(px.map_line("%08x-%08x" % (0x1000 * n, 0x1000 * (n + 1)), name="/f")
                        for n in range(1, 20000))
        cls.root.process(50, maps=many)

    def shell(self, words, redirections, env=None):
        """Run pmap with the shell's redirections."""
        command = "exec \"$@\" " + redirections
        return self.root.mounted(["sh", "-c", command, "sh", px.UNDER_TEST, *words], env=env)


class Output(Base):
    def test_full(self):
        for words in (["100"], ["-x", "100"], ["-d", "100"], ["-X", "100"], ["-q", "100"], ["50"],
                      ["-h"], ["-V"], ["100", "99"], ["3"], ["3", "99"]):
            with self.subTest(words=words):
                self.result(self.shell(words, ">/dev/full"), b"", FULL, 1)

    def test_full_but_nothing_to_say(self):
        self.result(self.shell(["99"], ">/dev/full"), b"", b"", 42)
        self.result(self.shell(["-x"], ">/dev/full"), b"", b"pmap: argument missing\n", 1)

    def test_closed(self):
        for words in (["100"], ["-x", "100"], ["-X", "100"], ["50"], ["-h"], ["-V"], ["100", "99"],
                      ["3"]):
            with self.subTest(words=words):
                self.result(self.shell(words, ">&-"), b"", CLOSED, 1)

    def test_closed_but_nothing_to_say(self):
        self.result(self.shell(["99"], ">&-"), b"", b"", 42)
        with tempfile.TemporaryDirectory() as folder:
            env = px.environment(HOME=folder)
            self.result(self.shell(["-n"], ">&-", env=env), b"", b"pmap: ~/.pmaprc file "
                        b"successfully created, feel free to edit the content\n", 0)
            self.assertEqual(os.stat(os.path.join(folder, ".pmaprc")).st_size, 448)

    def test_standard_input_is_not_touched(self):
        for redirection in ("<&-", "</dev/null", "<&- 2>&-"):
            self.result(self.shell(["100"], redirection), px.sample_out("default"))
        got = self.root.mounted(
            ["sh", "-c", "printf 'one\\ntwo\\n' | while read -r line; do echo \"$line\"; "
             "\"$0\" -q 3; done", px.UNDER_TEST])
        self.result(got, b"one\n3:   locked\ntwo\n3:   locked\n", b"", 1)

    def test_broken_pipe(self):
        """The signal ends it, as it does any filter."""
        reader, writer = os.pipe()
        os.close(reader)
        try:
            got = self.root.mounted([px.UNDER_TEST, "50"], stdout=writer)
        finally:
            os.close(writer)
        self.assertEqual((got.status, got.stderr), (-signal.SIGPIPE, b""))


class Errors(Base):
    def test_nothing_to_say(self):
        for redirection in ("2>&-", "2>/dev/full"):
            self.result(self.shell(["100"], redirection), px.sample_out("default"))
            self.result(self.shell(["100", "99"], redirection), px.sample_out("default"), b"", 42)

    def test_something_to_say(self):
        for redirection in ("2>&-", "2>/dev/full"):
            with self.subTest(redirection=redirection):
                self.result(self.shell(["-r", "100"], redirection), px.sample_out("default"), b"", 1)
                self.result(self.shell(["-Z"], redirection), b"", b"", 1)
                with tempfile.TemporaryDirectory() as folder:
                    target = os.path.join(folder, "rc")
                    self.result(self.shell(["-N", target], redirection), b"", b"", 1)
                    self.assertEqual(os.stat(target).st_size, 448)


class Large(Base):
    def test_all_rows_arrive(self):
        expected = b"50:   A\n" + b"".join(b"%016x      4K r---- f\n" % (0x1000 * n)
                                           for n in range(1, 20000)) + b" total            79996K\n"
        self.result(self.root.pmap("50"), expected)

    def test_through_a_slow_pipe(self):
        """A reader that takes its time gets every byte."""
        got = self.root.mounted(["sh", "-c", '"$@" | (sleep 0.3; cat)', "sh", px.UNDER_TEST, "-q",
                                 "50"])
        self.assertEqual(got.stdout.count(b"\n"), 20000)


if __name__ == "__main__":
    px.main()
