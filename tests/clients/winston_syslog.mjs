// node winston_syslog.mjs PORT FILE EOL TYPE: sends the file's lines over TCP, with nothing between messages if EOL is empty.
import winston from "winston";
import { Syslog } from "winston-syslog";
import fs from "node:fs";

const [port, file, eol, type] = process.argv.slice(2);
const transport = new Syslog({ protocol: "tcp4", host: "127.0.0.1", port: Number(port), localhost: "host", app_name: "trail", type, ...(eol ? { eol } : {}) });
const logger = winston.createLogger({ levels: winston.config.syslog.levels, format: winston.format.printf((info) => info.message), transports: [transport] });
transport.on("error", (error) => console.error(String(error)));
for (const text of fs.readFileSync(file, "utf8").trimEnd().split("\n")) logger.info(text);
// The transport doesn't end its connection by itself: that is done once everything has been written.
let idle = 0;
setInterval(() => {
  const busy = !transport.socket || transport.queue.length + logger.writableLength + transport.writableLength + transport.socket.writableLength > 0;
  idle = busy ? 0 : idle + 1;
  if (idle === 5) transport.socket.end(() => process.exit(0));
}, 20);
