#!/usr/bin/env python3
"""Slow queries by the dozen: events are taken in meanwhile, probes are answered; they end when their time is up or nobody waits for them."""
import gzip
import random
import re
import signal
import socket
import threading

from harness import Harness, event, line
from server import Server

t = Harness()
rng = random.Random(14)
store = t.path("store")
template = line(event(rng, eventID="ID", requestID="REQUEST"))
EVENTS = 80_000
lines = [
    template.replace('"ID"', '"%032x"' % i).replace('"REQUEST"', '"%032x"' % rng.getrandbits(128))
    for i in range(EVENTS)
]
t.equal("replay", t.run("replay", t.write("trail.ndjson", "\n".join(lines)), store=store).returncode, 0)
# Hundreds of globs, tried on every event, none of which fits: longer than any time limit here.
globs = "&".join("request-id=" + "*%x*%x*%x*x" % tuple(rng.randrange(16) for _ in range(3)) for _ in range(650))
SLOW = ("/v1/count?" + globs, "/v1/count?by=requestParameters.n&" + globs, "/v1/events?" + globs)


def running(server):
    return int(re.search(r"^trailkeeper_queries (\d+)$", server.request("GET", "/metrics")[2], re.M)[1])


# Time is up: each is told so.
server = Server(t, store, "--http", "0", "--query-timeout", "4")
answers = []
askers = [
    threading.Thread(target=lambda path=SLOW[i % 3]: answers.append(server.request("GET", path, timeout=120)))
    for i in range(12)
]
for asker in askers:
    asker.start()
t.eventually("they run", lambda: running(server) > 4)
body = gzip.compress("\n".join(line(event(rng)) for _ in range(2000)).encode())
for _ in range(3):
    t.equal(
        "events are taken in meanwhile, compressed", server.post("/v1/events", body, Content_Encoding="gzip")[0], 200
    )
for path in ("/healthz", "/readyz", "/metrics"):
    t.equal("%s meanwhile" % path, server.request("GET", path)[0], 200)
for asker in askers:
    asker.join()
t.equal("all are answered", len(answers), 12)
refused = [answer for answer in answers if answer[0] != 200]
t.check(
    "refused by time, which they are told",
    len(refused) >= 8 and all(status == 503 and "--query-timeout" in str(text) for status, _, text in refused),
    answers[:2],
)
t.equal("exit code", server.stop(), 0)

# Who asked goes: nobody's query runs on. A server that is stopped doesn't wait for one, either.
server = Server(t, store, "--http", "0", "--query-timeout", "3600")


def ask(path):
    connection = server.connect("http")
    connection.sendall(("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path).encode())
    return connection


gone = [ask(SLOW[i % 3]) for i in range(12)]
t.eventually("they run", lambda: running(server) == 12)
for connection in gone:
    connection.close()
t.eventually("none runs when all have gone", lambda: running(server) == 0)
t.eventually("their places are free", lambda: server.metric("connections_open", "http") == 1)
half = ask("/v1/tail")
half.shutdown(socket.SHUT_WR)
half.settimeout(30)
try:
    while half.recv(65536):
        pass
except TimeoutError:
    t.check("a follower that closed its side is let go", False)
half.close()
stuck = [ask(SLOW[i % 3]) for i in range(6)]
t.eventually("they run", lambda: running(server) == 6)
t.equal("exit code", server.stop(signal.SIGTERM), 0)

# A token that is revoked ends its queries.
token = t.run("token", "create", "reader", "--rights", "query", store=store).stdout.decode().strip()
server = Server(t, store, "--http", "0", "--query-timeout", "3600")
answers = []
askers = [
    threading.Thread(
        target=lambda path=path: answers.append(
            server.request("GET", path, headers={"Authorization": "Bearer " + token}, timeout=120)
        )
    )
    for path in SLOW
]
for asker in askers:
    asker.start()
t.eventually("they run", lambda: running(server) == 3)
t.run("token", "revoke", "reader", store=store)
for asker in askers:
    asker.join()
t.equal("refused", sorted(answer[0] for answer in answers), [401] * 3)
t.equal("exit code", server.stop(), 0)
t.finish()
