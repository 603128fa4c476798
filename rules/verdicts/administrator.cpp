#include "rules/verdicts/administrator.h"

#include <algorithm>

namespace trailkeeper::rules::verdicts {
namespace {

bool allows_all(const iam::Policy& policy) {
  return std::any_of(policy.statements.begin(), policy.statements.end(), [](const iam::Statement& statement) {
    const bool actions = statement.actions == iam::Statement::Names::listed &&
                         std::any_of(statement.action_patterns.begin(), statement.action_patterns.end(),
                                     [](const iam::ActionPattern& pattern) { return pattern.matches_everything(); });
    const bool resources = statement.resources == iam::Statement::Names::listed &&
                           std::any_of(statement.resource_patterns.begin(), statement.resource_patterns.end(),
                                       [](const iam::ResourcePattern& pattern) { return pattern.everything; });
    return statement.allow && actions && resources && statement.conditions.empty();
  });
}

bool denies_anything(const iam::Policy& policy) {
  return std::any_of(policy.statements.begin(), policy.statements.end(),
                     [](const iam::Statement& statement) { return !statement.allow; });
}

// One of the policies allows all, and none denies anything.
bool open(iam::Policies policies) {
  return std::any_of(policies.begin(), policies.end(), [](const iam::Policy* p) { return allows_all(*p); }) &&
         std::none_of(policies.begin(), policies.end(), [](const iam::Policy* p) { return denies_anything(*p); });
}

}  // namespace

bool is_administrator(const grants::Granted& granted) {
  if (!granted.unknown.empty()) return false;
  const iam::PolicySet& set = granted.policies();
  const bool boundary = set.permission_boundaries.empty() || open(set.permission_boundaries);
  // SCPs don't touch the management account.
  const bool free = !granted.management_account.empty() && granted.account == granted.management_account;
  return open(set.identity) && boundary &&
         (free || std::all_of(set.service_control.begin(), set.service_control.end(),
                              [](iam::Policies level) { return open(level); }));
}

}  // namespace trailkeeper::rules::verdicts
