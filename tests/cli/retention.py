#!/usr/bin/env python3
"""What retention removes and what holds keep: by verdict, whatever happens to policies; floods; rejected records."""
import json
import os
import random

from harness import Harness, event, line

t = Harness()
SAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "samples")
POLICIES = [os.path.join(SAMPLES, "policies", name + ".json") for name in ("acme", "birch", "cobalt")]


def run(*arguments, store, **more):
    return t.run(*arguments, store=store, **more)


def parsed(*arguments, store):
    done = run(*arguments, "-o", "json", store=store)
    t.check("exit code of %s" % " ".join(arguments), done.returncode in (0, 1), done.stderr)
    return json.loads(done.stdout)


def counted(store, *filters):
    return parsed("count", *filters, store=store)[0]["count"]


def ids(store, *filters):
    return sorted(
        json.loads(row)["eventID"] for row in run("events", *filters, "-o", "raw", store=store).stdout.splitlines()
    )


def filled(name):
    store = t.path(name)
    run("policies", "load", "--at", "2024-03-01", *POLICIES, store=store)
    t.check(
        "the samples are replayed", run("replay", os.path.join(SAMPLES, "trails"), store=store).returncode in (0, 1)
    )
    return store


def forget_all(store):
    loaded = [row["id"] for row in parsed("policies", "list", store=store)]
    t.equal("policies forget", run("policies", "forget", *loaded, store=store).returncode, 0)


# A hold by verdict keeps what it matched before the policies were forgotten, loaded anew, judged anew.
store = filled("forgotten")
held = ids(store, "--verdict", "not-granted")
t.check("the samples have events that aren't granted", len(held) > 10, len(held))
everything = counted(store)
t.equal("hold add", run("hold", "add", "case", "--verdict", "not-granted", store=store).returncode, 0)
forget_all(store)
t.equal("no verdict is not-granted any more", counted(store, "--verdict", "not-granted"), 0)
run("recheck", "--all", store=store)
run("compact", store=store)
result = parsed("retain", "--keep", "1d", store=store)
t.equal("retain: held", [result["held"], result["events"]], [len(held), everything - len(held)])
t.equal("the held events are there", ids(store), held)
run("policies", "load", "--at", "2024-03-01", POLICIES[0], store=store)
parsed("retain", "--max-size", "1", store=store)
t.equal("and stay", ids(store), held)
run("hold", "release", "case", store=store)
parsed("retain", "--keep", "1d", store=store)
t.equal("until the hold is released", counted(store), 0)

# What came after the hold, too, and only that.
store = t.path("later")
run("policies", "load", "--at", "2024-03-01", *POLICIES, store=store)
run("hold", "add", "case", "--verdict", "not-granted", store=store)
run("replay", os.path.join(SAMPLES, "trails"), store=store)
forget_all(store)
result = parsed("retain", "--keep", "1d", store=store)
# And what matched while the replay had not yet seen all of IAM's events: how much, its batches decide.
t.check(
    "what came after the hold was put is held",
    set(ids(store)) >= set(held) and result["events"] > everything / 4,
    (result, everything),
)

# IAM's events that came late change verdicts; what matched before stays held.
store = filled("late")
matched = ids(store, "--verdict", "not-granted")
run("hold", "add", "case", "--verdict", "not-granted", store=store)
grant = {
    "eventVersion": "1.08",
    "eventTime": "2024-03-01T00:00:01Z",
    "eventSource": "iam.amazonaws.com",
    "eventName": "PutRolePolicy",
    "awsRegion": "us-east-1",
    "recipientAccountId": "444455556666",
    "eventID": "late-grant",
    "requestParameters": {
        "roleName": "nightly-etl",
        "policyName": "all",
        "policyDocument": json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        ),
    },
}
t.write("late/grant.json", line(grant))
run("replay", t.path("late", "grant.json"), store=store)
now = ids(store, "--verdict", "not-granted")
t.check("the late event grants some of it", len(now) < len(matched), (len(now), len(matched)))
parsed("retain", "--keep", "1d", store=store)
t.check("what matched before the late event is held", set(ids(store)) >= set(matched), (len(ids(store)), len(matched)))

# Holds by what stands in the event need no policies, and hold exactly that.
store = filled("plain")
wanted = ids(store, "--user", "*a*")
run("hold", "add", "case", "--user", "*a*", store=store)
forget_all(store)
parsed("retain", "--keep", "1d", store=store)
t.equal("a hold by user", ids(store), wanted)

# A flood of events dated 2099.
store = t.path("flood")
rng = random.Random(5)
real = [event(rng) for _ in range(400)]
t.write("flood/real.json", "\n".join(line(record) for record in real))
t.write(
    "flood/flood.json", "\n".join(line(event(rng, eventTime="2099-01-01T00:00:%02dZ" % (i % 60))) for i in range(4000))
)
run("replay", t.path("flood", "real.json"), store=store)
size = parsed("stats", store=store)["storedBytes"]
run("replay", t.path("flood", "flood.json"), store=store)
result = parsed("retain", "--max-size", str(size * 2), store=store)
t.check("some of the flood went, by arrival", result["byArrival"] == result["events"] > 0, result)
t.equal("no real event went", counted(store, "--until", "2030-01"), len(real))
done = run("retain", "--keep", "90d", "--future", "5m", store=store)
t.equal("--future of less than an hour: exit code", done.returncode, 2)

# Rejected records: a limit, said; what they are without their bytes; removal.
store = t.path("rejects")
t.equal("rejects limit: exit code", run("rejects", "limit", "200kB", store=store).returncode, 0)
garbage = (
    "\n".join(
        '{"x":%d,"y":"%s"}' % (i, "".join(rng.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(200)))
        for i in range(3000)
    )
    + "\n"
)
done = run("replay", "-", store=store, stdin=garbage.encode())
t.check("replay says that the limit is reached", b"limit for rejected records" in done.stdout, done.stdout)
stats = parsed("stats", store=store)
t.equal("all are counted", stats["rejected"], 3000)
t.check("they take about the limit", stats["rejectBytes"] < 300_000 and stats["rejectLimit"] == 200_000, stats)
rows = parsed("rejects", store=store)
t.equal("the records that the rows stand for", sum(row["records"] for row in rows), 3000)
t.check("some have bytes", len([row for row in rows if row["bytes"]]) > 100, len(rows))
t.check(
    "some have only length and hash",
    len(
        [
            row
            for row in rows
            if row["bytes"] is None and row["records"] == 1 and row["length"] > 200 and len(row["hash"]) == 32
        ]
    )
    > 10,
)
t.equal("rejects --limit", len(parsed("rejects", "--limit", "2", store=store)), 2)
t.check("the table says why", b"only counted" in run("rejects", store=store).stdout)
t.equal("rejects remove without a choice: exit code", run("rejects", "remove", store=store).returncode, 2)
t.equal(
    "rejects remove, another source", parsed("rejects", "remove", "--source", "/other/*", store=store)["records"], 0
)
t.equal(
    "rejects remove --dry-run",
    parsed("rejects", "remove", "--reason", "no-event-name", "--dry-run", store=store)["records"],
    3000,
)
run("hold", "add", "case", "--name", "Nothing", store=store)
done = run("rejects", "remove", "--all", store=store)
t.check("rejects remove under a hold: refused", done.returncode == 1 and b"legal hold" in done.stderr, done)
run("hold", "release", "case", store=store)
t.equal("rejects remove", parsed("rejects", "remove", "--all", store=store)["records"], 3000)
t.equal("none is left", [parsed("rejects", store=store), parsed("stats", store=store)["rejected"]], [[], 0])
t.check("the journal tells", b"rejects-remove" in run("journal", store=store).stdout)


# The credit ledger's facts don't go without a word.
facts = t.path("facts")
t.run(
    "credits",
    "add",
    "--account",
    "343434343434",
    "--amount",
    "5",
    "--issued",
    "2024-03-04",
    "--years",
    "1",
    store=facts,
)
for arguments in (["--dry-run"], []):
    done = t.run("retain", "--keep", "400d", *arguments, "-o", "json", store=facts)
    t.check(
        "facts of the ledger are named",
        b'"creditFacts":1' in done.stdout and b"--source activate.amazonaws.com" in done.stderr,
        done,
    )
t.finish()
