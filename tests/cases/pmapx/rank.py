#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx rank of prepared roots: columns, groups, order, totals, formats, what cannot be read."""
import csv
import errno
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import faulty
import px
import saving
import terminal

KEYS = ("Rss", "Pss", "Pss_Dirty", "Pss_Anon", "Pss_File", "Pss_Shmem", "Shared_Clean",
        "Shared_Dirty", "Private_Clean", "Private_Dirty", "Referenced", "Anonymous", "KSM", "LazyFree",
        "AnonHugePages", "ShmemPmdMapped", "FilePmdMapped", "Shared_Hugetlb", "Private_Hugetlb",
        "Swap", "SwapPss", "Locked")
NAMES = saving.NAMES + ("smaps_rollup", "cgroup")


def rollup(keys=KEYS, **values):
    """A smaps_rollup; keys that are not given are 0."""
    line = px.map_line("00400000-7ffd00010000", "---p", "[rollup]")
    return px.smaps_entry(line, keys=keys, flags=None, **values)


def add(root, pid, comm="comm", uid=0, cgroup="/a", title=None, sums=None, **kwargs):
    """A process of a root; sums: the text of smaps_rollup, or None."""
    kwargs.setdefault("smaps", px.smaps_entry(px.map_line("00400000-00500000", "rw-p")))
    root.process(pid, comm=comm, cmdline=(title or comm).encode() + b"\0-x\0",
                 status="Name:\t%s\nTgid:\t%d\nPid:\t%d\nUid:\t9\t%d\t9\t9\n" % (comm, pid, pid, uid),
                 **kwargs)
    root.file("%d/cgroup" % pid, "4:cpu:/x\n0::%s\n" % cgroup)
    if sums is not None:
        root.file("%d/smaps_rollup" % pid, sums)


# A process whose private and shared mappings differ in everything.
MIXED = b"".join((
    px.smaps_entry(px.map_line("00400000-00404000", "rw-p"), Rss=8, Pss=6, Private_Clean=1,
                   Private_Dirty=2, Swap=16, SwapPss=11),
    px.smaps_entry(px.map_line("00500000-00600000", "rw-s", "/dev/shm/x", "00:1", 3), Rss=100, Pss=50,
                   Private_Clean=10, Private_Dirty=20, Shared_Dirty=70, Swap=32, SwapPss=21),
    px.smaps_entry(px.map_line("00800000-00a00000", "rw-p", "/anon_hugepage (deleted)", "00:f", 4),
                   Shared_Hugetlb=2048, Private_Hugetlb=4096),
    px.smaps_entry(px.map_line("00c00000-00e00000", "rw-s", "/hp", "00:f", 5), Private_Hugetlb=8192)))


class Ranked(px.TestCase):
    """Five processes, and a thread of the kernel and a zombie, which have no memory."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = root = px.Root()
        cls.addClassCleanup(root.__exit__)
        add(root, 100, "init", sums=rollup(Rss=400, Pss=100, Private_Clean=10, Private_Dirty=20))
        add(root, 20, "db", 70, "/db.slice", "db: writer",
            sums=rollup(Rss=5000, Pss=3000, Private_Dirty=2000, Swap=7, SwapPss=5))
        add(root, 30, "db", 70, "/db.slice", "db: reader",
            sums=rollup(Rss=4000, Pss=1000, Private_Dirty=512))
        add(root, 40, "web", 8, "/web", sums=rollup(Rss=300, Pss=100, Private_Clean=99))
        add(root, 50, "web", 70, "/web", sums=rollup(Rss=10, Pss=1))
        root.process(2, maps="", smaps="", comm="kthreadd", cmdline=b"", stat=px.stat_line(
            2, "kthreadd", ppid=0).replace(b" S 0 0 0 0 0 0", b" S 0 0 0 0 -1 2129984"))
        root.process(60, maps="", smaps="", comm="dead", cmdline=b"", state="Z")

    def rank(self, *words):
        return px.pmapx("rank", "--root", self.root.path, *words)

    def shows(self, words, text, told=b"", status=0):
        with self.subTest(words=words):
            self.result(self.rank(*words), text.lstrip("\n"), told, status)

    def test_usual(self):
        self.shows([], """
pid user swap  uss  pss  rss command
 20 70      7 2000 3000 5000 db: writer -x
 30 70      0  512 1000 4000 db: reader -x
 40 8       0   99  100  300 web -x
100 0       0   30  100  400 init -x
 50 70      0    0    1   10 web -x
         ==== ==== ==== ====
            7 2641 4201 9710 5 processes
""")

    def test_named_without_memory(self):
        """It is said of those that are named, and of no others; it is no trouble."""
        kernel, ended = b"2: a thread of the kernel, which has no memory of its own\n", b"60: has ended\n"
        for words in (["rank"], ["rank", "--strict"], ["rank", "--all"]):
            told = b"".join(b"pmapx: %s: %s" % (words[0].encode(), why) for why in (kernel, ended))
            got = px.pmapx(*words, "--root", self.root.path, "60", "2")
            self.assertEqual((got.status, got.stderr), (0, told), words)
        self.assertEqual(self.rank().stderr, b"")
        folder = tempfile.mkdtemp(prefix="pmapx-rank-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        saved = saving.copy(self.root.path, os.path.join(folder, "a"))
        self.assertEqual(px.pmapx("rank", "--from", saved, "60").stderr,
                         b"pmapx: rank: %s: 60: has ended\n" % saved.encode())

    def test_order(self):
        def pids(*words):
            rows = self.rank("--format=csv", "--fields=pid,user,rss,pss,command", *words).stdout
            return [int(line.partition(b",")[0]) for line in rows.splitlines()[1:]]
        self.assertEqual(pids(), [20, 30, 40, 100, 50])
        self.assertEqual(pids("--sort=pss"), [50, 40, 100, 30, 20])
        self.assertEqual(pids("--sort", "-rss"), [20, 30, 100, 40, 50])
        self.assertEqual(pids("--sort", "PID"), [20, 30, 40, 50, 100])
        self.assertEqual(pids("--sort", "-command"), [40, 50, 100, 20, 30])
        self.assertEqual(pids("--sort", "-rss", "--top", "2"), [20, 30])

    def test_top_keeps_the_totals(self):
        self.shows(["--top", "1", "--fields", "pid,rss,pss"], """
pid  rss  pss
 20 5000 3000
    ==== ====
    9710 4201
""")

    def test_groups(self):
        self.shows(["--by", "cmd"], """
processes swap  uss  pss  rss cmd
        2    7 2512 4000 9000 db
        2    0   99  101  310 web
        1    0   30  100  400 init
========= ==== ==== ==== ====
        5    7 2641 4201 9710 5 processes
""")
        self.shows(["--by", "user", "--sort", "user", "--fields", "user,processes,pss"], """
user processes  pss
0            1  100
70           3 4001
8            1  100
     ========= ====
             5 4201
""")
        self.shows(["--by", "cmd,user", "--fields", "processes,rss", "--sort=-processes", "--top=2"], """
processes  rss cmd  user
        2 9000 db   70
        1  400 init 0
========= ====
        5 9710      5 processes
""")
        self.shows(["--by=cgroup", "--fields=uss", "--top=1", "--sort=-uss"], """
 uss cgroup
2512 /db.slice
====
2641 5 processes
""")

    def test_selected(self):
        for words, pids in ((["--name", "db"], [20, 30]), (["--user=70"], [20, 30, 50]),
                            (["--cgroup", "/web", "100"], [40, 50, 100]), (["--all"], [20, 30, 40, 50, 100]),
                            (["--tree", "20"], [20]), (["40", "0x14", "40"], [20, 40])):
            with self.subTest(words=words):
                got = self.rank("--fields=pid", "--sort=pid", "--format=tsv", *words)
                self.result(got, "pid\n" + "".join("%d\n" % pid for pid in pids))

    def test_units(self):
        self.shows(["--fields=pid,rss", "--units=m", "--top", "2"], """
pid rss
 20 4.9
 30 3.9
    ===
    9.5
""")

    def test_jobs(self):
        for jobs in ("1", "2", "100"):
            with self.subTest(jobs=jobs):
                self.result(self.rank("--jobs", jobs), self.rank().stdout)

    def test_json(self):
        got = self.rank("--format", "json", "--fields", "pid,user,pss,command", "--top", "1")
        self.assertEqual((got.status, got.stderr), (0, b""))
        self.assertEqual(json.loads(got.stdout), {
            "schema": "pmapx.rank", "version": 1, "complete": True,
            "processes": {"read": 5, "denied": 0, "vanished": 0, "not_saved": 0, "damaged": 0,
                          "changing": 0, "sharing_memory": 0, "sharing_unknown": 0, "summed_from_smaps": 0},
            "rows": [{"pid": 20, "user": "70", "pss": 3000, "command": "db: writer -x"}],
            "totals": {"pid": None, "user": None, "pss": 4201, "command": None}})

    def test_other_formats(self):
        words = ("--fields", "pid,user,cmd,cgroup,pss,hugetlb,own")
        rows = json.loads(self.rank("--format=json", *words).stdout)["rows"]
        self.assertEqual(len(rows), 5)
        lines = self.rank("--format=ndjson", *words).stdout.splitlines()
        self.assertEqual([json.loads(line) for line in lines], rows)
        texts = [{key: str(value) for key, value in row.items()} for row in rows]
        for form, dialect in (("csv", "excel"), ("tsv", "excel-tab")):
            text = self.rank("--format", form, *words).stdout.decode()
            self.assertEqual(list(csv.DictReader(io.StringIO(text, newline=""), dialect=dialect)), texts)

    def test_nobody(self):
        self.shows(["--name", "nobody"], "", b"pmapx: rank: no process is selected\n", 2)
        self.shows(["77"], "", b"pmapx: rank: 77: no such process\n", 2)
        self.shows(["77", "50", "--fields=pid,rss"], "pid rss\n 50  10\n    ===\n     10 1 of 2 processes\n",
                   b"pmapx: rank: 77: no such process\n"
                   b"pmapx: rank: 1 process could not be read: 1 vanished\n")
        self.shows(["77", "50", "--strict", "--fields=rss,cmd"], "rss cmd\n 10 web\n===\n 10 1 of 2 processes\n",
                   b"pmapx: rank: 77: no such process\n"
                   b"pmapx: rank: 1 process could not be read: 1 vanished\n", 1)
        self.shows(["2", "60"], "pid user swap uss pss rss command\n", b"""\
pmapx: rank: 2: a thread of the kernel, which has no memory of its own
pmapx: rank: 60: has ended
""")
        with tempfile.TemporaryDirectory() as empty:
            self.result(px.pmapx("rank", "--root", empty), b"",
                        b"pmapx: rank: there is no process\n", 2)
        self.result(px.pmapx("rank", "--root", "/nonexistent"), b"",
                    b"pmapx: rank: /nonexistent: No such file or directory\n", 2)

    def test_label_of_totals(self):
        """That the totals are not of all is never cut: it has a line of its own where it does not fit."""
        def shown(width, fields):
            return terminal.run([px.PMAPX, "rank", "--root", self.root.path, "--fields", fields, "77", "50"],
                                width, stderr=subprocess.DEVNULL).decode()

        rows = "pid rss\n 50  10\n    ===\n     10"
        below = "\n(totals: 1 of 2 processes)\n"
        self.assertEqual(shown(24, "pid,rss"), rows + " 1 of 2 processes\n")
        self.assertEqual(shown(23, "pid,rss"), rows + below)
        self.assertEqual(shown(9, "pid,rss"), rows + below)
        rows = "rss cmd\n 10 web\n===\n 10"
        self.assertEqual(shown(20, "rss,cmd"), rows + " 1 of 2 processes\n")
        self.assertEqual(shown(19, "rss,cmd"), rows + below)
        # not cut, either, with what is above it
        self.assertEqual(shown(12, "rss,command"), "rss command\n 10 web -x\n===\n 10" + below)

    def test_refused(self):
        columns = b"host, user, cgroup, cmd, command, pid, processes, memory_of, vss, rss, pss, uss, swap, " \
            b"swap_pss, hugetlb, footprint, own, own_swap\n"
        for words, told in (
                (["--fields=pid,size"], b"--fields=pid,size: 'size' is no column; there are " + columns),
                (["--fields="], b"--fields=: '' is no column; there are " + columns),
                (["--fields=pid,PID"], b"--fields=pid,PID: 'PID' is given twice; there are " + columns),
                (["--sort=own"], b"--sort=own: no such column, there are pid, user, swap, uss, pss, rss, command\n"),
                (["--by=pid"], b"--by=pid: 'pid' is no key; there are cmd, user, cgroup\n"),
                (["--sort=-vss"], b"--sort=-vss: no such column, there are pid, user, swap, uss, pss, rss, command\n"),
                (["--by=cmd", "--fields=pid"], b"--fields: only a single process has 'pid', not what --by makes\n"),
                (["--by=cmd", "--fields=rss,user"],
                 b"--fields: only a single process has 'user', not what --by makes\n"),
                (["--units=m", "--format=csv"], b"--units is for text: other formats have sizes in kB\n"),
                (["--from=x"], b"options --from, --root are mutually exclusive\n"),
                (["--bad"], b"--bad: no such option\n"),
                (["--bad=1"], b"--bad=1: no such option\n"),
                (["--jo"], b"--jo: a value is missing\n"),
                (["--str=1"], b"--str=1: not with a value\n"),
                (["--help=1"], b"--help=1: not with a value\n"),
                (["--f"], b"--f: more than one option begins so\n"),
                (["-x"], b"-x: no such option\n"),
                (["--all", "-xy"], b"-x: no such option\n"),
                (["--by=cmd,user,cmd"], b"--by=cmd,user,cmd: 'cmd' is given twice; there are cmd, user, cgroup\n"),
                (["--top"], b"--top: a value is missing\n"),
                (["--top=0"], b"--top=0: not a number of rows from 1 on\n"),
                (["--jobs=0"], b"--jobs=0: not a number of processes from 1 on\n"),
                (["--tree=x"], b"--tree=x: not a process id: a number from 1 to 2147483647\n"),
                (["web"], b"web: not a process id: a number from 1 to 2147483647 (octal behind a "
                          b"leading 0), or /proc/NUMBER\n"),
                (["/proc/self"], b"no process: /proc/ and no number behind it is passed over\n")):
            self.shows(words, "", b"pmapx: rank: " + told, 2)


class Sums(px.TestCase):
    """Where the numbers come from."""

    def setUp(self):
        self.root = px.Root()
        self.addCleanup(self.root.__exit__)

    def rank(self, *words):
        return px.pmapx("rank", "--root", self.root.path, *words)

    def test_mappings(self):
        """own is of private mappings; hugetlb is beside all the others."""
        add(self.root, 100, smaps=MIXED, sums=rollup(Rss=999))
        got = self.rank("--fields=vss,rss,pss,uss,swap,swap_pss,hugetlb,footprint,own,own_swap", "--format=csv")
        self.result(got, "vss,rss,pss,uss,swap,swap_pss,hugetlb,footprint,own,own_swap\n"
                         "5136,108,56,33,48,32,14336,12376,4099,16\n".replace("\n", "\r\n"))

    def test_rollup(self):
        """It is enough for all but these two; for vss maps is added up."""
        add(self.root, 100, smaps=b"no smaps\n", maps=px.map_line("00400000-00403000"),
            sums=rollup(Rss=9, Pss=8, Private_Clean=1, Private_Dirty=2, Swap=3, SwapPss=4,
                        Shared_Hugetlb=5, Private_Hugetlb=6))
        got = self.rank("--fields=vss,rss,pss,uss,swap,swap_pss,hugetlb,footprint", "--format=tsv")
        self.result(got, "vss\trss\tpss\tuss\tswap\tswap_pss\thugetlb\tfootprint\n"
                         "12\t9\t8\t3\t3\t4\t11\t18\n")

    def test_huge_pages_are_told_of(self):
        add(self.root, 100, smaps=MIXED, sums=rollup(Rss=9, Private_Hugetlb=2048))
        add(self.root, 101, sums=rollup(Rss=8))
        self.result(self.rank("--fields=pid,rss"), "pid rss\n100   9\n101   8\n    ===\n     17\n",
                    "pmapx: rank: 1 process has pages of hugetlbfs, which are in no column but hugetlb, "
                    "footprint and own\n")
        self.result(self.rank("--fields=pid,hugetlb"), "pid hugetlb\n100    2048\n101       0\n"
                                                       "    =======\n       2048\n")

    def test_no_rollup(self):
        """As before Linux 4.14."""
        add(self.root, 100, smaps=MIXED)
        add(self.root, 101, sums=rollup(Rss=9))
        self.result(self.rank("--fields=pid,rss,own_swap"), "pid rss own_swap\n100 108       16\n"
                    "101   0        0\n    === ========\n    108       16\n",
                    "pmapx: rank: 1 process has pages of hugetlbfs, which are in no column but hugetlb, "
                    "footprint and own\n")
        self.result(self.rank("--fields=pid,rss,hugetlb"), "pid rss hugetlb\n100 108   14336\n101   9       0\n"
                    "    === =======\n    117   14336\n",
                    "pmapx: rank: 1 process without smaps_rollup: its smaps was added up\n")
        got = self.rank("--format=json")
        self.assertEqual(json.loads(got.stdout)["processes"]["summed_from_smaps"], 1)

    def test_old_keys(self):
        """What a kernel does not tell is not known, and neither is the total."""
        add(self.root, 100, smaps=px.smaps_entry(
            px.map_line("00400000-00500000", "rw-p"), keys=("Size", "Rss", "Pss", "Private_Dirty"), Rss=7,
            Pss=6, Private_Dirty=5))
        add(self.root, 101, sums=rollup(Rss=3, Pss=2, Private_Dirty=1, Swap=4))
        told = "pmapx: rank: 1 process without smaps_rollup: its smaps was added up\n"
        self.result(self.rank("--fields=pid,pss,uss,swap,footprint,cmd"), """
pid pss uss swap footprint cmd
100   6   ?    ?         ? comm
101   2   1    4         2 comm
    ===
      8                    2 processes
""".lstrip("\n"), told)
        got = json.loads(self.rank("--format=json", "--fields=pid,swap,pss", "--sort=swap").stdout)
        self.assertEqual(got["rows"], [{"pid": 101, "swap": 4, "pss": 2}, {"pid": 100, "swap": None, "pss": 6}])
        self.assertEqual(got["totals"], {"pid": None, "swap": None, "pss": 8})

    def test_without_a_user(self):
        add(self.root, 100, sums=rollup(Rss=3))
        self.root.file("100/status", "Name:\tx\n")
        os.remove(os.path.join(self.root.path, "100", "cgroup"))
        self.result(self.rank("--fields=user,cgroup,rss"), "user cgroup rss\n?    ?        3\n            ===\n"
                                                           "              3\n")
        self.result(self.rank("--by=user", "--fields=rss", "--format=csv"), "rss,user\r\n3,\r\n")

    def test_users(self):
        """In whatever order: each has its own, and who is not known has none."""
        uids = {100: 5, 101: 4294967294, 102: 0, 103: None, 104: 5, 105: 0}
        for pid, uid in uids.items():
            add(self.root, pid, uid=uid or 0, sums=rollup(Rss=1))
            if uid is None:
                self.root.file("%d/status" % pid, "Name:\tx\n")
        got = self.rank("--fields=pid,user", "--sort=pid", "--format=ndjson")
        self.assertEqual({row["pid"]: row["user"] for row in map(json.loads, got.stdout.splitlines())},
                         {pid: uid if uid is None else str(uid) for pid, uid in uids.items()})

    def test_no_descriptors(self):
        """What is short is told by its name, wherever it is short, and there are no rows."""
        add(self.root, 100, sums=rollup(Rss=3))
        words = ["rank", "--jobs=1", "--root", self.root.path, "--fields=user,cgroup,command"]
        opened = [call.file for call in faulty.run(words).calls if call.family == "open"]
        for file in ("status", "cgroup", "cmdline"):
            with self.subTest(file=file):
                run = faulty.run(words, "open:%d:%d" % (opened.index(file) + 1, errno.EMFILE))
                self.assertEqual(run.left, (0, 0))
                self.result(run.result, b"", b"pmapx: rank: Too many open files\n", 2)

    def test_groups_of_version_1(self):
        """The one that accounts for memory."""
        for text, path in (("9:name=systemd:/s\n4:cpu,memory:/m:x\n0::/u\n", "/m:x"), ("2:cpu:/c\n0::/u\n", "/u"),
                           ("2:cpu:/c\n1:memory2,xmemory:/d\n", "/c"), ("0::/\n", "/"), ("nonsense\n", None)):
            with self.subTest(text=text):
                add(self.root, 100, sums=rollup(Rss=3))
                self.root.file("100/cgroup", text)
                got = json.loads(self.rank("--format=json", "--fields=cgroup").stdout)
                self.assertEqual(got["rows"], [{"cgroup": path}])

    def test_damaged(self):
        """Told of by itself, and not in the totals."""
        add(self.root, 100, sums=rollup(Rss=3))
        add(self.root, 101, sums=rollup(Rss=4).replace(b"Rss:", b"Rss"))
        told = "pmapx: rank: %s/101/smaps_rollup: line 2, column " % self.root.path
        got = self.rank("--fields=rss,pid,cmd")
        self.assertEqual(got.stdout.decode(), "rss pid cmd\n  3 100 comm\n===\n  3     1 of 2 processes\n")
        first, rest = got.stderr.decode().split("\n", 1)
        self.assertTrue(first.startswith(told), first)
        self.assertEqual(rest, "pmapx: rank: 1 process could not be read: 1 damaged\n")
        # It is said in any choice of columns.
        for fields, out in (("pid,rss", "pid rss\n100   3\n    ===\n      3 1 of 2 processes\n"),
                            ("rss", "rss\n  3\n===\n  3 1 of 2 processes\n"),
                            ("cmd,rss", "cmd  rss\ncomm   3\n     ===\n       3 1 of 2 processes\n"),
                            ("pid", "pid\n100\n")):
            with self.subTest(fields=fields):
                self.assertEqual(self.rank("--fields", fields).stdout.decode(), out)
        self.assertEqual(self.rank("--fields=pid,rss", "--format=tsv").stdout, b"pid\trss\n100\t3\n")
        got = json.loads(self.rank("--format=json").stdout)
        self.assertEqual((got["complete"], got["processes"]["read"], got["processes"]["damaged"]), (False, 1, 1))

    def test_names(self):
        """Of any bytes: the process is ranked, and can be read back."""
        name, title = b"\xff\x1b[31m", b"a\xffb\0\x1b]0;t\x07\nc"
        self.root.process(100, smaps=MIXED, cmdline=title, stat=px.stat_line(100, name))
        self.root.file("100/smaps_rollup", rollup(Rss=3))
        self.result(self.rank("--fields=rss,cmd,command"),
                    b"rss cmd    command\n  3 ??[31m a?b ?]0;t? c\n===\n  3        1 process\n")
        got = self.rank("--format=ndjson", "--fields=cmd,command")
        self.assertEqual(json.loads(got.stdout), {"cmd": "\\xff\\x1b[31m", "command": "a\\xffb \\x1b]0;t\\x07 c"})

    def test_without_arguments(self):
        for cmdline, shown in ((b"", b"[comm]"), (b"\0\0", b"-"), (b"x\0\0", b"x"), (b"x y \n", b"x y")):
            with self.subTest(cmdline=cmdline):
                self.root.process(100, smaps=MIXED, cmdline=cmdline)
                self.root.file("100/smaps_rollup", rollup())
                self.result(self.rank("--fields=command"), b"command\n" + shown + b"\n")

    def test_smem(self):
        """What it shows of the same files."""
        if not shutil.which("smem"):
            self.skipTest("smem is not installed")
        for pid, pss in ((100, 3), (101, 5)):
            add(self.root, pid, smaps=px.SAMPLE.replace(b"Pss:                   0", b"Pss:         %10d" % pss))
        for name in ("meminfo", "version"):
            self.root.file(name, px.process_file("", name))
        got = self.root.mounted(["smem", "-H", "-c", "pid uss pss rss swap", "-s", "pid"])
        self.assertEqual((got.status, got.stderr), (0, b""))
        rows = self.rank("--fields=pid,uss,pss,rss,swap", "--sort=pid", "--format=tsv").stdout
        self.assertEqual([line.split() for line in rows.splitlines()[1:]],
                         [line.split() for line in got.stdout.splitlines()])
        self.assertEqual(len(rows.splitlines()), 3)

    def test_where_smem_goes_wrong(self):
        """It leaves out a process whose arguments are not UTF-8, and has no huge pages."""
        add(self.root, 100, smaps=MIXED)
        self.root.file("100/cmdline", b"\xff\xfe\0")
        got = self.rank("--fields=pid,rss,footprint", "--format=tsv")
        self.assertEqual(got.stdout, b"pid\trss\tfootprint\n100\t108\t12376\n")


class Saved(px.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.work = tempfile.mkdtemp(prefix="pmapx-rank-")
        cls.addClassCleanup(shutil.rmtree, cls.work)
        with px.Root() as root:
            add(root, 100, "one", 0, sums=rollup(Rss=400, Pss=100))
            add(root, 20, "two", 70, sums=rollup(Rss=5, Pss=4))
            root.process(30, maps=px.map_line("00400000-00401000"), comm="three")
            for host in ("a", "b"):
                saving.copy(root.path, os.path.join(cls.work, "hosts", host, "proc"), NAMES)
            cls.collected = saving.collect(root.path, os.path.join(cls.work, "collected"), NAMES)
            cls.tar = saving.tar(os.path.join(cls.work, "x"), root.path)
        cls.hosts = os.path.join(cls.work, "hosts")

    def test_forms(self):
        """A folder and an archive; the map that was saved alone is not smaps."""
        for path in (self.collected, self.tar):
            with self.subTest(path=path):
                self.result(px.pmapx("rank", "--from", path), """
pid user swap uss pss rss command
100 0       0   0 100 400 one -x
 20 70      0   0   4   5 two -x
         ==== === === ===
            0   0 104 405 2 of 3 processes
""".lstrip("\n"), "pmapx: rank: 1 process could not be read: 1 not saved (smaps)\n")

    def test_selected(self):
        self.result(px.pmapx("rank", "--from", self.tar, "--tree", "20", "--fields", "pid,rss"),
                    "pid rss\n 20   5\n    ===\n      5\n")
        self.result(px.pmapx("rank", "--from", self.tar, "--strict", "--fields", "pid", "30", "77", "100"),
                    "pid\n100\n", "pmapx: rank: %s: 77: no such process\n"
                    "pmapx: rank: 2 processes could not be read: 1 vanished, 1 not saved (smaps)\n" % self.tar, 1)
        self.result(px.pmapx("rank", "--from", self.tar, "--user", "9"), b"",
                    "pmapx: rank: %s: no process is selected\n" % self.tar, 2)

    def test_named(self):
        """However many are named, and in whatever order: each is shown, or missing, once."""
        names = [str(pid) for pid in (77, 100, 9, 20, 77, 100, 3000)]
        self.result(px.pmapx("rank", "--from", self.tar, "--fields=pid", "--sort=pid", *names), "pid\n 20\n100\n",
                    "".join("pmapx: rank: %s: %d: no such process\n" % (self.tar, pid) for pid in (9, 77, 3000)) +
                    "pmapx: rank: 3 processes could not be read: 3 vanished\n")

    def test_hosts(self):
        """Whose a process is comes first; users of one are not those of another."""
        words = ("--fields", "rss,user")
        told = "pmapx: rank: 2 processes could not be read: 2 not saved (smaps)\n"
        self.result(px.pmapx("rank", "--from", self.hosts, "--fields", "pid,rss"), """
host pid rss
a    100 400
b    100 400
a     20   5
b     20   5
         ===
         810 4 of 6 processes
""".lstrip("\n"), told)
        self.result(px.pmapx("rank", "--from", self.hosts, "--by=user", "--fields", "processes,rss"), """
host processes rss user
a            1 400 0
b            1 400 0
a            1   5 70
b            1   5 70
     ========= ===
             4 810 4 of 6 processes
""".lstrip("\n"), told)
        self.result(px.pmapx("rank", "--from", self.hosts, *words, "--by=user", "--format=csv", "20"),
                    "host,rss,user\r\na,5,70\r\nb,5,70\r\n")

    def test_sorted_by_host(self):
        """It is a column that nobody asked for, where there are several."""
        got = px.pmapx("rank", "--from", self.hosts, "--sort=-Host", "--fields=pid", "100", "20")
        self.result(got, "host pid\nb     20\nb    100\na     20\na    100\n")
        told = "pmapx: rank: --sort=host: no such column, there are pid\n"
        for words in (["--from", self.tar], ["--root", os.path.join(self.hosts, "a", "proc")], []):
            with self.subTest(words=words):
                self.result(px.pmapx("rank", *words, "--sort=host", "--fields=pid"), b"", told, 2)
        self.result(px.pmapx("rank", "--from", self.tar, "--sort=host", "--fields=host,pid", "20"),
                    "host pid\n?     20\n")

    def test_changing(self):
        """The map of a capture that is not in order was; of others nobody knows who wrote them."""
        folder = os.path.join(self.work, "changing")
        with px.Root() as root:
            lines = px.map_line("00500000-00600000"), px.map_line("00400000-00404000")
            add(root, 100, maps=b"".join(lines), smaps=b"".join(px.smaps_entry(line, Rss=4) for line in lines),
                sums=rollup(Rss=8))
            saving.copy(root.path, os.path.join(folder, "proc"), NAMES)
        told = b"pmapx: rank: 1 process was changing its map while it was read\n"
        for is_captured in (False, True):
            if is_captured:
                with open(os.path.join(folder, "pmapx.json"), "w", encoding="ascii") as file:
                    json.dump({"pmapx_capture": 1, "complete": True, "order": "pid", "processes": []}, file)
            # smaps_rollup is made in one go.
            for field, number, is_told in (("rss", 8, False), ("vss", 1040, True), ("own", 0, True)):
                with self.subTest(is_captured=is_captured, field=field):
                    got = px.pmapx("rank", "--from", folder, "--fields=" + field, "--format=json")
                    found = json.loads(got.stdout)
                    self.assertEqual(found["rows"], [{field: number}])
                    self.assertEqual(found["processes"]["changing"], is_captured and is_told)
                    self.assertEqual((got.status, got.stderr), (0, told if is_captured and is_told else b""))

    def test_cut(self):
        """What is missing may be anything: status 2, and no total that looks whole."""
        with open(self.tar, "rb") as whole, open(os.path.join(self.work, "cut.tar"), "wb") as cut:
            text = whole.read()
            cut.write(text[:len(text.rstrip(b"\0")) - 700])
        got = px.pmapx("rank", "--from", cut.name)
        self.assertEqual(got.status, 2)
        self.assertIn(b"pmapx: rank: " + cut.name.encode() + b": ", got.stderr)
        self.assertRegex(got.stdout.splitlines()[-1], rb"or more processes$|perhaps not all$")

    def test_one_map(self):
        """Nothing tells whose it is."""
        path = os.path.join(self.work, "one.smaps")
        with open(path, "wb") as out:
            out.write(MIXED)
        self.result(px.pmapx("rank", "--from", path, "--fields=rss,own,hugetlb,command"),
                    "rss  own hugetlb command\n108 4099   14336 one.smaps\n"
                    "=== ==== =======\n108 4099   14336 1 process\n")
        self.result(px.pmapx("rank", "--from", path, "--fields=pid,memory_of,own"),
                    "pid memory_of  own\n  ?         ? 4099\n              ====\n              4099\n",
                    "pmapx: rank: 1 process has pages of hugetlbfs, which are in no column but hugetlb, "
                    "footprint and own\n")

    def test_maps_alone(self):
        """They tell sizes; where there is no map, these are what is not known."""
        folder = os.path.join(self.work, "maps-alone")
        os.mkdir(folder)
        for name, text in (("maps-30", px.map_line("00400000-00403000")), ("smaps_rollup-40", rollup(Rss=7)),
                           ("smaps-50", MIXED)):
            with open(os.path.join(folder, name), "wb") as out:
                out.write(text)
        told = "pmapx: rank: 1 process could not be read: 1 not saved (%s)\n"
        self.result(px.pmapx("rank", "--from", folder, "--fields=pid,vss"),
                    "pid  vss\n 50 5136\n 30   12\n    ====\n    5148 2 of 3 processes\n", told % "maps")
        self.result(px.pmapx("rank", "--from", folder, "--fields=pid,vss,rss", "30", "40"),
                    "pid vss rss\n 40   ?   7\n 30  12   ?\n")
        self.result(px.pmapx("rank", "--from", os.path.join(folder, "maps-30"), "--fields=pid,vss"),
                    "pid vss\n 30  12\n    ===\n     12\n")
        self.result(px.pmapx("rank", "--from", folder, "--fields=pid,rss", "30"), "", told % "smaps", 2)

    def test_lacking(self):
        """What was not saved is named if it is the same of all."""
        folder = os.path.join(self.work, "lacking")
        with px.Root() as root:
            for pid in (60, 61, 62):
                add(root, pid, "some", 0, sums=rollup(Rss=4))
            saving.copy(root.path, folder, NAMES)
        for pid, names in ((60, ("smaps_rollup", "smaps")), (61, ("stat",)), (62, ("stat",))):
            for name in names:
                os.remove(os.path.join(folder, str(pid), name))
        for pids, said in ((("60",), "1 process could not be read: 1 not saved (smaps)"),
                           (("61", "62"), "2 processes could not be read: 2 not saved (stat)"),
                           (("60", "61", "62"), "3 processes could not be read: 3 not saved")):
            for jobs in ("1", "2"):
                got = px.pmapx("rank", "--root", folder, "--jobs", jobs, "--fields=pid,rss", *pids)
                self.result(got, "", "pmapx: rank: %s\n" % said, 2)


if __name__ == "__main__":
    px.main()
