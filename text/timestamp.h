// Points in time as CloudTrail writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trailkeeper::text {

/// Milliseconds since 1970-01-01T00:00:00Z. CloudTrail's eventTime has whole seconds; other producers send fractions.
using Timestamp = std::int64_t;

constexpr Timestamp kSecond = 1000;
constexpr Timestamp kMinute = 60 * kSecond;
constexpr Timestamp kHour = 60 * kMinute;
constexpr Timestamp kDay = 24 * kHour;

/// A calendar date in the proleptic Gregorian calendar, UTC.
struct CivilDate {
  int year;
  int month;  ///< 1 to 12
  int day;    ///< 1 to 31
};

/// Days since 1970-01-01 of a valid date.
std::int64_t days_from_civil(CivilDate date);
CivilDate civil_from_days(std::int64_t days);

/// Parses an RFC 3339 date-time (`2024-05-01T10:00:00Z`, fractions, `+02:00`; a space for the `T` and a missing zone,
/// read as UTC, are tolerated) or ISO 8601 basic (`20240501T100000Z`). Years 1 to 9999. Nothing else is a time.
std::optional<Timestamp> parse_timestamp(std::string_view text);

/// Parses exactly CloudTrail's own form, `YYYY-MM-DDThh:mm:ssZ`, to seconds since the epoch; years 1970 to 2105, so
/// that the result fits 32 bits and format_seconds gives the same bytes back.
std::optional<std::uint32_t> parse_plain_seconds(std::string_view text);

/// `YYYY-MM-DDThh:mm:ssZ`, with `.mmm` before the Z only where the milliseconds aren't zero.
std::string format_timestamp(Timestamp time);

/// Appends the 20 bytes of `YYYY-MM-DDThh:mm:ssZ`.
void append_plain_seconds(std::uint32_t seconds, std::string& out);

}  // namespace trailkeeper::text
