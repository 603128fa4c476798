// STS, IAM, KMS, Secrets Manager, console sign-in.
#include <array>

#include "generate/api.h"

namespace trailkeeper::generate {
namespace {

constexpr std::string_view kRoleResource =
    R"([{"accountId":"<account>","type":"AWS::IAM::Role","ARN":"arn:aws:iam::<account>:role/<role>"}])";
constexpr std::string_view kKeyResource =
    R"([{"accountId":"<account>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<region>:<account>:key/<key>"}])";
constexpr std::string_view kCredentials =
    R"({"credentials":{"accessKeyId":"ASIA<base32:16>","sessionToken":"<base64:480>","expiration":"<longTime:3600>"},"assumedRoleUser":{"assumedRoleId":"AROA<base32:17>:<word#s>-<hex#h:12>","arn":"arn:aws:sts::<account>:assumed-role/<role>/<word#s>-<hex#h:12>"}})";
constexpr std::string_view kWebCredentials =
    R"({"credentials":{"accessKeyId":"ASIA<base32:16>","sessionToken":"<base64:480>","expiration":"<longTime:3600>"},"subjectFromWebIdentityToken":"repo:<company>/<word#r>:ref:refs/heads/main","assumedRoleUser":{"assumedRoleId":"AROA<base32:17>:GitHubActions","arn":"arn:aws:sts::<account>:assumed-role/<role>/GitHubActions"},"provider":"arn:aws:iam::<account>:oidc-provider/token.actions.githubusercontent.com","audience":"sts.amazonaws.com"})";
constexpr std::string_view kKeyDenied =
    "User: <arn> is not authorized to perform: kms:<action> on resource: arn:aws:kms:<region>:<account>:key/<key> "
    "because no resource-based policy allows the kms:<action> action";
constexpr std::string_view kRoleDenied =
    "User: <arn> is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::<account>:role/<role>";

constexpr Callers kOperators = kPeople | kPipelines | kVendors;

constexpr std::array kApis{
    Api{.service = "sts",
        .name = "AssumeRole",
        .callers = kServices,
        .weight = 400,
        .request =
            R"({"roleArn":"arn:aws:iam::<account>:role/<role>","roleSessionName":"<word#s>-<hex#h:12>","durationSeconds":3600})",
        .response = kCredentials,
        .resources = kRoleResource,
        .error_message = kRoleDenied,
        .error_per_mille = 5},
    Api{.service = "sts",
        .name = "AssumeRole",
        .callers = kOperators | kContainers | kOtherAccounts,
        .weight = 40,
        .request =
            R"({"roleArn":"arn:aws:iam::<account>:role/<role>","roleSessionName":"<word#s>-<hex#h:12>","externalId":"<guid>","durationSeconds":<one:900|3600>})",
        .response = kCredentials,
        .resources = kRoleResource,
        .additional = R"({"RequestDetails":{"awsServingRegion":"<region>","endpointType":"<one:regional|global>"}})",
        .error_message = kRoleDenied,
        .error_per_mille = 45},
    Api{.service = "sts",
        .name = "AssumeRoleWithWebIdentity",
        .callers = only(CallerKind::web_identity),
        .weight = 10,
        .request =
            R"({"roleArn":"arn:aws:iam::<account>:role/<role>","roleSessionName":"GitHubActions","durationSeconds":3600})",
        .response = kWebCredentials,
        .resources = kRoleResource,
        .additional = R"({"identityProviderConnectionVerificationMethod":"IAMTrustStore"})",
        .error_message = "Not authorized to perform sts:AssumeRoleWithWebIdentity",
        .error_per_mille = 30},
    Api{.service = "sts",
        .name = "AssumeRoleWithSAML",
        .callers = only(CallerKind::saml),
        .weight = 10,
        .request =
            R"({"sAMLAssertionID":"_<guid>","roleSessionName":"<name>","durationSeconds":28800,"principalArn":"arn:aws:iam::<account>:saml-provider/Okta","roleArn":"arn:aws:iam::<account>:role/<role>"})",
        .response = kCredentials,
        .resources = kRoleResource,
        .error_code = "ExpiredTokenException",
        .error_message = "Token must be redeemed within 5 minutes of issuance",
        .error_per_mille = 30},
    Api{.service = "sts",
        .name = "GetCallerIdentity",
        .callers = kOperators | kApps | only(CallerKind::federated),
        .weight = 30,
        .error_per_mille = 0},
    Api{.service = "iam",
        .name = "ListUsers",
        .callers = kPeople | kVendors | kRoot,
        .weight = 10,
        .request = R"({"maxItems":100})",
        .global = true,
        .version = "1.09"},
    Api{.service = "iam",
        .name = "GetRole",
        .callers = kPipelines | kPeople | kVendors,
        .weight = 30,
        .request = R"({"roleName":"<role>"})",
        .error_code = "NoSuchEntityException",
        .error_message = "The role with name <role> cannot be found.",
        .error_per_mille = 60,
        .global = true,
        .version = "1.09"},
    Api{.service = "iam",
        .name = "ListAttachedRolePolicies",
        .callers = kPipelines | kVendors | kPeople,
        .weight = 22,
        .request = R"({"roleName":"<role>"})",
        .global = true,
        .version = "1.09"},
    Api{.service = "iam",
        .name = "GetAccountSummary",
        .callers = kPeople | kVendors | kRoot,
        .weight = 10,
        .error_per_mille = 40,
        .global = true,
        .version = "1.09"},
    Api{.service = "iam",
        .name = "ListMFADevices",
        .callers = kPeople | kVendors | kRoot,
        .weight = 10,
        .request = R"({"userName":"<user>"})",
        .global = true,
        .version = "1.09"},
    Api{.service = "iam",
        .name = "CreateRole",
        .callers = kPipelines,
        .weight = 3,
        .read_only = false,
        .request =
            R"({"roleName":"<role>","description":"Managed by Terraform","maxSessionDuration":3600,"assumeRolePolicyDocument":"{\"Statement\":[{\"Action\":\"sts:AssumeRole\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"<one:lambda|ec2|ecs-tasks>.amazonaws.com\"}}],\"Version\":\"2012-10-17\"}"})",
        .response =
            R"({"role":{"path":"/","roleName":"<role>","roleId":"AROA<base32:17>","arn":"arn:aws:iam::<account>:role/<role>","createDate":"<longTime>","assumeRolePolicyDocument":"%7B%22Statement%22%3A%5B%7B%22Action%22%3A%22sts%3AAssumeRole%22%2C%22Effect%22%3A%22Allow%22%7D%5D%7D"}})",
        .error_code = "EntityAlreadyExistsException",
        .error_message = "Role with name <role> already exists.",
        .error_per_mille = 60,
        .global = true,
        .version = "1.09"},
    Api{.service = "iam",
        .name = "AttachRolePolicy",
        .callers = kPipelines | kPeople,
        .weight = 3,
        .read_only = false,
        .request = R"({"roleName":"<role>","policyArn":"arn:aws:iam::<account>:policy/<policy>"})",
        .error_per_mille = 60,
        .global = true,
        .version = "1.09"},
    Api{.service = "iam",
        .name = "CreateAccessKey",
        .callers = kPeople | kRoot,
        .weight = 1,
        .read_only = false,
        .request = R"({"userName":"<user>"})",
        .response =
            R"({"accessKey":{"userName":"<user>","accessKeyId":"AKIA<base32:16>","status":"Active","createDate":"<longTime>"}})",
        .error_code = "LimitExceededException",
        .error_message = "Cannot exceed quota for AccessKeysPerUser: 2",
        .error_per_mille = 80,
        .global = true,
        .version = "1.09"},
    Api{.service = "kms",
        .name = "Decrypt",
        .callers = kApps | kServices | kLinkedRoles,
        .weight = 120,
        .request =
            R"({"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::<bucket>/<object>"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"})",
        .resources = kKeyResource,
        .error_message = kKeyDenied,
        .version = "1.08"},
    Api{.service = "kms",
        .name = "Decrypt",
        .callers = kApps | kPipelines,
        .weight = 40,
        .request =
            R"({"encryptionContext":{"SecretARN":"arn:aws:secretsmanager:<region>:<account>:secret:<secret>","SecretVersionId":"<guid>"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"})",
        .resources = kKeyResource,
        .additional = R"({"keyMaterialId":"<hex:64>"})",
        .error_message = kKeyDenied,
        .version = "1.11"},
    Api{.service = "kms",
        .name = "GenerateDataKey",
        .callers = kApps | kServices,
        .weight = 60,
        .request =
            R"({"keyId":"arn:aws:kms:<region>:<account>:key/<key>","encryptionContext":{"aws:s3:arn":"arn:aws:s3:::<bucket>/<object>"},"keySpec":"AES_256"})",
        .resources = kKeyResource,
        .error_message = kKeyDenied,
        .version = "1.11"},
    Api{.service = "kms",
        .name = "DescribeKey",
        .callers = kOperators | kServices,
        .weight = 20,
        .request = R"({"keyId":"<key>"})",
        .resources = kKeyResource,
        .error_code = "NotFoundException",
        .error_message = "Key 'arn:aws:kms:<region>:<account>:key/<key>' does not exist",
        .version = "1.11"},
    Api{.service = "kms",
        .name = "CreateGrant",
        .callers = kLinkedRoles,
        .weight = 14,
        .read_only = false,
        .request =
            R"({"keyId":"<key>","granteePrincipal":"<arn>","operations":["Decrypt","GenerateDataKeyWithoutPlaintext","ReEncryptFrom","ReEncryptTo"],"constraints":{"encryptionContextSubset":{"aws:ebs:id":"<volume>"}},"retiringPrincipal":"ec2.<region>.amazonaws.com"})",
        .response = R"({"grantId":"<hex:64>","keyId":"arn:aws:kms:<region>:<account>:key/<key>"})",
        .resources = kKeyResource,
        .error_message = kKeyDenied,
        .version = "1.11"},
    Api{.service = "secretsmanager",
        .name = "GetSecretValue",
        .callers = kApps | kPipelines | kPeople,
        .weight = 45,
        .request =
            R"({"secretId":"arn:aws:secretsmanager:<region>:<account>:secret:<secret>","versionStage":"AWSCURRENT"})",
        .error_message =
            "User: <arn> is not authorized to perform: secretsmanager:GetSecretValue on resource: <secret> because no "
            "identity-based policy allows the secretsmanager:GetSecretValue action",
        .error_per_mille = 25},
    Api{.service = "secretsmanager",
        .name = "RotateSecret",
        .callers = kFunctions | kServices,
        .weight = 2,
        .read_only = false,
        .request =
            R"({"secretId":"arn:aws:secretsmanager:<region>:<account>:secret:<secret>","clientRequestToken":"<guid>","rotateImmediately":true})",
        .response =
            R"({"aRN":"arn:aws:secretsmanager:<region>:<account>:secret:<secret>","name":"<secret>","versionId":"<guid>"})"},
    Api{.service = "signin",
        .name = "ConsoleLogin",
        .callers = kRoot | kPeople,
        .weight = 20,
        .read_only = false,
        .response = R"({"ConsoleLogin":"Success"})",
        .additional =
            R"({"LoginTo":"https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true&nc2=h_ct&state=hashArgsFromTB_<region>_<hex:16>","MobileVersion":"No","MFAUsed":"<one:Yes|Yes|Yes|No>"})",
        .error_code = "",
        .error_message = "Failed authentication",
        .error_per_mille = 60,
        .style = Style::sign_in},
};

}  // namespace

std::span<const Api> security_apis() { return kApis; }

}  // namespace trailkeeper::generate
