#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx report: its command line, and the long form of backends that are made up, byte for byte."""
import json
import os
import sqlite3
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
import storing
import terminal

MIB = 1 << 20
KIB = 1 << 10

LONG = """\
Backend  7  app@bench  client backend
         application "x", client 10.0.0.1
Look     A of h, 2026-11-21T20:02:21Z
State    idle, waits for ClientRead
Query    select 1 from t

KERNEL (kB)                                   Size  Resident       Own   Swapped
  shared memory (buffers and the rest)       65536      5120         0         0
  dynamic shared memory                       1024      1024         0         0
  program and libraries                       8192      3072      1024         0
  [heap]                                     40960     40960     40960         0
  mmap chunks (2)                             3072      2048      2048        16
  stack                                        132         8         8         0
  generated code                                 4         4         4         0
  other                                          4         0         0         0
  total                                     118924     52236     44044        16
  Of what is resident, others may have 8192 as well; Pss is 48000.
  Ending this backend frees 44044, and page tables of 312.

POSTGRESQL (kB)
  memory contexts, in use                                                   1024
  memory contexts, free inside them                                          512
    largest branch: CacheMemoryContext                                       768
    largest kind: TopMemoryContext/CacheMemoryContext (3)                    700
  This was 834 ms after the kernel's numbers.

ALLOCATOR (kB)
  malloc's space in memory: [heap] and mmap chunks                         43008
  malloc's space in swap                                                      16
    of which memory contexts account for                                    1536
    outside contexts (estimate)                                            41488
      on malloc's free lists (by malloc itself)                            39000
      in use by libraries, and overhead (by malloc itself)                   424

VERDICT  freed by PostgreSQL, kept on malloc's free lists
"""

MAPS_ONLY = """\
Backend  9  u@d  client backend
Look     B of h
State    idle
         There is no pg_stat_activity: --activity takes it.

KERNEL (kB)                                   Size  Resident       Own   Swapped
  [heap]                                      1024         ?         ?         ?
  total                                       1024         ?         ?         ?
  Without smaps nobody knows what of it is in memory.

POSTGRESQL (kB)
  There is no complete dump of its memory contexts; of 2, lines are missing.
  This has one printed to the server's log, which --contexts takes:
    psql -X -c 'SELECT pg_log_backend_memory_contexts(5)'
  Before PostgreSQL 14: pmapx report --gdb 9

ALLOCATOR (kB)
  malloc's space in memory: [heap] and mmap chunks                             ?
    of which memory contexts account for                                       ?
    outside contexts (estimate)                                                ?

VERDICT  no complete dump of its contexts
"""


def dump(made, pid, total, free, number=1, complete=1, server=1, **values):
    made.add("context_dump", pid=pid, dump_no=number, source="log", complete=complete, grand_total=total,
             grand_used=total - free, grand_free=free, pg_instance=server, **values)


class Made(px.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="px-report-"))
        self.db = os.path.join(folder, "db")

    def loaded(self, *captures):
        for made in captures:
            self.assertEqual(storing.sqlite(self.db, made.text()), px.Result(b"", b"", 0))

    def good(self, *words):
        got = px.pmapx("report", *words, self.db)
        self.assertEqual((got.status, got.stderr), (0, b""))
        return got.stdout.decode()

    def refused(self, why, *words):
        got = px.pmapx("report", *words)
        self.assertEqual((got.status, got.stdout, got.stderr.decode()), (2, b"", "pmapx: report: " + why + "\n"))


def full(label="A"):
    """A backend with something of everything."""
    made = storing.Capture(label, "h", taken_us=1000000, taken_at="2026-11-21T20:02:21Z")
    made.process(1, pg_instance=1, pg_role="postmaster", ns_pid=1)
    made.process(7, pg_instance=1, ns_pid=7, vm_pte=312 * KIB, start_us=500000, pg_role="client backend")
    for perms, class_, size, rss, values in (
            ("rw-s", "shm", 64 * MIB, 5 * MIB, {"private_dirty": 0, "shared_dirty": 5 * MIB, "pss": 920 * KIB}),
            ("rw-s", "posix_shm", MIB, MIB, {"private_dirty": 0, "shared_dirty": MIB, "pss": 0}),
            ("r-xp", "file", 7 * MIB, 2 * MIB, {"private_dirty": 0, "shared_clean": 2 * MIB, "pss": 3036 * KIB}),
            ("rw-p", "file", MIB, MIB, {}),
            ("rw-p", "heap", 40 * MIB, 40 * MIB, {}), ("rw-p", "anon", MIB, MIB, {"swap": 16 * KIB}),
            ("rw-p", "anon", 2 * MIB, MIB, {}), ("rw-p", "stack", 132 * KIB, 8 * KIB, {}),
            ("r-xp", "jit", 4 * KIB, 4 * KIB, {}), ("r-xp", "special", 4 * KIB, 0, {})):
        made.smaps(7, perms, class_, size=size, rss=rss, **values)
    made.add("pg_activity", pid=7, seq=1, pg_instance=1, usename="app", datname="bench", application_name="x",
             client_addr="10.0.0.1", state="idle", wait_event_type="Client", wait_event="ClientRead",
             query="select 1\n\tfrom t ", backend_start_us=500000, backend_type="client backend")
    dump(made, 7, 1536 * KIB, 512 * KIB, logged_us=1834000)
    for seq, (depth, name, total, n) in enumerate(((1, "TopMemoryContext", 68, 1), (2, "CacheMemoryContext", 700, 3),
                                                   (2, "PortalContext", 700, 1)), 1):
        made.add("context", pid=7, dump_no=1, seq=seq, depth=depth, name=name, n_contexts=n, total_bytes=total * KIB,
                 free_bytes=0, used_bytes=total * KIB, subtree_bytes=(768 if name[0] == "C" else total) * KIB,
                 path="TopMemoryContext" + ("" if depth == 1 else "/" + name))
    made.add("malloc_dump", pid=7, dump_no=1, pg_instance=1, source="malloc_info", system_bytes=39 * MIB, mmap_bytes=MIB,
             free_bytes=39000 * KIB)
    return made


class Rows(Made):
    def test_wrong_column(self):
        """Nothing is shown of what is not sorted as asked."""
        self.loaded(full())
        self.assertEqual(self.good("users").splitlines()[0], "Capture A of h, 2026-11-21T20:02:21Z")
        got = px.pmapx("report", "--sort", "wrong", "users", self.db)
        self.assertEqual((got.status, got.stdout), (2, b""))
        self.assertRegex(got.stderr, rb"\Apmapx: report: --sort=wrong: no such column, there are \w+, [^\n]*\n\Z")


class Backend(Made):
    def test_all_of_it(self):
        self.loaded(full())
        self.assertEqual(self.good("--pid", "7", "backend"), LONG)

    def test_units(self):
        self.loaded(full())
        text = self.good("--pid", "7", "--units", "m", "backend")
        self.assertIn("KERNEL (MB) ", text)
        self.assertIn("\n  [heap]                                      40.0      40.0      40.0       0.0\n", text)
        self.assertIn(" Ending this backend frees 43.0, and page tables of 0.3.\n", text)

    def test_what_is_not_known(self):
        """A map alone, in a namespace, with dumps that are cut; called by the number inside."""
        made = storing.Capture("B", "h")
        made.process(1000, pg_instance=1000, ns_pid=1, pg_role="postmaster")
        made.process(9, pg_instance=1000, ns_pid=5, pg_user="u", pg_db="d", pg_activity="idle", pg_role="client backend")
        made.mapping(9, "rw-p", "heap")
        dump(made, 5, MIB, 0, complete=0, server=1000)
        dump(made, 5, MIB, 0, number=2, complete=0, server=1000)
        # That of another server is not its own.
        dump(made, 5, MIB, 0, number=3, complete=0, server=None)
        self.loaded(made)
        self.assertEqual(self.good("--pid", "9", "backend"), MAPS_ONLY)
        inside = MAPS_ONLY.replace("State    idle\n", "State    idle\n         Its number is 5 inside its PID namespace.\n")
        self.assertEqual(self.good("--pid", "5", "backend"), inside)
        self.assertEqual(json.loads(self.good("--format", "json", "--pid", "5", "backend"))["known_by"], "ns_pid")
        self.assertIn("  A postmaster prints none, but to a debugger: pmapx report --gdb 1000\n",
                      self.good("--pid", "1000", "backend"))

    def test_namesakes(self):
        """Inside two namespaces the number is the same; and outside it is that of somebody else."""
        made = storing.Capture("B", "h")
        for server in (100, 200):
            made.process(server + 5, pg_instance=server, ns_pid=5)
        made.process(5, comm="other")
        self.loaded(made)
        self.refused("%s: 2 processes have the number 5 in namespaces of their own: --pid takes that outside, too"
                     % self.db, "--pid", "5", "backend", self.db)
        self.assertIn("Backend  205 ", self.good("--pid", "205", "backend"))
        self.refused("%s: no process of a PostgreSQL server has the number 6" % self.db, "--pid", "6", "backend", self.db)

    def test_number_that_came_round(self):
        made = full()
        made.lines = [line for line in made.lines if not line.startswith("pg_activity")]
        made.add("pg_activity", pid=7, seq=1, pg_instance=1, usename="other", datname="d", state="active", backend_start_us=99000000)
        self.loaded(made)
        text = self.good("--pid", "7", "backend")
        self.assertIn("         The number has come round: pg_stat_activity, and maybe a dump of\n"
                      "         contexts, tell of another process that had or has it.\n", text)
        self.assertTrue(text.endswith("\nVERDICT  the pid is another process's by now\n"))

    def test_several_looks(self):
        later = full("C's \x1b[31m")
        later.lines[0] = storing.capture("C's \x1b[31m", "h", taken_us=57000000)
        self.loaded(later, full())
        text = self.good("--pid", "7", "backend")
        self.assertIn("\nLook     C's ?[31m of h\n         The last of 2 looks at it: --label takes another.\n", text)
        self.assertIn("  This was 55166 ms before the kernel's numbers.\n", text)
        self.assertEqual(self.good("--pid", "7", "--label", "A", "backend"), LONG)
        self.assertEqual(text.replace("         The last of 2 looks at it: --label takes another.\n", ""),
                         self.good("--pid", "7", "--label", "C's \x1b[31m", "--host", "h", "backend"))
        for words, labels in (((), "C's \\x1b[31m"), (("--label", "A"), "A")):
            rows = self.good("--pid", "7", "--format", "ndjson", *words, "backend").splitlines()
            self.assertEqual([json.loads(row)["test_label"] for row in rows], [labels])
        self.refused(self.db + ": no capture in it is called that", "--pid", "7", "--label", "D", "backend", self.db)
        self.refused(self.db + ": no capture in it is called that", "--host", "i", "users", self.db)

    def test_hostile_text(self):
        """No text from outside reaches a terminal, or makes a line longer than it is wide."""
        bad = "\x1b]0;x\x07\u202e\u20ac" + "w" * 200
        made = storing.Capture("A\x1b" + "l" * 99, "h\x1b" + "h" * 99)
        made.process(7, pg_instance=1)
        made.smaps(7, rss=40 * MIB)
        made.add("pg_activity", pid=7, seq=1, pg_instance=1, **{column: bad for column in (
            "usename", "datname", "application_name", "client_addr", "state", "wait_event", "query", "backend_type")})
        dump(made, 7, 30 * MIB, 0)
        made.add("context", pid=7, dump_no=1, seq=1, depth=1, name=bad, n_contexts=1, total_bytes=1, free_bytes=0,
                 used_bytes=1, path=bad)
        self.loaded(made)
        text = terminal.run([px.PMAPX, "report", "--pid", "7", "backend", self.db], 80).decode()
        for line in text.split("\n"):
            # The verdict is never cut.
            self.assertTrue(len(line) <= 80 or line.startswith("VERDICT"), line)
            self.assertNotRegex(line, "[\x00-\x1f\x7f\u202e]")
        self.assertIn("Query    ?]0;x????\u20ac" + "w" * 60 + "+\n", text)
        # Of a path the end says most.
        self.assertRegex(text, r"\n    largest kind: \+w+ \(1\)  ")
        self.assertIn("VERDICT  in use under ?]0;x????\u20ac" + "w" * 200 + "\n", text)
        # A file has room for all of a query.
        self.assertIn("Query    ?]0;x????\u20ac" + "w" * 200 + "\n", self.good("--pid", "7", "backend"))

    def test_less_than_nothing(self):
        """Contexts that hold what was never touched."""
        made = storing.Capture("A", "h")
        made.process(7, pg_instance=1)
        made.smaps(7, rss=10 * MIB, size=40 * MIB)
        dump(made, 7, 30 * MIB, 0)
        self.loaded(made)
        self.assertIn("    outside contexts (estimate)                                           -20480\n"
                      "  Less than 0: contexts hold what was never touched, or have changed between\n"
                      "  both looks.\n", self.good("--pid", "7", "backend"))
        self.assertIn("  Nobody knows how long after the kernel's numbers it was.\n", self.good("--pid", "7", "backend"))

    def test_somebody_elses_view(self):
        """Names of parts are ours, or none."""
        self.loaded(full())
        with sqlite3.connect(self.db) as database:
            parts = database.execute("SELECT sql FROM sqlite_master WHERE name = 'part_sum'").fetchone()[0]
            database.execute("DROP VIEW part_sum")
            database.execute(parts.replace("pid, part,", "pid, char(27) || '[31m' || part AS part,", 1))
        text = self.good("--pid", "7", "backend")
        self.assertIn("Swapped\n  ?      ", text)
        self.assertNotIn("\x1b", text)

    def test_somebody_elses_database(self):
        """One whose rows are not what they should be, or whose views are gone."""
        self.loaded(full())
        with sqlite3.connect(self.db) as database:
            database.executescript("""
                PRAGMA writable_schema = ON;
                UPDATE sqlite_master SET sql = replace(sql, 'TEXT NOT NULL', 'TEXT') WHERE name = 'capture';
                PRAGMA writable_schema = RESET;
                UPDATE capture SET test_label = NULL, taken_at = x'00ff';
                UPDATE process SET pg_role = 5, vm_pte = 'x' WHERE pid = 7;
                UPDATE pg_activity SET query = 1.5, state = x'1b00';""")
        self.assertIn("Look     ? of h", self.good("--pid", "7", "backend"))
        json.loads(self.good("--pid", "7", "--format", "json", "backend"))
        with sqlite3.connect(self.db) as database:
            database.execute("DROP VIEW reconcile")
        got = px.pmapx("report", "--pid", "7", "backend", self.db)
        self.assertEqual((got.status, got.stdout), (2, b""))
        self.assertIn(b"no such table: reconcile", got.stderr)


class CommandLine(Made):
    def test_refused(self):
        self.loaded(full())
        for why, words in (
                ("there is no report: NAME, which --list shows, and DB or SOURCE", []),
                ("none: no such report; --list shows those there are", ["none", self.db]),
                ("there is nothing to report on: DB, SOURCE, numbers of processes, or --all", ["users"]),
                ("a database is reported on by itself", ["users", self.db, self.db]),
                ("of a database, there are --label and --host only", ["users", "--strict", self.db]),
                ("of a database, there are --label and --host only", ["users", "--activity", "x", self.db]),
                ("processes that run and what was saved are reported on one after the other", ["users", "1", "/x"]),
                ("--label is of one SOURCE", ["users", "--label", "x", "/x", "/y"]),
                ("--activity and --contexts are of one SOURCE", ["users", "--activity", "x", "/x", "/y"]),
                ("standard input can be read only once", ["users", "-", "-"]),
                ("--pid is of the report backend", ["users", "--pid", "1", self.db]),
                ("whom is it about? --pid says so", ["backend", self.db]),
                ("--sort and --top are of reports with several rows", ["backend", "--pid", "7", "--top", "1", self.db]),
                ("--gdb stands by itself", ["--gdb", "1", "users"]),
                ("--list is of one report, or of all", ["--list", "users", self.db])):
            with self.subTest(words=words):
                self.refused(why, *words)
        for option, value in (("--pid", "0"), ("--pid", "x"), ("--gdb", "-1"), ("--gdb", "1;reboot")):
            got = px.pmapx("report", "%s=%s" % (option, value), "backend", self.db)
            self.assertEqual((got.status, got.stderr.decode()),
                             (2, "pmapx: report: %s=%s: no number of a process\n" % (option, value)))

    def test_gdb(self):
        got = px.pmapx("report", "--gdb", "4711")
        self.assertEqual((got.status, got.stderr), (0, b""))
        self.assertIn(b"\ngdb -nx -batch -p 4711 \\\n", got.stdout)

    def test_source(self):
        """What cannot be read is told as load does; a source in the place of a database is read as such."""
        folder = os.path.dirname(self.db)
        got = px.pmapx("report", "users", os.path.join(folder, "none"))
        self.assertEqual((got.status, got.stdout), (2, b""))
        self.assertEqual(got.stderr.decode(), "pmapx: report: %s: No such file or directory\n" % os.path.join(folder, "none"))
        with open(os.path.join(folder, "maps-5"), "w", encoding="ascii") as file:
            file.write("00600000-00621000 rw-p 00000000 00:00 0                                  [heap]\n")
        got = px.pmapx("report", "processes", "--host", "x", "--label", "L", os.path.join(folder, "maps-5"))
        self.assertEqual((got.status, got.stderr), (0, b""))
        lines = got.stdout.decode().splitlines()
        self.assertTrue(lines[0].startswith("Capture L of x"), lines)
        self.assertEqual([line.split()[:6] for line in lines[1:]],
                         [["pid", "username", "status", "role", "size", "rss"], ["5", "?", "ok", "?", "132", "?"]])

    def test_captures(self):
        """Text says once which capture it is of; of several, and for programs, each row does."""
        for label, when, grown in (("A\x1b", 1, 0), ("B", 57000001, 4)):
            made = storing.Capture(label, "h", taken_us=when)
            made.process(1, uid=7, user_name="u", starttime=1, comm="c")
            made.smaps(1, rss=(1 + grown) * MIB, size=9 * MIB)
            self.loaded(made)
            if grown == 0:
                self.assertEqual(self.good("users"), """\
Capture A? of h
uid username processes readable size  rss  pss  own swap
  7 u                1        1 9216 1024 1024 1024    0
""")
                self.assertEqual(self.good("users", "--format", "tsv").split("\n")[0].split("\t")[:3],
                                 ["test_label", "hostname", "uid"])
        self.assertEqual(self.good("users", "--units", "m"), """\
test_label hostname uid username processes readable size rss pss own swap
A?         h          7 u                1        1  9.0 1.0 1.0 1.0  0.0
B          h          7 u                1        1  9.0 5.0 5.0 5.0  0.0
""")
        self.assertEqual(self.good("users", "--label", "B"), """\
Capture B of h
uid username processes readable size  rss  pss  own swap
  7 u                1        1 9216 5120 5120 5120    0
""")
        self.assertEqual(self.good("growth-mappings"), """\
Capture A? of h
Capture B of h
seconds pid class kind mappings_delta own_delta rss_delta pss_delta size_delta pathname
     57   1 anon  anon              0     +4096     +4096     +4096          0        ?
""")
        got = px.pmapx("report", "growth", "--label", "A\x1b", "--format", "csv", self.db)
        self.assertEqual((got.status, got.stdout.count(b"\n"), got.stderr), (
            2, 1, b"pmapx: report: growth: there are no two captures of which the later is called that\n"))

    def test_nothing(self):
        """What a report lacks is said, and its columns are there."""
        made = storing.Capture("A", "h")
        made.process(1, comm="init")
        self.loaded(made)
        for report, why in (("backends", "there are no processes of a PostgreSQL server"),
                            ("contexts", "there is no complete dump of memory contexts; --contexts takes a log that has some"),
                            ("mappings", "no mapping of any process is known"),
                            ("growth", "there are no two captures of one host, without a boot between, whose times are known")):
            for notation in "text", "tsv", "json":
                with self.subTest(report=report, notation=notation):
                    got = px.pmapx("report", report, "--format", notation, self.db)
                    self.assertEqual((got.status, got.stderr.decode()), (2, "pmapx: report: %s: %s\n" % (report, why)))
                    lines = got.stdout.decode().splitlines()
                    if notation == "json":
                        self.assertEqual(lines, ['{"schema":"pmapx.report.%s","version":1,"rows":[]}' % report])
                    elif notation == "tsv":
                        self.assertEqual((len(lines), "hostname" in lines[0].split("\t")), (1, True))
        self.assertEqual(self.good("processes", "--format", "tsv").count("\n"), 2)
        empty = storing.Capture("B", "h")
        self.loaded(empty)
        for report in "processes", "users":
            got = px.pmapx("report", report, "--label", "B", "--format", "ndjson", self.db)
            self.assertEqual(got, px.Result(b"", b"pmapx: report: %s: no process is known\n" % report.encode(), 2))

    def test_namesakes_of_sources(self):
        """Captures that are called the same are told apart: by their paths, else by numbers."""
        folder, sources = os.path.dirname(self.db), []
        for name, rss in (("mon/case", 4), ("tue/case", 12)):
            sources.append(os.path.join(folder, name))
            os.makedirs(sources[-1])
            with open(os.path.join(sources[-1], "smaps-5"), "w", encoding="ascii") as file:
                file.write("00600000-00621000 rw-p 00000000 00:00 0                                  [heap]\n"
                           "Size: 132 kB\nRss: %d kB\nPss: %d kB\nPrivate_Dirty: %d kB\n" % (rss, rss, rss))
            with open(os.path.join(sources[-1], "stat-5"), "w", encoding="ascii") as file:
                file.write("5 (c) S 1 5 5 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 77 0 0" + " 0" * 28 + "\n")

        def labels(report, *words):
            got = px.pmapx("report", report, "--host", "h", "--format", "tsv", *words)
            self.assertEqual((got.status, got.stderr), (0, b""))
            return [line.split("\t") for line in got.stdout.decode().splitlines()[1:]]

        self.assertEqual([row[:3] for row in labels("growth", *sources)], [[*sources, "h"]])
        self.assertEqual([row[0] for row in labels("users", sources[1], sources[0] + "/")], [sources[1], sources[0] + "/"])
        self.assertEqual([row[0] for row in labels("users", *sources[:1] * 3)], ["case", "case (2)", "case (3)"])
        os.rename(sources[1], sources[1][:-4] + "other")
        self.assertEqual([row[0] for row in labels("users", sources[0], sources[1][:-4] + "other")], ["case", "other"])

    def test_terminals(self):
        """The verdict is there in any width: what can be spared is not."""
        self.loaded(full())
        verdict = "freed by PostgreSQL, kept on malloc's free lists"
        for width, spared in ((100, "server, username, datname, state, pss, shm, heap, mmap, ctx_free, skew_ms, "
                                    "match, query"),
                              (140, "server, username, datname, mmap, match, query"), (240, None)):
            lines = terminal.run([px.PMAPX, "report", "backends", self.db], width).decode().splitlines()
            said = [line for line in lines if line.startswith("(left out on this terminal: ")]
            self.assertEqual(said, ["(left out on this terminal: %s)" % spared] if spared else [])
            self.assertTrue(lines[2].split()[0 if spared else 1] == "7" and verdict in lines[2], lines)
            self.assertLessEqual(len(lines[2]), width)
        lines = terminal.run([px.PMAPX, "report", "backends", self.db], 60).decode().splitlines()
        self.assertLessEqual(len(lines[2]), 60)
        self.assertIn(verdict[:24], lines[2])

    def test_sorted(self):
        made = storing.Capture("A", "h")
        for uid, size in ((1, 3), (2, 9), (3, 5)):
            made.process(uid, uid=uid)
            made.smaps(uid, rss=size * MIB)
        self.loaded(made)
        rows = self.good("users", "--format", "csv", "--sort", "-uid", "--top", "2").splitlines()
        self.assertEqual([row.split(",")[2] for row in rows], ["uid", "3", "2"])
        self.assertEqual([row.split(",")[2] for row in self.good("users", "--format", "csv").splitlines()],
                         ["uid", "2", "3", "1"])


if __name__ == "__main__":
    px.main()
