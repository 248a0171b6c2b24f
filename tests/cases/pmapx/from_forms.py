#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--from: the same processes in every form in which they can be saved, in every view."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px
import saving

ROOTS = os.path.join(px.SOURCE, "tests", "roots")
VIEWS = ([], ["-x"], ["-d"], ["-X"], ["-XX"], ["-k"], ["-p", "-x"], ["-q", "-X"],
         ["-A", "10000,7fffffff"], ["--compat=3.2", "-x"])


def roots():
    """Recorded roots: this project's, and those of ../shared/golden."""
    folders = [os.path.join(ROOTS, name) for name in sorted(os.listdir(ROOTS))]
    golden = os.path.join(px.SHARED, "golden")
    if os.path.isdir(golden):
        folders += [os.path.join(golden, name) for name in sorted(os.listdir(golden))]
    return [os.path.join(folder, "proc") for folder in folders
            if os.path.isdir(os.path.join(folder, "proc"))]


class Forms(px.TestCase):
    def sources(self, root, folder):
        """(what it is, path) of each form."""
        yield "folder", root
        yield "copy", saving.copy(root, os.path.join(folder, "copy"))
        collected = saving.collect(root, os.path.join(folder, "collected"))
        yield "collected", collected
        for ending in saving.COMPRESSIONS:
            yield ending, saving.tar(os.path.join(folder, "a"), collected, ending=ending)
        yield "proc.tar", saving.tar(os.path.join(folder, "b"), os.path.dirname(root), "proc")

    def compare(self, root, views):
        pids = saving.processes(root)
        some = ([], pids[-1:], [*pids[::-1], *pids[:1]])
        expected = [[px.pmapx("--root", root, *view, *(words or pids)) for words in some] for view in views]
        with tempfile.TemporaryDirectory() as folder:
            for what, path in self.sources(root, folder):
                for view, wanted in zip(views, expected):
                    with self.subTest(root=root, what=what, view=view):
                        for words, one in zip(some, wanted):
                            got = px.pmapx("--from", path, *view, *words)
                            self.same(got.stdout, one.stdout)
                            self.assertEqual(got.status, one.status)

    def test_first_root(self):
        self.compare(roots()[0], VIEWS)

    def test_all_roots(self):
        for root in roots()[1:]:
            # With sanitizers a run takes ten times as long.
            self.compare(root, (["-X"],) if px.is_sanitized(px.PMAPX) else ([], ["-x"], ["-X"]))


if __name__ == "__main__":
    px.main()
