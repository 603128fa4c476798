// The tests that a SegmentFilter is made of, and how they are joined.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

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

/// All, or any, of the tests pass.
std::unique_ptr<EventTest> test_all(std::vector<std::unique_ptr<EventTest>> tests);
std::unique_ptr<EventTest> test_any(std::vector<std::unique_ptr<EventTest>> tests);

/// The test doesn't pass.
std::unique_ptr<EventTest> test_not(std::unique_ptr<EventTest> test);

/// The event is one of these (numbers in any order).
std::unique_ptr<EventTest> test_numbers(std::vector<std::uint32_t> numbers);

}  // namespace trailkeeper::query
