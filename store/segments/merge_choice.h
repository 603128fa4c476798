// Which segments are merged, and when.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "store/segments/segment.h"

namespace trailkeeper::store {

/// Which segments to merge next, by number: the smallest ones as soon as there are several of about one size. Empty if
/// there is nothing to merge. `all`: as many as fit into one segment, whatever their sizes.
std::vector<std::uint64_t> choose_merge(std::span<const Segment> segments, bool all);

}  // namespace trailkeeper::store
