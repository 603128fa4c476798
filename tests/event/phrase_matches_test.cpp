#include "event/phrase_matches.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/support/phrases.h"

using namespace trailkeeper::event;
using trailkeeper::tests::set_of;

namespace {

// A text with `#` for each phrase.
std::string shown(const PhraseSet& set, std::string_view text) {
  std::string out;
  std::size_t at = 0;
  for (const auto& match : phrases_in(text, set)) {
    out += std::string{text.substr(at, match.begin - at)} + "#";
    at = match.end;
  }
  return out + std::string{text.substr(at)};
}

// With some of its bytes percent-encoded, some of those twice.
std::string disguised(std::string_view text, std::mt19937& random) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const unsigned dice = random() % 4;
    if (dice > 1) {
      out += c;
      continue;
    }
    out += dice == 0 ? "%" : "%25";
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

}  // namespace

TEST_CASE("Phrases are found as they are, percent-encoded, and both in one text") {
  const PhraseSet set = set_of({"0Xy12", "acme 7"});
  CHECK(shown(set, "a 0Xy12, %30Xy12, %2530%58y12; acme%207 0Xy123") == "a #, #, #; # 0Xy123");
  CHECK(shown(set, "%61cme 7/%61cme 8") == "#/%61cme 8");
  CHECK(shown(set, "nothing %30 here") == "nothing %30 here");
  CHECK(shown(PhraseSet{7}, "%30Xy12") == "%30Xy12");
  CHECK(shown(set, "q=acme+7&r=acme%2b7 acme%25207") == "q=#&r=acme%2b7 #");
  CHECK(shown(set_of({"Z\xC3\xBCrich-7k"}), R"(a Z\u00fcrich-7k, Z\\u00FCrich-7k, Z%25C3%25BCrich-7k)") == "a #, #, #");
  CHECK(has_phrase("x=%30Xy1%32&", set));
  CHECK_FALSE(has_phrase("x=%30Xy13&", set));
}

TEST_CASE("Property: however a phrase is encoded between other words, it is found, and they stay") {
  const PhraseSet set = set_of({"0Xy12", "acme-7/eu west"});
  std::mt19937 random{20241127};
  for (int i = 0; i < 2000; ++i) {
    const std::string phrase = disguised(i % 2 == 0 ? "0Xy12" : "acme-7/eu west", random);
    CAPTURE(phrase);
    CHECK(shown(set, "left/" + phrase + "/right") == "left/#/right");
  }
}
