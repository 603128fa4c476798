#!/usr/bin/env python3
"""Clients go while the server decompresses what they sent: it gives that up, and a stop doesn't wait for it."""
import gzip
import os
import random
import resource
import socket
import struct

from harness import Harness, event, line
from server import Server

CLIENTS = 60
t = Harness()
rng = random.Random(33)
store = t.path("store")
# Nothing in it can be stored: all of it is decompressed for the answer alone.
body = gzip.compress(b"\n" * (120 << 20), 9)
head = b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body)


def processor_time(server):
    fields = open("/proc/%d/stat" % server.process.pid).read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def send_and_go(server):
    """Who sends, and goes once the server is at it."""
    connections = []
    before = processor_time(server)
    for _ in range(CLIENTS):
        connection = server.connect("http")
        connection.sendall(head + body)
        connections.append(connection)
    t.eventually("they are decompressed", lambda: processor_time(server) > before + 2 * one)
    for connection in connections:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


# What a body costs whose client stays.
server = Server(t, store, "--http", "0")
before = processor_time(server)
t.equal("blanks are no events", server.post("/v1/events", body)[0], 200)
one = processor_time(server) - before

before = processor_time(server)
send_and_go(server)
t.eventually("no connection is left", lambda: server.metric("connections_open", "http") == 1)
spent = processor_time(server) - before
print("one body %.2f s, %d that nobody waits for %.2f s" % (one, CLIENTS, spent))
t.check("what nobody waits for is given up", spent < one * CLIENTS / 2, (spent, one))
record = line(event(rng))
t.equal("others are taken in", server.post("/v1/events", gzip.compress(record.encode()))[1]["accepted"], 1)
t.equal("exit code", server.stop(), 0)

server = Server(t, store, "--http", "0", "--drain-timeout", "2")
send_and_go(server)
at_stop = processor_time(server)
children = resource.getrusage(resource.RUSAGE_CHILDREN)
t.equal("exit code of a stop in the middle", server.stop(), 0)
ended = resource.getrusage(resource.RUSAGE_CHILDREN)
spent = ended.ru_utime + ended.ru_stime - children.ru_utime - children.ru_stime - at_stop
print("a stop %.2f s" % spent)
t.check("a stop doesn't decompress for nobody", spent < max(1, 6 * one), (spent, one))
t.finish()
