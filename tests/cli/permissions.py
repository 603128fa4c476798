#!/usr/bin/env python3
"""Permissions: what IAM decides, and what that says about the events of a trail."""
import json

from harness import Harness

t = Harness()

# --- evaluate ---

ALLOW = {"Version": "2012-10-17", "Statement": [{"Sid": "Use", "Effect": "Allow", "Action": "activate:Get*", "Resource": "*"}]}


def asks(action, *policies):
    return {"request": {"principal": "arn:aws:iam::111122223333:user/anna", "action": action, "resource": "*"},
            "identityPolicies": list(policies)}


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
t.equal("evaluate: an array in, an array out", [r["decision"] for r in json.loads(done.stdout)], ["Allowed", "ImplicitlyDenied"])
done = evaluate("\n".join(json.dumps(one) for one in array))
t.equal("evaluate: a line for a line", [json.loads(r)["decision"] for r in done.stdout.splitlines()], ["Allowed", "ImplicitlyDenied"])

broken = {"Statement": {"Effect": "allow", "Action": "*", "Resource": "*"}}
done = evaluate("\n".join(json.dumps(one) for one in (asks("activate:GetCredits", broken), array[0])))
t.equal("evaluate: a broken policy: exit code", done.returncode, 1)
lines = [json.loads(r) for r in done.stdout.splitlines()]
t.check("evaluate: the place is named", lines[0]["error"]["place"].startswith("/identityPolicies/0/Statement/Effect"), lines[0])
t.equal("evaluate: what comes behind it is decided", lines[1]["decision"], "Allowed")
done = t.run("evaluate", t.path("missing.json"))
t.equal("evaluate: a missing file", (done.returncode, b"missing.json" in done.stderr), (3, True))

t.finish()
