# SPDX-License-Identifier: GPL-2.0-or-later
"""A shell at a prompt on a terminal of its own, and somebody who types."""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
import unittest


class Prompt:
    """prompt = Prompt(["bash", "--norc", "-i"], env, cwd)
    prompt.type("ls\\r"); prompt.wait_for(FILE, b"mark"): what the shell writes there, up to the mark, which
    ends it; prompt.seen: what has appeared on the terminal."""

    def __init__(self, argv, env, cwd):
        self.seen = b""
        try:
            self.pid, self.terminal = pty.fork()
        except OSError as error:
            raise unittest.SkipTest("no terminal to be had: %s" % error)
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 500, 150, 0, 0))
            os.chdir(cwd)
            os.execvpe(argv[0], argv, env)

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)

    def type(self, keys):
        """When the shell edits what is typed: until then the terminal does, and what it has may be lost."""
        until = time.monotonic() + 30
        while termios.tcgetattr(self.terminal)[3] & termios.ICANON and time.monotonic() < until:
            self.look(0.001)
        os.write(self.terminal, keys.encode())

    def look(self, seconds):
        """Read what appears, for so long at most."""
        if select.select([self.terminal], [], [], seconds)[0]:
            self.seen += os.read(self.terminal, 65536)

    def wait_for(self, path, mark):
        until = time.monotonic() + 30
        while time.monotonic() < until:
            self.look(0.01)
            if os.path.exists(path):
                with open(path, "rb") as file:
                    answer = file.read()
                if answer.endswith(mark):
                    return answer[:-len(mark)]
        raise AssertionError("the shell does not answer; on its terminal: %r" % self.seen[-2000:])

    def wait_to_see(self, *words):
        """Until all of these have appeared."""
        until = time.monotonic() + 30
        while not all(word in self.seen for word in words):
            if time.monotonic() > until:
                raise AssertionError("not all of %r are on the terminal: %r" % (words, self.seen[-2000:]))
            self.look(0.01)
