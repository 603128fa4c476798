// Base64 (RFC 4648, section 4).
#pragma once

#include <string>
#include <string_view>

namespace trailkeeper::event {

/// Whether `text` may be base64 of something compressed or of JSON: nothing but the alphabet, in groups of four, and
/// not too short. Looks at all of it.
bool looks_like_base64(std::string_view text);

/// Appends the bytes. Precondition: looks_like_base64.
void append_from_base64(std::string_view text, std::string& out);

}  // namespace trailkeeper::event
