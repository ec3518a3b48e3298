// AWS requests from the browser: signed with Signature Version 4 and sent to the console's own address, which passes them on to
// the handler of the AWS listener.

const targets = {
  kinesis: { prefix: "Kinesis_20131202", type: "application/x-amz-json-1.1" },
  timestream: { prefix: "Timestream_20181101", type: "application/x-amz-json-1.0" },
};

// Kept for this tab only. A server without --credentials takes any signature.
const stored = "levada.keys";
let keys = { accessKey: "console", secretKey: "console", sessionToken: "", region: "us-east-1" };
try { keys = { ...keys, ...JSON.parse(sessionStorage.getItem(stored) ?? "{}") }; } catch { /* not ours */ }
let chosen = sessionStorage.getItem(stored) !== null;

export const currentKeys = () => keys;
export function useKeys(next) {
  keys = next;
  chosen = true;
  sessionStorage.setItem(stored, JSON.stringify(next));
}
/** What the server calls home, until somebody chose another region. */
export function useHomeRegion(region) { if (!chosen) keys = { ...keys, region }; }

export class AwsError extends Error {
  constructor(code, message) {
    super(message ? `${code}: ${message}` : code);
    this.code = code;
  }
}

const encoder = new TextEncoder();
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = async (text) => hex(await crypto.subtle.digest("SHA-256", encoder.encode(text)));
async function hmac(key, text) {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return crypto.subtle.sign("HMAC", imported, encoder.encode(text));
}

async function signedHeaders(service, target, body) {
  if (!globalThis.crypto?.subtle)
    throw new Error("The browser signs requests only on https or on this machine's own address. Start the server with --tls-cert and --tls-key, or open http://127.0.0.1.");
  const at = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const date = at.slice(0, 8);
  const signed = { host: location.host, "x-amz-date": at, "x-amz-target": target };
  if (keys.sessionToken) signed["x-amz-security-token"] = keys.sessionToken;
  const names = Object.keys(signed).sort();
  const canonical = ["POST", "/", "", ...names.map((name) => `${name}:${signed[name]}`), "", names.join(";"), await sha256(body)].join("\n");
  const scope = `${date}/${keys.region}/${service}/aws4_request`;
  let key = encoder.encode(`AWS4${keys.secretKey}`);
  for (const part of [date, keys.region, service, "aws4_request"]) key = await hmac(key, part);
  const signature = hex(await hmac(key, ["AWS4-HMAC-SHA256", at, scope, await sha256(canonical)].join("\n")));
  delete signed.host;  // the browser's own
  return { ...signed, authorization: `AWS4-HMAC-SHA256 Credential=${keys.accessKey}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}` };
}

/** aws("kinesis", "ListStreams", {Limit: 10}): the answer, or an AwsError with the service's own words. */
export async function aws(service, operation, input = {}) {
  const { prefix, type } = targets[service];
  const target = `${prefix}.${operation}`;
  const body = JSON.stringify(input);
  const headers = { ...(await signedHeaders(service, target, body)), "content-type": type };
  let response;
  try {
    response = await fetch("/", { method: "POST", headers, body });
  } catch {
    throw new Error("The server does not answer. Is it running?");
  }
  const text = await response.text();
  let answer = {};
  try { answer = text ? JSON.parse(text) : {}; } catch { throw new AwsError(`HTTP ${response.status}`, text.trim()); }
  if (!response.ok) throw new AwsError((answer.__type ?? `HTTP ${response.status}`).split("#").pop(), answer.message ?? answer.Message);
  return answer;
}

/** All pages of a listing. Tokens stand for the whole input. */
export async function awsAll(service, operation, input, member) {
  const all = [];
  for (let next; ;) {
    const page = await aws(service, operation, next ? { NextToken: next } : input);
    all.push(...(page[member] ?? []));
    next = page.NextToken;
    if (!next) return all;
  }
}

/** Rows of a Timestream query, each an object by column name: texts, or null. */
export async function timestreamRows(text) {
  const rows = [];
  for (let next; ;) {
    const page = await aws("timestream", "Query", next ? { QueryString: text, NextToken: next } : { QueryString: text });
    const names = page.ColumnInfo.map((column) => column.Name);
    for (const { Data } of page.Rows)
      rows.push(Object.fromEntries(Data.map((datum, i) => [names[i], datum.NullValue ? null : datum.ScalarValue ?? datum])));
    next = page.NextToken;
    if (!next) return rows;
  }
}
