#include "event/guid.h"

#include <doctest/doctest.h>

#include <random>

using namespace trailkeeper::event;

TEST_CASE("a lower-case GUID is its 16 bytes") {
  const auto guid = parse_guid("00112233-4455-6677-8899-aabbccddeeff");
  REQUIRE(guid.has_value());
  for (unsigned i = 0; i < 16; ++i) CHECK((*guid)[i] == i * 0x11);
}

TEST_CASE("only the one spelling counts, so that the text comes back the same") {
  for (const char* text : {"", "00112233-4455-6677-8899-AABBCCDDEEFF", "00112233-4455-6677-8899-aabbccddeef",
                           "00112233-4455-6677-8899-aabbccddeeff0", "00112233445566778899aabbccddeeff",
                           "{0112233-4455-6677-8899-aabbccddeef}", "00112233-4455-6677-8899-aabbccddeefg",
                           "0011223304455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899aaabbccddeeff",
                           "00112233-4455-6677-8899-aabbccddee f", "--------------------------------xxxx"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_guid(text).has_value());
  }
}

TEST_CASE("property: any 16 bytes round-trip; any single changed character that parses gives another GUID") {
  std::mt19937_64 random{2};
  for (int i = 0; i < 5000; ++i) {
    Guid guid{};
    for (auto& byte : guid) byte = static_cast<std::uint8_t>(random());
    std::string text;
    append_guid(guid.data(), text);
    REQUIRE(text.size() == kGuidTextLength);
    REQUIRE(parse_guid(text) == guid);
    std::string changed = text;
    char& c = changed[random() % changed.size()];
    const char before = c;
    c = static_cast<char>(random());
    if (const auto other = parse_guid(changed)) REQUIRE((c == before) == (*other == guid));
  }
}
