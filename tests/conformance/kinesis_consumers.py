"""Consumers and SubscribeToShard: a true push, frame by frame (spec §4.6, §15)."""

import base64
import json
import os
import time
import unittest

from harness import eventstream, sequence
from harness.case import ACCOUNT, Case, cases
from harness.http import Connection

SHARD = "shardId-000000000000"
INITIAL_RESPONSE = bytes.fromhex(
    "00000068000000564e6817240d3a6d6573736167652d747970650700056576656e740b3a6576656e742d74797065070010696e697469616c2d"
    "726573706f6e73650d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b7dfe942c1d"
)


class ConsumerCase(Case):
    needs_levada = True

    def setUp(self):
        super().setUp()
        self.name = self.stream()

    def register(self, consumer="c"):
        made = self.client.must("RegisterStreamConsumer", StreamARN=self.arn(self.name), ConsumerName=consumer)["Consumer"]
        deadline = time.monotonic() + 15
        while self.describe(made["ConsumerARN"])["ConsumerStatus"] != "ACTIVE" and time.monotonic() < deadline:
            time.sleep(0.02)
        return made["ConsumerARN"]

    def describe(self, arn):
        return self.client.must("DescribeStreamConsumer", ConsumerARN=arn)["ConsumerDescription"]


class Consumers(ConsumerCase):
    def test_register_describe_list_deregister(self):
        made = self.client.must("RegisterStreamConsumer", StreamARN=self.arn(self.name), ConsumerName="reader")["Consumer"]
        self.assertEqual((made["ConsumerName"], made["ConsumerStatus"]), ("reader", "CREATING"))
        seconds = int(made["ConsumerCreationTimestamp"])
        self.assertEqual(made["ConsumerARN"], f"{self.arn(self.name)}/consumer/reader:{seconds}")
        by_name = self.client.must("DescribeStreamConsumer", StreamARN=self.arn(self.name), ConsumerName="reader")
        self.assertEqual(by_name["ConsumerDescription"]["StreamARN"], self.arn(self.name))
        listed = self.client.must("ListStreamConsumers", StreamARN=self.arn(self.name))["Consumers"]
        self.assertEqual([c["ConsumerARN"] for c in listed], [made["ConsumerARN"]])
        summary = self.client.must("DescribeStreamSummary", StreamName=self.name)["StreamDescriptionSummary"]
        self.assertEqual(summary["ConsumerCount"], 1)
        self.void(self.client.call("DeregisterStreamConsumer", ConsumerARN=made["ConsumerARN"]))

    def test_a_taken_name(self):
        self.register("twice")
        reply = self.client.call("RegisterStreamConsumer", StreamARN=self.arn(self.name), ConsumerName="twice")
        self.assertEqual((reply.status, reply.error[0]), (400, "ResourceInUseException"))

    def test_an_unknown_one(self):
        reply = self.client.call("DescribeStreamConsumer", StreamARN=self.arn(self.name), ConsumerName="nobody")
        self.refused(reply, "ResourceNotFoundException", f"Consumer nobody, account {ACCOUNT} not found.")

    def test_at_most_twenty(self):
        for index in range(20):
            self.register(f"c{index}")
        reply = self.client.call("RegisterStreamConsumer", StreamARN=self.arn(self.name), ConsumerName="c20")
        self.assertEqual((reply.status, reply.error[0]), (400, "LimitExceededException"))

    def test_a_stream_with_consumers_needs_force_to_be_deleted(self):
        self.register()
        text = (
            f"DeleteStream can't delete {ACCOUNT}:{self.name} because there are consumers associated with this data "
            f"stream. To delete {self.name} anyway, set the EnforceConsumerDeletion parameter to true to force the "
            "deletion of all the consumers that are associated with it."
        )
        self.refused(self.client.call("DeleteStream", StreamName=self.name), "ResourceInUseException", text)
        self.void(self.client.call("DeleteStream", StreamName=self.name, EnforceConsumerDeletion=True))


class Subscription:
    def __init__(self, case, arn, position, shard=SHARD):
        self.connection = Connection(case.server.aws, timeout=20)
        case.addCleanup(self.connection.close)
        body = json.dumps({"ConsumerARN": arn, "ShardId": shard, "StartingPosition": position}).encode()
        self.connection.send(case.client.bytes_of("SubscribeToShard", body))
        self.head = self.connection.head()
        self.data = b""

    def frame(self):
        """(headers, payload); None at the clean end of the response."""
        while (decoded := eventstream.decode(self.data)) is None:
            chunk = self.connection.chunk()
            if not chunk:
                return None
            self.data += chunk
        headers, payload, used = decoded
        self.data = self.data[used:]
        return headers, json.loads(payload)

    def event(self):
        headers, payload = self.frame()
        assert headers[":event-type"] == "SubscribeToShardEvent", (headers, payload)
        return payload


class Subscribe(ConsumerCase):
    LATEST = {"Type": "LATEST"}

    def taken(self, arn):
        consumer = arn.rpartition("/")[2].partition(":")[0]
        place = f"{ACCOUNT}:{self.name}:{SHARD}:{consumer}"
        return "Another active subscription exists for this consumer: " + place

    def test_the_initial_response_comes_at_once_byte_for_byte(self):
        subscription = Subscription(self, self.register(), self.LATEST)
        self.assertEqual(subscription.head.status, 200)
        self.assertEqual(subscription.head.header("content-type"), "application/vnd.amazon.eventstream")
        self.assertIsNone(subscription.head.header("content-length"))
        data = b""
        while len(data) < len(INITIAL_RESPONSE):
            data += subscription.connection.chunk()
        self.assertEqual(data[: len(INITIAL_RESPONSE)], INITIAL_RESPONSE)

    def test_a_push_without_asking(self):
        subscription = Subscription(self, self.register(), self.LATEST)
        self.assertEqual(subscription.frame()[0][":event-type"], "initial-response")
        put = self.client.put(self.name, "pushed")
        started, records = time.monotonic(), []
        while not records:
            event = subscription.event()
            records = event["Records"]
        self.assertLess(time.monotonic() - started, 1)
        self.assertEqual(records[0]["SequenceNumber"], put["SequenceNumber"])
        self.assertEqual(base64.b64decode(records[0]["Data"]), b"pushed")
        self.assertEqual(event["MillisBehindLatest"], 0)
        self.assertGreaterEqual(event["ContinuationSequenceNumber"], put["SequenceNumber"])

    def test_an_event_every_five_seconds_and_the_continuation_advances(self):
        subscription = Subscription(self, self.register(), {"Type": "TRIM_HORIZON"})
        subscription.frame()
        numbers, times = [], []
        for _ in range(3):
            numbers.append(subscription.event()["ContinuationSequenceNumber"])
            times.append(time.monotonic())
        self.assertEqual(numbers, sorted(set(numbers)))
        for earlier, later in zip(times, times[1:]):
            self.assertLess(later - earlier, 6.5)
        for number in numbers:
            for kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"):
                self.client.iterator(self.name, kind=kind, StartingSequenceNumber=number)

    def test_a_second_within_five_seconds_is_refused(self):
        arn = self.register()
        Subscription(self, arn, self.LATEST)
        second = Subscription(self, arn, self.LATEST)
        self.assertEqual(second.head.status, 400)
        body = json.loads(second.connection.take(int(second.head.header("content-length"))))
        self.assertEqual(body["__type"], "ResourceInUseException")
        self.assertEqual(body["message"], self.taken(arn))

    def test_after_five_seconds_the_new_one_takes_over(self):
        arn = self.register()
        first = Subscription(self, arn, self.LATEST)
        time.sleep(5.3)
        second = Subscription(self, arn, self.LATEST)
        self.assertEqual(second.head.status, 200)
        while (frame := first.frame()) and frame[0][":message-type"] == "event":
            pass
        self.assertEqual(frame[0][":exception-type"], "ResourceInUseException")
        self.assertEqual(frame[1], {"message": self.taken(arn)})
        self.assertIsNone(first.frame())

    @cases({"unknown consumer": "nobody:1", "unknown timestamp": "c:1"})
    def test_an_unknown_consumer(self, suffix):
        self.register()
        subscription = Subscription(self, f"{self.arn(self.name)}/consumer/{suffix}", self.LATEST)
        self.assertEqual(subscription.head.status, 400)

    def test_the_end_of_a_shard(self):
        arn = self.register()
        subscription = Subscription(self, arn, {"Type": "TRIM_HORIZON"})
        subscription.frame()
        self.client.put(self.name, "last")
        self.client.must("SplitShard", StreamName=self.name, ShardToSplit=SHARD, NewStartingHashKey=str(2**127))
        records, event = [], None
        while (frame := subscription.frame()) is not None:
            event = frame[1]
            records += event["Records"]
        self.assertEqual(len(records), 1)
        self.assertIsNone(event.get("ContinuationSequenceNumber"))
        self.assertEqual(len(event["ChildShards"]), 2)
        for child in event["ChildShards"]:
            self.assertEqual(child["ParentShards"], [SHARD])

    def test_a_position_in_the_future_is_refused_before_the_stream_starts(self):
        subscription = Subscription(self, self.register(), {"Type": "AT_TIMESTAMP", "Timestamp": time.time() + 100})
        self.assertEqual(subscription.head.status, 400)

    def test_a_subscriber_that_does_not_read_costs_nobody_anything(self):
        Subscription(self, self.register(), {"Type": "TRIM_HORIZON"})
        for _ in range(50):
            self.client.put(self.name, bytes(500_000))
        self.alive()

    def test_five_minutes_and_a_clean_end(self):
        if os.environ.get("CONFORMANCE_SLOW") != "1":
            raise unittest.SkipTest("takes five minutes: CONFORMANCE_SLOW=1")
        subscription = Subscription(self, self.register(), self.LATEST)
        started = time.monotonic()
        while subscription.frame() is not None:
            pass
        self.assertAlmostEqual(time.monotonic() - started, 300, delta=5)

    def test_continuations_are_sequence_numbers_of_the_shard(self):
        subscription = Subscription(self, self.register(), {"Type": "TRIM_HORIZON"})
        subscription.frame()
        self.assertEqual(sequence.parse(subscription.event()["ContinuationSequenceNumber"]).shard, 0)
