// Which strings of a dictionary pass a test.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "store/segments/string_list.h"

namespace trailkeeper::query {

using TextTest = std::function<bool(std::string_view)>;

/// By a code plus one: 1 if its string passes. The place 0, for events without a value, is `absent`.
std::vector<std::uint8_t> passing_codes(const store::StringList& dictionary, const TextTest& test, bool absent);

bool any_passing(const std::vector<std::uint8_t>& passing);

}  // namespace trailkeeper::query
