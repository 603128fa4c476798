"""CloudTrail records as AWS lays them out: who called, what was called, and how it is delivered."""

import json
import random
import struct
import zlib
from datetime import datetime, timedelta, timezone

ACME, BIRCH, COBALT = "111122223333", "444455556666", "777788889999"
ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

dice = random.Random(20240301)


def digits(alphabet, length):
    return "".join(dice.choice(alphabet) for _ in range(length))


def guid():
    h = f"{dice.getrandbits(128):032x}"
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-{'89ab'[int(h[16], 16) % 4]}{h[17:20]}-{h[20:]}"


def moment(text):
    """2024-03-04 09:30 or 2024-03-04 09:30:12, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def later(time, seconds):
    return time + timedelta(seconds=seconds)


def iso(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


# --- Who: userIdentity by type ---


class Actor:
    """A caller: its userIdentity as of a time, where it calls from, and with what program."""

    def __init__(self, account, ip, agent, identity, console=False):
        self.account, self.ip, self.agent, self.console = account, ip, agent, console
        self._identity = identity

    def identity(self, time):
        made = json.loads(json.dumps(self._identity))
        attributes = made.get("sessionContext", {}).get("attributes")
        if attributes is not None:
            attributes["creationDate"] = iso(time.replace(minute=0, second=0))
        return made


BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:124.0) Gecko/20100101 Firefox/124.0"
CLI = "aws-cli/2.15.30 Python/3.11.8 Linux/6.1.0-18-amd64 exe/x86_64.debian.12 prompt/off command/activate.get-credits"
SDK = "Boto3/1.34.69 md/Botocore#1.34.69 ua/2.0 os/linux#6.1.0 lang/python#3.11.8"


def principal_id(prefix):
    return prefix + digits(ALPHANUMERIC, 17)


def session(mfa=False, **more):
    return {"attributes": {"creationDate": "", "mfaAuthenticated": "true" if mfa else "false"}, **more}


def root(account, ip, agent=BROWSER, console=True):
    return Actor(
        account,
        ip,
        agent,
        {
            "type": "Root",
            "principalId": account,
            "arn": f"arn:aws:iam::{account}:root",
            "accountId": account,
            "accessKeyId": principal_id("ASIA")[:20],
            "sessionContext": session(mfa=True),
        },
        console,
    )


def iam_user(account, name, ip, agent=CLI, console=False):
    identity = {
        "type": "IAMUser",
        "principalId": principal_id("AIDA"),
        "arn": f"arn:aws:iam::{account}:user/{name}",
        "accountId": account,
        "accessKeyId": principal_id("ASIA" if console else "AKIA")[:20],
        "userName": name,
    }
    if console:
        identity["sessionContext"] = session(mfa=True)
    return Actor(account, ip, agent, identity, console)


def role(account, name, session_name, ip, agent=SDK, path="/", console=False, mfa=False, **context):
    role_id = principal_id("AROA")
    issuer = {
        "type": "Role",
        "principalId": role_id,
        "arn": f"arn:aws:iam::{account}:role{path}{name}",
        "accountId": account,
        "userName": name,
    }
    return Actor(
        account,
        ip,
        agent,
        {
            "type": "AssumedRole",
            "principalId": f"{role_id}:{session_name}",
            "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session_name}",
            "accountId": account,
            "accessKeyId": principal_id("ASIA")[:20],
            "sessionContext": {"sessionIssuer": issuer, **session(mfa, **context)},
        },
        console,
    )


def sso(account, permission_set, mail, ip):
    name = f"AWSReservedSSO_{permission_set}_{dice.getrandbits(64):016x}"
    return role(account, name, mail, ip, BROWSER, "/aws-reserved/sso.amazonaws.com/", console=True)


def service(account, name):
    return Actor(account, name, name, {"type": "AWSService", "invokedBy": name})


def other(account, ip, identity, agent=SDK):
    return Actor(account, ip, agent, identity)


# --- What: one call makes one record ---

READ_VERBS = ("Get", "List", "Describe", "Lookup", "View", "Head", "Batch", "AssumeRole", "Decrypt", "GenerateDataKey")
VERSIONS = {3: ("1.08", "1.09"), 4: ("1.09", "1.10"), 5: ("1.10", "1.11")}


def denial(action, resource="*"):
    return ("AccessDenied", action, resource)


def make_event(
    actor,
    time,
    source,
    name,
    region="us-east-1",
    request=None,
    response=None,
    error=None,
    resources=None,
    category="Management",
    kind="AwsApiCall",
    extra=None,
    tls=True,
):
    """`error` is (code, message) or a denial(); `extra` are further members, added or overwritten."""
    identity = actor.identity(time) if actor else None
    event = {"eventVersion": dice.choice(VERSIONS[time.month])}
    if identity is not None:
        event["userIdentity"] = identity
    event |= {
        "eventTime": iso(time),
        "eventSource": source + ".amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": actor.ip if actor else source + ".amazonaws.com",
        "userAgent": actor.agent if actor else source + ".amazonaws.com",
    }
    if error is not None and len(error) == 3:
        caller = identity.get("arn", "unknown")
        error = (
            error[0],
            f"User: {caller} is not authorized to perform: {error[1]} on resource: {error[2]} "
            f"because no identity-based policy allows the {error[1]} action",
        )
    if error is not None:
        event |= {"errorCode": error[0], "errorMessage": error[1]}
    event |= {
        "requestParameters": request,
        "responseElements": None if error else response,
        "requestID": guid(),
        "eventID": guid(),
        "readOnly": name.startswith(READ_VERBS),
    }
    if resources:
        event["resources"] = [{"accountId": actor.account, "type": t, "ARN": arn} for t, arn in resources]
    event |= {
        "eventType": kind,
        "managementEvent": category == "Management",
        "recipientAccountId": actor.account if actor else ACME,
        "eventCategory": category,
    }
    if tls and actor and not actor.ip.endswith("amazonaws.com"):
        event["tlsDetails"] = {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{source}.{region}.amazonaws.com",
        }
    if actor and actor.console and kind == "AwsApiCall":
        event["sessionCredentialFromConsole"] = "true"
    return event | (extra or {})


def console_login(actor, time, mfa, failed=False):
    event = make_event(
        actor,
        time,
        "signin",
        "ConsoleLogin",
        kind="AwsConsoleSignIn",
        tls=False,
        extra={
            "responseElements": {"ConsoleLogin": "Failure" if failed else "Success"},
            "readOnly": False,
            "additionalEventData": {
                "LoginTo": "https://console.aws.amazon.com/console/home?isauthcode=true",
                "MobileVersion": "No",
                "MFAUsed": "Yes" if mfa else "No",
            },
        },
    )
    event["userIdentity"].pop("sessionContext", None)
    if failed:
        event["errorMessage"] = "Failed authentication"
    return event


def insight(account, time, state, shared):
    """Half of a pair: no userIdentity, and no eventName but the one inside."""
    context = {
        "statistics": {
            "baseline": {"average": 0.0041},
            "insight": {"average": 6.25},
            "insightDuration": 4,
            "baselineDuration": 10080,
        }
    }
    if state == "Start":
        del context["statistics"]["insightDuration"]
    return {
        "eventVersion": "1.08",
        "eventTime": iso(time),
        "awsRegion": "us-east-1",
        "eventID": guid(),
        "eventType": "AwsCloudTrailInsight",
        "recipientAccountId": account,
        "sharedEventID": shared,
        "insightDetails": {
            "state": state,
            "eventSource": "ec2.amazonaws.com",
            "eventName": "RunInstances",
            "insightType": "ApiCallRateInsight",
            "insightContext": context,
        },
        "eventCategory": "Insight",
    }


# --- Bytes ---


def to_json(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def to_lines(values):
    return "".join(to_json(v) + "\n" for v in values)


def to_pages(value):
    """Laid out for people."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def gzip_member(text):
    """A gzip member without name and time, so that the same text is always the same bytes."""
    data = text.encode()
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = deflate.compress(data) + deflate.flush()
    return b"\x1f\x8b\x08\0\0\0\0\0\x02\xff" + body + struct.pack("<II", zlib.crc32(data), len(data))


def zstd_frame(text):
    """A zstd frame of stored blocks: Python's standard library has no compressor for it."""
    data = text.encode()
    frame = b"\x28\xb5\x2f\xfd" + b"\xa0" + struct.pack("<I", len(data))  # Single segment, 4 bytes of content size.
    for at in range(0, len(data), 1 << 17):
        block = data[at : at + (1 << 17)]
        is_last = at + len(block) == len(data)
        frame += struct.pack("<I", len(block) << 3 | is_last)[:3] + block
    return frame


# --- Envelopes ---


def event_bridge(event):
    kind = "Console Sign In" if event["eventType"] == "AwsConsoleSignIn" else "API Call"
    return {
        "version": "0",
        "id": guid(),
        "detail-type": f"AWS {kind} via CloudTrail",
        "source": "aws." + event["eventSource"].split(".")[0],
        "account": event["recipientAccountId"],
        "time": event["eventTime"],
        "region": event["awsRegion"],
        "resources": [],
        "detail": event,
    }


def log_subscription(account, events):
    """CloudWatch Logs' document for a subscriber; without events, the probe."""
    stamp = 1717063200000
    logged = [{"id": f"3829{stamp + i}", "timestamp": stamp + i, "message": to_json(e)} for i, e in enumerate(events)]
    probe = {"id": "", "timestamp": stamp, "message": "CWL CONTROL MESSAGE: Checking health of destination Firehose."}
    return {
        "messageType": "DATA_MESSAGE" if events else "CONTROL_MESSAGE",
        "owner": account,
        "logGroup": "aws-cloudtrail-logs",
        "logStream": f"{account}_CloudTrail_us-east-1",
        "subscriptionFilters": ["everything"],
        "logEvents": logged or [probe],
    }


def lookup_output(events):
    """What `aws cloudtrail lookup-events` prints, the newest first."""
    return {
        "Events": [
            {
                "EventId": e["eventID"],
                "EventName": e["eventName"],
                "ReadOnly": str(e["readOnly"]).lower(),
                "AccessKeyId": e["userIdentity"].get("accessKeyId", ""),
                "EventTime": e["eventTime"].replace("Z", "+00:00"),
                "EventSource": e["eventSource"],
                "Username": e["userIdentity"].get("userName", ""),
                "Resources": [],
                "CloudTrailEvent": to_json(e),
            }
            for e in reversed(events)
        ]
    }


def first_digest(account, end):
    """The digest file that begins a chain, of an hour without log files."""
    name = f"{account}_CloudTrail-Digest_us-east-1_trail_us-east-1_{end:%Y%m%dT%H%M%SZ}.json.gz"
    return {
        "awsAccountId": account,
        "digestStartTime": iso(later(end, -3600)),
        "digestEndTime": iso(end),
        "digestS3Bucket": "acme-trail",
        "digestS3Object": f"AWSLogs/{account}/CloudTrail-Digest/us-east-1/{end:%Y/%m/%d}/{name}",
        "digestPublicKeyFingerprint": "0" * 32,
        "digestSignatureAlgorithm": "SHA256withRSA",
        "newestEventTime": None,
        "oldestEventTime": None,
        "previousDigestS3Bucket": None,
        "previousDigestS3Object": None,
        "previousDigestHashValue": None,
        "previousDigestHashAlgorithm": None,
        "previousDigestSignature": None,
        "logFiles": [],
    }


# --- Delivery ---


class Trail:
    """The S3 log files of all accounts. What is put at once is one file."""

    def __init__(self):
        self.files = {}  # (account, folder, region, delivery time) -> records as text
        self.by_id = {}  # eventID -> record, of what was delivered once

    def put(self, events, account, region, folder="CloudTrail"):
        """Delivers records about five minutes after the last of them, in no particular order."""
        latest = max(moment(e["eventTime"].rstrip("Z").replace("T", " ")) for e in events)
        due = later(latest, 300 + dice.randrange(300))
        due -= timedelta(minutes=due.minute % 5, seconds=due.second)
        lines = [to_json(e) for e in events]
        dice.shuffle(lines)
        self.files.setdefault((account, folder, region, due), []).extend(lines)
        self.by_id |= {e["eventID"]: e for e in events}

    def redeliver(self, share):
        """Puts some records, byte for byte, into a later file of the same account and region too."""
        keys = sorted(self.files)
        copies = []
        for key, following in zip(keys, keys[1:]):
            if key[:3] == following[:3]:
                copies += [(following, line) for line in self.files[key] if dice.random() < share]
        for key, line in copies:
            self.files[key].append(line)

    def write(self, base):
        for (account, folder, region, due), lines in sorted(self.files.items()):
            name = f"{account}_{folder}_{region}_{due:%Y%m%dT%H%MZ}_{digits(ALPHANUMERIC, 16)}.json.gz"
            path = base / "AWSLogs" / account / folder / region / f"{due:%Y/%m/%d}" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(gzip_member('{"Records":[' + ",".join(lines) + "]}"))
