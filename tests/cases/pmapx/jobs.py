#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--jobs: how many threads are made, and that no output depends on it.

The thread that the program begins with is a worker, too: N workers are N - 1 threads made."""
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
import trace

VIEWS = ((), ("-d",), ("-x",), ("-X",), ("-XX",), ("-q",), ("-Xq",), ("-A", "7f0000100000,"))
JOBS = ((), ("--jobs", "1"), ("--jobs", "2"), ("--jobs", "7"))
MISSING = (3, 7, 8, 9, 30, 999)


def processors():
    return len(os.sched_getaffinity(0))


class Threads(px.TestCase):
    """What is made, by strace."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        trace.need()
        cls.target = px.Target("many-processes", "8")
        cls.addClassCleanup(cls.target.close)
        cls.pids = [value for key, value in cls.target.lines if key == "child"]

    def made(self, *words, **kwargs):
        got = trace.run([px.PMAPX, *words], trace.only(*trace.CREATIONS, "execve"), **kwargs)
        self.assertEqual((got.status, got.stderr[:100]), (0, b""), words)
        self.assertTrue(got.calls)
        return trace.creations(got.calls)

    def test_one_process(self):
        for words in ((), ("-d",), ("-x",), ("-X",), ("-XX",), ("-A", "0,"), ("--jobs", "2"),
                      ("--jobs", "8", "-x")):
            with self.subTest(words=words):
                self.assertEqual(self.made(*words, self.pids[0]), 0)

    def test_two(self):
        if processors() < 2:
            self.skipTest("there is one processor")
        for words in ((), ("-d",), ("-x",), ("-X",)):
            for count in (2, 8):
                with self.subTest(words=words, processes=count):
                    self.assertEqual(self.made("--jobs", "2", *words, *self.pids[:count]), 1)

    def test_one_worker(self):
        self.assertEqual(self.made("--jobs", "1", *self.pids), 0)

    def test_no_more_than_given_or_processes(self):
        for jobs in (3, 8, 100):
            for count in (2, 3, 8):
                with self.subTest(jobs=jobs, processes=count):
                    self.assertLess(self.made("--jobs", str(jobs), *self.pids[:count]),
                                    min(jobs, count))

    def test_default(self):
        """No more workers than processors, and than processes."""
        for count in (2, 3, 8):
            with self.subTest(processes=count):
                self.assertLess(self.made(*self.pids[:count]), min(count, processors()))

    def test_default_on_one_processor(self):
        one = {min(os.sched_getaffinity(0))}
        self.assertEqual(self.made(*self.pids, preexec_fn=lambda: os.sched_setaffinity(0, one)), 0)


def entry(number, inode):
    """A mapping of smaps whose numbers are as wide as its inode's."""
    start = 0x7f0000000000 + number * 0x20000
    line = px.map_line("%x-%x" % (start, start + 0x10000), "rw-p",
                       "/n/%d" % inode if number % 3 else b"", "fe:00", inode)
    return px.smaps_entry(line, Rss=inode % 65, Private_Dirty=number % 10,
                          flags="rd wr mr mw me ac" if inode > 1000 else "rd wr")


def forty_processes():
    """A root with processes of 0 to 2,000 mappings, in no order, some of which are damaged."""
    root = px.Root()
    for i in range(40):
        pid = 100 + i
        count = (0, 1, 2, 900, 3, 40, 7, 2000, 5, 300)[i * 7 % 10]
        smaps = b"".join(entry(number, 10 ** (1 + i * 3 % 8) + number) for number in range(count))
        if i % 11 == 4:
            smaps += b"7fff00000000-7fff000zz000 r--p 00000000 00:00 0 \n"
        root.process(pid, smaps=smaps, cmdline=b"command\0%d\0" % i)
    os.remove(os.path.join(root.path, "117", "smaps"))
    os.remove(os.path.join(root.path, "117", "maps"))
    return root


class Output(px.TestCase):
    """The same bytes in the order of the operands, whoever made them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = forty_processes()
        cls.addClassCleanup(cls.root.__exit__)
        cls.pids = []
        for i in range(40):
            cls.pids.append(str(100 + i * 17 % 40))
            if i % 6 == 0:
                cls.pids.append(str(MISSING[i // 6 % len(MISSING)]))

    def together(self, *words):
        """Standard output and error on one pipe, and the status."""
        got = px.pmapx(*words, stderr=subprocess.STDOUT)
        return got.stdout, got.status

    def alike(self, *words):
        """All numbers of workers give the same; returns it."""
        first = self.together("--jobs", "1", *words)
        for jobs in JOBS:
            with self.subTest(jobs=jobs, words=words[:4]):
                for _ in range(3):
                    stdout, status = self.together(*jobs, *words)
                    self.same(stdout, first[0])
                    self.assertEqual(status, first[1])
        return first

    def test_root(self):
        for view in VIEWS:
            stdout, status = self.alike("--root", self.root.path, *view, *self.pids)
            self.assertEqual(status, 43)
            self.assertEqual(stdout.count(b"No such process"), 7)
            self.assertEqual(stdout.count(b": line "), 4)
            self.assertRegex(stdout, rb"117/s?maps: No such file")

    def test_one_after_the_other(self):
        """That is what one run for each gives, where columns are of fixed width."""
        for view in ((), ("-d",), ("-x",)):
            words = ("--root", self.root.path, *view)
            alone = b"".join(self.together(*words, pid)[0] for pid in self.pids)
            self.assertGreater(alone.count(b"\n"), 10000)
            for jobs in JOBS:
                with self.subTest(jobs=jobs, view=view):
                    self.same(self.together(*jobs, *words, *self.pids)[0], alone)

    def test_running(self):
        """The same of the running system, where it does not matter who else has a page mapped."""
        shapes = (("many", "3000"), ("anon",), ("many", "500", "touched"), ("names",),
                  ("sysv",), ("many", "1"), ("deleted",), ("threads",))
        targets = []
        for shape in shapes:
            target = px.Target(*shape)
            self.addCleanup(target.close)
            targets.append(str(target.pid))
        words = targets + ["2147483647"] + targets[::-1]
        for view in ((), ("-d",), ("-x",), ("-q",), ("-A", "10000000,7f0000000000")):
            self.assertEqual(self.alike(*view, *words)[1], 42)

    def test_threads_and_repeated_operands(self):
        """One process may be asked for under several numbers; no two workers are in it."""
        with px.Target("threads", "3") as target:
            tids = [value for key, value in target.lines if key == "tid"]
            words = [str(target.pid), *tids] * 5
            for view in ((), ("-x",)):
                self.assertEqual(self.alike(*view, *words)[1], 0)

    def test_closed_pipe(self):
        """A reader that goes away ends them all; where its signal is ignored, with status 1."""
        ignoring = ["sh", "-c", "trap '' PIPE; exec \"$@\"", "sh"]
        for before, status in (([], -signal.SIGPIPE), (ignoring, 1)):
            for jobs in JOBS:
                with self.subTest(jobs=jobs, status=status):
                    reader, writer = os.pipe()
                    os.close(reader)
                    try:
                        got = px.run([*before, px.PMAPX, "--root", self.root.path, *jobs,
                                      *self.pids], stdout=writer)
                    finally:
                        os.close(writer)
                    self.assertEqual(got.status, status, got.stderr)


    def test_full_device(self):
        """Nobody goes on, or complains of what would not have been looked at."""
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        said = set()
        with open("/dev/full", "wb") as full:
            for jobs in JOBS * 4:
                got = px.run([px.PMAPX, "--root", self.root.path, *jobs, self.pids[0],
                              *[str(pid) for pid in range(5000, 5300)]], stdout=full)
                said.add((got.status, got.stderr))
        self.assertEqual(said, {(1, b"pmapx: write error: No space left on device\n")})

    def test_few_descriptors(self):
        """What two cannot do at a time one can."""
        if px.is_sanitized(px.PMAPX):
            self.skipTest("a sanitizer has descriptors of its own")
        want = px.run([px.PMAPX, "--root", self.root.path, "-x", *self.pids * 20])
        for limit in (6, 7, 8, 9, 10, 16):
            with self.subTest(limit=limit):
                got = px.run(["sh", "-c", 'ulimit -n %d; exec "$@"' % limit, "sh", px.PMAPX,
                              "--root", self.root.path, "-x", *self.pids * 20])
                self.assertEqual(got, want)


class Numbers(px.TestCase):
    """What --jobs takes."""

    def test_refused(self):
        with px.sample() as root:
            for value in ("", "0", "-1", "x", "1x", "1.5"):
                with self.subTest(value=value):
                    got = root.pmapx("--jobs", value, "100")
                    self.assertEqual((got.status, got.stdout), (1, b""))
                    self.assertRegex(got.stderr, rb"\Apmapx: [^\n]+\n\Z")

    def test_taken(self):
        with px.sample() as root:
            for words in (("--jobs", "1"), ("--jobs=2",), ("--jobs", "64"),
                          ("--jobs", "99999999999999999999999")):
                with self.subTest(words=words):
                    self.result(root.pmapx(*words, "-x", "100"), px.sample_out("x"))

    def test_not_of_pmap(self):
        """Called pmap, it does not know the option."""
        with px.sample() as root:
            got = px.run([px.PMAP, "--jobs", "2", "100"])
            self.assertEqual((got.status, got.stdout), (1, b""))
            self.assertIn(b"unrecognized option '--jobs'", got.stderr)


if __name__ == "__main__":
    px.main()
