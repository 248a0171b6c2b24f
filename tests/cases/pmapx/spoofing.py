#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Names that pretend: a command named Tgid:, files named SYSV; and how the shared-memory device
is known."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

OWN = px.map_line("00001000-00002000", "r--p", "/own")
VICTIM = px.map_line("00005000-00006000", "r--p", "/victim")


class ThreadGroup(px.TestCase):
    """Tgid: counts only where a line of status begins."""

    def test_spoofed_names(self):
        for name in ("Tgid:4711", "Tgid:\t4711", "x Tgid:\t4711", "Tgid: 4711 ", "\\nTgid:\t4711",
                     "\rTgid:\t4711"):
            status = "Name:\t%s\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t100\nPid:\t100\n" % name
            with px.Root() as root:
                root.process(100, maps=OWN, smaps=OWN + b"Size: 4 kB\nSwap: 0 kB\n",
                             cmdline=b"spoof\0", status=status)
                root.process(4711, maps=VICTIM, smaps=VICTIM + b"Size: 4 kB\nSwap: 0 kB\n",
                             cmdline=b"victim\0")
                self.everywhere(root, ["-q", "100"],
                                b"100:   spoof\n0000000000001000      4K r---- own\n")
                self.everywhere(root, ["-Xq", "100"],
                                b"100:   spoof\n00001000 r--p 00000000 00:00 0 4 0 own\n")

    def test_no_number(self):
        """A status without the line: the operand is the process."""
        for status in ("Name:\tTgid:4711\n", "Name:\tTgid:4711", " Tgid:\t4711\n", "tgid:\t4711\n",
                       "NSTgid:\t4711\n"):
            with px.Root() as root:
                root.process(100, maps=OWN, status=status).process(4711, maps=VICTIM)
                self.everywhere(root, ["-q", "100"],
                                b"100:   A\n0000000000001000      4K r---- own\n")

    def test_thread_ids_still_work(self):
        with px.Root() as root:
            root.process(100, maps=OWN)
            root.process(101, maps=VICTIM, tgid=100, cmdline=b"thread\0")
            self.everywhere(root, ["-q", "101"],
                            b"100:   thread\n0000000000001000      4K r---- own\n")


def segment(name, device="00:01", inode=0x188005, perms="rw-s"):
    return px.map_line("00001000-00002000", perms, name, device, inode)


WHOLE = "7e0000000000-7ffffffff000"
SELF = px.map_line(WHOLE, "rw-s", "/SYSV00000000 (deleted)", "00:01", 9)
SHMID = b"  [ shmid=0x188005 ]"


class Segments(px.TestCase):
    def check(self, name, shown, self_maps=SELF, device="00:01", paths=None):
        with px.Root().process(100, maps=segment(name, device)) as root:
            if self_maps is not None:
                root.file("self/maps", self_maps)
            row = b"100:   A\n0000000000001000      4K rw-s- %s\n"
            self.everywhere(root, ["-q", "100"], row % shown)
            self.everywhere(root, ["-qp", "100"], row % (paths or shown))

    def test_segments(self):
        for name in ("/SYSV00000000 (deleted)", "/SYSV00000000", "/SYSVdeadbeef (deleted)",
                     "/SYSV0000162e"):
            self.check(name, SHMID)

    def test_what_only_looks_like_one(self):
        for name in ("/memfd:x/SYSVy (deleted)", "/memfd:/SYSV00000000 (deleted)",
                     "/memfd:SYSV00000000 (deleted)", "/SYSV0000000 (deleted)",
                     "/SYSV000000000 (deleted)", "/SYSVnothexno (deleted)", "/SYSV",
                     "/SYSV00000000x", "/SYSV00000000 (deleted)x", "/SYSV00000000 ",
                     "/SYSV00000000 (DELETED)", "/x/SYSV00000000 (deleted)",
                     "//SYSV00000000 (deleted)", "/SYSV00000000/x", "/SYSV00000000 (deleted) (deleted)"):
            with self.subTest(name=name):
                last = name.rsplit("/", 1)[1].encode()
                self.check(name, last, paths=name.encode())

    def test_other_devices(self):
        for device in ("00:0e", "08:01", "01:01"):
            self.check("/SYSV00000000 (deleted)", b"SYSV00000000 (deleted)", device=device,
                       paths=b"/SYSV00000000 (deleted)")

    def test_self_maps_that_is_no_file(self):
        """A pipe is not waited for, and the device is unknown."""
        with px.Root() as root:
            root.process(100, maps=px.map_line("00010000-00011000", "rw-s", "/SYSV00000000 (deleted)"))
            os.mkdir(os.path.join(root.path, "self"))
            os.mkfifo(os.path.join(root.path, "self", "maps"))
            got = px.pmapx("--root", root.path, "-q", "100", timeout=10)
            self.result(got, b"100:   A\n0000000000010000      4K rw-s- SYSV00000000 (deleted)\n")

    def test_the_device_of_a_root(self):
        """With --root it is learnt from that root's self/maps."""
        def learnt(*lines):
            return b"".join(lines)
        other = px.map_line("00400000-00401000", "r-xp", "/usr/bin/cat", "fe:01", 77)
        heap = px.map_line("00500000-00501000", "rw-p", "[heap]")
        name = "/SYSV00000000 (deleted)"
        with px.Root().process(100, maps=segment(name)) as root:
            for text, known in (
                    (learnt(other, heap), False), (b"", False), (None, False),
                    (learnt(other, px.map_line("00600000-00601000", "rw-s", name, "00:01", 4)), True),
                    (learnt(px.map_line("00600000-00601000", "r--s", "/SYSV6c000001", "00:01", 4)),
                     True),
                    (learnt(heap, px.map_line("00600000-00601000", "rw-s", "/dev/zero (deleted)",
                                              "00:01", 4)), True),
                    (learnt(px.map_line("00600000-00601000", "rw-s", "/memfd:x (deleted)", "00:01",
                                        4), other), True),
                    (learnt(px.map_line("00600000-00601000", "rw-p", name, "00:01", 4)), False),
                    (learnt(px.map_line("00600000-00601000", "rw-p", "/memfd:x (deleted)", "00:01",
                                        4)), False),
                    (learnt(px.map_line("00600000-00601000", "rw-s", name, "08:01", 4)), False),
                    (learnt(px.map_line("00600000-00601000", "rw-s", name, "00:0e", 4)), False),
                    (learnt(px.map_line("00600000-00601000", "rw-s", "/t/file", "00:01", 4)), False)):
                with self.subTest(self_maps=text):
                    if text is not None:
                        root.file("self/maps", text)
                    elif os.path.exists(os.path.join(root.path, "self/maps")):
                        os.unlink(os.path.join(root.path, "self/maps"))
                    self.result(root.pmapx("-q", "100"), b"100:   A\n0000000000001000      4K rw-s- "
                                + (SHMID if known else b"SYSV00000000 (deleted)") + b"\n")


if __name__ == "__main__":
    px.main()
