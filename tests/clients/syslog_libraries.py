#!/usr/bin/env python3
"""Syslog without a daemon: Python's SysLogHandler (NUL, or nothing between messages), logger(1), winston-syslog; pino-socket over TCP."""
import logging
import logging.handlers
import socket

from clients import Load, call, node, program, start
from harness import Harness

t = Harness()
SMALL = 400


def handler(load, server, append_nul):
    out = logging.handlers.SysLogHandler(("127.0.0.1", server.port("syslog")), socktype=socket.SOCK_STREAM)
    out.append_nul = append_nul
    log = logging.Logger("trail")
    log.addHandler(out)
    for text in load.texts:
        log.info("%s", text)
    out.close()


# What isn't JSON can't be told from what follows it where nothing stands in between: the record that is no event is JSON there.
for name, nul in (("nul", True), ("unframed", False)):
    load = Load(801)
    server = start(t, "handler-" + name, "--http", "0", "--syslog", "0")
    handler(load, server, nul)
    load.check(t, server, "syslog")

for name, options in (("lines", []), ("counted", ["--octet-count"]), ("3164", ["--rfc3164"])):
    load = Load(802, SMALL, broken="not JSON", reason="not-an-object")
    server = start(t, "logger-" + name, "--http", "0", "--syslog", "0")
    call(
        t,
        program("logger"),
        "-n",
        "127.0.0.1",
        "-P",
        str(server.port("syslog")),
        "--tcp",
        "--size",
        "64KiB",
        "-t",
        "trail",
        *options,
        "-f",
        t.write("logger", load.lines())
    )
    load.check(t, server, "syslog")

# Without --size logger makes several messages of what is longer than 1 KiB: nothing that comes of it is an event.
server = start(t, "logger-cut", "--http", "0", "--syslog", "0")
call(
    t,
    program("logger"),
    "-n",
    "127.0.0.1",
    "-P",
    str(server.port("syslog")),
    "--tcp",
    stdin='{"eventName":"%s"}\n' % ("x" * 3000),
)
t.eventually("logger-cut: kept", lambda: server.metric("rejected_total", "syslog") > 0)
t.equal("logger-cut: no event", server.metric("events_total", "syslog"), 0)
t.equal("logger-cut: exit code", server.stop(), 0)

for name, eol, kind in (
    ("unframed", "", "BSD"),
    ("unframed-5424", "", "5424"),
    ("lines", "\n", "5424"),
    ("crlf", "\r\n", "BSD"),
):
    load = Load(803)
    server = start(t, "winston-" + name, "--http", "0", "--syslog", "0")
    node(t, "winston_syslog.mjs", server.port("syslog"), t.write("winston", load.lines()), eol, kind)
    load.check(t, server, "syslog")

load = Load(804)
server = start(t, "pino", "--http", "0", "--ndjson", "0")
node(t, "pino_socket.mjs", server.port("ndjson"), t.write("pino.ndjson", load.lines()))
load.events = ['{"level":30,' + text[1:] for text in load.events]
load.check(t, server, "ndjson", same_bytes=False)  # Pino writes the objects anew.
t.finish()
