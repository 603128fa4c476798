#include "rules/credits/confidential.h"

#include <doctest/doctest.h>

#include <random>

using namespace trailkeeper::rules::credits;

namespace {

const Pseudonymiser kKeyed{std::string(32, 'k')};

std::string shown(std::string_view json) { return masked(json, kKeyed); }

}  // namespace

TEST_CASE("R20: the Org ID of an Activate event becomes a pseudonym; everything else stays as it is") {
  const std::string before = R"({ "eventSource" : "activate.amazonaws.com", "a":1.50, "requestParameters":{"orgId":")";
  const std::string after = R"(", "other":"0Xy123"}})";
  CHECK(shown(before + "0Xy12" + after) == before + kKeyed.org_id("0Xy12") + after);
  CHECK(shown(shown(before + "0Xy12" + after)) == shown(before + "0Xy12" + after));
  CHECK(shown(before + "org-0Xy12" + after).find("org-0Xy12") == std::string::npos);
  CHECK(kKeyed.org_id("0Xy12") != kKeyed.org_id("0Xy13"));
  CHECK(kKeyed.org_id("0Xy12") != Pseudonymiser{std::string(32, 'l')}.org_id("0Xy12"));
}

TEST_CASE("R20: an Org ID that is repeated elsewhere in its event, as a word of its own") {
  const std::string json =
      R"({"eventSource":"activate.amazonaws.com","errorCode":"0Xy12","userAgent":"0Xy12","errorMessage":"offer 0Xy12, of \"0Xy12\"","more":{"0Xy12":["0Xy123"]},)"
      R"("requestParameters":{"orgId":"0Xy12","a":"b"}})";
  const std::string org = kKeyed.org_id("0Xy12");
  CHECK(shown(json) ==
        R"({"eventSource":"activate.amazonaws.com","errorCode":"0Xy12","userAgent":"0Xy12","errorMessage":"offer )" +
            org + R"(, of \")" + org + R"(\"","more":{")" + org + R"(":["0Xy123"]},"requestParameters":{"orgId":")" +
            org + R"(","a":"b"}})");
  CHECK(shown(shown(json)) == shown(json));
  // What it is called first doesn't matter, nor how it is written.
  CHECK(shown(R"({"a":"x 0Xy\u00312 y","orgId":"0Xy12","eventSource":"activate.amazonaws.com"})").find("0Xy") ==
        std::string::npos);
}

TEST_CASE("R20: however the key is spelt, whatever the value's type, and in JSON within strings") {
  for (const std::string_view secret :
       {R"("orgId":"0Xy12")", R"("org_id": "0Xy12")", R"("OrgID":["0Xy12","0Xy12"])", R"("org\u0049d":"0Xy12")",
        R"("message":"{\"orgId\":\"0Xy12\"}")", R"("m":"{\"m\":\"{\\\"orgId\\\":\\\"0Xy12\\\"}\"}")"}) {
    const std::string json = R"({"eventSource":"activate.amazonaws.com",)" + std::string{secret} + "}";
    CHECK_MESSAGE(shown(json).find("0Xy12") == std::string::npos, shown(json));
  }
  CHECK(shown(R"({"eventSource":"activate.amazonaws.com","orgId":12345})").find("12345") == std::string::npos);
  CHECK(shown(R"({"eventSource":"s3.amazonaws.com","orgId":"0Xy12"})") ==
        R"({"eventSource":"s3.amazonaws.com","orgId":"0Xy12"})");
}

TEST_CASE("R56: what follows the tag A3POPC, in any string of any event") {
  for (const std::string_view link :
       {"https://x/?A3POPC=SECRET&b=1", "A3POPC%3DSECRET", "https://x/A3POPC/SECRET", "A3POPCSECRET"}) {
    const std::string json =
        R"({"eventSource":"s3.amazonaws.com","requestParameters":{"url":")" + std::string{link} + "\"}}";
    CHECK_MESSAGE(shown(json).find("SECRET") == std::string::npos, shown(json));
    CHECK(shown(json).find("promo-") != std::string::npos);
    CHECK(shown(shown(json)) == shown(json));
  }
  CHECK(shown(R"({"url":"https:\/\/x\/?A3POPC=SECRET"})").find("SECRET") == std::string::npos);
}

TEST_CASE("R20: broken JSON is masked as far as it looks like it") {
  CHECK(shown(R"({"eventSource":"activate.amazonaws.com","orgId":"0Xy1)").find("0Xy1") == std::string::npos);
  CHECK(shown(R"(activate.amazonaws.com "orgId" : "0Xy12" oops)").find("0Xy12") == std::string::npos);
}

TEST_CASE("Without a store's key all values look the same") {
  CHECK(Pseudonymiser{""}.org_id("a") == Pseudonymiser{""}.org_id("b"));
}

TEST_CASE("What has no secret isn't looked into") {
  CHECK(!may_hold_secret(R"({"eventSource":"s3.amazonaws.com","eventName":"GetObject"})"));
  CHECK(may_hold_secret(R"({"eventSource":"activate.amazonaws.com"})"));
}
