# SPDX-License-Identifier: GPL-2.0-or-later
"""Each allocation fails in turn, and reading fails in mid-map (D19): no crash, what was read is
shown, the process and the reason are named, status 1."""
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import px

LIBRARY = os.path.join(px.BUILD, "tests", "px_failing_malloc.so")


class Memory(px.TestCase):
    """Under a library that makes one allocation fail, or all from one on."""

    VIEWS = ([], ["-x"], ["-d"], ["-X"], ["-XX"], ["-Xq"])

    def setUp(self):
        if not os.path.exists(LIBRARY):
            self.skipTest("no %s (a sanitized build, or not glibc)" % LIBRARY)

    def sweep(self, words, most, lines=None, **settings):
        """Every number of allocation until the run is as without the library."""
        expected = px.pmapx(*words)
        self.assertEqual(expected.status, 0)
        for number in range(1, most):
            env = px.environment(LD_PRELOAD=LIBRARY, FAIL_AT=str(number), **settings)
            got = px.pmapx(*words, env=env)
            if got == expected:
                return number
            with self.subTest(words=words, number=number):
                self.assertEqual(got.status, 1)
                self.assertRegex(got.stderr, rb"(?i)\Apmapx: [^\n]*memory[^\n]*\n")
        self.fail("%r still fails after %d allocations" % (words, most))

    def test_each_allocation(self):
        with px.sample() as root:
            for view in self.VIEWS:
                numbers = self.sweep(["--root", root.path, *view, "100"], 200)
                self.assertGreater(numbers, 3, "allocations were counted")

    def test_from_one_on(self):
        with px.sample() as root:
            for view in self.VIEWS:
                self.sweep(["--root", root.path, *view, "100"], 200, FAIL_ON="1")

    def test_rows_are_whole(self):
        """-X runs out of memory in mid-store: the rows that are shown are whole, and are what
        the totals sum up."""
        with px.Root() as root:
            root.process(100, smaps="".join(
                "%08x-%08x rw-p 00000000 fe:00 %d   /x/file%d\nSize: 4 kB\nRss: 4 kB\n"
                % (number * 8192, number * 8192 + 4096, number, number)
                for number in range(1, 20001)))
            short = 0
            for number in range(1, 80):
                env = px.environment(LD_PRELOAD=LIBRARY, FAIL_AT=str(number), FAIL_ON="1")
                got = px.pmapx("--root", root.path, "-X", "100", env=env)
                rows = [line.split() for line in got.stdout.splitlines()]
                if got.status == 0 or len(rows) < 5:
                    continue
                with self.subTest(number=number):
                    short += 1
                    body = rows[2:-2]
                    self.assertEqual({len(row) for row in body}, {8})
                    self.assertEqual(rows[-1][0], b"%d" % (4 * len(body)))
            self.assertGreater(short, 0, "some runs ended in the middle")


class Reading(px.TestCase):
    """strace makes the second reading of the map fail."""

    def test_error_in_mid_map(self):
        if shutil.which("strace") is None:
            self.skipTest("no strace")
        if px.is_sanitized(px.PMAPX):
            self.skipTest("a sanitized build reads /proc for itself")
        with px.Target("many", "500") as target, tempfile.TemporaryDirectory() as folder:
            pid = target.pid
            for view, file in (([], "maps"), (["-x"], "smaps"), (["-X"], "smaps")):
                for program in (px.PMAPX, px.PMAP):
                    got = px.run(["strace", "-qq", "-o", os.path.join(folder, "trace"),
                                  "-P", "/proc/%d/%s" % (pid, file), "-e", "trace=read",
                                  "-e", "inject=read:error=EIO:when=2", program, *view, str(pid)])
                    if b"ptrace" in got.stderr:
                        self.skipTest("tracing is not permitted here")
                    whole = px.run([program, *view, str(pid)])
                    with self.subTest(view=view, program=program):
                        self.assertEqual(got.status, 1)
                        self.assertGreater(got.stdout.count(b"\n"), 3, "rows before the error")
                        self.assertLess(got.stdout.count(b"\n"), whole.stdout.count(b"\n"))
                        self.same(got.stderr, b"" if program == px.PMAP else
                                  b"pmapx: %d: /proc/%d/%s: Input/output error\n"
                                  % (pid, pid, file.encode()))


if __name__ == "__main__":
    px.main()
