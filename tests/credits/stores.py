"""What the binary answers on a history that a store of its own has."""
import json
import os
import random
import re
import subprocess
import tempfile
from itertools import zip_longest

from history import COLUMNS, report
from reference import is_refused


def in_rows(facts):
    """Facts, or a command's rows of them, by fact and credit; of a credit's months no two differ in what a row says."""
    return sorted(
        facts,
        key=lambda fact: (
            fact.get("fact") or fact.get("name"),
            fact.get("id") or fact["details"].get("creditId") or "",
        ),
    )


class Ledger:
    """The binary's answers on a history that is replayed and fed in a random order, part of it twice."""

    def __init__(self, binary, history, events, lines, feed):
        self.binary, self.facts, self.wrong = binary, [], []
        with tempfile.TemporaryDirectory(prefix="trailkeeper-credits-") as folder:
            self.folder = folder
            rng = random.Random(len(events) + len(lines))
            events, lines = rng.sample(events, len(events)), rng.sample(lines, len(lines))
            half, part = len(events) // 2, len(lines) // 2
            files = {
                "a.ndjson": "".join(event["bytes"] + "\n" for event in events[half:]),
                "b.csv": report(lines[part:]),
                "c.ndjson": "".join(event["bytes"] + "\n" for event in events),
                "d.csv": report(lines[: part + 2]),
            }
            for name, of in (("b.csv", lines[part:]), ("d.csv", lines[: part + 2])):
                if of and rng.random() < 0.3:
                    # As the report was before it was written anew.
                    before = rng.sample(of, rng.randint(1, len(of)))
                    before = [dict(line, id="before-" + line["id"], amount=line["amount"] * 3) for line in before]
                    self.replay_file(name, report(before))
            for name, text in files.items():
                with open(os.path.join(folder, name), "w") as file:
                    file.write(text)
            steps = [
                ("replay", os.path.join(folder, name)) for name in files if os.path.getsize(os.path.join(folder, name))
            ] + list(feed)
            for item in feed:
                item.pop("said", None)
            self.events = []
            for step in sorted(rng.sample(steps, len(steps)), key=lambda step: "of" in step):
                if isinstance(step, tuple):
                    self.run(*step)
                    self.events = (
                        events
                        if step[1].endswith("c.ndjson")
                        else self.events or (events[half:] if step[1].endswith("a.ndjson") else [])
                    )
                elif "said" in step.get("of", {"said": True}):
                    self.say(step, "no" if rng.random() < 0.2 and "correct" not in step["arguments"] else None)
            at = "%sT23:59:59Z" % history.at
            self.credits, self.postings = self.run("credits", "--at", at), self.run("credits", "ledger", "--at", at)
            self.applications = self.run("credits", "applications", "--at", at)
            self.lines = {}
            for payer, month in sorted(
                {(line["payer"], str(line["day"])[:7]) for line in lines if line["day"] <= history.at}
            ):
                self.lines.update(
                    {
                        row["lineItemId"]: row
                        for row in self.run("credits", "statement", payer, "--month", month, "--at", at)
                    }
                )

    def replay_file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        self.run("replay", path)

    def say(self, item, again=None):
        """Says what is fed, now and then twice, and keeps its facts with the times and IDs that they got."""
        arguments = ["credits", *item["arguments"]]
        if item["file"]:
            arguments[arguments.index("FILE")] = os.path.join(self.folder, "said.json")
            with open(os.path.join(self.folder, "said.json"), "w") as file:
                file.write(item["file"])
        if "of" in item:
            arguments[arguments.index("EVENT")] = item["of"]["said"][0]["id"]
        if "of" not in item and is_refused(item["arguments"], self.events + self.facts):
            self.refuse(*arguments)
            return
        done = self.process(*arguments)
        if done.returncode != 0:
            self.wrong.append("%s: exit code %d: %s" % (" ".join(arguments), done.returncode, done.stderr.decode()))
            return
        rows, item["said"] = json.loads(done.stdout), []
        for fact, row in zip_longest(in_rows(item["facts"]), in_rows(rows)):
            if (row["fact"], row["account"], row["time"], row["new"]) != (
                fact["name"],
                fact["account"],
                fact["time"] or row["time"],
                "yes",
            ):
                self.wrong.append("said %s, told %s" % (fact, row))
            item["said"].append(
                {
                    **fact,
                    "time": row["time"],
                    "id": row["eventID"],
                    "written": len(self.facts) + 1 if fact["name"] == "CreditsCorrected" else 0,
                }
            )
        if "of" in item:
            item["said"][0]["details"] = {"withdrawnEventId": item["of"]["said"][0]["id"]}
        self.facts += item["said"]
        if again and is_refused(item["arguments"], self.events + self.facts):
            # By what was said, a credit that nobody knew before has come to be another account's.
            self.refuse(*arguments)
        elif again and [row for row in self.run(*arguments) if row["new"] != again]:
            self.wrong.append("said again, new: %s" % item)

    def refuse(self, *arguments):
        """A command that has to be refused; that nothing was written down, the answers afterwards tell."""
        done = self.process(*arguments)
        if done.returncode != 1 or done.stdout or b"nothing was written down" not in done.stderr:
            self.wrong.append(
                "%s: should be refused, exit code %d: %s"
                % (" ".join(arguments), done.returncode, (done.stdout + done.stderr).decode())
            )

    def process(self, *arguments):
        command = [self.binary, "--store", os.path.join(self.folder, "store"), *arguments, "-o", "json"]
        return subprocess.run(command, capture_output=True, timeout=120, check=False)

    def run(self, *arguments):
        done = self.process(*arguments)
        if done.returncode != 0:
            raise RuntimeError("%s: exit code %d: %s" % (" ".join(arguments), done.returncode, done.stderr.decode()))
        return json.loads(done.stdout)


ANSWERS = (
    ["credits"],
    ["credits", "applications"],
    ["credits", "check"],
    ["credits", "ledger"],
    ["credits", "notices"],
)


def answers(binary, history, pieces):
    """What a fresh store says of files that are replayed one after the other, then merged."""
    with tempfile.TemporaryDirectory(prefix="trailkeeper-arrivals-") as folder:

        def run(*arguments):
            done = subprocess.run(
                [binary, "--store", os.path.join(folder, "store"), *arguments], capture_output=True, timeout=120
            )
            if done.returncode not in (0, 1):
                raise RuntimeError(
                    "%s: exit code %d: %s" % (" ".join(arguments), done.returncode, done.stderr.decode())
                )
            return done.stdout

        for number, piece in enumerate(pieces):
            path = os.path.join(folder, "%d%s" % (number, ".csv" if piece.startswith(COLUMNS[0]) else ".ndjson"))
            with open(path, "w") as file:
                file.write(piece)
            run("replay", path)
        said = {}
        for merged in (False, True):
            if merged:
                run("compact")
            for command in ANSWERS:
                rows = json.loads(run(*command, "--at", "%sT23:59:59Z" % history.at, "-o", "json"))
                for row in rows:
                    row.pop("orgId", None)  # A pseudonym of each store's own.
                said[(*command, merged)] = rows
        return said


def without_names(rows):
    """Without what stands for eventIDs, which is each store's own; of findings of one time it decides which comes first."""
    return sorted(re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "unnamed", json.dumps(row)) for row in rows)


def arrivals(binary, history):
    """Whether the same input, in one piece or in many, in another order, in another store, merged or not, says the same."""
    rng = random.Random(history.seed)
    whole = ["".join(event["bytes"] + "\n" for event in history.events), report(history.lines)]
    events, lines = rng.sample(history.events, len(history.events)), rng.sample(history.lines, len(history.lines))
    pieces = [report(lines[: len(lines) // 2]), report(lines[len(lines) // 3 :])]
    while events:
        size = rng.randint(1, 5)
        pieces.append("".join(event["bytes"] + "\n" for event in events[:size]))
        events = events[size:]
    one, other = answers(binary, history, whole), answers(binary, history, rng.sample(pieces, len(pieces)))
    for said in (one, other):
        for (*command, merged), rows in said.items():
            expected = one[(*command, False)]
            rows, expected = without_names(rows), without_names(expected)
            if rows != expected:
                yield "%s, merged %s: %s" % (
                    " ".join(command),
                    merged,
                    [pair for pair in zip_longest(rows, expected) if pair[0] != pair[1]][:3],
                )
