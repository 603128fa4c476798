// What each policy says of a request, for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/grants/history.h"
#include "rules/iam/request.h"

namespace trailkeeper::rules::verdicts {

/// A policy that was asked, and what it said.
struct Considered {
  std::string as;      ///< `identity policy`
  std::string policy;  ///< Its name.
  std::string says;    ///< `statement "Read" allows it`; `nothing about it`
};

/// Asks each of the caller's policies by itself.
std::vector<Considered> considered_by(const grants::Granted& granted, const iam::Request& request);

/// Asks one policy.
Considered considered(const iam::Policy& policy, iam::PolicyKind kind, std::string_view name, bool bounded,
                      const iam::Request& request);

/// A statement as people call it: `statement "Read" of inline policy Reports of user anna`.
std::string statement_words(const iam::StatementPlace& place, const grants::Granted* granted);

}  // namespace trailkeeper::rules::verdicts
