// Asks one question through aws-sdk-js v3 and prints the rows as JSON, page after page as the SDK fetches them.
// Usage: node query.mjs ENDPOINT 'SELECT …'

import { paginateQuery, TimestreamQueryClient } from "@aws-sdk/client-timestream-query";

const [endpoint, text] = process.argv.slice(2);
const credentials = { accessKeyId: "metrics", secretAccessKey: "metrics" };
const client = new TimestreamQueryClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
const rows = [];
for await (const page of paginateQuery({ client, pageSize: 20 }, { QueryString: text })) rows.push(...page.Rows);
process.stdout.write(JSON.stringify({ Rows: rows }));
client.destroy();
