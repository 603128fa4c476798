#include "query/leaves/value_order.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "event/canonical_number.h"
#include "event/shape_trie.h"
#include "text/time_argument.h"

namespace trailkeeper::query {

std::optional<ExactNumber> ExactNumber::parse(std::string_view text) {
  event::LeafType type{};
  if (!event::number_type(text, type)) return std::nullopt;
  std::string canonical;
  event::append_canonical_number(text, canonical);
  ExactNumber number;
  if (canonical == "0") return number;
  std::string_view rest = canonical;
  number.negative_ = rest.front() == '-';
  if (number.negative_) rest.remove_prefix(1);
  const std::size_t mark = rest.find('e');
  number.digits_ = rest.substr(0, mark);
  const std::string_view power = rest.substr(mark + 1);
  // Beyond what an exponent is ever used for, all are the same.
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 2;
  std::int64_t exponent = 0;
  if (std::from_chars(power.data(), power.data() + power.size(), exponent).ec != std::errc{}) {
    exponent = power.front() == '-' ? -kMost : kMost;
  }
  number.magnitude_ = std::clamp(exponent, -kMost, kMost) + static_cast<std::int64_t>(number.digits_.size());
  return number;
}

std::strong_ordering ExactNumber::operator<=>(const ExactNumber& other) const {
  const auto sign = [](const ExactNumber& number) { return number.digits_.empty() ? 0 : number.negative_ ? -1 : 1; };
  if (const auto order = sign(*this) <=> sign(other); order != 0) return order;
  const ExactNumber& a = negative_ ? other : *this;
  const ExactNumber& b = negative_ ? *this : other;
  if (const auto order = a.magnitude_ <=> b.magnitude_; order != 0) return order;
  // The first digits have the same power; what is missing is zeros.
  return a.digits_.compare(b.digits_) <=> 0;
}

std::optional<OrderedValue> parse_ordered(std::string_view text) {
  if (auto number = ExactNumber::parse(text)) return OrderedValue{std::move(*number)};
  // Ages would be others whenever they are asked.
  const bool dated = text.find('-') != std::string_view::npos;
  const auto time = dated ? text::parse_time_argument(text, 0) : text::parse_timestamp(text);
  if (!time) return std::nullopt;
  return OrderedValue{*time};
}

std::optional<std::strong_ordering> compare(std::string_view text, const OrderedValue& with) {
  if (const auto* const number = std::get_if<ExactNumber>(&with)) {
    const auto value = ExactNumber::parse(text);
    if (!value) return std::nullopt;
    return *value <=> *number;
  }
  const auto time = text::parse_timestamp(text);
  if (!time) return std::nullopt;
  return *time <=> std::get<text::Timestamp>(with);
}

}  // namespace trailkeeper::query
