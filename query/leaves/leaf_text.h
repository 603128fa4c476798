// The text of leaves, read from where a segment keeps them.
#pragma once

#include <cstdint>
#include <string>

#include "query/leaves/path_plan.h"
#include "store/segments/segment.h"

namespace trailkeeper::query {

/// Where an event lies: its number, and its row in a table.
struct EventRow {
  std::uint32_t index = 0;
  std::uint32_t row = 0;
};

/// Appends a leaf of an event as its JSON has it, between its quotes. Everything that is read is checked. Throws
/// StoreError(corrupt).
void append_leaf(const store::Segment& segment, const store::Table& table, std::uint32_t slot, EventRow place,
                 std::string& out);

/// Appends the JSON text of a value.
void append_value(const store::Segment& segment, const store::Table& table, const ValuePlan& plan, EventRow place,
                  std::string& out);

}  // namespace trailkeeper::query
