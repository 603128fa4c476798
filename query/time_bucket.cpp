#include "query/time_bucket.h"

#include <cstdint>

namespace trailkeeper::query {

std::pair<text::Timestamp, text::Timestamp> bucket_of(text::Timestamp time, Bucket per) {
  const auto floor_to = [&](text::Timestamp unit) {
    const text::Timestamp rest = (time % unit + unit) % unit;
    return std::pair{time - rest, time - rest + unit};
  };
  switch (per) {
    case Bucket::hour: return floor_to(text::kHour);
    case Bucket::day: return floor_to(text::kDay);
    case Bucket::month: {
      const text::CivilDate date = text::civil_from_days(floor_to(text::kDay).first / text::kDay);
      const bool december = date.month == 12;
      return {
          text::days_from_civil({date.year, date.month, 1}) * text::kDay,
          text::days_from_civil({december ? date.year + 1 : date.year, december ? 1 : date.month + 1, 1}) * text::kDay};
    }
    case Bucket::none: break;
  }
  return {INT64_MIN, INT64_MAX};
}

std::string bucket_text(text::Timestamp begin, Bucket per) {
  std::string text = per == Bucket::none ? std::string{} : text::format_timestamp(begin);
  switch (per) {
    case Bucket::day: return text.substr(0, 10);
    case Bucket::month: return text.substr(0, 7);
    default: return text;
  }
}

}  // namespace trailkeeper::query
