#include "rules/credits/secret_text.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "rules/credits/confidential.h"
#include "text/json_text.h"

using namespace trailkeeper;
using namespace trailkeeper::rules::credits;

namespace {

const Pseudonymiser kKeyed{std::string(32, 'k')};

std::string quoted(std::string_view text) {
  std::string out;
  text::append_quoted(text, out);
  return out;
}

std::string event_of(std::string_view service, std::string_view parameters) {
  return fmt::format(
      R"({{"eventSource":"{}.amazonaws.com","eventName":"CreateForm","userAgent":"x/0Xy12secret","requestParameters":{}}})",
      service, parameters);
}

// The event, masked; nothing of a secret may be left, and masking again changes nothing.
void check_masked(const std::string& json, bool linked = true) {
  const Mask mask{kKeyed};
  const std::string found = mask.event(json);
  const std::string rest = found.substr(found.find("requestParameters"));
  CHECK_MESSAGE(rest.find("0Xy12secret") == std::string::npos, found);
  CHECK_MESSAGE((!linked || found.find("0Xy12secret") == std::string::npos), found);
  CHECK(mask.event(found) == found);
}

std::set<std::string> known_of(const std::string& json) {
  std::set<std::string> known;
  visit_org_ids(json, {}, [&](std::string_view org_id) { known.emplace(org_id); });
  return known;
}

void check_known(const std::string& json) { CHECK_MESSAGE(known_of(json).contains("0Xy12secret"), json); }

// What is shown of the parameters, and that masking again changes nothing.
std::string parameters_shown(const std::string& json) {
  const std::string shown = Mask{kKeyed}.event(json);
  CHECK(Mask{kKeyed}.event(shown) == shown);
  return shown.substr(shown.find("requestParameters"));
}

}  // namespace

TEST_CASE("R20: texts of Activate's events, however they say what the Org ID is") {
  for (const std::string_view text :
       {"{orgId=0Xy12secret, package=Portfolio} is not valid",
        "[orgId=0Xy12secret]",
        "[ERROR] orgId=0Xy12secret",
        R"({"a":1} orgId=0Xy12secret)",
        "{'orgId': '0Xy12secret'}",
        "[('orgId', '0Xy12secret')]",
        " {orgId=0Xy12secret}",
        "CreateFormRequest[orgId=0Xy12secret]",
        "\"{orgId=0Xy12secret}\"",
        "1 validation error detected: Value '0Xy12secret' at 'orgId' failed to satisfy constraint: Member must",
        R"(Value "0Xy12secret" at "organizationId" failed)",
        "Org ID 0Xy12secret is not valid",
        "orgId 0Xy12secret is not valid",
        "Org ID (0Xy12secret)",
        "Org ID - 0Xy12secret",
        "The organization ID '0Xy12secret' is wrong.",
        "No such Org ID: 0Xy12secret.",
        "form[orgId]=0Xy12secret&x=1",
        "orgId[]=0Xy12secret",
        "orgId[0]=0Xy12secret",
        "form.orgId.0=0Xy12secret",
        "orgId==0Xy12secret",
        "--x\r\nContent-Disposition: form-data; name=\"orgId\"\r\n\r\n0Xy12secret\r\n--x",
        "--x\r\nContent-Disposition: form-data; name=\"orgId\"\r\nContent-Type: text/plain\r\n\r\n0Xy12secret\r\n",
        "<orgId>\n 0Xy12secret</orgId>",
        "orgId: |\n  0Xy12secret",
        "orgId:\n- 0Xy12secret",
        "https://x/portfolio/orgId/0Xy12secret",
        "https://x/portfolio/orgId/0Xy12secret/offers?a=b",
        "%7B%22orgId%22%3A%220Xy12secret%22",
        "eyJ orgId;0Xy12secret"}) {
    CAPTURE(text);
    const std::string json = event_of("activate", R"({"m":)" + quoted(text) + "}");
    check_masked(json);
    check_known(json);
    // The same in JSON in a string, and as a key.
    check_masked(event_of("activate", quoted(R"({"m":)" + quoted(text) + "}")));
    check_masked(event_of("activate", "{" + quoted(text) + R"(:""})"));
    CHECK(Mask{kKeyed}.text(text).find("0Xy12secret") == std::string::npos);
  }
}

TEST_CASE("R20: words of a text that names an Org ID, of which any may be it") {
  for (const std::string_view text :
       {"0Xy12secret is no valid orgId", "orgId=,0Xy12secret", "the orgId of acme is `acme 0Xy12secret`",
        "&quot;orgId&quot;:&quot;0Xy12secret&quot;", "orgId was set to 0Xy12secret"}) {
    CAPTURE(text);
    check_masked(event_of("activate", R"({"m":)" + quoted(text) + "}"), false);
    CHECK(Mask{kKeyed}.text(text).find("0Xy12secret") == std::string::npos);
  }
}

TEST_CASE("R20: an Org ID of letters only, in a text") {
  for (const std::string_view text :
       {"orgId=acme", "Org ID acme is not valid", "Value 'acme' at 'orgId' failed",
        "The organization ID 'acme' is wrong", "<orgId>\n acme</orgId>", "orgId: |\n  acme", "{'orgId': 'acme'}",
        "{orgId=acme, package=Portfolio}", "'acme labs' at orgId: 'acme labs'"}) {
    CAPTURE(text);
    CHECK(Mask{kKeyed}.text(text).find("acme") == std::string::npos);
    CHECK(Mask{kKeyed}.text(text).find("labs") == std::string::npos);
  }
  // What a sentence goes on with is no Org ID, and stays.
  for (const std::string_view text :
       {"orgId is required", "The Org ID must not be empty", "organizationId: must be given", "orgId failed",
        "the condition aws:PrincipalOrgID holds for arn:aws:iam::111122223333:user/anna7 in request-7a",
        "The organization", "orgId=undefined", "orgId=null"}) {
    CAPTURE(text);
    CHECK(Mask{kKeyed}.text(text) == text);
  }
  std::set<std::string> known;
  visit_org_ids(event_of("activate", R"({"m":"orgId: wrong, request 2024-05-01T10:00 of abcd-1234"})"), {},
                [&](std::string_view org_id) { known.emplace(org_id); });
  CHECK(known.empty());
}

TEST_CASE("R20: members of an object of which one says that the others are an Org ID") {
  for (const std::string_view parameters :
       {R"({"fields":[{"fieldName":"orgId","fieldValue":"0Xy12secret"}]})",
        R"([{"key":"orgId","stringValue":"0Xy12secret"}])", R"({"label":"Org ID","response":"0Xy12secret"})",
        R"({"id":"orgId","data":"0Xy12secret"})", R"({"response":"0Xy12secret","label":"Your Org ID:"})",
        R"({"Key":"orgId","Value":{"S":"0Xy12secret"}})", R"({"data":{"x":["0Xy12secret"]},"id":"form[orgId]"})",
        R"({"providerOrganization":{"id":"0Xy12secret"}})", R"({"activateOrg":{"ID":"0Xy12secret"}})",
        R"({"organization":{"details":{"id":"0Xy12secret"}}})"}) {
    CAPTURE(parameters);
    check_masked(event_of("activate", parameters));
    check_known(event_of("activate", parameters));
    check_masked(event_of("activate", quoted(parameters)));
  }
  // Whoever calls himself so hides nothing of himself.
  const std::string user =
      R"({"eventSource":"activate.amazonaws.com","eventName":"GetForm","errorMessage":"orgId","userIdentity":{"type":"IAMUser","principalId":"AIDAX","userName":"orgid"}})";
  CHECK(Mask{kKeyed}.event(user) == user);
}

TEST_CASE("R20: an Org ID that a name is joined to, and names in whatever writing") {
  for (const std::string_view text :
       {"orgId-0Xy12secret", "forms/org_id_0Xy12secret.json", "orgId0Xy12secret", "0Xy12secret-orgId",
        "0Xy12secretorgId", "assumed-role/R/orgId-0Xy12secret", "Org+ID=0Xy12secret&a=1",
        "form[organization][id]=0Xy12secret", "Org  ID 0Xy12secret", "org:id=0Xy12secret", "org/id/0Xy12secret",
        "Org\xC2\xA0ID \xE2\x80\x9C"
        "0Xy12secret\xE2\x80\x9D is",
        "\xE7\xBB\x84\xE7\xBB\x87 Org ID\xEF\xBC\x9A"
        "0Xy12secret",
        "{'organization': {'id': '0Xy12secret'}}", "orgId-SecretCorp", "org_id_Secret"}) {
    CAPTURE(text);
    for (const std::string& event : {event_of("activate", R"({"m":")" + std::string{text} + "\"}"),
                                     event_of("activate", R"({")" + std::string{text} + "\":1}")}) {
      const std::string shown = parameters_shown(event);
      CHECK_MESSAGE(shown.find("ecret") == std::string::npos, shown);
    }
  }
  for (const std::string_view text : {"orgId-0Xy12secret", "orgId0Xy12secret", "a/org_id_0Xy12secret.json"}) {
    CHECK(known_of(event_of("activate", R"({"m":")" + std::string{text} + "\"}")).contains("0Xy12secret"));
  }
}

TEST_CASE("R20: what lists, tables, labels and maps of Activate's events hold beside a name") {
  for (const std::string_view parameters :
       {R"({"organization[id]":"0Xy12secret"})", R"({"org:id":"0Xy12secret"})", R"({"org/id":"0Xy12secret"})",
        R"(["orgId","0Xy12secret"])", R"({"fields":["email","a@x","orgId","0Xy12secret"]})",
        R"({"columns":["email","orgId"],"rows":[["a@x","0Xy12secret"]]})",
        R"([["email","orgId"],["a@x","0Xy12secret"]])",
        R"({"q":"Please enter the Org ID that you got","a":"0Xy12secret"})",
        R"({"f":{"field":{"name":"orgId"},"value":"0Xy12secret"}})", R"({"f":[{"k":"orgId"},{"v":"0Xy12secret"}]})",
        R"({"organizations":{"0Xy12secret":{"name":"x"}}})", R"({"orgs":{"Secret":{"name":"x"}}})",
        R"({"body":"eyJvcmdJZCI6ICIwWHkxMnNlY3JldCJ9"})",
        R"({"token":"eyJhbGciOiJub25lIn0.eyJvcmdJZCI6ICIwWHkxMnNlY3JldCJ9.x"})"}) {
    CAPTURE(parameters);
    const std::string shown = parameters_shown(event_of("activate", parameters));
    CHECK_MESSAGE(shown.find("ecret") == std::string::npos, shown);
    CHECK_MESSAGE(shown.find("IwWHkxMnNlY3Jld") == std::string::npos, shown);
  }
  // What is no label masks nothing beside it, and what stands beside one isn't known elsewhere.
  const std::string said = Mask{kKeyed}.event(event_of("activate", R"({"m":"orgId=0Xy12","email":"a1@x"})"));
  CHECK(said.find("a1@x") != std::string::npos);
  CHECK(known_of(event_of("activate", R"({"columns":["email","orgId"],"rows":[["a1@x","0Xy12"]]})")).empty());
}

TEST_CASE("R56: promotion codes in texts, keys and objects of any event") {
  for (const std::string_view parameters : {R"({"u":"[Mozilla/5.0] ref=https://x/?A3POPC=0Xy12secret"})",
                                            R"j({"u":"[link](https://x/?A3POPC=0Xy12secret)"})j",
                                            R"({"https://x/?A3POPC=0Xy12secret":""})",
                                            R"({"promoCode=0Xy12secret":""})",
                                            R"({"u":"https://x/?promoCode=0Xy12secret"})",
                                            R"({"u":"{promoCode=0Xy12secret}"})",
                                            R"({"u":"PROMO_CODE: 0Xy12secret"})",
                                            R"({"promotion":{"code":"0Xy12secret"}})",
                                            R"({"offer":{"promo":{"code":"0Xy12secret"}}})",
                                            R"({"name":"promoCode","answered":"0Xy12secret"})",
                                            R"({"u":"p%72omoCode=0Xy12secret"})",
                                            R"({"u":"https://x/?a3popc=0Xy12secret"})",
                                            R"({"a3popc":"0Xy12secret"})",
                                            R"({"u":"?A3PoPc=0Xy12secret"})",
                                            R"({"PRoMoCode":"0Xy12secret"})",
                                            R"({"pro_moCode":"0Xy12secret"})",
                                            R"({"PROMotion":{"code":"0Xy12secret"}})",
                                            R"({"u":"A3POPC: 0Xy12secret"})",
                                            R"({"u":"<A3POPC>0Xy12secret</A3POPC>"})",
                                            R"({"u":"{'A3POPC': '0Xy12secret'}"})",
                                            R"({"u":"A3POPC[]=0Xy12secret"})",
                                            R"({"u":"Promo code 0Xy12secret is used"})",
                                            R"({"u":"Value '0Xy12secret' at 'promoCode' failed"})",
                                            R"({"u":"promoCode-0Xy12secret"})",
                                            R"({"u":"promo_code_0Xy12secret"})",
                                            R"({"u":"A3POPC-0Xy12secret"})"}) {
    CAPTURE(parameters);
    check_masked(event_of("s3", parameters));
    check_masked(event_of("activate", parameters));
  }
  CHECK(Mask{kKeyed}.text("promoCode=0Xy12secret").find("0Xy") == std::string::npos);
  for (const char* function : {"promo-code-service", "promo_code_table_v2", "the promo code table"}) {
    const std::string event = event_of("lambda", R"({"functionName":")" + std::string{function} + "\"}");
    CHECK(Mask{kKeyed}.event(event) == event);
  }
  const std::string other =
      event_of("rds", R"({"u":"PromoteReadReplica of db-7","promotionTier":1,"m":"Promotion: code x7"})");
  CHECK(Mask{kKeyed}.event(other) == other);
}

TEST_CASE("R20: JSON in strings, encoded twice and deeper than is looked into") {
  std::string form = R"({"orgId":"0Xy12secret"})";
  for (int depth = 0; depth < 9; ++depth) {
    CAPTURE(depth);
    const Mask mask{kKeyed};
    const std::string found = mask.event(event_of("activate", R"({"form":)" + form + "}"));
    CHECK_MESSAGE(found.substr(found.find("requestParameters")).find("0Xy12secret") == std::string::npos, found);
    CHECK(mask.event(found) == found);
    form = quoted(form);
  }
  const std::vector<std::string> paths{"requestParameters.form.partner"};
  const std::string twice = event_of("activate", R"({"form":)" + quoted(quoted(R"({"partner":"0Xy12secret"})")) + "}");
  CHECK((Mask{kKeyed, nullptr, paths}.event(twice).find("0Xy12secret") == std::string::npos));
}

TEST_CASE("R20: what is known is known in capitals, too") {
  event::PhraseSet set{3};
  set.add(std::string_view{"0Xy12SEC"});
  const Mask mask{kKeyed, std::make_shared<const event::PhraseSet>(std::move(set))};
  for (const std::string_view text : {"a 0xy12sec b", "0XY12SEC", "{x=0xY12sEC}", "0Xy12SEC"}) {
    CHECK_MESSAGE(mask.text(text).find("org-") != std::string::npos, text);
    CHECK(mask.event(fmt::format(R"({{"a":"{}"}})", text)).find("org-") != std::string::npos);
  }
}

TEST_CASE("Masking a text costs time in proportion to it") {
  const auto time_of = [](const std::string& json) {
    const auto begin = std::chrono::steady_clock::now();
    static_cast<void>(Mask{kKeyed}.event(json));
    return std::chrono::steady_clock::now() - begin;
  };
  const auto many = [](std::string_view piece, std::size_t size) {
    std::string text;
    while (text.size() < size) text += piece;
    return text;
  };
  constexpr std::size_t kSize = 200'000;
  for (const std::string_view piece : {"orgId ", "orgId=", "orgId\"", "'orgId' at 'a", "orgId[", "{\"", "orgId:\n",
                                       "\\", "'", "orgId\\", "org-id.", "[{orgId="}) {
    CAPTURE(piece);
    CHECK(time_of(event_of("activate", quoted("orgId " + many(piece, kSize)))) < std::chrono::seconds{10});
  }
  for (const std::string_view piece :
       {R"({"name":"orgId","value":)", R"({"organization":)", R"([{"id":"orgId","data":)", R"({"orgId":[)"}) {
    CHECK(time_of(event_of("activate", many(piece, kSize))) < std::chrono::seconds{10});
    CHECK(time_of(event_of("activate", quoted(many(piece, kSize)))) < std::chrono::seconds{10});
  }
}

TEST_CASE("R20: words that only begin as a name does, and IAM's keys, are no names") {
  const Mask mask{kKeyed};
  for (const std::string_view text :
       {"the organization identity provider acme7 is wrong", "organization identities Acme1", "organization-ideal x7ab",
        "promocodebase 7f3a9c of codebase", "promocodevalidator2 failed", "promocoders7 failed",
        "promo-codebuild-4f5a91", "aws:PrincipalOrgID must be o-a1b2c3d4e5", "aws:SourceOrgID=o-a1b2c3d4e5",
        "\"aws:ResourceOrgID\": \"o-a1b2c3d4e5\"", "https://example.org/code/x7ab", "org not found"}) {
    CAPTURE(text);
    CHECK(mask.text(text) == text);
  }
  const std::string policy =
      R"({"Statement":[{"Effect":"Deny","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":["o-a1b2c3d4e5"],"aws:SourceOrgID":"o-a1b2c3d4e5"}}}]})";
  CHECK(mask.text(policy) == policy);
  const std::string event = event_of("activate", R"({"policy":)" + quoted(policy) + "}");
  CHECK(mask.event(event).find("o-a1b2c3d4e5") != std::string::npos);
  CHECK(mask.text(R"({"organizationIdentity":"acme","orgIdentityCenter":"x7"})") ==
        R"({"organizationIdentity":"acme","orgIdentityCenter":"x7"})");
  // An ID of AWS Organizations that somebody wrote into a form is hidden there, and not wherever it stands.
  CHECK(parameters_shown(event_of("activate", R"({"orgId":"o-a1b2c3d4e5"})")).find("a1b2c3d4e5") == std::string::npos);
  CHECK(known_of(event_of("activate", R"({"orgId":"o-a1b2c3d4e5"})")).empty());
}

TEST_CASE("R20, R56: other names of Activate's codes, as members, keys of queries, columns and pairs") {
  for (const std::string_view parameters :
       {R"({"u":"https://x/?org=0Xy12secret&a=1"})", R"({"u":"a=b&Org=0Xy12secret"})", R"({"q":"org=0Xy12secret"})",
        R"({"q":"?org%3D0Xy12secret"})", R"({"org":"0Xy12secret"})", R"({"name":"org","value":"0Xy12secret"})",
        R"({"csv":"email,org\na@x,0Xy12secret\n"})", R"({"orgCode":"0Xy12secret"})", R"({"org_number":"0Xy12secret"})",
        R"({"u":"?organizationCode=0Xy12secret"})", R"({"offerCode":"0Xy12secret"})",
        R"({"coupon_code":"0Xy12secret"})", R"({"u":"/?voucher-code=0Xy12secret"})",
        R"({"name":"offerCode","value":"0Xy12secret"})", R"({"m":"Offer code 0Xy12secret is used"})"}) {
    CAPTURE(parameters);
    const std::string shown = parameters_shown(event_of("activate", parameters));
    CHECK_MESSAGE(shown.find("secret") == std::string::npos, shown);
  }
  // Shops of all kinds have such codes.
  for (const std::string_view parameters :
       {R"({"offerCode":"0Xy12secret"})", R"({"u":"?org=0Xy12secret"})", R"({"org":"0Xy12secret"})"}) {
    const std::string event = event_of("s3", parameters);
    CHECK(Mask{kKeyed}.event(event) == event);
  }
  CHECK(parameters_shown(event_of("activate", R"({"org":"Acme Labs"})")).find("Acme Labs") != std::string::npos);
}
