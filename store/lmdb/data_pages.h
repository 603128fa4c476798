// The pages of an LMDB data file, read without trusting any of them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "store/lmdb/map_fault.h"
#include "store/lmdb/page_layout.h"

namespace trailkeeper::store {

/// A data file, or its first bytes, in memory: shared and read-only. Beyond the file's end there are only addresses.
class FileMap {
 public:
  /// Throws StoreError(io).
  FileMap(int descriptor, std::size_t bytes);
  ~FileMap();
  FileMap(const FileMap&) = delete;
  FileMap& operator=(const FileMap&) = delete;

  [[nodiscard]] const char* data() const { return data_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// Whether pages may have been taken for zeros because they couldn't be read: they stay so.
  [[nodiscard]] bool may_be_harmed() const { return unreadable_pages() != unreadable_before_; }

 private:
  const char* data_;
  std::size_t bytes_;
  std::uint64_t unreadable_before_ = unreadable_pages();
  std::optional<FaultyRegion> region_;
};

/// Both of a file's meta pages. Nothing if the file is empty: LMDB is about to make them. Throws StoreError(corrupt,
/// newer_format) for pages that LMDB didn't write, or that don't fit each other; (io).
struct MetaPages {
  std::array<page_layout::MetaRecord, page_layout::kMetaPages> pages;
  [[nodiscard]] std::size_t page_bytes() const { return pages[0].free_pages.page_bytes; }
  [[nodiscard]] const page_layout::MetaRecord& newest() const;
  bool operator==(const MetaPages&) const = default;
};
std::optional<MetaPages> read_meta_pages(int descriptor);

/// The pages that one commit left, for as long as LMDB keeps them from being used again. Thread-safe.
class DataPages {
 public:
  DataPages(std::shared_ptr<const FileMap> map, const page_layout::MetaRecord& meta, std::size_t page_bytes,
            std::uint64_t file_bytes);

  [[nodiscard]] const page_layout::MetaRecord& meta() const { return meta_; }
  [[nodiscard]] std::size_t page_bytes() const { return page_bytes_; }

  /// A branch or leaf page, checked to be one and to lie where it belongs. Throws StoreError(corrupt).
  [[nodiscard]] std::string_view tree_page(std::uint64_t number, std::uint16_t kind) const;
  /// The bytes of a value that has pages of its own; how many these are. Throws StoreError(corrupt).
  [[nodiscard]] std::string_view run(std::uint64_t number, std::size_t value_bytes) const;
  [[nodiscard]] std::uint64_t run_pages(std::uint64_t number, std::size_t value_bytes) const;

  /// Throws StoreError(corrupt) that says what is wrong with which page.
  [[noreturn]] void fail(std::uint64_t number, const std::string& what) const;

 private:
  [[nodiscard]] const char* at(std::uint64_t number, std::uint64_t count) const;

  std::shared_ptr<const FileMap> map_;
  page_layout::MetaRecord meta_;
  std::size_t page_bytes_;
  std::uint64_t file_bytes_;
};

}  // namespace trailkeeper::store
