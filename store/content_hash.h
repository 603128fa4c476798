// A hash of what an event says, however it is written.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace trailkeeper::store {

/// XXH3 with 128 bits, seeded with the store's seed, of an event's essential form (event/canonical_json.h): the same
/// for all copies of an event, including those that a shipper rewrote. Nobody can prepare contents that collide without
/// knowing the seed.
using ContentHash = std::array<std::uint8_t, 16>;

ContentHash content_hash(std::string_view json, std::uint64_t hash_seed);

/// How many events with one key and hash are kept, and compared, at most: rewritten copies, if these are variants.
/// Further ones count as copies, whatever else they say. So comparing stays linear, and nothing is kept twice.
constexpr std::size_t kMostOfOneHash = 64;

/// One of several events that share a key.
struct SharedContent {
  std::uint32_t event = 0;  ///< Its number in the segment.
  ContentHash hash{};
};

}  // namespace trailkeeper::store
