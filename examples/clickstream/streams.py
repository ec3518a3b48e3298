"""The streams, through boto3.

    streams.py create     makes them
"""

import os
import sys
import time

import boto3
from botocore.config import Config

NAMES = {"changes": 2, "activity_plain": 2, "activity_upsert": 2, "activity_debezium": 2}  # with their shards


def client():
    # A shard takes five reads a second, and the view reads the same stream: sometimes one has to wait.
    patient = Config(retries={"mode": "standard", "total_max_attempts": 20})
    return boto3.client("kinesis", endpoint_url=os.environ["ENDPOINT"], config=patient)


def create():
    kinesis = client()
    for name, shards in NAMES.items():
        kinesis.create_stream(StreamName=name, ShardCount=shards)
    for name in NAMES:
        kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})


def read(kinesis, name):
    """The records of the stream; a key's are in order, since all of them are in one shard."""
    records = []
    for shard in kinesis.list_shards(StreamName=name)["Shards"]:
        position = kinesis.get_shard_iterator(
            StreamName=name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        iterator, behind = position["ShardIterator"], 1
        while behind > 0:
            page = kinesis.get_records(ShardIterator=iterator)
            records += page["Records"]
            iterator, behind = page["NextShardIterator"], page["MillisBehindLatest"]
            time.sleep(0.2 if behind else 0)  # a shard takes five reads a second
    return records


if __name__ == "__main__":
    if sys.argv[1:] != ["create"]:
        raise SystemExit(__doc__)
    create()
