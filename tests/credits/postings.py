"""What `credits ledger` has to say, worked out slowly and plainly from docs/credits.md: by account, day and amount."""
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal


def expected(reference):
    """Sums by day, debited and credited account."""
    sums = defaultdict(Decimal)
    for credit in reference.credits.values():
        for (day, to), amount in of_credit(credit, reference.at).items():
            sums[
                (
                    day,
                    "credit:%s:%s" % (credit.id, to),
                    "credit:%s:%s" % (credit.id, "issued" if to == "available" else "available"),
                )
            ] += amount
    for (month, payer), cells in reference.cells.items():
        bill = "bill:%s:%04d-%02d:" % (payer, *month)
        for cell in cells:
            sums[(cell.day, bill + "covered", bill + "due")] += cell.covered
            sums[(cell.day, bill + "due", bill + "charged")] += cell.amount
            for name, amount in cell.paid.items():
                sums[(cell.day, "credit:%s:used" % name, "credit:%s:available" % name)] += amount
    return {key: amount for key, amount in sums.items() if amount}


def of_credit(credit, at):
    """All but what charges used: what was issued, was used before the opening, has expired, or was revoked."""
    sums = defaultdict(Decimal)
    sums[(date.fromisoformat(credit.issued[:10]), "available")] += credit.amount
    for day, amount in credit.opening.used.items() if credit.opening else ():
        sums[(day, "used")] += amount
    if credit.ends is not None and credit.ends <= credit.expires:
        sums[(max(credit.ends, date.fromisoformat(credit.issued[:10])), "revoked")] += credit.left
    elif at > credit.expires:
        sums[(credit.expires + timedelta(days=1), "expired")] += credit.left
    return sums


def told(rows):
    """The same sums of the command's rows; what goes back to a charge (refunds, discounts) counts against it."""
    sums = defaultdict(Decimal)
    for row in rows:
        debit, credit, amount = row["debit"], row["credit"], Decimal(row["amount"])
        if debit.endswith(":charged"):
            debit, credit, amount = credit, debit, -amount
        sums[(date.fromisoformat(row["time"][:10]), debit, credit)] += amount
    return {key: amount for key, amount in sums.items() if amount}


def differences(reference, rows):
    """Between the two, as sentences; and what no ledger may have."""
    theirs, ours = expected(reference), told(rows)
    for key in sorted(set(theirs) | set(ours), key=str):
        if theirs.get(key, 0) != ours.get(key, 0):
            yield "ledger %s %s from %s: %s, reference %s" % (*key, ours.get(key, 0), theirs.get(key, 0))
    if [row["time"] for row in rows] != sorted(row["time"] for row in rows):
        yield "the ledger isn't in order of time"
    for row in rows:
        if (
            row["debit"] == row["credit"]
            or Decimal(row["amount"]) <= 0
            or date.fromisoformat(row["time"][:10]) > reference.at
        ):
            yield "ledger: %s" % row
        if row["debit"].startswith("bill:") and row["cause"] not in reference.line_ids:
            yield "ledger: the cause is no line: %s" % row
