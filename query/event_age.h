// How old the events of a segment are: by their eventTime if it can be true, otherwise by when they came.
#pragma once

#include <cstdint>
#include <vector>

#include "store/store.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

/// The eventTimes that are believed.
struct Plausible {
  text::Timestamp first;  ///< Inclusive.
  text::Timestamp end;    ///< Exclusive.
};

/// The events of a segment are in order of eventTime: some from before the plausible times, then the plausible ones,
/// then some from after. Valid as long as the segment.
class EventAges {
 public:
  /// `unknown`: when events came for which the store doesn't say.
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
