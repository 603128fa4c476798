"""One startup's credits from application to expiry, and a second one with what the rules forbid: events and bills."""

import gzip
import json
import uuid

from cost_report import EXPORT, LEGACY, CostReport

HOPPER, LINKED, IVY = "121212121212", "121212123434", "565656565656"
ORG_SMALL, ORG_LARGE, ORG_TOP = "Org-Small-0001", "Org-Large-0002", "Org-Top-0003"


class Credits:
    """Collects service events in CloudTrail's envelope, with eventIDs that are the same every time."""

    def __init__(self):
        self.events = []

    def event(self, name, time, account, **more):
        number = len(self.events) + 1
        made = {
            "eventVersion": "1.09",
            "userIdentity": {"type": "AWSService", "invokedBy": "activate.amazonaws.com"},
            "eventTime": time,
            "eventSource": "activate.amazonaws.com",
            "eventName": name,
            "awsRegion": "us-east-1",
            "sourceIPAddress": "activate.amazonaws.com",
            "userAgent": "activate.amazonaws.com",
            "requestParameters": None,
            "responseElements": None,
            "eventID": str(uuid.UUID(int=0xC4ED17 << 96 | number)),
            "readOnly": False,
            "eventType": "AwsServiceEvent",
            "managementEvent": True,
            "recipientAccountId": account,
            "eventCategory": "Management",
        }
        made.update(more)
        self.events.append(made)

    def fact(self, name, time, account, **details):
        self.event(name, time, account, serviceEventDetails=details)

    def form(self, time, account, application, amount, org=None, **more):
        parameters = {
            "applicationId": application,
            "startupId": "hopper",
            "requestedAmount": amount,
            "email": "founder@hopper.example",
            "foundingDate": "2021-04-01",
            "fundingStage": "Seed",
            "website": "https://hopper.example",
            "country": "DE",
        }
        if org:
            parameters["orgId"] = org
        parameters.update(more)
        root = {"type": "Root", "principalId": account, "arn": "arn:aws:iam::%s:root" % account, "accountId": account}
        self.event(
            "CreateForm",
            time,
            account,
            userIdentity=root,
            eventType="AwsConsoleAction",
            sourceIPAddress="203.0.113.77",
            userAgent="Mozilla/5.0",
            requestParameters={k: v for k, v in parameters.items() if v is not None},
        )


def make_events():
    c = Credits()
    c.fact("MembershipChanged", "2023-06-01T09:00:00Z", HOPPER, status="Member", email="founder@hopper.example")
    c.fact(
        "AccountStatusChanged",
        "2023-06-01T09:00:05Z",
        HOPPER,
        status="Active",
        email="founder@hopper.example",
        paymentMethod=True,
    )
    for org, provider, amount in (
        (ORG_SMALL, "accelerator-a", 5000),
        (ORG_LARGE, "accelerator-a", 25000),
        (ORG_TOP, "fund-b", 100000),
    ):
        c.fact("OfferRegistered", "2023-06-01T10:00:00Z", HOPPER, orgId=org, providerId=provider, amount=amount)
        c.fact("AffiliationConfirmed", "2023-06-02T10:00:00Z", HOPPER, orgId=org, providerId=provider, confirmed=True)
    # Refused without a website; then 5,000, then 25,000 of which 20,000 is new, then up to the cap.
    c.form("2023-06-05T10:00:00Z", HOPPER, "app-001", 5000, ORG_SMALL, website=None)
    c.fact(
        "ApplicationDecided", "2023-06-14T10:00:00Z", HOPPER, applicationId="app-001", decision="Denied", reasons=[3]
    )
    c.form("2023-06-19T10:00:00Z", HOPPER, "app-002", 5000, ORG_SMALL)
    c.fact(
        "ApplicationDecided", "2023-06-28T10:00:00Z", HOPPER, applicationId="app-002", decision="Approved", amount=5000
    )
    c.fact(
        "CreditsIssued",
        "2023-06-29T10:00:00Z",
        HOPPER,
        creditId="700001",
        applicationId="app-002",
        amount=5000,
        termYears=1,
    )
    c.form("2023-12-01T10:00:00Z", HOPPER, "app-003", 25000, ORG_LARGE)
    c.fact(
        "ApplicationDecided", "2023-12-12T10:00:00Z", HOPPER, applicationId="app-003", decision="Approved", amount=20000
    )
    c.fact(
        "CreditsIssued",
        "2023-12-13T10:00:00Z",
        HOPPER,
        creditId="700002",
        applicationId="app-003",
        amount=20000,
        termYears=2,
    )
    c.fact("AccountStatusChanged", "2023-12-15T08:00:00Z", LINKED, status="Active", payerAccountId=HOPPER)
    c.fact("CreditSharingChanged", "2024-01-10T08:00:00Z", HOPPER, enabled=True)
    c.fact("CreditSharingChanged", "2024-05-30T08:00:00Z", HOPPER, enabled=False)
    c.form("2024-06-03T10:00:00Z", HOPPER, "app-004", 100000, ORG_TOP)
    c.fact(
        "ApplicationDecided", "2024-06-12T10:00:00Z", HOPPER, applicationId="app-004", decision="Approved", amount=75000
    )
    c.fact(
        "CreditsIssued",
        "2024-06-13T10:00:00Z",
        HOPPER,
        creditId="700003",
        applicationId="app-004",
        amount=75000,
        termYears=2,
    )
    # Ivy: an old pair of credits, and what no rule allows.
    c.fact("CreditsIssued", "2023-03-01T10:00:00Z", IVY, creditId="700101", amount=1000, termYears=2)
    c.fact(
        "CreditsIssued", "2023-03-01T10:00:01Z", IVY, creditId="700102", amount=350, termYears=2, creditType="Support"
    )
    c.form("2024-02-01T10:00:00Z", IVY, "app-101", 5000, None, startupId="ivy")
    c.fact("ApplicationDecided", "2024-02-09T10:00:00Z", IVY, applicationId="app-101", decision="Approved", amount=4000)
    c.fact(
        "CreditsIssued",
        "2024-02-10T10:00:00Z",
        IVY,
        creditId="700103",
        applicationId="app-101",
        amount=2000,
        termYears=1,
    )
    c.fact(
        "CreditsIssued",
        "2024-02-10T10:00:01Z",
        IVY,
        creditId="700104",
        applicationId="app-101",
        amount=2000,
        termYears=1,
    )
    c.fact("CreditsChanged", "2024-03-05T10:00:00Z", IVY, creditId="700103", change="Extended", expiresAt="2027-02-10")
    c.fact(
        "CreditsChanged",
        "2024-04-10T10:00:00Z",
        IVY,
        creditId="700104",
        change="Transferred",
        toAccountId=HOPPER,
        amount=2000,
    )
    c.form(
        "2024-05-01T10:00:00Z",
        IVY,
        "app-102",
        25000,
        None,
        startupId="juniper",
        foundingDate="2012-01-01",
        fundingStage="Series B",
    )
    return c.events


MONTHS = ("2024-01", "2024-02", "2024-03", "2024-04", "2024-05", "2024-06")


def make_bill(month, number):
    """A month's lines of Hopper (with its linked account) and of Ivy."""
    report = CostReport(month)
    add = report.add
    for day in range(1, 29, 3):
        add(
            HOPPER,
            HOPPER,
            day,
            "AmazonEC2",
            "BoxUsage:m6i.large",
            "Usage",
            "%.10f" % (40 + number * 3.3333333333),
            "$0.096 per m6i.large hour",
        )
        add(
            HOPPER,
            HOPPER,
            day,
            "AmazonS3",
            "TimedStorage-ByteHrs",
            "Usage",
            "%.10f" % (1.2345678901 * day),
            "$0.023 per GB-month",
        )
        add(
            HOPPER,
            LINKED,
            day,
            "AWSLambda",
            "Lambda-GB-Second",
            "Usage",
            "%.10f" % (2.0000000004 * (number + 1)),
            "AWS Lambda - Duration",
        )
        add(IVY, IVY, day, "AmazonEC2", "BoxUsage:t3.small", "Usage", "7.5000000000", "$0.0208 per t3.small hour")
    add(HOPPER, HOPPER, 1, "AmazonRoute53", "HostedZone", "Usage", "0.5000000000", "$0.50 per hosted zone")
    add(HOPPER, HOPPER, 1, "AWSSupportBusiness", "Dollar", "Fee", "100.0000000000", "AWS Support (Business)")
    add(
        HOPPER,
        HOPPER,
        2,
        "AmazonEC2",
        "HeavyUsage:m6i.large",
        "RIFee",
        "30.0000000000",
        "Recurring reservation fee",
        "AWS",
        "arn:aws:ec2:us-east-1:x:reserved-instances/1",
    )
    if number == 0:
        add(
            HOPPER,
            HOPPER,
            2,
            "AmazonEC2",
            "HeavyUsage:m6i.large",
            "Fee",
            "500.0000000000",
            "Upfront reservation fee",
            "AWS",
            "arn:aws:ec2:us-east-1:x:reserved-instances/1",
        )
        add(
            HOPPER,
            HOPPER,
            9,
            "AmazonRegistrar",
            "DomainRegistration",
            "Fee",
            "12.0000000000",
            "Registration of hopper.example",
        )
    add(
        HOPPER,
        HOPPER,
        5,
        "a1b2c3d4e5f6",
        "SoftwareUsage",
        "Usage",
        "40.0000000000",
        "A product of AWS Marketplace",
        "AWS Marketplace",
    )
    add(HOPPER, HOPPER, 28, "AmazonEC2", "", "Tax", "9.1200000000", "Tax")
    add(HOPPER, HOPPER, 20, "AmazonEC2", "BoxUsage:m6i.large", "Refund", "-2.5000000000", "A refund")
    add(IVY, IVY, 1, "AWSSupportDeveloper", "Dollar", "Fee", "80.0000000000", "AWS Support (Developer)")
    return report.csv(LEGACY if number == 2 else EXPORT)


def make(folder):
    """Writes credits/events.ndjson, credits/bills/*.csv.gz and billing-api/get-credits.json into `folder`."""
    credits = folder / "credits"
    (credits / "bills").mkdir(parents=True, exist_ok=True)
    (credits / "events.ndjson").write_text(
        "".join(json.dumps(event, separators=(",", ":")) + "\n" for event in make_events())
    )
    for number, month in enumerate(MONTHS):
        with open(credits / "bills" / ("cur-%s.csv.gz" % month), "wb") as file, gzip.GzipFile(
            fileobj=file, mode="wb", mtime=0, filename=""
        ) as packed:
            packed.write(make_bill(month, number).encode())
    answer = {
        "credits": [
            {
                "accountId": HOPPER,
                "creditId": "700003",
                "creditType": "Promotion",
                "initialAmount": {"amount": "75000", "currencyCode": "USD"},
                "remainingAmount": {"amount": "74000", "currencyCode": "USD"},
                "startDate": 1718236800,
                "applicableProductNames": [],
            }
        ]
    }
    (folder / "billing-api").mkdir(parents=True, exist_ok=True)
    (folder / "billing-api" / "get-credits.json").write_text(json.dumps(answer, indent=2) + "\n")
