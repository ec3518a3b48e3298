"""Ledger: what was sent, what was acknowledged, and whether a stream read back agrees.

A record's data is `worker:counter:padding`, made by a writer that never sends the same counter twice. So after
any crash each record read back must be one that was sent, byte for byte, at most once, and every acknowledged one
must be there, under the sequence number that was promised.
"""

import hashlib
import threading
import time
from dataclasses import dataclass


@dataclass
class Sent:
    digest: bytes
    key: str
    started: float  # monotonic, before the request left
    acknowledged: float = None  # monotonic, after the answer came
    shard: str = None
    sequence: str = None


class Ledger:
    def __init__(self):
        self.lock = threading.Lock()
        self.sent = {}  # "worker:counter" -> Sent
        self.earlier = {}  # shard -> sequence numbers read back after the last crash

    def about_to_send(self, records):
        """records: (identity, key, data); before the first byte leaves."""
        now = time.monotonic()
        with self.lock:
            for identity, key, data in records:
                assert identity not in self.sent
                self.sent[identity] = Sent(hashlib.sha256(data).digest(), key, now)

    def acknowledged(self, identity, shard, sequence):
        now = time.monotonic()
        with self.lock:
            sent = self.sent[identity]
            sent.acknowledged, sent.shard, sent.sequence = now, shard, sequence

    def counts(self):
        with self.lock:
            return len(self.sent), sum(1 for sent in self.sent.values() if sent.acknowledged)

    def complaints(self, shards):
        """shards: shard id -> its records as read back, in reading order. Returns what is wrong, in words."""
        wrong, found = [], {}
        for shard, records in shards.items():
            wrong += self._shard_complaints(shard, records, found)
        for identity, sent in self.sent.items():
            if sent.acknowledged and identity not in found:
                wrong.append(f"LOST {identity}: acknowledged as {sent.shard} {sent.sequence}")
        self.earlier = {shard: [r["SequenceNumber"] for r in records] for shard, records in shards.items()}
        return wrong

    def _shard_complaints(self, shard, records, found):
        wrong = []
        numbers = [record["SequenceNumber"] for record in records]
        before = self.earlier.get(shard, [])
        if numbers[: len(before)] != before:
            wrong.append(f"CHANGED {shard}: its first {len(before)} records are not those of the last reading")
        latest_start, last_of_worker, previous = 0.0, {}, ""
        for record in records:
            number, data = record["SequenceNumber"], record["Data"]
            if not previous < number:
                wrong.append(f"DISORDER {shard}: {number} after {previous}")
            previous = number
            worker, counter, _ = (data.split(b":", 2) + [b"", b""])[:3]
            identity = f"{worker.decode(errors='replace')}:{counter.decode(errors='replace')}"
            sent = self.sent.get(identity)
            if sent is None:
                wrong.append(f"FOREIGN {shard} {number}: nobody sent {data[:60]!r}")
                continue
            if identity in found:
                wrong.append(f"DOUBLED {identity}: {found[identity]} and {shard} {number}")
            found[identity] = f"{shard} {number}"
            if hashlib.sha256(data).digest() != sent.digest or record["PartitionKey"] != sent.key:
                wrong.append(f"ALTERED {identity} in {shard} {number}")
            if sent.acknowledged and (sent.shard, sent.sequence) != (shard, number):
                wrong.append(f"MOVED {identity}: promised {sent.shard} {sent.sequence}, found {shard} {number}")
            if sent.acknowledged and sent.acknowledged < latest_start:
                wrong.append(f"REORDERED {identity}: stands after a record that was sent only after its acknowledgement")
            latest_start = max(latest_start, sent.started)
            if int(counter) < last_of_worker.get(worker, -1):
                wrong.append(f"REORDERED {identity}: after {last_of_worker[worker]} of the same writer")
            last_of_worker[worker] = int(counter)
        return wrong
