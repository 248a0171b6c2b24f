#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""rc files, better: created only where nothing is, English names in every language, ShowPath that
means show; and pmapx's own default file."""
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
import px

EXISTS = "%s: the file already exists - delete or rename it first\n"
FRENCH = px.listing("""\
100:   A
 Adresse Décalage Rss Carte
00400000  00000000   4 b
                   ===␠
                     4 KB␠
""")


class Base(px.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="pmapx-rc-")
        self.env = px.environment(HOME=self.folder)
        self.root = px.Root().process(100, smaps=px.smaps_entry(
            px.map_line("00400000-00401000", "r--p", "/a/b"), ("Size", "Rss"), "rd", Rss=4))

    def tearDown(self):
        shutil.rmtree(self.folder)
        self.root.__exit__()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, text, name="rc"):
        with open(self.path(name), "w", encoding="utf-8") as out:
            out.write(text)
        return self.path(name)

    def programs(self):
        return (("pmapx", px.PMAPX), ("pmap", px.PMAP))


class Create(Base):
    def test_default_name(self):
        for name, program in self.programs():
            got = px.run([program, "-n"], env=self.env)
            self.result(got, b"", ("%s: ~/.%src file successfully created, feel free to edit the "
                                   "content\n" % (name, name)).encode())
            self.assertEqual(os.stat(self.path(".%src" % name)).st_size, 448)
            got = px.run([program, "-n"], env=self.env)
            self.result(got, b"", (EXISTS % name + "%s: couldn't create ~/.%src\n" %
                                   (name, name)).encode(), 1)
        self.assertEqual(sorted(os.listdir(self.folder)), [".pmaprc", ".pmapxrc"])

    def test_default_is_read(self):
        self.write("[Fields Display]\nRss\n", ".pmapxrc")
        self.write("[Fields Display]\nSize\nMapping\n", ".pmaprc")
        self.result(self.root.pmapx("-qc", "100", env=self.env), b"100:   A\n00400000 4\n")
        self.result(self.root.mounted([px.PMAP, "-qc", "100"], env=self.env),
                    b"100:   A\n00400000 4 b\n")
        os.unlink(self.path(".pmapxrc"))
        self.result(self.root.pmapx("-c", "100", env=self.env), b"",
                    b"pmapx: couldn't read ~/.pmapxrc: No such file or directory\n", 1)

    def test_dangling_link(self):
        for name, program in self.programs():
            link = self.path("link")
            os.symlink("target", link)
            self.result(px.run([program, "-N", link], env=self.env), b"",
                        (EXISTS % name + "%s: couldn't create the rc file\n" % name).encode(), 1)
            os.symlink("target", self.path(".%src" % name))
            self.result(px.run([program, "-n"], env=self.env), b"",
                        (EXISTS % name + "%s: couldn't create ~/.%src\n" % (name, name)).encode(),
                        1)
            self.assertFalse(os.path.exists(self.path("target")))
            os.unlink(link)

    def test_write_only_file(self):
        """What cannot be read is not overwritten."""
        path = self.write("mine\n")
        os.chmod(path, 0o222)
        words = []
        if os.geteuid() == 0:
            os.chmod(self.folder, 0o777)
            words = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
        for name, program in self.programs():
            self.result(px.run([*words, program, "-N", path], env=self.env), b"",
                        (EXISTS % name + "%s: couldn't create the rc file\n" % name).encode(), 1)
        os.chmod(path, 0o600)
        with open(path, encoding="ascii") as file:
            self.assertEqual(file.read(), "mine\n")

    def test_full_disk(self):
        """No success is claimed, and nothing is left."""
        script = 'mount --make-rprivate / && mount -t tmpfs -o size=4k tmpfs "$0" && ' \
            '{ head -c 8192 /dev/zero >"$0/fill"; } 2>/dev/null; "$@"; status=$?; ls -A "$0"; ' \
            'exit $status'
        for name, program in self.programs():
            got = px.run([*px.unshare_command(), "sh", "-c", script, self.folder, program, "-N",
                          self.path("rc")], env=self.env)
            if b"mount" in got.stderr:
                self.skipTest("no tmpfs here")
            self.assertEqual((got.stdout, got.status), (b"fill\n", 1))
            self.same(got.stderr, {
                "pmapx": b"pmapx: couldn't create the rc file: %s: No space left on device\n"
                         % self.path("rc").encode(),
                "pmap": b"pmap: couldn't create the rc file\n"}[name])


class Read(Base):
    def test_names_in_both_languages(self):
        px.need_locale("fr_FR.UTF-8")
        if not os.path.exists("/usr/share/locale/fr/LC_MESSAGES/procps-ng.mo"):
            self.skipTest("no French catalogue of procps-ng")
        env = px.environment(LC_ALL="fr_FR.UTF-8", HOME=self.folder)
        for text in ("Offset\nMapping\n", "Décalage\nCarte\n", "Décalage\nMapping\n",
                     "Offset\nCarte\nDécalage\n"):
            rc = self.write("[Fields Display]\nRss\n" + text)
            for name, got in self.root.ways("-C", rc, "100", env=env):
                with self.subTest(run=name, text=text):
                    self.result(got, FRENCH)

    def test_only_those_languages(self):
        rc = self.write("[Fields Display]\nDécalage\nCarte\nRss\n")
        for name, got in self.root.ways("-q", "-C", rc, "100"):
            self.result(got, b"100:   A\n00400000 4\n", b"", 0, name)

    def test_show_path_means_show(self):
        for text in ("ShowPath\n", "ShowPath\nShowPath\n", "ShowPath\nother\nShowPath # yes\n"):
            rc = self.write("[Fields Display]\nMapping\n[Mapping]\n" + text)
            for words in ([], ["-p"], ["-pp"]):
                for name, got in self.root.ways("-q", *words, "-C", rc, "100"):
                    with self.subTest(run=name, text=text, words=words):
                        self.result(got, b"100:   A\n00400000 /a/b\n")


class Folder(px.TestCase):
    def test_a_folder_is_no_rc_file(self):
        """pmap reads it as an empty file."""
        with px.sample() as root:
            got = px.pmapx("--root", root.path, "-C", root.path, "100")
            self.result(got, b"", b"pmapx: couldn't read the rc file: %s: Is a directory\n"
                        % root.path.encode(), 1)


class Size(Base):
    def test_the_largest(self):
        """A file of less than a megabyte is read, one of a megabyte is a mistake."""
        text = "[Fields Display]\nRss\n"
        for size, status in ((2 ** 20 - 1, 0), (2 ** 20, 1), (2 ** 20 + 1, 1)):
            with self.subTest(size=size):
                path = self.write(text + "\n" * (size - len(text)))
                got = self.root.pmapx("-q", "-C", path, "100")
                told = b"pmapx: couldn't read the rc file: %s: File too large\n" % path.encode()
                self.result(got, b"" if status else b"100:   A\n00400000 4\n",
                            told if status else b"", status)


if __name__ == "__main__":
    px.main()
