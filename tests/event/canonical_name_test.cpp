#include "event/canonical_name.h"

#include <doctest/doctest.h>

using namespace trailkeeper::event;

TEST_CASE("R3: Activate's misspelt names have IAM's spelling as their canonical one") {
  CHECK(canonical_name("activate.amazonaws.com", "GetAccountContanct") == "GetAccountContact");
  CHECK(canonical_name("activate.amazonaws.com", "Get Program") == "GetProgram");
  CHECK(canonical_name("activate.amazonaws.com", "GetAccountContact") == "GetAccountContact");
  CHECK(canonical_name("activate.amazonaws.com", "GetCredits") == "GetCredits");
}

TEST_CASE("R2: the pair of source and name counts, never the name alone") {
  CHECK(canonical_name("s3.amazonaws.com", "GetAccountContanct") == "GetAccountContanct");
  CHECK(canonical_name("", "Get Program") == "Get Program");
  for (const NameAlias& alias : name_aliases()) CHECK(canonical_name(alias.source, alias.logged) == alias.canonical);
}
