// Tests of the values that columns have.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "query/columns/passing_codes.h"
#include "query/event_tests.h"

namespace trailkeeper::query {

/// The value of a column passes `test`; an event without the field passes if `absent` is true. `lazily`: a string of
/// the dictionary is tested when an event has it, which is less work if only few events are looked at; `test` must stay
/// valid.
std::unique_ptr<EventTest> test_column(const store::Segment& segment, std::size_t column, const TextTest& test,
                                       bool absent, bool lazily = false);

/// The first of the columns that the event has a value in passes.
std::unique_ptr<EventTest> test_first_column(const store::Segment& segment, const std::vector<std::size_t>& columns,
                                             const TextTest& test);

}  // namespace trailkeeper::query
