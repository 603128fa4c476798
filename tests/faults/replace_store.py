#!/usr/bin/env python3
"""compact, backup and restore under readers and writers that are killed at random: no acknowledged event is ever missing.

By hand for longer: replace_store.py PATH_OF_TRAILKEEPER --seconds 300 [--seed N]"""
import argparse
import collections
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

from harness import Harness, event, line
from server import Server

parser = argparse.ArgumentParser()
parser.add_argument("binary")
parser.add_argument("--seconds", type=float, default=8)
parser.add_argument("--seed", type=int, default=time.time_ns() % 1000000)
options = parser.parse_args()
sys.argv = sys.argv[:1] + [options.binary]

t = Harness()
store = t.path("store")
end = time.monotonic() + options.seconds
done = collections.Counter()  # What was done how often.
sent = set()
acknowledged = set()
lock = threading.Lock()  # Of the two sets, the generation and `backups`.
generation = 0  # Goes up when a restore begins and when it is done: what is there changes by intent then.
backups = []  # (folder, events that were acknowledged before it began)
still = threading.Lock()  # Held by whoever mustn't meet a restore: writers.
numbers = itertools.count()


def running():
    """Until the time is over and each kind was tried; a slow machine gets more time for the latter."""
    now = time.monotonic()
    return t.failures == 0 and (now < end or (now < end + 120 and untried()))


def untried():
    """What nobody has tried yet beside the others: begun, whether it was let in, killed or neither."""
    return [
        what
        for what in ("compact", "replay", "serve", "backup", "restore")
        if not any(key.startswith(what) for key in list(done))
    ]


def start(*arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, where=store):
    return subprocess.Popen(
        [t.binary, *arguments, "--store", where], stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, env=t.environment
    )


def killed(process, rng, longest):
    """Kills a process after a random time; false if it was done before."""
    time.sleep(rng.random() * longest)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def events(rng, number):
    records = [event(rng) for _ in range(number)]
    ids = {record["eventID"] for record in records}
    with lock:
        sent.update(ids)
    return ids, "\n".join(line(record) for record in records).encode()


def replay(rng):
    ids, body = events(rng, rng.randrange(1, 40))
    process = start("replay", "-", stdin=subprocess.PIPE)
    if rng.random() < 0.3:
        try:
            process.stdin.write(body)
            process.stdin.close()
        except BrokenPipeError:
            pass
        process.stdin = None
        done["replay killed"] += killed(process, rng, 0.1)
        return
    _, error = process.communicate(body)
    if process.returncode == 0:
        with lock:
            acknowledged.update(ids)
        done["replay"] += 1
    else:
        t.check("a replay fails only because another process writes", b"by another process" in error, error)
        done["replay locked out"] += 1


def serve(rng):
    try:
        server = Server(t, store, "--http", "0")
    except RuntimeError as error:
        t.check("a server fails only because another process writes", "by another process" in str(error), error)
        done["serve locked out"] += 1
        return
    for _ in range(rng.randrange(1, 30)):
        ids, body = events(rng, rng.randrange(1, 10))
        status, answer = server.post("/v1/events", body)
        if t.equal("an event is taken", status, 200):
            with lock:
                acknowledged.update(ids)
            done["request"] += 1
    if rng.random() < 0.5:
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        done["serve killed"] += 1
    else:
        t.equal("the server's exit code", server.stop(), 0)
        done["serve"] += 1


def writer(seed):
    rng = random.Random(seed)
    while running():
        with still:
            serve(rng) if rng.random() < 0.15 else replay(rng)
        time.sleep(rng.random() * 0.05)


def look(arguments, judge):
    """Runs a reader; whatever was acknowledged before it began is there."""
    with lock:
        before, expected = generation, set(acknowledged)
    process = start(*arguments)
    out, error = process.communicate()
    with lock:
        same = before == generation and before % 2 == 0
    if same and t.equal("a reader's exit code (%s)" % error, process.returncode, 0):
        judge(out, expected)
        done[arguments[0]] += 1


def judge_count(out, expected):
    counted = sum(row["count"] for row in json.loads(out))
    t.check("nothing acknowledged is missing from a count", counted >= len(expected), (counted, len(expected)))


def judge_events(out, expected):
    got = [json.loads(text)["eventID"] for text in out.splitlines()]
    t.equal("each event once", len(got), len(set(got)))
    t.equal("acknowledged, but not there", len(expected - set(got)), 0)


def poller(seed):
    rng = random.Random(seed)
    while running():
        if rng.random() < 0.1:
            look(["events", "-o", "raw"], judge_events)
        elif rng.random() < 0.1:
            done["count killed"] += killed(start("count", "-o", "json"), rng, 0.05)
        else:
            look(["count", "-o", "json"], judge_count)


def holder(seed):
    """Keeps a list open, as a pager does, while the store's file is replaced; then it goes on, or is killed."""
    rng = random.Random(seed)
    while running():
        process = start("events", "-o", "raw")
        with lock:
            before = generation
        first = process.stdout.readline()
        time.sleep(rng.random() * 2)
        if rng.random() < 0.3:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            done["held list killed"] += 1
            continue
        rest, error = process.stdout.read(), process.stderr.read()
        process.wait()
        if before % 2 == 0 and first:
            t.equal("a held list's exit code (%s)" % error, process.returncode, 0)
            ids = [json.loads(text)["eventID"] for text in (first + rest).splitlines()]
            t.equal("a held list has each event once", len(ids), len(set(ids)))
            done["held list"] += 1
        time.sleep(0.02)


def compact(rng):
    process = start("compact")
    if rng.random() < 0.5:
        done["compact killed"] += killed(process, rng, 0.12)
        return
    _, error = process.communicate()
    if process.returncode == 0:
        done["compact"] += 1
    else:
        t.check("compact fails only because another process writes", b"by another process" in error, error)
        done["compact locked out"] += 1


def back_up(rng):
    folder = t.path("backup-%d" % next(numbers))
    with lock:
        expected = set(acknowledged)
    process = start("backup", folder)
    if rng.random() < 0.4:
        done["backup killed"] += killed(process, rng, 0.12)
        if not os.path.exists(os.path.join(folder, "data.mdb")):
            # What a killed one left isn't in the way.
            process = start("backup", folder)
        else:
            process = start("verify", where=folder)
    _, error = process.communicate()
    if not t.equal("a backup's exit code (%s)" % error, process.returncode, 0):
        return
    done["backup"] += 1
    with lock:
        backups.append((folder, expected))
    while len(backups) > 3:
        shutil.rmtree(backups.pop(0)[0])


def restore(rng):
    """The store's file is removed beside its readers, and a backup takes its place; also after a kill midway."""
    global generation
    if not backups:
        return
    with still:
        folder, expected = rng.choice(backups)
        with lock:
            generation += 1
        os.remove(os.path.join(store, "data.mdb"))
        while not os.path.exists(os.path.join(store, "data.mdb")):
            process = start("restore", folder)
            if rng.random() < 0.5:
                done["restore killed"] += killed(process, rng, 0.1)
            else:
                _, error = process.communicate()
                t.equal("a restore's exit code (%s)" % error, process.returncode, 0)
                done["restore"] += 1
        with lock:
            acknowledged.clear()
            acknowledged.update(expected)
            generation += 1


def keeper(seed):
    rng = random.Random(seed)
    while running():
        dice = rng.random()
        compact(rng) if dice < 0.6 else back_up(rng) if dice < 0.85 else restore(rng)
        time.sleep(rng.random() * 0.05)


def guarded(role, seed):
    try:
        role(seed)
    except Exception as error:  # A thread's failure is the test's.
        t.check("%s ends without an exception" % role.__name__, False, repr(error))


t.equal("the first replay", t.run("replay", "-", stdin=events(random.Random(0), 500)[1], store=store).returncode, 0)
acknowledged |= sent
roles = [writer, keeper, poller, poller, holder, holder]
threads = [threading.Thread(target=guarded, args=(role, options.seed * 100 + i)) for i, role in enumerate(roles)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

# On a slow machine the dice may have spared none of a kind: nobody is beside it now, so it must succeed.
t.equal("a compact alone", t.run("compact", store=store).returncode, 0)
look(["count", "-o", "json"], judge_count)
look(["events", "-o", "raw"], judge_events)
t.equal("the store is sound", t.run("verify", store=store).returncode, 0)
t.equal("a writer cleans up", t.run("replay", "-", stdin=events(random.Random(1), 1)[1], store=store).returncode, 0)
t.equal("nothing is left lying about", sorted(os.listdir(store)), ["data.mdb", "lock.mdb", "writer.lock"])
t.equal("what was never tried beside others", untried(), [])
print(
    "seed %d; %d events sent, %d acknowledged; %s"
    % (options.seed, len(sent), len(acknowledged), dict(sorted(done.items())))
)
t.finish()
