#!/usr/bin/env python3
"""trailkeeper token: made once, listed without secrets, revoked; next to a store that somebody writes to."""
import json
import os
import stat

from harness import Harness

t = Harness()
store = t.path("store")


def run(*arguments, **more):
    return t.run("token", *arguments, store=store, **more)


done = run("create", "shipper", "--rights", "ingest")
secret = done.stdout.decode().strip()
t.equal("create: exit code", done.returncode, 0)
t.check(
    "create: one line, the secret",
    secret.startswith("tk_") and len(secret) == 46 and done.stdout.count(b"\n") == 1,
    done,
)
path = os.path.join(store, "tokens.json")
t.equal("the file is its owner's alone", stat.S_IMODE(os.stat(path).st_mode), 0o600)
t.check("the secret isn't in it", secret[3:] not in open(path).read())

made = json.loads(run("create", "laptop", "--aws", "--expires", "90d", "-o", "json").stdout)
t.equal("create --aws: members", sorted(made[0]), ["accessKeyId", "name", "rights", "secret"])
t.equal("create --aws: rights", made[0]["rights"], "query")
text = run("create", "other", "--aws", "--rights", "query,ingest").stdout.decode()
t.check(
    "create --aws: as ~/.aws/credentials has it",
    text.startswith("aws_access_key_id = AKIA") and "\naws_secret_access_key = " in text,
    text,
)

listed = run("list", "-o", "json")
t.equal("list: names", [token["name"] for token in json.loads(listed.stdout)], ["shipper", "laptop", "other"])
for known in (secret, made[0]["secret"]):
    t.check("list: no secrets", known not in listed.stdout.decode())
t.equal("list: states", [token["state"] for token in json.loads(listed.stdout)], ["valid"] * 3)
t.check("list as a table", b"shipper" in run("list").stdout)

t.equal("a taken name: exit code", run("create", "shipper", "--rights", "query").returncode, 1)
t.equal("an odd name: exit code", run("create", "a b", "--rights", "query").returncode, 1)
for arguments in (
    ["create", "x"],
    ["create", "x", "--rights", "everything"],
    ["create", "x", "--rights", "query", "--expires", "soon"],
    ["create", "x", "--rights", "query", "--expires", "2001-01-01"],
    ["create"],
    [],
):
    t.equal("wrong usage %s: exit code" % arguments, run(*arguments).returncode, 2)
t.equal("revoke: exit code", run("revoke", "shipper").returncode, 0)
t.equal("revoke again: exit code", run("revoke", "shipper").returncode, 1)
t.equal("revoked", [token["name"] for token in json.loads(run("list", "-o", "json").stdout)], ["laptop", "other"])

with open(path, "w") as file:
    file.write('{"version":1,"tokens":[{"name":"n","secret!":1}]}')
broken = run("list")
t.equal("a broken file: exit code", broken.returncode, 3)
t.check(
    "a broken file: where, not what", path.encode() in broken.stderr and b"secret!" not in broken.stderr, broken.stderr
)
t.equal("a broken file isn't overwritten", run("create", "new", "--rights", "query").returncode, 3)

t.finish()
