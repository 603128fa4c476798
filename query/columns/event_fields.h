// The column values of a segment's events as text.
#pragma once

#include <string>

#include "event/field.h"
#include "store/segments/segment.h"

namespace trailkeeper::query {

/// Reads fields that have columns. Not thread-safe.
class EventFields {
 public:
  explicit EventFields(const store::Segment& segment) : segment_(segment) {}

  /// Code plus one of a field, 0 where the event lacks it.
  [[nodiscard]] std::uint32_t code(event::Field field, std::uint32_t index) const;
  /// The text, empty where the event lacks it.
  [[nodiscard]] std::string text(event::Field field, std::uint32_t index) const;
  [[nodiscard]] std::string text_of_code(event::Field field, std::uint32_t code) const;

 private:
  const store::Segment& segment_;
};

}  // namespace trailkeeper::query
