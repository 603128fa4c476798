#include "text/base64.h"

#include <array>
#include <cassert>

namespace trailkeeper::text {
namespace {

constexpr std::uint8_t kNone = 64;
constexpr std::size_t kGroup = 4;
// `{}` and gzip's header are longer.
constexpr std::size_t kShortest = 8;

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) value = kNone;
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

std::string_view without_padding(std::string_view text) {
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return text;
}

// Calls take(byte) for each byte that `digits`, without padding, stand for. False where they aren't base64, where bits
// are left over that aren't 0, or where take says false.
template <typename Take>
bool each_byte(std::string_view digits, Take take) {
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : digits) {
    const std::uint8_t value = kValues[static_cast<unsigned char>(c)];
    if (value == kNone) return false;
    bits = bits << 6U | value;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    if (!take(static_cast<char>(bits >> held & 0xFFU))) return false;
  }
  return (bits & ((1U << held) - 1)) == 0;
}

// Whether a text's length is one that base64 has.
bool has_whole_groups(std::string_view text, std::string_view digits, Padding padding) {
  if (padding == Padding::required || digits.size() != text.size()) return text.size() % kGroup == 0;
  return digits.size() % kGroup != 1;
}

// Six bits a digit, from the highest; the last digit's free bits are zero.
std::string digits_of(std::string_view bytes, std::string_view alphabet) {
  std::string digits;
  digits.reserve((bytes.size() + 2) / 3 * kGroup);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char byte : bytes) {
    bits = bits << 8U | static_cast<unsigned char>(byte);
    for (held += 8; held >= 6;) {
      held -= 6;
      digits.push_back(alphabet[bits >> held & 63U]);
    }
  }
  if (held > 0) digits.push_back(alphabet[bits << (6 - held) & 63U]);
  return digits;
}

}  // namespace

std::string encode_base64(std::string_view bytes) {
  std::string text = digits_of(bytes, kAlphabet);
  while (text.size() % kGroup != 0) text.push_back('=');
  return text;
}

std::string encode_base64url(std::string_view bytes) { return digits_of(bytes, kUrlAlphabet); }

std::optional<std::string> decode_base64(std::string_view text, Padding padding) {
  const std::string_view digits = without_padding(text);
  if (!has_whole_groups(text, digits, padding)) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / kGroup * 3 + 3);
  const auto take = [&](char byte) {
    bytes.push_back(byte);
    return true;
  };
  if (!each_byte(digits, take)) return std::nullopt;
  return bytes;
}

bool is_base64_of(std::string_view text, std::string_view bytes) {
  const std::string_view digits = without_padding(text);
  const auto take = [&](char byte) {
    if (bytes.empty() || bytes.front() != byte) return false;
    bytes.remove_prefix(1);
    return true;
  };
  return has_whole_groups(text, digits, Padding::optional) && each_byte(digits, take) && bytes.empty();
}

bool looks_like_base64(std::string_view text) {
  if (text.size() < kShortest || text.size() % kGroup != 0) return false;
  for (const char c : without_padding(text)) {
    if (kValues[static_cast<unsigned char>(c)] == kNone) return false;
  }
  return true;
}

void append_from_base64(std::string_view text, std::string& out) {
  assert(looks_like_base64(text));
  out.reserve(out.size() + text.size() / kGroup * 3 + 3);
  each_byte(without_padding(text), [&](char byte) {
    out.push_back(byte);
    return true;
  });
}

bool append_from_any_base64(std::string_view text, std::string& out) {
  if (text.size() < kShortest) return false;
  std::string digits;
  for (const char c : without_padding(text)) {
    const char digit = c == '-' ? '+' : c == '_' ? '/' : c;
    if (kValues[static_cast<unsigned char>(digit)] != kNone) {
      digits.push_back(digit);
    } else if (c != '\n' && c != '\r') {
      return false;
    }
  }
  if (digits.size() % kGroup == 1) return false;
  out.reserve(out.size() + digits.size() / kGroup * 3 + 3);
  each_byte(digits, [&](char byte) {
    out.push_back(byte);
    return true;
  });
  return true;
}

}  // namespace trailkeeper::text
