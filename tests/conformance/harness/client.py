"""A Kinesis client that validates nothing: it says what the test says and returns what came back."""

import base64
import json
import time
from dataclasses import dataclass

from . import cbor, sigv4
from .http import Connection, ConnectionEnded, request

JSON = "application/x-amz-json-1.1"
CBOR = "application/x-amz-cbor-1.1"
TARGET = "Kinesis_20131202"


@dataclass
class Reply:
    answer: object

    @property
    def status(self):
        return self.answer.status

    @property
    def body(self):
        return self.answer.body

    def header(self, name):
        return self.answer.header(name)

    @property
    def value(self):
        """The decoded body: None when it is empty."""
        if not self.body:
            return None
        return cbor.decode(self.body) if self.header("content-type") == CBOR else json.loads(self.body)

    @property
    def ok(self):
        return self.status == 200

    @property
    def error(self):
        """(type, message) of an error; the message is None when there is none."""
        value = self.value
        return value.get("__type"), value.get("message", value.get("Message"))

    def __repr__(self):
        return f"<{self.status} {self.body[:600]!r}>"


class Client:
    def __init__(self, address, credentials=sigv4.Credentials(), region="us-east-1"):
        self.address, self.credentials, self.region = address, credentials, region
        self.connection = None

    @property
    def host(self):
        return f"{self.address[0]}:{self.address[1]}"

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def head(self, operation, coding=JSON):
        return {"Host": self.host, "Content-Type": coding, "X-Amz-Target": f"{TARGET}.{operation}"}

    def bytes_of(self, operation, body, coding=JSON):
        """The whole signed request as bytes, for tests that send it in their own way."""
        return request("POST", "/", sigv4.sign(self.credentials, self.region, self.head(operation, coding), body), body)

    def raw(self, data):
        """Sends the bytes on the kept connection (a fresh one if the server ended it)."""
        for attempt in (1, 2):
            fresh = self.connection is None
            if fresh:
                self.connection = Connection(self.address)
            try:
                self.connection.send(data)
                return Reply(self.connection.answer())
            except (ConnectionEnded, BrokenPipeError, ConnectionResetError):
                self.close()
                if fresh or attempt == 2:
                    raise

    def body_call(self, operation, body, coding=JSON):
        return self.raw(self.bytes_of(operation, body, coding))

    def call(self, operation, coding=JSON, **members):
        body = cbor.encode(members) if coding == CBOR else json.dumps(members).encode()
        return self.body_call(operation, body, coding)

    # What tests need again and again; each raises when the server refuses.

    def must(self, operation, **members):
        reply = self.call(operation, **members)
        if not reply.ok:
            raise AssertionError(f"{operation} {json.dumps(members)[:200]}: {reply!r}")
        return reply.value

    def create(self, name, shards=1, **more):
        self.must("CreateStream", StreamName=name, ShardCount=shards, **more)
        return self.wait_active(name)

    def wait_active(self, name, seconds=20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            description = self.must("DescribeStream", StreamName=name)["StreamDescription"]
            if description["StreamStatus"] == "ACTIVE":
                return description
            time.sleep(0.02)
        raise AssertionError(f"{name} is still {description['StreamStatus']} after {seconds} s")

    def put(self, name, data, key="k", **more):
        data = data.encode() if isinstance(data, str) else data
        encoded = base64.b64encode(data).decode()
        return self.must("PutRecord", StreamName=name, Data=encoded, PartitionKey=key, **more)

    def iterator(self, name, shard="shardId-000000000000", kind="TRIM_HORIZON", **more):
        return self.must("GetShardIterator", StreamName=name, ShardId=shard, ShardIteratorType=kind, **more)[
            "ShardIterator"
        ]

    def read(self, iterator, **more):
        return self.must("GetRecords", ShardIterator=iterator, **more)

    def drain(self, name, shard="shardId-000000000000"):
        """Every record of the shard from the horizon to the tip, decoded."""
        records, iterator = [], self.iterator(name, shard)
        while iterator:
            page = self.read(iterator)
            records += page["Records"]
            if page["MillisBehindLatest"] == 0 and not page["Records"]:
                break
            iterator = page.get("NextShardIterator")
        return [{**record, "Data": base64.b64decode(record["Data"])} for record in records]
