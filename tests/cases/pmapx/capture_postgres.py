#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx capture --postgres with real servers: what is captured is what they say, and is loaded as theirs."""
import contextlib
import csv
import io
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import postgres
import px
from asking import ADVICE, ADVICE_CONTEXTS
from capturing import CaptureCase

# A query that a reader must not stumble over, whose words are nowhere else.
HOSTILE = "select 'hostile\n\tword \"x\" \\ | , ''quoted''\r\n LOG:  level: 0; ', pg_sleep(600);"
ACTIVITY = "SELECT pid, query, backend_type, usename FROM pg_stat_activity WHERE application_name <> 'pmapx'" \
           " AND pid <> pg_backend_pid() ORDER BY pid"
# Sessions that stay have this name; those that ask have psql's own.
HELD = "held"
ASKING = "SELECT pg_backend_pid(), COUNT(*) FROM pg_stat_activity WHERE application_name = 'psql' AND pid <> pg_backend_pid()"

NOT_ALLOWED = (b"memory contexts: ERROR:  permission denied for function pg_log_backend_memory_contexts; where they are "
               b"allowed: " + ADVICE_CONTEXTS)


class Contained(postgres.Server):
    """A server in a PID namespace of its own, where it is number 1."""

    def start(self, data):
        if os.getuid() != 0 or not shutil.which("setpriv"):
            raise unittest.SkipTest("only root can, with setpriv")
        self.around = ("unshare", "-pf", "--kill-child", "setpriv", "--reuid", str(self.user.pw_uid), "--regid",
                       str(self.user.pw_gid), "--clear-groups")
        super().start(data)
        with open("/proc/%d/task/%d/children" % (self.process.pid, self.process.pid), encoding="ascii") as file:
            self.postmaster = int(file.read().split()[0])

    def stop(self):
        os.kill(self.postmaster, signal.SIGQUIT)
        self.process.wait(timeout=60)


class Asking(CaptureCase):
    def conninfo(self, server, user="admin", database="postgres"):
        return "--postgres=host=%s user=%s dbname=%s" % (server.folder, user, database)

    def asked(self, server, *words, complaint=None, status=0, user="admin", pids=()):
        """A capture of its processes; what is said of it must be that, without its beginning."""
        pid = getattr(server, "postmaster", server.process.pid)
        # Nobody knows how long a busy machine takes; what has come ends the wait.
        got = self.capture("--force", self.conninfo(server, user), "--wait=60", "--tree=%d" % pid, *words, *pids,
                           status=status)
        said = [line for line in got.result.stderr.splitlines() if b"--postgres" in line]
        self.assertEqual(said, [b"pmapx: capture: --postgres: " + line
                                for line in ([] if complaint is None else [complaint])])
        return got

    @contextlib.contextmanager
    def client(self, server, script, name=HELD):
        """A session that has run a script, and stays."""
        process = subprocess.Popen(server.psql_words("postgres", "-qAt"), stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   env=px.environment(PGAPPNAME=name))
        try:
            process.stdin.write(b"SELECT pg_backend_pid();\n" + script.encode() + b"\n")
            process.stdin.flush()
            yield int(process.stdout.readline())
        finally:
            process.kill()
            process.communicate()

    @contextlib.contextmanager
    def busy(self, server):
        """A session at a hostile query."""
        with self.client(server, "PREPARE hostile AS SELECT 'hostile prepared';\n" + HOSTILE) as pid:
            for _ in range(6000):
                if server.rows("postgres", "SELECT 1 FROM pg_stat_activity WHERE pid = %d AND query LIKE 'select %%'"
                               % pid):
                    break
                time.sleep(0.02)
            yield pid

    def load(self, *words):
        if os.path.exists(self.path("x.db")):
            os.remove(self.path("x.db"))
        got = px.pmapx("load", self.path("x.db"), self.path("a.tar"), *words)
        self.assertEqual((got.status, got.stderr), (0, b""))

    def rows(self, query):
        with sqlite3.connect(self.path("x.db")) as db:
            return db.execute(query).fetchall()

    def backends(self, server):
        """The processes that the server knows, without those that ask: these have ended, before and behind it."""
        self.quiet(server)
        known = {int(row[0]): row[1:] for row in server.rows("postgres", ACTIVITY)}
        self.quiet(server)
        return known

    def quiet(self, server):
        """psql is gone before its backend is: until all of these are."""
        others = None
        while others != 0:
            pid, others = map(int, server.rows("postgres", ASKING)[0])
            for _ in range(6000):
                if not os.path.exists("/proc/%d" % pid):
                    break
                time.sleep(0.01)


class OneServer(Asking):
    """Of each way to write a log."""

    def check(self, *settings, source="log"):
        with postgres.Server(*settings) as server, self.busy(server) as pid:
            known = self.backends(server)
            self.assertEqual(known[pid][0].decode(), HOSTILE)
            got = self.asked(server)
            text = got.files["postgres/activity.csv"].decode()
            rows = {int(row["pid"]): row for row in csv.DictReader(io.StringIO(text, newline=""))
                    if row["application_name"] != "pmapx"}
            self.assertEqual({number: [row["query"].encode(), row["backend_type"].encode()]
                              for number, row in rows.items()},
                             {number: [row[0] or b"", row[1]] for number, row in known.items()})
            self.load()
            self.assertEqual(self.rows("SELECT pid, complete, source, pg_instance FROM context_dump ORDER BY pid"),
                             [(number, 1, source, server.process.pid) for number in sorted(known)])
            self.assertEqual(self.rows("SELECT pid, match_quality FROM backends WHERE pid IN"
                                       " (SELECT pid FROM pg_activity) ORDER BY pid"),
                             [(number, "same") for number in sorted(known)])
            self.assertEqual(self.rows("SELECT query FROM pg_activity WHERE pid = %d" % pid),
                             [(HOSTILE,)])
            self.assertEqual(self.rows("SELECT value, num FROM capture_fact WHERE name = 'pg.shared_buffers'"),
                             [("64MB", 64 << 20)])

    def test_standard_error(self):
        self.check()

    def test_collected(self):
        self.check("logging_collector=on")

    def test_csv(self):
        self.check("logging_collector=on", "log_destination=csvlog", source="csvlog")

    def test_json(self):
        with postgres.Server() as server:
            if int(server.rows("postgres", "SELECT current_setting('server_version_num')")[0][0]) < 150000:
                self.skipTest("jsonlog is of 15")
        self.check("logging_collector=on", "log_destination=jsonlog", source="jsonlog")

    def test_all_at_once(self):
        self.check("logging_collector=on", "log_destination=stderr,csvlog", "log_statement=all",
                   "log_error_verbosity=verbose", "log_line_prefix=%m [%p] %q%u@%d/%a ", "log_directory=/tmp/../tmp/" +
                   os.path.basename(self.folder) + "-logs")
        shutil.rmtree(self.folder + "-logs", ignore_errors=True)


class Shared(Asking):
    """With one server for all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.enterClassContext(postgres.Server())
        cls.server.psql("postgres", b"CREATE ROLE ordinary LOGIN; CREATE ROLE reader LOGIN IN ROLE pg_monitor;")

    def test_unreachable(self):
        where = self.path("nowhere")
        got = self.run_capture("-o", "a.tar", "--postgres=host=%s dbname=x" % where, self.server.process.pid)
        self.assertEqual(got.status, 0)
        self.assertIn(b"pmapx: capture: --postgres: psql: connection to server on socket \"%s/.s.PGSQL.5432\" failed: No "
                      b"such file or directory; " % where.encode() + ADVICE + b"\n", got.stderr)
        # Somebody listens, who says nothing.
        with socket.socket(socket.AF_UNIX) as silent:
            os.mkdir(where)
            silent.bind(where + "/.s.PGSQL.5432")
            silent.listen()
            got = self.run_capture("-o", "b.tar", "--postgres=host=%s dbname=x" % where, "--wait=0.5", "--strict",
                                   self.server.process.pid)
        self.assertEqual(got.status, 1)
        self.assertIn(b"psql: psql has not answered within 0.500 s; " + ADVICE, got.stderr)

    def test_ordinary_role(self):
        """One who may see no more than that there are others."""
        with self.busy(self.server) as pid:
            got = self.asked(
                self.server, user="ordinary",
                complaint=NOT_ALLOWED)
        self.assertNotIn("postgres/log", got.files)
        self.assertNotIn(b"hostile", got.files["postgres/activity.csv"])
        self.load()
        self.assertEqual(self.rows("SELECT pg_instance, query FROM pg_activity WHERE pid = %d" % pid),
                         [(self.server.process.pid, "<insufficient privilege>")])
        self.assertEqual(self.rows("SELECT num FROM capture_fact WHERE name = 'pg.postmaster'"),
                         [(self.server.process.pid,)])

    def test_not_allowed(self):
        """One who may see it all, but ask for nothing."""
        got = self.asked(
            self.server, user="reader",
            complaint=NOT_ALLOWED)
        self.assertNotIn("postgres/log", got.files)

    def test_redacted(self):
        """No text of a query anywhere; dumps are whole."""
        many = "".join("PREPARE hostile_%d AS SELECT 'hostile %d';\n" % (i, i) for i in range(20))
        with self.busy(self.server), self.client(self.server, many + "SELECT 'hostile last';"):
            known = self.backends(self.server)
            self.asked(self.server, "--redact=queries")
            with open(self.path("a.tar"), "rb") as file:
                self.assertEqual(file.read().find(b"hostile"), -1)
            self.load()
            self.assertEqual(self.rows("SELECT pid, complete FROM context_dump ORDER BY pid"),
                             [(number, 1) for number in sorted(known)])
            self.assertGreater(self.rows("SELECT COUNT(*) FROM context WHERE ident LIKE 'q____________'")[0][0], 20)
            # It is there without.
            got = self.asked(self.server)
            self.assertIn(b"hostile last", got.files["postgres/activity.csv"])
            self.assertIn(b"SELECT 'hostile 7'", got.files["postgres/log"])

    def test_redacted_names(self):
        """Who is of a server is known by what is left: names of processes, titles, and parents."""
        with self.busy(self.server):
            known = len(self.backends(self.server)) + 1
            for what, roles in (("paths", {"postmaster", "client backend"}), ("args", {None}), ("paths,args", {None})):
                self.asked(self.server, "--redact=" + what)
                self.load("--replace")
                told = self.rows("SELECT pg_role, pg_instance FROM process WHERE pg_instance IS NOT NULL")
                self.assertGreaterEqual(len(told), known, what)
                self.assertEqual(len({instance for _, instance in told}), 1, what)
                self.assertLessEqual(roles, {role for role, _ in told}, what)
                self.assertGreater(self.rows("SELECT COUNT(*) FROM backends WHERE match_quality = 'same'")[0][0], 1, what)

    def test_late_process(self):
        """One that does not answer in time is named."""
        with self.client(self.server, "SELECT 1;") as pid:
            known = len(self.backends(self.server))
            os.kill(pid, signal.SIGSTOP)
            try:
                got = self.capture(self.conninfo(self.server), "--wait=15", "--strict", pid, status=1)
            finally:
                os.kill(pid, signal.SIGCONT)
        self.assertIn(b"pmapx: capture: --postgres: memory contexts: 1 of %d processes have not written a whole dump "
                      b"within 15.000 s: %d; " % (known, pid), got.result.stderr)

    def test_own_sessions(self):
        """What has asked before may be ending still: it is not asked, as it would not answer."""
        with self.client(self.server, "SELECT 1;", "pmapx") as pid:
            os.kill(pid, signal.SIGSTOP)
            try:
                self.asked(self.server)
            finally:
                os.kill(pid, signal.SIGCONT)
        self.load()
        self.assertEqual(self.rows("SELECT COUNT(*) FROM context_dump WHERE pid = %d" % pid), [(0,)])


class SomebodyElsesDatabase(Asking):
    def test_operators(self):
        """Those of its owner are not run as who asks."""
        with postgres.Server() as server:
            got = server.psql("postgres", b"""
                CREATE SCHEMA evil; CREATE TABLE evil.runs (what text);
                CREATE FUNCTION evil.differ(integer, integer) RETURNS boolean LANGUAGE plpgsql AS
                  $$ BEGIN INSERT INTO evil.runs VALUES ('<>'); RETURN true; END $$;
                CREATE OPERATOR evil.<> (FUNCTION = evil.differ, LEFTARG = integer, RIGHTARG = integer);
                ALTER DATABASE postgres SET search_path TO evil, pg_catalog;""")
            self.assertEqual(got.status, 0, got)
            self.asked(server)
            self.assertEqual(server.rows("postgres", "SELECT what FROM evil.runs"), [])


class Servers(Asking):
    """Of several on one host, that which is asked."""

    def both(self, kind):
        with kind() as one, kind() as other:
            for server in (one, other):
                pids = [getattr(each, "postmaster", each.process.pid) for each in (one, other)]
                self.asked(server, pids=self.all_pids(pids))
                self.load()
                pid = getattr(server, "postmaster", server.process.pid)
                self.assertEqual(self.rows("SELECT DISTINCT pg_instance FROM process WHERE pg_instance IS NOT NULL"
                                           " ORDER BY 1"), [(each,) for each in sorted(pids)])
                self.assertEqual(self.rows("SELECT DISTINCT pg_instance FROM context_dump"), [(pid,)])
                self.assertEqual(self.rows("SELECT DISTINCT pg_instance FROM pg_activity WHERE application_name <> 'pmapx'"),
                                 [(pid,)])
                self.assertGreaterEqual(self.rows("SELECT COUNT(*) FROM backends WHERE match_quality = 'same'"
                                                  " AND pg_instance = %d" % pid)[0][0], 4)
                self.assertEqual(self.rows("SELECT COUNT(*) FROM backends WHERE match_quality = 'same'"
                                           " AND pg_instance <> %d" % pid), [(0,)])

    def all_pids(self, postmasters):
        found = list(postmasters)
        for pid in postmasters:
            with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as file:
                found += [int(word) for word in file.read().split()]
        return found

    def test_two(self):
        self.both(postgres.Server)

    def test_two_contained(self):
        """Their numbers are the same."""
        self.both(Contained)


if __name__ == "__main__":
    px.main()
