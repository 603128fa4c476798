#include "serve/query_parameters.h"

#include <doctest/doctest.h>

#include <string>

using namespace trailkeeper::serve;

namespace {

std::string parsed(std::string_view query) {
  const auto parameters = parse_parameters(query);
  if (!parameters) return "broken";
  std::string out;
  for (const Parameter& parameter : *parameters) out += "<" + parameter.name + "|" + parameter.value + ">";
  return out;
}

}  // namespace

TEST_CASE("A query string is split at & and at the first =, then decoded; what is empty is passed over") {
  CHECK(parsed("").empty());
  CHECK(parsed("&&").empty());
  CHECK(parsed("a=1&b=2") == "<a|1><b|2>");
  CHECK(parsed("&a=1&&b") == "<a|1><b|>");
  CHECK(parsed("a=b=c&=x&d=") == "<a|b=c><|x><d|>");
  CHECK(parsed("n%26me=%3D+%2b") == "<n&me|= +>");
  CHECK(parsed("a=%2") == "broken");
  CHECK(parsed("a=%zz") == "broken");
}

TEST_CASE("A query string has 1,000 parameters at most") {
  std::string query;
  for (int i = 0; i < 1000; ++i) query += "a=1&";
  CHECK(parse_parameters(query).value().size() == 1000);
  CHECK(!parse_parameters(query + "a=1"));
}
