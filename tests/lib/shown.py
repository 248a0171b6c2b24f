# SPDX-License-Identifier: GPL-2.0-or-later
"""What a document shows, run again: commands with their output, from Markdown and from manual pages.

    for block in shown.of_markdown(text):         # or of_mdoc(text)
        for step in shown.steps(block):           # "$ command" or "# command", and what is shown below
            ...
    with shown.Place() as place:                  # a folder of its own; pmapx and pmap of the build are in PATH
        place.put("case.tar", data)
        got = place.run(step.command)             # by sh; standard error is in stdout, as on a terminal
        self.assertIsNone(shown.difference(step.output, got.stdout.decode()))

A line "..." among what is shown stands for any lines that were left out. A command goes on in the next line
where it ends in a backslash, and in lines below it that begin with "> ". What may differ is masked by
difference(): see masked(); where all is to be the same, give it mask=str.
"""
import os
import re
import shutil
import subprocess
import tempfile
from collections import namedtuple

import px
import terminal

# line: the number of the first line in the document; language: what follows ``` in Markdown, else "".
Block = namedtuple("Block", "line language lines")
# prompt: "$" or "#", who runs it; output: the lines shown, none if the page does not say.
Step = namedtuple("Step", "line prompt command output")

ESCAPES = {r"\e": "\\", r"\-": "-", r"\&": "", r"\(aq": "'", r"\(dq": '"', r"\(ti": "~", r"\(ha": "^", r"\(ga": "`",
           r"\(rs": "\\", r"\ ": " "}

# Addresses have letters and digits, and at least eight; sums may have a sign, a fraction and a unit.
ADDRESS = re.compile(r"(?<![\w.])(?:0x)?(?=[a-f]*\d)[0-9a-f]{8,16}(?!\w)")
NUMBER = re.compile(r"(?<!\w)[+-]?\d(?:[\d.:,]*\d)?(?:(?: [KMGT]iB|[kmgtKMGT])(?!\w))?")
# What is drawn above totals: as wide as what stands above it. The dashes of a mode are fewer.
RULE = re.compile(r"(?<!\S)(?:-{6,}|=+)(?!\S)")
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?")


def of_markdown(text):
    """The blocks between ``` and ```."""
    block = None
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            if block:
                yield block
            block = None if block else Block(number + 1, line[3:].strip(), [])
        elif block:
            block.lines.append(line)


def of_mdoc(text):
    """The literal displays, and the lines of neighbouring Dl, which are one block."""
    block = None
    for number, line in enumerate(text.splitlines(), 1):
        literal = block and block.language == "Bd"
        if line.startswith(".Bd -literal"):
            block = Block(number + 1, "Bd", [])
        elif literal and line != ".Ed":
            block.lines.append(undone(line))
        elif line.startswith(".Dl "):
            block = block or Block(number, "Dl", [])
            block.lines.append(undone(line[4:]).replace('"', ""))
        elif block:
            yield block._replace(language="")
            block = None
    if block:
        yield block._replace(language="")


def undone(line):
    """A line of a manual page as it is printed."""
    return re.sub(r"\\(?:\(..|.)", lambda found: ESCAPES[found.group()], line)


def steps(block):
    """The commands of a block, with what each is shown to print; none of a block without a prompt."""
    step, goes_on = None, False
    for number, line in enumerate(block.lines, block.line):
        if goes_on or (step and not step.output and line.startswith("> ")):
            step = step._replace(command=step.command + "\n" + re.sub(r"^> ", "", line))
        elif re.match(r"[$#] ", line):
            if step:
                yield step
            step = Step(number, line[0], line[2:], [])
        elif step:
            step.output.append(line)
        goes_on = bool(step) and not step.output and step.command.endswith("\\")
    if step:
        yield step


# Said only where it took long enough to be seen.
TO_DISK = re.compile(r" \([\d.]+ s to the disk\)")


def masked(line):
    """A line without what may differ from run to run: numbers, addresses, and how wide columns are."""
    line = TO_DISK.sub("", line)
    line = TIME.sub("TIME", line)
    line = ADDRESS.sub("N", line)
    line = NUMBER.sub("N", line)
    line = RULE.sub("--", line)
    return re.sub(r"[ \t]+", " ", line).strip()


def difference(shown, got, mask=masked):
    """What is wrong with the lines shown, for what was got (text): None if nothing is."""
    wanted = [line if line.strip() == "..." else mask(line) for line in shown]
    printed = [mask(line) for line in got.splitlines()]
    if agree(wanted, printed):
        return None
    return "shown:\n%s\nprinted:\n%s" % ("\n".join(wanted), "\n".join(printed))


def agree(wanted, printed):
    """Are these lines the same, where "..." stands for any?"""
    pieces, piece = [], []
    for line in wanted:
        if line.strip() == "...":
            pieces.append(piece)
            piece = []
        else:
            piece.append(line)
    if not pieces:
        return wanted == printed
    first, last, at = pieces[0], piece, 0
    if printed[:len(first)] != first or len(printed) < len(first) + len(last):
        return False
    if last and printed[-len(last):] != last:
        return False
    printed = printed[len(first):len(printed) - len(last)]
    for middle in pieces[1:]:
        while printed[at:at + len(middle)] != middle:
            at += 1
            if at + len(middle) > len(printed):
                return False
        at += len(middle)
    return True


class Place:
    """A folder in which commands are run, with the build's pmapx and pmap first in PATH. HOME is there too."""

    def __init__(self, **changes):
        self.path = tempfile.mkdtemp(prefix="pmapx-shown-")
        programs = os.path.join(self.path, ".bin")
        os.mkdir(programs)
        for program in (px.PMAPX, px.PMAP):
            os.symlink(program, os.path.join(programs, os.path.basename(program)))
        self.programs = programs
        self.env = px.environment(PATH=programs + ":" + os.environ.get("PATH", "/usr/bin:/bin"), HOME=self.path,
                                  **changes)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def put(self, name, contents):
        """A file; its path."""
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(px.as_bytes(contents))
        return path

    def program(self, name, text):
        """A program that is found before the system's of that name."""
        os.chmod(self.put(os.path.join(".bin", name), text), 0o755)

    def run(self, command, width=None, **popen):
        """Have sh run a command; its standard error is in stdout, where it would be seen. With a width, both
        are a terminal of so many columns, and progress that was erased is not there."""
        words = ["sh", "-c", command]
        popen.setdefault("env", self.env)
        popen.setdefault("cwd", self.path)
        if width:
            got = terminal.result(words, width, **popen)
            got = got._replace(stdout=terminal.seen(got.stdout))
        else:
            got = px.run(words, stderr=subprocess.STDOUT, **popen)
        if re.search(rb"(Address|Leak|Thread)Sanitizer|runtime error:", got.stdout):
            raise AssertionError("crashed: %r\n%s" % (command, got.stdout.decode(errors="replace")))
        return got
