"""Random histories of applications, credits and bills, and the files that a store reads them from."""
import csv
import io
import json
import random
import uuid
from datetime import date, timedelta
from decimal import Decimal

from feed import Feed

COLUMNS = (
    "identity_line_item_id identity_time_interval bill_payer_account_id bill_billing_period_start_date bill_billing_entity "
    "line_item_usage_account_id line_item_product_code line_item_usage_type line_item_line_item_type line_item_usage_start_date "
    "line_item_unblended_cost line_item_currency_code reservation_reservation_a_r_n line_item_line_item_description"
).split()
ACCOUNTS = ["111111111111", "222222222222", "333333333333", "444444444444"]
SERVICES = [
    "AmazonEC2",
    "AmazonS3",
    "AmazonRDS",
    "AWSSupportBusiness",
    "AWSSupportEnterprise",
    "AmazonRegistrar",
    "AmazonRoute53",
    "madeUpService",
]
DESCRIPTIONS = [
    "AWS Activate Founders, credit ID: 700123456",
    "700123456",
    "AWS Promotional Credit",
    "AWS Activate 700987654",
]
BEGIN = date(2023, 1, 1)


class History:
    """What one random number makes: events, bill lines, what is fed besides, and until when they are looked at."""

    def __init__(self, seed):
        self.rng, self.seed = random.Random(seed), seed
        self.events, self.lines = [], []
        accounts = ACCOUNTS[: self.rng.randint(1, 4)]
        self.payers = {account: account for account in accounts}
        for account in accounts[1:]:
            if self.rng.random() < 0.6:
                self.payers[account] = accounts[0]
                self.event("AccountStatusChanged", account, self.day(200), status="Active", payerAccountId=accounts[0])
        for _ in range(self.rng.randint(0, 3)):
            self.event("CreditSharingChanged", accounts[0], self.day(), enabled=self.rng.random() < 0.5)
        for number in range(self.rng.randint(1, 6)):
            self.credit(str(700123456 + number), self.rng.choice(accounts))
        if self.rng.random() < 0.6:
            self.applications(accounts)
        for _ in range(self.rng.randint(5, 60)):
            self.line(self.rng.choice(accounts))
        self.at = date(2030, 1, 1) if self.rng.random() < 0.5 else self.day()
        self.feed = Feed(self, accounts).items if self.rng.random() < 0.5 else []
        if self.rng.random() < 0.3:
            for event in self.rng.sample(self.events, min(3, len(self.events))):
                self.addendum(event)

    def day(self, span=800):
        # Often a month's first or last day, where mistakes live.
        day = BEGIN + timedelta(days=self.rng.randrange(span))
        dice = self.rng.random()
        if dice < 0.2:
            return day.replace(day=1)
        return day.replace(day=1) - timedelta(days=1) if dice < 0.4 and day > date(2023, 2, 1) else day

    def amount(self, most):
        return (
            Decimal(self.rng.randrange(1, most * 10**10)) / 10**10
            if self.rng.random() < 0.7
            else Decimal(self.rng.randint(1, most))
        )

    def event(self, name, account, day, own=False, **details):
        # Several at one time, some without an eventID, some of one eventID: what comes first must not depend on how they came.
        time = "%sT%02d:%02d:00Z" % (day, self.rng.choice((0, 10, 23)), self.rng.choice((0, 59)))
        dice = self.rng.random()
        name_id = (
            None
            if dice < 0.15
            else self.rng.choice(self.events)["id"]
            if dice < 0.2 and self.events
            else str(uuid.UUID(int=self.rng.getrandbits(128)))
        )
        made = {"name": name, "account": account, "time": time, "id": name_id, "details": details, "own": own}
        if name == "CreateForm" and self.rng.random() < 0.1:
            made["error"] = "InternalFailure"
        made["bytes"] = event_json(made)
        self.events.append(made)

    def addendum(self, event):
        """What AWS puts in an event's place later, as of the same time; of several, one counts."""
        if event["id"] is None or event["name"] not in ("CreateForm", "ApplicationDecided", "CreditsIssued"):
            return
        for _ in range(self.rng.choice((1, 1, 2))):
            details = dict(event["details"])
            for key in {"amount", "requestedAmount"} & set(details):
                details[key] = str(Decimal(details[key]) + self.rng.randint(1, 90))
            made = {
                **event,
                "id": str(uuid.UUID(int=self.rng.getrandbits(128))),
                "details": details,
                "addendum": event["id"],
            }
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
            self.event(
                "CreditsChanged",
                account,
                later,
                creditId=name,
                change=self.rng.choice(("Revoked", "Transferred")),
                amount=details["amount"],
            )

    def applications(self, accounts):
        """Startups with several accounts, accounts with several startups or none."""
        rng = self.rng
        orgs = ["org-%d" % n for n in range(4)]
        for org in rng.sample(orgs, rng.randint(0, 4)):
            self.event("OfferRegistered", accounts[0], self.day(300), orgId=org, providerId="P")
        for number in range(rng.randint(1, 8)):
            account, name, begin = rng.choice(accounts), "app-%d" % rng.randrange(6), self.day(500)
            form = {
                "applicationId": name,
                "requestedAmount": str(rng.choice((1000, 5000, 25000, 100000, 150000))),
                "email": "a@x.example",
                "foundingDate": rng.choice(("2020-01-01",) * 9 + ("2012-02-29", "2013-03-01")),
                "fundingStage": "Seed",
                "website": "x.example" if rng.random() < 0.95 else "",
                "country": rng.choice(("DE",) * 9 + ("FR", "")),
            }
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
                self.event(
                    "ApplicationCancelled", account, begin + timedelta(days=rng.randrange(5)), applicationId=name
                )

    def line(self, account):
        rng = self.rng
        kind = rng.choices(
            ("Usage", "Fee", "RIFee", "Tax", "Refund", "EdpDiscount", "SavingsPlanUpfrontFee", "Credit"),
            (12, 2, 1, 1, 1, 1, 0.5, 0.5),
        )[0]
        amount = self.amount(120)
        if kind in ("Refund", "EdpDiscount", "Credit") or (kind == "Usage" and rng.random() < 0.05):
            amount = -amount / rng.choice((1, 5))
        service = rng.choices(SERVICES, (5, 4, 3, 2, 1, 1, 1, 1))[0]
        usage = rng.choice(
            ("DomainRegistration", "HostedZone") if service == "AmazonRoute53" else ("Use", "Box", "Bytes")
        )
        text = rng.choice(DESCRIPTIONS) if kind == "Credit" else ""
        self.lines.append(
            {
                "id": "line-%d" % len(self.lines),
                "payer": self.payers[account],
                "account": account,
                "service": service,
                "usage": text or usage,
                "type": rng.choice((kind.lower(), kind.upper(), "FooBar")) if rng.random() < 0.05 else kind,
                "entity": "AWS Marketplace" if rng.random() < 0.05 else "AWS",
                "day": self.day(),
                "amount": round(amount, 10),
                "reservation": kind in ("Fee", "RIFee") and rng.random() < 0.5,
                "description": text,
            }
        )


def event_json(event):
    form = event["name"] == "CreateForm"
    record = {
        "eventVersion": "1.08",
        "userIdentity": {
            "type": "AWSService",
            "invokedBy": "trailkeeper" if event["own"] else "activate.amazonaws.com",
        },
        "eventTime": event["time"],
        "eventSource": "activate.amazonaws.com",
        "eventName": event["name"],
        "awsRegion": "us-east-1",
        "eventID": event["id"],
        "eventType": "AwsApiCall" if form else "AwsServiceEvent",
        "recipientAccountId": event["account"],
        "requestParameters" if form else "serviceEventDetails": event["details"],
    }
    if event["id"] is None:
        del record["eventID"]
    if "addendum" in event:
        record["addendum"] = {
            "reason": "UPDATED_DATA",
            "updatedFields": "serviceEventDetails",
            "originalEventID": event["addendum"],
        }
    if "error" in event:
        record["errorCode"] = event["error"]
    return json.dumps(record)


def report(lines):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for line in lines:
        start = "%sT00:00:00Z" % line["day"]
        writer.writerow(
            [
                line["id"],
                start,
                line["payer"],
                start[:8] + "01T00:00:00Z",
                line["entity"],
                line["account"],
                line["service"],
                line["usage"],
                line["type"],
                start,
                line["amount"],
                "USD",
                "arn:aws:ec2:us-east-1:1:reserved-instances/1" if line["reservation"] else "",
                line["description"],
            ]
        )
    return text.getvalue()
