#!/usr/bin/env python3
"""The credit ledger from the command line: replay of events and cost reports, and what credits says of them."""
import csv
import gzip
import io
import json
import os
import signal
import subprocess
import uuid
from decimal import Decimal

from harness import Harness

t = Harness()
store = t.path("store")
ACCOUNT, LINKED = "111122223333", "444455556666"
ORG = "0Xy12Secret"
CODE = "PROMOSECRET7"
events = []


def event(name, time, account=ACCOUNT, **more):
    made = {
        "eventVersion": "1.08",
        "userIdentity": {"type": "AWSService", "invokedBy": "activate.amazonaws.com"},
        "eventTime": time,
        "eventSource": "activate.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "activate.amazonaws.com",
        "userAgent": "activate.amazonaws.com",
        "eventID": str(uuid.UUID(int=len(events) + 1)),
        "eventType": "AwsServiceEvent",
        "recipientAccountId": account,
    }
    made.update(more)
    events.append(made)
    return made


def fact(name, time, account=ACCOUNT, **details):
    return event(name, time, account, serviceEventDetails=details)


fact("OfferRegistered", "2024-01-01T00:00:00Z", orgId=ORG, providerId="P", amount=25000)
fact("AffiliationConfirmed", "2024-01-02T00:00:00Z", orgId=ORG, confirmed=True)
event(
    "CreateForm",
    "2024-02-01T10:00:00Z",
    eventType="AwsApiCall",
    requestParameters={
        "applicationId": "app-1",
        "orgId": ORG,
        "requestedAmount": {"amount": "25000.00"},
        "email": "a@x.example",
        "foundingDate": "2020-01-01",
        "fundingStage": "Seed",
        "website": "https://x.example/?A3POPC=" + CODE,
        "startupId": "S1",
        "country": "DE",
    },
)
fact("ApplicationDecided", "2024-02-08T10:00:00Z", applicationId="app-1", decision="Approved", amount="25000")
issued = fact(
    "CreditsIssued", "2024-02-09T10:00:00Z", applicationId="app-1", creditId="1001", amount=25000, termYears=1
)

COLUMNS = (
    "identity_line_item_id identity_time_interval bill_payer_account_id bill_billing_period_start_date bill_billing_entity "
    "line_item_usage_account_id line_item_product_code line_item_usage_type line_item_line_item_type line_item_usage_start_date "
    "line_item_unblended_cost line_item_currency_code"
).split()


def report(lines, version=""):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for number, (account, service, kind, start, cost) in enumerate(lines):
        writer.writerow(
            [
                "%s-%d%s" % (start, number, version),
                start,
                ACCOUNT,
                start[:7] + "-01T00:00:00Z",
                "AWS",
                account,
                service,
                "Use",
                kind,
                start,
                cost,
                "USD",
            ]
        )
    return text.getvalue()


march = report(
    [(ACCOUNT, "AmazonEC2", "Usage", "2024-03-0%dT00:00:00Z" % (1 + i % 9), "10.0000000001") for i in range(30)]
    + [
        (LINKED, "AmazonS3", "Usage", "2024-03-05T00:00:00Z", "7"),
        (ACCOUNT, "AmazonRegistrar", "Fee", "2024-03-05T00:00:00Z", "12"),
        (ACCOUNT, "AmazonEC2", "Credit", "2024-03-31T00:00:00Z", "-300.0000000030"),
    ]
)
with open(t.path("events.ndjson"), "w") as file:
    file.write("".join(json.dumps(made) + "\n" for made in events))
with gzip.open(t.path("march.csv.gz"), "wt") as file:
    file.write(march + "not,enough\n")


THEN = "2024-06-01"


def rows(*arguments, code=0):
    arguments += () if "--at" in arguments else ("--at", THEN)
    done = t.run(*arguments, "-o", "json", store=store)
    t.equal("exit code of " + " ".join(arguments), done.returncode, code)
    return json.loads(done.stdout)


def replayed(path, **kw):
    return json.loads(t.run("replay", path, "-o", "json", store=store, **kw).stdout)


t.equal("events", replayed(t.path("events.ndjson"))["events"], 5)
done = replayed(t.path("march.csv.gz"))
t.equal("a report is known by its content", (done["billLines"], done["rejected"], done["events"]), (33, 1, 0))
done = replayed(t.path("march.csv.gz"))
t.equal("known lines change nothing", (done["billLines"], done["duplicates"]), (0, 33))
done = json.loads(t.run("replay", "-", "-o", "json", store=store, stdin=march.encode()).stdout)
t.equal("the same from standard input", (done["billLines"], done["duplicates"]), (0, 33))
for name, data in (
    ("little", b"\xff\xfe" + march.encode("utf-16-le")),
    ("big", gzip.compress(b"\xfe\xff" + march.encode("utf-16-be"))),
    ("twice", gzip.compress(gzip.compress(march.encode()))),
    ("mark", b"\xef\xbb\xbf" + march.encode()),
):
    t.write(name + ".csv", data)
    done = replayed(t.path(name + ".csv"))
    t.equal(
        "the same in another encoding: " + name, (done["billLines"], done["duplicates"], done["rejected"]), (0, 33, 0)
    )
done = json.loads(
    t.run("replay", "-", "-o", "json", store=store, stdin=open(t.path("events.ndjson"), "rb").read()).stdout
)
t.equal("events from standard input", done["duplicates"], 5)

t.equal(
    "nothing is revealed of, nor made for, a store that isn't there",
    (t.run("events", "--reveal", store=t.path("nowhere")).returncode, os.path.exists(t.path("nowhere"))),
    (3, False),
)
credit = rows("credits")[0]
t.equal(
    "the balance",
    (credit["creditId"], credit["used"], credit["available"], credit["status"], credit["expires"]),
    ("1001", "307.000000003", "24692.999999997", "active", "2025-02-09"),
)
t.equal("as of the day of issue", rows("credits", ACCOUNT, "--at", "2024-02-10")[0]["available"], "25000.00")
t.equal("before it", rows("credits", ACCOUNT, "--at", "2024-02-09"), [])
t.equal("after its expiry", rows("credits", "--at", "2025-02-10")[0]["expired"], "24692.999999997")
t.equal("of another account", rows("credits", LINKED), [])
t.equal("an answer says as of when", {row["asOf"] for row in rows("credits", "ledger")}, {THEN + "T00:00:00Z"})
t.check(
    "a table, too, even an empty one",
    t.run("credits", "check", LINKED, "--at", THEN, store=store).stdout.endswith(b"as of 2024-06-01T00:00:00Z\n"),
)
t.equal(
    "without --at: now",
    [row["status"] for row in json.loads(t.run("credits", "-o", "json", store=store).stdout)],
    ["expired"],
)

lines = rows("credits", "statement", ACCOUNT, "--month", "2024-03")
t.equal("a line each", len(lines), 33)
t.equal(
    "what was paid",
    sorted({(line["service"], line["type"], line["reason"], line["rule"]) for line in lines}),
    [
        ("AmazonEC2", "Credit", "discount", "R59"),
        ("AmazonEC2", "Usage", "covered", "R39"),
        ("AmazonRegistrar", "Fee", "ineligible", "R40"),
        ("AmazonS3", "Usage", "covered", "R39"),
    ],
)
t.equal("no such bill", t.run("credits", "statement", ACCOUNT, "--month", "2024-04", store=store).returncode, 1)
t.equal("no month", t.run("credits", "statement", ACCOUNT, "--month", "May", store=store).returncode, 2)

application = rows("credits", "applications")[0]
t.equal(
    "the application",
    (application["status"], application["reasons"], application["award"]),
    ("approved", [], "25000.00"),
)
t.check(
    "its Org ID is a pseudonym",
    application["orgId"].startswith("org-") and ORG not in application["orgId"],
    application,
)
for wide, expected in (((), False), (("--wide",), True)):
    table = t.run(*wide, "credits", "applications", "--at", THEN, store=store).stdout.decode()
    t.equal(
        "a table of applications fits 100 columns, or has it all",
        (max(map(len, table.splitlines())) > 100, "ORGID" in table),
        (expected, expected),
    )
t.equal(
    "findings",
    [row["sentence"] for row in rows("credits", "check", code=1) if row["severity"] != "low"],
    ["1 line of cost reports couldn't be read: no bill has it (trailkeeper rejects shows what is wrong)"],
)
t.equal(
    "notices",
    [row["kind"] for row in rows("credits", "notices")],
    ["decision", "expires-in-60-days", "expires-in-30-days", "expired"],
)
t.equal("forecast", rows("credits", "forecast", ACCOUNT)[0]["creditId"], "1001")

postings = rows("credits", "ledger")
t.check(
    "a bill's causes are its lines",
    all(row["cause"].startswith("2024-03-") for row in postings if row["debit"].startswith("bill:")),
    postings,
)
t.equal("postings come in order of time", [row["time"] for row in postings], sorted(row["time"] for row in postings))
t.equal(
    "the credit's issue first, its expiry last",
    [row["rule"] for row in rows("credits", "ledger", "--at", "2025-06-01")][:: len(postings)],
    ["R57", "R35"],
)
t.check(
    "every posting says why", all(row["rule"] and row["cause"] and row["debit"] != row["credit"] for row in postings)
)
t.equal(
    "what the credit lost is what it was used for",
    sum(Decimal(row["amount"]) for row in postings if row["debit"] == "credit:1001:used"),
    Decimal("307.000000003"),
)

# The report's own credit line paid 300.000000003 for EC2; the ledger paid the linked account's S3, too.
differences = rows("credits", "reconcile", code=1)
t.equal(
    "against the report's own credits",
    [(row["service"], row["account"], row["ours"], row["theirs"]) for row in differences],
    [("AmazonS3", LINKED, "7.00", "0.00")],
)
with open(t.path("credits.json"), "w") as file:
    json.dump(
        {
            "credits": [
                {
                    "accountId": ACCOUNT,
                    "creditId": "1001",
                    "remainingAmount": {"amount": "24700", "currencyCode": "USD"},
                }
            ]
        },
        file,
    )
with open(t.path("history.json"), "w") as file:
    json.dump(
        {
            "creditAllocationHistoryList": [
                {
                    "accountId": ACCOUNT,
                    "appliedServiceName": "Amazon Elastic Compute Cloud",
                    "billingMonth": "2024-03",
                    "creditId": "1001",
                    "creditAmount": {"amount": "-300.000000003", "currencyCode": "USD"},
                    "isEstimatedBill": False,
                }
            ]
        },
        file,
    )
against = [
    row["against"] for row in rows("credits", "reconcile", t.path("credits.json"), t.path("history.json"), code=1)
]
t.equal("against the Billing API", against, ["cur", "GetCredits"])


def reconciled(answer, code=1):
    t.write("answer.json", json.dumps(answer))
    done = t.run("credits", "reconcile", t.path("answer.json"), "--at", THEN, "-o", "json", store=store)
    t.equal("exit code", done.returncode, code)
    return [row for row in json.loads(done.stdout) if row["against"] != "cur"], done.stderr.decode()


LEFT = "24692.999999997"
listed = {
    "accountId": ACCOUNT,
    "creditId": "1001",
    "creditType": "Promotion",
    "initialAmount": {"amount": "25000", "currencyCode": "USD"},
    "startDate": 1707436800,
    "endDate": "2025-02-10T00:00:00+00:00",
    "remainingAmount": {"amount": LEFT, "currencyCode": "USD"},
}
t.equal("the same", reconciled({"credits": [listed]})[0], [])
t.equal(
    "an open month",
    reconciled({"credits": [{**listed, "remainingAmount": {"amount": "25000"}, "estimatedAmount": {"amount": LEFT}}]})[
        0
    ],
    [],
)
for change, what, theirs in (
    ({"initialAmount": {"amount": "20000"}}, "initial", "20000.00"),
    ({"startDate": "2024-02-01"}, "start", "2024-02-01"),
    ({"endDate": 1767225599}, "end", "2025-12-31"),
    ({"accountId": LINKED}, "owner", LINKED),
    ({"estimatedAmount": {"amount": "1"}}, "estimated", "1.00"),
    ({"remainingAmount": {"amount": LEFT, "currencyCode": "EUR"}}, "currency", LEFT + " EUR"),
):
    t.equal(
        "another " + what,
        [(row["what"], row["theirs"]) for row in reconciled({"credits": [{**listed, **change}]})[0]],
        [(what, theirs)],
    )
t.equal(
    "missing there",
    [(row["what"], row["ours"], row["theirs"]) for row in reconciled({"credits": []})[0]],
    [("not-there", LEFT, None)],
)
t.equal(
    "missing here",
    [
        (row["creditId"], row["what"], row["theirs"])
        for row in reconciled({"credits": [listed, {**listed, "creditId": "7", "remainingAmount": {"amount": "0"}}]})[0]
    ],
    [("7", "not-here", "0.00")],
)
rows_of, said = reconciled({"creditAllocationHistoryList": [], "failedMonths": ["2024-02"], "partialResults": True})
t.equal(
    "what AWS leaves out",
    [(row["month"], row["what"]) for row in rows_of],
    [("2024-02", "failed-month"), (None, "partial-results")],
)
t.check("is named", "failedMonths" in said and "2024-02" in said and "partialResults" in said, said)
nothing = t.path("nothing-to-compare")
t.run("replay", t.path("events.ndjson"), store=nothing)
done = t.run("credits", "reconcile", store=nothing)
t.check("nothing to compare", done.returncode == 1 and b"nothing to compare" in done.stderr, done)
t.equal("a file that is none", t.run("credits", "reconcile", t.path("events.ndjson"), store=store).returncode, 1)

# A refreshed report has other line item IDs, and replaces what it was.
twice = t.path("twice")
lines = [
    (ACCOUNT, service, "Usage", "2024-03-0%dT0%d:00:00Z" % (day, hour), "1.%d" % hour)
    for day in range(1, 6)
    for hour in range(4)
    for service in ("AmazonEC2", "AmazonS3")
]
for name, made in (
    ("early", report(lines[:24])),
    ("other", report([line[:3] + (line[3].replace("2024-03", "2024-04"),) + line[4:] for line in lines])),
    ("late", report(lines, "b")),
):
    with open(t.path(name + ".csv"), "w") as file:
        file.write(made)
    t.run("replay", t.path(name + ".csv"), store=twice)
    found = json.loads(t.run("credits", "check", "-o", "json", store=twice).stdout)
    t.equal("nothing is doubled after " + name, [row["sentence"] for row in found if "twice" in row["sentence"]], [])
t.equal(
    "the lines of both months",
    [
        len(json.loads(t.run("credits", "statement", ACCOUNT, "--month", month, "-o", "json", store=twice).stdout))
        for month in ("2024-03", "2024-04")
    ],
    [len(lines), len(lines)],
)

# R1, R4, R5, R56: what console events say; once for each account and name.
console = t.path("console")
with open(t.path("console.ndjson"), "w") as file:
    user = {"type": "IAMUser", "accountId": ACCOUNT, "userName": "anna"}
    facts = [fact("MembershipChanged", "2024-01-01T00:00:00Z", status="Member")]
    calls = [
        event(
            name, "2024-03-0%dT00:00:00Z" % day, account, eventType="AwsApiCall", readOnly=read_only, userIdentity=user
        )
        for day, (name, account, read_only) in enumerate(
            (
                ("GetCredit", ACCOUNT, True),
                ("GetCredit", ACCOUNT, True),
                ("CreateForm", ACCOUNT, True),
                ("GetMemberInfo", LINKED, True),
                ("GetContentInfo", ACCOUNT, True),
                ("Get Program", ACCOUNT, True),
            ),
            1,
        )
    ]
    file.write("".join(json.dumps(made) + "\n" for made in facts + calls))
t.run("replay", t.path("console.ndjson"), store=console)
found = json.loads(t.run("credits", "check", "-o", "json", store=console).stdout)
t.equal(
    "console findings",
    [(row["rule"], row["account"], row["event"]) for row in found if row["rule"] in ("R1", "R4", "R5", "R56")],
    [
        ("R1", ACCOUNT, calls[0]["eventID"]),
        ("R4", ACCOUNT, calls[2]["eventID"]),
        ("R56", ACCOUNT, calls[4]["eventID"]),
        ("R5", LINKED, calls[3]["eventID"]),
    ],
)

# R56: an account with a credit that was issued has approved credits.
with open(t.path("holder.ndjson"), "w") as file:
    file.write(json.dumps(fact("CreditsIssued", "2024-03-04T00:00:00Z", creditId="7", amount=10, termYears=1)) + "\n")
t.run("replay", t.path("holder.ndjson"), store=console)
found = json.loads(t.run("credits", "check", "-o", "json", store=console).stdout)
t.equal("offers read by who has a credit", [row for row in found if row["rule"] == "R56"], [])

# Another currency is never read as dollars.
euros = t.path("euros")
with open(t.path("euros.ndjson"), "w") as file:
    file.write(
        json.dumps(
            fact(
                "CreditsIssued",
                "2024-03-04T00:00:00Z",
                creditId="8",
                amount={"amount": "10", "currencyCode": "EUR"},
                termYears=1,
            )
        )
        + "\n"
    )
t.run("replay", t.path("euros.ndjson"), store=euros)
t.equal("no credit of euros", json.loads(t.run("credits", "-o", "json", store=euros).stdout), [])
done = t.run("credits", "check", "-o", "json", store=euros)
t.write(
    "euros.csv",
    report([(ACCOUNT, "AmazonEC2", "Usage", "2024-03-05T00:00:00Z", "10")] * 2).replace("USD", "EUR").encode(),
)
t.run("replay", t.path("euros.csv"), store=euros)
found = json.loads(t.run("credits", "check", "-o", "json", store=euros).stdout)
t.check(
    "nor bills of euros, but a finding",
    any("2 lines of cost reports are in another currency" in row["sentence"] for row in found),
    found,
)
t.check(
    "but a finding", done.returncode == 1 and "another currency" in json.loads(done.stdout)[0]["sentence"], done.stdout
)

# A bill beyond what money can count stops alone, by name; on one day or over several.
OTHER = "999900001111"
for name, days in (("day", ("05", "05")), ("month", ("05", "06"))):
    limit = t.path("limit-" + name)
    with open(t.path("limit-%s.csv" % name), "w") as file:
        file.write(
            report([(OTHER, "AmazonEC2", "Usage", "2024-03-%sT00:00:00Z" % day, "900000000") for day in days]).replace(
                ACCOUNT, OTHER
            )
        )
    for path in ("events.ndjson", "march.csv.gz", "limit-%s.csv" % name):
        t.equal("replayed: " + path, t.run("replay", t.path(path), store=limit).returncode in (0, 1), True)
    done = t.run("credits", "--at", THEN, "-o", "json", store=limit)
    t.equal("the others' answers", (done.returncode, json.loads(done.stdout)[0]["used"]), (0, "307.000000003"))
    t.check("it is named", b"the bill of 999900001111 for 2024-03 is left out" in done.stderr, done.stderr)
    found = json.loads(t.run("credits", "check", "--at", THEN, "-o", "json", store=limit).stdout)
    t.equal("and found", [row["severity"] for row in found if row["event"] == "bill %s 2024-03" % OTHER], ["high"])

settings = t.path("settings.json")
with open(settings, "w") as file:
    file.write('{"sharingDefault": false}')
t.equal("settings", t.run("credits", "settings", settings, store=store).returncode, 0)
t.equal("without sharing", rows("credits")[0]["used"], "300.000000003")
with open(settings, "w") as file:
    file.write('{"sharingDefualt": false}')
wrong = t.run("credits", "settings", settings, store=store)
t.check("a setting that isn't one", wrong.returncode == 1 and b"/sharingDefualt" in wrong.stderr, wrong.stderr)

# R20, R56: nothing but --reveal shows the Org ID or the promotion code.
with open(t.path("odd.ndjson"), "w") as file:
    file.write('{"eventSource":"activate.amazonaws.com","orgId":"%s","url":"A3POPC=%s"\n' % (ORG, CODE))
replayed(t.path("odd.ndjson"))
form = str(uuid.UUID(int=3))
for command in (
    ["events"],
    ["events", "--fields", "requestParameters.orgId,requestParameters.website"],
    ["show", form],
    ["rejects"],
    ["count", "--by", "requestParameters.orgId"],
    ["credits", "applications"],
    ["credits", "check"],
    ["findings"],
    ["explain", form],
):
    for output in ("table", "json", "ndjson", "csv", "raw"):
        done = t.run(*command, "-o", output, store=store)
        t.check(
            "%s -o %s shows no secret" % (" ".join(command), output),
            not any(secret.encode() in done.stdout + done.stderr for secret in (ORG, CODE)),
        )
revealed = t.run("show", form, "--reveal", store=store)
t.check("--reveal shows it", ORG.encode() in revealed.stdout and CODE.encode() in revealed.stdout)
t.check(
    "events --reveal, too",
    ORG.encode() in t.run("events", "--name", "CreateForm", "--reveal", "-o", "raw", store=store).stdout,
)
t.check("rejects --reveal, too", ORG.encode() in t.run("rejects", "--reveal", "-o", "raw", store=store).stdout)
journal = t.run("journal", "-o", "json", store=store).stdout.decode()
t.check("and the journal tells", journal.count("reveal") >= 3 and form in journal, journal)
t.equal("the store is sound", t.run("verify", store=store).returncode, 0)

# kill -9 in the middle of a large report; loaded again, every line is there once.
big = t.path("big.csv")
with open(big, "w") as file:
    file.write(report([(ACCOUNT, "AmazonEC2", "Usage", "2024-05-01T00:00:00Z", "0.01")] * 300_000))
for delay in (0.05, 0.15, 0.3):
    process = subprocess.Popen(
        [t.binary, "--store", store, "replay", big], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(delay)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
replayed(big)
cells = [row for row in rows("credits", "reconcile", code=1) if row["month"] == "2024-05"]
t.equal("what was paid of it", [row["ours"] for row in cells], ["3000.00"])
t.equal("the store is sound after it", t.run("verify", store=store).returncode, 0)
t.finish()
