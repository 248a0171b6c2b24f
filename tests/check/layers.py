#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The order of the source tree: who includes whom, what main.c's map says, licences, sizes."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import px

SRC = os.path.join(px.SOURCE, "src")

# Folder of src: the folders whose headers it may include, as doc/ARCHITECTURE.md has it.
ALLOWED = {
    "core": {"core"},
    "out": {"out"},
    "lazy": {"lazy"},
    "source": {"source", "core", "lazy"},
    "shape": {"shape", "source", "core", "out"},
    "pmap": {"pmap", "shape", "source", "core", "out"},
    "postgres": {"postgres", "core"},
    "store": {"store", "core", "out", "lazy"},
    "capture": {"capture", "postgres", "source", "core", "out", "lazy"},
    "report": {"report", "shape", "source", "core", "out"},
    "load": {"load", "report", "store", "postgres", "shape", "source", "core", "out"},
    "query": {"query", "store", "shape", "source", "core", "out", "lazy"},
    "cmd": {"cmd", "query", "load", "capture", "report", "shape", "source", "core", "out"},
    "main": {"pmap", "cmd", "out"},
}

# Which folder a public header describes.
PUBLIC = {
    "pmapx/base.h": "core", "pmapx/kind.h": "core", "pmapx/mapping.h": "core", "pmapx/parser.h": "core",
    "pmapx/source.h": "source", "pmapx/process.h": "source", "pmapx/reader.h": "source",
    "pmapx.h": "source",
}

LGPL, GPL = "LGPL-2.1-or-later", "GPL-2.0-or-later"
MOST_LINES_OF_FUNCTION, MOST_LINES_OF_FILE = 60, 600


def files(*endings, top=SRC):
    """The paths below a folder, relative to the source tree, with one of the endings."""
    found = []
    for where, _, names in os.walk(top):
        found += [os.path.relpath(os.path.join(where, name), px.SOURCE) for name in names
                  if name.endswith(endings)]
    return sorted(found)


def lines(path):
    with open(os.path.join(px.SOURCE, path), encoding="utf-8") as file:
        return file.read().splitlines()


def layer(path):
    """src/core/frame.c is of core, src/main.c of main."""
    parts = path.split(os.sep)
    return parts[1] if len(parts) > 2 else "main"


def functions(text):
    """(line number, number of lines) of each function, from its signature to its closing brace.

    The style has the braces of functions, and of nothing else, alone at the start of a line. A
    switch is a table: its labels and the breaks between them are not counted."""
    first = None
    for number, line in enumerate(text):
        if line == "{":
            first = number
            while first > 0 and text[first - 1] and not re.match(r"[}#]|.*\*/$", text[first - 1]):
                first -= 1
        elif line == "}" and first is not None:
            yield first + 1, sum(1 for part in text[first:number + 1] if not re.fullmatch(
                r"\s*(case [^:]+:|default:|break;)", part))
            first = None


class Layers(px.TestCase):
    def test_includes(self):
        headers = {}
        for path in files(".h", ".inc"):
            name = os.path.basename(path)
            self.assertNotIn(name, headers, "two headers of one name")
            headers[name] = layer(path)
        # Those that the build makes: src/lazy/libraries.cmake.
        headers.update(("with_%s.h" % name, "lazy") for name in (
            "libarchive", "libbz2", "libelf", "liblzma", "libproc2", "libsqlite3", "libz", "libzstd"))
        seen = 0
        for path in files(".c", ".h"):
            allowed = ALLOWED[layer(path)]
            for number, line in enumerate(lines(path), 1):
                quoted = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
                public = re.match(r"\s*#\s*include\s+<(pmapx[^>]*)>", line)
                if not quoted and not public:
                    continue
                seen += 1
                where = "%s:%d: %s" % (path, number, line.strip())
                table = headers if quoted else PUBLIC
                name = (quoted or public).group(1)
                self.assertIn(name, table, where)
                self.assertIn(table[name], allowed, where)
        self.assertGreater(seen, 50)

    def test_public_headers_include_public_ones_only(self):
        for path in files(".h", top=os.path.join(px.SOURCE, "include")):
            for number, line in enumerate(lines(path), 1):
                found = re.match(r"\s*#\s*include\s+(\S+)", line)
                if found:
                    self.assertRegex(found.group(1), r"<(pmapx/\w+\.h|std\w+\.h|sys/types\.h)>",
                                     "%s:%d" % (path, number))

    def test_folders_are_known(self):
        self.assertLessEqual({layer(path) for path in files(".c", ".h")}, set(ALLOWED))

    def test_map_in_main(self):
        """The comment that opens main.c names every .c file below src, and no other."""
        named, folder = [], None
        for line in lines("src/main.c"):
            if line.strip() == "*/":
                break
            found = re.match(r" \* (src/\S*/)\s", line)
            if found:
                folder = found.group(1)
            found = re.match(r" \* (src/\S+\.c)\s", line)
            if found:
                named.append(found.group(1))
            found = re.match(r" \*   (\S+\.c)\s+\S", line)
            if found:
                named.append(folder + found.group(1))
        self.assertEqual(sorted(named), files(".c"))


class Files(px.TestCase):
    def test_licences(self):
        """libpmapx is LGPL, the rest is GPL; a C file then says what it is about."""
        for top in (SRC, os.path.join(px.SOURCE, "include")):
            for path in files(".c", ".h", ".inc", ".sym", "CMakeLists.txt", top=top):
                licence = LGPL if path.startswith("include") or layer(path) in ("core", "source", "lazy") \
                    or path.endswith(".sym") else GPL
                text = lines(path)
                self.assertRegex(text[0], r"\A(/\*|#) SPDX-License-Identifier: %s( \*/)?\Z" %
                                 re.escape(licence), path)
                if path.endswith((".c", ".h", ".inc")):
                    self.assertRegex(text[1], r"\A/\*", path + " has no opening comment")
                    opening = " ".join(text[1:12]).split("*/")[0]
                    self.assertGreater(len(re.findall(r"\w+", opening)), 1, path)

    def test_licences_of_tests(self):
        """Everything that can have one has an SPDX line in what opens it."""
        tests = os.path.join(px.SOURCE, "tests")
        for path in files(".py", ".c", ".h", "CMakeLists.txt", top=tests):
            self.assertIn("SPDX-License-Identifier: " + GPL, "\n".join(lines(path)[:20]), path)

    def test_length_of_files(self):
        for path in files(".c", ".h", ".inc"):
            self.assertLessEqual(len(lines(path)), MOST_LINES_OF_FILE, path)

    def test_length_of_functions(self):
        seen = 0
        for path in files(".c", ".h"):
            for line, length in functions(lines(path)):
                seen += 1
                self.assertLessEqual(length, MOST_LINES_OF_FUNCTION, "%s:%d" % (path, line))
        self.assertGreater(seen, 100)

    def test_no_blanks_at_the_end(self):
        for path in files(".c", ".h", ".inc"):
            for number, line in enumerate(lines(path), 1):
                self.assertEqual(line, line.rstrip(), "%s:%d" % (path, number))


if __name__ == "__main__":
    px.main()
