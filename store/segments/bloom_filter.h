// Which event IDs a segment certainly doesn't hold.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "event/guid.h"

namespace trailkeeper::store {

/// The key an event is deduplicated by: its eventID's 16 bytes, or 16 bytes of hash where it has no GUID eventID.
using EventKey = event::Guid;

/// A blocked Bloom filter (Putze, Sanders, Singler 2007): all bits of a key lie in one 64-byte block, so a test costs
/// one cache miss at most. 16 bits a key; false positives below 1 in 500.
void append_bloom_filter(std::span<const EventKey> keys, std::string& out);

class BloomFilter {
 public:
  BloomFilter() = default;
  /// Opens what append_bloom_filter wrote. Throws StoreError(corrupt).
  explicit BloomFilter(std::string_view bytes);

  [[nodiscard]] bool may_contain(const EventKey& key) const;
  /// Where the block of kBlockBytes lies that decides about a key.
  [[nodiscard]] std::size_t block_at(const EventKey& key) const;
  static constexpr std::size_t kBlockBytes = 64;

 private:
  std::string_view blocks_;
  std::uint64_t block_count_ = 0;
};

}  // namespace trailkeeper::store
