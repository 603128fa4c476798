// One value out of an event's JSON.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace trailkeeper::query {

/// The JSON text of the value at `path` (keys joined by '.', `[]` for all elements of an array; event/field.h says how)
/// in `json`; empty if there is none. A path with `[]` gives a JSON array of the values found. Compares keys with
/// escapes resolved; of a repeated key the last counts. `json` must be valid and followed by event::kPadding readable
/// bytes.
std::string json_at(std::string_view json, std::string_view path);

/// Whether the value of a path is a list of the values found: it has `[]`.
bool gives_list(std::string_view path);

/// Visits the JSON text of each value that json_at() finds, as a view into `json`: at most one, unless gives_list().
void for_each_value_at(std::string_view json, std::string_view path,
                       const std::function<void(std::string_view)>& visit);

/// Visits `path` as it is spelt where `json` has a value at it, whatever the case of its keys; perhaps several times.
/// Paths through arrays have `[]`. `json` is as for json_at().
void for_each_spelling_of(std::string_view json, std::string_view path,
                          const std::function<void(const std::string&)>& visit);

/// What people are shown for a JSON value: a string's text, nothing for `null`, everything else as it is.
std::string display_text(std::string_view json_value);

}  // namespace trailkeeper::query
