// When events came whose eventTime says little about it.
#pragma once

#include "text/timestamp.h"

namespace trailkeeper::store {

/// CloudTrail was announced on this day: an event that claims to be older has no true time.
constexpr text::Timestamp kFirstTrail = 1'384'300'800'000;  // 2013-11-13T00:00:00Z.

/// How far a trail's clock may be ahead of this machine's without being remarkable.
constexpr text::Timestamp kClockDifference = 3'600'000;

/// Whether the arrival of an event with that time must be remembered, because nothing else says how old it is.
constexpr bool is_odd_time(text::Timestamp time, text::Timestamp arrival) {
  return time < kFirstTrail || time > arrival + kClockDifference;
}

}  // namespace trailkeeper::store
