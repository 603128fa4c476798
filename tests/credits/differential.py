#!/usr/bin/env python3
"""Random histories of credits and bills: the ledger against the slow reference of reference.py, to the last decimal.

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
        self.rng = random.Random(seed)
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
        time = "%sT%02d:%02d:%02dZ" % (day, self.rng.randrange(24), self.rng.randrange(60), self.rng.randrange(60))
        self.events.append({"name": name, "account": account, "time": time, "id": str(uuid.UUID(int=self.rng.getrandbits(128))), "details": details})

    def credit(self, name, account):
        day = self.day(500)
        details = {"creditId": name, "amount": str(self.amount(600)), "termYears": self.rng.choice((1, 1, 2))}
        if day < date(2023, 4, 11) and self.rng.random() < 0.5:
            details["creditType"] = "Support"
        if self.rng.random() < 0.3:
            details["services"] = self.rng.sample(SERVICES[:4], self.rng.randint(1, 2))
        self.event("CreditsIssued", account, day, **details)
        if self.rng.random() < 0.15:
            later = day + timedelta(days=self.rng.randrange(1, 300))
            self.event("CreditsChanged", account, later, creditId=name, change=self.rng.choice(("Revoked", "Transferred")), amount=details["amount"])

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
    return json.dumps({"eventVersion": "1.08", "userIdentity": {"type": "AWSService", "invokedBy": "activate.amazonaws.com"}, "eventTime": event["time"],
                       "eventSource": "activate.amazonaws.com", "eventName": event["name"], "awsRegion": "us-east-1", "eventID": event["id"],
                       "eventType": "AwsServiceEvent", "recipientAccountId": event["account"], "serviceEventDetails": event["details"]}) + "\n"


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
            files = {"a.ndjson": "".join(map(event_json, events[half:])), "b.csv": report(lines[part:]), "c.ndjson": "".join(map(event_json, events)),
                     "d.csv": report(lines[:part + 2])}
            for name, text in files.items():
                with open(os.path.join(folder, name), "w") as file:
                    file.write(text)
            for name in files:
                if os.path.getsize(os.path.join(folder, name)):
                    self.run("replay", os.path.join(folder, name))
            at = "%sT23:59:59Z" % history.at
            self.credits = self.run("credits", "--at", at)
            self.lines = {}
            for payer, month in sorted({(line["payer"], str(line["day"])[:7]) for line in lines if line["day"] <= history.at}):
                self.lines.update({row["lineItemId"]: row for row in self.run("credits", "statement", payer, "--month", month, "--at", at)})

    def run(self, *arguments):
        done = subprocess.run([self.binary, "--store", os.path.join(self.folder, "store"), *arguments, "-o", "json"], capture_output=True, timeout=120)
        if done.returncode != 0:
            raise RuntimeError("%s: exit code %d: %s" % (" ".join(arguments), done.returncode, done.stderr.decode()))
        return json.loads(done.stdout)


def differences(binary, history, events, lines, settings):
    """What the two say differently, as sentences."""
    ours = Ledger(binary, history, events, lines)
    reference = Reference(events, lines, settings, history.at)
    found = []
    balances = reference.balances()
    if sorted(balances) != sorted(row["creditId"] for row in ours.credits):
        return ["credits: %s, reference %s" % ([row["creditId"] for row in ours.credits], list(balances))]
    for row in ours.credits:
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
