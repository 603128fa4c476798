// Points in time as people type them.
#pragma once

#include <optional>
#include <string_view>

#include "text/timestamp.h"

namespace trailkeeper::text {

/// `2024-05-01T10:00:00Z` and the other forms of parse_timestamp; `2024-05-01` and `2024-05`, their first moment in
/// UTC; `45s`, `15m`, `36h`, `7d`, `2w`, that long before `now`; `now`.
std::optional<Timestamp> parse_time_argument(std::string_view text, Timestamp now);

/// `90s`, `15m`, `36h`, `400d`, `2w`, in milliseconds.
std::optional<Timestamp> parse_duration(std::string_view text);

}  // namespace trailkeeper::text
