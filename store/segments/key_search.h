// Finds a key among random ones in ascending order, reading few of them.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>

#include "store/event_key.h"

namespace trailkeeper::store {

/// The key as a fraction of the largest.
inline double key_fraction(const EventKey& key) {
  double fraction = 0;
  double weight = 1.0 / 256;
  for (std::size_t i = 0; i < 6; ++i, weight /= 256) fraction += key[i] * weight;
  return fraction;
}

/// The first place in [low, high) of which `passed(place)` is false, if it is so of all places behind it; else `high`.
template <typename Passed>
std::uint32_t first_not_passed(std::uint32_t low, std::uint32_t high, Passed passed) {
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (passed(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/// The first of `size` places whose key isn't before `key`; `key_at(place)` is ascending. Any place, if it isn't.
/// Precondition: size > 0.
template <typename KeyAt>
std::uint32_t first_not_before(const EventKey& key, std::uint32_t size, KeyAt key_at) {
  assert(size > 0);
  // Of n random keys, one lies within the square root of n of its place: most within this of half a million.
  constexpr std::uint32_t kFirstStep = 512;
  const auto before = [&](std::uint32_t place) { return key_at(place) < key; };
  // Random keys lie about where their first bytes say: look there first, and double the distance until they are
  // between.
  std::uint32_t low = 0;
  std::uint32_t high = size;
  std::uint32_t place = static_cast<std::uint32_t>(key_fraction(key) * size);
  place = std::min(place, size - 1);
  for (std::uint32_t step = kFirstStep; low < high; step *= 2) {
    if (before(place)) {
      low = place + 1;
      if (high - low <= step) break;
      place = low + step;
      if (!before(place)) {
        high = place;
        break;
      }
    } else {
      high = place;
      if (high - low <= step) break;
      place = high - step;
      if (before(place)) {
        low = place + 1;
        break;
      }
    }
  }
  return first_not_passed(low, high, before);
}

/// The first place behind `begin` whose key is another than `key`. Usually the next: looked for by steps that double.
template <typename KeyAt>
std::uint32_t end_of_equal(const EventKey& key, std::uint32_t begin, std::uint32_t size, KeyAt key_at) {
  const auto equal = [&](std::uint32_t place) { return key_at(place) == key; };
  std::uint32_t low = begin;
  std::uint32_t end = begin;
  std::uint32_t step = 1;
  while (end < size && equal(end)) {
    low = end + 1;
    end = size - end > step ? end + step : size;
    step *= 2;
  }
  return first_not_passed(low, end, equal);
}

}  // namespace trailkeeper::store
