#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Take the captures of doc/example anew: of a PostgreSQL server of our own whose backends hold memory in known
ways (tests/lib/planted.py), before and after one of them has grown.

    unshare -u sh -c 'hostname db1 && python3 tests/example.py'      # as root

README.md and doc/TOUR.md show what pmapx says of them, so what it says then goes there
(python3 tests/check/readme.py tells the differences), and `cmake --build build/release --target picture`."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import planted
import px

EXAMPLE = os.path.join(px.SOURCE, "doc", "example")


def capture(server, name, *words):
    path = os.path.join(EXAMPLE, name)
    got = px.pmapx("capture", "--force", "-o", path, "--tree", str(server.postmaster), *words)
    if got.status != 0:
        sys.exit(got.stderr.decode(errors="replace"))
    os.chmod(path, 0o644)


def main():
    names = [name for name in planted.PLANTED if name != "idle"]
    with planted.Planted(names) as server:
        growing = server.client(server.stack, "growing")
        growing.run(planted.prepared(10))
        capture(server, "before.tar.xz")
        growing.run(["DEALLOCATE ALL;", *planted.prepared(500)])
        server.clients["partitions"].run(planted.prepared(200))
        capture(server, "after.tar.xz", "--postgres=host=%s user=admin dbname=%s" % (
            server.server.folder, server.database))


if __name__ == "__main__":
    main()
