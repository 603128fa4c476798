#include "rules/credits/confidential.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

using namespace trailkeeper;
using namespace trailkeeper::rules::credits;

namespace {

const Pseudonymiser kKeyed{std::string(32, 'k')};

std::shared_ptr<const event::PhraseSet> set_of(std::initializer_list<std::string_view> phrases) {
  event::PhraseSet set{3};
  for (const std::string_view phrase : phrases) set.add(phrase);
  return std::make_shared<const event::PhraseSet>(std::move(set));
}

std::string shown(std::string_view json) { return Mask{kKeyed}.event(json); }

std::set<std::string> org_ids(std::string_view json, const std::vector<std::string>& paths = {}) {
  std::set<std::string> found;
  visit_org_ids(json, paths, [&](std::string_view org_id) { found.emplace(org_id); });
  return found;
}

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
      R"({"eventSource":"activate.amazonaws.com","eventName":"0Xy12","userAgent":"x/0Xy12","userIdentity":{"type":"0Xy12","arn":"a/0Xy12"},)"
      R"("errorMessage":"offer 0Xy12, of \"0Xy12\"","more":{"0Xy12":["0Xy123"],"zero":12}, "requestParameters":{"orgId":"0Xy12","a":"b"}})";
  const std::string org = kKeyed.org_id("0Xy12");
  CHECK(shown(json) == R"({"eventSource":"activate.amazonaws.com","eventName":"0Xy12","userAgent":"x/)" + org +
                           R"(","userIdentity":{"type":"0Xy12","arn":"a/)" + org + R"("},"errorMessage":"offer )" +
                           org + R"(, of \")" + org + R"(\"","more":{")" + org +
                           R"(":["0Xy123"],"zero":12}, "requestParameters":{"orgId":")" + org + R"(","a":"b"}})");
  CHECK(shown(shown(json)) == shown(json));
  // What it is called first doesn't matter, nor how it is written.
  CHECK(shown(R"({"a":"x 0Xy\u00312 y","orgId":"0Xy12","eventSource":"activate.amazonaws.com"})").find("0Xy") ==
        std::string::npos);
}

TEST_CASE("R20: however the key is spelt, whatever the value's type, and in JSON within strings") {
  for (const std::string_view secret :
       {R"("orgId":"0Xy12")", R"("org_id": "0Xy12")", R"("OrgID":["0Xy12","0Xy12"])", R"("org\u0049d":"0Xy12")",
        R"("organizationId":"0Xy12")", R"("orgIds":["a",{"b":"0Xy12"}])", R"("partner_org_id":{"value":"0Xy12"})",
        R"("orgIds":{"0Xy12":{"amount":5}})", R"("url":"https://x/?orgId=0Xy12&b=1")", R"("m":"orgId: 0Xy12")",
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

TEST_CASE("R20: what no event is, is masked by names whoever wrote it, and by what is known") {
  const Mask mask{kKeyed, set_of({"Zz99x"})};
  for (const std::string_view record :
       {R"({"eventSource":"activate.amazonaws.com","orgId":"0Xy1)", R"(activate.amazonaws.com "orgId" : "0Xy1" oops)",
        R"({"requestParameters":{"orgId":"0Xy1"}})", R"(oops " {"orgId":"0Xy1"})", R"(org_id=0Xy1 b)",
        R"(it's "org-id": 0Xy1, "b)", "\xff\xfe orgId:'0Xy1'", R"(x Zz99x y 0Xy)"}) {
    const std::string found = mask.record(record);
    CHECK_MESSAGE(found.find("0Xy1") == std::string::npos, found);
    CHECK_MESSAGE(found.find("Zz99x") == std::string::npos, found);
    CHECK(mask.record(found) == found);
  }
  CHECK(mask.record(R"({"orgId":null,"a":[1,true]})") == R"({"orgId":null,"a":[1,true]})");
}

TEST_CASE("R20: an Org ID of the store is masked in every event, as a word, but not in AWS's own vocabulary") {
  const Mask mask{kKeyed, set_of({"0Xy12", "acme 7/eu", "GetObject", "bucketName", "771177"})};
  const std::string org = kKeyed.org_id("0Xy12");
  CHECK(
      mask.event(
          R"({"eventName":"GetObject","userAgent":"\"0Xy12\" a","n":771177,"requestParameters":{"bucketName":"x-0Xy12","0Xy12":1}})") ==
      R"({"eventName":"GetObject","userAgent":"\")" + org + R"(\" a","n":")" + kKeyed.org_id("771177") +
          R"(","requestParameters":{"bucketName":"x-)" + org + R"(",")" + org + R"(":1}})");
  CHECK(mask.event(R"({"a":"acme 7\/eu"})") == R"({"a":")" + kKeyed.org_id("acme 7/eu") + R"("})");
  CHECK(mask.event(R"({"a":"0Xy123","b":7711})") == R"({"a":"0Xy123","b":7711})");
  CHECK(mask.event(R"({"a":"{\"b\":\"\\u0030Xy12\"}"})").find("0Xy12") == std::string::npos);
  CHECK(mask.text("arn:aws:s3:::b/0Xy12") == "arn:aws:s3:::b/" + org);
  CHECK(mask.text("arn:aws:s3:::b/0Xy13") == "arn:aws:s3:::b/0Xy13");
  CHECK_FALSE(mask.may_change_event(R"({"a":"0Xy13"})"));
}

TEST_CASE("R20: where settings say that Org IDs stand, also in longer paths") {
  const Mask mask{kKeyed, nullptr, {"requestParameters.form.partner"}};
  const std::string json =
      R"({"detail":{"eventSource":"activate.amazonaws.com","requestParameters":{"partner":"a","form":{"partner":["0Xy12"],"x":"y"}}}})";
  CHECK(mask.event(json) ==
        R"({"detail":{"eventSource":"activate.amazonaws.com","requestParameters":{"partner":"a","form":{"partner":[")" +
            kKeyed.org_id("0Xy12") + R"("],"x":"y"}}}})");
  CHECK(org_ids(json, {"requestParameters.form.partner"}) == std::set<std::string>{"0Xy12"});
  CHECK(org_ids(json).empty());
}

TEST_CASE("R20: the Org IDs that an event makes known, in their spellings") {
  CHECK(
      org_ids(
          R"({"orgIds":["0Xy12",{"id":"acme","type":"Partner"},"bold"],"m":"{\"org_id\":\"Zz9/1\"}","promoCode":"CODE1"})") ==
      std::set<std::string>{"0Xy12", "acme", "bold", "Zz9/1", "Zz9%2F1", "Zz9%2f1"});
  // What all events are full of, a form can't hide.
  CHECK(
      org_ids(
          R"({"orgIds":["abc","111122223333","AKIAIOSFODNN7EXAMPLE","10.0.0.1","2001:db8::1","us-east-1","s3.amazonaws.com","true",)"
          R"("arn:aws:iam::111122223333:user/x","org-0123456789ab"]})")
          .empty());
}

TEST_CASE("Without a store's key all values look the same") {
  CHECK(Pseudonymiser{""}.org_id("a") == Pseudonymiser{""}.org_id("b"));
}

TEST_CASE("What has no secret isn't looked into") {
  const Mask mask{kKeyed};
  CHECK_FALSE(mask.may_change_event(R"({"eventSource":"s3.amazonaws.com","eventName":"GetObject","a":"\u0026 \n"})"));
  CHECK(mask.may_change_event(R"({"eventSource":"activate.amazonaws.com"})"));
  CHECK(mask.may_change_event(R"({"eventSource":"activate\u002eamazonaws.com"})"));
}
