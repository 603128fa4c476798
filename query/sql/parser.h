// From a query's text to its tree: the SELECT of Trino, which CloudTrail Lake speaks.
#pragma once

#include <string_view>

#include "query/sql/syntax.h"

namespace trailkeeper::query::sql {

/// Levels that expressions and queries may be nested in each other.
constexpr int kMostLevels = 120;

/// Reads one SELECT, perhaps with EXPLAIN before it and `;` behind it. Placeholders of CloudTrail Lake's samples
/// ($EDS_ID, <event_data_store_id>) and IDs of event data stores stand for the table `events`; elsewhere they are
/// parameters. Takes time in proportion to the text. Throws Refused.
Statement parse(std::string_view sql);

}  // namespace trailkeeper::query::sql
