#include "trail_text.h"

#include <array>
#include <charconv>
#include <chrono>

namespace trailkeeper::bench {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kAlnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789ab";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `bits` of each 64 random ones choose a character of an alphabet of 1 << bits.
void append_random(std::string& out, Random& random, unsigned count, std::string_view alphabet, unsigned bits) {
  std::array<char, 128> text;
  std::uint64_t word = 0;
  unsigned left = 0;
  for (unsigned i = 0; i < count && i < text.size(); ++i) {
    if (left < bits) {
      word = random.next();
      left = 64;
    }
    text[i] = alphabet[word & ((1U << bits) - 1)];
    word >>= bits;
    left -= bits;
  }
  out.append(text.data(), count);
}

void put_two(char* to, unsigned number) {
  to[0] = static_cast<char>('0' + number / 10);
  to[1] = static_cast<char>('0' + number % 10);
}

}  // namespace

void append_hex(std::string& out, std::uint64_t bits, unsigned digits) {
  std::array<char, 16> text;
  for (unsigned i = 0; i < digits; ++i) text[i] = kHex[(bits >> (4 * i)) & 15];
  out.append(text.data(), digits);
}

void append_guid(std::string& out, Random& random) {
  std::array<char, 36> text;
  std::uint64_t bits = random.next();
  for (unsigned i = 0; i < 36; ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      text[i] = '-';
      if (i == 18) bits = random.next();
      continue;
    }
    text[i] = kHex[bits & 15];
    bits >>= 4;
  }
  text[14] = '4';
  text[19] = kHex[8 + (bits & 3)];
  out.append(text.data(), text.size());
}

void append_upper(std::string& out, Random& random, unsigned count) { append_random(out, random, count, kUpper, 5); }
void append_alnum(std::string& out, Random& random, unsigned count) { append_random(out, random, count, kAlnum, 6); }

void append_base64(std::string& out, Random& random, unsigned count) {
  append_random(out, random, count - 1, kBase64, 6);
  out += '=';
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  out.append(text.data(), static_cast<std::size_t>(end - text.data()));
}

void append_padded(std::string& out, std::uint64_t number, unsigned digits) {
  std::array<char, 20> text;
  for (unsigned i = digits; i-- > 0; number /= 10) text[i] = static_cast<char>('0' + number % 10);
  out.append(text.data(), digits);
}

CalendarTime calendar(std::int64_t seconds) {
  const std::chrono::sys_seconds time{std::chrono::seconds{seconds}};
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{days};
  const auto of_day = static_cast<unsigned>((time - days).count());
  return {int{date.year()}, unsigned{date.month()}, unsigned{date.day()}, of_day / 3600, of_day / 60 % 60, of_day % 60};
}

void append_time(std::string& out, std::int64_t seconds) {
  const CalendarTime time = calendar(seconds);
  std::array<char, 20> text{'0', '0', '0', '0', '-', '0', '0', '-', '0', '0',
                            'T', '0', '0', ':', '0', '0', ':', '0', '0', 'Z'};
  put_two(&text[0], static_cast<unsigned>(time.year / 100));
  put_two(&text[2], static_cast<unsigned>(time.year % 100));
  put_two(&text[5], time.month);
  put_two(&text[8], time.day);
  put_two(&text[11], time.hour);
  put_two(&text[14], time.minute);
  put_two(&text[17], time.second);
  out.append(text.data(), text.size());
}

bool parse_date(std::string_view text, std::int64_t& seconds) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto number = [&](std::size_t at, std::size_t length, auto& value) {
    const char* const end = text.data() + at + length;
    const auto result = std::from_chars(text.data() + at, end, value);
    return result.ec == std::errc{} && result.ptr == end;
  };
  if (!number(0, 4, year) || !number(5, 2, month) || !number(8, 2, day)) return false;
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
  if (!date.ok()) return false;
  seconds = std::chrono::sys_seconds{std::chrono::sys_days{date}}.time_since_epoch().count();
  return true;
}

}  // namespace trailkeeper::bench
