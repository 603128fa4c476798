// A call by a user, judged by what an account's policies say, in each way that there is to ask.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "rules/verdicts/judge.h"
#include "text/json_node.h"
#include "text/timestamp.h"

namespace trailkeeper::tests {

/// A user with one inline policy of these statements, in account 111122223333. `more` are members of the user; `beside`
/// are members of the account, each with a comma behind it.
inline std::string account_with(std::string_view statements, std::string_view more = "", std::string_view beside = "") {
  return "{" + std::string{beside} +
         R"("UserDetailList":[{"UserName":"anna","Arn":"arn:aws:iam::111122223333:user/anna","GroupList":[],)" +
         std::string{more} + R"("AttachedManagedPolicies":[],"UserPolicyList":[{"PolicyName":"P","PolicyDocument":)" +
         R"({"Version":"2012-10-17","Statement":[)" + std::string{statements} + "]}}]}]}";
}

inline constexpr std::string_view kAllowingAll = R"({"Effect":"Allow","Action":"*","Resource":"*"})";

/// That user's call. The texts must outlive it.
inline rules::verdicts::EventFacts call(std::string_view source, std::string_view name, std::string_view error = {}) {
  rules::verdicts::EventFacts facts;
  facts.time = text::kDay;
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

/// An account from time 0 on, and who judges calls in it.
struct Setting {
  explicit Setting(const std::string& account) {
    history.add(0, *rules::grants::read_account(account));
    history.finish();
  }
  rules::verdicts::Judgement judgement(const rules::verdicts::EventFacts& facts, std::string_view record = "{}") {
    rules::verdicts::Judge judge{history, catalogue};
    const auto json = text::parse_json_object(record);
    REQUIRE(json.has_value());
    const rules::verdicts::Judgement found = judge.judgement(facts, *json);
    // All ways to ask agree.
    const rules::verdicts::Judge::Quick quick = judge.quick(facts);
    if (!quick.needs_record) CHECK(quick.verdict == found.verdict);
    CHECK(judge.verdict(facts, *json) == found.verdict);
    return found;
  }
  rules::grants::History history;
  rules::requirements::Catalogue catalogue = rules::requirements::Catalogue::built_in();
};

}  // namespace trailkeeper::tests
