"""Debian's AWS CLI v2: each operation as a person types it, exit statuses and stderr included.

A call costs about a second, so each happy path is one story rather than many tests. The documented example and a
stream's life are told by processes of their own, the rest by the warm copy.
"""

import base64
import json
import os
import subprocess
import unittest
from pathlib import Path

from harness.aws_oracle import Oracle
from harness.case import ACCOUNT, Case, cases

AWS = os.environ.get("AWS", "/usr/bin/aws")
CLIENT_ERROR = 254  # AWS CLI v2: the service answered an error
USAGE_ERROR = 252  # AWS CLI v2: the command itself was wrong


class CliCase(Case):
    @classmethod
    def setUpClass(cls):
        if not Path(AWS).exists():
            raise unittest.SkipTest(f"{AWS} is not installed")
        super().setUpClass()
        cls.environment = {
            "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "AWS_ACCESS_KEY_ID": "AKIDCLI",
            "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1", "AWS_PAGER": "",
            "AWS_EC2_METADATA_DISABLED": "true", "LC_ALL": "C.UTF-8",
        }

    def run_aws(self, *arguments):
        command = [AWS, "--endpoint-url", self.server.endpoint, "kinesis", *map(str, arguments)]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60)

    def aws(self, *arguments):
        """A call that must succeed; its output decoded (None when it prints nothing)."""
        done = self.run_aws(*arguments)
        self.assertEqual(done.returncode, 0, f"{arguments}: {done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def fails(self, operation, error, text, *arguments):
        done = self.run_aws(operation, *arguments)
        name = "".join(word.capitalize() for word in operation.split("-"))
        expected = f"\nAn error occurred ({error}) when calling the {name} operation: {text}\n"
        self.assertEqual((done.stdout, done.stderr, done.returncode), ("", expected, CLIENT_ERROR))


class WarmCliCase(CliCase):
    """The same program, imported once and forked for each call: a tenth of the time of a process of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.oracle = Oracle()
        cls.addClassCleanup(cls.oracle.close)

    def run_aws(self, *arguments):
        command = ["--endpoint-url", self.server.endpoint, "kinesis", *map(str, arguments)]
        return subprocess.CompletedProcess(command, *self.oracle.run(command, self.environment, "/"))


class TheSeed(CliCase):
    """`put-record` exactly as in the AWS CLI's own documentation."""

    def test_the_documented_example(self):
        self.client.create("samplestream", 10)
        self.addCleanup(self.discard, "samplestream")
        done = self.run_aws(
            "put-record", "--stream-name", "samplestream", "--data", "sampledatarecord", "--partition-key",
            "samplepartitionkey",
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        answer = json.loads(done.stdout)
        # The documentation's stream is encrypted; this one is not, and then AWS leaves EncryptionType out.
        expected = '{\n    "ShardId": "%s",\n    "SequenceNumber": "%s"\n}\n'
        self.assertEqual(done.stdout, expected % (answer["ShardId"], answer["SequenceNumber"]))
        self.assertRegex(answer["SequenceNumber"], r"^49\d{54}$")
        (record,) = self.client.drain("samplestream", answer["ShardId"])
        # CLI v2 takes --data as base64 unless told otherwise: "sampledatarecord" is 16 base64 digits.
        self.assertEqual(record["Data"], base64.b64decode("sampledatarecord"))
        self.assertEqual(record["PartitionKey"], "samplepartitionkey")


class Stories(CliCase):
    def test_a_stream_s_life(self):
        name = self.stream_name()
        self.assertIsNone(self.aws("create-stream", "--stream-name", name, "--shard-count", 2))
        self.addCleanup(self.discard, name)
        self.assertIsNone(self.aws("wait", "stream-exists", "--stream-name", name))
        description = self.aws("describe-stream", "--stream-name", name)["StreamDescription"]
        self.assertEqual((description["StreamStatus"], len(description["Shards"])), ("ACTIVE", 2))
        summary = self.aws("describe-stream-summary", "--stream-arn", self.arn(name))["StreamDescriptionSummary"]
        self.assertEqual((summary["StreamName"], summary["OpenShardCount"]), (name, 2))
        self.assertIn(name, self.aws("list-streams")["StreamNames"])
        self.assertEqual(len(self.aws("list-shards", "--stream-name", name)["Shards"]), 2)
        self.assertIn("ShardLimit", self.aws("describe-limits"))
        self.aws("increase-stream-retention-period", "--stream-name", name, "--retention-period-hours", 48)
        self.client.wait_active(name)
        self.aws("decrease-stream-retention-period", "--stream-name", name, "--retention-period-hours", 24)
        self.client.wait_active(name)
        self.assertIsNone(self.aws("delete-stream", "--stream-name", name, "--enforce-consumer-deletion"))
        self.assertIsNone(self.aws("wait", "stream-not-exists", "--stream-name", name))


class WarmStories(WarmCliCase):
    def test_records_there_and_back(self):
        name = self.stream(shards=2)
        raw = ("--cli-binary-format", "raw-in-base64-out")
        first = self.aws("put-record", "--stream-name", name, "--data", "hello wörld", "--partition-key", "ключ",
                         "--explicit-hash-key", "0", *raw)
        second = self.aws("put-record", "--stream-arn", self.arn(name), "--data", "second", "--partition-key", "k",
                          "--explicit-hash-key", "0", "--sequence-number-for-ordering", first["SequenceNumber"], *raw)
        self.assertEqual(first["ShardId"], "shardId-000000000000")
        self.assertGreater(second["SequenceNumber"], first["SequenceNumber"])
        batch = self.aws("put-records", "--stream-name", name, "--records", "Data=dGhpcmQ=,PartitionKey=a,ExplicitHashKey=0",
                         "Data=Zm91cnRo,PartitionKey=b,ExplicitHashKey=0")
        self.assertEqual(batch["FailedRecordCount"], 0)
        iterator = self.aws("get-shard-iterator", "--stream-name", name, "--shard-id", "shardId-000000000000",
                            "--shard-iterator-type", "TRIM_HORIZON")["ShardIterator"]
        page = self.aws("get-records", "--shard-iterator", iterator)
        data = [base64.b64decode(record["Data"]).decode() for record in page["Records"]]
        self.assertEqual(data, ["hello wörld", "second", "third", "fourth"])
        self.assertEqual([r["SequenceNumber"] for r in page["Records"]],
                         [first["SequenceNumber"], second["SequenceNumber"]] + [r["SequenceNumber"] for r in batch["Records"]])
        self.assertEqual(page["MillisBehindLatest"], 0)
        # A habit of shells: the iterator still in its double quotes.
        self.assertEqual(len(self.aws("get-records", "--shard-iterator", f'"{iterator}"', "--limit", 2)["Records"]), 2)

    def test_iterators_of_the_other_types(self):
        name = self.stream()
        puts = [self.client.put(name, str(index)) for index in range(3)]
        for kind, more, count in (
            ("AT_SEQUENCE_NUMBER", ("--starting-sequence-number", puts[1]["SequenceNumber"]), 2),
            ("AFTER_SEQUENCE_NUMBER", ("--starting-sequence-number", puts[1]["SequenceNumber"]), 1),
            ("AT_TIMESTAMP", ("--timestamp", "2020-01-01T00:00:00Z"), 3),
            ("LATEST", (), 0),
        ):
            iterator = self.aws("get-shard-iterator", "--stream-name", name, "--shard-id", "0", "--shard-iterator-type",
                                kind, *more)["ShardIterator"]
            self.assertEqual(len(self.client.read(iterator)["Records"]), count, kind)


class Failures(WarmCliCase):
    MISSING = f"Stream nobody under account {ACCOUNT} not found."

    @cases({
        "describe-stream": ("describe-stream",), "describe-stream-summary": ("describe-stream-summary",),
        "delete-stream": ("delete-stream",), "list-shards": ("list-shards",),
        "put-record": ("put-record", "--data", "AAAA", "--partition-key", "a"),
        "put-records": ("put-records", "--records", "Data=AAAA,PartitionKey=a"),
        "increase": ("increase-stream-retention-period", "--retention-period-hours", "48"),
        "decrease": ("decrease-stream-retention-period", "--retention-period-hours", "24"),
    })
    def test_unknown_stream(self, operation, *arguments):
        self.fails(operation, "ResourceNotFoundException", self.MISSING, "--stream-name", "nobody", *arguments)

    def test_create_twice(self):
        name = self.stream()
        text = f"Stream {name} under account {ACCOUNT} already exists."
        self.fails("create-stream", "ResourceInUseException", text, "--stream-name", name, "--shard-count", 1)

    def test_unknown_shard(self):
        text = f"Shard shardId-000000000009 in stream nobody under account {ACCOUNT} does not exist"
        self.fails("get-shard-iterator", "ResourceNotFoundException", text, "--stream-name", "nobody", "--shard-id",
                   "shardId-000000000009", "--shard-iterator-type", "LATEST")

    def test_a_bad_iterator(self):
        self.fails("get-records", "InvalidArgumentException", "Invalid ShardIterator.", "--shard-iterator", "abc")

    def test_a_validation_failure(self):
        text = (
            "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: "
            "Member must have value less than or equal to 10000"
        )
        self.fails("get-records", "ValidationException", text, "--shard-iterator", "abc", "--limit", 10001)

    def test_what_the_cli_itself_refuses_never_reaches_the_server(self):
        done = self.run_aws("put-record", "--stream-name", "a", "--data", "not base64!", "--partition-key", "a")
        self.assertIn(done.returncode, (USAGE_ERROR, 255))
        self.assertIn("Invalid base64", done.stderr)
