// Text that is, or stands around, JSON.
#pragma once

#include <cstddef>
#include <string_view>

namespace trailkeeper::event {

/// Without blanks around it (text::trimmed), and without what stands before JSON: a byte order mark, and rsyslog's
/// cookie `@cee:`.
std::string_view without_marks(std::string_view text);

/// Whether text begins an object or an array. A bracket also begins lines of many logs.
bool begins_json(std::string_view text);

/// How often `eventName` is in it, in whatever case, also in base64 at any depth; what is in base64 and compressed
/// counts as well. Without any it is no record, and holds none.
std::size_t record_mentions(std::string_view text);

/// Behind what may stand between JSON values, from `at` on: white space, commas, NULs, record separators (RFC 7464) and
/// byte order marks, which joined files have.
std::size_t skip_between_values(std::string_view text, std::size_t at);

/// Whether a text is JSON objects and arrays, each whole, with nothing but that between and around them. What stands
/// beside JSON says that somebody else's text holds it.
bool is_json_sequence(std::string_view text);

/// Whether all of it is one JSON string. A cell of CSV may begin and end with a quote, too.
bool is_json_string(std::string_view token);

}  // namespace trailkeeper::event
