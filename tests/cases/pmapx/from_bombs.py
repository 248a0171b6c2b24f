#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--from with archives that are made to do harm: memory is bounded, and it is said what is refused."""
import bz2
import gzip
import lzma
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import px
import tars
from tars import ONE_LINE

SANITIZED = px.is_sanitized(px.PMAPX)
MIB = 1 << 20
# Beyond what a decompressor says that it needs.
MEMORY_KB = 64 * 1024


class Bombs(tars.Case):
    def measure(self, path, *words, limit=MEMORY_KB, **kwargs):
        got, memory = tars.measured(self.folder, "--from", path, *words, timeout=250,
                                    env=px.environment(TMPDIR=self.temporary), **kwargs)
        if not SANITIZED:
            self.assertLess(memory, limit, path)
        return got

    def big(self, size, data):
        """An entry as large as that, in pieces."""
        yield tars.header("maps-1", size)
        for _ in range(size // len(data)):
            yield data
        yield tars.END

    def test_endless_line(self):
        for what, data, size in (("zeros", bytes(MIB), 1024 * MIB), ("letters", b"a" * MIB, 256 * MIB),
                                 ("a name", None, 64 * MIB)):
            size = 64 * MIB if SANITIZED else size
            parts = self.big(size, data or b"/" * MIB)
            if data is None:
                parts = [tars.header("maps-1", len(ONE_LINE[:-1]) + size), ONE_LINE[:-1],
                         *[b"/" * MIB] * (size // MIB), tars.END]
            path = tars.write_gzip(self.folder, "case.tar.gz", parts)
            with self.subTest(what=what):
                got = self.measure(path)
                self.assertRegex(got.stderr, rb"\Apmapx: [^\n]+: 1: maps: line 1: [^\n]+ 16 MiB"
                                 rb"[^\n]*\n(pmapx: [^\n]+, byte \d+: [^\n]*\n)?\Z")
                self.assertEqual(got.status, 1)

    def test_headers_of_holes(self):
        """Sparse entries whose list of parts is endless; libarchive would keep it."""
        parts = b"%011o\0%011o\0" % (0, 0)
        count = 16 if SANITIZED else 64

        def old(block):
            block[386:482] = parts * 4
            block[482] = 1
            block[483:495] = b"%011o\0" % 0
        more = (parts * 21).ljust(504, b"\0") + b"\1" + bytes(7)
        first = tars.header("1/maps", kind=b"S", magic=b"ustar  \0", change=old)
        records = b"".join(tars.record(key, value) for key, value in (
            ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "1/maps"),
            ("GNU.sparse.realsize", "0")))
        number = b"%d\n" % (count * MIB // 4)
        new = [tars.entry("pax", records, kind=b"x"), tars.header("1/maps", count * MIB + 512),
               number, *[b"0\n0\n" * (MIB // 4)] * count, tars.END]
        for what, blocks in (("old", [first, *[more * 2048] * count]), ("new", new)):
            for ending in (".tar.gz", ".tar.bz2", ".tar.zst"):
                with self.subTest(what=what, ending=ending):
                    if ending == ".tar.gz":
                        path = tars.write_gzip(self.folder, "case.tar.gz", blocks)
                    else:
                        path = tars.write(self.folder, "case" + ending,
                                          tars.COMPRESSIONS[ending](b"".join(blocks[:40])))
                    got = self.measure(path)
                    self.assertIn(b": a header is too long\n", got.stderr)
                    self.assertEqual((got.status, got.stderr.count(b"\n")), (1, 1))

    def test_large_headers(self):
        """Names and records of 64 MiB."""
        for kind in b"L", b"K", b"x", b"g":
            path = tars.write_gzip(self.folder, "case.tar.gz", [
                tars.header("long", 64 * MIB, kind=kind), *[b"a" * MIB] * 64])
            with self.subTest(kind=kind):
                got = self.measure(path)
                self.assertRegex(got.stderr, rb"\Apmapx: [^\n]+: byte \d+: [^\n]+\n\Z")
                self.assertEqual((got.stdout, got.status), (b"", 1))

    def test_windows(self):
        """What needs more than 128 MiB to be unpacked is refused with a sentence."""
        data = tars.entry("maps-1", ONE_LINE) + tars.END
        for size in (64, 256):
            packed = lzma.compress(data, filters=[
                {"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": size * MIB}])
            got = self.measure(tars.write(self.folder, "case.tar.xz", packed),
                               limit=MEMORY_KB + 128 * 1024)
            self.check_window(got, size, rb"needs 257 MiB of memory, more than the 128 MiB")
        for log in (27, 28, 31):
            packed = tars.zstd(data, "--ultra", "--long=%d" % log, "--no-check")
            # The window is what it says, not what is there, if it comes through a pipe.
            packed = bytearray(packed)
            self.assertEqual(packed[4] & 0x20, 0, "there is a window")
            packed[5] = (log - 10) << 3
            got = self.measure(tars.write(self.folder, "case.tar.zst", packed),
                               limit=MEMORY_KB + 128 * 1024)
            self.check_window(got, 1 << (log - 20),
                              rb"needs %d MiB of memory, more than the 128 MiB" % (1 << (log - 20)))

    def check_window(self, got, size, words):
        with self.subTest(size=size):
            if size <= 128:
                self.shows(got, 1, lines=3)
                self.assertEqual((got.stderr, got.status), (b"", 0))
            else:
                self.assertEqual((got.stdout, got.status), (b"", 1))
                self.assertRegex(got.stderr, rb"\Apmapx: [^\n]+: byte 0: [^\n]*%s[^\n]*\n\Z" % words)

    def test_twice_compressed(self):
        """It is unpacked once."""
        data = tars.entry("maps-1", ONE_LINE) + tars.END
        for inner in (gzip.compress, bz2.compress, lzma.compress):
            for ending, outer in tars.COMPRESSIONS.items():
                if ending == ".tar":
                    continue
                with self.subTest(ending=ending):
                    got = self.measure(tars.write(self.folder, "case" + ending, outer(inner(data))))
                    self.assertRegex(got.stderr, rb"\Apmapx: [^\n]+: byte \d+: [^\n]+\n\Z")
                    self.assertEqual((got.stdout, got.status), (b"", 1))

    def test_million_empty_entries(self):
        count = 20000 if SANITIZED else 1000000
        path = tars.write_gzip(self.folder, "case.tar.gz", (
            *tars.empties(b"%d/maps" % number for number in range(1, count + 1)), tars.END))
        # In several parts, each in order.
        got = self.measure(path)
        pids = [int(pid) for pid in re.findall(rb"^(\d+):", got.stdout, re.MULTILINE)]
        self.assertEqual(pids, list(range(1, count + 1)))

    def test_million_folders(self):
        count = 20000 if SANITIZED else 1000000
        path = tars.write_gzip(self.folder, "case.tar.gz", (
            *tars.empties(b"%x/1/maps" % number for number in range(count)), tars.END))
        got = self.measure(path)
        hosts = re.findall(rb"^([0-9a-f]+):\n", got.stdout, re.MULTILINE)
        self.assertEqual(len(set(hosts)), count)


if __name__ == "__main__":
    px.main()
