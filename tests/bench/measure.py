# SPDX-License-Identifier: GPL-2.0-or-later
"""What a command costs, whether two say the same, and on which machine.

Time is what tests/px_spawn writes down: a small program that starts the command, because the kernel
counts the memory of who called vfork() as the child's, and Python is large.
"""
import contextlib
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import namedtuple

HERE = os.path.dirname(os.path.abspath(__file__))
# What is measured is a release, unless somebody says otherwise.
os.environ.setdefault("PMAPX_BUILD", os.path.join(HERE, "..", "..", "build", "release"))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import px

SPAWN = os.path.join(px.BUILD, "tests", "px_spawn")

# Of one run: a command, or a few that do what another does in one; then times are sums.
Cost = namedtuple("Cost", "wall_ms user_ms system_ms peak_kb")


class Failed(Exception):
    """A command that was to be measured did not do its work."""


def spawn(argv, results, statuses=(0,)):
    """Run a command through px_spawn, standard output thrown away; gives its Cost. statuses are those with which it
    has done its work."""
    with subprocess.Popen([SPAWN, results, *argv], env=px.environment(), stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, start_new_session=True) as process:
        try:
            process.wait()
        except BaseException:
            # Both it and what it started; the session is theirs alone.
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode not in statuses:
        raise Failed("status %d: %s" % (process.returncode, " ".join(argv)[:200]))
    with open(results, encoding="ascii") as file:
        wall_ns, user_us, system_us, peak_kb, _ = map(int, file.read().split())
    os.remove(results)
    return Cost(wall_ns / 1e6, user_us / 1e3, system_us / 1e3, peak_kb)


def interleaved(columns, rounds, clean=lambda: None, statuses=(0,)):
    """{name: [Cost of each round]} for {name: commands}, where a round runs every column once.
    clean() takes away what a run has left."""
    costs = {name: [] for name in columns}
    with tempfile.TemporaryDirectory(prefix="pmapx-bench-") as folder:
        results = os.path.join(folder, "results")
        for _ in range(rounds):
            for name, commands in columns.items():
                parts = [spawn(argv, results, statuses) for argv in commands]
                costs[name].append(Cost(sum(part.wall_ms for part in parts),
                                        sum(part.user_ms for part in parts),
                                        sum(part.system_ms for part in parts),
                                        max(part.peak_kb for part in parts)))
                clean()
    return costs


def median_ms(costs):
    return statistics.median(cost.wall_ms for cost in costs)


def ratio(costs, others):
    """The median of the ratios in each round. What disturbs the machine for longer than a round
    slows both sides down and so leaves it alone, and what hits a single run falls out."""
    return statistics.median(cost.wall_ms / other.wall_ms for cost, other in zip(costs, others))


def answer(commands):
    """What commands print one after the other, and their statuses."""
    results = [px.run(argv, timeout=300) for argv in commands]
    return b"".join(result.stdout for result in results), max(result.status for result in results)


# Columns of -X and -XX that change when anyone else maps or unmaps the same file, pmap and pmapx
# included, which do not touch the same pages of libc.
SHARES = (b"Pss", b"Pss_Dirty", b"Shared_Clean", b"Private_Clean")
# Those of a mapping that stand before what totals are made of.
UNSUMMED = (b"Address", b"Perm", b"Offset", b"Device", b"Inode")


def without_shares(line, columns):
    """The words of a row, or of the totals, but for those in columns that others can change."""
    words = line.split()
    if len(words) > 1 and words[-1] == b"KB":
        columns = [name for name in columns if name not in UNSUMMED]
    return [b"" if name in SHARES else word
            for name, word in zip(columns + [b""] * len(words), words)]


def judge(got, expected):
    """("", how many lines differ in shares only), or (what is wrong, 0)."""
    got, expected = got.split(b"\n"), expected.split(b"\n")
    if len(got) != len(expected):
        return "%d lines in place of %d" % (len(got), len(expected)), 0
    columns, left_out = [], 0
    for number, (mine, theirs) in enumerate(zip(got, expected), 1):
        if theirs.lstrip().startswith(b"Address "):
            columns = theirs.split()
        if mine == theirs:
            continue
        if without_shares(mine, columns) != without_shares(theirs, columns):
            start = len(os.path.commonprefix([mine, theirs]))
            near = slice(max(0, start - 20), start + 20)
            return "line %d, around byte %d:\npmapx %r\npmap  %r" % (
                number, start + 1, mine[near], theirs[near]), 0
        left_out += 1
    return "", left_out


def difference(tested, reference, seconds=3):
    """("", lines not wholly compared) if two lists of commands print the same bytes, else (why, 0).

    Even a process that sleeps changes: its share of libc with each process that comes or goes. So
    the reference is asked before and after, and for some seconds all is asked again; rows that
    then differ in nothing but such shares pass as the same, and are counted."""
    end = time.monotonic() + seconds
    before = answer(reference)
    while True:
        got = answer(tested)
        if got == before:
            return "", 0
        before = answer(reference)
        if got == before:
            return "", 0
        if time.monotonic() > end:
            break
    if got[1] != before[1]:
        return "status %d in place of %d" % (got[1], before[1]), 0
    return judge(got[0], before[0])


@contextlib.contextmanager
def cores(count):
    """Have what is started meanwhile run on so many processors at most."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def allowed_mappings(wanted):
    """(how many of so many mappings the kernel allows a process, a remark or None)."""
    margin = 200  # what a process has anyway
    with open("/proc/sys/vm/max_map_count", encoding="ascii") as file:
        limit = int(file.read())
    if wanted + margin <= limit:
        return wanted, None
    fewer = limit // 10 * 10 - margin
    return fewer, "vm.max_map_count is %d, so there are %s mappings and not %s; to lift it: " \
        "sysctl vm.max_map_count=%d" % (limit, format(fewer, ","), format(wanted, ","),
                                        wanted + 10000)


def processor_seconds():
    """(what all processes have used so far, what this one and its ended children have)."""
    with open("/proc/stat", encoding="ascii") as file:
        ticks = [int(word) for word in file.readline().split()[1:9]]
    idle, waiting = 3, 4
    return (sum(ticks) - ticks[idle] - ticks[waiting]) / os.sysconf("SC_CLK_TCK"), \
        sum(os.times()[:4])


def used_by_others(before, seconds):
    """Processors that others kept busy on average since processor_seconds() gave before, all
    children having ended."""
    everyone, we = (now - then for now, then in zip(processor_seconds(), before))
    return max(0, everyone - we) / seconds


def first_match(pattern, path, default=""):
    """The first group of the first match in a file."""
    with contextlib.suppress(OSError), open(path, encoding="utf-8", errors="replace") as file:
        found = re.search(pattern, file.read(), re.MULTILINE)
        if found:
            return found.group(1)
    return default


def compiler():
    """Which one the build folder is for, such as gcc 12.2.0."""
    program = first_match(r"^CMAKE_C_COMPILER:[^=]*=(.*)$",
                          os.path.join(px.BUILD, "CMakeCache.txt"), "cc")
    try:
        said = px.run([program, "--version"]).stdout.decode(errors="replace").splitlines()[0]
    except (OSError, IndexError):
        return "unknown compiler"
    numbers = re.findall(r"\d+\.\d+\.\d+", said)
    return ("clang " if "clang" in said else "gcc ") + (numbers[-1] if numbers else "?")


def machine():
    """What a reader has to know of where the numbers come from."""
    return {
        "kernel": "%s %s" % (os.uname().sysname, os.uname().release),
        "processor": first_match(r"^model name\s*: (.*)$", "/proc/cpuinfo", os.uname().machine),
        "cores": len(os.sched_getaffinity(0)),
        "compiler": compiler(),
        "build": first_match(r"^CMAKE_BUILD_TYPE:[^=]*=(.*)$",
                             os.path.join(px.BUILD, "CMakeCache.txt"), "?"),
        "date": time.strftime("%Y-%m-%d"),
    }
