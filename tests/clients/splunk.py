#!/usr/bin/env python3
"""splunk-logging with a token, in the formats that it sends; a channel's acknowledgements, which it doesn't know, by curl."""
import json

from clients import Load, call, node, program, start, token
from harness import Harness

t = Harness()
path = t.path("events.ndjson")
for kind in ("plain", "objects", "text"):
    # What is no event isn't looked for in the logger's object: that is kept whole.
    load = Load(601, reason="no-event-name" if kind == "objects" else "bad-event-time")
    t.write("events.ndjson", load.lines())
    secret = token(t, kind, "splunk", "ingest")["secret"]
    server = start(t, kind, "--http", "0")
    told = json.loads(node(t, "splunk.mjs", server.port(), path, secret, kind))
    t.equal(kind + ": answers", told, {"answers": [[200, {"text": "Success", "code": 0}]] * 7, "errors": []})
    load.check(t, server, "http", same_bytes=kind == "text")

# The library doesn't look at the status: it needs Splunk's own code to notice.
server = start(t, "text", "--http", "0")
told = json.loads(node(t, "splunk.mjs", server.port(), path, "tk_" + "x" * 43, "plain"))
t.equal("a wrong token", told["errors"], [[4, "Invalid token"]] * 7)
t.equal("exit code", server.stop(), 0)

CHANNEL = "6b1ea0f4-6e5c-4f0e-9f6c-4f1c7a2f1d11"
load = Load(602)
secret = token(t, "channel", "splunk", "ingest")["secret"]
server = start(t, "channel", "--http", "0")


def curl(path, body):
    return json.loads(
        call(
            t,
            program("curl"),
            "-sS",
            "-H",
            "Authorization: Splunk " + secret,
            "-H",
            "X-Splunk-Request-Channel: " + CHANNEL,
            "--data-binary",
            "@-",
            "http://127.0.0.1:%d/services/collector/%s" % (server.port(), path),
            stdin=body,
        )
    )


ids = [
    curl("event", "".join('{"event":%s}' % text for text in load.texts[i : i + 500]))["ackId"]
    for i in range(0, 1500, 500)
]
ids += [curl("raw", "\n".join(load.texts[i : i + 500]))["ackId"] for i in range(1500, len(load.texts), 500)]
t.equal("ackIds", ids, list(range(len(ids))))
t.equal(
    "acknowledged",
    curl("ack", json.dumps({"acks": ids + [999]})),
    {"acks": {**{str(id): True for id in ids}, "999": False}},
)
load.check(t, server, "http")
t.finish()
