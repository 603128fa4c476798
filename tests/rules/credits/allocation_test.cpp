// Evaluating compiled policies allocates nothing once the evaluator is warm.
#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <new>
#include <string_view>

#include "rules/iam/evaluate.h"
#include "rules/iam/policy_parser.h"
#include "tests/rules/iam/request_case.h"

namespace {

// Per thread, so that nothing else that runs is counted.
thread_local std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc{};
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

using namespace trailkeeper::rules::iam;
using namespace trailkeeper::tests;

TEST_CASE("evaluation allocates nothing") {
  const auto compile = [](std::string_view json, PolicyKind kind) {
    auto policy = parse_policy(json, kind);
    REQUIRE(policy.has_value());
    return std::move(*policy);
  };
  const Policy identity = compile(
      R"({"Version":"2012-10-17","Statement":[)"
      R"({"Sid":"Own","Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":"arn:aws:s3:::reports/${aws:username}/*",)"
      R"("Condition":{"StringLikeIfExists":{"aws:PrincipalTag/team":["red*","${aws:userid, 'nobody-with-a-long-name-at-all'}"]},)"
      R"("NumericLessThan":{"aws:MultiFactorAuthAge":"3600"},"DateGreaterThan":{"aws:CurrentTime":"2024-05-01T00:00Z"},)"
      R"("IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:db8::/32"]},"Bool":{"aws:SecureTransport":"true"},)"
      R"("ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/*"},"BinaryEquals":{"aws:b":"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="},)"
      R"("ForAllValues:StringEqualsIgnoreCase":{"aws:TagKeys":["team","cost"]},"Null":{"aws:TagKeys":"false"}}},)"
      R"({"Effect":"Deny","NotAction":"s3:*","NotResource":"arn:aws:sqs"}]})",
      PolicyKind::identity);
  const Policy resource = compile(R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*",)"
                                  R"("NotPrincipal":{"AWS":["arn:aws:iam::111122223333:user/anna","111122223333"]}}})",
                                  PolicyKind::resource);
  const Policy control = compile(kAllowAll, PolicyKind::service_control);

  const std::array<std::string_view, 2> tags{"Team", "COST"};
  const std::array<std::array<std::string_view, 2>, 8> singles{{{"aws:username", "anna"},
                                                                {"aws:principaltag/team", "red-and-blue"},
                                                                {"aws:multifactorauthage", "300.5"},
                                                                {"aws:currenttime", "2024-05-02T10:00+02:00"},
                                                                {"aws:sourceip", "2001:db8::5"},
                                                                {"aws:securetransport", "true"},
                                                                {"aws:principalarn", kUser},
                                                                {"aws:b", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="}}};
  std::vector<ContextEntry> entries;
  for (const auto& single : singles) entries.push_back({single[0], key_hash(single[0]), {&single[1], 1}, false});
  entries.push_back({"aws:tagkeys", key_hash("aws:tagkeys"), tags, true});
  KeyPatterns unknowable;
  unknowable.add("aws:Resource*");

  const Action action = *Action::parse("s3:GetObject");
  Request request;
  request.principal = *Principal::parse(kUser);
  request.action = &action;
  request.resource = "arn:aws:s3:::reports/anna/2024/a-file-with-a-long-name.csv";
  request.resource_account = "111122223333";
  request.context = {entries, &unknowable};
  const std::array<const Policy*, 1> identities{&identity};
  const std::array<const Policy*, 1> controls{&control};
  const std::array<Policies, 2> levels{Policies{controls}, Policies{controls}};
  PolicySet set;
  set.identity = identities;
  set.resource = &resource;
  set.service_control = levels;

  Evaluator evaluator;
  CHECK(evaluator.evaluate(request, set).verdict == EvalDecision::allowed);
  const std::size_t before = allocations;
  std::size_t allowed = 0;
  for (int i = 0; i < 1000; ++i) allowed += evaluator.evaluate(request, set).verdict == EvalDecision::allowed ? 1 : 0;
  const std::size_t after = allocations;
  CHECK(allowed == 1000);
  CHECK(after == before);
}
