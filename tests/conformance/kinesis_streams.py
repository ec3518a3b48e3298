"""Streams: create, describe, list, retention, record size, delete (spec §12, §14)."""

import time

from harness import sequence
from harness.case import ACCOUNT, Case, cases
from harness.client import Client
from harness.server import Levada

TOP = 2**128 - 1


class Create(Case):
    def test_a_new_stream_looks_like_this(self):
        before = time.time()
        name = self.stream(shards=3)
        description = self.client.must("DescribeStream", StreamName=name)["StreamDescription"]
        shards = description.pop("Shards")
        created = description.pop("StreamCreationTimestamp")
        self.assertAlmostEqual(created, before, delta=30)
        self.assertEqual(
            description,
            {
                "StreamName": name,
                "StreamARN": self.arn(name),
                "StreamStatus": "ACTIVE",
                "StreamModeDetails": {"StreamMode": "PROVISIONED"},
                "HasMoreShards": False,
                "RetentionPeriodHours": 24,
                "EnhancedMonitoring": [{"ShardLevelMetrics": []}],
                "EncryptionType": "NONE",
            },
        )
        ranges = [(s["HashKeyRange"]["StartingHashKey"], s["HashKeyRange"]["EndingHashKey"]) for s in shards]
        self.assertEqual(
            ranges,
            [
                ("0", "113427455640312821154458202477256070484"),
                ("113427455640312821154458202477256070485", "226854911280625642308916404954512140969"),
                ("226854911280625642308916404954512140970", "340282366920938463463374607431768211455"),
            ],
        )
        for index, shard in enumerate(shards):
            self.assertEqual(shard["ShardId"], f"shardId-{index:012d}")
            self.assertEqual(set(shard), {"ShardId", "HashKeyRange", "SequenceNumberRange"})
            self.assertEqual(set(shard["SequenceNumberRange"]), {"StartingSequenceNumber"})
            start = sequence.parse(shard["SequenceNumberRange"]["StartingSequenceNumber"])
            self.assertEqual((start.index, start.shard, start.time), (0, index, start.created))
            self.assertLessEqual(start.created, created)
            self.assertGreater(start.created, created - 10)

    @cases({str(count): count for count in (1, 2, 4, 5, 7, 1000)})
    def test_shards_tile_the_key_space(self, count):
        name = self.stream(shards=count)
        shards, token = [], None
        reply = self.client.must("ListShards", StreamName=name)
        shards += reply["Shards"]
        while reply.get("NextToken"):
            reply = self.client.must("ListShards", NextToken=reply["NextToken"])
            shards += reply["Shards"]
        self.assertEqual(len(shards), count)
        step = 2**128 // count
        for index, shard in enumerate(shards):
            keys = shard["HashKeyRange"]
            self.assertEqual(int(keys["StartingHashKey"]), step * index)
            self.assertEqual(int(keys["EndingHashKey"]), TOP if index == count - 1 else step * (index + 1) - 1)

    @cases({"provisioned": "PROVISIONED", "on demand": "ON_DEMAND"})
    def test_without_a_count_there_are_four_shards(self, mode):
        name = self.stream_name()
        reply = self.client.call("CreateStream", StreamName=name, StreamModeDetails={"StreamMode": mode})
        self.addCleanup(self.discard, name)
        self.void(reply)
        description = self.client.wait_active(name)
        self.assertEqual(len(description["Shards"]), 4)
        self.assertEqual(description["StreamModeDetails"], {"StreamMode": mode})

    def test_a_taken_name(self):
        name = self.stream()
        reply = self.client.call("CreateStream", StreamName=name, ShardCount=1)
        self.refused(reply, "ResourceInUseException", f"Stream {name} under account {ACCOUNT} already exists.")

    @cases({"one character": "a", "128 characters": "n" * 128, "punctuation": "A_z.0-9", "dots": ".."})
    def test_names(self, name):
        self.client.create(name)
        self.discard(name)

    def test_max_record_size_at_creation(self):
        name = self.stream(MaxRecordSizeInKiB=2048)
        summary = self.client.must("DescribeStreamSummary", StreamName=name)["StreamDescriptionSummary"]
        self.assertEqual(summary["MaxRecordSizeInKiB"], 2048)
        self.client.put(name, bytes(2048 * 1024 - 1), "a")

    def test_tags_at_creation_are_accepted(self):
        self.stream(Tags={"team": "water", "empty": ""})


class Limits(Case):
    def test_describe_limits(self):
        before = self.client.must("DescribeLimits")
        self.stream(shards=3)
        after = self.client.must("DescribeLimits")
        self.assertEqual(after["OpenShardCount"], before["OpenShardCount"] + 3)
        for member in ("ShardLimit", "OpenShardCount", "OnDemandStreamCount", "OnDemandStreamCountLimit"):
            self.assertIsInstance(after[member], int)

    def test_too_many_shards(self):
        limits = self.client.must("DescribeLimits")
        wanted = limits["ShardLimit"] - limits["OpenShardCount"] + 1
        reply = self.client.call("CreateStream", StreamName="too-wide", ShardCount=wanted)
        text = (
            f"This request would exceed the shard limit for the account {ACCOUNT} in us-east-1. Current shard count for "
            f"the account: {limits['OpenShardCount']}. Limit: {limits['ShardLimit']}. Number of additional shards that "
            f"would have resulted from this request: {wanted}. Refer to the AWS Service Limits page "
            "(http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to "
            "request higher limits."
        )
        self.refused(reply, "LimitExceededException", text)


class Addressing(Case):
    """By name, by ARN, by both; and what the texts then show."""

    OPERATIONS = {
        "DescribeStream": {}, "DescribeStreamSummary": {}, "ListShards": {}, "DeleteStream": {},
        "IncreaseStreamRetentionPeriod": {"RetentionPeriodHours": 24},
        "DecreaseStreamRetentionPeriod": {"RetentionPeriodHours": 24},
        "PutRecord": {"PartitionKey": "a", "Data": ""},
        "PutRecords": {"Records": [{"PartitionKey": "a", "Data": ""}]},
    }

    @cases({operation: (operation, members) for operation, members in OPERATIONS.items()})
    def test_unknown_by_name_and_by_arn(self, operation, members):
        reply = self.client.call(operation, StreamName="nobody", **members)
        text = f"Stream nobody under account {ACCOUNT} not found."
        self.refused(reply, "ResourceNotFoundException", text)
        arn = self.arn("nobody")
        reply = self.client.call(operation, StreamARN=arn, **members)
        self.refused(reply, "ResourceNotFoundException", f"Stream {arn} under account {ACCOUNT} not found.")

    def test_update_max_record_size_of_nobody(self):
        arn = self.arn("nobody")
        reply = self.client.call("UpdateMaxRecordSize", StreamARN=arn, MaxRecordSizeInKiB=1024)
        self.refused(reply, "ResourceNotFoundException", f"Stream {arn} under account {ACCOUNT} not found.")

    def test_by_arn_alone(self):
        name = self.stream()
        arn = self.arn(name)
        self.assertEqual(self.client.must("DescribeStream", StreamARN=arn)["StreamDescription"]["StreamName"], name)
        self.client.must("DescribeStreamSummary", StreamARN=arn)
        self.assertEqual(len(self.client.must("ListShards", StreamARN=arn)["Shards"]), 1)
        self.client.must("PutRecord", StreamARN=arn, PartitionKey="a", Data="AAAA")
        self.client.must("PutRecords", StreamARN=arn, Records=[{"PartitionKey": "a", "Data": "AAAA"}])
        iterator = self.client.must(
            "GetShardIterator", StreamARN=arn, ShardId="0", ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        page = self.client.must("GetRecords", StreamARN=arn, ShardIterator=iterator)
        self.assertEqual(len(page["Records"]), 2)
        self.void(self.client.call("IncreaseStreamRetentionPeriod", StreamARN=arn, RetentionPeriodHours=25))
        self.client.wait_active(name)
        self.void(self.client.call("DecreaseStreamRetentionPeriod", StreamARN=arn, RetentionPeriodHours=24))
        self.client.wait_active(name)
        self.void(self.client.call("DeleteStream", StreamARN=arn))

    def test_name_and_arn_together_when_they_agree(self):
        name = self.stream()
        both = {"StreamName": name, "StreamARN": self.arn(name)}
        self.client.must("DescribeStreamSummary", **both)
        self.client.must("PutRecord", **both, PartitionKey="a", Data="")
        self.client.must("ListShards", **both)

    def test_name_and_arn_that_disagree_are_refused(self):
        name = self.stream()
        reply = self.client.call("DescribeStreamSummary", StreamName=name, StreamARN=self.arn("another"))
        self.assertEqual(reply.status, 400, reply)
        self.assertIn(reply.error[0], ("InvalidArgumentException", "ValidationException", "ResourceNotFoundException"))

    def test_a_stream_id_is_accepted(self):
        name = self.stream()
        self.client.must("DescribeStreamSummary", StreamName=name, StreamId="abcdefghij0123456789-xyz")


class Listing(Case):
    def names(self, count):
        prefix = self.stream_name()
        names = [f"{prefix}.{index:03d}" for index in range(count)]
        for name in names:
            self.client.must("CreateStream", StreamName=name, ShardCount=1)
            self.addCleanup(self.discard, name)
        return prefix, names

    def test_in_order_with_summaries_alongside(self):
        prefix, names = self.names(3)
        self.client.wait_active(names[-1])
        reply = self.client.must("ListStreams", ExclusiveStartStreamName=prefix, Limit=3)
        self.assertEqual(reply["StreamNames"], names)
        for name, summary in zip(names, reply["StreamSummaries"], strict=True):
            self.assertEqual((summary["StreamName"], summary["StreamARN"]), (name, self.arn(name)))
            self.assertEqual(summary["StreamModeDetails"], {"StreamMode": "PROVISIONED"})
            self.assertIn("StreamCreationTimestamp", summary)

    def test_both_ways_to_turn_the_page(self):
        prefix, names = self.names(5)
        reply = self.client.must("ListStreams", ExclusiveStartStreamName=prefix, Limit=2)
        self.assertEqual((reply["StreamNames"], reply["HasMoreStreams"]), (names[:2], True))
        by_token = self.client.must("ListStreams", NextToken=reply["NextToken"], Limit=2)
        by_name = self.client.must("ListStreams", ExclusiveStartStreamName=names[1], Limit=2)
        self.assertEqual(by_token["StreamNames"], names[2:4])
        self.assertEqual(by_name["StreamNames"], names[2:4])

    def test_the_last_page_has_no_token(self):
        self.names(1)
        reply, seen = self.client.must("ListStreams", Limit=2), []
        while True:
            seen += reply["StreamNames"]
            if not reply["HasMoreStreams"]:
                break
            reply = self.client.must("ListStreams", Limit=2, NextToken=reply["NextToken"])
        self.assertNotIn("NextToken", reply)
        self.assertEqual(seen, sorted(seen))
        self.assertEqual(len(seen), len(set(seen)))

    def test_at_most_a_hundred_a_page(self):
        prefix, names = self.names(105)
        reply = self.client.must("ListStreams", ExclusiveStartStreamName=prefix, Limit=10000)
        self.assertEqual(reply["StreamNames"], names[:100])
        self.assertTrue(reply["HasMoreStreams"])
        reply = self.client.must("ListStreams", ExclusiveStartStreamName=prefix)
        self.assertEqual(len(reply["StreamNames"]), 100)

    @cases({"noise": "abc", "base64": "AAAA"})
    def test_a_token_that_is_not_ours(self, token):
        reply = self.client.call("ListStreams", NextToken=token)
        self.assertEqual(reply.status, 400, reply)
        self.assertIn(reply.error[0], ("InvalidArgumentException", "ExpiredNextTokenException", "ValidationException"))


class Shards(Case):
    def test_describe_pages_by_shard_id(self):
        name = self.stream(shards=5)
        page = self.client.must("DescribeStream", StreamName=name, Limit=2)["StreamDescription"]
        self.assertEqual([s["ShardId"][-1] for s in page["Shards"]], ["0", "1"])
        self.assertTrue(page["HasMoreShards"])
        page = self.client.must("DescribeStream", StreamName=name, ExclusiveStartShardId=page["Shards"][-1]["ShardId"])
        self.assertEqual([s["ShardId"][-1] for s in page["StreamDescription"]["Shards"]], ["2", "3", "4"])
        self.assertFalse(page["StreamDescription"]["HasMoreShards"])

    def test_describe_shows_at_most_a_hundred(self):
        name = self.stream(shards=101)
        for limit in ({}, {"Limit": 10000}):
            page = self.client.must("DescribeStream", StreamName=name, **limit)["StreamDescription"]
            self.assertEqual((len(page["Shards"]), page["HasMoreShards"]), (100, True))

    def test_list_shards_pages_with_a_token_alone(self):
        name = self.stream(shards=5)
        first = self.client.must("ListShards", StreamName=name, MaxResults=2)
        second = self.client.must("ListShards", NextToken=first["NextToken"], MaxResults=2)
        third = self.client.must("ListShards", NextToken=second["NextToken"])
        ids = [s["ShardId"][-1] for page in (first, second, third) for s in page["Shards"]]
        self.assertEqual(ids, ["0", "1", "2", "3", "4"])
        self.assertNotIn("NextToken", third)

    def test_list_shards_shows_at_most_a_thousand(self):
        name = self.stream(shards=1001)
        reply = self.client.must("ListShards", StreamName=name, MaxResults=10000)
        self.assertEqual(len(reply["Shards"]), 1000)
        rest = self.client.must("ListShards", NextToken=reply["NextToken"])
        self.assertEqual([s["ShardId"] for s in rest["Shards"]], ["shardId-000000001000"])

    def test_list_shards_after_an_id(self):
        name = self.stream(shards=4)
        reply = self.client.must("ListShards", StreamName=name, ExclusiveStartShardId="shardId-000000000001")
        self.assertEqual([s["ShardId"][-1] for s in reply["Shards"]], ["2", "3"])

    def test_list_shards_needs_a_stream_or_a_token(self):
        reply = self.client.call("ListShards")
        self.refused(reply, "InvalidArgumentException", "Either NextToken or StreamName should be provided.")

    def test_list_shards_takes_not_both(self):
        name = self.stream(shards=3)
        token = self.client.must("ListShards", StreamName=name, MaxResults=1)["NextToken"]
        beside = {
            "StreamName": name, "StreamARN": self.arn(name), "ExclusiveStartShardId": "shardId-000000000000",
            "StreamCreationTimestamp": 1, "ShardFilter": {"Type": "AT_LATEST"},
        }
        for member, value in beside.items():
            reply = self.client.call("ListShards", NextToken=token, **{member: value})
            text = f"NextToken and {member} cannot be provided together."
            self.refused(reply, "InvalidArgumentException", text)

    @cases({
        "AT_LATEST": {"Type": "AT_LATEST"}, "AT_TRIM_HORIZON": {"Type": "AT_TRIM_HORIZON"},
        "FROM_TRIM_HORIZON": {"Type": "FROM_TRIM_HORIZON"},
        "AT_TIMESTAMP": {"Type": "AT_TIMESTAMP", "Timestamp": 4102444800},
        "FROM_TIMESTAMP": {"Type": "FROM_TIMESTAMP", "Timestamp": 1},
    })
    def test_filters_of_a_stream_that_was_never_resharded(self, shard_filter):
        name = self.stream(shards=4)
        if shard_filter["Type"] == "AT_TIMESTAMP":
            shard_filter = {**shard_filter, "Timestamp": int(time.time())}
        reply = self.client.must("ListShards", StreamName=name, ShardFilter=shard_filter)
        self.assertEqual(len(reply["Shards"]), 4)

    def test_filter_after_shard_id(self):
        name = self.stream(shards=4)
        shard_filter = {"Type": "AFTER_SHARD_ID", "ShardId": "shardId-000000000002"}
        reply = self.client.must("ListShards", StreamName=name, ShardFilter=shard_filter)
        self.assertEqual([s["ShardId"][-1] for s in reply["Shards"]], ["3"])

    def test_the_client_libraries_send_name_and_arn_and_a_filter(self):
        name = self.stream(shards=2)
        reply = self.client.must(
            "ListShards", StreamName=name, StreamARN=self.arn(name), MaxResults=1000, ShardFilter={"Type": "AT_LATEST"}
        )
        self.assertEqual(len(reply["Shards"]), 2)


class Summary(Case):
    def test_summary(self):
        name = self.stream(shards=2)
        summary = self.client.must("DescribeStreamSummary", StreamName=name)["StreamDescriptionSummary"]
        self.assertEqual(summary["OpenShardCount"], 2)
        self.assertEqual(summary["ConsumerCount"], 0)
        self.assertEqual(summary["MaxRecordSizeInKiB"], 1024)
        self.assertEqual(summary["EncryptionType"], "NONE")
        self.assertEqual(summary["EnhancedMonitoring"], [{"ShardLevelMetrics": []}])
        self.assertEqual(summary["RetentionPeriodHours"], 24)
        self.assertNotIn("Shards", summary)
        self.assertNotIn("StreamId", summary)
        self.assertNotIn("RecordDistributionStrategy", summary)


class Retention(Case):
    def change(self, verb, name, hours):
        reply = self.client.call(f"{verb}StreamRetentionPeriod", StreamName=name, RetentionPeriodHours=hours)
        if reply.ok:
            self.void(reply)
            self.client.wait_active(name)
        return reply

    def hours(self, name):
        return self.client.must("DescribeStream", StreamName=name)["StreamDescription"]["RetentionPeriodHours"]

    def test_up_and_down(self):
        name = self.stream()
        self.change("Increase", name, 8760)
        self.assertEqual(self.hours(name), 8760)
        self.change("Decrease", name, 24)
        self.assertEqual(self.hours(name), 24)

    @cases({"Increase": "Increase", "Decrease": "Decrease"})
    def test_the_same_value_is_accepted(self, verb):
        name = self.stream()
        self.assertTrue(self.change(verb, name, 24).ok)
        self.assertEqual(self.hours(name), 24)

    @cases({
        "too short to increase": ("Increase", 23, "Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short."),
        "too short to decrease": ("Decrease", 23, "Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short."),
        "too long to increase": ("Increase", 9999, "Maximum allowed retention period is 8760 hours. Requested retention period (9999 hours) is too long."),
        "too long to decrease": ("Decrease", 8761, "Maximum allowed retention period is 8760 hours. Requested retention period (8761 hours) is too long."),
        "negative": ("Increase", -5, "Minimum allowed retention period is 24 hours. Requested retention period (-5 hours) is too short."),
    })
    def test_bounds(self, verb, hours, text):
        self.refused(self.change(verb, self.stream(), hours), "InvalidArgumentException", text)

    def test_increase_with_less(self):
        name = self.stream()
        self.change("Increase", name, 25)
        text = (
            f"Requested retention period (24 hours) for stream {name} can not be shorter than existing retention period "
            "(25 hours). Use DecreaseRetentionPeriod API."
        )
        self.refused(self.change("Increase", name, 24), "InvalidArgumentException", text)

    def test_decrease_with_more(self):
        name = self.stream()
        self.change("Increase", name, 25)
        text = (
            f"Requested retention period (26 hours) for stream {name} can not be longer than existing retention period "
            "(25 hours). Use IncreaseRetentionPeriod API."
        )
        self.refused(self.change("Decrease", name, 26), "InvalidArgumentException", text)

    def test_the_stream_is_looked_up_first(self):
        reply = self.change("Increase", "nobody", 9999)
        self.refused(reply, "ResourceNotFoundException", f"Stream nobody under account {ACCOUNT} not found.")


class Delete(Case):
    def test_gone_is_gone(self):
        name = self.stream()
        self.client.put(name, "x")
        self.void(self.client.call("DeleteStream", StreamName=name))
        deadline = time.monotonic() + 15
        while self.client.call("DescribeStream", StreamName=name).ok and time.monotonic() < deadline:
            time.sleep(0.05)
        text = f"Stream {name} under account {ACCOUNT} not found."
        self.refused(self.client.call("DescribeStream", StreamName=name), "ResourceNotFoundException", text)
        reply = self.client.call("PutRecord", StreamName=name, PartitionKey="a", Data="")
        self.refused(reply, "ResourceNotFoundException", text)

    def test_the_same_name_again_starts_empty(self):
        name = self.stream()
        self.client.put(name, "old")
        self.client.must("DeleteStream", StreamName=name)
        while self.client.call("DescribeStream", StreamName=name).ok:
            time.sleep(0.02)
        self.client.create(name)
        self.assertEqual(self.client.drain(name), [])


class Restart(Case):
    """Streams, their settings and their records are there again after a stop and after kill -9."""

    needs_levada = True

    @cases({"SIGTERM": "stop", "kill -9": "kill"})
    def test_everything_is_there_again(self, ending):
        with Levada(*self.flags) as server:
            client = Client(server.aws)
            client.create("kept", 3)
            client.create("gone", 1)
            client.must("IncreaseStreamRetentionPeriod", StreamName="kept", RetentionPeriodHours=48)
            client.wait_active("kept")
            puts = [client.put("kept", f"record {index}", f"key {index}") for index in range(50)]
            client.must("DeleteStream", StreamName="gone")
            before = client.must("DescribeStream", StreamName="kept")
            held = client.iterator("kept", puts[0]["ShardId"])
            getattr(server, ending)()
            client.close()
            server.start()
            client = Client(server.aws)
            self.assertEqual(client.must("DescribeStream", StreamName="kept"), before)
            self.assertNotIn("gone", client.must("ListStreams")["StreamNames"])
            found = {
                record["SequenceNumber"]: record["Data"]
                for shard in before["StreamDescription"]["Shards"]
                for record in client.drain("kept", shard["ShardId"])
            }
            expected = {put["SequenceNumber"]: f"record {index}".encode() for index, put in enumerate(puts)}
            self.assertEqual(found, expected)
            self.assertTrue(client.read(held)["Records"], "an iterator outlives a restart")
            again = client.put("kept", "after", "key 0")
            self.assertGreater(again["SequenceNumber"], puts[0]["SequenceNumber"])
            client.close()


class Transitions(Case):
    """With a delay every state can be seen; what each allows (spec §12)."""

    needs_levada = True
    flags = ("--shard-limits", "off", "--stream-transition-delay", "1500ms")

    def setUp(self):
        super().setUp()
        self.name = self.stream_name()
        self.client.must("CreateStream", StreamName=self.name, ShardCount=2)
        self.addCleanup(self.discard, self.name)
        self.missing = f"Stream {self.name} under account {ACCOUNT} not found."

    def status(self):
        return self.client.must("DescribeStreamSummary", StreamName=self.name)["StreamDescriptionSummary"]["StreamStatus"]

    def retention(self, hours):
        return self.client.call("IncreaseStreamRetentionPeriod", StreamName=self.name, RetentionPeriodHours=hours)

    def busy(self, reply, state):
        text = f"Stream {self.name} under account {ACCOUNT} not ACTIVE, instead in state {state}"
        self.refused(reply, "ResourceInUseException", text)

    def put(self):
        return self.client.call("PutRecord", StreamName=self.name, PartitionKey="a", Data="")

    def unlisted(self, state):
        text = f"Stream {self.name} under account {ACCOUNT} not ACTIVE or UPDATING, instead in state {state}"
        self.refused(self.client.call("ListShards", StreamName=self.name), "ResourceInUseException", text)

    def test_creating(self):
        description = self.client.must("DescribeStream", StreamName=self.name)["StreamDescription"]
        self.assertEqual((description["StreamStatus"], description["Shards"]), ("CREATING", []))
        self.refused(self.put(), "ResourceNotFoundException", self.missing)
        reply = self.client.call("GetShardIterator", StreamName=self.name, ShardId="0", ShardIteratorType="LATEST")
        text = f"Shard shardId-000000000000 in stream {self.name} under account {ACCOUNT} does not exist"
        self.refused(reply, "ResourceNotFoundException", text)
        self.busy(self.retention(48), "CREATING")
        self.unlisted("CREATING")
        reply = self.client.call("CreateStream", StreamName=self.name, ShardCount=1)
        self.refused(reply, "ResourceInUseException", f"Stream {self.name} under account {ACCOUNT} already exists.")
        self.client.wait_active(self.name)
        self.granted(self.put())

    def test_updating(self):
        self.client.wait_active(self.name)
        self.void(self.retention(48))
        self.assertEqual(self.status(), "UPDATING")
        self.granted(self.put())
        self.busy(self.retention(72), "UPDATING")
        self.assertEqual(len(self.client.must("ListShards", StreamName=self.name)["Shards"]), 2)
        self.client.wait_active(self.name)

    def test_deleting(self):
        self.client.wait_active(self.name)
        iterator = self.client.iterator(self.name)
        self.void(self.client.call("DeleteStream", StreamName=self.name))
        self.assertEqual(self.status(), "DELETING")
        self.refused(self.put(), "ResourceNotFoundException", self.missing)
        self.assertFalse(self.client.call("GetRecords", ShardIterator=iterator).ok)
        self.unlisted("DELETING")
        deadline = time.monotonic() + 15
        while self.client.call("DescribeStreamSummary", StreamName=self.name).ok and time.monotonic() < deadline:
            time.sleep(0.05)
        reply = self.client.call("DescribeStream", StreamName=self.name)
        self.refused(reply, "ResourceNotFoundException", self.missing)

    def test_a_stream_being_created_can_be_deleted(self):
        self.void(self.client.call("DeleteStream", StreamName=self.name))

    def test_a_restart_does_not_leave_a_stream_on_the_way(self):
        with Levada(*self.flags) as server:
            client = Client(server.aws)
            client.create("updated")
            client.create("deleted")
            client.must("CreateStream", StreamName="created", ShardCount=3)
            client.must("IncreaseStreamRetentionPeriod", StreamName="updated", RetentionPeriodHours=48)
            client.must("DeleteStream", StreamName="deleted")
            server.kill()
            client.close()
            server.start()
            client = Client(server.aws)
            self.assertEqual(len(client.wait_active("created")["Shards"]), 3)
            self.assertEqual(client.wait_active("updated")["RetentionPeriodHours"], 48)
            deadline = time.monotonic() + 15
            while client.call("DescribeStream", StreamName="deleted").ok and time.monotonic() < deadline:
                time.sleep(0.05)
            self.assertEqual(client.call("DescribeStream", StreamName="deleted").error[0], "ResourceNotFoundException")
            client.close()
