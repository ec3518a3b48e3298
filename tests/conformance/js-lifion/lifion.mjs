// lifion-kinesis reads a stream while its shards are split and merged; dynalite keeps its leases.
// Usage: node lifion.mjs ENDPOINT; one line of JSON for each test, as the other scripts write.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
// For its subscriptions lifion-kinesis signs with aws4, which turns an endpoint that it does not know into AWS's own host name
// (and keeps the port): that name leads here, as a line in /etc/hosts would do it.
const dns = require("node:dns");
const lookup = dns.lookup;
dns.lookup = (name, ...rest) => lookup(name === "kinesis.us-east-1.amazonaws.com" ? "127.0.0.1" : name, ...rest);
const AWS = require("aws-sdk");
const dynalite = require("dynalite");
const Kinesis = require("lifion-kinesis");

const endpoint = process.argv[2];
const region = "us-east-1";
const credentials = { accessKeyId: "LEVADACONFORMANCE", secretAccessKey: "conformance-secret" };
Object.assign(process.env, {
  AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_REGION: region, AWS_EC2_METADATA_DISABLED: "true",
});
const client = new AWS.Kinesis({ endpoint, region, ...credentials });
const sleep = (millis) => new Promise((done) => setTimeout(done, millis));

const leases = dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
await new Promise((done) => leases.listen(0, "127.0.0.1", done));
const dynamoDb = { endpoint: `http://127.0.0.1:${leases.address().port}`, region, ...credentials };

async function active(StreamName) {
  for (;;) {
    const { StreamDescriptionSummary } = await client.describeStreamSummary({ StreamName }).promise();
    if (StreamDescriptionSummary.StreamStatus === "ACTIVE") return;
    await sleep(20);
  }
}

let next = 0;
async function put(StreamName, count) {
  const Records = [];
  for (let n = 0; n < count; ++n, ++next)
    Records.push({ PartitionKey: `key-${next % 50}`, Data: JSON.stringify({ n: next }) });
  const answer = await client.putRecords({ StreamName, Records }).promise();
  assert.equal(answer.FailedRecordCount, 0);
}

async function throughAReshard(StreamName, options) {
  next = 0;
  await client.createStream({ StreamName, ShardCount: 2 }).promise();
  await active(StreamName);
  const errors = [];
  const log = { debug: () => {}, warn: (text) => errors.push(String(text)), error: (text) => errors.push(String(text)) };
  const consumer = new Kinesis({
    endpoint, region, ...credentials, streamName: StreamName, dynamoDb: { ...dynamoDb, tableName: `leases-${StreamName}` },
    consumerGroup: "group", initialPositionInStream: "TRIM_HORIZON", leaseAcquisitionInterval: 500,
    leaseAcquisitionRecoveryInterval: 500, noRecordsPollDelay: 250, pollDelay: 250, logger: log, ...options,
  });
  const seen = new Map();
  const shards = new Set();
  consumer.on("error", (error) => errors.push(String(error)));
  consumer.on("data", ({ records, shardId }) => {
    shards.add(shardId);
    for (const { data } of records) seen.set(data.n, (seen.get(data.n) || 0) + 1);
  });
  await consumer.startConsumer();
  const split = (ShardToSplit, NewStartingHashKey) => client.splitShard({ StreamName, ShardToSplit, NewStartingHashKey }).promise();
  for (let round = 0; round < 12; ++round) {
    await put(StreamName, 100);
    if (round === 3) await split("shardId-000000000000", String(2n ** 126n));
    if (round === 6) {
      await client.mergeShards({
        StreamName, ShardToMerge: "shardId-000000000003", AdjacentShardToMerge: "shardId-000000000001",
      }).promise();
    }
    await active(StreamName);
    await sleep(200);
  }
  const deadline = Date.now() + 60_000;
  while (seen.size < next && Date.now() < deadline) await sleep(100);
  try {
    consumer.stopConsumer();
  } catch {
    // It trips over consumers of shards that it has read to their end, which are gone already.
  }
  const missing = [];
  for (let n = 0; n < next; ++n) if (!seen.has(n)) missing.push(n);
  assert.deepEqual(missing, [], `missing; shards read: ${[...shards]}; ${errors.slice(0, 5)}`);
  assert.ok(shards.size >= 5, `read ${[...shards]}`);
}

const tests = {
  async "polling through a split and a merge"() {
    await throughAReshard("lifion-polling", { useEnhancedFanOut: false });
  },
  async "enhanced fan-out through a split and a merge"() {
    await throughAReshard("lifion-pushed", { useEnhancedFanOut: true, maxEnhancedConsumers: 1 });
  },
};
for (const [name, test] of Object.entries(tests)) {
  try {
    await test();
    console.log(JSON.stringify({ name, ok: true }));
  } catch (error) {
    console.log(JSON.stringify({ name, ok: false, error: String(error.stack) }));
  }
}
process.exit(0);
