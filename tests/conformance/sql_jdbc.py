"""PgJDBC: the session is jdbc/Session.java, run once; each of its parts is a test here."""

import shutil
import subprocess
import unittest
from pathlib import Path

from harness.case import cases
from harness.sql import SqlCase

DRIVER = Path("/usr/share/java/postgresql.jar")
PROGRAM = Path(__file__).with_name("jdbc") / "Session.java"


class Session(SqlCase):
    @classmethod
    def setUpClass(cls):
        if not shutil.which("java") or not DRIVER.exists():
            raise unittest.SkipTest("no java or no libpostgresql-jdbc-java")
        super().setUpClass()
        url = "jdbc:postgresql://%s:%d/dev" % cls.server.sql
        done = subprocess.run(
            ["java", "-cp", str(DRIVER), str(PROGRAM), url], capture_output=True, text=True, timeout=300
        )
        cls.lines, cls.errors = done.stdout.splitlines(), done.stderr

    @cases({name: (name,) for name in ("values", "batch", "errors", "metadata", "copy", "cancel", "view")})
    def test_part(self, name):
        self.assertIn(f"ok {name}", self.lines, [x for x in self.lines if name in x] or self.errors[-2000:])
