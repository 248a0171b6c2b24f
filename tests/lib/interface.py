# SPDX-License-Identifier: GPL-2.0-or-later
"""What the program says of its own interface: options by its help, verbs, and lists of values, which it names
where it refuses one that is none of them. Manual pages and completions are compared with it."""
import re

import px

# Options are a dict: {"-x": None, "--extended": False, "--range": True}; the value says whether a long
# option must have a value. It is not told of short ones, of which not every completion can tell it.


def options(*words):
    """The options that a program's usage text lists."""
    got = px.run([*words, "--help"])
    if got.status != 0 or got.stderr:
        raise AssertionError("%s --help: status %d, stderr %r" % (words, got.status, got.stderr))
    listed = {}
    for line in got.stdout.decode().splitlines():
        # " -A, --range=<low>[,<high>]  limit ...", " --root DIR  ...", " --postgres[=<conninfo>]"
        if not line.startswith(" ") or not line.lstrip().startswith("-"):
            continue
        for word in re.split(r", (?=-)", re.split(r" {2,}", line.strip())[0]):
            name = re.match(r"--?[A-Za-z][A-Za-z-]*", word).group()
            value = word[len(name):]
            listed[name] = bool(value) and not value.startswith("[=") if name.startswith("--") else None
    return listed


def verbs():
    """{verb: what it does}, in the order of "pmapx help"."""
    text = px.pmapx("help").stdout.decode().partition("\nVerbs:\n")[2]
    listed = dict(re.findall(r"^ (\w+) {2,}(\w.*)$", text, re.M))
    if "help" not in listed:
        raise AssertionError("no verbs in %r" % text)
    return listed


def values(*words):
    """What the program says there is, where these words have a value that is not among it."""
    got = px.pmapx(*words)
    said = got.stderr.decode()
    found = re.search(r"(?:there (?:is|are)|not a list of|some of) (.*?)(?:; a key of smaps.*)?$", said, re.M)
    if got.status not in (1, 2) or not found:
        raise AssertionError("%r: status %d, %r" % (words, got.status, said))
    text = re.sub(r" and so on up to N\d+", "", found.group(1)).replace(" for what suits each number", "")
    return re.split(r",? and |, ", text)


def kinds():
    """Kinds of mappings, and their classes: {kind: class}."""
    return dict(line.split() for line in px.pmapx("--kinds").stdout.decode().splitlines())


def reports():
    """{report: what it is about}, in order."""
    return dict(re.findall(r"(?:\A|\n\n\n)-- (\S+): (.*)", px.pmapx("report", "--list").stdout.decode()))
