#!/usr/bin/env python3
"""trailkeeper describe, of which completions and the tables in docs/ are made: valid JSON, hidden, and complete against
each command's help, the server's routes and its metrics."""
import json
import re

from harness import Harness
from server import Server

t = Harness()
done = t.run("describe")
t.equal("exit code", (done.returncode, done.stderr), (0, b""))
words = json.loads(done.stdout)
program = words["program"]
t.check(
    "it isn't listed",
    "describe" not in [word for line in t.run("--help").stdout.decode().split("\n") for word in line.split()[:1]],
)
t.check("nor meant by another", b"'describe'" not in t.run("descrbe").stderr)


def help_of(path):
    done = t.run(*path, "--help")
    t.equal("help of %s" % (path,), done.returncode, 0)
    return done.stdout.decode()


def walk(command, path):
    """Everything that help lists of a command is described, and the other way round; the same of those below it."""
    text = help_of(path)
    listed = {name for line in re.findall(r"^  (-[^ ]+)", text, re.M) for name in line.split(",")}
    described = {
        name for option in command["options"] if option["group"] and not option["argument"] for name in option["names"]
    }
    t.equal("options of %s" % (path,), described - {"-h", "--help"}, listed - {"-h", "--help"})
    arguments = re.search(r"^Positionals:\n((?:  .*\n)+)", text, re.M)
    t.equal(
        "arguments of %s" % (path,),
        [option["names"][0] for option in command["options"] if option["argument"]],
        re.findall(r"^  (\S+)", arguments[1], re.M) if arguments else [],
    )
    below = re.search(r"^Subcommands:\n((?:  .*\n)+)", text, re.M)
    t.equal(
        "commands of %s" % (path,),
        [one["name"] for one in command["commands"] if one["listed"]],
        re.findall(r"^  (\S+)", below[1], re.M) if below else [],
    )
    flat = " ".join(text.split())
    for option in command["options"]:
        if option["group"]:
            t.check("help of %s of %s" % (option["names"], path), " ".join(option["help"].split()) in flat, option)
        said = re.search(r"\(default: ([^);]+)\)", option["help"])
        if said and option["default"]:
            t.equal("default of %s of %s" % (option["names"], path), said[1], option["default"])
    for one in command["commands"]:
        if one["listed"]:
            walk(one, [*path, one["name"]])


walk(program, [])
commands = {one["name"]: one for one in program["commands"]}
t.check("all commands", len(commands) > 23, list(commands))

# A filter is an option, and its opposite one, of whatever takes filters.
hold = next(one for one in commands["hold"]["commands"] if one["name"] == "add")
for command in (commands["events"], commands["count"], commands["tail"], commands["findings"], hold):
    names = {name for option in command["options"] for name in option["names"]}
    for row in words["filters"]:
        if row["help"]:
            t.check(
                "--%s of %s" % (row["name"], command["name"]), {"--" + row["name"], "--not-" + row["name"]} <= names
            )
            t.check("what --%s matches is said" % row["name"], row["matches"], row)
t.check("fields have values", all(row["name"] and row["value"] for row in words["fields"]), words["fields"])
t.equal(
    "replay",
    t.run(
        "replay",
        "-",
        store=t.path("store"),
        stdin=b'{"eventTime":"2024-05-01T10:00:00Z","eventName":"GetX","eventSource":"s3.amazonaws.com"}',
    ).returncode,
    0,
)
for name in [row["name"] for row in words["fields"]]:
    t.equal("events --fields " + name, t.run("events", "--fields", name, store=t.path("store")).returncode, 0)
for row in words["verdicts"]:
    t.equal("--verdict " + row["name"], t.run("events", "--verdict", row["name"], store=t.path("store")).returncode, 0)
t.check("verdicts are in help", all(row["name"] in help_of(["events"]) for row in words["verdicts"]))
for row in words["rejectReasons"]:
    t.equal(
        "--reason " + row["code"],
        t.run("rejects", "remove", "--reason", row["code"], "--dry-run", store=t.path("store")).returncode,
        0,
    )

# The server says the same.
server = Server(t, t.path("store"), "--http", "0")
status, _, text = server.request("GET", "/metrics")
t.equal(
    "metrics",
    [(row["name"], row["type"]) for row in words["metrics"]],
    re.findall(r"^# TYPE trailkeeper_(\S+) (\S+)", text, re.M),
)
status, _, body = server.request("GET", "/v1/nothing")
listed = [
    (route["methods"] or "GET") + " " + route["path"] + (" with " + route["header"] if route["header"] else "")
    for route in words["routes"]
    if route["path"] not in ("**", "/**", "/v1/**")
]
t.equal("routes", listed, body["paths"])
for row in words["parameters"]:
    values = {
        "since": "1d",
        "until": "now",
        "limit": "1",
        "order": "oldest",
        "fields": "name",
        "by": "name",
        "per": "day",
        "top": "1",
        "distinct": "name",
        "having": "count>0",
        "query": "SELECT+1",
        "param": "name=value",
        "output": "csv",
    }
    paths = "/v1/events" if row["paths"].startswith("all") else row["paths"]
    path = next(path for path in ("/v1/count", "/v1/events", "/v1/sql") if path in paths)
    asked = "%s?%s=%s" % (path, row["name"], values.get(row["name"], "false"))
    status, _, body = server.request("GET", asked + "&query=SELECT+1" * (path == "/v1/sql"))
    t.equal("parameter " + row["name"], status, 200)
t.equal("server: exit code", server.stop(), 0)

t.finish()
