// IP addresses and CIDR blocks.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace trailkeeper::query {

/// A block of IPv4 or IPv6 addresses.
class IpRange {
 public:
  /// Parses `203.0.113.0/24`, `2001:db8::/32`, or one address. Bits after the prefix may be set; they don't count.
  static std::optional<IpRange> parse(std::string_view text);

  /// Whether `address` is an address of the same family in the block. Text that isn't an address (`AWS Internal`,
  /// `ec2.amazonaws.com`) is in none.
  [[nodiscard]] bool contains(std::string_view address) const;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  unsigned prefix_ = 0;
  bool v6_ = false;
};

}  // namespace trailkeeper::query
