// node fluent_logger.mjs PORT FILE MODE KEY|- text|object TIMEOUT: sends the file's lines with acknowledgement, prints how many were.
import logger from "fluent-logger";
import fs from "node:fs";

const [port, file, eventMode, sharedKey, kind, timeout] = process.argv.slice(2);
const sender = logger.createFluentSender("cloudtrail", {
  host: "127.0.0.1",
  port: Number(port),
  eventMode,
  requireAckResponse: true,
  ackResponseTimeout: 60_000,
  sendQueueSizeLimit: 400_000,
  ...(sharedKey === "-" ? {} : { security: { clientHostname: "client.test", sharedKey } }),
  internalLogger: { info: () => {}, error: () => {} },
});
const lines = fs.readFileSync(file, "utf8").trimEnd().split("\n");
let acknowledged = 0;
const errors = [];
const done = () => {
  console.log(JSON.stringify({ acknowledged, errors: [...new Set(errors)] }));
  process.exit(0);
};
setTimeout(done, Number(timeout));
sender.on("error", (error) => errors.push(error.name));
for (const text of lines) {
  sender.emit("trail", kind === "text" ? { message: text } : JSON.parse(text), (error) => {
    if (error) return;
    acknowledged += 1;
    if (acknowledged === lines.length) done();
  });
}
