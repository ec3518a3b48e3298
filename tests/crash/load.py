"""Writers and a reader that go on until the server is gone, each over its own connection."""

import base64
import json
import random
import threading

from harness.client import Client, Reply
from harness.http import Connection, ConnectionEnded

GONE = (ConnectionEnded, OSError)


class Load:
    """`start()`, then kill or stop the server, then `join()`."""

    def __init__(self, server, ledger, stream, random_source, writers=6, round_number=0):
        self.server, self.ledger, self.stream = server, ledger, stream
        self.random, self.round = random_source, round_number
        self.stopping = threading.Event()
        self.problems, self.seen = [], {}
        self.threads = [
            threading.Thread(target=self._guard, args=(self._write, n, random.Random(self.random.random())))
            for n in range(writers)
        ]
        self.threads.append(threading.Thread(target=self._guard, args=(self._read,)))

    def start(self):
        for thread in self.threads:
            thread.start()

    def join(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(60)
            if thread.is_alive():
                self.problems.append("a client still waits for an answer a minute after the server's end")

    def _guard(self, work, *arguments):
        client = Client(self.server.aws)
        try:
            work(client, *arguments)
        except GONE:
            pass
        except BaseException as error:
            self.problems.append(f"{type(error).__name__}: {error}")
        finally:
            client.close()

    def _write(self, client, number, rng):
        worker, counter = f"r{self.round}w{number}", 0
        while not self.stopping.is_set():
            records = []
            for _ in range(1 if rng.random() < 0.5 else rng.randint(2, 50)):
                size = rng.choice((0, 10, 100, 1000, 5000, 100_000 if rng.random() < 0.05 else 20))
                identity = f"{worker}:{counter}"
                data = f"{identity}:".encode() + rng.randbytes(size)
                records.append((identity, f"key {rng.randint(0, 30)}", data))
                counter += 1
            self.ledger.about_to_send(records)
            entries = [{"PartitionKey": key, "Data": base64.b64encode(data).decode()} for _, key, data in records]
            if len(records) == 1:
                results = [self._ask(client, "PutRecord", StreamName=self.stream, **entries[0])]
            else:
                results = self._ask(client, "PutRecords", StreamName=self.stream, Records=entries)["Records"]
            for (identity, _, _), result in zip(records, results, strict=True):
                if "SequenceNumber" in result:
                    self.ledger.acknowledged(identity, result["ShardId"], result["SequenceNumber"])

    def _ask(self, client, operation, **members):
        """One request, sent once: a retry could double a record, and that would be our doing."""
        if client.connection is None:
            client.connection = Connection(client.address)
        client.connection.send(client.bytes_of(operation, json.dumps(members).encode()))
        reply = Reply(client.connection.answer())
        if reply.status == 503:  # said while stopping: not stored, not acknowledged
            raise ConnectionEnded("503")
        if not reply.ok:
            raise AssertionError(f"{operation}: {reply!r}")
        return reply.value

    def _read(self, client):
        """A reader at the tip: whatever it was ever shown must still be there after the crash."""
        shards = [shard["ShardId"] for shard in client.must("ListShards", StreamName=self.stream)["Shards"]]
        iterators = {shard: client.iterator(self.stream, shard, "LATEST") for shard in shards}
        while not self.stopping.is_set():
            for shard in list(iterators):
                page = client.read(iterators[shard])
                for record in page["Records"]:
                    self.seen[shard, record["SequenceNumber"]] = record["Data"]
                iterators[shard] = page.get("NextShardIterator")
                if iterators[shard] is None:  # closed and read to its end
                    del iterators[shard]


def read_back(server, stream):
    """shard id -> all of its records with decoded data."""
    client = Client(server.aws)
    try:
        shards = [shard["ShardId"] for shard in client.must("ListShards", StreamName=stream)["Shards"]]
        return {shard: client.drain(stream, shard) for shard in shards}
    finally:
        client.close()


def unseen(load, shards):
    """What the reader was shown and nobody can read any more, in words."""
    present = {(s, r["SequenceNumber"]): base64.b64encode(r["Data"]).decode() for s, rs in shards.items() for r in rs}
    return [f"VANISHED {shard} {number}: a reader had it" for (shard, number), data in load.seen.items()
            if present.get((shard, number)) != data]
