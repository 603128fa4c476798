#include "store/stored_tables.h"

#include <algorithm>
#include <cstring>

#include "store/error.h"

namespace trailkeeper::store {
namespace {

constexpr const char* kTableOfTables = "of tables";
constexpr const char* kFreePages = "of free pages";

page_layout::TreeRecord record_of(const PageRow& row) {
  page_layout::TreeRecord record;
  if (!row.is_table || row.inline_value.size() != sizeof record) {
    throw_corrupt("the table of tables has an entry that isn't one: " + std::string{row.key});
  }
  std::memcpy(&record, row.inline_value.data(), sizeof record);
  return record;
}

}  // namespace

StoredTables::StoredTables(DataPages pages) : pages_(std::move(pages)) {
  const PageTree tables{pages_, pages_.meta().tables, kTableOfTables};
  tables.scan({}, [&](const PageRow& row) {
    const auto* const known = std::find(kTableNames.begin(), kTableNames.end(), row.key);
    if (known == kTableNames.end()) {
      unknown_.emplace_back(pages_, record_of(row), std::string{row.key});
    } else {
      trees_[static_cast<std::size_t>(known - kTableNames.begin())].emplace(pages_, record_of(row),
                                                                            std::string{row.key});
    }
    return true;
  });
}

void StoredTables::walk(const std::function<void(TableId, const PageRow&)>& visit,
                        const PageTree::OnDamage& damaged) const {
  UsedPages used{pages_.meta().last_page};
  const auto pass = [](const PageRow& /*row*/) { return true; };
  PageTree{pages_, pages_.meta().tables, kTableOfTables}.walk(used, pass, damaged);
  for (unsigned table = 0; table < kTableCount; ++table) {
    if (!trees_[table]) continue;
    trees_[table]->walk(
        used,
        [&](const PageRow& row) {
          visit(static_cast<TableId>(table), row);
          return true;
        },
        damaged);
  }
  for (const PageTree& tree : unknown_) tree.walk(used, pass, damaged);
  walk_free_pages(used, damaged);
}

// An entry for each commit that freed pages: how many, then their numbers in descending order.
void StoredTables::walk_free_pages(UsedPages& used, const PageTree::OnDamage& damaged) const {
  std::vector<std::uint64_t> free;
  try {
    const PageTree tree{pages_, pages_.meta().free_pages, kFreePages};
    tree.walk(
        used,
        [&](const PageRow& row) {
          const std::string_view bytes = row.value(pages_);
          std::uint64_t count = 0;
          if (bytes.size() >= sizeof count) std::memcpy(&count, bytes.data(), sizeof count);
          if (bytes.size() < sizeof count || count > bytes.size() / sizeof count - 1) {
            throw_corrupt("the list of free pages is cut short");
          }
          for (std::uint64_t i = 1; i <= count; ++i) {
            std::uint64_t page = 0;
            std::memcpy(&page, bytes.data() + i * sizeof page, sizeof page);
            free.push_back(page);
          }
          return true;
        },
        damaged);
  } catch (const StoreError& error) {
    damaged(error.what());
  }
  for (const std::uint64_t page : free) {
    if (page < page_layout::kMetaPages || page > pages_.meta().last_page || !used.add(page, 1)) {
      damaged("the list of free pages names page " + std::to_string(page) + ", which isn't free");
    }
  }
}

}  // namespace trailkeeper::store
