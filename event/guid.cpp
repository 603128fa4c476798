#include "event/guid.h"

#include "text/hex.h"

namespace trailkeeper::event {
namespace {

constexpr std::uint8_t kNotHex = 0x80;

constexpr std::array<std::uint8_t, 256> make_nibbles() {
  std::array<std::uint8_t, 256> table{};
  for (auto& entry : table) entry = kNotHex;
  for (unsigned i = 0; i < 10; ++i) table['0' + i] = static_cast<std::uint8_t>(i);
  for (unsigned i = 0; i < 6; ++i) table['a' + i] = static_cast<std::uint8_t>(10 + i);
  return table;
}

constexpr auto kNibbles = make_nibbles();

// Where the two digits of each byte stand in the text.
constexpr std::array<std::uint8_t, 16> kBytePositions{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

}  // namespace

std::optional<Guid> parse_guid(std::string_view text) {
  if (text.size() != kGuidTextLength || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') {
    return std::nullopt;
  }
  Guid guid{};
  unsigned bad = 0;
  for (std::size_t i = 0; i < guid.size(); ++i) {
    const std::size_t at = kBytePositions[i];
    const unsigned high = kNibbles[static_cast<unsigned char>(text[at])];
    const unsigned low = kNibbles[static_cast<unsigned char>(text[at + 1])];
    bad |= high | low;
    guid[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  if ((bad & kNotHex) != 0) return std::nullopt;
  return guid;
}

void append_guid(const std::uint8_t* bytes, std::string& out) {
  const std::size_t start = out.size();
  out.resize(start + kGuidTextLength, '-');
  for (std::size_t i = 0; i < kBytePositions.size(); ++i) {
    out[start + kBytePositions[i]] = text::kHexDigits[bytes[i] >> 4];
    out[start + kBytePositions[i] + 1U] = text::kHexDigits[bytes[i] & 15U];
  }
}

}  // namespace trailkeeper::event
