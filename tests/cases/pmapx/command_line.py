#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmapx under its own name: pmap's command line, pmap's abbreviations, its own version."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px


class CommandLine(px.TestCase):
    def test_version(self):
        for word in ("-V", "--version", "--v"):
            self.result(px.run([px.PMAPX, word]), "pmapx %s (pmap of procps-ng 4.0.7)\n" % px.version())
            self.result(px.run([px.PMAP, word]), "pmap from procps-ng 4.0.7 (pmapx %s)\n" % px.version())

    def test_names(self):
        """The link decides, however it is called."""
        folder = os.path.dirname(px.PMAP)
        for argv, text in ((["./pmap", "-V"], b"pmap from "), (["./pmapx", "-V"], b"pmapx %s" % px.version().encode())):
            self.assertTrue(px.run(argv, cwd=folder).stdout.startswith(text))

    def test_pmaps_own_table_is_abbreviated(self):
        with px.sample() as root:
            for words, name in ((["--ext"], "x"), (["--e"], "x"), (["--d"], "d"), (["--q"], "q"),
                                (["--s"], "p"), (["--ra=404000"], "A1"), (["--u"], "k")):
                self.everywhere(root, [*words, "100"], px.sample_out(name))

    def test_no_new_short_options(self):
        for letter in "afFHlLsSRGjuUtTvwmMoOiIbBeEgDPKyYzZWJQ":
            for program in (px.PMAPX, px.PMAP):
                got = px.run([program, "-" + letter, "1"])
                with self.subTest(letter=letter, program=program):
                    self.assertEqual((got.stdout, got.status), (b"", 1))
                    self.assertTrue(got.stderr.startswith(
                        ("%s: invalid option -- '%s'\n" % (program, letter)).encode()), got.stderr)

    def test_messages_bear_the_name(self):
        for words, text in ((["-x"], b"argument missing"), (["-n", "1"], b"too many arguments"),
                            (["-xd"], b"options -c, -C, -d, -n, -N, -x, -X are mutually exclusive"),
                            (["-A", "zz"], b"failed to parse argument: 'zz'")):
            self.result(px.run([px.PMAPX, *words]), b"", b"pmapx: " + text + b"\n", 1)
            self.result(px.run([px.PMAP, *words]), b"", b"pmap: " + text + b"\n", 1)

    def test_nothing_but_skipped_operands(self):
        for words in (["/proc/self"], ["/proc/", "/proc/meminfo"]):
            self.result(px.run([px.PMAPX, *words]), b"",
                        b"pmapx: no process: /proc/ and no number behind it is passed over\n", 1)
            self.result(px.run([px.PMAP, *words]), b"",
                        b"pmap: library failed pids statistics\n", 1)

    def test_pmap_is_nothing_more(self):
        """No option and no verb of pmapx is known under the other name."""
        with px.sample() as root:
            for word in ("--root=" + root.path, "--compat=3.2"):
                got = px.run([px.PMAP, word, "100"])
                self.result(got, b"", ("%s: unrecognized option '%s'\n" % (px.PMAP, word)).encode()
                            + px.usage(px.REFERENCE), 1)
            for verb in ("capture", "rank", "diff", "help"):
                self.result(px.run([px.PMAP, verb]), b"", px.usage(px.REFERENCE), 1)

    def test_bad_operands(self):
        """pmapx names the word, pmap prints its usage."""
        for word in ("", "0", "x1", "2147483648", "1x", "-", "self"):
            with self.subTest(word=word):
                got = px.run([px.PMAPX, "1", word])
                self.assertEqual((got.stdout, got.status), (b"", 1))
                self.assertRegex(got.stderr, b"\\Apmapx: '%s': not a process id: [^\n]+\n\\Z" % word.encode())
                self.result(px.run([px.PMAP, "1", word]), b"", px.usage(px.REFERENCE), 1)


if __name__ == "__main__":
    px.main()
