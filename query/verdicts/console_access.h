// What principals can see and do in the Activate console.
#pragma once

#include <string>
#include <vector>

#include "query/verdicts/policy_state.h"
#include "rules/grants/history.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

/// One principal's access to one of the console's features (rules/requirements, Feature).
struct ConsoleAccess {
  enum class Level { no, partly, yes, unknown };

  std::string feature;
  std::string rule;
  Level level = Level::unknown;
  std::vector<std::string> missing;  ///< What isn't allowed and, if it is denied, by which statement.
  std::string warning;               ///< What doesn't work today, though the rule is met.
  std::string policy;  ///< The smallest policy that would add it, as JSON; empty if none is needed or would help.
};

std::string_view level_name(ConsoleAccess::Level level);

/// All features for a user or role, as of a time.
std::vector<ConsoleAccess> console_access_of(PolicyState& state, const rules::grants::History::Name& principal,
                                             text::Timestamp time);

}  // namespace trailkeeper::query
