// aws-sdk-js v3 against resharding, consumers and account operations.

import assert from "node:assert/strict";
import { active, arn, decode, encode, kinesis, read, refused, run, send, shard0, sleep, stream } from "./client.mjs";

async function consumer(StreamName, ConsumerName = "c") {
  const { Consumer } = await send("RegisterStreamConsumer", { StreamARN: arn(StreamName), ConsumerName });
  for (let attempt = 0; attempt < 100; ++attempt) {
    const { ConsumerDescription } = await send("DescribeStreamConsumer", { ConsumerARN: Consumer.ConsumerARN });
    if (ConsumerDescription.ConsumerStatus === "ACTIVE") return Consumer.ConsumerARN;
    await sleep(50);
  }
  throw new Error("the consumer does not become ACTIVE");
}

await run({
  async "split and merge"() {
    const StreamName = await stream();
    await send("SplitShard", { StreamName, ShardToSplit: shard0, NewStartingHashKey: String(2n ** 127n) });
    await active(StreamName);
    await send("MergeShards", {
      StreamName, ShardToMerge: "shardId-000000000001", AdjacentShardToMerge: "shardId-000000000002",
    });
    await active(StreamName);
    const { Shards } = await send("ListShards", { StreamName });
    assert.equal(Shards.length, 4);
    assert.equal(Shards[3].AdjacentParentShardId, "shardId-000000000002");
  },
  async "update shard count"() {
    const StreamName = await stream(2);
    const answer = await send("UpdateShardCount", { StreamName, TargetShardCount: 4, ScalingType: "UNIFORM_SCALING" });
    assert.deepEqual([answer.CurrentShardCount, answer.TargetShardCount], [2, 4]);
    assert.equal((await active(StreamName)).OpenShardCount, 4);
  },
  async "the end of a shard"() {
    const StreamName = await stream();
    await send("SplitShard", { StreamName, ShardToSplit: shard0, NewStartingHashKey: String(2n ** 127n) });
    await active(StreamName);
    const input = { StreamName, ShardId: shard0, ShardIteratorType: "TRIM_HORIZON" };
    let { ShardIterator } = await send("GetShardIterator", input);
    let page;
    while (ShardIterator) {
      page = await send("GetRecords", { ShardIterator });
      ShardIterator = page.NextShardIterator;
    }
    assert.equal(page.ChildShards.length, 2);
    assert.deepEqual(page.ChildShards[0].ParentShards, [shard0]);
  },
  async "subscribe to shard, live"() {
    const StreamName = await stream();
    const ConsumerARN = await consumer(StreamName);
    const { EventStream } = await send("SubscribeToShard", {
      ConsumerARN, ShardId: shard0, StartingPosition: { Type: "LATEST" },
    });
    setTimeout(() => send("PutRecord", { StreamName, PartitionKey: "a", Data: encode("pushed") }), 200);
    for await (const event of EventStream) {
      const records = event.SubscribeToShardEvent.Records;
      if (records.length === 0) continue;
      assert.equal(decode(records[0].Data), "pushed");
      break;
    }
  },
  async "consumers"() {
    const StreamName = await stream();
    const ConsumerARN = await consumer(StreamName, "reader");
    const { Consumers } = await send("ListStreamConsumers", { StreamARN: arn(StreamName) });
    assert.deepEqual(Consumers.map((each) => each.ConsumerARN), [ConsumerARN]);
    await refused("RegisterStreamConsumer", { StreamARN: arn(StreamName), ConsumerName: "reader" }, "ResourceInUseException", /./);
    await send("DeregisterStreamConsumer", { ConsumerARN });
  },
  async "tags through both families"() {
    const StreamName = await stream();
    await send("AddTagsToStream", { StreamName, Tags: { a: "1", b: "2" } });
    await send("TagResource", { ResourceARN: arn(StreamName), Tags: { c: "3" } });
    await send("RemoveTagsFromStream", { StreamName, TagKeys: ["a"] });
    await send("UntagResource", { ResourceARN: arn(StreamName), TagKeys: ["b"] });
    assert.deepEqual((await send("ListTagsForStream", { StreamName })).Tags, [{ Key: "c", Value: "3" }]);
    assert.deepEqual((await send("ListTagsForResource", { ResourceARN: arn(StreamName) })).Tags, [{ Key: "c", Value: "3" }]);
  },
  async "policy, monitoring, settings"() {
    const StreamName = await stream();
    const ResourceARN = arn(StreamName);
    assert.equal((await send("GetResourcePolicy", { ResourceARN })).Policy, "{}");
    const answer = await send("EnableEnhancedMonitoring", { StreamName, ShardLevelMetrics: ["ALL"] });
    assert.equal(answer.DesiredShardLevelMetrics.length, 7);
    assert.ok((await send("DescribeAccountSettings")).MinimumThroughputBillingCommitment.Status);
  },
  async "encryption"() {
    const StreamName = await stream();
    await send("StartStreamEncryption", { StreamName, EncryptionType: "KMS", KeyId: "alias/aws/kinesis" });
    assert.equal((await active(StreamName)).EncryptionType, "KMS");
    const put = await send("PutRecord", { StreamName, PartitionKey: "a", Data: encode("x") });
    assert.equal(put.EncryptionType, "KMS");
    assert.equal((await read(StreamName))[0].EncryptionType, "KMS");
  },
});
