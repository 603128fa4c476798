// Questions in SQL, answered.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "query/sql/translate.h"
#include "store/store.h"
#include "text/result.h"

namespace trailkeeper::query {
class MemoryBudget;
}

namespace trailkeeper::query::sql {

/// How much a query looked at.
struct SqlFigures {
  std::uint64_t events_scanned = 0;  ///< Of the segments that may have events that fit.
  std::uint64_t events_matched = 0;  ///< That went on to joins, groups and the conditions that can't be pushed down.
  std::uint64_t bytes_scanned = 0;   ///< Of those scanned, as they came.
};

/// What is asked.
struct SqlRequest {
  std::string text;
  std::map<std::string, std::string> parameters = {};  ///< Values of :name, $name and <name>.
  bool as_stored =
      false;  ///< Show what is stored; whoever asks has the right, and it was recorded (query/shown_event.h).
  /// Bytes that it may take while it runs, with SQLite's.
  std::size_t memory = std::size_t{1} << 30;
  SqlFigures* figures = nullptr;   ///< Gets what it looked at.
  MemoryBudget* shared = nullptr;  ///< Counts instead: what several queries may take together.
};

/// A value of an answer; nothing: NULL. Times are texts.
using SqlValue = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

/// Who takes an answer.
class SqlReader {
 public:
  virtual ~SqlReader() = default;
  /// Before the rows. Names may repeat.
  virtual void columns(const std::vector<NamedType>& columns) = 0;
  /// Gives false if it wants no more.
  virtual bool row(std::span<const SqlValue> values) = 0;
};

/// Asks the events and the other tables of a snapshot. Nothing is written: SQLite has no database but an empty one in
/// memory, and may only read it. What is shown, grouped and compared passes ShownEvents. Gives what is wrong with the
/// query: its offset is npos if it is no place in the text, but what the query met when it ran (a division by zero).
/// Throws StoreError, OverBudget, store::ReadStopped (the thread's store::ReadLimit holds), and what the reader throws.
std::optional<text::Problem> run_sql(const store::Snapshot& snapshot, const SqlRequest& request, SqlReader& reader);

/// What is wrong with a query as it is written; nothing if it can be run.
std::optional<text::Problem> check_sql(const store::Snapshot& snapshot, const SqlRequest& request);

/// The same problem as a sentence with its line and column.
std::string problem_text(const text::Problem& problem, std::string_view sql);

}  // namespace trailkeeper::query::sql
