#include "rules/iam/condition_value.h"

#include <doctest/doctest.h>

#include <string>

using namespace trailkeeper;
using namespace trailkeeper::rules::iam;
using text::Timestamp;

namespace {

// -1, 0 or 1.
int order(std::string_view a, std::string_view b) {
  const auto x = Decimal::parse(a);
  const auto y = Decimal::parse(b);
  REQUIRE(x.has_value());
  REQUIRE(y.has_value());
  const auto result = x->compare(*y);
  CHECK((y->compare(*x) < 0) == (result > 0));
  return result < 0 ? -1 : result > 0 ? 1 : 0;
}

bool in(std::string_view range, std::string_view address) {
  const auto prefix = IpPrefix::parse(range);
  const auto parsed = IpAddress::parse(address);
  REQUIRE(prefix.has_value());
  REQUIRE(parsed.has_value());
  return prefix->contains(*parsed);
}

}  // namespace

TEST_CASE("decimal numbers are compared exactly") {
  CHECK(order("1", "1.0") == 0);
  CHECK(order("007", "7") == 0);
  CHECK(order("-0", "0.00") == 0);
  CHECK(order("+5", "5") == 0);
  CHECK(order("0.1", "0.10") == 0);
  CHECK(order("12.5", "12.49") == 1);
  CHECK(order("9", "10") == -1);
  CHECK(order("-9", "-10") == 1);
  CHECK(order("-1", "1") == -1);
  CHECK(order("0.001", "0.01") == -1);
  CHECK(order("100", "1e2") == 0);
  CHECK(order("1.5E-3", "0.0015") == 0);
  CHECK(order("120", "12") == 1);
  CHECK(order(".5", "0.5") == 0);
  CHECK(order("9007199254740993", "9007199254740992") == 1);
  CHECK(order("123456789012345678901234567890.1", "123456789012345678901234567890.2") == -1);
  CHECK(order("0.05", "0.5") == -1);
  CHECK(order("10.01", "10.1") == -1);
}

TEST_CASE("what is no number") {
  for (const std::string_view text : {"", "-", ".", "1.", "abc", "10abc", "1e", "1e+", "1e++5", "1.2.3", " 1", "1 ",
                                      "0x10", "--1", "1e99999999999999", "NaN", "${aws:x}"}) {
    CAPTURE(text);
    CHECK_FALSE(Decimal::parse(text).has_value());
  }
}

TEST_CASE("times") {
  constexpr text::Timestamp kTime = 1714557600000;
  CHECK(parse_instant("2024-05-01T10:00:00Z") == kTime);
  CHECK(parse_instant("2024-05-01T10:00Z") == kTime);
  CHECK(parse_instant("2024-05-01T12:00+02:00") == kTime);
  CHECK(parse_instant("2024-05-01T12:00:00+02:00") == kTime);
  CHECK(parse_instant("2024-05-01T10:00:00.5Z") == kTime + 500);
  CHECK(parse_instant("1714557600") == kTime);
  CHECK(parse_instant("-1") == -1000);
  CHECK(parse_instant("2024-05-01") == 1714521600000);
  CHECK(parse_instant("2024-05") == 1714521600000);
  // Digits alone are epoch time, also four of them.
  CHECK(parse_instant("2024") == 2024000);
  for (const std::string_view text : {"", "yesterday", "2024-13", "2024-02-30", "2024-5-1", "1.5", "2024-05-01T", "1e9",
                                      "2024-05-01T10", "99999999999999999999", "-", "2024-05-01T10:00:"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_instant(text).has_value());
  }
}

TEST_CASE("IP addresses and ranges") {
  CHECK(in("203.0.113.0/24", "203.0.113.255"));
  CHECK_FALSE(in("203.0.113.0/24", "203.0.114.0"));
  CHECK(in("203.0.113.7", "203.0.113.7"));
  CHECK_FALSE(in("203.0.113.7", "203.0.113.8"));
  CHECK(in("0.0.0.0/0", "255.255.255.255"));
  CHECK(in("10.0.0.7/30", "10.0.0.4"));
  CHECK_FALSE(in("10.0.0.7/30", "10.0.0.8"));
  CHECK(in("2001:DB8::/32", "2001:db8:ffff::1"));
  CHECK_FALSE(in("2001:db8::/33", "2001:db8:8000::"));
  CHECK(in("2001:db8:0:0::5", "2001:db8::5"));
  CHECK(in("::/0", "::1"));
  CHECK_FALSE(in("::/0", "10.0.0.1"));
  CHECK_FALSE(in("0.0.0.0/0", "::ffff:10.0.0.1"));
  for (const std::string_view text :
       {"", "203.0.113", "203.0.113.0/33", "203.0.113.0/", "203.0.113.0/a", "203.0.113.0/-1", "2001:db8::/129",
        "256.0.0.1", "1.2.3.4/ 8", "x", "1.2.3.4/99999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(IpPrefix::parse(text).has_value());
  }
}
