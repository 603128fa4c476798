#!/usr/bin/env python3
"""What people see: nothing acts on their terminal, tables fit it, long lists go through a pager."""
import json
import os
import random
import subprocess
import unicodedata

from harness import Harness, event, line
from pseudo_terminal import run_in_terminal

t = Harness()
rng = random.Random(14)
store = t.path("store")
# Each kind of character that acts or hides, in values of every column that lists show.
EVIL = "\x1b]0;owned\x07\x1b[2J\x7f\u009b31m\u0085\u202egpj.exe\u2066\u2028\u2029\u061c\u200f\ufeff\U000e0041"
ACTS = [c for c in map(chr, range(0x110000)) if unicodedata.category(c) in ("Cc", "Zl", "Zp")] + [
    "\u061c",
    "\u200e",
    "\u200f",
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2066, 0x206A)),
]
evil = [event(rng, eventID="evil-%d" % n, eventTime="2024-06-01T10:00:0%dZ" % n) for n in range(2)]
evil[0].update(
    eventName="Name" + EVIL,
    eventSource="source" + EVIL,
    awsRegion="r" + EVIL,
    errorCode="e" + EVIL,
    userAgent=EVIL,
    sourceIPAddress="ip" + EVIL,
    recipientAccountId="a" + EVIL,
    requestParameters={"bucketName": "b" + EVIL, EVIL: EVIL},
)
evil[0]["userIdentity"].update(userName="u" + EVIL, arn="arn:aws:iam::1:user/" + EVIL)
evil[1]["eventID"] = "id" + EVIL
wide = event(rng, eventID="wide", eventTime="2024-06-01T10:00:05Z", eventName="東京駅" * 5, errorCode="e\u0301" * 8)
many = [event(rng) for _ in range(300)]
escaped = [json.dumps(record, ensure_ascii=n == 0) for n, record in enumerate(evil)]
bytes_of_evil = "\n".join([*escaped, json.dumps(evil[0] | {"eventID": "evil-raw"}, ensure_ascii=False)]).encode()
folder = "in\x1b[31m\u202e\u009b"
t.write(
    folder + "/a.json",
    bytes_of_evil
    + b"\n"
    + line(wide).encode()
    + b"\n"
    + "\n".join(map(line, many)).encode()
    + b"\nnot json \x1b[31m\xff\xc2\x9b\xe2\x80\xae\n",
)
environment = {**t.environment, "TRAILKEEPER_STORE": store, "TERM": "xterm"}
environment.pop("PAGER", None)
environment.pop("LESS", None)


def terminal(*arguments, env=None, **size):
    return run_in_terminal([t.binary, *arguments], {**environment, **(env or {})}, **size)


def acting(data, allowed="\n"):
    """What in some output acts on a terminal."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return str(error)
    text = text.replace("\x1b[1m", "").replace("\x1b[0m", "")
    return sorted({hex(ord(c)) for c in text if c in ACTS and c not in allowed})


def cells(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def lines_of(shown):
    return shown.decode().replace("\x1b[1m", "").replace("\x1b[0m", "").split("\n")


# Nothing acts: every command that prints what came from outside, in every format, on a terminal and, but for csv and raw, in a pipe.
done = t.run("replay", t.path(folder), t.path("missing\x1b[2J\u202e"), store=store)
t.equal("replay: exit code", done.returncode, 1)
t.equal("replay's errors don't act", acting(done.stderr), [])
commands = [
    ("events", "--limit", "9"),
    ("events", "--limit", "9", "--fields", "name,requestParameters,requestParameters.bucketName,userAgent"),
    ("show", "evil-0", "evil-raw", "id" + EVIL),
    ("show", "nothing" + EVIL),
    ("rejects",),
    ("stats",),
    ("count", "--by", "name,source,ip"),
    ("count", "--by", "requestParameters"),
    ("count", "--by", EVIL),
    ("events", "--ip", EVIL + "/1"),
    ("events", "--since", EVIL),
    (EVIL,),
    ("events", "--" + EVIL),
    ("events", "--store", EVIL),
    ("replay", EVIL),
    ("findings", "--limit", "3"),
    ("journal",),
    ("hold", "list"),
    ("evaluate", EVIL),
    ("credits", "statement", EVIL, "--month", EVIL),
    ("explain", EVIL),
    ("policies", "load", EVIL),
    ("retain", "--keep", EVIL),
    ("backup", "/dev/null/" + EVIL),
    ("tail", "--url", EVIL),
    ("token", "revoke", EVIL),
]
hold = t.run("hold", "add", "case" + EVIL, "--user", EVIL, store=store)
t.equal("hold add", hold.returncode, 0)
for command in commands:
    for output in ("table", "json", "ndjson", "csv", "raw"):
        what = "%r -o %s" % (command[0:2], output)
        code, shown, errors = terminal(*command, "--no-pager", "-o", output, columns=200)
        t.equal("on a terminal: " + what, acting(shown), [])
        t.equal("on a terminal, errors: " + what, acting(errors), [])
        t.check("a known exit code: " + what, code in (0, 1, 2, 3), code)
        done = t.run(*command, "-o", output, store=store)
        t.equal("errors: " + what, acting(done.stderr), [])
        if output not in ("csv", "raw"):
            t.equal("in a pipe: " + what, acting(done.stdout), [])

# For programs the values are what they were, and raw bytes are the bytes.
for output in ("json", "ndjson"):
    shown = t.run("show", "evil-raw", "-o", output, store=store).stdout
    t.equal("the value is unchanged in " + output, json.loads(shown), evil[0] | {"eventID": "evil-raw"})
t.equal(
    "json of events",
    json.loads(t.run("events", "--event-id", "evil-raw", "-o", "json", store=store).stdout),
    [evil[0] | {"eventID": "evil-raw"}],
)
t.equal(
    "raw is raw in a pipe",
    t.run("show", "evil-raw", "-o", "raw", store=store).stdout,
    bytes_of_evil.split(b"\n")[2] + b"\n",
)
t.check(
    "rejects' raw bytes in a pipe",
    b"not json \x1b[31m\xff\xc2\x9b\xe2\x80\xae" in t.run("rejects", "-o", "raw", store=store).stdout,
)

# Tables fit.
default = ("events", "--no-pager", "--limit", "40")
for columns in (60, 80, 100, 132, 160, 200, 240):
    _, shown, _ = terminal(*default, columns=columns)
    rows = lines_of(shown)
    widest = max(map(cells, rows))
    whole = [row for row in rows if cells(row) > columns and "u202e" not in row and "T10" not in row]
    t.equal("%d columns: no line is wider, but for IDs" % columns, whole, [])
    t.equal(
        "%d columns: records where columns would be too narrow" % columns,
        rows[0].startswith("TIME ") and "NAME" not in rows[0],
        columns < 160,
    )
    for record in many[:1]:
        t.check("%d columns: IDs are whole" % columns, any(i["eventID"] in "\n".join(rows) for i in many))
_, shown, _ = terminal("events", "--no-pager", "--fields", "time,userIdentity.arn,requestParameters", columns=60)
rows = lines_of(shown)
t.check(
    "long values are cut with an ellipsis",
    rows[0].startswith("TIME") and "USERIDENTITY.ARN" in rows[0] and sum("…" in row for row in rows) > 100,
    rows[:5],
)
t.equal("no line is wider than 60", [row for row in rows if cells(row) > 60], [])
_, shown, _ = terminal(
    "events", "--no-pager", "--wide", "--fields", "time,userIdentity.arn,requestParameters", columns=60
)
t.check("--wide cuts nothing", "…" not in shown.decode() and any(cells(row) > 60 for row in lines_of(shown)))
t.check(
    "a pipe gets whole values",
    "…" not in t.run("events", "--fields", "time,userIdentity.arn,requestParameters", store=store).stdout.decode(),
)
_, shown, _ = terminal("events", "--no-pager", "--event-id", "wide", "--fields", "name,error,region,time", columns=200)
rows = lines_of(shown)
starts = [cells(rows[1][: rows[1].index(text)]) for text in (wide["errorCode"], wide["awsRegion"])]
t.equal(
    "East Asian and combining characters keep columns aligned",
    starts,
    [rows[0].index("ERROR"), rows[0].index("REGION")],
)
_, shown, _ = terminal("events", "--no-pager", "--event-id", "wide", "--fields", "name,time", columns=40)
t.equal("a wide character isn't halved", [row for row in lines_of(shown) if cells(row) > 40], [])
t.check("a wide character isn't halved: cut", "東京駅東京駅東京…   2024" in shown.decode(), shown.decode())
code, shown, _ = terminal("count", "--by", "principal", "--no-pager", columns=30)
t.check("numbers are never cut", all(row.split()[-1].isdigit() for row in lines_of(shown)[1:-1]), shown)
code, shown, _ = terminal("count", "--by", "name", "--no-pager", columns=1)
t.equal("one column: exit code", code, 0)


# Help and sentences fit, too; nothing is lost, commands stay commands, and a pipe gets what it always did.
def helps(*command):
    yield command
    listed = False
    for row in t.run(*command, "--help").stdout.decode().split("\n"):
        if not row.startswith("  "):
            listed = row == "Subcommands:"
        elif listed and row[2] != " ":
            yield from helps(*command, row.split()[0])


def too_wide(shown, columns):
    """Lines that are too wide, though there is a blank where they could be broken."""
    return [
        row
        for row in lines_of(shown)
        if cells(row.removesuffix(" \\")) > columns and " " in row.strip().removesuffix(" \\")
    ]


def words(text):
    return text.decode().replace(" \\\n", " ").split()


commands = list(helps())
t.check("commands have help", len(commands) > 40, len(commands))
for command in commands:
    plain = t.run(*command, "--help").stdout
    for columns in (80, 50):
        code, shown, _ = terminal(*command, "--help", columns=columns)
        what = "%s --help, %d columns" % (" ".join(command), columns)
        t.equal(what, (code, too_wide(shown, columns), words(shown)), (0, [], words(plain)))
    t.equal(" ".join(command) + " --help on a wide terminal", terminal(*command, "--help", columns=400)[1], plain)
_, shown, _ = terminal("serve", "--help", columns=80)
rows = lines_of(shown)
start = next(n for n, row in enumerate(rows) if row.startswith("  trailkeeper serve --http 8417"))
t.check(
    "a long example is one command in two lines",
    rows[start].endswith(" \\") and rows[start + 1].startswith("      --"),
    rows[start : start + 2],
)
allowed = {
    "UserDetailList": [],
    "GroupDetailList": [],
    "RoleDetailList": [
        {
            "RoleName": "r",
            "RoleId": "AROAROLE",
            "Arn": "arn:aws:iam::111122223333:role/r",
            "Path": "/",
            "AssumeRolePolicyDocument": {"Statement": []},
            "RolePolicyList": [],
            "AttachedManagedPolicies": [],
        }
    ],
    "Policies": [],
}
judged = t.path("judged")
role = {
    "type": "AssumedRole",
    "principalId": "AROAROLE:s",
    "arn": "arn:aws:sts::111122223333:assumed-role/r/s",
    "accountId": "111122223333",
    "sessionContext": {
        "sessionIssuer": {
            "type": "Role",
            "principalId": "AROAROLE",
            "arn": "arn:aws:iam::111122223333:role/r",
            "accountId": "111122223333",
        }
    },
}
t.run("policies", "load", "--at", "2024-01-01", t.write("iam.json", json.dumps(allowed)), store=judged)
t.run(
    "replay",
    t.write(
        "judged.json",
        line(
            event(
                rng,
                eventID="judged",
                userIdentity=role,
                eventSource="s3.amazonaws.com",
                eventName="ListBuckets",
                errorCode=None,
            )
        ),
    ),
    store=judged,
)
code, shown, _ = terminal("explain", "judged", env={"TRAILKEEPER_STORE": judged}, columns=80)
rows = lines_of(shown)
t.equal(
    "explain",
    (code, too_wide(shown, 80), words(shown)),
    (0, [], words(t.run("explain", "judged", store=judged).stdout)),
)
t.check("explain: what is broken stands behind its label", any(row.startswith(" " * 12) for row in rows), rows)
code, shown, _ = terminal("explain", "judged", "--wide", env={"TRAILKEEPER_STORE": judged}, columns=80)
t.equal("explain --wide", shown, t.run("explain", "judged", store=judged).stdout)
for command in (
    ("credits", "summary"),
    ("investigate", "user1"),
    ("compact",),
    ("verify",),
    ("least-privilege", "user1"),
    ("findings",),
):
    _, shown, _ = terminal(*command, columns=40)
    notes = [row for row in lines_of(shown) if row[:1].islower() or row.startswith("Total")]
    t.equal(" ".join(command) + ": its sentences", too_wide("\n".join(notes).encode(), 40), [])

# Colour.
_, shown, _ = terminal("events", "--no-pager", "--limit", "1")
t.check("headers are bold on a terminal", b"\x1b[1m" in shown)
_, shown, _ = terminal("events", "--no-pager", "--limit", "1", env={"NO_COLOR": "1"})
t.check("NO_COLOR", b"\x1b" not in shown, shown)
t.check("no colour in a pipe", b"\x1b" not in t.run("events", "--limit", "1", store=store).stdout)

# The pager.
mark = t.path("paged")
pager = "printf %%s \"$LESS\" > '%s'; cat > '%s.text'" % (mark, mark)


def paged():
    there = os.path.exists(mark)
    text = open(mark).read() if there else None
    if there:
        os.unlink(mark)
    return text


code, shown, errors = terminal("events", env={"PAGER": pager})
t.equal("a long list goes through $PAGER", (code, paged(), shown, errors), (0, "FRX", b"", b""))
t.equal("and nothing of it acts", acting(open(mark + ".text", "rb").read()), [])
terminal("events", env={"PAGER": pager, "LESS": "S"})
t.equal("$LESS is kept", paged(), "S")
code, shown, _ = terminal("events", "--no-pager", env={"PAGER": pager})
t.equal("--no-pager", paged(), None)
t.check("--no-pager: it is all there", shown.count(b"\n") > 300)
terminal("events", "--limit", "2", env={"PAGER": pager}, columns=200, rows=24)
t.equal("a short list needs none", paged(), None)
for none in ("", "cat"):
    code, shown, _ = terminal("events", env={"PAGER": none})
    t.check("PAGER=%r is none" % none, code == 0 and shown.count(b"\n") > 300)
t.run("events", store=store, env={"PAGER": pager})
t.equal("no pager in a pipe", paged(), None)
code, shown, errors = terminal("events", "-o", "ndjson", env={"PAGER": "head -n 1"})
t.equal("who leaves the pager early makes no error", (code, errors, shown.count(b"\n")), (0, b"", 1))
code, _, errors = terminal("events", env={"PAGER": "no-such-pager-here 2> /dev/null"})
t.check("a pager that can't be run is an error", code == 3 and b"--no-pager" in errors, (code, errors))
if subprocess.run(["which", "less"], capture_output=True).returncode == 0:
    code, shown, errors = terminal("events", keys=b"q")
    t.equal("less: q ends it", (code, errors), (0, b""))
done = subprocess.run(
    "'%s' events -o ndjson --store '%s' | head -n 1; echo ${PIPESTATUS[0]}" % (t.binary, store),
    shell=True,
    executable="/bin/bash",
    capture_output=True,
)
t.equal("a reader that ends early makes no error", (done.stderr, done.stdout.split(b"\n")[-2]), (b"", b"0"))

t.finish()
