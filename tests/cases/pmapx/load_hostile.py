#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx load, of what somebody chose who means harm: it is data in SQLite and, through psql, in
PostgreSQL, and nothing of it reaches a terminal as more than text."""
import os
import re
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import postgres
import px
import storing
from loading import MAPS, Loading, load, smaps

# What psql, COPY, SQL, a shell or a terminal would take for more than text; {0} is a file that is not to be made.
WORDS = ["\\.", "\\.\n", "\n\\.\n\\! touch {0}\n", "\\! touch {0}", "x\n\\! touch {0}", "`touch {0}`",
         "$(touch {0})", "$$", "$pmapx$", "$pmapx$; CREATE TABLE pwned(); --", ":var", ":'var'", ":\"var\"",
         "it's", "''", "'); DROP TABLE mapping; --", "\"; DROP TABLE mapping; --", "\\", "\\\\", "\\N",
         "\\x41", "\\x5c", "\t", "a\tb", "\r", "a\r\nb", "\n", "%s%n", "%", "E'\\''", "--", "/*", ";",
         "\\connect", "\\q\n", "\\set ON_ERROR_STOP off\n", "\\endif\n\\! touch {0}\n", "\u20ac\u202e\u2028",
         "\x1b[31m", "\x07\x08\x7f", "COMMIT;", "NULL", "?", "?1", "{}", "-1", " ", "a" * 3000]


def kept(word):
    """As a database has it: what looks like the text for another byte (src/store/clean.h) does not."""
    return re.sub(r"\\(x[0-9a-f]{2})", r"\\x5c\1", word)


class Hostile(Loading):
    def setUp(self):
        super().setUp()
        self.made = self.path("made")
        self.words = [word.replace("{0}", self.made) for word in WORDS]

    def harmless(self, got, status=0):
        """It ended as it should, and what it says is text."""
        self.assertEqual(got.status, status)
        for byte in got.stderr.replace(b"\n", b""):
            self.assertTrue(byte >= 0x20 and byte != 0x7f, got.stderr)
        self.assertNotIn("\u202e".encode(), got.stderr)
        return got

    def same(self, server, database, queries):
        """Both engines say the same, byte by byte; returns what they say to the first."""
        said = []
        for query in queries:
            ours = storing.sqlite_rows(self.db, query)
            self.assertEqual(server.rows(database, query), ours, query)
            said.append(ours)
        self.assertFalse(os.path.exists(self.made))
        self.assertEqual(server.rows(database, "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'"),
                         [[b"%d" % (len(storing.TABLES) + 1)]])
        return said[0]

    def test_labels(self):
        """As options, and again, when they are refused."""
        one = self.save("one", MAPS)
        with postgres.Server() as server, server.database() as database:
            for number, word in enumerate(self.words):
                words = [one, "--label", word, "--host", self.words[-1 - number]]
                self.harmless(load(self.db, *words))
                self.harmless(load(self.db, *words), 2)
                script = self.harmless(load("--psql", *words)).stdout
                got = server.psql(database, script)
                self.assertEqual((got.status, got.stdout, got.stderr), (0, b"", b""), word)
                again = server.psql(database, script)
                self.assertEqual((again.status, again.stdout), (3, b""), word)
                self.assertIn(b"is in this database already", again.stderr)
                self.assertEqual(server.psql(database, load("--psql", "--replace", *words).stdout).status, 0)
            query = "SELECT test_label, hostname FROM capture ORDER BY capture_id"
            rows = storing.sqlite_rows(self.db, query)
            want = [kept(word).encode() for word in self.words]
            self.assertEqual(rows, [list(pair) for pair in zip(want, want[::-1])])
            self.same(server, database, ["SELECT COUNT(*), MIN(size), MAX(size) FROM mapping"])
            # The order of theirs is that in which they were replaced.
            self.assertEqual(sorted(server.rows(database, "SELECT test_label, hostname FROM capture")), sorted(rows))

    def test_names(self):
        """Of folders, processes, programs and their arguments, and of files that are mapped."""
        for number, word in enumerate(self.words):
            # A name of a file has no slash; the kernel has \\012 for a newline.
            name = word.replace("\n", "\\012")
            self.save("case/maps-%d" % (number + 1), b"00400000-00401000 r-xp 00000000 fe:01 77 /%s\n"
                      b"00600000-00601000 rw-p 00000000 00:00 0 x%s\n" % (name.encode(), name.encode()))
            self.save("case/cmdline-%d" % (number + 1), word.encode() + b"\0" + word.encode() + b"\0")
            self.save("case/comm-%d" % (number + 1), word.encode()[:15] + b"\n")
            self.save("case/exe-%d" % (number + 1), word.encode())
            self.save("case/cgroup-%d" % (number + 1), b"0::/" + name.encode() + b"\n")
        self.save("case/postgres/activity.csv", "pid,application_name,query,usename,state\n{}".format("".join(
            "{},\"{}\",\"{}\",\"{}\",\"{}\"\n".format(number + 1, *[word.replace('"', '""')] * 4)
            for number, word in enumerate(self.words))).encode())
        self.save("case/postgres/log", b"".join(
            b"**** My PID: %d ********\nTopMemoryContext: 100 total in 1 blocks; 40 free (1 chunks); 60 used: %s\n"
            b"Grand total: 100 bytes in 1 blocks; 40 free (1 chunks); 60 used\n"
            % (number + 1, word.replace("\n", " ").replace("\r", " ").encode()) for number, word in enumerate(self.words)))
        folder = self.path("\\.\n'; \\! touch x")
        os.rename(self.path("case"), folder)
        for words in [], ["--replace"]:
            self.harmless(load(self.db, folder, "--host", "h", *words))
        script = self.harmless(load("--psql", folder, "--host", "h")).stdout
        with postgres.Server() as server, server.database() as database:
            got = server.psql(database, script)
            self.assertEqual((got.status, got.stdout, got.stderr), (0, b"", b""))
            tables = ["SELECT test_label, hostname, source FROM capture",
                      "SELECT pid, seq, pathname, class, kind FROM mapping ORDER BY pid, seq",
                      "SELECT pid, comm, exe, cmdline, cgroup FROM process ORDER BY pid",
                      "SELECT pid, application_name, query, usename, state FROM pg_activity ORDER BY pid",
                      "SELECT pid, name, ident, complete FROM context JOIN context_dump USING (capture_id, pid, dump_no)"
                      " ORDER BY pid"]
            self.assertEqual(self.same(server, database, tables)[0][0], os.path.basename(folder).encode())
        with sqlite3.connect(self.db) as db:
            told = [row[0] for row in db.execute("SELECT query FROM pg_activity ORDER BY pid")]
        self.assertEqual(told, [kept(word) for word in self.words])
        self.assertEqual(self.rows("SELECT COUNT(*) FROM mapping"), [(2 * len(self.words),)])

    def test_samples(self):
        """Paths that drop a table, or swallow what follows, where the article's scripts load them."""
        paths = [px.shared("postgres", "maps", name) for name in ("apostrophe.maps", "injection.maps")]
        self.harmless(load(self.db, *paths, "--host", "h"))
        script = load("--psql", *paths, "--host", "h").stdout
        want = []
        for path in paths:
            with open(path, "rb") as file:
                want += [[line.rstrip(b"\n")[73:] or None] for line in file]
        with postgres.Server() as server, server.database() as database:
            server.psql(database, b"CREATE TABLE victim (x INTEGER);")
            self.assertEqual(server.psql(database, script).stderr, b"")
            query = "SELECT pathname FROM mapping ORDER BY capture_id, seq"
            self.assertEqual(storing.sqlite_rows(self.db, query), want)
            self.assertEqual(server.rows(database, query), want)
            self.assertEqual(server.rows(database, "SELECT COUNT(*) FROM victim"), [[b"0"]])

    def test_messages(self):
        """Names of files that are told of, where something is wrong with each."""
        for word in self.words:
            name = word.replace("/", "_")[:200]
            path = self.path("\x1b]0;" + name)
            for text, beside in ((b"nonsense\n", ()), (MAPS[:90] + b"x\n" + MAPS[90:], ()),
                                 (MAPS, ("--activity",)), (MAPS, ("--contexts",))):
                with open(path, "wb") as file:
                    file.write(text)
                other = self.path("\x1b[2J" + name)
                with open(other, "wb") as file:
                    file.write(b"1|2\n" if beside == ("--activity",) else
                               b"**** My PID: 1 ********\nTopMemoryContext: 100 total in 1 blocks; 40 free (1 chunks); 60 used\n")
                got = load(self.path("db2"), path, "--replace", *(beside and (*beside, other)))
                self.assertNotEqual(got.stderr, b"")
                self.harmless(got, got.status)
            self.harmless(load(path, path), 2)
            os.remove(path)
            os.remove(other)

    def test_cut_activity(self):
        """Cut at each byte, it has rows that the whole has, or says that one is cut."""
        for pid in 1, 22, 333:
            self.save("one/smaps-%d" % pid, smaps(MAPS.replace(b"it's (deleted)", b"postgres")))
        rows = 'pid,query\n1,"a\n\\.\n""b"\n22,"c,d"\n333,\n'
        self.save("a.csv", rows.encode())
        self.loads(self.db, self.path("one"), "--activity", self.path("a.csv"))
        whole = self.rows("SELECT pid, query FROM pg_activity ORDER BY seq")
        self.assertEqual(whole, [(1, 'a\n\\.\n"b'), (22, "c,d"), (333, None)])
        for cut in range(len(rows)):
            self.save("a.csv", rows[:cut].encode())
            got = load(self.db, self.path("one"), "--activity", self.path("a.csv"), "--replace")
            there = self.rows("SELECT pid, query FROM pg_activity ORDER BY seq")
            if got.status == 0:
                self.assertEqual(there, whole[:len(there)], rows[:cut])
                self.assertEqual(got.stderr, b"" if there else
                                 b"pmapx: load: %s: there is no row in it\n" % self.path("a.csv").encode())
            else:
                self.assertTrue(set(there) <= set(whole), (rows[:cut], there))
                self.assertNotEqual(got.stderr, b"")


if __name__ == "__main__":
    px.main()
