#include "rules/verdicts/judge.h"

#include <doctest/doctest.h>

#include "tests/rules/verdicts/judged_call.h"
#include "text/json_node.h"
#include "text/timestamp.h"

using namespace trailkeeper;
using namespace trailkeeper::rules;
using namespace trailkeeper::tests;
using verdicts::EventFacts;
using verdicts::Judge;
using verdicts::Verdict;

TEST_CASE("judge: success and refusal against what is granted") {
  Setting setting{account_with(R"({"Sid":"Read","Effect":"Allow","Action":"activate:Get*","Resource":"*"})")};
  const auto verdict = [&](std::string_view name, std::string_view error) {
    return setting.judgement(call("activate.amazonaws.com", name, error)).verdict;
  };
  CHECK(verdict("GetCredits", "") == Verdict::granted);
  CHECK(verdict("GetCredits", "AccessDenied") == Verdict::denied_though_granted);
  CHECK(verdict("GetCredits", "ThrottlingException") == Verdict::granted);
  CHECK(verdict("PutMemberInfo", "") == Verdict::not_granted);
  // A dry run's answer says that the permission was there.
  CHECK(verdict("GetCredits", "Client.DryRunOperation") == Verdict::granted);
  CHECK(verdict("PutMemberInfo", "Client.DryRunOperation") == Verdict::not_granted);
  CHECK(verdict("PutMemberInfo", "DryRunOperation") == Verdict::not_granted);
  CHECK(verdict("PutMemberInfo", "AccessDenied") == Verdict::denied_as_expected);
  CHECK(verdict("PutMemberInfo", "ValidationException") == Verdict::not_applicable);
  const auto granted = setting.judgement(call("activate.amazonaws.com", "GetCosts"));
  REQUIRE(granted.decided_by.size() == 1);
  CHECK(granted.decided_by[0] == "statement \"Read\" of inline policy P of user anna");
  CHECK(granted.requirement.also[0].action == "ce:GetCostAndUsage");
  REQUIRE(granted.considered.size() == 1);
  CHECK(granted.considered[0].says == "statement \"Read\" allows it");
}

TEST_CASE("judge: R11, a form is for root and administrators") {
  const EventFacts form = call("activate.amazonaws.com", "CreateForm");
  Setting some{account_with(R"({"Effect":"Allow","Action":"activate:*","Resource":"*"})")};
  CHECK(some.judgement(form).verdict == Verdict::not_granted);
  CHECK(some.judgement(form).rule == "R11");
  Setting all{account_with(kAllowingAll)};
  CHECK(all.judgement(form).verdict == Verdict::granted);
  Setting narrowed{account_with(std::string{kAllowingAll} + R"(,{"Effect":"Deny","Action":"s3:*","Resource":"*"})")};
  CHECK(narrowed.judgement(form).rule == "R11");
  EventFacts root = form;
  root.identity_type = "Root";
  root.arn = "arn:aws:iam::111122223333:root";
  root.user_name = {};
  CHECK(some.judgement(root).verdict == Verdict::granted);
}

TEST_CASE("judge: R12, a member of the team is of the account") {
  Setting setting{account_with(kAllowingAll)};
  EventFacts facts = call("activate.amazonaws.com", "GetCredits");
  facts.recipient_account = "444455556666";
  CHECK(setting.judgement(facts).verdict == Verdict::not_granted);
  CHECK(setting.judgement(facts).rule == "R12");
}

TEST_CASE("judge: conditions on what the event tells") {
  Setting setting{account_with(
      R"({"Effect":"Allow","Action":"activate:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}},)"
      R"({"Effect":"Allow","Action":"ce:*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}},)"
      R"({"Effect":"Allow","Action":"support:*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}})")};
  const EventFacts credits = call("activate.amazonaws.com", "GetCredits");
  CHECK(setting.judgement(credits, R"({"sourceIPAddress":"203.0.113.9"})").verdict == Verdict::granted);
  CHECK(setting.judgement(credits, R"({"sourceIPAddress":"198.51.100.9"})").verdict == Verdict::not_granted);
  // A service's name is no address.
  CHECK(setting.judgement(credits, R"({"sourceIPAddress":"config.amazonaws.com"})").verdict == Verdict::unknown);
  const EventFacts costs = call("ce.amazonaws.com", "GetCostAndUsage");
  CHECK(setting.judgement(costs, R"({"userIdentity":{"accessKeyId":"AKIAEXAMPLE"}})").verdict == Verdict::not_granted);
  CHECK(setting.judgement(costs, R"({"userIdentity":{"sessionContext":{"attributes":{"mfaAuthenticated":"true"}}}})")
            .verdict == Verdict::granted);
  EventFacts support = call("support.amazonaws.com", "DescribeCases");
  CHECK(setting.judgement(support).verdict == Verdict::granted);
  support.region = "eu-west-1";
  CHECK(setting.judgement(support).verdict == Verdict::not_granted);
}

TEST_CASE("judge: events that ask for no permission") {
  Setting setting{account_with(kAllowingAll)};
  const auto verdict = [&](auto&& change) {
    EventFacts facts = call("ec2.amazonaws.com", "RunInstances");
    change(facts);
    return setting.judgement(facts).verdict;
  };
  CHECK(verdict([](EventFacts& f) { f.event_type = "AwsServiceEvent"; }) == Verdict::not_applicable);
  CHECK(verdict([](EventFacts& f) { f.event_type = "AwsConsoleSignIn"; }) == Verdict::not_applicable);
  CHECK(verdict([](EventFacts& f) { f.identity_type = "AWSService"; }) == Verdict::not_applicable);
  CHECK(verdict([](EventFacts& f) { f.identity_type = "WebIdentityUser"; }) == Verdict::not_applicable);
  CHECK(verdict([](EventFacts& f) { f.identity_type = "AWSAccount"; }) == Verdict::unknown);
  CHECK(verdict([](EventFacts& f) { f.identity_type = {}; }) == Verdict::not_applicable);
  // Services of before eventVersion 1.02 log no type.
  CHECK(verdict([](EventFacts& f) { f.event_type = {}; }) == Verdict::granted);
}

TEST_CASE("judge: what is AWS's own is nobody's to change, and no other account's to read") {
  Setting setting{account_with(kAllowingAll)};
  const auto verdict = [&](std::string_view source, std::string_view name, std::string_view record) {
    return setting.judgement(call(source, name, "AccessDenied"), record).verdict;
  };
  constexpr std::string_view managed =
      R"({"requestParameters":{"policyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess"}})";
  constexpr std::string_view ours = R"({"requestParameters":{"policyArn":"arn:aws:iam::111122223333:policy/p"}})";
  Judge judge{setting.history, setting.catalogue};
  CHECK(judge.quick(call("iam.amazonaws.com", "DeletePolicy")).needs_record);
  CHECK_FALSE(judge.quick(call("iam.amazonaws.com", "GetPolicy")).needs_record);
  CHECK(verdict("iam.amazonaws.com", "DeletePolicy", managed) == Verdict::denied_as_expected);
  CHECK(verdict("iam.amazonaws.com", "DeletePolicy", ours) == Verdict::denied_though_granted);
  CHECK(verdict("iam.amazonaws.com", "GetPolicy", managed) == Verdict::denied_though_granted);
  CHECK(setting.judgement(call("iam.amazonaws.com", "GetPolicy"), managed).verdict == Verdict::granted);
  constexpr std::string_view alias = R"({"requestParameters":{"aliasName":"alias/aws/s3"}})";
  CHECK(verdict("kms.amazonaws.com", "DeleteAlias", alias) == Verdict::denied_as_expected);
  CHECK(verdict("kms.amazonaws.com", "DeleteAlias", R"({"requestParameters":{"aliasName":"alias/ours"}})") ==
        Verdict::denied_though_granted);
}

TEST_CASE("judge: names in IAM don't depend on case, and paths are found") {
  Setting setting{
      R"({"UserDetailList":[{"UserName":"anna","Arn":"arn:aws:iam::111122223333:user/team/anna","UserPolicyList":[
      {"PolicyName":"P","PolicyDocument":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::111122223333:user/team/*"}}}]}]})"};
  EventFacts facts = call("iam.amazonaws.com", "GetUser");
  facts.arn = "arn:aws:iam::111122223333:user/team/Anna";
  CHECK(setting.judgement(facts, R"({"requestParameters":{"userName":"ANNA"}})").verdict == Verdict::granted);
  CHECK(setting.judgement(facts, R"({"requestParameters":null})").verdict == Verdict::granted);
  CHECK(setting.judgement(facts, R"({"requestParameters":{"userName":"ben"}})").verdict == Verdict::not_granted);
  // AddUserToGroup is about the group.
  EventFacts add = facts;
  add.event_name = "AddUserToGroup";
  const auto group = setting.judgement(add, R"({"requestParameters":{"userName":"anna","groupName":"admins"}})");
  CHECK(group.resource == "arn:aws:iam::111122223333:group/admins");
  CHECK(group.verdict == Verdict::not_granted);
}

TEST_CASE("judge: every resource of an event has to be allowed") {
  Setting setting{account_with(
      R"({"Effect":"Allow","Action":["dynamodb:*","s3:*"],"Resource":["arn:aws:dynamodb:*:*:table/a","arn:aws:s3:::mine/*"]})")};
  const auto tables = [](std::string_view second) {
    return R"({"resources":[{"ARN":"arn:aws:dynamodb:us-east-1:111122223333:table/a"},)"
           R"({"ARN":"arn:aws:dynamodb:us-east-1:111122223333:table/)" +
           std::string{second} + R"("}],"requestParameters":{"requestItems":{}}})";
  };
  const EventFacts batch = call("dynamodb.amazonaws.com", "BatchGetItem");
  CHECK(setting.judgement(batch, tables("a")).verdict == Verdict::granted);
  CHECK(setting.judgement(batch, tables("b")).verdict == Verdict::not_granted);
  CHECK(setting.judgement(batch, tables("b")).resource == "arn:aws:dynamodb:us-east-1:111122223333:table/b");
  // The keys of DeleteObjects aren't in its event, and the bucket isn't what s3:DeleteObject is about.
  const auto many = setting.judgement(
      call("s3.amazonaws.com", "DeleteObjects"),
      R"({"requestParameters":{"bucketName":"mine"},"resources":[{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::mine/"},)"
      R"({"type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::mine"}]})");
  CHECK(many.verdict == Verdict::unknown);
  CHECK(many.missing == std::vector<std::string>{"resource"});
}

TEST_CASE("judge: an event may need two actions") {
  const std::string_view record =
      R"({"requestParameters":{"sourceKeyId":"arn:aws:kms:us-east-1:111122223333:key/a","destinationKeyId":"arn:aws:kms:us-east-1:111122223333:key/b"}})";
  Setting both{account_with(R"({"Effect":"Allow","Action":"kms:ReEncryptTo","Resource":"arn:aws:kms:*:*:key/b"},)"
                            R"({"Effect":"Allow","Action":"kms:ReEncryptFrom","Resource":"arn:aws:kms:*:*:key/a"})")};
  CHECK(both.judgement(call("kms.amazonaws.com", "ReEncrypt"), record).verdict == Verdict::granted);
  Setting from{account_with(R"({"Effect":"Allow","Action":"kms:ReEncryptFrom","Resource":"*"})")};
  const auto half = from.judgement(call("kms.amazonaws.com", "ReEncrypt"), record);
  CHECK(half.verdict == Verdict::not_granted);
  CHECK(half.why.find("kms:ReEncryptTo") == 0);
  // A copy reads its source, which is percent-encoded, with or without a slash, perhaps of one version.
  Setting copier{account_with(R"({"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::to/*"},)"
                              R"({"Effect":"Allow","Action":"s3:GetObject*","Resource":"arn:aws:s3:::from/a b/*"})")};
  const auto copy = [&](std::string_view source) {
    return copier.judgement(
        call("s3.amazonaws.com", "CopyObject"),
        R"({"requestParameters":{"bucketName":"to","key":"k","x-amz-copy-source":")" + std::string{source} + R"("}})");
  };
  CHECK(copy("from/a%20b/c").verdict == Verdict::granted);
  CHECK(copy("/from/a%20b%2Fc?versionId=1").verdict == Verdict::granted);
  CHECK(copy("from/other").verdict == Verdict::not_granted);
  CHECK(copy("from/other").resource == "arn:aws:s3:::from/other");
  CHECK(copy("from/other").action == "s3:GetObject");
  CHECK(copy("from/other").why.find("s3:GetObject") != std::string::npos);
  CHECK(copy("from/a%20b/c").action == "s3:PutObject");
  // Who may do all that it can need, may do it.
  Setting all{account_with(kAllowingAll)};
  CHECK(all.judgement(call("dynamodb.amazonaws.com", "TransactWriteItems")).verdict == Verdict::granted);
}

TEST_CASE("judge: a Lambda function by its qualifier and by a partial ARN") {
  const auto judged = [&](std::string_view record) {
    Setting setting{
        account_with(R"({"Effect":"Allow","Action":"lambda:*","Resource":"arn:aws:lambda:*:*:function:f:prod"})")};
    return setting.judgement(call("lambda.amazonaws.com", "GetFunction20150331v2"), record);
  };
  const std::string of = "arn:aws:lambda:us-east-1:111122223333:function:f";
  auto found = judged(R"({"requestParameters":{"functionName":"f","qualifier":"prod"}})");
  CHECK(found.resource == of + ":prod");
  CHECK(found.verdict == Verdict::granted);
  CHECK(judged(R"({"requestParameters":{"functionName":"111122223333:function:f","qualifier":"prod"}})").resource ==
        of + ":prod");
  CHECK(judged(R"({"requestParameters":{"functionName":"f:prod"}})").verdict == Verdict::granted);
  // A name that has the qualifier needs no other.
  for (const std::string& name : {std::string{"f:prod"}, std::string{"111122223333:function:f:prod"}, of + ":prod"}) {
    CAPTURE(name);
    CHECK(judged(R"({"requestParameters":{"functionName":")" + name + R"(","qualifier":"prod"}})").resource ==
          of + ":prod");
  }
  CHECK(judged(R"({"requestParameters":{"functionName":"prod","qualifier":"prod"}})").resource ==
        "arn:aws:lambda:us-east-1:111122223333:function:prod:prod");
  CHECK(judged(R"({"requestParameters":{"functionName":")" + of + R"(","qualifier":"prod"}})").resource ==
        of + ":prod");
  found = judged(R"({"requestParameters":{"functionName":"111122223333:function:f"}})");
  CHECK(found.resource == of);
  CHECK(found.verdict == Verdict::not_granted);
  CHECK(judged(R"({"requestParameters":{"functionName":"444455556666:function:f"}})").resource ==
        "arn:aws:lambda:us-east-1:444455556666:function:f");
}

TEST_CASE("judge: parameters that are condition keys") {
  Setting setting{account_with(R"({"Effect":"Allow","Action":"s3:ListBucket","Resource":"*",)"
                               R"("Condition":{"StringLike":{"s3:prefix":"home/*"}}})")};
  const auto verdict = [&](std::string_view parameters) {
    return setting
        .judgement(call("s3.amazonaws.com", "ListObjects"), R"({"requestParameters":)" + std::string{parameters} + "}")
        .verdict;
  };
  CHECK(verdict(R"({"bucketName":"b","prefix":"home/anna"})") == Verdict::granted);
  CHECK(verdict(R"({"bucketName":"b","prefix":"etc"})") == Verdict::not_granted);
  CHECK(verdict(R"({"bucketName":"b"})") == Verdict::unknown);
}

TEST_CASE("judge: assumedRoot, as a string or as a boolean") {
  Setting setting{account_with(kAllowingAll)};
  EventFacts facts = call("s3.amazonaws.com", "ListBuckets");
  facts.identity_type = "Root";
  facts.arn = "arn:aws:iam::111122223333:root";
  facts.limited = true;
  for (const std::string_view value : {R"("true")", "true"}) {
    const std::string record = R"({"userIdentity":{"sessionContext":{"assumedRoot":)" + std::string{value} + "}}}";
    CHECK(setting.judgement(facts, record).verdict == Verdict::unknown);
  }
}
