#!/usr/bin/env python3
"""A disk that fails while a store is written: nothing that failed is acknowledged, the reason is said, and with a sound disk all goes on (G1, G7)."""
import errno
import json
import os
import random

from harness import Harness, event, line, seed
from server import Server

t = Harness()
rng = random.Random(seed(8))
EVENTS = 300
RECORDER = os.environ["TRAILKEEPER_DISK_RECORDER"]
known = ["\n".join(line(event(rng)) for _ in range(EVENTS)) for _ in range(2)]
first, second = (t.write("trail-%d.json" % number, text) for number, text in enumerate(known))


def failing(store, what):
    return {
        "LD_PRELOAD": RECORDER,
        "TRAILKEEPER_DISK_UNDER": os.path.realpath(store),
        "TRAILKEEPER_DISK_FAIL": what,
    }


def count(store):
    return json.loads(t.run("count", "-o", "json", store=store).stdout)[0]["count"]


# From the command line: each of the calls that a commit makes, and what follows it.
for code in (errno.EIO, errno.ENOSPC):
    for call in ("write", "sync", "meta"):
        for number in (1, 2, 3, 4):
            for once in ("", ":once"):
                what = "%s:%d:%d%s" % (call, number, code, once)
                store = t.path("store-" + what.replace(":", "-"))
                t.equal("the first replay", t.run("replay", first, store=store).returncode, 0)
                ended = t.run("replay", second, "-o", "json", store=store, env=failing(store, what))
                if ended.returncode == 0:  # There are no so many calls, or a first attempt was repeated.
                    t.equal("%s: all was taken" % what, count(store), 2 * EVENTS)
                else:
                    t.equal("%s: exit code" % what, ended.returncode, 3)
                    t.check("%s: the reason is said" % what, os.strerror(code).encode() in ended.stderr, ended.stderr)
                    t.check("%s: what was there stays" % what, count(store) in (EVENTS, 2 * EVENTS), count(store))
                t.equal("%s: with a sound disk it goes on" % what, t.run("replay", second, store=store).returncode, 0)
                t.equal("%s: each event once" % what, count(store), 2 * EVENTS)
                t.equal("%s: sound" % what, t.run("verify", store=store).returncode, 0)

# A server: it lives on, or says why not; what it acknowledges is there afterwards.
bodies = ["\n".join(line(event(rng)) for _ in range(100)) for _ in range(12)]


def sent(server, body, what):
    """Whether a body was acknowledged."""
    try:
        status = server.request("POST", "/v1/events", body)[0]
    except OSError:  # It ended.
        return False
    return t.check("%s: status" % what, status in (200, 503), status) and status == 200


for call in ("write", "sync", "meta"):
    for number in (3, 6):
        for once in ("", ":once"):
            what = "%s:%d:%d%s" % (call, number, errno.EIO, once)
            store = t.path("served-" + what.replace(":", "-"))
            t.equal("the first replay", t.run("replay", first, store=store).returncode, 0)
            server = Server(t, store, "--http", "0", environment=failing(store, what))
            taken = [body for body in bodies if sent(server, body, what)]
            if not once:
                t.check("%s: something was refused" % what, len(taken) < len(bodies))
            if call == "meta":  # Who knows what is on the disk? Not this process: it ends, and says so.
                t.equal("%s: exit code" % what, server.process.wait(timeout=60), 3)
                t.check(
                    "%s: why is in the log" % what, "doesn't know what is on the disk" in server.log(), server.log()
                )
            else:
                if not once:
                    t.equal("%s: not ready" % what, server.request("GET", "/readyz")[0], 503)
                    t.eventually("%s: why is in the log" % what, lambda: os.strerror(errno.EIO) in server.log())
                t.equal("%s: exit code" % what, server.stop(), 0)
            answered = set(t.run("events", "-o", "raw", store=store).stdout.decode().splitlines())
            lost = [one for body in taken for one in body.splitlines() if one not in answered]
            t.equal("%s: what was acknowledged is there" % what, lost, [])
            again = Server(t, store, "--http", "0")
            for body in bodies:
                t.equal("%s: with a sound disk" % what, again.post("/v1/events", body)[0], 200)
            t.equal("%s: it stops" % what, again.stop(), 0)
            t.equal("%s: each event once" % what, count(store), EVENTS + 100 * len(bodies))
            t.equal("%s: sound" % what, t.run("verify", store=store).returncode, 0)
t.finish()
