// The table `events` for SQLite where only numbers of events matter: one row for each combination of values.
#pragma once

#include <sqlite3.h>

#include "query/sql/table_call.h"

namespace trailkeeper::query::sql {

/// Adds the table of one counted use of `events` to a database; both must outlive it. Its rows are those of a native
/// count by the use's columns (query/count.h), on all cores, and column `w` says how many events each stands for.
/// Combinations that don't fit the source's memory are query::OverBudget: the events themselves must be looked at.
void add_counted_table(sqlite3* database, TableSource& source, const EventsUse& use);

}  // namespace trailkeeper::query::sql
