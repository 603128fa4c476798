#include "query/ip_range.h"

#include <arpa/inet.h>

#include <charconv>
#include <string>

namespace trailkeeper::query {
namespace {

struct Address {
  std::array<std::uint8_t, 16> bytes{};
  bool v6 = false;
};

std::optional<Address> parse_address(std::string_view text) {
  if (text.size() > INET6_ADDRSTRLEN) return std::nullopt;
  const std::string copy{text};
  Address address;
  if (::inet_pton(AF_INET, copy.c_str(), address.bytes.data()) == 1) return address;
  address.v6 = true;
  if (::inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

}  // namespace

std::optional<IpRange> IpRange::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  IpRange range;
  range.bytes_ = address->bytes;
  range.v6_ = address->v6;
  const unsigned longest = address->v6 ? 128 : 32;
  range.prefix_ = longest;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), range.prefix_);
    if (error != std::errc{} || end != digits.data() + digits.size() || range.prefix_ > longest) return std::nullopt;
  }
  return range;
}

bool IpRange::contains(std::string_view text) const {
  const auto address = parse_address(text);
  if (!address || address->v6 != v6_) return false;
  for (unsigned bit = 0; bit < prefix_; bit += 8) {
    const unsigned left = prefix_ - bit;
    const auto mask = static_cast<std::uint8_t>(left >= 8 ? 0xFFU : 0xFFU << (8 - left));
    if (((address->bytes[bit / 8] ^ bytes_[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

}  // namespace trailkeeper::query
