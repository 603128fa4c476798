// How old the events of a segment are: by their eventTime where it can be true, else by when they came.
#pragma once

#include <cstdint>
#include <vector>

#include "store/store.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

/// What is taken for true.
struct Plausible {
  text::Timestamp first;  ///< Inclusive.
  text::Timestamp end;    ///< Exclusive.
};

/// The events of a segment are in order of eventTime: some from before what is plausible, then those that are, then
/// some from after. Valid as long as the segment.
class EventAges {
 public:
  /// `unknown`: when an event came of which the store doesn't say it.
  EventAges(const store::Segment& segment, Plausible plausible, text::Timestamp unknown);

  /// The events [first(), end()) have an eventTime that can be true.
  [[nodiscard]] std::uint32_t first() const { return first_; }
  [[nodiscard]] std::uint32_t end() const { return end_; }

  /// When an event came whose eventTime can't be true.
  [[nodiscard]] text::Timestamp arrival(std::uint32_t odd) const;

  /// Calls visit(event) for each event whose eventTime can't be true.
  template <typename Visit>
  void for_each_odd(Visit&& visit) const {
    for (std::uint32_t i = 0; i < first_; ++i) visit(i);
    for (std::uint32_t i = end_; i < segment_->size(); ++i) visit(i);
  }

 private:
  const store::Segment* segment_;
  std::uint32_t first_;
  std::uint32_t end_;
  text::Timestamp otherwise_;
  std::vector<store::OddArrival> known_;
};

}  // namespace trailkeeper::query
