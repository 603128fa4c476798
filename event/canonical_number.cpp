#include "event/canonical_number.h"

#include <algorithm>
#include <cstdint>

namespace trailkeeper::event {
namespace {

std::string_view without_leading_zeros(std::string_view digits) {
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

// Adds one to, or takes one from, a number of decimal digits that is at least one.
void step(std::string& digits, bool up) {
  const char from = up ? '9' : '0';
  const char to = up ? '0' : '9';
  for (std::size_t i = digits.size(); i-- > 0;) {
    if (digits[i] != from) {
      digits[i] = static_cast<char>(digits[i] + (up ? 1 : -1));
      return;
    }
    digits[i] = to;
  }
  if (up) digits.insert(digits.begin(), '1');
}

// The decimal digits of an exponent, without sign, plus a number whose size is about a text's length.
std::string sum(std::string_view digits, bool negative, std::int64_t add) {
  constexpr std::size_t kTail = 18;  // So many digits fit an int64_t, also after adding.
  constexpr std::int64_t kTailLimit = 1'000'000'000'000'000'000;
  const std::size_t cut = digits.size() - std::min(digits.size(), kTail);
  std::int64_t tail = 0;
  for (const char c : digits.substr(cut)) tail = tail * 10 + (c >= '0' && c <= '9' ? c - '0' : 0);
  std::string head{digits.substr(0, cut)};
  if (head.empty()) return std::to_string((negative ? -tail : tail) + add);
  // Larger than anything that is added: the sign stays.
  tail += negative ? -add : add;
  if (tail < 0 || tail >= kTailLimit) {
    step(head, tail >= 0);
    tail += tail < 0 ? kTailLimit : -kTailLimit;
  }
  const std::string low = std::to_string(tail);
  head = without_leading_zeros(head);
  std::string result = negative ? "-" : "";
  if (head.empty()) return result + low;
  return result + head + std::string(kTail - low.size(), '0') + low;
}

}  // namespace

void append_canonical_number(std::string_view number, std::string& out) {
  const bool negative = number.starts_with('-');
  if (negative) number.remove_prefix(1);
  const std::size_t mark = std::min(number.find_first_of("eE"), number.size());
  const std::string_view mantissa = number.substr(0, mark);
  std::string_view exponent = number.substr(std::min(mark + 1, number.size()));
  const bool negative_exponent = exponent.starts_with('-');
  if (negative_exponent || exponent.starts_with('+')) exponent.remove_prefix(1);

  // All digits, and the power of ten of the last.
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  std::string digits{mantissa.substr(0, point)};
  std::int64_t power = 0;
  if (point < mantissa.size()) {
    digits += mantissa.substr(point + 1);
    power -= static_cast<std::int64_t>(mantissa.size() - point - 1);
  }
  std::string_view significant = without_leading_zeros(digits);
  if (significant.empty()) {
    out.push_back('0');
    return;
  }
  const std::size_t last = significant.find_last_not_of('0');
  power += static_cast<std::int64_t>(significant.size() - last - 1);
  significant = significant.substr(0, last + 1);
  if (negative) out.push_back('-');
  out += significant;
  out.push_back('e');
  out += sum(without_leading_zeros(exponent), negative_exponent, power);
}

}  // namespace trailkeeper::event
