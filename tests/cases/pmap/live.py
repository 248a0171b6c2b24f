#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmap on real processes, in shapes on which all its versions agree.

Two judges: an oracle in Python that knows the rules and reads /proc itself, before and after, and
what the system's pmap prints for the same process. -X and -XX show how many processes share a
page, the reader among them, so these run on a copy of the process's files."""
import mmap
import os
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', '..', 'lib'))
import px

# Shapes that look the same to every version since 4.0.0: arguments of px_target.
ORDINARY = (
    ("anon",),
    ("anon", "300", "100"),
    ("shared-anon",),
    ("adjacent",),
    ("guard",),
    ("many", "2000"),
    ("many", "501", "touched"),
    ("sysv",),
    ("hugetlb",),
    ("named-anon", "simple", "sp ace"),
    ("file",),
    ("file", "with space  two", " leading", "trailing ", " ", "a]", "x=y", "%s%n", "Rss: 1 kB"),
    ("file-modes",),
    ("file-offset",),
    ("deleted",),
    ("memfd", "plain", "with/slash", "end/", "/", "", "sp ace", "SYSV00000000"),
    ("names", "blanks", "leading", "trailing", "newline", "backslash", "not-deleted", "brackets",
     "heap", "sysv", "key", "maps-line", "blank"),
    ("path", "126"),
    ("path", "127", "f127.so", "rw", "s"),
    ("detached",),
    ("threads",),
    ("title", "short", "/usr/bin/daemon", "-f", "/etc/daemon.conf", "two words"),
    ("title", "empty ones", "", "a", "", "b", "", ""),
    ("title", "a) S 1 (b", "with newline\nand blank at the end "),
    ("title-raw", "raw", "666f6f2020"),
    ("title-raw", "raw", "666f6f0a"),
    ("title-raw", "raw", "666f6f2000"),
    ("title-raw", "raw", "00002061000000"),
    ("perf",),
    ("socket",),
    ("bpf",),
    ("io-uring",),
    ("aio",),
)

# Paths up to here fit into pmap's buffer, but not into what -X keeps of a name.
LONG_PATHS = (
    ("path", "128", "f128.so"),
    ("path", "140", "libbar.so"),
    ("path", "949", "f949.so", "rw", "s"),
)

PLAIN_VIEWS = ((), ("-x",), ("-d",), ("-q",), ("-xq",), ("-dq",), ("-p",), ("-xp",), ("-dp",))
SMAPS_VIEWS = (("-X",), ("-XX",), ("-Xq",), ("-XXp",))

# Columns of -X and -XX that depend on who else has the page mapped.
SHARED_BY_OTHERS = (b"Pss", b"Pss_Dirty", b"Shared_Clean", b"Shared_Dirty", b"Private_Clean",
                    b"Private_Dirty", b"SwapPss")

NO_PROCESS = 2147483647


def label(shape):
    words = "_".join(shape)
    return re.sub(r"\W+", "_", words)[:40].rstrip("_")


# The oracle.

def shared_memory_minor():
    """The minor of the device that SysV segments are on: that of shared anonymous memory."""
    with mmap.mmap(-1, mmap.PAGESIZE):
        for one in px.mappings(px.process_file("self", "maps")):
            if one.name == b"/dev/zero (deleted)" and one.perms[3] == "s":
                return one.minor
    return None


def printable(text):
    """Passes ordinary text on; what is replaced by '?' is for other tests."""
    if not re.fullmatch(rb"[ -~]*", text):
        raise AssertionError("not an ordinary name: %r" % text)
    return text


def command(operand):
    """The text of the header."""
    line = px.process_file(operand, "cmdline")
    if not line:
        stat = px.process_file(operand, "stat")
        head, _, tail = stat.rpartition(b")")
        return b"[%s]%s" % (printable(head.partition(b"(")[2]),
                            b" <defunct>" if tail.split()[0] == b"Z" else b"")
    last = len(line)
    line = line.rstrip(b"\0").replace(b"\0", b" ").replace(b"\n", b" ")
    if len(line) == last and line.endswith(b" "):
        line = line[:-1]
    return printable(line)


class Process:
    """The files that pmap reads about one operand, and what it makes of them."""

    def __init__(self, operand, minor):
        self.number = int(re.search(rb"^Tgid:\s+(\d+)", px.process_file(operand, "status"),
                                    re.MULTILINE).group(1))
        self.header = b"%d:   %s\n" % (self.number, command(operand))
        stat = px.process_file(operand, "stat").rpartition(b")")[2].split()
        self.stack = int(stat[28 - 3])
        self.minor = minor
        smaps = px.process_file(self.number, "smaps")
        self.maps = px.mappings(smaps)
        self.usage = [self.kilobytes(part) for part in
                      re.split(rb"^[0-9a-f]+-[0-9a-f]+ .*\n", smaps, flags=re.MULTILINE)[1:]]

    def __eq__(self, other):
        return vars(self) == vars(other)

    @staticmethod
    def kilobytes(part):
        """(RSS, dirty) of one mapping."""
        keys = {key: int(value)
                for key, value in re.findall(rb"^(\w+): +(\d+)", part, re.MULTILINE)}
        return keys[b"Rss"], keys[b"Shared_Dirty"] + keys[b"Private_Dirty"]

    def name(self, one, path, kernel):
        if one.major == 0 and one.minor == self.minor and b"/SYSV" in one.name:
            return b"  [ shmid=0x%x ]" % one.inode
        if b"/" in one.name:
            full = one.name[one.name.index(b"/"):]
            return printable(full if path else full[full.rindex(b"/") + 1:] or b"/")
        if kernel and b"[" in one.name and one.name.endswith(b"]"):
            return printable(one.name[one.name.index(b"["):])
        if one.start <= self.stack < one.end:
            return b"  [ stack ]"
        return b"  [ anon ]"

    def shown(self, view="", path=False, quiet=False, kernel=False, low=0, high=2**64 - 1):
        """What pmap prints: view is "", "x" or "d"."""
        out = [self.header]
        total = writable = shared = rss_total = dirty_total = 0
        if not quiet and view:
            out.append({
                "x": b"Address           Kbytes     RSS   Dirty Mode  Mapping\n",
                "d": b"Address           Kbytes Mode  Offset           Device    Mapping\n",
            }[view])
        for one, (rss, dirty) in zip(self.maps, self.usage):
            if one.end - 1 < low or one.start > high:
                continue
            size = one.end - one.start
            total += size
            rss_total += rss
            dirty_total += dirty
            if one.perms[3] == "s":
                shared += size
            elif one.perms[1] == "w":
                writable += size
            mode = (one.perms[:3] + ("s" if one.perms[3] == "s" else "-") + "-").encode()
            name = self.name(one, path, kernel)
            if view == "x":
                row = b"%016x %7d %7d %7d %s %s\n" % (
                    one.start, size // 1024, rss, dirty, mode, name)
            elif view == "d":
                row = b"%016x %7d %s %016x %03x:%05x %s\n" % (
                    one.start, size // 1024, mode, one.offset, one.major, one.minor, name)
            else:
                row = b"%016x %6dK %s %s\n" % (one.start, size // 1024, mode, name)
            out.append(row)
        if not quiet:
            out.append({
                "": b" total %16dK\n" % (total // 1024),
                "x": b"---------------- ------- ------- ------- \ntotal kB         %7d %7d %7d\n"
                     % (total // 1024, rss_total, dirty_total),
                "d": b"mapped: %dK    writeable/private: %dK    shared: %dK\n"
                     % (total // 1024, writable // 1024, shared // 1024),
            }[view])
        return b"".join(out)


def rules_of(letters):
    """What options mean, as arguments of Process.shown()."""
    return {
        "view": "x" if "x" in letters else "d" if "d" in letters else "",
        "path": "p" in letters,
        "quiet": "q" in letters,
    }


class Base(px.TestCase):
    def system_pmap(self):
        return [px.SYSTEM_PMAP] if px.pmap_version(px.SYSTEM_PMAP) else []

    def judged(self, *args, **kwargs):
        """Run pmap, the one under test, pmap: where pmap agrees with itself, so must it."""
        px.need_system_pmap()
        for _ in range(5):
            before = px.run([px.SYSTEM_PMAP, *args], **kwargs)
            got = px.under_test(*args, **kwargs)
            after = px.run([px.SYSTEM_PMAP, *args], **kwargs)
            if before == after:
                break
        else:
            self.skipTest("the process does not hold still")
        self.result(got, *before, what=" ".join(args))

    def foretold(self, operands, options=(), missing=False, **rules):
        """The one under test prints what the oracle reads in /proc."""
        self.foretold_all(operands, [(options, rules)], 42 if missing else 0)

    def foretold_views(self, operands, views=PLAIN_VIEWS, judge=()):
        self.foretold_all(operands, [(options, rules_of("".join(options))) for options in views],
                          judge=judge)

    def foretold_all(self, operands, cases, status=0, judge=()):
        """The same for several [(options, what they mean to the oracle)]. With the system's pmap
        as judge, that must print the same."""
        minor = shared_memory_minor()
        words = [str(one) for one in operands]

        def processes():
            return [Process(one, minor) for one in operands if one != NO_PROCESS]
        for _ in range(5):
            before = processes()
            results = [(program, [px.run([program, *options, *words]) for options, _ in cases])
                       for program in (px.UNDER_TEST, *judge)]
            if before == processes():
                break
        else:
            self.skipTest("the process does not hold still")
        for program, outputs in results:
            for (options, rules), got in zip(cases, outputs):
                self.result(got, b"".join(one.shown(**rules) for one in before), status=status,
                            what=" ".join([program, *options, *words]))

    def copied(self, pids, commands):
        """Run [program, options...] for each command on a copy of the files of these processes."""
        with px.Root() as root:
            for pid in pids:
                for name in ("maps", "smaps", "stat", "status", "cmdline"):
                    root.file("%d/%s" % (pid, name), px.process_file(pid, name))
            return [root.mounted([*words, *map(str, pids)]) for words in commands]

    def judged_on_copy(self, pids, views=SMAPS_VIEWS):
        px.need_system_pmap()
        programs = (px.SYSTEM_PMAP, px.UNDER_TEST)
        results = self.copied(pids, [[program, *view] for view in views for program in programs])
        for view, expected, got in zip(views, results[0::2], results[1::2]):
            self.result(got, *expected, what=" ".join(view))


class Views(Base):
    """One test per shape, added below: default, -x and -d of the living process, both judges."""


class SmapsViews(Base):
    """One test per shape, added below: -X and -XX of a copy of the process's files."""


def add_tests():
    def add(case, shape, check):
        def test(self):
            with px.Target(*shape) as target:
                check(self, target)
        setattr(case, "test_" + label(shape), test)

    def views(self, target):
        self.foretold_views([target.pid], judge=self.system_pmap())

    def smaps_views(self, target):
        for one in px.mappings(px.process_file(target.pid, "maps")):
            if len(one.name) > 127:
                self.skipTest("pmap cuts this name: %r" % one.name)
        self.judged_on_copy([target.pid])

    for shape in ORDINARY + LONG_PATHS:
        add(Views, shape, views)
    for shape in ORDINARY:
        add(SmapsViews, shape, smaps_views)


add_tests()


class SmapsViewsLive(Base):
    """-X and -XX of the living process: all columns but those that count other readers."""

    def columns(self, text):
        """Rows and footer as lists of words, without the columns of SHARED_BY_OTHERS."""
        lines = text.splitlines()
        header = lines[1].split()
        fixed = header.index(b"Inode") + 1
        drop = [i for i, word in enumerate(header) if word in SHARED_BY_OTHERS]
        table = [lines[0], header]
        for line in lines[2:]:
            is_row = re.match(rb" *[0-9a-f]+ [rwxsp-]{4} ", line)
            begin = 0 if is_row else fixed
            table.append([word for i, word in enumerate(line.split(), begin) if i not in drop])
        return table

    def test_live(self):
        px.need_system_pmap()
        with px.Target("file-modes") as target:
            for view in ("-X", "-XX", "-Xp"):
                pmap, tested = px.beside_pmap(view, str(target.pid), same=self.same_columns) or \
                    self.skipTest("the process does not hold still")
                self.assertEqual(self.columns(tested.stdout), self.columns(pmap.stdout), view)
                self.assertEqual(tested[1:], pmap[1:])

    def same_columns(self, one, other):
        return (self.columns(one.stdout), one[1:]) == (self.columns(other.stdout), other[1:])

    def test_quiet(self):
        with px.Target("anon") as target:
            got = px.under_test("-Xq", str(target.pid))
            rows = got.stdout.splitlines()[1:]
            self.assertEqual([int(row.split()[0], 16) for row in rows],
                [one.start for one in px.mappings(px.process_file(target.pid, "maps"))])


class Range(Base):
    def ranges(self, target):
        maps = px.mappings(px.process_file(target.pid, "maps"))
        low, middle, high = maps[2], maps[len(maps) // 2], maps[-3]
        return (
            (low.start, low.start),
            (low.end - 1, low.end - 1),
            (low.end, low.end),
            (middle.start + 1, high.start),
            (middle.start, high.start - 1),
            (middle.start, 2**64 - 1),
            (0, middle.end),
            (high.start, low.start),
            (1, 2),
        )

    def test_default_and_device(self):
        with px.Target("file-modes") as target:
            for low, high in self.ranges(target):
                option = "%x" % low if low == high else "0x%x,%x" % (low, high)
                options = [["-A", option, *more] for more in ([], ["-d"], ["-q"], ["-dq"])]
                self.foretold_all([target.pid], [
                    (words, dict(rules_of("".join(words[2:])), low=low, high=high))
                    for words in options])
                self.judged(*options[0], str(target.pid))

    def test_open_ends(self):
        with px.Target("anon") as target:
            middle = px.mappings(px.process_file(target.pid, "maps"))[5]
            self.foretold([target.pid], ["-A", "%x," % middle.start], low=middle.start)
            self.foretold([target.pid], ["--range", ",%x" % middle.start], high=middle.start)
            self.foretold([target.pid], ["-A", ","])

    def test_extended_from_the_bottom(self):
        """pmap counts what is resident below the range too; here nothing is."""
        with px.Target("many", "51", "touched") as target:
            maps = px.mappings(px.process_file(target.pid, "maps"))
            for one in (maps[0], maps[1], maps[30], maps[-1]):
                option = ",%x" % one.start
                self.foretold([target.pid], ["-x", "-A", option], view="x", high=one.start)
                self.judged("-x", "-A", option, str(target.pid))
            option = "%x" % maps[0].start
            self.foretold([target.pid], ["-xA", option], view="x", low=maps[0].start,
                          high=maps[0].start)
            self.judged("-xA", option, str(target.pid))


class KernelNames(Base):
    def test_labels(self):
        self.holds_for((4, 0, 6))
        with px.Target("adjacent") as target:
            for options, rules in ((["-k"], {}), (["-xk"], {"view": "x"}),
                                   (["-dkp"], {"view": "d", "path": True})):
                self.foretold([target.pid], options, kernel=True, **rules)


class Several(Base):
    def test_order_and_repetition(self):
        with px.Target("anon") as one, px.Target("memfd", "plain") as two:
            pids = [two.pid, one.pid, two.pid]
            self.foretold_views(pids, (("-p",), ("-x",), ("-dq",)))
            for view in ((), ("-x",), ("-d",), ("-q",)):
                self.judged(*view, *map(str, pids))
            self.judged_on_copy([one.pid, two.pid], (("-Xq",), ("-XXq",)))

    def test_spellings(self):
        with px.Target("anon") as target:
            expected = px.under_test(str(target.pid))
            for spelling in ("/proc/%d", "0x%x", "0%o", "00%o", "/proc/0X%X"):
                self.result(px.under_test(spelling % target.pid), *expected, what=spelling)

    def test_totals_begin_anew(self):
        """Until 4.0.3 the sums of -X ran on over the processes."""
        self.holds_for((4, 0, 4))
        with px.Target("anon") as target:
            once, twice = self.copied([target.pid], [[px.UNDER_TEST, "-X"],
                                                     [px.UNDER_TEST, "-X", str(target.pid)]])
            self.result(twice, once.stdout * 2)

    def test_all_that_fork_made(self):
        with px.Target("many-processes", "20") as target:
            pids = [int(value) for key, value in target.lines if key == "child"]
            self.foretold(pids)
            self.judged("-x", *map(str, pids))


class Threads(Base):
    def test_operand_is_a_thread(self):
        with px.Target("threads", "3") as target:
            tids = [int(value) for key, value in target.lines if key == "tid"]
            self.assertEqual(len(tids), 3)
            for tid in tids:
                self.foretold([tid])
                self.result(px.under_test(str(tid)), px.under_test(str(target.pid)).stdout)
            self.foretold_views([tids[0]], (("-x",), ("-dp",)))
            self.judged("-x", *map(str, tids))


class NoMap(Base):
    """Processes without memory of their own."""

    EMPTY = {
        (): " total                0K\n",
        ("-p",): " total                0K\n",
        ("-x",): "Address           Kbytes     RSS   Dirty Mode  Mapping\n"
                 "---------------- ------- ------- ------- \n"
                 "total kB               0       0       0\n",
        ("-d",): "Address           Kbytes Mode  Offset           Device    Mapping\n"
                 "mapped: 0K    writeable/private: 0K    shared: 0K\n",
        ("-q",): "", ("-xq",): "", ("-dq",): "", ("-X",): "", ("-XX",): "", ("-Xq",): "",
    }

    def empty(self, pid, text):
        """Check every view. Some kernels let nobody open these maps: then the header is all."""
        header = b"%d:   %s\n" % (pid, text)
        try:
            with open("/proc/%d/maps" % pid, "rb") as maps, \
                    open("/proc/%d/smaps" % pid, "rb") as smaps:
                opens = maps.read() == b"" and smaps.read() == b""
        except OSError:
            opens = False
        for view, rest in self.EMPTY.items():
            if opens:
                self.result(px.under_test(*view, str(pid)), header + rest.encode(), what=str(view))
            else:
                self.result(px.under_test(*view, str(pid)), header, status=1, what=str(view))
            self.judged(*view, str(pid))

    def test_kernel_thread(self):
        try:
            with open("/proc/2/stat", "rb") as file:
                known = file.read().startswith(b"2 (kthreadd) ")
        except OSError:
            known = False
        if not known:
            self.skipTest("no kernel threads are seen here")
        self.empty(2, b"[kthreadd]")

    def test_zombie(self):
        with px.Target("zombie", "zo m (b) x") as target:
            self.empty(int(target.truth["zombie"]), b"[zo m (b) x] <defunct>")

    def test_zombie_beside_others(self):
        with px.Target("zombie", "gone") as target:
            zombie = target.truth["zombie"]
            self.judged(zombie, str(target.pid))
            self.judged("-x", str(target.pid), zombie)


class EmptyCommand(Base):
    SHAPES = (("title", "c", ""), ("title", "c", "", "", ""), ("title-raw", "c", "0000"),
              ("title-raw", "c", "20"))

    def shown_as(self, text):
        for shape in self.SHAPES:
            with px.Target(*shape) as target:
                got = px.under_test("-q", str(target.pid))
                self.same(got.stdout.splitlines()[0], b"%d:   %s" % (target.pid, text), str(shape))

    def test_dash(self):
        self.holds_for((4, 0, 6))
        self.shown_as(b"-")

    def test_question_mark(self):
        self.holds_for((4, 0, 0), (4, 0, 5))
        self.shown_as(b"?")


class Utf8(Base):
    """Since 4.0.5 file names are shown in the locale's characters."""

    def row(self, locale):
        with px.Target("names", "utf8") as target:
            start = int(target.truth["file"].split()[0], 16)
            out = px.under_test(str(target.pid), env=px.environment(LC_ALL=locale)).stdout
            return next(line for line in out.splitlines() if line.startswith(b"%016x " % start))

    def test_names_pass(self):
        self.holds_for((4, 0, 5))
        self.same(self.row("C.UTF-8")[31:], "utf8-é€😀".encode())

    def test_names_do_not_pass_in_c(self):
        self.same(self.row("C")[31:], b"utf8-?????????")

    def test_names_did_not_pass(self):
        self.holds_for((4, 0, 0), (4, 0, 4))
        self.same(self.row("C.UTF-8")[31:], b"utf8-?????????")


class Locale(Base):
    def test_ordinary_text_is_the_same(self):
        with px.Target("file-modes") as target:
            for locale in ("C", "POSIX", "C.UTF-8", "no_SUCH"):
                env = px.environment(LC_ALL=locale)
                self.judged("-x", str(target.pid), env=env)
                self.same(px.under_test("-d", str(target.pid), env=env).stdout,
                          px.under_test("-d", str(target.pid)).stdout, locale)


class Missing(Base):
    def dead(self):
        """The number of a process that is no more."""
        with subprocess.Popen(["true"], env=px.environment()) as process:
            return process.pid

    def test_nothing_but_the_status(self):
        for view in PLAIN_VIEWS + SMAPS_VIEWS:
            self.result(px.under_test(*view, str(NO_PROCESS)), status=42)
        self.result(px.under_test(str(NO_PROCESS), str(NO_PROCESS - 1)), status=42)
        self.result(px.under_test(str(self.dead())), status=42)

    def test_the_others_are_shown(self):
        with px.Target("anon") as target:
            for pids in ([NO_PROCESS, target.pid], [target.pid, NO_PROCESS, target.pid]):
                self.foretold(pids, missing=True)
                self.judged("-x", *map(str, pids))


class Unreadable(Base):
    """Only the header, nothing on standard error, status 1."""

    ALL = ((), ("-x",), ("-d",), ("-q",), ("-xp",), ("-X",), ("-XX",), ("-Xq",))

    def check(self, target, words):
        header = b"%d:   %s\n" % (target.pid, command(target.pid))
        for view in self.ALL:
            got = px.run([*words, px.UNDER_TEST, *view, str(target.pid)])
            self.result(got, header, status=1, what=str(view))
        got = px.run([*words, px.UNDER_TEST, str(target.pid), str(NO_PROCESS), str(target.pid)])
        self.result(got, header * 2, status=43)

    def test_of_another_user(self):
        words = ["setpriv", "--reuid", "65534", "--clear-groups"]
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("only root can become somebody else")
        if px.run([*words, "test", "-x", px.UNDER_TEST]).status != 0:
            self.skipTest("others may not run " + px.UNDER_TEST)
        with px.Target("anon") as target:
            if px.run([*words, "cat", "/proc/%d/maps" % target.pid]).status == 0:
                self.skipTest("others may read this map")
            self.check(target, words)

    def test_of_ones_own(self):
        with px.Target("unreadable") as target:
            try:
                with open("/proc/%d/maps" % target.pid, "rb"):
                    self.skipTest("nothing is unreadable to this user")
            except PermissionError:
                self.check(target, [])


class Oracle(unittest.TestCase):
    """The judge itself: it must not be content with anything."""

    def test_it_reads_the_map(self):
        with px.Target("anon", "4", "2") as target:
            process = Process(target.pid, None)
            row = b"%016x %7d %7d %7d rw---   [ anon ]\n" % (
                int(target.truth["addr"], 16), 16, 8, 8)
            self.assertIn(row, process.shown("x"))
            self.assertIn(b"[ stack ]", process.shown())
            self.assertTrue(process.shown().startswith(b"%d:   " % target.pid))


if __name__ == "__main__":
    px.main()
