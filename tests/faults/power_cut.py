#!/usr/bin/env python3
"""A power cut at any moment, between any two writes or in the middle of one: what was acknowledged is there once, and the store is sound (G1).

The disk is made from a record of what each command wrote and synced (tests/support/disk.py): what wasn't synced is there in part, in any order, torn at
sectors. TRAILKEEPER_TEST_CUTS=N: how many cuts."""
import hashlib
import os
import random

from disk import Disk, read_record, restore
from harness import Harness, event, line, seed

t = Harness()
cuts = int(os.environ.get("TRAILKEEPER_TEST_CUTS", "60"))
rng = random.Random(seed(1))
store = t.path("store")
os.mkdir(store)
files = []
for number in range(12):
    made = [line(event(rng, eventTime="20%02d-05-01T00:00:%02dZ" % (10 + number, at % 60))) for at in range(800)]
    files.append(t.write("trail-%02d.json" % number, "\n".join(made)))
policies = t.write(
    "policies.json",
    '{"UserDetailList": [{"UserName": "user1", "Arn": "arn:aws:iam::111122223333:user/user1", "UserId": "AIDAuser1"}],'
    ' "RoleDetailList": [], "GroupDetailList": [], "Policies": []}',
)
COMMANDS = [
    *(["replay", name] for name in files[:5]),
    ["policies", "load", policies, "--at", "2020-01-01"],
    ["hold", "add", "case", "--user", "user1"],
    *(["replay", name] for name in files[5:8]),
    ["retain", "--keep", "1d", "--account", "444455556666"],
    ["compact"],
    *(["replay", name] for name in files[8:]),
    ["compact"],
]
NOTHING = (0, hashlib.sha256(b"").hexdigest())


def run(command, at, **environment):
    return t.run(*command, store=at, env=environment)


def answer(at):
    """How many events a store holds, and a hash of them all; what is wrong with it otherwise."""
    listed = run(["events", "-o", "raw"], at)
    if b"there is no store at" in listed.stderr:
        return NOTHING
    if listed.returncode != 0:
        return listed.stderr.decode()
    events = sorted(listed.stdout.splitlines())
    return len(events), hashlib.sha256(b"\n".join(events)).hexdigest()


# Each command with the steps that it made, and what the store says after it.
done, answers, before = [], [NOTHING], 0
for command in COMMANDS:
    record = t.path("record")
    ended = run(
        command,
        store,
        LD_PRELOAD=os.environ["TRAILKEEPER_DISK_RECORDER"],
        TRAILKEEPER_DISK_UNDER=os.path.realpath(store),
        TRAILKEEPER_DISK_RECORD=record,
    )
    t.check("%s works" % command[0], ended.returncode == 0, ended.stderr)
    steps = read_record(record)
    done.append(steps[before:])
    before = len(steps)
    answers.append(answer(store))
t.check("each command's writes are recorded", all(done), [len(steps) for steps in done])


def cut(command, position, state):
    steps = done[command]
    where = "cut %d.%d of %s (seed %d)" % (command, position, COMMANDS[command][0], seed(1))
    damaged = t.path("cut")
    restore(state.after_power_cut(rng, steps[position] if position < len(steps) else None), store, damaged)
    had, will_have = answers[command], answers[command + 1]
    if position >= len(steps):
        had = will_have  # It was acknowledged.
    found = answer(damaged)
    one_of = found in (had, will_have)
    if COMMANDS[command][0] == "replay":  # Which may have committed a part.
        one_of = isinstance(found, tuple) and had[0] <= found[0] <= will_have[0]
    t.check("%s: what was acknowledged is there, once" % where, one_of, (found, had, will_have))
    again = run(COMMANDS[command], damaged)
    repeated = COMMANDS[command][0] == "hold" and b"case" in again.stderr
    t.check("%s: the command can be repeated" % where, again.returncode == 0 or repeated, again.stderr)
    t.equal("%s: with what it had to do" % where, answer(damaged), will_have)
    verified = run(["verify"], damaged)
    t.check("%s: the store is sound" % where, verified.returncode == 0, verified.stdout + verified.stderr)


places = [(command, position) for command in range(len(done)) for position in range(len(done[command]) + 1)]
chosen = sorted(rng.sample(places, min(cuts, len(places))))
disk = Disk()
for number, steps in enumerate(done):
    for position in range(len(steps) + 1):
        if (number, position) in chosen:
            cut(number, position, disk)
        if position < len(steps):
            disk.do(steps[position])
print("%d places, %d cuts" % (len(places), len(chosen)))
t.finish()
