#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Real mappings that pmap counts wrongly, or makes other rows of (D1, D2, D6 to D9)."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
from rows import ROW, ROW_D, ROW_SMAPS, ROW_X, Base, body, name_at, table


class Range(Base):
    """-A limits rows and totals in every view (D1, D2)."""

    def bounds(self, pid):
        maps = self.maps(pid)
        return (
            (maps[3].start, maps[3].start),
            (maps[4].start, maps[-3].start),
            (maps[2].end - 1, 2**64 - 1),
            (0, maps[5].start),
            (maps[-1].end + 0x1000, 2**64 - 1),
        )

    def selected(self, pid, low, high):
        return [one.start for one in self.maps(pid) if one.end - 1 >= low and one.start <= high]

    def test_extended(self):
        with px.Target("many", "21", "touched") as target:
            full = self.pmapx("-x", str(target.pid)).splitlines()
            for low, high in self.bounds(target.pid):
                option = "%x,%x" % (low, high)
                out = self.pmapx("-x", "-A", option, str(target.pid))
                wanted = self.selected(target.pid, low, high)
                rows = ROW_X.findall(out)
                self.assertEqual([int(row[0], 16) for row in rows], wanted, option)
                sums = [sum(int(row[i]) for row in rows) for i in (1, 2, 3)]
                self.same(out.splitlines()[-1],
                          b"total kB         %7d %7d %7d" % tuple(sums), option)
                self.assertEqual(out.splitlines()[2:-2],
                    [line for line in full[2:-2] if int(line.split()[0], 16) in wanted])
                if low and self.pmap_is():
                    out = self.pmap("-x", "-A", option, str(target.pid))
                    rss = sum(int(row[2]) for row in ROW_X.findall(out))
                    self.assertGreater(int(out.splitlines()[-1].split()[3]), rss, "pmap is fooled")

    def test_default_and_device(self):
        with px.Target("file-modes") as target:
            for low, high in self.bounds(target.pid):
                option = "%x,%x" % (low, high)
                wanted = self.selected(target.pid, low, high)
                rows = ROW.findall(self.pmapx("-A", option, str(target.pid)))
                self.assertEqual([int(row[0], 16) for row in rows], wanted)
                out = self.pmapx("-d", "-A", option, str(target.pid))
                rows = ROW_D.findall(out)
                self.assertEqual([int(row[0], 16) for row in rows], wanted)
                self.contains(b"mapped: %dK " % sum(int(row[1]) for row in rows), out)

    def test_smaps_views(self):
        with px.Target("many", "21", "touched") as target, tempfile.NamedTemporaryFile() as rc:
            rc.write(b"[Fields Display]\nPerm\nOffset\nDevice\nInode\nSize\nRss\nMapping\n")
            rc.flush()
            for low, high in self.bounds(target.pid):
                wanted = self.selected(target.pid, low, high)
                option = "%x,%x" % (low, high)
                for view in (["-X"], ["-XX"], ["-C", rc.name]):
                    out = self.pmapx(*view, "-A", option, str(target.pid))
                    rows, totals = table(out)
                    self.assertEqual([int(row["Address"], 16) for row in rows], wanted)
                    for column in ("Size", "Rss"):
                        self.assertEqual(int(totals[column]), sum(int(row[column]) for row in rows))
                    out = self.pmapx(*view, "-q", "-A", option, str(target.pid))
                    self.assertEqual([int(row[0], 16) for row in ROW_SMAPS.findall(out)], wanted)
                if self.pmap_is(last=(4, 0, 6)):
                    rows, _ = table(self.pmap("-X", "-A", option, str(target.pid)))
                    self.assertEqual(len(rows), len(self.maps(target.pid)), "pmap is fooled")


class LongLines(Base):
    """A mapping is one row however long its name is, and shows all of it (D6, D8, D9)."""

    # pmap's pieces end at 950 and 1973, what -X keeps of a name at 127.
    PATHS = (*((length, "p") for length in (127, 128, 500, 949, 950, 970, 1023, 1973, 4000)),
             *((length, "s") for length in (140, 950, 951, 1024, 1100, 2000)))

    def path(self, pid, address):
        return next(one.name for one in self.maps(pid) if one.start == address)

    def test_every_view(self):
        for length, sharing in self.PATHS:
            with px.Target("path", str(length), "libbar.so", "rw", sharing) as target:
                address = self.file(target)[0]
                path = self.path(target.pid, address)
                self.assertEqual(len(path), length)
                self.honest(target.pid)
                pid, what = str(target.pid), "%d bytes" % length
                for view, rows in (("", ROW), ("-x", ROW_X), ("-d", ROW_D)):
                    view = [view] * bool(view)
                    self.assertEqual(name_at(self.pmapx(*view, pid), address, rows),
                                     [b"libbar.so"], what)
                    self.assertEqual(name_at(self.pmapx(*view, "-p", pid), address, rows),
                                     [path], what)
                for view in ("-X", "-XX"):
                    self.contains(b" libbar.so\n", self.pmapx(view, pid), what)
                    self.contains(b" " + path + b"\n", self.pmapx(view, "-p", pid), what)

    def test_pmap_is_fooled(self):
        if not self.pmap_is():
            self.skipTest("no such pmap")
        with px.Target("path", "950", "x.so", "rw", "s") as target:
            address = self.file(target)[0]
            self.assertEqual(name_at(self.pmap(str(target.pid)), address), [b"x.so", b"  [ anon ]"])
        with px.Target("path", "960", "libbar.so") as target:
            out = self.pmap("-x", str(target.pid))
            self.contains(b" kB\n\n", out, "pmap is fooled")
        with px.Target("path", "140", "libbar.so") as target:
            self.assertNotIn(b"libbar.so", body(self.pmap("-X", str(target.pid))))

    def test_characters_are_not_cut(self):
        """The 127th byte of the path is the first of a character's three."""
        with px.Target("path", "132", "€.so".encode()) as target:
            self.contains(" €.so\n".encode(), self.pmapx("-X", str(target.pid)))
        name = "é".encode() * 100
        with px.Target("file", name) as target:
            for view in ("-X", "-x"):
                self.contains(b" " + name + b"\n", self.pmapx(view, str(target.pid)))
            if self.pmap_is():
                self.assertNotIn(name, body(self.pmap("-X", str(target.pid))))


class Forgery(Base):
    """A name is a name, whatever it looks like and wherever in its line it stands (D7)."""

    MAPS_LINE = "7fff00000000-7fff40000000 rwxp 00000000 00:00 0"

    def test_rows(self):
        for sharing in "ps":
            with px.Target("forge", self.MAPS_LINE, "rw", sharing) as target:
                address = self.file(target)[0]
                self.honest(target.pid)
                for view, rows in (("", ROW), ("-x", ROW_X), ("-d", ROW_D)):
                    out = self.pmapx(*[view] * bool(view), str(target.pid))
                    self.assertEqual(name_at(out, address, rows), [self.MAPS_LINE.encode()])
                self.smaps_honest(target)
        if self.pmap_is():
            with px.Target("forge", self.MAPS_LINE) as target:
                self.contains(b"\n00007fff00000000 1048576K rwx--   [ ", self.pmap(str(target.pid)),
                              "pmap is fooled")

    def smaps_honest(self, target):
        for view in ("-X", "-XX"):
            rows, totals = table(self.pmapx(view, str(target.pid)))
            self.assertEqual([int(row["Address"], 16) for row in rows],
                             [one.start for one in self.maps(target.pid)])
            for column in ("Size", "Rss"):
                self.assertEqual(int(totals[column]), sum(int(row[column]) for row in rows))

    def test_keys(self):
        for text in ("Rss: 99999999 kB", "Swap: 0 kB", "Private_Dirty:  7 kB", "VmFlags: rd"):
            with px.Target("forge", text) as target:
                self.honest(target.pid)
                self.smaps_honest(target)
                address = self.file(target)[0]
                self.assertEqual(name_at(self.pmapx("-x", str(target.pid)), address, ROW_X),
                                 [text.encode()])

    def test_pmap_is_fooled_by_keys(self):
        if not self.pmap_is():
            self.skipTest("no such pmap")
        with px.Target("forge", "Rss: 99999999 kB") as target:
            total = self.pmap("-x", str(target.pid)).splitlines()[-1].split()
            self.assertGreater(int(total[3]), 99999999)
        with px.Target("forge", "Swap: 0 kB") as target:
            address = self.file(target)[0]
            rows = [row for row in ROW_X.findall(self.pmap("-x", str(target.pid)))
                    if int(row[0], 16) == address]
            self.assertEqual(int(rows[0][2]), 0)

    def test_new_name_in_a_later_piece(self):
        """The forged text is in the third piece of pmap's buffer."""
        with px.Target("path", str(2 * 1023 - 73 + len(self.MAPS_LINE)), self.MAPS_LINE) as target:
            self.honest(target.pid)


if __name__ == "__main__":
    px.main()
