#include "text/base64.h"

#include <doctest/doctest.h>

using namespace trailkeeper::text;

TEST_CASE("base64 is strict about the alphabet, groups and bits beyond the last byte") {
  CHECK(decode_base64("") == "");
  CHECK(decode_base64("Zg==") == "f");
  CHECK(decode_base64("Zm8=") == "fo");
  CHECK(decode_base64("Zm9v") == "foo");
  CHECK(decode_base64("AAECAw==") == std::string("\0\1\2\3", 4));
  CHECK(decode_base64("+/+/").has_value());
  for (const char* wrong : {"Zg", "Zg=", "Z===", "====", "=", "==", "Zm9v\n", " Zm9v", "Zm9vZg=\n", "Zm_v",
                            "Zg==Zg==", "Zm9vY", "Zh==", "Zm9="}) {
    CAPTURE(wrong);
    CHECK(!decode_base64(wrong));
  }
}

TEST_CASE("bytes become base64 that reads as the same bytes") {
  CHECK(encode_base64("") == "");
  CHECK(encode_base64("f") == "Zg==");
  CHECK(encode_base64("fo") == "Zm8=");
  CHECK(encode_base64("foo") == "Zm9v");
  CHECK(encode_base64url("") == "");
  CHECK(encode_base64url("f") == "Zg");
  CHECK(encode_base64url("\xfb\xff\xfe") == "-__-");
  CHECK(encode_base64("\xfb\xff\xfe") == "+//+");
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes.push_back(static_cast<char>(i * 37));
    CHECK(decode_base64(encode_base64(bytes)) == bytes);
    CHECK(is_base64_of(encode_base64(bytes), bytes));
    CHECK(encode_base64url(bytes).find_first_of("+/=") == std::string::npos);
  }
}

TEST_CASE("without padding, where that is allowed") {
  CHECK(decode_base64("QUI", Padding::optional) == "AB");
  CHECK(decode_base64("QUI=", Padding::optional) == "AB");
  CHECK(decode_base64("QQ", Padding::optional) == "A");
  for (const char* wrong : {"Q", "QU=D", "QUJD=", "QQ=", "Q===", "QUJ*", "QR==", "QUJ D"}) {
    CAPTURE(wrong);
    CHECK(!decode_base64(wrong, Padding::optional));
  }
}

TEST_CASE("a text is compared with bytes") {
  CHECK(is_base64_of("QUI=", "AB"));
  CHECK(is_base64_of("QUI", "AB"));
  CHECK(is_base64_of("", ""));
  CHECK_FALSE(is_base64_of("QUI=", "ABC"));
  CHECK_FALSE(is_base64_of("QUI=", "A"));
  CHECK_FALSE(is_base64_of("AB", "AB"));
}

TEST_CASE("what looks like base64 can be appended") {
  for (const char* wrong : {"", "Zm9v", "Zm9vZm9", "Zm9v Zm9v", "eyJh-iI6"}) {
    CAPTURE(wrong);
    CHECK_FALSE(looks_like_base64(wrong));
  }
  CHECK(looks_like_base64("eyJhIjoxfQ=="));
  std::string out = "> ";
  append_from_base64("eyJhIjoxfQ==", out);
  CHECK(out == R"(> {"a":1})");
}
