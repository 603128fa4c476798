#include "query/time_argument.h"

#include <charconv>
#include <string>

namespace trailkeeper::query {

std::optional<event::Timestamp> parse_duration(std::string_view text) {
  event::Timestamp count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || count < 0 || count > 1'000'000'000 || end != text.data() + text.size() - 1) {
    return std::nullopt;
  }
  switch (*end) {
    case 's': return count * event::kSecond;
    case 'm': return count * event::kMinute;
    case 'h': return count * event::kHour;
    case 'd': return count * event::kDay;
    case 'w': return count * 7 * event::kDay;
    default: return std::nullopt;
  }
}

std::optional<event::Timestamp> parse_time_argument(std::string_view text, event::Timestamp now) {
  if (text == "now") return now;
  if (text.size() >= 2) {
    if (const auto duration = parse_duration(text)) return now - *duration;
  }
  if (text.size() == 7) return event::parse_timestamp(std::string{text} + "-01T00:00:00Z");
  if (text.size() == 10) return event::parse_timestamp(std::string{text} + "T00:00:00Z");
  if (text.size() == 16) return event::parse_timestamp(std::string{text} + ":00Z");
  return event::parse_timestamp(text);
}

}  // namespace trailkeeper::query
