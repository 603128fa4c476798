"""What a sender is given: some thousand events, one of them twice and one record that is none; and what has to come of it."""
import contextlib
import json
import os
import random
import shutil
import subprocess
import sys

from harness import event, line
from server import Server

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "clients")
DEBIAN = os.path.join(HERE, "..", "..", "build", "clients", "debian")  # What tests/clients/install unpacks.


class Load:
    """`texts` is what is sent, in order: `events`, one of them a second time, and `broken`."""

    def __init__(self, seed, count=3000, broken='{"eventName":"NoTime"}', reason="bad-event-time"):
        rng = random.Random(seed)
        self.events = [line(event(rng)) for _ in range(count)]
        self.broken = broken
        self.reason = reason
        self.texts = list(self.events)
        self.texts.insert(count // 3, broken)
        self.texts.insert(count // 2, self.events[0])

    def lines(self):
        return "".join(text + "\n" for text in self.texts)

    def check(self, harness, server, listener, same_bytes=True):
        """Waits until all is there; then ends the server, and compares figures, store and rejected records with what was sent."""
        name = "%s: " % os.path.basename(server.store)
        harness.check(
            name + "all came",
            server.wait_for("events_total", listener, len(self.events), 120)
            and server.wait_for("duplicates_total", listener, 1)
            and server.wait_for("rejected_total", listener, 1),
            self.figures(server, listener),
        )
        harness.equal(name + "nothing was refused", server.metric("refused_total", listener), 0)
        self.check_store(harness, server, same_bytes)

    def figures(self, server, listener):
        return {
            figure: server.metric(figure + "_total", listener)
            for figure in ("connections", "events", "duplicates", "rejected", "refused")
        }

    def check_store(self, harness, server, same_bytes=True):
        name = "%s: " % os.path.basename(server.store)
        harness.equal(name + "exit code", server.stop(), 0)
        harness.equal(
            name + "count",
            json.loads(harness.run("count", "-o", "json", store=server.store).stdout),
            [{"count": len(self.events)}],
        )
        got = harness.run("events", "-o", "raw", store=server.store).stdout.decode().splitlines()
        sent = self.events
        if not same_bytes:
            got, sent = ([json.dumps(json.loads(text), sort_keys=True) for text in texts] for texts in (got, sent))
        harness.check(name + "the events are those that were sent", sorted(got) == sorted(sent))
        rejects = json.loads(harness.run("rejects", "-o", "json", store=server.store).stdout)
        harness.equal(name + "rejected records", [reject["reason"] for reject in rejects], [self.reason])


def start(harness, name, *options, **more):
    """A server with a store of that name."""
    return Server(harness, harness.path(name), *options, **more)


def token(harness, store, name, rights, *options):
    return json.loads(
        harness.run(
            "token", "create", name, "--rights", rights, "-o", "json", *options, store=harness.path(store)
        ).stdout
    )[0]


def program(name):
    """The path of an installed program. Debian's comes first: others may be in front of it."""
    found = shutil.which(name, path="/usr/bin:/bin:/usr/sbin:/sbin") or shutil.which(name)
    if not found:
        sys.exit("%s isn't installed: see .ci/packages/check" % name)
    return found


def call(harness, *command, stdin=b"", env=None, timeout=300):
    """Runs a client to its end, which must be a good one; what it printed."""
    done = subprocess.run(
        command,
        input=stdin if isinstance(stdin, bytes) else stdin.encode(),
        capture_output=True,
        timeout=timeout,
        env={**harness.environment, **(env or {})},
    )
    harness.check(
        "%s ends well" % os.path.basename(command[0]),
        done.returncode == 0,
        "(%d) %s" % (done.returncode, done.stderr.decode(errors="replace")[-2000:]),
    )
    return done.stdout.decode(errors="replace")


def node(harness, script, *arguments, **more):
    return call(harness, program("node"), os.path.join(HERE, script), *map(str, arguments), **more)


@contextlib.contextmanager
def daemon(harness, *command, env=None):
    """A log shipper in the foreground, ended at the end."""
    log = harness.path("daemon.log")
    with open(log, "ab") as out:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env={**harness.environment, **(env or {})}
        )
        before = harness.failures
        try:
            yield process
            harness.check("%s is still there" % os.path.basename(command[0]), process.poll() is None)
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if harness.failures > before:
                print(open(log, errors="replace").read()[-4000:])
