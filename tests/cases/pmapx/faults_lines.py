# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that cannot be read to the end, or have no end: no part of a line is shown, and nobody
waits for ever."""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import faulty
import px

ROWS = 3000
LEADER_LEAVES = """
import ctypes, threading, time
def stay():
    print(threading.get_native_id(), flush=True)
    time.sleep(60)
threading.Thread(target=stay).start()
time.sleep(.2)
ctypes.CDLL(None).syscall(%d, 0)
"""


class Cut(px.TestCase):
    def test_reading_fails_in_a_line(self):
        """The files are read in pieces that end anywhere in a line."""
        lines = [px.map_line("%x-%x" % (0x10000000 + i * 0x3000, 0x10000000 + i * 0x3000 + 0x2000),
                             "rw-p", "/x/y/file%d" % i, "fe:00", i + 1) for i in range(ROWS)]
        with px.Root() as root:
            root.process(100, maps=b"".join(lines),
                         smaps=b"".join(px.smaps_entry(line, Rss=4) for line in lines))
            for view, file in (([], "maps"), (["-d"], "maps"), (["-x"], "smaps")):
                words = ["--root", root.path, *view, "100"]
                whole = faulty.run(words)
                reads = sum(call.family == "read" and call.file == file for call in whole.calls)
                self.assertGreater(reads, 3)
                first = next(number for family, number, name in faulty.points(whole.calls)
                             if family == "read" and name == file)
                for number in range(first + 1, first + min(reads, 4)):
                    with self.subTest(view=view, number=number):
                        got = faulty.run(words, "read:%d:%d" % (number, 5)).result
                        self.assertEqual(got.status, 1)
                        self.assertRegex(got.stderr, rb"/%s: Input/output error\n\Z" % file.encode())
                        rows = re.findall(rb"^0000[^\n]*\n", got.stdout, re.MULTILINE)
                        full = re.findall(rb"^0000[^\n]*\n", whole.result.stdout, re.MULTILINE)
                        self.assertGreater(len(rows), 50)
                        # The keys of the last mapping of smaps may be missing: it has "?".
                        self.assertEqual(rows[:-1], full[:len(rows) - 1])
                        self.assertEqual(rows[-1].split()[-1], full[len(rows) - 1].split()[-1])


class Endless(px.TestCase):
    def test_devices_of_segments(self):
        """What self/maps has instead of lines is looked at once, not for each segment."""
        with px.Root() as root:
            root.process(100, maps=b"".join(
                px.map_line("%x-%x" % (i * 0x2000, i * 0x2000 + 0x1000), "rw-s",
                            "/SYSV%08x (deleted)" % i, "00:01", i) for i in range(1, 400)))
            root.file("self/maps", b"")
            os.truncate(os.path.join(root.path, "self", "maps"), 80 << 20)
            got = px.pmapx("--root", root.path, "100", timeout=30)
        self.assertEqual((got.status, got.stderr), (0, b""))
        self.assertEqual(got.stdout.count(b" SYSV000"), 399)

    def test_pipe_as_own_rc_file(self):
        """Nobody writes to it, so that opening it would never end."""
        with tempfile.TemporaryDirectory() as home, px.sample() as root:
            os.mkfifo(os.path.join(home, ".pmapxrc"))
            os.mkfifo(os.path.join(home, ".pmaprc"))
            env = px.environment(HOME=home)
            got = px.run([px.PMAPX, "--root", root.path, "-c", "100"], env=env, timeout=10)
            self.result(got, b"", b"pmapx: couldn't read ~/.pmapxrc: Not a regular file\n", 1)
            got = px.run([px.PMAP, "-c", "1"], env=env, timeout=10)
            self.result(got, b"", b"pmap: couldn't read ~/.pmaprc\n", 1)


class Threads(px.TestCase):
    def test_refused_after_the_leader_has_left(self):
        """The group's map is empty for everybody; that the thread's is refused is said."""
        if os.geteuid() != 0:
            self.skipTest("not root: no process to be refused")
        number = {"x86_64": 60, "aarch64": 93, "riscv64": 93}.get(os.uname().machine)
        if number is None:
            self.skipTest("the number of exit() is not known here")
        with subprocess.Popen([sys.executable, "-c", LEADER_LEAVES % number],
                              stdout=subprocess.PIPE) as process:
            try:
                tid = process.stdout.readline().split()[0].decode()
                px.settle(int(tid))
                while b"State:\tZ" not in px.process_file(process.pid, "status"):
                    pass
                for view, file in ((), "maps"), (("-x",), "smaps"):
                    got = px.run(["setpriv", "--reuid", "65534", "--regid", "65534",
                                  "--clear-groups", px.PMAPX, *view, tid])
                    if b"setpriv" in got.stderr or b"exec" in got.stderr:
                        self.skipTest(got.stderr.decode(errors="replace"))
                    self.assertEqual((got.status, got.stderr), (
                        1, b"pmapx: %s: /proc/%s/%s: Permission denied\n"
                        % (tid.encode(), tid.encode(), file.encode())))
            finally:
                process.kill()


if __name__ == "__main__":
    px.main()
