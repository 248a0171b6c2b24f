#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--sort and --top: each view shows the rows it shows without, in another order or the first of
them; its totals, and its widths, stay those of all."""
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import cores
import px
import saving

VIEWS = {
    "": ("Address", "Kbytes", "Mode", "Mapping"),
    "-x": ("Address", "Kbytes", "RSS", "Dirty", "Mode", "Mapping"),
    "-d": ("Address", "Kbytes", "Mode", "Offset", "Device", "Mapping"),
    "-X": ("Address", "Perm", "Offset", "Device", "Inode", "Mapping", "Rss", "Size", "New:"),
    "-XX": ("Address", "Perm", "Offset", "Device", "Inode", "Mapping", "Rss", "VmFlags", "New:"),
}
# Words that --compat and -q leave where they are.
MORE = (["-p", "-k"], ["-q"], ["-A", "3000,ffffffff"], ["--map", "/"])
LINES = [
    # (address range, mode, name, device, inode, offset, kB resident, New, flags)
    ("00001000-00003000", "r-xp", "/usr/bin/redis-server", "fe:00", 12, 0, 8, 5, "rd ex"),
    ("00003000-00004000", "rw-p", "/usr/bin/redis-server", "fe:00", 12, 0x2000, 4, 30, "rd wr"),
    ("00004000-00104000", "rw-p", "[heap]", "00:00", 0, 0, 1000, None, "rd wr"),
    ("00200000-00300000", "rw-p", "", "00:00", 0, 0, 512, 5, None),
    ("00300000-00400000", "---p", "", "00:00", 0, 0, 0, 100, "mr"),
    ("00400000-00c00000", "rw-s", "/dev/shm/two\\012lines", "00:1a", 3, 0, 8192, 0, "rd wr sh"),
    ("00c00000-00c01000", "rwxp", "[anon:JIT]", "00:00", 0, 0, None, None, "rd"),
    ("00c01000-00c02000", "r--p", "/x/\x1b[31m,\"quoted\"", "103:01", 7, 0x1000, 4, 5, "rd"),
    ("7ffc00000000-7ffc00021000", "rw-p", "[stack]", "00:00", 0, 0, 20, 7, "rd wr gd"),
]


def smaps():
    text = b""
    for span, perms, name, device, inode, offset, rss, new, flags in LINES:
        keys = px.SMAPS_KEYS + (("New",) if new is not None else ())
        values = {"Rss": rss, "Private_Dirty": rss} if rss is not None else {}
        if new is not None:
            values["New"] = new
        entry = px.smaps_entry(px.map_line(span, perms, name, device, inode, offset), keys, flags,
                               **values)
        if rss is None:
            entry = re.sub(rb"(Rss|Shared_Dirty|Private_Dirty): .*\n", rb"\1:  x kB\n", entry)
        text += entry
    return text


def device(text):
    return [int(part, 16) for part in text.split(":")]


def rank(column, line):
    """What LINES are sorted by; None if it is not known."""
    span, perms, name, dev, inode, offset, rss, new, flags = line
    start, end = (int(part, 16) for part in span.split("-"))
    mode = perms[:3] + ("-" if perms[3] == "p" else "s") + "-"
    return {"Address": start, "Kbytes": (end - start) // 1024, "Size": (end - start) // 1024,
            "RSS": rss, "Rss": rss, "Dirty": rss, "Mode": mode, "Perm": perms, "Offset": offset,
            "Device": device(dev), "Inode": inode, "New:": new, "VmFlags": flags}[column]


def shown_name(line, words):
    """What the view calls a mapping, as bytes sort."""
    name, whole = line[2], "-p" in words
    if any(word.startswith("-X") for word in words):
        return (name if whole or name.startswith("[") else name.rpartition("/")[2]).encode()
    if "/" in name and not name.startswith("["):
        return (name if whole else name.rpartition("/")[2]).encode()
    if name.startswith("[") and "-k" in words:
        return name.encode()
    return b"[ stack ]" if name == "[stack]" else b"[ anon ]"


def ordered(column, words, lines):
    """The numbers of lines in the order of a column."""
    descends, column = column.startswith("-"), column.lstrip("-")
    keys = {i: shown_name(LINES[i], words) if column == "Mapping" else rank(column, LINES[i])
            for i in lines}
    known = sorted((i for i in lines if keys[i] is not None), key=lambda i: keys[i],
                   reverse=descends)
    # reverse keeps the order of those that are alike
    return known + [i for i in lines if keys[i] is None]


class Sorted(px.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = px.Root()
        cls.addClassCleanup(cls.root.__exit__)
        cls.root.process(100, smaps=smaps(), start_stack=0x7ffc00010000)

    def shown(self, *words, pid="100"):
        got = self.root.pmapx(*words, pid)
        self.assertEqual((got.status, got.stderr), (0, b""), words)
        return got.stdout

    def parts(self, out, count):
        """(what is above the rows, rows, what is below them)."""
        lines = out.splitlines(keepends=True)
        first = next(i for i, line in enumerate(lines) if re.match(rb" *[0-9a-f]{8,16} ", line))
        return lines[:first], lines[first:first + count], lines[first + count:]

    def rows_of(self, words):
        """The numbers of LINES that these words select."""
        if "-A" in words:
            return list(range(1, 8))
        return [i for i, line in enumerate(LINES) if "--map" not in words or "/" in line[2]]

    def check(self, words, column=None, top=None):
        lines = self.rows_of(words)
        above, rows, below = self.parts(self.shown(*words), len(lines))
        self.assertEqual(len(rows), len(lines))
        order = ordered(column, words, lines) if column else lines
        wanted = [rows[lines.index(i)] for i in order[:top]]
        more = (["--sort", column] if column else []) + (["--top", str(top)] if top else [])
        self.same(self.shown(*words, *more), b"".join(above + wanted + below), str(words + more))

    def test_each_column(self):
        for view, columns in VIEWS.items():
            for column in columns:
                for sign in ("", "-"):
                    with self.subTest(view=view, column=sign + column):
                        self.check([view] if view else [], sign + column)

    def test_top(self):
        for view in VIEWS:
            for top in range(1, len(LINES) + 2):
                for column in (None, "-Mapping", "Mapping", "-Address"):
                    with self.subTest(view=view, top=top, column=column):
                        self.check([view] if view else [], column, top)

    def test_other_options(self):
        for view in VIEWS:
            for words in MORE:
                with self.subTest(view=view, words=words):
                    words = ([view] if view else []) + words
                    self.check(words, "-Mapping")
                    self.check(words, "Address", 2)
                    self.check(words, None, 3)

    def test_compat(self):
        for view in ([], ["-x"], ["-d"]):
            with self.subTest(view=view):
                above, rows, below = self.parts(self.shown(*view, "--compat=3.2"), len(LINES))
                self.same(self.shown(*view, "--compat=3.2", "--sort=Kbytes", "--top=2"),
                          b"".join(above + [rows[1], rows[6]] + below))

    def test_columns_of_an_rc_file(self):
        with tempfile.NamedTemporaryFile("w") as rc:
            rc.write("[Fields Display]\nPerm\nPss\nMapping\n")
            rc.flush()
            # also by what is not shown
            for column in ("Rss", "-Inode", "Mapping"):
                with self.subTest(column=column):
                    # its names are as in -X
                    order = ordered(column, ["-X"], range(len(LINES)))
                    above, rows, below = self.parts(self.shown("-C", rc.name), len(LINES))
                    self.same(self.shown("-C", rc.name, "--sort", column, "--top=3"),
                              b"".join(above + [rows[i] for i in order[:3]] + below))

    def test_case_of_letters(self):
        self.same(self.shown("-x", "--sort=-rss"), self.shown("-x", "--sort", "-RSS"))
        self.same(self.shown("-X", "--sort=PERM"), self.shown("-X", "--sort=Perm"))

    def test_a_key_by_its_colon(self):
        self.same(self.shown("-X", "--sort=Rss:"), self.shown("-X", "--sort=Rss"))
        # spelled otherwise it is another key, which nothing has
        self.same(self.shown("-X", "--sort=rss:"), self.shown("-X"))

    def test_order_of_columns(self):
        """Keys that only some mappings have stay in the columns where they were."""
        with px.Root() as root:
            root.process(100, smaps=b"".join(
                px.smaps_entry(px.map_line("%08x-%08x" % (i << 12, (i + 1) << 12)),
                               ("Rss", "K%d" % i), **{"Rss": 9 - i, "K%d" % i: i})
                for i in range(1, 6)))
            plain = root.pmapx("-X", "100").stdout.splitlines()
            got = root.pmapx("-X", "--sort", "Rss", "100").stdout.splitlines()
            # a column that is met later has nothing in the rows before, as ever
            self.assertEqual([plain[0], plain[1], *plain[6:1:-1], *plain[7:]], got)
            got = root.pmapx("-X", "--sort", "Rss", "--top", "2", "100").stdout.splitlines()
            self.assertEqual([plain[0], plain[1], *plain[6:4:-1], *plain[7:]], got)

    def test_several(self):
        """Each process by itself, with any number of workers."""
        with px.Root() as root:
            for pid in range(100, 130):
                root.process(pid, smaps=b"".join(
                    px.smaps_entry(px.map_line("%08x-%08x" % (i << 12, (i + 1) << 12)),
                                   Rss=i * pid % 17) for i in range(1, 40)))
            pids = [str(pid) for pid in range(100, 130)]
            for view in ("-x", "-X"):
                words = [view, "--sort=-Rss", "--top=5"]
                alone = b"".join(root.pmapx(*words, pid).stdout for pid in pids)
                for jobs in ("1", "2", "7"):
                    got = root.pmapx(*words, "--jobs", jobs, *pids)
                    self.result(got, alone, b"", 0, "%s %s" % (view, jobs))

    def test_saved(self):
        with tempfile.TemporaryDirectory() as folder:
            saved = saving.collect(self.root.path, os.path.join(folder, "saved"))
            for view in VIEWS:
                words = [view] if view else []
                with self.subTest(view=view):
                    self.same(px.pmapx("--from", saved, *words, "--sort=-Mapping", "--top=4").stdout,
                              self.shown(*words, "--sort=-Mapping", "--top=4"))

    def test_core_file(self):
        """What marks rows of a core file goes with them."""
        core = cores.Core().process(100, "cat", "cat a ")
        core.segment(0x1000, 0x1000, "r-x").segment(0x4000, 0x8000, "rw-", 0)
        core.segment(0x20000, 0x4000, "rw-")
        with tempfile.NamedTemporaryFile() as file:
            file.write(core.bytes())
            file.flush()
            for view in ([], ["-d"]):
                plain = px.pmapx(*view, "--from", file.name).stdout.splitlines()
                head = 2 if view else 1
                got = px.pmapx(*view, "--from", file.name, "--sort=-Kbytes").stdout.splitlines()
                self.assertIn(b"*", plain[head + 1])
                self.assertEqual(got, plain[:head] + [plain[head + 1], plain[head + 2], plain[head],
                                                      *plain[head + 3:]])

    def test_damaged(self):
        """What can be read is sorted; what cannot is said as ever."""
        text = smaps()
        middle = text.index(b"00400000-")
        with px.Root() as root:
            root.process(100, smaps=text[:middle] + b"zzz\n" + text[middle:])
            for view in ("-x", "-X"):
                plain = root.pmapx(view, "100")
                got = root.pmapx(view, "--sort=-Address", "100")
                self.assertEqual((got.status, got.stderr), (1, plain.stderr))
                _, rows, below = self.parts(plain.stdout, len(LINES))
                self.assertEqual(self.parts(got.stdout, len(LINES))[1:], (rows[::-1], below))

    def test_refused(self):
        plain = "Address, Kbytes, Mode, Mapping"
        for words, said in ((["--sort=RSS"], "--sort=RSS: no such column, there are " + plain),
                            (["--sort="], "--sort=: no column to sort by"),
                            (["--sort", "-"], "--sort=-: no column to sort by"),
                            (["--sort=a\x1b[m"], "--sort=a?[m: no such column, there are " + plain),
                            (["--sort=Rss:"], "--sort=Rss:: no such column, there are " + plain),
                            (["-x", "--sort=Inode"],
                             "--sort=Inode: no such column, there are Address, Kbytes, RSS, Dirty, "
                             "Mode, Mapping"),
                            *((["--top=" + bad], "--top=%s: not a number of rows from 1 on" % bad)
                              for bad in ("", "0", "-1", "1k", "x", "18446744073709551616"))):
            with self.subTest(words=words):
                self.result(self.root.pmapx(*words, "100"), b"",
                            b"pmapx: " + said.encode() + b"\n", 1)
        got = self.root.pmapx("-X", "--sort=Adress", "100")
        self.assertEqual((got.status, got.stdout), (1, b""))
        self.assertRegex(got.stderr, rb"\Apmapx: --sort=Adress: no such column, there are Address, "
                         rb"Perm, [^\n]*, Rss, [^\n]*, VmFlags[^;\n]*; a key of smaps that is not among "
                         rb"them is given with its colon\n\Z")
        for option in ("--sort=Rss", "--top=1", "--format=json"):
            self.result(px.pmapx("-n", option), b"",
                        b"pmapx: options --format, --sort, --top are mutually exclusive with -n, -N\n", 1)

    def test_not_of_pmap(self):
        for option in ("--sort=Address", "--top=1"):
            got = px.run([os.path.join(px.BUILD, "pmap"), option, "1"])
            self.assertEqual((got.status, got.stdout), (1, b""))

    def test_running(self):
        with px.Target("many", "300", "touched") as target:
            starts = [one.start for one in px.mappings(px.process_file(target.pid, "maps"))]
            for view in VIEWS:
                words = [view] if view else []
                for more, wanted in ((["--sort=-Address"], starts[::-1]),
                                     (["--sort=-Address", "--top=7"], starts[:-8:-1]),
                                     (["--top=7"], starts[:7])):
                    with self.subTest(view=view, more=more):
                        got = px.pmapx("-q", *words, *more, str(target.pid))
                        self.assertEqual((got.status, got.stderr), (0, b""))
                        self.assertEqual([int(row.split()[0], 16)
                                          for row in got.stdout.splitlines()[1:]], wanted)


if __name__ == "__main__":
    px.main()
