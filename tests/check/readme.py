#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What README.md and doc/TOUR.md show is what happens: each command is run, in a copy of doc/example, and what it
prints is compared; on captures that the project carries byte for byte, else with numbers masked."""
import contextlib
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
sys.path[:0] = [os.path.join(TESTS, 'lib'), TESTS]
import picture
import px
import shown

DOCUMENTS = ("README.md", "doc/TOUR.md")

# In a command as it is shown: what is run instead.  {redis} and the like are of Shown.names.
PLACES = (
    (r"\$\(pgrep -o redis-server\)", "{redis}"),
    (r"\b953\b", "{redis}"),
    (r"\b1740\b", "{unguarded}"),
    (r"\b4711\b", "{nobody}"),
    (r"^ssh db1 ", ""),
    (r"\| jq ", "| jq -M "),
    (r"check --all\b", "check {redis}"),
    (r"--root /mnt/case/proc\b", "--root /proc"),
    (r"watch -n 10\b", "watch -n 0.1 -c 2"),
    (r"^cc (.*) \$\(pkg-config --cflags --libs pmapx\)", r"{compiler} \1 {flags}"),
)

# The status of what does not end with 0: of a comparison that finds something, and of a finding.
STATUS = ((r"^pmapx diff\b[^|]*$", 1), (r"^pmapx check [^|]*\{unguarded\}$", 1))

# What is not run here, and the test that does: its file, and what that has of it.
ELSEWHERE = {
    "cmake --workflow --preset build": ("tests/check/builds.py", "class Workflow("),
    "cmake --install build/release": ("tests/check/install.py", '"cmake", "--install"'),
    "cmake --preset release -DPMAPX_INSTALL_AS_PMAP=ON": ("tests/check/install.py", "-DPMAPX_INSTALL_AS_PMAP=ON"),
    "cmake --build build/release --target uninstall": ("tests/check/install.py", '"--target", "uninstall"'),
    ".ci/need dpkg-dev && cmake --workflow --preset package": ("tests/check/readme.py", "def test_packages("),
    "apt install ./build/package/pmapx_*.deb": ("tests/check/packages.py", 'startswith("apt install ")'),
    "apt install ./build/package/pmapx-as-pmap_*.deb": ("tests/check/packages.py", 'startswith("apt install ")'),
    "cmake --build build/release --target bench": ("tests/bench/CMakeLists.txt", "add_custom_target(bench"),
    "pmapx load --psql after.tar.xz | psql -qX postgres": ("tests/cases/pmapx/report.py", '"load", "--psql"'),
}

# What a redis-server calls itself that listens as usual.
TITLE = "redis-server *:6379"
COLUMNS = 80
# Of a screen: lines of what one command prints.
LINES = 22


def read(*parts):
    with open(os.path.join(px.SOURCE, *parts), encoding="utf-8") as file:
        return file.read()


def cached(name):
    """A variable of the build's cache."""
    with open(os.path.join(px.BUILD, "CMakeCache.txt"), encoding="utf-8") as cache:
        found = re.search(r"^%s:[^=]*=(.*)$" % re.escape(name), cache.read(), re.MULTILINE)
    return found.group(1) if found else ""


def blocks(name, *languages):
    return [block for block in shown.of_markdown(read(name)) if block.language in languages]


def words_in_line(name):
    """Code within the prose of a document: all that is between single backticks."""
    prose = re.sub(r"^```.*?^```$", "", read(name), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`]+)`", prose)


# A row of a map: an address and at least a size, or only numbers with the name of a file.
ROW = re.compile(r" *[0-9a-f]{8,16} +\d|[ \d]+ redis-check-rdb$")


def of_stand_in(lines):
    """What is shown of a redis-server, as it is of a process that has no more than its title: which rows a map has
    is another matter."""
    found = []
    for line in lines:
        line = "..." if ROW.match(line) else line.replace("redis-check-rdb", os.path.basename(px.TARGET))
        if line != "..." or found[-1:] != ["..."]:
            found.append(line)
    return found


@contextlib.contextmanager
def redis():
    """Gives the process id of a redis-server of our own, whose title is that of one that listens as usual."""
    program = shutil.which("redis-server")
    if program is None:
        raise unittest.SkipTest("redis-server is not installed")
    with tempfile.TemporaryDirectory(prefix="pmapx-redis-") as folder:
        path = os.path.join(folder, "s")
        with subprocess.Popen(
                ["redis-server", "--port", "0", "--unixsocket", path, "--dir", folder, "--save", "", "--appendonly", "no",
                 "--proc-title-template", TITLE.replace("redis-server", "{title}")], executable=program,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=px.environment()) as process:
            try:
                end = time.monotonic() + 30
                while not answers(path):
                    if process.poll() is not None or time.monotonic() > end:
                        raise unittest.SkipTest("redis-server does not start")
                    time.sleep(0.05)
                px.settle(process.pid)
                yield process.pid
            finally:
                process.kill()


def answers(path):
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(path)
        except OSError:
            return False
        connection.sendall(b"PING\r\n")
        return connection.recv(16) == b"+PONG\r\n"


def library_flags():
    """What pkg-config says of an installed library, for that of the build."""
    flags = ["-I" + os.path.join(px.SOURCE, "include"), "-L" + px.BUILD, "-lpmapx", "-Wl,-rpath," + px.BUILD,
             "-Wall", "-Wextra", "-Werror", "-std=c11"]
    if px.is_sanitized(px.PMAPX):
        flags.append("-fsanitize=address,undefined")
    return shlex.join(flags + shlex.split(cached("CMAKE_C_FLAGS")))


class Shown(px.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.names = {"compiler": cached("CMAKE_C_COMPILER") or "cc", "flags": library_flags(), "nobody": 2 ** 22 + 1}
        cls.lacking = {}
        cls.stands_in = False
        try:
            # So that both are seen.
            if px.is_sanitized(px.PMAPX):
                raise unittest.SkipTest("as in all builds with sanitizers")
            cls.names["redis"] = cls.enterClassContext(redis())
        except unittest.SkipTest as reason:
            print("with a process that is only called redis-server:", reason, file=sys.stderr)
            cls.stands_in = True
            cls.begin("redis", "title", "redis-server", TITLE)
        cls.begin("unguarded", "bare-stack")

    @classmethod
    def begin(cls, name, *shape):
        """A process of this name, or why there is none."""
        try:
            cls.names[name] = cls.enterClassContext(px.Target(*shape)).pid
        except unittest.SkipTest as reason:
            cls.lacking[name] = str(reason)

    def place(self):
        """A copy of the example."""
        place = self.enterContext(shown.Place(TMPDIR=None))
        for name in os.listdir(os.path.join(px.SOURCE, "doc", "example")):
            shutil.copy(os.path.join(px.SOURCE, "doc", "example", name), place.path)
        return place

    def replaced(self, command):
        for pattern, text in PLACES:
            command = re.sub(pattern, text, command)
        return command

    def needs(self, command):
        """Skip what cannot be run here."""
        for name, reason in self.lacking.items():
            if "{%s}" % name in command or (name == "redis" and "redis.tar" in command):
                self.skipTest(reason)
        for program in re.findall(r"(?:^|[|&;] *)(\w+)", re.sub(r"'[^']*'", "", command)):
            if program not in ("pmapx", "pmap") and shutil.which(program) is None:
                self.skipTest(program + " is not installed")

    def ran(self, place, step, says):
        """Run a command of a page, and compare if the page says what it prints."""
        if step.command in ELSEWHERE:
            return
        command = self.replaced(step.command)
        self.needs(command)
        got = place.run(re.sub(r"\{(\w+)\}", lambda name: str(self.names[name.group(1)]), command), width=COLUMNS)
        text = got.stdout.decode()
        status = next((status for pattern, status in STATUS if re.search(pattern, command)), 0)
        self.assertEqual(got.status, status, text)
        self.assertNotRegex(text, r"(?m)^(Usage:|pmapx: (?!\d+: |.* written in ))")
        if not says:
            return
        # What is of our own captures is the same whenever it is run.
        is_live = command != step.command or "redis" in command
        lines = of_stand_in(step.output) if self.stands_in and is_live else step.output
        wrong = shown.difference(lines, text, shown.masked if is_live else str.rstrip)
        self.assertIsNone(wrong, wrong)
        self.assertTrue(text or not step.output, "nothing is printed")

    def follow(self, name):
        """All commands of a document, in its order."""
        px.need_library("archive", "select", "sqlite", "xz", "zstd")
        place = self.place()
        for block in shown.of_markdown(read(name)):
            if block.language == "c":
                place.put(re.match(r"/\* (\w+\.c):", block.lines[0]).group(1), "\n".join(block.lines) + "\n")
            if block.language != "console":
                continue
            steps = list(shown.steps(block))
            self.assertTrue(steps and steps[0].line == block.line, "%s:%d: no prompt" % (name, block.line))
            for step in steps:
                with self.subTest(document=name, line=step.line, command=step.command):
                    self.ran(place, step, any(one.output for one in steps))

    def test_readme(self):
        self.follow("README.md")

    def test_tour(self):
        self.follow("doc/TOUR.md")


class Text(px.TestCase):
    """What can be said of the pages without running anything but help."""

    def test_blocks(self):
        """Nothing is shown that is not looked at here."""
        for name in DOCUMENTS:
            for block in shown.of_markdown(read(name)):
                self.assertIn(block.language, ("console", "c", "sh") if name == "README.md" else ("console",),
                              "%s:%d" % (name, block.line))

    def test_elsewhere(self):
        """What is said to be run by another test is shown, and is there."""
        there = {step.command for name in DOCUMENTS for block in blocks(name, "console") for step in shown.steps(block)}
        there |= {word for name in DOCUMENTS for word in words_in_line(name)}
        for command, (file, text) in ELSEWHERE.items():
            self.assertIn(command, there)
            self.assertIn(text, read(file), command)

    def test_places(self):
        """No replacement is for nothing."""
        commands = [step.command for name in DOCUMENTS for block in blocks(name, "console") for step in shown.steps(block)]
        for pattern, _ in PLACES:
            self.assertTrue(any(re.search(pattern, command) for command in commands), pattern)

    def test_in_line(self):
        """Commands within the prose: of others they are known, of ours verbs and options are."""
        verbs = re.findall(r"^ (\w+) {2,}\w", px.pmapx("help").stdout.decode().partition("\nVerbs:\n")[2], re.M)
        self.assertIn("rank", verbs)
        seen = 0
        for name in DOCUMENTS:
            for word in words_in_line(name):
                if re.match(r"(cmake|ctest|python3|xargs|sudo|apt|dpkg|rpm) ", word):
                    self.assertIn(word, ELSEWHERE, name)
                found = re.match(r"pmapx( \w+)?\b(?!\()(.*)", word)
                if not found:
                    continue
                verb = (found.group(1) or "").split()
                self.assertIn(verb, [[]] + [[one] for one in verbs], word)
                options = px.pmapx(*verb, "--help").stdout.decode()
                for option in re.findall(r"(?<= )--[a-z-]+", found.group(2)):
                    self.assertRegex(options, r"(?m)^ (-., )?%s\b" % option, word)
                    seen += 1
        self.assertGreater(seen, 2)

    def test_screens(self):
        """What is shown fits a terminal: messages are sentences, and wrap."""
        for name in DOCUMENTS:
            for block in blocks(name, "console"):
                for step in shown.steps(block):
                    self.assertLessEqual(len(step.output), LINES, "%s:%d" % (name, step.line))
                    for number, line in enumerate(step.output, step.line + 1):
                        self.assertLessEqual(len(line), 100 if re.match(r"(pmapx|\d+): ", line) else COLUMNS,
                                             "%s:%d" % (name, number))

    def test_verbs(self):
        """The README has a screen for each of these; what a capture has in it, tar shows."""
        screens = []
        for block in blocks("README.md", "console"):
            for step in shown.steps(block):
                if step.command.startswith("pmapx "):
                    screens.append([step.command, 0])
                if screens and step.output:
                    screens[-1][1] += len(step.output)
        for start in ("pmapx -x", "pmapx rank", "pmapx capture", "pmapx diff", "pmapx report"):
            self.assertTrue(any(command.startswith(start) and lines > 5 for command, lines in screens), start)


class TwoCommands(px.TestCase):
    """What the README tells a newcomer to run: the two blocks for sh, which are its first."""

    def setUp(self):
        self.build, self.test = ["\n".join(block.lines) for block in blocks("README.md", "sh")]
        self.presets = json.loads(read("CMakePresets.json"))

    def workflow(self, name):
        """The steps of a workflow: (type, name)."""
        steps = next(one["steps"] for one in self.presets["workflowPresets"] if one["name"] == name)
        return [(step["type"], step["name"]) for step in steps]

    def packages(self, text):
        return re.match(r"\.ci/need ((?:[^&\\]|\\\n)*)&&", text).group(1).replace("\\\n", " ").split()

    def test_first(self):
        self.assertEqual([block.language for block in shown.of_markdown(read("README.md"))][:2], ["sh", "sh"])

    def test_gate(self):
        """The gate takes the second out of the page by itself."""
        words = re.search(r"test_command=\$\((awk .* README\.md)\)", read(".ci", "run")).group(1)
        got = px.run(["sh", "-c", words], cwd=px.SOURCE)
        self.result(got, self.test + "\n")
        self.assertTrue(self.test.endswith("cmake --workflow --preset dev && cmake --workflow --preset release"))

    def test_build_is_part_of_release(self):
        """What the first builds, and with which packages, the second builds and tests; builds.py runs it."""
        self.assertEqual(self.workflow("build"), [("configure", "release"), ("build", "program")])
        self.assertEqual(self.workflow("release"), [("configure", "release"), ("build", "release"), ("test", "release")])
        self.assertEqual(self.workflow("dev"), [("configure", "dev"), ("build", "dev"), ("test", "dev")])
        program = next(one for one in self.presets["buildPresets"] if one["name"] == "program")
        self.assertEqual((program["configurePreset"], program["targets"]), ("release", "src/all"))
        self.assertLessEqual(set(self.packages(self.build)), set(self.packages(self.test)))

    def test_packages(self):
        """What makes packages is what check.packages does, in steps, as it leaves out what takes long; and the gate
        has it do that, with the packages that are said to be needed for it."""
        command, = [step.command for block in blocks("README.md", "console") for step in shown.steps(block)
                    if "--workflow --preset package" in step.command]
        self.assertEqual(self.workflow("package"),
                         [("configure", "package"), ("build", "package"), ("package", "package")])
        steps = read("tests", "lib", "packaging.py")
        for words in ('"cmake", "--preset", "package"', '"cmake", "--build", "--preset", "package"',
                      '"cpack", "--preset", "package"'):
            self.assertIn(words, steps)
        installed = " ".join(re.findall(r"^\t\.ci/need ((?:[^\\\n]|\\\n)*)$", read(".ci", "run"), re.MULTILINE))
        self.assertLessEqual(set(self.packages(command)), set(installed.replace("\\\n", " ").split()))

    def test_shows_the_shell(self):
        command = re.search(r"&&\s*build/release/(pmapx -x \$\$)$", self.build).group(1)
        with shown.Place() as place:
            lines = place.run(command).stdout.decode().splitlines()
        self.assertRegex(lines[0], r"^\d+:   sh -c")
        self.assertEqual(lines[1], "Address           Kbytes     RSS   Dirty Mode  Mapping")
        self.assertRegex(lines[-1], r"^total kB +\d+ +\d+ +\d+$")


class Picture(px.TestCase):
    def test_is_true(self):
        """It is what the build makes: target "picture"."""
        px.need_library("archive", "sqlite", "xz")
        self.same(read("doc", "terminal.svg"), picture.drawn(picture.printed()))
        self.assertIn("](doc/terminal.svg)", read("README.md"))

    def test_is_safe(self):
        """Anybody's browser shows it, and fetches and runs nothing for that."""
        seen = set()
        for element in xml.etree.ElementTree.parse(picture.PICTURE).iter():
            seen.add(element.tag.partition("}")[2])
            self.assertFalse([name for name in element.attrib if "href" in name or name.startswith("on")])
            self.assertNotIn("url(", "".join(element.attrib.values()))
        self.assertEqual(seen, {"svg", "title", "desc", "rect", "circle", "g", "text"})

    def test_nothing_is_left_out(self):
        """Its words, put where they are drawn, are the lines."""
        lines = ["$ pmapx x", "a  b & <c>", "", "   d e    f"]
        root = xml.etree.ElementTree.fromstring(picture.drawn(lines).encode())
        drawn = [""] * len(lines)
        for element in root.iter("{http://www.w3.org/2000/svg}text"):
            row = (int(element.get("y")) - picture.BAR) // picture.LINE_HEIGHT - 1
            column = round((float(element.get("x")) - picture.MARGIN) / picture.CELL_WIDTH)
            drawn[row] = drawn[row].ljust(column) + element.text
        self.assertEqual(drawn, lines)


class Benchmarks(px.TestCase):
    """The README's rows are some of those of doc/BENCHMARKS.md."""

    def rows(self, name):
        """{label in full: cells} of tables whose first heading begins with "ms"."""
        rows, above, is_ours = {}, "", False
        for line in read(*name.split("/")).splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else [""]
            if not line.startswith("|") or cells[0] in ("ms", "peak memory, kB", "") or cells[0].startswith("--"):
                is_ours = is_ours and line.startswith("|--") or cells[0] == "ms"
                continue
            if not is_ours:
                continue
            above = above if cells[0].startswith("the same: ") else cells[0].rpartition(": ")[0]
            rows[re.sub(r"^the same: ", above + ": ", cells[0])] = cells[1:]
        return rows

    def test_rows(self):
        some, all_rows = self.rows("README.md"), self.rows("doc/BENCHMARKS.md")
        self.assertGreater(len(some), 7)
        self.assertGreater(len(all_rows), len(some) + 7)
        for label, cells in some.items():
            self.assertEqual(cells, all_rows[label][:len(cells)], label)


if __name__ == "__main__":
    px.main()
