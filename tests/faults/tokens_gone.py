#!/usr/bin/env python3
"""Tokens that go: the last one revoked, their file lost, emptied or damaged opens nothing; long answers end with their token."""
import os
import random
import time

from harness import Harness, event, line
from server import Server

t = Harness()
rng = random.Random(13)
store = t.path("store")
tokens = os.path.join(store, "tokens.json")
text = line(event(rng)).encode()


def token(*arguments):
    return t.run("token", *arguments, store=store)


def status(server, secret=None):
    return server.request("GET", "/v1/count", headers={"Authorization": "Bearer " + secret} if secret else {})[0]


def restarted(what, expected):
    server = Server(t, store, "--http", "0")
    t.equal(what, (status(server), server.post("/v1/events", text)[0]), (expected, expected))
    t.equal("exit code", server.stop(), 0)
    return server


restarted("before there are tokens", 200)
token("create", "one", "--rights", "ingest,query")
restarted("with a token", 401)
token("revoke", "one")
t.check("the log says why nobody gets in", "token create" in restarted("the last one revoked", 401).log())
kept = open(tokens, "rb").read()
os.unlink(tokens)
restarted("the file lost", 401)
for damaged in (b"", kept[:10], b"\0" * len(kept), b"{}"):
    with open(tokens, "wb") as file:
        file.write(damaged)
    refused = t.run("serve", "--http", "0", store=store, timeout=30)
    t.check(
        "a damaged file: the server doesn't start",
        refused.returncode == 3 and b"tokens.json" in refused.stderr,
        refused,
    )
os.unlink(tokens)
os.unlink(tokens + ".lock")
restarted("the file and its lock lost", 401)
t.equal("to open is to be meant: exit code", token("open").returncode, 2)
restarted("not meant", 401)
server = Server(t, store, "--http", "0")
t.equal("open: exit code", token("open", "--yes").returncode, 0)
t.eventually("a running server opens", lambda: status(server) == 200)
secret = token("create", "two", "--rights", "query").stdout.decode().strip()
t.eventually("and closes again", lambda: status(server) == 401)
os.unlink(tokens)
for name in os.listdir(store):
    if name.startswith("tokens."):
        os.unlink(os.path.join(store, name))
time.sleep(1.5)  # Time to open, if it did.
t.equal("all files lost while it runs", status(server), 401)
t.equal("exit code", server.stop(), 0)


# What isn't a file of its own under the tokens' name: nobody is kept waiting, the tokens of before stay, the server ends when told.
store = t.path("strange")
tokens = os.path.join(store, "tokens.json")
secret = token("create", "one", "--rights", "query").stdout.decode().strip()
for kind, maker in {
    "pipe": os.mkfifo,
    "device": lambda path: os.symlink("/dev/zero", path),
    "dangling": lambda path: os.symlink(t.path("pwned"), path),
}.items():
    server = Server(t, store, "--http", "0")
    t.equal("%s: before" % kind, status(server, secret), 200)
    os.rename(tokens, tokens + ".kept")
    maker(tokens)
    t.eventually("%s: the log says so" % kind, lambda: status(server, secret) == 200 and tokens + " is" in server.log())
    t.equal("%s: the tokens of before" % kind, (status(server, secret), status(server)), (200, 401))
    t.equal("%s: exit code" % kind, server.stop(), 0)
    for command in (
        ("serve", "--http", "0"),
        ("token", "list"),
        ("token", "create", "two", "--rights", "query"),
        ("verify",),
    ):
        refused = t.run(*command, store=store, timeout=30)
        t.check(
            "%s: %s" % (kind, command[0]),
            refused.returncode != 0 and b"tokens.json" in refused.stderr + refused.stdout,
            refused,
        )
    os.unlink(tokens)
    os.rename(tokens + ".kept", tokens)
os.unlink(tokens + ".lock")
os.symlink(t.path("pwned"), tokens + ".lock")
t.check("a link as its lock", b"tokens.json.lock" in token("create", "two", "--rights", "query").stderr)
t.check("nothing is made elsewhere", not os.path.exists(t.path("pwned")))


# What is followed ends when the token is revoked, has expired, or was not needed and is now.
def follow(server, secret=None):
    connection = server.connect("http")
    head = "GET /v1/tail HTTP/1.1\r\nHost: localhost\r\n" + ("Authorization: Bearer %s\r\n" % secret if secret else "")
    connection.sendall((head + "\r\n").encode())
    seen = b""
    while b"following" not in seen:
        seen += connection.recv(65536)
    return connection


def ends(what, connection):
    connection.settimeout(30)
    seen = b""
    try:
        while piece := connection.recv(65536):
            seen += piece
    except ConnectionError:
        pass
    except TimeoutError:
        t.check(what, False)
    t.check(what + ": without a last chunk", not seen.endswith(b"0\r\n\r\n"))


store = t.path("followed")
server = Server(t, store, "--http", "0")
open_to_all = follow(server)
secret = token("create", "reader", "--rights", "query").stdout.decode().strip()
ends("a follower without a token, once one is needed", open_to_all)
soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 4))
short = token("create", "short", "--rights", "query", "--expires", soon).stdout.decode().strip()
t.eventually("the tokens are known", lambda: status(server, short) == 200 and status(server, secret) == 200)
reader, expiring = follow(server, secret), follow(server, short)
ends("a follower whose token expires", expiring)
token("revoke", "reader")
ends("a follower whose token was revoked", reader)
t.equal("exit code", server.stop(), 0)
t.finish()
