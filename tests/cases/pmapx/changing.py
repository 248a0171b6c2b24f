# SPDX-License-Identifier: GPL-2.0-or-later
"""A process that maps, unmaps, splits and merges as fast as it can while it is looked at: rows do not
overlap, totals are those of the rows, and what cannot be undone is said (D16)."""
import itertools
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import px

VIEWS = ([], ["-d"], ["-x"], ["-X"], ["-XX"])
# A block of less than 1 MiB in each view, in many of the kernel's pieces.
PAGES = 300
# More than is held.
MANY_PAGES = 40000
# Sanitizers make all of it slow, and find as much in fewer readings.
SANITIZED = px.is_sanitized(px.PMAPX)
# What is said of a process, whose map may be torn in several places.
TOLD = rb"pmapx: %d: /proc/%d/s?maps: the map was changing while it was read( \(and \d+ more\))?\n"


class Row:
    """A row's address range, and the numbers that are summed up."""

    def __init__(self, start, kbytes, numbers):
        self.start = start
        self.end = start + kbytes * 1024
        self.numbers = numbers


def read_plain(lines):
    rows = []
    for line in lines[:-1]:
        address, kbytes = line.split()[:2]
        rows.append(Row(int(address, 16), int(kbytes[:-1]), [int(kbytes[:-1])]))
    return rows, [int(lines[-1].split()[1][:-1])]


def read_device(lines):
    rows = []
    for line in lines[1:-1]:
        address, kbytes, mode = line.split()[:3]
        kbytes = int(kbytes)
        shared = mode[3:4] == b"s"
        rows.append(Row(int(address, 16), kbytes,
                        [kbytes, kbytes * (mode[1:2] == b"w" and not shared), kbytes * shared]))
    words = lines[-1].split()
    return rows, [int(word[:-1]) for word in (words[1], words[3], words[5])]


def read_extended(lines):
    rows = []
    for line in lines[1:-2]:
        address, *numbers = line.split()[:4]
        numbers = [int(number) for number in numbers]
        rows.append(Row(int(address, 16), numbers[0], numbers))
    return rows, [int(word) for word in lines[-1].split()[2:]]


def read_fields(lines):
    """The columns of numbers begin behind the five of the mapping; Size is the first."""
    totals = [int(word) for word in lines[-1].split()[:-1]]
    rows = []
    for line in lines[1:-2]:
        words = line.split()
        numbers = [int(word) for word in words[5:5 + len(totals)]]
        rows.append(Row(int(words[0], 16), numbers[0], numbers))
    return rows, totals


READERS = {"": read_plain, "-d": read_device, "-x": read_extended, "-X": read_fields,
           "-XX": read_fields}


def rows_of(text, view):
    """The rows of a block, and its totals."""
    return READERS["".join(view)](text.splitlines()[1:])


def overlaps(rows):
    """How many rows begin below the end of the one before."""
    return sum(row.start < before.end for before, row in itertools.pairwise(rows))


def is_wrong_in_sum(rows, totals):
    return [sum(column) for column in zip(*(row.numbers for row in rows))] != totals


def has_gap(rows, low, high):
    """Whether part of a range that is always mapped is missing."""
    for row in rows:
        if row.start <= low < row.end:
            low = row.end
    return low < high


class Changing(px.TestCase):
    def setUp(self):
        self.target = px.Target("changing", str(PAGES))
        self.addCleanup(self.target.close)
        self.low = int(self.target.truth["steady"], 16)
        self.high = self.low + int(self.target.truth["kbytes"]) * 1024

    def is_told(self, got, *pids):
        """Whether a map of these processes never fit together. It is read six times, and how often
        each reading is torn is the machine's matter: that a torn one is read again is in
        tests/unit/torn.c, that what is not said to be torn is not, here."""
        told = b"|".join(TOLD % (pid, pid) for pid in pids)
        self.assertRegex(got.stderr, rb"\A(%s)*\Z" % told)
        self.assertEqual(got.status, 1 if got.stderr else 0)
        return got.status == 1

    def tell(self, count, readings):
        """How many of the readings showed nothing, since they said so. If all did, nothing has
        been shown to fit together."""
        print("%d of %d readings were torn, and said so" % (count, readings), file=sys.stderr)
        if count == readings:
            self.skipTest("not one of %d readings fitted together" % readings)

    def what_is_wrong(self, text, view):
        rows, totals = rows_of(text, view)
        return {"overlapping": overlaps(rows) > 0,
                "gap": has_gap(rows, self.low, self.high),
                "wrong total": is_wrong_in_sum(rows, totals)}

    def count(self, program, readings):
        """Which readings of a program show something that cannot be, and do not say so; and which
        say so."""
        found = {}
        for number in range(readings):
            view = VIEWS[number % len(VIEWS)]
            got = px.run([program, *view, str(self.target.pid)])
            if self.is_told(got, self.target.pid):
                self.assertGreater(overlaps(rows_of(got.stdout, view)[0]), 0, got.stdout)
                found.setdefault("said", []).append(got.stdout)
                continue
            wrong = [what for what, is_so in self.what_is_wrong(got.stdout, view).items() if is_so]
            for what in wrong + ["any"] * bool(wrong):
                found.setdefault(what, []).append(got.stdout)
        return found

    def test_every_reading_fits_together(self):
        readings = 150 if SANITIZED else 1000
        found = self.count(px.PMAPX, readings)
        said = len(found.pop("said", []))
        self.assertEqual({what: len(texts) for what, texts in found.items()}, {},
                         b"\n".join(texts[0] for texts in found.values()))
        self.tell(said, readings)

    def test_readings_of_pmap(self):
        """That it is the reader's merit: the same target, with pmap."""
        px.need_system_pmap()
        found = self.count(px.SYSTEM_PMAP, 200)
        print("pmap: %s of 200 readings" % {what: len(texts) for what, texts in found.items()},
              file=sys.stderr)
        if not found:
            self.skipTest("not one of 200 readings by pmap was torn: this shows nothing here")

    def test_in_a_range(self):
        """Where the kernel is asked for single mappings, and where it is read."""
        readings = 30 if SANITIZED else 100
        said = 0
        for number in range(readings):
            pages = (4, 40, PAGES)[number % 3]
            low = self.low + number % 7 * 4096
            high = min(low + pages * 4096, self.high)
            view = VIEWS[number % 3]
            got = px.pmapx(*view, "-A", "%x,%x" % (low, high - 1), str(self.target.pid))
            if self.is_told(got, self.target.pid):
                said += 1
                continue
            rows, totals = rows_of(got.stdout, view)
            self.assertEqual(overlaps(rows), 0, got.stdout)
            self.assertFalse(has_gap(rows, low, high), got.stdout)
            self.assertFalse(is_wrong_in_sum(rows, totals), got.stdout)
        self.tell(said, readings)

    def test_several(self):
        """By workers side by side, which hold and begin again each for itself."""
        with px.Target("changing", str(PAGES)) as other, px.Target("anon") as still:
            pids = [self.target.pid, still.pid, other.pid] * 4
            readings = 10 if SANITIZED else 20
            said = 0
            for number in range(readings):
                view = VIEWS[number % len(VIEWS)]
                got = px.pmapx("--jobs", str(1 + number % 2), *view, *map(str, pids))
                said += self.is_told(got, self.target.pid, other.pid)
                blocks = self.blocks(got.stdout, set(pids))
                self.assertEqual([pid for pid, _ in blocks], pids)
                torn = []
                for pid, text in blocks:
                    rows, totals = rows_of(text, view)
                    torn += [pid] * (overlaps(rows) > 0)
                    self.assertFalse(is_wrong_in_sum(rows, totals), text)
                told = re.findall(rb"^pmapx: (\d+):", got.stderr, re.MULTILINE)
                self.assertEqual(torn, list(map(int, told)), got.stdout)
            self.tell(said, readings)

    @staticmethod
    def blocks(text, pids):
        headers = {b"%d:" % pid for pid in pids}
        found = []
        for line in text.splitlines(True):
            word = line.split()[0] if line.split() else b""
            if word in headers:
                found.append((int(word[:-1]), b""))
            found[-1] = (found[-1][0], found[-1][1] + line)
        return found


class Large(px.TestCase):
    """More than is held: what has been printed cannot be undone."""

    def test_a_tear_is_said(self):
        torn = 0
        with px.Target("changing", str(MANY_PAGES)) as target:
            for number in range(10 if SANITIZED else 20):
                view = (["-d"], ["-x"])[number % 2]
                got = px.pmapx(*view, str(target.pid))
                self.assertGreater(len(got.stdout), 1 << 20)
                rows, totals = rows_of(got.stdout, view)
                is_torn = overlaps(rows) > 0
                torn += is_torn
                self.assertFalse(is_wrong_in_sum(rows, totals))
                self.assertEqual(got.status, is_torn)
                if is_torn:
                    self.assertRegex(got.stderr, rb"\A%s\Z" % (TOLD % (target.pid, target.pid)))
                else:
                    self.assertEqual(got.stderr, b"")
        if torn == 0:
            self.skipTest("not one reading was torn")


if __name__ == "__main__":
    px.main()
