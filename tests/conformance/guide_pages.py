"""The guide's pages do what they say: their code blocks are taken out and run against a server.

The only liberty: the address of the page becomes the address of the test's server.
"""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness.case import Case
from harness.server import REPOSITORY, Levada

import kinesis_go
import kinesis_js

GUIDE = REPOSITORY / "docs/guide"
ADDRESS = "127.0.0.1:4567"


def code_of(page, language):
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", (GUIDE / page).read_text(), re.MULTILINE | re.DOTALL)
    assert blocks, f"{page} has no {language}"
    return "\n".join(blocks)


class GuidePages(Case):
    needs_levada = True

    @classmethod
    def setUpClass(cls):
        if os.environ.get("CONFORMANCE_PEER"):
            raise unittest.SkipTest("only for Levada itself")
        cls.server = Levada().start()  # as a reader of the page has it: no flags

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.server.sweep()

    def run_page(self, command, code, folder=None):
        code = code.replace(ADDRESS, "%s:%d" % self.server.aws)
        with tempfile.NamedTemporaryFile("w", suffix=".mjs" if "node" in command else ".txt", dir=folder) as file:
            file.write(code)
            file.flush()
            environment = {**os.environ, "PATH": "/usr/bin:/bin:" + os.environ["PATH"], "AWS_PAGER": "", "PYTHONWARNINGS": "ignore"}
            done = subprocess.run([*command, file.name], capture_output=True, text=True, timeout=120, env=environment)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_kinesis_cli(self):
        aws = Path(os.environ.get("AWS", "/usr/bin/aws"))
        if not aws.exists():
            raise unittest.SkipTest(f"{aws} is not installed")
        code = code_of("kinesis-cli.md", "sh").replace("{ aws ", "{ %s " % aws)
        output = self.run_page(["bash", "-euo", "pipefail"], code)
        self.assertRegex(output, r'"SequenceNumber": "49\d{54}"')
        self.assertIn('"Data": "sampledatarecord"', output)

    def test_levada_cli(self):
        code = "set -eu\n" + code_of("levada-cli.md", "sh")
        with tempfile.TemporaryDirectory() as folder:
            os.symlink(self.server.binary.resolve(), f"{folder}/levada")
            done = subprocess.run(
                ["bash", "-c", code.replace(ADDRESS, self.server.endpoint.removeprefix("http://"))], cwd=folder,
                env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "HOME": folder}, capture_output=True, text=True,
                errors="replace", timeout=60,
            )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("3 records\n", done.stdout)
        for line in ("one", "two", "three"):
            self.assertIn(f"\n{line}\n", done.stdout)

    def test_kinesis_python(self):
        output = self.run_page([os.environ.get("PYTHON", "/usr/bin/python3")], code_of("kinesis-python.md", "python"))
        self.assertEqual(len(re.findall(r"^shardId-\d{12} customer-\d order \d+$", output, re.MULTILINE)), 100)
        self.assertIn("Stream nobody under account 000000000000 not found.", output)

    def test_kinesis_javascript(self):
        kinesis_js.install()
        output = self.run_page(["node"], code_of("kinesis-javascript.md", "js"), kinesis_js.FOLDER)
        self.assertIn("visitor-1 hello, stream", output)

    def test_go(self):
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "main.go")
            source.write_text(code_of("go.md", "go").replace(ADDRESS, "%s:%d" % self.server.aws))
            program = kinesis_go.build(folder, source)
            done = subprocess.run([program], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"shardId-000000000000 49\d{54}\n")
        self.assertIn("samplepartitionkey sampledatarecord\n", done.stdout)

    def test_the_page_for_r_says_that_nothing_runs_it(self):
        self.assertIn("no test", (GUIDE / "r.md").read_text())
        self.assertIn("put_record", code_of("r.md", "r"))
