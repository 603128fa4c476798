#include "query/field_check.h"

#include <doctest/doctest.h>

#include "event/field.h"
#include "query/field_catalogue.h"
#include "query/filter.h"
#include "tests/support/filled_store.h"

using namespace trailkeeper;
using namespace trailkeeper::query;
using namespace trailkeeper::tests;

TEST_CASE("every filter's name is a field's name, and CloudTrail's own names are") {
  for (const FilterWord& word : filter_words()) {
    if (word.help.empty() && word.field != FilterField::read_only) continue;
    // These ask for any value.
    if (word.field == FilterField::where || word.field == FilterField::text) continue;
    CAPTURE(word.name);
    CHECK(is_field_name(word.name));
    CHECK_FALSE(unknown_field(word.name, nullptr));
    if (!word.logged.empty()) CHECK_FALSE(unknown_field(word.logged, nullptr));
  }
  for (const std::string_view name : field_names()) {
    CAPTURE(name);
    CHECK_FALSE(unknown_field(name, nullptr));
    // What only a clock or a store tells is no filter of that name: since and until are.
    if (name != "time") CHECK(filter_of_name(name));
  }
  for (std::size_t i = 0; i < event::kFieldCount; ++i) {
    CHECK_FALSE(unknown_field(event::field_path(static_cast<event::Field>(i)), nullptr));
  }
}

TEST_CASE("paths into what has no fixed form are never unknown") {
  for (const char* path :
       {"requestParameters.bucketName", "requestParameters", "responseElements.a.b[].c", "additionalEventData.x\\.y",
        "userIdentity", "userIdentity.sessionContext", "userIdentity.sessionContext.attributes", "resources",
        "resources[]", "resources[].ARN", "tlsDetails.cipherSuite", "insightDetails.insightContext.statistics"}) {
    CAPTURE(path);
    CHECK_FALSE(unknown_field(path, nullptr));
  }
}

TEST_CASE("what no event has is unknown, and what was meant is said") {
  const auto problem = [](std::string_view name) { return unknown_field(name, nullptr).value_or(""); };
  CHECK(problem("usr") == "there is no field 'usr': did you mean 'user'?");
  CHECK(problem("eventname") == "there is no field 'eventname': did you mean 'eventName'?");
  CHECK(problem("errorcode") == "there is no field 'errorcode': did you mean 'errorCode'?");
  CHECK(problem("acess-key") == "there is no field 'acess-key': did you mean 'access-key'?");
  CHECK(problem("userIdentity.arnn") == "there is no field 'userIdentity.arnn': did you mean 'userIdentity.arn'?");
  CHECK(problem("userIdentty.arn") == "there is no field 'userIdentty.arn': did you mean 'userIdentity.arn'?");
  CHECK(problem("resources.ARN") == "there is no field 'resources.ARN': did you mean 'resources[].ARN'?");
  CHECK(problem("requestParameter.bucketName") ==
        "there is no field 'requestParameter.bucketName': did you mean 'requestParameters.bucketName'?");
  CHECK(problem("zebra").find("there is no field 'zebra'; fields are") == 0);
  CHECK(problem("").find("empty") != std::string::npos);
  CHECK(problem(std::string(100'000, 'x')).size() < 400);
}

TEST_CASE("what an event of the store has is known, whatever its value") {
  FilledStore filled;
  filled.add(
      {R"({"eventTime":"2024-05-01T10:00:00Z","eventName":"A","zebra":"z","nothing":null,"yes":true,"n":1.5,"esc":"\u0041",)"
       R"("deep":{"er":1},"list":["x"],"userIdentity":{"type":"New","novel":"n"}})"});
  for (const char* name : {"zebra", "nothing", "yes", "n", "esc", "deep", "deep.er", "deep.other", "list", "list[]",
                           "userIdentity.novel"}) {
    CAPTURE(name);
    CHECK_FALSE(unknown_field(name, &filled.store));
  }
  for (const char* name : {"zebr", "no", "dee", "userIdentity.other", "lis[]"}) {
    CAPTURE(name);
    CHECK(unknown_field(name, &filled.store));
  }
}
