"""HTTP/1.1 over a plain socket: every byte sent is the test's own, every byte received is kept."""

import socket
from dataclasses import dataclass, field


class ConnectionEnded(Exception):
    """The server closed the connection where an answer was expected."""


@dataclass
class Answer:
    status: int
    reason: str
    headers: list = field(default_factory=list)  # (lower-case name, value) in order
    body: bytes = b""

    def header(self, name):
        return next((value for key, value in self.headers if key == name.lower()), None)


class Connection:
    """One socket. `send` raw bytes, `answer` reads exactly one response."""

    def __init__(self, address, timeout=20):
        self.socket = socket.create_connection(address, timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.unread = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def _more(self):
        try:
            piece = self.socket.recv(1 << 18)
        except ConnectionResetError as reset:
            raise ConnectionEnded("connection reset") from reset
        if not piece:
            raise ConnectionEnded("connection closed")
        self.unread += piece

    def _until(self, mark):
        while mark not in self.unread:
            self._more()
        head, self.unread = self.unread.split(mark, 1)
        return head

    def take(self, count):
        while len(self.unread) < count:
            self._more()
        piece, self.unread = self.unread[:count], self.unread[count:]
        return piece

    def head(self):
        lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        version, status, *reason = lines[0].split(" ", 2)
        assert version == "HTTP/1.1", lines[0]
        headers = [(name.lower(), value.strip()) for name, _, value in (l.partition(":") for l in lines[1:])]
        return Answer(int(status), "".join(reason), headers)

    def answer(self, head_request=False):
        answer = self.head()
        if answer.status < 200 or answer.status in (204, 304) or head_request:
            return answer
        if (answer.header("transfer-encoding") or "").lower() == "chunked":
            answer.body = b"".join(iter(self.chunk, b""))
        elif answer.header("content-length") is not None:
            answer.body = self.take(int(answer.header("content-length")))
        else:
            answer.body = self.rest()
        return answer

    def chunk(self):
        size = int(self._until(b"\r\n").split(b";")[0], 16)
        data = self.take(size)
        assert self.take(2) == b"\r\n"
        return data

    def rest(self):
        try:
            while True:
                self._more()
        except ConnectionEnded:
            pass
        data, self.unread = self.unread, b""
        return data

    def closed_by_server(self, within):
        """True when the server ends the connection (with nothing more to say) within so many seconds."""
        self.socket.settimeout(within)
        try:
            self._more()
            return False
        except ConnectionEnded:
            return True
        except TimeoutError:
            return False


def request(method, target, headers, body=b"", content_length=True):
    lines = [f"{method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if content_length and not any(name.lower() == "content-length" for name in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body
