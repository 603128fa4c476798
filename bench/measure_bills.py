#!/usr/bin/env python3
"""Loads a large Cost and Usage Report: bench/measure_bills.py [--lines N] [--build DIR] [--directory DIR]

Prints lines and postings a second, the peak of memory, and what the ledger costs afterwards; beside them, in the same run, how fast the
same file is only read (wc -l). Postings: a charge each, and two more for each part that a credit pays.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import subprocess
import time

COLUMNS = (
    "identity_line_item_id identity_time_interval bill_payer_account_id bill_billing_period_start_date bill_billing_period_end_date "
    "bill_billing_entity bill_bill_type bill_invoice_id line_item_usage_account_id line_item_usage_account_name line_item_product_code "
    "line_item_usage_type line_item_operation line_item_line_item_type line_item_usage_start_date line_item_usage_end_date "
    "line_item_usage_amount line_item_unblended_rate line_item_unblended_cost line_item_blended_cost line_item_currency_code "
    "line_item_line_item_description line_item_resource_id line_item_availability_zone line_item_legal_entity pricing_term pricing_unit "
    "pricing_public_on_demand_cost pricing_public_on_demand_rate product_instance_type product_region_code product_servicecode "
    "product_product_family reservation_reservation_a_r_n savings_plan_savings_plan_a_r_n split_line_item_split_cost"
).split()
PAYER = "121212121212"
SERVICES = (("AmazonEC2", 40), ("AmazonS3", 25), ("AWSLambda", 20), ("AmazonRDS", 10), ("AmazonCloudWatch", 30))


def make(path, lines):
    """A month of hourly lines of ten accounts."""
    dice = random.Random(5)
    with open(path, "w", buffering=1 << 22) as out:
        out.write(",".join(COLUMNS) + "\n")
        for number in range(lines):
            service, kinds = SERVICES[number % len(SERVICES)]
            hour = number * 720 // lines
            start = "2024-06-%02dT%02d:00:00Z" % (1 + hour // 24, hour % 24)
            cost = "0.%010d" % dice.randrange(10_000_000)
            account = "1212121212%02d" % (10 + number % 10)
            usage = "EUC1-Usage:%s.%d" % (service[-3:], dice.randrange(kinds))
            out.write(
                "%040x,%s/%s,%s,2024-06-01T00:00:00Z,2024-07-01T00:00:00Z,AWS,Anniversary,,%s,team-%d,%s,%s,RunInstances,Usage,%s,%s,1.0,%s,%s,%s,"
                'USD,$0.096 per hour of usage,arn:aws:ec2:eu-central-1:%s:instance/i-%012x,eu-central-1a,"Amazon Web Services, Inc.",OnDemand,Hrs,%s,%s,'
                "m6i.large,eu-central-1,%s,Compute Instance,,,\n"
                % (
                    dice.getrandbits(160),
                    start,
                    start,
                    PAYER,
                    account,
                    number % 10,
                    service,
                    usage,
                    start,
                    start,
                    cost,
                    cost,
                    cost,
                    account,
                    number % 5000,
                    cost,
                    cost,
                    service,
                )
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--directory", default="build/bench")
    options = parser.parse_args()
    folder = pathlib.Path(options.directory)
    folder.mkdir(parents=True, exist_ok=True)
    path, store = folder / ("cur-%d.csv" % options.lines), folder / "store-bills"
    if not path.exists():
        make(path, options.lines)
    shutil.rmtree(store, ignore_errors=True)
    binary = [os.path.join(options.build, "trailkeeper"), "--store", store]

    def run(*arguments, **more):
        begin = time.monotonic()
        process = subprocess.Popen([*binary, *arguments], stdout=subprocess.PIPE, **more)
        out = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return out, time.monotonic() - begin, used.ru_maxrss * 1024

    issued = {
        "eventVersion": "1.08",
        "userIdentity": {"type": "AWSService"},
        "eventTime": "2024-06-02T00:00:00Z",
        "eventSource": "activate.amazonaws.com",
        "eventName": "CreditsIssued",
        "eventID": "c0ffee00-0000-4000-8000-000000000001",
        "eventType": "AwsServiceEvent",
        "recipientAccountId": PAYER,
        "serviceEventDetails": {"creditId": "1", "amount": 100000, "termYears": 1},
    }
    event = folder / "bill-credit.ndjson"
    event.write_text(json.dumps(issued) + "\n")
    subprocess.run([*binary, "replay", event], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cat", path], check=True, stdout=subprocess.DEVNULL)
    begin = time.monotonic()
    subprocess.run(["wc", "-l", path], check=True, stdout=subprocess.DEVNULL)
    counted = time.monotonic() - begin
    out, seconds, memory = run("replay", str(path), "-o", "json")
    loaded = json.loads(out)["billLines"]
    _, balance, balance_memory = run("credits", "-o", "json")
    out, again, _ = run("replay", str(path), "-o", "json")
    assert json.loads(out)["billLines"] == 0
    begin = time.monotonic()
    ledger = subprocess.Popen([*binary, "credits", "ledger", "-o", "ndjson"], stdout=subprocess.PIPE)
    postings = sum(chunk.count(b"\n") for chunk in iter(lambda: ledger.stdout.read(1 << 20), b""))
    ledger.wait()
    printed = time.monotonic() - begin
    size = path.stat().st_size
    print("%d lines, %.2f GB, %d postings" % (loaded, size / 1e9, postings))
    print(
        "load               %8.2f s  %10.0f lines/s  %10.0f postings/s  peak %4.0f MB   (wc -l: %.2f s)"
        % (seconds, loaded / seconds, postings / seconds, memory / 1e6, counted)
    )
    print("balances (credits) %8.2f s  peak %4.0f MB" % (balance, balance_memory / 1e6))
    print("load and balances  %8.2f s  %10.0f postings/s" % (seconds + balance, postings / (seconds + balance)))
    print("load again         %8.2f s  (nothing is new)" % again)
    print("credits ledger     %8.2f s  %10.0f postings/s printed" % (printed, postings / printed))
    print(
        "store              %8.0f MB (1/%.1f)"
        % ((store / "data.mdb").stat().st_size / 1e6, size / (store / "data.mdb").stat().st_size)
    )


main()
