# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx watch: blocks of what processes have lost since a moment ago; how it ends; on a terminal."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import faulty
import px

TITLE = rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
CLEAR = b"\x1b[H\x1b[J"


class Watched(px.TestCase):
    def lose(self, target, what="map"):
        target.process.stdin.write(what.encode() + b"\n")
        target.process.stdin.flush()
        self.assertEqual(target.process.stdout.readline(), b"done\n")

    def start(self, *words, stdout=subprocess.PIPE, **env):
        """It, running; ended with the test whatever becomes of it."""
        process = subprocess.Popen([px.PMAPX, "watch", *map(str, words)], stdin=subprocess.DEVNULL,
                                   stdout=stdout, stderr=subprocess.PIPE, env=px.environment(**env))

        def end():
            if process.poll() is None:
                process.kill()
            process.communicate()
        self.addCleanup(end)
        return process

    def hear(self, stream, pattern, seconds=60):
        """All that comes until a regular expression is in it."""
        got, end = b"", time.monotonic() + seconds
        while not re.search(pattern, got):
            ready, _, _ = select.select([stream], [], [], max(0, end - time.monotonic()))
            more = os.read(stream.fileno(), 65536) if ready else b""
            if not more:
                self.fail("%r is not in %r" % (pattern, got))
            got += more
        return got


class Blocks(Watched):
    def test_leak(self):
        """What is lost between two looks is in the next block, which comes at once; then there is none."""
        with px.Target("leaking") as target:
            process = self.start("-n0.2", target.pid)
            self.hear(process.stdout, rb"\n\n" + TITLE)
            self.lose(target)
            # It may be looked at while it takes it.
            got, grown = b"", 0
            while grown < 8192:
                got += self.hear(process.stdout, rb"(?m)^(grown|appeared) [^\n]*\n")
                grown = sum(int(private) for private in re.findall(
                    rb"(?m)^(?:grown|appeared) +%d +\S+ +\S+ +\S+ +\+(\d+) +\S+ +0 "
                    rb"px_target: anon rw-p \[ anon \]\n" % target.pid, got))
            self.assertEqual(grown, 8192)
            self.assertRegex(got, TITLE + rb"  in 0\.\d s, kB: pss \d+ \(\+\d+\)  private \d+ "
                             rb"\(\+\d+\)\nstate +pid ")
            self.assertNotIn(b"\x1b", got)
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(60), -signal.SIGINT)

    def test_count(self):
        with px.Target("leaking") as target:
            begun = time.monotonic()
            got = px.pmapx("watch", "--interval=0.2", "--count", "3", str(target.pid))
            taken = time.monotonic() - begun
        self.assertEqual((got.status, got.stderr), (0, b""))
        self.assertEqual(len(re.findall(rb"(?m)^" + TITLE + rb"  in \d+\.\d s, kB: pss ", got.stdout)), 3)
        self.assertEqual(got.stdout.count(b"\n\n"), 2)
        self.assertGreaterEqual(taken, 0.6)

    def test_selected(self):
        """Mappings and processes, as diff has it: what is lost elsewhere is in no row."""
        with px.Target("leaking") as target:
            process = self.start("-n0.2", "--tree", target.pid, "--kind=anon", "--min=8m", "--units=m")
            self.hear(process.stdout, rb"\n\n" + TITLE)
            self.lose(target, "file")
            self.lose(target)
            got = self.hear(process.stdout, rb"(?m)^(grown|appeared) [^\n]*\n")
            rows = re.findall(rb"(?m)^(?:grown|appeared|shrunk|vanished|changed) .*$", got)
            self.assertTrue(rows)
            for row in rows:
                self.assertRegex(row, rb"^\S+ +%d .* px_target: anon rw-p \[ anon \]$" % target.pid)
            self.assertRegex(got, TITLE + rb"  in \d+\.\d s, MB: pss \d+\.\d")
        # who was selected has ended: said, and nothing is wrong with that
        rest, told = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, told)
        self.assertEqual(told, b"")
        self.assertRegex(rest, rb"(?s)\n" + TITLE + rb"  in \d+\.\d s, MB: pss 0.0 \(-\S+\)  private 0.0 \(-\S+\)\n"
                         rb"no process is left\nstate [^\n]*\nvanished %d [^\n]* px_target: anon rw-p \[ anon \]\n"
                         % target.pid)

    def test_nothing_changes(self):
        """That is said; of a proc root that nobody changes, too."""
        with px.Root() as root:
            root.process(100, smaps=px.smaps_entry(px.map_line("10000-12000", "rw-p", "[heap]"), Rss=8, Pss=8))
            got = px.pmapx("watch", "-n0.1", "-c2", "--root", root.path, "100")
            none = px.pmapx("watch", "-n0.1", "-c2", "--root", root.path, "--map=zzz", "100")
        self.assertEqual((none.status, none.stderr), (0, b"pmapx: watch: no mapping is selected\n"))
        self.assertEqual((got.status, got.stderr), (0, b""))
        block = TITLE + rb"  in \d\.\d s, kB: pss 8  private \S+\nnothing differs in 1 process\n"
        self.assertRegex(got.stdout, rb"\A" + block + rb"\n" + block + rb"\Z")

    def test_ended(self):
        """Who has ended is said, and nothing is wrong with that."""
        with px.Target("leaking") as stays:
            with px.Target("leaking") as goes:
                process = self.start("-n0.1", goes.pid, stays.pid)
                self.hear(process.stdout, TITLE)
            got = self.hear(process.stdout, rb"%d px_target has ended\n" % goes.pid)
            self.assertNotIn(b"%d px_target has ended" % stays.pid, got)
            self.hear(process.stdout, TITLE)
        rest, told = process.communicate(timeout=60)
        self.assertEqual(rest.count(b"%d px_target has ended\n" % stays.pid), 1)
        self.assertEqual(process.returncode, 0)
        self.assertEqual(told, b"")

    def test_terminated(self):
        with px.Target("leaking") as target:
            process = self.start("-n0.1", target.pid)
            self.hear(process.stdout, TITLE)
            process.terminate()
            self.assertEqual(process.wait(60), -signal.SIGTERM)

    def test_output_that_nobody_takes(self):
        with px.Target("leaking") as target:
            with open("/dev/full", "wb") as full:
                got = px.pmapx("watch", "-n0.1", str(target.pid), stdout=full)
            self.assertEqual((got.status, got.stderr), (1, b"pmapx: write error: No space left on device\n"))
            process = self.start("-n0.1", target.pid)
            self.hear(process.stdout, TITLE)
            process.stdout.close()
            process.stdout = None
            self.assertEqual(process.wait(60), -signal.SIGPIPE)

    def test_memory(self):
        """Each allocation fails: it goes on, or ends with that message and all given back."""
        with px.Target("leaking") as target:
            words = ["watch", "-n0.1", "-c1", str(target.pid)]
            whole = faulty.run(words)
            self.assertEqual((whole.result.status, whole.left), (0, (0, 0)))
            count = sum(call.family == "memory" for call in whole.calls)
            self.assertGreater(count, 30)
            for number in range(1, count + 1, 1 if not px.is_sanitized(faulty.PROGRAM) else 7):
                with self.subTest(number=number):
                    run = faulty.run(words, "memory:%d:12" % number)
                    self.assertEqual(run.left, (0, 0))
                    if run.result.status != 0:
                        self.assertEqual(run.result.status, 2)
                        self.assertRegex(run.result.stderr, rb"(?i)\Apmapx: (watch: )?(memory allocation failed|"
                                         rb"cannot allocate memory)\n\Z")

    def test_colours(self):
        with px.Target("leaking") as target:
            process = self.start("-n0.1", "--color=always", "--by=kind", target.pid)
            self.hear(process.stdout, TITLE)
            self.lose(target)
            self.hear(process.stdout, rb"\x1b\[31m(grown|appeared) [^\n]* px_target: anon\x1b\[m\n")

    def test_refused(self):
        for words, told in (([], "no process is named or selected"), (["-n0.05", "1"], "--interval=0.05: not a number of seconds from 0.1 on"),
                            (["-n1e3", "1"], "--interval=1e3: not a number of seconds from 0.1 on"),
                            (["-n1.2.3", "1"], "--interval=1.2.3: not a number of seconds from 0.1 on"),
                            (["-n", "", "1"], "--interval=: not a number of seconds from 0.1 on"),
                            (["-c0", "1"], "--count=0: not a number from 1 on"),
                            (["--color=blue", "1"], "--color=blue: there are auto, always and never"),
                            (["--by=cmd", "1"], "--by=cmd: 'cmd' is no key; there are name, path, kind, "
                             "class, perm, address, pid"),
                            (["x"], "x: not a process id: a number from 1 to 2147483647 (octal behind a leading 0), "
                             "or /proc/NUMBER")):
            with self.subTest(words=words):
                self.result(px.pmapx("watch", *words), b"", "pmapx: watch: %s\n" % told, 2)
        self.result(px.pmapx("watch", "--root=/nonexistent", "1"), b"",
                    "pmapx: watch: /nonexistent: No such file or directory\n", 2)
        with px.Target("leaking") as target:
            pass
        self.result(px.pmapx("watch", str(target.pid)), b"", "pmapx: watch: %d: no such process\n" % target.pid, 2)


STACK = px.smaps_entry(px.map_line("50000000-50001000", "---p")) + px.smaps_entry(
    px.map_line("50001000-50801000", "rw-p"), Rss=8, Pss=8)


def heap(kb):
    return px.smaps_entry(px.map_line("10000000-10100000", "rw-p", "[heap]"), Rss=kb, Pss=kb, Private_Dirty=kb)


class Roots(Watched):
    """Of a proc root, where nothing happens but what the test does."""

    def setUp(self):
        self.root = self.enter(px.Root())
        for pid in 100, 101, 102:
            self.root.process(pid, smaps=heap(8), comm="prog")

    def enter(self, context):
        self.addCleanup(context.__exit__, None, None, None)
        return context.__enter__()

    def change(self, pid, smaps):
        """All of it at once, as whoever looks may look now."""
        self.root.file("%d/next" % pid, smaps)
        os.replace("%s/%d/next" % (self.root.path, pid), "%s/%d/smaps" % (self.root.path, pid))

    def remove(self, pid):
        """So, too."""
        os.rename("%s/%d" % (self.root.path, pid), "%s/was-%d" % (self.root.path, pid))

    def watch(self, *words):
        return self.start("-n0.1", "--root", self.root.path, *words)

    def ends(self, process, told=b"", status=0):
        rest, errors = process.communicate(timeout=60)
        self.same(errors, told.replace(b"ROOT", os.fsencode(self.root.path)), "stderr")
        self.assertEqual(process.returncode, status)
        return rest

    def test_named_that_end(self):
        """Each is said once, beside its rows; nothing is said on standard error."""
        process = self.watch("100", "101", "100", "/proc/101")
        self.hear(process.stdout, TITLE)
        self.remove(101)
        got = self.hear(process.stdout, rb"101 prog has ended\nstate [^\n]*\nvanished +101 [^\n]*\n\n" + TITLE)
        self.assertIn(b": pss 8 (-8)  private 8 (-8)\n101 prog has ended\n", got)
        self.remove(100)
        rest = self.ends(process)
        self.assertEqual((got + rest).count(b"has ended"), 2)
        self.assertRegex(rest, rb": pss 0 \(-8\)  private 0 \(-8\)\n100 prog has ended\nstate [^\n]*\n"
                         rb"vanished 100 -1024  -8  -8      -8    -8    0 prog: heap rw-p \[heap\]\n\Z")

    def test_named_that_never_were(self):
        """They have not ended."""
        self.root.process(60, maps="", smaps="", comm="dead", cmdline=b"", state="Z")
        told = (b"pmapx: watch: 7: no such process\npmapx: watch: 8: no such process\npmapx: watch: 60: has ended\n"
                b"pmapx: watch: 2 processes could not be read: 2 vanished\n")
        rest = self.ends(self.watch("-c2", "7", "100", "60", "8"), told)
        block = TITLE + rb"  in \d\.\d s, kB: pss 8  private 8\nnothing differs in 1 process\n"
        self.assertRegex(rest, rb"\A" + block + rb"\n" + block + rb"\Z")

    def test_selected_that_end(self):
        """The last one is in a block of its own."""
        process = self.watch("--name=prog")
        self.hear(process.stdout, TITLE)
        for pid in 100, 101, 102:
            self.remove(pid)
        rest = self.ends(process)
        self.assertRegex(rest, rb"\) *\nno process is left\nstate [^\n]*\n(vanished [^\n]*\n)+\Z")

    def test_nobody_readable(self):
        """That is not that they have ended."""
        for words in ["100"], ["--name=prog"]:
            with self.subTest(words=words):
                for pid in 100, 101, 102:
                    self.change(pid, heap(8))
                process = self.watch(*words)
                self.hear(process.stdout, TITLE)
                count = 1 if words == ["100"] else 3
                if count == 3:
                    self.remove(101)
                    self.remove(102)
                    self.hear(process.stdout, rb"(?s)" + TITLE + rb".*" + TITLE)
                self.change(100, b"nonsense\n")
                rest = self.ends(process, b"pmapx: watch: 1 process could not be read: 1 damaged\npmapx: watch: "
                                 b"ROOT: no process that has memory could be read\n", 2)
                self.assertNotIn(b"100 prog has ended", rest)
                self.assertNotIn(b"is left", rest)

    def told_once(self, process, pid, smaps, last):
        """All that is told from some blocks before a change to some behind it, of which *last* is the last."""
        blocks = rb"(?s)" + b".*".join([TITLE] * 3)
        self.hear(process.stdout, blocks)
        self.change(pid, smaps)
        told = self.hear(process.stderr, re.escape(last))
        self.hear(process.stdout, blocks)
        process.terminate()
        told += process.communicate(timeout=60)[1]
        return told.replace(os.fsencode(self.root.path), b"ROOT")

    def test_unread_once(self):
        """What cannot be read is said at first, and when that changes; not in each block."""
        self.change(101, b"nonsense\n")
        last = b"pmapx: watch: 2 processes could not be read: 2 damaged\n"
        self.same(self.told_once(self.watch("--name=prog"), 102, b"nonsense\n", last),
                  b"pmapx: watch: ROOT/101/smaps: line 1, column 9: expected a mapping, or ':' after a key\n"
                  b"pmapx: watch: 1 process could not be read: 1 damaged\n" + last)

    def test_guesses_once(self):
        process = self.watch("--kind=thread-stack,heap", "100")
        self.same(self.told_once(process, 100, heap(8) + STACK, b"1 thread-stack\n"),
                  b"pmapx: watch: ROOT: guessed: 1 thread-stack\n")


class Terminal(Watched):
    """80 columns, and few lines."""

    def watch(self, lines, *words, **env):
        master, slave = pty.openpty()
        screen = open(master, "rb", buffering=0)
        self.addCleanup(screen.close)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, 80, 0, 0))
        env.setdefault("TERM", "xterm")
        process = self.start(*words, stdout=slave, **env)
        os.close(slave)
        return process, screen

    def test_redraws(self):
        """Each block from the top, as wide and as high as the terminal; growth is red, and comes first."""
        with px.Target("leaking") as target:
            process, screen = self.watch(8, "-n1", target.pid)
            self.hear(screen, re.escape(CLEAR) + TITLE)
            block = self.cut_block(target, screen)
        lines = re.sub(rb"\x1b\[(31|32)?m", b"", block).decode().splitlines()
        self.assertLessEqual(len(lines), 7)
        self.assertLessEqual(max(map(len, lines)), 80)
        self.assertRegex(lines[2], r"^(grown|appeared) +%d " % target.pid)
        self.assertRegex(block, rb"\A[^\x1b]*\x1b\[31m(grown|appeared) [^\n]*\x1b\[m\r\n")

    def cut_block(self, target, screen):
        """A whole block of growth that is higher than the terminal: all is lost between two looks, if not at once.

        Others who start and end change the proportional part of what is shared: a block may hold nothing but that."""
        for _ in range(20):
            for what in ("map", "shm", "file", "stacks"):
                self.lose(target, what)
            got = self.hear(screen, b"(?s)" + b".*?".join([re.escape(CLEAR)] * 3))
            for block in got.split(CLEAR)[1:-1]:
                if b" more)\r\n" in block and re.search(rb"grown|appeared", block):
                    return block
        self.fail("no block of growth was cut")

    def test_without_colours(self):
        for words, env in (([], {"NO_COLOR": "1"}), (["--color=never"], {})):
            with self.subTest(words=words), px.Target("leaking") as target:
                process, screen = self.watch(24, "-n0.2", *words, target.pid, **env)
                self.hear(screen, re.escape(CLEAR) + TITLE)
                self.lose(target)
                got = self.hear(screen, rb"\r\n(grown|appeared) +%d " % target.pid)
                self.assertNotIn(b"\x1b[31m", got)

    def test_notes(self):
        """What is odd about a look is in each block, as all else is wiped; rows make room for it."""
        with px.Root() as root:
            root.process(100, smaps=heap(8) + STACK)
            root.process(101, smaps=b"nonsense\n", maps=b"")
            process, screen = self.watch(24, "-n0.1", "--root", root.path, "--kind=thread-stack", "100", "101")
            self.hear(screen, (re.escape(CLEAR) + TITLE + rb"  in \d+\.\d s, kB: pss 8  private \S+\r\n"
                               rb"1 process could not be read: 1 damaged\r\nguessed: 1 thread-stack\r\n"
                               rb"nothing differs in 1 process\r\n") * 2)
            process.terminate()
            process.wait(60)

    def test_dumb(self):
        """A terminal without a cursor to be moved has blocks one below the other."""
        with px.Target("leaking") as target:
            process, screen = self.watch(24, "-n0.1", target.pid, TERM="dumb")
            self.assertNotIn(b"\x1b", self.hear(screen, rb"\r\n\r\n" + TITLE))


if __name__ == "__main__":
    px.main()
