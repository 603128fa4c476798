#include <doctest/doctest.h>

#include "rules/verdicts/judge.h"
#include "tests/rules/verdicts/judged_call.h"
#include "text/json_node.h"
#include "text/timestamp.h"

using namespace trailkeeper;
using namespace trailkeeper::rules;
using namespace trailkeeper::tests;
using verdicts::EventFacts;
using verdicts::Judge;
using verdicts::Verdict;

TEST_CASE("judge: what can't be known is named") {
  Setting setting{account_with(
      R"({"Effect":"Allow","Action":"activate:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"x"}}},)"
      R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::reports/*"})")};
  const auto tag = setting.judgement(call("activate.amazonaws.com", "GetCredits"));
  CHECK(tag.verdict == Verdict::unknown);
  CHECK(tag.missing == std::vector<std::string>{"aws:PrincipalTag/team"});
  const EventFacts get = call("s3.amazonaws.com", "GetObject");
  CHECK(setting.judgement(get).missing == std::vector<std::string>{"resource"});
  const std::string_view record = R"({"requestParameters":{"bucketName":"reports","key":"a/b"}})";
  CHECK(setting.judgement(get, record).verdict == Verdict::granted);
  CHECK(setting.judgement(get, record).resource == "arn:aws:s3:::reports/a/b");
  CHECK(setting.judgement(get, R"({"requestParameters":{"bucketName":"other","key":"a"}})").verdict ==
        Verdict::not_granted);
  EventFacts stranger = call("s3.amazonaws.com", "GetObject");
  stranger.arn = "arn:aws:iam::111122223333:user/ben";
  CHECK(setting.judgement(stranger).verdict == Verdict::unknown);
  EventFacts early = get;
  early.time = -1;
  CHECK(setting.judgement(early).why.find("no policies of account 111122223333 are loaded") == 0);
}

TEST_CASE("judge: a Deny counts where other policies aren't known") {
  Setting setting{account_with(
      R"({"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"ec2:*","Resource":"*"})",
      R"("PermissionsBoundary":{"PermissionsBoundaryArn":"arn:aws:iam::aws:policy/PowerUserAccess"},)")};
  CHECK(setting.judgement(call("ec2.amazonaws.com", "DescribeInstances")).verdict == Verdict::not_granted);
  CHECK(setting.judgement(call("ec2.amazonaws.com", "DescribeInstances", "AccessDenied")).verdict ==
        Verdict::denied_as_expected);
  CHECK(setting.judgement(call("s3.amazonaws.com", "ListBuckets")).verdict == Verdict::unknown);
}

TEST_CASE("judge: an action that the event doesn't tell is known where all come to the same") {
  constexpr std::string_view version = R"({"requestParameters":{"bucketName":"b","key":"k","versionId":"v"}})";
  constexpr std::string_view plain = R"({"requestParameters":{"bucketName":"b","key":"k"}})";
  constexpr std::string_view omitted = R"({"requestParameters":{"omitted":true}})";
  Setting one{account_with(R"({"Effect":"Allow","Action":"s3:GetObject","Resource":"*"})")};
  CHECK(one.judgement(call("s3.amazonaws.com", "GetObject"), plain).verdict == Verdict::granted);
  CHECK(one.judgement(call("s3.amazonaws.com", "GetObject"), version).verdict == Verdict::not_granted);
  CHECK(one.judgement(call("s3.amazonaws.com", "GetObject", "AccessDenied"), version).verdict ==
        Verdict::denied_as_expected);
  const auto unclear = one.judgement(call("s3.amazonaws.com", "GetObject"), omitted);
  CHECK(unclear.verdict == Verdict::unknown);
  CHECK(unclear.why == "the event doesn't tell which action it needed: s3:GetObjectVersion or s3:GetObject.");
  Setting both{account_with(R"({"Effect":"Allow","Action":"s3:Get*","Resource":"*"})")};
  CHECK(both.judgement(call("s3.amazonaws.com", "GetObject"), omitted).verdict == Verdict::granted);
  // Nothing of the record is needed then.
  Judge judge{both.history, both.catalogue};
  CHECK_FALSE(judge.quick(call("s3.amazonaws.com", "GetObject")).needs_record);
}

TEST_CASE("judge: an action that IAM doesn't know is granted only to who may do anything") {
  Setting all{account_with(kAllowingAll)};
  const auto granted = all.judgement(call("ec2.amazonaws.com", "MakeCoffee"));
  CHECK(granted.verdict == Verdict::granted);
  CHECK(granted.requirement.action.empty());
  CHECK(granted.why.starts_with("any action is allowed by"));
  Setting some{account_with(R"({"Effect":"Allow","Action":"ec2:*","Resource":"*"})")};
  const auto unknown = some.judgement(call("ec2.amazonaws.com", "MakeCoffee"));
  CHECK(unknown.verdict == Verdict::unknown);
  CHECK(unknown.why == "IAM's reference has no action ec2:MakeCoffee.");
  CHECK(some.judgement(call("ec2.amazonaws.com", "MakeCoffee", "AccessDenied")).verdict == Verdict::unknown);
}

TEST_CASE("judge: what limits root sessions and delegated ones isn't known, and is named") {
  Setting setting{account_with(kAllowingAll)};
  Judge judge{setting.history, setting.catalogue};
  EventFacts facts = call("iam.amazonaws.com", "DeleteLoginProfile");
  facts.identity_type = "Root";
  facts.arn = "arn:aws:iam::111122223333:root";
  facts.limited = true;
  CHECK(judge.quick(facts).needs_record);
  const auto root =
      judge.judgement(facts, *text::parse_json_object(R"({"userIdentity":{"sessionContext":{"assumedRoot":"true"}}})"));
  CHECK(root.verdict == Verdict::unknown);
  CHECK(root.missing == std::vector<std::string>{"the task policy of sts:AssumeRoot"});
  EventFacts user = call("ec2.amazonaws.com", "DescribeInstances");
  user.limited = true;
  const auto delegated = judge.judgement(
      user, *text::parse_json_object(R"({"userIdentity":{"invokedByDelegate":{"accountId":"999988887777"}}})"));
  CHECK(delegated.verdict == Verdict::unknown);
  CHECK(delegated.why.find("invokedByDelegate") != std::string::npos);
  EventFacts sign_in = call("signin.amazonaws.com", "ConsoleLogin", "AccessDenied");
  sign_in.event_type = "AwsConsoleSignIn";
  CHECK(setting.judgement(sign_in).verdict == Verdict::unknown);
}

TEST_CASE("judge: what is unknown says why, and names no statement that decided") {
  Setting setting{account_with(kAllowingAll)};
  EventFacts facts = call("activate.amazonaws.com", "GetContentInfo");
  facts.identity_type = "FederatedUser";
  facts.arn = "arn:aws:sts::111122223333:federated-user/pat";
  facts.issuer_arn = "arn:aws:iam::111122223333:user/anna";
  const auto judged = setting.judgement(facts);
  CHECK(judged.verdict == Verdict::unknown);
  CHECK(judged.why == "what the session may depends on the session policy, which isn't known.");
  CHECK(judged.decided_by.empty());
}

TEST_CASE("judge: the cause of an unknown verdict, from columns") {
  Setting setting{account_with(kAllowingAll)};
  Judge judge{setting.history, setting.catalogue};
  using Kind = Judge::Cause::Kind;
  EventFacts facts = call("s3.amazonaws.com", "ListBuckets");
  facts.user_name = "eve";
  facts.arn = "arn:aws:iam::111122223333:user/eve";
  Judge::Cause cause = judge.cause(facts);
  CHECK(cause.kind == Kind::policies);
  CHECK(cause.why == "user eve isn't among the loaded policies of account 111122223333");
  facts.account = "444455556666";
  cause = judge.cause(facts);
  CHECK(cause.kind == Kind::policies);
  CHECK(cause.why == "no policies of account 444455556666 are loaded");
  facts.identity_type = "AWSAccount";
  cause = judge.cause(facts);
  CHECK(cause.kind == Kind::other_account);
  CHECK(cause.why == "the caller is of another account, which alone knows its policies");
  facts = call("s3.amazonaws.com", "ListBuckets");
  facts.identity_type = "FederatedUser";
  facts.arn = "arn:aws:sts::111122223333:federated-user/pat";
  facts.issuer_arn = "arn:aws:iam::111122223333:user/anna";
  cause = judge.cause(facts);
  CHECK(cause.kind == Kind::event);
  CHECK(cause.why == "what the session may depends on the session policy, which isn't known");
}

TEST_CASE("judge: several actions of which the event doesn't tell which") {
  constexpr std::string_view kTables = R"({"resources":[{"ARN":"arn:aws:dynamodb:us-east-1:111122223333:table/a"},)"
                                       R"({"ARN":"arn:aws:dynamodb:us-east-1:111122223333:table/b"}]})";
  const auto verdict = [&](std::string_view statements, std::string_view name, std::string_view record = "{}") {
    Setting setting{account_with(statements)};
    return setting.judgement(call("dynamodb.amazonaws.com", name), record).verdict;
  };
  constexpr std::string_view kDynamo = R"({"Effect":"Allow","Action":"dynamodb:*","Resource":"*"})";
  constexpr std::string_view kS3 = R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})";
  constexpr std::string_view kEach =
      R"({"Effect":"Allow","Action":"dynamodb:PutItem","Resource":"arn:aws:dynamodb:*:*:table/a"},)"
      R"({"Effect":"Allow","Action":"dynamodb:DeleteItem","Resource":"arn:aws:dynamodb:*:*:table/b"})";
  for (const std::string_view name :
       {"ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction", "TransactWriteItems"}) {
    CAPTURE(name);
    CHECK(verdict(kAllowingAll, name) == Verdict::granted);
    CHECK(verdict(kDynamo, name, kTables) == Verdict::granted);
    CHECK(verdict(kS3, name) == Verdict::not_granted);
    CHECK(verdict(kS3, name, kTables) == Verdict::not_granted);
  }
  // Put into a and delete from b, perhaps.
  CHECK(verdict(kEach, "TransactWriteItems", kTables) == Verdict::unknown);
  Setting setting{account_with(kAllowingAll)};
  CHECK(setting.judgement(call("timestream.amazonaws.com", "Query")).verdict == Verdict::granted);
}

TEST_CASE("judge: a secret by its name, behind which AWS wrote six characters") {
  const auto verdict = [](std::string_view resource, std::string_view parameters) {
    Setting setting{account_with(
        R"({"Effect":"Allow","Action":"secretsmanager:*","Resource":"arn:aws:secretsmanager:us-east-1:111122223333:secret:)" +
        std::string{resource} + "\"}")};
    return setting
        .judgement(call("secretsmanager.amazonaws.com", "GetSecretValue"),
                   R"({"requestParameters":)" + std::string{parameters} + "}")
        .verdict;
  };
  constexpr std::string_view kNamed = R"({"secretId":"prod/db"})";
  for (const std::string_view granting : {"prod/db-??????", "prod/db-*", "prod/*", "*", "prod/db*"}) {
    CAPTURE(granting);
    CHECK(verdict(granting, kNamed) == Verdict::granted);
  }
  for (const std::string_view refusing : {"dev/*", "prod/other-??????"}) {
    CAPTURE(refusing);
    CHECK(verdict(refusing, kNamed) == Verdict::not_granted);
  }
  CHECK(verdict("prod/db-a1b2c3", kNamed) == Verdict::unknown);
  CHECK(verdict("prod/db-a1b2c3",
                R"({"secretId":"arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-a1b2c3"})") ==
        Verdict::granted);
}

TEST_CASE("judge: IfExists holds of a key that the call can't have") {
  const auto verdict = [](std::string_view condition) {
    Setting setting{
        account_with(R"({"Effect":"Allow","Action":"*","Resource":"*","Condition":)" + std::string{condition} + "}")};
    return setting.judgement(call("dynamodb.amazonaws.com", "ListTables")).verdict;
  };
  for (const std::string_view condition : {R"({"StringEqualsIfExists":{"ec2:InstanceType":"t3.micro"}})",
                                           R"({"NumericLessThanIfExists":{"s3:max-keys":"5"}})",
                                           R"({"StringLikeIfExists":{"iam:PassedToService":"ec2.amazonaws.com"}})"}) {
    CAPTURE(condition);
    CHECK(verdict(condition) == Verdict::granted);
  }
  CHECK(verdict(R"({"StringEquals":{"ec2:InstanceType":"t3.micro"}})") == Verdict::not_granted);
  // Such keys go with calls of any service.
  CHECK(verdict(R"({"ArnLikeIfExists":{"lambda:SourceFunctionArn":"arn:aws:lambda:*:*:function:f"}})") ==
        Verdict::unknown);
  CHECK(verdict(R"({"StringEqualsIfExists":{"nobody:knows":"x"}})") == Verdict::unknown);
}
