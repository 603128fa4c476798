#include "text/timestamp.h"

#include <doctest/doctest.h>

#include <random>

using namespace trailkeeper;

TEST_CASE("CloudTrail's own form is read to the second") {
  CHECK(text::parse_timestamp("1970-01-01T00:00:00Z") == 0);
  CHECK(text::parse_timestamp("2024-05-01T10:00:00Z") == 1714557600 * text::kSecond);
  CHECK(text::parse_plain_seconds("2024-05-01T10:00:00Z") == 1714557600U);
  CHECK(text::parse_plain_seconds("2105-12-31T23:59:59Z") == 4291747199U);
}

TEST_CASE("RFC 3339: fractions, offsets, lower case and a space") {
  const text::Timestamp ten = 1714557600 * text::kSecond;
  CHECK(text::parse_timestamp("2024-05-01T10:00:00.5Z") == ten + 500);
  CHECK(text::parse_timestamp("2024-05-01T10:00:00.123Z") == ten + 123);
  CHECK(text::parse_timestamp("2024-05-01T10:00:00.123999999Z") == ten + 123);
  CHECK(text::parse_timestamp("2024-05-01T12:00:00+02:00") == ten);
  CHECK(text::parse_timestamp("2024-05-01T04:30:00-05:30") == ten);
  CHECK(text::parse_timestamp("2024-05-01T10:00:00+00:00") == ten);
  CHECK(text::parse_timestamp("2024-05-01t10:00:00z") == ten);
  CHECK(text::parse_timestamp("2024-05-01 10:00:00Z") == ten);
  CHECK(text::parse_timestamp("2024-05-01T10:00:00") == ten);
}

TEST_CASE("ISO 8601 basic, as creationDate sometimes is") {
  CHECK(text::parse_timestamp("20131102T010628Z") == 1383354388 * text::kSecond);
  CHECK(text::parse_timestamp("20240501T120000+0200") == 1714557600 * text::kSecond);
  CHECK(text::parse_timestamp("20131102T010628.250Z") == 1383354388 * text::kSecond + 250);
}

TEST_CASE("leap years and month ends") {
  CHECK(text::parse_timestamp("2024-02-29T00:00:00Z").has_value());
  CHECK(text::parse_timestamp("2000-02-29T00:00:00Z").has_value());
  CHECK_FALSE(text::parse_timestamp("2023-02-29T00:00:00Z").has_value());
  CHECK_FALSE(text::parse_timestamp("2100-02-29T00:00:00Z").has_value());
  CHECK_FALSE(text::parse_timestamp("1900-02-29T00:00:00Z").has_value());
  CHECK_FALSE(text::parse_timestamp("2024-04-31T00:00:00Z").has_value());
  CHECK(text::parse_timestamp("2024-12-31T23:59:59Z").has_value());
}

TEST_CASE("a leap second is the next minute's first") {
  CHECK(text::parse_timestamp("2016-12-31T23:59:60Z") == text::parse_timestamp("2017-01-01T00:00:00Z"));
  CHECK_FALSE(text::parse_plain_seconds("2016-12-31T23:59:60Z").has_value());
}

TEST_CASE("times outside 1970 to 2105 have no plain form but are times") {
  CHECK(text::parse_timestamp("1969-12-31T23:59:59Z") == -text::kSecond);
  CHECK_FALSE(text::parse_plain_seconds("1969-12-31T23:59:59Z").has_value());
  CHECK(text::parse_timestamp("0001-01-01T00:00:00Z") == -62135596800 * text::kSecond);
  CHECK(text::parse_timestamp("9999-12-31T23:59:59Z") == 253402300799 * text::kSecond);
  CHECK_FALSE(text::parse_plain_seconds("2106-01-01T00:00:00Z").has_value());
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
    CHECK_FALSE(text::parse_timestamp(text).has_value());
  }
  CHECK_FALSE(text::parse_timestamp(std::string_view{"2024-05-01T10:00:00\0", 20}).has_value());
}

TEST_CASE("dates and days: known pairs, and every day of 400 years both ways") {
  CHECK(text::days_from_civil({1970, 1, 1}) == 0);
  CHECK(text::days_from_civil({2000, 3, 1}) == 11017);
  CHECK(text::days_from_civil({1969, 12, 31}) == -1);
  std::int64_t bad = 0;
  for (std::int64_t day = -200 * 365; day < 200 * 366; ++day) {
    if (text::days_from_civil(text::civil_from_days(day)) != day) ++bad;
  }
  CHECK(bad == 0);
}

TEST_CASE("property: what is written is read back, and plain seconds give the same bytes") {
  std::mt19937_64 random{1};
  for (int i = 0; i < 20000; ++i) {
    const text::Timestamp time = static_cast<text::Timestamp>(random() % 250000000000000ULL) - 60000000000000;
    REQUIRE(text::parse_timestamp(text::format_timestamp(time)) == time);
    const auto seconds = static_cast<std::uint32_t>(random() % 4291747200ULL);
    std::string text;
    text::append_plain_seconds(seconds, text);
    REQUIRE(text.size() == 20);
    REQUIRE(text::parse_plain_seconds(text) == seconds);
  }
  CHECK(text::format_timestamp(1714557600 * text::kSecond) == "2024-05-01T10:00:00Z");
  CHECK(text::format_timestamp(1714557600 * text::kSecond + 7) == "2024-05-01T10:00:00.007Z");
  CHECK(text::format_timestamp(-1) == "1969-12-31T23:59:59.999Z");
}
