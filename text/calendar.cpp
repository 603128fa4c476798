#include "text/calendar.h"

#include <fmt/format.h>

namespace trailkeeper::text {
namespace {

constexpr int kMonthsPerYear = 12;
constexpr int kLastYear = 9999;

// The number that two or four digits are, -1 for anything else.
int number_of(std::string_view digits) {
  int number = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return -1;
    number = number * 10 + (c - '0');
  }
  return number;
}

}  // namespace

Day day_of(Timestamp time) {
  const Timestamp day = time / kDay;
  return static_cast<Day>(time % kDay < 0 ? day - 1 : day);
}

Timestamp start_of(Day day) { return day * kDay; }

std::string day_text(Day day) {
  const CivilDate date = civil_from_days(day);
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::optional<Day> parse_day(std::string_view text) {
  constexpr std::size_t kLength = 10;
  if (text.size() != kLength || text[7] != '-') return std::nullopt;
  const auto month = Month::parse(text.substr(0, 7));
  const int day = number_of(text.substr(8));
  if (!month || day < 1) return std::nullopt;
  const Day found = month->first_day() + day - 1;
  if (found > month->last_day()) return std::nullopt;
  return found;
}

Month Month::of(Day day) {
  const CivilDate date = civil_from_days(day);
  Month month;
  month.months_ = date.year * kMonthsPerYear + date.month - 1;
  return month;
}

std::optional<Month> Month::parse(std::string_view text) {
  constexpr std::size_t kLength = 7;
  if (text.size() != kLength || text[4] != '-') return std::nullopt;
  const int year = number_of(text.substr(0, 4));
  const int month = number_of(text.substr(5));
  if (year < 0 || month < 0) return std::nullopt;
  return of_number(static_cast<std::uint32_t>(year * 100 + month));
}

std::optional<Month> Month::of_number(std::uint32_t number) {
  const int year = static_cast<int>(number / 100);
  const int month = static_cast<int>(number % 100);
  if (year < 1 || year > kLastYear || month < 1 || month > kMonthsPerYear) return std::nullopt;
  Month found;
  found.months_ = year * kMonthsPerYear + month - 1;
  return found;
}

Day Month::first_day() const {
  return static_cast<Day>(days_from_civil({months_ / kMonthsPerYear, months_ % kMonthsPerYear + 1, 1}));
}

Day Month::last_day() const { return next().first_day() - 1; }

Month Month::next() const {
  Month month;
  month.months_ = months_ + 1;
  return month;
}

std::uint32_t Month::number() const {
  return static_cast<std::uint32_t>(months_ / kMonthsPerYear * 100 + months_ % kMonthsPerYear + 1);
}

std::string Month::text() const { return fmt::format("{:04}-{:02}", number() / 100, number() % 100); }

Day add_years(Day day, int years, bool into_march) {
  const CivilDate date = civil_from_days(day);
  const Day first = static_cast<Day>(days_from_civil({date.year + years, date.month, 1}));
  const Day last = Month::of(first).last_day();
  const Day wanted = first + date.day - 1;
  return wanted > last && !into_march ? last : wanted;
}

Day add_months(Day day, int months) {
  const CivilDate date = civil_from_days(day);
  Month month = Month::of(day);
  for (int i = 0; i < months; ++i) month = month.next();
  return std::min(month.first_day() + static_cast<Day>(date.day) - 1, month.last_day());
}

Day business_day_after(Day day, int count, const std::set<Day>& holidays) {
  // Day 0 was a Thursday.
  const auto is_weekend = [](Day d) {
    const int weekday = ((d % 7) + 7) % 7;
    return weekday == 2 || weekday == 3;
  };
  while (count > 0) {
    ++day;
    if (!is_weekend(day) && !holidays.contains(day)) --count;
  }
  return day;
}

}  // namespace trailkeeper::text
