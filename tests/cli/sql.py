#!/usr/bin/env python3
"""trailkeeper sql: what scripts rely on: formats, exit codes, parameters, names of columns."""
import json
import random

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

# How it is answered.
plan = [row["step"] for row in json.loads(sql("EXPLAIN " + BY_NAME, "-o", "json").stdout)]
t.check("counts are the store's", any("counted by the store by eventName" in step for step in plan), plan)

t.finish()
