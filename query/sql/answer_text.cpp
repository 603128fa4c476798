#include "query/sql/answer_text.h"

#include <fmt/format.h>

#include "text/ascii.h"
#include "text/json_text.h"

namespace trailkeeper::query::sql {

std::vector<std::string> distinct_names(const std::vector<NamedType>& columns) {
  std::vector<std::string> names;
  std::map<std::string, int> seen;
  for (const NamedType& column : columns) {
    const int times = ++seen[column.name];
    names.push_back(times == 1 ? column.name : fmt::format("{}_{}", column.name, times));
  }
  return names;
}

std::optional<std::string> value_text(const SqlValue& value) {
  if (const auto* const truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  if (const auto* const whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* const real = std::get_if<double>(&value)) {
    std::string digits = fmt::format("{}", *real);
    if (digits.find_first_of(".en") == text::npos) digits += ".0";
    return digits;
  }
  const auto* const text = std::get_if<std::string>(&value);
  return text == nullptr ? std::nullopt : std::optional{*text};
}

std::string value_json(const SqlValue& value, const Type& type) {
  const auto text = value_text(value);
  if (!text) return "null";
  const auto* const real = std::get_if<double>(&value);
  // NaN and the infinities are no numbers of JSON's.
  const bool quoted = real != nullptr ? !text::has_digit(*text) : std::holds_alternative<std::string>(value);
  if (!quoted || (real == nullptr && type.is_json())) return *text;
  std::string json;
  text::append_quoted(*text, json);
  return json;
}

}  // namespace trailkeeper::query::sql
