// The tables of several segments, as those of the segment that they become.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "store/segments/merge.h"
#include "store/segments/merge_codes.h"
#include "store/segments/merge_order.h"
#include "store/segments/merge_rows.h"

namespace trailkeeper::store {

/// Tables with the same skeleton, kept in the same way, become one; the rows of each input stay together. Events of
/// tables for which there is no room (kMostPlanBytes) are kept whole, in a table of their own, the last; its rows are
/// in the order of the events.
struct MergedTables {
  /// Where a table of an input went.
  struct Place {
    std::uint32_t table = 0;
    std::uint32_t first_row = 0;
  };
  std::vector<std::vector<Origin>> members;  ///< New table to (input, its table); without those that are kept whole.
  std::vector<std::uint32_t> rows;           ///< Of each new table.
  std::vector<std::vector<Place>> places;  ///< Input, its table to its place; a table without rows that stay has none.
  std::uint32_t whole_rows = 0;            ///< Events that are kept whole.
  std::uint64_t whole_bytes = 0;           ///< Filled in by each_whole_event().

  [[nodiscard]] bool is_whole(const Place& place) const { return place.table == members.size(); }
};
/// Leaves in `paths` what these tables need.
MergedTables unite_tables(const std::vector<MergeInput>& inputs, const KeptRows& rows, MergedPaths& paths);

/// Puts together the events that are kept whole, and proves them; their bytes are counted in `tables`.
void each_whole_event(const std::vector<MergeInput>& inputs, const std::vector<Origin>& origins,
                      std::uint64_t hash_seed, MergedTables& tables, const std::function<void(std::string_view)>& add);

/// Writes which table and row each event has.
void write_rows(const std::vector<MergeInput>& inputs, const std::vector<Origin>& origins, const KeptRows& rows,
                const MergedTables& tables, SegmentParts& parts);

/// Writes the tables and their skeletons; lets the inputs' memory go now and then.
void write_tables(const std::vector<MergeInput>& inputs, const MergedPaths& paths, const MergedCodes& codes,
                  const KeptRows& rows, const MergedTables& tables, SegmentParts& parts);

}  // namespace trailkeeper::store
