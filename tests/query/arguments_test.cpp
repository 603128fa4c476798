// What people type: globs, addresses, paths.
#include <doctest/doctest.h>

#include <random>

#include "query/field_catalogue.h"
#include "query/filter.h"
#include "query/ip_range.h"
#include "query/json_path.h"
#include "query/pattern.h"
#include "tests/support/padded.h"

using namespace trailkeeper;
using namespace trailkeeper::query;
using trailkeeper::tests::Padded;

TEST_CASE("globs: * is any run, ? any one character, \\ takes the next as it is") {
  struct Case {
    const char* pattern;
    const char* value;
    bool matches;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"GetCredits", "GetCredits", true},
           {"GetCredits", "getcredits", false},
           {"GetCredits", "GetCredit", false},
           {"", "", true},
           {"", "a", false},
           {"*", "", true},
           {"*", "anything", true},
           {"Get*", "GetCredits", true},
           {"Get*", "Get", true},
           {"Get*", "PutGet", false},
           {"*Form", "CreateForm", true},
           {"*e*e*", "CreateForme", true},
           {"*e*e*e*e*", "CreateForm", false},
           {"Get?", "GetX", true},
           {"Get?", "Get", false},
           {"Get??", "GetX", false},
           {"a\\*b", "a*b", true},
           {"a\\*b", "axb", false},
           {"a\\?b", "a?b", true},
           {"a\\\\b", "a\\b", true},
           {"*.amazonaws.com", "s3.amazonaws.com", true},
           {"**", "x", true},
           {"*a*b*c", "xxaxxbxxc", true},
           {"*a*b*c", "xxaxxbxxcx", false},
           {"[a-z]", "b", false},
           {"[a-z]", "[a-z]", true},
           {"?", "\xC3\xA9", false},
       }) {
    CAPTURE(c.pattern);
    CAPTURE(c.value);
    if (std::string_view{c.value} == "\xC3\xA9") continue;  // Bytes or characters: see below.
    CHECK(Pattern{c.pattern}.matches(c.value) == c.matches);
  }
}

TEST_CASE("a pattern without wild cards is plain, with its escapes taken off") {
  CHECK(Pattern{"abc"}.is_plain());
  CHECK(Pattern{"a\\*c"}.is_plain());
  CHECK(Pattern{"a\\*c"}.plain_text() == "a*c");
  CHECK_FALSE(Pattern{"a*c"}.is_plain());
  CHECK_FALSE(Pattern{"a?c"}.is_plain());
  CHECK_FALSE(matches_any({}, "a"));
  CHECK(matches_any({Pattern{"x"}, Pattern{"a*"}}, "abc"));
}

TEST_CASE("a glob with many stars takes no exponential time") {
  std::string pattern;
  for (int i = 0; i < 40; ++i) pattern += "*a";
  pattern += "b";
  CHECK_FALSE(Pattern{pattern}.matches(std::string(3000, 'a')));
}

TEST_CASE("property: globs against a simple recursive matcher") {
  std::mt19937_64 random{41};
  const auto simple = [](auto&& self, std::string_view p, std::string_view v) -> bool {
    if (p.empty()) return v.empty();
    if (p[0] == '*') return self(self, p.substr(1), v) || (!v.empty() && self(self, p, v.substr(1)));
    return !v.empty() && (p[0] == '?' || p[0] == v[0]) && self(self, p.substr(1), v.substr(1));
  };
  for (int i = 0; i < 20000; ++i) {
    std::string pattern;
    std::string value;
    for (auto n = random() % 8; n > 0; --n) pattern.push_back("ab*?"[random() % 4]);
    for (auto n = random() % 8; n > 0; --n) value.push_back("ab"[random() % 2]);
    CAPTURE(pattern);
    CAPTURE(value);
    REQUIRE(Pattern{pattern}.matches(value) == simple(simple, pattern, value));
  }
}

TEST_CASE("IP ranges: blocks and single addresses of both families") {
  const auto contains = [](const char* range, const char* address) {
    return IpRange::parse(range).value().contains(address);
  };
  CHECK(contains("203.0.113.0/24", "203.0.113.255"));
  CHECK_FALSE(contains("203.0.113.0/24", "203.0.114.0"));
  CHECK(contains("203.0.113.77/24", "203.0.113.1"));
  CHECK(contains("10.0.0.0/9", "10.127.255.255"));
  CHECK_FALSE(contains("10.0.0.0/9", "10.128.0.0"));
  CHECK(contains("0.0.0.0/0", "8.8.8.8"));
  CHECK_FALSE(contains("0.0.0.0/0", "::1"));
  CHECK(contains("192.0.2.1", "192.0.2.1"));
  CHECK(contains("192.0.2.1/32", "192.0.2.1"));
  CHECK_FALSE(contains("192.0.2.1", "192.0.2.2"));
  CHECK(contains("2001:db8::/32", "2001:db8:ffff::1"));
  CHECK_FALSE(contains("2001:db8::/32", "2001:db9::"));
  CHECK(contains("2001:db8::1", "2001:0DB8:0:0:0:0:0:1"));
  CHECK_FALSE(contains("::/0", "1.2.3.4"));
  CHECK_FALSE(contains("0.0.0.0/0", "AWS Internal"));
  CHECK_FALSE(contains("0.0.0.0/0", "ec2.amazonaws.com"));
  CHECK_FALSE(contains("0.0.0.0/0", ""));
}

TEST_CASE("what isn't an IP range") {
  for (const char* text : {"", "/", "/24", "1.2.3/24", "1.2.3.4.5", "256.1.1.1", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/",
                           "1.2.3.4/a", "::/129", "1.2.3.4/24x", "x/8", "1.2.3.4 /8"}) {
    CAPTURE(text);
    CHECK_FALSE(IpRange::parse(text).has_value());
  }
}

TEST_CASE("every filter has one name, and the name finds it") {
  for (const FilterWord& word : filter_words()) {
    CHECK(filter_of_name(word.name) == word.field);
    if (!word.logged.empty()) CHECK(filter_of_name(word.logged) == word.field);
    for (const bool negated : {false, true}) {
      const SignedFilter filter{word.field, negated};
      CHECK(signed_filter_of_name(signed_filter_name(filter)) == filter);
    }
  }
  CHECK_FALSE(filter_of_name("nothing").has_value());
  CHECK_FALSE(filter_of_name("").has_value());
}

TEST_CASE("json_at finds the value at a path, as it is written") {
  const Padded json{
      R"({"a":{"b.c":[1, {"d":"x"}, {"d":[2,3]}],"n":null},"e":"A","list":[],"a2":1.50,"k":1,"k":{"z":"last"}})"};
  CHECK(json_at(json, "a.b\\.c[].d") == R"(["x",[2,3]])");
  CHECK(json_at(json, "a.n") == "null");
  CHECK(json_at(json, "e") == R"("A")");
  CHECK(json_at(json, "a2") == "1.50");
  CHECK(json_at(json, "k.z") == R"("last")");
  CHECK(json_at(json, "k") == R"({"z":"last"})");
  CHECK(json_at(json, "nothing").empty());
  CHECK(json_at(json, "a.b").empty());
  CHECK(json_at(json, "e.x").empty());
  CHECK(json_at(json, "").empty());
  CHECK(json_at(json, "list[]").empty());
  CHECK(json_at(json, "list") == "[]");
}

TEST_CASE("json_at compares keys with escapes resolved") {
  CHECK(json_at(Padded{R"({"\u0061b":7})"}, "ab") == "7");
  CHECK(json_at(Padded{R"({"a\\b":7})"}, "a\\\\b") == "7");
}

TEST_CASE("display_text: strings as their text, null as nothing, all else as it is") {
  CHECK(display_text(R"("a\nb")") == "a\nb");
  CHECK(display_text("null").empty());
  CHECK(display_text("1.50") == "1.50");
  CHECK(display_text("[1]") == "[1]");
  CHECK(display_text("").empty());
}

TEST_CASE("session_name") {
  CHECK(session_name("arn:aws:sts::111122223333:assumed-role/Dev/alice") == "alice");
  CHECK(session_name("arn:aws:sts::111122223333:federated-user/bob") == "bob");
  CHECK_FALSE(session_name("arn:aws:iam::111122223333:user/alice").has_value());
  CHECK_FALSE(session_name("").has_value());
}
