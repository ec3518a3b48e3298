"""kill -9 at random moments under load: nothing acknowledged is missing, doubled, altered or reordered.

Some kills hit the server while it is still recovering from the last one. The seed is printed.
"""

import os
import random
import time
import unittest

from harness.client import Client
from harness.server import Levada

from ledger import Ledger
from load import Load, read_back, unseen

SECONDS = float(os.environ.get("CRASH_SECONDS", "24"))
ROUNDS_MIN = 4
FLAGS = ("--shard-limits", "off", "--journal-segment", "16MiB")


class Kill9(unittest.TestCase):
    def test_nothing_acknowledged_is_lost(self):
        self.torment(SECONDS)

    def test_what_the_system_has_outlives_the_process(self):
        self.torment(SECONDS / 4, "--durability", "os")

    def torment(self, seconds, *flags):
        seed = int(os.environ.get("CRASH_SEED", time.time_ns() % 1_000_000))
        print(f"seed {seed}", flush=True)
        rng = random.Random(seed)
        self.ledger, rounds, deadline = Ledger(), 0, time.monotonic() + seconds
        with Levada(*FLAGS, *flags) as server:
            client = Client(server.aws)
            client.create("crash", 8)
            client.close()
            while rounds < ROUNDS_MIN or time.monotonic() < deadline:
                self.round(server, rng, rounds)
                rounds += 1
            sent, acknowledged = self.ledger.counts()
            print(f"{rounds} kills, {sent} records sent, {acknowledged} acknowledged, none lost", flush=True)
            self.assertGreater(acknowledged, 100 * rounds, "too little load to prove anything")
            self.assertEqual(server.stop(), 0, server.log()[-2000:])

    def round(self, server, rng, number):
        load = Load(server, self.ledger, "crash", rng, round_number=number)
        load.start()
        time.sleep(rng.uniform(0.1, 0.8))
        self.assertTrue(server.running, server.log()[-2000:])
        server.kill()
        load.join()
        self.assertEqual(load.problems, [])
        while rng.random() < 0.3:  # the next kill comes before recovery has ended
            self.kill_while_starting(server, rng.uniform(0.0, 0.15))
        server.start()
        shards = read_back(server, "crash")
        wrong = self.ledger.complaints(shards) + unseen(load, shards)
        self.assertEqual(wrong[:20], [], f"{len(wrong)} complaints after kill {number}")

    def kill_while_starting(self, server, seconds):
        server.spawn()
        time.sleep(seconds)
        server.kill()


class LedgerItself(unittest.TestCase):
    """A test that cannot fail is a defect: the ledger is shown each kind of harm."""

    def setUp(self):
        self.ledger = Ledger()
        self.records = []
        for counter in range(3):
            data = f"w:{counter}:x".encode()
            self.ledger.about_to_send([(f"w:{counter}", "k", data)])
            self.ledger.acknowledged(f"w:{counter}", "s", f"{counter:03d}")
            self.records.append({"SequenceNumber": f"{counter:03d}", "Data": data, "PartitionKey": "k"})

    def verdict(self, records, shard="s"):
        return {complaint.split()[0] for complaint in self.ledger.complaints({shard: records})}

    def test_all_well(self):
        self.assertEqual(self.verdict(self.records), set())

    def test_lost(self):
        self.assertEqual(self.verdict(self.records[:2]), {"LOST"})

    def test_doubled(self):
        self.assertIn("DOUBLED", self.verdict([*self.records, {**self.records[0], "SequenceNumber": "009"}]))

    def test_altered(self):
        self.assertEqual(self.verdict([{**self.records[0], "Data": b"w:0:y"}, *self.records[1:]]), {"ALTERED"})

    def test_reordered(self):
        first, second, third = self.records
        swapped = [{**second, "SequenceNumber": "000"}, {**first, "SequenceNumber": "001"}, third]
        self.assertLessEqual({"MOVED", "REORDERED"}, self.verdict(swapped))

    def test_another_shard(self):
        self.assertEqual(self.verdict(self.records, "t"), {"MOVED"})

    def test_foreign(self):
        self.assertIn("FOREIGN", self.verdict([*self.records, {**self.records[0], "Data": b"z:9:", "SequenceNumber": "1"}]))

    def test_changed_since_the_last_reading(self):
        self.verdict(self.records)
        self.assertIn("CHANGED", self.verdict(self.records[1:]))
