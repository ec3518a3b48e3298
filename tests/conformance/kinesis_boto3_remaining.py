"""Debian's boto3 against resharding, consumers (a live subscription) and account operations."""

import threading
import time

from harness.case import cases
from kinesis_boto3 import SHARD, BotoCase


class Remaining(BotoCase):
    def test_split_merge_and_update_shard_count(self):
        name = self.stream()
        self.kinesis.split_shard(StreamName=name, ShardToSplit=SHARD, NewStartingHashKey=str(2**127))
        self.client.wait_active(name)
        self.kinesis.merge_shards(
            StreamName=name, ShardToMerge="shardId-000000000001", AdjacentShardToMerge="shardId-000000000002"
        )
        self.client.wait_active(name)
        answer = self.kinesis.update_shard_count(StreamName=name, TargetShardCount=2, ScalingType="UNIFORM_SCALING")
        self.assertEqual((answer["CurrentShardCount"], answer["TargetShardCount"]), (1, 2))
        self.client.wait_active(name)
        self.assertEqual(
            self.kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["OpenShardCount"], 2
        )

    def test_a_live_subscription(self):
        name = self.stream()
        consumer = self.kinesis.register_stream_consumer(StreamARN=self.arn(name), ConsumerName="c")["Consumer"]
        arn = consumer["ConsumerARN"]
        while self.kinesis.describe_stream_consumer(ConsumerARN=arn)["ConsumerDescription"]["ConsumerStatus"] != "ACTIVE":
            time.sleep(0.05)
        subscription = self.kinesis.subscribe_to_shard(
            ConsumerARN=arn, ShardId=SHARD, StartingPosition={"Type": "LATEST"}
        )
        threading.Timer(0.2, lambda: self.client.put(name, "pushed")).start()
        for event in subscription["EventStream"]:
            records = event["SubscribeToShardEvent"]["Records"]
            if records:
                break
        self.assertEqual(records[0]["Data"], b"pushed")
        subscription["EventStream"].close()

    def test_tags(self):
        name = self.stream()
        self.kinesis.add_tags_to_stream(StreamName=name, Tags={"a": "1", "b": "2"})
        self.kinesis.remove_tags_from_stream(StreamName=name, TagKeys=["a"])
        self.assertEqual(self.kinesis.list_tags_for_stream(StreamName=name)["Tags"], [{"Key": "b", "Value": "2"}])

    def test_monitoring_and_encryption(self):
        name = self.stream()
        answer = self.kinesis.enable_enhanced_monitoring(StreamName=name, ShardLevelMetrics=["ALL"])
        self.assertEqual(len(answer["DesiredShardLevelMetrics"]), 7)
        self.client.wait_active(name)
        self.kinesis.start_stream_encryption(StreamName=name, EncryptionType="KMS", KeyId="alias/aws/kinesis")
        self.client.wait_active(name)
        self.assertEqual(self.kinesis.put_record(StreamName=name, PartitionKey="a", Data=b"x")["EncryptionType"], "KMS")

    @cases({
        "split": ("split_shard", {"ShardToSplit": SHARD, "NewStartingHashKey": "5"}),
        "merge": ("merge_shards", {"ShardToMerge": SHARD, "AdjacentShardToMerge": "shardId-000000000001"}),
        "update": ("update_shard_count", {"TargetShardCount": 2, "ScalingType": "UNIFORM_SCALING"}),
        "tags": ("list_tags_for_stream", {}),
        "encryption": ("start_stream_encryption", {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}),
    })
    def test_unknown_stream(self, method, members):
        self.not_found(getattr(self.kinesis, method), **members)
