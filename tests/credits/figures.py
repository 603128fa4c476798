"""What AWS's figures and corrections make of a credit, worked out slowly and plainly from docs/credits.md: what replaces what, and where its
ledger starts.

It shares no code and no structure with rules/credits.
"""
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal


def day_of(time):
    """Of eventTime's text, of the API's seconds, or of the CLI's ISO 8601."""
    return datetime.fromtimestamp(time, timezone.utc).date() if isinstance(time, int) else date.fromisoformat(time[:10])


def next_month(month):
    year, number = (int(part) for part in month.split("-"))
    return date(year + number // 12, number % 12 + 1, 1)


class Opening:
    """Where a credit's ledger starts: from `day` on, with `left`; `used` is what was used before, by day."""

    def __init__(self, day, left, exhausted=None):
        self.day, self.left, self.used, self.exhausted = day, left, defaultdict(Decimal), exhausted


class Figures:
    """Takes all facts in order, also those after the moment: figures and corrections count from a credit's beginning. A correction holds if it is
    for the account that has the credit then."""

    def __init__(self, facts, names):
        self.codes = {name: code for code, name in names.items()}
        self.imports, self.uses, self.corrections = defaultdict(list), defaultdict(list), defaultdict(list)
        of = {"CreditsImported": self.imports, "CreditUseImported": self.uses, "CreditsCorrected": self.corrections}
        for fact in facts:
            if fact["name"] in of and "creditId" in fact["details"]:
                of[fact["name"]][fact["details"]["creditId"]].append(fact)
        issues = [fact for fact in facts if fact["name"] == "CreditsIssued"]
        of_aws = {issue["details"]["creditId"] for issue in issues if not issue["own"]}
        issues = [issue for issue in issues if not (issue["own"] and issue["details"]["creditId"] in of_aws)]
        self.issues = issues + list(self.issued_by_none({issue["details"]["creditId"] for issue in issues}))
        self.holders = {issue["details"]["creditId"]: issue["account"] for issue in reversed(self.issues)}  # At first.
        for name in self.holders:
            self.leave_out_what_does_not_hold(name)

    def leave_out_what_does_not_hold(self, name):
        """Of its corrections; afterwards its holder is known."""
        corrections, self.corrections[name] = self.corrections[name], []
        for fact in sorted(self.imports[name] + corrections, key=lambda fact: fact["time"]):
            if fact["name"] == "CreditsImported":
                self.holders[name] = fact["details"]["accountId"]
            elif fact["account"] == self.holders[name]:
                self.corrections[name].append(fact)
                self.holders[name] = fact["details"].get("accountId", self.holders[name])

    def withdrawn(self, name):
        return any(fact["details"].get("withdrawn") for fact in self.corrections[name])

    def replacements(self, name):
        """The newest import's figures, and those of corrections that are later; an earlier correction's where no import says anything."""
        newest = self.imports[name][-1:]
        both = sorted(newest + self.corrections[name], key=lambda fact: fact["time"])
        return [self.figures(fact) for fact in both]

    def figures(self, fact):
        details = fact["details"]
        if fact["name"] == "CreditsCorrected":
            return dict(details)
        listed = details["applicableProductNames"]
        return {
            "amount": details["initialAmount"]["currencyAmount"],
            "issuedAt": str(day_of(details["startDate"])),
            "expiresAt": str(day_of(details["endDate"])),
            "accountId": details["accountId"],
            "services": [self.codes.get(name, name) for name in listed],
            "reach": self.reach(details),
        }

    @staticmethod
    def reach(details):
        """The accounts that it pays for beside its own; none says: as sharing and the organisation say."""
        if details["creditSharingType"] == "DISABLED" or not details["accountHasCreditSharingEnabled"]:
            return set()
        return set(details["shareableAccounts"]) if details["creditSharingType"] == "CUSTOM" else None

    def replaced(self, issue):
        """A CreditsIssued event as it would have been, had it said what is known now."""
        details, account, issued = dict(issue["details"]), issue["account"], issue["time"]
        for figures in self.replacements(details["creditId"]):
            for key, value in figures.items():
                if key == "issuedAt":
                    issued = "%sT00:00:00Z" % value
                elif key == "accountId":
                    account = value
                else:
                    details[key] = value
        return {**issue, "details": details, "time": issue["time"] or issued, "issued": issued, "account": account}

    def issued_by_none(self, issued):
        """A CreditsIssued event for each credit that only imports know, as of its startDate, to whom the first gives it."""
        for name, imports in self.imports.items():
            if imports and name not in issued:
                described = [fact["details"]["description"] for fact in imports if fact["details"].get("description")]
                program = "Activate" if described and "activate" in described[-1].lower() else "Other"
                yield {
                    **imports[0],
                    "name": "CreditsIssued",
                    "time": None,
                    "details": {"creditId": name, "amount": "0", "program": program},
                }

    def disabled(self, name, at):
        """The day of the figures that say so."""
        known = [fact for fact in self.imports[name] if day_of(fact["time"]) <= at]
        return day_of(known[-1]["time"]) if known and known[-1]["details"]["creditStatus"] == "DISABLED" else None

    def opening(self, name, amount, at):
        known = [fact for fact in self.imports[name] if day_of(fact["time"]) <= at]
        uses = [fact["details"] for fact in self.uses[name] if day_of(fact["time"]) <= at]
        if known:
            opening = self.opened(known[-1])
        else:
            closed = [use for use in uses if not use["estimated"]]
            if not closed:
                return None
            opening = Opening(
                next_month(max(use["month"] for use in closed)), amount - sum(Decimal(use["amount"]) for use in closed)
            )
        rest, last = amount - opening.left, opening.day - timedelta(days=1)
        for use in sorted(uses, key=lambda use: use["month"]):
            end = next_month(use["month"]) - timedelta(days=1)
            if end <= last:
                opening.used[end] += Decimal(use["amount"])
                rest -= Decimal(use["amount"])
        opening.used[opening.exhausted if opening.exhausted and opening.left == 0 else last] += rest
        return opening

    @staticmethod
    def opened(fact):
        day, details = day_of(fact["time"]), fact["details"]
        exhausted = day_of(details["exhaustDate"]) if "exhaustDate" in details else None
        if "estimatedAmount" in details:
            return Opening(day, Decimal(details["estimatedAmount"]["currencyAmount"]), exhausted)
        return Opening(day.replace(day=1), Decimal(details["remainingAmount"]["currencyAmount"]), exhausted)
