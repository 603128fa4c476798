#!/usr/bin/env python3
"""The README's tour, typed in a clone: every command of it ends as it says, and prints what it says."""
import os
import pathlib
import re
import shutil
import subprocess
import time

from harness import Harness
from server import Server

t = Harness()
source = pathlib.Path(__file__).resolve().parents[2]
clone = t.path("clone")
shutil.copytree(source / "samples", os.path.join(clone, "samples"))
os.makedirs(os.path.join(clone, "build", "release"))
os.symlink(t.binary, os.path.join(clone, "build", "release", "trailkeeper"))
os.makedirs(t.path("tmp"))

readme = (source / "README.md").read_text()
first_screen = readme[: readme.index("\n## Start\n")]
tour = readme[readme.index("\n## A tour\n") : readme.index("\n## Where the store is\n")]


def commands(text):
    """Each command, after a `$`, with the output that is shown below it; None: a section's heading."""
    found = []
    output = None
    for line in text.split("\n"):
        if line.startswith("    $ "):
            output = []
            found.append((line[6:].split("  #")[0].strip(), output))
        elif line.startswith("### "):
            found.append((None, None))
        elif line and not line.startswith("    "):
            output = None  # Text: what follows is no output.
        elif output is not None and (line or output):
            output.append(line[4:])  # An empty line is perhaps between two parts of one output.
    return found


def comparable(text, shown_home="/home/anna"):
    """Without what differs from one machine and moment to the next."""
    text = re.sub(r"\d[\d.,]* (events/s|[kMG]?B/s)", "N a second", text)
    text = re.sub(r"in \d+\.\d\d s", "in N s", text)
    text = re.sub(r"(stored|file) bytes .*", r"\1 bytes N", text)  # Of the store's format, which may change.
    text = text.replace(clone, shown_home + "/trailkeeper")
    text = re.sub(r" +", " ", text)
    return [line.rstrip() for line in text.strip("\n").split("\n")]


variables = t.write("variables", "")
server = None
last = 0


def typed(command):
    """As the README has it, but with this test's own places and ports."""
    command = command.replace("/tmp/", t.path("tmp") + "/")
    if server:
        command = command.replace("http://127.0.0.1:8417", "http://127.0.0.1:%d" % server.port())
    # --foreground: otherwise `timeout` signals its whole group, too, so that tail gets SIGINT twice.
    return re.sub(
        r"^trailkeeper tail\b", "timeout --foreground --preserve-status --signal=INT 2 trailkeeper tail", command
    )


def try_out(command, output):
    global last
    script = '. "%s"; (exit %d); %s\nlast=$?; export -p >"%s"; exit $last' % (variables, last, command, variables)
    done = subprocess.run(
        ["/bin/bash", "-c", script],
        cwd=clone,
        env={**t.environment, **({"TRAILKEEPER_URL": "http://127.0.0.1:%d" % server.port()} if server else {})},
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )
    last = done.returncode
    t.check("exit code of: " + command, done.returncode in (0, 1), (done.returncode, done.stderr))
    t.check("no command is missing: " + command, "not found" not in done.stderr, done.stderr)
    t.check("it is usable as typed: " + command, "--help" not in done.stderr, done.stderr)
    if not any(output):
        return
    expected = comparable("\n".join(output))
    got = comparable(done.stdout)
    if expected[-1].strip() == "…":
        expected.pop()
        got = got[: len(expected)]
    t.equal("what the README shows for: " + command, got, expected)


found = commands(tour)
for command, output in found:
    if command is None:
        if server:
            t.equal("the server ends", server.stop(), 0)
        server = None
    elif command.startswith("trailkeeper serve"):
        server = Server(t, t.path("tmp", "trailkeeper-tour"), *re.sub(r"\b\d{4,5}\b", "0", command).split()[2:])
    elif all(shutil.which(tool) for tool in re.findall(r"\b(?:jq|aws(?= cloudtrail)|curl)\b", command)):
        try_out(typed(command), output)
        if "token create" in command:
            time.sleep(2)  # A running server takes over new tokens within about a second.

# The first screen shows the sample trails.
try_out("export TRAILKEEPER_STORE=" + t.path("tmp", "trailkeeper-samples"), [])
for command, output in commands(first_screen):
    try_out(command, output)
t.check("the tour has its commands", len(found) > 50, len(found))
t.finish()
