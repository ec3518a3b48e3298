"""The stream, through boto3."""

import os
import time

import boto3

NAME = "samplestream"


def client():
    return boto3.client("kinesis", endpoint_url=os.environ["ENDPOINT"])


def read_all(kinesis):
    """{shard id: its records, oldest first}"""
    shards = {}
    for shard in kinesis.list_shards(StreamName=NAME)["Shards"]:
        position = kinesis.get_shard_iterator(
            StreamName=NAME, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        iterator, records, behind = position["ShardIterator"], [], 1
        while behind > 0:  # milliseconds between the position reached and the newest record
            page = kinesis.get_records(ShardIterator=iterator)
            records += page["Records"]
            iterator, behind = page["NextShardIterator"], page["MillisBehindLatest"]
            time.sleep(0.2 if behind else 0)  # a shard takes five reads a second
        shards[shard["ShardId"]] = records
    return shards
