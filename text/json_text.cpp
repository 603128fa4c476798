#include "text/json_text.h"

#include <simdjson.h>

#include <cassert>
#include <cstdint>

#include "text/ascii.h"
#include "text/hex.h"
#include "text/utf8.h"
#include "text/visible_text.h"

namespace trailkeeper::text {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

// RFC 8259, section 7, as far as the escapes are shorter than \uXXXX and usual.
constexpr std::string_view kEscapedByName = "\"\\\n\r\t";
constexpr std::string_view kEscapeNames = "\"\\nrt";

// The four digits after `\u`, or -1.
std::int32_t hex4(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return -1;
  std::int32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int digit = hex_value(text[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

bool is_surrogate(std::uint32_t code) { return code >= 0xD800 && code <= 0xDFFF; }

// Reads the `\uXXXX` (or the surrogate pair) at text[at], where text[at] is the `u`; moves `at` to its last character.
// A surrogate comes out only if it is alone.
std::uint32_t take_unicode_escape(std::string_view text, std::size_t& at) {
  const std::int32_t digits = hex4(text, at + 1);
  at += 4;
  if (digits < 0) return kReplacement;
  const auto first = static_cast<std::uint32_t>(digits);
  if (!is_surrogate(first) || first >= 0xDC00) return first;
  if (at + 2 >= text.size() || text[at + 1] != '\\' || text[at + 2] != 'u') return first;
  const std::int32_t second = hex4(text, at + 3);
  if (second < 0xDC00 || second > 0xDFFF) return first;
  at += 6;
  return 0x10000 + ((first - 0xD800) << 10) + (static_cast<std::uint32_t>(second) - 0xDC00);
}

// Calls token(begin, end) for each string, scalar and structural character of valid JSON.
template <typename OnToken>
void for_each_token(std::string_view json, OnToken&& on_token) {
  const auto is_structural = [](char c) {
    return c == '{' || c == '}' || c == '[' || c == ']' || c == ',' || c == ':';
  };
  std::size_t at = 0;
  while (at < json.size()) {
    const std::size_t begin = at;
    const char c = json[at];
    if (is_json_space(c)) {
      ++at;
      continue;
    }
    if (c == '"') {
      ++at;
      while (at < json.size() && json[at] != '"') at += json[at] == '\\' ? 2 : 1;
      at = at < json.size() ? at + 1 : json.size();
    } else if (is_structural(c)) {
      ++at;
    } else {
      while (at < json.size() && !is_json_space(json[at]) && !is_structural(json[at])) ++at;
    }
    on_token(json.substr(begin, at - begin));
  }
}

}  // namespace

bool valid_escapes(std::string_view text) {
  for (std::size_t at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at)) {
    if (++at >= text.size()) return false;
    if (text[at] == 'u') {
      if (hex4(text, at + 1) < 0) return false;
    } else if (std::string_view{"\"\\/bfnrt"}.find(text[at]) == std::string_view::npos) {
      return false;
    }
    ++at;
  }
  return true;
}

namespace {

// on_byte(char) gets what stands without an escape, on_code(code) what an escape \u stands for.
template <typename OnByte, typename OnCode>
void for_each_character(std::string_view text, std::string& out, OnByte&& on_byte, OnCode&& on_code) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\' || at + 1 >= text.size()) {
      on_byte(text[at]);
      continue;
    }
    switch (const char c = text[++at]) {
      case 'b': out.push_back('\b'); break;
      case 'f': out.push_back('\f'); break;
      case 'n': out.push_back('\n'); break;
      case 'r': out.push_back('\r'); break;
      case 't': out.push_back('\t'); break;
      case 'u': on_code(take_unicode_escape(text, at)); break;
      default: out.push_back(c);
    }
  }
}

}  // namespace

void append_unescaped(std::string_view text, std::string& out) {
  assert(valid_escapes(text));
  for_each_character(
      text, out, [&](char c) { out.push_back(c); },
      [&](std::uint32_t code) { append_utf8(is_surrogate(code) ? kReplacement : code, out); });
}

void append_unescaped_exactly(std::string_view text, std::string& out) {
  constexpr char kNotUtf8 = '\xFF';
  if (text.find('\\') == std::string_view::npos && text.find(kNotUtf8) == std::string_view::npos) {
    out.append(text);
    return;
  }
  for_each_character(
      text, out,
      [&](char c) {
        out.push_back(c);
        if (c == kNotUtf8) out.push_back(c);  // Where somebody passes what isn't UTF-8.
      },
      [&](std::uint32_t code) {
        if (!is_surrogate(code)) {
          append_utf8(code, out);
          return;
        }
        out.push_back(kNotUtf8);
        out.push_back(static_cast<char>(code >> 8U));
        out.push_back(static_cast<char>(code & 0xFFU));
      });
}

void append_quoted(std::string_view text, std::string& out) {
  out.push_back('"');
  std::size_t kept = 0;  // What lies before it was appended.
  for (std::size_t at = text.find_first_of(kEscapedByName); at != std::string_view::npos;
       at = text.find_first_of(kEscapedByName, kept)) {
    append_visible_json(text.substr(kept, at - kept), out);
    out.push_back('\\');
    const std::size_t which = kEscapedByName.find(text[at]);
    out.push_back(kEscapeNames[which]);
    kept = at + 1;
  }
  append_visible_json(text.substr(kept), out);
  out.push_back('"');
}

std::size_t json_string_end(std::string_view json, std::size_t at) {
  ++at;
  while (at < json.size()) {
    at = json.find_first_of("\"\\", at);
    if (at == npos) return npos;
    if (json[at] == '"') return at + 1;
    at += 2;  // What is escaped ends nothing.
  }
  return npos;
}

void append_minified(std::string_view json, std::string& out) {
  for_each_token(json, [&](std::string_view token) { out.append(token); });
}

void append_pretty(std::string_view json, std::string& out) {
  std::size_t depth = 0;
  char previous = '\0';
  const auto new_line = [&] {
    out.push_back('\n');
    out.append(depth * 2, ' ');
  };
  for_each_token(json, [&](std::string_view token) {
    const char c = token.front();
    if (c == '}' || c == ']') {
      --depth;
      if (previous != '{' && previous != '[') new_line();
    } else if (previous == '{' || previous == '[' || previous == ',') {
      new_line();
    }
    out.append(token);
    if (c == ':') out.push_back(' ');
    if (c == '{' || c == '[') ++depth;
    previous = c;
  });
}

bool valid_utf8(std::string_view bytes) { return simdjson::validate_utf8(bytes.data(), bytes.size()); }

}  // namespace trailkeeper::text
