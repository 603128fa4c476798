// Functions of times and days, in UTC. A date has ten characters; whatever else is a timestamp (query/sql/type.h).
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "query/sql/functions/call.h"
#include "query/sql/sql_time.h"
#include "text/ascii.h"

namespace trailkeeper::query::sql {
namespace {

constexpr std::size_t kDateSize = 10;
constexpr std::int64_t kMonthsInYear = 12;
constexpr std::int64_t kFarthest = 400'000'000'000'000;

text::Timestamp time_of(const Call& call, std::size_t i) {
  const auto time = parse_sql_time(call.text(i));
  if (!time) throw CallFailed{fmt::format("'{}' is no time", call.text(i).substr(0, 60))};
  return *time;
}

bool is_date(const Call& call, std::size_t i) { return call.text(i).size() == kDateSize; }

void give_time(Call& call, text::Timestamp time, bool date) {
  if (time > 253402300799999 || time < -62135596800000) throw CallFailed{"a time is out of range"};
  call.give(std::string_view{date ? date_text(time) : timestamp_text(time)});
}

std::int64_t days_in(text::Timestamp time) {
  return time >= 0 ? time / text::kDay : -((-time + text::kDay - 1) / text::kDay);
}

text::CivilDate day_of(text::Timestamp time) { return text::civil_from_days(days_in(time)); }

// 1, Monday, to 7.
std::int64_t weekday(std::int64_t days) { return ((days + 3) % 7 + 7) % 7 + 1; }

// The Thursday of a day's week says which year the week is in (ISO 8601).
std::int64_t thursday(std::int64_t days) { return days - weekday(days) + 4; }

std::int64_t first_of_year(int year) { return text::days_from_civil({year, 1, 1}); }

std::int64_t days_in_month(int year, int month) {
  const bool december = month == 12;
  return text::days_from_civil({december ? year + 1 : year, december ? 1 : month + 1, 1}) -
         text::days_from_civil({year, month, 1});
}

text::Timestamp plus_months(text::Timestamp time, std::int64_t months) {
  const std::int64_t days = days_in(time);
  const text::CivilDate date = text::civil_from_days(days);
  if (months > 120'000 || months < -120'000) throw CallFailed{"a time is out of range"};
  const std::int64_t total = std::int64_t{date.year} * kMonthsInYear + (date.month - 1) + months;
  const int year = static_cast<int>(total / kMonthsInYear);
  const int month = static_cast<int>(total % kMonthsInYear) + 1;
  if (year < 1 || year > 9999) throw CallFailed{"a time is out of range"};
  const int day = static_cast<int>(std::min<std::int64_t>(date.day, days_in_month(year, month)));
  return text::days_from_civil({year, month, day}) * text::kDay + (time - days * text::kDay);
}

std::int64_t unit_length(std::string_view unit) {
  if (unit == "millisecond") return 1;
  if (unit == "second") return text::kSecond;
  if (unit == "minute") return text::kMinute;
  if (unit == "hour") return text::kHour;
  if (unit == "day") return text::kDay;
  return unit == "week" ? 7 * text::kDay : 0;
}

std::int64_t unit_months(std::string_view unit) {
  return unit == "month" ? 1 : unit == "quarter" ? 3 : unit == "year" ? kMonthsInYear : 0;
}

void date_trunc(Call& call) {
  const std::string_view unit = call.text(0);
  const text::Timestamp time = time_of(call, 1);
  const bool date = is_date(call, 1);
  if (unit == "week") return give_time(call, (days_in(time) - weekday(days_in(time)) + 1) * text::kDay, date);
  if (const std::int64_t length = unit_length(unit)) {
    return give_time(call, time - ((time % length) + length) % length, date);
  }
  text::CivilDate day = day_of(time);
  if (unit == "year") day.month = 1;
  if (unit == "quarter") day.month = (day.month - 1) / 3 * 3 + 1;
  give_time(call, text::days_from_civil({day.year, day.month, 1}) * text::kDay, date);
}

void date_add(Call& call) {
  const std::string_view unit = call.text(0);
  const std::int64_t count = call.integer(1);
  const text::Timestamp time = time_of(call, 2);
  if (count > kFarthest || count < -kFarthest) throw CallFailed{"a time is out of range"};
  if (const std::int64_t months = unit_months(unit))
    return give_time(call, plus_months(time, count * months), is_date(call, 2));
  std::int64_t moved = 0;
  if (__builtin_mul_overflow(count, unit_length(unit), &moved) || moved > kFarthest || moved < -kFarthest) {
    throw CallFailed{"a time is out of range"};
  }
  give_time(call, time + moved, is_date(call, 2));
}

void date_diff(Call& call) {
  const std::string_view unit = call.text(0);
  const text::Timestamp from = time_of(call, 1);
  const text::Timestamp to = time_of(call, 2);
  if (const std::int64_t length = unit_length(unit)) return call.give((to - from) / length);
  // Whole months that lie between them.
  const text::CivilDate first = day_of(from);
  const text::CivilDate last = day_of(to);
  std::int64_t months = (last.year - first.year) * kMonthsInYear + (last.month - first.month);
  if (months > 0 && plus_months(from, months) > to) --months;
  if (months < 0 && plus_months(from, months) < to) ++months;
  call.give(months / unit_months(unit));
}

void move_time(Call& call) {
  const bool date = is_date(call, 0);
  const std::int64_t by = call.integer(1);
  if (by > kFarthest || by < -kFarthest) throw CallFailed{"a time is out of range"};
  if (call.text(2) == "m") return give_time(call, plus_months(time_of(call, 0), by), date);
  if (date && by % text::kDay != 0) throw CallFailed{"only whole days can be added to a date: cast it to timestamp"};
  give_time(call, time_of(call, 0) + by, date);
}

template <std::int64_t (*Part)(text::Timestamp)>
void part(Call& call) {
  call.give(Part(time_of(call, 0)));
}

std::int64_t year_part(text::Timestamp time) { return day_of(time).year; }
std::int64_t quarter_part(text::Timestamp time) { return (day_of(time).month - 1) / 3 + 1; }
std::int64_t month_part(text::Timestamp time) { return day_of(time).month; }
std::int64_t day_part(text::Timestamp time) { return day_of(time).day; }
std::int64_t weekday_part(text::Timestamp time) { return weekday(days_in(time)); }
std::int64_t year_day_part(text::Timestamp time) { return days_in(time) - first_of_year(day_of(time).year) + 1; }
std::int64_t week_year_part(text::Timestamp time) { return text::civil_from_days(thursday(days_in(time))).year; }
std::int64_t week_part(text::Timestamp time) {
  const std::int64_t day = thursday(days_in(time));
  return (day - first_of_year(text::civil_from_days(day).year)) / 7 + 1;
}
std::int64_t within_day(text::Timestamp time) { return time - days_in(time) * text::kDay; }
std::int64_t hour_part(text::Timestamp time) { return within_day(time) / text::kHour; }
std::int64_t minute_part(text::Timestamp time) { return within_day(time) / text::kMinute % 60; }
std::int64_t second_part(text::Timestamp time) { return within_day(time) / text::kSecond % 60; }
std::int64_t millisecond_part(text::Timestamp time) { return within_day(time) % text::kSecond; }

void last_day(Call& call) {
  const text::CivilDate day = day_of(time_of(call, 0));
  give_time(call,
            (text::days_from_civil({day.year, day.month, 1}) + days_in_month(day.year, day.month) - 1) * text::kDay,
            true);
}

void to_iso8601(Call& call) {
  if (is_date(call, 0)) return call.give(call.text(0));
  std::string text = timestamp_text(time_of(call, 0));
  text[kDateSize] = 'T';
  call.give(std::string_view{text + "Z"});
}

void from_unixtime(Call& call) {
  const double milliseconds = std::round(call.real(0) * 1000);
  if (!(std::fabs(milliseconds) < 3e14)) throw CallFailed{"a time is out of range"};
  give_time(call, static_cast<text::Timestamp>(milliseconds), false);
}

constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kDays{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                "Friday", "Saturday", "Sunday"};

// MySQL's letters.
void append_part(char letter, text::Timestamp time, std::string& out) {
  const text::CivilDate day = day_of(time);
  const std::int64_t hour = hour_part(time);
  const std::int64_t twelfth = hour % 12 == 0 ? 12 : hour % 12;
  const auto two = [&](std::int64_t number) { out += fmt::format("{:02}", number); };
  switch (letter) {
    case 'Y': out += fmt::format("{:04}", day.year); return;
    case 'y': return two(day.year % 100);
    case 'm': return two(day.month);
    case 'c': out += std::to_string(day.month); return;
    case 'd': return two(day.day);
    case 'e': out += std::to_string(day.day); return;
    case 'H': return two(hour);
    case 'k': out += std::to_string(hour); return;
    case 'h':
    case 'I': return two(twelfth);
    case 'l': out += std::to_string(twelfth); return;
    case 'i': return two(minute_part(time));
    case 's':
    case 'S': return two(second_part(time));
    case 'f': out += fmt::format("{:03}000", millisecond_part(time)); return;
    case 'p': out += hour < 12 ? "AM" : "PM"; return;
    case 'T': out += timestamp_text(time).substr(11, 8); return;
    case 'M': out += kMonths.at(static_cast<std::size_t>(day.month - 1)); return;
    case 'b': out += kMonths.at(static_cast<std::size_t>(day.month - 1)).substr(0, 3); return;
    case 'W': out += kDays.at(static_cast<std::size_t>(weekday_part(time) - 1)); return;
    case 'a': out += kDays.at(static_cast<std::size_t>(weekday_part(time) - 1)).substr(0, 3); return;
    case 'j': out += fmt::format("{:03}", year_day_part(time)); return;
    case 'v': return two(week_part(time));
    case 'x': out += fmt::format("{:04}", week_year_part(time)); return;
    case '%': out.push_back('%'); return;
    default: throw CallFailed{fmt::format("date_format: %{} isn't supported", letter)};
  }
}

void date_format(Call& call) {
  const text::Timestamp time = time_of(call, 0);
  const std::string_view format = call.text(1);
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] == '%' && i + 1 < format.size()) {
      append_part(format[++i], time, out);
    } else {
      out.push_back(format[i]);
    }
  }
  call.give(std::string_view{out});
}

/// A time that is being read by its format.
struct ReadTime {
  std::int64_t year = 1970;
  std::int64_t month = 1;
  std::int64_t day = 1;
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  bool afternoon = false;
  bool twelve = false;
};

std::int64_t take_digits(std::string_view& text, std::size_t most) {
  std::size_t size = 0;
  while (size < most && size < text.size() && text::is_digit(text[size])) ++size;
  if (size == 0) throw CallFailed{"date_parse: the text doesn't have its format"};
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + size, number);
  text.remove_prefix(size);
  return number;
}

void take_part(char letter, std::string_view& text, ReadTime& time) {
  switch (letter) {
    case 'Y': time.year = take_digits(text, 4); return;
    case 'm':
    case 'c': time.month = take_digits(text, 2); return;
    case 'd':
    case 'e': time.day = take_digits(text, 2); return;
    case 'H':
    case 'k': time.hour = take_digits(text, 2); return;
    case 'h':
    case 'I':
    case 'l':
      time.hour = take_digits(text, 2);
      time.twelve = true;
      return;
    case 'i': time.minute = take_digits(text, 2); return;
    case 's':
    case 'S': time.second = take_digits(text, 2); return;
    case 'p':
      time.afternoon = text.starts_with("PM") || text.starts_with("pm");
      text.remove_prefix(std::min<std::size_t>(2, text.size()));
      return;
    default: throw CallFailed{fmt::format("date_parse: %{} isn't supported", letter)};
  }
}

void date_parse(Call& call) {
  std::string_view text = call.text(0);
  const std::string_view format = call.text(1);
  ReadTime read;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] == '%' && i + 1 < format.size() && format[i + 1] == 'T') {
      for (const char letter : {'H', ':', 'i', ':', 's'}) {
        if (letter == ':') {
          text.remove_prefix(std::min<std::size_t>(1, text.size()));
        } else {
          take_part(letter, text, read);
        }
      }
      ++i;
    } else if (format[i] == '%' && i + 1 < format.size()) {
      take_part(format[++i], text, read);
    } else if (text.starts_with(format[i])) {
      text.remove_prefix(1);
    } else {
      throw CallFailed{"date_parse: the text doesn't have its format"};
    }
  }
  if (read.twelve) read.hour = read.hour % 12 + (read.afternoon ? 12 : 0);
  const auto time = parse_sql_time(fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", read.year, read.month, read.day,
                                               read.hour, read.minute, read.second));
  if (!text.empty() || !time) throw CallFailed{"date_parse: the text doesn't have its format"};
  give_time(call, *time, false);
}

constexpr ScalarFunction kTimeFunctions[] = {
    {"date", 1, true, [](Call& call) { give_time(call, time_of(call, 0), true); }},
    {"cast_date", 1, true, [](Call& call) { give_time(call, time_of(call, 0), true); }},
    {"cast_timestamp", 1, true, [](Call& call) { give_time(call, time_of(call, 0), false); }},
    {"from_iso8601_timestamp", 1, true, [](Call& call) { give_time(call, time_of(call, 0), false); }},
    {"from_iso8601_date", 1, true, [](Call& call) { give_time(call, time_of(call, 0), true); }},
    {"date_trunc", 2, true, date_trunc},
    {"date_add", 3, true, date_add},
    {"date_diff", 3, true, date_diff},
    {"move_time", 3, true, move_time},
    {"time_between", 2, true, [](Call& call) { call.give(time_of(call, 0) - time_of(call, 1)); }},
    {"year", 1, true, part<year_part>},
    {"quarter", 1, true, part<quarter_part>},
    {"month", 1, true, part<month_part>},
    {"week", 1, true, part<week_part>},
    {"year_of_week", 1, true, part<week_year_part>},
    {"day", 1, true, part<day_part>},
    {"day_of_week", 1, true, part<weekday_part>},
    {"day_of_year", 1, true, part<year_day_part>},
    {"hour", 1, true, part<hour_part>},
    {"minute", 1, true, part<minute_part>},
    {"second", 1, true, part<second_part>},
    {"millisecond", 1, true, part<millisecond_part>},
    {"last_day_of_month", 1, true, last_day},
    {"to_iso8601", 1, true, to_iso8601},
    {"from_unixtime", 1, true, from_unixtime},
    {"to_unixtime", 1, true, [](Call& call) { call.give(static_cast<double>(time_of(call, 0)) / 1000); }},
    {"date_format", 2, true, date_format},
    {"date_parse", 2, true, date_parse},
};

}  // namespace

std::span<const ScalarFunction> time_functions() { return kTimeFunctions; }

}  // namespace trailkeeper::query::sql
