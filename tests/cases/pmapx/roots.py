#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Views of the recorded roots of this project (tests/roots): ordinary kernels and odd ones."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

ROOTS = os.path.join(px.SOURCE, "tests", "roots")


class Roots(px.TestCase):
    def cases(self):
        for name in sorted(os.listdir(ROOTS)):
            folder = os.path.join(ROOTS, name)
            if os.path.isdir(folder):
                for case in px.recorded_cases(folder):
                    yield (name, folder) + case

    def test_root(self):
        """pmapx --root FOLDER/proc."""
        for name, folder, case, options, status, stdout, pid in self.cases():
            with self.subTest(folder=name, case=case):
                got = px.pmapx("--root", os.path.join(folder, "proc"), *options, pid)
                self.result(got, stdout, b"", status)

    def test_mounted(self):
        """pmap, with FOLDER/proc on /proc."""
        for name, folder, case, options, status, stdout, pid in self.cases():
            with self.subTest(folder=name, case=case):
                got = px.mounted(os.path.join(folder, "proc"), [px.PMAP, *options, pid])
                self.result(got, stdout, b"", status)


if __name__ == "__main__":
    px.main()
