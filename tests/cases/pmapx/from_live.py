#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What is shown of a saved process is what was shown of the process while it lived: for targets of
every shape, in every view, from everything in which processes are saved: pmapx capture, copies of
files as people make them, the article's tar, smemcap.

A process may change between two looks, and others may share its pages: it is looked at before and
after it is saved, and what differs between these two is not compared."""
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import faulty
import px
import saving

# With sanitizers a run takes ten times as long; what differs between the forms of a capture does not
# depend on who is in it, and from_forms.py has them all.
IS_SLOW = px.is_sanitized(px.PMAPX)

VIEWS = ([], ["-x"], ["-d"], ["-k"], ["-p"], ["-q"], ["-X"], ["-XX"], ["-x", "-A", "0,7f0000000000"])
if IS_SLOW:
    VIEWS = ([], ["-XX"], ["-x", "-A", "0,7f0000000000"])

# Those that do not hold still, are too large, or are there for one test only.
LEFT_OUT = {"changing", "fleeting-threads", "obedient", "path", "forge"}
# Those that want to be told what to be.
ARGUMENTS = {"title": ("name", "", "an argument\nof two lines", "\033[31m"), "title-raw": ("raw", "41004200"),
             "many": ("3000", "touched")}


def look(pids):
    """{name: {view: text}} of living processes, {name: pid}: all of them in one run for each view."""
    found = {name: {} for name in pids}
    for view in VIEWS:
        text = b"\n" + px.pmapx(*view, *map(str, pids.values())).stdout
        starts = [0]
        for pid in pids.values():
            starts.append(text.index(b"\n%d:   " % pid, starts[-1]))
        for name, start, end in zip(pids, starts[1:], [*starts[2:], len(text) - 1]):
            found[name][tuple(view)] = saving.steady(view, text[start + 1:end + 1])
    return found


def look_into(source, pid):
    """{view: (text, status)} of a process that was saved."""
    found = {}
    for view in VIEWS:
        got = px.pmapx("--from", source, *view, str(pid))
        found[tuple(view)] = saving.steady(view, got.stdout), got.status
    return found


@contextlib.contextmanager
def targets():
    """Targets of every shape: their process ids, by shape."""
    if not os.path.exists(px.TARGET):
        raise unittest.SkipTest("no " + px.TARGET)
    listed = px.run([px.TARGET, "--list"]).stdout.decode().splitlines()
    names = [line.split()[0] for line in listed if not line.startswith("\t")]
    with contextlib.ExitStack() as stack:
        pids = {}
        for name in sorted(set(names) - LEFT_OUT):
            with contextlib.suppress(unittest.SkipTest):
                pids[name] = stack.enter_context(px.Target(name, *ARGUMENTS.get(name, ()))).pid
        yield pids


class Live(px.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def compare(self, save, pids):
        """save(round) makes a source. What did not change around it is what it shows; what did is
        tried again."""
        left = {(name, view) for name in pids for view in map(tuple, VIEWS)}
        statuses = {name: px.pmapx(str(pid)).status for name, pid in pids.items()}
        compared = 0
        for number in range(2 if IS_SLOW else 4):
            some = {name: pid for name, pid in pids.items() if any(one == name for one, _ in left)}
            before = look(some)
            source = save(number)
            after = look(some)
            for name, pid in some.items():
                saved = look_into(source, pid)
                for view in [view for one, view in left if one == name]:
                    if before[name][view] != after[name][view]:
                        continue
                    left.discard((name, view))
                    compared += 1
                    with self.subTest(shape=name, view=view):
                        self.same(saved[view][0], before[name][view])
                        self.assertEqual(saved[view][1], statuses[name])
            if not left:
                break
        self.assertGreater(compared, len(pids) * len(VIEWS) // 2)
        if left:
            print("still changing: %s" % ", ".join("%s %s" % (name, " ".join(view))
                                                   for name, view in sorted(left)))

    def test_capture(self):
        with targets() as pids:
            # A capture has its map; by this number, live, it is empty, as pmap has it.
            pids.pop("leader-exited", None)
            for ending in (".tar.zst",) if IS_SLOW else (".tar", ".tar.zst", "/"):
                def save(number, ending=ending):
                    path = os.path.join(self.folder, "capture%d%s" % (number, ending))
                    got = px.pmapx("capture", "-o", path, *map(str, pids.values()))
                    self.assertEqual(got.status, 0, got.stderr)
                    return path
                self.compare(save, pids)

    def copied(self, number, pids, names):
        """A folder laid out like /proc."""
        root = os.path.join(self.folder, "copy%d" % number)
        for pid in pids.values():
            os.makedirs(os.path.join(root, str(pid)))
            for name in names:
                with contextlib.suppress(OSError):
                    shutil.copyfile("/proc/%d/%s" % (pid, name), os.path.join(root, str(pid), name))
        return root

    def test_copy(self):
        with targets() as pids:
            self.compare(lambda number: self.copied(number, pids, saving.NAMES), pids)

    def test_article(self):
        """maps-PID and the like in a tar.gz."""
        with targets() as pids:
            def save(number):
                root = self.copied(number, pids, saving.NAMES)
                folder = saving.collect(root, os.path.join(self.folder, "case%d" % number))
                return saving.tar(os.path.join(self.folder, "case%d" % number), self.folder,
                                  os.path.basename(folder), ending=".tar.gz")
            self.compare(save, pids)

    def test_smemcap(self):
        """smemcap takes smaps, cmdline and stat of the whole system: in a PID namespace, which has
        no processes but ours."""
        if not shutil.which("smemcap"):
            self.skipTest("no smemcap")
        if not faulty.inside(self, __file__):
            return
        with targets() as pids:
            def save(number):
                path = os.path.join(self.folder, "smem%d.tar" % number)
                with open(path, "wb") as out:
                    subprocess.run(["smemcap"], stdout=out, check=True, timeout=120)
                return path
            self.compare(save, pids)


if __name__ == "__main__":
    px.main()
