#!/usr/bin/env python3
"""What people have: envelopes, exports, encodings, archives, other services' files; the same on every road."""
import base64
import bz2
import collections
import csv
import gzip
import io
import json
import lzma
import os
import random
import re
import tarfile
import zipfile
import zlib

from harness import Harness, event, line
from server import Server

t = Harness()
rng = random.Random(12)
store = t.path("store")
MARK = b"\xef\xbb\xbf"


def fresh(count):
    return [line(event(rng)) for _ in range(count)]


def q(text):
    return json.dumps(text)


def replayed(name, data, stdin=False):
    """Exit code and what a replay tells, of bytes as a file or as standard input."""
    path = "-" if stdin else t.write(name, data)
    done = t.run("replay", "-o", "json", path, store=store, stdin=data if stdin else b"")
    result = json.loads(done.stdout)
    result["exit"] = done.returncode
    result["stderr"] = done.stderr.decode()
    return result


def holds(name, data, events, more=()):
    """Replays bytes that hold just `events`, and nothing else; then each is in the store byte for byte."""
    data = data if isinstance(data, bytes) else data.encode()
    result = replayed(name, data)
    t.equal(name, (result["exit"], result["events"], result["rejected"], result["duplicates"]), (0, len(events), 0, 0))
    for text in events[:2]:
        done = t.run("show", json.loads(text)["eventID"], "-o", "raw", store=store)
        t.equal(name + ": bytes", done.stdout.decode().rstrip("\n"), text)
    again = replayed(name, data, stdin=True)
    t.equal(name + ": standard input", (again["exit"], again["events"], again["duplicates"]), (0, 0, len(events)))
    return result


def reasons():
    return collections.Counter(r["reason"] for r in json.loads(t.run("rejects", "-o", "json", store=store).stdout))


def rejects(name, data, reason, count=1):
    before = reasons()
    result = replayed(name, data if isinstance(data, bytes) else data.encode())
    t.equal(name, (result["exit"], result["events"], dict(reasons() - before)), (1, 0, {reason: count}))


def logs(texts):
    return json.dumps(
        {
            "messageType": "DATA_MESSAGE",
            "owner": "1",
            "logGroup": "g",
            "logStream": "s",
            "subscriptionFilters": ["f"],
            "logEvents": [{"id": str(i), "timestamp": 1, "message": x} for i, x in enumerate(texts)],
        }
    )


def b64(data):
    return base64.b64encode(data if isinstance(data, bytes) else data.encode()).decode()


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def tarred(files, mode="w"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def csv_of(header, rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


# docs/inputs.md lists the table's rows, in its order.
source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
rows = re.findall(
    r'\{"([^"]+)",\s*k[^"]*"([^"]*)",\s*(?:true|false),\s*"([^"]+)"\}',
    open(os.path.join(source, "event", "wrapper.cpp")).read(),
)
listed = re.findall(
    r"^\| `([^`]+)`(?: beside `([^`]+)`)? \| [a-z, ]+ \| (.+) \|$",
    open(os.path.join(source, "docs", "inputs.md")).read(),
    re.M,
)
t.equal("docs/inputs.md", listed, rows)

# Envelopes of AWS, in each other.
e = fresh(2)
holds(
    "sns.json",
    json.dumps({"Type": "Notification", "MessageId": "m", "Message": e[0]})
    + json.dumps({"Type": "Notification", "Message": '{"Records":[%s]}' % e[1]}),
    e,
)
e = fresh(2)
holds(
    "sqs.json",
    json.dumps(
        {
            "Records": [
                {"messageId": "1", "body": json.dumps({"Type": "Notification", "Message": x}), "eventSource": "aws:sqs"}
                for x in e
            ]
        }
    ),
    e,
)
e = fresh(1)
holds(
    "sqs-receive.json", json.dumps({"Messages": [{"MessageId": "1", "ReceiptHandle": "r", "Body": e[0]}]}, indent=4), e
)
e = fresh(3)
holds("awslogs.json", json.dumps({"awslogs": {"data": b64(gzip.compress(logs(e).encode()))}}), e)
e = fresh(2)
holds(
    "kinesis.json",
    json.dumps(
        {
            "Records": [
                {
                    "kinesis": {"data": b64(gzip.compress(logs([x]).encode()))},
                    "eventName": "aws:kinesis:record",
                    "eventID": "s:1",
                }
                for x in e
            ]
        }
    ),
    e,
)
e = fresh(2)
holds(
    "kinesis-get-records.json",
    json.dumps({"Records": [{"SequenceNumber": "1", "Data": b64(x), "PartitionKey": "p"} for x in e]}),
    e,
)
e = fresh(2)
holds(
    "bridge-in-sqs.json",
    json.dumps(
        {
            "Records": [
                {"body": '{"version":"0","detail-type":"AWS API Call via CloudTrail","detail":%s}' % x} for x in e
            ]
        }
    ),
    e,
)
e = fresh(2)
holds(
    "firehose-request.json", json.dumps({"requestId": "r", "timestamp": 1, "records": [{"data": b64("\n".join(e))}]}), e
)
e = fresh(3)
holds("cwl-joined.json", "".join(logs([x]) for x in e), e)

# A notification of a file is no event.
notification = {
    "Records": [
        {
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "eventTime": "2024-06-01T15:59:15.977Z",
            "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": "b"}, "object": {"key": "k"}},
        }
    ]
}
rejects("s3.json", json.dumps(notification), "s3-notification")
rejects("s3-sns.json", json.dumps({"Type": "Notification", "Message": json.dumps(notification)}), "s3-notification")
rejects(
    "s3-bridge-sqs.json",
    json.dumps(
        {
            "Records": [
                {
                    "body": json.dumps(
                        {
                            "detail-type": "Object Created",
                            "source": "aws.s3",
                            "detail": {"bucket": {"name": "b"}, "object": {"key": "k2"}},
                        }
                    )
                }
            ]
        }
    ),
    "s3-notification",
)

# Nothing hides an event, and no one's words become one.
e = fresh(2)
holds("repeated.json", '{"Records":[%s],"Records":[%s]}' % tuple(e), e)
e = fresh(2)
holds("list-and-logs.json", '{"Records":[%s],"logEvents":[{"message":%s}],"NextToken":"x"}' % (e[0], q(e[1])), e)
e = fresh(1)
holds("empty-list.json", '{"Records":[],"message":%s}' % q(e[0]), e)
e = fresh(2)
holds("two-members.json", '{"message":%s,"event":%s}' % (q(e[0]), e[1]), e)
e = fresh(2)
holds("two-cells.csv", "1," + ",".join('"%s"' % x.replace('"', '""') for x in e) + "\n", e)
e = fresh(2)
holds("base64-lines.json", json.dumps({"data": base64.encodebytes(gzip.compress("\n".join(e).encode())).decode()}), e)
e = fresh(2)
holds(
    "base64-url.json",
    json.dumps({"data": base64.urlsafe_b64encode(gzip.compress("\n".join(e).encode())).decode().rstrip("=")}),
    e,
)
e = fresh(1)
rejects("ssh.json", json.dumps({"message": "Invalid user %s from 198.51.100.7 port 40022" % e[0]}), "no-event-name")
rejects("web.log", "1.2.3.4 - - GET /?a=%s 404\n" % e[0], "not-an-object")
rejects("agent.json", json.dumps({"time": "2024-06-01T10:00:00Z", "status": 404, "user_agent": e[0]}), "no-event-name")
done = replayed("utf32.json", e[0].encode("utf-32"))
t.check("UTF-32 is named", done["exit"] != 0 and "UTF-32" in done["unreadable"][0]["reason"])

# Exports.
page = lambda texts: json.dumps(
    {"Events": [{"EventId": "x", "EventName": "n", "CloudTrailEvent": x} for x in texts], "NextToken": "t"}, indent=4
)
e = fresh(4)
holds("pages.json", page(e[:2]) + "\n" + page(e[2:]) + "\n", e)
e = fresh(2)
holds("query-strings.json", json.dumps(e, indent=4), e)
e = fresh(2)
holds("query-rows.json", json.dumps([["2024-06-01", None, x] for x in e]), e)
e = fresh(1)
holds("query-one.json", q(e[0]) + "\n", e)
e = fresh(3)
holds("text-one-line.txt", "\t".join(e) + "\n", e)
e = fresh(2)
holds(
    "text.txt",
    "".join(
        "EVENTS\tAKIA\t%s\t0-0\tDescribeInstances\tec2.amazonaws.com\nRESOURCES\tAWS::EC2::Instance\ti-1\n" % x
        for x in e
    )
    + "NEXTTOKEN\tabc\n",
    e,
)
e = fresh(2)
holds(
    "filter-log-events.json",
    json.dumps(
        {
            "events": [
                {"logStreamName": "s", "timestamp": 1, "message": x, "ingestionTime": 2, "eventId": "3"} for x in e
            ],
            "searchedLogStreams": [],
        }
    ),
    e,
)
e = fresh(3)
holds("export-task.gz", gzip.compress("".join("2024-06-01T10:00:00.000Z %s\n" % x for x in e).encode()), e)
e = fresh(2)
holds(
    "logs-tail.txt",
    "".join("2024-06-01T10:00:00.000000+00:00 111122223333_CloudTrail_eu-west-1 %s\n" % x for x in e),
    e,
)
e = fresh(2)
holds(
    "insights.json",
    json.dumps(
        {
            "results": [
                [
                    {"field": "@timestamp", "value": "t"},
                    {"field": "@message", "value": x},
                    {"field": "@ptr", "value": "p"},
                ]
                for x in e
            ],
            "statistics": {"recordsMatched": 2.0},
            "status": "Complete",
        }
    ),
    e,
)
e = fresh(2)
holds("insights.csv", csv_of(["@timestamp", "@message"], [["2024-06-01 10:00:00.000", x] for x in e]), e)
e = fresh(2)
holds(
    "hits.json",
    json.dumps(
        {
            "took": 1,
            "hits": {
                "total": {"value": 2},
                "hits": [
                    {"_id": "1", "_source": {"@timestamp": "t", "event": {"original": x, "action": "a"}}} for x in e
                ],
            },
        }
    ),
    e,
)
e = fresh(1)
holds("hit.json", '{"_index":"i","_source":%s}' % e[0], e)
e = fresh(1)
holds("hit-flat.json", json.dumps({"_source": {"event.original": e[0]}}), e)
e = fresh(2)
holds(
    "splunk.json",
    "".join(
        json.dumps({"preview": False, "offset": i, "result": {"_raw": x, "host": "h"}}) + "\n" for i, x in enumerate(e)
    ),
    e,
)
e = fresh(1)
holds("splunk-results.json", json.dumps({"results": [{"_raw": e[0], "_time": "t"}]}), e)
e = fresh(2)
holds(
    "filebeat.ndjson",
    "".join(
        json.dumps(
            {
                "@timestamp": "t",
                "message": x,
                "log": {"offset": 0, "file": {"path": "/x"}},
                "agent": {"type": "filebeat"},
            }
        )
        + "\n"
        for x in e
    ),
    e,
)
e = fresh(1)
holds("lake.json", '{"eventData":%s,"eventJsonChecksum":"x"}' % e[0], e)
e = fresh(2)
holds(
    "lake-rows.json",
    json.dumps({"QueryStatus": "FINISHED", "QueryResultRows": [[{"eventTime": "t"}, {"eventJson": x}] for x in e]}),
    e,
)
e = fresh(2)
holds("lake.csv", csv_of(["eventJson"], [[x] for x in e]), e)
e = fresh(2)
holds(
    "lake.csv.gz",
    gzip.compress(csv_of(["eventTime", "eventName", "eventJson"], [["t", "n", x] for x in e]).encode()),
    e,
)
rejects(
    "athena.csv",
    csv_of(
        ["eventversion", "useridentity", "eventtime", "eventname", "requestparameters"],
        [["1.08", "{type=IAMUser}", "t", "n", '{"a":"b"}']] * 300,
    ),
    "flattened-row",
)
rejects("athena.json", '{"eventversion":"1.08","eventname":"n","eventtime":"t"}', "flattened-row")
flat = {
    "_time": "t",
    "eventName": "n",
    "eventTime": "2024-06-01T10:00:00Z",
    "userIdentity.arn": "arn:aws:iam::111122223333:user/a",
    "resources{}.ARN": ["x"],
}
rejects("splunk-flat.json", json.dumps({"preview": False, "result": flat}), "flattened-row")
rejects("splunk-flat-results.json", json.dumps({"results": [flat, {**flat, "message": "m"}]}), "flattened-row", 2)
e = fresh(1)
holds("splunk-flat-raw.json", json.dumps({"preview": False, "result": {**flat, "_raw": e[0]}}), e)
rejects(
    "lake-flat.json",
    json.dumps({"QueryResultRows": [[{"eventTime": "t"}, {"userIdentity": "{arn=x}"}, {"eventName": "n"}]] * 2}),
    "flattened-row",
    2,
)

# What services tell Lambda is none of CloudTrail's, whatever its members are called.
commit = {
    "eventSource": "aws:codecommit",
    "eventName": "ReferenceChanges",
    "eventTime": "2024-06-01T10:00:00.000+0000",
    "awsRegion": "eu-west-1",
    "codecommit": {"references": []},
}
rejects("codecommit.json", json.dumps({"Records": [commit]}), "service-notification")
rejects(
    "rds.json",
    json.dumps(
        {
            "Records": [
                {**commit, "eventSource": "aws:rds", "eventID": "1"},
                {"eventSource": "aws:dynamodb", "eventName": "INSERT", "dynamodb": {"Keys": {}}},
            ]
        }
    ),
    "service-notification",
    2,
)

# Shippers' records.
for member in ("log", "message", "line", "event", "msg", "_raw", "original"):
    e = fresh(2)
    holds(
        "shipper-%s.ndjson" % member,
        json.dumps({"stream": "stdout", member: e[0] + "\n"}) + '\n{"%s":%s}\n' % (member, e[1]),
        e,
    )
for member in ("record", "raw_data"):
    e = fresh(3)
    holds(
        "member-%s.ndjson" % member,
        '{"host":"h","%s":%s}\n{"host":"h","%s":%s}\n{"%s":%s}\n'
        % (member, e[0], member, q(e[1]), member, q(b64(e[2]))),
        e,
    )
e = fresh(4)
holds(
    "other-names.ndjson",
    '{"e":%s}\n{"ts":1,"CloudTrail event":%s}\n{"host":"h","aws":{"cloudtrail":%s}}\n' % (q(e[0]), q(e[1]), e[2])
    + json.dumps({"eventName": "DescribeInstances", "host": "h", "event": {"original": e[3], "kind": "event"}})
    + "\n",
    e,
)
rejects("visitor.json", json.dumps({"host": "h", "user_agent": line(event(rng))}), "no-event-name")
e = fresh(1)
holds("message-msg.json", json.dumps({"event": {"message": {"msg": e[0]}, "severity": "info"}}), e)
e = fresh(1)
holds("ecs.json", json.dumps({"message": "DescribeInstances", "event": {"original": e[0], "kind": "event"}}), e)

# Encodings.
for name, encode in (
    ("le", lambda x: b"\xff\xfe" + x.encode("utf-16-le")),
    ("be", lambda x: b"\xfe\xff" + x.encode("utf-16-be")),
    ("le-no-mark", lambda x: x.encode("utf-16-le")),
    ("be-no-mark", lambda x: x.encode("utf-16-be")),
):
    e = fresh(2)
    holds("utf16%s.json" % name, encode(page(e).replace("\n", "\r\n")), e)
    e = fresh(2)
    holds("utf16%s.json.gz" % name, gzip.compress(encode("\r\n".join(e))), e)
e = fresh(3)
holds("marks.ndjson", b"".join(MARK + x.encode() + b"\n" for x in e), e)
e = fresh(2)
holds("marks.json", b"".join(MARK + b'{"Records":[' + x.encode() + b"]}" for x in e), e)
for name, pack in (("bz2", bz2.compress), ("xz", lzma.compress), ("zlib", zlib.compress)):
    e = fresh(3)
    holds("packed.json." + name, pack("\n".join(e).encode()), e)
for level in range(10):
    e = fresh(1)
    holds("one-%d.json.zlib" % level, zlib.compress(b'{"Records":[%s]}' % e[0].encode(), level), e)
for layers in (2, 3, 4):
    e = fresh(3)
    data = b"".join(gzip.compress(logs([x]).encode()) for x in e)
    for _ in range(layers - 1):
        data = gzip.compress(data)
    holds("layers-%d.gz" % layers, data, e)
data = e = b"x"
for _ in range(6):
    data = gzip.compress(data)
result = replayed("layers-6.gz", data)
t.check(
    "too many layers are named",
    result["exit"] == 1 and "four layers" in result["stderr"] and result["rejected"] == 0,
    result,
)
e = fresh(2)
members = [gzip.compress(b'{"Records":[%s]}' % x.encode()) for x in e]
result = holds("members.json.gz", b"".join(members), e)
t.equal(
    "where a later member begins",
    result["joinedFiles"],
    [
        {
            "path": t.path("members.json.gz"),
            "members": [{"offset": len(members[0]), "contentOffset": len(gzip.decompress(members[0]))}],
        }
    ],
)

# Archives.
e = fresh(3)
files = [
    ("a/one.json", e[0].encode()),
    ("a/.DS_Store", b"\0\0"),
    ("__MACOSX/a/._one.json", b"x"),
    ("two.json.gz", gzip.compress(e[1].encode())),
    ("AWSLogs/111122223333/Config/c.json", b'{"fileVersion":"1.0","configurationItems":[]}'),
    ("b/three.ndjson", e[2].encode()),
]
t.equal("zip: others", holds("trail.zip", zipped(files), e)["otherFiles"], {"AWS Config file": 1})
for name, mode in (("tar", "w"), ("tar.gz", "w:gz"), ("tar.xz", "w:xz"), ("tar.bz2", "w:bz2")):
    e = fresh(2)
    holds("trail." + name, tarred([("x/%d.json" % i, x.encode()) for i, x in enumerate(e)], mode), e)
e = fresh(1)
holds("nested.zip", zipped([("in.tar.gz", tarred([("x.json", e[0].encode())], "w:gz"))]), e)
data = b"{}"
for i in range(6):
    data = zipped([("%d.zip" % i, data)])
result = replayed("deep.zip", data)
t.check("archives nested too deep", result["exit"] == 1 and "nested too deep" in result["stderr"], result)
path = t.write("bad.zip", zipped([("x.json", b'{"eventName":"InArchive"}')]))
t.run("replay", path, store=store)
sources = [r["source"] for r in json.loads(t.run("rejects", "-o", "json", store=store).stdout)]
t.check("a member is named with its archive", path + "!x.json" in sources, sources[-1:])
e = fresh(1)
result = replayed("cut.zip", zipped([("a.json", e[0].encode()), ("b.json", os.urandom(5000))])[:2500])
t.check("an archive that is cut short", result["exit"] == 1 and result["events"] == 1, result)
e = fresh(2)
whole = tarred([("%d.json" % i, x.encode()) for i, x in enumerate(e)], "w")
result = replayed("cut.tar", whole[: len(whole.rstrip(b"\0")) // 512 * 512 + 512])
t.check(
    "a tar archive that is cut between members",
    result["exit"] == 1 and result["events"] == 2 and "ends early" in result["stderr"],
    result,
)
e = fresh(2)
whole = zipped([("%d.json" % i, x.encode()) for i, x in enumerate(e)])
result = replayed("no-end.zip", whole[:-30])
t.check(
    "a ZIP archive without its end",
    result["exit"] == 1 and result["events"] == 2 and "ends early" in result["stderr"],
    result,
)
result = replayed("between.zip", whole[: whole.rindex(b"PK\x03\x04")])
t.check(
    "a ZIP archive that is cut between members",
    result["exit"] == 1 and result["duplicates"] == 1 and "ends early" in result["stderr"],
    result,
)
# What stands behind an archive's end isn't passed over, and what is damaged isn't either.
e = fresh(4)
one, two = (tarred([(n, x.encode())]) for n, x in zip("ab", e))
packed, more = (zipped([(n, x.encode())]) for n, x in zip("ab", e))
pair = tarred([("a", e[0].encode()), ("b", e[2].encode())])
damaged = bytearray(pair)
damaged[pair.rindex(b"b\0")] ^= 2
for name, data, words in (
    ("two.tar", one + two, "from byte %d of its content" % len(one)),
    ("two.tar.gz", gzip.compress(one) + gzip.compress(two), "from byte %d of its content" % len(one)),
    ("two.zip", packed + more, "from byte %d of its content" % len(packed)),
    ("tar-and-json.tar", one + e[3].encode(), "from byte %d of its content" % len(one)),
    ("zip-and-json.zip", packed + e[3].encode(), "from byte %d of its content" % len(packed)),
    ("damaged.tar", bytes(damaged), "damaged at byte %d of its content" % pair.rindex(b"b\0")),
):
    result = replayed(name, data)
    t.check(
        name + " is named with the byte",
        result["exit"] == 1 and result["events"] + result["duplicates"] == 1 and words in result["stderr"],
        result,
    )
comment = io.BytesIO()
with zipfile.ZipFile(comment, "w") as archive:
    archive.writestr("a.json", fresh(1)[0])
    archive.comment = b"a comment"
t.equal("a ZIP archive with a comment", replayed("comment.zip", comment.getvalue() + b"\0\0\n")["exit"], 0)
for name, front in (
    ("Parquet", b"PAR1\x15\x04"),
    ("7z", b"7z\xbc\xaf\x27\x1c\x00\x04"),
    ("ORC", b"ORC\x08"),
    ("Avro", b"Obj\x01\x04"),
    ("RAR", b"Rar!\x1a\x07\x01\x00"),
):
    result = replayed("file." + name, front + os.urandom(3000))
    t.check(
        "%s is named with a remedy" % name,
        result["exit"] == 1 and result["rejected"] == 0 and "(%s) is not read: " % name in result["stderr"],
        result,
    )
bomb = gzip.compress(gzip.compress(b"\0" * (300 << 20), 9), 9)
result = replayed("bomb.gz", bomb)
t.check("what expands beyond all reason", result["exit"] == 1 and "2,000 times" in result["stderr"], result)

# A bucket as it is, night after night.
logs_folder = "bucket/AWSLogs/o-abc/111122223333/"
e = fresh(2)
digest = '{"awsAccountId":"111122223333","digestStartTime":"2024-06-01T00:00:00Z","digestS3Object":"AWSLogs/x","logFiles":[]}'
t.write(logs_folder + "CloudTrail/eu-west-1/a.json.gz", gzip.compress(b'{"Records":[%s]}' % e[0].encode()))
t.write(logs_folder + "Odd/layout.json.gz", gzip.compress(b'{"Records":[%s]}' % e[1].encode()))
for i in range(3):
    t.write(logs_folder + "CloudTrail-Digest/eu-west-1/%d.json.gz" % i, gzip.compress(digest.encode()))
t.write(logs_folder + "CloudTrail-Digest/eu-west-1/x_backfill.json.gz", gzip.compress(digest.encode()))
t.write(
    logs_folder + "Config/c.json.gz",
    gzip.compress(b'{"fileVersion":"1.0","configSnapshotId":"x","configurationItems":[{"a":1}]}'),
)
flow = (
    "version account-id interface-id\n"
    + "2 111122223333 eni-1 198.51.100.1 203.0.113.1 443 1 6 1 1 1 1 ACCEPT OK\n" * 20000
)
t.write(logs_folder + "vpcflowlogs/f.log.gz", gzip.compress(flow.encode()))
t.write(logs_folder + "vpcflowlogs/f.log.parquet", b"PAR1\x15\x04" + bytes(100) + b"PAR1")
visit = json.dumps(
    {"timestamp": 1, "webaclId": "w", "httpRequest": {"args": 'q={"eventName":1,"eventVersion":"1.08"}'}}
)
t.write(logs_folder + "WAFLogs/eu-west-1/w.log.gz", gzip.compress((visit + "\n").encode() * 2000))
summary = '{"Records":[{"eventVersion":"1.0","eventId":"1","eventCategory":"Aggregated","timeWindow":{"windowSize":"PT5M"},"summary":{}}]}'
t.write(logs_folder + "CloudTrail-Aggregated/eu-west-1/s.json.gz", gzip.compress(summary.encode()))
t.write(logs_folder + "SomethingNew/x.json.gz", gzip.compress(b'{"a":1}\n' * 1000))
t.write("bucket/elsewhere/flow.log", flow)
t.write("bucket/elsewhere/no-header.log.gz", gzip.compress(flow.split("\n", 1)[1].encode()))
t.write(
    "bucket/elsewhere/access.log",
    '79a5%s bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3 - X REST.GET - "GET /" 200\n' % ("0" * 60) * 1000,
)
expected = {
    "CloudTrail digest": 4,
    "AWS Config file": 1,
    "VPC flow log": 4,
    "S3 access log": 1,
    "SomethingNew file": 1,
    "WAF log": 1,
    "CloudTrail summary": 1,
}
for night in range(2):
    done = t.run("replay", "-o", "json", t.path("bucket"), store=store)
    result = json.loads(done.stdout)
    t.equal(
        "bucket, night %d" % night,
        (done.returncode, result["events"], result["duplicates"], result["rejected"], result["otherFiles"]),
        (0, 0 if night else 2, 2 if night else 0, 0, expected),
    )
text = t.run("replay", t.path("bucket"), store=store).stdout.decode()
t.check("one line a kind", text.count("left out") == len(expected) and "4 CloudTrail digests" in text, text)
rejects("notes.txt", "This is no trail.\n" * 30000, "not-an-object")

# Copies that a shipper rewrote.
record = event(rng, requestParameters=None, userIdentity={"type": "Root", "arn": None, "accountId": "1"})
copies = [
    dict(record),
    {"@timestamp": "t", **record},
    {**record, "date": 1.5, "tags": ["x"]},
    {k: v for k, v in record.items() if v is not None},
    {**record, "userIdentity": {"type": "Root", "accountId": "1"}},
    {**record, "errorCode": "X"},
]
data = "".join(line(copy) + "\n" for copy in copies).encode()
for one_by_one in (False, True):
    for strict, expected in ((False, (2, 4, 4, 1)), (True, (6, 0, 0, 5))):
        got = [0, 0, 0, 0]
        name = t.path("rewritten-%s-%s" % (one_by_one, strict))
        for part in data.splitlines(True) if one_by_one else [data]:
            result = json.loads(
                t.run(
                    "replay", "-", "-o", "json", *(["--strict-variants"] if strict else []), store=name, stdin=part
                ).stdout
            )
            got = [a + result[k] for a, k in zip(got, ("events", "duplicates", "rewritten", "variants"))]
        t.equal("rewritten copies, one by one %s, strict %s" % (one_by_one, strict), tuple(got), expected)
        again = json.loads(
            t.run(
                "replay", "-", "-o", "json", *(["--strict-variants"] if strict else []), store=name, stdin=data
            ).stdout
        )
        t.equal("again", (again["events"], again["duplicates"]), (0, 6))
        if not strict:
            kept = t.run("show", record["eventID"], "-o", "raw", store=name).stdout.decode().split("\n")
            t.check("the first bytes stay", line(record) in kept, kept)

# The same over the server's roads.
store = t.path("served")
server = Server(t, store, "--http", "0", "--ndjson", "0", "--syslog", "0")


def posted(path, body, **headers):
    return server.post(path, body, **headers)


e = fresh(1)
t.equal("undeclared gzip", posted("/v1/events", gzip.compress(b'{"Records":[%s]}' % e[0].encode()))[1]["accepted"], 1)
e = fresh(2)
t.equal(
    "gzip in gzip",
    posted("/v1/events", gzip.compress(gzip.compress("\n".join(e).encode())), Content_Encoding="gzip")[1]["accepted"],
    2,
)
e = fresh(2)
t.equal("UTF-16", posted("/v1/events", b"\xff\xfe" + page(e).encode("utf-16-le"))[1]["accepted"], 2)
e = fresh(1)
t.equal("HEC raw, undeclared", posted("/services/collector/raw", gzip.compress(e[0].encode()))[1]["code"], 0)
e = fresh(1)
t.equal(
    "HEC, undeclared, message.msg",
    posted("/services/collector/event", gzip.compress(json.dumps({"event": {"message": {"msg": e[0]}}}).encode()))[1][
        "code"
    ],
    0,
)
e = fresh(1)
bulk = b'{"create":{}}\n%s\n' % json.dumps({"line": e[0]}).encode()
t.equal("bulk, undeclared", [i["create"]["status"] for i in posted("/x/_bulk", gzip.compress(bulk))[1]["items"]], [201])
e = fresh(3)
data = b64(gzip.compress(gzip.compress(logs(e).encode())))
t.equal(
    "Firehose of layers",
    posted("/firehose", json.dumps({"requestId": "r", "records": [{"data": data}]}), X_Amz_Firehose_Request_Id="r")[0],
    200,
)
e = fresh(1)
body = json.dumps({"auditEvents": [{"id": "1", "eventData": json.dumps({"log": e[0]})}]})
t.equal(
    "PutAuditEvents",
    len(
        posted("/PutAuditEvents?channelArn=arn:aws:cloudtrail:us-east-1:111122223333:channel/c", body)[1]["successful"]
    ),
    1,
)
record = json.loads(e[0])
t.equal(
    "a rewritten copy",
    (posted("/v1/events", line(record))[1], posted("/v1/events", line({**record, "time": "t"}))[1]["rewritten"]),
    ({"accepted": 0, "duplicate": 1, "rejected": 0, "errors": []}, 1),
)
e = fresh(2)
bulk = "".join(
    '{"create":{}}\n%s\n' % x
    for x in (
        '{"Records":[],"message":%s}' % q(e[0]),
        '{"Records":[],"message":"text"}',
        '{"log":%s}' % q("GET /?a=%s 404" % e[1]),
    )
)
t.equal(
    "bulk: an empty list hides nothing",
    [i["create"]["status"] for i in posted("/x/_bulk", bulk)[1]["items"]],
    [201, 400, 400],
)
t.equal("an archive over HTTP", posted("/v1/events", zipped([("a", b"{}")]))[0], 415)
columns = "Service," + ",".join("x" * 40 + "($)" for _ in range(100)) + ",Total costs($)\n2024-06-01,1\n"
t.equal("an export of costs with a long header over HTTP", posted("/v1/events", columns.encode())[0], 415)
t.equal("Parquet over HTTP", posted("/v1/events", b"PAR1\x15\x04" + os.urandom(100))[0], 415)
t.equal("a notification", posted("/v1/events", json.dumps(notification))[1]["errors"][0]["reason"], "s3-notification")
t.equal("a flow log over HTTP is one reject", posted("/v1/events", flow)[1]["rejected"], 1)
e = fresh(2)
with server.connect("ndjson") as sender:
    sender.sendall("".join(json.dumps({"log": x}) + "\n" for x in e).encode())
t.check("TCP", server.wait_for("events_total", "ndjson", 2))
e = fresh(2)
with server.connect("syslog") as sender:
    sender.sendall("".join("<14>1 - h a - - - %s\n" % json.dumps({"message": x}) for x in e).encode())
t.check("syslog", server.wait_for("events_total", "syslog", 2))
t.equal("the server's end", server.stop(), 0)

# Folders that are followed.
followed = t.path("followed")
e = fresh(4)
t.write("spool/trail.zip", zipped([("a.json", e[0].encode()), ("b.json", e[1].encode())]))
t.write("spool/two.tar", one + two)
t.write("spool/utf16.json", e[2].encode("utf-16"))
t.write("spool/AWSLogs/111122223333/vpcflowlogs/f.log", flow)
t.write("spool/wrapped.ndjson", json.dumps({"log": e[3]}) + "\n")
server = Server(t, followed, "--http", "0", "--follow", t.path("spool"))
t.check("followed", server.wait_for("events_total", "follow", 5))
t.equal("followed: no rejects", server.metric("rejected_total", "follow"), 0)
server.stop()
t.check("followed: what wasn't read is named", "two.tar: more follows behind the archive's end" in server.log())

t.finish()
