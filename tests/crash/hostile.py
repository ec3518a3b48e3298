"""Clients that hold on to everything they may: the memory stays under what docs/operations.md promises."""

import base64
import json
import resource
import socket
import time
import unittest

from harness.client import Client
from harness.server import Levada

MIB = 1024 * 1024
REACTORS = 2
# docs/operations.md, "Limits": the bodies of a reactor, and what they are decoded to while they are worked on (base64 is
# a third longer than what it says); the tail cache and queues of all; for each connection its input buffer.
BODIES = 512 * MIB * 7 // 4
RESTING = 64 * MIB
CACHES = 32 * MIB + REACTORS * 32 * MIB
A_CONNECTION = 64 * 1024
CONNECTIONS = 800
# One event of a shard: its records, what they are read from, and its frame in base64.
A_SUBSCRIPTION = 4 * MIB

HEAD = (
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.1\r\n"
    "X-Amz-Target: Kinesis_20131202.{operation}\r\nX-Amz-Date: 20260101T000000Z\r\n"
    "Authorization: AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/kinesis/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=00\r\nContent-Length: {length}\r\n\r\n"
)


def head(length, operation="PutRecord"):
    return HEAD.format(operation=operation, length=length).encode()


def memory(server):
    for line in open(f"/proc/{server.process.pid}/status"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("the server has no VmRSS")


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))

    def setUp(self):
        self.server = Levada(
            "--shard-limits", "off", "--reactors", str(REACTORS), "--tail-cache", "32MiB", "--journal-queue", "32MiB"
        )
        self.server.start()
        self.addCleanup(self.server.sweep)
        self.addCleanup(self.server.stop)
        self.sockets, self.worst = [], 0
        self.addCleanup(lambda: [each.close() for each in self.sockets])

    def connect(self, count):
        for _ in range(count):
            connection = socket.create_connection(self.server.aws)
            connection.setblocking(False)
            self.sockets.append(connection)
        return self.sockets[-count:]

    def push(self, connections, data, seconds):
        """Sends as much of `data` on each as the server takes; looks at its memory all the time."""
        views = {connection: memoryview(data) for connection in connections}
        deadline = time.monotonic() + seconds
        while views and time.monotonic() < deadline:
            moved = False
            for connection, view in list(views.items()):
                try:
                    sent = connection.send(view[: 4 * MIB])
                    moved = moved or sent > 0
                    views[connection] = view[sent:]
                    if not views[connection]:
                        del views[connection]
                except BlockingIOError:
                    pass
                except OSError:  # refused and closed
                    del views[connection]
            self.worst = max(self.worst, memory(self.server))
            if not moved:
                time.sleep(0.01)

    def still_serves(self):
        for each in self.sockets:
            each.close()
        self.sockets.clear()
        deadline = time.monotonic() + 10
        client = Client(self.server.aws)
        while not client.call("ListStreams").ok:
            self.assertLess(time.monotonic(), deadline, "a neighbour is not served any more")
            time.sleep(0.1)
        client.close()
        while memory(self.server) > RESTING + CACHES:
            self.assertLess(time.monotonic(), deadline, f"{memory(self.server) // MIB} MiB are not given back")
            time.sleep(0.2)

    def test_bodies_that_never_end(self):
        length = 19 * MIB
        body = head(length) + b'{"Data":"' + b"A" * (length - 9 - 1024)  # all but the end
        connections = self.connect(160)  # 3 GiB of them
        self.push(connections, body, 20)
        self.assertGreater(self.worst, 256 * MIB, "the bodies did not get through: this proves nothing")
        self.assertLess(self.worst, REACTORS * BODIES + RESTING + CACHES + len(connections) * MIB)
        self.still_serves()

    def test_whole_bodies_all_at_once(self):
        client = Client(self.server.aws)
        client.create("hostile", 4)
        client.close()
        records = b",".join(b'{"PartitionKey":"%d","Data":"%s"}' % (n, b"QUFB" * 5000) for n in range(490))
        body = b'{"StreamName":"hostile","Records":[' + records + b"]}"
        connections = self.connect(200)
        self.push(connections, head(len(body), "PutRecords") + body, 20)
        self.assertLess(self.worst, REACTORS * BODIES + RESTING + CACHES + len(connections) * MIB)
        self.still_serves()

    def test_heads_that_never_end_and_half_requests(self):
        before = memory(self.server)
        connections = self.connect(CONNECTIONS)
        half = head(100)[:-2]
        for index, connection in enumerate(connections):
            connection.send(half[: 1 + index % len(half)] if index % 2 else head(19 * MIB) + b"{")
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline:
            for connection in connections[::50]:
                try:
                    connection.send(b"a")  # slow-loris: one byte now and then
                except OSError:
                    pass
            self.worst = max(self.worst, memory(self.server))
            time.sleep(0.05)
        self.assertLess(self.worst, before + CONNECTIONS * A_CONNECTION + RESTING)
        self.still_serves()

    def test_subscribers_that_stop_reading(self):
        client = Client(self.server.aws)
        self.addCleanup(client.close)
        client.create("stalled", 4)
        arn = client.must("DescribeStreamSummary", StreamName="stalled")["StreamDescriptionSummary"]["StreamARN"]
        consumers = []
        for n in range(10):
            made = client.must("RegisterStreamConsumer", StreamARN=arn, ConsumerName=f"stalled-{n}")
            consumers.append(made["Consumer"]["ConsumerARN"])
        for consumer in consumers:
            for shard in range(4):
                ask = {"ConsumerARN": consumer, "ShardId": f"shardId-{shard:012}", "StartingPosition": {"Type": "TRIM_HORIZON"}}
                body = json.dumps(ask).encode()
                connection = socket.socket()
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                connection.connect(self.server.aws)
                connection.sendall(head(len(body), "SubscribeToShard") + body)
                self.assertIn(b"200", connection.recv(15))
                self.sockets.append(connection)
        record = base64.b64encode(bytes(16_000)).decode()
        records = [{"PartitionKey": str(n), "Data": record} for n in range(400)]
        written = 0
        while written < 512 * MIB:
            self.assertEqual(client.must("PutRecords", StreamName="stalled", Records=records)["FailedRecordCount"], 0)
            written += 400 * 16_000
            self.worst = max(self.worst, memory(self.server))
        print(f"{len(self.sockets)} stalled subscribers, {written // MIB} MiB written: at most {self.worst // MIB} MiB")
        self.assertLess(self.worst, RESTING + CACHES + len(self.sockets) * A_SUBSCRIPTION)
        iterator = client.must("GetShardIterator", StreamName="stalled", ShardId="0", ShardIteratorType="TRIM_HORIZON")
        self.assertTrue(client.must("GetRecords", ShardIterator=iterator["ShardIterator"], Limit=1)["Records"])
        self.still_serves()
