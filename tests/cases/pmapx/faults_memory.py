# SPDX-License-Identifier: GPL-2.0-or-later
"""Each allocation fails in turn, alone or with all that follow: no crash and no leak; either all is
as ever, or what is shown is whole rows and their sums, and one line names memory as the reason."""
import json
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import faulty
import px

ENOMEM = "12"
# Of the files of a process, the command line and the map can both be lacking.
TOLD = rb"(?i)\A(pmapx: \d+: [^\n]*/cmdline: cannot allocate memory\n)?" \
    rb"pmapx: [^\n]*(out of memory|cannot allocate memory|memory allocation failed)\n\Z"
VIEWS = ([], ["-x"], ["-d"], ["-X"], ["-XX"], ["-Xq"], ["-A", "402000,404fff"],
         ["-X", "-A", "402000,404fff"])


class Sweep(px.TestCase):
    """Every number of allocation that a run has."""

    STATUS = 0  # of a run without faults

    def sweep(self, words, check, **settings):
        """check(run, whole) is called after each run with a fault; returns how many there were."""
        env = px.environment(**settings)
        whole = faulty.run(words, env=env)
        self.assertEqual((whole.result.status, whole.result.stderr), (self.STATUS, b""))
        self.assertEqual(whole.left, (0, 0))
        count = sum(call.family == "memory" for call in whole.calls)
        for number in range(1, count + 1):
            # With sanitizers a run takes ten times as long.
            often = number % 4 == 0 or not px.is_sanitized(faulty.PROGRAM)
            for more in ("", "+") if often else ("",):
                with self.subTest(words=words, number=number, goes_on=more):
                    run = faulty.run(words, "memory:%d%s:%s" % (number, more, ENOMEM), env=env)
                    self.assertEqual(run.left, (0, 0), "descriptors and allocations left")
                    check(run.result, whole.result)
        return count


class OneProcess(Sweep):
    def check(self, got, whole):
        if got.status == 0:
            self.result(got, whole.stdout)
            return
        self.assertEqual(got.status, 1)
        self.assertRegex(got.stderr, TOLD)
        if got.stdout:
            faulty.check_part(self, faulty.Block(got.stdout), faulty.Block(whole.stdout),
                              b"100:   [comm]")

    def test_views(self):
        with px.sample() as root:
            for view in VIEWS:
                count = self.sweep(["--root", root.path, *view, "100"], self.check)
                self.assertGreater(count, 10, "allocations were counted")

    def test_sorted(self):
        """What had been read is sorted, and nothing is missing without a word."""
        with px.sample() as root:
            for view in (["-x", "--sort=-RSS"], ["--sort=Mapping", "--top=2"],
                         ["-XX", "--sort=-Rss", "--top=3"], ["-X", "--sort=Mapping"],
                         ["--fields=Address,Rss,Name", "--sort=-Rss"]):
                count = self.sweep(["--root", root.path, *view, "100"], self.check_sorted)
                self.assertGreater(count, 10, "allocations were counted")

    def check_sorted(self, got, whole):
        if got.status == 0:
            self.result(got, whole.stdout)
            return
        self.assertEqual(got.status, 1)
        self.assertRegex(got.stderr, TOLD)
        # widths are those of what was read, and so is what is among the first
        rows, all_rows = (re.findall(rb"^ *([0-9a-f]{8,16}) ", text, re.MULTILINE)
                          for text in (got.stdout, whole.stdout))
        if len(all_rows) == 5:
            self.assertEqual(rows, [row for row in all_rows if row in rows])

    def test_added_up(self):
        """What is missing in a sum is told."""
        with faulty.processes(2) as root:
            for words in (["--by", "kind,path"], ["--by", "pid,cmd,user,cgroup", "--sort", "cmd"]):
                self.sweep(["--root", root.path, *words, "--jobs", "1", "100", "101"],
                           self.check_sums)

    def check_sums(self, got, whole):
        if got.status == 0:
            self.result(got, whole.stdout)
            return
        self.assertEqual(got.status, 1)
        for line in got.stderr.splitlines(keepends=True):
            self.assertRegex(line, TOLD)
        self.assertNotEqual(got.stderr, b"")

    def test_formats(self):
        """A document is whole, whatever is missing in it, and says so."""
        with px.sample() as root:
            for view in (["-x"], ["-X"], ["-X", "--sort=Mapping"]):
                self.sweep(["--root", root.path, *view, "--format=json", "100"], self.check_document)

    def check_document(self, got, whole):
        if got.status == 0:
            self.result(got, whole.stdout)
            return
        self.assertEqual(got.status, 1)
        self.assertRegex(got.stderr, TOLD)
        for process in json.loads(got.stdout or b'{"processes":[]}')["processes"]:
            self.assertEqual(process["error"], "Cannot allocate memory")

    def test_shared_memory(self):
        """Where it is, is asked of another file."""
        with faulty.processes(1) as root:
            self.sweep(["--root", root.path, "100"], self.check_segment)

    def check_segment(self, got, whole):
        """It keeps its name where that cannot be known, and that is said."""
        label = b"  [ shmid=0x7 ]\n"
        self.assertIn(label, whole.stdout)
        if b"SYSV00000000" in got.stdout:
            self.assertEqual(got.status, 1)
            whole = whole._replace(stdout=whole.stdout.replace(label, b"SYSV00000000 (deleted)\n"))
        self.check(got, whole)

    def test_running(self):
        with px.Target("sysv") as target:
            for view in ([], ["-A", "10000000"]):
                self.sweep([*view, str(target.pid)], self.check_running)

    def check_running(self, got, whole):
        if got.status == 0:
            self.result(got, whole.stdout)
            return
        self.assertRegex(got.stderr, TOLD)
        rows = [block.fields() for text in (got.stdout, whole.stdout) for block in
                faulty.blocks(text)]
        if len(rows) == 2:
            # the segment may be called by its name
            self.assertEqual([row[:3] for row in rows[0]],
                             [row[:3] for row in rows[1]][:len(rows[0])])

    def test_rc_file(self):
        with px.sample() as root, tempfile.TemporaryDirectory() as home:
            with open(os.path.join(home, ".pmapxrc"), "w", encoding="ascii") as rc:
                rc.write("[Fields Display]\nPerm\nRss\nPss\nMapping\n[Mapping]\nShowPath\n")
            self.sweep(["--root", root.path, "-c", "100"], self.check, HOME=home)

    def test_selected(self):
        """Short of memory is not nobody."""
        with px.sample() as root:
            root.file("100/cgroup", "0::/a\n")
            for words in (["--all"], ["--name", "A"], ["--user", "0", "--all", "100"],
                          ["--tree", "100", "--cgroup", "/a"]):
                root.file("100/status", "Name:\tA\nTgid:\t100\nUid:\t0\t0\t0\t0\n")
                self.sweep(["--root", root.path, *words], self.check)

    def test_selected_of_the_running(self):
        """In a PID namespace: the more processes there are, the more allocations."""
        if not faulty.inside(self, __file__):
            return
        with px.Target("anon") as target:
            self.sweep(["--tree", str(target.pid), "--name", "."], self.check_running)

    def test_as_pmap(self):
        """pmap says nothing of a process, and the same as ever of itself."""
        with px.Target("anon") as target:
            words = [str(target.pid)]
            whole = faulty.run(words, name="pmap")
            said = set()
            for number in range(1, sum(call.family == "memory" for call in whole.calls) + 1):
                run = faulty.run(words, "memory:%d:%s" % (number, ENOMEM), name="pmap")
                got = run.result
                with self.subTest(number=number):
                    self.assertEqual(run.left, (0, 0), "descriptors and allocations left")
                    if got.status == 0:
                        self.result(got, whole.result.stdout)
                        continue
                    self.assertEqual(got.status, 1)
                    said.add((got.stdout != b"", got.stderr))
            self.assertEqual(said, {(True, b""), (False, b""),
                                    (False, b"pmap: memory allocation failed\n")})


class NewFile(Sweep):
    """-N: there is a file, or there is none and a message."""

    def test_new_rc_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "rc")
            texts = set()

            def check(got, whole):
                if got.status == 0:
                    self.assertEqual(got, whole)
                    with open(path, "rb") as file:
                        texts.add(file.read())
                    os.unlink(path)
                else:
                    self.assertEqual(got.status, 1)
                    self.assertRegex(got.stderr, TOLD)
                self.assertEqual(os.listdir(folder), [])

            for number in ("1", "1+", "2", "2+", "3"):
                run = faulty.run(["-N", path], "memory:%s:%s" % (number, ENOMEM))
                self.assertEqual(run.left, (0, 0))
                if number == "3":
                    whole = run.result
                    self.assertEqual(whole.status, 0)
                check(run.result, run.result)
            self.assertEqual(len(texts), 1)


class Workers(Sweep):
    """Several processes: a worker that has no memory leaves its job to one that is alone. Which
    allocation is whose is another matter in each run."""

    def check(self, got, whole):
        if got.status == 0:
            self.assertEqual(got.stderr, b"")
            self.assertEqual([block.fields() for block in faulty.blocks(got.stdout)],
                             [block.fields() for block in faulty.blocks(whole.stdout)])
            return
        self.assertEqual(got.status, 1)
        for line in got.stderr.splitlines(keepends=True):
            self.assertRegex(line, TOLD)
        if got.stderr != b"pmapx: memory allocation failed\n":
            faulty.check_parts(self, got.stdout, whole.stdout, got.stderr)
        else:
            self.assertEqual(got.stdout, b"")

    def test_workers(self):
        with faulty.processes() as root:
            for number in (103, 104, 105):
                root.process(number, smaps=px.SAMPLE, start_stack=px.SAMPLE_STACK)
            for view in ([], ["-X"]):
                self.sweep(["--root", root.path, "--jobs", "2", *view, "103", "104", "105"],
                           self.check)


class Rows(px.TestCase):
    def test_rows_are_whole(self):
        """-X runs out of memory in mid-store: the rows that are shown are whole, and are what
        the totals sum up."""
        with px.Root() as root:
            root.process(100, smaps="".join(
                "%08x-%08x rw-p 00000000 fe:00 %d   /x/file%d\nSize: 4 kB\nRss: 4 kB\n"
                % (number * 8192, number * 8192 + 4096, number, number)
                for number in range(1, 20001)))
            words = ["--root", root.path, "-X", "100"]
            whole = faulty.run(words)
            short = 0
            for number in range(1, sum(call.family == "memory" for call in whole.calls) + 1):
                got = faulty.run(words, "memory:%d+:%s" % (number, ENOMEM)).result
                if got.status == 0 or got.stdout.count(b"\n") < 5:
                    continue
                with self.subTest(number=number):
                    short += 1
                    faulty.check_part(self, faulty.Block(got.stdout),
                                      faulty.Block(whole.result.stdout))
            self.assertGreater(short, 3, "runs ended in the middle")


class Rank(Sweep):
    """All rows and their sums, or none of them."""

    TOLD = rb"\Apmapx: (rank: )?memory allocation failed\n\Z"

    def check(self, got, whole):
        if got.status == self.STATUS:
            self.result(got, whole.stdout, status=self.STATUS)
            return
        self.assertEqual((got.status, got.stdout), (2, b""))
        self.assertRegex(got.stderr, self.TOLD)

    def test_rank(self):
        with px.sample() as root:
            root.process(101, smaps=px.SAMPLE, comm="other")
            # smaps_rollup, as there is none to be read in smaps.
            for pid in (100, 101):
                root.file("%d/smaps_rollup" % pid, px.smaps_entry(px.map_line("1000-2000", "---p", "[rollup]"),
                                                                  Rss=4, flags=None))
                root.file("%d/cgroup" % pid, "0::/x\n")
            for words in ([], ["--by=cmd,user,cgroup"], ["--fields=pid,vss,own", "--format=json"]):
                count = self.sweep(["rank", "--jobs=1", "--root", root.path, *words], self.check)
                self.assertGreater(count, 10, "allocations were counted")

    def test_users(self):
        """Who has a name is not shown by number, be it that memory is short."""
        with px.Target("anon") as target:
            count = self.sweep(["rank", "--jobs=1", "--fields=pid,user", str(target.pid)], self.check)
            self.assertGreater(count, 10, "allocations were counted")


class Check(Rank):
    """All findings, or none of them."""

    STATUS = 1
    TOLD = rb"\Apmapx: (check: )?memory allocation failed\n\Z"
    test_rank = test_users = None

    def test_check(self):
        with px.Root() as root:
            lines = [px.map_line("00400000-00401000", "rwxp", "/lib/a (deleted)", "08:01", 5),
                     px.map_line("00500000-00501000", "rw-p", "[stack:7]")]
            for pid in (101, 102):
                root.process(pid, smaps=b"".join(map(px.smaps_entry, lines)),
                             status="Tgid:\t%d\nVmPTE:\t  64 kB\n" % pid)
            root.file("sys/vm/max_map_count", "2\n")
            for words in ([], ["--format=json"]):
                count = self.sweep(["check", "--jobs=1", "--root", root.path, *words], self.check)
                self.assertGreater(count, 10, "allocations were counted")


if __name__ == "__main__":
    px.main()
