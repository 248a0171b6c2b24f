#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What is told of a PostgreSQL server whose backends hold memory in known ways: by views and reports, of
both engines."""
import csv
import glob
import io
import os
import re
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import planted
import px
import storing

REPORTS = {os.path.basename(path)[len("report_"):-len(".sql")]: path
           for path in sorted(glob.glob(os.path.join(px.SOURCE, "src", "query", "report_*.sql")))}

# The label that the article's query has in it.
LABEL = "enterprise-db-RT95314-20230809_0145"
NULL = "<null>"


def order(rows):
    return sorted(rows, key=lambda one: [(cell is not None, cell or b"") for cell in one])


def cells(row):
    return [NULL if cell is None else str(cell) for cell in row]


class Reports(px.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="px-report-"))
        os.chmod(cls.folder, 0o755)
        cls.planted = cls.enterClassContext(planted.Planted())
        cls.pids = cls.planted.pids
        cls.file = cls.path("case.db")
        cls.database = cls.enterClassContext(cls.planted.server.database("cases"))
        # The kernel first, as a dump touches memory.
        first = cls.take("first.tar")
        activity = planted.save(cls.path("activity.csv"), cls.planted.activity())
        contexts = planted.save(cls.path("log"), cls.planted.contexts())
        cls.load("--activity", activity, "--contexts", contexts, "--label", LABEL, first)
        cls.planted.clients["idle"].run(planted.prepared(500))
        cls.load("--label", "later", cls.take("later.tar"))

    @classmethod
    def take(cls, name):
        got = px.pmapx("capture", "-o", cls.path(name), "--tree", str(cls.planted.postmaster))
        if got.status != 0:
            raise AssertionError(got)
        return cls.path(name)

    @classmethod
    def load(cls, *words):
        """Into the file, and into the server."""
        with tempfile.TemporaryFile() as script:
            done = subprocess.run([px.PMAPX, "load", "--psql", *words], stdout=script, check=False)
            script.seek(0)
            for got in (px.pmapx("load", cls.file, *words),
                        px.run(cls.planted.server.psql_words(cls.database, "-q"), stdin=script)):
                if got != px.Result(b"", b"", 0) or done.returncode != 0:
                    raise AssertionError((got, done))

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder, name)

    def rows(self, query, **values):
        """(names of columns, rows) of the file."""
        with sqlite3.connect("file:%s?mode=ro" % self.file, uri=True) as database:
            got = database.execute(query, values)
            return [column[0] for column in got.description], got.fetchall()

    def psql(self, path, **values):
        """The same of the server, by a file that psql runs as it is."""
        words = [word for name, value in values.items() for word in ("-v", "%s=%s" % (name, value))]
        got = px.run(self.planted.server.psql_words(self.database, "--csv", "-P", "null=" + NULL, *words, "-f", path))
        self.assertEqual((got.stderr, got.status), (b"", 0))
        names, *rows = csv.reader(io.StringIO(got.stdout.decode(), newline=""))
        return names, rows

    def by_name(self):
        """{name of backend: {column: value}} of the first capture."""
        names, rows = self.rows("SELECT * FROM reconcile WHERE test_label = :label", label=LABEL)
        told = {row["pid"]: row for row in (dict(zip(names, row)) for row in rows)}
        return {name: told[pid] for name, pid in self.pids.items()}

    def test_views(self):
        """Each has the same rows in both, and some."""
        for name in ["meta", *storing.TABLES, *storing.views()]:
            with self.subTest(name=name):
                theirs = order(self.planted.server.rows(self.database, "SELECT * FROM %s" % name))
                ours = order(storing.sqlite_rows(self.file, "SELECT * FROM %s" % name))
                self.assertEqual(theirs, ours)
                # Nobody has asked malloc.
                self.assertEqual(len(ours) == 0, name in ("malloc_dump", "backend_malloc"))

    def test_reports(self):
        """Each runs as it is, and gives the same columns and rows, in the same order."""
        self.assertGreater(len(REPORTS), 12)
        for name, path in REPORTS.items():
            values = {"pid": self.pids["plans"]} if name.startswith("backend") and name != "backends" else {}
            with self.subTest(name=name), open(path, encoding="utf-8") as file:
                names, rows = self.rows(file.read(), **values)
                rows = [cells(row) for row in rows]
                self.assertEqual(self.psql(path, **values), (names, rows))
                self.assertGreaterEqual(len(rows), 2)
                self.assertEqual(names[:3] if name.startswith("growth") else names[:2], [
                    "from_label", "to_label", "hostname"] if name.startswith("growth") else ["test_label", "hostname"])

    def test_nothing_of_one_engine(self):
        for name, path in REPORTS.items():
            with self.subTest(name=name), open(path, encoding="utf-8") as file:
                lines = file.read().split("\n")
            self.assertEqual(lines[0], "-- SPDX-License-Identifier: GPL-2.0-or-later")
            code = "\n".join(line for line in lines if not line.startswith("--"))
            self.assertNotRegex(code, r"(?i)\?|\b(filter|full join|greatest|least|ifnull|iif|printf|to_hex|group_concat|"
                                      r"string_agg|ilike|glob|nulls (first|last))\b|::")

    def test_article(self):
        """Its query, word for word, of the server; and for exactly its processes heap_stack has the same."""
        path = px.shared("postgres", "seed-query.sql")
        _, theirs = self.psql(path)
        with open(REPORTS["heap_stack"], encoding="utf-8") as file:
            _, ours = self.rows(file.read())
        ours = [row for row in ours if row[0] == LABEL]
        self.assertEqual([(row[3], 1024 * row[7]) for row in ours],
                         [(int(row[2]), int(row[3].replace(",", ""))) for row in theirs])
        self.assertEqual(len(ours), len(self.rows(
            "SELECT 1 FROM process WHERE pg_instance = :server AND capture_id = 1", server=self.planted.postmaster)[1]))

    def test_growth(self):
        """Who has grown is first, and so is where."""
        with open(REPORTS["growth"], encoding="utf-8") as file:
            names, rows = self.rows(file.read())
        told = dict(zip(names, rows[0]))
        self.assertEqual((told["from_label"], told["to_label"], told["pid"], told["presence"]),
                         (LABEL, "later", self.pids["idle"], "both"))
        self.assertGreater(told["own_delta"], 8192)
        with open(REPORTS["growth_mappings"], encoding="utf-8") as file:
            names, rows = self.rows(file.read())
        told = dict(zip(names, rows[0]))
        self.assertEqual((told["pid"], told["class"], told["pathname"]), (self.pids["idle"], "heap", "[heap]"))
        self.assertGreater(told["own_delta"], 8192)

    def test_verdicts(self):
        """What was planted is what is named."""
        told = self.by_name()
        self.assertEqual({name: row["verdict"] for name, row in told.items()},
                         {name: planted.PLANTED[name][1] for name in self.pids})
        self.assertEqual({row["match_quality"] for row in told.values()}, {"same"})
        for row in told.values():
            self.assertLess(0, row["skew_ms"])

    def test_parts_of_what_is_owned(self):
        """The parts of own are own, to the byte."""
        for name, row in self.by_name().items():
            with self.subTest(name=name):
                self.assertGreater(row["own"], 1 << 20)
                self.assertEqual(sum(row[part + "_own"] for part in ("file", "heap", "mmap", "stack", "jit", "other")),
                                 row["own"])

    def test_kernel_and_contexts(self):
        """Contexts in use and free, what is outside, and what malloc has not made are own, within 3 %: all but
        the pages of the heap that are the postmaster's as well.  "cursor" has not touched all of its contexts."""
        for name, row in self.by_name().items():
            if name in ("plans", "freed", "bigvar", "temp"):
                with self.subTest(name=name):
                    told = row["ctx_used"] + row["ctx_free"] + row["outside"] + row["file_own"] + row["stack_own"] \
                        + row["jit_own"] + row["other_own"]
                    self.assertLess(abs(told - row["own"]), 0.03 * row["own"])
                    # Where contexts have it all, little is left over.
                    if name in ("bigvar", "temp"):
                        self.assertLess(abs(row["outside"]), 0.05 * row["own"])


if __name__ == "__main__":
    px.main()
