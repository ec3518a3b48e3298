"""Throughput limits of a shard as AWS documents them (spec §11): `--shard-limits aws`, the default."""

import base64
import time

from harness.case import ACCOUNT, Case
from harness.client import Client
from harness.server import Levada

SHARD = "shardId-000000000000"


class AwsLimits(Case):
    needs_levada = True
    flags = ()  # the default is what is tested

    def text(self, name, shard=SHARD):
        return f"Rate exceeded for shard {shard} in stream {name} under account {ACCOUNT}."

    def throttled(self, reply, name):
        self.refused(reply, "ProvisionedThroughputExceededException", self.text(name))

    def put_many(self, name, count, size=1, key="0"):
        data = base64.b64encode(bytes(size)).decode()
        records = [{"PartitionKey": "a", "ExplicitHashKey": key, "Data": data}] * count
        return self.client.must("PutRecords", StreamName=name, Records=records)

    def test_a_thousand_records_a_second(self):
        name = self.stream()
        started = time.monotonic()
        replies = [self.put_many(name, 500) for _ in range(6)]
        elapsed = time.monotonic() - started
        entries = [entry for reply in replies for entry in reply["Records"]]
        good = [entry for entry in entries if "SequenceNumber" in entry]
        failed = [entry for entry in entries if "ErrorCode" in entry]
        self.assertGreaterEqual(len(good), 1000)
        self.assertLessEqual(len(good), 1000 + int(1000 * elapsed) + 1)
        self.assertEqual(sum(reply["FailedRecordCount"] for reply in replies), len(failed))
        self.assertTrue(failed)
        for entry in failed:
            expected = {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": self.text(name)}
            self.assertEqual(entry, expected)
        time.sleep(1.1)
        self.assertEqual(self.put_many(name, 500)["FailedRecordCount"], 0)

    def test_a_single_put_is_refused_as_a_whole(self):
        name = self.stream()
        data = base64.b64encode(bytes(900_000)).decode()
        replies = [self.client.call("PutRecord", StreamName=name, PartitionKey="a", Data=data) for _ in range(3)]
        self.assertTrue(replies[0].ok)
        self.throttled(replies[2], name)

    def test_what_was_refused_was_not_stored(self):
        name = self.stream()
        good = 0
        for _ in range(5):
            reply = self.put_many(name, 500)
            good += 500 - reply["FailedRecordCount"]
        time.sleep(1.1)
        self.assertEqual(len(self.client.read(self.client.iterator(name))["Records"]), good)

    def test_one_mebibyte_a_second(self):
        name = self.stream()
        started = time.monotonic()
        reply = self.put_many(name, 30, 100_000)
        elapsed = time.monotonic() - started
        good = 30 - reply["FailedRecordCount"]
        self.assertGreaterEqual(good, 10)
        self.assertLessEqual(good, 11 + int(10.49 * elapsed) + 1)

    def test_processing_goes_on_after_a_throttled_record(self):
        name = self.stream(shards=2)
        self.put_many(name, 10, 100_000)
        data = base64.b64encode(bytes(900_000)).decode()
        records = [
            {"PartitionKey": "a", "ExplicitHashKey": "0", "Data": data},
            {"PartitionKey": "a", "ExplicitHashKey": str(2**128 - 1), "Data": data},
        ]
        reply = self.client.must("PutRecords", StreamName=name, Records=records)
        self.assertEqual(reply["FailedRecordCount"], 1)
        self.assertEqual(reply["Records"][0]["ErrorCode"], "ProvisionedThroughputExceededException")
        self.assertEqual(reply["Records"][1]["ShardId"], "shardId-000000000001")

    def test_a_record_above_one_mebibyte_passes_and_is_paid_back(self):
        name = self.stream(MaxRecordSizeInKiB=4096)
        time.sleep(0.1)
        self.client.put(name, bytes(3 * 1024 * 1024), "a")
        self.throttled(self.client.call("PutRecord", StreamName=name, PartitionKey="a", Data=""), name)
        time.sleep(1.2)
        self.throttled(self.client.call("PutRecord", StreamName=name, PartitionKey="a", Data=""), name)
        time.sleep(2)
        self.client.put(name, "small", "a")

    def test_five_reads_a_second(self):
        name = self.stream()
        iterator = self.client.iterator(name)
        replies = [self.client.call("GetRecords", ShardIterator=iterator) for _ in range(12)]
        self.assertTrue(all(reply.ok for reply in replies[:5]), replies[:5])
        refused = [reply for reply in replies if not reply.ok]
        self.assertGreaterEqual(len(refused), 5)
        for reply in refused:
            self.throttled(reply, name)
        time.sleep(1.1)
        self.granted(self.client.call("GetRecords", ShardIterator=iterator))

    def test_five_iterators_a_second(self):
        name = self.stream()
        members = {"StreamName": name, "ShardId": SHARD, "ShardIteratorType": "LATEST"}
        replies = [self.client.call("GetShardIterator", **members) for _ in range(12)]
        self.assertTrue(all(reply.ok for reply in replies[:5]))
        refused = [reply for reply in replies if not reply.ok]
        self.assertGreaterEqual(len(refused), 5)
        for reply in refused:
            self.throttled(reply, name)

    def test_two_mebibytes_read_a_second(self):
        name = self.stream()
        for _ in range(4):
            self.put_many(name, 10, 100_000)
            time.sleep(1.05)
        iterator = self.client.iterator(name)
        first = self.client.call("GetRecords", ShardIterator=iterator)
        self.assertGreater(len(self.granted(first)["Records"]), 20)
        second = self.client.call("GetRecords", ShardIterator=iterator)
        self.throttled(second, name)

    def test_each_shard_has_its_own(self):
        name = self.stream(shards=4)
        for _ in range(4):
            self.put_many(name, 500)
        self.assertEqual(self.put_many(name, 500, key=str(2**128 - 1))["FailedRecordCount"], 0)


class OwnNumbers(Case):
    needs_levada = True

    def test_records_and_bytes_of_ones_own(self):
        with Levada("--shard-limits", "10,1000000") as server:
            client = Client(server.aws)
            client.create("narrow")
            records = [{"PartitionKey": "a", "Data": ""}] * 20
            reply = client.must("PutRecords", StreamName="narrow", Records=records)
            self.assertIn(20 - reply["FailedRecordCount"], (10, 11))
            client.close()

    def test_off(self):
        name = self.stream()
        records = [{"PartitionKey": "a", "Data": base64.b64encode(bytes(1000)).decode()}] * 500
        for _ in range(10):
            self.assertEqual(self.client.must("PutRecords", StreamName=name, Records=records)["FailedRecordCount"], 0)
        iterator = self.client.iterator(name)
        for _ in range(20):
            self.granted(self.client.call("GetRecords", ShardIterator=iterator, Limit=1))
