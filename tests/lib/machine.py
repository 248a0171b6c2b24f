# SPDX-License-Identifier: GPL-2.0-or-later
"""What a test borrows from the whole machine, and gives back whatever happens: swap space, huge pages.

    with machine.swap(96): ...          # MiB of it; skips where it is not to be had
    with machine.huge_pages(12): ...

What is borrowed is given back by a shell that waits for this: it does so also if the test is killed."""
import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import px

HUGE_PAGES = "/proc/sys/vm/nr_hugepages"


def meminfo():
    """{name: kB, or a number} of the machine."""
    with open("/proc/meminfo", encoding="ascii") as file:
        return {name: int(value) for name, value in re.findall(r"^(\S+): +(\d+)", file.read(), re.MULTILINE)}


def need_room(mib):
    """Skip unless there is so much, and as much again, that nobody uses."""
    have = meminfo().get("MemAvailable", 0)
    if have < 2 * mib * 1024:
        raise unittest.SkipTest("needs %d MiB of which half stays free, there are %d" % (2 * mib, have // 1024))


@contextlib.contextmanager
def given_back(command, *words):
    """A shell that waits, in a session of its own, and then runs the command."""
    waiting = 'trap "" HUP INT TERM; cat >/dev/null; exec 2>/dev/null; ' + command
    # Its parent is not this process: what ends a test ends what that has started.
    with subprocess.Popen(["setsid", "--fork", "sh", "-c", waiting, "sh", *words], cwd="/",
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=px.environment()) as shell:
        try:
            yield
        finally:
            shell.stdin.close()
            shell.stdout.read()


def must(*words):
    """Run a command that the machine may refuse; then the test is skipped."""
    try:
        got = px.run(words)
    except OSError as problem:
        raise unittest.SkipTest("%s: %s" % (words[0], problem.strerror))
    if got.status != 0:
        said = got.stderr.decode(errors="replace").strip() or "status %d" % got.status
        raise unittest.SkipTest("%s: %s" % (words[0], said))


def roots_own():
    if os.geteuid() != 0:
        raise unittest.SkipTest("only root may")


@contextlib.contextmanager
def swap(mib):
    """A swap file in use, so large."""
    roots_own()
    need_room(mib)
    # What /usr/sbin has is not in every PATH.
    for name in ("mkswap", "swapon", "swapoff"):
        if not shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"):
            raise unittest.SkipTest("no " + name)
    folder = tempfile.mkdtemp(prefix="pmapx-swap-")
    path = os.path.join(folder, "file")
    with given_back('PATH=$PATH:/usr/sbin:/sbin; swapoff "$1"; rm -rf -- "$2"', path, folder):
        # Blocks that were never written are none to swap to, on some file systems.
        with open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            for _ in range(mib):
                file.write(bytes(1 << 20))
            os.fsync(file.fileno())
        must("sh", "-c", 'PATH=$PATH:/usr/sbin:/sbin; mkswap -q "$1" && swapon "$1"', "sh", path)
        yield


@contextlib.contextmanager
def huge_pages(count):
    """So many more huge pages than there were."""
    def there_are():
        with open(HUGE_PAGES, encoding="ascii") as file:
            return int(file.read())

    roots_own()
    need_room(count * meminfo().get("Hugepagesize", 0) // 1024)
    try:
        before = there_are()
    except OSError as problem:
        raise unittest.SkipTest("%s: %s" % (problem.filename, problem.strerror))
    # Somebody else may have taken some meanwhile, too: what is given back is a number of pages.
    with given_back('now=$(cat "$1") && echo $((now > $2 ? now - $2 : 0)) >"$1"', HUGE_PAGES, str(count)):
        try:
            with open(HUGE_PAGES, "w", encoding="ascii") as file:
                file.write(str(before + count))
        except OSError as problem:
            raise unittest.SkipTest("%s: %s" % (problem.filename, problem.strerror))
        if meminfo().get("HugePages_Free", 0) < count:
            raise unittest.SkipTest("no %d huge pages are to be had" % count)
        yield
