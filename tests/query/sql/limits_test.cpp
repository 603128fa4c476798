// What a query may take: memory, SQLite's and our aggregates', and time.
#include <algorithm>

#include "query/memory_budget.h"
#include "store/read_limit.h"
#include "tests/query/sql/asked.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;

namespace {

std::vector<std::string> many_events(int count) {
  std::vector<std::string> events;
  for (int i = 0; i < count; ++i) {
    events.push_back(
        R"({"eventTime":"2024-05-01T10:00:00Z","eventName":"PutObject","eventID":"00000000-0000-4000-8000-)" +
        std::to_string(100'000'000'000 + i) + R"(","userAgent":")" + std::string(200, 'x') + std::to_string(i) + "\"}");
  }
  return events;
}

// What it ends with: `budget`, `stopped`, or what is wrong with the query.
std::string end_of(AskedStore& store, query::MemoryBudget& memory, const std::string& sql) {
  AnswerTexts answer;
  query::sql::SqlRequest request{sql};
  request.shared = &memory;
  try {
    const auto snapshot = store.store.snapshot();
    const auto problem = query::sql::run_sql(snapshot, request, answer);
    return problem ? problem->message : "done";
  } catch (const query::OverBudget&) {
    return "budget";
  } catch (const store::ReadStopped&) {
    return "stopped";
  }
}

}  // namespace

TEST_CASE("sql: what SQLite and aggregates hold counts, and is given back") {
  AskedStore store;
  store.add(many_events(2000));
  query::MemoryBudget memory{std::size_t{24} << 20};
  store::ReadLimit limit;
  limit.allow(std::chrono::seconds{60});
  const store::ReadLimit::Scope scope{&limit};
  for (const char* sql : {
           "SELECT array_agg(a.userAgent || b.userAgent) FROM events a, events b",
           "SELECT map_agg(a.eventID || b.eventID, b.userAgent) FROM events a, events b",
           "SELECT a.userAgent, b.eventID FROM events a, events b ORDER BY b.userAgent, a.eventID",
           "SELECT a.eventID, b.eventID, count(*) FROM events a, events b GROUP BY 1, 2",
           "SELECT max_by(a.userAgent, b.eventID) FROM events a, events b GROUP BY a.eventID, b.eventID",
           "SELECT DISTINCT a.userAgent || b.eventID FROM events a, events b",
           "SELECT array_distinct(split(lpad('', 4000000, ','), ','))",
       }) {
    CAPTURE(sql);
    CHECK(end_of(store, memory, sql) == "budget");
    CHECK(memory.used() == 0);
  }
  CHECK(end_of(store, memory, "SELECT count(*) FROM events") == "done");
  CHECK(memory.used() == 0);
}

TEST_CASE("sql: functions bound what they make") {
  AskedStore store;
  query::MemoryBudget memory{std::size_t{512} << 20};
  for (const char* sql : {
           "SELECT replace(lpad('', 4000000, 'a'), 'a', lpad('', 4000000, 'a'))",
           "SELECT regexp_replace(lpad('', 4000000, 'a'), '(a)', lpad('', 4000000, 'b'))",
           "SELECT regexp_replace(lpad('', 4000000, 'a'), '(.*)', '$1$1$1$1$1$1$1$1')",
           "SELECT array_join(split(lpad('', 1000, ','), ','), lpad('', 4000000, 'b'))",
           "SELECT concat(lpad('', 4000000, 'a'), lpad('', 4000000, 'a'), lpad('', 4000000, 'a'), lpad('', 4000000, "
           "'a'), "
           "lpad('', 4000000, 'a'))",
       }) {
    CAPTURE(sql);
    CHECK(end_of(store, memory, sql) == "a value gets longer than 16 MiB");
  }
  CHECK(store.value("SELECT regexp_replace('baac', 'a*', 'x')") == "xbxcx");
  CHECK(store.value("SELECT regexp_replace('2024-05', '(\\d+)-(\\d+)', '$2/$1')") == "05/2024");
  CHECK(store.value("SELECT regexp_replace('aXbX', 'X')") == "ab");
}

TEST_CASE("sql: a query ends when its time is up, also while it is prepared") {
  AskedStore store;
  store.add(many_events(500));
  query::MemoryBudget memory{std::size_t{512} << 20};
  std::string doubling = "WITH a0 AS (SELECT eventID FROM events)";
  for (int i = 1; i < 30; ++i) {
    const std::string before = "a" + std::to_string(i - 1);
    doubling += ", a" + std::to_string(i) + " AS (SELECT x.eventID FROM " + before + " x, " + before + " y)";
  }
  for (const std::string& sql : {std::string{"SELECT count(*) FROM events a, events b, events c, events d WHERE "
                                             "a.eventID || b.eventID = c.eventID || d.eventID"},
                                 doubling + " SELECT count(*) FROM a29"}) {
    store::ReadLimit limit;
    limit.allow(std::chrono::milliseconds{300});
    const store::ReadLimit::Scope scope{&limit};
    const auto begin = std::chrono::steady_clock::now();
    const std::string end = end_of(store, memory, sql);
    CAPTURE(sql.substr(0, 40));
    CHECK(end != "done");
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{20});
    CHECK(memory.used() == 0);
  }
}
