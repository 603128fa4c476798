// Which events of a segment may name something confidential: derived, and kept so that it needn't be derived again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trailkeeper::store {

/// Some of a segment's events, and by what they were chosen.
struct SegmentMarks {
  std::uint64_t basis = 0;            ///< Changes when they have to be chosen again.
  std::vector<std::uint32_t> events;  ///< Ascending.

  bool operator==(const SegmentMarks&) const = default;
};

std::string encode_marks(const SegmentMarks& marks);

/// Nothing if the bytes are damaged or aren't for `events` events: then they have to be chosen again.
std::optional<SegmentMarks> decode_marks(std::string_view bytes, std::uint64_t events);

}  // namespace trailkeeper::store
