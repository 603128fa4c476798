#!/usr/bin/env python3
"""Stores that earlier versions wrote (data/format-N.mdb.gz) are read as they are, and brought to this format by the first writer."""
import gzip
import os
import random

from harness import Harness, event, line

h = Harness()
rng = random.Random(1)
records = []
for count in (40, 300):
    records += [event(rng) for _ in range(count)]


def check_answers(store, when, more=0):
    counted = h.run("count", "-o", "csv", store=store)
    h.check(
        "%s: all events are counted" % when, str(340 + more) in counted.stdout.decode(), counted.stdout + counted.stderr
    )
    shown = h.run("show", *[r["eventID"] for r in records[::17]], "-o", "raw", store=store)
    h.equal(
        "%s: events are what they were" % when, shown.stdout.decode(), "".join(line(r) + "\n" for r in records[::17])
    )
    user = records[7]["userIdentity"]["userName"]
    listed = h.run("events", "--user", user, "-o", "raw", store=store)
    expected = sorted(line(r) for r in records if r["userIdentity"]["userName"] == user)
    h.equal("%s: a filter finds its events" % when, sorted(listed.stdout.decode().splitlines()), expected)
    parameters = records[0]["requestParameters"] or records[1]["requestParameters"]
    listed = h.run("count", "--by", "requestParameters.n", "-o", "ndjson", store=store)
    h.check(
        "%s: fields without a column are counted" % when, str(parameters["n"]) in listed.stdout.decode(), listed.stderr
    )
    h.check("%s: the hold is there" % when, b"case-1" in h.run("hold", "list", store=store).stdout)
    h.check("%s: the rejects are there" % when, h.run("rejects", store=store).stdout.count(b"broken") >= 2)
    verified = h.run("verify", store=store)
    h.check("%s: it is sound" % when, verified.returncode == 0, verified.stdout + verified.stderr)


def check_format(name):
    store = h.path(name)
    folder = os.path.dirname(os.path.abspath(__file__))
    earlier = gzip.open(os.path.join(folder, "data", name + ".mdb.gz")).read()
    data = h.write(name + "/data.mdb", earlier)
    check_answers(store, "%s: read only" % name)
    h.equal("%s: reading changes nothing" % name, open(data, "rb").read(), earlier)

    # Of the events that the earlier version stored, none is stored again.
    new = event(rng)
    replayed = h.run(
        "replay", h.write("more.json", "\n".join(line(r) for r in [*records, new])), "-o", "json", store=store
    )
    h.equal("%s: a replay into it works" % name, replayed.returncode, 0)
    check_answers(store, "%s: brought to this format" % name, 1)
    h.equal("%s: and compacted" % name, h.run("compact", store=store).returncode, 0)
    check_answers(store, "%s: compacted" % name, 1)

    # Now an edited hold is found.
    sound = open(data, "rb").read()
    with open(data, "wb") as file:
        file.write(sound.replace(b'"user1*"', b'"user0*"'))
    listed = h.run("hold", "list", store=store)
    h.check(
        "%s: an edited hold is damage" % name,
        listed.returncode == 3 and b"table holds, key case-1" in listed.stderr,
        listed.stderr,
    )


for name in ("format-1", "format-2"):
    check_format(name)
h.finish()
