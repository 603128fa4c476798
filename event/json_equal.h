// Whether two JSON texts say the same.
#pragma once

#include <string_view>

namespace trailkeeper::event {

/// Compares two valid JSON texts as values; event/canonical_json.h says what makes no difference.
bool same_json(std::string_view a, std::string_view b);

/// The same, ignoring what a shipper adds to a record or leaves out of it (append_essential_json).
bool same_essence(std::string_view a, std::string_view b);

}  // namespace trailkeeper::event
