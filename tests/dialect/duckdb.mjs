// node duckdb.mjs: reads lines of JSON, a query each; prints for each `{"rows":[[…]]}` of texts, or `{"error":…}`.
import { DuckDBInstance } from "@duckdb/node-api";
import readline from "node:readline";

const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();
const text = (value) => {
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean") return String(value);
  if (typeof value === "bigint") return String(value);
  return typeof value === "number" ? value : String(value);
};
for await (const line of readline.createInterface({ input: process.stdin })) {
  try {
    const answer = await connection.runAndReadAll(JSON.parse(line));
    console.log(JSON.stringify({ rows: answer.getRows().map((row) => row.map(text)) }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error.message) }));
  }
}
