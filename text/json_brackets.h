// Where brackets are in JSON, and where they close: by brackets and quotes alone, whatever stands between them.
#pragma once

#include <cstddef>
#include <string_view>

namespace trailkeeper::text {

/// The first of `marks` from json[at] on that isn't in a string; npos if there is none, or a string before it doesn't
/// end. json[at] must not be in a string.
std::size_t find_outside_strings(std::string_view json, std::size_t at, std::string_view marks);

/// Behind the object or array that begins at json[at]; npos if it doesn't end.
std::size_t json_brackets_end(std::string_view json, std::size_t at);

}  // namespace trailkeeper::text
