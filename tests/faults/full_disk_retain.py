#!/usr/bin/env python3
"""retain on a full disk removes nothing and leaves nothing behind; with room again, it does all of it."""
import json
import os
import resource
import signal

from harness import Harness, write_trail

t = Harness()
write_trail(t, "trail", seed=4, files=6, events_a_file=5000)
store = t.path("store")
for name in sorted(os.listdir(t.path("trail"))):
    t.run("replay", t.path("trail", name), store=store)
t.run("compact", store=store)


def limit_to(bytes_):
    def apply():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # So that write() fails with EFBIG instead.
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_))

    return apply


def state():
    return [
        json.loads(t.run(*arguments, "-o", "json", store=store).stdout)
        for arguments in (("count", "--by", "name"), ("journal",))
    ]


expected = state()
size = os.path.getsize(os.path.join(store, "data.mdb"))
# Some of one account's events in every segment: all segments have to be written anew.
arguments = ("retain", "--keep", "1d", "--account", "111122223333")
failures = 0
for room in (0, 20_000, 100_000, 300_000, 1_000_000):
    failed = t.run(*arguments, store=store, preexec_fn=limit_to(size + room))
    if failed.returncode == 0:
        break
    failures += 1
    t.equal("exit code with room for %d more bytes" % room, failed.returncode, 3)
    t.check("the error says something", failed.stderr.startswith(b"trailkeeper: "), failed.stderr)
    t.equal("nothing was removed, and the journal says nothing", state(), expected)
    t.equal("the store is sound", t.run("verify", store=store).returncode, 0)
t.check("it failed at least twice", failures >= 2, failures)
t.equal("with room again", t.run(*arguments, store=store).returncode, 0)
left = json.loads(t.run("count", "--by", "account", "-o", "json", store=store).stdout)
t.equal(
    "the account's events are gone, the others there",
    sorted(row["account"] for row in left),
    ["444455556666", "777788889999"],
)
t.equal("the store is sound", t.run("verify", store=store).returncode, 0)

t.finish()
