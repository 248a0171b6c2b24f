#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx load, of PostgreSQL servers in PID namespaces of their own, whose pids are those of other
processes outside: what each has told is put beside its own processes."""
import contextlib
import os
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import postgres
import px
from loading import Loading

# What a server tells; each session says by its name whose it is.
ACTIVITY = "COPY (SELECT %s FROM pg_stat_activity) TO STDOUT (FORMAT csv, HEADER)"


class Client:
    """A session that stays until it is closed."""

    def __init__(self, server, name):
        self.process = subprocess.Popen(server.psql_words("postgres", "-qAt"), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, env=px.environment(PGAPPNAME=name))
        self.pid = int(self.ask("SELECT pg_backend_pid();"))

    def ask(self, query):
        self.process.stdin.write(query.encode() + b"\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


class Container(postgres.Server):
    """A server that is the first process of a PID namespace."""

    around = ("unshare", "--pid", "--ipc", "--fork", "--kill-child", "setpriv", "--reuid=postgres", "--regid=postgres",
              "--clear-groups", "--")

    def postmaster(self):
        return children(self.process.pid)[0]

    def stop(self):
        """By itself, so that it leaves nothing in /dev/shm."""
        for pid in children(self.process.pid):
            os.kill(pid, signal.SIGQUIT)
        self.process.wait(timeout=60)

    def next_pid(self, pid):
        """What begins next in it has this number."""
        got = px.run(["nsenter", "--pid", "--target", str(self.postmaster()), "sh", "-c",
                      "echo %d > /proc/sys/kernel/ns_last_pid" % (pid - 1)])
        if got.status != 0:
            raise unittest.SkipTest("no pid can be chosen: " + got.stderr.decode())


def host_pids(postmaster):
    return [postmaster, *children(postmaster)]


class Namespaces(Loading):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if os.getuid() != 0 or px.run([*Container.around, "true"]).status != 0:
            raise unittest.SkipTest("no PID namespace may be made")
        cls.servers = {}
        for name, kind in ("outside", postgres.Server), ("inside", Container), ("beside", Container):
            cls.servers[name] = cls.enterClassContext(kind())
        cls.clients = {}
        for name in "outside", "inside", "beside":
            cls.connect(name, "first", {"inside": 5001, "beside": 6001}.get(name))
        # Inside, it has the number that the other one has outside; and both have one that is the same.
        cls.connect("inside", "same as outside", cls.clients["outside", "first"].pid)
        cls.connect("inside", "same as beside", 7001)
        cls.connect("beside", "same as inside", 7001)

    @classmethod
    def connect(cls, server, name, pid=None):
        if pid is not None:
            cls.servers[server].next_pid(pid)
        client = cls.clients[server, name] = Client(cls.servers[server], "%s: %s" % (server, name))
        cls.addClassCleanup(client.close)
        if pid is not None and client.pid != pid:
            raise unittest.SkipTest("no pid can be chosen")

    def postmaster(self, name):
        server = self.servers[name]
        return server.process.pid if name == "outside" else server.postmaster()

    def everybody(self):
        return [str(pid) for name in self.servers for pid in host_pids(self.postmaster(name))]

    @contextlib.contextmanager
    def sessions(self, name):
        """Those that begin here have ended behind it."""
        before = children(self.postmaster(name))
        yield
        while set(children(self.postmaster(name))) - set(before):
            time.sleep(0.01)

    def activity(self, name, columns="*"):
        with self.sessions(name):
            got = self.servers[name].psql("postgres", (ACTIVITY % columns).encode())
        return self.save(name + ".csv", got.stdout)

    def dumps(self, name):
        """The log of a server, in which its clients have told of their memory."""
        server, pids = self.servers[name], [client.pid for (of, _), client in self.clients.items() if of == name]
        with self.sessions(name), open(server.log, "rb") as log:
            log.seek(0, os.SEEK_END)
            for pid in pids:
                self.assertEqual(server.rows("postgres", "SELECT pg_log_backend_memory_contexts(%d)" % pid), [[b"t"]])
            # They answer at once, when they wait for a query.
            text, until = b"", time.monotonic() + 30
            while text.count(b"Grand total") < len(pids):
                self.assertLess(time.monotonic(), until)
                text += log.read()
        return self.save(name + ".log", text)

    def host_pid(self, name, pid):
        """What the kernel calls a process of a server."""
        for found in host_pids(self.postmaster(name)):
            with open("/proc/%d/status" % found, encoding="utf-8", errors="replace") as file:
                if [line.split()[-1] for line in file if line.startswith("NSpid:")] == [str(pid)]:
                    return found
        raise AssertionError("%s has no %d" % (name, pid))

    def clients_of(self, name):
        """(pid, ns_pid, application_name, match_quality) as they should be, in order."""
        return sorted((self.host_pid(name, client.pid), client.pid, "%s: %s" % (of, called), "same")
                      for (of, called), client in self.clients.items() if of == name)

    BACKENDS = ("SELECT pid, ns_pid, application_name, match_quality FROM backends WHERE application_name LIKE '%: %'"
                " ORDER BY pid")

    def test_numbers(self):
        """The innermost is kept, and each knows its server."""
        self.loads(self.db, *self.everybody())
        for name in self.servers:
            postmaster = self.postmaster(name)
            rows = self.rows("SELECT pid, ns_pid FROM process WHERE pg_instance = ? ORDER BY pid", postmaster)
            self.assertEqual([row[0] for row in rows], sorted(host_pids(postmaster)))
            self.assertIn((postmaster, postmaster if name == "outside" else 1), rows)
            for pid, inside, *_ in self.clients_of(name):
                self.assertIn((pid, inside), rows)
        self.assertEqual(len(self.rows("SELECT * FROM instances")), 3)

    def test_live_and_captured(self):
        """Each server's pg_stat_activity and log, from the running system and from a capture."""
        tar, pids = self.path("c.tar"), self.everybody()
        self.assertEqual(px.pmapx("capture", "-o", tar, *pids).status, 0)
        for source in pids, [tar]:
            for name in self.servers:
                self.loads(self.db, *source, "--replace", "--label", "x", "--activity", self.activity(name),
                           "--contexts", self.dumps(name))
                postmaster, clients = self.postmaster(name), self.clients_of(name)
                self.assertEqual(self.rows(self.BACKENDS), clients)
                # Nothing of it is put beside another's.
                for table in "pg_activity", "context_dump":
                    self.assertEqual(self.rows("SELECT DISTINCT pg_instance FROM " + table), [(postmaster,)])
                self.assertEqual(self.rows("SELECT DISTINCT pg_instance FROM backends WHERE match_quality <>"
                                           " 'not in pg_stat_activity'"), [(postmaster,)])
                self.assertEqual(self.rows("SELECT pid FROM last_dump ORDER BY pid"), [(row[0],) for row in clients])
                self.assertEqual(self.rows("SELECT COUNT(*) FROM reconcile WHERE pg_instance = ? AND match_quality <> 'same'"
                                           " AND match_quality <> 'not in pg_stat_activity'", postmaster), [(0,)])

    def test_tree(self):
        """One server, found by its first process; all that was told is its."""
        postmaster = self.postmaster("inside")
        self.loads(self.db, "--tree", str(postmaster), "--activity", self.activity("inside"))
        self.assertEqual(self.rows("SELECT pid FROM process ORDER BY pid"),
                         [(pid,) for pid in sorted(host_pids(postmaster))])
        self.assertEqual(self.rows(self.BACKENDS), self.clients_of("inside"))

    def test_only_log(self):
        """Where nothing but a log tells, and its numbers are of several servers, it is put beside none."""
        pids, log = self.everybody(), self.dumps("inside")
        self.loads(self.db, *pids, "--contexts", log, message=b"pmapx: load: %s: which of 3 servers it is of cannot be"
                   b" told: it is put beside no process\n" % log.encode())
        self.assertEqual(self.rows("SELECT DISTINCT pg_instance, complete FROM context_dump"), [(None, 1)])
        self.assertEqual(self.rows("SELECT * FROM last_dump"), [])
        # One client is enough, if no other server has its number.
        first = self.clients["inside", "first"].pid
        with open(log, "rb") as file:
            part = [line for line in file if b" [%d] " % first in line]
        self.loads(self.db, *pids, "--replace", "--label", "one", "--contexts", self.save("one.log", b"".join(part)))
        self.assertEqual(self.rows("SELECT pid FROM last_dump WHERE dump_no = 1 AND pid IN (SELECT pid FROM process JOIN capture"
                                   " USING (capture_id) WHERE test_label = 'one')"), [(self.host_pid("inside", first),)])

    def test_no_start(self):
        """Without backend_start, numbers are all there is: that is told, and nothing is put beside anything."""
        pids, path = self.everybody(), self.activity("inside", "pid, application_name")
        self.loads(self.db, *pids, "--activity", path, message=b"pmapx: load: %s: which of 3 servers it is of cannot be"
                   b" told: it is put beside no process\n" % path.encode())
        self.assertEqual(self.rows("SELECT DISTINCT match_quality FROM backends"), [("not in pg_stat_activity",)])
        self.assertGreater(self.rows("SELECT COUNT(*) FROM pg_activity")[0][0], 5)

    def test_reused(self):
        """A number that another backend has by now: told by when it began."""
        server = self.servers["inside"]
        server.next_pid(8001)
        first = Client(server, "inside: gone")
        path, host = self.activity("inside"), self.host_pid("inside", first.pid)
        first.close()
        while os.path.exists("/proc/%d" % host):
            time.sleep(0.01)
        # The kernel's clock and PostgreSQL's are compared within two seconds; boots are told in whole ones.
        time.sleep(3.5)
        server.next_pid(first.pid)
        second = Client(server, "inside: new")
        self.addCleanup(second.close)
        self.assertEqual(second.pid, first.pid)
        host = self.host_pid("inside", second.pid)
        for source in self.everybody(), ["--tree", str(self.postmaster("inside"))]:
            self.loads(self.db, *source, "--replace", "--label", "x", "--activity", path)
            self.assertEqual(self.rows("SELECT application_name, match_quality FROM backends WHERE pid = ?", host),
                             [("inside: gone", "pid reused")])
            self.assertEqual(self.rows("SELECT verdict FROM reconcile WHERE pid = ?", host),
                             [("the pid is another process's by now",)])
            self.assertEqual([row for row in self.rows(self.BACKENDS) if row[0] != host], self.clients_of("inside"))

    def test_both(self):
        """Two servers, each with what it has told, as captures of their own."""
        for name in "inside", "beside":
            self.loads(self.db, "--tree", str(self.postmaster(name)), "--label", name, "--activity", self.activity(name))
        for name in "inside", "beside":
            rows = self.rows("SELECT pid, ns_pid, application_name, match_quality FROM backends WHERE test_label = ?"
                             " AND application_name LIKE '%: %' ORDER BY pid", name)
            self.assertEqual(rows, self.clients_of(name))


if __name__ == "__main__":
    px.main()
