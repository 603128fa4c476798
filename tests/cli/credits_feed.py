#!/usr/bin/env python3
"""Facts that no log of AWS has: credits import, add, apply, decide and correct, and the same over HTTP."""
import json

from harness import Harness
from server import Server

t = Harness()
store = t.path("store")
ACCOUNT, LINKED = "111122223333", "444455556666"
ORG = "0Xy12Secret"


def feed(*arguments, code=0, **kw):
    done = t.run("credits", *arguments, "-o", "json", store=store, **kw)
    t.equal("exit code of " + " ".join(arguments), (done.returncode, done.stderr), (code, b""))
    return json.loads(done.stdout) if done.stdout else []


def credits_at(when):
    return {row["creditId"]: row for row in feed("--at", when)}


def answer(remaining, estimated, credit="700001", **more):
    amount = lambda value: {"currencyCode": "USD", "currencyAmount": value}  # noqa: E731
    return json.dumps(
        {
            "credits": [
                {
                    "creditId": credit,
                    "accountId": ACCOUNT,
                    "creditType": "Promotion",
                    "description": "AWS Activate Portfolio",
                    "initialAmount": amount("5000.00"),
                    "remainingAmount": amount(remaining),
                    "estimatedAmount": amount(estimated),
                    "applicableProductNames": [],
                    "startDate": "2024-02-09T00:00:00+00:00",
                    "endDate": "2026-02-08T00:00:00+00:00",
                    "creditStatus": "ENABLED",
                    **more,
                }
            ]
        }
    )


# From AWS's figures: the same file is the same fact, a newer one's figures count.
may, june = t.write("may.json", answer("4000", "3900")), t.write("june.json", answer("3500", "3300"))
row = feed("import", may, "--as-of", "2024-05-10T12:00:00Z")[0]
t.equal(
    "what was imported",
    (row["id"], row["account"], row["fact"], row["time"], row["new"]),
    ("700001", ACCOUNT, "CreditsImported", "2024-05-10T12:00:00Z", "yes"),
)
t.equal("the same again is known", feed("import", may, "--as-of", "2024-05-10T12:00:00Z")[0]["new"], "no")
t.equal("the balance that AWS gave", credits_at("2024-05-11")["700001"]["available"], "3900.00")
feed("import", "-", "--as-of", "2024-06-10", stdin=open(june, "rb").read())
t.equal(
    "a newer file's figures",
    [credits_at(when)["700001"]["available"] for when in ("2024-05-31", "2024-06-11")],
    ["3900.00", "3300.00"],
)
first = feed("import", t.write("july.json", answer("3000", "2900")))[0]
t.equal(
    "without --as-of, the file is the fact",
    (first["new"], feed("import", t.path("july.json"))[0]["new"]),
    ("yes", "no"),
)
t.equal(
    "one event each",
    t.run("count", "--name", "CreditsImported", "-o", "csv", store=store).stdout.split(),
    [b"count", b"3"],
)
for name, text, words in (
    ("cut.json", answer("1", "1")[:-3], b"byte"),
    ("other.json", "{}", b"neither"),
    ("euro.json", answer("1", "1").replace("USD", "EUR"), b"EUR"),
):
    done = t.run("credits", "import", t.write(name, text), store=store)
    t.check(
        "what can't be imported is named: " + name,
        done.returncode == 1 and name.encode() in done.stderr and words in done.stderr,
        done.stderr,
    )
t.equal(
    "nor figures of the future", t.run("credits", "import", may, "--as-of", "2999-01-01", store=store).returncode, 2
)

# By hand.
added = feed(
    "add",
    "--account",
    LINKED,
    "--amount",
    "1000.50",
    "--issued",
    "2024-02-09",
    "--expires",
    "2025-02-09",
    "--service",
    "AmazonEC2,AmazonS3",
)[0]
t.equal(
    "the same credit again is known",
    feed(
        "add",
        "--account",
        LINKED,
        "--amount",
        "1000.50",
        "--issued",
        "2024-02-09",
        "--expires",
        "2025-02-09",
        "--service",
        "AmazonEC2,AmazonS3",
    )[0]["new"],
    "no",
)
credit = credits_at("2024-03-01")[added["id"]]
t.equal(
    "a credit that was added",
    (credit["account"], credit["amount"], credit["expires"]),
    (LINKED, "1000.50", "2025-02-09"),
)
feed("correct", added["id"], "--account", LINKED, "--amount", "2000", "--because", "misread")
t.equal("a correction counts from the beginning", credits_at("2024-03-01")[added["id"]]["amount"], "2000.00")
t.equal(
    "and is no finding",
    [row["sentence"] for row in feed("check", "--at", "2024-12-31") if row["severity"] != "low"],
    [],
)


def refused(word, *arguments):
    done = t.run("credits", *arguments, store=store)
    t.check(
        "refused, with " + word + ": " + " ".join(arguments),
        done.returncode == 1 and word.encode() in done.stderr and not done.stdout,
        (done.stdout, done.stderr),
    )


refused(LINKED, "correct", added["id"], "--account", ACCOUNT, "--amount", "3")
refused(LINKED, "correct", added["id"], "--account", ACCOUNT, "--withdraw")
refused("own-0", "correct", "own-0", "--account", LINKED, "--amount", "3")
refused(
    LINKED, "add", "--account", ACCOUNT, "--id", added["id"], "--amount", "5", "--issued", "2024-02-09", "--years", "1"
)
refused("can't be withdrawn", "correct", "00000000-0000-8000-8000-000000000000", "--account", LINKED, "--withdraw")
refused(LINKED, "correct", added["eventID"], "--account", ACCOUNT, "--withdraw")
gone = feed("correct", added["id"], "--account", LINKED, "--withdraw")[0]
t.check("what was withdrawn is gone", added["id"] not in credits_at("2024-03-01"))
for amount in ("1000.50", "7"):
    refused(
        gone["eventID"],
        "add",
        "--account",
        LINKED,
        "--id",
        added["id"],
        "--amount",
        amount,
        "--issued",
        "2024-02-09",
        "--years",
        "1",
    )
feed("correct", gone["eventID"], "--account", LINKED, "--withdraw")
t.equal("a withdrawal can be taken back", credits_at("2024-03-01")[added["id"]]["amount"], "2000.00")

# Who holds a credit now corrects it; the same second or not.
feed("correct", added["id"], "--account", LINKED, "--owner", ACCOUNT)
refused(ACCOUNT, "correct", added["id"], "--account", LINKED, "--amount", "3")
refused(
    ACCOUNT, "add", "--account", LINKED, "--id", added["id"], "--amount", "5", "--issued", "2024-02-09", "--years", "1"
)
feed("correct", added["id"], "--account", ACCOUNT, "--amount", "2500")
feed("correct", added["id"], "--account", ACCOUNT, "--owner", LINKED)
refused(LINKED, "correct", added["id"], "--account", ACCOUNT, "--withdraw")
moved = credits_at("2024-03-01")[added["id"]]
t.equal("a credit that went there and back", (moved["account"], moved["amount"]), (LINKED, "2500.00"))
t.equal(
    "is no finding", [row["sentence"] for row in feed("check", "--at", "2024-12-31") if row["severity"] != "low"], []
)

form = feed(
    "apply",
    "--account",
    ACCOUNT,
    "--amount",
    "25000",
    "--org-id",
    ORG,
    "--startup",
    "S1",
    "--email",
    "a@x.example",
    "--founded",
    "2020-01-01",
    "--stage",
    "Seed",
    "--website",
    "https://x.example",
    "--country",
    "DE",
    "--submitted",
    "2024-03-01T10:00:00Z",
    "--id",
    "app-9",
)[0]
refused(ACCOUNT, "decide", "app-9", "--account", LINKED, "--approved")
refused("no form of application app-8", "decide", "app-8", "--account", ACCOUNT, "--approved")
feed("decide", "app-9", "--account", ACCOUNT, "--denied", "--reason", "5,8", "--decided", "2024-03-11")
application = feed("applications", "--at", "2024-04-01")[0]
t.equal(
    "an application and its decision",
    (application["applicationId"], application["status"], application["decisionReasons"]),
    ("app-9", "denied", ["5", "8"]),
)
again = feed("decide", "app-9", "--account", ACCOUNT, "--approved", "--decided", "2024-03-12")[0]
feed("correct", again["eventID"], "--account", ACCOUNT, "--withdraw")
t.equal(
    "a fact of one's own can be withdrawn",
    [row["rule"] for row in feed("check", "--at", "2024-04-01", code=1) if row["rule"] == "R65"],
    [],
)

# What was withdrawn isn't there, and is not said again in silence.
way = "to take that back: trailkeeper credits correct "
decided = ["decide", "app-9", "--account", ACCOUNT, "--approved", "--decided", "2024-03-12"]
refused(way, *decided)
formed = ["apply", "--account", ACCOUNT, "--amount", "7000", "--submitted", "2022-03-01", "--id", "app-6"]
issued = ["add", "--account", ACCOUNT, "--id", "6", "--amount", "1", "--issued", "2022-03-01", "--years", "1"]
for command in (formed, issued):
    withdrawal = feed("correct", feed(*command)[0]["eventID"], "--account", ACCOUNT, "--withdraw")[0]
    refused(way + withdrawal["eventID"], *command)
refused(way, "decide", "app-6", "--account", ACCOUNT, "--approved")
feed("correct", withdrawal["eventID"], "--account", ACCOUNT, "--withdraw")
t.equal("the way back is one", feed(*issued)[0]["new"], "no")

# As events: nobody takes them for AWS's, and who wrote them is there. The Org ID stays confidential.
shown = json.loads(t.run("show", form["eventID"], "-o", "json", store=store).stdout)
t.equal(
    "the marker",
    (shown["eventType"], shown["eventSource"], shown["userIdentity"]["invokedBy"], shown["sourceIPAddress"]),
    ("AwsServiceEvent", "activate.amazonaws.com", "trailkeeper", "trailkeeper"),
)
t.check(
    "who and when",
    "uid" in shown["additionalEventData"]["recordedBy"] and shown["additionalEventData"]["recordedAt"].startswith("20"),
    shown,
)
for command in (["show", form["eventID"]], ["events"], ["journal"], ["credits", "applications"]):
    t.check("no Org ID in " + command[0], ORG.encode() not in t.run(*command, "-o", "json", store=store).stdout)
journal = t.run("journal", "-o", "json", store=store).stdout.decode()
t.check(
    "the journal has who did what",
    "credits-import" in journal and "credits-correct" in journal and form["eventID"] in journal,
    journal,
)
t.equal(
    "verdicts leave them alone",
    [
        row["verdict"]
        for row in json.loads(
            t.run("count", "--source", "activate.amazonaws.com", "--by", "verdict", "-o", "json", store=store).stdout
        )
    ],
    ["not-applicable"],
)

for arguments, word in (
    (["add", "--account", "12", "--amount", "1", "--issued", "2024-01-01", "--years", "1"], b"--account"),
    (["add", "--account", ACCOUNT, "--amount", "1", "--issued", "2024-01-01"], b"--expires"),
    (["decide", "app-9", "--account", ACCOUNT], b"--approved"),
    (["correct", "x", "--account", ACCOUNT], b"--withdraw"),
):
    done = t.run("credits", *arguments, store=store)
    t.check(
        "refused with the option's name: " + " ".join(arguments),
        done.returncode == 2 and word in done.stderr,
        done.stderr,
    )
t.equal("the store is sound", t.run("verify", store=store).returncode, 0)

# Over HTTP: the same facts, for tokens with the right `admin`.
served = t.path("served")
secrets = {
    right: t.run("token", "create", right, "--rights", right, store=served).stdout.decode().split()[-1]
    for right in ("admin", "ingest")
}
server = Server(t, served, "--http", "0")
admin, ingest = ({"Authorization": "Bearer " + secrets[right]} for right in ("admin", "ingest"))


def post(path, body, headers=admin):
    status, _, got = server.request("POST", path, body if isinstance(body, str) else json.dumps(body), headers)
    return status, got


t.equal("who sends events may not", post("/v1/credits/add", {}, ingest)[0], 403)
status, got = post("/v1/credits/import?as-of=2024-05-10", answer("4000", "3900"))
t.equal("import", (status, got["facts"][0]["id"], got["facts"][0]["new"]), (200, "700001", True))
t.equal("once", post("/v1/credits/import?as-of=2024-05-10", answer("4000", "3900"))[1]["facts"][0]["new"], False)
status, got = post(
    "/v1/credits/add", {"account": LINKED, "amount": 1000, "issued": "2024-02-09", "years": 1, "service": ["AmazonEC2"]}
)
t.equal("add", (status, got["facts"][0]["fact"]), (200, "CreditsIssued"))
t.equal(
    "correct", post("/v1/credits/correct", {"id": got["facts"][0]["id"], "account": LINKED, "amount": "1500"})[0], 200
)
status, wrong = post("/v1/credits/correct", {"id": got["facts"][0]["id"], "account": ACCOUNT, "amount": "1"})
t.check("not another account's credit", status == 400 and LINKED in wrong["error"]["message"], (status, wrong))
t.equal("apply", post("/v1/credits/apply", {"account": ACCOUNT, "amount": 5000, "orgId": ORG, "id": "app-1"})[0], 200)
t.equal(
    "decide",
    post("/v1/credits/decide", {"id": "app-1", "account": ACCOUNT, "approved": True, "amount": "5000"})[0],
    200,
)
status, wrong = post("/v1/credits/decide", {"id": "app-2", "account": ACCOUNT, "approved": True})
t.check("not an application that isn't here", status == 400 and "app-2" in wrong["error"]["message"], (status, wrong))
for path, body in (
    ("add", {"account": "1"}),
    ("add", {"acount": ACCOUNT}),
    ("import", {}),
    ("decide", []),
    ("import?asof=1", answer("1", "1")),
):
    status, got = post("/v1/credits/" + path, body)
    t.check("refused: " + path, status == 400 and "message" in got["error"], (status, got))
t.equal("the wrong method", server.request("GET", "/v1/credits/add", headers=admin)[0], 405)
server.stop()
rows = {row["creditId"]: row["amount"] for row in json.loads(t.run("credits", "-o", "json", store=served).stdout)}
t.equal("what came of it", sorted(rows.values()), ["1500.00", "5000.00"])
journal = t.run("journal", "-o", "json", store=served).stdout.decode()
t.check("the journal has the token", '"admin"' in journal.replace('\\"', '"') and "credits-add" in journal, journal)
t.finish()
