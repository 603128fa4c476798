// The order of several segments' events in the segment that they become.
#pragma once

#include <cstdint>
#include <vector>

#include "store/content_hash.h"
#include "store/segments/bloom_filter.h"
#include "store/segments/merge.h"
#include "text/timestamp.h"

namespace trailkeeper::store {

/// Which event of which input.
struct Origin {
  std::uint32_t input;
  std::uint32_t index;
};

/// The events that stay, in the new segment's order: by time, then key, then bytes.
struct MergeOrder {
  std::vector<Origin> origins;
  std::vector<text::Timestamp> times;
  std::vector<EventKey> keys;
  std::uint64_t decoded = 0;  ///< Events that were put together to compare them.
};

/// Puts each event together at most once, and only if another has its time and key.
MergeOrder order_of_merge(const std::vector<MergeInput>& inputs);

/// The contents of all events that share their key with another of the new segment, or did where they came from.
/// `by_key`: the events' numbers in ascending order of key. Contents that no input knows are put together once, which
/// adds to order.decoded.
std::vector<SharedContent> contents_of_merge(const std::vector<MergeInput>& inputs, MergeOrder& order,
                                             std::span<const std::uint32_t> by_key, std::uint64_t hash_seed);

/// The arrivals of events whose eventTime says little about it, as far as the inputs know.
std::vector<OddArrival> arrivals_of_merge(const std::vector<MergeInput>& inputs, const MergeOrder& order);

}  // namespace trailkeeper::store
