#!/usr/bin/env python3
"""Names: filters and their opposites, fields, CloudTrail's own names, and what was meant by those that there aren't."""
import json
import os
import random
import urllib.parse

from harness import Harness, event, line
from server import Server

t = Harness()
rng = random.Random(41)
store = t.path("store")
records = [event(rng) for _ in range(120)]
for number, record in enumerate(records):
    record["requestParameters"] = {"bucketName": "bucket%d" % (number % 7)}
    if number % 3 == 0:
        record.pop("readOnly")
t.write("in.json", "\n".join(map(line, records)) + "\n")
t.equal("replay", t.run("replay", t.path("in.json"), store=store).returncode, 0)


def run(*arguments, **more):
    return t.run(*arguments, store=store, **more)


def ids(*arguments):
    done = run("events", *arguments, "-o", "json")
    t.equal("exit code of %r" % (arguments,), done.returncode, 0)
    return {record["eventID"] for record in json.loads(done.stdout or "[]")}


# Every filter that the help names has its opposite, which passes exactly the rest; and CloudTrail's own name does, too.
everything = {record["eventID"] for record in records}
first = records[1]
values = {
    "event-id": first["eventID"],
    "name": first["eventName"],
    "source": first["eventSource"],
    "user": first["userIdentity"]["userName"],
    "principal": first["userIdentity"]["arn"],
    "access-key": first["userIdentity"]["accessKeyId"],
    "account": first["recipientAccountId"],
    "region": first["awsRegion"],
    "ip": "203.0.113.0/25",
    "error": "any",
    "resource": "bucket1",
    "resource-type": "AWS::S3::Bucket",
    "type": "AwsApi*",
    "category": "Management",
    "request-id": first["requestID"],
    "user-agent": first["userAgent"],
    "verdict": "unknown",
    "identity": "IAMUser",
    "role": "none",
    "session": "none",
    "where": "requestParameters.bucketName~[12]$",
    "text": "bucket3",
}
help_text = run("events", "--help").stdout.decode()
offered = [
    word.split(",")[0][2:]
    for word in help_text.split()
    if word.startswith("--") and ("--" + word.split(",")[0][2:]) in word
]
for name, value in values.items():
    t.check("--%s is offered" % name, name in offered)
    t.equal("--not-%s passes the rest" % name, ids("--not-" + name, value), everything - ids("--" + name, value))
for flag in ("read-only", "write-only"):
    t.equal("--not-%s passes the rest" % flag, ids("--not-" + flag), everything - ids("--" + flag))
for own, name in (
    ("eventName", "name"),
    ("eventID", "event-id"),
    ("awsRegion", "region"),
    ("sourceIPAddress", "ip"),
    ("errorCode", "error"),
    ("eventSource", "source"),
    ("userAgent", "user-agent"),
    ("requestID", "request-id"),
    ("eventType", "type"),
    ("eventCategory", "category"),
    ("recipientAccountId", "account"),
    ("accessKeyId", "access-key"),
):
    t.equal("--" + own, ids("--" + own, values[name]), ids("--" + name, values[name]))
    t.equal("--not-" + own, ids("--not-" + own, values[name]), ids("--not-" + name, values[name]))
t.equal("--readOnly", ids("--readOnly"), ids("--read-only"))
users = sorted({record["userIdentity"]["userName"] for record in records})[:2]
t.equal(
    "--where", ids("--where", "requestParameters.bucketName=bucket3"), {record["eventID"] for record in records[3::7]}
)
t.equal(
    "--where: alternatives of a path",
    ids("--where", "requestParameters.bucketName=bucket3", "--where", "requestParameters.bucketName=bucket4"),
    {record["eventID"] for record in records[3::7] + records[4::7]},
)
t.equal(
    "--where: all must hold",
    ids("--where", "readOnly?", "--where", "requestParameters.bucketName!=bucket3"),
    {record["eventID"] for number, record in enumerate(records) if number % 3 and number % 7 != 3},
)
t.equal(
    "--text", ids("--text", '"bucket3"') | ids("--text", "bucket3"), {record["eventID"] for record in records[3::7]}
)
for value, said in (
    ("requestParameters.bucketName", "there is no comparison"),
    ("a~(", "at byte 3"),
    ("a<b", "neither a number nor a time"),
    ("user=x", "--user asks for it"),
    ("eventname=x", "did you mean 'eventName'"),
):
    done = run("count", "--where", value)
    t.equal("--where %s is refused" % value, done.returncode, 2)
    t.check("and said why", said in done.stderr.decode(), done.stderr)
t.equal("an empty --text is refused", run("count", "--text", "").returncode, 2)
t.equal(
    "several: neither",
    ids("--not-user", users[0], "--not-user", users[1]),
    everything - ids("--user", users[0], "--user", users[1]),
)
t.equal(
    "and with others",
    ids("--region", "eu-west-1", "--not-error", "any"),
    ids("--region", "eu-west-1") & ids("--error", "none"),
)
t.equal(
    "and with its own positive",
    ids("--name", "Get*", "--not-name", "GetCredits"),
    ids("--name", "Get*") - ids("--name", "GetCredits"),
)
t.equal(
    "count takes them",
    json.loads(run("count", "--not-region", "eu-west-1", "-o", "json").stdout),
    [{"count": len(ids("--not-region", "eu-west-1"))}],
)
t.equal("a hold keeps them", run("hold", "add", "rest", "--not-user", users[0], "--not-read-only").returncode, 0)
hold = json.loads(run("hold", "list", "-o", "json").stdout)[0]["filter"]
t.equal("and tells", hold, {"not-user": [users[0]], "not-read-only": ["true"]})
kept = json.loads(run("retain", "--keep", "1d", "--dry-run", "-o", "json").stdout)
t.equal("and retention obeys", kept["held"], len(ids("--not-user", users[0], "--not-read-only")))

# Names of filters are names of fields, in both places.
for name in values.keys() - {"where", "text"}:
    done = run("events", "--fields", "time," + name, "--limit", "3", "-o", "json")
    t.equal("--fields %s" % name, (done.returncode, list(json.loads(done.stdout)[0])), (0, ["time", name]))
    t.equal("--by %s" % name, run("count", "--by", name, "-o", "json").returncode, 0)
row = json.loads(
    run(
        "events",
        "--event-id",
        first["eventID"],
        "--fields",
        "event-id,request-id,resource,resource-type,read-only,eventID,accessKeyId",
        "-o",
        "json",
    ).stdout
)[0]
t.equal(
    "their values",
    row,
    {
        "event-id": first["eventID"],
        "request-id": first["requestID"],
        "resource": "bucket1",
        "resource-type": "AWS::S3::Bucket",
        "read-only": str(first["readOnly"]).lower(),
        "eventID": first["eventID"],
        "accessKeyId": first["userIdentity"]["accessKeyId"],
    },
)
t.equal(
    "count by resource",
    {r["resource"]: r["count"] for r in json.loads(run("count", "--by", "resource", "-o", "json").stdout)},
    {"bucket%d" % n: len(ids("--resource", "bucket%d" % n)) for n in range(7)},
)
t.equal(
    "the default list has the eventID",
    run("events", "--limit", "1", "-o", "csv").stdout.split(b"\r\n")[0].split(b",")[-1],
    b"eventID",
)

# What there isn't is an error that says what was meant, never an empty column or a list of everything.
for arguments, meant in (
    (("events", "--fields", "usr"), "'user'"),
    (("events", "--fields", "eventname"), "'eventName'"),
    (("count", "--by", "errorcode"), "'errorCode'"),
    (("count", "--by", "userIdentity.arnn"), "'userIdentity.arn'"),
    (("events", "--fields", "time,sourceIpAdress"), "'sourceIPAddress'"),
    (("tail", "--fields", "regoin"), "'region'"),
    (("events", "--principle", "x"), "'--principal'"),
    (("events", "--not-usr", "x"), "'--not-user'"),
    (("events", "--usr=x"), "'--user'"),
    (("count", "--tpo", "3"), "'--top'"),
    (("evnets",), "'events'"),
    (("evetns", "--limit", "3"), "'events'"),
    (("token", "creat", "x"), "'create'"),
    (("hold", "ad", "x"), "'add'"),
    (("events", "--no-pagre"), "'--no-pager'"),
):
    done = run(*arguments)
    t.equal("%r: exit code" % (arguments,), (done.returncode, done.stdout), (2, b""))
    t.check("%r: did you mean %s" % (arguments, meant), b"did you mean " + meant.encode() in done.stderr, done.stderr)
for arguments in (
    ("events", "--fields", "zzzzzz"),
    ("events", "--qqqqqqqq"),
    ("qqqqqqqq",),
    ("count", "--by", "x" * 100000),
):
    done = run(*arguments)
    t.equal("%r: exit code" % (arguments[:2],), done.returncode, 2)
    t.check("%r: no wild guess" % (arguments[:2],), b"did you mean" not in done.stderr, done.stderr)
for path in ("requestParameters.noSuchName", "responseElements.a.b", "userIdentity.sessionContext", "resources[].ARN"):
    t.equal("a path that no event has: " + path, run("events", "--fields", path, "--limit", "1").returncode, 0)

# The same over HTTP.
server = Server(t, store, "--http", "0")


def get(path):
    status, _, body = server.request("GET", path)
    return status, body


for name, value in values.items():
    if name == "verdict":
        continue
    quoted = urllib.parse.quote(value, safe="")
    status, body = get("/v1/count?not-%s=%s" % (name, quoted))
    t.equal("not-%s over HTTP" % name, (status, body[0]["count"]), (200, len(ids("--not-" + name, value))))
t.equal("not-read-only over HTTP", get("/v1/count?not-read-only")[1][0]["count"], len(ids("--not-read-only")))
t.equal("eventName over HTTP", get("/v1/count?eventName=GetCredits")[1][0]["count"], len(ids("--name", "GetCredits")))
for query, meant in (
    ("fields=usr", "'user'"),
    ("fields=eventname", "'eventName'"),
    ("usr=x", "'user'"),
    ("limt=3", "'limit'"),
):
    status, body = get("/v1/events?" + query)
    t.check(
        "%s over HTTP: did you mean %s" % (query, meant),
        status == 400 and "did you mean " + meant in body["error"]["message"],
        body,
    )
t.equal("server: exit code", server.stop(), 0)

# Who did it, and from where.
done = t.run(
    "hold",
    "add",
    "other",
    "--user",
    "x",
    store=store,
    env={"SUDO_USER": "anna\x1b[31m", "SSH_CONNECTION": "203.0.113.9 5000 10.0.0.1 22"},
)
entries = [json.loads(text) for text in run("journal", "-o", "ndjson").stdout.splitlines()]
by = entries[-1]["entry"]["by"]
t.equal(
    "the journal: uid, who called sudo, SSH client",
    (by["uid"], by["sudoUser"], by["sshClient"]),
    (os.getuid(), "anna\x1b[31m", "203.0.113.9"),
)
t.check("the journal: host", by["host"] == os.uname().nodename and "user" in by, by)
t.check("the journal: every entry has it", all("by" in entry["entry"] for entry in entries), entries)
table = run("journal").stdout.decode().split("\n")
t.equal("the journal's columns", table[0].split(), ["TIME", "WHO", "FROM", "ENTRY"])
t.check(
    "the journal for people", "(sudo: anna\\x1b[31m)  203.0.113.9" in table[-2] and '"by"' not in table[-2], table[-2]
)

t.finish()
