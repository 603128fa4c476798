"""A month's Cost and Usage Report, line by line."""

import csv
import io

# The names of a data export's columns, and of the older report's.
EXPORT = (
    "identity_line_item_id",
    "identity_time_interval",
    "bill_payer_account_id",
    "bill_billing_period_start_date",
    "bill_billing_entity",
    "line_item_usage_account_id",
    "line_item_product_code",
    "line_item_usage_type",
    "line_item_line_item_type",
    "line_item_usage_start_date",
    "line_item_unblended_cost",
    "line_item_currency_code",
    "line_item_line_item_description",
    "reservation_reservation_a_r_n",
)
LEGACY = (
    "identity/LineItemId",
    "identity/TimeInterval",
    "bill/PayerAccountId",
    "bill/BillingPeriodStartDate",
    "bill/BillingEntity",
    "lineItem/UsageAccountId",
    "lineItem/ProductCode",
    "lineItem/UsageType",
    "lineItem/LineItemType",
    "lineItem/UsageStartDate",
    "lineItem/UnblendedCost",
    "lineItem/CurrencyCode",
    "lineItem/LineItemDescription",
    "reservation/ReservationARN",
)


class CostReport:
    """Collects lines of a month (2024-05), whose IDs are numbered from `first`."""

    def __init__(self, month, first=0):
        self.month = month
        self.next = first
        self.lines = []

    def add(self, payer, account, day, service, usage, kind, cost, text="", entity="AWS", reservation=""):
        start = "%s-%02dT00:00:00Z" % (self.month, day)
        number = "%s%04d" % (self.month.replace("-", ""), self.next)
        self.next += 1
        bill = (payer, self.month + "-01T00:00:00Z", entity)
        self.lines.append(
            (number, start + "/" + start, *bill, account, service, usage, kind, start, cost, "USD", text, reservation)
        )

    def csv(self, columns=EXPORT):
        """With as many of the columns as `columns` names."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(line[: len(columns)] for line in self.lines)
        return text.getvalue()
