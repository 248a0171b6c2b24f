#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""PgSz, N0, N1 ... of --fields: what numa_maps says of a mapping, and of no other."""
import csv
import io
import json
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
import saving
import tars

NAMES = saving.NAMES + ("numa_maps",)
HEAD = "100:   A\n"

# A process on four nodes: small pages, huge ones of two sizes, and what has no pages or no line.
MAPS = b"".join((
    px.map_line("00400000-00401000", "r-xp", "/a/b", "fe:00", 1),
    px.map_line("00600000-00680000", "rw-p"),
    px.map_line("40000000-40a00000", "rw-p", "/anon_hugepage (deleted)", "00:0f", 2),
    px.map_line("80000000-100000000", "rw-s", "/dev/hugepages/x y", "00:10", 3),
    px.map_line("7ffd00000000-7ffd00010000", "rw-p", "[stack]"),
    px.map_line("7ffd00020000-7ffd00022000", "r--p", "[vvar]"),
    px.map_line("ffffffffff600000-ffffffffff601000", "--xp", "[vsyscall]"),
))
NUMA = rb"""00400000 default file=/a/b mapped=1 mapmax=7 N3=1 kernelpagesize_kB=4
00600000 prefer (many):0-3 anon=100 dirty=100 N0=1 N1=20 N3=79 kernelpagesize_kB=4
40000000 bind:0-1 file=/anon_hugepage\040(deleted) huge anon=5 dirty=5 N0=2 N1=3 kernelpagesize_kB=2048
80000000 interleave:0-3 file=/dev/hugepages/x\040y huge dirty=2 N1=1 N2=1 kernelpagesize_kB=1048576
7ffd00000000 default stack anon=3 dirty=3 active=1 N0=3 kernelpagesize_kB=4
7ffd00020000 default
"""
COLUMNS = "--fields=Address,PgSz,N0,N1,N2,N3,N7,Mapping"
TABLE = HEAD + """\
         Address    PgSz   N0      N1      N2  N3 N7 Mapping
          400000       4    0       0       0   4  0 b
          600000       4    4      80       0 316  0 [ anon ]
        40000000    2048 4096    6144       0   0  0 anon_hugepage (deleted)
        80000000 1048576    0 1048576 1048576   0  0 x y
    7ffd00000000       4   12       0       0   0  0 [ stack ]
    7ffd00020000       ?    0       0       0   0  0 [ anon ]
ffffffffff600000       ?    ?       ?       ?   ?  ? [ anon ]
                         ==== ======= ======= === ==
                         4112 1054800 1048576 320  0
"""


def make_root(numa=NUMA, maps=MAPS):
    root = px.Root().process(100, maps=maps, start_stack=0x7ffd00001000)
    if numa is not None:
        root.file("100/numa_maps", numa)
    return root


def parse(text):
    """numa_maps as {start: ({node: pages}, kB of a page or None)}, by a reader of its own."""
    found = {}
    for line in text.splitlines():
        words = line.split(b" ")
        nodes = {int(word[1:].split(b"=")[0]): int(word.split(b"=")[1]) for word in words[2:]
                 if re.fullmatch(rb"N\d+=\d+", word)}
        size = [int(word.split(b"=")[1]) for word in words if word.startswith(b"kernelpagesize_kB=")]
        found[int(words[0], 16)] = (nodes, size[0] if size else None)
    return found


class Numa(px.TestCase):
    def shown(self, numa, words, stdout, told="", status=0, maps=MAPS):
        """What is shown of a root with that numa_maps; told is behind "pmapx: 100: ROOT/100/"."""
        with make_root(numa, maps) as root:
            got = root.pmapx(*words, "100")
            said = "pmapx: 100: %s/100/%s\n" % (root.path, told) if told else ""
            self.result(got, stdout, said.encode(), status)

    def test_four_nodes(self):
        self.shown(NUMA, [COLUMNS], TABLE)

    def test_units(self):
        self.shown(NUMA, ["--fields=PgSz,N1", "--units=h"], HEAD + """\
PgSz   N1
  4K   0K
  4K  80K
2.0M 6.0M
1.0G 1.0G
  4K   0K
   ?   0K
   ?    ?
     ====
     1.0G
""")

    def test_nodes_up_to_the_last(self):
        self.shown(b"00600000 default N1023=3 N1024=9 kernelpagesize_kB=4\n",
                   ["--fields=n1023,N1022", "-A", "600000"], HEAD + "N1023 N1022\n   12     0\n"
                                                                "===== =====\n   12     0\n")
        for name in ("N1024", "N00", "N", "N1x", "N-1"):
            got = px.pmapx("--fields=" + name, "1")
            self.assertEqual((got.status, got.stdout), (1, b""))
            self.assertIn(b"--fields=%s: no such column, " % name.encode(), got.stderr)
        self.result(px.pmapx("--fields=N0,n0", "1"), b"", b"pmapx: --fields=N0: given twice\n", 1)

    def test_order(self):
        for sort, wanted in (("-N1", ["x y", "anon_hugepage (deleted)", "[ anon ]", "b"]),
                             ("PgSz", ["b", "[ anon ]", "[ stack ]", "anon_hugepage (deleted)"]),
                             ("-n3", ["[ anon ]", "b", "anon_hugepage (deleted)", "x y"])):
            with make_root() as root:
                for columns in ("--fields=Mapping", "--fields=Mapping,N1"):
                    got = root.pmapx(columns, "--sort", sort, "--top=4", "-q", "100")
                    self.assertEqual((got.status, got.stderr), (0, b""))
                    self.assertEqual([re.sub(r" +\S+\Z", "", line) if "," in columns else line
                                      for line in got.stdout.decode().splitlines()[1:]], wanted)
        # the numbers go with their rows, and those without a row count
        self.shown(NUMA, ["--fields=Address,PgSz,N1,N3", "--sort=-N3", "--top=2"], HEAD + """\
Address PgSz      N1  N3
 600000    4      80 316
 400000    4       0   4
        ==== ======= ===
             1054800 320
""".replace("        ==== =", "             ="))

    def test_formats(self):
        with make_root() as root:
            words = ["--fields=PgSz,N0,N2,Name", "100"]
            process, = json.loads(root.pmapx("--format=json", *words).stdout)["processes"]
            self.assertEqual(process["totals"], {"N0": 4112, "N2": 1048576})
            self.assertEqual(process["mappings"][1],
                             {"PgSz": 4, "N0": 4, "N2": 0, "Name": ""})
            self.assertEqual(process["mappings"][5:],
                             [{"PgSz": None, "N0": 0, "N2": 0, "Name": "[vvar]"},
                              {"PgSz": None, "N0": None, "N2": None, "Name": "[vsyscall]"}])
            rows = list(csv.reader(io.StringIO(
                root.pmapx("--format=csv", "--sort=-N2", *words).stdout.decode(), newline="")))
            self.assertEqual(rows[:2], [["PID", "Command", "PgSz", "N0", "N2", "Name"],
                                        ["100", "A", "1048576", "0", "1048576", "/dev/hugepages/x y"]])
            self.assertEqual(rows[-1][2:], ["", "", "", "[vsyscall]"])

    def test_with_smaps(self):
        """Beside columns of smaps, and for what is selected."""
        with px.Root() as root:
            root.process(100, smaps=b"".join(
                px.smaps_entry(line + b"\n", Rss=i) for i, line in enumerate(MAPS.splitlines())))
            root.file("100/numa_maps", NUMA)
            self.result(root.pmapx("--fields=Rss,N3,N0", "--perm=w", "-A", "600000,7ffd00000000", "100"),
                        HEAD + "Rss  N3   N0\n  1 316    4\n  2   0 4096\n  3   0    0\n  4   0   12\n"
                               "=== === ====\n 10 316 4112\n")

    def test_lines_that_do_not_fit(self):
        """A mapping without a line, a line without a mapping, and one of a part of a mapping."""
        words = ["--fields=PgSz,N0,Address", "-q"]
        maps = b"".join(px.map_line("0000%x000-0000%x000" % (one, one + 2)) for one in (1, 3, 5, 7))
        line = "0000%x000 default N0=%d kernelpagesize_kB=4\n"

        for starts, wanted in (
                ((1, 3, 5, 7), ["4", "12", "20", "28"]),
                # who follows without a gap, and has none, may be part of it
                ((1, 5, 7), ["?", "?", "20", "28"]),
                ((3, 7), ["?", "?", "?", "28"]),
                ((7,), ["?", "?", "?", "28"]),
                ((1, 3, 5), ["4", "12", "?", "?"]),
                ((0, 1, 3, 5, 7, 9), ["4", "12", "20", "28"]),
                # it was split, or another was put there
                ((1, 3, 4, 5, 7), ["4", "?", "20", "28"]),
                ((2, 4, 6, 8), ["?", "?", "?", "?"]),
                ((1, 3, 5, 7, 8), ["4", "12", "20", "?"])):
            with self.subTest(starts=starts), \
                    make_root("".join(line % (one, one) for one in starts), maps) as root:
                got = root.pmapx(*words, "100")
                self.assertEqual((got.status, got.stderr), (0, b""))
                self.assertEqual([row.split()[1] for row in got.stdout.decode().splitlines()[1:]], wanted)

    def test_old_kernels(self):
        """Without the size of pages, how much they are is not known, but of none."""
        self.shown(b"00400000 default anon=1 N1=1\n00600000 default N0=2 kernelpagesize_kB=4\n",
                   ["--fields=PgSz,N0,N1", "-A", "0,600000"],
                   HEAD + "PgSz N0 N1\n   ?  0  ?\n   4  8  0\n     ==\n      8  ?\n")

    def test_damaged(self):
        """What can be read is shown, the rest is `?`, and it is said where and why."""
        words = ["--fields=N0", "-q"]
        maps = b"".join(MAPS.splitlines(keepends=True)[i] for i in (0, 1, 4))
        good = b"00400000 default N0=1 kernelpagesize_kB=4\n"
        last = b"7ffd00000000 default N0=2 kernelpagesize_kB=4\n"
        for bad, told in (
                (b"00600000 default N0=x kernelpagesize_kB=4\n", "line 2, column 21: expected pages of a "
                                                                 "node such as N0=12"),
                (b"\n", "line 2, column 1: expected an address below 2^64"),
                (b"00600000\n", "line 2, column 9: expected a blank after the address"),
                (b"00600000 default N0=1 N0=1 kernelpagesize_kB=4\n",
                 "line 2, column 23: expected nodes in the order of their numbers"),
                (b"00600000 default N0=1 kernelpagesize_kB=0\n",
                 "line 2, column 41: expected the size of a page in kB"),
                (b"00400000 default N0=9 kernelpagesize_kB=4\n",
                 "line 2, column 1: expected an address above that of the line before"),
                (b"x\n" * 3, "line 2, column 1: expected an address below 2^64 (and 2 more)")):
            with self.subTest(bad=bad):
                self.shown(good + bad + last, words, HEAD + "4\n?\n8\n", "numa_maps: " + told, 1, maps)
        # behind the last mapping that is shown
        self.shown(good + last + b"x\n", ["--fields=N0", "--map=b$", "-q"], HEAD + "4\n",
                   "numa_maps: line 3, column 1: expected an address below 2^64", 1)
        # the end of it
        self.shown(good + last[:-5], words, HEAD + "4\n?\n?\n",
                   "numa_maps: line 2: the input ends in the middle of a line", 1, maps)
        self.shown(b"", words, HEAD + "?\n?\n?\n", "numa_maps: empty: it could not be read, or was "
                   "saved by its size, as tar does", 1, maps)
        self.shown(good + b"5" * (17 << 20), words, HEAD + "4\n?\n?\n",
                   "numa_maps: line 2: longer than 16 MiB", 1, maps)

    def test_captured_out_of_order(self):
        """What was changing while it was captured is no damage; what is nobody's capture is."""
        lines = b"00600000 default N0=1 kernelpagesize_kB=4\n00400000 default N0=2 kernelpagesize_kB=4\n"
        for manifest, told in (
                (b'{"pmapx_capture":1,"complete":true,"order":"pid","processes":[]}',
                 "line 2: the map was changing while it was read"),
                (None, "line 2, column 1: expected an address above that of the line before")):
            with self.subTest(told=told), tempfile.TemporaryDirectory() as folder:
                os.makedirs(folder + "/proc/100")
                for name, data in (("proc/100/maps", MAPS), ("proc/100/numa_maps", lines), ("pmapx.json", manifest)):
                    if data is not None:
                        with open(os.path.join(folder, name), "wb") as file:
                            file.write(data)
                got = px.pmapx("--fields=N0", "--map=anon", "-q", "--from", folder)
                self.assertEqual(got.status, 1)
                self.assertEqual(got.stderr.decode(), "pmapx: %s: 100: numa_maps: %s\n" % (folder, told))

    def test_both_damaged(self):
        """Each of two files has its message; a record has an error."""
        with make_root(b"00400000 default N0=1 kernelpagesize_kB=4\nx\n", MAPS + b"?\n") as root:
            got = root.pmapx("--fields=N0", "--format=json", "--map=b$", "100")
            self.assertEqual(got.status, 1)
            self.assertEqual(got.stderr.decode().splitlines(), [
                "pmapx: 100: %s/100/numa_maps: line 2, column 1: expected an address below 2^64" % root.path,
                "pmapx: 100: %s/100/maps: line 8, column 2: expected a mapping, or ':' after a key" % root.path])
            process, = json.loads(got.stdout)["processes"]
            self.assertEqual(process["mappings"], [{"N0": 4}])
            self.assertTrue(process["error"])

    def test_hostile_names(self):
        """The kernel escapes what separates words; where it is not, nodes would be out of order."""
        maps = px.map_line("00400000-00500000", "r--p", "/x N0=5", "fe:00", 1)
        words = ["--fields=N0,N5", "-q"]
        tail = b"mapped=3 N0=3 kernelpagesize_kB=4\n"
        for name, wanted, told in (
                (rb"/x\040N0\0755", " 12 0", ""), (rb"/x\012N0\0755", "12 0", ""), (b"/N5=1", "12 0", ""),
                (b"/x N0=5", "? ?", "order"), (b"/x N5=5", "? ?", "order"),
                (b"/x kernelpagesize_kB=1048576", "? ?", "size"), (b"/x\tN0=5", "? ?", "order"),
                (b"/\xff\x1b[31m\xc2\x9b", "12 0", ""), (b"/" + b"\\040" * 4000, "12 0", "")):
            with self.subTest(name=name[:20]), \
                    make_root(b"00400000 default file=" + name + b" " + tail, maps) as root:
                got = root.pmapx(*words, "100")
                self.assertEqual(got.stdout.decode().splitlines()[1].split(), wanted.split())
                self.assertEqual(got.status, int(bool(told)))
                pattern = rb"pmapx: 100: [^ ]*/100/numa_maps: line 1, column \d+: [^\x1b]*\n" if told else rb""
                self.assertTrue(re.fullmatch(pattern, got.stderr), got.stderr)

    def test_not_there(self):
        self.shown(None, ["--fields=PgSz,N0"], HEAD, "numa_maps: No such file or directory", 1)
        # it is not read where no column needs it
        self.shown(None, ["--fields=Address,Kbytes", "-q", "--map=b$"], HEAD + "400000 4\n")
        self.shown(b"x\n", ["--fields=Address,Kbytes", "-q", "--map=b$"], HEAD + "400000 4\n")

    def test_saved(self):
        with make_root() as root, tempfile.TemporaryDirectory() as folder:
            def path(name):
                return os.path.join(folder, name)
            collected = saving.collect(root.path, path("collected"), NAMES)
            copied = saving.copy(root.path, path("copied"), NAMES)
            wanted = [collected, copied, os.path.join(copied, "100")]
            for ending in saving.COMPRESSIONS:
                wanted.append(saving.tar(path("t"), copied, ending=ending))
            wanted.append(saving.tar(path("c"), collected))
            for one in wanted:
                for pids in ([], ["100"]):
                    self.result(px.pmapx(COLUMNS, "--from", one, *pids), TABLE, what=one)
            lacking = saving.tar(path("lacking"), saving.copy(root.path, path("l")))
            for one in (lacking, path("l")):
                for words, name in ((["--fields=Address,N0"], "N0"), (["--fields=PgSz,N0"], "PgSz"),
                                    (["--fields=Address", "--sort=-n2"], "n2")):
                    self.result(px.pmapx(*words, "--from", one), HEAD, ("pmapx: %s: 100: no numa_maps was "
                                "captured, %s needs it\n" % (one, name)).encode(), 1)
            one = path("maps")
            with open(one, "wb") as file:
                file.write(MAPS)
            got = px.pmapx("--fields=N0", "--from", one)
            self.assertEqual((got.status, got.stderr), (
                1, b"pmapx: %s: no numa_maps was captured, N0 needs it\n" % one.encode()))
            # empty, as tar makes it of a file of /proc
            with open(os.path.join(copied, "100", "numa_maps"), "wb"):
                pass
            self.result(px.pmapx("--fields=N0", "-q", "--map=b$", "--from", saving.tar(path("e"), copied)),
                        HEAD + "?\n", b"pmapx: %s: 100: numa_maps: empty: it could not be read, or was saved "
                        b"by its size, as tar does\n" % path("e.tar").encode(), 1)

    def test_nobody_is_there_who_has_nothing_else(self):
        """Where it is not asked for, numa_maps is what it was before: nothing of ours."""
        with tempfile.TemporaryDirectory() as folder:
            archive = os.path.join(folder, "a.tar")
            with open(archive, "wb") as file:
                file.write(tars.entry("100/maps", MAPS) + tars.entry("100/numa_maps", NUMA) +
                           tars.entry("200/numa_maps", NUMA) + tars.END)
            got = px.pmapx("--fields=Address", "-q", "--from", archive)
            self.assertEqual((got.status, got.stderr, got.stdout.count(b"\n")), (0, b"", 8))
            got = px.pmapx("--fields=N0", "-q", "--from", archive)
            self.assertEqual((got.status, got.stderr), (
                1, b"pmapx: %s: 200: no maps was captured\n" % archive.encode()))


class Running(px.TestCase):
    def setUp(self):
        if not os.path.exists("/proc/self/numa_maps"):
            self.skipTest("this kernel has no numa_maps")

    def test_beside_another_reader(self):
        with px.Target("anon", "64", "37") as target:
            text = parse(px.process_file(target.pid, "numa_maps"))
            maps = px.mappings(px.process_file(target.pid, "maps"))
            nodes = sorted({node for counts, _ in text.values() for node in counts} | {0, 5})
            for more in ([], ["--sort=-N0"], ["--map=."]):
                got = px.pmapx("--format=csv", "--fields=Address,PgSz," + ",".join("N%d" % n for n in nodes),
                               *more, str(target.pid))
                self.assertEqual((got.status, got.stderr), (0, b""))
                rows = list(csv.reader(io.StringIO(got.stdout.decode(), newline="")))[1:]
                if more != ["--map=."]:
                    self.assertEqual(sorted(int(row[2], 16) for row in rows), [one.start for one in maps])
                for row in rows:
                    counts, size = text.get(int(row[2], 16), (None, None))
                    wanted = [str(size or "")] + ["" if counts is None else str(counts.get(n, 0) * (size or 0))
                                                  for n in nodes]
                    self.assertEqual(row[3:], wanted, row)

    def test_capture(self):
        """What capture --numa has saved, as it is or with other addresses and names."""
        with px.Target("anon", "64", "37") as target, tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "c.tar")
            words = ["--fields=Kbytes,PgSz,N0,N1,Perm", "-q"]
            live = px.pmapx(*words, str(target.pid))
            for more in ([], ["--redact=addresses,paths"]):
                got = px.pmapx("capture", "--numa", "--force", *more, "-o", path, str(target.pid))
                self.assertEqual(got.status, 0, got.stderr)
                got = px.pmapx(*words, "--from", path)
                self.assertEqual((got.status, got.stderr), (0, b""))
                self.assertEqual([line.split() for line in got.stdout.splitlines()[1:]],
                                 [line.split() for line in live.stdout.splitlines()[1:]])

    def test_huge_pages(self):
        """Those of hugetlb are counted as such, where one is free."""
        with px.Target("hugetlb") as target:
            text = parse(px.process_file(target.pid, "numa_maps"))
            nodes = sorted({node for counts, _ in text.values() for node in counts})
            got = px.pmapx("-q", "--fields=Private_Hugetlb," + ",".join("N%d" % n for n in nodes),
                           "-A", target.truth["addr"], str(target.pid))
            row = [int(word) for word in got.stdout.split(b"\n")[1].split()]
            self.assertEqual(row[0], sum(row[1:]))
            self.assertEqual(bool(row[0]), target.truth["touched"] != "0")

    def test_memory_of_its_own(self):
        """The pages that it has touched, and no others, are on some node."""
        for shape, words, kb in (("anon", ["64", "37"], 148), ("anon", ["64", "64"], 256)):
            with px.Target(shape, *words) as target:
                text = parse(px.process_file(target.pid, "numa_maps"))
                nodes = sorted({node for counts, _ in text.values() for node in counts})
                start = int(target.truth["addr"], 16)
                got = px.pmapx("-q", "--fields=PgSz," + ",".join("N%d" % n for n in nodes),
                               "-A", "%x" % start, str(target.pid))
                row = [int(word) for word in got.stdout.split(b"\n")[1].split()]
                self.assertEqual((row[0], sum(row[1:])), (4, kb))

    def test_a_thread(self):
        """By the number of a thread, also of one that has outlived its leader."""
        for shape in ("threads", "leader-exited"):
            with px.Target(shape) as target:
                tid = next(value for key, value in target.lines if key == "tid")
                got = px.pmapx("--fields=N0,Name", "--map=^.stack", "-q", tid)
                self.assertEqual((got.status, got.stderr), (0, b""))
                self.assertRegex(got.stdout, rb"\n\d+ \[stack\]\n\Z")


if __name__ == "__main__":
    px.main()
