// Several segments into one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "store/segments/segment.h"
#include "store/segments/segment_marks.h"
#include "store/segments/segment_parts.h"

namespace trailkeeper::store {

/// A segment to merge, and which of its events stay.
struct MergeInput {
  const Segment* segment;
  std::vector<std::uint8_t>
      keep;  ///< One byte for each event; empty: all stay. Values that only removed events had go with them.
};

struct MergedSegment {
  SegmentHeader header;  ///< Except its number, raw_bytes and variants.
  /// Of the events that stay, if all inputs have marks with the same basis.
  std::optional<SegmentMarks> marks = std::nullopt;
  std::uint64_t decoded = 0;  ///< How often events were put together to compare them: at most twice for each.
};

/// Lets the kernel take the memory pages of all inputs: each step of a merge reads other sections.
void forget(const std::vector<MergeInput>& inputs);

/// Writes the events of `inputs` as one segment, column by column, so that memory stays small compared with the
/// segment. `hash_seed` is the store's.
MergedSegment merge_segments(const std::vector<MergeInput>& inputs, std::uint64_t hash_seed, SegmentParts& parts);

}  // namespace trailkeeper::store
