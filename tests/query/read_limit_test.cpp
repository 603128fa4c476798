// Reading that is ended from outside: at the next block, whatever was asked.
#include "store/read_limit.h"

#include <doctest/doctest.h>

#include "query/count.h"
#include "query/event_list.h"
#include "query/lookup_events.h"
#include "tests/support/filled_store.h"

using namespace trailkeeper;
using namespace trailkeeper::query;
using store::ReadLimit;
using store::ReadStopped;

namespace {

std::string event_json(int number) {
  return R"({"eventVersion":"1.08","eventTime":"2024-05-01T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"id-)" +
         std::to_string(number) + R"(","requestParameters":{"n":)" + std::to_string(number) + "}}";
}

// Everything that a server asks of a store.
std::vector<std::function<void()>> questions(const store::Snapshot& snapshot) {
  Filter filter;
  filter.add(FilterField::name, "G*");
  Filter verdict;
  verdict.add(FilterField::verdict, "*");
  return {[&snapshot] {
            count_events(snapshot, {}, {{"name"}, Bucket::day, std::nullopt});
          },
          [&snapshot, filter] {
            count_events(snapshot, filter, {{"name"}, Bucket::none, std::nullopt});
          },
          [&snapshot] {
            count_events(snapshot, {}, {{"requestParameters.n"}, Bucket::none, std::nullopt});
          },
          [&snapshot] {
            count_events(snapshot, {}, {{"verdict"}, Bucket::none, std::nullopt});
          },
          [&snapshot, verdict] { count_events(snapshot, verdict, {}); },
          [&snapshot, filter] {
            list_events(snapshot, filter, Order::newest, std::nullopt, [](const ListedEvent&) { return true; });
          },
          [&snapshot, verdict] {
            list_events(snapshot, verdict, Order::oldest, std::nullopt, [](const ListedEvent&) { return true; });
          },
          [&snapshot] { lookup_events(snapshot, "{}"); }};
}

}  // namespace

TEST_CASE("reading ends when it is cancelled, or when its time is up, whatever was asked") {
  tests::FilledStore filled;
  std::vector<std::string> events;
  for (int i = 0; i < 3000; ++i) events.push_back(event_json(i));
  filled.add(events);
  const store::Snapshot snapshot = filled.store.snapshot();
  for (const auto& question : questions(snapshot)) {
    CHECK_NOTHROW(question());
    ReadLimit cancelled;
    cancelled.cancel();
    ReadLimit late;
    late.allow(std::chrono::milliseconds{0});
    ReadLimit generous;
    generous.allow(std::chrono::hours{1});
    {
      const ReadLimit::Scope scope{&cancelled};
      CHECK_THROWS_AS(question(), ReadStopped);
    }
    {
      const ReadLimit::Scope scope{&late};
      CHECK_THROWS_AS(question(), ReadStopped);
    }
    const ReadLimit::Scope scope{&generous};
    CHECK_NOTHROW(question());
  }
  CHECK(ReadLimit::current() == nullptr);
}
