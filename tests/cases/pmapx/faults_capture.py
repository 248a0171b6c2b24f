# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx capture, with calls that fail in turn: there is a whole capture, or there is nothing, and one
line says why; and a process that exits or begins another program while it is read."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import faulty
import px
from capturing import SMALL, Capture, CaptureCase

EIO, ENOMEM, EACCES, EMFILE, ENOSPC = "5", "12", "13", "24", "28"


class Faults(CaptureCase):
    # How many calls of a family to look at: there are hundreds that are alike.
    MOST = 6 if px.is_sanitized(px.PMAPX) else 25

    def sweep(self, family, errors, target):
        """Have calls of a family fail. Gives how often there was a capture, and how often not."""
        seen = {0: 0, 1: 0, 2: 0}
        for name in ("a.tar", "a/"):
            words = ["capture", "--jobs", "1", "-o", name, str(target.pid)]
            whole = faulty.run(words, cwd=self.folder)
            self.assertEqual(whole.result.status, 0, whole.result.stderr)
            self.assertEqual(whole.left[1], 0, "allocations left")
            px.run(["rm", "-r", self.path(name)])
            count = sum(call.family == family for call in whole.calls)
            self.assertGreater(count, 0, family)
            for number in range(1, count + 1, max(1, count // self.MOST)):
                for error in errors:
                    with self.subTest(name=name, family=family, number=number, error=error):
                        run = faulty.run(words, "%s:%d:%s" % (family, number, error),
                                         cwd=self.folder)
                        self.assertEqual(run.left[1], 0, "allocations left")
                        self.judge(name, run.result, target.pid)
                        seen[run.result.status] += 1
        return seen

    def judge(self, name, got, pid):
        left = self.left()
        capture = Capture(self.path(name)) if left == [name.rstrip("/")] else None
        px.run(["rm", "-r", self.path(name)])
        # 1 is that the closing line could not be written.
        self.assertIn((got.status, got.stderr.count(b"\n")), ((0, 1), (1, 0), (2, 1)), got.stderr)
        if got.status == 2:
            self.assertEqual(left, [], got.stderr)
            return
        self.assertTrue(capture.manifest["complete"])
        one = capture.processes[pid]
        # What is there is in the list, and what is not is said.
        self.assertEqual(sorted(one["files"]), sorted(capture.of(pid)))
        if one["kind"] == "process":
            self.assertLessEqual(set(SMALL) - set(one["files"]),
                                 {gap["file"] for gap in one["missing"]})
            self.assertTrue({"smaps", "maps"} & (set(one["files"]) | {
                gap["file"] for gap in one["missing"]}))

    def test_memory(self):
        with px.Target("anon") as target:
            self.assertGreater(self.sweep("memory", [ENOMEM], target)[2], 5)

    def test_open(self):
        with px.Target("anon") as target:
            seen = self.sweep("open", [EACCES, EMFILE], target)
            self.assertGreater(min(seen[0], seen[2]), 1)

    def test_read(self):
        with px.Target("anon") as target:
            self.assertGreater(self.sweep("read", [EIO], target)[0], 5)

    def test_write(self):
        """Nothing that was not written is ever taken for a capture."""
        with px.Target("anon") as target:
            seen = self.sweep("write", [EIO, ENOSPC], target)
            self.assertGreater(seen[2], 5)
            self.assertEqual(seen[0], 0)

    def test_sync(self):
        """What cannot be had on the disk is none; what has its name already is there, and it is said
        that a crash may lose it."""
        with px.Target("anon") as target:
            for name, kept in (("a.tar", [False, True]), ("a/", [True])):
                words = ["capture", "-o", name, str(target.pid)]
                whole = faulty.run(words, cwd=self.folder)
                self.assertEqual(sum(call.family == "fsync" for call in whole.calls), len(kept))
                px.run(["rm", "-r", self.path(name)])
                for number, is_kept in enumerate(kept, 1):
                    with self.subTest(name=name, number=number):
                        got = faulty.run(words, "fsync:%d:%s" % (number, EIO), cwd=self.folder).result
                        self.assertEqual(got.stdout, b"")
                        if not is_kept:
                            self.result(got, status=2,
                                        stderr="pmapx: %s: Input/output error\n" % name)
                            self.assertEqual(self.left(), [])
                            continue
                        self.assertEqual(got.status, 1)
                        self.assertRegex(got.stderr, rb"\Apmapx: %s: 1 process, [^\n]*\npmapx: %s: "
                                         rb"complete, but a crash may still lose it: Input/output "
                                         rb"error\n\Z" % (name.encode(), name.encode()))
                        self.assertTrue(Capture(self.path(name)).manifest["complete"])
                        px.run(["rm", "-r", self.path(name)])


class Changing(CaptureCase):
    """What a process does in the middle of being read."""

    def take(self, command, stops=1):
        """Capture a target which is told a command when its smaps is about to be read."""
        with px.Target("obedient", "50") as target:
            words = ["capture", "--jobs", "1", "-o", "a.tar", str(target.pid)]
            smaps = "/smaps"
            calls = faulty.run(words, cwd=self.folder).calls
            os.remove(self.path("a.tar"))
            number, = [number for family, number, file in faulty.points(calls)
                       if family == "open" and str(file).endswith(smaps[1:])
                       and not str(file).endswith("rollup")][:1]

            def obey():
                target.process.stdin.write(command)
                target.process.stdin.flush()
                if command == b"exec\n":
                    target.listen("anon")
                    px.settle(target.pid)
                else:
                    os.waitid(os.P_PID, target.pid, os.WEXITED | os.WNOWAIT)
            run = faulty.run(words, "open:%d:stop" % number, at_stop=obey, cwd=self.folder)
            self.assertEqual(run.stops, stops)
            self.assertEqual(run.result.status, 0, run.result.stderr)
            return target.pid, Capture(self.path("a.tar"), run.result)

    def test_exec(self):
        """All files are of the new program."""
        pid, capture = self.take(b"exec\n")
        one, files = capture.processes[pid], capture.of(pid)
        self.assertEqual((one["files"], one["missing"]), (SMALL + ["smaps"], []))
        self.assertEqual(one["comm"].encode() + b"\n", files["comm"])
        self.assertIn(b" " + files["exe"] + b"\n", files["smaps"])
        self.assertIn(b"(%s)" % one["comm"].encode(), files["stat"])

    def test_exit(self):
        """What has exited and not been waited for is a zombie, without a map of before."""
        pid, capture = self.take(b"exit\n")
        one, files = capture.processes[pid], capture.of(pid)
        self.assertEqual((one["kind"], one["state"], one["missing"]), ("zombie", "Z", []))
        self.assertEqual(files["smaps"], b"")
        self.assertIn(b"State:\tZ", files["status"])

    def test_exec_of_what_hides(self):
        """One of another user may not be looked into, if its file cannot be read: nothing is left of
        the program before it, of which there is no map either."""
        if os.geteuid() != 0:
            self.skipTest("only root can be somebody else")
        somebody = 65534
        program = shutil.copy(px.TARGET, self.path("px_target"))
        os.chmod(self.folder, 0o755)
        os.mkdir(self.path("out"))
        os.chown(self.path("out"), somebody, somebody)
        words = ["capture", "--jobs", "1", "-o", "out/a.tar"]
        prefix = ["setpriv", "--reuid=%d" % somebody, "--regid=%d" % somebody, "--clear-groups"]
        if px.run([*prefix, "test", "-x", faulty.PROGRAM]).status != 0:
            self.skipTest("no other user may run " + faulty.PROGRAM)
        with subprocess.Popen([program, "obedient", "50"], stdin=subprocess.PIPE, user=somebody,
                              group=somebody, stdout=subprocess.PIPE) as process:
            pid = process.pid
            self.assertIn(b"ready\n", iter(process.stdout.readline, b""))
            px.settle(pid)
            run = faulty.run([*words, str(pid)], prefix=prefix, cwd=self.folder)
            number = next(number for family, number, file in faulty.points(run.calls)
                          if family == "open" and str(file).endswith("smaps"))
            os.remove(self.path("out/a.tar"))

            def obey():
                os.chmod(program, 0o111)
                process.stdin.write(b"exec\n")
                process.stdin.flush()
                self.assertIn(b"ready\n", iter(process.stdout.readline, b""))
                px.settle(pid)
            run = faulty.run([*words, str(pid)], "open:%d:stop" % number, at_stop=obey,
                             prefix=prefix, cwd=self.folder)
            process.stdin.close()
        self.assertEqual((run.stops, run.result.status), (1, 0), run.result.stderr)
        capture = Capture(self.path("out/a.tar"), run.result)
        files = capture.of(pid)
        self.assertNotIn("maps", files)
        self.assertEqual({files["comm"], files["status"].split()[1] + b"\n"}, {b"exe\n"})
        self.assertEqual(files["cmdline"], b"px_target\0anon\0007\0")
        self.assertEqual([gap["file"] for gap in capture.processes[pid]["missing"]],
                         ["exe", "smaps_rollup", "smaps", "maps"])


if __name__ == "__main__":
    px.main()
