// Records that are no events: as they come, and as they are kept.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "event/reject.h"
#include "text/timestamp.h"

namespace trailkeeper::store {

/// A record that isn't an event, as it came.
struct RejectedRecord {
  std::string source;        ///< File path, or what else names where it came from.
  std::uint64_t offset = 0;  ///< Of its first byte in the (decompressed) source.
  std::uint64_t line = 0;    ///< Of its first byte, from 1.
  event::Reason reason = event::Reason::none;
  std::string bytes;
};

/// What the store has of such a record or, beyond the limit, of several from one source.
struct KeptReject : RejectedRecord {
  text::Timestamp arrival = 0;          ///< When it came (the last of several); 0: unknown, as of older stores.
  std::uint64_t length = 0;             ///< Of its bytes, even if these weren't kept.
  std::array<std::uint8_t, 16> hash{};  ///< XXH3 with 128 bits of its bytes.
  bool has_bytes = false;               ///< False beyond the limit: then `bytes` is empty.
  std::uint64_t records = 1;  ///< More than 1: it stands for this many, of which only the first one's place is known.
};

/// What keeping rejected records within the limit has cost.
struct RejectFigures {
  std::uint64_t without_bytes = 0;  ///< Records of which place, reason, length and hash were kept.
  std::uint64_t only_counted = 0;   ///< Records that were only counted, with their length and a hash of all.
};

}  // namespace trailkeeper::store
