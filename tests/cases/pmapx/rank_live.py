#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx rank of running processes: what it counts once, who cannot be read, what it costs."""
import collections
import ctypes
import errno
import json
import os
import platform
import pwd
import random
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import faulty
import px
import trace

# Somebody else, who may read nothing of ours.
OTHER = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]


def ranked(*words):
    """The document that describes these processes."""
    got = px.pmapx("rank", "--format=json", *words)
    if got.status != 0:
        raise AssertionError(got)
    return json.loads(got.stdout), got.stderr.decode()


def summed(pid, key, private=False):
    """The sum of a key over mappings of smaps."""
    total, counts = 0, True
    for line in px.process_file(pid, "smaps").decode(errors="replace").splitlines():
        head = re.match(r"[0-9a-f]+-[0-9a-f]+ (\S{4}) ", line)
        if head:
            counts = not private or head[1][3] == "p"
        elif counts and line.startswith(key + ":"):
            total += int(line.split()[1])
    return total


def need_kcmp():
    """Skip where the kernel does not tell, as CONFIG_KCMP is off or somebody filters the call."""
    number = {"x86_64": 312, "aarch64": 272}.get(platform.machine())
    if number is None or ctypes.CDLL(None).syscall(number, os.getpid(), os.getpid(), 1, 0, 0) != 0:
        raise px.unittest.SkipTest("no kcmp() that tells")


class Live(px.TestCase):
    def test_still(self):
        """What depends on nobody else, exactly; what does, about."""
        with px.Target("anon", "4000", "4000") as target:
            pid = target.pid
            found, told = ranked(
                "--fields=pid,user,rss,uss,pss,swap,vss,own,own_swap,cmd,memory_of", str(pid))
            row, = found["rows"]
            self.assertEqual(row["pid"], pid)
            self.assertEqual(row["memory_of"], pid)
            self.assertEqual(row["cmd"], "px_target")
            self.assertEqual(row["rss"], summed(pid, "Rss"))
            self.assertEqual(row["swap"], summed(pid, "Swap"))
            self.assertEqual(row["vss"], summed(pid, "Size"))
            self.assertEqual(row["own_swap"], summed(pid, "Swap", private=True))
            for key in ("uss", "pss", "own"):
                self.assertGreaterEqual(row[key], 16000)
                self.assertLessEqual(row[key], row["rss"])
            self.assertEqual(told, "")

    def test_rollup_and_smaps(self):
        """Sums of smaps are rounded mapping by mapping: less by a kB each at most, if the kernel is asked
        for both at once. As it is not, Pss may differ by more either way: others who map the same
        libraries come and go."""
        with px.Target("many", "400", "touched") as target:
            rollup, = ranked("--fields=rss,pss,vss", str(target.pid))[0]["rows"]
            smaps, = ranked("--fields=rss,pss,vss,own", str(target.pid))[0]["rows"]
            self.assertEqual((rollup["rss"], rollup["vss"]), (smaps["rss"], smaps["vss"]))
            self.assertLess(abs(rollup["pss"] - smaps["pss"]), 1000)

    def test_copies(self):
        """Processes that share an address space: each is shown, the memory is counted once."""
        need_kcmp()
        with px.Target("copies", "2") as target:
            pids = [target.pid] + [int(value) for key, value in target.lines if key == "child"]
            words = ["--fields=pid,rss,memory_of", "--sort=pid", *map(str, pids)]
            found, told = ranked(*words)
            self.assertEqual([row["pid"] for row in found["rows"]], sorted(pids))
            first = min(pids)
            self.assertEqual([row["memory_of"] for row in found["rows"]], [first] * 3)
            rss = found["rows"][0]["rss"]
            self.assertEqual([row["rss"] for row in found["rows"]], [rss] * 3)
            self.assertEqual(found["totals"]["rss"], rss)
            self.assertEqual(found["processes"]["sharing_memory"], 2)
            self.assertEqual(told, "pmapx: rank: 2 processes share the memory of another: totals count it once\n")
            group, = ranked("--by=cmd", "--fields=processes,rss", *words[2:])[0]["rows"]
            self.assertEqual(group, {"processes": 3, "rss": rss, "cmd": "px_target"})

    def test_forked(self):
        """What spans the same, as fork() makes it, is not one memory for that."""
        with px.Target("many-processes", "20", "10") as target:
            found, told = ranked("--fields=pid,rss,memory_of", "--tree", str(target.pid))
            self.assertEqual(len(found["rows"]), 21)
            for row in found["rows"]:
                self.assertEqual(row["pid"], row["memory_of"])
            self.assertEqual(found["totals"]["rss"], sum(row["rss"] for row in found["rows"]))
            self.assertEqual(told, "")

    def test_leaders_exited(self):
        """By their numbers none of them has memory: they do not share that."""
        with px.Target("leaders-exited", "3") as target:
            pids = sorted(int(value) for key, value in target.lines if key == "child")
            found, told = ranked("--fields=pid,rss,memory_of", "--sort=pid", *map(str, pids))
            self.assertEqual([(row["pid"], row["memory_of"]) for row in found["rows"]],
                             [(pid, pid) for pid in pids])
            self.assertEqual(found["totals"]["rss"], sum(row["rss"] for row in found["rows"]))
            self.assertEqual((found["processes"]["sharing_memory"], told), (0, ""))

    def test_kernel_does_not_tell(self):
        """It is said of how many; one that cannot be compared does not keep others from it."""
        need_kcmp()
        told = b"pmapx: rank: %s may share the memory of another, which the kernel does not tell: " \
            b"totals may count it twice\n"
        shared = b"pmapx: rank: %s the memory of another: totals count it once\n"
        with px.Target("copies", "4") as target:
            pids = sorted([target.pid] + [int(value) for key, value in target.lines if key == "child"])
            words = ["rank", "--jobs=1", "--fields=pid,memory_of", "--sort=pid", "--format=json",
                     *map(str, pids)]
            whole = faulty.run(words)
            self.assertEqual([call.family for call in whole.calls].count("kcmp"), 4)
            for fault, of, copies, unknown, said in (
                    # It never does: neither of any process nor of itself.
                    ("1+:%d" % errno.ENOSYS, pids, 0, 4, told % b"4 processes"),
                    # The first has gone: the second is in its place, and of the first nothing is told.
                    ("1:%d" % errno.ESRCH, pids[:1] + pids[1:2] * 4, 3, 1,
                     shared % b"3 processes share" + told % b"1 process"),
                    ("3:%d" % errno.ESRCH, pids[:1] * 3 + pids[3:4] * 2, 3, 1,
                     shared % b"3 processes share" + told % b"1 process")):
                with self.subTest(fault=fault):
                    run = faulty.run(words, "kcmp:" + fault)
                    self.assertEqual(run.left, (0, 0))
                    self.assertEqual((run.result.status, run.result.stderr), (0, said))
                    found = json.loads(run.result.stdout)
                    self.assertEqual([row["memory_of"] for row in found["rows"]], of)
                    self.assertEqual((found["processes"]["sharing_memory"],
                                      found["processes"]["sharing_unknown"]), (copies, unknown))

    def test_leader_exited(self):
        """By its number a zombie, and its memory is there."""
        with px.Target("leader-exited") as target:
            for pid in (str(target.pid), target.truth["tid"]):
                row, = ranked("--fields=pid,rss,uss,cmd", pid)[0]["rows"]
                self.assertEqual((row["pid"], row["cmd"]), (target.pid, "px_target"))
                self.assertGreater(row["rss"], 100)
                self.assertGreater(row["uss"], 0)

    def test_leader_exited_and_saved(self):
        """What was captured of it is ranked, checked and compared, as it is while it runs."""
        folder = tempfile.mkdtemp(prefix="pmapx-rank-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        saved = os.path.join(folder, "a.tar")
        with px.Target("leader-exited") as target:
            pid = str(target.pid)
            self.assertEqual(px.pmapx("capture", "-o", saved, pid).status, 0)
            live, = ranked("--fields=pid,rss,vss,cmd", pid)[0]["rows"]
            row, = ranked("--fields=pid,rss,vss,cmd", "--from", saved)[0]["rows"]
            self.assertEqual(row, live)
            self.assertEqual(row["pid"], target.pid)
            got = px.pmapx("check", "--strict", "--format=json", "--from", saved)
            # Its status is that of the first thread, which has none.
            self.assertEqual((json.loads(got.stdout)["processes"]["read"], got.stderr), (
                1, b"pmapx: check: 1 process was not checked for page-tables: what that needs is missing\n"))
            for names in ((saved, pid), (pid, saved), (saved, saved)):
                got = px.pmapx("diff", "--format=json", "--by=name", *names)
                found = json.loads(got.stdout)
                self.assertEqual([look["compared"] for look in found["looks"]], [1, 1], names)
                self.assertLessEqual({row["cmd"] for row in found["rows"]}, {"px_target"})
                self.assertIn(got.status, (0, 1))

    def test_leader_exited_and_watched(self):
        """The thread that is read has begun later than the process, which goes on all the same."""
        with px.Target("leader-exited") as target:
            got = px.pmapx("watch", "-n", "0.1", "-c", "2", str(target.pid))
            self.assertEqual((got.status, got.stderr), (0, b""))
            self.assertNotIn(b"ended", got.stdout)

    def test_thread_ends_meanwhile(self):
        """The thread that is found in place of the leader has gone when it is opened: so has the process."""
        with px.Target("leader-exited") as target:
            words = ["rank", "--jobs=1", "--fields=pid,rss", str(target.pid)]
            whole = faulty.run(words)
            opened = [call.file for call in whole.calls if call.family == "open"]
            tries = [number for number, file in enumerate(opened, 1) if file == target.truth["tid"]]
            # To see whether it lives, and to read it.
            self.assertEqual(len(tries), 2)
            run = faulty.run(words, "open:%d:%d" % (tries[1], errno.ENOENT))
            self.assertEqual(run.left, (0, 0))
            self.result(run.result, "", "pmapx: rank: 1 process could not be read: 1 vanished\n", 2)

    def test_without_memory(self):
        """A zombie is passed over; what has just given its memory back has vanished."""
        with px.Target("zombie") as target:
            found, told = ranked("--fields=pid", target.truth["zombie"], str(target.pid))
            self.assertEqual((found["rows"], told), (
                [{"pid": target.pid}], "pmapx: rank: %s: has ended\n" % target.truth["zombie"]))
        with px.Target("exiting") as target:
            found, told = ranked("--fields=pid", target.truth["exiting"], str(target.pid))
            self.assertEqual(found["rows"], [{"pid": target.pid}])
            self.assertEqual(told, "pmapx: rank: 1 process could not be read: 1 vanished\n")
            self.assertFalse(found["complete"])

    def test_threads(self):
        """A thread stands for its process, which has one row."""
        with px.Target("threads", "3") as target:
            tids = [value for key, value in target.lines if key == "tid"]
            found, told = ranked("--fields=pid", *tids)
            self.assertEqual((found["rows"], told), ([{"pid": target.pid}], ""))

    def test_denied(self):
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("nobody to become")
        with px.Target("anon") as target:
            words = OTHER + [px.PMAPX, "rank", "--fields=pid,rss,cmd", str(target.pid)]
            self.result(px.run(words), "", "pmapx: rank: 1 process could not be read: 1 denied\n", 2)

    def test_user(self):
        """By name; also of a program that may not be dumped, whose files are root's."""
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("nobody to become")
        try:
            name = pwd.getpwuid(65534).pw_name
        except KeyError:
            name = "65534"
        for words, user in (([], pwd.getpwuid(0).pw_name), (OTHER, name)):
            # What comes before "ready" tells its number.
            with subprocess.Popen(words + [px.TARGET, "unreadable"], env=px.environment(), cwd="/",
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
                self.assertRegex(process.stdout.readline(), rb"^pid")
                self.assertEqual(process.stdout.readline(), b"ready\n")
                row, = ranked("--fields=user", str(process.pid))[0]["rows"]
                self.assertEqual(row, {"user": user})
                status = px.process_file(process.pid, "status").decode()
                self.assertEqual(os.stat("/proc/%d" % process.pid).st_uid,
                                 int(re.search(r"\nUid:\t\d+\t(\d+)", status)[1]))
                process.stdin.close()

    def test_itself(self):
        """Whoever looks is not among all."""
        mark = "--top=%d" % random.randrange(10 ** 12, 10 ** 13)
        found, _ = ranked("--fields=pid,command", mark)
        self.assertEqual([row for row in found["rows"] if mark in row["command"]], [])
        self.assertIn(os.getpid(), [row["pid"] for row in found["rows"]])

    def test_output_fails(self):
        with open("/dev/full", "wb") as full:
            got = px.pmapx("rank", str(os.getpid()), stdout=full)
        self.assertEqual((got.status, got.stderr), (1, b"pmapx: write error: No space left on device\n"))


class Costs(px.TestCase):
    """What can be counted."""

    def setUp(self):
        trace.need()

    def calls(self, target, *words):
        pids = [value for key, value in target.lines if key == "child"]
        got = trace.run([px.PMAPX, "rank", "--jobs=1", *words, *pids])
        self.assertEqual(got.status, 0)
        return got.calls, pids

    def test_files(self):
        """What the columns need, and nothing else: smaps only for what is of mappings."""
        for words, names in (([], ["stat", "smaps_rollup", "cmdline"]),
                             (["--fields=pid,pss,cmd"], ["stat", "smaps_rollup"]),
                             (["--fields=pid,vss"], ["stat", "maps"]),
                             (["--fields=pid,vss,rss"], ["stat", "smaps_rollup", "maps"]),
                             (["--fields=pid,own"], ["stat", "smaps", "maps"]),
                             (["--by=user", "--fields=pss"], ["stat", "smaps_rollup"]),
                             (["--by=cgroup", "--fields=pss"], ["stat", "smaps_rollup", "cgroup"])):
            with self.subTest(words=words), px.Target("many-processes", "3") as target:
                calls, pids = self.calls(target, *words)
                opened = collections.Counter(
                    os.path.basename(path) for path in trace.opened(calls)
                    if re.match(r"/proc/(%s)/" % "|".join(pids), path))
                # To know whose number it is that was given, stat is read once more.
                wanted = {name: 6 if name == "stat" else 3 for name in names}
                self.assertEqual(dict(opened), wanted)

    def test_calls(self):
        """For each process more: 5 to know whose number it is, 9 to read it, and to know whose memory
        it is, among as many that span the same, as often as halving takes."""
        counts = []
        for count in ("10", "30"):
            with px.Target("many-processes", count) as target:
                counts.append(len(self.calls(target, "--fields=pid,swap,uss,pss,rss")[0]))
        self.assertLessEqual((counts[1] - counts[0]) / 20, 5 + 9 + 5)


if __name__ == "__main__":
    px.main()
