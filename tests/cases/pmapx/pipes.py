#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A broken pipe: the signal, or where it is ignored an error status."""
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px


class Pipes(px.SampleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        many = b"".join(px.map_line("%08x-%08x" % (0x1000 * n, 0x1000 * (n + 1)), name="/f")
                        for n in range(1, 20000))
        cls.root.process(50, maps=many)

    def broken(self, *words):
        """Run with a pipe that nobody reads any more."""
        reader, writer = os.pipe()
        os.close(reader)
        try:
            return px.run(list(words), stdout=writer)
        finally:
            os.close(writer)

    def test_signal(self):
        for pid in ("50", "100"):
            got = self.broken(px.PMAPX, "--root", self.root.path, pid)
            self.assertEqual((got.status, got.stderr), (-signal.SIGPIPE, b""))

    def test_signal_ignored(self):
        """Output was lost: status 1, under both names."""
        for pid in ("50", "100"):
            got = self.broken("sh", "-c", "trap '' PIPE; exec \"$@\"", "sh", px.PMAPX, "--root",
                              self.root.path, pid)
            self.assertEqual(got.status, 1)
        reader, writer = os.pipe()
        os.close(reader)
        try:
            got = self.root.mounted(["sh", "-c", "trap '' PIPE; exec \"$@\"", "sh", px.PMAP, "100"],
                                    stdout=writer)
        finally:
            os.close(writer)
        self.assertEqual(got.status, 1)


if __name__ == "__main__":
    px.main()
