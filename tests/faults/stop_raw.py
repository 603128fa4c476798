#!/usr/bin/env python3
"""SIGTERM while what raw senders sent still lies in the kernel: all of it is stored; NDJSON, syslog and Forward, plain and TLS."""
import json
import random
import socket
import threading
import time

from certificates import self_signed
from harness import Harness, event, line
from server import Server

t = Harness()
rng = random.Random(79)
EVENTS = 3000
texts = [line(event(rng)).encode() for _ in range(EVENTS)]
certificate, key = self_signed(t)


def packed(text):
    return b"\xdb" + len(text).to_bytes(4, "big") + text


def one_message(text):
    return b"\x93\xa3tag\x01\x81\xa7message" + packed(text)


def asking(text):
    return b"\x94\xa3tag\x01\x81\xa7message" + packed(text) + b"\x81\xa5chunk\xa1c"


SAID = {
    "ndjson": lambda text: text + b"\n",
    "syslog": lambda text: b"<13>1 - - - - - - " + text + b"\n",
    "forward": one_message,
}


def start(*options):
    number = len(list(servers))
    server = Server(
        t,
        t.path("store-%d" % number),
        "--http",
        "0",
        "--ndjson",
        "0",
        "--syslog",
        "0",
        "--forward",
        "0",
        "--ndjson-tls",
        "0",
        "--syslog-tls",
        "0",
        "--forward-tls",
        "0",
        "--tls-cert",
        certificate,
        "--tls-key",
        key,
        *options,
    )
    servers.append(server)
    return server


servers = []


def connect(server, listener):
    return server.connect_tls(listener) if listener.endswith("-tls") else server.connect(listener)


def count(server):
    return json.loads(t.run("count", "-o", "json", store=server.store).stdout)[0]["count"]


# One connection of each kind sends its part; the server is told to stop the moment the last byte is out.
server = start()
parts = [listener + tls for listener in SAID for tls in ("", "-tls")]
connections = [(listener, connect(server, listener)) for listener in parts]
for number, (listener, connection) in enumerate(connections):
    connection.sendall(b"".join(SAID[listener.split("-")[0]](text) for text in texts[number :: len(parts)]))
t.equal("exit code", server.stop(), 0)
t.equal("all that was sent is stored", count(server), EVENTS)
for listener, connection in connections:
    ended = b""
    try:
        ended = connection.recv(1)
    except OSError:
        pass
    t.equal("%s: closed behind it" % listener, ended, b"")

# Connections that the server has hardly seen, and those whose sender has gone.
server = start()
gone = [server.connect("ndjson") for _ in range(20)]
for number, connection in enumerate(gone):
    connection.sendall(b"".join(SAID["ndjson"](text) for text in texts[number::20]))
    connection.close()
t.equal("senders gone: exit code", server.stop(), 0)
t.equal("senders gone: all is stored", count(server), EVENTS)

# A chunk that came before the stop is acknowledged, in order.
server = start()
with server.connect("forward") as connection:
    connection.sendall(b"".join(asking(text) for text in texts[:500]))
    t.equal("acknowledged: exit code", server.stop(), 0)
    answer = b""
    while piece := connection.recv(65536):
        answer += piece
t.equal("each was acknowledged", answer, b"\x81\xa3ack\xa1c" * 500)
t.equal("and each is stored", count(server), 500)

# Senders without an end, on a server with little room, which therefore is behind: what they had sent before is there.
server = start("--max-in-flight", "1MiB", "--max-receiving", "1MiB")
sent, going = {}, [True]


def send_on(number, listener):
    numbers = random.Random(number)
    with server.connect(listener) as connection:
        while going[0]:
            made = event(numbers)
            try:
                connection.sendall(SAID[listener](line(made).encode()))
            except OSError:
                return
            sent[made["eventID"]] = time.monotonic()


senders = [
    threading.Thread(target=send_on, args=(1000 + number, listener))
    for number, listener in enumerate(["syslog", "forward"] * 2)
]
for sender in senders:
    sender.start()
time.sleep(1)
told = time.monotonic()
t.equal("without an end: exit code", server.stop(), 0)
going[0] = False
for sender in senders:
    sender.join()
stored = {json.loads(text)["eventID"] for text in t.run("events", "-o", "raw", store=server.store).stdout.splitlines()}
lost = len([one for one, at in sent.items() if at < told and one not in stored])
t.check(
    "without an end: sent before the stop, and not there, unless the time for it was over",
    lost == 0 or "were over" in server.log(),
    (lost, server.log()),
)

# Who says half a message, nothing, or doesn't stop talking, doesn't keep the server from stopping.
server = start("--drain-timeout", "20")
silent, half, talker = server.connect("syslog"), server.connect("forward"), server.connect("ndjson")
half.sendall(one_message(texts[0])[:50])
talker.settimeout(0.2)
talker.sendall(texts[1] + b"\n")
server.process.send_signal(15)
begin, sent = time.monotonic(), 1
try:
    while server.process.poll() is None and time.monotonic() < begin + 60:
        talker.sendall(texts[1 + sent % 2900] + b"\n")
        sent += 1
        time.sleep(0.005)
except (OSError, socket.timeout):
    pass
t.equal("talkers: exit code", server.process.wait(timeout=60), 0)
t.check("talkers: it stopped of itself", time.monotonic() - begin < 25, time.monotonic() - begin)
t.check("talkers: what came is there", 0 < count(server) <= sent, (count(server), sent))
t.check("half a message is told of", "the connection ended inside a message" in server.log(), server.log())
t.finish()
