#include "store/segments/key_search.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

using namespace trailkeeper::store;

namespace {

EventKey random_key(std::mt19937& random, unsigned kinds) {
  EventKey key{};
  for (auto& byte : key) byte = static_cast<std::uint8_t>(random() % kinds);
  return key;
}

}  // namespace

TEST_CASE("property: keys are found where std::equal_range finds them, random or crowded") {
  std::mt19937 random{31};
  for (const unsigned kinds : {256U, 2U, 1U}) {
    for (const std::uint32_t size : {1U, 2U, 3U, 700U, 5000U}) {
      std::vector<EventKey> keys;
      for (std::uint32_t i = 0; i < size; ++i) keys.push_back(random_key(random, kinds));
      std::sort(keys.begin(), keys.end());
      const auto key_at = [&](std::uint32_t place) -> const EventKey& { return keys.at(place); };
      for (int i = 0; i < 300; ++i) {
        const EventKey key = i % 2 == 0 ? keys[random() % size] : random_key(random, kinds);
        const auto [begin, end] = std::equal_range(keys.begin(), keys.end(), key);
        const std::uint32_t found = first_not_before(key, size, key_at);
        CHECK(found == begin - keys.begin());
        CHECK(end_of_equal(key, found, size, key_at) == end - keys.begin());
      }
    }
  }
}

TEST_CASE("property: keys that don't ascend give a place all the same") {
  std::mt19937 random{32};
  std::vector<EventKey> keys;
  for (int i = 0; i < 3000; ++i) keys.push_back(random_key(random, 256));
  const auto key_at = [&](std::uint32_t place) -> const EventKey& { return keys.at(place); };
  const auto size = static_cast<std::uint32_t>(keys.size());
  for (int i = 0; i < 300; ++i) {
    const EventKey key = keys[random() % size];
    const std::uint32_t found = first_not_before(key, size, key_at);
    CHECK(found <= size);
    const std::uint32_t end = end_of_equal(key, found, size, key_at);
    CHECK((found <= end && end <= size));
  }
}
