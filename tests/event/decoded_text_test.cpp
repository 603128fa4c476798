#include "event/decoded_text.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

using namespace trailkeeper::event;

namespace {

std::string decoded(std::string_view text) { return DecodedText{text}.bytes(); }

}  // namespace

TEST_CASE("Text is decoded as often as it was percent-encoded, and its bytes keep their places") {
  const DecodedText text{"a%2530b%30"};
  CHECK(text.bytes() == "a0b0");
  const std::vector<std::size_t> places{0, 1, 6, 7, 10};
  for (std::size_t i = 0; i < places.size(); ++i) CHECK(text.place(i) == places[i]);
  CHECK(decoded("%25C3%25BC") == "\xC3\xBC");
  CHECK(decoded("a%20b%2fc%252Fd") == "a b/c/d");
  CHECK(decoded("100% %zz %4") == "100% %zz %4");
}

TEST_CASE("RFC 8259, 7: escapes are decoded, with any number of backslashes") {
  CHECK(decoded(R"(Z\u00fcrich)") == "Z\xC3\xBCrich");
  CHECK(decoded(R"(Z\\\u00FCrich)") == "Z\xC3\xBCrich");
  CHECK(decoded(R"(\ud83d\ude00!)") == "\xF0\x9F\x98\x80!");
  CHECK(decoded(R"(a\/b)") == "a/b");
  // What is none stays.
  for (const std::string_view text : {R"(\u00f)", R"(\ud83d!)", R"(\ude00)", R"(C:\users\n)", R"(\)", R"(\\\)"}) {
    CAPTURE(text);
    CHECK(decoded(text) == text);
    CHECK_FALSE(is_encoded(text));
  }
}

TEST_CASE("In a form, + is a space") {
  CHECK(DecodedText("a+b%2Bc", true).bytes() == "a b+c");
  CHECK(decoded("a+b") == "a+b");
}

TEST_CASE("Property: is_encoded tells whether anything would change") {
  std::mt19937 random{7};
  constexpr std::string_view kBytes = "%2530u\\/00fcdeab";
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto n = random() % 14; n > 0; --n) text += kBytes[random() % kBytes.size()];
    CAPTURE(text);
    const DecodedText found{text};
    CHECK(is_encoded(text) == (found.bytes() != text));
    CHECK(found.place(found.bytes().size()) == text.size());
  }
}
