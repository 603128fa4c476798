// A verdict from columns alone is the one that the whole record gets, whatever the policies and the resource: AWS's own
// things, other accounts', roles that trust.
#include <doctest/doctest.h>

#include <array>
#include <random>
#include <string>

#include "rules/verdicts/judge.h"
#include "text/json_node.h"
#include "text/timestamp.h"

using namespace trailkeeper;
using namespace trailkeeper::rules;
using verdicts::EventFacts;
using verdicts::Judge;
using verdicts::Verdict;

namespace {

constexpr text::Timestamp kDay = text::kDay;

/// Draws accounts, organisations and events.
class Draw {
 public:
  explicit Draw(unsigned seed) : random_(seed) {}

  template <std::size_t N>
  std::string pick(const std::array<std::string_view, N>& words) {
    return std::string{words[std::uniform_int_distribution<std::size_t>{0, N - 1}(random_)]};
  }
  bool chance(unsigned percent) { return std::uniform_int_distribution<unsigned>{0, 99}(random_) < percent; }

  std::string statement(bool rcp) {
    constexpr std::array<std::string_view, 9> kActions{
        "*", "*", "iam:*", "kms:*", "iam:Get*", "iam:DeletePolicy", "s3:*", "sts:*", "iam:*Role*"};
    constexpr std::array<std::string_view, 9> kResources{"*",
                                                         "*",
                                                         "*",
                                                         "arn:aws:iam::aws:policy/*",
                                                         "arn:aws:iam::111122223333:*",
                                                         "arn:aws:kms:*:*:alias/aws/*",
                                                         "arn:aws:s3:::ours/*",
                                                         "arn:aws:iam::444455556666:role/*",
                                                         "arn:aws:iam::*:role/aws-reserved/*"};
    constexpr std::array<std::string_view, 4> kConditions{
        R"({"StringEquals":{"aws:ResourceAccount":"111122223333"}})", R"({"StringEquals":{"aws:username":"anna"}})",
        R"({"StringEquals":{"aws:RequestedRegion":"eu-west-1"}})", R"({"StringEquals":{"aws:PrincipalTag/t":"x"}})"};
    const std::string effect = rcp || chance(25) ? "Deny" : "Allow";
    return R"({"Effect":")" + effect + R"(","Action":")" + pick(kActions) + R"(","Resource":")" + pick(kResources) +
           (rcp ? R"(","Principal":"*")" : "\"") +
           (chance(rcp ? 60 : 25) ? R"(,"Condition":)" + pick(kConditions) : std::string{}) + "}";
  }

  std::string document(bool rcp) {
    std::string statements = statement(rcp);
    while (chance(50)) statements += "," + statement(rcp);
    return R"({"Version":"2012-10-17","Statement":[)" + statements + "]}";
  }

  std::string account() {
    const auto trust = [&] {
      constexpr std::array<std::string_view, 3> kTrusted{"111122223333", "arn:aws:iam::111122223333:user/anna",
                                                         "999988887777"};
      return R"({"Statement":[{"Effect":"Allow","Action":"sts:*","Principal":{"AWS":")" + pick(kTrusted) + R"("}}]})";
    };
    const std::string boundary =
        chance(20) ? R"("PermissionsBoundary":{"PermissionsBoundaryArn":"arn:aws:iam::aws:policy/Unknown"},)" : "";
    return R"({"UserDetailList":[{"UserName":"anna","Arn":"arn:aws:iam::111122223333:user/anna","GroupList":[],)" +
           boundary + R"("AttachedManagedPolicies":[],"UserPolicyList":[{"PolicyName":"P","PolicyDocument":)" +
           document(false) +
           R"(}]}],"RoleDetailList":[{"RoleName":"Ops","Arn":"arn:aws:iam::111122223333:role/Ops","AssumeRolePolicyDocument":)" +
           trust() + R"(,"RolePolicyList":[{"PolicyName":"P","PolicyDocument":)" + document(false) +
           R"(}]},{"RoleName":"AWSReservedSSO_A","Arn":"arn:aws:iam::111122223333:role/aws-reserved/sso/AWSReservedSSO_A",)"
           R"("AssumeRolePolicyDocument":)" +
           trust() + "}]}";
  }

  std::string organization() {
    std::string policies =
        R"({"PolicySummary":{"Name":"Full","Type":"SERVICE_CONTROL_POLICY"},"Content":{"Version":"2012-10-17",)"
        R"("Statement":{"Effect":"Allow","Action":"*","Resource":"*"}},"Targets":[{"TargetId":"r-1"},)"
        R"({"TargetId":"111122223333"},{"TargetId":"444455556666"}]})";
    for (const std::string_view target : {"r-1", "111122223333", "444455556666"}) {
      if (chance(60)) continue;
      policies += R"(,{"PolicySummary":{"Name":"No","Type":"RESOURCE_CONTROL_POLICY"},"Content":)" + document(true) +
                  R"(,"Targets":[{"TargetId":")" + std::string{target} + R"("}]})";
    }
    const std::string manager = chance(50) ? "111122223333" : "999999999999";
    const std::string outside = chance(20) ? "222233334444" : "111122223333";
    return R"({"Organization":{"Id":"o-1","MasterAccountId":")" + manager + R"("},"Paths":{")" + outside +
           R"(":["r-1"],"444455556666":["r-1"]},"Policies":[)" + policies + "]}";
  }

  EventFacts call() {
    constexpr std::array<std::string_view, 15> kCalls{"iam/DeletePolicy",
                                                      "iam/GetPolicy",
                                                      "iam/CreatePolicyVersion",
                                                      "iam/DeleteRole",
                                                      "iam/AttachRolePolicy",
                                                      "iam/GetRole",
                                                      "kms/DeleteAlias",
                                                      "kms/UpdateAlias",
                                                      "kms/CreateAlias",
                                                      "kms/Decrypt",
                                                      "iam/UpdateRoleDescription",
                                                      "s3/GetObject",
                                                      "sts/AssumeRole",
                                                      "sts/GetFederationToken",
                                                      "sts/GetCallerIdentity"};
    constexpr std::array<std::string_view, 5> kErrors{"", "", "AccessDenied", "AccessDenied", "Throttling"};
    const std::string drawn = pick(kCalls);
    source_ = drawn.substr(0, drawn.find('/')) + ".amazonaws.com";
    name_ = drawn.substr(drawn.find('/') + 1);
    error_ = pick(kErrors);
    EventFacts facts;
    facts.time = kDay;
    facts.event_source = source_;
    facts.event_name = name_;
    facts.event_type = "AwsApiCall";
    facts.error_code = error_;
    facts.region = chance(50) ? "eu-west-1" : "us-east-1";
    facts.recipient_account = facts.account = "111122223333";
    facts.principal_id = "AIDAEXAMPLE";
    const bool root = chance(15);
    const bool session = !root && chance(30);
    facts.identity_type = root ? "Root" : session ? "AssumedRole" : "IAMUser";
    facts.arn = root      ? "arn:aws:iam::111122223333:root"
                : session ? "arn:aws:sts::111122223333:assumed-role/Ops/s"
                          : "arn:aws:iam::111122223333:user/anna";
    if (session) facts.issuer_arn = "arn:aws:iam::111122223333:role/Ops";
    if (!root && !session) facts.user_name = "anna";
    return facts;
  }

  std::string record() {
    constexpr std::array<std::string_view, 5> kParameters{
        R"("policyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess")",
        R"("policyArn":"arn:aws:iam::111122223333:policy/p")", R"("aliasName":"alias/aws/s3")",
        R"("aliasName":"alias/ours","targetKeyId":"k")", R"("bucketName":"ours","key":"k")"};
    constexpr std::array<std::string_view, 2> kNames{"AWSReservedSSO_A", "Ops"};
    constexpr std::array<std::string_view, 3> kRoles{"arn:aws:iam::444455556666:role/Ops",
                                                     "arn:aws:iam::111122223333:role/Ops",
                                                     "arn:aws:iam::777788889999:role/Far"};
    constexpr std::array<std::string_view, 6> kListed{"arn:aws:kms:eu-west-1:111122223333:alias/aws/s3",
                                                      "arn:aws:kms:eu-west-1:444455556666:key/k",
                                                      "arn:aws:iam::aws:policy/ReadOnlyAccess",
                                                      "arn:aws:kms:eu-west-1:aws:key/k",
                                                      "arn:aws:s3:::theirs/k",
                                                      "arn:aws:iam::111122223333:role/Ops"};
    if (chance(10)) return R"({"requestParameters":null})";
    std::string resources;
    while (chance(40)) {
      const std::string account = chance(50) ? "111122223333" : "444455556666";
      resources +=
          (resources.empty() ? "" : ",") + (R"({"ARN":")" + pick(kListed)) + R"(","accountId":")" + account + "\"}";
    }
    return R"({"resources":[)" + resources + R"(],"requestParameters":{"roleName":")" + pick(kNames) +
           R"(","roleArn":")" + pick(kRoles) + "\"," + pick(kParameters) + "}}";
  }

 private:
  std::mt19937 random_;
  std::string source_;
  std::string name_;
  std::string error_;
};

}  // namespace

TEST_CASE("verdicts from columns alone are those of the whole record") {
  const requirements::Catalogue catalogue = requirements::Catalogue::built_in();
  std::size_t quick_ones = 0;
  for (unsigned seed = 0; seed < 1500; ++seed) {
    CAPTURE(seed);
    Draw draw{seed};
    const std::string account = draw.account();
    const std::string organization = draw.organization();
    CAPTURE(account);
    CAPTURE(organization);
    grants::History history;
    history.add(0, *grants::read_account(account));
    if (draw.chance(50)) history.add(0, *grants::read_organization(organization));
    history.finish();
    Judge columns{history, catalogue};
    Judge whole{history, catalogue};
    for (int i = 0; i < 100; ++i) {
      const EventFacts facts = draw.call();
      // As segments are judged: a session by its role, and without the region until that matters.
      EventFacts coarse = facts;
      if (!facts.issuer_arn.empty()) coarse.arn = coarse.principal_id = {};
      coarse.region = {};
      Judge::Quick quick = columns.quick(coarse);
      if (quick.needs_region) {
        coarse.region = facts.region;
        quick = columns.quick(coarse);
      }
      if (quick.needs_record) continue;
      ++quick_ones;
      const std::string record = draw.record();
      CAPTURE(facts.event_name);
      CAPTURE(facts.arn);
      CAPTURE(facts.error_code);
      CAPTURE(record);
      REQUIRE(verdict_name(whole.verdict(facts, *text::parse_json_object(record))) == verdict_name(quick.verdict));
    }
  }
  CHECK(quick_ones > 10000);
}
