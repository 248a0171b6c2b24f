#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Names that look like what a view says itself: labels, rows, headings, totals, headers, keys, and
the kernel's marks. Where pmap cannot tell them apart either (D30), both show the same."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
from rows import ROW, ROW_D, ROW_SMAPS, ROW_X, Base, last_component, name_at

# As file names; those of memfds are as free.
NAMES = (
    "[heap]", "[stack]", "[vdso]", "[anon:x]", "[ anon ]", "[ stack ]", "  [ anon ]", "  [ stack ]",
    "[ shmid=0x0 ]", "SYSV00000000", "SYSV00000000 (deleted)", "x (deleted)",
    "x (deleted) (deleted)", " (deleted)", "(deleted)", "total", " total     4K",
    "total kB", "mapped: 0K",
    "1:   init", "4711",
    "Address", "Address           Kbytes     RSS   Dirty Mode  Mapping", "----------------",
    "==== ===", "KB ", "Tgid: 4711", "00007fff00000000 1048576K rwx--   [ anon ]",
    "7fff00000000-7fff40000000 rwxp 00000000 00:00 0",
    "ffffffffff600000-ffffffffff601000 --xp",
    "Rss:             99999999 kB", "Swap: 0 kB", "VmFlags: rd", "Name: [heap]", "\\012",
    "%s%n%5$d",
    "socket:[1]", "anon_inode:[perf_event]", "anon_inode:x", "memfd:x", "...", "-x", "~", "\\",
    " ", "  ", " x", "x ", "4K rw---   [ stack ]",
)

PLAIN = (("", ROW), ("-x", ROW_X), ("-d", ROW_D), ("-q", ROW))


class LookAlikes(Base):
    """A name is shown as it is, at its address, once, and counts for nothing else."""

    def shape(self, *args, shown=lambda name: name, same_as_pmap=True, **kwargs):
        with px.Target(*args, **kwargs) as target:
            pid = str(target.pid)
            self.honest(target.pid)
            texts = {one.start: one.name for one in self.maps(target.pid)}
            for _, address, name in self.files(target):
                self.assertEqual(last_component(texts[address]), last_component(b"/" + shown(name)))
            for view, rows in PLAIN:
                for path in ("", "-p"):
                    words = [word for word in (view, path) if word]
                    out = self.pmapx(*words, pid)
                    for _, address, name in self.files(target):
                        want = texts[address] if path else last_component(texts[address])
                        self.assertEqual(name_at(out, address, rows), [want or b"/"], words)
                    if same_as_pmap and self.pmap_is():
                        self.same(out, self.pmap(*words, pid), "as pmap, which is not fooled")
            for view in ("-X", "-XXp"):
                out = self.pmapx(view, pid)
                self.assertEqual([int(row[0], 16) for row in ROW_SMAPS.findall(out)],
                                 list(texts), view)
                for start, row in ROW_SMAPS.findall(out):
                    name = texts[int(start, 16)]
                    want = name if "p" in view or name.startswith(b"[") \
                        else last_component(b"/" + name)
                    self.assertTrue((row + b"\n").endswith(b" " + want + b"\n"), row[-80:])

    def test_files(self):
        self.shape("file", *NAMES)

    def test_shared_writable_files(self):
        """Those count in the totals of -d."""
        for name in ("[heap]", "SYSV00000000 (deleted)"):
            self.shape("path", "300", name, "rw", "s")

    def test_deleted_files(self):
        """The kernel marks what is deleted behind the name: nobody can tell that from a name."""
        for name in ("x", "x (deleted)", "SYSV00000000", "[heap]", " (deleted)", "total"):
            self.shape("deleted", name, shown=lambda name: name + b" (deleted)")
        with px.Target("deleted", "x") as gone, px.Target("file", "x (deleted)") as there:
            rows = [name_at(self.pmapx(str(one.pid)), self.file(one)[0]) for one in (gone, there)]
            self.assertEqual(rows, [[b"x (deleted)"]] * 2)

    def test_memfds(self):
        """pmap takes those for SysV memory that hold /SYSV, which others here do not."""
        self.shape("memfd", *NAMES, shown=lambda name: b"memfd:" + name + b" (deleted)")

    def test_at_the_top(self):
        """Of a mount that is detached, paths begin there: the nearest that a name can come to what
        the kernel says itself."""
        for name in ("[heap]", "[stack]", "[vdso]", "SYSV00000000", "SYSV00000000 (deleted)",
                     "memfd:x (deleted)", "dev", "[anon:x]", "dmabuf:x"):
            with self.subTest(name=name):
                self.shape("detached-folder", name)
                with px.Target("detached-folder", name) as target:
                    address = self.file(target)[0]
                    self.assertEqual(
                        [one.name for one in self.maps(target.pid) if one.start == address],
                        [b"/" + name.encode()])

    def test_through_links(self):
        """The kernel shows where a file is: not by which link it was opened, nor what it was called
        then."""
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "real"))
            link = os.path.join(folder, "7fff0000-7fff1000 rwxp 00000000 00:00 0")
            os.symlink("real", link)
            with px.Target("file", "f", cwd=link) as target:
                self.honest(target.pid)
                self.assertEqual(name_at(self.pmapx("-p", str(target.pid)), self.file(target)[0]),
                                 [os.path.realpath(link).encode() + b"/f"])
        with px.Target("file", "real") as target:
            os.rename(os.path.join(target.directory, "real"),
                      os.path.join(target.directory, " total 5K"))
            self.honest(target.pid)
            self.assertEqual(name_at(self.pmapx(str(target.pid)), self.file(target)[0]),
                             [b" total 5K"])
            os.rename(os.path.join(target.directory, " total 5K"),
                      os.path.join(target.directory, "real"))


class Stack(Base):
    """The end of a mapping is not in it (D27)."""

    def test_border(self):
        with px.Target("stack-border") as target:
            second = int(target.truth["start"], 16)
            first, = (one.start for one in self.maps(target.pid) if one.end == second)
            for view, rows in PLAIN:
                for more in ((), ("-p",)):
                    words = [*([view] if view else []), *more]
                    out = self.pmapx(*words, str(target.pid))
                    self.assertEqual(name_at(out, first, rows), [b"  [ anon ]"])
                    self.assertEqual(name_at(out, second, rows), [b"  [ stack ]"])
                    self.assertEqual(out.count(b"[ stack ]"), 1)
            if self.pmap_is():
                out = self.pmap(str(target.pid))
                self.assertEqual(name_at(out, first) + name_at(out, second), [b"  [ stack ]"] * 2,
                                 "pmap is fooled")


if __name__ == "__main__":
    px.main()
