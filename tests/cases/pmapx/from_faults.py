#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--from while each call and each allocation fails in turn: the right status, one line that says what
happened, whole rows, nothing left behind. What libarchive and its like call for themselves does not fail."""
import errno
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import building
import faulty
import px
import tars

SANITIZED = px.is_sanitized(faulty.PROGRAM)
ERRORS = {
    "open": ("ENOENT", "EACCES", "EMFILE", "ENOMEM", "EIO", "EINTR"),
    "read": ("EIO", "EACCES", "ENOMEM", "EINTR"),
    "write": ("ENOSPC", "EIO", "EINTR"),
    "close": ("EIO", "EINTR"),
    "fstat": ("EIO", "ENOMEM"),
    "fcntl": ("EMFILE",),
    "seek": ("ESPIPE",),
    "truncate": ("EIO",),
    "load": ("ENOENT",),
    "list": ("ENOMEM",),
}
# Of a handful of processes, one that cannot be looked at is missing.
STATUSES = (0, 1, 42, 43)
# A map whose rest is lacking may end in the middle of a line, which is said as well.
CUT_LINE = rb"pmapx: [^\n]+: line \d+: the input ends in the middle of a line\n"


def large():
    """A map that is more than waits in memory."""
    return b"".join(px.map_line("%x-%x" % (at, at + 0x1000), "r--s", "/x" * 40, "fe:00", 1)
                    for at in range(0x10000000, 0x10000000 + 9000 * 0x2000, 0x2000))


class Sweep(tars.Case):
    def run_with(self, words, fault=None, **kwargs):
        return faulty.run(words, fault, env=px.environment(TMPDIR=self.temporary), **kwargs)

    def check(self, run, whole, error, most=1):
        got = run.result
        self.assertEqual(run.left, (0, 0), "descriptors and allocations left")
        self.assertIn(got.status, STATUSES)
        self.assertEqual(got.status != 0, got.stderr != b"", got)
        self.assertRegex(got.stderr, rb"\A(pmapx: [^\n]+\n)*\Z")
        said = re.sub(CUT_LINE, b"", got.stderr)
        # One process can lack its command line and its map; what then lacks is said of all.
        self.assertLessEqual(said.count(b"\n"), most)
        if error in ("EINTR", "ESPIPE"):
            self.assertEqual(got, whole)
        if got.stderr.startswith(b"pmapx: write error: "):
            self.assertTrue(whole.stdout.startswith(got.stdout))
            return
        shown = faulty.blocks(got.stdout)
        expected = {block.header.partition(b":")[0]: block for block in faulty.blocks(whole.stdout)}
        for block in shown:
            other = expected[block.header.partition(b":")[0]]
            if re.search(CUT_LINE, got.stderr):
                # As much of its last line as there is, is shown.
                self.assertEqual(block.fields()[:-1], other.fields()[:len(block.rows) - 1])
                continue
            count = faulty.check_part(self, block, other, block.header)
            if got.status == 0:
                self.assertEqual(count, len(other.rows))
                self.assertEqual(block.footer, other.footer)
        if got.status == 0:
            self.assertEqual(len(shown), len(expected))

    def sweep(self, words, families, every=1):
        """Each call of these families."""
        whole = self.run_with(words)
        self.assertEqual((whole.result.status, whole.result.stderr, whole.left), (0, b"", (0, 0)))
        seen = set()
        for family, number, file in faulty.points(whole.calls):
            seen.add(family)
            if family not in families or number % every:
                continue
            errors = ERRORS[family]
            for error in errors[number % len(errors):][:1] if SANITIZED else errors:
                with self.subTest(words=words[2:], family=family, number=number, file=file, error=error):
                    run = self.run_with(words, "%s:%d:%d" % (family, number, getattr(errno, error)))
                    # Where names end too early, so do the files of a process.
                    self.check(run, whole.result, error, 2 if family == "list" else 1)
        for family, number, _ in faulty.points(whole.calls):
            # Descriptors are gone for good.
            if family == "open" and number % every == 0:
                run = self.run_with(words, "open:%d+:%d" % (number, errno.EMFILE))
                with self.subTest(words=words[2:], number=number, goes_on=True):
                    self.assertEqual(run.left, (0, 0))
                    self.assertEqual(run.result.status, 1 if run.result.stderr else 0)
        return seen

    def memory(self, words):
        """Each allocation, alone and with all that follow."""
        whole = self.run_with(words)
        count = sum(call.family == "memory" for call in whole.calls)
        self.assertGreater(count, 10)
        for number in range(1, count + 1):
            for goes_on in ("", "+") if not SANITIZED or number % 3 == 0 else ("",):
                run = self.run_with(words, "memory:%d%s:%d" % (number, goes_on, errno.ENOMEM))
                with self.subTest(words=words[2:], number=number, goes_on=goes_on):
                    # An archive is not read on, so the files of a process may be lacking, too.
                    self.check(run, whole.result, "ENOMEM", 4 if goes_on else 2)
                    if run.result.status:
                        self.assertRegex(run.result.stderr,
                                         rb"(?i)(out of memory|cannot allocate memory|memory allocation"
                                         rb" failed|archives need lib|could not be read|in the middle)")

    def short(self, words):
        whole = self.run_with(words)
        for size in (1, 7):
            got = self.run_with(words, "read:1+:short=%d" % size)
            self.assertEqual((got.result, got.left), (whole.result, (0, 0)))


class Folder(Sweep):
    def test_folder(self):
        with px.sample() as root:
            root.process(7, smaps=px.SAMPLE, stat=False)
            for view in ([], ["-x"]):
                words = ["--from", root.path, *view]
                seen = self.sweep(words, ERRORS)
                self.assertTrue({"open", "read", "fstat", "list", "close", "write"} <= seen, seen)
                self.memory(words)
                self.short(words)


class Archive(Sweep):
    def test_small(self):
        data = tars.entry("100/stat", px.stat_line(100, start_stack=px.SAMPLE_STACK)) + \
            tars.entry("100/smaps", px.SAMPLE) + tars.entry("100/cmdline", "A\0") + \
            tars.entry("7/maps", tars.ONE_LINE) + tars.END
        for ending in tars.COMPRESSIONS:
            path = tars.write(self.folder, "case" + ending, tars.COMPRESSIONS[ending](data))
            words = ["--from", path]
            seen = self.sweep(words, ERRORS)
            self.assertTrue({"open", "read", "fstat", "seek", "load", "close"} <= seen, seen)
            self.memory(words)
            if not SANITIZED or ending == ".tar":
                self.short(words)

    def test_large(self):
        """What must wait."""
        path = tars.write(self.folder, "case.tar", tars.entry("1/maps", large()),
                          tars.entry("2/maps", tars.ONE_LINE), tars.END)
        seen = self.sweep(["--from", path, "-q"], ("open", "write", "read"), 4 if SANITIZED else 1)
        self.assertIn("open", seen)
        got = self.run_with(["--from", path, "-q"], "write:1+:short=1000")
        self.assertEqual((got.result.status, got.result.stderr, got.left), (0, b"", (0, 0)))

    def test_no_library(self):
        for ending, names in ((".tar", ["libarchive"]), (".tar.xz", ["libarchive", "liblzma"]),
                              (".tar.gz", ["libarchive", "libz"]), (".tar.bz2", ["libarchive", "libbz2"]),
                              (".tar.zst", ["libarchive", "libzstd"])):
            path = tars.write(self.folder, "case" + ending, tars.COMPRESSIONS[ending](
                tars.entry("7/maps", tars.ONE_LINE) + tars.END))
            loaded = [(number, file) for family, number, file in faulty.points(
                self.run_with(["--from", path]).calls) if family == "load"]
            for name in names:
                number, = [number for number, file in loaded if file.startswith(name + ".so")]
                run = self.run_with(["--from", path], "load:%d:2" % number)
                self.assertRegex(run.result.stderr.decode(), r"\Apmapx: [^\n]+: archives [^\n]*need %s\n\Z" % (
                    re.escape(building.cannot_load(name))))
                self.assertEqual((run.result.status, run.result.stdout, run.left), (1, b"", (0, 0)))

    def test_without_nameless_files(self):
        """On file systems that have none, it loses its name at once."""
        path = tars.write(self.folder, "case.tar", tars.entry("1/maps", large()), tars.END)
        whole = self.run_with(["--from", path])
        number, = [number for family, number, file in faulty.points(whole.calls)
                   if family == "open" and file == self.temporary[-47:]]
        for error in "EOPNOTSUPP", "EISDIR", "EINVAL":
            run = self.run_with(["--from", path], "open:%d:%d" % (number, getattr(errno, error)))
            self.assertEqual(run.result, whole.result)
            self.assertEqual(run.left, (0, 0))
            self.assertEqual(os.listdir(self.temporary), [])
            self.assertIn("unlink", [call.family for call in run.calls])


class Single(Sweep):
    def test_map(self):
        path = tars.write(self.folder, "smaps-7", px.SAMPLE)
        for view in ([], ["-x"]):
            words = ["--from", path, *view]
            self.sweep(words, ERRORS)
            self.memory(words)
            self.short(words)

    def test_segment(self):
        """Which asks for the device of the host, known or not."""
        path = tars.write(self.folder, "maps-7", tars.ONE_LINE, px.map_line(
            "10000000-10001000", "rw-s", "/SYSV00000000 (deleted)", "00:01", 11))
        self.memory(["--from", path])


class Tree(Sweep):
    def test_tree(self):
        """Which looks at all before it shows the first."""
        path = tars.write(self.folder, "case.tar", *(
            tars.entry("%d/%s" % (pid, name), data) for pid, ppid in ((100, 1), (7, 100)) for name, data in (
                ("stat", px.stat_line(pid, ppid=ppid)), ("maps", tars.ONE_LINE))), tars.END)
        words = ["--from", path, "--tree", "100"]
        whole = self.run_with(words)
        self.assertEqual((whole.result.stdout.count(b":   "), whole.result.status), (2, 0))
        for number in range(1, 1 + sum(call.family == "memory" for call in whole.calls)):
            run = self.run_with(words, "memory:%d:%d" % (number, errno.ENOMEM))
            with self.subTest(number=number):
                self.assertEqual(run.left, (0, 0))
                if run.result.status == 0:
                    self.assertEqual(run.result, whole.result)
                else:
                    self.assertRegex(run.result.stderr, rb"\A(pmapx: [^\n]+\n){1,2}\Z")
                    self.assertRegex(run.result.stderr, rb"(?i)memory|archives need lib")


if __name__ == "__main__":
    px.main()
