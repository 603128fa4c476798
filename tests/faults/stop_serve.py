#!/usr/bin/env python3
"""SIGTERM in the middle of a load, several times: exit code 0, and what was acknowledged is there, once; over HTTP and Forward."""
import http.client
import json
import random
import threading
import time

from harness import Harness, event, line
from server import Server

ROUNDS = 5

t = Harness()
store = t.path("store")
rng = random.Random(78)
sent, acknowledged = set(), set()
refusals = []
lock = threading.Lock()


def batch(size):
    with lock:
        records = [event(rng) for _ in range(size)]
        sent.update(record["eventID"] for record in records)
    return [record["eventID"] for record in records], [line(record).encode() for record in records]


def acknowledge(ids):
    with lock:
        acknowledged.update(ids)


def http_sender(server, size):
    """Over one connection, until the server ends it or says that it stops."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port(), timeout=60)
    try:
        while True:
            ids, texts = batch(size)
            connection.request("POST", "/v1/events", b"\n".join(texts))
            answer = connection.getresponse()
            told = json.loads(answer.read())
            if answer.status != 200:
                refusals.append((answer.status, answer.getheader("Retry-After")))
                return
            t.equal("all of a request", told["accepted"], len(ids))
            acknowledge(ids)
    except (OSError, http.client.HTTPException, ValueError):
        pass
    finally:
        connection.close()


def forward_sender(server, size):
    try:
        with server.connect("forward") as connection:
            while True:
                ids, texts = batch(size)
                entries = b"".join(
                    b"\x92\x01\x81\xa7message\xdb" + len(text).to_bytes(4, "big") + text for text in texts
                )
                connection.sendall(
                    b"\x93\xa3tag\xc6" + len(entries).to_bytes(4, "big") + entries + b"\x81\xa5chunk\xa3abc"
                )
                answer = b""
                while len(answer) < len(b"\x81\xa3ack\xa3abc"):
                    piece = connection.recv(100)
                    if not piece:
                        return
                    answer += piece
                t.equal("the acknowledgement", answer, b"\x81\xa3ack\xa3abc")
                acknowledge(ids)
    except OSError:
        pass


for number in range(ROUNDS):
    server = Server(t, store, "--http", "0", "--forward", "0")
    before = len(acknowledged)
    senders = [(http_sender, 1), (http_sender, 500), (forward_sender, 1), (forward_sender, 200)]
    threads = [threading.Thread(target=send, args=(server, size)) for send, size in senders]
    for thread in threads:
        thread.start()
    limit = time.monotonic() + 60
    while len(acknowledged) == before and time.monotonic() < limit:
        time.sleep(0.01)
    time.sleep(rng.random() / 2)
    t.equal("exit code", server.stop(), 0)
    for thread in threads:
        thread.join()
    t.check("something was acknowledged", len(acknowledged) > before)

t.equal(
    "refusals say when to come back",
    {(status, str(again).isdigit()) for status, again in refusals} - {(503, True)},
    set(),
)
got = [json.loads(text)["eventID"] for text in t.run("events", "-o", "raw", store=store).stdout.splitlines()]
t.equal("each event once", len(got), len(set(got)))
t.equal("acknowledged, but not there", len(acknowledged - set(got)), 0)
t.equal("there, but never sent", len(set(got) - sent), 0)
t.equal("no rejected records", json.loads(t.run("rejects", "-o", "json", store=store).stdout), [])
t.equal("the store is sound", t.run("verify", store=store).returncode, 0)
t.finish()
