"""The console's pages in a real browser: js-console/pages.mjs drives Debian's Chromium, on a server that takes any key and on one
that knows its keys. Each of the script's lines becomes a test here."""

import json
import re
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import boto3

import kinesis_js
from harness.case import REGION, Case
from harness.http import Connection, request

FOLDER = Path(__file__).with_name("js-console")
RUN_TIMEOUT = 240
_folder = tempfile.TemporaryDirectory(prefix="levada-conformance-")
_credentials = Path(_folder.name) / "credentials.toml"
KEY, SECRET = "AKIDCONSOLE", "secret-of-the-console"


def setUpModule():
    if not Path("/usr/bin/chromium").exists():
        raise unittest.SkipTest("Debian's chromium is not installed")
    if not shutil.which("node"):
        raise unittest.SkipTest("node is not installed")
    kinesis_js.install(FOLDER, "playwright-core")
    _credentials.write_text(f'[[principal]]\nname = "console"\naccount = "111111111111"\naccess_key = "{KEY}"\nsecret_key = "{SECRET}"\n')


def tearDownModule():
    _folder.cleanup()


def fill(endpoint, key, secret):
    """What the pages show: a stream with three records, and a table with two hosts and both kinds of measures."""

    def client(service):
        return boto3.client(service, endpoint_url=endpoint, region_name=REGION, aws_access_key_id=key, aws_secret_access_key=secret)

    kinesis, write = client("kinesis"), client("timestream-write")
    kinesis.create_stream(StreamName="pages-stream", ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName="pages-stream", WaiterConfig={"Delay": 1})
    for data in ("temperature 21 °C".encode(), b"\xff\xfe\x00", b"<b>not markup</b>"):
        kinesis.put_record(StreamName="pages-stream", PartitionKey="k", Data=data)
    write.create_database(DatabaseName="pages")
    write.create_table(DatabaseName="pages", TableName="hosts")
    now = int(time.time()) - 600
    records = []
    for i in range(20):
        for host in ("alpha", "beta's"):
            dimensions = [{"Name": "host", "Value": host}]
            at = str(now + 30 * i)
            records.append({"Dimensions": dimensions, "MeasureName": "cpu", "MeasureValue": str(i + len(host)), "MeasureValueType": "DOUBLE",
                            "Time": at, "TimeUnit": "SECONDS"})
            records.append({"Dimensions": dimensions, "MeasureName": "load", "MeasureValueType": "MULTI", "Time": at, "TimeUnit": "SECONDS",
                            "MeasureValues": [{"Name": "one", "Value": str(i / 2), "Type": "DOUBLE"}]})
    write.write_records(DatabaseName="pages", TableName="hosts", Records=records)


class Pages(Case):
    needs_levada = True
    flags = ("--shard-limits", "off", "--region", REGION)
    key, secret = "AKIDANY", "any"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        fill(cls.server.endpoint, cls.key, cls.secret)
        console = "http://%s:%s" % cls.server.console
        done = subprocess.run(["node", "pages.mjs", console, cls.key, cls.secret], cwd=FOLDER, capture_output=True, text=True,
                              timeout=RUN_TIMEOUT)
        cls.lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        cls.stderr = done.stderr

    def get(self, path):
        with Connection(self.server.console) as connection:
            connection.send(request("GET", path, {"Host": "console"}))
            return connection.answer()

    def test_every_file_that_a_page_names_is_there(self):
        seen, waiting = set(), ["/"]
        while waiting:
            path = waiting.pop()
            seen.add(path)
            answer = self.get(path)
            self.assertEqual(answer.status, 200, path)
            self.assertIn("default-src 'self'", answer.header("content-security-policy"))
            named = re.findall(r'(?:href|src|from) ?=? ?"(/[^"#]+)"', answer.body.decode())
            waiting += [each for each in named if each not in seen and each not in waiting]
        self.assertGreaterEqual(len(seen), 10)


class PagesWithKeys(Pages):
    flags = (*Pages.flags, "--credentials", str(_credentials))
    key, secret = KEY, SECRET

    def test_nothing_is_answered_without_a_signature(self):
        with Connection(self.server.console) as connection:
            connection.send(request("POST", "/", {"Host": "console", "Content-Type": "application/x-amz-json-1.1",
                                                  "X-Amz-Target": "Kinesis_20131202.ListStreams"}, b"{}"))
            answer = connection.answer()
        self.assertEqual(answer.status, 400)
        self.assertIn(b"MissingAuthenticationTokenException", answer.body)


def _test(name):
    def test(self):
        line = next((line for line in self.lines if line["name"] == name), None)
        self.assertIsNotNone(line, f"never ran\n{self.stderr[-2000:]}")
        self.assertTrue(line["ok"], line.get("error"))

    return test


for _name in re.findall(r'^  async "([^"]+)"\(', (FOLDER / "pages.mjs").read_text(), re.MULTILINE):
    setattr(Pages, "test_" + re.sub(r"\W+", "_", _name).strip("_"), _test(_name))
