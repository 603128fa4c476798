#include "query/leaves/value_order.h"

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

using namespace trailkeeper;
using namespace trailkeeper::query;

TEST_CASE("numbers are ordered exactly, however they are written") {
  // Ascending; those in one row are equal.
  const std::vector<std::vector<std::string_view>> rows{{"-1e400"},
                                                        {"-12345678901234567890124", "-1.2345678901234567890124e22"},
                                                        {"-12345678901234567890123"},
                                                        {"-10", "-1e1", "-10.00"},
                                                        {"-9.5"},
                                                        {"-1e-400"},
                                                        {"0", "-0", "0.0", "0e999999999999999999999", "-0.000e5"},
                                                        {"1e-999999999999999999999"},
                                                        {"1e-400"},
                                                        {"0.1", "1e-1", "100e-3"},
                                                        {"0.12"},
                                                        {"0.123"},
                                                        {"0.2"},
                                                        {"1", "1.0", "1e0", "10E-1"},
                                                        {"2"},
                                                        {"10"},
                                                        {"1000", "1e3", "1.000E+3"},
                                                        {"9007199254740992"},
                                                        {"9007199254740993"},
                                                        {"18446744073709551616"},
                                                        {"1e400"},
                                                        {"1e999999999999999999999"}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < rows.size(); ++j) {
      for (const std::string_view a : rows[i]) {
        for (const std::string_view b : rows[j]) {
          CAPTURE(a);
          CAPTURE(b);
          const auto with = parse_ordered(b);
          REQUIRE(with);
          CHECK(compare(a, *with) == (i <=> j));
        }
      }
    }
  }
}

TEST_CASE("times are ordered to the millisecond, in any zone; what is neither is not ordered") {
  const auto order = [](std::string_view a, std::string_view b) { return compare(a, *parse_ordered(b)); };
  CHECK(order("2024-05-01T10:00:00Z", "2024-05-01T10:00:00Z") == std::strong_ordering::equal);
  CHECK(order("2024-05-01T12:00:00+02:00", "2024-05-01T10:00:00Z") == std::strong_ordering::equal);
  CHECK(order("2024-05-01T10:00:00.25Z", "2024-05-01T10:00:00Z") == std::strong_ordering::greater);
  CHECK(order("2024-04-30T23:59:59Z", "2024-05-01") == std::strong_ordering::less);
  CHECK(order("2024-05-01T00:00:00Z", "2024-05") == std::strong_ordering::equal);
  CHECK_FALSE(order("5", "2024-05-01"));
  CHECK_FALSE(order("2024-05-01T00:00:00Z", "5"));
  CHECK_FALSE(order("", "5"));
  CHECK_FALSE(order("abc", "5"));
  CHECK_FALSE(order("007", "5"));
  CHECK_FALSE(order("{\"a\":1}", "5"));
  for (const std::string_view text : {"", "abc", "7d", "now", "1.", ".5", "+1", "0x10", "2024-13-01"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_ordered(text));
  }
}
