#!/usr/bin/env python3
"""trailkeeper investigate: one page about somebody, for people and for programs; an answer says what it looked at."""
import json

from harness import Harness

t = Harness()
store = t.path("store")
KEY, SESSION_KEY = "AKIAIOSFODNN7EXAMPLE", "ASIAEXAMPLESESSION01"
SESSION = "arn:aws:sts::111122223333:assumed-role/Deploy/build-7"


def record(number, time, source, name, identity, **more):
    return {
        "eventVersion": "1.09",
        "eventID": "00000000-0000-4000-8000-%012d" % number,
        "eventTime": time,
        "eventName": name,
        "eventSource": source + ".amazonaws.com",
        "awsRegion": "eu-west-1",
        "recipientAccountId": "111122223333",
        "userIdentity": identity,
        **more,
    }


anna = {"type": "IAMUser", "userName": "anna", "arn": "arn:aws:iam::111122223333:user/anna", "accessKeyId": KEY}
session = {"type": "AssumedRole", "arn": SESSION, "accessKeyId": SESSION_KEY}
events = [
    record(1, "2024-05-01T10:00:00Z", "s3", "GetObject", anna, readOnly=True, sourceIPAddress="203.0.113.7"),
    record(
        2,
        "2024-05-01T10:01:00Z",
        "sts",
        "AssumeRole",
        anna,
        readOnly=True,
        sourceIPAddress="203.0.113.7",
        responseElements={"credentials": {"accessKeyId": SESSION_KEY}, "assumedRoleUser": {"arn": SESSION}},
    ),
    record(
        3,
        "2024-05-01T10:02:00Z",
        "iam",
        "AttachUserPolicy",
        session,
        readOnly=False,
        sourceIPAddress="203.0.113.7",
        requestParameters={"userName": "anna", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
    ),
    record(
        4,
        "2024-05-03T10:00:00Z",
        "ec2",
        "RunInstances",
        anna,
        readOnly=False,
        errorCode="Client.UnauthorizedOperation",
        sourceIPAddress="192.0.2.1\x1b[31m",
    ),
]
t.equal("replay", t.run("replay", t.write("trail.json", json.dumps({"Records": events})), store=store).returncode, 0)

found = json.loads(t.run("investigate", "anna", "--output", "json", store=store).stdout)
t.equal("kind", found["kind"], "principal")
t.equal("seen", (found["events"], found["first"], found["last"]), (3, "2024-05-01T10:00:00Z", "2024-05-03T10:00:00Z"))
t.equal("looked at", found["store"]["events"], 4)
t.equal(
    "refused",
    [(call["eventName"], call["errorCode"], call["new"]) for call in found["refused"]],
    [("RunInstances", "Client.UnauthorizedOperation", True)],
)
t.equal("read", sorted(call["eventName"] for call in found["read"]), ["AssumeRole", "GetObject"])
t.equal(
    "led to",
    [(link["direction"], link["identity"], link["used"]["events"]) for link in found["credentials"]],
    [("to", SESSION, 1)],
)

back = json.loads(t.run("investigate", SESSION_KEY, "--output", "json", store=store).stdout)
t.equal(
    "came from",
    [(link["direction"], link["caller"], link["callerAccessKey"]) for link in back["credentials"]],
    [("from", anna["arn"], KEY)],
)
t.equal(
    "changed",
    [(change["eventName"], change["target"]) for change in back["grantChanges"]],
    [("AttachUserPolicy", "userName=anna policyArn=arn:aws:iam::aws:policy/AdministratorAccess")],
)

page = t.run("investigate", KEY, store=store)
t.equal("a page", page.returncode, 0)
text = page.stdout.decode()
for words in (
    KEY + " (access-key)",
    "3 events, first 2024-05-01T10:00:00Z, last 2024-05-03T10:00:00Z",
    "looked at: 4 events from",
    "Was refused",
    "Credentials led to",
    SESSION,
):
    t.check("the page has %r" % words, words in text, text)
t.check("nothing acts on the terminal", "\x1b" not in text, repr(text))

nobody = t.run("investigate", "AKIANOBODYNOBODY0000", store=store)
t.equal("nobody: exit code", nobody.returncode, 1)
t.check(
    "nobody: says what was looked at",
    b"no events" in nobody.stdout and b"looked at: 4 events" in nobody.stdout,
    nobody.stdout,
)
t.equal(
    "a range", json.loads(t.run("investigate", "203.0.113.0/24", "--output", "ndjson", store=store).stdout)["events"], 3
)
t.equal(
    "--as",
    json.loads(t.run("investigate", "anna", "--as", "resource", "--output", "json", store=store).stdout)["kind"],
    "resource",
)
t.equal("csv is refused", t.run("investigate", "anna", "--output", "csv", store=store).returncode, 2)
t.equal("a wrong time is refused", t.run("investigate", "anna", "--since", "soon", store=store).returncode, 2)
t.finish()
