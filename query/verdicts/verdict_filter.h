// Filtering events by the verdict on them.
#pragma once

#include <memory>
#include <string_view>

#include "query/event_tests.h"
#include "query/filter.h"
#include "query/verdicts/verdict_index.h"

namespace trailkeeper::query {

/// The filter, with the verdicts that it needs if it asks for any, and with what shows events, so that it compares
/// nothing that its user may not see.
Filter with_verdicts(const store::Snapshot& snapshot, const Filter& filter);

/// Adds that the verdict must be this one, by its name, besides whatever else the filter asks for.
void require_verdict(Filter& filter, std::string_view verdict);

/// The event's verdict is one that the filter's patterns match. For an event that an addendum replaced it is
/// kSupersededWord, whatever its own was. Throws std::invalid_argument if verdicts aren't at hand.
std::unique_ptr<EventTest> test_verdict(const store::Segment& segment, const FieldFilter& filter,
                                        VerdictIndex* verdicts);

}  // namespace trailkeeper::query
