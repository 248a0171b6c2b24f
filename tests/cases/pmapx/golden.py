#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Views of recorded processes from many kernels (shared/golden), against what pmap 4.0.7 prints."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px


class Golden(px.TestCase):
    def folders(self):
        top = px.shared("golden")
        for name in sorted(os.listdir(top)):
            if os.path.isdir(os.path.join(top, name)):
                yield name, os.path.join(top, name)

    def test_there_are_cases(self):
        """The loops below see something in each folder."""
        counts = {name: len(list(px.recorded_cases(folder))) for name, folder in self.folders()}
        self.assertGreater(len(counts), 0)
        self.assertGreater(min(counts.values()), 0, counts)

    def test_root(self):
        """pmapx --root FOLDER/proc."""
        for name, folder in self.folders():
            for case, options, status, stdout, pid in px.recorded_cases(folder):
                with self.subTest(folder=name, case=case):
                    got = px.pmapx("--root", os.path.join(folder, "proc"), *options, pid)
                    self.result(got, stdout, b"", status)

    def test_mounted(self):
        """pmap, with FOLDER/proc on /proc."""
        for name, folder in self.folders():
            for case, options, status, stdout, pid in px.recorded_cases(folder):
                with self.subTest(folder=name, case=case):
                    got = px.mounted(os.path.join(folder, "proc"), [px.PMAP, *options, pid])
                    self.result(got, stdout, b"", status)

    def test_published_listing(self):
        """The listing of the article, as pmap 3.2.8 of Enterprise Linux 6 printed it."""
        folder = px.shared("golden", "redis-1100")
        for view in "xd":
            with open(os.path.join(folder, "legacy", view), "rb") as file:
                expected = file.read()
            got = px.pmapx("--root", os.path.join(folder, "proc"), "--compat=3.2", "-" + view,
                           "1100")
            self.result(got, expected, b"", 0, view)


if __name__ == "__main__":
    px.main()
