#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--fields: the columns that are asked for, in that order, with sums and units; for programs, too."""
import csv
import io
import json
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
import saving
import terminal

HEAD = "100:   A\n"


class Fields(px.SampleCase):
    def shown(self, *words):
        got = self.root.pmapx(*words, "100")
        self.assertEqual((got.status, got.stderr), (0, b""), words)
        return got.stdout.decode()

    def test_layout(self):
        self.same(self.shown("--fields", "Address,Kbytes,RSS,Dirty,Mode,Mapping"),
                  HEAD + "     Address Kbytes RSS Dirty Mode  Mapping\n"
                         "      400000      4   4     1 r-x-- b\n"
                         "      402000      8   8     2 rw--- b\n"
                         "      404000     16  16     4 rw-s- zero (deleted)\n"
                         "      408000     32  32     8 rw--- [ anon ]\n"
                         "7ffd00000000     64  64    16 rw--- [ stack ]\n"
                         "             ====== === =====\n"
                         "                124 124    31\n")
        # without headings, which are wider than what is below them
        self.same(self.shown("--fields=Name,inode,OFFSET,Device,Perm", "-q"),
                  HEAD + "/a/b                1 0 fe:00 r-xp\n"
                         "/a/b                1 0 fe:00 rw-p\n"
                         "/dev/zero (deleted) 5 0 00:01 rw-s\n"
                         "                    0 0 00:00 rw-p\n"
                         "[stack]             0 0 00:00 rw-p\n")

    def test_on_a_terminal(self):
        """What was asked for is there, also where it is 0; of texts the longest are cut, wherever they are."""
        with px.Root() as root:
            root.process(100, smaps=px.smaps_entry(
                px.map_line("00010000-00110000", "rw-s", b"/srv/" + b"x" * 20), Size=1024, Rss=8, Swap=0,
                flags="rd wr sh mr mw me ms sd"))
            words = [px.PMAPX, "--root", root.path, "--fields=VmFlags,Swap,Rss,Mapping", "100"]
            self.same(terminal.run(words, 40), b"""\
100:   A
VmFlags    Swap Rss Mapping
rd wr sh +    0   8 xxxxxxxxxxxxxxxxxxxx
           ==== ===
              0   8
""")
            # no less than 8 characters of each
            self.assertEqual(terminal.run(words, 10).splitlines()[2], b"rd wr s+    0   8 xxxxxxx+")

    def test_none_is_left_out(self):
        """On a terminal, too, where others leave room for texts if they have nothing but 0."""
        out = terminal.run([px.PMAPX, "--root", self.root.path, "-k",
                            "--fields=Mapping,Swap,Locked,Shared_Hugetlb", "100"], 30).decode()
        self.assertEqual(out.splitlines()[1].split(), ["Mapping", "Swap", "Locked", "Shared_Hugetlb"])
        self.assertNotIn("left out", out)

    def test_names_as_in_views(self):
        self.assertIn("\n/a/b\n", self.shown("--fields=Mapping", "-p"))
        self.assertIn("\n[stack]\n", self.shown("--fields=Mapping", "-k"))

    def test_only_texts_have_no_sums(self):
        self.assertNotIn("=", self.shown("--fields=Address,Inode,VmFlags,Mapping"))

    def test_units(self):
        with px.Root() as root:
            root.process(100, smaps=b"".join(
                px.smaps_entry(px.map_line("%09x-%09x" % (start, start + (rss << 10))), Rss=rss)
                for start, rss in ((0x10000000, 51), (0x20000000, 52), (0x30000000, 1536),
                                   (0x100000000, 1 << 20))))
            for units, wanted in ((None, ["51", "52", "1536", "1048576", "1050215"]),
                                  ("k", ["51", "52", "1536", "1048576", "1050215"]),
                                  ("m", ["0.0", "0.1", "1.5", "1024.0", "1025.6"]),
                                  ("g", ["0.0", "0.0", "0.0", "1.0", "1.0"]),
                                  ("h", ["51K", "52K", "1.5M", "1.0G", "1.0G"])):
                words = ["--units", units] if units else []
                got = root.pmapx("--fields=Rss,KernelPageSize", *words, "100").stdout.decode()
                rows = [line.split()[0] for line in got.splitlines()[2:]]
                self.assertEqual([row for row in rows if set(row) != {"="}], wanted, units)

    def test_each_column(self):
        """Each by itself says what -x, -d and -XX say."""
        out = self.shown("-XX")
        head = out.splitlines()[1].split()
        for i, name in enumerate(head):
            if name in ("VmFlags", "Mapping", "Address", "Offset"):
                continue
            wanted = [line.split()[i] for line in out.splitlines()[2:7]]
            for spelled in (name, name.lower(), name.upper()):
                got = self.shown("-q", "--fields", spelled)
                self.assertEqual([line.strip() for line in got.splitlines()[1:]], wanted, spelled)
            totals = out.splitlines()[-1].split()
            if i >= 5 and name != "THPeligible":
                self.assertEqual(self.shown("--fields", name).splitlines()[-1].strip(), totals[i - 5])
        flags = [line.split(b":", 1)[1].strip().decode() for line in px.SAMPLE.splitlines()
                 if line.startswith(b"VmFlags:")]
        got = self.shown("-q", "--fields=VmFlags")
        self.assertEqual([line.strip() for line in got.splitlines()[1:]], flags)

    def test_what_is_not_known(self):
        with px.Root() as root:
            root.process(100, smaps=px.smaps_entry(px.map_line("00001000-00002000"), ("Rss", "New"),
                                                   None, Rss=3, New=5) +
                         px.map_line("00002000-00003000") + b"Rss: x kB\n")
            got = root.pmapx("--fields=Rss,New:,Pss,VmFlags,Kbytes", "100")
            self.result(got, HEAD + "Rss New Pss VmFlags Kbytes\n"
                                    "  3   5   ? ?            4\n"
                                    "  ?   ?   ? ?            4\n"
                                    "===                 ======\n"
                                    "  3       ?              8\n")

    def test_order(self):
        for column, wanted in (("-Rss", ["64", "32", "16", "8", "4"]),
                               ("Inode", ["32", "64", "4", "8", "16"]),
                               ("-Name", ["64", "16", "4", "8", "32"])):
            got = self.shown("-q", "--fields=Kbytes", "--sort", column)
            self.assertEqual([line.strip() for line in got.splitlines()[1:]], wanted)
            got = self.shown("--fields=Kbytes", "--sort", column, "--top=2").splitlines()
            self.assertEqual([line.strip() for line in got[2:4] + got[-1:]], wanted[:2] + ["124"])
        got = self.shown("-q", "--fields=Kbytes", "--map=zero")
        self.assertEqual(got, HEAD + "16\n")

    def test_formats(self):
        words = ["--fields=Mapping,Rss,New:,Address"]
        document = json.loads(self.shown(*words, "--format=json"))
        self.assertEqual(document["view"], "fields")
        process, = document["processes"]
        self.assertEqual(process["totals"], {"Rss": 124})
        self.assertEqual(process["mappings"][0], {"Mapping": "b", "Rss": 4, "New": None,
                                                  "Address": "0x400000"})
        rows = list(csv.reader(io.StringIO(self.shown(*words, "--format=csv"), newline="")))
        self.assertEqual(rows[:2], [["PID", "Command", "Mapping", "Rss", "New", "Address"],
                                    ["100", "A", "b", "4", "", "0x400000"]])

    def test_what_is_read(self):
        """Columns of maps do without smaps."""
        with px.Root() as root, tempfile.TemporaryDirectory() as folder:
            root.process(100, maps=px.SAMPLE_MAPS)
            got = root.pmapx("--fields=Address,Kbytes,Mode,Perm,Offset,Device,Inode,Mapping,Name", "100")
            self.assertEqual((got.status, got.stderr, got.stdout.count(b"\n")), (0, b"", 9))
            saved = saving.collect(root.path, os.path.join(folder, "saved"))
            got = px.pmapx("--fields=Rss", "--from", saved, "100")
            self.assertEqual((got.status, got.stderr), (
                1, b"pmapx: %s: 100: no smaps was captured, --fields needs it\n" % saved.encode()))

    def test_refused(self):
        own = "option --fields is a layout of its own: without -c, -C, -d, -n, -N, -x, -X, --by, --compat"
        for words, said in ((["--fields=Rss", "-x"], own), (["-X", "--fields=Rss"], own),
                            (["-d", "--fields", "Rss"], own), (["-c", "--fields", "Rss"], own),
                            (["--fields=Rss", "--by=name"], own),
                            (["--fields=Rss", "--compat=3.2"], own),
                            (["--fields=Rss,RSS,Rss"], "--fields=Rss: given twice"),
                            (["--fields=" + ",".join("K%d:" % i for i in range(65))],
                             "--fields=K64:: more columns than 64"),
                            (["--units=m"], "--units needs a layout that has it: --by, --fields"),
                            (["--fields=Rss", "--units=x"],
                             "--units=x: no such unit, there are k, m, g, and h for what suits each number"),
                            (["--fields=Rss", "--units=m", "--format=csv"],
                             "--units is for text: other formats have sizes in kB")):
            with self.subTest(words=words):
                self.result(self.root.pmapx(*words, "100"), b"", ("pmapx: %s\n" % said).encode(), 1)
        for words, name in ((["--fields="], ""), (["--fields=Rss,"], ""), (["--fields=Rsss,Rss"], "Rsss"),
                            (["--fields=Rss,a\x1b"], "a?")):
            got = self.root.pmapx(*words, "100")
            self.assertEqual((got.status, got.stdout), (1, b""))
            self.assertRegex(got.stderr, rb"\Apmapx: --fields=%s: no such column, there are Address, "
                             rb"[^\n]*, Name, PgSz, N0, N1 and so on up to N1023, Size, [^\n]*, VmFlags[^;\n]*; a key of smaps that is not among them "
                             rb"is given with its colon\n\Z" % re.escape(name).encode())
        self.result(px.pmapx("-n", "--fields=Rss"), b"", ("pmapx: %s\n" % own).encode(), 1)

    def test_running(self):
        with px.Target("many", "300", "touched") as target:
            maps = px.mappings(px.process_file(target.pid, "maps"))
            got = px.pmapx("-q", "--fields=Rss,Address,Name", "--sort=-Address", str(target.pid))
            self.assertEqual((got.status, got.stderr), (0, b""))
            self.assertEqual([int(line.split()[1], 16) for line in got.stdout.splitlines()[1:]],
                             [one.start for one in reversed(maps)])


if __name__ == "__main__":
    px.main()
