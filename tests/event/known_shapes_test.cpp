// A parser that has seen a shape reads records of it another way: with the same result.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "event/record.h"
#include "tests/support/padded.h"
#include "tests/support/random_event.h"

using namespace trailkeeper::event;
using namespace trailkeeper::tests;

TEST_CASE("property: a parser that knows many shapes judges changed records as a fresh one does") {
  RandomEvents random{71};
  RecordParser experienced;
  std::vector<std::string> events;
  for (int i = 0; i < 400; ++i) {
    events.push_back(random.event());
    Record record;
    const Padded bytes{events.back()};
    REQUIRE(experienced.parse(bytes, record) == Reason::none);
  }
  const std::string interesting = "\"\\{}[],: \n0e.-tnf\x01\x06\x1F\x80\xC3\xFF";
  for (int i = 0; i < 30000; ++i) {
    std::string json = events[random.below(events.size())];
    for (std::uint64_t n = random.below(3); n > 0; --n) {
      const std::size_t at = random.below(json.size());
      switch (random.below(4)) {
        case 0: json[at] = interesting[random.below(interesting.size())]; break;
        case 1: json.erase(at, 1 + random.below(3)); break;
        case 2: json.insert(at, 1, interesting[random.below(interesting.size())]); break;
        default: json.resize(at); break;
      }
      if (json.empty()) break;
    }
    const Padded bytes{json};
    RecordParser fresh;
    Record expected;
    Record got;
    const Reason reason = fresh.parse(bytes, expected);
    CAPTURE(json);
    REQUIRE(experienced.parse(bytes, got) == reason);
    if (reason != Reason::none) continue;
    REQUIRE(got.shape->kind == expected.shape->kind);
    REQUIRE(got.shape->skeleton == expected.shape->skeleton);
    REQUIRE(got.time == expected.time);
    REQUIRE(got.leaves.size() == expected.leaves.size());
    for (std::size_t leaf = 0; leaf < got.leaves.size(); ++leaf) {
      REQUIRE(got.leaves[leaf].offset == expected.leaves[leaf].offset);
      REQUIRE(got.leaves[leaf].length == expected.leaves[leaf].length);
      REQUIRE(got.leaves[leaf].type() == expected.leaves[leaf].type());
    }
  }
}
