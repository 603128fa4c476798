#!/usr/bin/env python3
"""fluent-logger with requireAckResponse in each of its modes, and with a shared key."""
import json

from clients import Load, node, start
from harness import Harness

t = Harness()
key = t.write("key", "a shared secret\n")
for name, mode, kind, options in (
    ("message", "Message", "text", []),
    ("packed", "PackedForward", "object", []),
    ("compressed", "CompressedPackedForward", "text", []),
    ("keyed", "PackedForward", "text", ["--forward-shared-key-file", key]),
):
    load = Load(701)
    path = t.write(name + ".ndjson", load.lines())
    server = start(t, name, "--http", "0", "--forward", "0", *options)
    told = json.loads(
        node(
            t,
            "fluent_logger.mjs",
            server.port("forward"),
            path,
            mode,
            "a shared secret" if options else "-",
            kind,
            120_000,
        )
    )
    t.equal(name + ": acknowledged", told, {"acknowledged": len(load.texts), "errors": []})
    if options:
        told = json.loads(node(t, "fluent_logger.mjs", server.port("forward"), path, mode, "another", kind, 2_000))
        t.equal(name + ": a wrong key", told["acknowledged"], 0)
        t.check(name + ": a wrong key is told in the log", "the forward handshake failed" in server.log(), server.log())
    load.check(t, server, "forward", same_bytes=kind == "text")
t.finish()
