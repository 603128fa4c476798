"""What is fed to the ledger beside logs and bills: AWS's answers for `credits import`, and facts written down with `credits add`, `apply`,
`decide` and `correct`.

An item is a command's arguments, the text of its file, and the facts that it stands for, as docs/credits.md says. What AWS's figures and
corrections say of a credit agrees as far as the document needs it: no balance is above any amount that is named for the credit.
"""
import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

CENT = Decimal("0.01")
STRANGER = "555555555555"  # An account that holds nothing.
NAMES = {
    "AmazonEC2": "Amazon Elastic Compute Cloud",
    "AmazonS3": "Amazon Simple Storage Service",
    "AmazonRDS": "Amazon Relational Database Service",
    "madeUpService": "madeUpService",
}


def money(value):
    return {"currencyCode": "USD", "currencyAmount": str(value)}


class Known:
    """A credit that may be told of again: where it began, and how much of its amount imports may call used."""

    def __init__(self, name, account, day, amount, program, rng):
        self.name, self.account, self.day, self.amount = name, account, day, amount
        self.used = (amount * rng.randint(0, 10) / 10).quantize(CENT, "ROUND_DOWN")
        self.told, self.program = Decimal(0), program
        self.months = set()
        self.holders = [account]  # That it may have had, one after the other.


class Feed:
    """Random items for a history, which also gets the corrections of earlier times as events."""

    def __init__(self, history, accounts):
        self.history, self.rng, self.accounts, self.items, self.times = history, history.rng, accounts, [], set()
        self.credits = [
            self.known(
                event["details"]["creditId"],
                event["account"],
                datetime.fromisoformat(event["time"][:10]).date(),
                Decimal(event["details"]["amount"]),
                event["details"].get("program"),
            )
            for event in history.events
            if event["name"] == "CreditsIssued"
        ]
        if self.rng.random() < 0.3:
            self.credits.append(
                self.known("9000", self.rng.choice(accounts), history.day(300), Decimal(self.rng.randint(10, 600)))
            )
        for many, make in (
            (2, self.add),
            (2, self.apply),
            (3, self.answer),
            (2, self.allocation),
            (2, self.earlier_correction),
            (2, self.correction),
        ):
            for _ in range(self.rng.randint(0, many)):
                make()
        if self.items and self.rng.random() < 0.3:
            self.withdrawal(self.rng.choice(self.items))

    def known(self, name, account, day, amount, program=None):
        return Known(name, account, day, amount, program, self.rng)

    def moment(self, since):
        """A second after `since` that no other figures have: which of two comes first must not be open."""
        while True:
            day = since + timedelta(days=self.rng.randrange(1, 400))
            time = "%sT12:%02d:%02dZ" % (day, self.rng.randrange(60), self.rng.randrange(1, 59))
            if time not in self.times:
                self.times.add(time)
                return time

    def say(self, arguments, *facts, file=None):
        self.items.append({"arguments": [str(argument) for argument in arguments], "file": file, "facts": list(facts)})

    @staticmethod
    def fact(name, account, time, **details):
        return {"name": name, "account": account, "time": time, "details": details, "own": True}

    def add(self):
        """A credit of one's own; now and then one that AWS's event issues, too."""
        rng, account, day, amount = (
            self.rng,
            self.rng.choice(self.accounts),
            self.history.day(400),
            self.history.amount(400).quantize(CENT) + 1,
        )
        name = "80%d" % len(self.items)
        if self.credits and rng.random() < 0.2:
            name = rng.choice(self.credits).name
        expires = day + timedelta(days=rng.randrange(1, 900))
        arguments = ["add", "--account", account, "--id", name, "--amount", amount, "--issued", day]
        details = {"creditId": name, "amount": str(amount)}
        if rng.random() < 0.5:
            arguments += ["--expires", expires]
            details["expiresAt"] = str(expires)
        else:
            details["termYears"] = rng.choice((1, 2))
            arguments += ["--years", details["termYears"]]
        if rng.random() < 0.2:
            arguments += ["--from", "EdStart"]
            details["program"] = "EdStart"
        if rng.random() < 0.3:
            details["services"] = rng.sample(list(NAMES), rng.randint(1, 2))
            arguments += ["--service", ",".join(details["services"])]
        if name.startswith("80"):
            self.credits.append(self.known(name, account, day, amount, details.get("program")))
        self.say(arguments, self.fact("CreditsIssued", account, "%sT00:00:00Z" % day, **details))

    def apply(self):
        """An application of one's own, and mostly what was decided."""
        rng, account, name, time = (
            self.rng,
            self.rng.choice(self.accounts),
            "own-app-%d" % len(self.items),
            self.moment(self.history.day(400)),
        )
        form = {
            "applicationId": name,
            "requestedAmount": str(rng.choice((1000, 5000, 25000))),
            "foundingDate": "2020-01-01",
            "fundingStage": "Seed",
            "email": "a@x.example",
            "website": "x.example",
            "country": rng.choice(("DE", "FR")),
        }
        arguments = [
            "apply",
            "--account",
            account,
            "--id",
            name,
            "--amount",
            form["requestedAmount"],
            "--founded",
            "2020-01-01",
            "--stage",
            "Seed",
            "--email",
            "a@x.example",
            "--website",
            "x.example",
            "--country",
            form["country"],
            "--submitted",
            time,
        ]
        if rng.random() < 0.6:
            form["startupId"] = rng.choice(("S1", "S2"))
            arguments += ["--startup", form["startupId"]]
        if rng.random() < 0.4:
            form["orgId"] = "org-%d" % rng.randrange(4)
            arguments += ["--org-id", form["orgId"]]
        self.say(arguments, self.fact("CreateForm", account, time, **form))
        if rng.random() < 0.7:
            self.decide(
                account if rng.random() < 0.85 else STRANGER,
                name,
                self.moment(datetime.fromisoformat(time[:10]).date()),
            )

    def decide(self, account, name, time):
        approved = self.rng.random() < 0.7
        details = {"applicationId": name, "decision": "Approved" if approved else "Denied"}
        arguments = ["decide", name, "--account", account, "--approved" if approved else "--denied", "--decided", time]
        if approved and self.rng.random() < 0.5:
            details["amount"] = "4000"
            arguments += ["--amount", "4000"]
        elif not approved:
            details["reasons"] = ["3", "8"]
            arguments += ["--reason", "3,8"]
        self.say(arguments, self.fact("ApplicationDecided", account, time, **details))

    def answer(self):
        """What get-credits printed of one credit or several."""
        if not self.credits:
            return
        told = sorted(
            self.rng.sample(self.credits, self.rng.randint(1, min(2, len(self.credits)))),
            key=lambda credit: credit.name,
        )
        time = self.moment(max(credit.day for credit in told))
        rows = [self.answered(credit, datetime.fromisoformat(time[:10]).date()) for credit in told]
        facts = [self.fact("CreditsImported", row["accountId"], time, **row) for row in rows]
        self.say(["import", "FILE", "--as-of", time], *facts, file=json.dumps({"credits": rows}))

    def answered(self, credit, told):
        rng, begin = self.rng, credit.day + timedelta(days=self.rng.choice((0, 0, 0, 3, -3)))
        if rng.random() < 0.2:
            credit.holders.append(rng.choice(self.accounts))
        left = credit.amount - credit.used
        end = begin + timedelta(days=rng.randrange(200, 800))
        row = {
            "creditId": credit.name,
            "accountId": rng.choice(credit.holders),
            "creditType": "Promotion",
            "description": rng.choice(("AWS Activate Founders", "ACTIVATE Portfolio", "Migration programme", "")),
            "initialAmount": money(credit.amount + rng.choice((0, 0, 50))),
            "remainingAmount": money(left),
            "startDate": self.date(begin),
            "endDate": self.date(end),
            "applicableProductNames": [NAMES[code] for code in rng.sample(list(NAMES), rng.randint(1, 2))]
            if rng.random() < 0.2
            else [],
            "accountHasCreditSharingEnabled": rng.random() < 0.9,
            "creditSharingType": rng.choice(("DEFAULT", "DEFAULT", "DISABLED", "CUSTOM")),
            "creditStatus": "DISABLED" if rng.random() < 0.1 else "ENABLED",
        }
        if row["creditSharingType"] == "CUSTOM":
            row["shareableAccounts"] = ["999999999999"] + rng.sample(self.accounts, rng.randint(0, len(self.accounts)))
        if left == 0 and rng.random() < 0.7:
            row["exhaustDate"] = self.date(min(told, credit.day + timedelta(days=rng.randrange(60))))
        if rng.random() < 0.5:
            row["estimatedAmount"] = money((left * rng.randint(0, 10) / 10).quantize(CENT, "ROUND_DOWN"))
        return row

    def date(self, day):
        """As the API's seconds or as the CLI's ISO 8601."""
        return (
            int(datetime(day.year, day.month, day.day, tzinfo=timezone.utc).timestamp())
            if self.rng.random() < 0.3
            else "%sT00:00:00+00:00" % day
        )

    def allocation(self):
        """What get-credit-allocation-history printed of one credit's months; each month is told once."""
        if not self.credits:
            return
        rng, credit = self.rng, self.rng.choice(self.credits)
        first = credit.day.replace(day=1)
        months = [
            month
            for month in ((first + timedelta(days=31 * n)).strftime("%Y-%m") for n in range(rng.randint(1, 4)))
            if month not in credit.months
        ]
        time, rows, facts = self.moment(first + timedelta(days=150)), [], []
        for month in months:
            credit.months.add(month)
            estimated, amount = month == months[-1] and rng.random() < 0.3, min(
                (credit.used / 4).quantize(CENT, "ROUND_DOWN"), credit.used - credit.told
            )
            credit.told += amount
            if amount == 0:
                continue
            rows.append(
                {
                    "accountId": credit.account,
                    "appliedServiceName": NAMES["AmazonEC2"],
                    "billingMonth": month,
                    "creditAmount": money(-amount),
                    "creditId": credit.name,
                    "isEstimatedBill": estimated,
                }
            )
            facts.append(
                self.fact(
                    "CreditUseImported",
                    credit.account,
                    time,
                    creditId=credit.name,
                    month=month,
                    estimated=estimated,
                    amount=str(amount),
                )
            )
        if rows:
            self.say(
                ["import", "FILE", "--as-of", time],
                *facts,
                file=json.dumps({"creditAllocationHistoryList": rows, "partialResults": False, "failedMonths": []})
            )

    def corrected(self, credit):
        """What a correction replaces; the day of issue only together with that of expiry."""
        rng, details = self.rng, {"creditId": credit.name}
        if rng.random() < 0.15:
            return {**details, "withdrawn": True}
        if rng.random() < 0.5:
            details["amount"] = str(credit.amount + rng.choice((0, 20, 70)))
        if rng.random() < 0.4:
            details["expiresAt"] = str(credit.day + timedelta(days=rng.randrange(100, 900)))
            if rng.random() < 0.5:
                details["issuedAt"] = str(credit.day + timedelta(days=rng.randrange(-30, 30)))
        if rng.random() < 0.2:
            details["services"] = rng.sample(list(NAMES), rng.randint(1, 2))
        if len(details) == 1 or rng.random() < 0.3:
            details["accountId"] = rng.choice(self.accounts)
        return details

    def corrects(self):
        """A correction, and the account that it is for: now and then not the holder's, or of a credit that nobody has."""
        rng = self.rng
        if not self.credits:
            return None
        credit = rng.choice(self.credits)
        details = self.corrected(credit)
        if rng.random() < 0.1:
            return credit.account, {**details, "creditId": "6000"}
        if rng.random() < 0.2:
            return STRANGER, details
        account = rng.choice(credit.holders)
        credit.holders += [details["accountId"]] if "accountId" in details else []
        return account, details

    def earlier_correction(self):
        """One that was written down long ago: an event, as the command writes it."""
        corrects = self.corrects()
        if corrects:
            self.history.event("CreditsCorrected", corrects[0], self.history.day(), own=True, **corrects[1])

    def correction(self):
        corrects = self.corrects()
        if not corrects:
            return
        account, details = corrects
        arguments = ["correct", details["creditId"], "--account", account]
        for key, option in (
            ("amount", "--amount"),
            ("issuedAt", "--issued"),
            ("expiresAt", "--expires"),
            ("accountId", "--owner"),
        ):
            if key in details:
                arguments += [option, details[key]]
        if "services" in details:
            arguments += ["--service", ",".join(details["services"])]
        if "withdrawn" in details:
            arguments.append("--withdraw")
        if any(item["arguments"] == arguments for item in self.items):
            return  # Within one second the same again is the same fact, a second later another: a correction has no time of its own.
        self.say(arguments, self.fact("CreditsCorrected", account, None, **details))

    def withdrawal(self, item):
        """Takes back a fact of one's own, but no withdrawal: a credit that was withdrawn stays so."""
        fact = item["facts"][0]
        if "withdrawn" not in fact["details"]:
            self.say(
                ["correct", "EVENT", "--account", fact["account"], "--withdraw"],
                self.fact("CreditsCorrected", fact["account"], None),
            )
            self.items[-1]["of"] = item
