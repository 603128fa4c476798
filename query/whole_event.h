// Events that are kept whole: their values are found in their JSON only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "store/segments/segment.h"

namespace trailkeeper::query {

/// The bytes of an event that is kept whole (store::Segment::whole_table), followed by event::kPadding readable bytes.
class WholeJson {
 public:
  /// Throws StoreError(corrupt).
  WholeJson(const store::Segment& segment, std::uint32_t index);
  [[nodiscard]] std::string_view view() const { return {json_.data(), size_}; }

 private:
  std::string json_;
  std::size_t size_ = 0;
};

/// Visits a segment's events that are kept whole, until a visit returns false; under the caller's ReadLimit. Throws
/// StoreError(corrupt).
void for_each_whole_event(const store::Segment& segment, const std::function<bool(std::string_view json)>& visit);

}  // namespace trailkeeper::query
