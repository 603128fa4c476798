#include "store/segments/bit_pack.h"

#include <algorithm>
#include <array>
#include <utility>

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

constexpr unsigned kGroup = 8;  // So many values of any width end at a byte.
constexpr unsigned kWidest = 32;

// Groups of values of one width: with the width known, shifts and masks are constants.
template <unsigned kWidth>
void unpack_groups(const char* data, std::uint32_t base, std::size_t groups, std::uint32_t* out) {
  constexpr std::uint64_t kMask = (std::uint64_t{1} << kWidth) - 1;
  for (std::size_t group = 0; group < groups; ++group, data += kWidth, out += kGroup) {
    for (unsigned i = 0; i < kGroup; ++i) {
      std::uint64_t word = 0;
      std::memcpy(&word, data + (i * kWidth) / 8, sizeof word);
      out[i] = base + static_cast<std::uint32_t>((word >> (i * kWidth) % 8) & kMask);
    }
  }
}

using UnpackGroups = void (*)(const char*, std::uint32_t, std::size_t, std::uint32_t*);

template <std::size_t... kWidths>
constexpr std::array<UnpackGroups, sizeof...(kWidths)> unpackers(std::index_sequence<kWidths...> /*widths*/) {
  return {&unpack_groups<static_cast<unsigned>(kWidths)>...};
}

}  // namespace

void PackedView::unpack(std::uint64_t begin, std::span<std::uint32_t> out) const {
  static constexpr auto kUnpackers = unpackers(std::make_index_sequence<kWidest + 1>{});
  std::size_t i = 0;
  const auto one_by_one = [&](std::size_t end) {
    for (; i < end; ++i) out[i] = static_cast<std::uint32_t>((*this)[begin + i]);
  };
  if (width_ <= kWidest) {
    one_by_one(std::min<std::size_t>(out.size(), (kGroup - begin % kGroup) % kGroup));
    const std::size_t groups = (out.size() - i) / kGroup;
    kUnpackers[width_](data_ + (begin + i) / kGroup * width_, static_cast<std::uint32_t>(base_), groups,
                       out.data() + i);
    i += groups * kGroup;
  }
  one_by_one(out.size());
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
