// The two orders of a segment's events: by key, to find one; by time then key, to list them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "store/segments/bloom_filter.h"
#include "text/timestamp.h"

namespace trailkeeper::store {

/// The indexes of `keys` in ascending order of key; equal keys in ascending order of index.
std::vector<std::uint32_t> order_by_key(std::span<const EventKey> keys);

/// The indexes in `by_key` sorted by time, without changing the order of those with equal times.
std::vector<std::uint32_t> order_by_time(std::span<const std::uint32_t> by_key, std::span<const text::Timestamp> times);

}  // namespace trailkeeper::store
