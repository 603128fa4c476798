// A segment's table: all events of one skeleton, by leaf.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/segments/bit_pack.h"
#include "store/segments/segment_format.h"

namespace trailkeeper::store {

/// One leaf of a table's events.
struct TableSlot {
  SlotKind kind;
  std::uint32_t path = 0;       ///< Dictionary, or number of the path's name; kinds text, guid, seconds, integer.
  std::uint32_t column = 0;     ///< Kind column.
  PackedView values;            ///< Kinds text (codes), seconds, integer: one a row.
  const char* guids = nullptr;  ///< Kind guid: 16 bytes a row.
};

/// All events of one skeleton.
struct Table {
  std::string skeleton;
  std::vector<std::uint32_t> marks;  ///< Offsets of the leaves' marks in the skeleton.
  std::uint32_t rows = 0;
  std::vector<TableSlot> slots;
};

/// Reads a table of that skeleton from `bytes`, where it begins; its slots point into them. Throws StoreError(corrupt).
std::unique_ptr<Table> read_table(std::string skeleton, std::string_view bytes);

}  // namespace trailkeeper::store
