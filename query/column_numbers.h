// What distinguishes events by columns: codes.
#pragma once

#include <memory>
#include <vector>

#include "query/event_numbers.h"
#include "query/shown_event.h"
#include "store/segments/segment.h"

namespace trailkeeper::query {

/// Numbers events by the first of some columns (indexes into store::kColumnFields) that has a text in them that isn't
/// empty, or by the one column there is. The segment and `shown` must outlive it.
std::unique_ptr<EventNumbers> column_numbers(const store::Segment& segment, const ShownEvents& shown,
                                             std::vector<std::size_t> columns);

}  // namespace trailkeeper::query
