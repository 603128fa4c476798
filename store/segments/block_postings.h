// Which blocks of a segment's events hold a value of a column.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/segments/bit_pack.h"

namespace trailkeeper::store {

/// Events of one block. A posting names blocks, not events: for values that come in bursts, as sessions and addresses
/// do, that is a tenth of the size, and scanning 1,024 codes takes less than a microsecond.
constexpr std::uint32_t kPostingBlock = 1024;

/// Appends the postings of a column: for each code a compressed bitmap (CRoaring) of the blocks that hold it.
/// `codes[i]` is the code plus one of event i, 0 for none; `code_count` is the number of codes. Columns with few codes
/// get no postings: nearly every block holds every code.
void append_postings(std::span<const std::uint32_t> codes, std::uint32_t code_count, std::string& out);

class BlockPostings {
 public:
  BlockPostings() = default;
  /// Opens what append_postings wrote. Throws StoreError(corrupt).
  explicit BlockPostings(std::string_view bytes);

  /// False if the column has no postings; then any block may hold any code.
  [[nodiscard]] bool available() const { return ends_.size() > 0; }

  /// Marks in `blocks` (one byte a block) those that hold a code. Throws StoreError(corrupt).
  void mark(std::uint32_t code, std::span<std::uint8_t> blocks) const;

 private:
  PackedView ends_;
  std::string_view bitmaps_;
};

}  // namespace trailkeeper::store
