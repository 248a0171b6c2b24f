#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The examples of all manual pages are real: each command is run, on the captures in doc/example and on processes
of the test's own, and what it prints is what the page shows: byte for byte, or with numbers masked where it is of
processes that run.

    python3 tests/check/examples.py --record      # write into the pages what is printed now

A new example is written as a command with the line "?" below it, and recorded."""
import os
import re
import shutil
import sys
import tarfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import cores
import px
import shown

DOC = os.path.join(px.SOURCE, "doc")
PAGES = sorted(name for name in os.listdir(DOC) if name.endswith(".1"))

# What a display has of 80 columns, and how much of one page may be printed by one command.
COLUMNS = 75
LINES = 20

# Commands that are run as others: they are of processes that run, and of all of a host, which may be very many.
# {one} is called redis-server, {threads} has a thread whose stack has no guard, {nobody} is no process.
INSTEAD = {
    "pmapx -x $(pgrep -o redis-server)": "pmapx -x {one}",
    "pmapx -x /proc/* > maps.txt": "pmapx -x /proc/{one} > maps.txt",
    "pmapx -x --name '^nginx$' --user www-data": "pmapx -x --name '^redis-server$' --user $(id -u) --tree {one}",
    "pmapx -x --cgroup /system.slice/nginx.service":
        "pmapx -x --tree {one} --cgroup $(sed -n '1s/[^:]*:[^:]*://p' /proc/{one}/cgroup)",
    "pmapx 4711; echo $?": "pmapx {nobody}; echo $?",
    "pmapx capture": "pmapx capture --tree {one}",
    "pmapx capture -o redis.tar.zst $(pgrep -o redis-server)": "pmapx capture -o redis.tar.zst {one}",
    "pmapx rank --from redis.tar.zst --fields pid,own,cmd": "pmapx rank --from redis.tar.zst --fields pid,own,cmd",
    "ssh host sudo pmapx capture -o - > host.tar.zst": "ssh host sudo pmapx capture --tree {one} -o - > host.tar.zst",
    "pmapx capture --redact args,paths,addresses -o safe.tar.zst":
        "pmapx capture --redact args,paths,addresses -o safe.tar.zst --tree {one}",
    "pmapx load case.db /tmp/db.tar.zst": "pmapx load case.db after.tar.xz",
    "pmapx capture --cost -o cost.tar.zst 1100": "pmapx capture --cost -o cost.tar.zst {one}",
    "pmapx capture --max-rss 32g": "pmapx capture --max-rss 32g --tree {one} --force",
    "pmapx rank --top 10": "pmapx rank --top 10 --tree {one}",
    "pmapx rank --by user --units m": "pmapx rank --by user --units m --tree {one}",
    "pmapx capture -o before.tar.zst 1100": "pmapx capture -o before.tar.zst {one}",
    "pmapx diff before.tar.zst 1100": "pmapx diff before.tar.zst {one}",
    "pmapx watch -n 1 -c 1 --kind heap $$": "pmapx watch -n 0.1 -c 1 --kind heap $$",
    "pmapx watch -n 10 --by pid --top 5 $(pgrep postgres)": "pmapx watch -n 0.1 -c 2 --by pid --top 5 {one}",
    "pmapx watch -n 1 -c 60 1100 > growth.txt": "pmapx watch -n 0.1 -c 2 {one} > growth.txt",
    "pmapx check 1740 | cut -d: -f1,2": "pmapx check --only unguarded-stack {threads} | cut -d: -f1,2",
    "pmapx check --only replaced-file | cut -d: -f1,3 | sort -u":
        "pmapx check --only replaced-file --tree {one} | cut -d: -f1,3 | sort -u",
    "pmapx check --only map-count,writable-executable --name java":
        "pmapx check --only map-count,writable-executable --name redis --tree {one}",
    "pmapx check --only page-tables --format tsv |\nawk -F '\\t' '{ kb += $9 } END { print kb }'":
        "pmapx check --only page-tables --format tsv --from after.tar.xz |\n"
        "awk -F '\\t' '{{ kb += $9 }} END {{ print kb }}'",
}

# The statuses of what need not end with 0: there is a difference, or there may be.
STATUS = (
    (r"^pmapx diff .*(mon\.tar|\{one\})", (0, 1)),
    (r"^pmapx diff ", (1,)),
)

# What cannot be run here, why, and the test that runs such: its file, and what that has of it.
ELSEWHERE = {
    "sudo -u postgres pmapx capture --user postgres --postgres \\\n-o /tmp/db.tar.zst":
        ("needs a server", "cases/pmapx/capture_postgres.py", '"--postgres'),
    "pmapx load --psql after.tar.xz | psql -qX postgres":
        ("needs a server", "cases/pmapx/report.py", '"load", "--psql"'),
    "pmapx report --list backends | psql -X postgres":
        ("needs a server", "cases/pmapx/report.py", '"--list"'),
}

# Programs that are not as they are on the reader's machine.
PROGRAMS = {
    # The other host is this one, and its processes are those that were copied.
    "ssh": '#!/bin/sh\nshift\neval "$(echo "$*" | sed s,/proc/,saved/,)"\n',
    "sudo": '#!/bin/sh\nexec "$@"\n',
    # Somebody who wants three of the columns.
    "vi": "#!/bin/sh\nsed -i 's/^#\\(Rss\\|Pss\\|Mapping\\)$/\\1/' \"$1\"\n",
}


def read(name):
    with open(os.path.join(DOC, name), encoding="ascii") as file:
        return file.read()


def folded(text):
    """The lines of a text as a terminal shows them."""
    return [line[at:at + COLUMNS] for line in text.splitlines() for at in range(0, max(len(line), 1), COLUMNS)]


def unfolded(lines):
    """What lines were before a terminal folded them; none that was shorter than the terminal was as wide."""
    return re.sub("^(.{%d})\n" % COLUMNS, r"\1", "\n".join(lines), flags=re.M).split("\n")


def difference(step, text, is_still):
    """What is wrong with what a page shows, for this text; None if nothing is."""
    if is_still:
        return shown.difference(step.output, "\n".join(folded(text)), str.rstrip)
    return shown.difference(unfolded(step.output), text)


def page_steps(name):
    """The commands that a page shows: (block, step) of each."""
    for block in shown.of_mdoc(read(name)):
        for step in shown.steps(block):
            yield block, step


class World:
    """A folder with what the examples of a page speak of, and processes that stand for those that they name."""

    def __init__(self, test, names):
        self.test = test
        self.place = test.enterContext(shown.Place(TMPDIR=None))
        for name in os.listdir(os.path.join(DOC, "example")):
            shutil.copy(os.path.join(DOC, "example", name), self.place.path)
        for day, name in (("mon", "before"), ("tue", "before"), ("wed", "after")):
            shutil.copy(os.path.join(DOC, "example", name + ".tar.xz"), os.path.join(self.place.path, day + ".tar.xz"))
        shutil.copytree(os.path.join(px.SOURCE, "tests", "roots", "linux-6.18", "proc", "100"),
                        os.path.join(self.place.path, "saved", "1100"))
        with tarfile.open(os.path.join(DOC, "example", "after.tar.xz")) as after:
            for name, member in (("activity.csv", "postgres/activity.csv"), ("postgresql.log", "postgres/log")):
                self.place.put(name, after.extractfile(member).read())
        self.place.put("core.1100", cores.Core().process(1100).segment(0x400000, 0x1000, "r-x").bytes())
        for name, text in PROGRAMS.items():
            self.place.program(name, text)
        self.names = dict(names, nobody=2 ** 22 + 1)

    def run(self, command):
        """Run what stands for this command: what is printed, the status, and whether all of it was still data."""
        changed = INSTEAD.get(command, command)
        for program in re.findall(r"(?:^|[|&;] *)(\w+)", re.sub(r"'[^']*'", "", changed)):
            if not shutil.which(program, path=self.place.env["PATH"]):
                self.test.skipTest(program + " is not installed")
        if command in INSTEAD:
            changed = changed.format(**self.names)
        got = self.place.run(changed, width=COLUMNS)
        # How far it is, which is said of what takes long, is wiped away.
        text = re.sub(r"\r?[^\r\n]*\x1b\[K", "", got.stdout.decode())
        return text, got.status, command not in INSTEAD


def targets(test):
    return {name: test.enterClassContext(px.Target(*shape)).pid
            for name, shape in (("one", ("title", "redis-server", "redis-server")), ("threads", ("bare-stack",)))}


class Examples(px.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.names = targets(cls)

    def page(self, name):
        world = World(self, self.names)
        for _, step in page_steps(name):
            if step.command in ELSEWHERE:
                continue
            with self.subTest(page=name, line=step.line, command=step.command):
                text, status, is_still = world.run(step.command)
                ran = INSTEAD.get(step.command, step.command)
                wanted = next((statuses for pattern, statuses in STATUS if re.search(pattern, ran)), (0,))
                self.assertIn(status, wanted, text)
                if " help" not in step.command:
                    self.assertNotRegex(text, r"(?m)^(Usage:|sh: )")
                if step.output:
                    wrong = difference(step, text, is_still)
                    self.assertIsNone(wrong, wrong)

    def test_not_run_here(self):
        """What is run by other tests is shown, and run there."""
        commands = [step.command for name in PAGES for _, step in page_steps(name)]
        for command, (_, file, text) in ELSEWHERE.items():
            self.assertIn(command, commands)
            with open(os.path.join(px.SOURCE, "tests", file), encoding="utf-8") as test:
                self.assertIn(text, test.read(), command)
        self.assertEqual(set(INSTEAD) - set(commands), set())

    def test_shown(self):
        """Each page has examples, of which some show what is printed, and none too much of it."""
        for name in PAGES:
            steps = [step for _, step in page_steps(name)]
            self.assertGreater(len(steps), 1, name)
            self.assertTrue([step for step in steps if step.output], name)
            for step in steps:
                self.assertLessEqual(len(step.output), LINES, "%s:%d" % (name, step.line))
                for line in [*step.command.split("\n"), *step.output]:
                    self.assertLessEqual(len(line), COLUMNS, "%s:%d: %s" % (name, step.line, line))

    def test_can_be_copied(self):
        """What is no letter is printed as what it is, whatever prints the page: see mandoc_char(7)."""
        for name in PAGES:
            for block in shown.of_mdoc(read(name)):
                lines = read(name).splitlines()[block.line - 1:block.line - 1 + len(block.lines)]
                if any(re.match(r"[$#] ", line) for line in lines):
                    for number, line in enumerate(lines, block.line):
                        self.assertEqual(escaped(shown.undone(line)), line, "%s:%d" % (name, number))


for page in PAGES:
    setattr(Examples, "test_" + re.sub(r"\W", "_", page[:-2]), lambda self, page=page: self.page(page))


def escaped(line):
    """A line of a display as it is written."""
    line = re.sub("[\\\\'^`~-]", lambda found: {"\\": r"\e", "'": r"\(aq", "^": r"\(ha", "`": r"\(ga", "~": r"\(ti",
                                               "-": r"\-"}[found.group()], line)
    return r"\&" + line if line.startswith(".") else line


def record(test):
    """Write the pages. Of what is masked, a page keeps what it shows while that is not wrong."""
    names = targets(type(test))
    for name in PAGES:
        world = World(test, names)
        lines = read(name).splitlines()
        parts, at = [], 0
        for _, step in page_steps(name):
            first = step.line + step.command.count("\n")
            parts += lines[at:step.line - 1]
            parts += [escaped(shown.undone(line)) for line in lines[step.line - 1:first]]
            at = first + len(step.output)
            if step.output and step.command not in ELSEWHERE:
                text, _, is_still = world.run(step.command)
                if difference(step, text, is_still):
                    parts += [escaped(line.rstrip()) for line in folded(text)]
                    continue
            elif step.command not in ELSEWHERE:
                world.run(step.command)
            parts += lines[first:at]
        with open(os.path.join(DOC, name), "w", encoding="ascii") as file:
            file.write("\n".join([*parts, *lines[at:]]) + "\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["--record"]:
        unittest.TextTestRunner().run(type("Record", (px.TestCase,), {"runTest": record})())
    else:
        px.main()
