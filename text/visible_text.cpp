#include "text/visible_text.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>

#include "text/hex.h"
#include "text/utf8.h"

namespace trailkeeper::text {
namespace {

struct CodeRange {
  char32_t first;
  char32_t last;
};

// Ascending. General categories Cc, Zl, Zp, and Cf except those that are seen (U+00AD, U+0600, …) or spell words.
constexpr CodeRange kActOrHide[] = {
    {0x0000, 0x001F},    // C0
    {0x007F, 0x009F},    // DEL, C1
    {0x061C, 0x061C},    // Arabic letter mark
    {0x180E, 0x180E},    // Mongolian vowel separator
    {0x200B, 0x200B},    // Zero-width space
    {0x200E, 0x200F},    // Left-to-right and right-to-left mark
    {0x2028, 0x202E},    // Line and paragraph separator, bidirectional embeddings and overrides
    {0x2060, 0x206F},    // Word joiner, invisible operators, bidirectional isolates, deprecated formats
    {0xFEFF, 0xFEFF},    // Zero-width no-break space
    {0xFFF9, 0xFFFB},    // Interlinear annotations
    {0xE0000, 0xE007F},  // Tags
};

void append_hex(char32_t number, int digits, std::string& out) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
    out.push_back(kHexDigits[number >> static_cast<unsigned>(shift) & 0xFU]);
  }
}

void append_escape(char32_t code, std::string& out) {
  if (code < 0x80) {
    out += "\\x";
    append_hex(code, 2, out);
  } else if (code < 0x10000) {
    out += "\\u";
    append_hex(code, 4, out);
  } else {
    out += "\\U";
    append_hex(code, 8, out);
  }
}

void append_json_escape(char32_t code, std::string& out) {
  const auto unit = [&](char32_t half) {
    out += "\\u";
    append_hex(half, 4, out);
  };
  if (code < 0x10000) {
    unit(code);
  } else {
    unit(0xD800 + ((code - 0x10000) >> 10U));
    unit(0xDC00 + ((code - 0x10000) & 0x3FFU));
  }
}

// How many of the first bytes are surely printable ASCII; eight at a time, as whole lists of events pass through here.
std::size_t plain_prefix(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighBits = 0x80 * kOnes;
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    const std::uint64_t low = word & ~kHighBits;
    // A byte's high bit: it isn't ASCII; it is DEL; it is a control.
    if (((word | (low + kOnes) | ~(low + 0x60 * kOnes)) & kHighBits) != 0) break;
  }
  while (at < text.size() && text[at] >= 0x20 && text[at] < 0x7F) ++at;
  return at;
}

// Appends `text`; characters that `changes` picks go through `change`, bytes that aren't UTF-8 through `broken`.
template <typename Changes, typename Change, typename Broken>
void append_changed(std::string_view text, std::string& out, Changes changes, Change change, Broken broken) {
  std::size_t kept = 0;  // What lies before it was appended.
  std::size_t at = 0;
  while (at < text.size()) {
    at += plain_prefix(text.substr(at));
    if (at == text.size()) break;
    const auto byte = static_cast<unsigned char>(text[at]);
    const Utf8Character character = utf8_at(text, at);
    const std::size_t length = std::max<std::size_t>(character.bytes, 1);
    if (character.bytes == 0 || changes(character.code)) {
      out.append(text, kept, at - kept);
      if (character.bytes == 0) {
        broken(byte);
      } else {
        change(character.code);
      }
      kept = at + length;
    }
    at += length;
  }
  out.append(text, kept);
}

void append_broken_byte(unsigned char byte, std::string& out) {
  out += "\\x";
  append_hex(byte, 2, out);
}

}  // namespace

bool acts_or_hides(char32_t code) {
  const auto* const found =
      std::lower_bound(std::begin(kActOrHide), std::end(kActOrHide), code,
                       [](const CodeRange& range, char32_t wanted) { return range.last < wanted; });
  return found != std::end(kActOrHide) && found->first <= code;
}

void append_visible(std::string_view text, std::string& out) {
  append_changed(
      text, out, acts_or_hides, [&](char32_t code) { append_escape(code, out); },
      [&](unsigned char byte) { append_broken_byte(byte, out); });
}

std::string visible(std::string_view text) {
  std::string out;
  append_visible(text, out);
  return out;
}

std::string visible_lines(std::string_view text) {
  std::string out;
  append_changed(
      text, out, [](char32_t code) { return code != '\n' && acts_or_hides(code); },
      [&](char32_t code) { append_escape(code, out); }, [&](unsigned char byte) { append_broken_byte(byte, out); });
  return out;
}

void append_visible_json(std::string_view json, std::string& out) {
  append_changed(
      json, out, [](char32_t code) { return code != '\n' && code != '\r' && code != '\t' && acts_or_hides(code); },
      [&](char32_t code) { append_json_escape(code, out); }, [&](unsigned char) { append_utf8(0xFFFD, out); });
}

}  // namespace trailkeeper::text
