// Lists that go on where another ended.
#include <doctest/doctest.h>

#include <algorithm>

#include "query/event_list.h"
#include "tests/support/filled_store.h"
#include "tests/support/random_event.h"
#include "tests/support/sanitized.h"

using namespace trailkeeper;
using namespace trailkeeper::query;
using namespace trailkeeper::tests;

namespace {

struct Page {
  std::vector<std::string> events;
  std::optional<Position> last;
};

Page page(FilledStore& filled, const Filter& filter, Order order, std::uint64_t limit,
          const std::optional<Position>& after) {
  const auto snapshot = filled.store.snapshot();
  Filter as_stored = filter;
  as_stored.as_stored = true;
  Page page;
  list_events(
      snapshot, as_stored, order, limit,
      [&](const ListedEvent& event) {
        event.segment->append_event(event.index, snapshot.hash_seed(), page.events.emplace_back());
        page.last = position_of(event);
        return true;
      },
      after);
  return page;
}

// All pages one after the other; `between` happens after each.
template <typename Between>
std::vector<std::string> paged(FilledStore& filled, const Filter& filter, Order order, std::uint64_t limit,
                               Between between) {
  std::vector<std::string> all;
  std::optional<Position> after;
  while (true) {
    const Page next = page(filled, filter, order, limit, after);
    all.insert(all.end(), next.events.begin(), next.events.end());
    if (next.events.size() < limit) return all;
    after = next.last;
    between();
  }
}

std::vector<std::string> whole(FilledStore& filled, const Filter& filter, Order order) {
  return page(filled, filter, order, 1'000'000, std::nullopt).events;
}

// Few times, so that many events share one; some variants of one ID and time, in several segments.
void fill(FilledStore& filled, RandomEvents& random, int segments) {
  constexpr text::Timestamp kStart = 1'714'557'600'000;
  const std::string id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
  for (int segment = 0; segment < segments; ++segment) {
    std::vector<std::string> events;
    for (int i = 0; i < (kSanitized ? 100 : 300); ++i) {
      events.push_back(random.event(random.guid(), kStart + static_cast<text::Timestamp>(random.below(5)) * 1000));
    }
    for (int i = 0; i < 3; ++i) events.push_back(random.event(id, kStart + 2000));
    filled.add(events);
  }
}

}  // namespace

TEST_CASE("pages end to end are the list, in both orders, for any size of page and any filter") {
  FilledStore filled;
  RandomEvents random{11};
  fill(filled, random, 4);
  Filter by_name;
  by_name.add(FilterField::name, "Get*");
  Filter by_time;
  by_time.since = 1'714'557'601'000;
  by_time.until = 1'714'557'603'000;
  for (const Order order : {Order::newest, Order::oldest}) {
    for (const Filter& filter : {Filter{}, by_name, by_time}) {
      const auto expected = whole(filled, filter, order);
      REQUIRE(expected.size() > 50);
      for (const std::uint64_t limit : {1, 7, 50, 1000}) {
        CHECK(paged(filled, filter, order, limit, [] {}) == expected);
      }
    }
  }
}

TEST_CASE("merges and commits between pages neither repeat nor skip what was there") {
  for (const Order order : {Order::newest, Order::oldest}) {
    FilledStore filled;
    RandomEvents random{12};
    fill(filled, random, 4);
    const auto expected = whole(filled, {}, order);
    int count = 0;
    const auto got = paged(filled, {}, order, 13, [&] {
      if (++count % 10 == 0) fill(filled, random, 1);
      if (count % 25 == 0) filled.writer.merge_once(true);
    });
    auto unique = got;
    std::sort(unique.begin(), unique.end());
    CHECK(std::adjacent_find(unique.begin(), unique.end()) == unique.end());
    for (const std::string& json : expected) {
      const bool found = std::binary_search(unique.begin(), unique.end(), json);
      CHECK(found);
    }
  }
}

TEST_CASE("a place whose event is gone: the list goes on behind it") {
  FilledStore filled;
  RandomEvents random{13};
  fill(filled, random, 2);
  const auto all = whole(filled, {}, Order::oldest);
  const Page first = page(filled, {}, Order::oldest, 10, {});
  Position gone = *first.last;
  gone.hash ^= 1;
  CHECK(page(filled, {}, Order::oldest, 1, gone).events == std::vector{all[10]});
}
