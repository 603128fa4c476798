#include "store/lmdb/page_tree.h"

#include <cstring>

#include "store/damage.h"

namespace trailkeeper::store {
namespace {

using page_layout::NodeHead;
using page_layout::PageHead;
using page_layout::TreeRecord;

template <typename Record>
Record record_at(std::string_view bytes, std::size_t offset) {
  Record record;
  std::memcpy(&record, bytes.data() + offset, sizeof record);
  return record;
}

}  // namespace

std::string_view PageRow::value(const DataPages& pages) const {
  return run == 0 ? inline_value : pages.run(run, value_bytes);
}

bool UsedPages::add(std::uint64_t first, std::uint64_t count) {
  bool is_new = true;
  for (std::uint64_t page = first; page < first + count && page < used_.size(); ++page) {
    is_new = is_new && !used_[page];
    used_[page] = true;
  }
  return is_new;
}

/// A page whose nodes lie in it and whose keys ascend.
class PageTree::Page {
 public:
  Page(const PageTree& tree, std::uint64_t number, bool leaf)
      : bytes_(tree.pages_.tree_page(number, leaf ? page_layout::kLeaf : page_layout::kBranch)), leaf_(leaf) {
    const auto head = record_at<PageHead>(bytes_, 0);
    const auto fail = [&](const char* what) { tree.pages_.fail(number, std::string{what} + ": table " + tree.name_); };
    if (head.lower <= sizeof(PageHead) || head.lower > head.upper || head.upper > bytes_.size() ||
        head.lower % 2 != 0) {
      fail("has a damaged head");
    }
    count_ = (head.lower - sizeof(PageHead)) / 2;
    for (std::size_t i = 0; i < count_; ++i) {
      if (!holds_node(i, head.upper)) fail("has a node that doesn't lie in it");
      // The first key of a branch stands for all smaller ones.
      const std::size_t first = leaf ? 0 : 1;
      if (i > first && !tree.before(key(i - 1), key(i))) fail("has keys that don't ascend");
    }
  }

  [[nodiscard]] bool is_leaf() const { return leaf_; }
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] std::string_view key(std::size_t index) const {
    const std::size_t at = offset(index);
    return bytes_.substr(at + sizeof(NodeHead), record_at<NodeHead>(bytes_, at).key_bytes);
  }
  [[nodiscard]] std::uint64_t child(std::size_t index) const {
    const auto node = record_at<NodeHead>(bytes_, offset(index));
    return std::uint64_t{node.flags} << 32 | std::uint64_t{node.high} << 16 | node.low;
  }
  [[nodiscard]] PageRow row(std::size_t index) const {
    const std::size_t at = offset(index);
    const auto node = record_at<NodeHead>(bytes_, at);
    PageRow row;
    row.key = key(index);
    row.value_bytes = value_bytes(node);
    row.is_table = node.flags == page_layout::kSubtree;
    const std::size_t value = at + sizeof(NodeHead) + node.key_bytes;
    if (node.flags == page_layout::kInRun) {
      row.run = record_at<std::uint64_t>(bytes_, value);
    } else {
      row.inline_value = bytes_.substr(value, row.value_bytes);
    }
    return row;
  }
  /// The first entry, or child that may hold one, whose key isn't before `from`.
  [[nodiscard]] std::size_t first_at(std::string_view from, const PageTree& tree) const {
    std::size_t low = leaf_ ? 0 : 1;
    std::size_t high = count_;
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      const bool skip = leaf_ ? tree.before(key(middle), from) : !tree.before(from, key(middle));
      if (skip) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return leaf_ ? low : low - 1;
  }

 private:
  [[nodiscard]] std::size_t offset(std::size_t index) const {
    return record_at<std::uint16_t>(bytes_, sizeof(PageHead) + 2 * index);
  }
  static std::size_t value_bytes(const NodeHead& node) { return std::size_t{node.high} << 16 | node.low; }
  [[nodiscard]] bool holds_node(std::size_t index, std::size_t begin) const {
    const std::size_t at = offset(index);
    if (at < begin || at % 2 != 0 || at + sizeof(NodeHead) > bytes_.size()) return false;
    const auto node = record_at<NodeHead>(bytes_, at);
    std::size_t end = at + sizeof(NodeHead) + node.key_bytes;
    if (node.key_bytes > page_layout::kLongestKey || end > bytes_.size()) return false;
    if (!leaf_) return true;
    if (node.key_bytes == 0 || node.flags > page_layout::kSubtree) return false;
    end += node.flags == page_layout::kInRun ? sizeof(std::uint64_t) : value_bytes(node);
    return end <= bytes_.size();
  }

  std::string_view bytes_;
  bool leaf_;
  std::size_t count_ = 0;
};

PageTree::PageTree(const DataPages& pages, const TreeRecord& tree, std::string name)
    : pages_(pages), tree_(tree), name_(std::move(name)) {
  const bool empty = tree_.root == page_layout::kNoPage;
  const bool names_keys = tree_.flags != 0 && tree_.flags != page_layout::kNumberKeys;
  if (tree_.depth > page_layout::kDeepest || empty != (tree_.entries == 0) || empty != (tree_.depth == 0) ||
      names_keys) {
    throw_corrupt("the head of table " + name_ + " is wrong");
  }
}

bool PageTree::before(std::string_view a, std::string_view b) const {
  if (tree_.flags != page_layout::kNumberKeys) return a < b;
  if (a.size() != sizeof(std::uint64_t) || b.size() != sizeof(std::uint64_t)) return false;
  return record_at<std::uint64_t>(a, 0) < record_at<std::uint64_t>(b, 0);
}

PageTree::Page PageTree::open(std::uint64_t number, unsigned depth, const Bounds& bounds) const {
  Page page{*this, number, depth == tree_.depth};
  const std::size_t first = page.is_leaf() ? 0 : 1;
  if (first < page.size()) {
    const bool low = bounds.low && before(page.key(first), *bounds.low);
    const bool high = bounds.high && !before(page.key(page.size() - 1), *bounds.high);
    if (low || high) pages_.fail(number, "has keys that belong elsewhere: table " + name_);
  }
  return page;
}

std::optional<PageRow> PageTree::find(std::string_view key) const {
  if (tree_.root == page_layout::kNoPage) return std::nullopt;
  std::uint64_t number = tree_.root;
  Bounds bounds;
  for (unsigned depth = 1;; ++depth) {
    const Page page = open(number, depth, bounds);
    const std::size_t index = page.first_at(key, *this);
    if (page.is_leaf()) {
      if (index == page.size() || page.key(index) != key) return std::nullopt;
      return page.row(index);
    }
    if (index > 0) bounds.low = page.key(index);
    if (index + 1 < page.size()) bounds.high = page.key(index + 1);
    number = page.child(index);
  }
}

void PageTree::scan(std::string_view from, const Visit& visit) const {
  if (tree_.root != page_layout::kNoPage) scan_page(tree_.root, 1, {}, from, visit);
}

bool PageTree::scan_page(std::uint64_t number, unsigned depth, const Bounds& bounds, std::string_view from,
                         const Visit& visit) const {
  std::optional<Page> page;
  try {
    page = open(number, depth, bounds);
  } catch (const StoreError& error) {
    left_out_or_throw(error);
    return true;
  }
  for (std::size_t index = from.empty() ? 0 : page->first_at(from, *this); index < page->size(); ++index) {
    if (page->is_leaf()) {
      if (!visit(page->row(index))) return false;
      continue;
    }
    Bounds inner = bounds;
    if (index > 0) inner.low = page->key(index);
    if (index + 1 < page->size()) inner.high = page->key(index + 1);
    if (!scan_page(page->child(index), depth + 1, inner, from, visit)) return false;
  }
  return true;
}

struct PageTree::Walk {
  UsedPages& used;
  const Visit& visit;
  const OnDamage& damaged;
  std::uint64_t entries = 0;
  bool whole = true;

  void report(const StoreError& error) {
    whole = false;
    damaged(error.what());
  }
};

void PageTree::walk(UsedPages& used, const Visit& visit, const OnDamage& damaged) const {
  Walk walk{used, visit, damaged};
  if (tree_.root != page_layout::kNoPage) walk_page(tree_.root, 1, {}, walk);
  // What lies behind a damaged page isn't counted.
  if (!walk.whole || walk.entries == tree_.entries) return;
  damaged("table " + name_ + " has " + std::to_string(walk.entries) + " entries instead of " +
          std::to_string(tree_.entries));
}

void PageTree::walk_page(std::uint64_t number, unsigned depth, const Bounds& bounds, Walk& walk) const {
  try {
    const Page page = open(number, depth, bounds);
    if (!walk.used.add(number, 1)) pages_.fail(number, "is in use twice: table " + name_);
    if (page.is_leaf()) {
      walk_leaf(page, walk);
      return;
    }
    for (std::size_t index = 0; index < page.size(); ++index) {
      Bounds inner = bounds;
      if (index > 0) inner.low = page.key(index);
      if (index + 1 < page.size()) inner.high = page.key(index + 1);
      walk_page(page.child(index), depth + 1, inner, walk);
    }
  } catch (const StoreError& error) {
    walk.report(error);
  }
}

void PageTree::walk_leaf(const Page& page, Walk& walk) const {
  for (std::size_t index = 0; index < page.size(); ++index) {
    const PageRow row = page.row(index);
    ++walk.entries;
    try {
      if (row.run != 0) {
        const std::uint64_t pages = pages_.run_pages(row.run, row.value_bytes);
        static_cast<void>(pages_.run(row.run, row.value_bytes));
        if (!walk.used.add(row.run, pages)) pages_.fail(row.run, "is in use twice: table " + name_);
      }
      walk.visit(row);
    } catch (const StoreError& error) {
      walk.report(error);
    }
  }
}

}  // namespace trailkeeper::store
