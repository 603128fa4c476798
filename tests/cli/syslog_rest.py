#!/usr/bin/env python3
"""Syslog without framing: a lone message is stored while the sender rests; words that follow sooner are of it."""
import random
import time

from harness import Harness, event, line
from server import Server

t = Harness()
rng = random.Random(11)
server = Server(t, t.path("store"), "--http", "0", "--syslog", "0")


def made():
    return b"<14>app: " + line(event(rng)).strip().encode()


# A pause between writes lets nothing in.
forged = server.connect("syslog")
forged.sendall(made())
time.sleep(0.5)
forged.sendall(b" is no user")
time.sleep(3)
t.equal("words within two seconds: nothing is stored", server.metric("events_total", "syslog"), 0)
forged.sendall(b"\n")
t.check("the whole line is rejected", server.wait_for("rejected_total", "syslog", 1))

# Nobody is kept waiting for the next message, which may come tomorrow.
lone = server.connect("syslog")
for number in (1, 2, 3):
    lone.sendall(made())
    t.check(
        "message %d is stored while its sender rests" % number, server.wait_for("events_total", "syslog", number, 20)
    )
lone.sendall(made() + made())
t.check("of two in a row the first is told by the second", server.wait_for("events_total", "syslog", 5, 20))
lone.close()

# Where lines are messages, resting ends none.
lines = server.connect("syslog")
lines.sendall(made() + b"\n" + made())
t.check("a line is stored", server.wait_for("events_total", "syslog", 6))
time.sleep(3.5)
t.equal("half a line isn't", server.metric("events_total", "syslog"), 6)
lines.sendall(b" is no user\n")
t.check("it is rejected with its words", server.wait_for("rejected_total", "syslog", 2))
lines.close()
forged.close()
t.equal("exit code", server.stop(), 0)
t.finish()
