# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of "pmapx capture --postgres" share: a psql that is none, which answers what it is
told to, and what a server writes to its log."""
import os
import shutil
import subprocess

import px
from capturing import CaptureCase

PSQL = """\
#!/bin/sh
# Each question has a file that is run for the answer.
case "$*" in
*current_setting*) . "$FAKE/settings" ;;
*'pg_stat_activity) TO'*) . "$FAKE/activity" ;;
*pg_current_logfile*) . "$FAKE/logfile" ;;
*pg_log_backend*) . "$FAKE/ask" ;;
esac
"""

ADVICE_ACTIVITY = (b"psql -X -c \"\\copy (select * from pg_stat_activity) to 'activity.csv' csv header\", and give "
                   b"activity.csv to --activity")
ADVICE_CONTEXTS = (b"psql -X -c \"select pg_log_backend_memory_contexts(pid) from pg_stat_activity\", and give the "
                   b"server's log to --contexts")
ADVICE = b"where it can connect: " + ADVICE_ACTIVITY + b"; and as a superuser of version 14 or later: " + ADVICE_CONTEXTS

ROWS = ["level: 0; TopMemoryContext: 1000 total in 2 blocks; 300 free (1 chunks); 700 used",
        "level: 1; CacheMemoryContext: 500 total in 1 blocks; 100 free (0 chunks); 400 used",
        "level: 2; CachedPlanSource: 200 total in 1 blocks; 50 free (2 chunks); 150 used: {ident}",
        "Grand total: 1700 bytes in 4 blocks; 450 free (3 chunks); 1250 used"]


def plain(pid, ident="select secret", when="2026-11-22 20:00:00.000 UTC"):
    """A dump in a plain log."""
    lines = ["logging memory contexts of PID %d" % pid] + [row.format(ident=ident) for row in ROWS]
    return "".join("%s [%d] LOG:  %s\n" % (when, pid, line) for line in lines)


def csvlog(pid, ident="select secret"):
    lines = ["logging memory contexts of PID %d" % pid] + [row.format(ident=ident) for row in ROWS]
    return "".join('2026-11-22 20:00:00.000 UTC,"u","d",%d,"[local]",1.2,%d,"idle",2026-11-22 19:00:00 UTC,3/0,0,LOG,'
                   '00000,"%s",,,,,,,,,"app","client backend",,0\n' % (pid, number, line.replace('"', '""'))
                   for number, line in enumerate(lines))


def jsonlog(pid, ident="select secret"):
    lines = ["logging memory contexts of PID %d" % pid] + [row.format(ident=ident) for row in ROWS]
    return "".join('{"timestamp":"2026-11-22 20:00:00.000 UTC","user":"u","pid":%d,"error_severity":"LOG",'
                   '"message":"%s","backend_type":"client backend"}\n' % (pid, line.replace('"', '\\"')) for line in lines)


def quoted(text):
    """Words of sh that print it."""
    return "cat <<'END_OF_TEXT'\n" + text + "END_OF_TEXT\n"


class AskingCase(CaptureCase):
    """A folder with a psql of one's own, and a process that runs a program called postgres."""

    def setUp(self):
        super().setUp()
        for name in ("bin", "fake"):
            os.mkdir(self.path(name))
        self.log = self.path("server.log")
        program = self.path("postgres")
        shutil.copy(shutil.which("sleep"), program)
        with open(self.log, "w", encoding="utf-8") as log:
            self.server = subprocess.Popen([program, "600"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(self.end_server)
        self.pid = self.server.pid
        px.settle(self.pid)
        self.psql(PSQL)
        self.answer("settings", "name,value\ndata_directory,%s\nlog_destination,stderr\nserver_version_num,150018\n"
                    "shared_buffers,64MB\nversion,\"Postgre\"\"SQL\"\n" % self.folder)
        self.answer("activity", "pid,usename,query,backend_type\n%d,u,\"select \"\"secret\"\",\n1\",client backend\n"
                    % self.pid)
        self.answer("logfile", "\n")
        self.answer("ask", "%d\n" % self.pid)

    def end_server(self):
        self.server.kill()
        self.server.wait()

    def psql(self, script):
        with open(self.path("bin", "psql"), "w", encoding="utf-8") as file:
            file.write(script)
        os.chmod(self.path("bin", "psql"), 0o755)

    def answer(self, name, text, before=""):
        """What is printed, once these commands of sh are done."""
        with open(self.path("fake", name), "w", encoding="utf-8") as file:
            file.write(before + quoted(text))

    def writes(self, text, log=None):
        """Commands of sh that append it to the log."""
        name = "text-%d" % len(os.listdir(self.folder))
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return "cat '%s' >> '%s'\n" % (self.path(name), log or self.log)

    def environment(self, **changes):
        return px.environment(**{"PATH": "%s:%s" % (self.path("bin"), os.environ.get("PATH", "/usr/bin:/bin")),
                                 "FAKE": self.path("fake"), **changes})

    def asked(self, *words, complaint=None, status=0, option="--postgres", wait="--wait=100", **kwargs):
        """A capture of that process; what it says of PostgreSQL must be that, without its name. Nobody knows how
        long a busy machine takes; what has come ends the wait."""
        kwargs.setdefault("env", self.environment())
        got = self.capture("--force", option, *([wait] if wait else []), *words, self.pid, status=status, **kwargs)
        said = [line for line in got.result.stderr.splitlines() if b"--postgres" in line]
        self.assertEqual(said, [b"pmapx: capture: --postgres: " + line
                                for line in ([] if complaint is None else [complaint])])
        return got
