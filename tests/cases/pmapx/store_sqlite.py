#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Files of SQLite: all of a capture is there or nothing; the schema, its document, what views say."""
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import building
import px
import storing

MIB = 1 << 20
NOBODY = 65534


class Files(px.TestCase):
    def setUp(self):
        super().setUp()
        px.need_library("sqlite")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(self.folder, "case.db")

    def load(self, made, *words, **kwargs):
        text = made.text() if isinstance(made, storing.Capture) else made
        return storing.sqlite(self.path, text, *words, **kwargs)

    def loaded(self, made, *words):
        self.assertEqual(self.load(made, *words), px.Result(b"", b"", 0))

    def refused(self, made, error, sentence, *words, **kwargs):
        """It fails with that, and leaves the folder as it was."""
        def state():
            found = {}
            for name in sorted(os.listdir(self.folder)):
                path = os.path.join(self.folder, name)
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        found[name] = file.read()
                else:
                    found[name] = os.lstat(path).st_mode
            return found
        before = state()
        got = self.load(made, *words, **kwargs)
        self.assertEqual((got.stderr.decode(), got.status), ("%s: %s\n" % (error, sentence), 1))
        self.assertEqual(state(), before)

    def query(self, query):
        return [[cell.decode() if cell is not None else None for cell in line]
                for line in storing.sqlite_rows(self.path, query)]

    def run_sql(self, script):
        with sqlite3.connect(self.path) as database:
            database.executescript(script)
        database.close()


class Whole(Files):
    def test_new(self):
        self.loaded(storing.made_up(1, "A"))
        self.assertEqual(os.listdir(self.folder), ["case.db"])
        self.assertEqual(os.stat(self.path).st_mode & 0o7777, 0o600)
        self.assertEqual(self.query("SELECT application, version FROM meta"), [["pmapx", str(storing.VERSION)]])
        self.assertEqual(self.query("PRAGMA integrity_check"), [["ok"]])
        with open(self.path, "rb") as file:
            self.assertEqual(file.read()[68:72], b"pmpx")

    def test_another(self):
        self.loaded(storing.made_up(1, "A"))
        first = self.query("SELECT * FROM mapping")
        self.loaded(storing.made_up(2, "B"))
        self.assertEqual(self.query("SELECT * FROM mapping WHERE capture_id = 1"), first)
        self.assertEqual(self.query("SELECT capture_id, test_label FROM capture"), [["1", "A"], ["2", "B"]])

    def test_empty_file(self):
        with open(self.path, "wb"):
            pass
        self.loaded(storing.Capture("A"))
        self.assertEqual(self.query("SELECT test_label FROM maps"), [])

    def test_name_without_folder(self):
        """New, and there; also one that means something to SQLite."""
        for name in ("case.db", ":memory:", "file:case?mode=memory"):
            for label in ("A", "B"):
                with storing.feed(storing.Capture(label).text()) as file:
                    got = px.run([storing.ROWS, "sqlite", name], stdin=file, cwd=self.folder)
                self.assertEqual(got, px.Result(b"", b"", 0))
            self.assertEqual(os.listdir(self.folder), [name])
            os.rename(os.path.join(self.folder, name), self.path)
            self.assertEqual(self.query("SELECT test_label FROM capture"), [["A"], ["B"]])
            os.unlink(self.path)

    def test_duplicates(self):
        self.loaded(storing.made_up(1, "A\x1b\"'"))
        self.refused(storing.made_up(2, "A\x1b\"'"), "EEXIST",
                     "the capture \"A\x1b\"'\" of host \"h\" is in it already; --replace puts another in its place")
        self.loaded(storing.made_up(2, "A\x1b\"'", "other"))
        self.loaded(storing.made_up(2, "A\x1b\"'"), "replace")
        replaced = storing.sqlite_rows(self.path, "SELECT * FROM maps")
        self.assertEqual(self.query("SELECT COUNT(*), COUNT(DISTINCT capture_id) FROM capture"), [["2", "2"]])
        os.unlink(self.path)
        self.loaded(storing.made_up(2, "A\x1b\"'"))
        self.loaded(storing.made_up(2, "A\x1b\"'", "other"))
        self.assertEqual(sorted(replaced, key=repr),
                         sorted(storing.sqlite_rows(self.path, "SELECT * FROM maps"), key=repr))
        self.loaded(storing.made_up(3, "new"), "replace")
        for table in storing.TABLES:
            self.assertEqual(self.query("SELECT COUNT(*) FROM %s WHERE capture_id NOT IN "
                                        "(SELECT capture_id FROM capture)" % table), [["0"]])

    def test_labels_of_any_bytes(self):
        labels = [bytes([byte]) for byte in range(0, 256, 37)] + [b"", b"\\x00", b"a'b", b"\xff\xff", b"x" * 3000]
        for label in labels:
            self.loaded(storing.Capture(label).text())
            self.assertEqual(self.load(storing.Capture(label).text()).stderr[:7], b"EEXIST:")
        self.assertEqual(self.query("SELECT COUNT(*) FROM capture"), [[str(len(labels))]])

    def test_given_up(self):
        self.assertEqual(self.load(storing.made_up(1, "A").replace(b"commit\n", b"")), px.Result(b"", b"", 0))
        self.assertEqual(os.listdir(self.folder), [])
        self.loaded(storing.Capture("A"))
        with open(self.path, "rb") as file:
            before = file.read()
        self.assertEqual(self.load(storing.made_up(1, "B").replace(b"commit\n", b"fill\t50000\n")).status, 0)
        with open(self.path, "rb") as file:
            self.assertEqual(file.read(), before)
        self.assertEqual(os.listdir(self.folder), ["case.db"])

    def test_killed(self):
        """In the middle, with pages in the file already: the next who opens it finds it as it was."""
        self.loaded(storing.made_up(1, "A"))
        before = self.query("SELECT * FROM mapping")
        # New pages go behind, and replacing changes those that there are.
        for words in ((), ("replace",)):
            text = storing.Capture("A" if words else "B").text(commit=False)
            with subprocess.Popen([storing.ROWS, "sqlite", self.path, *words], stdin=subprocess.PIPE,
                                  stderr=subprocess.PIPE) as process:
                process.stdin.write(text + b"fill\t80000\nready\n")
                process.stdin.flush()
                self.assertEqual(process.stderr.readline(), b"ready\n")
                self.assertGreater(os.stat(self.path).st_size, 2 * MIB)
                self.assertIn("case.db-journal", os.listdir(self.folder))
                process.send_signal(signal.SIGKILL)
                process.communicate()
            self.run_sql("SELECT 1 FROM meta")
            self.assertEqual(self.query("SELECT * FROM mapping"), before)
            self.assertEqual(self.query("SELECT test_label FROM capture"), [["A"]])
            self.assertEqual(self.query("PRAGMA integrity_check"), [["ok"]])

    def test_killed_when_new(self):
        with subprocess.Popen([storing.ROWS, "sqlite", self.path], stdin=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            process.stdin.write(storing.Capture("A").text(commit=False) + b"fill\t80000\nready\n")
            process.stdin.flush()
            self.assertEqual(process.stderr.readline(), b"ready\n")
            process.send_signal(signal.SIGKILL)
            process.communicate()
        self.assertFalse(os.path.exists(self.path))

    def test_name_that_is_taken_meanwhile(self):
        with subprocess.Popen([storing.ROWS, "sqlite", self.path], stdin=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            process.stdin.write(storing.Capture("A").text(commit=False) + b"ready\n")
            process.stdin.flush()
            self.assertEqual(process.stderr.readline(), b"ready\n")
            with open(self.path, "wb") as file:
                file.write(b"mine")
            said = process.communicate(b"commit\n")[1]
        self.assertEqual(said, b"EEXIST: cannot give it its name: File exists\n")
        self.assertEqual(os.listdir(self.folder), ["case.db"])
        with open(self.path, "rb") as file:
            self.assertEqual(file.read(), b"mine")


class Refused(Files):
    """What cannot be loaded into, with a sentence of its own."""

    def test_no_database(self):
        with open(self.path, "wb") as file:
            file.write(b"this is text, and more than a header would be" * 100)
        self.refused(storing.Capture(), "EMEDIUMTYPE", "it is no database (SQLite: file is not a database)")

    def test_somebody_elses(self):
        for script in ("CREATE TABLE mapping (a)", "PRAGMA application_id = 7",
                       "CREATE TABLE meta (application, version); INSERT INTO meta VALUES ('pmapx', 1)"):
            with self.subTest(script=script):
                self.run_sql(script)
                self.refused(storing.Capture(), "EMEDIUMTYPE", "it is a database, but none of pmapx")
                os.unlink(self.path)

    def test_versions(self):
        self.loaded(storing.Capture())
        for version, error, sentence in (
                (storing.VERSION + 1, "EPROTONOSUPPORT", "a newer pmapx made it: its schema is of version %d, this "
                 "one knows %d" % (storing.VERSION + 1, storing.VERSION)),
                (0, "EMEDIUMTYPE", "it is a database, but none of pmapx")):
            self.run_sql("UPDATE meta SET version = %d" % version)
            self.refused(storing.Capture("B"), error, sentence)

    def test_damaged(self):
        self.loaded(storing.made_up(1, "A"))
        with open(self.path, "r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * 4096)
        got = self.load(storing.Capture("B"))
        self.assertEqual((got.stderr, got.status),
                         (b"EUCLEAN: it is damaged (SQLite: database disk image is malformed)\n", 1))

    def test_in_use(self):
        self.loaded(storing.Capture())
        database = sqlite3.connect(self.path, isolation_level=None)
        self.addCleanup(database.close)
        database.execute("BEGIN IMMEDIATE")
        got = self.load(storing.Capture("B"), "50")
        self.assertEqual(got.stderr, b"EBUSY: another program is using it (SQLite: database is locked)\n")
        # One who reads is in the way of the end, and then no more.
        database.execute("ROLLBACK")
        database.execute("BEGIN")
        database.execute("SELECT * FROM capture").fetchall()
        got = self.load(storing.Capture("B"), "50")
        self.assertEqual(got.stderr, b"EBUSY: another program is using it (SQLite: database is locked)\n")
        self.assertEqual(self.query("SELECT test_label FROM capture"), [["A"]])
        database.execute("ROLLBACK")
        self.loaded(storing.Capture("B"))

    def test_no_file(self):
        os.mkdir(self.path)
        self.refused(storing.Capture(), "EMEDIUMTYPE", "it is no file")
        os.rmdir(self.path)
        os.mkfifo(self.path)
        self.refused(storing.Capture(), "EMEDIUMTYPE", "it is no file")
        os.unlink(self.path)
        os.symlink("nowhere", self.path)
        self.refused(storing.Capture(), "ENOENT", "No such file or directory")
        self.path = os.path.join(self.folder, "none", "x")
        self.refused(storing.Capture(), "ENOENT", "cannot make it: No such file or directory")

    def as_nobody(self):
        if os.getuid() == 0:
            return {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        return {}

    def test_no_rights(self):
        os.chmod(self.folder, 0o555)
        self.refused(storing.Capture(), "EACCES", "cannot make it: Permission denied", **self.as_nobody())
        os.chmod(self.folder, 0o755)
        self.loaded(storing.Capture())
        os.chmod(self.path, 0o444)
        self.refused(storing.Capture("B"), "EROFS",
                     "it cannot be written (SQLite: attempt to write a readonly database)", **self.as_nobody())
        os.chmod(self.path, 0o666)
        os.chmod(self.folder, 0o555)
        self.refused(storing.Capture("B"), "EACCES", "its folder cannot be written, where its journal goes "
                     "(SQLite: attempt to write a readonly database)", **self.as_nobody())

    def test_full_disk(self):
        text = storing.Capture("B").text(commit=False) + b"fill\t100000\ncommit\n"
        made = storing.made_up(1, "A")
        with storing.feed(made) as one, storing.feed(text) as other:
            got = px.run(px.unshare_command() + [
                "sh", "-c", "mount -t tmpfs -o size=4m none \"$1\" && cd \"$1\" && \"$2\" sqlite new < \"$4\"; ls -A; "
                "\"$2\" sqlite old < \"$3\" && \"$2\" sqlite old < \"$4\"; ls -A", "sh", self.folder, storing.ROWS,
                "/dev/fd/%d" % one.fileno(), "/dev/fd/%d" % other.fileno()],
                pass_fds=(one.fileno(), other.fileno()))
        full = b"ENOSPC: there is no room left on the disk (SQLite: database or disk is full)\n"
        self.assertEqual((got.stderr, got.stdout), (2 * full, b"old\n"))

    def test_no_sqlite(self):
        """It is told which package has it."""
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "libsqlite3.so.0"), "wb"):
                pass
            got = self.load(storing.Capture(), env=px.environment(LD_LIBRARY_PATH=folder))
        self.assertEqual(got.stderr.decode(), "ELIBACC: databases need %s\n" % building.cannot_load("libsqlite3"))
        self.assertEqual(os.listdir(self.folder), [])


class Document(px.TestCase):
    """doc/SCHEMA.md has what there is."""

    def setUp(self):
        super().setUp()
        with open(os.path.join(px.SOURCE, "doc", "SCHEMA.md"), encoding="utf-8") as file:
            self.text = file.read()

    def test_tables(self):
        found = re.findall(r"^### `(\w+)`: (.*)$((?:\n(?!#).*)*)", self.text, re.M)
        self.assertEqual([(name, about) for name, about, _ in found],
                         [(table.name, table.comment) for table in storing.TABLES.values()])
        for name, _, body in found:
            table = storing.TABLES[name]
            key = "capture_id" + (", " + table.key if table.key else "")
            self.assertIn("Primary key: `%s`." % key, body)
            rows = [tuple(cell.strip() for cell in line.strip("|").split(" | "))
                    for line in body.splitlines() if line.startswith("| `")]
            self.assertEqual(rows, [("`%s`" % column, (kind + " " + needed).strip(), comment)
                                    for column, kind, needed, comment in table.columns])

    def test_views(self):
        self.assertEqual(re.findall(r"^\| `(\w+)` \|", self.text.split("## Views")[1], re.M), storing.views())

    def test_version(self):
        self.assertIn("of version %d" % storing.VERSION, self.text)


class Views(Files):
    """What they say of captures whose numbers are known."""

    def one(self, query):
        rows = self.query(query)
        self.assertEqual(len(rows), 1, rows)
        return rows[0]

    def test_maps_is_the_articles(self):
        made = storing.Capture("A", "h")
        made.mapping(7, "--xp", "special", "vsyscall", 4096, "[vsyscall]", start=0xffffffffff600000)
        self.loaded(made)
        database = sqlite3.connect(self.path)
        columns = [column[0] for column in database.execute("SELECT * FROM maps").description]
        database.close()
        self.assertEqual(columns, ["test_label", "hostname", "pid", "chunk_size", "start_addr", "end_addr", "perms",
                                   "offset_val", "dev", "inode", "pathname"])
        self.assertEqual(self.one("SELECT * FROM maps"), [
            "A", "h", "7", "4096", "ffffffffff600000", "ffffffffff601000", "--xp", "00000000", "00:00", "0", "[vsyscall]"])
        self.assertEqual(self.one("SELECT addr FROM mapping"), ["-10485760"])

    def test_own_and_huge_pages(self):
        made = storing.Capture()
        made.process(1)
        made.smaps(1, "rw-p", "heap", rss=3 * MIB, size=4 * MIB, swap=MIB)
        made.smaps(1, "rw-p", "heap", rss=MIB, size=MIB)
        # Private to smaps, as nobody else has touched it; but it is not the process's.
        made.smaps(1, "rw-s", "shm", rss=5 * MIB, size=9 * MIB, name="/dev/zero (deleted)")
        # Huge pages are in no Rss, those that malloc has are the process's own.
        made.smaps(1, "rw-s", "hugetlb", size=16 * MIB, private_hugetlb=4 * MIB, shared_hugetlb=2 * MIB)
        made.smaps(1, "rw-p", "hugetlb", size=8 * MIB, private_hugetlb=2 * MIB)
        made.smaps(1, "rw-s", "posix_shm", size=MIB, rss=MIB, name="/dev/shm/PostgreSQL.1")
        made.smaps(1, "r-xp", "file", "text", rss=0, pss=MIB, size=4 * MIB, name="/bin/x", shared_clean=2 * MIB)
        self.loaded(made)
        got = [int(cell) // MIB for cell in self.one(
            "SELECT size, rss, private, own, shared_mem_private, hugetlb, shared_mem_size, shared_mem_rss, dynamic_shm_rss, "
            "heap_size, heap_rss, mmap_rss, malloc_own, malloc_swap, file_own, jit_rss FROM by_process")]
        self.assertEqual(got, [43, 10, 16, 6, 10, 8, 25, 11, 1, 5, 4, 2, 6, 1, 0, 0])

    def test_parts_of_what_is_owned(self):
        """Each class of mappings is in one part, and the parts are all there is."""
        made = storing.Capture()
        made.process(1)
        classes = ["file", "bss", "heap", "anon", "arena", "stack", "jit", "special", "device", "memfd", "reserve", "hugetlb"]
        for number, class_ in enumerate(classes):
            made.smaps(1, "rw-p", class_, size=MIB << number, rss=MIB << number)
            made.smaps(1, "rw-s", class_, size=MIB << 20, rss=MIB)
        self.loaded(made)
        got = [int(cell) // MIB for cell in self.one(
            "SELECT own, file_own, heap_own, mmap_own, stack_own, jit_own, other_own, malloc_own FROM by_process")]
        self.assertEqual(got, [0xfff, 0x3, 0x4, 0x8 + 0x10 + 0x800, 0x20, 0x40, 0x780, 0x4 + 0x8 + 0x10 + 0x800])
        self.assertEqual(sum(got[1:7]), got[0])
        self.assertEqual([int(cell) // MIB for cell in self.one(
            "SELECT stack_size, jit_size, other_size, stack_rss, jit_rss, other_rss FROM by_process")],
            [0x20 + (1 << 20), 0x40 + (1 << 20), 0x780 + (4 << 20), 0x21, 0x41, 0x784])

    def test_what_is_not_known(self):
        """Without smaps sizes are known, and nothing else is 0; without mappings, nothing is."""
        made = storing.Capture()
        made.process(1, uid=0)
        made.process(2, "denied", uid=0)
        made.mapping(1, "rw-p", "heap")
        made.mapping(1, "rw-s", "shm")
        self.loaded(made)
        self.assertEqual(self.query("SELECT pid, size, rss, private, own, heap_rss, jit_rss, malloc_own, hugetlb "
                                    "FROM by_process ORDER BY pid"),
                         [["1", str(2 * MIB), *[None] * 7], ["2", *[None] * 8]])
        self.assertEqual(self.one("SELECT processes, readable, size, rss, own FROM by_user"),
                         ["2", "0", str(2 * MIB), None, None])

    def instances(self, made):
        """Two servers, of which one has huge pages: three processes each, that map the same."""
        for server in (100, 200):
            for pid in (server, server + 1, server + 2):
                made.process(pid, pg_instance=server, vm_pte=4096)
                made.smaps(pid, "rw-p", "heap", rss=MIB)
                name, numbers = ("/dev/zero (deleted)", {"rss": 3 * MIB, "pss": MIB, "private_dirty": 0}) if server == 100 \
                    else ("/anon_hugepage (deleted)", {"shared_hugetlb": (pid - server + 2) * 2 * MIB,
                                                             "private_hugetlb": (pid - server) * 2 * MIB})
                made.smaps(pid, "rw-s", "shm" if server == 100 else "hugetlb", size=64 * MIB, name=name,
                           inode=str(server), **numbers)

    def test_shared_memory_is_counted_once(self):
        made = storing.Capture()
        self.instances(made)
        made.process(300)
        made.smaps(300, "rw-s", "shm", rss=MIB)
        self.loaded(made)
        self.assertEqual(self.query("SELECT pg_instance, pathname, processes, size / 1048576, resident / 1048576 "
                                    "FROM segments ORDER BY pg_instance"),
                         [["100", "/dev/zero (deleted)", "3", "64", "3"], ["200", "/anon_hugepage (deleted)", "3", "64", "14"]])
        self.assertEqual(self.query("SELECT pg_instance, processes, own / 1048576, vm_pte, shared_size / 1048576, "
                                    "shared_resident / 1048576 FROM instances ORDER BY pg_instance"),
                         [["100", "3", "3", "12288", "64", "3"], ["200", "3", "3", "12288", "64", "14"]])

    def test_growth(self):
        for label, when, grown in (("A", 0, 0), ("B", 57000000, 56)):
            made = storing.Capture(label, taken_us=when)
            made.process(1, starttime=10)
            made.smaps(1, "rw-p", "heap", rss=(4 + grown) * MIB)
            made.smaps(1, "rw-p", "anon", rss=MIB)
            made.process(2, starttime=10 + when)
            made.smaps(2, "rw-p", "heap", rss=MIB)
            # Of which one look knows the size only.
            made.process(3, starttime=10)
            (made.smaps if grown else made.mapping)(3, "rw-p", "heap")
            made.process(4 + grown)
            made.smaps(4 + grown, "rw-p", "heap", rss=2 * MIB)
            # The start is told by one of them only: the pid has to do.
            made.process(5, starttime=None if grown else 3)
            self.loaded(made)
        self.assertEqual(self.query("SELECT seconds, pid, presence, rss_delta / 1048576, own_delta / 1048576 FROM growth "
                                    "ORDER BY pid, presence"),
                         [["57", "1", "both", "56", "56"], ["57", "2", "gone", "-1", "-1"], ["57", "2", "new", "1", "1"],
                          ["57", "3", "both", None, None], ["57", "4", "gone", "-2", "-2"], ["57", "5", "both", None, None],
                          ["57", "60", "new", "2", "2"]])
        self.assertEqual(self.query("SELECT pid, class, n_delta, size_delta, rss_delta / 1048576 FROM growth_mapping "
                                    "ORDER BY pid, class"),
                         [["1", "anon", "0", "0", "0"], ["1", "heap", "0", "0", "56"], ["3", "heap", "0", "0", None]])

    def test_growth_at_no_known_time(self):
        """Files that somebody saved tell no time: what was loaded first is the earlier one."""
        for label, when, rss in (("B", None, 4), ("A", None, 9), ("C", 5000000, 11)):
            made = storing.Capture(label, taken_us=when)
            made.process(1)
            made.smaps(1, rss=rss * MIB)
            self.loaded(made)
        self.assertEqual(self.query("SELECT from_label, to_label, seconds, presence, own_delta / 1048576 FROM growth ORDER BY 5, 1"),
                         [["A", "C", None, "both", "2"], ["B", "A", None, "both", "5"], ["B", "C", None, "both", "7"]])

    def dump(self, made, pid, used, free, number=1, complete=1, **values):
        made.add("context_dump", pid=pid, dump_no=number, source="log", complete=complete, grand_total=(used + free) * MIB,
                 grand_used=used * MIB, grand_free=free * MIB, **{"pg_instance": 1, "logged_us": 834000, **values})
        for seq, (depth, name, size) in enumerate(((1, "TopMemoryContext", 1), (2, "CacheMemoryContext", used + free - 1),
                                                   (3, "CachedPlan", used)), 1):
            made.add("context", pid=pid, dump_no=number, seq=seq, depth=depth, name=name, n_contexts=1, total_bytes=size * MIB,
                     free_bytes=0, used_bytes=0, subtree_bytes=size * MIB, path="/".join(["Top", "Cache", "Plan"][:depth]))

    def test_verdicts(self):
        made = storing.Capture("A", taken_us=0)
        for pid, libraries in ((1, 0), (2, 0), (3, 1), (4, 0), (5, 0), (6, 0), (7, 0)):
            made.process(pid, pg_instance=1, start_us=1000000)
            made.smaps(pid, "rw-p", "heap", rss=(40 if pid != 5 else 2) * MIB)
            if libraries:
                made.smaps(pid, "r-xp", "file", "text", name="/usr/lib/llvm-14/lib/libLLVM-14.so.1")
            made.add("pg_activity", pid=pid, seq=pid, backend_start_us=1500000 if pid != 6 else 99000000, usename="u",
                     pg_instance=1)
        self.dump(made, 1, 36, 2)
        for pid, used, free in ((2, 1, 0), (3, 1, 0), (4, 2, 30), (5, 1, 0), (6, 1, 0)):
            self.dump(made, pid, used, free)
        # A later one that is cut does not count, and is not added up.
        self.dump(made, 1, 999, 2, number=2, complete=0)
        self.dump(made, 7, 999, 2, complete=0)
        # Two that have changed their libraries more than anything else, and one of maps without numbers.
        for pid, library in ((8, "/usr/lib/llvm-14/lib/libLLVM-14.so.1"), (9, "/usr/lib/libother.so")):
            made.process(pid, pg_instance=1)
            made.smaps(pid, "rw-p", "file", "data", rss=9 * MIB, name=library)
            made.smaps(pid, "rw-p", "heap", rss=2 * MIB)
            self.dump(made, pid, 1, 0)
        made.process(10, pg_instance=1)
        made.mapping(10, "rw-p", "heap")
        self.dump(made, 10, 20, 1)
        made.process(11, pg_instance=1)
        made.mapping(11, "rw-p", "heap")
        self.dump(made, 11, 2, 1)
        # One that is in swap.
        made.process(12, pg_instance=1)
        made.smaps(12, "rw-p", "heap", rss=2 * MIB, swap=38 * MIB)
        self.dump(made, 12, 36, 2)
        made.add("malloc_dump", pid=2, dump_no=1, source="malloc_info", system_bytes=40 * MIB, free_bytes=38 * MIB,
                 pg_instance=1)
        made.add("malloc_dump", pid=3, dump_no=1, source="malloc_info", system_bytes=40 * MIB, free_bytes=2 * MIB,
                 pg_instance=1)
        self.loaded(made)
        self.assertEqual(self.query("SELECT pid, ctx_used / 1048576, skew_ms, match_quality, verdict FROM reconcile ORDER BY pid"), [
            ["1", "36", "834", "same", "in use under CacheMemoryContext"],
            ["2", "1", "834", "same", "freed by PostgreSQL, kept on malloc's free lists"],
            ["3", "1", "834", "same", "in a library: JIT"],
            ["4", "2", "834", "same", "free inside contexts, mostly under CacheMemoryContext"],
            ["5", "1", "834", "same", "small"],
            ["6", "1", "834", "pid reused", "the pid is another process's by now"],
            ["7", None, None, "same", "no complete dump of its contexts"],
            ["8", "1", "834", "not in pg_stat_activity", "in private pages of libraries: JIT"],
            ["9", "1", "834", "not in pg_stat_activity", "in private pages of files and libraries"],
            ["10", "20", "834", "not in pg_stat_activity", "in use under CacheMemoryContext"],
            ["11", "2", "834", "not in pg_stat_activity", "not known: its smaps was not read"],
            ["12", "36", "834", "not in pg_stat_activity", "in use under CacheMemoryContext"]])
        self.assertEqual(self.query("SELECT MAX(total_bytes) / 1048576 FROM contexts"), [["37"]])

    def test_pids_that_come_round(self):
        """What was told of processes before is not of those that are there, as far as starts are known."""
        made = storing.Capture("A", taken_us=90000000)
        for pid, start in ((1, 50000000), (2, 50000000), (3, None), (4, 50000000)):
            made.process(pid, pg_instance=1, start_us=start)
            made.smaps(pid, "rw-p", "heap", rss=40 * MIB)
            for seq, began in enumerate((10000000, 50900000, 50000000), 1):
                made.add("pg_activity", pid=pid, seq=seq, pg_instance=1, application_name=str(seq), backend_start_us=began)
        # From before; from before and from now, then one that is cut; not known whether; no time at all.
        self.dump(made, 1, 30, 0, logged_us=20000000)
        self.dump(made, 2, 20, 0, logged_us=20000000)
        self.dump(made, 2, 30, 0, number=2, logged_us=49500000)
        self.dump(made, 2, 99, 0, number=3, complete=0, logged_us=60000000)
        self.dump(made, 3, 30, 0, logged_us=20000000)
        self.dump(made, 4, 30, 0, logged_us=None)
        self.loaded(made)
        self.assertEqual(self.query("SELECT pid, application_name, match_quality, ctx_used / 1048576, verdict FROM reconcile "
                                    "ORDER BY pid"),
                         [["1", "2", "same", None, "no complete dump of its contexts"],
                          ["2", "2", "same", "30", "in use under CacheMemoryContext"],
                          ["3", "1", "pid only", "30", "in use under CacheMemoryContext"],
                          ["4", "2", "same", "30", "in use under CacheMemoryContext"]])

    def test_servers_in_namespaces(self):
        """Two of them have the same pids inside; one is outside."""
        made = storing.Capture()
        for server, inside in ((100, 1), (200, 1), (300, None)):
            for pid in (server, server + 1):
                made.process(pid, pg_instance=server, ns_pid=pid - server + inside if inside else None,
                             start_us=server * 1000000)
                made.smaps(pid, "rw-p", "heap", rss=server * MIB)
        for seq, (instance, pid, name) in enumerate(((100, 2, "one"), (200, 2, "two"), (300, 301, "three"),
                                                      (None, 2, "nobody")), 1):
            made.add("pg_activity", pid=pid, seq=seq, pg_instance=instance, application_name=name,
                     backend_start_us=(instance or 300) * 1000000)
        for pid, used, number, instance in (2, 10, 1, 200), (2, 20, 2, 100), (301, 30, 1, 300), (2, 40, 3, None):
            self.dump(made, pid, used, 0, number=number, pg_instance=instance, logged_us=300000000)
        self.loaded(made)
        self.assertEqual(self.query("SELECT pid, application_name, match_quality, ctx_total / 1048576 FROM reconcile "
                                    "ORDER BY pid"),
                         [["100", None, "not in pg_stat_activity", None], ["101", "one", "same", "20"],
                          ["200", None, "not in pg_stat_activity", None], ["201", "two", "same", "10"],
                          ["300", None, "not in pg_stat_activity", None], ["301", "three", "same", "30"]])


if __name__ == "__main__":
    px.main()
