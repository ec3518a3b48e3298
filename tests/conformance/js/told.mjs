// aws-sdk-js v3 as it is told: {"operation", "input"} a line, an answer a line; first the names that it knows.
// Usage: node told.mjs ENDPOINT ACCOUNT

import { createInterface } from "node:readline";
import * as sdk from "@aws-sdk/client-kinesis";

const [endpoint, accessKeyId] = process.argv.slice(2);
const client = new sdk.KinesisClient({
  endpoint, region: "us-east-1", credentials: { accessKeyId, secretAccessKey: "secret" }, maxAttempts: 1,
});
const names = Object.keys(sdk).filter((name) => /^[A-Z].*[a-z]Command$/.test(name)).map((name) => name.slice(0, -"Command".length));
const say = (value) => process.stdout.write(JSON.stringify(value) + "\n");

function bytes(value) {
  if (Array.isArray(value)) return value.map(bytes);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, name === "Data" ? Buffer.from(member, "base64") : bytes(member)]),
  );
}

say(names);
for await (const line of createInterface({ input: process.stdin })) {
  const { operation, input } = JSON.parse(line);
  try {
    const { $metadata, ...output } = await client.send(new sdk[`${operation}Command`](bytes(input)));
    if (!output.EventStream) {
      for (const name of Object.keys(output)) if (output[name] === undefined) delete output[name];
      say({ output });
      continue;
    }
    let records = 0, children = 0;
    for await (const { SubscribeToShardEvent: event } of output.EventStream) {
      records += event.Records.length;
      children = event.ChildShards?.length ?? 0;
    }
    say({ records, children });
  } catch (error) {
    say({ error: error.name });
  }
}
client.destroy();
