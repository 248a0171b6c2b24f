#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmap's command line: options, abbreviations, what excludes what, messages, usage, version."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

EXCLUSIVE = "options -c, -C, -d, -n, -N, -x, -X are mutually exclusive"
CREATES = "options -p, -q are mutually exclusive with -n, -N"

PLAIN = px.sample_out("default")
QUIET = px.sample_out("q")
PATHS = px.sample_out("p")
ONE = px.listing("""\
100:   A
0000000000402000      8K rw--- b
 total                8K
""")
EXTENDED = px.sample_out("x")
EXTENDED_ROWS = px.sample_out("xq")
DEVICE = px.sample_out("d")


class Base(px.SampleCase):
    def getopt(self, text):
        """What getopt says, with the name as typed, and then the usage."""
        return (px.UNDER_TEST + ": " + text + "\n").encode() + px.usage()


class Accepted(Base):
    """Options, mixed, bundled, repeated, abbreviated."""

    def check(self, expected, *command_lines, **changes):
        for words in command_lines:
            with self.subTest(words=words):
                got = self.root.pmap(*words, env=px.environment(**changes))
                self.result(got, expected)

    def test_plain(self):
        self.check(PLAIN, ["100"], ["--", "100"], ["100", "--"])

    def test_quiet(self):
        self.check(QUIET, ["-q", "100"], ["100", "-q"], ["--quiet", "100"], ["--q", "100"],
                   ["--qui", "100"], ["-qq", "100"], ["-q", "--quiet", "-q", "100"])

    def test_show_path(self):
        self.check(PATHS, ["-p", "100"], ["--show-path", "100"], ["--s", "100"], ["-pp", "100"])

    def test_extended(self):
        self.check(EXTENDED, ["-x", "100"], ["--extended", "100"], ["--ext", "100"],
                   ["--e", "100"], ["-x", "-x", "100"], ["-xx", "100"], ["100", "-x"])

    def test_device(self):
        self.check(DEVICE, ["-d", "100"], ["--device", "100"], ["--d", "100"], ["-dd", "100"],
                   ["-d", "--device", "100"])

    def test_bundles(self):
        self.check(EXTENDED_ROWS, ["-qx", "100"], ["-xq", "100"], ["-q", "-x", "100"],
                   ["-x", "100", "-q"], ["-xqxq", "100"], ["--quiet", "--extended", "100"])

    def test_range_spellings(self):
        self.check(ONE, ["-A", "402000", "100"], ["-A402000", "100"], ["--range", "402000", "100"],
                   ["--range=402000", "100"], ["--ra", "402000", "100"], ["--ran=402000", "100"],
                   ["100", "-A", "402000"], ["-A", "0", "-A", "402000", "100"])
        self.check(ONE.replace(b" total                8K\n", b""), ["-qA402000", "100"],
                   ["-qA", "402000", "100"])

    def test_smaps_view_counts(self):
        self.check(px.sample_out("X"), ["-X", "100"])
        self.check(px.sample_out("XX"), ["-XX", "100"], ["-X", "-X", "100"], ["-XXX", "100"],
                   ["-XX", "-X", "100"], ["-X", "100", "-X"])

    def test_kernel_name(self):
        self.holds_for((4, 0, 6))
        labelled = PLAIN.replace(b"  [ stack ]", b"[stack]")
        self.check(labelled, ["-k", "100"], ["-kk", "100"], ["--use-kernel-name", "100"],
                   ["--u", "100"], ["--use", "100"])

    def test_ends_at_first_operand_when_posixly_correct(self):
        self.check(QUIET, ["-q", "100"], POSIXLY_CORRECT="1")
        self.check(QUIET, ["-q", "--", "100"], POSIXLY_CORRECT="")
        got = self.root.pmap("100", "-q", env=px.environment(POSIXLY_CORRECT="1"))
        self.result(got, b"", px.usage(), 1)

    def test_solaris_r(self):
        line = b"pmap: option -r is ignored as SunOS compatibility\n"
        for words, stdout, times in ((["-r", "100"], PLAIN, 1), (["-rq", "100"], QUIET, 1),
                                     (["-r", "-x", "-r", "100"], EXTENDED, 2),
                                     (["100", "-rr"], PLAIN, 2)):
            with self.subTest(words=words):
                self.result(self.root.pmap(*words), stdout, line * times)
        self.result(self.root.pmap("-rV"), self.root.pmap("-V").stdout, line)
        self.result(self.root.pmap("-rh"), px.usage(), line)


class Refused(Base):
    def test_nothing_at_all(self):
        self.result(self.root.pmap(), b"", px.usage(), 1)

    def test_no_operand(self):
        for words in (["-x"], ["--"], ["-q"], ["-d"], ["-X"], ["-A", "0"], ["--extended"],
                      ["-pq"], ["-x", "--"]):
            with self.subTest(words=words):
                self.result(self.root.pmap(*words), b"", b"pmap: argument missing\n", 1)

    def test_unknown_letters(self):
        for letter in "aFlLsSZfHWtv1?":
            with self.subTest(letter=letter):
                self.result(self.root.pmap("-" + letter, "100"), b"",
                            self.getopt("invalid option -- '%s'" % letter), 1)
        self.result(self.root.pmap("-xZ", "100"), b"", self.getopt("invalid option -- 'Z'"), 1)
        self.result(self.root.pmap("-1"), b"", self.getopt("invalid option -- '1'"), 1)

    def test_kernel_name_came_later(self):
        self.holds_for(last=(4, 0, 5))
        self.result(self.root.pmap("-k", "100"), b"", self.getopt("invalid option -- 'k'"), 1)

    def test_long_options(self):
        for words, text in (
                (["--foo"], "unrecognized option '--foo'"),
                (["--foo=bar"], "unrecognized option '--foo=bar'"),
                (["--root", "/"], "unrecognized option '--root'"),
                (["--root=/"], "unrecognized option '--root=/'"),
                (["--ro=/"], "unrecognized option '--ro=/'"),
                (["--compat=3.2"], "unrecognized option '--compat=3.2'"),
                (["--co"], "unrecognized option '--co'"),
                (["--all"], "unrecognized option '--all'"),
                (["--fields"], "unrecognized option '--fields'"),
                (["--X"], "unrecognized option '--X'"),
                (["--Quiet"], "unrecognized option '--Quiet'"),
                (["--r"], "option '--r' is ambiguous; "
                 "possibilities: '--range' '--read-rc' '--read-rc-from'"),
                (["--re"], "option '--re' is ambiguous; "
                 "possibilities: '--read-rc' '--read-rc-from'"),
                (["--read"], "option '--read' is ambiguous; "
                 "possibilities: '--read-rc' '--read-rc-from'"),
                (["--c"], "option '--c' is ambiguous; "
                 "possibilities: '--create-rc' '--create-rc-to'"),
                (["--create"], "option '--create' is ambiguous; "
                 "possibilities: '--create-rc' '--create-rc-to'"),
                (["--qui=3"], "option '--quiet' doesn't allow an argument"),
                (["--help=1"], "option '--help' doesn't allow an argument"),
                (["--read-rc=f"], "option '--read-rc' doesn't allow an argument"),
                (["--range"], "option '--range' requires an argument"),
                (["--ra"], "option '--range' requires an argument"),
                (["--create-rc-"], "option '--create-rc-to' requires an argument"),
                (["--read-rc-from"], "option '--read-rc-from' requires an argument"),
                (["-A"], "option requires an argument -- 'A'"),
                (["-qA"], "option requires an argument -- 'A'"),
                (["-C"], "option requires an argument -- 'C'"),
                (["-N"], "option requires an argument -- 'N'")):
            with self.subTest(words=words):
                self.result(self.root.pmap("100", *words), b"", self.getopt(text), 1)

    def test_only_the_first_bad_option_is_reported(self):
        self.result(self.root.pmap("-Z", "-Y"), b"", self.getopt("invalid option -- 'Z'"), 1)

    def test_exclusive_views(self):
        views = ["-c", "-C/f", "-d", "-n", "-N/f", "-x", "-X"]
        for index, one in enumerate(views):
            for other in views[index + 1:]:
                with self.subTest(options=[one, other]):
                    for pair in ([one, other], [other, one]):
                        self.result(self.root.pmap(*pair, "100"), b"",
                                    ("pmap: " + EXCLUSIVE + "\n").encode(), 1)

    def test_exclusive_without_operand_or_with_a_bad_one(self):
        self.result(self.root.pmap("-xd"), b"", ("pmap: " + EXCLUSIVE + "\n").encode(), 1)
        self.result(self.root.pmap("-xd", "nope"), b"", ("pmap: " + EXCLUSIVE + "\n").encode(), 1)
        self.result(self.root.pmap("-XXd", "100"), b"", ("pmap: " + EXCLUSIVE + "\n").encode(), 1)

    def test_create_excludes_quiet_and_paths(self):
        for words in (["-nq"], ["-np"], ["-qn"], ["-N", "/f", "-q"], ["-p", "-N", "/f"],
                      ["-nq", "100"], ["-npq"]):
            with self.subTest(words=words):
                self.result(self.root.pmap(*words), b"", ("pmap: " + CREATES + "\n").encode(), 1)

    def test_create_excludes_operands(self):
        for words in (["-n", "100"], ["-N", "/f", "100"], ["100", "-n"], ["-n", "nope"]):
            with self.subTest(words=words):
                self.result(self.root.pmap(*words), b"", b"pmap: too many arguments\n", 1)


class Order(Base):
    """Options act when they are reached."""

    def test_help(self):
        for words in (["-h"], ["--help"], ["--h"], ["-h", "-Z"], ["-n", "-h"], ["-xdh"],
                      ["-h", "-A", "zz"], ["100", "-h"], ["nope", "-h"], ["-qh", "100"]):
            with self.subTest(words=words):
                self.result(self.root.pmap(*words), px.usage())

    def test_version(self):
        for words in (["-V"], ["--version"], ["--v"], ["-V", "-Z"], ["-xdV"], ["-V", "-h"],
                      ["100", "-V"]):
            with self.subTest(words=words):
                self.result(self.root.pmap(*words), self.root.pmap("-V").stdout)
        self.result(self.root.pmap("-h", "-V"), px.usage())

    def test_version_text(self):
        got = self.root.pmap("-V")
        self.assertRegex(got.stdout, rb"\Apmap from procps-ng \d+\.\d+\.\d+( \(pmapx [0-9.]+\))?\n\Z")
        self.result(got, got.stdout)

    def test_what_comes_first_wins(self):
        self.result(self.root.pmap("-Z", "-h"), b"", self.getopt("invalid option -- 'Z'"), 1)
        self.result(self.root.pmap("-A", "zz", "-h"), b"",
                    b"pmap: failed to parse argument: 'zz'\n", 1)
        self.result(self.root.pmap("-xd", "-A", "zz", "100"), b"",
                    b"pmap: failed to parse argument: 'zz'\n", 1)


class Name(Base):
    """argv[0]: getopt speaks the name as typed, pmap itself the part after the last slash."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        os.symlink(os.path.realpath(px.UNDER_TEST), os.path.join(self.folder.name, "pmap"))
        self.env = px.environment(PATH=self.folder.name + ":" + os.environ["PATH"])

    def tearDown(self):
        self.folder.cleanup()

    def typed(self, name, *words):
        """Run pmap by that name, from the folder with the link, which is also first in PATH."""
        return self.root.mounted(["sh", "-c", 'shift; exec "$@"', "sh", px.UNDER_TEST, name, *words],
                                 env=self.env, cwd=self.folder.name)

    def test_as_typed(self):
        for name in ("./pmap", "pmap", ".//pmap", self.folder.name + "/pmap"):
            with self.subTest(name=name):
                self.result(self.typed(name, "-Z"), b"",
                            (name + ": invalid option -- 'Z'\n").encode() + px.usage(), 1)
                self.result(self.typed(name, "-x"), b"", b"pmap: argument missing\n", 1)
                self.result(self.typed(name, "100"), PLAIN)


if __name__ == "__main__":
    px.main()
