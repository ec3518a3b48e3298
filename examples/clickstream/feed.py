"""Sends the package manager's log, oldest first; notes in a file what was acknowledged.

    feed.py FILE     goes on behind the last line of FILE; says `COUNT of TOTAL` after every call

A call whose answer never came may have been stored or not. So whoever goes on looks at the end of the stream
first: nothing is sent twice, and nothing is left out.
"""

import json
import sys
import time

from packages import changes
from streams import client, read

BATCH = 100


def main():
    kinesis, events = client(), changes()
    there = len(read(kinesis, "changes"))  # one sender, in order: the stream holds a beginning of the log
    with open(sys.argv[1], "a+") as note:
        note.seek(0)
        noted = len(note.readlines())
        note.writelines(json.dumps(event) + "\n" for event in events[noted:there])
        for start in range(there, len(events), BATCH):
            batch = events[start : start + BATCH]
            records = [{"PartitionKey": event["package"], "Data": json.dumps(event).encode()} for event in batch]
            while records:  # entries may be refused one by one; those are sent again
                answer = kinesis.put_records(StreamName="changes", Records=records)
                records = [r for r, result in zip(records, answer["Records"]) if "ErrorCode" in result]
                time.sleep(0.1 if records else 0)
            note.writelines(json.dumps(event) + "\n" for event in batch)
            note.flush()
            print(f"{start + len(batch)} of {len(events)}", flush=True)
            time.sleep(0.03)
    print(f"{len(events)} of {len(events)} changes are in the stream", flush=True)


if __name__ == "__main__":
    main()
