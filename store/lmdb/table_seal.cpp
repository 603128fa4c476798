#include "store/lmdb/table_seal.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

#include "store/byte_codec.h"
#include "store/error.h"
#include "text/hex.h"

namespace trailkeeper::store {
namespace {

std::uint64_t hash_of_key(TableId table, std::string_view key) {
  return XXH3_64bits_withSeed(key.data(), key.size(), static_cast<std::uint64_t>(table));
}

}  // namespace

std::uint64_t seal_of(TableId table, std::string_view key, std::string_view value) {
  return XXH3_64bits_withSeed(value.data(), value.size(), hash_of_key(table, key));
}

std::uint64_t mark_of(TableId table, std::string_view key, std::uint64_t value_bytes) {
  return XXH3_64bits_withSeed(&value_bytes, sizeof value_bytes, hash_of_key(table, key));
}

std::string encode_sums(const TableSums& sums) {
  std::string out;
  for (const TableSum& sum : sums) {
    put_fixed(sum.rows, out);
    put_fixed(sum.sum, out);
  }
  return out;
}

TableSums decode_sums(std::string_view bytes) {
  TableSums sums{};
  ByteReader reader{bytes};
  for (TableSum& sum : sums) {
    if (reader.empty()) break;
    sum.rows = reader.fixed<std::uint64_t>();
    sum.sum = reader.fixed<std::uint64_t>();
  }
  return sums;
}

std::string shown_key(std::string_view key) {
  constexpr std::size_t kLongest = 80;
  const bool plain = std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c <= '~' && c != '"'; });
  std::string text;
  if (plain) {
    text = key.substr(0, kLongest);
  } else {
    text = text::hex(key.substr(0, kLongest / 2));
  }
  return key.size() > kLongest ? text + "..." : text;
}

}  // namespace trailkeeper::store
