#include "rules/credits/secret_signs.h"

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <random>

#include "rules/credits/confidential.h"

using namespace trailkeeper;
using namespace trailkeeper::rules::credits;

namespace {

// Pieces of which names, disguises and JSON within strings are made.
constexpr std::array<std::string_view, 48> kPieces{"o",
                                                   "r",
                                                   "g",
                                                   "org",
                                                   "Org",
                                                   "Id",
                                                   "_",
                                                   "-",
                                                   " ",
                                                   ".",
                                                   "promo",
                                                   "PRO",
                                                   "mo",
                                                   "Code",
                                                   "A3POPC",
                                                   "a3",
                                                   "popc",
                                                   "=",
                                                   ":",
                                                   "0Xy12",
                                                   "value",
                                                   "name",
                                                   "\\u006f",
                                                   "\\u002d",
                                                   "\\u0026",
                                                   "%6F",
                                                   "%33",
                                                   "\\\"",
                                                   "{\\\"",
                                                   "\\\":\\\"",
                                                   "\\\"}",
                                                   "[\\\"",
                                                   "\\\"]",
                                                   "\\\\",
                                                   "\\/",
                                                   "\\n",
                                                   "activate",
                                                   ".amazonaws.com",
                                                   "activate.amazonaws.com",
                                                   "id",
                                                   "x",
                                                   "7",
                                                   "organization",
                                                   "partner",
                                                   "offer",
                                                   "coupon",
                                                   "Vouch",
                                                   "er"};

SecretSigns signs_of(std::initializer_list<std::string_view> texts, const std::vector<std::string>& paths = {}) {
  const SignReader reader{paths};
  SecretSigns signs;
  for (const std::string_view text : texts) signs |= reader.of_text(text);
  return signs;
}

}  // namespace

TEST_CASE("R20, R56: names of secrets are signs, however they are spelt") {
  for (const std::string_view text : {"promoCode", "PROMO_CODE", "pro.mo-c", "Promotional Code", "A3POPC=1", "a3popc",
                                      "a_3-p", "%41%33POPC", "x\\u0070romoCode", "pro\\u002dmo"}) {
    CAPTURE(text);
    CHECK(signs_of({text}).suffice());
  }
  for (const std::string_view text :
       {"orgId", "ORG-ID", "my Org ID", "o_r_g", "organizationId", "%6Frg", "organisation"}) {
    CAPTURE(text);
    CHECK_FALSE(signs_of({text}).suffice());
    CHECK(signs_of({text, "activate.amazonaws.com"}).suffice());
  }
  for (const std::string_view text : {"s3.amazonaws.com", "program", "\\u0026", "com", "a3", "3p"}) {
    CAPTURE(text);
    CHECK_FALSE(signs_of({text, "activate.amazonaws.com"}).suffice());
  }
}

TEST_CASE("R20: where settings say that Org IDs stand is a sign") {
  const std::vector<std::string> paths{"requestParameters.partner"};
  const SignReader reader{paths};
  for (const std::string_view path : {"requestParameters.partner", "requestParameters.partner.x[]",
                                      "requestParameters.partner\x06", "wrapped.requestParameters.partner"}) {
    CAPTURE(path);
    CHECK(reader.of_path(path).any());
  }
  CHECK_FALSE(reader.of_path("requestParameters.other").any());
  CHECK(signs_of({R"({\"partner\":1})", "activate.amazonaws.com"}, paths).suffice());
}

TEST_CASE("R20, R56: an event whose signs don't suffice is shown as it is, but for known words") {
  auto known = std::make_shared<event::PhraseSet>(5);
  known->add("nowhereThere");
  std::mt19937_64 random{7};
  int quiet = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::vector<std::string> paths =
        random() % 3 == 0 ? std::vector<std::string>{"requestParameters.partner"} : std::vector<std::string>{};
    const auto text = [&] {
      std::string out;
      for (std::uint64_t n = random() % 5; n > 0; --n) out += kPieces.at(random() % kPieces.size());
      return out;
    };
    const SignReader reader{paths};
    SecretSigns signs;
    // With a backslash, a mask that knows words looks for names, too.
    std::string json = R"({"eventName":"a\/b","requestParameters":{)";
    for (int member = 0; member < 3; ++member) {
      const std::string key = random() % 4 == 0 ? "partner" : text();
      const std::string value = text();
      signs |= reader.of_text(key);
      signs |= reader.of_text(value);
      signs |= reader.of_path("requestParameters." + key);
      json += (member == 0 ? "\"" : ",\"") + key + "\":\"" + value + "\"";
    }
    json += "}}";
    if (signs.suffice()) continue;
    ++quiet;
    CAPTURE(json);
    REQUIRE(Mask(Pseudonymiser{"key"}, nullptr, paths).event(json) == json);
    REQUIRE(Mask(Pseudonymiser{"key"}, known, paths).event(json) == json);
  }
  CHECK(quiet > 10'000);
}

TEST_CASE("a name in base64 is a sign in whatever writing the base64 is") {
  // https://h/f?orgId=0Xy12
  for (const std::string_view written :
       {"aHR0cHM6Ly9oL2Y/b3JnSWQ9MFh5MTI=", "a=1&t=aHR0cHM6Ly9oL2Y%2Fb3JnSWQ9MFh5MTI%3D",
        R"(aHR0cHM6Ly9oL2Y\/b3JnSWQ9MFh5MTI=)"}) {
    CAPTURE(written);
    CHECK(SignReader::of_encoded(written).any());
  }
  CHECK_FALSE(SignReader::of_encoded("a=1&t=aHR0cHM6Ly9oL2Y%2Fb3RoZXI%3D").any());
}
