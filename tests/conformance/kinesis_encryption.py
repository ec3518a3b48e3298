"""Encryption at rest, seen from outside: the data folder, `levada keys`, a kill -9, KMS's errors (spec §14)."""

import base64
import os
import re
import stat
import subprocess
import time
import unittest

from harness.case import ACCOUNT, REGION
from harness.client import Client
from harness.server import Levada, default_binary

DATA, KEY = "plaintext-data-", "plaintext-key-"
FLAGS = ("--shard-limits", "off", "--journal-segment", "1MiB")


class Encryption(unittest.TestCase):
    def setUp(self):
        if os.environ.get("CONFORMANCE_PEER"):
            raise unittest.SkipTest("only for Levada itself")
        self.server = Levada(*FLAGS)
        self.server.start()
        self.addCleanup(self.server.sweep)
        self.addCleanup(self.server.stop)
        self.connect()
        self.client.create("secret", 2)

    def connect(self):
        self.client = Client(self.server.aws)
        self.addCleanup(self.client.close)

    def keys(self, *arguments, status=0):
        command = [str(default_binary()), "keys", *arguments, "--data-dir", str(self.server.data_dir)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout if status == 0 else done.stderr

    def encryption(self, verb, key="alias/aws/kinesis"):
        return self.client.call(f"{verb}StreamEncryption", StreamName="secret", EncryptionType="KMS", KeyId=key)

    def put(self, first, count, size=200):
        for n in range(first, first + count):
            self.client.put("secret", f"{DATA}{n}" + "." * size, key=f"{KEY}{n}")

    def try_put(self, data="99"):
        encoded = base64.b64encode((DATA + data).encode()).decode()
        return self.client.call("PutRecord", StreamName="secret", PartitionKey="k", Data=encoded)

    def read(self):
        shards = ("shardId-000000000000", "shardId-000000000001")
        records = [record for shard in shards for record in self.client.drain("secret", shard)]
        return sorted(int(re.match(rb"plaintext-data-(\d+)", record["Data"])[1]) for record in records)

    def plaintext_on_disk(self):
        found = []
        for path in self.server.data_dir.rglob("*"):
            content = path.read_bytes() if path.is_file() else b""
            found += [(path.name, text) for text in (DATA, KEY) if text.encode() in content]
        return found

    def eventually(self, reply_of, error):
        deadline = time.monotonic() + 10
        while True:
            reply = reply_of()
            kind = reply.error[0] if reply.status != 200 else None
            if kind == error or time.monotonic() > deadline:
                self.assertEqual(kind, error, reply)
                return reply
            time.sleep(0.1)

    def test_nothing_readable_lies_in_the_data_folder(self):
        self.client.must("StartStreamEncryption", StreamName="secret", EncryptionType="KMS", KeyId="alias/aws/kinesis")
        self.put(0, 300, size=10_000)  # several journals, so that segments are clustered too
        self.assertEqual(self.plaintext_on_disk(), [])
        self.assertEqual(self.read(), list(range(300)))
        self.server.kill()
        self.assertEqual(self.plaintext_on_disk(), [])
        self.server.start()
        self.connect()
        self.assertEqual(self.read(), list(range(300)))
        self.assertEqual(self.server.stop(), 0)
        self.assertEqual(self.plaintext_on_disk(), [])
        self.server.start()
        self.connect()
        self.put(300, 1)
        self.assertEqual(self.read(), list(range(301)))

    def test_the_search_finds_what_is_not_encrypted(self):
        self.put(0, 1)
        self.assertNotEqual(self.plaintext_on_disk(), [])

    def test_a_kill_around_the_changes_loses_nothing(self):
        for round_number in range(4):
            self.encryption("Start" if round_number % 2 == 0 else "Stop")
            self.put(round_number * 20, 20)
            self.server.kill()
            self.server.start()
            self.connect()
            self.assertEqual(self.read(), list(range(round_number * 20 + 20)))

    def test_key_store_is_for_its_owner_alone(self):
        self.encryption("Start")
        mode = stat.S_IMODE((self.server.data_dir / "keys").stat().st_mode)
        self.assertEqual(mode, 0o600)
        self.keys("create")
        mode = stat.S_IMODE((self.server.data_dir / "keys").stat().st_mode)
        self.assertEqual(mode, 0o600)

    def test_keys_are_made_named_rotated_disabled_and_deleted(self):
        key = self.keys("create", "alias/orders").split()[0]
        arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key}"
        self.assertEqual(self.encryption("Start", arn).status, 200)
        description = self.client.must("DescribeStreamSummary", StreamName="secret")["StreamDescriptionSummary"]
        self.assertEqual((description["EncryptionType"], description["KeyId"]), ("KMS", arn))
        self.put(0, 5)
        self.assertIn("version 2", self.keys("rotate", "alias/orders"))
        self.put(5, 5)
        self.assertEqual(self.read(), list(range(10)))

        self.assertIn("disabled", self.keys("disable", key))
        self.assertEqual(self.eventually(self.try_put, "KMSDisabledException").error[1], f"{arn} is disabled.")
        many = [{"Data": "", "PartitionKey": "k"}]
        batch = self.client.call("PutRecords", StreamName="secret", Records=many)
        self.assertEqual(batch.error, ("KMSDisabledException", f"{arn} is disabled."))
        self.assertIn("deletion", self.keys("delete-schedule", key, "7"))
        self.assertEqual(self.eventually(self.try_put, "KMSInvalidStateException").error[1], f"{arn} is pending deletion.")
        self.assertEqual(self.encryption("Start", key).error[0], "KMSInvalidStateException")
        self.assertIn("enabled", self.keys("enable", arn))
        deadline = time.monotonic() + 10
        while self.try_put().status != 200 and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertEqual(sorted(set(self.read())), [*range(10), 99])
        self.assertIn("alias/orders", self.keys("list"))

    def test_a_missing_key_store_is_a_missing_key(self):
        self.encryption("Start")
        self.put(0, 1)
        self.server.stop()
        store = self.server.data_dir / "keys"
        hidden = store.rename(store.with_name("hidden"))
        self.server.start()
        self.connect()
        self.assertEqual(self.try_put().error[0], "KMSNotFoundException")
        hidden.rename(store)
        deadline = time.monotonic() + 10
        while self.try_put("1").status != 200 and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertEqual(self.read(), [0, 1])

    def test_what_keys_refuses(self):
        self.assertIn("no key store", self.keys("list", status=1))
        self.encryption("Start")
        own = self.keys("list").split()[0]
        self.assertIn("server's own key", self.keys("disable", own, status=1))
        self.assertIn("did you mean rotate", self.keys("rotat", own, status=2))
        self.assertIn("there is no key", self.keys("rotate", "alias/none", status=1))
        self.assertIn("alias/aws/", self.keys("create", "alias/aws/mine", status=2))
        self.assertIn("7 to 30", self.keys("delete-schedule", self.keys("create").split()[0], "3", status=2))
