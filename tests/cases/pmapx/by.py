#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--by: sums of what mappings have in common. The test adds up what smaps says on its own, for every
recorded process, and its sums are those of the columns of -XX."""
import csv
import io
import json
import os
import re
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
import terminal

MEASURES = {
    "count": None,
    "size": ["Size"], "rss": ["Rss"], "pss": ["Pss"],
    "private": ["Private_Clean", "Private_Dirty"], "dirty": ["Shared_Dirty", "Private_Dirty"],
    "anonymous": ["Anonymous"], "swap": ["Swap"],
    "hugetlb": ["Shared_Hugetlb", "Private_Hugetlb"],
}
MAPPING = re.compile(rb"([0-9a-f]+)-([0-9a-f]+) (\S+) [0-9a-f]+ \S+ \d+ *(.*)\n?$")


def blocks(smaps):
    """(perms, name, {key: kB}) of each mapping of a well-formed smaps."""
    for block in re.split(rb"^(?=[0-9a-f]+-[0-9a-f]+ )", smaps, flags=re.MULTILINE)[1:]:
        first, *lines = block.splitlines()
        start, end, perms, name = MAPPING.match(first).groups()
        values = {}
        for line in lines:
            key, _, value = line.partition(b":")
            number = re.match(rb"[ \t]*(\d+)(?: kB)?$", value)
            if number:
                values[key.decode()] = int(number.group(1))
            elif key == b"Name" and not name:
                name = value.strip()
        values.setdefault("Size", (int(end, 16) - int(start, 16)) // 1024)
        yield perms, name, values


def path_of(perms, name):
    return name or b"[ anon ]"


def name_of(perms, name):
    is_label = name.startswith(b"[") and name.endswith(b"]")
    return name if is_label else path_of(perms, name).rpartition(b"/")[2]


def perm_of(perms, name):
    return perms


def summed(smaps, key):
    """{key: {measure: sum, or None if one does not tell}} of all mappings, and of them together as None."""
    sums, lacking = {}, set()
    for perms, name, values in blocks(smaps):
        for group in key(perms, name), None:
            one = sums.setdefault(group, dict.fromkeys(MEASURES))
            for measure, keys in MEASURES.items():
                read = [1] if keys is None else [values[key] for key in keys if key in values]
                one[measure] = (one[measure] or 0) + sum(read)
                if not read:
                    lacking.add((group, measure))
    for group, measure in lacking:
        sums[group][measure] = None
    return sums


def table(out):
    """{last column: {measure: sum or None}} of a table, and the totals as None."""
    head, *lines = out.splitlines()
    ends = [match.end() for match in re.finditer(rb"\S+", head)][:-1]
    names = head.decode().split()[:-1]
    found = {}
    for line in lines:
        cells = [line[begin:end].strip() for begin, end in zip([0] + ends, ends)]
        if cells[0].startswith(b"="):
            continue
        key = line[ends[-1] + 1:] or None
        found[key] = {name: int(cell) if cell not in (b"", b"?") else None
                      for name, cell in zip(names, cells)}
    return found


class Recorded(px.TestCase):
    """Every process that was recorded."""

    def folders(self):
        here = os.path.join(px.SOURCE, "tests", "roots")
        tops = [here]
        if os.path.isdir(px.SHARED):
            tops.append(px.shared("golden"))
        for top in tops:
            for name in sorted(os.listdir(top)):
                proc = os.path.join(top, name, "proc")
                for pid in filter(str.isdigit, os.listdir(proc) if os.path.isdir(proc) else ()):
                    if os.path.exists(os.path.join(proc, pid, "smaps")):
                        yield name, proc, pid

    def test_sums_are_those_of_smaps(self):
        seen = 0
        for name, proc, pid in self.folders():
            with open(os.path.join(proc, pid, "smaps"), "rb") as file:
                smaps = file.read()
            for word, key in ("path", path_of), ("perm", perm_of), ("name", name_of):
                with self.subTest(folder=name, by=word):
                    got = px.pmapx("--root", proc, "--by", word, pid)
                    expected = summed(smaps, key)
                    totals = expected[None]
                    found = table(got.stdout)
                    total = found.pop(None)
                    expected.pop(None)
                    self.assertEqual(total, totals)
                    self.assertEqual(found, expected)
                    seen += 1
        self.assertGreater(seen, 5)

    def test_sums_are_those_of_the_columns(self):
        """Of -XX, as it prints them."""
        for name, proc, pid in self.folders():
            with self.subTest(folder=name):
                view = px.pmapx("--root", proc, "-XX", pid).stdout.splitlines()
                heads, totals = view[1].split(), view[-1].split()[:-1]
                keys = [head.decode() for head in heads
                        if head not in (b"Address", b"Perm", b"Offset", b"Device", b"Inode",
                                        b"VmFlags", b"Mapping")]
                columns = {key: int(total) for key, total in zip(keys, totals) if total != b"?"}
                total = table(px.pmapx("--root", proc, "--by", "class", pid).stdout)[None]
                with open(os.path.join(proc, pid, "smaps"), "rb") as file:
                    smaps = file.read()
                # Where a mapping has no Size, --by has that of its addresses.
                if smaps.count(b"\nSize:") < len(list(blocks(smaps))):
                    columns.pop("Size", None)
                for measure, parts in MEASURES.items():
                    lacks = parts is not None and not all(
                        any(part in values for part in parts) for _, _, values in blocks(smaps))
                    if lacks and measure != "size":
                        self.assertIsNone(total[measure], measure)
                    elif parts is not None and parts[0] in columns:
                        self.assertEqual(total[measure],
                                         sum(columns.get(part, 0) for part in parts), measure)


class Prepared(px.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = px.Root()
        cls.addClassCleanup(cls.root.__exit__)
        heap = px.smaps_entry(px.map_line("00010000-00110000", "rw-p", "[heap]"), Size=1024,
                              Rss=600, Pss=500, Private_Dirty=500, Shared_Dirty=100)
        text = px.smaps_entry(px.map_line("00200000-00300000", "r-xp", "/usr/bin/a b"), Size=1024,
                              Rss=80, Pss=8)
        odd = px.smaps_entry(px.map_line("00400000-00500000", "rw-s", b"/tmp/\x1b[31m\xff"),
                             Size=1024, Rss=8, Pss=8)
        cls.root.process(100, smaps=heap + text, comm="one", status="Name:\tone\nTgid:\t100\n"
                         "Uid:\t1000\t1000\t1000\t1000\n")
        cls.root.process(101, smaps=heap + odd, comm="two words", status="Name:\ttwo\nTgid:\t101\n"
                         "Uid:\t1000\t1001\t1000\t1000\n")
        cls.root.file("100/cgroup", b"0::/system.slice/one.service\n")

    def table(self, *words):
        got = self.root.pmapx(*words)
        self.assertEqual((got.status, got.stderr), (0, b""), words)
        return got.stdout.decode()

    def test_processes_are_added_up(self):
        self.same(self.table("--by", "name", "100", "101").encode(),
                  b"count size  rss  pss private dirty anonymous swap hugetlb name\n"
                  b"    2 2048 1200 1000    1000  1200         0    0       0 [heap]\n"
                  b"    1 1024    8    8       0     0         0    0       0 ?[31m?\n"
                  b"    1 1024   80    8       0     0         0    0       0 a b\n"
                  b"===== ==== ==== ==== ======= ===== ========= ==== =======\n"
                  b"    4 4096 1288 1016    1000  1200         0    0       0\n")

    def test_keys_of_processes(self):
        self.same(self.table("-q", "--by", "pid,cmd,user,cgroup", "100", "101").encode(),
                  b"100 one       1000 2 2048 680 508 500 600 0 0 0 /system.slice/one.service\n"
                  b"101 two words 1001 2 2048 608 508 500 600 0 0 0 ?\n")

    def test_each_process_once(self):
        """However often it is named, also by its threads, and selected beside that; views show it as often."""
        head = b"count size rss pss private dirty anonymous swap hugetlb pid\n"
        row = b"    2 2048 680 508     500   600         0    0       0 100\n"
        self.root.process(90, smaps=b"", comm="thread", tgid=100)
        for name in "smaps", "maps":
            with open(os.path.join(self.root.path, "100", name), "rb") as file:
                self.root.file("90/" + name, file.read())
        self.addCleanup(shutil.rmtree, os.path.join(self.root.path, "90"))
        one = self.table("--by", "pid", "100").encode()
        self.same(one, head + row + b"===== ==== === === ======= ===== ========= ==== =======\n"
                  b"    2 2048 680 508     500   600         0    0       0\n")
        for words in ["100", "100"], ["100", "90"], ["90", "100", "/proc/100", "90"]:
            for jobs in "1", "4":
                self.same(self.table("--by", "pid", "--jobs", jobs, *words).encode(), one, " ".join(words))
        both = self.table("-q", "--by", "pid", "--sort", "pid", "100", "101").encode()
        self.same(both, b"2 2048 680 508 500 600 0 0 0 100\n2 2048 608 508 500 600 0 0 0 101\n")
        for words in ["90", "101", "100", "101"], ["90", "--user", "1000", "100", "--name", "^one$", "101"]:
            self.same(self.table("-q", "--by", "pid", "--sort", "pid", *words).encode(), both, " ".join(words))
        self.assertEqual(self.root.pmapx("-q", "--map", "heap", "100", "90", "100").stdout.count(b" 1024K rw---"), 3)
        got = self.root.pmapx("--by", "pid", "100", "7", "7")
        self.result(got, one, "pmapx: 7: %s/7: No such process\n" % self.root.path, 42)

    def test_sorted_and_the_first(self):
        """Totals stay those of all."""
        self.same(self.table("--by", "perm", "--sort", "-size", "--top", "1", "100", "101").encode(),
                  b"count size  rss  pss private dirty anonymous swap hugetlb perm\n"
                  b"    2 2048 1200 1000    1000  1200         0    0       0 rw-p\n"
                  b"===== ==== ==== ==== ======= ===== ========= ==== =======\n"
                  b"    4 4096 1288 1016    1000  1200         0    0       0\n")
        rows = self.table("-q", "--by", "perm", "--sort", "perm", "100", "101").splitlines()
        self.assertEqual([row.split()[-1] for row in rows], ["r-xp", "rw-p", "rw-s"])

    def test_selected_mappings(self):
        """-A, --map, --kind and the others leave mappings out of sums and totals."""
        for words, expected in ((["--map", "heap"], "[heap]"), (["--perm", "x"], "a b"),
                                (["-A", "10000,11000"], "[heap]"), (["--kind", "text"], "a b"),
                                (["--min", "100"], "[heap]")):
            rows = self.table("--by", "name", *words, "100").splitlines()
            self.assertEqual([row.split(None, 9)[-1] for row in rows if "=" not in row][1:-1],
                             [expected], words)
            self.assertEqual(rows[1].split()[:9], rows[-1].split(), words)

    def test_kinds_that_are_guesses_are_apart(self):
        stack = px.smaps_entry(px.map_line("7f0000001000-7f0000801000", "rw-p"), Size=8192, Rss=16)
        guard = px.smaps_entry(px.map_line("7f0000000000-7f0000001000", "---p"), Size=4)
        self.root.process(102, smaps=guard + stack)
        rows = self.table("-q", "--by", "kind", "--sort", "size", "102").splitlines()
        self.assertEqual([row.split(None, 9)[-1] for row in rows],
                         ["guard (guessed)", "thread-stack (guessed)"])

    def test_nothing_and_nobody(self):
        got = self.root.pmapx("--by", "name", "--map", "none such", "100")
        self.result(got, b"count size rss pss private dirty anonymous swap hugetlb name\n"
                    b"===== ====\n"
                    b"    0    0\n")
        got = self.root.pmapx("--by", "name", "100", "7")
        self.assertEqual(got.status, 42)
        self.assertIn(b"7: ", got.stderr)
        self.assertIn(b"[heap]", got.stdout)

    def test_what_is_missing_is_said(self):
        """A process without smaps; and keys that old kernels do not print."""
        self.root.process(103, maps=px.map_line("00010000-00110000", "rw-p", "[heap]"))
        got = self.root.pmapx("--by", "name", "103")
        self.assertEqual(got.status, 1)
        self.assertIn(b"smaps", got.stderr)
        self.root.process(104, smaps=px.map_line("00010000-00110000", "rw-p", "[heap]") +
                          b"Rss: 7 kB\n")
        self.same(self.table("--by", "class", "104").encode(),
                  b"count size rss pss private dirty anonymous swap hugetlb class\n"
                  b"    1 1024   7   ?       ?     ?         ?    ?       ? heap\n"
                  b"===== ==== ===\n"
                  b"    1 1024   7\n")

    def test_a_sum_without_a_part_is_not_known(self):
        """A key that one mapping has and another has not."""
        self.root.process(105, smaps=px.map_line("00400000-00401000", "rw-p") + b"Size: 4 kB\n" +
                          px.map_line("00600000-00680000", "rw-p") + b"Rss: 8 kB\n" +
                          px.map_line("00700000-00701000", "rw-p", "[heap]") + b"Rss: 2 kB\n")
        self.same(self.table("--by", "name", "-q", "105").encode(),
                  b"1   4 2 ? ? ? ? ? ? [heap]\n2 516 ? ? ? ? ? ? ? [ anon ]\n")
        self.assertEqual(self.table("--by", "name", "105").splitlines()[-1].split(), ["3", "520", "?"])
        totals = json.loads(self.root.pmapx("--by", "name", "--format=json", "105").stdout)["totals"]
        self.assertEqual((totals["size"], totals["rss"], totals["pss"]), (520, None, None))
        self.assertEqual(self.table("--by", "name", "--map=heap", "105").splitlines()[-1].split(), ["1", "4", "2"])

    def test_many_that_are_missing(self):
        """Those that nobody named are counted, by reason, in one line; a total of nothing is none."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in (("smaps-1", px.smaps_entry(px.map_line("00400000-00401000"))),
                               ("maps-2", px.map_line("00400000-00401000")), ("maps-3", px.map_line("00400000-00401000"))):
                with open(os.path.join(folder, name), "wb") as out:
                    out.write(text)
            read = px.pmapx("--from", folder, "--by=perm", "--format=tsv", "1").stdout
            self.assertEqual(read.count(b"\n"), 2)
            self.result(px.pmapx("--from", folder, "--by=perm", "--format=tsv"), read,
                        "pmapx: 2 processes could not be read: 2 not saved\n", 1)
            self.result(px.pmapx("--from", folder, "--by=perm", "--format=tsv", "1", "3"), read,
                        "pmapx: %s: 3: no smaps was captured, --by needs it\n" % folder, 1)
            head = "count size rss pss private dirty anonymous swap hugetlb perm\n"
            self.result(px.pmapx("--from", folder, "--by=perm", "2"), head,
                        "pmapx: %s: 2: no smaps was captured, --by needs it\n" % folder, 1)
            one = os.path.join(folder, "maps-2")
            self.result(px.pmapx("--from", one, "--by=perm"), head,
                        "pmapx: %s: 2: no smaps was captured, --by needs it\n" % one, 1)

    def test_many_that_are_denied(self):
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("nobody to become")
        user = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", px.PMAPX]
        with px.Target("many-processes", "3") as target:
            words = user + ["--by=perm", "--tree", str(target.pid)]
            head = "count size rss pss private dirty anonymous swap hugetlb perm\n"
            self.result(px.run(words), head, "pmapx: 4 processes could not be read: 4 denied\n", 1)
            self.result(px.run(words + [str(target.pid)]), head,
                        "pmapx: %d: /proc/%d/smaps: Permission denied\n"
                        "pmapx: 3 processes could not be read: 3 denied\n" % (target.pid, target.pid), 1)

    def test_units(self):
        self.same(self.table("-q", "--by", "name", "--map", "heap", "--units", "h", "100").encode(),
                  b"1 1.0M 600K 500K 500K 600K 0K 0K 0K [heap]\n")

    def test_formats(self):
        """Each is read back, names with what no terminal is to see included."""
        names = ["count", *list(MEASURES)[1:], "name"]
        wanted = [[2, 2048, 1200, 1000, 1000, 1200, 0, 0, 0, "[heap]"],
                  [1, 1024, 8, 8, 0, 0, 0, 0, 0, "\\x1b[31m\\xff"],
                  [1, 1024, 80, 8, 0, 0, 0, 0, 0, "a b"]]
        words = ["--by", "name", "100", "101", "--format"]
        document = json.loads(self.table(*words, "json"))
        self.assertEqual([document[key] for key in ("schema", "version", "complete")],
                         ["pmapx.by", 1, True])
        self.assertNotIn("totals", json.loads(self.table("-q", *words, "json")))
        document_of_part = json.loads(self.root.pmapx(*words, "json", "7").stdout)
        self.assertIs(document_of_part.pop("complete"), False)
        self.assertEqual(document_of_part, {key: document[key] for key in document_of_part})
        self.assertEqual(document["rows"], [dict(zip(names, row)) for row in wanted])
        self.assertEqual(document["totals"], dict(zip(
            names, [4, 4096, 1288, 1016, 1000, 1200, 0, 0, 0, None])))
        self.assertEqual([json.loads(line) for line in self.table(*words, "ndjson").splitlines()],
                         document["rows"])
        rows = [list(map(str, row)) for row in [names, *wanted]]
        self.assertEqual(list(csv.reader(io.StringIO(self.table(*words, "csv"), newline=""))), rows)
        self.assertEqual([line.split("\t") for line in self.table(*words, "tsv").splitlines()], rows)

    def test_on_a_terminal(self):
        """80 columns hold it: what is 0 makes room, and the name is cut."""
        long = "/srv/" + "x" * 60
        self.root.process(105, smaps=px.smaps_entry(
            px.map_line("00010000-00110000", "rw-s", long), Size=1024, Rss=8, Pss=8))
        out = terminal.run([px.PMAPX, "--root", self.root.path, "--by", "name", "105"], 80)
        self.assertEqual(out.splitlines(), [
            b"count size rss pss name",
            b"    1 1024   8   8 " + b"x" * 60,
            b"===== ==== === ===",
            b"    1 1024   8   8",
            b"(left out, as all are 0: private, dirty, anonymous, swap, hugetlb)"])
        out = terminal.run([px.PMAPX, "--root", self.root.path, "--by", "path", "105"], 40)
        self.assertEqual(out.splitlines()[1], b"    1 1024   8   8 /srv/" + b"x" * 15 + b"+")

    def test_refused(self):
        for words, told in (
                (["--by", "nam", "1"],
                 b"--by=nam: 'nam' is no key; there are name, path, kind, class, "
                 b"perm, pid, cmd, user, cgroup"),
                (["--by", "name", "--sort", "Kbytes", "1"],
                 b"--sort=Kbytes: no such column, there are count, size, rss, pss, private, dirty, "
                 b"anonymous, swap, hugetlb, name"),
                *((["--by", "name", word, "1"],
                   b"option --by is a layout of its own: without -c, -C, -d, -k, -n, -N, -p, -x, "
                   b"-X, --compat") for word in ("-x", "-X", "-d", "-c", "-k", "-p",
                                                 "--compat=3.2")),
                (["--units", "m", "1"], b"--units needs a layout that has it: --by, --fields")):
            got = px.pmapx(*words)
            self.result(got, b"", b"pmapx: " + told + b"\n", 1, " ".join(words))


class Saved(px.TestCase):
    def test_hosts_are_told_apart(self):
        """The same number on two hosts is two processes."""
        with px.Root() as root:
            smaps = px.smaps_entry(px.map_line("00010000-00110000", "rw-p", "[heap]"), Rss=8)
            for host in "web1", "web2":
                root.file(host + "/100/smaps", smaps)
            for key, value in (("pid", b"100"), ("user", b"?"), ("cmd,class", b"heap")):
                got = px.pmapx("-q", "--by", key, "--from", root.path)
                self.assertEqual([(line.split()[0], line.split()[-1])
                                  for line in got.stdout.splitlines()],
                                 [(b"web1", value), (b"web2", value)])
            document = json.loads(px.pmapx("--by", "pid,user", "--format", "json", "--sort", "host",
                                           "--from", root.path).stdout)
            self.assertEqual([(row["host"], row["pid"], row["user"]) for row in document["rows"]],
                             [("web1", 100, None), ("web2", 100, None)])
            got = px.pmapx("-q", "--by", "name", "--from", root.path)
            self.assertEqual(got.stdout.split()[:1], [b"2"])


    def test_each_process_once(self):
        path = os.path.join(px.SOURCE, "doc", "example", "after.tar.xz")
        once = px.pmapx("--by", "kind", "--from", path, "3089")
        self.assertEqual((once.status, once.stdout.count(b"\n") > 5), (0, True))
        self.result(px.pmapx("--by", "kind", "--from", path, "3089", "3089", "/proc/3089"), once.stdout)
        two = px.pmapx("--by", "pid", "-q", "--sort=pid", "--from", path, "3089", "3244")
        self.assertEqual([line.split()[-1] for line in two.stdout.splitlines()], [b"3089", b"3244"])
        self.result(px.pmapx("--by", "pid", "-q", "--sort=pid", "--from", path, "3244", "3089", "3244"), two.stdout)


class Live(px.TestCase):
    def test_each_process_once(self):
        """By the ids of its threads, too."""
        with px.Target("threads", "3") as target:
            tids = os.listdir("/proc/%d/task" % target.pid)
            self.assertEqual(len(tids), 4)

            def sums(*words):
                got = px.pmapx("--by=pid,kind", "--sort=kind", "--format=csv", *words)
                self.assertEqual((got.status, got.stderr), (0, b""))
                rows = csv.DictReader(io.StringIO(got.stdout.decode()))
                # What others share of it changes with them.
                return [[row[name] for name in ("pid", "kind", "count", "size", "rss", "anonymous")] for row in rows]
            once = sums(str(target.pid))
            self.assertGreater(len(once), 5)
            self.assertEqual(sums(*tids, str(target.pid)), once)
            self.assertEqual(sums("--tree", str(target.pid), *tids), once)

    def test_workers_add_up(self):
        """Many processes read side by side, each once."""
        with px.Root() as root:
            smaps = b"".join(px.smaps_entry(
                px.map_line("%08x-%08x" % (start, start + 4096), "rw-p", "/lib/%d" % (start % 7)),
                Rss=4) for start in range(0x10000, 0x90000, 0x1000))
            for pid in range(1000, 1200):
                root.process(pid, smaps=smaps)
            sums = []
            for jobs in "1", "4":
                got = root.pmapx("--by", "path", "--sort", "path", "--jobs", jobs, "--all")
                self.assertEqual((got.status, got.stderr), (0, b""))
                sums.append(got.stdout)
            self.same(sums[1], sums[0])
            self.assertEqual(table(sums[0])[None]["count"], 200 * 128)


if __name__ == "__main__":
    px.main()
