"""HTTP/1.1 as real clients and hostile ones speak it: pipelining, chunks, halves, floods."""

import json
import socket
import threading
import time

from harness import sigv4
from harness.client import JSON, TARGET, Client
from harness.case import Case, cases
from harness.http import Connection, ConnectionEnded, request

BODY_LIMIT = 20 * 1024 * 1024  # spec §4.1: Levada takes 20 MiB and answers 413 beyond


class KeepAlive(Case):
    def test_many_requests_on_one_connection(self):
        with Connection(self.server.aws) as connection:
            for _ in range(50):
                connection.send(self.client.bytes_of("ListStreams", b"{}"))
                answer = connection.answer()
                self.assertEqual(answer.status, 200)
                self.assertIsNone(answer.header("connection"))

    def test_errors_keep_the_connection(self):
        with Connection(self.server.aws) as connection:
            for body in (b"{", b'{"Limit":"x"}', b'{"Limit":0}', b"", b"{}"):
                connection.send(self.client.bytes_of("ListStreams", body))
                status = connection.answer().status
            self.assertEqual(status, 200)

    def test_connection_close_is_honoured(self):
        data = self.client.bytes_of("ListStreams", b"{}").replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)
        with Connection(self.server.aws) as connection:
            connection.send(data)
            self.assertEqual(connection.answer().status, 200)
            self.assertTrue(connection.closed_by_server(within=5))

    def test_a_client_that_speaks_http_1_0_is_answered_and_let_go(self):
        data = self.client.bytes_of("ListStreams", b"{}").replace(b"HTTP/1.1", b"HTTP/1.0", 1)
        with Connection(self.server.aws) as connection:
            connection.send(data)
            answer = connection.rest().split(b"\r\n")[0]
        self.assertRegex(answer, rb"HTTP/1\.[01] (200|505)")


class Pipelining(Case):
    def test_answers_come_in_the_order_of_requests(self):
        name = self.stream()
        puts = []
        for index in range(40):
            body = json.dumps({"StreamName": name, "PartitionKey": "a", "Data": "", "ExplicitHashKey": str(index)})
            puts.append(self.client.bytes_of("PutRecord", body.encode()))
        with Connection(self.server.aws) as connection:
            connection.send(b"".join(puts))
            numbers = [json.loads(connection.answer().body)["SequenceNumber"] for _ in puts]
        self.assertEqual(numbers, sorted(numbers))
        self.assertEqual(len(self.client.drain(name)), 40)

    def test_slow_and_quick_operations_mixed(self):
        name = self.stream()
        slow = json.dumps({"StreamName": name, "PartitionKey": "a", "Data": "AAAA" * 50_000}).encode()
        sequence = [("PutRecord", slow), ("ListStreams", b"{"), ("PutRecord", slow), ("ListStreams", b"{}")] * 5
        with Connection(self.server.aws) as connection:
            connection.send(b"".join(self.client.bytes_of(*one) for one in sequence))
            statuses = [connection.answer().status for _ in sequence]
        self.assertEqual(statuses, [200, 400, 200, 200] * 5)


class HostileCase(Case):
    def refused_or_closed(self, data):
        """A clear 4xx/5xx (never 200), or a closed connection; and nobody else is hurt."""
        with Connection(self.server.aws) as connection:
            connection.send(data)
            try:
                answer = connection.answer()
                self.assertGreaterEqual(answer.status, 400)
                self.assertNotEqual(answer.status, 500)
            except ConnectionEnded:
                pass
        self.alive()


class Bodies(HostileCase):
    def chunked(self, pieces, extra=b""):
        head = {**self.client.head("ListStreams"), "Transfer-Encoding": "chunked"}
        signed = sigv4.sign(self.client.credentials, "us-east-1", head, b"".join(pieces))
        lines = ["POST / HTTP/1.1"] + [f"{name}: {value}" for name, value in signed.items()]
        body = b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extra, piece) for piece in pieces)
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body + b"0\r\n\r\n"

    @cases({
        "one chunk": ([b'{"Limit":1}'], b""), "single bytes": ([bytes([b]) for b in b'{"Limit":1}'], b""),
        "chunk extensions": ([b'{"Lim', b'it":1}'], b";name=value"),
    })
    def test_chunked(self, pieces, extra):
        with Connection(self.server.aws) as connection:
            connection.send(self.chunked(pieces, extra))
            self.assertEqual(connection.answer().status, 200)
            connection.send(self.client.bytes_of("ListStreams", b"{}"))
            self.assertEqual(connection.answer().status, 200)

    @cases({"not hex": b"zz\r\n{}\r\n0\r\n\r\n", "negative": b"-1\r\n", "enormous": b"ffffffffffffffffff\r\n"})
    def test_broken_chunks(self, body):
        head = {**self.client.head("ListStreams"), "Transfer-Encoding": "chunked"}
        lines = ["POST / HTTP/1.1"] + [f"{name}: {value}" for name, value in head.items()]
        self.refused_or_closed("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def test_expect_100_continue(self):
        body = b'{"Limit":1}'
        head = {**self.client.head("ListStreams"), "Expect": "100-continue", "Content-Length": str(len(body))}
        signed = sigv4.sign(self.client.credentials, "us-east-1", head, body)
        with Connection(self.server.aws, timeout=5) as connection:
            connection.send(request("POST", "/", signed))
            self.assertEqual(connection.head().status, 100)
            connection.send(body)
            self.assertEqual(connection.answer().status, 200)

    def test_expect_with_the_body_already_on_its_way(self):
        body = b'{"Limit":1}'
        signed = sigv4.sign(self.client.credentials, "us-east-1", self.client.head("ListStreams"), body)
        with Connection(self.server.aws, timeout=5) as connection:
            connection.send(request("POST", "/", {**signed, "Expect": "100-continue"}, body))
            answer = connection.head()
            if answer.status == 100:
                answer = connection.answer()
            self.assertEqual(answer.status, 200)

    def test_a_body_in_single_bytes(self):
        data = self.client.bytes_of("ListStreams", b'{"Limit":1}')
        with Connection(self.server.aws) as connection:
            for byte in data:
                connection.send(bytes([byte]))
            self.assertEqual(connection.answer().status, 200)

    def test_a_large_body_arrives_whole(self):
        name = self.stream()
        data = bytes(range(256)) * 4095
        sequence = self.client.put(name, data)["SequenceNumber"]
        (record,) = self.client.drain(name)
        self.assertEqual((record["SequenceNumber"], record["Data"]), (sequence, data))

    def test_oversize_is_413_without_a_body(self):
        head = self.client.head("PutRecord")
        with Connection(self.server.aws, timeout=30) as connection:
            connection.send(request("POST", "/", {**head, "Content-Length": str(BODY_LIMIT + 1)}))
            sender = threading.Thread(target=_flood, args=(connection, BODY_LIMIT + 1), daemon=True)
            sender.start()
            answer = connection.answer()
            self.assertEqual((answer.status, answer.body), (413, b""))
        self.alive()

    def test_oversize_in_chunks_is_413_too(self):
        head = {**self.client.head("PutRecord"), "Transfer-Encoding": "chunked"}
        with Connection(self.server.aws, timeout=30) as connection:
            connection.send(request("POST", "/", head, content_length=False))
            chunk = b"100000\r\n" + bytes(1 << 20) + b"\r\n"
            sender = threading.Thread(target=_flood_chunks, args=(connection, chunk, 22), daemon=True)
            sender.start()
            answer = connection.answer()
            self.assertEqual((answer.status, answer.body), (413, b""))
        self.alive()

    @cases({
        "not a number": "abc", "negative": "-1", "hex": "0x10", "beyond 64 bits": "9" * 30, "empty": "",
        "two values": "2, 3",
    })
    def test_broken_content_length(self, value):
        self.refused_or_closed(request("POST", "/", {**self.client.head("ListStreams"), "Content-Length": value}, b"{}"))

    def test_two_different_lengths_are_refused(self):
        data = request("POST", "/", {**self.client.head("ListStreams"), "Content-Length": "2"}, b"{}")
        self.refused_or_closed(data.replace(b"\r\n\r\n", b"\r\ncontent-length: 3\r\n\r\n", 1))

    def test_length_and_chunks_together_are_refused(self):
        head = {**self.client.head("ListStreams"), "Content-Length": "2", "Transfer-Encoding": "chunked"}
        self.refused_or_closed(request("POST", "/", head, b"2\r\n{}\r\n0\r\n\r\n"))


def _flood(connection, total):
    block = b" " * (1 << 16)
    try:
        while total > 0:
            connection.socket.send(block[: min(total, len(block))])
            total -= len(block)
    except OSError:
        pass


def _flood_chunks(connection, chunk, count):
    try:
        for _ in range(count):
            connection.socket.sendall(chunk)
    except OSError:
        pass


class BadHeads(HostileCase):
    @cases({
        "noise": bytes(range(1, 256)), "no version": b"POST /\r\n\r\n", "future": b"POST / HTTP/9.9\r\n\r\n",
        "blank in a name": b"POST / HTTP/1.1\r\nX Amz: a\r\nHost: a\r\n\r\n",
        "no colon": b"POST / HTTP/1.1\r\nHost a\r\n\r\n", "NUL": b"POST / HTTP/1.1\r\nHost: a\0b\r\n\r\n",
        "folded": b"POST / HTTP/1.1\r\nHost: a\r\n b: c\r\nContent-Length: 0\r\n\r\n",
        "huge line": b"POST /" + b"a" * 2_000_000 + b" HTTP/1.1\r\n\r\n",
        "huge header": b"POST / HTTP/1.1\r\nX-A: " + b"a" * 2_000_000 + b"\r\n\r\n",
        "many headers": b"POST / HTTP/1.1\r\n" + b"X-A: b\r\n" * 100_000 + b"\r\n",
        "half a preface": b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
        "TLS where none is": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    })
    def test_head(self, data):
        with Connection(self.server.aws, timeout=15) as connection:
            try:
                connection.send(data)
                connection.half_close()
            except OSError:
                pass  # cut while we were still talking
            rest = b""
            try:
                rest = connection.rest()
            except TimeoutError:
                self.fail("neither answered nor closed within 15 s")
            except OSError:
                pass
            self.assertNotIn(b" 200 ", rest[:20])
            self.assertNotIn(b" 500 ", rest[:20])
        self.alive()


class Neighbours(Case):
    """What one connection does costs no other anything."""

    def test_half_requests_left_alone(self):
        data = self.client.bytes_of("ListStreams", b'{"Limit":1}')
        held = [Connection(self.server.aws) for _ in range(50)]
        self.addCleanup(lambda: [connection.close() for connection in held])
        for index, connection in enumerate(held):
            connection.send(data[: 1 + index * len(data) // 51])
        start = time.monotonic()
        for _ in range(20):
            self.alive()
        self.assertLess(time.monotonic() - start, 5)
        for index, connection in enumerate(held):
            connection.send(data[1 + index * len(data) // 51 :])
            self.assertEqual(connection.answer().status, 200, f"connection {index}")

    def test_half_requests_cut_off(self):
        data = self.client.bytes_of("PutRecord", b'{"StreamName":"a","Data":"","PartitionKey":"a"}')
        for size in range(1, len(data), 17):
            with Connection(self.server.aws) as connection:
                connection.send(data[:size])
        for size in range(1, len(data), 101):
            connection = Connection(self.server.aws)
            connection.send(data[:size])
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            connection.close()  # a reset instead of an end
        self.alive()

    def test_answers_nobody_reads(self):
        name = self.stream()
        for _ in range(4):
            self.client.put(name, bytes(1_000_000))
        data = self.client.bytes_of("GetRecords", json.dumps({"ShardIterator": self.client.iterator(name)}).encode())
        deaf = [Connection(self.server.aws) for _ in range(4)]
        self.addCleanup(lambda: [connection.close() for connection in deaf])
        for connection in deaf:
            connection.send(data * 20)  # a hundred megabytes of answers that stay unread
        for _ in range(20):
            self.alive()

    def test_a_thousand_idle_connections(self):
        idle = []
        self.addCleanup(lambda: [connection.close() for connection in idle])
        for _ in range(1000):
            idle.append(Connection(self.server.aws))
        self.alive()
        idle[-1].send(self.client.bytes_of("ListStreams", b"{}"))
        self.assertEqual(idle[-1].answer().status, 200)


class SlowLoris(Case):
    """A head or a body that trickles for ever is ended by the server's own deadlines."""

    needs_levada = True
    PATIENCE = 45  # seconds

    def trickle(self, first, piece):
        started = time.monotonic()
        with Connection(self.server.aws) as connection:
            connection.send(first)
            while time.monotonic() - started < self.PATIENCE:
                try:
                    connection.send(piece)
                except OSError:
                    break
                if connection.closed_by_server(within=0.5) or connection.unread:
                    break
            else:
                self.fail(f"still listening after {self.PATIENCE} s")
        self.alive()

    def test_a_trickling_head_is_ended(self):
        self.trickle(b"POST / HTTP/1.1\r\nHost: a\r\n", b"X-A: b\r\n")

    def test_a_trickling_body_is_ended(self):
        head = {**self.client.head("PutRecord"), "Content-Length": "100000"}
        self.trickle(request("POST", "/", head), b"a")


class NonUtf8(Case):
    def test_a_key_that_is_not_utf8_is_refused_or_replaced_but_never_stored_broken(self):
        name = self.stream()
        body = b'{"StreamName":"' + name.encode() + b'","Data":"","PartitionKey":"a\xff\xfeb"}'
        reply = self.client.body_call("PutRecord", body)
        if reply.status == 200:
            self.assertEqual(self.client.drain(name)[0]["PartitionKey"], "a\ufffd\ufffdb")
        else:
            self.assertEqual(reply.body, b'{"__type":"SerializationException"}')
            self.assertEqual(self.client.drain(name), [])

    def test_a_lone_surrogate_is_refused_or_replaced(self):
        name = self.stream()
        body = '{"StreamName":"%s","Data":"","PartitionKey":"a\\ud800b"}' % name
        reply = self.client.body_call("PutRecord", body.encode())
        if reply.status == 200:
            self.assertIn(self.client.drain(name)[0]["PartitionKey"], ("a\ufffdb", "a?b"))
        else:
            self.assertEqual(reply.error[0], "SerializationException")

    def test_a_target_that_is_not_ascii(self):
        head = {**self.client.head("ListStreams"), "X-Amz-Target": f"{TARGET}.Liste\u00fc", "Content-Type": JSON}
        reply = self.client.raw(request("POST", "/", head, b"{}"))
        self.assertEqual((reply.status, reply.body), (400, b'{"__type":"UnknownOperationException"}'))


class Concurrency(Case):
    def test_many_clients_at_once_each_get_their_own_answer(self):
        name = self.stream(shards=4)
        problems = []

        def work(worker):
            client = Client(self.server.aws)
            for index in range(25):
                key = f"{worker}/{index}"
                put = client.put(name, key, key)
                iterator = client.iterator(
                    name, put["ShardId"], "AT_SEQUENCE_NUMBER", StartingSequenceNumber=put["SequenceNumber"]
                )
                record = client.read(iterator, Limit=1)["Records"][0]
                if record["PartitionKey"] != key or record["SequenceNumber"] != put["SequenceNumber"]:
                    problems.append((key, record))
            client.close()

        def guarded(worker):
            try:
                work(worker)
            except BaseException as error:
                problems.append(error)

        threads = [threading.Thread(target=guarded, args=(worker,)) for worker in range(16)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        self.assertEqual(problems, [])
