#include "query/event_age.h"

#include <algorithm>

namespace trailkeeper::query {

EventAges::EventAges(const store::Segment& segment, Plausible plausible, text::Timestamp unknown)
    : segment_(&segment),
      first_(segment.first_at(plausible.first)),
      end_(std::max(first_, segment.first_at(plausible.end))),
      otherwise_(unknown) {
  const store::SegmentHeader& header = segment.header();
  // What of a merged segment isn't known came with a version that kept no arrivals, so before the first that is known.
  if (header.first_arrival != 0) otherwise_ = std::min(otherwise_, header.first_arrival);
  if (header.has_one_arrival()) otherwise_ = header.first_arrival;
  if (first_ > 0 || end_ < segment.size()) known_ = segment.odd_arrivals();
}

text::Timestamp EventAges::arrival(std::uint32_t odd) const {
  const auto found = std::lower_bound(known_.begin(), known_.end(), odd,
                                      [](const store::OddArrival& a, std::uint32_t event) { return a.event < event; });
  return found != known_.end() && found->event == odd ? found->arrival : otherwise_;
}

}  // namespace trailkeeper::query
