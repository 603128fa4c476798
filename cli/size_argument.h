// Sizes as people type them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace trailkeeper::cli {

/// `500MB`, `10GB`, `1.5TiB`, `4096`, in bytes; powers of 1000, with an i of 1024; letters of either case. Nothing if
/// it is none of these, or if it doesn't fit 63 bits.
std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace trailkeeper::cli
