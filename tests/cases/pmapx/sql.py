#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx sql: queries of a database, and nothing but reading."""
import csv
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import postgres
import px
import storing

HOSTILE = "a\n\t\x1b[31m,\"'\\x41\\ \u20ac"


class Databases(px.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="px-sql-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.db = os.path.join(self.folder, "db")
        made = storing.Capture("A", "h")
        for pid in (1, 2, 3):
            made.process(pid, comm=HOSTILE if pid == 3 else "c%d" % pid)
            made.smaps(pid, rss=4096 * pid)
        self.assertEqual(storing.sqlite(self.db, made.text()).status, 0)

    def sql(self, *words, **kwargs):
        return px.pmapx("sql", *words, **kwargs)

    def good(self, *words, **kwargs):
        got = self.sql(*words, **kwargs)
        self.assertEqual((got.status, got.stderr), (0, b""))
        return got.stdout.decode()

    def refused(self, why, *words, **kwargs):
        got = self.sql(*words, **kwargs)
        self.assertEqual((got.status, got.stdout), (2, b""))
        self.assertEqual(got.stderr.decode(), "pmapx: sql: " + why + "\n")

    def feed(self, text):
        return storing.feed(text if isinstance(text, bytes) else text.encode())


class Rows(Databases):
    def test_text(self):
        self.assertEqual(self.good(self.db, "SELECT pid, comm, NULL AS no, -5 AS less, 1.5 AS real FROM process WHERE pid < 3"),
                         "pid comm no less real\n"
                         "  1 c1    ?   -5  1.5\n"
                         "  2 c2    ?   -5  1.5\n")

    def test_no_rows(self):
        self.assertEqual(self.good(self.db, "SELECT pid, comm FROM process WHERE 0"), "pid comm\n")
        self.assertEqual(json.loads(self.good("--format", "json", self.db, "SELECT pid FROM process WHERE 0"))["rows"], [])

    def test_json(self):
        got = json.loads(self.good("--format=json", self.db,
                                   "SELECT pid, comm, NULL AS no, 1.5 AS real, -5 AS less, 9223372036854775807 AS most, pid, pid, 1e999 AS inf,"
                                   " x'00ff' AS blob FROM process WHERE pid = 3"))
        self.assertEqual(got, {"schema": "pmapx.sql", "version": 1, "rows": [
            {"pid": 3, "comm": "a\\x0a\\x09\\x1b[31m,\"'\\x5cx5cx41\\ \u20ac", "no": None, "real": 1.5, "less": -5, "most": 2 ** 63 - 1,
             "pid:2": 3, "pid:3": 3, "inf": "Inf", "blob": "\\x00\\xff"}]})

    def test_csv(self):
        got = self.good("--format", "csv", self.db, "SELECT pid, comm, NULL AS no FROM process WHERE pid != 2")
        self.assertEqual(list(csv.reader(io.StringIO(got, newline=""))),
                         [["pid", "comm", "no"], ["1", "c1", ""], ["3", "a\\x0a\\x09\\x1b[31m,\"'\\x5cx5cx41\\ \u20ac", ""]])

    def test_hostile_text_and_names(self):
        got = self.good(self.db, "SELECT comm AS \"x\x1b[2J\" FROM process WHERE pid = 3")
        self.assertEqual(got, "x?[2J\na???[31m,\"'\\x5cx41\\ \u20ac\n")

    def test_several(self):
        self.assertEqual(self.good(self.db, "SELECT 1 AS a; -- a comment; and one\n /* ; */ ; SELECT 2 AS b;;\n-- end"),
                         "a\n1\n\nb\n2\n")
        self.refused("%s: 2 queries give rows: one by one in this format" % self.db,
                     "--format", "csv", self.db, "SELECT 1; SELECT 2")
        self.assertEqual(self.good("--format", "csv", self.db, "BEGIN; SELECT 1 AS a; COMMIT"), "a\r\n1\r\n")

    def test_nothing(self):
        self.assertEqual(self.good(self.db, ""), "")
        self.assertEqual(self.good(self.db, " -- only a comment"), "")

    def test_many_rows_go_out_one_by_one(self):
        got = self.good("--format", "tsv", self.db, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)"
                        " SELECT i FROM n")
        self.assertEqual(got, "i\n" + "".join("%d\n" % i for i in range(1, 200001)))

    def test_the_article(self):
        """Its query, as it is; on this database every name is one."""
        self.assertEqual(self.good(self.db, "SELECT pid, lpad(to_char(sum(chunk_size), 'FM999,999,999,999'), 15) AS total FROM maps"
                                            " GROUP BY pid ORDER BY sum(chunk_size) DESC, pid LIMIT 1"),
                         "pid total\n  1       1,048,576\n")


class Queries(Databases):
    def test_from_file_and_standard_input(self):
        path = os.path.join(self.folder, "query.sql")
        with open(path, "w", encoding="utf-8") as file:
            file.write("SELECT count(*) AS n\nFROM process")
        for words, stdin in ((["-f", path], None), (["--file", path], None), ([], "SELECT count(*) AS n FROM process;\n")):
            with self.feed(stdin or "") as file:
                self.assertEqual(self.good(*words, self.db, stdin=file), "n\n3\n")

    def test_parameters(self):
        query = "SELECT pid, comm FROM process WHERE pid = :pid OR comm = :name ORDER BY pid"
        self.assertEqual(self.good("-v", "pid=1", "--set", "name=c2", self.db, query), "pid comm\n  1 c1\n  2 c2\n")
        self.assertEqual(self.good("-v", "pid=9", "-v", "pid=1", "--set", "name=' OR 1 --", self.db, query), "pid comm\n  1 c1\n")
        for text, kind, value in (("-5", "integer", "-5"), ("-9223372036854775808", "integer", "-9223372036854775808"),
                                  ("1.5", "real", "1.5"), ("-2e3", "real", "-2000.0"), ("9223372036854775808", "real", "9.22337203685478e+18"),
                                  ("0x10", "text", "0x10"), ("-", "text", "-"), ("1-2", "text", "1-2"), ("inf", "text", "inf"), ("", "text", "")):
            self.assertEqual(self.good("-v", "x=" + text, "--format", "csv", self.db, "SELECT typeof(:x) AS t, :x AS v"),
                             "t,v\r\n%s,%s\r\n" % (kind, value or '""'))
        self.refused("%s: the parameter :name has no value: --set NAME=VALUE is for those like :NAME" % self.db,
                     "-v", "pid=1", self.db, query)
        self.refused("%s: the parameter ? has no value: --set NAME=VALUE is for those like :NAME" % self.db,
                     self.db, "SELECT ?")

    def test_wrong_ones_print_nothing(self):
        self.refused("%s: SQLite: near \"selec\": syntax error" % self.db, self.db, "SELECT 1; selec")
        self.refused("%s: SQLite: no such column: nowhere" % self.db, self.db, "SELECT nowhere FROM process")
        with self.feed(b"SELECT 1\0; SELECT 2") as file:
            self.refused("standard input: there is a NUL in it: it is no SQL", self.db, stdin=file)

    def test_one_that_fails_on_its_way(self):
        got = self.sql("--format", "ndjson", self.db, "SELECT to_char(CASE pid WHEN 2 THEN 1.5 ELSE 1 END, '9') AS n FROM process")
        self.assertEqual((got.status, got.stdout), (2, b'{"n":" 1"}\n'))
        self.assertEqual(got.stderr.decode(), "pmapx: sql: %s: SQLite: to_char: of integers only, by patterns of FM, 9, 0 and commas\n"
                         % self.db)


class Reading(Databases):
    def test_only_reading(self):
        before = open(self.db, "rb").read()
        other = os.path.join(self.folder, "other")
        for query in ("DELETE FROM mapping", "UPDATE process SET pid = 1", "DROP TABLE mapping", "CREATE TABLE x (y)",
                      "CREATE TEMP TABLE x (y)", "CREATE TEMP VIEW v AS SELECT 1", "INSERT INTO meta VALUES ('x', 1)",
                      "ATTACH '%s' AS other" % other, "VACUUM INTO '%s'" % other, "PRAGMA journal_mode = WAL",
                      "PRAGMA writable_schema = ON", "PRAGMA temp_store_directory = '/'", "ANALYZE", "REINDEX", "DETACH main",
                      "VACUUM", "CREATE VIRTUAL TABLE v USING fts5(x)"):
            with self.subTest(query):
                got = self.sql(self.db, "SELECT 1; " + query)
                self.assertEqual((got.status, got.stdout), (2, b""))
                self.assertEqual(got.stderr.decode(), "pmapx: sql: %s: only what reads is run: this would do more\n" % self.db)
        self.refused("%s: SQLite: not authorized to use function: load_extension" % self.db, self.db, "SELECT load_extension('/x')")
        self.assertEqual(sorted(os.listdir(self.folder)), ["db"])
        self.assertEqual(open(self.db, "rb").read(), before)

    def test_what_tells_is_allowed(self):
        self.assertIn("hostname", self.good(self.db, "PRAGMA table_info(capture)"))
        self.assertEqual(self.good(self.db, "PRAGMA integrity_check"), "integrity_check\nok\n")
        self.assertIn("SCAN", self.good(self.db, "EXPLAIN QUERY PLAN SELECT * FROM mapping"))

    def test_no_database(self):
        self.refused("/nonexistent: No such file or directory", "/nonexistent", "SELECT 1")
        self.refused("/: it is no file", "/", "SELECT 1")
        text = os.path.join(self.folder, "text")
        with open(text, "w", encoding="utf-8") as file:
            file.write("no database" * 1000)
        self.refused("%s: it is no database (SQLite: file is not a database)" % text, text, "SELECT 1")
        other = os.path.join(self.folder, "other")
        with sqlite3.connect(other) as db:
            db.execute("CREATE TABLE x (y)")
        self.refused("%s: it is a database, but none of pmapx" % other, other, "SELECT 1")
        empty = os.path.join(self.folder, "empty")
        open(empty, "wb").close()
        self.refused("%s: it is no database of pmapx" % empty, empty, "SELECT 1")

    def test_newer(self):
        with sqlite3.connect(self.db) as db:
            db.execute("UPDATE meta SET version = 99")
        self.refused("%s: a newer pmapx made it: its schema is of version 99, this one knows %d" % (self.db, storing.VERSION),
                     self.db, "SELECT 1")

    def test_name_that_means_something_to_sqlite(self):
        for name in (":memory:", "file:db?mode=memory"):
            shutil.copy(self.db, os.path.join(self.folder, name))
            self.assertEqual(self.good(name, "SELECT count(*) AS n FROM process", cwd=self.folder), "n\n3\n")

    def test_hostile_schema(self):
        """What is stored in a file is not run with our rights, and what it holds is found damaged."""
        with sqlite3.connect(self.db) as db:
            db.execute("CREATE VIEW trap AS SELECT load_extension('/x') AS y")
        got = self.sql(self.db, "SELECT * FROM trap")
        self.assertEqual((got.status, got.stdout), (2, b""))
        with open(self.db, "r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * 4096)
        self.assertEqual(self.sql(self.db, "SELECT count(*) FROM mapping").status, 2)

    def test_read_only_file_and_folder(self):
        os.chmod(self.db, 0o444)
        os.chmod(self.folder, 0o555)
        self.addCleanup(os.chmod, self.folder, 0o755)
        self.assertEqual(self.good(self.db, "SELECT count(*) AS n FROM process"), "n\n3\n")

    def test_while_others_write(self):
        with sqlite3.connect(self.db) as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("DELETE FROM process")
            self.assertEqual(self.good(self.db, "SELECT count(*) AS n FROM process"), "n\n3\n")
            db.rollback()


class CommandLine(Databases):
    def test_what_makes_no_sense(self):
        self.refused("there is no database: DB [QUERY]")
        self.refused("-: a database is a file, and no stream; ./- is one of that name", "-", "SELECT 1")
        self.refused("a query, or --file, not both", "-f", "x", self.db, "SELECT 1")
        self.refused("1: a query is one word: in quotes", self.db, "SELECT", "1")
        self.refused("--set=x: not NAME=VALUE", "-v", "x", self.db, "SELECT 1")
        self.refused("--format=xml: no such format, there are text, json, ndjson, csv, tsv", "--format", "xml", self.db, "SELECT 1")
        self.refused("/nonexistent: No such file or directory", "-f", "/nonexistent", self.db)

    def test_full_disk(self):
        with open("/dev/full", "wb") as full:
            got = self.sql(self.db, "SELECT 1", stdout=full)
        self.assertEqual((got.status, got.stderr), (1, b"pmapx: write error: No space left on device\n"))

    def test_reader_that_goes(self):
        """Of endless rows only those are made that somebody reads."""
        words = [px.PMAPX, "sql", "--format", "csv", self.db,
                 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as endless:
            self.assertEqual(endless.stdout.readline(), b"i\r\n")
            endless.stdout.close()
            self.assertNotEqual(endless.wait(60), 0)


class Functions(Databases):
    """The same as PostgreSQL's own."""
    CALLS = ["lpad('%s', %d)" % (text, width) for text in ("", "x", "abcdef", "\u20ac\u00e4") for width in (-1, 0, 1, 3, 8)] + \
            ["lpad('%s', %d, '%s')" % (text, width, fill) for text in ("", "\u20acb") for width in (1, 2, 7) for fill in ("", "-", "\u00e4b")] + \
            ["to_char(CAST(%d AS BIGINT), '%s')" % (number, pattern)
             for number in (0, 1, -1, 12, -12, 999, 1000, -1000, 1234567, -1234567, 9223372036854775807, -9223372036854775807)
             for pattern in ("FM999,999,999,999", "999,999,999,999", "9", "FM9", "99", "FM000", "0000", "9,099", "FM9,099", "FM0,000,000",
                             "FM9999999999999999999", "9999999999999999999", "9,999,999", "FM9,9,9", ",999", "FM,999")]

    def test_same_as_postgresql(self):
        with postgres.Server() as server:
            for call in self.CALLS:
                expected = server.rows("postgres", "SELECT " + call)[0][0].decode()
                got = json.loads(self.good("--format", "json", self.db, "SELECT %s AS v" % call))["rows"][0]["v"]
                self.assertEqual(got, expected, call)

    def test_unknown(self):
        self.assertEqual(self.good(self.db, "SELECT lpad(NULL, 3) AS a, lpad('x', NULL) AS b, to_char(NULL, '9') AS c, to_char(1, NULL) AS d"),
                         "a b c d\n? ? ? ?\n")

    def test_refused(self):
        for call in ("to_char(1, 'YYYY')", "to_char('x', '9')", "to_char(1, '')", "to_char(1, 'FM')", "lpad('x', 1000001)",
                     "to_char(1, '%s')" % ("9" * 41)):
            self.assertEqual(self.sql(self.db, "SELECT " + call).status, 2, call)


if __name__ == '__main__':
    px.main()
