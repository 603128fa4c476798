// Text with percent-encoded bytes (RFC 3986, 2.1).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "text/hex.h"

namespace trailkeeper::text {

/// The byte that `%XX` at a place stands for; nothing if it isn't an escape.
std::optional<char> percent_byte(std::string_view text, std::size_t at);

/// `%2F` becomes `/`, once; anything that isn't an escape stays as it is.
std::string percent_decoded(std::string_view text);

/// Letters, digits and `-._~` (RFC 3986, 2.3), which nothing has to encode.
bool is_unreserved(char c);

/// Appends a text with all but unreserved characters, and those of `kept`, encoded.
void append_percent_encoded(std::string_view text, std::string& out, std::string_view kept = {},
                            std::string_view digits = kCapitalHexDigits);

}  // namespace trailkeeper::text
