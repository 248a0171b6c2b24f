#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory that is really swapped out, and real huge pages, where root may have them: what every view and
verb says of a process that has some, beside sums of its own smaps and what it knows that it has.

What depends on who else has a page is compared in copies of its files, which do not change."""
import csv
import io
import json
import os
import re
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import machine
import px
from rows import Base

# MiB of what the target has to swap out, and how much room there is for that.
PRIVATE, SHARED, SWAP = 32, 16, 256
# Huge pages: those of the target, and some that others may take.
HUGE_PAGES = 16

# Columns of rank, and those of them that depend on the process alone.
AMOUNTS = ("vss", "rss", "pss", "uss", "swap", "swap_pss", "hugetlb", "footprint", "own", "own_swap")
STEADY = ("vss", "rss", "swap", "swap_pss", "hugetlb", "own_swap")


def entries(smaps):
    """[(permissions, address, {key: number})] of a smaps or smaps_rollup."""
    found = []
    for line in smaps.decode(errors="replace").splitlines():
        head = re.match(r"([0-9a-f]+)-[0-9a-f]+ (\S{4}) ", line)
        if head:
            found.append((head[2], int(head[1], 16), {}))
        key, _, value = line.partition(":")
        if not head and re.match(r" *\d+", value):
            found[-1][2][key] = int(value.split()[0])
    return found


def total(mappings, *keys, private=False):
    return sum(values[key] for perms, _, values in mappings for key in keys if not private or perms[3] == "p")


def amounts(mappings):
    """What rank is to say of these: its columns, as its manual explains them."""
    unique = "Private_Clean", "Private_Dirty"
    return {"vss": total(mappings, "Size"), "rss": total(mappings, "Rss"), "pss": total(mappings, "Pss"),
            "uss": total(mappings, *unique), "swap": total(mappings, "Swap"),
            "swap_pss": total(mappings, "SwapPss"),
            "hugetlb": total(mappings, "Shared_Hugetlb", "Private_Hugetlb"),
            "footprint": total(mappings, "Pss", "SwapPss", "Private_Hugetlb"),
            "own": total(mappings, *unique, "Private_Hugetlb", private=True),
            "own_swap": total(mappings, "Swap", private=True)}


def measures(mappings):
    """The same for the columns of --by."""
    return {"count": len(mappings), "size": total(mappings, "Size"), "rss": total(mappings, "Rss"),
            "pss": total(mappings, "Pss"), "private": total(mappings, "Private_Clean", "Private_Dirty"),
            "dirty": total(mappings, "Shared_Dirty", "Private_Dirty"),
            "anonymous": total(mappings, "Anonymous"), "swap": total(mappings, "Swap"),
            "hugetlb": total(mappings, "Shared_Hugetlb", "Private_Hugetlb")}


class Memory(Base):
    """Shared by both."""

    # What the system's pmap is compared in.
    VIEWS = ((), ("-x",), ("-d",), ("-X",), ("-XX",))

    def smaps(self, pid):
        return entries(px.process_file(pid, "smaps"))

    def still(self, *words, pid, status=0, told=b""):
        """(what smaps said before and after, what pmapx said in between) where the kernel has moved nothing:
        it may take any page at any time."""
        steady = "Size", "Rss", "Swap", "SwapPss", "Shared_Hugetlb", "Private_Hugetlb"
        before = self.smaps(pid)
        for _ in range(20):
            got = px.pmapx(*words, str(pid))
            after = self.smaps(pid)
            if [(at, *(values[key] for key in steady)) for _, at, values in before] == \
                    [(at, *(values[key] for key in steady)) for _, at, values in after]:
                self.assertEqual((got.status, got.stderr), (status, told), words)
                return after, got.stdout.decode()
            before = after
        self.skipTest("the kernel moves pages all the time")

    def document(self, *words, status=0):
        got = px.pmapx(*words, "--format=json")
        self.assertEqual((got.status, got.stderr), (status, b""), words)
        return json.loads(got.stdout)

    def copied(self, target):
        """In a copy of its files nothing depends on others: views as pmap has them, sums exactly."""
        pid = str(target.pid)
        with px.Root() as root:
            root.copy(target.pid)
            root.file(pid + "/smaps_rollup", px.process_file(target.pid, "smaps_rollup"))
            mappings, (rollup,) = (entries(root.read("%s/%s" % (pid, name))) for name in ("smaps", "smaps_rollup"))
            for view in self.VIEWS if self.pmap_is() else ():
                with self.subTest(view=view):
                    pmap = root.mounted([px.SYSTEM_PMAP, *view, pid])
                    self.assertEqual(pmap.status, 0)
                    self.result(root.pmapx(*view, pid), pmap.stdout)
            sums = measures(mappings)
            for key in ("kind", "class"):
                found = self.document("--root", root.path, "--by", key, pid)["totals"]
                self.assertEqual({name: found[name] for name in sums}, sums)
            rollup[2]["Size"] = 0
            of_rollup = [name for name in AMOUNTS if name not in ("vss", "own", "own_swap")]
            for wanted, sums in ((AMOUNTS, amounts(mappings)), (of_rollup, amounts([rollup]))):
                row, = self.document("rank", "--root", root.path, "--fields", ",".join(wanted), pid)["rows"]
                self.assertEqual(row, {name: sums[name] for name in wanted})
        return mappings

    def check_fields(self, target, *keys):
        """Each mapping, as smaps has it."""
        mappings, out = self.still("--fields", ",".join(("Address", *keys)), "--format=csv", pid=target.pid)
        self.assertEqual([(int(row["Address"], 16), *(int(row[key]) for key in keys))
                          for row in csv.DictReader(io.StringIO(out))],
                         [(at, *(values[key] for key in keys)) for _, at, values in mappings])

    def check_views(self, target, column):
        """A column of -X and -XX, and its total."""
        for view in ("-X", "-XX"):
            mappings, out = self.still(view, pid=target.pid)
            wanted = [values[column] for _, _, values in mappings]
            titles, *rows, _, totals = [line.split() for line in out.splitlines()[1:]]
            at = titles.index(column)
            self.assertEqual([int(row[at]) for row in rows], wanted, view)
            # Those from Size on have one.
            self.assertEqual(int(totals[at - titles.index("Size")]), sum(wanted), view)

    def by(self, target, key):
        """{group: row} of what of it is not of others."""
        steady = "count", "size", "rss", "swap", "hugetlb"
        mappings, out = self.still("--by", key, "--format=json", pid=target.pid)
        found, sums = json.loads(out), measures(mappings)
        self.assertEqual({name: found["totals"][name] for name in steady},
                         {name: sums[name] for name in steady})
        return {row[key]: {name: row[name] for name in steady} for row in found["rows"]}

    def rank(self, pid):
        """The row of a running process, of which what is its own is exact."""
        mappings, out = self.still("rank", "--fields", ",".join(AMOUNTS), "--format=json", pid=pid)
        row, = json.loads(out)["rows"]
        sums = amounts(mappings)
        self.assertEqual({name: row[name] for name in STEADY}, {name: sums[name] for name in STEADY})
        return row

    def capture(self, pid):
        """The name of a capture of it."""
        path = os.path.join(self.enterContext(tempfile.TemporaryDirectory(prefix="pmapx-real-")), "case.tar")
        got = px.pmapx("capture", "-o", path, str(pid))
        self.assertEqual(got.status, 0, got.stderr)
        return path


class Swapped(Memory):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(machine.swap(SWAP))

    def have(self, private=PRIVATE):
        return self.enterContext(px.Target("swappable", str(private), str(SHARED)))

    def tell(self, target, what):
        """Have it do this; gives what it says beside "done"."""
        target.process.stdin.write(what.encode() + b"\n")
        target.process.stdin.flush()
        said = list(iter(target.process.stdout.readline, b"done\n"))
        self.assertNotIn(b"", said)
        px.settle(target.pid)
        return said

    def own(self, target, key):
        """(what its private, what its shared memory has of a key), in kB."""
        found = {at: values[key] for _, at, values in self.smaps(target.pid)}
        return tuple(found[int(target.truth[name].split()[0], 16)] for name in ("private", "shared"))

    def put_out(self, target):
        """Until the kernel says that all is out; it may need more than one look at a page."""
        want = tuple(int(target.truth[name].split()[1]) for name in ("private", "shared"))
        end = time.monotonic() + 60
        while self.own(target, "Swap") != want:
            if time.monotonic() > end:
                self.skipTest("the kernel swaps out no more than %d kB of %d, %d of %d" % tuple(
                    number for pair in zip(self.own(target, "Swap"), want) for number in pair))
            self.tell(target, "out")
        self.assertEqual(self.own(target, "Rss"), (0, 0))

    def swapped(self, private=PRIVATE):
        target = self.have(private)
        self.assertEqual(self.own(target, "Swap"), (0, 0))
        self.put_out(target)
        return target

    def test_copied(self):
        """SwapPss has nothing of shared memory: so has no sum that is made of it."""
        mappings = self.copied(self.swapped())
        sums = amounts(mappings)
        self.assertGreaterEqual(sums["swap"], (PRIVATE + SHARED) * 1024)
        self.assertGreaterEqual(sums["own_swap"], PRIVATE * 1024)
        self.assertLess(sums["own_swap"], sums["swap"])
        self.assertGreaterEqual(sums["footprint"], PRIVATE * 1024)

    def test_views(self):
        target = self.swapped()
        self.check_fields(target, "Size", "Rss", "Swap", "SwapPss")
        self.check_views(target, "Swap")
        self.check_views(target, "SwapPss")
        _, out = self.still("-xk", pid=target.pid)
        # Nothing of these is resident: neither RSS nor Dirty.
        for name, mode, label in (("private", "rw---", "[ anon ]"), ("shared", "rw-s-", "zero (deleted)")):
            address, kbytes = target.truth[name].split()
            self.assertRegex(out, r"(?m)^%016x +%s +0 +0 %s +%s$" % (
                int(address, 16), kbytes, mode, re.escape(label)))

    def test_groups(self):
        target = self.swapped()
        for key in ("kind", "class"):
            rows = self.by(target, key)
            for group, least in (("anon", PRIVATE), ("shm", SHARED)):
                self.assertGreaterEqual(rows[group]["swap"], least * 1024)
        self.assertEqual(rows["shm"], {"count": 1, "size": SHARED * 1024, "rss": 0, "swap": SHARED * 1024,
                                       "hugetlb": 0})

    def test_rank(self):
        target = self.swapped()
        self.assertGreaterEqual(self.rank(target.pid)["own_swap"], PRIVATE * 1024)
        # Without own_swap, from smaps_rollup; also with the columns that are shown unasked.
        for words, columns in ((["--fields=rss,swap,swap_pss,hugetlb"], ("rss", "swap", "swap_pss", "hugetlb")),
                               ([], ("rss", "swap"))):
            mappings, out = self.still("rank", *words, "--format=json", pid=target.pid)
            row, = json.loads(out)["rows"]
            sums = amounts(mappings)
            self.assertEqual({name: row[name] for name in columns}, {name: sums[name] for name in columns})

    def test_children(self):
        """What two have of the same in swap space is halved, as their pages are."""
        target = self.swapped()
        before = self.rank(target.pid)
        said, = self.tell(target, "fork")
        child = int(said.split()[1])
        px.settle(child)
        for pid in (target.pid, child):
            row = self.rank(pid)
            self.assertGreaterEqual(row["swap"], (PRIVATE + SHARED) * 1024)
            self.assertGreaterEqual(row["own_swap"], PRIVATE * 1024)
            self.assertLess(row["swap_pss"], PRIVATE * 1024)
        found = self.document("rank", "--fields=pid,swap,swap_pss", str(target.pid), str(child))
        self.assertGreaterEqual(found["totals"]["swap"], 2 * (PRIVATE + SHARED) * 1024)
        # Of what the two have, each has half: with the child there is hardly more than before.
        self.assertGreaterEqual(found["totals"]["swap_pss"], PRIVATE * 1024)
        self.assertLess(found["totals"]["swap_pss"], before["swap_pss"] + 4096)

    def test_diff(self):
        """What has been swapped out between two looks, and what has come back."""
        target = self.have()
        kept = self.capture(target.pid)
        self.put_out(target)
        for new in (self.capture(target.pid), str(target.pid)):
            found = self.document("diff", "--by=class", "--sort=-swap", kept, new, status=1)
            self.assertEqual(found["growth"], "swap")
            first, second = found["rows"][:2]
            self.assertEqual((first["class"], first["state"], second["class"], second["state"]),
                             ("anon", "grown", "shm", "grown"))
            self.assertGreaterEqual(first["swap"], PRIVATE * 1024)
            # What else it has may have grown by some pages.
            self.assertLess(first["rss"], -PRIVATE * 1024 + 256)
            self.assertEqual((second["swap"], second["swap_old"], second["swap_new"], second["rss"]),
                             (SHARED * 1024, 0, SHARED * 1024, -SHARED * 1024))
        out = self.capture(target.pid)
        self.tell(target, "in")
        self.assertEqual(self.own(target, "Rss"), (PRIVATE * 1024, SHARED * 1024))
        found = self.document("diff", "--by=class", "--sort=swap", out, str(target.pid), status=1)
        row = next(row for row in found["rows"] if row["class"] == "anon")
        self.assertEqual(row["state"], "shrunk")
        self.assertLessEqual(row["swap"], -PRIVATE * 1024)
        self.assertGreaterEqual(row["rss"], PRIVATE * 1024)

    def test_check(self):
        """Page tables are there for what is swapped out, too."""
        # The more it has had, the more tables.
        target = self.swapped(SWAP // 2)
        tables = int(re.search(rb"\nVmPTE:\s*(\d+)", px.process_file(target.pid, "status"))[1])
        if tables <= amounts(self.smaps(target.pid))["uss"]:
            self.skipTest("it has so much else that nothing would be found anyway")
        self.result(px.pmapx("check", "--only=page-tables", str(target.pid)))


class Huge(Memory):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(machine.huge_pages(HUGE_PAGES))
        cls.target = cls.enterClassContext(px.Target("huge-pages"))
        # [label, address, kB, kB of them that there are]
        cls.have = [(label, int(address, 16), int(kbytes), int(resident)) for label, address, kbytes, resident in
                    (value.split() for key, value in cls.target.lines if key == "huge")]
        cls.resident = sum(one[3] for one in cls.have)
        if "without" in cls.target.truth:
            print("without", cls.target.truth["without"], file=sys.stderr)

    def test_copied(self):
        mappings = self.copied(self.target)
        sums = amounts(mappings)
        self.assertEqual(sums["hugetlb"], self.resident)
        private = sum(one[3] for one in self.have if one[0] in ("private", "file"))
        self.assertEqual(total(mappings, "Private_Hugetlb", private=True), private)
        self.assertGreaterEqual(sums["own"], private)
        self.assertEqual(sums["footprint"] - sums["pss"] - sums["swap_pss"],
                         self.resident - next(one[3] for one in self.have if one[0] == "both"))

    def test_views(self):
        """They are in the columns of their own, and in no other."""
        found = {at: values for _, at, values in self.smaps(self.target.pid)}
        for label, address, kbytes, resident in self.have:
            with self.subTest(label=label):
                values = found[address]
                is_both = label == "both"
                self.assertEqual((values["Size"], values["Rss"], values["Pss"], values["Shared_Hugetlb"],
                                  values["Private_Hugetlb"]),
                                 (kbytes, 0, 0, resident * is_both, resident * (not is_both)))
        self.check_fields(self.target, "Size", "Rss", "KernelPageSize", "Shared_Hugetlb", "Private_Hugetlb")
        self.check_views(self.target, "Shared_Hugetlb")
        self.check_views(self.target, "Private_Hugetlb")

    def test_groups(self):
        """All are of one kind, whatever they are called."""
        kbytes = sum(one[2] for one in self.have)
        for key in ("kind", "class"):
            self.assertEqual(self.by(self.target, key)["hugetlb"],
                             {"count": len(self.have), "size": kbytes, "rss": 0, "swap": 0,
                              "hugetlb": self.resident})
        starts = ["%016x" % one[1] for one in sorted(self.have, key=lambda one: one[1])]
        _, out = self.still("-qx", "--kind=hugetlb", pid=self.target.pid)
        self.assertEqual(re.findall(r"(?m)^[0-9a-f]{16}(?= )", out), starts)

    def test_rank(self):
        pid = self.target.pid
        row = self.rank(pid)
        self.assertEqual(row["hugetlb"], self.resident)
        # Where no column has them, it is said.
        told = b"pmapx: rank: 1 process has pages of hugetlbfs, which are in no column but hugetlb, footprint and own\n"
        for words, said in ((["--fields=rss,hugetlb"], b""), (["--fields=rss,uss"], told), ([], told)):
            _, out = self.still("rank", *words, "--format=json", pid=pid, told=said)
            self.assertEqual(json.loads(out)["rows"][0]["rss"], row["rss"])

    def test_diff(self):
        """Its child has but those that both have touched."""
        got = px.pmapx("diff", "--by=kind", "--sort=-hugetlb", "--format=json",
                       "--fields=kind,hugetlb_old,hugetlb_new,hugetlb,count", self.capture(self.target.truth["child"]),
                       self.capture(self.target.pid))
        self.assertEqual(got.status, 1)
        row = json.loads(got.stdout)["rows"][0]
        both = next(one[3] for one in self.have if one[0] == "both")
        self.assertEqual(row, {"kind": "hugetlb", "hugetlb_old": both, "hugetlb_new": self.resident,
                               "hugetlb": self.resident - both, "count": len(self.have) - 1})

    def test_check(self):
        """No file was deleted, though that is what their names say."""
        self.result(px.pmapx("check", str(self.target.pid)))


if __name__ == "__main__":
    px.main()
