"""Reads the stream back and proves what was promised; says what it proved, or what is wrong.

    prove.py --all                   every stanza is there once, in order within its key, in the shard MD5 names
    prove.py --acknowledged FILE     everything that send.py noted in FILE is there, where it was promised
    prove.py … --pages FOLDER        from pages that `aws kinesis get-records` wrote instead of boto3
"""

import argparse
import base64
import hashlib
import json
from collections import Counter, defaultdict
from pathlib import Path

from stanzas import stanzas
from stream import NAME, client, read_all

SAMPLE = ("samplepartitionkey", base64.b64decode("sampledatarecord"))  # the record of the documentation's example


def read_pages(folder):
    shards = defaultdict(list)
    for file in sorted(Path(folder).glob("*.json"), key=lambda path: (path.name.split(".")[0], int(path.name.split(".")[1]))):
        for record in json.loads(file.read_text())["Records"]:
            shards[file.name.split(".")[0]].append({**record, "Data": base64.b64decode(record["Data"])})
    return dict(shards)


def prove(condition, text):
    if not condition:
        raise SystemExit(f"NOT SO: {text}")
    print(f"proven: {text}")


def shard_named_by_md5(key, ranges):
    digest = int.from_bytes(hashlib.md5(key.encode()).digest(), "big")
    return next(shard for shard, (first, last) in ranges.items() if first <= digest <= last)


def prove_all(kinesis, shards):
    expected = [SAMPLE, *stanzas()]
    records = [(r["PartitionKey"], r["Data"]) for rs in shards.values() for r in rs]
    prove(Counter(records) == Counter(expected), f"all {len(expected)} records are there, each once, byte for byte")

    wanted, found = defaultdict(list), defaultdict(list)
    for key, data in expected:
        wanted[key].append(data)
    for key, data in records:
        found[key].append(data)
    prove(wanted == found, f"in order within each of the {len(wanted)} keys")

    ranges = {
        shard["ShardId"]: tuple(int(shard["HashKeyRange"][end]) for end in ("StartingHashKey", "EndingHashKey"))
        for shard in kinesis.list_shards(StreamName=NAME)["Shards"]
    }
    placed = all(shard_named_by_md5(r["PartitionKey"], ranges) == shard for shard, rs in shards.items() for r in rs)
    prove(placed, "each in the shard whose range holds the MD5 of its key: "
          + ", ".join(f"{len(shards[shard])}" for shard in sorted(shards)))

    numbers = [[int(r["SequenceNumber"]) for r in rs] for rs in shards.values()]
    prove(all(a < b for ns in numbers for a, b in zip(ns, ns[1:])), "sequence numbers grow within each shard")


def prove_acknowledged(shards, file):
    places = {(r["SequenceNumber"], shard, r["PartitionKey"]) for shard, rs in shards.items() for r in rs}
    acknowledged = [tuple(line.split()) for line in Path(file).read_text().splitlines()]
    prove(set(acknowledged) <= places, f"all {len(acknowledged)} acknowledged records are where they were promised")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--acknowledged", metavar="FILE")
    parser.add_argument("--pages", metavar="FOLDER")
    options = parser.parse_args()
    kinesis = client()
    shards = read_pages(options.pages) if options.pages else read_all(kinesis)
    if options.acknowledged:
        prove_acknowledged(shards, options.acknowledged)
    if options.all:
        prove_all(kinesis, shards)


if __name__ == "__main__":
    main()
