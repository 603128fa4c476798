// Condition keys of services that only some actions can have.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rules/iam/action.h"

namespace trailkeeper::rules::requirements {

/// What rules/requirements/condition_keys.txt lists. Immutable and thread-safe.
class KnownKeys {
 public:
  static const KnownKeys& built_in();

  /// Reads a file of that form: comments with `#`, a line for each service, indented lines with a key and actions that
  /// can have it; the same key may be there again with others.
  explicit KnownKeys(std::string_view text);

  /// Whether calls of an action certainly lack a key, in lower case: a key of the action's own service that others of
  /// its actions have, or one that the reference gives to another service alone. Of actions that the reference doesn't
  /// know nothing is certain.
  [[nodiscard]] bool lacks(const iam::Action& action, std::string_view folded) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> actions_;  // By key; all in lower case, sorted.
};

}  // namespace trailkeeper::rules::requirements
