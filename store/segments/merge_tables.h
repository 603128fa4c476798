// The tables of several segments, as those of the segment that they become.
#pragma once

#include <cstdint>
#include <vector>

#include "store/segments/merge.h"
#include "store/segments/merge_codes.h"
#include "store/segments/merge_order.h"
#include "store/segments/merge_rows.h"

namespace trailkeeper::store {

/// Tables with the same skeleton, kept in the same way, become one; the rows of each input stay together.
struct MergedTables {
  /// Where a table of an input went.
  struct Place {
    std::uint32_t table = 0;
    std::uint32_t first_row = 0;
  };
  std::vector<std::vector<Origin>> members;  ///< New table to (input, its table).
  std::vector<std::uint32_t> rows;           ///< Of each new table.
  std::vector<std::vector<Place>> places;  ///< Input, its table to its place; a table without rows that stay has none.
};
MergedTables unite_tables(const std::vector<MergeInput>& inputs, const KeptRows& rows);

/// Writes which table and row each event has.
void write_rows(const std::vector<MergeInput>& inputs, const std::vector<Origin>& origins, const KeptRows& rows,
                const MergedTables& tables, SegmentParts& parts);

/// Writes the tables and their skeletons; lets the inputs' memory go now and then.
void write_tables(const std::vector<MergeInput>& inputs, const MergedPaths& paths, const MergedCodes& codes,
                  const KeptRows& rows, const MergedTables& tables, SegmentParts& parts);

}  // namespace trailkeeper::store
