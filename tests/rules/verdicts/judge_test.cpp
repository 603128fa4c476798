#include "rules/verdicts/judge.h"

#include <doctest/doctest.h>

#include "text/json_node.h"
#include "text/timestamp.h"

using namespace trailkeeper;
using namespace trailkeeper::rules;
using verdicts::EventFacts;
using verdicts::Judge;
using verdicts::Verdict;

namespace {

constexpr text::Timestamp kDay = text::kDay;

// A user with one inline policy of these statements, in account 111122223333, from time 0 on.
std::string account_with(std::string_view statements, std::string_view more = "") {
  return R"({"UserDetailList":[{"UserName":"anna","Arn":"arn:aws:iam::111122223333:user/anna","GroupList":[],)" +
         std::string{more} + R"("AttachedManagedPolicies":[],"UserPolicyList":[{"PolicyName":"P","PolicyDocument":)" +
         R"({"Version":"2012-10-17","Statement":[)" + std::string{statements} + "]}}]}]}";
}

constexpr std::string_view kAllowAll = R"({"Effect":"Allow","Action":"*","Resource":"*"})";

EventFacts call(std::string_view source, std::string_view name, std::string_view error = {}) {
  EventFacts facts;
  facts.time = kDay;
  facts.event_source = source;
  facts.event_name = name;
  facts.event_type = "AwsApiCall";
  facts.error_code = error;
  facts.region = "us-east-1";
  facts.recipient_account = facts.account = "111122223333";
  facts.identity_type = "IAMUser";
  facts.arn = "arn:aws:iam::111122223333:user/anna";
  facts.user_name = "anna";
  facts.principal_id = "AIDAEXAMPLE";
  return facts;
}

struct Setting {
  explicit Setting(const std::string& account) {
    history.add(0, *grants::read_account(account));
    history.finish();
  }
  verdicts::Judgement judgement(const EventFacts& facts, std::string_view record = "{}") {
    Judge judge{history, catalogue};
    const auto json = text::parse_json_object(record);
    const verdicts::Judgement found = judge.judgement(facts, *json);
    // Both ways to ask agree.
    const Judge::Quick quick = judge.quick(facts);
    if (!quick.needs_record) CHECK(quick.verdict == found.verdict);
    CHECK(judge.verdict(facts, *json) == found.verdict);
    return found;
  }
  grants::History history;
  requirements::Catalogue catalogue = requirements::Catalogue::built_in();
};

}  // namespace

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
  Setting all{account_with(kAllowAll)};
  CHECK(all.judgement(form).verdict == Verdict::granted);
  Setting narrowed{account_with(std::string{kAllowAll} + R"(,{"Effect":"Deny","Action":"s3:*","Resource":"*"})")};
  CHECK(narrowed.judgement(form).rule == "R11");
  EventFacts root = form;
  root.identity_type = "Root";
  root.arn = "arn:aws:iam::111122223333:root";
  root.user_name = {};
  CHECK(some.judgement(root).verdict == Verdict::granted);
}

TEST_CASE("judge: R12, a member of the team is of the account") {
  Setting setting{account_with(kAllowAll)};
  EventFacts facts = call("activate.amazonaws.com", "GetCredits");
  facts.recipient_account = "444455556666";
  CHECK(setting.judgement(facts).verdict == Verdict::not_granted);
  CHECK(setting.judgement(facts).rule == "R12");
}

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
  Setting setting{account_with(kAllowAll)};
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

TEST_CASE("judge: SCPs of the organization bind, root too") {
  grants::History history;
  history.add(0, *grants::read_account(account_with(kAllowAll)));
  history.add(
      0, *grants::read_organization(
             R"({"Organization":{"Id":"o-1","MasterAccountId":"999999999999"},"Paths":{"111122223333":["r-1","ou-1"]},
      "Policies":[{"PolicySummary":{"Name":"Full","Type":"SERVICE_CONTROL_POLICY"},"Content":"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}",
        "Targets":[{"TargetId":"r-1"},{"TargetId":"ou-1"},{"TargetId":"111122223333"}]},
       {"PolicySummary":{"Name":"NoSupport","Type":"SERVICE_CONTROL_POLICY"},"Content":"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"support:*\",\"Resource\":\"*\"}}",
        "Targets":[{"TargetId":"ou-1"}]}]})"));
  history.finish();
  const requirements::Catalogue catalogue = requirements::Catalogue::built_in();
  Judge judge{history, catalogue};
  const auto record = text::parse_json_object("{}");
  const EventFacts cases = call("support.amazonaws.com", "DescribeCases");
  CHECK(judge.judgement(cases, *record).verdict == Verdict::not_granted);
  CHECK(judge.judgement(cases, *record).decided_by[0] == "statement 0 of SCP NoSupport");
  CHECK(judge.judgement(call("ec2.amazonaws.com", "DescribeInstances"), *record).verdict == Verdict::granted);
  EventFacts root = cases;
  root.identity_type = "Root";
  root.arn = "arn:aws:iam::111122223333:root";
  CHECK(judge.judgement(root, *record).verdict == Verdict::not_granted);
  // Administrators are those whom no SCP narrows.
  CHECK(judge.judgement(call("activate.amazonaws.com", "CreateForm"), *record).rule == "R11");
}

TEST_CASE("judge: a role is trusted by its own policy") {
  const std::string account =
      R"({"UserDetailList":[{"UserName":"anna","Arn":"arn:aws:iam::111122223333:user/anna","UserPolicyList":[{"PolicyName":"P",
        "PolicyDocument":{"Version":"2012-10-17","Statement":[)" +
      std::string{kAllowAll} +
      R"(]}}]}],"RoleDetailList":[{"RoleName":"Open","Arn":"arn:aws:iam::111122223333:role/Open","AssumeRolePolicyDocument":
        {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::111122223333:root"}}}},
        {"RoleName":"Closed","Arn":"arn:aws:iam::111122223333:role/Closed","AssumeRolePolicyDocument":
        {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ec2.amazonaws.com"}}}}]})";
  Setting setting{account};
  const EventFacts assume = call("sts.amazonaws.com", "AssumeRole");
  const auto verdict = [&](std::string_view role) {
    const std::string record =
        R"({"requestParameters":{"roleArn":"arn:aws:iam::111122223333:role/)" + std::string{role} + "\"}}";
    Judge judge{setting.history, setting.catalogue};
    return judge.verdict(assume, *text::parse_json_object(record));
  };
  CHECK(verdict("Open") == Verdict::granted);
  CHECK(verdict("Closed") == Verdict::not_granted);
}

namespace {

// A call of IAM by anna, and its record.
grants::IamEvent change(text::Timestamp time, const std::string& name, const std::string& request) {
  return {time, name + request, "111122223333", name,
          *text::parse_json_object(R"({"requestParameters":)" + request + "}")};
}

std::string put_policy(std::string_view user, std::string_view action) {
  return R"({"userName":")" + std::string{user} + R"(","policyName":"New","policyDocument":)" +
         R"("{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\")" + std::string{action} +
         R"(\",\"Resource\":\"*\"}}"})";
}

}  // namespace

TEST_CASE("judge: nobody's own grant allows itself") {
  grants::History history;
  history.add(0, *grants::read_account(account_with(R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})")));
  const std::string request = put_policy("anna", "iam:*");
  history.add(change(kDay, "PutUserPolicy", request));
  history.finish();
  const requirements::Catalogue catalogue = requirements::Catalogue::built_in();
  Judge judge{history, catalogue};
  const auto record = text::parse_json_object(R"({"requestParameters":)" + request + "}");
  EventFacts put = call("iam.amazonaws.com", "PutUserPolicy");
  CHECK(judge.verdict(put, *record) == Verdict::not_granted);
  put.time = kDay + text::kSecond;
  CHECK(judge.verdict(put, *record) == Verdict::granted);
  // What columns tell is as right, whichever is asked first.
  EventFacts list = call("iam.amazonaws.com", "PutUserPolicy");
  for (const text::Timestamp time : {kDay + text::kSecond, kDay, kDay - text::kSecond}) {
    list.time = time;
    const Judge::Quick quick = judge.quick(list);
    CHECK(quick.window.covers(time));
    if (!quick.needs_record) CHECK(quick.verdict == judge.verdict(list, *record));
    CHECK_FALSE((quick.window.covers(kDay) && quick.window.covers(kDay + text::kSecond)));
  }
}

TEST_CASE("judge: a change within the event's second may have come before or after it") {
  grants::History history;
  history.add(0, *grants::read_account(account_with(R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})")));
  history.add(change(kDay, "PutUserPolicy", put_policy("anna", "ec2:*")));
  history.finish();
  const requirements::Catalogue catalogue = requirements::Catalogue::built_in();
  const auto record = text::parse_json_object("{}");
  const auto verdict = [&](std::string_view source, std::string_view name, text::Timestamp time) {
    Judge judge{history, catalogue};
    EventFacts facts = call(source, name);
    facts.time = time;
    const Judge::Quick quick = judge.quick(facts);
    if (!quick.needs_record) CHECK(quick.verdict == judge.verdict(facts, *record));
    return judge.verdict(facts, *record);
  };
  CHECK(verdict("ec2.amazonaws.com", "DescribeInstances", kDay) == Verdict::unknown);
  CHECK(verdict("ec2.amazonaws.com", "DescribeInstances", kDay - text::kSecond) == Verdict::not_granted);
  CHECK(verdict("ec2.amazonaws.com", "DescribeInstances", kDay + text::kSecond) == Verdict::granted);
  CHECK(verdict("s3.amazonaws.com", "ListBuckets", kDay) == Verdict::granted);
  CHECK(verdict("sqs.amazonaws.com", "ListQueues", kDay) == Verdict::not_granted);
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

TEST_CASE("judge: what is AWS's own is nobody's to change, and no other account's to read") {
  Setting setting{account_with(kAllowAll)};
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
  Setting all{account_with(kAllowAll)};
  CHECK(all.judgement(call("dynamodb.amazonaws.com", "TransactWriteItems")).verdict == Verdict::granted);
}

TEST_CASE("judge: a role may be trusted without a policy of one's own") {
  Setting setting{
      R"({"UserDetailList":[{"UserName":"anna","Arn":"arn:aws:iam::111122223333:user/anna"}],"RoleDetailList":[
        {"RoleName":"Ops","Arn":"arn:aws:iam::111122223333:role/Ops","AssumeRolePolicyDocument":
        {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::111122223333:user/anna"}}}}]})"};
  const EventFacts assume = call("sts.amazonaws.com", "AssumeRole");
  Judge judge{setting.history, setting.catalogue};
  CHECK(judge.quick(assume).needs_record);
  CHECK(
      setting.judgement(assume, R"({"requestParameters":{"roleArn":"arn:aws:iam::111122223333:role/Ops"}})").verdict ==
      Verdict::granted);
}

TEST_CASE("judge: SCPs don't bind the management account, RCPs are the resource's account's") {
  const auto deny = [](std::string_view type, std::string_view target) {
    const std::string principal = type == "RESOURCE_CONTROL_POLICY" ? R"(\"Principal\":\"*\",)" : "";
    return R"({"Organization":{"Id":"o-1","MasterAccountId":"111122223333"},"Paths":{"111122223333":["r-1"],"444455556666":["r-1"]},
      "Policies":[{"PolicySummary":{"Name":"Full","Type":"SERVICE_CONTROL_POLICY"},"Content":"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}",
        "Targets":[{"TargetId":"r-1"},{"TargetId":"111122223333"},{"TargetId":"444455556666"}]},
       {"Policy":{"PolicySummary":{"Name":"No","Type":")" +
           std::string{type} + R"("},"Content":"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Deny\",)" +
           principal + R"(\"Action\":\"sts:*\",\"Resource\":\"*\"}}"},"Targets":[{"TargetId":")" + std::string{target} +
           R"("}]}]})";
  };
  const requirements::Catalogue catalogue = requirements::Catalogue::built_in();
  const auto verdict = [&](const std::string& organization, const EventFacts& facts, std::string_view record) {
    grants::History history;
    history.add(0, *grants::read_account(account_with(kAllowAll)));
    history.add(0, *grants::read_organization(organization));
    history.finish();
    return Judge{history, catalogue}.verdict(facts, *text::parse_json_object(record));
  };
  const EventFacts form = call("activate.amazonaws.com", "CreateForm");
  CHECK(verdict(deny("SERVICE_CONTROL_POLICY", "111122223333"), form, "{}") == Verdict::granted);
  const EventFacts assume = call("sts.amazonaws.com", "AssumeRole");
  const std::string_view there = R"({"requestParameters":{"roleArn":"arn:aws:iam::444455556666:role/Ops"}})";
  CHECK(verdict(deny("RESOURCE_CONTROL_POLICY", "444455556666"), assume, there) == Verdict::not_granted);
  CHECK(verdict(deny("RESOURCE_CONTROL_POLICY", "111122223333"), assume, there) == Verdict::granted);
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
  Setting all{account_with(kAllowAll)};
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

TEST_CASE("judge: tags of a user are known from the file, and what it lacks is absent") {
  constexpr std::string_view asks =
      R"({"Effect":"Allow","Action":"ec2:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/Team":"blue"}}})";
  const auto verdict = [&](std::string_view tags, std::string_view record = "{}") {
    Setting setting{account_with(asks, tags)};
    return setting.judgement(call("ec2.amazonaws.com", "DescribeInstances"), record);
  };
  CHECK(verdict(R"("Tags":[{"Key":"team","Value":"blue"}],)").verdict == Verdict::granted);
  CHECK(verdict(R"("Tags":[{"Key":"team","Value":"red"}],)").verdict == Verdict::not_granted);
  CHECK(verdict(R"("Tags":[],)").verdict == Verdict::not_granted);
  const auto unknown = verdict("");
  CHECK(unknown.verdict == Verdict::unknown);
  CHECK(unknown.missing == std::vector<std::string>{"aws:PrincipalTag/Team"});
  // An event may say it.
  CHECK(verdict("", R"({"eventContext":{"requestContext":{"aws:PrincipalTag/team":"blue"}}})").verdict ==
        Verdict::granted);
  CHECK(verdict("", R"({"eventContext":{"tagContext":{"principalTags":{"Team":"blue"}}}})").verdict ==
        Verdict::granted);
}

TEST_CASE("judge: a role's tags are known where its trust lets nobody bring others") {
  const auto judged = [](std::string_view trusted) {
    const std::string account =
        R"({"RoleDetailList":[{"RoleName":"R","Arn":"arn:aws:iam::111122223333:role/R","AttachedManagedPolicies":[],)"
        R"("Tags":[{"Key":"team","Value":"blue"}],"AssumeRolePolicyDocument":{"Statement":[{"Effect":"Allow",)"
        R"("Principal":{"AWS":"111122223333"},"Action":)" +
        std::string{trusted} +
        R"(}]},"RolePolicyList":[{"PolicyName":"P","PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow",)"
        R"("Action":"ec2:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"blue"}}}]}}]}]})";
    Setting setting{account};
    EventFacts facts = call("ec2.amazonaws.com", "DescribeInstances");
    facts.identity_type = "AssumedRole";
    facts.arn = "arn:aws:sts::111122223333:assumed-role/R/s";
    facts.issuer_arn = "arn:aws:iam::111122223333:role/R";
    facts.user_name = {};
    return setting.judgement(facts).verdict;
  };
  CHECK(judged(R"("sts:AssumeRole")") == Verdict::granted);
  CHECK(judged(R"(["sts:AssumeRole","sts:TagSession"])") == Verdict::unknown);
  CHECK(judged(R"("sts:*")") == Verdict::unknown);
}

TEST_CASE("judge: what limits root sessions and delegated ones isn't known, and is named") {
  Setting setting{account_with(kAllowAll)};
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
  Setting setting{account_with(kAllowAll)};
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
  Setting setting{account_with(kAllowAll)};
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
    CHECK(verdict(kAllowAll, name) == Verdict::granted);
    CHECK(verdict(kDynamo, name, kTables) == Verdict::granted);
    CHECK(verdict(kS3, name) == Verdict::not_granted);
    CHECK(verdict(kS3, name, kTables) == Verdict::not_granted);
  }
  // Put into a and delete from b, perhaps.
  CHECK(verdict(kEach, "TransactWriteItems", kTables) == Verdict::unknown);
  Setting setting{account_with(kAllowAll)};
  CHECK(setting.judgement(call("timestream.amazonaws.com", "Query")).verdict == Verdict::granted);
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
  Setting setting{account_with(kAllowAll)};
  EventFacts facts = call("s3.amazonaws.com", "ListBuckets");
  facts.identity_type = "Root";
  facts.arn = "arn:aws:iam::111122223333:root";
  facts.limited = true;
  for (const std::string_view value : {R"("true")", "true"}) {
    const std::string record = R"({"userIdentity":{"sessionContext":{"assumedRoot":)" + std::string{value} + "}}}";
    CHECK(setting.judgement(facts, record).verdict == Verdict::unknown);
  }
}
