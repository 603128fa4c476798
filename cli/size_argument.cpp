#include "cli/size_argument.h"

#include <charconv>
#include <utility>

#include "text/ascii.h"

namespace trailkeeper::cli {

std::optional<std::uint64_t> parse_size(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  constexpr std::pair<std::string_view, double> kUnits[] = {
      {"", 1},      {"B", 1},        {"KB", 1e3},        {"MB", 1e6},           {"GB", 1e9},
      {"TB", 1e12}, {"KiB", 1024.0}, {"MiB", 1048576.0}, {"GiB", 1073741824.0}, {"TiB", 1099511627776.0}};
  constexpr double kMost = 9.2e18;
  for (const auto& [name, factor] : kUnits) {
    if (!text::same_ignoring_case(unit, name)) continue;
    const double bytes = number * factor;
    if (!(bytes >= 0 && bytes <= kMost)) return std::nullopt;  // NaN, too.
    return static_cast<std::uint64_t>(bytes);
  }
  return std::nullopt;
}

}  // namespace trailkeeper::cli
