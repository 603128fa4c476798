// Query strings, and the filters in them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/filter.h"
#include "query/memory_budget.h"
#include "text/timestamp.h"

namespace trailkeeper::serve {

/// One `name=value` of a query string, decoded.
struct Parameter {
  std::string name;
  std::string value;
};

/// The same as it is written.
struct EncodedParameter {
  std::string_view name;
  std::string_view value;  ///< Empty without a `=`.
};

/// Takes the first from the front of a query string; nothing if it has none. Empty ones are passed over.
std::optional<EncodedParameter> take_encoded_parameter(std::string_view& query);

/// Text with each `%XX` as its byte; nothing if one is broken.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

/// Splits and decodes (`%XX`, `+`) a query string; nothing if an escape is broken or there are more than 1,000.
std::optional<std::vector<Parameter>> parse_parameters(std::string_view query);

/// What /v1/events, /v1/count and /v1/tail have in common: the CLI's filters under their names without dashes in front
/// (`access-key`; `_` for `-` is taken too), `read-only` and `write-only` (`true`, `false`, or nothing for true),
/// `since` and `until`. Takes those out of `parameters` and leaves the others. Returns what is wrong with the first
/// that is wrong; empty if nothing. `charge` holds what the filter's regular expressions take, from before they are
/// compiled: it must live as long as the filter. Throws OverBudget, ReadStopped.
std::string take_filter(std::vector<Parameter>& parameters, text::Timestamp now, query::Filter& filter,
                        query::MemoryBudget::Charge& charge);

}  // namespace trailkeeper::serve
