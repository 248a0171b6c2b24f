# SPDX-License-Identifier: GPL-2.0-or-later
"""Things happen to a process at each point of the look at it: it exits, it becomes another program, it
unmaps memory, its number is used by another. What is shown is of one process and one program; if it is
not all of it, the status says so, and one line of standard error what happened."""
import contextlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import faulty
import px

LOW, HIGH = 0x10000000, 0x1004ffff  # More mappings than are asked for one by one.
# Each view, and so many mappings that reading takes several calls.
VIEWS = (([], "400"), (["-x"], "24"), (["-d"], "400"), (["-X"], "24"),
         (["-A", "%x,%x" % (LOW, HIGH)], "100"))

GONE = rb"No such process|the process has exited or begun another program"


class Event:
    """Something that a target is told to do once, and that has happened when this returns."""

    def __init__(self, target, command):
        self.target = target
        self.command = command
        self.maps = []  # The process's maps after it.

    def __call__(self):
        target, command = self.target, self.command
        target.process.stdin.write(command.partition(" ")[0].encode() + b"\n")
        target.process.stdin.flush()
        if command == "exec":
            target.listen("anon")
            px.settle(target.pid)
        elif command == "unmap":
            assert target.process.stdout.readline() == b"done\n"
        elif command == "exit":  # It stays behind as a zombie.
            os.waitid(os.P_PID, target.pid, os.WEXITED | os.WNOWAIT)
        else:
            target.process.wait()
        if command in ("exec", "unmap"):
            self.maps = spans(target.pid)


def spans(pid):
    """The mappings of a process, as the first words of rows: start and KiB."""
    return [(one.start, (one.end - one.start) // 1024)
            for one in px.mappings(px.process_file(pid, "maps"))]


def shown(block):
    """The same of what is shown."""
    rows = block.fields()
    if not rows:
        return []
    titles = block.titles[-1].split() if block.titles else []
    size = titles.index(b"Size") if b"Size" in titles else 1
    return [(int(row[0], 16), faulty.number(row[size])) for row in rows]


class Meanwhile(px.TestCase):
    """One target for each point."""

    def points(self, view, pages, key):
        """What is called in a look at a target that nothing happens to."""
        with px.Target("obedient", pages) as target:
            whole = faulty.run([*view, target.truth[key]])
            self.assertEqual((whole.result.status, whole.left), (0, (0, 0)))
            points = list(faulty.points(whole.calls))
            self.assertGreater(len(points), 10)
            # What is closed is not read any more.
            points = [point for point in points if point[0] not in ("close", "fstatfs")
                      and (point[0] != "ioctl" or not 4 < point[1] < 62)]
            # A sanitized build has many mappings, and takes its time for each run.
            often = not px.is_sanitized(faulty.PROGRAM)
            return [point for i, point in enumerate(points)
                    if often or i < 12 or i % 5 == 0 or i > len(points) - 3]

    def each(self, command, check):
        """By its own number, and by that of its second thread."""
        missed = 0
        for view, pages in VIEWS:
            for key in ("pid", "tid") if view in ([], ["-x"]) else ("pid",):
                for point in self.points(view, pages, key):
                    with self.subTest(view=view, operand=key, point=point):
                        missed += not self.once(view, pages, key, "%s:%d:stop" % point[:2],
                                                command, check)
        # Where libraries are mapped is chance, and so is how many times smaps must be read.
        self.assertLess(missed, 5)

    def once(self, view, pages, key, fault, command, check):
        """One point; whether it was met."""
        def in_range(found):
            return [one for one in found if LOW <= one[0] <= HIGH] if "-A" in view else found

        with px.Target("obedient", pages) as target:
            before = in_range(spans(target.pid))
            event = Event(target, command)
            operand = int(target.truth[key])
            run = faulty.run([*view, str(operand)], fault, at_stop=event)
            self.assertEqual(run.left, (0, 0))
            if run.stops == 0:
                return False
            blocks = faulty.blocks(run.result.stdout)
            self.assertLessEqual(len(blocks), 1)
            for block in blocks:
                faulty.check_totals(self, block)
            rows = shown(blocks[0]) if blocks else []
            check(run.result, operand, before, in_range(event.maps), rows)
            return True

    def told(self, got, pid, reasons):
        """One line says what of which process could not be read, and why."""
        self.assertRegex(got.stderr, rb"\Apmapx: %d: /proc/\d+(/(stat|cmdline|maps|smaps))?: (%s)\n\Z"
                         % (pid, reasons))
        self.assertIn(got.status, (1, 42))
        self.assertEqual(got.status == 42, got.stdout == b"")

    def check_exit(self, got, pid, before, _, rows):
        self.assertEqual(rows, before[:len(rows)])
        if got.status == 0:
            self.assertEqual(got.stderr, b"")
            # As pmap has it, a zombie has a line of its own, and no mappings.
            if not got.stdout.startswith(b"%d:   [px_target] <defunct>\n" % pid):
                self.assertEqual(rows, before)
        else:
            self.told(got, pid, GONE)

    def test_exits(self):
        """It is gone, but for its parent, which has not asked yet."""
        self.each("exit", self.check_exit)

    def test_exits_for_good(self):
        self.each("exit for good", self.check_exit)

    def check_exec(self, got, pid, before, after, rows):
        """Header and rows are of the same program."""
        if got.status == 0:
            self.assertEqual(got.stderr, b"")
            self.assertIn(rows, (before, after))
        else:
            self.told(got, pid, GONE)
        header = got.stdout.partition(b"\n")[0]
        if b"obedient" in header:
            self.assertEqual(rows, before[:len(rows)])
        elif got.status == 0:
            self.assertEqual(rows, after)

    def test_becomes_another(self):
        self.each("exec", self.check_exec)

    def check_unmap(self, got, pid, before, after, rows):
        """All that was there all the time, and some of what was not; in order."""
        self.assertEqual((got.status, got.stderr), (0, b""))
        self.assertEqual(rows, sorted(set(rows)))
        lacking = set(after) - set(rows)
        self.assertEqual(lacking, set())
        self.assertEqual(set(rows) - set(before) - set(after), set())

    def test_unmaps(self):
        self.each("unmap", self.check_unmap)


class Reused(px.TestCase):
    """The process dies, and another gets its number, at each point. In a PID namespace, where nobody
    else takes numbers."""

    def replace(self, first, heirs):
        """Have another process of the number of the first."""
        first.process.kill()
        first.process.wait()
        with open("/proc/sys/kernel/ns_last_pid", "w", encoding="ascii") as file:
            file.write(str(first.pid - 1))
        heirs.append(px.Target("anon", "7"))
        self.assertEqual(heirs[0].pid, first.pid)

    def once(self, view, pages, key, fault):
        """One point: what came out, and the rows and titles of both processes."""
        with px.Target("obedient", pages) as first, contextlib.ExitStack() as undo:
            before, heirs = spans(first.pid), []
            run = faulty.run([*view, first.truth[key]], fault,
                             at_stop=lambda: self.replace(first, heirs))
            for heir in heirs:
                undo.enter_context(heir)
            self.assertEqual(run.left, (0, 0))
            if heirs:
                self.compare(run.result, int(first.truth[key]), before, spans(heirs[0].pid))

    def compare(self, got, number, before, after):
        """Header and rows are those of one of the two."""
        blocks = faulty.blocks(got.stdout)
        rows = shown(blocks[0]) if blocks else []
        for block in blocks:
            faulty.check_totals(self, block)
            if b"obedient" in block.header:
                self.assertEqual(rows, before[:len(rows)])
            elif b"anon" in block.header:
                self.assertEqual(rows, after)
            else:
                self.assertRegex(block.header, rb"\A\d+:   \[px_target\]\Z")
                self.assertEqual(rows, [])
        if got.status == 0:
            self.assertEqual(got.stderr, b"")
            self.assertIn(rows, (before, after))
        else:
            self.assertRegex(got.stderr, rb"\Apmapx: %d: /proc/\d+(/(stat|maps|smaps))?: (%s)\n\Z"
                             % (number, GONE))
            self.assertEqual(got.status, 1 if got.stdout else 42)

    def test_number_is_used_again(self):
        if not faulty.inside(self, __file__):
            return
        for view, pages, key in (([], "400", "pid"), (["-x"], "24", "pid"), ([], "400", "tid"),
                                 (["-X"], "24", "pid")):
            with px.Target("obedient", pages) as target:
                points = list(faulty.points(faulty.run([*view, target.truth[key]]).calls))
            for point in points:
                # Once the map is open, it is as if nobody came after.
                if point[0] == "close" or (point[0] == "read" and point[1] > 8):
                    continue
                with self.subTest(view=view, operand=key, point=point):
                    self.once(view, pages, key, "%s:%d:stop" % point[:2])


if __name__ == "__main__":
    px.main()
