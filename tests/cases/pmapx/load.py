#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx load: what is in a database is what was saved, in SQLite and in PostgreSQL alike."""
import contextlib
import os
import re
import sqlite3
import subprocess
import sys
import tarfile
import termios
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import postgres
import px
import storing
import tars
from loading import MAPS, Loading, load, smaps

SAMPLES = os.path.join(px.SHARED, "postgres")

# Numbers of smaps that have a column, which has bytes.
SMAPS = {"Rss": "rss", "Pss": "pss", "Pss_Dirty": "pss_dirty", "Shared_Clean": "shared_clean",
         "Shared_Dirty": "shared_dirty", "Private_Clean": "private_clean", "Private_Dirty": "private_dirty",
         "Referenced": "referenced", "Anonymous": "anonymous", "LazyFree": "lazy_free",
         "AnonHugePages": "anon_huge_pages", "Shared_Hugetlb": "shared_hugetlb",
         "Private_Hugetlb": "private_hugetlb", "Swap": "swap", "SwapPss": "swap_pss", "Locked": "locked",
         "KernelPageSize": "kernel_page_size", "MMUPageSize": "mmu_page_size"}

# The article's query, which needs two functions that SQLite lacks.
QUERY = """
SELECT pid, lpad(to_char(SUM(CASE WHEN pathname = '[heap]' THEN chunk_size ELSE 0 END), 'FM999,999,999,999'), 20) AS heap,
       lpad(to_char(SUM(CASE WHEN pathname = '[stack]' THEN chunk_size ELSE 0 END), 'FM999,999,999,999'), 20) AS stack
FROM maps
WHERE pid IN (SELECT pid FROM maps WHERE pathname LIKE '%post%')
GROUP BY pid ORDER BY pid
"""


class Files(Loading):
    def test_mappings(self):
        """Text as it was, numbers in bytes, what has no column in extra."""
        self.save("case/smaps-12", smaps(MAPS))
        self.loads(self.db, self.path("case"), "--host", "h")
        self.assertEqual(self.rows("SELECT test_label, hostname, detail FROM capture"), [("case", "h", "smaps")])
        names = [line[73:].decode() or None for line in MAPS.split(b"\n")[:-1]]
        got = self.rows("SELECT seq, start_addr || '-' || end_addr || ' ' || perms || ' ' || offset_val || ' ' || dev"
                        " || ' ' || inode, pathname, rss, pss, vm_flags, extra FROM mapping ORDER BY seq")
        self.assertEqual(got, [(i + 1, " ".join(line.decode().split()[:5]), names[i], 4096, None, "rd mr", "Future_Key: 7 kB")
                               for i, line in enumerate(MAPS.split(b"\n")[:-1])])
        self.assertEqual(self.rows("SELECT addr, size FROM mapping WHERE seq = 6"), [(-10485760, 4096)])
        self.assertEqual([row[0] for row in self.rows("SELECT class FROM mapping ORDER BY seq")],
                         ["file", "heap", "shm", "file", "anon", "special"])
        self.assertEqual(self.rows("SELECT pid, status, n_mappings, exe FROM process"),
                         [(12, "ok", 6, "/usr/bin/it's (deleted)")])

    def test_blanks(self):
        """A map that was saved with other blanks between its fields is one all the same."""
        self.loads(self.db, self.save("maps-1", b"00001000-00002000   rw-p 00000000\t00:01  7    /x y\n"), "--label", "l")
        self.assertEqual(self.rows("SELECT start_addr, end_addr, perms, offset_val, dev, inode, pathname FROM mapping"),
                         [("00001000", "00002000", "rw-p", "00000000", "00:01", "7", "/x y")])

    def test_cut_smaps(self):
        """What is cut behind the line of a mapping is partial."""
        whole = smaps(MAPS)
        for text, status in ((whole, "ok"), (whole + b"ffffffffff700000-ffffffffff701000 --xp 00000000 00:00 0   [x]\n", "partial")):
            self.save("a/smaps-7", text)
            load(self.db, "--replace", "--label", "a", "--host", "h", self.path("a"))
            self.assertEqual(self.rows("SELECT status FROM process"), [(status,)])

    def test_meminfo_that_repeats_itself(self):
        """A name is taken once, and all else is loaded."""
        folder = self.path("a")
        self.result(px.pmapx("capture", "-o", folder + "/", str(os.getpid())), stderr=None)
        found = [os.path.join(where, "meminfo") for where, _, names in os.walk(folder) if "meminfo" in names]
        with open(found[0], "ab") as file:
            file.write(b"MemTotal:  1 kB\nMemTota: 2 kB\n")
        self.assertEqual(load(self.db, folder).status, 0)
        self.assertEqual(self.rows("SELECT COUNT(*), MIN(num) > 1024 FROM capture_fact WHERE name = 'meminfo.MemTotal'"), [(1, 1)])
        self.assertEqual(self.rows("SELECT num FROM capture_fact WHERE name = 'meminfo.MemTota'"), [(2048,)])

    def test_twice(self):
        """Of one label and host there is one capture: the second needs --replace, or changes nothing."""
        one = self.save("one/maps-1", MAPS)
        self.loads(self.db, one, "--label", "Bob's \"look\"", "--host", "x'); DROP TABLE capture; --")
        before = self.contents()
        self.loads(self.db, one, "--label", "Bob's \"look\"", "--host", "x'); DROP TABLE capture; --", status=2,
                   message=b"pmapx: load: %s: the capture \"Bob's \"look\"\" of host \"x'); DROP TABLE capture; --\""
                           b" is in it already; --replace puts another in its place\n" % self.db.encode())
        self.assertEqual(self.contents(), before)
        self.loads(self.db, one, "--label", "Bob's \"look\"", "--host", "x'); DROP TABLE capture; --", "--replace")
        self.assertEqual(self.rows("SELECT COUNT(*) FROM mapping"), [(6,)])
        self.assertEqual(self.rows("SELECT test_label, hostname FROM capture"),
                         [("Bob's \"look\"", "x'); DROP TABLE capture; --")])

    def test_namesakes(self):
        """Two of one load never take each other's place: nothing is loaded, and what is there stays."""
        one, two = self.save("one/maps-1", MAPS), self.save("two/maps-1", MAPS)
        why = b"; load them one by one, each with a --label of its own\n"
        for words, label in ((["--host", "h"], b"maps-1"), (["--host", "h", "--replace"], b"maps-1"),
                             (["--host", "h", "--label", "L\x1b", "--replace"], b"L?")):
            said = b'pmapx: load: %s: this is the capture "%s" of host "h", and so is %s' % (two.encode(), label, one.encode()) + why
            with self.subTest(words=words):
                self.loads(*words, self.db, one, two, status=2, message=said)
                self.assertFalse(os.path.exists(self.db))
                got = load("--psql", *words, one, two)
                self.assertEqual((got.status, got.stderr, got.stdout.count(b"\nCOMMIT;\n")), (2, said, 0))
        # The one that is there stays, and still makes room for one of them.
        self.loads("--host", "h", self.db, one)
        before = self.contents()
        self.assertEqual(load("--replace", "--host", "h", self.db, one, one).status, 2)
        self.assertEqual(self.contents(), before)
        self.loads("--host", "h", "--replace", self.db, two)
        self.assertEqual(self.rows("SELECT test_label, source FROM capture"), [("maps-1", two)])
        self.loads("--label", "two", "--host", "h", self.db, two)
        self.assertEqual(self.rows("SELECT test_label FROM capture ORDER BY 1"), [("maps-1",), ("two",)])

    def test_namesakes_of_one_source(self):
        """So are two of one folder, and INSERTs."""
        for host in ("a", "b"):
            self.save("all/%s/maps-1" % host, MAPS)
        every = self.path("all")
        self.loads("--host", "h", "--replace", self.db, every, status=2,
                   message=b'pmapx: load: %s: two captures in it are "all" of host "h";'
                           b" load them one by one, each with a --label or --host of its own\n" % every.encode())
        self.assertFalse(os.path.exists(self.db))
        inserts = self.save("i.sql", b"INSERT INTO maps VALUES ('all', 'h', 5, 4096, '1000', '2000', 'r--p',"
                            b" '00000000', '00:01', '7', '/x');\n")
        self.loads("--replace", self.db, inserts, inserts, status=2,
                   message=b'pmapx: load: %s: this is the capture "all" of host "h", and so is %s;'
                           b" load them one by one, each with a --label of its own\n" % ((inserts.encode(),) * 2))
        self.assertFalse(os.path.exists(self.db))

    def test_dash(self):
        """It is standard input for all else, so that no database is called that by mistake."""
        one = self.save("maps-1", MAPS)
        said = b"pmapx: load: -: a database is a file, and no stream; ./- is one of that name\n"
        self.assertEqual(load("-", one, cwd=self.folder), px.Result(b"", said, 2))
        self.assertEqual(load("--", "-", one, cwd=self.folder), px.Result(b"", said, 2))
        self.assertEqual(os.listdir(self.folder), ["maps-1"])
        self.assertEqual(load("./-", one, cwd=self.folder), px.Result(b"", b"", 0))
        self.assertEqual(sorted(os.listdir(self.folder)), ["-", "maps-1"])

    def test_nothing(self):
        """What cannot be read leaves no database behind, and the rest of the sources is loaded."""
        self.loads(self.db, self.path("none"), status=2,
                   message=b"pmapx: load: %s: No such file or directory\n" % self.path("none").encode())
        self.assertFalse(os.path.exists(self.db))
        self.loads(self.db, status=2, message=b"pmapx: load: there is nothing to load: SOURCE, numbers of processes, or --all\n")
        self.assertEqual(load().status, 2)
        self.assertEqual(load(self.db, "1", self.folder).status, 2)

    def test_damaged(self):
        """A process whose map is damaged is partial, and there once."""
        self.save("case/maps-7", MAPS[:80] + b"\nrubbish\n" + MAPS[89:])
        self.save("case/maps-8", MAPS)
        got = load(self.db, self.path("case"))
        self.assertEqual(got.status, 2)
        self.assertIn(b": 7: maps: line 2, column 8: expected a mapping", got.stderr)
        self.assertEqual(self.rows("SELECT pid, status FROM process ORDER BY pid"), [(7, "partial"), (8, "ok")])

    def test_several(self):
        """Sources are captures of their own, folders of several hosts too; all in one script as well."""
        for host in ("a", "b"):
            self.save("all/%s/maps-1" % host, MAPS)
        self.save("one/maps-1", MAPS)
        self.loads(self.db, self.path("all"), self.path("one"), "--label", "L")
        here = os.uname().nodename
        self.assertEqual(self.rows("SELECT hostname FROM capture ORDER BY capture_id"), [("a",), ("b",), (here,)])
        self.assertEqual(self.rows("SELECT capture_id, COUNT(*) FROM mapping GROUP BY 1"), [(1, 6), (2, 6), (3, 6)])

    def test_whose(self):
        """Of several hosts, nobody knows which one --activity is of: nothing is loaded."""
        for host in ("a", "b"):
            self.save("all/%s/maps-1" % host, MAPS)
        self.loads(self.db, self.path("all"), "--activity", self.save("a.csv", b"pid\n1\n"), status=2,
                   message=b"pmapx: load: %s: several hosts are in it: --activity and --contexts are of one\n"
                           % self.path("all").encode())
        self.assertFalse(os.path.exists(self.db))

    def test_beside(self):
        """postgres/activity.csv and postgres/log of a folder, and of an archive with a label of its own."""
        self.save("case/maps-12", MAPS.replace(b"it's (deleted)", b"postgres"))
        self.save("case/cmdline-12", b"postgres: u d [local] idle\0\0\0")
        self.save("case/status-12", b"Name:\tpostgres\nPPid:\t1\nUid:\t5\t6\t7\t8\nNSpid:\t12\t3\nVmRSS:\t  8 kB\nThreads:\t1\n")
        self.save("case/postgres/activity.csv", b"pid,query\n3,\"a\tb|\nc\"\n")
        self.save("case/postgres/log", b"**** My PID: 3 ********\n"
                  b"TopMemoryContext: 100 total in 1 blocks; 40 free (1 chunks); 60 used\n"
                  b"  Inner: 50 total in 1 blocks; 10 free (0 chunks); 40 used: x: y\n"
                  b"Grand total: 150 bytes in 2 blocks; 50 free (1 chunks); 100 used\n")
        with tarfile.open(self.path("case.tar"), "w") as tar:
            tar.add(self.path("case"), "case")
        for source in ("case", "case.tar"):
            self.loads(self.db, self.path(source), "--replace", "--label", "x")
            self.assertEqual(self.rows("SELECT ns_pid, uid, vm_rss, pg_instance, pg_role, pg_user, pg_db, pg_client,"
                                       " pg_activity FROM process"),
                             [(3, 6, 8192, 1, "client backend", "u", "d", "[local]", "idle")])
            self.assertEqual(self.rows("SELECT pid, seq, pg_instance, query FROM pg_activity"), [(3, 1, 1, "a\tb|\nc")])
            self.assertEqual(self.rows("SELECT complete, grand_total, pg_instance FROM context_dump"), [(1, 150, 1)])
            self.assertEqual(self.rows("SELECT seq, parent_seq, depth, name, ident, subtree_bytes, path FROM context"),
                             [(1, None, 1, "TopMemoryContext", None, 150, "TopMemoryContext"),
                              (2, 1, 2, "Inner", "x: y", 50, "TopMemoryContext/Inner")])
            self.assertEqual(self.rows("SELECT pid, query, match_quality FROM backends"), [(12, "a\tb|\nc", "pid only")])

    def test_without_the_postmaster(self):
        """Some processes of a server are of one server, also where that which has started them is not there."""
        for pid, parent, title in ((12, 5, "postgres: u d [local] idle"), (13, 5, "postgres: checkpointer "),
                                   (6, 1, "/usr/bin/postgres"), (14, 6, "postgres: u d [local] idle")):
            self.save("case/maps-%d" % pid, MAPS.replace(b"it's (deleted)", b"postgres"))
            self.save("case/cmdline-%d" % pid, title.encode() + b"\0")
            self.save("case/status-%d" % pid, b"PPid:\t%d\n" % parent)
        rows = b"pid,query\n12,a\n13,\n"
        self.loads(self.db, self.path("case"), "--label", "two", "--activity", self.save("a.csv", rows))
        self.assertEqual(self.rows("SELECT pid, pg_instance FROM process ORDER BY pid"), [(6, 6), (12, 5), (13, 5), (14, 6)])
        self.assertEqual(self.rows("SELECT pid, query FROM backends WHERE match_quality = 'pid only' ORDER BY pid"),
                         [(12, "a"), (13, None)])
        self.assertEqual(self.rows("SELECT pg_instance, processes, shared_size FROM instances ORDER BY 1"),
                         [(5, 2, 1 << 20), (6, 2, 1 << 20)])

    def test_refused_activity(self):
        """What cannot be read without loss is refused, and nothing is loaded; of a capture, the rest is."""
        one = self.save("one/maps-1", MAPS)
        self.save("a.out", b"1|a\n2|b\n")
        message = (b"pmapx: load: %s: cannot be read: it does not begin with the names of columns; this can:"
                   b" psql -X -c \"\\copy (select * from pg_stat_activity) to 'activity.csv' csv header\"\n")
        self.loads(self.db, one, "--activity", self.path("a.out"), status=2, message=message % self.path("a.out").encode())
        self.assertFalse(os.path.exists(self.db))
        self.save("one/postgres/activity.csv", b"1|a\n2|b\n")
        self.loads(self.db, self.path("one"), status=2, message=message % b"postgres/activity.csv")
        self.assertEqual(self.rows("SELECT COUNT(*) FROM mapping"), [(6,)])

    def test_hostile_samples(self):
        for name in ("apostrophe.maps", "injection.maps"):
            path = os.path.join(SAMPLES, "maps", name)
            if not os.path.exists(path):
                self.skipTest("no samples")
            self.loads(self.db, path)
            with open(path, encoding="utf-8") as file:
                want = [line.rstrip("\n")[73:] or None for line in file]
            got = self.rows("SELECT m.pathname FROM mapping m JOIN capture c USING (capture_id) WHERE test_label = ?"
                            " ORDER BY seq", name)
            self.assertEqual([row[0] for row in got], want)


class Live(Loading):
    def test_process(self):
        """A process that holds still, against its own files."""
        with px.Target("anon") as target:
            self.loads(self.db, str(target.pid), "--label", "live")
            with open("/proc/%d/smaps" % target.pid, "rb") as file:
                lines = file.read().splitlines()
        heads = [line for line in lines if re.match(rb"[0-9a-f]+-[0-9a-f]+ ", line)]
        got = self.rows("SELECT start_addr || '-' || end_addr || ' ' || perms FROM mapping ORDER BY seq")
        self.assertEqual([row[0].encode() for row in got], [b" ".join(line.split()[:2]) for line in heads])
        self.assertEqual(self.rows("SELECT pid, status, n_mappings, exe FROM process"),
                         [(target.pid, "ok", len(heads), os.path.realpath(px.TARGET))])
        for key, column in SMAPS.items():
            self.assertEqual([row[0] is None for row in self.rows("SELECT %s FROM mapping" % column)],
                             [not any(line.startswith(key.encode() + b":") for line in lines)] * len(heads), key)

    def test_duration(self):
        """How long it took is known only at the end; of a folder like /proc nothing tells when that was."""
        with px.Target("anon") as target:
            before = time.monotonic_ns()
            self.loads(self.db, str(target.pid), "--label", "live")
            whole = time.monotonic_ns() - before
            script = load("--psql", str(target.pid), "--label", "live").stdout
            with px.Root() as root:
                root.copy(target.pid)
                self.loads(self.db, "--root", root.path, "--label", "copy")
        took, copy = [row[0] for row in self.rows("SELECT duration_us FROM capture ORDER BY capture_id")]
        self.assertIsNone(copy)
        self.assertGreater(took, 0)
        self.assertLessEqual(took * 1000, whole)
        with postgres.Server() as server, server.database() as database:
            # Beside another capture, which is left as it is.
            for one in (px.pmapx("load", "--psql", "--label", "copy", self.save("maps", MAPS)).stdout, script):
                got = server.psql(database, one)
                self.assertEqual((got.status, got.stderr), (0, b""))
            self.assertEqual(server.rows(database, "SELECT test_label, duration_us > 0 FROM capture ORDER BY capture_id"),
                             [[b"copy", None], [b"live", b"t"]])
            self.assertEqual(len(server.rows(database, "SELECT 1 FROM process")), 2)

    def test_capture(self):
        """A capture, as it streams and from a folder, has what the running system has."""
        with px.Target("anon") as target:
            tar = self.path("c.tar")
            self.assertEqual(px.pmapx("capture", "-o", tar, "--label", "cap's", str(target.pid)).status, 0)
            self.loads(self.db, str(target.pid), "--label", "live")
        self.loads(self.db, tar)
        with open(tar, "rb") as file:
            self.assertEqual(load(self.db, "-", "--label", "stream", stdin=file).status, 0)
        looks = [self.rows("SELECT p.pid, p.ns_pid, p.starttime, p.start_us, p.comm, p.exe, p.cmdline, p.cgroup, p.oom_adj, p.ppid, p.uid,"
                           " p.n_mappings, c.kernel, c.boot_id, c.hostname, c.page_size, c.clk_tck FROM process p"
                           " JOIN capture c USING (capture_id) WHERE test_label = ?", label)
                 for label in ("live", "cap's", "stream")]
        self.assertEqual(len(looks[0]), 1)
        self.assertNotIn(None, looks[0][0])
        self.assertEqual(looks[1], looks[0])
        self.assertEqual(looks[2], looks[0])
        self.assertTrue(self.rows("SELECT num FROM capture_fact WHERE name = 'meminfo.MemTotal'")[0][0] > 1 << 20)


def screen(seen):
    """The lines that a terminal shows in the end."""
    lines, at = [b""], 0
    for part in re.findall(rb"\r|\n|\x1b\[K|[^\r\n\x1b]+", seen):
        if part == b"\r":
            at = 0
        elif part == b"\n":
            lines, at = [*lines, b""], 0
        elif part == b"\x1b[K":
            lines[-1] = lines[-1][:at]
        else:
            lines[-1] = lines[-1][:at] + part + lines[-1][at + len(part):]
            at += len(part)
    return lines


class Progress(Loading):
    DRAWN = re.compile(rb"\r(\d+) processes, (\d+) mappings\x1b\[K")
    TOLD = (b"pmapx: load: -: %d: maps: line 1, column 8: expected a mapping, or ':' after a key\n",
            b"pmapx: load: -: 1 process could not be read: 1 damaged\n")
    # Enough behind a process to have it read.
    REST = tars.entry("proc/rest", bytes(65536))

    def feed(self, stderr, enough):
        """Load a capture of which a process comes now and then until enough(messages so far) says so; then a damaged
        one; then the same again. Gives what is told."""
        px.need_library("archive", "sqlite")
        with subprocess.Popen([px.PMAPX, "load", self.db, "-", "--label", "L"], stdin=subprocess.PIPE, stderr=stderr,
                              stdout=subprocess.DEVNULL, env=px.environment()) as child:
            pid = 0
            child.stdin.write(self.manifest("false"))
            for messages, contents in enumerate((b"rubbish\n", b"")):
                while not enough(messages):
                    pid += 1
                    child.stdin.write(tars.entry("proc/%d/maps" % pid, MAPS) + self.REST)
                    child.stdin.flush()
                    time.sleep(0.01)
                    self.assertLess(pid, 12000)
                if contents:
                    pid = damaged = pid + 1
                    child.stdin.write(tars.entry("proc/%d/maps" % pid, contents))
            child.stdin.write(self.manifest("true") + tars.END)
            child.stdin.close()
            self.assertEqual(child.wait(), 2)
        self.assertEqual(self.rows("SELECT COUNT(*), SUM(n_mappings) FROM process"), [(pid, (pid - 1) * 6)])
        return [self.TOLD[0] % damaged, self.TOLD[1]]

    @staticmethod
    def manifest(complete):
        return tars.entry("pmapx.json", '{"pmapx_capture": 1, "complete": %s, "order": "pid"}' % complete)

    def test_on_a_terminal(self):
        """It is there, but not at once, and gone in the end; a message has a line of its own."""
        seen, started = bytearray(), time.monotonic()
        ours, theirs = os.openpty()
        attributes = termios.tcgetattr(theirs)
        attributes[1] &= ~termios.OPOST
        termios.tcsetattr(theirs, termios.TCSANOW, attributes)
        os.set_blocking(ours, False)

        def enough(messages):
            with contextlib.suppress(BlockingIOError):
                seen.extend(os.read(ours, 65536))
            drawn = [self.DRAWN.search(part) for part in seen.split(b"\n")]
            if any(drawn):
                self.assertGreaterEqual(time.monotonic() - started, 0.1)
            # Behind that many.
            return any(drawn[messages:])
        try:
            told = self.feed(theirs, enough)
            with contextlib.suppress(BlockingIOError):
                while part := os.read(ours, 65536):
                    seen.extend(part)
        finally:
            os.close(ours)
            os.close(theirs)
        counts = [tuple(map(int, found)) for found in self.DRAWN.findall(seen)]
        self.assertGreaterEqual(len(counts), 2)
        self.assertEqual(counts, sorted(counts))
        self.assertRegex(seen, rb" mappings\x1b\[K\r\x1b\[K" + re.escape(told[0]))
        self.assertRegex(seen, rb" mappings\x1b\[K(\r\x1b\[K)+" + re.escape(told[1]))
        self.assertEqual(screen(seen), b"".join(told).split(b"\n"))

    def test_elsewhere(self):
        """Only messages go to what is no terminal, however long it takes."""
        started, path = time.monotonic(), self.path("stderr")

        def enough(_):
            nonlocal started
            # Some more for the second time.
            if time.monotonic() < started + 0.3:
                return False
            started = time.monotonic()
            return True
        with open(path, "wb") as stderr:
            told = self.feed(stderr, enough)
        with open(path, "rb") as stderr:
            self.assertEqual(stderr.read(), b"".join(told))


class Servers(Loading):
    """A real server, through psql."""

    def both(self, sources, words=()):
        """Load them into SQLite and into a server; yields it, with all rows of all views compared."""
        self.loads(self.db, *sources, *words)
        script = load("--psql", *sources, *words)
        self.assertEqual((script.status, script.stderr), (0, b""))
        with postgres.Server() as server, server.database() as database:
            got = server.psql(database, script.stdout)
            self.assertEqual((got.status, got.stderr), (0, b""))
            for view in storing.views():
                ours = sorted(storing.sqlite_rows(self.db, "SELECT * FROM " + view), key=repr)
                theirs = sorted(server.rows(database, "SELECT * FROM " + view), key=repr)
                self.assertEqual([[storing.as_bytes(cell) for cell in row] for row in ours],
                                 [[storing.as_bytes(cell) for cell in row] for row in theirs], view)
            self.article(server, database)
            again = server.psql(database, script.stdout)
            self.assertNotEqual(again.status, 0)
            self.assertIn(b"is in this database already", again.stderr)
            more = load("--psql", *sources, *words, "--replace")
            self.assertEqual(server.psql(database, more.stdout).status, 0)
            self.assertEqual(server.rows(database, "SELECT COUNT(*) FROM mapping"),
                             [[b"%d" % self.rows("SELECT COUNT(*) FROM mapping")[0][0]]])

    def article(self, server, database):
        """Its query, as printed."""
        with sqlite3.connect(self.db) as db:
            db.create_function("lpad", 2, lambda text, length: text.rjust(length)[:length])
            db.create_function("to_char", 2, lambda number, _: format(number, ","))
            ours = [[str(cell).encode() for cell in row] for row in db.execute(QUERY)]
        self.assertEqual(server.rows(database, QUERY), ours)

    def test_hostile(self):
        self.save("a/smaps-5", smaps(MAPS))
        self.save("a/cmdline-5", b"x'\\\t\n\xff\0y")
        self.both([self.path("a")], ["--label", "Bob's \\ \"x\"", "--host", "h\t'"])

    def test_samples(self):
        archive = os.path.join(SAMPLES, "captures-AB.tar.xz")
        if not os.path.exists(archive):
            self.skipTest("no samples")
        subprocess.run(["tar", "-xJf", archive, "-C", self.folder], check=True)
        for look in "AB":
            os.mkdir(self.path(look, "postgres"))
            os.rename(self.path(look, "activity.csv"), self.path(look, "postgres", "activity.csv"))
            os.rename(self.path(look, "contexts.log"), self.path(look, "postgres", "log"))
        self.both([self.path("A"), self.path("B")], ["--host", "vm"])
        self.assertEqual(self.rows("SELECT test_label, SUM(complete), COUNT(*) FROM context_dump"
                                   " JOIN capture USING (capture_id) GROUP BY 1"), [("A", 62, 62), ("B", 61, 61)])
        # WORKFLOW.md has these.
        self.assertEqual(self.rows("SELECT application_name, own / 1024, ctx_used / 1024, verdict FROM reconcile"
                                   " WHERE test_label = 'A' ORDER BY own DESC LIMIT 3"),
                         [("cursor", 606068, 582883, "in use under TopPortalContext"),
                          ("bigvar", 130648, 129918, "in use under TopPortalContext"),
                          ("temp", 54652, 66656, "in use under LocalBufferContext")])


if __name__ == "__main__":
    px.main()
