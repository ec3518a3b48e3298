"""The base of the suites that give one command line to `levada` and to Debian's AWS CLI and compare what both say."""

import re
import shlex
import subprocess
import tempfile
import unittest
from pathlib import Path

from .aws_oracle import Oracle
from .case import Case
from .server import default_binary

NORMAL = [
    (re.compile(r"\b\d{56}\b"), "4" * 56),
    (re.compile(r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(\+\d\d:\d\d)?"), "<time>"),
    (re.compile(r"AAAAAAAA[A-Za-z0-9+/=]{80,}"), "<iterator>"),
    (re.compile(r"twin-[ab]"), "twin-x"),
    (re.compile(r"(NextToken(\"?:|\t)\s*\"?)(?!eyJ)[A-Za-z0-9+/=_-]{40,}"), r"\1<token>"),
    (re.compile(r"(consumer/twin-x:|consumer/[\w-]+:)\d+"), r"\1<time>"),
    (re.compile(r"(QueryId\"?: *\"?)[A-Z0-9]{26}"), r"\1<query>"),
    (re.compile(r", --stream-id\b|, StreamId\b"), ""),  # a member of 2025
]


def normal(text):
    for pattern, replacement in NORMAL:
        text = pattern.sub(replacement, text)
    return text


class SideBySide(Case):
    needs_levada = True

    @classmethod
    def setUpClass(cls):
        if not Path("/usr/bin/aws").exists():
            raise unittest.SkipTest("/usr/bin/aws is not installed")
        super().setUpClass()
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.oracle = Oracle()
        cls.addClassCleanup(cls.oracle.close)
        cls.environment = {
            "PATH": "/usr/bin:/bin", "HOME": cls.folder.name, "AWS_ACCESS_KEY_ID": "AKID", "TZ": "Europe/Madrid",
            "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1", "AWS_PAGER": "",
            "AWS_EC2_METADATA_DISABLED": "true", "LC_ALL": "C.UTF-8",
        }

    def file(self, name, content):
        path = Path(self.folder.name, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def levada(self, arguments, environment):
        done = subprocess.run(
            [str(default_binary().resolve()), *arguments], env=environment, capture_output=True,
            stdin=subprocess.DEVNULL, timeout=60, cwd=self.folder.name,
        )
        return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")

    def compare(self, line, status=None, endpoint=True, drop=(), **variables):
        """`line` with {s} for the name of the twin; both must answer the same."""
        environment = {**self.environment, **variables}
        for name in drop:
            environment.pop(name)
        if endpoint and "--endpoint-url" not in line:
            line += f" --endpoint-url {self.server.endpoint}"
        theirs = self.oracle.run(shlex.split(line.replace("{s}", "twin-a")), environment, self.folder.name)
        ours = self.levada(shlex.split(line.replace("{s}", "twin-b")), environment)
        names = ("status", "stdout", "stderr")
        self.assertEqual(
            {name: normal(str(value)) for name, value in zip(names, ours)},
            {name: normal(str(value)) for name, value in zip(names, theirs)},
            line,
        )
        if status is not None:
            self.assertEqual(ours[0], status, line)
        return ours
