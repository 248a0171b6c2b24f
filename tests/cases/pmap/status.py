#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmap's exit status and what it prints when something is missing, unreadable or empty."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

VIEWS = ([], ["-x"], ["-d"], ["-X"], ["-XX"], ["-q"], ["-xq"], ["-dq"], ["-Xq"], ["-p"])


class Processes(px.SampleCase):
    """100 is well, 2 has an empty map, 3 and 4 have none, the rest is not there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root.process(2, maps=b"", smaps=b"", cmdline=b"", comm="kthreadd")
        cls.root.process(3, cmdline=b"locked\0")
        cls.root.process(4, cmdline=b"", comm="z", state="Z")
        cls.root.process(5, maps=b"", smaps=b"", cmdline=b"", comm="zomb", state="Z")
        cls.root.process(6, maps=px.SAMPLE_MAPS, smaps=px.SAMPLE, stat=False)
        cls.root.process(7, maps=px.SAMPLE_MAPS, smaps=px.SAMPLE, stat=b"")
        os.mkdir(os.path.join(cls.root.path, "8"))
        cls.root.process(9, maps=px.SAMPLE_MAPS)
        cls.root.process(10, maps=px.SAMPLE_MAPS, smaps=px.SAMPLE, cmdline=b"B\0",
                         start_stack=px.SAMPLE_STACK)
        os.makedirs(os.path.join(cls.root.path, "11", "maps"))
        cls.root.process(11, cmdline=b"folder\0")

    def test_well(self):
        for name, options in (("default", []), ("x", ["-x"]), ("d", ["-d"]), ("X", ["-X"])):
            self.result(self.root.pmap(*options, "100"), px.sample_out(name))

    def test_empty_map(self):
        tail = {
            "": " total                0K\n",
            "-p": " total                0K\n",
            "-x": "Address           Kbytes     RSS   Dirty Mode  Mapping\n"
                  "---------------- ------- ------- -------␠\n"
                  "total kB               0       0       0\n",
            "-d": "Address           Kbytes Mode  Offset           Device    Mapping\n"
                  "mapped: 0K    writeable/private: 0K    shared: 0K\n"}
        for options in VIEWS:
            for pid, header in (("2", "2:   [kthreadd]\n"), ("5", "5:   [zomb] <defunct>\n")):
                with self.subTest(options=options, pid=pid):
                    expected = header + tail.get("".join(options), "")
                    self.result(self.root.pmap(*options, pid), px.listing(expected))

    def test_map_cannot_be_opened(self):
        """Only the header, no word on standard error."""
        for options in VIEWS:
            with self.subTest(options=options):
                self.result(self.root.pmap(*options, "3"), b"3:   locked\n", b"", 1)
                self.result(self.root.pmap(*options, "4"), b"4:   [z] <defunct>\n", b"", 1)
                self.result(self.root.pmap(*options, "3", "4"),
                            b"3:   locked\n4:   [z] <defunct>\n", b"", 1)

    def test_no_smaps(self):
        for options in (["-x"], ["-X"], ["-XX"], ["-xq"]):
            self.result(self.root.pmap(*options, "9"), b"9:   A\n", b"", 1)
        self.assertEqual(self.root.pmap("9").status, 0)

    def test_missing(self):
        for pid in ("6", "7", "8", "99", "2147483647"):
            for options in VIEWS:
                with self.subTest(pid=pid, options=options):
                    self.result(self.root.pmap(*options, pid), b"", b"", 42)

    def test_mixed(self):
        well = px.sample_out("default")
        other = well.replace(b"100:   A", b"10:   B")
        for pids, stdout, status in (
                (["100", "99"], well, 42), (["99", "100"], well, 42),
                (["100", "99", "10"], well + other, 42),
                (["100", "3"], well + b"3:   locked\n", 1),
                (["3", "100"], b"3:   locked\n" + well, 1),
                (["3", "99"], b"3:   locked\n", 43), (["99", "3", "100"], b"3:   locked\n" + well, 43),
                (["7", "100", "6"], well, 42), (["100", "100"], well + well, 0)):
            with self.subTest(pids=pids):
                self.result(self.root.pmap(*pids), stdout, b"", status)

    def test_an_unreadable_one_leaves_no_footer_in_X(self):
        smaps = px.sample_out("X")
        self.result(self.root.pmap("-X", "100", "3"), smaps + b"3:   locked\n", b"", 1)
        self.result(self.root.pmap("-X", "3", "100"), b"3:   locked\n" + smaps, b"", 1)
        self.result(self.root.pmap("-Xq", "3", "100", "99"),
                    b"3:   locked\n" + px.sample_out("Xq"), b"", 43)

    def test_a_folder_for_a_map(self):
        """What opens but cannot be read is not an error to pmap 4.0; the header is there."""
        got = self.root.pmap("-q", "11")
        self.assertEqual(got.stdout, b"11:   folder\n")

    def test_no_proc(self):
        with px.Root() as root:
            for options in VIEWS:
                self.result(root.pmap(*options, "100"), b"", b"", 42)
            self.result(root.pmap("-h"), px.usage())


class Permissions(px.TestCase):
    """As another user, on files that are not his."""

    def test_closed_files(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to become another user")
        with px.sample() as root:
            folder = os.path.join(root.path, "100")
            os.chmod(root.path, 0o755)
            os.chmod(os.path.join(folder, "maps"), 0)
            os.chmod(os.path.join(folder, "smaps"), 0)
            other = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
            for options in VIEWS:
                with self.subTest(options=options):
                    got = root.mounted(other + [px.UNDER_TEST, *options, "100"])
                    self.result(got, b"100:   A\n", b"", 1)
            os.chmod(os.path.join(folder, "cmdline"), 0)
            self.result(root.mounted(other + [px.UNDER_TEST, "100"]), b"100:   [comm]\n", b"", 1)
            os.chmod(os.path.join(folder, "stat"), 0)
            self.result(root.mounted(other + [px.UNDER_TEST, "100"]), b"", b"", 42)


if __name__ == "__main__":
    px.main()
