#include "rules/iam/statement_match.h"

#include <algorithm>

namespace trailkeeper::rules::iam {
namespace {

using Names = Statement::Names;

bool action_applies(const Statement& statement, const Action& action) {
  const bool listed = std::any_of(statement.action_patterns.begin(), statement.action_patterns.end(),
                                  [&](const ActionPattern& pattern) { return pattern.match(action); });
  return listed == (statement.actions == Names::listed);
}

Naming naming_in(const Statement& statement, const Principal& principal) {
  Naming naming = Naming::none;
  for (const PrincipalPattern& pattern : statement.principal_patterns) {
    naming = std::max(naming, pattern.match(principal));
  }
  return naming;
}

Naming principal_applies(const Statement& statement, const Principal& principal, bool bounded) {
  switch (statement.principals) {
    case Names::absent: return Naming::none;
    case Names::listed: return naming_in(statement, principal);
    default: break;
  }
  // "The NotPrincipal element with a Deny effect will always deny any IAM principal that has a permissions boundary
  // policy attached, regardless of the values specified" (IAM User Guide, "Permissions boundaries").
  if (!statement.allow && bounded) return Naming::direct;
  // A Deny exempts whom it names; of an account it names, the other users are denied all the same ("NotPrincipal",
  // the example of user Bob). An Allow grants to whoever isn't named in any way.
  const Naming exempt = statement.allow ? Naming::account : Naming::entity;
  return naming_in(statement, principal) < exempt ? Naming::direct : Naming::none;
}

Fit resource_fits(const Pattern& pattern, const Request& request, MissingKeys& missing) {
  if (!request.resource.empty()) return pattern.match(request.resource, request.context, missing);
  // Where wildcards cover all that isn't known, it doesn't matter.
  if (!request.resource_sample.empty() &&
      pattern.match(request.resource_sample, request.context, missing) == Fit::yes) {
    return Fit::yes;
  }
  const Fit fit = request.resource_beginning.empty()
                      ? Fit::unknown
                      : pattern.match_beginning(request.resource_beginning, request.context, missing);
  if (fit == Fit::unknown) missing.add("resource");
  return fit;
}

Tri resource_applies(const Statement& statement, const Request& request, MissingKeys& missing) {
  if (statement.resources == Names::absent) return Tri::yes;  // The policy's own resource.
  bool unknown = false;
  bool unresolvable = false;
  bool listed = false;
  for (const ResourcePattern& resource : statement.resource_patterns) {
    if (resource.everything) {
      listed = true;
    } else if (resource.nothing) {
      unresolvable = true;
    } else {
      switch (resource_fits(resource.pattern, request, missing)) {
        case Fit::yes: listed = true; break;
        case Fit::unresolvable: unresolvable = true; break;
        case Fit::unknown: unknown = true; break;
        default: break;
      }
    }
    if (listed) break;
  }
  if (statement.resources == Names::listed) return listed ? Tri::yes : unknown ? Tri::unknown : Tri::no;
  // A value that can't be resolved matches nothing; NotResource mustn't make everything of that.
  if (listed || unresolvable) return Tri::no;
  return unknown ? Tri::unknown : Tri::yes;
}

Tri conditions_hold(const Statement& statement, const Context& context, MissingKeys& missing) {
  Tri all = Tri::yes;
  for (const Condition& condition : statement.conditions) {
    all = both(all, condition.evaluate(context, missing));
    if (all == Tri::no) break;
  }
  return all;
}

}  // namespace

StatementMatch match_statement(const Statement& statement, PolicyKind kind, const Request& request, bool bounded,
                               MissingKeys& missing) {
  StatementMatch match;
  if (!action_applies(statement, *request.action)) return match;
  if (kind == PolicyKind::resource || kind == PolicyKind::vpc_endpoint) {
    match.naming = principal_applies(statement, request.principal, bounded);
    if (match.naming == Naming::none) return match;
  }
  const std::size_t before = missing.names.size();
  match.applies = resource_applies(statement, request, missing);
  if (match.applies != Tri::no) {
    match.applies = both(match.applies, conditions_hold(statement, request.context, missing));
  }
  // What is missing matters only if the result depends on it.
  if (match.applies != Tri::unknown) missing.names.resize(before);
  return match;
}

}  // namespace trailkeeper::rules::iam
