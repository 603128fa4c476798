#!/usr/bin/env python3
"""What people read of the ledger: summary, totals of a statement, forecast, notices for cron."""
import csv
import io
import json
import pathlib
from decimal import Decimal

from harness import Harness

t = Harness()
store = t.path("store")
samples = pathlib.Path(__file__).resolve().parents[2] / "samples"
ACCOUNT, AT = "343434343434", "2024-05-20"
t.run(
    "credits",
    "add",
    "--account",
    ACCOUNT,
    "--amount",
    "5000",
    "--issued",
    "2024-03-04",
    "--expires",
    "2026-03-31",
    "--id",
    "808080",
    store=store,
)
t.run("replay", str(samples / "startup" / "bills"), store=store)


def read(*arguments, code=0, form="json", at=AT):
    done = t.run("credits", *arguments, "--at", at, "-o", form, store=store)
    t.equal("exit code of " + " ".join(arguments), (done.returncode, done.stderr), (code, b""))
    return json.loads(done.stdout) if form == "json" else done.stdout.decode()


page = read("summary")
t.equal(
    "as of when, and how far charges are known", (page["asOf"], page["lastCharge"]), (AT + "T00:00:00Z", "2024-05-19")
)
holder = page["holders"][0]
t.equal(
    "the holder's totals",
    (holder["account"], holder["credits"], holder["amount"], holder["usedPercent"], holder["nextExpiry"]),
    (ACCOUNT, 1, "5000.00", 28.6, "2026-03-31"),
)
total = {name: sum(Decimal(row[name]) for row in page["months"]) for name in ("charged", "covered", "due")}
t.equal(
    "lists add up to one another",
    [{name: sum(Decimal(row[name]) for row in page[part]) for name in total} for part in ("services", "accounts")],
    [total, total],
)
t.equal("what is covered is what was used", total["covered"], Decimal(holder["used"]))
t.equal("and due is the rest", total["due"], Decimal("13"))
rows = list(csv.DictReader(io.StringIO(read("summary", ACCOUNT, "--by", "month", form="csv"))))
t.equal(
    "a list for programs",
    [(row["month"], row["asOf"]) for row in rows],
    [(month, AT + "T00:00:00Z") for month in ("2024-03", "2024-04", "2024-05")],
)
done = t.run("credits", "summary", "-o", "csv", store=store)
t.check("a page has no CSV, and says what has", done.returncode == 2 and b"--by" in done.stderr, done.stderr)
t.equal(
    "of an account that has nothing",
    [
        json.loads(t.run("credits", "summary", "999988887777", "-o", "json", store=store).stdout)[part]
        for part in ("holders", "months")
    ],
    [[], []],
)

days = read("statement", ACCOUNT, "--month", "2024-05", "--by", "day")
t.equal("a statement's days", (len(days), days[0]["day"], days[-1]["day"]), (19, "2024-05-01", "2024-05-19"))
services = read("statement", ACCOUNT, "--month", "2024-03", "--by", "service")
t.equal("and services", {row["service"]: row["due"] for row in services}["AmazonRegistrar"], "13.00")
t.check(
    "a table ends with the total",
    "Total: 457.97 charged, 444.97 covered, 13.00 due."
    in read("statement", ACCOUNT, "--month", "2024-03", form="table"),
)
t.equal(
    "a month without a bill",
    t.run("credits", "statement", ACCOUNT, "--month", "2023-01", "--by", "day", store=store).returncode,
    1,
)
for command in (
    ["credits"],
    ["credits", "summary"],
    ["credits", "statement", ACCOUNT, "--month", "2024-03"],
    ["credits", "forecast", ACCOUNT],
    ["credits", "notices"],
):
    lines = t.run(*command, "--at", AT, store=store).stdout.decode().split("\n")
    t.check(
        "a table fits 100 columns: " + " ".join(command),
        len(lines) > 2 and all(len(line) <= 100 for line in lines),
        max(lines, key=len),
    )

made = read("forecast", ACCOUNT)[0]
t.equal(
    "a forecast",
    (made["cause"], made["lastCharge"], Decimal(made["trend"]) > 0, made["note"]),
    ("used", "2024-05-19", True, None),
)
t.equal("in words", made["forecast"], "runs out between %s and %s" % (made["earliest"], made["latest"]))
old = read("forecast", ACCOUNT, at="2024-07-01")[0]
t.check("old bills are told", old["note"].startswith("no charges are known after 2024-05-19, 43 days before"), old)
t.check(
    "a summary tells them, too", "43 days before: load newer reports" in read("summary", at="2024-07-01", form="table")
)

t.equal("nothing is due yet", read("notices", "--due"), [])
due = read("notices", "--due", code=1, at="2026-02-01")
t.equal("notices that are due", [row["kind"] for row in due], ["expires-in-60-days"])
t.equal("none since the last look", read("notices", "--due", "--since", "2026-01-30T00:00:01Z", at="2026-02-01"), [])
t.equal("all of them without --due", len(read("notices")), 3)

# With AWS's own figures and history the months before are explained, too.
t.run(
    "credits",
    "import",
    str(samples / "startup" / "get-credits.json"),
    str(samples / "startup" / "get-credit-allocation-history.json"),
    "--as-of",
    AT,
    store=store,
)
page = read("summary", at="2024-05-21")
t.equal("the balance is AWS's", page["holders"][0]["available"], "3568.51")
t.check(
    "and what was due before is explained to the cent",
    all(
        abs(Decimal(row["due"]) - (13 if row["month"] == "2024-03" else 0)) < Decimal("0.02") for row in page["months"]
    ),
    page["months"],
)
t.equal(
    "a difference below AWS's cent is none",
    ([row["due"] for row in page["months"]], page["withoutBill"], page["months"][1]["coveredPercent"]),
    (["13.00", "0.00", "0.00"], "0.00", 100.0),
)


def total_of(*arguments):
    """What the total line says, and what is said below it."""
    return read("statement", ACCOUNT, "--month", "2024-04", *arguments, form="table").split("\nTotal: ")[1].split("\n")


totals = [total_of(), total_of("--by", "service"), total_of("--by", "day")]
t.equal("one total, whatever it is of", {total[0] for total in totals}, {"563.53 charged, 563.53 covered, 0.00 due."})
t.equal(
    "days and lines say that they don't know it",
    ["by month, not by day: of the 563.53 that is unknown here" in " ".join(total) for total in totals],
    [True, False, True],
)
for by in ("month", "service", "account", "day"):
    rows = read("summary", "--by", by)
    charged, paid, due = (
        sum(sum(Decimal(row[name]) for name in names) for row in rows)
        for names in (["charged"], ["covered", "unknown"], ["due"])
    )
    t.equal("the same by " + by, (due, charged - paid), (13, 13))
t.equal(
    "lines",
    {
        (Decimal(line["unknown"]) == Decimal(line["amount"]), line["due"], line["reason"])
        for line in read("statement", ACCOUNT, "--month", "2024-04")
    },
    {(True, "0.00", "before-import")},
)
postings = read("ledger", at="2024-05-21")
used = sum(Decimal(row["amount"]) for row in postings if row["debit"] == "credit:808080:used")
t.equal("postings have the opening balance", used, Decimal(page["holders"][0]["used"]))
t.equal("the ledger is sound", read("check", at="2024-05-21"), [])

# A slip of the keyboard is no all-clear.
for arguments, words in (
    (["chekc"], "did you mean 'check'"),
    (["statment", "121212121212", "--month", "2024-03"], "did you mean 'statement'"),
    (["check", "12121212121"], "12 digits"),
    (["notices", "foo"], "12 digits"),
    (["12121212121"], "12 digits"),
    ([""], "12 digits"),
):
    done = t.run("credits", *arguments, store=t.path("slips"))
    t.check(
        "refused: credits " + " ".join(arguments), done.returncode == 2 and words.encode() in done.stderr, done.stderr
    )
slips = t.path("slips")
t.run("replay", t.write("none.ndjson", ""), store=slips)
for command in ([], ["check"], ["notices"], ["ledger"], ["applications"], ["forecast", "121212121212"]):
    t.check(
        "a store without facts is said: " + " ".join(command),
        b"no event of the credit programme" in t.run("credits", *command, store=slips).stderr,
    )
t.run(
    "credits",
    "add",
    "--account",
    "343434343434",
    "--amount",
    "1",
    "--issued",
    "2024-01-01",
    "--years",
    "1",
    store=slips,
)
for account, known in (("343434343434", True), ("121212121212", False)):
    said = t.run("credits", "check", account, store=slips).stderr
    t.check(
        "an account of which nothing is known is said: " + account,
        (said == b"") if known else b"nothing is known of account 121212121212" in said,
        said,
    )
t.finish()
