#include "event/decoded_text.h"

#include <charconv>

#include "text/percent.h"
#include "text/utf8.h"

namespace trailkeeper::event {
namespace {

// What is encoded at a place, and how many bytes of the text it takes; 0: nothing is.
struct Encoded {
  std::size_t size = 0;
  std::string bytes;
};

// `%30`, and `%2530`, whose `%25` is the `%` of `%30`.
Encoded percent_at(std::string_view text, std::size_t percent) {
  constexpr std::size_t kEscape = 3;
  auto byte = text::percent_byte(text, percent);
  if (!byte) return {};
  std::size_t end = percent + kEscape;
  while (byte == '%') {
    // The `%` of the next escape is this one's last digits.
    const auto inner = text::hex_byte(text, end);
    if (!inner) break;
    byte = inner;
    end += 2;
  }
  return {end - percent, std::string(1, *byte)};
}

// The four digits of `u00fc`; -1: none.
int unit_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kDigits = 4;
  if (at + kDigits >= text.size() || text[at] != 'u') return -1;
  int unit = -1;
  const char* const begin = text.data() + at + 1;
  const auto [end, error] = std::from_chars(begin, begin + kDigits, unit, 16);
  return error == std::errc{} && end == begin + kDigits && unit >= 0 ? unit : -1;
}

std::size_t behind_backslashes(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] == '\\') ++at;
  return at;
}

// `\u00fc`, a pair of surrogates, `\/`; with any number of backslashes, as JSON in JSON has more of them.
Encoded escape_at(std::string_view text, std::size_t backslash) {
  constexpr std::size_t kUnit = 5;
  constexpr int kHigh = 0xD800;
  constexpr int kLow = 0xDC00;
  constexpr int kBeyond = 0xE000;
  std::size_t at = behind_backslashes(text, backslash);
  if (at < text.size() && text[at] == '/') return {at + 1 - backslash, "/"};
  const int unit = unit_at(text, at);
  if (unit < 0) return {};
  at += kUnit;
  auto code = static_cast<char32_t>(unit);
  if (unit >= kHigh && unit < kLow) {
    const std::size_t second = behind_backslashes(text, at);
    const int low = second > at ? unit_at(text, second) : -1;
    if (low < kLow || low >= kBeyond) return {};
    code = 0x10000U + ((static_cast<char32_t>(unit) - kHigh) << 10U) + (static_cast<char32_t>(low) - kLow);
    at = second + kUnit;
  } else if (unit >= kLow && unit < kBeyond) {
    return {};
  }
  Encoded found{at - backslash, {}};
  text::append_utf8(code, found.bytes);
  return found;
}

Encoded encoded_at(std::string_view text, std::size_t at) {
  if (text[at] == '%') return percent_at(text, at);
  return text[at] == '\\' ? escape_at(text, at) : Encoded{};
}

}  // namespace

bool is_encoded(std::string_view text) {
  for (std::size_t at = text.find_first_of("%\\"); at < text.size(); at = text.find_first_of("%\\", at + 1)) {
    if (encoded_at(text, at).size > 0) return true;
    // Looked through once, however many there are.
    if (text[at] == '\\') at = behind_backslashes(text, at) - 1;
  }
  return false;
}

DecodedText::DecodedText(std::string_view text, bool plus_is_space) {
  bytes_.reserve(text.size());
  places_.reserve(text.size() + 1);
  const auto add = [this](char byte, std::size_t at) {
    bytes_ += byte;
    places_.push_back(at);
  };
  for (std::size_t at = 0; at < text.size();) {
    const Encoded encoded = encoded_at(text, at);
    if (encoded.size > 0) {
      for (const char byte : encoded.bytes) add(byte, at);
      at += encoded.size;
      continue;
    }
    const std::size_t end = text[at] == '\\' ? behind_backslashes(text, at) : at + 1;
    for (; at < end; ++at) add(plus_is_space && text[at] == '+' ? ' ' : text[at], at);
  }
  places_.push_back(text.size());
}

}  // namespace trailkeeper::event
