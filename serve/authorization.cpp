#include "serve/authorization.h"

#include "text/ascii.h"
#include "text/base64.h"

namespace trailkeeper::serve {
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
  if (text::same_ignoring_case(scheme, "bearer") || text::same_ignoring_case(scheme, "splunk"))
    return std::string{value};
  const bool basic = text::same_ignoring_case(scheme, "basic");
  if (!basic && !text::same_ignoring_case(scheme, "apikey")) return std::nullopt;
  const auto decoded = text::decode_base64(value, text::Padding::optional);
  const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon != std::string::npos) return decoded->substr(colon + 1);
  return basic ? std::nullopt : std::optional{std::string{value}};
}

}  // namespace trailkeeper::serve
