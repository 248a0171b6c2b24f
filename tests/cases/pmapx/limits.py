#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Closed and full streams, few descriptors, many operands, no rights, no argv: right statuses,
nothing written where it does not belong, memory that does not grow."""
import fcntl
import itertools
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

VIEWS = ([], ["-x"], ["-d"], ["-X"], ["-XX"], ["-q"], ["-p"])
ROWS = 200
MANY = 3000


def contents(folder):
    """All files below a folder: {path: bytes}."""
    found = {}
    for where, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(where, name), "rb") as file:
                found[os.path.join(where, name)] = file.read()
    return found


class Base(px.SampleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root.process(3, cmdline=b"locked\0")
        cls.root.process(50, smaps=b"".join(
            px.smaps_entry(px.map_line("%08x-%08x" % (0x1000 * n, 0x1000 * (n + 1)), name="/f"))
            for n in range(1, ROWS + 1)))

    def on_root(self, *words):
        return [px.PMAPX, "--root", self.root.path, *words]


def with_shell(command, words, **kwargs):
    """Run words as "$@" of a shell command."""
    return px.run(["sh", "-c", command, "sh", *words], **kwargs)


class ClosedDescriptors(Base):
    """Each combination of 0, 1 and 2 closed when the program starts."""

    COMBINATIONS = [set(some) for count in range(4)
                    for some in itertools.combinations((0, 1, 2), count)]

    @staticmethod
    def command(which):
        return 'exec "$@" ' + " ".join(("<&-", ">&-", "2>&-")[fd] for fd in sorted(which))

    def check(self, which, words, stdout, stderr, status, **kwargs):
        """With nothing closed: stdout, stderr (a pattern) and status. A stream that is closed and
        needed makes the status 1; no file of the root is touched."""
        with self.subTest(closed=sorted(which), words=words):
            got = with_shell(self.command(which), words, **kwargs)
            if 1 in which and stdout:
                status = 1
                stderr += rb"\w+: write error: Bad file descriptor\n"
            if 2 in which and stderr:
                status = 1
            self.same(got.stdout, b"" if 1 in which else stdout)
            self.assertTrue(re.fullmatch(b"" if 2 in which else stderr, got.stderr, re.DOTALL),
                            got.stderr)
            self.assertEqual(got.status, status)

    def test_views(self):
        before = contents(self.root.path)
        recorded = (("default", []), ("x", ["-x"]), ("d", ["-d"]), ("X", ["-X"]), ("XX", ["-XX"]))
        for which in self.COMBINATIONS:
            for name, options in recorded:
                self.check(which, self.on_root(*options, "100"), px.sample_out(name), b"", 0)
            self.check(which, self.on_root("99"), b"", rb"pmapx: 99: [^\n]*\n", 42)
            self.check(which, self.on_root("-q", "99", "3"), b"3:   locked\n",
                       rb"pmapx: 99: [^\n]*\npmapx: 3: [^\n]*\n", 43)
        self.assertEqual(contents(self.root.path), before)

    def test_as_pmap(self):
        """On the files bound to /proc, as pmap: the same, but for what pmap does not say."""
        before = contents(self.root.path)
        for which in self.COMBINATIONS:
            for name, words in (("default", ["100"]), ("X", ["-X", "100"]),
                                ("default", ["100", "99"]), ("q", ["-q", "100", "3"])):
                got = self.root.mounted(["sh", "-c", self.command(which), "sh", px.PMAP, *words])
                stdout = px.sample_out(name) + (b"3:   locked\n" if "3" in words else b"")
                status = 42 if "99" in words else 1 if "3" in words else 0
                told = b""
                if 1 in which:
                    stdout, status = b"", 1
                    told = b"pmap: write error: Bad file descriptor\n"
                with self.subTest(closed=sorted(which), words=words):
                    self.result(got, stdout, b"" if 2 in which else told, status)
        self.assertEqual(contents(self.root.path), before)

    def test_words(self):
        """What is printed without a process, and mistakes."""
        version = px.pmapx("-V").stdout
        for which in self.COMBINATIONS:
            self.check(which, [px.PMAPX, "-V"], version, b"", 0)
            self.check(which, [px.PMAP, "-h"], px.usage(px.REFERENCE), b"", 0)
            self.check(which, [px.PMAPX, "-x"], b"", b"pmapx: argument missing\n", 1)
            self.check(which, [px.PMAP, "-Z"], b"", rb"[^\n]*invalid option -- 'Z'\n.*", 1)
            self.check(which, self.on_root("-r", "100"), px.sample_out("default"),
                       b"pmapx: option -r is ignored as SunOS compatibility\n", 0)

    def test_new_rc_file(self):
        """-N and -n: no message ends up in the file, whatever number the file got."""
        template = None
        for which in [set()] + self.COMBINATIONS:
            for program in (px.PMAPX, px.PMAP):
                name = os.path.basename(program)
                for words, file, message in (
                        (["-N", "rc"], "rc", b"rc file"),
                        (["-n"], ".%src" % name, b"~/.%src file" % name.encode())):
                    with tempfile.TemporaryDirectory() as folder:
                        self.check(which, [program, *words], b"", name.encode() + b": " +
                                   re.escape(message) + b" successfully created, feel free to edit "
                                   b"the content\n", 0, cwd=folder, env=px.environment(HOME=folder))
                        made = contents(folder)
                    path = os.path.join(folder, file)
                    self.assertEqual(list(made), [path])
                    self.assertEqual(len(made[path]), 448)
                    template = template or made[path].replace(b"pmapx", b"pmap")
                    self.same(made[path].replace(b"pmapx", b"pmap"), template, "template")

    def test_read_rc_file(self):
        """-C: no warning ends up in the file that is read."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "rc")
            with open(path, "wb") as file:
                file.write(b"oops\n[Nothing]\n[Fields Display]\nRss\n")
            before = contents(folder)
            listing = px.pmapx("--root", self.root.path, "-C", path, "100").stdout
            self.assertIn(b" Address Rss ", listing)
            for which in self.COMBINATIONS:
                self.check(which, self.on_root("-C", path, "100"), listing,
                           rb"(pmapx: [^\n]* config - line \d\n){2}", 0)
            self.assertEqual(contents(folder), before)


class FullStreams(Base):
    FULL = b"pmapx: write error: No space left on device\n"

    def test_output(self):
        for words in [self.on_root(*view, pid) for view in VIEWS for pid in ("100", "50")] + [
                [px.PMAPX, "-h"], [px.PMAPX, "-V"], self.on_root("50", "50", "50"),
                self.on_root("-q", "3")]:
            with self.subTest(words=words):
                got = with_shell('exec "$@" >/dev/full', words)
                self.assertEqual((got.stdout, got.status), (b"", 1))
                self.assertEqual(got.stderr.count(self.FULL), 1, got.stderr)
                self.assertTrue(got.stderr.endswith(self.FULL), got.stderr)

    def test_nothing_to_say(self):
        got = with_shell('exec "$@" >/dev/full', self.on_root("99"))
        self.assertEqual((got.stdout, got.status), (b"", 42))
        self.assertRegex(got.stderr, rb"\Apmapx: 99: [^\n]*\n\Z")

    def test_errors(self):
        got = with_shell('exec "$@" 2>/dev/full', self.on_root("100"))
        self.result(got, px.sample_out("default"))
        got = with_shell('exec "$@" 2>/dev/full', self.on_root("100", "99"))
        self.result(got, px.sample_out("default"), b"", 1)

    def test_both(self):
        for words in (self.on_root("100"), self.on_root("99"), [px.PMAPX, "-V"]):
            self.result(with_shell('exec "$@" >/dev/full 2>&1', words), b"", b"", 1)


class BrokenPipes(Base):
    def broken(self, command, words):
        """The shell command with its output in a pipe that nobody reads."""
        reader, writer = os.pipe()
        os.close(reader)
        try:
            return with_shell(command, words, stdout=writer)
        finally:
            os.close(writer)

    def test_default(self):
        for words in [self.on_root(*view, "50") for view in VIEWS] + [[px.PMAPX, "-V"]]:
            with self.subTest(words=words):
                got = self.broken('exec "$@"', words)
                self.assertEqual((got.status, got.stderr), (-signal.SIGPIPE, b""))

    def test_ignored(self):
        """Told as pmapx, quiet as pmap; output was lost, so the status is 1."""
        for words in [self.on_root(*view, "50") for view in VIEWS] + [[px.PMAPX, "-V"]]:
            with self.subTest(words=words):
                got = self.broken('trap "" PIPE; exec "$@"', words)
                self.assertEqual((got.status, got.stderr),
                                 (1, b"pmapx: write error: Broken pipe\n"))
        got = self.broken('trap "" PIPE; exec "$@"', [px.PMAP, "-V"])
        self.assertEqual((got.status, got.stderr), (1, b""))


class ManyOperands(Base):
    def repeated(self, words, pid, block, header=b""):
        """The block of a process as often as it is asked for, with 16 descriptors."""
        got = with_shell('ulimit -n 16; exec "$@"', [*words, *[pid] * MANY])
        self.result(got, block * MANY)

    def test_few_descriptors(self):
        for name, options in (("default", []), ("x", ["-x"]), ("d", ["-d"]), ("X", ["-X"]),
                              ("XX", ["-XX"]), ("q", ["-q"])):
            with self.subTest(options=options):
                self.repeated(self.on_root(*options), "100", px.sample_out(name))

    def test_few_descriptors_live(self):
        with px.Target("anon") as target:
            pid = str(target.pid)
            for program in (px.PMAPX, px.PMAP):
                for options in ([], ["-d"]):
                    block = px.run([program, *options, pid]).stdout
                    self.assertGreater(len(block), 500)
                    self.repeated([program, *options], pid, block)

    def test_none_beyond_the_streams(self):
        """A descriptor that would stand in for a closed stream is not used, whatever the limit."""
        if px.is_sanitized(px.PMAPX):
            self.skipTest("sanitizers open files of their own")
        def prepare():
            os.close(0)
            resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
        got = px.run(self.on_root("100"), preexec_fn=prepare)
        self.assertEqual((got.status, got.stdout), (1, b""))
        self.assertRegex(got.stderr, rb"\Apmapx: .*: Too many open files\n\Z")

    def test_missing_and_unreadable_too(self):
        """Neither leaves a descriptor open."""
        got = with_shell('ulimit -n 16; exec "$@"',
                         self.on_root("-q", *["3", "99", "100"] * (MANY // 3)))
        self.assertEqual(got.status, 43)
        self.same(got.stdout, (b"3:   locked\n" + px.sample_out("q")) * (MANY // 3))
        self.assertEqual(got.stderr.count(b"\n"), 2 * (MANY // 3))

    def test_long_lists(self):
        count = 100000
        got = px.run(self.on_root("-q", *["3"] * count))
        self.same(got.stdout, b"3:   locked\n" * count)
        self.assertEqual((got.status, got.stderr.count(b"\n")), (1, count))
        self.result(px.run(self.on_root(*["/proc/self"] * count, "100")), px.sample_out("default"))
        got = px.run(self.on_root(*["100"] * count, "x"))
        self.assertEqual((got.stdout, got.status), (b"", 1))

    def test_long_operands(self):
        octal, large = "0" * 100000 + "144", "9" * 100000
        self.result(px.run(self.on_root(octal, "/proc/" + octal)), px.sample_out("default") * 2)
        for operand in (large, "/proc/" + large, "-" + large, "--" + large):
            got = px.run(self.on_root(operand))
            self.assertEqual((got.stdout, got.status), (b"", 1))
        self.result(px.run(self.on_root("/proc/x" + large, "100")), px.sample_out("default"))


class Memory(Base):
    """What a run needs does not depend on how many processes it shows."""

    LIMIT_KB = 1024  # The kernel counts pages in batches.
    WAITING_KB = 8 * 1024  # With workers, what waits to be printed as well.

    def high_water_kb(self, words):
        """The peak of a run, taken whenever it waits for its output to be read."""
        peak = total = 0
        reader, writer = os.pipe()
        fcntl.fcntl(writer, 1031, 4096)  # F_SETPIPE_SZ
        with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=writer,
                              env=px.environment()) as process:
            os.close(writer)
            block = os.read(reader, 1)
            while block:
                total += len(block)
                with open("/proc/%d/status" % process.pid, "rb") as status:
                    found = re.search(rb"VmHWM:\s+(\d+) kB", status.read())
                if found:
                    peak = max(peak, int(found.group(1)))
                block = os.read(reader, 4096)
            os.close(reader)
        self.assertEqual(process.returncode, 0)
        self.assertGreater(peak, 0)
        return peak, total

    def check_growth(self, options, limit_kb):
        one, size = self.high_water_kb(self.on_root(*options, "50"))
        many, total = self.high_water_kb(self.on_root(*options, *["50"] * MANY))
        self.assertEqual(total, MANY * size)
        print("pmapx %s: %d kB for one process, %d kB for %d" % (
            " ".join(options), one, many, MANY))
        self.assertLess(many - one, limit_kb)

    def test_constant(self):
        """One at a time, and where some wait for those before them: a few megabytes."""
        if px.is_sanitized(px.PMAPX):
            self.skipTest("a sanitized build needs memory of its own")
        for options in ([], ["-x"], ["-d"], ["-X"]):
            with self.subTest(options=options):
                self.check_growth(["--jobs", "1", *options], self.LIMIT_KB)
                self.check_growth(options, self.WAITING_KB)


class NoRights(px.TestCase):
    """Processes of another user."""

    OTHER = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]

    def check(self, prefix, pid):
        for program in (px.PMAPX, px.PMAP):
            name = os.path.basename(program)
            if px.run([*prefix, "test", "-x", program]).status != 0:
                self.skipTest("the other user cannot run " + program)
            for view in VIEWS:
                with self.subTest(program=name, view=view):
                    got = px.run([*prefix, program, *view, str(pid)])
                    self.assertEqual(got.status, 1)
                    self.assertRegex(got.stdout, rb"\A%d:   [^\n]*\n\Z" % pid)
                    self.assertTrue(re.fullmatch(
                        rb"" if name == "pmap" else
                        rb"pmapx: %d: /proc/%d/s?maps: Permission denied\n" % (pid, pid),
                        got.stderr), got.stderr)
            got = px.run([*prefix, program, "-q", str(pid), "2147483647", str(pid)])
            self.assertEqual((got.status, got.stdout.count(b"\n")), (43, 2))
            self.assertEqual(got.stderr.count(b"\n"), 0 if name == "pmap" else 3)

    def test_as_another_user(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to become another user")
        with px.Target("anon") as target:
            self.check(self.OTHER, target.pid)

    def test_not_dumpable(self):
        """A process of the same user that does not let itself be looked at."""
        if os.geteuid() == 0:
            self.skipTest("root may look at every process")
        with px.Target("unreadable") as target:
            self.check([], target.pid)


class NoName(Base):
    """argv[0] is empty or not there."""

    def check(self, got, stdout, status):
        self.same(got.stdout, stdout)
        self.assertEqual(got.status, status, got.stderr)

    def test_empty(self):
        def run(*words):
            return px.run(["", *words], executable=px.PMAPX)

        self.check(run("--root", self.root.path, "100"), px.sample_out("default"), 0)
        self.check(run(), b"", 1)
        self.check(run("-Z"), b"", 1)
        self.check(run("--root", self.root.path, "99"), b"", 42)
        with tempfile.TemporaryDirectory() as folder:
            self.check(run("-N", os.path.join(folder, "rc")), b"", 0)

    def test_none(self):
        """Newer kernels make an empty one of it."""
        program = "import ctypes\nctypes.CDLL(None).execve(%r, (ctypes.c_char_p * 1)(None), " \
            "(ctypes.c_char_p * 1)(None))" % os.fsencode(px.PMAPX)
        got = px.run([sys.executable, "-c", program])
        self.check(got, b"", 1)
        self.assertIn(b"Usage:\n", got.stderr)

    def test_only_a_folder(self):
        got = px.run(["x/", "--root", self.root.path, "100"], executable=px.PMAPX)
        self.check(got, px.sample_out("default"), 0)


if __name__ == "__main__":
    px.main()
