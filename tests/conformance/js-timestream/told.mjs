// aws-sdk-js v3 as it is told: {"service", "operation", "input"} a line, {"output"} or {"error", "message"} a line. Times come and go as
// seconds since 1970, as the other clients are made to give them.
// Usage: node told.mjs ENDPOINT

import { createInterface } from "node:readline";
import * as query from "@aws-sdk/client-timestream-query";
import * as write from "@aws-sdk/client-timestream-write";

const options = {
  endpoint: process.argv[2], region: "us-east-1", credentials: { accessKeyId: "AKIDJS", secretAccessKey: "secret" }, maxAttempts: 1,
};
const services = {
  "timestream-query": [query, new query.TimestreamQueryClient(options)],
  "timestream-write": [write, new write.TimestreamWriteClient(options)],
};
const say = (value) => process.stdout.write(JSON.stringify(value) + "\n");

function plain(value) {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined).map(([name, member]) => [name, plain(member)]));
}

for await (const line of createInterface({ input: process.stdin })) {
  const { service, operation, input } = JSON.parse(line);
  const [sdk, client] = services[service];
  if (input.InvocationTime) input.InvocationTime = new Date(input.InvocationTime * 1000);
  try {
    const { $metadata, ...output } = await client.send(new sdk[`${operation}Command`](input));
    say({ output: plain(output) });
  } catch (error) {
    say({ error: error.name, message: error.message });
  }
}
