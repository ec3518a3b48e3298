"""Sends every stanza that is not in the stream yet, in the order of the file.

    send.py FILE     notes each acknowledgement in FILE: sequence number, shard, package name

A sender whose server vanished cannot know whether its last request was stored. So this one looks before it
sends, and never sends a stanza twice. Progress goes to standard output: `COUNT of TOTAL`.
"""

import sys
import time
from collections import Counter

from stanzas import stanzas
from stream import NAME, client, read_all

BATCH = 25  # PutRecords takes up to 500; small batches leave something for the kill to interrupt


def missing(kinesis):
    there = Counter(record["Data"] for records in read_all(kinesis).values() for record in records)
    for name, stanza in stanzas():
        if there[stanza]:
            there[stanza] -= 1
        else:
            yield name, stanza


def batches(pairs):
    """One batch never holds a key twice: an entry that has to be sent again cannot overtake another of its key."""
    batch = {}
    for name, stanza in pairs:
        if name in batch or len(batch) == BATCH:
            yield batch
            batch = {}
        batch[name] = stanza
    if batch:
        yield batch


def send(kinesis, batch, note):
    """PutRecords may refuse single entries, with status 200: those are sent again."""
    while batch:
        records = [{"PartitionKey": name, "Data": stanza} for name, stanza in batch.items()]
        answer = kinesis.put_records(StreamName=NAME, Records=records)
        for name, result in zip(list(batch), answer["Records"]):
            if "SequenceNumber" in result:
                del batch[name]
                note.write(f"{result['SequenceNumber']} {result['ShardId']} {name}\n")
        note.flush()
        if batch:
            time.sleep(0.2)


def main():
    kinesis, total = client(), len(stanzas())
    rest = list(missing(kinesis))
    count = total - len(rest)
    with open(sys.argv[1], "a") as note:
        for batch in batches(rest):
            size = len(batch)
            send(kinesis, batch, note)
            count += size
            print(f"{count} of {total}", flush=True)
            time.sleep(0.01)
    print(f"{count} of {total} stanzas are in the stream", flush=True)


if __name__ == "__main__":
    main()
