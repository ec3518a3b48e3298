// aws-sdk-js v3 against the data plane.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import * as sdk from "@aws-sdk/client-kinesis";
import { account, active, arn, decode, encode, kinesis, read, refused, run, send, shard0, stream } from "./client.mjs";

await run({
  async "create, wait, describe, delete"() {
    const StreamName = `js-life-${process.pid}`;
    await send("CreateStream", { StreamName, ShardCount: 2 });
    await sdk.waitUntilStreamExists({ client: kinesis, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { StreamName });
    const { StreamDescription } = await send("DescribeStream", { StreamName });
    assert.equal(StreamDescription.Shards.length, 2);
    assert.ok(StreamDescription.StreamCreationTimestamp instanceof Date);
    await send("DeleteStream", { StreamName });
    await sdk.waitUntilStreamNotExists({ client: kinesis, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { StreamName });
  },
  async "summary, limits, list streams, list shards"() {
    const StreamName = await stream(3);
    const summary = await active(StreamName);
    assert.equal(summary.OpenShardCount, 3);
    assert.equal(summary.MaxRecordSizeInKiB, 1024);
    const limits = await send("DescribeLimits");
    assert.ok(limits.ShardLimit >= limits.OpenShardCount);
    const names = [];
    for await (const page of sdk.paginateListStreams({ client: kinesis, pageSize: 2 }, {})) names.push(...page.StreamNames);
    assert.ok(names.includes(StreamName));
    const shards = await send("ListShards", { StreamARN: arn(StreamName) });
    assert.deepEqual(shards.Shards.map((shard) => shard.ShardId.slice(-1)), ["0", "1", "2"]);
  },
  async "put record and read it back"() {
    const StreamName = await stream();
    const data = randomBytes(1000);
    const put = await send("PutRecord", { StreamName, PartitionKey: "ключ", Data: data });
    assert.equal(put.EncryptionType, undefined);
    const [record] = await read(StreamName);
    assert.deepEqual(Buffer.from(record.Data), data);
    assert.equal(record.PartitionKey, "ключ");
    assert.equal(record.SequenceNumber, put.SequenceNumber);
    assert.ok(Math.abs(record.ApproximateArrivalTimestamp - Date.now()) < 30000);
  },
  async "put records, routed by MD5"() {
    const StreamName = await stream(4);
    const Records = Array.from({ length: 500 }, (_, i) => ({ PartitionKey: `key ${i}`, Data: encode(`value ${i}`) }));
    const answer = await send("PutRecords", { StreamName, Records });
    assert.equal(answer.FailedRecordCount, 0);
    const step = 2n ** 128n / 4n;
    answer.Records.forEach((result, i) => {
      const digest = BigInt("0x" + createHash("md5").update(Records[i].PartitionKey).digest("hex"));
      assert.equal(result.ShardId, `shardId-${String(digest / step).padStart(12, "0")}`);
    });
    const found = [];
    for (let i = 0; i < 4; ++i) found.push(...(await read(StreamName, `shardId-${String(i).padStart(12, "0")}`)));
    assert.deepEqual(found.map((r) => decode(r.Data)).sort(), Records.map((r) => decode(r.Data)).sort());
  },
  async "a record of a mebibyte over HTTP/2"() {
    const StreamName = await stream();
    const data = randomBytes(1048576 - 1);
    await send("PutRecord", { StreamName, PartitionKey: "a", Data: data });
    assert.deepEqual(Buffer.from((await read(StreamName))[0].Data), data);
  },
  async "the five iterators"() {
    const StreamName = await stream();
    const puts = [];
    for (const text of ["1", "2", "3"]) {
      puts.push(await send("PutRecord", { StreamName, PartitionKey: "a", Data: encode(text) }));
    }
    const StartingSequenceNumber = puts[1].SequenceNumber;
    for (const [ShardIteratorType, more, expected] of [
      ["TRIM_HORIZON", {}, "123"],
      ["LATEST", {}, ""],
      ["AT_SEQUENCE_NUMBER", { StartingSequenceNumber }, "23"],
      ["AFTER_SEQUENCE_NUMBER", { StartingSequenceNumber }, "3"],
      ["AT_TIMESTAMP", { Timestamp: new Date(0) }, "123"],
    ]) {
      const input = { StreamName, ShardId: shard0, ShardIteratorType, ...more };
      const { ShardIterator } = await send("GetShardIterator", input);
      const answer = await send("GetRecords", { ShardIterator });
      assert.equal(answer.Records.map((r) => decode(r.Data)).join(""), expected, ShardIteratorType);
      assert.equal(answer.MillisBehindLatest, 0);
      assert.ok(answer.NextShardIterator);
    }
  },
  async "retention up and down"() {
    const StreamName = await stream();
    await send("IncreaseStreamRetentionPeriod", { StreamName, RetentionPeriodHours: 48 });
    assert.equal((await active(StreamName)).RetentionPeriodHours, 48);
    await send("DecreaseStreamRetentionPeriod", { StreamName, RetentionPeriodHours: 24 });
    assert.equal((await active(StreamName)).RetentionPeriodHours, 24);
  },
  async "max record size"() {
    const StreamName = await stream();
    await send("UpdateMaxRecordSize", { StreamARN: arn(StreamName), MaxRecordSizeInKiB: 10240 });
    assert.equal((await active(StreamName)).MaxRecordSizeInKiB, 10240);
    const data = randomBytes(10 * 1048576 - 1);
    await send("PutRecord", { StreamName, PartitionKey: "a", Data: data });
    assert.ok(Buffer.from((await read(StreamName))[0].Data).equals(data));
  },
  async "fifty requests at once"() {
    const StreamName = await stream(2);
    const puts = await Promise.all(
      Array.from({ length: 50 }, (_, i) => send("PutRecord", { StreamName, PartitionKey: `${i}`, Data: encode(`${i}`) })),
    );
    assert.equal(new Set(puts.map((put) => put.SequenceNumber)).size, 50);
  },
  async "unknown stream"() {
    const text = `Stream nobody under account ${account} not found.`;
    const StreamName = "nobody";
    const record = { PartitionKey: "a", Data: encode("") };
    for (const [name, more] of [
      ["DescribeStream", {}], ["DescribeStreamSummary", {}], ["DeleteStream", {}], ["ListShards", {}],
      ["PutRecord", record], ["PutRecords", { Records: [record] }],
      ["IncreaseStreamRetentionPeriod", { RetentionPeriodHours: 48 }],
      ["DecreaseStreamRetentionPeriod", { RetentionPeriodHours: 24 }],
    ]) {
      await refused(name, { StreamName, ...more }, "ResourceNotFoundException", text);
    }
    const input = { StreamName, ShardId: "0", ShardIteratorType: "LATEST" };
    const shard = `Shard ${shard0} in stream nobody under account ${account} does not exist`;
    await refused("GetShardIterator", input, "ResourceNotFoundException", shard);
  },
  async "create twice"() {
    const StreamName = await stream();
    const text = `Stream ${StreamName} under account ${account} already exists.`;
    await refused("CreateStream", { StreamName, ShardCount: 1 }, "ResourceInUseException", text);
  },
  async "a bad iterator"() {
    await refused("GetRecords", { ShardIterator: "abc" }, "InvalidArgumentException", "Invalid ShardIterator.");
  },
  async "validation"() {
    const text = "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: " +
      "Member must have value greater than or equal to 1";
    await refused("ListStreams", { Limit: 0 }, "ValidationException", text);
  },
  async "dry run"() {
    const StreamName = await stream();
    const input = { StreamName, PartitionKey: "a", Data: encode("x"), DryRun: true };
    await refused("PutRecord", input, "DryRunOperationException", /./);
    assert.equal((await read(StreamName)).length, 0);
  },
});
