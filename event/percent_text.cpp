#include "event/percent_text.h"

#include "event/phrase_set.h"

namespace trailkeeper::event {
namespace {

int hex_digit(char c) {
  constexpr int kTen = 10;
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + kTen;
  return c >= 'A' && c <= 'F' ? c - 'A' + kTen : -1;
}

// The byte that two digits stand for; -1: they are none.
int byte_at(std::string_view text, std::size_t at) {
  constexpr int kBase = 16;
  if (at + 2 > text.size()) return -1;
  const int high = hex_digit(text[at]);
  const int low = hex_digit(text[at + 1]);
  return high < 0 || low < 0 ? -1 : high * kBase + low;
}

struct Encoded {
  std::size_t size = 0;  // 0: nothing is encoded there.
  char byte = 0;
};

// What a `%` begins: `%30`; `%2530`, whose `%25` is the `%` of `%30`, but not `%25ac`: more likely a text's own.
Encoded encoded_at(std::string_view text, std::size_t percent) {
  constexpr int kAscii = 0x7F;
  std::size_t at = percent + 1;
  int byte = byte_at(text, at);
  if (byte < 0) return {};
  while (byte == '%' && byte_at(text, at + 2) >= 0 && byte_at(text, at + 2) <= kAscii) {
    at += 2;
    byte = byte_at(text, at);
  }
  return {at + 2 - percent, static_cast<char>(byte)};
}

}  // namespace

std::optional<char> percent_byte(std::string_view text, std::size_t at) {
  const int byte = at < text.size() && text[at] == '%' ? byte_at(text, at + 1) : -1;
  return byte < 0 ? std::nullopt : std::optional{static_cast<char>(byte)};
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

bool hides_words(std::string_view text) {
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    const Encoded encoded = encoded_at(text, at);
    if (encoded.size > 0 && is_word_byte(encoded.byte)) return true;
  }
  return false;
}

PercentText::PercentText(std::string_view text) {
  bytes_.reserve(text.size());
  places_.reserve(text.size() + 1);
  for (std::size_t at = 0; at < text.size();) {
    const Encoded encoded = text[at] == '%' ? encoded_at(text, at) : Encoded{};
    bytes_ += encoded.size > 0 ? encoded.byte : text[at];
    places_.push_back(at);
    at += encoded.size > 0 ? encoded.size : 1;
  }
  places_.push_back(text.size());
}

}  // namespace trailkeeper::event
