# SPDX-License-Identifier: GPL-2.0-or-later
"""What documents refer to."""
import os
import re


def targets(text):
    """Where the links and pictures of a document lead, but to other hosts."""
    return [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:", target)]


def followed(folder):
    """{document: [(target, whether there is a file or folder)]} of all documents below a folder."""
    found = {}
    for where, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".md"):
                path = os.path.join(where, name)
                with open(path, encoding="utf-8") as file:
                    found[os.path.relpath(path, folder)] = [
                        (target, os.path.exists(os.path.join(where, target.partition("#")[0])))
                        for target in targets(file.read())]
    return found
