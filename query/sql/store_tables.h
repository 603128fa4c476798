// What a store keeps besides events, as tables for SQLite: findings, rejects, journal, the credit ledger, what was
// granted.
#pragma once

#include <sqlite3.h>

#include <vector>

#include "query/sql/table_call.h"

namespace trailkeeper::query::sql {

/// Their names and columns.
std::vector<TableShape> store_tables();

/// Adds them to a database; both must outlive it. A table's rows are read when a query begins to ask it, and charged to
/// the source's memory (OverBudget); what is confidential in them is shown as in lists.
void add_store_tables(sqlite3* database, TableSource& source);

}  // namespace trailkeeper::query::sql
