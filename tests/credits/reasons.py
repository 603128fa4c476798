"""Why a charge isn't paid: of each reason in docs/credits.md, whether what it says is true of a cell. Several may be; the one given must be one of them."""
from datetime import date

RULES = {"historical": {"R39"}, "not-shared": {"R46"}, "ineligible": {"R40", "R41", "R42", "R43"}, "unlisted": {"R42"}, "before-import": {"R62"},
         "not-for-support": {"R63"}}


def month_of(day):
    return (day.year, day.month)


class Reasons:
    """Of one payer's bill of one month, after it was paid."""

    def __init__(self, reference, month, payer, cells):
        self.reference, self.month, self.payer = reference, month, payer
        self.credits = list(reference.credits.values())
        self.billed = {cell.account for cell in cells}

    def true(self, cell):
        """None where it isn't compared: refunds and discounts took what credits left, of which the document says nothing; or a credit was past its last
        day, and one's ledger starts later: there `expired`, `used` and `before-import` are told otherwise than it says."""
        if cell.kind not in ("service", "support"):
            return {cell.kind}
        if cell.open == 0:
            return {"covered"} if cell.covered == cell.amount > 0 else None
        reaching = [credit for credit in self.credits if self.reaches(credit, cell.account)]
        own = [credit for credit in self.credits if credit.account == cell.account]
        found = {"not-for-support"} if cell.not_for_support else set()
        meant = [credit for credit in reaching if credit.is_for(cell)]
        past = [credit for credit in meant if cell.day > credit.expires or credit.ends and cell.day >= credit.ends]
        if past and any(credit.opening and cell.day < credit.opening.day for credit in meant):
            return None
        if any(credit.may_pay(cell) for credit in meant):
            found.add("used")
        elif any(self.was_opened_after(credit, cell) for credit in meant):
            found.add("before-import")
        # Of revoked credits the document names no reason; they pay no more, as if their last day had been the one before.
        if past:
            found.add("expired")
        if any(month_of(date.fromisoformat(credit.issued[:10])) > self.month for credit in meant):
            found.add("historical")
        if reaching and not meant:
            # The document has no reason for credits that are for other charges: those for other services make it `unlisted`, support
            # credits alone `no-credit`.
            found.add("no-credit" if all(credit.kind == "support" for credit in reaching) else "unlisted")
        if not own:
            found.add("no-credit")
        if not own and not reaching and self.credits:
            found.add("not-shared")
        return found

    def reaches(self, credit, account):
        return self.reference.reaches(credit, self.month, self.payer, account, self.billed)

    @staticmethod
    def was_opened_after(credit, cell):
        """Whether only the opening balance keeps it from paying."""
        if credit.opening is None or cell.day >= credit.opening.day:
            return False
        opening, credit.opening = credit.opening, None
        try:
            return credit.may_pay(cell)
        finally:
            credit.opening = opening
