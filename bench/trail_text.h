// Appending text fast.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "trail_random.h"

namespace trailkeeper::bench {

void append_hex(std::string& out, std::uint64_t bits, unsigned digits);
/// A random version-4 GUID.
void append_guid(std::string& out, Random& random);
/// Characters of A-Z and 0-9, as in access keys and S3 request IDs.
void append_upper(std::string& out, Random& random, unsigned count);
/// Characters of A-Z, a-z, 0-9.
void append_alnum(std::string& out, Random& random, unsigned count);
/// Base64 of random bytes; `count` characters, the last one `=`.
void append_base64(std::string& out, Random& random, unsigned count);
void append_number(std::string& out, std::uint64_t number);
/// Decimal with leading zeros.
void append_padded(std::string& out, std::uint64_t number, unsigned digits);

/// `2024-05-01T10:00:00Z`.
void append_time(std::string& out, std::int64_t seconds);
/// A time split into calendar parts, UTC.
struct CalendarTime {
  int year;
  unsigned month, day, hour, minute, second;
};
CalendarTime calendar(std::int64_t seconds);
/// Seconds since the epoch of `2024-05-01`; false if it is no date.
bool parse_date(std::string_view text, std::int64_t& seconds);

}  // namespace trailkeeper::bench
