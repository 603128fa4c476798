// What is said of settings that are wrong: which entry, where, and what it should be.
#include "rules/credits/settings.h"

#include <doctest/doctest.h>

#include <string>

using trailkeeper::rules::credits::Settings;

namespace {

std::string problem_of(std::string_view json) {
  const auto settings = Settings::parse(json);
  return settings ? "" : settings.error().path + " " + settings.error().message;
}

}  // namespace

TEST_CASE("settings: an entry that isn't one is named, with what it is and should be") {
  CHECK(problem_of(R"({"holidays":["2024-12-25","26.12.2024"]})") ==
        R"(/holidays/1 must be a date as 2024-12-25, not "26.12.2024")");
  CHECK(problem_of(R"({"holidays":[20241225]})") == "/holidays/0 must be a date as 2024-12-25, not a number");
  CHECK(problem_of(R"({"holidays":"2024-12-25"})") == R"(/holidays must be an array of dates, not "2024-12-25")");
  CHECK(problem_of(R"({"supportPlans":["a",1]})") == "/supportPlans/1 must be a product code, not a number");
  CHECK(problem_of(R"({"services":{"AmazonEC2":1}})") ==
        "/services/AmazonEC2 must be the service's name, not a number");
  CHECK(problem_of(R"({"facts":{"CreateForm":{"orgId":["a",1]}}})") ==
        "/facts/CreateForm/orgId/1 must be a path as requestParameters.form.orgId, not a number");
  CHECK(problem_of(R"({"leapDay":"29"})") == R"(/leapDay must be "03-01" or "02-28", not "29")");
}
