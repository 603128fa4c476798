// Any bytes as a policy of each kind, and as a request: an error inside the bytes, or a decision that keeps the rules.
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

#include "rules/iam/evaluate.h"
#include "rules/iam/evaluation_request.h"
#include "rules/iam/policy_parser.h"

using namespace trailkeeper::rules::iam;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

constexpr std::string_view kDenyAll = R"({"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}})";

// Decides a request with the policy in the place it is made for, alone and beside a Deny of everything.
void decide(const Policy& policy, const Action& action, std::string_view resource, const Context& context) {
  static const Policy deny = *parse_policy(kDenyAll, PolicyKind::identity);
  Request request;
  request.principal = *Principal::parse("arn:aws:sts::111122223333:assumed-role/Developer/laptop");
  request.action = &action;
  request.resource = resource;
  request.resource_account = "111122223333";
  request.context = context;
  const std::array<const Policy*, 1> one{&policy};
  const std::array<const Policy*, 2> both{&policy, &deny};
  const std::array<Policies, 1> level{Policies{one}};
  PolicySet set;
  if (policy.kind == PolicyKind::identity) set.identity = one;
  if (policy.kind == PolicyKind::resource) set.resource = &policy;
  if (policy.kind == PolicyKind::permission_boundary) set.permission_boundaries = one;
  if (policy.kind == PolicyKind::session) set.session = one;
  if (policy.kind == PolicyKind::service_control) set.service_control = level;
  if (policy.kind == PolicyKind::resource_control) set.resource_control = level;
  if (policy.kind == PolicyKind::vpc_endpoint) set.vpc_endpoint = one;
  Evaluator evaluator;
  const Decision first = evaluator.evaluate(request, set);
  check(first.by.empty() ==
        (first.verdict == EvalDecision::implicitly_denied || first.verdict == EvalDecision::unknown));
  check(first.missing.empty() == (first.verdict != EvalDecision::unknown));
  check(evaluator.evaluate(request, set).verdict == first.verdict);
  if (policy.kind == PolicyKind::identity) {
    set.identity = both;
    check(evaluator.evaluate(request, set).verdict == EvalDecision::explicitly_denied);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  constexpr std::array<std::string_view, 2> kTags{"team", "cost"};
  constexpr std::string_view kName = "anna";
  const std::array<ContextEntry, 3> entries{{{"aws:username", key_hash("aws:username"), {&kName, 1}, false},
                                             {"aws:sourceip", key_hash("aws:sourceip"), {}, false},
                                             {"aws:tagkeys", key_hash("aws:tagkeys"), kTags, true}}};
  static const KeyPatterns unknowable = [] {
    KeyPatterns patterns;
    patterns.add("aws:p*");
    return patterns;
  }();
  static const Action get = *Action::parse("s3:GetObject");
  static const Action credits = *Action::parse("activate:GetCredits");
  for (const PolicyKind kind :
       {PolicyKind::identity, PolicyKind::resource, PolicyKind::permission_boundary, PolicyKind::session,
        PolicyKind::service_control, PolicyKind::resource_control, PolicyKind::vpc_endpoint}) {
    const auto policy = parse_policy(bytes, kind);
    if (!policy) {
      check(policy.error().offset <= size && !policy.error().message.empty());
      continue;
    }
    decide(*policy, get, "arn:aws:s3:::reports/anna/a.csv", {entries, &unknowable});
    decide(*policy, credits, "*", {entries, nullptr});
    decide(*policy, get, "", {});
  }
  Evaluator evaluator;
  const auto decision = evaluate_json(bytes, evaluator);
  check(decision ? decision->front() == '{' : decision.error().offset <= size);
  return 0;
}
