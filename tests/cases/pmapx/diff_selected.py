# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx diff of some mappings only, and of captures in which something was redacted."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import px
from diffed import Diffed, heap, region


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


if __name__ == "__main__":
    px.main()
