#include "store/segments/string_list.h"

#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "store/byte_codec.h"
#include "store/error.h"
#include "store/segments/segment_parts.h"

namespace trailkeeper::store {
namespace {

// Lists up to this size stay as they are: they are the ones that every event needs.
constexpr std::size_t kRawLimit = 4096;
constexpr std::size_t kBlockBytes = 32768;
constexpr int kLevel = 1;
constexpr std::size_t kCachedBlocks = 8;

ZSTD_DCtx* decompressor() {
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  thread_local const std::unique_ptr<ZSTD_DCtx, Free> kContext{ZSTD_createDCtx()};
  return kContext.get();
}

}  // namespace

struct StringListWriter::Compressor {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  std::string block = std::string(ZSTD_compressBound(kBlockBytes), '\0');

  Compressor() = default;
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  ~Compressor() { ZSTD_freeCCtx(context); }
};

StringListWriter::StringListWriter() : compressor_(new Compressor) {}
StringListWriter::~StringListWriter() { delete compressor_; }

void StringListWriter::add(std::string_view text) {
  raw_.append(text);
  raw_bytes_ += text.size();
  ends_.push_back(raw_bytes_);
  if (raw_.size() >= kBlockBytes) compress(kBlockBytes);
}

// As soon as a block is full, so that a list takes little more memory than it will on disk. `least`: of a block.
void StringListWriter::compress(std::size_t least) {
  static_assert(kBlockBytes > kRawLimit);
  std::size_t at = 0;
  for (; at < raw_.size() && raw_.size() - at >= least; at += kBlockBytes) {
    const std::size_t size = std::min(kBlockBytes, raw_.size() - at);
    const std::size_t written = ZSTD_compressCCtx(compressor_->context, compressor_->block.data(),
                                                  compressor_->block.size(), raw_.data() + at, size, kLevel);
    if (ZSTD_isError(written) != 0) throw StoreError(StoreErrorKind::io, "zstd: cannot compress a block");
    payload_.append(compressor_->block, 0, written);
    block_ends_.push_back(payload_.size());
    put_fixed(checksum({compressor_->block.data(), written}), checksums_);
  }
  raw_.erase(0, at);
}

void StringListWriter::finish(std::string& out) {
  std::string ends;
  append_column(std::span<const std::uint64_t>{ends_}, ends);
  std::string head;
  put_varint(raw_bytes_, head);
  put_string(ends, head);
  if (raw_bytes_ > kRawLimit) compress(1);
  std::string directory;
  append_column(std::span<const std::uint64_t>{block_ends_}, directory);
  put_string(directory, head);
  put_string(checksums_, head);
  // A list that isn't compressed is all head.
  if (block_ends_.empty()) put_string(raw_, head);
  put_fixed(checksum(head), out);
  put_string(head, out);
  if (!block_ends_.empty()) put_string(payload_, out);
  out.append(kPackPadding, '\0');
  raw_.clear();
  payload_.clear();
  block_ends_.clear();
  checksums_.clear();
  raw_bytes_ = 0;
  ends_.clear();
}

StringList::StringList(std::string_view bytes) {
  ByteReader reader{bytes};
  head_checksum_ = reader.fixed<std::uint64_t>();
  head_ = reader.string();
  head_bytes_ = bytes.size() - reader.rest().size();
  ByteReader head{head_};
  raw_bytes_ = head.varint();
  ends_ = open_column(head.string());
  block_ends_ = open_column(head.string());
  checksums_ = head.string();
  payload_ = block_ends_.size() == 0 ? head.string() : reader.string();
  if (reader.rest().size() < kPackPadding) throw_corrupt("a string list is cut short");
  const std::uint64_t blocks = (raw_bytes_ + kBlockBytes - 1) / kBlockBytes;
  const bool raw = block_ends_.size() == 0;
  if ((raw ? payload_.size() != raw_bytes_ : block_ends_.size() != blocks) ||
      checksums_.size() != block_ends_.size() * sizeof(std::uint64_t)) {
    throw_corrupt("a string list's size is wrong");
  }
}

void StringList::check() {
  if (checked_) return;
  if (checksum(head_) != head_checksum_) throw_corrupt("a string list's checksum is wrong");
  cache_.clear();
  checked_ = true;
}

std::string_view StringList::block(std::uint64_t number) const {
  for (CachedBlock& cached : cache_) {
    if (cached.number == number) {
      cached.used = ++clock_;
      return cached.bytes;
    }
  }
  const std::uint64_t begin = number == 0 ? 0 : block_ends_[number - 1];
  const std::uint64_t end = block_ends_[number];
  if (begin > end || end > payload_.size()) throw_corrupt("a string block lies outside its list");
  const std::string_view packed =
      payload_.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  if (checked_) {
    ByteReader sum{checksums_.substr(static_cast<std::size_t>(number) * sizeof(std::uint64_t))};
    if (sum.fixed<std::uint64_t>() != checksum(packed)) throw_corrupt("a string block's checksum is wrong");
  }
  if (cache_.size() < kCachedBlocks) cache_.emplace_back();
  CachedBlock& cached =
      *std::min_element(cache_.begin(), cache_.end(), [](const auto& a, const auto& b) { return a.used < b.used; });
  const std::uint64_t size = std::min<std::uint64_t>(kBlockBytes, raw_bytes_ - number * kBlockBytes);
  cached.number = ~std::uint64_t{0};
  cached.bytes.resize(static_cast<std::size_t>(size));
  const std::size_t got =
      ZSTD_decompressDCtx(decompressor(), cached.bytes.data(), cached.bytes.size(), packed.data(), packed.size());
  if (ZSTD_isError(got) != 0 || got != size) throw_corrupt("a string block does not decompress");
  cached.number = number;
  cached.used = ++clock_;
  return cached.bytes;
}

std::uint32_t StringList::first_empty() const {
  std::uint64_t begin = 0;
  for (std::uint32_t index = 0; index < size(); ++index) {
    const std::uint64_t end = ends_[index];
    if (end == begin) return index;
    begin = end;
  }
  return size();
}

void StringList::append(std::uint32_t index, std::string& out) const {
  if (index >= ends_.size()) throw_corrupt("a code lies outside its dictionary");
  std::uint64_t begin = index == 0 ? 0 : ends_[index - 1];
  const std::uint64_t end = ends_[index];
  if (begin > end || end > raw_bytes_) throw_corrupt("a string lies outside its dictionary");
  if (block_ends_.size() == 0) {
    out.append(payload_.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
    return;
  }
  while (begin < end) {
    const std::uint64_t number = begin / kBlockBytes;
    const std::uint64_t stop = std::min(end, (number + 1) * kBlockBytes);
    const std::string_view bytes = block(number);
    out.append(
        bytes.substr(static_cast<std::size_t>(begin - number * kBlockBytes), static_cast<std::size_t>(stop - begin)));
    begin = stop;
  }
}

// The string that has a byte: the first, from `from` on, that ends behind it; size() if none does.
std::uint32_t StringList::string_at(std::uint64_t byte, std::uint32_t from) const {
  std::uint32_t low = from;
  std::uint32_t high = size();
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (ends_[middle] <= byte) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// Looks through the strings from `first` on that the window has whole; it begins with that one, at byte `begin` of the
// list. Returns the first that it hasn't.
std::uint32_t StringList::search_window(std::string_view window, std::uint64_t begin, std::uint32_t first,
                                        std::string_view needle,
                                        const std::function<void(std::uint32_t, std::string_view)>& visit) const {
  const std::uint32_t stop = string_at(begin + window.size(), first);
  const std::uint64_t end = stop == 0 ? 0 : ends_[stop - 1];
  if (end < begin) throw_corrupt("a string lies outside its dictionary");
  window = window.substr(0, static_cast<std::size_t>(end - begin));
  for (std::size_t at = 0; at < window.size();) {
    const void* const found = memmem(window.data() + at, window.size() - at, needle.data(), needle.size());
    if (found == nullptr) break;
    const auto place = static_cast<std::size_t>(static_cast<const char*>(found) - window.data());
    const std::uint32_t index = string_at(begin + place, first);
    const std::uint64_t from = index == 0 ? 0 : ends_[index - 1];
    const std::uint64_t to = ends_[index];
    if (from < begin || from > begin + place || to > end) throw_corrupt("a string lies outside its dictionary");
    at = place + 1;
    if (begin + place + needle.size() > to) continue;
    visit(index, window.substr(static_cast<std::size_t>(from - begin), static_cast<std::size_t>(to - from)));
    at = static_cast<std::size_t>(to - begin);
  }
  return stop;
}

void StringList::search(std::string_view needle,
                        const std::function<void(std::uint32_t, std::string_view)>& visit) const {
  if (block_ends_.size() == 0) {
    static_cast<void>(search_window(payload_, 0, 0, needle, visit));
    return;
  }
  constexpr std::size_t kWindowBytes = 8 * kBlockBytes;
  std::string window;
  std::uint64_t begin = 0;
  std::uint32_t first = 0;
  for (std::uint64_t number = 0; number < block_ends_.size(); ++number) {
    window += block(number);
    if (window.size() < kWindowBytes && number + 1 < block_ends_.size()) continue;
    first = search_window(window, begin, first, needle, visit);
    const std::uint64_t next = first == 0 ? 0 : ends_[first - 1];
    window.erase(0, static_cast<std::size_t>(next - begin));
    begin = next;
  }
}

std::string_view StringList::get(std::uint32_t index, std::string& scratch) const {
  if (block_ends_.size() == 0 && index < ends_.size()) {
    const std::uint64_t begin = index == 0 ? 0 : ends_[index - 1];
    const std::uint64_t end = ends_[index];
    if (begin <= end && end <= payload_.size()) {
      return payload_.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    }
  }
  scratch.clear();
  append(index, scratch);
  return scratch;
}

}  // namespace trailkeeper::store
