#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Scripts for psql, by a real server: the rows are those of SQLite, what is cut loads nothing."""
import os
import re
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import postgres
import px
import storing


def order(rows):
    return sorted(rows, key=lambda one: [(cell is not None, cell or b"") for cell in one])


def all_bytes():
    """Texts with every byte, alone, between others, and what the escape makes of them."""
    texts = [bytes([byte]) for byte in range(256)] + [b"a" * 9 + bytes([byte]) + b"b" * 9 for byte in range(256)]
    texts += [b"", b"\\N", b"\\.", b"\\", b"\\\\", b"\\x41", b"\\xZZ", b"\\x4", b"\\\\x41", b"x\\x", b"\xc3\xa4\xc3",
              b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\xaf", b"\xe2\x82\xac", b"\xf0\x9f\x90\x98", b"$pmapx$",
              b"'); DROP TABLE capture; --", b"x\n\\.\nDROP TABLE capture;\n", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"a\0b"]
    return texts


def unescaped(text):
    """The bytes again, as doc/FORMATS.md says."""
    return re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes([int(found.group(1), 16)]), text)


class Postgres(px.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.enterClassContext(postgres.Server())

    def setUp(self):
        super().setUp()
        context = self.server.database()
        self.database = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = os.path.join(folder.name, "case.db")

    def load(self, script, *words, **changes):
        return self.server.psql(self.database, script, *words, **changes)

    def loaded(self, script, *words, **changes):
        got = self.load(script, *words, **changes)
        self.assertEqual((got.stderr, got.status), (b"", 0))

    def query(self, query):
        return self.server.rows(self.database, query)

    def tables(self):
        """How many tables and views there are."""
        return len(self.query("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"))

    def compare(self, names):
        for name in names:
            with self.subTest(name=name):
                theirs = order(self.query("SELECT * FROM %s" % name))
                self.assertEqual(theirs, order(storing.sqlite_rows(self.file, "SELECT * FROM %s" % name)))
                self.assertGreater(len(theirs), 0)

    def test_views_are_the_same_on_both(self):
        for seed, (label, host, when) in enumerate((
                ("A", "h", 1700001000000000), ("B", "h", 1700001057000000), ("C", "other", 1700001057000000))):
            text = storing.made_up(seed, label, host, taken_us=when)
            self.loaded(storing.psql_script(text))
            self.assertEqual(storing.sqlite(self.file, text).status, 0)
        self.compare(["meta", *storing.TABLES, *storing.views()])

    def test_texts_of_any_bytes(self):
        made = storing.Capture(b"it's a \"label\" \\ \n\t\xff", b"ho\0st")
        for number, text in enumerate(all_bytes()):
            made.add("pg_activity", pid=1, seq=number, query=text)
            made.mapping(1, name=text)
        self.loaded(storing.psql_script(made.text()))
        self.assertEqual(storing.sqlite(self.file, made.text()).status, 0)
        self.compare(["capture", "mapping", "pg_activity"])
        for query in ("SELECT query FROM pg_activity ORDER BY seq", "SELECT pathname FROM mapping ORDER BY seq"):
            self.assertEqual([unescaped(line[0]) for line in self.query(query)], all_bytes())
        self.assertEqual(self.query("SELECT test_label, hostname FROM capture"),
                         [[b"it's a \"label\" \\ \n\t\\xff", b"ho\\x00st"]])

    def test_settings_of_the_client_and_the_server(self):
        made = storing.Capture("\u20ac'\\x\\'").text()
        for number, (words, changes) in enumerate((
                ((), {"PGCLIENTENCODING": "LATIN1"}), ((), {"PGCLIENTENCODING": "SJIS"}),
                ((), {"PGOPTIONS": "-c standard_conforming_strings=off"}),
                ((), {"PGOPTIONS": "-c default_transaction_isolation=serializable -c default_transaction_read_only=on"}),
                (("-v", "AUTOCOMMIT=off"), {}), (("-v", "ON_ERROR_ROLLBACK=on"), {}))):
            with self.subTest(words=words, changes=changes):
                script = storing.psql_script(made, "replace")
                # AUTOCOMMIT=off begins a transaction before the script's own BEGIN.
                got = self.load(script, *words, **changes)
                self.assertEqual(got.status, 0, got)
                self.assertEqual(self.query("SELECT capture_id, test_label FROM capture"),
                                 [[b"%d" % (number + 1), "\u20ac'\\x\\'".encode()]])

    def test_one_transaction_around_it(self):
        script = storing.psql_script(storing.made_up(1, "A"))
        got = self.load(script, "-1")
        self.assertEqual(got.status, 0, got)
        self.assertEqual(self.query("SELECT test_label FROM capture"), [[b"A"]])

    def test_duplicates(self):
        one, other = storing.made_up(1, "A"), storing.made_up(2, "A")
        self.loaded(storing.psql_script(one))
        before = self.query("SELECT * FROM mapping")
        got = self.load(storing.psql_script(other))
        self.assertEqual(got.status, 3)
        self.assertIn(b'ERROR:  the capture "A" of host "h" is in this database already\n'
                      b"HINT:  pmapx load --replace puts another in its place.\n", got.stderr)
        self.assertEqual(self.query("SELECT * FROM mapping"), before)
        # The same label of another host is another capture.
        self.loaded(storing.psql_script(storing.made_up(1, "A", "other")))
        self.loaded(storing.psql_script(other, "replace"))
        self.assertEqual(storing.sqlite(self.file, one).status, 0)
        self.assertEqual(storing.sqlite(self.file, storing.made_up(1, "A", "other")).status, 0)
        self.assertEqual(storing.sqlite(self.file, other, "replace").status, 0)
        # Their numbers differ: the failure has used one up.
        self.compare(["maps", *("(SELECT test_label, hostname, %s FROM %s) v" % columns for columns in (
            ("uid, user_name, processes, rss, own", "by_user"), ("class, kind, pathname, mappings, size, own", "by_mapping"),
            ("pid, dump_no, name, total_bytes", "contexts")))])
        self.assertEqual(self.query("SELECT COUNT(*) FROM capture"), [[b"2"]])

    def keys(self):
        """{table: its primary key}."""
        return {name.decode(): text.decode() for name, text in self.query(
            "SELECT relname, pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_class t ON t.oid = conrelid"
            " WHERE contype = 'p' AND relnamespace = 'public'::regnamespace")}

    def test_keys(self):
        """All tables have theirs, also mapping, whose key is made when rows are there; two rows that have the same
        are as wrong in a new database as later."""
        expected = {name: "PRIMARY KEY (%s)" % ", ".join(["capture_id", *([table.key] if name != "capture" else [])])
                    for name, table in storing.TABLES.items()}
        twice = storing.Capture("twice")
        for _ in range(2):
            twice.seq.clear()
            twice.mapping(1)
        twice = storing.psql_script(twice.text())
        got = self.load(twice)
        self.assertEqual((got.status, self.tables()), (3, 0))
        self.assertIn(b'could not create unique index "mapping_pkey"', got.stderr)
        for label in "AB":
            made = storing.Capture(label)
            made.mapping(1)
            self.loaded(storing.psql_script(made.text()))
            self.assertEqual(self.keys(), expected)
            got = self.load(twice)
            self.assertEqual(got.status, 3)
            self.assertIn(b'duplicate key value violates unique constraint "mapping_pkey"', got.stderr)
        self.assertEqual(self.query("SELECT test_label FROM capture"), [[b"A"], [b"B"]])

    def test_cut_scripts(self):
        """Wherever a script ends: nothing is there, or all is; and psql fails unless all is."""
        script = storing.psql_script(storing.made_up(1, "A", processes=12))
        blocks = [found.end() for found in re.finditer(rb"FROM STDIN;\n", script)]
        ends = [found.start() for found in re.finditer(rb"^\\\.\n", script, re.M)]
        self.assertEqual((len(blocks), len(ends)), (8, 8))
        end, done = len(script), script.rindex(b"COMMIT") + len(b"COMMIT")
        # In each statement and each block of rows, between them, and in what comes last.
        cuts = [script.index(b"BEGIN"), script.index(b"CREATE TABLE mapping"), script.index(b"CREATE VIEW growth"),
                script.index(b"INSERT INTO capture"), *blocks, *[at + 20 for at in blocks], *ends, *[at + 1 for at in ends],
                *[at + 3 for at in ends], done - 1, done - 6, done - 8, done - 10]
        for words in ((), ("-1",)):
            for cut in cuts if words == () else cuts[4::5] + cuts[-4:]:
                with self.subTest(cut=script[max(cut - 30, 0):cut], words=words):
                    self.assertEqual(self.load(script[:cut], *words).status, 3)
            # Nor does a COMMIT that somebody else sends, as psql does for -1 in some versions.
            for cut in (*ends[:2], end - len(b"DELETE FROM pmapx_unfinished;\nCOMMIT;\n\\endif\n")):
                got = self.load(script[:cut] + (b"\\.\n" if cut in ends else b"") + b"\\endif\nCOMMIT;\n", *words)
                self.assertEqual(got.status, 3)
                self.assertIn(b'duplicate key value violates unique constraint "the script of pmapx was cut"', got.stderr)
            # No cut has left anything.
            self.assertEqual(self.tables(), 0)
            # A statement that is cut before its end is run, so this one is too: with a failure of psql.
            for cut, status in ((done, 3), (end - 2, 3), (end - 1, 0)):
                with self.subTest(cut=script[cut - 30:cut], words=words):
                    self.assertEqual(self.load(script[:cut], *words).status, status)
                    self.assertEqual(self.query("SELECT COUNT(*) FROM capture"), [[b"1"]])
                    self.loaded(b"SET client_min_messages = error; DROP SCHEMA public CASCADE; CREATE SCHEMA public;")

    def test_writer_that_gives_up(self):
        text = storing.made_up(1, "A").rsplit(b"commit\n")[0]
        got = self.load(storing.psql_script(text))
        self.assertEqual(got.status, 3, got)
        self.assertIn(b"reached EOF without finding closing \\endif(s)", got.stderr)
        self.assertEqual(self.tables(), 0)

    def begin(self, text):
        """psql, with what a writer has written so far, and both to go on with."""
        writer = subprocess.Popen([storing.ROWS, "psql"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        reader = subprocess.Popen(self.server.psql_words(self.database, "-q"), stdin=writer.stdout,
                                  stderr=subprocess.PIPE, env=px.environment())
        writer.stdout.close()
        # While psql waits for somebody, nobody takes what is written.
        feeder = threading.Thread(target=lambda: (writer.stdin.write(text), writer.stdin.flush()), daemon=True)
        feeder.start()
        for process in (writer, reader):
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
        self.addCleanup(reader.stderr.close)
        return writer, reader, feeder

    def await_activity(self, where):
        """Until a session does that."""
        deadline = time.monotonic() + 60
        while not self.query("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
                             "pg_backend_pid() AND " + where):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    def finish(self, writer, reader, feeder, text):
        feeder.join()
        writer.stdin.write(text)
        writer.stdin.close()
        return writer.wait(timeout=60), reader.wait(timeout=60), reader.stderr.read()

    def test_two_at_once(self):
        """The first ones in an empty database, and then in one that is there already."""
        for labels in (("A", "B"), ("C", "D")):
            parts = [storing.made_up(number, label).rpartition(b"commit\n")
                     for number, label in enumerate(labels)]
            # As much as fills all buffers between, so that COPY is under way in both.
            one = self.begin(parts[0][0] + b"fill\t5000\n")
            self.await_activity("query LIKE 'COPY mapping%'")
            other = self.begin(parts[1][0] + b"fill\t5000\n")
            if labels[0] == "A":
                self.await_activity("wait_event = 'advisory'")
                self.assertEqual(self.finish(*one, b"commit\n"), (0, 0, b""))
            else:
                self.await_activity("query LIKE 'COPY mapping%' AND pid <> (SELECT MIN(pid) FROM pg_stat_activity "
                                    "WHERE query LIKE 'COPY mapping%' AND pid <> pg_backend_pid())")
                self.assertEqual(self.finish(*one, b"commit\n"), (0, 0, b""))
            self.assertEqual(self.finish(*other, b"commit\n"), (0, 0, b""))
        self.assertEqual(self.query("SELECT test_label, COUNT(*) > 5000 FROM maps GROUP BY test_label ORDER BY 1"),
                         [[label, b"t"] for label in (b"A", b"B", b"C", b"D")])
        self.assertEqual(self.query("SELECT COUNT(DISTINCT capture_id) FROM capture"), [[b"4"]])

    def test_two_of_one_label(self):
        text = storing.Capture("first").text()
        self.loaded(storing.psql_script(text))
        # What fills the buffers between, so that it has been run up to there.
        text = storing.Capture("A").text(commit=False) + b"fill\t5000\n"
        one = self.begin(text)
        self.await_activity("query LIKE 'COPY mapping%'")
        other = self.begin(text)
        self.await_activity("wait_event_type = 'Lock'")
        self.assertEqual(self.finish(*one, b"commit\n"), (0, 0, b""))
        other[2].join()
        self.assertEqual(other[1].wait(timeout=60), 3)
        self.assertIn(b'the capture "A" of host "h" is in this database already', other[1].stderr.read())
        other[0].stdin.close()

    def test_other_databases(self):
        script = storing.psql_script(storing.Capture().text())
        self.loaded(script)
        self.loaded(b"UPDATE meta SET version = %d;" % (storing.VERSION + 1))
        got = self.load(script)
        self.assertEqual(got.status, 3)
        self.assertIn(b"a newer pmapx made this database: its schema is of version %d, that of this script of %d" % (
            storing.VERSION + 1, storing.VERSION), got.stderr)
        for table in (b"CREATE TABLE meta (application TEXT, version INTEGER)", b"CREATE TABLE meta (a INTEGER)"):
            with self.subTest(table=table):
                self.loaded(b"DROP TABLE meta; " + table)
                got = self.load(script)
                self.assertEqual(got.status, 3)
                self.assertIn(b"the table meta of this database is not of pmapx", got.stderr)

    def test_rows_that_wait_in_a_file(self):
        """More than an output holds, and in whatever order they come."""
        made = storing.Capture()
        for number in range(3000):
            made.process(number, comm="c" * 40, cmdline="x" * 50)
            if number % 10 == 0:
                made.mapping(number)
        self.loaded(storing.psql_script(made.text()))
        self.assertEqual(self.query("SELECT COUNT(*), MIN(pid), MAX(pid), MIN(LENGTH(cmdline)) FROM process"),
                         [[b"3000", b"0", b"2999", b"50"]])
        self.assertEqual(self.query("SELECT COUNT(*) FROM mapping"), [[b"300"]])

    def test_the_articles_query(self):
        self.loaded(storing.psql_script(storing.made_up(1, "enterprise-db-RT95314-20230809_0145")))
        with open(px.shared("postgres", "seed-query.sql"), encoding="utf-8") as file:
            query = file.read().strip().rstrip(";")
        self.assertGreater(len(self.query(query)), 5)


if __name__ == "__main__":
    px.main()
