#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--threads: which stack is of which thread, in --fields and --by; told by the threads themselves, by
names or by shape, and then it says so."""
import csv
import io
import json
import os
import re
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import faulty
import px
import trace

HOSTILE = b'a]\x1b[31m\n",\xff'  # 15 bytes at most
LABEL = re.compile(rb"\[ (?:\d+ stacks|stack) tid=(?:\d+|\?)(?: .*)? \](?: \(guessed\))?")

# (range, mode, name, what it is called in Mapping, and by name if that is something else)
MADE = (
    ("00400000-00401000", "r-xp", b"/usr/bin/prog", b"prog"),
    ("00500000-00600000", "rw-p", b"[heap]", b"[ anon ]", b"[heap]"),
    ("00700000-00701000", "---p", b"", b"[ anon ]"),
    ("00701000-00801000", "rw-p", b"", b"[ stack tid=101 %s ]" % HOSTILE),
    ("00900000-00901000", "---p", b"", b"[ anon ]"),
    ("00901000-00a01000", "rw-p", b"", b"[ stack tid=? ] (guessed)"),
    ("00b00000-00c00000", "rw-p", b"", b"[ 2 stacks tid=103 low ]"),
    ("00d00000-00d01000", "rwxp", b"", b"[ stack tid=104 ]"),
    ("00e00000-00e01000", "r--p", b"", b"[ anon ]"),
    ("00f00000-00f01000", "rw-p", b"/tmp/[ stack tid=1 x ]", b"[ stack tid=1 x ]", b"/tmp/[ stack tid=1 x ]"),
    ("40000000-40021000", "rw-p", b"", b"[ anon ]"),  # an arena
    ("40021000-44000000", "---p", b"", b"[ anon ]"),
    ("50000000-50100000", "rw-p", b"[stack:106]", b"[ stack tid=106 named ]"),
    ("50200000-50300000", "rw-p", b"[anon: glibc: pthread stack: 107]", b"[ stack tid=107 ]"),
    ("50400000-50500000", "rw-p", b"[anon:stack_and_tls:101]", b"[ stack tid=101 ]"),
    ("50600000-50700000", "rw-p", b"[anon: glibc: pthread user stack: 0x]", b"[ anon ]",
     b"[anon: glibc: pthread user stack: 0x]"),
    ("50800000-50900000", "rw-p", b"[anon:coroutines]", b"[ anon ]", b"[anon:coroutines]"),
    ("60000000-60100000", "rw-p", b"[stack]", b"[ anon ]", b"[stack]"),
)
# tid: (name, stack pointer)
THREADS = {
    100: (b"prog", 0xb00008), 101: (HOSTILE, 0x800ff8), 102: (b"high", 0xbffff8), 103: (b"low", 0xb80000),
    104: (b"", 0xd00000), 105: (b"in arena", 0x40020000), 106: (b"named", None), 108: (b"untold", ""),
    109: (b"heap", 0x501000), 110: (b"const", 0xe00800), 111: (b"file", 0xf00000), 112: (b"co", 0x50801000),
    113: (b"none", 0x600000), 114: (b"guard", 0x700ff8),
}
UNTOLD = b"pmapx: 100: %s/100/task: no stack pointer of 2 of 13 threads: 1 running, 1 not told\n"


def labels(out):
    """The column Mapping of --fields Mapping in csv, as bytes."""
    rows = list(csv.reader(io.StringIO(out.decode())))
    return [re.sub(rb"\\x([0-9a-f]{2})", lambda code: bytes([int(code[1], 16)]), row[-1].encode()) for row in rows[1:]]


def made(with_threads=True):
    root = px.Root()
    root.process(100, smaps=b"".join(
        px.smaps_entry(px.map_line(*row[:3]), Size=4, Rss=i + 1, Pss=i + 1) for i, row in enumerate(MADE)))
    for tid, (name, pointer) in THREADS.items() if with_threads else ():
        root.file("100/task/%d/comm" % tid, name + b"\n")
        if pointer != "":
            root.file("100/task/%d/syscall" % tid,
                      "running\n" if pointer is None else "202 0x1 0x2 0x3 0x4 0x5 0x6 0x%x 0x7f0000001117\n" % pointer)
    root.file("100/task/012/comm", "no number\n")
    return root


class Made(px.TestCase):
    def test_fields(self):
        """What each mapping is called; names the kernel gives stay, and what they are is harmless."""
        with made() as root:
            said = UNTOLD % root.path.encode()
            got = root.pmapx("--threads", "--fields", "Mapping", "--format", "csv", "100")
            self.assertEqual((got.status, got.stderr), (0, said))
            self.assertEqual(labels(got.stdout), [row[3] for row in MADE])
            got = root.pmapx("--threads", "-q", "--fields", "Address,Mapping", "100")
            self.assertEqual((got.status, got.stderr), (0, said))
            self.assertEqual([line.split(maxsplit=1)[1].strip() for line in got.stdout.splitlines()[1:]],
                             [row[3].replace(HOSTILE, b'a]?[31m?",?') for row in MADE])
            got = root.pmapx("--threads", "--fields", "Mapping,Name", "--format", "json", "100")
            rows = json.loads(got.stdout)["processes"][0]["mappings"]
            self.assertEqual([row["Name"].encode() for row in rows], [row[2] for row in MADE])
            self.assertEqual(rows[3]["Mapping"], '[ stack tid=101 a]\\x1b[31m\\x0a",\\xff ]')

    def test_kernel_names(self):
        """With -k, what has a name keeps it."""
        with made() as root:
            got = root.pmapx("--threads", "-k", "--fields", "Mapping", "--format", "csv", "100")
            self.assertEqual(labels(got.stdout), [
                row[3] if not row[2] else row[2].rpartition(b"/")[2] if row[2].startswith(b"/") else row[2]
                for row in MADE])

    def test_orders(self):
        """Rows that are sorted, cut off or selected are called the same."""
        with made() as root:
            for words in (["--sort", "-Address"], ["--sort", "Mapping"], ["--sort", "-Rss", "--top", "5"], ["--top", "7"],
                          ["--kind", "stack"], ["--perm", "w"], ["-A", "901000,b00000"]):
                with self.subTest(words=words):
                    got = root.pmapx("--threads", "--fields", "Address,Rss,Mapping", "--format", "csv", *words, "100")
                    self.assertEqual(got.status, 0, got.stderr)
                    starts = {int(row[0].partition("-")[0], 16): row[3] for row in MADE}
                    rows = list(csv.reader(io.StringIO(got.stdout.decode())))[1:]
                    found = labels(got.stdout)
                    self.assertGreater(len(rows), 1)
                    self.assertEqual(found, [starts[int(row[2], 16)] for row in rows])
                    if words == ["--sort", "Mapping"]:
                        self.assertEqual(found, sorted(found))

    def test_by(self):
        """Each name is a row, with the sums of its mappings, and each kind."""
        with made() as root:
            said = UNTOLD % root.path.encode()
            got = root.pmapx("--threads", "--by", "name", "--format", "csv", "100")
            self.assertEqual((got.status, got.stderr), (0, said))
            want = {}
            for i, row in enumerate(MADE):
                want[row[-1]] = want.get(row[-1], 0) + i + 1
            rows = list(csv.DictReader(io.StringIO(got.stdout.decode())))
            self.assertEqual(dict(zip(labels(got.stdout), (int(row["rss"]) for row in rows))), want)
            got = root.pmapx("--threads", "--by", "kind", "--format", "csv", "100")
            rows = csv.DictReader(io.StringIO(got.stdout.decode()))
            self.assertEqual({row["kind"]: int(row["count"]) for row in rows}, {
                "text": 1, "heap": 1, "guard": 1, "guard (guessed)": 1, "thread-stack": 7, "thread-stack (guessed)": 1,
                "anon": 2, "data": 1, "arena (guessed)": 1, "arena-rest (guessed)": 1, "main-stack": 1})
            got = root.pmapx("--by", "kind", "--format", "csv", "100")
            kinds = {row["kind"]: int(row["count"]) for row in csv.DictReader(io.StringIO(got.stdout.decode()))}
            self.assertEqual((kinds["thread-stack (guessed)"], kinds["thread-stack"]), (2, 4))
            got = root.pmapx("--threads", "--by", "path", "--format", "csv", "100")
            self.assertNotIn(b"tid=", got.stdout.replace(b"/tmp/[ stack tid=1 x ]", b""))

    def test_selected(self):
        """What threads tell is no guess, and is found as what it is."""
        with made() as root:
            said = UNTOLD % root.path.encode()
            got = root.pmapx("--threads", "--fields", "Mapping", "--kind", "thread-stack", "--format", "csv", "100")
            self.assertEqual(labels(got.stdout), [row[3] for row in MADE if b"stack tid=" in row[3] or b"stacks" in row[3]
                                                  if not row[2].startswith(b"/")] + [b"[ anon ]"])
            self.assertEqual(got.stderr, b"pmapx: 100: %s/100/maps: guessed: 1 thread-stack\n" % root.path.encode() + said)

    def test_left_out(self):
        """A process of which no stack is known is not left out in silence, where stacks are asked for."""
        with px.Root() as root:
            root.process(100, maps=px.map_line("00500000-00600000", "rw-p", "[heap]"))
            root.process(101, maps=px.map_line("00500000-00600000", "rw-p", "[heap]"))
            root.file("100/task/102/syscall", "running\n")
            root.file("101/task/103/syscall", "-1 0x400000 0x0\n")
            for words, said in ((["--kind", "thread-stack"], b"pmapx: 100: %s/100/task: no stack pointer of "
                                 b"1 of 1 threads: 1 running\n" % root.path.encode()), (["--kind", "text"], b"")):
                self.result(root.pmapx("--threads", "--fields", "Mapping", *words, "100", "101"), b"",
                            said + b"pmapx: no mapping is selected\n", 0)

    def test_counted(self):
        """In one table of processes that nobody named, threads are counted, as what could not be read is."""
        with px.Root() as root:
            for pid in range(100, 106):
                root.process(pid, smaps=px.smaps_entry(px.map_line("00500000-00600000", "rw-p", "[heap]"), Size=1024))
            for tid, text in (("100/task/200", "running\n"), ("100/task/201", "-1 0x500000 0x0\n"),
                              ("101/task/202", "running\n"),
                              ("102/task/204", "-1 0x500000 0x0\n")):
                root.file(tid + "/syscall", text)
            os.makedirs(os.path.join(root.path, "101", "task", "203"))
            os.makedirs(os.path.join(root.path, "105", "task"))
            words = ["--threads", "--by", "kind", "--format", "csv", "--jobs"]
            table = ("count,size,rss,pss,private,dirty,anonymous,swap,hugetlb,kind\r\n"
                     "6,6144,0,0,0,0,0,0,0,heap\r\n").encode()
            counted = "pmapx: 2 processes: no stack pointer of 3 of 4 threads: 2 running, 1 not told\n"
            unlisted = "pmapx: %d process%s: where threads have their stacks is not known\n"
            alone = "pmapx: 101: %s/101/task: no stack pointer of 2 of 2 threads: 1 running, 1 not told\n" % root.path
            for jobs in "1", "4":
                self.result(root.pmapx(*words, jobs, "--all"), table, counted + unlisted % (2, "es"), 0)
                # who is named is told of
                self.result(root.pmapx(*words, jobs, "--all", "101"), table, alone + "pmapx: 1 process: no stack "
                            "pointer of 1 of 2 threads: 1 running\n" + unlisted % (2, "es"), 0)
            os.makedirs(os.path.join(root.path, "104", "task"))
            self.result(root.pmapx(*words, "1", "--all"), table, counted + unlisted % (1, ""), 0)

    def test_without(self):
        """Without threads there are names and shapes, and it is said once for each process, or each source."""
        with made(with_threads=False) as root, tempfile.TemporaryDirectory() as folder:
            shutil.rmtree(os.path.join(root.path, "100", "task"))
            wanted = [{b"[ stack tid=106 named ]": b"[ stack tid=106 ]"}.get(row[3], row[3]) if row[2] else
                      row[3] if b"guessed" in row[3] else b"[ anon ]" for row in MADE]
            wanted[3] = b"[ stack tid=? ] (guessed)"
            words = ["--threads", "--fields", "Mapping", "--format", "csv"]
            got = root.pmapx(*words, "100")
            self.assertEqual(labels(got.stdout), wanted)
            self.assertEqual((got.status, got.stderr), (
                0, b"pmapx: 100: %s/100/task: where threads have their stacks is not known: "
                b"No such file or directory\n" % root.path.encode()))
            for pid in 100, 101:
                shutil.copy(os.path.join(root.path, "100", "maps"), os.path.join(folder, "maps-%d" % pid))
            got = px.pmapx(*words, "--from", folder)
            # Without a stat, that of the first thread is as it is called.
            self.assertEqual(labels(got.stdout), [*wanted[:-1], b"[ stack ]"] * 2)
            self.assertEqual((got.status, got.stderr), (
                0, b"pmapx: %s: what was saved does not tell where threads have their stacks\n" % folder.encode()))
            # None at all: there is nothing to be said.
            os.makedirs(os.path.join(root.path, "100", "task", "100"))
            got = root.pmapx(*words, "100")
            self.assertEqual((labels(got.stdout), got.status, got.stderr), (wanted, 0, b""))

    def test_denied(self):
        """What may not be known is said, whatever else may be."""
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("needs root and setpriv")
        with made() as root:
            os.chmod(root.path, 0o755)
            for tid in 101, 104:
                os.chmod(os.path.join(root.path, "100/task/%d/syscall" % tid), 0o600)
            got = px.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", px.PMAPX, "--root", root.path,
                          "--threads", "--fields", "Mapping", "--format", "csv", "100"])
            if b"setpriv" in got.stderr or b"exec" in got.stderr:
                self.skipTest("the other user cannot run it")
            self.assertEqual((got.status, got.stderr), (
                0, b"pmapx: 100: %s/100/task: no stack pointer of 4 of 13 threads: 1 running, 2 not permitted, "
                b"1 not told\n" % root.path.encode()))
            self.assertEqual(labels(got.stdout)[3], b"[ stack tid=? ] (guessed)")

    def test_odd_files(self):
        """Whatever is in the folder, it is no crash and no file that is waited for."""
        with made() as root:
            for tid, name in (101, "syscall"), (102, "comm"), (103, "syscall"), (104, "comm"):
                os.remove(os.path.join(root.path, "100/task/%d" % tid, name))
            os.mkfifo(os.path.join(root.path, "100/task/101/syscall"))
            os.mkfifo(os.path.join(root.path, "100/task/102/comm"))
            os.symlink("/dev/zero", os.path.join(root.path, "100/task/103/syscall"))
            root.file("100/task/104/comm", b"\0" * 4096)
            root.file("100/task/2147483647/comm", b"x" * 5000)
            root.file("100/task/2147483647/syscall", b"-1 0x501000 0x0" * 5000)
            got = root.pmapx("--threads", "--fields", "Mapping", "--format", "csv", "100")
            self.assertEqual(got.status, 0)
            self.assertEqual(labels(got.stdout)[6:8], [b"[ stack tid=102 ]", b"[ stack tid=104 %s ]" % (b"\0" * 15)])
            self.assertIn(b"no stack pointer of 4 of 14 threads: 1 running, 3 not told\n", got.stderr)

    def test_refused(self):
        for words, why in ((["1"], b"--threads needs a layout that has it: --by, --fields"),
                           (["-x", "1"], b"--threads needs a layout that has it: --by, --fields"),
                           (["-X", "--format", "json", "1"], b"--threads needs a layout that has it: --by, --fields"),
                           (["-x", "--by", "name", "1"], b"option --by is a layout of its own: ")):
            with self.subTest(words=words):
                got = px.pmapx("--threads", *words)
                self.assertEqual((got.status, got.stdout), (1, b""))
                self.assertTrue(got.stderr.startswith(b"pmapx: " + why), got.stderr)
        self.assertEqual(px.run([px.PMAP, "--threads", "--by", "name", "1"]).status, 1)


class Live(px.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with px.sleeper() as pid:
            # As pmapx would: no child of ours, which might be permitted more.
            if px.run(["cat", "/proc/%d/task/%d/syscall" % (pid, pid)]).status != 0:
                raise unittest.SkipTest("what threads do is not told here")

    def test_all(self):
        """All of a hundred: each is labelled once, in the mapping that its own stack pointer is in."""
        with px.Target("threads", "100", os.fsdecode(HOSTILE)) as target:
            pid = str(target.pid)
            tids = sorted(int(value) for key, value in target.lines if key == "tid")
            self.assertEqual(len(tids), 100)
            where = {}
            for tid in tids:
                with open("/proc/%d/task/%d/syscall" % (target.pid, tid), encoding="ascii") as file:
                    where[tid] = int(file.read().split()[-2], 16)
            want = sorted(b"[ stack tid=%d %s ]" % (tid, HOSTILE) for tid in tids)
            got = px.pmapx("--threads", "--fields", "Address,Kbytes,Mapping", "--format", "csv", pid)
            self.assertEqual((got.status, got.stderr), (0, b""))
            rows = list(csv.reader(io.StringIO(got.stdout.decode())))[1:]
            found = {}
            for row, label in zip(rows, labels(got.stdout)):
                if LABEL.fullmatch(label.replace(b"\n", b"")):
                    tid = int(re.match(rb"\[ stack tid=(\d+)", label)[1])
                    found[tid] = label
                    self.assertTrue(0 <= where[tid] - int(row[2], 16) < int(row[3]) * 1024, row)
            self.assertEqual(sorted(found.values()), want)
            for words in (["--by", "name", "--format", "csv"], ["--by", "kind,name", "--format", "csv"]):
                got = px.pmapx("--threads", *words, pid)
                self.assertEqual((got.status, got.stderr), (0, b""))
                self.assertEqual(sorted(label for label in labels(got.stdout) if b"tid=" in label), want)
            document = json.loads(px.pmapx("--threads", "--fields", "Mapping", "--format", "json", pid).stdout)
            shown = [row["Mapping"] for row in document["processes"][0]["mappings"]]
            self.assertEqual(sorted(label for label in shown if "tid=" in label),
                             sorted('[ stack tid=%d a]\\x1b[31m\\x0a",\\xff ]' % tid for tid in tids))
            got = px.pmapx("--threads", "--by", "name", "--kind", "thread-stack,guard", pid)
            self.assertEqual((got.status, got.stderr), (0, b""), "nothing is a guess")

    def test_busy(self):
        """A thread that runs is not told of: its stack is one by its shape, and both are said."""
        with px.Target("busy-thread") as target:
            told = dict(target.lines)
            got = px.pmapx("--threads", "--fields", "Mapping", "--format", "csv", str(target.pid))
            self.assertEqual((got.status, got.stderr), (
                0, b"pmapx: %d: /proc/%d/task: no stack pointer of 1 of 2 threads: 1 running\n" % (target.pid, target.pid)))
            self.assertCountEqual([label for label in labels(got.stdout) if b"tid=" in label], [
                b"[ stack tid=? ] (guessed)", b"[ stack tid=%d px_target ]" % int(told["idle"])])

    def test_fleeting(self):
        """Threads begin and end meanwhile: no failure, and no more than one label in a row."""
        with px.Target("fleeting-threads") as target:
            for i in range(100):
                words = (["--fields", "Mapping"], ["--by", "name"])[i % 2]
                got = px.pmapx("--threads", *words, "--format", "csv", str(target.pid))
                self.assertIn(got.status, (0, 1), got.stderr)
                for line in got.stderr.splitlines():
                    # A map that changes all the time may not be had whole.
                    self.assertRegex(line, rb": no stack pointer of \d+ of \d+ threads: \d+ running\Z"
                                     rb"|: the map was changing while it was read( \(and \d+ more\))?\Z")
                for label in labels(got.stdout):
                    if b"tid=" in label:
                        self.assertRegex(label, rb"\A\[ (stack|\d+ stacks) tid=(\d+ px_target \]|\? \] \(guessed\))\Z")

    def test_of_another(self):
        """Who may not look at the process is told so, by its map."""
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("needs root and setpriv")
        with px.Target("threads", "2") as target:
            got = px.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", px.PMAPX, "--threads",
                          "--fields", "Mapping", str(target.pid)])
            if b"setpriv" in got.stderr or b"exec" in got.stderr:
                self.skipTest("the other user cannot run it")
            self.assertEqual(got.status, 1)
            self.assertRegex(got.stderr, rb"/maps: Permission denied\n\Z")
            self.assertNotIn(b"tid=", got.stdout)

    def test_costs(self):
        """Two files for each thread, and not one where nobody asks."""
        trace.need()
        with px.Target("threads", "20") as target:
            words = ["--fields", "Mapping", str(target.pid)]
            folder = "/proc/%d/task" % target.pid
            asked, unasked = (
                [path for path in trace.opened(trace.run([px.PMAPX, *more, *words]).calls) if "/task" in path]
                for more in (["--threads"], []))
            self.assertEqual(unasked, [])
            self.assertEqual(asked[0], folder)
            self.assertCountEqual(asked[1:], ["%s/%d/%s" % (folder, int(tid), name) for key, tid in target.lines
                                              if key == "tid" for name in ("syscall", "comm")])


class Faults(px.TestCase):
    def test_memory(self):
        """Each allocation fails in turn: all is as ever, or memory is named as what is missing."""
        with made() as root:
            said = UNTOLD % root.path.encode()
            for words in (["--fields", "Address,Mapping"], ["--by", "name,kind"],
                          ["--fields", "Mapping", "--sort", "Mapping", "--format", "json"]):
                words = ["--root", root.path, "--jobs", "1", "--threads", *words, "100"]
                whole = faulty.run(words)
                self.assertEqual((whole.result.status, whole.result.stderr, whole.left), (0, said, (0, 0)))
                count = sum(call.family == "memory" for call in whole.calls)
                for number in range(1, count + 1):
                    for more in "", "+":
                        with self.subTest(words=words, number=number, goes_on=more):
                            run = faulty.run(words, "memory:%d%s:12" % (number, more))
                            self.assertEqual(run.left, (0, 0))
                            if run.result.status == 0:
                                self.result(run.result, whole.result.stdout, said)
                            else:
                                self.assertEqual(run.result.status, 1)
                                self.assertRegex(run.result.stderr, rb"(?i)(out of|allocate|allocation|memory)")

    def test_calls(self):
        """Each file that cannot be opened or read, and each descriptor that is not to be had, is said."""
        with made() as root:
            said = UNTOLD % root.path.encode()
            words = ["--root", root.path, "--jobs", "1", "--threads", "--fields", "Mapping", "100"]
            whole = faulty.run(words)
            for family, number, file in faulty.points(whole.calls):
                if "/task" not in file or family not in ("open", "read"):
                    continue
                for error in ("5", "24") if family == "open" else ("5", "3"):
                    with self.subTest(family=family, number=number, file=file, error=error):
                        run = faulty.run(words, "%s:%d:%s" % (family, number, error))
                        self.assertEqual(run.left, (0, 0))
                        self.assertIn(run.result.status, (0, 1))
                        if run.result.stdout != whole.result.stdout:
                            self.assertTrue(run.result.stderr != said or file.endswith("/comm"), run.result.stderr)


if __name__ == "__main__":
    px.main()
