#!/usr/bin/env python3
"""trailkeeper serve: each wire format, access, limits, followed folders and the end, over real sockets."""
import base64
import gzip
import http.client
import json
import os
import random
import signal
import socket
import time

from harness import Harness, event, line
from server import Server

t = Harness()
rng = random.Random(4)
events = [line(event(rng)).encode() for _ in range(60)]


def stored(store):
    rows = json.loads(t.run("count", "-o", "json", store=store).stdout)
    return rows[0]["count"]


def fresh(count):
    return [line(event(rng)).encode() for _ in range(count)]


store = t.path("store")
server = Server(t, store, "--http", "0", "--ndjson", "0", "--syslog", "0", "--forward", "0")

# JSON in any layout, compressed or not; duplicates and rejected records are told.
status, answer = server.post("/v1/events", b"\n".join(events[:10]) + b"\n")
t.equal("POST /v1/events", (status, answer), (200, {"accepted": 10, "duplicate": 0, "rejected": 0, "errors": []}))
status, answer = server.post(
    "/v1/events", gzip.compress(b'{"Records":[' + b",".join(events[8:20]) + b"]}"), Content_Encoding="gzip"
)
t.equal("gzip, Records, two known", (status, answer["accepted"], answer["duplicate"]), (200, 10, 2))
status, answer = server.post("/v1/events", b'{"eventName":"x"}')
t.equal("no event", (status, answer["rejected"], answer["errors"][0]["reason"]), (200, 1, "bad-event-time"))
status, answer = server.post("/v1/events", b'not json\n{"a":1}\n{"a":2}')
t.equal(
    "an entry for each reason, with its own count",
    (status, sorted((error["reason"], error["count"]) for error in answer["errors"])),
    (200, [("no-event-name", 2), ("not-an-object", 1)]),
)
for kind, bill in (
    ("legacy", "identity/LineItemId,lineItem/UsageAccountId,lineItem/ProductCode,lineItem/UnblendedCost\n"),
    ("CUR 2.0", "bill_payer_account_id," + "line_item_x," * 500 + "line_item_unblended_cost\n"),
    ("FOCUS", "BilledCost,ChargePeriodStart\n"),
):
    for sent, encoding in ((bill.encode() * 2, {}), (gzip.compress(bill.encode() * 2), {"Content_Encoding": "gzip"})):
        status, answer = server.post("/v1/events", sent, **encoding)
        t.check(
            "a cost report is no event: " + kind,
            status == 415 and "cost report" in str(answer) and "trailkeeper replay" in str(answer),
            (status, answer),
        )
t.equal("an unknown encoding", server.post("/v1/events", b"x", Content_Encoding="br")[0], 415)
t.equal("damaged gzip", server.post("/v1/events", b"x", Content_Encoding="gzip")[0], 400)
t.equal("nothing there", server.request("GET", "/nothing")[0], 404)
t.equal("the wrong method", server.request("DELETE", "/v1/events")[0], 405)

# Elasticsearch, Splunk, Firehose, PutAuditEvents.
bulk = (
    b"".join(b'{"create":{"_index":"i"}}\n' + text + b"\n" for text in events[19:30])
    + b'{"index":{}}\n{"message":"no event"}\n'
)
status, answer = server.post("/trail/_bulk", bulk)
t.equal(
    "bulk: statuses",
    (status, [list(item.values())[0]["status"] for item in answer["items"]]),
    (200, [409] + [201] * 10 + [400]),
)
t.equal("the product header", server.request("GET", "/")[1].get("X-Elastic-Product"), "Elasticsearch")
status, answer = server.post("/services/collector/event", b"".join(b'{"event":%s}' % text for text in events[30:35]))
t.equal("HEC", (status, answer), (200, {"text": "Success", "code": 0}))
channel = "0aedfc20-1c27-4c6a-a9c9-1a6f8a7e5d11"
answer = server.post("/services/collector/raw?channel=" + channel, b"\n".join(events[35:40]))[1]
t.equal("HEC with a channel", answer, {"text": "Success", "code": 0, "ackId": 0})
t.equal(
    "HEC acknowledgement",
    server.post("/services/collector/ack?channel=" + channel, b'{"acks":[0]}')[1],
    {"acks": {"0": True}},
)
data = base64.b64encode(gzip.compress(b"\n".join(events[40:45]))).decode()
status, answer = server.post(
    "/firehose",
    json.dumps({"requestId": "r", "timestamp": 1, "records": [{"data": data}]}),
    X_Amz_Firehose_Request_Id="r",
)
t.equal("Firehose", (status, answer["requestId"], "errorMessage" in answer), (200, "r", False))
entries = [{"id": str(i), "eventData": text.decode()} for i, text in enumerate(events[45:48])] + [
    {"id": "bad", "eventData": "{}"}
]
status, answer = server.post(
    "/PutAuditEvents?channelArn=arn:aws:cloudtrail:us-east-1:111122223333:channel/c",
    json.dumps({"auditEvents": entries}),
)
t.equal(
    "PutAuditEvents",
    (status, [e["id"] for e in answer["successful"]], [e["id"] for e in answer["failed"]]),
    (200, ["0", "1", "2"], ["bad"]),
)


# What clients of each kind expect of HTTP, and of the paths that they know.
def raw_request(text):
    """The answer's head; of the body what came with it."""
    with server.connect("http") as raw:
        raw.sendall(text)
        answer = b""
        while b"\r\n\r\n" not in answer:
            piece = raw.recv(65536)
            if not piece:
                break
            answer += piece
    return answer.decode()


t.equal("PUT /v1/events", server.request("PUT", "/v1/events", events[0])[2]["duplicate"], 1)
t.equal("HEAD /v1/events", server.request("HEAD", "/v1/events")[0::2], (200, ""))
t.equal("HEAD /v1/count", server.request("HEAD", "/v1/count")[0::2], (200, ""))
t.check("a Date", server.request("GET", "/healthz")[1].get("Date", "").endswith(" GMT"))
status, _, answer = server.request("POST", "/v1/event", events[0])
t.check(
    "an unknown path says what there is",
    status == 404 and any("/v1/events" in path for path in answer["paths"]),
    answer,
)
t.check(
    "HTTP/1.0 is told that it is kept",
    "\r\nConnection: keep-alive\r\n"
    in raw_request(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n"),
)
t.check("HTTP/1.0 is closed otherwise", "\r\nConnection: close\r\n" in raw_request(b"GET /healthz HTTP/1.0\r\n\r\n"))
t.check(
    "HTTP/2 by prior knowledge",
    raw_request(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0").startswith("HTTP/1.1 505 "),
)
for hosts in (b"", b"Host: localhost\r\nHost: localhost\r\n"):
    t.check("not one Host", raw_request(b"GET /healthz HTTP/1.1\r\n" + hosts + b"\r\n").startswith("HTTP/1.1 400 "))
known = b'{"index":{"_index":"i"},"attempts":0}\n' + events[0] + b"\n"
t.equal(
    "bulk: an index action of a known event, with another member",
    [server.post("/_bulk", known)[1]["items"][0]["index"][key] for key in ("status", "result")],
    [200, "noop"],
)
for path, status in (
    ("/i/_doc", 200),
    ("/i/_doc/1", 200),
    ("/i/_create/1", 409),
    ("/i/_create", 404),
    ("/_refresh", 200),
    ("/i/_refresh", 200),
):
    t.equal("POST " + path, server.post(path, events[0])[0], status)
for body in (b"", b"\n"):
    t.equal(
        "a document that isn't there was not created",
        [server.request(method, "/i/_doc/x", body)[0] for method in ("POST", "PUT")],
        [400, 400],
    )

# Raw protocols: NDJSON, syslog (by count and by line), forward with its acknowledgement.
with server.connect("ndjson") as raw:
    raw.sendall(b"\n".join(events[48:52]))
t.check("NDJSON", server.wait_for("events_total", "ndjson", 4))
with server.connect("syslog") as raw:
    message = b"<13>1 2024-05-01T10:00:00Z host app - - - @cee: " + events[52]
    raw.sendall(
        b"%d " % len(message)
        + message
        + b"<13>May  1 10:00:00 host app: "
        + events[53]
        + b"\n<13>May  1 10:00:00 host app: no JSON\n"
    )
t.check("syslog", server.wait_for("events_total", "syslog", 2))
t.check("syslog: what is no event is kept", server.wait_for("rejected_total", "syslog", 1))
t.eventually("syslog: and the log says so", lambda: "1 of its records are no events and are kept" in server.log())


def packed(text):
    return b"\xdb" + len(text).to_bytes(4, "big") + text


with server.connect("forward") as raw:
    entries = b"".join(b"\x92\xce\x66\x32\x0e\x00\x81\xa7message" + packed(text) for text in events[54:58])
    raw.sendall(b"\x93\xa3tag" + b"\xc6" + len(entries).to_bytes(4, "big") + entries + b"\x81\xa5chunk\xa3abc")
    t.equal("forward: acknowledged", raw.recv(100), b"\x81\xa3ack\xa3abc")

# Reading.
t.equal("GET /v1/count", server.request("GET", "/v1/count")[2], [{"count": 58}])
status, _, body = server.request("GET", "/v1/count?distinct=eventID&first=true&last=true&having=count%3E57")
t.equal("figures over HTTP", (status, list(body[0])), (200, ["count", "distinct", "first", "last"]))
t.equal("distinct over HTTP", (body[0]["count"], body[0]["distinct"] > 1), (58, True))
t.equal("having over HTTP", server.request("GET", "/v1/count?having=count%3C58")[2], [])
for wrong in ("having=count", "having=distinct%3E1", "distinct=eventname", "first=maybe"):
    t.equal("figures that can't be: " + wrong, server.request("GET", "/v1/count?" + wrong)[0], 400)
t.equal("GET /v1/events", len(server.request("GET", "/v1/events?limit=7&order=oldest")[2].splitlines()), 7)
for wrong in ("verdict=not_granted", "not-verdict=fine", "account=11112222333", "ip=1.2.3.4/99"):
    t.equal("a value that can't be: " + wrong, server.request("GET", "/v1/count?" + wrong)[0], 400)
t.equal("the word for what was replaced", server.request("GET", "/v1/count?verdict=superseded")[0], 200)
t.equal("a filter that is none", server.request("GET", "/v1/events?colour=red")[0], 400)
lookup = {
    "X-Amz-Target": "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents",
    "Content-Type": "application/x-amz-json-1.1",
}
t.equal("LookupEvents", len(server.request("POST", "/", b'{"MaxResults":5}', lookup)[2]["Events"]), 5)
t.equal("another AWS operation", server.request("POST", "/", b"{}", {"X-Amz-Target": "x.DeleteTrail"})[0], 400)

# Followers see what is committed.
tail = server.connect("http")
tail.sendall(b"GET /v1/tail?name=FollowMe HTTP/1.1\r\nHost: localhost\r\n\r\n")
seen = b""
while b"following" not in seen:
    seen += tail.recv(65536)
followed = json.loads(events[58])
followed["eventName"] = "FollowMe"
server.post("/v1/events", json.dumps(followed).encode() + b"\n" + events[59])
while b"FollowMe" not in seen:
    seen += tail.recv(65536)
t.check("tail: the filter holds", json.loads(events[59])["eventID"].encode() not in seen)

# Operating.
t.equal("healthz", server.request("GET", "/healthz")[0], 200)
t.equal("readyz", server.request("GET", "/readyz")[0], 200)
t.equal("metrics count bulk, too", server.metric("duplicates_total", "http"), 9)
packed = events[0]
for _ in range(4):
    packed = gzip.compress(packed)
t.equal(
    "four layers",
    [server.post("/v1/events", packed, **said)[1].get("duplicate") for said in ({}, {"Content_Encoding": "gzip"})],
    [1, 1],
)
second = t.run("replay", t.write("x.ndjson", events[0]), store=store)
t.check(
    "a second writer is told who writes",
    second.returncode == 3 and b"being written by another process" in second.stderr,
    second,
)
t.equal("SIGTERM: exit code", server.stop(), 0)
tail.close()
t.equal("all is there", stored(store), 60)

# PutAuditEvents names events that have no ID of their own by one that finds them.
server = Server(t, t.path("audit"), "--http", "0")
nameless = json.loads(fresh(1)[0])
del nameless["eventID"]
texts = [
    " %s\n" % json.dumps(nameless),
    json.dumps({**nameless, "UID": "u-1"}),
    json.dumps({**nameless, "eventID": "not a GUID"}),
]
entries = [{"id": str(i), "eventData": text} for i, text in enumerate(texts)]
status, answer = server.post(
    "/PutAuditEvents?channelArn=arn:aws:cloudtrail:us-east-1:111122223333:channel/c",
    json.dumps({"auditEvents": entries}),
)
t.equal("all entries are stored", (status, len(answer["successful"])), (200, len(texts)))
for entry in answer["successful"]:
    shown = t.run("show", entry["eventID"], "-o", "raw", store=server.store)
    t.equal("its ID finds it", shown.stdout.decode().strip(), texts[int(entry["id"])].strip())
t.equal("exit code", server.stop(), 0)

# Broken HTTP, slow senders, bodies and headers beyond the limits; others are served meanwhile.
server = Server(
    t,
    store,
    "--http",
    "0",
    "--max-body",
    "1000",
    "--header-timeout",
    "1",
    "--body-timeout",
    "1",
    "--max-connections",
    "20",
)


def raw_answer(bytes_sent):
    with server.connect("http") as raw:
        raw.sendall(bytes_sent)
        answer = b""
        try:
            while piece := raw.recv(65536):
                answer += piece
        except ConnectionError:
            pass
        return answer.split(b"\r\n")[0]


t.equal(
    "a body beyond the limit",
    raw_answer(b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n\r\n"),
    b"HTTP/1.1 413 Payload Too Large",
)
t.equal(
    "a chunked body beyond it",
    raw_answer(
        b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + b"x" * 2000
    ),
    b"HTTP/1.1 413 Payload Too Large",
)
t.equal(
    "a header beyond the limit",
    raw_answer(b"GET / HTTP/1.1\r\nX: " + b"x" * 20000),
    b"HTTP/1.1 431 Request Header Fields Too Large",
)
t.equal("no HTTP", raw_answer(b"\x16\x03\x01 hello\r\n\r\n"), b"HTTP/1.1 400 Bad Request")
t.equal("a slow header", raw_answer(b"GET / HT"), b"")
t.equal("a slow body", raw_answer(b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"), b"")
t.equal(
    "a chunked body",
    raw_answer(
        b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n[]\r\n0\r\n\r\n"
    ),
    b"HTTP/1.1 200 OK",
)
idle = [server.connect("http") for _ in range(20)]
time.sleep(0.2)
t.equal("too many connections", raw_answer(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"), b"")
for connection in idle:
    connection.close()


def healthy():
    try:
        return server.request("GET", "/healthz")[0] == 200
    except (OSError, http.client.HTTPException):
        return False


t.eventually("served again", healthy)
t.equal("exit code", server.stop(signal.SIGINT), 0)

# Senders whose messages don't all have room at once: one after the other comes in whole.
server = Server(t, t.path("crowded"), "--http", "0", "--ndjson", "0", "--max-receiving", "1000000")
large = [line(event(rng, errorMessage="x" * 400_000)).encode() + b"\n" for _ in range(8)]
senders = [server.connect("ndjson") for _ in large]
for half in (0, 1):
    for sender, text in zip(senders, large):
        sender.sendall(text[:300_000] if half == 0 else text[300_000:])
t.check("all of a crowd are taken", server.wait_for("events_total", "ndjson", len(large)))
for sender in senders:
    sender.close()
t.equal("exit code", server.stop(), 0)

# Tokens.
tokens = t.path("tokens-store")
shipper = t.run("token", "create", "shipper", "--rights", "ingest", store=tokens).stdout.decode().strip()
reader = t.run("token", "create", "reader", "--rights", "query", store=tokens).stdout.decode().strip()
server = Server(t, tokens, "--http", "0", "--log-format", "json")
t.equal("without a token", server.post("/v1/events", events[0])[0], 401)
t.equal("with a wrong one", server.post("/v1/events", events[0], Authorization="Bearer nonsense")[0], 401)
t.equal("without the right", server.post("/v1/events", events[0], Authorization="Bearer " + reader)[0], 403)
t.equal("bearer", server.post("/v1/events", events[0], Authorization="Bearer " + shipper)[0], 200)
basic = base64.b64encode(("x:" + shipper).encode()).decode()
t.equal("basic", server.post("/_bulk", b'{"index":{}}\n' + events[1] + b"\n", Authorization="Basic " + basic)[0], 200)
t.equal(
    "Splunk",
    server.post("/services/collector/event", b'{"event":%s}' % events[2], Authorization="Splunk " + shipper)[0],
    200,
)
t.equal(
    "Firehose",
    server.post(
        "/firehose",
        json.dumps({"requestId": "r", "records": []}),
        X_Amz_Firehose_Request_Id="r",
        X_Amz_Firehose_Access_Key=shipper,
    )[0],
    200,
)
t.equal(
    "reading without the right",
    server.request("GET", "/v1/count", headers={"Authorization": "Bearer " + shipper})[0],
    403,
)
t.equal("reading", server.request("GET", "/v1/count", headers={"Authorization": "Bearer " + reader})[2], [{"count": 3}])
form = line(
    event(rng, eventSource="activate.amazonaws.com", eventName="CreateForm", requestParameters={"orgId": "0Xy12Secret"})
).encode()
form_id = json.loads(form)["eventID"]
t.equal("a form", server.post("/v1/events", form, Authorization="Bearer " + shipper)[0], 200)
auditor = t.run("token", "create", "auditor", "--rights", "query,reveal", store=tokens).stdout.decode().strip()
server.process.send_signal(signal.SIGHUP)


def asked(path, token):
    status, _, answer = server.request("GET", path, headers={"Authorization": "Bearer " + token})
    return status, "0Xy12Secret" in str(answer)


for path in ("/v1/events?name=CreateForm", "/v1/events/" + form_id + "?"):
    t.equal("Org IDs are masked: " + path, asked(path, reader), (200, False))
    t.equal(
        "revealing without the right",
        asked(path + ("&" if path[-1] != "?" else "") + "reveal=true", reader),
        (403, False),
    )
    t.eventually(
        "revealing", lambda: asked(path + ("&" if path[-1] != "?" else "") + "reveal=true", auditor) == (200, True)
    )
    t.equal("unless it is asked for", asked(path, auditor), (200, False))
t.equal("an escaped name", asked("/v1/events?%72eveal=true", reader), (403, False))
t.equal("an AWS API, unsigned", server.request("POST", "/", b"{}", lookup)[0], 403)
t.run("token", "revoke", "shipper", store=tokens)
server.process.send_signal(signal.SIGHUP)
t.eventually("revoked", lambda: server.post("/v1/events", events[0], Authorization="Bearer " + shipper)[0] == 401)
t.run("token", "revoke", "reader", store=tokens)
time.sleep(1.5)  # Time to open, if it did.
t.equal("without tokens it doesn't open again", server.post("/v1/events", events[0])[0], 401)
t.equal("exit code", server.stop(), 0)
reveals = [
    json.loads(text)
    for text in t.run("journal", "-o", "ndjson", store=tokens).stdout.splitlines()
    if b'"reveal"' in text
]
t.check(
    "who revealed what is recorded",
    len(reveals) >= 2 and all("auditor" in json.dumps(entry) for entry in reveals),
    reveals,
)
t.check("no secret in the log", shipper not in server.log() and reader not in server.log())
t.check("the log is JSON", all(json.loads(text)["level"] for text in server.log().splitlines()))

# Beyond this machine: only with TLS and with a token or certificates.
for options, why in (
    (["--http", "0.0.0.0:0"], b"without TLS"),
    (["--http", "0.0.0.0:0", "--allow-plaintext"], b"without a token"),
    (["--syslog", "[::]:0", "--allow-plaintext"], b"no tokens"),
    (["--https", "0"], b"--tls-cert"),
    (["--http", "localhost:1"], b"IP address"),
):
    done = t.run("serve", *options, store=t.path("exposed"), timeout=20)
    t.check("refused: %s" % " ".join(options), done.returncode == 2 and why in done.stderr, done)

# Long bulk answers: who doesn't read them yet turns nobody else away, and they are whole.
server = Server(t, t.path("answers"), "--http", "0", "--max-receiving", "16MiB")
items = b'{"index":{"_index":"a \\"quoted\\" name"}}\n{}\n' * 40_000
slow = [server.connect("http") for _ in range(5)]
for connection in slow:
    connection.sendall(b"POST /_bulk HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(items) + items)
    t.equal("the answer begins", connection.recv(15), b"HTTP/1.1 200 OK")
t.equal("others are taken meanwhile", {server.post("/v1/events", b"\n".join(events))[0] for _ in range(5)}, {200})
t.equal("also more of the same", server.post("/_bulk", items)[0], 200)
for connection in slow:
    connection.close()
status, answer = server.post("/_bulk", items)
t.equal(
    "an item for each",
    (
        status,
        answer["errors"],
        len(answer["items"]),
        answer["items"][-1]["index"]["_index"],
        answer["items"][-1]["index"]["status"],
    ),
    (200, True, 40_000, 'a "quoted" name', 400),
)
with server.connect("http") as old:
    old.sendall(b"POST /_bulk HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % len(items) + items)
    text = b"".join(iter(lambda: old.recv(1 << 20), b""))
t.equal("HTTP/1.0 gets it, too", len(json.loads(text[text.index(b"\r\n\r\n") + 4 :])["items"]), 40_000)
t.equal("exit code", server.stop(), 0)

# Folders that are followed: what is there, what appears, what grows; after a restart nothing twice.
folder = t.path("spool", "AWSLogs")
os.makedirs(folder)
grown = fresh(6)
with open(os.path.join(folder, "a.ndjson"), "wb") as file:
    file.write(grown[0] + b"\n" + grown[1][:50])
with gzip.open(os.path.join(folder, "b.json.gz"), "wb") as file:
    file.write(b'{"Records":[' + grown[2] + b"]}")
followed = t.path("followed")
server = Server(t, followed, "--http", "0", "--follow", t.path("spool"))
t.check("what was there", server.wait_for("events_total", "follow", 2))
with open(os.path.join(folder, "a.ndjson"), "ab") as file:
    file.write(grown[1][50:] + b"\n")
t.check("what grew", server.wait_for("events_total", "follow", 3))
os.makedirs(os.path.join(folder, "2024"))
t.write("moving", b'{"Records":[' + grown[3] + b"," + grown[4] + b"]}")
os.rename(t.path("moving"), os.path.join(folder, "2024", "c.json"))
t.check("what appeared in a new folder", server.wait_for("events_total", "follow", 5))
t.equal("exit code", server.stop(), 0)
server = Server(t, followed, "--http", "0", "--follow", t.path("spool"))
with open(os.path.join(folder, "a.ndjson"), "ab") as file:
    file.write(grown[5] + b"\n")
t.check("after a restart: what is new", server.wait_for("events_total", "follow", 1))
t.equal("and nothing twice", server.metric("duplicates_total", "follow"), 0)
t.equal("exit code", server.stop(), 0)
t.equal("all followed", stored(followed), 6)
# While nobody looks, other files take the names: both are read from their beginning.
others = fresh(4)
os.unlink(os.path.join(folder, "a.ndjson"))
with open(os.path.join(folder, "a.ndjson"), "wb") as file:
    file.write(b"\n".join([others[0], others[1], others[2], *grown]) + b"\n")
with gzip.open(os.path.join(folder, "b.json.gz"), "wb") as file:
    file.write(b'{"Records":[' + others[3] + b"]}")
server = Server(t, followed, "--http", "0", "--follow", t.path("spool"))
t.check("files that took the place of others", server.wait_for("events_total", "follow", 4))
os.unlink(os.path.join(folder, "a.ndjson"))
more = fresh(3)
with open(os.path.join(folder, "a.ndjson"), "wb") as file:
    file.write(b"\n".join([more[0], more[1], more[2], *others[:3], *grown]) + b"\n")
t.check("and once more, while it runs", server.wait_for("events_total", "follow", 7))
t.equal("exit code", server.stop(), 0)
t.equal("all of them", stored(followed), 13)
t.equal("no rejects", json.loads(t.run("rejects", "-o", "json", store=followed).stdout), [])
# Links, pipes, sockets and devices are named, once each, also those that are made while it runs; a writer of a pipe isn't let go on.
strange = t.path("strange")
os.makedirs(os.path.join(strange, "below"))
t.write("secret", b"secret\n")
makers = {
    "link": lambda path: os.symlink(t.path("secret"), path),
    "folder": lambda path: os.symlink(t.path("spool"), path),
    "pipe": os.mkfifo,
    "socket": lambda path: socket.socket(socket.AF_UNIX).bind(path),
    "dangling": lambda path: os.symlink("nothing", path),
}


def make(prefix):
    for name, maker in makers.items():
        maker(os.path.join(strange, prefix + name))


def named(prefix):
    """How often the log names each."""
    return {
        name: sum(
            "cannot take in %s:" % os.path.join(strange, prefix + name) in text for text in server.log().splitlines()
        )
        for name in makers
    }


make("there-")
server = Server(t, t.path("refusing"), "--http", "0", "--follow", strange)
t.eventually("what was there is named", lambda: named("there-") == dict.fromkeys(makers, 1))
make("below/")
t.eventually("what is made is named", lambda: named("below/") == dict.fromkeys(makers, 1))
pipe = os.path.join(strange, "below", "pipe")
keeper = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
for _ in range(3):
    os.write(keeper, b"{}\n")
    time.sleep(0.4)
os.unlink(os.path.join(strange, "below", "link"))
os.symlink(t.path("secret"), os.path.join(strange, "below", "link"))
# The log takes ten lines of a kind in as many seconds.
t.eventually(
    "another one under the name is named again", lambda: named("below/") == {**dict.fromkeys(makers, 1), "link": 2}
)
os.close(keeper)
os.unlink(pipe)
late = fresh(1)
t.write("strange/below/pipe", late[0] + b"\n")
t.check("a file in its place is taken", server.wait_for("events_total", "follow", 1))
os.link(t.write("elsewhere", fresh(1)[0] + b"\n"), os.path.join(strange, "hard"))
t.check("a file that gets a name there is taken", server.wait_for("events_total", "follow", 2))
t.equal("exit code", server.stop(), 0)

t.finish()
