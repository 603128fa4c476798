#include "query/filter_value.h"

#include <algorithm>
#include <utility>

#include "query/ip_range.h"
#include "query/leaves/condition.h"
#include "query/leaves/text_search.h"
#include "query/pattern.h"
#include "query/verdicts/verdict_index.h"
#include "rules/verdicts/verdict_words.h"
#include "store/read_limit.h"
#include "text/ascii.h"

namespace trailkeeper::query {
namespace {

bool names_verdict(std::string_view value) {
  const Pattern pattern{value};
  const auto words = verdict_words();
  return std::any_of(words.begin(), words.end(), [&](const VerdictWord& word) { return pattern.matches(word.name); });
}

std::string listed_verdicts(std::string_view between) {
  std::string text;
  for (const VerdictWord& word : verdict_words()) text.append(text.empty() ? "" : between).append(word.name);
  return text;
}

// What was given, short enough for a message.
std::string quoted_begin(std::string_view value) {
  constexpr std::size_t kLongestShown = 200;
  return "'" + std::string{value.substr(0, kLongestShown)} + (value.size() > kLongestShown ? "…'" : "'");
}

std::optional<std::string> add_condition_text(Filter& filter, std::string_view value, bool negated) {
  auto condition = parse_condition(value);
  if (!condition) {
    return quoted_begin(value) + ", at byte " + std::to_string(condition.error().offset + 1) + ": " +
           condition.error().message;
  }
  if (condition->regex != nullptr && filter.regex_bytes() == kMostRegexes * kRegexBytes) {
    return "a query has " + std::to_string(kMostRegexes) +
           " regular expressions at most; one with | stands for several";
  }
  filter.add_condition(std::move(*condition), value, negated);
  return std::nullopt;
}

std::optional<std::string> problem_of_text(std::string_view value) {
  if (value.empty()) return "a text to look for is missing";
  if (value.size() <= kLongestSearch) return std::nullopt;
  return "the text is longer than " + std::to_string(kLongestSearch) + " bytes";
}

}  // namespace

std::vector<VerdictWord> verdict_words() {
  std::vector<VerdictWord> words;
  for (const auto& word : rules::verdicts::verdict_words()) words.push_back({word.name, word.meaning});
  words.push_back({kSupersededWord, "an addendum replaced the event, and only that one is judged"});
  return words;
}

std::string filter_help(const FilterWord& word) {
  std::string help{word.help};
  if (word.field == FilterField::verdict) help += ": " + listed_verdicts(", ");
  return help;
}

std::string filter_values(const FilterWord& word) {
  return word.field == FilterField::verdict ? listed_verdicts(" ") : std::string{word.values};
}

std::vector<std::string> condition_paths(const Filter& filter) {
  std::vector<std::string> paths;
  for (const FieldFilter& field : filter.fields) {
    for (const Condition& condition : field.conditions) paths.push_back(condition.path);
  }
  return paths;
}

namespace {

std::optional<std::string> problem_of_value(FilterField field, std::string_view value) {
  if (field == FilterField::text) return problem_of_text(value);
  constexpr std::size_t kAccountDigits = 12;
  const std::string quoted = "'" + std::string{value} + "'";
  if (field == FilterField::ip && value.find('/') != std::string_view::npos && !IpRange::parse(value)) {
    return quoted + " is not a CIDR block; give one such as 203.0.113.0/24 or 2001:db8::/32";
  }
  if (field == FilterField::verdict && !names_verdict(value)) return quoted + " is none of " + listed_verdicts(", ");
  if (field == FilterField::account && text::is_digits(value) && value.size() != kAccountDigits) {
    return quoted + " is not an account ID, which has 12 digits; a part of one needs a wildcard, such as 1111*";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> add_value(Filter& filter, SignedFilter word, std::string_view value) {
  store::check_read_limit();
  if (word.field == FilterField::where) return add_condition_text(filter, value, word.negated);
  auto problem = problem_of_value(word.field, value);
  if (!problem) filter.add(word.field, value, word.negated);
  return problem;
}

}  // namespace trailkeeper::query
