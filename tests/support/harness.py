"""What the whole-program tests share: the binary, a scratch directory, checks that name themselves, and trails."""
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import uuid


def seed(usual):
    """What a test's random numbers begin with: always the same, unless TRAILKEEPER_TEST_SEED says otherwise."""
    return int(os.environ.get("TRAILKEEPER_TEST_SEED", usual))


class Harness:
    """Runs the binary under test; counts failed checks."""

    def __init__(self):
        if len(sys.argv) != 2:
            sys.exit("usage: %s PATH_OF_TRAILKEEPER" % sys.argv[0])
        self.binary = os.path.abspath(sys.argv[1])
        self.failures = 0
        self.scratch = tempfile.TemporaryDirectory(prefix="trailkeeper-test-")
        self.root = self.scratch.name
        self.environment = {k: v for k, v in os.environ.items() if k not in ("TRAILKEEPER_STORE", "NO_COLOR")}
        self.environment["HOME"] = self.root
        self.environment["XDG_DATA_HOME"] = os.path.join(self.root, "xdg")

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    def write(self, name, data):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        return path

    def run(self, *arguments, store=None, stdin=b"", env=None, timeout=300, **more):
        command = [self.binary, *arguments]
        if store:
            command += ["--store", store]
        return subprocess.run(
            command, input=stdin, capture_output=True, timeout=timeout, env={**self.environment, **(env or {})}, **more
        )

    def check(self, what, condition, detail=""):
        if not condition:
            self.failures += 1
            print("FAILED: %s %s" % (what, detail), flush=True)
        return condition

    def eventually(self, what, condition, seconds=30):
        """Checks what becomes true after a while: machines may be busy."""
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end:
            time.sleep(0.02)
        return self.check(what, condition())

    def equal(self, what, got, expected):
        return self.check(what, got == expected, "\n  got      %.600r\n  expected %.600r" % (got, expected))

    def finish(self):
        self.scratch.cleanup()
        print("all checks passed" if self.failures == 0 else "%d checks failed" % self.failures)
        sys.exit(1 if self.failures else 0)


SOURCES = ["activate.amazonaws.com", "s3.amazonaws.com", "iam.amazonaws.com", "sts.amazonaws.com"]
NAMES = ["GetCredits", "GetAccountContanct", "Get Program", "CreateForm", "PutMemberInfo", "PutObject", "AssumeRole"]


def event(rng, **fields):
    """One event as CloudTrail writes it; the same for the same state of `rng`."""
    account = rng.choice(["111122223333", "444455556666", "777788889999"])
    user = "user%d" % rng.randrange(40)
    record = {
        "eventVersion": "1.09",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDA" + user,
            "arn": "arn:aws:iam::%s:user/%s" % (account, user),
            "accountId": account,
            "accessKeyId": "AKIA%04d" % rng.randrange(300),
            "userName": user,
        },
        "eventTime": "2024-%02d-%02dT%02d:%02d:%02dZ"
        % (rng.randrange(1, 4), rng.randrange(1, 29), rng.randrange(24), rng.randrange(60), rng.randrange(60)),
        "eventSource": rng.choice(SOURCES),
        "eventName": rng.choice(NAMES),
        "awsRegion": rng.choice(["us-east-1", "eu-west-1"]),
        "sourceIPAddress": "203.0.113.%d" % rng.randrange(256),
        "userAgent": "aws-cli/2.%d" % rng.randrange(30),
        "requestParameters": {"key": "%032x" % rng.getrandbits(128), "n": rng.randrange(100000)}
        if rng.random() < 0.7
        else None,
        "responseElements": None,
        "requestID": str(uuid.UUID(int=rng.getrandbits(128))),
        "eventID": str(uuid.UUID(int=rng.getrandbits(128))),
        "readOnly": rng.random() < 0.6,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }
    if rng.random() < 0.2:
        record["errorCode"] = rng.choice(["AccessDenied", "NoSuchKey"])
        record["errorMessage"] = 'caf\u00e9 "no" \\ %d' % rng.randrange(10)
    record.update(fields)
    return record


def line(record):
    return json.dumps(record, separators=(",", ":"))


def write_trail(harness, folder, seed, files, events_a_file):
    """A trail of NDJSON and gzipped Records files with duplicates, variants and broken lines. Returns the files' paths."""
    rng = random.Random(seed)
    seen = []
    paths = []
    for number in range(files):
        lines = []
        for _ in range(events_a_file):
            dice = rng.random()
            if seen and dice < 0.05:
                lines.append(rng.choice(seen))  # A duplicate.
            elif seen and dice < 0.06:
                variant = json.loads(rng.choice(seen))
                variant["errorCode"] = "Variant%d" % rng.randrange(3)
                lines.append(line(variant))
            elif dice < 0.065 and number % 2 == 0:
                text = line(event(rng))
                lines.append(
                    rng.choice(
                        [text[:-1], text[:100], "garbage %d" % number, '{"eventName":"NoTime%d"}' % rng.randrange(9)]
                    )
                )
            else:
                text = line(event(rng))
                if rng.random() < 0.1:
                    seen.append(text)
                lines.append(text)
        if number % 2 == 0:
            name, data = "%s/part-%03d.json" % (folder, number), "\n".join(lines) + "\n"
        else:
            name, data = "%s/deep/part-%03d.json.gz" % (folder, number), gzip.compress(
                ('{"Records":[%s]}' % ",".join(lines)).encode(), 1, mtime=0
            )
        paths.append(harness.write(name, data))
    return paths
