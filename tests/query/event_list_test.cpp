// Lists of events.
#include <doctest/doctest.h>

#include <algorithm>

#include "query/count.h"
#include "query/stats.h"
#include "tests/query/filled.h"
#include "tests/support/random_event.h"

using namespace trailkeeper;
using namespace trailkeeper::query;
using namespace trailkeeper::tests;

TEST_CASE("a list is in order of time, then ID, newest or oldest first, over all segments; a limit cuts it") {
  Filled filled;
  RandomEvents random{51};
  for (int batch = 0; batch < 5; ++batch) {
    std::vector<std::string> events;
    for (int i = 0; i < 300; ++i)
      events.push_back(
          random.event(random.guid(), 1714557600000 + 1000 * static_cast<text::Timestamp>(random.below(40))));
    filled.add(events);
  }
  const auto oldest = filled.list({});
  REQUIRE(oldest.size() == 1500);
  const auto key = [](const std::string& json) { return *at(json, "eventTime") + *at(json, "eventID"); };
  for (std::size_t i = 1; i < oldest.size(); ++i) REQUIRE(key(oldest[i - 1]) < key(oldest[i]));
  auto newest = filled.list({}, Order::newest);
  std::reverse(newest.begin(), newest.end());
  CHECK(newest == oldest);
  for (const std::uint64_t limit : {0, 1, 7, 299, 1500, 5000}) {
    const auto first = filled.list({}, Order::oldest, limit);
    REQUIRE(first.size() == std::min<std::size_t>(limit, 1500));
    CHECK(std::equal(first.begin(), first.end(), oldest.begin()));
    const auto last = filled.list({}, Order::newest, limit);
    REQUIRE(last.size() == first.size());
    if (!last.empty()) CHECK(last[0] == oldest.back());
  }
}

TEST_CASE("a visitor that has enough ends the list") {
  Filled filled;
  RandomEvents random{52};
  filled.add({random.event(), random.event(), random.event()});
  int seen = 0;
  CHECK(list_events(filled.store.snapshot(), {}, Order::newest, {}, [&](const ListedEvent&) { return ++seen < 2; }) ==
        2);
}

TEST_CASE("find_events: one, none, several variants, IDs that aren't GUIDs") {
  Filled filled;
  const std::string id = "00112233-4455-6677-8899-aabbccddeeff";
  const auto with = [&](const std::string& event_id, const std::string& name) {
    return R"({"eventTime":"2024-05-01T10:00:00Z","eventName":")" + name + R"(","eventID":")" + event_id + "\"}";
  };
  filled.add({with(id, "A"), with("custom-1", "B")});
  filled.add({with(id, "C")});
  const auto snapshot = filled.store.snapshot();
  CHECK(find_events(snapshot, id).size() == 2);
  CHECK(find_events(snapshot, "custom-1").size() == 1);
  CHECK(find_events(snapshot, "custom-2").empty());
  CHECK(find_events(snapshot, "").empty());
  CHECK(filled.list(filter_of(FilterField::event_id, {"custom-1"})).size() == 1);
  CHECK(filled.list(filter_of(FilterField::event_id, {"custom-*"})).size() == 1);
  CHECK(filled.list(filter_of(FilterField::event_id, {"00112233-*", "custom-1"})).size() == 3);
  CHECK(filled.list(filter_of(FilterField::event_id, {id.c_str()})).size() == 2);
}

TEST_CASE("an empty store answers: nothing") {
  Filled filled;
  CHECK(filled.list({}).empty());
  CHECK(count_events(filled.store.snapshot(), {}, {{"name"}, Bucket::day, {}}).empty());
  const Stats stats = collect_stats(filled.store);
  CHECK(stats.events == 0);
  CHECK(stats.sources.empty());
}
