#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx says which process is missing or unreadable, a line for each; pmap says nothing. The
statuses are pmap's."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px


def names(*pids):
    """A line of standard error for each of them."""
    return b"".join(rb"pmapx: [^\n]*\b%d\b[^\n]*\n" % pid for pid in pids)


class Diagnostics(px.SampleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root.process(3, cmdline=b"locked\0")
        cls.root.process(7, maps=b"", stat=b"")
        os.makedirs(os.path.join(cls.root.path, "11", "maps"))
        cls.root.process(11, cmdline=b"folder\0")

    def test_missing(self):
        well = px.sample_out("default")
        self.everywhere(self.root, ["99"], b"", names(99), 42)
        self.everywhere(self.root, ["99", "98", "2147483647"], b"", names(99, 98, 2147483647), 42)
        self.everywhere(self.root, ["100", "99", "100"], well * 2, names(99), 42)
        self.everywhere(self.root, ["7"], b"", names(7), 42)
        self.everywhere(self.root, ["/proc/99", "/proc/self"], b"", names(99), 42)

    def test_unreadable(self):
        for view in ("-q", "-x", "-d", "-X", "-XX"):
            self.everywhere(self.root, [view, "3"], b"3:   locked\n", names(3), 1)

    def test_both(self):
        got = self.root.pmapx("3", "99", "100")
        self.result(got, b"3:   locked\n" + px.sample_out("default"), None, 43)
        self.assertEqual(sorted(line.split()[0] for line in got.stderr.splitlines()),
                         [b"pmapx:"] * 2)
        self.assertRegex(got.stderr, rb"\b3\b")
        self.assertRegex(got.stderr, rb"\b99\b")

    def test_read_error(self):
        """A map that cannot be read to its end is an error."""
        for name, got in self.root.ways("-q", "11", "100"):
            with self.subTest(run=name):
                self.assertEqual(got.status, 1)
                self.same(got.stdout, b"11:   folder\n" + px.sample_out("q"))
                if name.startswith("pmap "):
                    self.same(got.stderr, b"")
                else:
                    self.assertRegex(got.stderr, rb"\Apmapx: [^\n]*\b11\b[^\n]*\n\Z")

    def test_the_file_is_named(self):
        """Below a root that lacks files, which one it is; and what is no file is not read."""
        with px.sample() as root:
            root.process(5, maps=px.SAMPLE_MAPS, stat=False)
            root.process(6, maps=px.SAMPLE_MAPS, stat=b"")
            root.process(8, tgid=888)
            root.process(9)
            os.mkfifo(os.path.join(root.path, "9", "maps"))
            root.process(10, stat=False)
            os.symlink("/dev/zero", os.path.join(root.path, "10", "stat"))
            at = root.path.encode()
            for pid, text, status in (
                    (5, b"/5/stat: No such file or directory", 42),
                    (6, b"/6/stat: No data available", 42),
                    (77, b"/77: No such process", 42),
                    (8, b"/8/maps: No such file or directory", 1),
                    (9, b"/9/maps: Not a regular file", 1),
                    (10, b"/10/stat: Not a regular file", 42)):
                with self.subTest(pid=pid):
                    got = px.pmapx("--root", root.path, str(pid))
                    self.same(got.stderr, b"pmapx: %d: %s%s\n" % (pid, at, text))
                    self.assertEqual(got.status, status)

    def test_command_line(self):
        """That it cannot be read is said, and the map shown; that it is not there is nothing."""
        with px.Root() as root:
            root.process(5, maps=px.SAMPLE_MAPS, cmdline=None)
            root.process(6, maps=px.SAMPLE_MAPS, cmdline=None)
            os.mkdir(os.path.join(root.path, "6", "cmdline"))
            missing = root.pmapx("5")
            self.assertEqual((missing.status, missing.stderr), (0, b""))
            self.result(root.pmapx("6"), missing.stdout.replace(b"5:   [comm]", b"6:   [comm]"),
                        b"pmapx: 6: %s/6/cmdline: Is a directory\n" % root.path.encode(), 1)

    def test_quiet_does_not_silence(self):
        self.everywhere(self.root, ["-q", "99"], b"", names(99), 42)

    def test_standard_error_closed(self):
        got = px.run(["sh", "-c", 'exec "$@" 2>&-', "sh", px.PMAPX, "--root", self.root.path, "99"])
        self.assertEqual((got.stdout, got.stderr), (b"", b""))
        self.assertNotEqual(got.status, 0)


if __name__ == "__main__":
    px.main()
