// Calendar arithmetic in UTC and the ways CloudTrail writes times.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trailkeeper::generate {

constexpr std::int64_t kDay = 86'400;

/// A moment split into its parts.
struct Calendar {
  unsigned year, month, day, hour, minute, second;
};

Calendar calendar(std::int64_t seconds);
/// Seconds since the epoch.
std::int64_t moment(unsigned year, unsigned month, unsigned day, unsigned hour = 0, unsigned minute = 0,
                    unsigned second = 0);
/// `2024-03-01`; none if that is no date.
std::optional<std::int64_t> parse_date(std::string_view text);

/// `2024-03-01T09:30:00Z`.
void append_time(std::string& out, std::int64_t seconds);
/// `Mar 1, 2024, 9:30:00 AM`, as many response elements have it.
void append_long_time(std::string& out, std::int64_t seconds);
/// `2024/03/01`, with any separator.
void append_date(std::string& out, std::int64_t seconds, char separator);

}  // namespace trailkeeper::generate
