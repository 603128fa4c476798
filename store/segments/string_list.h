// A finished dictionary: strings by number, compressed in blocks so that one string costs one small block.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "store/segments/bit_pack.h"

namespace trailkeeper::store {

/// Writes a string list: add strings, then finish. Reuses one compressor.
class StringListWriter {
 public:
  StringListWriter();
  ~StringListWriter();
  StringListWriter(const StringListWriter&) = delete;
  StringListWriter& operator=(const StringListWriter&) = delete;

  void add(std::string_view text);

  /// Appends the list to `out` and starts a new one.
  void finish(std::string& out);

 private:
  struct Compressor;
  void compress(std::size_t least);

  Compressor* compressor_;
  std::string raw_;  // What isn't in a block yet.
  std::string payload_;
  std::vector<std::uint64_t> block_ends_;
  std::string checksums_;
  std::uint64_t raw_bytes_ = 0;
  std::vector<std::uint64_t> ends_;
};

/// Reads a string list in place; decompresses a block when it is first needed and keeps up to a few. Not thread-safe.
/// Checks no checksums until check() is called.
class StringList {
 public:
  StringList() = default;

  /// Opens what StringListWriter wrote at the front of `bytes`. Throws StoreError(corrupt).
  explicit StringList(std::string_view bytes);

  /// Checks the list's head against its checksum, and from now on each block when it is read, so that checking a string
  /// of a large list costs only one small block, too. Throws StoreError(corrupt).
  void check();
  [[nodiscard]] bool checked() const { return checked_; }
  /// Bytes from the beginning of the list to the end of its head.
  [[nodiscard]] std::size_t head_bytes() const { return head_bytes_; }

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(ends_.size()); }
  [[nodiscard]] std::uint64_t raw_bytes() const { return raw_bytes_; }

  /// The first string that is empty; size() if there is none.
  [[nodiscard]] std::uint32_t first_empty() const;

  /// Appends string `index`. Throws StoreError(corrupt) if there is none or its block is damaged.
  void append(std::uint32_t index, std::string& out) const;

  /// The string; `scratch` may hold it.
  std::string_view get(std::uint32_t index, std::string& scratch) const;

  /// Calls `visit` with each string, by ascending number, that contains `needle`, which isn't empty. Decompresses the
  /// whole list, a piece at a time. Throws StoreError(corrupt).
  void search(std::string_view needle, const std::function<void(std::uint32_t, std::string_view)>& visit) const;

 private:
  struct CachedBlock {
    std::uint64_t number = ~std::uint64_t{0};
    std::uint64_t used = 0;
    std::string bytes;
  };
  [[nodiscard]] std::string_view block(std::uint64_t number) const;
  [[nodiscard]] std::uint32_t string_at(std::uint64_t byte, std::uint32_t from) const;
  std::uint32_t search_window(std::string_view window, std::uint64_t begin, std::uint32_t first,
                              std::string_view needle,
                              const std::function<void(std::uint32_t, std::string_view)>& visit) const;

  PackedView ends_;
  PackedView block_ends_;
  std::string_view checksums_;  // Of the blocks, 8 bytes each.
  std::string_view head_;       // What head_checksum_ covers.
  std::string_view payload_;
  std::uint64_t head_checksum_ = 0;
  std::size_t head_bytes_ = 0;
  bool checked_ = false;
  std::uint64_t raw_bytes_ = 0;
  mutable std::vector<CachedBlock> cache_;
  mutable std::uint64_t clock_ = 0;
};

}  // namespace trailkeeper::store
