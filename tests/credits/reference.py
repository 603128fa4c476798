"""What credits pay, worked out slowly and plainly from docs/credits.md: one history in, balances and payments out.

It shares no code and no structure with rules/credits: whole histories, dictionaries, decimals, no increments.
"""
import re
from calendar import monthrange
from collections import defaultdict
from datetime import date
from decimal import Decimal

from figures import Figures
from programme import Form, Programme, in_order

ZERO = Decimal(0)
TYPES = {"single": "Activate", "service": "Service", "support": "Support", "other": "Other"}
CHARGES = {"Usage", "Fee", "RIFee", "DiscountedUsage", "Tax", "SavingsPlanUpfrontFee", "SavingsPlanRecurringFee"}
NO_CHARGE = {"Credit", "Refund", "SavingsPlanNegation", "SavingsPlanCoveredUsage"}


def day_of(time):
    return date.fromisoformat(time[:10])


def month_of(day):
    return (day.year, day.month)


def after(years, day):
    """R35: a term that would end on a 29th of February that isn't there ends on the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def months_after(months, day):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def without_replaced(events):
    """Of an event and its addenda the last (docs/query.md, "Addenda"); `events` are in order."""
    newest = {}
    for event in sorted(events, key=lambda event: (event["time"], event["id"] or "")):
        if "addendum" in event:
            newest[(event["addendum"], event["account"], event["name"])] = event["id"]
    replaced = {event["id"] for event in events if "addendum" in event} - set(newest.values())
    return [
        event
        for event in events
        if event["id"] not in replaced and (event["id"], event["account"], event["name"]) not in newest
    ]


def without_withdrawn(events):
    """Facts of one's own may be taken back, by a correction for the account that they are about."""
    gone = {
        (event["details"]["withdrawnEventId"], event["account"])
        for event in events
        if event["name"] == "CreditsCorrected" and "withdrawnEventId" in event["details"]
    }
    return [event for event in events if not (event["own"] and (event["id"], event["account"]) in gone)]


def is_refused(arguments, events):
    """Whether `credits add`, `decide` or `correct` of a credit is one that a store with these events knows to be wrong."""
    command, name = arguments[:2]
    if command not in ("add", "decide", "correct"):
        return False
    account = arguments[arguments.index("--account") + 1]
    events = without_withdrawn(without_replaced(in_order(events)))
    if command == "decide":
        return account not in {
            form.account
            for form in (Form(event) for event in events if event["name"] == "CreateForm")
            if form.id == name and not form.failed
        }
    figures = Figures(events, {})
    if command == "add":
        name = arguments[arguments.index("--id") + 1]
        return name in figures.holders and (figures.withdrawn(name) or figures.holders[name] != account)
    return name not in figures.holders or figures.withdrawn(name) or figures.holders[name] != account


class Credit:
    """A credit, as its CreditsIssued event describes it; `ends` is the first day that it can't pay for, if it was revoked."""

    def __init__(self, event, decided):
        time, details = event.get("issued", event["time"]), event["details"]
        self.id, self.account, self.issued, self.application = (
            details["creditId"],
            event["account"],
            time,
            details.get("applicationId"),
        )
        self.amount = Decimal(str(details["amount"]))
        own = details.get("program", "Activate") == "Activate"
        if "expiresAt" in details:
            self.expires = day_of(details["expiresAt"])
        elif "termYears" in details:
            self.expires = after(details["termYears"], day_of(time))
        else:
            self.expires = months_after(details["termMonths"], day_of(time))
        self.services, self.reach, self.opening = set(details.get("services", ())), details.get("reach"), None
        approved_before = day_of(decided or time) < date(2023, 4, 11)
        self.kind = (
            "support"
            if details.get("creditType") == "Support"
            else "other"
            if not own
            else "service"
            if approved_before
            else "single"
        )
        self.ends, self.cause = None, event["id"]
        self.left = self.amount

    def start(self, opening):
        """R62: the ledger starts with AWS's balance."""
        self.opening, self.left = opening, opening.left

    def rank(self):
        return (self.expires, len(self.services) or 10**9, self.issued, self.id)

    def may_pay(self, cell):
        """Whether it is for such a charge at that time; whose charge it is comes besides (R35, R39, R43, R44, R63)."""
        if month_of(cell.day) < month_of(day_of(self.issued)) or cell.day > self.expires:
            return False
        if self.ends is not None and cell.day >= self.ends:
            return False
        return self.is_for(cell) and not (self.opening and cell.day < self.opening.day)

    def is_for(self, cell):
        """Whether it is for such a charge whenever that was."""
        if self.services and cell.service not in self.services:
            return False
        return self.kind in ("single", "other") or (self.kind == "support") == (cell.kind == "support")


class Cell:
    """Lines of one account, service, usage type, day, line type, entity and reservation."""

    def __init__(self, key, kind):
        self.account, self.service, self.usage, self.day, self.line_type, self.entity, self.reserved = key
        self.kind = kind  # service, support, or the reason why credits don't pay.
        self.amount, self.open, self.paid = ZERO, ZERO, defaultdict(Decimal)

    @property
    def covered(self):
        return sum(self.paid.values(), ZERO)


def known_type(line_type):
    """Known types count in whatever case."""
    known = {name.lower(): name for name in CHARGES | NO_CHARGE | {"EdpDiscount"}}
    return known.get(line_type.lower(), line_type)


def kind_of(line, settings):
    """R40-R43."""
    service, usage, line_type = line["service"], line["usage"], known_type(line["type"])
    if line_type in NO_CHARGE or line_type.endswith("Discount"):
        return "discount"
    if "Marketplace" in line["entity"]:
        return "ineligible"
    if line_type == "Tax":
        return "ineligible"
    if line_type not in CHARGES:
        return "unlisted"
    if service in settings["supportPlans"]:
        return "support"
    domain = service == "AmazonRoute53" and any(
        word in usage for word in ("DomainReg", "DomainTransfer", "DomainRenew")
    )
    upfront = line_type == "SavingsPlanUpfrontFee" or (line_type == "Fee" and line["reservation"])
    if "Support" in service or service in settings["never"] or domain or upfront:
        return "ineligible"
    return "service" if service in settings["services"] else "unlisted"


class Reference:
    """The state at `at` (a day: everything up to its end)."""

    def __init__(self, events, lines, settings, at):
        self.events = self.known(in_order(events), settings, at)
        self.credits, self.programme = {}, Programme()
        for event in self.events:
            self.take(event)
        self.programme.finish()
        for credit in self.credits.values():
            opening, disabled = self.figures.opening(credit.id, credit.amount, at), self.figures.disabled(credit.id, at)
            if opening:
                credit.start(opening)
            if disabled:
                credit.ends = min(filter(None, (credit.ends, disabled)))
        self.line_ids = {line["id"] for line in lines}
        bills = defaultdict(lambda: defaultdict(list))
        for line in lines:
            if line["day"] <= at:
                bills[(month_of(line["day"]), line["payer"])][self.key(line)].append(line)
        self.cells = {}
        for (month, payer), cells in sorted(bills.items()):
            self.cells[(month, payer)] = self.pay(
                month, payer, [self.cell(key, of, settings) for key, of in cells.items()]
            )
        self.at = at

    def known(self, events, settings, at):
        """The events up to the day's end, in order, with what imports and corrections replace, whenever these came."""
        events = without_withdrawn(without_replaced(events))
        self.figures = Figures(events, settings["services"])
        kept = [event for event in events if event["name"] != "CreditsIssued"]
        kept += [
            self.figures.replaced(event)
            for event in self.figures.issues
            if not self.figures.withdrawn(event["details"]["creditId"])
        ]
        # A credit is there from its day of issue on, as figures and corrections tell it.
        return [event for event in in_order(kept) if day_of(event.get("issued", event["time"])) <= at]

    def take(self, event):
        details = event["details"]
        self.programme.take(event)
        if event["name"] == "CreditsIssued" and details["creditId"] not in self.credits:
            form = self.programme.find(details.get("applicationId"), event["account"])
            credit = self.credits[details["creditId"]] = Credit(event, form.decided if form else None)
            if credit.kind in ("single", "service"):
                self.programme.issue(credit.account, credit.application, credit.amount)
        elif (
            event["name"] == "CreditsChanged"
            and details["change"] in ("Revoked", "Transferred")
            and details["creditId"] in self.credits
        ):
            credit = self.credits[details["creditId"]]
            credit.ends = min(filter(None, (credit.ends, day_of(event["time"]))))

    @staticmethod
    def key(line):
        return (
            line["account"],
            line["service"],
            line["usage"],
            line["day"],
            known_type(line["type"]),
            line["entity"],
            line["reservation"],
        )

    @staticmethod
    def cell(key, lines, settings):
        cell = Cell(key, kind_of(lines[0], settings))
        cell.amount = sum((line["amount"] for line in lines), ZERO)
        return cell

    def latest(self, name, key, account, before, default):
        value = default
        for event in self.events:
            if (
                event["name"] == name
                and event["account"] == account
                and key in event["details"]
                and day_of(event["time"]) < before
            ):
                value = event["details"][key]
        return value

    def belongs(self, account, payer, begin, end, billed):
        """R61: as events say, from the month after joining on; without any, whose bill an account is on says it."""
        if account == payer:
            return True
        last, first = (
            self.latest("AccountStatusChanged", "payerAccountId", account, when, None) for when in (end, begin)
        )
        return account in billed if last is None else last == payer and first == payer

    def reaches(self, credit, month, payer, account, billed):
        """R46, R47: its own account's charges; with sharing at the month's end, those of the organisation."""
        if credit.account == account:
            return True
        if credit.reach is not None and account not in credit.reach:
            return False
        begin = date(*month, 1)
        end = date(month[0] + month[1] // 12, month[1] % 12 + 1, 1)
        if not self.latest("CreditSharingChanged", "enabled", payer, end, True):
            return False
        return self.belongs(credit.account, payer, begin, end, billed)

    def pay(self, month, payer, cells):
        # Only what is left of a cell's charges can be paid; refunds take from their day's, discounts from the earliest first.
        for cell in cells:
            if cell.kind in ("service", "support"):
                cell.open = max(cell.amount, ZERO)
        days = defaultdict(list)
        for cell in sorted(cells, key=lambda c: (c.line_type, c.reserved)):
            days[(cell.account, cell.service, cell.usage, cell.day, cell.entity)].append(cell)
        for alike in days.values():
            off = -sum((cell.amount for cell in alike if cell.line_type == "Refund"), ZERO)
            for cell in alike:
                taken = max(min(off, cell.open), ZERO)
                cell.open -= taken
                off -= taken
        for discount in cells:
            if not discount.line_type.endswith("Discount"):
                continue
            off = -discount.amount
            alike = [
                c
                for c in cells
                if (c.account, c.service, c.usage) == (discount.account, discount.service, discount.usage)
            ]
            for cell in sorted(alike, key=lambda c: (c.day, c.line_type, c.entity, c.reserved)):
                taken = max(min(off, cell.open), ZERO)
                cell.open -= taken
                off -= taken
        spend = defaultdict(Decimal)
        for cell in cells:
            if cell.amount > 0:
                for key in ((cell.account,), (cell.account, cell.service), (cell.account, cell.service, cell.usage)):
                    spend[key] += cell.amount

        def order(credit):
            def rank(cell):
                a, s, u = cell.account, cell.service, cell.usage
                return (
                    a != credit.account,
                    -spend[(a,)],
                    a,
                    -spend[(a, s)],
                    s,
                    -spend[(a, s, u)],
                    u,
                    cell.day,
                    cell.line_type,
                    cell.entity,
                    cell.reserved,
                )

            return rank

        billed = {cell.account for cell in cells}
        for credit in sorted(self.credits.values(), key=Credit.rank):
            for cell in sorted(cells, key=order(credit)):
                if (
                    cell.open > 0
                    and credit.left > 0
                    and credit.may_pay(cell)
                    and self.reaches(credit, month, payer, cell.account, billed)
                ):
                    amount = min(cell.open, credit.left)
                    cell.paid[credit.id] += amount
                    cell.open -= amount
                    credit.left -= amount
        for cell in cells:
            reaching = [
                credit for credit in self.credits.values() if self.reaches(credit, month, payer, cell.account, billed)
            ]
            old = [
                c
                for c in reaching
                if c.kind == "service"
                and c.left > 0
                and month_of(day_of(c.issued)) <= month
                and cell.day <= c.expires
                and (c.ends is None or cell.day < c.ends)
            ]
            cell.old_left = cell.kind == "support" and bool(old)
        return cells

    def balances(self):
        """By credit: amount, used, available, expired, revoked, and whose and what it is."""
        rows = {}
        for credit in self.credits.values():
            gone = (
                "revoked"
                if credit.ends is not None and credit.ends <= credit.expires
                else "expired"
                if self.at > credit.expires
                else "available"
            )
            row = {
                "amount": credit.amount,
                "used": credit.amount - credit.left,
                "available": ZERO,
                "expired": ZERO,
                "revoked": ZERO,
                "account": credit.account,
                "type": TYPES[credit.kind],
                "issued": credit.issued,
                "expires": str(credit.expires),
                "status": self.status(credit, gone),
            }
            row[gone] = credit.left
            rows[credit.id] = row
        return rows

    @staticmethod
    def status(credit, gone):
        """What is left decides, where anything is."""
        return "active" if gone == "available" and credit.left else "used" if credit.left == 0 else gone

    def billed(self):
        """What only bills tell of, by account and name: the sum by month of `Credit` lines of accounts that hold no known credit, but not of lines that
        are about another account's: they name it, or name none where credits of others paid for the account."""
        rows, holders = defaultdict(lambda: defaultdict(Decimal)), {credit.account for credit in self.credits.values()}
        for (month, _), cells in self.cells.items():
            paid_for = {cell.account for cell in cells if cell.covered}
            for cell in cells:
                number = re.search("[0-9]{6,}", cell.usage)
                about_known = number.group() in self.credits if number else cell.account in paid_for
                if cell.line_type == "Credit" and cell.account not in holders and not about_known:
                    rows[(cell.account, number.group() if number else cell.usage)]["%04d-%02d" % month] -= cell.amount
        return rows
