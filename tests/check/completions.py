#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The completions of bash, zsh and fish work in these shells: options, values, processes, roots.

Every test holds for all three; a class per shell says how to ask it. Shells that are not installed
are skipped."""
import os
import re
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import px

COMPLETIONS = os.path.join(px.SOURCE, "completions")

PMAP_OPTIONS = set("""-x --extended -X -XX -d --device -c --read-rc -C --read-rc-from -n --create-rc
    -N --create-rc-to -q --quiet -p --show-path -k --use-kernel-name -A --range -h --help
    -V --version""".split())
OWN_OPTIONS = set("""--all --name --user --tree --cgroup --map --kind --kinds --perm --min
    --sort --top --fields --by --threads --units --format --root --from --jobs --compat""".split())
VERBS = {"capture", "rank", "diff", "watch", "check", "load", "sql", "report", "help"}
CAPTURE_LONG = set("""--output --label --force --redact --postgres --wait --max-rss --numa --cost --jobs
    --strict --help --all --name --user --tree --cgroup""".split())
RANK_LONG = set("""--fields --by --sort --top --units --format --root --from --jobs --strict --help
    --all --name --user --tree --cgroup""".split())
DIFF_LONG = set("""--by --match --fields --sort --top --units --format --jobs --strict --quiet --help
    --all --name --user --tree --cgroup
    --root --map --kind --perm --min""".split())
CHECK_LONG = set("""--only --explain --format --root --from --jobs --strict --help
    --all --name --user --tree --cgroup""".split())
PMAP_LONG = {option for option in PMAP_OPTIONS if option.startswith("--")}

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

    def setUp(self):
        if not shutil.which(self.program):
            self.skipTest(self.program + " is not installed")
        self.work = tempfile.mkdtemp(prefix="pmapx-completions-")
        self.addCleanup(shutil.rmtree, self.work)
        # fish completes only commands that exist; these do nothing.
        self.bin = os.path.join(self.work, "bin")
        os.mkdir(self.bin)
        for name in ("pmapx", "pmap"):
            path = os.path.join(self.bin, name)
            with open(path, "w") as file:
                file.write("#!/bin/sh\n")
            os.chmod(path, 0o755)
        self.here = os.path.join(self.work, "here")
        os.makedirs(os.path.join(self.here, "folder"))
        with open(os.path.join(self.here, "rc"), "w"):
            pass
        self.env = px.environment(HOME=self.work, XDG_CONFIG_HOME=os.path.join(self.work, "config"),
                                  PATH=self.bin + ":" + os.environ.get("PATH", "/usr/bin:/bin"))

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

    def test_long_options(self):
        self.assertEqual(self.words("pmapx --"), PMAP_LONG | OWN_OPTIONS)
        self.assertEqual(self.words("pmap --"), PMAP_LONG)

    def test_options_by_their_beginning(self):
        self.assertEqual(self.words("pmapx --r"),
                         {"--range", "--read-rc", "--read-rc-from", "--root"})
        self.assertEqual(self.words("pmap --r"), {"--range", "--read-rc", "--read-rc-from"})
        self.assertEqual(self.words("pmapx --co"), {"--compat"})
        self.assertEqual(self.words("pmap --co"), set())

    def test_all_options(self):
        self.assertEqual(self.words("pmapx -"), PMAP_OPTIONS | OWN_OPTIONS)
        self.assertEqual(self.words("pmap -"), PMAP_OPTIONS)

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

    def test_formats(self):
        every = {"text", "json", "ndjson", "csv", "tsv"}
        for line, wanted in (("pmapx --format ", every), ("pmapx -x --format=", every),
                             ("pmapx --format nd", {"ndjson"})):
            with self.subTest(line=line):
                self.assertEqual(set(self.complete(line)), wanted)

    def test_columns(self):
        plain = {"Address", "Kbytes", "Mode", "Mapping"}
        for line, wanted in (("pmapx --sort ", plain), ("pmapx --sort=", plain),
                             ("pmapx -q --sort K", {"Kbytes"}),
                             ("pmapx -x --sort R", {"RSS"}),
                             ("pmapx --extended --sort=D", {"Dirty"}),
                             ("pmapx -d --sort De", {"Device"}),
                             ("pmapx -XX --sort Priv", {"Private_Dirty"})):
            with self.subTest(line=line):
                self.assertEqual(set(self.complete(line)), wanted)
        self.assertEqual({word.lstrip("-") for word in self.complete("pmapx -x --sort=-R")},
                         {"RSS"})

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
                verbs = VERBS if line == "pmapx " else set()
                self.assertEqual({word for word in offered if not word.isdigit()}, verbs)

    def test_verbs(self):
        """Only as the first word, and only of pmapx."""
        self.assertEqual(self.words("pmapx c"), {"capture", "check"})
        self.assertEqual(self.words("pmapx help "), VERBS)
        self.assertEqual(self.words("pmapx help c"), {"capture", "check"})
        for line in ("pmap c", "pmapx -x c", "pmapx 1 c"):
            with self.subTest(line=line):
                self.assertFalse(self.words(line) & VERBS)

    def test_rank(self):
        self.assertEqual(self.words("pmapx rank --"), RANK_LONG)
        self.assertEqual(self.words("pmapx rank --f"), {"--fields", "--format", "--from"})
        self.assertEqual(self.words("pmapx rank --by "), {"cmd", "user", "cgroup"})
        self.assertEqual(self.words("pmapx rank --by=c"), {"cmd", "cgroup"})
        self.assertEqual(self.words("pmapx rank --by user,"), {"user,cmd", "user,cgroup"})
        self.assertEqual(self.words("pmapx rank --units="), set("kmgh"))
        self.assertEqual(self.words("pmapx rank --format "), {"text", "json", "ndjson", "csv", "tsv"})
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
        self.assertEqual(self.words("pmapx diff --"), DIFF_LONG)
        self.assertEqual(self.words("pmapx diff --match="), {"pid", "cmd"})
        self.assertEqual(self.words("pmapx diff --by p"), {"path", "perm", "pid"})
        self.assertEqual(self.words("pmapx diff --by=name,p"), {"name,path", "name,perm", "name,pid"})
        self.assertEqual(self.words("pmapx diff --fields=rss"), {"rss", "rss_old", "rss_new"})
        self.assertEqual(self.words("pmapx diff --fields pe"), {"per_hour", "perm"})
        self.assertEqual(self.words("pmapx diff --kind vd"), {"vdso"})
        self.assertEqual(self.words("pmapx diff --root="), {"folder"})
        self.assertEqual(self.words("pmapx diff --sort=-ps"), {"-pss", "-pss_old", "-pss_new"})
        self.assertEqual(self.words("pmapx diff --units="), set("kmgh"))
        self.assertEqual(self.words("pmapx diff --format="), {"text", "json", "ndjson", "csv", "tsv"})
        # looks are files and processes
        pid = self.process()
        offered = self.complete("pmapx diff --strict ")
        self.assertLessEqual({"folder", "rc", pid}, {word.rstrip("/") for word in offered})

    def test_watch(self):
        self.assertEqual(self.words("pmapx watch --"), set(
            "--interval --count --by --top --units --color --help --all --name --user --tree --cgroup --root "
            "--map --kind --perm --min".split()))
        self.assertEqual(self.words("pmapx watch --kind=heap,vd"), {"heap,vdso"})
        self.assertEqual(self.words("pmapx watch --root="), {"folder"})
        self.assertEqual(self.words("pmapx watch --color="), {"auto", "always", "never"})
        self.assertEqual(self.words("pmapx watch --by=name,k"), {"name,kind"})
        self.assertIn(self.process(), self.complete("pmapx watch -n 1 "))

    def test_check(self):
        self.assertEqual(self.words("pmapx check --"), CHECK_LONG)
        self.assertEqual(self.words("pmapx check --only d"), {"deleted-file"})
        self.assertEqual(self.words("pmapx check --only=page-tables,re"), {"page-tables,replaced-file"})
        self.assertEqual(self.words("pmapx check --format "), {"text", "json", "ndjson", "csv", "tsv"})
        self.assertEqual(self.words("pmapx check --root="), {"folder"})
        self.assertEqual(self.words("pmapx check --from "), {"folder", "rc"})
        pid = self.process()
        for line in ("pmapx check ", "pmapx check --explain ", "pmapx check --tree="):
            with self.subTest(line=line):
                offered = self.complete(line)
                self.assertIn(pid, offered)
                self.assertTrue(all(word.isdigit() for word in offered), offered)

    def test_capture(self):
        self.assertEqual(self.words("pmapx capture --"), CAPTURE_LONG)
        self.assertEqual(self.words("pmapx capture -"), CAPTURE_LONG | {"-o", "-h"})
        self.assertEqual(self.words("pmapx capture --f"), {"--force"})
        self.assertEqual(self.words("pmapx capture --redact "), {"args", "paths", "addresses", "queries"})
        self.assertEqual(self.words("pmapx capture --redact=p"), {"paths"})
        self.assertEqual(self.words("pmapx capture --redact args,"), {"args,paths", "args,addresses", "args,queries"})
        self.assertEqual(self.words("pmapx capture --redact=addresses,args,"),
                         {"addresses,args,paths", "addresses,args,queries"})
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

    def test_kinds(self):
        """Those that the program has, and their classes."""
        kinds = set(px.pmapx("--kinds").stdout.decode().split())
        self.assertEqual(self.words("pmapx --kind "), kinds)
        self.assertEqual(self.words("pmapx --kind=arena-"), {"arena-rest"})
        self.assertEqual(self.words("pmapx --kind text,"), {"text," + kind for kind in kinds - {"text"}})

    def test_keys_and_units(self):
        keys = {"name", "path", "kind", "class", "perm", "pid", "cmd", "user", "cgroup"}
        self.assertEqual(self.words("pmapx --by "), keys)
        self.assertEqual(self.words("pmapx --by=cg"), {"cgroup"})
        self.assertEqual(self.words("pmapx --by pid,"), {"pid," + key for key in keys - {"pid"}})
        self.assertEqual(self.words("pmapx --units "), set("kmgh"))
        self.assertEqual(self.words("pmapx --fields Ad"), {"Address"})
        self.assertEqual(self.words("pmapx --fields=Rss,Ad"), {"Rss,Address"})

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
        got = px.run(["bash", "--norc", "-c", 'source "$0"; complete -p pmapx pmap',
                      os.path.join(COMPLETIONS, "pmapx.bash")], env=self.env)
        self.result(got, "complete -o nosort -F _pmapx pmapx\ncomplete -o nosort -F _pmapx pmap\n")

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

    def setUp(self):
        super().setUp()
        folder = os.path.join(self.work, "config", "fish", "completions")
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
PROMPT= RPROMPT=
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
cd $HERE
print -n READY >$ANSWER
'''

    def setUp(self):
        super().setUp()
        self.answer = os.path.join(self.work, "answer")
        driver = os.path.join(self.work, "driver")
        with open(driver, "w") as file:
            file.write(self.DRIVER)
        env = dict(self.env, COMPLETIONS=COMPLETIONS, ANSWER=self.answer, HERE=self.here,
                   ZDOTDIR=self.work, COLUMNS="200", LINES="1000", TERM="dumb")
        try:
            self.pid, self.terminal = pty.fork()
        except OSError as error:
            self.skipTest("no terminal to be had: %s" % error)
        if self.pid == 0:
            os.execvpe("zsh", ["zsh", "-f", "-i"], env)
        self.addCleanup(self.end)
        self.type("source %s\r" % driver)
        self.wait_for(b"READY")

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)

    def type(self, keys):
        os.write(self.terminal, keys.encode())

    def wait_for(self, mark):
        """The answer up to a mark; what appears on the terminal is read, and shown on failure."""
        seen, until = b"", time.monotonic() + 30
        while time.monotonic() < until:
            if select.select([self.terminal], [], [], 0.01)[0]:
                seen += os.read(self.terminal, 65536)
            if os.path.exists(self.answer):
                with open(self.answer, "rb") as file:
                    answer = file.read()
                if answer.endswith(mark):
                    return answer[:-len(mark)]
        self.fail("zsh does not answer; on its terminal: %r" % seen[-2000:])

    def complete(self, line, listing=False):
        os.unlink(self.answer)
        self.type(line + "\t")
        got = self.wait_for(b"END\0")
        self.type("\x15")
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
