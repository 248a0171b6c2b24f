#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The usage text, the manual page and the completions of bash, zsh and fish name the same options,
and agree on which of the long ones must have a value."""
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import interface
import px

# What the manual explains but nothing offers: -r exists only to be ignored.
MANUAL_ONLY = {"-r"}
# What the manual says does not exist.
RESERVED = {"-f", "-H"}

# In all that follows options are a dict, as interface.options() gives it.


def read(*parts):
    with open(os.path.join(px.SOURCE, *parts), encoding="utf-8") as file:
        return file.read()


def manual_flags(line):
    """The options that one line of mdoc names: each Fl and what goes on after a comma or bar."""
    words = line.lstrip(".").split()
    for i, word in enumerate(words):
        if word != "Fl":
            continue
        i += 1
        while i < len(words):
            name = words[i]
            if name != "-":     # "Fl -" is the "--" that ends options
                yield "-" + name, words[i + 1:i + 2] == ["Ar"] or words[i + 1:i + 3] == ["Ns", "="]
            # "Fl x | X , d": more names follow; a macro ends them.
            if i + 2 < len(words) and words[i + 1] in ("|", ",") \
                    and words[i + 2] not in ("Fl", "Cm", "Ar"):
                i += 2
            else:
                break


def of_manual(page):
    """The options that have an entry of their own in the manual."""
    options = {}
    for line in read("doc", page).splitlines():
        if line.startswith(".It Fl "):
            for name, value in manual_flags(line):
                options[name] = value if name.startswith("--") else None
    return options


def of_words(text):
    """Options from words such as -x --extended --range=."""
    return {word.rstrip("="): word.endswith("=") if word.startswith("--") else None
            for word in text.split()}


def of_bash_function(name, *arrays):
    text = read("completions", "pmapx.bash")
    text = text[text.index("\n_pmapx_%s()" % name):]
    options = {}
    for array in arrays:
        options.update(of_words(re.search(r"^\tlocal %s='([^']*)'" % array, text, re.M).group(1)))
    return options


def of_bash(face):
    return of_bash_function("views", "options", *(["own"] if face == "pmapx" else []))


def of_zsh(face):
    text = read("completions", "_pmapx")
    specs = re.search(r"^  _arguments .*?(?=^\})", text, re.M | re.S).group()
    if face == "pmapx":
        specs += re.search(r"^    own=\(\n(.*?)^    \)", text, re.M | re.S).group()
    return of_specs(specs)


def of_specs(specs):
    options = {}
    # What several have is in arrays.
    specs = re.sub(r"^ +\$(_pmapx_\w+)(?: \\)?\n", lambda found: re.search(
        r"^%s=\(\n(.*?)^\)" % found.group(1), read("completions", "_pmapx"), re.M | re.S).group(1), specs,
        flags=re.M)
    for line in specs.splitlines():
        # '(...)'{-A+,--range=}'[limit ...'   '*'{-v+,--set=}'[...'   "(...)-X[show ..."   '--root=[read ...'
        found = re.match(r" +(?:['\"]\([^)]*\)['\"]?|'\*'|')(\{[^}]*\}|-[A-Za-z-]+=?(?=\[))", line)
        if found:
            options.update(of_words(found.group(1).strip("{}").replace(",", " ").replace("+", "")))
    return options


def of_fish(face):
    options = {}
    for line in read("completions", "pmapx.fish").splitlines():
        words = line.split(" -d ")[0].split()
        if words[:2] != ["complete", "-c"] or words[2] not in ("$command", face):
            continue
        options.update(of_fish_words(words[3:]))
    return options


def of_fish_words(words):
    options = {}
    value = "-r" in words or "-x" in words
    for flag, form in (("-s", "-%s"), ("-o", "-%s"), ("-l", "--%s")):
        if flag in words:
            options[form % words[words.index(flag) + 1]] = value if flag == "-l" else None
    return options


def of_bash_verb(verb):
    return of_bash_function(verb, "options")


def of_zsh_verb(verb):
    text = read("completions", "_pmapx")
    return of_specs(re.search(r"^_pmapx_%s\(\) \{\n(.*?)^\}" % verb, text, re.M | re.S).group(1))


def of_fish_verb(verb):
    options = {}
    verbs = []   # of the loop that a line is in
    for line in read("completions", "pmapx.fish").replace("\\\n", " ").splitlines():
        if line == "end":
            verbs = []
        elif line.startswith("for verb in "):
            verbs = line.split()[3:]
        found = re.match(r" *complete -n (?:'__pmapx_verb (\w+)'|(\"__pmapx_verb \$verb\")) -c pmapx (.*)", line)
        if found and verb in (verbs if found.group(2) else [found.group(1)]):
            options.update(of_fish_words(found.group(3).split(" -d ")[0].split()))
    return options


class HelpManualCompletions(px.TestCase):
    def faces(self):
        """Each name of the program, with the options that its usage text lists."""
        for face, program in (("pmapx", px.PMAPX), ("pmap", os.path.join(px.BUILD, "pmap"))):
            if not os.path.exists(program):
                self.skipTest("no " + program)
            yield face, interface.options(program)

    def test_usage_is_read_right(self):
        faces = dict(self.faces())
        self.assertEqual(faces["pmap"], {
            "-x": None, "--extended": False, "-X": None, "-XX": None,
            "-c": None, "--read-rc": False, "-C": None, "--read-rc-from": True,
            "-n": None, "--create-rc": False, "-N": None, "--create-rc-to": True,
            "-d": None, "--device": False, "-q": None, "--quiet": False,
            "-p": None, "--show-path": False, "-k": None, "--use-kernel-name": False,
            "-A": None, "--range": True, "-h": None, "--help": False,
            "-V": None, "--version": False})
        self.assertLessEqual(faces["pmap"].items(), faces["pmapx"].items())

    def test_pmapx_adds_long_options_only(self):
        faces = dict(self.faces())
        for option in set(faces["pmapx"]) - set(faces["pmap"]):
            self.assertTrue(option.startswith("--"), option)

    def test_manual(self):
        listed = dict(self.faces())["pmapx"]
        manual = of_manual("pmapx.1")
        self.assertLessEqual(MANUAL_ONLY, set(manual))
        self.assertEqual({o: v for o, v in manual.items() if o not in MANUAL_ONLY}, listed)

    def test_manual_speaks_of_no_other_option(self):
        known = set(dict(self.faces())["pmapx"]) | MANUAL_ONLY | RESERVED
        for number, line in enumerate(read("doc", "pmapx.1").splitlines(), 1):
            for name, _ in manual_flags(line) if line.startswith(".") else ():
                # "Fl kpq" is three options.
                names = [name] if name in known or name.startswith("--") else \
                    ["-" + letter for letter in name[1:]]
                for one in names:
                    self.assertIn(one, known, "doc/pmapx.1:%d" % number)

    def test_bash(self):
        for face, listed in self.faces():
            with self.subTest(face=face):
                self.assertEqual(of_bash(face), listed)

    def test_zsh(self):
        for face, listed in self.faces():
            with self.subTest(face=face):
                self.assertEqual(of_zsh(face), listed)

    def test_fish(self):
        for face, listed in self.faces():
            with self.subTest(face=face):
                self.assertEqual(of_fish(face), listed)


class Verbs(px.TestCase):
    """The same of each verb that has options."""

    def verbs(self):
        return [verb for verb in interface.verbs() if verb != "help"]

    def test_verbs(self):
        self.assertEqual(self.verbs(), ["capture", "rank", "diff", "watch", "check", "load", "sql", "report"])
        for verb in self.verbs():
            listed = interface.options(px.PMAPX, verb)
            self.assertGreater(len(listed), 3)
            self.assertEqual(of_manual("pmapx-%s.1" % verb), listed, "manual")
            self.assertEqual(of_bash_verb(verb), listed, "bash")
            self.assertEqual(of_zsh_verb(verb), listed, "zsh")
            self.assertEqual(of_fish_verb(verb), listed, "fish")

    def test_width(self):
        """All that is printed for people to read fits a usual terminal."""
        program = os.path.join(px.BUILD, "pmap")
        for words in ([px.PMAPX, "--help"], [px.PMAPX, "help"], [program, "--help"],
                      *([px.PMAPX, verb, "--help"] for verb in self.verbs())):
            if not os.path.exists(words[0]):
                continue
            lines = px.run(words).stdout.decode().splitlines()
            self.assertGreater(len(lines), 5)
            self.assertEqual([line for line in lines if len(line) > 80], [], words[1:])

    def test_manual_speaks_of_no_other_option(self):
        for verb in self.verbs():
            # What pmapx itself has is spoken of, too.
            known = set(interface.options(px.PMAPX, verb)) | set(interface.options(px.PMAPX))
            page = "pmapx-%s.1" % verb
            for number, line in enumerate(read("doc", page).splitlines(), 1):
                for name, _ in manual_flags(line) if line.startswith(".") else ():
                    self.assertIn(name, known, "doc/%s:%d" % (page, number))


if __name__ == "__main__":
    px.main()
