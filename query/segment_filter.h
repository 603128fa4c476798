// A filter against one segment.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "query/filter.h"
#include "store/segments/segment.h"

namespace trailkeeper::query {

/// Tests one event of a segment.
class EventTest {
 public:
  virtual ~EventTest() = default;
  /// False if no event of the segment can pass.
  [[nodiscard]] virtual bool possible() const = 0;
  [[nodiscard]] virtual bool passes(std::uint32_t index) const = 0;
  /// Moves those of `selected` (ascending numbers) that pass to its front; returns how many there are.
  virtual std::size_t select(std::span<std::uint32_t> selected) const;
  /// Clears in `blocks` (one byte for each store::kPostingBlock) those that certainly hold no passing event.
  virtual void prune(std::span<std::uint8_t> blocks) const { static_cast<void>(blocks); }
};

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
