// The values that condition operators compare: numbers, times, addresses, bytes.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "text/timestamp.h"

namespace trailkeeper::rules::iam {

/// A decimal number of any size, compared exactly. A view of its text; allocates nothing.
class Decimal {
 public:
  /// An integer or decimal number, perhaps with an exponent; nothing for other text.
  static std::optional<Decimal> parse(std::string_view text);

  [[nodiscard]] std::strong_ordering compare(const Decimal& other) const;

 private:
  [[nodiscard]] std::strong_ordering compare_magnitude(const Decimal& other) const;

  bool negative_ = false;
  std::string_view digits_;     // From the first digit that isn't 0 to the last one; a point may be among them.
  std::int64_t magnitude_ = 0;  // The number is 0.DIGITS times ten to the power of this.
};

/// A time for the Date operators: a W3C date-time (`2024`-only excepted: it is a number), `2024-05`, `2024-05-01`,
/// `2024-05-01T10:00Z`, with seconds, fractions and zones; or seconds since 1970 ("epoch (UNIX) time").
std::optional<text::Timestamp> parse_instant(std::string_view text);

/// An IPv4 or IPv6 address.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool v6 = false;

  static std::optional<IpAddress> parse(std::string_view text);
};

/// An address or CIDR range; without a prefix length, that one address.
class IpPrefix {
 public:
  static std::optional<IpPrefix> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& address) const;

 private:
  IpAddress address_;
  unsigned length_ = 0;
};

}  // namespace trailkeeper::rules::iam
