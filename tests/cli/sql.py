#!/usr/bin/env python3
"""trailkeeper sql: what scripts rely on: formats, exit codes, parameters, names of columns."""
import json
import os
import random
import re

from harness import Harness, event, line

t = Harness()
store = t.path("store")
rng = random.Random(3)
records = [event(rng) for _ in range(300)]
t.run("replay", t.write("in.json", "\n".join(line(record) for record in records)), store=store)


def sql(*arguments, **more):
    return t.run("sql", *arguments, store=store, **more)


# The same numbers as count's.
BY_NAME = "SELECT eventName AS name, count(*) AS count FROM $EDS_ID GROUP BY 1 ORDER BY 2 DESC, 1;"
counted = json.loads(t.run("count", "--by", "eventName", "-o", "json", store=store).stdout)
counted = [{"name": row["eventName"], "count": row["count"]} for row in counted]
asked = json.loads(sql(BY_NAME, "-o", "json").stdout)
key = lambda row: (-row["count"], row["name"])
t.equal("sql counts as count does", sorted(asked, key=key), sorted(counted, key=key))
# Also those that Activate misspells: --name finds them by either spelling, SQL as they are logged.
for row in asked:
    where = "SELECT eventID FROM events WHERE eventName = '%s'" % row["name"]
    t.equal("eventName = " + row["name"], len(json.loads(sql(where, "-o", "json").stdout)), row["count"])

# Where a query comes from.
path = t.write("query.sql", BY_NAME)
t.equal("from a file", sql("-f", path, "-o", "json").stdout, sql(BY_NAME, "-o", "json").stdout)
t.equal("from standard input", sql("-", "-o", "json", stdin=BY_NAME.encode()).stdout, sql(BY_NAME, "-o", "json").stdout)
t.equal("neither", sql().returncode, 2)

# Formats, and columns of one name.
TWICE = "SELECT 1 AS x, 'a' AS x, true AS y, NULL AS z, ARRAY['b'] AS a"
t.equal("json", json.loads(sql(TWICE, "-o", "json").stdout), [{"x": 1, "x_2": "a", "y": True, "z": None, "a": ["b"]}])
t.equal("csv", sql(TWICE, "-o", "csv").stdout, b'x,x_2,y,z,a\r\n1,a,true,,"[""b""]"\r\n')
t.check("table", b"no rows" in sql("SELECT 1 WHERE false").stdout)

# Parameters.
name = records[0]["eventName"]
expected = sum(record["eventName"] == name for record in records)
for written in (":name", "$name", "<name>"):
    rows = json.loads(
        sql(
            "SELECT count(*) AS n FROM events WHERE eventName = %s" % written, "--param", "name=" + name, "-o", "json"
        ).stdout
    )
    t.equal("parameter " + written, rows, [{"n": expected}])
t.equal("a parameter without a value", sql("SELECT 1", "--param", "name").returncode, 2)

# What is wrong.
done = sql("SELECT eventName\nFROM events WHERE evenTime > 'x'")
t.equal("a wrong name: exit code", done.returncode, 2)
t.check("a wrong name: its place", b"line 2, column 19" in done.stderr and b"'eventTime'" in done.stderr, done.stderr)
done = sql("SELECT 1 / 0")
t.equal("a failure: exit code", done.returncode, 1)
t.check("a failure is named", b"division by zero" in done.stderr, done.stderr)
t.equal("it only reads", sql("DELETE FROM events").returncode, 2)

# The ledger and what was granted: the same as the commands' own lists, money as numbers.
samples = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "samples")
full = t.path("full")
t.run("replay", os.path.join(samples, "credits"), store=full)
t.run("replay", os.path.join(samples, "trails"), store=full)
t.run("policies", "load", "--at", "2024-02-28", os.path.join(samples, "policies", "acme.json"), store=full)


def plain(value):
    """Times and money as SQL has them."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [
            {name: one if name == "credits" else plain(one) for name, one in row.items() if name != "asOf"}
            for row in value
        ]
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]+\.[0-9]{2,}", value):
        return float(value)
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT[0-9:.]+Z", value):
        return (value[:-1].replace("T", " ") + ".000")[:23]
    return value


def answers(*arguments):
    return json.loads(t.run(*arguments, "-o", "json", store=full).stdout)


def rows_of(text, *more):
    return json.loads(t.run("sql", text, "-o", "json", *more, store=full).stdout)


t.equal("credits", rows_of("SELECT * FROM credits"), plain(answers("credits")))
t.equal("credit_postings", rows_of("SELECT * FROM credit_postings"), plain(answers("credits", "ledger")))
t.equal("applications", rows_of("SELECT * FROM applications"), plain(answers("credits", "applications")))
bills = rows_of("SELECT DISTINCT payer, month FROM credit_charges ORDER BY 1, 2")
t.check("there are bills", len(bills) > 1, bills)
for bill in bills:
    expected = plain(answers("credits", "statement", bill["payer"], "--month", bill["month"]))
    got = rows_of("SELECT * FROM credit_charges WHERE payer = '%(payer)s' AND month = '%(month)s'" % bill)
    for row in expected:
        row.update(bill)
    t.equal("credit_charges %(payer)s %(month)s" % bill, got, expected)
people = rows_of("SELECT principal, name FROM principals ORDER BY 1")
t.equal("principals", [row["principal"] for row in people], sorted({row["principal"] for row in answers("access")}))
for row in people[:3]:
    got = rows_of("SELECT \"as\", policy, document FROM policies WHERE principal = '%s'" % row["principal"])
    shown = answers("policies", "show", row["principal"])
    t.equal(
        "policies of " + row["name"],
        [(one["as"], one["policy"], json.loads(one["document"])) for one in got],
        [(one["as"], one["policy"], one["document"]) for one in shown],
    )

# Within what it may take: SQLite's memory counts, and that of our aggregates.
for text in (
    "SELECT count(*) FROM events a, events b, events c, events d ORDER BY 1",
    "SELECT replace(replace(replace('aaaaaaaaaa', 'a', 'aaaaaaaaaaaaaaaaaaaaaaaa'), 'a', 'aaaaaaaaaaaaaaaaaaaaaaaaa'), 'a', rpad('', 4000000, 'a'))",
    "SELECT regexp_replace(rpad('', 4000000, 'a'), '(a)', rpad('', 4000000, 'b'))",
    "SELECT array_join(split(rpad('', 2000000, ','), ','), rpad('', 2000000, 'b'))",
    "SELECT max(length(array_join(all_of, ''))) FROM (SELECT array_agg(a.eventID || b.eventID) AS all_of FROM events a, events b, events c GROUP BY a.eventID, c.eventID)",
    "SELECT a.eventID, b.eventID, c.eventID FROM events a, events b, events c ORDER BY b.eventID DESC, c.eventID, a.eventID LIMIT 3",
    "SELECT map_agg(a.eventID || b.eventID || c.eventID, b.eventID) FROM events a, events b, events c",
):
    done = t.run("sql", text, "--max-memory", "64MiB", "--timeout", "5", store=full)
    t.check(
        "bounded: " + text[:60], done.returncode == 1 and done.stderr.count(b"\n") < 4, (done.returncode, done.stderr)
    )

# How it is answered.
plan = [row["step"] for row in json.loads(sql("EXPLAIN " + BY_NAME, "-o", "json").stdout)]
t.check("counts are the store's", any("counted by the store by eventName" in step for step in plan), plan)

t.finish()
