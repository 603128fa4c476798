#!/usr/bin/env python3
"""Cost reports as people have them: formats, encodings, archives, and what is said of lines that can't be taken."""
import gzip
import io
import json
import zipfile

from harness import Harness

t = Harness()
ACCOUNT = "012345678901"
CUR2 = ("bill_payer_account_id,bill_billing_period_start_date,bill_billing_entity,line_item_usage_account_id,line_item_product_code,line_item_usage_type,"
        "line_item_line_item_type,line_item_usage_start_date,line_item_unblended_cost,line_item_currency_code,line_item_line_item_description\n")
LEGACY = ("identity/LineItemId,identity/TimeInterval,bill/PayerAccountId,bill/BillingPeriodStartDate,bill/BillingEntity,lineItem/UsageAccountId,lineItem/ProductCode,"
          "lineItem/UsageType,lineItem/LineItemType,lineItem/UsageStartDate,lineItem/UnblendedCost,lineItem/CurrencyCode,resourceTags/user:Name,resourceTags/user:name\n")
FOCUS = "BilledCost,BillingAccountId,BillingCurrency,ChargeCategory,ChargePeriodStart,ServiceName,SubAccountId\n"
DESCRIPTION = '"$0.005 per 1,000 PUT, ""COPY"", POST\nor LIST"'


def cur2(start, cost="0.0000050000", month="2024-06-01T00:00:00.000Z", currency="USD", account=ACCOUNT):
    return ",".join((ACCOUNT, month, "AWS", account, "AmazonS3", "Requests-Tier1", "Usage", start, cost, currency, DESCRIPTION))


def legacy(name, cost="0.1"):
    return ",".join((name, "2024-06-02T00:00:00Z/2024-06-02T01:00:00Z", ACCOUNT, "2024-06-01T00:00:00Z", "AWS", ACCOUNT, "AmazonEC2", "BoxUsage", "Usage",
                     "2024-06-02T00:00:00Z", cost, "USD", "a", "b"))


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
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
times = ["2024-06-01 06:00:00.000", "2024-06-01 06:00:00.000 UTC", "2024-06-01 06:00:00 UTC", "2024-06-01 06:00:00+00", "2024-06-01T06:00:00Z"]
store = taken("athena.csv", CUR2 + "\n".join(cur2(time, month="2024-06-01 00:00:00.000 UTC") for time in times), len(times))
t.equal("all at one time", {line["start"] for line in lines(store)}, {"2024-06-01T06:00:00Z"})

# ZIP, what is in it by content; gzip by content, whatever the name.
taken("legacy-1.csv.zip", zipped(report_1=LEGACY + legacy("leg3") + "\n" + legacy("leg4") + "\n"), 2)
taken("two.zip", zipped(report_1=LEGACY + legacy("leg3"), report_2=LEGACY + legacy("leg4")), 2)
taken("plain-name.csv", gzip.compress((LEGACY + legacy("leg5")).encode()), 1)
taken("not-compressed.csv.gz", LEGACY + legacy("leg5"), 1)
taken("in-both.zip", zipped(inner=gzip.compress((LEGACY + legacy("leg6")).encode())), 1)

# FOCUS.
store = taken("focus.csv", FOCUS + "1.5,%s,USD,Usage,2024-06-01T00:00:00Z,Amazon S3,%s\n-1,%s,USD,Credit,2024-06-01T00:00:00Z,Amazon S3,%s\n" % ((ACCOUNT,) * 4), 2)
t.equal("a charge and a credit", sorted((line["service"], line["type"], line["amount"]) for line in lines(store)),
        [("AmazonS3", "Credit", "-1.00"), ("AmazonS3", "Usage", "1.50")])

# What is wrong with a line is said, with its place; no other currency is read as USD.
bad = CUR2 + "\n".join((cur2(same, account="4444"), cur2("yesterday"), cur2(same, cost="much"), cur2(same, currency="EUR"), "too,few")) + "\n"
store = taken("bad.csv", bad, 0, rejected=5)
rows = json.loads(t.run("rejects", "-o", "json", store=store).stdout)
rows = [row for row in rows if row["source"].endswith("/bad.csv")]
t.equal("one code", {row["reason"] for row in rows}, {"bad-bill-line"})
for row, word, line in zip(rows, ("account", "time", "amount", "currency", "columns"), (2, 4, 6, 8, 10)):
    t.check("%s is named" % word, word in row["description"] and row["line"] == line, row)
t.check("in a table, too", "bad-bill-line: currency" in t.run("rejects", store=store).stdout.decode())
removed = json.loads(t.run("rejects", "remove", "--reason", "bad-bill-line", "-o", "json", store=store).stdout)
t.equal("removed by the one code", removed["records"], 10)

# A report that lacks columns, and Parquet: one message, and what to do.
t.write("lacking.csv", b"line_item_unblended_cost,line_item_usage_account_id\n1,012345678901\n")
done, errors = replayed(t.path("store-lacking"), t.path("lacking.csv"))
t.check("missing columns", done["rejected"] == 0 and "line_item_product_code, line_item_line_item_type, line_item_usage_start_date" in errors, errors)
for name, data in (("cur-00001.snappy.parquet", b"PAR1" + bytes(200) + b"PAR1"), ("cur-00001.gz.parquet", b"PAR1" + bytes(200) + b"PAR1"),
                   ("cur.parquet.gz", gzip.compress(b"PAR1" + bytes(200) + b"PAR1"))):
    t.write(name, data)
    done, errors = replayed(t.path("store-parquet"), t.path(name))
    t.check("Parquet is named, with the command", done["rejected"] == 0 and "(Parquet)" in errors and "duckdb -c" in errors and t.path(name) in errors, errors)

t.finish()
