#include "serve/authorization.h"

#include <algorithm>
#include <cctype>

namespace trailkeeper::serve {
namespace {

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char left, char right) {
    return std::tolower(static_cast<unsigned char>(left)) == std::tolower(static_cast<unsigned char>(right));
  });
}

// Padded or not, as RFC 4648, section 4.
std::optional<std::string> decode_base64(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string bytes;
  unsigned held = 0;
  unsigned bits = 0;
  for (const char character : text) {
    const std::size_t digit = kDigits.find(character);
    if (digit == std::string_view::npos) return std::nullopt;
    held = held << 6U | static_cast<unsigned>(digit);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<char>(held >> bits & 255U));
      held &= (1U << bits) - 1;
    }
  }
  return bytes;
}

}  // namespace

std::optional<std::string> presented_secret(std::string_view authorization) {
  constexpr std::size_t kLongest = 4096;
  if (authorization.size() > kLongest) return std::nullopt;
  const std::size_t space = authorization.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = authorization.substr(0, space);
  std::string_view value = authorization.substr(space);
  while (value.starts_with(' ')) value.remove_prefix(1);
  while (value.ends_with(' ')) value.remove_suffix(1);
  if (value.empty()) return std::nullopt;
  if (equal_ignoring_case(scheme, "bearer") || equal_ignoring_case(scheme, "splunk")) return std::string{value};
  const bool basic = equal_ignoring_case(scheme, "basic");
  if (!basic && !equal_ignoring_case(scheme, "apikey")) return std::nullopt;
  const auto decoded = decode_base64(value);
  const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon != std::string::npos) return decoded->substr(colon + 1);
  return basic ? std::nullopt : std::optional{std::string{value}};
}

}  // namespace trailkeeper::serve
