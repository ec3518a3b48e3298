"""HTTP/2 with prior knowledge on the same port (spec §4.1): PING, windows, many streams, and floods."""

import base64
import json
import struct
import time

from harness import http2, sigv4
from harness.case import Case
from harness.http2 import Http2


class Http2Case(Case):
    needs_levada = True

    def signed(self, connection, operation, body):
        head = {**self.client.head(operation), "Host": connection.authority}
        return sigv4.sign(self.client.credentials, "us-east-1", head, body)

    def begin(self, connection, operation, members):
        body = json.dumps(members).encode()
        return connection.start(self.signed(connection, operation, body), body)

    def call(self, connection, operation, **members):
        status, body = connection.answer(self.begin(connection, operation, members))
        return status, json.loads(body) if body else None


class PriorKnowledge(Http2Case):
    def test_requests_one_after_another(self):
        with Http2(self.server.aws) as connection:
            for _ in range(20):
                self.assertEqual(self.call(connection, "ListStreams")[0], 200)

    def test_errors_are_the_same_as_over_http_1(self):
        with Http2(self.server.aws) as connection:
            status, error = self.call(connection, "DescribeStream", StreamName="nobody")
        self.assertEqual(status, 400)
        self.assertEqual(error["__type"], "ResourceNotFoundException")

    def test_a_void_answer_has_no_body(self):
        name = self.stream_name()
        with Http2(self.server.aws) as connection:
            self.assertEqual(self.call(connection, "CreateStream", StreamName=name, ShardCount=1), (200, None))
        self.addCleanup(self.discard, name)

    def test_settings_are_acknowledged(self):
        with Http2(self.server.aws) as connection:
            kinds = []
            while (http2.SETTINGS, http2.ACK) not in kinds:
                kinds.append(connection.frame()[:2])
                self.assertLess(len(kinds), 10, kinds)

    def test_ping_is_answered_at_once(self):
        with Http2(self.server.aws) as connection:
            for count in range(5):
                started = time.monotonic()
                connection.send(http2.frame(http2.PING, payload=struct.pack(">Q", count)))
                _, flags, _, payload = connection.frame_of(http2.PING)
                self.assertEqual((flags, payload), (http2.ACK, struct.pack(">Q", count)))
                self.assertLess(time.monotonic() - started, 1)

    def test_a_hundred_streams_at_once(self):
        name = self.stream()
        with Http2(self.server.aws) as connection:
            streams = [
                self.begin(connection, "PutRecord", {"StreamName": name, "PartitionKey": "a", "Data": "AAAA"})
                for _ in range(100)
            ]
            ended, refused = set(), []
            while len(ended) < len(streams):
                kind, flags, stream, payload = connection.frame_of(http2.DATA, http2.HEADERS, http2.RST_STREAM)
                if kind == http2.RST_STREAM:
                    refused.append(payload)
                if kind == http2.RST_STREAM or flags & http2.END_STREAM:
                    ended.add(stream)
        self.assertEqual(refused, [])
        self.assertEqual(len(self.client.drain(name)), 100)

    def test_a_connection_a_request_as_the_javascript_sdk_does(self):
        for _ in range(30):
            with Http2(self.server.aws) as connection:
                self.assertEqual(self.call(connection, "ListStreams")[0], 200)


class FlowControl(Http2Case):
    def full_stream(self, size):
        name = self.stream()
        data = bytes(1000)
        records = [{"PartitionKey": "a", "Data": base64.b64encode(data).decode()}] * (size // 1000)
        for at in range(0, len(records), 500):
            self.client.must("PutRecords", StreamName=name, Records=records[at : at + 500])
        return {"ShardIterator": self.client.iterator(name)}, len(records)

    def test_never_more_than_the_stream_window(self):
        members, count = self.full_stream(50_000)
        with Http2(self.server.aws, initial_window_size=1000) as connection:
            stream = self.begin(connection, "GetRecords", members)
            received, body = 0, b""
            while received < 1000:
                _, _, on, payload = connection.frame_of(http2.DATA)
                received += len(payload)
                body += payload
            self.assertEqual(received, 1000)
            connection.send(http2.frame(http2.PING, payload=b"12345678"))
            kind, *_ = connection.frame_of(http2.DATA, http2.PING)
            self.assertEqual(kind, http2.PING, "data beyond the window")
            connection.send(http2.window_update(stream, 1 << 20) + http2.window_update(0, 1 << 20))
            _, rest = connection.answer(stream)
        self.assertEqual(len(json.loads(body + rest)["Records"]), count)

    def test_never_more_than_the_connection_window(self):
        members, count = self.full_stream(200_000)
        with Http2(self.server.aws, initial_window_size=512 * 1024) as connection:
            stream = self.begin(connection, "GetRecords", members)
            received, body = 0, b""
            while received < 65535:
                _, _, _, payload = connection.frame_of(http2.DATA)
                received += len(payload)
                body += payload
            self.assertEqual(received, 65535)
            connection.send(http2.frame(http2.PING, payload=b"12345678"))
            kind, *_ = connection.frame_of(http2.DATA, http2.PING)
            self.assertEqual(kind, http2.PING, "data beyond the connection's window")
            connection.send(http2.window_update(0, 1 << 20))
            _, rest = connection.answer(stream)
        self.assertEqual(len(json.loads(body + rest)["Records"]), count)

    def test_a_large_request_body_is_let_in(self):
        name = self.stream()
        data = base64.b64encode(bytes(700_000)).decode()
        body = json.dumps({"StreamName": name, "PartitionKey": "a", "Data": data}).encode()
        with Http2(self.server.aws) as connection:
            stream = connection.start(self.signed(connection, "PutRecord", body), b"", end=False)
            windows, at = {0: 65535, stream: 65535}, 0
            while at < len(body):
                size = min(windows[0], windows[stream], 16384, len(body) - at)
                if size == 0:
                    kind, _, on, payload = connection.frame_of(http2.WINDOW_UPDATE, http2.SETTINGS)
                    if kind == http2.WINDOW_UPDATE:
                        windows[on] = windows.get(on, 0) + int.from_bytes(payload, "big")
                    else:
                        windows[stream] += http2.setting(payload, http2.INITIAL_WINDOW_SIZE, 65535) - 65535
                    continue
                last = http2.END_STREAM if at + size == len(body) else 0
                connection.send(http2.frame(http2.DATA, last, stream, body[at : at + size]))
                windows[0], windows[stream], at = windows[0] - size, windows[stream] - size, at + size
            status, _ = connection.answer(stream)
        self.assertEqual(status, 200)
        self.assertEqual(len(self.client.drain(name)[0]["Data"]), 700_000)


class Hostile(Http2Case):
    """None of it may stop the server or keep a neighbour waiting."""

    def survives(self, data, times=1):
        with Http2(self.server.aws) as connection:
            try:
                for _ in range(times):
                    connection.send(data)
                for _ in range(200):
                    connection.frame()
            except (http2.Ended, OSError):
                pass
        self.alive()

    def test_noise_after_the_preface(self):
        self.survives(bytes(range(256)) * 10)

    def test_a_frame_of_16_mebibytes(self):
        self.survives(b"\xff\xff\xff\x00\x00\x00\x00\x00\x01" + bytes(100_000))

    def test_data_on_a_stream_nobody_opened(self):
        self.survives(http2.frame(http2.DATA, 0, 7, b"x"))

    def test_a_header_block_that_is_not_one(self):
        self.survives(http2.frame(http2.HEADERS, http2.END_HEADERS, 1, b"\xff" * 200))

    def test_a_header_list_without_end(self):
        block = http2.header_block([("x", "a" * 8000)])
        start = http2.frame(http2.HEADERS, 0, 1, block)
        self.survives(start + http2.frame(http2.CONTINUATION, 0, 1, block) * 2000)

    def test_settings_and_pings_without_end(self):
        self.survives(http2.settings(initial_window_size=1000) * 500, times=10)
        self.survives(http2.frame(http2.PING, payload=b"12345678") * 500, times=10)

    def test_streams_opened_and_reset_without_end(self):
        head = {**self.client.head("ListStreams")}
        with Http2(self.server.aws) as connection:
            try:
                for _ in range(2000):
                    stream = connection.start(head, b"{}")
                    connection.send(http2.frame(http2.RST_STREAM, 0, stream, struct.pack(">I", 8)))
            except OSError:
                pass
        self.alive()

    def test_a_window_beyond_31_bits(self):
        self.survives(http2.window_update(0, 0x7FFFFFFF) * 2)

    def test_a_body_that_never_ends(self):
        held = []
        for _ in range(20):
            connection = Http2(self.server.aws)
            connection.start(self.client.head("PutRecord"), b'{"StreamName":', end=False)
            held.append(connection)
        self.alive()
        for connection in held:
            connection.socket.close()
        self.alive()
