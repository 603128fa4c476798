"""Why a charge isn't paid, worked out slowly and plainly from docs/credits.md: the first of its reasons that is true."""
from datetime import date

RULES = {"historical": {"R39"}, "not-shared": {"R46"}, "ineligible": {"R40", "R41", "R42", "R43"}, "unlisted": {"R42"}, "before-import": {"R62"},
         "not-for-support": {"R63"}, "expired": {"R45"}, "used": {"R59"}}


def month_of(day):
    return (day.year, day.month)


class Reasons:
    """Of one payer's bill of one month, after it was paid."""

    def __init__(self, reference, month, payer, cells):
        self.reference, self.month, self.payer = reference, month, payer
        self.credits = list(reference.credits.values())
        self.billed = {cell.account for cell in cells}
        self.begin, self.end = date(*month, 1), date(month[0] + month[1] // 12, month[1] % 12 + 1, 1)

    def true(self, cell):
        """None where it isn't compared: refunds and discounts took a part, and lines of one cell have reasons of their own."""
        if cell.kind not in ("service", "support"):
            return cell.kind
        if cell.amount <= 0 or cell.open == 0 and not cell.covered:
            return "discount"
        if cell.open == 0:
            return "covered" if cell.covered == cell.amount else None
        reason = self.why(cell)
        return "not-for-support" if cell.old_left and reason != "before-import" else reason

    def why(self, cell):
        credits = [credit for credit in self.credits if self.reference.reaches(credit, self.month, self.payer, cell.account, self.billed)]
        if not credits:
            others = [credit for credit in self.credits if self.reference.belongs(credit.account, self.payer, self.begin, self.end, self.billed)]
            return "not-shared" if others else "no-credit"
        credits = [credit for credit in credits if credit.kind in ("single", "other") or (credit.kind == "support") == (cell.kind == "support")]
        if not credits:
            return "not-for-support" if cell.kind == "support" else "no-credit"
        credits = [credit for credit in credits if not credit.services or cell.service in credit.services]
        if not credits:
            return "unlisted"
        credits = [credit for credit in credits if month_of(date.fromisoformat(credit.issued[:10])) <= self.month]
        if not credits:
            return "historical"
        credits = [credit for credit in credits if cell.day <= credit.expires and (credit.ends is None or cell.day < credit.ends)]
        if not credits:
            return "expired"
        return "before-import" if all(credit.opening and cell.day < credit.opening.day for credit in credits) else "used"
