#include "event/json_equal.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "event/json_text.h"

namespace trailkeeper::event {
namespace {

// A value with everything taken off that doesn't count: strings without escapes, numbers in one spelling.
struct Value {
  enum class Kind : std::uint8_t { scalar, string, array, object };
  Kind kind = Kind::scalar;
  std::string text;                                     // Of a string, or of a number or literal.
  std::vector<std::pair<std::string, Value>> children;  // Members by key, or elements in order.

  bool operator==(const Value&) const = default;
};

// Digits without leading and trailing zeros, and the power of ten behind them: exact, whatever the size.
std::string canonical_number(std::string_view text) {
  std::string digits;
  const bool negative = text.front() == '-';
  if (negative) text.remove_prefix(1);
  const std::size_t mark = text.find_first_of("eE");
  const std::string exponent_text{mark == std::string_view::npos ? "0" : text.substr(mark + 1)};
  // An exponent beyond this can't be added to; its spelling stands for itself.
  constexpr std::size_t kLongestExponent = 15;
  if (exponent_text.size() > kLongestExponent) return std::string{text};
  std::int64_t exponent = std::stoll(exponent_text);
  const std::string_view mantissa = text.substr(0, mark);
  const std::size_t point = mantissa.find('.');
  digits = mantissa.substr(0, point);
  if (point != std::string_view::npos) {
    const std::string_view fraction = mantissa.substr(point + 1);
    digits += fraction;
    exponent -= static_cast<std::int64_t>(fraction.size());
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  while (!digits.empty() && digits.back() == '0') {
    digits.pop_back();
    ++exponent;
  }
  if (digits.empty()) return "0";
  return (negative ? "-" : "") + digits + "e" + std::to_string(exponent);
}

/// Reads valid JSON. Depth is bounded by what the parser of events accepts.
class Reader {
 public:
  explicit Reader(std::string_view json) : rest_(json) {}

  Value value() {
    skip_space();
    Value value;
    if (rest_.empty()) return value;
    switch (rest_.front()) {
      case '{': object(value); break;
      case '[': array(value); break;
      case '"':
        value.kind = Value::Kind::string;
        value.text = string();
        break;
      default: scalar(value);
    }
    return value;
  }

 private:
  void skip_space() {
    while (!rest_.empty() &&
           (rest_.front() == ' ' || rest_.front() == '\n' || rest_.front() == '\r' || rest_.front() == '\t')) {
      rest_.remove_prefix(1);
    }
  }

  // Removes the next byte that isn't white space if it is `c`.
  bool take(char c) {
    skip_space();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string string() {
    std::size_t end = 1;
    while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
    std::string text;
    append_unescaped(rest_.substr(1, end - 1), text);
    rest_.remove_prefix(std::min(rest_.size(), end + 1));
    return text;
  }

  void scalar(Value& value) {
    std::size_t end = 0;
    while (end < rest_.size() && std::string_view{" \n\r\t,]}"}.find(rest_[end]) == std::string_view::npos) ++end;
    const std::string_view text = rest_.substr(0, end);
    const bool number = !text.empty() && (text.front() == '-' || (text.front() >= '0' && text.front() <= '9'));
    value.text = number ? canonical_number(text) : std::string{text};
    rest_.remove_prefix(std::max<std::size_t>(end, 1));
  }

  void object(Value& result) {
    result.kind = Value::Kind::object;
    take('{');
    while (!take('}') && !rest_.empty()) {
      take(',');
      skip_space();
      std::string key = string();
      take(':');
      result.children.emplace_back(std::move(key), value());
    }
    // Members with one key keep their order: most readers take the last.
    std::stable_sort(result.children.begin(), result.children.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
  }

  void array(Value& result) {
    result.kind = Value::Kind::array;
    take('[');
    while (!take(']') && !rest_.empty()) {
      take(',');
      result.children.emplace_back(std::string{}, value());
    }
  }

  std::string_view rest_;
};

}  // namespace

bool same_json(std::string_view a, std::string_view b) { return a == b || Reader{a}.value() == Reader{b}.value(); }

}  // namespace trailkeeper::event
