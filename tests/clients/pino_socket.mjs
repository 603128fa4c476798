// node pino_socket.mjs PORT FILE: a pino logger whose transport is pino-socket; it puts its level into each object.
import pino from "pino";
import fs from "node:fs";

const [port, file] = process.argv.slice(2);
const transport = pino.transport({ target: "pino-socket", options: { address: "127.0.0.1", port: Number(port), mode: "tcp", reconnect: false } });
const logger = pino({ base: null, timestamp: false }, transport);
await new Promise((resolve) => transport.on("ready", resolve));
for (const text of fs.readFileSync(file, "utf8").trimEnd().split("\n")) logger.info(JSON.parse(text));
transport.end();
