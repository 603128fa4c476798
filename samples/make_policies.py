"""The policies of the sample accounts, as `aws iam get-account-authorization-details` prints them."""

AWS = "arn:aws:iam::aws:policy/"
FULL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def allow(*actions, resource="*", sid=None, **condition):
    statement = {"Sid": sid} if sid else {}
    statement |= {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    return statement | ({"Condition": condition} if condition else {})


def deny(*actions, resource="*", sid=None, **condition):
    return allow(*actions, resource=resource, sid=sid, **condition) | {"Effect": "Deny"}


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


class Account:
    """Collects what one account has."""

    def __init__(self, number):
        self.number = number
        self.users, self.groups, self.roles, self.policies = [], [], [], []

    def _id(self, prefix):
        count = len(self.users) + len(self.groups) + len(self.roles) + len(self.policies)
        return f"{prefix}{self.number[:4]}EXAMPLE{count:05}"

    def _attached(self, names):
        arns = [AWS + n[4:] if n.startswith("aws:") else f"arn:aws:iam::{self.number}:policy/{n}" for n in names]
        return [{"PolicyName": arn.rsplit("/", 1)[1], "PolicyArn": arn} for arn in arns]

    @staticmethod
    def _inline(policies):
        return [{"PolicyName": name, "PolicyDocument": text} for name, text in policies.items()]

    def user(self, name, attached=(), inline=None, groups=(), boundary=None):
        self.users.append({
            "Path": "/", "UserName": name, "UserId": self._id("AIDA"), "Arn": f"arn:aws:iam::{self.number}:user/{name}",
            "CreateDate": "2023-11-02T09:00:00+00:00", "UserPolicyList": self._inline(inline or {}),
            "GroupList": list(groups), "AttachedManagedPolicies": self._attached(attached), "Tags": []})
        self._bound(self.users[-1], boundary)

    def group(self, name, attached=(), inline=None):
        self.groups.append({
            "Path": "/", "GroupName": name, "GroupId": self._id("AGPA"), "Arn": f"arn:aws:iam::{self.number}:group/{name}",
            "CreateDate": "2023-11-02T09:00:00+00:00", "GroupPolicyList": self._inline(inline or {}),
            "AttachedManagedPolicies": self._attached(attached)})

    def role(self, name, trusts, attached=(), inline=None, path="/", boundary=None):
        trust = document({"Effect": "Allow", "Principal": trusts, "Action": "sts:AssumeRole"})
        self.roles.append({
            "Path": path, "RoleName": name, "RoleId": self._id("AROA"), "Arn": f"arn:aws:iam::{self.number}:role{path}{name}",
            "CreateDate": "2023-11-02T09:00:00+00:00", "AssumeRolePolicyDocument": trust, "InstanceProfileList": [],
            "RolePolicyList": self._inline(inline or {}), "AttachedManagedPolicies": self._attached(attached),
            "Tags": [], "RoleLastUsed": {}})
        self._bound(self.roles[-1], boundary)

    def _bound(self, entity, boundary):
        if boundary:
            entity["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy",
                                             "PermissionsBoundaryArn": self._attached([boundary])[0]["PolicyArn"]}

    def policy(self, name, text, arn=None):
        self.policies.append({
            "PolicyName": name, "PolicyId": self._id("ANPA"), "Arn": arn or f"arn:aws:iam::{self.number}:policy/{name}",
            "Path": "/", "DefaultVersionId": "v1", "AttachmentCount": 1, "PermissionsBoundaryUsageCount": 0,
            "IsAttachable": True, "CreateDate": "2023-11-02T09:00:00+00:00", "UpdateDate": "2023-11-02T09:00:00+00:00",
            "PolicyVersionList": [{"Document": text, "VersionId": "v1", "IsDefaultVersion": True,
                                   "CreateDate": "2023-11-02T09:00:00+00:00"}]})

    def details(self):
        return {"UserDetailList": self.users, "GroupDetailList": self.groups, "RoleDetailList": self.roles,
                "Policies": self.policies}


def acme(number, sso_role):
    account = Account(number)
    account.policy("AdministratorAccess", FULL, AWS + "AdministratorAccess")
    account.policy("Developer", document(
        allow("ec2:Describe*", "ec2:StartInstances", "lambda:*", "s3:ListAllMyBuckets", "kms:ListAliases", "health:Describe*",
              "iam:ListUsers", sid="Build"),
        allow("ce:GetCostAndUsage", "billing:Get*", "support:*", sid="Look")))
    account.policy("RobotBoundary", document(allow("s3:GetObject", "s3:PutObject", "kms:*", "lambda:InvokeFunction")))
    account.user("anna", ["aws:AdministratorAccess"])
    account.user("ben", groups=["developers"])
    account.group("developers", ["Developer"])
    account.role("FinOps", {"AWS": f"arn:aws:iam::{number}:root"}, path="/teams/", inline={
        "Credits": document(allow("activate:Get*", sid="Read"), allow("ce:*", "budgets:ViewBudget", "support:*", "health:*",
                                                                      "iam:GetAccountSummary", "billing:*", sid="Bills"))})
    account.role("robot-api", {"Service": "ec2.amazonaws.com"}, boundary="RobotBoundary", inline={
        "Telemetry": document(allow("s3:GetObject", "s3:PutObject", resource="arn:aws:s3:::acme-telemetry/*"),
                              allow("kms:Decrypt", "kms:GenerateDataKey", "lambda:InvokeFunction"))})
    account.role(sso_role, {"Federated": f"arn:aws:iam::{number}:saml-provider/AWSSSO_DO_NOT_DELETE"},
                 ["aws:AdministratorAccess"], path="/aws-reserved/sso.amazonaws.com/")
    return account.details()


def birch(number):
    account = Account(number)
    account.policy("AdministratorAccess", FULL, AWS + "AdministratorAccess")
    account.policy("ActivateFull", document(allow("activate:*")))
    account.user("erin", ["aws:AdministratorAccess"])
    account.user("dave", inline={"Work": document(
        allow("ec2:Describe*", "ec2:StartInstances", "lambda:Get*", "lambda:UpdateFunctionConfiguration", "s3:ListAllMyBuckets",
              "kms:ListAliases", "iam:ListUsers", "iam:GetAccountSummary", "health:*", "ce:GetCostAndUsage", "support:*"),
        allow("billing:*", IpAddress={"aws:SourceIp": "198.51.100.0/24"}),
        deny("budgets:*", sid="NoBudgets"))})
    account.role("nightly-etl", {"Service": "lambda.amazonaws.com"}, inline={
        "Etl": document(allow("s3:GetObject", "s3:PutObject", resource="arn:aws:s3:::birch-reports/*"),
                        allow("kms:Decrypt", "lambda:InvokeFunction"))})
    return account.details()


def cobalt(number, sso_role):
    account = Account(number)
    account.policy("AdministratorAccess", FULL, AWS + "AdministratorAccess")
    account.policy("Billing", document(
        allow("activate:*", "billing:*", "budgets:*", "ce:*", "support:CreateCase", "iam:ListUsers", "iam:GetAccountSummary",
              "health:*", "support:Describe*", "s3:ListAllMyBuckets", "kms:ListAliases")),
        AWS + "job-function/Billing")
    account.user("frank", ["aws:AdministratorAccess"])
    account.role(sso_role, {"Federated": f"arn:aws:iam::{number}:saml-provider/AWSSSO_DO_NOT_DELETE"},
                 ["aws:job-function/Billing"], path="/aws-reserved/sso.amazonaws.com/")
    account.role("imaging-worker", {"Service": "ecs-tasks.amazonaws.com"}, inline={
        "Scans": document(allow("s3:*", "kms:*", "lambda:InvokeFunction"))})
    return account.details()
