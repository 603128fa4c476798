// Whether bytes are JSON, by its grammar (RFC 8259), without a parser's memory.
#pragma once

#include <cstddef>
#include <string_view>

namespace trailkeeper::text {

/// The place behind the JSON value that begins at `at`, perhaps after white space; npos if none does. UTF-8 isn't
/// looked at.
std::size_t json_value_end(std::string_view json, std::size_t at);

}  // namespace trailkeeper::text
