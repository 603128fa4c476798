// Base64 (RFC 4648, section 4), strictly.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace trailkeeper::ingest {

/// Nothing if `text` isn't padded base64 of the standard alphabet. White space is no part of it.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace trailkeeper::ingest
