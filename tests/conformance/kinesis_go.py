"""Debian's aws-sdk-go-v2, subscriptions included. The tests are go/main.go; each of its lines becomes a test here."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness.case import Case

SOURCE = Path(__file__).with_name("go") / "main.go"
SDK = Path("/usr/share/gocode/src/github.com/aws/aws-sdk-go-v2/service/kinesis")
BUILD_TIMEOUT, RUN_TIMEOUT = 600, 200
NAMES = re.findall(r'^\trun\("([^"]+)"', SOURCE.read_text(), re.MULTILINE)


def build(folder, source=SOURCE):
    if not shutil.which("go") or not SDK.exists():
        raise unittest.SkipTest("golang-go and golang-github-aws-aws-sdk-go-v2-dev are not installed")
    environment = {**os.environ, "GOPATH": "/usr/share/gocode", "GO111MODULE": "off", "GOFLAGS": "-p=2"}
    environment.setdefault("GOCACHE", str(Path.home() / ".cache/go-build"))
    program = Path(folder) / "conformance"
    done = subprocess.run(
        ["go", "build", "-o", program, source], env=environment, capture_output=True, text=True, timeout=BUILD_TIMEOUT
    )
    if done.returncode != 0:
        raise AssertionError(f"go build: {done.stdout}{done.stderr}")
    return program


class Go(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with tempfile.TemporaryDirectory(prefix="levada-go-") as folder:
            program = build(folder)
            done = subprocess.run([program, cls.server.endpoint], capture_output=True, text=True, timeout=RUN_TIMEOUT)
        cls.lines = {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}
        cls.stderr = done.stderr


def _test(name):
    def test(self):
        self.assertIn(name, self.lines, f"never ran\n{self.stderr[-2000:]}")
        self.assertTrue(self.lines[name]["ok"], self.lines[name].get("error"))

    return test


for _name in NAMES:
    setattr(Go, "test_" + re.sub(r"\W+", "_", _name).strip("_"), _test(_name))
