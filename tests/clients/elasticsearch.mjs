// node elasticsearch.mjs PORT FILE apiKey|password SECRET: sends the file's lines, prints what came of it.
import { Client } from "@elastic/elasticsearch";
import fs from "node:fs";

const [port, file, kind, secret] = process.argv.slice(2);
const client = new Client({
  node: `http://127.0.0.1:${port}`,
  auth: kind === "apiKey" ? { apiKey: secret } : { username: "filebeat", password: secret },
});
const dropped = [];
try {
  const ping = await client.ping();
  const stats = await client.helpers.bulk({
    datasource: fs.readFileSync(file, "utf8").trimEnd().split("\n").map((text) => JSON.parse(text)),
    flushBytes: 300_000,
    concurrency: 4,
    onDocument: () => ({ create: { _index: "cloudtrail" } }),
    onDrop: (drop) => dropped.push([drop.status, drop.error?.type]),
  });
  console.log(JSON.stringify({ ping, ...stats, dropped }));
} catch (error) {
  console.log(JSON.stringify({ error: error.name, status: error.statusCode }));
}
