#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""-A asks the kernel for the mappings (PROCMAP_QUERY, Linux 6.11) instead of reading all of maps,
and shows what the text of maps would have shown.

The text is what --root /proc reads, which has no such question."""
import fcntl
import mmap
import os
import re
import struct
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
import trace

# Shapes that need arguments, and others that are worth a look with them.
ARGUMENTS = {
    "path": (["900"], ["4000"], ["4094"], ["4095"], ["4096"], ["4200"],
             ["9000", "f.so", "rw", "s"]),
    "title": (["short", "/usr/bin/daemon", "-f"],),
    "title-raw": (["raw", "666f6f00"],),
    "forge": ([], ["new\nline\nagain"]),
    "file": ([], ["a\nb", "\n", "\\012", "é\n\x1b", "x\n" * 120, "(deleted)", "[stack]",
                  "[ anon ]"]),
    "deleted": ([], ["gone\ngone"], ["gone (deleted)"], ["b" * 250]),
    "memfd": ([], ["new\nline", "SYSV00000000", "a (deleted)", " "]),
    "named-anon": ([], ["simple", "sp ace", "heap", "x" * 79]),
    "many": (["500", "touched"], ["7"]),
    "anon": ([], ["300", "100"]),
}
# These never hold still.
LEFT_OUT = {"changing", "fleeting-threads"}

# Of a longer map the first and last ones are asked for.
MOST_MAPPINGS = 60

# Runs pmapx for each line of options, and says where the output of each begins.
MANY_RUNS = """
while read -r words; do
    printf '? %s\\n' "$words"
    "$@" $words 2>&1
    printf '= %s\\n' $?
done
"""

# PROCMAP_QUERY of linux/fs.h: a size, flags, an address; 80 bytes of answers.
QUERY_CODE = 0xc0686611
QUERY_SIZE = 104
COVERING_OR_NEXT = 0x10


def need_query():
    """Skip unless the kernel answers."""
    question = struct.pack("QQQ", QUERY_SIZE, COVERING_OR_NEXT, 0).ljust(QUERY_SIZE, b"\0")
    with open("/proc/self/maps", "rb", buffering=0) as maps:
        try:
            fcntl.ioctl(maps, QUERY_CODE, bytearray(question))
        except OSError as problem:
            raise unittest.SkipTest("this kernel has no PROCMAP_QUERY: " + problem.strerror)


def shapes():
    """(shape, arguments) of all targets."""
    if not os.path.exists(px.TARGET):
        raise unittest.SkipTest("no " + px.TARGET)
    for line in px.run([px.TARGET, "--list"]).stdout.decode().splitlines():
        name = line.split()[0]
        if not line.startswith("\t") and name not in LEFT_OUT:
            for arguments in ARGUMENTS.get(name, ([],)):
                yield name, arguments


def chosen(maps):
    """Those that are asked for: all of a short map, of a long one both ends and the odd ones."""
    most = MOST_MAPPINGS
    if len(maps) <= most:
        return maps
    seen = set()
    odd = []
    for one in maps[most // 2:-most // 2]:
        if kind(one) not in seen and not re.fullmatch(rb"/[\w./+-]+", one.name):
            odd.append(one)
        seen.add(kind(one))
    return maps[:most // 2] + odd + maps[-most // 2:]


def kind(one):
    """What makes a mapping a different question: not where it is."""
    return one.name, one.perms, one.offset, one.major


def singles(one, is_known):
    """Options that ask for one address in a mapping."""
    yield "-A %x" % one.start
    if not is_known:
        yield from ("-d -A %x" % one.start, "-kp -A %x" % one.start, "-A %x" % (one.end - 1),
                    "-d -A %x" % (one.end - 1))


def gaps(maps, one):
    """Addresses in no mapping, next to one."""
    return ["%x" % address for address in (one.start - 1, one.end)
            if not any(other.start <= address < other.end for other in maps)]


def ranges(maps):
    """What asks for several mappings, or for none far away."""
    for address in (0, 1, 0x1000, 2 ** 47 - 1, 2 ** 47, 2 ** 63, 2 ** 64 - 2, 2 ** 64 - 1):
        yield "%x" % address
    yield from (",", "0,", ",0", "0,ffffffffffffffff", "ffffffff00000000,", "7f0000000000,",
                "1000,fff", "ffffffffff600000", "ffffffffff600fff", "ffffffffff5fffff",
                "ffffffffff601000", "ffffffffff5ff000,ffffffffff600000", "ffffffffff600fff,")
    for count in (2, 3, 9):
        for first in range(0, len(maps) - count, max(1, len(maps) // 4)):
            one, last = maps[first], maps[first + count - 1]
            yield from ("%x,%x" % (one.start, last.start), "%x,%x" % (one.end - 1, last.end),
                        "%x,%x" % (one.end, last.start - 1))
    if maps:
        middle = maps[len(maps) // 2]
        yield from ("%x," % middle.start, ",%x" % middle.start,
                    "%x,ffffffffff600000" % middle.start, "%x,%x" % (middle.end, middle.start))


def shared_memory_line():
    """The line of maps that tells which device SysV segments are on."""
    with mmap.mmap(-1, mmap.PAGESIZE):
        return re.search(rb"^.* rw-s .* /dev/zero \(deleted\)\n", px.process_file("self", "maps"),
                         re.MULTILINE)[0]


class Base(px.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = px.Root()
        cls.addClassCleanup(cls.folder.__exit__)
        cls.folder.file("self/maps", shared_memory_line())


class Same(Base):
    """The same for live processes as in their text."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.known = set()
        cls.round = 0

    def questions(self, maps):
        """Every line of options for a map, and the mapping that a line has to show. Mappings like
        those of an earlier map are asked for once; what is odd, by turns in two views. A sanitized
        program takes its time, so it is asked for less."""
        lines = {}
        is_slow = px.is_sanitized(px.PMAPX)
        values = list(ranges(maps))
        for one in chosen(maps):
            is_known = kind(one) in self.known
            for line in singles(one, is_known) if not (is_known and is_slow) else ():
                lines[line] = one
            if not is_known:
                values += gaps(maps, one)
            self.known.add(kind(one))
        self.round += 1
        for i, value in enumerate(values, self.round):
            if is_slow and i % 5:
                continue
            lines.setdefault(("-d -A " if i % 2 else "-A ") + value, None)
        return lines

    def ask(self, lines, *words):
        """{line of options: output and status} of runs with these words and each line."""
        with open(os.path.join(self.folder.path, "lines"), "w+b") as file:
            file.write("\n".join(lines).encode() + b"\n")
            file.seek(0)
            got = px.run(["sh", "-c", MANY_RUNS, "sh", px.PMAPX, *words], stdin=file)
        self.assertEqual((got.stderr, got.status), (b"", 0))
        answers = re.findall(rb"^\? (.*)\n((?s:.*?)^= \d+\n)", got.stdout, re.MULTILINE)
        return {line.decode(): text for line, text in answers}

    def text_root(self, pid, maps):
        """Where the same is read as text: /proc, but a copy where a segment has to be told from a
        file of that name. --root does that by what self/maps shows."""
        if not any(b"/SYSV" in one.name for one in maps):
            return "/proc"
        self.folder.copy(pid)
        return self.folder.path

    def compare(self, operand, maps, root):
        lines = self.questions(maps)
        live = self.ask(lines, operand)
        text = self.ask(lines, operand, "--root", root)
        self.assertEqual((list(live), list(text)), (list(lines), list(lines)))
        wrong = [line for line in lines if live[line] != text[line]]
        for line in wrong[:3]:
            with self.subTest(options=line):
                self.same(live[line], text[line])
        self.assertEqual(wrong[:20], [])
        for line, one in lines.items():
            if one:
                rows = re.findall(rb"^[0-9a-f]{16} .*", live[line], re.MULTILINE)
                self.assertEqual([row[:16] for row in rows], [b"%016x" % one.start], line)

    def test_targets(self):
        seen = set()
        for shape, arguments in shapes():
            with self.subTest(shape=shape, arguments=[word[:40] for word in arguments]):
                with px.Target(shape, *arguments) as target:
                    tids = [value for key, value in target.lines if key == "tid"][:1]
                    for operand in [str(target.pid), *tids]:
                        maps = px.mappings(px.process_file(operand, "maps"))
                        self.compare(operand, maps, self.text_root(target.pid, maps))
                        seen.update(map(kind, maps))
        names = {name for name, *_ in seen}
        self.assertGreater(len(names), 40)
        self.assertTrue(any(b"\\012" in name for name in names), "a newline")


class Asked(Base):
    """What is asked of the kernel, by strace."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        trace.need()
        need_query()
        cls.target = px.Target("names", "blanks", "newline", "utf8")
        cls.addClassCleanup(cls.target.close)
        cls.maps = px.mappings(px.process_file(cls.target.pid, "maps"))

    def traced(self, *words, pid=None, options=()):
        got = trace.run([px.PMAPX, *words, str(pid or self.target.pid)], options)
        self.assertEqual((got.status, got.stderr), (0, b""), words)
        return got

    def counts(self, name, *words, root="/proc"):
        """How often a run has asked about a file of the target, and read it."""
        calls = self.traced(*words).calls
        path = "%s/%d/%s" % (root, self.target.pid, name)
        asked = sum(1 for call in calls
                    if call.name == "ioctl" and re.match(r"\d+<[^>]*maps>", call.arguments))
        return asked, trace.reads(calls, path)

    def addresses(self):
        """One for each kind of mapping but [vsyscall], which the kernel does not tell of."""
        found = {kind(one): one for one in self.maps if one.name != b"[vsyscall]"}
        return ["%x" % (one.start + 1) for one in found.values()]

    def test_maps_is_not_read(self):
        for address in self.addresses():
            for view in ((), ("-d",)):
                with self.subTest(address=address, view=view):
                    asked, reads = self.counts("maps", *view, "-A", address)
                    self.assertGreater(asked, 0)
                    self.assertEqual(reads, 0)

    def test_however_many_mappings(self):
        """One address costs the same in a small map and in a large one."""
        counts = []
        for number in ("3", "20000"):
            with px.Target("many", number) as target:
                last = "%x" % (int(target.truth["end"], 16) - 1)
                counts.append([len(self.traced(*view, "-A", last, pid=target.pid).calls)
                               for view in ((), ("-d",))])
        self.assertEqual(*counts)

    def test_text(self):
        """The views that need smaps read it, and without a range maps is read."""
        address = self.addresses()[0]
        for words, name in ((("-x", "-A", address), "smaps"), (("-X", "-A", address), "smaps"),
                            (("-XX", "-A", address), "smaps"), ((), "maps"), (("-d",), "maps")):
            with self.subTest(words=words):
                asked, reads = self.counts(name, *words)
                self.assertEqual(asked, 0)
                self.assertGreater(reads, 0)

    def test_root(self):
        """Another root may be a kernel's as well; a copy holds text."""
        self.folder.copy(self.target.pid)
        for root in ("/proc", self.folder.path):
            for view in ((), ("-d",)):
                with self.subTest(root=root, view=view):
                    asked, reads = self.counts("maps", "--root", root, *view, "-A",
                                               self.addresses()[0], root=root)
                    self.assertEqual(asked > 0, root == "/proc")
                    self.assertEqual(reads > 0, root != "/proc")

    def test_falls_back(self):
        """Older kernels do not know the question, filters refuse it, names may be too long for an
        answer: the text is shown, and nothing is said. Also when a later question fails."""
        few = "%x,%x" % (self.maps[1].start, self.maps[5].start)
        refusals = [(problem, when, value)
                    for problem in ("ENOTTY", "EINVAL", "EPERM", "ENAMETOOLONG")
                    for when, value in (("1+", self.addresses()[2]), ("1+", few), ("2", few))]
        refusals += [("ENOTTY", "2", "0,"), ("ENOTTY", "4+", "0,"), ("EINVAL", "3", "0,")]
        for problem, when, value in refusals:
            for view in ((), ("-d",)):
                with self.subTest(problem=problem, when=when, value=value, view=view):
                    words = [*view, "-A", value]
                    got = self.traced(*words, options=["-e", "trace=ioctl", "-e",
                                      "inject=ioctl:error=%s:when=%s" % (problem, when)])
                    text = px.pmapx("--root", "/proc", *words, str(self.target.pid))
                    self.same(got.stdout, text.stdout)
                    # how ranges are read is up to the program
                    if "," not in value:
                        self.assertTrue([call for call in got.calls if "INJECTED" in call.result])


if __name__ == "__main__":
    px.main()
