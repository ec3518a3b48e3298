"""Shard iterators: the five types, what they are refused for, and how long they hold (spec §7.2, §7.3, §8)."""

import base64
import re
import time

from harness import sequence
from harness.case import ACCOUNT, Case, cases

SHARD = "shardId-000000000000"
EITHER = (
    "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON "
    "or LATEST and no StartingSequenceNumber. Request specified {}."
)


class IteratorCase(Case):
    def setUp(self):
        super().setUp()
        self.name = self.stream(shards=3)
        shards = self.client.must("ListShards", StreamName=self.name)["Shards"]
        self.start = shards[0]["SequenceNumberRange"]["StartingSequenceNumber"]
        self.start_of_second = shards[1]["SequenceNumberRange"]["StartingSequenceNumber"]

    def put(self, data):
        return self.client.put(self.name, data, "a", ExplicitHashKey="0")["SequenceNumber"]

    def ask(self, kind="TRIM_HORIZON", shard=SHARD, **more):
        return self.client.call("GetShardIterator", StreamName=self.name, ShardId=shard, ShardIteratorType=kind, **more)

    def data(self, kind, **more):
        """What is read from an iterator of this kind to the tip."""
        iterator = self.granted(self.ask(kind, **more))["ShardIterator"]
        return [base64.b64decode(r["Data"]).decode() for r in self.client.read(iterator)["Records"]]


class Positions(IteratorCase):
    def test_trim_horizon(self):
        self.put("1"), self.put("2")
        self.assertEqual(self.data("TRIM_HORIZON"), ["1", "2"])

    def test_latest_is_fixed_at_the_call(self):
        self.put("before")
        iterator = self.granted(self.ask("LATEST"))["ShardIterator"]
        self.put("between")
        self.put("after")
        records = self.client.read(iterator)["Records"]
        self.assertEqual([base64.b64decode(r["Data"]) for r in records], [b"between", b"after"])

    def test_latest_of_an_empty_shard(self):
        iterator = self.granted(self.ask("LATEST"))["ShardIterator"]
        self.assertEqual(self.client.read(iterator)["Records"], [])
        self.put("1")
        self.assertEqual(len(self.client.read(iterator)["Records"]), 1)

    def test_at_and_after_a_record(self):
        self.put("1")
        middle = self.put("2")
        self.put("3")
        self.assertEqual(self.data("AT_SEQUENCE_NUMBER", StartingSequenceNumber=middle), ["2", "3"])
        self.assertEqual(self.data("AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=middle), ["3"])

    def test_at_and_after_the_shard_s_start(self):
        self.put("1"), self.put("2")
        self.assertEqual(self.data("AT_SEQUENCE_NUMBER", StartingSequenceNumber=self.start), ["1", "2"])
        self.assertEqual(self.data("AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=self.start), ["1", "2"])

    def test_a_number_that_no_record_has(self):
        self.put("1")
        later = sequence.parse(self.put("2"))
        before = str(sequence.Sequence(later.created, later.index, later.time - 1, later.shard))
        beyond = str(sequence.Sequence(later.created, later.index + 1, later.time, later.shard))
        for kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"):
            self.assertEqual(self.data(kind, StartingSequenceNumber=beyond), [])
        self.assertEqual(self.data("AT_SEQUENCE_NUMBER", StartingSequenceNumber=before), ["2"])

    def test_a_number_beyond_the_tip_reads_what_comes(self):
        last = self.put("1")
        iterator = self.granted(self.ask("AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=last))["ShardIterator"]
        self.assertEqual(self.client.read(iterator)["Records"], [])
        self.put("2")
        self.assertEqual(len(self.client.read(iterator)["Records"]), 1)

    def test_at_timestamp(self):
        early = time.time() - 60
        self.put("1")
        time.sleep(0.05)
        between = int(time.time() * 1000) / 1000
        time.sleep(0.05)
        self.put("2")
        self.assertEqual(self.data("AT_TIMESTAMP", Timestamp=early), ["1", "2"])
        self.assertEqual(self.data("AT_TIMESTAMP", Timestamp=between), ["2"])
        self.assertEqual(self.data("AT_TIMESTAMP", Timestamp=1), ["1", "2"])

    def test_at_the_arrival_of_a_record(self):
        self.put("1")
        time.sleep(0.02)
        self.put("2")
        records = self.client.read(self.client.iterator(self.name))["Records"]
        at = records[1]["ApproximateArrivalTimestamp"]
        self.assertEqual(self.data("AT_TIMESTAMP", Timestamp=at), ["2"])

    def test_at_timestamp_after_the_last_record_is_latest(self):
        self.put("1")
        time.sleep(0.05)
        iterator = self.granted(self.ask("AT_TIMESTAMP", Timestamp=int(time.time() * 1000) / 1000))["ShardIterator"]
        self.put("2")
        records = self.client.read(iterator)["Records"]
        self.assertEqual([base64.b64decode(r["Data"]) for r in records], [b"2"])


class Refusals(IteratorCase):
    def test_a_time_in_the_future(self):
        reply = self.ask("AT_TIMESTAMP", Timestamp=round(time.time() + 100, 3))
        text = (
            r"^The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. "
            r"timestampInMillis: \d{13}, currentTimestampInMillis: \d{13}$"
        )
        self.refused(reply, "InvalidArgumentException", re.compile(text))

    def test_no_time(self):
        text = (
            "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp "
            "parameter."
        )
        self.refused(self.ask("AT_TIMESTAMP"), "InvalidArgumentException", text)

    @cases({kind: kind for kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER")})
    def test_no_number(self, kind):
        text = EITHER.format(f"{kind} and no StartingSequenceNumber")
        self.refused(self.ask(kind), "InvalidArgumentException", text)

    @cases({kind: kind for kind in ("LATEST", "TRIM_HORIZON", "AT_TIMESTAMP")})
    def test_a_number_too_many(self, kind):
        more = {"Timestamp": 1} if kind == "AT_TIMESTAMP" else {}
        reply = self.ask(kind, StartingSequenceNumber=self.start, **more)
        text = EITHER.format(f"{kind} and also a StartingSequenceNumber")
        self.refused(reply, "InvalidArgumentException", text)

    @cases({"beyond both versions": str(2**186), "huge": "1" * 128})
    def test_a_number_that_cannot_be_parsed(self, number):
        reply = self.ask("AT_SEQUENCE_NUMBER", StartingSequenceNumber=number)
        text = (
            f"StartingSequenceNumber {number} used in GetShardIterator on shard {SHARD} in stream {self.name} under "
            f"account {ACCOUNT} is invalid."
        )
        self.refused(reply, "InvalidArgumentException", text)

    def test_a_version_2_number_whose_index_is_too_large(self):
        start = sequence.parse(self.start)
        number = str(sequence.Sequence(start.created, 0x8000000000000000, start.time, 0))
        reply = self.ask("AT_SEQUENCE_NUMBER", StartingSequenceNumber=number)
        self.assertRegex(reply.error[1], "is invalid.$")

    def test_another_shard_s_number(self):
        reply = self.ask("AT_SEQUENCE_NUMBER", StartingSequenceNumber=self.start_of_second)
        text = (
            "Invalid StartingSequenceNumber. It encodes shardId-000000000001, while it was used in a call to a shard with "
            "shardId-000000000000"
        )
        self.refused(reply, "InvalidArgumentException", text)

    def test_a_negative_shard(self):
        start = sequence.parse(self.start)
        number = str(sequence.Sequence(start.created, 1, start.time, -(2**31)))
        reply = self.ask("AT_SEQUENCE_NUMBER", StartingSequenceNumber=number)
        text = (
            "Invalid StartingSequenceNumber. It encodes shardId--02147483648, while it was used in a call to a shard with "
            "shardId-000000000000"
        )
        self.refused(reply, "InvalidArgumentException", text)

    def test_another_stream_s_number(self):
        start = sequence.parse(self.start)
        number = str(sequence.Sequence(start.created - 1000, 1, start.time, 0))
        reply = self.ask("AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=number)
        text = (
            f"StartingSequenceNumber {number} used in GetShardIterator on shard {SHARD} in stream {self.name} under "
            f"account {ACCOUNT} is invalid because it did not come from this stream."
        )
        self.refused(reply, "InvalidArgumentException", text)

    def test_zero_is_the_service_s_own_internal_failure(self):
        reply = self.ask("AT_SEQUENCE_NUMBER", StartingSequenceNumber="0")
        self.assertEqual((reply.status, reply.value), (500, {"__type": "InternalFailure"}), reply)

    @cases({shard: shard for shard in ("0", "shardId-0", "x-0", "anything-000000000000", "-0")})
    def test_loose_spellings_of_shard_0(self, shard):
        self.put("1")
        iterator = self.granted(self.ask(shard=shard))["ShardIterator"]
        self.assertEqual(len(self.client.read(iterator)["Records"]), 1)

    @cases({shard: shard for shard in ("shardId-", "shardId-x", "abc", "shardId-2147483648", "shardId-0-1", "9" * 30)})
    def test_a_shard_id_that_cannot_be_parsed(self, shard):
        text = f"Could not find shard {shard} in stream {self.name} under account {ACCOUNT}."
        self.refused(self.ask(shard=shard), "ResourceNotFoundException", text)

    def test_a_shard_that_is_not_there(self):
        text = f"Shard shardId-000000000003 in stream {self.name} under account {ACCOUNT} does not exist"
        self.refused(self.ask(shard="3"), "ResourceNotFoundException", text)

    def test_a_stream_that_is_not_there_is_spoken_of_as_a_shard(self):
        reply = self.client.call("GetShardIterator", StreamName="nobody", ShardId="x-5", ShardIteratorType="LATEST")
        text = f"Shard shardId-000000000005 in stream nobody under account {ACCOUNT} does not exist"
        self.refused(reply, "ResourceNotFoundException", text)


class Tokens(IteratorCase):
    def test_form(self):
        iterator = self.granted(self.ask())["ShardIterator"]
        self.assertLessEqual(len(iterator), 512)
        decoded = base64.b64decode(iterator, validate=True)
        self.assertEqual(base64.b64encode(decoded).decode(), iterator)
        self.assertEqual(decoded[:8], b"\0\0\0\0\0\0\0\1")
        self.assertEqual((len(decoded) - 8) % 16, 0)
        self.assertEqual(len(decoded), 152 + 16 * ((len(self.name) + 2) // 16))

    def test_reusable(self):
        self.put("1")
        iterator = self.granted(self.ask())["ShardIterator"]
        for _ in range(3):
            self.assertEqual(len(self.client.read(iterator)["Records"]), 1)

    def test_every_answer_has_a_new_one(self):
        iterator = self.granted(self.ask())["ShardIterator"]
        seen = {iterator}
        for _ in range(10):
            iterator = self.client.read(iterator)["NextShardIterator"]
            self.assertNotIn(iterator, seen)
            seen.add(iterator)

    def test_wrapped_in_double_quotes(self):
        self.put("1")
        iterator = self.granted(self.ask())["ShardIterator"]
        self.assertEqual(len(self.client.read(f'"{iterator}"')["Records"]), 1)

    @cases({"a word": "abc", "base64 of nothing much": "AAAA", "spaces": "a b", "right prefix": "AAAAAAAAAAE="})
    def test_noise(self, token):
        reply = self.client.call("GetRecords", ShardIterator=token)
        self.refused(reply, "InvalidArgumentException", "Invalid ShardIterator.")

    def test_not_one_bit_may_differ(self):
        good = base64.b64decode(self.granted(self.ask())["ShardIterator"])
        for position in range(0, len(good), 7):
            forged = bytearray(good)
            forged[position] ^= 1 << (position % 8)
            reply = self.client.call("GetRecords", ShardIterator=base64.b64encode(forged).decode())
            self.refused(reply, "InvalidArgumentException", "Invalid ShardIterator.")

    def test_neither_longer_nor_shorter(self):
        good = base64.b64decode(self.granted(self.ask())["ShardIterator"])
        for forged in (good[:-16], good + bytes(16), good[:-1], good[:8]):
            reply = self.client.call("GetRecords", ShardIterator=base64.b64encode(forged).decode())
            self.refused(reply, "InvalidArgumentException", "Invalid ShardIterator.")

    def test_one_of_a_deleted_stream(self):
        iterator = self.granted(self.ask())["ShardIterator"]
        self.client.must("DeleteStream", StreamName=self.name)
        while self.client.call("DescribeStream", StreamName=self.name).ok:
            time.sleep(0.02)
        text = f"Shard {SHARD} in stream {self.name} under account {ACCOUNT} does not exist"
        self.refused(self.client.call("GetRecords", ShardIterator=iterator), "ResourceNotFoundException", text)

    def test_one_of_an_earlier_incarnation(self):
        self.put("old")
        iterator = self.granted(self.ask())["ShardIterator"]
        self.client.must("DeleteStream", StreamName=self.name)
        while self.client.call("DescribeStream", StreamName=self.name).ok:
            time.sleep(0.02)
        self.client.create(self.name, 3)
        self.put("new")
        reply = self.client.call("GetRecords", ShardIterator=iterator)
        self.assertIn(
            reply.error,
            [
                ("InvalidArgumentException", "Invalid ShardIterator."),
                (
                    "ResourceNotFoundException",
                    f"Shard {SHARD} in stream {self.name} under account {ACCOUNT} does not exist",
                ),
            ],
        )
