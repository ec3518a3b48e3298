"""Records: routing, order, sequence numbers, partial success, reading back (spec §7, §9, §10)."""

import base64
import hashlib
import json
import threading
import time

from harness import sequence
from harness.case import ACCOUNT, Case, cases
from harness.client import Client

TOP = 2**128 - 1


def shard_of(hash_key, count):
    return min(hash_key // (2**128 // count), count - 1)


def shard_id(index):
    return f"shardId-{index:012d}"


class Routing(Case):
    @cases({str(count): count for count in (1, 3, 4, 10)})
    def test_md5_of_the_key_names_the_shard(self, count):
        name = self.stream(shards=count)
        for key in ["a", "é", "日本", "😀", "x" * 256, " ", "\n", "0"] + [f"key-{i}" for i in range(40)]:
            digest = int.from_bytes(hashlib.md5(key.encode()).digest(), "big")
            self.assertEqual(self.client.put(name, key, key)["ShardId"], shard_id(shard_of(digest, count)), key)

    def test_explicit_hash_keys_at_every_border(self):
        name = self.stream(shards=3)
        step = 2**128 // 3
        for key in (0, 1, step - 1, step, step + 1, 2 * step - 1, 2 * step, TOP - 1, TOP):
            put = self.client.put(name, "x", "a", ExplicitHashKey=str(key))
            self.assertEqual(put["ShardId"], shard_id(shard_of(key, 3)), key)

    def test_put_records_routes_as_put_record_does(self):
        name = self.stream(shards=4)
        records = [{"PartitionKey": f"k{i}", "Data": ""} for i in range(100)]
        records += [{"PartitionKey": "a", "ExplicitHashKey": str(TOP * i // 9), "Data": ""} for i in range(10)]
        reply = self.client.must("PutRecords", StreamName=name, Records=records)
        for record, result in zip(records, reply["Records"], strict=True):
            single = self.client.must("PutRecord", StreamName=name, **record)
            self.assertEqual(result["ShardId"], single["ShardId"])

    @cases({"2^128": 2**128, "39 nines": 10**39 - 1})
    def test_a_hash_key_too_large(self, value):
        name = self.stream()
        reply = self.client.call("PutRecord", StreamName=name, PartitionKey="a", Data="", ExplicitHashKey=str(value))
        text = f"Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was {value}"
        self.refused(reply, "InvalidArgumentException", text)
        records = [{"PartitionKey": "a", "Data": ""}, {"PartitionKey": "a", "Data": "", "ExplicitHashKey": str(value)}]
        reply = self.client.call("PutRecords", StreamName=name, Records=records)
        self.refused(reply, "InvalidArgumentException", text)

    def test_the_stream_is_looked_up_before_the_hash_key(self):
        reply = self.client.call("PutRecord", StreamName="nobody", PartitionKey="a", Data="", ExplicitHashKey=str(2**128))
        self.refused(reply, "ResourceNotFoundException", f"Stream nobody under account {ACCOUNT} not found.")


class SequenceNumbers(Case):
    def test_structure_and_growth(self):
        name = self.stream(shards=3)
        shards = self.client.must("ListShards", StreamName=name)["Shards"]
        starts = {s["ShardId"]: s["SequenceNumberRange"]["StartingSequenceNumber"] for s in shards}
        last = dict(starts)
        for index in range(100):
            put = self.client.put(name, "x", f"k{index}")
            parsed, start = sequence.parse(put["SequenceNumber"]), sequence.parse(starts[put["ShardId"]])
            self.assertEqual(parsed.created, start.created)
            self.assertEqual(shard_id(parsed.shard), put["ShardId"])
            self.assertAlmostEqual(parsed.time, time.time(), delta=5)
            self.assertGreater(put["SequenceNumber"], last[put["ShardId"]])
            self.assertGreater(parsed.index, sequence.parse(last[put["ShardId"]]).index)
            last[put["ShardId"]] = put["SequenceNumber"]

    def test_one_call_keeps_the_order_within_each_shard(self):
        name = self.stream(shards=4)
        records = [{"PartitionKey": f"k{i}", "Data": base64.b64encode(b"%d" % i).decode()} for i in range(500)]
        reply = self.client.must("PutRecords", StreamName=name, Records=records)
        self.assertEqual(reply["FailedRecordCount"], 0)
        for index in range(4):
            mine = [r["SequenceNumber"] for r in reply["Records"] if r["ShardId"] == shard_id(index)]
            self.assertEqual(mine, sorted(mine))
            self.assertEqual(len(mine), len(set(mine)))
            read = self.client.drain(name, shard_id(index))
            self.assertEqual([r["SequenceNumber"] for r in read], mine)
            numbers = [int(r["Data"]) for r in read]
            self.assertEqual(numbers, sorted(numbers))

    def test_ordering_is_respected(self):
        name = self.stream()
        number = self.client.put(name, "0")["SequenceNumber"]
        for index in range(20):
            put = self.client.put(name, str(index), "k", SequenceNumberForOrdering=number)
            self.assertGreater(put["SequenceNumber"], number)
            number = put["SequenceNumber"]

    def test_ordering_by_the_shard_s_start(self):
        name = self.stream()
        start = self.client.must("ListShards", StreamName=name)["Shards"][0]["SequenceNumberRange"]
        self.client.put(name, "x", "k", SequenceNumberForOrdering=start["StartingSequenceNumber"])

    def test_ordering_that_makes_no_sense(self):
        name = self.stream()
        created = sequence.parse(self.client.put(name, "x")["SequenceNumber"]).created
        future = str(sequence.Sequence(created, 1, int(time.time()) + 3600, 0))
        for number in (future, str(2**186), "1" * 100):
            reply = self.client.call(
                "PutRecord", StreamName=name, PartitionKey="a", Data="", SequenceNumberForOrdering=number
            )
            text = (
                f"ExclusiveMinimumSequenceNumber {number} used in PutRecord on stream {name} under account {ACCOUNT} is "
                "invalid."
            )
            self.refused(reply, "InvalidArgumentException", text)


class Answers(Case):
    def test_put_record_has_two_members_and_no_encryption(self):
        name = self.stream()
        self.assertEqual(list(self.client.put(name, "x")), ["ShardId", "SequenceNumber"])

    def test_put_records_entries_have_two_members_and_no_nulls(self):
        name = self.stream()
        reply = self.client.call("PutRecords", StreamName=name, Records=[{"PartitionKey": "a", "Data": ""}] * 3)
        value = self.granted(reply)
        self.assertEqual(set(value), {"FailedRecordCount", "Records"})
        self.assertEqual(value["FailedRecordCount"], 0)
        for entry in value["Records"]:
            self.assertEqual(set(entry), {"SequenceNumber", "ShardId"})
        self.assertNotIn(b"null", reply.body)

    def test_five_hundred_records(self):
        name = self.stream()
        records = [{"PartitionKey": "a", "Data": base64.b64encode(bytes([i % 256]) * i).decode()} for i in range(500)]
        reply = self.client.must("PutRecords", StreamName=name, Records=records)
        self.assertEqual(len(reply["Records"]), 500)
        self.assertEqual([r["Data"] for r in self.client.drain(name)], [bytes([i % 256]) * i for i in range(500)])

    def test_one_invalid_record_fails_the_whole_call(self):
        name = self.stream()
        records = [{"PartitionKey": "a", "Data": ""}, {"PartitionKey": "", "Data": ""}]
        reply = self.client.call("PutRecords", StreamName=name, Records=records)
        self.invalid(
            reply,
            "Value '' at 'records.2.member.partitionKey' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
        )
        self.assertEqual(self.client.drain(name), [])


    @cases({"with a hash key": {"ExplicitHashKey": "1"}, "alone": {}})
    def test_a_record_needs_its_partition_key(self, more):
        name = self.stream()
        null = "Value null at '{}' failed to satisfy constraint: Member must not be null"
        self.invalid(self.client.call("PutRecord", StreamName=name, Data="", **more), null.format("partitionKey"))
        records = [{"PartitionKey": "a", "Data": ""}, {"Data": "", **more}]
        reply = self.client.call("PutRecords", StreamName=name, Records=records)
        self.invalid(reply, null.format("records.2.member.partitionKey"))
        self.assertEqual(self.client.drain(name), [])


class Reading(Case):
    def test_a_record_looks_like_this(self):
        name = self.stream()
        before = time.time()
        put = self.client.put(name, b"\x00\xff", "ключ")
        page = self.client.read(self.client.iterator(name))
        (record,) = page["Records"]
        arrival = record.pop("ApproximateArrivalTimestamp")
        self.assertEqual(record, {"SequenceNumber": put["SequenceNumber"], "Data": "AP8=", "PartitionKey": "ключ"})
        self.assertAlmostEqual(arrival, before, delta=5)
        self.assertAlmostEqual(arrival * 1000, round(arrival * 1000), delta=0.01)
        self.assertEqual(set(page), {"Records", "NextShardIterator", "MillisBehindLatest"})

    @cases({str(size): size for size in (0, 1, 2, 3, 4, 5, 100, 4095, 4096, 4097, 65535, 65536, 1048575)})
    def test_data_of_every_size(self, size):
        name = self.stream()
        data = (b"0123456789abcdef" * (size // 16 + 1))[:size]
        self.client.put(name, data, "a")
        self.assertEqual(self.client.drain(name)[0]["Data"], data)

    def test_limit_and_pages(self):
        name = self.stream()
        for index in range(25):
            self.client.put(name, str(index))
        iterator, sizes, seen = self.client.iterator(name), [], []
        while len(seen) < 25:
            page = self.client.read(iterator, Limit=10)
            sizes.append(len(page["Records"]))
            seen += [base64.b64decode(r["Data"]) for r in page["Records"]]
            iterator = page["NextShardIterator"]
        self.assertEqual(sizes, [10, 10, 5])
        self.assertEqual(seen, [b"%d" % i for i in range(25)])

    def test_at_most_ten_mebibytes_a_call_but_at_least_one_record(self):
        name = self.stream()
        for _ in range(12):
            self.client.put(name, bytes(1_000_000), "a")
        page = self.client.read(self.client.iterator(name))
        size = sum(len(base64.b64decode(r["Data"])) for r in page["Records"])
        self.assertLessEqual(size, 10 * 1024 * 1024)
        self.assertGreaterEqual(len(page["Records"]), 1)
        self.assertGreater(page["MillisBehindLatest"], 0)
        self.assertEqual(len(self.client.drain(name)), 12)

    def test_millis_behind_latest_is_time_not_a_count(self):
        name = self.stream()
        self.client.put(name, "first")
        time.sleep(0.4)
        for _ in range(3):
            self.client.put(name, "later")
        page = self.client.read(self.client.iterator(name), Limit=1)
        self.assertGreaterEqual(page["MillisBehindLatest"], 300)
        self.assertLess(page["MillisBehindLatest"], 30_000)
        page = self.client.read(page["NextShardIterator"])
        self.assertEqual(page["MillisBehindLatest"], 0)
        self.assertEqual(self.client.read(page["NextShardIterator"])["MillisBehindLatest"], 0)

    def test_an_empty_shard(self):
        page = self.client.read(self.client.iterator(self.stream()))
        self.assertEqual((page["Records"], page["MillisBehindLatest"]), ([], 0))
        self.assertTrue(page["NextShardIterator"])

    def test_arrival_times_grow(self):
        name = self.stream()
        for _ in range(50):
            self.client.put(name, "x")
        times = [r["ApproximateArrivalTimestamp"] for r in self.client.drain(name)]
        self.assertEqual(times, sorted(times))

    def test_many_writers_one_order(self):
        name = self.stream(shards=2)
        acknowledged, lock = [], threading.Lock()

        def write(worker):
            client = Client(self.server.aws)
            for index in range(40):
                put = client.put(name, f"{worker}:{index}", f"{worker}")
                with lock:
                    acknowledged.append((put["ShardId"], put["SequenceNumber"], f"{worker}:{index}".encode()))
            client.close()

        threads = [threading.Thread(target=write, args=(worker,)) for worker in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        self.assertEqual(len(acknowledged), 320)
        for index in range(2):
            read = [(shard_id(index), r["SequenceNumber"], r["Data"]) for r in self.client.drain(name, shard_id(index))]
            self.assertEqual(read, sorted(item for item in acknowledged if item[0] == shard_id(index)))
            for worker in range(8):
                mine = [int(d.split(b":")[1]) for _, _, d in read if d.startswith(b"%d:" % worker)]
                self.assertEqual(mine, sorted(mine))


class DryRun(Case):
    """The newest SDK's DryRun: everything but the doing (spec §16)."""

    needs_levada = True

    def test_a_put_that_would_succeed_writes_nothing(self):
        name = self.stream()
        for operation, members in (
            ("PutRecord", {"PartitionKey": "a", "Data": ""}),
            ("PutRecords", {"Records": [{"PartitionKey": "a", "Data": ""}]}),
        ):
            reply = self.client.call(operation, StreamName=name, DryRun=True, **members)
            self.assertEqual((reply.status, reply.error[0]), (400, "DryRunOperationException"), reply)
        self.assertEqual(self.client.drain(name), [])

    def test_a_put_that_would_fail_fails_as_ever(self):
        reply = self.client.call("PutRecord", StreamName="nobody", PartitionKey="a", Data="", DryRun=True)
        self.refused(reply, "ResourceNotFoundException", f"Stream nobody under account {ACCOUNT} not found.")

    def test_reads(self):
        name = self.stream()
        members = {"StreamName": name, "ShardId": "0", "ShardIteratorType": "LATEST"}
        reply = self.client.call("GetShardIterator", **members, DryRun=True)
        self.assertEqual(reply.error[0], "DryRunOperationException")
        reply = self.client.call("GetRecords", ShardIterator=self.client.iterator(name), DryRun=True)
        self.assertEqual(reply.error[0], "DryRunOperationException")
        self.granted(self.client.call("GetShardIterator", **members, DryRun=False))


class Bytes(Case):
    def test_the_answer_of_put_record_byte_for_byte(self):
        name = self.stream()
        reply = self.client.call("PutRecord", StreamName=name, PartitionKey="a", Data="")
        number = json.loads(reply.body)["SequenceNumber"]
        self.assertEqual(reply.body, b'{"ShardId":"shardId-000000000000","SequenceNumber":"%s"}' % number.encode())
