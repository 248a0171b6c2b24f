#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The manual of the library says what its headers say, and all code in it compiles. The examples
that are programs are taken from the pages, built with the library, shared and static, and run."""
import csv
import glob
import os
import re
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import building
import cores
import declarations
import px
import saving
from declarations import Enum, Function, Macro, Struct

DOC = os.path.join(px.SOURCE, "doc")
OVERVIEW = "libpmapx"
STRICT = ["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Werror",
          "-I", declarations.INCLUDE]

# What stands around a fragment, which declares what it wants to show and takes the rest from here.
AROUND = """\
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <pmapx.h>

extern struct pmapx_source *source;
extern struct pmapx_process *process;
extern struct pmapx_reader *reader;
extern struct pmapx_parser *parser;
extern const struct pmapx_mapping *mapping;
extern const struct pmapx_member *member;
extern struct pmapx_text text;
extern struct pmapx_error error;
extern const char *path;
extern char buffer[4096];
extern uint64_t total_kb;
extern size_t n;
extern int r;
void use(const struct pmapx_mapping *mapping);
void complain(const struct pmapx_error *error);
size_t more(char *bytes, size_t size);
void example(void);

void example(void)
{
%s
}
"""


def pages():
    """{title: text} of all."""
    found = {}
    for path in sorted(glob.glob(os.path.join(DOC, "*.3"))):
        with open(path, encoding="ascii") as page:
            found[os.path.basename(path)[:-2]] = page.read()
    return found


def section(text, name):
    found = re.search(r"^\.Sh %s\n(.*?)(?=^\.Sh |\Z)" % name, text, re.MULTILINE | re.DOTALL)
    return found.group(1) if found else ""


def names(text):
    return re.findall(r"^\.Nm (\w+)", section(text, "NAME"), re.MULTILINE)


def prototypes(text):
    """{function: prototype} of a SYNOPSIS."""
    found = {}
    for returns, name, given in re.findall(r'^\.Ft (.*)\n\.Fo (\w+)\n((?:\.Fa .*\n)+)\.Fc$',
                                           section(text, "SYNOPSIS"), re.MULTILINE):
        parameters = [one.strip('"') for one in re.findall(r"^\.Fa (.*)$", given, re.MULTILINE)]
        parameters = [] if parameters == ["void"] else parameters
        found[name] = declarations.prototype(Function(
            "", declarations.spaced(returns.strip('"')), name,
            [declarations.split_declaration(one) for one in parameters], False))
    return found


def documented_members(text, struct):
    """(type, name) of what is listed below the heading of a struct."""
    found = re.search(r"^\.Ss struct %s\n(.*?)(?=^\.S[hs] |\Z)" % struct, text,
                      re.MULTILINE | re.DOTALL)
    if found is None:
        return None
    members = []
    for line in re.findall(r"^\.It Vt (.*)$", found.group(1), re.MULTILINE):
        line = re.sub(r"\b(Fa|No) ", "", line.split(" ,")[0]).replace(" Ns ", "")
        members.append(declarations.split_declaration(line))
    return members


def errors_of_comments(header):
    """{function: errors that its comment says it returns}"""
    with open(os.path.join(declarations.INCLUDE, header), encoding="utf-8") as file:
        text = file.read()
    found = {}
    for comment, name in re.findall(
            r"/\*\*((?:(?!\*/).)*)\*/\n(?:PMAPX_API|static inline) [^(;]*?(\w+)\(", text, re.DOTALL):
        returned = comment.partition("@return")[2]
        found[name] = set(re.findall(r"(?<![\w-])-(E[A-Z0-9]+)\b", returned))
        for other in re.findall(r"\bAs (\w+)\(\)", returned):
            found[name] |= found[other]
    return found


def errors_of_page(text):
    """The same of a section ERRORS, where who "fails with" something stands before it."""
    found, who, given = {}, [], []
    for line in section(text, "ERRORS").splitlines():
        macro, _, rest = line.partition(" ")
        if macro == ".Fn":
            given.append(rest.split()[0])
        elif macro in (".Pp", ".El"):
            given = []
        elif re.search(r"\bfails? with\b", line):
            who = [name for name in names(text) if "_open" in name] if line.startswith("Opening") else given
            given = []
        elif line.startswith((".Er ", ".It Bq Er ")):
            for name in who:
                found.setdefault(name, set()).update(re.findall(r"\bE[A-Z0-9]+\b", line))
    return found


def blocks(text):
    """(what it is, code) of each literal block; what it is stands in a comment above."""
    found = []
    for above, code in re.findall(r"^([^\n]*)\n\.Bd -literal[^\n]*\n(.*?)^\.Ed$", text,
                                  re.MULTILINE | re.DOTALL):
        what = re.fullmatch(r'\.\\" code: (.*)', above)
        code = code.replace("\\e", "\\").replace("\\&", "")
        found.append((what.group(1) if what else None, code))
    return found


def programs():
    """{name: code} of those that are whole."""
    return {what.split()[1]: code for text in pages().values() for what, code in blocks(text)
            if what and what.startswith("program ")}


def compilers():
    return [name for name in ("gcc", "clang") if shutil.which(name)]


def compiler_of_build():
    """The one that the library was built with."""
    with open(os.path.join(px.BUILD, "CMakeCache.txt"), encoding="utf-8") as cache:
        return re.search(r"^CMAKE_C_COMPILER:\w+=(.*)$", cache.read(), re.MULTILINE)[1]


class Pages(px.TestCase):
    """What is in the pages and what is in the headers."""

    @classmethod
    def setUpClass(cls):
        cls.pages = pages()
        cls.declared = list(declarations.declared())

    def test_a_page_for_each_header(self):
        self.assertEqual(set(self.pages), {OVERVIEW} | {
            "pmapx_" + os.path.basename(one)[:-2] for one in declarations.headers()
            if one != "pmapx.h"})

    def test_prototypes(self):
        for title, text in self.pages.items():
            if title == OVERVIEW:
                continue
            with self.subTest(page=title):
                wanted = {one.name: declarations.prototype(one) for one in self.declared
                          if isinstance(one, Function)
                          and one.header == title.replace("_", "/", 1) + ".h"}
                self.assertGreater(len(wanted), 0)
                self.assertEqual(prototypes(text), wanted)
                self.assertEqual(sorted(names(text)), sorted(wanted), "NAME")
                for name in wanted:
                    self.assertIn(".Fn %s" % name, section(text, "DESCRIPTION"))

    def test_structs(self):
        structs = [one for one in self.declared if isinstance(one, Struct)]
        self.assertGreater(len(structs), 10)
        for one in structs:
            with self.subTest(struct=one.name):
                title = one.header.replace("/", "_")[:-2]
                self.assertEqual(documented_members(self.pages[title], one.name), one.members)

    def test_enumerators(self):
        everywhere = "".join(self.pages.values())
        for one in self.declared:
            if not isinstance(one, (Enum, Macro)):
                continue
            for name in one.enumerators if isinstance(one, Enum) else [one.name]:
                self.assertTrue(re.search(r"(?m)^\.(It .*)?Dv %s\b" % name, everywhere), name)
            if isinstance(one, Macro):
                self.assertIn(".Dv %s\n(%s)" % (one.name, one.value), everywhere)

    def test_fields(self):
        """Each has its member, number, key and kernel."""
        with open(os.path.join(px.SOURCE, "src", "core", "fields.inc"), encoding="utf-8") as table:
            rows = re.findall(r'^PX_FIELD\((\w+), "(\w+)", (\w+), \w+, "([^"]+)"\)', table.read(),
                              re.MULTILINE)
        told = re.findall(r"^\.It Vt [\w ]+ Fa (\w+) , Dv PMAPX_FIELD_(\w+) , Ql (\w+)\n"
                          r"(?:.*\n)*?\.Pq (?:Linux )?(.+)$",
                          self.pages["pmapx_mapping"], re.MULTILINE)
        self.assertEqual([(number, key, member, since) for member, number, key, since in told], rows)

    def test_kinds(self):
        """Each has the name and the class that the program prints."""
        told = re.findall(r"^\.It Dv PMAPX_KIND_\w+ , Cm (\S+) Pq Cm (\S+)$",
                          self.pages["pmapx_kind"], re.MULTILINE)
        printed = [tuple(line.split()) for line in px.pmapx("--kinds").stdout.decode().splitlines()]
        self.assertEqual(told, printed)
        classes = re.findall(r"^\.It Dv PMAPX_CLASS_(\w+) Ta Cm (\S+)$", self.pages["pmapx_kind"],
                             re.MULTILINE)
        self.assertEqual({name for _, name in classes}, {in_class for _, in_class in printed})
        self.assertEqual([name.lower() for name, _ in classes], [name for _, name in classes])

    def test_errors(self):
        """For each function, its comment and its page name the same."""
        told = 0
        for title, text in self.pages.items():
            if title == OVERVIEW:
                continue
            wanted = errors_of_comments(title.replace("_", "/", 1) + ".h")
            self.assertEqual(sorted(wanted), sorted(names(text)), title)
            found = errors_of_page(text)
            for name, errors in wanted.items():
                self.assertEqual(sorted(found.pop(name, ())), sorted(errors), name)
                told += len(errors)
            self.assertEqual(found, {}, title)
        self.assertGreater(told, 40)

    def test_references(self):
        """What is said to be in section 3 and ours is."""
        known = set(self.pages) | {name for text in self.pages.values() for name in names(text)}
        for title, text in self.pages.items():
            for name in re.findall(r"^\.Xr ((?:lib)?pmapx\w*) 3", text, re.MULTILINE):
                self.assertIn(name, known, title)
            self.assertNotIn(title, re.findall(r"^\.Xr (\w+) 3", section(text, "SEE ALSO"),
                                               re.MULTILINE))

    def test_each_function_is_found_by_its_name(self):
        self.assertEqual(set(declarations.versions()) - {
            name for text in self.pages.values() for name in names(text)}, set())
        if not shutil.which("man"):
            self.skipTest("man is not installed")
        made = os.path.join(px.BUILD, "man3")
        self.assertTrue(os.path.isdir(made), made)
        with tempfile.TemporaryDirectory() as folder:
            section3 = os.path.join(folder, "man3")
            shutil.copytree(made, section3)
            for path in glob.glob(os.path.join(DOC, "*.3")):
                shutil.copy(path, section3)
            for one in self.declared:
                if not isinstance(one, Function):
                    continue
                with open(os.path.join(section3, one.name + ".3"), encoding="ascii") as link:
                    self.assertEqual(link.read(), ".so man3/%s.3\n" %
                                     one.header.replace("/", "_")[:-2])
            got = px.run(["man", "-M", folder, "pmapx_reader_next"],
                         env=px.environment(MANWIDTH="80", MAN_KEEP_FORMATTING=None))
            self.assertEqual(got.status, 0, got.stderr)
            self.assertIn(b"from a process to its mappings", got.stdout)


class Code(px.TestCase):
    """All of it compiles, with all compilers there are."""

    def compiles(self, code, what):
        if not compilers():
            self.skipTest("neither gcc nor clang is installed")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "code.c")
            with open(path, "w", encoding="utf-8") as file:
                file.write(code)
            for compiler in compilers():
                with self.subTest(code=what, compiler=compiler):
                    got = px.run([compiler, *STRICT, "-fsyntax-only", path])
                    self.assertEqual(got.status, 0, code + got.stderr.decode(errors="replace"))

    def test_pages(self):
        count = 0
        for title, text in pages().items():
            for what, code in blocks(text):
                self.assertIsNotNone(what, "%s: what is this?\n%s" % (title, code))
                if what == "fragment" or what.startswith("program "):
                    count += 1
                    self.compiles(AROUND % code if what == "fragment" else code, title)
                else:
                    self.assertIn(what, ("sh", "cmake"))
        self.assertGreater(count, 8)

    def test_the_example_is_short(self):
        """Lines that are neither empty nor a comment, nor include a header."""
        code = [line for line in programs()["private"].splitlines()
                if line.strip() and not re.match(r"\s*/\*.*\*/$|#include", line)]
        self.assertGreater(len(code), 30)
        self.assertLessEqual(len(code), 50)

    def test_numbers_are_asked_for(self):
        """What a kernel does not print is left as it was in the member of the mapping before: nobody is to
        learn from us to take one without asking whether it is there."""
        shown = [code for text in pages().values() for _, code in blocks(text)]
        for path in (os.path.join(px.SOURCE, "README.md"), *glob.glob(os.path.join(DOC, "*.md")),
                     *(os.path.join(declarations.INCLUDE, name) for name in declarations.headers())):
            with open(path, encoding="utf-8") as file:
                shown += re.findall(r"^```c\n(.*?)^```$|^ \* @code\n(.*?)^ \* @endcode$", file.read(),
                                    re.MULTILINE | re.DOTALL)
        shown = ["".join(one) for one in shown]
        self.assertGreater(sum("pmapx_smaps_" in code for code in shown), 4)
        for code in shown:
            if re.search(r"smaps->(?!have\b)\w+", code):
                self.assertIn("pmapx_smaps_has(", code)

    def test_headers(self):
        count = 0
        for header in declarations.headers():
            with open(os.path.join(declarations.INCLUDE, header), encoding="utf-8") as file:
                found = re.findall(r"^ \* @code\n(.*?)^ \* @endcode$", file.read(),
                                   re.MULTILINE | re.DOTALL)
            for code in found:
                count += 1
                self.compiles(AROUND % re.sub(r"^ \* ?", "", code, flags=re.MULTILINE), header)
        self.assertGreater(count, 1)


class Programs(px.TestCase):
    """Those that are whole are run."""

    @classmethod
    def setUpClass(cls):
        if not compilers():
            raise unittest.SkipTest("neither gcc nor clang is installed")
        cls.compiler = compiler_of_build()
        cls.folder = tempfile.mkdtemp(prefix="pmapx-examples-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        for name, code in programs().items():
            with open(os.path.join(cls.folder, name + ".c"), "w", encoding="ascii") as file:
                file.write(code)

    def build(self, name, *libraries):
        program = os.path.join(self.folder, name)
        words = [self.compiler, *STRICT, os.path.join(self.folder, name + ".c"), "-o", program,
                 *libraries]
        if px.is_sanitized(px.PMAPX):
            words.append("-fsanitize=address,undefined")
        got = px.run(words)
        self.assertEqual(got.status, 0, got.stderr.decode(errors="replace"))
        return program

    def ways(self, name):
        """The program with the shared library, and with the static one."""
        yield self.build(name, "-L", px.BUILD, "-lpmapx")
        yield self.build(name, os.path.join(px.BUILD, "libpmapx.a"), "-ldl")

    def run_program(self, *words, **kwargs):
        return px.run(words, env=px.environment(LD_LIBRARY_PATH=px.BUILD), **kwargs)

    @staticmethod
    def by_path(pid):
        """{path: private kB} as the program has it."""
        got = px.pmapx("--by", "path", "--format", "csv", str(pid))
        return {row["path"]: int(row["private"])
                for row in csv.DictReader(got.stdout.decode().splitlines())}

    @staticmethod
    def by_name(pid):
        """The same by a look at smaps; what has no name is called as the program calls it."""
        sums, name = {}, ""
        for line in px.process_file(pid, "smaps").decode().splitlines():
            found = re.match(r"[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+ *(.*)$", line)
            if found:
                name = found[1] or "[ anon ]"
                sums.setdefault(name, 0)
            elif line.startswith(("Private_Clean:", "Private_Dirty:")):
                sums[name] += int(line.split()[1])
        return sums

    def same_sums(self, sums, others):
        """Of what only the target has mapped: of a library, private pages are shared as soon as who
        looks has it as well."""
        self.assertEqual(set(sums), set(others))
        own = {name for name in sums if name.startswith("[") or name == px.TARGET}
        self.assertLessEqual({"[ anon ]", "[stack]", px.TARGET}, own)
        self.assertEqual({name: sums[name] for name in own}, {name: others[name] for name in own})

    def test_private(self):
        """What libpmapx(3) shows: the same sums as those of pmapx, and of smaps."""
        with px.Target("anon", "64", "40") as target:
            for program in self.ways("private"):
                before = self.by_name(target.pid)
                got = self.run_program(program, str(target.pid))
                self.assertEqual((got.status, got.stderr), (0, b""))
                rows = [line.split(None, 1) for line in got.stdout.decode().splitlines()]
                sums = {row[1] if len(row) > 1 else "[ anon ]": int(row[0]) for row in rows}
                self.assertEqual(len(sums), len(rows))
                self.same_sums(sums, self.by_path(target.pid))
                self.same_sums(sums, before)
                self.assertGreaterEqual(sums["[ anon ]"], 160)

    def test_private_names(self):
        """A name cannot reach the terminal."""
        with px.Target("file", "a\x1b[31mb") as target:
            program = self.build("private", "-L", px.BUILD, "-lpmapx")
            got = self.run_program(program, str(target.pid))
            self.assertEqual(got.status, 0)
            self.assertNotIn(b"\x1b", got.stdout)
            self.assertIn(b"/a?[31mb\n", got.stdout)

    def test_private_of_none(self):
        program = self.build("private", "-L", px.BUILD, "-lpmapx")
        for words, pid in (([], b"0"), (["x"], b"0"), (["99999999"], b"99999999")):
            self.result(self.run_program(program, *words),
                        stderr=pid + b": No such process\n", status=1)

    def test_pipe(self):
        """What pmapx_parser(3) shows."""
        smaps = px.SAMPLE
        starts = b"".join(b"%x %s\n" % (one.start, one.perms.encode()) for one in px.mappings(smaps))
        for program in self.ways("pipe"):
            for text, out, err, status in (
                    (smaps, starts, b"", 0),
                    (b"", b"", b"", 0),
                    (smaps + b"1000-2000 oh\n" + smaps, starts * 2, rb"line %d, byte 11: .+\n" %
                     (smaps.count(b"\n") + 1), 1),
                    (smaps[:-5], starts, rb"line %d, byte 0: .+\n" % smaps.count(b"\n"), 1)):
                with self.subTest(program=program, text=text[-20:]), \
                        tempfile.TemporaryFile() as file:
                    file.write(text)
                    file.seek(0)
                    got = self.run_program(program, stdin=file)
                    self.assertEqual((got.status, got.stdout), (status, out))
                    self.assertRegex(got.stderr, rb"\A%s\Z" % err)

    def test_commands(self):
        """Those that build and run, as they stand there, in a folder with the file."""
        for tool in ("pkg-config", "cc"):
            if not shutil.which(tool):
                self.skipTest(tool + " is not installed")
        if px.is_sanitized(px.PMAPX):
            self.skipTest("a sanitized library takes more to link")
        with open(os.path.join(self.folder, "pmapx.pc"), "w", encoding="ascii") as file:
            file.write("Name: pmapx\nDescription: -\nVersion: 1\nCflags: -I%s\nLibs: -L%s -lpmapx\n" %
                       (declarations.INCLUDE, px.BUILD))
        shutil.copy(os.path.join(self.folder, "private.c"), os.path.join(self.folder, "example.c"))
        found = [code for what, code in blocks(pages()[OVERVIEW]) if what == "sh"]
        self.assertEqual(len(found), 2)
        with px.Target("anon") as target:
            for code in found:
                got = px.run(["sh", "-eu", "-c", code.replace("1100", str(target.pid))],
                             cwd=self.folder, env=px.environment(
                                 PKG_CONFIG_PATH=self.folder, LD_LIBRARY_PATH=px.BUILD))
                self.assertEqual((got.status, got.stderr), (0, b""), code)
            self.assertIn(b"[stack]", got.stdout)


class Promises(px.TestCase):
    """What the pages promise of all that a source hands out: tests/library/px_promises.c."""

    WAYS = ("", ", only mappings", ", one field", ", with the next", ", within a range")
    # Two more than the sample has, of Android: with an empty name, and with one.
    SMAPS = px.SAMPLE + b"".join(
        px.smaps_entry(px.map_line("7ffe0000%x000-7ffe0000%x000" % (at, at + 1), "rw-p")) + name
        for at, name in ((1, b"Name:           \n"), (3, b"Name:           [anon:x]\n")))

    @classmethod
    def setUpClass(cls):
        if not compilers():
            raise unittest.SkipTest("neither gcc nor clang is installed")
        cls.folder = tempfile.mkdtemp(prefix="pmapx-promises-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        cls.program = os.path.join(cls.folder, "px_promises")
        words = [compiler_of_build(), "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-I", declarations.INCLUDE,
                 os.path.join(px.SOURCE, "tests", "library", "px_promises.c"), "-o", cls.program,
                 "-L", px.BUILD, "-lpmapx"]
        if px.is_sanitized(px.PMAPX):
            words.append("-fsanitize=address,undefined")
        building.need(px.run(words))

    def run_program(self, *words, locale="C"):
        return px.run([self.program, *words], env=px.environment(LC_ALL=locale, LD_LIBRARY_PATH=px.BUILD))

    def names(self, *words):
        """[(in which way, mappings, those without a name)]"""
        got = self.run_program(*words)
        self.assertEqual((got.status, got.stderr), (0, b""), words)
        here, *lines = got.stdout.decode().splitlines()
        self.assertEqual(here, "here: No such file or directory")
        return [(way, int(mappings), int(unnamed)) for line in lines for way, mappings, unnamed in
                re.findall(r"(.*): (\d+) mappings, (\d+) without a name", line) or [(line, 0, 0)]]

    def ways(self, file, mappings, unnamed, read=None):
        """What is expected: of smaps, Android's name is only there where it is read."""
        return [(file + way, mappings, unnamed if read is None or "mappings" in way or "range" in way else read)
                for way in self.WAYS]

    def test_names_live(self):
        with px.Target("anon") as target:
            maps = [line.split() for line in px.process_file(target.pid, "maps").splitlines()]
            unnamed = sum(len(words) == 5 for words in maps)
            self.assertGreater(unnamed, 0)
            wanted = [one for file in ("maps", "smaps") for one in self.ways(file, len(maps), unnamed)]
            if os.path.exists("/proc/self/smaps_rollup"):
                wanted += self.ways("smaps_rollup", 1, 0)
            self.assertEqual(self.names("live", str(target.pid)), wanted)

    def test_names_prepared(self):
        """Of a root, a folder, a file and text."""
        both = self.ways("maps", 7, 3) + self.ways("smaps", 7, 3, 2)
        with px.Root() as root:
            root.process(100, smaps=self.SMAPS)
            self.assertEqual(self.names("root", root.path), both)
            self.assertEqual(self.names("saved", root.path), both)
            self.assertEqual(self.names("saved", os.path.join(root.path, "100", "maps")),
                             self.ways("maps", 7, 3))
            self.assertEqual(self.names("text", os.path.join(root.path, "100", "smaps")), [("text", 7, 2)])

    def test_names_in_an_archive(self):
        px.need_library("archive")
        with px.Root() as root:
            root.process(100, smaps=self.SMAPS)
            self.assertEqual(self.names("saved", saving.tar(os.path.join(self.folder, "a"), root.path)),
                             self.ways("maps", 7, 3) + self.ways("smaps", 7, 3, 2))

    def test_names_in_a_core(self):
        px.need_library("elf")
        path = os.path.join(self.folder, "core")
        core = cores.Core().process(1100).file(0x400000, 0x401000, "/bin/x")
        core.segment(0x400000, 0x1000, "r-x").segment(0x600000, 0x1000, "rw-")
        with open(path, "wb") as file:
            file.write(core.bytes())
        self.assertEqual(self.names("saved", path), self.ways("maps", 2, 1))

    def test_reasons_are_in_english(self):
        """Of what the system has refused: here, to make a file for what memory is not to hold."""
        px.need_library("archive")
        px.need_locale("fr_FR.UTF-8")
        with px.Root() as root:
            root.process(100, maps=b"".join(px.map_line("%x000-%x000" % (at, at + 1))
                                            for at in range(0x10, 0x10000)))
            archive = saving.tar(os.path.join(self.folder, "large"), root.path, "100/maps")
        for locale in ("C", "fr_FR.UTF-8"):
            got = self.run_program("saved", archive, locale=locale)
            self.assertEqual((got.status, got.stderr), (0, b""), locale)
            here, *lines = got.stdout.decode().splitlines()
            self.assertEqual(lines[-1], "reason: temporary files in /proc/none: No such file or directory")
        if here == "here: No such file or directory":
            self.skipTest("the C library has no French messages here")
        self.assertEqual(here, "here: Aucun fichier ou dossier de ce type")


if __name__ == "__main__":
    px.main()
