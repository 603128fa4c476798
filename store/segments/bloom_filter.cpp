#include "store/segments/bloom_filter.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "store/error.h"

namespace trailkeeper::store {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::size_t kBlockBytes = BloomFilter::kBlockBytes;
constexpr std::size_t kBitsPerKey = 16;
constexpr unsigned kProbes = 7;

// Keys are mostly random already (GUIDs); this spreads the ones that aren't.
std::uint64_t mix(const EventKey& key) {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::memcpy(&low, key.data(), 8);
  std::memcpy(&high, key.data() + 8, 8);
  const Wide product = static_cast<Wide>(low ^ 0x9E3779B97F4A7C15U) * (high ^ 0xD6E8FEB86659FD93U);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// By the key's first bytes: testing keys in ascending order walks through the filter from front to back, which a
// processor does at the speed of its cache. IDs that all begin alike make the filter useless, never wrong.
std::uint64_t block_of(const EventKey& key, std::uint64_t count) {
  std::uint64_t prefix = 0;
  std::memcpy(&prefix, key.data(), 8);
  if constexpr (std::endian::native == std::endian::little) prefix = __builtin_bswap64(prefix);
  return static_cast<std::uint64_t>((static_cast<Wide>(prefix) * count) >> 64);
}

// Calls probe(byte, bit) for each of the key's bits in its block; stops when it returns false.
template <typename Probe>
bool for_each_probe(std::uint64_t hash, Probe&& probe) {
  std::uint64_t bits = hash * 0xC2B2AE3D27D4EB4FU;
  for (unsigned i = 0; i < kProbes; ++i) {
    const auto bit = static_cast<unsigned>(bits & 511U);
    bits >>= 9;
    if (!probe(bit >> 3, bit & 7U)) return false;
  }
  return true;
}

}  // namespace

void append_bloom_filter(std::span<const EventKey> keys, std::string& out) {
  const std::uint64_t count = std::max<std::uint64_t>(1, (keys.size() * kBitsPerKey + 511) / 512);
  const std::size_t begin = out.size();
  out.resize(begin + count * kBlockBytes);
  for (const EventKey& key : keys) {
    const std::uint64_t hash = mix(key);
    char* block = out.data() + begin + block_of(key, count) * kBlockBytes;
    for_each_probe(hash, [&](unsigned byte, unsigned bit) {
      block[byte] = static_cast<char>(block[byte] | (1 << bit));
      return true;
    });
  }
}

BloomFilter::BloomFilter(std::string_view bytes) : blocks_(bytes), block_count_(bytes.size() / kBlockBytes) {
  if (block_count_ == 0) throw_corrupt("an ID filter is cut short");
}

std::size_t BloomFilter::block_at(const EventKey& key) const {
  return static_cast<std::size_t>(block_of(key, block_count_)) * kBlockBytes;
}

bool BloomFilter::may_contain(const EventKey& key) const {
  const std::uint64_t hash = mix(key);
  const char* block = blocks_.data() + block_at(key);
  return for_each_probe(hash, [&](unsigned byte, unsigned bit) { return (block[byte] >> bit & 1) != 0; });
}

}  // namespace trailkeeper::store
