// node splunk.mjs PORT FILE TOKEN plain|objects|text: sends the file's lines in batches, prints the answers.
// plain: the event itself, by a formatter; objects and text: as the library does by itself, {"message":…,"severity":"info"}.
import splunk from "splunk-logging";
import fs from "node:fs";

const [port, file, token, kind] = process.argv.slice(2);
const logger = new splunk.Logger({ token, url: `http://127.0.0.1:${port}`, maxBatchCount: 0, batchInterval: 0 });
const errors = [];
logger.error = (error) => errors.push([error.code, error.message]);
if (kind === "plain") logger.eventFormatter = (message) => message;
const flush = () => new Promise((resolve) => logger.flush((error, response, body) => resolve(error ? String(error) : [response.statusCode, body])));
const lines = fs.readFileSync(file, "utf8").trimEnd().split("\n");
const answers = [];
for (let i = 0; i < lines.length; i += 500) {
  for (const text of lines.slice(i, i + 500)) logger.send({ message: kind === "text" ? text : JSON.parse(text), metadata: { source: "test" } });
  answers.push(await flush());
}
console.log(JSON.stringify({ answers, errors }));
