#!/usr/bin/env python3
"""Files that are moved, linked or removed under a server: it acknowledges only what can be read, and reads only what it was given."""
import json
import os
import random
import shutil
import signal
import subprocess

from harness import Harness, event, line
from server import Server

t = Harness()
rng = random.Random(5)


def post(server):
    record = event(rng)
    status, answer = server.post("/v1/events", line(record).encode())
    return record["eventID"], status


def stored(store):
    return {json.loads(text)["eventID"] for text in t.run("events", "-o", "raw", store=store).stdout.splitlines()}


other = t.path("other")
t.equal("another store", t.run("replay", "-", stdin=line(event(rng)).encode(), store=other).returncode, 0)


def move_in(store):
    shutil.copy(os.path.join(other, "data.mdb"), store + ".copy")
    os.rename(store + ".copy", os.path.join(store, "data.mdb"))


def link_in(store):
    os.rename(os.path.join(store, "data.mdb"), store + ".kept")
    os.symlink(store + ".kept", os.path.join(store, "data.mdb"))


changes = {
    "data.mdb is replaced": move_in,
    "data.mdb becomes a link": link_in,
    "data.mdb is removed": lambda store: os.remove(os.path.join(store, "data.mdb")),
    "lock.mdb is removed": lambda store: os.remove(os.path.join(store, "lock.mdb")),
    "the folder is moved": lambda store: os.rename(store, store + ".moved"),
}
for number, (what, change) in enumerate(changes.items()):
    store = t.path("store-%d" % number)
    server = Server(t, store, "--http", "0")
    before = {post(server) for _ in range(3)}
    t.equal("%s: taken before" % what, {status for _, status in before}, {200})
    change(store)
    after = {post(server) for _ in range(10)}
    t.equal("%s: refused after" % what, {status for _, status in after} & {200}, set())
    server.stop()
    if what == "lock.mdb is removed":
        t.equal("%s: what was taken is there" % what, {id for id, _ in before} - stored(store), set())

# The lock's file is no lock: another writer stays out, the server goes on.
store = t.path("unlocked")
server = Server(t, store, "--http", "0")
taken = {post(server) for _ in range(3)}
os.remove(os.path.join(store, "writer.lock"))
second = t.run("replay", "-", stdin=line(event(rng)).encode(), store=store)
t.equal("a second writer stays out", (second.returncode, b"another process" in second.stderr), (3, True))
taken |= {post(server) for _ in range(3)}
t.equal("the server goes on", {status for _, status in taken}, {200})
t.check("with a lock's file", os.path.exists(os.path.join(store, "writer.lock")))

# A reader that was killed while it had a list open.
reader = subprocess.Popen(
    [t.binary, "events", "-o", "raw", "--store", store], stdout=subprocess.PIPE, env=t.environment
)
reader.stdout.read(1)
reader.send_signal(signal.SIGKILL)
reader.wait()
taken |= {post(server) for _ in range(50)}
size = os.path.getsize(os.path.join(store, "data.mdb"))
taken |= {post(server) for _ in range(150)}
t.equal("all taken", {status for _, status in taken}, {200})
grown = os.path.getsize(os.path.join(store, "data.mdb")) - size
t.check("the file doesn't grow with each commit", grown < 4 << 20, grown)
t.equal("exit code", server.stop(), 0)
t.equal("all there", {id for id, _ in taken} - stored(store), set())

# A followed folder: what isn't a file of its own is not read.
spool = t.path("spool")
os.makedirs(os.path.join(spool, "in"))
secret = t.write("elsewhere/secret.json", "a secret, and no event\n" + line(event(rng)) + "\n")
os.symlink(secret, os.path.join(spool, "at-start.json"))
os.symlink(t.path("elsewhere"), os.path.join(spool, "folder-at-start"))
followed = t.path("followed")
server = Server(t, followed, "--http", "0", "--follow", spool)
os.symlink(secret, t.path("link.json"))
os.rename(t.path("link.json"), os.path.join(spool, "in", "link.json"))
os.symlink(t.path("elsewhere"), t.path("folder"))
os.rename(t.path("folder"), os.path.join(spool, "folder"))
os.mkfifo(t.path("pipe"))
os.rename(t.path("pipe"), os.path.join(spool, "in", "pipe.json"))
t.write("elsewhere/later.json", line(event(rng)) + "\n")
t.write("moving", line(event(rng)) + "\n")
os.rename(t.path("moving"), os.path.join(spool, "in", "real.json"))
t.check("a file is read", server.wait_for("events_total", "follow", 1))
t.eventually(
    "the log names what was refused",
    lambda: all(name in server.log() for name in ("at-start.json", "folder-at-start", "in/link.json", "in/pipe.json")),
)
t.equal("exit code", server.stop(), 0)
t.equal("only the file was read", len(stored(followed)), 1)
t.equal(
    "nothing of the others is among the rejects", json.loads(t.run("rejects", "-o", "json", store=followed).stdout), []
)

t.finish()
