#!/usr/bin/env python3
"""Followed folders: what stands at a file's end, other files under a name, names given later, and what is no trail."""
import ctypes
import gzip
import json
import os
import random
import time

from harness import Harness, event, line
from server import Server

t = Harness()
rng = random.Random(77)
spool, elsewhere = t.path("spool"), t.path("elsewhere")
store = t.path("store")
os.makedirs(spool)
os.makedirs(elsewhere)


def new():
    """An event as a line, and its ID."""
    record = event(rng)
    return line(record), record["eventID"]


def stored(of=None):
    return {json.loads(text)["eventID"] for text in t.run("events", "-o", "raw", store=of or store).stdout.splitlines()}


def comes(what, *ids):
    t.eventually(what, lambda: set(ids) <= stored())


def write(name, data, mode="wb"):
    with open(os.path.join(spool, name), mode) as file:
        file.write(data if isinstance(data, bytes) else data.encode())


def rejects():
    return json.loads(t.run("rejects", "-o", "json", store=store).stdout)


def cell(text):
    return '"%s"' % text.replace('"', '""')


def log_of(name):
    return [text for text in server.log().splitlines() if os.path.join(spool, name) in text]


# A last line without a line feed: there at the start, and closed later.
one, two, three, four, five = (new() for _ in range(5))
write("there.csv", "eventid,eventJson\n1,%s\n2,%s" % (cell(one[0]), cell(two[0])))
server = Server(t, store, "--http", "0", "--follow", spool)
comes("CSV: what was there", one[1], two[1])
write("later.log", "2024-01-01T00:00:00 " + three[0] + "\n2024-01-01T00:00:00 " + four[0])
comes("a line of a log", three[1], four[1])
write("text.json", json.dumps(five[0]))
comes("JSON text in a string", five[1])

# A logger that closes in the middle of a line, one that stays open there: nothing is taken too soon, all is in the end.
halves = [new() for _ in range(4)]
text = "".join("at " + half[0] + "\n" for half in halves)
cut = len(text) // 2 + 30
write("half.log", text[:cut])
with open(os.path.join(spool, "open.log"), "wb", buffering=0) as file:
    opened = [new() for _ in range(2)]
    file.write(("at " + opened[0][0] + "\nat " + opened[1][0][:70]).encode())
    t.eventually("what waits is said", lambda: len(log_of("half.log")) == 1)
    write("half.log", text[cut : cut + 10], "ab")
    comes("what is whole", opened[0][1], halves[0][1])
    time.sleep(3)
    t.equal("what an open file waits for isn't", len(log_of("open.log")), 0)
    file.write((opened[1][0][70:] + "\n").encode())
    comes("the rest of an open file", opened[1][1])
write("half.log", text[cut + 10 :], "ab")
comes("the rest of a closed file", *[half[1] for half in halves])
t.equal("no rejects of halves", rejects(), [])
grown = new()
write("there.csv", "\n3,%s\n" % cell(grown[0]), "ab")
comes("behind a line that was taken without its line feed", grown[1])
t.equal("no rejects of lines", rejects(), [])

# Another file under the name, the same number and beginning.
many = [new() for _ in range(60)]


def document(events):
    return '{"Records":[%s]}\n' % ",".join(text for text, _ in events)


def lines(events):
    return "".join(text + "\n" for text, _ in events)


def ids(events):
    return [id for _, id in events]


write("snapshot.json", document(many[:20]))
write("rows.json", lines(many[30:40]))
write("again.json", lines(many[30:40]))
comes("first versions", *ids(many[:20]), *ids(many[30:40]))
write("snapshot.json", document(many[:30]))
comes("an array that was written anew with more in it", *ids(many[:30]))
write("rows.json", lines(many[30:37] + many[40:50]))
comes("lines that were written anew", *ids(many[40:50]))
os.remove(os.path.join(spool, "again.json"))
write("again.json", lines(many[30:37] + many[50:60]))
comes("a file in the place of one that was removed", *ids(many[50:60]))
t.eventually("it is said", lambda: log_of("snapshot.json") and log_of("rows.json"))
t.equal("no rejects of middles", rejects(), [])
# Compressed, as long as before.
first, second = new(), new()
for number, which in enumerate((first, second)):
    write("same.json.gz", gzip.compress(which[0].rjust(12_000).encode(), 0, mtime=0))
    comes("compressed, version %d" % number, which[1])

# Names that are given to files that are whole: nobody opens them for writing there.
linked, unnamed = new(), new()
path = os.path.join(elsewhere, "linked.gz")
with open(path, "wb") as file:
    file.write(gzip.compress(linked[0].encode()))
os.link(path, os.path.join(spool, "linked.json.gz"))
comes("a hard link to a compressed file", linked[1])
try:
    descriptor = os.open(spool, os.O_TMPFILE | os.O_RDWR, 0o644)
except OSError:
    descriptor = None  # Not on every file system.
if descriptor is not None:
    os.write(descriptor, gzip.compress(unnamed[0].encode()))
    libc = ctypes.CDLL(None, use_errno=True)
    if (
        libc.linkat(
            -100, b"/proc/self/fd/%d" % descriptor, -100, os.path.join(spool, "unnamed.json.gz").encode(), 0x400
        )
        == 0
    ):
        comes("a file that was made without a name", unnamed[1])
    os.close(descriptor)

# What is no trail is named.
write("words.txt", "not json\nhello\n")
write(
    "report.csv", "identity/LineItemId,lineItem/UsageAccountId,lineItem/ProductCode,lineItem/UnblendedCost\na,1,b,2\n"
)
write(
    "report.csv.gz",
    gzip.compress(
        b"identity/LineItemId,lineItem/UsageAccountId,lineItem/ProductCode,lineItem/UnblendedCost\na,1,b,2\n"
    ),
)
t.eventually("text waits", lambda: any("wait" in text for text in log_of("words.txt")))
t.eventually(
    "a cost report is named", lambda: any("cost report" in text and "replay" in text for text in log_of("report.csv"))
)
t.eventually("a compressed one, too", lambda: any("cost report" in text for text in log_of("report.csv.gz")))
t.equal("none of it is a reject", rejects(), [])
t.equal("exit code", server.stop(), 0)
t.check(
    "what still waits is said at the end",
    any("still wait" in text and "words.txt" in text for text in server.log().splitlines()),
)

# After a restart: what waits waits; what came meanwhile comes.
before = stored()
last = new()
write("words.txt", last[0] + "\n", "ab")
server = Server(t, store, "--http", "0", "--follow", spool)
comes("what came while nobody looked", last[1])
t.equal("exit code", server.stop(), 0)
t.equal("nothing else is new", stored(), before | {last[1]})

# A table's header holds for the rows that come after a restart, and later.
header, sent, shown = new(), new(), new()
write("agents.csv", "time,userAgent,eventJson\n1,x,%s\n" % cell(header[0]))
server = Server(t, store, "--http", "0", "--follow", spool)
comes("rows behind a header", header[1])
t.equal("exit code", server.stop(), 0)
write("agents.csv", "2,%s,x\n3,x,%s\n" % (cell(sent[0]), cell(shown[0])), "ab")
server = Server(t, store, "--http", "0", "--follow", spool)
comes("rows after a restart", shown[1])
t.eventually("what a visitor sent is rejected", lambda: any("agents.csv" in one["source"] for one in rejects()))
t.check("and no event", sent[1] not in stored())

# Small files that are there at the same time share commits, and are read once.
few = [new() for _ in range(200)]
staged = t.path("staged")
os.makedirs(staged)
for number, (text, _) in enumerate(few):
    with open(os.path.join(staged, "f%d.json" % number), "w") as file:
        file.write(text + "\n")
os.rename(staged, os.path.join(spool, "many"))
comes("many small files", *ids(few))
t.equal("exit code", server.stop(), 0)
before = stored()
server = Server(t, store, "--http", "0", "--follow", spool)
time.sleep(1)
t.equal("exit code", server.stop(), 0)
t.equal("none of them is taken again", stored(), before)
replayed = t.path("replayed")
t.run("replay", os.path.join(spool, "there.csv"), os.path.join(spool, "later.log"), store=replayed)
t.equal("as replay takes it", stored(replayed) - stored(), set())
t.finish()
