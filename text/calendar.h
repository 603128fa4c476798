// Days, months and business days, for credits and bills.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "text/timestamp.h"

namespace trailkeeper::text {

/// Days since 1970-01-01, UTC.
using Day = std::int32_t;

Day day_of(Timestamp time);
/// The day's first moment.
Timestamp start_of(Day day);
/// `2024-05-01`.
std::string day_text(Day day);
/// `2024-05-01`; nothing for anything else.
std::optional<Day> parse_day(std::string_view text);

/// A billing month, UTC.
class Month {
 public:
  constexpr Month() = default;
  static Month of(Day day);
  /// `2024-05`; nothing for anything else.
  static std::optional<Month> parse(std::string_view text);
  /// 202405 for 2024-05; nothing if it isn't a month.
  static std::optional<Month> of_number(std::uint32_t number);

  [[nodiscard]] Day first_day() const;
  [[nodiscard]] Day last_day() const;
  [[nodiscard]] Month next() const;
  [[nodiscard]] std::uint32_t number() const;
  [[nodiscard]] std::string text() const;
  auto operator<=>(const Month&) const = default;

 private:
  std::int32_t months_ = 0;  // Since year 0.
};

/// The same date `years` years later; if there is no such date (29 February), the last of its month, or with
/// `into_march` the first of March.
Day add_years(Day day, int years, bool into_march = false);

/// The same date `months` months later, or the last day of its month.
Day add_months(Day day, int months);

/// The `count`th business day (Monday to Friday, no holiday) after `day`.
Day business_day_after(Day day, int count, const std::set<Day>& holidays);

}  // namespace trailkeeper::text
