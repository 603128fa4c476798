// Random numbers that are the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace trailkeeper::bench {

/// SplitMix64's output function: mixes all bits.
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// xoshiro256**, seeded through SplitMix64.
class Random {
 public:
  explicit constexpr Random(std::uint64_t seed) {
    for (std::uint64_t& word : state_) {
      word = mix(seed);
      seed += 0x9e3779b97f4a7c15;
    }
  }

  constexpr std::uint64_t next() {
    const std::uint64_t result = rotate(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotate(state_[3], 45);
    return result;
  }

  /// 0 to bound - 1; the bias of the multiplication is below 2^-32 for the bounds used here.
  constexpr std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32);
  }

  constexpr bool percent(std::uint32_t percentage) { return below(100) < percentage; }

  template <typename T>
  const T& of(const std::vector<T>& pool) {
    return pool[below(static_cast<std::uint32_t>(pool.size()))];
  }

 private:
  static constexpr std::uint64_t rotate(std::uint64_t x, int bits) { return (x << bits) | (x >> (64 - bits)); }
  std::uint64_t state_[4]{};
};

/// Picks numbers by weight in constant time.
class WeightedPick {
 public:
  WeightedPick() = default;

  /// Index i comes as often as weights[i] says, to 1/4096.
  explicit WeightedPick(std::span<const std::uint32_t> weights) {
    std::uint64_t total = 0;
    for (const std::uint32_t weight : weights) total += weight;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (weights[i] == 0) continue;
      sum += weights[i];
      const std::size_t end = static_cast<std::size_t>(sum * kSlots / total);
      if (slots_.size() >= end && slots_.size() < kSlots) slots_.push_back(static_cast<std::uint32_t>(i));
      while (slots_.size() < end) slots_.push_back(static_cast<std::uint32_t>(i));
    }
  }

  /// Index i of `count` comes about 1/(i+2) as often as the first.
  static WeightedPick skewed(std::size_t count) {
    std::vector<std::uint32_t> weights(count);
    for (std::size_t i = 0; i < count; ++i) weights[i] = static_cast<std::uint32_t>(1'000'000 / (i + 2));
    return WeightedPick{weights};
  }

  [[nodiscard]] std::uint32_t pick(std::uint64_t random) const { return slots_[random % slots_.size()]; }
  [[nodiscard]] bool empty() const { return slots_.empty(); }

 private:
  static constexpr std::size_t kSlots = 4096;
  std::vector<std::uint32_t> slots_;
};

}  // namespace trailkeeper::bench
