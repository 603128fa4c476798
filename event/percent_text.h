// Text with percent-encoded bytes (RFC 3986, 2.1).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace trailkeeper::event {

/// The byte that two hexadecimal digits at a place stand for; nothing if there are none.
std::optional<char> hex_byte(std::string_view text, std::size_t at);

/// The byte that `%XX` at a place stands for; nothing if there is no such thing.
std::optional<char> percent_byte(std::string_view text, std::size_t at);

/// `%2F` becomes `/`, once; what is no escape stays as it is.
std::string percent_decoded(std::string_view text);

}  // namespace trailkeeper::event
