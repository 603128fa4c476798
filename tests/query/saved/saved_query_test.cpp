// Files of saved queries.
#include "query/saved/saved_query.h"

#include <doctest/doctest.h>

#include "tests/support/filled_store.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;

TEST_CASE("a saved query says what it answers, why, and what it takes") {
  const std::string text =
      "-- Question: Who?\n-- Why: To know\n--   it.\n-- Parameter: least = 5 -- at least this many\n"
      "-- Technique: T1110\n-- Control: CIS AWS 5.6\nSELECT 1\n";
  const auto query = query::read_saved_query("who-1", text);
  REQUIRE(query.has_value());
  CHECK(query->question == "Who?");
  CHECK(query->why == "To know it.");
  CHECK(query->technique == "T1110");
  CHECK(query->control == "CIS AWS 5.6");
  REQUIRE(query->parameters.size() == 1);
  CHECK(query->parameters.front().name == "least");
  CHECK(query->parameters.front().value == "5");
  CHECK(query->parameters.front().help == "at least this many");
  CHECK(query->text == text);
}

TEST_CASE("what is wrong with a saved query has its place") {
  const auto problem = [](std::string_view name, std::string_view text) {
    const auto query = query::read_saved_query(name, text);
    return query.has_value() ? std::string{} : std::to_string(query.error().offset) + " " + query.error().message;
  };
  CHECK(problem("a b", "-- Question: Who?\nSELECT 1").starts_with("0 a name has"));
  CHECK(problem("a", "SELECT 1").starts_with("0 it has to begin"));
  CHECK(problem("a", "-- Question: Who?\n").find("there is no query") != std::string::npos);
  CHECK(problem("a", "-- Question: Who?\n-- Parameter: x\nSELECT 1").starts_with("18 a parameter is written"));
  CHECK(problem("a", "-- Question: Who?\n-- Parameter: since = 1\nSELECT 1").starts_with("18 a parameter is written"));
  CHECK(problem("a", "").starts_with("0 "));
  CHECK(problem("a", "--").starts_with("0 "));
}

TEST_CASE("since and until are those of the store's events where they aren't given") {
  FilledStore filled;
  filled.add({R"({"eventTime":"2024-05-01T10:00:00Z","eventName":"A"})",
              R"({"eventTime":"2024-06-01T10:00:00Z","eventName":"B"})"});
  const auto snapshot = filled.store.snapshot();
  const auto query = query::read_saved_query("a", "-- Question: Who?\n-- Parameter: x = y\nSELECT :x");
  REQUIRE(query.has_value());
  const auto request = query::saved_request(*query, {}, snapshot, 0);
  REQUIRE(request.has_value());
  CHECK(request->parameters.at("since") == "2024-05-01 10:00:00.000");
  CHECK(request->parameters.at("until") > "2024-06-01 10:00:00.000");
  CHECK(request->parameters.at("x") == "y");
  const auto given = query::saved_request(*query, {{"since", "2024-05"}, {"x", "z"}}, snapshot, 0);
  REQUIRE(given.has_value());
  CHECK(given->parameters.at("since") == "2024-05-01 00:00:00.000");
  CHECK(given->parameters.at("x") == "z");
  CHECK(query::saved_request(*query, {{"y", "z"}}, snapshot, 0).has_error());
  CHECK(query::saved_request(*query, {{"since", "soon"}}, snapshot, 0).has_error());
}

TEST_CASE("saved queries are found by their words, those that have them in their names first") {
  const query::SavedQueries queries{""};
  CHECK(queries.problems().empty());
  CHECK(queries.all().size() >= 24);
  REQUIRE(!queries.search("ROOT").empty());
  CHECK(queries.search("ROOT").front()->name == "root-use");
  CHECK(queries.search("root nonsense").empty());
  CHECK(queries.search("").size() == queries.all().size());
  CHECK(queries.find("root-use") != nullptr);
  CHECK(queries.find("root") == nullptr);
}
