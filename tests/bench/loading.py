# SPDX-License-Identifier: GPL-2.0-or-later
"""Loading what was saved into databases, beside the way that the article has for it: gawk makes INSERTs of maps,
and psql runs them. All is counted from the saved files to rows that have been committed, by programs and server;
that the tables of the article are there, and that databases are new and empty, is not.

All read the same folder. The article's way takes its maps, pmapx smaps with all that it has.
"""
import contextlib
import functools
import os
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

import measure
from measure import px
import postgres
from made import make_process

HERE = os.path.dirname(os.path.abspath(__file__))
# Where what is loaded is, so that no disk is read.
TMPFS = "/dev/shm"
# One process has most of the mappings.
LARGEST, OTHERS, EACH = 276000, 189, 127
# As the article creates it.
TABLE = b"""
CREATE TABLE maps (test_label TEXT, hostname TEXT, pid INT, chunk_size BIGINT, start_addr TEXT, end_addr TEXT,
    perms TEXT, offset_val TEXT, dev TEXT, inode TEXT, pathname TEXT);
CHECKPOINT;
"""
# As servers are set up, but that its cleaning up behind one does not fall into the time of another.
SETTINGS = ("fsync=on", "shared_buffers=128MB")
# What all are to have loaded.
QUERY = "SELECT COUNT(*), CAST(SUM(chunk_size) AS BIGINT) FROM maps"


def size_of(line):
    start, end = line.split(b" ", 1)[0].split(b"-")
    return int(end, 16) - int(start, 16)


class Places:
    """A folder of saved processes, and where they are loaded to."""

    def __init__(self, undo):
        if not shutil.which("gawk"):
            raise unittest.SkipTest("no gawk (Debian: gawk)")
        if not os.access(TMPFS, os.W_OK):
            raise unittest.SkipTest("no " + TMPFS)
        self.server = undo.enter_context(postgres.Server(*SETTINGS))
        self.folder = undo.enter_context(tempfile.TemporaryDirectory(prefix="pmapx-bench-"))
        root = undo.enter_context(px.Root(TMPFS))
        self.saved = root.path
        for number in range(OTHERS + 1):
            make_process(root, 100 + number, EACH if number else LARGEST)
        lines = [line for number in range(OTHERS + 1)
                 for line in root.read("%d/maps" % (100 + number)).splitlines()]
        self.expected = [b"%d" % len(lines), b"%d" % sum(map(size_of, lines))]
        self.loaded = []
        self.renew()

    def columns(self):
        """{column: commands}, the article's way and those of pmapx."""
        pipe = '"$0" load --psql "$1" | { shift; exec "$@"; }'
        return {
            "article": [[os.path.join(HERE, "load_by_awk.sh"), self.saved,
                         os.path.join(self.folder, "maps.sql"), *self.server.psql_words("article")]],
            "DB": [[px.PMAPX, "load", os.path.join(self.folder, "db"), self.saved]],
            "--psql": [["/bin/sh", "-c", pipe, px.PMAPX, self.saved,
                               *self.server.psql_words("pmapx", "-q")]],
        }

    def found(self):
        """What is in one of them, all others being empty."""
        path = os.path.join(self.folder, "db")
        if os.path.exists(path):
            with contextlib.closing(sqlite3.connect(path)) as database:
                return [b"%d" % value for value in database.execute(QUERY).fetchone()]
        for name in ("pmapx", "article"):
            if self.server.rows(name, "SELECT 1 FROM pg_class WHERE relname = 'maps'"):
                found = self.server.rows(name, QUERY)[0]
                if found[0] != b"0":
                    return found
        return []

    def renew(self):
        """All places empty, and nothing left to be written."""
        words = ("-h", self.server.folder, "-U", "admin")
        for name in ("article", "pmapx"):
            self.server.command("dropdb", "--if-exists", "-f", *words, name)
            made = self.server.command("createdb", "-T", "template0", *words, name)
            if made.status != 0:
                raise measure.Failed(made.stderr.decode(errors="replace"))
        self.server.psql("article", TABLE)
        with contextlib.suppress(OSError):
            os.remove(os.path.join(self.folder, "db"))
        subprocess.run(["sync", "-f", self.folder], check=False)

    def check(self):
        """All rows are there, wherever that is; and then no more."""
        found = self.found()
        if found != self.expected:
            raise measure.Failed("rows and their sizes are %s and not %s" % (found, self.expected))
        self.renew()

    @functools.lru_cache(maxsize=None)
    def costs(self, rounds):
        """{column: [Cost]} of rounds that all rows of the report share."""
        return measure.interleaved(self.columns(), rounds, self.check)


def count():
    return LARGEST + OTHERS * EACH


def measure_load(row, places, rounds):
    """A row of the report."""
    costs = places.costs(rounds)
    columns = {"pmapx": costs[row.view], "pmap": costs["article"]}
    return {"group": row.group, "view": row.view, "wrong": "", "shares": 0,
            "ms": {name: measure.median_ms(runs) for name, runs in columns.items()},
            "of_pmap": measure.ratio(columns["pmapx"], columns["pmap"]), "of_pmap_limit": row.of_pmap,
            "of_floor": None, "of_floor_limit": None,
            "peak_kb": {name: max(run.peak_kb for run in runs) for name, runs in columns.items()},
            "runs": {name: [run._asdict() for run in runs] for name, runs in columns.items()}}
