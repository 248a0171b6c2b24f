# SPDX-License-Identifier: GPL-2.0-or-later
"""Prepared captures for pmapx diff: processes with a heap, text and what else a test wants."""
import json
import os
import re
import shutil
import tempfile

import px

BOOTS = ("a9112993-2a58-42fa-bdb8-24c986ee2ad4", "b9112993-2a58-42fa-bdb8-24c986ee2ad4")
MEASURES = ("size", "rss", "pss", "private", "dirty", "swap")


def region(start, pages, perms="rw-p", name=b"", **values):
    """A mapping of so many pages, all of it private and dirty but for what values say."""
    kb = 4 * pages
    values = {**dict(Rss=kb, Pss=kb, Private_Dirty=kb), **values}
    line = px.map_line("%08x-%08x" % (start, start + kb * 1024), perms, name, *(
        ("fe:00", 7) if name.startswith(b"/") else ()))
    return px.smaps_entry(line, **values)


def heap(pages, start=0x10000000):
    return region(start, pages, name=b"[heap]")


# The same in each look, somewhere else.
def text(start=0x400000):
    return region(start, 2, "r-xp", b"/bin/prog", Private_Dirty=0, Shared_Clean=8, Pss=4)


class Diffed(px.TestCase):
    """A folder in which pmapx runs, and captures in it."""

    def setUp(self):
        super().setUp()
        self.folder = tempfile.mkdtemp(prefix="pmapx-diff-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def write(self, name, data):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(px.as_bytes(data))

    def process(self, folder, pid, smaps, comm="prog", start=1200, **kinds):
        """A process in a folder; smaps=None leaves that out, and maps= is what is there."""
        maps = kinds["maps"] if "maps" in kinds else b"".join(re.findall(rb"^[0-9a-f]+-.*\n", smaps, re.MULTILINE))
        self.write("%s/proc/%d/maps" % (folder, pid), maps)
        if smaps is not None:
            self.write("%s/proc/%d/smaps" % (folder, pid), smaps)
        if kinds.get("stat", True):
            self.write("%s/proc/%d/stat" % (folder, pid), px.stat_line(pid, comm, starttime=start))
        self.write("%s/proc/%d/status" % (folder, pid), "Name:\t%s\nTgid:\t%d\nPid:\t%d\n" % (comm, pid, pid))
        self.write("%s/proc/%d/comm" % (folder, pid), comm + "\n")

    def manifest(self, folder, boot=BOOTS[0], time="2026-11-22T14:00:00.000Z", complete=True):
        self.write(folder + "/pmapx.json", json.dumps({
            "pmapx_capture": 1, "complete": complete, "order": "pid", "boot_id": boot, "start": time,
            "processes": []}))

    def one(self, folder, pages, *more, pid=100, boot=BOOTS[0], time="2026-11-22T14:00:00.000Z", **kwargs):
        """A capture of one process with a heap, and of another that never changes."""
        self.process(folder, pid, text() + heap(pages) + b"".join(more), **kwargs)
        self.process(folder, 50, heap(1), comm="idle")
        self.manifest(folder, boot, time)
        return folder

    def diff(self, *words, **kwargs):
        return px.pmapx("diff", *words, cwd=self.folder, **kwargs)

    def shows(self, words, out, told="", status=1, **kwargs):
        with self.subTest(words=words):
            self.result(self.diff(*words, **kwargs), out.lstrip("\n"), told, status)

    def document(self, *words, status=1):
        got = self.diff(*words, "--format=json")
        self.assertEqual((got.status, got.stderr), (status, b""))
        return json.loads(got.stdout)
