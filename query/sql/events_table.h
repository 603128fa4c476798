// The table `events` for SQLite: one event a row.
#pragma once

#include <sqlite3.h>

#include "query/sql/table_call.h"

namespace trailkeeper::query::sql {

/// In which order the table gives its rows (sqlite3_index_info::idxNum).
enum EventsPlan : int { kAnyOrder = 0, kOldestFirst = 1, kNewestFirst = 2 };

/// Adds the table of one use of `events` to a database; both must outlive it. Conditions on one path and ranges of the
/// time are answered by the store's filters, order by time as lists have it; values come from leaves, as they are
/// shown, so no event is put together for them.
void add_events_table(sqlite3* database, TableSource& source, const EventsUse& use);

}  // namespace trailkeeper::query::sql
