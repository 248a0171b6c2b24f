# SPDX-License-Identifier: GPL-2.0-or-later
"""A /proc that hides processes, that is not there, or that is not what it should be."""
import contextlib
import os
import re
import resource
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import faulty
import px

VIEWS = ([], ["-x"], ["-d"], ["-X"], ["-XX"], ["-A", "10000000"])
OTHER = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]


class Hidden(px.TestCase):
    """hidepid, for another user, in a PID namespace with a /proc of its own."""

    @contextlib.contextmanager
    def proc(self, option):
        if px.run(["mount", "-t", "proc", "-o", option, "proc", "/proc"]).status != 0:
            self.skipTest("this kernel has no " + option)
        try:
            yield
        finally:
            px.run(["umount", "/proc"])

    def check(self, option, said):
        if not faulty.inside(self, __file__):
            return
        if px.run([*OTHER, "test", "-x", px.PMAPX]).status != 0:
            self.skipTest("no other user may run pmapx")
        with px.Target("anon") as hidden, self.proc(option), subprocess.Popen(
                [*OTHER, "sleep", "3600"], env=px.environment(LC_ALL="C")) as own:
            try:
                px.settle(own.pid, b"sleep")
                for view in VIEWS:
                    with self.subTest(option=option, view=view):
                        self.views(view, str(hidden.pid), str(own.pid), said % {
                            "pid": hidden.pid})
            finally:
                own.kill()

    def views(self, view, hidden, own, said):
        for program, told in ((px.PMAPX, said.encode()), (px.PMAP, b"")):
            self.result(px.run([*OTHER, program, *view, hidden]), b"", told, 42)
            alone = px.run([*OTHER, program, *view, own])
            self.assertEqual((alone.status, alone.stderr), (0, b""))
            self.assertTrue(alone.stdout.startswith(own.encode() + b":   sleep 3600\n"))
            # What a Pss is, is another matter; the lines are as many.
            both = px.run([*OTHER, program, *view, hidden, own, hidden])
            self.assertEqual((both.status, both.stderr), (42, told * 2))
            self.assertEqual(both.stdout.count(b"\n"), alone.stdout.count(b"\n"))

    def test_invisible(self):
        self.check("hidepid=2", "pmapx: %(pid)d: /proc/%(pid)d: No such process\n")

    def test_no_access(self):
        self.check("hidepid=1", "pmapx: %(pid)d: /proc/%(pid)d/stat: Operation not permitted\n")


class Missing(px.TestCase):
    def test_empty(self):
        """Nothing is mounted on /proc."""
        with px.Root() as root:
            for view in VIEWS:
                self.everywhere(root, [*view, "100", "1"], b"",
                                rb"pmapx: 100: \S+/100: No such process\n"
                                rb"pmapx: 1: \S+/1: No such process\n", 42)

    def test_no_folder(self):
        """There is not even a folder, or one that cannot be opened."""
        for name, code in (("ENOENT", 2), ("EACCES", 13), ("ENOTDIR", 20)):
            for view in VIEWS:
                with self.subTest(error=name, view=view):
                    words = [*view, "1", "2"]
                    got = faulty.run(words, "open:1+:%d" % code).result
                    self.result(got, b"", b"pmapx: /proc: %s\n" % os.strerror(code).encode(), 42)
                    got = faulty.run(words, "open:1+:%d" % code, name="pmap").result
                    self.result(got, b"", b"", 42)

    def test_not_ours(self):
        """A folder that is not ours to look into."""
        if os.geteuid() != 0:
            self.skipTest("needs root to become another user")
        if px.is_sanitized(px.PMAPX):
            self.skipTest("a sanitized build reads /proc for itself")
        with px.sample() as root:
            os.chmod(root.path, 0)
            for program, told in ((px.PMAPX, b"pmapx: /proc: Permission denied\n"), (px.PMAP, b"")):
                self.result(root.mounted([*OTHER, program, "100", "99"]), b"", told, 42)


def folder(path):
    os.mkdir(path)


def pipe(path):
    os.mkfifo(path)


def loop(path):
    os.symlink(os.path.basename(path), path)


def dangling(path):
    os.symlink("nowhere", path)


def endless(path):
    os.symlink("/dev/zero", path)


def empty(path):
    with open(path, "wb"):
        pass


def noise(path):
    """A megabyte of all bytes, in lines of all lengths."""
    text = bytes((i * i + i // 256) % 256 for i in range(65536))
    with open(path, "wb") as file:
        for i in range(16):
            file.write(text[i:])


def huge(path):
    """More zeros than there is memory."""
    with open(path, "wb") as file:
        file.truncate(1 << 40)


ODD = (folder, pipe, loop, dangling, endless, empty, noise, huge)
FILES = ("stat", "status", "cmdline", "maps", "smaps")

# What is said of one that is not a file, for each of them.
WHY = {
    "folder": rb"Is a directory",
    "pipe": rb"Not a regular file",
    "loop": rb"Too many levels of symbolic links",
    "dangling": rb"No such file or directory",
    "endless": rb"Not a regular file",
    "empty": rb"No data available",
    "noise": rb"line \d+(, column \d+)?: [^\n]+ \(and \d+ more\)",
    "huge": rb"line 1: longer than 16 MiB",
}


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))


class Lies(px.TestCase):
    """Files that are none, or are not what they should be, on /proc and below another root; of two
    processes one is as it should be."""

    def expected(self, file, kind):
        """Status, standard error, and whether header and rows are there; None for either."""
        why = WHY[kind]
        if file == "stat":
            # Any text will do, but for none.
            return (0, None) if kind in ("noise", "huge") else (42, b"stat: " + why)
        if file == "status" or (file == "cmdline" and kind in ("dangling", "empty", "noise", "huge")):
            return 0, None
        if file in ("maps", "smaps") and kind == "empty":
            return 0, None
        return 1, file.encode() + b": " + why

    def check(self, file, make):
        with px.sample() as root:
            # A good one behind it.
            root.process(101, smaps=px.SAMPLE, start_stack=px.SAMPLE_STACK, cmdline=b"A\0")
            path = os.path.join(root.path, "100", file)
            os.unlink(path)
            make(path)
            for view in ([["-x"], ["-X"]] if file == "smaps" else [[]]):
                limits = {} if px.is_sanitized(px.PMAPX) else {"preexec_fn": limit_memory}
                good = root.pmapx(*view, "101").stdout
                for name, got in root.ways(*view, "100", "101", **limits):
                    with self.subTest(file=file, kind=make.__name__, view=view, run=name):
                        self.compare(got, good, file, make.__name__, name)

    def compare(self, got, good, file, kind, name):
        status, said = self.expected(file, kind)
        self.assertEqual(got.status, status, got.stderr)
        if said is None or name.startswith("pmap "):
            self.same(got.stderr, b"")
        else:
            self.assertRegex(got.stderr, rb"\Apmapx: 100: \S+/100/%s\n\Z" % said)
        self.assertTrue(got.stdout.endswith(good), got.stdout[-1000:])
        # No escape sequence comes through, nor any other byte of control.
        self.assertEqual(re.findall(rb"[\0-\x09\x0b-\x1f\x7f]", got.stdout), [])
        own = faulty.blocks(got.stdout)[:-1]
        self.assertEqual(len(own), 0 if status == 42 else 1)
        for block in own:
            faulty.check_totals(self, block)
            if file not in ("maps", "smaps"):
                self.assertEqual(len(block.rows), 5)

    def test_files(self):
        for file in FILES:
            for make in ODD:
                self.check(file, make)

    def test_process_is_no_folder(self):
        with px.Root() as root:
            for i, make in enumerate((pipe, loop, dangling, endless, empty, noise)):
                make(os.path.join(root.path, str(100 + i)))
            said = b"".join(rb"pmapx: %d: \S+/%d: %s\n" % (
                100 + i, 100 + i, WHY["loop"] if i == 1 else rb"No such process") for i in range(6))
            self.everywhere(root, [*map(str, range(100, 106))], b"", said, 42)

    def test_contradictions(self):
        """stat and status tell of another process, smaps of other mappings than maps."""
        other = px.map_line("00009000-0000a000", "rw-p", "/other")
        with px.Root() as root:
            root.process(100, maps=px.map_line("00001000-00002000", "r--p", "/own"),
                         smaps=px.smaps_entry(other),
                         stat=px.stat_line(4711, comm="liar", state="Z", ppid=2),
                         status="Name:\thonest\nTgid:\t100\nPid:\t815\nTgid:\t4711\n")
            root.process(4711, maps=other, smaps=px.smaps_entry(other), cmdline=b"other\0")
            self.everywhere(root, ["-q", "100"], b"100:   A\n0000000000001000      4K r---- own\n")
            self.everywhere(root, ["-qd", "100"], b"100:   A\n0000000000001000       4 r---- "
                            b"0000000000000000 000:00000 own\n")
            # A group that is not there: the thread's own file.
            root.process(100, maps=other, status="Tgid:\t999\n")
            self.everywhere(root, ["-q", "100"], b"999:   A\n0000000000009000      4K rw--- other\n")

    def test_contradictory_maps(self):
        """Mappings that overlap, go backwards, are empty, end before they begin, or are the same."""
        lines = [px.map_line(span, "rw-p") for span in (
            "00005000-00006000", "00001000-00003000", "00002000-00004000", "00002000-00004000",
            "00007000-00007000", "fffffffffffff000-ffffffffffffffff")]
        rows = b"".join(b"%016x %6dK rw---   [ anon ]\n" % row for row in (
            (0x5000, 4), (0x1000, 8), (0x2000, 8), (0x2000, 8), (0x7000, 0), (0xfffffffffffff000, 3)))
        with px.Root() as root:
            root.process(100, maps=b"".join(lines))
            for name, got in root.ways("100"):
                with self.subTest(run=name):
                    self.assertEqual((got.status, got.stderr), (0, b""))
                    self.same(got.stdout, b"100:   A\n" + rows + b" total %16dK\n" % 31)
            # All that are in range, though one beyond came first.
            row = len(rows) // len(lines)
            self.everywhere(root, ["-q", "-A", "1000,3fff", "100"],
                            b"100:   A\n" + rows[row:4 * row])
            root.process(100, maps=px.map_line("00005000-00004000", "rw-p") + lines[0])
            for name, got in root.ways("-q", "100"):
                with self.subTest(run=name):
                    self.assertIn(got.status, (0, 1))
                    self.assertTrue(got.stdout.endswith(b"0000000000005000      4K rw---   [ anon ]\n"))
                    self.assertEqual(got.status == 1, got.stderr != b"" or name == "pmap mounted")


if __name__ == "__main__":
    px.main()
