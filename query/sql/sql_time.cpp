#include "query/sql/sql_time.h"

#include <fmt/format.h>

#include <algorithm>

#include "text/ascii.h"

namespace trailkeeper::query::sql {
namespace {

constexpr text::Timestamp kFirstTime = -62135596800000;  // Year 1.
constexpr text::Timestamp kLastTime = 253402300799999;   // The end of year 9999.

std::string day_text(text::Timestamp days) {
  const text::CivilDate date = text::civil_from_days(days);
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

text::Timestamp days_of(text::Timestamp time) {
  return time >= 0 ? time / text::kDay : -((-time + text::kDay - 1) / text::kDay);
}

}  // namespace

std::string timestamp_text(text::Timestamp time) {
  time = std::clamp(time, kFirstTime, kLastTime);
  const text::Timestamp days = days_of(time);
  const text::Timestamp rest = time - days * text::kDay;
  return fmt::format("{} {:02}:{:02}:{:02}.{:03}", day_text(days), rest / text::kHour, rest / text::kMinute % 60,
                     rest / text::kSecond % 60, rest % text::kSecond);
}

std::string date_text(text::Timestamp time) { return day_text(days_of(std::clamp(time, kFirstTime, kLastTime))); }

std::optional<text::Timestamp> parse_sql_time(std::string_view text) {
  constexpr std::size_t kDate = 10;
  constexpr std::size_t kMinutes = 16;
  text = text::trimmed(text);
  if (text.ends_with(" UTC")) text.remove_suffix(4);
  if (text.size() == kDate) return text::parse_timestamp(std::string{text} + "T00:00:00Z");
  if (text.size() == kMinutes) return text::parse_timestamp(std::string{text} + ":00Z");
  return text::parse_timestamp(text);
}

std::string quoted_sql(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out.push_back('\'');
    out.push_back(c);
  }
  return out + "'";
}

}  // namespace trailkeeper::query::sql
