// UTF-8 (RFC 3629): characters out of bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace trailkeeper::text {

/// Which some programs put before a text.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// A character at some place of a text.
struct Utf8Character {
  char32_t code = 0;      ///< Nothing of use where `bytes` is 0.
  std::size_t bytes = 0;  ///< 1 to 4; 0: what is there isn't UTF-8 (surrogates and overlong forms aren't either).
};

/// The character that begins at text[at]. Precondition: at < text.size().
Utf8Character utf8_at(std::string_view text, std::size_t at);

/// Appends a character. Precondition: `code` is at most U+10FFFF and no surrogate.
void append_utf8(char32_t code, std::string& out);

}  // namespace trailkeeper::text
