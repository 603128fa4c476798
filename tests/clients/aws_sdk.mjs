// node aws_sdk.mjs PORT lookup [JSON]: drains LookupEvents with the paginator of @aws-sdk/client-cloudtrail, prints what came.
// node aws_sdk.mjs PORT put FILE: sends the file's lines with aws-sdk's PutAuditEvents, prints the answers.
import { CloudTrailClient, paginateLookupEvents } from "@aws-sdk/client-cloudtrail";
import fs from "node:fs";

const [port, what, argument] = process.argv.slice(2);
const endpoint = `http://127.0.0.1:${port}`;
if (what === "lookup") {
  const client = new CloudTrailClient({ endpoint, region: "us-east-1", maxAttempts: 1 });
  const seen = [];
  let pages = 0;
  try {
    for await (const page of paginateLookupEvents({ client, pageSize: 50 }, JSON.parse(argument ?? "{}"))) {
      pages += 1;
      for (const event of page.Events) seen.push({ id: event.EventId, time: event.EventTime.toISOString(), record: event.CloudTrailEvent });
    }
    console.log(JSON.stringify({ pages, seen }));
  } catch (error) {
    console.log(JSON.stringify({ error: error.name, status: error.$metadata?.httpStatusCode }));
  }
} else {
  process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = "1";
  const { default: CloudTrailData } = await import("aws-sdk/clients/cloudtraildata.js");
  const client = new CloudTrailData({ endpoint, region: "us-east-1", maxRetries: 0 });
  const lines = fs.readFileSync(argument, "utf8").trimEnd().split("\n");
  const answers = { successful: [], failed: [] };
  for (let begin = 0; begin < lines.length; begin += 100) {
    const auditEvents = lines.slice(begin, begin + 100).map((eventData, i) => ({ id: String(begin + i), eventData }));
    const channelArn = "arn:aws:cloudtrail:us-east-1:111122223333:channel/EXAMPLE8-0558-4f7e-a06a-43969EXAMPLE";
    const answer = await client.putAuditEvents({ channelArn, auditEvents }).promise();
    answers.successful.push(...answer.successful.map((entry) => [entry.id, entry.eventID]));
    answers.failed.push(...answer.failed.map((entry) => [entry.id, entry.errorCode]));
  }
  console.log(JSON.stringify(answers));
}
