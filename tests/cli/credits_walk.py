#!/usr/bin/env python3
"""The walk in docs/credits.md, from nothing to the day on which a credit runs out, typed in a clone: it prints what it says."""
import os
import pathlib
import re
import shutil
import subprocess

from harness import Harness

t = Harness()
source = pathlib.Path(__file__).resolve().parents[2]
clone = t.path("clone")
shutil.copytree(source / "samples", os.path.join(clone, "samples"))
bin_folder = t.path("bin")
os.makedirs(bin_folder)
os.symlink(t.binary, os.path.join(bin_folder, "trailkeeper"))
t.environment["PATH"] = bin_folder + os.pathsep + t.environment["PATH"]
t.environment["TRAILKEEPER_STORE"] = t.path("store")

text = (source / "docs" / "credits.md").read_text()
walk = text[text.index("\n## From one credit to its last day\n") : text.index("\n## What it reads\n")]


def comparable(lines):
    lines = [re.sub(r"in \d+\.\d\d s.*", "in N s", line) for line in lines]
    # An eventID of one's own follows from the store's key.
    lines = [re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "EVENTID", line) for line in lines]
    return [re.sub(r" +", " ", line).rstrip() for line in lines]


commands = []
for line in walk.split("\n"):
    if line.startswith("    $ "):
        commands.append([line[6:], []])
    elif line.startswith("    ") and commands:
        commands[-1][1].append(line[4:])
    elif commands and commands[-1][1] and line == "":
        commands[-1][1].append("")

typed = 0
for command, shown in commands:
    command = command.split("  #")[0].strip()
    if command.startswith("export TRAILKEEPER_STORE") or command.startswith("aws "):
        continue  # The samples have what AWS prints.
    typed += 1
    done = subprocess.run(
        ["/bin/bash", "-c", command], cwd=clone, env=t.environment, capture_output=True, text=True, timeout=120
    )
    t.check(
        "it works as typed: " + command, done.returncode in (0, 1) and not done.stderr, (done.returncode, done.stderr)
    )
    while shown and shown[-1] == "":
        shown.pop()
    if shown:
        t.equal(
            "what the walk shows for: " + command, comparable(done.stdout.rstrip("\n").split("\n")), comparable(shown)
        )
    t.check(
        "fits 100 columns: " + command,
        all(len(line) <= 100 for line in done.stdout.split("\n")),
        max(done.stdout.split("\n"), key=len),
    )
again = t.run(
    "credits",
    "reconcile",
    *(
        os.path.join(clone, "samples", "startup", name)
        for name in ("get-credits.json", "get-credit-allocation-history.json")
    ),
    "--at",
    "2024-05-20",
    "-o",
    "json"
)
t.equal(
    "after the import AWS's figures agree with themselves",
    (again.returncode, again.stdout.strip(), again.stderr),
    (0, b"[]", b""),
)
t.check("the walk has its commands", typed >= 8, typed)
t.check("and ends where it says", re.search(r"runs out between \d{4}-\d\d-\d\d and \d{4}-\d\d-\d\d", walk), "")
t.finish()
