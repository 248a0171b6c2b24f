# SPDX-License-Identifier: GPL-2.0-or-later
"""A PostgreSQL server whose backends hold memory in ways that are known."""
import contextlib
import os
import subprocess
import time

import postgres
import px

# What cannot be parallel, generated or spilled to disk would change what a backend holds.
SETTINGS = ("max_parallel_workers_per_gather=0", "jit=off", "temp_buffers=48MB", "work_mem=256MB",
            "max_locks_per_transaction=128", "log_min_messages=warning", "cluster_name=planted")

# What all of them use: rows that are sorted, and a table of many partitions.
TABLES = b"""
CREATE TABLE wide AS SELECT i AS id, repeat(md5(CAST(i AS text)), 3) AS filler FROM generate_series(1, 120000) i;
CREATE TABLE many (id integer PRIMARY KEY, filler text) PARTITION BY RANGE (id);
SELECT format('CREATE TABLE many_%s PARTITION OF many FOR VALUES FROM (%s) TO (%s)', i, i * 10, i * 10 + 10)
FROM generate_series(1, 900) i \\gexec
"""

PREPARE = "SELECT count(*) FROM wide a JOIN wide b ON a.id = b.id WHERE a.id = $1 AND b.filler LIKE 'x%d%%'"


def prepared(count):
    """Statements whose plans are kept, as each has been run with a generic one."""
    lines = ["SET plan_cache_mode = force_generic_plan;"]
    for number in range(count):
        lines.append("PREPARE p%d (integer) AS %s;" % (number, PREPARE % number))
        lines.append("EXPLAIN EXECUTE p%d (1);" % number)
    return lines


# name: (statements, the verdict on whoever has run them).
PLANTED = {
    # Sorted in memory, and not all of it fetched.
    "cursor": (["BEGIN;", "DECLARE c CURSOR FOR SELECT * FROM wide ORDER BY filler;", "FETCH 1 FROM c;"],
               "in use under TopPortalContext"),
    # Thousands of plans.
    "plans": (prepared(1500), "in use under CacheMemoryContext"),
    # As many, which malloc keeps: what is the last of them is still there.
    "freed": ([*prepared(1500), *("DEALLOCATE p%d;" % number for number in range(1499))],
              "outside contexts: on malloc's free lists, or in a library"),
    # An array, in a variable of a function that waits.
    "bigvar": (["DO $$ DECLARE held text[]; BEGIN SELECT array_agg(repeat(filler, 3)) INTO held FROM wide;"
                " PERFORM pg_advisory_lock(7); PERFORM array_length(held, 1); END $$;"],
               "in use under TopPortalContext"),
    # As much as fits into its temporary buffers.
    "temp": (["CREATE TEMP TABLE held AS SELECT a.* FROM wide a, generate_series(1, 4);", "SELECT count(*) FROM held;"],
             "in use under LocalBufferContext"),
    # What is known of 900 partitions.
    "partitions": (["SELECT count(*) FROM many;"], "in use under CacheMemoryContext"),
    # Nothing but what every backend has.
    "idle": (["SELECT 1;"], "small"),
}


class Client:
    """psql that is held open by a pipe."""

    def __init__(self, server, database, name):
        self.process = subprocess.Popen(
            server.psql_words(database, "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=px.environment(PGAPPNAME=name), **server.identity)
        self.send(["SELECT 'pid ' || pg_backend_pid();"])
        self.pid = int(self.until(b"pid "))

    def send(self, statements):
        self.process.stdin.write(("\n".join(statements) + "\n").encode())
        self.process.stdin.flush()

    def until(self, word):
        """The rest of the line that begins with @word."""
        said = b""
        for line in self.process.stdout:
            if line.startswith(word):
                return line[len(word):]
            said += line
        raise AssertionError("psql has ended: %r" % said[-2000:])

    def run(self, statements):
        """Have them run, to the end; nobody reads what they print."""
        self.send(["\\o /dev/null", *statements, "\\o", "\\echo done"])
        self.until(b"done")

    def close(self):
        """Also while the server has not answered."""
        self.process.kill()
        self.process.wait(timeout=60)
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()


class Planted:
    """The server while it is used as a context: clients[NAME] has done so, in the backend pids[NAME]."""

    def __init__(self, names=tuple(PLANTED)):
        self.names = names
        self.stack = contextlib.ExitStack()
        self.clients, self.pids = {}, {}

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.server = stack.enter_context(postgres.Server(*SETTINGS))
            self.database = stack.enter_context(self.server.database("planted"))
            made = self.server.psql(self.database, TABLES, "-v", "ON_ERROR_STOP=1")
            if made.status != 0:
                raise AssertionError(made)
            holder = self.client(stack, "holder")
            holder.run(["SELECT pg_advisory_lock(7);"])
            for name in self.names:
                client = self.clients[name] = self.client(stack, name)
                self.pids[name] = client.pid
                if name == "bigvar":
                    client.send(PLANTED[name][0])
                    self.wait("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                else:
                    client.run(PLANTED[name][0])
            self.stack = stack.pop_all()
        return self

    def client(self, stack, name):
        client = Client(self.server, self.database, name)
        stack.callback(client.close)
        return client

    def wait(self, query):
        """Until there is a row."""
        for _ in range(1200):
            if self.server.rows(self.database, query):
                return
            time.sleep(0.05)
        raise AssertionError("it has not come: " + query)

    def __exit__(self, *details):
        return self.stack.__exit__(*details)

    @property
    def postmaster(self):
        return self.server.process.pid

    def activity(self):
        """pg_stat_activity, as it is to be saved."""
        got = self.server.psql(self.database, b"\\copy (select * from pg_stat_activity) to stdout csv header\n")
        if got.status != 0 or got.stderr:
            raise AssertionError(got)
        return got.stdout

    def contexts(self, names=None):
        """The log, with a dump of each of the backends: "bigvar" answers as well while it waits."""
        pids = [self.pids[name] for name in names or self.names]
        self.server.rows(self.database, "SELECT pg_log_backend_memory_contexts(pid) FROM unnest(ARRAY%r) AS pid" % pids)
        for _ in range(1200):
            with open(self.server.log, "rb") as file:
                log = file.read()
            if log.count(b"Grand total:") >= len(pids):
                return log
            time.sleep(0.05)
        raise AssertionError("not all have answered: %r" % log[-2000:])


def save(path, contents):
    with open(path, "wb") as file:
        file.write(contents)
    os.chmod(path, 0o644)
    return path
