// What the parts of Transaction share.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "store/lmdb/table_seal.h"
#include "store/stored_tables.h"
#include "store/transaction.h"

namespace trailkeeper::store {

/// The key of the store's format.
constexpr std::string_view kFormatKey = "format";
/// The key of how many entries each table has, and of the sum of their seals (store/lmdb/table_seal.h).
constexpr std::string_view kSumsKey = "sums";
constexpr std::uint64_t kFirstSealedFormat = 2;

struct Transaction::Sums {
  TableSums tables{};
  bool changed = false;
  std::atomic<unsigned> whole{0};  ///< A bit for each table of which that is known.
};

/// A value that isn't looked at yet.
struct Transaction::Raw {
  std::size_t bytes;
  const PageRow* row;  ///< Of a read transaction.
  std::string_view written;

  [[nodiscard]] std::string_view value(const StoredTables* view) const {
    return row == nullptr ? written : row->value(view->pages());
  }
};

}  // namespace trailkeeper::store
