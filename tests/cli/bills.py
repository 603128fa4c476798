#!/usr/bin/env python3
"""Cost reports as people have them: formats, encodings, archives, and what is said of lines that can't be taken."""
import gzip
import io
import json
import os
import zipfile

from harness import Harness

t = Harness()
ACCOUNT = "012345678901"
CUR2 = (
    "bill_payer_account_id,bill_billing_period_start_date,bill_billing_entity,line_item_usage_account_id,line_item_product_code,line_item_usage_type,"
    "line_item_line_item_type,line_item_usage_start_date,line_item_unblended_cost,line_item_currency_code,line_item_line_item_description\n"
)
LEGACY = (
    "identity/LineItemId,identity/TimeInterval,bill/PayerAccountId,bill/BillingPeriodStartDate,bill/BillingEntity,lineItem/UsageAccountId,lineItem/ProductCode,"
    "lineItem/UsageType,lineItem/LineItemType,lineItem/UsageStartDate,lineItem/UnblendedCost,lineItem/CurrencyCode,resourceTags/user:Name,resourceTags/user:name\n"
)
FOCUS = "BilledCost,BillingAccountId,BillingCurrency,ChargeCategory,ChargePeriodStart,ServiceName,SubAccountId\n"
DESCRIPTION = '"$0.005 per 1,000 PUT, ""COPY"", POST\nor LIST"'


def cur2(start, cost="0.0000050000", month="2024-06-01T00:00:00.000Z", currency="USD", account=ACCOUNT):
    return ",".join(
        (ACCOUNT, month, "AWS", account, "AmazonS3", "Requests-Tier1", "Usage", start, cost, currency, DESCRIPTION)
    )


def legacy(name, cost="0.1"):
    return ",".join(
        (
            name,
            "2024-06-02T00:00:00Z/2024-06-02T01:00:00Z",
            ACCOUNT,
            "2024-06-01T00:00:00Z",
            "AWS",
            ACCOUNT,
            "AmazonEC2",
            "BoxUsage",
            "Usage",
            "2024-06-02T00:00:00Z",
            cost,
            "USD",
            "a",
            "b",
        )
    )


def zipped(method=zipfile.ZIP_DEFLATED, **members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("_", "-") + ".csv", text)
    return out.getvalue()


def replayed(store, path):
    done = t.run("replay", path, "-o", "json", store=store)
    return json.loads(done.stdout), done.stderr.decode()


def lines(store, month="2024-06"):
    return json.loads(t.run("credits", "statement", ACCOUNT, "--month", month, "-o", "json", store=store).stdout)


def taken(name, data, count, rejected=0):
    """Loads a file twice into a new store: the second time, and under another name, nothing changes."""
    store = t.path("store-" + name)
    paths = []
    for copy in ("", "again-"):
        paths.append(t.path(copy + name))
        t.write(copy + name, data if isinstance(data, bytes) else data.encode())
    done, errors = replayed(store, paths[0])
    t.equal(name + ": lines", (done["billLines"], done["rejected"]), (count, rejected))
    for path in (paths[0], paths[1]):
        again, _ = replayed(store, path)
        t.equal(name + ": again", (again["billLines"], again["duplicates"]), (0, count))
    if count:
        t.equal(name + ": as lines of the bill", len(lines(store)), count)
    t.equal(name + ": sound", t.run("verify", store=store).returncode, 0)
    return store


# Equal lines are as many charges where nothing tells them apart; a quoted line break may be the last thing of a file.
same = "2024-06-01T00:00:00.000Z"
store = taken("noident.csv", CUR2 + "\n".join((cur2(same), cur2(same), cur2("2024-06-01T01:00:00.000Z"))), 3)
t.equal("their sum", round(sum(float(line["amount"]) for line in lines(store)), 10), 0.000015)
taken("noident.csv.gz", gzip.compress((CUR2 + cur2(same) + "\n" + cur2(same) + "\n").encode()), 2)

# Athena's times, and those of other engines.
times = [
    "2024-06-01 06:00:00.000",
    "2024-06-01 06:00:00.000 UTC",
    "2024-06-01 06:00:00 UTC",
    "2024-06-01 06:00:00+00",
    "2024-06-01T06:00:00Z",
]
store = taken(
    "athena.csv", CUR2 + "\n".join(cur2(time, month="2024-06-01 00:00:00.000 UTC") for time in times), len(times)
)
t.equal("all at one time", {line["start"] for line in lines(store)}, {"2024-06-01T06:00:00Z"})

# Other separators, as spreadsheets write them; amounts and descriptions may have commas.
for name, separator in (("tabs.tsv", "\t"), ("semicolons.csv", ";"), ("bars.txt", "|")):
    told = DESCRIPTION.replace(",", "\0")
    store = taken(
        name,
        (CUR2 + cur2("2024-06-01T06:00:00Z").replace(DESCRIPTION, told) + "\n")
        .replace(",", separator)
        .replace("\0", ","),
        1,
    )
    t.equal(
        name + ": its charge", [(line["service"], line["amount"]) for line in lines(store)], [("AmazonS3", "0.000005")]
    )

# ZIP, what is in it by content; gzip by content, whatever the name.
taken("legacy-1.csv.zip", zipped(report_1=LEGACY + legacy("leg3") + "\n" + legacy("leg4") + "\n"), 2)
taken("two.zip", zipped(report_1=LEGACY + legacy("leg3"), report_2=LEGACY + legacy("leg4")), 2)
taken("plain-name.csv", gzip.compress((LEGACY + legacy("leg5")).encode()), 1)
taken("not-compressed.csv.gz", LEGACY + legacy("leg5"), 1)
taken("stored.zip", zipped(report_1=LEGACY + legacy("leg3"), method=zipfile.ZIP_STORED), 1)
taken("in-both.zip", zipped(inner=gzip.compress((LEGACY + legacy("leg6")).encode())), 1)

# FOCUS.
store = taken(
    "focus.csv",
    FOCUS
    + "1.5,%s,USD,Usage,2024-06-01T00:00:00Z,Amazon S3,%s\n-1,%s,USD,Credit,2024-06-01T00:00:00Z,Amazon S3,%s\n"
    % ((ACCOUNT,) * 4),
    2,
)
t.equal(
    "a charge and a credit",
    sorted((line["service"], line["type"], line["amount"]) for line in lines(store)),
    [("AmazonS3", "Credit", "-1.00"), ("AmazonS3", "Usage", "1.50")],
)

# A report that lacks its costs is refused whole, with the column's name.
for name, content, column in (("cur", CUR2, "line_item_unblended_cost"), ("focus", FOCUS, "BilledCost")):
    done = t.run(
        "replay", t.write("no-cost-%s.csv" % name, content.replace(column, "x") + "1,2,3\n"), store=t.path("no-cost")
    )
    t.check(
        "%s without %s" % (name, column),
        done.returncode == 1 and column in done.stderr.decode() and b"not-an-object" not in done.stdout,
        done,
    )

# What is wrong with a line is said, with its place; no other currency is read as USD.
# What editors and spreadsheets make of a report.
taken("sep.csv", "\ufeffsep=,\r\n" + CUR2 + cur2(same) + "\n", 1)
taken("blank.csv", "\n\r\n" + CUR2 + cur2(same) + "\n", 1)
taken("usd.csv", CUR2 + cur2(same, currency="usd") + "\n", 1)
for name, data, words in (
    ("cr.csv", (CUR2 + cur2(same) + "\n").replace("\n", "\r"), "CR alone"),
    ("cr-header.csv", CUR2.replace("\n", "\r") + cur2(same) + "\n", "CR alone"),
    ("cr-focus.csv", (FOCUS + "1,2\n").replace("\n", "\r"), "CR alone"),
    (
        "quote.csv",
        CUR2.replace("line_item_product_code", '"line_item_product_code') + cur2(same),
        "a quote isn't closed",
    ),
):
    t.write(name, data)
    done = t.run("replay", t.path(name), "-o", "json", store=t.path("store-" + name))
    t.check(name + " is refused", done.returncode != 0 and words in json.loads(done.stdout)["unreadable"][0]["reason"])

bad = (
    CUR2
    + "\n".join(
        (cur2(same, account="4444"), cur2("yesterday"), cur2(same, cost="much"), cur2(same, currency="EUR"), "too,few")
    )
    + "\n"
)
store = taken("bad.csv", bad, 0, rejected=5)
rows = json.loads(t.run("rejects", "-o", "json", store=store).stdout)
rows = [row for row in rows if row["source"].endswith("/bad.csv")]
t.equal("one code", {row["reason"] for row in rows}, {"bad-bill-line"})
for row, word, line in zip(rows, ("account", "time", "amount", "currency", "columns"), (2, 4, 6, 8, 10)):
    t.check("%s is named" % word, word in row["description"] and row["line"] == line, row)
said = t.run("credits", "summary", store=store).stderr.decode()
t.check("lines that no bill has are told", "8 lines of cost reports couldn't be read" in said, said)
sentences = t.run("credits", "check", store=store)
t.check("also as a finding", sentences.returncode == 1 and b"8 lines of cost" in sentences.stdout, sentences)
t.check("in a table, too", "bad-bill-line: currency" in t.run("rejects", store=store).stdout.decode())
removed = json.loads(t.run("rejects", "remove", "--reason", "bad-bill-line", "-o", "json", store=store).stdout)
t.equal("removed by the one code", removed["records"], 10)

# A report that lacks columns, and Parquet: one message, and what to do.
t.write("lacking.csv", b"line_item_unblended_cost,line_item_usage_account_id\n1,012345678901\n")
done, errors = replayed(t.path("store-lacking"), t.path("lacking.csv"))
t.check(
    "missing columns",
    done["rejected"] == 0 and "line_item_product_code, line_item_line_item_type, line_item_usage_start_date" in errors,
    errors,
)
for name, data in (
    ("cur-00001.snappy.parquet", b"PAR1" + bytes(200) + b"PAR1"),
    ("cur-00001.gz.parquet", b"PAR1" + bytes(200) + b"PAR1"),
    ("cur.parquet.gz", gzip.compress(b"PAR1" + bytes(200) + b"PAR1")),
):
    t.write(name, data)
    done, errors = replayed(t.path("store-parquet"), t.path(name))
    t.check(
        "Parquet is named, with the command",
        done["rejected"] == 0 and "(Parquet)" in errors and "duckdb -c" in errors and t.path(name) in errors,
        errors,
    )


# Reports that AWS makes anew replace what they were, so that the running month can be followed day by day.
PLAIN = (
    "identity_line_item_id,identity_time_interval,bill_payer_account_id,bill_billing_period_start_date,line_item_usage_account_id,line_item_product_code,"
    "line_item_usage_type,line_item_line_item_type,line_item_usage_start_date,line_item_unblended_cost,bill_invoice_id\n"
)


def made(days, tag, invoice="", first=1):
    """A report of some days, four charges each, with line item IDs of its own; the last day's charges are still to grow."""
    text = PLAIN
    for day in range(first, days + 1):
        start = "2024-06-%02dT00:00:00Z" % day
        for number, service in enumerate(("AmazonEC2", "AmazonS3", "AmazonRDS", "AWSLambda")):
            cost = "%d.%02d" % (number + 1, day) if day < days else "0.50"
            text += (
                ",".join(
                    (
                        "%s-%d-%d" % (tag, day, number),
                        start,
                        ACCOUNT,
                        "2024-06-01T00:00:00Z",
                        ACCOUNT,
                        service,
                        "Use",
                        "Usage",
                        start,
                        cost,
                        invoice,
                    )
                )
                + "\n"
            )
    return text


def charged(store):
    return round(sum(float(line["amount"]) for line in lines(store)), 2)


def expected(text):
    return round(sum(float(line.split(",")[9]) for line in text.splitlines()[1:]), 2)


def put(name, text):
    return t.write(name, gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())


v1, v2, v3 = made(5, "a"), made(9, "b"), made(9, "c", invoice="123")
PERIOD = "20240601-20240701"


def delivery(root, version, parts, manifest=True):
    """A version as AWS delivers it: numbered files in a folder of its own, and manifests."""
    names = []
    for number, text in enumerate(parts, 1):
        names.append("cur/mine/%s/%s/mine-%05d.csv.gz" % (PERIOD, version, number))
        put("%s/%s" % (root, names[-1]), text)
    said = json.dumps(
        {
            "assemblyId": version,
            "account": ACCOUNT,
            "reportName": "mine",
            "billingPeriod": {"start": "20240601T000000.000Z", "end": "20240701T000000.000Z"},
            "bucket": "b",
            "reportKeys": names,
        }
    )
    if manifest:
        t.write("%s/cur/mine/%s/%s/mine-Manifest.json" % (root, PERIOD, version), said)
        t.write("%s/cur/mine/%s/mine-Manifest.json" % (root, PERIOD), said)


def split(text):
    rows = text.splitlines(True)
    return [rows[0] + "".join(rows[1:7]), rows[0] + "".join(rows[7:])]


for kind, names in (
    ("times", ("20240606T010000Z", "20240610T010000Z")),
    ("uuids", ("f0000000-0000-4000-8000-000000000001", "a0000000-0000-4000-8000-000000000002")),
):
    for manifest in (True, False):
        what = "%s, manifest %s: " % (kind, manifest)
        root, store = "s3-%s-%s" % (kind, manifest), t.path("store-%s-%s" % (kind, manifest))
        delivery(root, names[0], split(v1), manifest)
        done, errors = replayed(store, t.path(root))
        t.equal(what + "first version", (done["billLines"], done["rejected"], charged(store)), (20, 0, expected(v1)))
        delivery(root, names[1], split(v2), manifest)
        done, errors = replayed(store, t.path(root))
        t.equal(what + "second version", (done["billLinesReplaced"], charged(store)), (20, expected(v2)))
        done, errors = replayed(store, t.path(root))
        t.equal(what + "again", (done["billLines"], done["billLinesReplaced"], charged(store)), (0, 0, expected(v2)))
        replayed(store, t.path(root, "cur/mine", PERIOD, names[0]))
        t.equal(what + "an old version that comes once more", charged(store), expected(v2))
        fresh = t.path("fresh-%s-%s" % (kind, manifest))
        for version in reversed(names):
            replayed(fresh, t.path(root, "cur/mine", PERIOD, version))
        t.equal(what + "in the other order", charged(fresh), expected(v2))
        t.equal(what + "sound", t.run("verify", store=store).returncode, 0)
        journal = t.run("journal", "-o", "json", store=store).stdout.decode()
        t.check(what + "the journal tells", "bill-replace" in journal and names[1] in journal, journal[-600:])

# A version that lacks a file isn't taken: all of it or nothing.
store = t.path("store-parts")
delivery("parts", "20240606T010000Z", split(v1))
replayed(store, t.path("parts"))
delivery("parts", "20240610T010000Z", split(v2))
whole = t.path("parts/cur/mine", PERIOD, "20240610T010000Z", "mine-00002.csv.gz")
with open(whole, "rb") as file:
    kept = file.read()
with open(whole, "wb") as file:
    file.write(kept[: len(kept) // 2])
done, errors = replayed(store, t.path("parts"))
t.equal("a version with a damaged file", (charged(store), bool(done["unreadable"])), (expected(v1), True))
os.unlink(whole)
done, errors = replayed(store, t.path("parts"))
t.check("a version without a file is named", "1 aren't there" in errors and charged(store) == expected(v1), errors)
t.write("parts/cur/mine/%s/20240610T010000Z/mine-00002.csv.gz" % PERIOD, kept)
replayed(store, t.path("parts"))
t.equal("when it is whole", charged(store), expected(v2))

# A version that has no lines any more empties the bill, in its place only; so does one without a payer's lines.
store = t.path("store-emptied")
delivery("emptied", "20240606T010000Z", split(v1))
delivery("emptied-not", "20240606T010000Z", [made(3, "z")])
replayed(store, t.path("emptied"))
other = t.path("store-other-place")
replayed(other, t.path("emptied-not"))
delivery("emptied", "20240610T010000Z", [v1.splitlines(True)[0]])
done, errors = replayed(store, t.path("emptied"))
t.equal("a version of a header alone", (done["billLinesReplaced"], charged(store)), (20, 0))
replayed(store, t.path("emptied/cur/mine", PERIOD, "20240606T010000Z"))
t.equal("and an old version doesn't come back", charged(store), 0)
t.equal("sound", t.run("verify", store=store).returncode, 0)
delivery("emptied", "20240612T010000Z", split(v2))
replayed(store, t.path("emptied"))
t.equal("a version with lines again", charged(store), expected(v2))
before = charged(other)
replayed(other, t.path("emptied/cur/mine", PERIOD, "20240610T010000Z"))
t.check("of another report of that name nothing goes", before > 0 and charged(other) == before)

# Data exports: new folders by time and execution, or overwritten.
for overwrite in (False, True):
    store, root = t.path("store-export-%s" % overwrite), "export-%s" % overwrite
    for number, text in enumerate((v1, v2, v3), 1):
        folder = "" if overwrite else "2024-06-0%dT01:02:03.456Z-0a1b2c3d-%d/" % (number + 5, number)
        name = "mine/data/BILLING_PERIOD=2024-06/%smine-00001.csv.gz" % folder
        put("%s/%s" % (root, name), text)
        t.write(
            "%s/mine/metadata/BILLING_PERIOD=2024-06/%smine-Manifest.json" % (root, folder),
            json.dumps(
                {
                    "exportArn": "arn:aws:bcm-data-exports:us-east-1:1:export/mine",
                    "executionId": "execution-%d" % number,
                    "dataFiles": ["s3://b/" + name],
                }
            ),
        )
        done, errors = replayed(store, t.path(root))
        t.equal(
            "data export %d, overwritten %s" % (number, overwrite),
            (charged(store), done["rejected"]),
            (expected(text), 0),
        )

# Files alone: what has the charges of another replaces it; parts stand beside each other; in an archive as well.
for name, files, sum_of in (
    ("renamed", (("v1.csv", v1), ("v2.csv", v2)), v2),
    ("back", (("v2.csv", v2), ("v1.csv", v1)), v2),
    ("final", (("v2.csv", v2), ("v3.csv", v3)), v3),
    (
        "tiny",
        (
            ("one.csv", made(2, "x").replace("0.50", "2.00")),
            (
                "two.csv",
                made(3, "y")
                .replace("4.02", "2.00")
                .replace("3.02", "2.00")
                .replace("2.02", "2.00")
                .replace("1.02", "2.00"),
            ),
        ),
        None,
    ),
):
    store = t.path("store-alone-" + name)
    for file, text in files:
        put("alone-%s/%s" % (name, file), text)
        replayed(store, t.path("alone-" + name, file))
    t.equal("files alone: " + name, charged(store), expected(sum_of or files[1][1]))
store = t.path("store-numbered")
for number in (1, 2):
    replayed(store, put("numbered/may-%d.csv" % number, v2.replace("b-", "%d-" % number)))
t.equal("numbered files stand beside each other", charged(store), round(2 * expected(v2), 2))
dated = t.path("store-dated")
for day in (10, 20):
    replayed(dated, put("dated/cur-2024-05-%d.csv" % day, v2.replace("b-", "%d-" % day)))
t.equal("dumps of several days are one report", charged(dated), expected(v2))
# One file has one place, whichever links lead to it: what it is now replaces what it was.
linked = t.path("store-linked")
real = put("linked/real/june.csv", CUR2 + cur2("2024-06-01T06:00:00Z", "1.00") + "\n")
os.symlink("real", t.path("linked/link"))
os.symlink("link/june.csv", t.path("linked/other.csv"))
replayed(linked, real)
for number, path in enumerate((t.path("linked/link/june.csv"), t.path("linked/other.csv")), 2):
    put("linked/real/june.csv", CUR2 + cur2("2024-06-0%dT06:00:00Z" % number, "%d.00" % number) + "\n")
    replayed(linked, path)
    t.equal("over a link, %d" % number, charged(linked), float(number))
store = t.path("store-halves")
for number, text in enumerate(split(v2), 1):
    replayed(store, put("halves/part-%d.csv" % number, text))
t.equal("halves", charged(store), expected(v2))
out = io.BytesIO()
with zipfile.ZipFile(out, "w") as archive:
    for version, text in (("20240606T010000Z", v1), ("20240610T010000Z", v2)):
        for number, part in enumerate(split(text), 1):
            archive.writestr("cur/mine/%s/%s/mine-%05d.csv" % (PERIOD, version, number), part)
t.write("bucket.zip", out.getvalue())
replayed(t.path("store-bucket"), t.path("bucket.zip"))
t.equal("in an archive", charged(t.path("store-bucket")), expected(v2))

# Two reports of one month, which aren't versions: both count, and check says so.
store = t.path("store-two")
other = (
    "\n".join(
        line + "," + ("resource_tags_x" if not number else "v") for number, line in enumerate(made(9, "d").splitlines())
    )
    + "\n"
)
for name, text in (("one.csv", v2), ("other.csv", other)):
    replayed(store, put("two/" + name, text))
found = json.loads(t.run("credits", "check", "-o", "json", store=store).stdout)
t.check("charges that are there twice", any("is there twice" in row["sentence"] for row in found), found)

# Credit lines alone give what is known.
store = t.path("store-credit-lines")
head = CUR2
credit = lambda month, cost, text: ",".join(
    (
        ACCOUNT,
        month + "-01T00:00:00Z",
        "AWS",
        ACCOUNT,
        "AmazonS3",
        "Requests-Tier1",
        "Credit",
        month + "-01T00:00:00Z",
        cost,
        "USD",
        text,
    )
)
replayed(
    store,
    put(
        "credit-lines.csv",
        head
        + "\n".join(
            (
                credit("2024-05", "-10", "AWS Activate Credit 1234567890"),
                credit("2024-06", "-2.5", "AWS Activate Credit 1234567890"),
                credit("2024-06", "-1", "Some promotion"),
                cur2("2024-06-02T00:00:00Z", cost="20"),
            )
        )
        + "\n",
    ),
)
rows = json.loads(t.run("credits", "-o", "json", store=store).stdout)
t.equal(
    "by the bills' own lines",
    [
        (row["account"], row["creditId"], row["type"], row["amount"], row["used"], row["status"], row["notices"])
        for row in rows
    ],
    [
        (ACCOUNT, "1234567890", "Billed", None, "12.50", "unknown", ["2024-05 used 10.00", "2024-06 used 2.50"]),
        (ACCOUNT, "Some promotion", "Billed", None, "1.00", "unknown", ["2024-06 used 1.00"]),
    ],
)
t.check("and it is said", b"Credit lines of bills alone" in t.run("credits", store=store).stderr)

t.finish()
