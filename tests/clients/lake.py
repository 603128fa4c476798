#!/usr/bin/env python3
"""CloudTrail Lake's API, asked by AWS's CLI and its SDK for JavaScript as people write it: start, poll, page; errors; limits."""
import collections
import json
import time

from clients import Load, call, node, program, start, token
from harness import Harness

t = Harness()
load = Load(961)
reader = token(t, "store", "laptop", "query", "--aws")
sender = token(t, "store", "shipper", "ingest")["secret"]
server = start(t, "store", "--http", "0", "--query-timeout", "60")
server.post("/v1/events", load.lines(), Authorization="Bearer " + sender)
events = [json.loads(text) for text in load.events]
KEYS = {
    "AWS_ACCESS_KEY_ID": reader["accessKeyId"],
    "AWS_SECRET_ACCESS_KEY": reader["secret"],
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_PAGER": "",
}

# The SDK.
got = json.loads(node(t, "lake.mjs", server.port(), env=KEYS))
names = collections.Counter(event["eventName"] for event in events)
t.equal(
    "counts",
    got["counts"]["rows"],
    [[{"eventName": name}, {"n": str(n)}] for name, n in sorted(names.items(), key=lambda one: (-one[1], one[0]))],
)
statistics = got["counts"]["statistics"]
t.equal("all were scanned", (statistics["EventsScanned"], statistics["EventsMatched"]), (len(events), len(events)))
t.check("its bytes", statistics["BytesScanned"] > 100 * len(events), statistics)
paged = got["pages"]
t.equal("pages", paged["pages"], -(-len(events) // 700))
t.equal("each event once", [row[0]["eventID"] for row in paged["rows"]], sorted(event["eventID"] for event in events))
t.check(
    "one-entry maps of texts",
    all(len(cell) == 1 and isinstance(*cell.values(), str) for row in paged["rows"] for cell in row),
)
t.equal(
    "by a condition",
    len(got["user"]["rows"]),
    sum("aida" in (event["userIdentity"].get("principalId") or "").lower() for event in events),
)
t.equal("a saved query", sum(int(row[2]["events"]) for row in got["saved"]["rows"]), len(events))
t.equal("with parameters", len(got["parameters"]["rows"]), sum("arn" in event["userIdentity"] for event in events))
t.equal("a store", (got["store"]["Name"], got["store"]["Status"]), ("trailkeeper", "ENABLED"))
t.equal("a trail", (got["trails"][0]["Name"], got["trail"]["IsLogging"]), ("trailkeeper", True))
t.equal("samples", got["samples"][0]["Name"], "root-use")
t.equal("queries", [one["QueryStatus"] for one in got["listed"]], ["FINISHED"] * 5)
t.equal("a wrong query", (got["wrong"]["name"], got["wrong"]["status"]), ("InvalidQueryStatementException", 400))
t.check("its place", "line 1, column 8" in got["wrong"]["message"], got["wrong"])
t.equal("an unknown query", got["unknown"]["name"], "QueryIdNotFoundException")
t.equal("one that has ended", got["over"]["name"], "InactiveQueryException")
t.equal("too many", got["many"]["name"], "MaxConcurrentQueriesException")
t.equal("cancelled", got["cancelled"], "CANCELLED")
t.equal("others go on", got["after"], [[{"one": "1"}]])


# The CLI.
def aws(*words):
    made = call(
        t,
        program("aws"),
        "cloudtrail",
        *words,
        "--endpoint-url",
        "http://127.0.0.1:%d" % server.port(),
        "--output",
        "json",
        env=KEYS,
    )
    return json.loads(made)


query = aws("start-query", "--query-statement", "SELECT count(*) AS n FROM $EDS_ID")["QueryId"]
for _ in range(100):
    described = aws("describe-query", "--query-id", query)
    if described["QueryStatus"] not in ("QUEUED", "RUNNING"):
        break
    time.sleep(0.1)
t.equal("it ends", described["QueryStatus"], "FINISHED")
result = aws("get-query-results", "--query-id", query)
t.equal("its answer", result["QueryResultRows"], [[{"n": str(len(events))}]])
t.equal("how much", result["QueryStatistics"]["TotalResultsCount"], 1)
t.check(
    "it is listed",
    query
    in [
        one["QueryId"]
        for one in aws("list-queries", "--event-data-store", "00000000-0000-4000-8000-000000000000")["Queries"]
    ],
)
t.equal("a store", len(aws("list-event-data-stores")["EventDataStores"]), 1)
t.equal("a trail", aws("get-trail-status", "--name", "trailkeeper")["IsLogging"], True)
load.check(t, server, "http")
t.finish()
