#include "generate/calendar.h"

#include <array>
#include <charconv>

#include "generate/text.h"

namespace trailkeeper::generate {
namespace {

// Days and civil dates after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
std::int64_t days_from_civil(std::int64_t year, unsigned month, unsigned day) {
  year -= month <= 2;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

bool read_number(std::string_view text, unsigned& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

void put_two(char* at, unsigned number) {
  at[0] = static_cast<char>('0' + number / 10);
  at[1] = static_cast<char>('0' + number % 10);
}

}  // namespace

Calendar calendar(std::int64_t seconds) {
  const std::int64_t days = (seconds >= 0 ? seconds : seconds - kDay + 1) / kDay;
  const auto in_day = static_cast<unsigned>(seconds - days * kDay);
  const std::int64_t shifted = days + 719468;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const auto day_of_era = static_cast<unsigned>(shifted - era * 146097);
  const unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned shifted_month = (5 * day_of_year + 2) / 153;
  const unsigned month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {static_cast<unsigned>(year_of_era + era * 400) + (month <= 2 ? 1 : 0),
          month,
          day_of_year - (153 * shifted_month + 2) / 5 + 1,
          in_day / 3600,
          in_day / 60 % 60,
          in_day % 60};
}

std::int64_t moment(unsigned year, unsigned month, unsigned day, unsigned hour, unsigned minute, unsigned second) {
  return days_from_civil(year, month, day) * kDay + hour * 3600 + minute * 60 + second;
}

std::optional<std::int64_t> parse_date(std::string_view text) {
  unsigned year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || !read_number(text.substr(0, 4), year) ||
      !read_number(text.substr(5, 2), month) || !read_number(text.substr(8, 2), day)) {
    return std::nullopt;
  }
  const std::int64_t seconds = moment(year, month, day);
  const Calendar back = calendar(seconds);
  if (back.year != year || back.month != month || back.day != day) return std::nullopt;
  return seconds;
}

void append_time(std::string& out, std::int64_t seconds) {
  const Calendar at = calendar(seconds);
  std::array<char, 20> text{'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0', '0', ':', '0', '0', ':', '0', '0', 'Z'};
  put_two(text.data(), at.year / 100);
  put_two(text.data() + 2, at.year % 100);
  put_two(text.data() + 5, at.month);
  put_two(text.data() + 8, at.day);
  put_two(text.data() + 11, at.hour);
  put_two(text.data() + 14, at.minute);
  put_two(text.data() + 17, at.second);
  out.append(text.data(), text.size());
}

void append_long_time(std::string& out, std::int64_t seconds) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const Calendar at = calendar(seconds);
  out.append(kMonths.substr((at.month - 1) * 3, 3));
  out += ' ';
  append_number(out, at.day);
  out += ", ";
  append_number(out, at.year);
  out += ", ";
  append_number(out, at.hour % 12 == 0 ? 12 : at.hour % 12);
  out += ':';
  append_padded(out, at.minute, 2);
  out += ':';
  append_padded(out, at.second, 2);
  out += at.hour < 12 ? " AM" : " PM";
}

void append_date(std::string& out, std::int64_t seconds, char separator) {
  const Calendar at = calendar(seconds);
  append_padded(out, at.year, 4);
  out += separator;
  append_padded(out, at.month, 2);
  out += separator;
  append_padded(out, at.day, 2);
}

}  // namespace trailkeeper::generate
