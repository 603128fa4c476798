// A byte for each event of a segment, derived from other data and kept so that it needn't be derived again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trailkeeper::store {

/// Codes of a segment's events, and what they were made from.
struct SegmentVerdicts {
  std::uint64_t basis = 0;  ///< Changes when the codes have to be made again.
  bool complete = true;     ///< False: some codes say that they are still to be made.
  std::vector<std::uint8_t> codes;
};

std::string encode_verdicts(const SegmentVerdicts& verdicts);

/// All but the codes. Nothing if the bytes are too few: then the codes have to be made again.
std::optional<SegmentVerdicts> head_of_verdicts(std::string_view bytes);

/// Nothing if the bytes are damaged or aren't for `events` events.
std::optional<SegmentVerdicts> decode_verdicts(std::string_view bytes, std::size_t events);

}  // namespace trailkeeper::store
