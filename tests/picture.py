#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Draw doc/terminal.svg: what pmapx prints on a terminal of 80 columns about the captures of doc/example.

    cmake --build build/release --target picture

Nothing in it is written by hand, and it is the same wherever it is made: check.readme makes it again and compares.
Words are placed by their columns, so that they stand in line whatever font a reader has."""
import os
import re
import sys
from xml.sax.saxutils import escape

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import px
import terminal

COMMAND = "pmapx report --pid 3089 backend after.tar.xz"
PICTURE = os.path.join(px.SOURCE, "doc", "terminal.svg")
COLUMNS = 80
CELL_WIDTH, LINE_HEIGHT, SIZE = 8.4, 18, 14
MARGIN, BAR = 20, 36

HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: GPL-2.0-or-later; made by tests/picture.py -->
<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title" \
width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}">
<title id="title">{title}</title>
<desc>{description}</desc>
<rect x="0.5" y="0.5" width="{inner_width:g}" height="{inner_height:g}" rx="8" fill="#161b22" stroke="#6e7681"/>
<circle cx="20" cy="18" r="6" fill="#ff5f56"/>
<circle cx="40" cy="18" r="6" fill="#ffbd2e"/>
<circle cx="60" cy="18" r="6" fill="#27c93f"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace" \
font-size="{size}" fill="#e6edf3">
"""


def printed():
    """The command with its prompt, and what it prints."""
    got = terminal.result(["sh", "-c", COMMAND], COLUMNS, cwd=os.path.join(px.SOURCE, "doc", "example"),
                          env=px.environment(PATH=px.BUILD + ":" + os.environ.get("PATH", "/usr/bin:/bin")))
    if got.status != 0:
        raise AssertionError(got.stdout.decode(errors="replace"))
    return ["$ " + COMMAND] + got.stdout.decode().rstrip("\n").split("\n")


def words(line):
    """(column, text) of what has no two blanks in it."""
    return [(found.start(), found.group()) for found in re.finditer(r"\S+(?: \S+)*", line)]


def text(column, row, word, fill=""):
    """A piece of a line, made as wide as its columns."""
    return '<text x="%g" y="%g" textLength="%g" lengthAdjust="spacingAndGlyphs"%s>%s</text>' % (
        round(MARGIN + column * CELL_WIDTH, 1), BAR + (row + 1) * LINE_HEIGHT, round(len(word) * CELL_WIDTH, 1),
        ' fill="%s"' % fill if fill else "", escape(word))


def drawn(lines):
    """The picture of a terminal that shows these lines; the first is a command behind a prompt."""
    width = 2 * MARGIN + COLUMNS * CELL_WIDTH
    height = BAR + len(lines) * LINE_HEIGHT + MARGIN
    parts = [HEAD.format(width=width, height=height, inner_width=width - 1, inner_height=height - 1, size=SIZE,
                         title=escape("A terminal: " + lines[0]), description=escape("\n".join(lines[1:])))]
    parts += [text(0, 0, "$", "#7ee787"), text(2, 0, lines[0][2:], "#79c0ff")]
    for row, line in enumerate(lines[1:], 1):
        parts += [text(column, row, word) for column, word in words(line)]
    return parts[0] + "\n".join(parts[1:]) + "\n</g>\n</svg>\n"


if __name__ == "__main__":
    with open(PICTURE, "w", encoding="utf-8") as file:
        file.write(drawn(printed()))
