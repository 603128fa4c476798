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

/// What is asked.
struct SqlRequest {
  std::string text;
  std::map<std::string, std::string> parameters = {};  ///< Values of :name, $name and <name>.
  bool as_stored =
      false;  ///< Show what is stored; whoever asks has the right, and it was recorded (query/shown_event.h).
  /// Bytes that the groups of counts may take.
  std::size_t memory = std::size_t{1} << 30;
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
/// Throws StoreError, store::ReadStopped (the thread's store::ReadLimit holds), and what the reader throws.
std::optional<text::Problem> run_sql(const store::Snapshot& snapshot, const SqlRequest& request, SqlReader& reader);

/// The same problem as a sentence with its line and column.
std::string problem_text(const text::Problem& problem, std::string_view sql);

}  // namespace trailkeeper::query::sql
