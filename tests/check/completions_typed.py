#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The completions at a prompt: keys are typed to bash, zsh and fish on a terminal, and what stands there then is
looked at; whatever the user has set, with bash-completion and without, and without many processes."""
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import prompt
import px

COMPLETIONS = os.path.join(px.SOURCE, "completions")
INSERT_ALL = "\x1b*"    # whatever bash offers
BASH_COMPLETION = "/usr/share/bash-completion/bash_completion"


class Shell:
    """What the tests are; each subclass mixes this into a test case and says how the shell is begun: its words,
    and what is typed first, which has Ctrl-T write the line to the file in ANSWER, with END behind it."""

    TERM = "dumb"
    LIST = "\t\t"  # what has it list

    def setUp(self):
        if not shutil.which(self.program):
            self.skipTest(self.program + " is not installed")
        self.work = tempfile.mkdtemp(prefix="pmapx-typed-")
        self.addCleanup(shutil.rmtree, self.work)
        self.here = os.path.join(self.work, "here")
        for name, text in (("two words/inner/a file", b""), ("d$llar.db", b""), ("proc/100/stat", px.stat_line(100))):
            os.makedirs(os.path.dirname(os.path.join(self.here, name)), exist_ok=True)
            with open(os.path.join(self.here, name), "wb") as file:
                file.write(text)
        programs = os.path.join(self.work, "bin")
        os.mkdir(programs)
        for name in ("pmapx", "pmap", "sudo"):
            os.symlink("/bin/true", os.path.join(programs, name))
        self.answer = os.path.join(self.work, "answer")
        self.env = px.environment(HOME=self.work, ANSWER=self.answer, TERM=self.TERM, ZDOTDIR=self.work,
                                  XDG_CONFIG_HOME=os.path.join(self.work, "config"),
                                  XDG_DATA_HOME=os.path.join(self.work, "data"), COMPLETIONS=COMPLETIONS,
                                  PATH=programs + ":" + os.environ.get("PATH", "/usr/bin:/bin"))
        self.prompt = None
        self.addCleanup(lambda: self.prompt and self.prompt.close())
        self.install()

    def begin(self, settings="", before=()):
        """The shell at its prompt, when it has done these settings; one that was begun before is ended."""
        if self.prompt:
            self.prompt.close()
        if os.path.exists(self.answer):
            os.remove(self.answer)
        setup = os.path.join(self.work, "setup")
        with open(setup, "w") as file:
            file.write(self.SETUP + settings + '\nprintf END >"$ANSWER"\n')
        self.prompt = prompt.Prompt([*before, *self.words], self.env, self.here)
        self.prompt.type("%s %s\r" % (self.source, setup))
        self.prompt.wait_for(self.answer, b"END")
        self.prompt.seen = b""

    def line(self, keys):
        """What stands at the prompt when these have been typed; then it is cleared."""
        os.unlink(self.answer)
        self.prompt.type(keys + "\x14")
        line = self.prompt.wait_for(self.answer, b"END").decode()
        self.prompt.type("\x15")
        # zsh takes the comma away when no more follows
        return line.rstrip("\n").rstrip(" ,")

    def install(self):
        """What is to be there before the shell begins."""

    def usual(self):
        """What holds whatever is set."""
        for typed, stands in (("pmapx re\t", "pmapx report"),
                              ("pmapx --po", "pmapx --po"),
                              ("pmapx rank --by=u\t", "pmapx rank --by=user"),
                              ("pmapx rank --by u\t", "pmapx rank --by user"),
                              ("pmapx --kind heap,vd\t", "pmapx --kind heap,vdso"),
                              ("pmapx report heap\t", "pmapx report heap-stack"),
                              ("pmapx diff --match=c\t", "pmapx diff --match=cmd"),
                              ("pmapx --root pr\t", "pmapx --root proc/"),
                              ("pmapx --root proc 1\t", "pmapx --root proc 100"),
                              ("pmapx -x --sort=Ino\t", "pmapx -x --sort=Ino"),
                              ("pmapx -X --sort=Ino\t", "pmapx -X --sort=Inode"),
                              ("pmapx -x --sort -R\t", "pmapx -x --sort -RSS"),
                              ("pmapx rank --sort -p\t", "pmapx rank --sort -p"),
                              ("pmapx rank --sort -ps\t", "pmapx rank --sort -pss"),
                              ("pmapx --read-rc-f\t", "pmapx --read-rc-from="),
                              ("pmap --read-rc-f\t", "pmap --read-rc-from="),
                              ("pmap --compat\t", "pmap --compat"),
                              ("pmap --ext\t", "pmap --extended")):
            with self.subTest(typed=typed):
                # fish takes the value of a long option as a word of its own as well
                self.assertIn(self.line(typed), (stands, stands.rstrip("=")))

    def test_usual(self):
        self.begin()
        self.usual()

    def test_files(self):
        """Their names are quoted as they have to be, and read as they are quoted."""
        self.begin()
        for typed, name in (("pmapx --from tw\t", "two words/"),
                            ("pmapx --from two\\ w\t", "two words/"),
                            ("pmapx --from=tw\t", "two words/"),
                            ("pmapx --from two\\ words/i\t", "two words/inner/"),
                            ("pmapx --root two\\ words/\t", "two words/inner/"),
                            ("pmapx --from \"two w\t", "two words/"),
                            ("pmapx sql d\t", "d$llar.db"),
                            ("pmapx diff d\t", "d$llar.db"),
                            ("pmapx load d\t", "d$llar.db"),
                            ("pmapx report users d\t", "d$llar.db"),
                            ("pmapx capture -o two\\ words/inner/a\t", "two words/inner/a file")):
            with self.subTest(typed=typed):
                line = self.line(typed)
                if line.count('"') % 2:
                    line += '"'     # it was typed
                words = shlex.split(line)
                self.assertEqual(words[-1].rpartition("=")[2], name, line)

    def test_processes_are_listed_with_their_names(self):
        with px.Root() as root:
            root.process(100, comm="one process").process(2000, comm="another").process(2001, comm="\x1b[31mred")
            self.begin()
            self.prompt.type("pmapx --root %s " % root.path + self.LIST)
            self.prompt.wait_to_see(b"100", b"one process", b"2000", b"another", b"2001", b"red")
            self.assertNotIn(b"\x1b[31mred", self.prompt.seen)
            self.assertIn(b"31mred", self.prompt.seen)
            self.assertEqual(self.line("\x15pmapx --root %s 1\t" % root.path).split()[-1], "100")

    def test_few_processes(self):
        """However many processes there are to be named."""
        if not shutil.which("strace"):
            self.skipTest("strace is not installed")
        log = os.path.join(self.work, "log")
        with px.Root() as root:
            for pid in range(1, 100):
                root.file("%d/stat" % pid, px.stat_line(pid, "name"))
                root.file("%d/cgroup" % pid, "0::/a/b%d\n" % pid)
            self.begin(before=("strace", "-f", "--seccomp-bpf", "-qq", "-o", log,
                               "-e", "trace=fork,vfork,clone,clone3,execve"))

            def started():
                with open(log) as file:
                    return len(re.findall(r"^\d+ +(?:v?fork|clone3?|execve)\((?!.*CLONE_THREAD)", file.read(), re.M))
            self.line("pmapx --root %s --cgroup /a/b29\t" % root.path)
            for typed in ("pmapx --root %s " % root.path, "pmapx --root %s --cgroup " % root.path,
                          "pmapx --fields Rss,", "pmapx --from ", "pmapx -"):
                with self.subTest(typed=typed):
                    before = started()
                    self.line(typed + self.LIST)
                    self.assertLessEqual(started() - before, 4)

    def test_without_the_program(self):
        """It is not asked."""
        for name in ("pmapx", "pmap"):
            os.remove(os.path.join(self.work, "bin", name))
        self.env["PATH"] = os.path.dirname(shutil.which(self.program)) + ":/usr/bin:/bin"
        if shutil.which("pmapx", path=self.env["PATH"]):
            self.skipTest("pmapx is installed")
        self.begin()
        if self.program != "fish":      # which knows no command that is not there
            self.assertEqual(self.line("pmapx rank --by=u\t"), "pmapx rank --by=user")
            self.assertEqual(self.line("pmapx --kind vd\t"), "pmapx --kind vdso")
        else:
            self.line("pmapx rank --by=u\t")
        self.assertNotIn(b"rror", self.prompt.seen)
        self.assertNotIn(b"not found", self.prompt.seen)


class Bash(Shell, px.TestCase):
    program = "bash"
    words = ["bash", "--norc", "--noprofile", "-i"]
    source = "source"
    SETUP = r'''
PS1= PS2=
unset HISTFILE
bind 'set bell-style none' 'set page-completions off' 'set completion-query-items 100000'
bind -x '"\C-t": printf "%s\nEND" "$READLINE_LINE" >"$ANSWER"'
'''
    OURS = "source $COMPLETIONS/pmapx.bash\n"
    # As it is installed for that name.
    PMAP = 'ln -sf $COMPLETIONS/pmapx.bash ~/pmap; source ~/pmap\n'

    def begin(self, settings="", before=()):
        super().begin(self.OURS + self.PMAP + settings, before)

    def test_whatever_is_set(self):
        for settings in ("set -u", "shopt -s failglob", "shopt -s nullglob dotglob nocasematch nocaseglob", "set -f",
                         "IFS=:u", "set -o posix", "shopt -u extglob progcomp_alias",
                         "COMP_WORDBREAKS=${COMP_WORDBREAKS//=}"):
            with self.subTest(settings=settings):
                self.begin(settings)
                self.usual()
                # and it is what it was
                os.unlink(self.answer)
                self.prompt.type('printf "%s END" "$- $(shopt -p failglob nocasematch) ${IFS@Q}" >"$ANSWER"\r')
                state = self.prompt.wait_for(self.answer, b"END").decode()
                self.assertEqual("u" in state.split()[0], settings == "set -u")
                self.assertEqual("f" in state.split()[0], settings == "set -f")
                self.assertIn("shopt -%s failglob" % ("s" if "failglob" in settings else "u"), state)
                self.assertIn("shopt -%s nocasematch" % ("s" if "nocasematch" in settings else "u"), state)
                self.assertIn("':u'" if "IFS" in settings else r"$' \t\n'", state)

    def test_processes_beside_files(self):
        """Their ids are listed whatever is in their names."""
        with px.Root() as root:
            root.process(4, comm="kworker/R-rcu_gp").process(41, comm="kworker/0:1").process(5, comm="five")
            self.begin()
            for line, name in (("diff --root %s 4", b"kworker/R-rcu_gp"), ("diff --root %s ", b"kworker?R-rcu_gp"),
                               ("load d.db --root %s ", b"kworker?R-rcu_gp"),
                               ("report users --root %s ", b"kworker?R-rcu_gp"), ("--root %s ", b"kworker/R-rcu_gp")):
                with self.subTest(line=line):
                    self.prompt.seen = b""
                    self.prompt.type("pmapx " + line % root.path + self.LIST)
                    self.prompt.wait_to_see(b"4  " + name, b"41  kworker" + name[7:8] + b"0:1")
                    self.line("\x15")

    def test_files_with_newlines(self):
        """Each is one word, and other names are what they are."""
        for name in ("new\nline", "odd\n", ".dots\n\nnew", "inner/new\nest/file", "line"):
            path = os.path.join(self.here, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w"):
                pass
        for settings in ("", "shopt -s nullglob dotglob nocaseglob; IFS=n", "COMP_WORDBREAKS=${COMP_WORDBREAKS//=}"):
            self.begin(settings)
            for typed, name in (("pmapx --from ne\t", "new\nline"), ("pmapx --from=ne\t", "new\nline"),
                                ("pmapx diff .d\t", ".dots\n\nnew"), ("pmapx sql 'o\t", "odd\n"),
                                ("pmapx load \"o\t", "odd\n"), ("pmapx --root inner/\t", "inner/new\nest/"),
                                ("pmapx capture -o lin\t", "line")):
                with self.subTest(typed=typed, settings=settings):
                    self.assertEqual(shlex.split(self.line(typed))[-1].rpartition("=")[2], name)
            self.prompt.seen = b""
            self.prompt.type("pmapx --from " + self.LIST)
            self.prompt.wait_to_see(b"new^Jline ", b"odd^J ", b".dots^J^Jnew ")
            self.assertEqual(len(re.findall(rb"\sline\s", self.prompt.seen)), 1, self.prompt.seen)
            self.line("\x15")

    def test_whom_psql_is_to_ask(self):
        """It is not known here, and no process."""
        for settings in ("", "COMP_WORDBREAKS=${COMP_WORDBREAKS//=}"):
            self.begin(settings)
            for typed in ("pmapx capture --postgres=", "pmapx capture --postgres=1"):
                with self.subTest(typed=typed, settings=settings):
                    self.assertEqual(self.line(typed + INSERT_ALL), typed)
            self.assertIn(" %d " % os.getpid(), self.line("pmapx capture --postgres " + INSERT_ALL) + " ")

    def test_needs_no_functions_of_others(self):
        """Those of bash-completion have other names in its version 2.12."""
        with open(os.path.join(COMPLETIONS, "pmapx.bash")) as file:
            names = set(re.findall(r"\b_[a-z_]+\b", file.read()))
        self.assertEqual({name for name in names if not name.startswith("_pmapx")}, {"_old", "_new"})


class BashCompletion(Bash):
    """The same with bash-completion, which finds the file by the name of the command."""

    OURS = PMAP = ""

    def install(self):
        if not os.path.exists(BASH_COMPLETION):
            self.skipTest("bash-completion is not installed")
        folder = os.path.join(self.work, "data", "bash-completion", "completions")
        os.makedirs(folder)
        for name in ("pmapx", "pmap"):
            os.symlink(os.path.join(COMPLETIONS, "pmapx.bash"), os.path.join(folder, name))

    def begin(self, settings="", before=()):
        super().begin("source %s\n" % BASH_COMPLETION + settings, before)

    # What bash-completion itself cannot do.
    test_whatever_is_set = test_few_processes = test_files_with_newlines = None

    def test_behind_sudo(self):
        self.begin()
        self.assertEqual(self.line("sudo pmapx rank --by u\t"), "sudo pmapx rank --by user")

    def test_pmap_of_others(self):
        """It is left alone where only pmapx is installed."""
        os.remove(os.path.join(self.work, "data", "bash-completion", "completions", "pmap"))
        self.begin()
        self.assertEqual(self.line("pmapx rank --by u\t"), "pmapx rank --by user")
        os.unlink(self.answer)
        self.prompt.type('{ complete -p pmap 2>&1; complete -p pmapx; printf END; } >"$ANSWER"\r')
        said = self.prompt.wait_for(self.answer, b"END")
        self.assertEqual(said.count(b"-F _pmapx"), 1, said)


class Zsh(Shell, px.TestCase):
    program = "zsh"
    words = ["zsh", "-f", "-i"]
    source = "source"
    SETUP = r'''
PROMPT= RPROMPT= LISTMAX=0
unsetopt zle_bracketed_paste prompt_cr prompt_sp beep always_last_prompt
fpath=( $HOME/functions $fpath )
autoload -Uz compinit
compinit -u
zstyle ':completion:*' verbose yes
bindkey -e
tell() { print -rn -- "$BUFFER"$'\n'END >"$ANSWER" }
zle -N tell
bindkey '^T' tell
'''

    def install(self):
        os.mkdir(os.path.join(self.work, "functions"))
        for name in ("_pmapx", "_pmap"):
            os.symlink(os.path.join(COMPLETIONS, name), os.path.join(self.work, "functions", name))

    def test_whatever_is_set(self):
        for settings in ("setopt ksharrays", "setopt shwordsplit globsubst noextendedglob", "setopt nounset",
                         "setopt noglob nullglob cshnullglob ignorebraces", "setopt warncreateglobal warnnestedvar",
                         "setopt posixidentifiers noequals shglob kshglob", "IFS=:u"):
            with self.subTest(settings=settings):
                self.begin(settings)
                self.usual()
                self.assertNotRegex(self.prompt.seen, rb"_pmapx\w*:\d+:")

    def test_behind_sudo(self):
        self.begin()
        self.assertEqual(self.line("sudo pmapx rank --by u\t"), "sudo pmapx rank --by user")

    def test_pmap_of_others(self):
        """zsh has a _pmap: it is left alone where only pmapx is installed, and else ours is first."""
        theirs = subprocess.run(["zsh", "-fc", "print -l $^fpath/_pmap(N)"], stdout=subprocess.PIPE, check=True)
        show = "autoload +X -U _pmap; print -r -- $_comps[pmapx] $_comps[pmap] $functions_source[_pmap] >$HOME/which"
        self.begin(show)
        ours = os.path.join(self.work, "functions", "_pmap")
        with open(os.path.join(self.work, "which")) as file:
            self.assertEqual(file.read().split(), ["_pmapx", "_pmap", ours])
        os.remove(ours)
        if not theirs.stdout.split():
            self.skipTest("this zsh has no _pmap")
        self.begin(show)
        with open(os.path.join(self.work, "which")) as file:
            self.assertEqual(file.read().split(), ["_pmapx", "_pmap", theirs.stdout.split()[0].decode()])


class Fish(Shell, px.TestCase):
    program = "fish"
    words = ["fish", "--private", "-i"]
    TERM = "xterm"
    LIST = "\t"
    source = "source"
    SETUP = r'''
set fish_greeting
function fish_prompt; end
function fish_right_prompt; end
set -g fish_autosuggestion_enabled 0
function tell; commandline >"$ANSWER"; printf END >>"$ANSWER"; end
bind \ct tell
bind \cu kill-whole-line
'''

    def install(self):
        folder = os.path.join(self.work, "config", "fish", "completions")
        os.makedirs(folder)
        for name in ("pmapx", "pmap"):
            os.symlink(os.path.join(COMPLETIONS, "pmapx.fish"), os.path.join(folder, name + ".fish"))
        # Where it lacks this, it reads all manual pages.
        os.makedirs(os.path.join(self.work, "data", "fish", "generated_completions"))

    def test_behind_sudo(self):
        self.begin()
        self.assertEqual(self.line("sudo pmapx rank --by u\t"), "sudo pmapx rank --by user")

    def test_pmap_of_others(self):
        os.remove(os.path.join(self.work, "config", "fish", "completions", "pmap.fish"))
        self.begin()
        self.assertEqual(self.line("pmapx rank --by u\t"), "pmapx rank --by user")
        self.assertEqual(self.line("pmap --ext\t"), "pmap --ext")


if __name__ == "__main__":
    px.main()
