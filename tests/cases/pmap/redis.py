#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A real redis-server with data in it looks the same to both pmaps."""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

LIVE_VIEWS = ([], ["-x"], ["-d"], ["-q"], ["-xq"], ["-dq"], ["-p"], ["-xp"], ["-dp"],
              ["--extended", "--show-path", "--quiet"], ["-A", "0,7fffffffffff"], ["-r"])
COPY_VIEWS = (["-X"], ["-XX"], ["-Xq"], ["-XXq"], ["-Xp"], ["-XXpq"])
# Enough to grow the heap and to give large strings mappings of their own.
SMALL_KEYS, LARGE_KEYS = 20000, 4


class Server:
    """A redis-server of our own, on a socket in a folder of our own; no other one is touched."""

    def __init__(self):
        program = shutil.which("redis-server")
        if program is None:
            raise unittest.SkipTest("redis-server is not installed")
        self.folder = tempfile.mkdtemp(prefix="pmapx-redis-")
        self.path = os.path.join(self.folder, "s")
        with open(os.path.join(self.folder, "log"), "wb") as log:
            self.process = subprocess.Popen(
                [program, "--port", "0", "--unixsocket", self.path, "--dir", self.folder,
                 "--save", "", "--appendonly", "no", "--daemonize", "no"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                env=px.environment())
        self.pid = self.process.pid
        try:
            self.fill()
        except BaseException:
            self.close()
            raise

    def connect(self):
        """A connection to the server, once it listens."""
        end = time.monotonic() + 30
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(self.path)
                return connection
            except OSError:
                connection.close()
                if self.process.poll() is not None or time.monotonic() > end:
                    with open(os.path.join(self.folder, "log"), errors="replace") as log:
                        raise AssertionError("redis-server does not start:\n" + log.read())
                time.sleep(0.05)

    def fill(self):
        """Store the keys and wait until the server has answered for each of them."""
        values = [b"%032d" % number for number in range(SMALL_KEYS)] + [bytes(1 << 20)] * LARGE_KEYS
        with self.connect() as connection:
            connection.settimeout(60)
            answers = connection.makefile("rb")
            for number, value in enumerate(values):
                connection.sendall(b"*3\r\n$3\r\nSET\r\n$8\r\n%08d\r\n$%d\r\n%b\r\n" % (
                    number, len(value), value))
                if number % 500 == 499 or number == len(values) - 1:
                    for _ in range(number % 500 + 1):
                        answer = answers.readline()
                        if answer != b"+OK\r\n":
                            raise AssertionError("redis-server says %r" % answer)

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Redis(px.TestCase):
    @classmethod
    def setUpClass(cls):
        px.need_system_pmap()
        cls.server = Server()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def test_it_is_redis(self):
        """The map has what a redis-server with data has: its program and a large heap."""
        got = px.under_test("-x", str(self.server.pid))
        self.assertEqual((got.status, got.stderr), (0, b""))
        self.assertTrue(got.stdout.startswith(b"%d:   " % self.server.pid), got.stdout[:80])
        self.assertRegex(got.stdout, rb" redis-(server|check-rdb|check-aof)\n")
        self.assertIn(b"[ stack ]\n", got.stdout)
        kilobytes = int(got.stdout.rsplit(b"\n", 2)[1].split()[3])
        self.assertGreater(kilobytes, 1024 * LARGE_KEYS + SMALL_KEYS * 32 // 1024)

    def test_views(self):
        moving = 0
        for words in LIVE_VIEWS:
            with self.subTest(words=words):
                seen = px.beside_pmap(*words, str(self.server.pid), tries=50)
                if seen is None:
                    moving += 1
                    continue
                pmap, tested = seen
                self.assertEqual(pmap.status, 0)
                self.result(tested, *pmap, "pmap %s" % words)
        print("compared %d views; %d were moving" % (len(LIVE_VIEWS) - moving, moving))
        self.assertLess(moving, len(LIVE_VIEWS) // 2)

    def test_views_of_copies(self):
        """What depends on who else maps a library is compared on copies of its files."""
        pid = str(self.server.pid)
        px.unshare_command()
        with px.Root() as root:
            root.copy(self.server.pid)
            for words in COPY_VIEWS + LIVE_VIEWS:
                with self.subTest(words=words):
                    pmap = root.mounted([px.SYSTEM_PMAP, *words, pid])
                    self.assertEqual(pmap.status, 0)
                    self.result(root.pmap(*words, pid), *pmap, "pmap %s" % words)

    def test_threads(self):
        """The id of any thread of the server shows the server."""
        tids = os.listdir("/proc/%d/task" % self.server.pid)
        self.assertGreater(len(tids), 1)
        for tid in tids:
            with self.subTest(tid=tid):
                seen = px.beside_pmap("-d", tid, tries=50)
                if seen is not None:
                    pmap, tested = seen
                    self.result(tested, *pmap, "pmap -d TID")
                    self.assertTrue(tested.stdout.startswith(b"%d:   " % self.server.pid))


if __name__ == "__main__":
    px.main()
