#!/usr/bin/env python3
"""@elastic/elasticsearch: the bulk helper, events as objects and as text in `message`, with an API key and a password."""
import json

from clients import Load, node, start, token
from harness import Harness

t = Harness()
for name, message, auth in (("objects", "", "apiKey"), ("messages", "message", "password")):
    load = Load(501)
    secret = token(t, name, "filebeat", "ingest")["secret"]
    server = start(t, name, "--http", "0")
    documents = [
        json.dumps({"@timestamp": "2024-05-01T00:00:00Z", "message": text}) if message else text for text in load.texts
    ]
    path = t.write(name + ".ndjson", "".join(text + "\n" for text in documents))
    told = json.loads(node(t, "elasticsearch.mjs", server.port(), path, auth, secret))
    t.equal(name + ": the product is recognised", told["ping"], True)
    t.equal(
        name + ": figures of the helper",
        (told["total"], told["successful"], told["failed"], told["retry"]),
        (len(load.texts), len(load.events), 2, 0),
    )
    t.equal(
        name + ": dropped",
        sorted(told["dropped"]),
        [[400, "mapper_parsing_exception"], [409, "version_conflict_engine_exception"]],
    )
    # The client writes objects anew, without what would change their values.
    load.check(t, server, "http", same_bytes=bool(message))

# A wrong key is an error of the client's own kind, and isn't tried again.
server = start(t, "messages", "--http", "0")
told = json.loads(node(t, "elasticsearch.mjs", server.port(), path, "apiKey", "tk_" + "x" * 43))
t.equal("a wrong key", told, {"error": "ResponseError", "status": 401})
t.equal("exit code", server.stop(), 0)
t.finish()
