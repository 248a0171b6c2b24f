#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What programs that were linked with libpmapx rely on has not changed unannounced.

abi.txt records it: symbols and their versions, prototypes, numbers of enumerators, and where each
member of each struct is. What may come is in libpmapx(3): members behind the last of structs that
the library hands out and of option structs, enumerators, functions in a new node of
src/libpmapx.sym. To announce such, have it written down; anything else is refused, unless
PMAPX_SOVERSION in CMakeLists.txt has moved:

    python3 tests/check/abi.py --record
"""
import difflib
import os
import re
import shutil
import sys
import tempfile
import unittest
from collections import namedtuple

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import declarations
import px

RECORD = os.path.join(px.SOURCE, "tests", "check", "abi.txt")

# Structs that only the library makes, so that they may grow; so may those that begin with their
# size. All others are made by callers.
LIBRARYS = {"pmapx_field_info", "pmapx_identity", "pmapx_kind_info", "pmapx_mapping",
            "pmapx_member", "pmapx_smaps"}
# What stands for members to come in those that are made by callers.
RESERVE = "more"

# Where sizes and offsets are looked at: what decides is the size of pointers, and how a number of
# 64 bits is aligned where these have 32.
LAYOUTS = ("64-bit", "32-bit x86")

HEADER = """\
# SPDX-License-Identifier: LGPL-2.1-or-later
# What programs that were linked with libpmapx rely on; tests/check/abi.py compares it with the
# headers and says what may be added. Sizes, and offset + size of members: %s.
#
# To announce an addition: python3 tests/check/abi.py --record
""" % " | ".join(LAYOUTS)

Abi = namedtuple("Abi", "soname symbols functions macros enums structs")
# places: for each layout (offset, size), or None where that is not known; size of all else.
Member = namedtuple("Member", "name kind places")
Enum = namedtuple("Enum", "name sizes values")
Struct = namedtuple("Struct", "name owner sizes members")


def compilers():
    found = [name for name in ("gcc", "clang") if shutil.which(name)]
    return found or [name for name in ("cc",) if shutil.which(name)]


def probe(declared):
    """A C file whose arrays are as long as what we want to know."""
    lines = ["#include <stddef.h>", "#include <pmapx.h>",
             "#if defined(__LP64__)", "char px_layout[1];",
             "#elif defined(__i386__)", "char px_layout[2];", "#endif"]
    for one in declared:
        if isinstance(one, declarations.Enum):
            lines.append("char px_size__%s[sizeof(enum %s)];" % (one.name, one.name))
            # Some are negative.
            lines += ["char px_value__%s[%s + 1024];" % (name, name) for name in one.enumerators]
        elif isinstance(one, declarations.Struct):
            lines.append("char px_size__%s[sizeof(struct %s)];" % (one.name, one.name))
            for _, name in one.members:
                lines.append("char px_at__%s__%s[offsetof(struct %s, %s) + 1];" % (
                    one.name, name, one.name, name))
                lines.append("char px_of__%s__%s[sizeof(((struct %s *)0)->%s)];" % (
                    one.name, name, one.name, name))
    return "\n".join(lines) + "\n"


def measure(compiler, options, include, text, folder):
    """{array: length} as this compiler has it, or None if it cannot do that."""
    # All that is missed of a C library for 32 bits by who does not link with it.
    os.makedirs(os.path.join(folder, "gnu"), exist_ok=True)
    with open(os.path.join(folder, "gnu", "stubs-32.h"), "w", encoding="utf-8"):
        pass
    source, made = os.path.join(folder, "probe.c"), os.path.join(folder, "probe.o")
    with open(source, "w", encoding="utf-8") as file:
        file.write(text)
    got = px.run([compiler, "-std=c11", "-fno-common", *options, "-I", include, "-idirafter",
                  folder, "-c", source, "-o", made])
    if got.status != 0:
        if options:
            return None
        raise AssertionError(got.stderr.decode(errors="replace"))
    table = px.run(["nm", "-P", "-S", "-t", "d", made]).stdout.decode()
    return {name: int(size) for name, size in
            re.findall(r"^(px_\w+) \w \d+ (\d+)$", table, re.MULTILINE)}


def measured(include, declared, used):
    """{layout: {array: length}}; all compilers that are used must agree."""
    if not used or not shutil.which("nm"):
        raise unittest.SkipTest("no C compiler, or no nm")
    found, text = {}, probe(declared)
    with tempfile.TemporaryDirectory() as folder:
        for compiler in used:
            for options in ([], ["-m32"]):
                sizes = measure(compiler, options, include, text, folder)
                if sizes is None or "px_layout" not in sizes:
                    continue
                layout = LAYOUTS[sizes["px_layout"] - 1]
                if found.setdefault(layout, sizes) != sizes:
                    raise AssertionError("%s has another layout: %s" % (compiler, sorted(
                        set(sizes.items()) ^ set(found[layout].items()))))
    if not found:
        raise unittest.SkipTest("nothing is recorded for this machine")
    return found


def owner(struct):
    if struct.members[0] == ("size_t", "size"):
        return "options"
    return "library" if struct.name in LIBRARYS else "caller"


def current(include=declarations.INCLUDE, script=os.path.join(px.SOURCE, "src", "libpmapx.sym"),
            used=None):
    """What is there now."""
    declared = list(declarations.declared(include))
    layouts = measured(include, declared, used or compilers())

    def look(what, than=0):
        return tuple(layouts[one][what] - than if one in layouts else None for one in LAYOUTS)

    def member(struct, kind, name):
        at, size = (look("px_%s__%s__%s" % (what, struct, name)) for what in ("at", "of"))
        return Member(name, kind, tuple(
            None if one is None else (one - 1, other) for one, other in zip(at, size)))

    with open(os.path.join(px.SOURCE, "CMakeLists.txt"), encoding="utf-8") as file:
        soname = int(re.search(r"^set\(PMAPX_SOVERSION (\d+)\)", file.read(), re.MULTILINE)[1])
    abi = Abi(soname, declarations.versions(script), {}, {}, {}, {})
    for one in declared:
        if isinstance(one, declarations.Function):
            abi.functions[one.name] = ("inline " if one.is_inline else "") + \
                declarations.prototype(one, names=False)
        elif isinstance(one, declarations.Macro):
            abi.macros[one.name] = one.value
        elif isinstance(one, declarations.Enum):
            abi.enums[one.name] = Enum(one.name, look("px_size__" + one.name), {
                name: layouts[next(iter(layouts))]["px_value__" + name] - 1024
                for name in one.enumerators})
        else:
            abi.structs[one.name] = Struct(
                one.name, owner(one), look("px_size__" + one.name),
                [member(one.name, kind, name) for kind, name in one.members])
    return abi


def columns(values):
    """Sizes, or places, in all layouts."""
    return " | ".join("?" if one is None else "%d + %d" % one if isinstance(one, tuple) else str(one)
                      for one in values)


def written(abi):
    """As it is recorded."""
    lines = ["", "soname %d" % abi.soname, ""]
    lines += ["symbol %s %s" % (node, name) for name, node in abi.symbols.items()] + [""]
    lines += ["function %s" % text for _, text in sorted(abi.functions.items())] + [""]
    lines += ["macro %s %s" % pair for pair in abi.macros.items()]
    for enum in abi.enums.values():
        lines += ["", "enum %s: %s" % (enum.name, columns(enum.sizes))]
        lines += ["\t%s = %d" % pair for pair in enum.values.items()]
    for struct in abi.structs.values():
        lines += ["", "struct %s (%s): %s" % (struct.name, struct.owner, columns(struct.sizes))]
        lines += ["\t%s, %s: %s" % (member.name, member.kind, columns(member.places))
                  for member in struct.members]
    return HEADER + "\n".join(lines) + "\n"


def read_columns(text):
    def one(word):
        if word == "?":
            return None
        numbers = [int(number) for number in word.split(" + ")]
        return tuple(numbers) if len(numbers) > 1 else numbers[0]
    return tuple(one(word) for word in text.split(" | "))


def read(text):
    """The other way round."""
    abi = Abi(int(re.search(r"^soname (\d+)$", text, re.MULTILINE)[1]), {}, {}, {}, {}, {})
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        if word == "symbol":
            node, name = rest.split()
            abi.symbols[name] = node
        elif word == "function":
            abi.functions[re.search(r"(\w+)\(", rest)[1]] = rest
        elif word == "macro":
            name, value = rest.split(" ", 1)
            abi.macros[name] = value
        elif word == "enum":
            name, sizes = rest.split(": ")
            values = {}
            abi.enums[name] = Enum(name, read_columns(sizes), values)
        elif word == "struct":
            name, whose, sizes = re.fullmatch(r"(\w+) \((\w+)\): (.*)", rest).groups()
            members = []
            abi.structs[name] = Struct(name, whose, read_columns(sizes), members)
        elif " = " in line:
            name, number = line.strip().split(" = ")
            values[name] = int(number)
        elif line.startswith("\t"):
            name, kind, places = re.fullmatch(r"\t(\w+), (.*): (.*)", line).groups()
            members.append(Member(name, kind, read_columns(places)))
    return abi


def recorded():
    with open(RECORD, encoding="utf-8") as file:
        return read(file.read())


def broken_enum(old, new):
    if new is None:
        yield "enum %s is gone" % old.name
        return
    if differ(old.sizes, new.sizes):
        yield "enum %s has another size" % old.name
    values = set(old.values.values())
    for name, number in old.values.items():
        if name not in new.values:
            yield "%s is gone" % name
        elif new.values[name] != number and not (
                name.endswith("_COUNT") and new.values[name] > number):
            yield "%s was %d and is %d" % (name, number, new.values[name])
    # What was the count of all is no number of any.
    values -= {number for name, number in old.values.items() if name.endswith("_COUNT")}
    for name, number in new.values.items():
        if name not in old.values and number in values:
            yield "%s is %d, which is another's" % (name, number)


def differ(old, new):
    """Whether anything that is known of both is not the same."""
    return any(one != other for one, other in zip(old, new) if None not in (one, other))


def broken_struct(old, new):
    what = "struct " + old.name
    if new is None:
        yield what + " is gone"
        return
    if old.owner != new.owner:
        yield "%s was the %s's and is the %s's" % (what, old.owner, new.owner)
    there = {member.name: member for member in new.members}
    for member in old.members:
        if member.name == RESERVE and old.owner == "caller":
            continue
        found = there.get(member.name)
        if found is None:
            yield "%s.%s is gone" % (old.name, member.name)
        elif found.kind != member.kind:
            yield "%s.%s was %s and is %s" % (old.name, member.name, member.kind, found.kind)
        elif differ(member.places, found.places):
            yield "%s.%s was at %s and is at %s" % (
                old.name, member.name, columns(member.places), columns(found.places))
    known = {member.name for member in old.members}
    for index, layout in enumerate(LAYOUTS):
        if None not in (old.sizes[index], new.sizes[index]):
            added = [member.places[index] for member in new.members if member.name not in known]
            for problem in badly_grown(old, new, index, added):
                yield "%s %s (%s)" % (what, problem, layout)


def badly_grown(old, new, index, added):
    """Whether members have been added where somebody else may have something; one layout."""
    before, now = old.sizes[index], new.sizes[index]
    places = {member.name: member.places[index] for member in old.members}
    end = max(at + size for at, size in places.values())
    if old.owner == "caller":
        if now != before:
            yield "is made by callers: its size cannot change"
        at, size = places.get(RESERVE, (0, 0))
        if any(one < at or one + length > at + size for one, length in added):
            yield "is made by callers: members can only come out of " + RESERVE
    elif old.owner == "options":
        # Callers say how long theirs is, and what is between members may be anything.
        if any(at < before for at, _ in added):
            yield "has a new member in what callers may have left as it was: let it begin at %d" \
                % before
        if now - before != sum(size for _, size in added):
            yield "has a hole between new members, or behind them"
    else:
        if any(at < end for at, _ in added):
            yield "has a new member that is not behind all others"
        if now < before:
            yield "has become smaller"


def broken(old, new):
    """What programs that rely on old cannot rely on any more; nothing if they know."""
    if new.soname > old.soname:
        return []
    found = []
    if new.soname < old.soname:
        found.append("soname was %d and is %d" % (old.soname, new.soname))
    nodes = set(old.symbols.values())
    for name, node in old.symbols.items():
        if name not in new.symbols:
            found.append("symbol %s is gone" % name)
        elif new.symbols[name] != node:
            found.append("symbol %s was in %s and is in %s" % (name, node, new.symbols[name]))
    found += ["symbol %s is new, and in %s, which is not" % (name, node)
              for name, node in new.symbols.items() if name not in old.symbols and node in nodes]
    for which in ("functions", "macros"):
        for name, text in getattr(old, which).items():
            now = getattr(new, which).get(name)
            if now != text:
                found.append("%s is gone" % name if now is None else
                             "%s was %r and is %r" % (name, text, now))
    for name, enum in old.enums.items():
        found += broken_enum(enum, new.enums.get(name))
    for name, struct in old.structs.items():
        found += broken_struct(struct, new.structs.get(name))
    return found


def unsound(abi):
    """What nobody could keep."""
    for struct in abi.structs.values():
        for member in struct.members:
            inner = re.fullmatch(r"struct (\w+)(\[\w*\])?", member.kind)
            if inner and abi.structs[inner[1]].owner != "caller":
                yield "%s.%s is a struct that may grow" % (struct.name, member.name)
    for text in abi.functions.values():
        for name in re.findall(r"[(, ](?<!const )struct (\w+) \*(?!\*)", text):
            if name in abi.structs and abi.structs[name].owner == "library":
                yield "struct %s may grow and is written to by callers: %s" % (name, text)


def with_unknown(abi, other):
    """The text of abi, with the layouts that nobody here can look at as the other has them."""
    def fill(mine, theirs):
        return tuple(one if one is not None else two for one, two in zip(mine, theirs))

    for name, struct in abi.structs.items():
        if name in other.structs:
            there = {member.name: member.places for member in other.structs[name].members}
            abi.structs[name] = struct._replace(
                sizes=fill(struct.sizes, other.structs[name].sizes), members=[
                    member._replace(places=fill(
                        member.places, there.get(member.name, member.places)))
                    for member in struct.members])
    for name, enum in abi.enums.items():
        if name in other.enums:
            abi.enums[name] = enum._replace(sizes=fill(enum.sizes, other.enums[name].sizes))
    return written(abi)


def record():
    now = current()
    problems = list(unsound(now)) + (broken(recorded(), now) if os.path.exists(RECORD) else [])
    if "?" in written(now).replace(HEADER, ""):
        problems.append("this takes a compiler for x86-64 that knows -m32")
    if problems:
        sys.exit("not recorded:\n  " + "\n  ".join(problems))
    with open(RECORD, "w", encoding="utf-8") as file:
        file.write(written(now))


class Unchanged(px.TestCase):
    def test_recorded(self):
        now, then = current(), recorded()
        self.assertEqual(broken(then, now), [], "libpmapx.so.%d is broken" % now.soname)
        text = written(then)
        with open(RECORD, encoding="utf-8") as file:
            self.same(text, file.read(), "what is read and written again")
        difference = "".join(difflib.unified_diff(
            text.splitlines(True), with_unknown(now, then).splitlines(True), "abi.txt", "now"))
        if difference:
            self.fail("not announced: python3 tests/check/abi.py --record\n" + difference)

    def test_sound(self):
        self.assertEqual(list(unsound(current())), [])

    def test_all_functions_are_recorded(self):
        now = current()
        self.assertEqual(sorted(name for name, text in now.functions.items()
                                if not text.startswith("inline ")), sorted(now.symbols))
        self.assertGreater(len(now.symbols), 30)
        self.assertGreater(len(now.structs), 10)
        self.assertEqual(set(LIBRARYS) - set(now.structs), set())


# (file, what stands there, what is there instead, what is said; "" if that may be)
CHANGES = {
    "a function less": ("src", "\tpmapx_reader_file;\n", "", "symbol pmapx_reader_file is gone"),
    "another node": ("src", "PMAPX_1.0 {", "PMAPX_2.0 {", "was in PMAPX_1.0 and is in PMAPX_2.0"),
    "a function in an old node": ("src", "\tpmapx_reader_file;\n",
                                  "\tpmapx_reader_file;\n\tpmapx_reader_line;\n",
                                  "symbol pmapx_reader_line is new, and in PMAPX_1.0"),
    "a function in a new node": ("src", "local:\n\t*;\n};\n",
                                 "local:\n\t*;\n};\nPMAPX_99.0 {\nglobal:\n\tpmapx_a;\n} PMAPX_1.0;\n",
                                 ""),
    "another parameter": ("parser", "size_t want, char **", "uint64_t want, char **",
                          "pmapx_parser_space was"),
    "one more parameter": ("reader", "pmapx_reader_close(struct pmapx_reader *reader)",
                           "pmapx_reader_close(struct pmapx_reader *reader, int how)",
                           "pmapx_reader_close was"),
    "another result": ("reader", "PMAPX_API pid_t pmapx_reader_pid", "PMAPX_API long pmapx_reader_pid",
                       "pmapx_reader_pid was"),
    "another name of a parameter": ("parser", "size_t want, char **", "size_t need, char **", ""),
    "another macro": ("process", "131072", "4096", "PMAPX_CMDLINE_MAX was"),
    "an enumerator before others": ("mapping", "\tPMAPX_FIELD_RSS,\n",
                                    "\tPMAPX_FIELD_NEW,\n\tPMAPX_FIELD_RSS,\n",
                                    "PMAPX_FIELD_RSS was 3 and is 4"),
    "an enumerator less": ("kind", "\tPMAPX_CLASS_SPECIAL,\n", "", "PMAPX_CLASS_SPECIAL is gone"),
    "an enumerator twice": ("kind", "\tPMAPX_CLASS_COUNT ",
                            "\tPMAPX_CLASS_NEW = 3,\n\tPMAPX_CLASS_COUNT = 15 ",
                            "PMAPX_CLASS_NEW is 3, which is another's"),
    "an enumerator more": ("kind", "\tPMAPX_CLASS_COUNT ",
                           "\tPMAPX_CLASS_NEW,\n\tPMAPX_CLASS_COUNT ", ""),
    "members the other way round": ("mapping", "\tuint64_t start;     /**< First address. */\n"
                                    "\tuint64_t end;       /**< One past the last address. */\n",
                                    "\tuint64_t end;\n\tuint64_t start;\n",
                                    "pmapx_mapping.start was at 0 + 8"),
    "a member less": ("mapping", "\tbool plain;\n", "\tbool plainer;\n", "pmapx_smaps.plain is gone"),
    "a member of another type": ("mapping", "\tuint64_t rss_kb; ", "\tint64_t rss_kb; ",
                                 "pmapx_smaps.rss_kb was uint64_t and is int64_t"),
    "a smaller member": ("process", "\tuint64_t start_ticks;", "\tuint32_t start_ticks;",
                         "pmapx_identity.start_ticks was"),
    "a member between others": ("mapping", "\tbool is_not_dumped;",
                                "\tbool is_new;\n\tbool is_not_dumped;", "is_not_dumped was at"),
    "a member in what was a hole": ("mapping", "\tbool has_no_mode; ",
                                    "\tbool has_no_mode;\n\tbool is_new;",
                                    "has a new member that is not behind all others"),
    "a member behind the others": ("mapping", "\tconst struct pmapx_mapping *next;\n",
                                   "\tconst struct pmapx_mapping *next;\n\tbool is_new;\n", ""),
    "a member more of a caller's": ("source", "\tuint64_t minor; ",
                                    "\tuint64_t more_minor;\n\tuint64_t minor;",
                                    "its size cannot change"),
    "a member out of the reserve": ("kind", "\tuint64_t more[4]; ",
                                    "\tuint64_t new_end;\n\tuint64_t more[3];", ""),
    "more than the reserve": ("kind", "\tuint64_t more[4]; ",
                              "\tuint64_t new_end;\n\tuint64_t more[4];", "its size cannot change"),
    "an option in what was a hole": ("parser", "\tbool look_ahead;\n",
                                     "\tbool look_ahead;\n\tbool new_one;\n",
                                     "has a new member in what callers may have left as it was"),
    "an option with a hole": ("parser", "\tbool look_ahead;\n",
                              "\tbool look_ahead;\n\tuint64_t new_one;\n\tbool another;\n",
                              "has a hole between new members, or behind them"),
    "an option more": ("parser", "\tbool look_ahead;\n",
                       "\tbool look_ahead;\n\tuint64_t new_one;\n", ""),
}


class Noticed(px.TestCase):
    """Each of these changes, made in a copy, is seen to be what it is."""

    def changed(self, folder, name, before, after):
        """What abi it has after one change."""
        include, script = os.path.join(folder, "include"), os.path.join(folder, "libpmapx.sym")
        shutil.copytree(declarations.INCLUDE, include)
        shutil.copy(os.path.join(px.SOURCE, "src", "libpmapx.sym"), script)
        path = script if name == "src" else os.path.join(include, "pmapx", name + ".h")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertEqual(text.count(before), 1, before)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(before, after))
        return current(include, script, compilers()[:1])

    def test_changes(self):
        now = current(used=compilers()[:1])
        for what, (name, before, after, said) in CHANGES.items():
            with self.subTest(change=what), tempfile.TemporaryDirectory() as folder:
                changed = self.changed(folder, name, before, after)
                found = broken(now, changed)
                if said == "":
                    self.assertEqual(found, [])
                else:
                    self.assertIn(said, "\n".join(found))
                    # Who is linked with the next does not rely on it.
                    self.assertEqual(broken(now, changed._replace(soname=now.soname + 1)), [])
                if what != "another name of a parameter":
                    self.assertNotEqual(written(changed), written(now))

    def test_older_soname(self):
        now = current()
        self.assertEqual(len(broken(now, now._replace(soname=now.soname - 1))), 1)

    def test_unsound(self):
        for before, after in (
                ("\tconst struct pmapx_smaps *smaps;", "\tstruct pmapx_smaps smaps;"),
                ("pmapx_mapping_is_shared(const struct", "pmapx_mapping_is_shared(struct")):
            with tempfile.TemporaryDirectory() as folder:
                self.assertEqual(len(list(unsound(
                    self.changed(folder, "mapping", before, after)))), 1, after)


if __name__ == "__main__":
    if "--record" in sys.argv:
        record()
    else:
        px.main()
