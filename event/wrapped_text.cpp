#include "event/wrapped_text.h"

#include <algorithm>
#include <array>
#include <string>

#include "event/framer.h"
#include "text/ascii.h"
#include "text/base64.h"
#include "text/json_text.h"
#include "text/json_value.h"
#include "text/utf8.h"

namespace trailkeeper::event {

std::string_view without_marks(std::string_view text) {
  constexpr std::string_view kCookie = "@cee:";
  text = text::trimmed(text);
  for (const std::string_view mark : {text::kByteOrderMark, kCookie}) {
    if (text.starts_with(mark)) text = text::trimmed(text.substr(mark.size()));
  }
  return text;
}

bool begins_json(std::string_view text) {
  return text.starts_with('{') || (text.starts_with('[') && begins_array(text) != ArrayStart::no);
}

namespace {

bool is_compressed(std::string_view bytes) {
  constexpr std::array<std::string_view, 5> kMagic{"\x1F\x8B\x08", "\x28\xB5\x2F\xFD", "BZh", "\xFD\x37zXZ",
                                                   "\x78\x9C"};
  return std::any_of(kMagic.begin(), kMagic.end(), [&](std::string_view magic) { return bytes.starts_with(magic); });
}

std::size_t plain_mentions(std::string_view text) {
  constexpr std::string_view kName = "eventname";
  std::size_t found = 0;
  for (std::size_t at = text.find_first_of("eE"); at != std::string_view::npos; at = text.find_first_of("eE", at + 1)) {
    if (text::same_ignoring_case(text.substr(at, kName.size()), kName)) ++found;
  }
  return found;
}

bool is_base64_digit(char c) {
  return (text::lower(c) >= 'a' && text::lower(c) <= 'z') || text::is_digit(c) || c == '+' || c == '/' || c == '-' ||
         c == '_' || c == '=';
}

// What may be base64 from `at` on, and `at` moved behind it: without the line breaks and the backslashes that it has in
// a JSON string, and in one within a string.
std::string take_base64(std::string_view text, std::size_t& at) {
  std::string digits;
  for (; at < text.size(); ++at) {
    if (is_base64_digit(text[at])) {
      digits += text[at];
    } else if (text[at] == '\\') {
      const std::size_t escaped = std::min(text.find_first_not_of('\\', at), text.size());
      if (escaped == text.size() || std::string_view{"nr/"}.find(text[escaped]) == std::string_view::npos) break;
      at = text[escaped] == '/' ? escaped - 1 : escaped;
    } else if (text[at] != '\n' && text[at] != '\r') {
      break;
    }
  }
  return digits;
}

}  // namespace

std::size_t record_mentions(std::string_view text) {
  // An event's name and time don't fit into less.
  constexpr std::size_t kLeast = 48;
  std::size_t found = plain_mentions(text);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_base64_digit(text[at])) continue;
    const std::string digits = take_base64(text, at);
    std::string decoded;
    if (digits.size() < kLeast || !text::append_from_any_base64(digits, decoded)) continue;
    found += is_compressed(decoded) ? 1 : record_mentions(decoded);
  }
  return found;
}

std::size_t skip_between_values(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const char c = text[at];
    if (text::is_json_space(c) || c == ',' || c == '\x1E' || c == '\0') {
      ++at;
    } else if (text.substr(at).starts_with(text::kByteOrderMark)) {
      at += text::kByteOrderMark.size();
    } else {
      break;
    }
  }
  return at;
}

bool is_json_sequence(std::string_view text) {
  for (std::size_t at = skip_between_values(text, 0); at < text.size(); at = skip_between_values(text, at)) {
    if (text[at] != '{' && text[at] != '[') return false;
    at = text::json_value_end(text, at);
    if (at == text::npos) return false;
  }
  return true;
}

bool is_json_string(std::string_view token) {
  if (token.size() < 2 || token.front() != '"' || token.back() != '"') return false;
  const std::string_view between = token.substr(1, token.size() - 2);
  for (std::size_t at = 0; at < between.size(); ++at) {
    if (between[at] == '"') return false;
    if (between[at] == '\\') ++at;
  }
  return text::valid_escapes(between);
}

}  // namespace trailkeeper::event
