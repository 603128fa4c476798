#include "text/money.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "text/ascii.h"

namespace trailkeeper::text {
namespace {

constexpr int kDecimals = 10;
constexpr std::int64_t kUnitsPerDollar = 10'000'000'000;
constexpr int kMaxExponent = 40;
// The largest amount that is read; sums may be a little larger.
constexpr std::int64_t kMostRead = 900'000'000 * kUnitsPerDollar;

[[noreturn]] void overflow() { throw std::overflow_error("an amount of money is larger than 900 million dollars"); }

// The digits of a number without point or exponent, and how far its point is from their end.
struct Decimal {
  bool negative = false;
  std::string digits;
  int decimals = 0;
};

// The exponent's number; nothing if it is none or absurd.
std::optional<int> parse_exponent(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  int exponent = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    exponent = exponent * 10 + (c - '0');
    if (exponent > kMaxExponent) return std::nullopt;
  }
  return negative ? -exponent : exponent;
}

std::optional<Decimal> parse_decimal(std::string_view text) {
  Decimal decimal;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    decimal.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  bool point = false;
  std::size_t i = 0;
  constexpr std::size_t kMaxDigits = 64;
  for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
    if (text[i] == '.' && !point) {
      point = true;
    } else if (is_digit(text[i]) && decimal.digits.size() < kMaxDigits) {
      decimal.digits += text[i];
      decimal.decimals += point ? 1 : 0;
    } else {
      return std::nullopt;
    }
  }
  if (decimal.digits.empty()) return std::nullopt;
  if (i < text.size()) {
    const auto exponent = parse_exponent(text.substr(i + 1));
    if (!exponent) return std::nullopt;
    decimal.decimals -= *exponent;
  }
  return decimal;
}

// Half to even: `cut` digits go from the end of `digits`.
bool rounds_up(std::string_view digits, std::size_t cut) {
  const std::string_view gone = digits.substr(digits.size() - cut);
  const bool more = gone.find_first_not_of('0', 1) != std::string_view::npos;
  if (gone.front() != '5') return gone.front() > '5';
  const bool odd = cut < digits.size() && (digits[digits.size() - cut - 1] - '0') % 2 != 0;
  return more || odd;
}

}  // namespace

Money Money::of_dollars(std::int64_t dollars) {
  std::int64_t units = 0;
  if (__builtin_mul_overflow(dollars, kUnitsPerDollar, &units)) overflow();
  return Money{units};
}

std::optional<Money> Money::parse(std::string_view text) {
  auto decimal = parse_decimal(text);
  if (!decimal) return std::nullopt;
  bool up = false;
  std::size_t kept = decimal->digits.size();
  if (decimal->decimals > kDecimals) {
    const auto cut = static_cast<std::size_t>(decimal->decimals - kDecimals);
    if (cut > kept) return Money{};
    up = rounds_up(decimal->digits, cut);
    kept -= cut;
  }
  std::int64_t units = 0;
  const auto append = [&units](int digit) {
    return !__builtin_mul_overflow(units, std::int64_t{10}, &units) &&
           !__builtin_add_overflow(units, std::int64_t{digit}, &units);
  };
  for (std::size_t i = 0; i < kept; ++i) {
    if (!append(decimal->digits[i] - '0')) return std::nullopt;
  }
  for (int i = decimal->decimals; i < kDecimals && units != 0; ++i) {
    if (!append(0)) return std::nullopt;
  }
  if ((up && __builtin_add_overflow(units, std::int64_t{1}, &units)) || units > kMostRead) return std::nullopt;
  return Money{decimal->negative ? -units : units};
}

Money Money::operator+(Money other) const {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(units_, other.units_, &sum)) overflow();
  return Money{sum};
}

Money Money::operator-(Money other) const {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(units_, other.units_, &difference)) overflow();
  return Money{difference};
}

Money Money::operator-() const { return Money{} - *this; }

std::string Money::text() const {
  // Of the magnitude as unsigned, so that the smallest number has one too.
  const auto magnitude =
      units_ < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(units_) : static_cast<std::uint64_t>(units_);
  std::string decimals = std::to_string(magnitude % kUnitsPerDollar);
  decimals.insert(0, kDecimals - decimals.size(), '0');
  constexpr std::size_t kLeast = 2;
  const std::size_t last = decimals.find_last_not_of('0');
  decimals.resize(std::max(kLeast, last == std::string::npos ? 0 : last + 1));
  return (units_ < 0 ? "-" : "") + std::to_string(magnitude / kUnitsPerDollar) + "." + decimals;
}

Money saturated_sum(Money a, Money b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a.units(), b.units(), &sum)) return Money::of_units(sum);
  using Limits = std::numeric_limits<std::int64_t>;
  return Money::of_units(b.is_negative() ? Limits::min() : Limits::max());
}

}  // namespace trailkeeper::text
