#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Real processes and mappings that pass for others (D10, D11, D12, D28, D29, D31)."""
import json
import os
import re
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
from rows import ALL_VIEWS, ROW, ROW_D, ROW_SMAPS, ROW_X, Base, last_component, name_at, table


class Identity(Base):
    def test_command_name_like_a_status_line(self):
        """A process cannot show the map of another as its own (D10)."""
        with px.Target("shared-anon") as victim:
            comm = "Tgid:%d" % victim.pid
            with px.Target("title", comm, "impostor") as target:
                maps = self.maps(target.pid)
                self.assertNotEqual([one.start for one in maps],
                                    [one.start for one in self.maps(victim.pid)])
                self.honest(target.pid)
                for view in ALL_VIEWS:
                    out = self.pmapx(*[view] * bool(view), str(target.pid))
                    self.same(out.splitlines()[0], b"%d:   impostor" % target.pid, view)
                rows, _ = table(self.pmapx("-X", str(target.pid)))
                self.assertEqual([int(row["Address"], 16) for row in rows],
                                 [one.start for one in maps])
                if self.pmap_is():
                    out = self.pmap(str(target.pid))
                    self.same(out.splitlines()[0], b"%d:   impostor" % victim.pid, "pmap is fooled")
                    self.assertEqual([int(row[0], 16) for row in ROW.findall(out)],
                                     [one.start for one in self.maps(victim.pid)])

    def test_other_command_names(self):
        for comm in ("Tgid:", "Tgid:\t1", "x\nTgid:\t1", "Tgid: -1", "Tgid:0", "a) R 1 2 (b",
                     ") R 1 1", ")", "(", "((", "))", " ", "", "\n", "a b  c ", "1 (init) S 0",
                     "4711", "[kthreadd]"):
            with px.Target("title", comm, "impostor") as target:
                self.honest(target.pid)
                out = self.pmapx("-q", str(target.pid))
                self.same(out.splitlines()[0], b"%d:   impostor" % target.pid, comm)
                # Where it begins stands behind the name, too.
                stack, = (one.start for one in self.maps(target.pid) if one.name == b"[stack]")
                self.assertEqual([int(row[0], 16) for row in ROW.findall(out)
                                  if row[-1] == b"  [ stack ]"], [stack], comm)

    def test_thread_of_a_group_without_leader(self):
        """The thread has the whole map, /proc/TGID has none (D31)."""
        with px.Target("leader-exited") as target:
            tid = target.truth["tid"]
            maps = px.mappings(px.process_file(tid, "maps"))
            self.assertGreater(len(maps), 10)
            title = px.process_file(tid, "cmdline").rstrip(b"\0").replace(b"\0", b" ")
            for view, rows in (("", ROW), ("-x", ROW_X), ("-d", ROW_D), ("-X", ROW_SMAPS)):
                out = self.pmapx(*[view] * bool(view), tid)
                self.same(out.splitlines()[0], b"%d:   %s" % (target.pid, title), view)
                self.assertEqual([int(row[0], 16) for row in rows.findall(out)],
                                 [one.start for one in maps], view)
            if self.pmap_is():
                self.assertEqual(ROW.findall(self.pmap(tid)), [], "pmap is fooled")

    def test_group_without_leader(self):
        """By its own number pmap has nothing of it: so have pmap's layouts, and ours have all of it (D31)."""
        with px.Target("leader-exited") as target:
            pid, tid = str(target.pid), target.truth["tid"]
            for view in ([], ["-x"], ["--format=csv"], ["-q"]):
                shown = self.pmapx(*view, pid)
                self.assertNotIn(b"px_target leader-exited", shown, view)
                self.assertNotIn(b"r-x", shown, view)
            for view in (["--fields=Address,Rss,Mapping"], ["--fields=Size", "--format=json"],
                         ["--fields=Rss", "--sort=Rss", "--top=3"], ["--fields=Mapping", "--threads"]):
                shown = self.pmapx(*view, pid)
                self.assertGreater(len(shown.splitlines()), 4, view)
                self.same(shown, self.pmapx(*view, tid), str(view))
            for view in (["--by=kind"], ["--by=kind", "--threads"], ["--by=pid,name"]):
                found, expected = ([(row["count"], row["size"], row["rss"], row.get("kind"), row.get("pid"))
                                    for row in json.loads(self.pmapx(*view, "--format=json", one))["rows"]]
                                   for one in (pid, tid))
                self.assertGreater(len(found), 4, view)
                # Equal ones are in the order of what others have mapped as well.
                self.assertCountEqual(found, expected, view)
            row, = json.loads(self.pmapx("--by=cmd", "--format=json", pid))["rows"]
            self.assertEqual(row["cmd"], "px_target")

    def test_threads(self):
        """Whatever they are called: that one is no leader stands behind its name."""
        for comm in ("ordinary", *(")" + " 1" * count for count in range(8)), "(", "\nTgid:\t1"):
            with px.Target("threads", "2", comm) as target:
                tid = target.truth["tid"]
                self.assertIn(comm.encode(), px.process_file(tid, "stat"))
                self.same(self.pmapx(tid), self.pmapx(str(target.pid)), comm)


class SharedMemory(Base):
    def test_name_like_a_segment(self):
        """A memfd is none (D11)."""
        for name in (b"x/SYSVy", b"x/SYSV00000000", b"/SYSV00000000", b"x/SYSVy/z"):
            with px.Target("memfd", name) as target:
                address, inode, _ = self.file(target)
                full = b"/memfd:" + name + b" (deleted)"
                for view, rows in (("", ROW), ("-x", ROW_X), ("-d", ROW_D), ("-q", ROW)):
                    view = [view] * bool(view)
                    self.assertEqual(name_at(self.pmapx(*view, str(target.pid)), address, rows),
                                     [last_component(full)])
                    self.assertEqual(name_at(self.pmapx(*view, "-p", str(target.pid)), address,
                                             rows), [full])
                if self.pmap_is() and self.segments_are_known():
                    self.assertEqual(name_at(self.pmap(str(target.pid)), address),
                                     [b"  [ shmid=0x%x ]" % inode], "pmap is fooled")

    def segments_are_known(self):
        """Can pmap find out what device segments are on?"""
        with px.Target("sysv") as target:
            return b"[ shmid=" in self.pmap(str(target.pid))

    def test_file_like_a_segment(self):
        with px.Target("file", "SYSV00000000", "SYSV00000000 (deleted)") as target:
            for _, address, name in self.files(target):
                self.assertEqual(name_at(self.pmapx(str(target.pid)), address), [name])

    def test_segment(self):
        with px.Target("sysv") as target:
            address = int(target.truth["addr"], 16)
            inode = next(one.inode for one in self.maps(target.pid) if one.start == address)
            for view, rows in (("", ROW), ("-x", ROW_X), ("-d", ROW_D)):
                for more in ([], ["-p"], ["-k"]):
                    out = self.pmapx(*[view] * bool(view), *more, str(target.pid))
                    self.assertEqual(name_at(out, address, rows), [b"  [ shmid=0x%x ]" % inode])

    def test_nothing_is_created(self):
        """pmap makes a segment in every run to learn a number (D12)."""
        if not shutil.which("strace"):
            self.skipTest("no strace")
        env = px.environment()
        env["ASAN_OPTIONS"] = (env.get("ASAN_OPTIONS", "") + ":detect_leaks=0").lstrip(":")

        def calls(*words):
            with tempfile.NamedTemporaryFile() as log:
                got = px.run(["strace", "-f", "-o", log.name, "-e",
                              "trace=shmget,shmat,shmctl,shmdt", *words], env=env)
                if b"ptrace" in got.stderr:
                    self.skipTest("tracing is not permitted")
                self.contains(b"[ shmid=", got.stdout)
                return re.findall(rb"\b(\w+)\(", log.read())
        with px.Target("sysv") as target:
            self.assertEqual(calls(px.PMAPX, str(target.pid)), [])
            if self.pmap_is() and self.segments_are_known():
                self.assertIn(b"shmget", calls(px.SYSTEM_PMAP, str(target.pid)))

    def test_without_segments(self):
        """No segment may be created here, and the name is still right (D12)."""
        with px.Target("sysv") as target:
            words = px.unshare_command()[:-1] + ["-i", "sh", "-c",
                "echo 0 >/proc/sys/kernel/shmmni && exec \"$@\"", "sh"]
            got = px.run([*words, px.PMAPX, str(target.pid)])
            if got.status or got.stderr:
                self.skipTest("the limit cannot be set here: %r" % got.stderr)
            self.contains(b"  [ shmid=0x", got.stdout)
            if self.pmap_is():
                self.contains(b" SYSV00000000 (deleted)\n",
                              px.run([*words, px.SYSTEM_PMAP, str(target.pid)]).stdout)


class KernelNames(Base):
    """-k shows all of what the kernel says (D28, D29)."""

    def test_labels(self):
        with px.Target("anon") as target:
            labels = [one for one in self.maps(target.pid) if one.name.startswith(b"[")]
            self.assertIn(b"[stack]", [one.name for one in labels])
            for view, rows in (("-k", ROW), ("-xk", ROW_X), ("-dk", ROW_D), ("-kp", ROW)):
                out = self.pmapx(view, str(target.pid))
                for one in labels:
                    self.assertEqual(name_at(out, one.start, rows), [one.name], view)

    def whole(self, shape, name):
        with px.Target(*shape) as target:
            address = int(target.truth["addr"], 16)
            name = name(target)
            for view, rows in (("-k", ROW), ("-xk", ROW_X), ("-dk", ROW_D), ("-kp", ROW)):
                out = self.pmapx(view, str(target.pid))
                self.assertEqual(name_at(out, address, rows), [name], view)
            self.assertEqual(name_at(self.pmapx(str(target.pid)), address), [b"  [ anon ]"])
            if self.pmap_is():
                self.assertEqual(name_at(self.pmap(str(target.pid)), address), [b"  [ anon ]"])
            if self.pmap_is(first=(4, 0, 6)):
                self.assertNotEqual(name_at(self.pmap("-k", str(target.pid)), address), [name])

    def test_perf_event(self):
        self.whole(("perf",), lambda _: b"anon_inode:[perf_event]")

    def test_bpf_map(self):
        self.whole(("bpf",), lambda _: b"anon_inode:bpf-map")

    def test_io_uring(self):
        self.whole(("io-uring",), lambda _: b"anon_inode:[io_uring]")

    def test_socket(self):
        self.whole(("socket",), lambda target: b"socket:[%s]" % target.truth["inode"].encode())

    def test_named_memory(self):
        with px.Target("named-anon", "with/slash") as target:
            address = int(target.truth["addr"], 16)
            self.assertEqual(name_at(self.pmapx("-k", str(target.pid)), address),
                             [b"[anon:with/slash]"])
            if self.pmap_is(first=(4, 0, 6)):
                self.assertEqual(name_at(self.pmap("-k", str(target.pid)), address), [b"slash]"])


if __name__ == "__main__":
    px.main()
