#include "text/time_argument.h"

#include <doctest/doctest.h>

using namespace trailkeeper::text;

TEST_CASE("time arguments: ISO 8601, dates, months, ages, now") {
  const Timestamp now = 1714557600000;  // 2024-05-01T10:00:00Z
  CHECK(parse_time_argument("2024-05-01T10:00:00Z", 0) == now);
  CHECK(parse_time_argument("2024-05-01T12:00:00+02:00", 0) == now);
  CHECK(parse_time_argument("2024-05-01", 0) == now - 10 * kHour);
  CHECK(parse_time_argument("2024-05", 0) == now - 10 * kHour);
  CHECK(parse_time_argument("now", now) == now);
  CHECK(parse_time_argument("45s", now) == now - 45000);
  CHECK(parse_time_argument("15m", now) == now - 15 * kMinute);
  CHECK(parse_time_argument("36h", now) == now - 36 * kHour);
  CHECK(parse_time_argument("7d", now) == now - 7 * kDay);
  CHECK(parse_time_argument("2w", now) == now - 14 * kDay);
  for (const char* text : {"", "yesterday", "7", "d", "-7d", "7 d", "7x", "2024-13", "2024-02-30", "2024-5-1", "1.5h",
                           "99999999999999999999d", "2024-05-01T"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time_argument(text, now).has_value());
  }
}

TEST_CASE("durations") {
  CHECK(parse_duration("90s") == 90000);
  CHECK(parse_duration("400d") == 400 * kDay);
  CHECK(parse_duration("0s") == 0);
  for (const char* text : {"", "now", "2024-05-01", "9223372036854775807w", "w"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}
