#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--format: json, ndjson, csv and tsv say what the text of the view says; Python and jq read them, and
names can be had back byte by byte."""
import csv
import io
import json
import os
import re
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
import saving
from rows import shown

VIEWS = {
    "": ("Address", "Kbytes", "Mode", "Mapping"),
    "-x": ("Address", "Kbytes", "RSS", "Dirty", "Mode", "Mapping"),
    "-d": ("Address", "Kbytes", "Mode", "Offset", "Device", "Mapping"),
    "-X": None, "-XX": None,
}
NAMES = {"": "default", "-x": "extended", "-d": "device", "-X": "more", "-XX": "everything"}
# As the kernel writes them: a newline is \012, all else is as it is.
HOSTILE = [
    b"/d/plain", b"", b"[heap]", b"/d/new\\012line", b"/d/tab\there", b'/d/"quoted"', b"/d/a,b,,c",
    b"/d/back\\slash", b"/d/\\x41", b"/d/\\x4g", b"/d/\\\\x5c", b"/d/latin\xe9", b"/d/utf\xc3\xa9",
    b"/d/\x1b[31mred", b"/d/\xe2\x80\xae turned", b"/d/\xff\xfe\x00x"[:-2], b"/d/del\x7f", b"/d/'",
    b"/d/ ", b"/d/\xf0\x9f\x98\x80", b"[anon:a\"b,c]", b"/d/end\\", b"/d/(deleted) (deleted)",
]


def unescaped(text):
    """The bytes that a text stands for."""
    return re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes([int(found[1], 16)]), text.encode())


def hostile_root():
    return px.Root().process(100, cmdline=b"A\0b\nc\0\xff,\"\t\0", smaps=b"".join(
        px.smaps_entry(px.map_line("%08x-%08x" % (i << 16, (i << 16) + (i << 12)), "r--p", name,
                                   "fe:00", 7), Rss=4 * i, Private_Dirty=i)
        for i, name in enumerate(HOSTILE, 1)))


class Formats(px.TestCase):
    def run_in(self, root, words, pids=("100",)):
        got = root.pmapx(*words, *pids)
        self.assertEqual((got.status, got.stderr), (0, b""), words)
        return got.stdout.decode()

    def harmless(self, text, ends="\n"):
        left = [char for char in text.replace(ends, "") if ord(char) < 0x20 or
                0x7f <= ord(char) < 0xa0 or ord(char) in range(0x2028, 0x202f)]
        self.assertEqual(left, [])

    def rows(self, root, words, name, pids=("100",)):
        """The rows in a format, as dicts of str (csv, tsv) or of values."""
        text = self.run_in(root, [*words, "--format", name], pids)
        if name == "json":
            self.harmless(text)
            return [row for process in json.loads(text)["processes"] for row in process["mappings"]]
        if name == "ndjson":
            self.harmless(text)
            return [json.loads(line) for line in text.splitlines()]
        if name == "csv":
            self.harmless(text, "\r\n")
            return list(csv.DictReader(io.StringIO(text, newline="")))
        self.harmless(text.replace("\t", ""))
        lines = [line.split("\t") for line in text.splitlines()]
        return [dict(zip(lines[0], line)) for line in lines[1:]]

    def test_names(self):
        with hostile_root() as root:
            for view in VIEWS:
                for name in ("json", "ndjson", "csv", "tsv"):
                    with self.subTest(view=view, format=name):
                        rows = self.rows(root, [view] if view else [], name)
                        self.assertEqual([unescaped(row["Name"]) for row in rows], HOSTILE)
                        if name != "json":
                            key = "command" if name == "ndjson" else "Command"
                            self.assertEqual({unescaped(row[key]) for row in rows},
                                             {b"A b\nc \xff,\"\t"})
            document = json.loads(self.run_in(root, ["--format=json"]))
            self.assertEqual(unescaped(document["processes"][0]["command"]), b"A b\nc \xff,\"\t")

    def test_what_text_shows(self):
        """Mapping is what is in that column, with -p and -k."""
        with hostile_root() as root:
            for view in VIEWS:
                for more in ([], ["-p"], ["-k"], ["-p", "-k"]):
                    words = ([view] if view else []) + more
                    rows = self.rows(root, words, "json")
                    out = root.pmapx("-q", *words, "100", env=px.environment(LC_ALL="C.UTF-8")).stdout
                    lines = out.split(b"\n")[1:-1]
                    for row, line in zip(rows, lines, strict=True):
                        name = shown(unescaped(row["Mapping"]))
                        self.assertTrue(line.endswith(b" " + name), (words, line, name))

    def texts(self, root, view, row):
        """A record as the words of a row of text."""
        def word(key):
            value = row[key]
            if value in (None, ""):
                return None
            if key in ("Address", "Offset"):
                return int(value, 16)
            return str(value)
        return {key: word(key) for key in row if key not in ("Mapping", "Name", "VmFlags")}

    def words_of_text(self, root, view, pid):
        """The rows of the text, as {heading: word}; what is not known is None."""
        lines = root.pmapx(*([view] if view else []), pid).stdout.decode(errors="replace").split("\n")
        if not view:
            head, lines = VIEWS[""], lines[1:]
        else:
            head, lines = lines[1].split(), lines[2:]
        found = []
        for line in lines:
            if not re.match(r" *[0-9a-f]{8,16} ", line):
                break
            row = {}
            for key, word in zip(head, line.split()):
                if key in ("VmFlags", "Mapping"):
                    break
                if not view and key == "Kbytes":
                    word = word.rstrip("K")
                row[key] = (int(word, 16) if key in ("Address", "Offset") else
                            None if word in ("?", "-") and key not in ("Mode", "Perm") else word)
            found.append(row)
        return found, lines[len(found):]

    def check_root(self, root, pid):
        for view in VIEWS:
            with self.subTest(root=root.path, view=view):
                wanted, footer = self.words_of_text(root, view, pid)
                words = [view] if view else []
                rows = self.rows(root, words, "json", [pid])
                for name in ("json", "ndjson", "csv", "tsv"):
                    got = [self.texts(root, view, row) for row in self.rows(root, words, name, [pid])]
                    self.assertEqual(len(got), len(wanted))
                    for one, other in zip(got, wanted):
                        # csv has columns that this kernel does not; not those that nobody knows
                        self.assertEqual({key: value for key, value in one.items()
                                          if value is not None and key.lower() not in ("pid", "command")},
                                         {key: value for key, value in other.items()
                                          if value is not None and (name.endswith("json") or key in one)})
                self.check_totals(root, words, pid, footer)
                self.assertTrue(all(row["Address"].startswith("0x") for row in rows))

    def check_totals(self, root, words, pid, footer):
        document = json.loads(self.run_in(root, [*words, "--format=json"], [pid]))
        self.assertEqual((document["schema"], document["version"], document["view"]),
                         ("pmapx.mappings", 1, NAMES[words[0] if words else ""]))
        process, = document["processes"]
        self.assertEqual(process["pid"], int(pid))
        self.assertEqual(list(process), ["pid", "command", "mappings", "totals"])
        numbers = re.findall(r"\d+|\?", " ".join(footer))
        self.assertEqual([("?" if value is None else str(value))
                          for value in process["totals"].values()], numbers)
        quiet = json.loads(self.run_in(root, [*words, "-q", "--format=json"], [pid]))
        self.assertNotIn("totals", quiet["processes"][0])
        self.assertEqual(quiet["processes"][0]["mappings"], process["mappings"])

    def test_recorded(self):
        folder = os.path.join(px.SOURCE, "tests", "roots")
        for name in sorted(os.listdir(folder)):
            with px.Root() as root:
                shutil.copytree(os.path.join(folder, name, "proc"), root.path, dirs_exist_ok=True,
                                symlinks=True)
                got = root.pmapx("-X", "--format=csv", "100")
                if b"left out" in got.stderr:
                    self.result(got, got.stdout, b"pmapx: keys of smaps that pmapx does not know are "
                                b"left out of csv and tsv; json has them\n", 0)
                    continue
                self.check_root(root, "100")

    def test_sample(self):
        with px.sample() as root:
            self.check_root(root, "100")

    def test_unknown_keys(self):
        with px.Root() as root:
            for pid in (100, 200):
                root.process(pid, smaps=px.smaps_entry(px.map_line("00001000-00002000"), ("Rss", "New"),
                                                       New=7) + px.smaps_entry(
                    px.map_line("00002000-00003000"), ("Rss", "Newer"), Newer=8))
            rows = self.rows(root, ["-X"], "json")
            self.assertEqual([(row["New"], row.get("Newer", "missing")) for row in rows],
                             [(7, "missing"), (None, 8)])
            for name in ("csv", "tsv"):
                got = root.pmapx("-X", "--format", name, "100", "200")
                self.assertNotIn(b"New", got.stdout)
                self.assertEqual((got.status, got.stderr),
                                 (0, b"pmapx: keys of smaps that pmapx does not know are left out of csv "
                                     b"and tsv; json has them\n"))
                # -x has none of them
                self.assertEqual(root.pmapx("-x", "--format", name, "100").stderr, b"")

    def test_repeated_keys(self):
        with px.Root() as root:
            root.process(100, smaps=px.map_line("00001000-00002000") +
                         b"Rss: 1 kB\nRss: 2 kB\nNew: 3 kB\nNew: x kB\n")
            text = self.run_in(root, ["-X", "--format=json"])
            self.assertEqual(text.count('"Rss":2'), 2)
            row, = json.loads(text, object_pairs_hook=self.once)["processes"][0]["mappings"]
            self.assertEqual((row["Rss"], row["New"]), (2, None))

    def once(self, pairs):
        self.assertEqual(len(dict(pairs)), len(pairs))
        return dict(pairs)

    def test_options(self):
        with hostile_root() as root:
            for name in ("json", "ndjson", "csv", "tsv"):
                for view in VIEWS:
                    words = [view] if view else []
                    rows = self.rows(root, words, name)
                    size = "Size" if view.startswith("-X") else "Kbytes"
                    best = sorted(rows, key=lambda row: -int(row[size]))[:3]
                    with self.subTest(format=name, view=view):
                        self.assertEqual(self.rows(root, [*words, "--sort=-" + size, "--top=3"], name), best)
                        self.assertEqual(self.rows(root, [*words, "--map=quoted"], name),
                                         [row for row in rows if "quoted" in row["Name"]])
                        self.assertEqual(self.rows(root, [*words, "-A", "20000,3ffff"], name), rows[1:3])
            full = json.loads(self.run_in(root, ["-x", "--format=json"]))["processes"][0]
            top = json.loads(self.run_in(root, ["-x", "--top=1", "--format=json"]))["processes"][0]
            self.assertEqual(top["totals"], full["totals"])

    def test_sums(self):
        """--by prints its own table."""
        with px.sample() as root:
            document = json.loads(self.run_in(root, ["--by=perm,name", "--format=json"]))
            self.assertEqual((document["schema"], document["version"]), ("pmapx.by", 1))
            totals = json.loads(self.run_in(root, ["-XX", "--format=json"]))["processes"][0]["totals"]
            self.assertEqual([document["totals"][key] for key in ("count", "size", "rss", "swap")],
                             [5, totals["Size"], totals["Rss"], totals["Swap"]])
            self.assertEqual(sum(row["rss"] for row in document["rows"]), totals["Rss"])
            lines = [json.loads(line) for line in self.run_in(
                root, ["--by=perm,name", "--format=ndjson"]).splitlines()]
            self.assertEqual(lines, document["rows"])
            for name, ends in (("csv", "excel"), ("tsv", "excel-tab")):
                rows = list(csv.DictReader(io.StringIO(self.run_in(
                    root, ["--by=perm,name", "--format", name]), newline=""), dialect=ends))
                self.assertEqual(rows, [{key: str(value) for key, value in row.items()} for row in lines])

    def test_text(self):
        with px.sample() as root:
            self.assertEqual(self.run_in(root, ["--format=text", "-x"]), self.run_in(root, ["-x"]))

    def test_errors(self):
        """An object for each process, in any number of workers."""
        with px.sample() as root:
            root.process(300, smaps=px.SAMPLE[:px.SAMPLE.index(b"00404000-")] + b"zzz\n")
            root.process(400, smaps=b"")
            os.remove(os.path.join(root.path, "400", "smaps"))
            pids = ["100", "999", "300", "400", "100"] * 4
            for jobs in ("1", "3"):
                got = root.pmapx("-x", "--format=json", "--jobs", jobs, *pids)
                self.assertEqual(got.status, 43)
                processes = json.loads(got.stdout)["processes"]
                self.assertEqual([process["pid"] for process in processes], [int(pid) for pid in pids])
                first, gone, damaged, unreadable, _ = processes[:5]
                self.assertNotIn("error", first)
                self.assertEqual(gone, {"pid": 999, "error": "No such process"})
                self.assertEqual(len(damaged["mappings"]), 2)
                self.assertIn("totals", damaged)
                self.assertRegex(damaged["error"], "expected|no |not ")
                self.assertEqual(unreadable, {"pid": 400, "command": "A",
                                              "error": "No such file or directory"})
                self.assertEqual(got.stderr.count(b"\n"), 12)

    def test_nobody(self):
        with px.sample() as root:
            got = root.pmapx("--format=json", "--name", "nobody is called so")
            self.assertEqual(got.status, 42)
            self.assertEqual(json.loads(got.stdout)["processes"], [])
            got = root.pmapx("--format=csv", "--name", "nobody is called so")
            self.same(got.stdout, b"PID,Command,Address,Kbytes,Mode,Mapping,Name\r\n")

    def test_saved(self):
        with px.sample() as root, tempfile.TemporaryDirectory() as folder:
            root.process(200, smaps=px.SAMPLE)
            saved = saving.collect(root.path, os.path.join(folder, "saved"))
            here = json.loads(self.run_in(root, ["-x", "--format=json"], ["100", "200"]))
            there = px.pmapx("-x", "--format=json", "--from", saved)
            self.assertEqual(json.loads(there.stdout), here)
            got = px.pmapx("-x", "--format=json", "--from", saved, "100", "300")
            self.assertEqual([process.get("error") for process in json.loads(got.stdout)["processes"]],
                             [None, "No such process"])
            rows = list(csv.DictReader(io.StringIO(px.pmapx(
                "--format=csv", "--from", saved).stdout.decode(), newline="")))
            self.assertEqual({(row["PID"], row["Host"]) for row in rows}, {("100", ""), ("200", "")})
            path = os.path.join(folder, "a map")
            with open(path, "wb") as file:
                file.write(px.SAMPLE)
            process, = json.loads(px.pmapx("-x", "--format=json", "--from", path).stdout)["processes"]
            self.assertEqual((process["pid"], process["command"]), (None, "a map"))

    def test_jq(self):
        if not shutil.which("jq"):
            self.skipTest("jq is not installed")
        with hostile_root() as root:
            for view in VIEWS:
                for name in ("json", "ndjson"):
                    text = self.run_in(root, ([view] if view else []) + ["--format", name])
                    with tempfile.TemporaryFile() as file:
                        file.write(text.encode())
                        file.seek(0)
                        got = px.run(["jq", "-c", ".Name" if name == "ndjson" else
                                      ".processes[].mappings[].Name"], stdin=file)
                    self.assertEqual((got.status, got.stderr), (0, b""))
                    self.assertEqual([unescaped(json.loads(line)) for line in got.stdout.splitlines()],
                                     HOSTILE)

    def test_languages(self):
        """Nothing of it is translated."""
        try:
            px.need_locale("de_DE.UTF-8")
        except unittest.SkipTest:
            self.skipTest("no de_DE.UTF-8")
        with px.sample() as root:
            for view in VIEWS:
                words = [*([view] if view else []), "--format=json", "100"]
                self.same(root.pmapx(*words, env=px.environment(LC_ALL="de_DE.UTF-8")).stdout,
                          root.pmapx(*words).stdout)

    def test_running(self):
        with px.Target("many", "300", "touched") as target:
            maps = px.mappings(px.process_file(target.pid, "maps"))
            for view in VIEWS:
                got = px.pmapx(*([view] if view else []), "--format=json", str(target.pid))
                self.assertEqual((got.status, got.stderr), (0, b""))
                rows = json.loads(got.stdout)["processes"][0]["mappings"]
                self.assertEqual([(int(row["Address"], 16), unescaped(row["Name"])) for row in rows],
                                 [(one.start, one.name) for one in maps])

    def test_refused(self):
        with px.sample() as root:
            self.result(root.pmapx("--format=xml", "100"), b"",
                        b"pmapx: --format=xml: no such format, there are text, json, ndjson, csv, tsv\n", 1)
            self.result(root.pmapx("--by=kind", "--format=csv", "--units=m", "100"), b"",
                        b"pmapx: --units is for text: other formats have sizes in kB\n", 1)
        for option in ("-n", "-N/dev/null"):
            self.result(px.pmapx(option, "--format=json"), b"", b"pmapx: options --format, --sort, --top "
                        b"are mutually exclusive with -n, -N\n", 1)


if __name__ == "__main__":
    px.main()
