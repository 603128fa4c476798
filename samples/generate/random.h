// Random numbers that are the same on every machine: SplitMix64, and integer arithmetic only.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace trailkeeper::generate {

__extension__ using Wide = unsigned __int128;

/// SplitMix64's finalizer: spreads a change of any bit over all bits.
constexpr std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

/// One number out of several, for streams that are known by more than one number.
constexpr std::uint64_t mix(std::initializer_list<std::uint64_t> parts) {
  std::uint64_t state = 0x243f6a8885a308d3ULL;
  for (const std::uint64_t part : parts) state = mix(state * 0x9e3779b97f4a7c15ULL + part + 1);
  return state;
}

/// Scales 64 random bits to 0 … bound - 1.
constexpr std::uint64_t scale(std::uint64_t bits, std::uint64_t bound) {
  return static_cast<std::uint64_t>((Wide{bits} * bound) >> 64);
}

/// Likewise, but small numbers are far likelier: a long tail.
constexpr std::uint64_t scale_skewed(std::uint64_t bits, std::uint64_t bound) {
  return scale(scale(bits, bits), bound);
}

/// A stream of random numbers.
class Random {
 public:
  constexpr explicit Random(std::uint64_t seed) : state_(seed) {}

  constexpr std::uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15ULL); }
  constexpr std::uint64_t below(std::uint64_t bound) { return scale(next(), bound); }
  constexpr std::uint64_t below_skewed(std::uint64_t bound) { return scale_skewed(next(), bound); }
  constexpr std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }
  constexpr bool per_mille(unsigned chance) { return below(1000) < chance; }

 private:
  std::uint64_t state_;
};

}  // namespace trailkeeper::generate
