#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx load and report, of the files that --activity and --contexts name: packed, from pipes, damaged, missing,
and of something else than what is asked for."""
import bz2
import gzip
import lzma
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
import tars
from loading import MAPS, Loading, load

WAYS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": tars.zstd}
COMMAND = b"psql -X -c \"\\copy (select * from pg_stat_activity) to 'activity.csv' csv header\""
# A process that calls itself 3 in its container, and its postmaster.
STATUS = b"Name:\tpostgres\nPPid:\t%d\nNSpid:\t%d\t%d\n"
# The longest log has some MiB, so that what is kept of it goes from memory to a file.
FILLING = b"2026-11-21 20:02:21 UTC [3] LOG:  checkpoint complete, as ever, says this long line\n" * 40000


def dump(pid):
    return (b"**** My PID: %d ********\n"
            b"TopMemoryContext: 100 total in 1 blocks; 40 free (1 chunks); 60 used\n"
            b"Grand total: 100 bytes in 1 blocks; 40 free (1 chunks); 60 used\n") % pid


class Told(Loading):
    def setUp(self):
        super().setUp()
        self.source = self.case("case")

    def case(self, name):
        for pid, parent, inner in (12, 11, 3), (11, 1, 1):
            self.save("%s/maps-%d" % (name, pid), MAPS.replace(b"it's (deleted)", b"postgres"))
            self.save("%s/status-%d" % (name, pid), STATUS % (parent, pid, inner))
        self.save(name + "/cmdline-12", b"postgres: u d [local] idle\0\0\0")
        return self.path(name)

    def told(self, option, *words, status=0, message=b"", **kwargs):
        """Load into a new database; what it has of the option's file."""
        if os.path.exists(self.db):
            os.remove(self.db)
        got = load(self.db, self.source, option, *words, **kwargs)
        self.assertEqual((got.status, got.stdout, got.stderr), (status, b"", message), words)
        return self.rows("SELECT pid, query FROM pg_activity ORDER BY seq" if option == "--activity" else
                         "SELECT pid, complete, pg_instance FROM context_dump ORDER BY pid")

    def nothing(self, *words, status=2, message):
        """Nothing is loaded, there is no file, no script, and no report."""
        if os.path.exists(self.db):
            os.remove(self.db)
        for verb in ["load", self.db], ["load", "--psql"], ["report", "processes"]:
            got = px.pmapx(*verb, self.source, *words)
            self.assertEqual((got.status, got.stdout, got.stderr),
                             (status, b"", message.replace(b"VERB", verb[0].encode())), verb)
            self.assertFalse(os.path.exists(self.db))


class Forms(Told):
    TEXTS = {"--activity": (b"pid,query\n3,a\n1,b\n", [(3, "a"), (1, "b")]),
             "--contexts": (dump(3) + FILLING + dump(1), [(1, 1, 11), (3, 1, 11)])}

    def test_packed(self):
        for option, (text, want) in self.TEXTS.items():
            for way, pack in WAYS.items():
                with self.subTest(option=option, way=way):
                    # By what is in it, not by its name; several behind each other are one.
                    half = len(text) // 2
                    self.assertEqual(self.told(option, self.save("file", pack(text[:half]) + pack(text[half:]))), want)

    def test_standard_input(self):
        """A pipe, and a file that is read from where it stands."""
        for option, (text, want) in self.TEXTS.items():
            for bytes_ in text, gzip.compress(text):
                with subprocess.Popen(["cat", self.save("file", bytes_)], stdout=subprocess.PIPE) as cat:
                    self.assertEqual(self.told(option, "-", stdin=cat.stdout), want)
            with open(self.save("file", b"no line of it\n" + text), "rb") as file:
                os.lseek(file.fileno(), 14, os.SEEK_SET)
                self.assertEqual(self.told(option, "-", stdin=file), want)

    def test_pipe(self):
        """<(...) and one that has a name; both at once."""
        paths, feeds = {}, []
        for option, (text, _) in self.TEXTS.items():
            paths[option] = self.path("pipe" + option)
            os.mkfifo(paths[option])
        for option, (text, want) in self.TEXTS.items():
            with subprocess.Popen(["timeout", "60", "cp", self.save("file", text), paths[option]]) as feed:
                self.assertEqual(self.told(option, paths[option]), want)
            self.assertEqual(feed.returncode, 0)
        os.remove(self.db)
        for option, (text, _) in self.TEXTS.items():
            feeds.append(subprocess.Popen(["timeout", "60", "cp", self.save("file" + option, text), paths[option]]))
        got = load(self.db, self.source, *[word for pair in paths.items() for word in pair])
        self.assertEqual([feed.wait() for feed in feeds], [0, 0])
        self.assertEqual((got.status, got.stderr), (0, b""))
        self.assertEqual(self.rows("SELECT (SELECT COUNT(*) FROM pg_activity), (SELECT COUNT(*) FROM context_dump)"),
                         [(2, 2)])

    def test_read_twice(self):
        """Of two servers in containers, a log is gone through for whose it is, and read after that."""
        for pid, parent, inner in (22, 21, 4), (21, 2, 1):
            self.save("case/maps-%d" % pid, MAPS.replace(b"it's (deleted)", b"postgres"))
            self.save("case/status-%d" % pid, STATUS % (parent, pid, inner))
        self.save("case/cmdline-22", b"postgres: u d [local] idle\0\0\0")
        text = FILLING + dump(4)
        for bytes_ in text, gzip.compress(text):
            self.assertEqual(self.told("--contexts", self.save("log", bytes_)), [(4, 1, 21)])

    def test_once(self):
        """Standard input has one reader."""
        for verb in ["load", self.db], ["report", "backends"]:
            for words in (["-", "--activity", "-"], ["-", "--contexts", "-"],
                          [self.source, "--activity", "-", "--contexts", "-"]):
                got = px.pmapx(*verb, *words)
                self.assertEqual(got.status, 2)
                self.assertEqual(got.stderr.splitlines()[0],
                                 b"pmapx: %s: standard input can be read only once" % verb[0].encode())
        self.assertFalse(os.path.exists(self.db))

    def test_cut(self):
        """Of what is packed and cut, that is said, and what came before counts."""
        text = b"pid,query\n3,a\n" + b"".join(b"3,%d\n" % (number * 7919 % 100003) for number in range(50000))
        log = dump(3) + b"".join(b"%d\n" % (number * 7919 % 100003) for number in range(50000)) + dump(1)
        for way, pack in (("gz", gzip.compress), ("xz", lzma.compress), ("zst", tars.zstd)):
            path = self.save("cut." + way, pack(text)[:-20 if way != "xz" else -40])
            got = load(self.db, self.source, "--replace", "--activity", path)
            self.assertEqual(got.status, 2)
            self.assertRegex(got.stderr.splitlines()[0], rb"\Apmapx: load: %s: .*end" % path.encode())
            self.assertEqual(self.rows("SELECT query FROM pg_activity WHERE seq = 1"), [("a",)])
            packed = pack(log)
            path = self.save("cut." + way, packed[:len(packed) - 200])
            got = load(self.db, self.source, "--replace", "--contexts", path)
            self.assertEqual((got.status, got.stderr.count(b"\n")), (2, 1), got.stderr)
            self.assertIn(b"pmapx: load: %s: " % path.encode(), got.stderr)
            self.assertEqual(self.rows("SELECT pid FROM context_dump"), [(3,)])


class Refusals(Told):
    def test_missing(self):
        """Nothing is loaded without them; of both it is said."""
        activity, contexts = self.path("a"), self.path("c")
        for option in "--activity", "--contexts":
            self.nothing(option, activity, message=b"pmapx: VERB: %s: No such file or directory\n" % activity.encode())
            self.nothing(option, self.folder, message=b"pmapx: VERB: %s: Is a directory\n" % self.folder.encode())
            for device in "/dev/null", "/dev/zero":
                self.nothing(option, device, message=b"pmapx: VERB: %s: Not a regular file\n" % device.encode())
        self.nothing("--activity", activity, "--contexts", contexts, message=b"".join(
            b"pmapx: VERB: %s: No such file or directory\n" % path.encode() for path in (activity, contexts)))

    def test_database_stays(self):
        self.assertEqual(load(self.db, self.source).status, 0)
        before = self.contents()
        self.assertEqual(load(self.db, self.source, "--replace", "--contexts", self.path("none")).status, 2)
        self.assertEqual(self.contents(), before)

    def test_shape(self):
        """What is no pg_stat_activity that can be read without loss."""
        for text, why in ((b"1|a\n2|b\n", b"it does not begin with the names of columns"),
                          (gzip.compress(b""), b"it is empty")):
            path = self.save("a.out", text)
            self.nothing("--activity", path, message=b"pmapx: VERB: %s: cannot be read: %s; this can: %s\n"
                         % (path.encode(), why, COMMAND))

    def test_long(self):
        """More than is read, which is not unpacked to its end."""
        path = self.save("a.gz", gzip.compress(b"pid,query\n" + b"3,a\n" * (17 << 20)))
        self.nothing("--activity", path, message=b"pmapx: VERB: %s: cannot be read: it is too long; this can: %s\n"
                     % (path.encode(), COMMAND))


class Useless(Told):
    def says(self, option, text, *why):
        path = self.save("file", text)
        self.told(option, path, message=b"".join(b"pmapx: load: %s: %s\n" % (path.encode(), one) for one in why))

    def test_contexts(self):
        for text in b"", b"root:x:0:0:root:/root:/bin/bash\n", b"a,b\n1,2\n", gzip.compress(b"nothing\n"):
            self.says("--contexts", text, b"there is no dump of memory contexts in it")
        # The kernel's numbers are not those that a server in a container tells.
        self.says("--contexts", dump(12), b"its only dump is of no PostgreSQL process in the capture")
        self.says("--contexts", b"".join(map(dump, range(100, 112))),
                  b"none of its 12 dumps is of a PostgreSQL process in the capture")
        self.says("--contexts", b"".join(map(dump, (100, 3, 101))))

    def test_nameless(self):
        """The view has no pid, nor has a dump without a prefix."""
        view = (b"name,ident,parent,level,total_bytes,total_nblocks,free_bytes,free_chunks,used_bytes\n"
                b"TopMemoryContext,,,0,100,1,40,1,60\n")
        bare = b"".join(dump(1).splitlines(True)[1:])
        self.says("--contexts", view, b"which process its dump is of cannot be told: it is put beside none")
        self.assertEqual(self.rows("SELECT pid, source FROM context_dump"), [(0, "view")])
        self.says("--contexts", bare + b"\n" + dump(3),
                  b"which processes 1 of its 2 dumps are of cannot be told: they are put beside none")
        self.says("--contexts", bare + b"\n" + dump(99),
                  b"which processes 1 of its 2 dumps are of cannot be told: they are put beside none",
                  b"its only other dump is of no PostgreSQL process in the capture")

    def test_activity(self):
        self.says("--activity", b"pid,query\n", b"there is no row in it")
        self.says("--activity", b"pid,query\n99,a\n", b"its only row is of no PostgreSQL process in the capture")
        self.says("--activity", b"pid,query\n99,a\n12,b\n",
                  b"none of its 2 rows is of a PostgreSQL process in the capture")
        self.says("--activity", b"pid,query\n99,a\n3,b\n")

    def test_capture(self):
        """Files of a capture are said of, too."""
        self.save("case/postgres/activity.csv", b"pid,query\n98,a\n99,b\n")
        self.save("case/postgres/log", b"LOG:  ready\n")
        got = load(self.db, self.source)
        self.assertEqual((got.status, got.stderr), (
            0, b"pmapx: load: postgres/activity.csv: none of its 2 rows is of a PostgreSQL process in the capture\n"
               b"pmapx: load: postgres/log: there is no dump of memory contexts in it\n"))


if __name__ == "__main__":
    px.main()
