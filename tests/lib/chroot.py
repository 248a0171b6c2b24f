# SPDX-License-Identifier: GPL-2.0-or-later
"""A small Debian in a folder, with procps in it and nothing of pmapx, to install packages into.

debootstrap takes half a minute for it, so it is kept in the build folder for the next run, and is
made anew when the mirror has another release or make() would make another one."""
import hashlib
import inspect
import os
import re
import shutil
import stat
import subprocess
import tempfile
import unittest
import urllib.request

import px

KEPT = os.path.join(px.BUILD, "tests", "chroot.tar")
SCRIPTS = "/usr/share/debootstrap/scripts"
# What apt has fetched, but for procps.
LEFT_OUT = ("./var/lib/apt/lists/*_*", "./var/cache/apt/archives/[!p]*.deb",
            "./var/cache/apt/archives/p[!r]*.deb")
# What dpkg and ldconfig keep for themselves.
VOLATILE = re.compile(r"/(var/log/.*|var/lib/dpkg/(.*-old|available|lock.*|triggers/Lock)|"
                      r"var/cache/ldconfig/aux-cache|var/cache/apt/.*|var/lib/apt/.*|root/.*)$")


def codename():
    """The release of Debian that this is, whose packages the built ones depend on."""
    try:
        with open("/etc/os-release", encoding="utf-8") as file:
            found = dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
    except OSError:
        found = {}
    suite = found.get("VERSION_CODENAME", "").strip('"')
    if not suite or not os.path.exists(os.path.join(SCRIPTS, suite)):
        raise unittest.SkipTest("debootstrap does not know the system that this is")
    return suite


def mirror(suite):
    """Where apt has this release from."""
    texts = []
    for folder in ("/etc/apt", "/etc/apt/sources.list.d"):
        for name in sorted(os.listdir(folder) if os.path.isdir(folder) else []):
            if name.endswith((".list", ".sources")):
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                    texts.append(file.read())
    for text in texts:
        for stanza in text.split("\n\n"):
            fields = dict(re.findall(r"^(\w+): *(.*)$", stanza, re.MULTILINE))
            if suite in fields.get("Suites", "").split() and fields.get("URIs"):
                return fields["URIs"].split()[0]
        found = re.search(r"^deb (?:\[.*?\] *)?(\S+) +%s " % suite, text, re.MULTILINE)
        if found:
            return found[1]
    return "http://deb.debian.org/debian"


def release(where, suite):
    """What the mirror says about the release, which is other text after each change; None where it
    cannot be reached."""
    try:
        with urllib.request.urlopen("%s/dists/%s/InRelease" % (where.rstrip("/"), suite),
                                    timeout=20) as answer:
            return answer.read()
    except (OSError, ValueError):
        return None


def kept_is_good(recipe, told):
    """Is there one that was made in this way, of this release? Without network, of any."""
    try:
        with open(KEPT + ".key", encoding="utf-8") as file:
            made, of = file.read().split()
    except (OSError, ValueError):
        return False
    return os.path.exists(KEPT) and made == recipe and told in (None, of)


def make(suite, where):
    """Run debootstrap and pack what it has made."""
    with tempfile.TemporaryDirectory(prefix="pmapx-debootstrap-") as folder:
        # In memory, where fsync costs nothing.
        got = px.run(["unshare", "--mount", "--propagation", "private", "sh", "-c",
                      'mount -t tmpfs -o mode=755 tmpfs "$0" && debootstrap --variant=minbase '
                      '--include=procps "$1" "$0" "$2" || exit 77; to=$3; shift 3; '
                      'exec tar -C "$0" "$@" -cf "$to" .', folder, suite, where, KEPT + ".new",
                      *("--exclude=" + name for name in LEFT_OUT)],
                     env=dict(os.environ, LC_ALL="C"), timeout=600)
    said = (got.stdout + got.stderr).decode(errors="replace").strip().splitlines()
    if got.status == 77:
        raise unittest.SkipTest("debootstrap cannot make a system here: " + (said or ["?"])[-1])
    if got.status != 0:
        raise AssertionError("\n".join(said))
    os.rename(KEPT + ".new", KEPT)


def base():
    """The path of a tar of that Debian; skips where there can be none."""
    if os.geteuid() != 0:
        raise unittest.SkipTest("root is needed to install packages into a system of their own")
    if shutil.which("debootstrap") is None:
        raise unittest.SkipTest("debootstrap is not installed")
    px.unshare_command()
    suite = codename()
    where = mirror(suite)
    text = release(where, suite)
    told = hashlib.sha256(text).hexdigest() if text else None
    recipe = hashlib.sha256(repr((inspect.getsource(make), LEFT_OUT, suite, where)).encode())
    recipe = recipe.hexdigest()
    if not kept_is_good(recipe, told):
        if told is None:
            raise unittest.SkipTest("%s cannot be reached" % where)
        os.makedirs(os.path.dirname(KEPT), exist_ok=True)
        make(suite, where)
        with open(KEPT + ".key", "w", encoding="utf-8") as file:
            file.write("%s %s\n" % (recipe, told))
    return KEPT


class Chroot:
    """That Debian, as it was when it was made.

    with Chroot() as chroot:
        chroot.run("dpkg", "-i", "/x.deb")          # as root
        chroot.run("pmap", "1", user=True)          # as nobody
        chroot.path("usr/bin/pmap")
    """

    NOBODY = 65534

    def __init__(self):
        kept = base()
        self.holder = None
        self.folder = tempfile.mkdtemp(prefix="pmapx-chroot-")
        try:
            self.mount(kept)
        except BaseException:
            self.close()
            raise

    def mount(self, kept):
        """In memory, and in a mount namespace that lasts as long as this process and no longer."""
        self.holder = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c",
             'mount -t tmpfs -o mode=755 tmpfs "$0" && tar -C "$0" --numeric-owner -xpf "$1" && '
             'mount --bind /proc "$0/proc" && mount -o remount,ro,bind "$0/proc" && '
             'echo ready && exec cat', self.folder, kept],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=px.environment())
        self.top = "/proc/%d/root%s" % (self.holder.pid, self.folder)
        if self.holder.stdout.readline() != b"ready\n":
            raise unittest.SkipTest("no file system can be mounted here")

    def is_closed(self):
        return self.folder is None

    def close(self):
        """May be called again."""
        if self.is_closed():
            return
        if self.holder:
            self.holder.stdin.close()
            self.holder.stdout.close()
            self.holder.wait()
        os.rmdir(self.folder)
        self.folder = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def path(self, name):
        """A file of it, as seen from here."""
        return os.path.join(self.top, name)

    def run(self, *words, user=False):
        """Run a command in it; it has the system's processes to look at."""
        who = ["--userspec=%d:%d" % (self.NOBODY, self.NOBODY)] if user else []
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent",
               "DEBIAN_FRONTEND": "noninteractive"}
        return px.run(["nsenter", "--mount=/proc/%d/ns/mnt" % self.holder.pid, "chroot", *who,
                       self.folder, *words], env=env)

    def packages(self):
        """What dpkg knows of those that are there, in any order."""
        with open(self.path("var/lib/dpkg/status"), encoding="utf-8") as file:
            return sorted(one for one in file.read().split("\n\n") if " not-installed\n" not in one)

    def files(self):
        """{path: what there is to say about it}, without what changes by itself."""
        found = {}
        for where, folders, names in os.walk(self.top):
            if where == self.top:
                folders.remove("proc")
            for name in folders + names:
                path = os.path.join(where, name)
                told = os.lstat(path)
                what = [stat.filemode(told.st_mode), told.st_uid, told.st_gid]
                if stat.S_ISLNK(told.st_mode):
                    what.append(os.readlink(path))
                elif stat.S_ISREG(told.st_mode):
                    with open(path, "rb") as file:
                        what.append(hashlib.sha1(file.read()).hexdigest())
                inside = path[len(self.top):]
                if inside == "/var/lib/dpkg/status":
                    what = self.packages()
                if not VOLATILE.fullmatch(inside):
                    found[inside] = what
        return found
