// The tables of one commit, found without LMDB, and a check of all their pages.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "store/lmdb/page_tree.h"
#include "store/lmdb/table_id.h"

namespace trailkeeper::store {

/// Throws StoreError(corrupt) if the table of tables is damaged. Thread-safe.
class StoredTables {
 public:
  explicit StoredTables(DataPages pages);
  StoredTables(const StoredTables&) = delete;
  StoredTables& operator=(const StoredTables&) = delete;

  [[nodiscard]] const DataPages& pages() const { return pages_; }
  /// Nothing where no writer has made it yet.
  [[nodiscard]] const std::optional<PageTree>& table(TableId table) const {
    return trees_[static_cast<unsigned>(table)];
  }

  /// Visits all entries that can be reached, and reports each damaged page and goes on after it: pages of tables and of
  /// the list of free pages, and pages that are in use twice, or in use and free.
  void walk(const std::function<void(TableId table, const PageRow& row)>& visit,
            const PageTree::OnDamage& damaged) const;

 private:
  void walk_free_pages(UsedPages& used, const PageTree::OnDamage& damaged) const;

  DataPages pages_;
  std::array<std::optional<PageTree>, kTableCount> trees_;
  std::vector<PageTree> unknown_;  ///< Of newer versions.
};

}  // namespace trailkeeper::store
