// What is refused, where it stands, and what it is called.
#include "query/sql/translate.h"

#include <doctest/doctest.h>

#include "query/sql/token.h"

using namespace trailkeeper;
using namespace trailkeeper::query::sql;

namespace {

std::string refusal(const std::string& sql, const Surroundings& surroundings = {}) {
  const auto translation = translate(sql, surroundings);
  if (translation) return "";
  return place_in_text(sql, translation.error().offset) + ": " + translation.error().message;
}

bool is_taken(const std::string& sql) { return translate(sql, {}).has_value(); }

}  // namespace

TEST_CASE("sql: an event data store may be named in each of Lake's ways") {
  for (const std::string table :
       {"events", "EVENTS", "$EDS_ID", "<event_data_store_id>", "<EDS ID>", "<EventDataStoreId>",
        "0a1b2c3d-0000-4000-8000-00000000aaaa", "\"0a1b2c3d-0000-4000-8000-00000000aaaa\"",
        "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/0a1b2c3d-0000-4000-8000-00000000aaaa"}) {
    INFO(table);
    CHECK(is_taken("SELECT eventName FROM " + table + " WHERE eventname = 'x';"));
    CHECK(is_taken("SELECT e.eventName FROM " + table + " AS e JOIN events f ON e.eventID = f.sharedEventID"));
  }
}

TEST_CASE("sql: a placeholder that isn't filled in is named") {
  CHECK(refusal("SELECT eventName FROM events\nWHERE sourceIPAddress = <IP address>") ==
        "line 2, column 25: the placeholder 'IP address' isn't filled in: write its value, or give --param "
        "'IP address=VALUE'");
  CHECK(refusal("SELECT 1 FROM events WHERE eventName = $name").find("'name'") != std::string::npos);
  CHECK(refusal("SELECT 1 FROM <table>").find("a placeholder stands where a table should") != std::string::npos);
  Surroundings filled;
  filled.parameters["name"] = "it's";
  const auto translation = translate("SELECT eventID FROM events WHERE eventName = :name", filled);
  REQUIRE(translation.has_value());
  CHECK(translation->sql.find("'it''s'") != std::string::npos);
}

TEST_CASE("sql: an error has its place in the user's own text") {
  CHECK(refusal("SELECT eventName\nFROM events\nWHERE ä = 1") == "line 3, column 7: there is no column 'ä' here");
  CHECK(refusal("SELECT 'ä', evenName FROM events") ==
        "line 1, column 13: there is no column 'evenName' here: did you mean 'eventName'?");
  CHECK(refusal("SELECT userIdentity.principal FROM events") ==
        "line 1, column 21: 'userIdentity' has no field 'principal'");
  CHECK(refusal("SELECT lowr(eventName) FROM events")
            .starts_with("line 1, column 8: the function 'lowr' isn't supported"));
  CHECK(refusal("SELECT lower() FROM events") == "line 1, column 8: lower takes 1 argument");
  CHECK(refusal("SELECT 1 FROM event").find("did you mean 'events'") != std::string::npos);
  CHECK(refusal("SELECT 'a").starts_with("line 1, column 8: the quote that begins here has no end"));
  CHECK(refusal("SELECT 1 /* x").starts_with("line 1, column 10: the comment"));
  CHECK(refusal("DELETE FROM events").find("queries only read") != std::string::npos);
  CHECK(refusal("SELECT 1; SELECT 2").starts_with("line 1, column 11: here should be the end of the query"));
  CHECK(refusal("SELECT eventName FROM events GROUP BY ROLLUP(eventName)").find("ROLLUP isn't supported") !=
        std::string::npos);
  CHECK(refusal("SELECT 1 FROM events WHERE eventTime > 'yesterday'")
            .starts_with("line 1, column 40: 'yesterday' isn't a time"));
  CHECK(refusal("SELECT requestParameters FROM events GROUP BY 1").find("can't compare values of type map") !=
        std::string::npos);
}

TEST_CASE("sql: what is read is bounded") {
  CHECK(refusal("SELECT " + std::string(500, '(') + "1" + std::string(500, ')')).find("nested more than") !=
        std::string::npos);
  CHECK(refusal("SELECT " + std::string(kLongestSql, ' ')).find("bytes at most") != std::string::npos);
  std::string many = "SELECT 1";
  for (int i = 0; i < 15'000; ++i) many += ",1";
  CHECK(refusal(many).find("words and signs at most") != std::string::npos);
  std::string row = "SELECT 1";
  for (int i = 0; i < 1'000; ++i) row += "+1";
  CHECK(refusal(row).find("operators in a row") != std::string::npos);
  std::string alternatives = "SELECT 1 FROM events WHERE eventName = 'a'";
  for (int i = 0; i < 2'000; ++i) alternatives += " OR eventName = 'b" + std::to_string(i) + "'";
  CHECK(is_taken(alternatives));
}

TEST_CASE("sql: what needs only numbers of events is counted by the store") {
  const auto counted = [](const std::string& sql) {
    const auto translation = translate(sql, {});
    REQUIRE(translation.has_value());
    REQUIRE(translation->events.size() == 1);
    return translation->events.front().counted;
  };
  CHECK(counted("SELECT eventName, count(*) FROM events GROUP BY 1"));
  CHECK(counted("SELECT count(*) FROM events WHERE eventTime >= '2024-01-01' AND lower(eventName) LIKE 'put%'"));
  CHECK(counted("SELECT date_trunc('day', eventTime), count(*) FROM events GROUP BY 1"));
  CHECK(counted("SELECT DISTINCT userIdentity.arn FROM events"));
  CHECK_FALSE(counted("SELECT max(eventTime) FROM events"));
  CHECK_FALSE(counted("SELECT count(*) FROM events WHERE eventID = 'x'"));
  CHECK_FALSE(counted("SELECT eventName FROM events"));
  CHECK_FALSE(counted("SELECT array_agg(eventName) FROM events"));
  CHECK_FALSE(counted("SELECT date_trunc('minute', eventTime), count(*) FROM events GROUP BY 1"));
}
