"""A full disk: writers get a clear error, readers go on, and writing resumes when there is room.

The disk is a loop-mounted image of 128 MiB, which needs root; elsewhere the test is skipped.
"""

import base64
import errno
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from harness.client import Client
from harness.server import Levada

IMAGE = 128 * 1024 * 1024
RESUME_MAX = 30  # seconds
NO_ROOM = "There is no room on the server's disk."


class DiskFull(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="levada-disk-"))
        self.addCleanup(subprocess.run, ["rm", "-rf", str(self.folder)])
        image, self.mount = self.folder / "image", self.folder / "disk"
        self.mount.mkdir()
        with open(image, "wb") as file:
            file.truncate(IMAGE)
        for command in (["mkfs.ext4", "-q", "-m", "0", str(image)], ["mount", "-o", "loop", str(image), str(self.mount)]):
            try:
                done = subprocess.run(command, capture_output=True, text=True)
            except FileNotFoundError:
                self.skipTest(f"{command[0]} is not installed")
            if done.returncode != 0:
                self.skipTest(f"{command[0]}: {done.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.mount)])

    def test_full_and_free_again(self):
        ballast = self.mount / "ballast"
        with open(ballast, "wb") as file:
            file.write(bytes(70 * 1024 * 1024))
        with Levada("--shard-limits", "off", "--journal-segment", "16MiB", data_dir=self.mount / "data") as server:
            client = Client(server.aws)
            client.create("full")
            data = base64.b64encode(bytes(900_000)).decode()
            stored, reply = 0, None
            for _ in range(120):
                reply = client.call("PutRecord", StreamName="full", PartitionKey="a", Data=data)
                if not reply.ok:
                    break
                stored += 1
            self.assertFalse(reply.ok, "the disk never filled")
            kind, message = reply.error
            self.assertEqual((kind, message), ("InternalFailure", NO_ROOM))
            self.assertTrue(server.running)
            self.assertEqual(len(client.drain("full")), stored)
            ballast.unlink()
            deadline = time.monotonic() + RESUME_MAX
            while not client.call("PutRecord", StreamName="full", PartitionKey="a", Data="AAAA").ok:
                self.assertLess(time.monotonic(), deadline, f"no writing {RESUME_MAX} s after room was made")
                time.sleep(0.2)
            self.assertEqual(len(client.drain("full")), stored + 1)
            client.close()
            server.kill()
            server.start()
            client = Client(server.aws)
            self.assertEqual(len(client.drain("full")), stored + 1)
            client.close()

    def fill_up(self):
        """Takes the last free byte of the disk."""
        ballast = self.mount / "ballast"
        with open(ballast, "wb", buffering=0) as file:
            try:
                while file.write(bytes(1 << 16)):
                    pass
            except OSError as error:
                self.assertEqual(error.errno, errno.ENOSPC)
        return ballast

    def test_start_on_a_full_disk(self):
        with Levada("--shard-limits", "off", "--journal-segment", "16MiB", data_dir=self.mount / "data") as server:
            server.stderr_path = self.folder / "stderr"  # its log lies elsewhere
            client = Client(server.aws)
            client.create("full", 2)
            for index in range(200):
                client.put("full", bytes([index]) * 20_000, f"key {index}")
            client.close()
            server.kill()
            ballast = self.fill_up()

            server.start()
            client = Client(server.aws)
            self.assertEqual(len(client.drain("full", "shardId-000000000000") + client.drain("full", "shardId-000000000001")), 200)
            data = base64.b64encode(bytes(1000)).decode()
            for _ in range(3):
                reply = client.call("PutRecord", StreamName="full", PartitionKey="a", Data=data)
                self.assertEqual(reply.error, ("InternalFailure", NO_ROOM))
            records = [{"PartitionKey": str(index), "Data": data} for index in range(4)]
            reply = client.call("PutRecords", StreamName="full", Records=records)
            self.assertEqual({(r.get("ErrorCode"), r.get("ErrorMessage")) for r in reply.value["Records"]}, {("InternalFailure", NO_ROOM)})
            self.assertEqual(client.call("CreateStream", StreamName="more", ShardCount=1).error, ("InternalFailure", NO_ROOM))
            self.assertIn("no room for the next journal segment", server.log())
            self.assertTrue(server.running)

            ballast.unlink()
            deadline = time.monotonic() + RESUME_MAX
            while not all(client.call("PutRecord", StreamName="full", PartitionKey=key, Data="AAAA").ok for key in "abcdefgh"):
                self.assertLess(time.monotonic(), deadline, f"no writing {RESUME_MAX} s after room was made")
                time.sleep(0.2)
            client.create("more", 1)
            client.close()
            server.kill()
            server.start()
            client = Client(server.aws)
            self.assertGreaterEqual(len(client.drain("full", "shardId-000000000000") + client.drain("full", "shardId-000000000001")), 208)
            client.close()
