#include "store/segments/block_postings.h"

#include <roaring/roaring.h>

#include <memory>

#include "store/byte_codec.h"
#include "store/error.h"

namespace trailkeeper::store {
namespace {

// With fewer codes, or fewer blocks, looking up blocks saves nothing.
constexpr std::uint32_t kFewCodes = 32;
constexpr std::size_t kFewEvents = 8 * kPostingBlock;

struct Free {
  void operator()(roaring_bitmap_t* bitmap) const { roaring_bitmap_free(bitmap); }
};
using Bitmap = std::unique_ptr<roaring_bitmap_t, Free>;

}  // namespace

void append_postings(std::span<const std::uint32_t> codes, std::uint32_t code_count, std::string& out) {
  std::vector<std::uint64_t> ends;
  std::string bitmaps;
  if (code_count >= kFewCodes && codes.size() >= kFewEvents) {
    // Counting sort of the distinct (code, block) pairs: blocks ascend within a code by themselves.
    std::vector<std::uint32_t> starts(code_count + 2, 0);
    std::vector<std::uint32_t> last_block(code_count + 1, ~std::uint32_t{0});
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const auto block = static_cast<std::uint32_t>(i / kPostingBlock);
      if (last_block[codes[i]] == block) continue;
      last_block[codes[i]] = block;
      ++starts[codes[i] + 1];
    }
    for (std::size_t i = 1; i < starts.size(); ++i) starts[i] += starts[i - 1];
    std::vector<std::uint32_t> blocks(starts.back());
    std::vector<std::uint32_t> next(starts.begin(), starts.end() - 1);
    last_block.assign(code_count + 1, ~std::uint32_t{0});
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const auto block = static_cast<std::uint32_t>(i / kPostingBlock);
      if (last_block[codes[i]] == block) continue;
      last_block[codes[i]] = block;
      blocks[next[codes[i]]++] = block;
    }
    for (std::uint32_t code = 1; code <= code_count; ++code) {
      const std::uint32_t begin = starts[code];
      const std::uint32_t count = starts[code + 1] - begin;
      if (count == 1) {
        put_varint(blocks[begin], bitmaps);  // Most codes of a large dictionary: no bitmap needed.
      } else if (count > 1) {
        const Bitmap bitmap{roaring_bitmap_of_ptr(count, blocks.data() + begin)};
        roaring_bitmap_run_optimize(bitmap.get());
        const std::size_t at = bitmaps.size();
        bitmaps.resize(at + roaring_bitmap_portable_size_in_bytes(bitmap.get()));
        roaring_bitmap_portable_serialize(bitmap.get(), bitmaps.data() + at);
      }
      ends.push_back(bitmaps.size());
    }
  }
  std::string index;
  append_column(std::span<const std::uint64_t>{ends}, index);
  put_string(index, out);
  put_string(bitmaps, out);
}

BlockPostings::BlockPostings(std::string_view bytes) {
  ByteReader reader{bytes};
  ends_ = open_column(reader.string());
  bitmaps_ = reader.string();
}

void BlockPostings::mark(std::uint32_t code, std::span<std::uint8_t> blocks) const {
  if (code >= ends_.size()) throw_corrupt("a code has no posting");
  const std::uint64_t begin = code == 0 ? 0 : ends_[code - 1];
  const std::uint64_t end = ends_[code];
  if (begin > end || end > bitmaps_.size()) throw_corrupt("a posting lies outside its section");
  const std::string_view bytes =
      bitmaps_.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  if (bytes.empty()) return;
  const auto mark_block = [&](std::uint64_t block) {
    if (block >= blocks.size()) throw_corrupt("a posting names a block that does not exist");
    blocks[static_cast<std::size_t>(block)] = 1;
  };
  constexpr std::size_t kLongestVarint = 5;  // The smallest bitmap is longer.
  if (bytes.size() <= kLongestVarint) {
    mark_block(ByteReader{bytes}.varint());
    return;
  }
  const Bitmap bitmap{roaring_bitmap_portable_deserialize_safe(bytes.data(), bytes.size())};
  if (!bitmap) throw_corrupt("a posting cannot be read");
  roaring_uint32_iterator_t iterator;
  for (roaring_init_iterator(bitmap.get(), &iterator); iterator.has_value; roaring_advance_uint32_iterator(&iterator)) {
    mark_block(iterator.current_value);
  }
}

}  // namespace trailkeeper::store
