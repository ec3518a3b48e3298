// One client by the SDK's default handler (HTTP/2, prior knowledge on http://) and words for what is expected.
// `run(tests)` prints one line of JSON a test, {"name", "ok", "error"}; kinesis_js.py turns them into tests.

import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-kinesis";

const [endpoint, only] = process.argv.slice(2);
export const account = "000000000000";
export const kinesis = new sdk.KinesisClient({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "AKIDJS", secretAccessKey: "secret" },
  maxAttempts: 1,
});
export const send = (name, input = {}) => kinesis.send(new sdk[`${name}Command`](input));
export const encode = (text) => new TextEncoder().encode(text);
export const decode = (bytes) => new TextDecoder().decode(bytes);
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const shard0 = "shardId-000000000000";

let made = 0;
const streams = [];
export async function stream(count = 1, more = {}) {
  const StreamName = `js-${process.pid}-${++made}`;
  await send("CreateStream", { StreamName, ShardCount: count, ...more });
  await active(StreamName);
  streams.push(StreamName);
  return StreamName;
}
export async function active(StreamName) {
  for (let attempt = 0; attempt < 200; ++attempt) {
    const { StreamDescriptionSummary: summary } = await send("DescribeStreamSummary", { StreamName });
    if (summary.StreamStatus === "ACTIVE") return summary;
    await sleep(50);
  }
  throw new Error(`${StreamName} does not become ACTIVE`);
}
export async function read(StreamName, ShardId = shard0) {
  const { ShardIterator } = await send("GetShardIterator", { StreamName, ShardId, ShardIteratorType: "TRIM_HORIZON" });
  return (await send("GetRecords", { ShardIterator })).Records;
}
export async function refused(name, input, type, message) {
  await assert.rejects(send(name, input), (error) => {
    assert.equal(error.name, type);
    if (message instanceof RegExp) assert.match(error.message, message);
    else assert.equal(error.message, message);
    assert.equal(error.$metadata.httpStatusCode, 400);
    assert.match(error.$metadata.requestId, /^[0-9a-f-]{36}$/);
    return true;
  });
}
export const arn = (name) => `arn:aws:kinesis:us-east-1:${account}:stream/${name}`;

export async function run(tests) {
  for (const [name, test] of Object.entries(tests)) {
    if (only && !name.includes(only)) continue;
    const timeout = new Promise((_, reject) => setTimeout(() => reject(new Error("no answer within 30 s")), 30000).unref());
    try {
      await Promise.race([test(), timeout]);
      console.log(JSON.stringify({ name, ok: true }));
    } catch (error) {
      console.log(JSON.stringify({ name, ok: false, error: `${error.stack ?? error}`.slice(0, 2000) }));
    }
  }
  for (const StreamName of streams) await send("DeleteStream", { StreamName, EnforceConsumerDeletion: true }).catch(() => {});
  process.exit(0);
}
