#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--map, --perm, --min: each view shows the rows of which that is true, as it shows them without, and
the totals are theirs."""
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
import saving

VIEWS = ([], ["-x"], ["-d"], ["-X"], ["-XX"], ["-p", "-k"], ["-x", "--compat=3.2"])
LINES = [
    # (address range, mode, name, kB resident)
    ("00001000-00003000", "r-xp", "/usr/bin/redis-server", 8),
    ("00003000-00004000", "rw-p", "/usr/bin/redis-server", 4),
    ("00004000-00104000", "rw-p", "[heap]", 1000),
    ("00200000-00300000", "rw-p", "", 512),
    ("00300000-00400000", "---p", "", 0),
    ("00400000-00c00000", "rw-s", "/dev/shm/two\\012lines", 8192),
    ("00c00000-00c01000", "rwxp", "[anon:JIT]", None),
    ("7ffc00000000-7ffc00021000", "rw-p", "[stack]", 20),
]


def has_size(view):
    return not any(word.startswith(("-x", "-X")) for word in view)


class Sift(px.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = px.Root()
        cls.addClassCleanup(cls.root.__exit__)
        smaps = b""
        for span, perms, name, rss in LINES:
            values = {"Rss": rss, "Private_Dirty": rss} if rss is not None else {}
            entry = px.smaps_entry(px.map_line(span, perms, name), **values)
            if rss is None:
                entry = entry.replace(b"Rss:", b"Res:")
            smaps += entry
        cls.root.process(100, maps=b"".join(px.map_line(*line[:3]) for line in LINES), smaps=smaps)

    def shown(self, *words):
        got = self.root.pmapx(*words, "100")
        self.assertEqual((got.status, got.stderr), (0, b""), words)
        return got.stdout

    def rows(self, view):
        """Its rows without options, in the order of LINES."""
        rows = self.shown("-q", *view).splitlines(keepends=True)[1:]
        self.assertEqual(len(rows), len(LINES))
        return rows

    def alike(self, view, got, expected):
        """The same rows; columns of -X are as wide as what is in them."""
        if view[:1] in (["-X"], ["-XX"]):
            got, expected = ([row.split() for row in rows] for rows in (got, expected))
        self.assertEqual(got, expected)

    def finds(self, words, *expected):
        """In each view, the rows with these numbers; *expected* may depend on the view."""
        for view in VIEWS:
            wanted = expected[0](view) if callable(expected[0]) else expected
            with self.subTest(view=view, words=words):
                rows = self.rows(view)
                out = self.shown("-q", *view, *words)
                self.alike(view, out.splitlines(keepends=True)[1:], [rows[i] for i in wanted])

    def test_map(self):
        self.finds(["--map", "redis"], 0, 1)
        self.finds(["--map=^/usr/bin/redis-server$"], 0, 1)
        self.finds(["--map", r"^\[heap]$|stack"], 2, 7)
        self.finds(["--map", r"^\[ anon ]$"], 3, 4)
        self.finds(["--map", r"two\\012lines"], 5)
        self.finds(["--map", "."], *range(len(LINES)))

    def test_perm(self):
        self.finds(["--perm", "w"], 1, 2, 3, 5, 6, 7)
        self.finds(["--perm", "xw"], 6)
        self.finds(["--perm=s"], 5)
        self.finds(["--perm", "pp"], 0, 1, 2, 3, 4, 6, 7)

    def test_min(self):
        def large(kb):
            def numbers(view):
                sizes = [(int(line[0].split("-")[1], 16) - int(line[0].split("-")[0], 16)) // 1024
                         for line in LINES]
                if has_size(view):
                    return [i for i, size in enumerate(sizes) if size >= kb]
                return [i for i, line in enumerate(LINES) if line[3] is None or line[3] >= kb]
            return numbers
        for text, kb in (("0", 0), ("8", 8), ("9k", 9), ("512", 512), ("1m", 1024), ("8M", 8192),
                         ("1g", 1 << 20), ("1T", 1 << 30)):
            self.finds(["--min", text], large(kb))

    def test_all_must_hold(self):
        self.finds(["--map", "redis", "--perm", "w"], 1)
        self.finds(["--perm", "w", "--map", "anon", "-A", "200000,2fffff"], 3)

    def test_nothing(self):
        for view in VIEWS:
            with self.subTest(view=view):
                self.assertEqual(self.shown("-q", *view, "--map", "REDIS").count(b"\n"), 1)

    def test_totals(self):
        self.same(self.shown("--map", "redis"),
                  b"100:   A\n0000000000001000      8K r-x-- redis-server\n"
                  b"0000000000003000      4K rw--- redis-server\n total               12K\n")
        self.same(self.shown("-x", "--perm", "s"),
                  b"100:   A\nAddress           Kbytes     RSS   Dirty Mode  Mapping\n"
                  b"0000000000400000    8192    8192    8192 rw-s- two\\012lines\n"
                  b"---------------- ------- ------- ------- \n"
                  b"total kB            8192    8192    8192\n")
        self.assertRegex(self.shown("-d", "--perm", "s"),
                         rb"\nmapped: 8192K    writeable/private: 0K    shared: 8192K\n\Z")

    def test_refused(self):
        for words, said in ((["--map", ""], "--map=: nothing to look for"),
                            (["--map=("], "--map=(: Unmatched ( or \\("),
                            (["--map=a", "--map=b"],
                             "--map=b: given twice; a mapping is selected if all that is given holds"),
                            (["--perm=rz"], "--perm=rz: not permissions: some of r, w, x, s, p"),
                            (["--perm=-"], "--perm=-: not permissions: some of r, w, x, s, p"),
                            *((["--min=" + bad], "--min=%s: not a size: a number of KiB, or with k, m, g or t behind" % bad)
                              for bad in ("k", "-1", "1kk", "1p", "0x10", "1 k", "18446744073709551616",
                                          "18014398509481984m"))):
            with self.subTest(words=words):
                self.result(self.root.pmapx(*words, "100"), b"", b"pmapx: " + said.encode() + b"\n", 1)

    def test_not_of_pmap(self):
        """Called as pmap there are no such options."""
        got = px.run([os.path.join(px.BUILD, "pmap"), "--map", "x", "1"])
        self.assertEqual((got.status, got.stdout), (1, b""))

    def test_several(self):
        """Of more than one process, those that have none are left out; one that is named is not."""
        with px.Root() as root:
            lines = {100: ("00001000-00002000", "r-xp", "/bin/x"), 200: ("00003000-00004000", "rw-p", ""),
                     300: ("00005000-00006000", "r-xp", "/bin/y")}
            for pid, line in lines.items():
                line = px.map_line(*line)
                root.process(pid, maps=line, smaps=px.smaps_entry(line), comm="a")
            saved = os.path.join(root.path, "case")
            saving.copy(root.path, saved)
            archive = saving.tar(os.path.join(root.path, "case"), saved)
            views = [*VIEWS, ["--sort=address"], ["--fields=address,size"]]
            for jobs in ["--jobs=1"], ["--jobs=3"], ["--from", saved], ["--from", archive]:
                def show(*words, jobs=jobs, told=b""):
                    got = px.pmapx(*(["--root", root.path] if "--from" not in jobs else []), *jobs, *words)
                    self.assertEqual((got.status, got.stderr), (0, told), words)
                    return got.stdout
                for view in views:
                    with self.subTest(jobs=jobs, view=view):
                        each = [show(*view, "--perm=x", pid) for pid in ("100", "300")]
                        self.same(show(*view, "--perm=x", "200", "100"), each[0])
                        self.same(show(*view, "--perm=x", "--all").replace(b" ", b""),
                                  b"".join(each).replace(b" ", b""))
                        for several in (["--name=a"], ["100", "200"], ["--tree=100", "100"]):
                            self.same(show(*view, "--perm=s", *several, told=b"pmapx: no mapping is selected\n"), b"")
                        # one that is named twice is not several
                        alone = show(*view, "--perm=s", "100")
                        twice = show(*view, "--perm=s", "100", "100")
                        self.assertEqual([one.count(b"100:") for one in (alone, twice)], [1, 2])
                        self.assertEqual(show("-q", *view, "--perm=x", "200")[:4], b"200:")
                got = json.loads(show("--perm=x", "--format=json", "100", "200"))
                self.assertEqual([(one["pid"], len(one["mappings"])) for one in got["processes"]],
                                 [(100, 1), (200, 0)])
                self.assertEqual(show("--perm=s", "--format=tsv", "100", "200").count(b"\n"), 1)

    def test_several_with_troubles(self):
        """Of whom something is to be said is not left out."""
        with px.Root() as root:
            root.process(100, maps=px.map_line("00001000-00002000", "rw-p") + b"nonsense\n", comm="a")
            root.process(200, maps=px.map_line("00001000-00002000", "rw-p"), comm="a")
            got = px.pmapx("--root", root.path, "--perm=x", "--all")
            self.assertEqual((got.status, got.stdout), (1, b"100:   A\n total                0K\n"))
            self.assertEqual(got.stderr.count(b"\n"), 1)

    def test_a_single_map(self):
        with px.Root() as root:
            path = os.path.join(root.path, "one")
            with open(path, "wb") as out:
                out.write(px.map_line("00001000-00002000", "rw-p"))
            self.result(px.pmapx("--from", path, "--perm=x"), b"-:   one\n total                0K\n")

    def test_running(self):
        """Of a running process, by their addresses: other columns may change meanwhile."""
        with px.Target("many", "300", "touched") as target:
            lines = [line.split(None, 5) for line in px.process_file(target.pid, "maps").splitlines()]
            files = [line[0].split(b"-")[0] for line in lines if line[5:] and line[5][:1] == b"/"]
            code = [line[0].split(b"-")[0] for line in lines if b"x" in line[1]]
            for view in VIEWS:
                for words, wanted in ((["--perm", "x"], code), (["--map", r"^/"], files)):
                    with self.subTest(view=view, words=words):
                        got = px.pmapx("-q", *view, *words, str(target.pid))
                        self.assertEqual((got.status, got.stderr), (0, b""))
                        rows = [int(row.split()[0], 16) for row in got.stdout.splitlines()[1:]]
                        self.assertEqual(rows, [int(start, 16) for start in wanted])


if __name__ == "__main__":
    px.main()
