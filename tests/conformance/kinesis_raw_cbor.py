"""The CBOR dialect of the Java SDKs (spec §4.2): requests in every legal shape, answers byte for byte."""

import time

from harness import cbor
from harness.cbor import Tag
from harness.client import CBOR
from harness.case import Case, cases

SHARD = "shardId-000000000000"


class CborAnswers(Case):
    def call(self, operation, **members):
        return self.client.call(operation, coding=CBOR, **members)

    def test_a_round_trip_keeps_every_byte(self):
        name, data = self.stream(), bytes(range(256))
        put = self.granted(self.call("PutRecord", StreamName=name, PartitionKey="ключ", Data=data))
        self.assertEqual(set(put), {"ShardId", "SequenceNumber"})
        iterator = self.granted(
            self.call("GetShardIterator", StreamName=name, ShardId=SHARD, ShardIteratorType="TRIM_HORIZON")
        )["ShardIterator"]
        reply = self.call("GetRecords", ShardIterator=iterator)
        self.assertEqual(reply.header("content-type"), CBOR)
        (record,) = self.granted(reply)["Records"]
        self.assertEqual(record["Data"], data)
        self.assertIsInstance(record["Data"], bytes)
        self.assertEqual(record["PartitionKey"], "ключ")
        self.assertEqual(record["SequenceNumber"], put["SequenceNumber"])

    def test_times_are_tag_1_and_integer_milliseconds(self):
        name = self.stream()
        before = time.time() * 1000
        self.call("PutRecord", StreamName=name, PartitionKey="a", Data=b"")
        description = self.granted(self.call("DescribeStream", StreamName=name))["StreamDescription"]
        iterator = self.client.iterator(name)
        (record,) = self.granted(self.call("GetRecords", ShardIterator=iterator))["Records"]
        for stamp in (description["StreamCreationTimestamp"], record["ApproximateArrivalTimestamp"]):
            self.assertIsInstance(stamp, Tag)
            self.assertEqual(stamp.number, 1)
            self.assertIsInstance(stamp.value, int)
        self.assertAlmostEqual(record["ApproximateArrivalTimestamp"].value, before, delta=10_000)

    def test_integers_are_plain(self):
        name = self.stream()
        description = self.granted(self.call("DescribeStream", StreamName=name))["StreamDescription"]
        self.assertEqual(description["RetentionPeriodHours"], 24)
        self.assertIs(description["HasMoreShards"], False)
        self.assertEqual(description["EnhancedMonitoring"], [{"ShardLevelMetrics": []}])

    def test_no_nulls_anywhere(self):
        name = self.stream()
        self.call("PutRecord", StreamName=name, PartitionKey="a", Data=b"x")
        replies = [
            self.call("DescribeStream", StreamName=name),
            self.call("DescribeStreamSummary", StreamName=name),
            self.call("ListStreams"),
            self.call("ListShards", StreamName=name),
            self.call("GetRecords", ShardIterator=self.client.iterator(name)),
            self.call("PutRecords", StreamName=name, Records=[{"PartitionKey": "a", "Data": b""}]),
        ]
        for reply in replies:
            self.granted(reply)
            self.assertNotIn(None, _leaves(reply.value), reply)

    def test_void_answers_are_empty(self):
        name = self.stream_name()
        reply = self.call("CreateStream", StreamName=name, ShardCount=1)
        self.addCleanup(self.discard, name)
        self.void(reply)
        self.assertEqual(reply.header("content-type"), CBOR)


class CborErrors(Case):
    def test_a_cbor_request_gets_a_cbor_error(self):
        reply = self.client.call("DescribeStream", coding=CBOR, StreamName="nobody")
        self.assertEqual(reply.header("content-type"), CBOR)
        self.assertEqual(
            reply.value,
            {"__type": "ResourceNotFoundException", "message": "Stream nobody under account 000000000000 not found."},
        )

    def test_constraint_failures_in_cbor(self):
        reply = self.client.call("DescribeStream", coding=CBOR)
        self.invalid(reply, "Value null at 'streamName' failed to satisfy constraint: Member must not be null")
        self.assertEqual(reply.header("content-type"), CBOR)

    def test_a_type_error_in_cbor_has_the_capital_message(self):
        reply = self.client.call("ListStreams", coding=CBOR, Limit="a")
        self.assertEqual(reply.status, 400)
        self.assertEqual(
            reply.value,
            {"__type": "SerializationException", "Message": "class java.lang.String can not be converted to an Integer"},
        )

    @cases({
        "truncated map": b"\xa1\x65Limit", "stray break": b"\xff", "reserved length": b"\x1c", "number": b"\x01",
        "text": b"\x61a", "array": b"\x80", "null": b"\xf6", "length beyond the body": b"\xbb" + b"\xff" * 8,
        "text beyond the body": b"\xa1\x7b" + b"\x7f" + b"\xff" * 7, "unended map": b"\xbf\x65Limit\x01",
        "odd indefinite map": b"\xbf\x65Limit\xff", "deep": b"\x81" * 100_000, "deep maps": b"\xa1\x61a" * 50_000,
        "bad UTF-8 key": b"\xa1\x62\xff\xfe\x01", "JSON": b'{"Limit":1}', "huge array": b"\x9b\x00\x00\x00\xff\xff\xff\xff\xff",
    })
    def test_broken(self, body):
        reply = self.client.body_call("ListStreams", body, CBOR)
        self.assertEqual(reply.header("content-type"), CBOR, reply)
        # An array at the top is an empty structure to some of the service's own parsers: both are answers.
        if body == b"\x80" and reply.status == 200:
            return
        self.assertEqual((reply.status, reply.value), (400, {"__type": "SerializationException"}), reply)
        self.alive()


class CborRequests(Case):
    """Everything a generator may write for the same request."""

    def put(self, name, body):
        reply = self.client.body_call("PutRecord", body, CBOR)
        self.granted(reply)
        return self.client.drain(name)[-1]

    def test_indefinite_maps_and_strings(self):
        name = self.stream()
        members = {"StreamName": name, "PartitionKey": "indefinite", "Data": b"in pieces"}
        record = self.put(name, cbor.encode(members, indefinite=True))
        self.assertEqual((record["Data"], record["PartitionKey"]), (b"in pieces", "indefinite"))

    def test_indefinite_lists(self):
        name = self.stream()
        records = [{"PartitionKey": f"k{i}", "Data": bytes([i])} for i in range(3)]
        body = cbor.encode({"StreamName": name, "Records": records}, indefinite=True)
        reply = self.client.body_call("PutRecords", body, CBOR)
        self.assertEqual(self.granted(reply)["FailedRecordCount"], 0)
        self.assertEqual([r["Data"] for r in self.client.drain(name)], [b"\0", b"\1", b"\2"])

    def test_empty_indefinite_strings(self):
        name = self.stream()
        body = b"\xa3" + cbor.encode("StreamName") + cbor.encode(name) + cbor.encode("PartitionKey") + b"\x61a"
        self.assertEqual(self.put(name, body + cbor.encode("Data") + b"\x5f\xff")["Data"], b"")

    def test_lengths_wider_than_needed(self):
        name = self.stream()
        body = b"\xb9\x00\x03" + b"".join([
            b"\x7a\x00\x00\x00\x0a" + b"StreamName", b"\x79" + len(name).to_bytes(2, "big") + name.encode(),
            b"\x78\x0c" + b"PartitionKey", b"\x78\x01a", b"\x64Data", b"\x5b" + (2).to_bytes(8, "big") + b"hi",
        ])
        self.assertEqual(self.put(name, body)["Data"], b"hi")

    def test_null_and_undefined_are_absent(self):
        name = self.stream()
        body = cbor.encode({"StreamName": name, "PartitionKey": "a", "Data": b"n", "ExplicitHashKey": None})
        self.assertEqual(self.put(name, body)["Data"], b"n")

    def test_unknown_members_of_any_shape_are_dropped(self):
        name = self.stream()
        members = {"StreamName": name, "PartitionKey": "a", "Data": b"u"}
        members["Other"] = {"x": [1.5, Tag(1, 5), {"y": b"z"}], "n": -1, "b": True}
        self.assertEqual(self.put(name, cbor.encode(members))["Data"], b"u")

    @cases({
        "one byte": b"\x18\x02", "eight bytes": b"\x1b" + (2).to_bytes(8, "big"), "double": b"\xfb\x40\x00" + bytes(6),
        "half": b"\xf9\x40\x00", "single": b"\xfa\x40\x00\x00\x00", "fraction, floored": cbor.encode(2.9),
    })
    def test_integers_of_any_width(self, two):
        name = self.stream()
        for index in range(3):
            self.client.put(name, str(index))
        iterator = self.client.iterator(name)
        body = b"\xa2" + cbor.encode("ShardIterator") + cbor.encode(iterator) + cbor.encode("Limit") + two
        reply = self.client.body_call("GetRecords", body, CBOR)
        self.assertEqual(len(self.granted(reply)["Records"]), 2)

    def test_a_blob_given_as_text_is_not_base64_text(self):
        name = self.stream()
        body = cbor.encode({"StreamName": name, "PartitionKey": "a", "Data": "AAAA"})
        reply = self.client.body_call("PutRecord", body, CBOR)
        if reply.status == 200:  # taken as bytes or decoded leniently: never silently something else
            self.assertIn(self.client.drain(name)[0]["Data"], (b"AAAA", b"\0\0\0"))
        else:
            self.assertEqual(reply.error[0], "SerializationException")

    @cases({
        "tagged milliseconds": lambda ms: Tag(1, ms), "bare milliseconds": lambda ms: ms,
        "tagged seconds": lambda ms: Tag(1, ms / 1000), "bare seconds": lambda ms: ms / 1000,
    })
    def test_times_come_in_four_shapes(self, shape):
        name = self.stream()
        self.client.put(name, "early")
        time.sleep(0.03)
        between = int(time.time() * 1000)
        time.sleep(0.03)
        self.client.put(name, "late")
        members = {"StreamName": name, "ShardId": SHARD, "ShardIteratorType": "AT_TIMESTAMP"}
        members["Timestamp"] = shape(between)
        iterator = self.granted(self.client.call("GetShardIterator", coding=CBOR, **members))["ShardIterator"]
        (record,) = self.client.read(iterator)["Records"]
        self.assertEqual(record["Data"], "bGF0ZQ==")


def _leaves(value):
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]
