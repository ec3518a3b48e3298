"""Resharding: split, merge, UpdateShardCount, ends of shards, modes (spec §9, §12, §13)."""

import base64
import threading
import time

from harness import sequence
from harness.case import ACCOUNT, Case, cases
from harness.client import Client

TOP = 2**128 - 1


def shard_id(index):
    return f"shardId-{index:012d}"


class ReshardCase(Case):
    def setUp(self):
        super().setUp()
        self.name = self.stream(shards=getattr(self, "shards", 1))

    def list(self, **more):
        return self.client.must("ListShards", StreamName=self.name, **more)["Shards"]

    def open_shards(self):
        return [s for s in self.list() if "EndingSequenceNumber" not in s["SequenceNumberRange"]]

    def call(self, operation, **more):
        return self.client.call(operation, StreamName=self.name, **more)

    def done(self, reply):
        self.void(reply)
        self.client.wait_active(self.name)

    def split(self, shard=0, at=2**127):
        return self.call("SplitShard", ShardToSplit=shard_id(shard), NewStartingHashKey=str(at))

    def merge(self, first, second):
        return self.call("MergeShards", ShardToMerge=shard_id(first), AdjacentShardToMerge=shard_id(second))

    def tiles(self, shards):
        ranges = sorted((int(s["HashKeyRange"]["StartingHashKey"]), int(s["HashKeyRange"]["EndingHashKey"])) for s in shards)
        self.assertEqual((ranges[0][0], ranges[-1][1]), (0, TOP))
        for (_, end), (start, _) in zip(ranges, ranges[1:]):
            self.assertEqual(end + 1, start)


class Split(ReshardCase):
    def test_children_and_parent(self):
        self.done(self.split())
        parent, left, right = self.list()
        end = sequence.parse(parent["SequenceNumberRange"]["EndingSequenceNumber"])
        self.assertEqual(end.index, sequence.SHARD_END_INDEX)
        for index, child, keys in ((1, left, ("0", str(2**127 - 1))), (2, right, (str(2**127), str(TOP)))):
            self.assertEqual(child["ShardId"], shard_id(index))
            self.assertEqual(child["ParentShardId"], shard_id(0))
            self.assertNotIn("AdjacentParentShardId", child)
            self.assertEqual((child["HashKeyRange"]["StartingHashKey"], child["HashKeyRange"]["EndingHashKey"]), keys)
            start = sequence.parse(child["SequenceNumberRange"]["StartingSequenceNumber"])
            self.assertEqual(start.created, end.time + 1)
        self.tiles(self.open_shards())

    def test_records_before_and_after(self):
        before = self.client.put(self.name, "before", ExplicitHashKey="0")
        self.done(self.split())
        after = self.client.put(self.name, "after", ExplicitHashKey="0")
        self.assertEqual((before["ShardId"], after["ShardId"]), (shard_id(0), shard_id(1)))
        child = next(s for s in self.list() if s["ShardId"] == shard_id(1))
        self.assertGreater(after["SequenceNumber"], child["SequenceNumberRange"]["StartingSequenceNumber"])
        self.assertEqual([r["Data"] for r in self.client.drain(self.name, shard_id(0))], [b"before"])
        self.assertEqual([r["Data"] for r in self.client.drain(self.name, shard_id(1))], [b"after"])

    @cases({"zero": 0, "one": 1, "the end": TOP, "beyond": 2**128})
    def test_where_it_cannot_be_split(self, key):
        text = (
            f"NewStartingHashKey {key} used in SplitShard() on shard {shard_id(0)} in stream {self.name} under account "
            f"{ACCOUNT} is not both greater than one plus the shard's StartingHashKey 0 and less than the shard's "
            f"EndingHashKey {TOP}."
        )
        self.refused(self.split(at=key), "InvalidArgumentException", text)

    @cases({"two": 2, "one below the end": TOP - 1})
    def test_where_it_just_can(self, key):
        self.done(self.split(at=key))
        self.tiles(self.open_shards())

    def test_a_closed_shard(self):
        self.done(self.split())
        text = (
            f"Shard {shard_id(0)} in stream {self.name} under account {ACCOUNT} has already been merged or split, and thus "
            "is not eligible for merging or splitting."
        )
        self.refused(self.split(), "InvalidArgumentException", text)

    def test_a_shard_that_is_not_there(self):
        text = f"Could not find shard {shard_id(7)} in stream {self.name} under account {ACCOUNT}."
        self.refused(self.split(7), "ResourceNotFoundException", text)

    def test_a_stream_that_is_not_there(self):
        reply = self.client.call("SplitShard", StreamName="nobody", ShardToSplit="0", NewStartingHashKey="5")
        self.refused(reply, "ResourceNotFoundException", f"Stream nobody under account {ACCOUNT} not found.")

    def test_an_on_demand_stream(self):
        name = self.stream_name()
        self.client.must("CreateStream", StreamName=name, StreamModeDetails={"StreamMode": "ON_DEMAND"})
        self.addCleanup(self.discard, name)
        self.client.wait_active(name)
        reply = self.client.call("SplitShard", StreamName=name, ShardToSplit="0", NewStartingHashKey="5")
        text = f"Request is invalid. Stream {name} under account {ACCOUNT} is in On-Demand mode."
        self.refused(reply, "ValidationException", text)

    def test_required_members_in_their_order(self):
        reply = self.client.call("SplitShard")
        null = "Value null at '{}' failed to satisfy constraint: Member must not be null"
        self.invalid(reply, *(null.format(m) for m in ("newStartingHashKey", "streamName", "shardToSplit")))


class Merge(ReshardCase):
    shards = 3

    def test_child_and_parents(self):
        self.done(self.merge(0, 1))
        child = self.list()[-1]
        self.assertEqual(child["ShardId"], shard_id(3))
        self.assertEqual((child["ParentShardId"], child["AdjacentParentShardId"]), (shard_id(0), shard_id(1)))
        self.assertEqual(child["HashKeyRange"]["StartingHashKey"], "0")
        self.assertEqual(child["HashKeyRange"]["EndingHashKey"], str(2**128 // 3 * 2 - 1))
        self.tiles(self.open_shards())

    @cases({"not neighbours": (0, 2), "the wrong way round": (1, 0), "with itself": (1, 1)})
    def test_pairs_that_cannot_be_merged(self, first, second):
        text = (
            f"Shards {shard_id(first)} and {shard_id(second)} in stream {self.name} under account {ACCOUNT} are not an "
            "adjacent pair of shards eligible for merging"
        )
        self.refused(self.merge(first, second), "InvalidArgumentException", text)

    def test_a_closed_shard(self):
        self.done(self.merge(0, 1))
        reply = self.merge(1, 2)
        self.assertRegex(reply.error[1], "has already been merged or split")


class EndOfShard(ReshardCase):
    def last_page(self, shard):
        iterator, records = self.client.iterator(self.name, shard_id(shard)), []
        while True:
            page = self.client.read(iterator)
            records += page["Records"]
            if page.get("NextShardIterator") is None:
                return page, records
            self.assertNotIn("ChildShards", page)
            iterator = page["NextShardIterator"]

    def test_after_a_split(self):
        self.client.put(self.name, "last")
        self.done(self.split())
        page, records = self.last_page(0)
        self.assertEqual(len(records), 1)
        self.assertEqual([c["ShardId"] for c in page["ChildShards"]], [shard_id(1), shard_id(2)])
        for child in page["ChildShards"]:
            self.assertEqual(child["ParentShards"], [shard_id(0)])
            self.assertIn("HashKeyRange", child)

    def test_after_a_merge(self):
        name = self.stream(shards=2)
        self.name = name
        self.done(self.merge(0, 1))
        for parent in (0, 1):
            page, _ = self.last_page(parent)
            (child,) = page["ChildShards"]
            self.assertEqual(set(child["ParentShards"]), {shard_id(0), shard_id(1)})

    def test_an_iterator_from_before_sees_the_end(self):
        iterator = self.client.iterator(self.name, kind="LATEST")
        self.done(self.split())
        page = self.client.read(iterator)
        self.assertIsNone(page.get("NextShardIterator"))
        self.assertEqual(len(page["ChildShards"]), 2)

    def test_iterators_of_every_type_on_a_closed_shard(self):
        number = self.client.put(self.name, "x")["SequenceNumber"]
        at = time.time()
        self.done(self.split())
        for kind, more in (("TRIM_HORIZON", {}), ("LATEST", {}), ("AT_SEQUENCE_NUMBER", {"StartingSequenceNumber": number}),
                           ("AFTER_SEQUENCE_NUMBER", {"StartingSequenceNumber": number}),
                           ("AT_TIMESTAMP", {"Timestamp": int(at * 1000) / 1000})):
            self.client.read(self.client.iterator(self.name, kind=kind, **more))


class Count(ReshardCase):
    def target(self, count):
        return self.call("UpdateShardCount", TargetShardCount=count, ScalingType="UNIFORM_SCALING")

    @cases({"2 to 4": (2, 4, 6), "4 to 5": (4, 5, 15), "10 to 13": (10, 13, 37), "4 to 2": (4, 2, 6), "5 to 3": (5, 3, 7)})
    def test_total_shards_are_those_seen_on_aws(self, before, target, total):
        self.name = self.stream(shards=before)
        reply = self.granted(self.target(target))
        self.assertEqual((reply["CurrentShardCount"], reply["TargetShardCount"]), (before, target))
        self.assertEqual(reply["StreamName"], self.name)
        self.client.wait_active(self.name)
        self.assertEqual(len(self.open_shards()), target)
        self.assertEqual(len(self.list()), total)
        self.tiles(self.open_shards())

    def test_not_more_than_double(self):
        self.name = self.stream(shards=2)
        text = "UpdateShardCount cannot scale up over double your current open shard count. "
        text += "Current open shard count: 2 Target shard count: 5"
        self.refused(self.target(5), "InvalidArgumentException", text)

    def test_not_less_than_half(self):
        self.name = self.stream(shards=5)
        text = "UpdateShardCount cannot scale down below half your current open shard count. "
        text += "Current open shard count: 5 Target shard count: 2"
        self.refused(self.target(2), "InvalidArgumentException", text)


class UnderLoad(ReshardCase):
    def test_nothing_is_lost_or_acknowledged_into_a_closed_parent(self):
        self.name = self.stream(shards=2)
        acknowledged, unsure, problems, stop = [], set(), [], threading.Event()

        def write(worker):
            client, index = Client(self.server.aws), 0
            try:
                while not stop.is_set():
                    text = f"{worker}:{index}"
                    data = base64.b64encode(text.encode()).decode()
                    reply = client.call("PutRecord", StreamName=self.name, Data=data, PartitionKey=text)
                    if reply.ok:
                        acknowledged.append((reply.value["ShardId"], reply.value["SequenceNumber"], text.encode()))
                    else:  # a disk that stands still for seconds: stored or not, SDKs try again
                        self.assertEqual(reply.status, 500, reply)
                        unsure.add(text.encode())
                    index += 1
            except BaseException as error:
                problems.append(error)
            client.close()

        def watch():
            client = Client(self.server.aws)
            try:
                while not stop.is_set():
                    self.tiles(client.must("ListShards", StreamName=self.name, ShardFilter={"Type": "AT_LATEST"})["Shards"])
            except BaseException as error:
                problems.append(error)
            client.close()

        threads = [threading.Thread(target=write, args=(n,)) for n in range(4)] + [threading.Thread(target=watch)]
        [thread.start() for thread in threads]
        for target in (4, 3, 6, 4):
            self.granted(self.call("UpdateShardCount", TargetShardCount=target, ScalingType="UNIFORM_SCALING"))
            self.client.wait_active(self.name)
            time.sleep(0.2)
        stop.set()
        [thread.join() for thread in threads]
        self.assertEqual(problems, [])
        shards, found = self.list(), []
        for shard in shards:
            records = self.client.drain(self.name, shard["ShardId"])
            end = shard["SequenceNumberRange"].get("EndingSequenceNumber")
            for record in records:
                if end:
                    self.assertLess(record["SequenceNumber"], end)
                found.append((shard["ShardId"], record["SequenceNumber"], record["Data"]))
        self.assertEqual(sorted(one for one in found if one[2] not in unsure), sorted(acknowledged))
        self.assertLess(len(unsure), len(acknowledged))


class Filters(ReshardCase):
    def ids(self, **shard_filter):
        return [int(s["ShardId"][-3:]) for s in self.list(ShardFilter=shard_filter)]

    def test_filters_after_a_split(self):
        time.sleep(1.1)
        before = int(time.time() * 1000) / 1000
        time.sleep(1.1)
        self.done(self.split())
        self.assertEqual(self.ids(Type="AT_LATEST"), [1, 2])
        self.assertEqual(self.ids(Type="AT_TRIM_HORIZON"), [0])
        self.assertEqual(self.ids(Type="FROM_TRIM_HORIZON"), [0, 1, 2])
        self.assertEqual(self.ids(Type="AT_TIMESTAMP", Timestamp=before), [0])
        self.assertEqual(self.ids(Type="FROM_TIMESTAMP", Timestamp=before), [0, 1, 2])
        self.assertEqual(self.ids(Type="AFTER_SHARD_ID", ShardId=shard_id(0)), [1, 2])


class Mode(ReshardCase):
    def test_to_on_demand_and_back(self):
        for mode in ("ON_DEMAND", "PROVISIONED"):
            reply = self.client.call(
                "UpdateStreamMode", StreamARN=self.arn(self.name), StreamModeDetails={"StreamMode": mode}
            )
            self.done(reply)
            description = self.client.must("DescribeStream", StreamName=self.name)["StreamDescription"]
            self.assertEqual(description["StreamModeDetails"], {"StreamMode": mode})
            self.assertEqual(len(description["Shards"]), 1)


class Data(ReshardCase):
    def test_a_reader_follows_from_parent_to_children_in_order(self):
        for index in range(10):
            self.client.put(self.name, str(index), "same key")
            if index in (3, 6):
                self.done(self.split(len(self.list()) - 1 if index == 6 else 0, 3 * 2**126 if index == 6 else 2**127))
        seen, waiting, visited = [], [shard_id(0)], set()
        while waiting:
            shard = waiting.pop(0)
            if shard in visited:
                continue
            visited.add(shard)
            iterator = self.client.iterator(self.name, shard)
            while iterator:
                page = self.client.read(iterator)
                seen += [int(base64.b64decode(r["Data"])) for r in page["Records"]]
                waiting += [c["ShardId"] for c in page.get("ChildShards", [])]
                if not page["Records"] and page["MillisBehindLatest"] == 0 and "ChildShards" not in page:
                    break
                iterator = page.get("NextShardIterator")
        self.assertEqual(seen, list(range(10)))
