// Values of answers as texts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "query/sql/run.h"

namespace trailkeeper::query::sql {

/// Names of an answer's columns such that none repeats, as JSON needs it: the second `x` is `x_2`.
std::vector<std::string> distinct_names(const std::vector<NamedType>& columns);

/// A value as texts show it; nothing for NULL.
std::optional<std::string> value_text(const SqlValue& value);

/// A value as JSON.
std::string value_json(const SqlValue& value, const Type& type);

}  // namespace trailkeeper::query::sql
