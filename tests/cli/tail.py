#!/usr/bin/env python3
"""trailkeeper tail: shows what a server commits, with filters and tokens, over TLS, across a restart; ends on SIGINT with 0."""
import json
import os
import random
import signal
import subprocess
import threading
import time
import urllib.request

from certificates import self_signed
from harness import Harness, event, line

t = Harness()
store = t.path("store")
rng = random.Random(11)


class Server:
    """A server on a free port, or again on the one it had."""

    def __init__(self, *options, port=0, listener="--http"):
        ports = t.path("ports")
        if os.path.exists(ports):
            os.remove(ports)
        self.process = subprocess.Popen(
            [t.binary, "--store", store, "serve", listener, str(port), "--ports-file", ports, *options],
            env=t.environment,
            stderr=subprocess.PIPE,
        )
        end = time.time() + 30
        while not os.path.exists(ports):
            if time.time() > end or self.process.poll() is not None:
                self.process.kill()
                raise RuntimeError("the server does not start: %r" % self.process.stderr.read())
            time.sleep(0.02)
        with open(ports) as file:
            self.port = int(file.read().split()[2])

    def stop(self):
        self.process.terminate()
        self.process.communicate(timeout=60)
        return self.process.returncode


class Tail:
    """A running tail; what it prints is read as it comes."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [t.binary, "tail", *arguments], env=t.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.lines = []
        self.notes = []
        for pipe, lines in ((self.process.stdout, self.lines), (self.process.stderr, self.notes)):
            threading.Thread(target=self.read, args=(pipe, lines), daemon=True).start()

    @staticmethod
    def read(pipe, lines):
        for text in pipe:
            lines.append(text.decode().rstrip("\n"))

    def wait(self, condition, seconds=30):
        end = time.time() + seconds
        while time.time() < end and not condition():
            time.sleep(0.02)
        return condition()

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=30)
        time.sleep(0.1)
        return code


def post(port, records, token=None):
    headers = {"Authorization": "Bearer " + token} if token else {}
    body = "\n".join(line(record) for record in records).encode()
    urllib.request.urlopen(
        urllib.request.Request("http://127.0.0.1:%d/v1/events" % port, body, headers), timeout=60
    ).read()


def post_until(tail, port, count, token=None, **fields):
    """Sends events, one after the other, until the tail shows `count` lines more: it may not follow yet at the first."""
    before = len(tail.lines)
    sent = []
    end = time.time() + 60
    while len(tail.lines) < before + count and time.time() < end:
        sent.append(event(rng, **fields))
        post(port, sent[-1:], token)
        tail.wait(lambda: len(tail.lines) >= before + count, 0.3)
    return sent


server = Server()
url = "http://127.0.0.1:%d" % server.port

# Whole events, in the order of the commits; filters with characters that a URL can't hold.
tail = Tail("--url", url, "--source", "s3.amazonaws.com", "--user", "Jos\u00e9 & Co/100%", "-o", "ndjson")
wanted = {"eventSource": "s3.amazonaws.com", "userIdentity": {"type": "IAMUser", "userName": "Jos\u00e9 & Co/100%"}}
sent = post_until(tail, server.port, 1, **wanted)
more = [event(rng, **wanted) for _ in range(50)]
post(server.port, [event(rng, eventSource="iam.amazonaws.com") for _ in range(20)])
for record in more:
    post(server.port, [record])
t.check("all that match come", tail.wait(lambda: len(tail.lines) >= 1 + len(more)), tail.lines[-1:])
shown = [json.loads(text) for text in tail.lines]
t.equal(
    "in the order of their commits",
    [record["eventID"] for record in shown[-50:]],
    [record["eventID"] for record in more],
)
t.check("whole", shown[-1] == more[-1] and shown[0] in sent)
post(server.port, more)
time.sleep(0.3)
t.equal("duplicates don't come", len(tail.lines), len(shown))

# The server goes and comes back: the tail connects again.
t.equal("the server ends", server.stop(), 0)
t.check(
    "a lost connection is told", tail.wait(lambda: any("connection is lost" in note for note in tail.notes)), tail.notes
)
server = Server(port=server.port)
post_until(tail, server.port, 1, **wanted)
t.check("connected again", any("connected again" in note for note in tail.notes), tail.notes)
t.equal("SIGINT: exit code", tail.interrupt(), 0)

# Rows for people, at once.
table = Tail("--url", url, "--error", "any")
post_until(table, server.port, 2, errorCode="AccessDenied\x1b[31m", recipientAccountId="999988887777")
t.check(
    "a header",
    table.lines[0].split() == ["TIME", "NAME", "SOURCE", "USER", "ACCOUNT", "REGION", "IP", "ERROR", "EVENTID"],
    table.lines,
)
t.check(
    "a row, without escapes that reach the terminal",
    " 999988887777 " in table.lines[1] and "  AccessDenied\\x1b[31m  " in table.lines[1],
    table.lines,
)
t.equal("table: exit code", table.interrupt(), 0)

fields = Tail("--url", url, "--fields", "user,requestParameters.n", "-o", "csv")
post_until(fields, server.port, 2, requestParameters={"n": 7}, userIdentity={"type": "Root"})
t.equal("--fields, csv", [text.rstrip("\r") for text in fields.lines[:2]], ["user,requestParameters.n", "root,7"])
fields.interrupt()

array = Tail("--url", url, "-o", "json")
post_until(array, server.port, 1)
t.equal("json: exit code", array.interrupt(), 0)
t.check("json: an array", isinstance(json.loads("\n".join(array.lines)), list), array.lines)

# Tokens.
secret = t.run("token", "create", "reader", "--rights", "query,ingest", store=store).stdout
ingest_only = t.run("token", "create", "writer", "--rights", "ingest", store=store).stdout
server.process.send_signal(signal.SIGHUP)
good = t.write("good.token", secret)


def asked_for_a_token():
    try:
        return t.run("tail", "--url", url, timeout=2).returncode == 3
    except subprocess.TimeoutExpired:
        return False  # The server doesn't know its tokens yet, and lets everyone in.


t.eventually("no token: exit code", asked_for_a_token)
refused = t.run("tail", "--url", url, "--token-file", t.write("bad.token", ingest_only))
t.check("a token without the right", refused.returncode == 3 and b"403" in refused.stderr, refused)
tail = Tail("--url", url, "--token-file", good, "-o", "raw")
post_until(tail, server.port, 1, token=secret.decode().strip())
t.equal("with a token: exit code", tail.interrupt(), 0)
t.equal(
    "no token in the file: exit code",
    t.run("tail", "--url", url, "--token-file", t.write("empty.token", "\n")).returncode,
    3,
)

# What is wrong is told at once.
for wrong in (
    "127.0.0.1:8417",
    "ftp://x",
    "http://",
    "http://a:b@c",
    "http://x/y",
    "http://x:0",
    "http://x:99999",
    "http://x:1x",
    "http://[::1",
    "http://[::1]8",
    "http://x?y",
):
    t.equal("--url %s: exit code" % wrong, t.run("tail", "--url", wrong).returncode, 2)
t.equal("a wrong filter: exit code", t.run("tail", "--url", url, "--since", "soon").returncode, 2)
t.equal("the server ends again", server.stop(), 0)
t.equal("nobody listens: exit code", t.run("tail", "--url", url).returncode, 3)

# TLS: only with a certificate that verifies, for that name.
certificate, key = self_signed(t)
server = Server("--tls-cert", certificate, "--tls-key", key, "--http", "0", listener="--https")
with open(t.path("ports")) as file:
    ports = {text.split()[0]: int(text.split()[2]) for text in file}
secure = "https://localhost:%d" % ports["https"]
unverified = t.run("tail", "--url", secure, "--token-file", good)
t.check(
    "a certificate that nobody vouches for",
    unverified.returncode == 3 and b"certificate" in unverified.stderr,
    unverified,
)
named = t.run("tail", "--url", "https://127.0.0.1:%d" % ports["https"], "--ca-file", certificate, "--token-file", good)
t.equal("a certificate for another name: exit code", named.returncode, 3)
tail = Tail("--url", secure, "--ca-file", certificate, "--token-file", good, "-o", "ndjson")
post_until(tail, ports["http"], 1, token=secret.decode().strip())
t.equal("TLS: exit code", tail.interrupt(), 0)
server.stop()

t.finish()
