"""Every operation by every client: one story, told by the AWS CLI, boto3, aws-sdk-js v3 over HTTP/2, CBOR and Go's SDK.

Each client has an account of its own. What a client of Debian's age does not know yet is left out of its story;
`known` says how many of the 45 operations each must know, so that none is left out by mistake.
"""

import base64
import json
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import boto3
import botocore.config
import botocore.exceptions
import kinesis_cli
import kinesis_go
import kinesis_js
from harness import cbor, eventstream
from harness.case import Case
from harness.client import CBOR, Client
from harness.sigv4 import Credentials

STREAM = "every-operation"
VOID = set()
UNSUPPORTED = "UnsupportedOperationException"
NAME = {"StreamName": STREAM}
ARN = {"StreamARN": "$arn"}
RESOURCE = {"ResourceARN": "$arn"}
SHARD = {**NAME, "ShardId": "shardId-000000000000"}
CHANNEL = {"ChannelARN": "$arn/channel/c:1"}
CHANNEL_OF = {"StreamConfigurationList": [{"StreamARN": "$arn", "RecordConfiguration": {"RecordFormatType": "JSON"}}]}
POLICY = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kinesis:GetRecords", "Resource": "$arn"}],
})
# operation, members, and what comes: members that the answer must have, nothing at all, or an error.
STORY = [
    ("CreateStream", {**NAME, "ShardCount": 2}, VOID),
    ("DescribeStream", NAME, {"StreamDescription"}),
    ("DescribeStreamSummary", NAME, {"StreamDescriptionSummary"}),
    ("ListStreams", {"Limit": 5}, {"StreamNames", "HasMoreStreams"}),
    ("PutRecord", {**NAME, "Data": b"one", "PartitionKey": "a", "ExplicitHashKey": "0"}, {"ShardId", "SequenceNumber"}),
    ("PutRecords", {**NAME, "Records": [{"Data": b"two", "PartitionKey": "b", "ExplicitHashKey": "1"}]}, {"FailedRecordCount", "Records"}),
    ("GetShardIterator", {**SHARD, "ShardIteratorType": "TRIM_HORIZON"}, {"ShardIterator"}),
    ("GetRecords", {"ShardIterator": "$iterator"}, {"Records", "NextShardIterator", "MillisBehindLatest"}),
    ("ListShards", NAME, {"Shards"}),
    ("AddTagsToStream", {**NAME, "Tags": {"colour": "blue"}}, VOID),
    ("ListTagsForStream", NAME, {"Tags", "HasMoreTags"}),
    ("RemoveTagsFromStream", {**NAME, "TagKeys": ["colour"]}, VOID),
    ("TagResource", {**RESOURCE, "Tags": {"colour": "red"}}, VOID),
    ("ListTagsForResource", RESOURCE, {"Tags"}),
    ("UntagResource", {**RESOURCE, "TagKeys": ["colour"]}, VOID),
    ("IncreaseStreamRetentionPeriod", {**NAME, "RetentionPeriodHours": 48}, VOID),
    ("DecreaseStreamRetentionPeriod", {**NAME, "RetentionPeriodHours": 24}, VOID),
    ("EnableEnhancedMonitoring", {**NAME, "ShardLevelMetrics": ["ALL"]}, {"StreamName", "DesiredShardLevelMetrics"}),
    ("DisableEnhancedMonitoring", {**NAME, "ShardLevelMetrics": ["ALL"]}, {"StreamName", "CurrentShardLevelMetrics"}),
    ("PutResourcePolicy", {**RESOURCE, "Policy": POLICY}, VOID),
    ("GetResourcePolicy", RESOURCE, {"Policy"}),
    ("DeleteResourcePolicy", RESOURCE, VOID),
    ("StartStreamEncryption", {**NAME, "EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}, VOID),
    ("StopStreamEncryption", {**NAME, "EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}, VOID),
    ("RegisterStreamConsumer", {**ARN, "ConsumerName": "reader"}, {"Consumer"}),
    ("DescribeStreamConsumer", {"ConsumerARN": "$consumer"}, {"ConsumerDescription"}),
    ("ListStreamConsumers", ARN, {"Consumers"}),
    ("SplitShard", {**NAME, "ShardToSplit": "shardId-000000000000", "NewStartingHashKey": str(2**126)}, VOID),
    ("SubscribeToShard", {"ConsumerARN": "$consumer", "ShardId": "shardId-000000000000", "StartingPosition": {"Type": "TRIM_HORIZON"}}, (2, 2)),
    ("DeregisterStreamConsumer", {"ConsumerARN": "$consumer"}, VOID),
    ("MergeShards", {**NAME, "ShardToMerge": "shardId-000000000002", "AdjacentShardToMerge": "shardId-000000000003"}, VOID),
    ("UpdateShardCount", {**NAME, "TargetShardCount": 4, "ScalingType": "UNIFORM_SCALING"}, {"CurrentShardCount", "TargetShardCount"}),
    ("UpdateMaxRecordSize", {**ARN, "MaxRecordSizeInKiB": 2048}, VOID),
    ("UpdateStreamMode", {**ARN, "StreamModeDetails": {"StreamMode": "ON_DEMAND"}}, VOID),
    ("UpdateStreamRecordDistributionStrategy", {**ARN, "RecordDistributionStrategy": "AUTO"}, VOID),
    ("DescribeAccountSettings", {}, {"MinimumThroughputBillingCommitment"}),
    ("UpdateAccountSettings", {"MinimumThroughputBillingCommitment": {"Status": "ENABLED"}}, {"MinimumThroughputBillingCommitment"}),
    ("UpdateStreamWarmThroughput", {**ARN, "WarmThroughputMiBps": 10}, {"WarmThroughput"}),
    ("DescribeLimits", {}, {"ShardLimit", "OpenShardCount"}),
    ("CreateChannel", {"ChannelName": "c", "ServiceExecutionRoleARN": "arn:aws:iam::000000000000:role/r", **CHANNEL_OF}, UNSUPPORTED),
    ("DescribeChannel", CHANNEL, UNSUPPORTED),
    ("ListChannels", {}, UNSUPPORTED),
    ("UpdateChannel", CHANNEL, UNSUPPORTED),
    ("DeleteChannel", CHANNEL, UNSUPPORTED),
    ("DeleteStream", {**NAME, "EnforceConsumerDeletion": True}, VOID),
]
ALL = 45


def plain(value):
    """Bytes as base64, for clients that are told in JSON."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


class Refused(Exception):
    """Its text is the error's type."""


class Story(Case):
    """Subclasses: `operations()` that the client knows, and `ask(operation, members)` → members, or (records, children)."""

    needs_levada = True
    account, known = None, ALL

    def test_it_knows_and_tells_them_all(self):
        story = [step for step in STORY if step[0] in self.operations()]
        self.assertEqual(len(story), self.known, sorted({step[0] for step in STORY} - self.operations()))
        names = {"$arn": f"arn:aws:kinesis:us-east-1:{self.account}:stream/{STREAM}"}
        for operation, members, expected in story:
            text = json.dumps(members, default=lambda blob: "blob:" + blob.decode())
            for name, value in names.items():
                text = text.replace(name, value)
            members = json.loads(text, object_hook=lambda o: {k: v[5:].encode() if str(v)[:5] == "blob:" else v for k, v in o.items()})
            with self.subTest(operation):
                try:
                    answer = self.ask(operation, members)
                except Refused as refused:
                    self.assertEqual(expected, str(refused))
                    continue
                if not isinstance(expected, set) or not expected:
                    self.assertEqual(answer or VOID, expected)
                    continue
                self.assertLessEqual(expected, set(answer), answer)
                if operation == "GetShardIterator":
                    names["$iterator"] = answer["ShardIterator"]
                if operation == "RegisterStreamConsumer":
                    names["$consumer"] = answer["Consumer"]["ConsumerARN"]


class Boto3(Story):
    account, known = "100000000001", 29

    def setUp(self):
        super().setUp()
        self.kinesis = boto3.client(
            "kinesis", endpoint_url=self.server.endpoint, region_name="us-east-1", aws_access_key_id=self.account,
            aws_secret_access_key="secret", config=botocore.config.Config(retries={"max_attempts": 0}),
        )
        self.addCleanup(self.kinesis.close)

    def operations(self):
        return set(self.kinesis.meta.service_model.operation_names)

    def ask(self, operation, members):
        try:
            answer = self.kinesis._make_api_call(operation, members)
        except botocore.exceptions.ClientError as error:
            raise Refused(error.response["Error"]["Code"])
        if "EventStream" in answer:
            events = [event["SubscribeToShardEvent"] for event in answer["EventStream"]]
            return sum(len(event["Records"]) for event in events), len(events[-1].get("ChildShards", []))
        answer.pop("ResponseMetadata")
        return answer


class Cbor(Story):
    account = "100000000002"

    def operations(self):
        return {step[0] for step in STORY}

    def ask(self, operation, members):
        client = Client(self.server.aws, Credentials(self.account))
        self.addCleanup(client.close)
        reply = client.call(operation, coding=CBOR, **members)
        if not reply.ok:
            raise Refused(reply.error[0])
        if operation != "SubscribeToShard":
            return reply.value
        data, records, children = reply.body, 0, 0
        while data:
            headers, payload, used = eventstream.decode(data)
            data = data[used:]
            if headers[":event-type"] != "initial-response":
                self.assertEqual(headers[":content-type"], CBOR)
                event = cbor.decode(payload)
                records, children = records + len(event["Records"]), len(event.get("ChildShards", []))
        return records, children


class AwsCli(kinesis_cli.WarmCliCase, Story):
    """The warm copy: a process for each of the story's calls would cost a minute; `kinesis_cli` starts the real ones."""

    account, known = "100000000003", 28  # it has no subscribe-to-shard

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.environment = {**cls.environment, "AWS_ACCESS_KEY_ID": cls.account}

    def operations(self):
        return set(boto3.client("kinesis", region_name="us-east-1").meta.service_model.operation_names) - {"SubscribeToShard"}

    def ask(self, operation, members):
        command = "".join("-" + letter.lower() if letter.isupper() else letter for letter in operation)[1:]
        done = self.run_aws(command, "--no-paginate", "--cli-input-json", json.dumps(plain(members)))
        if done.returncode == kinesis_cli.CLIENT_ERROR:
            raise Refused(done.stderr.split("(")[1].split(")")[0])
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout) if done.stdout.strip() else None


class Told(Story):
    """A program that reads {"operation", "input"} a line and answers a line: what came, or {"error": type}."""

    def start(self, *command, cwd=None):
        self.program = subprocess.Popen(
            [*command, self.server.endpoint, self.account], cwd=cwd, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.addCleanup(self.program.stdout.close)
        self.addCleanup(self.program.wait, 20)
        self.addCleanup(self.program.stdin.close)
        self.known_operations = set(json.loads(self.program.stdout.readline()))

    def operations(self):
        return self.known_operations

    def ask(self, operation, members):
        self.program.stdin.write(json.dumps({"operation": operation, "input": plain(members)}) + "\n")
        self.program.stdin.flush()
        answer = json.loads(self.program.stdout.readline())
        if "error" in answer:
            raise Refused(answer["error"])
        return (answer["records"], answer["children"]) if "children" in answer else answer["output"]


class Js(Told):
    account = "100000000004"

    def setUp(self):
        super().setUp()
        kinesis_js.install()
        self.start("node", "told.mjs", cwd=kinesis_js.FOLDER)


class Go(Told):
    account, known = "100000000005", 29

    def setUp(self):
        super().setUp()
        folder = tempfile.mkdtemp(prefix="levada-go-")
        self.addCleanup(shutil.rmtree, folder)
        self.start(kinesis_go.build(folder, Path(__file__).with_name("go") / "told" / "main.go"))


def load_tests(loader, _tests, _pattern):
    clients = (Boto3, Cbor, AwsCli, Js, Go)
    return unittest.TestSuite(loader.loadTestsFromTestCase(client) for client in clients)
