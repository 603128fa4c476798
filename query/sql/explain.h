// How a query is answered, in words.
#pragma once

#include <sqlite3.h>

#include <optional>

#include "query/sql/run.h"

namespace trailkeeper::query::sql {

/// Gives the reader one row for each step of a plan (SQLite's EXPLAIN QUERY PLAN): what the store answers by itself,
/// and what SQLite does with it. Gives what is wrong if the plan can't be had.
std::optional<text::Problem> explain(const Translation& translation, sqlite3_stmt* plan, SqlReader& reader);

}  // namespace trailkeeper::query::sql
