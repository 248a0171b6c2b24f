#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""All tests, run as distributions run them when they build a package: by a user who has no rights and
no home, from a source that cannot be written, without a network, with all hardening. Each passes, or
says why it is skipped.

Takes as long as the whole, so it is part of the target check-all only; what becomes the user has to be root.
"""
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import packaging
import px

NOBODY = 65534
# Processes that outlive it are ended with it.
ALONE = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
# Of all that the build has, what neither root, a server nor a recording is needed for.
FEWEST = 180


class Ordinary(px.TestCase):
    def setUp(self):
        packaging.need("cmake", "ctest", "ninja", "setpriv", "unshare")
        if os.getuid() != 0:
            self.skipTest("who runs this is an ordinary user")
        if px.run([*ALONE, "true"]).status != 0:
            self.skipTest("no namespaces can be made here")
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="pmapx-ordinary-"))
        os.chmod(self.folder, 0o755)
        self.source = os.path.join(self.folder, "source")
        packaging.copy_source(self.source)
        self.build = os.path.join(self.folder, "build")
        for path in (self.build, os.path.join(self.folder, "tmp")):
            os.mkdir(path)
            os.chown(path, NOBODY, NOBODY)

    def flags(self):
        """Those of the distribution."""
        if shutil.which("dpkg-buildflags") is None:
            return {}
        said = px.run(["dpkg-buildflags", "--export=cmdline"],
                      env=px.environment(DEB_BUILD_MAINT_OPTIONS="hardening=+all")).stdout.decode()
        return dict(word.split("=", 1) for word in shlex.split(said))

    def ran(self, *words, timeout):
        """Have nobody run this, where that is all there is; what is said, with the status."""
        env = {"PATH": "/usr/bin:/bin", "HOME": "/proc/nonexistent", "LC_ALL": "C",
               "TMPDIR": os.path.join(self.folder, "tmp"), **self.flags()}
        got = subprocess.run([*ALONE, "setpriv", "--reuid=%d" % NOBODY, "--regid=%d" % NOBODY,
                              "--clear-groups", *words], env=env, cwd=self.build, timeout=timeout, check=False,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return got.returncode, got.stdout.decode(errors="replace")

    def test_all(self):
        for words, timeout in ((["cmake", "-S", self.source, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=None",
                                 "-DCMAKE_COMPILE_WARNING_AS_ERROR=ON"], 300), (["cmake", "--build", "."], 900)):
            status, said = self.ran(*words, timeout=timeout)
            self.assertEqual(status, 0, said)
        status, said = self.ran("ctest", "-j", "3", "--output-on-failure", timeout=2400)
        self.assertEqual(status, 0, said)
        self.assertGreater(len(re.findall(r" +Passed +[\d.]+ sec$", said, re.MULTILINE)), FEWEST, said)


if __name__ == "__main__":
    px.main()
