# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx diff of prepared captures: rows, matching, order, totals, formats, notes and statuses; and
real captures against sums that are made here."""
import csv
import io
import json
import os
import re
import shutil
import sys
import tarfile
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import faulty
import px

BOOTS = ("a9112993-2a58-42fa-bdb8-24c986ee2ad4", "b9112993-2a58-42fa-bdb8-24c986ee2ad4")
MEASURES = ("size", "rss", "pss", "private", "dirty", "swap")


def region(start, pages, perms="rw-p", name=b"", **values):
    """A mapping of so many pages, all of it private and dirty but for what values say."""
    kb = 4 * pages
    values = {**dict(Rss=kb, Pss=kb, Private_Dirty=kb), **values}
    line = px.map_line("%08x-%08x" % (start, start + kb * 1024), perms, name, *(
        ("fe:00", 7) if name.startswith(b"/") else ()))
    return px.smaps_entry(line, **values)


def heap(pages, start=0x10000000):
    return region(start, pages, name=b"[heap]")


# The same in each look, somewhere else.
def text(start=0x400000):
    return region(start, 2, "r-xp", b"/bin/prog", Private_Dirty=0, Shared_Clean=8, Pss=4)


class Diffed(px.TestCase):
    """A folder in which pmapx runs, and captures in it."""

    def setUp(self):
        super().setUp()
        self.folder = tempfile.mkdtemp(prefix="pmapx-diff-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def write(self, name, data):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(px.as_bytes(data))

    def process(self, folder, pid, smaps, comm="prog", start=1200, **kinds):
        """A process in a folder; smaps=None leaves that out, and maps= is what is there."""
        maps = kinds["maps"] if "maps" in kinds else b"".join(re.findall(rb"^[0-9a-f]+-.*\n", smaps, re.MULTILINE))
        self.write("%s/proc/%d/maps" % (folder, pid), maps)
        if smaps is not None:
            self.write("%s/proc/%d/smaps" % (folder, pid), smaps)
        if kinds.get("stat", True):
            self.write("%s/proc/%d/stat" % (folder, pid), px.stat_line(pid, comm, starttime=start))
        self.write("%s/proc/%d/status" % (folder, pid), "Name:\t%s\nTgid:\t%d\nPid:\t%d\n" % (comm, pid, pid))
        self.write("%s/proc/%d/comm" % (folder, pid), comm + "\n")

    def manifest(self, folder, boot=BOOTS[0], time="2026-11-22T14:00:00.000Z", complete=True):
        self.write(folder + "/pmapx.json", json.dumps({
            "pmapx_capture": 1, "complete": complete, "order": "pid", "boot_id": boot, "start": time,
            "processes": []}))

    def one(self, folder, pages, *more, pid=100, boot=BOOTS[0], time="2026-11-22T14:00:00.000Z", **kwargs):
        """A capture of one process with a heap, and of another that never changes."""
        self.process(folder, pid, text() + heap(pages) + b"".join(more), **kwargs)
        self.process(folder, 50, heap(1), comm="idle")
        self.manifest(folder, boot, time)
        return folder

    def diff(self, *words, **kwargs):
        return px.pmapx("diff", *words, cwd=self.folder, **kwargs)

    def shows(self, words, out, told="", status=1, **kwargs):
        with self.subTest(words=words):
            self.result(self.diff(*words, **kwargs), out.lstrip("\n"), told, status)

    def document(self, *words, status=1):
        got = self.diff(*words, "--format=json")
        self.assertEqual((got.status, got.stderr), (status, b""))
        return json.loads(got.stdout)


class Rows(Diffed):
    def test_all_states(self):
        self.one("a", 3, region(0x20000000, 2, name=b"/lib/gone.so"), region(0x30000000, 9),
                 region(0x38000000, 4, "rw-s", b"/dev/shm/x (deleted)", Pss=8, Private_Dirty=0, Shared_Dirty=16))
        self.process("a", 60, heap(5), comm="leaver")
        self.one("b", 10, region(0x21000000, 1, name=b"/lib/new.so"), region(
            0x38000000, 4, "rw-s", b"/dev/shm/x (deleted)", Rss=12, Pss=8, Private_Dirty=0, Shared_Dirty=12),
                 region(0x50000000, 8))
        self.process("b", 70, heap(2), comm="comer")
        self.shows(["a", "b"], """
state    pid size rss pss private dirty swap mapping
grown    100  +28 +28 +28     +28   +28    0 prog: heap rw-p [heap]
appeared  70   +8  +8  +8      +8    +8    0 comer: heap rw-p [heap]
appeared 100   +4  +4  +4      +4    +4    0 prog: data rw-p new.so
changed  100    0  -4   0       0    -4    0 prog: posix_shm rw-s x (deleted)
shrunk   100   -4  -4  -4      -4    -4    0 prog: anon rw-p [ anon ]
vanished 100   -8  -8  -8      -8    -8    0 prog: data rw-p gone.so
vanished  60  -20 -20 -20     -20   -20    0 leaver: heap rw-p [heap]

kB      old new change
size    104 112     +8
rss     104 108     +4
pss      92 100     +8
private  80  88     +8
dirty    96 100     +4
swap      0   0      0

look processes only unread source
old          3    1      0 a
new          3    1      0 b
""")
        self.shows(["-q", "a", "b", "--top=1"], "grown 100 +28 +28 +28 +28 +28 0 prog: heap rw-p [heap]\n")

    def test_nothing_differs(self):
        """Addresses are no difference, unless they are asked for."""
        self.process("a", 100, text() + heap(3))
        self.process("b", 100, text(0x700000) + heap(3, 0x11000000))
        totals = "".join("%-7s %3d %3d      0\n" % (name, number, number) for name, number in
                         zip(MEASURES, (20, 20, 16, 12, 12, 0)))
        for other in "ab":
            self.shows(["a", other], "nothing differs in 1 process\n\nkB      old new change\n" + totals + """
look processes only unread source
old          1    0      0 a
new          1    0      0 %s
""" % other, status=0)
        self.shows(["-q", "a", "b"], "", status=0)
        self.shows(["a", "b", "--format=csv", "--fields=pid,size"], "pid,size\r\n", status=0)
        self.shows(["-q", "a", "b", "--by=address"], """
appeared 100 +12 +12 +12 +12 +12 0 prog: 11000000 [heap]
appeared 100  +8  +8  +4   0   0 0 prog: 700000 prog
vanished 100  -8  -8  -4   0   0 0 prog: 400000 prog
vanished 100 -12 -12 -12 -12 -12 0 prog: 10000000 [heap]
""")

    def test_keys(self):
        self.one("a", 3, region(0x50000000, 8))
        self.one("b", 10, region(0x50000000, 9))
        for keys, want in (("name", ["[heap] +28", "[ anon ] +4"]), ("path,perm", ["[heap] rw-p +28", "[ anon ] rw-p +4"]),
                           ("class", ["heap +28", "anon +4"]), ("kind", ["heap +28", "anon +4"]),
                           ("perm,class", ["rw-p heap +28", "rw-p anon +4"]), ("perm", ["rw-p +32"]),
                           ("pid", ["prog +32"]), ("pid,name", ["[heap] +28", "[ anon ] +4"])):
            with self.subTest(keys=keys):
                got = self.diff("a", "b", "-q", "--by", keys, "--fields=%s,rss" % (
                    "cmd" if keys == "pid" else keys.replace("pid,", "")))
                rows = [" ".join(line.decode().split()) for line in got.stdout.splitlines()]
                self.assertEqual(rows, want)
        self.shows(["-q", "a", "b", "--by", "pid"], "grown 100 prog +32 +32 +32 +32 +32 0\n")

    def test_guesses_are_said(self):
        stack = px.smaps_entry(px.map_line("50000000-50001000", "---p")) + region(0x50001000, 2048)
        self.one("a", 3)
        self.one("b", 3, stack)
        self.shows(["a", "b", "-q", "--by=kind", "--fields=rss,kind"],
                   "+8192 thread-stack (guessed)\n    0 guard (guessed)\n")

    def test_columns(self):
        self.one("a", 3, region(0x50000000, 8, Swap=40))
        self.one("b", 10, region(0x50000000, 9, Swap=20))
        self.shows(["a", "b", "--fields=NAME,rss_old,rss_new,rss,swap,count,per_hour"], """
name     rss_old rss_new rss swap count per_hour
[heap]        12      40 +28    0     0        ?
[ anon ]      32      36  +4  -20     0        ?
         ======= ======= === ==== =====
              56      88 +32  -20     0
""")
        self.shows(["a", "b", "-q", "--fields=name,swap", "--sort=swap"], "[ anon ] -20\n[heap]     0\n")
        self.shows(["a", "b", "-q", "--fields=name,swap", "--sort=-swap", "--top=1"], "[heap] 0\n")
        # what is sorted by is what growth is
        self.shows(["a", "b", "-q", "--fields=state,swap,name", "--sort=-swap"],
                   "changed   0 [heap]\nshrunk  -20 [ anon ]\n")
        self.shows(["a", "b", "--units=h", "--fields=size_old,size,name", "--top=1"], """
size_old size name
     12K +28K [heap]
======== ====
     56K +32K
""")

    def test_terminal_escapes_are_harmless(self):
        self.one("a", 3)
        self.one("b", 3, region(0x50000000, 1, name=b"/tmp/\x1b[2J\\012\xff"))
        got = self.diff("a", "b", "-q", "--fields=name")
        self.assertNotIn(b"\x1b", got.stdout)
        rows = self.document("a", "b", "--by=path")["rows"]
        self.assertEqual(rows[0]["path"], "/tmp/\\x1b[2J\\012\\xff")


class Formats(Diffed):
    COLUMNS = ["state", "host", "pid", "cmd"] + [
        name + ending for name in MEASURES for ending in ("_old", "_new", "")] + ["name", "kind", "perm"]

    def setUp(self):
        super().setUp()
        self.one("a", 3)
        self.one("b", 10, time="2026-11-22T14:30:00.500Z")

    def test_json(self):
        got = self.document("a", "b")
        self.assertEqual(list(got), ["schema", "version", "matched_by", "growth", "left_out", "looks", "rows", "totals"])
        self.assertEqual((got["schema"], got["version"], got["matched_by"], got["growth"]),
                         ("pmapx.diff", 1, "pid+start+boot", "pss"))
        self.assertEqual(got["looks"], [
            {"source": "a", "time_ms": 1795356000000, "processes": 2, "unread": 0, "compared": 2, "only": 0},
            {"source": "b", "time_ms": 1795357800500, "processes": 2, "unread": 0, "compared": 2, "only": 0}])
        row, = got["rows"]
        self.assertEqual(list(row), self.COLUMNS)
        self.assertEqual(row, dict(
            {name + ending: value for name in MEASURES[:-1] for ending, value in
             (("_old", 12), ("_new", 40), ("", 28))}, swap_old=0, swap_new=0, swap=0,
            state="grown", host=None, pid=100, cmd="prog", name="[heap]", kind="heap", perm="rw-p"))
        self.assertEqual((got["totals"]["rss_old"], got["totals"]["rss_new"], got["totals"]["rss"],
                          got["totals"]["name"]), (24, 52, 28, None))

    def test_lines(self):
        for notation, delimiter in (("csv", ","), ("tsv", "\t")):
            got = self.diff("a", "b", "--format", notation).stdout.decode()
            rows = list(csv.DictReader(io.StringIO(got, newline=""), delimiter=delimiter))
            self.assertEqual(list(rows[0]), self.COLUMNS)
            self.assertEqual((rows[0]["host"], rows[0]["pid"], rows[0]["pss"], rows[0]["name"]),
                             ("", "100", "28", "[heap]"))
        got = self.diff("a", "b", "--format=ndjson", "--by=address").stdout.splitlines()
        self.assertEqual([json.loads(line)["address"] for line in got], ["0x10000000"])

    def test_rate(self):
        """28 kB in 1,800.5 seconds are 56 in an hour."""
        self.shows(["a", "b", "-q", "--fields=per_hour,name"], "+56 [heap]\n")
        self.shows(["b", "a", "-q", "--fields=per_hour,name"], "? [heap]\n",
                   "pmapx: diff: a is older than the look before it\n")

    def test_rate_of_no_time(self):
        """What changes in less than a second tells nothing of an hour."""
        self.one("c", 10, time="2026-11-22T14:00:00.999Z")
        self.one("d", 10, time="2026-11-22T14:00:01.000Z")
        self.shows(["a", "c", "-q", "--fields=per_hour,name"], "? [heap]\n")
        self.shows(["a", "d", "-q", "--fields=per_hour,name"], "+100800 [heap]\n")
        self.assertIsNone(self.document("a", "c", "--fields=per_hour")["rows"][0]["per_hour"])

    def test_rate_of_another(self):
        """Nor is it growth what one process has more than another; of a program it is."""
        told = "pmapx: diff: not the same process; compared since each look has only one\n"
        for name, pid, pages, start in (("c", 1, 3, 1200), ("d", 1, 10, 1200), ("e", 1, 10, 1300), ("f", 2, 10, 1200)):
            self.process(name, pid, heap(pages), start=start)
            self.manifest(name, time="2026-11-22T%s:00:00.000Z" % (14 if name == "c" else 15))
        self.shows(["c", "d", "-q", "--fields=per_hour,name"], "+28 [heap]\n")
        for other in ("e", "f"):
            self.shows(["c", other, "-q", "--fields=per_hour,name"], "? [heap]\n", told)
            self.shows(["c", other, "-q", "--fields=per_hour,name", "--match=cmd"], "+28 [heap]\n")

    def test_several(self):
        """Of more than two, what grows each time."""
        self.one("c", 17, region(0x50000000, 100), time="2026-11-22T15:00:00.000Z")
        self.one("d", 18, region(0x50000000, 90), time="2026-11-22T16:00:00.000Z")
        self.shows(["a", "b", "c", "d"], """
state pid size rss pss private dirty swap per_hour mapping
grown 100  +60 +60 +60     +60   +60    0      +30 prog: heap rw-p [heap]

kB      old new change
size     24 444   +420
rss      24 444   +420
pss      20 440   +420
private  16 436   +420
dirty    16 436   +420
swap      0   0      0

look processes only unread source
old          2    0      0 a
2            2    0      0 b
3            2    0      0 c
new          2    0      0 d
""")
        self.shows(["-q", "b", "c", "b", "--fields=name"], "", "pmapx: diff: b is older than the look before it\n", 0)
        got = self.diff("b", "c", "a")
        self.assertEqual((got.status, got.stdout.splitlines()[0]), (0, b"nothing has grown each time in 2 processes"))


class Matching(Diffed):
    def test_another_start_is_another_process(self):
        self.one("a", 3)
        self.one("b", 5, start=1300)
        self.shows(["-q", "a", "b", "--by=pid"], "appeared 100 prog +28 +28 +24 +20 +20 0\n"
                   "vanished 100 prog -20 -20 -16 -12 -12 0\n")

    def test_another_boot(self):
        self.one("a", 3)
        self.one("b", 5, boot=BOOTS[1])
        got = self.diff("a", "b", "--format=csv")
        self.assertEqual((got.status, got.stderr), (
            1, b"pmapx: diff: no process is in both the first and the last look, which are of different "
            b"boots; --match=cmd compares programs\n"))
        self.assertEqual(len(got.stdout.splitlines()), 1 + 6)
        self.shows(["-q", "a", "b", "--match=cmd"], "grown +8 +8 +8 +8 +8 0 prog: heap rw-p [heap]\n")

    def test_programs_are_added_up(self):
        for folder, pids in (("a", (1, 2)), ("b", (3, 4, 5))):
            for pid in pids:
                self.process(folder, pid, heap(pid))
        self.shows(["-q", "a", "b", "--match=cmd", "--fields=pid,cmd,count,rss_old,rss_new"], "? prog +1 12 48\n")
        rows = self.document("a", "b", "--match=cmd")
        self.assertEqual((rows["matched_by"], [sorted(set(row) & {"pid"}) for row in rows["rows"]]), ("cmd", [[]]))
        self.process("c", 9, heap(9), comm="other")
        self.shows(["-q", "a", "c", "--match=cmd", "--fields=state"], "appeared\nvanished\n",
                   "pmapx: diff: no program is in both the first and the last look\n")

    def test_numbers_alone(self):
        for folder, pages in (("a", 3), ("b", 4)):
            self.process(folder, 100, heap(pages), stat=False)
            self.process(folder, 101, heap(1), start=pages)
        told = "pmapx: diff: 1 process matched by number or name alone: not all looks tell the start\n"
        # the other is not the same, as both looks tell
        self.shows(["-q", "a", "b", "--fields=pid,state,rss"], "100 grown    +4\n101 appeared +4\n101 vanished -4\n", told)
        got = self.diff("a", "b", "--format=json")
        self.assertEqual(json.loads(got.stdout)["matched_by"], "pid")

    def test_begun_at_boot(self):
        """0 is when the first process began, not unknown."""
        for folder, start in (("a", 0), ("b", 5)):
            self.process(folder, 1, heap(3), comm="init", start=start)
            self.process(folder, 50, heap(1), comm="idle")
        self.shows(["-q", "a", "b", "--fields=state,rss"], "appeared +12\nvanished -12\n")

    def test_one_process_each(self):
        for folder, pid in (("a", 100), ("b", 200)):
            self.process(folder, pid, heap(pid))
        self.shows(["-q", "a", "b", "--fields=pid,rss"], "200 +400\n",
                   "pmapx: diff: not the same process; compared since each look has only one\n")
        # maps of which nothing tells whose they are
        self.write("m1", heap(3))
        self.write("m2", heap(5))
        self.shows(["-q", "m1", "m2", "--fields=pid,rss,mapping"], "? +8 heap rw-p [heap]\n")

    def test_hosts(self):
        for when, pages in (("old", 3), ("new", 4)):
            for host in ("web1", "web2"):
                self.process("%s/%s" % (when, host), 100, heap(pages + (host == "web2") * pages))
        self.shows(["-q", "old", "new", "--fields=host,pid,rss,mapping"],
                   "web2 100 +8 web2/prog: heap rw-p [heap]\nweb1 100 +4 web1/prog: heap rw-p [heap]\n")
        self.shows(["-q", "old", "new", "--match=cmd", "--fields=host,rss_old,rss_new"], "web2 24 32\nweb1 12 16\n")

    def test_selected(self):
        for folder, pages in (("a", 3), ("b", 4)):
            self.process(folder, 100, heap(pages), comm="one")
            self.process(folder, 101, heap(2 * pages), comm="two")
        self.shows(["-q", "a", "b", "--name=one", "--fields=pid,rss"], "100 +4\n")
        self.shows(["a", "b", "--name=none"], "", "pmapx: diff: a: no process is selected\n", 2)


class Selected(Diffed):
    """Mappings: rows and totals are of those that are selected."""

    def setUp(self):
        super().setUp()
        self.one("a", 3, region(0x20000000, 2, name=b"/lib/x.so"), region(0x30000000, 40, "rwxp"))
        self.one("b", 10, region(0x20000000, 4, name=b"/lib/x.so"), region(0x30000000, 4, "rwxp"),
                 region(0x40000000, 1, name=b"/lib/y.so"))

    def test_mappings(self):
        for words, rows, totals in (
                (["--map=^/lib/"], "+8 x.so,+4 y.so", (8, 20, 12)), (["--map=^.heap.$"], "+28 [heap]", (16, 44, 28)),
                (["--map=^.{2}anon"], "-144 [ anon ]", (160, 16, -144)),
                (["--kind=heap,data"], "+28 [heap],+8 x.so,+4 y.so", (24, 64, 40)),
                (["--kind", "file"], "+8 x.so,+4 y.so", (16, 28, 12)),
                (["--perm", "x"], "-144 [ anon ]", (168, 24, -144)),
                (["--perm=x", "--kind=text"], "", (8, 8, 0))):
            with self.subTest(words=words):
                got = self.document("a", "b", *words, status=1 if rows else 0)
                self.assertEqual(",".join("%+d %s" % (row["rss"], row["name"]) for row in got["rows"]), rows)
                self.assertEqual(tuple(got["totals"]["rss" + name] for name in ("_old", "_new", "")), totals)

    def test_min(self):
        """What crosses the least has neither appeared nor vanished: it is large in one of the looks."""
        for size, rows, totals in (
                ("28", ["grown [heap] 12 40", "shrunk [ anon ] 160 16"], (172, 56)),
                ("40k", ["grown [heap] 12 40", "shrunk [ anon ] 160 16"], (172, 56)),
                ("41", ["shrunk [ anon ] 160 16"], (160, 16)), ("1m", [], (0, 0)),
                ("4", ["grown [heap] 12 40", "grown x.so 8 16", "appeared y.so 0 4", "shrunk [ anon ] 160 16"],
                 (192, 88))):
            for looks, turned in ((["a", "b"], False), (["b", "a"], True)):
                with self.subTest(size=size, looks=looks):
                    got = json.loads(self.diff(*looks, "--min", size, "--format=json").stdout)
                    found = ["%(state)s %(name)s %(rss_old)d %(rss_new)d" % row for row in got["rows"]]
                    if turned:
                        swap = {"grown": "shrunk", "shrunk": "grown", "appeared": "vanished"}
                        rows = sorted("%s %s %s %s" % (swap[row.split()[0]], row.split(" ", 1)[1].rsplit(" ", 2)[0],
                                                       row.split()[-1], row.split()[-2]) for row in rows)
                        found, totals = sorted(found), totals[::-1]
                    self.assertEqual(found, rows)
                    self.assertEqual((got["totals"]["rss_old"], got["totals"]["rss_new"]), totals)
        # mappings that are added up are as large as they are together
        self.shows(["-q", "a", "b", "--min=188", "--by=pid", "--fields=rss_old,rss_new"], "188 84\n")
        self.shows(["-q", "a", "b", "--min=189", "--by=pid", "--fields=rss"], "",
                   "pmapx: diff: no mapping is selected\n", 0)

    def test_min_of_three(self):
        """In any of the looks, also one in the middle."""
        self.one("c", 11)
        self.shows(["-q", "a", "b", "c", "--min=44", "--fields=rss_old,rss_new,name"], "12 44 [heap]\n")
        self.shows(["-q", "a", "b", "c", "--min=45", "--fields=rss_old,rss_new,name"], "",
                   status=0)

    def test_min_of_sizes(self):
        """Where a look does not tell what is resident, it is no more than the size."""
        self.process("c", 100, None, maps=px.map_line("10000000-10008000", "rw-p", "[heap]"))
        self.process("c", 50, None, comm="idle", maps=px.map_line("10000000-10001000", "rw-p", "[heap]"))
        self.manifest("c")
        # 16 kB in the one, of which 12 are resident, and 32 in the other
        for size, rows in ("32", " +20 [heap]\n-160 [ anon ]\n"), ("33", "-160 [ anon ]\n"):
            with self.subTest(size=size):
                got = self.diff("-q", "a", "c", "--min=" + size, "--fields=size,name")
                self.assertEqual(got.stdout.decode(), rows)
        # neither tells
        self.process("d", 100, None, maps=px.map_line("10000000-1000a000", "rw-p", "[heap]"))
        self.manifest("d")
        for size, rows, told in (("40", "32 40 +8\n", ""),
                                 ("41", "", "pmapx: diff: no mapping is selected\n")):
            with self.subTest(size=size):
                got = self.diff("-q", "c", "d", "--min=" + size, "--fields=size_old,size_new,size")
                self.assertEqual((got.stdout.decode(), got.stderr.decode()), (rows, told))

    def test_guesses(self):
        """What is selected by a guess is said, and what a kind is told by is not selected away."""
        guard = px.smaps_entry(px.map_line("50000000-50001000", "---p"))
        self.one("a", 3, guard + region(0x50001000, 2048, Rss=8))
        self.one("b", 3, guard + region(0x50001000, 2048, Rss=12))
        told = "".join("pmapx: diff: %s: guessed: 1 thread-stack\n" % name for name in "ab")
        self.shows(["-q", "a", "b", "--kind=stack", "--fields=rss,name"], "+4 [ anon ]\n", told)
        self.shows(["-q", "a", "b", "--kind=anon", "--fields=rss,name"], "", "pmapx: diff: no mapping is selected\n", 0)

    def test_nothing_is_left_of_a_process(self):
        """It is compared: that there is nothing is known."""
        self.process("b", 60, heap(5), comm="other")
        got = self.document("a", "b", "--map=x.so")
        self.assertEqual([(look["compared"], look["only"]) for look in got["looks"]], [(2, 0), (3, 1)])
        self.assertEqual((got["totals"]["pss_old"], got["totals"]["pss_new"]), (8, 16))
        self.shows(["a", "b", "--map=none"], """
nothing differs in 2 processes

kB      old new change
size      0   0      0
rss       0   0      0
pss       0   0      0
private   0   0      0
dirty     0   0      0
swap      0   0      0

look processes only unread source
old          2    0      0 a
new          3    1      0 b
""", "pmapx: diff: no mapping is selected\n", 0)

    def test_root(self):
        """--all and numbers are of another proc root."""
        root = os.path.join(self.folder, "a/proc")
        self.shows(["-q", "--all", "b", "--root", root, "--name=prog", "--kind=heap", "--fields=pid,rss"], "100 +28\n")
        self.shows(["-q", "b", "100", "--root", root, "--kind=heap", "--fields=pid,rss"], "100 -28\n")
        self.shows(["b", "101", "--root", root], "", "pmapx: diff: b: 101: no such process\n", 2)


class Redacted(Diffed):
    def redact(self, folder, *what):
        path = os.path.join(self.folder, folder, "pmapx.json")
        with open(path, encoding="utf-8") as file:
            facts = json.load(file)
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"pmapx_capture": 1, "redacted": what, **facts}, file)

    def test_names(self):
        """Files of a redacted capture are called like in no other."""
        self.one("a", 3, region(0x20000000, 2, name=b"/lib/x.so"))
        self.one("b", 3, region(0x20000000, 2, name=b"/p-1/p-2"))
        self.redact("b", "args", "paths")
        told = ("pmapx: diff: b has names of its own for files, which are redacted: --by=kind,perm compares "
                "without\n")
        self.shows(["-q", "a", "b", "--fields=state,name"], "appeared p-2\nvanished x.so\n", told)
        self.shows(["-q", "a", "b", "--by=path", "--fields=state"], "appeared\nvanished\n", told)
        self.shows(["-q", "a", "b", "--by=kind,perm"], "", status=0)
        self.redact("a", "addresses", "new things")
        self.shows(["-q", "a", "b", "--by=kind,perm"], "", status=0)
        self.shows(["-q", "a", "a", "--by=address"], "", "".join(
            ["pmapx: diff: a has addresses of its own, as they are redacted: compare without --by=address\n"] * 2), 0)


class Trouble(Diffed):
    def test_refused(self):
        self.one("a", 3)
        for words, told in (
                ([], "at least two looks are compared: OLD NEW"), (["a"], "at least two looks are compared: OLD NEW"),
                (["-", "-"], "standard input can be read only once"),
                (["a", "1", "--name=x"], "processes are either named or selected"),
                (["a", "1", "--all"], "processes are either named or selected"),
                (["a", "a", "--match=cmd", "--by=pid"],
                 "--match=cmd adds processes up, --by=pid keeps them apart"),
                (["a", "/proc/self"], "/proc/self: no process"),
                (["a", "a", "--by=x"], "--by=x: 'x' is no key; there are name, path, kind, class, "
                 "perm, address, pid"),
                (["a", "a", "--by=cmd"], "--by=cmd: 'cmd' is no key; there are name, path, kind, "
                 "class, perm, address, pid"),
                (["a", "a", "--match=x"], "--match=x: there are pid and cmd"),
                (["a", "a", "--sort=rss_old"], "--sort=rss_old: no such column, there are state, pid, size, rss, pss, "
                 "private, dirty, swap, mapping"),
                (["a", "a", "--top=0"], "--top=0: not a number of rows from 1 on"),
                (["a", "a", "--jobs=0"], "--jobs=0: not a number of processes from 1 on"),
                (["a", "a", "--root=x"], "--root is of --all and of numbers, and there are none"),
                (["a", "1", "2"], "2: each number is a look of its own: of several processes, one is --all with "
                 "--name or --tree"),
                (["a", "a", "--kind=x"], "--kind=x: no such kind: x"), (["a", "a", "--perm=y"], "--perm=y: not "
                 "permissions: some of r, w, x, s, p"), (["a", "a", "--min=x"], "--min=x: not a size: a number of "
                 "KiB, or with k, m, g or t behind"), (["a", "a", "--map=("], "--map=(: Unmatched ( or \\("),
                (["a", "none"], "none: No such file or directory")):
            with self.subTest(words=words):
                got = self.diff(*words)
                self.assertEqual((got.status, got.stdout, got.stderr.decode()),
                                 (2, b"", "pmapx: diff: %s\n" % told))
        # before anything is read
        got = self.diff("none", "none", "--fields=x")
        self.assertIn(b"'x' is no column; there are state, host, pid, cmd, count_old", got.stderr)

    def test_no_process(self):
        os.mkdir(os.path.join(self.folder, "empty"))
        self.one("a", 3)
        self.process("k", 2, b"", comm="kthreadd", maps=b"")
        self.write("k/proc/2/stat", px.stat_line(2, "kthreadd", ppid=0).replace(
            b" S 0 0 0 0 0 0", b" S 0 0 0 0 -1 2129984"))
        self.shows(["a", "k"], "", "pmapx: diff: k: no process that has memory could be read\n", 2)
        self.assertEqual(self.diff("a", "empty").status, 2)

    def test_without_smaps(self):
        self.one("a", 3)
        self.process("b", 100, None, maps=px.map_line("10000000-10008000", "rw-p", "[heap]"))
        self.process("b", 50, None, comm="idle", maps=px.map_line("10000000-10001000", "rw-p", "[heap]"))
        self.manifest("b")
        note = "pmapx: diff: b has no smaps: of what it is compared with, only sizes are known\n"
        self.shows(["a", "b"], """
state    pid size rss pss private dirty swap mapping
grown    100  +20   ?   ?       ?     ?    ? prog: heap rw-p [heap]
vanished 100   -8   ?   ?       ?     ?    ? prog: text r-xp prog

kB      old new change
size     24  36    +12
rss      24   ?      ?
pss      20   ?      ?
private  16   ?      ?
dirty    16   ?      ?
swap      0   ?      ?

look processes only unread source
old          2    0      0 a
new          2    0      0 b
""", note)
        got = self.diff("b", "b", "--format=json")
        self.assertEqual((got.status, got.stderr, json.loads(got.stdout)["growth"]), (0, b"", "size"))

    def two(self, folder, pages):
        """A capture of three processes: the second and the third are of one program."""
        self.one(folder, pages)
        self.process(folder, 60, heap(5), comm="bash")
        self.process(folder, 61, heap(pages), comm="bash")

    def test_unread(self):
        """What cannot be read is neither gone nor new; it is told of, and worth a status if that is asked for."""
        self.two("a", 3)
        self.two("damaged", 4)
        self.write("damaged/proc/60/smaps", "nonsense\n")
        self.two("unsaved", 4)
        for name in ("smaps", "maps"):
            os.remove(os.path.join(self.folder, "unsaved/proc/60", name))
        out = "".join("%s %s\n" % row for row in (("100", "+4"), (" 61", "+4")))
        left = "pmapx: diff: 1 process left out, also of totals: not read in every look\n"
        for other, why in (("damaged", "damaged"), ("unsaved", "not saved")):
            for looks, sign in (((["a", other]), "+"), (([other, "a"]), "-")):
                with self.subTest(looks=looks):
                    told = "pmapx: diff: %s: 1 process could not be read: 1 %s\n" % (other, why)
                    if other == "damaged":
                        told = ("pmapx: diff: damaged: 60: smaps: line 1: not a line of maps\n") + told
                    got = self.diff("-q", *looks, "--fields=pid,rss")
                    self.assertEqual(got.status, 2 if other == "damaged" else 1)
                    self.assertEqual(sorted(got.stdout.decode().splitlines()),
                                     sorted(out.replace("+", sign).splitlines()))
                    self.assertEqual(got.stderr.decode().splitlines()[-2:],
                                     (told + left).splitlines()[-2:])
                    document = json.loads(self.diff(*looks, "--format=json").stdout)
                    self.assertEqual(document["left_out"], 1)
                    self.assertEqual([(look["processes"], look["unread"]) for look in document["looks"]],
                                     [(4, 0), (3, 1)][::1 if sign == "+" else -1])
                    # 50, 61 and 100; not 60, which only one look tells of
                    self.assertEqual([document["totals"]["rss" + name] for name in ("_old", "_new", "")],
                                     [36, 44, 8] if sign == "+" else [44, 36, -8])
                    # what one of its processes lacks is no sum of a program
                    got = self.diff("-q", *looks, "--match=cmd", "--fields=cmd,rss")
                    self.assertEqual(got.stdout.decode(), "prog %s4\n" % sign)
                    self.assertIn(b"pmapx: diff: 1 program left out, also of totals: not all their processes were "
                                  b"read in every look\n", got.stderr)
        got = self.diff("damaged", "damaged")
        self.assertEqual((got.status, len(got.stderr.splitlines())), (2, 4))
        self.assertNotIn(b"left out", got.stderr)
        self.assertEqual(self.diff("unsaved", "unsaved").status, 0)
        self.assertEqual(self.diff("unsaved", "unsaved", "--strict").status, 1)
        # in the middle of three
        self.two("c", 5)
        got = self.diff("-q", "a", "damaged", "c", "--fields=pid,rss")
        self.assertEqual(sorted(got.stdout.split()), [b"+8", b"+8", b"100", b"61"])
        self.assertIn(left.encode(), got.stderr)

    def test_nothing_compared(self):
        """That nothing differs is not said, nor a status of it given, where nothing could be compared."""
        for folder, gone in (("a", 60), ("b", 100)):
            self.process(folder, 100, heap(1))
            self.process(folder, 60, heap(1), comm="other")
            for name in ("smaps", "maps"):
                os.remove(os.path.join(self.folder, folder, "proc", str(gone), name))
        told = ("".join("pmapx: diff: %s: 1 process could not be read: 1 not saved\n" % look for look in "ab") +
                "pmapx: diff: 2 processes left out, also of totals: not read in every look\n"
                "pmapx: diff: nothing could be compared\n")
        unknown = "".join("%-7s   ?   ?      ?\n" % name for name in MEASURES)
        self.shows(["a", "b"], "kB      old new change\n" + unknown + """
look processes only unread source
old          0    0      1 a
new          0    0      1 b
""", told, 2)
        for notation in ("text", "csv", "json"):
            self.assertEqual(self.diff("-q", "a", "b", "--format", notation).status, 2)
        # one that could be
        for folder in "ab":
            self.process(folder, 70, heap(1), comm="third")
        got = self.diff("a", "b")
        self.assertEqual((got.status, got.stdout.splitlines()[0]),
                         (0, b"nothing differs in 1 process, and 2 left out"))
        got = self.diff("a", "b", "--match=cmd")
        self.assertEqual((got.status, got.stdout.splitlines()[0]),
                         (0, b"nothing differs in 1 program, and 2 left out"))

    def test_nobody_in_both(self):
        """No process is in all looks: that nothing has grown each time is no news."""
        for folder, start in (("a", 1), ("b", 2), ("c", 3)):
            self.process(folder, 100, heap(start), start=start)
            self.process(folder, 101, heap(start), start=start)
        note = ("pmapx: diff: no process is in both the first and the last look; --match=cmd compares programs\n"
                "pmapx: diff: nothing could be compared\n")
        self.shows(["-q", "a", "b", "c"], "", note, 2)
        self.shows(["-q", "a", "b", "c", "--match=cmd", "--fields=rss"], "+16\n")

    def test_limits(self):
        """More than can be told with a sign is the most that can be."""
        self.process("a", 100, region(0x10000000, 1, name=b"[heap]", Rss=0, Pss=0, Private_Dirty=0))
        self.process("b", 100, region(0x10000000, 1, name=b"[heap]", Rss=2**64 - 1, Pss=1, Private_Dirty=0))
        for looks, sign in ((["a", "b"], 1), (["b", "a"], -1)):
            document = self.document(*looks, "--sort=rss")
            row, = document["rows"]
            self.assertEqual((row["state"], row["rss"], document["totals"]["rss"]), (
                "grown" if sign > 0 else "shrunk", sign * (2**63 - 1), sign * (2**63 - 1)))

    def test_torn(self):
        """A capture's map that is not in order was changing."""
        self.one("a", 3)
        self.process("b", 100, heap(3) + text())
        self.process("b", 50, heap(1), comm="idle")
        self.manifest("b")
        self.shows(["-q", "a", "b"], "",
                   "pmapx: diff: b: of some processes the map was changing while it was read\n", 0)

    def test_cut_archive(self):
        """What is left is compared; but the status is that of trouble."""
        self.one("a", 3)
        self.one("b", 4)
        with tarfile.open(os.path.join(self.folder, "b.tar"), "w") as archive:
            archive.add(os.path.join(self.folder, "b"), "b")
        with open(os.path.join(self.folder, "b.tar"), "r+b") as file:
            file.truncate(os.path.getsize(file.name) * 3 // 4 // 512 * 512 - 4096)
        got = self.diff("a", "b.tar", "-q")
        self.assertEqual(got.status, 2)
        self.assertIn(b"pmapx: diff: b.tar: ", got.stderr)
        # what is behind the cut has not vanished
        with tarfile.open(os.path.join(self.folder, "c.tar"), "w") as archive:
            archive.add(os.path.join(self.folder, "b/proc/50"), "b/proc/50")
            end = archive.offset
            archive.add(os.path.join(self.folder, "b/proc/100"), "b/proc/100")
        with open(os.path.join(self.folder, "c.tar"), "r+b") as file:
            file.truncate(end + 300)
        got = self.diff("-q", "a", "c.tar", "--fields=state,pid")
        self.assertEqual((got.status, got.stdout), (2, b""))
        self.assertIn(b"pmapx: diff: 1 process left out, also of totals: not read in every look\n", got.stderr)

    def test_streams(self):
        self.one("a", 3)
        self.one("b", 4)
        with open("/dev/full", "wb") as full:
            got = self.diff("a", "b", stdout=full)
        self.assertEqual((got.status, got.stderr), (1, b"pmapx: write error: No space left on device\n"))
        # standard input is one of them
        with tempfile.TemporaryFile() as file:
            with tarfile.open(fileobj=file, mode="w") as archive:
                archive.add(os.path.join(self.folder, "a"), "a")
            file.seek(0)
            self.shows(["-q", "-", "b", "--fields=rss,name"], "+4 [heap]\n", stdin=file)

    def test_memory(self):
        """Each allocation fails: all is told, or nothing but that."""
        self.one("a", 3)
        self.one("b", 4, region(0x50000000, 8))
        for words in ([], ["--match=cmd", "--format=json"], ["--by=address", "--sort=-rss"]):
            whole = faulty.run(["diff", "a", "b", *words], cwd=self.folder)
            self.assertEqual((whole.result.status, whole.left), (1, (0, 0)))
            count = sum(call.family == "memory" for call in whole.calls)
            self.assertGreater(count, 30)
            for number in range(1, count + 1):
                with self.subTest(words=words, number=number):
                    run = faulty.run(["diff", "a", "b", *words], "memory:%d:12" % number, cwd=self.folder)
                    self.assertEqual(run.left, (0, 0))
                    got = run.result
                    if got.status == 1:
                        self.result(got, whole.result.stdout, b"", 1)
                        continue
                    self.assertEqual(got.status, 2)
                    # the totals come last
                    if b"pmapx.json" not in got.stderr:
                        self.assertTrue(whole.result.stdout.startswith(got.stdout), got.stdout)
                    self.assertRegex(got.stderr, rb"(?i)\A(pmapx: (diff: )?([ab]: )?(pmapx.json: )?"
                                     rb"(memory allocation failed|cannot allocate memory)( \(and 1 more\))?\n)+\Z")


HEADER = re.compile(rb"^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \d+ *(.*)\n")


def sums_of(path):
    """{(name, perms): sums} of a file smaps."""
    groups = {}
    with open(path, "rb") as file:
        for line in file:
            header = HEADER.match(line)
            if header:
                perms, name = header.group(3), header.group(4)
                if not name:
                    name = b"[ anon ]"
                elif not name.startswith(b"["):
                    name = name.rpartition(b"/")[2]
                sums = groups.setdefault((name.decode(), perms.decode()), dict.fromkeys(MEASURES, 0))
                continue
            key, value = line.split()[:2]
            for column, keys in (("size", b"Size:"), ("rss", b"Rss:"), ("pss", b"Pss:"), ("swap", b"Swap:"),
                                 ("private", b"Private_Clean: Private_Dirty:"),
                                 ("dirty", b"Shared_Dirty: Private_Dirty:")):
                if key in keys.split():
                    sums[column] += int(value)
    return groups


class Captures(px.TestCase):
    """Two captures of a server: one process grew by 56 MB, one by 14.8, some touched shared memory."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.mkdtemp(prefix="pmapx-diff-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        with tarfile.open(px.shared("postgres", "captures-AB.tar.xz")) as archive:
            archive.extractall(cls.folder)

    def diff(self, *words):
        got = px.pmapx("diff", "A", "B", *words, cwd=self.folder)
        self.assertEqual((got.status, got.stderr), (1, b""))
        return got.stdout.decode()

    def backends(self):
        """{pid: name} as the server has them."""
        with open(os.path.join(self.folder, "B", "activity.csv"), encoding="utf-8", newline="") as file:
            return {int(row["pid"]): row["application_name"] for row in csv.DictReader(file)}

    def test_found(self):
        names = self.backends()
        rows = json.loads(self.diff("--format=json", "--top=10"))["rows"]
        found = [(names[row["pid"]], row["rss"], row["name"], row["kind"], row["state"]) for row in rows[:2]]
        self.assertEqual(found, [("grower", 56064, "[heap]", "heap", "grown"),
                                 ("trickle", 14672, "[heap]", "heap", "grown")])
        self.assertEqual([(row["size"], row["private"]) for row in rows[:2]], [(56052, 56064), (14808, 14672)])
        # What the backends of pgbench seem to have taken is shared, and next to nothing is theirs alone.
        for row in rows[2:]:
            self.assertEqual((names[row["pid"]], row["name"], row["kind"], row["size"]),
                             ("pgbench", "zero (deleted)", "shm", 0))
        self.assertEqual([(row["rss"], row["pss"], row["private"]) for row in rows[2:]], [
            (11744, 1895, 112), (10876, 1653, 140), (11124, 1599, 116), (10960, 1517, 104), (11000, 1499, 52),
            (10172, 1478, 116), (10452, 1449, 108), (10188, 1390, 136)])
        rows = json.loads(self.diff("--format=json", "--kind=heap", "--min=40m"))["rows"]
        self.assertEqual([(names[row["pid"]], row["rss"]) for row in rows], [("grower", 56064)])

    def processes(self, folder):
        """{(pid, start): groups} of those that have memory."""
        found = {}
        for name in os.listdir(os.path.join(self.folder, folder)):
            if name.startswith("smaps-"):
                groups = sums_of(os.path.join(self.folder, folder, name))
                with open(os.path.join(self.folder, folder, name.replace("smaps", "stat")), "rb") as file:
                    start = int(file.read().rpartition(b") ")[2].split()[19])
                if groups:
                    found[int(name[6:]), start] = groups
        return found

    def test_sums(self):
        """Each number is that of this test, and no row is missing."""
        old, new = self.processes("A"), self.processes("B")
        nothing = dict.fromkeys(MEASURES, 0)
        want = {}
        for process in old.keys() | new.keys():
            for key in old.get(process, {}).keys() | new.get(process, {}).keys():
                before = old.get(process, {}).get(key)
                after = new.get(process, {}).get(key)
                if before != after:
                    want.setdefault((process[0], *key), []).append((before or nothing, after or nothing))
        got = json.loads(self.diff("--format=json", "--by=name,perm", "--fields=pid,name,perm," + ",".join(
            name + ending for name in MEASURES for ending in ("_old", "_new", ""))))
        found = {}
        for row in got["rows"]:
            sums = [{name: row[name + ending] for name in MEASURES} for ending in ("_old", "_new")]
            self.assertEqual({name: row[name] for name in MEASURES},
                             {name: sums[1][name] - sums[0][name] for name in MEASURES})
            found.setdefault((row["pid"], row["name"], row["perm"]), []).append(tuple(sums))
        # Rows that differ in what is not shown here have the same sums.
        found = {key: rows for key, rows in found.items() if rows[0][0] != rows[0][1] or key in want}
        self.assertGreater(len(want), 100)
        self.assertEqual(found, want)
        for name in MEASURES:
            for ending, look in (("_old", old), ("_new", new)):
                total = sum(sums[name] for groups in look.values() for sums in groups.values())
                self.assertEqual(got["totals"][name + ending], total)


if __name__ == "__main__":
    px.main()
