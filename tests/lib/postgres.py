# SPDX-License-Identifier: GPL-2.0-or-later
"""A PostgreSQL server of one's own: a cluster in a temporary folder, on a socket there."""
import contextlib
import ctypes
import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import px

PR_SET_PDEATHSIG = 1

# What tests need little of, since they are short.
SETTINGS = ("listen_addresses=", "fsync=off", "autovacuum=off", "shared_buffers=64MB", "max_connections=40")


def binaries():
    """The folder of the newest server's programs; skips the test where there is none."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"),
                   key=lambda path: int(path.split("/")[4]) if path.split("/")[4].isdigit() else 0)
    if not found:
        raise unittest.SkipTest("no PostgreSQL server (Debian: postgresql)")
    return os.path.dirname(found[-1])


def server_user():
    """Who runs it: the server refuses root."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise unittest.SkipTest("no user postgres, and root may not run a server") from None


class Server:
    """A server while it is used as a context; its superuser is "admin"."""

    around = ()  # What it is run by, as root; what does not become that user by itself is to.

    def __init__(self, *settings):
        self.bin = binaries()
        self.user = server_user()
        self.settings = SETTINGS + settings
        self.folder = tempfile.mkdtemp(prefix="px-pg-")
        self.log = os.path.join(self.folder, "log")
        self.identity = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} \
            if self.user else {}

    def command(self, *words):
        return px.run([os.path.join(self.bin, words[0]), *words[1:]], cwd=self.folder, **self.identity)

    def __enter__(self):
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        os.chmod(self.folder, 0o755)
        try:
            data = os.path.join(self.folder, "data")
            made = self.command("initdb", "-D", data, "-U", "admin", "-A", "trust", "-E", "UTF8",
                                "--locale=C", "--no-sync")
            if made.status != 0:
                raise unittest.SkipTest("initdb: " + made.stderr.decode(errors="replace"))
            self.start(data)
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        return self

    def start(self, data):
        """It ends with this process, however that ends."""
        words = [*self.around, os.path.join(self.bin, "postgres"), "-D", data, "-k", self.folder]
        for setting in self.settings:
            words += ["-c", setting]
        libc = ctypes.CDLL(None, use_errno=True)
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                words, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=px.environment(),
                preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGQUIT),
                **({} if self.around else self.identity))
        for _ in range(600):
            if self.process.poll() is not None:
                break
            if self.command("pg_isready", "-q", "-h", self.folder).status == 0:
                return
            time.sleep(0.05)
        self.stop()
        with open(self.log, encoding="utf-8", errors="replace") as log:
            raise unittest.SkipTest("the server does not start: " + log.read()[-2000:])

    def stop(self):
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=60)

    def __exit__(self, *ignored):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def psql_words(self, database, *words):
        return [os.path.join(self.bin, "psql"), "-X", "-h", self.folder, "-U", "admin", "-d", database, *words]

    def psql(self, database, script, *words, **changes):
        """Run a script that comes on standard input."""
        with tempfile.TemporaryFile() as file:
            file.write(script)
            file.seek(0)
            return px.run(self.psql_words(database, "-q", *words), stdin=file,
                          env=px.environment(**changes))

    def rows(self, database, query):
        """What a query gives: a list of rows, of bytes or None."""
        got = self.psql(database, b"COPY (%s) TO STDOUT" % query.encode())
        if got.status != 0 or got.stderr:
            raise AssertionError(got.stderr.decode(errors="replace"))
        return [[None if value == b"\\N" else unescape(value) for value in line.split(b"\t")]
                for line in got.stdout.split(b"\n")[:-1]]

    @contextlib.contextmanager
    def database(self, name="test", *options):
        """A database of its own."""
        made = self.command("createdb", "-h", self.folder, "-U", "admin", "-T", "template0", *options, name)
        if made.status != 0:
            raise AssertionError(made.stderr.decode(errors="replace"))
        try:
            yield name
        finally:
            self.command("dropdb", "-f", "-h", self.folder, "-U", "admin", name)


ESCAPES = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f", b"v": b"\v", b"\\": b"\\"}


def unescape(value):
    """A value of COPY's text format."""
    first, *others = value.split(b"\\") if b"\\" in value else [value]
    text, others = first, list(others)
    while others:
        part = others.pop(0)
        if part == b"":
            # A backslash that stands for itself, and what is behind it.
            text += b"\\" + (others.pop(0) if others else b"")
        else:
            text += ESCAPES[part[:1]] + part[1:]
    return text
