#include <doctest/doctest.h>

#include "rules/verdicts/judge.h"
#include "tests/rules/verdicts/judged_call.h"

using namespace trailkeeper;
using namespace trailkeeper::rules;
using namespace trailkeeper::tests;
using verdicts::EventFacts;
using verdicts::Judge;
using verdicts::Verdict;

namespace {

constexpr std::string_view kRole = "arn:aws:iam::111122223333:role/Runner";

std::string allow(std::string_view action, std::string_view resource = "*") {
  return R"({"Effect":"Allow","Action":")" + std::string{action} + R"(","Resource":")" + std::string{resource} +
         R"("})";
}

std::string deny(std::string_view action) {
  return R"({"Effect":"Deny","Action":")" + std::string{action} + R"(","Resource":"*"})";
}

// What the policies of a user say of a call.
struct Asked {
  // `trusted`: what kRole lets its account do; without it there is no such role.
  explicit Asked(const std::string& statements, std::string_view trusted = {})
      : setting(account_with(statements, "", role_with(trusted))) {}
  verdicts::Judgement of(std::string_view service, std::string_view name, const std::string& parameters,
                         std::string_view error = {}) {
    const std::string source = std::string{service} + ".amazonaws.com";
    EventFacts facts = call(source, name, error);
    facts.region = "eu-west-1";
    return setting.judgement(facts, R"({"requestParameters":)" + parameters + "}");
  }
  static std::string role_with(std::string_view trusted) {
    if (trusted.empty()) return {};
    return R"("RoleDetailList":[{"RoleName":"Runner","Arn":")" + std::string{kRole} +
           R"(","AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":{"Effect":"Allow",)" +
           R"("Principal":{"AWS":"111122223333"},"Action":)" + std::string{trusted} + "}}}],";
  }
  Setting setting;
};

const std::string kCreate = R"({"functionName":"f","role":")" + std::string{kRole} + R"("})";

}  // namespace

TEST_CASE("extra needs: a role that is handed over has to be passed") {
  const auto verdict = [](const std::string& statements) {
    return Asked{statements}.of("lambda", "CreateFunction20150331", kCreate).verdict;
  };
  CHECK(verdict(allow("lambda:CreateFunction")) == Verdict::not_granted);
  CHECK(verdict(allow("lambda:CreateFunction") + "," + allow("iam:PassRole", kRole)) == Verdict::granted);
  CHECK(verdict(allow("lambda:CreateFunction") + "," + allow("iam:PassRole", "arn:aws:iam::*:role/other")) ==
        Verdict::not_granted);
  CHECK(verdict(allow("*") + "," + deny("iam:PassRole")) == Verdict::not_granted);
  CHECK(verdict(allow("*")) == Verdict::granted);
  Asked some{allow("lambda:*")};
  const auto found = some.of("lambda", "CreateFunction20150331", kCreate);
  CHECK(found.action == "iam:PassRole");
  CHECK(found.resource == kRole);
  CHECK(found.extra == std::vector<std::string>{"iam:PassRole"});
  // A refusal may be for want of it; without parameters nobody knows whether a role was handed over.
  CHECK(some.of("lambda", "CreateFunction20150331", kCreate, "AccessDenied").verdict == Verdict::denied_as_expected);
  CHECK(some.of("lambda", "CreateFunction20150331", R"({"omitted":true})").verdict == Verdict::unknown);
  CHECK(some.of("lambda", "UpdateFunctionConfiguration20150331v2", R"({"functionName":"f"})").verdict ==
        Verdict::granted);
  CHECK(Asked{allow("ecs:*")}
            .of("ecs", "RegisterTaskDefinition", R"({"family":"f","taskRoleArn":")" + std::string{kRole} + R"("})")
            .verdict == Verdict::not_granted);
}

TEST_CASE("extra needs: iam:PassedToService follows from the call") {
  const std::string to = R"({"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":)"
                         R"({"iam:PassedToService":"lambda.amazonaws.com"}}})";
  CHECK(Asked{allow("lambda:*") + "," + to}.of("lambda", "CreateFunction20150331", kCreate).verdict ==
        Verdict::granted);
  const std::string task = R"({"taskRoleArn":")" + std::string{kRole} + R"("})";
  CHECK(Asked{allow("ecs:*") + "," + to}.of("ecs", "RegisterTaskDefinition", task).verdict == Verdict::not_granted);
}

TEST_CASE("extra needs: an instance profile has some role of the account") {
  const std::string run = R"({"iamInstanceProfile":{"name":"P"}})";
  const auto verdict = [&](const std::string& pass, const std::string& parameters) {
    return Asked{allow("ec2:*") + pass}.of("ec2", "RunInstances", parameters).verdict;
  };
  CHECK(verdict("", run) == Verdict::not_granted);
  CHECK(verdict("", R"({"iamInstanceProfile":{}})") == Verdict::granted);
  CHECK(verdict("," + allow("iam:PassRole", kRole), run) == Verdict::unknown);
  CHECK(verdict("," + allow("iam:PassRole", "arn:aws:iam::111122223333:role/*"), run) == Verdict::granted);
  CHECK(verdict("," + allow("iam:PassRole", "arn:aws:iam::444455556666:role/*"), run) == Verdict::not_granted);
}

TEST_CASE("extra needs: an upload's headers") {
  const auto verdict = [](const std::string& statements, std::string_view header) {
    return Asked{statements}
        .of("s3", "PutObject", R"({"bucketName":"b","key":"k",")" + std::string{header} + R"(":"x"})")
        .verdict;
  };
  const std::string put = allow("s3:PutObject");
  CHECK(verdict(put, "x-amz-storage-class") == Verdict::granted);
  for (const std::string_view header : {"x-amz-acl", "x-amz-grant-read", "x-amz-tagging", "x-amz-object-lock-mode",
                                        "x-amz-object-lock-retain-until-date", "x-amz-object-lock-legal-hold"}) {
    CAPTURE(header);
    CHECK(verdict(put, header) == Verdict::not_granted);
    CHECK(verdict(allow("s3:*"), header) == Verdict::granted);
    CHECK(verdict(put + "," + allow("s3:Put*", "arn:aws:s3:::b/*"), header) == Verdict::granted);
  }
}

TEST_CASE("extra needs: a lock that is passed over") {
  const auto verdict = [](const std::string& statements, std::string_view name, std::string_view bypass) {
    return Asked{statements}
        .of("s3", name,
            R"({"bucketName":"b","key":"k","versionId":"v","x-amz-bypass-governance-retention":)" +
                std::string{bypass} + "}")
        .verdict;
  };
  const std::string all = allow("s3:*");
  const std::string denied = all + R"(,{"Effect":"Deny","Action":"s3:BypassGovernanceRetention","Resource":"*"})";
  for (const std::string_view name : {"DeleteObject", "PutObjectRetention"}) {
    CAPTURE(name);
    for (const std::string_view yes : {R"("true")", "true"}) {
      CHECK(verdict(allow("s3:DeleteObjectVersion") + "," + allow("s3:PutObjectRetention"), name, yes) ==
            Verdict::not_granted);
      CHECK(verdict(all, name, yes) == Verdict::granted);
      CHECK(verdict(denied, name, yes) == Verdict::not_granted);
    }
    for (const std::string_view no : {R"("false")", "false"}) CHECK(verdict(denied, name, no) == Verdict::granted);
  }
}

TEST_CASE("extra needs: tags for what is created, by its type") {
  const auto verdict = [](const std::string& tag) {
    return Asked{allow("ec2:RunInstances") + tag}
        .of("ec2", "RunInstances",
            R"({"tagSpecificationSet":{"items":[{"resourceType":"instance","tags":[{"key":"a","value":"b"}]}]}})")
        .verdict;
  };
  CHECK(verdict("") == Verdict::not_granted);
  CHECK(verdict("," + allow("ec2:CreateTags")) == Verdict::granted);
  CHECK(verdict("," + allow("ec2:CreateTags", "arn:aws:ec2:*:111122223333:instance/*")) == Verdict::granted);
  CHECK(verdict("," + allow("ec2:CreateTags", "arn:aws:ec2:*:*:volume/*")) == Verdict::not_granted);
  CHECK(verdict("," + allow("ec2:CreateTags", "arn:aws:ec2:*:*:instance/i-1")) == Verdict::unknown);
  CHECK(verdict(R"(,{"Effect":"Allow","Action":"ec2:CreateTags","Resource":"*","Condition":{"StringEquals":)"
                R"({"ec2:CreateAction":"RunInstances"}}})") == Verdict::granted);
}

TEST_CASE("extra needs: a role's ARN in any call that may hand one over") {
  const std::string role = std::string{kRole};
  const auto verdict = [](const std::string& statements, std::string_view service, std::string_view name,
                          const std::string& parameters) {
    return Asked{statements}.of(service, name, parameters).verdict;
  };
  const std::string profile = R"({"instanceProfileName":"P","roleName":"Runner"})";
  CHECK(verdict(allow("iam:Add*"), "iam", "AddRoleToInstanceProfile", profile) == Verdict::not_granted);
  CHECK(verdict(allow("iam:*") + "," + deny("iam:PassRole"), "iam", "AddRoleToInstanceProfile", profile) ==
        Verdict::not_granted);
  CHECK(verdict(allow("iam:Add*") + "," + allow("iam:PassRole", kRole), "iam", "AddRoleToInstanceProfile", profile) ==
        Verdict::granted);
  struct Call {
    const char* service;
    const char* name;
    std::string parameters;
  };
  const std::vector<Call> sure{
      {"bedrock", "CreateAgent", R"({"agentResourceRoleArn":")" + role + R"("})"},
      {"cognito-idp", "CreateUserPool", R"({"smsConfiguration":{"snsCallerArn":")" + role + R"("}})"},
      {"apigateway", "PutIntegration", R"({"restApiId":"a","putIntegrationInput":{"credentials":")" + role + R"("}})"},
      {"apigateway", "UpdateIntegration",
       R"({"patchOperations":[{"op":"replace","path":"/credentials","value":")" + role + R"("}]})"},
      {"ssm", "StartAutomationExecution", R"({"parameters":{"AutomationAssumeRole":[")" + role + R"("]}})"}};
  for (const auto& [service, name, parameters] : sure) {
    const std::string call{name};
    CAPTURE(call);
    const std::string own = allow(std::string{service} + ":*");
    CHECK(verdict(own, service, name, parameters) == Verdict::not_granted);
    CHECK(verdict(own + "," + allow("iam:PassRole", kRole), service, name, parameters) == Verdict::granted);
  }
  // Whatever the member is called, where the call is known to hand over a role.
  for (const auto& [service, name, parameters] :
       {std::array<std::string, 3>{"ec2", "CreateFlowLogs",
                                   R"({"CreateFlowLogsRequest":{"DeliverLogsPermissionArn":")" + role + R"("}})"},
        {"sns", "SetTopicAttributes",
         R"({"attributeName":"LambdaSuccessFeedbackRoleArn","attributeValue":")" + role + R"("})"},
        {"rds", "ModifyOptionGroup",
         R"({"optionsToInclude":[{"optionSettings":[{"name":"IAM_ROLE_ARN","value":")" + role + R"("}]}]})"}}) {
    const std::string own = allow(service + ":*");
    const std::string call{name};
    CAPTURE(call);
    CHECK(verdict(own, service, name, parameters) == Verdict::not_granted);
    CHECK(verdict(own + "," + allow("iam:PassRole", kRole), service, name, parameters) == Verdict::granted);
  }
  // What no source speaks of.
  const std::string unsaid = R"({"iamRoleArn":")" + role + R"("})";
  Asked rum{allow("rum:*")};
  const auto unknown = rum.of("rum", "CreateAppMonitor", unsaid);
  CHECK(unknown.verdict == Verdict::unknown);
  CHECK(unknown.why == "it isn't known whether this needed iam:PassRole, too, which the policies don't allow.");
  CHECK(verdict(allow("rum:*") + "," + allow("iam:PassRole", kRole), "rum", "CreateAppMonitor", unsaid) ==
        Verdict::granted);
}

TEST_CASE("extra needs: a role that is only named isn't handed over") {
  const std::string role = R"({"roleName":"Runner","roleArn":")" + std::string{kRole} + R"(","resourceArn":")" +
                           std::string{kRole} + R"(","principalArn":")" + std::string{kRole} + R"("})";
  const auto granted = [&](std::string_view service, std::string_view name) {
    return Asked{allow("*") + "," + deny("iam:PassRole")}.of(service, name, role).verdict == Verdict::granted;
  };
  CHECK(granted("iam", "GetRole"));
  CHECK(granted("iam", "AttachRolePolicy"));
  CHECK(granted("iam", "SimulatePrincipalPolicy"));
  CHECK(granted("access-analyzer", "ListFindings"));
  CHECK(granted("access-analyzer", "ValidatePolicy"));
  CHECK(granted("lambda", "AddPermission20150331"));
  CHECK(granted("kms", "CreateGrant"));
  CHECK(granted("s3", "PutBucketPolicy"));
  CHECK(granted("tagging", "ListTagsForResource"));
  CHECK(granted("sqs", "AddPermission"));
}

TEST_CASE("extra needs: tags in a list or map, with the service's own action") {
  struct Call {
    const char* service;
    const char* name;
    const char* parameters;
    const char* tag;
  };
  const std::vector<Call> calls{
      {"iam", "CreateRole", R"({"roleName":"R","tags":[{"key":"a","value":"b"}]})", "iam:TagRole"},
      {"iam", "CreateUser", R"({"userName":"U","tags":[{"key":"a","value":"b"}]})", "iam:TagUser"},
      {"lambda", "CreateFunction20150331", R"({"functionName":"f","tags":{"a":"b"}})", "lambda:TagResource"},
      {"dynamodb", "CreateTable", R"({"tableName":"t","tags":[{"key":"a","value":"b"}]})", "dynamodb:TagResource"},
      {"sqs", "CreateQueue", R"({"queueName":"q","tags":{"a":"b"}})", "sqs:TagQueue"},
      {"kms", "CreateKey", R"({"tags":[{"tagKey":"a","tagValue":"b"}]})", "kms:TagResource"},
      {"rds", "CreateDBInstance", R"({"tags":[{"key":"a","value":"b"}]})", "rds:AddTagsToResource"},
      {"elasticloadbalancing", "CreateLoadBalancer", R"({"tags":[{"key":"a","value":"b"}]})",
       "elasticloadbalancing:AddTags"},
      {"sagemaker", "CreateModel", R"({"tags":[{"key":"a","value":"b"}]})", "sagemaker:AddTags"},
      {"ssm", "PutParameter", R"({"name":"n","tags":[{"key":"a","value":"b"}]})", "ssm:AddTagsToResource"}};
  for (const Call& call : calls) {
    CAPTURE(call.name);
    const std::string own = allow(std::string{call.service} + ":*");
    Asked denied{own + "," + deny(call.tag)};
    CHECK(denied.of(call.service, call.name, call.parameters).verdict == Verdict::not_granted);
    CHECK(denied.of(call.service, call.name, call.parameters, "AccessDenied").verdict == Verdict::denied_as_expected);
    CHECK(denied.of(call.service, call.name, R"({"tags":[]})").verdict == Verdict::granted);
    CHECK(Asked{own}.of(call.service, call.name, call.parameters).verdict == Verdict::granted);
  }
  const std::string created =
      R"({"Effect":"Allow","Action":"ecs:TagResource","Resource":"*","Condition":{"StringEquals":)"
      R"({"ecs:CreateAction":"CreateCluster"}}})";
  CHECK(Asked{allow("ecs:Create*") + "," + created}
            .of("ecs", "CreateCluster", R"({"clusterName":"c","tags":[{"key":"a","value":"b"}]})")
            .verdict == Verdict::granted);
}

TEST_CASE("extra needs: a session's tags and source identity, of the caller and of the role's trust") {
  const auto judged = [](const std::string& statements, const std::string& parameters, std::string_view error = {}) {
    return Asked{statements}.of("sts", "AssumeRole", R"({"roleArn":")" + std::string{kRole} + R"(")" + parameters + "}",
                                error);
  };
  const std::string tags = R"(,"tags":[{"key":"a","value":"b"}],"transitiveTagKeys":["a"])";
  const std::string source = R"(,"sourceIdentity":"dora")";
  const std::string assume = allow("sts:AssumeRole");
  CHECK(judged(assume, "").verdict == Verdict::granted);
  CHECK(judged(assume, tags).verdict == Verdict::not_granted);
  CHECK(judged(assume, tags).action == "sts:TagSession");
  CHECK(judged(assume, tags, "AccessDenied").verdict == Verdict::denied_as_expected);
  CHECK(judged(assume, source).verdict == Verdict::not_granted);
  CHECK(judged(allow("sts:*"), tags + source).verdict == Verdict::granted);
  CHECK(judged(allow("sts:*") + "," + deny("sts:TagSession"), tags).verdict == Verdict::not_granted);
  CHECK(judged(allow("sts:*") + "," + deny("sts:SetSourceIdentity"), source).verdict == Verdict::not_granted);
  CHECK(Asked{allow("sts:GetFederationToken")}
            .of("sts", "GetFederationToken", R"({"name":"n","tags":[{"key":"a","value":"b"}]})")
            .verdict == Verdict::not_granted);
  // Of a role whose trust is known.
  const auto with_trust = [&](std::string_view trusted, const std::string& parameters) {
    return Asked{allow("sts:*"), trusted}
        .of("sts", "AssumeRole", R"({"roleArn":")" + std::string{kRole} + R"(")" + parameters + "}")
        .verdict;
  };
  CHECK(with_trust(R"("sts:AssumeRole")", "") == Verdict::granted);
  CHECK(with_trust(R"("sts:AssumeRole")", tags) == Verdict::not_granted);
  CHECK(with_trust(R"("sts:AssumeRole")", source) == Verdict::not_granted);
  CHECK(with_trust(R"(["sts:AssumeRole","sts:TagSession"])", tags) == Verdict::granted);
  CHECK(with_trust(R"(["sts:AssumeRole","sts:SetSourceIdentity"])", source) == Verdict::granted);
}

TEST_CASE("a condition on a key that such calls never have doesn't hold, and nothing is unknown") {
  const auto statement = [](std::string_view effect, std::string_view condition) {
    return R"({"Effect":")" + std::string{effect} + R"(","Action":"s3:*","Resource":"*","Condition":)" +
           std::string{condition} + "}";
  };
  const std::string get = R"({"bucketName":"b","key":"k"})";
  const auto verdict = [&](const std::string& statements) {
    return Asked{statements}.of("s3", "GetObject", get).verdict;
  };
  CHECK(verdict(statement("Allow", R"({"StringLike":{"s3:prefix":"home/*"}})")) == Verdict::not_granted);
  CHECK(verdict(statement("Allow", R"({"StringLikeIfExists":{"s3:prefix":"home/*"}})")) == Verdict::granted);
  CHECK(verdict(statement("Allow", R"({"Null":{"s3:prefix":"true"}})")) == Verdict::granted);
  CHECK(verdict(allow("s3:*") + "," + statement("Deny", R"({"StringNotLike":{"s3:prefix":"home/*"}})")) ==
        Verdict::not_granted);
  // Those that it can have, and those that the reference doesn't know.
  CHECK(verdict(statement("Allow", R"({"StringEquals":{"s3:ExistingObjectTag/a":"b"}})")) == Verdict::unknown);
  CHECK(verdict(statement("Allow", R"({"StringEquals":{"s3:Made":"up"}})")) == Verdict::unknown);
  CHECK(Asked{statement("Allow", R"({"StringLike":{"s3:prefix":"home/*"}})")}
            .of("s3", "ListObjects", R"({"bucketName":"b"})")
            .verdict == Verdict::unknown);
  // A resource that the call names has the keys of its type, which its own list in the reference lacks.
  Asked of_key{
      R"({"Effect":"Allow","Action":"kms:*","Resource":"*","Condition":{"StringEquals":{"kms:KeyOrigin":"AWS_KMS"}}})"};
  CHECK(of_key.of("kms", "Decrypt", R"({"keyId":"12345678-1234-1234-1234-123456789012"})").verdict == Verdict::unknown);
}

TEST_CASE("an external ID is in the request or absent") {
  const auto verdict = [](const std::string& external) {
    return Asked{allow("sts:*"), R"("sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"good"}})"}
        .of("sts", "AssumeRole", R"({"roleArn":")" + std::string{kRole} + R"(")" + external + "}")
        .verdict;
  };
  CHECK(verdict(R"(,"externalId":"good")") == Verdict::granted);
  CHECK(verdict(R"(,"externalId":"bad")") == Verdict::not_granted);
  CHECK(verdict("") == Verdict::not_granted);
}

TEST_CASE("a stream and a repository are what the call names") {
  const auto verdict = [](std::string_view service, std::string_view name, std::string_view resource,
                          const std::string& parameters) {
    return Asked{allow(std::string{service} + ":*", resource)}.of(service, name, parameters).verdict;
  };
  CHECK(verdict("kinesis", "PutRecords", "arn:aws:kinesis:*:*:stream/s", R"({"streamName":"s"})") == Verdict::granted);
  CHECK(verdict("kinesis", "PutRecord", "arn:aws:kinesis:*:*:stream/t", R"({"streamName":"s"})") ==
        Verdict::not_granted);
  CHECK(verdict("ecr", "PutImage", "arn:aws:ecr:*:*:repository/r", R"({"repositoryName":"r"})") == Verdict::granted);
  CHECK(verdict("ecr", "PutImage", "arn:aws:ecr:*:111122223333:repository/r",
                R"({"repositoryName":"r","registryId":"444455556666"})") == Verdict::not_granted);
}

TEST_CASE("each of several instances has to be allowed") {
  const auto verdict = [](std::string_view resource, const std::string& items) {
    return Asked{allow("ec2:StopInstances", resource)}
        .of("ec2", "StopInstances", R"({"instancesSet":{"items":[)" + items + "]}}")
        .verdict;
  };
  const std::string one = R"({"instanceId":"i-1"})";
  const std::string other = R"({"instanceId":"i-2"})";
  CHECK(verdict("arn:aws:ec2:*:*:instance/i-1", one) == Verdict::granted);
  CHECK(verdict("arn:aws:ec2:*:*:instance/i-1", one + "," + other) == Verdict::not_granted);
  CHECK(verdict("arn:aws:ec2:*:*:instance/*", one + "," + other) == Verdict::granted);
  CHECK(verdict("arn:aws:ec2:*:*:instance/i-1", one + ",{}") == Verdict::unknown);
  CHECK(verdict("arn:aws:ec2:*:*:instance/i-1", "") == Verdict::unknown);
}

TEST_CASE("extra needs: a role is handed over under many names") {
  const std::string arn = "\"" + std::string{kRole} + "\"";
  const auto verdict = [](const std::string& statements, std::string_view service, std::string_view name,
                          const std::string& parameters) {
    return Asked{statements}.of(service, name, parameters).verdict;
  };
  struct Row {
    std::string_view service;
    std::string_view name;
    std::string parameters;
    Verdict without;  // iam:PassRole.
  };
  const std::string sms = R"({"smsConfiguration":{"snsCallerArn":)" + arn + "}}";
  const std::vector<Row> rows{
      {"codebuild", "StartBuild", R"({"projectName":"p","serviceRoleOverride":)" + arn + "}", Verdict::not_granted},
      {"cognito-idp", "SetUserPoolMfaConfig", R"({"smsMfaConfiguration":)" + sms + "}", Verdict::not_granted},
      {"cognito-idp", "CreateUserPool", sms, Verdict::not_granted},
      {"imagebuilder", "CreateInfrastructureConfiguration", R"({"instanceProfileName":"P"})", Verdict::not_granted},
      {"ssm", "UpdateManagedInstanceRole", R"({"iamRole":"Runner","instanceId":"mi-1"})", Verdict::not_granted},
      {"rum", "PutRumMetricsDestination", R"({"iamRoleArn":)" + arn + "}", Verdict::not_granted},
      {"elasticbeanstalk", "CreateEnvironment", R"({"operationsRole":)" + arn + "}", Verdict::not_granted},
      {"s3", "PutBucketReplication", R"({"ReplicationConfiguration":{"Role":)" + arn + "}}", Verdict::not_granted},
      {"sns", "SetSMSAttributes", R"({"attributes":{"DeliveryStatusIAMRole":)" + arn + "}}", Verdict::unknown},
      {"sns", "SetSubscriptionAttributes", R"({"attributeName":"SubscriptionRoleArn","attributeValue":)" + arn + "}",
       Verdict::unknown},
      {"glue", "StartJobRun", R"({"jobName":"j","executionRoleSessionPolicy":)" + arn + "}", Verdict::unknown},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::string own = allow(std::string{row.service} + ":*");
    CHECK(verdict(own, row.service, row.name, row.parameters) == row.without);
    CHECK(verdict(own + "," + allow("iam:PassRole"), row.service, row.name, row.parameters) == Verdict::granted);
    CHECK(verdict(own, row.service, row.name, R"({"other":"x"})") == Verdict::granted);
  }
  // The part that somebody plays is no role of IAM's, and a call that reads hands nothing over.
  CHECK(verdict(allow("workmail:*"), "workmail", "CreateUser", R"({"role":"USER"})") == Verdict::granted);
  CHECK(verdict(allow("codebuild:*"), "codebuild", "BatchGetProjects", R"({"serviceRole":)" + arn + "}") ==
        Verdict::granted);
}

TEST_CASE("extra needs: a stream's tags are set by kinesis:AddTagsToStream") {
  const std::string tagged = R"({"streamName":"s","tags":{"team":"red"}})";
  const auto verdict = [&](const std::string& more) {
    return Asked{allow("kinesis:CreateStream") + more}.of("kinesis", "CreateStream", tagged).verdict;
  };
  CHECK(verdict("") == Verdict::not_granted);
  CHECK(verdict("," + allow("kinesis:TagResource")) == Verdict::not_granted);
  CHECK(verdict("," + allow("kinesis:AddTagsToStream")) == Verdict::granted);
}
