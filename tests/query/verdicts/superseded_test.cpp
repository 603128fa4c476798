#include "query/verdicts/superseded.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "query/count.h"
#include "query/event_list.h"
#include "query/verdicts/findings.h"
#include "query/verdicts/verdict_index.h"
#include "tests/support/filled_store.h"

using namespace trailkeeper;

namespace {

std::string id_of(int number) { return fmt::format("00000000-0000-4000-8000-{:012}", number); }

std::string form(int number, std::string_view more = "", std::string_view account = "111122223333") {
  return fmt::format(
      R"({{"eventVersion":"1.08","eventTime":"2024-05-21T10:00:00Z","eventSource":"activate.amazonaws.com",)"
      R"("eventName":"CreateForm","eventID":"{}","requestID":"req-{}","eventType":"AwsApiCall",)"
      R"("userIdentity":{{"type":"Root","accountId":"{}"}},"recipientAccountId":"{}"{}}})",
      id_of(number), number, account, account, more);
}

std::string addendum(int number, int original, std::string_view account = "111122223333") {
  return form(number,
              fmt::format(R"(,"addendum":{{"reason":"UPDATED_DATA","updatedFields":"responseElements",)"
                          R"("originalRequestID":"req-{}","originalEventID":"{}"}})",
                          original, id_of(original)),
              account);
}

// The IDs of events that were replaced, with what replaced them.
std::vector<std::string> superseded(tests::FilledStore& filled) {
  const store::Snapshot snapshot = filled.store.snapshot();
  const query::SupersededEvents found{snapshot};
  std::vector<std::string> out;
  for (const store::Segment& segment : snapshot.segments()) {
    for (const std::uint32_t index : found.of(segment)) {
      const auto newest = found.newest({&segment, index});
      REQUIRE(newest.has_value());
      const auto id = [&](const store::Segment& of, std::uint32_t i) {
        return query::event_id_of(snapshot, {&of, i}).substr(35);
      };
      out.push_back(id(segment, index) + "<" + id(*newest->segment, newest->index));
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

TEST_CASE("superseded: an addendum replaces its original, whichever came first, also in separate commits") {
  for (const bool original_first : {true, false}) {
    for (const bool together : {true, false}) {
      tests::FilledStore filled;
      std::vector<std::string> events{form(1), addendum(2, 1)};
      if (!original_first) std::swap(events[0], events[1]);
      if (together) {
        filled.add(events);
      } else {
        filled.add({events[0]});
        CHECK(superseded(filled).empty());
        filled.add({events[1]});
      }
      CHECK(superseded(filled) == std::vector<std::string>{"1<2"});
    }
  }
}

TEST_CASE("superseded: chains, several addenda, circles and strangers") {
  tests::FilledStore chain;
  chain.add({form(1), addendum(2, 1), addendum(3, 2)});
  CHECK(superseded(chain) == std::vector<std::string>{"1<3", "2<3"});
  tests::FilledStore several;
  several.add({addendum(3, 1), form(1), addendum(2, 1)});
  CHECK(superseded(several) == std::vector<std::string>{"1<3", "2<3"});
  tests::FilledStore circle;
  circle.add({addendum(1, 2), addendum(2, 1)});
  CHECK(superseded(circle) == std::vector<std::string>{"1<2"});
  tests::FilledStore itself;
  itself.add({addendum(1, 1)});
  CHECK(superseded(itself).empty());
  // Another account's events, or another call's, aren't its originals.
  tests::FilledStore foreign;
  foreign.add({form(1), addendum(2, 1, "444455556666")});
  CHECK(superseded(foreign).empty());
  // Late events are nobody's addenda.
  tests::FilledStore late;
  late.add({form(1), form(2, R"(,"addendum":{"reason":"DELIVERY_DELAY"})")});
  CHECK(superseded(late).empty());
}

TEST_CASE("superseded: of several contents of an addendum's ID the same one is the newest in every store") {
  const auto newest = [](std::vector<std::string> events) {
    tests::FilledStore filled;
    for (const std::string& event : events) filled.add({event});
    const store::Snapshot snapshot = filled.store.snapshot();
    const query::SupersededEvents found{snapshot};
    std::string bytes;
    for (const store::Segment& segment : snapshot.segments()) {
      for (std::uint32_t i = 0; i < segment.size(); ++i) {
        if (!found.contains(segment, i)) segment.append_unchecked(i, bytes);
      }
    }
    return bytes;
  };
  std::vector<std::string> events{form(1)};
  for (const char* amount : {"1000", "3000", "2000"}) {
    std::string variant = addendum(2, 1);
    variant.insert(1, fmt::format(R"("additionalEventData":"{}",)", amount));
    events.push_back(variant);
  }
  std::sort(events.begin(), events.end());
  do {
    CHECK(newest(events).find("3000") != std::string::npos);
  } while (std::next_permutation(events.begin(), events.end()));
}

TEST_CASE("superseded: by request where no event is named") {
  const std::string by_request = form(2, R"(,"addendum":{"reason":"UPDATED_DATA","originalRequestID":"req-1"})");
  tests::FilledStore one;
  one.add({by_request});
  one.add({form(1)});
  CHECK(superseded(one) == std::vector<std::string>{"1<2"});
  // A request ID that many have names none.
  tests::FilledStore many;
  std::vector<std::string> events{form(2, R"(,"addendum":{"reason":"UPDATED_DATA","originalRequestID":"-"})")};
  for (int i = 10; i < 40; ++i) {
    std::string other = form(i);
    other.replace(other.find(fmt::format("req-{}", i)), 6, "-");
    events.push_back(other);
  }
  many.add(events);
  CHECK(superseded(many).empty());
}

TEST_CASE("superseded: an action has one verdict") {
  tests::FilledStore filled;
  filled.add({form(1)});
  filled.add({addendum(2, 1)});
  const store::Snapshot snapshot = filled.store.snapshot();
  const auto count = [&](const query::Filter& filter) {
    std::uint64_t sum = 0;
    for (const query::CountRow& row : query::count_events(snapshot, filter, {{"verdict"}, query::Bucket::none, {}})) {
      sum += row.count;
    }
    return sum;
  };
  CHECK(count({}) == 1);
  query::Filter asked;
  asked.add(query::FilterField::verdict, query::kSupersededWord);
  CHECK(count(asked) == 1);
  const auto listed = [&](const query::Filter& filter) {
    return query::list_events(snapshot, filter, query::Order::newest, std::nullopt, [](const auto&) { return true; });
  };
  CHECK(listed({}) == 2);
  CHECK(listed(asked) == 1);
  const auto explained = query::explain_event(snapshot, id_of(1));
  REQUIRE(explained.size() == 1);
  CHECK(explained[0].superseded_by == id_of(2));
  CHECK(query::explain_event(snapshot, id_of(2))[0].replaces == std::vector<std::string>{id_of(1)});
}
