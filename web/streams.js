// Kinesis streams: what there is, a stream's shards, and its newest records.

import { aws, awsAll } from "/aws.js";
import { countText, durationText, h, notice, table, tiles, timeText } from "/elements.js";

const recordsMax = 50;   // shown of a shard
const textMax = 400;     // characters shown of a record

export async function showStreams(place) {
  place.append(h("h1", {}, "Streams"));
  const streams = await awsAll("kinesis", "ListStreams", {}, "StreamSummaries");
  if (streams.length === 0) {
    place.append(h("p", { class: "faint" }, "There are none yet. Make one: ", h("code", {}, "levada kinesis create-stream --stream-name orders --shard-count 1")));
    return;
  }
  place.append(h("div", { class: "panel" }, table(["Name", "Status", "Mode", "Created"], streams.map((stream) => [
    h("a", { href: `#/streams/${encodeURIComponent(stream.StreamName)}` }, stream.StreamName),
    stream.StreamStatus,
    stream.StreamModeDetails?.StreamMode ?? "",
    timeText(stream.StreamCreationTimestamp * 1000),
  ]))));
}

/** Data as text where it is UTF-8, else as hexadecimal digits. */
function dataText(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    text = Array.from(bytes.slice(0, textMax), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  }
  return text.length > textMax ? `${text.slice(0, textMax)}…` : text;
}

async function newestRecords(name, shard, minutes) {
  const since = Date.now() / 1000 - minutes * 60;
  const { ShardIterator } = await aws("kinesis", "GetShardIterator", { StreamName: name, ShardId: shard, ShardIteratorType: "AT_TIMESTAMP", Timestamp: since });
  let newest = [];
  for (let iterator = ShardIterator, page = 0; iterator && page < 20; page += 1) {
    const answer = await aws("kinesis", "GetRecords", { ShardIterator: iterator });
    newest = [...newest, ...answer.Records].slice(-recordsMax);
    if (answer.MillisBehindLatest === 0) break;
    iterator = answer.NextShardIterator;
  }
  return newest.reverse();
}

export async function showStream(place, [, name]) {
  const { StreamDescriptionSummary: stream } = await aws("kinesis", "DescribeStreamSummary", { StreamName: name });
  const shards = await awsAll("kinesis", "ListShards", { StreamName: name }, "Shards");
  const isOpen = (shard) => shard.SequenceNumberRange.EndingSequenceNumber === undefined;
  place.append(
    h("h1", {}, name),
    tiles([
      ["Status", stream.StreamStatus, stream.StreamStatus === "ACTIVE" ? "good" : ""],
      ["Mode", stream.StreamModeDetails?.StreamMode ?? "PROVISIONED"],
      ["Open shards", countText(stream.OpenShardCount)],
      ["Retention", durationText(stream.RetentionPeriodHours * 3600)],
      ["Encryption", stream.EncryptionType ?? "NONE"],
      ["Consumers", countText(stream.ConsumerCount ?? 0)],
    ]));

  const chosen = h("select", { name: "shard" }, shards.map((shard) => h("option", { value: shard.ShardId }, shard.ShardId + (isOpen(shard) ? "" : " (closed)"))));
  const minutes = h("select", { name: "minutes" }, [[5, "5 minutes"], [60, "hour"], [1440, "day"]].map(([value, text]) => h("option", { value }, text)));
  const records = h("div");
  async function read() {
    records.replaceChildren(h("p", { class: "faint" }, "Reading …"));
    try {
      const newest = await newestRecords(name, chosen.value, Number(minutes.value));
      records.replaceChildren(newest.length === 0
        ? h("p", { class: "faint" }, "Nothing arrived in that time.")
        : table(["Arrived", "Partition key", "Data"], newest.map((record) => [
          h("span", { title: record.SequenceNumber }, timeText(record.ApproximateArrivalTimestamp * 1000)),
          record.PartitionKey,
          h("code", {}, dataText(record.Data)),
        ])));
    } catch (error) {
      records.replaceChildren(notice(error));
    }
  }
  place.append(
    h("h2", {}, "Newest records"),
    h("div", { class: "panel" },
      h("div", { class: "row" }, h("label", {}, "Shard", chosen), h("label", {}, "Of the last", minutes), h("button", { type: "button", onclick: read }, "Read")),
      records),
    h("h2", {}, "Shards"),
    h("div", { class: "panel" }, table(["Shard", "State", "Hash keys", "Parents"], shards.map((shard) => [
      h("code", {}, shard.ShardId),
      isOpen(shard) ? "open" : "closed",
      h("code", {}, `${shard.HashKeyRange.StartingHashKey} – ${shard.HashKeyRange.EndingHashKey}`),
      h("code", {}, [shard.ParentShardId, shard.AdjacentParentShardId].filter(Boolean).join(", ")),
    ]))));
}
