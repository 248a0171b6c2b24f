#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What verbs end with if processes are not there, may not be read, were not saved or are damaged: one
table for all of them."""
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import building
import px
import saving

NAMES = saving.NAMES + ("smaps_rollup",)
MAP = px.map_line("00400000-00500000", "rw-p")
WELL, DAMAGED, UNSAVED, KERNEL, MISSING = 100, 102, 103, 2, 77
NO_PROCESS = "{path}: 77: no such process"
WRONG = "{path}: 102: {file}: line 1, column 9: expected a mapping, or ':' after a key"

# Which processes, whether there is an answer, its status, that with --strict, what is said of them.
TABLE = (
    ([WELL], True, 0, 0, []),
    ([WELL, KERNEL], True, 0, 0, []),
    ([WELL, MISSING], True, 0, 1, [NO_PROCESS, "1 process could not be read: 1 vanished"]),
    ([WELL, UNSAVED], True, 0, 1, ["1 process could not be read: 1 not saved ({lacking})"]),
    ([WELL, UNSAVED, MISSING], True, 0, 1,
     [NO_PROCESS, "2 processes could not be read: 1 vanished, 1 not saved ({lacking})"]),
    # Damage is trouble, whatever the rest says,
    ([WELL, DAMAGED], True, 2, 2, [WRONG, "1 process could not be read: 1 damaged"]),
    # and so it is if nothing could be read.
    ([MISSING], False, 2, 2, [NO_PROCESS]),
    ([UNSAVED], False, 2, 2, ["1 process could not be read: 1 not saved ({lacking})"]),
    ([UNSAVED, MISSING], False, 2, 2,
     [NO_PROCESS, "2 processes could not be read: 1 vanished, 1 not saved ({lacking})"]),
    ([DAMAGED], False, 2, 2, [WRONG, "1 process could not be read: 1 damaged"]),
)
# Of the kernel's thread, if it is named.
NO_MEMORY = "{path}: 2: a thread of the kernel, which has no memory of its own"


class Statuses(px.TestCase):
    def setUp(self):
        self.work = tempfile.mkdtemp(prefix="pmapx-statuses-")
        self.addCleanup(shutil.rmtree, self.work)

    def save(self, pids):
        """A folder of these processes, but those that are missing; which is its path."""
        folder = os.path.join(self.work, "case-" + "-".join(map(str, pids)))
        os.makedirs(folder, exist_ok=True)
        with px.Root() as root:
            for pid in pids:
                if pid in (WELL, DAMAGED):
                    is_well = pid == WELL
                    root.process(pid, maps=MAP if is_well else b"nonsense\n",
                                 smaps=px.smaps_entry(MAP, Rss=4) if is_well else b"nonsense\n")
                    root.file("%d/smaps_rollup" % pid, px.smaps_entry(
                        px.map_line("00400000-00500000", "---p", "[rollup]"), Rss=4) if is_well else b"nonsense\n")
                elif pid == KERNEL:
                    root.process(pid, maps="", smaps="", comm="kthreadd", cmdline=b"", stat=px.stat_line(
                        pid, "kthreadd", ppid=0).replace(b" S 0 0 0 0 0 0", b" S 0 0 0 0 -1 2129984"))
                elif pid == UNSAVED:
                    root.file("%d/comm" % pid, "x\n")
            return saving.copy(root.path, folder, NAMES)

    def ends(self, words, status, said, **names):
        """*said* are the lines of standard error behind the verb."""
        with self.subTest(words=words):
            got = px.pmapx(*words)
            self.assertEqual(got.stderr.decode().splitlines(),
                             ["pmapx: %s: %s" % (words[0], line.format(**names)) for line in said])
            self.assertEqual(got.status, status)
            return got.stdout

    def of_processes(self, source, reword):
        """*reword* makes of what is said of saved processes what is said of these. A copy lacks even
        the stat of what was not copied."""
        for pids, is_answered, plain, strict, said in TABLE:
            path, lines = self.save(pids), [reword(line) for line in [NO_MEMORY] * (KERNEL in pids) + said]
            for option, status in ([], plain), (["--strict"], strict):
                words = [source, path, *option, *map(str, pids)]
                lacking = "stat" if source == "--root" else "smaps"
                out = self.ends(["rank", "--fields=rss", *words], status, lines, path=path, file="smaps_rollup",
                                lacking=lacking)
                with self.subTest(pids=pids, option=option):
                    self.assertEqual(out != b"", is_answered)
                # There is nothing to be found: that is its answer.
                lacking = lacking.replace("smaps", "maps")
                self.ends(["check", "--only=map-count", *words], status, lines, path=path, file="maps",
                          lacking=lacking)

    def test_of_saved_processes(self):
        self.of_processes("--from", str)

    def test_of_a_copy(self):
        """Another proc root that no kernel answers for has what was copied, and the rest has not gone."""
        self.of_processes("--root", lambda line: line.replace("{path}: 77", "77").replace(
            "{path}: 102: ", "{path}/102/").replace("{path}: 2:", "2:"))

    def test_of_a_copy_without_smaps(self):
        """Sizes are known."""
        folder = os.path.join(self.work, "maps")
        with px.Root() as root:
            root.process(WELL, maps=MAP)
            saving.copy(root.path, folder)
        source = ["--root", folder]
        self.assertEqual(self.ends(["rank", "--format=csv", "--fields=vss,rss", *source, "100"], 0, []),
                         b"vss,rss\r\n1024,\r\n")
        self.assertEqual(self.ends(["rank", "--fields=rss", *source, "100"], 2,
                                   ["1 process could not be read: 1 not saved (smaps)"]), b"")
        well = self.save([WELL])
        self.ends(["diff", *source, well, "100"], 0,
                  ["100 has no smaps: of what it is compared with, only sizes are known"])
        # a look that has nothing of a process does not tell that it has ended
        os.remove(os.path.join(folder, "100", "maps"))
        self.ends(["diff", *source, well, "100"], 2, ["1 process could not be read: 1 not saved (maps)",
                                                      "100: no process that has memory could be read"])

    def test_of_a_copy_without_stat(self):
        """One that is empty was not copied as it was; that is no process that has gone."""
        folder = self.save([WELL])
        path = os.path.join(folder, "100", "stat")
        for change, status, said in (
                (lambda: open(path, "w").close(), 2,
                 ["%s: No data available" % path, "1 process could not be read: 1 damaged"]),
                (lambda: os.remove(path), 2, ["1 process could not be read: 1 not saved (stat)"])):
            change()
            self.ends(["rank", "--fields=rss", "--root", folder, "100"], status, said)

    def load(self, words, status, said, is_loaded, **names):
        """Into a database, and as a script: which is whole, or not there. Returns what became of whom."""
        px.need_library("sqlite")
        path = os.path.join(self.work, "db")
        self.assertEqual(self.ends(["load", path, *words], status, said, **names), b"")
        script = self.ends(["load", "--psql", *words], status, said, **names)
        with self.subTest(words=words):
            self.assertEqual(os.path.exists(path), is_loaded)
            self.assertEqual(script.endswith(b"\\endif\n"), is_loaded)
            if not is_loaded:
                return []
            with sqlite3.connect(path) as database:
                rows = database.execute("SELECT pid, status FROM process ORDER BY pid").fetchall()
            os.remove(path)
            return rows

    STATUS = {WELL: "ok", KERNEL: "kernel", DAMAGED: "partial", UNSAVED: "partial"}

    def test_of_load(self):
        """What was saved is loaded as a whole, so that nobody is named; all that is there has a row."""
        for pids, _, plain, strict, said in TABLE:
            there = [pid for pid in sorted(pids) if pid != MISSING]
            path, is_loaded = self.save(there), WELL in pids or DAMAGED in pids
            lines = ["{path}: " + line if line[0].isdigit() else line for line in said if line != NO_PROCESS]
            lines = [line.replace("2 processes could not be read: 1 vanished, 1", "1 process could not be read: 1")
                     for line in lines if line != "{path}: 1 process could not be read: 1 vanished"]
            if not there:
                plain, strict, lines = 2, 2, ["{path}: no maps or smaps of processes are in it"]
            for option, status in ([], plain), (["--strict"], strict if UNSAVED in pids or DAMAGED in pids or not there else 0):
                rows = self.load([*option, path], status, lines, is_loaded, path=path, file="smaps", lacking="maps")
                self.assertEqual(rows, [(pid, self.STATUS[pid]) for pid in there] if is_loaded else [])
        path = self.save([KERNEL])
        self.assertEqual(self.load([path], 0, [], True), [(KERNEL, "kernel")])

    def test_of_load_of_a_copy(self):
        for pids, is_answered, plain, strict, said in TABLE:
            path = self.save(pids)
            lines = [line.replace("{path}: 77", "77").replace("{path}: 102: ", "{path}/102/").replace("{path}: 2:", "2:")
                     for line in [NO_MEMORY] * (KERNEL in pids) + said]
            for option, status in ([], plain), (["--strict"], strict):
                rows = self.load(["--root", path, *option, *map(str, pids)], status, lines, is_answered, path=path,
                                 file="smaps", lacking="stat")
                self.assertEqual(rows, [(pid, self.STATUS[pid]) for pid in sorted(pids) if pid != MISSING]
                                 if is_answered else [])

    def test_of_load_refused(self):
        """Nothing is loaded, and what is there stays as it is."""
        px.need_library("sqlite")
        well, path = self.save([WELL]), os.path.join(self.work, "there")
        words = [path, well, "--label", "l", "--host", "h"]
        self.ends(["load", *words], 0, [])
        with open(path, "rb") as file:
            before = file.read()
        other = os.path.join(self.work, "other")
        with open(other, "w", encoding="ascii") as file:
            file.write("nonsense\n")
        none = os.path.join(self.work, "none")
        for rest, said in (
                (words, '{path}: the capture "l" of host "h" is in it already; --replace puts another in its place'),
                ([path, none], none + ": No such file or directory"),
                ([path, other], other + ": neither a map, nor a folder or an archive of such, nor a core file"),
                ([path], "there is nothing to load: SOURCE, numbers of processes, or --all"),
                ([], "there is no database: DB SOURCE, or --psql SOURCE"),
                ([path, well, "--label", ""], None), ([path, well, "1"], None), (["--psql"], None), ([path, "--from", well], None),
                ([path, "-", "-"], "standard input can be read only once"),
                ([path, well, well, "--activity", other], "--activity and --contexts are of one SOURCE"),
                ([other, well], None), ([os.path.join(none, "db"), well], None), ([path, "999999999"], None)):
            if said is None:
                got = px.pmapx("load", *rest)
                self.assertEqual((got.status, got.stdout), (2, b""), rest)
                self.assertTrue(got.stderr.startswith(b"pmapx: load: "), got.stderr)
            else:
                got = px.pmapx("load", *rest)
                self.assertEqual((got.status, got.stderr.decode().splitlines()[0]),
                                 (2, "pmapx: load: " + said.format(path=path)))
            with open(path, "rb") as file:
                self.assertEqual(file.read(), before)
        self.ends(["load", *words, "--replace"], 0, [])
        # What is asked for beside the processes and cannot be read is trouble: nothing is loaded.
        self.ends(["load", *words, "--replace", "--activity", none], 2, [none + ": No such file or directory"])
        self.assertEqual(px.pmapx("load", *words, "--replace", "--activity", other).status, 2)
        with open("/dev/full", "wb") as full:
            self.assertEqual(px.pmapx("load", "--psql", well, stdout=full).status, 2)

    def test_of_load_without_sqlite(self):
        """It is told which package has it; a script needs none."""
        well, path = self.save([WELL]), os.path.join(self.work, "db")
        with open(os.path.join(self.work, "libsqlite3.so.0"), "wb"):
            pass
        env = px.environment(LD_LIBRARY_PATH=self.work)
        self.result(px.pmapx("load", path, well, env=env), b"",
                    "pmapx: load: %s: databases need %s\n" % (path, building.cannot_load("libsqlite3")), 2)
        self.assertFalse(os.path.exists(path))
        self.assertEqual(px.pmapx("load", "--psql", well, env=env).status, 0)

    def test_of_looks(self):
        """They have no names, and each says which it is."""
        well = self.save([WELL])
        for pids, is_answered, plain, strict, said in TABLE:
            if MISSING in pids:
                continue
            path = self.save(pids)
            lines = [line if line.startswith("{path}") else "{path}: " + line for line in said]
            if not is_answered:
                lines.append("{path}: no process that has memory could be read")
            for option, status in ([], plain), (["--strict"], strict):
                out = self.ends(["diff", *option, well, path], status, lines, path=path, file="smaps",
                                lacking="maps")
                with self.subTest(pids=pids, option=option):
                    self.assertEqual(out != b"", is_answered)

    def test_of_inputs(self):
        """One that is not in a look is said of that look."""
        one, other = self.save([WELL]), self.save([WELL, KERNEL])
        with px.Target("anon") as target:
            pid = str(target.pid)
            got = px.pmapx("diff", one, other, pid)
            self.result(got, b"", "pmapx: diff: %s: %s: no such process\n" % (one, pid), 2)

    def test_of_nobody(self):
        """Threads of the kernel have no memory: there is nothing to be ranked, to find or to compare."""
        path = self.save([KERNEL])
        self.ends(["rank", "--from", path, "2"], 0, [NO_MEMORY], path=path)
        self.ends(["check", "--from", path, "2"], 2, [NO_MEMORY, "no process that has memory could be read"], path=path)
        self.ends(["diff", path, path], 2, ["{path}: no process that has memory could be read"], path=path)

    def test_of_running_processes(self):
        """Of the running system the same: who has gone is said, and missed if there is nobody else."""
        with px.Target("anon") as target:
            pid = str(target.pid)
            with px.Target("anon") as other:
                gone = str(other.pid)
            said = [gone + ": no such process", "1 process could not be read: 1 vanished"]
            database = os.path.join(self.work, "db")
            for words in ["rank", "--fields=rss"], ["check", "--only=map-count"], ["load", database, "--label=x", "--replace"]:
                self.ends([*words, pid, gone], 0, said)
                self.ends([*words, "--strict", pid, gone], 1, said)
            for words in ["rank"], ["check"], ["watch", "-c1"], ["diff", pid], ["load", database]:
                self.ends([*words, gone], 2, said[:1])
            self.assertEqual(px.pmapx("watch", "-n0.1", "-c1", pid, gone).status, 0)

    def test_of_denied_processes(self):
        """No trouble beside one that may be read; alone, nothing was answered."""
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        if os.geteuid() != 0 or px.run([*nobody, "test", "-x", px.PMAPX]).status != 0:
            self.skipTest("nobody to become who may run " + px.PMAPX)
        said = "pmapx: %s: 1 process could not be read: 1 denied\n"
        other = subprocess.Popen([*nobody, "sleep", "600"])
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)
        with px.Target("anon") as target:
            while px.run(["cat", "/proc/%d/comm" % other.pid]).stdout != b"sleep\n":
                self.assertIsNone(other.poll())
            for words in ["rank", "--fields=rss"], ["check", "--only=map-count"], ["load", "--psql"]:
                for option, status in ([], 0), (["--strict"], 1):
                    with self.subTest(words=words, option=option):
                        run = [*nobody, px.PMAPX, *words, *option, str(target.pid)]
                        got = px.run(run)
                        # A script that nobody ends is none.
                        self.result(got, got.stdout if words[0] == "load" else b"", said % words[0], 2)
                        self.assertNotIn(b"\nCOMMIT;\n", got.stdout)
                        got = px.run([*run, str(other.pid)])
                        self.assertEqual((got.status, got.stderr.decode()), (status, said % words[0]))
            pid = str(target.pid)
            for option in [], ["--strict"]:
                with self.subTest(words="diff", option=option):
                    self.result(px.run([*nobody, px.PMAPX, "diff", *option, pid, str(other.pid)]), b"",
                                said % "diff" +
                                "pmapx: diff: %s: no process that has memory could be read\n" % pid, 2)


if __name__ == "__main__":
    px.main()
