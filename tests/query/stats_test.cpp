#include "query/stats.h"

#include <doctest/doctest.h>

#include "tests/query/filled.h"

using namespace trailkeeper;
using namespace trailkeeper::query;
using namespace trailkeeper::tests;

TEST_CASE("stats: events, variants, raw bytes, time span and sources") {
  Filled filled;
  const std::string a =
      R"({"eventTime":"2024-05-01T10:00:00Z","eventName":"A","eventSource":"s3.amazonaws.com","eventID":"x"})";
  const std::string b =
      R"({"eventTime":"2024-05-03T10:00:00Z","eventName":"B","eventSource":"s3.amazonaws.com","eventID":"x"})";
  const std::string c =
      R"({"eventTime":"2024-05-02T10:00:00Z","eventName":"B","eventSource":"iam.amazonaws.com","eventID":"y"})";
  filled.add({a});
  filled.add({b, c, c});
  const Stats stats = collect_stats(filled.store);
  CHECK(stats.events == 3);
  CHECK(stats.variants == 1);
  CHECK(stats.raw_bytes == a.size() + b.size() + c.size());
  CHECK(stats.first == 1714557600000);
  CHECK(stats.last == 1714557600000 + 2 * text::kDay);
  REQUIRE(stats.sources.size() == 2);
  CHECK(stats.sources[0].source == "s3.amazonaws.com");
  CHECK(stats.sources[0].events == 2);
}
