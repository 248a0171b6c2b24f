# SPDX-License-Identifier: GPL-2.0-or-later
"""What bench.py found, as text for a terminal of 100 columns and as Markdown.

A report is what bench.json holds: {"about", "groups", "rows", "peaks", "notes"}.
"""

PARTS = ("pmapx", "pmap", "floor")
LABEL, NUMBER, RATIO = 24, 9, 15


def number(value):
    """Milliseconds with as many digits as mean something."""
    if value is None:
        return "-"
    return "%.2f" % value if value < 100 else "%.0f" % value


def misses(value, limit):
    """Whether a value is above its limit."""
    return value is not None and limit is not None and value > limit


def beside(value, limit, shown):
    """The limit, with a mark if the value is above it: "> 0.40 !" """
    sign, mark = (">", "!") if misses(value, limit) else ("\N{LESS-THAN OR EQUAL TO}", " ")
    return "%s %s %s" % (sign, shown % limit, mark)


def against(value, limit):
    """A ratio and its limit."""
    return "-" if value is None else "%.2f %s" % (value, beside(value, limit, "%.2f"))


def about_text(about):
    """Who, where and when, in a sentence's worth."""
    return "%s, %s, %d cores, %s, %s, %s" % (
        about["kernel"], about["processor"], about["cores"], about["pmap"] or "no pmap",
        about["compiler"], about["date"])


def how_text(about):
    return "Medians of %d interleaved runs, of %d where maps are read, of %d where a run takes " \
        "about a millisecond; output thrown away; a ratio is the median of the ratios in each " \
        "round." % (about["runs"], about["middle_runs"], about["short_runs"])


def wrap(text, width=100):
    """Lines of a paragraph."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return lines


def line(label, numbers, ratios, others):
    return (label.ljust(LABEL) + "".join(one.rjust(NUMBER) for one in numbers) +
            "".join(one.rjust(RATIO) for one in ratios) +
            "".join(one.rjust(NUMBER) for one in others)).rstrip()


def group_lines(report, group):
    """The rows of one group, under its title."""
    rows = [row for row in report["rows"] if row["group"] == group]
    if rows:
        yield report["groups"][group]
    for row in rows:
        if row["wrong"]:
            first, *more = row["wrong"].split("\n")
            first, *rest = wrap(first, 100 - LABEL)
            yield "  " + row["view"].ljust(LABEL - 2) + first
            yield from (" " * LABEL + part for part in rest)
            yield from (" " * LABEL + part for part in more)
            continue
        yield line("  " + row["view"], [number(row["ms"].get(part)) for part in PARTS],
                   [against(row["of_pmap"], row["of_pmap_limit"]),
                    against(row["of_floor"], row["of_floor_limit"])],
                   [number(row[name]) + " sync" for name in ("sync_ms",) if name in row] or
                   [number(row["ms"].get(other)) for other in report["about"]["others"]])


def peak_lines(report):
    if report["peaks"]:
        yield "peak memory in kB"
    for peak in report["peaks"]:
        yield line("  " + peak["view"],
                   [str(peak["kb"].get(part, "-")) for part in PARTS],
                   [beside(peak["kb"]["pmapx"], peak["limit_kb"], "%d"), ""],
                   [str(peak["kb"].get(other, "-")) for other in report["about"]["others"]])


def text(report):
    """The whole table."""
    about, others = report["about"], report["about"]["others"]
    lines = wrap("%s on %s." % (about["pmapx"], about_text(about))) + wrap(how_text(about)) + [""]
    lines.append(line("", PARTS, ["of pmap  ", "of floor  "], others))
    lines.append(line("", ["ms"] * 3, ["and limit  ", "and limit  "], ["ms"] * len(others)))
    for group in report["groups"]:
        lines += group_lines(report, group)
    lines += peak_lines(report)
    lines.append("")
    for note in report["notes"]:
        lines += wrap("Note: " + note)
    lines += wrap("It took %d s, and meanwhile others kept %.2f processors busy." % (
        about["seconds"], about["disturbed"]))
    return "\n".join(lines) + "\n"


def bold_if(value, limit, digits=2):
    if value is None:
        return "-"
    mark = "**" if misses(value, limit) else ""
    return "%s%.*f%s (%.*f)" % (mark, digits, value, mark, digits, limit)


def markdown_cells(row, others):
    if row["wrong"]:
        return [row["wrong"].partition("\n")[0]]
    return [number(row["ms"].get(part)) for part in PARTS] + [
        bold_if(row["of_pmap"], row["of_pmap_limit"]),
        bold_if(row["of_floor"], row["of_floor_limit"])] + [
        number(row["ms"].get(other)) for other in others]


def markdown_labels(report, rows):
    """Each row with its label; only the first of a group says what is looked at."""
    group = None
    for row in rows:
        title = "the same" if row["group"] == group else report["groups"][row["group"]]
        group = row["group"]
        view = row["view"] if row["view"] == "default" else "`%s`" % row["view"]
        yield "%s: %s" % (title, view), row


def markdown(report):
    """The tables of doc/BENCHMARKS.md."""
    others = report["about"]["others"]
    heads = ["ms", "pmapx", "pmap", "floor", "of pmap (limit)", "of the floor (limit)", *others]
    lines = wrap("%s. %s" % (about_text(report["about"]), how_text(report["about"]))) + [
        "", "| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| %s | %s |" % (label, " | ".join(markdown_cells(row, others)))
              for label, row in markdown_labels(report, report["rows"])]
    if report["peaks"]:
        lines += ["", "| peak memory, kB | pmapx (limit) | pmap |", "|---|---|---|"]
    for label, peak in markdown_labels(report, report["peaks"]):
        lines.append("| %s | %s | %s |" % (
            label, bold_if(peak["kb"]["pmapx"], peak["limit_kb"], 0), peak["kb"].get("pmap", "-")))
    return "\n".join(lines) + "\n"
