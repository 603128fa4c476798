// Conditions of SQL that the store's own filters answer.
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <string>
#include <vector>

#include "query/filter.h"
#include "query/sql/translate.h"

namespace trailkeeper::query::sql {

/// A condition that SQLite offers: a column, and how it is compared with a value.
struct PushedCondition {
  std::size_t column = 0;
  int comparison = 0;    ///< SQLITE_INDEX_CONSTRAINT_…, or one of those below.
  bool is_list = false;  ///< The value is a list: IN.
};

/// Functions of a column and a constant, as conditions.
constexpr int kLikeConstraint = SQLITE_INDEX_CONSTRAINT_FUNCTION;
constexpr int kRegexConstraint = SQLITE_INDEX_CONSTRAINT_FUNCTION + 1;

/// A field's path as the store's own questions take it, so that its leaves answer and not its column: a column takes an
/// empty text for none, and shows each text by itself, while an event's values are masked together. A `\\` before its
/// first key does that. The names of events and services have columns that say the same.
std::string leaf_name(const std::string& path);

/// Whether the store's filters can leave out events by such a condition on a column. They may leave in too many: SQLite
/// looks at each event again.
bool can_push(const NamedType& column, int comparison);

/// Adds conditions, with the value that each compares with, to a filter. Gives false if no event can pass.
bool push_conditions(const EventsUse& use, const std::vector<PushedCondition>& conditions, sqlite3_value** values,
                     Filter& filter);

/// `eventName =`, for people.
std::string condition_text(const NamedType& column, const PushedCondition& condition);

/// Takes what can be pushed of what SQLite offers; gives how many rows may be left, about. `decides`: whether a
/// column's conditions are answered here alone.
double choose_conditions(const EventsUse& use, sqlite3_index_info& info);

/// For idxStr and back.
std::string encode_conditions(const std::vector<PushedCondition>& conditions);
std::vector<PushedCondition> decode_conditions(const char* text);

}  // namespace trailkeeper::query::sql
