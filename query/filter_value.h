// Which values a filter may be given.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "query/filter.h"

namespace trailkeeper::query {

/// What is wrong with a value that somebody gave for a filter, so that a mistake isn't taken for "no such events"; to
/// be put behind the option's or parameter's name and a colon. Nothing if it may be given.
std::optional<std::string> problem_of_value(FilterField field, std::string_view value);

/// The words that `verdict` takes, in a list.
std::string verdict_words();

}  // namespace trailkeeper::query
