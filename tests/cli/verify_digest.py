#!/usr/bin/env python3
"""verify-digest: chains of digests, signed with keys of our own, whole and broken in many ways, each file's verdict."""
import base64
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import zlib

from harness import Harness

t = Harness()
numbers = iter(range(10**6))
ACCOUNT, REGION, BUCKET = "111122223333", "eu-west-1", "trail-bucket"


class Key:
    """An RSA key; signs by itself, so that one process makes many signatures."""

    def __init__(self, name, valid=("2024-05-01T00:00:00Z", "2024-07-01T00:00:00Z")):
        pem = t.path(name + ".pem")
        subprocess.run(["openssl", "genrsa", "-traditional", "-out", pem, "2048"], check=True, capture_output=True)
        private = subprocess.run(
            ["openssl", "rsa", "-in", pem, "-traditional", "-outform", "DER"], check=True, capture_output=True
        ).stdout
        self.public = subprocess.run(
            ["openssl", "rsa", "-in", pem, "-RSAPublicKey_out", "-outform", "DER"], check=True, capture_output=True
        ).stdout
        self.n, _, self.d = integers(private)[1:4]
        self.fingerprint = hashlib.md5(self.public).hexdigest()
        self.valid = valid

    def sign(self, text):
        info = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(text.encode()).digest()
        size = (self.n.bit_length() + 7) // 8
        padded = b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
        return pow(int.from_bytes(padded, "big"), self.d, self.n).to_bytes(size, "big").hex()

    def listed(self, **more):
        return {
            "Value": base64.b64encode(self.public).decode(),
            "ValidityStartTime": self.valid[0],
            "ValidityEndTime": self.valid[1],
            "Fingerprint": self.fingerprint,
            **more,
        }


def integers(der):
    """Those of a DER sequence of integers."""

    def length(at):
        if der[at] < 128:
            return der[at], at + 1
        size = der[at] & 127
        return int.from_bytes(der[at + 1 : at + 1 + size], "big"), at + 1 + size

    _, at = length(1)
    found = []
    while at < len(der):
        size, at = length(at + 1)
        found.append(int.from_bytes(der[at : at + size], "big"))
        at += size
    return found


def stamp(hour, minute=0):
    return "2024-06-%02dT%02d:%02d:00Z" % (1 + hour // 24, hour % 24, minute)


def compact(time):
    return time.replace("-", "").replace(":", "")


class Chain:
    """A trail's files by key, in order of time; what follows signs what came before."""

    def __init__(self, key, account=ACCOUNT, region=REGION, prefix="", organization="", trail="main", bucket=BUCKET):
        self.key, self.account, self.region, self.trail, self.bucket = key, account, region, trail, bucket
        self.root = prefix + "AWSLogs/" + organization + account
        self.files, self.logs, self.signatures, self.digests = {}, [], {}, []
        self.last = None

    def log(self, hour, minute, content=None):
        name = "%s/CloudTrail/%s/2024/06/%02d/%s_CloudTrail_%s_%s_%s.json.gz" % (
            self.root,
            self.region,
            1 + hour // 24,
            self.account,
            self.region,
            compact(stamp(hour, minute))[:13] + "Z",
            "n%015d" % next(numbers),
        )
        content = (
            content
            or json.dumps(
                {
                    "Records": [
                        {"eventVersion": "1.08", "eventID": name, "eventName": "GetObject", "eventTime": stamp(hour)}
                    ]
                }
            ).encode()
        )
        self.files[name] = gzip.compress(content, 6, mtime=0)
        self.logs.append((name, hashlib.sha256(content).hexdigest()))
        return name

    def digest_key(self, hour, suffix=""):
        return "%s/CloudTrail-Digest/%s/2024/06/%02d/%s_CloudTrail-Digest_%s_%s_%s_%s%s.json.gz" % (
            self.root,
            self.region,
            1 + hour // 24,
            self.account,
            self.region,
            self.trail,
            self.region,
            compact(stamp(hour)),
            suffix,
        )

    def digest(self, hour, start=None, suffix="", chained=True, **changes):
        """Closes an hour: signs and lists the logs so far."""
        key = self.digest_key(hour, suffix)
        last = self.last if chained else None
        said = {
            "awsAccountId": self.account,
            "digestStartTime": stamp(hour - 1 if start is None else start),
            "digestEndTime": stamp(hour),
            "digestS3Bucket": self.bucket,
            "digestS3Object": key,
            "digestPublicKeyFingerprint": self.key.fingerprint,
            "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": None,
            "oldestEventTime": None,
            "previousDigestS3Bucket": last and last[0],
            "previousDigestS3Object": last and last[1],
            "previousDigestHashValue": last and last[2],
            "previousDigestHashAlgorithm": last and "SHA-256",
            "previousDigestSignature": last and last[3],
            "logFiles": [
                {"s3Bucket": self.bucket, "s3Object": name, "hashValue": value, "hashAlgorithm": "SHA-256"}
                for name, value in self.logs
            ],
        }
        said.update(changes)
        self.logs = []
        content = json.dumps(said).encode()
        value = hashlib.sha256(content).hexdigest()
        signature = self.key.sign(
            "%s\n%s/%s\n%s\n%s"
            % (
                said["digestEndTime"],
                said["digestS3Bucket"],
                said["digestS3Object"],
                value,
                said["previousDigestSignature"] or "null",
            )
        )
        self.files[key] = gzip.compress(content, 6, mtime=0)
        self.signatures[key] = signature
        self.digests.append(key)
        if chained:
            self.last = (self.bucket, key, value, signature)
        return key


def said(data):
    return json.loads(gzip.decompress(data))


def resaid(data, **changes):
    """A digest with other words, not signed again."""
    return gzip.compress(json.dumps({**said(data), **changes}).encode(), 6, mtime=0)


def metadata(signature, **more):
    return json.dumps(
        {"ContentLength": 1, "Metadata": {"signature": signature, "signature-algorithm": "SHA256withRSA", **more}}
    ).encode()


KEY, NEXT_KEY, STRANGER = Key("key"), Key("next"), Key("stranger")
OLD_KEY = Key("old", ("2019-05-01T00:00:00Z", "2019-07-01T00:00:00Z"))
keys = t.write("keys.json", json.dumps({"PublicKeyList": [KEY.listed(), OLD_KEY.listed()]}))


def chain(hours=range(1, 6), key=KEY, **more):
    made = Chain(key, **more)
    for hour in hours:
        made.log(hour - 1, 10)
        made.log(hour - 1, 40)
        made.digest(hour)
    return made


def verify(files, *arguments, folder=None, key_files=(keys,), paths=None):
    """Writes files by key below a new folder; gives exit code, rows by path below it, and what stderr says."""
    root = t.path("case-%d" % next(numbers))
    for name, data in files.items():
        t.write(os.path.join(root, name), data)
    os.makedirs(root, exist_ok=True)
    if folder:
        folder(root)
    options = [word for name in key_files for word in ("--public-keys", name)]
    done = t.run(
        "verify-digest",
        *([os.path.join(root, path) for path in paths] if paths else [root]),
        *options,
        "-o",
        "json",
        *arguments
    )
    try:
        rows = json.loads(done.stdout)
    except ValueError:
        rows = []
        t.check("JSON", False, done.stdout[:300] + done.stderr[:600])
    for row in rows:
        t.check("a row's members", set(row) == {"kind", "path", "status", "reason"}, row)
        row["path"] = os.path.relpath(row["path"], root) if row["path"].startswith("/") else row["path"]
    t.equal("each path once", len({row["path"] for row in rows}), len(rows))
    shutil.rmtree(root)
    return done.returncode, {row["path"]: row for row in rows}, done.stderr.decode()


def expect(what, files, changes, code=1, reasons=None, made=None, arguments=(), **more):
    """All files are valid but the newest digests and their logs, which are unproven, and those in `changes`."""
    got_code, rows, errors = verify(files, *arguments, **more)
    expected = dict(STATES) if made is None else states(made)
    expected.update(changes)
    expected = {path: status for path, status in expected.items() if status}
    got = {path: row["status"] for path, row in rows.items()}
    t.equal(
        what,
        {k: v for k, v in got.items() if expected.get(k) != v},
        {k: v for k, v in expected.items() if got.get(k) != v},
    )
    t.equal(what + ": exit code", got_code, code)
    for path, reason in (reasons or {}).items():
        t.check(what + ": reason", reason in (rows.get(path, {}).get("reason") or ""), rows.get(path))
    return rows, errors


def states(made):
    expected = {name: "valid" for name in made.files}
    newest = made.last[1]
    expected[newest] = "unproven"
    expected.update({log["s3Object"]: "unproven" for log in said(made.files[newest])["logFiles"]})
    return expected


WHOLE = chain()
STATES = states(WHOLE)
D = WHOLE.digests
LOGS = {key: [log["s3Object"] for log in said(WHOLE.files[key])["logFiles"]] for key in D}
MIDDLE, NEWEST = D[2], D[4]
LOG = LOGS[MIDDLE][0]


def files(**more):
    """The whole chain's, with changes by name; None removes one."""
    changed = {**WHOLE.files, **more.pop("changes", {})}
    return {name: data for name, data in changed.items() if data is not None}


# 1. Whole chains.
rows, errors = expect("whole", files(), {}, 0, {D[0]: "begins here", NEWEST: "newest"})
t.check("summary", "digests: 4 valid, 1 unproven" in errors and "log files: 8 valid, 2 unproven" in errors, errors)
expect("whole, strict", files(), {}, 0, arguments=["--strict"])
all_proven = {NEWEST: "valid", **{name: "valid" for name in LOGS[NEWEST]}}
expect(
    "whole, with the newest's metadata",
    files(changes={NEWEST + ".metadata.json": metadata(WHOLE.signatures[NEWEST])}),
    all_proven,
    0,
)
expect(
    "metadata of another",
    files(changes={NEWEST + ".metadata.json": metadata(WHOLE.signatures[MIDDLE])}),
    {NEWEST: "invalid"},
    1,
    {NEWEST: "metadata"},
)
expect(
    "metadata that is none",
    files(changes={NEWEST + ".metadata.json": b'{"Metadata":{}}'}),
    {},
    0,
    {NEWEST: "no signature"},
)

# 2. A prefix, an organisation, other partitions and several of everything in one folder, from wherever they were synchronised.
several = [
    WHOLE,
    chain(prefix="logs/eu/", trail="eu"),
    chain(organization="o-exampleorg1/", account="444455556666"),
    chain(region="us-gov-west-1", trail="gov"),
    chain(region="cn-north-1", account="777788889999", bucket="beijing", key=NEXT_KEY),
]
both = t.write(
    "both.json",
    json.dumps({"PublicKeyList": [KEY.listed()]}, indent=4)
    + "\n"
    + json.dumps(
        {
            "PublicKeyList": [NEXT_KEY.listed(ValidityStartTime=1714521600.0, ValidityEndTime=1719792000.0)],
            "NextToken": None,
        }
    ),
)
merged = {name: data for made in several for name, data in made.files.items()}
everything = {name: state for made in several for name, state in states(made).items()}
expect("several", merged, everything, 0, key_files=[both])
expect(
    "several, two key files",
    merged,
    everything,
    0,
    key_files=[keys, t.write("next.json", json.dumps({"PublicKeyList": [NEXT_KEY.listed()]}))],
)
expect(
    "a key file without one region's",
    merged,
    {
        **everything,
        **{k: "invalid" for k in several[4].digests},
        **{k: "unproven" for k in several[4].files if k not in several[4].digests},
    },
    1,
    {several[4].digests[1]: "no public key is given for its fingerprint " + NEXT_KEY.fingerprint},
)
below = "AWSLogs/%s/" % ACCOUNT
expect(
    "a part of the tree",
    {name.replace(below, ""): data for name, data in WHOLE.files.items()},
    {**{name: None for name in WHOLE.files}, **{name.replace(below, ""): state for name, state in STATES.items()}},
    0,
)
expect(
    "a folder above",
    {"backup/x/" + name: data for name, data in WHOLE.files.items()},
    {**{name: None for name in WHOLE.files}, **{"backup/x/" + name: state for name, state in STATES.items()}},
    0,
)
expect("two paths", files(), {}, 0, paths=[below + "CloudTrail", below + "CloudTrail-Digest"])
expect("a path twice", files(), {}, 0, paths=["", "AWSLogs"])
expect(
    "other services' files",
    files(
        changes={
            "AWSLogs/%s/vpcflowlogs/eu-west-1/x.log.gz" % ACCOUNT: gzip.compress(b"version account-id interface-id\n"),
            "README": b"hello",
            ".hidden": b"x",
        }
    ),
    {},
    0,
)

# 3. Log files.
other = gzip.compress(b'{"Records":[]}', mtime=0)
content = gzip.decompress(WHOLE.files[LOG])
for what, data, reason in [
    ("altered", gzip.compress(content.replace(b"Get", b"Put"), mtime=0), "SHA-256 isn't the one in"),
    ("emptied", other, "SHA-256"),
    ("no bytes", b"", "isn't gzip"),
    ("cut short", WHOLE.files[LOG][:-12], "cut short"),
    (
        "bit in its checksum",
        WHOLE.files[LOG][:-6] + bytes([WHOLE.files[LOG][-6] ^ 1]) + WHOLE.files[LOG][-5:],
        "damaged",
    ),
    ("not compressed", content, "isn't gzip, as CloudTrail delivers files; the content is as listed"),
    (
        "a second member",
        WHOLE.files[LOG] + gzip.compress(b'{"Records":[{"eventName":"Forged"}]}'),
        "bytes behind the first gzip member, which no digest covers; the content is as listed",
    ),
    ("an empty second member", WHOLE.files[LOG] + gzip.compress(b""), "behind the first gzip member"),
    ("bytes behind", WHOLE.files[LOG] + b"x", "1 byte behind the first gzip member"),
    ("zeros behind", WHOLE.files[LOG] + bytes(512), "512 bytes behind"),
    ("split into members", gzip.compress(content[:20]) + gzip.compress(content[20:]), "behind the first"),
]:
    expect("log " + what, files(changes={LOG: data}), {LOG: "invalid"}, 1, {LOG: reason})
expect("log compressed again", files(changes={LOG: gzip.compress(content, 1)}), {}, 0)
expect("log missing", files(changes={LOG: None}), {LOG: "missing"}, 1, {LOG: os.path.basename(MIDDLE) + " lists it"})
elsewhere = LOG.replace("/2024/06/01/", "/2024/06/02/")
expect(
    "log in another folder",
    files(changes={LOG: None, elsewhere: WHOLE.files[LOG]}),
    {LOG: None, elsewhere: "moved"},
    1,
    {elsewhere: "belongs at s3://%s/%s" % (BUCKET, LOG)},
)
renamed = os.path.dirname(LOG) + "/renamed.json.gz"
expect(
    "log renamed",
    files(changes={LOG: None, renamed: WHOLE.files[LOG]}),
    {LOG: None, renamed: "moved"},
    1,
    {renamed: "belongs at"},
)
expect(
    "log uncompressed under another name", files(changes={LOG: None, LOG[:-3]: content}), {LOG: None, LOG[:-3]: "moved"}
)
expect("log copied", files(changes={elsewhere: WHOLE.files[LOG]}), {elsewhere: "unlisted"}, 0)
expect(
    "log in another folder, altered",
    files(changes={LOG: None, elsewhere: other}),
    {LOG: "missing", elsewhere: "unlisted"},
    1,
    {LOG: "other content"},
)
two = LOGS[MIDDLE]
expect(
    "two logs exchanged",
    files(changes={two[0]: WHOLE.files[two[1]], two[1]: WHOLE.files[two[0]]}),
    {two[0]: "invalid", two[1]: "invalid"},
)
forged = os.path.dirname(LOG) + "/%s_CloudTrail_%s_20240601T0215Z_forged0000000001.json.gz" % (ACCOUNT, REGION)
expect(
    "log added",
    files(changes={forged: gzip.compress(content)}),
    {forged: "unlisted"},
    0,
    {forged: "no digest lists it"},
)
expect("log of the newest digest altered", files(changes={LOGS[NEWEST][0]: other}), {LOGS[NEWEST][0]: "invalid"})
linked = lambda root: (os.remove(os.path.join(root, LOG)), os.symlink("/etc/hostname", os.path.join(root, LOG)))
_, errors = expect("log is a link", files(), {LOG: "missing"}, folder=linked)
t.check("the link is named", LOG in errors and "link" in errors, errors)
bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
bomb = b"".join([*(bomb.compress(bytes(1 << 24)) for _ in range(20)), bomb.flush()])
expect("log that inflates", files(changes={LOG: bomb}), {LOG: "invalid"})

# 4. Digests. What only a broken one lists is unproven.
broken = {MIDDLE: "invalid", **{name: "unproven" for name in LOGS[MIDDLE]}}
entries = said(WHOLE.files[MIDDLE])["logFiles"]
raw = gzip.decompress(WHOLE.files[MIDDLE])
for what, data, reason in [
    (
        "entry removed",
        resaid(WHOLE.files[MIDDLE], logFiles=entries[1:]),
        "SHA-256 isn't the one in " + os.path.basename(D[3]),
    ),
    (
        "hash changed",
        resaid(WHOLE.files[MIDDLE], logFiles=[{**entries[0], "hashValue": "0" * 64}, entries[1]]),
        "SHA-256",
    ),
    ("end changed", resaid(WHOLE.files[MIDDLE], digestEndTime=stamp(3, 1)), "SHA-256"),
    (
        "previous signature changed",
        resaid(WHOLE.files[MIDDLE], previousDigestSignature=WHOLE.signatures[D[0]]),
        "SHA-256",
    ),
    ("white space added", gzip.compress(raw + b"\n"), "SHA-256"),
    ("fingerprint of nobody", resaid(WHOLE.files[MIDDLE], digestPublicKeyFingerprint="f" * 32), "no public key"),
    (
        "fingerprint of a key outdated",
        resaid(WHOLE.files[MIDDLE], digestPublicKeyFingerprint=OLD_KEY.fingerprint),
        "wasn't valid",
    ),
    ("another algorithm", resaid(WHOLE.files[MIDDLE], digestSignatureAlgorithm="SHA1withRSA"), "algorithm"),
]:
    changed = dict(broken)
    if "entry" in what:
        changed[LOGS[MIDDLE][0]] = "unlisted"
    if "previous" in what:
        changed.update({D[1]: "unproven", **{name: "unproven" for name in LOGS[D[1]]}})
    expect("digest: " + what, files(changes={MIDDLE: data}), changed, 1, {MIDDLE: reason})
unread = {
    MIDDLE: "invalid",
    **{name: "unlisted" for name in LOGS[MIDDLE]},
    D[1]: "unproven",
    **{name: "unproven" for name in LOGS[D[1]]},
}
for what, data, reason in [
    ("garbage", b"garbage", "no digest"),
    ("empty", b"", "no digest"),
    ("cut short", WHOLE.files[MIDDLE][:100], "cut short"),
    ("an array", gzip.compress(b"[]"), "no digest"),
    (
        "a member twice",
        gzip.compress(raw.replace(b'{"awsAccountId"', b'{"digestEndTime":"2024-06-01T09:00:00Z","awsAccountId"')),
        "twice",
    ),
    ("without its key", resaid(WHOLE.files[MIDDLE], digestPublicKeyFingerprint=None), "no public key"),
    ("half a previous digest", resaid(WHOLE.files[MIDDLE], previousDigestSignature=None), "previousDigestSignature"),
    (
        "a log file outside",
        resaid(WHOLE.files[MIDDLE], logFiles=[{**entries[0], "s3Object": "AWSLogs/../../../etc/passwd"}]),
        "/logFiles/0",
    ),
    ("a line feed in its key", resaid(WHOLE.files[MIDDLE], digestS3Object="a\nb"), "digestS3Object"),
    ("deep", gzip.compress(b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}"), "no digest"),
    ("huge", gzip.compress(raw + b" " * (17 << 20), 1), "larger"),
]:
    expect("digest is " + what, files(changes={MIDDLE: data}), unread, 1, {MIDDLE: reason})
behind = resaid(WHOLE.files[MIDDLE], logFiles=[])
expect(
    "digest with data behind",
    files(changes={MIDDLE: WHOLE.files[MIDDLE] + behind}),
    {MIDDLE: "invalid"},
    1,
    {MIDDLE: "behind the first gzip member"},
)
expect("digest not compressed", files(changes={MIDDLE: raw}), {MIDDLE: "invalid"}, 1, {MIDDLE: "isn't gzip"})
gone = {
    MIDDLE: "missing",
    **{name: "unlisted" for name in LOGS[MIDDLE]},
    D[1]: "unproven",
    **{name: "unproven" for name in LOGS[D[1]]},
}
expect(
    "digest missing",
    files(changes={MIDDLE: None}),
    gone,
    1,
    {MIDDLE: os.path.basename(D[3]) + " follows it; the newest older digest ends at " + stamp(2)},
)
expect(
    "two digests missing",
    files(changes={MIDDLE: None, D[1]: None}),
    {
        MIDDLE: "missing",
        D[1]: None,
        **{name: "unlisted" for name in LOGS[MIDDLE] + LOGS[D[1]]},
        D[0]: "unproven",
        **{name: "unproven" for name in LOGS[D[0]]},
    },
    1,
    {MIDDLE: "ends at " + stamp(1)},
)
expect(
    "the oldest missing",
    files(changes={D[0]: None}),
    {D[0]: "missing", **{name: "unlisted" for name in LOGS[D[0]]}},
    1,
    {D[0]: "--since " + stamp(1)},
)
rows, _ = expect(
    "the copy begins later",
    files(changes={D[0]: None}),
    {D[0]: None, **{name: "unlisted" for name in LOGS[D[0]]}},
    0,
    {D[1]: "the copy begins here"},
    arguments=["--since", stamp(1)],
)
expect(
    "logs before the copy's begin",
    files(changes={name: None for name in LOGS[D[0]]}),
    {name: None for name in LOGS[D[0]]},
    0,
    arguments=["--since", stamp(1)],
)
expect(
    "the newest missing",
    files(changes={NEWEST: None}),
    {
        NEWEST: None,
        **{name: "unlisted" for name in LOGS[NEWEST]},
        D[3]: "unproven",
        **{name: "unproven" for name in LOGS[D[3]]},
    },
    0,
)
away = MIDDLE.replace("/2024/06/01/", "/2024/05/01/")
expect(
    "digest in another folder",
    files(changes={MIDDLE: None, away: WHOLE.files[MIDDLE]}),
    {MIDDLE: None, away: "moved"},
    1,
    {away: "belongs at s3://%s/%s" % (BUCKET, MIDDLE)},
)
named = os.path.dirname(MIDDLE) + "/digest.json.gz"
expect("digest renamed", files(changes={MIDDLE: None, named: WHOLE.files[MIDDLE]}), {MIDDLE: None, named: "moved"})
expect(
    "digests exchanged",
    files(changes={MIDDLE: WHOLE.files[D[1]], D[1]: WHOLE.files[MIDDLE]}),
    {MIDDLE: "moved", D[1]: "moved"},
)
expect(
    "the newest digest's word on the one before",
    files(changes={NEWEST: resaid(WHOLE.files[NEWEST], previousDigestSignature=WHOLE.signatures[D[1]])}),
    {D[3]: "invalid", **{name: "unproven" for name in LOGS[D[3]]}},
    1,
    {D[3]: "the signature in " + os.path.basename(NEWEST)},
)

# 5. Forgers.
forger = chain(key=STRANGER)
expect(
    "a stranger's chain",
    forger.files,
    {**{k: "invalid" for k in forger.digests}, **{k: "unproven" for k in forger.files if k not in forger.digests}},
    1,
    made=forger,
)
posing = Chain(STRANGER)
for hour in range(1, 4):
    posing.log(hour, 10)
    posing.digest(hour, digestPublicKeyFingerprint=KEY.fingerprint)
expect(
    "a stranger's chain with AWS's fingerprint",
    posing.files,
    {
        posing.digests[0]: "unproven",
        posing.digests[1]: "invalid",
        posing.digests[2]: "unproven",
        **{k: "unproven" for k in posing.files if k not in posing.digests},
    },
    1,
    made=posing,
)
tail = Chain(STRANGER)
tail.last, tail.files = (
    BUCKET,
    D[3],
    hashlib.sha256(gzip.decompress(WHOLE.files[D[3]])).hexdigest(),
    STRANGER.sign("x"),
), {}
fork = tail.digest(6, start=4, digestPublicKeyFingerprint=KEY.fingerprint)
expect("a second successor, forged", files(changes={fork: tail.files[fork]}), {fork: "invalid"}, 1, {fork: "isn't so"})
loop = resaid(WHOLE.files[MIDDLE], previousDigestS3Object=D[3])
rows, _ = expect(
    "a circle", files(changes={MIDDLE: loop}), {**broken, D[1]: "unproven", **{k: "unproven" for k in LOGS[D[1]]}}
)
own = resaid(WHOLE.files[NEWEST], previousDigestS3Object=NEWEST)
expect(
    "a digest before itself",
    files(changes={NEWEST: own}),
    {
        NEWEST: "invalid",
        **{k: "unproven" for k in LOGS[NEWEST]},
        D[3]: "unproven",
        **{k: "unproven" for k in LOGS[D[3]]},
    },
)

# 6. Starts, gaps, rotated keys, backfills.
gappy = Chain(KEY)
for hour in (1, 2):
    gappy.log(hour - 1, 5)
    gappy.digest(hour)
before = list(gappy.digests)
ended = {before[1]: "unproven", **{log["s3Object"]: "unproven" for log in said(gappy.files[before[1]])["logFiles"]}}
gappy.last = None
for hour in (9, 10, 11):
    gappy.log(hour - 1, 5)
    gappy.digest(hour)
rows, errors = expect(
    "a gap",
    gappy.files,
    ended,
    0,
    {gappy.digests[2]: "gap: no digests from %s to %s" % (stamp(2), stamp(8))},
    made=gappy,
)
t.check("a gap is counted", "1 gap" in errors, errors)
expect("a gap, strict", gappy.files, ended, 1, made=gappy, arguments=["--strict"])
late = Chain(KEY)
late.digest(1)
late.digest(5, start=4)
late.digest(6)
expect("hours between linked digests", late.files, {}, 0, {late.digests[1]: "gap"}, made=late)
expect("hours between linked digests, strict", late.files, {}, 1, made=late, arguments=["--strict"])
rotated = chain(range(1, 4))
rotated.key = NEXT_KEY
for hour in (4, 5, 6):
    rotated.log(hour - 1, 5)
    rotated.digest(hour)
expect("a rotated key", rotated.files, {}, 0, made=rotated, key_files=[both])
expect(
    "a rotated key that isn't given",
    rotated.files,
    {
        **{k: "invalid" for k in rotated.digests[3:]},
        rotated.digests[2]: "valid",
        **{log["s3Object"]: "unproven" for k in rotated.digests[3:] for log in said(rotated.files[k])["logFiles"]},
    },
    1,
    made=rotated,
)
filled = chain()
forgotten = filled.log(2, 30)
backfill = filled.digest(3, suffix="_backfill", chained=False)
expect("a backfill without its signature", filled.files, {backfill: "unproven", forgotten: "unproven"}, 0, made=filled)
signed = {
    **filled.files,
    backfill
    + ".metadata.json": metadata(
        filled.signatures[backfill], **{"backfill-generation-timestamp": "2024-06-20T10:00:00Z"}
    ),
}
expect("a backfill", signed, {backfill + ".metadata.json": None}, 0, made=filled)
expect("a backfill, strict", signed, {}, 0, made=filled, arguments=["--strict"])
expect(
    "a backfill made when its key wasn't valid",
    {
        **signed,
        backfill
        + ".metadata.json": metadata(
            filled.signatures[backfill], **{"backfill-generation-timestamp": "2024-08-20T10:00:00Z"}
        ),
    },
    {backfill: "invalid", forgotten: "unproven"},
    1,
    made=filled,
)
del signed[forgotten]
expect("a backfill's log missing", signed, {forgotten: "missing"}, 1, made=filled)

# 7. Nothing to validate, nothing to validate with.
code, rows, errors = verify({"x/README": b"x"})
t.equal("no digests", (code, rows), (1, {}))
t.check("no digests: message", "nothing was validated: there are no digest files" in errors, errors)
code, rows, errors = verify(files(), key_files=[])
t.equal("no keys", (code, {row["status"] for row in rows.values()}), (1, {"unproven"}))
t.check("no keys: message", "--public-keys" in errors, errors)
code, rows, errors = verify(files(changes={MIDDLE: behind}), key_files=[])
t.equal("no keys, but an altered digest", rows[MIDDLE]["status"], "invalid")
alone = {NEWEST: WHOLE.files[NEWEST], **{name: WHOLE.files[name] for name in LOGS[NEWEST]}}
code, rows, errors = verify(alone, "--since", stamp(4))
t.equal("only the newest", (code, {row["status"] for row in rows.values()}), (1, {"unproven"}))
for what, text in [
    ("not JSON", b"hello"),
    ("another answer", b'{"Keys":[]}'),
    ("no keys in it", b'{"PublicKeyList":[]}'),
    ("cut short", b'{"PublicKeyList":['),
]:
    done = t.run("verify-digest", t.root, "--public-keys", t.write("bad.json", text))
    t.check("keys: " + what, done.returncode == 1 and b"list-public-keys" in done.stderr, done)
broken_key = t.write("broken.json", json.dumps({"PublicKeyList": [KEY.listed(Value="AAAAAAAAAAAAAAAAAAAAAAAA")]}))
code, rows, errors = verify(files(), key_files=[broken_key])
t.equal("a key that is none", (code, {rows[k]["status"] for k in D}), (1, {"invalid"}))
t.equal("no such folder", t.run("verify-digest", t.path("nowhere"), "--public-keys", keys).returncode, 1)
t.equal("a time that is none", t.run("verify-digest", t.root, "--since", "soon").returncode, 2)

# 8. Other outputs.
t.write("shown/" + LOG, WHOLE.files[LOG])
for output, word in [("table", b"unlisted"), ("csv", b"log,unlisted,"), ("ndjson", b'"status":"unlisted"')]:
    done = t.run("verify-digest", t.path("shown"), "--public-keys", keys, "-o", output)
    t.check("output " + output, done.returncode == 1 and word in done.stdout, done)
t.finish()
