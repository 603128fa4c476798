#!/usr/bin/env python3
"""Runs the rows of bench/serve and writes the results. Called by bench/serve."""

import argparse
import json
import re
import shutil
import signal
import socket
import statistics
import subprocess
import time
import urllib.request
from pathlib import Path

from results import Row, machine, print_rows, write_results

EVENTS, ONE_EVENT_REQUESTS, STEADY_RATE, STEADY_EVENTS, IDLE = 300_000, 40_000, 5_000, 50_000, 2_000
LARGE = 1 << 20


class Server:
    """A server with a store of its own, on free ports."""

    def __init__(self, bench):
        shutil.rmtree(bench.store, ignore_errors=True)
        ports = bench.directory / "serve-ports"
        ports.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [
                bench.binary,
                "--store",
                bench.store,
                "serve",
                "--http",
                "0",
                "--forward",
                "0",
                "--syslog",
                "0",
                "--ndjson",
                "0",
                "--max-connections",
                "10000",
                "--ports-file",
                ports,
                "--log-level",
                "warn",
            ]
        )
        while not ports.exists():
            time.sleep(0.01)
        self.ports = {line.split()[0]: int(line.split()[2]) for line in ports.read_text().splitlines()}

    def taken(self):
        """Events and duplicates: who is refused in the middle of a body sends all of it again."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['http']}/metrics") as answer:
            return sum(
                int(n)
                for n in re.findall(
                    r"^trailkeeper_(?:events|duplicates)_total\{.*\} (\d+)$", answer.read().decode(), re.M
                )
            )

    def memory(self, field):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(field + r":\s+(\d+) kB", status)[1]) * 1024

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait() == 0


class Bench:
    def __init__(self, options):
        self.build, self.directory, self.peer = Path(options.build), Path(options.directory), ""
        self.binary, self.store = self.build / "trailkeeper", self.directory / "store-serve"
        self.rows, self.notes, self.peak = [], [], 0
        self.trail = self.directory / "inputs" / f"ndjson-{EVENTS}.ndjson"
        if not self.trail.exists():
            self.trail.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(
                [self.build / "bench" / "make_trail", "--events", str(EVENTS), "--out", self.trail], check=True
            )

    def replay(self):
        rates = []
        for _ in range(3):
            shutil.rmtree(self.store, ignore_errors=True)
            done = subprocess.run(
                [self.binary, "--store", self.store, "-o", "json", "replay", self.trail],
                capture_output=True,
                check=True,
            )
            rates.append(EVENTS / json.loads(done.stdout)["seconds"])
        return statistics.median(rates)

    def load(self, protocol, connections, *, body=LARGE, events=0, rate=0):
        """Sends the trail to a new server; what serve_load says, with the time until everything is durable."""
        with Server(self) as server:
            done = subprocess.run(
                [
                    self.build / "bench" / "serve_load",
                    "--protocol",
                    protocol,
                    "--port",
                    str(server.ports[protocol.split("-")[0]]),
                    "--connections",
                    str(connections),
                    "--body-bytes",
                    str(body),
                    "--events",
                    str(events),
                    "--rate",
                    str(rate),
                    self.trail,
                ],
                capture_output=True,
                check=True,
            )
            result = json.loads(done.stdout)
            while server.taken() < result["events"]:
                time.sleep(0.005)
            if protocol in ("syslog", "ndjson", "forward-message"):  # Nothing tells the sender.
                result["seconds"] = time.time() - result["began"]
            self.peak = max(self.peak, server.memory("VmHWM"))
        return result

    def throughput(self):
        loads = [(p, c) for p in ("http", "forward", "syslog", "ndjson") for c in (1, 16, 256)] + [
            ("forward-message", 1)
        ]
        for protocol, connections in loads:
            replay = self.replay()
            rates = sorted(EVENTS / self.load(protocol, connections)["seconds"] for _ in range(3))
            ratio = rates[1] / replay
            bar, reached = "", None
            if protocol == "http" and connections > 1:
                bar, reached = "0.6 of replay", ratio >= 0.6
            elif protocol == "ndjson" and connections == 1:
                bar, reached = "0.5 of replay", ratio >= 0.5
            elif protocol == "forward-message":
                bar, reached = "20,000 events/s", rates[1] >= 20_000
            name = (
                "forward, Message mode, an event each, 1 connections"
                if protocol == "forward-message"
                else f"{protocol}, bodies of 1 MiB, {connections} connections"
            )
            self.rows.append(
                Row(name, bar, "", f"{rates[1]:,.0f} events/s; replay {replay:,.0f}: {ratio:.2f}", reached, False)
            )
        for connections in (1, 16, 256):
            events = ONE_EVENT_REQUESTS // (8 if connections == 1 else 1)
            result = self.load("http", connections, body=0, events=events)
            self.rows.append(
                Row(
                    f"http, one event a request, {connections} connections",
                    "",
                    "",
                    f"{events / result['seconds']:,.0f} events/s; p50 {result['p50'] * 1e3:.1f} ms, p99 {result['p99'] * 1e3:.1f} ms",
                    None,
                    False,
                )
            )

    def steady(self):
        result = self.load("http", 64, body=0, events=STEADY_EVENTS, rate=STEADY_RATE)
        times = ", ".join(
            f"{name} {result[key] * 1e3:.1f} ms" for name, key in (("p50", "p50"), ("p99", "p99"), ("p99.9", "p999"))
        )
        self.rows.append(
            Row(f"acknowledged durable at a steady {STEADY_RATE:,} events/s, one a request", "", "", times, None, False)
        )

    def idle(self):
        with Server(self) as server:
            before = server.memory("VmRSS")
            sockets = [socket.create_connection(("127.0.0.1", server.ports["http"])) for _ in range(IDLE // 2)]
            sockets += [socket.create_connection(("127.0.0.1", server.ports["syslog"])) for _ in range(IDLE // 2)]
            for idle in sockets:
                idle.sendall(b"GET " if idle.getpeername()[1] == server.ports["http"] else b"<13>1 ")
            time.sleep(1)
            after = server.memory("VmRSS")
            for idle in sockets:
                idle.close()
        self.rows.append(
            Row(
                f"RSS with {IDLE:,} idle connections",
                "",
                "",
                f"{after / 1e6:.0f} MB ({before / 1e6:.0f} MB without)",
                None,
                False,
            )
        )
        self.rows.append(Row("peak RSS under the loads above", "", "", f"{self.peak / 1e6:.0f} MB", None, False))


def main():
    parser = argparse.ArgumentParser()
    for name in ("build", "directory", "results"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--rows", default="throughput,steady,idle", help="only these, in this order")
    options = parser.parse_args()
    bench = Bench(options)
    before = machine(bench)
    for row in options.rows.split(","):
        getattr(bench, row)()
    shutil.rmtree(bench.store, ignore_errors=True)
    print_rows(bench.rows)
    write_results(options, bench, before, "bench/serve")


if __name__ == "__main__":
    main()
