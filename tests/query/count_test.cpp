// Counts, against brute force over the events' JSON.
#include "query/count.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "event/canonical_name.h"
#include "query/field_catalogue.h"
#include "query/shown_event.h"
#include "tests/query/filled.h"
#include "tests/support/random_event.h"
#include "tests/support/sanitized.h"

using namespace trailkeeper;
using namespace trailkeeper::query;
using namespace trailkeeper::tests;

TEST_CASE("property: counts by fields and buckets are those of brute force, before and after merging") {
  Filled filled;
  RandomEvents random{54};
  for (int batch = 0; batch < 3; ++batch) {
    std::vector<std::string> events;
    for (int i = 0; i < 900; ++i) events.push_back(random.event());
    filled.add(events);
  }
  const std::vector<std::pair<std::string, std::string>> fields{
      {"source", "eventSource"},
      {"region", "awsRegion"},
      {"error", "errorCode"},
      {"read-only", "readOnly"},
      {"identity", "userIdentity.type"},
      {"requestParameters.bucketName", "requestParameters.bucketName"},
      {"eventName", "eventName"},
      {"eventVersion", "eventVersion"}};
  for (int round = 0; round < 40; ++round) {
    if (round == 20) {
      while (filled.writer.merge_once(true)) {
      }
    }
    CountRequest request;
    std::vector<std::string> paths;
    for (std::uint64_t n = random.below(3); n > 0; --n) {
      const auto& [name, path] = fields[random.below(fields.size())];
      request.by.push_back(name);
      paths.push_back(path);
    }
    request.per = static_cast<Bucket>(random.below(4));
    std::map<std::pair<std::string, std::vector<std::optional<std::string>>>, std::uint64_t> expected;
    for (const std::string& json : filled.events) {
      std::vector<std::optional<std::string>> values;
      for (const auto& path : paths) {
        const std::string value = json_at(Padded{json}, path);
        values.push_back(value.empty() || value == "null" ? std::nullopt : std::optional{display_text(value)});
      }
      const std::string time = *at(json, "eventTime");
      const std::string bucket = request.per == Bucket::none   ? ""
                                 : request.per == Bucket::hour ? time.substr(0, 13) + ":00:00Z"
                                                               : time.substr(0, request.per == Bucket::day ? 10 : 7);
      ++expected[{bucket, values}];
    }
    const auto rows = count_events(filled.store.snapshot(), {}, request);
    std::string by;
    for (const auto& field : request.by) by += field + " ";
    CAPTURE(by);
    CHECK(rows.size() == expected.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      REQUIRE(expected[{rows[i].bucket, rows[i].values}] == rows[i].count);
      if (i > 0) {
        REQUIRE(rows[i - 1].bucket <= rows[i].bucket);
        if (rows[i - 1].bucket == rows[i].bucket) REQUIRE(rows[i - 1].count >= rows[i].count);
      }
    }
  }
}

TEST_CASE("every field of a name alone, over all events and by a filter, is counted as each event has it") {
  Filled filled;
  RandomEvents random{55};
  std::vector<std::string> events;
  for (int i = 0; i < 500; ++i) events.push_back(random.event());
  // Callers whose name stands in another place than most have it, or nowhere.
  for (const char* identity :
       {R"({"type":"IdentityCenterUser","onBehalfOf":{"userId":"u-1","identityStoreArn":"arn:x"}})",
        R"({"type":"AWSService","invokedBy":"s3.amazonaws.com"})", R"({"type":"Root"})",
        R"({"type":"IAMUser","userName":"zoe"})", R"({"type":"IAMUser","arn":"","principalId":"AIDA1"})", "{}",
        "null"}) {
    events.push_back(event_of(R"("eventSource":"s3.amazonaws.com","eventName":"GetObject","userIdentity":)" +
                              std::string{identity}));
  }
  filled.add(events);
  const auto snapshot = filled.store.snapshot();
  const ShownEvents shown{snapshot};
  for (const std::string_view name : field_names()) {
    if (name == "verdict") continue;
    for (const Filter& filter : {Filter{}, filter_of(FilterField::name, {"Get*"})}) {
      std::map<std::optional<std::string>, std::uint64_t> expected;
      list_events(snapshot, filter, Order::oldest, {}, [&](const ListedEvent& event) {
        std::string json;
        shown.append(*event.segment, event.index, json);
        const std::size_t size = json.size();
        json.append(event::kPadding, '\0');
        ++expected[event_value(shown, *event.segment, event.index, {json.data(), size}, name)];
        return true;
      });
      CountRequest request;
      request.by = {std::string{name}};
      std::map<std::optional<std::string>, std::uint64_t> counted;
      for (const auto& row : count_events(snapshot, filter, request)) counted[row.values.front()] += row.count;
      CAPTURE(name);
      CHECK(counted == expected);
    }
  }
}

TEST_CASE("top keeps the largest rows, in each bucket if there are some") {
  Filled filled;
  filled.add(
      {event_of(R"("eventName":"A")", "2024-05-01T00:00:00Z"), event_of(R"("eventName":"A")", "2024-05-01T01:00:00Z"),
       event_of(R"("eventName":"B")", "2024-05-01T02:00:00Z"), event_of(R"("eventName":"B")", "2024-05-02T00:00:00Z"),
       event_of(R"("eventName":"C")", "2024-05-02T00:00:00Z"), event_of(R"("eventName":"C")", "2024-05-02T00:00:00Z")});
  const auto snapshot = filled.store.snapshot();
  CHECK(count_events(snapshot, {}, {{"name"}, Bucket::none, 1}).size() == 1);
  CHECK_THROWS_AS(count_events(snapshot, {}, {{"name"}, Bucket::none, 1, 1}), TooManyRows);
  MemoryBudget little{1000};
  CHECK_THROWS_AS(count_groups(snapshot, {}, {{"eventID"}, Bucket::none, 1, {}, &little}), OverBudget);
  CHECK_THROWS_AS(count_groups(snapshot, {}, {{"name", "user"}, Bucket::hour, 1, {}, &little}), OverBudget);
  CHECK(little.used() == 0);
  const auto rows = count_events(snapshot, {}, {{"name"}, Bucket::day, 1});
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].bucket == "2024-05-01");
  CHECK(rows[0].values[0] == "A");
  CHECK(rows[1].values[0] == "C");
  CHECK(count_events(snapshot, {}, {{"name"}, Bucket::month, {}})[0].bucket == "2024-05");
}
