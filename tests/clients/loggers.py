#!/usr/bin/env python3
"""Loggers of Node with HTTP transports, and Python's clients from Debian: what each makes of an event is one event, sent again or not."""
import json

from clients import Load, call, node, program, start, token
from harness import Harness

t = Harness()
COUNT = 300


def check(name, server, listener, load, duplicates, same_bytes):
    """All events are there, as they were or with members that the logger added, and nothing else is."""
    t.check(
        name + ": all came",
        server.wait_for("events_total", listener, COUNT) and server.wait_for("duplicates_total", listener, duplicates),
        load.figures(server, listener),
    )
    t.equal(name + ": rejected", server.metric("rejected_total", listener), 0)
    t.equal(name + ": exit code", server.stop(), 0)
    got = t.run("events", "-o", "raw", store=server.store).stdout.decode().splitlines()
    if same_bytes:
        t.equal(name + ": the same bytes", sorted(got), sorted(load.events))
    else:
        sent = {json.loads(text)["eventID"]: json.loads(text) for text in load.events}
        own = {name: json.loads(text) for name, text in ((json.loads(text)["eventID"], text) for text in got)}
        t.equal(
            name + ": the same events",
            {id: {key: event.get(key) for key in sent[id]} for id, event in own.items()},
            sent,
        )


for number, (kind, same_bytes) in enumerate(
    {
        "winston-elasticsearch": True,
        "pino-elasticsearch": False,
        "splunk-bunyan-logger": False,
        "winston-splunk-httplogger": True,
    }.items()
):
    load = Load(510 + number, COUNT)
    secret = token(t, kind, "logger", "ingest")["secret"]
    server = start(t, kind, "--http", "0")
    path = t.write(kind + ".ndjson", "".join(text + "\n" for text in load.events))
    for _ in range(2):  # A restarted application logs again.
        node(t, "loggers.mjs", kind, server.port(), path, secret)
    if same_bytes:
        check(kind, server, "http", load, COUNT, True)
        continue
    # Pino and bunyan add the time to what comes again.
    t.eventually(
        kind + ": all came",
        lambda: server.metric("events_total", "http") + server.metric("duplicates_total", "http") == 2 * COUNT,
    )
    t.equal(kind + ": rejected", server.metric("rejected_total", "http"), 0)
    t.equal(kind + ": exit code", server.stop(), 0)
    got = {
        json.loads(text)["eventID"]
        for text in t.run("events", "-o", "raw", store=server.store).stdout.decode().splitlines()
    }
    t.equal(kind + ": the events", got, {json.loads(text)["eventID"] for text in load.events})

ELASTICSEARCH = """
import json, sys, elasticsearch, elasticsearch.helpers
port, file, secret = sys.argv[1:]
client = elasticsearch.Elasticsearch(["http://127.0.0.1:" + port], http_auth=("python", secret))
documents = [json.loads(line) for line in open(file)]
for _ in range(2):
    print(elasticsearch.helpers.bulk(client, ({"_index": "trail", "_source": document} for document in documents), refresh=True))
print(client.index(index="trail", body=documents[0])["result"])
try:
    client.create(index="trail", id="1", body=documents[0])
except elasticsearch.ConflictError as error:
    print(error.status_code)
client.indices.refresh(index="trail")
"""
load = Load(520, COUNT)
secret = token(t, "python-elasticsearch", "python", "ingest")["secret"]
server = start(t, "python-elasticsearch", "--http", "0")
path = t.write("python.ndjson", "".join(text + "\n" for text in load.events))
told = call(t, program("python3"), "-W", "ignore", "-c", ELASTICSEARCH, str(server.port()), path, secret).split("\n")
t.equal("python-elasticsearch: told", told, ["(%d, [])" % COUNT] * 2 + ["noop", "409", ""])
check("python-elasticsearch", server, "http", load, COUNT + 2, False)

FLUENT = """
import json, sys, fluent.sender
port, file = sys.argv[1:]
sender = fluent.sender.FluentSender("trail", host="127.0.0.1", port=int(port))
for line in open(file):
    if not sender.emit(None, {"message": line}):
        sys.exit(str(sender.last_error))
sender.close()
"""
load = Load(521, COUNT)
server = start(t, "python-fluent", "--http", "0", "--forward", "0")
path = t.write("fluent.ndjson", "".join(text + "\n" for text in load.events))
call(t, program("python3"), "-c", FLUENT, str(server.port("forward")), path)
check("python-fluent", server, "forward", load, 0, True)

# ab speaks HTTP/1.0, and keeps a connection only if it is told that it may.
server = start(t, "ab", "--http", "0")
told = call(
    t,
    program("ab"),
    "-q",
    "-k",
    "-n",
    "200",
    "-c",
    "4",
    "-s",
    "20",
    "-T",
    "application/x-ndjson",
    "-p",
    t.write("one", load.events[0]),
    "http://127.0.0.1:%d/v1/events" % server.port(),
)
figures = dict(row.split(":", 1) for row in told.splitlines() if ":" in row)
t.equal(
    "ab",
    [
        figures.get(name, "").split()
        for name in ("Complete requests", "Keep-Alive requests", "Failed requests", "Non-2xx responses")
    ],
    [["200"], ["200"], ["0"], []],
)
t.equal("ab: exit code", server.stop(), 0)
t.finish()
