#include "text/hex.h"

namespace trailkeeper::text {

std::optional<char> hex_byte(std::string_view text, std::size_t at) {
  constexpr int kBase = 16;
  if (at + 2 > text.size()) return std::nullopt;
  const int high = hex_value(text[at]);
  const int low = hex_value(text[at + 1]);
  return high < 0 || low < 0 ? std::nullopt : std::optional{static_cast<char>(high * kBase + low)};
}

std::optional<std::string> bytes_of_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t at = 0; at < hex.size(); at += 2) {
    const auto byte = hex_byte(hex, at);
    if (!byte) return std::nullopt;
    bytes.push_back(*byte);
  }
  return bytes;
}

void append_hex(std::string_view bytes, std::string& out, std::string_view digits) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(digits[byte >> 4U]);
    out.push_back(digits[byte & 15U]);
  }
}

std::string hex(std::string_view bytes) {
  std::string out;
  out.reserve(2 * bytes.size());
  append_hex(bytes, out);
  return out;
}

}  // namespace trailkeeper::text
