// node loggers.mjs KIND PORT FILE TOKEN: logs the file's lines through a Node logger's HTTP transport; KIND names the package.
import fs from "node:fs";

const [kind, port, file, token] = process.argv.slice(2);
const url = `http://127.0.0.1:${port}`;
const texts = fs.readFileSync(file, "utf8").trimEnd().split("\n");
const failed = (error) => {
  console.error(String(error));
  process.exit(1);
};

const kinds = {
  // The event is the message's text; the transport batches, and sends again what fails.
  async "winston-elasticsearch"() {
    const { default: winston } = await import("winston");
    const { ElasticsearchTransport } = await import("winston-elasticsearch");
    const clientOpts = { node: url, auth: { apiKey: token }, compression: true };
    const transport = new ElasticsearchTransport({ index: "trail", flushInterval: 200, retryLimit: 2, clientOpts });
    const logger = winston.createLogger({ transports: [transport] });
    transport.on("error", failed);
    // Its own timer flushes too: what is on its way must have come before the process ends.
    const write = transport.bulkWriter.write.bind(transport.bulkWriter);
    let writing = 0;
    transport.bulkWriter.write = (body) => {
      writing += 1;
      return write(body).finally(() => (writing -= 1));
    };
    let logged = 0;
    transport.on("logged", () => (logged += 1));
    for (const text of texts) logger.info(text);
    do {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await transport.flush();
    } while (logged < texts.length || transport.bulkWriter.bulk.length > 0 || writing > 0);
  },

  // The event's members stand among the logger's own.
  async "pino-elasticsearch"() {
    const { default: pino } = await import("pino");
    const { default: elasticsearch } = await import("pino-elasticsearch");
    const stream = elasticsearch({ index: "trail", node: url, esVersion: 8, flushBytes: 300_000, auth: { apiKey: token } });
    const logger = pino({}, stream);
    stream.on("error", failed);
    stream.on("insertError", failed);
    const inserted = new Promise((resolve) => stream.on("insert", resolve));
    for (const text of texts) logger.info(JSON.parse(text));
    stream.end();
    await inserted;
  },

  // {"message":{"msg":TEXT,"meta":{…}},"severity":…}
  async "winston-splunk-httplogger"() {
    const { default: winston } = await import("winston");
    const { default: Transport } = await import("winston-splunk-httplogger");
    const transport = new Transport({ splunk: { token, url } });
    const logger = winston.createLogger({ transports: [transport] });
    let left = texts.length;
    await new Promise((resolve) => {
      transport.on("error", failed);
      transport.on("logged", () => --left === 0 && resolve());
      for (const text of texts) logger.info(text);
    });
  },

  // {"message":{"name":…,"pid":…,…the event's members…},"severity":…}
  async "splunk-bunyan-logger"() {
    const { default: bunyan } = await import("bunyan");
    const { default: splunk } = await import("splunk-bunyan-logger");
    const stream = splunk.createStream({ token, url, maxBatchCount: 0, batchInterval: 0 });
    stream.on("error", failed);
    const logger = bunyan.createLogger({ name: "trail", streams: [stream] });
    for (const text of texts) logger.info(JSON.parse(text));
    await new Promise((resolve) => stream.flush((error) => (error ? failed(error) : resolve())));
  },
};

await kinds[kind]();
process.exit(0);
