#include "event/timestamp.h"

#include <doctest/doctest.h>

#include <random>

using namespace trailkeeper::event;

TEST_CASE("CloudTrail's own form is read to the second") {
  CHECK(parse_timestamp("1970-01-01T00:00:00Z") == 0);
  CHECK(parse_timestamp("2024-05-01T10:00:00Z") == 1714557600 * kSecond);
  CHECK(parse_plain_seconds("2024-05-01T10:00:00Z") == 1714557600U);
  CHECK(parse_plain_seconds("2105-12-31T23:59:59Z") == 4291747199U);
}

TEST_CASE("RFC 3339: fractions, offsets, lower case and a space") {
  const Timestamp ten = 1714557600 * kSecond;
  CHECK(parse_timestamp("2024-05-01T10:00:00.5Z") == ten + 500);
  CHECK(parse_timestamp("2024-05-01T10:00:00.123Z") == ten + 123);
  CHECK(parse_timestamp("2024-05-01T10:00:00.123999999Z") == ten + 123);
  CHECK(parse_timestamp("2024-05-01T12:00:00+02:00") == ten);
  CHECK(parse_timestamp("2024-05-01T04:30:00-05:30") == ten);
  CHECK(parse_timestamp("2024-05-01T10:00:00+00:00") == ten);
  CHECK(parse_timestamp("2024-05-01t10:00:00z") == ten);
  CHECK(parse_timestamp("2024-05-01 10:00:00Z") == ten);
  CHECK(parse_timestamp("2024-05-01T10:00:00") == ten);
}

TEST_CASE("ISO 8601 basic, as creationDate sometimes is") {
  CHECK(parse_timestamp("20131102T010628Z") == 1383354388 * kSecond);
  CHECK(parse_timestamp("20240501T120000+0200") == 1714557600 * kSecond);
  CHECK(parse_timestamp("20131102T010628.250Z") == 1383354388 * kSecond + 250);
}

TEST_CASE("leap years and month ends") {
  CHECK(parse_timestamp("2024-02-29T00:00:00Z").has_value());
  CHECK(parse_timestamp("2000-02-29T00:00:00Z").has_value());
  CHECK_FALSE(parse_timestamp("2023-02-29T00:00:00Z").has_value());
  CHECK_FALSE(parse_timestamp("2100-02-29T00:00:00Z").has_value());
  CHECK_FALSE(parse_timestamp("1900-02-29T00:00:00Z").has_value());
  CHECK_FALSE(parse_timestamp("2024-04-31T00:00:00Z").has_value());
  CHECK(parse_timestamp("2024-12-31T23:59:59Z").has_value());
}

TEST_CASE("a leap second is the next minute's first") {
  CHECK(parse_timestamp("2016-12-31T23:59:60Z") == parse_timestamp("2017-01-01T00:00:00Z"));
  CHECK_FALSE(parse_plain_seconds("2016-12-31T23:59:60Z").has_value());
}

TEST_CASE("times outside 1970 to 2105 have no plain form but are times") {
  CHECK(parse_timestamp("1969-12-31T23:59:59Z") == -kSecond);
  CHECK_FALSE(parse_plain_seconds("1969-12-31T23:59:59Z").has_value());
  CHECK(parse_timestamp("0001-01-01T00:00:00Z") == -62135596800 * kSecond);
  CHECK(parse_timestamp("9999-12-31T23:59:59Z") == 253402300799 * kSecond);
  CHECK_FALSE(parse_plain_seconds("2106-01-01T00:00:00Z").has_value());
}

TEST_CASE("what isn't a time") {
  for (const char* text : {"",
                           "now",
                           "2024",
                           "2024-05",
                           "2024-05-01",
                           "2024-05-01T",
                           "2024-05-01T10",
                           "2024-05-01T10:00",
                           "2024-13-01T10:00:00Z",
                           "2024-00-01T10:00:00Z",
                           "2024-05-00T10:00:00Z",
                           "2024-05-32T10:00:00Z",
                           "2024-05-01T24:00:00Z",
                           "2024-05-01T10:60:00Z",
                           "2024-05-01T10:00:61Z",
                           "0000-05-01T10:00:00Z",
                           "2024-05-01T10:00:00ZZ",
                           "2024-05-01T10:00:00Z ",
                           " 2024-05-01T10:00:00Z",
                           "2024-05-01T10:00:00.Z",
                           "2024-05-01T10:00:00+2",
                           "2024-05-01T10:00:00+24:00",
                           "2024-05-01T10:00:00+02:60",
                           "2024-05-01T10:00:00X",
                           "2024/05/01T10:00:00Z",
                           "2024-5-1T10:00:00Z",
                           "20240501T1000Z",
                           "20240501 100000Z",
                           "+024-05-01T10:00:00Z",
                           "2024-05-01T1a:00:00Z",
                           "1714557600",
                           "2024-05-01T10:00:00-"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_timestamp(text).has_value());
  }
  CHECK_FALSE(parse_timestamp(std::string_view{"2024-05-01T10:00:00\0", 20}).has_value());
}

TEST_CASE("dates and days: known pairs, and every day of 400 years both ways") {
  CHECK(days_from_civil({1970, 1, 1}) == 0);
  CHECK(days_from_civil({2000, 3, 1}) == 11017);
  CHECK(days_from_civil({1969, 12, 31}) == -1);
  std::int64_t bad = 0;
  for (std::int64_t day = -200 * 365; day < 200 * 366; ++day) {
    if (days_from_civil(civil_from_days(day)) != day) ++bad;
  }
  CHECK(bad == 0);
}

TEST_CASE("property: what is written is read back, and plain seconds give the same bytes") {
  std::mt19937_64 random{1};
  for (int i = 0; i < 20000; ++i) {
    const Timestamp time = static_cast<Timestamp>(random() % 250000000000000ULL) - 60000000000000;
    REQUIRE(parse_timestamp(format_timestamp(time)) == time);
    const auto seconds = static_cast<std::uint32_t>(random() % 4291747200ULL);
    std::string text;
    append_plain_seconds(seconds, text);
    REQUIRE(text.size() == 20);
    REQUIRE(parse_plain_seconds(text) == seconds);
  }
  CHECK(format_timestamp(1714557600 * kSecond) == "2024-05-01T10:00:00Z");
  CHECK(format_timestamp(1714557600 * kSecond + 7) == "2024-05-01T10:00:00.007Z");
  CHECK(format_timestamp(-1) == "1969-12-31T23:59:59.999Z");
}
