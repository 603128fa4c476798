// Which values a filter may be given.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/filter.h"

namespace trailkeeper::query {

/// Regular expressions that one query may have.
constexpr std::size_t kMostRegexes = 16;

/// Adds a value that somebody gave for a filter, or says what is wrong with it, so that a mistake isn't taken for "no
/// such events"; to be put behind the option's or parameter's name and a colon.
std::optional<std::string> add_value(Filter& filter, SignedFilter word, std::string_view value);

/// The paths that a filter's conditions ask for (query/field_check.h).
std::vector<std::string> condition_paths(const Filter& filter);

/// A word that `verdict` takes, and what it means.
struct VerdictWord {
  std::string_view name;
  std::string_view meaning;
};
/// All of them: the verdicts, and kSupersededWord.
std::vector<VerdictWord> verdict_words();

/// What help says about a filter, including its words if it takes only some.
std::string filter_help(const FilterWord& word);

/// The values that are offered for a filter, with blanks between; for `verdict` all that may be given.
std::string filter_values(const FilterWord& word);

}  // namespace trailkeeper::query
