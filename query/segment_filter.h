// A filter against one segment.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "query/event_tests.h"
#include "query/filter.h"
#include "store/segments/segment.h"

namespace trailkeeper::query {

/// Some of a segment's events: [first, end).
struct IndexRange {
  std::uint32_t first;
  std::uint32_t end;
};

/// A filter compiled for a segment: dictionaries decide which codes pass, postings which blocks are looked at, columns
/// the rest. No event is decoded.
class SegmentFilter {
 public:
  SegmentFilter(const store::Segment& segment, const Filter& filter)
      : SegmentFilter(segment, filter, {0, segment.size()}) {}
  /// Of the events in `range` only.
  SegmentFilter(const store::Segment& segment, const Filter& filter, IndexRange range);

  /// Events are looked at block by block; these are the blocks that may hold some, ascending.
  [[nodiscard]] const std::vector<std::uint32_t>& blocks() const { return blocks_; }

  /// The events of a block that pass, ascending, into `selected`.
  void select(std::uint32_t block, std::vector<std::uint32_t>& selected) const;

  /// Whether every event of the segment passes, without looking.
  [[nodiscard]] bool passes_all() const { return tests_.empty() && first_ == 0 && end_ == segment_.size(); }

 private:
  void add_tests(const Filter& filter);
  void choose_blocks();

  const store::Segment& segment_;
  std::uint32_t first_;
  std::uint32_t end_;
  std::vector<std::unique_ptr<EventTest>> tests_;
  std::vector<std::uint32_t> blocks_;
};

}  // namespace trailkeeper::query
