#include "event/percent_text.h"

#include <doctest/doctest.h>

using namespace trailkeeper::event;

TEST_CASE("RFC 3986, 2.1: the byte that an escape stands for") {
  CHECK(percent_byte("a%2Fb", 1) == '/');
  CHECK(percent_byte("%c3", 0) == '\xC3');
  for (const std::string_view none : {"", "%", "%2", "%2g", "%g2", "2F", "%%2F"}) {
    CAPTURE(none);
    CHECK_FALSE(percent_byte(none, 0));
  }
  CHECK_FALSE(percent_byte("%2F", 1));
  CHECK_FALSE(percent_byte("%2F", 9));
}

TEST_CASE("Text is decoded once; what is no escape stays") {
  CHECK(percent_decoded("bucket/a%20key%2f%C3%BC") == "bucket/a key/\xC3\xBC");
  CHECK(percent_decoded("100%, %zz, %4") == "100%, %zz, %4");
  CHECK(percent_decoded("%2525") == "%25");
  CHECK(percent_decoded("").empty());
}

TEST_CASE("Text is decoded as often as it was encoded, and its bytes keep their places") {
  const PercentText text{"a%2530b%30"};
  CHECK(text.bytes() == "a0b0");
  CHECK(text.place(0) == 0);
  CHECK(text.place(1) == 1);
  CHECK(text.place(2) == 6);
  CHECK(text.place(3) == 7);
  CHECK(text.place(4) == 10);
  // Beyond ASCII once: more likely a text's own.
  CHECK(PercentText{"%25ac"}.bytes() == "%ac");
  CHECK(PercentText{"%c3%bc"}.bytes() == "\xC3\xBC");
}

TEST_CASE("Words are hidden by encoded letters, digits and bytes beyond ASCII, not by encoded punctuation") {
  CHECK(hides_words("x%30"));
  CHECK(hides_words("%2541"));
  CHECK(hides_words("%C3%BC"));
  CHECK_FALSE(hides_words("a%20b%2Fc"));
  CHECK_FALSE(hides_words("100% %zz %"));
  CHECK_FALSE(hides_words(""));
}
