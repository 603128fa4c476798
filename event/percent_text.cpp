#include "event/percent_text.h"

namespace trailkeeper::event {
namespace {

int hex_digit(char c) {
  constexpr int kTen = 10;
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + kTen;
  return c >= 'A' && c <= 'F' ? c - 'A' + kTen : -1;
}

}  // namespace

std::optional<char> hex_byte(std::string_view text, std::size_t at) {
  constexpr int kBase = 16;
  if (at + 2 > text.size()) return std::nullopt;
  const int high = hex_digit(text[at]);
  const int low = hex_digit(text[at + 1]);
  return high < 0 || low < 0 ? std::nullopt : std::optional{static_cast<char>(high * kBase + low)};
}

std::optional<char> percent_byte(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] == '%' ? hex_byte(text, at + 1) : std::nullopt;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = percent_byte(text, at);
    out += byte.value_or(text[at]);
    if (byte) at += 2;
  }
  return out;
}

}  // namespace trailkeeper::event
