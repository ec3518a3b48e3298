"""npm's @aws-sdk/client-kinesis by its default handler: HTTP/2 with prior knowledge on http://.

The tests themselves are js/conformance.mjs, run once; each of its lines becomes a test here.
"""

import json
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from harness.case import Case

FOLDER = Path(__file__).with_name("js")
INSTALL_TIMEOUT, RUN_TIMEOUT = 180, 300


def install(folder=FOLDER, proof="@aws-sdk/client-kinesis"):
    """`npm ci` once; the lock file says exactly what. `proof` is one of the packages."""
    if not shutil.which("npm"):
        raise unittest.SkipTest("npm is not installed")
    if (folder / "node_modules" / proof).exists():
        return
    done = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder, capture_output=True, text=True, timeout=INSTALL_TIMEOUT
    )
    if done.returncode != 0:
        raise AssertionError(f"npm ci: {done.stdout}{done.stderr}")


class Script(Case):
    """A file below js/; every test it names is a test here."""

    needs_levada = True  # no peer speaks HTTP/2 in the clear
    folder, proof = FOLDER, "@aws-sdk/client-kinesis"
    script = None

    @classmethod
    def setUpClass(cls):
        install(cls.folder, cls.proof)
        super().setUpClass()
        done = subprocess.run(
            ["node", cls.script, cls.server.endpoint], cwd=cls.folder, capture_output=True, text=True, timeout=RUN_TIMEOUT
        )
        cls.lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        cls.stderr = done.stderr

    def __init_subclass__(cls, **more):
        super().__init_subclass__(**more)
        names = re.findall(r'^  async "([^"]+)"\(', (cls.folder / cls.script).read_text(), re.MULTILINE)
        for name in names:
            setattr(cls, "test_" + re.sub(r"\W+", "_", name).strip("_"), _test(name))


def _test(name):
    def test(self):
        line = next((line for line in self.lines if line["name"] == name), None)
        self.assertIsNotNone(line, f"never ran\n{self.stderr[-2000:]}")
        self.assertTrue(line["ok"], line.get("error"))

    return test


class DataPlane(Script):
    script = "conformance.mjs"
