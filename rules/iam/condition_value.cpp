#include "rules/iam/condition_value.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "text/ascii.h"

namespace trailkeeper::rules::iam {
namespace {

template <typename Number>
bool read_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

// Two digits of a date, 1 up to `limit`.
bool read_part(std::string_view text, int limit, int& out) {
  return text.size() == 2 && text::is_digits(text) && read_number(text, out) && out >= 1 && out <= limit;
}

std::optional<text::Timestamp> parse_date(std::string_view text) {
  text::CivilDate date{0, 1, 1};
  if (text.size() < 7 || text[4] != '-' || !text::is_digits(text.substr(0, 4)) ||
      !read_number(text.substr(0, 4), date.year))
    return std::nullopt;
  if (!read_part(text.substr(5, 2), 12, date.month)) return std::nullopt;
  if (text.size() != 7 && (text.size() != 10 || text[7] != '-' || !read_part(text.substr(8), 31, date.day))) {
    return std::nullopt;
  }
  const std::int64_t days = text::days_from_civil(date);
  const text::CivilDate back = text::civil_from_days(days);
  if (back.month != date.month || back.day != date.day) return std::nullopt;
  return days * text::kDay;
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  Decimal number;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    number.negative_ = text.front() == '-';
    text.remove_prefix(1);
  }
  std::int64_t exponent = 0;
  if (const std::size_t e = text.find_first_of("eE"); e != text::npos) {
    std::string_view power = text.substr(e + 1);
    if (!power.empty() && power.front() == '+') power.remove_prefix(1);
    if (power.empty() || power.front() == '+' || power.size() > 12 || !read_number(power, exponent)) {
      return std::nullopt;
    }
    text = text.substr(0, e);
  }
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  if (point != text::npos && !text::is_digits(text.substr(point + 1))) return std::nullopt;
  if (!text::is_digits(whole) && !(whole.empty() && point != text::npos)) return std::nullopt;
  const std::size_t first = text.find_first_not_of("0.");
  if (first == text::npos) {
    number.negative_ = false;
    return number;
  }
  const std::size_t last = text.find_last_not_of(point == text::npos ? "0" : "0.");
  number.digits_ = text.substr(first, last - first + 1);
  const auto before_point = static_cast<std::int64_t>(whole.size());
  const auto at = static_cast<std::int64_t>(first);
  number.magnitude_ = exponent + (at < before_point ? before_point - at : before_point + 1 - at);
  return number;
}

std::strong_ordering Decimal::compare_magnitude(const Decimal& other) const {
  if (digits_.empty() || other.digits_.empty()) return other.digits_.empty() <=> digits_.empty();
  if (magnitude_ != other.magnitude_) return magnitude_ <=> other.magnitude_;
  std::size_t a = 0;
  std::size_t b = 0;
  while (true) {
    if (a < digits_.size() && digits_[a] == '.') ++a;
    if (b < other.digits_.size() && other.digits_[b] == '.') ++b;
    if (a >= digits_.size() || b >= other.digits_.size()) return (a < digits_.size()) <=> (b < other.digits_.size());
    if (digits_[a] != other.digits_[b]) return digits_[a] <=> other.digits_[b];
    ++a;
    ++b;
  }
}

std::strong_ordering Decimal::compare(const Decimal& other) const {
  if (negative_ != other.negative_) return other.negative_ <=> negative_;
  return negative_ ? other.compare_magnitude(*this) : compare_magnitude(other);
}

std::optional<text::Timestamp> parse_instant(std::string_view text) {
  const std::string_view digits = text.substr(!text.empty() && text.front() == '-' ? 1 : 0);
  if (text::is_digits(digits)) {
    std::int64_t seconds = 0;
    // Far beyond the year 9999, and its milliseconds still fit.
    if (digits.size() > 15 || !read_number(text, seconds)) return std::nullopt;
    return seconds * text::kSecond;
  }
  if (const auto day = parse_date(text)) return day;
  if (const auto time = text::parse_timestamp(text)) return time;
  // W3C's form without seconds, `YYYY-MM-DDThh:mmZ`: give it some.
  constexpr std::size_t kMinuteEnd = 16;
  std::array<char, 40> padded{};
  if (text.size() <= kMinuteEnd || text.size() + 3 > padded.size() || text[kMinuteEnd] == ':') return std::nullopt;
  const auto end = std::copy_n(text.begin(), kMinuteEnd, padded.begin());
  const auto zone = std::copy_n(":00", 3, end);
  std::copy(text.begin() + kMinuteEnd, text.end(), zone);
  return text::parse_timestamp({padded.data(), text.size() + 3});
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> copy{};
  if (text.size() >= copy.size() || text.find('\0') != text::npos) return std::nullopt;
  std::copy(text.begin(), text.end(), copy.begin());
  IpAddress address;
  if (::inet_pton(AF_INET, copy.data(), address.bytes.data()) == 1) return address;
  address.v6 = true;
  if (::inet_pton(AF_INET6, copy.data(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

std::optional<IpPrefix> IpPrefix::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  IpPrefix prefix;
  prefix.address_ = *address;
  const unsigned longest = address->v6 ? 128 : 32;
  prefix.length_ = longest;
  if (slash != text::npos) {
    const std::string_view length = text.substr(slash + 1);
    if (!text::is_digits(length) || !read_number(length, prefix.length_) || prefix.length_ > longest)
      return std::nullopt;
  }
  return prefix;
}

bool IpPrefix::contains(const IpAddress& address) const {
  if (address.v6 != address_.v6) return false;
  const std::size_t whole = length_ / 8;
  if (std::memcmp(address.bytes.data(), address_.bytes.data(), whole) != 0) return false;
  if (length_ % 8 == 0) return true;
  const unsigned shift = 8 - length_ % 8;
  return address.bytes[whole] >> shift == address_.bytes[whole] >> shift;
}

}  // namespace trailkeeper::rules::iam
