#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--from: folders called as they happen to be, and captures that were unpacked and packed again."""
import os
import resource
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import px
import tars

STAT = "%d (kthreadd) S %d 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 0 0 0 0\n"


class Folders(tars.Case):
    def save(self, *path, **files):
        """Files in a folder below ours."""
        folder = os.path.join(self.folder, *path)
        os.makedirs(folder)
        for name, data in (files or {"maps": tars.ONE_LINE, "comm": "A\n"}).items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(px.as_bytes(data))
        return folder

    def shows(self, path, *titles):
        got = self.run_from(path, "-q")
        self.result(got, b"".join(b"%s\n0000000000400000      4K r-x-- b\n" % title for title in titles))

    def test_slashes_at_the_end(self):
        """As a shell completes the name of a folder."""
        path = self.save("1100")
        for end in ("", "/", "//"):
            self.shows(path + end, b"1100:   [A]")

    def test_from_within(self):
        """The folder of a process has its name where one stands in it, or comes to it by a link."""
        path = self.save("1100", maps=tars.ONE_LINE, smaps=tars.ONE_LINE)
        below = self.save("1100", "fd", maps=tars.ONE_LINE)
        os.symlink("1100", os.path.join(self.folder, "latest"))
        expected = b"1100:   [b]\n0000000000400000      4K r-x-- b\n"
        for given, where in ((".", path), ("./", path), (".//.", path), ("..", below), ("latest", self.folder),
                             ("latest/", self.folder), ("smaps", path), ("./maps", path), ("../maps", below),
                             ("latest/maps", self.folder)):
            with self.subTest(given=given):
                self.result(self.run_from(given, "-q", cwd=where), expected)
        # The name that is given comes first.
        os.symlink("1100", os.path.join(self.folder, "7"))
        for given in "7", "7/", "7/smaps":
            self.result(self.run_from(given, "-q", cwd=self.folder), expected.replace(b"1100", b"7"))

    def test_number_of_something_else(self):
        """A case may be called by a number, as a process is; what is below /proc/PID is not looked at."""
        self.save("4711", "proc", "1100")
        self.save("4711", "proc", "1100", "task", "1101")
        self.save("4711", "net", "1102")
        for end in ("", "/"):
            self.shows(os.path.join(self.folder, "4711" + end), b"1100:   [A]")

    def test_no_files(self):
        """What is called as a file that is wanted and is none is named, and never opened."""
        folder = self.save("case", "1100")
        case = os.path.dirname(folder)
        self.save("elsewhere", "7", maps=tars.ONE_LINE)
        for make, why in ((os.mkfifo, "Not a regular file"),
                          (lambda path: os.symlink("../../elsewhere/7/maps", path), "a link, which is not followed"),
                          (lambda path: os.symlink("nowhere", path), "a link, which is not followed")):
            for name in "1100/smaps", "1100/status", "smaps-7", "pmapx.json":
                path = os.path.join(case, name)
                make(path)
                got = self.run_from(case, "-q")
                with self.subTest(name=name, why=why):
                    self.result(got, b"1100:   [A]\n0000000000400000      4K r-x-- b\n",
                                self.told(case, "%s: %s" % (name, why)), 1)
                    if name == "smaps-7":
                        self.result(self.run_from(case, "-q", "1100"), got.stdout)
                os.unlink(path)
            for name in "1100/exe", "1100/cwd", "7", "other":
                make(os.path.join(case, name))
            self.shows(case, b"1100:   [A]")
            for name in "1100/exe", "1100/cwd", "7", "other":
                os.unlink(os.path.join(case, name))

    def test_sums(self):
        """smaps_rollup is no map, whatever it is called; in a folder it is of a process, but not its map."""
        text = px.smaps_entry(px.map_line("00400000-7ffd00010000", "---p", "[rollup]"), Rss=8)
        told = "smaps_rollup, the sums of one process, has no mappings; \"pmapx rank\" reads it in a folder, " \
            "as PID/smaps_rollup\n"
        for name in "rollup", "maps-7", "smaps_rollup-7":
            path = os.path.join(self.folder, name)
            with open(path, "wb") as out:
                out.write(text)
            for words, verb, status in (([], "", 1), (["-x"], "", 1), (["7"], "", 1), (["rank"], "rank: ", 2),
                                        (["check"], "check: ", 2), (["diff", path], "diff: ", 2)):
                with self.subTest(name=name, words=words):
                    got = px.pmapx(*words, *([path] if words[:1] == ["diff"] else ["--from", path]))
                    self.result(got, b"", "pmapx: %s%s: %s" % (verb, path, told), status)
        case = os.path.join(self.folder, "case")
        os.mkdir(case)
        os.rename(os.path.join(self.folder, "smaps_rollup-7"), os.path.join(case, "smaps_rollup-7"))
        self.result(self.run_from(case, "7"), b"7:   -\n", self.told(case, "7: no maps was captured"), 1)
        self.result(px.pmapx("rank", "--from", case, "--fields=pid,rss"), b"pid rss\n  7   8\n    ===\n      8\n")

    def test_host_called_task(self):
        self.save("hosts", "task", "1100")
        self.save("hosts", "task", "1100", "task", "1101")
        self.shows(os.path.join(self.folder, "hosts"), b"1100:   [A]")

    def test_name_as_other_files_begin(self):
        """A tar archive begins with the name of its first file."""
        for host in (b"BZhang", b"\x1f\x8b\x08", b"(\xb5/\xfd", b"\x7fELF"):
            path = tars.write(self.folder, "a.tar", tars.entry(host + b"/1100/maps", tars.ONE_LINE),
                              tars.entry(host + b"/1100/comm", "A\n"), tars.END)
            with self.subTest(host=host):
                self.shows(path, b"1100:   [A]")

    def test_name_in_status(self):
        """Where the kernel has put backslashes before what is odd."""
        for name, title in ((br"a\\b", br"[a\b]"), (br"a\nb", b"[a?b]"), (br"\\n", br"[\n]"),
                            (br"\\\n", br"[\?]"), (b"a\\", b"[a\\]"), (br"\x", br"[\x]")):
            with self.subTest(name=name):
                path = self.save("1100", maps=tars.ONE_LINE, status=b"Name:\t%s\nTgid:\t1100\n" % name)
                self.shows(path, b"1100:   " + title)
                shutil.rmtree(path)

    def test_hidden_kernel_threads(self):
        """They are no more missed than on the running system, if nobody has named them."""
        for host in ("a", "b"):
            for pid, ppid in ((2, 0), (3, 2)):
                self.save("saved", host, str(pid), maps="", stat=STAT % (pid, ppid))
        self.save("saved", "a", "1100")
        path = os.path.join(self.folder, "saved")
        hidden = px.environment(LIBPROC_HIDE_KERNEL="")
        for words in ([], ["--all"]):
            self.result(px.pmapx("--from", path, *words, env=hidden),
                        b"a:\n1100:   [A]\n0000000000400000      4K r-x-- b\n total                4K\n")
        got = px.pmapx("-q", "--from", path, "2", env=hidden)
        self.result(got, b"", b"pmapx: %s: a: 2: No such process\npmapx: %s: b: 2: No such process\n" % (
            (path.encode(),) * 2), 42)


class Captures(tars.Case):
    def manifest(self, complete):
        return tars.entry("pmapx.json", '{"pmapx_capture": 1, "complete": %s, "order": "pid"}' % complete)

    def process(self, pid):
        return tars.entry("proc/%d/maps" % pid, tars.ONE_LINE) + tars.entry("proc/%d/comm" % pid, "A\n")

    def test_torn(self):
        """A map that was changing when it was captured is named, in whatever form the capture is; of what
        others have saved and edited, the order is theirs."""
        torn = px.map_line("00600000-00602000", "rw-p") + px.map_line("00601000-00603000", "rw-p")
        whole = px.map_line("00600000-00602000", "rw-p") + px.map_line("00602000-00603000", "rw-p")
        parts = [self.manifest("false"), tars.entry("proc/90/maps", torn),
                 tars.entry("proc/91/maps", whole), self.manifest("true")]
        expected = (b"90:   -\n0000000000600000      8K rw---   [ anon ]\n"
                    b"0000000000601000      8K rw---   [ anon ]\n"
                    b"91:   -\n0000000000600000      8K rw---   [ anon ]\n"
                    b"0000000000602000      4K rw---   [ anon ]\n")
        folder = os.path.join(self.folder, "case")
        archive = tars.write(self.folder, "a.tar", *parts, tars.END)
        os.mkdir(folder)
        px.run(["tar", "-xf", archive, "-C", folder])
        self.assertEqual(sorted(os.listdir(folder)), ["pmapx.json", "proc"])
        again = tars.write(self.folder, "b.tar", *parts[1:], tars.END)
        for path, words in ((archive, []), (folder, []), (again, []), (archive, ["90", "91"])):
            with self.subTest(path=path, words=words):
                self.result(self.run_from(path, "-q", *words), expected,
                            self.told(path, "90: maps: the map was changing while it was read"), 1)
        other = tars.write(self.folder, "c.tar", *parts[1:3], tars.END)
        self.result(self.run_from(other, "-q"), expected)

    def test_packed_again(self):
        """The manifest that was the last is the first then, and processes come in any order."""
        path = tars.write(self.folder, "a.tar", self.manifest("true"), self.process(1100),
                          self.process(90), self.process(300), tars.END)
        blocks = {pid: b"%d:   [A]\n0000000000400000      4K r-x-- b\n" % pid for pid in (90, 300, 1100)}
        for words in (["90"], ["300"], ["300", "90"], ["90", "300", "1100"]):
            self.result(self.run_from(path, "-q", *words), b"".join(blocks[int(pid)] for pid in words))
        self.result(self.run_from(path, "-q"), b"".join(blocks.values()))

    def test_many_manifests(self):
        """What they say is kept, not they: there is no file for what need not wait."""
        manifest = '{"pmapx_capture": 1, "complete": true, "order": "pid"}'.ljust(60000)
        path = tars.write(self.folder, "a.tar", tars.entry("pmapx.json", manifest) * 40,
                          self.process(90), tars.END)
        got = self.run_from(path, "-q", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)))
        self.result(got, b"90:   [A]\n0000000000400000      4K r-x-- b\n")

    def test_as_written(self):
        """What is beyond the last that is wanted is not looked at; and shown is what has come."""
        small = b"".join(tars.entry("proc/90/" + name) for name in ("status", "stat", "cmdline"))
        parts = self.manifest("false"), small, self.process(90), self.process(300)
        block = b"90:   [A]\n0000000000400000      4K r-x-- b\n"
        path = tars.write(self.folder, "a.tar", *parts)
        self.result(self.run_from(path, "-q", "90"), block)
        got = self.run_from(path, "-q")
        self.assertTrue(got.stdout.startswith(block))
        self.assertEqual((got.stderr.count(b"\n"), got.status), (1, 1))


if __name__ == "__main__":
    px.main()
