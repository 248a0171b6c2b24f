#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--kind and --kinds: what mappings of real processes and of the recorded roots are for; each is one
thing."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

ROOTS = os.path.join(px.SOURCE, "tests", "roots")
GUESS = rb"pmapx: [^\n]*: guessed: \d+ [a-z-]+(, \d+ [a-z-]+)*\n"
ARENAS = 8


def table():
    """[(kind, class)]"""
    return [tuple(line.split()) for line in px.pmapx("--kinds").stdout.decode().splitlines()]


def rows(out):
    """By their addresses: what is resident may change meanwhile."""
    return [row.split()[0] for row in out.splitlines()[1:]]


class Kinds(px.TestCase):
    def shown(self, kind, *words):
        got = px.pmapx("-q", "--kind", kind, *words)
        self.assertEqual(got.status, 0, got.stderr)
        self.assertRegex(got.stderr, rb"\A(%s)?\Z" % GUESS)
        return rows(got.stdout)

    def counts(self, *words):
        """{kind: rows}, and that each row of the view is of one kind, in order."""
        everything = rows(px.pmapx("-q", *words).stdout)
        found = {kind: self.shown(kind, *words) for kind, _ in table()}
        self.assertCountEqual([row for part in found.values() for row in part], everything)
        for kind, part in found.items():
            at = iter(everything)
            self.assertTrue(all(row in at for row in part), kind)
        return {kind: len(part) for kind, part in found.items() if part}

    def test_table(self):
        got = px.pmapx("--kinds")
        self.assertEqual((got.status, got.stderr), (0, b""))
        self.assertRegex(got.stdout, rb"\A([a-z_-]+ +[a-z_]+\n)+\Z")
        self.assertIn(("thread-stack", "stack"), table())
        self.assertEqual({name for _, name in table()}, set(
            "heap stack arena anon bss file shm sysv posix_shm memfd hugetlb reserve jit device special".split()))
        self.assertEqual(len(table()), len(dict(table())))
        for kind, _ in table():
            # Else the name would mean two things.
            self.assertIn([of for other, of in table() if of == kind], ([], [kind]), kind)

    def test_classes(self):
        """A class is all of its kinds, and is none of another name's."""
        kinds = table()
        with px.Target("threads", "3") as target:
            for name in {name for _, name in kinds}:
                each = ",".join(kind for kind, of in kinds if of == name)
                with self.subTest(name=name):
                    self.assertEqual(self.shown(name, str(target.pid)), self.shown(each, str(target.pid)))

    def test_recorded(self):
        """Every mapping of every recorded root is of one kind, in a view of maps and in one of smaps."""
        for name in sorted(os.listdir(ROOTS)):
            proc = os.path.join(ROOTS, name, "proc")
            for pid in filter(str.isdigit, os.listdir(proc) if os.path.isdir(proc) else ()):
                for view, file in (([], "maps"), (["-x"], "smaps")):
                    if os.path.exists(os.path.join(proc, pid, file)):
                        with self.subTest(root=name, pid=pid, view=view):
                            self.counts("--root", proc, *view, pid)

    def test_shapes(self):
        """What our targets have made, they have."""
        for shape, words, kind, least in (
                ("anon", ["100"], "anon", 1), ("shared-anon", ["4"], "shm", 1), ("sysv", ["4"], "sysv", 1),
                ("guard", [], "reserved", 1), ("memfd", ["m"], "memfd", 1), ("threads", ["100"], "thread-stack", 100),
                ("threads", ["100"], "guard", 100), ("many", ["50"], "anon", 50), ("file", ["f"], "private-file", 1)):
            with self.subTest(shape=shape, kind=kind):
                with px.Target(shape, *words) as target:
                    counts = self.counts("-k", str(target.pid))
                    self.assertGreaterEqual(counts.get(kind, 0), least, counts)
                    for label in ("main-stack", "vdso", "text", "data", "rodata"):
                        self.assertGreater(counts.get(label, 0), 0, label)

    def test_all_threads(self):
        """All stacks of 100 threads are found: each holds the address that its thread was given."""
        with px.Target("threads", "100") as target:
            pid = str(target.pid)
            got = px.pmapx("-q", "--kind", "thread-stack", pid)
            self.assertEqual(len(rows(got.stdout)), 100)
            self.assertEqual(got.stderr, b"pmapx: %s: /proc/%s/maps: guessed: 100 thread-stack\n"
                             % (pid.encode(), pid.encode()))
            self.assertEqual(px.pmapx("--kind", "heap,text", pid).stderr, b"", "nothing depends on the guess")

    def test_arenas(self):
        """All arenas of a program with eight are found, and the rest of each."""
        with px.Target("arenas", str(ARENAS)) as target:
            pid = str(target.pid)
            starts = sorted(int(value, 16) for key, value in target.lines if key == "arena")
            self.assertEqual(len(starts), ARENAS)
            found = [int(row, 16) for row in self.shown("arena", pid)]
            self.assertEqual([at - at % (64 << 20) for at in starts], found)
            got = px.pmapx("-q", "-x", "--kind", "arena,arena-rest,stack", pid)
            self.assertRegex(got.stderr, rb": guessed: %d thread-stack, %d arena, %d arena-rest\n\Z"
                             % (ARENAS, ARENAS, ARENAS))
            self.assertEqual(len(rows(got.stdout)), 3 * ARENAS + 1)

    def test_range(self):
        """What is before and behind the range still counts."""
        with px.Target("threads", "2") as target:
            pid = str(target.pid)
            for row in self.shown("thread-stack", pid):
                start = row.decode()
                with self.subTest(start=start):
                    self.assertEqual(self.shown("thread-stack", "-A", start, pid), [row])
                    self.assertEqual(self.shown("guard", "-A", start, pid), [])

    def test_guesses(self):
        """They are counted where they are shown, and might be what is not."""
        lines = (("00010000-00011000", "---p"), ("00011000-00021000", "rw-p"), ("00030000-00031000", "r--p"))
        for words, told in (
                (["guard"], "1 guard"), (["thread-stack"], "1 thread-stack"), (["anon,reserved"], ""),
                (["reserve,stack"], "1 thread-stack"), (["anon,stack,reserve"], ""),
                (["guard,thread-stack"], "1 thread-stack, 1 guard"),
                (["guard,thread-stack", "-A", "11000"], "1 thread-stack"),
                (["guard,thread-stack", "-A", "10fff"], "1 guard"),
                (["guard,thread-stack", "-A", "30000"], ""),
                (["guard,thread-stack", "--perm", "w"], "1 thread-stack"),
                (["guard,thread-stack", "--min", "5"], "1 thread-stack"),
                (["guard,thread-stack", "--map", "x"], "")):
            with self.subTest(words=words), px.Root() as root:
                root.process(100, maps=b"".join(px.map_line(*line, "") for line in lines))
                got = root.pmapx("--kind", *words, "100")
                said = "pmapx: 100: %s/100/maps: guessed: %s\n" % (root.path, told)
                self.result(got, got.stdout, said.encode() if told else b"", 0)
                # pmap is quiet, and has no such option.
                self.assertEqual(root.pmapx("-q", "100").stderr, b"")

    def test_huge_pages(self):
        """Where no name tells of them, smaps does, in the views that read it."""
        smaps = b"".join(px.smaps_entry(px.map_line("%x00000-%x00000" % (i + 2, i + 4), "rw-s", name), flags=flags)
                         for i, (name, flags) in enumerate((("/mnt/huge/x", "rd wr ht"), ("/mnt/y", "rd wr"),
                                                            ("/memfd:z (deleted)", "rd wr sh ht"))))
        with px.Root() as root:
            root.process(100, smaps=smaps)
            for view, shown in ([], 0), (["-d"], 0), (["-x"], 2), (["-X"], 2), (["-XX"], 2):
                with self.subTest(view=view):
                    got = root.pmapx("-q", *view, "--kind", "hugetlb", "100")
                    self.assertEqual((got.status, got.stderr), (0, b""))
                    self.assertEqual(sum(name in got.stdout for name in (b"x\n", b"memfd:")), shown, got.stdout)

    def test_refused(self):
        """What is wrong with a list is named, and is harmless."""
        for value, why in (("heap,foo", "no such kind: foo; pmapx --kinds lists them"),
                           ("foo,heap", "no such kind: foo; pmapx --kinds lists them"),
                           ("Heap", "no such kind; pmapx --kinds lists them"),
                           ("heap,", "a kind is missing"), ("", "nothing to look for"),
                           ("a\033[31m", "no such kind; pmapx --kinds lists them"),
                           ("heap,a\033[31m", "no such kind: a?[31m; pmapx --kinds lists them")):
            with self.subTest(value=value):
                shown = value.replace("\033", "?")
                self.result(px.pmapx("--kind", value, "1"), b"", ("pmapx: --kind=%s: %s\n" % (shown, why)).encode(), 1)

    def test_at_once(self):
        """As -V does, whatever is behind it; what is before it is looked at first."""
        table_text = px.pmapx("--kinds").stdout
        for words in (["--kinds", "1"], ["--kinds", "--no-such"], ["-x", "--kinds", "x"]):
            with self.subTest(words=words):
                self.result(px.pmapx(*words), table_text, b"", 0)
                as_version = [word if word != "--kinds" else "-V" for word in words]
                self.result(px.pmapx(*as_version), px.pmapx("-V").stdout, b"", 0)
        self.assertEqual(px.pmapx("--kind", "x", "--kinds").status, 1)
        self.assertEqual(px.run([px.PMAP, "--kinds"]).status, 1)

    def test_saved(self):
        """Saved, it is the same."""
        with px.Target("threads", "5") as target, tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "maps-%d" % target.pid)
            with open(path, "wb") as file:
                file.write(px.process_file(target.pid, "maps"))
            for kind, _ in table():
                self.assertEqual(self.shown(kind, "--from", path), self.shown(kind, str(target.pid)), kind)


if __name__ == "__main__":
    px.main()
