// The order of texts that are costly to make and too many to hold.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace trailkeeper::store {

/// The numbers 0 to count - 1 in the order of their texts' bytes; equal texts in the order of their numbers. `append`
/// makes a text. Each is made once if the texts differ in their first bytes (kHeldBytes ÷ count of them), otherwise
/// twice more for each further stretch of that length in which some still agree; about kHeldBytes are held at a time.
std::vector<std::uint32_t> order_by_bytes(std::uint32_t count,
                                          const std::function<void(std::uint32_t, std::string&)>& append);

constexpr std::size_t kHeldBytes = std::size_t{32} << 20;

}  // namespace trailkeeper::store
