// Where the value at a path lies in the events of one skeleton.
//
// The folder query/leaves/ answers questions about any path from the store's dictionary-coded leaves, without putting
// events together:
//
// - path_plan.h: what a path means is decided once for each skeleton, by the code that reads it out of an event's JSON
//   (query/json_path.h), on the skeleton with an empty value at each mark. So duplicates, escaped keys, arrays and
//   objects mean the same either way.
// - leaf_path.h: in a segment, each table gives a path's values in the cheapest way: none, a literal, a leaf's code in
//   its dictionary, a GUID, time or number; or JSON that is made of some leaves.
// - row_signs.h: which events may have values whose shown text depends on their other values, because the event names
//   something confidential. For these, and for values that may hold a confidential word, the slow way is taken: the
//   event is put together and masked, as it would be shown.
// - leaf_test.h, text_search.h: filters, which test each string of a dictionary once. condition.h: their text.
// - leaf_numbers.h: counting by codes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/segments/segment.h"

namespace trailkeeper::query {

/// The JSON text of one value: bytes of the skeleton, a leaf, bytes, a leaf, …, bytes.
struct ValuePlan {
  std::vector<std::string> fixed;    ///< One more than leaves.
  std::vector<std::uint32_t> slots;  ///< The leaves, as indexes into Table::slots.

  /// It is one leaf, with or without quotes.
  [[nodiscard]] bool is_leaf() const {
    return slots.size() == 1 && fixed[0] == fixed[1] && (fixed[0].empty() || fixed[0] == "\"");
  }
  /// It is the same in all events.
  [[nodiscard]] bool is_literal() const { return slots.empty(); }
  /// It is JSON's null.
  [[nodiscard]] bool is_null() const { return is_literal() && fixed.front() == "null"; }
};

/// The values at a path, in the order of the event: at most one, unless gives_list(path) (query/json_path.h).
std::vector<ValuePlan> plan_path(const store::Table& table, std::string_view path);

}  // namespace trailkeeper::query
