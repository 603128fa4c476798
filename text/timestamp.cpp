#include "text/timestamp.h"

#include <array>

#include "text/ascii.h"

namespace trailkeeper::text {
namespace {

constexpr bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

constexpr int days_in_month(int year, int month) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

// Reads exactly `count` digits at the front of `text` and removes them; -1 when they aren't there.
int take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return -1;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_digit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

bool valid_date(int year, int month, int day) {
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
}

// A leap second (":60") is read as the first second of the next minute, as POSIX time counts it.
bool valid_clock(int hour, int minute, int second) {
  return hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 60;
}

// Fraction digits to milliseconds; digits past the third are dropped. False when no digit follows the point.
bool take_fraction(std::string_view& text, Timestamp& milliseconds) {
  if (text.empty() || (text.front() != '.' && text.front() != ',')) return true;
  text.remove_prefix(1);
  if (text.empty() || !is_digit(text.front())) return false;
  Timestamp scale = 100;
  while (!text.empty() && is_digit(text.front())) {
    milliseconds += (text.front() - '0') * scale;
    scale /= 10;
    text.remove_prefix(1);
  }
  return true;
}

// `Z`, nothing (UTC), or an offset `+hh:mm`, `-hhmm`, to the milliseconds that lead to UTC.
bool take_zone(std::string_view& text, Timestamp& offset) {
  offset = 0;
  if (text.empty() || take(text, 'Z') || take(text, 'z')) return true;
  const bool west = text.front() == '-';
  if (!west && text.front() != '+') return false;
  text.remove_prefix(1);
  const int hours = take_digits(text, 2);
  take(text, ':');
  const int minutes = take_digits(text, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return false;
  offset = (hours * kHour + minutes * kMinute) * (west ? 1 : -1);
  return true;
}

void put_digits(char* at, int value, int count) {
  for (int i = count - 1; i >= 0; --i) {
    at[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

void write_plain(char* at, std::int64_t seconds) {
  std::int64_t days = seconds / 86400;
  std::int64_t rest = seconds % 86400;
  if (rest < 0) {
    rest += 86400;
    --days;
  }
  const CivilDate date = civil_from_days(days);
  put_digits(at, date.year, 4);
  at[4] = '-';
  put_digits(at + 5, date.month, 2);
  at[7] = '-';
  put_digits(at + 8, date.day, 2);
  at[10] = 'T';
  put_digits(at + 11, static_cast<int>(rest / 3600), 2);
  at[13] = ':';
  put_digits(at + 14, static_cast<int>(rest / 60 % 60), 2);
  at[16] = ':';
  put_digits(at + 17, static_cast<int>(rest % 60), 2);
  at[19] = 'Z';
}

}  // namespace

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
std::int64_t days_from_civil(CivilDate date) {
  const int year = date.month <= 2 ? date.year - 1 : date.year;
  const int era = (year >= 0 ? year : year - 399) / 400;
  const int year_of_era = year - era * 400;
  const int day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return static_cast<std::int64_t>(era) * 146097 + day_of_era - 719468;
}

CivilDate civil_from_days(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const int day_of_era = static_cast<int>(days - era * 146097);
  const int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int shifted_month = (5 * day_of_year + 2) / 153;
  const int month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {static_cast<int>(year_of_era + era * 400) + (month <= 2 ? 1 : 0), month,
          day_of_year - (153 * shifted_month + 2) / 5 + 1};
}

std::optional<std::uint32_t> parse_plain_seconds(std::string_view text) {
  if (text.size() != 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
      text[19] != 'Z') {
    return std::nullopt;
  }
  // One subtraction per digit; a value above 9 in any of them shows in `bad`.
  unsigned bad = 0;
  const auto two = [&](std::size_t at) {
    const unsigned tens = static_cast<unsigned char>(text[at]) - '0';
    const unsigned ones = static_cast<unsigned char>(text[at + 1]) - '0';
    bad |= (tens > 9U ? 1U : 0U) | (ones > 9U ? 1U : 0U);
    return static_cast<int>(tens * 10 + ones);
  };
  const int year = two(0) * 100 + two(2);
  const int month = two(5);
  const int day = two(8);
  const int hour = two(11);
  const int minute = two(14);
  const int second = two(17);
  if (bad != 0 || year < 1970 || year > 2105 || !valid_date(year, month, day) || !valid_clock(hour, minute, second) ||
      second == 60) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(days_from_civil({year, month, day}) * 86400 + hour * 3600 + minute * 60 + second);
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  if (const auto seconds = parse_plain_seconds(text)) return *seconds * kSecond;
  const bool basic = text.size() > 8 && text[8] == 'T';
  const int year = take_digits(text, 4);
  if (!basic && !take(text, '-')) return std::nullopt;
  const int month = take_digits(text, 2);
  if (!basic && !take(text, '-')) return std::nullopt;
  const int day = take_digits(text, 2);
  if (!take(text, 'T') && !(!basic && (take(text, ' ') || take(text, 't')))) return std::nullopt;
  const int hour = take_digits(text, 2);
  if (!basic && !take(text, ':')) return std::nullopt;
  const int minute = take_digits(text, 2);
  if (!basic && !take(text, ':')) return std::nullopt;
  const int second = take_digits(text, 2);
  Timestamp milliseconds = 0;
  Timestamp offset = 0;
  if (!valid_date(year, month, day) || !valid_clock(hour, minute, second) || !take_fraction(text, milliseconds) ||
      !take_zone(text, offset) || !text.empty()) {
    return std::nullopt;
  }
  return days_from_civil({year, month, day}) * kDay + hour * kHour + minute * kMinute + second * kSecond +
         milliseconds + offset;
}

std::string format_timestamp(Timestamp time) {
  Timestamp seconds = time / kSecond;
  Timestamp milliseconds = time % kSecond;
  if (milliseconds < 0) {
    milliseconds += kSecond;
    --seconds;
  }
  std::string out(20, '\0');
  write_plain(out.data(), seconds);
  if (milliseconds != 0) {
    out.resize(24);
    out[19] = '.';
    put_digits(out.data() + 20, static_cast<int>(milliseconds), 3);
    out[23] = 'Z';
  }
  return out;
}

void append_plain_seconds(std::uint32_t seconds, std::string& out) {
  const std::size_t at = out.size();
  out.resize(at + 20);
  write_plain(out.data() + at, seconds);
}

}  // namespace trailkeeper::text
