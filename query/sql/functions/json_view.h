// Walking over a JSON text that is at hand, without a tree.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace trailkeeper::query::sql {

/// Calls `visit(value)` for each element of a JSON array, until it gives false. False if the text is no array.
bool for_each_element(std::string_view json, const std::function<bool(std::string_view)>& visit);

/// Calls `visit(key, value)` for each member of a JSON object; keys are unescaped. False if the text is no object.
bool for_each_member(std::string_view json, const std::function<bool(const std::string&, std::string_view)>& visit);

/// The value of a member; of several of a name the last. Nothing if there is none.
std::optional<std::string_view> json_member(std::string_view json, std::string_view key);

/// The element of an array at a place from 0 on; from its end where negative.
std::optional<std::string_view> json_element(std::string_view json, std::int64_t place);

/// Whether the whole text is one JSON value.
bool is_json(std::string_view text);

/// A string's text, anything else as it is; nothing for null.
std::optional<std::string> json_plain(std::string_view value);

}  // namespace trailkeeper::query::sql
