"""Debian's boto3: every operation of the data plane, happy and unhappy, through the SDK people use."""

import hashlib
import re
import time
import warnings

import boto3
import botocore.config
import botocore.exceptions

from harness.case import ACCOUNT, Case, cases

warnings.filterwarnings("ignore", category=DeprecationWarning, module="botocore")
SHARD = "shardId-000000000000"


class BotoCase(Case):
    def setUp(self):
        super().setUp()
        self.kinesis = self.session_client()
        self.addCleanup(self.kinesis.close)

    def session_client(self, **config):
        return boto3.client(
            "kinesis", endpoint_url=self.server.endpoint, region_name="us-east-1", aws_access_key_id="AKIDBOTO",
            aws_secret_access_key="secret",
            config=botocore.config.Config(retries={"max_attempts": 0}, **config),
        )

    def unvalidated(self):
        """A client that lets bad parameters through to the server."""
        client = self.session_client(parameter_validation=False)
        self.addCleanup(client.close)
        return client

    def raises(self, error, message, method, **members):
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            method(**members)
        response = caught.exception.response
        self.assertEqual(response["Error"]["Code"], error)
        if isinstance(message, re.Pattern):
            self.assertRegex(response["Error"]["Message"], message)
        else:
            self.assertEqual(response["Error"]["Message"], message)
        self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], 400)
        return caught.exception

    def not_found(self, method, **members):
        text = f"Stream nobody under account {ACCOUNT} not found."
        error = self.raises("ResourceNotFoundException", text, method, StreamName="nobody", **members)
        self.assertIsInstance(error, self.kinesis.exceptions.ResourceNotFoundException)

    def read(self, name, shard=SHARD):
        iterator = self.kinesis.get_shard_iterator(StreamName=name, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
        return self.kinesis.get_records(ShardIterator=iterator["ShardIterator"])["Records"]


class Streams(BotoCase):
    def test_create_wait_describe_delete(self):
        name = self.stream_name()
        answer = self.kinesis.create_stream(StreamName=name, ShardCount=2)
        self.assertEqual(set(answer), {"ResponseMetadata"})
        self.kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
        description = self.kinesis.describe_stream(StreamName=name)["StreamDescription"]
        self.assertEqual(description["StreamStatus"], "ACTIVE")
        self.assertEqual(len(description["Shards"]), 2)
        self.assertAlmostEqual(description["StreamCreationTimestamp"].timestamp(), time.time(), delta=60)
        self.kinesis.delete_stream(StreamName=name, EnforceConsumerDeletion=True)
        self.kinesis.get_waiter("stream_not_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})

    def test_create_twice(self):
        name = self.stream()
        text = f"Stream {name} under account {ACCOUNT} already exists."
        error = self.raises("ResourceInUseException", text, self.kinesis.create_stream, StreamName=name, ShardCount=1)
        self.assertIsInstance(error, self.kinesis.exceptions.ResourceInUseException)

    def test_create_with_a_bad_name(self):
        text = (
            "1 validation error detected: Value 'a b' at 'streamName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
        )
        self.raises("ValidationException", text, self.kinesis.create_stream, StreamName="a b", ShardCount=1)

    def test_create_too_wide(self):
        self.raises(
            "LimitExceededException", re.compile("^This request would exceed the shard limit for the account "),
            self.kinesis.create_stream, StreamName="wide", ShardCount=2_000_000_000,
        )

    def test_summary(self):
        name = self.stream(shards=3)
        summary = self.kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
        self.assertEqual((summary["OpenShardCount"], summary["ConsumerCount"]), (3, 0))

    def test_describe_limits(self):
        limits = self.kinesis.describe_limits()
        self.assertGreaterEqual(limits["ShardLimit"], limits["OpenShardCount"])

    def test_list_streams_through_the_paginator(self):
        names = sorted(self.stream() for _ in range(5))
        pages = self.kinesis.get_paginator("list_streams").paginate(PaginationConfig={"PageSize": 2})
        listed = [name for page in pages for name in page["StreamNames"]]
        self.assertEqual(listed, sorted(listed))
        self.assertEqual([name for name in listed if name in names], names)

    def test_describe_stream_through_the_paginator(self):
        name = self.stream(shards=7)
        pages = self.kinesis.get_paginator("describe_stream").paginate(
            StreamName=name, PaginationConfig={"PageSize": 3}
        )
        self.assertEqual(sum(len(page["StreamDescription"]["Shards"]) for page in pages), 7)

    def test_list_shards_page_by_page(self):
        name, found, token = self.stream(shards=7), [], None
        while True:
            page = self.kinesis.list_shards(**({"NextToken": token} if token else {"StreamName": name}), MaxResults=3)
            found += page["Shards"]
            token = page.get("NextToken")
            if not token:
                break
        self.assertEqual(len(found), 7)

    def test_list_shards_of_nothing(self):
        text = "Either NextToken or StreamName should be provided."
        error = self.raises("InvalidArgumentException", text, self.kinesis.list_shards)
        self.assertIsInstance(error, self.kinesis.exceptions.InvalidArgumentException)

    def test_retention(self):
        name = self.stream()
        self.kinesis.increase_stream_retention_period(StreamName=name, RetentionPeriodHours=48)
        self.client.wait_active(name)
        self.assertEqual(
            self.kinesis.describe_stream(StreamName=name)["StreamDescription"]["RetentionPeriodHours"], 48
        )
        self.kinesis.decrease_stream_retention_period(StreamName=name, RetentionPeriodHours=24)
        self.client.wait_active(name)
        text = "Minimum allowed retention period is 24 hours. Requested retention period (1 hours) is too short."
        self.raises(
            "InvalidArgumentException", text, self.kinesis.decrease_stream_retention_period, StreamName=name,
            RetentionPeriodHours=1,
        )

    @cases({
        "describe_stream": ("describe_stream", {}), "summary": ("describe_stream_summary", {}),
        "delete": ("delete_stream", {}), "list_shards": ("list_shards", {}),
        "increase": ("increase_stream_retention_period", {"RetentionPeriodHours": 48}),
        "decrease": ("decrease_stream_retention_period", {"RetentionPeriodHours": 24}),
        "put_record": ("put_record", {"PartitionKey": "a", "Data": b""}),
        "put_records": ("put_records", {"Records": [{"PartitionKey": "a", "Data": b""}]}),
    })
    def test_unknown_stream(self, method, members):
        self.not_found(getattr(self.kinesis, method), **members)

    def test_unknown_stream_in_get_shard_iterator(self):
        self.raises(
            "ResourceNotFoundException", f"Shard {SHARD} in stream nobody under account {ACCOUNT} does not exist",
            self.kinesis.get_shard_iterator, StreamName="nobody", ShardId=SHARD, ShardIteratorType="LATEST",
        )


class Records(BotoCase):
    def test_put_record_and_get_it_back(self):
        name = self.stream()
        put = self.kinesis.put_record(StreamName=name, PartitionKey="samplepartitionkey", Data=b"\0binary\xff")
        self.assertNotIn("EncryptionType", put)
        (record,) = self.read(name)
        self.assertEqual(record["Data"], b"\0binary\xff")
        self.assertEqual(record["PartitionKey"], "samplepartitionkey")
        self.assertEqual(record["SequenceNumber"], put["SequenceNumber"])
        self.assertAlmostEqual(record["ApproximateArrivalTimestamp"].timestamp(), time.time(), delta=30)

    def test_put_records(self):
        name = self.stream(shards=4)
        records = [{"PartitionKey": f"key-{i}", "Data": f"value-{i}"} for i in range(500)]
        answer = self.kinesis.put_records(StreamName=name, Records=records)
        self.assertEqual(answer["FailedRecordCount"], 0)
        step = 2**128 // 4
        for record, result in zip(records, answer["Records"], strict=True):
            digest = int(hashlib.md5(record["PartitionKey"].encode()).hexdigest(), 16)
            self.assertEqual(result["ShardId"], f"shardId-{digest // step:012d}")
        found = [record for index in range(4) for record in self.read(name, f"shardId-{index:012d}")]
        self.assertEqual(
            {(r["PartitionKey"], r["Data"]) for r in found},
            {(r["PartitionKey"], r["Data"].encode()) for r in records},
        )

    def test_a_large_record(self):
        name = self.stream()
        data = bytes(range(256)) * 4095
        self.kinesis.put_record(StreamName=name, PartitionKey="a", Data=data)
        self.assertEqual(self.read(name)[0]["Data"], data)

    def test_a_record_too_large(self):
        name = self.stream()
        text = (
            "1 validation error detected: Value at 'data' failed to satisfy constraint: "
            "Member must have length less than or equal to 1048576"
        )
        self.raises(
            "ValidationException", text, self.kinesis.put_record, StreamName=name, PartitionKey="a", Data=bytes(1048576)
        )

    def test_too_many_records(self):
        text = (
            "1 validation error detected: Value at 'records' failed to satisfy constraint: "
            "Member must have length less than or equal to 500"
        )
        self.raises(
            "ValidationException", text, self.unvalidated().put_records, StreamName="a",
            Records=[{"PartitionKey": "a", "Data": b""}] * 501,
        )

    def test_explicit_hash_key(self):
        name = self.stream(shards=2)
        put = self.kinesis.put_record(StreamName=name, PartitionKey="a", Data=b"", ExplicitHashKey=str(2**128 - 1))
        self.assertEqual(put["ShardId"], "shardId-000000000001")
        self.raises(
            "InvalidArgumentException", re.compile("^Invalid ExplicitHashKey"), self.kinesis.put_record,
            StreamName=name, PartitionKey="a", Data=b"", ExplicitHashKey=str(2**128),
        )

    def test_sequence_number_for_ordering(self):
        name, number = self.stream(), None
        for index in range(10):
            more = {"SequenceNumberForOrdering": number} if number else {}
            put = self.kinesis.put_record(StreamName=name, PartitionKey="a", Data=b"%d" % index, **more)
            self.assertGreater(put["SequenceNumber"], number or "")
            number = put["SequenceNumber"]

    @cases({
        "TRIM_HORIZON": ("TRIM_HORIZON", {}, [b"1", b"2", b"3"]), "LATEST": ("LATEST", {}, []),
        "AT_SEQUENCE_NUMBER": ("AT_SEQUENCE_NUMBER", {"StartingSequenceNumber": 1}, [b"2", b"3"]),
        "AFTER_SEQUENCE_NUMBER": ("AFTER_SEQUENCE_NUMBER", {"StartingSequenceNumber": 1}, [b"3"]),
        "AT_TIMESTAMP": ("AT_TIMESTAMP", {"Timestamp": 0}, [b"1", b"2", b"3"]),
    })
    def test_all_five_iterators(self, kind, more, expected):
        name = self.stream()
        puts = [self.kinesis.put_record(StreamName=name, PartitionKey="a", Data=d) for d in (b"1", b"2", b"3")]
        if "StartingSequenceNumber" in more:
            more = {"StartingSequenceNumber": puts[more["StartingSequenceNumber"]]["SequenceNumber"]}
        iterator = self.kinesis.get_shard_iterator(StreamName=name, ShardId=SHARD, ShardIteratorType=kind, **more)
        answer = self.kinesis.get_records(ShardIterator=iterator["ShardIterator"], Limit=1000)
        self.assertEqual([record["Data"] for record in answer["Records"]], expected)
        self.assertIn("NextShardIterator", answer)
        self.assertEqual(answer["MillisBehindLatest"], 0)

    def test_a_bad_iterator(self):
        self.raises("InvalidArgumentException", "Invalid ShardIterator.", self.kinesis.get_records, ShardIterator="x")

    def test_a_missing_member(self):
        text = "1 validation error detected: Value null at 'shardIterator' failed to satisfy constraint: Member must not be null"
        self.raises("ValidationException", text, self.unvalidated().get_records)

    def test_a_bad_type(self):
        text = "class java.lang.String can not be converted to an Integer"
        self.raises("SerializationException", text, self.unvalidated().list_streams, Limit="many")
