"""What surrounds a command: a Kinesis that answers emptily, STS, a container's agent, instance metadata and an HTTP proxy, in one
small server that remembers what it was asked."""

import json
import socket
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

EXPIRES = "2099-01-01T00:00:00Z"


def keys(name):
    return {"AccessKeyId": f"AK{name}", "SecretAccessKey": f"SK{name}", "Token": f"T{name}", "Expiration": EXPIRES}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, text, status=200, kind="application/json"):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode(errors="replace")
        asked = {"method": self.command, "path": self.path, "headers": dict(self.headers.items()), "body": body}
        self.server.asked.append(asked)
        path = urllib.parse.urlsplit(self.path).path if "://" in self.path else self.path
        if self.headers.get("X-Amz-Target"):
            return self.answer(json.dumps({"StreamNames": [], "HasMoreStreams": False}))
        if body.startswith("Action="):
            return self.sts(urllib.parse.parse_qs(body))
        if path == "/agent":
            return self.answer(json.dumps(keys("AGENT")))
        if path == "/latest/api/token" and self.command == "PUT":
            return self.answer("the-token", kind="text/plain")
        if path == "/latest/meta-data/iam/security-credentials/":
            return self.answer("the-role", kind="text/plain")
        if path == "/latest/meta-data/iam/security-credentials/the-role":
            return self.answer(json.dumps(keys("IMDS")))
        self.answer(json.dumps({"message": "what?"}), 404)

    do_GET = do_POST = do_PUT = handle_any

    def sts(self, form):
        action = form["Action"][0]
        if form["RoleArn"][0].endswith("refused"):
            return self.answer(
                "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no &lt;way&gt;</Message></Error>"
                "</ErrorResponse>", 403, "text/xml")
        name = form["RoleArn"][0].rsplit("/", 1)[-1].upper()
        self.answer(
            f"<{action}Response><{action}Result><Credentials><AccessKeyId>AK{name}</AccessKeyId><SecretAccessKey>SK{name}"
            f"</SecretAccessKey><SessionToken>T{name}</SessionToken><Expiration>{EXPIRES}</Expiration></Credentials>"
            f"</{action}Result></{action}Response>", kind="text/xml")

    def do_CONNECT(self):
        """A tunnel, as proxies make it."""
        self.server.asked.append({"method": "CONNECT", "path": self.path, "headers": dict(self.headers.items()), "body": ""})
        if self.server.refuses_tunnels:
            return self.answer("", 407)
        host, port = self.path.rsplit(":", 1)
        far = socket.create_connection((host, int(port)))
        self.send_response(200)
        self.end_headers()
        threading.Thread(target=self.pump, args=(far, self.connection), daemon=True).start()
        self.pump(self.connection, far)
        self.close_connection = True

    @staticmethod
    def pump(source, sink):
        try:
            while piece := source.recv(65536):
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class StubAws:
    def __init__(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.asked, self.server.refuses_tunnels = [], False
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = "127.0.0.1:%d" % self.server.server_address[1]
        self.url = f"http://{self.address}"

    def take(self):
        """What was asked since the last time."""
        asked, self.server.asked = self.server.asked, []
        return asked

    def close(self):
        self.server.shutdown()
        self.server.server_close()
