# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx diff of prepared captures: rows, matching, order, totals and formats; and real captures
against sums that are made here."""
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
import px
from diffed import BOOTS, MEASURES, Diffed, heap, region, text


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

    def test_what_one_mapping_does_not_tell_is_no_growth(self):
        """Of one mapping Rss is there in the second look only; of another always."""
        one = px.map_line("00400000-00401000", "rw-p")
        more = px.smaps_entry(px.map_line("10000000-10001000", "rw-p", "[heap]"), Rss=2)
        self.process("a", 100, one + b"Size: 4 kB\n" + more)
        self.process("b", 100, one + b"Size: 4 kB\nRss: 4 kB\n" + more)
        got = self.diff("a", "b")
        self.assertEqual((got.status, got.stderr), (0, b""))
        self.assertEqual(got.stdout.decode().splitlines()[0], "nothing differs in 1 process")
        self.assertIn(["rss", "?", "6", "?"], [line.split() for line in got.stdout.decode().splitlines()])
        # what was not selected is not missing
        self.assertIn(["rss", "2", "2", "0"], [
            line.split() for line in self.diff("a", "b", "--map=heap").stdout.decode().splitlines()])

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
