# SPDX-License-Identifier: GPL-2.0-or-later
"""Tar archives block by block, also such as no program makes; and what reading them costs."""
import bz2
import gzip
import lzma
import os
import re
import shutil
import struct
import subprocess
import tempfile
import unittest
import zlib

import px

# A mapping of a program.
ONE_LINE = px.map_line("00400000-00401000", "r-xp", "/a/b", "fe:00", 1)

BLOCK = 512
END = bytes(2 * BLOCK)


def header(name, size=0, kind=b"0", magic=b"ustar\x0000", link=b"", change=None):
    """A header; change(header) may alter it before the checksum is put in."""
    block = bytearray(BLOCK)
    name, link = px.as_bytes(name)[:100], px.as_bytes(link)
    block[:len(name)] = name
    block[100:124] = b"0000644\0" + b"0000000\0" * 2
    block[124:136] = b"%011o\0" % size if 0 <= size < 8 ** 11 else struct.pack(">iq", -2 ** 31, size)
    block[136:148] = b"%011o\0" % 0
    block[156:157] = kind
    block[157:157 + len(link)] = link
    block[257:257 + len(magic)] = magic
    if change:
        change(block)
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def padded(data):
    return data + bytes(-len(data) % BLOCK)


def entry(name, data=b"", **options):
    data = px.as_bytes(data)
    return header(name, len(data), **options) + padded(data)


def empties(names):
    """Empty entries, very many of them."""
    plain = bytearray(header(""))
    total = sum(header("")[:148]) + 8 * ord(" ") + sum(header("")[156:])
    for name in names:
        plain[:100] = name.ljust(100, b"\0")
        plain[148:156] = b"%06o\0 " % (total + sum(name))
        yield bytes(plain)


def long_name(name, data=b""):
    """An entry whose name is in one of its own before it, as GNU tar does."""
    name = px.as_bytes(name) + b"\0"
    return entry("././@LongLink", name, kind=b"L", magic=b"ustar  \0") + entry("long", data,
                                                                              magic=b"ustar  \0")


def record(key, value):
    """A record of pax, which begins with its own length."""
    rest = b" %s=%s\n" % (px.as_bytes(key), px.as_bytes(value))
    length = len(rest) + 1
    while len(b"%d" % length) + len(rest) != length:
        length += 1
    return b"%d%s" % (length, rest)


def pax(name, data=b"", kind=b"x", **records):
    """An entry with records of pax before it."""
    text = b"".join(record(key, value) for key, value in records.items())
    return entry("pax", text, kind=kind) + entry(name, data)


def zstd(data, *options):
    if not shutil.which("zstd"):
        raise unittest.SkipTest("zstd is not installed")
    return subprocess.run(["zstd", "-q", "-c", *options], input=data, stdout=subprocess.PIPE,
                          check=True).stdout


COMPRESSIONS = {".tar": bytes, ".tar.gz": gzip.compress, ".tar.bz2": bz2.compress,
                ".tar.xz": lzma.compress, ".tar.zst": zstd}


def write(folder, name, *parts):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        for part in parts:
            file.write(part)
    return path


def write_gzip(folder, name, parts):
    """Compress as it comes: all of it may be more than there is memory."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        for part in parts:
            file.write(packer.compress(part))
        file.write(packer.flush())
    return path


# Of tests/bench, and built with it.
SPAWN = os.path.join(px.BUILD, "tests", "px_spawn")


def measured(folder, *words, **kwargs):
    """Run pmapx; the result, and the most memory that it had, in KiB."""
    if not os.path.exists(SPAWN):
        raise unittest.SkipTest("no " + SPAWN)
    path = os.path.join(folder, "cost")
    if os.path.exists(path):
        os.unlink(path)
    got = px.run([SPAWN, path, px.PMAPX, *words], **kwargs)
    with open(path, encoding="ascii") as file:
        return got, int(file.read().split()[3])


class Case(px.TestCase):
    """Cases with a folder of their own, and a $TMPDIR in which nothing may be left."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.temporary = os.path.join(self.folder, "tmp")
        os.mkdir(self.temporary)

    def tearDown(self):
        self.assertEqual(os.listdir(self.temporary), [])

    def run_from(self, path, *words, **kwargs):
        return px.pmapx("--from", path, *words, env=px.environment(TMPDIR=self.temporary), **kwargs)

    def of(self, *parts, name="case.tar", words=()):
        """What an archive of these parts shows."""
        return self.run_from(write(self.folder, name, *parts), *words)

    def told(self, path, text):
        return b"pmapx: %s: %s\n" % (path.encode(), px.as_bytes(text))

    def shows(self, got, *pids, lines=None):
        """Headers of these processes, in this order."""
        found = [int(pid) for pid in re.findall(rb"^(\d+):   ", got.stdout, re.MULTILINE)]
        self.assertEqual(found, list(pids), got)
        if lines is not None:
            self.assertEqual(got.stdout.count(b"\n"), lines)
