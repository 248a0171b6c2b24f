# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx capture: nobody else can read it, nothing is overwritten, nothing is left behind, and memory
is bounded."""
import os
import re
import resource
import signal
import socket
import stat
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import faulty
import px
from capturing import Capture, CaptureCase, contents

FORMS = ("a.tar", "a.tar.gz", "a.tar.xz", "a.tar.zst", "a/")
SANITIZED = px.is_sanitized(px.PMAPX)


def modes(path):
    """The modes of a file, or of a folder and all that is in it but links."""
    found = {os.lstat(path).st_mode & 0o7777}
    for where, folders, names in os.walk(path):
        for name in folders + names:
            full = os.path.join(where, name)
            if not os.path.islink(full):
                found.add(os.lstat(full).st_mode & 0o7777)
    return found


class Private(CaptureCase):
    def test_modes(self):
        for umask in (0, 0o022, 0o077, 0o277, 0o777):
            for name in FORMS:
                with self.subTest(umask=umask, name=name):
                    got = self.run_capture("--force", "-o", name, os.getpid(), umask=umask)
                    self.assertEqual(got.status, 0, got.stderr)
                    self.assertEqual(modes(self.path(name)),
                                     {0o700, 0o600} if name == "a/" else {0o600})

    def test_modes_inside(self):
        """Unpacked, the folder that has all processes is closed."""
        capture = self.capture(os.getpid())
        self.assertEqual(capture.modes.pop("proc"), 0o700)
        exe = capture.modes.pop("proc/%d/exe" % os.getpid())
        self.assertEqual(exe, 0o777)
        self.assertEqual(set(capture.modes.values()), {0o600})


class Exclusive(CaptureCase):
    def there_is(self, name, why, *words):
        got = self.run_capture("-o", name, os.getpid(), *words)
        self.result(got, stderr="pmapx: %s: %s\n" % (name, why), status=2)

    EXISTS = "there is one already; --force replaces it"
    FOREIGN = "that is %s, which --force does not replace"

    def test_file(self):
        with open(self.path("a.tar"), "w") as file:
            file.write("mine")
        self.there_is("a.tar", self.EXISTS)
        self.assertEqual(contents(self.path("a.tar")), b"mine")
        self.capture(os.getpid(), "--force")
        self.assertEqual(self.left(), ["a.tar"])

    def test_folder(self):
        os.mkdir(self.path("a"))
        self.there_is("a/", self.EXISTS)
        self.capture(os.getpid(), "--force", name="a/")
        first = contents(self.path("a/pmapx.json"))
        self.there_is("a/", self.EXISTS)
        self.assertEqual(contents(self.path("a/pmapx.json")), first)
        self.capture(os.getppid(), "--force", name="a/")
        self.assertEqual(self.left(), ["a"])
        self.assertIn(str(os.getppid()), os.listdir(self.path("a/proc")))
        self.assertNotIn(str(os.getpid()), os.listdir(self.path("a/proc")))

    def test_foreign_folder(self):
        """What is no capture is not removed, whatever is said."""
        for name, text in (("notes", "mine"), ("pmapx.json", "{}")):
            os.mkdir(self.path("a"))
            with open(self.path("a", name), "w") as file:
                file.write(text)
            for words in ([], ["--force"]):
                self.there_is("a/", self.FOREIGN % "a folder that is neither a capture nor empty",
                              *words)
            self.assertEqual(contents(self.path("a", name)), text.encode())
            os.remove(self.path("a", name))
            os.rmdir(self.path("a"))

    def test_foreign_file(self):
        """Nor any other, and it is said what it is."""
        os.mkdir(self.path("a.tar"))
        os.symlink("nowhere", self.path("b.tar"))
        os.mkfifo(self.path("c.tar"))
        with open(self.path("d"), "w"):
            pass
        os.symlink("a.tar", self.path("e"))
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(self.path("f.tar"))
        kinds = [("a.tar", "a folder"), ("b.tar", "a symbolic link"), ("c.tar", "a FIFO"),
                 ("d/", "a file"), ("e/", "a symbolic link"), ("f.tar", "a socket")]
        try:
            os.mknod(self.path("g.tar"), stat.S_IFCHR, os.makedev(1, 3))
            kinds.append(("g.tar", "a device"))
        except PermissionError:
            print("no device can be made here", file=sys.stderr)
        for name, kind in kinds:
            for words in ([], ["--force"]):
                self.there_is(name, self.FOREIGN % kind, *words)
        self.assertEqual(self.left(), [name.rstrip("/") for name, _ in kinds])
        self.assertEqual(os.readlink(self.path("b.tar")), "nowhere")

    def test_while_it_is_taken(self):
        """What gets the name in the meantime keeps it."""
        def meanwhile():
            self.assertRegex(" ".join(self.left()), r"\A\.pmapx-[0-9a-f]{16}\Z")
            with open(self.path("a.tar.xz"), "x") as file:
                file.write("mine")

        with px.Target("anon") as target:
            words = ["capture", "--jobs", "1", "-o", "a.tar.xz", str(target.pid)]
            calls = faulty.run(words, cwd=self.folder).calls
            os.remove(self.path("a.tar.xz"))
            number = next(number for family, number, file in faulty.points(calls)
                          if family == "open" and file.endswith("smaps"))
            run = faulty.run(words, "open:%d:stop" % number, at_stop=meanwhile, cwd=self.folder)
        self.assertEqual(run.stops, 1)
        self.result(run.result, stderr="pmapx: a.tar.xz: %s\n" % self.EXISTS, status=2)
        self.assertEqual(self.left(), ["a.tar.xz"])
        self.assertEqual(contents(self.path("a.tar.xz")), b"mine")


class Interrupted(CaptureCase):
    def interrupt(self, number, name, seconds, target, **kwargs):
        """Send a signal so many seconds after the temporary file is there."""
        words = [px.PMAPX, "capture", "-o", name, *map(str, target)]
        with subprocess.Popen(words, env=px.environment(), cwd=self.folder,
                              stderr=subprocess.PIPE, **kwargs) as process:
            end = time.monotonic() + 20
            while not self.left() and time.monotonic() < end:
                time.sleep(0.0005)
            before = self.left()
            time.sleep(seconds)
            process.send_signal(number)
            told = process.communicate()[1]
        return before, process.returncode, told

    def test_signals(self):
        """It dies of it, and nothing is left; or it was faster, and there is a whole capture."""
        px.need_library("archive")
        died = 0
        with px.Target("many", "3000" if SANITIZED else "30000", "touched") as target:
            for name in ("a.tar", "a.tar.xz", "a/"):
                for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGXCPU,
                               signal.SIGUSR1):
                    for seconds in (0, 0.02, 0.1):
                        with self.subTest(name=name, signal=number, seconds=seconds):
                            before, status, told = self.interrupt(number, name, seconds,
                                                                  [target.pid])
                            if seconds == 0 and before != [name.rstrip("/")]:
                                self.assertRegex(before[0], r"\A\.pmapx-[0-9a-f]{16}\Z")
                            if told:
                                # It had its name already.
                                self.assertIn(status, (0, -number))
                                self.assertEqual(self.left(), [name.rstrip("/")])
                                self.result(px.run(["rm", "-r", self.path(name)]))
                                continue
                            died += 1
                            self.assertEqual(status, -number)
                            self.assertEqual(self.left(), [])
        print("%d of 45 died of it" % died, file=sys.stderr)
        self.assertGreater(died, 8)

    def test_ignored(self):
        """Under nohup it goes on."""
        px.need_library("archive")
        def ignore():
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        with px.Target("many", "3000", "touched") as target:
            _, status, told = self.interrupt(signal.SIGHUP, "a.tar", 0, [target.pid],
                                             preexec_fn=ignore)
        self.assertEqual(status, 0, told)
        self.assertEqual(self.left(), ["a.tar"])


class Full(CaptureCase):
    def test_full_device(self):
        with open("/dev/full", "wb") as full:
            got = self.run_capture("-o", "-", os.getpid(), stdout=full)
        self.result(got, stderr="pmapx: standard output: No space left on device\n", status=2)

    def test_no_room_to_wait(self):
        """It is not standard output that files cannot be made in."""
        with px.Target("many", "60000") as target:
            got = self.run_capture("-o", "-", target.pid,
                                   env=px.environment(TMPDIR=self.path("none")))
        self.assertEqual((got.status, got.stderr.decode()),
                         (2, "pmapx: %s: No such file or directory\n" % self.path("none")))

    def test_closed_pipe(self):
        ours, theirs = os.pipe()
        os.close(ours)
        try:
            # Python ignores the signal, and so would what it starts.
            got = self.run_capture("-o", "-", os.getpid(), stdout=theirs)
        finally:
            os.close(theirs)
        self.assertEqual(got.status, -signal.SIGPIPE)

    def test_full_disk(self):
        for name in FORMS:
            with self.subTest(name=name), px.Target("many", "3000", "touched") as target:
                # Not so small that an xz archive of it would fit.
                # An ordinary user is root in there, of a namespace from which nothing of the target is seen.
                size = "200k" if name in ("a.tar", "a/") and os.getuid() == 0 else "4k"
                got = px.run([*px.unshare_command(), "sh", "-c",
                              'mount -t tmpfs -o size=$1 none "$0" && cd "$0" && shift && '
                              '{ "$@"; status=$?; ls -A; exit $status; }', self.folder, size,
                              px.PMAPX, "capture", "-o", name, str(target.pid)])
                self.result(got, stderr="pmapx: %s: No space left on device\n" % name, status=2)

    def test_limit_on_files(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        got = self.run_capture("-o", "a.tar", os.getpid(), preexec_fn=limit)
        self.result(got, stderr="pmapx: a.tar: File too large\n", status=2)
        self.assertEqual(self.left(), [])


class Needs(CaptureCase):
    def test_no_libarchive(self):
        known = px.run(["/sbin/ldconfig", "-p"]).stdout.decode()
        library = re.search(r"libarchive\.so\.\d+ .*=> (\S+)", known)
        if not library:
            self.skipTest("ldconfig does not know libarchive")
        words = [*px.unshare_command(), "sh", "-c",
                 'mount --make-rprivate / && mount --bind /dev/null "$0" && exec "$@"',
                 library.group(1), px.PMAPX, "capture", str(os.getpid()), "-o"]
        for name in ("a.tar", "-"):
            got = px.run(words + [name], cwd=self.folder)
            self.assertEqual(got.status, 2)
            self.assertRegex(got.stderr, rb"\Apmapx: archives need libarchive\.so\.\d+, which cannot "
                                         rb"be loaded \(package libarchive\d+\)\n\Z")
            self.assertEqual(self.left(), [])
        got = px.run(words + ["a/"], cwd=self.folder)
        self.assertEqual(got.status, 0, got.stderr)
        self.assertEqual(list(Capture(self.path("a/")).processes), [os.getpid()])

    def test_memory(self):
        """64 MiB, however large a process is, and whatever is still to be written."""
        if SANITIZED:
            self.skipTest("sanitizers need memory of their own")
        spawn = os.path.join(px.BUILD, "tests", "px_spawn")
        if not os.path.exists(spawn):
            self.skipTest("no " + spawn)
        with open("/proc/sys/vm/max_map_count") as file:
            count = min(int(file.read()) - 500, 300000)
        with px.Target("many", str(count), "touched") as target, \
                px.Target("many-processes", "40", "300") as others:
            pids = [pid for key, pid in others.lines if key == "child"]
            for name, *words in (("a.tar",), ("a.tar.zst",), ("a.tar.xz",), ("a.tar.gz",), ("a/",),
                                 ("b.tar", "--redact", "args,paths,addresses", "--numa")):
                with self.subTest(name=name):
                    results = self.path("results")
                    got = px.run([spawn, results, px.PMAPX, "capture", "-o", self.path(name),
                                  *words, str(target.pid), *pids], timeout=200)
                    self.assertEqual(got.status, 0, got.stderr)
                    peak_kb = int(contents(results).split()[3])
                    self.assertLess(peak_kb, 64 * 1024)


if __name__ == "__main__":
    px.main()
