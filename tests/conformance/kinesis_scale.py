"""Size: ten thousand shards on one node, memory that does not grow with what is stored."""

import base64
import time

from harness.case import Case
from harness.client import Client
from harness.server import Levada

READY_MAX = 20  # seconds to ready after kill -9 with ten thousand shards, on a busy machine
GROWTH_MAX = 48 * 1024 * 1024  # bytes of resident memory between 120 MB stored and 240 MB stored


def resident(server):
    with open(f"/proc/{server.process.pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


class Scale(Case):
    needs_levada = True

    def test_ten_thousand_shards(self):
        with Levada("--shard-limits", "off") as server:
            client = Client(server.aws)
            for number in range(10):
                client.must("CreateStream", StreamName=f"wide-{number}", ShardCount=1000)
            step = 2**128 // 1000
            for number in range(10):
                client.wait_active(f"wide-{number}")
                for half in (0, 500):
                    records = [
                        {"PartitionKey": "k", "ExplicitHashKey": str(step * index), "Data": base64.b64encode(b"%d" % index).decode()}
                        for index in range(half, half + 500)
                    ]
                    reply = client.must("PutRecords", StreamName=f"wide-{number}", Records=records)
                    self.assertEqual(reply["FailedRecordCount"], 0)
            self.assertEqual(client.must("DescribeLimits")["OpenShardCount"], 10_000)
            client.close()
            server.kill()
            started = time.monotonic()
            server.start()
            self.assertLess(time.monotonic() - started, READY_MAX)
            client = Client(server.aws)
            for number in (0, 9):
                for index in (0, 1, 499, 500, 999):
                    (record,) = client.drain(f"wide-{number}", f"shardId-{index:012d}")
                    self.assertEqual(record["Data"], b"%d" % index)
            client.close()

    def test_memory_does_not_grow_with_what_is_stored(self):
        with Levada("--shard-limits", "off", "--tail-cache", "16MiB", "--journal-segment", "16MiB") as server:
            client = Client(server.aws)
            client.create("big", 4)
            entry = {"Data": base64.b64encode(bytes(20_000)).decode()}
            records = [{**entry, "PartitionKey": f"k{index}"} for index in range(200)]
            sizes = []
            for _ in range(2):
                for _ in range(30):
                    self.assertEqual(client.must("PutRecords", StreamName="big", Records=records)["FailedRecordCount"], 0)
                sizes.append(resident(server))
            self.assertLess(sizes[1] - sizes[0], GROWTH_MAX, sizes)
            total = sum(len(client.drain("big", f"shardId-{index:012d}")) for index in range(4))
            self.assertEqual(total, 60 * 200)
            self.assertLess(resident(server) - sizes[0], 2 * GROWTH_MAX, "catch-up reading keeps what it read")
            client.close()
