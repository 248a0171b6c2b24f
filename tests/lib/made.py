# SPDX-License-Identifier: GPL-2.0-or-later
"""A made process of very many mappings of different kinds, names and numbers, in a px.Root."""
import os
import re

import px

# What the made process's mappings are called, and their other columns in maps.
NAMES = (("r--p", b"/usr/lib/x86_64-linux-gnu/libc.so.6", "fe:00", 332835, 0x1d3000, "rd mr mw me"),
         ("r-xp", b"/opt/px/bin/service", "fe:00", 10953028, 0x1000, "rd ex mr mw me"),
         ("rw-p", b"", "00:00", 0, 0, "rd wr mr mw me ac"),
         ("rw-s", b"/memfd:a memory file (deleted)", "00:01", 19637, 0, "rd wr sh mr mw me ms"),
         ("rw-s", b"/dev/shm/PostgreSQL.1234567890", "00:1b", 7, 0, "rd wr sh mr mw me ms"),
         ("---p", b"", "00:00", 0, 0, "mr mw me"),
         ("rwxp", b"[anon:code]", "00:00", 0, 0, "rd wr ex mr mw me ac hg"),
         ("r--s", b"/var/cache/fonts/" + b"0123456789abcdef" * 6, "103:00001", 123456789,
          0x7fe000, "rd mr me ms"))
# The keys that differ between the made mappings that are resident; the others are 0 as they
# mostly are.
VARIED = ("Rss", "Pss", "Pss_Dirty", "Shared_Clean", "Shared_Dirty", "Private_Clean",
          "Private_Dirty", "Referenced", "Anonymous", "AnonHugePages", "Swap", "SwapPss", "Locked")


def kind(i):
    """Which of NAMES; neighbours differ, and each is met resident and not."""
    return i * 7 // 2 % len(NAMES)


def made_line(i):
    """A line of maps; of every two neighbours one begins where the other ends."""
    perms, name, device, inode, offset, _ = NAMES[kind(i)]
    start = 0x7e0000000000 + (i << 20 if i % 2 else ((i + 1) << 20) - (1 << 16))
    span = "%x-%x" % (start, start + (1 << 16) * (1 + (i % 2) * (i % 7)))
    return px.map_line(span, perms, name, device, inode, offset)


def made_numbers(i):
    """Of one to six digits, where the mapping is resident."""
    if i % 2:
        return (0,) * len(VARIED)
    return tuple((i * 2654435761 + k * 40503 >> 4) % 10 ** (1 + (i // 2 + k) % 6)
                 for k in range(len(VARIED)))


def make_process(root, pid, count):
    """A process of count mappings, without holding its smaps in memory."""
    lines = [made_line(i) for i in range(count)]
    root.process(pid, maps=b"".join(lines), smaps=b"", cmdline=b"/opt/px/bin/service\0-d\0",
                 start_stack=0x7ffe1b120000)
    forms = []
    for perms, _, _, _, _, flags in NAMES:
        text = px.smaps_entry(b"0-10000 \n", flags=flags).partition(b"\n")[2]
        for key in VARIED:
            text = re.sub(rb"^(%s: +)0 kB$" % key.encode(),
                          lambda found: found[1][:16] + b"%8d kB", text, flags=re.MULTILINE)
        forms.append(text)
    with open(os.path.join(root.path, str(pid), "smaps"), "wb") as out:
        for first in range(0, count, 10000):
            out.write(b"".join([
                line + forms[kind(i)] % made_numbers(i)
                for i, line in enumerate(lines[first:first + 10000], first)]))
