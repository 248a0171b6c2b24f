# SPDX-License-Identifier: GPL-2.0-or-later
"""A program's system calls, as strace sees them.

    trace.need()                                  # skips where that is not possible
    calls = trace.run([px.PMAPX, "-x", "1"]).calls
    trace.reads(calls, "/proc/1/smaps")           # how many read() calls were made on it
    trace.opened(calls)                           # absolute paths, in order, found or not
"""
import functools
import os
import re
import shutil
import tempfile
import unittest
from collections import namedtuple

import px

# thread: a number as text; arguments and result: text, with descriptors as strace -y has them.
Call = namedtuple("Call", "thread name arguments result")
Trace = namedtuple("Trace", "calls stdout stderr status")

READS = ("read", "pread64", "readv", "preadv", "preadv2")
OPENS = ("open", "openat", "openat2")
CREATIONS = ("clone", "clone3", "fork", "vfork")


@functools.lru_cache(maxsize=None)
def problem():
    """Why nothing can be traced, or None."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    if px.is_sanitized(px.PMAPX):
        return "a sanitizer makes system calls of its own"
    if px.run(["strace", "-qq", "-o", "/dev/null", "true"]).status != 0:
        return "tracing is not permitted here"
    return None


def need():
    if problem():
        raise unittest.SkipTest(problem())


def parse(lines):
    """The calls of a log of strace -f -o; what another thread interrupted is put together."""
    begun = {}
    for line in lines:
        thread, _, text = line.rstrip("\n").partition(" ")
        text = text.lstrip()
        if text.endswith("<unfinished ...>"):
            begun[thread] = text[:-len("<unfinished ...>")]
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", text)
        if resumed:
            text = begun.pop(thread, "") + resumed[1]
        call = re.match(r"(\w+)\((.*)\) += (.*)", text)
        if call:
            yield Call(thread, *call.groups())
    # those that the end of the process has cut off
    for thread, text in begun.items():
        name, _, arguments = text.partition("(")
        yield Call(thread, name, arguments, "?")


def run(argv, options=(), **kwargs):
    """Run a command under strace, with options of strace; threads and children are followed."""
    with tempfile.TemporaryDirectory(prefix="pmapx-trace-") as folder:
        log = os.path.join(folder, "log")
        got = px.run(["strace", "-f", "-qq", "-y", "-o", log, *options, *argv], **kwargs)
        with open(log, encoding="utf-8", errors="surrogateescape") as lines:
            return Trace(list(parse(lines)), *got)


def only(*names):
    """The option that has strace see these calls alone; not every architecture has them all."""
    return ["-e", "trace=" + ",".join("?" + name for name in names)]


def is_on(call, path):
    """Whether a call's first argument is a descriptor of the file."""
    return re.match(r"\d+<%s>" % re.escape(path), call.arguments) is not None


def reads(calls, path):
    return sum(1 for call in calls if call.name in READS and is_on(call, path))


def opened(calls):
    """The files that were opened or looked for, as absolute paths, in order."""
    found = []
    for call in calls:
        place = re.match(r'(?:(?:AT_FDCWD|\d+)(?:<([^>]*)>)?, )?"([^"]*)"', call.arguments)
        if call.name in OPENS and place:
            found.append(os.path.normpath(os.path.join(place[1] or os.getcwd(), place[2])))
    return found


def creations(calls):
    """How many threads and processes were made."""
    return sum(1 for call in calls if call.name in CREATIONS and not call.result.startswith("-1"))
