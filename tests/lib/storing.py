# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows for stores: the schema as the program has it, px_rows, and captures to put in."""
import os
import random
import re
import sqlite3

import px

ROWS = os.path.join(px.BUILD, "tests", "px_rows")
VIEWS_SQL = os.path.join(px.SOURCE, "src", "store", "views.sql")


class Table:
    def __init__(self, name, key, comment):
        self.name, self.key, self.comment = name, key, comment
        self.columns = []  # (name, type, "NOT NULL" or "", comment)


def schema():
    """(version, {name: Table}), as px_rows prints them."""
    version, tables, last = None, {}, None
    for line in px.run([ROWS, "schema"]).stdout.decode().splitlines():
        word, *rest = line.split("\t")
        if word == "version":
            version = int(rest[0])
        elif word == "table":
            last = tables[rest[0]] = Table(*rest)
        else:
            last.columns.append(tuple(rest))
    return version, tables


VERSION, TABLES = schema() if os.path.exists(ROWS) else (None, {})


def views():
    """The names of all views, in order."""
    with open(VIEWS_SQL, encoding="utf-8") as file:
        return re.findall(r"^CREATE VIEW (\w+) AS$", file.read(), re.M)


def value(given):
    if given is None:
        return "N"
    if isinstance(given, int):
        return "i%d" % given
    return "t" + (given if isinstance(given, bytes) else given.encode()).hex()


def row(table, **values):
    """A line for px_rows; what is not given is NULL."""
    names = [column[0] for column in TABLES[table].columns]
    unknown = set(values) - set(names)
    if unknown:
        raise AssertionError("%s has no %s" % (table, unknown))
    return "\t".join([table] + [value(values.get(name)) for name in names]) + "\n"


def capture(label="A", host="h", **values):
    return row("capture", test_label=label, hostname=host, **values)


def lines(*parts):
    return "".join(parts).encode()


class Capture:
    """Lines of a capture, by little calls."""

    def __init__(self, label="A", host="h", **values):
        self.lines = [capture(label, host, **values)]
        self.seq = {}

    def add(self, table, **values):
        self.lines.append(row(table, **values))

    def process(self, pid, status="ok", **values):
        self.add("process", pid=pid, status=status, **values)

    def mapping(self, pid, perms="rw-p", class_="anon", kind=None, size=1 << 20, name=None, **values):
        seq = self.seq[pid] = self.seq.get(pid, 0) + 1
        start = values.pop("start", 0x10000 + seq * 0x10000000)
        self.add("mapping", **{
            "pid": pid, "seq": seq, "start_addr": "%08x" % start, "end_addr": "%08x" % (start + size),
            "perms": perms, "offset_val": "00000000", "dev": "00:00", "inode": "0", "pathname": name,
            "addr": start - (1 << 64) if start >> 63 else start, "size": size, "class": class_,
            "kind": kind or class_, **values})

    def smaps(self, pid, perms="rw-p", class_="anon", kind=None, size=1 << 20, name=None, rss=0, **values):
        """The same with numbers of smaps: all of rss is private and dirty unless it is said."""
        numbers = {"rss": rss, "pss": rss, "private_clean": 0, "private_dirty": rss, "shared_clean": 0,
                   "shared_dirty": 0, "anonymous": rss, "swap": 0, "shared_hugetlb": 0, "private_hugetlb": 0}
        self.mapping(pid, perms, class_, kind, size, name, **{**numbers, **values})

    def text(self, commit=True):
        return lines(*self.lines, "commit\n" if commit else "")


# (mode, class, kind, name) of mappings that there are.
SHAPES = [("r-xp", "file", "text", "/usr/lib/postgresql/15/bin/postgres"),
          ("rw-p", "file", "data", "/usr/lib/postgresql/15/bin/postgres (deleted)"),
          ("rw-p", "bss", "bss", None), ("rw-p", "heap", "heap", "[heap]"), ("rw-p", "anon", "anon", None),
          ("rw-s", "shm", "shm", "/dev/zero (deleted)"), ("rw-s", "sysv", "sysv", "/SYSV0052e2c1 (deleted)"),
          ("rw-s", "posix_shm", "posix_shm", "/dev/shm/PostgreSQL.1"),
          ("rw-s", "hugetlb", "hugetlb", "/anon_hugepage (deleted)"), ("rw-p", "hugetlb", "hugetlb", None),
          ("rw-p", "stack", "main-stack", "[stack]"), ("rw-p", "stack", "thread-stack", None),
          ("r-xp", "jit", "jit", None), ("---p", "reserve", "reserved", None),
          ("rw-s", "device", "device", "/dev/dri/card0"), ("rw-s", "memfd", "memfd", "/memfd:x (deleted)"),
          ("r-xp", "file", "text", "/usr/lib/llvm-14/lib/libLLVM-14.so.1"),
          ("r-xp", "special", "vdso", "[vdso]"), ("rw-p", "file", "data", "/tmp/it's a \\ file\twith \u20ac")]

SMAPS = ("rss", "pss", "pss_dirty", "shared_clean", "shared_dirty", "private_clean", "private_dirty",
         "referenced", "anonymous", "swap", "swap_pss", "locked")
HUGETLB = ("shared_hugetlb", "private_hugetlb")


def a_process(rnd, made, pid, number):
    """A process of one of two servers, of another user, or one that says little."""
    mode = number % 7
    server = {0: 100, 1: 100, 2: 100, 3: 200, 4: 200}.get(mode)
    known = {"comm": "comm%d" % mode, "uid": mode, "user_name": "user%d" % mode,
             "starttime": 1000 + number, "start_us": 1700000000000000 + number * 1000000,
             "vm_pte": rnd.randrange(100) * 4096, "ppid": 1}
    if server:
        known.update(pg_instance=server, pg_role="client backend", pg_user="u", pg_db="d",
                     pg_client="[local]", pg_activity="idle", ns_pid=pid - 150 if server == 200 else None)
    if mode == 6:
        made.process(pid, rnd.choice(("kernel", "denied", "zombie")), comm="x")
        return
    made.process(pid, **known)
    for _ in range(rnd.randrange(1, 25)):
        perms, class_, kind, name = rnd.choice(SHAPES)
        numbers = {} if mode == 5 else {key: rnd.randrange(1000) * 1024 for key in SMAPS}
        if numbers and class_ == "hugetlb":
            numbers.update({key: rnd.randrange(4) << 21 for key in HUGETLB})
        made.mapping(pid, perms, class_, kind, rnd.randrange(1, 4000) * 4096, name, inode=str(rnd.randrange(3)),
                     vm_flags="rd wr", **numbers)


def a_backend(rnd, made, pid, number):
    """What the server tells of it: some of it, by the pid that it knows."""
    instance = rnd.choice((None, 100 if number % 7 < 3 else 200))
    inside = pid if number % 7 < 3 else pid - 150
    if rnd.randrange(5):
        made.add("pg_activity", pid=inside, seq=number, pg_instance=instance, usename="u\u00e4",
                 application_name="app", state=rnd.choice(("idle", "active", None)), backend_type="client backend",
                 query="select\n'\t|' -- \\ %d" % number,
                 backend_start_us=rnd.choice((None, 1700000000000000 + number * 1000000 + 5000, 17)))
    for dump in range(1, rnd.randrange(3) + 1):
        total = rnd.randrange(1 << 24)
        free = rnd.randrange(total + 1)
        made.add("context_dump", pid=inside, dump_no=dump, pg_instance=instance, source="log",
                 complete=rnd.randrange(2), logged_us=1700000999000000 + number, grand_total=total, grand_blocks=7,
                 grand_free=free, grand_chunks=1, grand_used=total - free)
        for seq in range(1, 12):
            depth = 1 if seq == 1 else rnd.randrange(2, 4)
            made.add("context", pid=inside, dump_no=dump, seq=seq, depth=depth, n_contexts=rnd.randrange(1, 9),
                     name="TopMemoryContext" if seq == 1 else rnd.choice(("Cache", "Portal", "(more)")),
                     ident="x", total_bytes=rnd.randrange(9) * 1024, n_blocks=1, free_bytes=100, used_bytes=rnd.randrange(9999),
                     subtree_bytes=rnd.randrange(9) * 1024, path="Top/%d" % rnd.randrange(3))
    if rnd.randrange(3) == 0:
        made.add("malloc_dump", pid=inside, dump_no=1, source="malloc_info", pg_instance=instance,
                 system_bytes=rnd.randrange(1 << 25), mmap_bytes=rnd.choice((None, 4096)),
                 free_bytes=rnd.randrange(1 << 24))


def made_up(seed, label, host="h", processes=60, taken_us=1700001000000000):
    """A capture with something of everything, always the same for a seed."""
    rnd = random.Random(seed)
    made = Capture(label, host, taken_us=taken_us, boot_id="b", page_size=4096, source="made up")
    made.add("capture_fact", name="pg.shared_buffers", value="16384", num=134217728)
    for number in range(processes):
        # Some are new or gone from one capture to the next.
        if rnd.randrange(10) == 0:
            continue
        pid = 1000 + number
        a_process(rnd, made, pid, number)
        if number % 7 < 5:
            a_backend(rnd, made, pid, number)
    return made.text()


def sqlite(path, text, *words, **kwargs):
    """Run px_rows into a file; status and what it says."""
    with feed(text) as file:
        return px.run([ROWS, "sqlite", path, *words], stdin=file, **kwargs)


def psql_script(text, *words):
    with feed(text) as file:
        got = px.run([ROWS, "psql", *words], stdin=file)
    if got.status != 0:
        raise AssertionError(got)
    return got.stdout


def feed(text):
    """A file that reads as @text."""
    fd = os.memfd_create("rows")
    os.write(fd, text)
    os.lseek(fd, 0, os.SEEK_SET)
    return os.fdopen(fd, "rb")


def as_bytes(cell):
    return None if cell is None else cell if isinstance(cell, bytes) else str(cell).encode()


def sqlite_rows(path, query):
    """What a query gives, as postgres.Server.rows() does."""
    database = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    database.text_factory = bytes
    try:
        return [[as_bytes(cell) for cell in line] for line in database.execute(query)]
    finally:
        database.close()
