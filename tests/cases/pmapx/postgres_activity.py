#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pg_stat_activity as servers' tools have saved it, in each shape, against a parse of our own; and
titles of processes against what pg_stat_activity says of the same processes."""
import csv
import datetime
import glob
import io
import json
import os
import random
import re
import sys
import tarfile
import tempfile
import unicodedata

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

COLUMNS = ("datid datname pid leader_pid usesysid usename application_name client_addr "
           "client_hostname client_port backend_start xact_start query_start state_change "
           "wait_event_type wait_event state backend_xid backend_xmin query_id query "
           "backend_type").split()
TIMES = ("backend_start", "xact_start", "query_start", "state_change")
READER = os.path.join(px.BUILD, "tests", "px_activity_rows")


def tell(mode, *arguments):
    """What the reader says, a value for each line; texts in bytes as latin-1."""
    got = px.run([READER, mode, *arguments])
    if got.status != 0:
        raise AssertionError(got.stderr)
    return [json.loads(line) for line in got.stdout.splitlines()]


def utf8(row):
    """The columns of a row that has been told."""
    return {name: None if row[name] is None else row[name].encode("latin-1").decode()
            for name in COLUMNS}


def rows_of(path):
    """The shape of a file and its rows; there must be no error."""
    shape, *rows = tell("activity", path)
    assert not [row for row in rows if "error" in row], (path, rows)
    return shape.get("shape"), rows


def microseconds(text):
    """Of a time as PostgreSQL writes it, since 1970."""
    when = datetime.datetime.strptime(
        re.sub(r"\+00$", "+0000", text if "." in text else text.replace("+", ".0+")),
        "%Y-%m-%d %H:%M:%S.%f%z")
    since = when - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (since.days * 86400 + since.seconds) * 10**6 + since.microseconds


def without_null(row):
    """What a shape says that has nothing for NULL and for an empty text."""
    return {name: value or None for name, value in row.items()}


def shown(row):
    """What psql makes of texts it aligns: blanks of tabs, and none at the end of lines."""
    return {name: value and "\n".join(line.expandtabs(8).rstrip() for line in value.split("\n"))
            for name, value in without_null(row).items()}


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def aligned(path):
    """The rows of a table of psql's, cut where the dashes say."""
    with open(path, encoding="utf-8") as file:
        header, ruler, *lines = file.read().split("\n")
    widths = [len(part) for part in ruler.split("+")]
    names = [name.strip() for name in header.split("|")]
    rows, open_cells = [], []
    for line in lines:
        if not line.startswith(" "):
            break
        cells, at = [], 0
        for each in widths:
            end, left = at, each
            while end < len(line) and left > 0:
                left -= width(line[end])
                end += 1
            cells.append(line[at:end])
            at = end + 1
        for i, cell in enumerate(cells):
            text = cell[1:widths[i] - 1] if width(cell) == len(cell) else cell[1:].rstrip("+")
            text = text.rstrip() if names[i] in ("query", "usename") else text.strip()
            if not open_cells:
                cells[i] = (text, cell)
            elif i in open_cells:
                rows[-1][names[i]] += "\n" + text
                cells[i] = (text, cell)
            else:
                cells[i] = (text, "")
        if not open_cells:
            rows.append({name: cell[0] for name, cell in zip(names, cells)})
        open_cells = [i for i, cell in enumerate(cells)
                      if cell[1].endswith("+") and width(cell[1]) == widths[i]]
    return rows


def from_csv(text):
    """The rows of CSV; Python does not tell NULL from an empty text."""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return [{name: row.get(name) or None for name in COLUMNS} for row in rows]


class Samples(px.TestCase):
    """One session in many shapes: that of JSON has all, and is read by Python."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.top = px.shared("postgres", "activity")
        with open(os.path.join(cls.top, "activity.jsonl"), encoding="utf-8") as file:
            cls.said = [json.loads(line) for line in file]
        for row in cls.said:
            for name, value in row.items():
                if value is not None:
                    row[name] = str(value)
                    if name in TIMES:
                        row[name] = value.replace("T", " ").replace("+00:00", "+00")

    def same(self, name, shape, change):
        got_shape, got = rows_of(os.path.join(self.top, name))
        self.assertEqual(got_shape, shape)
        self.assertEqual(len(got), 15)
        for want, row in zip(self.said, got):
            texts = utf8(row)
            if shape == "json":
                for column in TIMES:
                    if texts[column]:
                        texts[column] = texts[column].replace("T", " ").replace("+00:00", "+00")
            self.assertEqual(texts, change(want))
            self.assertEqual(row["number"], int(want["pid"]))
            self.assertEqual(row["start_us"], microseconds(want["backend_start"]))

    def test_same_session(self):
        for name, shape, change in (
                ("activity.jsonl", "json", dict),
                ("activity-copy.csv", "csv", dict),
                ("activity-copy-text.tsv", "copy", dict),
                ("activity-psql.csv", "csv", without_null),
                ("activity-unaligned.out", "separated", without_null),
                ("lasso-like/postgresql/running_activity.out", "separated", without_null),
                ("activity-aligned.out", "aligned", shown),
                ("activity-expanded.out", "expanded", shown)):
            with self.subTest(name=name):
                self.same(name, shape, change)

    def test_refused(self):
        for name, why in (
                ("activity-tuples-only.out", "it does not begin with the names of columns"),
                ("activity-wrapped.out", "its lines have been wrapped")):
            self.assertEqual(tell("activity", os.path.join(self.top, name)), [{"refused": why}])

    def test_csv(self):
        """Of several versions."""
        for name, count in (("activity-full.csv", 50), ("pg13-activity-copy.csv", 6),
                            ("pg14-activity-copy.csv", 6), ("pg17-activity-copy.csv", 6)):
            path = os.path.join(self.top, name)
            with open(path, encoding="utf-8", newline="") as file:
                want = from_csv(file.read())
            shape, got = rows_of(path)
            self.assertEqual(shape, "csv")
            self.assertEqual(len(got), count, name)
            self.assertEqual([without_null(utf8(row)) for row in got], want, name)

    def test_aligned(self):
        for name, count in (("activity-aligned-with-4kB-query.out", 50), ("activity-aligned.out", 15)):
            path = os.path.join(self.top, name)
            want = aligned(path)
            shape, got = rows_of(path)
            self.assertEqual((shape, len(got), len(want)), ("aligned", count, count))
            for row, texts in zip(got, want):
                self.assertEqual({name: row[name] and row[name].encode("latin-1").decode()
                                  for name in texts}, without_null(texts))

    def test_beginnings(self):
        """Of the beginning of a file all rows are those of the whole, or it says that it has been cut."""
        with tempfile.TemporaryDirectory() as folder:
            for name in ("activity-copy.csv", "activity-copy-text.tsv", "activity-unaligned.out",
                         "activity-aligned.out", "activity-expanded.out", "activity.jsonl"):
                with open(os.path.join(self.top, name), "rb") as file:
                    whole = file.read()
                known = [json.dumps(row) for row in tell("activity", os.path.join(self.top, name))]
                paths = []
                for cut in range(1, len(whole), len(whole) // 300 + 1):
                    paths.append(os.path.join(folder, str(cut)))
                    with open(paths[-1], "wb") as file:
                        file.write(whole[:cut])
                seen = 0
                for row in tell("activity", *paths):
                    if "number" in row:
                        seen += 1
                        self.assertIn(json.dumps(row), known, name)
                self.assertGreater(seen, 1000, name)


class Captures(px.TestCase):
    """What processes of two captures are called, beside what their server says of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        with tarfile.open(px.shared("postgres", "captures-AB.tar.xz")) as tar:
            tar.extractall(cls.folder.name)

    def test_titles(self):
        for which in "AB":
            top = os.path.join(self.folder.name, which)
            _, rows = rows_of(os.path.join(top, "activity.csv"))
            backends = 0
            for row in rows:
                path = os.path.join(top, "cmdline-" + row["pid"])
                if not os.path.exists(path):
                    continue
                title, = tell("title", path)
                self.assertEqual(title["cluster"], "15/main", row)
                if row["backend_type"] != "client backend":
                    self.assertEqual(title["kind"], "role")
                    self.assertEqual(title["role"], row["backend_type"])
                    continue
                backends += 1
                self.assertEqual(title["kind"], "backend")
                self.assertEqual(title["names"], row["usename"] + " " + row["datname"])
                self.assertEqual(title["client"], "[local]")
                if " " in row["usename"]:
                    self.assertIsNone(title["user"])
                else:
                    self.assertEqual((title["user"], title["database"]),
                                     (row["usename"], row["datname"]))
            self.assertGreater(backends, 40)

    def test_servers(self):
        """Those that are of the server are in its list, but for the postmaster."""
        top = os.path.join(self.folder.name, "A")
        _, rows = rows_of(os.path.join(top, "activity.csv"))
        paths = sorted(glob.glob(os.path.join(top, "exe-*")))
        names = []
        for path in paths:
            with open(path, encoding="utf-8") as file:
                names.append(file.read().strip())
        is_server = dict(zip((path.rsplit("-", 1)[1] for path in paths), tell("server", *names)))
        self.assertGreaterEqual(len({row["pid"] for row in rows} & set(is_server)), 50)
        for row in rows:
            self.assertTrue(is_server.get(row["pid"], True), row["pid"])
        others = [pid for pid, is_one in is_server.items()
                  if is_one and pid not in {row["pid"] for row in rows}]
        self.assertLessEqual(len(others), 2, others)
        self.assertGreater(list(is_server.values()).count(False), 40)


class Hostile(px.TestCase):
    """Texts that have in them what the shape is made of."""

    PARTS = ("a", " ", "|", "\t", ",", '"', "'", "\n", "\r\n", "\\", "\\N", "\\.", "\0", "\x80", "é",
             "日本", "\U0001f600", "{", "}", "(3 rows)", "-[ RECORD 1 ]", "+", "1", "pid")

    def rows(self, seed):
        chance = random.Random(seed)
        for pid in range(1, 200):
            row = {name: None if chance.random() < 0.2 else
                   "".join(chance.choices(self.PARTS, k=chance.randrange(6))) for name in COLUMNS}
            row["pid"] = str(pid)
            yield row

    def same(self, text, shape, rows):
        with tempfile.NamedTemporaryFile() as file:
            file.write(text.encode())
            file.flush()
            got_shape, got = rows_of(file.name)
        self.assertEqual(got_shape, shape)
        self.assertEqual([utf8(row) for row in got], rows)

    def test_csv(self):
        for seed in range(5):
            rows = list(self.rows(seed))
            lines = [",".join(COLUMNS)] + [",".join(
                "" if row[name] is None else '"%s"' % row[name].replace('"', '""')
                for name in COLUMNS) for row in rows]
            self.same("".join(line + "\n" for line in lines), "csv", rows)
            self.same("".join(line + "\r\n" for line in lines), "csv", rows)

    def test_copy(self):
        escapes = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
        for seed in range(5):
            rows = list(self.rows(seed))
            lines = [COLUMNS] + [
                ["\\N" if row[name] is None else
                 re.sub(r"[\\\n\r\t]", lambda found: escapes[found.group()], row[name])
                 for name in COLUMNS] for row in rows]
            self.same("".join("\t".join(line) + "\n" for line in lines), "copy", rows)

    def test_json(self):
        for seed in range(5):
            rows = list(self.rows(seed))
            for as_ascii in (False, True):
                self.same("".join(json.dumps(row, ensure_ascii=as_ascii) + "\n" for row in rows),
                          "json", rows)
            self.same("".join(json.dumps(row, indent=1) + "\n" for row in rows), "json", rows)


if __name__ == "__main__":
    px.main()
