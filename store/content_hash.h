// A hash of what an event says, however it is written.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace trailkeeper::store {

/// XXH3 with 128 bits, seeded with the store's seed, of an event's essential form (event/canonical_json.h): the same
/// for all copies of an event, also those that a shipper rewrote. Nobody who doesn't know the seed can prepare contents
/// that collide.
using ContentHash = std::array<std::uint8_t, 16>;

ContentHash content_hash(std::string_view json, std::uint64_t hash_seed);

/// How many events of one key and hash are kept, and compared with, at most: rewritten copies, where they are variants.
/// What comes then is a copy, whatever else it says: so comparing stays linear, and nothing is kept twice.
constexpr std::size_t kMostOfOneHash = 64;

/// One of several events that share a key.
struct SharedContent {
  std::uint32_t event = 0;  ///< Its number in the segment.
  ContentHash hash{};
};

}  // namespace trailkeeper::store
