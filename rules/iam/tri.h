// Logic with a third value, for facts that the event doesn't carry.
#pragma once

#include <algorithm>
#include <cstdint>

namespace trailkeeper::rules::iam {

/// Kleene's three truth values, ordered so that `and` is the least and `or` the greatest of two.
enum class Tri : std::uint8_t { no, unknown, yes };

constexpr Tri tri(bool value) { return value ? Tri::yes : Tri::no; }
constexpr Tri both(Tri a, Tri b) { return std::min(a, b); }
constexpr Tri either(Tri a, Tri b) { return std::max(a, b); }
constexpr Tri negated(Tri a) { return a == Tri::unknown ? a : tri(a == Tri::no); }

}  // namespace trailkeeper::rules::iam
