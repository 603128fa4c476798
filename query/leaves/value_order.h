// Which of two numbers, or of two times, is less.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "text/timestamp.h"

namespace trailkeeper::query {

/// A number as JSON writes them (RFC 8259, section 6), exactly, whatever its size.
class ExactNumber {
 public:
  /// Nothing for any other text.
  static std::optional<ExactNumber> parse(std::string_view text);

  std::strong_ordering operator<=>(const ExactNumber& other) const;
  bool operator==(const ExactNumber& other) const { return (*this <=> other) == std::strong_ordering::equal; }

 private:
  bool negative_ = false;
  std::string digits_;          // Without zeros at its ends; empty: zero.
  std::int64_t magnitude_ = 0;  // The power of ten of the first digit, plus one.
};

/// What texts are compared with: a number, or a time to the millisecond.
using OrderedValue = std::variant<ExactNumber, text::Timestamp>;

/// A number, a time as text::parse_timestamp takes them, or a date or month, which is its first moment. Nothing for any
/// other text.
std::optional<OrderedValue> parse_ordered(std::string_view text);

/// How a value's text compares with it; nothing if the text isn't a number, or not a time.
std::optional<std::strong_ordering> compare(std::string_view text, const OrderedValue& with);

}  // namespace trailkeeper::query
