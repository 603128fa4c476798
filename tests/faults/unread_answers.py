#!/usr/bin/env python3
"""Clients that send and don't read what they are answered: it takes no more memory than the limits say, and no stop waits for them."""
import socket
import threading
import time

from harness import Harness
from server import Server

t = Harness()
MiB = 1 << 20
LIMIT = 8 * MiB  # Of each budget.
ALLOWED = 3 * LIMIT + 128 * MiB
measures = not any(name in t.binary for name in ("asan", "tsan"))  # What a sanitizer adds is no measure.


class Deaf:
    """A connection whose client reads nothing."""

    def __init__(self, server, listener):
        self.socket = server.connect(listener)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(2)
        self.sent = 0

    def send(self, message, most):
        """Until nothing more is taken for a while, or so much was; then whether more would be."""
        try:
            while self.sent < most:
                self.sent += self.socket.send(message)
            return True
        except OSError:
            return False


def serve(name):
    return Server(
        t,
        t.path(name),
        "--http",
        "0",
        "--forward",
        "0",
        "--max-in-flight",
        str(LIMIT),
        "--max-receiving",
        str(LIMIT),
        "--max-query-memory",
        str(LIMIT),
        "--max-body",
        str(16 * MiB),
    )


def memory(server):
    return int(open("/proc/%d/status" % server.process.pid).read().split("RssAnon:")[1].split()[0]) * 1024


def all_of(calls):
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    return threads


def peak_while(server, calls):
    threads, peak = all_of(calls), 0
    while any(thread.is_alive() for thread in threads):
        peak = max(peak, memory(server))
        time.sleep(0.004)
    return peak


def asking(chunk):
    return b"\x94\xa1t\x00\x80\x81\xa5chunk\xdb" + len(chunk).to_bytes(4, "big") + chunk


# Acknowledgements of Forward: long IDs are refused, many short ones wait, and nothing more is read meanwhile.
server = serve("acknowledged")
with server.connect("forward") as connection:
    connection.sendall(asking(b"c" * 1024))
    t.check("a long ID is acknowledged", connection.recv(65536).startswith(b"\x81\xa3ack"))
    connection.sendall(asking(b"c" * 1025))
    try:
        t.equal("a longer one closes the connection", connection.recv(65536), b"")
    except ConnectionError:
        pass
t.eventually("and the log says why", lambda: "chunk" in server.log())
huge = [Deaf(server, "forward") for _ in range(20)]
got = peak_while(server, [lambda client=client: client.send(asking(b"c" * MiB), 4 * MiB) for client in huge])
t.check("memory: IDs of a megabyte", got <= ALLOWED or not measures, "%d MiB" % (got // MiB))
many = [Deaf(server, "forward") for _ in range(4)]
block = asking(b"c" * 1000) * 256
more = []
got = peak_while(server, [lambda client=client: more.append(client.send(block, 80 * MiB)) for client in many])
print(
    "%.0f MiB were taken of each, memory %d MiB" % (max(client.sent for client in many) / MiB, got // MiB), flush=True
)
t.equal("whose acknowledgements aren't read is not read from", more, [False] * len(many))
t.check("memory: unread acknowledgements", got <= ALLOWED or not measures, "%d MiB" % (got // MiB))
with server.connect("forward") as connection:
    connection.sendall(asking(b"other"))
    t.equal("another sender is served", connection.recv(100), b"\x81\xa3ack\xa5other")
begin = time.monotonic()
t.equal("exit code", server.stop(), 0)
t.check("the stop waits for none of them", time.monotonic() - begin < 15, time.monotonic() - begin)
t.check("the log says what they did", "did not read its acknowledgements" in server.log(), server.log()[-2000:])

# Answers to bulk requests: while they wait to be read, others are told to come back.
server = serve("bulk")
body = (b'{"create":{"_id":"' + b"d" * 400 + b'"}}\n{}\n') * 10_000
head = b"POST /_bulk HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body)
clients = []
answers = []


def ask(client):
    client.socket.settimeout(30)
    try:
        client.socket.sendall(head + body)
        answers.append(client.socket.recv(12)[9:])
    except OSError:
        answers.append(b"closed")


got = 0
for _ in range(3):  # One after the other: whoever was answered gave its turn to the next.
    crowd = [Deaf(server, "http") for _ in range(30)]
    clients += crowd
    got = max(got, peak_while(server, [lambda client=client: ask(client) for client in crowd]))
print("answers: %s, memory %d MiB" % ({answer: answers.count(answer) for answer in answers}, got // MiB), flush=True)
t.check("memory: unread answers", got <= ALLOWED or not measures, "%d MiB" % (got // MiB))
t.check(
    "some are answered, others told to come back",
    b"200" in answers and set(answers) <= {b"200", b"429", b"503", b"closed"},
    answers,
)
for client in clients:
    client.socket.close()
t.eventually("afterwards there is room", lambda: server.post("/_bulk", body)[0] == 200)
t.equal("exit code", server.stop(), 0)
t.finish()
