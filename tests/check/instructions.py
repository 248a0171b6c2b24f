#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How many instructions a mapping costs in each view, as callgrind counts them.

The numbers that are expected are in instructions.txt, with what they were counted of; elsewhere
this is skipped. After a change that is meant to move them, with build/release built:

    python3 tests/check/instructions.py --record     # or with another PMAPX_BUILD
"""
import contextlib
import os
import platform
import re
import shutil
import sys
import unittest

if "--record" in sys.argv:
    os.environ.setdefault("PMAPX_BUILD", os.path.join(
        os.path.dirname(os.path.abspath(__file__)), "..", "..", "build", "release"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import px

RECORD = os.path.join(px.SOURCE, "tests", "check", "instructions.txt")
VIEWS = {"default": (), "-d": ("-d",), "-x": ("-x",), "-X": ("-X",), "-XX": ("-XX",)}
TOLERANCE = 0.10

RECORDED = os.path.join(px.SOURCE, "tests", "roots", "linux-6.18", "proc", "100")
# How often its mappings are repeated; the difference between two of them leaves the cost of
# starting and of what there is once out of account.
COPIES = (32, 64)

HEADER = """\
# SPDX-License-Identifier: GPL-2.0-or-later
# Instructions per mapping in each view, which tests/check/instructions.py holds the program to
# within 10 %, in both directions. Counted of
#
"""
FOOTER = """\
#
# To renew: python3 tests/check/instructions.py --record
"""


def compiler():
    """As the program itself has it."""
    if not shutil.which("readelf"):
        return "unknown without readelf"
    got = px.run(["readelf", "-p", ".comment", px.PMAPX]).stdout.decode(errors="replace")
    return "; ".join(sorted(set(re.findall(r"^ +\[ *[0-9a-f]+\] +(.*)", got, re.MULTILINE))))


def libc():
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or "unknown"
    except (OSError, ValueError):
        return "not glibc"


def machine():
    """Functions of libc are chosen by what the processor can do. valgrind shows the program one of
    two: with AVX2 or without."""
    name = platform.machine()
    if name == "x86_64":
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            name += " with AVX2" if " avx2 " in file.read() else " without AVX2"
    return name


def build():
    """What cmake was told about the code to make."""
    try:
        with open(os.path.join(px.BUILD, "CMakeCache.txt"), encoding="utf-8") as file:
            cache = dict(re.findall(r"^(\w+):\w+=(.*)$", file.read(), re.MULTILINE))
    except OSError:
        return "unknown without CMakeCache.txt"
    kind = cache.get("CMAKE_BUILD_TYPE", "")
    flags = " ".join(cache.get(name, "") for name in (
        "CMAKE_C_FLAGS", "CMAKE_C_FLAGS_" + kind.upper(), "CMAKE_EXE_LINKER_FLAGS")).split()
    is_lto = cache.get("PMAPX_LTO") in ("ON", "TRUE", "1", "YES")
    return " ".join([kind or "RelWithDebInfo", "with LTO" if is_lto else "without LTO", *flags])


def conditions():
    return {"compiler": compiler(), "libc": libc(), "machine": machine(), "build": build()}


def repeated(copies):
    """The recorded mappings again and again at rising addresses, then the stack and [vsyscall]
    where they were: maps and smaps, and how many mappings were repeated."""
    with open(os.path.join(RECORDED, "smaps"), "rb") as file:
        entries = re.findall(rb"^([0-9a-f]+)-([0-9a-f]+)( .*\n)((?:[A-Z].*\n)+)", file.read(),
                             re.MULTILINE)
    body, tail = entries[:-2], entries[-2:]
    at, before = 0x55d000000000, None
    smaps = []
    for start, end, line, keys in body * copies:
        # what had a gap before it has a page's
        at += 0 if start == before else 0x1000
        before = end
        size = int(end, 16) - int(start, 16)
        smaps.append((b"%x-%x%s" % (at, at + size, line), keys))
        at += size
    smaps += [(b"%s-%s%s" % (start, end, line), keys) for start, end, line, keys in tail]
    return (b"".join(line for line, _ in smaps), b"".join(line + keys for line, keys in smaps),
            len(body) * copies)


@contextlib.contextmanager
def roots():
    """For each of COPIES, a root with it as process 100, and the number of mappings."""
    with contextlib.ExitStack() as stack:
        made = []
        for copies in COPIES:
            maps, smaps, count = repeated(copies)
            root = stack.enter_context(px.Root())
            shutil.copytree(RECORDED, os.path.join(root.path, "100"))
            root.file("100/maps", maps)
            root.file("100/smaps", smaps)
            made.append((root, count))
        yield made


def instructions(*words):
    """How many a run of pmapx executes."""
    got = px.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", px.PMAPX,
                  *words])
    found = re.search(rb"Collected : (\d+)", got.stderr)
    if got.status != 0 or not found:
        raise AssertionError("valgrind: %d\n%s" % (got.status, got.stderr.decode(errors="replace")))
    return int(found[1])


def per_mapping(made, words):
    (small, few), (large, many) = made
    return (instructions("--root", large.path, *words, "100") -
            instructions("--root", small.path, *words, "100")) / (many - few)


def need_what_counts():
    if px.is_sanitized(px.PMAPX):
        raise unittest.SkipTest("a sanitizer adds instructions")
    if shutil.which("valgrind") is None:
        raise unittest.SkipTest("valgrind is not installed")


def read_record():
    """(conditions, numbers) as recorded."""
    with open(RECORD, encoding="utf-8") as file:
        text = file.read()
    return (dict(re.findall(r"^#   (\w+): (.*)$", text, re.MULTILINE)),
            {name: float(number)
             for name, number in re.findall(r"^([-\w]+)\s+([\d.]+)$", text, re.MULTILINE)})


def record():
    need_what_counts()
    with roots() as made:
        numbers = {name: per_mapping(made, words) for name, words in VIEWS.items()}
    with open(RECORD, "w", encoding="utf-8") as file:
        file.write(HEADER)
        for key, value in conditions().items():
            file.write("#   %s: %s\n" % (key, value))
        file.write(FOOTER)
        for name, number in numbers.items():
            file.write("%-8s %7.1f\n" % (name, number))


class Instructions(px.TestCase):
    @classmethod
    def setUpClass(cls):
        need_what_counts()
        if not os.path.exists(RECORD):
            raise unittest.SkipTest("nothing is recorded in " + RECORD)
        cls.recorded, cls.numbers = read_record()
        for key, value in conditions().items():
            if cls.recorded.get(key) != value:
                raise unittest.SkipTest("recorded with %s %s, this is %s" % (
                    key, cls.recorded.get(key), value))

    def test_the_roots(self):
        """They are maps that a kernel could show."""
        with roots() as made:
            for root, count in made:
                rows = root.pmapx("-q", "100")
                self.assertEqual((rows.status, rows.stderr), (0, b""))
                with open(os.path.join(root.path, "100", "maps"), "rb") as file:
                    found = px.mappings(file.read())
                self.assertEqual(len(found), count + 2)
                self.assertEqual(rows.stdout.count(b"\n"), count + 3)
                for one, other in zip(found, found[1:]):
                    self.assertLessEqual(one.end, other.start)

    def test_views(self):
        self.assertEqual(list(self.numbers), list(VIEWS))
        with roots() as made:
            for name, words in VIEWS.items():
                with self.subTest(view=name):
                    number, recorded = per_mapping(made, words), self.numbers[name]
                    self.assertLessEqual(number, recorded * (1 + TOLERANCE), "dearer than it was")
                    self.assertGreaterEqual(number, recorded * (1 - TOLERANCE),
                                            "cheaper than it was: record the new number")


if __name__ == "__main__":
    if "--record" in sys.argv:
        record()
    else:
        px.main()
