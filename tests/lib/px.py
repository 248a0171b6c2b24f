# SPDX-License-Identifier: GPL-2.0-or-later
"""What the black-box tests share: where things are, how to run them, proc roots, targets.

Environment:
  PMAPX_BUILD       the build folder (has pmapx, a link pmap to it, tests/px_target);
                    default: build/dev of the source tree
  PMAPX_UNDER_TEST  what tests/cases/pmap runs: default $PMAPX_BUILD/pmap;
                    point it at /usr/bin/pmap to check the cases themselves
  PMAPX_SHARED      the folder with golden/ and seeds/, default ../shared beside the source tree

A test file is a unittest module that ends with px.main().
"""
import contextlib
import functools
import operator
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from collections import namedtuple

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("PMAPX_BUILD", os.path.join(SOURCE, "build", "dev")))
SHARED = os.path.abspath(os.environ.get("PMAPX_SHARED", os.path.join(SOURCE, "..", "shared")))
PMAPX = os.path.join(BUILD, "pmapx")
UNDER_TEST = os.environ.get("PMAPX_UNDER_TEST", os.path.join(BUILD, "pmap"))
PMAP = os.path.join(BUILD, "pmap")  # pmapx called as pmap
SYSTEM_PMAP = "/usr/bin/pmap"
TARGET = os.path.join(BUILD, "tests", "px_target")

# The version of pmap that pmapx is, for cases whose answer differs between versions.
REFERENCE = (4, 0, 7)

# status: exit status, or minus the signal that ended it.
Result = namedtuple("Result", "stdout stderr status")


def environment(**changes):
    """The environment of every test: untranslated UTF-8, a home that is empty.
    A keyword set to None removes the variable."""
    env = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "LC_ALL": "C.UTF-8",
        "HOME": "/proc/nonexistent",  # which nobody can make
        "TERM": "dumb",
    }
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"):
        if name in os.environ:
            env[name] = os.environ[name]
    for name, value in changes.items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = value
    return env


# What pmapx says of a library that was left out of its build.
LEFT_OUT = re.compile(rb"[^\n]*, which pmapx was built without \([^\n]*")


def run(argv, env=None, stdin=subprocess.DEVNULL, timeout=120, needs_all=True, **popen):
    """Run a command; bytes in, bytes out. A crash or a sanitizer report fails the test at once. What
    needs a library that was left out of the build skips it, unless needs_all=False."""
    popen.setdefault("stdout", subprocess.PIPE)
    popen.setdefault("stderr", subprocess.PIPE)
    with subprocess.Popen(argv, env=env or environment(), stdin=stdin, **popen) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise AssertionError("timed out after %s s: %r" % (timeout, argv))
    result = Result(out or b"", err or b"", process.returncode)
    if b"AddressSanitizer" in result.stderr or b"runtime error:" in result.stderr \
            or b"LeakSanitizer" in result.stderr or b"ThreadSanitizer:" in result.stderr or -result.status in (
                signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE):
        raise AssertionError("crashed: %r -> %d\n%s" % (
            argv, result.status, result.stderr.decode(errors="replace")))
    if needs_all:
        skip_left_out(result)
    return result


def skip_left_out(result):
    """Skip where a result says that a library was left out of the build."""
    left_out = LEFT_OUT.search(result.stderr)
    if left_out:
        raise unittest.SkipTest(left_out[0].decode(errors="replace"))


def version():
    """The version of pmapx, from the one place that has it."""
    with open(os.path.join(SOURCE, "CMakeLists.txt"), encoding="utf-8") as file:
        return re.search(r"^project\(pmapx VERSION (\S+) ", file.read(), re.MULTILINE).group(1)


def pmap_version(path):
    """(4, 0, 2) for procps-ng 4.0.2; works for pmapx under the name pmap too. None if absent."""
    try:
        out = run([path, "-V"]).stdout.decode()
    except OSError:
        return None
    found = re.search(r"procps-ng (\d+)\.(\d+)\.(\d+)", out)
    return tuple(int(part) for part in found.groups()) if found else None


def under_test(*args, **kwargs):
    """Run the pmap under test (pmapx under the name pmap, or the system's)."""
    return run([UNDER_TEST, *args], **kwargs)


def pmapx(*args, **kwargs):
    """Run pmapx under its own name."""
    return run([PMAPX, *args], **kwargs)


def libraries(program=PMAPX):
    """The libraries that a program loads when it needs them, as its notes tell: {"archive": soname}."""
    with open(program, "rb") as file:
        return {feature.decode(): soname.decode() for feature, soname in re.findall(
            rb'\[\{"feature":"(\w+)"[^\n\0]*"soname":\["([^"]+)"\]\}\]', file.read())}


def need_library(*features):
    """Skip unless pmapx was built with these: archive, bzip2, elf, gzip, select, sqlite, xz or zstd."""
    for feature in features:
        if feature not in libraries():
            raise unittest.SkipTest("pmapx was built without the library for " + feature)


def need_system_pmap():
    """Skip unless procps-ng's pmap is installed."""
    if pmap_version(SYSTEM_PMAP) is None:
        raise unittest.SkipTest("no pmap of procps-ng at " + SYSTEM_PMAP)


def shared(*parts):
    """A path below the shared folder; skips the test where that is absent."""
    path = os.path.join(SHARED, *parts)
    if not os.path.exists(path):
        raise unittest.SkipTest("%s is not here (set PMAPX_SHARED)" % path)
    return path


def need_locale(name):
    """Skip unless the locale is installed. Compares as locale -a normalises."""
    def normal(text):
        lang, _, codeset = text.partition(".")
        return lang + "." + codeset.lower().replace("-", "")
    known = run(["locale", "-a"]).stdout.decode(errors="replace").split()
    if normal(name) not in [normal(one) for one in known]:
        raise unittest.SkipTest("locale %s is not installed" % name)


_unshare = None


def unshare_command():
    """The words that begin a private mount namespace, as root or as a user; skips where neither
    is permitted."""
    global _unshare
    if _unshare is None:
        _unshare = []
        for words in (["unshare", "-m"], ["unshare", "-r", "-m"]):
            probe = words + ["sh", "-c", "mount --make-rprivate / && mount --bind /tmp /proc"]
            try:
                if run(probe).status == 0:
                    _unshare = words
                    break
            except OSError:
                break
    if not _unshare:
        raise unittest.SkipTest("mount namespaces are not permitted here")
    return _unshare


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def stat_line(pid, comm="comm", state="S", ppid=1, start_stack=0, starttime=1200):
    """A line of /proc/PID/stat; start_stack is its 28th field."""
    fields = [str(ppid)] + ["0"] * 17 + [str(starttime)] + ["0"] * 5 + [str(start_stack)] + ["0"] * 24
    return b"%d (%s) %s %s\n" % (pid, as_bytes(comm), as_bytes(state), " ".join(fields).encode())


def listing(text):
    """Expected output as bytes; a blank that ends a line is written as ␠ in the tests."""
    return text.replace("␠", " ").encode()


def usage(version=None, name="pmap"):
    """The usage text of pmap, by default that of the version under test."""
    kernel_name = " -k, --use-kernel-name       use names provided by kernel\n" \
        if (version or pmap_version(UNDER_TEST) or REFERENCE) >= (4, 0, 6) else ""
    return f"""
Usage:
 {name} [options] PID [PID ...]

Options:
 -x, --extended              show details
 -X                          show even more details
            WARNING: format changes according to /proc/PID/smaps
 -XX                         show everything the kernel provides
 -c, --read-rc               read the default rc
 -C, --read-rc-from=<file>   read the rc from file
 -n, --create-rc             create new default rc
 -N, --create-rc-to=<file>   create new rc to file
            NOTE: pid arguments are not allowed with -n, -N
 -d, --device                show the device format
 -q, --quiet                 do not display header and footer
 -p, --show-path             show path in the mapping
{kernel_name} -A, --range=<low>[,<high>]  limit results to the given range

 -h, --help     display this help and exit
 -V, --version  output version information and exit

For more details see pmap(1).
""".encode()


# What Linux 6.18 reports of a mapping, in its order.
SMAPS_KEYS = (
    "Size", "KernelPageSize", "MMUPageSize", "Rss", "Pss", "Pss_Dirty", "Shared_Clean",
    "Shared_Dirty", "Private_Clean", "Private_Dirty", "Referenced", "Anonymous", "KSM", "LazyFree",
    "AnonHugePages", "ShmemPmdMapped", "FilePmdMapped", "Shared_Hugetlb", "Private_Hugetlb",
    "Swap", "SwapPss", "Locked", "THPeligible")


def map_line(span, perms="r--p", name=b"", device="00:00", inode=0, offset=0):
    """A line of maps as a 64-bit kernel writes it: a name starts at byte 73."""
    start = "%s %s %08x %s %d " % (span, perms, offset, device, inode)
    name = as_bytes(name)
    return (start.ljust(73).encode() + name if name else start.encode()) + b"\n"


def smaps_entry(line, keys=SMAPS_KEYS, flags="rd", **values):
    """A mapping of smaps: the line of maps, then keys; those not given are 0, but Size is that of
    the mapping, pages are of 4 kB. flags=None leaves VmFlags out."""
    start, end = (int(part, 16) for part in line.split(b" ", 1)[0].split(b"-"))
    known = {"Size": (end - start) // 1024, "KernelPageSize": 4, "MMUPageSize": 4}
    known.update(values)
    text = [line]
    for key in keys:
        unit = "" if key in ("THPeligible", "ProtectionKey") else " kB"
        text.append(b"%-15s %8d%s\n" % (key.encode() + b":", known.get(key, 0), unit.encode()))
    if flags is not None:
        text.append(b"VmFlags: " + flags.encode() + b" \n")
    return b"".join(text)


# The input of the samples in the description of pmap's behaviour: /proc/100/smaps. The start of
# the stack is to be in the last mapping.
SAMPLE = b"".join((
    smaps_entry(map_line("00400000-00401000", "r-xp", "/a/b", "fe:00", 1), Rss=4, Private_Dirty=1),
    smaps_entry(map_line("00402000-00404000", "rw-p", "/a/b", "fe:00", 1), Rss=8, Private_Dirty=2,
                flags="rd wr mr mw me ac"),
    smaps_entry(map_line("00404000-00408000", "rw-s", "/dev/zero (deleted)", "00:01", 5), Rss=16,
                Shared_Dirty=4, flags="rd wr sh mr mw me ms"),
    smaps_entry(map_line("00408000-00410000", "rw-p"), Rss=32, Private_Dirty=8,
                flags="rd wr mr mw me ac"),
    smaps_entry(map_line("7ffd00000000-7ffd00010000", "rw-p", "[stack]"), Rss=64,
                Shared_Dirty=6, Private_Dirty=10, flags="rd wr mr mw me gd ac")))
SAMPLE_STACK = 0x7ffd00008000
SAMPLE_MAPS = b"".join(line for line in SAMPLE.splitlines(keepends=True)
                       if re.match(rb"[0-9a-f]+-", line))


def sample():
    """A root with the sample as process 100, command line A."""
    return Root().process(100, smaps=SAMPLE, start_stack=SAMPLE_STACK)


def recorded_cases(folder):
    """The cases of a recorded root, FOLDER/cases.tsv: (name, options, status, stdout, pid)."""
    pid, = filter(str.isdigit, os.listdir(os.path.join(folder, "proc")))
    with open(os.path.join(folder, "cases.tsv"), encoding="utf-8") as table:
        for line in table:
            name, options, status = line.rstrip("\n").split("\t")
            with open(os.path.join(folder, "out", name), "rb") as out:
                yield name, options.split(), int(status), out.read(), pid


def sample_out(name):
    """What pmap prints for sample(): a file of tests/roots/section31/out."""
    with open(os.path.join(SOURCE, "tests", "roots", "section31", "out", name), "rb") as out:
        return out.read()


class Root:
    """A folder laid out like /proc, made by the test.

    with Root() as root:
        root.process(100, maps="...", cmdline=b"A\\0", start_stack=0x7ffd00001000)
        root.mounted([PMAP, "-x", "100"])      # run with the folder as /proc
        px.pmapx("--root", root.path, "-x", "100")
    """

    def __init__(self, where=None):
        self.path = tempfile.mkdtemp(prefix="pmapx-root-", dir=where)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def process(self, pid, maps=None, smaps=None, cmdline=b"A\0", comm="comm", state="S", ppid=1,
                start_stack=0, tgid=None, status=None, stat=None):
        """Write the files of one process; maps is derived from smaps if only that is given.
        Give status=False or stat=False to leave that file out."""
        folder = os.path.join(self.path, str(pid))
        os.makedirs(folder, exist_ok=True)
        if maps is None and smaps is not None:
            maps = b"".join(re.findall(rb"^[0-9a-f]+-.*\n", as_bytes(smaps), re.MULTILINE))
        files = {"maps": maps, "smaps": smaps, "cmdline": cmdline}
        if status is not False:
            files["status"] = status if status is not None else \
                "Name:\t%s\nState:\t%s\nTgid:\t%d\nPid:\t%d\n" % (comm, state, tgid or pid, pid)
        if stat is not False:
            files["stat"] = stat if stat is not None else \
                stat_line(pid, comm, state, ppid, start_stack)
        for name, text in files.items():
            if text is not None:
                self.file("%d/%s" % (pid, name), text)
        return self

    def copy(self, pid):
        """Copy the files of a running process, those that can be read; they no longer change."""
        os.makedirs(os.path.join(self.path, str(pid)), exist_ok=True)
        for name in ("maps", "smaps", "stat", "status", "cmdline"):
            try:
                with open("/proc/%d/%s" % (pid, name), "rb") as file:
                    self.file("%d/%s" % (pid, name), file.read())
            except OSError:
                pass
        return self

    def file(self, name, text):
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as out:
            out.write(as_bytes(text))

    def read(self, name):
        with open(os.path.join(self.path, name), "rb") as file:
            return file.read()

    def mounted(self, argv, **kwargs):
        """Run argv with this folder bind-mounted on /proc in a private mount namespace."""
        return mounted(self.path, argv, **kwargs)

    def pmap(self, *args, **kwargs):
        """Run the pmap under test with this folder as /proc."""
        return self.mounted([UNDER_TEST, *args], **kwargs)

    def pmapx(self, *args, **kwargs):
        """Run pmapx with this folder as its root."""
        return pmapx("--root", self.path, *args, **kwargs)

    def ways(self, *args, **kwargs):
        """The three ways to have pmapx read this folder: (what it is called, result) of each.
        Where nothing can be mounted it is one way, and a line that says so."""
        yield "pmapx", self.pmapx(*args, **kwargs)
        try:
            unshare_command()
        except unittest.SkipTest as reason:
            print("only with --root:", reason, file=sys.stderr)
            return
        yield "pmapx mounted", self.mounted([PMAPX, *args], **kwargs)
        yield "pmap mounted", self.mounted([PMAP, *args], **kwargs)


@functools.lru_cache(maxsize=None)
def is_sanitized(program):
    """Is a program built with AddressSanitizer?"""
    try:
        with open(shutil.which(program) or program, "rb") as file:
            return b"__asan_init" in file.read()
    except OSError:
        return False


@contextlib.contextmanager
def proc_for_sanitizer(folder, program):
    """AddressSanitizer reads its options from /proc/self/environ, and complains where
    /proc/self/exe is missing. Gives the folder to mount: the same one with these in it for the
    time being, or a copy if it is not one that a test has just made."""
    with contextlib.ExitStack() as undo:
        if not os.path.realpath(folder).startswith(os.path.realpath(tempfile.gettempdir()) + "/"):
            copy = undo.enter_context(tempfile.TemporaryDirectory(prefix="pmapx-root-"))
            folder = shutil.copytree(folder, os.path.join(copy, "proc"), symlinks=True)
        own = os.path.join(folder, "self")
        if not os.path.lexists(own):
            os.mkdir(own)
            undo.callback(os.rmdir, own)
        for name in ("environ", "exe"):
            path = os.path.join(own, name)
            if os.path.lexists(path):
                continue
            if name == "exe":
                os.symlink(os.path.abspath(shutil.which(program) or program), path)
            else:
                with open(path, "wb") as out:
                    out.write(b"ASAN_OPTIONS=detect_leaks=0\0")
            undo.callback(os.remove, path)
        yield folder


def mounted(folder, argv, **kwargs):
    """Run argv with folder bind-mounted on /proc in a private mount namespace.

    The mounts run in sh; the program is started by it with exec, so argv[0], status and streams
    are the program's own. LeakSanitizer needs a real /proc, so a sanitized build does without."""
    words = unshare_command() + ["sh", "-c",
        'mount --make-rprivate / && mount --bind "$0" /proc && exec "$@"']
    # the program may be started by another one, such as a shell
    program = next((word for word in argv if word in (PMAPX, PMAP, UNDER_TEST)), argv[0])
    if not is_sanitized(program):
        return run(words + [folder] + list(argv), **kwargs)
    if os.path.lexists(os.path.join(folder, "self", "maps")):
        raise unittest.SkipTest("AddressSanitizer has to find its own /proc/self/maps")
    with proc_for_sanitizer(folder, program) as proc:
        return run(words + [proc] + list(argv), **kwargs)


def beside_pmap(*words, tries=5, same=operator.eq):
    """What the system's pmap and the pmap under test say of a process that is left alone: a pair
    of results, or None where it moves too much to tell.

    The order is pmap, tested, pmap; where the two of pmap agree, tested should agree too. A
    difference is looked at again, as a process can change and change back. same() says what it is
    to agree."""
    seen = None
    before = run([SYSTEM_PMAP, *words])
    for _ in range(tries):
        tested = under_test(*words)
        after = run([SYSTEM_PMAP, *words])
        if same(before, after):
            seen = after, tested
            if same(tested, after):
                break
        before = after
    return seen


def settle(pid, comm=None):
    """Wait until a process sleeps, and has this name if one is given: what it runs after its last
    word still touches pages. On a busy machine that can take its time."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            with open("/proc/%d/stat" % pid, "rb") as file:
                head, _, tail = file.read().rpartition(b") ")
        except OSError:
            return
        if tail[:1] in (b"S", b"Z") and comm in (None, head.partition(b" (")[2]):
            return
        time.sleep(0.001)


@contextlib.contextmanager
def sleeper():
    """Gives the process id of a sleep of our own. It maps no locale, because pmap does: the share
    of it that -X shows would depend on who looks."""
    with subprocess.Popen(["sleep", "3600"], env=environment(LC_ALL="C"),
                          stdin=subprocess.DEVNULL) as process:
        try:
            settle(process.pid, b"sleep")
            yield process.pid
        finally:
            process.kill()


class Target:
    """A process to look at: tests/targets' program in one of its shapes.

    with Target("anon") as target:
        target.pid          # its process id
        target.truth        # {"key": "value"}: what it says about itself
    """

    def __init__(self, shape, *args, env=None, cwd=None):
        if not os.path.exists(TARGET):
            raise unittest.SkipTest("no " + TARGET)
        self.truth = {}
        self.lines = []
        self.process = None
        self.directory = tempfile.mkdtemp(prefix="pmapx-target-")
        try:
            self.process = subprocess.Popen([TARGET, shape, *args], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, cwd=cwd or self.directory, env=env or environment())
            self.listen(shape)
            self.pid = int(self.truth["pid"])
            settle(self.pid)
        except BaseException:
            if self.process:
                self.process.kill()
            self.close()
            raise

    def listen(self, shape):
        """Hear what is true, until it is ready."""
        while True:
            line = self.process.stdout.readline()
            if not line:
                status = self.process.wait()
                if status == 77:
                    raise unittest.SkipTest("target %s: %s" % (
                        shape, self.truth.get("skip", "not possible here")))
                raise AssertionError("target %s ended with status %d" % (shape, status))
            text = line.rstrip(b"\n").decode(errors="surrogateescape")
            if text == "ready":
                return
            key, _, value = text.partition(" ")
            self.truth[key] = value
            self.lines.append((key, value))

    def close(self):
        """Let it go: closing its standard input ends it."""
        if self.process:
            self.process.stdin.close()
            self.process.stdout.close()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


# A line of maps; name is bytes, "" for none, without the blanks that the kernel puts before it.
Mapping = namedtuple("Mapping", "start end perms offset major minor inode name")


def mappings(text):
    """The mapping lines of maps or smaps, as Mapping."""
    found = re.findall(
        rb"^([0-9a-f]+)-([0-9a-f]+) (\S{4}) ([0-9a-f]+) ([0-9a-f]+):([0-9a-f]+) (\d+) *(.*)$",
        text, re.MULTILINE)
    return [Mapping(int(start, 16), int(end, 16), perms.decode(), int(offset, 16), int(major, 16),
                    int(minor, 16), int(inode), name)
            for start, end, perms, offset, major, minor, inode, name in found]


def process_file(pid, name):
    """What /proc/PID/NAME holds; skips the test where it cannot be read."""
    try:
        with open("/proc/%s/%s" % (pid, name), "rb") as file:
            return file.read()
    except OSError as problem:
        raise unittest.SkipTest("%s: %s" % (problem.filename, problem.strerror))


class TestCase(unittest.TestCase):
    """unittest with bytes that are shown readably."""

    maxDiff = None

    def same(self, got, expected, what="output"):
        """Compare bytes exactly and show the difference line by line."""
        if got != expected:
            def lines(data):
                return [repr(line)[2:-1] for line in as_bytes(data).splitlines(keepends=True)]
            self.assertEqual("\n".join(lines(got)), "\n".join(lines(expected)), what)
            self.fail(what + " differs")

    def result(self, got, stdout=b"", stderr=b"", status=0, what=""):
        """Check all that a run left; stderr=None leaves standard error unchecked."""
        self.same(got.stdout, as_bytes(stdout), what + " stdout")
        if stderr is not None:
            self.same(got.stderr, as_bytes(stderr), what + " stderr")
        self.assertEqual(got.status, status, what + " status; stderr: %r" % got.stderr)

    def everywhere(self, root, words, stdout=b"", told=rb"", status=0, **kwargs):
        """The same stdout and status from pmapx on a root, and on that root as /proc, under both
        names. told is a regular expression for all of pmapx's standard error; pmap is quiet."""
        for name, got in root.ways(*words, **kwargs):
            with self.subTest(run=name, words=words):
                self.result(got, stdout, None, status, name)
                pattern = rb"" if name.startswith("pmap ") else told
                self.assertTrue(re.fullmatch(pattern, got.stderr),
                                "%s stderr: %r is not %r" % (name, got.stderr, pattern))

    def holds_for(self, first=(0,), last=(999,)):
        """Skip unless the pmap under test is of a version from first to last, both inclusive."""
        version = pmap_version(UNDER_TEST)
        if version is None or not first <= version <= last:
            self.skipTest("holds for pmap %s to %s, this is %s" % (first, last, version))


class SampleCase(TestCase):
    """Cases on one root, which holds the sample and is made once for the class."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = sample()
        cls.addClassCleanup(cls.root.__exit__)


def leave_out(names):
    """Do without these classes of the module, which tests/CMakeLists.txt has as tests by themselves."""
    module = sys.modules["__main__"]
    for name in names:
        if not issubclass(getattr(module, name), unittest.TestCase):
            raise TypeError("%s has no tests" % name)
        delattr(module, name)


def main():
    """Run the module's tests: all, those that are named, or all --without CLASS... . Exit 77 (skipped,
    for ctest) if not one of them could run."""
    if "--without" in sys.argv:
        at = sys.argv.index("--without")
        leave_out(sys.argv[at + 1:])
        del sys.argv[at:]
    # What is ended by a signal leaves no core file, which would be one more in a folder that is
    # looked into; who wants one says so.
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    # A program that has just been built is not on the disk yet, so that its pages are dirty, until
    # half a minute later they are not.
    with contextlib.suppress(OSError), open(TARGET, "rb") as program:
        os.fsync(program)
    program = unittest.main(module="__main__", exit=False, verbosity=2)
    result = program.result
    if not result.wasSuccessful():
        sys.exit(1)
    # A class that is skipped as a whole counts as skipped but not as run; parts of tests as neither.
    skipped = [test for test, _ in result.skipped if isinstance(test, unittest.TestCase)
               and not isinstance(test, unittest.case._SubTest)]
    sys.exit(77 if result.skipped and result.testsRun == len(skipped) else 0)
