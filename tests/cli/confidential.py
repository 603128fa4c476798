#!/usr/bin/env python3
"""No Org ID leaves a store: planted wherever one may stand, in no output of any command or route, and no filter tells of it (R20, R56)."""
import hashlib
import json
import os
import re
import subprocess
import urllib.parse
import uuid

from harness import Harness, line
from server import Server

t = Harness()
store = t.path("store")
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
ACCOUNT, OTHER = "111122223333", "444455556666"
# Each made known in another way; the last only where it is named, in a record that is no event.
ORGS = {
    way: "0Xy%sQq" % (71 + number)
    for number, way in enumerate(
        [
            "offer",
            "form",
            "configured",
            "array",
            "object",
            "key",
            "organization",
            "text-json",
            "escaped",
            "affiliation",
            "refused",
            "configured-text",
            "configured-deep",
            "text-0",
            "text-1",
            "text-2",
            "text-3",
            "text-key",
            "pair",
            "encoded-twice",
        ]
    )
}
ORGS["phrase"] = "acme-7731/eu west"
ORGS["number"] = "99887766"
REJECTED = "0Xy99Rr"
CODE = "PROMOSECRET7"
SECRETS = list(ORGS.values()) + [REJECTED, CODE]
events = []


def event(name, source="activate.amazonaws.com", **more):
    made = {
        "eventVersion": "1.08",
        "userIdentity": {
            "type": "IAMUser",
            "arn": "arn:aws:iam::%s:user/anna" % ACCOUNT,
            "userName": "anna",
            "accountId": ACCOUNT,
            "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
            "principalId": "AIDAANNA",
        },
        "eventTime": "2024-02-%02dT10:00:%02dZ" % (1 + len(events) // 50, len(events) % 50),
        "eventSource": source,
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "203.0.113.7",
        "userAgent": "aws-cli/2.1",
        "eventID": str(uuid.UUID(int=len(events) + 1)),
        "eventType": "AwsApiCall",
        "recipientAccountId": ACCOUNT,
        "readOnly": False,
        "requestParameters": None,
        "responseElements": None,
    }
    made.update(more)
    events.append(made)
    return made


def session(name):
    return {
        "type": "AssumedRole",
        "arn": "arn:aws:sts::%s:assumed-role/Deploy/%s" % (OTHER, name),
        "principalId": "AROADEPLOY:" + name,
        "accountId": OTHER,
        "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "arn": "arn:aws:iam::%s:role/Deploy" % OTHER,
                "userName": "Deploy",
                "principalId": "AROADEPLOY",
            }
        },
    }


# Events of other services and accounts, that came before anything was known.
for org in ORGS.values():
    event(
        "PutObject",
        "s3.amazonaws.com",
        userIdentity=session(org),
        userAgent="loader/1.0 (%s)" % org,
        recipientAccountId=OTHER,
        requestParameters={
            "bucketName": org,
            "key": "in/%s/x.csv" % org,
            org: {"k": [org]},
            "nested": json.dumps({"a": json.dumps({"b": org})}),
        },
        resources=[{"ARN": "arn:aws:s3:::%s" % org, "accountId": OTHER}],
        errorCode="AccessDenied",
        errorMessage="no access for " + org,
        additionalEventData={"url": "https://x.example/?a=%s&b=1" % org.replace("/", "%2F").replace(" ", "%20")},
        requestID=org,
    )
    event(
        "CreateRole",
        "iam.amazonaws.com",
        userIdentity={
            "type": "IAMUser",
            "arn": "arn:aws:iam::%s:user/%s" % (OTHER, org),
            "userName": org,
            "accountId": OTHER,
            "principalId": "AIDA:" + org,
        },
        recipientAccountId=OTHER,
        requestParameters={"roleName": org, "tags": [{"key": org, "value": org}]},
    )
    event(
        "AssumeRole",
        "sts.amazonaws.com",
        requestParameters={"roleArn": "arn:aws:iam::%s:role/Deploy" % OTHER, "roleSessionName": org, "externalId": org},
        responseElements={
            "credentials": {"accessKeyId": "ASIAIOSFODNN7EXAMPLE"},
            "assumedRoleUser": {"arn": "arn:aws:sts::%s:assumed-role/Deploy/%s" % (OTHER, org)},
        },
    )
# What only AWS writes, until somebody else posts events.
for org in ORGS.values():
    event(
        "GetObject",
        "s3.amazonaws.com",
        eventVersion=org,
        apiVersion=org,
        eventType=org,
        eventCategory=org,
        sharedEventID=org,
        vpcEndpointId=org,
        userIdentity={"type": org, "accountId": OTHER, "sessionContext": {"sessionIssuer": {"type": org}}},
        recipientAccountId=OTHER,
        **{org + "!": {org: 1}},
        resources=[{"type": org, "accountId": OTHER}, {"ARN": "arn:aws:s3:::b", "type": "AWS::%s::Bucket" % org}],
        tlsDetails={"tlsVersion": org},
        requestParameters={
            "key": "in/%%%02X%s" % (ord(org[0]), org[1:]),
            "url": "a=%s%%25%02x&c" % (org[:-1], ord(org[-1])),
        }
    )
event(
    "GetObject",
    "s3.amazonaws.com",
    userAgent="x A3POPC=" + CODE,
    requestParameters={"bucketName": "b", "url": "https://x/?A3POPC=%s&c=d" % CODE},
)
event(
    "CreateForm",
    requestParameters={"applicationId": "app-1", "orgId": ORGS["form"], "email": "a@x.example"},
    userAgent=ORGS["form"],
    userIdentity=session(ORGS["form"]),
    errorMessage="orgId=%s is right" % ORGS["form"],
)
event(
    "CreateForm",
    requestParameters={
        "applicationId": "app-2",
        "form": {"partner": ORGS["configured"]},
        "email": ORGS["configured"] + "@x.example",
    },
)
event("CreateForm", requestParameters={"applicationId": "app-3", "orgIds": [ORGS["array"]]})
event("CreateForm", requestParameters={"applicationId": "app-4", "org_id": {"value": ORGS["object"]}})
event("CreateForm", requestParameters={"applicationId": "app-5", "orgIds": {ORGS["key"]: {"amount": 25000}}})
event("CreateForm", requestParameters={"applicationId": "app-6", "organizationId": ORGS["organization"]})
event(
    "CreateForm",
    requestParameters={"applicationId": "app-7", "body": json.dumps({"m": json.dumps({"OrgID": ORGS["text-json"]})})},
)
event("CreateForm", requestParameters={"applicationId": "app-8", "orgId": "ESCAPED"})
event(
    "CreateForm",
    requestParameters={"applicationId": "app-9", "orgId": ORGS["refused"]},
    errorCode="ValidationException",
)
event("CreateForm", requestParameters={"applicationId": "app-10", "orgId": ORGS["phrase"]})
event("CreateForm", requestParameters={"applicationId": "app-11", "orgId": int(ORGS["number"])})
event(
    "CreateForm",
    requestParameters={"applicationId": "app-12", "form": json.dumps({"partner": ORGS["configured-text"]})},
)
event("CreateForm", requestParameters=json.dumps({"form": json.dumps({"partner": [ORGS["configured-deep"]]})}))
# In texts and members of any spelling, also of calls that state no facts; and codes in texts of others' events.
for number, text in enumerate(
    [
        "{orgId=%s, package=Portfolio} is not valid",
        "Value '%s' at 'orgId' failed to satisfy constraint",
        "[ERROR] Org ID %s is not valid",
        "form[orgId]=%s&x=1",
    ]
):
    org = ORGS["text-%d" % number]
    event(
        "CreateForm" if number % 2 else "ListOffers",
        errorCode="ValidationException",
        errorMessage=text % org,
        requestParameters=None,
    )
event("CreateForm", requestParameters={"orgId=%s&x=1" % ORGS["text-key"]: "", "applicationId": "app-13"})
event(
    "CreateForm",
    requestParameters={"fields": [{"fieldName": "orgId", "fieldValue": ORGS["pair"]}], "applicationId": "app-14"},
)
event(
    "CreateForm",
    requestParameters={"applicationId": "app-15", "form": json.dumps(json.dumps({"partner": ORGS["encoded-twice"]}))},
)
event(
    "GetObject",
    "s3.amazonaws.com",
    userAgent="[Mozilla/5.0] ref=https://x/?A3POPC=" + CODE,
    requestParameters={"https://x/?A3POPC=" + CODE: "", "u": "https://x/?promoCode=" + CODE},
)
event("AffiliationConfirmed", serviceEventDetails={"orgId": ORGS["affiliation"], "confirmed": True})
event("OfferRegistered", serviceEventDetails={"orgId": ORGS["offer"], "providerId": "P", "amount": 25000})
event(
    "ApplicationDecided",
    serviceEventDetails={"applicationId": "app-1", "decision": "Approved", "amount": "25000", "note": ORGS["offer"]},
)
event(
    "CreditsIssued",
    serviceEventDetails={"applicationId": "app-1", "creditId": ORGS["offer"], "amount": 25000, "termYears": 1},
)
lines = [line(made).replace("ESCAPED", "".join("\\u%04x" % ord(c) for c in ORGS["escaped"])) for made in events]
rejected = [
    line({"requestParameters": {"orgId": REJECTED, "a": "of " + REJECTED}, "userAgent": ORGS["offer"]}),
    '" ' + line({"partner_org_id": REJECTED}),
    '{"broken": "%s", orgId: %s' % (ORGS["form"], REJECTED),
    '"orgId" => "%s"' % REJECTED,
    '<orgId type="a">%s</orgId>' % REJECTED,
    "orgIds: ['a', '%s']" % REJECTED,
    "orgId\t" + REJECTED,
    line({"message": "Org ID\n" + REJECTED}),
]

t.write(
    "settings.json",
    json.dumps({"facts": {"CreateForm": {"orgId": ["requestParameters.orgId", "requestParameters.form.partner"]}}}),
)
half = len(lines) // 2
t.equal("replay", t.run("replay", "-", store=store, stdin="\n".join(lines[:half]).encode()).returncode, 0)
t.equal("settings", t.run("credits", "settings", t.path("settings.json"), store=store).returncode, 0)
done = t.run("replay", "-", "-o", "json", store=store, stdin="\n".join(lines[half:] + rejected).encode())
t.check("rejected", json.loads(done.stdout)["rejected"] >= 2, done.stdout)
t.equal(
    "a table",
    t.run(
        "replay",
        t.write("t.tsv", "time\torgId\tregion\n1\t%s\teu\n2\t%s\teu\n" % (REJECTED, ORGS["form"])),
        store=store,
    ).returncode,
    1,
)
t.equal(
    "a language",
    t.run(
        "replay",
        t.write("t.rb", '{\n  "orgIds" => [\n    [0] "%s",\n    [1] "%s"\n  ]\n}\n' % (ORGS["form"], REJECTED)),
        store=store,
    ).returncode,
    1,
)
# What IAM's events above add to is known.
account = {
    "RoleDetailList": [
        {
            "RoleName": "Deploy",
            "Arn": "arn:aws:iam::%s:role/Deploy" % OTHER,
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
            "RolePolicyList": [
                {
                    "PolicyName": "of " + ORGS["offer"],
                    "PolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [
                            {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::%s/*" % ORGS["form"]}
                        ],
                    },
                }
            ],
        }
    ]
}
loaded = t.run("policies", "load", "--at", "2024-01-01", t.write("account.json", json.dumps(account)), store=store)
t.equal("policies load", (loaded.returncode, loaded.stderr), (0, b""))
ID = events[0]["eventID"]
FORM = next(made["eventID"] for made in events if made["eventName"] == "CreateForm")


def check(what, *texts):
    for text in texts:
        text = text.decode(errors="replace") if isinstance(text, bytes) else text
        text += urllib.parse.unquote(text)
        for secret in SECRETS:
            place = text.find(secret)
            t.check("%s: %s leaves" % (what, secret), place < 0, text[max(0, place - 150) : place + 50])


# A new command has to be planted into, too.
COMMANDS = {
    "replay": None,
    "verify-digest": None,
    "serve": None,
    "tail": None,
    "token": None,
    "compact": None,
    "backup": None,
    "restore": None,
    "merge": None,
    "evaluate": None,
    "events": [
        [],
        [
            "--fields",
            "time,name,user,principal,user-agent,resource,role,errorMessage,requestParameters,userIdentity.arn,requestID",
        ],
    ],
    "show": [[ID, FORM]],
    "sql": [
        [text]
        for text in (
            "SELECT * FROM events",
            "SELECT eventJson FROM events",
            "SELECT * FROM findings",
            "SELECT * FROM rejects",
            "SELECT * FROM journal",
            "SELECT * FROM credits",
            "SELECT * FROM credit_postings",
            "SELECT * FROM credit_charges",
            "SELECT * FROM applications",
            "SELECT * FROM principals",
            "SELECT * FROM policies",
            "SELECT userAgent, count(*) FROM events GROUP BY 1",
            "SELECT map_keys(requestParameters), requestParameters, userIdentity.arn FROM events",
            "SELECT json_extract(eventJson, '$.requestParameters') FROM events",
        )
    ],
    "query": [
        [],
        ["activity-of-principal"],
        ["touched-resource", "--param", "resource=s3"],
        ["identity-lifecycle"],
        ["first-seen-addresses"],
        ["roles-assumed"],
        ["permission-findings"],
        ["administrators"],
        ["journal-of-store"],
    ],
    "count": [
        ["--by", by]
        for by in (
            "user-agent",
            "user",
            "principal",
            "resource",
            "userAgent,user",
            "requestParameters",
            "requestParameters.bucketName",
            "requestParameters.orgId",
            "request-id",
            "errorMessage",
            "userIdentity.arn",
            "resources[].ARN",
        )
    ],
    "rejects": [[]],
    "stats": [[]],
    "journal": [[]],
    "recheck": [[]],
    "findings": [[], ["--verdict", "*"]],
    "explain": [[ID, FORM]],
    "investigate": [
        ["anna"],
        ["Deploy"],
        ["203.0.113.7"],
        ["ASIAIOSFODNN7EXAMPLE"],
        ["arn:aws:iam::%s:role/Deploy" % OTHER],
    ],
    "policies": [["list"], ["show", "Deploy", "--at", "2024-03-01"]],
    "access": [[], ["--at", "2024-03-01"]],
    "least-privilege": [["Deploy", "--at", "2024-03-01"]],
    "verify": [[]],
    "retain": [["--keep", "9999w", "--dry-run"]],
    "hold": [["list"]],
    "credits": [
        [],
        ["applications"],
        ["check"],
        ["notices"],
        ["ledger"],
        ["forecast"],
        ["reconcile"],
        ["settings"],
        ["summary"],
        ["apply", "--account", OTHER, "--amount", "1000", "--org-id", ORGS["offer"]],
    ],
}
help_text = t.run("--help").stdout.decode()
commands = re.findall(r"^  ([a-z][a-z-]+)  ", help_text[re.search(r"(?i)(sub)?commands:", help_text).end() :], re.M)
t.check("commands are found", len(commands) > 15, help_text)
t.equal("commands that nothing is planted into", [name for name in commands if name not in COMMANDS], [])
t.run("hold", "add", "case", "--account", OTHER, store=store)
for name in commands:
    for arguments in COMMANDS.get(name) or []:
        for output in ("table", "json", "ndjson", "csv", "raw"):
            done = t.run(name, *arguments, "-o", output, store=store)
            check(" ".join([name, *arguments, "-o", output]), done.stdout, done.stderr)
done = t.run("events", "-o", "raw", store=store)
t.check("pseudonyms are there", b"org-" in done.stdout and b"promo-" in done.stdout)
for secret in SECRETS:
    where = "rejects" if secret == REJECTED else "events"
    stored = json.dumps(secret)[1:-1]
    found = t.run(where, "-o", "raw", "--reveal", store=store).stdout.decode()
    escaped = secret == ORGS["escaped"]
    t.check("%s is there with --reveal" % secret, stored in found or escaped)

# A filter for an Org ID finds as much as one for a word that no event has.
filters = re.findall(r"--(?!not-)([a-z-]+)(?![A-Za-z-])", t.run("count", "--help").stdout.decode())
asked = [
    name
    for name in dict.fromkeys(filters)
    if name
    not in (
        "by",
        "per",
        "top",
        "distinct",
        "first",
        "last",
        "having",
        "output",
        "store",
        "help",
        "since",
        "until",
        "write-only",
        "read-only",
        "verdict",
        "ip",
        "version",
        "wide",
        "no-pager",
        "quiet",
        "verbose",
        "skip-damaged",
        "not",
        "reveal",
        "max-memory",
        "superseded",
        "where",
    )
]
t.check("filters are found", {"resource", "user", "principal", "user-agent", "request-id", "role"} <= set(asked), asked)


def count(*arguments):
    done = t.run("count", *arguments, "-o", "json", store=store)
    check("count " + " ".join(arguments[:1]), done.stdout)
    return json.loads(done.stdout)[0]["count"] if done.returncode == 0 else done.stderr.decode()


def tries(word):
    return [
        word,
        word[:-1] + "*",
        "*" + word + "*",
        "*" + word[1:] + "*",
        "*/" + word,
        "*" + word[:3] + "?" + word[4:] + "*",
    ]


RANDOM = "Kk42JwUu"
server = Server(t, store, "--http", "0")


def served(name, text):
    """The same over HTTP; a process for each try takes minutes with a sanitizer."""
    status, _, body = server.request("GET", "/v1/count?" + urllib.parse.urlencode({name: text}))
    return body[0]["count"] if status == 200 else json.dumps(body).replace(text, "text")


for name in asked:
    expected = [served(name, text) for text in tries(RANDOM)]
    for org in (ORGS["offer"], ORGS["phrase"]):
        t.equal("%s=%s tells of it" % (name, org), [served(name, text) for text in tries(org)], expected)
        t.equal("--%s %s tells of it" % (name, org), count("--" + name, org), expected[0])
    t.equal("--not-%s tells of it" % name, served("not-" + name, ORGS["form"]), served("not-" + name, RANDOM))
# Conditions on any path, also on one that has it as a key.
for condition in (
    "userAgent=%s",
    "userAgent=*%s*",
    "userAgent!=%s",
    "requestParameters=*%s*",
    "requestParameters~%s",
    "responseElements~x?%s",
    "resources[].ARN=*%s*",
    "requestParameters.%s?",
    "requestParameters.%s!?",
    "requestParameters.orgId=%s",
    "requestParameters.orgId!=%s",
    "userIdentity.arn~%s$",
    "errorMessage=*%s*",
):
    for sign in ("", "not-"):
        for org in ORGS.values():
            t.equal(
                "%swhere=%s tells of %s" % (sign, condition, org),
                served(sign + "where", condition % org),
                served(sign + "where", condition % RANDOM),
            )
server.stop()
t.equal(
    "--by verdict tells nothing of it",
    *[
        json.loads(t.run("count", "--by", "verdict", "--user-agent", word + "*", "-o", "json", store=store).stdout)
        for word in (ORGS["offer"], RANDOM)
    ]
)
for path in ("userIdentity.%s", "%s", "requestParameters.%s"):
    known, unknown = (
        t.run("count", "--by", path % word, "-o", "json", store=store) for word in (ORGS["offer"], RANDOM)
    )
    t.equal(
        "--by " + path,
        (known.returncode, known.stderr.decode().replace(ORGS["offer"], "x")),
        (unknown.returncode, unknown.stderr.decode().replace(RANDOM, "x")),
    )
for arguments in (["policies", "show"], ["access"], ["least-privilege"], ["investigate"]):
    known, unknown = (t.run(*arguments, word, "-o", "json", store=store) for word in (ORGS["offer"], RANDOM))
    same = [re.sub(r"[0-9T:.-]+Z", "now", (done.stdout + done.stderr).decode()) for done in (known, unknown)]
    t.equal(
        " ".join(arguments) + " ORG",
        (known.returncode, same[0].replace(ORGS["offer"], RANDOM)),
        (unknown.returncode, same[1]),
    )
revealed = json.loads(
    t.run("events", "--reveal", "--user-agent", "*%s*" % ORGS["offer"], "-o", "json", store=store).stdout
)
t.equal("with --reveal, filters compare what is stored", len(revealed), 1)
pseudonym = json.loads(
    t.run("count", "--by", "user-agent", "--user-agent", "loader*", "-o", "json", store=store).stdout
)
t.equal("pseudonyms are told apart", len({row["user-agent"] for row in pseudonym}), len(ORGS))
t.equal("a pseudonym finds its events", count("--user-agent", pseudonym[0]["user-agent"]), 1)

# Every route that answers with what is stored.
REQUESTS = {
    "/v1/events": [
        "/v1/events",
        "/v1/events?fields=user,user-agent,resource,requestParameters,role",
        "/v1/events?user-agent=*" + ORGS["offer"] + "*",
    ],
    "/v1/events/**": ["/v1/events/" + ID, "/v1/events/" + FORM],
    "/v1/count": [
        "/v1/count?by=" + by
        for by in ("user-agent", "user", "resource", "errorMessage", "requestParameters.bucketName")
    ]
    + ["/v1/count?distinct=user-agent&by=requestParameters&first=true"]
    + ["/v1/count?resource=" + ORGS["offer"], "/v1/count?user-agent=*" + ORGS["form"]],
    "/v1/sql": [
        "/v1/sql?" + urllib.parse.urlencode({"query": text, "output": output})
        for text in (
            "SELECT * FROM events",
            "SELECT eventJson FROM events",
            "SELECT * FROM applications",
            "SELECT userAgent, count(*) FROM events GROUP BY 1",
        )
        for output in ("json", "ndjson", "csv")
    ],
    "/": [],
    "/metrics": ["/metrics"],
    "/healthz": ["/healthz"],
    "/readyz": ["/readyz"],
    "/v1/tail": [],
}
table = open(os.path.join(SOURCE, "serve", "route_table.cpp")).read()
routes = re.findall(r'\{Handler::(\w+), "([A-Z ]*)", "([^"]*)"', table)
t.check("routes are found", len(routes) > 10)
# What only takes events in answers with their IDs at most.
takes_in = (
    "post_credits",
    "put_audit_events",
    "post_events",
    "collector",
    "firehose",
    "bulk",
    "elasticsearch_probe",
    "nothing",
)
t.equal(
    "routes that nothing is asked of",
    [path for handler, _, path in routes if handler not in takes_in and path not in REQUESTS],
    [],
)
server = Server(t, store, "--http", "0")
tail = subprocess.Popen(
    [t.binary, "tail", "--url", "http://127.0.0.1:%d" % server.port(), "-o", "ndjson"],
    stdout=subprocess.PIPE,
    stderr=subprocess.DEVNULL,
    env=t.environment,
)
for requests in REQUESTS.values():
    for path in requests:
        status, headers, body = server.request("GET", path)
        t.check("GET " + path, status == 200, body)
        # The request's own words may come back in what is wrong with it, and nowhere else.
        check("GET " + path, json.dumps(body) if not isinstance(body, str) else body, str(headers))
for name in ("ResourceName", "Username", "EventSource"):
    for word, expected in ((ORGS["offer"], 0), ("activate.amazonaws.com", None)):
        asked_for = {"LookupAttributes": [{"AttributeKey": name, "AttributeValue": word}]}
        _, headers, body = server.request(
            "POST",
            "/",
            json.dumps(asked_for),
            {
                "X-Amz-Target": "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents",
                "Content-Type": "application/x-amz-json-1.1",
            },
        )
        check("LookupEvents", json.dumps(body))
        if expected is not None and "Events" in body:
            t.equal("LookupEvents by " + name, len(body["Events"]), expected)
LATE = "0Xy55Late"
SECRETS.append(LATE)
t.equal(
    "post",
    server.post(
        "/v1/events",
        line(event("PutObject", "s3.amazonaws.com", userAgent=LATE, requestParameters={"bucketName": ORGS["offer"]})),
    )[0],
    200,
)
t.equal(
    "post",
    server.post(
        "/v1/events",
        line(event("OfferRegistered", serviceEventDetails={"orgId": LATE, "providerId": "P", "amount": 1})),
    )[0],
    200,
)
t.equal(
    "post", server.post("/v1/events", line(event("PutObject", "s3.amazonaws.com", userAgent="late " + LATE)))[0], 200
)
check("known since a moment", json.dumps(server.request("GET", "/v1/count?by=user-agent")[2]))
t.equal("known since a moment: no oracle", server.request("GET", "/v1/count?user-agent=" + LATE)[2], [{"count": 0}])
server.stop()
try:
    followed = tail.communicate(timeout=10)[0]
except subprocess.TimeoutExpired:
    tail.terminate()
    followed = tail.communicate()[0]
check(
    "tail",
    *[
        text
        for text in followed.decode().splitlines()
        if LATE not in text or "OfferRegistered" in text or "late " in text
    ]
)
check("the server's log", server.log())

# What was known stays known when the events that said so are gone.
t.equal("retain", t.run("retain", "--keep", "1d", "--account", ACCOUNT, store=store).returncode, 0)
done = t.run("events", "-o", "raw", store=store)
t.check("others' events stay", b"loader/1.0" in done.stdout)
check("after retention", done.stdout)

# An eventID is never masked, and nobody hides what AWS has a term for.
ids = t.path("ids")
known = [
    event("CreateForm", requestParameters={"applicationId": "app-%s" % number, "orgId": org})
    for number, org in enumerate(["0Xy12Id", "Root", "AwsApiCall", "Management", "1.08", "AWS::S3::Bucket"])
]
named = event(
    "ListUsers",
    "iam.amazonaws.com",
    eventID="0Xy12Id",
    eventCategory="Management",
    userAgent="0Xy12Id",
    userIdentity={"type": "Root", "accountId": ACCOUNT, "arn": "arn:aws:iam::%s:root" % ACCOUNT},
    resources=[{"type": "AWS::S3::Bucket"}],
)
t.equal("replay", t.run("replay", "-", store=ids, stdin="\n".join(map(line, known + [named])).encode()).returncode, 0)
t.equal("explain", json.loads(t.run("explain", "0Xy12Id", "-o", "json", store=ids).stdout)["eventID"], "0Xy12Id")
t.check("explain as text", re.search(rb"event +0Xy12Id\n", t.run("explain", "0Xy12Id", store=ids).stdout))
t.equal(
    "events",
    json.loads(
        t.run(
            "events",
            "--event-id",
            "0Xy12Id",
            "--fields",
            "eventID,event-id,user-agent,identity,type",
            "-o",
            "json",
            store=ids,
        ).stdout
    ),
    [
        {
            "eventID": "0Xy12Id",
            "event-id": "0Xy12Id",
            "user-agent": json.loads(
                t.run("count", "--by", "user-agent", "--user-agent", "org-*", "-o", "json", store=ids).stdout
            )[0]["user-agent"],
            "identity": "Root",
            "type": "AwsApiCall",
        }
    ],
)
shown = json.loads(t.run("show", "0Xy12Id", "-o", "json", store=ids).stdout)
t.equal(
    "terms stay",
    [shown[name] for name in ("eventID", "eventVersion", "eventType", "eventCategory", "userIdentity", "resources")],
    [named[name] for name in ("eventID", "eventVersion", "eventType", "eventCategory", "userIdentity", "resources")],
)
for filters in (
    ["--identity", "Root"],
    ["--user", "root"],
    ["--type", "AwsApiCall", "--name", "ListUsers"],
    ["--category", "Management"],
    ["--resource-type", "AWS::S3::Bucket"],
):
    t.equal(" ".join(filters), json.loads(t.run("count", *filters, "-o", "json", store=ids).stdout), [{"count": 1}])

# Nor can anybody hide the program's own words, times and amounts, nor a policy's, by writing them into a form.
words = t.path("words")
OWN = ["2024", "not-granted", "Allow", "Effect", "Statement", "Version", "2012-10-17", "unknown", "5000.00", "high"]
forms = [
    event("CreateForm", requestParameters={"applicationId": "app-%d" % number, "orgId": org})
    for number, org in enumerate(OWN)
]
forms += [
    event("CreditsIssued", serviceEventDetails={"creditId": "700001", "amount": 5000, "termYears": 1}),
    event(
        "GetObject",
        "s3.amazonaws.com",
        eventID="words-1",
        requestParameters={"bucketName": "acme-labs-1", "key": "a/2024/b"},
    ),
    event("CreateForm", requestParameters={"applicationId": "app-x", "orgId": "acme-labs-1"}),
]
name = t.write("trail-acme-labs-1.ndjson", "\n".join(map(line, forms)) + "\nno event 7\n")
t.equal("replay", t.run("replay", name, store=words).returncode, 1)
t.write(
    "words.json",
    json.dumps(
        {
            **account,
            "UserDetailList": [
                {"UserName": "anna", "Arn": "arn:aws:iam::%s:user/anna" % ACCOUNT, "UserPolicyList": []}
            ],
            "RoleDetailList": [],
        }
    ),
)
t.equal("policies", t.run("policies", "load", t.path("words.json"), "--at", "2020-01-01", store=words).returncode, 0)
time_of = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z$")
for arguments, column in (
    (["findings"], "time"),
    (["credits", "ledger"], "time"),
    (["credits", "applications"], "time"),
    (["rejects"], "arrival"),
    (["events"], "eventTime"),
):
    found = json.loads(t.run(*arguments, "-o", "json", store=words).stdout)
    t.check("%s has rows" % arguments, found)
    t.equal("%s: times stay" % arguments, [row[column] for row in found if not time_of.match(row[column])], [])
t.check(
    "a verdict stays",
    json.loads(t.run("explain", "words-1", "-o", "json", store=words).stdout)["verdict"] in ("not-granted", "unknown"),
)
t.check(
    "verdicts stay",
    {row["verdict"] for row in json.loads(t.run("findings", "-o", "json", store=words).stdout)}
    <= {"not-granted", "unknown"},
)
t.check(
    "an amount stays",
    json.loads(t.run("credits", "--at", "2024-05-01", "-o", "json", store=words).stdout)[0]["amount"].startswith(
        "5000"
    ),
)
policy = json.loads(t.run("least-privilege", "anna", "-o", "json", store=words).stdout)["policy"]
t.equal(
    "a policy is one",
    (policy["Version"], {statement["Effect"] for statement in policy["Statement"]}),
    ("2012-10-17", {"Allow"}),
)
rejected = json.loads(t.run("rejects", "-o", "json", store=words).stdout)
t.check(
    "a source is masked", "acme-labs-1" not in rejected[0]["source"] and "trail-org-" in rejected[0]["source"], rejected
)
revealed = json.loads(t.run("rejects", "--reveal", "-o", "json", store=words).stdout)
t.check(
    "a hash is the store's own, unless revealed",
    len(rejected[0]["hash"]) == 32 and rejected[0]["hash"] != revealed[0]["hash"],
    (rejected, revealed),
)
# What has no eventID is named by the store: a plain hash would tell whether a guess of the Org ID is right.
unnamed = {
    "eventVersion": "1.08",
    "userIdentity": {"type": "Root", "accountId": ACCOUNT},
    "eventTime": "2024-02-01T10:00:00Z",
    "eventSource": "activate.amazonaws.com",
    "eventName": "CreateForm",
    "awsRegion": "us-east-1",
    "eventType": "AwsApiCall",
    "recipientAccountId": ACCOUNT,
    "requestParameters": {"requestedAmount": "1000", "orgId": "0Xy12Named", "foundingDate": "2020-01-01"},
}
names = []
for store in (t.path("unnamed-1"), t.path("unnamed-2")):
    t.run("replay", t.write("unnamed.json", json.dumps(unnamed)), store=store)
    names.append(json.loads(t.run("credits", "applications", "-o", "json", store=store).stdout)[0]["applicationId"])
    told = b"".join(
        t.run("credits", command, "-o", "json", store=store).stdout
        for command in ("applications", "check", "notices", "ledger")
    )
    digest = hashlib.sha256(json.dumps(unnamed).encode()).hexdigest()
    t.check("no plain hash of an event", names[-1].encode() in told and digest[:12].encode() not in told, told)
    decided = t.run("credits", "decide", names[-1], "--account", ACCOUNT, "--denied", "--reason", "5", store=store)
    t.equal("its name will do in this store", decided.returncode, 0)
    shown = t.run("show", names[-1], "-o", "json", store=store)
    t.check("and finds it", shown.returncode == 0 and json.loads(shown.stdout)["eventName"] == "CreateForm", shown)
t.check("each store has its own", names[0] != names[1], names)
# Nor does an eventID of one's own tell what was said.
ids = []
for store in (t.path("own-1"), t.path("own-2")):
    said = (
        "credits",
        "add",
        "--account",
        ACCOUNT,
        "--amount",
        "5001",
        "--issued",
        "2024-03-01",
        "--years",
        "1",
        "--from",
        "0Xy12Own",
    )
    ids.append([json.loads(t.run(*said, "-o", "json", store=store).stdout)[0] for _ in range(2)])
for name in ("id", "eventID"):
    t.check(
        "a fact of one's own has one %s in a store, another in another" % name,
        ids[0][0][name] == ids[0][1][name] != ids[1][0][name],
        ids,
    )

# What bills say is stored text, too.
billed = t.path("billed")
t.run(
    "replay",
    t.write(
        "billed.json",
        json.dumps(
            event(
                "CreateForm",
                "activate.amazonaws.com",
                requestParameters={"requestedAmount": "1000", "orgId": "0Xy12Billed"},
            )
        ),
    ),
    store=billed,
)
t.run(
    "replay",
    t.write(
        "billed.csv",
        "identity/LineItemId,bill/PayerAccountId,lineItem/UsageAccountId,lineItem/LineItemType,lineItem/UsageStartDate,lineItem/ProductCode,"
        "lineItem/UsageType,lineItem/UnblendedCost,lineItem/CurrencyCode\n"
        "a,%s,%s,Usage,2024-05-03T00:00:00Z,0Xy12Billed,for 0Xy12Billed orgId=0Xy12Other,1.00,USD\n"
        % (ACCOUNT, ACCOUNT),
    ),
    store=billed,
)
for command in (
    ("statement", ACCOUNT, "--month", "2024-05"),
    ("statement", ACCOUNT, "--month", "2024-05", "--by", "service"),
    ("summary",),
    ("summary", "--by", "service"),
):
    for form in ("table", "json", "csv"):
        if form == "csv" and command == ("summary",):
            continue
        told = t.run("credits", *command, "-o", form, store=billed)
        t.check(
            "bills tell no Org ID: %s, %s" % (" ".join(command), form),
            told.returncode == 0 and b"1.00" in told.stdout and b"0Xy12" not in told.stdout,
            told,
        )

t.check("an Org ID like a region is masked", b"acme-labs-1" not in t.run("events", "-o", "raw", store=words).stdout)

# What isn't an account's number is no applicant's account.
accounts = t.path("accounts")
for field, form in (
    ("recipientAccountId", {"recipientAccountId": "0Xy12Account"}),
    ("accountId", {"recipientAccountId": None, "userIdentity": {"type": "IAMUser", "accountId": "0Xy12Account"}}),
):
    made = event("CreateForm", requestParameters={"orgId": "0Xy12Account", "requestedAmount": 5000}, **form)
    t.run(
        "replay",
        t.write("account-%s.json" % field, line({k: v for k, v in made.items() if v is not None})),
        store=accounts,
    )
for command in ("applications", "check", "summary"):
    told = t.run("credits", command, store=accounts)
    t.check("no account is an Org ID: " + command, b"0Xy12" not in told.stdout + told.stderr, told)
t.equal(
    "both are applications", t.run("credits", "applications", "-o", "csv", store=accounts).stdout.count(b"pending"), 2
)
t.finish()
