// Hours, days and months, by which events are counted.
#pragma once

#include <string>
#include <utility>

#include "text/timestamp.h"

namespace trailkeeper::query {

/// What events are counted by besides their fields.
enum class Bucket { none, hour, day, month };

/// The bucket that a time falls into, in UTC: its first moment, and the next bucket's.
std::pair<text::Timestamp, text::Timestamp> bucket_of(text::Timestamp time, Bucket per);

/// `2024-05-01T10:00:00Z`, `2024-05-01`, `2024-05`, or empty.
std::string bucket_text(text::Timestamp begin, Bucket per);

}  // namespace trailkeeper::query
