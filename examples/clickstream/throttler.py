"""An endpoint in front of this server's that behaves as a busy stream does.

    throttler.py FILE     writes its address into FILE, serves until it is killed

Of each five PutRecords calls one is refused as a whole, one comes back with every third entry refused, and one is
carried out although its answer says 500: three ways in which a sink must send again. Everything else passes.
"""

import json
import os
import sys
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SLOW_DOWN = "ProvisionedThroughputExceededException"
calls = 0


class Throttler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        global calls
        body = self.rfile.read(int(self.headers["Content-Length"]))
        puts = self.headers["X-Amz-Target"].endswith(".PutRecords")
        calls += puts
        turn = calls % 5 if puts else 0
        if turn == 1:
            return self.answer(400, json.dumps({"__type": SLOW_DOWN, "message": "Rate exceeded for shard"}).encode())
        if turn == 2:
            return self.refuse_some(json.loads(body))
        status, answer = self.forward(body)
        if turn == 3:
            status, answer = 500, json.dumps({"__type": "InternalFailure", "message": "nobody knows"}).encode()
        self.answer(status, answer)

    def refuse_some(self, request):
        """Two entries of three are stored; what the answer says of the third is what a full shard would say."""
        entries = request["Records"]
        request["Records"] = [entry for n, entry in enumerate(entries) if n % 3 != 2]
        status, answer = self.forward(json.dumps(request).encode())
        if status == 200:
            outcomes = json.loads(answer)
            stored = iter(outcomes["Records"])
            refused = {"ErrorCode": SLOW_DOWN, "ErrorMessage": "Rate exceeded for shard"}
            outcomes["Records"] = [refused if n % 3 == 2 else next(stored) for n in range(len(entries))]
            outcomes["FailedRecordCount"] = len(entries) // 3
            answer = json.dumps(outcomes).encode()
        self.answer(status, answer)

    def forward(self, body):
        headers = {name: self.headers[name] for name in ("Content-Type", "X-Amz-Target", "X-Amz-Date", "Authorization")}
        try:
            request = urllib.request.Request(os.environ["ENDPOINT"], body, headers)
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:  # killed; soon there again
            return 503, json.dumps({"__type": "ServiceUnavailable", "message": "no server"}).encode()

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Throttler)
    with open(sys.argv[1] + ".new", "w") as file:
        file.write("%s:%d" % server.server_address)
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    server.serve_forever()
