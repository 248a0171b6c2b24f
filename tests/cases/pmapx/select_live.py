#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--all, --name, --user, --tree, --cgroup on the running system, with processes of our own, and
others as far as they hold still. What must be true is read from /proc, not asked of libproc2."""
import contextlib
import os
import re
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import building
import faulty
import px
import trace

HOSTILE = ("Tgid:1", "Tgid:\t1", "PPid:\t1", "Uid:\t7\t7\t7\t7", "a) S 1 1 1", ") R 1 1", ")", "(", "((",
           "x\ny", "\nUid:\t7\t7\t7", "\\", "\\n", "", " ", "\x1b[31m", "[kthreadd]", "-", "?", "é")


def pids(out):
    """The processes that have a header."""
    return [int(pid) for pid in re.findall(rb"^(\d+):   ", out, re.MULTILINE)]


def read(pid, name):
    try:
        with open("/proc/%s/%s" % (pid, name), "rb") as file:
            return file.read()
    except OSError:
        return b""


def living():
    """{(pid, start): (flags, effective user, cgroup)} of all processes, from /proc."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        fields = read(pid, "stat").rpartition(b") ")[2].split()
        user = re.search(rb"^Uid:\t\d+\t(\d+)", read(pid, "status"), re.MULTILINE)
        if fields and user:
            found[int(pid), fields[19]] = int(fields[6]), int(user[1]), read(pid, "cgroup")
    return found


class Select(px.TestCase):
    def found(self, *words):
        """Who is selected; each in order, none twice."""
        got = px.pmapx("-q", *words)
        self.assertIn(got.status, (0, 1, 42))
        self.assertEqual(got.status == 42, got.stdout == b"", words)
        found = pids(got.stdout)
        self.assertEqual(found, sorted(set(found)), words)
        return found

    def agrees(self, words, holds):
        """Who is there before and after is found if and only if it holds of him."""
        before = living()
        found = set(self.found(*words))
        after = living()
        stable = {key for key, about in before.items() if after.get(key) == about}
        self.assertGreater(len(stable), 1)
        self.assertEqual(sorted(pid for pid, _ in stable if pid in found),
                         sorted(key[0] for key in stable if holds(*before[key])), words)
        return found

    def test_all(self):
        """As of /proc; kernel threads are headers, and footers of nothing."""
        found = self.agrees(["--all"], lambda flags, user, cgroup: True)
        self.assertIn(os.getpid(), found)

    def test_user(self):
        for user in sorted({user for _, user, _ in living().values()}):
            self.agrees(["--user", str(user)],
                        lambda flags, owner, _, user=user: owner == user and not flags & 0x200000)
            self.agrees(["--all", "--user", str(user)],
                        lambda flags, owner, _, user=user: owner == user)

    def test_cgroup(self):
        for line in read("self", "cgroup").decode().splitlines():
            path = line.split(":", 2)[2]
            below = re.compile(rb"^\d+:[^:\n]*:%s(/|$)" % re.escape(path.rstrip("/").encode()),
                               re.MULTILINE)
            found = self.agrees(["--cgroup", path], lambda flags, _, cgroup: not flags & 0x200000
                                and below.search(cgroup) is not None)
            self.assertIn(os.getpid(), found)

    def test_kernel_threads(self):
        if read(2, "stat").split()[:2] != [b"2", b"(kthreadd)"]:
            self.skipTest("no kernel threads to be seen")
        for words, said in ((["--tree", "2"], b"--tree=2"), (["--name", "^kthreadd$"], b"--name=^kthreadd$")):
            self.result(px.pmapx(*words), b"",
                        b"pmapx: no process is selected by " + said + b"\n", 42)
        self.result(px.pmapx("-q", "--all", "--name", "^kthreadd$"), b"2:   [kthreadd]\n")
        px.need_library("select")
        hidden = px.environment(LIBPROC_HIDE_KERNEL="")
        self.result(px.pmapx("--all", "--name", "^kthreadd$", env=hidden), b"",
                    b"pmapx: no process is selected by --all --name=^kthreadd$\n", 42)

    def test_long_names(self):
        name = "a-name-of-%d-letters" % os.getpid()
        with px.Target("title", name[:15], "/some/where/" + name, "argument") as target:
            for expression in ("^%s$" % name, "^%s$" % name[:15], name[3:], "^(x|%s)$" % name):
                self.assertEqual(self.found("--name", expression), [target.pid])
            for words in ((), ("-x",), ("-d",), ("-dq",), ("-xkp",)):
                self.result(px.pmapx(*words, "--name", name),
                            px.pmapx(*words, str(target.pid)).stdout, b"", 0, str(words))
            self.result(px.pmapx("--name", name.upper()), b"",
                        b"pmapx: no process is selected by --name=%s\n" % name.upper().encode(), 42)

    def test_hostile_names(self):
        """Whatever it calls itself, a process is the user's and the parent's that it is, and no other."""
        for name in HOSTILE:
            with self.subTest(name=name), px.Target("title", name, "impostor") as target:
                expression = "^%s$" % re.sub(r"[][\\()?|.*+^${}]", r"\\\g<0>", name)
                here = ["--tree", str(os.getpid())]
                self.assertEqual(self.found("--tree", str(target.pid)), [target.pid])
                self.assertIn(target.pid, self.found(*here))
                self.assertEqual(self.found("--name", expression, *here), [target.pid])
                self.assertIn(target.pid, self.found("--user", str(os.geteuid()), *here))
                self.assertEqual(self.found("--user", "7", *here), [])
                self.same(px.pmapx("--tree", str(target.pid)).stdout,
                          px.pmapx(str(target.pid)).stdout)

    def test_threads(self):
        with px.Target("threads", "3", "thread-%d" % os.getpid()) as target:
            tid = target.truth["tid"]
            self.assertEqual(self.found("--tree", str(target.pid)), [target.pid])
            self.result(px.pmapx("--tree", tid), b"",
                        b"pmapx: no process is selected by --tree=%s\n" % tid.encode(), 42)

    def test_zombies(self):
        with px.Target("zombie", "late-%d" % (os.getpid() % 10**9)) as target:
            found = self.found("--tree", str(target.pid))
            self.assertEqual(found[0], target.pid)
            self.assertEqual(len(found), 2)
            got = px.pmapx("-q", "--name", "^late-%d$" % (os.getpid() % 10**9))
            self.result(got, b"%d:   [late-%d] <defunct>\n" % (found[1], os.getpid() % 10**9))

    def test_tree(self):
        with px.Target("many-processes", "7") as target:
            children = [int(value) for key, value in target.lines if key == "child"]
            self.assertEqual(self.found("--tree", str(target.pid)), sorted([target.pid, *children]))
            self.assertEqual(self.found("--tree", str(children[3])), children[3:4])
            self.assertLessEqual({target.pid, *children, os.getpid()}, set(self.found("--tree", str(os.getpid()))))
            self.assertIn(target.pid, self.found("--root", "/proc", "--tree", str(os.getpid())))
            # The operands first, and none twice.
            got = px.pmapx("-q", str(children[5]), "--tree", str(target.pid), str(children[2]))
            self.assertEqual(pids(got.stdout), [children[5], children[2]] + sorted(
                {target.pid, *children} - {children[5], children[2]}))
            self.assertEqual((got.stderr, got.status), (b"", 0))

    def test_whoever_looks_is_left_out(self):
        for root in ((), ("--root", "/proc")):
            with px.sleeper() as pid, subprocess.Popen(
                    [px.PMAPX, "-q", *root, "--tree", str(os.getpid())], env=px.environment(),
                    stdout=subprocess.PIPE) as looking:
                found = pids(looking.communicate()[0])
                self.assertEqual(looking.returncode, 0)
                self.assertIn(pid, found)
                self.assertNotIn(looking.pid, found)

    def test_as_ps_and_pgrep_say(self):
        with px.Target("many-processes", "4") as target:
            for words, other in ((["--tree", str(target.pid)], ["pgrep", "-P", str(target.pid)]),
                                 (["--name", "^px_target$", "--tree", str(target.pid)],
                                  ["pgrep", "-x", "-P", str(target.pid), "px_target"]),
                                 (["--user", str(os.geteuid()), "--tree", str(target.pid)],
                                  ["ps", "-o", "pid=", "--ppid", str(target.pid)])):
                said = [int(pid) for pid in px.run(other).stdout.split()]
                self.assertEqual(len(said), 4)
                self.assertEqual(self.found(*words), sorted([target.pid, *said]))


class Users(px.TestCase):
    def test_the_effective_one_counts(self):
        if os.geteuid() != 0:
            self.skipTest("only root can be someone else")
        # Nobody's on this machine, but for those of another run of this.
        one = 20000 + os.getpid() % 20000 * 2
        for real, effective in ((one, one), (one, one + 1), (one + 1, one)):
            with subprocess.Popen(["setpriv", "--ruid", str(real), "--euid", str(effective), "--clear-groups",
                                   "sleep", "3600"], env=px.environment()) as process:
                try:
                    px.settle(process.pid, b"sleep")
                    for user in (one, one + 1):
                        got = px.pmapx("-q", "--user", str(user))
                        if user == effective:
                            self.result(got, px.pmapx("-q", str(process.pid)).stdout)
                        else:
                            self.result(got, b"", b"pmapx: no process is selected by --user=%d\n"
                                        % user, 42)
                finally:
                    process.kill()


class Cgroups(px.TestCase):
    def test_of_our_own(self):
        """This one and below, not its brother."""
        with contextlib.ExitStack() as undo:
            top, path = self.make(undo, "pmapx-test-%d" % os.getpid())
            _, inner = self.make(undo, "pmapx-test-%d/in: a" % os.getpid())
            _, other = self.make(undo, "pmapx-test-%d-b" % os.getpid())
            targets = [undo.enter_context(px.sleeper()) for _ in range(3)]
            for pid, where in zip(targets, (path, inner, other)):
                undo.callback(self.move, top, pid)
                self.move(where, pid)
            begin = "/pmapx-test-%d" % os.getpid()
            for name, expected in ((begin, targets[:2]), (begin + "/", targets[:2]),
                                   (begin + "/in: a", targets[1:2]), (begin + "-b", targets[2:])):
                got = px.pmapx("-q", "--cgroup", name)
                self.assertEqual((pids(got.stdout), got.stderr), (sorted(expected), b""), name)

    def make(self, undo, name):
        """A cgroup at the top of a hierarchy; (top, its folder)."""
        kinds = [line.split()[1] for line in read("self", "mounts").decode().splitlines()
                 if line.split()[2] == "cgroup2" or line.split()[2] == "cgroup" and
                 "freezer" in line.split()[3].split(",")]
        for top in kinds:
            path = os.path.join(top, name)
            with contextlib.suppress(OSError):
                os.mkdir(path)
                undo.callback(os.rmdir, path)
                return top, path
        raise unittest.SkipTest("no cgroup can be made here")

    def move(self, where, pid):
        try:
            with open(os.path.join(where, "cgroup.procs"), "w", encoding="ascii") as file:
                file.write("%d\n" % pid)
        except OSError as problem:
            raise unittest.SkipTest("no process can be moved: %s" % problem)


class Meanwhile(px.TestCase):
    """What is selected and gone before it is shown was not asked for."""

    def test_gone_at_each_point(self):
        for view in ([], ["-x"]):
            with px.Target("obedient", "24") as target:
                whole = faulty.run([*view, "--tree", str(target.pid)])
                self.assertEqual((whole.result.status, whole.result.stderr, whole.left), (0, b"", (0, 0)))
            seen = set()
            for family, number, _ in faulty.points(whole.calls):
                if family in ("close", "fstatfs"):
                    continue
                with self.subTest(view=view, point=(family, number)), \
                        px.Target("obedient", "24") as target:
                    def leave(target=target):
                        target.process.stdin.write(b"exit\n")
                        target.process.stdin.flush()
                        target.process.wait()
                    whole_of_it = px.pmapx(*view, str(target.pid)).stdout
                    got = faulty.run([*view, "--tree", str(target.pid)], "%s:%d:stop" % (family, number),
                                     at_stop=leave)
                    self.assertEqual(got.left, (0, 0))
                    nobody = b"pmapx: no process is selected by --tree=%d\n" % target.pid
                    seen.add(got.result.status)
                    if got.result.status == 42:
                        self.result(got.result, b"", nobody, 42)
                    else:
                        self.result(got.result, whole_of_it if got.result.stdout else b"")
                        seen.add("shown" if got.result.stdout else "not shown")
            self.assertEqual(seen, {0, 42, "shown", "not shown"})

    def test_gone_while_another_is_shown(self):
        """An operand that has gone is missed, what was selected is not."""
        for words in ((), ("-x",)):
            with px.Target("many", "20000") as first, px.sleeper() as named:
                with px.sleeper() as second, subprocess.Popen(
                        [px.PMAPX, "--jobs", "1", *words, str(first.pid), str(named), "--tree", str(os.getpid())],
                        env=px.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as looking:
                    head = looking.stdout.read(1000)
                    # It waits for us: this is more than is held back.
                    for pid in (named, second):
                        os.kill(pid, signal.SIGKILL)
                        os.waitid(os.P_PID, pid, os.WEXITED)
                    out, err = looking.communicate()
                found = pids(head + out)
                self.assertEqual(found[0], first.pid)
                self.assertNotIn(second, found)
                self.same(err, b"pmapx: %d: /proc/%d: No such process\n" % (named, named))
                self.assertEqual(looking.returncode, 42)


class Library(px.TestCase):
    """libproc2 is loaded by whoever needs it."""

    def libraries(self, *words):
        got = trace.run([px.PMAPX, *words], trace.only(*trace.OPENS))
        self.assertEqual(got.stderr, b"")
        return [path for path in trace.opened(got.calls) if "libproc2" in path]

    def test_loaded_when_needed(self):
        trace.need()
        px.need_library("select")
        with px.sleeper() as pid, px.Root().process(5, maps="") as root:
            self.assertEqual(self.libraries(str(pid)), [])
            self.assertEqual(self.libraries("--root", root.path, "--all"), [])
            self.assertNotEqual(self.libraries("--tree", str(pid)), [])

    def test_missing(self):
        """Only who needs it is told, and what to install."""
        px.need_library("select")
        with open(os.path.join(px.BUILD, "CMakeCache.txt"), encoding="utf-8") as file:
            path = os.path.realpath(re.search(r"^PX_LIBPROC2_FILE:\w+=(.*)$", file.read(), re.M)[1])
        hide = px.unshare_command() + ["sh", "-c", 'mount --bind /dev/null "$0" && exec "$@"', path, px.PMAPX]
        with px.sleeper() as pid:
            # Else it is in a namespace of users, from which nothing of that process is seen.
            if os.getuid() == 0:
                self.result(px.run([*hide, str(pid)]), px.pmapx(str(pid)).stdout)
            for words in (["--all"], ["--tree", str(pid)], ["--name", "sleep", str(pid)]):
                self.assertEqual(px.run([*hide, *words]).stderr.decode(), "pmapx: /proc: selecting processes needs "
                                 "%s\n" % building.cannot_load("libproc2"))
                self.assertEqual(px.run([*hide, *words])[::2], (b"", 1))

    def test_few_descriptors(self):
        """Too few is not nobody."""
        with px.sleeper() as pid:
            # libproc2 4.0.2 loses some bytes where it cannot open /proc.
            env = px.environment(ASAN_OPTIONS="detect_leaks=0")
            for most in range(4, 12):
                got = px.run(["prlimit", "--nofile=%d" % most, px.PMAPX, "-q", "--tree", str(pid), "--name", "."],
                             env=env)
                with self.subTest(most=most):
                    if got.status == 0:
                        self.assertEqual(pids(got.stdout), [pid])
                    else:
                        self.assertEqual((got.stdout, got.status), (b"", 1))
                        self.assertRegex(got.stderr, rb"cannot be loaded|Too many open files")
            self.assertEqual(got.status, 0)


if __name__ == "__main__":
    px.main()
