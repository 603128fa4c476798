#!/usr/bin/env python3
"""What scripts rely on: exit codes, the shapes of every output, errors on stderr, byte equality."""
import csv
import gzip
import io
import json
import random

from harness import Harness, event, line

t = Harness()
store = t.path("store")
rng = random.Random(7)
records = [event(rng) for _ in range(200)]
records.append(
    event(rng, eventName="Odd\u0007Name", eventID="odd-1", sourceIPAddress="1.2.3.4\u001b[31m", errorCode='a,"b"\nc')
)
ids = [record["eventID"] for record in records]
lines = [line(record) for record in records]
# One event with spaces, one over several lines, one with escapes as they came.
spaced = '{ "eventTime" : "2024-05-01T10:00:00Z", "eventName" : "Spaced",  "eventID":"spaced" }'
escaped = '{"eventTime":"2024-05-01T10:00:01Z","eventName":"Esc\\u0061ped\\/","eventID":"escaped","n":1.50e+3}'
laid_out = '{\n  "eventTime": "2024-05-01T10:00:02Z",\n  "eventName": "LaidOut",\n  "eventID": "laid-out"\n}'
t.write("in/a.json", "\n".join(lines + [spaced, escaped, laid_out]) + "\n")
total = len(lines) + 3


def run(*arguments, **more):
    return t.run(*arguments, store=store, **more)


def parsed(*arguments):
    done = run(*arguments)
    t.equal("exit code of %s" % " ".join(arguments), done.returncode, 0)
    return json.loads(done.stdout)


# Before there is a store.
done = run("events")
t.equal("no store: exit code", done.returncode, 3)
t.check("no store: the path is named", store.encode() in done.stderr, done.stderr)
t.equal("no store: nothing on stdout", done.stdout, b"")

# Replay.
done = run("replay", t.path("in"), "-o", "json")
t.equal("replay: exit code", done.returncode, 0)
summary = json.loads(done.stdout)
t.check(
    "replay: the summary's keys",
    set(summary) >= {"events", "duplicates", "rejected", "files", "bytes", "seconds"},
    summary,
)
t.equal("replay: figures", [summary[k] for k in ("events", "duplicates", "rejected", "files")], [total, 0, 0, 1])
summary = json.loads(run("replay", t.path("in"), "-o", "json").stdout)
t.equal("replay again: figures", [summary[k] for k in ("events", "duplicates")], [0, total])
done = run("replay", t.path("in"), t.path("missing.json"), "-o", "json")
t.equal("replay of a missing file: exit code", done.returncode, 1)
t.check("replay of a missing file: named", b"missing.json" in done.stdout + done.stderr, done)
for command in (("replay",), ("policies", "load"), ("credits", "import"), ("evaluate",)):
    done = run(*command, t.path("missing.json"))
    t.equal("%s: an unreadable file" % " ".join(command), done.returncode, 1)
    t.check(
        "%s: it is named" % " ".join(command),
        b"missing.json" in done.stderr and b"other files" not in done.stderr,
        done.stderr,
    )
done = t.run("replay", "-", "-o", "json", store=t.path("from-stdin"), stdin=gzip.compress("\n".join(lines).encode()))
t.equal("replay of stdin: figures", json.loads(done.stdout)["events"], len(lines))
done = t.run("replay", "-", "-o", "json", store=t.path("from-stdin"), stdin=b'{"eventName":"NoTime"}\nnonsense\n')
t.equal("replay with rejected records: exit code", done.returncode, 1)
t.equal("replay with rejected records: count", json.loads(done.stdout)["rejected"], 2)

# Rejects.
rejects = json.loads(t.run("rejects", "-o", "json", store=t.path("from-stdin")).stdout)
t.equal(
    "rejects",
    [(r["reason"], r["line"], r["offset"]) for r in rejects],
    [("bad-event-time", 1, 0), ("not-an-object", 2, 23)],
)
t.equal("rejects: none", parsed("rejects", "-o", "json"), [])

# Events: bytes.
raw = run("events", "-o", "raw").stdout.decode().split("\n")
t.equal("raw ends with a line feed", raw.pop(), "")
minified = '{"eventTime":"2024-05-01T10:00:02Z","eventName":"LaidOut","eventID":"laid-out"}'
t.equal("raw prints the bytes as they came", sorted(raw), sorted(lines + [spaced, escaped, minified]))
t.equal(
    "json is an array of the events",
    sorted(json.dumps(e, sort_keys=True) for e in parsed("events", "-o", "json")),
    sorted(json.dumps(json.loads(text), sort_keys=True) for text in lines + [spaced, escaped, laid_out]),
)
t.equal(
    "ndjson is an object a line",
    len([json.loads(text) for text in run("events", "-o", "ndjson").stdout.splitlines()]),
    total,
)
t.equal("json of nothing", parsed("events", "--name", "Nothing", "-o", "json"), [])
t.equal("nothing found is no failure", run("events", "--name", "Nothing").returncode, 0)
t.equal("limit", len(parsed("events", "--limit", "7", "-o", "json")), 7)
times = [e["eventTime"] for e in parsed("events", "-o", "json")]
t.equal("newest first", times, sorted(times, reverse=True))
times = [e["eventTime"] for e in parsed("events", "--order", "oldest", "-o", "json")]
t.equal("oldest first", times, sorted(times))
fields = parsed(
    "events", "--event-id", ids[0], "--fields", "time,name,userIdentity.arn,requestParameters.n,readOnly", "-o", "json"
)
t.equal(
    "fields: the event's types are kept",
    fields,
    [
        {
            "time": records[0]["eventTime"],
            "name": fields[0]["name"],
            "userIdentity.arn": records[0]["userIdentity"]["arn"],
            "requestParameters.n": (records[0]["requestParameters"] or {}).get("n"),
            "readOnly": records[0]["readOnly"],
        }
    ],
)


# Filters repeat for "or", combine for "and".
def ids_of(*arguments):
    return sorted(e["eventID"] for e in parsed("events", *arguments, "-o", "json"))


t.equal("or", ids_of("--event-id", ids[1], "--event-id", ids[2]), sorted(ids[1:3]))
t.equal("and", ids_of("--event-id", ids[1], "--account", records[1]["recipientAccountId"]), [ids[1]])
t.equal("and with nothing left", ids_of("--event-id", ids[1], "--region", "nowhere"), [])
t.equal("error any", ids_of("--error", "any"), sorted(r["eventID"] for r in records if r.get("errorCode")))
t.equal("read-only", ids_of("--read-only"), sorted(r["eventID"] for r in records if r["readOnly"]))
t.equal("write-only", ids_of("--write-only"), sorted(r["eventID"] for r in records if not r["readOnly"]))
t.equal("since", ids_of("--since", "2024-05-01T10:00:01Z"), ["escaped", "laid-out"])
t.equal(
    "CIDR",
    len(ids_of("--ip", "203.0.113.0/24")),
    len([r for r in records if r["sourceIPAddress"].startswith("203.0.113.")]),
)

# Show.
done = run("show", ids[5])
t.equal("show: exit code", done.returncode, 0)
t.equal("show: raw bytes", run("show", ids[5], "-o", "raw").stdout.decode().rstrip("\n"), lines[5])
t.equal("show: the event", json.loads(run("show", ids[5], "-o", "ndjson").stdout), records[5])
done = run("show", "00000000-0000-0000-0000-000000000000")
t.equal("show of nothing: exit code", done.returncode, 1)
t.equal("show of nothing: no output", done.stdout, b"")
done = run("show", "00000000-0000-0000-0000-000000000000", "-o", "json")
t.equal("show of nothing with json: exit code", done.returncode, 1)

# Count.
rows = parsed("count", "--by", "region", "-o", "json")
t.check("count: rows are objects", all(set(row) == {"region", "count"} for row in rows), rows)
t.equal("count: all events", sum(row["count"] for row in rows), total)
t.equal("count without --by", parsed("count", "-o", "json"), [{"count": total}])
rows = parsed("count", "--by", "name,region", "--per", "month", "-o", "json")
t.check("count: buckets come first", list(rows[0]) == ["month", "name", "region", "count"], rows[0])
t.equal("count --top", len(parsed("count", "--by", "user", "--top", "3", "-o", "json")), 3)

# Figures of groups, against the events themselves.
listed = parsed("events", "--fields", "time,name,user,requestParameters.key", "-o", "json")
asked = ["count", "--by", "user", "--distinct", "name", "--first", "--last", "-o", "json"]
rows = parsed(*asked)
for row in rows:
    own = [event for event in listed if event["user"] == row["user"]]
    times = sorted(event["time"] for event in own)
    wanted = {
        "user": row["user"],
        "count": len(own),
        "distinct": len({event["name"] for event in own}),
        "first": times[0],
        "last": times[-1],
    }
    t.equal("figures of %s" % row["user"], (list(row), row), (list(wanted), wanted))
t.equal("figures: all groups", len(rows), len({event["user"] for event in listed}))
middle = sorted(row["first"] for row in rows)[len(rows) // 2]
for condition, holds in (
    ("count>2", lambda row: row["count"] > 2),
    ("count!=1", lambda row: row["count"] != 1),
    ("distinct=1", lambda row: row["distinct"] == 1),
    ("distinct<=2", lambda row: row["distinct"] <= 2),
    ("first>=" + middle, lambda row: row["first"] >= middle),
    ("last<" + middle, lambda row: row["last"] < middle),
):
    wanted = [row for row in rows if holds(row)]
    t.equal("--having " + condition, parsed(*asked, "--having", condition), wanted)
    t.equal("--having and --top: " + condition, parsed(*asked, "--having", condition, "--top", "1"), wanted[:1])
t.equal(
    "two of --having",
    parsed(*asked, "--having", "count>1", "--having", "distinct=1"),
    [row for row in rows if row["count"] > 1 and row["distinct"] == 1],
)
t.equal(
    "distinct values of a path",
    parsed("count", "--distinct", "requestParameters.key", "-o", "json")[0]["distinct"],
    len({event["requestParameters.key"] for event in listed} - {None}),
)
t.equal(
    "figures of no events",
    parsed("count", "--name", "NoSuch", "--distinct", "ip", "--first", "--last", "-o", "json"),
    [{"count": 0, "distinct": 0, "first": None, "last": None}],
)
done = run("count", "--by", "name", "--having", "count>>3")
t.equal("--having: wrong usage", done.returncode, 2)
t.check(
    "--having: where, and an example",
    b"at byte 7" in done.stderr and b"as in count>100" in done.stderr,
    done.stderr,
)
t.check("--having distinct needs it", b"distinct" in run("count", "--having", "distinct>3").stderr)

# CSV (RFC 4180) and NDJSON say the same as JSON.
table = list(
    csv.reader(io.StringIO(run("events", "--fields", "eventID,error", "-o", "csv").stdout.decode(), newline=""))
)
t.equal("csv: header", table[0], ["eventID", "error"])
t.check(
    "csv: quotes, commas and line feeds", ["odd-1", 'a,"b"\nc'] in table, [row for row in table if row[0] == "odd-1"]
)
t.equal("csv: rows", len(table), total + 1)
t.equal(
    "count as ndjson",
    [json.loads(text) for text in run("count", "--by", "region", "-o", "ndjson").stdout.splitlines()],
    parsed("count", "--by", "region", "-o", "json"),
)

# Stats.
stats = parsed("stats", "-o", "json")
t.equal("stats", [stats[k] for k in ("events", "variants", "rejected")], [total, 0, 0])

# Tables: no escape sequences in a pipe, and what was logged can't put any there.
for arguments in (
    ["events"],
    ["events", "--fields", "eventName,ip,error"],
    ["count", "--by", "name,ip"],
    ["stats"],
    ["rejects"],
    ["show", "odd-1"],
):
    done = run(*arguments)
    t.equal("table of %s: exit code" % arguments, done.returncode, 0)
    bad = [c for c in done.stdout.decode() if (c < " " and c != "\n") or c == "\x7f"]
    t.equal("table of %s: no control characters" % arguments, bad, [])
t.check("--help has no escape sequences", b"\x1b" not in run("--help").stdout)
t.equal("json of a control character", ids_of("--name", "Odd*"), ["odd-1"])

# Usage.
for arguments in (
    [],
    ["nothing"],
    ["events", "--nothing"],
    ["events", "--limit", "x"],
    ["events", "--limit", "-1"],
    ["show"],
    ["replay"],
    ["events", "--since", "yesterday-ish"],
    ["events", "--ip", "1.2.3.4/99"],
    ["events", "--read-only", "--write-only"],
    ["count", "--per", "week"],
    ["count", "--distinct", "eventname"],
    ["count", "--having", "distinct>3"],
    ["count", "--having", "name>3"],
    ["events", "-o", "yaml"],
    ["events", "--order", "up"],
    ["events", "-o", "raw", "--fields", "name"],
):
    done = run(*arguments)
    t.equal("wrong usage %s: exit code" % arguments, done.returncode, 2)
    t.check("wrong usage %s: stderr says so" % arguments, done.stderr and not done.stdout, done)
done = run("events", "--since", "yesterday-ish", "-o", "json")
t.check("usage error as an object", "message" in json.loads(done.stderr)["error"], done.stderr)
done = run("events", "--nothing", "-o", "json")
t.check(
    "unknown option as an object",
    done.stderr.startswith(b"{") and "message" in json.loads(done.stderr)["error"],
    done.stderr,
)
for arguments in (["--help"], ["--version"], ["events", "--help"], ["replay", "--help"]):
    done = run(*arguments)
    t.equal("%s: exit code" % arguments, done.returncode, 0)
    t.check("%s: on stdout" % arguments, done.stdout and not done.stderr, done.stderr)

# Which store: option, environment, XDG.
t.equal(
    "TRAILKEEPER_STORE",
    json.loads(t.run("count", "-o", "json", env={"TRAILKEEPER_STORE": store}).stdout),
    [{"count": total}],
)
t.run("replay", t.path("in"))
t.equal(
    "XDG_DATA_HOME",
    json.loads(t.run("count", "-o", "json", "--store", t.path("xdg", "trailkeeper")).stdout),
    [{"count": total}],
)
t.equal(
    "--store before the environment",
    t.run("count", store=t.path("none"), env={"TRAILKEEPER_STORE": store}).returncode,
    3,
)

# Nothing is said as such, and why, where a name is written otherwise.
name = parsed("events", "--limit", "1", "-o", "json")[0]["eventName"]
for command in (["events"], ["count", "--by", "name"]):
    done = t.run(*command, "--name", name.swapcase(), store=store)
    t.equal("no row: %s" % command, (done.returncode, done.stdout), (0, b"no event passes\n"))
    t.check("the name that was meant", b"did you mean '%s'?" % name.encode() in done.stderr, done.stderr)
done = t.run("events", "--name", "nowhere", store=store)
t.equal("a name like none: no guess", (done.stdout, done.stderr), (b"no event passes\n", b""))
done = t.run("events", "--name", name.swapcase(), "-o", "csv", store=store)
t.equal("CSV keeps its header", done.stdout.count(b"\n"), 1)
t.equal("an ID as a line of CSV ends", t.run("show", ids[1] + "\r", store=store).returncode, 0)
done = t.run("show", ids[1][:8], store=store)
t.check("a part of an ID", done.returncode == 1 and b"--event-id" in done.stderr, done.stderr)

# The system fails.
t.write("file", "x")
t.equal("a store that can't be made", t.run("replay", t.path("in"), store=t.path("file", "store")).returncode, 3)
done = t.run("events", "-o", "json", store=t.path("none"))
t.equal("no store with json: exit code", done.returncode, 3)
t.check("no store with json: an object", "message" in json.loads(done.stderr)["error"], done.stderr)
with open("/dev/full", "wb") as full:
    import subprocess

    done = subprocess.run(
        [t.binary, "events", "-o", "raw", "--store", store], stdout=full, stderr=subprocess.PIPE, env=t.environment
    )
    t.equal("a full disk behind stdout", done.returncode, 3)
process = subprocess.Popen(
    [t.binary, "events", "-o", "raw", "--store", store],
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
    env=t.environment,
)
process.stdout.close()
process.wait()
t.check("a reader that goes away (| head) gets no error text", b"terminate" not in process.stderr.read())

# An empty text is a value that is there, also where a field has a column.
agents = t.path("agents")
texts = [json.dumps({**event(rng), "userAgent": agent}) for agent in ("", "x")]
without = event(rng)
without.pop("userAgent", None)
t.run("replay", t.write("agents.ndjson", "\n".join([*texts, json.dumps(without)]) + "\n"), store=agents)
groups = json.loads(t.run("count", "--by", "userAgent", "-o", "json", store=agents).stdout)
t.equal("count by an empty text", sorted(str(row["userAgent"]) for row in groups), ["", "None", "x"])
for condition, count in (("userAgent=", 1), ("userAgent!=", 2), ("userAgent=x", 1)):
    rows = json.loads(t.run("count", "--where", condition, "-o", "json", store=agents).stdout)
    t.equal("--where " + condition, rows[0]["count"], count)

# The value of an option that isn't known is no argument that is wrong.
said = t.run("credits", "--outptu", "json", store=agents)
t.equal("a misspelt option", (said.returncode, "did you mean '--output'" in said.stderr.decode()), (2, True))
t.finish()
