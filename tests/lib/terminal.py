# SPDX-License-Identifier: GPL-2.0-or-later
"""A terminal of a given size, for what a program prints to one."""
import fcntl
import os
import re
import struct
import subprocess
import termios
import threading

import px


def run(argv, width, height=24, **popen):
    """What *argv* prints to a terminal of *width* columns; lines end as the program ends them."""
    return _run(argv, width, height, **popen).stdout


def result(argv, width, height=24, **popen):
    """The same with its status, and what it says on standard error is in what it prints."""
    return _run(argv, width, height, both=True, **popen)


def seen(data):
    """What of this is left to see: not a line that was erased, as those that tell of progress are."""
    return re.sub(rb"[^\n]*\r\x1b\[K", b"", data)


def _run(argv, width, height, timeout=120, both=False, **popen):
    master, slave = os.openpty()
    attributes = termios.tcgetattr(slave)
    attributes[1] &= ~termios.OPOST
    termios.tcsetattr(slave, termios.TCSANOW, attributes)
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
    pieces = []

    def read():
        try:
            while piece := os.read(master, 65536):
                pieces.append(piece)
        except OSError:
            pass  # nobody has the other end any more

    reader = threading.Thread(target=read)
    popen.setdefault("env", px.environment())
    if both:
        popen["stderr"] = slave
    try:
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=slave, **popen)
    finally:
        os.close(slave)
    try:
        reader.start()
        child.wait(timeout)
    finally:
        child.kill()
        child.wait()
        reader.join()
        os.close(master)
    return px.Result(b"".join(pieces), b"", child.returncode)
