#include "text/percent.h"

#include <doctest/doctest.h>

using namespace trailkeeper;

TEST_CASE("RFC 3986, 2.1: the byte that an escape stands for") {
  CHECK(text::percent_byte("a%2Fb", 1) == '/');
  CHECK(text::percent_byte("%c3", 0) == '\xC3');
  for (const std::string_view none : {"", "%", "%2", "%2g", "%g2", "2F", "%%2F"}) {
    CAPTURE(none);
    CHECK_FALSE(text::percent_byte(none, 0));
  }
  CHECK_FALSE(text::percent_byte("%2F", 1));
  CHECK_FALSE(text::percent_byte("%2F", 9));
}

TEST_CASE("Text is decoded once; what is no escape stays") {
  CHECK(text::percent_decoded("bucket/a%20key%2f%C3%BC") == "bucket/a key/\xC3\xBC");
  CHECK(text::percent_decoded("100%, %zz, %4") == "100%, %zz, %4");
  CHECK(text::percent_decoded("%2525") == "%25");
  CHECK(text::percent_decoded("").empty());
}
