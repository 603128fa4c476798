// Which characters beyond ASCII words are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace trailkeeper::text {

/// A character beyond ASCII, or a byte that isn't UTF-8.
struct WideCharacter {
  enum class Kind : std::uint8_t {
    letter,  ///< Of a script whose words stand apart: Latin, Greek, Cyrillic.
    alone,   ///< Of another script: where its words end, its letters don't say.
    none,    ///< No letter: a space, a dash, a quote, a symbol, a byte that isn't UTF-8.
  };
  Kind kind = Kind::none;
  std::size_t bytes = 1;
};

/// The one at text[at]. Precondition: text[at] is no ASCII.
WideCharacter wide_character_at(std::string_view text, std::size_t at);

/// How many bytes the character at text[at] has if it is one beyond ASCII and no letter; else 0.
std::size_t wide_space_at(std::string_view text, std::size_t at);

}  // namespace trailkeeper::text
