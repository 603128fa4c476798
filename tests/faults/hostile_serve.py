#!/usr/bin/env python3
"""Each listener gets random, truncated, oversize and slow bytes, and a bomb: the server goes on serving others, in little memory."""
import base64
import gzip
import http.client
import json
import random
import socket
import ssl
import threading
import time

from certificates import self_signed
from harness import Harness, event, line
from server import Server

t = Harness()
rng = random.Random(6)
store = t.path("store")
LISTENERS = ("http", "ndjson", "syslog", "forward")
SECURE = ("https", "ndjson-tls", "syslog-tls", "forward-tls")
certificate, key = self_signed(t, "/CN=test")
server = Server(
    t,
    store,
    *[word for name in LISTENERS + SECURE for word in ("--" + name, "0")],
    "--tls-cert",
    certificate,
    "--tls-key",
    key,
    "--max-body",
    "2000000",
    "--header-timeout",
    "2",
    "--body-timeout",
    "2",
    "--stream-timeout",
    "3",
    "--max-receiving",
    "20000000",
)


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
    "http": b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n{}                  ",
    "ndjson": b'{"eventName":"x"}\n',
    "syslog": b"20 <13>1 - h a - - - {}",
    "forward": b"\x93\xa3tag\xce\x00\x00\x00\x01\x80",
}
for name in LISTENERS:
    for size in (1, 100, 5000, 300_000):
        throw(name, rng.randbytes(size))
    for cut in range(1, len(valid[name]), 5):
        throw(name, valid[name][:cut])
    throw(name, *[valid[name][i : i + 1] for i in range(0, len(valid[name]), 3)], pause=0.01)
    throw(name, b"\0" * 8_000_000)
    throw(name, b"{" * 3_000_000)
    throw(name, b'{"a":"' + b"x" * 7_000_000)
throw("syslog", b"99999999999999999999 <13>1")
throw("syslog", b"1200000000 <13>1 - h a - - - {")
throw("forward", b"\x93\xa3tag\xdd\xff\xff\xff\xff")
throw("forward", b"\x93\xa3tag\xc6\xff\xff\xff\xff" + b"x" * 1000)
throw("forward", b"\x91" * 100_000)
throw("http", b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n")
throw("http", b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n")
throw("http", b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 10_000)
# Where TLS is spoken: what is no handshake, half of one, and broken messages within TLS.
hello = ssl.MemoryBIO()
context = ssl.create_default_context(cafile=certificate)
context.check_hostname = False
half = context.wrap_bio(ssl.MemoryBIO(), hello)
try:
    half.do_handshake()
except ssl.SSLWantReadError:
    pass
greeting = hello.read()
for name, plain in zip(SECURE, ("http", "ndjson", "syslog", "forward")):
    throw(name, rng.randbytes(5000))
    throw(name, b"GET / HTTP/1.1\r\n\r\n")
    throw(name, greeting[:100])
    throw(name, greeting, rng.randbytes(5000))
    throw(name, b"\x16\x03\x01\xff\xff" + rng.randbytes(70_000))
    for piece in (valid[plain][:-3], rng.randbytes(5000)):
        with server.connect_tls(name) as connection:
            connection.sendall(piece)
bomb = gzip.compress(gzip.compress(b"\0" * 50_000_000) + b"\0" * 400_000_000, 9)
for path in ("/v1/events", "/_bulk", "/services/collector/event", "/firehose"):
    t.check("a bomb on %s" % path, server.post(path, bomb, Content_Encoding="gzip")[0] in (400, 413))
zeros = gzip.compress(b"\0" * 400_000_000, 9)
throw(
    "forward", b"\x93\xa3tag\xc6" + len(zeros).to_bytes(4, "big") + zeros + b"\x82\xaacompressed\xa4gzip\xa5chunk\xa1x"
)
record = {"data": base64.b64encode(zeros).decode()}
status, answer = server.post(
    "/firehose", json.dumps({"requestId": "r", "timestamp": 1, "records": [record] * 3}), X_Amz_Firehose_Request_Id="r"
)
t.check("bombs in Firehose's records", status in (200, 400, 413), (status, answer))
slow = [server.connect(name) for name in LISTENERS + SECURE for _ in range(50)]
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


def trickle(name, beginning):
    """Much of a message, and then a byte now and then; true once that is closed."""
    with server.connect(name) as connection:
        try:
            connection.sendall(beginning + b"x" * 300_000)
            end = time.monotonic() + 60
            while time.monotonic() < end:
                connection.sendall(b"x")
                time.sleep(0.1)
        except OSError:
            return True
    return False


beginnings = {
    "ndjson": b'{"a":"',
    "syslog": b'9000000 <13>1 - h a - - - {"a":"',
    "forward": b"\x93\xa3tag\xc6\x00\x80\x00\x00",
    "http": b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1900000\r\n\r\n",
}
closed = {}
tricklers = [
    threading.Thread(target=lambda name=name: closed.update({name: trickle(name, beginnings[name])}))
    for name in beginnings
]
for trickler in tricklers:
    trickler.start()
for trickler in tricklers:
    trickler.join()
t.equal("who holds room and hardly goes on is closed", closed, {name: True for name in beginnings})
peak = int(open("/proc/%d/status" % server.process.pid).read().split("VmHWM:")[1].split()[0])
t.check("memory stays small", peak < 400_000 or "asan" in t.binary or "tsan" in t.binary, "%d kB" % peak)
t.equal("exit code", server.stop(), 0)
t.equal(
    "what was good is there",
    json.loads(t.run("count", "--event-id", "*-*", "-o", "json", store=store).stdout)[0]["count"],
    len(good),
)
t.equal("the store is sound", t.run("verify", store=store).returncode, 0)

# More connections than are let in: who is in is served, others are closed, and let in when there is room again.
server = Server(t, store, "--http", "0", "--syslog", "0", "--max-connections", "50")
inside = http.client.HTTPConnection("127.0.0.1", server.port(), timeout=60)


def served():
    inside.request("POST", "/v1/events", good[0])
    answer = inside.getresponse()
    return answer.status, json.loads(answer.read())["duplicate"]


t.equal("the first one in", served(), (200, 1))
crowd = [server.connect(("http", "syslog")[i % 2]) for i in range(200)]
closed = 0
for connection in crowd[49:]:
    try:
        closed += connection.recv(1) == b""
    except ConnectionError:
        closed += 1
t.equal("those over the limit are closed", closed, 151)
t.equal("who is in is served", served(), (200, 1))
for connection in crowd:
    connection.close()
limit = time.monotonic() + 30
status = None
while status != 200 and time.monotonic() < limit:
    try:
        status = server.request("GET", "/healthz")[0]
    except (OSError, http.client.HTTPException):
        time.sleep(0.05)
t.equal("there is room again", status, 200)
t.equal(
    "those refused are counted",
    server.metric("refused_total", "http") + server.metric("refused_total", "syslog") >= 151,
    True,
)
inside.close()
t.equal("exit code", server.stop(), 0)
t.finish()
