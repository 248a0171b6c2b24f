#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--from with archives that say of themselves in which order they are, and are not: nobody is shown
twice, and what comes too late is named."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import px
import tars

MAPS = px.map_line("00001000-00002000", "r--p", "/m")
LATE = "%s: not in the order that pmapx.json states"


def manifest(order="\"pid\"", complete="false"):
    return tars.entry("pmapx.json", '{\n"pmapx_capture": 1,\n"complete": %s,\n"order": %s,\n"shm_device": null\n}\n'
                      % (complete, order))


def files(*names):
    """Entries of proc, such as 5/maps."""
    return b"".join(tars.entry("proc/" + name, MAPS if name.endswith("maps") else
                               px.stat_line(int(name.split("/")[0]), "A")) for name in names)


def block(pid, name="[A]"):
    return b"%d:   %s\n0000000000001000      4K r---- m\n" % (pid, name.encode())


class Orders(tars.Case):
    def check(self, parts, blocks, *late):
        """late: (name, how many more) of each message."""
        path = os.path.join(self.folder, "case.tar")
        got = self.of(*parts, tars.END, words=("-q",))
        told = b"".join(self.told(path, LATE % name + (" (and %d more)" % more if more else ""))
                        for name, more in late)
        self.result(got, b"".join(blocks), told, 1 if late else 0)

    def test_as_stated(self):
        self.check([manifest(), files("5/stat", "5/maps", "7/maps", "7/stat", "9/stat", "9/maps"), manifest(complete="true")],
                   [block(5), block(7), block(9)])

    def test_files_of_one_who_has_been_shown(self):
        self.check([manifest(), files("5/stat", "5/maps", "7/stat", "5/smaps", "5/stat", "7/maps"), manifest(complete="true")],
                   [block(5), block(7)], ("proc/5/smaps", 1))

    def test_one_who_should_have_been_before(self):
        self.check([manifest(), files("5/maps", "9/stat", "7/stat", "7/maps", "9/maps"), manifest(complete="true")],
                   [block(5, "-"), block(9)], ("proc/7/stat", 1))

    def test_behind_the_end(self):
        """The last manifest has all before it handed out, and takes no order back."""
        for last in (manifest(complete="true"), manifest(order='"none"')):
            self.check([manifest(), files("5/stat", "5/maps", "7/maps"), last, files("7/stat", "5/maps"), manifest(complete="true")],
                       [block(5), block(7, "-")], ("proc/7/stat", 1))

    def test_no_order_is_stated(self):
        """All waits, and is shown in order."""
        self.check([manifest(order='"none"'), files("9/stat", "5/maps", "9/maps", "5/stat"), manifest(complete="true")],
                   [block(5), block(9)])

    def test_who_is_asked_for_is_found_whole(self):
        """Where processes are named, or a tree is looked for, all there is of them is put together."""
        shuffled = [manifest(), files("5/stat", "7/stat", "7/maps", "5/maps"), manifest(complete="true"), tars.END]
        self.result(self.of(*shuffled, words=("-q", "7", "5")), block(7) + block(5))
        self.result(self.of(*shuffled, words=("-q", "5")), block(5))
        self.result(self.of(*shuffled, words=("-q", "--tree", "5")), block(5))

    def test_what_comes_behind_others(self):
        """Whichever file of a process it is that a shuffled capture has behind those of a later one: what
        is shown by the number is what is shown of all."""
        whole = {"status": "Name:\tA\nPid:\t5\n", "stat": px.stat_line(5, "A"), "cmdline": "B\0", "comm": "A\n",
                 "smaps": MAPS}
        for last in whole:
            parts = [tars.entry("proc/5/" + name, data) for name, data in whole.items() if name != last]
            shuffled = [manifest(), *parts, files("7/stat", "7/maps"),
                        tars.entry("proc/5/" + last, whole[last]), manifest(complete="true"), tars.END]
            with self.subTest(last=last):
                self.result(self.of(*shuffled, words=("-q", "5")), block(5, "B"))
        # Who has no map has been denied, and who is not there may come.
        parts = [manifest(), files("5/stat", "7/stat", "7/maps"), manifest(complete="true"), tars.END]
        path = os.path.join(self.folder, "case.tar")
        self.result(self.of(*parts, words=("-q", "5")), b"5:   [A]\n",
                    self.told(path, "5: no maps was captured"), 1)
        self.result(self.of(*parts[:-1], files("3/stat", "3/maps"), tars.END, words=("-q", "3")), block(3))


if __name__ == "__main__":
    px.main()
