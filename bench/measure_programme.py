#!/usr/bin/env python3
"""The ledger on many events of the programme: bench/measure_programme.py [--events N] [--build DIR] [--directory DIR]

Prints what `credits check` costs, and beside it, in the same run, what it costs only to read the same events (`events -o ndjson`). Twice: of
startups with a few accounts each, and with most forms from a single account and startup, for what looks back must not cost more then.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import subprocess
import time

ORGS = ["org-%d" % number for number in range(50)]


def record(number, name, account, time_of, details, form=False):
    made = {
        "eventVersion": "1.08",
        "userIdentity": {"type": "Root" if form else "AWSService", "accountId": account},
        "eventTime": time_of,
        "eventSource": "activate.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.1",
        "userAgent": "bench",
        "eventID": "%08x-0000-4000-8000-%012x" % (number, number),
        "eventType": "AwsApiCall" if form else "AwsServiceEvent",
        "recipientAccountId": account,
        "requestParameters" if form else "serviceEventDetails": details,
    }
    return json.dumps(made, separators=(",", ":")) + "\n"


def make(path, count, crowded):
    dice = random.Random(7)
    with open(path, "w", buffering=1 << 22) as out:
        for number in range(count):
            startup = 0 if crowded and number % 4 else dice.randrange(count // 20 + 1)
            account = "%012d" % (100000000000 + startup * 3 + (0 if crowded else dice.randrange(3)))
            second = number * 20000000 // count
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1704067200 + second))
            kind = number % 8
            application = "app-%d-%d" % (startup, number // 8)
            if kind in (0, 1, 2):
                out.write(
                    record(
                        number,
                        "CreateForm",
                        account,
                        at,
                        {
                            "applicationId": application,
                            "startupId": "S%d" % startup,
                            "orgId": dice.choice(ORGS),
                            "requestedAmount": str(1000 * dice.randint(1, 100)),
                            "email": "a@x.example",
                            "foundingDate": "2020-01-01",
                            "fundingStage": "Seed",
                            "website": "x.example",
                            "country": "DE",
                        },
                        True,
                    )
                )
            elif kind == 3:
                out.write(
                    record(
                        number,
                        "ApplicationDecided",
                        account,
                        at,
                        {"applicationId": application, "decision": dice.choice(("Approved", "Denied"))},
                    )
                )
            elif kind == 4:
                out.write(
                    record(
                        number,
                        "CreditsIssued",
                        account,
                        at,
                        {"creditId": str(number), "amount": "1000", "termYears": 1, "applicationId": application},
                    )
                )
            elif kind == 5:
                out.write(
                    record(number, "AffiliationConfirmed", account, at, {"orgId": dice.choice(ORGS), "confirmed": True})
                )
            elif kind == 6:
                out.write(
                    record(number, "AccountStatusChanged", account, at, {"status": "Active", "payerAccountId": account})
                )
            else:
                shown = record(number, "GetCredits", account, at, {}, True)
                out.write(
                    shown.replace(
                        '"requestParameters":{}',
                        '"responseElements":{"credits":[{"creditId":"%d","balance":"1000"}]}' % (number - 3),
                    )
                )


def measure(binary, path, store, count):
    shutil.rmtree(store, ignore_errors=True)
    subprocess.run([binary, "--store", store, "replay", path], check=True, stdout=subprocess.DEVNULL)

    def run(*arguments):
        begin = time.monotonic()
        process = subprocess.Popen([binary, "--store", store, *arguments], stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode in (0, 1), process.returncode
        return time.monotonic() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024

    read, read_cpu, _ = run("events", "-o", "ndjson", "--limit", str(count))
    for command in (["credits", "check"], ["credits", "applications"], ["credits"]):
        wall, cpu, memory = run(*command, "--at", "2025-01-01", "-o", "ndjson")
        print(
            "  %-22s %7.2f s, %7.2f s of a core, peak %5.0f MB: %.2f times reading the events (%.2f s, %.2f s of a core)"
            % (" ".join(command), wall, cpu, memory / 1e6, cpu / read_cpu, read, read_cpu)
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--directory", default="build/bench")
    options = parser.parse_args()
    folder = pathlib.Path(options.directory)
    folder.mkdir(parents=True, exist_ok=True)
    for kind in ("spread", "crowded"):
        for count in (options.events // 4, options.events):
            path = folder / ("programme-%s-%d.ndjson" % (kind, count))
            if not path.exists():
                make(path, count, kind == "crowded")
            print("%d events, %s" % (count, kind), flush=True)
            measure(os.path.join(options.build, "trailkeeper"), path, folder / "store-programme", count)


main()
