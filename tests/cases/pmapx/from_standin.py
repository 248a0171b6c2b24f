#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--from: what stands in where saved files lack things, and in what forms they come."""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import px
import saving
import tars
from tars import ONE_LINE

STAT = px.stat_line(7, "of stat", start_stack=px.SAMPLE_STACK)
STATUS = b"Name:\tof status\nState:\tS (sleeping)\nTgid:\t7\nPid:\t7\nPPid:\t1\n"
ROWS = b"0000000000400000      4K r-x-- b\n total                4K\n"
SYSV = px.map_line("10000000-10001000", "rw-s", "/SYSV00000000 (deleted)", "00:01", 11)
VIEWS = ([], ["-x"], ["-d"], ["-X"], ["-XX"])


class Header(tars.Case):
    """PID:   command, of whatever there is."""

    def header(self, **files):
        got = self.of(*(tars.entry("7/" + name, data) for name, data in files.items()), tars.END)
        self.assertEqual((got.status, got.stderr), (0, b""))
        self.assertEqual(got.stdout.partition(b"\n")[2], ROWS)
        return got.stdout.partition(b"\n")[0]

    def test_what_there_is(self):
        for files, expected in (
                ({"cmdline": b"A\0-b\0", "comm": b"of comm\n", "status": STATUS, "stat": STAT}, b"A -b"),
                ({"comm": b"of comm\n", "status": STATUS, "stat": STAT}, b"[of stat]"),
                ({"comm": b"of comm\n", "status": STATUS}, b"[of status]"),
                ({"comm": b"of comm\n"}, b"[of comm]"),
                ({"cmdline": b"A\0"}, b"A"),
                ({"cmdline": b"", "stat": STAT}, b"[of stat]"),
                ({"cmdline": b"", "comm": b"of comm\n"}, b"[of comm]"),
                ({"stat": b"", "comm": b"of comm\n"}, b"[of comm]"),
                ({"status": b"", "comm": b"of comm\n"}, b"[of comm]"),
                ({"comm": b"\n"}, b"[b]"),
                ({}, b"[b]")):
            with self.subTest(files=sorted(files)):
                self.same(self.header(maps=ONE_LINE, **files), b"7:   " + expected)

    def test_no_program(self):
        """No file that may be executed."""
        for line in (px.map_line("00400000-00401000", "r--p", "/a/b", "fe:00", 1),
                     px.map_line("00400000-00401000", "--xp", "/a/b", "fe:00", 1),
                     px.map_line("00400000-00401000", "r-xp", "[vdso]"),
                     px.map_line("00400000-00401000", "r-xp")):
            got = self.of(tars.entry("7/maps", line), tars.END)
            self.assertEqual(got.stdout.partition(b"\n")[0], b"7:   -")

    def test_zombie(self):
        got = self.of(tars.entry("7/maps"), tars.entry("7/stat", px.stat_line(7, "gone", "Z")), tars.END)
        self.assertEqual(got.stdout.partition(b"\n")[0], b"7:   [gone] <defunct>")

    def test_no_number(self):
        """A single map that is called by none."""
        for name in ("case", "maps", "x-maps", "smaps", "maps-0", "a\x1bb"):
            path = tars.write(self.folder, name, ONE_LINE)
            with self.subTest(name=name):
                self.result(self.run_from(path),
                            b"-:   %s\n" % name.replace("\x1b", "?").encode() + ROWS)
        os.mkdir(os.path.join(self.folder, "7"))
        for name in ("maps-7", "7/maps"):
            self.result(self.run_from(tars.write(self.folder, name, ONE_LINE)), b"7:   [b]\n" + ROWS)

    def test_no_folder(self):
        """A map that is in a folder or an archive, and nothing tells of which process it is."""
        other = b"3:   [b]\n" + ROWS
        for number, (files, name) in enumerate(((["maps"], b"maps"), (["smaps"], b"smaps"), (["maps", "smaps"], b"maps"),
                                                (["proc/smaps"], b"smaps"))):
            case = os.path.join(self.folder, "case%d" % number)
            for file in files + ["3/maps", "stat", "comm", "below/maps"]:
                os.makedirs(os.path.dirname(os.path.join(case, file)), exist_ok=True)
                tars.write(case, file, ONE_LINE)
            for path in case, saving.tar(case, case):
                with self.subTest(files=files, path=path):
                    self.result(self.run_from(path), b"-:   %s\n" % name + ROWS + other)
                    self.result(self.run_from(path, "3"), other)
        path = tars.write(self.folder, "case.tar", tars.entry("./smaps", b"garbage\n" + ONE_LINE), tars.END)
        self.result(self.run_from(path, "-q"), b"-:   smaps\n" + ROWS.partition(b"\n")[0] + b"\n",
                    self.told(path, "smaps: line 1, column 8: expected a mapping, or ':' after a key"), 1)

    def test_asked_for(self):
        path = tars.write(self.folder, "case.tar", tars.entry("7/maps", ONE_LINE), tars.END)
        self.result(self.run_from(path, "8"), b"", self.told(path, "8: No such process"), 42)
        self.result(self.run_from(path, "8", "7", "9"), b"7:   [b]\n" + ROWS, self.told(
            path, "8: No such process") + self.told(path, "9: No such process"), 42)
        self.result(self.run_from(path, "7", "7"), 2 * (b"7:   [b]\n" + ROWS))
        path = tars.write(self.folder, "case", ONE_LINE)
        self.result(self.run_from(path, "7"), b"", self.told(path, "7: No such process"), 42)


class Map(tars.Case):
    """maps and smaps."""

    def test_no_smaps(self):
        path = tars.write(self.folder, "case.tar", tars.entry("1100/maps", ONE_LINE), tars.END)
        for words in (["-x"], ["-X"], ["-XX"]):
            got = self.run_from(path, *words)
            with self.subTest(words=words):
                self.result(got, b"1100:   [b]\n", self.told(
                    path, "1100: no smaps was captured, %s needs it" % words[0]), 1)
        self.result(self.run_from(self.temporary), b"",
                    self.told(self.temporary, "no maps or smaps of processes are in it"), 1)

    def test_neither(self):
        path = tars.write(self.folder, "case.tar", tars.entry("7/stat", STAT), tars.END)
        for view, file in (([], "maps"), (["-d"], "maps")):
            self.result(self.run_from(path, *view), b"7:   [of stat]\n",
                        self.told(path, "7: no %s was captured" % file), 1)
        self.result(self.run_from(path, "-x"), b"7:   [of stat]\n",
                    self.told(path, "7: no smaps was captured, -x needs it"), 1)

    def test_smaps_alone(self):
        with px.sample() as root:
            os.unlink(os.path.join(root.path, "100/maps"))
            path = saving.tar(os.path.join(self.folder, "case"), root.path)
            for view, name in (([], "default"), (["-x"], "x"), (["-d"], "d"), (["-X"], "X"),
                               (["-XX"], "XX"), (["-p"], None)):
                with px.sample() as whole:
                    self.result(self.run_from(path, *view), whole.pmapx(*view, "100").stdout)
                for words in ([], ["100"]):
                    self.assertEqual(self.run_from(root.path, *view, *words),
                                     self.run_from(path, *view))

    def test_empty_smaps(self):
        """Which cp makes of a file that may be opened and not read."""
        parts = tars.entry("7/maps", ONE_LINE), tars.entry("7/smaps"), tars.END
        got = self.of(*parts)
        self.result(got, b"7:   [b]\n" + ROWS)
        got = self.of(*parts, words=["-x"])
        self.assertEqual((got.stdout, got.status), (b"7:   [b]\n", 1))
        self.assertEqual(got.stderr, self.told(os.path.join(self.folder, "case.tar"),
                                               "7: no smaps was captured, -x needs it"))

    def test_stack(self):
        """By stat where it is there, else by the kernel's label."""
        line = px.map_line("7ffd00000000-7ffd00010000", "rw-p", "[stack]")
        other = px.map_line("7ffe00000000-7ffe00010000", "rw-p")
        for stat, first, second in ((None, b"stack", b"anon"),
                                    (px.stat_line(7, start_stack=0x7ffe00000100), b"anon", b"stack"),
                                    (px.stat_line(7, start_stack=0x7ffd00000100), b"stack", b"anon")):
            parts = [tars.entry("7/stat", stat)] if stat else []
            got = self.of(*parts, tars.entry("7/maps", line + other), tars.END)
            with self.subTest(stat=stat):
                self.assertEqual(re.findall(rb"\[ (\w+) \]", got.stdout), [first, second])


class Segments(tars.Case):
    """System V shared memory is on the device of /dev/zero, or memfd, of the same host."""

    def labels(self, *entries, words=()):
        got = self.of(*(tars.entry(name, data) for name, data in entries), tars.END, words=words)
        self.assertEqual((got.status, got.stderr), (0, b""))
        return re.findall(rb"rw-s-   \[ (\S+) \]\n|rw-s- (\S+)[^\n]*\n", got.stdout)

    def line(self, name, device, span="20000000-20001000"):
        return px.map_line(span, "rw-s", name, device, 5)

    SHMID, NAME = (b"shmid=0xb", b""), (b"", b"SYSV00000000")

    def test_devices(self):
        zero, memfd = "/dev/zero (deleted)", "/memfd:x (deleted)"
        for name in zero, memfd:
            with self.subTest(name=name):
                self.assertEqual(self.labels(("1/maps", SYSV), ("2/maps", self.line(name, "00:01")))[:1],
                                 [self.SHMID])
                self.assertEqual(self.labels(("1/maps", SYSV), ("2/maps", self.line(name, "00:05")))[:1],
                                 [self.NAME])
                # Not looked for among what is not asked for, but on the same host.
                self.assertEqual(self.labels(("1/smaps", SYSV + self.line(name, "00:01")))[:1],
                                 [self.SHMID])
        self.assertEqual(self.labels(("1/maps", SYSV)), [self.NAME])
        # /dev/zero is surer than memfd, wherever it is.
        self.assertEqual(self.labels(("1/maps", SYSV), ("2/maps", self.line(memfd, "00:09")),
                                     ("3/maps", self.line(zero, "00:01")))[:1], [self.SHMID])

    def test_hosts(self):
        """Each host has a device of its own."""
        zero = "/dev/zero (deleted)"
        got = self.labels(("A/1/maps", SYSV), ("A/2/maps", self.line(zero, "00:01")),
                          ("B/1/maps", SYSV), ("B/2/maps", self.line(zero, "00:02")), ("C/1/maps", SYSV))
        self.assertEqual(got, [self.SHMID, (b"", b"zero"), self.NAME, (b"", b"zero"), self.NAME])
        # Wherever among those of its host a process is.
        told = [("%s/%d/maps" % (host, pid), self.line(zero, "00:0%d" % device))
                for host, device in (("A", 2), ("B", 1), ("C", 2)) for pid in (1, 3)]
        self.assertEqual(self.labels(("B/2/maps", SYSV), *told, words=["2"]), [self.SHMID])
        self.assertEqual(self.labels(("B/4/maps", SYSV), *told, words=["4"]), [self.SHMID])
        self.assertEqual(self.labels(("C/4/maps", SYSV), *told, words=["4"]), [self.NAME])


class Hosts(tars.Case):
    def test_headed(self):
        parts = (tars.entry("B/proc/3/maps", ONE_LINE), tars.entry("A/proc/10/maps", ONE_LINE),
                 tars.entry("A/proc/9/maps", ONE_LINE), tars.entry("./B/maps-2", ONE_LINE), tars.END)
        block = b":   [b]\n" + ROWS
        self.result(self.of(*parts), b"A:\n9" + block + b"A:\n10" + block + b"B:\n2" + block +
                    b"B:\n3" + block)
        # The same without the names: -q leaves out no more of a header than pmap does.
        rows = block[:block.index(b" total")]
        self.result(self.of(*parts, words=["-q"]), b"9" + rows + b"10" + rows + b"2" + rows + b"3" + rows)
        self.result(self.of(*parts, tars.END, words=["3", "9"]),
                    b"B:\n3" + block + b"A:\n9" + block)
        got = self.of(*parts, words=["-x"])
        path = os.path.join(self.folder, "case.tar")
        self.same(got.stderr, b"".join(self.told(
            path, "%s: no smaps was captured, -x needs it" % what)
            for what in ("A: 9", "A: 10", "B: 2", "B: 3")))

    def test_one(self):
        """A single host needs no name."""
        self.result(self.of(tars.entry("a/b/proc/3/maps", ONE_LINE), tars.END),
                    b"3:   [b]\n" + ROWS)


class Inputs(tars.Case):
    """Standard input, and pipes."""

    def setUp(self):
        super().setUp()
        self.archive = b"".join((tars.entry("7/maps", ONE_LINE), tars.END))
        self.block = b"7:   [b]\n" + ROWS

    def piped(self, data, *words):
        ours, theirs = os.pipe()
        with subprocess.Popen([px.PMAPX, "--from", "-", *words], stdin=ours, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE,
                              env=px.environment(TMPDIR=self.temporary)) as process:
            os.close(ours)
            with os.fdopen(theirs, "wb") as file:
                try:
                    file.write(data)
                except BrokenPipeError:
                    pass
            out, err = process.communicate(timeout=60)
        result = px.Result(out, err, process.returncode)
        px.skip_left_out(result)
        return result

    def test_map(self):
        self.result(self.piped(ONE_LINE), b"-:   -\n" + ROWS)
        got = self.piped(px.SAMPLE, "-x")
        # Of the stack, the kernel's label tells.
        self.assertEqual(got.stdout.partition(b"\n")[2], px.sample_out("x").partition(b"\n")[2])
        self.assertEqual(got.stdout.partition(b"\n")[0], b"-:   -")
        with open(tars.write(self.folder, "case", ONE_LINE), "rb") as file:
            self.result(self.run_from("-", stdin=file), b"-:   -\n" + ROWS)

    def test_large_map(self):
        """More than waits in memory."""
        lines = b"".join(px.map_line("%x-%x" % (at, at + 0x1000), "r--s", "/x/y/z", "fe:00", 1)
                         for at in range(0x10000000, 0x10000000 + 40000 * 0x2000, 0x2000))
        path = tars.write(self.folder, "case", lines)
        expected = self.run_from(path)
        self.assertEqual((expected.status, expected.stderr), (0, b""))
        self.result(self.piped(lines), expected.stdout.replace(b"-:   case\n", b"-:   -\n"))

    def test_old_archive(self):
        """Of the first kind of tar, as smemcap has it: its map is not taken for the whole of it."""
        data = b"".join((tars.entry("7/maps", ONE_LINE * 2, magic=bytes(8)), tars.END))
        path = tars.write(self.folder, "case", data)
        expected = b"7:   [b]\n" + b"0000000000400000      4K r-x-- b\n" * 2
        self.result(self.run_from(path, "-q"), expected)
        self.result(self.piped(data, "-q"), expected)

    def test_archive(self):
        for ending, pack in tars.COMPRESSIONS.items():
            with self.subTest(ending=ending):
                self.result(self.piped(pack(self.archive)), self.block)
                with open(tars.write(self.folder, "case", pack(self.archive)), "rb") as file:
                    self.result(self.run_from("-", stdin=file), self.block)
                # Whatever it is called.
                self.result(self.run_from(os.path.join(self.folder, "case")), self.block)

    def test_offset(self):
        """From where the file is read, not from its beginning."""
        for data, expected in ((ONE_LINE, b"-:   -\n" + ROWS), (self.archive, self.block)):
            with open(tars.write(self.folder, "case", b"garbage" * 99, data), "rb", buffering=0) as file:
                file.seek(99 * 7)
                self.result(self.run_from("-", stdin=file), expected)

    def test_pipes_with_names(self):
        for data, expected in ((ONE_LINE, b"-:   fifo\n" + ROWS), (self.archive, self.block)):
            path = os.path.join(self.folder, "fifo")
            os.mkfifo(path)
            source = tars.write(self.folder, "data", data)
            with subprocess.Popen(["cp", "--copy-contents", source, "/dev/stdout"],
                                  stdout=subprocess.PIPE) as writer:
                with subprocess.Popen(["sh", "-c", 'cat > "$0"', path],
                                      stdin=writer.stdout) as pump:
                    writer.stdout.close()
                    self.result(self.run_from(path), expected)
                    pump.wait(10)
            os.unlink(path)
            got = px.run(["bash", "-c", '"$0" --from <(cat "$1")', px.PMAPX, source])
            self.assertEqual((got.status, got.stderr), (0, b""))
            self.assertEqual(got.stdout.partition(b"\n")[2], expected.partition(b"\n")[2])

    def test_dash(self):
        """A file of that name has a folder before it."""
        tars.write(self.folder, "-", self.archive)
        self.result(self.run_from("./-", cwd=self.folder), self.block)


class Foreign(tars.Case):
    """Of other machines."""

    def test_32_bit(self):
        lines = (b"08048000-08050000 r-xp 00000000 03:01 99         /bin/cat\n"
                 b"bffeb000-c0000000 rw-p bffeb000 00:00 0          [stack]\n")
        got = self.of(tars.entry("maps-7", lines), tars.END)
        self.result(got, b"7:   [cat]\n0000000008048000     32K r-x-- cat\n"
                    b"00000000bffeb000     84K rw---   [ stack ]\n total              116K\n")
        got = self.of(tars.entry("smaps-7", lines.replace(b"\n", b"\nSize: 4 kB\nRss: 4 kB\n")),
                      tars.END, words=["-X"])
        self.assertEqual((got.status, got.stderr), (0, b""))
        self.assertEqual(got.stdout.count(b"\n"), 6)

    def test_recorded(self):
        """Captures of other kernels and architectures, as archives."""
        golden = px.shared("golden")
        for name in sorted(os.listdir(golden)):
            root = os.path.join(golden, name, "proc")
            if not os.path.isdir(root):
                continue
            pids = saving.processes(root)
            path = saving.tar(os.path.join(self.folder, name), root, *pids)
            for view in VIEWS:
                with self.subTest(name=name, view=view):
                    expected = px.pmapx("--from", root, *view, *pids)
                    self.assertEqual(self.run_from(path, *view, *pids)[::2], expected[::2])


class Layouts(tars.Case):
    def test_smemcap(self):
        """What smem's documentation says that smemcap writes, made by hand here, since Debian's package
        has no more than smem: meminfo, version, and PID/smaps, PID/cmdline, PID/stat."""
        parts = [tars.entry("meminfo", b"MemTotal: 1 kB\n"), tars.entry("version", b"Linux 6.1\n")]
        for pid in 20, 3:
            parts += [tars.entry("%d/smaps" % pid, px.SAMPLE), tars.entry("%d/cmdline" % pid, b"A\0"),
                      tars.entry("%d/stat" % pid, px.stat_line(pid, start_stack=px.SAMPLE_STACK))]
        for view, name in (([], "default"), (["-x"], "x"), (["-d"], "d"), (["-X"], "X"), (["-XX"], "XX")):
            with px.sample() as root:
                expected = root.pmapx(*view, "100").stdout.partition(b"\n")[2]
            self.result(self.of(*parts, tars.END, words=view),
                        b"3:   A\n" + expected + b"20:   A\n" + expected)

    def test_sos(self):
        """smaps alone, among much else."""
        top = os.path.join(self.folder, "sosreport-host-2026")
        for name, data in (("proc/12/smaps", px.SAMPLE), ("proc/3/smaps", px.SAMPLE),
                           ("proc/meminfo", b"MemTotal: 1 kB\n"), ("proc/12/limits", b"x\n"),
                           ("sos_commands/process/ps_auxwww", b"x\n"), ("version.txt", b"x\n"),
                           ("proc/sys/kernel/pid_max", b"9\n"), ("etc/maps", b"x\n"),
                           ("sys/kernel/debug/3", b"")):
            path = os.path.join(top, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)
        os.symlink("/proc", os.path.join(top, "link"))
        archive = saving.tar(os.path.join(self.folder, "sos"), self.folder, os.path.basename(top),
                             ending=".tar.xz")
        for view in VIEWS:
            with px.Root() as root:
                for pid in 3, 12:
                    root.process(pid, smaps=px.SAMPLE, cmdline=None, comm="b", ppid=1,
                                 start_stack=px.SAMPLE_STACK)
                expected = root.pmapx(*view, "3", "12")
            for source in top, archive:
                with self.subTest(view=view, source=source):
                    self.result(self.run_from(source, *view), expected.stdout)

    def test_postgres(self):
        """Two captures of a system with a database, in one archive, shuffled."""
        archive = px.shared("postgres", "captures-AB.tar.xz")
        folder = os.path.join(self.folder, "unpacked")
        os.mkdir(folder)
        subprocess.run(["tar", "-xf", archive, "-C", folder], check=True)
        with open(archive, "rb") as file:
            whole = file.read()
        for view in VIEWS:
            got = self.run_from(archive, *view)
            with self.subTest(view=view):
                same = self.run_from(folder, *view)
                self.assertEqual((got.stdout, got.status), (same.stdout, same.status))
                self.assertEqual(got.stderr.replace(archive.encode(), folder.encode()), same.stderr)
                headed = re.findall(rb"^(\S+):\n(\d+):   ", got.stdout, re.MULTILINE)
                order = [(host, int(pid)) for host, pid in headed]
                self.assertEqual(order, sorted(order))
                self.assertGreater(len({host for host, _ in order}), 1)
        with tempfile.TemporaryFile() as file:
            file.write(whole)
            file.seek(0)
            got = self.run_from("-", stdin=file)
        self.assertEqual(got.stdout, self.run_from(folder).stdout)


if __name__ == "__main__":
    px.main()
