#!/usr/bin/env python3
"""What a stranger sends, and what a query asks for, takes no more memory than the limits say, whatever it becomes when it is taken apart."""
import base64
import gzip
import json
import os
import random
import socket
import subprocess
import threading
import time

from harness import Harness, event, line
from server import Server

t = Harness()
MiB = 1 << 20
LIMIT = 8 * MiB  # Of each budget.
SLACK = 128 * MiB


class Peak:
    """The most private memory that a process had while this was open; pages of the store's file, which the kernel takes back, don't count."""

    def __init__(self, pid):
        self.status = "/proc/%d/status" % pid
        self.bytes = 0
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        while not self.done.wait(0.004):
            try:
                text = open(self.status).read()
                self.bytes = max(self.bytes, int(text.split("RssAnon:")[1].split()[0]) * 1024)
            except (OSError, IndexError):
                return

    def close(self):
        self.done.set()
        self.thread.join()
        return self.bytes


def repeated(head, piece, tail, size):
    return head + piece * ((size - len(head) - len(tail)) // len(piece)) + tail


def pack_array(number):
    return b"\xdd" + number.to_bytes(4, "big")


def pack_bin(data):
    return b"\xc6" + len(data).to_bytes(4, "big") + data


def zstd(data):
    return subprocess.run(["zstd", "-q", "-3", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


def distinct(count, key=b"k%07d"):
    return b"".join(b'{"' + key % i + b'":1}\n' for i in range(count))


BIG = 9 * MiB  # More than a budget.
empty = repeated(b'{"Records":[', b"{},", b"{}]}", BIG)
nested = (repeated(b'{"a":1,"Records":[', b"{},", b"{}]}", 1000000) + b"\n") * 4
lines = repeated(b"", b"{}\n", b"", BIG)
text = repeated(b"", b"x\n", b"", BIG)
scalars = repeated(b"[", b"1,", b"1]", BIG)
shapes = distinct(40_000)
tiny = b"".join(
    b'{"eventName":"a","eventTime":"2024-01-01T00:00:00Z","k%d":%d}\n' % (i % 5000, i) for i in range(30_000)
)
huge = b'{"eventVersion":"1","x":"' + b"y" * BIG + b'"}'
bulk = b'{"create":{}}\n{}\n' * 40_000
bulk_named = (b'{"create":{"_index":"' + b"i" * 200 + b'","_id":"' + b"d" * 500 + b'"}}\n{}\n') * 4_000
hec = repeated(b"", b'{"event":{}}', b"", 400_000)
brackets = b"[" * BIG
BODIES = {
    "/v1/events": [empty, nested, lines, text, scalars, shapes, tiny, huge, brackets],
    "/_bulk": [bulk, bulk_named, b"{" * BIG + b"\n"],
    "/services/collector/event": [hec, huge, brackets],
    "/services/collector/raw": [empty, lines, shapes],
    "/firehose": [
        json.dumps(
            {
                "requestId": "r",
                "timestamp": 1,
                "records": [{"data": base64.b64encode(gzip.compress(lines)).decode()}] * 4,
            }
        ).encode(),
        b'{"requestId":"r","timestamp":1,"records":' + brackets,
        repeated(b'{"requestId":"r","timestamp":1,"records":[', b"{},", b"{}]}", BIG),
    ],
    "/PutAuditEvents?channelArn=arn:aws:cloudtrail:eu-west-1:1:channel/x": [brackets],
    "/services/collector/ack?channel=0aaaaaaa-0000-0000-0000-000000000000": [
        repeated(b'{"acks":[', b"0,", b"0]}", BIG)
    ],
    "/": [brackets],
}


def forward_message(entries, compressed):
    option = b"\x82\xa5chunk\xa1c\xaacompressed\xa4" + compressed if compressed else b"\x81\xa5chunk\xa1c"
    return b"\x93\xa1t" + pack_bin(entries) + option


entry = b"\x92\x00\x80"
entries = entry * (BIG // len(entry))
wide = (b"\x92\x00\x81\xa1a" + pack_array(450_000) + b"\xc0" * 450_000) * 10
STREAMS = {
    "ndjson": [empty, lines, text, scalars, shapes, tiny, huge, nested],
    "syslog": [lines, b"3 {}\n" * 100_000, b"<1>x\n" * 100_000, huge],
    "forward": [
        forward_message(gzip.compress(entries, 1), b"gzip"),
        forward_message(gzip.compress(wide, 1), b"gzip"),
        forward_message(entry * 150_000, b""),
        b"\x92\xa1t" + pack_array(1_000_000) + entry * 150_000,
        b"\x93\xa1t\x00\x80" * 150_000,
    ],
}


def ignore(call):
    try:
        return call()
    except (OSError, ValueError, Exception) as problem:  # Whatever comes back is nobody's business here.
        return problem


def post(path, body, encoding=None):
    headers = {"X-Amz-Firehose-Request-Id": "r"}
    if path == "/":
        headers["X-Amz-Target"] = "x.LookupEvents"
    if encoding:
        headers["Content-Encoding"] = encoding
    # Who is told to come back does so, as senders do, but not for ever.
    for _ in range(3):
        answer = ignore(lambda: server.request("POST", path, body, headers))
        if isinstance(answer, tuple) and answer[0] not in (429, 503):
            return answer
        time.sleep(0.3)
    return answer


def pour(name, data):
    def call():
        with server.connect(name) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(60)
            while connection.recv(65536):
                pass

    return ignore(call)


def all_at_once(calls, threads=8):
    calls = list(calls)
    lock = threading.Lock()

    def work():
        while True:
            with lock:
                if not calls:
                    return
                call = calls.pop(0)
            call()

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def measured(what, calls, limit):
    """Runs the calls beside each other; the server's peak while they ran."""
    peak = Peak(server.process.pid)
    all_at_once(calls)
    got = peak.close()
    print("%-60s %6d MiB" % (what, got // MiB), flush=True)
    t.check("memory: " + what, got <= limit, "%d MiB of %d" % (got // MiB, limit // MiB))
    t.check("the server lives: " + what, server.process.poll() is None, server.log()[-2000:])


options = ["--http", "0", "--ndjson", "0", "--syslog", "0", "--forward", "0"]
limits = ["--max-in-flight", str(LIMIT), "--max-receiving", str(LIMIT), "--max-query-memory", str(LIMIT)]


def serve(name):
    return Server(t, t.path(name), *options, *limits, "--max-body", str(16 * MiB))


server = serve("store")
allowed = 3 * LIMIT + SLACK
only = os.environ.get("TRAILKEEPER_TEST_ONLY", "").split()


def wanted(name):
    return not only or name.replace(" ", "") in only


for path, bodies in BODIES.items():
    if wanted("bodies " + path):
        calls = [lambda b=b, e=e: post(path, b, e) for body in bodies for e, b in ((None, body), ("zstd", zstd(body)))]
        calls.append(lambda: post(path, gzip.compress(bodies[0], 1), "gzip"))
        measured("bodies of " + path, calls, allowed)
for name, pieces in STREAMS.items():
    if wanted("streams " + name):
        measured("streams of " + name, [lambda p=p: pour(name, p) for p in pieces], allowed)
if wanted("everything"):
    measured(
        "everything at once",
        [lambda p=path, b=zstd(b): post(p, b, "zstd") for path, bodies in BODIES.items() for b in bodies]
        + [lambda n=name, p=p: pour(n, p) for name, pieces in STREAMS.items() for p in pieces],
        allowed,
    )


# Queries whose groups, or answers, are as many as the events; in a server that has nothing left to store.
if wanted("queries"):
    server.process.kill()
    server = serve("asked")
    rng = random.Random(6)
    events = [line(event(rng, requestParameters={"key": "%d" % i + "p" * 300})) for i in range(20_000)]
    for i in range(0, len(events), 2000):
        t.equal("events are stored", server.post("/v1/events", "\n".join(events[i : i + 2000]))[0], 200)
    answers = []

    def ask(path):
        answers.append(server.request("GET", path)[::2])

    def read_slowly(path):
        with server.connect("http") as connection:
            connection.sendall(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path.encode())
            time.sleep(2)

    measured(
        "queries",
        [
            lambda b=b: ask("/v1/count?by=" + b)
            for b in ("requestParameters", "eventID", "eventID,requestParameters", "name") * 10
        ]
        + [lambda: read_slowly("/v1/events")] * 40,
        allowed,
    )

    def alone():
        """Nobody else's query is left: what a client that went away asked for ends a little later."""
        answers.append(server.request("GET", "/v1/count?by=requestParameters")[::2])
        return answers[-1][0] != 503

    t.eventually("those of clients that went away end", alone)
    status, text = answers[-1]
    t.check(
        "a count that alone is too large is refused, and says what to do",
        status == 400 and "memory" in str(text),
        (status, text),
    )
    t.check(
        "nothing else goes wrong",
        all(status in (200, 400, 503) for status, text in answers),
        [status for status, text in answers],
    )
    t.equal("afterwards a small one is answered", server.request("GET", "/v1/count?by=name")[0], 200)
# Events whose members nobody has had before: what they take is bounded where they come in, where they are merged, and
# where they are asked for.
if wanted("keys"):
    server.process.kill()
    server = serve("keys")
    rng = random.Random(9)

    def new_keys(body, keys, events):
        members = [{"k%d_%d_%d_%d" % (keys, body, i, k): 1 for k in range(keys)} for i in range(events)]
        return "\n".join(line(event(rng, requestParameters=one)) for one in members).encode()

    bodies = [new_keys(i, 3000, 40) for i in range(4)] + [new_keys(i, 300, 300) for i in range(4)]
    sent = sum(map(len, bodies))
    measured("new keys", [lambda b=b: post("/v1/events", b) for b in bodies], allowed)
    measured("later events", [lambda: post("/v1/events", line(event(rng)).encode())] * 40, allowed)
    stored = os.path.getsize(t.path("keys/data.mdb"))
    t.check("they take no more room than they had", stored < 2 * sent, (stored, sent))
    for path, expected in (
        ("count?by=requestParameters.k300_0_0_1", "'count': 1}"),
        ("count?where=requestParameters.k300_0_0_1%3D1", "'count': 1}"),
        ("count?where=requestParameters.k3000_3_39_2999%3D1", "'count': 1}"),
        ("events?text=nowhere", ""),
        ("count?by=eventName", ""),
    ):
        got = []
        measured("new keys: " + path, [lambda p=path, g=got: g.append(server.request("GET", "/v1/" + p))], allowed)
        t.check(
            "new keys are found: " + path,
            got[0][0] == 200 and expected in str(got[0][2]),
            (got[0][0], str(got[0])[:300]),
        )
    many = ["/v1/count?where=requestParameters.k300_0_%d_1%%3D1" % i for i in range(16)]
    measured("16 counts of new keys", [lambda p=p: server.request("GET", p) for p in many], allowed)
if wanted("connections"):
    crowd = [server.connect("http") for _ in range(500)]
    for connection in crowd:
        connection.sendall(b"GET / HTTP/1.1\r\n" + b"A:b\r\n" * 3000)
    measured("half headers of 500 connections", [lambda: time.sleep(1)], allowed)
    for connection in crowd:
        connection.close()
t.equal("exit code", server.stop(), 0)

# The command line: a stated limit whatever a file holds.
REPLAY = 600 * MiB
if wanted("replay"):
    for name, content in {
        "records": empty,
        "rejects": lines[: 3 * MiB],
        "shapes": distinct(100_000),
        "document": huge * 3,
        "nested": nested,
    }.items():
        for ending, pack in ((".zst", zstd),):
            path = t.path(name + ".json" + ending)
            open(path, "wb").write(pack(content))
            process = subprocess.Popen(
                [t.binary, "--store", t.path("replayed"), "replay", "--workers", "2", path],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            peak = Peak(process.pid)
            process.wait()
            got = peak.close()
            print("%-60s %6d MiB" % ("replay " + name + ending, got // MiB), flush=True)
            t.check("replay of " + name + ending, got <= REPLAY, "%d MiB" % (got // MiB))
if wanted("queries"):
    refused = t.run("count", "--by", "eventID", "--max-memory", "1MiB", store=t.path("asked"))
    t.check(
        "count says that its groups are too many",
        refused.returncode != 0 and b"--max-memory" in refused.stderr,
        refused.stderr,
    )
    t.equal(
        "and counts them where it may",
        t.run("count", "--by", "eventID", "--top", "1", store=t.path("asked")).returncode,
        0,
    )
t.finish()
