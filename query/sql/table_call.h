// What our tables have in common when SQLite asks them.
#pragma once

#include <sqlite3.h>

#include <exception>
#include <memory>
#include <string>
#include <unordered_map>

#include "query/filter.h"
#include "query/memory_budget.h"
#include "query/shown_event.h"
#include "query/sql/translate.h"
#include "query/verdicts/judged_field.h"
#include "store/store.h"

namespace trailkeeper::query::sql {

struct SqlFigures;

/// The segments of which the cursors of a query hold parts: whatever somebody holds stays open, everything else is
/// closed, so that a query has few segments in memory however large the store is.
class SegmentUses {
 public:
  void take(const store::Segment& segment) { ++uses_[&segment]; }
  void give_back(const store::Segment& segment) {
    const auto found = uses_.find(&segment);
    if (--found->second > 0) return;
    uses_.erase(found);
    segment.close();
  }
  /// After a scan that left them open.
  void close_unused(const store::Snapshot& snapshot) const {
    for (const store::Segment& segment : snapshot.segments()) {
      if (!uses_.contains(&segment)) segment.close();
    }
  }

 private:
  std::unordered_map<const store::Segment*, std::size_t> uses_;
};

/// One holder's.
class SegmentUse {
 public:
  SegmentUse(SegmentUses& uses, const store::Segment& segment) : uses_(uses), segment_(segment) { uses.take(segment); }
  ~SegmentUse() { uses_.give_back(segment_); }
  SegmentUse(const SegmentUse&) = delete;
  SegmentUse& operator=(const SegmentUse&) = delete;

 private:
  SegmentUses& uses_;
  const store::Segment& segment_;
};

/// What the tables of one query answer from.
struct TableSource {
  const store::Snapshot* snapshot = nullptr;
  Filter base;  ///< Whatever else holds for all events; bound (with_verdicts()).
  std::shared_ptr<const ShownEvents> shown;
  MemoryBudget* memory = nullptr;
  text::Timestamp now = 0;  ///< For tables that hold as of a time.
  SqlFigures* figures = nullptr;
  SegmentUses uses = {};
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

/// Counts the segments that may have events of the filter's times.
void count_scanned(const TableSource& source, const Filter& filter);

/// Gives a value, as events show it, as SQLite holds one of the type.
void give_shown(sqlite3_context* context, std::string_view text, const Type& type);

}  // namespace trailkeeper::query::sql
