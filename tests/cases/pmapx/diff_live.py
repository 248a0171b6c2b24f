# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx diff of running processes: what they lose is found, also when they were started anew
elsewhere; and reports fit on a terminal."""
import fcntl
import json
import os
import pty
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import px

# What is lost: (name, kind) of the mappings that have it, each the beginning.
LEAKS = {"heap": ("[heap]", "heap"), "map": ("[ anon ]", "anon"), "file": ("leak-0", "data"),
         "stacks": ("[ anon ]", "thread-stack"), "arena": ("[ anon ]", "arena"),
         "shm": ("zero (deleted)", "shm")}


class Live(px.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = tempfile.mkdtemp(prefix="pmapx-diff-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def capture(self, name, pid):
        got = px.pmapx("capture", "-o", name, str(pid), cwd=self.folder)
        self.assertEqual(got.status, 0, got.stderr)
        return name

    def lose(self, target, what):
        target.process.stdin.write(what.encode() + b"\n")
        target.process.stdin.flush()
        self.assertEqual(target.process.stdout.readline(), b"done\n")

    def rows(self, *words, told=b""):
        got = px.pmapx("diff", *words, "--format=json", cwd=self.folder)
        self.assertEqual((got.status, got.stderr), (1, told))
        return json.loads(got.stdout)

    def check(self, document, what, lost):
        """The first row is of what was lost, as much as that."""
        row = document["rows"][0]
        self.assertIn(row["state"], ("grown", "appeared"))
        self.assertEqual((row["name"], row["kind"].partition(" (guessed)")[0]), LEAKS[what])
        for column in ("rss", "pss", "private", "dirty"):
            # What else is in the group need not be the same page for page.
            self.assertGreaterEqual(row[column], lost - 64)
            # Threads touch a few pages more, and malloc keeps some at hand.
            self.assertLess(row[column], lost + 512)

    def test_while_it_runs(self):
        """Between a capture and now; the process is the same."""
        for what in LEAKS:
            with self.subTest(leak=what), px.Target("leaking") as target:
                lost = int(target.truth["lost"])
                self.capture("%s.tar" % what, target.pid)
                if px.is_sanitized(px.TARGET) and what in ("heap", "arena"):
                    self.skipTest("malloc is not that of glibc")
                self.lose(target, what)
                for words in ([], ["--name=px_target"]):
                    now = [str(target.pid)] if not words else [self.capture(what + "-2.tar", target.pid)]
                    document = self.rows("%s.tar" % what, *now, *words)
                    self.check(document, what, lost)
                    self.assertEqual(document["matched_by"], "only")
                    self.assertEqual(document["rows"][0]["pid"], target.pid)

    def test_started_anew(self):
        """Another process of that program, at other addresses."""
        with px.Target("leaking") as target:
            self.capture("old.tar", target.pid)
        for what in LEAKS:
            with self.subTest(leak=what), px.Target("leaking", what) as target:
                lost = int(target.truth["lost"])
                self.capture(what + ".tar", target.pid)
                self.check(self.rows("old.tar", what + ".tar", "--match=cmd"), what, lost)
                self.check(self.rows("old.tar", what + ".tar",
                                     told=b"pmapx: diff: not the same process; compared since each look has "
                                     b"only one\n"), what, lost)
                # What smaps says, saved by hand.
                with open("/proc/%d/smaps" % target.pid, "rb") as file, \
                        open(os.path.join(self.folder, "smaps"), "wb") as copy:
                    copy.write(file.read())
                got = self.rows("old.tar", "smaps")
                self.check(got, what, lost)

    def test_each_time(self):
        """Of three looks, what grew twice; what grew once is no leak yet."""
        with px.Target("leaking") as target:
            lost = int(target.truth["lost"])
            self.capture("1.tar", target.pid)
            self.lose(target, "map")
            self.lose(target, "shm")
            self.capture("2.tar", target.pid)
            self.lose(target, "map")
            time.sleep(1)  # Looks that are closer tell nothing of an hour.
            document = self.rows("1.tar", "2.tar", str(target.pid))
        names = [row["name"] for row in document["rows"] if row["pss"] >= lost]
        self.assertEqual(names, ["[ anon ]"])
        self.check(document, "map", 2 * lost)
        times = [look["time_ms"] for look in document["looks"]]
        self.assertEqual(times, sorted(times))
        hours = (times[2] - times[0]) / 3600000
        self.assertAlmostEqual(document["rows"][0]["per_hour"], document["rows"][0]["pss"] / hours, delta=1)

    def test_map_without_a_number(self):
        """What was saved of no one knows whom, and a process."""
        with px.Target("leaking") as target:
            with open("/proc/%d/smaps" % target.pid, "rb") as file, \
                    open(os.path.join(self.folder, "smaps"), "wb") as copy:
                copy.write(file.read())
            self.lose(target, "map")
            self.check(self.rows("smaps", str(target.pid)), "map", int(target.truth["lost"]))

    def test_many_at_a_time(self):
        """Processes that are read side by side are matched; none is lost."""
        with px.Target("many-processes", "40", "3") as target:
            for jobs in ("1", "4"):
                got = px.pmapx("diff", "--all", "--all", "--tree=%d" % target.pid, "--jobs", jobs, "--format=json",
                               "--by=pid")
                self.assertIn(got.status, (0, 1))
                document = json.loads(got.stdout)
                self.assertEqual([look["processes"] for look in document["looks"]], [41, 41])
                self.assertEqual(document["matched_by"], "pid+start+boot")
                self.assertLessEqual({row["state"] for row in document["rows"]}, {"grown", "shrunk", "changed"})

    def test_denied(self):
        """What one look may not read has not vanished, and is not new in the other."""
        prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        if os.geteuid() != 0 or px.run([*prefix, "test", "-x", px.PMAPX]).status != 0:
            self.skipTest("nobody to become who may run " + px.PMAPX)
        name = "pxd%d" % os.getpid()
        os.chmod(self.folder, 0o755)
        pids = []
        for letter, words in (("a", []), ("b", prefix)):
            path = os.path.join(self.folder, name + letter)
            shutil.copy(shutil.which("sleep"), path)
            process = subprocess.Popen([*words, path, "600"])
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            pids.append(process.pid)
            while os.readlink("/proc/%d/exe" % process.pid) != path:
                self.assertIsNone(process.poll())
                time.sleep(0.01)
        select = "--name=^%s.$" % name
        got = px.pmapx("capture", "-o", "before.tar", select, cwd=self.folder)
        self.assertEqual(got.status, 0, got.stderr)
        os.chmod(os.path.join(self.folder, "before.tar"), 0o644)
        for looks in (["before.tar", "--all"], ["--all", "before.tar"]):
            for match, what in (("pid", "process"), ("cmd", "program")):
                got = px.run([*prefix, px.PMAPX, "diff", *looks, select, "--match", match,
                              "--by", "pid" if match == "pid" else "class",
                              "--format=json", "--fields=state,cmd"], cwd=self.folder)
                document = json.loads(got.stdout)
                self.assertEqual(document["left_out"], 1)
                self.assertNotIn(name + "a", [row["cmd"] for row in document["rows"]])
                self.assertIn(b"pmapx: diff: 1 process could not be read: 1 denied\n", got.stderr)
                self.assertIn(b"pmapx: diff: 1 %s left out" % what.encode(), got.stderr)

    def test_redacted(self):
        """As pmapx writes it: names are other ones, kinds and permissions are the same."""
        with px.Target("leaking") as target:
            self.capture("plain.tar", target.pid)
            for name in ("one", "two"):
                got = px.pmapx("capture", "-o", name + ".tar", "--redact=paths", str(target.pid), cwd=self.folder)
                self.assertEqual(got.status, 0, got.stderr)
        told = ("pmapx: diff: %s.tar has names of its own for files, which are redacted: --by=kind,perm compares "
                "without\n")
        for looks in (["plain", "one"], ["one", "two"]):
            looks_told = "".join(told % look for look in looks if look != "plain").encode()
            for keys, want in (("kind,perm", b""), ("name", looks_told)):
                with self.subTest(looks=looks, keys=keys):
                    got = px.pmapx("diff", *(look + ".tar" for look in looks), "-q", "--by", keys,
                                   "--fields=state,size", cwd=self.folder)
                    self.assertEqual(got.stderr, want)
                    # Pages of others come and go.
                    self.assertEqual(b"appeared" in got.stdout and b"vanished" in got.stdout, keys == "name")

    def test_gone(self):
        with px.Target("leaking") as target:
            self.capture("1.tar", target.pid)
        self.result(px.pmapx("diff", "1.tar", str(target.pid), cwd=self.folder), b"",
                    b"pmapx: diff: %d: no such process\n" % target.pid, 2)
        with px.Target("leaking") as other:
            self.result(px.pmapx("diff", "1.tar", str(other.pid), cwd=self.folder), b"",
                        b"pmapx: diff: 1.tar: %d: no such process\n" % other.pid, 2)


class Terminal(px.TestCase):
    def on_terminal(self, columns, *words):
        """What is seen on a terminal so wide."""
        master, slave = pty.openpty()
        with open(master, "rb", buffering=0) as ours:
            with open(slave, "wb", buffering=0) as theirs:
                fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
                got = px.run([px.PMAPX, "diff", *words], stdout=theirs, cwd=self.folder)
                seen = os.read(master, 65536)
        self.assertEqual(got.status, 1, got.stderr)
        return seen.decode().replace("\r\n", "\n").splitlines()

    def test_eighty_columns(self):
        """Numbers of a server fit, and most of what they are of."""
        self.folder = tempfile.mkdtemp(prefix="pmapx-diff-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        with tarfile.open(px.shared("postgres", "captures-AB.tar.xz")) as archive:
            archive.extractall(self.folder)
        lines = self.on_terminal(80, "A", "B", "--top=10")
        self.assertEqual(lines[1], "grown  7788 +56052 +56064 +56064  +56064 +56064 postgres: heap rw-p [heap]")
        self.assertEqual(lines[2], "grown  7787 +14808 +14672 +14672  +14672 +14672 postgres: heap rw-p [heap]")
        self.assertEqual(lines[3], "grown 25087      0 +11744  +1895    +112 +11744 postgres: shm rw-s zero (delete+")
        self.assertEqual(lines[11], "(left out, as all are 0: swap)")
        self.assertEqual(max(map(len, lines)), 80)
        lines = self.on_terminal(80, "A", "B", "--by=address", "--top=3")
        self.assertEqual(lines[1], "grown  7788 +56052 +56064 +56064  +56064 +56064 postgres: 564b37705000 [heap]")
        # A name that is cut says so.
        name = "x" * 100
        os.rename(os.path.join(self.folder, "B"), os.path.join(self.folder, name))
        lines = self.on_terminal(80, "A", name, "--by=pid", "--top=3")
        self.assertEqual(lines[-1], "new        111    0      0 %s+" % ("x" * 52))


if __name__ == "__main__":
    px.main()
