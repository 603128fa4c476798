// GUIDs in the one spelling CloudTrail uses for eventID and most requestIDs: lower-case 8-4-4-4-12.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trailkeeper::event {

using Guid = std::array<std::uint8_t, 16>;

constexpr std::size_t kGuidTextLength = 36;

/// The 16 bytes of a lower-case GUID; nothing for any other text, so that append_guid always gives the same text back.
std::optional<Guid> parse_guid(std::string_view text);

/// Appends the 36 characters.
void append_guid(const std::uint8_t* bytes, std::string& out);

}  // namespace trailkeeper::event
