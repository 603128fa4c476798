// Followers see what is committed, once, in order, and hear what they were too slow for.
#include "query/tail.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/support/filled_store.h"
#include "tests/support/random_event.h"

using namespace trailkeeper;
using namespace trailkeeper::query;
using namespace trailkeeper::tests;

namespace {

std::string event_of(int number, const std::string& name = "A") {
  char text[160];
  std::snprintf(text, sizeof text,
                R"({"eventTime":"2024-05-01T10:00:00Z","eventID":"00000000-0000-4000-8000-%012d","eventName":"%s"})",
                number, name.c_str());
  return text;
}

/// A store whose commits a hub hears of.
struct Followed {
  FilledStore filled;
  TailHub hub;

  explicit Followed(std::uint64_t capacity = TailHub::kDefaultCapacity)
      : hub(trailkeeper::query::ShownEvents{filled.store.snapshot()}, capacity) {}

  void add(const std::vector<std::string>& events) {
    event::RecordParser parser;
    const auto batch = filled.writer.new_batch();
    for (const std::string& json : events) {
      const Padded bytes{json};
      event::Record record;
      REQUIRE(parser.parse(bytes, record) == event::Reason::none);
      batch->add(record);
    }
    store::Commit commit;
    commit.batches.push_back(filled.writer.seal(*batch));
    hub.publish(filled.writer.commit_and_keep(std::move(commit)));
  }
};

using Events = std::vector<std::string>;

Events all(TailHub::Follower& follower) {
  Events events;
  while (true) {
    const auto chunk = follower.next(1);
    CHECK(chunk.missed == 0);
    if (chunk.events.empty()) return events;
    events.insert(events.end(), chunk.events.begin(), chunk.events.end());
  }
}

}  // namespace

TEST_CASE("a follower sees what is committed after it came: new events only, also after merges") {
  Followed followed;
  followed.add({event_of(1)});
  const auto follower = followed.hub.follow({}, nullptr);
  CHECK(all(*follower).empty());
  followed.add({event_of(2), event_of(3)});
  followed.add({event_of(3), event_of(4)});
  followed.add({event_of(2)});
  followed.filled.writer.merge_once(true);
  CHECK(all(*follower) == Events{event_of(2), event_of(3), event_of(4)});
  CHECK(all(*follower).empty());
  followed.filled.writer.merge_once(true);
  followed.add({event_of(5)});
  CHECK(all(*follower) == Events{event_of(5)});
}

TEST_CASE("each follower has its filter and its pace") {
  Followed followed;
  Filter filter;
  filter.add(FilterField::name, "Put*");
  const auto puts = followed.hub.follow(filter, nullptr);
  const auto everything = followed.hub.follow({}, nullptr);
  followed.add({event_of(1, "PutObject"), event_of(2, "GetObject")});
  CHECK(all(*puts) == Events{event_of(1, "PutObject")});
  followed.add({event_of(3, "GetObject")});
  followed.add({event_of(4, "PutRule")});
  CHECK(all(*puts) == Events{event_of(4, "PutRule")});
  CHECK(all(*everything).size() == 4);
}

TEST_CASE("followers are woken by what is new; what all have read, or nobody follows, takes no memory") {
  Followed followed;
  followed.add({event_of(1)});
  CHECK(followed.hub.kept_bytes() == 0);
  CHECK(!followed.hub.followed());
  int woken = 0;
  auto follower = followed.hub.follow({}, [&] { ++woken; });
  CHECK(followed.hub.followed());
  followed.add({event_of(1)});
  CHECK(woken == 0);
  followed.add({event_of(2)});
  CHECK(woken == 1);
  CHECK(followed.hub.kept_bytes() > 0);
  CHECK(all(*follower).size() == 1);
  CHECK(followed.hub.kept_bytes() == 0);
  followed.add({event_of(3)});
  CHECK(followed.hub.kept_bytes() > 0);
  follower.reset();
  CHECK(followed.hub.kept_bytes() == 0);
  followed.add({event_of(4)});
  CHECK(woken == 2);
}

TEST_CASE("who is too slow is told how many events went, before those that follow") {
  Followed probe;
  const auto probing = probe.hub.follow({}, nullptr);
  probe.add({event_of(1), event_of(2)});
  const std::uint64_t one = probe.hub.kept_bytes();

  Followed followed{3 * one};
  const auto follower = followed.hub.follow({}, nullptr);
  for (int i = 0; i < 10; ++i) followed.add({event_of(2 * i), event_of(2 * i + 1)});
  CHECK(followed.hub.kept_bytes() <= 3 * one);
  std::uint64_t missed = 0;
  Events events;
  for (auto chunk = follower->next(1); !chunk.events.empty() || chunk.missed > 0; chunk = follower->next(1)) {
    if (chunk.missed > 0) CHECK(events.empty());
    missed += chunk.missed;
    events.insert(events.end(), chunk.events.begin(), chunk.events.end());
  }
  CHECK(missed + events.size() == 20);
  CHECK(missed >= 12);
  REQUIRE(!events.empty());
  CHECK(events.back() == event_of(19));
  followed.add({event_of(20)});
  CHECK(all(*follower) == Events{event_of(20)});
}

TEST_CASE("a segment that doesn't fit is missed as a whole; one that is being read is read to its end") {
  Followed followed{1};
  const auto follower = followed.hub.follow({}, nullptr);
  followed.add({event_of(1), event_of(2)});
  const auto chunk = follower->next(1000);
  CHECK(chunk.events.empty());
  CHECK(chunk.missed == 2);

  Followed other;
  const auto reader = other.hub.follow({}, nullptr);
  other.add({event_of(1), event_of(2), event_of(3)});
  CHECK(reader->next(1).events == Events{event_of(1)});
  other.add({event_of(4)});
  CHECK(all(*reader) == Events{event_of(2), event_of(3), event_of(4)});
}

TEST_CASE("who stays in the middle of a segment doesn't keep it: what is dropped there was missed") {
  Followed probe;
  const auto probing = probe.hub.follow({}, nullptr);
  probe.add({event_of(1), event_of(2), event_of(3)});
  Followed followed{probe.hub.kept_bytes()};
  const auto follower = followed.hub.follow({}, nullptr);
  followed.add({event_of(1), event_of(2), event_of(3)});
  CHECK(follower->next(1).events == Events{event_of(1)});
  followed.add({event_of(4)});
  const auto chunk = follower->next(1);
  CHECK(chunk.missed == 2);
  CHECK(chunk.events == Events{event_of(4)});
  CHECK(all(*follower).empty());
}

TEST_CASE("commits, followers that come and go, and readers at once") {
  Followed followed;
  std::atomic<bool> done{false};
  std::atomic<int> wakes{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      while (!done) {
        const auto follower = followed.hub.follow({}, [&] { ++wakes; });
        for (int i = 0; i < 20; ++i) static_cast<void>(follower->next(100));
      }
    });
  }
  const auto steady = followed.hub.follow({}, nullptr);
  Events expected;
  for (int i = 0; i < 100; ++i) {
    expected.push_back(event_of(i));
    followed.add({expected.back()});
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  CHECK(all(*steady) == expected);
}
