"""kill -9 while shards split, merge and are counted anew and while consumers come and go: the stream stays consistent.

After every kill the open shards tile the key space, no acknowledged change is undone, nothing is stuck on its way, and every
acknowledged record is in the shard that acknowledged it. The seed is printed.
"""

import os
import random
import threading
import time
import unittest

from harness.client import Client
from harness.server import Levada

from ledger import Ledger
from load import GONE, Load, read_back

SECONDS = float(os.environ.get("CRASH_SECONDS", "20"))
ROUNDS_MIN = 4
FLAGS = ("--shard-limits", "off", "--journal-segment", "16MiB", "--stream-transition-delay", "30ms")
TOP = 2**128
STREAM = "reshape"


class Reshaper:
    """Changes the stream's shape until the server is gone; remembers what was acknowledged."""

    def __init__(self, server, rng, state):
        self.server, self.rng, self.state = server, rng, state
        self.problems, self.changes = [], 0
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        client = Client(self.server.aws)
        try:
            while True:
                self.rng.choice((self.split, self.merge, self.count, self.register, self.deregister))(client)
        except GONE:
            pass
        except BaseException as error:
            self.problems.append(f"{type(error).__name__}: {error}")
        finally:
            client.close()

    def _change(self, client, operation, **members):
        reply = client.call(operation, **members)
        if reply.ok:
            self.changes += 1
        elif reply.error[0] not in ("ResourceInUseException", "InvalidArgumentException", "LimitExceededException"):
            raise AssertionError(f"{operation}: {reply!r}")
        return reply

    def _open(self, client):
        return sorted(open_shards(client), key=lambda shard: int(shard["HashKeyRange"]["StartingHashKey"]))

    def split(self, client):
        shard = self.rng.choice(self._open(client))
        low, high = (int(shard["HashKeyRange"][end]) for end in ("StartingHashKey", "EndingHashKey"))
        if high - low < 2**100:
            return
        key = str(self.rng.randint(low + 2, high - 1))
        self._closed(self._change(client, "SplitShard", StreamName=STREAM, ShardToSplit=shard["ShardId"], NewStartingHashKey=key), [shard])

    def merge(self, client):
        shards = self._open(client)
        if len(shards) < 2:
            return
        at = self.rng.randrange(len(shards) - 1)
        pair = shards[at : at + 2]
        members = {"ShardToMerge": pair[0]["ShardId"], "AdjacentShardToMerge": pair[1]["ShardId"]}
        self._closed(self._change(client, "MergeShards", StreamName=STREAM, **members), pair)

    def count(self, client):
        target = self.rng.randint(1, 16)
        self._change(client, "UpdateShardCount", StreamName=STREAM, TargetShardCount=target, ScalingType="UNIFORM_SCALING")

    def _closed(self, reply, shards):
        if reply.ok:
            self.state.closed.update(shard["ShardId"] for shard in shards)

    def register(self, client):
        arn = self.state.arn
        name = f"c{self.rng.randrange(6)}"
        reply = self._change(client, "RegisterStreamConsumer", StreamARN=arn, ConsumerName=name)
        if reply.ok:
            self.state.consumers[name] = reply.value["Consumer"]["ConsumerARN"]

    def deregister(self, client):
        if not self.state.consumers:
            return
        name = self.rng.choice(sorted(self.state.consumers))
        arn = self.state.consumers.pop(name)  # from here on it may be gone, whatever is answered
        reply = client.call("DeregisterStreamConsumer", ConsumerARN=arn)
        if not reply.ok and reply.error[0] not in ("ResourceInUseException", "ResourceNotFoundException"):
            raise AssertionError(f"{reply!r}")


class State:
    def __init__(self, arn):
        self.arn, self.closed, self.consumers = arn, set(), {}


def all_shards(client):
    shards, more = [], {"StreamName": STREAM}
    while more:
        page = client.must("ListShards", **more)
        shards += page["Shards"]
        more = {"NextToken": page["NextToken"]} if page.get("NextToken") else None
    return shards


def open_shards(client):
    return [shard for shard in all_shards(client) if "EndingSequenceNumber" not in shard["SequenceNumberRange"]]


class Reshape(unittest.TestCase):
    def test_a_stream_stays_whole(self):
        seed = int(os.environ.get("CRASH_SEED", time.time_ns() % 1_000_000))
        print(f"seed {seed}", flush=True)
        rng, ledger, rounds, changes = random.Random(seed), Ledger(), 0, 0
        deadline = time.monotonic() + SECONDS
        with Levada(*FLAGS) as server:
            client = Client(server.aws)
            client.create(STREAM, 4)
            state = State(client.must("DescribeStreamSummary", StreamName=STREAM)["StreamDescriptionSummary"]["StreamARN"])
            client.close()
            while rounds < ROUNDS_MIN or time.monotonic() < deadline:
                load = Load(server, ledger, STREAM, rng, writers=3, round_number=rounds)
                load.start()
                reshaper = Reshaper(server, rng, state)
                time.sleep(rng.uniform(0.2, 1.5))
                self.assertTrue(server.running, server.log()[-2000:])
                server.kill()
                load.join()
                reshaper.thread.join(60)
                self.assertEqual(load.problems + reshaper.problems, [])
                changes += reshaper.changes
                server.start()
                self.inspect(server, state)
                self.assertEqual(ledger.complaints(read_back(server, STREAM))[:20], [], f"after kill {rounds}")
                rounds += 1
            print(f"{rounds} kills, {changes} changes of shape, {ledger.counts()[1]} records acknowledged", flush=True)
            self.assertGreater(changes, 5 * rounds, "too few changes to prove anything")
            self.assertEqual(server.stop(), 0, server.log()[-2000:])

    def inspect(self, server, state):
        client = Client(server.aws)
        client.wait_active(STREAM)
        shards = all_shards(client)
        edge = 0
        for low, high in sorted(
            tuple(int(shard["HashKeyRange"][end]) for end in ("StartingHashKey", "EndingHashKey"))
            for shard in shards
            if "EndingSequenceNumber" not in shard["SequenceNumberRange"]
        ):
            self.assertEqual(low, edge, "the open shards leave a gap or overlap")
            edge = high + 1
        self.assertEqual(edge, TOP)
        closed = {shard["ShardId"] for shard in shards if "EndingSequenceNumber" in shard["SequenceNumberRange"]}
        self.assertEqual(state.closed - closed, set(), "an acknowledged split or merge is undone")
        until = time.monotonic() + 10
        while True:
            consumers = client.must("ListStreamConsumers", StreamARN=state.arn)["Consumers"]
            if all(each["ConsumerStatus"] == "ACTIVE" for each in consumers):
                break
            self.assertLess(time.monotonic(), until, f"stuck: {consumers}")
            time.sleep(0.05)
        found = {each["ConsumerName"]: each["ConsumerARN"] for each in consumers}
        for name, arn in state.consumers.items():
            self.assertEqual(found.get(name), arn, "an acknowledged consumer is gone")
        state.consumers = found  # what was not acknowledged may be there
        client.close()
