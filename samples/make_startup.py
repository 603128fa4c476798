"""A startup with one credit and its bills, as far as docs/credits.md follows it: what AWS gives out, and nothing else."""

import json

from cost_report import EXPORT, CostReport

LINNET = "343434343434"
DAYS = {"2024-03": 31, "2024-04": 30, "2024-05": 19}  # The running month ends where the report does.
CLOSED = ("2024-03", "2024-04")
NAMES = {
    "AmazonEC2": "Amazon Elastic Compute Cloud",
    "AmazonRDS": "Amazon Relational Database Service",
    "AmazonS3": "Amazon Simple Storage Service",
    "AWSSupportDeveloper": "AWSSupportDeveloper",
}
COLUMNS = EXPORT[:12]


def make_bill(month, number):
    """The month's report, and what AWS's credit pays of it by service."""
    report = CostReport(month, first=1)
    paid = {}

    def add(day, service, usage, kind, cost):
        if service != "AmazonRegistrar":
            paid[service] = paid.get(service, 0) + cost
        report.add(LINNET, LINNET, day, service, usage, kind, "%.10f" % cost)

    for day in range(4 if number == 0 else 1, DAYS[month] + 1):
        add(day, "AmazonEC2", "BoxUsage:m6i.large", "Usage", 11.52 + 2.304 * number)
        add(day, "AmazonRDS", "InstanceUsage:db.t4g.medium", "Usage", 3.12 + 0.312 * number)
        add(day, "AmazonS3", "TimedStorage-ByteHrs", "Usage", 0.0123456789 * (30 * number + day))
    add(4 if number == 0 else 1, "AWSSupportDeveloper", "Dollar", "Fee", 29)
    if number == 0:
        add(5, "AmazonRegistrar", "DomainRegistration", "Fee", 13)
    return report.csv(COLUMNS), paid


def make(folder):
    """Writes startup/*.json and startup/bills/*.csv into `folder`."""
    startup = folder / "startup"
    (startup / "bills").mkdir(parents=True, exist_ok=True)
    paid = {}
    for number, month in enumerate(DAYS):
        text, paid[month] = make_bill(month, number)
        (startup / "bills" / ("cur-%s.csv" % month)).write_text(text)

    def amount(value):
        return {"currencyCode": "USD", "currencyAmount": "%.2f" % value}

    left = 5000 - sum(sum(paid[month].values()) for month in CLOSED)
    estimated = left - sum(paid["2024-05"].values())

    credit = {
        "creditId": "808080",
        "accountId": LINNET,
        "creditType": "Promotion",
        "description": "AWS Activate Founders",
        "initialAmount": amount(5000),
        "remainingAmount": amount(left),
        "estimatedAmount": amount(estimated),
        "applicableProductNames": [],
        "startDate": "2024-03-04T00:00:00+00:00",
        "endDate": "2026-03-31T00:00:00+00:00",
        "accountHasCreditSharingEnabled": True,
        "creditSharingType": "DEFAULT",
        "creditStatus": "ENABLED",
    }
    (startup / "get-credits.json").write_text(json.dumps({"credits": [credit]}, indent=2) + "\n")
    history = [
        {
            "accountId": LINNET,
            "appliedServiceName": NAMES[service],
            "billingMonth": month,
            "creditAmount": amount(-cost),
            "creditId": "808080",
            "isEstimatedBill": month not in CLOSED,
        }
        for month in DAYS
        for service, cost in paid[month].items()
    ]
    (startup / "get-credit-allocation-history.json").write_text(
        json.dumps({"creditAllocationHistoryList": history, "partialResults": False, "failedMonths": []}, indent=2)
        + "\n"
    )
