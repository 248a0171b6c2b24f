# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx capture --redact: nothing of what is replaced is anywhere in the capture, and what stays is
enough for the views (doc/CAPTURE.md)."""
import contextlib
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import faulty
import px
from capturing import CaptureCase

TOKEN = rb"p[0-9a-f]{12}"
PATH = rb"(?:/" + TOKEN + rb")+"
ARGUMENT = re.compile(rb"a[0-9a-f]{12}\Z")
# All that the name of a mapping can be. The root of a mount that is detached is a slash, and in the
# name of a memfd there may be any.
KIND = re.compile(rb"\A((/dev(/shm|/hugepages)?)?%(path)s( \(deleted\))?|/|\[.*\]|/memfd:(%(token)s)?(/%(token)s)*/? \(deleted\)|"
                  rb"anon_inode:(bpf-map|\[(perf_event|io_uring)\])|socket:\[\d+\]|"
                  rb"/dev/zero \(deleted\)|/SYSV[0-9a-f]{8}( \(deleted\))?|/\[aio\] \(deleted\)|)\Z"
                  % {b"path": PATH, b"token": TOKEN})


def everything(capture):
    """All bytes of it, names included."""
    return b"\n".join(name.encode() + b"\n" + text for name, text in capture.entries)


class Redacted(CaptureCase):
    def hidden(self, capture, *secrets):
        data = everything(capture)
        for secret in secrets:
            at = data.find(px.as_bytes(secret))
            self.assertEqual(at, -1, "%r in %r" % (secret, data[max(0, at - 200):at + 100]))

    def test_paths(self):
        """Neither a path nor any part of it; the same path is the same token everywhere."""
        names = ["secret-one", "secret two", "secret\nthree"]
        with px.Target("file", *names) as target, px.Target("file", names[0], cwd=None) as other:
            live = px.mappings(px.process_file(target.pid, "smaps"))
            capture = self.capture("--redact", "args,paths", "--numa", target.pid, other.pid)
            files = capture.of(target.pid)
            shown = px.mappings(files["smaps"])
            parts = {part for one in live if one.name.startswith(b"/")
                     for part in one.name.split(b"/") if len(part) > 3}
            self.assertGreater(len(parts), 5)
            # The name of the program is that of the process, which stays.
            self.hidden(capture, *(b"/" + part for part in parts), *names, "secret")
        self.assertEqual(capture.manifest["redacted"], ["args", "paths"])
        tokens = {}
        for was, now in zip(live, shown):
            self.assertEqual(was[:7], now[:7])
            if was.name.startswith(b"/"):
                self.assertRegex(now.name, rb"\A" + PATH + rb"\Z")
                self.assertEqual(tokens.setdefault(was.name, now.name), now.name)
                self.assertEqual(now.name.count(b"/"), was.name.count(b"/"))
            else:
                self.assertEqual(was.name, now.name)
        self.assertEqual(len(set(tokens.values())), len(tokens))
        program = next(now for was, now in tokens.items() if was.endswith(b"/px_target"))
        self.assertEqual(files["exe"], program)
        self.assertIn(b" file=" + program + b" ", files["numa_maps"])
        self.assertEqual(files["cmdline"].split(b"\0")[0], b"px_target")
        # Files of two processes that have the same path, and those of the same name in two folders.
        others = {one.name for one in px.mappings(capture.of(other.pid)["smaps"])}
        self.assertIn(program, others)
        base = tokens[next(name for name in tokens if name.endswith(b"/secret-one"))]
        self.assertIn(base.rpartition(b"/")[2], {name.rpartition(b"/")[2] for name in others})

    def test_another_capture(self):
        """The tokens of one say nothing of those of another."""
        with px.Target("file", "secret-one") as target:
            one = self.capture("--redact", "paths", target.pid).of(target.pid)["exe"]
            two = self.capture("--force", "--redact", "paths", target.pid).of(target.pid)["exe"]
        self.assertFalse(set(one.split(b"/")[1:]) & set(two.split(b"/")[1:]))

    def test_kinds_stay(self):
        """What says what is mapped is no path."""
        for shape, *words in (("memfd", "secret-memfd"), ("shared-anon",), ("sysv",),
                              ("deleted", "secret-deleted"), ("aio",)):
            with self.subTest(shape=shape), px.Target(shape, *words) as target:
                live = px.mappings(px.process_file(target.pid, "smaps"))
                capture = self.capture("--force", "--redact", "args,paths", "--numa", target.pid)
                shown = px.mappings(capture.of(target.pid)["smaps"])
                self.hidden(capture, "secret-")
                # The same name in numa_maps, which escapes blanks.
                names = re.findall(rb" file=(\S+)", capture.of(target.pid).get("numa_maps", b""))
                self.assertLessEqual({name.replace(b"\\040", b" ") for name in names},
                                     {now.name for now in shown})
                for was, now in zip(live, shown):
                    if re.match(rb"/SYSV|/dev/zero|\[|/\[aio\]|\Z", was.name):
                        self.assertEqual(now, was)
                    elif was.name.startswith(b"/memfd:"):
                        self.assertRegex(now.name, rb"\A/memfd:p[0-9a-f]{12} \(deleted\)\Z")
                    else:
                        self.assertRegex(now.name, rb"\A" + PATH + (
                            rb" \(deleted\)\Z" if was.name.endswith(b" (deleted)") else rb"\Z"))

    def test_names_of_anonymous_memory(self):
        """They are the program's words, with slashes or not; that it is anonymous stays."""
        names = [b"[anon:secret one]", b"[heap]", b"[anon:secret/two]", b"[anon_shmem:secret one]",
                 b"[anon:secret one]", b"[anon:secret- (deleted)]", b"[stack]", b"[anon]",
                 b"[anon: glibc: malloc arena]", b"[anon: glibc: pthread stack: 71]"]
        with px.Root() as root:
            root.process(100, smaps=b"".join(
                px.smaps_entry(px.map_line("%x000-%x000" % (i, i + 1), "rw-p", name), Rss=4)
                for i, name in enumerate(names, 1)))
            seen = {}
            for what in ("paths", "args,addresses"):
                got = root.mounted([px.PMAPX, "capture", "--redact", what, "--force",
                                    "-o", self.path("a/")])
                self.assertEqual(got.status, 0, got.stderr)
                with open(self.path("a/proc/100/smaps"), "rb") as file:
                    seen[what] = [one.name for one in px.mappings(file.read())]
        self.assertEqual(seen["args,addresses"], names)
        shown = seen["paths"]
        for was, now in zip(names, shown):
            frame = re.match(rb"\[anon(_shmem)?:", was)
            self.assertRegex(now, rb"\A%s\Z" % (re.escape(frame.group()) + rb"p[0-9a-f]{12}%s\]" % (
                b" arena" if b"arena" in was else b" pthread stack" if b"pthread" in was else b"")
                                                if frame else re.escape(was)))
        self.assertEqual(shown[0], shown[4])
        self.assertEqual(shown[0].partition(b":")[2], shown[3].partition(b":")[2])
        self.assertEqual(len(set(shown)), len(set(names)))

    def test_kinds(self):
        """What mappings are for is told of what stays as it was told before."""
        names = ["/dev/shm/secret", "/dev/shm/secret/a", "/dev/hugepages/secret", "/dev/secret/secret",
                 "/secret/pg_dynshmem/mmap.1", "[anon: glibc: malloc arena]", "[anon:secret arena 1]", "/secret/dev/shm/x",
                 "[anon: glibc: pthread user stack: 71]", "[anon:stack_and_tls:71]", "[anon:secret]", "/dev/secret (deleted)"]
        spans = [("7f0000000000-7f0000021000", "rw-p", ""), ("7f0000021000-7f0004000000", "---p", ""),
                 ("7f0004000000-7f0008000000", "rw-p", ""), ("7f0013fff000-7f0014000000", "rw-p", "[secret]"),
                 ("7f0014000000-7f0014021000", "rw-p", ""), ("7f0014021000-7f0018000000", "---p", "")]
        spans = [("%x000-%x000" % (2 * i, 2 * i + 1), "rw-s", name) for i, name in enumerate(names, 1)] + spans
        kinds = [line.split()[0] for line in px.pmapx("--kinds").stdout.decode().splitlines()]
        with px.Root() as root:
            root.process(100, smaps=b"".join(px.smaps_entry(px.map_line(*span), Rss=4) for span in spans))
            got = root.mounted([px.PMAPX, "capture", "--redact", "paths,addresses", "-o", self.path("a/")])
            self.assertEqual(got.status, 0, got.stderr)
            with open(self.path("a/proc/100/smaps"), "rb") as file:
                self.assertEqual(file.read().count(b"secret"), 1, "a label of the kernel stays")
            self.same_kinds(kinds, 100, "a/", "--root", root.path)

    def same_kinds(self, kinds, pid, capture, *where):
        """So many mappings of each, by as many guesses."""
        for kind in kinds:
            with self.subTest(kind=kind):
                words = ["-x", "-q", "--kind", kind, str(pid)]
                was, now = px.pmapx(*where, *words), px.pmapx("--from", self.path(capture), *words)
                # Sizes and modes: what is resident may have changed.
                self.assertEqual([row.split()[1:5:3] for row in was.stdout.splitlines()[1:]],
                                 [row.split()[1:5:3] for row in now.stdout.splitlines()[1:]])
                self.assertEqual(was.stderr.partition(b"guessed")[1:], now.stderr.partition(b"guessed")[1:])

    def test_arenas(self):
        """Of a living process; they touch what else it has had there."""
        with px.Target("arenas") as target:
            pid = target.pid
            self.capture("--redact", "addresses,paths", pid)
            self.same_kinds(["arena", "arena-rest", "guard", "thread-stack", "bss", "text", "data"], pid, "a.tar")

    def test_arguments(self):
        with px.Target("title", "name", "/opt/secret/program: secret-user", "secret 1", "", "--a=b",
                       "secret 1") as target:
            for what, first in (("args", b"px_target"), ("args,paths", b"name")):
                capture = self.capture("--force", "--redact", what, target.pid)
                self.hidden(capture, "secret", "--a=b")
                words = capture.of(target.pid)["cmdline"].split(b"\0")
                self.assertEqual((words[0], words[2], words[5:]), (first, b"", [b""]))
                for word in (words[1], words[3], words[4]):
                    self.assertRegex(word, ARGUMENT)
                self.assertEqual(words[1], words[4])
                self.assertNotEqual(words[1], words[3])
                self.assertEqual(capture.of(target.pid)["comm"], b"name\n")

    def test_paths_in_arguments(self):
        with px.Target("title", "name", "/opt/secret/program", "--config=/opt/secret/file",
                       "-Isecret/dir", "plain", "/opt/secret/file") as target:
            capture = self.capture("--redact", "paths", target.pid)
            self.hidden(capture, "secret", "/opt")
            words = capture.of(target.pid)["cmdline"].split(b"\0")
        self.assertEqual((words[0], words[3], words[5:]), (b"name", b"plain", [b""]))
        self.assertRegex(words[1], rb"\A--config=" + PATH + rb"\Z")
        self.assertEqual(words[1], b"--config=" + words[4])
        self.assertRegex(words[2], rb"\Ap[0-9a-f]{12}/p[0-9a-f]{12}\Z")

    def test_cgroup(self):
        with px.Root() as root:
            root.process(100, smaps=px.smaps_entry(px.map_line("1000-2000", "r--p"), Rss=4))
            root.file("100/cgroup", "0::/\n5:cpu,memory:/secret.slice/secret\n1:name=x:/secret.slice\n")
            root.file("self/mounts", "none /mnt/secret hugetlbfs rw 0 0\nnone /mnt/other tmpfs rw 0 0\n"
                                     "/dev/secret /a\\040secret hugetlbfs rw 0 0\n")
            got = root.mounted([px.PMAPX, "capture", "--redact", "paths", "-o", self.path("a/")])
            self.assertEqual(got.status, 0, got.stderr)
            with open(self.path("a/proc/100/cgroup"), "rb") as file:
                cgroup = file.read()
            with open(self.path("a/proc/mounts"), "rb") as file:
                mounts = file.read()
        found = re.fullmatch(rb"0::/\n5:cpu,memory:(/p\w{12})/p\w{12}\n1:name=x:(/p\w{12})\n", cgroup)
        self.assertTrue(found, cgroup)
        self.assertEqual(found.group(1), found.group(2))
        self.assertRegex(mounts, rb"\Anone /p\w{12}/p\w{12} hugetlbfs rw 0 0\n"
                                 rb"/dev/p\w{12} /p\w{12} hugetlbfs rw 0 0\n\Z")

    def test_addresses(self):
        """Sizes, order and neighbours hold; no address is there, in any base."""
        with px.Target("adjacent") as target:
            live = px.mappings(px.process_file(target.pid, "smaps"))
            stat = px.process_file(target.pid, "stat").rpartition(b")")[2].split()
            capture = self.capture("--redact", "addresses", "--numa", target.pid)
        files = capture.of(target.pid)
        shown = px.mappings(files["smaps"])
        secrets = {value for one in live for value in (one.start, one.end)}
        secrets |= {int(stat[field - 3]) for field in (26, 27, 28, 45, 46, 47, 48, 49, 50, 51)}
        self.assertGreater(len(secrets), 30)
        data = files["smaps"] + files["stat"] + files["smaps_rollup"] + files["numa_maps"]
        for secret in secrets:
            self.assertFalse(re.search(rb"(?<!\w)(?:0*%x|%d)(?!\w)" % (secret, secret), data),
                             hex(secret))
        self.assertEqual([(one.end - one.start, *one[2:]) for one in shown],
                         [(one.end - one.start, *one[2:]) for one in live])
        for was, then, now, later in zip(live, live[1:], shown, shown[1:]):
            # What may be an arena of malloc is where one may be, unless its guard is before it.
            arena = 2**20 if then.end < 2**32 and then.start % 2**26 else 2**26
            if then.start % arena == 0 and not then.name and then.perms == "rw-p" and \
                    (then.start != was.end or was.perms[:3] != "---"):
                self.assertEqual(later.start % arena, 0)
            else:
                self.assertEqual(then.start == was.end, later.start == now.end)
            self.assertGreaterEqual(later.start, now.end)
        # Names stay in their column.
        for line in files["smaps"].splitlines():
            if re.match(rb"[0-9a-f]+-.*\[", line):
                self.assertEqual(line.index(b"["), 73)
        # What stat says lies where it lay.
        now = files["stat"].rpartition(b")")[2].split()
        for field in (26, 28, 45, 47, 48, 50):
            was, new = int(stat[field - 3]), int(now[field - 3])
            for i, one in enumerate(live):
                # Of a heap that is empty there is no mapping.
                if one.start <= was < one.end:
                    self.assertEqual(new - shown[i].start, was - one.start, field)
        self.assertEqual([word for i, word in enumerate(now) if i + 3 not in
                          (26, 27, 28, 29, 30, 35, 45, 46, 47, 48, 49, 50, 51)],
                         [word for i, word in enumerate(stat) if i + 3 not in
                          (26, 27, 28, 29, 30, 35, 45, 46, 47, 48, 49, 50, 51)])
        self.assertRegex(files["smaps_rollup"], rb"\A%08x-%08x ---p " % (
            shown[0].start, shown[-1].end))
        self.assertEqual([int(line.split()[0], 16) for line in files["numa_maps"].splitlines()],
                         [one.start for one in shown if one.name != b"[vsyscall]"])

    def test_view_without_addresses(self):
        with px.Target("stack-border") as target:
            pid = str(target.pid)
            self.capture("--redact", "addresses", pid, name="a/")
            live = px.pmapx("-x", pid).stdout
            saved = px.pmapx("-x", "--root", self.path("a/proc"), pid).stdout
        def no_address(text):
            return re.sub(rb"(?m)^[0-9a-f]{16} ", b"", text)
        self.assertIn(b"[ stack ]", live)
        self.same(no_address(saved), no_address(live))
        self.assertNotEqual(saved, live)

    def test_all(self):
        """All of it, of all processes: in a PID namespace, where these are our own, and of all
        kinds of names."""
        if not faulty.inside(self, __file__):
            return
        with contextlib.ExitStack() as stack:
            for shape in ("socket", "perf", "io-uring", "bpf", "aio", "detached", "memfd", "sysv",
                          "shared-anon", "deleted", "named-anon"):
                with contextlib.suppress(unittest.SkipTest):
                    stack.enter_context(px.Target(shape))
            target = stack.enter_context(px.Target("file", "secret-one"))
            capture = self.capture("--redact", "addresses,paths,args", name="a.tar.zst")
            self.assertIn(target.pid, capture.processes)
            self.hidden(capture, "secret-", px.BUILD, target.directory)
        self.assertEqual(capture.manifest["redacted"], ["args", "paths", "addresses"])
        for pid, one in capture.processes.items():
            files = capture.of(pid)
            for word in files.get("cmdline", b"").split(b"\0")[1:]:
                self.assertRegex(word, rb"\A(a[0-9a-f]{12})?\Z")
            if "smaps" in files:
                for mapping in px.mappings(files["smaps"]):
                    self.assertRegex(mapping.name, KIND)


if __name__ == "__main__":
    px.main()
