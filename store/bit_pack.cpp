#include "store/bit_pack.h"

#include <algorithm>

#include "store/error.h"

namespace trailkeeper::store {
namespace {

struct ColumnHeader {
  std::uint64_t base;
  std::uint32_t width;
  std::uint32_t count;
};

template <typename Value>
void append_values(std::span<const Value> values, std::string& out) {
  if (values.empty()) {
    append_column_header(0, 0, 0, out);
    return;
  }
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const std::uint64_t base = *low;
  const unsigned width = bits_for(*high - base);
  append_column_header(base, width, values.size(), out);
  BitWriter writer{out, width};
  for (const Value value : values) writer.put(value - base);
  writer.finish();
}

}  // namespace

void PackedView::unpack(std::uint64_t begin, std::span<std::uint32_t> out) const {
  if (width_ == 0) {
    std::fill(out.begin(), out.end(), static_cast<std::uint32_t>(base_));
    return;
  }
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint32_t>((*this)[begin + i]);
}

void append_column_header(std::uint64_t base, unsigned width, std::uint64_t count, std::string& out) {
  const ColumnHeader header{base, width, static_cast<std::uint32_t>(count)};
  out.append(reinterpret_cast<const char*>(&header), sizeof header);
}

void append_column(std::span<const std::uint64_t> values, std::string& out) { append_values(values, out); }
void append_column(std::span<const std::uint32_t> values, std::string& out) { append_values(values, out); }

PackedView open_column(std::string_view bytes) {
  ColumnHeader header{};
  if (bytes.size() < sizeof header) throw_corrupt("a column is cut short");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.width > 64 || packed_bytes(header.count, header.width) > bytes.size() - sizeof header) {
    throw_corrupt("a column is cut short");
  }
  return {bytes.data() + sizeof header, header.width, header.base, header.count};
}

}  // namespace trailkeeper::store
