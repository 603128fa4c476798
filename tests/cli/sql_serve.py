#!/usr/bin/env python3
"""GET and POST /v1/sql: answers, formats, errors with their places, rights; hostile queries end within the server's bounds."""
import concurrent.futures
import json
import os
import time
import urllib.parse

from harness import Harness
from server import Server

# What a sanitizer adds is no measure of memory and time.
SANITIZED = bool(os.environ.get("TRAILKEEPER_TEST_SANITIZER"))
t = Harness()
store = t.path("store")
samples = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "samples")
for folder in ("credits", "trails"):
    t.run("replay", os.path.join(samples, folder), store=store)
server = Server(
    t,
    store,
    "--http",
    "0",
    "--max-query-memory",
    "64MiB",
    "--max-in-flight",
    "16MiB",
    "--max-receiving",
    "16MiB",
    "--query-timeout",
    "60" if SANITIZED else "4",
)


def get(text, **more):
    return server.request("GET", "/v1/sql?" + urllib.parse.urlencode({"query": text, **more}))


def post(body, kind="text/plain", query=""):
    headers = {"Content-Type": kind}
    return server.request("POST", "/v1/sql" + query, body if isinstance(body, str) else json.dumps(body), headers)


def told(text, *arguments):
    return json.loads(t.run("sql", text, "-o", "json", *arguments, store=store).stdout)


BY_NAME = "SELECT eventName, count(*) AS n, count(errorCode) FROM $EDS_ID GROUP BY 1 ORDER BY 2 DESC, 1"
expected = told(BY_NAME)
t.equal("GET", get(BY_NAME)[2], expected)
t.equal("POST, a text", post(BY_NAME)[2], expected)
t.equal("POST, JSON", post({"query": BY_NAME}, "application/json")[2], expected)
NAMED = "SELECT count(*) AS n FROM events WHERE eventName = :name"
expected = told(NAMED, "--param", "name=GetCredits")
t.equal("a parameter", get(NAMED, param="name=GetCredits")[2], expected)
t.equal(
    "parameters in JSON",
    post({"query": NAMED, "parameters": {"name": "GetCredits"}}, "application/json; charset=utf-8")[2],
    expected,
)
t.equal("no rows", get("SELECT 1 AS x WHERE false")[2], [])
status, headers, body = get("SELECT 1 AS x, 'a,b' AS x, NULL AS y", output="csv")
t.equal("csv", (status, body), (200, 'x,x_2,y\r\n1,"a,b",\r\n'))
status, headers, body = get("SELECT eventID FROM events LIMIT 3", output="ndjson")
t.equal("ndjson", len((body if isinstance(body, str) else json.dumps(body)).strip().split("\n")), 3)

# What is wrong, and where.
status, _, body = get("SELECT eventName\nFROM events WHERE evenTime > 'x'")
t.equal("a wrong name", (status, body["error"]["line"], body["error"]["column"]), (400, 2, 19))
status, _, body = get("SELECT 1 / 0")
t.check("a failure", status == 400 and "division by zero" in body["error"]["message"], body)
for name, answer in (
    ("no query", server.request("GET", "/v1/sql")),
    ("an unknown parameter", get("SELECT 1", colour="red")),
    ("an unknown format", get("SELECT 1", output="xml")),
    ("no JSON", post("SELECT 1", "application/json")),
    ("JSON with something else", post({"query": "SELECT 1", "x": 1}, "application/json")),
    ("a parameter that is a list", post({"query": "SELECT 1", "parameters": {"a": []}}, "application/json")),
    ("it only reads", get("DELETE FROM events")),
):
    t.check(name, answer[0] == 400 and answer[2]["error"]["message"], answer)

# Hostile ones, several at once: each ends with an error, in time, and memory stays within the limits and 128 MiB.
DEEP = "(" * 5000 + "1" + ")" * 5000
CTES = "WITH a0 AS (SELECT * FROM events), " + ", ".join(
    "a%d AS (SELECT x.eventID FROM a%d x, a%d y)" % (i, i - 1, i - 1) for i in range(1, 30)
)
HOSTILE = [
    "SELECT count(*) FROM events a, events b, events c, events d WHERE a.eventID || b.eventID = c.eventID || d.eventID",
    "SELECT " + DEEP,
    CTES + " SELECT count(*) FROM a29",
    "SELECT replace(replace(lpad('', 4000000, 'a'), 'a', 'aaaa'), 'a', lpad('', 4000000, 'a'))",
    "SELECT regexp_replace(rpad('', 4000000, 'a'), '(a)', rpad('', 4000000, 'b'))",
    "SELECT array_agg(a.eventJson || b.eventJson) FROM events a, events b",
    "SELECT map_agg(a.eventID || b.eventID, b.eventJson) FROM events a, events b",
    "SELECT a.eventJson, b.eventID FROM events a, events b ORDER BY b.eventJson",
    "SELECT a.eventJson, b.eventID FROM events a, events b",
    "SELECT max_by(a.eventJson, b.eventID) FROM events a, events b GROUP BY a.eventID, b.eventID",
    "SELECT array_distinct(array_agg(rpad(a.eventID, 2000, b.eventID))) FROM events a, events b",
    "SELECT count(*) FROM events WHERE "
    + " OR ".join("regexp_like(eventName, '(x%d{1,40}y?){1,20}')" % i for i in range(900)),
    "SELECT array_union(split(rpad('', 4000000, ','), ','), split(rpad('', 4000000, ';'), ';'))",
]


def memory():
    text = open("/proc/%d/status" % server.process.pid).read()
    return int(text.split("RssAnon:")[1].split()[0]) >> 10


def attempt(text):
    begin = time.monotonic()
    status, _, body = post(text)
    return status, body, time.monotonic() - begin


def try_all():
    """The most memory that the server had, in MiB."""
    peak = memory()
    with concurrent.futures.ThreadPoolExecutor(len(HOSTILE)) as pool:
        running = [pool.submit(attempt, text) for text in HOSTILE]
        while not all(one.done() for one in running):
            peak = max(peak, memory())
            time.sleep(0.02)
        for text, one in zip(HOSTILE, running):
            status, body, took = one.result()
            t.check(
                "ends with an error: " + text[:50],
                status in (400, 503) or "regexp_like" in text or "split" in text,
                (status, str(body)[:200]),
            )
            t.check("ends in time: " + text[:50], took < 60, took)
    return peak


if not SANITIZED:
    peak = max(try_all(), try_all())
    t.check("memory is bounded", peak <= 64 + 16 + 16 + 128, peak)
t.equal("it still answers", get("SELECT count(*) AS n FROM events")[2], told("SELECT count(*) AS n FROM events"))
server.stop()

# Who may ask.
made = json.loads(t.run("token", "create", "reader", "--rights", "query", "-o", "json", store=store).stdout)[0][
    "secret"
]
sender = json.loads(t.run("token", "create", "sender", "--rights", "ingest", "-o", "json", store=store).stdout)[0][
    "secret"
]
server = Server(t, store, "--http", "0")
for name, headers, query, status in (
    ("nobody", {}, "", 401),
    ("a sender", {"Authorization": "Bearer " + sender}, "", 403),
    ("a reader", {"Authorization": "Bearer " + made}, "", 200),
    ("a reader who may not reveal", {"Authorization": "Bearer " + made}, "?reveal=true", 403),
):
    got = server.request("POST", "/v1/sql" + query, "SELECT 1", headers)[0]
    t.equal(name, got, status)
server.stop()
t.finish()
