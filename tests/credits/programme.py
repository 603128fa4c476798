"""Applications and what is issued for them, worked out slowly and plainly from docs/credits.md: what startups and accounts had before is
summed anew from the whole history each time it is asked for.

It shares no code and no structure with rules/credits.
"""
import hashlib
import re
from datetime import date, timedelta
from decimal import Decimal

ZERO = Decimal(0)
CAP = Decimal(100000)
RANKS = [
    "OfferRegistered",
    "MembershipChanged",
    "AccountStatusChanged",
    "CreditSharingChanged",
    "AffiliationConfirmed",
    "CreateForm",
    "ApplicationCancelled",
    "ApplicationDecided",
    "CreditsIssued",
    "CreditsChanged",
    "CreditsImported",
    "CreditUseImported",
    "CreditsCorrected",
    "GetCredits",
]


def in_order(events):
    """By time, causes before effects, corrections of one's own as they were written down, eventID (none first), SHA-256 of the bytes."""
    return sorted(
        events,
        key=lambda e: (
            e["time"],
            RANKS.index(e["name"]),
            e.get("written", 0),
            e["id"] or "",
            hashlib.sha256(e.get("bytes", "").encode()).digest(),
        ),
    )


class Unnamed:
    """What stands for the eventID of an event that has none: a GUID that only the store knows."""

    def __init__(self, event):
        self.plain = hashlib.sha256(event["bytes"].encode()).hexdigest()

    def is_told_as(self, name):
        return (
            re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", name) is not None and name[:8] not in self.plain
        )


def years_later(day, years):
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


class Form:
    def __init__(self, event):
        details = event["details"]
        self.time, self.account = event["time"], event["account"]
        self.id = details.get("applicationId") or event["id"] or Unnamed(event)
        self.startup, self.org = details.get("startupId", ""), details.get("orgId", "")
        self.requested = Decimal(details["requestedAmount"])
        self.founded, self.country, self.website = (
            date.fromisoformat(details["foundingDate"]),
            details.get("country", ""),
            details.get("website", ""),
        )
        self.portfolio = bool(self.org)
        self.failed = "error" in event
        self.status = "failed" if self.failed else "pending"
        self.reasons, self.award, self.decision, self.decided, self.granted = set(), ZERO, None, None, ZERO

    @property
    def awarded(self):
        """What counts of an approved one: the decision's amount, else our award, else what was issued."""
        amount = self.decision.get("amount")
        return Decimal(amount) if amount is not None else self.award or self.granted


class Programme:
    """Takes events in their order; then `forms` are the applications."""

    def __init__(self):
        self.forms, self.offers, self.loose, self.said = [], set(), [], []

    def take(self, event):
        name, details = event["name"], event["details"]
        if name == "CreateForm":
            self.apply(Form(event))
        elif name == "OfferRegistered":
            self.offers.add(details["orgId"])
        elif name == "AffiliationConfirmed":
            self.said.append((event["account"], details))
        elif name in ("ApplicationDecided", "ApplicationCancelled"):
            form = self.find(details["applicationId"], event["account"])
            if form is None:
                return
            if name == "ApplicationDecided" and form.decision is None:
                form.decision, form.decided = details, event["time"]
                self.judge(form)
                if form.status != "cancelled":
                    form.status = "approved" if details["decision"] == "Approved" else "denied"
            elif name == "ApplicationCancelled" and form.status == "pending":
                form.status = "cancelled"

    def issue(self, account, application, amount):
        """An Activate credit (neither old support nor another programme's) was issued."""
        form = self.find(application, account) if application else None
        if form is None:
            self.loose.append((account, amount))
        else:
            form.granted += amount

    def find(self, name, account):
        alike = [form for form in self.forms if (form.id, form.account) == (name, account) and not form.failed]
        return alike[-1] if alike else None

    def apply(self, form):
        self.forms.append(form)
        if form.failed:
            return
        for other in self.forms[:-1]:
            if other.account == form.account and other.status == "pending":
                loser = other if form.requested > other.requested else form
                loser.status = "rejected"
                loser.reasons.add("4")
                self.judge(loser)

    def finish(self):
        for form in self.forms:
            if form.status == "pending":
                self.judge(form)

    def first_startup(self, account):
        return next(
            (form.startup for form in self.forms if form.account == account and form.startup and not form.failed), ""
        )

    def is_of(self, applicant, startup, account):
        """Whether something of that startup (or none) and account is of the applicant."""
        if not applicant.startup:
            return account == applicant.account
        return applicant.startup == (startup or self.first_startup(account))

    def prior(self, applicant):
        total = ZERO
        for form in self.forms:
            if self.is_of(applicant, form.startup, form.account):
                total += form.awarded if form.status == "approved" else form.granted
        return total + sum((amount for account, amount in self.loose if self.is_of(applicant, "", account)), ZERO)

    def denied_affiliation(self, form):
        of_application = [said["confirmed"] for _, said in self.said if said.get("applicationId") == form.id]
        of_org = [
            said["confirmed"]
            for account, said in self.said
            if account == form.account and said.get("orgId") == form.org
        ]
        return (of_application or of_org or [True])[-1] is False

    def judge(self, form):
        found, prior = form.reasons, self.prior(form)
        approved = [other for other in self.forms if other.status == "approved"]
        if date.fromisoformat(form.time[:10]) > years_later(form.founded, 10):
            found.add("6")
        if not form.website:
            found.add("3")
        if form.portfolio:
            if self.offers and form.org not in self.offers:
                found.add("5")
            if self.denied_affiliation(form):
                found.add("other:affiliation")
        if prior >= CAP:
            found.add("1")
        if form.requested <= prior:
            found.add("8")
        if form.org and any(
            other.org == form.org and self.is_of(form, other.startup, other.account) for other in approved
        ):
            found.add("9")
        if form.startup and any(
            other.startup not in ("", form.startup) and other.account == form.account for other in approved
        ):
            found.add("other:second-startup")
        earlier = [
            other
            for other in self.forms[: self.forms.index(form)]
            if not other.failed and other.startup == form.startup and (form.startup or other.account == form.account)
        ]
        if any(
            other.founded != form.founded or (other.country and form.country and other.country != form.country)
            for other in earlier
        ):
            found.add("7")
        form.award = ZERO if found else min(form.requested, CAP) - prior


def row_of(form):
    """What `credits applications` shows of it; Org IDs are pseudonyms of each store's own."""
    decision = form.decision or {}
    return {
        "time": form.time,
        "applicationId": form.id,
        "account": form.account,
        "startup": form.startup or None,
        "package": "Portfolio" if form.portfolio else "Founders",
        "requested": form.requested,
        "status": form.status,
        "reasons": sorted(form.reasons),
        "award": form.award,
        "decided": form.decided,
        "decision": decision.get("decision"),
        "decisionReasons": sorted(decision.get("reasons", ())),
        "due": str(business_days_after(date.fromisoformat(form.time[:10]), 10)),
    }


def business_days_after(day, count):
    """Of a week's, as the settings have no holidays."""
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day
