#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx --root DIR: the views of another proc root."""
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px


class RootOption(px.SampleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.expected = px.sample_out("default")

    def test_spellings(self):
        path = self.root.path
        for words in (["--root", path, "100"], ["--root=" + path, "100"], ["100", "--root", path],
                      ["--root", path + "/", "100"], ["--root", path + "//", "--", "100"],
                      ["--root", "/nonexistent", "--root", path, "100"],
                      ["--root", path, "/proc/100"], ["--root", path, "0x64"]):
            with self.subTest(words=words):
                self.result(px.pmapx(*words), self.expected)

    def test_relative(self):
        parent, name = os.path.split(self.root.path)
        for path, folder in ((name, parent), ("./" + name, parent), (".", self.root.path)):
            self.result(px.pmapx("--root", path, "100", cwd=folder), self.expected)

    def test_odd_names(self):
        """Blanks, newlines, percent signs and long names in the path of the root."""
        top = tempfile.mkdtemp(prefix="pmapx-odd-")
        try:
            for name in (" blank dir ", "new\nline", "%s%n%d", "é\x1b[31m", "d" * 255, "-dash"):
                path = os.path.join(top, name)
                shutil.copytree(self.root.path, path)
                with self.subTest(name=name):
                    self.result(px.pmapx("--root", path, "100"), self.expected)
                    self.assertEqual(px.pmapx("--root", path, "99").status, 42)
        finally:
            shutil.rmtree(top)

    def test_deep_path(self):
        top = tempfile.mkdtemp(prefix="pmapx-deep-")
        try:
            path = os.path.join(top, *["d" * 200] * 15)
            shutil.copytree(self.root.path, path)
            self.result(px.pmapx("--root", path, "100"), self.expected)
        finally:
            shutil.rmtree(top)

    def test_every_view(self):
        folder = os.path.join(px.SOURCE, "tests", "roots", "section31")
        for name, options, status, stdout, pid in px.recorded_cases(folder):
            self.result(px.pmapx("--root", self.root.path, *options, pid), stdout, b"", status, name)

    def test_spelled_in_full_only(self):
        for word in ("--roo", "--ro", "--roo=" + self.root.path, "--Root"):
            with self.subTest(word=word):
                got = px.pmapx(word, "100")
                self.assertEqual((got.stdout, got.status), (b"", 1))
                self.assertTrue(got.stderr.startswith(
                    (px.PMAPX + ": unrecognized option '" + word + "'\n").encode()), got.stderr)
        got = px.pmapx("--r", "100")
        self.assertTrue(got.stderr.startswith(
            (px.PMAPX + ": option '--r' is ambiguous; possibilities: '--range' '--read-rc' "
             "'--read-rc-from'\n").encode()), got.stderr)

    def test_argument_missing(self):
        got = px.pmapx("--root")
        self.assertEqual((got.stdout, got.status), (b"", 1))
        self.assertTrue(got.stderr.startswith(
            (px.PMAPX + ": option '--root' requires an argument\n").encode()), got.stderr)

    def test_not_there(self):
        for path in ("/nonexistent", "", os.path.join(self.root.path, "100", "maps")):
            got = px.pmapx("--root", path, "100")
            with self.subTest(path=path):
                self.assertEqual(got.stdout, b"")
                self.assertIn(got.status, (1, 42))
                self.assertRegex(got.stderr, rb"\Apmapx: [^\n]+\n\Z")

    def test_the_running_system(self):
        """--root /proc is the live system."""
        pid = str(os.getpid())
        got = px.pmapx("--root", "/proc", "-q", pid)
        self.assertEqual((got.status, got.stderr), (0, b""))
        self.assertTrue(got.stdout.startswith(pid.encode() + b":   "))
        self.assertIn(b"rw---   [ stack ]\n", got.stdout)

    def test_nothing_else_is_read(self):
        """A process of the live system that the root lacks is missing."""
        got = self.root.pmapx("1")
        self.assertEqual((got.stdout, got.status), (b"", 42))


if __name__ == "__main__":
    px.main()
