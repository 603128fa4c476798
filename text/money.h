// Money, in whole units of 10^-10 US dollars: what Cost and Usage Reports print, without rounding.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trailkeeper::text {

/// An amount of US dollars, up to 900 million of either sign. Arithmetic that would overflow throws
/// std::overflow_error.
class Money {
 public:
  constexpr Money() = default;
  /// `units` of 10^-10 dollars.
  static constexpr Money of_units(std::int64_t units) { return Money{units}; }
  static Money of_dollars(std::int64_t dollars);

  /// A decimal number: `12`, `-0.0000000040`, `1.2E-9`. Digits beyond the tenth decimal are rounded half to even.
  /// Nothing if it isn't a number, or is too large.
  static std::optional<Money> parse(std::string_view text);

  [[nodiscard]] constexpr std::int64_t units() const { return units_; }
  [[nodiscard]] constexpr bool is_zero() const { return units_ == 0; }
  [[nodiscard]] constexpr bool is_negative() const { return units_ < 0; }

  auto operator<=>(const Money&) const = default;
  Money operator+(Money other) const;
  Money operator-(Money other) const;
  Money operator-() const;
  Money& operator+=(Money other) { return *this = *this + other; }
  Money& operator-=(Money other) { return *this = *this - other; }

  /// Exact, with at least two decimals and no more than needed: `12.00`, `0.0000000040` is `0.000000004`.
  [[nodiscard]] std::string text() const;

 private:
  explicit constexpr Money(std::int64_t units) : units_(units) {}
  std::int64_t units_ = 0;
};

/// The sum, or the largest amount of its sign if money can't hold it: for totals that are only compared with limits.
Money saturated_sum(Money a, Money b);

}  // namespace trailkeeper::text
