// What our tables have in common when SQLite asks them.
#pragma once

#include <sqlite3.h>

#include <exception>
#include <memory>
#include <string>

#include "query/filter.h"
#include "query/memory_budget.h"
#include "query/shown_event.h"
#include "query/sql/translate.h"
#include "query/verdicts/judged_field.h"
#include "store/store.h"

namespace trailkeeper::query::sql {

/// What the tables of one query answer from.
struct TableSource {
  const store::Snapshot* snapshot = nullptr;
  Filter base;  ///< Whatever else holds for all events; bound (with_verdicts()).
  std::shared_ptr<const ShownEvents> shown;
  MemoryBudget* memory = nullptr;
  std::exception_ptr failure = nullptr;  ///< What a table threw: SQLite only knows that something failed.
};

/// Runs what SQLite called: nothing is thrown through it.
template <typename Run>
int guarded(TableSource& source, const Run& run) {
  try {
    run();
    return SQLITE_OK;
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  } catch (...) {
    source.failure = std::current_exception();
    return SQLITE_ERROR;
  }
}

/// Gives a value, as events show it, as SQLite holds one of the type.
void give_shown(sqlite3_context* context, std::string_view text, const Type& type);

}  // namespace trailkeeper::query::sql
