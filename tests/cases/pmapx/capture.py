# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx capture: what is in a capture, in every form, and what it says of itself
(doc/CAPTURE.md)."""
import datetime
import json
import os
import pty
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import faulty
import px
from capturing import SMALL, Capture, CaptureCase, contents, steady

NO_PROCESS = ("not a process id: a number from 1 to 2147483647 (octal behind a leading 0), or "
              "/proc/NUMBER")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")


class Forms(CaptureCase):
    def expected(self, pid):
        files = {name: px.process_file(pid, name) for name in SMALL if name != "exe"}
        files["smaps"] = px.process_file(pid, "smaps")
        files["exe"] = os.fsencode(os.readlink("/proc/%d/exe" % pid))
        return steady(files)

    def test_forms(self):
        """tar unpacks each, and finds what the kernel says."""
        with px.Target("anon") as target:
            for name in ("a.tar", "a.tar.gz", "a.tar.xz", "a.tar.zst"):
                with self.subTest(name=name):
                    got = self.run_capture("-o", name, target.pid)
                    self.assertEqual((got.status, got.stdout), (0, b""), got.stderr)
                    into = self.path("of-" + name + "/")
                    os.mkdir(into)
                    self.result(px.run(["tar", "xf", self.path(name), "-C", into]))
                    capture = Capture(into)
                    self.assertEqual(steady(capture.of(target.pid)),
                                     self.expected(target.pid))
                    self.assertTrue(capture.manifest["complete"])
            capture = self.capture(target.pid, name="a/")
            self.assertEqual(steady(capture.of(target.pid)), self.expected(target.pid))
            self.assertEqual(capture.of(target.pid)["status"][:20],
                             px.process_file(target.pid, "status")[:20])

    def test_view_of_a_folder(self):
        """It is laid out like /proc."""
        with px.Target("adjacent") as target:
            self.capture(target.pid, name="a/")
            self.result(px.pmapx("--root", self.path("a/proc"), "-x", str(target.pid)),
                        px.pmapx("-x", str(target.pid)).stdout)

    def test_standard_output(self):
        with px.Target("anon") as target:
            got = self.run_capture("-o", "-", target.pid)
            self.assertEqual(got.status, 0, got.stderr)
            with open(self.path("b.tar.zst"), "wb") as file:
                file.write(got.stdout)
            capture = Capture(self.path("b.tar.zst"))
            self.assertEqual(steady(capture.of(target.pid)), self.expected(target.pid))
            self.assertRegex(got.stderr, rb"\Apmapx: standard output: 1 process, ")

    def test_terminal(self):
        ours, theirs = pty.openpty()
        try:
            got = self.run_capture("-o", "-", os.getpid(), stdout=theirs)
        finally:
            os.close(ours)
            os.close(theirs)
        self.result(got, stderr="pmapx: capture: standard output is a terminal\n", status=2)

    def test_default_name(self):
        got = self.run_capture(os.getpid())
        self.assertEqual(got.status, 0, got.stderr)
        name, = self.left()
        host = re.sub(r"[^A-Za-z0-9.-]", "_", os.uname().nodename)
        self.assertRegex(name, r"\A%s-\d{8}T\d{6}\.\d{3}Z\.pmapx\.tar\.zst\Z" % re.escape(host))
        self.assertEqual(got.stderr.split(b": ")[1], name.encode())
        # It is that of the beginning, and another each time, sorted by time.
        start = Capture(self.path(name)).manifest["start"]
        self.assertIn("-%s." % re.sub("[-:]", "", start), name)
        for _ in range(4):
            self.assertEqual(self.run_capture(os.getpid()).status, 0)
        self.assertEqual((len(self.left()), self.left()[0]), (5, name))

    def test_layout(self):
        with px.Target("many-processes", "3") as target:
            pids = sorted([int(pid) for key, pid in target.lines if key == "child"] + [target.pid])
            names = [name for name, _ in self.capture(*reversed(pids), pids[0]).entries]
        self.assertEqual((names[0], names[-1]), ("pmapx.json", "pmapx.json"))
        self.assertEqual(names[1:7], ["proc/" + name for name in
                                      ("meminfo", "version", "vmstat", "stat", "cpuinfo", "mounts")])
        first = names.index("proc/%d/status" % pids[0])
        for name in names[7:first]:
            self.assertRegex(name, r"\Aproc/sys/vm/\w[\w-]*\Z")
        self.assertIn("proc/sys/vm/max_map_count", names)
        self.assertNotIn("proc/sys/vm/stat_refresh", names)
        self.assertEqual(names[first:-1], ["proc/%d/%s" % (pid, name) for pid in pids
                                           for name in SMALL + ["smaps"]])

    def test_host(self):
        files = self.capture(os.getpid()).files
        self.assertEqual(files["proc/version"], contents("/proc/version"))
        self.assertRegex(files["proc/stat"], rb"\Abtime [0-9]+\n\Z")
        self.assertIn(files["proc/stat"], contents("/proc/stat"))
        self.assertLessEqual(files["proc/cpuinfo"].count(b"\n"), 1)
        self.assertIn(files["proc/cpuinfo"], contents("/proc/cpuinfo"))
        for line in files["proc/mounts"].splitlines():
            self.assertIn(b" hugetlbfs ", line)
        self.assertTrue(files["proc/meminfo"].startswith(b"MemTotal:"))
        self.assertEqual(files["proc/sys/vm/max_map_count"],
                         contents("/proc/sys/vm/max_map_count"))

    def test_hidepid(self):
        """As the mount has it that is seen, which is the last."""
        hidden, plain = "hide=hidepid=9 /proc proc rw,hidepid=2,gid=4 0 0\n", "proc /proc proc rw 0 0\n"
        other = "none /proc/sys proc rw,hidepid=1 0 0\n"
        for mounts, expected in ((hidden + other, "2"), (plain + hidden, "2"), (hidden + plain, None),
                                 (hidden + "none /proc tmpfs rw 0 0\n", None), (other, None), ("", None)):
            with self.subTest(mounts=mounts), px.Root() as root:
                root.process(100, smaps=b"")
                root.file("self/mounts", mounts)
                got = root.mounted([px.PMAPX, "capture", "--force", "-o", self.path("a.tar")])
                self.assertEqual(got.status, 0, got.stderr)
                self.assertEqual(Capture(self.path("a.tar")).manifest["rights"]["hidepid"], expected)

    def test_numa(self):
        with px.Target("anon") as target:
            if not os.path.exists("/proc/%d/numa_maps" % target.pid):
                self.skipTest("this kernel has no numa_maps")
            files = self.capture("--numa", target.pid).of(target.pid)
            self.assertEqual(list(files), SMALL + ["smaps", "numa_maps"])
            text = px.process_file(target.pid, "numa_maps")
            self.assertEqual(steady(files)["numa_maps"], steady({"numa_maps": text})["numa_maps"])

    def test_thread(self):
        """A thread's number stands for its process."""
        with px.Target("threads", "2") as target:
            tids = os.listdir("/proc/%d/task" % target.pid)
            capture = self.capture(*tids)
            self.assertEqual(list(capture.processes), [target.pid])

    def test_operands(self):
        """They are written as those of the views."""
        with px.Target("anon") as target:
            for words in (["/proc/%d" % target.pid], ["%#x" % target.pid], ["0%o" % target.pid],
                          ["/proc/self", "/proc/%#x" % target.pid, "/proc/meminfo"]):
                with self.subTest(words=words):
                    self.assertEqual(list(self.capture("--force", *words).processes), [target.pid])
            self.assertEqual(list(self.capture("--force", "/proc/bus", "--tree", target.pid).processes),
                             [target.pid])

    def test_gone(self):
        """One that has exited since it was listed does not keep the others from being captured."""
        with px.Target("anon") as target, px.Target("anon") as other:
            gone = other.pid
            other.close()
            for words, status in (((), 0), (("--force", "--strict"), 1)):
                capture = self.capture(target.pid, gone, *words, status=status)
                self.assertEqual({pid: one["kind"] for pid, one in capture.processes.items()},
                                 {target.pid: "process", gone: "vanished"})
                self.assertIn(b"; 1 vanished\n", capture.result.stderr)

    def test_all(self):
        """Without operands there are all but the one that captures. In a PID namespace, where it
        does not matter how many others the machine has."""
        if not faulty.inside(self, __file__):
            return
        with px.Target("anon") as target:
            capture = self.capture(prefix=["sh", "-c", 'echo $$ > own && exec "$0" "$@"'])
            self.assertIn(target.pid, capture.processes)
            self.assertIn(os.getpid(), capture.processes)
            self.assertNotIn(int(contents(self.path("own"))), capture.processes)
        pids = [one["pid"] for one in capture.manifest["processes"]]
        self.assertEqual(pids, sorted(set(pids)))


class Selected(CaptureCase):
    def test_selectors(self):
        """Those that are selected, beside those that are named."""
        name = "px-take-%d" % (os.getpid() % 10**7)
        with px.Target("title", name) as one, px.Target("anon") as other:
            self.assertEqual(list(self.capture("--name", "^%s$" % name).processes), [one.pid])
            self.assertEqual(list(self.capture("--force", "--tree", other.pid, one.pid).processes),
                             sorted([one.pid, other.pid]))
            self.assertIn(other.pid, self.capture("--force", "--all").processes)

    def test_tree_of_a_capture(self):
        """Of a capture, which is otherwise shown while it comes in."""
        with px.Target("anon") as one, px.Target("anon") as other:
            self.capture(os.getpid(), one.pid, other.pid)
            got = px.pmapx("-q", "--from", self.path("a.tar"), "--tree", str(os.getpid()))
            self.same(got.stdout, px.pmapx("-q", "--from", self.path("a.tar")).stdout)
            self.assertEqual((got.stdout.count(b":   "), got.stderr, got.status), (3, b"", 0))
            self.same(px.pmapx("-q", "--from", self.path("a.tar"), "--tree", str(other.pid)).stdout,
                      px.pmapx("-q", "--from", self.path("a.tar"), str(other.pid)).stdout)

    def test_refused(self):
        self.result(self.run_capture("--name", "px-nobody-is-called-so"),
                    stderr="pmapx: capture: no process is selected\n", status=2)
        got = self.run_capture("--name", "(")
        self.assertEqual((got.status, got.stdout), (2, b""))
        self.assertRegex(got.stderr, rb"\Apmapx: capture: --name=\(: .+\n\Z")
        self.assertEqual(self.left(), [])


class Manifest(CaptureCase):
    def test_twice(self):
        capture = self.capture("--label", "case 7", os.getpid())
        both = [json.loads(text) for name, text in capture.entries if name == "pmapx.json"]
        self.assertEqual(len(both), 2)
        self.assertEqual((both[0].pop("complete"), both[1].pop("complete")), (False, True))
        self.assertEqual(both[0].pop("end"), None)
        self.assertRegex(both[1].pop("end"), TIME)
        del both[1]["processes"]
        self.assertEqual(both[0], both[1])

    def test_facts(self):
        before = datetime.datetime.now(datetime.timezone.utc)
        manifest = self.capture("--label", "case 7", os.getpid()).manifest
        uname = os.uname()
        self.assertEqual(list(manifest), [
            "pmapx_capture", "complete", "order", "label", "host", "kernel", "machine", "page_size",
            "clock_ticks", "boot_id", "shm_device", "start", "end", "rights", "redacted", "pmapx",
            "processes"])
        self.assertEqual([manifest[name] for name in (
            "pmapx_capture", "order", "label", "host", "kernel", "machine", "page_size",
            "clock_ticks", "boot_id", "redacted", "pmapx")], [
                1, "pid", "case 7", uname.nodename, uname.release, uname.machine,
                os.sysconf("SC_PAGESIZE"), os.sysconf("SC_CLK_TCK"),
                contents("/proc/sys/kernel/random/boot_id").decode().strip(), [],
                px.pmapx("-V").stdout.split()[1].decode()])
        with open("/proc/self/status") as status:
            capabilities = re.search(r"^CapEff:\t(\w+)$", status.read(), re.M).group(1)
        self.assertEqual((manifest["rights"]["uid"], manifest["rights"]["capabilities"]),
                         (os.geteuid(), capabilities))
        start = datetime.datetime.fromisoformat(manifest["start"].replace("Z", "+00:00"))
        self.assertLess(abs((start - before).total_seconds()), 60)
        self.assertLessEqual(manifest["start"], manifest["end"])

    def test_given_more_than_once(self):
        """The last counts; what is to be replaced adds up."""
        capture = self.capture("-o", "b.tar", "--label=one", "--label", "two", "--redact", "paths",
                               "--redact=args", "--output", "a.tar", os.getpid())
        self.assertEqual(self.left(), ["a.tar"])
        self.assertEqual((capture.manifest["label"], capture.manifest["redacted"]),
                         ("two", ["args", "paths"]))
        got = self.run_capture("-o", "b.tar", "--tree", os.getpid(), "--tree", os.getpid())
        self.result(got, stderr="pmapx: capture: --tree=%d: given twice; a process is selected if all "
                                "that is given holds\n" % os.getpid(), status=2)

    def test_a_member_on_each_line(self):
        text = self.capture(os.getpid()).files["pmapx.json"]
        lines = text.decode().splitlines()
        self.assertEqual(lines[0], "{")
        self.assertEqual(lines[-2:], ["]", "}"])
        for line in lines[1:lines.index('"processes": [')]:
            json.loads("{%s}" % line.rstrip(","))
        json.loads(lines[lines.index('"processes": [') + 1])

    def test_shm_device(self):
        with px.Target("shared-anon") as target:
            manifest = self.capture(target.pid).manifest
            zero, = [one for one in px.mappings(px.process_file(target.pid, "maps"))
                     if one.name == b"/dev/zero (deleted)"]
        self.assertEqual(manifest["shm_device"], "%02x:%02x" % (zero.major, zero.minor))

    def test_process(self):
        with px.Target("anon") as target:
            one = self.capture(target.pid).processes[target.pid]
            stat = px.process_file(target.pid, "stat").rpartition(b")")[2].split()
        self.assertRegex(one.pop("when"), TIME)
        self.assertGreater(one.pop("read_ms"), 0)
        self.assertEqual(one, {
            "pid": target.pid, "kind": "process", "comm": "px_target", "state": "S",
            "start_ticks": int(stat[19]), "files": SMALL + ["smaps"], "missing": []})

    def test_odd_bytes(self):
        """Strings are valid, and what they stand for can be found out."""
        for label in (b"a\"b\\c\n\x01\x7f\xff\xc3\xa9\xc3(\xe2\x80\xae\xf0\x9f\x98\x80", b"\\x41",
                      b"\xc2\x85\xed\xa0\x80"):
            capture = self.capture(b"--label=" + label, b"--force", str(os.getpid()))
            text = capture.manifest["label"]
            self.assertFalse(re.search(r"[\x00-\x1f\x7f-\x9f\u202e\ud800-\udfff]", text), text)
            back = re.sub(rb"\\(?:x([0-9a-f]{2})|\\)", lambda found: b"\\" if not found.group(1)
                          else bytes([int(found.group(1), 16)]), text.encode())
            self.assertEqual(back, label)
        self.assertEqual(self.capture("--force", "--label=a\\\n", os.getpid()).files[
            "pmapx.json"].splitlines()[4], rb'"label": "a\\\\\\x0a",')

    def test_hostile_name(self):
        comm = "a\"],\n}\\"
        with px.Target("title", comm, "x\ny", "\"") as target:
            px.settle(target.pid)
            capture = self.capture(target.pid)
            self.assertEqual(capture.processes[target.pid]["comm"], "a\"],\\x0a}\\\\")
            self.assertEqual(capture.of(target.pid)["comm"], comm.encode() + b"\n")


class Kinds(CaptureCase):
    def test_zombie(self):
        with px.Target("zombie") as target:
            pid = int(target.truth["zombie"])
            one = self.capture(pid).processes[pid]
        self.assertEqual((one["kind"], one["state"], one["missing"]), ("zombie", "Z", []))

    def test_exiting(self):
        """What has given up its memory, and is no zombie yet, has no map, and that is said."""
        with px.Target("exiting") as target:
            pid = int(target.truth["exiting"])
            # It gives up its memory before it waits.
            px.settle(pid)
            capture = self.capture("--strict", pid, status=1)
        one = capture.processes[pid]
        self.assertEqual((one["kind"], one["state"]), ("process", "S"))
        self.assertNotIn("smaps", capture.of(pid))
        self.assertIn({"file": "smaps", "why": "the process exited or began another program each "
                                               "time"}, one["missing"])
        self.assertIn(b"; 1 without smaps (the process exited ", capture.result.stderr)

    def test_first_thread_has_exited(self):
        """The map is that of the threads that live."""
        with px.Target("leader-exited") as target:
            captured = self.capture(target.pid)
            one = captured.processes[target.pid]
            with open("/proc/%d/task/%s/maps" % (target.pid, target.truth["tid"]), "rb") as file:
                live = [line.split()[0] for line in file]
            got = px.pmapx("-q", "--from", self.path("a.tar"), str(target.pid))
        self.assertEqual((one["kind"], one["state"]), ("process", "Z"))
        self.assertEqual(len(got.stdout.splitlines()) - 1, len(live))

    def test_nobody_else(self):
        """A /proc without a process is no capture."""
        with px.Root() as root:
            root.file("self/maps", b"")
            got = root.mounted([px.PMAPX, "capture", "-o", self.path("a.tar")])
        self.result(got, b"", b"pmapx: /proc: no other process is to be seen\n", 2)
        self.assertFalse(os.path.exists(self.path("a.tar")))

    def test_kernel_thread(self):
        try:
            with open("/proc/2/comm") as file:
                comm = file.read()
        except OSError:
            comm = ""
        if comm != "kthreadd\n":
            self.skipTest("there are no kernel threads here")
        one = self.capture("2").processes[2]
        self.assertEqual((one["kind"], one["comm"], one["missing"]), ("kernel thread", "kthreadd", []))

    def test_vanished(self):
        """A folder without stat is one of a process that has just gone."""
        with px.Root() as root:
            root.process(100, maps=px.map_line("1000-2000", "r--p", b"/f", "fe:00", 1))
            os.mkdir(os.path.join(root.path, "200"))
            words = [px.PMAPX, "capture", "-o", self.path("a.tar")]
            got = root.mounted(words)
            self.assertEqual(got.status, 0, got.stderr)
            self.assertRegex(got.stderr, rb": 1 process, .*; 1 vanished; ")
            capture = Capture(self.path("a.tar"))
            one = capture.processes[200]
            del one["when"]
            self.assertEqual(one, {"pid": 200, "kind": "vanished", "read_ms": 0, "files": [],
                                   "missing": []})
            self.assertEqual(capture.of(200), {})
            # smaps is not there, so there is maps.
            self.assertEqual(capture.of(100)["maps"],
                             px.map_line("1000-2000", "r--p", b"/f", "fe:00", 1))
            self.assertIn({"file": "smaps", "why": "No such file or directory"},
                          capture.processes[100]["missing"])
            self.assertEqual(root.mounted(words + ["--force", "--strict"]).status, 1)

    def test_denied(self):
        if os.geteuid() != 0:
            self.skipTest("only root can be somebody else")
        with px.Target("anon") as target:
            os.chmod(self.folder, 0o777)
            prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            if px.run([*prefix, "test", "-x", px.PMAPX]).status != 0:
                self.skipTest("no other user may run " + px.PMAPX)
            for words, status in ((["--force"], 0), (["--force", "--strict"], 1)):
                capture = self.capture(target.pid, *words, prefix=prefix, status=status)
                one = capture.processes[target.pid]
                self.assertEqual((one["kind"], capture.manifest["rights"]["uid"]),
                                 ("process", 65534))
                self.assertEqual([gap["file"] for gap in one["missing"]],
                                 ["exe", "smaps_rollup", "smaps", "maps"])
                self.assertEqual({gap["why"] for gap in one["missing"]}, {"Permission denied"})
                self.assertEqual(one["files"], [name for name in SMALL
                                                if name not in ("exe", "smaps_rollup")])
                self.assertIn(b"; 1 without smaps (Permission denied); ", capture.result.stderr)

    def test_max_rss(self):
        with px.Target("anon") as target:
            # Nothing for which page tables are walked.
            capture = self.capture("--max-rss", "4k", "--numa", target.pid)
            one = capture.processes[target.pid]
            self.assertEqual(one["files"], SMALL[:-1] + ["maps"])
            self.assertEqual(one["missing"], [{"file": name, "why": "more memory than --max-rss"}
                                              for name in ("smaps_rollup", "smaps", "numa_maps")])
            self.assertEqual(capture.of(target.pid)["maps"], px.process_file(target.pid, "maps"))
            self.assertIn(b"; 1 without smaps (more memory than --max-rss)", capture.result.stderr)
            for size in ("1g", "1G", "1T", "99999999", "17179869183t"):
                one = self.capture("--force", "--max-rss", size, target.pid).processes[target.pid]
                self.assertEqual((one["files"], one["missing"]), (SMALL + ["smaps"], []), size)
            one = self.capture("--force", "--max-rss=0", target.pid).processes[target.pid]
            self.assertEqual(one["files"], SMALL[:-1] + ["maps"])


class Torn(CaptureCase):
    """Of a process that maps, unmaps, splits and merges as fast as it can."""

    def look(self, target):
        """Whether mappings overlap, which must be said; and who says so."""
        capture = self.capture("--force", "--strict", target.pid, status=None)
        one, maps = capture.processes[target.pid], px.mappings(capture.of(target.pid)["smaps"])
        is_torn = any(then.start < was.end for was, then in zip(maps, maps[1:]))
        self.assertEqual(one["missing"], [
            {"file": "smaps", "why": "the map was changing while it was read"}] * is_torn)
        self.assertEqual(capture.result.status, is_torn)
        self.assertEqual(b"; 1 with torn smaps (the map was changing while it was read)\n" in
                         capture.result.stderr, is_torn)
        return is_torn

    def test_small(self):
        """It is read again until it fits together, or has been read so often that this is said."""
        with px.Target("changing", "300") as target:
            torn = sum(self.look(target) for _ in range(100))
        print("%d of 100 captures are torn" % torn, file=sys.stderr)
        # How often that is, is the machine's matter.
        self.assertLess(torn, 50)

    def test_large(self):
        """What is not read again is said."""
        with px.Target("changing", "40000") as target:
            if not sum(self.look(target) for _ in range(5)):
                self.skipTest("not one reading was torn")


class Jobs(CaptureCase):
    def test_jobs(self):
        """What is in a capture does not depend on how many read."""
        with px.Root() as root:
            for pid in range(100, 400):
                root.process(pid, smaps=px.smaps_entry(
                    px.map_line("1000-2000", "r--p", b"/f%d" % pid, "fe:00", 1), Rss=pid),
                    cmdline=b"A%d\0" % pid)
            seen = []
            for jobs in ("1", "2", "9"):
                path = self.path("a%s.tar" % jobs)
                got = root.mounted([px.PMAPX, "capture", "-o", path, "--jobs", jobs])
                self.assertEqual(got.status, 0, got.stderr)
                seen.append([entry for entry in Capture(path).entries if entry[0] != "pmapx.json"])
            self.assertEqual(len([1 for name, _ in seen[0] if name.endswith("/smaps")]), 300)
            self.assertEqual(seen[0], seen[1])
            self.assertEqual(seen[0], seen[2])

    def test_many_live(self):
        with px.Target("many-processes", "60", "50") as target:
            pids = sorted(int(pid) for key, pid in target.lines if key == "child")
            for pid in pids:
                px.settle(pid)
            capture = self.capture(*pids)
            self.assertEqual([one["pid"] for one in capture.manifest["processes"]], pids)
            for pid in pids:
                smaps = {"smaps": px.process_file(pid, "smaps")}
                self.assertEqual(steady({"smaps": capture.of(pid)["smaps"]}), steady(smaps))


class Words(CaptureCase):
    def test_closing_line(self):
        with px.Target("anon") as target:
            got = self.run_capture("-o", "a.tar", target.pid)
            self.assertRegex(got.stderr, rb"\Apmapx: a\.tar: 1 process, [1-9]\d*\.\d KiB read, "
                                         rb"[1-9]\d*\.\d KiB written in \d+\.\d\d s"
                                         rb"( \(\d+\.\d\d s to the disk\))?\n\Z")
            self.assertEqual(got.stdout, b"")
            size = os.path.getsize(self.path("a.tar"))
            self.assertIn(b" %d.%d KiB written " % (size >> 10, (size * 10 >> 10) % 10), got.stderr)
        with px.Target("many", "3000", "touched") as target:
            got = self.run_capture("--force", "-o", "a.tar", target.pid)
            size = os.path.getsize(self.path("a.tar"))
            self.assertIn(b" %d.%d MiB written " % (size >> 20, (size * 10 >> 20) % 10), got.stderr)

    def test_cost(self):
        with px.Target("many", "3000", "touched") as large, px.Target("anon") as small:
            got = self.run_capture("--cost", "-o", "a.tar", small.pid, large.pid)
            lines = got.stdout.decode().splitlines()
            self.assertEqual(lines[0], "        ms      PID  COMMAND")
            # Which takes longer on a busy machine is chance; the manifest has the same numbers.
            took = {pid: one["read_ms"] for pid, one in
                    Capture(self.path("a.tar")).processes.items()}
            self.assertEqual(set(took), {small.pid, large.pid})
            self.assertEqual([line.split() for line in lines[1:]],
                             [["%d.%d" % divmod(int(took[pid] * 10), 10), str(pid), "px_target"]
                              for pid in sorted(took, key=took.get, reverse=True)])
            got = self.run_capture("--cost", "-o", "-", small.pid)
            self.assertIn(b"\n        ms      PID  COMMAND\n", got.stderr)

    def test_progress(self):
        """On a terminal there is a line that is drawn again, and gone in the end."""
        px.need_library("archive")
        count = 3000 if px.is_sanitized(px.PMAPX) else 60000
        with px.Target("many", str(count), "touched") as target:
            ours, theirs = pty.openpty()
            with subprocess.Popen([px.PMAPX, "capture", "-o", self.path("a.tar.xz"),
                                   str(target.pid)], stderr=theirs, env=px.environment()) as process:
                os.close(theirs)
                seen = b""
                while True:
                    try:
                        part = os.read(ours, 65536)
                    except OSError:
                        break
                    if not part:
                        break
                    seen += part
                os.close(ours)
                self.assertEqual(process.wait(), 0)
        drawn = re.findall(rb"\r\x1b\[K(\d of 1 processes, \d+\.\d [KM]iB, \d+\.\d\d s)", seen)
        if not drawn:
            self.skipTest("it took no tenth of a second")
        self.assertRegex(seen, rb" s\r\x1b\[Kpmapx: .*/a\.tar\.xz: 1 process, [^\r]*\r\n\Z")

    def test_refused(self):
        for words, told in (
                (["--bogus"], "capture: --bogus: no such option"),
                (["--force=1"], "capture: --force=1: not with a value"),
                (["-x"], "capture: -x: no such option"),
                (["-o"], "capture: -o: a value is missing"),
                (["--jobs", "0"], "capture: --jobs=0: not a number of processes from 1 on"),
                (["--jobs", "2x"], "capture: --jobs=2x: not a number of processes from 1 on"),
                *((["--max-rss", size], "capture: --max-rss=%s: not a size: a number of KiB, or "
                                        "with k, m, g or t behind" % size)
                  for size in ("3q", "", "-1", "1.5g", "2gb", "18446744073709551616",
                               "18014398509481984m", "17179869184t")),
                (["--redact", "args,x"],
                 "capture: --redact=args,x: not a list of args, paths, addresses, queries"),
                (["--redact", ""], "capture: --redact=: not a list of args, paths, addresses, queries"),
                (["nobody"], "capture: nobody: " + NO_PROCESS),
                (["0"], "capture: 0: " + NO_PROCESS),
                (["/proc/1/maps"], "capture: /proc/1/maps: " + NO_PROCESS),
                (["/proc/self", "/proc/bus"], "capture: no process: /proc/ and no number behind it "
                                              "is passed over"),
                (["2147483647"], "capture: 2147483647: no such process"),
                (["-o", "a.zip"], "a.zip: not a name for a capture, which ends in .tar, .tar.gz, "
                                  ".tar.xz, .tar.zst or a slash"),
                (["-o", ".tar"], ".tar: not a name for a capture, which ends in .tar, .tar.gz, "
                                 ".tar.xz, .tar.zst or a slash"),
                (["-o", ""], ": not a name for a capture, which ends in .tar, .tar.gz, "
                             ".tar.xz, .tar.zst or a slash"),
                (["-o", "none/a.tar"], "none/a.tar: No such file or directory"),
                (["-o", "a\x1b.zip"], "a?.zip: not a name for a capture, which ends in .tar, "
                                      ".tar.gz, .tar.xz, .tar.zst or a slash")):
            with self.subTest(words=words):
                self.result(self.run_capture(*words), stderr="pmapx: %s\n" % told, status=2)
                self.assertEqual(self.left(), [])

    def test_help(self):
        got = self.run_capture("--help")
        self.assertEqual((got.status, got.stderr), (0, b""))
        self.assertTrue(got.stdout.startswith(b"\nUsage:\n pmapx capture [options] [PID ...]\n"))
        self.result(px.pmapx("help", "capture"), got.stdout)
        listed = px.pmapx("help")
        self.assertEqual((listed.status, listed.stderr), (0, b""))
        self.assertRegex(listed.stdout, rb"\n capture   \w")
        for word in ("help", "--help", "-h"):
            self.result(px.pmapx("help", word), listed.stdout)
        self.result(px.pmapx("help", "me"), status=2, stderr="pmapx: no such verb: me; there are capture, "
                                                             "rank, diff, watch, check, load, sql, report, help\n")

    def test_width(self):
        """All help fits on a terminal."""
        for words in (["help"], ["help", "help"], ["help", "capture"], ["--help"]):
            lines = px.pmapx(*words).stdout.splitlines()
            self.assertGreater(len(lines), 5)
            self.assertEqual([line for line in lines if len(line) > 80], [], words)

    def test_verbs_are_not_pmap(self):
        """Called as pmap there is none; else only the exact first word is one."""
        for argv in ([px.PMAP, "capture"], [px.PMAPX, "captur"], [px.PMAPX, "-x", "capture"]):
            got = px.run(argv, cwd=self.folder)
            self.assertEqual((got.status, got.stdout), (1, b""), argv)
        self.assertEqual(self.left(), [])


if __name__ == "__main__":
    px.main()
