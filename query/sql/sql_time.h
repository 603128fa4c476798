// Times as SQL writes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "text/timestamp.h"

namespace trailkeeper::query::sql {

/// `2024-05-01 10:00:00.000`; years 1 to 9999, others give the nearest of them.
std::string timestamp_text(text::Timestamp time);
/// `2024-05-01`
std::string date_text(text::Timestamp time);

/// A time in any form that SQL's literals or CloudTrail have: `2024-05-01`, `2024-05-01 10:00`, with seconds,
/// fractions, a `T`, a zone.
std::optional<text::Timestamp> parse_sql_time(std::string_view text);

/// A text as a literal of SQLite's.
std::string quoted_sql(std::string_view text);

}  // namespace trailkeeper::query::sql
