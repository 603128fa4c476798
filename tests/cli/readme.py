#!/usr/bin/env python3
"""The README's tour, typed in a clone: every command of it ends as it says, and prints what it says."""
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
os.makedirs(os.path.join(clone, "build", "release"))
os.symlink(t.binary, os.path.join(clone, "build", "release", "trailkeeper"))
os.makedirs(t.path("tmp"))

readme = (source / "README.md").read_text()
tour = readme[readme.index("\n## A tour\n") : readme.index("\n## Where the store is\n")]


def commands():
    """Each command with the output that is shown below it; None: none is shown."""
    found = []
    for line in tour.split("\n"):
        if line.startswith("    $ "):
            found.append([line[6:], []])
        elif line.startswith("    trailkeeper "):
            found.append([line[4:], None])
        elif line.startswith("    export ") or line.startswith("    curl "):
            found.append([line[4:], None])
        elif line.startswith("    ") and found and found[-1][1] is not None:
            found[-1][1].append(line[4:])
        elif line == "" and found and found[-1][1]:
            found[-1][1].append("")  # Perhaps between two parts of one output.
        elif found and not line.startswith("    "):
            found.append(["true", None])  # Text: what follows is no output.
    return [(command.split("  #")[0].strip(), output) for command, output in found if command != "true"]


def comparable(text, shown_home="/home/anna"):
    """Without what differs from one machine and moment to the next."""
    text = re.sub(r"\d[\d.,]* (events/s|[kMG]?B/s)", "N a second", text)
    text = re.sub(r"in \d+\.\d\d s", "in N s", text)
    text = re.sub(r"(stored|file) bytes .*", r"\1 bytes N", text)  # Of the store's format, which may change.
    text = text.replace(clone, shown_home + "/trailkeeper")
    text = re.sub(r" +", " ", text)
    return [line.rstrip() for line in text.strip("\n").split("\n")]


exports = []
typed = 0
last = 0
for command, output in commands():
    typed += 1
    command = command.replace("/tmp/", t.path("tmp") + "/")
    if command.startswith("export "):
        exports.append(command)
        continue
    if "jq" in command and not shutil.which("jq"):
        continue
    if re.match(r"trailkeeper (serve|tail)\b", command) or command.startswith("curl "):
        continue  # tests/cli/serve.py and tail.py try these; here they would take the ports that people use.
    script = "\n".join([*exports, "(exit %d)" % last, command])
    done = subprocess.run(
        ["/bin/bash", "-c", script],
        cwd=clone,
        env=t.environment,
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )
    last = done.returncode
    t.check("exit code of: " + command, done.returncode in (0, 1), (done.returncode, done.stderr))
    t.check("no command is missing: " + command, "not found" not in done.stderr, done.stderr)
    t.check("it is usable as typed: " + command, "--help" not in done.stderr, done.stderr)
    if output is None or not any(output):
        continue
    expected = comparable("\n".join(output).replace("\n\n\n", "\n\n"))
    got = comparable(done.stdout)
    if expected and expected[-1].strip() == "…":
        expected.pop()
        got = got[: len(expected)]
    t.equal("what the README shows for: " + command, got, expected)
t.check("the tour has its commands", typed > 40, typed)
t.finish()
