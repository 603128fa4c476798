// Reads a table of an LMDB data file page by page, and finds what is wrong with its pages.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/lmdb/data_pages.h"

namespace trailkeeper::store {

/// An entry of a table.
struct PageRow {
  std::string_view key;
  std::size_t value_bytes = 0;
  std::string_view inline_value;  ///< Unless it has pages of its own.
  std::uint64_t run = 0;          ///< The first of these; 0: none.
  bool is_table = false;          ///< The value is a TreeRecord.

  /// Throws StoreError(corrupt).
  [[nodiscard]] std::string_view value(const DataPages& pages) const;
};

/// Which pages are in use: a page that two places name is damage.
class UsedPages {
 public:
  explicit UsedPages(std::uint64_t last_page) : used_(last_page + 1) {}
  /// False if one of them is in use already.
  bool add(std::uint64_t first, std::uint64_t count);

 private:
  std::vector<bool> used_;
};

/// A table's pages. Every read checks the pages on its way: that each is the one that belongs in its place, that its
/// nodes lie in it, and that its keys ascend and lie between those of the page above. Thread-safe. Throws
/// StoreError(corrupt) that names page and table.
class PageTree {
 public:
  using Visit = std::function<bool(const PageRow& row)>;
  using OnDamage = std::function<void(const std::string& what)>;

  /// `pages` must outlive it.
  PageTree(const DataPages& pages, const page_layout::TreeRecord& tree, std::string name);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint64_t entries() const { return tree_.entries; }
  /// How many pages it has, by its own count.
  [[nodiscard]] std::uint64_t page_count() const {
    return tree_.branch_pages + tree_.leaf_pages + tree_.overflow_pages;
  }

  [[nodiscard]] std::optional<PageRow> find(std::string_view key) const;
  /// Visits entries in key order from the first key >= `from` until `visit` returns false.
  void scan(std::string_view from, const Visit& visit) const;

  /// Visits all entries that can be reached, also those after damaged pages, and reports each damage: pages that two
  /// places name, figures that are wrong. `used` gets the pages.
  void walk(UsedPages& used, const Visit& visit, const OnDamage& damaged) const;

 private:
  class Page;
  struct Walk;
  struct Bounds {
    std::optional<std::string_view> low;   ///< Keys aren't smaller.
    std::optional<std::string_view> high;  ///< Keys are smaller.
  };

  [[nodiscard]] Page open(std::uint64_t number, unsigned depth, const Bounds& bounds) const;
  bool scan_page(std::uint64_t number, unsigned depth, const Bounds& bounds, std::string_view from,
                 const Visit& visit) const;
  void walk_page(std::uint64_t number, unsigned depth, const Bounds& bounds, Walk& walk) const;
  void walk_leaf(const Page& page, Walk& walk) const;
  [[nodiscard]] bool before(std::string_view a, std::string_view b) const;

  const DataPages& pages_;
  page_layout::TreeRecord tree_;
  std::string name_;
};

}  // namespace trailkeeper::store
