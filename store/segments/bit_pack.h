// Columns of unsigned integers, each as wide as the largest needs.
#pragma once

#include <bit>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace trailkeeper::store {

/// Bits that hold `value`; 0 for 0.
inline unsigned bits_for(std::uint64_t value) { return static_cast<unsigned>(std::bit_width(value)); }

/// Bytes that `count` values of `width` bits take.
inline std::size_t packed_bytes(std::uint64_t count, unsigned width) {
  return static_cast<std::size_t>((count * width + 7) / 8);
}

/// Bytes that must be readable after packed values: get() loads whole words.
constexpr std::size_t kPackPadding = 16;

/// Appends values of one width to a string, least significant bit first.
class BitWriter {
 public:
  BitWriter(std::string& out, unsigned width) : out_(out), width_(width) {}
  BitWriter(const BitWriter&) = delete;
  BitWriter& operator=(const BitWriter&) = delete;

  /// Precondition: value < 2^width.
  void put(std::uint64_t value) {
    assert(width_ >= 64 || value >> width_ == 0);
    pending_ |= value << filled_;
    const unsigned taken = 64 - filled_;
    filled_ += width_;
    if (filled_ >= 64) {
      append(8);
      filled_ -= 64;
      pending_ = taken < 64 ? value >> taken : 0;
    }
  }

  /// Writes the last, partial word. Call once, at the end.
  void finish() { append((filled_ + 7) / 8); }

 private:
  void append(std::size_t bytes) { out_.append(reinterpret_cast<const char*>(&pending_), bytes); }

  std::string& out_;
  unsigned width_;
  unsigned filled_ = 0;
  std::uint64_t pending_ = 0;
};

/// Reads packed values in place. kPackPadding bytes after them must be readable.
class PackedView {
 public:
  PackedView() = default;
  PackedView(const char* data, unsigned width, std::uint64_t base, std::uint64_t count)
      : data_(data),
        base_(base),
        count_(count),
        width_(width),
        mask_(width >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1) {}

  [[nodiscard]] std::uint64_t size() const { return count_; }
  [[nodiscard]] unsigned width() const { return width_; }
  [[nodiscard]] std::uint64_t base() const { return base_; }

  /// Precondition: index < size().
  [[nodiscard]] std::uint64_t operator[](std::uint64_t index) const {
    assert(index < count_);
    const std::uint64_t bit = index * width_;
    const char* at = data_ + (bit >> 3);
    const unsigned shift = bit & 7U;
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    word >>= shift;
    if (shift + width_ > 64) word |= static_cast<std::uint64_t>(static_cast<unsigned char>(at[8])) << (64 - shift);
    return base_ + (word & mask_);
  }

  /// Unpacks values [begin, begin + out.size()).
  void unpack(std::uint64_t begin, std::span<std::uint32_t> out) const;

 private:
  const char* data_ = nullptr;
  std::uint64_t base_ = 0;
  std::uint64_t count_ = 0;
  unsigned width_ = 0;
  std::uint64_t mask_ = 0;
};

/// Appends a column with its own header (base, width, count), so that open_column needs nothing else.
void append_column(std::span<const std::uint64_t> values, std::string& out);
void append_column(std::span<const std::uint32_t> values, std::string& out);

/// Appends the header of a column whose values the caller then writes with a BitWriter of that width.
void append_column_header(std::uint64_t base, unsigned width, std::uint64_t count, std::string& out);

/// Opens what append_column wrote. Throws StoreError(corrupt) if the bytes can't hold it. kPackPadding bytes after
/// `bytes` must be readable.
PackedView open_column(std::string_view bytes);

}  // namespace trailkeeper::store
