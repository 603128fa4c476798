// Whether a statement applies to a request.
#pragma once

#include "rules/iam/context.h"
#include "rules/iam/policy.h"
#include "rules/iam/request.h"
#include "rules/iam/tri.h"

namespace trailkeeper::rules::iam {

struct StatementMatch {
  Tri applies = Tri::no;
  Naming naming = Naming::none;  ///< How the statement names the principal, if its policy has principals.
};

/// Matches action, principal, resource and conditions, in that order. If the result is unknown, the names of what is
/// missing are in `missing`: context keys, or `resource`. `bounded` says that the principal has a permissions boundary.
/// Allocates nothing beyond `missing`; thread-safe.
StatementMatch match_statement(const Statement& statement, PolicyKind kind, const Request& request, bool bounded,
                               MissingKeys& missing);

}  // namespace trailkeeper::rules::iam
