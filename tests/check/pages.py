#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the manual pages say of the program's words is so, and of each other: pages, verbs, sections, references,
options of a synopsis, and lists of values, which are compared with what the program says there is. The usage
texts name the same values. What the pages show is run by examples.py, and how they look is manual.py's matter."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import interface
import px

DOC = os.path.join(px.SOURCE, "doc")

# What is not ours, and known to have a page of that section.
OTHERS = set("""awk 1, bzip2 1, cmake 1, gdb 1, grep 1, gzip 1, pgrep 1, pmap 1, ps 1, psql 1, sort 1, sqlite3 1, tar 1, xz 1,
    zstd 1, chroot 2, clone 2, execve 2, ioctl 2, kcmp 2, mmap 2, ptrace 2, stat 2, syncfs 2, vfork 2,
    core 5, proc 5, tmpfs 5, numa 7, regex 7, smem 8""".replace("\n", " ").replace("    ", "").split(", "))

# Sections of every page, in this order; some have others between.
SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "EXAMPLES", "SEE ALSO"]

# Macros that a heading has by accident: all that may be called but Fl.
CALLABLE = set("""Ac Ad An Ao Ap Aq Ar At Bc Bo Bq Bx Cd Cm Dc Do Dq Dv Dx Ec Em En Eo Er Es Ev Fa Fc Fn Fo Fr Ft Fx Ic
    In Li Lk Ms Mt Nm No Ns Nx Oc Oo Op Ot Ox Pa Pc Pf Po Pq Qc Ql Qo Qq Sc So Sq St Sx Sy Ta Tn Ux Va Vt Xc Xo
    Xr""".split())

# Where a page lists values: the page, where the list begins and ends, and what of the program has it.
LISTS = (
    ("pmapx", r"\.It Fl -by Ar key", r"\.El", ("--by", "no", "1")),
    ("pmapx", r"\.It Fl -format Ar name", r"\.El", ("--format", "no", "1")),
    ("pmapx-rank", r"\.Sh COLUMNS", r"\.El", ("rank", "--fields", "no")),
    ("pmapx-diff", r"\.It Fl -by Ar key", r"\.El", ("diff", "--by", "no", "1", "2")),
    ("pmapx-check", r"\.Sh CHECKS", r"\.El", ("check", "--only", "no")),
    ("pmapx-capture", r"\.It Fl -redact", r"\.El", ("capture", "--redact", "no")),
)

# Where a sentence does, of an option.
SENTENCES = (
    ("pmapx", "-perm Ar letters", ("--perm", "no", "1")),
    ("pmapx", "-units Ar letter", ("--by", "pid", "--units", "no", "1")),
    ("pmapx-rank", "-by Ar key Ns Op , Ns Ar ...", ("rank", "--by", "no")),
    ("pmapx-rank", "-units Ar letter", ("rank", "--units", "no")),
    ("pmapx-rank", "-format Ar name", ("rank", "--format", "no")),
    ("pmapx-diff", "-match Ar what", ("diff", "--match", "no", "1", "2")),
    ("pmapx-diff", "-units Ar letter", ("diff", "--units", "no", "1", "2")),
    ("pmapx-diff", "-format Ar name", ("diff", "--format", "no", "1", "2")),
    ("pmapx-watch", "-units Ar letter", ("watch", "--units", "no", "1")),
    ("pmapx-watch", "-color Ar when", ("watch", "--color", "no", "1")),
    ("pmapx-check", "-format Ar name", ("check", "--format", "no")),
    ("pmapx-report", "-units Ar letter", ("report", "--units", "no", "users", "1")),
    ("pmapx-report", "-format Ar name", ("report", "--format", "no", "users", "1")),
    ("pmapx-sql", "-format Ar name", ("sql", "--format", "no", "x")),
)


def read(name, section=1):
    with open(os.path.join(DOC, "%s.%d" % (name, section)), encoding="ascii") as file:
        return file.read()


def pages():
    """The pages of section 1."""
    return sorted(name[:-2] for name in os.listdir(DOC) if name.endswith(".1"))


def words(line):
    """What a line gives as words to be typed: ".Cm k ," or ".It Cm pid , cmd"."""
    found = re.match(r"\.(?:It |Op )?(?:Cm|Sy) (.*)", line)
    return [word for word in found.group(1).split() if re.fullmatch(r"\w[\w.-]*", word) and word not in
            ("Op", "Ar", "Ns", "Oo", "Oc")] if found else []


def items(text):
    """The words that items of a list are about."""
    return [word for line in text.splitlines() if line.startswith(".It Cm ") for word in words(line)]


class Pages(px.TestCase):
    def test_verbs_have_pages(self):
        self.assertEqual(pages(), sorted(["pmapx", *("pmapx-" + verb for verb in interface.verbs())]))

    def test_sections(self):
        for page in pages():
            found = re.findall(r"^\.Sh (.*)", read(page), re.M)
            self.assertEqual([section for section in found if section in SECTIONS], SECTIONS, page)

    def test_headings(self):
        """A word that is a macro would be one: In has the name of a header behind it."""
        for page in pages():
            for heading in re.findall(r"^\.S[hs] (.*)", read(page), re.M):
                self.assertEqual(set(heading.split()) & CALLABLE, set(), "%s: %s" % (page, heading))

    def test_quoted_macros(self):
        """The same within quotation marks: No is left out, as in "No such file"."""
        for page in pages():
            for line in re.findall(r"^\.(?:Ql|Li|Dq|Sq) .*", read(page), re.M):
                self.assertEqual(set(re.sub(r'"[^"]*"', "", line).split()) & (CALLABLE - {"Ar", "Ns"}), set(), page)

    def test_references(self):
        ours = {"%s %s" % tuple(name.rsplit(".", 1)) for name in os.listdir(DOC) if re.search(r"\.\d$", name)}
        for page in pages():
            for name, section in re.findall(r"(?:^\.| )Xr (\S+) (\d)", read(page), re.M):
                self.assertIn("%s %s" % (name, section), ours | OTHERS, page)
            headings = set(re.findall(r"^\.S[hs] (?:\\&)?(.*)", read(page), re.M))
            for heading in re.findall(r"^\.Sx (.*?)(?: [.,:;)])*$", read(page), re.M):
                self.assertIn(heading.replace("\\&", "").strip('"'), headings, page)

    def test_documents(self):
        """What comes with the documentation is there."""
        for page in pages():
            for name in re.findall(r"\b[A-Z]+\.md\b", read(page)):
                self.assertTrue(os.path.exists(os.path.join(DOC, name)), name)

    def test_see_also(self):
        for page in pages():
            also = read(page).partition("\n.Sh SEE ALSO\n")[2]
            if page == "pmapx":
                self.assertEqual(re.findall(r"^\.Xr (pmapx-\w+) 1", also, re.M), [one for one in pages() if one != page])
            else:
                self.assertIn(".Xr pmapx 1", also)
                if page != "pmapx-help":
                    # Who is spoken of is there.
                    spoken = set(re.findall(r"^\.Xr (pmapx-\w+) 1", read(page), re.M)) - {page}
                    self.assertLessEqual(spoken, set(re.findall(r"^\.Xr (pmapx-\w+) 1", also, re.M)), page)

    def test_verbs_are_listed(self):
        """With what the help says of them."""
        listed = re.findall(r"^\.It Cm (\w+)\n(.*):\n\.Xr pmapx-(\w+) 1 \.$", read("pmapx"), re.M)
        self.assertEqual([(verb, about[0].lower() + about[1:], verb) for verb, about in interface.verbs().items()],
                         [(verb, about[0].lower() + about[1:], page) for verb, about, page in listed])

    def test_synopsis(self):
        """All options of a verb, and no others; where not each, the others are "options"."""
        for verb in interface.verbs():
            if verb == "help":
                continue
            text = re.search(r"^\.Sh SYNOPSIS\n(.*?)^\.Sh", read("pmapx-" + verb), re.M | re.S).group(1)
            shown = {"-" + name for name in re.findall(r"\bFl (-?[\w-]+)", text)}
            known = interface.options(px.PMAPX, verb)
            self.assertLessEqual(shown, set(known), verb)
            usage = px.pmapx(verb, "--help").stdout.decode()
            for option in set(known) - shown:
                # its other name
                pair = re.search(r"^ (-\w), (--[\w-]+)", "\n".join(
                    line for line in usage.splitlines() if re.match(r" -\w, ", line) and
                    option in re.split(r"[ ,]+", line)[:3]), re.M)
                self.assertTrue(pair and set(pair.groups()) & shown, "%s %s" % (verb, option))

    def test_same_words(self):
        """The same option is told of in the same words."""
        for option, text in (("h , Fl -help", "Print a summary of the options and exit."),
                             ("-jobs Ar number", "Read at most\n.Ar number\n"),
                             ("-strict", "Exit with status 1 ")):
            for verb in interface.verbs():
                page = read("pmapx-" + verb)
                if ".It Fl %s\n" % option in page:
                    self.assertIn(".It Fl %s\n%s" % (option, text), page, verb)
        # and so is where data waits
        for page in pages():
            found = re.search(r"^\.It Ev TMPDIR\n((?:[^.].*\n)+)", read(page), re.M)
            if found and page not in ("pmapx", "pmapx-capture"):
                self.assertEqual(found.group(1), "Where data waits that must, in files without a name; without it,\n")

    def test_environment(self):
        """What the program asks the environment for, and nothing else."""
        asked = {"LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LANG"}
        for where, _, names in os.walk(os.path.join(px.SOURCE, "src")):
            for name in names:
                with open(os.path.join(where, name), encoding="utf-8") as file:
                    asked.update(re.findall(r'getenv\("(\w+)"\)', file.read()))
        told = {word for page in pages() for line in re.findall(r"^\.It Ev (.*)", read(page), re.M)
                for word in re.findall(r"[A-Z_]{2,}", line)}
        # of the C library and psql
        self.assertEqual(told - {"PATH", "TZ", "PGHOST", "PGUSER"}, asked)

    def test_lists(self):
        for page, start, end, program in LISTS:
            with self.subTest(page=page, list=start):
                text = re.search(r"^%s.*?\n(.*?)^%s$" % (start, end), read(page), re.M | re.S).group(1)
                self.assertEqual(sorted(items(text)), sorted(interface.values(*program)))

    def test_sentences(self):
        for page, option, program in SENTENCES:
            with self.subTest(page=page, option=option):
                text = re.search(r"^\.It Fl %s\n(.*?)^\.(?:It|El)" % re.escape(option), read(page), re.M | re.S).group(1)
                found = [word for line in text.splitlines() for word in words(line)]
                self.assertEqual(sorted(set(found)), sorted(interface.values(*program)))

    def test_columns_of_diff(self):
        text = re.search(r"^\.Sh COLUMNS\n(.*?)^\.El", read("pmapx-diff"), re.M | re.S).group(1)
        every = interface.values("diff", "--by", "name,path,kind,class,perm,address", "--fields", "no", "1", "2")
        self.assertEqual({column for column in items(text) if not re.search("_(old|new)$", column)},
                         {column for column in every if not re.search("_(old|new)$", column)} | {"path", "kind"})

    def test_kinds(self):
        """The table, in the program's order; a class stands in the first of its rows."""
        table = re.findall(r"^\.It (\S*) Ta ([\w-]+) Ta ", read("pmapx").partition("\n.Sh KINDS")[2], re.M)
        listed, last = {}, ""
        for in_class, kind in table[1:] if table[0][0] == "Em" else table:
            last = in_class or last
            listed[kind] = last
        self.assertEqual(list(listed.items()), list(interface.kinds().items()))

    def test_reports(self):
        text = read("pmapx-report").partition("The reports are:")[2].partition("\n.El")[0]
        self.assertEqual(items(text), list(interface.reports()))
        usage = px.pmapx("report", "--help").stdout.decode()
        named = re.search(r"NAME is one of those that --list shows: (.*?)\.\n", usage, re.S).group(1)
        self.assertEqual(re.split(r",\s+", named), list(interface.reports()))

    def test_verdicts(self):
        """All that the view has."""
        with open(os.path.join(px.SOURCE, "src", "store", "views.sql"), encoding="utf-8") as file:
            view = re.search(r"CASE WHEN r\.match_quality = .*?END AS verdict", file.read(), re.S).group()
        verdicts = {text.replace("''", "'").rstrip() for text in re.findall(r"(?:THEN|ELSE) '((?:[^']|'')*)'", view)}
        self.assertGreater(len(verdicts), 10)
        told = re.findall(r"^\.It Li (.*?)(?: CONTEXT)?$", read("pmapx-report"), re.M)
        self.assertEqual(sorted(told), sorted(verdicts))

    def test_usage(self):
        """The usage texts name what there is, too, where they name something of it."""
        for option, program in (("--by", ("--by", "no", "1")), ("--format", ("--format", "no", "1")),
                                ("--units", ("--by", "pid", "--units", "no", "1")),
                                ("--perm", ("--perm", "no", "1"))):
            self.named(["--help"], option, program)
        for verb, option, program in (
                ("rank", "--fields", ("--fields", "no")), ("rank", "--by", ("--by", "no")),
                ("rank", "--units", ("--units", "no")), ("rank", "--format", ("--format", "no")),
                ("diff", "--by", ("--by", "no", "1", "2")), ("diff", "--match", ("--match", "no", "1", "2")),
                ("diff", "--units", ("--units", "no", "1", "2")), ("diff", "--format", ("--format", "no", "1", "2")),
                ("watch", "--by", ("--by", "no", "1")), ("watch", "--color", ("--color", "no", "1")),
                ("watch", "--units", ("--units", "no", "1")), ("check", "--only", ("--only", "no")),
                ("check", "--format", ("--format", "no")), ("capture", "--redact", ("--redact", "no")),
                ("report", "--units", ("--units", "no", "users", "1")),
                ("report", "--format", ("--format", "no", "users", "1")), ("sql", "--format", ("--format", "no", "x"))):
            self.named([verb, "--help"], option, (verb, *program))

    def named(self, usage, option, program):
        text = px.pmapx(*usage).stdout.decode()
        found = re.search(r"^ (?:-\w, )?%s .*\n(?: {10,}.*\n)*" % option, text, re.M).group()
        # behind the option and the name of its value, which may be the same word
        told = re.split(r" {2,}|\n", found.strip(), maxsplit=1)[1]
        for value in interface.values(*program):
            self.assertRegex(told, r"(?<![\w-])%s(?![\w-])" % re.escape(value), usage)

    def test_compatibility(self):
        """COMPAT.md lists the options that pmap does not have."""
        with open(os.path.join(DOC, "COMPAT.md"), encoding="utf-8") as file:
            row = re.search(r"^\| options \| pmap's \| (.*) \|$", file.read(), re.M).group(1)
        own = set(interface.options(px.PMAPX)) - set(interface.options(px.PMAP))
        self.assertEqual(set(re.findall(r"`(--[a-z]+)`", row)), own)


if __name__ == "__main__":
    px.main()
