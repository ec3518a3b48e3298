"""HTTP/2 with prior knowledge, frame by frame: just enough to see what a real library hides.

Header blocks are sent as plain literals. Of a response's block only the status is looked at, which every
encoder writes as a static-table index (0x88 is 200, 0x8c is 400).
"""

import socket
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, ACK, END_HEADERS = 1, 1, 4
INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE = 4, 5
STATUS = {0x88: 200, 0x8C: 400, 0x8D: 404, 0x8E: 500}


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def settings(**values):
    ids = {"initial_window_size": INITIAL_WINDOW_SIZE, "max_frame_size": MAX_FRAME_SIZE}
    return frame(SETTINGS, payload=b"".join(struct.pack(">HI", ids[k], v) for k, v in values.items()))


def setting(payload, wanted, otherwise):
    """One value of a SETTINGS frame."""
    pairs = [struct.unpack(">HI", payload[at : at + 6]) for at in range(0, len(payload), 6)]
    return dict(pairs).get(wanted, otherwise)


def window_update(stream, amount):
    return frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", amount))


def _integer(value):
    if value < 127:
        return bytes([value])
    value, out = value - 127, [127]
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out + [value])


def header_block(headers):
    texts = [(name.encode(), value.encode()) for name, value in headers]
    return b"".join(b"\0" + _integer(len(n)) + n + _integer(len(v)) + v for n, v in texts)


class Ended(Exception):
    """The server closed the connection or said GOAWAY."""


class Http2:
    def __init__(self, address, timeout=15, **own_settings):
        self.socket = socket.create_connection(address, timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.unread = b""
        self.next_stream = 1
        self.authority = f"{address[0]}:{address[1]}"
        self.send(PREFACE + settings(**own_settings))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def _take(self, count):
        while len(self.unread) < count:
            try:
                piece = self.socket.recv(1 << 18)
            except ConnectionResetError:
                piece = b""
            if not piece:
                raise Ended("closed")
            self.unread += piece
        piece, self.unread = self.unread[:count], self.unread[count:]
        return piece

    def frame(self):
        """(kind, flags, stream, payload); acknowledges the server's settings on the way."""
        head = self._take(9)
        length = int.from_bytes(head[:3], "big")
        kind, flags, stream = head[3], head[4], int.from_bytes(head[5:9], "big") & 0x7FFFFFFF
        payload = self._take(length)
        if kind == SETTINGS and not flags & ACK:
            self.send(frame(SETTINGS, ACK))
        return kind, flags, stream, payload

    def frame_of(self, *kinds):
        while True:
            got = self.frame()
            if got[0] in kinds:
                return got

    def start(self, headers, body, end=True):
        """Sends a request's headers and (within the initial windows) its body; returns the stream id."""
        stream = self.next_stream
        self.next_stream += 2
        pseudo = [(":method", "POST"), (":scheme", "http"), (":path", "/"), (":authority", self.authority)]
        plain = [(name.lower(), value) for name, value in headers.items() if name.lower() != "host"]
        data = frame(HEADERS, END_HEADERS, stream, header_block(pseudo + plain))
        pieces = [body[at : at + 16384] for at in range(0, len(body), 16384)] or [b""]
        for index, piece in enumerate(pieces):
            last = END_STREAM if end and index == len(pieces) - 1 else 0
            data += frame(DATA, last, stream, piece)
        self.send(data)
        return stream

    def answer(self, stream, windows=True):
        """(status, body) of one stream, opening the windows as data arrives."""
        status, body = None, b""
        while True:
            kind, flags, on, payload = self.frame()
            if kind == GOAWAY:
                raise Ended(f"GOAWAY {payload!r}")
            if on != stream:
                continue
            if kind == RST_STREAM:
                raise Ended(f"RST_STREAM {payload!r}")
            if kind == HEADERS and status is None:
                first = next(byte for byte in payload if byte & 0xE0 != 0x20)
                status = STATUS.get(first, first)
            if kind == DATA:
                body += payload
                if windows and payload:
                    self.send(window_update(0, len(payload)) + window_update(stream, len(payload)))
            if flags & END_STREAM and kind in (DATA, HEADERS):
                return status, body
