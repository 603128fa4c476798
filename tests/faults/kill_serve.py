#!/usr/bin/env python3
"""kill -9 of a server in the middle of a load, again and again: what was acknowledged is there, once."""
import http.client
import json
import random
import signal
import threading
import time

from harness import Harness, event, line, seed
from server import Server

ROUNDS = 10
SENDERS = 4

t = Harness()
store = t.path("store")
rng = random.Random(seed(77))
sent = {}  # Event ID to whether it was acknowledged.
lock = threading.Lock()


def batch(size):
    records = [event(rng) for _ in range(size)]
    return [record["eventID"] for record in records], "\n".join(line(record) for record in records)


def send(port, ids, body, stop):
    """Until it is acknowledged, or the server is gone; a retry of what was stored is a duplicate, not an error."""
    while not stop.is_set():
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("POST", "/v1/events", body)
            answer = connection.getresponse()
            told = json.loads(answer.read())
            if answer.status == 200:
                t.equal("all of a request are accounted for", told["accepted"] + told["duplicate"], len(ids))
                with lock:
                    sent.update((id, True) for id in ids)
                return True
        except (OSError, http.client.HTTPException, ValueError):
            return False
        finally:
            connection.close()
        time.sleep(0.01)
    return False


def sender(number, port, waiting, stop):
    while not stop.is_set():
        with lock:
            if not waiting[number]:
                waiting[number] = batch(1 if number % 2 else 300)
                sent.update((id, False) for id in waiting[number][0] if id not in sent)
        if send(port, *waiting[number], stop):
            waiting[number] = None
        else:
            return


waiting = [None] * SENDERS  # What a sender has to send again after a crash.
for number in range(ROUNDS):
    server = Server(t, store, "--http", "0")
    stop = threading.Event()
    threads = [threading.Thread(target=sender, args=(i, server.port(), waiting, stop)) for i in range(SENDERS)]
    for thread in threads:
        thread.start()
    time.sleep(0.2 + rng.random())
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    stop.set()
    for thread in threads:
        thread.join()

server = Server(t, store, "--http", "0")
for number, left in enumerate(waiting):
    if left:
        t.check("what was left is taken", send(server.port(), *left, threading.Event()))
t.equal("exit code", server.stop(), 0)
got = [json.loads(text)["eventID"] for text in t.run("events", "-o", "raw", store=store).stdout.splitlines()]
acknowledged = {id for id, known in sent.items() if known}
t.equal("each event once", len(got), len(set(got)))
t.equal("acknowledged, but not there", len(acknowledged - set(got)), 0)
t.equal("there, but never sent", len(set(got) - set(sent)), 0)
t.check("something was acknowledged", len(acknowledged) > ROUNDS, len(acknowledged))
t.equal("the store is sound", t.run("verify", store=store).returncode, 0)
t.finish()
