// Hexadecimal digits (RFC 4648, section 8).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace trailkeeper::text {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kCapitalHexDigits = "0123456789ABCDEF";

/// The value of a digit of either case; -1 for any other character.
constexpr int hex_value(char c) {
  constexpr int kTen = 10;
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + kTen;
  return c >= 'A' && c <= 'F' ? c - 'A' + kTen : -1;
}

/// The byte that the two digits at a place stand for; nothing if there aren't two digits.
std::optional<char> hex_byte(std::string_view text, std::size_t at);

/// The bytes that digits of either case stand for; nothing if there is anything else, or an odd digit.
std::optional<std::string> bytes_of_hex(std::string_view hex);

/// Appends two digits a byte, in lower case unless other digits are given.
void append_hex(std::string_view bytes, std::string& out, std::string_view digits = kHexDigits);

/// Two digits a byte, in lower case.
std::string hex(std::string_view bytes);

/// The bytes of any container of them, such as a digest.
template <typename Bytes>
std::string hex_of(const Bytes& bytes) {
  static_assert(sizeof(*bytes.data()) == 1);
  return hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace trailkeeper::text
