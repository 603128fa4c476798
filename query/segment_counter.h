// Counts the events of one segment by fields, without putting them together.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "query/field_catalogue.h"
#include "query/group_counts.h"
#include "query/shown_event.h"
#include "query/time_bucket.h"
#include "store/segments/segment.h"

namespace trailkeeper::query {

/// What a count is by.
struct CountedField {
  const DerivedField* derived = nullptr;
  std::string path;  ///< If it isn't derived: of any value.
};

/// The field of a name; nothing if it must be made from the event's JSON.
std::optional<CountedField> counted_field(std::string_view name);

/// Counts by numbers that stand for the fields' values; turns numbers into texts at the end. Throws OverBudget,
/// TooManyRows and StoreError(corrupt). Not thread-safe.
class SegmentCounter {
 public:
  /// `totals`: whose memory is charged. The segment must outlive this.
  SegmentCounter(const store::Segment& segment, std::shared_ptr<const ShownEvents> shown,
                 std::vector<CountedField> fields, Bucket per, const GroupCounts& totals);
  ~SegmentCounter();
  SegmentCounter(const SegmentCounter&) = delete;
  SegmentCounter& operator=(const SegmentCounter&) = delete;

  /// Numbers of all fields together must fit into a word; nearly always they do. Otherwise it can't count.
  [[nodiscard]] bool fits() const;
  /// Some events, ascending.
  void count(std::span<const std::uint32_t> selected, GroupCounts& totals);
  /// All events of the segment.
  void count_all(GroupCounts& totals);
  /// Call it after the last.
  void finish(GroupCounts& totals);

 private:
  class Counter;
  std::unique_ptr<Counter> counter_;
};

}  // namespace trailkeeper::query
