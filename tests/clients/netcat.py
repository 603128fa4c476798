#!/usr/bin/env python3
"""nc: NDJSON over TCP, which has no acknowledgement: what was written before the connection was closed is stored."""
from clients import Load, call, program, start
from harness import Harness

t = Harness()
load = Load(201, broken='{"eventName":"Cut","eventTime":"2024-', reason="broken-json")
server = start(t, "nc", "--http", "0", "--ndjson", "0")
call(t, program("nc"), "-N", "127.0.0.1", str(server.port("ndjson")), stdin=load.lines())
load.check(t, server, "ndjson")
t.finish()
