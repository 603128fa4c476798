// How LMDB 0.9 lays out its data file, as far as reading it requires. LMDB publishes no header for this; its version of
// the layout stands in every file (kVersion) and is checked.
#pragma once

#include <cstdint>

namespace trailkeeper::store::page_layout {

constexpr std::uint32_t kMagic = 0xBEEFC0DE;
constexpr std::uint32_t kVersion = 1;
constexpr std::uint64_t kNoPage = ~std::uint64_t{0};
constexpr std::uint64_t kMetaPages = 2;
constexpr unsigned kDeepest = 32;  ///< Levels that a tree can have.
constexpr std::size_t kSmallestPage = 512;
constexpr std::size_t kLargestPage = 32768;
constexpr std::size_t kLongestKey = 511;
constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 40;  ///< As much as is mapped: store/environment.cpp.

/// PageHead::flags. Others are LMDB's notes to itself, and mean nothing on disk.
constexpr std::uint16_t kBranch = 1;
constexpr std::uint16_t kLeaf = 2;
constexpr std::uint16_t kOverflow = 4;
constexpr std::uint16_t kMeta = 8;
constexpr std::uint16_t kKinds = 0x6F;

/// In front of each page, but not of an overflow run's second and later pages.
struct PageHead {
  std::uint64_t number;
  std::uint16_t unused;
  std::uint16_t flags;
  std::uint16_t lower;  ///< End of the nodes' offsets, which follow this head.
  std::uint16_t upper;  ///< Beginning of the nodes.
};
static_assert(sizeof(PageHead) == 16);

/// In front of a key. The value's bytes follow the key, or the number (u64) of the first page of its run.
struct NodeHead {
  std::uint16_t low;    ///< Of a leaf: size of the value; of a branch: number of the child page.
  std::uint16_t high;   ///< Next 16 bits of it.
  std::uint16_t flags;  ///< Of a leaf: below; of a branch: the highest 16 bits.
  std::uint16_t key_bytes;
};
static_assert(sizeof(NodeHead) == 8);

/// NodeHead::flags.
constexpr std::uint16_t kInRun = 1;    ///< The value lies in an overflow run.
constexpr std::uint16_t kSubtree = 2;  ///< The value is a TreeRecord: a named table.

struct TreeRecord {
  std::uint32_t page_bytes;  ///< Of the file's pages; only in the list of free pages' record.
  std::uint16_t flags;
  std::uint16_t depth;
  std::uint64_t branch_pages;
  std::uint64_t leaf_pages;
  std::uint64_t overflow_pages;
  std::uint64_t entries;
  std::uint64_t root;
  bool operator==(const TreeRecord&) const = default;
};
static_assert(sizeof(TreeRecord) == 48);

/// What pages 0 and 1 hold behind their head; a commit writes page (number modulo 2).
struct MetaRecord {
  std::uint32_t magic;
  std::uint32_t version;
  std::uint64_t address;
  std::uint64_t map_bytes;
  TreeRecord free_pages;
  TreeRecord tables;
  std::uint64_t last_page;
  std::uint64_t commit;
  bool operator==(const MetaRecord&) const = default;
};
static_assert(sizeof(MetaRecord) == 136);

/// TreeRecord::flags of the list of free pages: its keys are numbers.
constexpr std::uint16_t kNumberKeys = 8;

}  // namespace trailkeeper::store::page_layout
