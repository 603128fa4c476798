// How many events there are of each kind.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "query/filter.h"
#include "query/group_figures.h"
#include "query/memory_budget.h"
#include "query/time_bucket.h"
#include "store/store.h"

namespace trailkeeper::query {

/// What to count by.
struct CountRequest {
  std::vector<std::string> by;  ///< Derived fields or paths (query/field_catalogue.h).
  Bucket per = Bucket::none;
  std::optional<std::uint64_t> top;  ///< Only this many rows, or this many in each bucket.
  /// Refuse counts with more distinct rows than this (checked before `top`); for answers to others.
  std::optional<std::uint64_t> most_rows = std::nullopt;
  /// What groups are charged to, before they take memory; null: nothing. Outlives the rows.
  MemoryBudget* memory = nullptr;
  /// The field or path whose different values are counted in each group, as they are shown; empty: none.
  std::string distinct = {};
  bool times = false;  ///< GroupFigures::first and last are wanted.
  /// Only rows for which all of these hold; known before `top`.
  std::vector<GroupCondition> having = {};

  [[nodiscard]] bool wants_times() const {
    return times || asks_for(having, Figure::first) || asks_for(having, Figure::last);
  }
};

/// What is wrong with a request that has a condition on `distinct` and doesn't say of what.
std::optional<std::string> missing_distinct(const CountRequest& request);

/// A count had more rows than CountRequest::most_rows.
class TooManyRows : public std::runtime_error {
 public:
  explicit TooManyRows(std::uint64_t most)
      : std::runtime_error("there are more than " + std::to_string(most) +
                           " different values to count by: ask for fewer fields, or narrow the filter") {}
};

/// One row: how many events have these values. Nothing but the count is known of no events.
struct CountRow : GroupFigures {
  std::string bucket;                              ///< `2024-05-01T10:00:00Z`, `2024-05-01`, `2024-05`, or empty.
  std::vector<std::optional<std::string>> values;  ///< One for each field; nothing where the event lacks it.
};

/// Rows, and what they are charged with as long as they exist.
struct CountedEvents {
  std::vector<CountRow> rows;
  MemoryBudget::Charge charge;
};

/// Rows by bucket, then by descending count, then by values. Throws TooManyRows, or OverBudget if the groups and
/// their distinct values would take more than CountRequest::memory allows.
CountedEvents count_groups(const store::Snapshot& snapshot, const Filter& filter, const CountRequest& request);

/// The rows alone, for few groups.
std::vector<CountRow> count_events(const store::Snapshot& snapshot, const Filter& filter, const CountRequest& request);

}  // namespace trailkeeper::query
