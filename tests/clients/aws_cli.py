#!/usr/bin/env python3
"""aws cloudtrail lookup-events with an access key: pages, attributes, times, errors; put-audit-events where the aws there is knows it."""
import json
import shutil
import subprocess

from clients import Load, call, program, start, token
from harness import Harness

t = Harness()
load = Load(901)
made = token(t, "store", "laptop", "query", "--aws")
writer = token(t, "store", "app", "ingest", "--aws")
shipper = token(t, "store", "shipper", "ingest")["secret"]
server = start(t, "store", "--http", "0")
server.post("/v1/events", load.lines(), Authorization="Bearer " + shipper)
events = [json.loads(text) for text in load.events]


def keys(made):
    return {
        "AWS_ACCESS_KEY_ID": made["accessKeyId"],
        "AWS_SECRET_ACCESS_KEY": made["secret"],
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
    }


def command(aws, *words):
    return [aws, *words, "--endpoint-url", "http://127.0.0.1:%d" % server.port(), "--output", "json"]


def lookup(*options):
    text = call(t, *command(program("aws"), "cloudtrail", "lookup-events", *options), env=keys(made))
    return json.loads(text)


def fails(what, error, *options, aws=program("aws"), key=made, words=("cloudtrail", "lookup-events")):
    done = subprocess.run(
        command(aws, *words, *options), capture_output=True, text=True, timeout=120, env={**t.environment, **keys(key)}
    )
    t.check(what, done.returncode != 0 and error in done.stderr, done.stderr)


def ids(answer):
    return [entry["EventId"] for entry in answer["Events"]]


# All pages, newest first; the record as it is.
got = lookup()
t.equal("all pages", len(got["Events"]), len(events))
t.equal("each event once", sorted(ids(got)), sorted(event["eventID"] for event in events))
t.equal("the records", sorted(entry["CloudTrailEvent"] for entry in got["Events"]), sorted(load.events))
times = [json.loads(entry["CloudTrailEvent"])["eventTime"] for entry in got["Events"]]
t.equal("newest first", times, sorted(times, reverse=True))
one, record = got["Events"][0], json.loads(got["Events"][0]["CloudTrailEvent"])
t.equal(
    "members",
    (one["EventName"], one["EventSource"], one["Username"], one["AccessKeyId"], one["ReadOnly"]),
    (
        record["eventName"],
        record["eventSource"],
        record["userIdentity"]["userName"],
        record["userIdentity"]["accessKeyId"],
        json.dumps(record["readOnly"]),
    ),
)
t.equal("the time", one["EventTime"][:19], record["eventTime"][:19])

# Pages by hand.
first = lookup("--max-items", "70")
rest = lookup("--max-items", "70", "--starting-token", first["NextToken"])
t.equal("pages put together", ids(first) + ids(rest), ids(got)[:140])
t.equal("a page", ids(lookup("--max-results", "7", "--no-paginate")), ids(got)[:7])

# Attributes, alone and together; times, inclusive.
newest = [json.loads(entry["CloudTrailEvent"]) for entry in got["Events"]]
ATTRIBUTES = {
    "EventId": lambda e: e["eventID"],
    "EventName": lambda e: e["eventName"],
    "EventSource": lambda e: e["eventSource"],
    "Username": lambda e: e["userIdentity"]["userName"],
    "AccessKeyId": lambda e: e["userIdentity"]["accessKeyId"],
    "ReadOnly": lambda e: json.dumps(e["readOnly"]),
}
sample = next(event for event in events if event["eventName"] == "PutObject")
for key, value in ATTRIBUTES.items():
    answer = lookup("--lookup-attributes", "AttributeKey=%s,AttributeValue=%s" % (key, value(sample)))
    t.equal(
        "by " + key, sorted(ids(answer)), sorted(event["eventID"] for event in newest if value(event) == value(sample))
    )
for key in ("ResourceName", "ResourceType"):
    t.equal("by " + key, ids(lookup("--lookup-attributes", "AttributeKey=%s,AttributeValue=nothing" % key)), [])
answer = lookup(
    "--lookup-attributes",
    "AttributeKey=EventName,AttributeValue=PutObject",
    "AttributeKey=ReadOnly,AttributeValue=true",
)
t.equal(
    "two attributes",
    sorted(ids(answer)),
    sorted(e["eventID"] for e in newest if e["eventName"] == "PutObject" and e["readOnly"]),
)
begin, end = "2024-02-03T10:00:00Z", sample["eventTime"]
begin, end = min(begin, end), max(begin, end)
answer = lookup("--start-time", begin, "--end-time", end)
t.equal("by time", sorted(ids(answer)), sorted(e["eventID"] for e in newest if begin <= e["eventTime"] <= end))
t.equal("insights: none", ids(lookup("--event-category", "insight")), [])

# AWS's errors.
fails("an unknown key", "UnrecognizedClientException", key={**made, "accessKeyId": "AKIAAAAAAAAAAAAAAAAA"})
fails(
    "a wrong secret",
    "InvalidSignatureException",
    key={**made, "secret": made["secret"][:-1] + ("a" if made["secret"][-1] != "a" else "b")},
)
fails("a key without the right", "The access key lacks the right 'query'.", key=writer)
fails("a token that is none", "InvalidNextTokenException", "--no-paginate", "--next-token", "nonsense")
fails("times the wrong way round", "InvalidTimeRangeException", "--start-time", end, "--end-time", begin)

load.check(t, server, "http")

# PutAuditEvents. Debian's aws is older than that API; tests/clients/aws_sdk.py has an SDK that knows it.
newer = shutil.which("aws")
put = ["cloudtrail-data", "put-audit-events"]
if (
    newer is None
    or "Invalid choice"
    in subprocess.run([newer, *put], capture_output=True, text=True, env={**t.environment, **keys(writer)}).stderr
):
    print("no aws here knows put-audit-events: not tried")
    t.finish()
load = Load(902, count=198)
writer = token(t, "audit", "app", "ingest", "--aws")
reader = token(t, "audit", "laptop", "query", "--aws")
server = start(t, "audit", "--http", "0")
CHANNEL = "arn:aws:cloudtrail:eu-west-1:111122223333:channel/EXAMPLE8-0558-4f7e-a06a-43969EXAMPLE"
successful, failed = [], []
for begin in range(0, len(load.texts), 100):
    entries = [{"id": str(begin + i), "eventData": text} for i, text in enumerate(load.texts[begin : begin + 100])]
    file = t.write("audit.json", json.dumps({"channelArn": CHANNEL, "auditEvents": entries}))
    answer = json.loads(call(t, *command(newer, *put, "--cli-input-json", "file://" + file), env=keys(writer)))
    successful += answer["successful"]
    failed += answer["failed"]
t.equal(
    "successful",
    {entry["id"]: entry["eventID"] for entry in successful},
    {str(i): json.loads(text)["eventID"] for i, text in enumerate(load.texts) if text != load.broken},
)
t.equal(
    "failed",
    [(entry["id"], entry["errorCode"]) for entry in failed],
    [(str(load.texts.index(load.broken)), "InvalidData")],
)
one = json.dumps([{"id": "1", "eventData": load.events[0]}])
fails(
    "a channel that is none",
    "InvalidChannelARN",
    "--channel-arn",
    "nonsense-that-is-no-arn",
    "--audit-events",
    one,
    aws=newer,
    key=writer,
    words=put,
)
fails(
    "a key without the right to send",
    "lacks the right 'ingest'",
    "--channel-arn",
    CHANNEL,
    "--audit-events",
    one,
    aws=newer,
    key=reader,
    words=put,
)
load.check(t, server, "http")
t.finish()
