#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The benchmark: pmapx beside pmap and beside the least that anyone can do, the floor.

Each row first compares pmapx's bytes with pmap's, then runs pmapx, pmap, the floor and other pmaps
that are found, in turn and several times. The table goes to standard output and as bench.json into
the build folder. Status 0 whatever the times are; 1 if an answer differs.

The floor of a row is an empty main (px_empty), or a loop that reads the files that pmapx reads,
64 KiB at a time, and throws them away (px_read). Nothing of the system is changed.
"""
import argparse
import contextlib
import functools
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import unittest
from collections import namedtuple

import loading
import measure
import table
from measure import px
from made import make_process

EMPTY = os.path.join(px.BUILD, "tests", "px_empty")
READ = os.path.join(px.BUILD, "tests", "px_read")

# A view of a process takes a millisecond or two: of such rows so many times the runs are made.
SHORT = 15
# One that reads maps takes a tenth of a second, and varies more than the long ones.
MIDDLE = 3
# pmap 4.0.0 to 4.0.5 takes no more in one run (255).
PMAP_PROCESSES = 250
# What the processes of the group of that name are looked at with.
CORES = 2
# What pmapx reads of each process besides its map.
HEADER_FILES = "stat,cmdline"

MIB = 1024
# of_pmap: None where pmap has nothing like it; of the group load it is of the article's way. peak_kb: what pmapx may
# use at its peak, where there is a limit.
Row = namedtuple("Row", "group view floor of_pmap of_floor peak_kb", defaults=(None,))
ROWS = (
    Row("start", "default", "empty", 0.40, 1.50),
    Row("start", "-x", "empty", 0.40, 1.50),
    Row("start", "-X", "empty", 0.40, 1.50),
    Row("mappings", "default", "maps", 0.45, 1.35, 4 * MIB),
    Row("mappings", "-d", "maps", 0.45, 1.35, 4 * MIB),
    Row("mappings", "-x", "smaps", 0.50, 1.10, 4 * MIB),
    Row("mappings", "-X", "smaps", 0.24, 1.20, 48 * MIB),
    Row("mappings", "-XX", "smaps", 0.24, 1.20, 48 * MIB),
    Row("mappings", "--by name", "smaps", None, 1.15, 32 * MIB),
    Row("mappings", "--by kind,path", "smaps", None, 1.15, 32 * MIB),
    Row("mappings", "rank --fields pid,own", "smaps", None, 1.15, 4 * MIB),
    Row("processes", "default", "maps", 0.35, 1.20),
    Row("processes", "-x", "smaps", 0.35, 1.20),
    Row("processes", "rank", "smaps_rollup", None, 1.20, 32 * MIB),
    Row("address", "-A ADDR", "empty", 0.40, 2.00),
    Row("address", "-d -A ADDR", "empty", 0.40, 2.00),
    Row("diff", "diff OLD PID", "smaps", None, 1.25, 4 * MIB),
    Row("diff", "diff OLD NEW", "saved", None, 5.00, 4 * MIB),
    Row("capture", ".tar", "smaps", None, 1.50, 64 * MIB),
    Row("capture", ".tar.zst", "smaps", None, 2.00, 64 * MIB),
    Row("load", "DB", None, 0.12, None, 64 * MIB),
    Row("load", "--psql", None, 0.12, None),
)
# How many mappings saved looks have, and how many the second has more.
SAVED, MORE = 324000, 1000
# What is captured of each process, but for the aim of exe, which is no file to be read.
CAPTURE_FILES = "status,stat,cmdline,comm,cgroup,oom_score_adj,limits,smaps_rollup,smaps"
# Where captures go that are timed, so that no disk is; and where it is timed to sync one.
TMPFS, DISK = "/dev/shm", px.BUILD
# Other pmaps: the programs that have one, and the views that these know.
OTHERS = ("toybox", "busybox")
OTHERS_VIEWS = ("default", "-x")
# And what ranks processes: all there are on the machine, which smem cannot be told otherwise.
RANKERS = {"smem": ["-k"], "smemstat": ["-p"]}


class Subjects:
    """The processes to look at, each made when a row asks for it first."""

    def __init__(self, options, undo):
        self.undo = undo
        self.process_count, self.each = options.processes, 300
        self.mapping_count, self.remark = measure.allowed_mappings(options.mappings)

    @functools.cached_property
    def sleep(self):
        return str(self.undo.enter_context(px.sleeper()))

    @functools.cached_property
    def mappings(self):
        return self.undo.enter_context(px.Target("many", str(self.mapping_count), "touched"))

    @functools.cached_property
    def processes(self):
        crowd = self.undo.enter_context(
            px.Target("many-processes", str(self.process_count), str(self.each)))
        pids = [pid for key, pid in crowd.lines if key == "child"]
        for pid in pids:
            px.settle(int(pid))
        return pids

    @functools.cached_property
    def saved(self):
        """Two looks at a made process, the paths of folders."""
        looks = [self.undo.enter_context(px.Root(TMPFS)) for _ in range(2)]
        for look, count in zip(looks, (SAVED - MORE, SAVED)):
            make_process(look, 100, count)
        return [look.path for look in looks]

    @functools.cached_property
    def earlier(self):
        """A look at the process that has many mappings."""
        return self.undo.enter_context(px.Root(TMPFS)).copy(self.mappings.pid).path

    @functools.cached_property
    def loads(self):
        return loading.Places(self.undo)

    def without_mappings(self):
        """Let that process end; who needs it later has another."""
        for name in ("mappings", "earlier"):
            thing = self.__dict__.pop(name, None)
            if name == "mappings" and thing:
                thing.close()

    def pids(self, row):
        if row.group == "start":
            return [self.sleep]
        if row.group == "capture":
            return [*self.processes, str(self.mappings.pid)]
        return self.processes if row.group == "processes" else [str(self.mappings.pid)]

    def titles(self):
        """The groups, in order."""
        count = format(self.mapping_count, ",")
        return {
            "start": "start: a small process",
            "mappings": "%s mappings, half of them touched" % count,
            "processes": "%s processes of %d mappings each, on %d cores" % (
                format(self.process_count, ","), self.each,
                min(CORES, len(os.sched_getaffinity(0)))),
            "capture": "capture: %s processes of %d mappings and one of %s, to tmpfs; a disk's sync" % (
                format(self.process_count, ","), self.each, count),
            "diff": "%s mappings saved, and as they are; %s, saved twice" % (count, format(SAVED, ",")),
            "load": "load: %s saved mappings of %d processes (pmap: gawk and psql)" % (
                format(loading.count(), ","), loading.OTHERS + 1),
            "address": "one address in %s mappings (pmap: in a small process)" % count,
        }


def find_others():
    """{name: words} of the other pmaps on this machine."""
    found = {}
    for name in OTHERS:
        program = shutil.which(name)
        words = {"toybox": [], "busybox": ["--list"]}[name]
        if program and b"pmap" in px.run([program, *words]).stdout.split():
            found[name] = [program, "pmap"]
    found.update((name, [shutil.which(name)]) for name in RANKERS if shutil.which(name))
    return found


def floor_of(row, pids):
    if row.floor == "empty":
        return [EMPTY]
    if row.group == "capture":
        return [READ, "-j", str(CORES), "-p", CAPTURE_FILES, *sorted(pids, key=int)]
    if row.group == "processes":
        return [READ, "-j", str(CORES), "-p", HEADER_FILES + "," + row.floor, *pids]
    return [READ, "-p", row.floor, *pids]


def everybody():
    """All processes that have memory which may be read."""
    def may_be_read(pid):
        with contextlib.suppress(OSError), open("/proc/%s/smaps_rollup" % pid, "rb") as file:
            return file.read() != b""
        return False
    return [name for name in os.listdir("/proc") if name.isdigit() and may_be_read(name)]


def compared(row, subjects):
    """The columns of a row of the group diff."""
    if row.floor == "saved":
        looks = subjects.saved
        files = [os.path.join(look, "100", "smaps") for look in looks]
    else:
        pid = str(subjects.mappings.pid)
        looks = [subjects.earlier, pid]
        files = [os.path.join(subjects.earlier, pid, "smaps"), "/proc/%s/smaps" % pid]
    return {"pmapx": [[px.PMAPX, "diff", *looks]], "floor": [[READ, *files]]}


def commands(row, subjects, pmap, others):
    """(what pmapx runs, what pmap runs for the same answer, what is measured in each column)."""
    if row.group == "diff":
        return None, None, compared(row, subjects)
    pids = subjects.pids(row)
    options = [] if row.view == "default" else row.view.split()
    words = list(options)
    if row.group == "address":
        middle = int(subjects.mappings.truth["addr"], 16) + \
            subjects.mapping_count // 2 * os.sysconf("SC_PAGESIZE")
        words[-1] = "%x" % middle
        options = options[:-2]
    # All there are, as others rank them.
    ours = [[px.PMAPX, *words, *(pids if row.view != "rank" else [])]]
    theirs = [[pmap, *words, *pids[i:i + PMAP_PROCESSES]]
              for i in range(0, len(pids), PMAP_PROCESSES)]
    columns = {"pmapx": ours}
    if pmap and row.of_pmap is not None:
        columns["pmap"] = theirs if row.group != "address" else [[pmap, *options, subjects.sleep]]
    columns["floor"] = [floor_of(row, pids)]
    if row.view in OTHERS_VIEWS:
        for name in others.keys() & OTHERS:
            columns[name] = [[*others[name], *words, *pids]]
    if row.view == "rank":
        # It would be looked at as well.
        subjects.without_mappings()
        columns["floor"] = [floor_of(row, everybody())]
        for name in others.keys() & RANKERS.keys():
            columns[name] = [[*others[name], *RANKERS[name],
                              *([",".join(pids)] if name == "smemstat" else [])]]
    return ours, theirs, columns


def sync_ms(row, pids):
    """How long it takes to have a capture on the disk, by what pmapx says."""
    with tempfile.TemporaryDirectory(prefix="pmapx-bench-", dir=DISK) as folder:
        got = px.run([px.PMAPX, "capture", "-o", os.path.join(folder, "a" + row.view), *pids])
    found = re.search(rb"\((\d+\.\d+) s to the disk\)", got.stderr)
    return float(found.group(1)) * 1000 if found else 0


def measure_capture(row, subjects, options):
    """A row of the group capture, which has nothing to be compared with."""
    if not os.access(TMPFS, os.W_OK):
        raise unittest.SkipTest("no " + TMPFS)
    pids = subjects.pids(row)
    with tempfile.TemporaryDirectory(prefix="pmapx-bench-", dir=TMPFS) as folder:
        path = os.path.join(folder, "a" + row.view)

        def clean():
            with contextlib.suppress(OSError):
                os.remove(path)
        # Its closing line is nobody's.
        columns = {"pmapx": [["/bin/sh", "-c", 'exec "$0" "$@" 2>/dev/null', px.PMAPX, "capture",
                              "-o", path, *pids]],
                   "floor": [floor_of(row, pids)]}
        with measure.cores(CORES):
            costs = measure.interleaved(columns, options.runs, clean)
    return {"group": row.group, "view": row.view, "wrong": "", "shares": 0,
            "ms": {name: measure.median_ms(runs) for name, runs in costs.items()},
            "of_pmap": None, "of_pmap_limit": None, "sync_ms": sync_ms(row, pids),
            "of_floor": measure.ratio(costs["pmapx"], costs["floor"]),
            "of_floor_limit": row.of_floor,
            "peak_kb": {name: max(run.peak_kb for run in runs) for name, runs in costs.items()},
            "runs": {name: [run._asdict() for run in runs] for name, runs in costs.items()}}


def measure_row(row, subjects, options, others):
    """One row of the report."""
    if row.group == "capture":
        return measure_capture(row, subjects, options)
    if row.group == "load":
        return loading.measure_load(row, subjects.loads, load_rounds(options))
    result = {"group": row.group, "view": row.view, "wrong": "", "ms": {}, "shares": 0}
    ours, theirs, columns = commands(row, subjects, options.pmap, others)
    beside_pmap = options.pmap and row.of_pmap is not None
    if beside_pmap:
        try:
            differs, result["shares"] = measure.difference(ours, theirs)
        except AssertionError as crash:
            differs = str(crash)
        if differs:
            result["wrong"] = "another answer: " + differs
            return result
    rounds = options.runs * {"empty": SHORT, "maps": MIDDLE}.get(row.floor, 1)
    # That something differs is what diff says with 1, and the floor that somebody has gone.
    statuses = (0, 1) if row.group == "diff" or row.view == "rank" else (0,)
    with measure.cores(CORES) if row.group == "processes" else contextlib.nullcontext():
        costs = measure.interleaved(columns, rounds, statuses=statuses)
    result["ms"] = {name: measure.median_ms(runs) for name, runs in costs.items()}
    result["of_pmap"] = measure.ratio(costs["pmapx"], costs["pmap"]) if beside_pmap else None
    result["of_floor"] = measure.ratio(costs["pmapx"], costs["floor"])
    result["of_pmap_limit"], result["of_floor_limit"] = row.of_pmap, row.of_floor
    result["peak_kb"] = {name: max(run.peak_kb for run in runs) for name, runs in costs.items()}
    result["runs"] = {name: [run._asdict() for run in runs] for name, runs in costs.items()}
    return result


def load_rounds(options):
    """The article's way takes ten seconds and more."""
    return (options.runs + 1) // 2


def measure_rows(subjects, options, others):
    for number, row in enumerate(options.rows, 1):
        if sys.stderr.isatty():
            print("\r\033[K%d of %d: %s %s ..." % (number, len(options.rows), *row[:2]), end="",
                  file=sys.stderr, flush=True)
        try:
            yield measure_row(row, subjects, options, others)
        except (unittest.SkipTest, measure.Failed) as why:
            yield {"group": row.group, "view": row.view, "wrong": "not measured: %s" % why}
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def measure_all(options):
    """The report: what bench.json holds."""
    started, used, others = time.monotonic(), measure.processor_seconds(), find_others()
    with contextlib.ExitStack() as undo:
        subjects = Subjects(options, undo)
        report = {"about": None, "groups": subjects.titles(),
                  "rows": list(measure_rows(subjects, options, others))}
    limits = {row[:2]: row.peak_kb for row in ROWS if row.peak_kb}
    report["peaks"] = [
        {"group": row["group"], "view": row["view"], "kb": row["peak_kb"],
         "limit_kb": limits[row["group"], row["view"]]}
        for row in report["rows"] if (row["group"], row["view"]) in limits and not row["wrong"]]
    seconds = time.monotonic() - started
    report["about"] = dict(
        measure.machine(), pmapx=px.pmapx("-V").stdout.decode().split(" (")[0].strip(),
        pmap="procps-ng %d.%d.%d" % px.pmap_version(options.pmap) if options.pmap else None,
        others=list(others), runs=options.runs, short_runs=options.runs * SHORT,
        middle_runs=options.runs * MIDDLE,
        seconds=seconds, disturbed=measure.used_by_others(used, seconds))
    report["notes"] = list(notes(report, subjects, options))
    return report


def notes(report, subjects, options):
    """What makes the numbers other than those that the limits are about."""
    if subjects.remark and any(row.group in ("mappings", "address", "capture", "diff") for row in options.rows):
        yield subjects.remark
    if not options.pmap:
        yield "no pmap of procps-ng was found, so answers were not compared"
    if any(row["group"] == "load" and not row["wrong"] for row in report["rows"]):
        yield "load: in place of pmap, gawk makes INSERTs of maps and psql runs them, while pmapx loads all of smaps; " \
            "from the files to rows that have been committed, of %d runs" % load_rounds(options)
    if px.is_sanitized(px.PMAPX) or report["about"]["build"] == "Debug":
        yield "this is the build for tests; measure a release"
    for row in report["rows"]:
        if row.get("shares"):
            yield "%s %s: %d lines have other shares of files (Pss) in pmap, which itself maps " \
                "some; the rest is the same" % (row["group"], row["view"], row["shares"])


def find_pmap(path):
    """The path if it is a pmap of procps-ng, and not us under that name."""
    try:
        said = px.run([path, "-V"]).stdout
    except OSError:
        return None
    return path if b"procps-ng" in said and b"pmapx" not in said else None


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=7, help="rounds of each row (7); of those that "
                        "take no time, %d times as many" % SHORT)
    parser.add_argument("--rows", metavar="REGEX", default="", help="only rows whose GROUP VIEW "
                        "has this, as in 'mappings -X$' (start, mappings, processes, address, diff, capture or load)")
    parser.add_argument("--mappings", type=int, default=300000, metavar="N",
                        help="of the process that has many")
    parser.add_argument("--processes", type=int, default=1500, metavar="N")
    parser.add_argument("--pmap", default=px.SYSTEM_PMAP, metavar="PATH", type=os.path.abspath,
                        help="another pmap to measure and to compare with")
    parser.add_argument("--markdown", action="store_true", help="the tables of doc/BENCHMARKS.md")
    parser.add_argument("--show", metavar="FILE", help="a bench.json of earlier; nothing is run")
    options = parser.parse_args()
    options.pmap = find_pmap(options.pmap)
    options.rows = [row for row in ROWS
                    if re.search(options.rows, "%s %s" % (row.group, row.view))]
    return options


def main():
    options = read_options()
    show = table.markdown if options.markdown else table.text
    if options.show:
        with open(options.show, encoding="utf-8") as file:
            print(show(json.load(file)), end="")
        return 0
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    try:
        report = measure_all(options)
    except KeyboardInterrupt:
        return 130
    with open(os.path.join(px.BUILD, "bench.json"), "w", encoding="utf-8") as out:
        json.dump(report, out, indent=1)
        out.write("\n")
    print(show(report), end="")
    if not options.markdown:
        print("The same is in %s." % out.name)
    return int(any(row["wrong"] for row in report["rows"]))


if __name__ == "__main__":
    sys.exit(main())
