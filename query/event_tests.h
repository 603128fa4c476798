// The tests that a SegmentFilter is made of.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "query/segment_filter.h"

namespace trailkeeper::query {

using TextTest = std::function<bool(std::string_view)>;
using JsonTest = std::function<bool(std::string_view)>;

/// The value of a column passes `test`; an event without the field passes if `absent` is true. `lazily`: a string of
/// the dictionary is tested when an event has it, which is less work if only few events are looked at; `test` must stay
/// valid.
std::unique_ptr<EventTest> test_column(const store::Segment& segment, std::size_t column, const TextTest& test,
                                       bool absent, bool lazily = false);

/// The first of the columns that the event has a value in passes.
std::unique_ptr<EventTest> test_first_column(const store::Segment& segment, const std::vector<std::size_t>& columns,
                                             const TextTest& test);

/// All, or any, of the tests pass.
std::unique_ptr<EventTest> test_all(std::vector<std::unique_ptr<EventTest>> tests);
std::unique_ptr<EventTest> test_any(std::vector<std::unique_ptr<EventTest>> tests);

/// The test doesn't pass.
std::unique_ptr<EventTest> test_not(std::unique_ptr<EventTest> test);

/// A path (event/field.h; no column) and the test for its values.
struct PathAndTest {
  std::string path;
  TextTest test;
};

/// It is kept whole, and its JSON, which padding follows, passes `test`.
std::unique_ptr<EventTest> test_whole(const store::Segment& segment, JsonTest test);

/// One of the values at one of the paths passes its test.
std::unique_ptr<EventTest> test_paths(const store::Segment& segment, std::vector<PathAndTest> paths);
std::unique_ptr<EventTest> test_path(const store::Segment& segment, std::string_view path, const TextTest& test);

/// The event is one of these (numbers in any order).
std::unique_ptr<EventTest> test_numbers(const store::Segment& segment, std::vector<std::uint32_t> numbers);

}  // namespace trailkeeper::query
