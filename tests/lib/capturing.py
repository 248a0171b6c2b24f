# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of "pmapx capture" share: taking one, and looking into it."""
import io
import json
import os
import re
import shutil
import tarfile
import tempfile

import px

# In the order in which they are in a capture.
SMALL = ["status", "stat", "cmdline", "comm", "cgroup", "exe", "oom_score_adj", "limits",
         "smaps_rollup"]


# What changes when anyone else maps the same files or touches memory that fork() left in common, or
# when files are written to the disk.
SHARES = re.compile(rb"^((?:Pss\w*|(?:Shared|Private)_(?:Clean|Dirty)|Referenced):) .*$", re.MULTILINE)


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def steady(files):
    """What of a sleeping process's files does not change: {name: text} without the rest."""
    steady_files = {name: SHARES.sub(rb"\1", text) for name, text in files.items()
                    if name not in ("stat", "status")}
    if "numa_maps" in files:
        steady_files["numa_maps"] = re.sub(rb" (mapmax|active|writeback)=\d+", b"",
                                           files["numa_maps"])
    return steady_files


class CaptureCase(px.TestCase):
    """A folder of its own for each test, in which pmapx runs."""

    def setUp(self):
        super().setUp()
        self.folder = tempfile.mkdtemp(prefix="pmapx-capture-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def run_capture(self, *words, prefix=(), **kwargs):
        """Whatever becomes of it."""
        kwargs.setdefault("cwd", self.folder)
        words = [word if isinstance(word, bytes) else str(word) for word in words]
        return px.run([*prefix, px.PMAPX, "capture", *words], **kwargs)

    def capture(self, *words, name="a.tar", status=0, **kwargs):
        """Take one, with that status if not None; gives its Capture."""
        got = self.run_capture("-o", name, *words, **kwargs)
        if status is not None:
            self.assertEqual(got.status, status, got.stderr)
        return Capture(self.path(name), got)

    def left(self):
        """What there is in the folder."""
        return sorted(os.listdir(self.folder))


class Capture:
    """A capture: plain tar, or a folder."""

    def __init__(self, path, result=None):
        self.result = result
        self.entries = []   # (name, contents), in order; of a link, its aim
        self.modes = {}
        if path.endswith("/"):
            self.read_folder(path)
        else:
            self.read_tar(path)
        self.files = dict(self.entries)
        self.manifest = json.loads(self.files["pmapx.json"])
        self.processes = {one["pid"]: one for one in self.manifest["processes"]}

    def read_tar(self, path):
        # Not by tarfile's own guess: zstd is none of what it knows.
        data = px.run(["zstd", "-dcq", path]).stdout if path.endswith(".zst") else contents(path)
        with tarfile.open(fileobj=io.BytesIO(data), encoding="utf-8",
                          errors="surrogateescape") as archive:
            for member in archive:
                self.modes[member.name] = member.mode
                if member.isfile():
                    self.entries.append((member.name, archive.extractfile(member).read()))
                elif member.issym():
                    self.entries.append((member.name, os.fsencode(member.linkname)))

    def read_folder(self, path):
        for where, folders, names in os.walk(path):
            for name in folders + names:
                full = os.path.join(where, name)
                inside = os.path.relpath(full, path)
                self.modes[inside] = os.lstat(full).st_mode & 0o7777
                if os.path.islink(full):
                    self.entries.append((inside, os.fsencode(os.readlink(full))))
                elif name in names:
                    self.entries.append((inside, contents(full)))

    def of(self, pid):
        """The files of a process."""
        prefix = "proc/%s/" % pid
        return {name[len(prefix):]: text for name, text in self.entries if name.startswith(prefix)}
