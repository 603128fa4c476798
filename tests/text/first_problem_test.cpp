#include "text/first_problem.h"

#include <doctest/doctest.h>

using namespace trailkeeper::text;

TEST_CASE("the first problem is the one that is told") {
  FirstProblem problem;
  CHECK(!problem);
  problem.note({"is missing", "/amount", 7});
  problem.note({"is no date", "/issued", 3});
  REQUIRE(problem);
  CHECK((*problem).message == "is missing");
  CHECK((*problem).path == "/amount");
  CHECK((*problem).offset == 7);
}
