# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx diff: what is refused, what cannot be read or compared, and what it says of that."""
import json
import os
import sys
import tarfile
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import faulty
import px
from diffed import MEASURES, Diffed, heap, region, text


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
                (["a", "a", "--kind=x"], "--kind=x: no such kind; pmapx --kinds lists them"),
                (["a", "a", "--perm=y"], "--perm=y: not permissions: some of r, w, x, s, p"), (["a", "a", "--min=x"], "--min=x: not a size: a number of "
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
        for other, why in (("damaged", "damaged"), ("unsaved", "not saved (maps)")):
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
        told = ("".join("pmapx: diff: %s: 1 process could not be read: 1 not saved (maps)\n" % look for look in "ab") +
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


if __name__ == "__main__":
    px.main()
