// Tests of the values that events have at paths without a column.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "query/columns/passing_codes.h"
#include "query/event_tests.h"

namespace trailkeeper::query {

using JsonTest = std::function<bool(std::string_view)>;

/// The bytes of an event that is kept whole (store::Segment::whole_table), followed by event::kPadding readable bytes.
class WholeJson {
 public:
  WholeJson(const store::Segment& segment, std::uint32_t index);
  [[nodiscard]] std::string_view view() const { return {json_.data(), size_}; }

 private:
  std::string json_;
  std::size_t size_ = 0;
};

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

}  // namespace trailkeeper::query
