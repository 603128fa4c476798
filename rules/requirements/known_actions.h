// The actions that IAM has, as the service authorization reference lists them.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace trailkeeper::rules::requirements {

/// What rules/requirements/actions.txt lists. Immutable and thread-safe.
class KnownActions {
 public:
  static const KnownActions& built_in();

  /// Reads a file of that form: comments with `#`, a line for each service, indented lines with names of its actions.
  /// The text must outlive this.
  explicit KnownActions(std::string_view text);

  /// How the reference spells the action's name; empty if it has no such action. Case doesn't matter.
  [[nodiscard]] std::string_view find(std::string_view service, std::string_view name) const;
  [[nodiscard]] bool has(std::string_view action) const;

  /// Services with the names of their actions.
  using Service = std::pair<std::string_view, std::vector<std::string_view>>;
  [[nodiscard]] const std::vector<Service>& services() const { return services_; }

 private:
  std::vector<Service> services_;  // Both levels in order of lower case.
};

}  // namespace trailkeeper::rules::requirements
