#!/usr/bin/env python3
"""AWS's SDKs for JavaScript: aws-sdk sends audit events, @aws-sdk/client-cloudtrail drains them page by page."""
import json

from clients import Load, node, start, token
from harness import Harness

t = Harness()
load = Load(951)
reader = token(t, "store", "laptop", "query", "--aws")
writer = token(t, "store", "app", "ingest", "--aws")
server = start(t, "store", "--http", "0")
path = t.write("events.ndjson", load.lines())


def sdk(key, *words):
    return json.loads(
        node(
            t,
            "aws_sdk.mjs",
            server.port(),
            *words,
            env={"AWS_ACCESS_KEY_ID": key["accessKeyId"], "AWS_SECRET_ACCESS_KEY": key["secret"]}
        )
    )


put = sdk(writer, "put", path)
t.equal(
    "successful",
    put["successful"],
    [[str(i), json.loads(text)["eventID"]] for i, text in enumerate(load.texts) if text != load.broken],
)
t.equal("failed", put["failed"], [[str(load.texts.index(load.broken)), "InvalidData"]])

drained = sdk(reader, "lookup")
t.equal("all drained, once", sorted(entry["record"] for entry in drained["seen"]), sorted(load.events))
t.equal("pages", drained["pages"] - len(load.events) // 50 in (0, 1), True)
t.equal(
    "times",
    [entry["time"][:19] for entry in drained["seen"]],
    [json.loads(entry["record"])["eventTime"][:19] for entry in drained["seen"]],
)
t.equal(
    "newest first",
    [entry["time"] for entry in drained["seen"]],
    sorted((entry["time"] for entry in drained["seen"]), reverse=True),
)
some = sdk(
    reader, "lookup", json.dumps({"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "AssumeRole"}]})
)
t.equal(
    "by name",
    sorted(entry["record"] for entry in some["seen"]),
    sorted(text for text in load.events if json.loads(text)["eventName"] == "AssumeRole"),
)
t.equal(
    "a key that is none",
    sdk({**reader, "accessKeyId": "AKIAAAAAAAAAAAAAAAAA"}, "lookup"),
    {"error": "UnrecognizedClientException", "status": 400},
)
t.equal(
    "a bad request",
    sdk(reader, "lookup", '{"LookupAttributes":[{"AttributeKey":"Colour","AttributeValue":"red"}]}'),
    {"error": "InvalidLookupAttributesException", "status": 400},
)
load.check(t, server, "http")
t.finish()
