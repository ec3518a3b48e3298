// Parquet files through hyparquet, which others wrote.
// node parquet.mjs read FILE     the names of the columns and the rows, as JSON; timestamps are nanoseconds
// node parquet.mjs write FILE    a file of {"codec", "columns": [{"name", "type", "data", …}]} from standard input

import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { parquetMetadata, parquetReadObjects, parquetSchema } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";

const [, , verb, path] = process.argv;
const text = (key, value) => (typeof value === "bigint" ? value.toString() : value);

if (verb === "read") {
  const bytes = readFileSync(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const same = (value) => value;
  const parsers = Object.fromEntries(
    ["timestampFromMilliseconds", "timestampFromMicroseconds", "timestampFromNanoseconds", "dateFromDays"].map((name) => [name, same]));
  const rows = await parquetReadObjects({ file, parsers, compressors: { GZIP: (input) => gunzipSync(input) } });
  const columns = parquetSchema(parquetMetadata(file)).children.map((column) => column.element.name);
  process.stdout.write(JSON.stringify({ columns, rows }, text));
} else {
  const { codec, columns } = JSON.parse(readFileSync(0, "utf8"));
  const whole = ({ name, type, ...more }) => {
    const wide = type === "INT64";
    return { name, type, ...more, data: more.data.map((value) => (wide && value !== null ? BigInt(value) : value)) };
  };
  const compressors = { GZIP: (bytes) => new Uint8Array(gzipSync(bytes)) };
  writeFileSync(path, Buffer.from(parquetWriteBuffer({ columnData: columns.map(whole), codec, compressors, rowGroupSize: 40, pageSize: 200 })));
}
