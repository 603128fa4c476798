#!/usr/bin/env python3
"""Random histories of applications, credits and bills: the ledger against the slow reference of reference.py, to the last decimal.
Of every tenth also: another order of arrival, in other pieces, into another store, merged or not, gives the same answers.

As a test: differential.py TRAILKEEPER. By hand also: --count N --seed S; a difference is shrunk and printed with its seed.
"""
import csv
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import uuid
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import zip_longest

from reference import Reference

COLUMNS = ("identity_line_item_id identity_time_interval bill_payer_account_id bill_billing_period_start_date bill_billing_entity "
           "line_item_usage_account_id line_item_product_code line_item_usage_type line_item_line_item_type line_item_usage_start_date "
           "line_item_unblended_cost line_item_currency_code reservation_reservation_a_r_n").split()
ACCOUNTS = ["111111111111", "222222222222", "333333333333", "444444444444"]
SERVICES = ["AmazonEC2", "AmazonS3", "AmazonRDS", "AWSSupportBusiness", "AWSSupportEnterprise", "AmazonRegistrar", "AmazonRoute53", "madeUpService"]
BEGIN = date(2023, 1, 1)


class History:
    """What one random number makes: events, bill lines, and until when they are looked at."""

    def __init__(self, seed):
        self.rng, self.seed = random.Random(seed), seed
        self.events, self.lines = [], []
        accounts = ACCOUNTS[:self.rng.randint(1, 4)]
        self.payers = {account: account for account in accounts}
        for account in accounts[1:]:
            if self.rng.random() < 0.6:
                self.payers[account] = accounts[0]
                self.event("AccountStatusChanged", account, self.day(200), status="Active", payerAccountId=accounts[0])
        for _ in range(self.rng.randint(0, 3)):
            self.event("CreditSharingChanged", accounts[0], self.day(), enabled=self.rng.random() < 0.5)
        for number in range(self.rng.randint(1, 6)):
            self.credit(str(7000 + number), self.rng.choice(accounts))
        if self.rng.random() < 0.6:
            self.applications(accounts)
        for _ in range(self.rng.randint(5, 60)):
            self.line(self.rng.choice(accounts))
        self.at = date(2030, 1, 1) if self.rng.random() < 0.5 else self.day()

    def day(self, span=800):
        # Often a month's first or last day, where mistakes live.
        day = BEGIN + timedelta(days=self.rng.randrange(span))
        dice = self.rng.random()
        if dice < 0.2:
            return day.replace(day=1)
        return day.replace(day=1) - timedelta(days=1) if dice < 0.4 and day > date(2023, 2, 1) else day

    def amount(self, most):
        return Decimal(self.rng.randrange(1, most * 10 ** 10)) / 10 ** 10 if self.rng.random() < 0.7 else Decimal(self.rng.randint(1, most))

    def event(self, name, account, day, **details):
        # Several at one time, some without an eventID, some of one eventID: what comes first must not depend on how they came.
        time = "%sT%02d:%02d:00Z" % (day, self.rng.choice((0, 10, 23)), self.rng.choice((0, 59)))
        dice = self.rng.random()
        name_id = None if dice < 0.15 else self.rng.choice(self.events)["id"] if dice < 0.2 and self.events else str(uuid.UUID(int=self.rng.getrandbits(128)))
        made = {"name": name, "account": account, "time": time, "id": name_id, "details": details}
        if name == "CreateForm" and self.rng.random() < 0.1:
            made["error"] = "InternalFailure"
        made["bytes"] = event_json(made)
        self.events.append(made)

    def credit(self, name, account):
        day = self.day(500)
        details = {"creditId": name, "amount": str(self.amount(600)), "termYears": self.rng.choice((1, 1, 2))}
        if day < date(2023, 4, 11) and self.rng.random() < 0.5:
            details["creditType"] = "Support"
        elif self.rng.random() < 0.2:
            details["program"] = "EdStart"
            del details["termYears"]
            details[self.rng.choice(("termYears", "termMonths"))] = self.rng.randint(1, 5)
        elif self.rng.random() < 0.3:
            details["applicationId"] = "app-%d" % self.rng.randrange(4)
        if self.rng.random() < 0.3:
            details["services"] = self.rng.sample(SERVICES[:4], self.rng.randint(1, 2))
        self.event("CreditsIssued", account, day, **details)
        if self.rng.random() < 0.15:
            later = day + timedelta(days=self.rng.randrange(1, 300))
            self.event("CreditsChanged", account, later, creditId=name, change=self.rng.choice(("Revoked", "Transferred")), amount=details["amount"])

    def applications(self, accounts):
        """Startups with several accounts, accounts with several startups or none."""
        rng = self.rng
        orgs = ["org-%d" % n for n in range(4)]
        for org in rng.sample(orgs, rng.randint(0, 4)):
            self.event("OfferRegistered", accounts[0], self.day(300), orgId=org, providerId="P")
        for number in range(rng.randint(1, 8)):
            account, name, begin = rng.choice(accounts), "app-%d" % rng.randrange(6), self.day(500)
            form = {"applicationId": name, "requestedAmount": str(rng.choice((1000, 5000, 25000, 100000, 150000))), "email": "a@x.example",
                    "foundingDate": rng.choice(("2020-01-01",) * 9 + ("2012-02-29", "2013-03-01")), "fundingStage": "Seed",
                    "website": "x.example" if rng.random() < 0.95 else "", "country": rng.choice(("DE",) * 9 + ("FR", ""))}
            if rng.random() < 0.8:
                form["startupId"] = rng.choice(("S1", "S1", "S2"))
            if rng.random() < 0.8:
                form["orgId"] = rng.choice(orgs)
            if rng.random() < 0.1:
                del form["applicationId"]
            self.event("CreateForm", account, begin, **form)
            for _ in range(rng.choice((0, 0, 1, 1, 2))):
                about = {"applicationId": name} if rng.random() < 0.5 else {"orgId": form.get("orgId", "org-0")}
                self.event("AffiliationConfirmed", account, self.day(500), confirmed=rng.random() < 0.6, **about)
            if rng.random() < 0.7:
                decision = {"applicationId": name, "decision": "Approved" if rng.random() < 0.8 else "Denied"}
                if rng.random() < 0.5:
                    decision["amount"] = str(rng.choice((1000, 20000, 60000)))
                self.event("ApplicationDecided", account, begin + timedelta(days=rng.randrange(20)), **decision)
            elif rng.random() < 0.3:
                self.event("ApplicationCancelled", account, begin + timedelta(days=rng.randrange(5)), applicationId=name)

    def line(self, account):
        rng = self.rng
        kind = rng.choices(("Usage", "Fee", "RIFee", "Tax", "Refund", "EdpDiscount", "SavingsPlanUpfrontFee", "Credit"), (12, 2, 1, 1, 1, 1, 0.5, 0.5))[0]
        amount = self.amount(120)
        if kind in ("Refund", "EdpDiscount", "Credit") or (kind == "Usage" and rng.random() < 0.05):
            amount = -amount / rng.choice((1, 5))
        service = rng.choices(SERVICES, (5, 4, 3, 2, 1, 1, 1, 1))[0]
        usage = rng.choice(("DomainRegistration", "HostedZone") if service == "AmazonRoute53" else ("Use", "Box", "Bytes"))
        self.lines.append({"id": "line-%d" % len(self.lines), "payer": self.payers[account], "account": account, "service": service, "usage": usage,
                           "type": kind, "entity": "AWS Marketplace" if rng.random() < 0.05 else "AWS", "day": self.day(), "amount": round(amount, 10),
                           "reservation": kind in ("Fee", "RIFee") and rng.random() < 0.5})


def event_json(event):
    form = event["name"] == "CreateForm"
    record = {"eventVersion": "1.08", "userIdentity": {"type": "AWSService", "invokedBy": "activate.amazonaws.com"}, "eventTime": event["time"],
              "eventSource": "activate.amazonaws.com", "eventName": event["name"], "awsRegion": "us-east-1", "eventID": event["id"],
              "eventType": "AwsApiCall" if form else "AwsServiceEvent", "recipientAccountId": event["account"],
              "requestParameters" if form else "serviceEventDetails": event["details"]}
    if event["id"] is None:
        del record["eventID"]
    if "error" in event:
        record["errorCode"] = event["error"]
    return json.dumps(record)


def report(lines):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for line in lines:
        start = "%sT00:00:00Z" % line["day"]
        writer.writerow([line["id"], start, line["payer"], start[:8] + "01T00:00:00Z", line["entity"], line["account"], line["service"], line["usage"], line["type"],
                         start, line["amount"], "USD", "arn:aws:ec2:us-east-1:1:reserved-instances/1" if line["reservation"] else ""])
    return text.getvalue()


class Ledger:
    """The binary's answers on a history that is replayed in a random order, part of it twice."""

    def __init__(self, binary, history, events, lines):
        self.binary = binary
        with tempfile.TemporaryDirectory(prefix="trailkeeper-credits-") as folder:
            self.folder = folder
            rng = random.Random(len(events) + len(lines))
            events, lines = rng.sample(events, len(events)), rng.sample(lines, len(lines))
            half, part = len(events) // 2, len(lines) // 2
            files = {"a.ndjson": "".join(event["bytes"] + "\n" for event in events[half:]), "b.csv": report(lines[part:]), "c.ndjson": "".join(event["bytes"] + "\n" for event in events),
                     "d.csv": report(lines[:part + 2])}
            for name, text in files.items():
                with open(os.path.join(folder, name), "w") as file:
                    file.write(text)
            for name in files:
                if os.path.getsize(os.path.join(folder, name)):
                    self.run("replay", os.path.join(folder, name))
            at = "%sT23:59:59Z" % history.at
            self.credits = self.run("credits", "--at", at)
            self.applications = self.run("credits", "applications", "--at", at)
            self.lines = {}
            for payer, month in sorted({(line["payer"], str(line["day"])[:7]) for line in lines if line["day"] <= history.at}):
                self.lines.update({row["lineItemId"]: row for row in self.run("credits", "statement", payer, "--month", month, "--at", at)})

    def run(self, *arguments):
        done = subprocess.run([self.binary, "--store", os.path.join(self.folder, "store"), *arguments, "-o", "json"], capture_output=True, timeout=120)
        if done.returncode != 0:
            raise RuntimeError("%s: exit code %d: %s" % (" ".join(arguments), done.returncode, done.stderr.decode()))
        return json.loads(done.stdout)


ANSWERS = (["credits"], ["credits", "applications"], ["credits", "check"], ["credits", "ledger"], ["credits", "notices"])


def answers(binary, history, pieces):
    """What a fresh store says of files that are replayed one after the other, then merged."""
    with tempfile.TemporaryDirectory(prefix="trailkeeper-arrivals-") as folder:
        def run(*arguments):
            done = subprocess.run([binary, "--store", os.path.join(folder, "store"), *arguments], capture_output=True, timeout=120)
            if done.returncode not in (0, 1):
                raise RuntimeError("%s: exit code %d: %s" % (" ".join(arguments), done.returncode, done.stderr.decode()))
            return done.stdout

        for number, piece in enumerate(pieces):
            path = os.path.join(folder, "%d%s" % (number, ".csv" if piece.startswith(COLUMNS[0]) else ".ndjson"))
            with open(path, "w") as file:
                file.write(piece)
            run("replay", path)
        said = {}
        for merged in (False, True):
            if merged:
                run("compact")
            for command in ANSWERS:
                rows = json.loads(run(*command, "--at", "%sT23:59:59Z" % history.at, "-o", "json"))
                for row in rows:
                    row.pop("orgId", None)  # A pseudonym of each store's own.
                said[(*command, merged)] = rows
        return said


def arrivals(binary, history):
    """Whether the same input, in one piece or in many, in another order, in another store, merged or not, says the same."""
    rng = random.Random(history.seed)
    whole = ["".join(event["bytes"] + "\n" for event in history.events), report(history.lines)]
    events, lines = rng.sample(history.events, len(history.events)), rng.sample(history.lines, len(history.lines))
    pieces = [report(lines[:len(lines) // 2]), report(lines[len(lines) // 3:])]
    while events:
        size = rng.randint(1, 5)
        pieces.append("".join(event["bytes"] + "\n" for event in events[:size]))
        events = events[size:]
    one, other = answers(binary, history, whole), answers(binary, history, rng.sample(pieces, len(pieces)))
    for said in (one, other):
        for (*command, merged), rows in said.items():
            expected = one[(*command, False)]
            if rows != expected:
                yield "%s, merged %s: %s" % (" ".join(command), merged, [pair for pair in zip_longest(rows, expected) if pair[0] != pair[1]][:3])


def differences(binary, history, events, lines, settings):
    """What the two say differently, as sentences."""
    ours = Ledger(binary, history, events, lines)
    reference = Reference(events, lines, settings, history.at)
    found = []
    theirs = [(form.id, form.account, form.status, sorted(form.reasons), form.award) for form in reference.programme.forms]
    applications = [(row["applicationId"], row["account"], row["status"], sorted(row["reasons"]), Decimal(row["award"])) for row in ours.applications]
    found += ["application %s, reference %s" % pair for pair in zip_longest(applications, theirs) if pair[0] != pair[1]]
    balances = reference.balances()
    # What only bills tell of isn't a credit of the ledger: tests/cli/bills.py.
    credits = [row for row in ours.credits if row["type"] != "Billed"]
    if sorted(balances) != sorted(row["creditId"] for row in credits):
        return found + ["credits: %s, reference %s" % ([row["creditId"] for row in credits], list(balances))]
    for row in credits:
        for key, value in balances[row["creditId"]].items():
            if Decimal(row[key]) != value:
                found.append("credit %s: %s is %s, reference %s" % (row["creditId"], key, row[key], value))
    rows = defaultdict(list)
    for line in lines:
        if line["day"] <= history.at:
            rows[((line["day"].year, line["day"].month), line["payer"], Reference.key(line))].append(ours.lines.pop(line["id"]))
    if ours.lines:
        found.append("lines nobody knows: %s" % list(ours.lines))
    for (month, payer), cells in reference.cells.items():
        for cell in cells:
            key = (cell.account, cell.service, cell.usage, cell.day, cell.line_type, cell.entity, cell.reserved)
            found += ["%s: %s" % (key, sentence) for sentence in compare_cell(cell, rows[(month, payer, key)])]
    return found


def compare_cell(cell, rows):
    """Of one cell's lines: what was paid, by which credit, and why no more."""
    paid = defaultdict(Decimal)
    for row in rows:
        covered = sum((Decimal(credit["amount"]) for credit in row["credits"]), Decimal(0))
        if covered != Decimal(row["covered"]) or covered + Decimal(row["due"]) != Decimal(row["amount"]):
            yield "line %s doesn't add up: %s" % (row["lineItemId"], row)
        for credit in row["credits"]:
            paid[credit["creditId"]] += Decimal(credit["amount"])
    if dict(paid) != dict(cell.paid):
        yield "paid %s, reference %s" % (dict(paid), dict(cell.paid))
    reasons = {row["reason"] for row in rows}
    if cell.kind not in ("service", "support") and reasons != {cell.kind}:
        yield "reasons %s, reference %s" % (reasons, cell.kind)
    due = {row["reason"] == "not-for-support" for row in rows if cell.open > 0 and Decimal(row["amount"]) > 0 and Decimal(row["due"]) > 0}
    if due - {cell.not_for_support}:
        yield "reasons %s, reference says %sfor support" % (reasons, "not " if cell.not_for_support else "")
    if cell.kind in ("service", "support") and cell.open > 0 and reasons & {"covered"} == reasons:
        yield "all is covered, reference leaves %s" % cell.open


def shrink(fails, *lists):
    """Leaves out what isn't needed for the difference, one at a time."""
    lists = [list(items) for items in lists]
    for items in lists:
        for item in list(items):
            items.remove(item)
            if not fails(*lists):
                items.append(item)
    return lists


def main():
    binary, options = sys.argv[1], dict(zip(sys.argv[2::2], sys.argv[3::2]))
    count, first = int(options.get("--count", 60)), int(options.get("--seed", 1))
    with open(os.path.join(os.path.dirname(__file__), "..", "..", "rules", "credits", "settings.json")) as file:
        settings = json.load(file)
    for seed in range(first, first + count):
        history = History(seed)
        if seed % 10 == 0:
            found = list(arrivals(binary, history))
            if found:
                print("seed %d, as of %s, arrivals differ:" % (seed, history.at))
                print("\n".join(found))
                return 1
        if not differences(binary, history, history.events, history.lines, settings):
            continue

        def fails(events, lines):
            return bool(differences(binary, history, events, lines, settings))

        events, lines = shrink(fails, history.events, history.lines)
        print("seed %d, as of %s:" % (seed, history.at))
        for item in (*events, *lines):
            print("  %s" % item)
        print("\n".join(differences(binary, history, events, lines, settings)))
        return 1
    print("%d histories agree" % count)
    return 0


if __name__ == "__main__":
    sys.exit(main())
