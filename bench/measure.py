#!/usr/bin/env python3
"""Runs the rows of bench/README.md and writes the results. Called by bench/run."""

import argparse
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from results import Row, machine, print_rows, write_results

SIZES = {
    "quick": {"ndjson": 300_000, "counts": 300_000, "tiny": 20_000, "growth": (10, 100_000)},
    "full": {"ndjson": 300_000, "counts": 3_000_000, "tiny": 300_000, "growth": (20, 1_000_000)},
}
GZIP_EVENTS, GZIP_PER_FILE, TINY_PER_FILE = 300_000, 5_000, 5
REPEATS = 3


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


class Finished:
    def __init__(self, seconds, rss, output):
        self.seconds, self.rss, self.output = seconds, rss, output


def run(arguments, environment=None, allowed=(0,)):
    """Runs a program; wall time, peak RSS in bytes and standard output."""
    with tempfile.TemporaryFile() as out:
        begin = time.perf_counter()
        process = subprocess.Popen([str(a) for a in arguments], stdout=out, env={**os.environ, **(environment or {})})
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        output = out.read().decode()
    if process.returncode not in allowed:
        sys.exit(f"{' '.join(map(str, arguments))}: exit code {process.returncode}\n{output}")
    return Finished(seconds, usage.ru_maxrss * 1024, output)


def warm(path):
    """Puts files into the page cache."""
    files = [path] if path.is_file() else [f for f in path.rglob("*") if f.is_file()]
    for file in files:
        with open(file, "rb") as stream:
            while stream.read(1 << 22):
                pass


def policy_files(principals, directory):
    """What `aws iam get-account-authorization-details` prints, made up: some policies ask for actions alone, some for resources or the address."""
    statements = (
        [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
        [
            {"Effect": "Allow", "Action": ["ec2:*", "s3:*", "logs:*", "sts:*", "lambda:*"], "Resource": "*"},
            {"Effect": "Deny", "Action": "iam:*", "Resource": "*"},
        ],
        [
            {
                "Effect": "Allow",
                "Action": ["s3:*", "dynamodb:*"],
                "Resource": ["arn:aws:s3:::*", "arn:aws:dynamodb:*:*:table/*"],
            },
            {"Effect": "Allow", "NotAction": ["s3:*", "dynamodb:*"], "Resource": "*"},
        ],
        [
            {
                "Effect": "Allow",
                "Action": "*",
                "Resource": "*",
                "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
            }
        ],
    )
    accounts = {}
    for number, arn in enumerate(sorted(principals)):
        match = re.fullmatch(r"arn:aws:iam::(\d{12}):(user|role)/(.*)", arn)
        if not match:
            continue
        kind, name = match[2].capitalize(), match[3].rsplit("/", 1)[-1]
        details = accounts.setdefault(match[1], {"UserDetailList": [], "RoleDetailList": []})
        document = {"Version": "2012-10-17", "Statement": statements[number % len(statements)]}
        details[kind + "DetailList"].append(
            {kind + "Name": name, "Arn": arn, kind + "PolicyList": [{"PolicyName": "P", "PolicyDocument": document}]}
        )
    files = []
    for account, details in accounts.items():
        files.append(directory / f"policies-{account}.json")
        files[-1].write_text(json.dumps(details))
    return files


class Bench:
    def __init__(self, options):
        self.build = Path(options.build).resolve()
        self.binary = self.build / "trailkeeper"
        self.directory = Path(options.directory)
        self.inputs = self.directory / "inputs"
        self.inputs.mkdir(exist_ok=True)
        self.size = SIZES[options.size]
        self.peer = options.peer
        self.rows, self.notes = [], []
        self.peak = 0
        self.random = random.Random(1)

    # Inputs and stores.

    def make(self, name, *arguments):
        """An input, made once."""
        path = self.inputs / name
        done = self.inputs / (name + ".size.json")
        if not done.exists():
            say(f"making {name}")
            shutil.rmtree(path, ignore_errors=True)
            path.unlink(missing_ok=True)
            made = subprocess.run(
                [self.build / "bench" / "make_trail", "--out", path, *map(str, arguments)],
                stderr=subprocess.PIPE,
                text=True,
                check=True,
            )
            events, raw, files, stored = map(int, re.findall(r"\d+", made.stderr)[:4])
            done.write_text(json.dumps({"events": events, "raw": raw, "files": files, "stored": stored}))
        warm(path)
        return path, json.loads(done.read_text())

    def store(self, name):
        path = self.directory / ("store-" + name)
        shutil.rmtree(path, ignore_errors=True)
        return path

    def replay(self, store, path):
        os.sync()
        done = run([self.binary, "--store", store, "-o", "json", "replay", path])
        self.peak = max(self.peak, done.rss)
        return done

    def duckdb(self, *arguments):
        os.sync()
        done = run(["node", self.peer, *arguments])
        return done, json.loads(done.output)

    def stats(self, store):
        return json.loads(run([self.binary, "--store", store, "-o", "json", "stats"]).output)

    def add(self, *arguments):
        row = Row(*arguments)
        self.rows.append(row)
        say(f"{row.what}: {row.measured}")

    # Rows.

    def against_duckdb(self, name, title, path, size, command, argument):
        ours, theirs = [], []
        database = self.directory / f"{name}.duckdb"
        for _ in range(REPEATS):
            store = self.store(name)
            ours.append(self.replay(store, path).seconds)
            if self.peer:
                database.unlink(missing_ok=True)
                theirs.append(self.duckdb(command, database, argument)[1]["seconds"])
        best, median = min(ours), statistics.median(ours)
        text = f"{best:.2f} s, {size['raw'] / best / 1e9:.3f} GB/s (median {median:.2f} s)"
        ratio = None
        if theirs:
            ratio = min(theirs) / best
            text += (
                f"; DuckDB {min(theirs):.2f} s, {size['raw'] / min(theirs) / 1e9:.3f} GB/s (median "
                f"{statistics.median(theirs):.2f} s): {ratio:.2f} times, medians {statistics.median(theirs) / median:.2f} times"
            )
            self.notes.append(
                f"{title}: DuckDB's file {database.stat().st_size / 1e6:.1f} MB, the store "
                f"{self.stats(store)['fileBytes'] / 1e6:.1f} MB, raw {size['raw'] / 1e6:.1f} MB."
            )
        self.add(
            title,
            "4 times faster",
            "6 times",
            text,
            None if ratio is None else ratio >= 4,
            None if ratio is None else ratio >= 6,
        )
        if name != "ndjson":
            database.unlink(missing_ok=True)

    def ndjson(self):
        path, size = self.make(f"ndjson-{self.size['ndjson']}.ndjson", "--events", self.size["ndjson"])
        self.against_duckdb("ndjson", f"replay NDJSON, {size['events']:,} events", path, size, "load-ndjson", path)

    def gzip(self):
        path, size = self.make(
            f"gzip-{GZIP_EVENTS}", "--format", "s3", "--events", GZIP_EVENTS, "--events-per-file", GZIP_PER_FILE
        )
        self.against_duckdb(
            "gzip",
            f"replay .json.gz, {size['files']} files of {GZIP_PER_FILE:,} events",
            path,
            size,
            "load-gz",
            f"{path}/AWSLogs/*/*/*/*/*/*/*.json.gz",
        )

    def tiny(self):
        count = self.size["tiny"]
        path, size = self.make(
            f"tiny-{count}", "--format", "s3", "--events", count * TINY_PER_FILE, "--events-per-file", TINY_PER_FILE
        )
        times = [self.replay(self.store("tiny"), path).seconds for _ in range(REPEATS)]
        rate = size["files"] / min(times)
        self.add(
            f"{size['files']:,} .json.gz of {TINY_PER_FILE} events",
            "20,000 files/s",
            "50,000 files/s",
            f"{rate:,.0f} files/s (median {size['files'] / statistics.median(times):,.0f})",
            rate >= 20_000,
            rate >= 50_000,
        )
        shutil.rmtree(self.store("tiny"), ignore_errors=True)

    def growth(self):
        parts, events = self.size["growth"]
        self.grown = self.store("growth")
        rates, self.ids = [], []
        part_file = self.directory / "growth-part.ndjson"
        for part in range(parts):
            subprocess.run(
                [
                    self.build / "bench" / "make_trail",
                    "--events",
                    str(events),
                    "--first",
                    str(part * events),
                    "--order",
                    "random",
                    "--out",
                    part_file,
                ],
                stderr=subprocess.DEVNULL,
                check=True,
            )
            self.sample_ids(part_file, 40 // parts + 1)
            done = self.replay(self.grown, part_file)
            rates.append(events / done.seconds)
            say(f"growth: part {part + 1} of {parts}: {rates[-1]:,.0f} events/s, {done.rss / 1e6:.0f} MB")
        part_file.unlink()
        last = statistics.median(rates[-3:])
        ratio = last / rates[0]
        self.notes.append(
            "Growth, thousand events/s of each part: " + ", ".join(f"{rate / 1000:.0f}" for rate in rates) + "."
        )
        self.add(
            f"cost growth, {parts} x {events:,} events of random time",
            "at least 0.85",
            "0.95",
            f"{ratio:.2f} (first {rates[0]:,.0f} events/s, median of the last three {last:,.0f}; all: {parts * events / sum(events / r for r in rates):,.0f})",
            ratio >= 0.85,
            ratio >= 0.95,
        )
        self.grown_stats = self.stats(self.grown)
        self.memory_and_size()

    def sample_ids(self, path, count):
        length = path.stat().st_size
        with open(path, "rb") as stream:
            for _ in range(count):
                stream.seek(self.random.randrange(length - 20_000))
                found = re.search(rb'"eventID":"([0-9a-f-]{36})"', stream.read(20_000))
                self.ids.append(found[1].decode())

    def memory_and_size(self):
        self.add(
            "peak RSS of any replay here",
            "512 MB",
            "256 MB",
            f"{self.peak / 1e6:.0f} MB",
            self.peak <= 512e6,
            self.peak <= 256e6,
        )
        stats = self.grown_stats
        ratio = stats["rawBytes"] / stats["fileBytes"]
        live = stats["rawBytes"] / stats["storedBytes"]
        self.add(
            f"store size, {stats['events']:,} events",
            "1/8 of raw",
            "1/14",
            f"1/{ratio:.1f} ({stats['fileBytes'] / 1e6:,.0f} MB of {stats['rawBytes'] / 1e6:,.0f} MB); without free pages 1/{live:.1f}",
            ratio >= 8,
            ratio >= 14,
        )

    def median_of(self, arguments, count=20):
        times = [run([self.binary, "--store", self.grown, *arguments]).seconds for _ in range(count)]
        return statistics.median(times)

    def show(self):
        ids = self.random.sample(self.ids, 20)
        times = [run([self.binary, "--store", self.grown, "show", event]).seconds for event in ids]
        whole = statistics.median(times)
        spawn = statistics.median(run(["/bin/true"]).seconds for _ in range(20))
        self.add(
            f"show EVENT_ID, {self.grown_stats['events']:,} events, whole process",
            "15 ms",
            "5 ms",
            f"{whole * 1000:.1f} ms (of which starting any process: {spawn * 1000:.1f} ms)",
            whole <= 0.015,
            whole <= 0.005,
        )
        micros = self.inside(self.grown, "find_in_store$")
        inside, anew = micros["find_in_store"], micros["snapshot_and_find_in_store"]
        self.add(
            "show EVENT_ID, inside the library",
            "200 µs",
            "50 µs",
            f"{inside:.0f} µs ({anew:.0f} µs with a new snapshot each time)",
            inside <= 200,
            inside <= 50,
        )

    def inside(self, store, which):
        """Microseconds of operations inside the library, by name."""
        answer = run(
            [self.build / "bench" / "bench_lookup", "--benchmark_format=json", f"--benchmark_filter={which}"],
            {"TRAILKEEPER_BENCH_STORE": str(store)},
        )
        return {b["name"].split("/")[0]: b["real_time"] for b in json.loads(answer.output)["benchmarks"]}

    def counts(self):
        count = self.size["counts"]
        path, size = self.make(f"ndjson-{count}.ndjson", "--events", count)
        store = self.directory / "store-ndjson"
        database = self.directory / "ndjson.duckdb"
        if count != self.size["ndjson"]:
            self.store("ndjson")
            self.replay(store, path)
            if self.peer:
                database.unlink(missing_ok=True)
                self.duckdb("load-ndjson", database, path)
        micros = self.inside(store, "^count_")
        for title, key, name, arguments in (
            ("count --by name", "count-by-name", "count_by_name_in_store", ["count", "--by", "name"]),
            (
                "count --error any --by principal --top 10",
                "count-errors-by-principal",
                "count_errors_by_principal_in_store",
                ["count", "--error", "any", "--by", "principal", "--top", "10"],
            ),
        ):
            times = [run([self.binary, "--store", store, *arguments]).seconds for _ in range(15)]
            whole, inside = statistics.median(times), micros[name] / 1e6
            text, ratio = f"{inside * 1000:.2f} ms; whole process {whole * 1000:.1f} ms", None
            if self.peer:
                _, answer = self.duckdb("query", database)
                theirs = answer[key]
                ratio = theirs["median"] / inside
                cold = theirs["first"] + answer["open"]
                text = (
                    f"{inside * 1000:.2f} ms, DuckDB {theirs['median'] * 1000:.2f} ms: {ratio:.2f} times. Whole process {whole * 1000:.1f} ms, "
                    f"DuckDB's opening and first query {cold * 1000:.1f} ms: {cold / whole:.2f} times"
                )
                self.compare(title, store, arguments, theirs["answer"])
            self.add(
                f"{title}, {count:,} events",
                "as fast",
                "3 times faster",
                text,
                None if ratio is None else ratio >= 1,
                None if ratio is None else ratio >= 3,
            )
        shutil.rmtree(store)
        database.unlink(missing_ok=True)

    def paths(self):
        """Paths without a column: counts beside DuckDB's, conditions, and texts."""
        count = self.size["counts"]
        path, size = self.make(f"ndjson-{count}.ndjson", "--events", count)
        store, database = self.store("paths"), self.directory / "paths.duckdb"
        self.replay(store, path)
        answer = None
        if self.peer:
            database.unlink(missing_ok=True)
            self.duckdb("load-ndjson", database, path)
            _, answer = self.duckdb("query", database)

        def median(*arguments):
            return statistics.median(run([self.binary, "--store", store, *arguments]).seconds for _ in range(9))

        column = median("count", "--by", "name")
        for title, key, arguments in (
            ("count --by tlsDetails.tlsVersion", "count-by-tls", ["count", "--by", "tlsDetails.tlsVersion"]),
            (
                "count --by requestParameters.bucketName",
                "count-by-bucket",
                ["count", "--by", "requestParameters.bucketName"],
            ),
        ):
            seconds, text, fast = median(*arguments), "", True
            if answer:
                theirs = answer[key]["first"] + answer["open"]
                fast = seconds <= theirs
                text = f"; DuckDB's opening and first query {theirs * 1000:.1f} ms"
                self.compare(title, store, arguments, answer[key]["answer"])
            self.add(
                f"{title}, {count:,} events",
                "5 times --by name, as fast as DuckDB",
                "",
                f"{seconds * 1000:.1f} ms whole process, {seconds / column:.2f} times --by name{text}",
                seconds <= 5 * column and fast,
                None,
            )
        three = [
            "count",
            "--by",
            "tlsDetails.tlsVersion,tlsDetails.cipherSuite,requestParameters.bucketName",
            "--per",
            "day",
        ]
        seconds = median(*three)
        beside = f"; DuckDB {answer['count-by-three-a-day']['first'] * 1000:.0f} ms" if answer else ""
        self.add(
            f"three paths per day, {count:,} events",
            "1 s",
            "",
            f"{seconds * 1000:.0f} ms whole process{beside}",
            seconds <= 1,
            None,
        )
        self.figures(store, answer, median)
        seconds = median("verify")
        self.add(
            f"verify, {size['bytes'] / 1e9:.1f} GB of raw",
            "",
            "",
            f"{size['raw'] / seconds / 1e9:.2f} GB/s of raw ({seconds * 1000:.0f} ms)",
            None,
            None,
        )
        rows = json.loads(
            run([self.binary, "--store", store, "-o", "json", "count", "--by", "requestParameters.key"]).output
        )
        rare = min((row for row in rows if row["requestParameters.key"]), key=lambda row: abs(row["count"] - 100))
        seconds = median(
            "events", "--where", "requestParameters.key=" + rare["requestParameters.key"], "--fields", "eventID"
        )
        self.add(
            f"--where with {rare['count']} matches in {count:,}",
            "50 ms",
            "",
            f"{seconds * 1000:.1f} ms whole process",
            seconds <= 0.05,
            None,
        )
        seconds = median("count", "--text", "AKIANOSUCHKEY")
        rate = size["raw"] / seconds
        self.add(
            f"--text over {size['bytes'] / 1e9:.1f} GB of raw",
            "5 GB/s",
            "",
            f"{rate / 1e9:.2f} GB/s of raw ({seconds * 1000:.0f} ms)",
            rate >= 5e9,
            None,
        )
        shutil.rmtree(store)
        database.unlink(missing_ok=True)

    def figures(self, store, answer, median):
        """Figures of groups beside DuckDB's, and lists of paths."""
        for title, key, arguments in (
            (
                "count --by name --distinct ip --first --last",
                "count-figures",
                ["count", "--by", "name", "--distinct", "ip", "--first", "--last"],
            ),
            ("count --distinct requestID", "count-distinct-ids", ["count", "--distinct", "requestID"]),
        ):
            seconds, text, fast = median(*arguments), "", None
            if answer:
                theirs = answer[key]["first"] + answer["open"]
                fast = seconds <= theirs
                text = f"; DuckDB's opening and first query {theirs * 1000:.1f} ms"
                self.compare(title, store, arguments, answer[key]["answer"])
                self.compare(title, store, arguments, answer[key]["answer"], "distinct", 2)
            self.add(title, "as fast", "", f"{seconds * 1000:.1f} ms whole process{text}", fast, None)
        fields = "time,name,tlsDetails.tlsVersion,requestParameters.bucketName"
        seconds = median("events", "--fields", fields, "-o", "csv")
        self.add(
            f"events --fields {fields}, all of {self.size['counts']:,}",
            "",
            "",
            f"{self.size['counts'] / seconds:,.0f} events/s as CSV",
            None,
            None,
        )

    def compare(self, title, store, arguments, theirs, figure="count", column=1):
        """Both must have counted the same; ties may be in another order, two names are spelt otherwise."""
        rows = json.loads(run([self.binary, "--store", store, "-o", "json", *arguments]).output)
        ours = sorted(int(row[figure]) for row in rows)
        if ours != sorted(int(row[column]) for row in theirs):
            self.notes.append(
                f"{title}: the answers differ in {figure}! Trailkeeper {ours[-10:]}, DuckDB {theirs[:10]}"
            )

    def verdicts(self):
        """What verdicts take of a replay, with policies of everybody loaded: some need only columns, some whole records."""
        path, size = self.make(f"ndjson-{self.size['ndjson']}.ndjson", "--events", self.size["ndjson"])
        store = self.store("verdicts")
        self.replay(store, path)
        rows = json.loads(run([self.binary, "--store", store, "-o", "json", "count", "--by", "principal"]).output)
        files = policy_files([str(row["principal"]) for row in rows], self.directory)
        without, shares, rates = [], [], []
        for _ in range(REPEATS):
            without.append(self.replay(self.store("verdicts"), path).seconds)
            store = self.store("verdicts")
            for file in files:
                run([self.binary, "--store", store, "policies", "load", file, "--at", "2000-01-01"])
            done = self.replay(store, path)
            rates.append(done.seconds)
            shares.append(json.loads(done.output)["verdictSeconds"] / done.seconds)
        later = json.loads(run([self.binary, "--store", store, "-o", "json", "recheck"]).output)[0]
        share = statistics.median(shares)
        self.add(
            f"verdicts at ingest, {size['events']:,} events",
            "10 % of replay",
            "",
            f"{share * 100:.1f} % of a replay's time with policies of all {len(rows)} callers loaded ({min(rates):.2f} s; without policies "
            f"{min(without):.2f} s); recheck made the other {later['events']:,} events' segments in {later['seconds']:.2f} s",
            share <= 0.10,
            None,
        )
        shutil.rmtree(store, ignore_errors=True)

    def principal_day(self):
        rows = json.loads(
            run([self.binary, "--store", self.grown, "-o", "json", "count", "--by", "principal", "--top", "40"]).output
        )
        arns = [row["principal"] for row in rows if str(row["principal"]).startswith("arn:")]
        seconds = self.median_of(
            ["events", "--principal", arns[2], "--since", "2024-04-10", "--until", "2024-04-11", "--limit", "100"]
        )
        self.add(
            f"one principal in one day, 100 newest, {self.grown_stats['events']:,} events",
            "20 ms",
            "5 ms",
            f"{seconds * 1000:.1f} ms whole process",
            seconds <= 0.020,
            seconds <= 0.005,
        )

    def scan(self):
        raw = self.grown_stats["rawBytes"]
        for title, option, glob, bars in (
            ("raw scan, glob over userAgent", "--user-agent", "*python*amzn*3.12*", True),
            ("the same over requestID, which has no column", "--request-id", "*abc*def*", False),
        ):
            seconds = self.median_of(["count", option, glob], 5)
            rate = raw / seconds
            self.add(
                title,
                "1 GB/s" if bars else "",
                "3 GB/s" if bars else "",
                f"{rate / 1e9:.2f} GB/s of raw ({seconds * 1000:.0f} ms)",
                rate >= 1e9 if bars else None,
                rate >= 3e9 if bars else None,
            )


def main():
    parser = argparse.ArgumentParser()
    for name in ("build", "directory", "size", "peer", "results"):
        parser.add_argument("--" + name, default="")
    parser.add_argument(
        "--rows",
        default="ndjson,gzip,tiny,verdicts,growth,show,counts,paths,principal_day,scan",
        help="only these, in this order",
    )
    options = parser.parse_args()
    bench = Bench(options)
    before = machine(bench)
    for row in options.rows.split(","):
        getattr(bench, row)()
    shutil.rmtree(bench.store("gzip"), ignore_errors=True)
    print_rows(bench.rows)
    write_results(options, bench, before, f"bench/run --{options.size}")


if __name__ == "__main__":
    main()
