# SPDX-License-Identifier: GPL-2.0-or-later
"""Ways to save the processes of a folder laid out like /proc: as people do it, and as tar does."""
import os
import shutil
import subprocess
import unittest

NAMES = ("maps", "smaps", "stat", "status", "cmdline", "comm")

# Ending of an archive: tar's option for it.
COMPRESSIONS = {".tar": None, ".tar.gz": "--gzip", ".tar.bz2": "--bzip2", ".tar.xz": "--xz",
                ".tar.zst": "--zstd"}
PROGRAMS = {"--gzip": "gzip", "--bzip2": "bzip2", "--xz": "xz", "--zstd": "zstd"}


def processes(root):
    return sorted((name for name in os.listdir(root) if name.isdigit()), key=int)


def collect(root, folder, names=NAMES):
    """FOLDER/NAME-PID, as the article's script makes them."""
    os.makedirs(folder, exist_ok=True)
    for pid in processes(root):
        for name in names:
            path = os.path.join(root, pid, name)
            if os.path.isfile(path):
                shutil.copyfile(path, os.path.join(folder, "%s-%s" % (name, pid)))
    return folder


def copy(root, folder, names=NAMES):
    """FOLDER/PID/NAME, as a copy of /proc or a report of sos has them."""
    for pid in processes(root):
        os.makedirs(os.path.join(folder, pid), exist_ok=True)
        for name in names:
            path = os.path.join(root, pid, name)
            if os.path.isfile(path):
                shutil.copyfile(path, os.path.join(folder, pid, name))
    return folder


def tar(archive, folder, *members, ending=".tar", options=()):
    """Make archive + ending of members of a folder ("." if none is given); skips without tar."""
    compression = COMPRESSIONS[ending]
    for program in ("tar", PROGRAMS.get(compression, "tar")):
        if not shutil.which(program):
            raise unittest.SkipTest("%s is not installed" % program)
    path = archive + ending
    subprocess.run(["tar", "--create", "--file", path, "--directory", folder, *options,
                    *([compression] if compression else []), "--", *(members or ["."])], check=True)
    return path


# Columns that depend on who else has a page mapped: the reader has libc.
OF_OTHERS = {b"Pss", b"Pss_Dirty", b"Pss_Anon", b"Pss_File", b"Pss_Shmem", b"Shared_Clean",
             b"Shared_Dirty", b"Private_Clean", b"Private_Dirty"}


def steady(view, stdout):
    """Without the columns of others, and without widths."""
    if not view[:1] or not view[0].startswith("-X"):
        return stdout
    lines = stdout.split(b"\n")
    titles = next((line.split() for line in lines if line.lstrip().startswith(b"Address ")), None)
    if titles is None:
        return stdout
    kept = [i for i, title in enumerate(titles[:-1]) if title not in OF_OTHERS]
    result = []
    for line in lines:
        words = line.split(None, len(titles) - 1)
        # The row of totals has no number but these; a header has any words.
        if len(words) >= len(titles) - 1:
            line = b" ".join([words[i] for i in kept] + words[len(titles) - 1:])
        result.append(b"" if set(line.strip()) <= set(b"= ") or line.endswith(b" KB ") else line)
    return b"\n".join(result)
