// Filtering events by the verdict on them.
#pragma once

#include <memory>
#include <string_view>

#include "query/filter.h"
#include "query/segment_filter.h"
#include "query/verdicts/verdict_index.h"

namespace trailkeeper::query {

/// The filter, with the verdicts that it needs, if it asks for any, and with what events are shown by, so that it
/// compares nothing that its asker may not see.
Filter with_verdicts(const store::Snapshot& snapshot, const Filter& filter);

/// Adds that the verdict must be this one, by its name, besides whatever else the filter asks for.
void require_verdict(Filter& filter, std::string_view verdict);

/// The event's verdict is one of those that the filter's patterns fit. Of an event that an addendum replaced it is
/// kSupersededWord, whatever its own was. Throws std::invalid_argument where verdicts
/// aren't at hand.
std::unique_ptr<EventTest> test_verdict(const store::Segment& segment, const FieldFilter& filter,
                                        VerdictIndex* verdicts);

}  // namespace trailkeeper::query
