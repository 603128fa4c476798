#include "query/filter_value.h"

#include <algorithm>

#include "query/ip_range.h"
#include "query/pattern.h"
#include "query/verdicts/verdict_index.h"
#include "rules/verdicts/verdict.h"

namespace trailkeeper::query {
namespace {

bool names_verdict(std::string_view value) {
  const Pattern pattern{value};
  if (pattern.matches(kSupersededWord)) return true;
  for (std::size_t code = 0; code < rules::verdicts::kVerdictCount; ++code) {
    if (pattern.matches(rules::verdicts::verdict_name(static_cast<rules::verdicts::Verdict>(code)))) return true;
  }
  return false;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string verdict_words() {
  std::string words;
  for (std::size_t code = 0; code < rules::verdicts::kVerdictCount; ++code) {
    words += rules::verdicts::verdict_name(static_cast<rules::verdicts::Verdict>(code));
    words += ", ";
  }
  return words.append(kSupersededWord);
}

std::optional<std::string> problem_of_value(FilterField field, std::string_view value) {
  constexpr std::size_t kAccountDigits = 12;
  const std::string quoted = "'" + std::string{value} + "'";
  if (field == FilterField::ip && value.find('/') != std::string_view::npos && !IpRange::parse(value)) {
    return quoted + " is not a CIDR block; give one such as 203.0.113.0/24 or 2001:db8::/32";
  }
  if (field == FilterField::verdict && !names_verdict(value)) return quoted + " is none of " + verdict_words();
  if (field == FilterField::account && is_number(value) && value.size() != kAccountDigits) {
    return quoted + " is not an account ID, which has 12 digits; a part of one needs a wildcard, such as 1111*";
  }
  return std::nullopt;
}

}  // namespace trailkeeper::query
