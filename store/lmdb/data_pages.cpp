#include "store/lmdb/data_pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <thread>

#include "store/error.h"

namespace trailkeeper::store {
namespace {

using page_layout::kMetaPages;
using page_layout::MetaRecord;
using page_layout::PageHead;

template <typename Record>
Record record_at(const char* bytes) {
  Record record;
  std::memcpy(&record, bytes, sizeof record);
  return record;
}

std::string place(std::uint64_t number, std::size_t page_bytes) {
  return "page " + std::to_string(number) + " (data.mdb from byte " + std::to_string(number * page_bytes) + ")";
}

// Whether the tree's own figures can be true.
bool is_plausible(const page_layout::TreeRecord& tree) {
  const bool empty = tree.root == page_layout::kNoPage;
  return tree.depth <= page_layout::kDeepest && empty == (tree.entries == 0) && empty == (tree.depth == 0);
}

void check_meta(const MetaRecord& meta, const PageHead& head, std::uint64_t number, std::size_t page_bytes) {
  const auto fail = [&](const char* what) { throw_corrupt(place(number, page_bytes) + ": " + what); };
  if ((head.flags & page_layout::kKinds) != page_layout::kMeta || head.number != number ||
      meta.magic != page_layout::kMagic) {
    fail("this is not the head of a store");
  }
  if (meta.version != page_layout::kVersion) {
    throw StoreError(StoreErrorKind::newer_format,
                     "data.mdb was written by another version of LMDB than 0.9: " + std::to_string(meta.version));
  }
  const std::size_t size = meta.free_pages.page_bytes;
  const bool known_size =
      size >= page_layout::kSmallestPage && size <= page_layout::kLargestPage && std::has_single_bit(size);
  if (!known_size || size != page_bytes) fail("its page size is wrong");
  if (meta.free_pages.flags != page_layout::kNumberKeys || meta.tables.flags != 0) fail("its flags are wrong");
  if (!is_plausible(meta.free_pages) || !is_plausible(meta.tables)) fail("it describes no tables");
  if (meta.last_page < 1 || meta.last_page >= page_layout::kLargestFile / page_bytes) fail("its last page is wrong");
  if (meta.commit % kMetaPages != number && meta.commit != 0) fail("its commit's number is wrong");
}

// A commit writes the page of the commit before the last, so the two follow each other; a copy's first page is empty.
bool fit(const MetaRecord& older, const MetaRecord& newer) {
  if (older.commit + 1 == newer.commit) return true;
  return older.commit == 0 && older.tables.root == page_layout::kNoPage &&
         (newer.commit != 0 || newer.tables.root == page_layout::kNoPage);
}

}  // namespace

FileMap::FileMap(int descriptor, std::size_t bytes) : data_(nullptr), bytes_(bytes) {
  void* const at = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, descriptor, 0);
  if (at == MAP_FAILED) {
    throw StoreError(StoreErrorKind::io, std::string{"cannot map data.mdb into memory: "} + std::strerror(errno));
  }
  ::madvise(at, bytes, MADV_RANDOM);
  data_ = static_cast<const char*>(at);
  region_.emplace(at, bytes);
}

FileMap::~FileMap() {
  region_.reset();
  ::munmap(const_cast<char*>(data_), bytes_);
}

const MetaRecord& MetaPages::newest() const { return pages[1].commit > pages[0].commit ? pages[1] : pages[0]; }

namespace {

std::optional<MetaPages> read_once(int descriptor) {
  MetaPages metas{};
  std::size_t page_bytes = 0;
  for (std::uint64_t number = 0; number < kMetaPages; ++number) {
    std::array<char, sizeof(PageHead) + sizeof(MetaRecord)> bytes{};
    const ssize_t got = ::pread(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(number * page_bytes));
    if (got < 0) throw StoreError(StoreErrorKind::io, std::string{"cannot read data.mdb: "} + std::strerror(errno));
    if (got == 0 && number == 0) return std::nullopt;
    if (static_cast<std::size_t>(got) != bytes.size()) throw_corrupt(place(number, page_bytes) + " is cut short");
    metas.pages[number] = record_at<MetaRecord>(bytes.data() + sizeof(PageHead));
    if (number == 0) page_bytes = metas.pages[0].free_pages.page_bytes;
    check_meta(metas.pages[number], record_at<PageHead>(bytes.data()), number, page_bytes);
  }
  if (!fit(metas.pages[0], metas.pages[1]) && !fit(metas.pages[1], metas.pages[0])) {
    throw_corrupt("pages 0 and 1 of data.mdb don't fit each other: commits " + std::to_string(metas.pages[0].commit) +
                  " and " + std::to_string(metas.pages[1].commit));
  }
  return metas;
}

}  // namespace

// What doesn't fit may be a commit that was just being made.
std::optional<MetaPages> read_meta_pages(int descriptor) {
  for (int tries = 4; tries > 0; --tries) {
    try {
      return read_once(descriptor);
    } catch (const StoreError& error) {
      if (error.kind() != StoreErrorKind::corrupt) throw;
      std::this_thread::yield();
    }
  }
  return read_once(descriptor);
}

DataPages::DataPages(std::shared_ptr<const FileMap> map, const MetaRecord& meta, std::size_t page_bytes,
                     std::uint64_t file_bytes)
    : map_(std::move(map)), meta_(meta), page_bytes_(page_bytes), file_bytes_(file_bytes) {}

void DataPages::fail(std::uint64_t number, const std::string& what) const {
  throw_corrupt(place(number, page_bytes_) + " " + what);
}

const char* DataPages::at(std::uint64_t number, std::uint64_t count) const {
  if (number < kMetaPages || number > meta_.last_page || count > meta_.last_page - number + 1) {
    throw_corrupt("a page number is wrong: " + std::to_string(number));
  }
  const std::uint64_t end = (number + count) * page_bytes_;
  if (end > file_bytes_) fail(number, "lies behind the file's end: data.mdb was cut short");
  if (end > map_->bytes()) fail(number, "lies behind the mapped bytes");
  return map_->data() + number * page_bytes_;
}

std::string_view DataPages::tree_page(std::uint64_t number, std::uint16_t kind) const {
  const char* const bytes = at(number, 1);
  const auto head = record_at<PageHead>(bytes);
  if (head.number != number) fail(number, "holds another page");
  if ((head.flags & page_layout::kKinds) != kind) fail(number, "is not what its place asks for");
  return {bytes, page_bytes_};
}

std::uint64_t DataPages::run_pages(std::uint64_t number, std::size_t value_bytes) const {
  const char* const bytes = at(number, 1);
  const auto head = record_at<PageHead>(bytes);
  if (head.number != number) fail(number, "holds another page");
  if ((head.flags & page_layout::kKinds) != page_layout::kOverflow) fail(number, "is not what its place asks for");
  const std::uint64_t pages = std::uint64_t{head.upper} << 16 | head.lower;
  if (sizeof(PageHead) + value_bytes > pages * page_bytes_) fail(number, "has too few pages for its value");
  return pages;
}

std::string_view DataPages::run(std::uint64_t number, std::size_t value_bytes) const {
  const std::uint64_t pages = run_pages(number, value_bytes);
  return {at(number, pages) + sizeof(PageHead), value_bytes};
}

}  // namespace trailkeeper::store
