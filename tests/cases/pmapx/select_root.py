#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--all, --name, --user, --tree, --cgroup in prepared roots: who is found, in which order, and what
is said."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
import saving

MAPS = px.map_line("00001000-00002000", "r--p", "/m")


def block(pid, title="A"):
    """What -q shows of a process."""
    return b"%d:   %s\n0000000000001000      4K r---- m\n" % (pid, px.as_bytes(title))


class Selectors(px.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = root = px.Root()
        cls.addClassCleanup(root.__exit__)
        #  1 ─ 90 ─ 20 ─ 30 (thread 31);  1 ─ 100
        for pid, ppid, comm, uid, title in ((1, 0, "init", 0, "/sbin/init"), (90, 1, "sshd", 0, "sshd"),
                                            (20, 90, "a-name-of-many-", 7, "/bin/a-name-of-many-letters"),
                                            (30, 20, "sh", 7, "sh"), (100, 1, "a) S 90 (b", 8, "x/y")):
            root.process(pid, maps=MAPS, comm=comm, ppid=ppid, cmdline=title.encode() + b"\0arg\0",
                         status="Name:\t%s\nTgid:\t%d\nPid:\t%d\nUid:\t9\t%d\t9\t9\n" % (comm, pid, pid, uid))
            root.file("%d/cgroup" % pid, "1:cpu:/\n0::/%s.slice/x\n" % ("user" if uid else "system"))
        root.process(31, maps=MAPS, comm="sh", ppid=20, tgid=30)
        root.process(2, maps="", comm="kthreadd", cmdline=b"", stat=px.stat_line(2, "kthreadd", ppid=0).replace(
            b" S 0 0 0 0 0 0", b" S 0 0 0 0 -1 2129984"))
        cls.blocks = {1: block(1, "/sbin/init arg"), 90: block(90, "sshd arg"),
                      20: block(20, "/bin/a-name-of-many-letters arg"), 30: block(30, "sh arg"),
                      100: block(100, "x/y arg"), 2: b"2:   [kthreadd]\n"}

    def ways(self, *words):
        yield self.root.pmapx(*words)
        try:
            yield self.root.mounted([px.PMAPX, *words])
        except px.unittest.SkipTest as reason:
            print("only with --root:", reason, file=sys.stderr)

    def finds(self, words, *pids):
        for got in self.ways("-q", *words):
            with self.subTest(words=words):
                self.result(got, b"".join(self.blocks[pid] for pid in pids))

    def nobody(self, *words, said):
        for got in self.ways(*words):
            with self.subTest(words=words):
                self.result(got, b"", b"pmapx: no process is selected by " + px.as_bytes(said) + b"\n", 42)

    def test_all(self):
        self.finds(["--all"], 1, 2, 20, 30, 90, 100)

    def test_hidden_kernel_threads(self):
        """They are not missed where nobody has named them."""
        env = px.environment(LIBPROC_HIDE_KERNEL="")
        self.result(self.root.pmapx("-q", "--all", env=env),
                    b"".join(self.blocks[pid] for pid in (1, 20, 30, 90, 100)))
        self.assertEqual(self.root.pmapx("-q", "2", env=env).status, 42)

    def test_name(self):
        self.finds(["--name", "sh"], 30, 90)
        self.finds(["--name=^sh$"], 30)
        self.finds(["--name", "^a-name-of-many-letters$"], 20)
        self.finds(["--name", "^a-name-of-many-$"], 20)
        self.finds(["--name", "^(init|y)$"], 1, 100)
        self.finds(["--name", r"^a\) S 90 \(b$"], 100)
        self.nobody("--name", "^arg$", said="--name=^arg$")
        self.nobody("--name", "bin", said="--name=bin")
        self.nobody("--name", "SH", said="--name=SH")
        self.nobody("--name", "kthreadd", said="--name=kthreadd")
        self.finds(["--name", "kthreadd", "--all"], 2)

    def test_user(self):
        self.finds(["--user", "7"], 20, 30)
        self.finds(["--user", "0"], 1, 90)
        self.finds(["--user", "root"], 1, 90)
        self.nobody("--user", "9", said="--user=9")

    def test_tree(self):
        self.finds(["--tree", "90"], 20, 30, 90)
        self.finds(["--tree", "30"], 30)
        self.finds(["--tree", "1"], 1, 20, 30, 90, 100)
        self.nobody("--tree", "31", said="--tree=31")
        self.nobody("--tree", "4711", said="--tree=4711")
        self.nobody("--tree", "2", said="--tree=2")

    def test_cgroup(self):
        self.finds(["--cgroup", "/user.slice"], 20, 30, 100)
        self.finds(["--cgroup", "/user.slice/x/"], 20, 30, 100)
        self.finds(["--cgroup", "/"], 1, 20, 30, 90, 100)
        self.nobody("--cgroup", "/user", said="--cgroup=/user")

    def test_all_must_hold(self):
        self.finds(["--user", "7", "--name", "sh"], 30)
        self.finds(["--tree", "1", "--cgroup=/user.slice", "--user", "8"], 100)
        self.nobody("--tree", "20", "--user", "0", said="--user=0 --tree=20")
        self.nobody("--name", "\x1b\\[31m", "--all", said="--all --name=?\\[31m")

    def test_operands_come_first(self):
        self.finds(["90", "--tree", "90"], 90, 20, 30)
        self.finds(["--user", "7", "100", "1"], 100, 1, 20, 30)
        self.finds(["30", "1", "30", "--all", "/proc/self"], 30, 1, 30, 2, 20, 90, 100)
        self.finds(["--name=^sh$", "30"], 30)
        self.finds(["--all", "/proc/self"], 1, 2, 20, 30, 90, 100)
        for got in self.ways("-q", "--user", "9", "30"):
            self.result(got, self.blocks[30], b"pmapx: no process is selected by --user=9\n", 42)
        got = self.root.pmapx("-q", "--user", "7", "77")
        self.result(got, self.blocks[20] + self.blocks[30],
                    b"pmapx: 77: %s/77: No such process\n" % self.root.path.encode(), 42)

    def test_saved(self):
        """The same folder as what was saved: selected while it goes by, in its order."""
        for words, found in ((["--all"], (1, 2, 20, 30, 90, 100)), (["--name", "^sh$"], (30,)),
                             (["--user", "7", "--cgroup", "/user.slice"], (20, 30)),
                             (["--user", "7", "100", "1"], (1, 20, 30, 100))):
            with self.subTest(words=words):
                self.result(px.pmapx("-q", "--from", self.root.path, *words),
                            b"".join(self.blocks[pid] for pid in found))
        self.result(px.pmapx("--from", self.root.path, "--user", "9"), b"",
                    b"pmapx: no process is selected by --user=9\n", 42)
        got = px.pmapx("-q", "--from", self.root.path, "--user", "8", "77")
        self.assertEqual((got.stdout, got.status), (self.blocks[100], 42))
        self.assertRegex(got.stderr, rb"\Apmapx: [^\n]*\b77\b[^\n]*\n\Z")

    def test_saved_tree(self):
        """Those who descend from one, by what was saved of them; in every form, also on standard input."""
        with px.tempfile.TemporaryDirectory() as folder:
            names = (*saving.NAMES, "cgroup")
            collected = saving.collect(self.root.path, os.path.join(folder, "collected"), names)
            shuffled = saving.tar(os.path.join(folder, "shuffled"), collected,
                                  *sorted(os.listdir(collected), key=lambda name: name[::-1]))
            for path in (self.root.path, collected, shuffled):
                for words, found in ((["--tree", "90"], (20, 30, 90)), (["--tree", "30"], (30,)),
                                     (["--tree", "1"], (1, 20, 30, 90, 100)),
                                     (["--tree", "1", "--user", "7"], (20, 30)),
                                     (["--tree", "1", "--cgroup=/user.slice", "--user", "8"], (100,)),
                                     (["--tree", "90", "100", "30"], (20, 30, 90, 100))):
                    with self.subTest(path=path, words=words):
                        self.result(px.pmapx("-q", "--from", path, *words),
                                    b"".join(self.blocks[pid] for pid in found))
                for pid in (b"31", b"4711", b"2"):
                    self.result(px.pmapx("--from", path, "--tree", pid), b"",
                                b"pmapx: no process is selected by --tree=%s\n" % pid, 42)
            with px.subprocess.Popen(["cat", shuffled], stdout=px.subprocess.PIPE) as pipe:
                self.result(px.run([px.PMAPX, "-q", "--from", "-", "--tree", "20"], stdin=pipe.stdout),
                            self.blocks[20] + self.blocks[30])

    def test_saved_tree_of_each_host(self):
        """The numbers of one host say nothing of another's."""
        with px.tempfile.TemporaryDirectory() as folder:
            for host, parents in (("a", {1: 0, 5: 1, 6: 5, 7: 1}), ("b", {1: 0, 5: 6, 6: 1, 7: 6})):
                with px.Root() as root:
                    for pid, ppid in parents.items():
                        root.process(pid, maps=MAPS, ppid=ppid, comm="A")
                    saving.copy(root.path, os.path.join(folder, host))
            got = px.pmapx("--from", folder, "--tree", "6")
            self.assertEqual(px.re.findall(rb"^(?:[ab]|\d+):", got.stdout, px.re.M),
                             [b"a:", b"6:", b"b:", b"5:", b"b:", b"6:", b"b:", b"7:"])
            self.assertEqual((got.stderr, got.status), (b"", 0))

    def test_saved_tree_of_a_cut_archive(self):
        """What is there is shown, and the damage told once."""
        with px.tempfile.TemporaryDirectory() as folder:
            path = saving.tar(os.path.join(folder, "a"), saving.copy(self.root.path, os.path.join(folder, "c")),
                              *sorted(os.listdir(os.path.join(folder, "c")), key=int))
            with open(path, "r+b") as archive:
                at = archive.read().index(b"100/")
                archive.truncate(at)
            got = px.pmapx("-q", "--from", path, "--tree", "90")
            self.assertEqual(got.stdout, b"".join(self.blocks[pid] for pid in (20, 30, 90)))
            self.assertEqual((got.stderr.count(b"\n"), got.status), (1, 1))

    def test_every_view(self):
        with px.sample() as root:
            for options in ("", "-x", "-X", "-XX", "-d", "-xp", "-Xq"):
                words = [options] * bool(options)
                self.result(root.pmapx(*words, "--all"), root.pmapx(*words, "100").stdout, b"", 0, options)

    def test_refused(self):
        for words, said in ((["--name", "("], None), (["--name="], "--name=: nothing to look for"),
                            (["--user", "no-such-one"], "--user=no-such-one: no such user"),
                            (["--tree", "\t1"], "--tree=?1: not a process id: a number from 1 to 2147483647"),
                            (["--cgroup", "x"], "--cgroup=x: not a cgroup: a path as in "
                             "/proc/PID/cgroup, which begins with a slash"),
                            (["--user", "0", "--user", "0"], "--user=0: given twice; a process is "
                             "selected if all that is given holds"),
                            (["--all", "-n"], "too many arguments")):
            with self.subTest(words=words):
                got = self.root.pmapx(*words)
                self.assertEqual((got.stdout, got.status), (b"", 1))
                self.assertRegex(got.stderr, rb"\Apmapx: [^\n]+\n\Z")
                if said:
                    self.same(got.stderr, b"pmapx: " + said.encode() + b"\n")

    def test_spelled_in_full_only(self):
        for word in ("--al", "--nam=x", "--users=0", "--tre=1", "--cgrou=/"):
            got = px.pmapx(word)
            self.assertEqual((got.stdout, got.status), (b"", 1))
            self.assertTrue(got.stderr.startswith(
                (px.PMAPX + ": unrecognized option '" + word + "'\n").encode()), got.stderr)

    def test_pmap_has_none(self):
        for word in ("--all", "--name=x", "--user=0", "--tree=1", "--cgroup=/"):
            got = px.run([px.PMAP, word, "1"])
            self.assertEqual((got.stdout, got.status), (b"", 1))
            self.assertTrue(got.stderr.startswith(
                (px.PMAP + ": unrecognized option '" + word + "'\n").encode()), got.stderr)


class OddRoots(px.TestCase):
    def test_nothing(self):
        with px.Root() as root:
            root.file("self/maps", MAPS)
            self.result(root.pmapx("--all"), b"", b"pmapx: no process is selected by --all\n", 42)
        self.result(px.pmapx("--root", "/nonexistent", "--all"), b"",
                    b"pmapx: /nonexistent: No such file or directory\n", 1)

    def test_what_has_no_stat_is_named(self):
        """Where all are wanted nothing is left out in silence."""
        with px.Root() as root:
            root.process(5, maps=MAPS).process(7, maps=MAPS, stat=False)
            told = b"pmapx: 7: %s/7/stat: No such file or directory\n" % root.path.encode()
            self.result(root.pmapx("-q", "--all"), block(5), told, 42)
            self.result(root.pmapx("-q", "--name", "."), block(5))

    def test_what_has_no_map_is_named(self):
        with px.Root() as root:
            root.process(5, maps=MAPS).process(7)
            told = b"pmapx: 7: %s/7/maps: No such file or directory\n" % root.path.encode()
            self.result(root.pmapx("-q", "--all"), block(5) + b"7:   A\n", told, 1)

    def test_pipes_are_not_waited_for(self):
        with px.Root() as root:
            root.process(5, maps=MAPS).process(7, maps=MAPS)
            for name in ("cgroup", "status", "cmdline"):
                path = os.path.join(root.path, "7", name)
                if os.path.exists(path):
                    os.unlink(path)
                os.mkfifo(path)
            root.file("5/cgroup", "0::/x\n")
            self.result(root.pmapx("-q", "--cgroup", "/x", timeout=10), block(5))
            self.result(root.pmapx("-q", "--user", "0", timeout=10), b"",
                        b"pmapx: no process is selected by --user=0\n", 42)

    def test_three_thousand(self):
        """Found and shown in order, by however many workers."""
        with px.Root() as root:
            for pid in range(1, 3001):
                root.process(pid, maps=MAPS, ppid=pid - 1, comm="odd" if pid % 2 else "even")
            everyone = b"".join(block(pid) for pid in range(1, 3001))
            for jobs in ("1", "2", "5"):
                self.result(root.pmapx("-q", "--all", "--jobs", jobs), everyone)
            self.result(root.pmapx("-q", "--tree", "1001", "--name", "odd"),
                        b"".join(block(pid) for pid in range(1001, 3001, 2)))


if __name__ == "__main__":
    px.main()
