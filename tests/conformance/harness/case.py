"""The base of all suites: a server shared by classes with the same flags, and words for what is expected."""

import itertools
import json
import os
import re
import unittest

from .client import JSON, Client
from .server import Levada, Peer

ACCOUNT = "000000000000"
REGION = "us-east-1"

_servers = {}
_stream_numbers = itertools.count(1)


def shared_server(flags):
    """The running server with exactly these flags; started by the first class that asks."""
    peer = os.environ.get("CONFORMANCE_PEER")
    if peer:
        host, port = peer.removeprefix("http://").split(":")
        return Peer((host, int(port)))
    server = _servers.get(flags)
    if server is None or not server.running:
        if server is not None:
            raise AssertionError(f"the server died during an earlier test\n{server.log()[-4000:]}")
        _servers[flags] = server = Levada(*flags).start()
    return server


def stop_servers():
    """Stops every shared server; returns complaints about those that did not end well."""
    complaints = []
    for flags, server in _servers.items():
        alive = server.running
        status = server.stop()
        if not alive:
            complaints.append(f"levada {' '.join(flags)} died during the tests (status {status})\n{server.log()[-4000:]}")
        elif status != 0:
            complaints.append(f"levada {' '.join(flags)} ended with status {status} on SIGTERM\n{server.log()[-4000:]}")
        server.sweep()
    _servers.clear()
    return complaints


def cases(table):
    """Expands a test method into one test for each row `name: arguments` of the table."""

    def mark(method):
        method.case_table = table
        return method

    return mark


class Case(unittest.TestCase):
    flags = ("--shard-limits", "off")
    needs_levada = False  # True: a peer cannot stand in
    maxDiff = None

    def __init_subclass__(cls, **more):
        super().__init_subclass__(**more)
        for name, method in list(vars(cls).items()):
            for row, arguments in getattr(method, "case_table", {}).items():
                slug = re.sub(r"\W+", "_", row).strip("_")
                setattr(cls, f"{name}__{slug}", _bound(method, arguments))
            if hasattr(method, "case_table"):
                delattr(cls, name)

    @classmethod
    def setUpClass(cls):
        if cls.needs_levada and os.environ.get("CONFORMANCE_PEER"):
            raise unittest.SkipTest("only for Levada itself")
        cls.server = shared_server(cls.flags)

    def setUp(self):
        self.client = Client(self.server.aws)
        self.addCleanup(self.client.close)

    def stream_name(self):
        return f"{type(self).__name__}-{next(_stream_numbers)}"

    def stream(self, shards=1, **more):
        """A fresh ACTIVE stream's name; deleted after the test."""
        name = self.stream_name()
        self.client.create(name, shards, **more)
        self.addCleanup(self.discard, name)
        return name

    def discard(self, name):
        client = Client(self.server.aws)
        client.call("DeleteStream", StreamName=name, EnforceConsumerDeletion=True)
        client.close()

    def arn(self, name):
        return f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{name}"

    # Expectations.

    def refused(self, reply, error, message, status=400):
        """Exactly this error. `message` may be a compiled pattern for texts that hold a time."""
        if reply.status != status or not reply.body:
            self.fail(f"expected {status} {error}, got {reply!r}")
        kind, text = reply.error
        self.assertEqual(kind, error, reply)
        if isinstance(message, re.Pattern):
            self.assertRegex(text or "", message)
        else:
            self.assertEqual(text, message)

    def invalid(self, reply, *entries):
        """ValidationException with exactly these constraint failures, in this order."""
        noun = "error" if len(entries) == 1 else "errors"
        self.refused(
            reply, "ValidationException", f"{len(entries)} validation {noun} detected: " + "; ".join(entries)
        )

    def granted(self, reply):
        self.assertEqual(reply.status, 200, reply)
        return reply.value

    def void(self, reply):
        """A void operation's success: 200 with an empty body."""
        self.assertEqual((reply.status, reply.body), (200, b""), reply)

    def alive(self):
        """The server still answers a neighbour on a connection of his own."""
        self.granted(self.client.call("ListStreams"))


def _bound(method, arguments):
    arguments = arguments if isinstance(arguments, tuple) else (arguments,)
    return lambda self: method(self, *arguments)


def body_of(members):
    return json.dumps(members).encode()


__all__ = ["ACCOUNT", "JSON", "REGION", "Case", "body_of", "cases", "shared_server", "stop_servers"]
