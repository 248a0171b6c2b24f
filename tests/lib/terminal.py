# SPDX-License-Identifier: GPL-2.0-or-later
"""A terminal of a given size, for what a program prints to one."""
import fcntl
import os
import struct
import subprocess
import termios
import threading

import px


def run(argv, width, height=24, timeout=120, **popen):
    """What *argv* prints to a terminal of *width* columns; lines end as the program ends them."""
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
    try:
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=slave,
                                 env=px.environment(), **popen)
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
    return b"".join(pieces)
