#!/usr/bin/env python3
"""trailkeeper query: every saved query runs, and says what it is for; a user's own; parameters."""
import json
import os
import re

from harness import Harness

t = Harness()
store = t.path("store")
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
samples = os.path.join(SOURCE, "samples")
for folder in ("credits", "trails", "broken"):
    t.run("replay", os.path.join(samples, folder), store=store)
t.run("policies", "load", "--at", "2024-02-28", os.path.join(samples, "policies", "acme.json"), store=store)


def query(*arguments, **more):
    return t.run("query", *arguments, store=store, **more)


def rows(*arguments, **more):
    return json.loads(query(*arguments, "-o", "json", **more).stdout)


listed = rows()
library = os.path.join(SOURCE, "query", "saved", "library")
files = sorted(name[: -len(".sql")] for name in os.listdir(library))
t.equal("all are listed", sorted(row["name"] for row in listed), files)
t.check("two dozen and more", len(files) >= 24)
answered = []
for row in listed:
    name = row["name"]
    t.check(name + ": a question", row["question"].endswith("?"), row)
    t.check(name + ": why", row["why"] and row["why"].endswith("."), row)
    t.check(name + ": what for", row["control"], row)
    t.check(name + ": technique", row["technique"] is None or re.fullmatch(r"T\d{4}(\.\d{3})?", row["technique"]), row)
    for more in ([], ["--param", "since=2024-04-01", "--param", "until=2024-05-01T00:00:00Z"]):
        done = query(name, "-o", "json", *more)
        t.check(name + " runs", done.returncode == 0, done.stderr)
        if done.returncode == 0 and not more and json.loads(done.stdout):
            answered.append(name)
print("no rows from the samples: " + ", ".join(sorted(set(files) - set(answered))))
t.check("most find something in the samples", len(answered) * 2 > len(files), answered)

# Counts are full counts, of all events or of the times given.
everything = sum(row["events"] for row in rows("events-by-day"))
t.equal("all events", [{"count": everything}], json.loads(t.run("count", "-o", "json", store=store).stdout))
april = sum(row["events"] for row in rows("events-by-day", "--param", "since=2024-04", "--param", "until=2024-05"))
t.equal(
    "those of a month",
    [{"count": april}],
    json.loads(t.run("count", "--since", "2024-04", "--until", "2024-05", "-o", "json", store=store).stdout),
)
anna = rows("activity-of-principal", "--param", "principal=%:user/anna")
identities = [
    json.loads(text).get("userIdentity", {}) for text in t.run("events", "-o", "raw", store=store).stdout.splitlines()
]
named = [
    {who.get("arn", ""), who.get("sessionContext", {}).get("sessionIssuer", {}).get("arn", "")} for who in identities
]
t.equal("a parameter", len(anna), sum(any(arn.endswith(":user/anna") for arn in arns) for arns in named))

# Found by words anywhere, those with them in their names first.
t.equal("search", rows("--search", "ROOT")[0]["name"], "root-use")
t.check("by control", "trail-changes" in [row["name"] for row in rows("-s", "cis 5.5")])
t.equal("nothing fits", rows("--search", "nonsense"), [])
t.check("--show", b"-- Question: " in query("root-use", "--show").stdout)

# Wrong: what was meant.
done = query("root-usage")
t.check("a name that is none", done.returncode == 2 and b"root-use" in done.stderr, done.stderr)
done = query("root-use", "--param", "user=x")
t.check("a parameter that is none", done.returncode == 2 and b"since, until" in done.stderr, done.stderr)
done = query("root-use", "--param", "since=yesterday")
t.check("a time that is none", done.returncode == 2 and b"is not a time" in done.stderr, done.stderr)

# A folder of one's own.
os.mkdir(t.path("queries"))
OWN = """-- Question: How many events have this name?
-- Why: To see that a query
--   of one's own runs.
-- Parameter: name = GetCredits -- the event's name
SELECT count(*) AS n FROM events WHERE eventName = :name AND eventTime >= :since AND eventTime < :until
"""
t.write("queries/own.sql", OWN)
t.write("queries/root-use.sql", "-- Question: Mine?\nSELECT 'mine' AS whose")
t.write("queries/broken.sql", "SELECT 1")
folder = t.path("queries")
t.check("it runs", rows("own", "--queries", folder)[0]["n"] > 0)
t.equal("it wins", rows("root-use", "--queries", folder), [{"whose": "mine"}])
done = query("--queries", folder, "-o", "json")
own = [row for row in json.loads(done.stdout) if row["name"] == "own"][0]
t.equal("why goes on", own["why"], "To see that a query of one's own runs.")
t.equal("its parameters", own["parameters"], {"name": "GetCredits"})
t.equal("its file", own["file"], os.path.join(folder, "own.sql"))
t.check("what can't be read is named", b"broken.sql" in done.stderr and b"Question" in done.stderr, done.stderr)
t.finish()
