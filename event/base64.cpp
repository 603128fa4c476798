#include "event/base64.h"

#include <array>
#include <cstdint>

namespace trailkeeper::event {
namespace {

constexpr std::uint8_t kNone = 64;
constexpr std::size_t kGroup = 4;
// `{}` and gzip's header are longer.
constexpr std::size_t kShortest = 8;

constexpr std::array<std::uint8_t, 256> kDigits = [] {
  std::array<std::uint8_t, 256> digits{};
  for (auto& digit : digits) digit = kNone;
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}();

std::string_view without_padding(std::string_view text) {
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return text;
}

}  // namespace

bool looks_like_base64(std::string_view text) {
  if (text.size() < kShortest || text.size() % kGroup != 0) return false;
  for (const char c : without_padding(text)) {
    if (kDigits[static_cast<unsigned char>(c)] == kNone) return false;
  }
  return true;
}

void append_from_base64(std::string_view text, std::string& out) {
  text = without_padding(text);
  out.reserve(out.size() + text.size() / kGroup * 3 + 3);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    bits = bits << 6U | kDigits[static_cast<unsigned char>(c)];
    count += 6;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<char>(bits >> count & 0xFFU));
    }
  }
}

}  // namespace trailkeeper::event
