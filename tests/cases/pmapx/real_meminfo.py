#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The Pss of all processes that rank shows adds up to AnonPages + Mapped of /proc/meminfo.

That is of the whole machine. To be more than what others have and change meanwhile, a target has two
gigabytes, shared among some processes; without room for that, nothing is tested."""
import json
import os
import re
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import machine
import px

# MiB of each, and processes beside the first.
ANONYMOUS, FILE, SHARED, CHILDREN = 1200, 400, 400, 4
# The namespace of the machine itself, in which all processes can be seen: PROC_PID_INIT_INO.
ALL_PROCESSES = "pid:[4026531836]"
ALL_KB = (ANONYMOUS + FILE + SHARED) * 1024
# How far both may be apart, and how far what is compared with may move meanwhile.
NEAR, STILL = 0.02, 0.01


def mapped_kb():
    info = machine.meminfo()
    return info["AnonPages"] + info["Mapped"]


def unread():
    """(how many processes may not be read, what their status says they have)."""
    count, kbytes = 0, 0
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/smaps_rollup" % name, "rb") as file:
                file.read()
        except PermissionError:
            resident = re.search(rb"\nVmRSS:\s*(\d+)", px.process_file(name, "status"))
            count += 1
            kbytes += int(resident[1]) if resident else 0
        except OSError:
            # Threads of the kernel, and what has ended.
            continue
    return count, kbytes


class Sum(px.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        machine.need_room(ALL_KB // 1024)
        if os.geteuid() != 0:
            raise unittest.SkipTest("only root may read all processes")
        cls.target = cls.enterClassContext(px.Target("roomy", *map(str, (ANONYMOUS, FILE, SHARED, CHILDREN))))

    def ranked(self, *words):
        got = px.pmapx("rank", "--fields=pid,pss,rss", "--format=json", *words)
        self.assertEqual(got.status, 0, got.stderr)
        return json.loads(got.stdout)

    def test_target(self):
        """Whoever shares memory has a part of it; Rss counts it for each."""
        found = self.ranked("--tree", str(self.target.pid))
        self.assertEqual(len(found["rows"]), 1 + CHILDREN)
        self.assertAlmostEqual(found["totals"]["pss"], ALL_KB, delta=ALL_KB * NEAR / 2)
        self.assertGreater(found["totals"]["rss"], (CHILDREN + 1) * (ANONYMOUS + SHARED) * 1024)

    def test_machine(self):
        """As long as nobody takes or gives back much while rank is reading."""
        if os.readlink("/proc/self/ns/pid") != ALL_PROCESSES:
            self.skipTest("in a namespace of processes that is not the machine's")
        seen = []
        for _ in range(50):
            before = mapped_kb()
            found = self.ranked()
            count, unread_kb = unread()
            after = mapped_kb()
            pss = found["totals"]["pss"]
            if found["processes"]["denied"] == count and abs(after - before) < before * STILL:
                if pss <= min(before, after) * (1 + NEAR) and \
                        pss + unread_kb >= max(before, after) * (1 - NEAR):
                    print("Pss %d kB, and at most %d unread; AnonPages + Mapped %d" % (pss, unread_kb, after),
                          file=sys.stderr)
                    return
                seen.append((pss, unread_kb, before, after))
            time.sleep(0.2)
        if not seen:
            self.skipTest("the memory of others never holds still")
        self.fail("Pss, unread, AnonPages + Mapped before and after: %r" % seen)


if __name__ == "__main__":
    px.main()
