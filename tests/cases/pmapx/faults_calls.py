# SPDX-License-Identifier: GPL-2.0-or-later
"""Each system call fails in turn, in each way that it can: the status and the message are right, rows
and sums are those of what was read, and nothing is left behind."""
import errno
import os
import re
import sys
import tempfile
from collections import namedtuple

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import faulty
import px

# What fails with what. EINTR, at any point, is nobody's business.
ERRORS = {
    "open": ("ENOENT", "EACCES", "ESRCH", "EMFILE", "ENOMEM", "EIO", "EINTR"),
    "read": ("EIO", "ESRCH", "EACCES", "ENOMEM", "EINTR"),
    "write": ("ENOSPC", "EPIPE", "EIO", "EINTR"),
    "close": ("EIO", "EINTR"),
    "fcntl": ("EMFILE",),
    "fstat": ("EIO", "ENOMEM"),
    "fstatfs": ("EIO", "ENOMEM", "EINTR"),
    "ioctl": ("ENOTTY", "ESRCH", "EIO", "EINTR"),
    "mmap": ("ENOMEM",),
    "fsync": ("EIO", "EINTR"),
    "unlink": ("EACCES",),
    "thread": ("EAGAIN",),
}
SHORTAGES = ("ENOMEM", "EMFILE", "ENFILE")

# What a fault makes of a run. shown: "nothing", "header", "part" (header and the first rows), "bytes"
# (whatever could be written), "whole". has_comm: the header has the name in place of the command
# line. said: what stands between "pmapx: " and the reason; None for no message.
Outcome = namedtuple("Outcome", "shown status said has_comm", defaults=(None, False))
UNHARMED = Outcome("whole", 0)


def text_of(name):
    return os.strerror(getattr(errno, name)).encode()


def of_process(family, file, error, at):
    """What becomes of one process whose folder is at."""
    pid = os.path.basename(at)
    about = "%s: %s" % (pid, at)
    short = error in SHORTAGES
    if family in ("close", "fstatfs", "ioctl", "mmap"):
        return UNHARMED
    if file == "self/maps":
        # Whatever it is, without it segments keep the names that the kernel gave them.
        about = "%s: %s/self/maps" % (pid, os.path.dirname(at))
        return Outcome("whole", 1, about) if short else UNHARMED
    if file == pid:
        return Outcome("nothing", 1 if short else 42, about)
    # Of a kernel's process maps is opened before all else, to be kept; what that keeps from
    # others it gives up.
    if family in ("open", "fcntl") and at.startswith("/proc/") and (file == "maps" or short):
        return UNHARMED
    if file == "stat":
        if error == "ENOENT" and at.startswith("/proc/"):
            return Outcome("nothing", 42, about)
        return Outcome("nothing", 1 if short else 42, about + "/stat")
    if file == "status":
        return Outcome("nothing", 1, about) if short else UNHARMED
    if file == "cmdline":
        if error in ("ENOENT", "ESRCH", "EACCES", "EPERM"):
            return Outcome("whole", 0, None, True)
        return Outcome("whole", 1, about + "/cmdline", True)
    return Outcome("part" if family == "read" else "header", 1, about + "/" + file)


def outcome(family, file, error, top, pid):
    if error == "EINTR" or file is None:
        return UNHARMED
    if family == "write":
        return Outcome("bytes", 1, "write error")
    if file == top:
        if family != "open":
            return UNHARMED
        if error == "ENOMEM":
            return Outcome("nothing", 1, "memory allocation failed")
        missing = top == "/proc" and error not in SHORTAGES
        return Outcome("nothing", 42 if missing else 1, top)
    return of_process(family, file, error, "%s/%s" % (top, pid))


def errors_of(family, number):
    """What a call fails with: everything, or where sanitizers make runs slow one thing and another
    the next time."""
    errors = ERRORS[family]
    return errors[number % len(errors):][:1] if px.is_sanitized(faulty.PROGRAM) else errors


class Sweep(px.TestCase):
    def compare(self, got, whole, expected):
        """What is shown."""
        if expected.shown == "nothing":
            self.assertEqual(got.stdout, b"")
            return
        if expected.shown == "bytes":
            self.assertTrue(whole.stdout.startswith(got.stdout), got.stdout[-200:])
            return
        block, other = faulty.Block(got.stdout), faulty.Block(whole.stdout)
        self.assertEqual(block.header == other.header, not expected.has_comm)
        if expected.has_comm:
            self.assertRegex(block.header, rb"\A\d+:   \[[^\n]+\]\Z")
        rows = faulty.check_part(self, block, other, block.header)
        if expected.shown == "header":
            self.assertEqual(rows, 0)
        if expected.shown == "whole":
            self.assertEqual((rows, block.titles, block.footer),
                             (len(other.rows), other.titles, other.footer))

    def message(self, expected, error, name):
        if expected.said is None or (name == "pmap" and expected.shown != "bytes"
                                     and not expected.said.startswith("memory")):
            return b""
        if name == "pmap" and error == "EPIPE":
            return b""
        text = b"%s: %s" % (name.encode(), expected.said.encode())
        if expected.said.startswith("memory"):
            return text + b"\n"
        # One who is not there is no such process, whatever the file system calls it.
        if error == "ENOENT" and re.search(r"/\d+\Z", expected.said):
            error = "ESRCH"
        return text + b": " + text_of(error) + b"\n"

    def sweep(self, words, top, pid, name="pmapx", families=None, stable=None):
        """Every call, in every way. stable takes out of the output what others may change."""
        def run(fault=None):
            got = faulty.run(words, fault, name=name)
            text = (stable or segment_by_name)(got.result.stdout)
            return got._replace(result=got.result._replace(stdout=text))

        whole = run()
        self.assertEqual((whole.result.status, whole.result.stderr, whole.left), (0, b"", (0, 0)))
        points = list(faulty.points(whole.calls))
        for family, number, file in points:
            if families and family not in families:
                continue
            for error in errors_of(family, number + len(words)):
                got = run("%s:%d:%d" % (family, number, getattr(errno, error)))
                # The program's own maps are longer in one run than in another: what has failed
                # is what this run says.
                file = faulty.file_of(got.calls, family, number)
                expected = outcome(family, file, error, top, pid)
                if expected.said and family == "read" and file == "maps" and "-x" in words:
                    # It was to tell whether all of smaps has been read. One that is gone has
                    # perhaps begun another program, so it is looked at once more.
                    expected = UNHARMED if error == "ESRCH" else \
                        Outcome("whole", 1, expected.said[:-len(file)] + "smaps")
                with self.subTest(words=words, family=family, number=number, file=file, error=error):
                    self.assertEqual(got.left, (0, 0), "descriptors and allocations left")
                    self.same(got.result.stderr, self.message(expected, error, name), "stderr")
                    self.assertEqual(got.result.status, expected.status)
                    self.compare(got.result, whole.result, expected)
        return {(family, file) for family, _, file in points}

    def short(self, words, stable=lambda text: text):
        """Reading and writing a byte, or seven, at a time makes no difference."""
        whole = faulty.run(words)
        for family in ("read", "write"):
            for size in (1, 7):
                got = faulty.run(words, "%s:1+:short=%d" % (family, size))
                with self.subTest(words=words, family=family, size=size):
                    self.assertGreater(len(got.calls), len(whole.calls))
                    self.assertEqual(got.left, (0, 0))
                    self.result(got.result._replace(stdout=stable(got.result.stdout)),
                                stable(whole.result.stdout))


class Files(Sweep):
    """Below another root."""

    def test_views(self):
        with faulty.processes(1) as root:
            for view, file in (([], "maps"), (["-x"], "smaps"), (["-d"], "maps"), (["-X"], "smaps")):
                seen = self.sweep(["--root", root.path, *view, "100"], root.path, "100")
                for point in (("open", file), ("read", file), ("fstat", file), ("read", "stat"),
                              ("read", "cmdline"), ("read", "status"), ("open", root.path),
                              ("open", "100"), ("write", "standard output")):
                    self.assertIn(point, seen)

    def test_parts_of_views(self):
        with faulty.processes(1) as root, tempfile.TemporaryDirectory() as home:
            rc = os.path.join(home, "rc")
            with open(rc, "w", encoding="ascii") as file:
                file.write("[Fields Display]\nPerm\nRss\nPss\nMapping\n")
            for view in (["-XX"], ["-A", "10003000,10006000"], ["-q", "-d"], ["-q", "-x"]):
                self.sweep(["--root", root.path, *view, "100"], root.path, "100", families=("read",))
            words = ["--root", root.path, "-C", rc, "100"]
            whole = faulty.run(words)
            for number, call in enumerate(whole.calls, 1):
                if call == ("read", rc):
                    break
            for fault, why in (("open:1:5", "EIO"), ("read:1:13", "EACCES"), ("read:2:5", "EIO")):
                self.result(faulty.run(words, fault).result, b"",
                            b"pmapx: couldn't read the rc file: %s: %s\n" % (
                                rc.encode(), text_of(why)), 1)
            for fault in ("open:1:4", "read:1:4", "read:2:4", "read:1+:short=1"):
                self.result(faulty.run(words, fault).result, whole.result.stdout)

    def test_short(self):
        with px.sample() as root:
            for view in ([], ["-x"], ["-d"], ["-X"], ["-XX"]):
                self.short(["--root", root.path, *view, "100"])

    def test_messages_that_cannot_be_written(self):
        with px.sample() as root:
            words = ["--root", root.path, "100", "99"]
            whole = faulty.run(words).result
            self.assertEqual(whole.status, 42)
            for fault in ("write:1:5", "write:2:5"):
                got = faulty.run(words, fault).result
                self.assertEqual(got.status, 1)
                self.assertTrue(whole.stdout.startswith(got.stdout))
            for number in (1, 2):
                self.assertEqual(faulty.run(words, "write:%d:4" % number).result, whole)

    def test_no_standard_streams(self):
        """A file that is opened in their place is moved away, or that fails like opening it."""
        with px.sample() as root:
            words = ["--root", root.path, "100"]
            closed = {"stdin": None, "preexec_fn": lambda: os.close(0)}
            whole = faulty.run(words, **closed)
            self.assertEqual(whole.result.stdout, px.sample_out("default"))
            for family, number, file in faulty.points(whole.calls):
                if family == "fcntl":
                    got = faulty.run(words, "fcntl:%d:%d" % (number, errno.EMFILE), **closed)
                    with self.subTest(number=number, file=file):
                        self.assertEqual((got.left, got.result.status), ((0, 0), 1))
                        self.assertRegex(got.result.stderr,
                                         rb"\Apmapx: [^\n]+: Too many open files\n\Z")


def steady(text):
    """What -x shows of a process that sleeps, without numbers that others have a part in."""
    text = re.sub(rb"(?m)^([0-9a-f]+ +\d+) +\d+ +\d+( \S{5} )", rb"\1 0 0\2", text)
    return re.sub(rb"(?m)^(total kB +\d+) .*", rb"\1 0 0", text)


def segment_by_name(text):
    """A segment keeps its name where the device of shared memory cannot be found out."""
    return re.sub(rb"  \[ shmid=0x[0-9a-f]+ \]|SYSV[0-9a-f]{8}( \(deleted\))?", b"SEGMENT", text)


class Running(Sweep):
    """The running system: where single mappings can be asked for, and shared memory looked for."""

    def test_views(self):
        with px.Target("sysv") as target:
            pid = str(target.pid)
            for view in ([], ["-d"], ["-A", "10000000"]):
                seen = self.sweep([*view, pid], "/proc", pid)
                self.assertIn(("fstatfs", "/proc"), seen)
                self.assertIn(("ioctl" if view[:1] == ["-A"] else "read", "maps"), seen)

    def test_as_pmap(self):
        with px.Target("many", "300") as target:
            for view in ([], ["-d"]):
                self.sweep([*view, str(target.pid)], "/proc", str(target.pid), "pmap")

    def test_short(self):
        with px.Target("sysv") as target:
            for view in ([], ["-d"], ["-A", "10000000,10ffffff"]):
                self.short([*view, str(target.pid)])
            self.short(["-x", str(target.pid)], steady)

    def test_smaps(self):
        """smaps fails in the middle."""
        with px.Target("many", "40") as target:
            pid = str(target.pid)
            self.sweep(["-x", pid], "/proc", pid, families=("read",), stable=steady)

    def test_thread(self):
        """By a thread's number: the group's files are opened, too, or the thread's own read."""
        with px.Target("threads", "2") as target:
            group = str(target.pid)
            tid = next(value for key, value in target.lines if key == "tid" and value != group)
            words = [tid]
            whole = faulty.run(words)
            self.assertEqual(whole.result.status, 0)
            for family, number, file in faulty.points(whole.calls):
                if family not in ("open", "read", "close"):
                    continue
                for error in errors_of(family, number):
                    with self.subTest(family=family, number=number, file=file, error=error):
                        got = faulty.run(words, "%s:%d:%d" % (family, number, getattr(errno, error)))
                        self.assertEqual(got.left, (0, 0))
                        self.check_thread(got.result, whole.result, file, error)

    def check_thread(self, got, whole, file, error):
        if error == "EINTR":
            self.assertEqual(got, whole)
        elif got.status == 0:
            self.assertEqual(got.stderr, b"")
            self.assertEqual(got.stdout.partition(b"\n")[2], whole.stdout.partition(b"\n")[2])
        else:
            self.assertIn(got.status, (1, 42))
            self.assertRegex(got.stderr, rb"\Apmapx: [^\n]+\n\Z")
            if got.stdout:
                block, other = faulty.Block(got.stdout), faulty.Block(whole.stdout)
                faulty.check_part(self, block, other, block.header)


class Workers(px.TestCase):
    """Several processes, of which each call of each may fail; whose it is, is chance."""

    PIDS = ("100", "101", "102")

    def check(self, run, whole):
        self.assertEqual(run.left, (0, 0), "descriptors and allocations left")
        got = run.result
        self.assertIn(got.status, (0, 1, 42))
        lines = got.stderr.splitlines(keepends=True)
        self.assertLessEqual(len(lines), 1)
        self.assertEqual(bool(lines), got.status != 0)
        if got.stderr.startswith(b"pmapx: write error: "):
            self.assertTrue(whole.stdout.startswith(got.stdout))
        else:
            faulty.check_parts(self, segment_by_name(got.stdout), segment_by_name(whole.stdout),
                               got.stderr)

    def test_workers(self):
        with faulty.processes() as root:
            for view in ([], ["-X"]):
                words = ["--root", root.path, "--jobs", "2", *view, *self.PIDS]
                whole = faulty.run(words)
                self.assertEqual((whole.result.status, whole.left), (0, (0, 0)))
                seen = set()
                for family, number, _ in faulty.points(whole.calls):
                    seen.add(family)
                    error = ERRORS[family][number % len(ERRORS[family])]
                    with self.subTest(view=view, family=family, number=number, error=error):
                        self.check(faulty.run(words, "%s:%d:%d" % (
                            family, number, getattr(errno, error))), whole.result)
                self.assertTrue({"open", "read", "write", "close"} <= seen)
                if len(os.sched_getaffinity(0)) > 1:
                    self.assertIn("thread", seen)

    def test_from_one_on(self):
        """Descriptors run out for good: those that are left do the work one after the other, or
        say for which process they were too few."""
        with faulty.processes() as root:
            words = ["--root", root.path, "--jobs", "2", *self.PIDS]
            whole = faulty.run(words)
            failures = 0
            for number in range(1, sum(call.family == "open" for call in whole.calls) + 1):
                run = faulty.run(words, "open:%d+:%d" % (number, errno.EMFILE))
                with self.subTest(number=number):
                    self.assertEqual(run.left, (0, 0))
                    # There are fewer calls where there are fewer workers.
                    self.assertEqual(run.result.status, 1 if run.result.stderr else 0)
                    failures += run.result.status
                    if run.result.stdout:
                        faulty.check_parts(self, segment_by_name(run.result.stdout),
                                           segment_by_name(whole.result.stdout), run.result.stderr)
            self.assertGreater(failures, 10)


class NewFile(px.TestCase):
    """-N: what could not be written is not there, and is not said to be."""

    def test_new_rc_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "rc")
            for name in ("pmapx", "pmap"):
                whole = faulty.run(["-N", path], name=name)
                with open(path, "rb") as file:
                    text = file.read()
                os.unlink(path)
                points = list(faulty.points(whole.calls))
                self.assertEqual([point[0] for point in points if point[2] in (path, "rc")],
                                 ["open", "write", "fsync", "close"])
                for family, number, file in points:
                    for error in ERRORS[family]:
                        with self.subTest(name=name, family=family, number=number, file=file,
                                          error=error):
                            run = faulty.run(["-N", path], "%s:%d:%d" % (
                                family, number, getattr(errno, error)), name=name)
                            self.assertEqual(run.left, (0, 0))
                            self.check(run.result, whole.result, path, text, file == path, error)
                for size in (1, 7):
                    self.assertEqual(faulty.run(["-N", path], "write:1+:short=%d" % size,
                                                name=name).result, whole.result)
                    os.unlink(path)

    def check(self, got, whole, path, text, matters, error):
        if error == "EINTR" or not matters:
            # The folder, and standard error, come when it is done.
            if got.status == 0:
                self.assertEqual(got, whole)
            else:
                self.assertEqual((got.status, got.stderr), (1, b""))
            with open(path, "rb") as file:
                self.assertEqual(file.read(), text)
            os.unlink(path)
            return
        self.assertEqual((got.stdout, got.status), (b"", 1))
        name = got.stderr.partition(b":")[0]
        self.same(got.stderr, b"pmap: couldn't create the rc file\n" if name == b"pmap" else
                  b"pmapx: couldn't create the rc file: %s: %s\n" % (path.encode(), text_of(error)))
        self.assertEqual(os.listdir(os.path.dirname(path)), [])

    def test_what_cannot_be_removed(self):
        """The disk is full, and the file cannot be removed either: one message, the first reason."""
        with tempfile.TemporaryDirectory() as folder:
            os.symlink("/dev/full", os.path.join(folder, "full"))
            got = faulty.run(["-N", os.path.join(folder, "full")], "unlink:1:13")
            self.assertEqual(got.result.status, 1)


if __name__ == "__main__":
    px.main()
