// Several segments into one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "store/segments/segment.h"
#include "store/segments/segment_parts.h"

namespace trailkeeper::store {

/// Which segments to merge next, by number: the smallest ones as soon as there are several of about one size. Empty if
/// all is well. `all`: as many as fit one segment, whatever their sizes.
std::vector<std::uint64_t> choose_merge(std::span<const Segment> segments, bool all);

/// A segment to merge, and which of its events stay.
struct MergeInput {
  const Segment* segment;
  std::vector<std::uint8_t> keep;  ///< One byte an event; empty: all stay. Values that only others had go with them.
};

struct MergedSegment {
  SegmentHeader header;       ///< But for its number, raw_bytes and variants.
  std::uint64_t decoded = 0;  ///< Events that were put together to compare them: at most each of them twice.
};

/// Writes the events of `inputs` as one segment, column by column, so that memory stays small against the segment.
/// `hash_seed` is the store's.
MergedSegment merge_segments(const std::vector<MergeInput>& inputs, std::uint64_t hash_seed, SegmentParts& parts);

}  // namespace trailkeeper::store
