#include "store/segments/shape_table.h"

#include <algorithm>

#include "store/byte_codec.h"
#include "store/segments/bit_pack.h"

namespace trailkeeper::store {

void TableEncoder::begin(std::uint32_t rows, std::size_t slots) {
  head_.clear();
  data_.clear();
  put_varint(rows, head_);
  put_varint(slots, head_);
}

void TableEncoder::add_column(std::uint32_t column) {
  head_.push_back(static_cast<char>(SlotKind::column));
  put_varint(column, head_);
}

void TableEncoder::add_event_key() { head_.push_back(static_cast<char>(SlotKind::event_key)); }

void TableEncoder::add_event_time() { head_.push_back(static_cast<char>(SlotKind::event_time)); }

void TableEncoder::add_packed(SlotKind kind, std::uint32_t path, const std::vector<std::uint64_t>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const std::uint64_t base = values.empty() ? 0 : *low;
  const unsigned width = values.empty() ? 0 : bits_for(*high - base);
  head_.push_back(static_cast<char>(kind));
  put_varint(path, head_);
  put_varint(base, head_);
  put_varint(width, head_);
  BitWriter writer{data_, width};
  for (const std::uint64_t value : values) writer.put(value - base);
  writer.finish();
}

void TableEncoder::add_text(std::uint32_t path, const std::vector<std::uint64_t>& codes) {
  add_packed(SlotKind::text, path, codes);
}

void TableEncoder::add_seconds(std::uint32_t path, const std::vector<std::uint64_t>& seconds) {
  add_packed(SlotKind::seconds, path, seconds);
}

void TableEncoder::add_integers(std::uint32_t path, const std::vector<std::uint64_t>& numbers) {
  add_packed(SlotKind::integer, path, numbers);
}

void TableEncoder::add_guids(std::uint32_t path, std::string_view bytes) {
  head_.push_back(static_cast<char>(SlotKind::guid));
  put_varint(path, head_);
  data_.append(bytes);
}

void TableEncoder::finish() {
  put_string(head_, out_);
  put_string(data_, out_);
  out_.append(kPackPadding, '\0');
}

}  // namespace trailkeeper::store
