// Hours, days and months, by which events are counted.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "text/enum_rows.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

/// What events are counted by besides their fields.
enum class Bucket { none, hour, day, month };

/// The units' words, in options, parameters and columns.
inline constexpr std::array<std::pair<std::string_view, Bucket>, 3> kBucketWords{
    {{"hour", Bucket::hour}, {"day", Bucket::day}, {"month", Bucket::month}}};
static_assert(text::are_words_from(kBucketWords, Bucket::hour, Bucket::month));

/// Empty for `none`.
constexpr std::string_view bucket_name(Bucket bucket) {
  return bucket == Bucket::none ? std::string_view{} : kBucketWords[static_cast<std::size_t>(bucket) - 1].first;
}

/// The bucket that a time falls into, in UTC: its first moment, and the next bucket's.
std::pair<text::Timestamp, text::Timestamp> bucket_of(text::Timestamp time, Bucket per);

/// `2024-05-01T10:00:00Z`, `2024-05-01`, `2024-05`, or empty.
std::string bucket_text(text::Timestamp begin, Bucket per);

}  // namespace trailkeeper::query
