#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx capture --postgres with a psql that answers what it is told to: how it is run, what is believed
of it, which log is read and from where, what is said."""
import datetime
import os
import signal
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import faulty
import px
from asking import ADVICE, ADVICE_ACTIVITY, ADVICE_CONTEXTS, AskingCase, ROWS, csvlog, jsonlog, plain
from capturing import Capture

LOG = "postgres/log"


class Psql(AskingCase):
    """How it is run, and what becomes of it."""

    def test_words(self):
        """Its own words, without a shell, with nothing to read and nothing of ours."""
        self.psql("#!/bin/sh\nfor word; do printf '%s\\0' \"$word\"; done > words\nenv > environment\n"
                  "cat > input\nls -l /proc/$$/fd > fds\nexit 1\n")
        conninfo = "host=/x user='a b' $(touch ran) ; \"-\""
        self.asked(option="--postgres=" + conninfo, wait=None, complaint=b"psql: psql failed and said nothing; " + ADVICE,
                   env=self.environment(PGCLIENTENCODING="LATIN1", PGTZ="Asia/Tokyo", PGUSER="me"))
        words = self.read("words").split("\0")
        self.assertEqual(words[:6], ["-X", "-w", "-q", "-A", "-t", "-c"])
        self.assertIn("pg_settings", words[6])
        self.assertEqual(words[7:], ["-d", conninfo, ""])
        self.assertEqual(self.read("input"), "")
        self.assertFalse(os.path.exists(self.path("ran")))
        environment = self.read("environment").splitlines()
        for line in ("PGCLIENTENCODING=SQL_ASCII", "PGTZ=UTC", "PGDATESTYLE=ISO", "PGAPPNAME=pmapx",
                     "PGCONNECT_TIMEOUT=5", "PGUSER=me"):
            self.assertEqual(environment.count(line), 1, line)
        # Standard streams; from 10 on are those that sh has for itself.
        open_ones = [line.split(" -> ")[0].split()[-1] for line in self.read("fds").splitlines() if " -> " in line]
        self.assertEqual({one for one in open_ones if int(one) < 10}, {"0", "1", "2"}, self.read("fds"))

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def test_words_of_user(self):
        self.psql("#!/bin/sh\nfor word; do printf '%s\\0' \"$word\"; done > words\nenv > environment\nexit 1\n")
        self.asked(complaint=b"psql: psql failed and said nothing; " + ADVICE,
                   env=self.environment(PGAPPNAME="mine", PGCONNECT_TIMEOUT="3"))
        self.assertEqual(len(self.read("words").split("\0")), 8)
        environment = self.read("environment").splitlines()
        self.assertIn("PGAPPNAME=mine", environment)
        self.assertIn("PGCONNECT_TIMEOUT=3", environment)
        self.assertNotIn("PGAPPNAME=pmapx", environment)

    def test_none(self):
        os.mkdir(self.path("empty"))
        for status, words in ((0, ()), (1, ("--strict",))):
            got = self.asked(*words, env=px.environment(PATH=self.path("empty")), status=status,
                             complaint=b"psql: there is no psql in PATH; " + ADVICE)
            self.assertFalse([name for name in got.files if name.startswith("postgres")])
            self.assertIn("smaps", got.of(self.pid))

    def test_hangs(self):
        """It and what it has started are gone, and the capture is there."""
        self.psql("#!/bin/sh\ntrap '' TERM INT HUP\necho $$ > pids\nsleep 600 &\necho $! >> pids\nwait\n")
        start = time.monotonic()
        self.asked(wait="--wait=0.5", complaint=b"psql: psql has not answered within 0.500 s; " + ADVICE)
        self.assertLess(time.monotonic() - start, 20)
        for pid in self.read("pids").split():
            self.gone(int(pid))

    def gone(self, pid):
        for _ in range(1000):
            try:
                with open("/proc/%d/stat" % pid, encoding="utf-8") as file:
                    if file.read().split(") ")[-1].startswith("Z"):
                        return
            except OSError:
                return
            time.sleep(0.01)
        self.fail("%d lives" % pid)

    def test_leaves_its_pipes_behind(self):
        """What it has started keeps its pipes; it has answered all the same."""
        self.psql("#!/bin/sh\nsleep 600 &\necho $! > pids\necho 'psql: error: gone' >&2\nexit 2\n")
        start = time.monotonic()
        self.asked(wait="--wait=300", complaint=b"psql: gone; " + ADVICE)
        self.assertLess(time.monotonic() - start, 60)
        self.gone(int(self.read("pids")))

    def test_interrupted(self):
        """A signal ends psql, too, and nothing is left."""
        px.need_library("archive")
        self.psql("#!/bin/sh\necho $$ > pids.part\nmv pids.part pids\nexec sleep 600\n")
        for name in ("a.tar", "-"):
            with open(self.path("out"), "wb") as out:
                process = subprocess.Popen(
                    [px.PMAPX, "capture", "-o", name, "--wait=600", "--postgres", str(self.pid)], cwd=self.folder,
                    env=self.environment(), stdin=subprocess.DEVNULL, stdout=out, stderr=out)
            while not os.path.exists(self.path("pids")):
                self.assertIsNone(process.poll())
                time.sleep(0.01)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(timeout=60), -signal.SIGTERM)
            self.gone(int(self.read("pids")))
            os.remove(self.path("pids"))
            self.assertFalse([one for one in self.left() if ".pmapx-" in one or one == "a.tar"])

    def test_complaints(self):
        for script, why in (
                ("printf 'psql: error: \\033[31mno\\r\\n more\\n' >&2; exit 2", b"?[31mno"),
                ("echo 'psql: error: one' >&2; echo two >&2; exit 2", b"one"),
                ("head -c 100000 /dev/zero | tr '\\0' x >&2; exit 2", b"x" * 511),
                ("kill -9 $$", b"psql failed and said nothing"),
                ("echo nonsense", b"the answer is not what was asked for"),
                ("exit 0", b"the answer is not what was asked for"),
                ("exec yes", b"the answer is too long")):
            with self.subTest(script=script):
                self.psql("#!/bin/sh\n" + script + "\n")
                self.asked(complaint=b"psql: " + why + b"; " + ADVICE)
        os.chmod(self.path("bin", "psql"), 0o644)
        self.asked(complaint=b"psql: Permission denied; " + ADVICE, env=self.environment(PATH=self.path("bin")))

    def test_options(self):
        for words, why in ((("--wait=5",), b"--wait: it is how long --postgres may take"),
                           (("--postgres", "--wait=0"), b"--wait=0: not a number of seconds from 0.1 to 3600"),
                           (("--postgres", "--wait=x"), b"--wait=x: not a number of seconds from 0.1 to 3600"),
                           (("--postgres", "--wait=1e2"), b"--wait=1e2: not a number of seconds from 0.1 to 3600"),
                           (("--postgres", "--wait=3601"), b"--wait=3601: not a number of seconds from 0.1 to 3600"),
                           (("--redact=querie",), b"--redact=querie: not a list of args, paths, addresses, queries")):
            got = self.run_capture("-o", "x.tar", *words, self.pid)
            self.assertEqual((got.status, got.stderr), (2, b"pmapx: capture: " + why + b"\n"))
        # The next word is none of its own.
        got = self.run_capture("-o", "x.tar", "--postgres", "dbname=x", env=self.environment())
        self.assertEqual(got.status, 2)
        self.assertIn(b"dbname=x", got.stderr)


class Answers(AskingCase):
    """What is kept of them."""

    def test_all(self):
        self.answer("ask", "%d\n" % self.pid, self.writes(plain(self.pid)))
        got = self.asked()
        self.assertEqual([name for name, _ in got.entries if name.startswith("postgres")],
                         ["postgres/settings.csv", "postgres/activity.csv", LOG])
        self.assertEqual(got.files["postgres/activity.csv"],
                         b"pid,usename,query,backend_type\n%d,u,\"select \"\"secret\"\",\n1\",client backend\n" % self.pid)
        self.assertTrue(got.files["postgres/settings.csv"].endswith(
            b"shared_buffers,64MB\nversion,\"Postgre\"\"SQL\"\npostmaster,%d\n" % self.pid))
        self.assertEqual(got.files[LOG], plain(self.pid).encode())
        # Behind the processes, before the manifest.
        names = [name for name, _ in got.entries]
        self.assertLess(names.index("proc/%d/smaps" % self.pid), names.index("postgres/settings.csv"))
        self.assertEqual(names[-1], "pmapx.json")

    def loaded(self, name="a.tar", *words):
        if os.path.exists(self.path("x.db")):
            os.remove(self.path("x.db"))
        got = px.pmapx("load", self.path("x.db"), self.path(name), *words)
        self.assertEqual((got.status, got.stderr), (0, b""))
        with sqlite3.connect(self.path("x.db")) as db:
            return {query: db.execute(query).fetchall() for query in (
                "SELECT pid, pg_instance, complete, grand_total, source FROM context_dump",
                "SELECT name, ident FROM context ORDER BY seq",
                "SELECT pid, pg_instance, usename, query FROM pg_activity",
                "SELECT name, value, num FROM capture_fact WHERE name LIKE 'pg.%' ORDER BY name")}.values()

    def test_loaded(self):
        self.answer("ask", "%d\n" % self.pid, self.writes(plain(self.pid)))
        for name in ("a.tar", "a.tar.zst", "folder/"):
            self.asked(name=name)
            dumps, contexts, activity, facts = self.loaded(name)
            self.assertEqual(dumps, [(self.pid, self.pid, 1, 1700, "log")])
            self.assertEqual(contexts, [("TopMemoryContext", None), ("CacheMemoryContext", None),
                                        ("CachedPlanSource", "select secret")])
            self.assertEqual(activity, [(self.pid, self.pid, "u", "select \"secret\",\n1")])
            self.assertEqual(facts, [("pg.data_directory", self.folder, None), ("pg.log_destination", "stderr", None),
                                     ("pg.postmaster", str(self.pid), self.pid),
                                     ("pg.server_version_num", "150018", 150018),
                                     ("pg.shared_buffers", "64MB", 64 << 20), ("pg.version", 'Postgre"SQL', None)])

    def test_redacted(self):
        """No text of a query, whatever the log; sums and all else are the same."""
        for text, source in ((plain(self.pid), "log"), (csvlog(self.pid), "csvlog"), (jsonlog(self.pid), "jsonlog")):
            more = "2026-11-22 20:00:00.000 UTC [1] LOG:  statement: select 'secret PID 77'\n" \
                   "2026-11-22 20:00:00.000 UTC [1] LOG:  statement: select 'secret LOG:  " + ROWS[0] + "\n"
            with open(self.log, "w", encoding="utf-8"):
                pass
            self.answer("ask", "%d\n" % self.pid, self.writes(more + text + more))
            self.asked("--redact=queries")
            with open(self.path("a.tar"), "rb") as file:
                self.assertEqual(file.read().find(b"secret"), -1)
            dumps, contexts, activity, _ = self.loaded()
            self.assertEqual(dumps, [(self.pid, self.pid, 1, 1700, "log")])
            self.assertEqual([name for name, _ in contexts],
                             ["TopMemoryContext", "CacheMemoryContext", "CachedPlanSource"])
            self.assertRegex(contexts[2][1], r"\Aq[0-9a-f]{12}\Z")
            self.assertEqual(activity[0][:3], (self.pid, self.pid, "u"))
            self.assertRegex(activity[0][3], r"\Aq[0-9a-f]{12}\Z")
            # Without it, all of that is there.
            self.answer("ask", "%d\n" % self.pid, self.writes(text))
            with open(self.log, "w", encoding="utf-8"):
                pass
            self.asked()
            dumps, contexts, _, _ = self.loaded()
            self.assertEqual(dumps[0], (self.pid, self.pid, 1, 1700, source))
            self.assertEqual(contexts[2][1], "select secret")

    def test_redacted_activity(self):
        """Same text, same token; NULL, nothing, and what the server hides stay."""
        self.answer("activity", 'query,"pid",x\na,%d,"q,\n""r"\n"a",%d,\n"b\n""c",%d,""\n,%d,\n"",%d,\n<insufficient '
                    'privilege>,%d,\n' % ((self.pid,) * 6))
        got = self.asked("--redact=queries", complaint=b"memory contexts: 1 of 1 processes have not written a whole dump "
                         b"within 3.000 s: %d; what is missing may come to the server's log later: give that to "
                         b"--contexts" % self.pid, wait="--wait=3")
        text = got.files["postgres/activity.csv"].decode()
        token = text.split("\n")[1].split(",")[0]
        self.assertRegex(token, r"\Aq[0-9a-f]{12}\Z")
        other = text.split("\n")[4].split(",")[0]
        self.assertNotEqual(other, token)
        self.assertEqual(text, 'query,"pid",x\n{t},{p},"q,\n""r"\n{t},{p},\n{o},{p},""\n,{p},\n"",{p},\n'
                         '<insufficient privilege>,{p},\n'.format(t=token, o=other, p=self.pid))
        # What cannot be taken apart is not kept.
        self.answer("activity", "pid,x\n%d,select secret\n" % self.pid)
        got = self.asked("--redact=queries", complaint=b"activity: the answer is not what was asked for; " + ADVICE_ACTIVITY)
        self.assertFalse([name for name in got.files if name.startswith("postgres")])

    def test_redacted_paths(self):
        self.answer("ask", "%d\n" % self.pid, self.writes(plain(self.pid)))
        got = self.asked("--redact=paths")
        settings = got.files["postgres/settings.csv"].decode()
        self.assertRegex(settings, r"\nlog_destination,stderr\n")
        self.assertRegex(settings, r"\Aname,value\ndata_directory,(/p[0-9a-f]{12})+\n")
        self.assertNotIn(self.folder.encode(), b"".join(text for _, text in got.entries))
        self.assertEqual(got.files[LOG], plain(self.pid).encode())

    def test_not_here(self):
        """A server whose processes are elsewhere."""
        self.answer("activity", "pid,backend_start\n%d,2001-01-01 00:00:00+00\n" % self.pid)
        got = self.asked(complaint=b"the server: none of its processes is to be seen here; capture where it runs")
        self.assertFalse([name for name in got.files if name.startswith("postgres")])
        # Its number alone may be that of another.
        self.answer("activity", "pid\n%d\n%d\n%d\n" % (self.pid, 1 << 30, 1 << 29))
        self.asked(complaint=b"the server: none of its processes is to be seen here; capture where it runs")

    def contained(self):
        """The number of a process called postgres that is 1 in a PID namespace, and when it began."""
        words = ["unshare", "--pid", "--fork", "--kill-child", self.path("postgres"), "600"]
        with open(self.log, "ab") as log:
            around = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(around.wait)
        self.addCleanup(around.kill)
        children = "/proc/%d/task/%d/children" % (around.pid, around.pid)
        while not self.read_file(children):
            self.assertIsNone(around.poll())
            time.sleep(0.01)
        pid = int(self.read_file(children))
        px.settle(pid, b"postgres")
        ticks = int(self.read_file("/proc/%d/stat" % pid).rsplit(") ", 1)[1].split()[19])
        start = datetime.datetime.fromtimestamp(
            time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) + ticks / os.sysconf("SC_CLK_TCK"), datetime.timezone.utc)
        return pid, start.strftime("%Y-%m-%d %H:%M:%S.%f+00")

    @staticmethod
    def read_file(path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    def test_same_numbers(self):
        """Of two servers of which each has the same, begun one after the other, it is the one that began just
        then; and none, where that is not told."""
        if os.getuid() != 0 or px.run(["unshare", "--pid", "--fork", "true"]).status != 0:
            self.skipTest("no PID namespace may be made")
        servers = []
        for _ in range(2):
            servers.append(self.contained())
            time.sleep(0.5)
        for pid, start in servers:
            self.answer("activity", "pid,backend_start\n1,%s\n" % start)
            self.answer("ask", "")
            got = self.asked()
            self.assertTrue(got.files["postgres/settings.csv"].endswith(b"\npostmaster,%d\n" % pid), (servers, got.files))
        self.answer("activity", "pid\n1\n")
        got = self.asked(complaint=b"the server's log: it is not known where it is; as who may read it: " + ADVICE_CONTEXTS)
        self.assertNotIn(b"postmaster,", got.files["postgres/settings.csv"])

    def test_old(self):
        self.answer("settings", "name,value\nserver_version_num,130023\n")
        got = self.asked(complaint=b"memory contexts: a server of version 13 cannot be asked for them; run what pmapx "
                         b"report --gdb PID prints, and give the server's log to --contexts")
        self.assertIn("postgres/activity.csv", got.files)
        self.assertNotIn(LOG, got.files)


class Logs(AskingCase):
    """Which log is read, from where on, and how long."""

    # What is not to come in time; what else is asked for is.
    WAIT = "--wait=3"

    def missing(self, wait=b"3.000"):
        return (b"memory contexts: 1 of 1 processes have not written a whole dump within %s s: %d; what is missing may "
                b"come to the server's log later: give that to --contexts" % (wait, self.pid))

    def unreadable(self, why):
        return b"the server's log: " + why + b"; as who may read it: " + ADVICE_CONTEXTS

    def named(self, path, *words, **kwargs):
        self.answer("logfile", path + "\n")
        self.answer("ask", "%d\n" % self.pid, self.writes(plain(self.pid), self.path("named.log")))
        return self.asked(*words, **kwargs)

    def test_named(self):
        """The one that the server names, wherever its standard error goes; below its folder, or not."""
        for path in (self.path("named.log"), "named.log"):
            with open(self.path("named.log"), "w", encoding="utf-8") as file:
                file.write(plain(self.pid, "select old"))
            got = self.named(path)
            # What was there before is no answer.
            self.assertEqual(got.files[LOG], plain(self.pid).encode())

    def test_no_file(self):
        """Nothing but a file is opened, and no link to one is followed."""
        os.mkfifo(self.path("fifo"))
        os.symlink(self.log, self.path("link"))
        for name, why in (("fifo", b"Not a regular file"), ("link", b"Not a regular file"),
                          ("bin", b"Not a regular file"), ("none", b"No such file or directory")):
            self.named(name, complaint=self.unreadable(name.encode() + b": " + why))
        self.named("/dev/null", complaint=self.unreadable(b"/dev/null: Not a regular file"))
        self.named("/proc/self/environ\033[m", complaint=self.unreadable(
            b"/proc/self/environ?[m: No such file or directory"))

    def test_standard_error(self):
        self.answer("settings", "name,value\nserver_version_num,150018\n")
        self.answer("ask", "%d\n" % self.pid, self.writes(plain(self.pid)))
        self.assertEqual(self.asked().files[LOG], plain(self.pid).encode())
        self.answer("settings", "name,value\nserver_version_num,150018\nlog_destination,syslog\n")
        self.asked(complaint=b"the server's log: the server writes it to no file; " + ADVICE_CONTEXTS)

    def test_standard_error_no_file(self):
        self.end_server()
        self.server = subprocess.Popen([self.path("postgres"), "600"], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(self.server.stderr.close)
        self.pid = self.server.pid
        px.settle(self.pid)
        self.answer("activity", "pid\n%d\n" % self.pid)
        self.asked(complaint=self.unreadable(b"the server writes it to no file"))

    def test_not_told(self):
        self.answer("logfile", "", "echo 'ERROR:  permission denied for function pg_current_logfile' >&2\nexit 1\n")
        self.asked(complaint=b"the server's log: ERROR:  permission denied for function pg_current_logfile; as a "
                   b"superuser: " + ADVICE_CONTEXTS)
        # One that collects nothing need not be asked.
        self.answer("settings", "name,value\nlogging_collector,off\nserver_version_num,150018\n")
        self.answer("ask", "%d\n" % self.pid, self.writes(plain(self.pid)))
        self.assertEqual(self.asked().files[LOG], plain(self.pid).encode())

    def test_not_allowed(self):
        self.answer("ask", "", "echo 'ERROR:  permission denied for function x' >&2\nexit 1\n")
        got = self.asked(complaint=b"memory contexts: ERROR:  permission denied for function x; where they are allowed: "
                         + ADVICE_CONTEXTS)
        self.assertIn("postgres/activity.csv", got.files)

    def test_late(self):
        """What comes later is waited for, in pieces, and not longer than is needed."""
        text = plain(self.pid)
        half = len(text) * 2 // 3
        later = "(sleep 0.3\n" + self.writes(text[:half]) + "sleep 0.3\n" + self.writes(text[half:]) + \
            ") >/dev/null 2>&1 &\nsleep 0.01\n"
        # What it has started ends with psql: it must be of another group before that does.
        begun = self.path("begun")
        self.answer("ask", "%d\n" % self.pid, "setsid sh -c ': > \"%s\"\n%s' >/dev/null 2>&1 &\n" % (begun, later.replace("'", '"')) +
                    "until [ -e '%s' ]; do sleep 0.01; done\n" % begun)
        start = time.monotonic()
        got = self.asked()
        self.assertLess(time.monotonic() - start, 60)
        self.assertEqual(got.files[LOG], text.encode())

    def test_missing(self):
        self.asked(wait=self.WAIT, complaint=self.missing())
        # One that does not add up is none; it is kept, as what is beside it.
        torn = plain(self.pid).replace("Grand total: 1700", "Grand total: 1701")
        self.answer("ask", "%d\n" % self.pid, self.writes(torn))
        got = self.asked(wait=self.WAIT, complaint=self.missing())
        self.assertEqual(got.files[LOG], torn.encode())
        self.asked("--strict", wait=self.WAIT, complaint=self.missing(), status=1)
        self.answer("ask", "".join("%d\n" % pid for pid in range(1001, 1009)))
        self.asked(wait=self.WAIT, complaint=b"memory contexts: 8 of 8 processes have not written a whole dump within "
                   b"3.000 s: 1001 1002 1003 1004 1005 ...; what is missing may come to the server's log later: give "
                   b"that to --contexts")

    def test_only_dumps(self):
        """Of all that is in a log, nothing else is kept."""
        self.answer("ask", "%d\n" % self.pid, self.writes(
            "2026-11-22 20:00:00.000 UTC [1] LOG:  statement: alter role x password 'secret'\n\tmore secret\n"
            "TopMemoryContext: 8 total in 1 blocks; 0 free (0 chunks); 8 used\n" + plain(self.pid)))
        self.assertEqual(self.asked().files[LOG], plain(self.pid).encode())

    def test_interleaved(self):
        one, other = plain(self.pid).splitlines(True), plain(4711).splitlines(True)
        text = "".join(a + b for a, b in zip(one, other))
        self.answer("ask", "%d\n4711\n" % self.pid, self.writes(text))
        self.assertEqual(self.asked().files[LOG], text.encode())

    def test_rotated(self):
        """The log goes on in another file, which is new."""
        lines = plain(self.pid).splitlines(True)
        self.answer("logfile", "first.log\n")
        with open(self.path("first.log"), "w", encoding="utf-8") as file:
            file.write(plain(self.pid, "select old"))
        self.answer("ask", "%d\n" % self.pid, self.writes("".join(lines[:2]), self.path("first.log")) +
                    self.writes("".join(lines[2:]), self.path("second.log")) +
                    "echo 'echo second.log' > \"$FAKE/logfile\"\n")
        got = self.asked()
        self.assertEqual(got.files[LOG], plain(self.pid).encode())

    def test_rotated_to_an_old_file(self):
        """What was in it before is no answer."""
        with open(self.path("first.log"), "wb"), open(self.path("second.log"), "w", encoding="utf-8") as file:
            file.write(plain(self.pid))
        self.answer("logfile", "first.log\n")
        self.answer("ask", "%d\n" % self.pid, "echo 'echo second.log' > \"$FAKE/logfile\"\n")
        got = self.asked(wait=self.WAIT, complaint=self.missing())
        self.assertNotIn(LOG, got.files)

    def test_cut_short(self):
        """It is copied elsewhere and begun again."""
        with open(self.log, "w", encoding="utf-8") as file:
            file.write("x" * 100000 + "\n")
        self.answer("ask", "%d\n" % self.pid, ": > '%s'\n" % self.log + self.writes(plain(self.pid)))
        self.assertEqual(self.asked().files[LOG], plain(self.pid).encode())


class Faults(AskingCase):
    """With calls that fail in turn: there is a whole capture, or nothing and one line that says why; no psql is
    left, nor memory."""

    # How many calls of a family to look at.
    MOST = 15 if px.is_sanitized(px.PMAPX) else 40

    def sweep(self, family, error):
        self.answer("ask", "%d\n" % self.pid, self.writes(plain(self.pid)))
        words = ["capture", "--jobs", "1", "--redact=queries,paths", "-o", "a.tar", str(self.pid)]
        seen = set()
        before = sum(call.family == family for call in faulty.run(words, cwd=self.folder).calls)
        os.remove(self.path("a.tar"))
        words += ["--postgres"]
        whole = faulty.run([*words, "--wait=100"], cwd=self.folder, env=self.environment())
        self.assertEqual((whole.result.status, whole.result.stderr.count(b"\n"), whole.left[1]), (0, 1, 0))
        count = sum(call.family == family for call in whole.calls)
        self.assertGreater(count, before)
        first = max(1, before * 3 // 4)
        for number in range(first, count + 1, max(1, (count - first) // self.MOST)):
            with self.subTest(family=family, number=number):
                if os.path.exists(self.path("a.tar")):
                    os.remove(self.path("a.tar"))
                got = faulty.run([*words, "--wait=0.5"], "%s:%d:%s" % (family, number, error), cwd=self.folder, env=self.environment())
                self.assertEqual(got.left[1], 0, "allocations left")
                seen.add(got.result.status)
                if got.result.status == 0:
                    capture = Capture(self.path("a.tar"))
                    self.assertTrue(capture.manifest["complete"])
                    # What is not there is said.
                    whole = "postgres/activity.csv" in capture.files and LOG in capture.files
                    self.assertEqual(whole, b"--postgres" not in got.result.stderr, got.result.stderr)
                else:
                    self.assertFalse([name for name in self.left() if name == "a.tar" or name.startswith(".pmapx-")])
                    self.assertIn((got.result.status, got.result.stderr.count(b"\n")), ((1, 0), (2, 1)), got.result.stderr)
        return seen

    def test_memory(self):
        self.assertIn(2, self.sweep("memory", "12"))

    def test_open(self):
        self.assertIn(0, self.sweep("open", "13"))

    def test_read(self):
        self.assertIn(0, self.sweep("read", "5"))


if __name__ == "__main__":
    px.main()
