#include "store/segments/string_table.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <random>

namespace trailkeeper::store {
namespace {

// Random for each process, so that nobody can prepare values that all land in one place.
std::uint64_t hash_seed() {
  static const std::uint64_t kSeed = [] {
    std::random_device device;
    return static_cast<std::uint64_t>(device()) << 32 | device();
  }();
  return kSeed;
}

}  // namespace

void StringTable::clear() {
  bytes_.clear();
  ends_.clear();
  std::fill(slots_.begin(), slots_.end(), Slot{0, 0});
  lookups_ = 0;
}

std::uint32_t StringTable::append(std::string_view text) {
  bytes_.append(text);
  ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
  return static_cast<std::uint32_t>(ends_.size() - 1);
}

std::uint32_t StringTable::code_of(std::string_view text) {
  // Request tokens, object keys: after this many strings with so few repetitions, hashing and probing don't pay.
  constexpr std::uint64_t kTrial = 4096;
  ++lookups_;
  if (lookups_ > kTrial && ends_.size() * 16 > lookups_ * 15) return append(text);
  if ((ends_.size() + 1) * 4 > slots_.size() * 3) grow();
  static const std::uint64_t kSeed = hash_seed();
  const auto hash = static_cast<std::uint32_t>(XXH3_64bits_withSeed(text.data(), text.size(), kSeed));
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (slots_[at].code_plus_one != 0) {
    if (slots_[at].hash == hash && (*this)[slots_[at].code_plus_one - 1] == text) return slots_[at].code_plus_one - 1;
    at = (at + 1) & mask;
  }
  const std::uint32_t code = append(text);
  slots_[at] = {hash, code + 1};
  return code;
}

void StringTable::grow() {
  std::vector<Slot> old = std::move(slots_);
  slots_.assign(old.empty() ? 16 : old.size() * 2, Slot{0, 0});
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.code_plus_one == 0) continue;
    std::size_t at = slot.hash & mask;
    while (slots_[at].code_plus_one != 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

}  // namespace trailkeeper::store
