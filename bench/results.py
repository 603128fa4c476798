"""The table of bench/run, on the terminal and as bench/RESULTS.md."""

import os
import platform
import subprocess
import time
from pathlib import Path


class Row:
    def __init__(self, what, bar, aim, measured, reached, aim_reached):
        self.what, self.bar, self.aim, self.measured = what, bar, aim, measured
        self.verdict = "-" if reached is None else "aim" if aim_reached else "bar" if reached else "below"


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0].strip()
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "none"


def load():
    return " ".join(f"{value:.2f}" for value in os.getloadavg())


def machine(bench):
    """What the numbers depend on, before anything ran."""
    cpu = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = int(Path("/proc/meminfo").read_text().split()[1]) * 1024
    peer = "none"
    if bench.peer:
        peer = bench.duckdb("version")[1]["version"] + ", threads = 2"
    return {
        "Date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "Processor": f"{cpu}, {len(os.sched_getaffinity(0))} cores",
        "Memory": f"{memory / 1e9:.1f} GB",
        "Kernel": platform.release(),
        "File system": first_line("stat", "-f", "-c", "%T", str(bench.directory)),
        "Compiler": first_line("c++", "--version") + ", " + build_type(bench),
        "Trailkeeper": first_line(str(bench.binary), "--version"),
        "DuckDB": peer,
        "Load before": load(),
    }


def build_type(bench):
    for line in (bench.build / "CMakeCache.txt").read_text().splitlines():
        if line.startswith("CMAKE_BUILD_TYPE:"):
            return line.split("=", 1)[1]
    return "unknown build type"


def print_rows(rows):
    width = max(len(row.what) for row in rows)
    print()
    for row in rows:
        print(
            f"{row.what:{width}}  {row.verdict:5}  {row.measured}"
            + (f"  [bar {row.bar}, aim {row.aim}]" if row.bar else "")
        )


def write_results(options, bench, before, command):
    lines = ["# Measured", "", f"By `{command}`; [README.md](README.md) says what each row means.", ""]
    lines += ["| | |", "| --- | --- |"] + [f"| {name} | {value} |" for name, value in before.items()]
    lines += [
        f"| Load after | {load()} |",
        "",
        "| What | Bar | Aim | Measured | Reached |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [f"| {row.what} | {row.bar} | {row.aim} | {row.measured} | {row.verdict} |" for row in bench.rows]
    lines += [""] + [f"- {note}" for note in bench.notes]
    Path(options.results).write_text("\n".join(lines).rstrip() + "\n")
