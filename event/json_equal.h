// Whether two JSON texts say the same.
#pragma once

#include <string_view>

namespace trailkeeper::event {

/// Compares two valid JSON texts as values: white space, the order of an object's members, escapes and the spelling of
/// numbers make no difference; the order of array elements does. Numbers are compared exactly, whatever their size.
bool same_json(std::string_view a, std::string_view b);

}  // namespace trailkeeper::event
