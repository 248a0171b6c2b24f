#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pmap in other languages: headings, names, footers, messages, rc files.

The texts are those of procps-ng's catalogue on this machine; the listings written out here are
French, Ukrainian and Georgian. What pmapx pads better than pmap (Georgian addresses, -q) is
tested among pmapx's own cases."""
import gettext
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

LANGUAGES = ("de", "es", "fr", "ka", "ko", "pl", "pt_BR", "ro", "sv", "uk", "vi", "zh_CN")
MAPPED = "mapped: %ldK    writeable/private: %ldK    shared: %ldK\n"
ROWS = (  # address, KiB, RSS, dirty, mode, device, name
    (0x400000, 4, 4, 1, "r-x--", "0fe:00000", "b"),
    (0x402000, 8, 8, 2, "rw---", "0fe:00000", "b"),
    (0x404000, 16, 16, 4, "rw-s-", "000:00001", "zero (deleted)"),
    (0x408000, 32, 32, 8, "rw---", "000:00000", "  [ anon ]"),
    (0x7ffd00000000, 64, 64, 16, "rw---", "000:00000", "  [ stack ]"))


def catalogue(language, domain="procps-ng"):
    """What procps-ng says in that language: a function from its English text."""
    path = "/usr/share/locale/%s/LC_MESSAGES/%s.mo" % (language, domain)
    if not os.path.exists(path):
        return None
    with open(path, "rb") as file:
        return gettext.GNUTranslations(file).gettext


def c_format(text, *values):
    """printf with %ld, for what the catalogues hold."""
    return re.sub(r"%(\d*)ld", r"%\1d", text) % values


def padded(text, width, left=True):
    """Padded to a width in bytes, as all of pmap's columns are."""
    blanks = " " * (width - len(text.encode()))
    return text + blanks if left else blanks + text


class Base(px.SampleCase):
    def languages(self, *leave_out):
        found = [name for name in LANGUAGES if name not in leave_out and catalogue(name)]
        if not found:
            self.skipTest("no catalogue of procps-ng is installed")
        return found

    def check(self, locale, options, listing, stderr="", status=0, operands=("100",), env=None):
        with self.subTest(locale=locale, options=options):
            px.need_locale(locale)
            got = self.root.pmap(*options, *operands, env=env or px.environment(LC_ALL=locale))
            codeset = "iso-8859-1" if locale == "fr_FR" else "utf-8"
            self.result(got, listing.replace("␠", " ").encode(codeset), stderr.encode(codeset),
                        status)


class French(Base):
    def setUp(self):
        if not catalogue("fr"):
            self.skipTest("no French catalogue of procps-ng")
        px.need_locale("fr_FR.UTF-8")

    DEFAULT = """\
100:   A
0000000000400000      4K r-x-- b
0000000000402000      8K rw--- b
0000000000404000     16K rw-s- zero (deleted)
0000000000408000     32K rw---   [ anon ]
00007ffd00000000     64K rw---   [ pile  ]
 total              124K
"""
    EXTENDED = """\
100:   A
Adresse          kilo-octets     RSS Modifié Mode  Carte
0000000000400000           4       4        1 r-x-- b
0000000000402000           8       8        2 rw--- b
0000000000404000          16      16        4 rw-s- zero (deleted)
0000000000408000          32      32        8 rw---   [ anon ]
00007ffd00000000          64      64       16 rw---   [ pile  ]
----------------     ------- -------  -------␠
ko total                 124     124       31
"""
    DEVICE = """\
100:   A
Adresse          kilo-octets Mode  Décalage        Périphérique Carte
0000000000400000           4 r-x-- 0000000000000000      0fe:00000 b
0000000000402000           8 rw--- 0000000000000000      0fe:00000 b
0000000000404000          16 rw-s- 0000000000000000      000:00001 zero (deleted)
0000000000408000          32 rw--- 0000000000000000      000:00000   [ anon ]
00007ffd00000000          64 rw--- 0000000000000000      000:00000   [ pile  ]
mappé: 124K     inscriptible/privé: 104K   partagé: 16K
"""
    SMAPS = """\
100:   A
     Adresse Perm Décalage Périphérique Inode Size Rss Pss Pss_Dirty Referenced Anonymous KSM LazyFree ShmemPmdMapped FilePmdMapped Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked THPeligible Carte
    00400000 r-xp  00000000          fe:00     1    4   4   0         0          0         0   0        0              0             0              0               0    0       0      0           0 b
    00402000 rw-p  00000000          fe:00     1    8   8   0         0          0         0   0        0              0             0              0               0    0       0      0           0 b
    00404000 rw-s  00000000          00:01     5   16  16   0         0          0         0   0        0              0             0              0               0    0       0      0           0 zero (deleted)
    00408000 rw-p  00000000          00:00     0   32  32   0         0          0         0   0        0              0             0              0               0    0       0      0           0␠
7ffd00000000 rw-p  00000000          00:00     0   64  64   0         0          0         0   0        0              0             0              0               0    0       0      0           0 [stack]
                                                 ==== === === ========= ========== ========= === ======== ============== ============= ============== =============== ==== ======= ====== ===========␠
                                                  124 124   0         0          0         0   0        0              0             0              0               0    0       0      0           0 KB␠
"""

    def test_views(self):
        for options, listing in (([], self.DEFAULT), (["-x"], self.EXTENDED),
                                 (["-d"], self.DEVICE), (["-X"], self.SMAPS)):
            self.check("fr_FR.UTF-8", options, listing)
            for env in (px.environment(LC_ALL="C.UTF-8", LANGUAGE="fr"),
                        px.environment(LC_ALL="en_US.UTF-8", LANGUAGE="fr:de"),
                        px.environment(LC_ALL=None, LANG="fr_FR.UTF-8"),
                        px.environment(LC_ALL=None, LC_CTYPE="C.UTF-8", LC_MESSAGES="fr_FR.UTF-8")):
                if env.get("LC_ALL") == "en_US.UTF-8":
                    px.need_locale("en_US.UTF-8")
                self.check("fr_FR.UTF-8", options, listing, env=env)

    def test_quiet(self):
        self.check("fr_FR.UTF-8", ["-q"], self.DEFAULT.rsplit(" total", 1)[0])
        self.check("fr_FR.UTF-8", ["-Xq"], px.sample_out("Xq").decode())

    def test_latin1(self):
        """The same in one byte per letter, where Décalage is narrower."""
        px.need_locale("fr_FR.ISO-8859-1")
        self.check("fr_FR", [], self.DEFAULT)
        self.check("fr_FR", ["-x"], """\
100:   A
Adresse          kilo-octets     RSS Modifié Mode  Carte
0000000000400000           4       4       1 r-x-- b
0000000000402000           8       8       2 rw--- b
0000000000404000          16      16       4 rw-s- zero (deleted)
0000000000408000          32      32       8 rw---   [ anon ]
00007ffd00000000          64      64      16 rw---   [ pile  ]
----------------     ------- ------- -------␠
ko total                 124     124      31
""")
        self.check("fr_FR", ["-d"], """\
100:   A
Adresse          kilo-octets Mode  Décalage         Périphérique Carte
0000000000400000           4 r-x-- 0000000000000000    0fe:00000 b
0000000000402000           8 rw--- 0000000000000000    0fe:00000 b
0000000000404000          16 rw-s- 0000000000000000    000:00001 zero (deleted)
0000000000408000          32 rw--- 0000000000000000    000:00000   [ anon ]
00007ffd00000000          64 rw--- 0000000000000000    000:00000   [ pile  ]
mappé: 124K     inscriptible/privé: 104K   partagé: 16K
""")

    def test_messages(self):
        for options, operands, text in (
                (["-x", "-d"], ["100"],
                 "les options -c, -C, -d, -n, -N, -x, -X sont mutuellement exclusives"),
                (["-nq"], [], "les options -p et -q sont exclues avec -n et -N"),
                (["-n"], ["1"], "trop d'arguments"),
                (["-x"], [], "argument manquant"),
                (["-A", "zz"], ["100"], "échec de l'analyse de l'argument: 'zz'"),
                (["-c"], ["100"], "n'a pu lire ~/.pmaprc"),
                (["-C", "/none"], ["100"], "le fichier rc n'a pu être lu"),
                (["-N", "/none/f"], [], "le fichier rc n'a pu être créé"),
                (["-n"], [], "n'a pu créer ~/.pmaprc"),
                ([], ["/proc/self"], "la bibliothèque a échoué dans les statistiques des pids")):
            self.check("fr_FR.UTF-8", options, "", "pmap: " + text + "\n", 1, operands)
        self.check("fr_FR", ["-n"], "", "pmap: n'a pu créer ~/.pmaprc\n", 1, [])
        self.check("fr_FR.UTF-8", ["-r"], self.DEFAULT,
                   "pmap: l'option -r est ignorée par compatibilité avec SunOS\n")

    def test_options(self):
        """In the words of getopt(), which are in the catalogue of the C library."""
        words_of = catalogue("fr", "libc")
        if words_of is None:
            self.skipTest("no French catalogue of the C library (package locales)")
        for word, text, values in (
                ("--foo", "%s: unrecognized option '%s%s'\n", ("--", "foo")),
                ("--re", "%s: option '%s%s' is ambiguous; possibilities:", ("--", "re")),
                ("--qui=1", "%s: option '%s%s' doesn't allow an argument\n", ("--", "quiet")),
                ("--range", "%s: option '%s%s' requires an argument\n", ("--", "range")),
                ("-Z", "%s: invalid option -- '%c'\n", ("Z",)),
                ("-A", "%s: option requires an argument -- '%c'\n", ("A",))):
            self.assertNotEqual(words_of(text), text)
            more = " '--read-rc' '--read-rc-from'\n" if word == "--re" else ""
            said = words_of(text) % (px.UNDER_TEST, *values) + more
            for locale, codeset in (("fr_FR.UTF-8", "utf-8"), ("fr_FR", "iso-8859-1")):
                with self.subTest(word=word, locale=locale):
                    px.need_locale(locale)
                    got = self.root.pmap(word, env=px.environment(LC_ALL=locale))
                    self.assertEqual(got.stderr.decode(codeset)[:len(said)], said)
                    self.assertEqual(got.status, 1)

    def test_version(self):
        with self.subTest():
            got = self.root.pmap("-V", env=px.environment(LC_ALL="fr_FR.UTF-8"))
            self.assertRegex(got.stdout, rb"\Apmap de procps-ng [0-9.]+( \(pmapx [0-9.]+\))?\n\Z")

    def test_rc(self):
        with tempfile.TemporaryDirectory() as folder:
            rc = os.path.join(folder, "rc")
            env = px.environment(LC_ALL="fr_FR.UTF-8", HOME=folder)
            self.check("fr_FR.UTF-8", ["-N", rc], "",
                       "pmap: fichier rc créé avec succès, vous pouvez éditer son contenu\n", 0, [],
                       env)
            with open(rc, encoding="utf-8") as file:
                template = file.read()
            self.assertEqual(template.split("\n")[8:14], [
                "", "#Perm", "#Décalage", "#Périphérique", "#Inode", "#Size"])
            self.assertEqual(template.split("\n")[27:30], ["#VmFlags", "#Carte", ""])
            with open(rc, "w", encoding="utf-8") as file:
                file.write("[Fields Display]\nDécalage\nCarte\nRss\nRss x\n")
            self.check("fr_FR.UTF-8", ["-q", "-C", rc], """\
100:   A
    00400000 00000000  4 b
    00402000 00000000  8 b
    00404000 00000000 16 zero (deleted)
    00408000 00000000 32␠
7ffd00000000 00000000 64 [stack]
""", "pmap: erreur de syntaxe dans la config – ligne 5\n", env=env)
            self.check("fr_FR.UTF-8", ["-n"], "",
                       "pmap: fichier ~/.pmaprc créé, vous pouvez éditer son contenu\n", 0, [], env)
            self.check("fr_FR.UTF-8", ["-n"], "",
                       "pmap: le fichier existe déjà – effacez ou renommez-le d'abord\n"
                       "pmap: n'a pu créer ~/.pmaprc\n", 1, [], env)


class Ukrainian(Base):
    def setUp(self):
        if not catalogue("uk"):
            self.skipTest("no Ukrainian catalogue of procps-ng")
        px.need_locale("uk_UA.UTF-8")

    def test_views(self):
        self.check("uk_UA.UTF-8", [], """\
100:   A
0000000000400000      4K r-x-- b
0000000000402000      8K rw--- b
0000000000404000     16K rw-s- zero (deleted)
0000000000408000     32K rw---   [ анон ]
00007ffd00000000     64K rw---   [ стек  ]
 загалом              124 К
""")
        self.check("uk_UA.UTF-8", ["-x"], """\
100:   A
Адреса     кбайтів     RSS Брудно Режим Відповідність
0000000000400000              4       4            1      r-x-- b
0000000000402000              8       8            2      rw--- b
0000000000404000             16      16            4      rw-s- zero (deleted)
0000000000408000             32      32            8      rw---   [ анон ]
00007ffd00000000             64      64           16      rw---   [ стек  ]
----------------        ------- -------      -------␠
кБ загалом            124     124           31
""")
        self.check("uk_UA.UTF-8", ["-d"], """\
100:   A
Адреса     кбайтів Режим Зміщення Пристрій Відповідність
0000000000400000              4      r-x-- 0000000000000000        0fe:00000 b
0000000000402000              8      rw--- 0000000000000000        0fe:00000 b
0000000000404000             16      rw-s- 0000000000000000        000:00001 zero (deleted)
0000000000408000             32      rw--- 0000000000000000        000:00000   [ анон ]
00007ffd00000000             64      rw--- 0000000000000000        000:00000   [ стек  ]
пов'язано: 124К  записуване/приватне: 104К спільне: 16К
""")


class Georgian(Base):
    def setUp(self):
        if not catalogue("ka"):
            self.skipTest("no Georgian catalogue of procps-ng")
        px.need_locale("ka_GE.UTF-8")

    def test_views(self):
        T = catalogue("ka")
        self.check("ka_GE.UTF-8", [], """\
100:   A
0000000000400000      4K r-x-- b
0000000000402000      8K rw--- b
0000000000404000     16K rw-s- zero (deleted)
0000000000408000     32K rw---%s
00007ffd00000000     64K rw---%s
 სულ              124კ
""" % (" " + T("  [ anon ]"), " " + T("  [ stack ]")))
        self.check("ka_GE.UTF-8", ["-X"], """\
100:   A
მისამართი პერმი გადაწევა მოწყობილობა Inode Size Rss Pss Pss_Dirty Referenced Anonymous KSM LazyFree ShmemPmdMapped FilePmdMapped Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked THPeligible მიბმა
                   00400000            r-xp                 00000000                             fe:00     1    4   4   0         0          0         0   0        0              0             0              0               0    0       0      0           0 b
                   00402000            rw-p                 00000000                             fe:00     1    8   8   0         0          0         0   0        0              0             0              0               0    0       0      0           0 b
                   00404000            rw-s                 00000000                             00:01     5   16  16   0         0          0         0   0        0              0             0              0               0    0       0      0           0 zero (deleted)
                   00408000            rw-p                 00000000                             00:00     0   32  32   0         0          0         0   0        0              0             0              0               0    0       0      0           0␠
               7ffd00000000            rw-p                 00000000                             00:00     0   64  64   0         0          0         0   0        0              0             0              0               0    0       0      0           0 [stack]
                                                                                                             ==== === === ========= ========== ========= === ======== ============== ============= ============== =============== ==== ======= ====== ===========␠
                                                                                                              124 124   0         0          0         0   0        0              0             0              0               0    0       0      0           0 KB␠
""")


class Every(Base):
    """All catalogues, through LANGUAGE, by the rules."""

    def views(self, language):
        T = catalogue(language)

        def width(heading, least):
            return max(least, len(T(heading).encode()))

        def label(name):
            return T(name) if name.startswith("  [") else name
        address, kib, rss, dirty = (width(*one) for one in (
            ("Address", 16), ("Kbytes", 7), ("RSS", 7), ("Dirty", 7)))
        mode, offset, device = (width(*one) for one in (("Mode", 5), ("Offset", 16), ("Device", 9)))
        yield [], "".join("%016x %6dK %s %s\n" % (row[0], row[1], row[4], label(row[6])) for row in ROWS) \
            + c_format(T(" total %16ldK\n"), 124)
        yield ["-x"], " ".join((
            padded(T("Address"), address), padded(T("Kbytes"), kib, False),
            padded(T("RSS"), rss, False), padded(T("Dirty"), dirty, False),
            padded(T("Mode"), mode), T("Mapping"))) + "\n" \
            + "".join("%s %*d %*d %*d %*s %s\n" % (
                ("%x" % row[0]).zfill(address), kib, row[1], rss, row[2], dirty, row[3], mode,
                row[4], label(row[6])) for row in ROWS) \
            + padded("-" * 16, address) + " " + "".join(
                padded("-" * 7, one, False) + " " for one in (kib, rss, dirty)) + "\n" \
            + "%s %*d %*d %*d\n" % (padded(T("total kB"), address), kib, 124, rss, 124, dirty, 31)
        yield ["-d"], " ".join((
            padded(T("Address"), address), padded(T("Kbytes"), kib, False),
            padded(T("Mode"), mode), padded(T("Offset"), offset), padded(T("Device"), device),
            T("Mapping"))) + "\n" \
            + "".join("%s %*d %*s %s %*s %s\n" % (
                ("%x" % row[0]).zfill(address), kib, row[1], mode, row[4], "0" * offset, device,
                row[5], label(row[6])) for row in ROWS) \
            + c_format(T(MAPPED), 124, 104, 16)

    def test_views(self):
        for language in self.languages("ka"):
            for options, expected in self.views(language):
                self.check("C.UTF-8", options, "100:   A\n" + expected,
                           env=px.environment(LC_ALL="C.UTF-8", LANGUAGE=language))

    def test_usage(self):
        for language in self.languages():
            T = catalogue(language)
            expected = ""
            for line in re.findall(r"\n\w+:\n|\nFor.*\n|.+\n|\n", px.usage().decode()):
                if line.startswith(" pmap "):
                    expected += T(" %s [options] PID [PID ...]\n") % "pmap"
                elif line.startswith("\nFor"):
                    expected += T("\nFor more details see %s.\n") % "pmap(1)"
                else:
                    expected += line if line == "\n" else T(line)
            self.check("C.UTF-8", ["-h"], expected, operands=(),
                       env=px.environment(LC_ALL="C.UTF-8", LANGUAGE=language))
            self.check("C.UTF-8", [], "", expected, 1, (),
                       env=px.environment(LC_ALL="C.UTF-8", LANGUAGE=language))

    def test_messages(self):
        for language in self.languages():
            T = catalogue(language)
            for options, operands, text in (
                    (["-xd"], ["100"], T("options -c, -C, -d, -n, -N, -x, -X are mutually exclusive")),
                    (["-np"], [], T("options -p, -q are mutually exclusive with -n, -N")),
                    (["-n"], ["1"], T("too many arguments")),
                    (["-x"], [], T("argument missing")),
                    (["-A", "zz"], [], T("failed to parse argument") + ": 'zz'"),
                    (["-c"], ["100"], T("couldn't read ~/.%src") % "pmap"),
                    (["-n"], [], T("couldn't create ~/.%src") % "pmap"),
                    ([], ["/proc/self"], T("library failed pids statistics"))):
                self.check("C.UTF-8", options, "", "pmap: " + text + "\n", 1, operands,
                           px.environment(LC_ALL="C.UTF-8", LANGUAGE=language))
            self.check("C.UTF-8", ["-n"], "", "pmap: " + T("HOME variable undefined") + "\n", 1, (),
                       px.environment(LC_ALL="C.UTF-8", LANGUAGE=language, HOME=None))


class Untranslated(Base):
    def test_plain_locales(self):
        """Nothing is translated in C and POSIX, whatever LANGUAGE says, and in English."""
        expected = px.sample_out("x").decode()
        for env in (px.environment(LC_ALL="C", LANGUAGE="fr"),
                    px.environment(LC_ALL="POSIX", LANGUAGE="fr"),
                    px.environment(LC_ALL=None, LANGUAGE="fr"),
                    px.environment(LC_ALL="none_NONE.UTF-8", LANGUAGE="fr"),
                    px.environment(LC_ALL="C.UTF-8"),
                    px.environment(LC_ALL="C.UTF-8", LANGUAGE="xx")):
            self.check("C.UTF-8", ["-x"], expected, env=env)

    def test_english(self):
        px.need_locale("en_US.UTF-8")
        self.check("en_US.UTF-8", ["-x"], px.sample_out("x").decode())
        self.check("en_US.UTF-8", ["-X"], px.sample_out("X").decode())


if __name__ == "__main__":
    px.main()
