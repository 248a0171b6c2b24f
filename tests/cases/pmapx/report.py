#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What is told of a PostgreSQL server whose backends hold memory in known ways: by views and reports, of
both engines."""
import csv
import glob
import io
import json
import os
import shutil
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


def is_of_one(name):
    """Whether it is a query about one process."""
    return name.startswith("backend") and name != "backends"


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
        cls.first = first = cls.take("first.tar")
        activity = planted.save(cls.path("activity.csv"), cls.planted.activity())
        contexts = planted.save(cls.path("log"), cls.planted.contexts())
        cls.said = ["--activity", activity, "--contexts", contexts, "--label", LABEL]
        cls.load(*cls.said, first)
        cls.planted.clients["idle"].run(planted.prepared(500))
        cls.later = cls.take("later.tar")
        cls.load("--label", "later", cls.later)

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
            values = {"pid": self.pids["plans"]} if is_of_one(name) else {}
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
        """Its query, word for word, of both; and for exactly the server's processes heap_stack has the same."""
        path = px.shared("postgres", "seed-query.sql")
        names, theirs = self.psql(path)
        got = px.pmapx("sql", "--format", "csv", "-f", path, self.file)
        self.assertEqual((got.stderr, got.status), (b"", 0))
        self.assertEqual(list(csv.reader(io.StringIO(got.stdout.decode(), newline=""))), [names, *theirs])
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
        """Of those whose malloc keeps nothing, contexts by the server's account are own by the kernel's, within 3 %,
        with what is of no malloc.  (Of the others malloc's own account has to come in: test_gdb; "cursor" has not
        touched all of its contexts.)  What is outside is the rest, so that with it all of them add up: but for the
        pages of the heap that are the postmaster's as well."""
        for name, row in self.by_name().items():
            if name in ("plans", "freed", "bigvar", "temp"):
                with self.subTest(name=name):
                    told = row["ctx_used"] + row["ctx_free"] + row["outside"] + row["file_own"] + row["stack_own"] \
                        + row["jit_own"] + row["other_own"]
                    self.assertLess(abs(told - row["own"]), 0.03 * row["own"])
                    if name in ("bigvar", "temp"):
                        self.assertLess(abs(told - row["outside"] - row["own"]), 0.03 * row["own"])

    def report(self, *words):
        """(names of columns, rows), by the program."""
        got = px.pmapx("report", "--format", "csv", *words)
        names, *rows = csv.reader(io.StringIO(got.stdout.decode(), newline=""))
        # Where there are none, it says why.
        self.assertEqual(got.status, 0 if rows else 2, got.stderr)
        if rows:
            self.assertEqual(got.stderr, b"")
        return names, rows

    def test_verb(self):
        """The program gives the rows of the queries, from the file, and from what was loaded into it; of the
        captures that are asked for."""
        for name, path in REPORTS.items():
            if is_of_one(name):
                continue
            report = name.replace("_", "-")
            with self.subTest(name=name), open(path, encoding="utf-8") as file:
                names, rows = self.rows(file.read())
                rows = [["" if cell is None else str(cell) for cell in row] for row in rows]
                self.assertEqual(self.report(report, self.file), (names, rows))
                place = names.index("to_label" if name.startswith("growth") else "test_label")
                for label in (LABEL, "later"):
                    wanted = [row for row in rows if row[place] == label]
                    self.assertEqual(self.report("--label", label, report, self.file), (names, wanted))
                    if label == LABEL and not name.startswith("growth"):
                        self.assertEqual(self.report(*self.said, report, self.first), (names, wanted))
                if name.startswith("growth"):
                    self.assertEqual([row[3:] for row in self.report(report, self.first, self.later)[1]],
                                     [row[3:] for row in rows])

    def test_list(self):
        """What --list shows runs in psql as it is, and is all there is."""
        everything = px.pmapx("report", "--list").stdout
        for name, path in REPORTS.items():
            if not is_of_one(name):
                got = px.pmapx("report", "--list", name.replace("_", "-"))
                self.assertEqual((got.stderr, got.status), (b"", 0))
                self.assertEqual(self.psql(planted.save(self.path("listed.sql"), got.stdout)), self.psql(path))
                self.assertIn(got.stdout, everything)
        for words in (["backend"], []):
            got = px.pmapx("report", "--list", *words)
            planted.save(self.path("listed.sql"), got.stdout)
            ran = px.run(self.planted.server.psql_words(
                self.database, "-v", "ON_ERROR_STOP=1", "-v", "pid=%d" % self.pids["plans"], "-f", self.path("listed.sql")))
            self.assertEqual((ran.stderr, ran.status), (b"", 0))
        for name, path in REPORTS.items():
            with open(path, "rb") as file:
                self.assertIn(file.read().split(b"\n", 1)[1], everything)

    def test_backend(self):
        """What the long form says is what the views say."""
        row = self.by_name()["plans"]
        got = px.pmapx("report", "--format", "json", "--pid", str(row["pid"]), "--label", LABEL, "backend", self.file)
        self.assertEqual((got.stderr, got.status), (b"", 0))
        told = json.loads(got.stdout)
        self.assertEqual((told["schema"], told["version"], told["looks"], told["known_by"]),
                         ("pmapx.report.backend", 1, 1, "pid"))
        for key, column in (("own", "own"), ("rss", "rss"), ("ctx_used", "ctx_used"), ("outside", "outside")):
            self.assertEqual(told["backend"][key], row[column] // 1024)
        self.assertEqual((told["backend"]["verdict"], told["backend"]["query"]), (row["verdict"], row["query"]))
        self.assertLess(abs(sum(part["own"] for part in told["kernel"]) - told["backend"]["own"]), 8)
        self.assertLess(abs(sum(kind["total"] for kind in told["contexts"]) - told["backend"]["ctx_total"]),
                        len(told["contexts"]))
        text = px.pmapx("report", "--pid", str(row["pid"]), "--label", LABEL, "backend", self.file).stdout.decode()
        self.assertTrue(text.startswith("Backend  %d  admin@planted  client backend\n"
                                        "         application \"plans\", client " % row["pid"]), text)
        self.assertTrue(text.endswith("\nVERDICT  in use under CacheMemoryContext\n"), text)

    def test_gdb(self):
        """What --gdb prints makes backends print their contexts and malloc's account: with that, contexts, free
        lists, libraries and private pages of files are own, within 3 %."""
        if shutil.which("gdb") is None:
            self.skipTest("no gdb")
        names = ("plans", "freed", "bigvar", "temp")
        for name in names:
            got = px.pmapx("report", "--gdb", str(self.pids[name]))
            self.assertEqual((got.stderr, got.status), (b"", 0))
            ran = px.run(["sh", "-c", got.stdout], env=px.environment(HOME=self.folder))
            if b"ptrace: Operation not permitted" in ran.stderr:
                self.skipTest("nobody may be traced here")
            self.assertEqual(ran.status, 0, ran)
        file = self.path("gdb.db")
        got = px.pmapx("load", *self.said[:2], "--contexts", self.planted.server.log, "--label", LABEL, file, self.first)
        self.assertEqual((got.stderr, got.status), (b"", 0))
        with sqlite3.connect(file) as database:
            got = database.execute("SELECT * FROM reconcile")
            columns = [column[0] for column in got.description]
            told = {row["pid"]: row for row in (dict(zip(columns, row)) for row in got)}
        for name in names:
            row = told[self.pids[name]]
            with self.subTest(name=name):
                self.assertEqual(row["ctx_source"], "stderr")
                total = row["ctx_total"] + row["malloc_free"] + row["other_malloc"] + row["file_own"] \
                    + row["stack_own"] + row["jit_own"] + row["other_own"]
                self.assertLess(abs(total - row["own"]), 0.03 * row["own"])
                self.assertEqual(row["verdict"], "freed by PostgreSQL, kept on malloc's free lists" if name == "freed"
                                 else planted.PLANTED[name][1])


if __name__ == "__main__":
    px.main()
