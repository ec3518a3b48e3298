"""node-postgres: the session is node_postgres/session.mjs, run once; each of its parts is a test here."""

import shutil
import subprocess
import unittest
from pathlib import Path

from harness.case import cases
from harness.sql import SqlCase

FOLDER = Path(__file__).with_name("node_postgres")


class Session(SqlCase):
    @classmethod
    def setUpClass(cls):
        if not shutil.which("npm"):
            raise unittest.SkipTest("npm is not installed")
        if not (FOLDER / "node_modules/pg").exists():
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=FOLDER, check=True, capture_output=True)
        super().setUpClass()
        host, port = cls.server.sql
        done = subprocess.run(
            ["node", "session.mjs", host, str(port)], cwd=FOLDER, capture_output=True, text=True, timeout=120
        )
        cls.lines, cls.errors = done.stdout.splitlines(), done.stderr

    @cases({name: (name,) for name in ("values", "named", "errors", "several", "view", "pool")})
    def test_part(self, name):
        self.assertIn(f"ok {name}", self.lines, [x for x in self.lines if name in x] or self.errors[-2000:])
