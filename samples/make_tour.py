"""Makes samples/tour: the seven events of the README's tour, as S3 would deliver them, and a file with broken lines."""
import gzip
import json

ACCOUNT = "111122223333"
ANNA = {
    "type": "IAMUser",
    "principalId": "AIDAEXAMPLEANNA",
    "arn": "arn:aws:iam::%s:user/anna" % ACCOUNT,
    "accountId": ACCOUNT,
    "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
    "userName": "anna",
}
ROOT = {
    "type": "Root",
    "principalId": ACCOUNT,
    "arn": "arn:aws:iam::%s:root" % ACCOUNT,
    "accountId": ACCOUNT,
    "accessKeyId": "",
}
BEN = {
    "type": "AssumedRole",
    "principalId": "AROAEXAMPLE:ben",
    "arn": "arn:aws:sts::%s:assumed-role/FinOps/ben" % ACCOUNT,
    "accountId": ACCOUNT,
    "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
    "sessionContext": {
        "sessionIssuer": {
            "type": "Role",
            "principalId": "AROAEXAMPLE",
            "arn": "arn:aws:iam::%s:role/FinOps" % ACCOUNT,
            "accountId": ACCOUNT,
            "userName": "FinOps",
        },
        "attributes": {"creationDate": "2024-05-02T09:58:00Z", "mfaAuthenticated": "true"},
    },
}
ACTIVATE = "activate.amazonaws.com"
# Time, who, source, name as logged, address, read only, parameters, error.
EVENTS = [
    ("2024-05-01T09:00:00Z", ANNA, ACTIVATE, "Get Program", "203.0.113.7", True, None, None),
    ("2024-05-01T09:00:05Z", ANNA, ACTIVATE, "Get Program", "203.0.113.7", True, None, None),
    ("2024-05-01T12:30:00Z", ROOT, ACTIVATE, "PutMemberInfo", "198.51.100.23", False, None, None),
    ("2024-05-02T10:00:00Z", BEN, ACTIVATE, "GetMemberInfo", "203.0.113.7", True, None, "AccessDenied"),
    ("2024-05-02T10:01:00Z", BEN, ACTIVATE, "GetMemberInfo", "203.0.113.7", True, None, None),
    (
        "2024-05-02T10:05:00Z",
        BEN,
        "s3.amazonaws.com",
        "PutBucketPolicy",
        "2001:db8::5",
        False,
        {"bucketName": "billing-exports", "policy": ""},
        None,
    ),
    ("2024-05-02T11:00:00Z", ANNA, ACTIVATE, "GetAccountContanct", "203.0.113.7", True, None, None),
]


def record(number):
    time, who, source, name, address, read_only, parameters, error = EVENTS[number]
    made = {
        "eventVersion": "1.09",
        "userIdentity": who,
        "eventTime": time,
        "eventSource": source,
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": address,
        "userAgent": "aws-cli/2.15.30",
    }
    if error:
        made |= {"errorCode": error, "errorMessage": "User is not authorized to perform: activate:GetMemberInfo"}
    return made | {
        "requestParameters": parameters,
        "responseElements": None,
        "requestID": "EXAMPLE%06d" % (number + 1),
        "eventID": "4839af5e-7b6a-4353-a5ef-%012d" % (number + 1),
        "readOnly": read_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }


def line(made):
    return json.dumps(made, separators=(",", ":"))


def make(tour):
    """Makes the folder `tour`."""
    # The second file has the first one's last event again, as overlapping deliveries do.
    for day, numbers in (("01", (0, 1, 2)), ("02", (2, 3, 4, 5, 6))):
        folder = tour / "AWSLogs" / ACCOUNT / "CloudTrail" / "us-east-1" / "2024" / "05" / day
        folder.mkdir(parents=True)
        body = '{"Records":[%s]}' % ",".join(line(record(number)) for number in numbers)
        name = "%s_CloudTrail_us-east-1_202405%sT2355Z_EXAMPLEEXAMPLE00.json.gz" % (ACCOUNT, day)
        (folder / name).write_bytes(gzip.compress(body.encode(), 9, mtime=0))
    broken = [line(record(0)), line(record(1)), "not json", '{"a":1}', line(record(6))]
    (tour / "extra.ndjson").write_text("\n".join(broken) + "\n")
    request = {
        "principal": BEN["sessionContext"]["sessionIssuer"]["arn"],
        "action": "activate:PutMemberInfo",
        "resource": "*",
    }
    policy = {"Statement": {"Effect": "Allow", "Action": "activate:Get*", "Resource": "*"}}
    (tour / "request.json").write_text(line({"request": request, "identityPolicies": [policy]}) + "\n")
