#include "text/json_text.h"

#include <doctest/doctest.h>

#include <random>

using namespace trailkeeper;

namespace {

std::string unescaped(std::string_view text) {
  REQUIRE(text::valid_escapes(text));
  std::string out;
  text::append_unescaped(text, out);
  return out;
}
std::string quoted(std::string_view text) {
  std::string out;
  text::append_quoted(text, out);
  return out;
}
std::string minified(std::string_view text) {
  std::string out;
  text::append_minified(text, out);
  return out;
}
std::string pretty(std::string_view text) {
  std::string out;
  text::append_pretty(text, out);
  return out;
}

}  // namespace

TEST_CASE("escapes stand for their characters") {
  CHECK(unescaped(R"(a\"b\\c\/d\b\f\n\r\t)") == "a\"b\\c/d\b\f\n\r\t");
  CHECK(unescaped(R"(\u0041\u00e9\u20AC)") == "A\xC3\xA9\xE2\x82\xAC");
  CHECK(unescaped(R"(\ud83d\ude00)") == "\xF0\x9F\x98\x80");
  CHECK(unescaped(R"(\u0000)") == std::string(1, '\0'));
}

TEST_CASE("a lone surrogate is U+FFFD") {
  CHECK(unescaped(R"(\ud800)") == "\xEF\xBF\xBD");
  CHECK(unescaped(R"(\udc00x)") == "\xEF\xBF\xBDx");
  CHECK(unescaped(R"(\ud800\u0041)") ==
        "\xEF\xBF\xBD"
        "A");
  CHECK(unescaped(R"(\ud800\ud83d\ude00)") == "\xEF\xBF\xBD\xF0\x9F\x98\x80");
  CHECK(unescaped(R"(\ud800\n)") == "\xEF\xBF\xBD\n");
}

TEST_CASE("escapes JSON doesn't know") {
  for (const char* text : {R"(\x41)", R"(\u12)", R"(\u12G4)", R"(\)", R"(\')", R"(\a)", R"(ok\u)", R"(\U0041)"}) {
    CAPTURE(text);
    CHECK_FALSE(text::valid_escapes(text));
  }
  CHECK(text::valid_escapes(""));
  CHECK(text::valid_escapes("plain"));
}

TEST_CASE("quoting gives JSON whatever the bytes") {
  CHECK(quoted("a\"b\\c") == R"("a\"b\\c")");
  CHECK(quoted("\n\t\r") == R"("\n\t\r")");
  CHECK(quoted("caf\xC3\xA9") == "\"caf\xC3\xA9\"");
  CHECK(quoted("\xFF") == "\"\xEF\xBF\xBD\"");
  CHECK(quoted(std::string_view{"\0", 1}).find('\0') == std::string::npos);
}

TEST_CASE("UTF-8 as RFC 3629 has it") {
  CHECK(text::valid_utf8(""));
  CHECK(text::valid_utf8("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF"));
  for (const char* text :
       {"\x80", "\xC3", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE2\x82", "\xC3(", "\xF0\x9F\x98"}) {
    CHECK_FALSE(text::valid_utf8(text));
  }
}

TEST_CASE("minified: no white space between tokens, all of it inside strings") {
  CHECK(minified(" { \"a b\" : [ 1 , 2 ,\r\n 3 ] , \"c\" : \"x\\\" y\" } ") == R"({"a b":[1,2,3],"c":"x\" y"})");
  CHECK(minified("{ }") == "{}");
  CHECK(minified(R"({"a":"\\" , "b" : " "})") == R"({"a":"\\","b":" "})");
}

TEST_CASE("pretty: two spaces a level, empty containers short, as jq does") {
  CHECK(pretty(R"({"a":[1,{"b":"x,y:{}"}],"c":{},"d":[]})") ==
        "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x,y:{}\"\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}");
  CHECK(pretty("[ ]") == "[]");
  CHECK(pretty("7") == "7");
}

TEST_CASE("property: any text quoted and unquoted is the same text, bad bytes apart") {
  std::mt19937_64 random{3};
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (std::size_t n = random() % 40; n > 0; --n)
      text.push_back(static_cast<char>(random() % (i % 2 == 0 ? 128 : 256)));
    const std::string token = quoted(text);
    REQUIRE(text::valid_utf8(token));
    REQUIRE(token.front() == '"');
    REQUIRE(token.back() == '"');
    const std::string back = unescaped(std::string_view{token}.substr(1, token.size() - 2));
    if (text::valid_utf8(text)) REQUIRE(back == text);
    REQUIRE(minified(pretty(token)) == token);
  }
}
