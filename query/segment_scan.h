// All segments of a snapshot, on all cores.
#pragma once

#include <functional>

#include "store/store.h"

namespace trailkeeper::query {

/// Calls `visit` once for each segment, from several threads if there is enough to do; a segment is only ever used by
/// one thread at a time. Throws what a call threw.
void for_each_segment(const store::Snapshot& snapshot, const std::function<void(const store::Segment&)>& visit);

}  // namespace trailkeeper::query
