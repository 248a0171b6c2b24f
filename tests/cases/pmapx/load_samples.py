#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx load, of every real sample there is (PMAPX_SHARED/postgres): each is read, or refused with what
to do, and what is in the database is what a few lines of Python count."""
import csv
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
from loading import Loading, load

# What each folder has; nothing else may be there.
FOLDERS = {"activity", "activity/lasso-like/postgresql", "contexts", "prefixes", "malloc", "maps"}
# Of the repaired article: nothing that is loaded.
OTHERS = re.compile(r"(seed/.*|[^/]*\.sql|INDEX\.md|WORKFLOW\.md)\Z")

# Activity that is not the session that most files have in some shape: another shape of how many rows.
OTHER_SESSIONS = {"activity-full.csv": 50, "activity-aligned-with-4kB-query.out": 50, "pg13-activity-copy.csv": 6,
                  "pg14-activity-copy.csv": 6, "pg17-activity-copy.csv": 6}
REFUSED = {"activity-tuples-only.out": "it does not begin with the names of columns",
           "activity-wrapped.out": "its lines have been wrapped"}
COMMAND = "psql -X -c \"\\copy (select * from pg_stat_activity) to 'activity.csv' csv header\""
# Printed by a debugger that found no types: there is no dump in it.
NO_DUMP = {"pg15-gdb-verbatim-fails.out"}
# Excerpts, with headings between; and of which kind shared memory is in them.
EXCERPTS = {"dsm-mmap-mmap-shared.maps", "dsm-posix-mmap-shared.maps", "dsm-posix-sysv-shared.maps",
            "dsm-sysv-mmap-shared.maps"}
HEADING = re.compile(rb"(?![0-9a-f]+-[0-9a-f]+ )")
ROLLUP = re.compile(rb"^(\w+): +(\d+) kB$", re.M)


def strange(what, count):
    if count == 1:
        return "its only %s is of no PostgreSQL process in the capture\n" % what
    return "none of its %d %ss is of a PostgreSQL process in the capture\n" % (count, what)


class Samples(Loading):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.top = px.shared("postgres")

    def files(self, folder):
        return sorted(name for name in os.listdir(os.path.join(self.top, folder))
                      if os.path.isfile(os.path.join(self.top, folder, name)))

    def read(self, *names):
        with open(os.path.join(self.top, *names), "rb") as file:
            return file.read()

    def beside(self, option, path):
        """Load a file beside a map of none of its processes, into a database of its own; what is said of it."""
        if os.path.exists(self.db):
            os.remove(self.db)
        one = self.save("one", b"00001000-00002000 rw-p 00000000 00:01 7 /x\n")
        got = load(self.db, one, option, path)
        self.assertEqual((got.status, got.stdout), (0 if os.path.exists(self.db) else 2, b""))
        return got.stderr.decode().replace("pmapx: load: %s: " % path, "")

    def useless(self):
        """What is said of dumps, all of processes that are not there: those in the database."""
        count, nameless = self.rows("SELECT COUNT(*), COALESCE(SUM(pid = 0), 0) FROM (SELECT pid FROM context_dump"
                                    " UNION ALL SELECT pid FROM malloc_dump)")[0]
        if count == 0:
            return "there is no dump of memory contexts in it\n"
        if nameless == 0:
            return strange("dump", count)
        return ("which process its dump is of cannot be told: it is put beside none\n" if count == 1 else
                "which processes %d of its %d dumps are of cannot be told: they are put beside none\n" % (nameless, count)
                ) + (strange("other dump", count - nameless) if count > nameless else "")

    def test_all_are_here(self):
        """A file that is new belongs into one of these tests."""
        found = {os.path.relpath(os.path.join(folder, name), self.top)
                 for folder, _, names in os.walk(self.top) for name in names}
        rest = {name for name in found if os.path.dirname(name) not in FOLDERS and not OTHERS.match(name)}
        self.assertEqual(rest, {"captures-AB.tar.xz"})
        named = re.findall(r"\b\w[\w-]*\.(?:log|out|csv|tsv|jsonl|json|maps|xml)\b", self.read("INDEX.md").decode())
        self.assertEqual({name for name in named if name not in map(os.path.basename, found)},
                         {"activity.csv", "contexts.log", "meta.json", "shared.maps", "view.csv"} & set(named))

    def test_activity(self):
        with open(os.path.join(self.top, "activity", "activity.jsonl"), encoding="utf-8") as file:
            session = sorted(json.loads(line)["pid"] for line in file)
        for folder in "activity", "activity/lasso-like/postgresql":
            for name in self.files(folder):
                path = os.path.join(self.top, folder, name)
                with self.subTest(name=name):
                    if name in REFUSED:
                        self.assertEqual(self.beside("--activity", path),
                                         "cannot be read: %s; this can: %s\n" % (REFUSED[name], COMMAND))
                        self.assertFalse(os.path.exists(self.db))
                        continue
                    said = self.beside("--activity", path)
                    self.assertEqual(said, strange("row", self.rows("SELECT COUNT(*) FROM pg_activity")[0][0]))
                    pids = [row[0] for row in self.rows("SELECT pid FROM pg_activity WHERE backend_start_us > 0 ORDER BY 1")]
                    if name in OTHER_SESSIONS:
                        self.assertEqual(len(set(pids)), OTHER_SESSIONS[name])
                        if name.endswith(".csv"):
                            with open(path, encoding="utf-8", newline="") as file:
                                self.assertEqual(pids, sorted(int(row["pid"]) for row in csv.DictReader(file)))
                    else:
                        self.assertEqual(pids, session)

    def test_contexts(self):
        """Each dump is there, is complete, and adds up; each line of a context is a row."""
        for folder in "contexts", "prefixes":
            for name in self.files(folder):
                text, path = self.read(folder, name), os.path.join(self.top, folder, name)
                with self.subTest(name=name):
                    self.assertEqual(self.beside("--contexts", path), self.useless())
                    if name.endswith("view.csv"):
                        dumps, lines = 1, len(list(csv.DictReader(text.decode().splitlines())))
                    else:
                        dumps, lines = text.count(b"Grand total: "), len(re.findall(rb"\d total in \d+ blocks", text))
                    self.assertEqual(dumps, 62 if "62backends" in name else name not in NO_DUMP)
                    self.assertEqual(self.rows("SELECT COUNT(*), COALESCE(SUM(complete), 0) FROM context_dump"), [(dumps, dumps)])
                    self.assertEqual(self.rows("SELECT COUNT(*) FROM context"), [(lines,)])
                    self.assertEqual(self.rows(
                        "SELECT * FROM context_dump d WHERE source <> 'view' AND NOT EXISTS (SELECT 1 FROM (SELECT"
                        " SUM(total_bytes) t, SUM(n_blocks) b, SUM(free_bytes) f, SUM(used_bytes) u FROM context x WHERE"
                        " x.pid = d.pid) WHERE t = grand_total AND b = grand_blocks AND f = grand_free AND u = grand_used)"), [])

    def test_malloc(self):
        for name in self.files("malloc"):
            text = self.read("malloc", name)
            with self.subTest(name=name):
                self.assertEqual(self.beside("--contexts", os.path.join(self.top, "malloc", name)), self.useless())
                count = text.count(b"<malloc ") + text.count(b"\nTotal (incl. mmap):")
                self.assertEqual(count, 13 if name == "malloc_stats.txt" else 1)
                self.assertEqual(self.rows("SELECT COUNT(*) FROM malloc_dump WHERE system_bytes >= free_bytes"), [(count,)])

    def test_maps(self):
        """Maps and smaps, each line; excerpts are told to be none."""
        for name in self.files("maps"):
            kind, path = name.rsplit(".", 1)[1], os.path.join(self.top, "maps", name)
            lines = [line for line in self.read("maps", name).splitlines()
                     if kind == "maps" or re.match(rb"[0-9a-f]+-[0-9a-f]+ ", line)]
            with self.subTest(name=name):
                if os.path.exists(self.db):
                    os.remove(self.db)
                if kind not in ("maps", "smaps"):
                    # Nothing but parts of a process.
                    got = load(self.db, path)
                    self.assertEqual((got.status, got.stdout, got.stderr.count(b"\n")), (2, b"", 1))
                    self.assertFalse(os.path.exists(self.db))
                    continue
                got = load(self.db, path)
                whole = [line for line in lines if not HEADING.match(line)]
                self.assertEqual(got.status, 2 if name in EXCERPTS else 0)
                self.assertEqual(len(whole) < len(lines), name in EXCERPTS)
                self.assertEqual(self.rows("SELECT status FROM process"), [("partial" if name in EXCERPTS else "ok",)])
                self.assertEqual([row[0] for row in self.rows("SELECT start_addr || '-' || end_addr FROM mapping ORDER BY seq")],
                                 [line.split()[0].decode() for line in whole])

    def test_injection(self):
        """A line of the article's script that drops a table where it is run."""
        self.loads(self.db, os.path.join(self.top, "seed", "injection-line.sql"))
        want = [line.split(b"', '")[-1][:-3].decode() for line in self.read("seed", "injection-line.sql").splitlines()]
        self.assertEqual([row[0] for row in self.rows("SELECT pathname FROM mapping ORDER BY seq")], want)
        self.assertIn("DROP\fTABLE", want[0])

    def test_processes(self):
        """What was saved of one is put together; sums are the kernel's own."""
        stems = {name.split(".")[0] for name in self.files("maps") if name.endswith(".smaps_rollup")}
        self.assertGreater(len(stems), 4)
        for stem in sorted(stems):
            pid = int(self.read("maps", stem + ".stat").split()[0])
            for kind in "smaps", "status", "stat", "cmdline":
                self.save("case/%s-%d" % (kind, pid), self.read("maps", stem + "." + kind))
        self.loads(self.db, self.path("case"))
        for stem in sorted(stems):
            pid = int(self.read("maps", stem + ".stat").split()[0])
            sums = {key.decode(): int(value) * 1024 for key, value in ROLLUP.findall(self.read("maps", stem + ".smaps_rollup"))}
            self.assertEqual(self.rows("SELECT rss, private, private_dirty, anonymous, swap, status FROM by_process WHERE pid = ?",
                                       pid), [(sums["Rss"], sums["Private_Clean"] + sums["Private_Dirty"]
                                               + sums["Private_Hugetlb"], sums["Private_Dirty"], sums["Anonymous"],
                                               sums["Swap"], "ok")])

    def test_huge_pages(self):
        """Shared memory in huge pages is in no Rss, but in what its server has, with those that one process has."""
        self.save("case/smaps-7", self.read("maps", "hugepages-backend.smaps"))
        # The sample has no more of status than numbers: who has started it is not known.
        status = self.read("maps", "hugepages-backend.status")
        self.save("case/status-7", status)
        self.loads(self.db, self.path("case"), "--label", "numbers")
        self.assertEqual(self.rows("SELECT ppid, vm_size FROM process"), [(None, 360268 * 1024)])
        self.save("case/status-7", b"PPid:\t5\n" + status)
        self.save("case/cmdline-7", b"postgres: u d [local] idle\0")
        self.loads(self.db, self.path("case"), "--label", "numbers", "--replace")
        self.assertEqual(self.rows("SELECT part, class, size / 1024, resident / 1024, hugetlb / 1024 FROM segments"
                                   " ORDER BY size DESC LIMIT 2"),
                         [("shared", "hugetlb", 286720, 36864, 36864), ("dynamic", "posix_shm", 1024, 70, 0)])
        self.assertEqual(self.rows("SELECT shared_mem_rss / 1024, p.hugetlb / 1024, b.hugetlb / 1024, rss < shared_mem_rss"
                                   " FROM by_process b JOIN process p USING (pid)"), [(36864, 36864, 36864, 1)])

    def test_captures(self):
        """All of both: processes, mappings, rows and dumps."""
        subprocess.run(["tar", "-xJf", os.path.join(self.top, "captures-AB.tar.xz"), "-C", self.folder], check=True)
        for look in "AB":
            self.loads(self.db, self.path(look), "--activity", self.path(look, "activity.csv"), "--contexts",
                       self.path(look, "contexts.log"), "--host", "vm")
            names = os.listdir(self.path(look))
            lines = sum(self.count(look, name) for name in names if name.startswith("maps-"))
            dumps = self.grand_totals(look)
            self.assertEqual(self.rows(
                "SELECT (SELECT COUNT(*) FROM mapping m WHERE m.capture_id = c.capture_id),"
                " (SELECT COUNT(*) FROM context_dump d WHERE d.capture_id = c.capture_id AND complete = 1) FROM capture c"
                " WHERE test_label = ?", look), [(lines, len(dumps))])
            self.assertEqual(self.rows("SELECT grand_total FROM context_dump d JOIN capture USING (capture_id) WHERE"
                                       " test_label = ? ORDER BY 1", look), [(total,) for total in sorted(dumps)])
            self.assertEqual(self.rows("SELECT COUNT(*) FROM process JOIN capture USING (capture_id) WHERE test_label = ?", look),
                             [(len({name.rsplit("-", 1)[1] for name in names if name.startswith("status-")}),)])

    def count(self, look, name):
        with open(self.path(look, name), "rb") as file:
            return len(file.read().splitlines())

    def grand_totals(self, look):
        with open(self.path(look, "contexts.log"), encoding="utf-8", errors="replace") as file:
            return [int(total) for total in re.findall(r"Grand total: (\d+) bytes", file.read())]


if __name__ == "__main__":
    px.main()
