"""What KPL, KCL and paws do on the wire, without them: their own requests, and the rules their source holds the service to."""

import base64
import hashlib
import json
import struct
import time
import zlib

from harness import eventstream, sigv4
from harness.case import Case
from harness.http import request
from kinesis_consumers import ConsumerCase, Subscription

SHARD = "shardId-000000000000"
TOP = 2**128


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def aggregated(keys, records):
    """KPL's own form: magic, a protobuf of the keys and (key index, data), the MD5 of the protobuf."""
    body = b"".join(field(1, key.encode()) for key in keys)
    for index, data in records:
        body += field(3, varint(1 << 3) + varint(index) + field(3, data))
    return b"\xf3\x89\x9a\xc2" + body + hashlib.md5(body).digest()


class Aggregation(Case):
    def test_an_aggregated_record_passes_through_untouched(self):
        name = self.stream()
        data = aggregated(["a", "b"], [(n % 2, b"user record %d" % n) for n in range(200)])
        put = self.client.put(name, data, key="a")
        many = self.client.must(
            "PutRecords",
            StreamName=name,
            Records=[{"Data": base64.b64encode(data).decode(), "PartitionKey": "a", "ExplicitHashKey": "1"}] * 3,
        )
        stored = self.client.drain(name)
        self.assertEqual([record["Data"] for record in stored], [data] * 4, "one record in, one record out, byte for byte")
        numbers = [record["SequenceNumber"] for record in stored]
        self.assertEqual(numbers, [put["SequenceNumber"]] + [entry["SequenceNumber"] for entry in many["Records"]])


class KclRules(Case):
    """What ShardSyncer, PrefetchRecordsPublisher and FanOutRecordsPublisher insist on."""

    def test_null_iterator_and_children_come_together_or_not_at_all(self):
        name = self.stream()
        self.client.put(name, "x")
        iterator = self.client.iterator(name)
        page = self.client.read(iterator)
        self.assertIn("NextShardIterator", page)
        self.assertFalse(page.get("ChildShards"))
        self.client.must("SplitShard", StreamName=name, ShardToSplit=SHARD, NewStartingHashKey=str(TOP // 2))
        self.client.wait_active(name)
        seen = 0
        while iterator:
            page = self.client.read(iterator)
            iterator = page.get("NextShardIterator")
            self.assertEqual(iterator is None, bool(page.get("ChildShards")), page)
            seen += len(page["Records"])
        self.assertEqual(seen, 1)
        for child in page["ChildShards"]:
            self.assertEqual(child["ParentShards"], [SHARD])
            self.assertLess(int(child["HashKeyRange"]["StartingHashKey"]), int(child["HashKeyRange"]["EndingHashKey"]))

    def test_a_merged_child_names_both_parents_at_the_end_of_each(self):
        name = self.stream(2)
        pair = [SHARD, "shardId-000000000001"]
        self.client.must("MergeShards", StreamName=name, ShardToMerge=pair[0], AdjacentShardToMerge=pair[1])
        self.client.wait_active(name)
        for parent in pair:
            children = self.client.read(self.client.iterator(name, parent))["ChildShards"]
            self.assertEqual([sorted(child["ParentShards"]) for child in children], [pair])

    def test_the_shards_at_every_moment_tile_the_key_space(self):
        name = self.stream(3)
        created = self.client.must("DescribeStream", StreamName=name)["StreamDescription"]["StreamCreationTimestamp"]
        for target in (6, 3, 5):
            self.client.must("UpdateShardCount", StreamName=name, TargetShardCount=target, ScalingType="UNIFORM_SCALING")
            self.client.wait_active(name)
            for kind in ({"Type": "AT_LATEST"}, {"Type": "AT_TRIM_HORIZON"}, {"Type": "AT_TIMESTAMP", "Timestamp": created}):
                shards = self.client.must("ListShards", StreamName=name, ShardFilter=kind)["Shards"]
                edge = 0
                for shard in sorted(shards, key=lambda each: int(each["HashKeyRange"]["StartingHashKey"])):
                    self.assertEqual(int(shard["HashKeyRange"]["StartingHashKey"]), edge, kind)
                    edge = int(shard["HashKeyRange"]["EndingHashKey"]) + 1
                self.assertEqual(edge, TOP, kind)

    def test_passing_conditions_are_never_not_found(self):
        """KCL drops a shard whose reader is told ResourceNotFound; while shards change nobody may be."""
        name = self.stream()
        for round_number in range(5):
            shards = self.client.must("ListShards", StreamName=name, ShardFilter={"Type": "AT_LATEST"})["Shards"]
            iterators = [self.client.iterator(name, shard["ShardId"], "LATEST") for shard in shards]
            target = 2 if round_number % 2 == 0 else 1
            self.client.must("UpdateShardCount", StreamName=name, TargetShardCount=target, ScalingType="UNIFORM_SCALING")
            for iterator in iterators:
                self.assertTrue(self.client.call("GetRecords", ShardIterator=iterator).ok)
            self.client.wait_active(name)


class Checksums(ConsumerCase):
    def test_both_checksums_of_every_frame(self):
        subscription = Subscription(self, self.register(), {"Type": "TRIM_HORIZON"})
        self.client.put(self.name, "x")
        data = b""
        while len(data) < 110 or len(data) < 104 + struct.unpack(">I", data[104:108])[0]:
            data += subscription.connection.chunk()
        for frame in (data[:104], data[104 : 104 + struct.unpack(">I", data[104:108])[0]]):
            self.assertEqual(struct.unpack(">I", frame[8:12])[0], zlib.crc32(frame[:8]))
            self.assertEqual(struct.unpack(">I", frame[-4:])[0], zlib.crc32(frame[:-4]))
            self.assertIsNotNone(eventstream.decode(frame))


class Paws(Case):
    """paws cannot be installed here (CRAN is out of reach), so this is the request that paws.common writes, header by header."""

    def ask(self, operation, **members):
        body = json.dumps(members, separators=(",", ":")).encode()
        headers = {
            "Host": self.client.host,
            "User-Agent": "paws/0.7.0 (R4.3.2; linux-gnu; x86_64)",
            "Accept": "application/json, text/xml, application/xml, */*",
            "Accept-Encoding": "deflate, gzip",
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"Kinesis_20131202.{operation}",
        }
        signed = sigv4.sign(self.client.credentials, self.client.region, headers, body)
        return self.client.raw(request("POST", "/", signed, body))

    def test_put_record_as_the_guide_shows_it(self):
        name = self.stream()
        data = base64.b64encode(b"sampledatarecord").decode()
        put = self.ask("PutRecord", StreamName=name, Data=data, PartitionKey="samplepartitionkey")
        self.assertEqual(put.status, 200)
        self.assertEqual(set(put.value), {"ShardId", "SequenceNumber"})
        at = self.ask("GetShardIterator", StreamName=name, ShardId=SHARD, ShardIteratorType="TRIM_HORIZON")
        records = self.ask("GetRecords", ShardIterator=at.value["ShardIterator"]).value["Records"]
        self.assertEqual(base64.b64decode(records[0]["Data"]), b"sampledatarecord")
        self.assertLess(abs(records[0]["ApproximateArrivalTimestamp"] - time.time()), 60)


class Storms(Case):
    """Bad input of resharding: too much, too fast, too soon after the end."""

    def test_a_hundred_thousand_shards(self):
        reply = self.client.call("CreateStream", StreamName="too-wide", ShardCount=100_000)
        self.assertEqual((reply.status, reply.error[0]), (400, "LimitExceededException"))
        self.assertRegex(reply.error[1], "Number of additional shards that would have resulted from this request: 100000")
        name = self.stream()
        reply = self.client.call("UpdateShardCount", StreamName=name, TargetShardCount=100_000, ScalingType="UNIFORM_SCALING")
        self.assertEqual(reply.status, 400)
        self.assertIn(reply.error[0], ("InvalidArgumentException", "LimitExceededException"))
        self.alive()

    def test_a_storm_of_reshards_while_records_are_written(self):
        name, written = self.stream(), []
        for round_number in range(40):
            target = min(2 ** (round_number % 4 + 1), 8) if round_number % 8 < 4 else max(8 >> (round_number % 4 + 1), 1)
            reply = self.client.call("UpdateShardCount", StreamName=name, TargetShardCount=target, ScalingType="UNIFORM_SCALING")
            self.assertTrue(reply.ok or reply.error[0] == "InvalidArgumentException", reply)
            for n in range(5):
                text = f"{round_number}:{n}"
                self.client.put(name, text, key=text)
                written.append(text)
        self.client.wait_active(name)
        read = []
        for shard in self.client.must("ListShards", StreamName=name)["Shards"]:
            read += [record["Data"].decode() for record in self.client.drain(name, shard["ShardId"])]
        self.assertEqual(sorted(read), sorted(written))

    def test_deleted_and_created_again_a_reader_of_the_old_one_is_not_shown_the_new(self):
        name = self.stream()
        self.client.put(name, "old")
        iterator = self.client.iterator(name)
        for _ in range(10):
            self.client.must("DeleteStream", StreamName=name)
            deadline = time.monotonic() + 10
            while self.client.call("DescribeStream", StreamName=name).ok and time.monotonic() < deadline:
                time.sleep(0.01)
            self.client.create(name)
        self.client.put(name, "new")
        self.assertFalse(self.client.call("GetRecords", ShardIterator=iterator).ok)
        self.assertEqual([record["Data"] for record in self.client.drain(name)], [b"new"])
