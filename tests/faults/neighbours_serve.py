#!/usr/bin/env python3
"""Pages in a browser on the server's machine, and neighbours without a token: neither reads, writes nor takes up room."""
import json
import random
import time

from harness import Harness, event, line
from server import Server

t = Harness()
rng = random.Random(12)
store = t.path("store")
server = Server(
    t,
    store,
    "--http",
    "0",
    "--ndjson",
    "0",
    "--syslog",
    "0",
    "--forward",
    "0",
    "--max-body",
    "33554432",
    "--max-receiving",
    "67108864",
)
own = "127.0.0.1:%d" % server.port()
form = line(
    event(rng, eventSource="activate.amazonaws.com", eventName="CreateForm", requestParameters={"orgId": "0Xy12Secret"})
).encode()
t.equal("a program stores an event", server.post("/v1/events", form)[0], 200)


def stored():
    return json.loads(t.run("count", "-o", "json", store=store).stdout)[0]["count"]


# What a browser sends: for a page whose name was made to point here, and for a page of another site.
REBOUND = {"Host": "evil.example:%d" % server.port(), "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
FORM = {"Host": own, "Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site", "Content-Type": "text/plain"}
OLD_FORM = {"Host": own, "Origin": "http://evil.example", "Content-Type": "text/plain"}
SANDBOXED = {"Host": own, "Origin": "null", "Content-Type": "text/plain"}
IMAGE = {"Host": own, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
NEIGHBOUR = {"Host": own, "Origin": "http://127.0.0.1:%d" % server.port("ndjson"), "Sec-Fetch-Site": "same-site"}
PATHS = [
    "/v1/events",
    "/v1/events?reveal=true",
    "/v1/events/%s?reveal=true" % json.loads(form)["eventID"],
    "/v1/count",
    "/v1/tail",
    "/healthz",
    "/readyz",
    "/metrics",
    "/",
    "/nothing",
    "/_bulk",
    "/services/collector/event",
    "/firehose",
    "/PutAuditEvents",
]
for page, headers in (
    ("rebound", REBOUND),
    ("form", FORM),
    ("old form", OLD_FORM),
    ("sandboxed", SANDBOXED),
    ("image", IMAGE),
    ("same site", NEIGHBOUR),
):
    for path in PATHS:
        for method in ("GET", "POST", "OPTIONS"):
            status, answered, text = server.request(method, path, form if method == "POST" else None, headers)
            t.check(
                "%s: %s %s" % (page, method, path),
                status == 403 and "0Xy12" not in str(text) and "Access-Control-Allow-Origin" not in answered,
                (status, text),
            )
with server.connect("http") as raw:
    raw.sendall(
        "GET /v1/count?\u202e\u009b31m HTTP/1.1\r\nHost: evil.\u202eexample\r\nOrigin: http://evil\u009b\r\n\r\n".encode()
    )
    t.check("what acts on terminals is refused", raw.recv(65536).startswith(b"HTTP/1.1 40"))
for path in ("/v1/events", "/v1/count", "/nothing"):
    with server.connect("http") as raw:
        raw.sendall(b"HEAD %s HTTP/1.1\r\nHost: evil.example\r\n\r\n" % path.encode())
        answer = b""
        while piece := raw.recv(65536):
            answer += piece
        t.check(
            "a HEAD that is refused has no body: " + path,
            answer.startswith(b"HTTP/1.1 403") and answer.endswith(b"\r\n\r\n"),
            answer,
        )
log = server.log()
refusals = len(PATHS) * 3 * 6
t.check(
    "and told in few lines, of which none acts on terminals",
    0 < log.count(": a browser sent") + log.count("has no name") < refusals / 4
    and not any(sign in log for sign in ("\u202e", "\u009b", "\x1b")),
    log[-2000:],
)
t.equal("reveal without a token", server.request("GET", "/v1/events?reveal=true")[0], 401)
t.equal(
    "a page of the server itself",
    server.request(
        "GET", "/v1/count", headers={"Host": own, "Origin": "http://" + own, "Sec-Fetch-Site": "same-origin"}
    )[0],
    200,
)

# The same into the ports of raw protocols: a page's request is closed before anything of its body is taken, in whatever pieces it comes.
NAMES = ("ndjson", "syslog", "forward")
bodies = {
    "ndjson": line(event(rng)).encode() + b"\n",
    "syslog": b"<13>1 - h a - - - " + line(event(rng)).encode() + b"\n",
    "forward": b"\x93\xa3tag\xce\x66\x32\x0e\x00\x81\xa7message\xdb" + len(form).to_bytes(4, "big") + form,
}
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HELLO = b"\x16\x03\x01\x00\x05hello"
for name in NAMES:
    for method in (b"POST", b"GET", b"PUT", b"OPTIONS", b"20", b"anything-else"):
        for step in (100_000, 3):
            request = method + b" / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n\r\n" + bodies[name] * 2
            with server.connect(name) as raw:
                try:
                    for i in range(0, min(len(request), 300 if step == 3 else len(request)), step):
                        raw.sendall(request[i : i + step])
                        time.sleep(0.001 if step == 3 else 0)
                    if step == 3:
                        raw.sendall(request[300:])
                    raw.settimeout(20)
                    t.equal("%s: %r is closed" % (name, method), raw.recv(100), b"")
                except ConnectionError:
                    pass
    for beginning, word in ((PREFACE, "HTTP/2"), (HELLO, "TLS handshake")):
        with server.connect(name) as raw:
            raw.sendall(beginning + bodies[name])
            try:
                t.equal("%s: closed" % name, raw.recv(100), b"")
            except ConnectionError:
                pass
        t.eventually(
            "%s: the log says what it was: %s" % (name, word),
            lambda: word in "".join(x for x in server.log().splitlines() if "listener=" + name in x),
        )
    for number in ("events_total", "rejected_total", "duplicates_total"):
        t.equal("%s: nothing was taken" % name, server.metric(number, name), 0)
    with server.connect(name) as raw:
        raw.sendall(bodies[name])
    t.eventually(
        "%s: its own senders are served" % name,
        lambda: server.metric("events_total", name) + server.metric("duplicates_total", name) == 1,
    )
t.equal("nothing else was written", stored(), 3)
t.equal("exit code", server.stop(), 0)

server = Server(t, store, "--http", "0", "--host-name", "keeper.test")
t.equal("a configured name", server.request("GET", "/v1/count", headers={"Host": "keeper.test"})[0], 200)
t.equal("another", server.request("GET", "/v1/count", headers={"Host": "evil.test"})[0], 403)
t.equal("exit code", server.stop(), 0)

# Neighbours without a token announce as much as they like, to routes of all kinds: who has one is served meanwhile.
secret = t.run("token", "create", "shipper", "--rights", "ingest", store=store).stdout.decode().strip()
server = Server(t, store, "--http", "0", "--max-receiving", "67108864")
signature = (
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/%s/us-east-1/cloudtrail-data/aws4_request, SignedHeaders=host;x-amz-date, Signature=00"
    % time.strftime("%Y%m%d", time.gmtime())
)
crowd = []
for head in (
    "POST /PutAuditEvents HTTP/1.1\r\nAuthorization: %s\r\nX-Amz-Date: %s"
    % (signature, time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())),
    "POST / HTTP/1.1\r\nX-Amz-Target: x.LookupEvents",
    "POST /v1/events HTTP/1.1",
    "POST /_bulk HTTP/1.1\r\nAuthorization: Basic eDp4",
):
    for framing in ("Content-Length: 33554432", "Transfer-Encoding: chunked"):
        for _ in range(3):
            crowd.append(server.connect("http"))
            crowd[-1].sendall(("%s\r\nHost: localhost\r\n%s\r\n\r\n" % (head, framing)).encode())
            try:
                crowd[-1].sendall(b"100000\r\n" + b"x" * 400_000)
            except OSError:
                pass  # It was told, and closed.
big = b"\n".join(line(event(rng)).encode() for _ in range(10_000))
for _ in range(3):
    t.equal("a good sender", server.post("/v1/events", big, Authorization="Bearer " + secret)[0], 200)
for connection in crowd:
    connection.settimeout(20)
    answer = b""
    try:
        while piece := connection.recv(65536):
            answer += piece
    except ConnectionError:
        pass
    t.check("each of the crowd is told", answer.startswith(b"HTTP/1.1 40") or answer == b"", answer[:100])
small = server.connect("http")
for _ in range(2):
    small.sendall(b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc")
    t.check("a small refused request doesn't cost the connection", small.recv(65536).startswith(b"HTTP/1.1 401"))
small.close()
t.equal("exit code", server.stop(), 0)
t.finish()
