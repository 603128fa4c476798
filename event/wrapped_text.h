// Text that is, or stands around, JSON.
#pragma once

#include <string_view>

namespace trailkeeper::event {

/// Without white space, and NULs, around it.
std::string_view trimmed(std::string_view text);

/// The same, without what stands before JSON: a byte order mark, and rsyslog's cookie `@cee:`.
std::string_view without_marks(std::string_view text);

/// Whether text begins an object or an array. A bracket also begins lines of many logs.
bool begins_json(std::string_view text);

/// Whether all of it is one JSON string. A cell of CSV may begin and end with a quote, too.
bool is_json_string(std::string_view token);

}  // namespace trailkeeper::event
