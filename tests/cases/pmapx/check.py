#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx check: what it finds, of prepared roots, of what was saved, and of processes that run."""
import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
import saving

NAMES = saving.NAMES + ("smaps_rollup",)
CHECKS = ["map-count", "writable-executable", "deleted-file", "replaced-file", "unguarded-stack",
          "page-tables"]


def status_file(pid, **values):
    return "Tgid:\t%d\n" % pid + "".join("%s:\t%8d kB\n" % pair for pair in values.items())


def rollup(**values):
    return px.smaps_entry(px.map_line("00400000-7ffd00010000", "---p", "[rollup]"), flags=None, **values)


def add(root, pid, lines, comm="comm", status=None, sums=None, flags="rd", **kwargs):
    """A process of a root; lines: of maps, or (line, flags); sums: the text of smaps_rollup."""
    smaps = b"".join(px.smaps_entry(line, flags=flags) for line in lines)
    root.process(pid, smaps=smaps, comm=comm, status=status or status_file(pid, VmPTE=40), **kwargs)
    root.file("%d/smaps_rollup" % pid, sums or rollup(Private_Dirty=100))


def line(span, perms="rw-p", name="", device="08:01", inode=7):
    return px.map_line(span, perms, name, device if name.startswith("/") else "00:00",
                       inode if name.startswith("/") else 0)


class Case(px.TestCase):
    def setUp(self):
        super().setUp()
        self.root = px.Root()
        self.addCleanup(self.root.__exit__)
        self.folder = tempfile.mkdtemp(prefix="pmapx-check-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def check(self, *words):
        return px.pmapx("check", "--root", self.root.path, *words)

    def finds(self, text, *words, told=b"", status=None):
        self.result(self.check(*words), text.lstrip("\n"), told,
                    (1 if text else 0) if status is None else status)


class Prepared(Case):
    """What a folder laid out like /proc shows."""

    def test_nothing(self):
        add(self.root, 100, [line("00400000-00401000", "r-xp", "/a/b"), line("00500000-00501000")])
        self.finds("")
        self.result(self.check("--format=json"), b'{"schema":"pmapx.check","version":1,"processes":{"read":1,'
                    b'"denied":0,"vanished":0,"not_saved":0,"damaged":0,"changing":0,"without_page_tables":0},'
                    b'"complete":true,"rows":[]}\n')
        self.finds("", "--explain", "100")

    def test_writable(self):
        add(self.root, 100, [
            line("00400000-00401000", "rwxp"), line("00401000-00402000", "r-xp"),
            line("00402000-00408000", "rwxp"), line("00500000-00501000", "-wxs", "/a/b"),
            line("00600000-00601000", "rwxp", "/a/b"), line("7ff000000000-7ff000021000", "rwxp", "[stack]")])
        self.finds("""
100: writable-executable: comm: [ anon ], rwxp, 2 mappings, 28 kB, first at 400000
100: writable-executable: comm: /a/b, -wxs, 1 mapping, 4 kB, at 500000
100: writable-executable: comm: /a/b, rwxp, 1 mapping, 4 kB, at 600000
100: writable-executable: comm: [stack], rwxp, 1 mapping, 132 kB, at 7ff000000000
""")

    def test_deleted(self):
        """Files, and not what never was one."""
        add(self.root, 100, [
            line("00400000-00401000", "r--p", "/lib/a (deleted)"),
            line("00401000-00403000", "r-xp", "/lib/a (deleted)"),
            line("00500000-00501000", "rw-s", "/b (deleted) (deleted)"),
            line("00501000-00502000", "rw-s", "/dev/zero (deleted)", "00:01"),
            line("00502000-00503000", "rw-s", "/SYSV00000000 (deleted)", "00:01"),
            line("00503000-00504000", "rw-s", "/memfd:x (deleted)", "00:01"),
            line("00504000-00505000", "rw-s", "/dev/shm/x (deleted)", "00:02"),
            line("00505000-00506000", "rw-s", "/[aio] (deleted)", "00:03"),
            line("00506000-00507000", "rw-s", "/drm mm object (deleted)", "00:01"),
            line("00600000-00800000", "rw-p", "/anon_hugepage (deleted)", "00:0e"),
            line("00800000-00801000", "r--p", " (deleted)"),
            line("00900000-00901000", "r--p", "/c (deleted).so"),
            line("00a00000-00a01000", "r--p", "/lib/a (deleted)")])
        self.finds("""
100: deleted-file: comm: /lib/a (deleted), 3 mappings, 16 kB, first at 400000
100: deleted-file: comm: /b (deleted) (deleted), 1 mapping, 4 kB, at 500000
""")

    def test_no_path_of_a_copy_is_looked_up(self):
        """What a root made by hand says of paths is not to be looked for on this machine."""
        path = os.path.join(self.folder, "x")
        with open(path, "w", encoding="ascii"):
            pass
        device = os.stat(path).st_dev
        device = "%02x:%02x" % (os.major(device), os.minor(device))
        add(self.root, 100, [line("00400000-00401000", "r--p", path + " (deleted)", device, 1),
                             line("00500000-00501000", "r--p", path, device, 1)])
        os.symlink("/", os.path.join(self.root.path, "100", "root"))
        self.finds("100: deleted-file: comm: %s (deleted), 1 mapping, 4 kB, at 400000\n" % path)

    def test_stacks(self):
        add(self.root, 100, [
            line("00400000-00401000", "r--p", "/a"),
            line("00401000-00403000", "rw-p", "[stack:101]"),      # something else below
            line("00500000-00501000", "---p"),
            line("00501000-00503000", "rw-p", "[stack:102]"),      # a guard
            line("00600000-00603000", "rw-p", "[stack:103]"),      # nothing
            line("00700000-00701000", "---p", "[anon: glibc: pthread stack: 104]"),
            line("00701000-00703000", "rw-p", "[anon: glibc: pthread stack: 104]"),
            line("00800000-00801000", "---p"),
            line("00801000-00811000", "rw-p"),                     # guessed by its guard
            line("7ff000000000-7ff000021000", "rw-p", "[stack]")])
        self.finds("""
100: unguarded-stack: comm: [stack:101], r--p below, 1 mapping, 8 kB, at 401000
100: unguarded-stack: comm: [stack:103], nothing below, 1 mapping, 12 kB, at 600000
""")

    def test_stack_pointers(self):
        """What was copied of threads tells of stacks without names; what is not whole does not."""
        add(self.root, 100, [line("00400000-00402000", "rw-p"), line("00500000-00502000", "rw-p"),
                             line("00600000-00602000", "rw-p"), line("00700000-00702000", "rw-p")])
        for tid, text in (100, "-1 0x400000 0x1\n"), (101, "-1 0x501ff8 0x1\n"), (102, "running\n"), (103, "0x700000"):
            self.root.file("100/task/%d/syscall" % tid, text)
        self.finds("100: unguarded-stack: comm: [ anon ], nothing below, 1 mapping, 8 kB, at 500000\n")

    def test_a_guard_within(self):
        """madvise() makes guards that only a flag of smaps tells of."""
        add(self.root, 100, [line("00401000-00403000", "rw-p", "[stack:101]")], flags="rd wr gu ac")
        self.finds("")
        os.remove(os.path.join(self.root.path, "100", "smaps"))
        self.finds("100: unguarded-stack: comm: [stack:101], nothing below, 1 mapping, 8 kB, at 401000\n")

    def test_page_tables(self):
        few = [line("00400000-00401000")]
        add(self.root, 100, few, status=status_file(100, VmPTE=65), sums=rollup(
            Private_Clean=1, Private_Dirty=2, Private_Hugetlb=4, Shared_Hugetlb=8, Swap=48, Rss=900))
        add(self.root, 101, few, status=status_file(101, VmPTE=60, VmPMD=5), sums=rollup(Private_Dirty=64))
        # as much is not more
        add(self.root, 102, few, status=status_file(102, VmPTE=64), sums=rollup(Private_Dirty=64))
        self.finds("""
100: page-tables: comm: 65 kB of page tables, 63 kB of private memory
101: page-tables: comm: 65 kB of page tables, 64 kB of private memory
""")
        # without smaps_rollup, smaps is added up: 0
        os.remove(os.path.join(self.root.path, "102", "smaps_rollup"))
        self.finds("102: page-tables: comm: 64 kB of page tables, 0 kB of private memory\n", "102")
        # without either, and without status, nothing is known
        for name in ("smaps", "status"):
            os.remove(os.path.join(self.root.path, "102", name))
            with self.subTest(without=name):
                told = b"pmapx: check: 1 process was not checked for page-tables: what that needs is missing\n"
                self.finds("", "102", told=told)
                self.finds("", "--strict", "102", told=told, status=1)
                self.finds("", "--strict", "--only=map-count", "102")
                self.assertIs(json.loads(self.check("--format=json", "102").stdout)["complete"], False)

    def test_count(self):
        """From 80 % on; the page of old system calls is no mapping of the process."""
        lines = [line("%08x-%08x" % (start, start + 0x1000), "r--p", "/a") for start in
                 range(0x100000, 0x130000, 0x10000)]
        lines += [line("%08x-%08x" % (start, start + 0x1000), "rw-s", "/b%d" % (start >> 16)) for start in
                  range(0x200000, 0x240000, 0x10000)]
        gate = line("ffffffffff600000-ffffffffff601000", "--xp", "[vsyscall]")
        add(self.root, 100, lines + [gate])
        add(self.root, 101, lines + [line("00300000-00301000"), gate])
        self.root.file("sys/vm/max_map_count", "10\n")
        self.finds("101: map-count: comm: 8 mappings, 80 % of vm.max_map_count 10, 4 of them shared-file\n")
        self.root.file("sys/vm/max_map_count", "5\n")
        self.finds("""
100: map-count: comm: 7 mappings, 140 % of vm.max_map_count 5, 4 of them shared-file
101: map-count: comm: 8 mappings, 160 % of vm.max_map_count 5, 4 of them shared-file
""")
        for bad in ("", "0\n", "x\n", "5x\n", "-5\n"):
            with self.subTest(limit=bad):
                self.root.file("sys/vm/max_map_count", bad)
                self.finds("")

    def test_count_by_default(self):
        """65530 where nothing tells; and a guess is told."""
        stacks = b"".join(line("%x-%x" % (start, start + 0x1000), "---p") +
                          line("%x-%x" % (start + 0x1000, start + 0x11000))
                          for start in range(0x10000000, 0x10000000 + 26212 * 0x20000, 0x20000))
        self.root.process(100, maps=stacks[:-len(line("10001000-10011000"))])
        self.finds("", "--only=map-count")
        self.root.process(100, maps=stacks)
        got = self.check("--only=map-count")
        self.result(got, b"100: map-count: comm: 52424 mappings, 80 % of the default vm.max_map_count 65530, "
                    b"26212 of them thread-stack (26212 guessed)\n", status=1)
        row, = json.loads(self.check("--only=map-count", "--format=json").stdout)["rows"]
        self.assertEqual(row, {"host": None, "pid": 100, "cmd": "comm", "check": "map-count", "name": "thread-stack",
                               "note": "default", "address": None, "mappings": 52424, "size": None,
                               "limit": 65530, "leading": 26212})

    ALL = [line("00400000-00401000", "rwxp", "/x (deleted)"),
           line("00500000-00501000", "rw-p", "[stack:7]")]
    FOUND = """
PID: map-count: comm: 2 mappings, 100 % of vm.max_map_count 2, 1 of them text
PID: writable-executable: comm: /x (deleted), rwxp, 1 mapping, 4 kB, at 400000
PID: deleted-file: comm: /x (deleted), 1 mapping, 4 kB, at 400000
PID: unguarded-stack: comm: [stack:7], nothing below, 1 mapping, 4 kB, at 500000
PID: page-tables: comm: 500 kB of page tables, 100 kB of private memory
""".lstrip("\n")

    def add_all(self, *pids):
        self.root.file("sys/vm/max_map_count", "2\n")
        for pid in pids:
            add(self.root, pid, self.ALL, status=status_file(pid, VmPTE=500))

    def test_order_whoever_is_first(self):
        pids = list(range(90, 130))
        self.add_all(*reversed(pids))
        expected = "".join(self.FOUND.replace("PID", str(pid)) for pid in pids)
        for jobs in ("1", "2", "7"):
            with self.subTest(jobs=jobs):
                self.finds(expected, "--jobs", jobs)
        self.finds(self.FOUND.replace("PID", "91") + self.FOUND.replace("PID", "99"), "99", "91")

    def test_only(self):
        self.add_all(100)
        found = self.FOUND.replace("PID", "100").splitlines(keepends=True)
        self.assertEqual([row.split(": ")[1] for row in found], [name for name in CHECKS if name != "replaced-file"])
        for row in found:
            self.finds(row, "--only", row.split(": ")[1])
        self.finds("", "--only=replaced-file")
        for words in (["--only=page-tables,map-count"], ["--only=page-tables", "--only=map-count"]):
            self.finds(found[0] + found[4], *words)

    def test_explain(self):
        """All, or those that were asked for, or those that have found something."""
        whole = px.pmapx("check", "--explain")
        self.assertEqual((whole.status, whole.stderr), (0, b""))
        parts = whole.stdout.decode().split("\n\n")
        self.assertEqual([part.split("\n")[0] for part in parts], CHECKS)
        for part in parts:
            self.assertIn("\n  What to do:\n    ", part)
            self.assertTrue(all(len(row) < 80 for row in part.split("\n")), part)
        self.result(px.pmapx("check", "--explain", "--only=page-tables,map-count"), parts[0] + "\n\n" + parts[5])
        add(self.root, 100, [line("00400000-00401000", "rwxp")])
        self.finds("100: writable-executable: comm: [ anon ], rwxp, 1 mapping, 4 kB, at 400000\n\n" + parts[1] + "\n",
                   "--explain")

    def test_formats(self):
        self.add_all(100)
        rows = json.loads(self.check("--format=json").stdout)["rows"]
        text = self.check("--format=csv").stdout.decode()
        read = list(csv.DictReader(io.StringIO(text, newline="")))
        self.assertEqual(list(read[0]), list(rows[0]))
        for got, want in zip(read, rows):
            self.assertEqual(got, {key: "" if value is None else str(value) for key, value in want.items()})
        self.assertEqual([json.loads(one) for one in self.check("--format=ndjson").stdout.splitlines()], rows)
        nothing = dict.fromkeys(rows[0])
        self.assertEqual(rows, [dict(nothing, pid=100, cmd="comm", check=name, **more) for name, more in (
            ("map-count", {"name": "text", "mappings": 2, "limit": 2, "leading": 1}),
            ("writable-executable", {"name": "/x (deleted)", "note": "rwxp", "address": "0x400000", "mappings": 1,
                                     "size": 4}),
            ("deleted-file", {"name": "/x (deleted)", "address": "0x400000", "mappings": 1, "size": 4}),
            ("unguarded-stack", {"name": "[stack:7]", "note": "", "address": "0x500000", "mappings": 1, "size": 4}),
            ("page-tables", {"size": 500, "limit": 100}))])
        tsv = self.check("--format=tsv", "--only=deleted-file").stdout
        self.same(tsv, b"host\tpid\tcmd\tcheck\tname\tnote\taddress\tmappings\tsize\tlimit\tleading\n"
                  b"\t100\tcomm\tdeleted-file\t/x (deleted)\t\t0x400000\t1\t4\t\t\n")

    def test_hostile(self):
        """Nothing that a process has chosen reaches a terminal, or comes before number and check."""
        comm = b"a: \x1b[31m\xff\n1: x"
        add(self.root, 100, [px.map_line("00400000-00401000", "rwxp", b"/\x1b]0;x\x07\\012\xe2\x80\xae\xfe", "08:01", 7)],
            stat=px.stat_line(100, comm))
        self.result(self.check(), b"100: writable-executable: a: ?[31m??1: x: /?]0;x?\\012????, rwxp, 1 mapping, 4 kB,"
                    b" at 400000\n", status=1)
        row, = json.loads(self.check("--format=json").stdout)["rows"]
        self.assertEqual(row["cmd"], "a: \\x1b[31m\\xff\\x0a1: x")
        self.assertEqual(row["name"], "/\\x1b]0;x\\x07\\012\\xe2\\x80\\xae\\xfe")

    def test_no_name(self):
        add(self.root, 100, [line("00400000-00401000", "rwxp")], stat=px.stat_line(100, ""))
        self.finds("100: writable-executable: ?: [ anon ], rwxp, 1 mapping, 4 kB, at 400000\n")

    def test_unread(self):
        add(self.root, 100, [line("00400000-00401000")])
        self.root.process(101, maps="x\n")
        told = rb"pmapx: check: \S+/101/maps: line 1, column 2: [^\n]+\n" \
            rb"pmapx: check: 1 process could not be read: 1 damaged\n"
        got = self.check()
        self.assertEqual((got.stdout, got.status), (b"", 2))
        self.assertRegex(got.stderr, told)

    def test_no_memory(self):
        """That nothing was found is said only if something was looked at."""
        kernel = px.stat_line(2, "kthreadd", ppid=0).replace(b" S 0 0 0 0 0 0", b" S 0 0 0 0 -1 2129984")
        self.root.process(2, maps="", smaps="", comm="kthreadd", cmdline=b"", stat=kernel)
        self.root.process(60, maps="", smaps="", comm="dead", cmdline=b"", state="Z")
        add(self.root, 100, [line("00400000-00401000")])
        thread, ended = (b"pmapx: check: 2: a thread of the kernel, which has no memory of its own\n",
                         b"pmapx: check: 60: has ended\n")
        vain = b"pmapx: check: no process that has memory could be read\n"
        for words in [], ["--format=json"], ["--strict"], ["--explain"]:
            with self.subTest(words=words):
                self.finds("", "2", *words, told=thread + vain, status=2)
                self.finds("", "60", *words, told=ended + vain, status=2)
                self.finds("", "60", "2", *words, told=thread + ended + vain, status=2)
        self.finds("", "2", "60", "100", told=thread + ended)
        missing = b"pmapx: check: 7: no such process\n"
        self.finds("", "2", "7", told=missing + thread +
                   b"pmapx: check: 1 process could not be read: 1 vanished\n", status=2)

    def test_usage(self):
        for words, told in (
                (["--only=x"], "check: --only=x: 'x' is no check; there are " + ", ".join(CHECKS)),
                (["--only", "page-tables,"], "check: --only=page-tables,: '' is no check; there are " +
                 ", ".join(CHECKS)),
                (["--format=xml"], "check: --format=xml: no such format, there are text, json, ndjson, csv, tsv"),
                (["--explain", "--format=json"], "check: --explain: not with --format"),
                (["--sort=pid"], "check: --sort=pid: no such option"),
                (["--only"], "check: --only: a value is missing")):
            with self.subTest(words=words):
                self.result(px.pmapx("check", *words), b"", "pmapx: " + told + "\n", 2)


class Saved(Case):
    """What was saved, in all ways: the setting of each host comes with it."""

    def setUp(self):
        super().setUp()
        for pid in (100, 101):
            add(self.root, pid, [line("00400000-00401000", "rwxp", "/x (deleted)")])

    FOUND = """
PID: map-count: comm: 1 mapping, 100 % of vm.max_map_count 1, 1 of them text
PID: writable-executable: comm: /x (deleted), rwxp, 1 mapping, 4 kB, at 400000
PID: deleted-file: comm: /x (deleted), 1 mapping, 4 kB, at 400000
""".lstrip("\n")

    def expected(self, *pids):
        return "".join(self.FOUND.replace("PID", pid) for pid in pids)

    def host(self, name, limit="1\n"):
        folder = os.path.join(self.folder, name, "proc")
        saving.copy(self.root.path, folder, NAMES)
        if limit is not None:
            os.makedirs(os.path.join(folder, "sys", "vm"))
            with open(os.path.join(folder, "sys", "vm", "max_map_count"), "w", encoding="ascii") as file:
                file.write(limit)
        return os.path.join(self.folder, name)

    def check(self, *words):
        return px.pmapx("check", "--from", *words)

    def test_folder_and_archives(self):
        folder = self.host("a")
        self.finds(self.expected("100", "101"), folder)
        self.finds(self.expected("101"), folder, "101")
        for ending in (".tar", ".tar.gz"):
            path = saving.tar(os.path.join(self.folder, "b"), folder, ending=ending)
            self.finds(self.expected("100", "101"), path)
        # what comes behind the processes holds as well
        path = saving.tar(os.path.join(self.folder, "c"), folder, "proc/100", "proc/101", "proc/sys")
        self.finds(self.expected("100", "101"), path)

    def test_hosts(self):
        self.host("a")
        self.host("b", None)
        alone = self.expected("b/100", "b/101").splitlines(keepends=True)
        alone = [row for row in alone if "map-count" not in row]
        self.finds(self.expected("a/100", "a/101") + "".join(alone), self.folder)
        rows = json.loads(self.check(self.folder, "--format=json").stdout)["rows"]
        self.assertEqual({row["host"] for row in rows}, {"a", "b"})

    def test_damaged_setting(self):
        for limit in ("", "x", "0", "1" * 30):
            with self.subTest(limit=limit):
                folder = self.host("l" + limit, limit)
                self.assertNotIn(b"map-count", self.check(folder).stdout)

    def test_one_map(self):
        """Nothing tells whose it is, nor of page tables."""
        path = os.path.join(self.folder, "x.txt")
        shutil.copyfile(os.path.join(self.root.path, "100", "maps"), path)
        got = self.check(path)
        self.result(got, b"x.txt: writable-executable: ?: /x (deleted), rwxp, 1 mapping, 4 kB, at 400000\n"
                    b"x.txt: deleted-file: ?: /x (deleted), 1 mapping, 4 kB, at 400000\n",
                    b"pmapx: check: 1 process was not checked for page-tables: what that needs is missing\n", 1)

    def test_collected(self):
        folder = saving.collect(self.root.path, os.path.join(self.folder, "collected"), NAMES)
        self.finds("".join(self.expected("100", "101").splitlines(keepends=True)[i] for i in (1, 2, 4, 5)), folder)

    def test_nothing_missing(self):
        self.finds("", self.folder + "/none", told=b"pmapx: check: %s: No such file or directory\n" %
                   os.fsencode(self.folder + "/none"), status=2)


# Maps a file until standard input ends.
HOLDER = """import mmap, sys
with open(sys.argv[1], "rb") as file:
    memory = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
print("ready", flush=True)
sys.stdin.read()
"""


class Live(px.TestCase):
    """Processes of our own."""

    def check(self, target, *words):
        return px.pmapx("check", *words, str(target.pid))

    def found(self, target, check, what):
        return "%d: %s: px_target: %s\n" % (target.pid, check, what)

    def test_quiet(self):
        for shape in (["anon"], ["file"], ["aio"], ["memfd"], ["sysv"], ["shared-anon"], ["threads", "3"],
                      ["arenas", "4"], ["file", "x (deleted)"]):
            with self.subTest(shape=shape), px.Target(*shape) as target:
                self.result(self.check(target))

    def test_writable(self):
        with px.Target("file-modes") as target:
            paths = [(os.path.join(target.directory, name), mode) for name, mode in (
                ("p-wx", "-wxp"), ("s-wx", "-wxs"), ("p-rwx", "rwxp"), ("s-rwx", "rwxs"))]
            address = {bytes.fromhex(value.split()[-1]).decode(): value.split()[0] for key, value in target.lines
                       if key == "file"}
            self.result(self.check(target), "".join(
                self.found(target, "writable-executable", "%s, %s, 1 mapping, %d kB, at %s" % (
                    path, mode, os.sysconf("SC_PAGESIZE") // 1024, address[os.path.basename(path)]))
                for path, mode in paths), status=1)

    def test_deleted_and_replaced(self):
        with px.Target("deleted", "lib.so") as target:
            path = os.path.join(target.directory, "lib.so")
            what = "%s (deleted), 1 mapping, %d kB, at %s" % (
                path, os.sysconf("SC_PAGESIZE") // 1024, target.truth["file"].split()[0])
            self.result(self.check(target), self.found(target, "deleted-file", what), status=1)
            os.mkdir(path)
            self.result(self.check(target), self.found(target, "deleted-file", what), status=1)
            os.rmdir(path)
            # A link leads to another file, too, but not out of the root, and not to nothing.
            os.symlink("nowhere", path)
            self.result(self.check(target), self.found(target, "deleted-file", what), status=1)
            with open(os.path.join(target.directory, "new"), "w", encoding="ascii"):
                pass
            os.rename(os.path.join(target.directory, "new"), path)
            self.result(self.check(target), self.found(target, "replaced-file", what), status=1)
            self.result(self.check(target, "--only=deleted-file"))
            self.result(self.check(target, "--only=map-count,unguarded-stack"))

    def test_mounted_over(self):
        """In the process's own tree of mounts; here the file is as it was."""
        if os.geteuid() != 0 or not shutil.which("nsenter"):
            self.skipTest("needs root and nsenter")
        with tempfile.TemporaryDirectory() as folder:
            for name in ("a", "b"):
                with open(os.path.join(folder, name), "wb") as file:
                    file.write(b"x" * os.sysconf("SC_PAGESIZE"))
            words = px.unshare_command() + ["sh", "-c", 'mount --make-rprivate / && exec "$@"', "sh", sys.executable,
                                            "-c", HOLDER, os.path.join(folder, "a")]
            with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
                self.assertEqual(holder.stdout.readline(), b"ready\n")
                words = [px.PMAPX, "check", "--only=deleted-file,replaced-file", "--format=json", str(holder.pid)]
                self.assertEqual(json.loads(px.run(words).stdout)["rows"], [])
                got = px.run(["nsenter", "-t", str(holder.pid), "-m", "mount", "--bind", os.path.join(folder, "b"),
                              os.path.join(folder, "a")])
                self.assertEqual(got.status, 0, got.stderr)
                got = px.run(words)
                row, = json.loads(got.stdout)["rows"]
                self.assertEqual((row["check"], row["name"], row["mappings"], got.status),
                                 ("replaced-file", os.path.join(folder, "a"), 1, 1))
                holder.stdin.close()

    def test_stack(self):
        with px.Target("bare-stack") as target:
            self.result(self.check(target), self.found(
                target, "unguarded-stack", "[ anon ], r--p below, 1 mapping, %s kB, at %s" % (
                    target.truth["kbytes"], target.truth["stack"])), status=1)

    def test_capture(self):
        """A capture brings the setting of its host along."""
        with tempfile.TemporaryDirectory() as folder, px.Target("deleted") as one, px.Target("deleted") as other:
            path = os.path.join(folder, "a.tar")
            pids = sorted((one.pid, other.pid))
            words = [str(pid) for pid in pids]
            got = px.pmapx("capture", "-o", path, *words)
            self.assertEqual(got.status, 0, got.stderr)
            want = px.pmapx("check", "--only=deleted-file,map-count,page-tables", *words)
            got = px.pmapx("check", "--from", path)
            self.result(got, want.stdout, want.stderr, 1)
            self.assertEqual(want.stdout.count(b"\n"), 2)
            # One process of it is held at a time, and the setting stays.
            changed = os.path.join(folder, "c.tar")
            with tarfile.open(path) as old, tarfile.open(changed, "w", format=tarfile.PAX_FORMAT) as new:
                for member in old:
                    text = old.extractfile(member).read() if member.isfile() else b""
                    if member.name == "proc/sys/vm/max_map_count":
                        text = b"3\n"
                        member.size = len(text)
                    new.addfile(member, io.BytesIO(text))
            # As unpacked and changed: all that is in it is believed.
            unpacked = os.path.join(folder, "a")
            os.mkdir(unpacked)
            shutil.unpack_archive(path, unpacked)
            setting = os.path.join(unpacked, "proc", "sys", "vm", "max_map_count")
            os.chmod(setting, 0o600)
            with open(setting, "w", encoding="ascii") as file:
                file.write("3\n")
            for source in (changed, unpacked, saving.tar(os.path.join(folder, "b"), unpacked, "pmapx.json", "proc/sys",
                                                *("proc/%d" % pid for pid in pids))):
                got = px.pmapx("check", "--only=map-count", "--from", source)
                self.assertRegex(got.stdout, rb"\A" + b"".join(
                    rb"%d: map-count: px_target: \d+ mappings, \d+ %% of vm\.max_map_count 3, [^\n]+\n" % pid
                    for pid in pids) + rb"\Z")

    def test_not_permitted(self):
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("needs root and setpriv")
        with px.Target("deleted") as target:
            got = px.run(["setpriv", "--reuid=65534", "--clear-groups", px.PMAPX, "check", str(target.pid)])
            self.result(got, b"", b"pmapx: check: 1 process could not be read: 1 denied\n", 2)


if __name__ == "__main__":
    px.main()
