// Events against the conditions of `--where`.
#pragma once

#include <memory>
#include <span>

#include "query/event_tests.h"
#include "query/leaves/condition.h"
#include "query/shown_event.h"

namespace trailkeeper::query {

/// Tests events against conditions: all must hold, but of those with `=`, or with `~`, and the same path any one.
/// `any`: any one must hold, whatever it is. `shown`, `lazily`: as test_leaf().
std::unique_ptr<EventTest> test_conditions(const store::Segment& segment, std::span<const Condition> conditions,
                                           bool any, const std::shared_ptr<const ShownEvents>& shown, bool lazily);

}  // namespace trailkeeper::query
