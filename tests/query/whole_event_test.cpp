#include "query/whole_event.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "query/count.h"
#include "query/field_check.h"
#include "query/filter.h"
#include "query/listed_values.h"
#include "tests/query/sql/asked.h"
#include "tests/support/sanitized.h"

using namespace trailkeeper;
using namespace trailkeeper::query;
using namespace trailkeeper::tests;

namespace {

std::string numbered_event(int number, const std::string& members) {
  return R"({"eventTime":"2024-05-01T10:00:00Z","eventVersion":"1.08","eventName":"Run","eventSource":"ec2.amazonaws.com","eventID":"event )" +
         std::to_string(number) + "\"" + members + "}";
}

// So many values that no table has a place for each.
std::string wide_event(int number, const std::string& parameters) {
  std::string names = R"("names":["i-0")";
  for (int i = 1; i < 6000; ++i) names += ",\"i-" + std::to_string(i) + "\"";
  return numbered_event(number, R"(,"requestParameters":{"instanceIds":)" + names.substr(8) + "]," + parameters + "}");
}

std::uint64_t count_of(const store::Snapshot& snapshot, FilterField field, std::string_view text) {
  Filter filter;
  filter.add(field, text, false);
  return count_events(snapshot, filter, {}).front().count;
}

/// The event versions and IDs as a list has them.
std::vector<std::string> listed_texts(const store::Snapshot& snapshot, bool reveal) {
  ListedValues values{snapshot, {"eventVersion", "eventID", "requestParameters.same"}, reveal};
  std::vector<std::string> texts;
  list_events(snapshot, {}, Order::oldest, {}, [&](const ListedEvent& event) {
    std::string row;
    for (std::size_t field = 0; field < values.size(); ++field) {
      const auto value = values.value(event, field);
      row += (value ? value->text : "none") + "|";
    }
    texts.push_back(row);
    return true;
  });
  std::sort(texts.begin(), texts.end());
  return texts;
}

}  // namespace

TEST_CASE("events that a merge keeps whole are listed, and asked for in SQL, as before") {
  AskedStore asked;
  int number = 0;
  // Tables and paths of one commit have room, those of all together don't.
  for (int commit = 0; commit < 12; ++commit) {
    std::vector<std::string> events;
    for (int i = 0; i < 15; ++i) {
      std::string members = R"(,"requestParameters":{"same":1)";
      for (int k = 0; k < 100; ++k) {
        members += ",\"" + std::string(50, 'n') + std::to_string(number) + "_" + std::to_string(k) + "\":\"v\"";
      }
      events.push_back(numbered_event(number++, members + "}"));
    }
    asked.add(events);
  }
  const std::string by_version = "SELECT eventVersion, count(*), max(eventID) FROM events GROUP BY 1";
  const std::string selected = "SELECT count(*) FROM events WHERE eventVersion = '1.08' AND length(eventID) > 6";
  std::vector<std::string> before;
  {
    const store::Snapshot snapshot = asked.store.snapshot();
    for (const store::Segment& segment : snapshot.segments()) CHECK_FALSE(segment.whole_table());
  }
  for (const bool reveal : {false, true}) {
    for (const std::string& row : listed_texts(asked.store.snapshot(), reveal)) before.push_back(row);
  }
  CHECK(before.front() == "1.08|event 0|1|");
  const Rows versions = asked.ask(by_version);
  CHECK(versions == Rows{"1.08|180|event 99"});
  CHECK(asked.value(selected) == "180");

  while (asked.writer.merge_once(true)) {
  }
  bool any_whole = false;
  const store::Snapshot merged = asked.store.snapshot();
  for (const store::Segment& segment : merged.segments()) {
    std::size_t whole = 0;
    for_each_whole_event(segment, [&](std::string_view) { return ++whole > 0; });
    any_whole = any_whole || (whole > 0 && whole < segment.size());
  }
  CHECK(any_whole);
  std::vector<std::string> after;
  for (const bool reveal : {false, true}) {
    for (const std::string& row : listed_texts(asked.store.snapshot(), reveal)) after.push_back(row);
  }
  CHECK(after == before);
  CHECK(asked.ask(by_version) == versions);
  CHECK(asked.value(selected) == "180");
}

TEST_CASE("each resource of an event that is kept whole is found") {
  FilledStore filled;
  filled.add({wide_event(1, R"("bucketName":"last")")});
  const store::Snapshot snapshot = filled.store.snapshot();
  REQUIRE(snapshot.segments().front().whole_table());
  for (const std::string_view name : {"i-0", "i-4095", "i-4096", "i-5999", "last"}) {
    CAPTURE(name);
    CHECK(count_of(snapshot, FilterField::resource, name) == 1);
  }
  CHECK(count_of(snapshot, FilterField::resource, "i-6000") == 0);
}

TEST_CASE("in SQL a name of an event that is kept whole is found in any case") {
  AskedStore asked;
  asked.add({wide_event(1, R"("fooBar":{"in.ner":["x",{"Deep":"v"}]},"Two":1,"tWo":2)")});
  CHECK(asked.value("SELECT requestParameters.foobar FROM events") == R"({"in.ner":["x",{"Deep":"v"}]})");
  CHECK(asked.value("SELECT count(*) FROM events WHERE REQUESTPARAMETERS.FOOBAR IS NOT NULL") == "1");
  CHECK(asked.value("SELECT requestParameters.Two FROM events") == "1");
  CHECK(asked.value("SELECT requestParameters.two FROM events").starts_with("! "));
}

TEST_CASE("a name that no event has is unknown also beside events that are kept whole") {
  FilledStore filled;
  filled.add({numbered_event(1, ""), wide_event(2, R"("x":null)").replace(1, 0, R"("ownMember":{"a":null},)")});
  for (const char* const name : {"ownMember", "ownMember.a", "requestParameters.y"}) {
    CAPTURE(name);
    CHECK_FALSE(unknown_field(name, &filled.store));
  }
  for (const char* const name : {"usr", "ownMembr", "userIdentity.arnn"}) {
    CAPTURE(name);
    CHECK(unknown_field(name, &filled.store));
  }
}
