#!/usr/bin/env python3
"""A damaged store: every command, and a server, give right answers or an error that names the place; none ends by a signal."""
import json
import os
import random
import shutil

from harness import Harness, event, line, seed
from server import Server

PAGE = 4096
PLACES = ("segment ", "table ", "page", "data.mdb", "commit")
h = Harness()
rng = random.Random(seed(10))
everything = os.environ.get("TRAILKEEPER_TEST_ALL_FAULTS")

store = h.path("store")
records = [event(rng) for _ in range(400)]
for number in range(3):
    lines = [line(r) for r in records[number * 130 : number * 130 + 140]] + ["broken %d" % number]
    h.run("replay", h.write("trail-%d.json" % number, "\n".join(lines)), store=store)
h.run("hold", "add", "case-1", "--user", "user1*", store=store)
ids = [r["eventID"] for r in records[:400:40]]
COMMANDS = [
    ["count", "--by", "eventName"],
    ["count"],
    ["count", "--user", "user1*"],
    ["count", "--by", "requestParameters.key", "--top", "5"],
    ["events", "-o", "ndjson"],
    ["events", "--user", "user7", "-o", "ndjson"],
    ["show", *ids, "-o", "raw"],
    ["rejects", "-o", "json"],
    ["stats", "-o", "json"],
    ["hold", "list", "-o", "json"],
    ["journal", "-o", "json"],
    ["findings", "-o", "json"],
]


def answer(arguments, **more):
    result = h.run(*arguments, store=store, **more)
    # How many bytes a file has isn't an answer about events.
    out = b"" if arguments[0] == "stats" else result.stdout
    if arguments[0] == "stats" and result.returncode == 0:
        figures = json.loads(result.stdout)
        out = json.dumps([figures[0] if isinstance(figures, list) else figures.get("events")]).encode()
    return result.returncode, out, result.stderr.decode(errors="replace")


right = [answer(c) for c in COMMANDS]
for arguments, (code, _, error) in zip(COMMANDS, right):
    h.check("sound: %s" % arguments, code in (0, 1), error)
sound = open(os.path.join(store, "data.mdb"), "rb").read()
counts = {"right": 0, "error": 0}


def place(data):
    with open(os.path.join(store, "data.mdb"), "r+b") as file:
        file.write(data)
        file.truncate(len(data))


def ask(what, commands=COMMANDS):
    for arguments, expected in zip(COMMANDS, right):
        if arguments not in commands:
            continue
        code, out, error = answer(arguments)
        if code == 3:
            counts["error"] += 1
            h.check("%s: %s names the place" % (what, arguments), any(p in error for p in PLACES), error)
        else:
            counts["right"] += 1
            h.check(
                "%s: %s is right" % (what, arguments),
                (code, out) == expected[:2],
                "exit code %d: %s" % (code, error[:300]),
            )


def flipped(at, bit):
    data = bytearray(sound)
    data[at] ^= 1 << bit
    return bytes(data)


pages = len(sound) // PAGE
for _ in range(400 if everything else 12):
    at = rng.randrange(len(sound))
    place(flipped(at, rng.randrange(8)))
    ask("byte %d" % at)
for number in range(0, pages, 1 if everything else max(1, pages // 10)):
    zeroed = bytearray(sound)
    zeroed[number * PAGE : number * PAGE + PAGE] = bytes(PAGE)
    place(bytes(zeroed))
    ask("page %d zeroed" % number, COMMANDS[::3])
    other = rng.randrange(pages)
    swapped = bytearray(sound)
    swapped[number * PAGE : number * PAGE + PAGE] = sound[other * PAGE : other * PAGE + PAGE]
    swapped[other * PAGE : other * PAGE + PAGE] = sound[number * PAGE : number * PAGE + PAGE]
    place(bytes(swapped))
    ask("pages %d and %d swapped" % (number, other), COMMANDS[1::3])
    place(sound[: number * PAGE + 100])
    ask("cut at page %d" % number, COMMANDS[2::3])
place(sound)
ask("restored")
h.check("some answers were right, some errors", counts["right"] > 20 and counts["error"] > 20, counts)

# A hold whose filter was edited: nothing is removed.
edited = sound.replace(b'"user1*"', b'"user0*"')
h.check("the hold lies in the file as text", edited != sound)
place(edited)
result = h.run("retain", "--keep", "1d", store=store)
h.equal("retention refuses", result.returncode, 3)
h.check("and names the hold", b"table holds, key case-1" in result.stderr, result.stderr)
place(sound)

# Damage in one segment: verify names it, and what is left can be had.
spoiled = None
for at in range(len(sound) - PAGE, 0, -997):
    place(flipped(at, 3))
    verified = h.run("verify", store=store)
    h.check("verify ends by itself", verified.returncode in (0, 3), verified.stderr)
    if verified.returncode == 3 and verified.stderr.count(b"segment ") == verified.stderr.count(b"trailkeeper:"):
        spoiled = at
        break
h.check("damage in a segment was found", spoiled is not None)
left = h.run("count", "--skip-damaged", "-o", "json", store=store)
h.equal("what is left comes with exit code 3", left.returncode, 3)
h.check("and a warning with figures", b"left out: " in left.stderr and b" events from 2024" in left.stderr, left.stderr)
h.check(
    "and is less than all",
    0 < sum(int(s) for s in "".join(c if c.isdigit() else " " for c in left.stdout.decode()).split()) < 400,
    left.stdout,
)
h.check("a writer refuses it", h.run("replay", h.path("trail-0.json"), "--skip-damaged", store=store).returncode == 3)
place(sound)
h.equal("verify of the restored store", h.run("verify", store=store).returncode, 0)


# A server whose file is damaged, then cut short, under its hands.
server = Server(h, store)
path = "/v1/count?by=eventName"
status, _, expected = server.request("GET", path)
h.equal("the server counts", status, 200)
for data in (flipped(spoiled, 3), sound[: 5 * PAGE], sound[:PAGE]):
    place(data)
    for _ in range(3):
        status, _, got = server.request("GET", path)
        h.check("right or an error", (status == 200 and got == expected) or status >= 500, "%s %.200r" % (status, got))
place(sound)
h.check("the server is still there", server.process.poll() is None)
status, _, _ = server.request("GET", "/healthz")
h.equal("and answers", status, 200)
server.stop()
shutil.rmtree(store)
h.finish()
