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

namespace {

constexpr text::Timestamp kDay = text::kDay;

}  // namespace

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

TEST_CASE("judge: SCPs of the organization bind, root too") {
  grants::History history;
  history.add(0, *grants::read_account(account_with(kAllowingAll)));
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
      std::string{kAllowingAll} +
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
    history.add(0, *grants::read_account(account_with(kAllowingAll)));
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
