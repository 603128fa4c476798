// Base64 (RFC 4648, section 4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trailkeeper::text {

/// Whether a text's length must be made a multiple of four by `=`.
enum class Padding : std::uint8_t { required, optional };

/// The bytes; nothing if `text` isn't base64 of the standard alphabet, has white space, or bits beyond its last byte.
std::optional<std::string> decode_base64(std::string_view text, Padding padding = Padding::required);

/// Base64, with padding.
std::string encode_base64(std::string_view bytes);
/// In the alphabet of URLs and without padding (section 5).
std::string encode_base64url(std::string_view bytes);

/// Whether `text`, padded or not, is base64 of `bytes`. Allocates nothing.
bool is_base64_of(std::string_view text, std::string_view bytes);

/// Whether `text` may be base64 of something compressed or of JSON: only characters of the alphabet, in groups of four,
/// and not too short. Looks at all of it.
bool looks_like_base64(std::string_view text);

/// Appends the bytes. Precondition: looks_like_base64.
void append_from_base64(std::string_view text, std::string& out);

/// The same in any spelling: also in the alphabet of URLs, with line breaks, with padding or without. False, and
/// nothing is appended, if it isn't base64 or is too short.
bool append_from_any_base64(std::string_view text, std::string& out);

}  // namespace trailkeeper::text
