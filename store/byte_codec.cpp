#include "store/byte_codec.h"

#include "store/error.h"

namespace trailkeeper::store {

void put_varint(std::uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void put_string(std::string_view text, std::string& out) {
  put_varint(text.size(), out);
  out.append(text);
}

std::uint64_t ByteReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (bytes_.empty()) break;
    const auto byte = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) return value;
  }
  throw_corrupt("a number is cut short");
}

std::string_view ByteReader::bytes(std::size_t count) {
  if (count > bytes_.size()) throw_corrupt("a value is cut short");
  const std::string_view taken = bytes_.substr(0, count);
  bytes_.remove_prefix(count);
  return taken;
}

std::string_view ByteReader::string() { return bytes(static_cast<std::size_t>(varint())); }

}  // namespace trailkeeper::store
