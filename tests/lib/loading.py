# SPDX-License-Identifier: GPL-2.0-or-later
"""Loading what was saved into databases, and a look at what is in them."""
import os
import shutil
import sqlite3
import tempfile

import px

MAPS = b"""\
00400000-00401000 r-xp 00000000 fe:01 77                                 /usr/bin/it's (deleted)
00600000-00621000 rw-p 00000000 00:00 0                                  [heap]
7f0000000000-7f0000100000 rw-s 00000000 00:01 18446744073709551615       /dev/zero (deleted)
7f0000200000-7f0000201000 r--p 00001000 fe:01 78                         /x');DROP\x0cTABLE\x0cmapping;--
7f0000300000-7f0000301000 rw-p 00000000 00:00 0 
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
"""


def smaps(maps, rss=4):
    text = b""
    for line in maps.splitlines(True):
        text += line + b"Size: 4 kB\nRss: %d kB\nFuture_Key: 7 kB\nVmFlags: rd mr \n" % rss
    return text


def load(*words, **kwargs):
    return px.pmapx("load", *words, **kwargs)


class Loading(px.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="px-load-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.db = self.path("db")

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def save(self, name, contents):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "wb") as file:
            file.write(contents)
        return self.path(name)

    def contents(self):
        with open(self.db, "rb") as file:
            return file.read()

    def rows(self, query, *values):
        with sqlite3.connect(self.db) as db:
            return db.execute(query, values).fetchall()

    def loads(self, *words, status=0, message=b""):
        got = load(*words)
        self.assertEqual((got.status, got.stdout, got.stderr), (status, b"", message))
