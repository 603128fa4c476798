#!/usr/bin/env python3
"""A store that can't grow: senders are told to come back, the server lives on, and takes everything once there is room."""
import json
import random
import resource

from harness import Harness, event, line
from server import Server

t = Harness()
rng = random.Random(5)
store = t.path("store")
server = Server(t, store, "--http", "0", "--ndjson", "0")
bodies = ["\n".join(line(event(rng)) for _ in range(500)) for _ in range(60)]


def limit(size):
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


limit(1_000_000)
taken, refused = [], []
for body in bodies:
    status, headers, answer = server.request("POST", "/v1/events", body)
    (taken if status == 200 else refused).append(body)
    if status != 200:
        t.equal("full: status", status, 503)
        t.check("full: when to come back", headers.get("Retry-After", "").isdigit(), headers)
        break
t.check("something was taken, something refused", taken and refused, (len(taken), len(refused)))
t.equal("not ready", server.request("GET", "/readyz")[0], 503)
t.equal("alive", server.request("GET", "/healthz")[0], 200)
t.equal("reading goes on", server.request("GET", "/v1/count")[2], [{"count": 500 * len(taken)}])

# NDJSON has no way to be told: the server waits with it, and reads no more.
waiting = server.connect("ndjson")
waiting.sendall((refused[0] + "\n").encode())
t.eventually("why is in the log", lambda: "does not take events" in server.log())
limit(resource.RLIM_INFINITY)
t.check("what waited is taken", server.wait_for("events_total", "ndjson", 500))
waiting.close()
for body in bodies:
    t.equal("with room again", server.post("/v1/events", body)[0], 200)
t.equal("ready again", server.request("GET", "/readyz")[0], 200)
t.equal("exit code", server.stop(), 0)
t.equal("each event once", json.loads(t.run("count", "-o", "json", store=store).stdout)[0]["count"], 500 * len(bodies))
t.equal("the store is sound", t.run("verify", store=store).returncode, 0)
t.finish()
