// Evaluation where some context keys can't be known: as over CloudTrail events.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "rules/iam/evaluate.h"
#include "rules/iam/policy_parser.h"
#include "tests/rules/iam/request_case.h"

using namespace trailkeeper::rules::iam;
using namespace trailkeeper::tests;

namespace {

struct Asked {
  std::string verdict;
  std::vector<std::string> missing;
};

// Decides s3:GetObject for a user whose identity policies are `documents`; `unknowable` are patterns of keys.
Asked ask(const std::vector<std::string>& documents, const std::vector<std::string>& unknowable,
          const std::vector<ContextEntry>& entries = {}, std::string_view resource = "arn:aws:s3:::reports/a.csv",
          PolicyKind kind = PolicyKind::identity) {
  std::vector<Policy> owned;
  for (const std::string& document : documents) {
    auto parsed = parse_policy(document, kind);
    REQUIRE(parsed.has_value());
    owned.push_back(std::move(*parsed));
  }
  std::vector<const Policy*> pointers;
  for (const Policy& one : owned) pointers.push_back(&one);
  KeyPatterns patterns;
  for (const std::string& pattern : unknowable) patterns.add(pattern);
  const Action action = *Action::parse("s3:GetObject");
  Request request;
  request.principal = *Principal::parse(kUser);
  request.action = &action;
  request.resource = resource;
  request.resource_account = "111122223333";
  request.context = {entries, &patterns};
  PolicySet set;
  set.identity = pointers;
  Evaluator evaluator;
  const Decision& decision = evaluator.evaluate(request, set);
  Asked asked;
  asked.verdict = decision.verdict == EvalDecision::allowed             ? "allowed"
                  : decision.verdict == EvalDecision::explicitly_denied ? "denied"
                  : decision.verdict == EvalDecision::implicitly_denied ? "not allowed"
                                                                        : "unknown";
  for (const std::string_view name : decision.missing) asked.missing.emplace_back(name);
  return asked;
}

std::string allow_if(std::string_view condition) {
  return policy(R"("Effect":"Allow","Action":"*","Resource":"*","Condition":)" + std::string{condition});
}
std::string deny_if(std::string_view condition) {
  return policy(R"("Effect":"Deny","Action":"*","Resource":"*","Condition":)" + std::string{condition});
}

}  // namespace

TEST_CASE("unknowable keys make the result unknown and are named") {
  const Asked allow = ask({allow_if(R"({"StringEquals":{"aws:PrincipalTag/Team":"red"}})")}, {"aws:PrincipalTag/*"});
  CHECK(allow.verdict == "unknown");
  CHECK(allow.missing == std::vector<std::string>{"aws:PrincipalTag/Team"});
  const Asked deny = ask({std::string{kAllowAll}, deny_if(R"({"Null":{"aws:SourceVpc":"false"}})")}, {"aws:sourcevpc"});
  CHECK(deny.verdict == "unknown");
  CHECK(deny.missing == std::vector<std::string>{"aws:SourceVpc"});
}

TEST_CASE("keys that aren't unknowable are absent") {
  CHECK(ask({allow_if(R"({"StringEquals":{"aws:username":"x"}})")}, {"aws:PrincipalTag/*"}).verdict == "not allowed");
  CHECK(ask({allow_if(R"({"Null":{"aws:username":"true"}})")}, {"aws:PrincipalTag/*"}).verdict == "allowed");
}

TEST_CASE("an entry without values is known to be absent") {
  constexpr std::string_view kMfa = "aws:multifactorauthpresent";
  const ContextEntry entry{kMfa, key_hash(kMfa), {}, false};
  const std::string document = deny_if(R"({"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}})");
  CHECK(ask({std::string{kAllowAll}, document}, {"*"}).verdict == "unknown");
  CHECK(ask({std::string{kAllowAll}, document}, {"*"}, {entry}).verdict == "denied");
}

TEST_CASE("what isn't known doesn't matter where the rest decides") {
  const std::vector<std::string> any{"*"};
  const std::string maybe = allow_if(R"({"StringEquals":{"aws:x":"1"}})");
  CHECK(ask({std::string{kAllowAll}, maybe}, any).verdict == "allowed");
  CHECK(ask({std::string{kDenyAll}, maybe}, any).verdict == "denied");
  CHECK(ask({maybe, deny_if("{}")}, any).verdict == "denied");
  // Denied either way, if nothing allows.
  CHECK(ask({deny_if(R"({"StringEquals":{"aws:x":"1"}})")}, any).verdict == "not allowed");
  // Another condition that fails, another action.
  const std::string_view value = "2";
  const ContextEntry known{"aws:y", key_hash("aws:y"), {&value, 1}, false};
  const Asked failed = ask({allow_if(R"({"StringEquals":{"aws:x":"1","aws:y":"1"}})")}, any, {known});
  CHECK(failed.verdict == "not allowed");
  CHECK(failed.missing.empty());
  CHECK(ask({policy(R"("Effect":"Allow","Action":"sqs:*","Resource":"*","Condition":{"Bool":{"aws:x":true}})")}, any)
            .verdict == "not allowed");
}

TEST_CASE("only what matters is named") {
  const std::string_view value = "2";
  const ContextEntry known{"aws:y", key_hash("aws:y"), {&value, 1}, false};
  const Asked asked =
      ask({allow_if(R"({"StringEquals":{"aws:x":"1","aws:y":"1"}})"),
           allow_if(R"({"StringEquals":{"aws:z":"1","aws:y":"2"}})"), allow_if(R"({"NumericLessThan":{"aws:z":"1"}})")},
          {"*"}, {known});
  CHECK(asked.verdict == "unknown");
  CHECK(asked.missing == std::vector<std::string>{"aws:z"});
}

TEST_CASE("variables of unknowable keys, and an unknown resource") {
  const std::string own = policy(R"("Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::reports/${aws:userid}*")");
  CHECK(ask({own}, {"aws:userid"}).verdict == "unknown");
  CHECK(ask({own}, {"aws:userid"}).missing == std::vector<std::string>{"aws:userid"});
  CHECK(ask({own}, {}).verdict == "not allowed");
  const std::string somewhere = policy(R"("Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::reports/*")");
  CHECK(ask({somewhere}, {}, {}, "").missing == std::vector<std::string>{"resource"});
  CHECK(ask({std::string{kAllowAll}}, {}, {}, "").verdict == "allowed");
  const std::string elsewhere = policy(R"("Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::x/*")");
  CHECK(ask({elsewhere}, {}, {}, "").verdict == "unknown");
}

TEST_CASE("every operator and qualifier is unknown for an unknowable key") {
  for (const std::string_view op : {"StringEquals", "StringNotEqualsIfExists", "ForAllValues:StringEquals",
                                    "ForAnyValue:StringNotLike", "NumericEquals"}) {
    CAPTURE(op);
    CHECK(ask({allow_if(R"({")" + std::string{op} + R"(":{"aws:x":"1"}})")}, {"aws:x"}).verdict == "unknown");
  }
  CHECK(ask({allow_if(R"({"Null":{"aws:x":["true","false"]}})")}, {"aws:x"}).verdict == "allowed");
}
