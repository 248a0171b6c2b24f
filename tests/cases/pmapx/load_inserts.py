#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx load, of files of the article's INSERTs, which are read and never run."""
import os
import resource
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
import tars
from loading import MAPS, Loading, load


class Inserts(Loading):
    LINE = "INSERT INTO maps VALUES ('%s', '%s', %d, %d, '%s', '%s', '%s', '%s', '%s', '%s', %s);\n"

    def line(self, pid, start, end, perms, name, label="L", host="h"):
        return self.LINE % (label, host, pid, int(end, 16) - int(start, 16), start, end, perms, "00000000", "00:01",
                            "7", name)

    def test_names(self):
        """Quotes doubled or not, SQL, newlines; what is shared and has no name is no memory of malloc's."""
        names = [("'/a/b'", "/a/b", "file"), ("NULL", None, "anon"), ("'/it's'", "/it's", "file"),
                 ("'/it''s'", "/it's", "file"),
                 ("'/x');DROP\x0cTABLE\x0cmaps;--'", "/x');DROP\x0cTABLE\x0cmaps;--", "file"),
                 ("'/a\nb'", "/a\\012b", "file"), ("'[heap]'", "[heap]", "heap")]
        text = "BEGIN;\n"
        for i, (name, _, _) in enumerate(names):
            text += self.line(5, "%x000" % (16 + i * 2), "%x000" % (17 + i * 2), "rw-p", name)
        text += self.line(5, "90000", "92000", "rw-s", "NULL") + "COMMIT;\nBEGIN;\n"
        text += self.line(6, "1000", "2000", "r-xp", "'/usr/bin/postgres'") + "COMMIT;\n"
        text += self.line(6, "1000", "2000", "r-xp", "'/x'", label="Bob's", host="other")
        self.loads(self.db, self.save("old.sql", text.encode()))
        self.assertEqual(self.rows("SELECT test_label, hostname FROM capture ORDER BY 1 DESC"),
                         [("L", "h"), ("Bob's", "other")])
        got = self.rows("SELECT pathname, class FROM mapping WHERE pid = 5 ORDER BY seq")
        self.assertEqual(got, [(name, class_) for _, name, class_ in names] + [(None, "shm")])
        self.assertEqual(self.rows("SELECT class, kind FROM mapping WHERE perms = 'rw-s'"), [("shm", "shm")])
        self.assertEqual(self.rows("SELECT chunk_size, start_addr FROM maps WHERE pid = 5 AND perms = 'rw-s'"),
                         [(8192, "90000")])
        self.assertEqual(self.rows("SELECT pid, status, n_mappings, exe, pg_role, pg_instance FROM process"
                                   " WHERE capture_id = 1 ORDER BY pid"),
                         [(5, "ok", 8, None, None, None), (6, "ok", 1, "/usr/bin/postgres", None, None)])

    def test_streams(self):
        """From a pipe, a FIFO, standard input, packed or not; what else comes is read as --from reads it."""
        text = b"BEGIN;\n" + b"".join(
            self.line(7, "%x000" % (16 + i * 2), "%x000" % (17 + i * 2), "rw-p", "'/%d'" % i).encode()
            for i in range(3000)) + b"COMMIT;\n"
        self.loads(self.db, self.save("old.sql", text), "--label", "plain")
        want = self.rows("SELECT * FROM mapping ORDER BY seq")
        self.assertEqual(len(want), 3000)
        for name, pack in tars.COMPRESSIONS.items():
            packed = pack(text)
            self.loads(self.db, self.save("old" + name, packed), "--label", "file" + name)
            for way in "redirected", "cat":
                with subprocess.Popen(["cat" if way == "cat" else "true", self.path("old" + name)],
                                      stdout=subprocess.PIPE) as cat, open(self.path("old" + name), "rb") as file:
                    got = load(self.db, "-", "--label", way + name, stdin=cat.stdout if way == "cat" else file)
                self.assertEqual((got.status, got.stderr), (0, b""))
        fifo = self.path("fifo")
        os.mkfifo(fifo)
        with subprocess.Popen(["cp", self.path("old.sql"), fifo]):
            self.loads(self.db, fifo, "--label", "fifo")
        self.assertEqual(self.rows("SELECT COUNT(*) FROM capture"), [(2 + 3 * len(tars.COMPRESSIONS),)])
        for number, in self.rows("SELECT capture_id FROM capture"):
            self.assertEqual([row[1:] for row in self.rows("SELECT * FROM mapping WHERE capture_id = ? ORDER BY seq",
                                                           number)], [row[1:] for row in want])
        tar = tars.write(self.folder, "one.tar", tars.entry("7/maps", MAPS), tars.END)
        with subprocess.Popen(["cat", tar], stdout=subprocess.PIPE) as cat:
            self.assertEqual(load(self.db, "-", "--label", "tar", stdin=cat.stdout).status, 0)
        with subprocess.Popen(["cp", tar, fifo]):
            self.loads(self.db, fifo, "--label", "tar-fifo")
        self.assertEqual(self.rows("SELECT test_label, COUNT(*) FROM mapping JOIN capture USING (capture_id)"
                                   " WHERE test_label LIKE 'tar%' GROUP BY 1"), [("tar", 6), ("tar-fifo", 6)])

    def test_large(self):
        """A statement that does not end is passed over, and what is packed takes no more memory than what is not."""
        one = self.line(1, "1000", "2000", "rw-p", "NULL").encode()
        long = self.line(1, "3000", "4000", "rw-p", "'/" + "a" * 70000 + "'").encode()
        path = self.save("old.sql", one + long + b"x" * (1 << 28) + b"\n" + one.replace(b"'1000'", b"'1800'"))
        with open(path, "rb") as file:
            packed = self.save("old.zst", tars.COMPRESSIONS[".tar.zst"](file.read()))
        for source in path, packed:
            got = load(self.db, source, "--replace",
                       preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (200 << 20, 200 << 20))
                       if not px.is_sanitized(px.PMAPX) else None)
            self.assertEqual((got.status, got.stderr), (2, b"pmapx: load: %s: line 2: not an INSERT of a mapping\n"
                                                        % source.encode()))
            self.assertEqual(self.rows("SELECT start_addr FROM mapping"), [("1000",), ("1800",)])

    def test_cut(self):
        """What is packed and cut says so; what was there is loaded."""
        text = b"".join(self.line(7 + i // 1000, "%x000" % (16 + i * 2), "%x000" % (17 + i * 2), "rw-p",
                                  "NULL").encode() for i in range(9000))
        path = self.save("old.gz", tars.COMPRESSIONS[".tar.gz"](text)[:-2000])
        got = load(self.db, path)
        self.assertEqual((got.status, got.stderr.decode()),
                         (2, "pmapx: load: %s: the compressed data ends too early\n" % path))
        self.assertEqual(self.rows("SELECT pid, status FROM process ORDER BY pid LIMIT 2"), [(7, "ok"), (8, "ok")])
        last, status, count = self.rows("SELECT pid, status, n_mappings FROM process ORDER BY pid DESC LIMIT 1")[0]
        self.assertEqual(status, "partial")
        self.assertEqual(self.rows("SELECT COUNT(*) FROM mapping WHERE pid = ?", last), [(count,)])

    def test_repeated(self):
        """A process or capture that comes again is not put beside itself, nor in its own place."""
        one, other, more = [self.line(pid, start, "9000", "rw-p", "NULL") for pid, start in
                            ((5, "1000"), (6, "2000"), (5, "3000"))]
        path = self.save("old.sql", (one + other + more).encode())
        self.loads(self.db, path, status=2, message=b"pmapx: load: %s: line 3: another process has come since the one"
                   b" that this is of\n" % path.encode())
        self.assertEqual(self.rows("SELECT pid, start_addr FROM mapping ORDER BY pid"), [(5, "1000"), (6, "2000")])
        self.save("old.sql", (one + one.replace("'L'", "'M'") + more).encode())
        self.loads(self.db, path, "--replace", status=2, message=b"pmapx: load: %s: line 3: another capture has come"
                   b" since the one that this is of\n" % path.encode())
        self.assertEqual(self.rows("SELECT test_label, start_addr FROM maps ORDER BY 1"), [("L", "1000"), ("M", "1000")])
        self.loads(self.db, path, "--replace", "--label", "L", status=2, message=b"pmapx: load: %s: line 2: another"
                   b" capture has come since the one that this is of (and 1 more)\n" % path.encode())

    def test_lost_names(self):
        """Of the samples: shared memory whose name awk has lost is shared memory all the same."""
        archive = os.path.join(px.SHARED, "postgres", "captures-AB.tar.xz")
        if not os.path.exists(archive):
            self.skipTest("no samples")
        subprocess.run(["tar", "-xJf", archive, "-C", self.folder, "A"], check=True)
        text = ""
        for name in sorted(os.listdir(self.path("A"))):
            if not name.startswith("maps-"):
                continue
            with open(self.path("A", name), encoding="utf-8") as file:
                for line in file:
                    fields = line.split()
                    text += self.LINE % ("A", "vm", int(name[5:]), 0, *fields[0].split("-"), *fields[1:5],
                                         "'%s'" % fields[5] if len(fields) == 6 else "NULL")
        self.loads(self.db, self.path("A"), "--host", "vm", "--label", "files")
        self.loads(self.db, self.save("old.sql", text.encode()))
        query = ("SELECT pid, shared_mem_size, heap_size FROM by_process WHERE test_label = ? AND mappings > 0"
                 " ORDER BY pid")
        self.assertEqual(self.rows(query, "A"), self.rows(query, "files"))
        self.assertGreater(self.rows("SELECT COUNT(*) FROM by_process WHERE test_label = 'A'"
                                     " AND shared_mem_size > 500000000")[0][0], 50)

    def test_bad(self):
        """What is no such INSERT is told of, and the rest is loaded."""
        path = self.save("old.sql", (self.line(1, "1000", "2000", "rw-p", "NULL")
                                        + "INSERT INTO maps VALUES ('L', 'h', x);\n"
                                        + self.line(1, "2000", "3000", "rw-p", "NULL")).encode())
        self.loads(self.db, path, status=2,
                   message=b"pmapx: load: %s: line 2: not an INSERT of a mapping\n" % path.encode())
        self.assertEqual(self.rows("SELECT COUNT(*) FROM mapping"), [(2,)])


if __name__ == "__main__":
    px.main()
