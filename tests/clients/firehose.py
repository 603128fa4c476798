#!/usr/bin/env python3
"""Amazon Data Firehose: requests in the shape in which it delivers them to an HTTP endpoint, by curl."""
import base64
import gzip
import json

from clients import Load, call, program, start, token
from harness import Harness

t = Harness()
curl = program("curl")


def deliver(server, number, records, key, *options, packed=False):
    """A request as Firehose makes it: its headers, its order of members; the status and the answer."""
    id = "ed4acda5-034f-9f42-bba1-f29aea6d%04d" % number
    body = json.dumps(
        {
            "requestId": id,
            "timestamp": 1578090901599,
            "records": [{"data": base64.b64encode(record).decode()} for record in records],
        }
    ).encode()
    if packed:
        body = gzip.compress(body)
        options += ("-H", "Content-Encoding: gzip")
    text = call(
        t,
        curl,
        "-sS",
        "-w",
        "\n%{http_code}",
        "--data-binary",
        "@-",
        "-A",
        "Amazon Kinesis Data Firehose Agent/1.0",
        "-H",
        "Content-Type: application/json",
        "-H",
        "X-Amz-Firehose-Protocol-Version: 1.0",
        "-H",
        "X-Amz-Firehose-Request-Id: " + id,
        "-H",
        "X-Amz-Firehose-Access-Key: " + key,
        "-H",
        "X-Amz-Firehose-Source-Arn: arn:aws:firehose:us-east-1:111122223333:deliverystream/trail",
        "-H",
        'X-Amz-Firehose-Common-Attributes: {"commonAttributes":{"deployment":"test"}}',
        *options,
        "http://127.0.0.1:%d/firehose" % server.port(),
        stdin=body,
    )
    body, status = text.rsplit("\n", 1)
    answer = json.loads(body)
    t.equal("the request's own ID", answer.get("requestId"), id)
    t.check(
        "a time in milliseconds",
        isinstance(answer.get("timestamp"), int) and answer["timestamp"] > 1_600_000_000_000,
        answer,
    )
    return int(status), answer


def logs(texts):
    """A CloudWatch Logs subscription's record."""
    return gzip.compress(
        json.dumps(
            {
                "messageType": "DATA_MESSAGE",
                "owner": "111122223333",
                "logGroup": "trail",
                "logStream": "s",
                "subscriptionFilters": ["f"],
                "logEvents": [
                    {"id": str(i), "timestamp": 1578090901599, "message": text} for i, text in enumerate(texts)
                ],
            }
        ).encode()
    )


load = Load(801)
secret = token(t, "firehose", "firehose", "ingest")["secret"]
server = start(t, "firehose", "--http", "0")
status, answer = deliver(server, 0, [load.events[0].encode()], "tk_" + "x" * 43)
t.check("a wrong access key", status == 401 and answer.get("errorMessage"), (status, answer))
requests = [load.texts[i : i + 500] for i in range(0, len(load.texts), 500)]
shapes = [
    lambda texts: [text.encode() for text in texts],  # A record an event, as put.
    lambda texts: [(text + "\n").encode() for text in texts],  # Lines.
    lambda texts: [
        "".join(texts[i : i + 50]).encode() for i in range(0, len(texts), 50)
    ],  # One after the other, as EventBridge's.
    lambda texts: [logs(texts[i : i + 100]) for i in range(0, len(texts), 100)],
]
for number, texts in enumerate(requests):
    status, answer = deliver(server, number + 1, shapes[number % len(shapes)](texts), secret, packed=number % 2 == 1)
    t.check("request %d" % number, status == 200 and "errorMessage" not in answer, (status, answer))
t.equal(
    "figures",
    [server.metric(name + "_total", "http") for name in ("events", "duplicates", "rejected", "refused")],
    [len(load.events), 1, 1, 0],
)
# Firehose repeats a request whose answer it didn't get: all of it is known.
deliver(server, 1, shapes[0](requests[0]), secret)
t.equal("a repeated request", server.metric("duplicates_total", "http"), 1 + len(requests[0]))
load.check_store(t, server)
t.finish()
