// Words of this program's own sentences, which no Org ID hides.
#include "rules/credits/own_words.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "rules/credits/confidential.h"

using namespace trailkeeper;
using namespace trailkeeper::rules::credits;

TEST_CASE("R20: an Org ID that is a word of our sentences, or a year, hides nothing but itself") {
  const Mask mask{Pseudonymiser{std::string(32, 'k')}};
  for (const std::string& word :
       {std::string{"approved"}, std::string{"2024"}, std::string{"Undecided"}, std::string{"application"}}) {
    CAPTURE(word);
    const std::string event = R"({"eventSource":"activate.amazonaws.com","requestParameters":{"orgId":")" + word +
                              R"(","note":"was )" + word + R"( then"}})";
    int known = 0;
    visit_org_ids(event, {}, [&](std::string_view /*org_id*/) { ++known; });
    CHECK(known == 0);
    const std::string shown = mask.event(event);
    CHECK(shown.find("was " + word + " then") != std::string::npos);
    CHECK(shown.find(R"("orgId":")" + word) == std::string::npos);
  }
  CHECK_FALSE(is_own_word("0Xy12"));
  CHECK_FALSE(is_own_word("acme"));
  CHECK_FALSE(is_own_word("20241"));
  CHECK_FALSE(is_own_word("7312"));
}
