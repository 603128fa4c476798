#include "store/bills/bill_sketch.h"

#include <doctest/doctest.h>

#include <random>

using namespace trailkeeper::store;

TEST_CASE("A sketch tells how much of a set is in another") {
  std::mt19937_64 dice{1};
  for (const std::size_t size : {10U, 400U, 5000U, 100'000U}) {
    CAPTURE(size);
    BillSketch some;
    BillSketch all;
    BillSketch half;
    BillSketch others;
    for (std::size_t i = 0; i < size; ++i) {
      const std::uint64_t hash = dice();
      some.add(hash);
      all.add(hash);
      all.add(dice());
      half.add(i % 2 == 0 ? hash : dice());
      others.add(dice());
    }
    CHECK(some.size() <= BillSketch::kMost);
    CHECK(some.share_in(all).at_least(100));
    CHECK(some.share_in(some).at_least(100));
    CHECK(some.share_in(half).at_least(30));
    CHECK(!some.share_in(half).at_least(70));
    CHECK(!some.share_in(others).at_least(10));
    BillSketch joined = half;
    joined.add(some);
    CHECK(some.share_in(joined).at_least(100));
    std::string bytes;
    all.encode(bytes);
    ByteReader reader{bytes};
    CHECK(BillSketch::decode(reader).share_in(all).at_least(100));
    CHECK(reader.empty());
  }
  CHECK(!BillSketch{}.share_in(BillSketch{}).at_least(0));
}
