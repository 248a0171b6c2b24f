#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the linked files are made of: libraries needed at start, symbols exported and imported,
no data that the library could write to, and what stands in the way of an attacker."""
import glob
import json
import os
import re
import shutil
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import declarations
import building
import px

LIBRARY = os.path.join(px.BUILD, "libpmapx.so")

# The libc of glibc and of musl, and the loader, which some architectures name as well.
LIBC = re.compile(r"libc\.so(\.6)?|libc\.musl-\w+\.so\.1|ld-linux[-\w]*\.so\.\d+|ld64\.so\.\d+")

# A library that prints, exits, or looks at the locale or the environment would call one of these.
NEVER_CALLED = re.compile(r"""
    _*(v|vf|f|vd|d|w|vw)?w?printf(_chk)? | _*v?asprintf(_chk)? | puts | fputs | fputc | putc |
    putchar | f?write(_unlocked)? | writev | fflush | perror | psignal | v?(err|warn)x? | error |
    v?syslog | stdout | stderr | _?_?_?[eE]xit | quick_exit | _exit | abort | __assert_fail |
    raise | kill | setlocale | newlocale | uselocale | \w*gettext | (__xpg_)?strerror(_[rl])? |
    (secure_)?getenv | setenv | putenv | environ | __environ | chdir | f?chdir | umask | signal | sigaction | fork | system | popen |
    shmget | shmat""", re.VERBOSE)

# What the compiler and the linker put into every shared object.
OF_THE_TOOLS = {"completed.0", "__dso_handle", "__TMC_END__", "_edata", "__bss_start", "_end",
                "__data_start", "data_start", "__bss_start__", "__bss_end__", "_bss_end__",
                "__end__"}


def readelf(*words):
    if not shutil.which("readelf"):
        raise unittest.SkipTest("readelf is not installed")
    got = px.run(["readelf", *words])
    if got.status != 0:
        raise AssertionError(got.stderr.decode(errors="replace"))
    return got.stdout.decode()


def dynamic(path, tag):
    """The values of the dynamic section with a tag, such as NEEDED."""
    return re.findall(r"\(%s\)[^\[\n]*\[([^\]]*)\]" % tag, readelf("-dW", path))


def symbols(path, option):
    """(name, kind, section number or UND or ABS) of a table of symbols."""
    row = re.compile(r"\s*\d+:\s+[0-9a-f]+\s+(\w+)\s+(\w+)\s+\w+\s+\w+\s+(?:\[[^\]]*\]\s+)?"
                     r"(\w+)\s+(\S+)")
    for line in readelf("-W", option, path).splitlines():
        found = row.match(line)
        if found:
            _, kind, section, name = found.groups()
            yield name, kind, section


def exported():
    """{name: version} of what the library defines for others."""
    return {name.split("@")[0]: name.partition("@")[2].lstrip("@")
            for name, _, section in symbols(LIBRARY, "--dyn-syms")
            if section not in ("UND", "ABS")}


class Needed(px.TestCase):
    def setUp(self):
        if px.is_sanitized(px.PMAPX):
            self.skipTest("a sanitized build needs the sanitizers' libraries")

    def only_libc(self, path):
        needed = dynamic(path, "NEEDED")
        self.assertTrue(needed)
        for name in needed:
            self.assertTrue(LIBC.fullmatch(name), "%s needs %s" % (path, name))

    def test_program(self):
        self.only_libc(px.PMAPX)

    def test_library(self):
        self.only_libc(LIBRARY)

    def test_notes(self):
        """What is loaded while the program runs is told in notes, for those who make packages."""
        switches = [name for name, is_on in building.switches().items() if is_on]
        names = set()
        for path in glob.glob(os.path.join(px.SOURCE, "src", "lazy", "*.c")):
            with open(path, encoding="utf-8") as file:
                names.update(feature for switch, feature in re.findall(
                    r'^PX_LIBRARY_NOTE\(PX_(\w+)_SONAME, "(\w+)"', file.read(), re.M) if switch in switches)
        self.assertEqual(len(names), len(switches))
        told = {}
        for text in re.findall(r'\[\{"feature".*?\}\]', readelf("-p", ".note.dlopen", px.PMAPX)) \
                if names else ():
            note, = json.loads(text)
            told[note["feature"]], = note["soname"]
        self.assertEqual(set(told), names)
        self.assertEqual(px.libraries(), told)
        self.assertEqual(told.get("sqlite", "libsqlite3.so.0"), "libsqlite3.so.0")
        for soname in told.values():
            self.assertRegex(soname, r"\Alib\w+\.so\.\d[\d.]*\Z")

    def test_no_search_path(self):
        for path in (px.PMAPX, LIBRARY):
            self.assertEqual(dynamic(path, "RPATH") + dynamic(path, "RUNPATH"), [])


class Library(px.TestCase):
    def test_soname(self):
        self.assertEqual(dynamic(LIBRARY, "SONAME"), ["libpmapx.so.1"])

    def test_exports(self):
        """The version script, the headers and the library name the same functions."""
        listed = declarations.versions()
        promised = [one.name for one in declarations.functions() if not one.is_inline]
        self.assertGreater(len(listed), 10)
        self.assertEqual(list(listed), sorted(listed, key=lambda name: (listed[name], name)),
                         "order of the version script")
        self.assertEqual(sorted(promised), sorted(listed), "headers and version script")
        self.assertEqual(exported(), listed, "library and version script")

    def test_no_calls(self):
        called = {name.split("@")[0] for name, _, section in symbols(LIBRARY, "--dyn-syms")
                  if section == "UND"}
        self.assertTrue(called & {"read", "__read_chk"})
        if not re.search(r"^PX_HAS_STRERRORDESC_NP:\w+=1$", cache(), re.MULTILINE):
            # What errors say in the locale of C, which is neither made nor set.
            called -= {"newlocale", "strerror_l"}
        self.assertEqual([name for name in sorted(called) if NEVER_CALLED.fullmatch(name)], [])

    def test_no_writable_data(self):
        if px.is_sanitized(px.PMAPX):
            self.skipTest("the sanitizers add data of their own")
        table = readelf("-SW", LIBRARY)
        writable = {number: name for number, name in re.findall(
            r"\[\s*(\d+)\]\s+(\.(?:data|bss|tdata|tbss)(?!\.rel\.ro)\S*)", table)}
        self.assertTrue(writable)
        found = [(name, writable[section]) for name, kind, section in
                 symbols(LIBRARY, "--syms")
                 if section in writable and name not in OF_THE_TOOLS and kind != "SECTION"]
        self.assertEqual(found, [])
        # A stripped library has no symbols to look at, but its sections have sizes.
        for section in writable.values():
            size = re.search(r"\]\s+%s\s+\w+\s+[0-9a-f]+\s+[0-9a-f]+\s+([0-9a-f]+)" %
                             re.escape(section), table).group(1)
            self.assertLessEqual(int(size, 16), 16, section)


def cache():
    """What cmake was told, and has found."""
    try:
        with open(os.path.join(px.BUILD, "CMakeCache.txt"), encoding="utf-8") as file:
            return file.read()
    except OSError:
        raise unittest.SkipTest("no CMakeCache.txt in " + px.BUILD)


def has_told(words):
    """Whether cmake was given flags that match this regular expression."""
    given = re.findall(r"^CMAKE_\w*(?:FLAGS|FLAGS_%s):\w+=(.*)$" % build_type().upper(), cache(),
                       re.MULTILINE)
    return re.search(words, " ".join(given)) is not None


def build_type():
    found = re.search(r"^CMAKE_BUILD_TYPE:\w+=(.+)$", cache(), re.MULTILINE)
    return found[1] if found else "RelWithDebInfo"


class Hardening(px.TestCase):
    """src/hardening.cmake has arrived in the files, as far as the flags of whoever builds let it."""

    def setUp(self):
        if has_told(r"-static\b"):
            self.skipTest("a static program has its libc in it")

    def segments(self, path):
        """{type: [flags]} of the program headers."""
        found = {}
        for kind, flags in re.findall(
                r"^  ([A-Z]\w+) +(?:0x[0-9a-f]+ +){5}([RWE ]{3}) 0x[0-9a-f]+$",
                readelf("-lW", path), re.MULTILINE):
            found.setdefault(kind, []).append(flags)
        self.assertIn("LOAD", found, path)
        return found

    def imported(self, path):
        return {name.split("@")[0] for name, _, section in symbols(path, "--dyn-syms")
                if section == "UND"}

    def test_position_independent(self):
        if has_told(r"-no-?pie\b"):
            self.skipTest("built otherwise on purpose")
        for path in (px.PMAPX, LIBRARY):
            self.assertRegex(readelf("-hW", path), r"Type: +DYN ", path)
            self.assertNotIn("TEXTREL", readelf("-dW", path), path)
        self.assertRegex(readelf("-dW", px.PMAPX), r"\(FLAGS_1\) .*\bPIE\b")

    def test_nothing_is_writable_and_executable(self):
        """Neither a stack nor anything else."""
        for path in (px.PMAPX, LIBRARY):
            segments = self.segments(path)
            self.assertEqual(segments["GNU_STACK"], ["RW "], path)
            for kind, flags in segments.items():
                for one in flags:
                    self.assertFalse("W" in one and "E" in one, (path, kind, one))
            self.assertIn("R E", segments["LOAD"], path)
            self.assertIn("RW ", segments["LOAD"], path)

    def test_relocations_are_read_only(self):
        """All of them: none is left for when a function is first called."""
        if has_told(r"-z[ ,]*(-Xlinker )?(norelro|lazy)"):
            self.skipTest("built otherwise on purpose")
        for path in (px.PMAPX, LIBRARY):
            self.assertEqual(len(self.segments(path).get("GNU_RELRO", [])), 1, path)
            table = readelf("-dW", path)
            self.assertRegex(table, r"\(FLAGS\) .*\bBIND_NOW\b|\(FLAGS_1\) .*\bNOW\b", path)
            self.assertNotRegex(readelf("-SW", path), r"\] \.got\.plt ", path)

    def test_stack_protector(self):
        if has_told(r"stack-protector"):
            self.skipTest("built otherwise on purpose")
        for path in (px.PMAPX, LIBRARY):
            self.assertIn("__stack_chk_fail", self.imported(path), path)

    def test_fortified(self):
        """What is copied into arrays of known size is checked."""
        if px.is_sanitized(px.PMAPX):
            self.skipTest("not with sanitizers: they know all sizes")
        if has_told(r"_FORTIFY_SOURCE|-O0\b") or not has_told(r"-O[1-3s]\b"):
            self.skipTest("not optimised, or fortified otherwise on purpose")
        if "libc.so.6" not in dynamic(px.PMAPX, "NEEDED"):
            self.skipTest("only glibc has functions that check")
        for path in (px.PMAPX, LIBRARY):
            checked = {name for name in self.imported(path)
                       if re.fullmatch(r"__\w+_chk", name)}
            self.assertIn("__snprintf_chk", checked, path)


class Baseline(px.TestCase):
    """It runs on every processor of the architecture, whatever that has which built it."""

    # What x86-64 had at its beginning is left out: SSE2. tzcnt is not looked for, as older ones take
    # it for bsf, which compilers know.
    LATER = re.compile(r"""\t(v[a-z0-9]+\s.*%[xyz]mm | (popcnt|lzcnt|andn|bextr|bls(i|r|msk)|pdep|pext|
        mulx|rorx|sarx|shlx|shrx|movbe|crc32\w|lddqu|h?addsubp[sd]|haddp[sd]|hsubp[sd]|mov(s[hl]|d)dup|
        pshufb|palignr|pabs[bwd]|ph(add|sub)\w+|pmaddubsw|pmulhrsw|psign[bwd]|pblend\w+|blend\w+|ptest|
        pmovsx\w+|pmovzx\w+|pmuldq|pmulld|pinsr[bdq]|pextr[bdq]|pm(in|ax)(s[bd]|u[wd])|packusdw|
        round[sp][sd]|pcmp[ei]str[im]|pcmpgtq|pcmpeqq|aes\w+|pclmulqdq|sha\d\w+)\s)""", re.VERBOSE)

    def test_instructions(self):
        if has_told(r"(^| )-m\S|-static\b"):
            self.skipTest("built for other processors on purpose, or with a libc that asks which it has")
        if not shutil.which("objdump"):
            self.skipTest("objdump is not installed")
        for path in (px.PMAPX, LIBRARY):
            got = px.run(["objdump", "-d", "--no-show-raw-insn", path], env=px.environment(LC_ALL="C"))
            text = got.stdout.decode(errors="replace")
            if "file format elf64-x86-64" not in text:
                self.skipTest("only known of x86-64")
            self.assertGreater(text.count("\tret"), 100)
            self.assertEqual([line for line in text.splitlines() if self.LATER.search(line)][:9], [], path)


if __name__ == "__main__":
    px.main()
