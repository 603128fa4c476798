#include "rules/credits/confidential.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>
#include <string>
#include <vector>

#include "rules/credits/secret_name.h"

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
                           R"(","userIdentity":{"type":")" + org + R"(","arn":"a/)" + org +
                           R"("},"errorMessage":"offer )" + org + R"(, of \")" + org + R"(\"","more":{")" + org +
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

TEST_CASE("R20, R56: a rejected record whose keys name a secret in words, with dots or in brackets") {
  for (const std::string_view record :
       {R"({"Org ID":"0Xy1"})", R"({"Org ID:":"0Xy1"})", R"({"m":{"Organization ID":["0Xy1",{"a":"0Xy1"}]}})",
        R"({"org.id":"0Xy1"})", R"({"m":{"org.id":{"a":"0Xy1"}}})", R"({"promo code":"0Xy1"})",
        R"({"your Org ID, required":"0Xy1"})", R"({"Organization-ID ":["0Xy1"]})"}) {
    CAPTURE(record);
    const std::string found = Mask{kKeyed}.record(record);
    CHECK_MESSAGE(found.find("0Xy1") == std::string::npos, found);
    CHECK(Mask{kKeyed}.record(found) == found);
  }
  CHECK(Mask{kKeyed}.record(R"({"Org ID":12345678})") == R"({"Org ID":")" + kKeyed.org_id("12345678") + R"("})");
}

TEST_CASE("R20: what isn't JSON and names an Org ID otherwise than JSON would keeps no word") {
  const Mask mask{kKeyed, nullptr, {"requestParameters.form.partnerKey"}};
  for (const std::string_view record : {R"({ "orgId" => "0Xy1", "a" => [ [0] "0Xy1" ] })",
                                        R"("orgId"=>"0Xy1")",
                                        "<orgId>0Xy1</orgId>",
                                        "<orgId type=\"a\"><value>0Xy1</value></orgId>",
                                        "time\torgId\tregion\n1\t0Xy1\teu\n2\t0Xy1\teu",
                                        "time;Org ID;region\n1;0Xy1;eu",
                                        "\"time\",\"orgId\"\r\n\"1\",\"0Xy1\"\r\n",
                                        "orgIds: ['0Xy2', '0Xy1']",
                                        "orgIds:\n  - 0Xy2\n  - 0Xy1\n",
                                        "\"orgId\": 'acme, 0Xy1'",
                                        "orgId\t0Xy1",
                                        "0Xy1 is the organization-id of acme",
                                        "partnerKey=0Xy1",
                                        R"({"columns":["eventName","orgId"],"rows":[["CreateForm","0Xy1"]]})",
                                        R"(["orgId","0Xy1"])",
                                        R"({\"orgId\":\"0Xy1\"})",
                                        R"({"a":"b","m":"orgId was set to 0Xy1","c)",
                                        "map[orgIds:[a 0Xy1]]",
                                        R"({"message":"<orgId>0Xy1</orgId>"})",
                                        R"({"message":"time\torgId\n1\t0Xy1"})"}) {
    const std::string found = mask.record(record);
    CHECK_MESSAGE(found.find("0Xy") == std::string::npos, found);
    CHECK(mask.record(found) == found);
  }
  CHECK(mask.record("a\torgId\nb\t0Xy1") ==
        kKeyed.org_id("a") + "\torgId\n" + kKeyed.org_id("b") + "\t" + kKeyed.org_id("0Xy1"));
  // JSON that was cut off keeps all else.
  CHECK(mask.record(
            R"({"eventName":"CreateForm","requestParameters":{"orgId":"0Xy1","m":"{\"orgId\":\"0Xy1\"}","k":"v)") ==
        R"({"eventName":"CreateForm","requestParameters":{"orgId":")" + kKeyed.org_id("0Xy1") +
            R"(","m":"{\"orgId\":\")" + kKeyed.org_id("0Xy1") + R"(\"}","k":"v)");
  CHECK(mask.record("partnerKey=0Xy1") == "partnerKey=" + kKeyed.org_id("0Xy1"));
  CHECK(mask.record("no name of any 0Xy1") == "no name of any 0Xy1");
}

TEST_CASE("R20: an Org ID of the store where AWS has a few terms, and in keys of an event") {
  const Mask mask{kKeyed, set_of({"0Xy12", "IAMUser", "Bucket", "1.08", "AWS::S3::Object", "Management"})};
  const std::string plain =
      R"({"eventVersion":"1.08","userIdentity":{"type":"IAMUser","sessionContext":{"sessionIssuer":{"type":"IAMUser"}}},)"
      R"("eventType":"Management","eventCategory":"Management","resources":[{"a":[1],"type":"AWS::S3::Bucket"},{"type":"AWS::S3::Object"}]})";
  CHECK(mask.event(plain) == plain);
  for (const std::string_view planted :
       {R"({"eventVersion":"0Xy12"})", R"({"apiVersion":"0Xy12"})", R"({"eventType":"0Xy12"})",
        R"({"eventCategory":"a 0Xy12"})", R"({"userIdentity":{"type":"0Xy12"}})",
        R"({"resources":[{"type":"AWS::0Xy12::Bucket"}]})", R"({"recipientAccountId":"0Xy12"})", R"({"0Xy12":1})",
        R"({"readOnly":"0Xy12","":{"eventName":"0Xy12"}})"}) {
    const std::string found = mask.event(planted);
    CHECK_MESSAGE(found.find("0Xy12") == std::string::npos, found);
    CHECK(mask.event(found) == found);
  }
  const std::string fixed =
      R"({"eventName":"0Xy12","eventSource":"0Xy12","awsRegion":"0Xy12","errorCode":"0Xy12","eventID":"0Xy12","sourceIPAddress":"0Xy12"})";
  CHECK(mask.event(fixed) == fixed);
  CHECK(mask.text("IAMUser", Wording::terms) == "IAMUser");
  CHECK(mask.text("0Xy12", Wording::terms) == kKeyed.org_id("0Xy12"));
}

TEST_CASE("R20: an Org ID of which letters or digits are percent-encoded") {
  const Mask mask{kKeyed, set_of({"0Xy12", "acme 7/eu", "deadbeef"})};
  const std::string org = kKeyed.org_id("0Xy12");
  CHECK(mask.event(R"({"a":"x/%30Xy12/y"})") == R"({"a":"x/)" + org + R"(/y"})");
  CHECK(mask.event(R"({"a":"%30%58%79%31%32 0Xy12 0Xy1%32"})") == R"({"a":")" + org + " " + org + " " + org + R"("})");

  CHECK(mask.text("b=%2530X%79%2531%32&c") == "b=" + org + "&c");
  CHECK(mask.text("acme%207%2Fe%75!") == kKeyed.org_id("acme 7/eu") + "!");
  CHECK(mask.text("like %deadbeef%") == "like %" + kKeyed.org_id("deadbeef") + "%");
  CHECK(mask.text("100%25deadbeef") == "100%25" + kKeyed.org_id("deadbeef"));
  CHECK(mask.text("%30Xy13 %3 % %zz") == "%30Xy13 %3 % %zz");
  CHECK_FALSE(mask.may_change_event(R"({"a":"%30Xy13%20b"})"));
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

TEST_CASE("R20: where settings say that Org IDs stand, in strings that are JSON") {
  const std::vector<std::string> paths{"requestParameters.form.partnerKey"};
  const Mask mask{kKeyed, nullptr, paths};
  for (const std::string_view parameters :
       {R"({"form":"{\"partnerKey\":\"0Xy12\"}"})", R"({"form":"[{\"x\":{},\"partnerKey\":[\"0Xy12\"]}]"})",
        R"("{\"form\":{\"partnerKey\":\"0Xy12\"}}")", R"("{\"form\":\"{\\\"partnerKey\\\":\\\"0Xy12\\\"}\"}")"}) {
    const std::string json =
        R"({"eventSource":"activate.amazonaws.com","requestParameters":)" + std::string{parameters} + "}";
    CHECK_MESSAGE(mask.event(json).find("0Xy12") == std::string::npos, mask.event(json));
    CHECK(org_ids(json, paths) == std::set<std::string>{"0Xy12"});
  }
  CHECK(may_be_org_id("requestParameters.form", paths));
  CHECK(may_be_org_id("requestParameters", paths));
  CHECK_FALSE(may_be_org_id("requestParameters.for", paths));
  const std::string other =
      R"({"eventSource":"activate.amazonaws.com","requestParameters":{"x":"{\"partnerKey\":\"a\"}"}})";
  CHECK(mask.event(other) == other);
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
          R"("us-gov-west-1","ap-southeast-5","arn:aws:iam::111122223333:user/x"]})")
          .empty());
  // What only looks like it is somebody's.
  for (const std::string_view org : {"acme-labs-1", "us-best-1", "org-0123456789ab", "org-0123456789abcdef"}) {
    CHECK(org_ids(fmt::format(R"({{"orgId":"{}"}})", org)) == std::set<std::string>{std::string{org}});
  }
}

TEST_CASE("R20: only what the store's key made is taken for a pseudonym") {
  const std::string made = kKeyed.org_id("0Xy12");
  CHECK(made.size() == std::string{"org-"}.size() + 16);
  CHECK(kKeyed.is_pseudonym(made));
  CHECK(kKeyed.is_pseudonym(kKeyed.promotion_code("A")));
  CHECK_FALSE(Pseudonymiser{std::string(32, 'l')}.is_pseudonym(made));
  std::string other = made;
  other.back() = other.back() == '0' ? '1' : '0';
  for (const std::string_view value :
       {std::string_view{other}, std::string_view{"org-202405170001"}, std::string_view{"org-2024051700010002"},
        std::string_view{"org-****************"}, std::string_view{"org-"}, std::string_view{}}) {
    CAPTURE(value);
    CHECK_FALSE(kKeyed.is_pseudonym(value));
  }
  CHECK(Pseudonymiser{""}.is_pseudonym("org-****************"));
  CHECK(Pseudonymiser{""}.digest("ab") == std::string(32, '*'));
  const Mask mask{kKeyed};
  const std::string json =
      R"({"eventSource":"activate.amazonaws.com","requestParameters":{"orgId":"org-202405170001","url":"?A3POPC=promo-202405170001"}})";
  CHECK(mask.event(json).find("20240517") == std::string::npos);
  CHECK(mask.event(mask.event(json)) == mask.event(json));
  CHECK(kKeyed.digest("ab").size() == 32);
  CHECK(kKeyed.digest("ab") != kKeyed.digest("ac"));
}

TEST_CASE("R20: an Org ID that another member of its object names, in either order") {
  const Mask mask{kKeyed};
  for (const std::string_view parameters :
       {R"({"fields":[{"name":"orgId","value":"0Xy12"}]})",
        R"({"fields":[{"value":"0Xy12","name":"Org ID"},{"name":"a","value":"b"}]})",
        R"([{"Key":"PartnerOrgID","a":{"b":[1]},"Values":["0Xy12"]}])",
        R"({"val":{"x":"0Xy12"},"n":1,"field":"organizationId"})", R"({"org":{"id":"0Xy12","name":"Acme"}})",
        R"({"organizations":[{"identifier":"0Xy12"},{"Id":"0Xy12"}]})",
        R"({"orgIdList":["0Xy12"],"orgIdentifier":"0Xy12"})", R"({"orgIds":{"zeroXy12":1,"b":{"createdAt":2}}})"}) {
    const std::string json =
        R"({"eventSource":"activate.amazonaws.com","requestParameters":)" + std::string{parameters} + "}";
    const std::string found = mask.event(json);
    CHECK_MESSAGE(found.find("Xy12") == std::string::npos, found);
    CHECK(mask.event(found) == found);
  }
  const std::string other =
      R"({"eventSource":"activate.amazonaws.com","requestParameters":{"fields":[{"name":"city","value":"b"}],"org":"Acme"}})";
  CHECK(mask.event(other) == other);
  CHECK(org_ids(R"({"fields":[{"value":"0Xy12","name":"orgId"}]})") == std::set<std::string>{"0Xy12"});
}

TEST_CASE("R20, R56: names in disguise") {
  const Mask mask{kKeyed};
  const std::string json =
      R"({"eventSource":"activate.amazonaws.com","requestParameters":{"a":"x?org%49d=Pp77Secret&b","c":"?%41%33POPC=Pp78Secret"}})";
  CHECK(mask.event(json).find("Secret") == std::string::npos);
  CHECK(mask.text("?%41%33POPC=Pp78Secret").find("Secret") == std::string::npos);
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
