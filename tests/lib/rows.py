# SPDX-License-Identifier: GPL-2.0-or-later
"""Views taken apart: rows, names, totals; and what text of others may look like."""
import functools
import os
import re
import unittest

import px

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


# Texts that act on a terminal: of 15 bytes at most, as names of commands are, and without slashes,
# as names of files are.
HOSTILE = (
    # ESC and what follows: colours, clear, reset, title, device control, questions, hidden, charset
    b"red\x1b[31m", b"clear\x1b[2J\x1b[H", b"reset\x1bc", b"\x1b]0;title\x07", b"\x1b]2;t\x1b\\x",
    b"\x1bP$qm\x1b\\x", b"\x1b[5n ask", b"\x1b[8mhidden", b"\x1b(0charset",
    # C1 controls as bytes and in UTF-8: CSI, OSC and ST, DCS, NEL
    b"raw\x9b31m", b"raw\x9d0;t\x9cx", b"raw\x90q\x9cx", b"nel\x85x",
    b"utf\xc2\x9b31m", b"utf\xc2\x9d0;t\xc2\x9c", b"utf\xc2\x90q\xc2\x9c", b"nel\xc2\x85x",
    # ESC inside of what begins like a character
    b"lead\xc3\x1b[31m", b"lead\xe2\x1b[31m", b"lead\xf0\x9f\x1b[1m", b"\xf8\x88\x80\x80\x80five",
    # C0 controls and DEL
    b"del\x7f\x7f\x7fx", b"back\b\b\b\bfront", b"true\rfalse", b"tab\tx", b"bell\x07x",
    b"shift\x0ex\x0f", b"feed\x0bx\x0cx", b"sub\x1ax", b"\x01\x02\x1e\x1f",
    # Trojan source: ends of lines, overrides, embeddings and isolates
    *(("u%ca" % code).encode() for code in (0x2028, 0x2029, *range(0x202a, 0x202f),
                                            *range(0x2066, 0x206a))),
)


def harmless(char):
    return not (char < 0x20 or 0x7f <= char <= 0x9f or char in FORMAT_CHARACTERS)


def acts(text, codeset="utf-8"):
    """Does an output hold what is not harmless, or is no character?"""
    return any("\udc80" <= char <= "\udcff" or not harmless(ord(char)) and char != "\n"
               for char in text.decode(codeset, "surrogateescape"))


@functools.lru_cache(maxsize=None)
def each_locale():
    """(environment, character set, name) of locales of three kinds, those that are installed."""
    found = []
    for locale, codeset in (("C.UTF-8", "utf-8"), ("C", "ascii"), ("fr_FR.ISO-8859-1", "latin-1")):
        try:
            px.need_locale(locale)
        except unittest.SkipTest:
            if locale != "C":
                continue
        found.append((px.environment(LC_ALL=None, LC_CTYPE=locale), codeset, locale))
    return found


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

    def clean(self, out, codeset, what):
        """Nothing in an output acts on a terminal."""
        for char in out.decode(codeset, "surrogateescape"):
            if "\udc80" <= char <= "\udcff":
                self.fail("%s: the byte %02x gets through" % (what, ord(char) - 0xdc00))
            if char != "\n" and not harmless(ord(char)):
                self.fail("%s: U+%04X gets through" % (what, ord(char)))

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
