#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture of the processes of the running system shows of each, in every view, what the process
itself shows, wherever two looks at it agree: one before the capture, one after it.

Columns that depend on who else has a page mapped are left out: whoever captures has other libraries.
Nothing is signalled or stopped. A process may be another for a moment, just when it is captured: so
a difference counts only if it is there each of several times."""
import collections
import os
import sys
import tempfile
import time
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
import saving

VIEWS = ([], ["-x"], ["-d"], ["-kp"], ["-X"], ["-XX"])
# At most so many processes, so often, and no look begins after so many seconds.
MOST = 15 if px.is_sanitized(px.PMAPX) else 80
ROUNDS = 4
SECONDS = 60


def mappings(pid):
    """How many there are; what has none has nothing to be compared."""
    try:
        with open("/proc/%d/maps" % pid, "rb") as file:
            return file.read().count(b"\n")
    except OSError:
        return 0


def processes():
    """In an order without meaning; none of ours, which change while they look."""
    ours = {os.getpid(), os.getppid()}
    pids = sorted((int(name) for name in os.listdir("/proc") if name.isdigit()),
                  key=lambda pid: zlib.crc32(b"%d" % pid))
    found = [pid for pid in pids if pid not in ours and 0 < mappings(pid) < 5000]
    if len(found) > MOST:
        print("a sample: %d of %d processes" % (MOST, len(found)))
    return found[:MOST]


class System(px.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.end = time.monotonic() + SECONDS

    def look(self, left, *source):
        """{(pid, view): (what is shown, status)}"""
        found = {}
        for pid, view in left:
            if time.monotonic() > self.end:
                break
            got = px.pmapx(*source, *view, str(pid))
            found[pid, view] = saving.steady(view, got.stdout), got.status
        return found

    def test_capture(self):
        left = [(pid, tuple(view)) for pid in processes() for view in VIEWS]
        if not left:
            self.skipTest("no other process may be read")
        different, agreed = collections.Counter(), 0
        for number in range(ROUNDS):
            before = self.look(left)
            path = os.path.join(self.folder, "capture%d.tar.zst" % number)
            got = px.pmapx("capture", "-o", path, *map(str, sorted({pid for pid, _ in left})))
            self.assertIn(got.status, (0, 2), got.stderr)
            saved = self.look(before, "--from", path) if got.status == 0 else {}
            after = self.look(saved)
            for key in [key for key in after if after[key] == before[key]]:
                if saved[key] == before[key]:
                    left.remove(key)
                    agreed += 1
                else:
                    different[key] += 1
                    last = key, saved[key], before[key]
            if not left or time.monotonic() > self.end:
                break
        print("%d looks agreed, %d could not be compared" % (agreed, len(left) - len(different)))
        always = [key for key, times in different.items() if times >= 3 and key in left]
        self.assertEqual(always, [], always and last)
        self.assertTrue(agreed > 0 or time.monotonic() > self.end)


if __name__ == "__main__":
    px.main()
