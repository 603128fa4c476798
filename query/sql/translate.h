// From the SQL that people write to the SQL that SQLite runs.
//
// The folder query/sql/ answers questions in CloudTrail Lake's SQL:
//
// - token.h, parser.h, syntax.h: text to tree.
// - type.h, event_schema.h, function_catalogue.h: what values are, which columns the events have, which functions there
//   are.
// - translate.h: tree to SQLite's SQL. Each value's type is known here, so what Trino would refuse is refused with its
//   place, and SQLite's own ideas of types never come into play. Each use of the table `events` gets a table of its own
//   with just the paths that the query names; a SELECT that needs nothing but how many events have which values gets
//   counted ones (query/sql/counted_table.h).
// - functions/: Trino's functions for SQLite.
// - events_table.h, counted_table.h, row_table.h: the tables that SQLite asks.
// - run.h: all of it.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/sql/type.h"
#include "text/result.h"
#include "text/timestamp.h"

namespace trailkeeper::query::sql {

/// A column of a table or result.
struct NamedType {
  std::string name;
  Type type;
};

/// How often the events of a time are told apart where they are only counted.
enum class Granularity { none, day, hour };

/// One use of the table `events`: a table of SQLite's.
struct EventsUse {
  std::string table;                      ///< Its name.
  std::vector<NamedType> columns;         ///< The paths that it gives, as `c0`, `c1`, …
  bool counted = false;                   ///< Rows are distinct values, with how many events have them as `w`.
  Granularity times = Granularity::none;  ///< Of `eventTime` where it is counted: that of its hour or day.
};

/// A column of a counted table that exists only in WHERE: `eventTime` itself.
constexpr std::string_view kTimeRange = "eventTime range";

/// A query for SQLite.
struct Translation {
  std::string sql;
  std::vector<NamedType> columns;  ///< Names may repeat.
  std::vector<EventsUse> events;
  bool explain = false;
};

/// Another table that queries may ask.
struct TableShape {
  std::string name;
  std::vector<NamedType> columns;
};

/// What a translation depends on besides the text.
struct Surroundings {
  std::vector<TableShape> tables;                 ///< Besides `events`.
  std::map<std::string, std::string> parameters;  ///< By name.
  text::Timestamp now = 0;
  bool counts = true;  ///< Counted tables may be used.
  /// The spelling that a path has in the store's events, given in any case: all of them.
  std::function<std::vector<std::string>(std::string_view)> spellings = nullptr;
};

/// What is wrong has its place in the text (text::Problem::offset).
text::Result<Translation> translate(std::string_view sql, const Surroundings& surroundings);

/// A place in a text: both from 1, columns in characters.
struct TextPlace {
  std::size_t line;
  std::size_t column;
};
TextPlace text_place(std::string_view text, std::size_t offset);
/// `line 2, column 14`
std::string place_in_text(std::string_view text, std::size_t offset);

}  // namespace trailkeeper::query::sql
