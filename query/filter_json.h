// Filters as JSON, for the store and for people.
#pragma once

#include <string>
#include <string_view>

#include "query/filter.h"
#include "text/result.h"

namespace trailkeeper::query {

/// `{"name":["Put*"],"readOnly":false,"since":"2024-05-01T00:00:00Z"}`: option names to their values, times in UTC.
std::string encode_filter(const Filter& filter);

/// Reads what encode_filter wrote.
text::Result<Filter> decode_filter(std::string_view json);

/// The same of a filter that the store keeps: throws StoreError, for it is damaged or a newer version's.
Filter stored_filter(std::string_view json);

}  // namespace trailkeeper::query
