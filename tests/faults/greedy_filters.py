#!/usr/bin/env python3
"""Regular expressions of filters, made to take memory and time: neither goes beyond what the limits say."""
import json
import random
import time
import urllib.parse

from harness import Harness
from server import Server

t = Harness()
MiB = 1 << 20
LIMIT = 24 * MiB  # Of each budget: room for one query of as many expressions as there may be.
ALLOWED = 3 * LIMIT + 128 * MiB
measures = not any(name in t.binary for name in ("asan", "tsan"))  # What a sanitizer adds is no measure.

# Texts in which each expression finds states to remember that no other text has.
random.seed(7)
events = t.path("events.ndjson")
with open(events, "w") as out:
    for i in range(60_000 if measures else 2_000):
        key = "".join(random.choice("ab") for _ in range(120))
        record = {
            "eventVersion": "1.08",
            "eventTime": "2024-05-01T10:00:00Z",
            "eventSource": "s3.amazonaws.com",
            "eventName": "GetObject",
            "eventID": "00000000-0000-4000-8000-%012d" % i,
            "requestParameters": {"key": key},
        }
        out.write(json.dumps(record) + "\n")
t.equal("exit code", t.run("replay", events, store=t.path("store")).returncode, 0)
server = Server(
    t,
    t.path("store"),
    "--http",
    "0",
    *("--max-in-flight", str(LIMIT), "--max-receiving", str(LIMIT), "--max-query-memory", str(LIMIT)),
    *("--query-timeout", "5"),
)


def memory():
    return int(open("/proc/%d/status" % server.process.pid).read().split("RssAnon:")[1].split()[0]) * 1024


def processor_seconds():
    fields = open("/proc/%d/stat" % server.process.pid).read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def ask(route, conditions):
    query = "&".join("where=" + urllib.parse.quote(condition) for condition in conditions)
    connection = server.connect("http")
    connection.sendall(("GET %s%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % (route, query)).encode())
    return connection


def answer_of(connection):
    connection.settimeout(60)
    answer = b""
    while True:
        piece = connection.recv(65536)
        if not piece:
            return answer.decode()
        answer += piece


greedy = ["requestParameters.key~[ab]*a[ab]{%d}c" % length for length in range(20, 36)]
connections = [ask(route, greedy) for route in ("/v1/count?", "/v1/events?limit=1&") for _ in range(4)]
peak, end = 0, time.time() + 8
while time.time() < end:
    peak = max(peak, memory())
    time.sleep(0.01)
print("peak %d MiB of %d" % (peak // MiB, ALLOWED // MiB), flush=True)
statuses = sorted({answer_of(connection).split()[1] for connection in connections})
t.check("each is answered", set(statuses) <= {"200", "503"}, str(statuses))
if measures:
    t.check(
        "eight queries of sixteen expressions stay within the limits",
        peak <= ALLOWED,
        "%d of %d MiB" % (peak // MiB, ALLOWED // MiB),
    )

# The first that is wrong ends it: the others aren't compiled.
large = ["requestParameters.key~\\pL{%d}" % (600 + length) for length in range(60)]
before = processor_seconds()
answer = answer_of(ask("/v1/count?", large))
t.check("one that is too large is refused", " 400 " in answer and "regular expression" in answer, answer[:300])
if measures:
    t.check("and soon", processor_seconds() - before < 2, str(processor_seconds() - before))
many = answer_of(ask("/v1/count?", ["requestParameters.key~x%d" % i for i in range(17)]))
t.check("a seventeenth is refused", " 400 " in many and "16 regular expressions at most" in many, many[:300])

# Who goes doesn't leave work behind.
for connection in [ask("/v1/count?", greedy) for _ in range(4)]:
    connection.close()
time.sleep(1.5)
before = processor_seconds()
time.sleep(1)
if measures:
    t.check("nothing goes on for clients that have gone", processor_seconds() - before < 0.5, "it does")
t.check("and others are answered", " 200 " in answer_of(ask("/v1/count?", ["requestParameters.key~^ab"])), "")
t.equal("exit code", server.stop(), 0)
t.finish()
