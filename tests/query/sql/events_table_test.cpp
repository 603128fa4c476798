// The table `events`: names, types, what is shown; and SQL against the native filters and counts on random events.
#include <algorithm>
#include <random>

#include "query/count.h"
#include "query/event_list.h"
#include "query/leaves/condition.h"
#include "tests/query/leaves/odd_events.h"
#include "tests/query/sql/asked.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;

namespace {

const std::vector<std::string> kEvents{
    R"({"eventTime":"2024-05-01T10:00:00Z","eventID":"e1","eventName":"PutObject","readOnly":false,"eventSource":"s3.amazonaws.com",)"
    R"("userIdentity":{"type":"AssumedRole","sessionContext":{"sessionIssuer":{"arn":"arn:role"}}},)"
    R"("requestParameters":{"bucketName":"b1","n":5,"deep":{"x":1}},"resources":[{"ARN":"arn:b1","type":"T"}]})",
    R"({"eventTime":"2024-05-01T11:00:00Z","eventID":"e2","eventName":"GetObject","readOnly":true,"errorCode":"AccessDenied",)"
    R"("requestParameters":{"bucketName":"b2"},"resources":[{"ARN":"arn:b1"},{"ARN":"arn:b2"}]})",
    R"({"eventTime":"2024-05-02T10:00:00Z","eventID":"e3","eventName":"PutObject","requestParameters":null,"errorCode":null})"};

}  // namespace

TEST_CASE("sql: events have Lake's columns, in any case") {
  AskedStore store;
  store.add(kEvents);
  CHECK(store.ask("SELECT EVENTID, eventtime, UserIdentity.SESSIONCONTEXT.sessionissuer.ARN FROM events ORDER BY 1") ==
        Rows{"e1|2024-05-01 10:00:00.000|arn:role", "e2|2024-05-01 11:00:00.000|-", "e3|2024-05-02 10:00:00.000|-"});
  CHECK(
      store.ask("SELECT element_at(requestParameters, 'n'), requestparameters.bucketname, element_at(resources, 1).arn "
                "FROM events ORDER BY eventTime") == Rows{"5|b1|arn:b1", "-|b2|arn:b1", "-|-|-"});
  CHECK(store.ask("SELECT readOnly FROM events ORDER BY eventTime") == Rows{"false", "true", "-"});
  CHECK(store.ask("SELECT eventID FROM events WHERE readonly = true") == Rows{"e2"});
  CHECK(store.ask("SELECT eventID FROM events WHERE errorCode IS NULL ORDER BY 1") == Rows{"e1", "e3"});
  CHECK(store.ask("SELECT eventID FROM events WHERE eventTime BETWEEN '2024-05-01T10:30:00Z' AND '2024-05-02'") ==
        Rows{"e2"});
  CHECK(store.ask("SELECT eventID FROM events ORDER BY eventTime DESC LIMIT 1") == Rows{"e3"});
  CHECK(store.ask("SELECT r.arn, count(*) FROM events CROSS JOIN UNNEST(resources) AS t(r) GROUP BY 1 ORDER BY 1") ==
        Rows{"arn:b1|2", "arn:b2|1"});
  CHECK(store.value("SELECT eventJson FROM events WHERE eventID = 'e3'") == kEvents[2]);
  CHECK(
      store.ask("SELECT a.eventID, b.eventID FROM events a JOIN events b ON a.eventName = b.eventName AND a.eventID < "
                "b.eventID") == Rows{"e1|e3"});
}

TEST_CASE("sql: counts are those of the events") {
  AskedStore store;
  store.add(kEvents);
  CHECK(store.ask("SELECT eventName, count(*), count(errorCode) FROM events GROUP BY 1 ORDER BY 1") ==
        Rows{"GetObject|1|1", "PutObject|2|0"});
  CHECK(store.ask("SELECT date(eventTime), count(*) FROM events GROUP BY 1 ORDER BY 1") ==
        Rows{"2024-05-01|2", "2024-05-02|1"});
  CHECK(store.ask(
            "SELECT hour(eventTime) h, count(*) FROM events WHERE eventTime < '2024-05-02' GROUP BY 1 ORDER BY 1") ==
        Rows{"10|1", "11|1"});
  CHECK(store.value("SELECT count(*) FROM events WHERE eventTime > '2030-01-01'") == "0");
  CHECK(store.value("SELECT sum(cast(element_at(requestParameters, 'n') AS bigint)) FROM events") == "5");
  CHECK(store.value("SELECT count(*) FROM events") == "3");
}

TEST_CASE("sql: conditions and groups agree with the native ones, also on what is confidential") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    OddEvents odd{seed};
    AskedStore store;
    for (int commit = 0; commit < 3; ++commit) {
      std::vector<std::string> events;
      for (int i = 0; i < 40; ++i) events.push_back(odd.event());
      store.add(events);
    }
    const auto snapshot = store.store.snapshot();
    for (const std::string& path : {std::string{"requestParameters.a"}, std::string{"userAgent"},
                                    std::string{"eventName"}, std::string{"requestParameters.orgId"}}) {
      // Columns take an empty text for none, events don't.
      const std::string word = path == "userAgent" && seed % 2 == 0 ? "" : odd.word();
      CAPTURE(path);
      CAPTURE(word);
      query::Filter filter;
      const std::string leaf = path == "userAgent" ? "\\userAgent" : path;
      filter.add_condition({leaf, query::Comparison::equal, word, nullptr}, word, false);
      const std::size_t dot = path.find('.');
      const std::string column =
          dot == std::string::npos ? path : "element_at(requestParameters, '" + path.substr(dot + 1) + "')";
      std::string quoted = word;
      const auto native = query::count_events(snapshot, filter, {});
      CHECK(store.value("SELECT count(*) FROM events WHERE " + column + " = '" + quoted + "'") ==
            std::to_string(native.front().count));
      // Neither counted nor pushed.
      CHECK(store.value("SELECT count(*) FROM (SELECT " + column + " AS x, eventTime FROM events) WHERE x || '' = '" +
                        quoted + "'") == std::to_string(native.front().count));
      std::vector<std::string> expected;
      query::CountRequest by;
      // The value as events show it, not as a column does by itself.
      by.by = {path == "userAgent" ? "\\userAgent" : path};
      for (const auto& row : query::count_events(snapshot, {}, by)) {
        expected.push_back(row.values.front().value_or("-") + "|" + std::to_string(row.count));
      }
      std::sort(expected.begin(), expected.end());
      Rows asked = store.ask("SELECT " + column + ", count(*) FROM events GROUP BY 1");
      Rows scanned =
          store.ask("SELECT x, count(*) FROM (SELECT " + column + " AS x, eventTime FROM events) GROUP BY 1");
      std::sort(asked.begin(), asked.end());
      std::sort(scanned.begin(), scanned.end());
      CHECK(asked == expected);
      CHECK(scanned == expected);
    }
  }
}

TEST_CASE("sql: what the store keeps besides events") {
  AskedStore store;
  store.add(kEvents);
  CHECK(store.value("SELECT count(*) FROM rejects WHERE reason = 'x'") == "0");
  CHECK(store.value("SELECT count(*) FROM findings f JOIN events e ON e.eventID = f.eventID") ==
        store.value("SELECT count(*) FROM findings"));
  CHECK(store.value("SELECT count(json_extract_scalar(entry, '$.x')) FROM journal") == "0");
}

TEST_CASE("sql: events that are kept whole answer as others do") {
  // So many values that no table has a place for each.
  std::string wide = ",\"wide\":[7";
  for (int i = 0; i < 1100; ++i) wide += ",7";
  wide += "]}";
  std::vector<std::string> events = kEvents;
  for (std::string& event : events) event.replace(event.size() - 1, 1, wide);
  AskedStore store;
  store.add(events);
  REQUIRE(store.store.snapshot().segments().front().whole_table());
  CHECK(store.ask("SELECT eventID, eventName, errorCode, readOnly, userIdentity.sessionContext.sessionIssuer.arn, "
                  "element_at(requestParameters, 'bucketName'), element_at(resources, 1).arn FROM events ORDER BY "
                  "eventTime") == Rows{"e1|PutObject|-|false|arn:role|b1|arn:b1",
                                       "e2|GetObject|AccessDenied|true|-|b2|arn:b1", "e3|PutObject|-|-|-|-|-"});
  CHECK(store.ask("SELECT errorCode, count(*) FROM events GROUP BY 1 ORDER BY 1") == Rows{"AccessDenied|1", "-|2"});
}

TEST_CASE("sql: segments stay open while they are read in turns") {
  OddEvents odd{7};
  AskedStore store;
  for (int commit = 0; commit < 4; ++commit) {
    std::vector<std::string> events;
    for (int i = 0; i < 40; ++i) events.push_back(odd.event());
    store.add(events);
  }
  const std::string columns = "SELECT eventID, eventName, userAgent, element_at(requestParameters, 'a') FROM events";
  Rows any = store.ask(columns);
  for (const char* order : {" ORDER BY eventTime", " ORDER BY eventTime DESC"}) {
    Rows ordered = store.ask(columns + order);
    std::sort(ordered.begin(), ordered.end());
    std::sort(any.begin(), any.end());
    CHECK(ordered == any);
  }
  // A list and a count begin in the middle of another scan.
  const std::string joined =
      "SELECT e.eventID, e.userAgent, e.eventName, n FROM events e JOIN (SELECT eventName, count(*) AS n FROM events "
      "GROUP BY 1) c ON c.eventName = e.eventName";
  CHECK(store.ask(joined).size() == any.size());
  CHECK(store
            .ask("SELECT e.userAgent, e.eventName, (SELECT max(f.eventName) FROM (SELECT eventName, eventTime FROM "
                 "events ORDER BY eventTime LIMIT 3) f WHERE f.eventTime <= e.eventTime) FROM events e")
            .size() == any.size());
}
