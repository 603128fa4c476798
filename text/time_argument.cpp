#include "text/time_argument.h"

#include <charconv>
#include <string>

namespace trailkeeper::text {

std::optional<Timestamp> parse_duration(std::string_view text) {
  Timestamp count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || count < 0 || count > 1'000'000'000 || end != text.data() + text.size() - 1) {
    return std::nullopt;
  }
  switch (*end) {
    case 's': return count * kSecond;
    case 'm': return count * kMinute;
    case 'h': return count * kHour;
    case 'd': return count * kDay;
    case 'w': return count * 7 * kDay;
    default: return std::nullopt;
  }
}

std::optional<Timestamp> parse_time_argument(std::string_view text, Timestamp now) {
  if (text == "now") return now;
  if (text.size() >= 2) {
    if (const auto duration = parse_duration(text)) return now - *duration;
  }
  if (text.size() == 7) return parse_timestamp(std::string{text} + "-01T00:00:00Z");
  if (text.size() == 10) return parse_timestamp(std::string{text} + "T00:00:00Z");
  if (text.size() == 16) return parse_timestamp(std::string{text} + ":00Z");
  return parse_timestamp(text);
}

}  // namespace trailkeeper::text
