// Proof that an entry of a table is the one that was stored, and that none is missing. docs/format.md#seals-and-sums
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "store/lmdb/table_id.h"

namespace trailkeeper::store {

/// Bytes that a seal adds to a value.
constexpr std::size_t kSealBytes = 8;

/// Whether a table's values are followed by a seal. Parts of segments and bills aren't: they are large, read piece by
/// piece, and have checksums of their own.
constexpr bool has_seals(TableId table) { return table != TableId::parts && table != TableId::bills; }

/// Tables in which the absence of a key is an answer, such as that there is no setting or no hold, which has to be
/// proven. They are small. Tables of which whole segments, lists or bills are read are proven by that.
constexpr bool has_proven_absence(TableId table) {
  return table == TableId::meta || table == TableId::holds || table == TableId::policies || table == TableId::pins;
}

/// XXH3 over table, key and value: the same value under another key, or in another table, has a different seal.
std::uint64_t seal_of(TableId table, std::string_view key, std::string_view value);

/// How many entries a table has, and the sum (modulo 2^64) of what identifies each: its seal or, if it has none, a hash
/// of its key and size. Kept with every commit, so that a missing entry, or one too many, is noticed.
struct TableSum {
  std::uint64_t rows = 0;
  std::uint64_t sum = 0;
  bool operator==(const TableSum&) const = default;

  void add(std::uint64_t mark) {
    ++rows;
    sum += mark;
  }
  void remove(std::uint64_t mark) {
    --rows;
    sum -= mark;
  }
};

/// What identifies an entry of a table without seals.
std::uint64_t mark_of(TableId table, std::string_view key, std::uint64_t value_bytes);

/// One for each table, in the order of TableId; that of `meta` is without the entry that holds them.
using TableSums = std::array<TableSum, kTableCount>;

std::string encode_sums(const TableSums& sums);
/// For a store that had fewer tables, those of the others are zero. Throws StoreError(corrupt).
TableSums decode_sums(std::string_view bytes);

/// A key for a message: as it is if it is plain text, otherwise in hexadecimal.
std::string shown_key(std::string_view key);

}  // namespace trailkeeper::store
