#include "text/letters.h"

#include <algorithm>
#include <array>

#include "text/utf8.h"

namespace trailkeeper::text {
namespace {

struct WideRange {
  char32_t first;
  char32_t last;
};

// Unicode's punctuation, spaces, symbols and format characters, by their blocks.
constexpr std::array<WideRange, 28> kNoLetters{{
    {0x80, 0xA9},     {0xAB, 0xB4},     {0xB6, 0xB9},     {0xBB, 0xBF},     {0xD7, 0xD7},     {0xF7, 0xF7},
    {0x37E, 0x37E},   {0x387, 0x387},   {0x55A, 0x55F},   {0x589, 0x590},   {0x60C, 0x60D},   {0x61B, 0x61F},
    {0x66A, 0x66D},   {0x1680, 0x1680}, {0x180E, 0x180E}, {0x2000, 0x206F}, {0x20A0, 0x20CF}, {0x2190, 0x2BFF},
    {0x2E00, 0x2E7F}, {0x3000, 0x303F}, {0x30FB, 0x30FB}, {0xFE10, 0xFE6F}, {0xFEFF, 0xFEFF}, {0xFF00, 0xFF0F},
    {0xFF1A, 0xFF20}, {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65}, {0xFFE0, 0xFFFF},
}};

}  // namespace

WideCharacter wide_character_at(std::string_view text, std::size_t at) {
  using Kind = WideCharacter::Kind;
  const Utf8Character character = utf8_at(text, at);
  if (character.bytes == 0) return {};
  constexpr char32_t kBeyondScripts = 0x1F000;
  const bool none = character.code >= kBeyondScripts ||
                    std::any_of(kNoLetters.begin(), kNoLetters.end(), [&](const WideRange& range) {
                      return character.code >= range.first && character.code <= range.last;
                    });
  if (none) return {Kind::none, character.bytes};
  const bool apart = character.code < 0x590 || (character.code >= 0x1E00 && character.code < 0x2000);
  return {apart ? Kind::letter : Kind::alone, character.bytes};
}

std::size_t wide_space_at(std::string_view text, std::size_t at) {
  if (static_cast<unsigned char>(text[at]) < 0x80) return 0;
  const WideCharacter character = wide_character_at(text, at);
  return character.kind == WideCharacter::Kind::none ? character.bytes : 0;
}

}  // namespace trailkeeper::text
