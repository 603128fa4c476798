// The names of condition operators.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace trailkeeper::rules::iam {

/// A condition operator, taken apart (IAM User Guide, "Condition operators"). Names don't depend on case.
struct ConditionOperator {
  enum class Base : std::uint8_t {
    string_equals,
    string_like,
    numeric_equals,
    numeric_less,
    numeric_less_equals,
    numeric_greater,
    numeric_greater_equals,
    date_equals,
    date_less,
    date_less_equals,
    date_greater,
    date_greater_equals,
    boolean,
    binary_equals,
    ip_address,
    arn_like,  ///< ArnEquals too: "The ArnEquals and ArnLike condition operators behave identically."
    null
  };
  enum class Set : std::uint8_t { none, for_all_values, for_any_value };

  Base base = Base::string_equals;
  Set set = Set::none;
  bool negated = false;      ///< A …Not… operator.
  bool ignore_case = false;  ///< String…IgnoreCase.
  bool if_exists = false;

  /// The error says what is wrong.
  static boost::system::result<ConditionOperator, std::string> parse(std::string_view name);
};

}  // namespace trailkeeper::rules::iam
