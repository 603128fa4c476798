#!/usr/bin/env python3
"""Each listener gets random, truncated, oversize and slow bytes, and a bomb: the server goes on serving others, in little memory."""
import gzip
import json
import random
import socket
import threading
import time

from harness import Harness, event, line
from server import Server

t = Harness()
rng = random.Random(6)
store = t.path("store")
LISTENERS = ("http", "ndjson", "syslog", "forward")
server = Server(t, store, *[word for name in LISTENERS for word in ("--" + name, "0")], "--max-body", "2000000", "--header-timeout", "2",
                "--body-timeout", "2", "--stream-timeout", "3", "--max-receiving", "20000000")


def throw(name, *pieces, pause=0.0):
    """Sends pieces, and whatever comes back is nobody's business."""
    try:
        with server.connect(name) as connection:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(5)
            while connection.recv(65536):
                pass
    except OSError:
        pass


good = [line(event(rng)) for _ in range(300)]
done = threading.Event()
refused = []


def customer():
    for text in good:
        status, answer = server.post("/v1/events", text)
        if (status, answer.get("accepted")) != (200, 1):
            refused.append((status, answer))
        time.sleep(0.01)
    done.set()


thread = threading.Thread(target=customer)
thread.start()
valid = {
    "http": b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n{}                  ",
    "ndjson": b'{"eventName":"x"}\n',
    "syslog": b"20 <13>1 - h a - - - {}",
    "forward": b"\x93\xa3tag\xce\x00\x00\x00\x01\x80",
}
for name in LISTENERS:
    for size in (1, 100, 5000, 300_000):
        throw(name, rng.randbytes(size))
    for cut in range(1, len(valid[name]), 5):
        throw(name, valid[name][:cut])
    throw(name, *[valid[name][i:i + 1] for i in range(0, len(valid[name]), 3)], pause=0.01)
    throw(name, b"\0" * 8_000_000)
    throw(name, b"{" * 3_000_000)
    throw(name, b'{"a":"' + b"x" * 7_000_000)
throw("syslog", b"99999999999999999999 <13>1")
throw("syslog", b"1200000000 <13>1 - h a - - - {")
throw("forward", b"\x93\xa3tag\xdd\xff\xff\xff\xff")
throw("forward", b"\x93\xa3tag\xc6\xff\xff\xff\xff" + b"x" * 1000)
throw("forward", b"\x91" * 100_000)
throw("http", b"POST /v1/events HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n")
throw("http", b"POST /v1/events HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n")
throw("http", b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 10_000)
bomb = gzip.compress(gzip.compress(b"\0" * 50_000_000) + b"\0" * 400_000_000, 9)
for path in ("/v1/events", "/_bulk", "/services/collector/event", "/firehose"):
    t.check("a bomb on %s" % path, server.post(path, bomb, Content_Encoding="gzip")[0] in (400, 413))
slow = [server.connect(name) for name in LISTENERS for _ in range(50)]
for connection in slow:
    connection.sendall(b"{")
t.check("others are served meanwhile", done.wait(120))
thread.join()
t.equal("none of theirs was refused", refused, [])
limit = time.monotonic() + 30
for connection in slow:
    connection.settimeout(max(0.1, limit - time.monotonic()))
    try:
        while connection.recv(100):
            pass
    except ConnectionError:
        pass
    except TimeoutError:
        t.check("slow connections are closed", False)
        break
peak = int(open("/proc/%d/status" % server.process.pid).read().split("VmHWM:")[1].split()[0])
t.check("memory stays small", peak < 400_000 or "asan" in t.binary or "tsan" in t.binary, "%d kB" % peak)
t.equal("exit code", server.stop(), 0)
t.equal("what was good is there", json.loads(t.run("count", "--event-id", "*-*", "-o", "json", store=store).stdout)[0]["count"], len(good))
t.equal("the store is sound", t.run("verify", store=store).returncode, 0)
t.finish()
