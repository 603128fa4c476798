// One condition of a statement: an operator, a key, and the values to compare it with.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/iam/condition_operator.h"
#include "rules/iam/condition_value.h"
#include "rules/iam/context.h"
#include "rules/iam/glob.h"
#include "rules/iam/tri.h"

namespace trailkeeper::rules::iam {

/// A condition, compiled. Evaluating it allocates nothing; thread-safe.
///
/// Sources (IAM User Guide): "Condition operators", "Conditions with multiple context keys or values", "Single-valued
/// vs. multivalued context keys".
class Condition {
 public:
  Condition(ConditionOperator op, std::string_view key) : op_(op), key_(key) {}

  /// Adds a value; `variables` says whether the policy's version has policy variables. The error says what is wrong:
  /// a value that isn't of the operator's type.
  boost::system::result<void, std::string> add(std::string_view value, bool variables);

  /// Whether the condition holds; unknown depends on the keys that are added to `missing`.
  [[nodiscard]] Tri evaluate(const Context& context, MissingKeys& missing) const;

  [[nodiscard]] const ConditionOperator& op() const { return op_; }
  [[nodiscard]] const ContextKey& key() const { return key_; }
  [[nodiscard]] bool has_values() const { return values_ > 0; }
  /// An Arn operator has a value with fewer than six components, which no ARN matches.
  [[nodiscard]] bool has_short_arn() const;

 private:
  // How one value of the request stands to the policy's values.
  enum class Comparison : std::uint8_t { no, yes, invalid, unknown };

  [[nodiscard]] Tri absent() const;
  [[nodiscard]] Tri holds(std::string_view value, const Context& context, MissingKeys& missing) const;
  [[nodiscard]] Tri holds_by_ends(const ContextEntry& entry, const Context& context, MissingKeys& missing) const;
  [[nodiscard]] Comparison compare(std::string_view value, const Context& context, MissingKeys& missing) const;
  [[nodiscard]] Comparison compare_patterns(std::string_view value, const Context& context, MissingKeys& missing) const;

  ConditionOperator op_;
  ContextKey key_;
  std::size_t values_ = 0;
  // One of these is used, as the operator needs.
  std::vector<Pattern> patterns_;
  std::vector<std::string> texts_;  // Numbers as written, and decoded bytes.
  std::vector<text::Timestamp> times_;
  std::vector<IpPrefix> prefixes_;
  bool null_true_ = false;
  bool null_false_ = false;
};

}  // namespace trailkeeper::rules::iam
