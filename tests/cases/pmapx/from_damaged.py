#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--from with archives that are cut or damaged, or odd: what can be read is shown, what cannot is said
with its place, the status is 1, and nothing is left behind."""
import bz2
import gzip
import lzma
import os
import random
import re
import signal
import subprocess
import sys
import time
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import px
import saving
import tars
from tars import ONE_LINE

SANITIZED = px.is_sanitized(px.PMAPX)
MIB = 1 << 20


def maps(count, name="/x/file"):
    return b"".join(px.map_line("%x-%x" % (0x10000000 + i * 0x3000, 0x10000000 + i * 0x3000 + 0x2000),
                                "r--s", "%s%d" % (name, i), "fe:00", i + 1) for i in range(count))


class Cut(tars.Case):
    """An archive ends too early."""

    FILES = (("maps-1", maps(5)), ("proc/2/maps", maps(30)), ("maps-3", b""), ("stat-3", b""),
             ("cmdline-1", b"A\0b\0"), ("maps-4", maps(7)))

    def expected(self, length):
        """What the first bytes of the archive show: the files that begin in them, as far as they go."""
        at, files = 0, []
        for name, data in self.FILES:
            if length < at + tars.BLOCK:
                break
            files.append((name, data[:max(0, length - at - tars.BLOCK)]))
            at += len(tars.entry(name, data))
        folder = os.path.join(self.folder, "files")
        for name, data in files:
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)
        if not files:
            return b"", 0
        return self.run_from(folder).stdout, len(files)

    def check(self, got, path, length):
        """After as many bytes, when unpacked."""
        stdout, count = self.expected(length)
        self.same(got.stdout, stdout)
        self.assertEqual(got.status, 1, got)
        place = rb"((proc/2/)?[a-z]+-?\d*, )?byte \d+: [^\n]+"
        lines = got.stderr.splitlines(keepends=True)
        if count == 0 and len(lines) == 1 and (b"neither" in lines[0] or lines[0].endswith(b": empty\n")):
            return
        self.assertRegex(lines[-1], rb"\Apmapx: %s: %s\n\Z" % (re.escape(path.encode()), place))
        for line in lines[:-1]:
            self.assertRegex(line, rb"\Apmapx: %s: \d: maps: (line \d+: .*|.*could not be read.*|no maps"
                             rb" was captured)\n\Z" % re.escape(path.encode()))
        self.assertLessEqual(len(lines), 5)

    def whole(self):
        return b"".join(tars.entry(name, data) for name, data in self.FILES) + tars.END

    def test_plain(self):
        whole = self.whole()
        path = os.path.join(self.folder, "case.tar")
        for length in range(0, len(whole) - len(tars.END) + 1, 1024 if SANITIZED else 512):
            with self.subTest(length=length):
                self.check(self.of(whole[:length]), path, length)
        for length in (len(whole) - len(tars.END) + 1, len(whole) - 512 - 1):
            with self.subTest(length=length):
                self.assertEqual(self.of(whole[:length]).status, 1)
        # A single block of zeros is an end, too.
        for length in (len(whole) - 512, len(whole)):
            self.assertEqual(self.of(whole[:length]).stderr, self.of(whole).stderr)

    def test_in_the_middle_of_blocks(self):
        whole = self.whole()
        path = os.path.join(self.folder, "case.tar")
        for length in range(513, len(whole) - len(tars.END), 1511 if SANITIZED else 131):
            with self.subTest(length=length):
                self.check(self.of(whole[:length]), path, length)

    def check_compressed(self, ending, packed, unpack, step):
        """All that comes out before the cut is shown."""
        path = os.path.join(self.folder, "case" + ending)
        data = self.whole()
        whole = self.of(data)
        for length in range(6, len(packed), len(packed) // 9 if SANITIZED else step):
            with self.subTest(ending=ending, length=length, of=len(packed)):
                got = self.of(packed[:length], name="case" + ending)
                count = len(unpack(packed[:length]))
                if count < len(data) - len(tars.END):
                    self.check(got, path, count)
                    self.assertNotRegex(got.stderr, b"Unrecognized|no tar")
                    continue
                # Behind the last entry there is what tells whether all is as it was.
                self.assertEqual((got.stdout, got.status), (whole.stdout, 1))
                self.assertRegex(got.stderr, rb": byte \d+: the compressed data ends too early\n\Z")

    def test_compressed_map(self):
        """It is no archive, and what to do is said."""
        for ending, pack in list(tars.COMPRESSIONS.items())[1:]:
            for text in (maps(5), b""):
                path = tars.write(self.folder, "maps" + ending[4:], pack(text))
                self.result(px.pmapx("--from", path), status=1, stderr="pmapx: %s: byte 0: once "
                            "unpacked it is no tar; a single file has to be unpacked first\n" % path)

    def test_xz(self):
        self.check_compressed(".tar.xz", lzma.compress(self.whole()),
                              lambda data: lzma.LZMADecompressor().decompress(data), 7)

    def test_gzip(self):
        self.check_compressed(".tar.gz", gzip.compress(self.whole()),
                              lambda data: zlib.decompressobj(31).decompress(data), 7)

    def test_bzip2(self):
        """Block by block, of which there is one."""
        self.check_compressed(".tar.bz2", bz2.compress(self.whole()),
                              lambda data: bz2.BZ2Decompressor().decompress(data), 13)

    def test_zstd(self):
        """Block by block: here one, and its checksum."""
        packed = tars.zstd(self.whole(), "--check")
        data = self.whole()
        self.check_compressed(".tar.zst", packed,
                              lambda cut: data if len(cut) >= len(packed) - 4 else b"", 13)

    def test_large_compressed(self):
        """Of a large one, what is far enough before the cut is shown."""
        random.seed(7)
        names = [b"/x/%032x" % random.getrandbits(128) for _ in range(300)]
        entries = [tars.entry("maps-%d" % pid, b"".join(
            px.map_line("%x-%x" % (at * 0x2000, at * 0x2000 + 0x1000), "r--s", names[at * pid % 300],
                        "fe:00", random.getrandbits(30)) for at in range(1, 1000)))
                   for pid in range(1, 40)]
        for ending in ".tar.gz", ".tar.bz2", ".tar.zst", ".tar.xz":
            packed = tars.COMPRESSIONS[ending](b"".join(entries) + tars.END)
            got = self.of(packed[:len(packed) * 3 // 4], name="case" + ending, words=["-q"])
            with self.subTest(ending=ending):
                found = re.findall(rb"^(\d+):", got.stdout, re.MULTILINE)
                self.assertEqual([int(pid) for pid in found], list(range(1, len(found) + 1)))
                self.assertGreater(len(found), 15)
                self.assertLess(len(found), 35)
                self.assertRegex(got.stderr.splitlines()[-1], rb": byte \d+: |, byte \d+: ")
                self.assertEqual(got.status, 1)


class Flipped(tars.Case):
    def test_any_byte(self):
        """Nothing ends badly, and what is wrong is said under the archive's name."""
        random.seed(5)
        whole = tars.entry("maps-1", maps(20)) + tars.entry("2/maps", maps(9)) + tars.END
        for ending, pack in tars.COMPRESSIONS.items():
            packed = pack(whole)
            path = os.path.join(self.folder, "case" + ending)
            for _ in range(20 if SANITIZED else 200):
                at, bit = random.randrange(len(packed)), 1 << random.randrange(8)
                changed = bytearray(packed)
                changed[at] ^= bit
                got = self.of(bytes(changed), name="case" + ending)
                with self.subTest(ending=ending, at=at, bit=bit):
                    self.assertIn(got.status, (0, 1))
                    self.assertEqual(got.status != 0, got.stderr != b"")
                    for line in got.stderr.splitlines():
                        self.assertTrue(line.startswith(b"pmapx: %s: " % path.encode()), line)

    def test_checksum(self):
        """What is compressed has a sum of its own, which tells that the contents are not as they
        were; they are shown all the same."""
        whole = tars.entry("maps-1", maps(20)) + tars.END
        for ending, at in ((".tar.gz", -6), (".tar.gz", -2), (".tar.bz2", 11), (".tar.xz", -2),
                           (".tar.zst", -2)):
            packed = bytearray(tars.COMPRESSIONS[ending](whole) if ending != ".tar.zst"
                               else tars.zstd(whole, "--check"))
            # Where a sum is; of bzip2 the first block's, behind its magic.
            packed[at] ^= 0x10
            got = self.of(bytes(packed), name="case" + ending)
            with self.subTest(ending=ending, at=at):
                self.shows(got, 1, lines=22)
                self.result(got._replace(stdout=b""), b"", self.told(
                    os.path.join(self.folder, "case" + ending),
                    "byte %d: the compressed data is damaged" % len(whole)), 1)

    def test_bad_header(self):
        """A header whose checksum is wrong, in the middle."""
        bad = bytearray(tars.entry("maps-2", ONE_LINE))
        bad[0] ^= 1
        got = self.of(tars.entry("maps-1", ONE_LINE), bytes(bad), tars.entry("maps-3", ONE_LINE),
                      tars.END)
        self.shows(got, 1)
        self.result(got._replace(stdout=b""), b"", self.told(
            os.path.join(self.folder, "case.tar"), "byte 1536: Damaged tar archive"), 1)

    def test_behind_the_end(self):
        """What stands behind the end, such as the rest of a tape's block, is nothing."""
        for rest in (bytes(9216), b"garbage" * 1000, tars.entry("maps-2", ONE_LINE)):
            got = self.of(tars.entry("maps-1", ONE_LINE), tars.END, rest)
            self.shows(got, 1)
            self.assertEqual((got.status, got.stderr), (0, b""))


class Names(tars.Case):
    """Nothing is opened by a name of the archive."""

    def test_odd_names(self):
        names = (b"../../../../1/maps", b"/etc/../2/maps", b"a\nb/3/maps", b"\x1b[2J\x07/4/maps",
                 b"\xff\xfe/5/maps", b" /6/maps", b"./7/maps", b"a//8//maps", b"%s%n/9/maps")
        got = self.of(*(tars.entry(name, ONE_LINE) for name in names), tars.END, words=["-q"])
        self.assertEqual(re.findall(rb"^[^\n]*:\n", got.stdout, re.M), [])
        got = self.of(*(tars.entry(name, ONE_LINE) for name in names), tars.END)
        found = re.findall(rb"^([^\n0-9][^\n]*):\n(\d):   \[b\]\n", got.stdout, re.M)
        self.assertEqual({int(pid): host for host, pid in found}, {
            1: b"../../../..", 2: b"/etc/..", 3: b"a?b", 4: b"?[2J?", 5: b"??", 6: b" ", 8: b"a",
            9: b"%s%n"})
        self.assertEqual((got.status, got.stderr), (0, b""))
        self.assertNotRegex(got.stdout, rb"[\x00-\x09\x0b-\x1f\x7f\xff\xfe]")

    def test_no_names(self):
        """Nothing of a process."""
        path = os.path.join(self.folder, "case.tar")
        for name in (b"", b"stat", b"case/maps", b"0/maps", b"01/maps", b"maps-", b"maps--1",
                     b"maps-99999999999", b"1/task/2/maps", b"MAPS-1", b"maps-1.gz", b"1 /maps"):
            with self.subTest(name=name):
                self.result(self.of(tars.entry(name, ONE_LINE), tars.END), b"",
                            self.told(path, "no maps or smaps of processes are in it"), 1)

    def test_long_names(self):
        """Up to PATH_MAX they are as any other."""
        path = os.path.join(self.folder, "case.tar")
        for make in (tars.long_name, lambda name, data: tars.pax("x", data, path=name)):
            for length in (99, 100, 101, 255, 4000, 4096):
                name = b"d" * (length - 7) + b"/1/maps"
                got = self.of(make(name, ONE_LINE), tars.entry("e/2/maps", ONE_LINE), tars.END)
                with self.subTest(length=length):
                    self.assertEqual((got.status, got.stderr), (0, b""))
                    self.assertTrue(got.stdout.startswith(name[:-7] + b":\n1:   [b]\n"))
            name = b"d" * 4090 + b"/1/maps"
            got = self.of(make(name, ONE_LINE), tars.entry("e/2/maps", ONE_LINE), tars.END)
            self.shows(got, 2, lines=3)
            self.result(got._replace(stdout=b""), b"", self.told(
                path, b"d" * 200 + b"...: " + os.strerror(36).encode()), 1)

    def test_name_beyond_all(self):
        for make in (tars.long_name, lambda name, data: tars.pax("x", data, path=name)):
            got = self.of(tars.entry("maps-1", ONE_LINE),
                          make(b"d" * 2 * MIB + b"/1/maps", ONE_LINE), tars.END)
            self.shows(got, 1, lines=3)
            self.assertRegex(got.stderr, rb"\Apmapx: [^\n]+: byte \d+: [^\n]+\n\Z")
            self.assertEqual(got.status, 1)

    def test_twice(self):
        """The later one counts, as when tar unpacks."""
        other = px.map_line("00500000-00502000", "r-xp", "/c/d", "fe:00", 2)
        got = self.of(tars.entry("maps-1", ONE_LINE), tars.entry("maps-2", ONE_LINE),
                      tars.entry("1/maps", other), tars.END)
        self.shows(got, 1, 2, lines=6)
        self.assertIn(b"0000000000500000      8K r-x-- d\n", got.stdout)
        got = self.of(*[tars.entry("maps-1", ONE_LINE)] * 50, tars.entry("maps-1", other), tars.END)
        self.shows(got, 1, lines=3)
        self.assertIn(b"0000000000500000      8K r-x-- d\n", got.stdout)


class Kinds(tars.Case):
    # What an entry is, and what is said of it where a file is wanted.
    NO_FILES = ((b"1", "a link, which is not followed"), (b"2", "a link, which is not followed"),
                (b"3", "Not a regular file"), (b"4", "Not a regular file"), (b"6", "Not a regular file"))

    def link(self, name, kind, mode=0o644):
        def change(block):
            block[100:108] = b"%07o\0" % mode
        return tars.header(name, kind=kind, link="maps-2", change=change)

    def test_no_files(self):
        """Links, devices and pipes are not files: named where one is wanted, everything else is shown."""
        path = os.path.join(self.folder, "case.tar")
        for kind, why in self.NO_FILES:
            for name in "maps-1", "proc/1/smaps", "proc/2/stat", "pmapx.json":
                with self.subTest(kind=kind, name=name):
                    told = self.told(path, "%s: %s" % (name, why))
                    got = self.of(tars.entry("maps-2", ONE_LINE), self.link(name, kind), tars.END)
                    self.shows(got, 2, lines=3)
                    self.result(got._replace(stdout=b""), b"", told, 1)
                    if name != "pmapx.json":
                        self.result(self.of(self.link(name, kind), tars.END), b"", told, 1)
        got = self.of(tars.entry("maps-2", ONE_LINE), *(self.link("%d/maps" % (3 + i), kind)
                      for i, (kind, _) in enumerate(self.NO_FILES)), tars.END)
        self.result(got._replace(stdout=b""), b"",
                    self.told(path, "3/maps: a link, which is not followed (and 4 more)"), 1)

    def test_no_files_that_are_not_wanted(self):
        """The link exe of a capture, files of processes that nobody asked for, folders."""
        parts = [tars.entry("proc/2/maps", ONE_LINE), tars.END]
        for kind, _ in self.NO_FILES:
            got = self.of(self.link("proc/2/exe", kind), *parts)
            self.shows(got, 2, lines=3)
            self.assertEqual((got.status, got.stderr), (0, b""))
            got = self.of(self.link("proc/1/maps", kind), *parts, words=["2"])
            self.shows(got, 2, lines=3)
            self.assertEqual((got.status, got.stderr), (0, b""))
        got = self.of(self.link("maps-1", b"5"), *parts)
        self.shows(got, 2, lines=3)
        self.assertEqual((got.status, got.stderr), (0, b""))
        self.result(self.of(self.link("maps-1", b"5"), tars.END), b"", self.told(
            os.path.join(self.folder, "case.tar"), "no maps or smaps of processes are in it"), 1)

    def test_hard_links(self):
        """As GNU tar makes them of files with two names, and with the mode of a file; or with contents."""
        path = os.path.join(self.folder, "case.tar")
        told = self.told(path, "maps-1: a link, which is not followed")
        got = self.of(tars.entry("maps-2", ONE_LINE), self.link("maps-1", b"1", 0o100644), tars.END)
        self.shows(got, 2, lines=3)
        self.result(got._replace(stdout=b""), b"", told, 1)
        folder = os.path.join(self.folder, "links")
        os.mkdir(folder)
        os.link(tars.write(folder, "maps-2", ONE_LINE), os.path.join(folder, "maps-1"))
        got = self.run_from(saving.tar(os.path.join(self.folder, "case"), folder, "maps-2", "maps-1"))
        self.shows(got, 2, lines=3)
        self.result(got._replace(stdout=b""), b"", told, 1)
        # POSIX lets pax save the contents, too; elsewhere the size is of what is linked to.
        whole = tars.header("maps-1", len(ONE_LINE), kind=b"1", link="maps-2") + tars.padded(ONE_LINE)
        got = self.of(tars.pax("maps-2", ONE_LINE, mtime="1.5"), whole, tars.END)
        self.shows(got, 1, 2, lines=6)
        self.assertEqual((got.status, got.stderr), (0, b""))
        got = self.of(whole[:tars.BLOCK], tars.entry("maps-2", ONE_LINE), tars.END)
        self.shows(got, 2, lines=3)
        self.result(got._replace(stdout=b""), b"", told, 1)

    def test_formats(self):
        for what, magic in (("ustar", b"ustar\x0000"), ("gnu", b"ustar  \0"), ("v7", bytes(8))):
            for kind in b"0", b"\0", b"7":
                got = self.of(tars.entry("maps-1", ONE_LINE, magic=magic, kind=kind), tars.END)
                with self.subTest(what=what, kind=kind):
                    self.shows(got, 1, lines=3)
                    self.assertEqual((got.status, got.stderr), (0, b""))
        got = self.of(tars.pax("x", ONE_LINE, path="proc/1/maps", uid="1", mtime="1.5",
                               comment="\u00e9"), tars.END)
        self.shows(got, 1, lines=3)
        self.assertEqual((got.status, got.stderr), (0, b""))

    def test_holes(self):
        """No file of /proc has a hole, which may stand for any number of zeros."""
        path = os.path.join(self.folder, "maps-1")
        for kind in ("gnu", "pax"):
            for at, size in ((0, 1 << 30), (1 << 30, 0)):
                with open(path, "wb") as file:
                    file.seek(at)
                    file.write(ONE_LINE)
                    file.truncate(max(size, at + len(ONE_LINE)))
                archive = os.path.join(self.folder, "case.tar")
                subprocess.run(["tar", "--format", kind, "--sparse", "-cf", archive,
                                "-C", self.folder, "maps-1"], check=True)
                if os.path.getsize(archive) > MIB:
                    self.skipTest("the file system has no holes")
                got = self.run_from(archive)
                with self.subTest(kind=kind, at=at):
                    self.shows(got, 1)
                    self.assertRegex(got.stderr, rb": maps-1, byte \d+: a hole in the file\n\Z")
                    self.assertEqual(got.status, 1)

    def test_sizes_that_lie(self):
        path = os.path.join(self.folder, "case.tar")
        for size in (len(ONE_LINE) + 600, 1 << 40, (1 << 62) + 1):
            got = self.of(tars.header("maps-1", size) + tars.padded(ONE_LINE),
                          tars.entry("maps-2", ONE_LINE), tars.END)
            with self.subTest(size=size):
                self.assertEqual(got.status, 1)
                for line in got.stderr.splitlines():
                    self.assertTrue(line.startswith(b"pmapx: %s: " % path.encode()))
        got = self.of(tars.header("maps-1", -1) + tars.padded(ONE_LINE), tars.END)
        self.assertEqual(got.status, 1)


class Waiting(tars.Case):
    """What must wait, and where."""

    def large(self, name="case.tar"):
        return tars.write(self.folder, name, tars.entry("maps-1", maps(40000)),
                          tars.entry("maps-2", ONE_LINE), tars.END)

    def test_elsewhere(self):
        path = self.large()
        expected = self.run_from(path)
        self.shows(expected, 1, 2)
        self.assertEqual((expected.status, expected.stderr), (0, b""))
        for folder in (None, ""):
            got = px.pmapx("--from", path, env=px.environment(TMPDIR=folder))
            self.assertEqual(got, expected)

    def test_no_folder(self):
        path = self.large()
        for folder, why in (("/nonexistent\x1b", "No such file or directory"),
                            ("/dev/null", "Not a directory")):
            got = px.pmapx("--from", path, env=px.environment(TMPDIR=folder))
            with self.subTest(folder=folder):
                self.shows(got, 1)
                lines = got.stderr.splitlines(keepends=True)
                self.same(lines[-1], self.told(path, "temporary files in " + folder.replace("\x1b", "?") + ": " + why))
                self.assertEqual(got.status, 1)
                # The last line of what there was room for may be a part of one.
                self.assertLessEqual(len(lines), 2)
        # What waits in memory needs none.
        path = tars.write(self.folder, "small.tar", tars.entry("maps-1", ONE_LINE), tars.END)
        got = px.pmapx("--from", path, env=px.environment(TMPDIR="/nonexistent"))
        self.shows(got, 1, lines=3)
        self.assertEqual((got.status, got.stderr), (0, b""))

    def test_passed_by(self):
        """What is not wanted need not wait: it is looked at as it comes, to its end."""
        sysv = px.map_line("10000000-10001000", "rw-s", "/SYSV00000000 (deleted)", "00:01", 11)
        zero = px.map_line("20000000-20001000", "rw-s", "/dev/zero (deleted)", "00:01", 12)
        for end, name in ((b"", b"SYSV00000000 (deleted)"), (zero, b"  [ shmid=0xb ]")):
            path = tars.write(self.folder, "case.tar", tars.entry("maps-2", sysv),
                              tars.entry("maps-1", maps(40000) + end), tars.END)
            got = px.pmapx("--from", path, "-q", "2", env=px.environment(TMPDIR="/nonexistent"))
            self.result(got, b"2:   -\n0000000010000000      4K rw-s- %s\n" % name)

    def test_full(self):
        if os.geteuid() != 0:
            self.skipTest("only root mounts")
        path = self.large()
        words = px.unshare_command() + ["sh", "-c", "mount --make-rprivate / &&"
            " mount -t tmpfs -o size=256k tmpfs \"$0\" && \"$@\"; r=$?; ls \"$0\" >&2; exit $r",
            self.temporary]
        got = px.run([*words, px.PMAPX, "--from", path],
                     env=px.environment(TMPDIR=self.temporary))
        self.shows(got, 1)
        lines = got.stderr.splitlines(keepends=True)
        self.same(lines[-1], self.told(path, "temporary files in " + self.temporary + ": No space left on device"))
        self.assertLessEqual(len(lines), 2)
        self.assertEqual(got.status, 1)

    def test_unwritable(self):
        if os.geteuid() != 0 or not os.path.exists("/usr/bin/setpriv"):
            self.skipTest("needs root and setpriv")
        path = self.large()
        os.chmod(self.folder, 0o755)
        os.chmod(self.temporary, 0o755)
        got = px.run(["setpriv", "--reuid", "65534", "--clear-groups", px.PMAPX, "--from", path],
                     env=px.environment(TMPDIR=self.temporary))
        self.same(got.stderr.splitlines(keepends=True)[-1],
                  self.told(path, "temporary files in " + self.temporary + ": Permission denied"))
        self.assertEqual(got.status, 1)

    def test_killed(self):
        """Even then nothing is left: the file never had a name."""
        px.need_library("archive")
        path = self.large()
        for _ in range(3):
            ours, theirs = os.pipe()
            with subprocess.Popen([px.PMAPX, "--from", path], stdout=theirs,
                                  stderr=subprocess.DEVNULL,
                                  env=px.environment(TMPDIR=self.temporary)) as process:
                os.close(theirs)
                # It waits for a reader, with all of the archive read.
                self.assertTrue(os.read(ours, 1))
                self.assertTrue(any(
                    os.readlink(link).startswith(self.temporary) for link in (
                        "/proc/%d/fd/%s" % (process.pid, fd)
                        for fd in os.listdir("/proc/%d/fd" % process.pid))))
                self.assertEqual(os.listdir(self.temporary), [])
                process.kill()
                os.close(ours)
            self.assertEqual(os.listdir(self.temporary), [])


class Streams(tars.Case):
    def archive(self):
        return tars.write(self.folder, "case.tar", tars.entry("maps-1", maps(3000)), tars.END)

    def test_full_device(self):
        with open("/dev/full", "wb") as full:
            got = self.run_from(self.archive(), stdout=full)
            self.assertEqual((got.status, got.stderr),
                             (1, b"pmapx: write error: No space left on device\n"))

    def test_closed(self):
        path = self.archive()
        expected = self.run_from(path)
        for fds in ((0,), (2,), (0, 2)):
            got = self.run_from(path, preexec_fn=lambda fds=fds: [os.close(fd) for fd in fds])
            self.assertEqual((got.stdout, got.status), (expected.stdout, 0))
        got = self.run_from(path, preexec_fn=lambda: os.close(1))
        self.assertEqual((got.status, got.stderr),
                         (1, b"pmapx: write error: Bad file descriptor\n"))
        got = self.run_from("-", preexec_fn=lambda: os.close(0))
        self.result(got, b"", b"pmapx: -: Bad file descriptor\n", 1)

    def test_no_archive(self):
        """Neither of all that is understood."""
        text = "neither a map, nor a folder or an archive of such, nor a core file"
        for data in (b"\n", b"text\n" * 1000, bytes(100), bytes(100000), b"PK\3\4" + bytes(999),
                     b"!<arch>\n" + bytes(99), b"x" + os.urandom(9999)):
            path = tars.write(self.folder, "case", data)
            with self.subTest(data=data[:9]):
                self.result(self.run_from(path), b"", self.told(path, text), 1)
        self.result(self.run_from("/dev/zero"), b"", self.told("/dev/zero", text), 1)
        for path in "/dev/null", tars.write(self.folder, "case", b""):
            self.result(self.run_from(path), b"", self.told(path, "empty"), 1)
        self.result(self.run_from("-", stdin=subprocess.DEVNULL), b"", self.told("-", "empty"), 1)

    def test_signals(self):
        """A signal that is handled elsewhere does not make reads fail: here, of stop and go on."""
        ours, theirs = os.pipe()
        with open(self.archive(), "rb") as file:
            whole = file.read()
        expected = self.run_from(self.archive())
        with subprocess.Popen([px.PMAPX, "--from", "-"], stdin=ours, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE,
                              env=px.environment(TMPDIR=self.temporary)) as process:
            os.close(ours)
            for at in range(0, len(whole), 20000):
                os.write(theirs, whole[at:at + 20000])
                process.send_signal(signal.SIGSTOP)
                time.sleep(0.005)
                process.send_signal(signal.SIGCONT)
            os.close(theirs)
            out, err = process.communicate(timeout=60)
        self.assertEqual((out, err, process.returncode), (expected.stdout, b"", 0))


if __name__ == "__main__":
    px.main()
