#!/usr/bin/env python3
"""Permissions: what IAM decides, and what that says about the events of a trail."""
import gzip
import json
import os
import subprocess

from harness import Harness

t = Harness()

# --- evaluate ---

ALLOW = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Use", "Effect": "Allow", "Action": "activate:Get*", "Resource": "*"}],
}


def asks(action, *policies):
    return {
        "request": {"principal": "arn:aws:iam::111122223333:user/anna", "action": action, "resource": "*"},
        "identityPolicies": list(policies),
    }


def evaluate(text, *arguments):
    return t.run("evaluate", "-", *arguments, stdin=text.encode())


done = evaluate(json.dumps(asks("activate:GetCredits", ALLOW)))
t.equal("evaluate: exit code", done.returncode, 0)
result = json.loads(done.stdout)
t.equal("evaluate: allowed", result["decision"], "Allowed")
t.equal("evaluate: by", result["by"], [{"kind": "identity", "index": 0, "statement": 0, "sid": "Use"}])
t.check("evaluate: why", '"Use"' in result["why"], result)

array = [asks("activate:GetCredits", ALLOW), asks("activate:PutMemberInfo", ALLOW)]
done = evaluate(json.dumps(array), "-o", "json")
t.equal(
    "evaluate: an array in, an array out",
    [r["decision"] for r in json.loads(done.stdout)],
    ["Allowed", "ImplicitlyDenied"],
)
done = evaluate("\n".join(json.dumps(one) for one in array))
t.equal(
    "evaluate: a line for a line",
    [json.loads(r)["decision"] for r in done.stdout.splitlines()],
    ["Allowed", "ImplicitlyDenied"],
)

broken = {"Statement": {"Effect": "allow", "Action": "*", "Resource": "*"}}
done = evaluate("\n".join(json.dumps(one) for one in (asks("activate:GetCredits", broken), array[0])))
t.equal("evaluate: a broken policy: exit code", done.returncode, 1)
lines = [json.loads(r) for r in done.stdout.splitlines()]
t.check(
    "evaluate: the place is named",
    lines[0]["error"]["place"].startswith("/identityPolicies/0/Statement/Effect"),
    lines[0],
)
t.equal("evaluate: what comes behind it is decided", lines[1]["decision"], "Allowed")
request = json.dumps(asks("activate:GetCredits", ALLOW))
for coding in ("utf-16", "utf-16-be", "utf-8-sig"):
    done = t.run("evaluate", t.write("evaluate-" + coding, request.encode(coding)), "-o", "json")
    t.equal("evaluate: " + coding, (done.returncode, json.loads(done.stdout or b"{}").get("decision")), (0, "Allowed"))
done = t.run("evaluate", "-", stdin=gzip.compress("\n".join([request] * 20000).encode()))
t.equal("evaluate: compressed", (done.returncode, done.stdout.count(b'"Allowed"')), (0, 20000))
done = t.run("evaluate", t.path("missing.json"))
t.equal("evaluate: a missing file", (done.returncode, b"missing.json" in done.stderr), (1, True))

# --- Verdicts on the samples; samples/README.md has the same numbers ---

SAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "samples")
POLICIES = [os.path.join(SAMPLES, "policies", name + ".json") for name in ("acme", "birch", "cobalt")]

# PowerShell 5 writes UTF-16, and a file may be compressed: the same bytes are kept, whatever they came in.
plain = open(POLICIES[0], "rb").read()
encoded = [
    plain,
    b"\xff\xfe" + plain.decode().encode("utf-16-le"),
    b"\xfe\xff" + plain.decode().encode("utf-16-be"),
    b"\xef\xbb\xbf" + plain,
]
for number, data in enumerate(encoded):
    path = t.write("encoded-%d.json" % number, data)
    done = t.run("policies", "load", path, "--at", "2024-01-02", "-o", "json", store=t.path("encoded"))
    t.equal(
        "policies in encoding %d" % number,
        (done.returncode, json.loads(done.stdout or b"[{}]")[0].get("new")),
        (0, "no" if number else "yes"),
    )
store = t.path("store")


def run(*arguments, store=store):
    return t.run(*arguments, store=store)


def parsed(*arguments, store=store):
    done = run(*arguments, "-o", "json", store=store)
    t.equal("exit code of %s" % (arguments,), done.returncode, 0)
    return json.loads(done.stdout)


def verdicts(*filters, store=store):
    return {row["verdict"]: row["count"] for row in parsed("count", "--by", "verdict", *filters, store=store)}


EXPECTED = {
    "granted": 1690,
    "not-applicable": 275,
    "not-granted": 129,
    "denied-though-granted": 86,
    "denied-as-expected": 75,
    "unknown": 75,
}
run("replay", os.path.join(SAMPLES, "trails"))
before = verdicts()
t.equal("without policies nobody is not-granted", before.get("not-granted", 0) + before.get("denied-as-expected", 0), 0)
t.equal("policies load: exit code", run("policies", "load", "--at", "2024-03-01", *POLICIES).returncode, 0)
t.equal("verdicts change as soon as policies are loaded", verdicts(), EXPECTED)
rechecked = parsed("recheck")
t.equal("recheck: all events", rechecked[0]["events"], 2331)
t.equal("recheck: nothing left", parsed("recheck")[0]["events"], 0)
t.equal("verdicts are the same when kept", verdicts(), EXPECTED)
t.equal(
    "loading again changes nothing",
    [row["new"] for row in parsed("policies", "load", "--at", "2024-03-01", *POLICIES)],
    ["no"] * 3,
)
t.equal("verdicts by filter", parsed("count", "--verdict", "not-granted"), [{"count": 129}])
t.equal("verdicts by glob", parsed("count", "--verdict", "denied-*"), [{"count": 161}])
rows = parsed("count", "--by", "user,verdict", "--source", "activate.amazonaws.com", "--verdict", "not-granted")
t.equal(
    "verdict beside another field",
    rows,
    [
        {"user": "dave", "verdict": "not-granted", "count": 1},
        {"user": "gina@cobalt.example", "verdict": "not-granted", "count": 1},
    ],
)
done = run("events", "--verdict", "fine")
t.check(
    "a wrong verdict is wrong usage",
    done.returncode == 2 and all(word in done.stderr for word in (b"not-applicable", b"superseded")),
    done.stderr,
)
done = run("count", "--account", "11112222333")
t.check("a number that is no account is wrong usage", done.returncode == 2 and b"12 digits" in done.stderr, done.stderr)
t.equal("a part of an account's ID with a wildcard", run("count", "--account", "1111*").returncode, 0)
listed = parsed("events", "--verdict", "not-granted", "--fields", "eventID,verdict")
t.equal("events --verdict lists them", (len(listed), {row["verdict"] for row in listed}), (129, {"not-granted"}))

# The same events in another order, after the policies: nothing depends on the order.
other = t.path("other")
run("replay", os.path.join(SAMPLES, "trails", "envelopes"), store=other)
run("policies", "load", "--at", "2024-03-01", *reversed(POLICIES), store=other)
run("replay", os.path.join(SAMPLES, "trails", "ndjson"), os.path.join(SAMPLES, "trails", "AWSLogs"), store=other)
t.equal("verdicts don't depend on the order of loading", verdicts(store=other), EXPECTED)


# IAM's events in the trail: erin attached activate:* to dave on 13 March.
def actions_of(user, at):
    rows = parsed("policies", "show", user, "--at", at)
    return {row["policy"] for row in rows if row["as"] == "identity policy"}


t.check("policies show: before", not any("ActivateFull" in p for p in actions_of("dave", "2024-03-13T10:00:00Z")))
t.check("policies show: after", any("ActivateFull" in p for p in actions_of("dave", "2024-03-14")))
t.equal(
    "refused before, as expected",
    verdicts("--user", "dave", "--source", "activate.amazonaws.com", "--until", "2024-03-13"),
    {"denied-as-expected": 13},
)
t.equal(
    "granted after",
    verdicts("--user", "dave", "--source", "activate.amazonaws.com", "--name", "Get*", "--since", "2024-03-14").keys(),
    {"granted"},
)
late = {
    "eventVersion": "1.09",
    "eventTime": "2024-03-20T00:00:00Z",
    "eventSource": "iam.amazonaws.com",
    "eventName": "DetachUserPolicy",
    "eventID": "late-1",
    "userIdentity": {
        "type": "IAMUser",
        "accountId": "444455556666",
        "arn": "arn:aws:iam::444455556666:user/erin",
        "userName": "erin",
    },
    "requestParameters": {"userName": "dave", "policyArn": "arn:aws:iam::444455556666:policy/ActivateFull"},
    "responseElements": None,
    "readOnly": False,
    "eventType": "AwsApiCall",
    "recipientAccountId": "444455556666",
}
run("replay", t.write("late/late.json", json.dumps(late)), store=other)
after = verdicts(
    "--user", "dave", "--source", "activate.amazonaws.com", "--since", "2024-03-20", "--error", "none", store=other
)
t.equal("a late event of IAM changes what came after it", set(after), {"not-granted"})
t.equal(
    "and not what came before",
    verdicts("--user", "dave", "--source", "activate.amazonaws.com", "--until", "2024-03-13", store=other),
    {"denied-as-expected": 13},
)

# Findings and explanations.
findings = parsed("findings", "--source", "activate.amazonaws.com")
t.equal(
    "findings",
    [(f["rule"], f["severity"], f["action"], f["verdict"]) for f in findings],
    [("R11", "high", "activate:CreateForm", "not-granted")] * 2,
)
t.equal("findings: the last is dave's", findings[-1]["principal"], "arn:aws:iam::444455556666:user/dave")
explained = parsed("explain", findings[-1]["event"])
t.equal(
    "explain: verdict and rule",
    (explained["verdict"], explained["rule"], explained["action"]),
    ("not-granted", "R11", "activate:CreateForm"),
)
t.check(
    "explain: what was considered",
    any("ActivateFull" in c["policy"] and "allows" in c["says"] for c in explained["considered"]),
    explained,
)
t.equal("explain of nothing", run("explain", "nothing").returncode, 1)
unknown = parsed("findings", "--verdict", "unknown", "--user", "robot-api", "--limit", "1")[0]
t.check(
    "unknown: what is missing is named", "the event doesn't tell which action it needed" in unknown["sentence"], unknown
)


# Access and least privilege.
def access(user, at):
    return {row["feature"]: row["access"] for row in parsed("access", user, "--at", at)}


dave = access("dave", "2024-03-12")
t.equal(
    "access before",
    [dave[f] for f in ("home", "cost-data", "trusted-advisor", "health", "onboarding", "application-form")],
    ["no", "yes", "yes", "yes", "partly", "no"],
)
t.equal("access after", access("dave", "2024-03-14")["home"], "yes")
t.equal("access: partly", access("FinOps", "2024-03-12")["home"], "partly")
t.equal("access: an administrator", set(access("frank", "2024-03-12").values()), {"yes"})
rows = {row["feature"]: row for row in parsed("access", "ben", "--at", "2024-03-12")}
t.equal("access: the smallest policy", rows["home"]["policy"]["Statement"][0]["Action"], ["activate:*"])
t.check("access: all principals", len(run("access", "--at", "2024-03-12").stdout.splitlines()) == 12)
t.equal("access of nobody", run("access", "nobody").returncode, 1)
least = parsed("least-privilege", "nightly-etl", "--at", "2024-05-31")
policy = least["policy"]
t.check("least-privilege: the bucket, not every object", "arn:aws:s3:::birch-reports/*" in json.dumps(policy), policy)
request = {
    "request": {
        "principal": "arn:aws:iam::444455556666:role/nightly-etl",
        "action": "kms:Decrypt",
        "resource": "arn:aws:kms:us-east-1:444455556666:key/5a0c1f1e-8d1b-4c55-9a53-3f7f0b6f2c11",
    },
    "identityPolicies": [policy],
    "resourcePolicy": {
        "Statement": {
            "Effect": "Allow",
            "Action": "kms:*",
            "Resource": "*",
            "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
        }
    },
}
t.equal("least-privilege: evaluate takes it", json.loads(evaluate(json.dumps(request)).stdout)["decision"], "Allowed")
unused = {row["action"] for row in parsed("least-privilege", "frank", "--at", "2024-05-31")["neverUsed"]}
t.equal("least-privilege: a used grant isn't listed", unused, set())

# Files that are refused, and what a user adds.
done = run(
    "policies", "load", t.write("bad/a.json", '{"UserDetailList":[{"UserName":"x"}]}'), t.write("bad/b.json", "[]")
)
t.equal("broken files: exit code", done.returncode, 1)
t.check("broken files: the place", b"/UserDetailList/0" in done.stderr and b"b.json" in done.stderr, done.stderr)
catalogue = t.write(
    "own.json",
    json.dumps({"requirements": [{"source": "activate.amazonaws.com", "name": "GetCredits", "none": "ours"}]}),
)
loaded = parsed("policies", "load", catalogue)
t.equal(
    "a catalogue of one's own",
    verdicts("--name", "GetCredits", "--source", "activate.amazonaws.com").keys(),
    {"not-applicable"},
)
t.equal("policies forget", run("policies", "forget", loaded[0]["id"]).returncode, 0)
t.equal("forgotten", verdicts(), EXPECTED)
t.equal("forget nothing", run("policies", "forget", loaded[0]["id"]).returncode, 1)
t.equal("policies list", len(parsed("policies", "list")), 3)

# docs/organization-file puts an organisation's file together from what the AWS CLI prints: here a stub of it.
FULL = {
    "PolicySummary": {"Id": "p-full", "Name": "FullAWSAccess", "Type": "SERVICE_CONTROL_POLICY"},
    "Content": json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    ),
}
NO_GET = {
    "PolicySummary": {"Id": "p-no", "Name": "NoMembers", "Type": "SERVICE_CONTROL_POLICY"},
    "Content": json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Deny", "Action": "activate:GetMemberInfo", "Resource": "*"}],
        }
    ),
}
ANSWERS = {
    "describe-organization": {"Organization": {"Id": "o-a1b2c3d4e5", "MasterAccountId": "999988887777"}},
    "list-policies --filter SERVICE_CONTROL_POLICY": {"Policies": [FULL["PolicySummary"], NO_GET["PolicySummary"]]},
    "list-policies --filter RESOURCE_CONTROL_POLICY": {"Policies": []},
    "describe-policy --policy-id p-full": {"Policy": FULL},
    "describe-policy --policy-id p-no": {"Policy": NO_GET},
    "list-targets-for-policy --policy-id p-full": {
        "Targets": [{"TargetId": id} for id in ("r-ab12", "ou-ab12-cdef3456", "111122223333")]
    },
    "list-targets-for-policy --policy-id p-no": {"Targets": [{"TargetId": "ou-ab12-cdef3456"}]},
    "list-accounts": {"Accounts": [{"Id": "111122223333"}]},
    "list-parents --child-id 111122223333": {"Parents": [{"Id": "ou-ab12-cdef3456", "Type": "ORGANIZATIONAL_UNIT"}]},
    "list-parents --child-id ou-ab12-cdef3456": {"Parents": [{"Id": "r-ab12", "Type": "ROOT"}]},
}
stub = t.write(
    "bin/aws",
    "#!/usr/bin/env python3\nimport sys\nprint(%r[' '.join(sys.argv[2:-2])])\n"
    % {k: json.dumps(v) for k, v in ANSWERS.items()},
)
os.chmod(stub, 0o755)
script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/organization-file")
made = subprocess.run(
    [script], capture_output=True, env={**t.environment, "PATH": os.path.dirname(stub) + ":" + os.environ["PATH"]}
)
t.equal("organization-file: exit code", (made.returncode, made.stderr), (0, b""))
os.rename(stub, stub + ".whole")
with open(stub + ".whole") as file:
    t.write("bin/aws", file.read().replace("list-parents --child-id ou", "list-parents --child-id none"))
os.chmod(stub, 0o755)
failed = subprocess.run(
    [script],
    capture_output=True,
    timeout=60,
    env={**t.environment, "PATH": os.path.dirname(stub) + ":" + os.environ["PATH"]},
)
t.equal(
    "organization-file: what can't be read fails, and prints nothing",
    (failed.returncode != 0, failed.stdout),
    (True, b""),
)
account = {
    "UserDetailList": [
        {
            "UserName": "anna",
            "Arn": "arn:aws:iam::111122223333:user/anna",
            "UserPolicyList": [
                {
                    "PolicyName": "all",
                    "PolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
                    },
                }
            ],
        }
    ]
}
inside = t.path("organization")
run(
    "policies",
    "load",
    "--at",
    "2024-03-01",
    t.write("account.json", json.dumps(account)),
    t.write("organization.json", made.stdout),
    store=inside,
)
caller = {
    "type": "IAMUser",
    "accountId": "111122223333",
    "userName": "anna",
    "arn": "arn:aws:iam::111122223333:user/anna",
}
calls = [
    {
        "eventTime": "2024-03-05T00:00:00Z",
        "eventSource": "activate.amazonaws.com",
        "eventName": name,
        "eventType": "AwsApiCall",
        "eventID": "call-" + name,
        "userIdentity": caller,
        "recipientAccountId": "111122223333",
        "awsRegion": "us-east-1",
    }
    for name in ("GetCredits", "GetMemberInfo")
]
run("replay", t.write("calls.ndjson", "\n".join(json.dumps(call) for call in calls)), store=inside)
t.equal(
    "organization-file: its SCPs count",
    {row["eventName"]: row["verdict"] for row in parsed("events", "--fields", "eventName,verdict", store=inside)},
    {"GetCredits": "granted", "GetMemberInfo": "not-granted"},
)
t.check("organization-file: and are named", "NoMembers" in parsed("explain", "call-GetMemberInfo", store=inside)["why"])


# What the event shows decides between actions; what IAM doesn't know is never made up.
def of_dora(source, name, statements, parameters=None, **more):
    """explain's answer about one call of a user with these statements, and the tag team=blue."""
    of_dora.number += 1
    scratch = t.path("dora-%d" % of_dora.number)
    details = {
        "UserDetailList": [
            {
                "UserName": "dora",
                "UserId": "AIDAEXAMPLE",
                "Arn": "arn:aws:iam::111122223333:user/dora",
                "GroupList": [],
                "UserPolicyList": [
                    {"PolicyName": "all", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}
                ],
                "AttachedManagedPolicies": [],
                "Tags": [{"Key": "team", "Value": "blue"}],
            }
        ],
        "GroupDetailList": [],
        "RoleDetailList": [],
        "Policies": [],
    }
    call = {
        "eventVersion": "1.10",
        "eventTime": "2024-06-02T00:00:00Z",
        "eventSource": source + ".amazonaws.com",
        "eventName": name,
        "eventType": "AwsApiCall",
        "eventID": "call",
        "awsRegion": "eu-west-1",
        "recipientAccountId": "111122223333",
        "userIdentity": {
            "type": "IAMUser",
            "accountId": "111122223333",
            "userName": "dora",
            "arn": "arn:aws:iam::111122223333:user/dora",
            "principalId": "AIDAEXAMPLE",
        },
        "requestParameters": parameters,
        **more,
    }
    run("policies", "load", "--at", "2024-01-02", t.write("dora/iam.json", json.dumps(details)), store=scratch)
    run("replay", t.write("dora/call.json", json.dumps(call)), store=scratch)
    told = parsed("explain", "call", store=scratch)
    t.equal(
        "what is stored is what is explained: %s %s" % (source, name), verdicts(store=scratch), {told["verdict"]: 1}
    )
    return told


of_dora.number = 0


def allow(action, resource="*", **condition):
    return [{"Effect": "Allow", "Action": action, "Resource": resource, **condition}]


version = {"bucketName": "b", "key": "k", "versionId": "v1"}
told = of_dora("s3", "GetObject", allow("s3:GetObjectVersion", "arn:aws:s3:::b/*"), version)
t.equal(
    "a version of an object",
    (told["verdict"], told["action"], told["resource"]),
    ("granted", "s3:GetObjectVersion", "arn:aws:s3:::b/k"),
)
t.equal(
    "a version isn't its object", of_dora("s3", "GetObject", allow("s3:GetObject"), version)["verdict"], "not-granted"
)
service = {"additionalEventData": {"service": "application-autoscaling"}}
told = of_dora(
    "autoscaling", "PutScalingPolicy", allow("application-autoscaling:*"), {"serviceNamespace": "ecs"}, **service
)
t.equal(
    "Application Auto Scaling",
    (told["verdict"], told["action"]),
    ("granted", "application-autoscaling:PutScalingPolicy"),
)
t.equal(
    "Application Auto Scaling isn't EC2's",
    of_dora("autoscaling", "PutScalingPolicy", allow("autoscaling:*"), None, **service)["verdict"],
    "not-granted",
)
told = of_dora("ec2", "MakeCoffee", allow("ec2:*"))
t.equal(
    "what IAM doesn't know",
    (told["verdict"], told["action"], told["why"]),
    ("unknown", None, "IAM's reference has no action ec2:MakeCoffee."),
)
t.equal(
    "what IAM doesn't know, for who may do anything", of_dora("ec2", "MakeCoffee", allow("*"))["verdict"], "granted"
)

# What is AWS's own: everybody may read it who may at all, nobody may change it.
managed = {"policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
refused = {"errorCode": "AccessDenied"}
for name in ("GetPolicy", "GetPolicyVersion", "ListPolicyVersions", "ListEntitiesForPolicy"):
    t.equal("AWS's policies: " + name, of_dora("iam", name, allow("*"), managed)["verdict"], "granted")
    t.equal(
        "AWS's policies, by their ARN: " + name,
        of_dora("iam", name, allow("iam:*", "arn:aws:iam::aws:policy/*"), managed)["verdict"],
        "granted",
    )
t.equal(
    "AWS's policies: refused",
    of_dora("iam", "GetPolicy", allow("iam:*"), managed, **refused)["verdict"],
    "denied-though-granted",
)
t.equal(
    "AWS's policies: others are granted",
    of_dora("iam", "GetPolicy", allow("iam:*", "arn:aws:iam::111122223333:*"), managed)["verdict"],
    "not-granted",
)
for name in ("DeletePolicy", "CreatePolicyVersion", "TagPolicy"):
    told = of_dora("iam", name, allow("*"), managed, **refused)
    t.equal(
        "AWS's policies: " + name, (told["verdict"], told["resource"]), ("denied-as-expected", managed["policyArn"])
    )
t.equal("AWS's policies: no finding", parsed("findings", store=t.path("dora-%d" % of_dora.number)), [])
t.equal(
    "one's own policies",
    of_dora("iam", "DeletePolicy", allow("*"), {"policyArn": "arn:aws:iam::111122223333:policy/p"}, **refused)[
        "verdict"
    ],
    "denied-though-granted",
)
listed = {"resources": [{"ARN": "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"}]}
t.equal(
    "AWS's SCPs",
    of_dora("organizations", "AttachPolicy", allow("*"), {"policyId": "p-FullAWSAccess"}, **listed)["verdict"],
    "granted",
)
for name, more in (("DeleteAlias", {}), ("UpdateAlias", {"targetKeyId": "k"}), ("CreateAlias", {"targetKeyId": "k"})):
    told = of_dora("kms", name, allow("*"), {"aliasName": "alias/aws/s3", **more}, **refused)
    t.equal(
        "AWS's aliases: " + name,
        (told["verdict"], told["resource"]),
        ("denied-as-expected", "arn:aws:kms:eu-west-1:111122223333:alias/aws/s3"),
    )
    t.equal(
        "one's own aliases: " + name,
        of_dora("kms", name, allow("*"), {"aliasName": "alias/ours", **more}, **refused)["verdict"],
        "denied-though-granted",
    )
t.equal(
    "an alias needs its key, too",
    of_dora(
        "kms", "CreateAlias", allow("kms:*", "arn:aws:kms:*:*:alias/*"), {"aliasName": "alias/ours", "targetKeyId": "k"}
    )["verdict"],
    "not-granted",
)
t.equal(
    "a dry run",
    of_dora("ec2", "RunInstances", allow("s3:*"), {}, errorCode="DryRunOperation")["verdict"],
    "not-granted",
)

least = parsed("least-privilege", "dora", "--at", "2024-06-03", store=t.path("dora-1"))
t.equal(
    "least-privilege lists the action that was needed",
    least["policy"]["Statement"],
    [{"Effect": "Allow", "Action": ["s3:GetObjectVersion"], "Resource": ["arn:aws:s3:::b/k"]}],
)
least = parsed("least-privilege", "dora", "--at", "2024-06-03", store=t.path("dora-6"))
t.equal(
    "least-privilege makes up no action",
    (least["policy"]["Statement"], least["notCovered"]),
    ([], ["ec2.amazonaws.com MakeCoffee"]),
)

copy = {"bucketName": "to", "key": "k", "x-amz-copy-source": "from/k"}
told = of_dora("s3", "CopyObject", allow("s3:PutObject"), copy, errorCode="AccessDenied")
t.equal(
    "a copy that may not read its source",
    (told["verdict"], told["needed"], told["action"], told["resource"]),
    ("denied-as-expected", ["s3:PutObject", "s3:GetObject"], "s3:GetObject", "arn:aws:s3:::from/k"),
)
t.check("and says so", "s3:GetObject" in told["why"], told)
told = of_dora("s3", "CopyObject", allow("s3:GetObject"), copy, errorCode="AccessDenied")
t.equal("a copy that may not write", (told["action"], told["resource"]), ("s3:PutObject", "arn:aws:s3:::to/k"))

# Addenda: the samples' form of 21 May is there twice, and one action.
forms = parsed(
    "events",
    "--name",
    "CreateForm",
    "--since",
    "2024-05-21",
    "--until",
    "2024-05-22",
    "--fields",
    "event-id,verdict,superseded",
)
old = [row for row in forms if row["superseded"]]
t.equal("addenda: both are listed, one is marked", (len(forms), len(old), old[0]["verdict"]), (2, 1, "superseded"))
new = [row for row in forms if not row["superseded"]][0]
t.equal("addenda: by the other", old[0]["superseded"], new["event-id"])
t.equal(
    "addenda: --superseded",
    [row["event-id"] for row in parsed("events", "--superseded", "--fields", "event-id")],
    [old[0]["event-id"]],
)
t.equal("addenda: count --superseded", verdicts("--superseded"), {"superseded": 1})
shown = run("show", old[0]["event-id"])
t.check("addenda: show names the newer", ("is superseded by " + new["event-id"]).encode() in shown.stderr, shown.stderr)
shown = run("show", new["event-id"])
t.check("addenda: show names the older", ("supersedes " + old[0]["event-id"]).encode() in shown.stderr, shown.stderr)
t.equal(
    "addenda: explain",
    (parsed("explain", old[0]["event-id"])["supersededBy"], parsed("explain", new["event-id"])["replaces"]),
    (new["event-id"], [old[0]["event-id"]]),
)
told = parsed("explain", old[0]["event-id"])
t.check(
    "addenda: explain judges only the newer", told["verdict"] == "superseded" and new["event-id"] in told["why"], told
)
told = parsed("findings", "--verdict", "superseded")
t.equal(
    "addenda: findings, too",
    [(row["verdict"], new["event-id"] in row["sentence"]) for row in told],
    [("superseded", True)],
)
t.check("addenda: a table marks it", b"CreateForm (superseded)" in run("events", "--superseded", "-o", "table").stdout)
applications = [row["applicationId"] for row in parsed("credits", "applications")]
t.equal("addenda: one application", applications.count("app-fb30d00ee6a3"), 1)

# No policies, no all-clear.
empty = t.path("no-policies")
run("replay", t.write("calls.ndjson", "\n".join(json.dumps(call) for call in calls)), store=empty)
for command in (
    ("findings",),
    ("count", "--by", "verdict"),
    ("count", "--verdict", "not-granted"),
    ("count", "--by", "name", "--verdict", "not-granted"),
    ("events", "--verdict", "not-granted"),
    ("access",),
):
    done = run(*command, store=empty)
    t.check(
        "%s without policies says so" % (command,),
        b"2 events are unknown: no policies of account 111122223333 are loaded; load" in done.stderr,
        done.stderr,
    )
t.equal("an answer that isn't about verdicts has no notes", run("events", store=empty).stderr, b"")
t.equal("findings --exit-code without policies", run("findings", "--exit-code", store=empty).returncode, 1)
t.equal("findings without policies, without --exit-code", run("findings", store=empty).returncode, 0)
run("policies", "load", "--at", "2024-03-04", t.path("account.json"), store=empty)
done = run("findings", "--exit-code", store=empty)
t.equal("findings --exit-code: none, and all is known", (done.returncode, done.stderr), (0, b""))
run(
    "replay",
    t.write("early.json", json.dumps({**calls[0], "eventTime": "2024-03-01T00:00:00Z", "eventID": "early"})),
    store=empty,
)
done = run("findings", "--exit-code", store=empty)
t.check(
    "events of before the policies",
    done.returncode == 1
    and b"1 event is unknown: no policies of account 111122223333 are loaded for the time "
    b"before 2024-03-04T00:00:00Z; load" in done.stderr,
    done.stderr,
)
t.equal("findings --exit-code with findings", run("findings", "--exit-code", store=inside).returncode, 1)

# One text that isn't known is no all-clear either.
attach = {
    **calls[0],
    "eventID": "attach",
    "eventTime": "2024-03-05T00:00:00Z",
    "eventSource": "iam.amazonaws.com",
    "eventName": "AttachUserPolicy",
    "readOnly": False,
    "userIdentity": {
        "type": "Root",
        "principalId": "111122223333",
        "arn": "arn:aws:iam::111122223333:root",
        "accountId": "111122223333",
    },
    "requestParameters": {
        "userName": calls[0]["userIdentity"]["userName"],
        "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
    },
}
after = {**calls[0], "eventID": "after", "eventTime": "2024-03-06T00:00:00Z"}
run("replay", t.write("attached.json", json.dumps(attach) + "\n" + json.dumps(after)), store=empty)
since = ("--since", "2024-03-05T12:00:00Z")
for command in (("findings", "--exit-code"), ("count", "--by", "verdict")):
    done = run(*command, *since, "--until", "2024-03-07", store=empty)
    t.check(
        "%s: the text of a managed policy isn't known" % (command,),
        b"1 event is unknown: what arn:aws:iam::aws:policy/ReadOnlyAccess says isn't loaded: load" in done.stderr,
        done.stderr,
    )
t.equal("findings --exit-code counts that", run("findings", "--exit-code", *since, store=empty).returncode, 1)
least = run("least-privilege", calls[0]["userIdentity"]["userName"], "--at", "2024-03-07", store=empty)
t.check(
    "least-privilege says that not all is known",
    b"not all that was granted is known: what arn:aws:iam::aws:policy/ReadOnlyAccess" in least.stderr,
    least.stderr,
)
alone = t.path("alone")
created = {
    **attach,
    "eventID": "created",
    "eventTime": "2024-03-01T00:00:00Z",
    "eventName": "CreateUser",
    "requestParameters": {"userName": "eve"},
    "responseElements": {
        "user": {"userName": "eve", "path": "/", "userId": "AIDAEVE", "arn": "arn:aws:iam::111122223333:user/eve"}
    },
}
eves = {**attach, "requestParameters": {**attach["requestParameters"], "userName": "eve"}}
run("replay", t.write("eve.json", json.dumps(created) + "\n" + json.dumps(eves)), store=alone)
least = run("least-privilege", "eve", store=alone)
t.check(
    "least-privilege claims nothing where no policy is known",
    b"isn't known" in least.stdout and b"ReadOnlyAccess" in least.stderr,
    (least.stdout, least.stderr),
)
least = parsed("least-privilege", "eve", store=alone)
t.check("least-privilege in JSON", least["neverUsed"] is None and "ReadOnlyAccess" in least["notKnown"], least)
t.check(
    "least-privilege before anything was granted",
    b"Nothing that was granted is unused." in run("least-privilege", "eve", "--at", "2024-03-02", store=alone).stdout,
)

# Somebody of whom only an event tells.
t.equal(
    "access names who is known by an event only",
    {row["principal"] for row in parsed("access", store=t.path("root-0"))}
    if run("replay", t.write("only.json", json.dumps(attach)), store=t.path("root-0")).returncode == 0
    else set(),
    {"arn:aws:iam::111122223333:user/" + calls[0]["userIdentity"]["userName"]},
)
loaded = parsed("policies", "list", store=empty)
done = run("policies", "forget", loaded[0]["id"], store=empty)
t.check("policies forget says so", done.returncode == 0 and loaded[0]["id"].encode() in done.stderr, done.stderr)
done = run("hold", "add", "everything", "--account", "111122223333", store=empty)
t.check("hold add says what it matches", b" now" in done.stderr and b"matches 0" not in done.stderr, done.stderr)
done = run("hold", "add", "nobody", "--user", "nosuchuser", store=empty)
t.check("hold add says that it matches nothing", b"the hold nobody matches 0 events now" in done.stderr, done.stderr)
counts = {row["name"]: row["events"] for row in parsed("hold", "list", store=empty)}
t.check("hold list shows how many", counts["nobody"] == 0 and counts["everything"] > 0, counts)
t.check("hold release says so", b"nobody" in run("hold", "release", "nobody", store=empty).stderr)
t.check("rejects limit says so", b"2" in run("rejects", "limit", "2GB", store=empty).stderr)

# A session of sts:AssumeRoot, however a shipper writes that it is one.
for number, value in enumerate(("true", True)):
    session = {
        **attach,
        "eventID": "root-%d" % number,
        "eventSource": "s3.amazonaws.com",
        "eventName": "ListBuckets",
        "requestParameters": None,
        "userIdentity": {
            **attach["userIdentity"],
            "sessionContext": {"attributes": {"mfaAuthenticated": "false"}, "assumedRoot": value},
        },
    }
    run("replay", t.write("root-%d.json" % number, json.dumps(session)), store=t.path("root-%d" % number))
    t.equal(
        "assumedRoot %r" % value, verdicts("--name", "ListBuckets", store=t.path("root-%d" % number)), {"unknown": 1}
    )

# Tags are condition keys.
tagged = {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "blue"}}}
t.equal("a user's tag", of_dora("ec2", "DescribeInstances", allow("ec2:*", **tagged))["verdict"], "granted")
tagged = {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "red"}}}
t.equal("another tag", of_dora("ec2", "DescribeInstances", allow("ec2:*", **tagged))["verdict"], "not-granted")

# Policies of Organizations that authorise nothing.
organization = json.loads(made.stdout)
organization["Policies"].append(
    {"PolicySummary": {"Id": "p-tag", "Name": "Tags", "Type": "TAG_POLICY"}, "Content": "{}", "Targets": []}
)
loaded = parsed("policies", "load", t.write("tags.json", json.dumps(organization)), store=t.path("types"))
t.check("a type that authorises nothing is named", "TAG_POLICY authorises nothing" in loaded[0]["content"], loaded)
organization["Policies"][-1]["PolicySummary"]["Type"] = "NEW_POLICY"
done = run("policies", "load", t.write("new.json", json.dumps(organization)), store=t.path("types"))
t.check("a type that isn't known is an error", done.returncode == 1 and b"NEW_POLICY" in done.stderr, done.stderr)

# The root user is root, whatever alias its account has.
root = {
    **calls[0],
    "eventID": "root",
    "userIdentity": {
        "type": "Root",
        "accountId": "111122223333",
        "arn": "arn:aws:iam::111122223333:root",
        "userName": "acme",
    },
}
aliased = t.path("aliased")
run("replay", t.write("root.json", json.dumps(root)), store=aliased)
t.equal("root with an alias", parsed("count", "--by", "user", store=aliased), [{"user": "root", "count": 1}])
t.equal("root is found", parsed("count", "--user", "root", store=aliased), [{"count": 1}])

t.finish()
