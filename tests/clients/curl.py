#!/usr/bin/env python3
"""curl: NDJSON, Records, gzip, zstd, by chunks; too large a body; a wrong token."""
import gzip
import json
import subprocess

from clients import Load, call, program, start, token
from harness import Harness

t = Harness()
curl = program("curl")


def post(server, path, *options):
    """What the server answers, and its status."""
    text = call(
        t,
        curl,
        "-sS",
        "-w",
        "\n%{http_code}",
        "--data-binary",
        "@" + path,
        *options,
        "http://127.0.0.1:%d/v1/events" % server.port()
    )
    body, status = text.rsplit("\n", 1)
    return int(status), json.loads(body)


def counts(load):
    return 200, {"accepted": len(load.events), "duplicate": 1, "rejected": 1}


def told(answer):
    status, body = answer
    return status, {name: body.get(name) for name in ("accepted", "duplicate", "rejected")}


load = Load(101, broken='{"eventName":"Cut","eventTime":"2024-', reason="broken-json")
plain = t.write("plain.ndjson", load.lines())
packed = t.write("packed.gz", gzip.compress(load.lines().encode()))
subprocess.run([program("zstd"), "-q", plain, "-o", t.path("packed.zst")], check=True)
chunked = ["-H", "Transfer-Encoding: chunked", "-H", "Expect: 100-continue"]
for name, path, options in (
    ("ndjson", plain, []),
    ("gzip", packed, ["-H", "Content-Encoding: gzip"]),
    ("chunked", plain, chunked),
    ("zstd", t.path("packed.zst"), ["-H", "Content-Encoding: zstd"]),
):
    server = start(t, name, "--http", "0")
    t.equal(name, told(post(server, path, *options)), counts(load))
    load.check(t, server, "http")

# In an array a record that isn't whole would take the brackets' meaning along; one that is whole but no event doesn't.
load = Load(102)
server = start(t, "records", "--http", "0")
status, answer = post(server, t.write("records.json", '{"Records":[%s]}' % ",".join(load.texts)))
t.equal("records", told((status, answer)), counts(load))
t.equal("records: errors", [(error["reason"], error["count"]) for error in answer["errors"]], [("bad-event-time", 1)])
load.check(t, server, "http")

# Several at once over connections that are kept: each event is told to one of them as accepted.
load = Load(103)
server = start(t, "parallel", "--http", "0")
paths = [t.write("part-%d" % i, "\n".join(load.texts[i::20])) for i in range(20)]
urls = []
for path in paths:
    urls += ["--next"] * bool(urls) + [
        "-sS",
        "--data-binary",
        "@" + path,
        "http://127.0.0.1:%d/v1/events" % server.port(),
    ]
answers = [json.loads(text) for text in call(t, curl, "--parallel", *urls).splitlines()]
t.equal(
    "parallel",
    [sum(answer[name] for answer in answers) for name in ("accepted", "duplicate", "rejected")],
    [len(load.events), 1, 1],
)
load.check(t, server, "http")

# Refusals: nothing of such a body is stored.
shipper = token(t, "refused", "shipper", "ingest")["secret"]
server = start(t, "refused", "--http", "0", "--max-body", "100000")
bearer = ["-H", "Authorization: Bearer " + shipper]
t.equal("too large", post(server, plain, *bearer)[0], 413)
t.equal("too large by chunks", post(server, plain, *bearer, *chunked)[0], 413)
small = t.write("small", load.events[0])
t.equal("no token", post(server, small)[0], 401)
t.equal("a wrong token", post(server, small, "-H", "Authorization: Bearer tk_" + "x" * 43)[0], 401)
t.equal("a wrong password", post(server, small, "-u", "shipper:nonsense")[0], 401)
t.equal("nothing of these is stored", server.metric("events_total", "http"), 0)
t.equal("the right token", told(post(server, small, *bearer)), (200, {"accepted": 1, "duplicate": 0, "rejected": 0}))
t.equal(
    "as a password",
    told(post(server, small, "-u", "shipper:" + shipper)),
    (200, {"accepted": 0, "duplicate": 1, "rejected": 0}),
)
t.equal("exit code", server.stop(), 0)
t.finish()
