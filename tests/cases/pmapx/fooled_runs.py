#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs that pmap does not get through, or ends without a word, and files and words of its own that
it gets wrong (D15, D16, D18, D19, D21 to D25, D34 to D37, D43)."""
import os
import re
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
import trace
from rows import Base, table

AS_PMAP = os.path.join(px.BUILD, "pmap")
NO_PROCESS = 2147483647


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
            if self.pmap_is():
                self.result(px.run([px.SYSTEM_PMAP, *view, str(NO_PROCESS)]), status=42)

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
            if self.pmap_is():
                self.result(px.run([*words, px.SYSTEM_PMAP, *view, pid]), header, status=1)

    def test_both(self):
        target, words = self.unreadable()
        pids = [str(target.pid), str(NO_PROCESS)]
        got = px.run([*words, px.PMAPX, *pids])
        self.assertEqual(got.status, 43)
        self.assertEqual(len(got.stderr.splitlines()), 2, got.stderr)
        got = px.run([*words, AS_PMAP, *pids])
        self.assertEqual((got.status, got.stderr), (43, b""))


class Readings(Base):
    """What changes while it is read, or cannot be read on."""

    def rows_and_total(self, out):
        rows, totals = table(out)
        return sum(int(row["Size"]) for row in rows), int(totals["Size"])

    def test_a_process_that_changes(self):
        """The rows of -X and their totals are of one reading (D15)."""
        with px.Target("changing") as target:
            # On a busy machine six readings in a row may be torn, which is said, in a place or two.
            torn = (rb"\Apmapx: %d: /proc/%d/smaps: the map was changing while it was read"
                    rb"( \(and \d+ more\))?\n\Z" % (target.pid, target.pid))
            for _ in range(10 if px.is_sanitized(px.PMAPX) else 60):
                got = px.pmapx("-X", str(target.pid))
                self.assertEqual(*self.rows_and_total(got.stdout))
                self.assertRegex(got.stderr, torn if got.status else rb"\A\Z")
            if self.pmap_is():
                if not any(rows != total for rows, total in (
                        self.rows_and_total(self.pmap("-X", str(target.pid)))
                        for _ in range(500))):
                    self.skipTest("not one of 500 readings by pmap was torn here")

    def test_pieces(self):
        """Each reading is a lock that others can get in between (D16)."""
        trace.need()
        with px.Target("many", "3000") as target:
            path, counts = "/proc/%d/maps" % target.pid, []
            for program in (px.PMAPX, px.SYSTEM_PMAP):
                if program == px.PMAPX or self.pmap_is():
                    got = trace.run([program, str(target.pid)], trace.only(*trace.READS))
                    counts.append(trace.reads(got.calls, path))
            self.assertGreater(counts[0], 10)
            if counts[1:]:
                self.assertGreater(counts[1], 3 * counts[0], "pmap is fooled")

    def test_an_error_in_mid_map(self):
        """It is taken for the end (D19)."""
        trace.need()
        with px.Target("many", "500") as target:
            for view, file in ((["-q"], "maps"), (["-xq"], "smaps")):
                path = "/proc/%d/%s" % (target.pid, file)
                options = ["-P", path, "-e", "trace=read", "-e", "inject=read:error=EIO:when=3"]
                got = trace.run([px.PMAPX, *view, str(target.pid)], options)
                self.assertEqual((got.status, got.stderr), (
                    1, b"pmapx: %d: %s: Input/output error\n" % (target.pid, path.encode())))
                self.assertGreater(got.stdout.count(b"\n"), 10)
                if self.pmap_is():
                    got = trace.run([px.SYSTEM_PMAP, *view, str(target.pid)], options)
                    self.assertLess(got.stdout.count(b"\n"), 100)
                    self.assertEqual((got.status, got.stderr), (0, b""), "pmap is fooled")

    def test_broken_pipe(self):
        """Lost output is no success, also where the signal is ignored (D43)."""
        with px.Target("anon") as target:
            for program, status in ((px.PMAPX, 1), (AS_PMAP, 1), (px.SYSTEM_PMAP, 0)):
                if program == px.SYSTEM_PMAP and not self.pmap_is():
                    continue
                reader, writer = os.pipe()
                os.close(reader)
                got = px.run(["sh", "-c", "trap '' PIPE; exec \"$@\"", "sh", program,
                              str(target.pid)], stdout=writer)
                os.close(writer)
                self.assertEqual(got.status, status, program)


class Several(Base):
    """Each process is shown as if it were alone, but for widths of -X."""

    def test_totals(self):
        """Those of -X are each one's own (D24)."""
        with px.Target("many", "21", "touched") as target:
            pid = str(target.pid)
            total = sum(one.end - one.start for one in self.maps(target.pid)) // 1024
            self.assertEqual(self.sizes(self.pmapx("-X", pid, pid)), [total, total])
            if self.pmap_is(last=(4, 0, 3)):
                self.assertEqual(self.sizes(self.pmap("-X", pid, pid)), [total, 2 * total],
                                 "pmap is fooled")

    def sizes(self, out):
        """The totals of the Size column, which is the first."""
        return [int(line.split()[0]) for line in out.splitlines() if line.endswith(b"KB ")]

    def test_nothing_below_a_process_without_mappings(self):
        """No totals that belong to nothing (D25)."""
        with px.Target("zombie") as target:
            zombie = target.truth["zombie"]
            got = px.pmapx("-X", str(target.pid), zombie)
            self.assertEqual(got.stderr, b"")
            self.assertTrue(got.stdout.endswith(b"] <defunct>\n"), got.stdout[-80:])
            if self.pmap_is():
                out = self.pmap("-X", str(target.pid), zombie)
                self.assertTrue(out.endswith(b"KB \n"), "pmap is fooled")


class Files(Base):
    """rc files (D34, D35, D36)."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="pmapx-rc-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.rc = os.path.join(self.folder, "rc")

    def write(self, text):
        with open(self.rc, "w", encoding="utf-8") as file:
            file.write(text)

    def words(self):
        """How to become the owner of a folder who has no rights beyond its own."""
        if os.geteuid() != 0:
            return []
        if not shutil.which("setpriv"):
            self.skipTest("no setpriv")
        os.chown(self.folder, 65534, 65534)
        if os.path.exists(self.rc):
            os.chown(self.rc, 65534, 65534)
        return ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]

    def test_a_file_that_cannot_be_read(self):
        """It is not overwritten."""
        for program in (px.PMAPX, AS_PMAP, px.SYSTEM_PMAP):
            self.write("mine\n")
            os.chmod(self.rc, 0o200)
            if program == px.SYSTEM_PMAP and not self.pmap_is():
                continue
            words = self.words()
            if px.run([*words, "test", "-x", program]).status != 0:
                self.skipTest("no other user may run " + program)
            got = px.run([*words, program, "-N", self.rc])
            os.chmod(self.rc, 0o600)
            with open(self.rc, "rb") as file:
                left = file.read()
            if program == px.SYSTEM_PMAP:
                self.assertEqual((got.status, left[:6]), (0, b"# pmap"), "pmap is fooled")
            else:
                self.assertEqual((got.status, left), (1, b"mine\n"))

    def test_a_link_to_nothing(self):
        """What it points to is not made."""
        target = os.path.join(self.folder, "target")
        os.symlink(target, self.rc)
        for program in (px.PMAPX, AS_PMAP):
            self.assertEqual(px.run([program, "-N", self.rc]).status, 1)
            self.assertFalse(os.path.exists(target))
        if self.pmap_is():
            self.assertEqual(px.run([px.SYSTEM_PMAP, "-N", self.rc]).status, 0)
            self.assertTrue(os.path.exists(target), "pmap is fooled")

    def test_a_full_disk(self):
        """No success is claimed."""
        script = 'mount --make-rprivate / && mount -t tmpfs -o size=4k tmpfs "$0" && ' \
            '{ head -c 8192 /dev/zero >"$0/fill"; } 2>/dev/null; exec "$@"'
        for program, status in ((px.PMAPX, 1), (AS_PMAP, 1), (px.SYSTEM_PMAP, 0)):
            if program == px.SYSTEM_PMAP and not self.pmap_is():
                continue
            got = px.run([*px.unshare_command(), "sh", "-c", script, self.folder, program, "-N",
                          self.rc])
            if b"mount" in got.stderr:
                self.skipTest("no tmpfs here")
            self.assertEqual((got.status, b"success" in got.stderr), (status, status == 0), program)

    def french(self):
        px.need_locale("fr_FR.UTF-8")
        if not os.path.exists("/usr/share/locale/fr/LC_MESSAGES/procps-ng.mo"):
            self.skipTest("no French catalogue of procps-ng")
        return px.environment(LC_ALL="fr_FR.UTF-8")

    def test_another_language(self):
        """English names of columns count in it, too (D35)."""
        env = self.french()
        self.write("[Fields Display]\nOffset\nRss\nMapping\n")
        with px.Target("anon") as target:
            words = ["-C", self.rc, str(target.pid)]
            heading = self.pmapx(*words, env=env).splitlines()[1].split()
            self.assertEqual(heading, ["Adresse".encode(), "Décalage".encode(), b"Rss", b"Carte"])
            if self.pmap_is():
                heading = self.pmap(*words, env=env).splitlines()[1].split()
                self.assertEqual(heading, [b"Adresse", b"Rss"], "pmap is fooled")

    def test_paths(self):
        """Asked for twice they are not hidden (D36)."""
        self.write("[Fields Display]\nMapping\n[Mapping]\nShowPath\n")
        with px.Target("file", "f") as target:
            path = os.path.join(os.path.realpath(target.directory), "f").encode()
            words = ["-p", "-C", self.rc, str(target.pid)]
            self.contains(b" " + path + b"\n", self.pmapx(*words))
            if self.pmap_is():
                self.assertNotIn(path, self.pmap(*words), "pmap is fooled")

    def test_wide_headings(self):
        """An address has 16 digits however its column is called, and -q keeps the columns (D37)."""
        px.need_locale("ka_GE.UTF-8")
        if not os.path.exists("/usr/share/locale/ka/LC_MESSAGES/procps-ng.mo"):
            self.skipTest("no Georgian catalogue of procps-ng")
        env = px.environment(LC_ALL="ka_GE.UTF-8")
        with px.Target("anon") as target:
            out = self.pmapx("-x", str(target.pid), env=env)
            starts = [b"%016x" % one.start for one in self.maps(target.pid)]
            self.assertEqual([line.split()[0] for line in out.splitlines()[2:-2]], starts)
            quiet = self.pmapx("-xq", str(target.pid), env=env).splitlines()[1:]
            self.assertEqual(quiet, out.splitlines()[2:-2])
            if self.pmap_is():
                out = self.pmap("-x", str(target.pid), env=env)
                self.assertEqual(len(out.splitlines()[2].split()[0]), 27, "pmap is fooled")


if __name__ == "__main__":
    px.main()
