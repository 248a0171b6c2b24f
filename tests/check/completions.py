#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The completions of bash, zsh and fish work in these shells: options, values, processes, roots.

Every test holds for all three; a class per shell says how to ask it. Shells that are not installed
are skipped."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import interface
import prompt
import px

COMPLETIONS = os.path.join(px.SOURCE, "completions")

PMAP_OPTIONS = set("""-x --extended -X -XX -d --device -c --read-rc -C --read-rc-from -n --create-rc
    -N --create-rc-to -q --quiet -p --show-path -k --use-kernel-name -A --range -h --help
    -V --version""".split())
PMAP_LONG = {option for option in PMAP_OPTIONS if option.startswith("--")}

# What is typed, and how the program is called such that it says what there is. ALL stands for all keys of a diff.
ALL = "name,path,kind,class,perm,address"
VALUES = {
    "--format ": "--format no 1",
    "--units ": "--by pid --units no 1",
    "--by ": "--by no 1",
    "--compat ": "--compat no 1",
    "--perm ": "--perm no 1",
    "--fields ": "--fields no 1",
    "--sort ": "--sort no 1",
    "-x --sort ": "-x --sort no 1",
    "-qd --sort ": "-d --sort no 1",
    "-XX --sort ": "-XX --sort no 1",
    "-c --sort ": "-X --sort no 1",
    "--fields Rss,Mode --sort ": "--fields Rss,Mode --sort no 1",
    "--by pid,kind --sort ": "--by pid,kind --sort no 1",
    "rank --fields ": "rank --fields no",
    "rank --by ": "rank --by no",
    "rank --sort ": "rank --sort no",
    "rank --by user,cmd --sort ": "rank --by user,cmd --sort no",
    "rank --fields=pss,own --sort ": "rank --fields pss,own --sort no",
    "rank --units ": "rank --units no",
    "rank --format ": "rank --format no",
    "diff --by ": "diff --by no 1 2",
    "diff --match ": "diff --match no 1 2",
    "diff --fields ": "diff --by %s --fields no 1 2" % ALL,
    "diff --sort ": "diff --sort no 1 2",
    "diff --by pid --sort ": "diff --by pid --sort no 1 2",
    "diff --fields rss,pid --sort ": "diff --fields rss,pid --sort no 1 2",
    "diff --units ": "diff --units no 1 2",
    "diff --format ": "diff --format no 1 2",
    "diff --perm ": "diff --perm no 1 2",
    "watch --by ": "watch --by no 1",
    "watch --color ": "watch --color no 1",
    "watch --units ": "watch --units no 1",
    "check --only ": "check --only no",
    "check --format ": "check --format no",
    "capture --redact ": "capture --redact no",
    "sql --format ": "sql --format no x",
    "report --units ": "report --units no users 1",
    "report --format ": "report --format no users 1",
}

# A process name that would forge a candidate, colour the terminal and reorder the line, and what
# may be shown of it.
HOSTILE = "a (b) c:\x1b[31m\n7\tx\u202eé"
HARMLESS = "a (b) c:??31m?7?x?é"


class Shell:
    """What the tests are; each subclass mixes this into a test case and says

    complete(line, listing=False): what the shell offers for a line with the cursor at its end,
    as a dict of whole words (or what follows "=") and descriptions ("" for none).
    """

    program = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not shutil.which(cls.program):
            raise unittest.SkipTest(cls.program + " is not installed")
        cls.work = tempfile.mkdtemp(prefix="pmapx-completions-")
        cls.addClassCleanup(shutil.rmtree, cls.work)
        # fish completes only commands that exist; these do nothing.
        cls.bin = os.path.join(cls.work, "bin")
        os.mkdir(cls.bin)
        for name in ("pmapx", "pmap"):
            path = os.path.join(cls.bin, name)
            with open(path, "w") as file:
                file.write("#!/bin/sh\n")
            os.chmod(path, 0o755)
        cls.here = os.path.join(cls.work, "here")
        os.makedirs(os.path.join(cls.here, "folder"))
        with open(os.path.join(cls.here, "rc"), "w"):
            pass
        cls.env = px.environment(HOME=cls.work, XDG_CONFIG_HOME=os.path.join(cls.work, "config"),
                                 PATH=cls.bin + ":" + os.environ.get("PATH", "/usr/bin:/bin"))

    def words(self, line):
        """The words offered, as words: without "=" or "/" at the end."""
        return {word.rstrip("=/") for word in self.complete(line)}

    def process(self):
        """A sleep whose parent is this test."""
        process = subprocess.Popen(["sleep", "1000"])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        # Its name is sleep only once it is.
        for _ in range(500):
            with open("/proc/%d/comm" % process.pid) as file:
                if file.read() == "sleep\n":
                    return str(process.pid)
            time.sleep(0.01)
        self.fail("sleep did not start")

    def test_every_option(self):
        """Those of the help, of each verb and of either name."""
        lines = {"pmapx": interface.options(px.PMAPX), "pmap": interface.options(px.PMAP)}
        for verb in interface.verbs():
            lines["pmapx " + verb] = interface.options(px.PMAPX, verb) if verb != "help" else {}
        self.assertEqual(set(lines["pmap"]), PMAP_OPTIONS)
        for line, options in lines.items():
            with self.subTest(line=line):
                self.assertEqual(self.words(line + " -"), set(options))
                self.assertEqual(self.words(line + " --"),
                                 {option for option in options if option.startswith("--")})
                self.assertEqual(self.words(line + " -- --q"), set())

    def test_every_value(self):
        """Those that the program says there are."""
        self.assertEqual(set(ALL.split(",")) | {"pid"}, set(interface.values("diff", "--by", "no", "1", "2")))
        for line, words in VALUES.items():
            with self.subTest(line=line):
                wanted = set(interface.values(*words.split()))
                if line.endswith("--by pid,kind --sort "):
                    wanted.remove("host")       # of saved processes only
                elif line == "diff --fields ":
                    wanted.update(("path", "kind"))
                self.assertEqual(self.words("pmapx " + line), wanted)
        # of the same kind everywhere
        kinds = interface.kinds()
        for line in ("", "diff ", "watch "):
            self.assertEqual(self.words("pmapx %s--kind " % line), {*kinds, *kinds.values()})

    def test_lists(self):
        """What is in a list already is not offered again."""
        for line, typed in (("--kind ", "heap,bss,"), ("--by=", "kind,"), ("--fields ", "Rss,Mode,"),
                            ("rank --fields=", "pid,own,"), ("rank --by ", "user,"), ("diff --by ", "name,kind,"),
                            ("diff --fields ", "pid,rss_old,"), ("watch --by=", "name,"),
                            ("check --only ", "map-count,"), ("capture --redact=", "paths,args,")):
            with self.subTest(line=line):
                every = self.words("pmapx " + line)
                self.assertEqual(self.words("pmapx " + line + typed),
                                 {typed + word for word in every - set(typed.split(","))})
        self.assertEqual(self.words("pmapx --perm r"), {"rw", "rx", "rs", "rp"})
        self.assertEqual(self.words("pmapx --perm=xwr"), {"xwrs", "xwrp"})
        self.assertEqual(self.words("pmapx diff --perm rwxsp"), set())

    def test_reports(self):
        reports = interface.reports()
        self.assertEqual(self.words("pmapx report "), set(reports))
        self.assertEqual(self.words("pmapx report --list "), set(reports))
        self.assertEqual(self.words("pmapx report --top 3 gr"), {"growth", "growth-mappings"})
        database = os.path.join(self.work, "reports.db")
        with px.sample() as root:
            self.result(px.pmapx("load", "--root", root.path, database, "100"), stderr=None)
        for report in reports:
            with self.subTest(report=report):
                wanted = set(interface.values("report", "--sort", "no", report, database)) \
                    if report != "backend" else set()   # it is about one
                self.assertEqual(self.words("pmapx report %s --sort " % report), wanted)
        os.remove(database)
        self.assertEqual(self.words("pmapx report --sort=-ow"), set())
        self.assertEqual(self.words("pmapx report users --sort=-ow"), {"-own"})

    def test_databases_and_sources(self):
        pid = self.process()
        files = {"folder", "rc"}
        for line in ("report users ", "report --top 3 users ", "report --top=3 users rc ", "load rc ",
                     "load rc folder ", "load --label x rc ", "load --psql "):
            with self.subTest(line=line):
                offered = {word.rstrip("/") for word in self.complete("pmapx " + line)}
                self.assertLessEqual(files | {pid}, offered)
                self.assertFalse({word for word in offered - files if not word.isdigit()})
        for line in ("load ", "load --label x ", "sql ", "sql -v a=1 ", "sql --format csv ", "load --activity ",
                     "report --contexts=", "sql -f ", "sql --file=", "load rc --activity "):
            with self.subTest(line=line):
                self.assertEqual(self.words("pmapx " + line), files)
        for line in ("sql rc ", "sql -v ", "load --label ", "report --host=", "help sql ", "watch -n ",
                     "watch --count "):
            with self.subTest(line=line):
                self.assertEqual(self.words("pmapx " + line), set())
        for line in ("report --pid ", "report --gdb="):
            with self.subTest(line=line):
                self.assertIn(pid, self.complete("pmapx " + line))

    def test_cgroups(self):
        with px.Root() as root:
            for pid, text in ((7, "0::/system.slice/cron.service\n"), (8, "0::/system.slice/a\\x2db.service\n"),
                              (9, "2:memory:/a/b\n1:cpu:/c\n0::/\n"), (10, "0::/evil\x1b[31m/x y/$(reboot)\n")):
                root.process(pid).file("%d/cgroup" % pid, text)
            root.process(11)    # has none
            every = {"", "/system.slice", "/system.slice/cron.service", "/system.slice/a\\x2db.service", "/a", "/a/b",
                     "/c"}
            for line in ("--root %s --cgroup ", "rank --root=%s --cgroup="):
                offered = self.words("pmapx " + line % root.path)
                self.assertEqual({word.replace("\\\\", "\\") for word in offered}, every)
            self.assertEqual(self.words("pmapx --root %s --cgroup /system.slice/c" % root.path),
                             {"/system.slice/cron.service"})

    def test_verbs_are_described(self):
        """In the words of the help, where a shell shows them."""
        for line in ("pmapx ", "pmapx help "):
            offered = self.complete(line)
            for verb, about in interface.verbs().items():
                if self.program != "bash" and verb != "help":
                    self.assertEqual(offered[verb], about)

    def test_options_by_their_beginning(self):
        self.assertEqual(self.words("pmapx --r"),
                         {"--range", "--read-rc", "--read-rc-from", "--root"})
        self.assertEqual(self.words("pmap --r"), {"--range", "--read-rc", "--read-rc-from"})
        self.assertEqual(self.words("pmapx --co"), {"--compat"})
        self.assertEqual(self.words("pmap --co"), set())

    def test_options_after_other_words(self):
        self.assertIn("--quiet", self.words("pmapx 1 --q"))
        self.assertIn("--quiet", self.words("pmap -x 1 --q"))
        self.assertEqual(self.words("pmapx -- --q"), set())

    def test_compat(self):
        self.assertEqual(set(self.complete("pmapx --compat=")), {"3.2"})
        self.assertEqual(set(self.complete("pmapx --compat=3")), {"3.2"})
        self.assertEqual(set(self.complete("pmapx --compat ")), {"3.2"})

    def test_selectors(self):
        pid = self.process()
        for line in ("pmapx --tree %s", "pmapx --tree=%s", "pmapx -x --tree %s"):
            with self.subTest(line=line):
                # All of them change too fast to be asked for twice.
                self.assertIn(pid, self.complete(line % pid[:-1]))
        for line in ("pmapx --user ", "pmapx --user=", "pmapx --user ro"):
            with self.subTest(line=line):
                self.assertIn("root", self.complete(line))
        for line in ("pmapx --name ", "pmapx --name=", "pmapx --cgroup ", "pmapx --cgroup=",
                     "pmapx --map ", "pmapx --perm=", "pmapx --min ", "pmapx --top "):
            with self.subTest(line=line):
                self.assertNotIn(pid, self.complete(line))
        # pmap has none of them.
        self.assertIn(pid, self.complete("pmap --user "))

    def test_columns(self):
        plain = {"Address", "Kbytes", "Mode", "Mapping"}
        for line, wanted in (("pmapx --sort ", plain), ("pmapx --sort=", plain),
                             ("pmapx -q --sort K", {"Kbytes"}),
                             ("pmapx -x --sort R", {"RSS"}),
                             ("pmapx --extended --sort=D", {"Dirty"}),
                             ("pmapx -d --sort De", {"Device"}),
                             ("pmapx -XX --sort Private_D", {"Private_Dirty"})):
            with self.subTest(line=line):
                self.assertEqual(set(self.complete(line)), wanted)
        # the largest first
        for line, wanted in (("pmapx --sort -", {"-" + word for word in plain}), ("pmapx -x --sort -R", {"-RSS"}),
                             ("pmapx -x --sort=-R", {"-RSS"}), ("pmapx rank --sort -p", {"-pid", "-pss"}),
                             ("pmapx diff --fields=pss,rss --sort -", {"-pss", "-rss"}),
                             ("pmapx report users --sort -ow", {"-own"}), ("pmapx --sort --", set())):
            with self.subTest(line=line):
                self.assertEqual(set(self.complete(line)), wanted)
        self.assertIn("--quiet", self.words("pmapx --sort -Mode --q"))
        self.assertIn("--strict", self.words("pmapx rank --sort -pss -"))

    def test_root_takes_folders(self):
        for line in ("pmapx --root ", "pmapx --root=", "pmapx --root fo"):
            with self.subTest(line=line):
                self.assertEqual(self.words(line), {"folder"})

    def test_from_takes_files(self):
        for line in ("pmapx --from ", "pmapx --from=", "pmapx --from fo"):
            with self.subTest(line=line):
                self.assertEqual(self.words(line),
                                 {"folder"} if line.endswith("fo") else {"folder", "rc"})

    def test_rc_takes_files(self):
        for option in ("-C ", "-N ", "-qC ", "--read-rc-from=", "--create-rc-to=",
                       "--read-rc-from "):
            for name in ("pmapx", "pmap"):
                with self.subTest(option=option, name=name):
                    self.assertEqual(self.words("%s %s" % (name, option)), {"folder", "rc"})

    def test_range_takes_no_process(self):
        pid = self.process()
        for option in ("-A ", "--range=", "--range "):
            with self.subTest(option=option):
                self.assertNotIn(pid, self.words("pmapx " + option))

    def test_processes(self):
        pid = self.process()
        for line in ("pmapx ", "pmap ", "pmapx -x ", "pmap -d 1 ", "pmapx -- ", "pmapx --quiet ",
                     "pmapx -A 0 "):
            with self.subTest(line=line):
                offered = self.complete(line)
                self.assertIn(pid, offered)
                self.assertIn(str(os.getpid()), offered)
                verbs = set(interface.verbs()) if line == "pmapx " else set()
                self.assertEqual({word for word in offered if not word.isdigit()}, verbs)

    def test_verbs(self):
        """Only as the first word, and only of pmapx."""
        self.assertEqual(self.words("pmapx c"), {"capture", "check"})
        self.assertEqual(self.words("pmapx help "), set(interface.verbs()))
        self.assertEqual(self.words("pmapx help c"), {"capture", "check"})
        for line in ("pmap c", "pmapx -x c", "pmapx 1 c"):
            with self.subTest(line=line):
                self.assertFalse(self.words(line) & set(interface.verbs()))

    def test_rank(self):
        self.assertEqual(self.words("pmapx rank --f"), {"--fields", "--format", "--from"})
        self.assertEqual(self.words("pmapx rank --by=c"), {"cmd", "cgroup"})
        self.assertEqual(self.words("pmapx rank --units="), set("kmgh"))
        self.assertEqual(self.words("pmapx rank --fields o"), {"own", "own_swap"})
        self.assertEqual(self.words("pmapx rank --fields=pss,us"), {"pss,user", "pss,uss"})
        self.assertEqual(self.words("pmapx rank --sort=ps"), {"pss"})
        self.assertEqual(self.words("pmapx rank --sort=-ps"), {"-pss"})
        self.assertEqual(self.words("pmapx rank --root "), {"folder"})
        self.assertEqual(self.words("pmapx rank --from="), {"folder", "rc"})
        pid = self.process()
        for line in ("pmapx rank ", "pmapx rank --strict ", "pmapx rank --tree="):
            with self.subTest(line=line):
                offered = self.complete(line)
                self.assertIn(pid, offered)
                self.assertTrue(all(word.isdigit() for word in offered), offered)

    def test_diff(self):
        self.assertEqual(self.words("pmapx diff --match="), {"pid", "cmd"})
        self.assertEqual(self.words("pmapx diff --by p"), {"path", "perm", "pid"})
        self.assertEqual(self.words("pmapx diff --by=name,p"), {"name,path", "name,perm", "name,pid"})
        self.assertEqual(self.words("pmapx diff --fields=rss"), {"rss", "rss_old", "rss_new"})
        self.assertEqual(self.words("pmapx diff --fields pe"), {"per_hour", "perm"})
        self.assertEqual(self.words("pmapx diff --kind vd"), {"vdso"})
        self.assertEqual(self.words("pmapx diff --root="), {"folder"})
        self.assertEqual(self.words("pmapx diff --sort=-ps"), {"-pss"})
        self.assertEqual(self.words("pmapx diff --units="), set("kmgh"))
        self.assertEqual(self.words("pmapx diff --format="), {"text", "json", "ndjson", "csv", "tsv"})
        # looks are files and processes
        pid = self.process()
        offered = self.complete("pmapx diff --strict ")
        self.assertLessEqual({"folder", "rc", pid}, {word.rstrip("/") for word in offered})

    def test_watch(self):
        self.assertEqual(self.words("pmapx watch --kind=heap,vd"), {"heap,vdso"})
        self.assertEqual(self.words("pmapx watch --root="), {"folder"})
        self.assertEqual(self.words("pmapx watch --color="), {"auto", "always", "never"})
        self.assertEqual(self.words("pmapx watch --by=name,k"), {"name,kind"})
        self.assertIn(self.process(), self.complete("pmapx watch -n 1 "))

    def test_check(self):
        self.assertEqual(self.words("pmapx check --only d"), {"deleted-file"})
        self.assertEqual(self.words("pmapx check --only=page-tables,re"), {"page-tables,replaced-file"})
        self.assertEqual(self.words("pmapx check --root="), {"folder"})
        self.assertEqual(self.words("pmapx check --from "), {"folder", "rc"})
        pid = self.process()
        for line in ("pmapx check ", "pmapx check --explain ", "pmapx check --tree="):
            with self.subTest(line=line):
                offered = self.complete(line)
                self.assertIn(pid, offered)
                self.assertTrue(all(word.isdigit() for word in offered), offered)

    def test_capture(self):
        self.assertEqual(self.words("pmapx capture --f"), {"--force"})
        self.assertEqual(self.words("pmapx capture --redact=p"), {"paths"})
        for line in ("pmapx capture -o ", "pmapx capture --output=", "pmapx capture --output "):
            with self.subTest(line=line):
                self.assertEqual(self.words(line), {"folder", "rc"})
        pid = self.process()
        for line in ("pmapx capture ", "pmapx capture --force ", "pmapx capture 1 "):
            with self.subTest(line=line):
                offered = self.complete(line)
                self.assertIn(pid, offered)
                self.assertTrue(all(word.isdigit() for word in offered), offered)
        self.assertIn("/proc/" + pid, self.complete("pmapx capture /proc/" + pid[:-1]))
        # what psql is to connect to is nothing that is known here; it is in the same word
        for line in ("pmapx capture --postgres=", "pmapx capture --postgres=" + pid[:-1]):
            with self.subTest(line=line):
                self.assertEqual(self.words(line), set())
        self.assertIn(pid, self.complete("pmapx capture --postgres "))
        self.assertIn("--force", self.words("pmapx capture --postgres --f"))

    def test_processes_by_their_beginning(self):
        pid = self.process()
        self.assertIn(pid, self.complete("pmapx " + pid[:-1]))
        for begin in ("1", pid):
            for word in self.complete("pmapx " + begin):
                self.assertTrue(word.startswith(begin), word)

    def test_process_names(self):
        pid = self.process()
        self.assertEqual(self.complete("pmapx ", listing=True)[pid], "sleep")
        self.assertEqual(self.complete("pmap ", listing=True)[pid], "sleep")

    def test_proc_operands(self):
        pid = self.process()
        self.assertIn("/proc/" + pid, self.complete("pmapx /proc/"))
        self.assertIn("/proc/" + pid, self.complete("pmap /proc/" + pid[:-1]))

    def test_processes_of_a_root(self):
        with px.Root() as root:
            root.process(9, comm="nine").process(100, comm=HOSTILE).process(1000, comm="other")
            root.file("self/maps", "")
            root.file("007/stat", px.stat_line(7))
            root.file("12x/stat", px.stat_line(12))
            for line in ("pmapx --root %s ", "pmapx --root=%s ", "pmapx -x --root %s "):
                with self.subTest(line=line):
                    self.assertEqual(self.complete(line % root.path, listing=True),
                                     {"9": "nine", "100": HARMLESS, "1000": "other"})
            # pmap has no --root.
            self.assertIn(str(os.getpid()), self.complete("pmap --root %s " % root.path))

    def test_processes_of_what_was_saved(self):
        """Those of a folder, such as a capture; else none, rather than those of this machine."""
        with px.Root() as root:
            for folder in ("", "capture/proc/"):
                root.file(folder + "9/stat", px.stat_line(9, "nine"))
            for path in ("", "/capture"):
                for line in ("pmapx --from %s ", "pmapx -x --from=%s "):
                    with self.subTest(line=line, path=path):
                        self.assertEqual(set(self.complete(line % (root.path + path))), {"9"})
            self.assertEqual(self.complete("pmapx --root %s/capture " % root.path), {})
        for path in ("rc", "folder", "none", "-"):
            with self.subTest(path=path):
                self.assertEqual(self.complete("pmapx --from %s " % path), {})
                self.assertEqual(self.complete("pmapx --from=%s --tree " % path), {})
        self.assertIn(str(os.getpid()), self.complete("pmap --from rc "))

    def test_root_with_a_blank(self):
        with px.Root() as root:
            folder = os.path.join(root.path, "a b *")
            os.makedirs(folder)
            root.file("a b */77/stat", px.stat_line(77, "name"))
            quoted = folder.replace(" ", "\\ ").replace("*", "\\*")
            self.assertEqual(set(self.complete("pmapx --root %s " % quoted)), {"77"})

    def test_process_that_cannot_be_read(self):
        with px.Root() as root:
            root.process(100, comm="there")
            os.mkdir(os.path.join(root.path, "200"))
            offered = self.complete("pmapx --root %s " % root.path)
            self.assertIn("100", offered)
            self.assertLessEqual(set(offered), {"100", "200"})


class Bash(Shell, px.TestCase):
    program = "bash"

    # The words are split as readline does, at "=" too, and where there is one, also without that.
    def complete(self, line, listing=False):
        answer = self.ask(line, True, listing)
        if "=" in line:
            # Processes come and go between the two; what is returned was in both.
            other = self.ask(line, False, listing)
            self.assertEqual([word for word in other.keys() ^ answer.keys() if not word.isdigit()],
                             [], line)
            answer = {word: name for word, name in answer.items() if word in other}
        return answer

    def ask(self, line, breaks, listing):
        words, value = [], None
        for word in line.replace("\\ ", "\0").split(" "):
            word = word.replace("\0", "\\ ")
            if breaks and word.startswith("--") and "=" in word:
                option, _, value = word.partition("=")
                words += [option, "=", value] if value else [option, "="]
            else:
                words.append(word)
        script = 'source "$1" || exit; COMP_TYPE=$2; shift 2; COMP_WORDS=("$@"); ' \
            'COMP_CWORD=$(($# - 1)); _pmapx "$1" "${@: -1}" "${@: -2:1}"; ' \
            '((${#COMPREPLY[@]})) && printf "%s\\0" "${COMPREPLY[@]}"; exit 0'
        got = px.run(["bash", "--norc", "-c", script, "bash",
                      os.path.join(COMPLETIONS, "pmapx.bash"), "63" if listing else "9", *words],
                     env=self.env, cwd=self.here)
        # A process has gone while fish was about to read its name.
        said = re.sub(rb"warning: (An error [^\n]*|Path) '/proc/\d+(/stat)?'[^\n]*\n", b"", got.stderr)
        self.same(said, b"", "stderr")
        self.assertEqual(got.status, 0)
        answer = {}
        for word in got.stdout.decode().split("\0")[:-1]:
            word, _, description = word.partition("  ")
            if not breaks and line.split(" ")[-1].startswith("--") and "=" in line.split(" ")[-1]:
                option, _, word = word.partition("=")
                self.assertEqual(option, line.split(" ")[-1].partition("=")[0])
            answer[word] = description
        return answer

    def test_registered(self):
        """For pmap only where it is installed under that name: it may be another program."""
        ours = os.path.join(COMPLETIONS, "pmapx.bash")
        link = os.path.join(self.work, "pmap")
        os.symlink(ours, link)
        self.addCleanup(os.remove, link)
        for path, names in ((ours, ["pmapx"]), (link, ["pmapx", "pmap"])):
            got = px.run(["bash", "--norc", "-c", 'source "$0" && complete -p', path], env=self.env)
            self.result(got, "".join("complete -o nosort -F _pmapx %s\n" % name for name in sorted(names)))

    def test_words_are_not_run(self):
        """As compgen -W would."""
        self.assertEqual(self.words("pmapx capture --redact=$(touch${IFS}ran),p"),
                         {"$(touch${IFS}ran),paths"})
        self.assertEqual(sorted(os.listdir(self.here)), ["folder", "rc"])

    def test_names_only_in_lists(self):
        """What readline would type is never more than the id."""
        with px.Root() as root:
            root.process(100, comm="one").process(2000, comm="two")
            line = "pmapx --root %s " % root.path
            self.assertEqual(self.complete(line), {"100": "", "2000": ""})
            self.assertEqual(self.complete(line, listing=True), {"100": "one", "2000": "two"})
            self.assertEqual(self.complete(line + "2", listing=True), {"2000": ""})


class Fish(Shell, px.TestCase):
    program = "fish"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = os.path.join(cls.work, "config", "fish", "completions")
        os.makedirs(folder)
        for name in ("pmapx", "pmap"):
            os.symlink(os.path.join(COMPLETIONS, "pmapx.fish"),
                       os.path.join(folder, name + ".fish"))

    def complete(self, line, listing=False):
        got = px.run(["fish", "-c", "complete -C $argv[1]", line], env=self.env, cwd=self.here)
        # A process has gone while fish was about to read its name.
        said = re.sub(rb"warning: (An error [^\n]*|Path) '/proc/\d+(/stat)?'[^\n]*\n", b"", got.stderr)
        self.same(said, b"", "stderr")
        answer = {}
        last = line.split(" ")[-1]
        for row in got.stdout.decode().splitlines():
            word, _, description = row.partition("\t")
            if last.startswith("--") and "=" in last:
                option, _, word = word.partition("=")
                self.assertEqual(option, last.partition("=")[0])
            self.assertNotIn(word, answer)
            answer[word] = description
        return answer

    def test_every_option_is_described(self):
        for word, description in self.complete("pmapx -").items():
            self.assertTrue(description, word)

    def test_in_order_of_number(self):
        pids = [int(word) for word in self.complete("pmapx -x ")]
        self.assertEqual(pids, sorted(pids))


class Zsh(Shell, px.TestCase):
    """An interactive zsh on a terminal; compadd tells what it is given."""

    program = "zsh"

    DRIVER = r'''
PROMPT= RPROMPT= LISTMAX=0
unsetopt zle_bracketed_paste prompt_cr prompt_sp beep
fpath=( $COMPLETIONS $fpath )
autoload -Uz compinit
compinit -u -D
zstyle ':completion:*' verbose yes
zstyle ':completion:*' list-grouped no
compadd() {
  # With -O, -A or -D nothing is offered yet: candidates are only tried.
  if (( ${@[1,(i)(-|--)][(I)-*[OAD]*]} )); then
    builtin compadd "$@"
    return
  fi
  local -a __words __shown
  local __at=${@[(i)-*d]}
  (( __at < $# )) && [[ $@[$__at+1] == [A-Za-z_]* ]] && __shown=( "${(@P)@[$__at+1]}" )
  builtin compadd -A __words -D __shown "$@"
  local __i
  for (( __i = 1; __i <= $#__words; __i++ )); do
    print -rN -- "$IPREFIX$__words[__i]"$'\t'"$__shown[__i]" >>$ANSWER
  done
  builtin compadd "$@"
}
capture() {
  _main_complete
  print -rN -- END >>$ANSWER
}
zle -C capture list-choices capture
bindkey -e
bindkey '^I' capture
print -n READY >$ANSWER
'''

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.answer = os.path.join(cls.work, "answer")
        driver = os.path.join(cls.work, "driver")
        with open(driver, "w") as file:
            file.write(cls.DRIVER)
        env = dict(cls.env, COMPLETIONS=COMPLETIONS, ANSWER=cls.answer,
                   ZDOTDIR=cls.work, COLUMNS="200", LINES="1000", TERM="dumb")
        cls.prompt = prompt.Prompt(["zsh", "-f", "-i"], env, cls.here)
        cls.addClassCleanup(cls.prompt.close)
        cls.prompt.type("source %s\r" % driver)
        cls.prompt.wait_for(cls.answer, b"READY")

    def complete(self, line, listing=False):
        os.unlink(self.answer)
        self.prompt.type(line + "\t")
        got = self.prompt.wait_for(self.answer, b"END\0")
        self.prompt.type("\x15")
        answer = {}
        last = line.split(" ")[-1]
        for row in got.decode().split("\0")[:-1]:
            word, _, description = row.partition("\t")
            if last.startswith("--") and "=" in last and "=" in word:
                word = word.partition("=")[2]
            # "100  -- name"
            answer[word] = description.partition("-- ")[2]
        return answer

    def test_every_option_is_described(self):
        for word, description in self.complete("pmapx -").items():
            self.assertTrue(description, word)


if __name__ == "__main__":
    px.main()
