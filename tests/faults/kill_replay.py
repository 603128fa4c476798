#!/usr/bin/env python3
"""A replay that is killed at any moment and run again ends in the same store as one that never was (G1, G2, G3)."""
import json
import os
import random
import signal
import subprocess
import time

from harness import Harness, write_trail, seed

KILLS = int(os.environ.get("TRAILKEEPER_TEST_KILLS", "20"))
EVENTS = 4000 if KILLS >= 20 else 1000  # In a file; with a sanitizer each takes many times as long.
t = Harness()


def answers(store):
    """All a store says about its content, whatever its layout."""

    def out(*arguments):
        done = t.run(*arguments, store=store)
        t.equal("exit code of %s" % " ".join(arguments), done.returncode, 0)
        return done.stdout

    stats = json.loads(out("stats", "-o", "json"))
    return {
        "events": sorted(out("events", "-o", "raw").split(b"\n")),
        "order": out("events", "-o", "ndjson", "--fields", "time,eventID", "--order", "oldest").split(b"\n"),
        "by name": out("count", "--by", "name", "-o", "json"),
        "by user and day": out("count", "--by", "user,error", "--per", "day", "-o", "json"),
        "rejects": [
            {name: value for name, value in reject.items() if name not in ("arrival", "hash")}
            for reject in json.loads(out("rejects", "-o", "json"))
        ],
        "stats": {k: stats[k] for k in ("events", "variants", "rejected")},
    }


def compare(what, got, expected):
    for key, value in expected.items():
        t.equal("%s: %s" % (what, key), got[key], value)


trail = write_trail(t, "trail", seed=1, files=24, events_a_file=EVENTS)
a = t.path("a")
begin = time.monotonic()
done = t.run("replay", t.path("trail"), "-o", "json", store=a)
seconds = time.monotonic() - begin
t.equal("the undisturbed replay's exit code", done.returncode, 1)  # Broken records were refused.
summary = json.loads(done.stdout)
t.check(
    "the trail holds what the test is about",
    summary["events"] > 12 * EVENTS and summary["duplicates"] > EVENTS / 4 and summary["rejected"] > EVENTS / 80,
    summary,
)
expected = answers(a)
t.check("variants are counted", expected["stats"]["variants"] > EVENTS / 40, expected["stats"])

# Killed again and again, each time a little further on.
b = t.path("b")
rng = random.Random(seed(2))
killed = 0
for attempt in range(KILLS * 3):
    if killed == KILLS:
        break
    process = subprocess.Popen(
        [t.binary, "replay", t.path("trail"), "--store", b],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=t.environment,
    )
    time.sleep(rng.random() * seconds)
    process.send_signal(signal.SIGKILL)
    if process.wait() == -signal.SIGKILL:
        killed += 1
    else:
        seconds *= 0.6  # It was ready before: what is stored already goes fast.
    # What is there is whole: every answer agrees with the others.
    if attempt % 5 == 4 and os.path.exists(b):
        raw = t.run("events", "-o", "raw", store=b)
        count = t.run("count", "-o", "json", store=b)
        t.equal("the store opens after kill %d" % attempt, (raw.returncode, count.returncode), (0, 0))
        counted = sum(row["count"] for row in json.loads(count.stdout))
        t.equal("events and count agree after kill %d" % attempt, raw.stdout.count(b"\n"), counted)
t.check("most attempts were killed midway", killed == KILLS, killed)
t.equal("the last replay's exit code", t.run("replay", t.path("trail"), store=b).returncode, 1)
compare("killed and replayed", answers(b), expected)

# Other orders, overlapping: each file twice, some by folder, some by name.
c = t.path("c")
shuffled = trail + rng.sample(trail, len(trail) // 2)
rng.shuffle(shuffled)
for part in (shuffled[:9], shuffled[5:], [t.path("trail", "deep")], list(reversed(trail))):
    t.run("replay", *part, store=c)
got = answers(c)
compare("shuffled and overlapping", got, expected)

# A second writer is told so; a reader never fails while a replay runs.
d = t.path("d")
t.run("replay", trail[0], store=d)
writer = subprocess.Popen(
    [t.binary, "replay", "-", "--store", d],
    stdin=subprocess.PIPE,
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
    env=t.environment,
)
content = b"".join(open(path, "rb").read() for path in trail if path.endswith(".json"))
writer.stdin.write(content[: len(content) // 2])
writer.stdin.flush()
for arguments in (["replay", trail[1]], ["replay", trail[1], "-o", "json"]):
    second = t.run(*arguments, store=d)
    t.equal("a second writer's exit code", second.returncode, 3)
    t.check(
        "a second writer is told who has the store",
        b"process" in second.stderr and b"another" in second.stderr,
        second.stderr,
    )
t.check("the error is an object with --output json", "message" in json.loads(second.stderr)["error"], second.stderr)
last = 0
for _ in range(10):
    reader = t.run("count", "-o", "json", store=d)
    if t.equal("a reader beside a writer", reader.returncode, 0):
        count = sum(row["count"] for row in json.loads(reader.stdout))
        t.check("a reader never sees less than before", count >= last, (count, last))
        last = count
writer.stdin.write(content[len(content) // 2 :])
writer.stdin.close()
while writer.poll() is None:
    t.equal("a reader beside a committing writer", t.run("count", "--by", "name", store=d).returncode, 0)
t.equal("the writer's exit code", writer.returncode, 1)

t.finish()
