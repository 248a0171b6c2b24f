#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Real processes that fool pmap, and do not fool pmapx.

Numbers like D7 are those of the list of pmap's defects in the project's description of its
behaviour. Where the system has a pmap of a version that is fooled, the same test shows that it is:
so each case is known to be one."""
import os
import re
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', '..', 'lib'))
import px

AS_PMAP = os.path.join(px.BUILD, "pmap")
NO_PROCESS = 2147483647
ROW = re.compile(rb"^([0-9a-f]{8,16}) +(\d+)K ([rwxsR-]{5}) (.*)$", re.MULTILINE)
ROW_X = re.compile(rb"^([0-9a-f]{8,16}) +(\d+) +(\d+) +(\d+) ([rwxsR-]{5}) (.*)$", re.MULTILINE)
ROW_D = re.compile(
    rb"^([0-9a-f]{8,16}) +(\d+) ([rwxsR-]{5}) ([0-9a-f]{16}) ([0-9a-f]+:[0-9a-f]+) (.*)$",
    re.MULTILINE)
ROW_SMAPS = re.compile(rb"^ *([0-9a-f]{8,16}) ([rwxsp-]{4} .*)$", re.MULTILINE)
ALL_VIEWS = ("", "-x", "-d", "-X", "-XX", "-p", "-xp", "-dp", "-Xp", "-XXp", "-q", "-xq", "-dq",
             "-Xq", "-XXq")


# What the text of others looks like.

# Characters that are in no way controls to the C library, but move or hide text.
FORMAT_CHARACTERS = {0x2028, 0x2029, *range(0x202a, 0x202f), *range(0x2066, 0x206a)}


def harmless(char):
    return not (char < 0x20 or 0x7f <= char <= 0x9f or char in FORMAT_CHARACTERS)


def body(out):
    """An output without its first line, the header: that shows what the target was told to be."""
    return out.partition(b"\n")[2]


def shown(text, codeset="utf-8"):
    """The one rule for text from outside: what cannot be shown is one '?' per byte."""
    out = b""
    at = 0
    while at < len(text):
        for length in (1, 2, 3, 4):
            piece = text[at:at + length]
            try:
                char = piece.decode(codeset)
            except UnicodeDecodeError:
                continue
            if len(char) == 1 and len(piece) == length:
                break
        else:
            length, char = 1, "\0"
        out += text[at:at + length] if harmless(ord(char)) else b"?" * length
        at += length
    return out


def last_component(path):
    return path[path.rindex(b"/") + 1:]


# What is in an output.

def name_at(out, address, rows=ROW):
    """The names in the rows of one address."""
    return [row[-1] for row in rows.findall(out) if int(row[0], 16) == address]


def table(out):
    """The rows and the totals of a -X view, as lists of {column: text}."""
    lines = out.splitlines()
    columns = [word.decode() for word in lines[1].split()]
    fixed = columns.index("Inode") + 1
    rows, totals = [], {}
    for line in lines[2:]:
        words = [word.decode(errors="replace") for word in line.split()]
        if re.match(rb" *[0-9a-f]+ [rwxsp-]{4} ", line):
            rows.append(dict(zip(columns, words)))
        elif words[-1] == "KB":
            totals = dict(zip(columns[fixed:], words[:-1]))
    return rows, totals


class Base(px.TestCase):
    @classmethod
    def setUpClass(cls):
        if not os.path.exists(px.PMAPX):
            raise unittest.SkipTest("no " + px.PMAPX)
        cls.version = px.pmap_version(px.SYSTEM_PMAP)

    def pmap_is(self, first=(4, 0, 0), last=(999,)):
        """Is there a pmap of these versions, both inclusive, to be fooled?"""
        return self.version is not None and first <= self.version <= last

    def pmap(self, *args, **kwargs):
        return px.run([px.SYSTEM_PMAP, *args], **kwargs).stdout

    def pmapx(self, *args, **kwargs):
        """Standard output of a run in which all is well."""
        got = px.pmapx(*args, **kwargs)
        self.assertEqual((got.status, got.stderr), (0, b""), args)
        return got.stdout

    def maps(self, pid):
        return px.mappings(px.process_file(pid, "maps"))

    def contains(self, part, out, what="output"):
        """assertIn that shows less: only the rows that are not of libraries."""
        if part not in out:
            self.fail("%s: no %r in %r" % (what, part, [line[-200:] for line in out.splitlines()
                if not re.search(rb"\.so|px_target$|\[[a-z_ ]+\]$", line)]))

    def file(self, target):
        """(address, inode, name) of the last file of the target."""
        address, inode, _, name = target.truth["file"].split(" ")
        return int(address, 16), int(inode), bytes.fromhex(name)

    def files(self, target):
        """(label, address, name) of all."""
        found = [value.split(" ") for key, value in target.lines if key == "file"]
        return [(label, int(address, 16), bytes.fromhex(name))
                for address, _, label, name in found]

    def honest(self, pid):
        """The default, -x and -d views have one row for each mapping, and totals that fit."""
        maps = self.maps(pid)
        starts = [one.start for one in maps]
        total = sum(one.end - one.start for one in maps) // 1024
        shared = sum(one.end - one.start for one in maps if one.perms[3] == "s") // 1024
        out = self.pmapx(str(pid))
        self.assertEqual([int(row[0], 16) for row in ROW.findall(out)], starts)
        self.assertEqual(len(out.splitlines()), len(maps) + 2)
        self.assertTrue(out.endswith(b" total %16dK\n" % total), out[-80:])
        out = self.pmapx("-d", str(pid))
        self.assertEqual([int(row[0], 16) for row in ROW_D.findall(out)], starts)
        self.assertEqual(len(out.splitlines()), len(maps) + 3)
        self.assertRegex(out, rb"\nmapped: %dK    .*    shared: %dK\n$" % (total, shared))
        out = self.pmapx("-x", str(pid))
        rows = ROW_X.findall(out)
        self.assertEqual([int(row[0], 16) for row in rows], starts)
        self.assertEqual(len(out.splitlines()), len(maps) + 4)
        smaps = px.process_file(pid, "smaps")
        rss = [int(value) for value in re.findall(rb"^Rss: +(\d+) kB$", smaps, re.MULTILINE)]
        self.assertEqual([int(row[2]) for row in rows], rss)
        self.assertEqual([int(word) for word in out.splitlines()[-1].split()[2:4]],
                         [total, sum(rss)])


class Range(Base):
    """-A limits rows and totals in every view (D1, D2)."""

    def bounds(self, pid):
        maps = self.maps(pid)
        return (
            (maps[3].start, maps[3].start),
            (maps[4].start, maps[-3].start),
            (maps[2].end - 1, 2**64 - 1),
            (0, maps[5].start),
            (maps[-1].end + 0x1000, 2**64 - 1),
        )

    def selected(self, pid, low, high):
        return [one.start for one in self.maps(pid) if one.end - 1 >= low and one.start <= high]

    def test_extended(self):
        with px.Target("many", "21", "touched") as target:
            full = self.pmapx("-x", str(target.pid)).splitlines()
            for low, high in self.bounds(target.pid):
                option = "%x,%x" % (low, high)
                out = self.pmapx("-x", "-A", option, str(target.pid))
                wanted = self.selected(target.pid, low, high)
                rows = ROW_X.findall(out)
                self.assertEqual([int(row[0], 16) for row in rows], wanted, option)
                sums = [sum(int(row[i]) for row in rows) for i in (1, 2, 3)]
                self.same(out.splitlines()[-1],
                          b"total kB         %7d %7d %7d" % tuple(sums), option)
                self.assertEqual(out.splitlines()[2:-2],
                    [line for line in full[2:-2] if int(line.split()[0], 16) in wanted])
                if low and self.pmap_is():
                    out = self.pmap("-x", "-A", option, str(target.pid))
                    rss = sum(int(row[2]) for row in ROW_X.findall(out))
                    self.assertGreater(int(out.splitlines()[-1].split()[3]), rss, "pmap is fooled")

    def test_default_and_device(self):
        with px.Target("file-modes") as target:
            for low, high in self.bounds(target.pid):
                option = "%x,%x" % (low, high)
                wanted = self.selected(target.pid, low, high)
                rows = ROW.findall(self.pmapx("-A", option, str(target.pid)))
                self.assertEqual([int(row[0], 16) for row in rows], wanted)
                out = self.pmapx("-d", "-A", option, str(target.pid))
                rows = ROW_D.findall(out)
                self.assertEqual([int(row[0], 16) for row in rows], wanted)
                self.contains(b"mapped: %dK " % sum(int(row[1]) for row in rows), out)

    def test_smaps_views(self):
        with px.Target("many", "21", "touched") as target, tempfile.NamedTemporaryFile() as rc:
            rc.write(b"[Fields Display]\nPerm\nOffset\nDevice\nInode\nSize\nRss\nMapping\n")
            rc.flush()
            for low, high in self.bounds(target.pid):
                wanted = self.selected(target.pid, low, high)
                option = "%x,%x" % (low, high)
                for view in (["-X"], ["-XX"], ["-C", rc.name]):
                    out = self.pmapx(*view, "-A", option, str(target.pid))
                    rows, totals = table(out)
                    self.assertEqual([int(row["Address"], 16) for row in rows], wanted)
                    for column in ("Size", "Rss"):
                        self.assertEqual(int(totals[column]), sum(int(row[column]) for row in rows))
                    out = self.pmapx(*view, "-q", "-A", option, str(target.pid))
                    self.assertEqual([int(row[0], 16) for row in ROW_SMAPS.findall(out)], wanted)
                if self.pmap_is(last=(4, 0, 6)):
                    rows, _ = table(self.pmap("-X", "-A", option, str(target.pid)))
                    self.assertEqual(len(rows), len(self.maps(target.pid)), "pmap is fooled")


class Text(Base):
    """One rule for all text from outside, in rows and header, in every view (D3, D4, D5)."""

    # Argument 0, in escaped form for the reader's terminal.
    TITLES = (
        b"a\x1b[31m\x01\x7f\t\rx",
        b"\xc3\xa9\xff\xc3\xa9\x01\x7f",
        b"a\xc3\x1b[31m",
        b"a\xf0\x1b[2Jx",
        b"a\xc2\x9bb",
        b"a\xed\xa0\x80b",
        b"a\xee\x80\x80b\xf3\xb0\x80\x80c\xf4\x80\x80\x80",
        b"a\xe2\x28\xa1b",
        b"a\xc0\xafb\xe0\x80\xafc",
        b"a\xf4\x90\x80\x80b\xf8\x88\x80\x80\x80c",
        b"cut\xe2\x82",
        b"cut\xf0\x9f\x98",
        "a\u2028b\u2029c".encode(),
        "\u202aa\u202bb\u202cc\u202dd\u202ee".encode(),
        "\u2066a\u2067b\u2068c\u2069d".encode(),
        "\u2027\u202f\u2065\u206a".encode(),
        "日本語 Ελληνικά 😀".encode(),
    )

    LOCALES = (("C.UTF-8", "utf-8"), ("C", "ascii"), ("fr_FR.ISO-8859-1", "latin-1"))

    def has_locale(self, name):
        try:
            px.need_locale(name)
        except unittest.SkipTest:
            return name == "C"
        return True

    def clean(self, out, codeset, what):
        """Nothing in an output acts on a terminal."""
        for char in out.decode(codeset, "surrogateescape"):
            if "\udc80" <= char <= "\udcff":
                self.fail("%s: the byte %02x gets through" % (what, ord(char) - 0xdc00))
            if char != "\n" and not harmless(ord(char)):
                self.fail("%s: U+%04X gets through" % (what, ord(char)))

    def each_locale(self):
        for locale, codeset in self.LOCALES:
            if self.has_locale(locale):
                yield px.environment(LC_ALL=None, LC_CTYPE=locale), codeset, locale

    def test_file_names(self):
        with px.Target("names") as target:
            folder = os.path.realpath(target.directory).encode() + b"/"
            for env, codeset, locale in self.each_locale():
                for view in ALL_VIEWS:
                    out = self.pmapx(*[view] * bool(view), str(target.pid), env=env)
                    self.clean(out, codeset, "%s %s" % (view, locale))
                    for label, address, name in self.files(target):
                        name = name.replace(b"\n", b"\\012")
                        want = shown(folder * ("p" in view) + name, codeset)
                        what = "%s of %s in %s" % (label, view, locale)
                        if "X" in view:
                            found = [row for start, row in ROW_SMAPS.findall(out)
                                     if int(start, 16) == address]
                            self.assertEqual(len(found), 1, what)
                            self.same(found[0][-len(want) - 1:], b" " + want, what)
                        else:
                            rows = ROW_X if "x" in view else ROW_D if "d" in view else ROW
                            self.assertEqual(name_at(out, address, rows), [want], what)

    def test_file_names_in_a_chosen_view(self):
        with px.Target("names") as target, tempfile.NamedTemporaryFile() as rc:
            rc.write(b"[Fields Display]\nRss\nMapping\n")
            rc.flush()
            out = self.pmapx("-C", rc.name, str(target.pid))
            self.clean(out, "utf-8", "-C")
            for label, _, name in self.files(target):
                name = name.replace(b"\n", b"\\012")
                self.contains(b" " + shown(name) + b"\n", out, label)

    def test_pmap_is_fooled_by_file_names(self):
        with px.Target("names", "escape", "utf8") as target:
            if self.pmap_is():
                self.contains(b"\x1b[31m", self.pmap("-X", str(target.pid)))
            if self.pmap_is(last=(4, 0, 4)):
                self.contains(b" utf8-?????????\n", self.pmap(str(target.pid)))
            if self.pmap_is(first=(4, 0, 5)):
                self.contains(b"\x1b[31m", self.pmap(str(target.pid)))

    def test_command_line(self):
        for title in self.TITLES:
            with px.Target("title", "odd", title, "second\nline") as target:
                line = title + b" second line"
                for env, codeset, locale in self.each_locale():
                    for view in ("", "-x", "-d", "-X", "-XX", "-q"):
                        out = self.pmapx(*[view] * bool(view), str(target.pid), env=env)
                        self.same(out.splitlines()[0],
                                  b"%d:   %s" % (target.pid, shown(line, codeset)),
                                  "%r in %s %s" % (title, locale, view))

    def test_pmap_is_fooled_by_command_lines(self):
        if not self.pmap_is(last=(4, 0, 3)):
            self.skipTest("this pmap is not")
        for title, gets_through in ((b"a\xc3\x1b[31m", b"\x1b[31m"), (b"a\xc2\x9bb", b"\xc2\x9b")):
            with px.Target("title", "odd", title) as target:
                self.assertIn(gets_through, self.pmap("-q", str(target.pid)))

    def test_command_name(self):
        for comm in (b"zo\x1bm (b) \xc3\xa9", b"\xc2\x9b31m\xff\xe2\x80\xae", b"a) Z 1 (\n b"):
            with px.Target("zombie", comm) as target:
                zombie = int(target.truth["zombie"])
                for env, codeset, locale in self.each_locale():
                    got = px.pmapx("-q", str(zombie), env=env).stdout
                    self.same(got, b"%d:   [%s] <defunct>\n" % (zombie, shown(comm, codeset)),
                              "%r in %s" % (comm, locale))

    def test_memfd(self):
        name = b"m\x1b]0;title\x07\xc2\x9b\xe2\x80\xae\xff\xc3\xa9"
        with px.Target("memfd", name) as target:
            address = self.file(target)[0]
            for view in ("-p", "-xp", "-dp", "-Xp"):
                out = self.pmapx(view, str(target.pid))
                self.clean(out, "utf-8", view)
                self.contains(b" /memfd:" + shown(name) + b" (deleted)\n", out)
            self.assertEqual(name_at(self.pmapx(str(target.pid)), address),
                             [shown(b"memfd:" + name) + b" (deleted)"])


class LongLines(Base):
    """A mapping is one row however long its name is, and shows all of it (D6, D8, D9)."""

    # pmap's pieces end at 950 and 1973, what -X keeps of a name at 127.
    PATHS = (*((length, "p") for length in (127, 128, 500, 949, 950, 970, 1023, 1973, 4000)),
             *((length, "s") for length in (140, 950, 951, 1024, 1100, 2000)))

    def path(self, pid, address):
        return next(one.name for one in self.maps(pid) if one.start == address)

    def test_every_view(self):
        for length, sharing in self.PATHS:
            with px.Target("path", str(length), "libbar.so", "rw", sharing) as target:
                address = self.file(target)[0]
                path = self.path(target.pid, address)
                self.assertEqual(len(path), length)
                self.honest(target.pid)
                pid, what = str(target.pid), "%d bytes" % length
                for view, rows in (("", ROW), ("-x", ROW_X), ("-d", ROW_D)):
                    view = [view] * bool(view)
                    self.assertEqual(name_at(self.pmapx(*view, pid), address, rows),
                                     [b"libbar.so"], what)
                    self.assertEqual(name_at(self.pmapx(*view, "-p", pid), address, rows),
                                     [path], what)
                for view in ("-X", "-XX"):
                    self.contains(b" libbar.so\n", self.pmapx(view, pid), what)
                    self.contains(b" " + path + b"\n", self.pmapx(view, "-p", pid), what)

    def test_pmap_is_fooled(self):
        if not self.pmap_is():
            self.skipTest("no such pmap")
        with px.Target("path", "950", "x.so", "rw", "s") as target:
            address = self.file(target)[0]
            self.assertEqual(name_at(self.pmap(str(target.pid)), address), [b"x.so", b"  [ anon ]"])
        with px.Target("path", "960", "libbar.so") as target:
            out = self.pmap("-x", str(target.pid))
            self.contains(b" kB\n\n", out, "pmap is fooled")
        with px.Target("path", "140", "libbar.so") as target:
            self.assertNotIn(b"libbar.so", body(self.pmap("-X", str(target.pid))))

    def test_characters_are_not_cut(self):
        """The 127th byte of the path is the first of a character's three."""
        with px.Target("path", "132", "€.so".encode()) as target:
            self.contains(" €.so\n".encode(), self.pmapx("-X", str(target.pid)))
        name = "é".encode() * 100
        with px.Target("file", name) as target:
            for view in ("-X", "-x"):
                self.contains(b" " + name + b"\n", self.pmapx(view, str(target.pid)))
            if self.pmap_is():
                self.assertNotIn(name, body(self.pmap("-X", str(target.pid))))


class Forgery(Base):
    """A name is a name, whatever it looks like and wherever in its line it stands (D7)."""

    MAPS_LINE = "7fff00000000-7fff40000000 rwxp 00000000 00:00 0"

    def test_rows(self):
        for sharing in "ps":
            with px.Target("forge", self.MAPS_LINE, "rw", sharing) as target:
                address = self.file(target)[0]
                self.honest(target.pid)
                for view, rows in (("", ROW), ("-x", ROW_X), ("-d", ROW_D)):
                    out = self.pmapx(*[view] * bool(view), str(target.pid))
                    self.assertEqual(name_at(out, address, rows), [self.MAPS_LINE.encode()])
                self.smaps_honest(target)
        if self.pmap_is():
            with px.Target("forge", self.MAPS_LINE) as target:
                self.contains(b"\n00007fff00000000 1048576K rwx--   [ ", self.pmap(str(target.pid)),
                              "pmap is fooled")

    def smaps_honest(self, target):
        for view in ("-X", "-XX"):
            rows, totals = table(self.pmapx(view, str(target.pid)))
            self.assertEqual([int(row["Address"], 16) for row in rows],
                             [one.start for one in self.maps(target.pid)])
            for column in ("Size", "Rss"):
                self.assertEqual(int(totals[column]), sum(int(row[column]) for row in rows))

    def test_keys(self):
        for text in ("Rss: 99999999 kB", "Swap: 0 kB", "Private_Dirty:  7 kB", "VmFlags: rd"):
            with px.Target("forge", text) as target:
                self.honest(target.pid)
                self.smaps_honest(target)
                address = self.file(target)[0]
                self.assertEqual(name_at(self.pmapx("-x", str(target.pid)), address, ROW_X),
                                 [text.encode()])

    def test_pmap_is_fooled_by_keys(self):
        if not self.pmap_is():
            self.skipTest("no such pmap")
        with px.Target("forge", "Rss: 99999999 kB") as target:
            total = self.pmap("-x", str(target.pid)).splitlines()[-1].split()
            self.assertGreater(int(total[3]), 99999999)
        with px.Target("forge", "Swap: 0 kB") as target:
            address = self.file(target)[0]
            rows = [row for row in ROW_X.findall(self.pmap("-x", str(target.pid)))
                    if int(row[0], 16) == address]
            self.assertEqual(int(rows[0][2]), 0)

    def test_new_name_in_a_later_piece(self):
        """The forged text is in the third piece of pmap's buffer."""
        with px.Target("path", str(2 * 1023 - 73 + len(self.MAPS_LINE)), self.MAPS_LINE) as target:
            self.honest(target.pid)


class Identity(Base):
    def test_command_name_like_a_status_line(self):
        """A process cannot show the map of another as its own (D10)."""
        with px.Target("shared-anon") as victim:
            comm = "Tgid:%d" % victim.pid
            with px.Target("title", comm, "impostor") as target:
                maps = self.maps(target.pid)
                self.assertNotEqual([one.start for one in maps],
                                    [one.start for one in self.maps(victim.pid)])
                self.honest(target.pid)
                for view in ALL_VIEWS:
                    out = self.pmapx(*[view] * bool(view), str(target.pid))
                    self.same(out.splitlines()[0], b"%d:   impostor" % target.pid, view)
                rows, _ = table(self.pmapx("-X", str(target.pid)))
                self.assertEqual([int(row["Address"], 16) for row in rows],
                                 [one.start for one in maps])
                if self.pmap_is():
                    out = self.pmap(str(target.pid))
                    self.same(out.splitlines()[0], b"%d:   impostor" % victim.pid, "pmap is fooled")
                    self.assertEqual([int(row[0], 16) for row in ROW.findall(out)],
                                     [one.start for one in self.maps(victim.pid)])

    def test_other_command_names(self):
        for comm in ("Tgid:", "Tgid:\t1", "x\nTgid:\t1", "Tgid: -1", "Tgid:0", "a) R 1 2 (b"):
            with px.Target("title", comm, "impostor") as target:
                self.honest(target.pid)
                self.same(self.pmapx("-q", str(target.pid)).splitlines()[0],
                          b"%d:   impostor" % target.pid, comm)

    def test_thread_of_a_group_without_leader(self):
        """The thread has the whole map, /proc/TGID has none (D31)."""
        with px.Target("leader-exited") as target:
            tid = target.truth["tid"]
            maps = px.mappings(px.process_file(tid, "maps"))
            self.assertGreater(len(maps), 10)
            title = px.process_file(tid, "cmdline").rstrip(b"\0").replace(b"\0", b" ")
            for view, rows in (("", ROW), ("-x", ROW_X), ("-d", ROW_D), ("-X", ROW_SMAPS)):
                out = self.pmapx(*[view] * bool(view), tid)
                self.same(out.splitlines()[0], b"%d:   %s" % (target.pid, title), view)
                self.assertEqual([int(row[0], 16) for row in rows.findall(out)],
                                 [one.start for one in maps], view)
            if self.pmap_is():
                self.assertEqual(ROW.findall(self.pmap(tid)), [], "pmap is fooled")

    def test_threads(self):
        with px.Target("threads", "2") as target:
            self.same(self.pmapx(target.truth["tid"]), self.pmapx(str(target.pid)))


class SharedMemory(Base):
    def test_name_like_a_segment(self):
        """A memfd is none (D11)."""
        for name in (b"x/SYSVy", b"x/SYSV00000000", b"/SYSV00000000", b"x/SYSVy/z"):
            with px.Target("memfd", name) as target:
                address, inode, _ = self.file(target)
                full = b"/memfd:" + name + b" (deleted)"
                for view, rows in (("", ROW), ("-x", ROW_X), ("-d", ROW_D), ("-q", ROW)):
                    view = [view] * bool(view)
                    self.assertEqual(name_at(self.pmapx(*view, str(target.pid)), address, rows),
                                     [last_component(full)])
                    self.assertEqual(name_at(self.pmapx(*view, "-p", str(target.pid)), address,
                                             rows), [full])
                if self.pmap_is() and self.segments_are_known():
                    self.assertEqual(name_at(self.pmap(str(target.pid)), address),
                                     [b"  [ shmid=0x%x ]" % inode], "pmap is fooled")

    def segments_are_known(self):
        """Can pmap find out what device segments are on?"""
        with px.Target("sysv") as target:
            return b"[ shmid=" in self.pmap(str(target.pid))

    def test_file_like_a_segment(self):
        with px.Target("file", "SYSV00000000", "SYSV00000000 (deleted)") as target:
            for _, address, name in self.files(target):
                self.assertEqual(name_at(self.pmapx(str(target.pid)), address), [name])

    def test_segment(self):
        with px.Target("sysv") as target:
            address = int(target.truth["addr"], 16)
            inode = next(one.inode for one in self.maps(target.pid) if one.start == address)
            for view, rows in (("", ROW), ("-x", ROW_X), ("-d", ROW_D)):
                for more in ([], ["-p"], ["-k"]):
                    out = self.pmapx(*[view] * bool(view), *more, str(target.pid))
                    self.assertEqual(name_at(out, address, rows), [b"  [ shmid=0x%x ]" % inode])

    def test_nothing_is_created(self):
        """pmap makes a segment in every run to learn a number (D12)."""
        if not shutil.which("strace"):
            self.skipTest("no strace")
        env = px.environment()
        env["ASAN_OPTIONS"] = (env.get("ASAN_OPTIONS", "") + ":detect_leaks=0").lstrip(":")

        def calls(*words):
            with tempfile.NamedTemporaryFile() as log:
                got = px.run(["strace", "-f", "-o", log.name, "-e",
                              "trace=shmget,shmat,shmctl,shmdt", *words], env=env)
                if b"ptrace" in got.stderr:
                    self.skipTest("tracing is not permitted")
                self.contains(b"[ shmid=", got.stdout)
                return re.findall(rb"\b(\w+)\(", log.read())
        with px.Target("sysv") as target:
            self.assertEqual(calls(px.PMAPX, str(target.pid)), [])
            if self.pmap_is() and self.segments_are_known():
                self.assertIn(b"shmget", calls(px.SYSTEM_PMAP, str(target.pid)))

    def test_without_segments(self):
        """No segment may be created here, and the name is still right (D12)."""
        with px.Target("sysv") as target:
            words = px.unshare_command()[:-1] + ["-i", "sh", "-c",
                "echo 0 >/proc/sys/kernel/shmmni && exec \"$@\"", "sh"]
            got = px.run([*words, px.PMAPX, str(target.pid)])
            if got.status or got.stderr:
                self.skipTest("the limit cannot be set here: %r" % got.stderr)
            self.contains(b"  [ shmid=0x", got.stdout)
            if self.pmap_is():
                self.contains(b" SYSV00000000 (deleted)\n",
                              px.run([*words, px.SYSTEM_PMAP, str(target.pid)]).stdout)


class ManyOperands(Base):
    """There is no limit on processes (D22, D23)."""

    def test_256_and_more(self):
        with px.Target("anon") as target:
            once = self.pmapx(str(target.pid))
            for count in (255, 256, 1100):
                self.same(self.pmapx(*[str(target.pid)] * count), once * count, str(count))
            if self.pmap_is(last=(4, 0, 5)):
                got = px.run([px.SYSTEM_PMAP, *[str(target.pid)] * 256])
                self.assertEqual((got.stdout, got.status), (b"", 1), "pmap is fooled")

    def test_many_processes(self):
        with px.Target("many-processes", "300") as target:
            pids = [value for key, value in target.lines if key == "child"]
            out = self.pmapx("-q", *pids)
            self.assertEqual(re.findall(rb"^(\d+): ", out, re.MULTILINE),
                             [pid.encode() for pid in pids])

    def test_few_descriptors(self):
        with px.Target("anon") as target:
            got = px.run(["sh", "-c", "ulimit -n 32 && exec \"$@\"", "sh", px.PMAPX,
                          *[str(target.pid)] * 100])
            self.assertEqual((got.status, got.stderr), (0, b""))


class Complaints(Base):
    """What is missing is named on standard error, but never by pmap (D18, D21)."""

    def unreadable(self):
        """(target, words to put before the command): a map that we may not read."""
        words = ["setpriv", "--reuid", "65534", "--clear-groups"]
        if os.geteuid() != 0:
            target, words = px.Target("unreadable"), []
        elif not shutil.which("setpriv") or px.run([*words, "test", "-x", px.PMAPX]).status != 0:
            self.skipTest("no other user may run pmapx")
        else:
            target = px.Target("anon")
        self.addCleanup(target.close)
        if px.run([*words, "cat", "/proc/%d/maps" % target.pid]).status == 0:
            self.skipTest("everybody may read this map")
        return target, words

    def complaint(self, line, *parts):
        self.assertTrue(line.startswith(b"pmapx: "), line)
        for part in parts:
            self.assertIn(part, line)

    def test_missing(self):
        for view in ([], ["-x"], ["-X"], ["-q"]):
            got = px.pmapx(*view, str(NO_PROCESS), str(NO_PROCESS - 1))
            self.assertEqual((got.stdout, got.status), (b"", 42))
            lines = got.stderr.splitlines()
            self.assertEqual(len(lines), 2, got.stderr)
            self.complaint(lines[0], b"%d" % NO_PROCESS)
            self.complaint(lines[1], b"%d" % (NO_PROCESS - 1))
            self.result(px.run([AS_PMAP, *view, str(NO_PROCESS)]), status=42)

    def test_unreadable(self):
        target, words = self.unreadable()
        pid = str(target.pid)
        title = px.process_file(pid, "cmdline").rstrip(b"\0").replace(b"\0", b" ")
        header = b"%d:   %s\n" % (target.pid, title)
        for view, file in ((["-p"], b"maps"), (["-d"], b"maps"), (["-x"], b"smaps"),
                           (["-X"], b"smaps"), (["-XX"], b"smaps")):
            got = px.run([*words, px.PMAPX, *view, pid])
            self.assertEqual((got.stdout, got.status), (header, 1))
            self.assertEqual(len(got.stderr.splitlines()), 1, got.stderr)
            self.complaint(got.stderr, b"%d" % target.pid, file, b"Permission denied")
            self.result(px.run([*words, AS_PMAP, *view, pid]), header, status=1)

    def test_both(self):
        target, words = self.unreadable()
        pids = [str(target.pid), str(NO_PROCESS)]
        got = px.run([*words, px.PMAPX, *pids])
        self.assertEqual(got.status, 43)
        self.assertEqual(len(got.stderr.splitlines()), 2, got.stderr)
        got = px.run([*words, AS_PMAP, *pids])
        self.assertEqual((got.status, got.stderr), (43, b""))


class KernelNames(Base):
    """-k shows all of what the kernel says (D28, D29)."""

    def test_labels(self):
        with px.Target("anon") as target:
            labels = [one for one in self.maps(target.pid) if one.name.startswith(b"[")]
            self.assertIn(b"[stack]", [one.name for one in labels])
            for view, rows in (("-k", ROW), ("-xk", ROW_X), ("-dk", ROW_D), ("-kp", ROW)):
                out = self.pmapx(view, str(target.pid))
                for one in labels:
                    self.assertEqual(name_at(out, one.start, rows), [one.name], view)

    def whole(self, shape, name):
        with px.Target(*shape) as target:
            address = int(target.truth["addr"], 16)
            name = name(target)
            for view, rows in (("-k", ROW), ("-xk", ROW_X), ("-dk", ROW_D), ("-kp", ROW)):
                out = self.pmapx(view, str(target.pid))
                self.assertEqual(name_at(out, address, rows), [name], view)
            self.assertEqual(name_at(self.pmapx(str(target.pid)), address), [b"  [ anon ]"])
            if self.pmap_is():
                self.assertEqual(name_at(self.pmap(str(target.pid)), address), [b"  [ anon ]"])
            if self.pmap_is(first=(4, 0, 6)):
                self.assertNotEqual(name_at(self.pmap("-k", str(target.pid)), address), [name])

    def test_perf_event(self):
        self.whole(("perf",), lambda _: b"anon_inode:[perf_event]")

    def test_bpf_map(self):
        self.whole(("bpf",), lambda _: b"anon_inode:bpf-map")

    def test_io_uring(self):
        self.whole(("io-uring",), lambda _: b"anon_inode:[io_uring]")

    def test_socket(self):
        self.whole(("socket",), lambda target: b"socket:[%s]" % target.truth["inode"].encode())

    def test_named_memory(self):
        with px.Target("named-anon", "with/slash") as target:
            address = int(target.truth["addr"], 16)
            self.assertEqual(name_at(self.pmapx("-k", str(target.pid)), address),
                             [b"[anon:with/slash]"])
            if self.pmap_is(first=(4, 0, 6)):
                self.assertEqual(name_at(self.pmap("-k", str(target.pid)), address), [b"slash]"])


class Rule(unittest.TestCase):
    """The judge itself."""

    def test_shown(self):
        for text, want in (
                (b"plain", b"plain"),
                ("é€😀".encode(), "é€😀".encode()),
                (b"a\xc2\x9bb", b"a??b"),
                (b"a\xee\x80\x80b", b"a\xee\x80\x80b"),
                (b"a\xed\xa0\x80b", b"a???b"),
                (b"a\xe2\x28\xa1b", b"a?(?b"),
                (b"a\xc3\x1b[", b"a??["),
                ("a\u202eb\u2028".encode(), b"a???b???"),
                (b"cut\xe2\x82", b"cut??")):
            self.assertEqual(shown(text), want)
        self.assertEqual(shown(b"\xe9\x9b\x1b", "latin-1"), b"\xe9??")
        self.assertEqual(shown("é\t".encode(), "ascii"), b"???")


if __name__ == "__main__":
    px.main()
