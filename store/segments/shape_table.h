// The rows of all events of one shape, while a segment is being built.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "event/record.h"
#include "store/segments/segment_format.h"

namespace trailkeeper::store {

constexpr std::uint32_t kNoColumn = ~std::uint32_t{0};

/// How one leaf is kept.
struct SlotPlan {
  SlotKind kind;
  event::LeafType type;
  std::uint32_t path;       ///< Dictionary of the value, where kind is text; else the path's number.
  std::uint32_t column;     ///< Column that also gets the value, or kNoColumn.
  std::uint32_t last_code;  ///< The code the previous row had: values repeat.
};

/// A code that every event of the shape has in a column, because the value is a literal of the skeleton.
struct LiteralCode {
  std::uint32_t column;
  std::uint32_t code;
  bool on;  ///< true or false.
};

/// Cells a row needs for a kind of slot; a cell has 32 bits.
constexpr std::uint32_t cells_of(SlotKind kind) {
  switch (kind) {
    case SlotKind::text:
    case SlotKind::seconds: return 1;
    case SlotKind::integer: return 2;
    case SlotKind::guid: return 4;
    default: return 0;
  }
}

/// The leaves of userIdentity: consecutive, and the same for every event of a session. Their codes are looked up
/// together.
struct IdentityRun {
  std::uint32_t begin = 0;  ///< Slots [begin, end); empty if the shape has too few of them for it to pay.
  std::uint32_t end = 0;
  std::uint32_t first_cell = 0;
  std::uint32_t cells = 0;
  std::vector<std::uint32_t> columns;  ///< Columns that these slots fill.
};

struct ShapeTable {
  std::string skeleton;
  std::vector<SlotPlan> slots;
  IdentityRun identity;
  std::vector<LiteralCode> literals;
  std::uint32_t cells_a_row = 0;
  std::uint32_t rows = 0;
  std::vector<std::uint32_t> cells;  ///< Row after row.
};

/// Appends a table of `rows` rows to `out`: for each slot its kind, path and column, then the packed values. `cell(row,
/// index)` gives the cells; rows and indexes ascend within a slot.
class TableEncoder {
 public:
  explicit TableEncoder(std::string& out) : out_(out) {}

  void begin(std::uint32_t rows, std::size_t slots);
  void add_column(std::uint32_t column);
  void add_event_key();
  void add_event_time();
  void add_text(std::uint32_t path, const std::vector<std::uint64_t>& codes);
  void add_seconds(std::uint32_t path, const std::vector<std::uint64_t>& seconds);
  void add_integers(std::uint32_t path, const std::vector<std::uint64_t>& numbers);
  void add_guids(std::uint32_t path, std::string_view bytes);
  void finish();

 private:
  void add_packed(SlotKind kind, std::uint32_t path, const std::vector<std::uint64_t>& values);

  std::string& out_;
  std::string head_;
  std::string data_;
};

}  // namespace trailkeeper::store
