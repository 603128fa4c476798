// One value out of an event's JSON.
#pragma once

#include <string>
#include <string_view>

namespace trailkeeper::query {

/// The JSON text of the value at `path` (keys joined by '.', `[]` for all elements of an array; event/field.h says how)
/// in `json`; empty if there is none. A path with `[]` gives a JSON array of the values found. Compares keys with
/// escapes resolved; of a repeated key the last counts. `json` must be valid and followed by event::kPadding readable
/// bytes.
std::string json_at(std::string_view json, std::string_view path);

/// What people are shown of a JSON value: a string's text, `null` as nothing, everything else as it is.
std::string display_text(std::string_view json_value);

}  // namespace trailkeeper::query
